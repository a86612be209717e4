//! The exact minimiser w*, by damped Newton on all n rows: the reference that everything is measured from.
//!
//! The Newton system is solved directly, or by conjugate gradients on the exact H that a cheaper factor preconditions: see
//! [`Factor`]. Either way the same w* is found, to the same tolerance.

mod direction;
mod factor;
mod passes;
mod preconditioner;
#[cfg(test)]
mod tests;

pub use factor::Factor;

use crate::kernel::dot;
use crate::objective::{Objective, Singular};
use direction::Directions;
use passes::Passes;

/// w* and how well it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimiser {
    /// w*, d.
    pub w: Vec<f64>,
    /// ||g(w*)||.
    pub gradient_norm: f64,
    /// Newton steps taken.
    pub iterations: usize,
    /// Passes over X for f, g and products with H; those for X'DX not counted.
    pub passes: usize,
}

/// The minimiser could not be found.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum MinimiseError {
    /// A Hessian on the way was singular.
    #[error(transparent)]
    Singular(#[from] Singular),
    /// The gradient stopped decreasing above the tolerance.
    #[error("stalled after {iterations} Newton steps at a gradient norm of {gradient_norm:e}, asked for {tolerance:e}")]
    Stalled {
        /// Steps taken.
        iterations: usize,
        /// ||g|| reached.
        gradient_norm: f64,
        /// ||g|| asked for.
        tolerance: f64,
    },
}

/// Steps before the search is called stalled: damped Newton on these losses needs ten or so.
const MAX_STEPS: usize = 200;
/// Sufficient decrease of the line search (Armijo).
const DECREASE: f64 = 1e-4;

/// Gradients below this many rounding errors of their terms are zero for all that double precision can tell.
const ROUNDINGS: f64 = 4.0;

/// The residual left in a Newton system, relative to its gradient, never more than this.
const FORCING: f64 = 0.1;

/// Minimises f by direct solves in double precision: [`minimise_with`] [`Factor::Double`].
///
/// # Errors
/// As [`minimise_with`].
pub fn minimise(f: &Objective<'_>, relative: f64) -> Result<Minimiser, MinimiseError> {
    minimise_with(f, relative, Factor::Double)
}

/// Minimises f from w = 0 until ||g|| <= `relative` ||g(0)||, or until g is rounding alone:
/// ||g|| <= 4 machine epsilons of the terms that cancel in it ([`Objective::gradient_scale`]).
///
/// Computes on rayon's current pool; the result does not depend on its number of threads.
///
/// # Errors
/// [`MinimiseError`] when a Hessian is singular or the tolerance is out of reach of double precision.
pub fn minimise_with(f: &Objective<'_>, relative: f64, factor: Factor) -> Result<Minimiser, MinimiseError> {
    let (over_x, mut directions) = (Passes::new(f), Directions::new(f, factor));
    let mut w = vec![0.0; f.data.cols()];
    let mut at = over_x.expand(&w);
    let mut passes = 1;
    let first = norm(&at.gradient);
    let tolerance = f64::max(relative * first, ROUNDINGS * f64::EPSILON * f.gradient_scale(&w));
    for iterations in 0..MAX_STEPS {
        let gradient_norm = norm(&at.gradient);
        if gradient_norm <= tolerance {
            return Ok(Minimiser { w, gradient_norm, iterations, passes });
        }
        // Superlinear (Eisenstat and Walker), and no more accurate than the tolerance asks.
        let forcing = f64::max(FORCING * (gradient_norm / first).sqrt(), 0.3 * tolerance / gradient_norm).min(FORCING);
        let (p, products) = directions.find(&over_x, &at, forcing)?;
        passes += products;
        let slope = dot(&at.gradient, &p);
        let mut gamma = 1.0;
        let accepted = loop {
            let next: Vec<f64> = w.iter().zip(&p).map(|(w, p)| w - gamma * p).collect();
            let there = over_x.expand(&next);
            passes += 1;
            // Near w* values no longer tell points apart; gradients still do, and they are already there.
            let better = norm(&there.gradient) < 0.5 * gradient_norm || {
                passes += 2;
                over_x.value(&next) <= over_x.value(&w) - DECREASE * gamma * slope
            };
            if better {
                break Some((next, there));
            }
            gamma *= 0.5;
            if gamma < 1e-10 {
                break None;
            }
        };
        let Some((next, there)) = accepted else {
            return Err(MinimiseError::Stalled { iterations, gradient_norm, tolerance });
        };
        (w, at) = (next, there);
    }
    Err(MinimiseError::Stalled { iterations: MAX_STEPS, gradient_norm: norm(&at.gradient), tolerance })
}

fn norm(v: &[f64]) -> f64 {
    dot(v, v).sqrt()
}
