//! Approximations M of H that are cheap to solve with.

use super::passes::{Passes, gram};
use crate::cholesky::{self, Singular};
use crate::data::Features;
use crate::kernel::{Real, Workspace};
use crate::stream::{Purpose, Seed};
use rand::seq::index;

const SKETCH: Purpose = Purpose::new("sketch");

/// What is added to the diagonal of M where rounding leaves it singular although H is not, in machine epsilons for each
/// dimension, relative to the diagonal; then a hundred times as much, so often.
const LIFT: f64 = 16.0;
const LIFTS: i32 = 2;

/// M, positive definite and near H.
pub(super) trait Preconditioner {
    /// Rebuilds M for rows of X with these curvatures c l''.
    ///
    /// # Errors
    /// [`Singular`] where not even M can be made positive definite.
    fn refresh(&mut self, curvatures: &[f64]) -> Result<(), Singular>;
    /// M^{-1} v, d.
    fn solve(&self, v: &[f64]) -> Vec<f64>;
    /// Whether M is made of all of H, in double precision.
    fn whole(&self) -> bool;
    /// Whether M is H but for rounding.
    fn exact(&self) -> bool;
}

/// M = LL' = (1/s) X_S'D_S X_S + the ridge over s rows S, all or a sample of them, in the precision T.
pub(super) struct Cholesky<'a, T> {
    features: &'a Features,
    /// S; none for all rows.
    sample: Option<Vec<usize>>,
    ridge: &'a [f64],
    workspaces: Vec<Workspace<T>>,
    /// How often the diagonal had to be lifted.
    lifts: i32,
}

impl<'a, T: Real> Cholesky<'a, T> {
    /// Of all rows.
    pub(super) fn whole(f: &'a Passes<'_>) -> Self {
        Self::with(f, None)
    }

    /// Of these rows.
    pub(super) fn of_rows(f: &'a Passes<'_>, sample: Vec<usize>) -> Self {
        Self::with(f, Some(sample))
    }

    fn with(f: &'a Passes<'_>, sample: Option<Vec<usize>>) -> Self {
        Self { features: &f.data.features, sample, ridge: &f.ridge, workspaces: Vec::new(), lifts: 0 }
    }

    /// X_S'D_S X_S / s plus the ridge, its diagonal lifted, factored.
    fn factor(&mut self, weights: &[f64]) -> Result<(), Singular> {
        gram(self.features, self.sample.as_deref(), weights, self.ridge, &mut self.workspaces);
        let mut m = self.workspaces[0].gram_mut();
        if self.lifts > 0 {
            let share = LIFT * 100_f64.powi(self.lifts - 1) * self.ridge.len() as f64 * T::EPSILON;
            (0..m.nrows()).for_each(|k| m[(k, k)] = T::of(m[(k, k)].double() * (1.0 + share)));
        }
        cholesky::factor(m)
    }
}

impl<T: Real> Preconditioner for Cholesky<'_, T> {
    fn refresh(&mut self, curvatures: &[f64]) -> Result<(), Singular> {
        let s = self.sample.as_ref().map_or(curvatures.len(), Vec::len).max(1) as f64;
        let weights: Vec<f64> = match &self.sample {
            None => curvatures.iter().map(|d2| d2 / s).collect(),
            Some(rows) => rows.iter().map(|&j| curvatures[j] / s).collect(),
        };
        loop {
            match self.factor(&weights) {
                // With a ridge H is positive definite: what makes it singular is rounding.
                Err(_) if self.lifts < LIFTS && self.ridge.iter().any(|&r| r > 0.0) => {
                    self.lifts += 1;
                }
                done => return done,
            }
        }
    }

    fn solve(&self, v: &[f64]) -> Vec<f64> {
        cholesky::solve(self.workspaces[0].gram(), v)
    }

    fn whole(&self) -> bool {
        self.sample.is_none() && T::EPSILON == f64::EPSILON
    }

    fn exact(&self) -> bool {
        self.whole() && self.lifts == 0
    }
}

/// M = diag(H).
pub(super) struct Diagonal<'a> {
    features: &'a Features,
    ridge: &'a [f64],
    diagonal: Vec<f64>,
}

impl<'a> Diagonal<'a> {
    pub(super) fn new(f: &'a Passes<'_>) -> Self {
        Self { features: &f.data.features, ridge: &f.ridge, diagonal: Vec::new() }
    }
}

impl Preconditioner for Diagonal<'_> {
    fn refresh(&mut self, curvatures: &[f64]) -> Result<(), Singular> {
        let n = curvatures.len().max(1) as f64;
        let mut diagonal = self.ridge.to_vec();
        for (j, d2) in curvatures.iter().enumerate() {
            self.features.for_row(j, |k, v| diagonal[k] += d2 / n * v * v);
        }
        if let Some(pivot) = diagonal.iter().position(|&d| d <= 0.0) {
            return Err(Singular { pivot, dimension: diagonal.len() });
        }
        self.diagonal = diagonal;
        Ok(())
    }

    fn solve(&self, v: &[f64]) -> Vec<f64> {
        v.iter().zip(&self.diagonal).map(|(v, d)| v / d).collect()
    }

    fn whole(&self) -> bool {
        false
    }

    fn exact(&self) -> bool {
        false
    }
}

/// `rows` of n rows, drawn uniformly without replacement, in increasing order.
pub(super) fn draw(n: usize, rows: usize, seed: Seed) -> Vec<usize> {
    let mut sample = index::sample(&mut seed.stream(SKETCH, 0, 0), n, rows.min(n)).into_vec();
    sample.sort_unstable();
    sample
}
