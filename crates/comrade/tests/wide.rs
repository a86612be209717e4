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

/// f* to 1e-10 of it, from below and from above. Above is f where Nesterov's method ends, with f and g written out here. Below is
/// that less ||g||^2 / (2 lambda), which strong convexity allows.
fn least(data: &Dataset) -> (f64, f64) {
    let n = data.rows() as f64;
    let at = |w: &[f64]| {
        let mut g: Vec<f64> = w.iter().map(|w| LAMBDA * w).collect();
        let mut value = 0.5 * LAMBDA * w.iter().map(|w| w * w).sum::<f64>();
        for (j, y) in data.labels.iter().enumerate() {
            let mut t = 0.0;
            data.features.for_row(j, |k, x| t += y * x * w[k]);
            value += ((-t.abs()).exp().ln_1p() + (-t).max(0.0)) / n;
            let share = -y / (1.0 + t.exp()) / n;
            data.features.for_row(j, |k, x| g[k] += share * x);
        }
        (value, g)
    };
    // Rows of norm 1: curvature is at most 1/4 + lambda, and at least lambda.
    let most = 0.25 + LAMBDA;
    let momentum = (most.sqrt() - LAMBDA.sqrt()) / (most.sqrt() + LAMBDA.sqrt());
    let (mut w, mut ahead) = (vec![0.0; data.cols()], vec![0.0; data.cols()]);
    for _ in 0..10_000 {
        let (value, g) = at(&ahead);
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

fn play(data: &Dataset, workers: usize) -> Outcome {
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
    outcome
}

#[test]
fn f_is_least_for_one_worker_and_for_many() {
    let data = data();
    assert!(data.cols() > 3 * data.rows(), "{}", data.cols());
    let (below, above) = least(&data);
    let f = Objective { data: &data, loss: Loss::Logistic, lambda: LAMBDA };
    for workers in [1, 4, 20] {
        let outcome = play(&data, workers);
        let value = f.value(&outcome.w);
        assert!(value >= below * (1.0 - 1e-12), "m = {workers}: {value} below {below}");
        assert_eq!(outcome.end, End::Converged, "m = {workers}");
        assert!(value - above <= 1e-8 * above, "m = {workers}: {value} above {above}");
        // And what is said to be known is true.
        let bound = outcome.bound.unwrap();
        assert!(value - above <= bound + 1e-12 * above, "m = {workers}: {value} more than {bound} above {above}");
    }
}
