//! More columns than rows: f at the end, compared with a solve that shares neither steps nor sums with the methods.

#![expect(clippy::unwrap_used, reason = "a test ends there")]

use comrade::data::Dataset;
use comrade::data::synthetic::{Text, text};
use comrade::loss::Loss;
use comrade::method::{End, Limits, Method, Outcome, Progress, State, solve};
use comrade::objective::Objective;
use comrade::simulation::Simulation;
use comrade::stream::Seed;
use std::ops::ControlFlow;

const LAMBDA: f64 = 1e-4;

fn data() -> Dataset {
    text(&Text { rows: 300, words: 40.0, vocabulary: 4_000, ..Text::RCV1 }, Seed(5))
}

/// f, g and the mean of l'' at w, written out.
fn at(data: &Dataset, w: &[f64]) -> (f64, Vec<f64>, f64) {
    let n = data.rows() as f64;
    let held = w.len() - usize::from(data.intercept);
    let mut g: Vec<f64> = w.iter().enumerate().map(|(k, w)| if k < held { LAMBDA * w } else { 0.0 }).collect();
    let (mut value, mut bent) = (0.5 * LAMBDA * w[..held].iter().map(|w| w * w).sum::<f64>(), 0.0);
    for (j, y) in data.labels.iter().enumerate() {
        let mut t = 0.0;
        data.features.for_row(j, |k, x| t += y * x * w[k]);
        value += ((-t.abs()).exp().ln_1p() + (-t).max(0.0)) / n;
        let wrong = 1.0 / (1.0 + t.exp());
        data.features.for_row(j, |k, x| g[k] -= y * wrong / n * x);
        bent += wrong * (1.0 - wrong) / n;
    }
    (value, g, bent)
}

/// f* to 1e-10 of it, from below and from above. Above is f where Nesterov's method ends. Below is that less ||g||^2 / (2 lambda),
/// which strong convexity allows.
fn least(data: &Dataset) -> (f64, f64) {
    // Rows of norm 1: curvature is at most 1/4 + lambda, and at least lambda.
    let most = 0.25 + LAMBDA;
    let momentum = (most.sqrt() - LAMBDA.sqrt()) / (most.sqrt() + LAMBDA.sqrt());
    let (mut w, mut ahead) = (vec![0.0; data.cols()], vec![0.0; data.cols()]);
    for _ in 0..10_000 {
        let (value, g, _) = at(data, &ahead);
        let above = g.iter().map(|g| g * g).sum::<f64>() / (2.0 * LAMBDA);
        if above <= 1e-10 * value {
            return (value - above, value);
        }
        let next: Vec<f64> = ahead.iter().zip(&g).map(|(w, g)| w - g / most).collect();
        ahead = next.iter().zip(&w).map(|(next, w)| next + momentum * (next - w)).collect();
        w = next;
    }
    panic!("Nesterov's method has not come to the minimiser")
}

/// A run by this many workers, and how many rounds it took.
fn play(data: &Dataset, workers: usize) -> (Outcome, u64) {
    let run = Simulation::of(data, workers).lambda(LAMBDA);
    let options = run.options();
    let mut cluster = run.build().unwrap();
    let mut state = State::start(Method::Auto, &cluster, vec![0.0; data.cols()]).unwrap();
    let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
    let ControlFlow::Continue(outcome) =
        solve(&mut cluster, &options, &Limits::new(1e-8, 200), &mut state, &mut watch).unwrap()
    else {
        unreachable!("nobody ends it")
    };
    (outcome, state.traffic().rounds)
}

#[test]
fn f_is_least_for_one_worker_and_for_many() {
    let data = data();
    assert!(data.cols() > 3 * data.rows(), "{}", data.cols());
    let (below, above) = least(&data);
    let f = Objective { data: &data, loss: Loss::Logistic, lambda: LAMBDA };
    for workers in [1, 4, 20] {
        let (outcome, rounds) = play(&data, workers);
        assert!(rounds <= 30, "m = {workers}: {rounds} rounds");
        let value = f.value(&outcome.w);
        assert!(value >= below * (1.0 - 1e-12), "m = {workers}: {value} below {below}");
        assert_eq!(outcome.end, End::Converged, "m = {workers}");
        assert!(value - above <= 1e-8 * above, "m = {workers}: {value} above {above}");
        // And what is said to be known is true.
        let bound = outcome.bound.unwrap();
        assert!(value - above <= bound + 1e-12 * above, "m = {workers}: {value} more than {bound} above {above}");
    }
}

/// With an intercept f is not strongly convex. With s = |g_k| / (mean of l'') for the intercept k, g' the rest of g and rows of
/// norm 1 without it,
///
/// ```text
/// f - f* <= ((1 + s) / 2) s |g_k| + (||g'|| + |g_k|)^2 / (2 lambda)      for s <= 1, see `newton::gap`
/// ```
#[test]
fn f_is_least_beside_an_intercept_too() {
    let mut data = data();
    // More of one class than of the other, so that the intercept counts.
    data.labels.iter_mut().step_by(3).for_each(|y| *y = 1.0);
    let data = data.with_intercept().unwrap();
    for workers in [1, 4, 20] {
        let (outcome, rounds) = play(&data, workers);
        let (value, g, bent) = at(&data, &outcome.w);
        let (free, held) = g.split_last().unwrap();
        let (free, held) = (free.abs(), held.iter().map(|g| g * g).sum::<f64>().sqrt());
        let s = free / bent;
        let above = 0.5 * (1.0 + s) * s * free + (held + free).powi(2) / (2.0 * LAMBDA);
        assert!(outcome.w.last().is_some_and(|b| b.abs() > 0.1), "m = {workers}: {:?}", outcome.w.last());
        assert!(s <= 1.0 && above <= 1e-8 * value, "m = {workers}: {above:e} above at {value}");
        assert_eq!(outcome.end, End::Converged, "m = {workers}");
        assert!(rounds <= 30, "m = {workers}: {rounds} rounds");
    }
}
