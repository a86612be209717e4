//! The median, coordinate by coordinate; of an even count the mean of the two in the middle.
//!
//! Yin, Chen, Kannan and Bartlett, *Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates*, ICML 2018.
//!
//! **Break-down point**: any f < n/2, which it need not know. **Cost**: about (log2 m)^2 m d / 4 comparisons.
//!
//! **kappa** = 4 (1 + f / (n - 2 f))^2. Because: of numbers it is the geometric median ([`super::geometric_median`]), whose kappa
//! holds in each coordinate, and squares add up over coordinates.

use super::columns;

/// Of n vectors.
pub(super) fn median(vectors: &[&[f64]], dimension: usize) -> Vec<f64> {
    let cut = vectors.len().saturating_sub(1) / 2;
    columns::means(vectors, dimension, cut..vectors.len() - cut)
}
