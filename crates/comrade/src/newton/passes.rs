//! Passes over all rows, in parallel over blocks of rows that depend on the shape alone: the sums are the same whatever
//! the number of threads.

use super::coordinates::Coordinates;
use crate::data::{Dataset, Features};
use crate::hessian::scale;
use crate::kernel::{Real, Workspace, norm, sweep, weighted_gram, weighted_gram_of};
use crate::loss::Loss;
use crate::objective::Objective;
use rayon::prelude::*;
use std::ops::Range;

/// Stored numbers in a block: a tenth of a millisecond's work.
const BLOCK: usize = 1 << 16;
/// Blocks at most: more than any machine's cores by enough to share them evenly.
const BLOCKS: usize = 64;
/// Rows whose losses and derivatives are computed together, at most: see [`sweep`].
const TOGETHER: usize = 64;

/// Numbers that X stores.
pub(super) fn stored(x: &Features) -> usize {
    match x {
        Features::Dense(x) => x.values().len(),
        Features::Sparse(_) => x.nnz(),
    }
}

/// The rows in `count` ranges whose lengths differ by at most one.
fn cut(rows: usize, count: usize) -> Vec<Range<usize>> {
    (0..count).map(|i| i * rows / count..(i + 1) * rows / count).collect()
}

/// f and its derivatives at one w.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    /// w, d.
    pub(super) w: Vec<f64>,
    /// f(w).
    pub(super) value: f64,
    /// g(w), d.
    pub(super) gradient: Vec<f64>,
    /// c l'' at every row, n.
    pub(super) curvatures: Vec<f64>,
}

/// f over its rows, block by block.
pub(super) struct Passes<'a> {
    pub(super) data: &'a Dataset,
    pub(super) loss: Loss,
    /// What the ridge term adds to each entry of H's diagonal, d.
    pub(super) ridge: Vec<f64>,
    /// Those of the user, if these are others.
    coordinates: Option<&'a Coordinates>,
    blocks: Vec<Range<usize>>,
}

impl<'a> Passes<'a> {
    pub(super) fn new(f: &Objective<'a>) -> Self {
        let ridge = (0..f.data.cols()).map(|k| f.ridge().at(k)).collect();
        Self::with(f.data, f.loss, ridge, None)
    }

    /// f in other coordinates: `data` are those of `f` in them.
    pub(super) fn scaled(f: &Objective<'_>, data: &'a Dataset, coordinates: &'a Coordinates) -> Self {
        Self::with(data, f.loss, coordinates.ridge(f.lambda, data.cols()), Some(coordinates))
    }

    /// The same f over some of its rows.
    pub(super) fn over<'b>(&'b self, data: &'b Dataset) -> Passes<'b> {
        Passes::with(data, self.loss, self.ridge.clone(), self.coordinates)
    }

    fn with(data: &'a Dataset, loss: Loss, ridge: Vec<f64>, coordinates: Option<&'a Coordinates>) -> Self {
        // A block has a sum of d numbers: all of them together are no more work than X.
        let stored = stored(&data.features);
        let count = (stored / BLOCK).min(stored / (2 * data.cols()).max(1)).clamp(1, BLOCKS);
        Self { data, loss, ridge, coordinates, blocks: cut(data.rows(), count) }
    }

    /// n as a number to divide by; 1 when there is no row, where every sum is zero.
    fn n(&self) -> f64 {
        self.data.rows().max(1) as f64
    }

    /// f, g and the curvatures in H at w, by one pass.
    pub(super) fn at(&self, w: Vec<f64>) -> Point {
        let mut curvatures = vec![0.0; self.data.rows()];
        let mut rest = curvatures.as_mut_slice();
        let mut blocks = Vec::with_capacity(self.blocks.len());
        for rows in &self.blocks {
            let (block, others) = rest.split_at_mut(rows.len());
            blocks.push((rows.clone(), block));
            rest = others;
        }
        // Collected, so that the blocks are added in their order.
        let parts: Vec<_> = blocks.into_par_iter().map(|(rows, second)| self.sums(rows, &w, second)).collect();
        let (losses, sums): (Vec<f64>, Vec<Vec<f64>>) = parts.into_iter().unzip();
        let ridge: f64 = w.iter().zip(&self.ridge).map(|(w, r)| w * w * r).sum();
        let value = losses.iter().sum::<f64>() / self.n() + 0.5 * ridge;
        Point { value, gradient: self.mean(&sums, &w), curvatures, w }
    }

    /// The sums of c l and of c l' x_j over `rows`; c l'' at each of them into `second`.
    fn sums(&self, rows: Range<usize>, w: &[f64], second: &mut [f64]) -> (f64, Vec<f64>) {
        let (start, mut losses) = (rows.start, 0.0);
        let sum = sweep(&self.data.features, rows, w, |rows, z| {
            let second = &mut second[rows.start - start..rows.end - start];
            let mut values = [0.0; TOGETHER];
            let values = &mut values[..z.len()];
            self.loss.expand_with_values(&self.data.labels[rows.clone()], z, second, values);
            if let Some(weights) = &self.data.weights {
                let weights = &weights[rows];
                scale(z, weights);
                scale(second, weights);
                scale(values, weights);
            }
            losses += values.iter().sum::<f64>();
        });
        (losses, sum)
    }

    /// Hv = (1/n) X'(D(Xv)) + the ridge term's part, for the curvatures D, d: one pass, and H is never formed.
    pub(super) fn hessian_times(&self, curvatures: &[f64], v: &[f64]) -> Vec<f64> {
        self.hessian_times_with_reach(curvatures, v).0
    }

    /// Hv, and max_j |x_j'v|; no number where one of them is none.
    pub(super) fn hessian_times_with_reach(&self, curvatures: &[f64], v: &[f64]) -> (Vec<f64>, f64) {
        let parts: Vec<(Vec<f64>, f64)> = self
            .blocks
            .par_iter()
            .map(|rows| {
                let mut reach = 0.0;
                let sum = sweep(&self.data.features, rows.clone(), v, |rows, z| {
                    reach = z.iter().fold(reach, |reach, z| larger(reach, z.abs()));
                    scale(z, &curvatures[rows]);
                });
                (sum, reach)
            })
            .collect();
        let (sums, reaches): (Vec<Vec<f64>>, Vec<f64>) = parts.into_iter().unzip();
        (self.mean(&sums, v), reaches.into_iter().fold(0.0, larger))
    }

    /// (1/n) of the sum of `sums` in their order, plus the ridge term's part at v.
    fn mean(&self, sums: &[Vec<f64>], v: &[f64]) -> Vec<f64> {
        let mut total = vec![0.0; v.len()];
        for sum in sums {
            total.iter_mut().zip(sum).for_each(|(total, part)| *total += part);
        }
        let n = self.n();
        total.iter_mut().zip(&self.ridge).zip(v).for_each(|((total, r), v)| *total = *total / n + r * v);
        total
    }

    /// ||g|| in the user's coordinates.
    pub(super) fn norm(&self, gradient: &[f64]) -> f64 {
        self.coordinates.map_or_else(|| norm(gradient), |coordinates| coordinates.norm(gradient))
    }

    /// The norm below which g is rounding alone: this many machine epsilons of the terms that cancel in it at w = 0,
    /// which are (1/n) sum_j c_j |l'_j| |x_jk|.
    pub(super) fn rounding(&self, at: &Point, roundings: f64) -> f64 {
        let mut sum = vec![0.0; self.data.cols()];
        let mut first = vec![0.0; self.data.rows()];
        let mut second = first.clone();
        self.loss.expand(&self.data.labels, &mut first, &mut second);
        for (j, d1) in first.iter().enumerate() {
            let c = self.data.weights.as_ref().map_or(1.0, |weights| weights[j]) / self.n();
            self.data.features.for_row(j, |k, v| sum[k] += c * (d1 * v).abs());
        }
        sum.iter_mut().zip(&self.ridge).zip(&at.w).for_each(|((sum, r), w)| *sum += r * w.abs());
        roundings * f64::EPSILON * self.norm(&sum)
    }
}

/// The larger one; no number where one of them is none.
fn larger(a: f64, b: f64) -> f64 {
    if a >= b || a.is_nan() { a } else { b }
}

/// X'DX plus `ridge` on the diagonal into the first of `workspaces`, lower triangle, over all rows or a sample of them, each
/// of which has a weight: blocks of rows apart, then their sum. There are no more blocks than cost half as much memory as X.
pub(super) fn gram<T: Real>(
    x: &Features,
    sample: Option<&[usize]>,
    weights: &[f64],
    ridge: &[f64],
    workspaces: &mut Vec<Workspace<T>>,
) {
    let stored = stored(x) / x.rows().max(1) * weights.len();
    let count = (stored / BLOCK).min(stored / (2 * x.cols() * x.cols()).max(1)).clamp(1, BLOCKS);
    workspaces.resize_with(count, Workspace::default);
    workspaces.par_iter_mut().zip(cut(weights.len(), count)).for_each(|(workspace, rows)| {
        let weights = &weights[rows.clone()];
        _ = match sample {
            None => weighted_gram(x, rows, weights, workspace),
            Some(sample) => weighted_gram_of(x, &sample[rows], weights, workspace),
        };
    });
    if let Some((first, others)) = workspaces.split_first_mut() {
        let mut sum = first.gram_mut();
        for other in others {
            sum += other.gram();
        }
        ridge.iter().enumerate().for_each(|(k, &ridge)| sum[(k, k)] += T::of(ridge));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Csr, Dense};
    use crate::objective::ROUNDINGS;

    fn dense(rows: usize, cols: usize, value: impl Fn(usize) -> f64) -> Dataset {
        let values = (0..rows * cols).map(value).collect();
        let features = Features::Dense(Dense::new(rows, cols, values).unwrap());
        Dataset::new("dense", features, (0..rows).map(|j| if j % 2 == 0 { 1.0 } else { -1.0 }).collect())
    }

    fn logistic(data: &Dataset) -> Objective<'_> {
        Objective { data, loss: Loss::Logistic, lambda: 0.25 }
    }

    #[test]
    fn numbers_that_are_not_stored_are_not_counted() {
        assert_eq!(stored(&dense(3, 4, |_| 0.0).features), 12);
        let x = Csr::new(4, vec![0, 1, 1, 3], vec![2, 0, 3], vec![1.0; 3]).unwrap();
        assert_eq!(stored(&Features::Sparse(x)), 3);
    }

    #[test]
    fn ranges_of_rows_follow_each_other_and_are_as_long() {
        assert_eq!(cut(10, 3), [0..3, 3..6, 6..10]);
        assert_eq!(cut(2, 3), [0..0, 0..1, 1..2]);
    }

    /// A block for each 65,536 stored numbers, as long as it has two rows, and 64 at most.
    #[test]
    fn blocks_are_worth_their_own_sum() {
        for (rows, cols, blocks) in [
            (10, 4, 1),
            (32_767, 4, 1),
            (32_768, 4, 2),
            (3, 65_536, 1),
            (8, 65_536, 4),
            (9, 65_536, 4),
            (4_300_000, 1, 64),
            (0, 3, 1),
        ] {
            let data = dense(rows, cols, |_| 0.0);
            assert_eq!(Passes::new(&logistic(&data)).blocks, cut(rows, blocks), "{rows} x {cols}");
        }
    }

    /// A block of X'DX for each 65,536 numbers that go into it, unless its d^2 numbers are more than half of them; and the sum of
    /// all of them is the same.
    #[test]
    fn blocks_of_the_gram_matrix_cost_no_more_memory_than_half_of_x() {
        let some: Vec<usize> = (0..10_000).map(|i| 3 * i).collect();
        for (rows, cols, sample, blocks) in [
            (30_000, 8, None, 3),
            (30_000, 8, Some(&some[..]), 1),
            (40_000, 16, Some(&some[..]), 2),
            (700, 200, None, 1),
            (1_600, 200, None, 4),
            (1_600, 260, None, 3),
            (0, 3, None, 1),
        ] {
            let data = dense(rows, cols, |i| (i % 7) as f64);
            // The root of 1/4 is not rounded.
            let weights = vec![0.25; sample.map_or(rows, <[usize]>::len)];
            let mut workspaces = Vec::<Workspace<f64>>::new();
            gram(&data.features, sample, &weights, &vec![2.0; cols], &mut workspaces);
            assert_eq!(workspaces.len(), blocks, "{rows} x {cols}");
            let Features::Dense(x) = &data.features else { unreachable!() };
            let at = |a: usize, b: usize| -> f64 {
                let rows: Vec<usize> = sample.map_or_else(|| (0..rows).collect(), <[usize]>::to_vec);
                let sum: f64 = rows.iter().map(|&j| 0.25 * x.row(j)[a] * x.row(j)[b]).sum();
                sum + if a == b { 2.0 } else { 0.0 }
            };
            let sum = workspaces[0].gram();
            assert_eq!(
                (sum[(0, 0)], sum[(cols - 1, cols - 1)], sum[(2, 1)]),
                (at(0, 0), at(cols - 1, cols - 1), at(2, 1))
            );
        }
    }

    #[test]
    fn the_reach_is_the_largest_margin_of_the_direction() {
        let data = dense(40_000, 4, |i| ((i * 37) % 101) as f64 - 50.0);
        let over = Passes::new(&logistic(&data));
        assert!(over.blocks.len() > 1);
        let Features::Dense(x) = &data.features else { unreachable!() };
        for v in [[1.0, -2.0, 0.5, 0.0], [-0.1, 0.0, 0.0, 0.3]] {
            let margins: Vec<f64> = (0..40_000).map(|j| x.row(j).iter().zip(v).map(|(x, v)| x * v).sum()).collect();
            let (_, reach) = over.hessian_times_with_reach(&[1.0; 40_000], &v);
            assert_eq!(reach, margins.iter().fold(0.0, |most: f64, z| most.max(z.abs())));
        }
        assert!(over.hessian_times_with_reach(&[1.0; 40_000], &[f64::NAN, 0.0, 0.0, 0.0]).1.is_nan());
        assert!(larger(f64::NAN, 1.0).is_nan() && larger(1.0, f64::NAN).is_nan());
        assert_eq!((larger(1.0, 2.0), larger(2.0, 1.0)), (2.0, 2.0));
    }

    /// At w = 0 the slope of the logistic loss is 1/2.
    #[test]
    fn rounding_is_relative_to_the_terms_that_cancel() {
        let plain = dense(2, 2, |i| [3.0, -4.0, 5.0, 6.0][i]);
        let weighted = Dataset { weights: Some(vec![0.5, 1.5]), ..plain.clone() };
        for (data, terms) in [(&plain, [4.0, 5.0]), (&weighted, [9.0 / 2.0, 11.0 / 2.0])] {
            let f = logistic(data);
            let over = Passes::new(&f);
            let wanted = |w: [f64; 2]| {
                let sum = [0, 1].map(|k| 0.5 * terms[k] + 0.25 * w[k].abs());
                ROUNDINGS * f64::EPSILON * sum[0].hypot(sum[1])
            };
            for w in [[0.0, 0.0], [8.0, -16.0]] {
                let found = over.rounding(&over.at(w.to_vec()), ROUNDINGS);
                assert!((found / wanted(w) - 1.0).abs() < 1e-12, "{found:e} {:e}", wanted(w));
            }
        }
    }
}
