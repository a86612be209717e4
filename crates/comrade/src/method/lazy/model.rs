//! What the next step of lazy Newton is made of, for who checks it.

use super::Lazy;
use super::memory::Memory;
use crate::metric::Metric;

/// The point w, the gradient g and the matrix W = (BFGS of the pairs, from B^{-1}) of the step w - a W g.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    /// w, d.
    pub w: &'a [f64],
    /// g as the center has it there, d.
    pub gradient: &'a [f64],
    /// B, in whose metric gradients are taken together where liars are assumed.
    pub metric: &'a Metric,
    /// R: how far from B most honest Hessians may be; 0 where no liars are assumed.
    pub radius: f64,
    memory: &'a Memory,
    scaled: bool,
}

impl<'a> Model<'a> {
    /// None before the first Hessian.
    pub(crate) fn of(lazy: &'a Lazy) -> Option<Self> {
        let (base, known) = (lazy.base.as_ref()?, lazy.curvature.as_ref()?);
        Some(Self {
            w: &base.w,
            gradient: &base.gradient,
            metric: &known.metric,
            radius: known.radius,
            memory: &lazy.memory,
            scaled: known.scales(base),
        })
    }

    /// W v, d.
    #[must_use]
    pub fn solve(&self, v: &[f64]) -> Vec<f64> {
        self.memory.solve(self.metric, self.scaled, v)
    }
}
