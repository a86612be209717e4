//! Passes over all rows, in parallel over blocks of rows that depend on the shape alone: the sums are the same whatever
//! the number of threads.

use crate::data::Features;
use crate::hessian::{Ridge, scale};
use crate::kernel::{Real, Workspace, sweep, weighted_gram};
use crate::objective::{Expansion, Objective};
use rayon::prelude::*;
use std::ops::Range;

/// Stored numbers in a block: a tenth of a millisecond's work.
const BLOCK: usize = 1 << 16;
/// Blocks at most: more than any machine's cores by enough to share them evenly.
const BLOCKS: usize = 64;

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

/// f over its rows, block by block.
pub(super) struct Passes<'a> {
    f: &'a Objective<'a>,
    blocks: Vec<Range<usize>>,
}

impl<'a> Passes<'a> {
    pub(super) fn new(f: &'a Objective<'a>) -> Self {
        let count = (stored(&f.data.features) / BLOCK).clamp(1, BLOCKS);
        Self { f, blocks: cut(f.data.rows(), count) }
    }

    /// f(w).
    pub(super) fn value(&self, w: &[f64]) -> f64 {
        let sums = self.blocks.par_iter().map(|rows| self.f.losses(rows.clone(), w));
        // Collected, so that the blocks are added in their order.
        sums.collect::<Vec<_>>().iter().sum::<f64>() / self.f.rows() + self.f.ridge().value(w)
    }

    /// g and the curvatures in H at w.
    pub(super) fn expand(&self, w: &[f64]) -> Expansion {
        let parts: Vec<_> = self.blocks.par_iter().map(|rows| self.f.sums(rows.clone(), w)).collect();
        let (sums, curvatures): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        Expansion { gradient: self.mean(&sums, w), curvatures: curvatures.concat() }
    }

    /// Hv = (1/n) X'(D(Xv)) + lambda v for the curvatures D, d: one pass, and H is never formed.
    pub(super) fn hessian_times(&self, curvatures: &[f64], v: &[f64]) -> Vec<f64> {
        let features = &self.f.data.features;
        let sums: Vec<Vec<f64>> = self
            .blocks
            .par_iter()
            .map(|rows| sweep(features, rows.clone(), v, |rows, z| scale(z, &curvatures[rows])))
            .collect();
        self.mean(&sums, v)
    }

    /// (1/n) of the sum of `sums` in their order, plus lambda v.
    fn mean(&self, sums: &[Vec<f64>], v: &[f64]) -> Vec<f64> {
        let mut total = vec![0.0; v.len()];
        for sum in sums {
            total.iter_mut().zip(sum).for_each(|(total, part)| *total += part);
        }
        self.f.ridge().complete(&mut total, self.f.rows(), v);
        total
    }
}

/// X'DX + lambda I into the first of `workspaces`, lower triangle: blocks of rows apart, then their sum. There are no more
/// blocks than cost half as much memory as X.
pub(super) fn gram<T: Real>(x: &Features, weights: &[f64], ridge: Ridge, workspaces: &mut Vec<Workspace<T>>) {
    let (size, stored) = (x.cols() * x.cols(), stored(x));
    let count = (stored / BLOCK).min(stored / (2 * size.max(1))).clamp(1, BLOCKS);
    workspaces.resize_with(count, Workspace::default);
    workspaces.par_iter_mut().zip(cut(x.rows(), count)).for_each(|(workspace, rows)| {
        _ = weighted_gram(x, rows.clone(), &weights[rows], workspace);
    });
    if let Some((first, others)) = workspaces.split_first_mut() {
        let mut sum = first.gram_mut();
        for other in others {
            sum += other.gram();
        }
        (0..x.cols()).for_each(|k| sum[(k, k)] += T::of(ridge.at(k)));
    }
}
