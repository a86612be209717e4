//! The search that all searches for worst instances share.

use cmaes::{CMAESOptions, DVector};

/// CMA-ES from the numbers `start`: the best point and its ratio. `score` is what is maximised, and the ratio.
pub(crate) fn climb(
    score: &dyn Fn(&[f64]) -> (f64, f64),
    (start, sigma): (Vec<f64>, f64),
    evaluations: usize,
    seed: u64,
) -> (Vec<f64>, f64) {
    let (mut best, mut best_ratio) = (start.clone(), score(&start).1);
    let objective = |x: &DVector<f64>| {
        let (score, ratio) = score(x.as_slice());
        if ratio > best_ratio {
            (best, best_ratio) = (x.as_slice().to_vec(), ratio);
        }
        -score
    };
    let options = CMAESOptions::new(start, sigma).seed(seed).max_function_evals(evaluations).tol_fun(1e-13);
    // The options are in range, so this is always built.
    if let Ok(mut state) = options.build(objective) {
        state.run();
    }
    (best, best_ratio)
}
