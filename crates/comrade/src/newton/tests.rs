//! The minimiser against closed forms, every factor against every other, on all shapes; kept apart for its length.

use super::preconditioner::{Cholesky, Preconditioner};
use super::*;
use crate::conjugate;
use crate::data::synthetic::{self, Gaussian, Task, Text};
use crate::data::{Csr, Dataset, Dense, Features};
use crate::kernel::norm;
use crate::loss::Loss;
use crate::stream::Seed;
use proptest::prelude::*;

const SEED: Seed = Seed(3);

fn factors(rows: usize) -> [Factor; 5] {
    let [all, some, one] = [rows, rows / 2, 1].map(|rows| Factor::Sketch { rows, seed: SEED });
    [Factor::Kept, all, some, one, Factor::Diagonal]
}

/// Every factor's minimiser, whose stop is one of these.
fn all(f: &Objective<'_>, relative: f64, stops: &[Stop]) -> Vec<Minimiser> {
    let factors = factors(f.data.rows()).into_iter().chain([Factor::Double, Factor::choose(&f.data.features)]);
    let find = |factor| {
        let found = minimise_with(f, relative, factor).unwrap_or_else(|error| panic!("{factor:?}: {error}"));
        assert!(stops.contains(&found.stop), "{factor:?}: {found:?}");
        found
    };
    factors.map(find).collect()
}

pub(super) fn dense(rows: usize, cols: usize, values: Vec<f64>, labels: Vec<f64>) -> Dataset {
    Dataset::new("dense", Features::Dense(Dense::new(rows, cols, values).unwrap()), labels)
}

fn gaussian(rows: usize, cols: usize) -> Dataset {
    let spec = Gaussian { rows, cols, condition: 100.0, margin: 3.0, task: Task::Classification };
    synthetic::gaussian(&spec, SEED).unwrap()
}

/// Every factor finds a gradient as small as asked, judged by the plain gradient; f is lambda-strongly convex, so
/// ||w - w*|| <= (||g(w)|| + ||g(w*)||) / lambda.
fn agree(f: &Objective<'_>) {
    const RELATIVE: f64 = 1e-9;
    let first = norm(&f.gradient(&vec![0.0; f.data.cols()]));
    let direct = minimise(f, RELATIVE).unwrap();
    for found in all(f, RELATIVE, &[Stop::Converged, Stop::Rounding]) {
        let rounding = ROUNDINGS * f64::EPSILON * f.gradient_scale(&found.w);
        let g = norm(&f.gradient(&found.w));
        assert!(g <= 1.001 * f64::max(RELATIVE * first, 2.0 * rounding), "{found:?}: {g:e} of {first:e}");
        let apart: Vec<f64> = found.w.iter().zip(&direct.w).map(|(a, b)| a - b).collect();
        let bound = (g + norm(&f.gradient(&direct.w)) + rounding) / f.lambda;
        assert!(norm(&apart) <= 1.001 * bound, "{found:?}: {apart:?} beyond {bound:e}");
    }
}

/// Numbers from -1 to 1, about `zeros` of seven of which are 0.
fn numbers(zeros: u64, seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if state % 7 < zeros { 0.0 } else { (state % 2001) as f64 / 1000.0 - 1.0 }
    }
}

/// X by rows: an empty one and two equal ones among them, where there are three.
fn entries(rows: usize, cols: usize, next: &mut impl FnMut() -> f64) -> Vec<f64> {
    let mut values: Vec<f64> = (0..rows * cols).map(|_| next()).collect();
    if rows > 2 {
        values[..cols].fill(0.0);
        values.copy_within(cols..2 * cols, (rows - 1) * cols);
    }
    values
}

proptest! {
    #[test]
    fn every_factor_finds_the_same_minimiser(
        rows in 1_usize..60, cols in 1_usize..12, zeros in 0_u64..7, lambda in prop_oneof![Just(1e-6), Just(1e-2), Just(1.0)],
        logistic in any::<bool>(), sparse in any::<bool>(), seed in any::<u64>()
    ) {
        let mut next = numbers(zeros, seed);
        let values = entries(rows, cols, &mut next);
        let labels = (0..rows).map(|_| if next() < 0.0 { -1.0 } else { 1.0 }).collect();
        let mut data = dense(rows, cols, values, labels);
        if sparse {
            data.features = compressed(&data.features);
        }
        agree(&Objective { data: &data, loss: if logistic { Loss::Logistic } else { Loss::Squared }, lambda });
    }
}

/// The same numbers, the zeros left out.
fn compressed(x: &Features) -> Features {
    let (mut offsets, mut indices, mut values) = (vec![0], vec![], vec![]);
    for j in 0..x.rows() {
        x.for_row(j, |k, v| {
            if v != 0.0 {
                indices.push(k as u32);
                values.push(v);
            }
        });
        offsets.push(values.len());
    }
    Features::Sparse(Csr::new(x.cols(), offsets, indices, values).unwrap())
}

#[test]
fn every_factor_finds_the_minimiser_on_degenerate_shapes() {
    let one_row = dense(1, 5, vec![1.0, -2.0, 0.0, 3.0, 0.5], vec![1.0]);
    let one_column = dense(4, 1, vec![1.0, 2.0, -1.0, 0.0], vec![1.0, -1.0, 1.0, 1.0]);
    let one_number = dense(1, 1, vec![2.0], vec![-1.0]);
    let empty_rows = dense(3, 2, vec![0.0; 6], vec![1.0, -1.0, 1.0]);
    let equal_rows = dense(50, 3, [1.0, 2.0, 3.0].repeat(50), [1.0, -1.0].repeat(25));
    let wide = gaussian(10, 40);
    let no_row = dense(0, 3, vec![], vec![]);
    for data in [one_row, one_column, one_number, empty_rows, equal_rows, wide, no_row] {
        for loss in [Loss::Logistic, Loss::Squared] {
            for lambda in [1e-8, 1e-3, 1e3] {
                agree(&Objective { data: &data, loss, lambda });
                let sparse = Dataset { features: compressed(&data.features), ..data.clone() };
                agree(&Objective { data: &sparse, loss, lambda });
            }
        }
    }
}

#[test]
fn numbers_out_of_range_in_single_precision_are_no_obstacle() {
    for (scale, lambda) in [(1e25, 1.0), (1e-25, 1e-52)] {
        let Features::Dense(x) = gaussian(200, 6).features else { unreachable!() };
        let labels = gaussian(200, 6).labels;
        let data = dense(200, 6, x.values().iter().map(|v| v * scale).collect(), labels);
        agree(&Objective { data: &data, loss: Loss::Logistic, lambda });
    }
}

#[test]
fn blocks_add_up_to_the_plain_sums() {
    let weighted = Dataset { weights: Some([0.5, 1.5].repeat(2_000)), intercept: true, ..gaussian(4_000, 70) };
    for data in [gaussian(4_000, 70), synthetic::a9a_like(30_000, SEED), weighted] {
        let f = Objective { data: &data, loss: Loss::Logistic, lambda: 0.01 };
        let w: Vec<f64> = (0..data.cols()).map(|k| 0.1 * (k as f64).sin()).collect();
        let (over_x, h, plain) = (Passes::new(&f), f.hessian(&w), f.expand(&w));
        let at = over_x.at(w.clone());
        let times = over_x.hessian_times(&at.curvatures, &w);
        let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "{a} {b}");
        close(at.value, f.value(&w));
        assert_eq!(at.curvatures, plain.curvatures);
        let weights: Vec<f64> = at.curvatures.iter().map(|d2| d2 / data.rows() as f64).collect();
        let (mut double, mut single) = (Vec::new(), Vec::new());
        passes::gram::<f64>(&data.features, None, &weights, &over_x.ridge, &mut double);
        passes::gram::<f32>(&data.features, None, &weights, &over_x.ridge, &mut single);
        for k in 0..data.cols() {
            close(at.gradient[k], plain.gradient[k]);
            close(times[k], (0..data.cols()).map(|i| h[(k, i)] * w[i]).sum());
            for row in k..data.cols() {
                close(double[0].gram()[(row, k)], h[(row, k)]);
                assert!((f64::from(single[0].gram()[(row, k)]) - h[(row, k)]).abs() < 1e-5 * (1.0 + h[(row, k)].abs()));
            }
        }
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for data in [gaussian(6_000, 60), synthetic::a9a_like(20_000, SEED)] {
        let f = Objective { data: &data, loss: Loss::Logistic, lambda: 1e-4 };
        let sketch = Factor::sketch(&data.features, SEED);
        for factor in [Factor::Double, Factor::Kept, sketch, Factor::Diagonal] {
            let with = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| minimise_with(&f, 1e-8, factor).unwrap())
            };
            let one = with(1);
            assert_eq!(one, with(2));
            assert_eq!(one, with(5));
        }
    }
}

/// Columns that share a factor: H is far from its diagonal.
fn correlated(rows: usize, cols: usize) -> Dataset {
    let spec = Gaussian { rows, cols, condition: 1e3, margin: 3.0, task: Task::Classification };
    let plain = synthetic::gaussian(&spec, SEED).unwrap();
    let mut values = Vec::new();
    for j in 0..rows {
        let mut row = vec![0.0; cols];
        plain.features.for_row(j, |k, v| row[k] = v);
        values.extend(row.iter().map(|v| v + 5.0 * row[0]));
    }
    dense(rows, cols, values, plain.labels)
}

#[test]
fn a_good_sample_takes_few_passes_and_a_useless_one_gives_way() {
    let data = correlated(6_000, 60);
    let f = Objective { data: &data, loss: Loss::Logistic, lambda: 1e-4 };
    let passes = |factor| minimise_with(&f, 1e-8, factor).unwrap().passes;
    let good = passes(Factor::Sketch { rows: 1_000, seed: SEED });
    let useless = passes(Factor::Sketch { rows: 1, seed: SEED });
    let direct = passes(Factor::Double);
    assert!(direct < good && good < 20, "{good} {direct}");
    assert!(useless < 60, "{useless} {direct}");
}

#[test]
fn a_preconditioner_is_the_hessian_of_its_rows() {
    let data = correlated(300, 8);
    let f = Objective { data: &data, loss: Loss::Logistic, lambda: 0.1 };
    let over_x = Passes::new(&f);
    let (at, v) = (f.expand(&[0.05; 8]), [1.0, -2.0, 0.5, 3.0, -1.0, 0.0, 2.0, 1.0]);
    let sample = draw(300, 100, SEED);
    assert!(sample.len() == 100 && sample.is_sorted_by(|a, b| a < b) && sample.iter().all(|&j| j < 300));
    let some = data.select(&sample);
    let of_sample = Objective { data: &some, ..f };
    let cases: [(Box<dyn Preconditioner>, &Objective<'_>, f64); 4] = [
        (Box::new(Cholesky::<f64>::whole(&over_x)), &f, 1e-12),
        (Box::new(Cholesky::<f32>::whole(&over_x)), &f, 1e-4),
        (Box::new(Cholesky::<f64>::of_rows(&over_x, sample.clone())), &of_sample, 1e-12),
        (Box::new(Cholesky::<f32>::of_rows(&over_x, sample)), &of_sample, 1e-4),
    ];
    for (mut m, hessian_of, tolerance) in cases {
        m.refresh(&at.curvatures).unwrap();
        let exact = hessian_of.direction_for(&[0.05; 8], &v).unwrap();
        let size = norm(&exact);
        assert!(m.solve(&v).iter().zip(&exact).all(|(p, x)| (p - x).abs() <= tolerance * size));
    }
}

#[test]
fn the_factor_chosen_goes_with_the_shape() {
    let choose = |rows, cols| Factor::choose(&Features::Dense(Dense::new(rows, cols, vec![1.0; rows * cols]).unwrap()));
    for (rows, cols) in [(1, 1), (0, 0), (300, 300), (300, 1_000)] {
        assert_eq!(choose(rows, cols), Factor::Kept, "{rows} x {cols}");
    }
    assert!(matches!(choose(10_000, 100), Factor::Sketch { rows: 800..=5_000, .. }), "{:?}", choose(10_000, 100));
    for data in [synthetic::a9a_like(30_000, SEED), synthetic::w5a_like(9_000, SEED)] {
        let factor = Factor::choose(&data.features);
        assert!(
            matches!(factor, Factor::Sketch { rows, .. } if 8 * data.cols() < rows && 2 * rows <= data.rows()),
            "{factor:?}"
        );
    }
}

#[test]
fn a_singular_hessian_is_an_error_whatever_the_factor() {
    // The third column is the sum of the first two, and there is a fourth without entries.
    let rows = [0.1, 0.7, 0.8, 0.0, 0.3, 0.2, 0.5, 0.0, 0.9, 0.4, 1.3, 0.0, 0.6, 0.1, 0.7, 0.0];
    let data = dense(4, 4, rows.to_vec(), vec![1.0, -1.0, 1.0, -1.0]);
    let f = Objective { data: &data, loss: Loss::Logistic, lambda: 0.0 };
    for factor in factors(4).into_iter().chain([Factor::Double]) {
        assert!(matches!(minimise_with(&f, 1e-8, factor), Err(MinimiseError::Singular(_))), "{factor:?}");
    }
}

#[test]
fn a_dimension_whose_square_is_too_much_is_solved_by_its_diagonal() {
    solves_by_diagonal(200_000);
    solves_by_diagonal(4_000);
}

fn solves_by_diagonal(cols: usize) {
    let (offsets, indices) = ((0..=500).map(|j| 4 * j).collect(), (0..2_000_u32).map(|i| i * 97 % cols as u32));
    let mut indices: Vec<u32> = indices.collect();
    indices.chunks_mut(4).for_each(<[u32]>::sort_unstable);
    let features = Features::Sparse(Csr::new(cols, offsets, indices, vec![1.0; 2_000]).unwrap());
    let data = Dataset::new("wide", features, [1.0, -1.0].repeat(250));
    let factor = Factor::choose(&data.features);
    assert_eq!(factor, Factor::Diagonal);
    let f = Objective { data: &data, loss: Loss::Logistic, lambda: 1e-3 };
    let found = minimise_with(&f, 1e-9, factor).unwrap();
    assert!(norm(&f.gradient(&found.w)) <= 1.001e-9 * norm(&f.gradient(&vec![0.0; cols])));
}

/// Where the span of the rows does not lead to the minimiser the diagonal does, so that only here it is seen to lead there.
#[test]
fn the_span_of_the_rows_has_the_minimiser() {
    let plain = synthetic::text(&Text { rows: 200, words: 40.0, vocabulary: 3_000, ..Text::RCV1 }, SEED);
    let weights = (0..200).map(|j| f64::from(j % 3)).collect();
    let weighted = Dataset { weights: Some(weights), ..plain.clone() };
    for data in [plain.clone(), weighted, plain.with_intercept().unwrap()] {
        for loss in [Loss::Logistic, Loss::Squared] {
            for lambda in [1e-6, 1e-3, 1.0] {
                let f = Objective { data: &data, loss, lambda };
                assert!(rows::suits(&f, Factor::Diagonal) && !rows::suits(&f, Factor::Double));
                let found = rows::solve(&f, 1e-9).unwrap();
                let g = norm(&f.gradient(&found.w));
                assert!(g <= 1.001e-9 * norm(&f.gradient(&vec![0.0; data.cols()])), "{g:e}: {found:?}");
                assert!(found.converged() && found.known(1e-9));
                let direct = minimise(&f, 1e-11).unwrap();
                assert!(f.value(&found.w) - direct.value <= found.gap + 1e-14 * direct.value);
            }
        }
    }
}

proptest! {
    /// The same of small ones with rows that are empty, equal or of no weight, of one class, with d one above n.
    #[test]
    fn the_span_of_the_rows_has_the_minimiser_of_whatever_rows(
        rows in 1_usize..25, more in 1_usize..30, zeros in 2_u64..7, seed in any::<u64>(), lambda in prop_oneof![Just(1e-4), Just(1.0)],
        one_class in any::<bool>(), weighted in any::<bool>(), intercept in any::<bool>(), logistic in any::<bool>()
    ) {
        let (cols, mut next) = (rows + more, numbers(zeros, seed));
        let values = entries(rows, cols, &mut next);
        let labels: Vec<f64> = (0..rows).map(|_| if one_class || next() >= 0.0 { 1.0 } else { -1.0 }).collect();
        let mut data = dense(rows, cols, values, labels);
        data.features = compressed(&data.features);
        data.weights = weighted.then(|| (0..rows).map(|j| ((j + 1) % 3) as f64).collect());
        let data = if intercept { data.with_intercept().unwrap() } else { data };
        let f = Objective { data: &data, loss: if logistic { Loss::Logistic } else { Loss::Squared }, lambda };
        prop_assert!(rows::suits(&f, Factor::Diagonal));
        let found = rows::solve(&f, 1e-8);
        // An intercept alone fits labels that are all the same: f* is 0, and no share of it is known.
        let bounded = !(intercept && data.labels.windows(2).all(|two| two[0] == two[1]));
        prop_assert!(found.is_some() || !bounded || weighted);
        if let Some(found) = found {
            let (g, first) = (norm(&f.gradient(&found.w)), norm(&f.gradient(&vec![0.0; data.cols()])));
            prop_assert!(g <= 1.001e-8 * first + 1e-15 && found.known(1e-8), "{g:e} of {first:e}: {found:?}");
            if let Ok(direct) = minimise_with(&f, 1e-11, Factor::Double) {
                prop_assert!(found.value - direct.value <= found.gap + 1e-14 * direct.value.max(1e-3), "{found:?} {direct:?}");
            }
        }
    }
}

#[test]
fn conjugate_gradients_end_after_as_many_products_as_dimensions() {
    let h = [[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 5.0]];
    let times = |v: &[f64]| h.iter().map(|row| dot(row, v)).collect::<Vec<_>>();
    // H (1, -2, 3).
    let found = conjugate::solve(times, <[f64]>::to_vec, &[2.0, -2.0, 13.0], 1e-12, 10);
    assert_eq!(found.products, 3);
    assert!(found.p.iter().zip([1.0, -2.0, 3.0]).all(|(p, x)| (p - x).abs() < 1e-12));
}
