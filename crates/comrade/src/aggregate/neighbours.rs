//! Nearest-neighbour mixing (NNM): each of n vectors becomes the mean of the n - f that are nearest to it, itself among them.
//!
//! Allouah, Farhadkhani, Guerraoui, Gupta, Pinot and Stephan, *Fixing by Mixing: A Recipe for Optimal Byzantine ML under
//! Heterogeneity*, AISTATS 2023.
//!
//! It stands in front of a rule F. **Break-down point**: that of F. **Cost**: m^2 d / 2 subtractions and squares, m (m - f) d
//! additions, and m^2 log2 m comparisons, in addition to F.
//!
//! **kappa** = (8 f / (n - f)) (1 + kappa of F). Because: y_i, the mean over the set N_i, and the mean of S differ by the q <= f
//! members that each of the sets has and the other has not,
//! (n - f) (y_i - mean_S x) = sum over N_i \ S of (x_j - x_i) - sum over S \ N_i of (x_j - x_i). Those of N_i are the nearer ones, so
//! ||y_i - mean_S x||^2 <= (4 f / (n - f)^2) sum over S of ||x_j - x_i||^2, which is on average over S (8 f / (n - f)) times the
//! spread of S. That average is the spread of the y_i plus the square of their mean's shift, and
//! (a + b)^2 <= (1 + kappa) (a^2 / kappa + b^2).

use super::distances::Distances;
use super::mean;

/// The mixed vectors, for the `near` = n - f nearest of each.
pub(super) fn mixed(vectors: &[&[f64]], near: usize, dimension: usize) -> Vec<Vec<f64>> {
    let apart = Distances::of(vectors);
    let of = |i: usize| {
        let near: Vec<&[f64]> = apart.nearest(i, near).iter().map(|&j| vectors[j]).collect();
        within_range(mean(&near, dimension))
    };
    (0..vectors.len()).map(of).collect()
}

/// A mean of finite numbers is finite: rounding may have taken one of the largest beyond the largest double.
pub(super) fn within_range(mut mean: Vec<f64>) -> Vec<f64> {
    mean.iter_mut().for_each(|x| *x = x.clamp(f64::MIN, f64::MAX));
    mean
}
