//! Distributed gradient descent, the first-order baseline: w <- w - gamma * mean_{i in U} g_i, one round an iteration.

use crate::aggregate::Aggregator;
use crate::center::{Plan, Solution, SolveError, Step, gather, iterate};
use crate::cluster::{Ask, Cluster};
use crate::kernel::{dot, sweep};
use crate::objective::Objective;
use std::ops::ControlFlow;

/// Broadcast w, gather g_i, aggregate, step. With [`crate::aggregate::NormTrimmedMean`] it is robust as Algorithm 1 is.
///
/// A good step is [`safe_step`]; gradients travel uncompressed.
///
/// # Errors
/// [`SolveError`] when a round or its aggregation is impossible.
pub fn solve<B>(
    cluster: &mut dyn Cluster,
    rule: &dyn Aggregator,
    plan: &Plan,
    watch: &mut dyn FnMut(&Step<'_>) -> ControlFlow<B>,
) -> Result<ControlFlow<B, Solution>, SolveError> {
    iterate(cluster, plan, watch, &mut |cluster, w| gather(cluster, rule, Ask::Gradient { w }))
}

/// Steps of the power method: its estimate is then within a few thousandths, from below.
const POWER_STEPS: usize = 200;

/// 1 / (c lambda_max(X'X/n) + lambda), with c the largest curvature of the loss: the largest step at which f is sure to
/// decrease along an exact gradient.
#[must_use]
pub fn safe_step(f: &Objective<'_>) -> f64 {
    let (d, n) = (f.data.cols(), f.data.rows().max(1) as f64);
    // A start that no eigenvector is orthogonal to, unless by chance.
    let mut v: Vec<f64> = (0..d).map(|k| 1.0 + 0.5 / (k as f64 + 1.5)).collect();
    let mut largest = 0.0;
    for _ in 0..POWER_STEPS {
        let norm = dot(&v, &v).sqrt();
        if norm == 0.0 {
            break;
        }
        v.iter_mut().for_each(|v| *v /= norm);
        let mut square = 0.0;
        v = sweep(&f.data.features, 0..f.data.rows(), &v, |_, z| square += dot(z, z));
        largest = square / n;
    }
    1.0 / (f.loss.d2_largest() * largest + f.lambda)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::{MEAN, NormTrimmedMean, TrimFraction};
    use crate::data::Dataset;
    use crate::data::synthetic::{self, Gaussian, Task};
    use crate::loss::Loss;
    use crate::simulation::Simulation;
    use crate::stream::Seed;
    use std::convert::Infallible;

    fn sample() -> Dataset {
        let spec = Gaussian { rows: 400, cols: 4, condition: 3.0, margin: 1.0, task: Task::Classification };
        synthetic::gaussian(&spec, Seed(5)).unwrap()
    }

    fn play(f: &Objective<'_>, liars: &[&str], beta: f64, iterations: usize) -> (Solution, u64) {
        let simulation = Simulation::of(f.data, 10).loss(f.loss).lambda(f.lambda);
        let mut cluster = liars.iter().fold(simulation, |run, spec| run.liars(1, spec)).build().unwrap();
        let rule = NormTrimmedMean { beta: TrimFraction::new(beta).unwrap() };
        let plan = Plan { start: vec![0.0; f.data.cols()], gamma: safe_step(f), iterations };
        let mut watch = |_: &Step<'_>| ControlFlow::<Infallible>::Continue(());
        let ControlFlow::Continue(solution) = solve(&mut cluster, &rule, &plan, &mut watch).unwrap();
        (solution, cluster.traffic().rounds)
    }

    #[test]
    fn one_step_is_the_exact_gradient_of_equal_shards() {
        let data = sample();
        let f = Objective { data: &data, loss: Loss::Logistic, lambda: 0.1 };
        let (solution, rounds) = play(&f, &[], 0.0, 1);
        assert_eq!((rounds, solution.iterations), (1, 1));
        let step = safe_step(&f);
        for (w, g) in solution.w.iter().zip(f.gradient(&[0.0; 4])) {
            assert!((w + step * g).abs() < 1e-14);
        }
        assert_eq!(MEAN.beta, TrimFraction::ZERO);
    }

    #[test]
    fn it_reaches_the_minimiser_and_trimming_keeps_liars_out() {
        let data = sample();
        let f = Objective { data: &data, loss: Loss::Logistic, lambda: 0.1 };
        let best = f.value(&crate::newton::minimise(&f, 1e-10).unwrap().w);
        assert!(f.value(&play(&f, &[], 0.0, 200).0.w) - best < 1e-10);
        let liars = ["huge", "gaussian:100"];
        assert!(f.value(&play(&f, &liars, 0.2, 200).0.w) - best < 1e-2);
        assert!(!matches!(f.value(&play(&f, &liars, 0.0, 200).0.w), value if value < 1e3));
    }

    #[test]
    fn the_safe_step_is_that_of_the_largest_curvature() {
        // X'X/n = diag(4, 1)/2.
        let x = crate::data::Features::Dense(crate::data::Dense::new(2, 2, vec![2.0, 0.0, 0.0, 1.0]).unwrap());
        let data = Dataset::new("by hand", x, vec![1.0, -1.0]);
        for (loss, curvature) in [(Loss::Logistic, 0.25), (Loss::Squared, 1.0)] {
            let step = safe_step(&Objective { data: &data, loss, lambda: 0.5 });
            assert!((step - 1.0 / (2.0 * curvature + 0.5)).abs() < 1e-9);
        }
        let empty = data.select(&[]);
        assert_eq!(safe_step(&Objective { data: &empty, loss: Loss::Squared, lambda: 0.5 }), 2.0);
    }
}
