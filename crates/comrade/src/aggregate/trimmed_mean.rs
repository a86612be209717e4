//! The trimmed mean, coordinate by coordinate: of n numbers the f smallest and the f largest left out, the others averaged.
//!
//! Yin, Chen, Kannan and Bartlett, *Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates*, ICML 2018.
//!
//! **Break-down point**: f of n for every f < n/2. **Cost**: about (log2 m)^2 m d / 4 comparisons and m d additions.
//!
//! **kappa** = (6 f / (n - 2 f)) (1 + f / (n - 2 f)). Because: in one coordinate let mean_S = 0, T what is averaged, and t of T
//! not in S. Of the f numbers above T at least t are in S, and of those below too; each of the t is between 0 and one
//! of these. So the squares of T \ S sum to no more than those of S \ T, which has f + t numbers, and
//! (sum over T)^2 = (sum over T \ S - sum over S \ T)^2 <= (f + 2 t) 2 sum over S of x^2 <= 6 f sum over S of x^2. Divide by
//! (n - 2 f)^2.

use super::columns;

/// Of n vectors, f of which may be lies. With 2 f >= n no rule is robust, and this is the median.
pub(super) fn trimmed_mean(vectors: &[&[f64]], liars: usize, dimension: usize) -> Vec<f64> {
    let cut = liars.min(vectors.len().saturating_sub(1) / 2);
    columns::means(vectors, dimension, cut..vectors.len() - cut)
}
