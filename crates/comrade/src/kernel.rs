//! The numerical kernels: Xw, X'c and the weighted Gram matrix X'DX, chosen by storage and precision.
//!
//! Everything here is sequential and works on a range of the rows; parallelism lives across workers and, in
//! [`crate::newton`], across blocks of rows that depend on nothing but the shape: results never depend on the number
//! of threads.

use crate::data::{Csr, Dense, Features};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::traits::RealField;
use faer::{Accum, ColRef, Mat, MatMut, MatRef, Par};
use pulp::Arch;
use std::ops::Range;

/// Rows of a dense X scaled at a time: 128 rows of 300 doubles fit in a second-level cache.
const CHUNK: usize = 128;

/// Rows at most whose margins become coefficients together.
const STEP: usize = 64;

/// Double or single precision, of a Gram matrix and what is made of it.
pub trait Real: RealField + Copy + Default {
    /// The machine epsilon.
    const EPSILON: f64;
    /// The nearest number of this precision.
    fn of(x: f64) -> Self;
    /// The same number in double precision.
    fn double(self) -> f64;
}

impl Real for f64 {
    const EPSILON: f64 = f64::EPSILON;

    fn of(x: f64) -> Self {
        x
    }

    fn double(self) -> f64 {
        self
    }
}

impl Real for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;

    fn of(x: f64) -> Self {
        x as f32
    }

    fn double(self) -> f64 {
        f64::from(self)
    }
}

/// x_j'w for j in `rows`.
///
/// # Panics
/// If `w` is not d long, or X has not those rows.
#[must_use]
pub fn margins(x: &Features, rows: Range<usize>, w: &[f64]) -> Vec<f64> {
    assert_eq!(w.len(), x.cols(), "w has the dimension of X");
    match x {
        Features::Dense(x) => rows.map(|j| dot(x.row(j), w)).collect(),
        Features::Sparse(x) => rows.map(|j| sparse_dot(x, j, w)).collect(),
    }
}

/// The sum of c_j x_j over `rows`, d, for the c_j that `coefficients(rows, margins)` puts where the margins x_j'w of those few
/// rows are: each row comes from memory once, for its margin and for its part of the sum.
///
/// # Panics
/// If `w` is not d long, or X has not those rows.
#[must_use]
pub fn sweep(
    x: &Features,
    rows: Range<usize>,
    w: &[f64],
    mut coefficients: impl FnMut(Range<usize>, &mut [f64]),
) -> Vec<f64> {
    assert_eq!(w.len(), x.cols(), "w has the dimension of X");
    let mut out = vec![0.0; w.len()];
    // A multiple of four, of rows that are still in cache when their coefficients are known.
    let step = match x {
        Features::Dense(x) => (2048 / x.cols().max(1)).clamp(4, STEP) & !3,
        Features::Sparse(_) => STEP,
    };
    let mut held = [0.0; STEP];
    for start in rows.clone().step_by(step) {
        let rows = start..rows.end.min(start + step);
        let c = &mut held[..rows.len()];
        match x {
            Features::Dense(x) => {
                dots(x, rows.clone(), w, c);
                coefficients(rows.clone(), c);
                add_dense(&mut out, x, rows, c);
            }
            Features::Sparse(x) => {
                c.iter_mut().zip(rows.clone()).for_each(|(c, j)| *c = sparse_dot(x, j, w));
                coefficients(rows.clone(), c);
                add_sparse(&mut out, x, rows, c);
            }
        }
    }
    out
}

/// x_j'w for j in `rows` into `c`, in vectors as wide as the processor has: their width changes no bit.
fn dots(x: &Dense, rows: Range<usize>, w: &[f64], c: &mut [f64]) {
    Arch::new().dispatch(
        #[inline(always)]
        || c.iter_mut().zip(rows).for_each(|(c, j)| *c = dot(x.row(j), w)),
    );
}

/// Adds c_j x_j over `rows`, in vectors as wide as the processor has: their width changes no bit.
fn add_dense(out: &mut [f64], x: &Dense, rows: Range<usize>, c: &[f64]) {
    Arch::new().dispatch(
        #[inline(always)]
        || add_rows(out, x, rows, c),
    );
}

/// Adds c_j x_j over `rows`: four at a time, so that a long sum is loaded and stored once for the four.
#[inline(always)]
fn add_rows(out: &mut [f64], x: &Dense, rows: Range<usize>, c: &[f64]) {
    let (fours, rest) = c.as_chunks::<4>();
    let mut j = rows.start;
    for c in fours {
        let others = x.row(j + 1).iter().zip(x.row(j + 2)).zip(x.row(j + 3));
        for ((o, v0), ((v1, v2), v3)) in out.iter_mut().zip(x.row(j)).zip(others) {
            *o = *o + c[0] * v0 + c[1] * v1 + c[2] * v2 + c[3] * v3;
        }
        j += 4;
    }
    for (c, j) in rest.iter().zip(j..) {
        out.iter_mut().zip(x.row(j)).for_each(|(o, &v)| *o += c * v);
    }
}

/// Adds c_j x_j over `rows`.
fn add_sparse(out: &mut [f64], x: &Csr, rows: Range<usize>, c: &[f64]) {
    for (c, j) in c.iter().zip(rows) {
        let (index, value) = x.row(j);
        if x.all_ones() {
            index.iter().for_each(|&k| out[k as usize] += c);
        } else {
            index.iter().zip(value).for_each(|(&k, &v)| out[k as usize] += c * v);
        }
    }
}

/// X'DX and the memory that it is made in, kept from one product to the next: a fresh d x d matrix costs page faults, which
/// can take longer than the arithmetic.
#[derive(Clone, Debug)]
pub struct Workspace<T> {
    gram: Mat<T>,
    /// The packed triangle of a sparse product, or the scaled chunk of a dense one.
    buffer: Vec<T>,
}

impl<T: Real> Default for Workspace<T> {
    fn default() -> Self {
        Self { gram: Mat::new(), buffer: Vec::new() }
    }
}

impl<T: Real> Workspace<T> {
    /// The last product, or whatever was made of it in place.
    #[must_use]
    pub fn gram(&self) -> MatRef<'_, T> {
        self.gram.as_ref()
    }

    /// The last product, to be changed in place.
    #[must_use]
    pub fn gram_mut(&mut self) -> MatMut<'_, T> {
        self.gram.as_mut()
    }
}

/// X'DX over `rows` for D = diag(weights), d x d; only the lower triangle is written, the rest is zero.
///
/// # Panics
/// If there is not one weight for each of `rows`, one is negative, or X has not those rows.
pub fn weighted_gram<'a, T: Real>(
    x: &Features,
    rows: Range<usize>,
    weights: &[f64],
    workspace: &'a mut Workspace<T>,
) -> MatMut<'a, T> {
    gram_over(x, rows, weights, workspace)
}

/// [`weighted_gram`] over the rows with these indices, which are read where they lie.
///
/// # Panics
/// As [`weighted_gram`].
pub fn weighted_gram_of<'a, T: Real>(
    x: &Features,
    rows: &[usize],
    weights: &[f64],
    workspace: &'a mut Workspace<T>,
) -> MatMut<'a, T> {
    gram_over(x, rows.iter().copied(), weights, workspace)
}

fn gram_over<'a, T: Real>(
    x: &Features,
    rows: impl ExactSizeIterator<Item = usize>,
    weights: &[f64],
    workspace: &'a mut Workspace<T>,
) -> MatMut<'a, T> {
    assert_eq!(weights.len(), rows.len(), "one weight a row");
    assert!(weights.iter().all(|&w| w >= 0.0), "weights are not negative");
    let Workspace { gram, buffer } = workspace;
    if gram.nrows() == x.cols() {
        gram.as_mut().fill(T::default());
    } else {
        *gram = Mat::zeros(x.cols(), x.cols());
    }
    buffer.clear();
    match x {
        Features::Dense(x) => dense_gram(x, rows, weights, gram.as_mut(), buffer),
        Features::Sparse(x) => sparse_gram(x, rows, weights, gram.as_mut(), buffer),
    }
    gram.as_mut()
}

/// X'DX = sum over chunks of (D^(1/2) X)'(D^(1/2) X): the scaled copy of a chunk stays in cache.
fn dense_gram<T: Real>(
    x: &Dense,
    mut rows: impl ExactSizeIterator<Item = usize>,
    weights: &[f64],
    mut gram: MatMut<'_, T>,
    scaled: &mut Vec<T>,
) {
    let d = x.cols();
    if d == 0 {
        return;
    }
    scaled.resize(CHUNK.min(rows.len()) * d, T::default());
    for weights in weights.chunks(CHUNK) {
        let part = &mut scaled[..weights.len() * d];
        for ((to, weight), j) in part.chunks_exact_mut(d).zip(weights).zip(rows.by_ref()) {
            let root = weight.sqrt();
            to.iter_mut().zip(x.row(j)).for_each(|(to, from)| *to = T::of(root * from));
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
            T::of(1.0),
            Par::Seq,
        );
    }
}

/// X'DX by k (k + 1) / 2 additions for a row of k entries, into the lower triangle packed column after column: half the
/// size of the square, so that more of it stays in cache.
fn sparse_gram<T: Real>(
    x: &Csr,
    rows: impl Iterator<Item = usize>,
    weights: &[f64],
    mut gram: MatMut<'_, T>,
    packed: &mut Vec<T>,
) {
    let d = x.cols();
    // Entry (r, c) is at start[c] + r.
    let start: Vec<usize> = (0..d).map(|c| c * d - c * (c + 1) / 2).collect();
    packed.resize(d * (d + 1) / 2, T::default());
    for (j, &weight) in rows.zip(weights) {
        let (index, value) = x.row(j);
        if x.all_ones() {
            add_ones(packed, &start, T::of(weight), index);
        } else {
            add_values(packed, &start, weight, index, value);
        }
    }
    let mut rest = packed.as_slice();
    for k in 0..d {
        let (column, others) = rest.split_at(d - k);
        gram.as_mut().col_mut(k).subrows_mut(k, d - k).copy_from(ColRef::from_slice(column));
        rest = others;
    }
}

/// Adds weight * x x' for a row x of ones at `index`: two columns at a time, so that an index is loaded once for two
/// additions.
fn add_ones<T: Real>(packed: &mut [T], start: &[usize], weight: T, mut index: &[u32]) {
    while let [a, b, rows @ ..] = index {
        let (a, b) = (*a as usize, *b as usize);
        let (to_a, to_b) = (start[a], start[b]);
        packed[to_a + a] += weight;
        packed[to_a + b] += weight;
        packed[to_b + b] += weight;
        for &row in rows {
            packed[to_a + row as usize] += weight;
            packed[to_b + row as usize] += weight;
        }
        index = rows;
    }
    if let [a] = index {
        packed[start[*a as usize] + *a as usize] += weight;
    }
}

/// Adds weight * x x' for a row x of `value` at `index`, as [`add_ones`] does.
fn add_values<T: Real>(packed: &mut [T], start: &[usize], weight: f64, mut index: &[u32], mut value: &[f64]) {
    while let ([a, b, rows @ ..], [va, vb, values @ ..]) = (index, value) {
        let (a, b) = (*a as usize, *b as usize);
        let (to_a, to_b, by_a, by_b) = (start[a], start[b], weight * va, weight * vb);
        packed[to_a + a] += T::of(by_a * va);
        packed[to_a + b] += T::of(by_a * vb);
        packed[to_b + b] += T::of(by_b * vb);
        for (&row, v) in rows.iter().zip(values) {
            packed[to_a + row as usize] += T::of(by_a * v);
            packed[to_b + row as usize] += T::of(by_b * v);
        }
        (index, value) = (rows, values);
    }
    if let ([a], [v]) = (index, value) {
        packed[start[*a as usize] + *a as usize] += T::of(weight * v * v);
    }
}

/// x_j'w.
#[inline]
fn sparse_dot(x: &Csr, j: usize, w: &[f64]) -> f64 {
    let (index, value) = x.row(j);
    if x.all_ones() {
        index.iter().map(|&k| w[k as usize]).sum()
    } else {
        index.iter().zip(value).map(|(&k, &v)| v * w[k as usize]).sum()
    }
}

/// x'y.
#[must_use]
#[inline(always)] // So that it widens with the vectors of who calls it.
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    // Eight partial sums: the compiler may not reorder one running sum into vector lanes.
    let ((x8, x_rest), (y8, y_rest)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in x8.iter().zip(y8) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f64 = x_rest.iter().zip(y_rest).map(|(a, b)| a * b).sum();
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (b + f)) + ((c + g) + (d + h)) + rest
}

/// ||x||, also where the squares overflow or underflow.
#[must_use]
pub fn norm(x: &[f64]) -> f64 {
    let square = dot(x, x);
    if (1e-200..1e300).contains(&square) {
        return square.sqrt();
    }
    let largest = x.iter().fold(0.0, |largest: f64, v| if v.is_nan() { f64::NAN } else { largest.max(v.abs()) });
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * x.iter().map(|v| (v / largest).powi(2)).sum::<f64>().sqrt()
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
            rows in prop_oneof![0_usize..4, 0_usize..300], cols in 0_usize..12, sparsity in 0_u64..6, ones in any::<bool>(),
            seed in any::<u64>()
        ) {
            let mut state = seed | 1;
            let mut next = || {
                state ^= state << 13; state ^= state >> 7; state ^= state << 17;
                if state % 7 <= sparsity { 0.0 } else { (state % 2001) as f64 / 1000.0 - 1.0 }
            };
            let value = |v: f64| if ones && v != 0.0 { 1.0 } else { v };
            let mut values: Vec<f64> = (0..rows * cols).map(|_| value(next())).collect();
            if rows > 1 {
                // Two equal rows.
                values.copy_within(..cols, (rows - 1) * cols);
            }
            let w: Vec<f64> = (0..cols).map(|_| next()).collect();
            let c: Vec<f64> = (0..rows).map(|_| next().abs()).collect();
            let mut workspace = Workspace::<f64>::default();
            for x in both(rows, cols, &values) {
                let z = margins(&x, 0..rows, &w);
                let mut seen = Vec::new();
                let g = sweep(&x, 0..rows, &w, |rows, held| {
                    seen.extend_from_slice(held);
                    held.copy_from_slice(&c[rows]);
                });
                prop_assert_eq!(&seen, &z);
                let gram = weighted_gram(&x, 0..rows, &c, &mut workspace);
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

    #[test]
    fn a_sparse_product_takes_the_memory_of_a_triangle() {
        let x = Features::Sparse(Csr::of_ones(5, vec![0, 2], vec![1, 4]).unwrap());
        let mut workspace = Workspace::<f64>::default();
        weighted_gram(&x, 0..1, &[1.0], &mut workspace);
        assert_eq!(workspace.buffer.len(), 15);
    }
}
