//! What a run says is so, whoever lies: checked by formulas of its own on random small problems.

#![expect(clippy::unwrap_used, reason = "a test ends there")]

use comrade::aggregate::TrimFraction;
use comrade::attack::EXAMPLES;
use comrade::cluster::Cluster;
use comrade::data::{Dataset, Dense, Features};
use comrade::loss::Loss;
use comrade::method::{End, Limits, METHODS, Method, Options, Outcome, Progress, Rule, State, solve};
use comrade::objective::Objective;
use comrade::simulation::{InProcess, Simulation};
use proptest::prelude::*;
use std::ops::ControlFlow;

/// Rows, labels, and how they are dealt.
#[derive(Clone, Debug)]
struct Problem {
    cols: usize,
    rows: Vec<Vec<f64>>,
    labels: Vec<f64>,
    lambda: f64,
    intercept: bool,
    /// The worker of each row; every one of them has a row.
    owner: Vec<usize>,
}

impl Problem {
    fn workers(&self) -> usize {
        self.owner.iter().max().map_or(1, |most| most + 1)
    }

    fn data(&self) -> Dataset {
        let features = Dense::new(self.rows.len(), self.cols, self.rows.concat()).unwrap();
        let data = Dataset::new("small", Features::Dense(features), self.labels.clone());
        if self.intercept { data.with_intercept().unwrap() } else { data }
    }

    /// f and ||g||, written out.
    fn at(&self, w: &[f64]) -> (f64, f64) {
        let n = self.rows.len() as f64;
        let (mut value, mut g) = (0.0, vec![0.0; w.len()]);
        for (x, y) in self.rows.iter().zip(&self.labels) {
            let x: Vec<f64> = x.iter().copied().chain(self.intercept.then_some(1.0)).collect();
            let t = y * x.iter().zip(w).map(|(x, w)| x * w).sum::<f64>();
            value += ((-t.abs()).exp().ln_1p() + (-t).max(0.0)) / n;
            let share = -y / (1.0 + t.exp()) / n;
            g.iter_mut().zip(&x).for_each(|(g, x)| *g += share * x);
        }
        for (g, w) in g.iter_mut().zip(w).take(self.cols) {
            *g += self.lambda * w;
            value += 0.5 * self.lambda * w * w;
        }
        (value, g.iter().map(|g| g * g).sum::<f64>().sqrt())
    }

    /// What rounding leaves of a gradient whose terms are as large as here.
    fn rounding(&self, w: &[f64]) -> f64 {
        let largest = self.rows.iter().flatten().fold(1.0_f64, |most, x| most.max(x.abs()));
        1e-14 * (largest + self.lambda * w.iter().map(|w| w.abs()).sum::<f64>())
    }

    /// What rounding makes of the difference of two values of f near w: f changes by at most as much as a margin does, and that
    /// is a sum of up to six products.
    fn grain(&self, w: &[f64]) -> f64 {
        let largest = self.rows.iter().flatten().fold(1.0_f64, |most, x| most.max(x.abs()));
        14.0 * f64::EPSILON * largest * w.iter().map(|w| w.abs()).sum::<f64>()
    }

    /// f*, by the exact minimiser; nothing where there is none.
    fn least(&self) -> f64 {
        let data = self.data();
        let f = Objective { data: &data, loss: Loss::Logistic, lambda: self.lambda };
        comrade::newton::minimise(&f, 1e-10).map_or(f64::NEG_INFINITY, |found| self.at(&found.w).0)
    }

    fn cluster(&self, liars: usize, spec: &str) -> InProcess {
        let data = self.data();
        let mut shards = vec![vec![]; self.workers()];
        self.owner.iter().enumerate().for_each(|(row, &worker)| shards[worker].push(row));
        Simulation::dealt(&data, shards).lambda(self.lambda).liars(liars, spec).build().unwrap()
    }

    /// None if the run ends in an error.
    fn play(&self, cluster: &mut InProcess, method: Method, trim: f64, rule: Rule, rounds: u64) -> Option<Outcome> {
        let mut options = Options::new(self.lambda, self.intercept);
        options.trim = TrimFraction::new(trim).unwrap();
        options.rule = if method.takes(rule) { rule } else { Rule::Published };
        let mut state = State::start(method, cluster, vec![0.0; cluster.dimension()]).ok()?;
        let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
        let ended = solve(cluster, &options, &Limits::new(TOLERANCE, rounds), &mut state, &mut watch);
        ended.ok().and_then(ControlFlow::continue_value)
    }
}

const TOLERANCE: f64 = 1e-7;

/// A problem of any kind.
fn problem() -> impl Strategy<Value = Problem> {
    (0_u8..=NEAR_1000).prop_flat_map(of_kind)
}

/// Columns that are all near 1000 and differ by 1, so that the Hessian is next to singular.
const NEAR_1000: u8 = 6;

/// Separable ones, doubled columns, columns of other scales or with an offset, fewer rows than columns, one row per
/// worker, one class.
fn of_kind(kind: u8) -> impl Strategy<Value = Problem> {
    let shape = (1_usize..25, 1_usize..6, 1_usize..8, any::<bool>());
    let lambda = prop::sample::select(vec![1e-6, 1e-3, 1e-1, 10.0]);
    (shape, lambda, Just(kind)).prop_flat_map(|((n, cols, most, intercept), lambda, kind)| {
        let m = if kind == 1 { n } else { most.min(n) };
        let rows = prop::collection::vec(prop::collection::vec(-1.0..1.0_f64, cols), n);
        let dealt = prop::collection::vec(0..m, n);
        (rows, prop::collection::vec(any::<bool>(), n), dealt).prop_map(move |(mut rows, labels, mut owner)| {
            let mut labels: Vec<f64> = labels.iter().map(|up| if *up { 1.0 } else { -1.0 }).collect();
            owner.iter_mut().take(m).enumerate().for_each(|(i, owner)| *owner = i);
            match kind {
                2 => labels = rows.iter().map(|x| if x[0] > 0.0 { 1.0 } else { -1.0 }).collect(),
                3 => rows.iter_mut().for_each(|x| x[cols - 1] = x[0]),
                4 => rows.iter_mut().for_each(|x| x[0] *= 1e4),
                5 => labels.fill(1.0),
                NEAR_1000 => rows.iter_mut().flatten().for_each(|x| *x = 1e3 + (3.0 * *x).round()),
                _ => {}
            }
            Problem { cols, rows, labels, lambda, intercept, owner }
        })
    })
}

/// In addition to one of each kind: parameters at which numbers overflow, vanish or drown all others.
const EXTREMES: [&str; 8] = [
    "gaussian:1e308",
    "negative:1e300",
    "scaled:0",
    "value:gaussian:1",
    "value:huge",
    "hessian:scaled:1e9",
    "hessian:gaussian:10",
    "rejected:scaled:0",
];

fn attacks() -> Vec<&'static str> {
    [&EXAMPLES[..], &EXTREMES].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn converged_is_said_only_where_it_is_so(problem in problem()) {
        for (method, _) in METHODS {
            let mut cluster = problem.cluster(0, "silent");
            let Some(outcome) = problem.play(&mut cluster, method, 0.0, Rule::Filter, 60) else { continue };
            let (first, here) = (problem.at(&vec![0.0; outcome.w.len()]), problem.at(&outcome.w));
            if outcome.end == End::Converged {
                let most = TOLERANCE * first.1 * (1.0 + 1e-6) + problem.rounding(&outcome.w);
                prop_assert!(here.1 <= most, "{method}: {here:?} of {first:?}");
            }
            prop_assert!(here.0 <= first.0 * (1.0 + 1e-14), "{method}: {here:?} of {first:?}");
            let grain = problem.grain(&outcome.w);
            if outcome.end == End::Converged && matches!(method, Method::LazyNewton | Method::Newton | Method::Auto) {
                let gap = here.0 - problem.least();
                prop_assert!(gap <= TOLERANCE * here.0 + grain || !gap.is_finite(), "{method}: f is {gap:e} above {}", here.0);
            }
            if let (Some(told), Some(bound)) = (outcome.here, outcome.bound) {
                prop_assert!((told.value - here.0).abs() <= 1e-12 * first.0);
                // Where rounding keeps the exact minimiser from its tolerance, f* is not known.
                let gap = here.0 - problem.least();
                prop_assert!(gap <= bound + 1e-12 + grain || !gap.is_finite(), "{method}: {bound}");
            }
        }
    }

    #[test]
    fn with_liars_assumed_it_is_never_said(
        problem in problem(),
        attack in prop::sample::select(attacks()),
        trim in prop::sample::select(vec![0.1, 0.25, 0.4]),
        rule in prop::sample::select(vec![Rule::Filter, Rule::Norm]),
    ) {
        let liars = TrimFraction::new(trim).unwrap().trimmed(problem.workers());
        prop_assume!(liars > 0);
        for (method, _) in METHODS {
            let mut cluster = problem.cluster(liars, attack);
            let Some(outcome) = problem.play(&mut cluster, method, trim, rule, 25) else { continue };
            prop_assert_ne!(outcome.end, End::Converged, "{} {}", method, attack);
            prop_assert_eq!(outcome.bound, None);
            prop_assert!(outcome.w.iter().all(|w| w.is_finite()));
            if let (Some(first), Some(here)) = (outcome.first, outcome.here) {
                prop_assert!(!here.is_above(first) || first.value.is_nan(), "{method} {attack}");
            }
        }
    }

    /// Without trimming a worker that says nothing usable is seen; one that lies is believed, which nothing can help.
    #[test]
    fn without_trimming_a_fault_is_an_error(
        problem in problem(),
        fault in prop::sample::select(vec!["silent", "nan", "inf", "wrong-length", "stale", "duplicate", "value:nan"]),
    ) {
        for (method, _) in METHODS {
            let outcome = problem.play(&mut problem.cluster(1, fault), method, 0.0, Rule::Filter, 25);
            prop_assert!(outcome.is_none(), "{method} {fault}: {outcome:?}");
        }
    }
}

/// Not only is nothing false said: small problems are solved, even those whose Hessian is next to singular.
#[test]
fn most_small_problems_are_solved() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    for kind in 0..=NEAR_1000 {
        let (mut solved, mut all) = (0, 0);
        for _ in 0..100 {
            let problem = of_kind(kind).new_tree(&mut runner).unwrap().current();
            let one_class = problem.labels.iter().all(|y| *y == problem.labels[0]);
            let outcome = problem.play(&mut problem.cluster(0, "silent"), Method::LazyNewton, 0.0, Rule::Filter, 60);
            let end = outcome.as_ref().map(|outcome| outcome.end);
            if problem.intercept && one_class {
                // There is no minimiser, and the run does not claim to have found one.
                assert_ne!(end, Some(End::Converged), "{problem:?}");
                continue;
            }
            all += 1;
            solved += usize::from(end == Some(End::Converged));
            if end != Some(End::Converged) {
                println!("{end:?}: {problem:?}");
            }
        }
        println!("kind {kind}: {solved} of {all}");
        assert!(all > 30 && solved * 100 >= 98 * all, "kind {kind}: {solved} of {all}");
    }
}

/// Logistic numbers and a sign that follows the first column, from a generator of its own.
fn drawn(n: usize, cols: usize, intercept: bool, lambda: f64) -> Problem {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let rows: Vec<Vec<f64>> = (0..n).map(|_| (0..cols).map(|_| 4.0 * next() - 2.0).collect()).collect();
    let labels = rows.iter().map(|x| if 2.0 * x[0] + (1.0 / next() - 1.0).ln() > 0.0 { 1.0 } else { -1.0 }).collect();
    Problem { cols, rows, labels, lambda, intercept, owner: (0..n).map(|j| j % 4).collect() }
}

/// How it ends; converged only if f is near to f*, which is `least`.
fn is_not_misled(hard: &Problem, least: f64, grain: f64) -> End {
    let outcome = hard.play(&mut hard.cluster(0, "silent"), Method::LazyNewton, 0.0, Rule::Filter, 100).unwrap();
    let gap = hard.at(&outcome.w).0 - least;
    assert!(outcome.end != End::Converged || gap <= TOLERANCE * least + grain, "f is {gap:e} above {least}");
    outcome.end
}

#[test]
fn columns_whose_mean_hides_how_they_vary_are_solved_or_said_not_to_be() {
    // No ridge term holds the intercept, so that it takes up the offset: f* is that of the column without.
    for (offset, solved) in [(1e5, true), (1e7, false), (1e9, false), (1e10, false)] {
        let mut problem = drawn(300, 2, true, 1e-12);
        let least = problem.least();
        problem.rows.iter_mut().for_each(|x| x[0] += offset);
        let end = is_not_misled(&problem, least, 1e-14 * offset * 10.0);
        assert!(end == End::Converged || !solved, "{offset:e}: {end:?}");
    }
}

#[test]
fn one_entry_far_out_does_not_stand_for_all() {
    for size in [1e4, 1e6, 1e8, 1e10] {
        let mut problem = drawn(100, 3, false, 1e-2);
        problem.rows[3][0] = size;
        let least = problem.least();
        assert!(least.is_finite());
        let end = is_not_misled(&problem, least, 1e-10);
        assert_eq!(end, End::Converged, "{size:e}");
    }
}
