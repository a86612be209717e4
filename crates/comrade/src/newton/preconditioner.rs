//! Approximations M of H that are cheap to solve with.

use super::passes::gram;
use crate::cholesky::{self, Singular};
use crate::data::Features;
use crate::hessian::{Hessian, Ridge};
use crate::kernel::{Real, Workspace};
use crate::objective::Objective;
use crate::stream::{Purpose, Seed};
use rand::seq::index;
use std::borrow::Cow;

const SKETCH: Purpose = Purpose::new("sketch");

/// M, positive definite and near H.
pub(super) trait Preconditioner {
    /// Makes M anew where the rows of X have these curvatures c l''.
    fn refresh(&mut self, curvatures: &[f64]) -> Result<(), Singular>;
    /// M^{-1} v, d.
    fn solve(&self, v: &[f64]) -> Vec<f64>;
}

/// M = LL' = (1/s) X_S'D_S X_S + lambda I over s rows S, all or a sample of them, in the precision T.
pub(super) struct Cholesky<'a, T> {
    features: Cow<'a, Features>,
    /// S; none for all rows.
    sample: Option<Vec<usize>>,
    ridge: Ridge,
    workspaces: Vec<Workspace<T>>,
}

impl<'a, T: Real> Cholesky<'a, T> {
    /// Of all rows.
    pub(super) fn whole(f: &Objective<'a>) -> Self {
        Self { features: Cow::Borrowed(&f.data.features), sample: None, ridge: f.ridge(), workspaces: Vec::new() }
    }

    /// Of these rows, whose features are copied so that they lie together.
    pub(super) fn of_rows(f: &Objective<'a>, sample: Vec<usize>) -> Self {
        let features = Cow::Owned(f.data.features.select(&sample));
        Self { features, sample: Some(sample), ridge: f.ridge(), workspaces: Vec::new() }
    }
}

impl<T: Real> Preconditioner for Cholesky<'_, T> {
    fn refresh(&mut self, curvatures: &[f64]) -> Result<(), Singular> {
        let s = self.features.rows().max(1) as f64;
        let weights: Vec<f64> = match &self.sample {
            None => curvatures.iter().map(|d2| d2 / s).collect(),
            Some(rows) => rows.iter().map(|&j| curvatures[j] / s).collect(),
        };
        gram(&self.features, &weights, self.ridge, &mut self.workspaces);
        cholesky::factor(self.workspaces[0].gram_mut())
    }

    fn solve(&self, v: &[f64]) -> Vec<f64> {
        cholesky::solve(self.workspaces[0].gram(), v)
    }
}

/// M = diag(H).
pub(super) struct Diagonal<'a> {
    features: &'a Features,
    ridge: Ridge,
    diagonal: Vec<f64>,
}

impl<'a> Diagonal<'a> {
    pub(super) fn new(f: &Objective<'a>) -> Self {
        Self { features: &f.data.features, ridge: f.ridge(), diagonal: Vec::new() }
    }
}

impl Preconditioner for Diagonal<'_> {
    fn refresh(&mut self, curvatures: &[f64]) -> Result<(), Singular> {
        self.diagonal = Hessian { x: self.features, curvatures, ridge: self.ridge }.diagonal()?;
        Ok(())
    }

    fn solve(&self, v: &[f64]) -> Vec<f64> {
        v.iter().zip(&self.diagonal).map(|(v, d)| v / d).collect()
    }
}

/// `rows` of n rows, drawn uniformly without replacement, in increasing order.
pub(super) fn draw(n: usize, rows: usize, seed: Seed) -> Vec<usize> {
    let mut sample = index::sample(&mut seed.stream(SKETCH, 0, 0), n, rows.min(n)).into_vec();
    sample.sort_unstable();
    sample
}
