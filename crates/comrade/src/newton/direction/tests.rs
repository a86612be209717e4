//! When a factor is made, kept and given up, and what a direction is; kept apart for its length.

use super::*;
use crate::data::synthetic::{self, Gaussian, Task};
use crate::data::{Dataset, Dense, Features};
use crate::loss::Loss;
use crate::newton::{minimise, steps};
use crate::objective::Objective;
use crate::stream::Seed;

const SKETCH: Factor = Factor::Sketch { rows: 20, seed: Seed(1) };

fn classes() -> Dataset {
    steps::classes(60, 4, 3)
}

fn f(data: &Dataset) -> Objective<'_> {
    Objective { data, loss: Loss::Logistic, lambda: 1e-3 }
}

/// ||g|| is e^27 of its goal and shrinks by e^2 a step: that takes 13.5 steps, and half as many where the factor is squared.
#[test]
fn a_new_factor_is_due_where_it_saves_more_steps_than_it_costs() {
    let data = classes();
    let (over, standing) = (Passes::new(&f(&data)), Standing { norm: 1e-2, goal: 1e-2 * (-27.0_f64).exp() });
    let due = |refresh, shrunk| {
        let mut directions = Directions::new(&over, Factor::Kept);
        directions.price.refresh = refresh;
        directions.due(shrunk, standing)
    };
    let slow = (-2.0_f64).exp();
    assert!(due(6.9, slow) && !due(7.0, slow), "14 steps or 7");
    assert!(due(1e9, 1.0), "what shrinks nothing is no use");
}

/// A sample is drawn again after a slow step. As many of these as H itself costs, and at least two, are forgiven.
#[test]
fn a_sample_gives_way_when_its_slow_steps_cost_more_than_the_hessian() {
    let data = classes();
    let (over, standing) = (Passes::new(&f(&data)), Standing { norm: 1.0, goal: 1e-8 });
    for (whole, forgiven) in [(0.5, 2), (4.0, 4)] {
        let mut directions = Directions::new(&over, SKETCH);
        directions.price.whole = whole;
        assert!(!directions.due(SLOW, standing));
        for _ in 0..forgiven {
            assert!(directions.due(1.01 * SLOW, standing) && directions.when == When::Sampled);
        }
        assert!(directions.due(1.01 * SLOW, standing) && directions.when == When::Needed);
    }
}

#[test]
fn after_a_step_that_gained_nothing_there_is_a_better_one_by_a_newer_or_a_whole_hessian() {
    let data = classes();
    let over = Passes::new(&f(&data));
    let improved = |factor, age, before, whole: Option<f64>| {
        let mut directions = Directions::new(&over, factor);
        (directions.age, directions.before) = (age, before);
        directions.price.whole = whole.unwrap_or(directions.price.whole);
        let better = directions.improve();
        assert!(!better || directions.before.is_none());
        (better, directions.when)
    };
    let some = Some(1.0);
    assert_eq!(improved(Factor::Kept, 1, some, None), (true, When::Needed), "an old one");
    assert_eq!(improved(Factor::Kept, 0, some, None), (false, When::Needed), "that of this very point");
    assert_eq!(improved(Factor::Kept, 1, None, None), (false, When::Needed));
    assert_eq!(improved(SKETCH, 1, some, None), (true, When::Sampled));
    assert_eq!(improved(SKETCH, 0, some, None), (true, When::Needed), "H itself");
    assert_eq!(improved(SKETCH, 1, some, Some(f64::INFINITY)), (false, When::Sampled), "H is not to be held");
    assert_eq!(improved(SKETCH, 0, some, Some(f64::INFINITY)), (false, When::Sampled));
}

#[test]
fn steps_by_the_same_factor_are_counted_and_what_is_made_anew_stays_so() {
    let data = classes();
    let (over, standing) = (Passes::new(&f(&data)), Standing { norm: 1.0, goal: 1e-8 });
    let at = over.at(vec![0.0; 4]);
    let mut directions = Directions::new(&over, Factor::Kept);
    directions.price.refresh = 1e9;
    for age in 0..3 {
        let direction = directions.find(&at, standing).unwrap();
        // Where nothing moved, nothing shrank; a little less of it says that it did.
        directions.before = Some(1e4 * direction.slope);
        assert_eq!(directions.age, age);
    }
    for (factor, when) in [(Factor::Double, When::Anew), (Factor::Diagonal, When::Needed), (SKETCH, When::Needed)] {
        let mut directions = Directions::new(&over, factor);
        directions.give_way();
        assert_eq!((directions.when, directions.m.exact()), (when, true));
    }
}

/// ||g||^2 / (2 lambda) is a thousand times what is asked for, and f - f* half of it.
#[test]
fn what_a_direction_proves_is_as_small_as_is_asked_for() {
    let data = classes();
    let (over, standing) = (Passes::new(&f(&data)), Standing { norm: 1.0, goal: 1e-8 });
    let found = minimise(&f(&data), 1e-12).unwrap();
    let at = over.at(found.w.iter().map(|w| w + 1e-3).collect());
    let (above, plain) = (at.value - found.value, Gap::new(&over, &at).least);
    for factor in [Factor::Double, Factor::Kept, Factor::Diagonal, SKETCH] {
        let mut directions = Directions::new(&over, factor);
        directions.find(&at, standing).unwrap();
        let (gap, passes) = directions.gap(&at, 2.0 * above);
        assert!(gap >= above && gap <= 2.0 * above && plain > 4.0 * above, "{gap:e} {above:e} {plain:e}");
        assert!(passes > 1, "{passes}");
        // What is proved already takes nothing.
        assert_eq!(directions.gap(&at, plain), (plain, 0));
    }
}

/// In passes over X: the Hessian of all rows or of a sample, in the precision of the factor.
#[test]
fn prices_are_in_passes() {
    let data = classes();
    let (over, cost) = (Passes::new(&f(&data)), Cost::of(&data.features));
    let sketch = |rows| Factor::Sketch { rows, seed: Seed(1) };
    for (factor, when, refresh) in [
        (Factor::Double, When::Anew, 0.0),
        (Factor::Kept, When::Needed, cost.factor(60)),
        (sketch(60), When::Needed, cost.single(60)),
        (sketch(59), When::Sampled, cost.single(59)),
        (Factor::Diagonal, When::Conjugate, 0.0),
    ] {
        let directions = Directions::new(&over, factor);
        assert_eq!(directions.when, when, "{factor:?}");
        let (found, whole) = (cost.pass * directions.price.refresh, cost.pass * directions.price.whole);
        assert!((found - refresh).abs() <= 1e-9 * refresh, "{factor:?}: {found} {refresh}");
        assert!((whole / cost.factor(60) - 1.0).abs() < 1e-9, "{factor:?}: {whole}");
    }
}

/// The last column has no entries and no ridge: H is singular, and so is its diagonal.
#[test]
fn a_singular_hessian_is_not_factored_where_it_is_not_to_be_held() {
    let data = classes();
    let features = data.features.clone().map_columns(|k, v| if k == 3 { 0.0 } else { v });
    let data = Dataset { features, ..data };
    let over = Passes::new(&Objective { lambda: 0.0, ..f(&data) });
    let (at, standing) = (over.at(vec![0.0; 4]), Standing { norm: 1.0, goal: 1e-8 });
    for (whole, when) in [(f64::INFINITY, When::Conjugate), (1.0, When::Needed)] {
        let mut directions = Directions::new(&over, Factor::Diagonal);
        directions.price.whole = whole;
        assert_eq!(directions.find(&at, standing).err().map(|singular| singular.pivot), Some(3));
        assert_eq!(directions.when, when);
    }
}

/// At the minimum of a parabola nothing descends; H itself in double precision is asked before that is said.
#[test]
fn where_nothing_descends_the_hessian_itself_says_so() {
    let data = classes();
    let over = Passes::new(&Objective { loss: Loss::Squared, lambda: 1.0, data: &data });
    let mut at = over.at(vec![0.5; 4]);
    let standing = Standing { norm: 1.0, goal: 1e-8 };
    for (factor, before, after) in [
        (Factor::Diagonal, When::Conjugate, When::Needed),
        (SKETCH, When::Sampled, When::Needed),
        (Factor::Sketch { rows: 60, seed: Seed(1) }, When::Needed, When::Needed),
        (Factor::Kept, When::Needed, When::Needed),
    ] {
        let mut directions = Directions::new(&over, factor);
        assert!(directions.find(&at, standing).unwrap().slope > 0.0);
        assert_eq!(directions.when, before, "{factor:?}");
        let mut directions = Directions::new(&over, factor);
        let gradient = std::mem::replace(&mut at.gradient, vec![0.0; 4]);
        assert_eq!(directions.find(&at, standing).unwrap().slope, 0.0);
        assert_eq!((directions.when, directions.m.exact()), (after, true), "{factor:?}");
        at.gradient = gradient;
    }
}

/// p of conjugate gradients leaves no more of g than is asked for, and says how many products it took.
#[test]
fn conjugate_gradients_solve_as_well_as_the_goal_needs() {
    let data = classes();
    let over = Passes::new(&f(&data));
    let at = over.at(vec![0.1; 4]);
    let size = dot(&at.gradient, &at.gradient).sqrt();
    for (norm, goal, forcing) in [(1.0, 1e-8, 0.1), (1e-2, 1e-8, 1e-2), (1e-4, 5e-6, 1.5e-2), (1e-6, 1e-6, 0.1)] {
        let mut directions = Directions::new(&over, Factor::Diagonal);
        let direction = directions.find(&at, Standing { norm, goal }).unwrap();
        let rho = at.gradient.iter().zip(over.hessian_times(&at.curvatures, &direction.p)).map(|(g, h)| g - h);
        let left = rho.map(|rho| rho * rho).sum::<f64>().sqrt() / size;
        let times = |v: &[f64]| over.hessian_times(&at.curvatures, v);
        let mut m = Diagonal::new(&over);
        m.refresh(&at.curvatures).unwrap();
        let alone = conjugate::solve(times, |v| m.solve(v), &at.gradient, forcing, PRODUCTS);
        assert!(left <= forcing, "{left} {forcing}");
        assert_eq!(direction.slope, dot(&at.gradient, &alone.p));
        assert_eq!((direction.passes, direction.p), (alone.products, alone.p));
    }
}

/// Columns of partial sums are far from what their diagonal says.
fn partial_sums() -> Dataset {
    let spec = Gaussian { rows: 400, cols: 120, condition: 1.0, margin: 1.0, task: Task::Classification };
    let plain = synthetic::gaussian(&spec, Seed(3)).unwrap();
    let Features::Dense(x) = &plain.features else { unreachable!() };
    let summed = |row: &[f64]| {
        let mut sum = 0.0;
        let sums = row.iter().map(|v| {
            sum += v;
            sum
        });
        sums.collect::<Vec<f64>>()
    };
    let values = (0..400).flat_map(|j| summed(&summed(x.row(j)))).collect();
    let features = Features::Dense(Dense::new(400, 120, values).unwrap());
    Dataset { features, ..plain }
}

/// Products beyond those that shrink the residual by 0.9 each, and one more, are wasted; if they cost more than H they make way
/// for it.
#[test]
fn products_that_gain_too_little_are_wasted() {
    let data = partial_sums();
    let over = Passes::new(&Objective { lambda: 1e-12, ..f(&data) });
    let (at, standing) = (over.at(vec![0.0; 120]), Standing { norm: 1e-16, goal: 1e-30 });
    let times = |v: &[f64]| over.hessian_times(&at.curvatures, v);
    let mut m = Diagonal::new(&over);
    m.refresh(&at.curvatures).unwrap();
    let alone = conjugate::solve(times, |v| m.solve(v), &at.gradient, 1e-9, PRODUCTS);
    let wasted = alone.products as f64 - alone.residual.ln() / 0.9_f64.ln() - 1.0;
    assert!(wasted > 1.0, "{wasted} {}", alone.products);
    let after = |whole| {
        let mut directions = Directions::new(&over, Factor::Diagonal);
        directions.price.whole = whole;
        directions.wasted = 80.0;
        directions.find(&at, standing).unwrap();
        (directions.when, directions.wasted)
    };
    let (when, found) = after(1e9);
    assert!(when == When::Conjugate && (found - 80.0 - wasted).abs() < 1e-9, "{found} {wasted}");
    assert_eq!(after(79.9).0, When::Needed);
    // As much as H costs is not more.
    assert_eq!(after(found).0, When::Conjugate);
}

/// A trial beyond the first is a pass that the factor did not earn.
#[test]
fn what_a_step_teaches_is_its_pair() {
    let data = classes();
    let over = Passes::new(&f(&data));
    let (from, to) = (over.at(vec![0.0; 4]), over.at(vec![0.5, -0.2, 0.1, 0.3]));
    let mut directions = Directions::new(&over, Factor::Kept);
    directions.m.refresh(&from.curvatures).unwrap();
    for (trials, wasted) in [(1, 0.0), (3, 2.0), (0, 2.0)] {
        directions.learn(&from, &to, trials);
        assert_eq!(directions.wasted, wasted);
    }
    // B^{-1} y = s for y = g - g_0 and s = w - w_0.
    let y: Vec<f64> = to.gradient.iter().zip(&from.gradient).map(|(a, b)| a - b).collect();
    let s = directions.solve(&Point { gradient: y, ..to.clone() }).p;
    assert!(s.iter().zip(&to.w).all(|(s, w)| (s - w).abs() < 1e-12), "{s:?}");
}

/// A factor that was made to prove something is that of the next direction; the one after it has its own again.
#[test]
fn a_factor_made_for_a_proof_is_used_once() {
    let data = classes();
    let objective = f(&data);
    let over = Passes::new(&objective);
    let (at, standing) = (over.at(vec![0.3; 4]), Standing { norm: 1.0, goal: 1e-8 });
    for factor in [Factor::Double, Factor::Kept, SKETCH] {
        let mut directions = Directions::new(&over, factor);
        assert!(directions.gap(&at, 0.0).0 > 0.0 && directions.fresh && directions.before.is_none());
        assert!(directions.m.exact());
        let exact = objective.newton_direction(&at.w).unwrap();
        let p = directions.find(&at, standing).unwrap().p;
        assert!(p.iter().zip(&exact).all(|(p, exact)| (p - exact).abs() < 1e-9), "{p:?} {exact:?}");
        assert!(!directions.fresh && directions.before.is_some());
    }
    // The diagonal proves by conjugate gradients, and keeps to it.
    let mut directions = Directions::new(&over, Factor::Diagonal);
    let (gap, passes) = directions.gap(&at, 0.0);
    assert!(gap.is_finite() && passes > 1 && directions.when == When::Conjugate && !directions.fresh);
}

/// Numbers of 1e25 overflow in single precision when they are squared: the sketch gives way in the same step.
#[test]
fn a_sketch_out_of_range_gives_way_at_once() {
    let plain = classes();
    let features = plain.features.clone().map_columns(|_, v| 1e25 * v);
    let data = Dataset { features, ..plain };
    let objective = Objective { lambda: 1.0, ..f(&data) };
    let over = Passes::new(&objective);
    let at = over.at(vec![0.0; 4]);
    let mut directions = Directions::new(&over, SKETCH);
    let direction = directions.find(&at, Standing { norm: 1.0, goal: 1e-8 }).unwrap();
    let exact = objective.newton_direction(&at.w).unwrap();
    assert_eq!(directions.when, When::Needed);
    assert!(direction.p.iter().zip(&exact).all(|(p, exact)| (p / exact - 1.0).abs() < 1e-9));
    assert_eq!((directions.before, directions.age), (Some(direction.slope), 0));
}

/// With the diagonal as many products as the residual needs, which the square root of a tenth of what is missing is; by a factor ten
/// at most. One more is for the p itself.
#[test]
fn a_proof_takes_the_products_that_it_needs() {
    let data = partial_sums();
    let over = Passes::new(&Objective { lambda: 1e-3, ..f(&data) });
    let at = over.at(vec![0.0; 120]);
    let least = Gap::new(&over, &at).least;
    let mut m = Diagonal::new(&over);
    m.refresh(&at.curvatures).unwrap();
    let mut before = 0;
    for (share, forcing) in [(1e-1, 0.1), (1e-3, 1e-2), (1e-7, 1e-4), (1e-15, 1e-8), (1e-30, 1e-12)] {
        let times = |v: &[f64]| over.hessian_times(&at.curvatures, v);
        let needed = conjugate::solve(times, |v| m.solve(v), &at.gradient, forcing, PRODUCTS).products;
        let mut directions = Directions::new(&over, Factor::Diagonal);
        assert_eq!(directions.gap(&at, share * least).1, needed + 1, "{share:e}");
        assert!(needed > before || needed == PRODUCTS, "{needed}");
        before = needed;
    }
    assert!(before > FEW);
    // By a factor of another point that needs more.
    let mut directions = Directions::new(&over, Factor::Kept);
    directions.find(&over.at(vec![10.0; 120]), Standing { norm: 1.0, goal: 1e-8 }).unwrap();
    directions.price.whole = f64::INFINITY;
    let mut gap = Gap::new(&over, &at);
    directions.prove(&at, 1e-30 * least, &mut gap);
    assert_eq!(gap.passes, FEW + 1);
}

/// Where the ridge term is far below rounding, what rounding leaves of g is measured by H^{-1}: by that of this very point, or not at all.
#[test]
fn only_the_hessian_of_this_point_measures_what_the_ridge_cannot() {
    let data = classes();
    let f = Objective { lambda: 1e-40, ..f(&data) };
    let (over, found) = (Passes::new(&f), minimise(&f, 1e-12).unwrap());
    let at = over.at(found.w.iter().map(|w| w + 1e-3).collect());
    let mut directions = Directions::new(&over, Factor::Double);
    directions.refresh(&at).unwrap();
    let mut proved = |fresh| {
        directions.fresh = fresh;
        let mut gap = Gap::new(&over, &at);
        directions.prove(&at, 1e-12, &mut gap);
        gap.least
    };
    let (kept, fresh) = (proved(false), proved(true));
    assert!(fresh.is_finite() && kept > 2.0 * fresh, "{kept} {fresh}");
}
