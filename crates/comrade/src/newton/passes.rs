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
