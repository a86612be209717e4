//! The numerical kernels: products with X and the weighted Gram matrix X'DX, chosen by storage.
//!
//! Everything here is sequential; parallelism lives across workers, so that results never depend on the
//! number of threads.

use crate::data::Features;
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatRef, Par};

/// Rows of a dense X scaled at a time: 128 rows of 300 doubles fit in a second-level cache.
const CHUNK: usize = 128;

/// Xw, n margins.
///
/// # Panics
/// If `w` is not d long.
#[must_use]
pub fn margins(x: &Features, w: &[f64]) -> Vec<f64> {
    assert_eq!(w.len(), x.cols(), "w has the dimension of X");
    match x {
        Features::Dense(x) if !w.is_empty() => x.values().chunks_exact(w.len()).map(|row| dot(row, w)).collect(),
        Features::Dense(_) => vec![0.0; x.rows()],
        Features::Sparse(sparse) => (0..x.rows())
            .map(|j| {
                let (index, value) = sparse.row(j);
                index.iter().zip(value).map(|(&k, &v)| v * w[k as usize]).sum()
            })
            .collect(),
    }
}

/// X'c, d, for n coefficients c.
///
/// # Panics
/// If `c` is not n long.
#[must_use]
pub fn transposed(x: &Features, c: &[f64]) -> Vec<f64> {
    assert_eq!(c.len(), x.rows(), "one coefficient a row");
    let mut out = vec![0.0; x.cols()];
    for (j, &c) in c.iter().enumerate() {
        match x {
            Features::Dense(x) => out.iter_mut().zip(x.row(j)).for_each(|(o, &v)| *o += c * v),
            Features::Sparse(x) => {
                let (index, value) = x.row(j);
                index.iter().zip(value).for_each(|(&k, &v)| out[k as usize] += c * v);
            }
        }
    }
    out
}

/// X'DX for D = diag(weights), d x d; only the lower triangle is written, the rest is zero.
///
/// # Panics
/// If `weights` is not n long or holds a negative number.
#[must_use]
pub fn weighted_gram(x: &Features, weights: &[f64]) -> Mat<f64> {
    assert_eq!(weights.len(), x.rows(), "one weight a row");
    assert!(weights.iter().all(|&w| w >= 0.0), "weights are not negative");
    let d = x.cols();
    let mut gram = Mat::<f64>::zeros(d, d);
    match x {
        Features::Dense(x) if d > 0 => {
            let mut scaled = vec![0.0; CHUNK * d];
            for (rows, weights) in x.values().chunks(CHUNK * d).zip(weights.chunks(CHUNK)) {
                let part = &mut scaled[..rows.len()];
                for ((to, from), weight) in part.chunks_exact_mut(d).zip(rows.chunks_exact(d)).zip(weights) {
                    let root = weight.sqrt();
                    to.iter_mut().zip(from).for_each(|(to, from)| *to = root * from);
                }
                let a = MatRef::from_row_major_slice(part, weights.len(), d);
                matmul(
                    gram.as_mut(),
                    BlockStructure::TriangularLower,
                    Accum::Add,
                    a.transpose(),
                    BlockStructure::Rectangular,
                    a,
                    BlockStructure::Rectangular,
                    1.0,
                    Par::Seq,
                );
            }
        }
        Features::Dense(_) => {}
        Features::Sparse(x) => {
            for (j, &weight) in weights.iter().enumerate() {
                let (index, value) = x.row(j);
                for (at, (&column, &v)) in index.iter().zip(value).enumerate() {
                    let scale = weight * v;
                    let lower = gram.col_mut(column as usize).try_as_col_major_mut();
                    // A column of a `Mat` is contiguous, so this is always some.
                    let Some(lower) = lower else { continue };
                    let lower = lower.as_slice_mut();
                    for (&row, &v) in index[at..].iter().zip(&value[at..]) {
                        lower[row as usize] += scale * v;
                    }
                }
            }
        }
    }
    gram
}

/// x'y.
#[must_use]
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    // Four partial sums: the compiler may not reorder one running sum into vector lanes.
    let mut sums = [0.0; 4];
    let (x4, y4) = (x.chunks_exact(4), y.chunks_exact(4));
    let rest: f64 = x4.remainder().iter().zip(y4.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in x4.zip(y4) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Csr, Dense};
    use proptest::prelude::*;

    /// The same numbers stored both ways.
    fn both(rows: usize, cols: usize, values: &[f64]) -> [Features; 2] {
        let (mut offsets, mut indices, mut held) = (vec![0], vec![], vec![]);
        for row in 0..rows {
            for k in 0..cols {
                if values[row * cols + k] != 0.0 {
                    indices.push(k as u32);
                    held.push(values[row * cols + k]);
                }
            }
            offsets.push(held.len());
        }
        [
            Features::Dense(Dense::new(rows, cols, values.to_vec()).unwrap()),
            Features::Sparse(Csr::new(cols, offsets, indices, held).unwrap()),
        ]
    }

    proptest! {
        #[test]
        fn kernels_agree_with_the_definition(
            rows in 0_usize..300, cols in 0_usize..9, seed in any::<u64>()
        ) {
            let mut state = seed | 1;
            let mut next = || {
                state ^= state << 13; state ^= state >> 7; state ^= state << 17;
                if state % 3 == 0 { 0.0 } else { (state % 2001) as f64 / 1000.0 - 1.0 }
            };
            let values: Vec<f64> = (0..rows * cols).map(|_| next()).collect();
            let w: Vec<f64> = (0..cols).map(|_| next()).collect();
            let c: Vec<f64> = (0..rows).map(|_| next().abs()).collect();
            for x in both(rows, cols, &values) {
                let z = margins(&x, &w);
                let g = transposed(&x, &c);
                let gram = weighted_gram(&x, &c);
                for j in 0..rows {
                    let exact: f64 = (0..cols).map(|k| values[j * cols + k] * w[k]).sum();
                    prop_assert!((z[j] - exact).abs() < 1e-12);
                }
                for a in 0..cols {
                    let exact: f64 = (0..rows).map(|j| values[j * cols + a] * c[j]).sum();
                    prop_assert!((g[a] - exact).abs() < 1e-11);
                    for b in 0..=a {
                        let exact: f64 = (0..rows).map(|j| c[j] * values[j * cols + a] * values[j * cols + b]).sum();
                        prop_assert!((gram[(a, b)] - exact).abs() < 1e-11);
                        prop_assert!(a == b || gram[(b, a)] == 0.0);
                    }
                }
            }
        }
    }
}
