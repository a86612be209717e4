//! Problems at the edge of double precision, judged by the plain formula in a sum that cannot overflow.

use super::*;
use crate::data::{Csr, Dataset, Dense, Features};
use crate::loss::Loss;
use proptest::prelude::*;

/// sqrt(sum v^2), without an overflow.
fn length(v: &[f64]) -> f64 {
    v.iter().fold(0.0, |length: f64, v| length.hypot(*v))
}

/// The loss takes an exponential below this for 0.
const FLUSHED: f64 = 1e-307;

/// g(w) written out, and how far rounding may take each entry: that of the sum, that of the margins times l'', and what the loss
/// takes for 0.
fn plain(f: &Objective<'_>, w: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (d, n) = (f.data.cols(), f.data.rows() as f64);
    let (mut g, mut rounding, mut flushed) = (vec![0.0; d], vec![0.0; d], vec![0.0; d]);
    for j in 0..f.data.rows() {
        let mut row = vec![0.0; d];
        f.data.features.for_row(j, |k, v| row[k] = v);
        let z: f64 = row.iter().zip(w).map(|(x, w)| x * w).sum();
        let size: f64 = row.iter().zip(w).map(|(x, w)| (x * w).abs()).sum();
        let y = f.data.labels[j];
        let c = f.data.weights.as_ref().map_or(1.0, |c| c[j]) / n;
        let (first, second) = match f.loss {
            Loss::Logistic => {
                let p = 1.0 / (1.0 + (y * z).exp());
                (-y * p, p * (1.0 - p))
            }
            Loss::Squared => (z - y, 1.0),
        };
        for k in 0..d {
            g[k] += c * first * row[k];
            rounding[k] += c * row[k].abs() * (first.abs() + (d as f64) * size * second);
            flushed[k] += c * row[k].abs() * FLUSHED;
        }
    }
    for k in 0..d - usize::from(f.data.intercept) {
        g[k] += f.lambda * w[k];
        rounding[k] += f.lambda * w[k].abs();
    }
    (g, rounding.iter().zip(flushed).map(|(r, flushed)| 8.0 * f64::EPSILON * r + flushed).collect())
}

/// Whoever says converged has ||g|| <= `relative` ||g(0)||, and what is reported is what the formula gives.
fn honest(f: &Objective<'_>, relative: f64, found: &Minimiser) {
    let (g, rounding) = plain(f, &found.w);
    let (first, _) = plain(f, &vec![0.0; g.len()]);
    let (norm, first, rounding) = (length(&g), length(&first), length(&rounding));
    assert!(found.w.iter().all(|w| w.is_finite()), "{found:?}");
    assert!((found.gradient_norm - norm).abs() <= 1e-9 * norm + rounding, "{norm:e} {rounding:e} {found:?}");
    assert!((found.first_gradient_norm - first).abs() <= 1e-9 * first + rounding, "{first:e} {found:?}");
    if found.converged() {
        assert!(norm <= relative * first * (1.0 + 1e-9) + rounding, "{norm:e} of {first:e}: {found:?}");
    }
}

fn choose(data: &Dataset) -> [Factor; 3] {
    [Factor::choose(&data.features), Factor::Double, Factor::Sketch { rows: data.rows().div_ceil(2), seed: Seed(7) }]
}

/// Solved by all of them.
fn solved(data: &Dataset, lambda: f64, relative: f64) -> Vec<Minimiser> {
    let f = Objective { data, loss: Loss::Logistic, lambda };
    let solve = |factor| {
        let found = minimise_with(&f, relative, factor).unwrap_or_else(|error| panic!("{factor:?}: {error}"));
        honest(&f, relative, &found);
        assert!(found.converged(), "{factor:?}: {found:?}");
        found
    };
    choose(data).map(solve).to_vec()
}

/// Numbers in [-1, 1] without a pattern.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(2) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % 2_000_001) as f64 / 1e6 - 1.0
    }
}

/// Rows of these columns, with labels that go with the first ones.
fn made(rows: usize, cols: usize, seed: u64, column: impl Fn(usize, f64) -> f64) -> Dataset {
    let mut next = noise(seed);
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..rows {
        let row: Vec<f64> = (0..cols).map(|_| next()).collect();
        labels.push(if row[0] + 0.5 * row[cols - 1] + next() > 0.0 { 1.0 } else { -1.0 });
        values.extend(row.iter().enumerate().map(|(k, v)| column(k, *v)));
    }
    Dataset::new("made", Features::Dense(Dense::new(rows, cols, values).unwrap()), labels)
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
fn a_column_of_any_size_is_solved_and_deafens_no_other() {
    for size in [1e-155, 1e-10, 1e10, 1e155] {
        for intercept in [false, true] {
            let data = made(300, 4, 5, |k, v| if k == 2 { size * v } else { v });
            let data = if intercept { data.with_intercept().unwrap() } else { data };
            let sparse = Dataset { features: compressed(&data.features), ..data.clone() };
            for lambda in [1e-3, 1e-12] {
                // The same problem in units of the large column, where its ridge term is as good as none.
                let f = Objective { data: &data, loss: Loss::Logistic, lambda };
                for found in solved(&data, lambda, 1e-7).into_iter().chain(solved(&sparse, lambda, 1e-7)) {
                    let (g, _) = plain(&f, &found.w);
                    for (k, g) in g.iter().enumerate() {
                        let unit = if k == 2 { size.max(1e-3) } else { 1.0 };
                        assert!(g.abs() <= 1e-4 * unit, "size {size:e}, lambda {lambda:e}, column {k}: {g:e}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_timestamp_and_an_offset_are_solved_beside_an_intercept() {
    for (offset, spread) in [(1.7e9, 1e6), (1e7, 1.0), (-3e12, 1e5)] {
        let data = made(400, 3, 9, |k, v| if k == 1 { offset + spread * v } else { v }).with_intercept().unwrap();
        let centred = made(400, 3, 9, |k, v| if k == 1 { spread * v } else { v }).with_intercept().unwrap();
        for lambda in [1e-2, 1e-4] {
            let least = minimise(&Objective { data: &centred, loss: Loss::Logistic, lambda }, 1e-10).unwrap().value;
            for found in solved(&data, lambda, 1e-7) {
                assert!((found.value - least).abs() <= 1e-8 * least, "{offset:e}: {} {least}", found.value);
            }
        }
    }
}

#[test]
fn dependent_columns_are_solved_with_any_ridge_and_named_without() {
    let data = made(60, 5, 3, |_, v| v);
    let Features::Dense(x) = &data.features else { unreachable!() };
    let twice: Vec<f64> = (0..60).flat_map(|j| [x.row(j), x.row(j)].concat()).collect();
    let data = Dataset { features: Features::Dense(Dense::new(60, 10, twice).unwrap()), ..data };
    for lambda in [1e-20, 1e-12, 1e-3] {
        for found in solved(&data, lambda, 1e-7) {
            let apart = (0..5).map(|k| (found.w[k] - found.w[k + 5]).abs()).fold(0.0, f64::max);
            assert!(lambda < 1e-3 || apart < 1e-6, "{lambda:e}: {apart:e}");
        }
    }
    let f = Objective { data: &data, loss: Loss::Logistic, lambda: 0.0 };
    let error = minimise(&f, 1e-8).unwrap_err();
    let MinimiseError::Singular(singular) = error else { panic!("{error}") };
    assert!((5..10).contains(&singular.pivot) && error.to_string().contains(&format!("column {}", singular.pivot)));
    // The remedies.
    assert!(Objective { lambda: singular.least(), ..f }.newton_direction(&[0.0; 10]).is_ok());
    assert!(minimise(&Objective { lambda: 1e-14, ..f }, 1e-8).is_ok());
    let kept: Vec<f64> = (0..60).flat_map(|j| x.row(j).to_vec()).collect();
    let without = Dataset { features: Features::Dense(Dense::new(60, 5, kept).unwrap()), ..data.clone() };
    assert!(solved(&without, 0.0, 1e-8).iter().all(Minimiser::converged));
}

/// Along the direction to the minimiser one margin moves by far more than 1: the model of f knows nothing of it.
#[test]
fn where_one_entry_lies_far_out_f_is_as_low_as_is_said() {
    for (entry, intercept) in [(1e4, true), (1e6, false), (1e8, true), (1e8, false), (1e10, true)] {
        let plain = made(200, 6, 5, |_, v| v);
        let Features::Dense(x) = &plain.features else { unreachable!() };
        let mut values = x.values().to_vec();
        values[0] = entry;
        let plain = Dataset { features: Features::Dense(Dense::new(200, 6, values).unwrap()), ..plain };
        let data = if intercept { plain.with_intercept().unwrap() } else { plain };
        as_low_as_is_said(&data, 1e-3, 1e-8);
    }
}

/// A factor of an earlier point is far too large where classes can be separated.
#[test]
fn where_large_columns_separate_the_classes_f_is_as_low_as_is_said() {
    for (size, lambda) in [(1.0, 1e-8), (1e3, 1e-5), (1e6, 1e-5), (1e10, 1e-3)] {
        for seed in 0..8 {
            let mut data = made(50, 6, seed, |_, v| size * v);
            let Features::Dense(x) = &data.features else { unreachable!() };
            data.labels = (0..50).map(|j| if x.row(j)[0] > 0.5 * x.row(j)[1] { 1.0 } else { -1.0 }).collect();
            let data = if seed % 2 == 0 { data } else { data.with_intercept().unwrap() };
            as_low_as_is_said(&data, lambda, 1e-8);
        }
    }
}

/// What is converged and known is; and something is known. The least f is that of the lowest found by far more steps.
fn as_low_as_is_said(data: &Dataset, lambda: f64, relative: f64) {
    let f = Objective { data, loss: Loss::Logistic, lambda };
    let found = choose(data).map(|factor| (factor, minimise_with(&f, relative, factor).unwrap()));
    let finest = minimise_with(&f, 1e-15, Factor::Double).unwrap().value;
    let least = found.iter().fold(finest, |least, (_, found)| least.min(found.value));
    for (factor, found) in &found {
        let above = (found.value - least) / least;
        assert!(!found.known(relative) || above <= relative, "{factor:?}: {above:e} above, {found:?}");
        assert!(found.converged() && found.known(relative), "{factor:?}: {above:e} above, {found:?}");
    }
}

#[test]
fn a_gradient_that_is_not_finite_is_no_convergence() {
    let large = made(10, 2, 1, |k, v| if k == 0 { 1.7e308 * v.signum() } else { v });
    let f = Objective { data: &large, loss: Loss::Logistic, lambda: 1e-3 };
    for factor in choose(&large) {
        match minimise_with(&f, 1e-7, factor) {
            Ok(found) if found.converged() => honest(&f, 1e-7, &found),
            _ => {}
        }
    }
    let heavy = Dataset { weights: Some(vec![1e308; 10]), ..made(10, 2, 1, |_, v| v) };
    for factor in choose(&heavy) {
        let found = minimise_with(&Objective { data: &heavy, ..f }, 1e-7, factor);
        assert_eq!(found, Err(MinimiseError::NotFinite), "{factor:?}");
    }
}

/// A small problem, of any of the kinds that are hard.
#[derive(Clone, Copy, Debug)]
struct Kind {
    rows: usize,
    cols: usize,
    separable: bool,
    repeated: bool,
    intercept: bool,
    weighted: bool,
    sparse: bool,
    size: f64,
    offset: f64,
}

fn kinds() -> impl Strategy<Value = Kind> {
    let shape = (prop_oneof![Just(1_usize), 2_usize..40], 1_usize..14);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let sizes = prop_oneof![6 => Just(1.0), 1 => prop::sample::select(vec![1e-155, 1e-10, 1e3, 1e6, 1e10, 1e155])];
    let offsets = prop_oneof![6 => Just(0.0), 1 => prop::sample::select(vec![3.0, 1e4, 1e7])];
    (shape, flags, sizes, offsets).prop_map(|((rows, cols), flags, size, offset)| {
        let (separable, repeated, intercept, weighted, sparse) = flags;
        Kind { rows, cols, separable, repeated, intercept, weighted, sparse, size, offset }
    })
}

fn problem(kind: Kind, seed: u64) -> Dataset {
    let last = kind.cols - 1;
    let column = |k: usize, v: f64| match k {
        0 => kind.size * v,
        k if k == last => kind.offset + v,
        _ => v,
    };
    let mut data = made(kind.rows, kind.cols, seed, column);
    let Features::Dense(x) = &data.features else { unreachable!() };
    if kind.separable {
        data.labels = (0..kind.rows).map(|j| if x.row(j)[0] > 0.0 { 1.0 } else { -1.0 }).collect();
    }
    if kind.repeated && kind.cols > 2 {
        let values = (0..kind.rows).flat_map(|j| [&x.row(j)[..last], &x.row(j)[..1]].concat()).collect();
        data.features = Features::Dense(Dense::new(kind.rows, kind.cols, values).unwrap());
    }
    if kind.sparse {
        data.features = compressed(&data.features);
    }
    if kind.weighted {
        data.weights = Some((0..kind.rows).map(|j| (j % 3) as f64).collect());
    }
    if kind.intercept { data.with_intercept().unwrap() } else { data }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn no_miss_is_silent(
        kind in kinds(), seed in any::<u64>(), logistic in prop::bool::weighted(0.8),
        lambda in prop::sample::select(vec![0.0, 1e-18, 1e-12, 1e-6, 1e-2, 1.0]),
        relative in prop::sample::select(vec![1e-3, 1e-7, 1e-10]),
    ) {
        let data = problem(kind, seed);
        let f = Objective { data: &data, loss: if logistic { Loss::Logistic } else { Loss::Squared }, lambda };
        let ordinary = lambda >= 1e-6 && kind.size == 1.0 && kind.offset <= 3.0;
        for factor in choose(&data).into_iter().chain([Factor::Kept, Factor::Diagonal]) {
            match minimise_with(&f, relative, factor) {
                Ok(found) => {
                    honest(&f, relative, &found);
                    let known = matches!(found.stop, Stop::Converged | Stop::Rounding);
                    prop_assert!(known || !ordinary, "{factor:?}: {found:?}");
                }
                // An intercept over samples of no weight has no curvature.
                Err(error) => prop_assert!(!ordinary || kind.weighted, "{factor:?}: {error}"),
            }
        }
    }
}
