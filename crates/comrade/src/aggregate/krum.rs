//! Krum and Multi-Krum: the vectors that have others near them.
//!
//! ```text
//! score of i = the sum of ||x_i - x_j||^2 over the n - f vectors nearest to x_i, itself among them
//! Krum       = the vector of the smallest score; of equal scores the first
//! Multi-Krum = the mean of the n - f vectors of the smallest scores
//! ```
//!
//! Blanchard, El Mhamdi, Guerraoui and Stainer, *Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent*, NeurIPS
//! 2017, who count n - f - 2 others. The n - f here are those of Allouah et al. 2023 and of the library ByzFL, `Krum` in its
//! `aggregators.py`.
//!
//! **Break-down point**: f of n for every f < n/2. **Cost**: m^2 d / 2 subtractions and squares, and m^2 log2 m comparisons.
//!
//! **kappa** = 6 (1 + f / (n - 2 f)), for both. Because: let mean_S = 0 and V the sum of ||x_i||^2 over S. The score of i in S is at
//! most the sum of ||x_i - x_j||^2 over S, and these add up to 2 (n - f) V over S. So the smallest score is at most 2 V, and the
//! n - f smallest have a mean of at most 2 V. Of the n - f that are nearest to x_k, n - 2 f are in S, and for them
//! ||x_k||^2 <= 2 ||x_k - x_i||^2 + 2 ||x_i||^2. Summed, (n - 2 f) ||x_k||^2 <= 2 score of k + 2 V, which is 6 V for Krum, and 6 V
//! on average over those that Multi-Krum takes.

use super::distances::{Distances, first};
use crate::compress::norm2;

/// Which of the n vectors are averaged, `count` of them: 1 for Krum, n - f for Multi-Krum.
pub(super) fn chosen(vectors: &[&[f64]], liars: usize, count: usize) -> Vec<usize> {
    let (apart, near) = (Distances::of(vectors), vectors.len() - liars);
    let nearest = |row: &[f64]| {
        let mut row = row.to_vec();
        row.sort_unstable_by(f64::total_cmp);
        row.truncate(near);
        row
    };
    // The root of the score decides where the score itself overflows or underflows.
    let score = |i: usize| {
        let score: f64 = nearest(apart.squares_from(i)).iter().sum();
        let usual = (1e-280..f64::INFINITY).contains(&score);
        (score, if usual { 0.0 } else { norm2(&nearest(apart.from(i))) })
    };
    let scores: Vec<(f64, f64)> = (0..vectors.len()).map(score).collect();
    first(scores.len(), count, |a, b| scores[a].0.total_cmp(&scores[b].0).then(scores[a].1.total_cmp(&scores[b].1)))
}
