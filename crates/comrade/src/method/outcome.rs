//! What may be said at the end of a training run, and what is known there.

use serde::{Deserialize, Serialize};

/// f and the norm of its gradient at one w, as the workers reported them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// f(w): the mean over all samples plus the ridge term.
    pub value: f64,
    /// ||g(w)||.
    pub gradient_norm: f64,
}

/// Differences of f below this share of it are rounding: a step may raise f by as much.
pub(crate) const ROUNDING: f64 = 1e-12;

impl Measured {
    /// Whether f is higher than `other` by more than rounding, or no finite number.
    #[must_use]
    pub fn is_above(self, other: Self) -> bool {
        !self.value.is_finite() || self.value - other.value > ROUNDING * other.value.abs()
    }
}

/// How far from the minimiser w may be, as far as anything is known, if round(beta m) workers may lie; f is that of the
/// honest workers that answered. If none may lie and some are missing: f is that of all, and the numbers suppose that
/// the missing ones are like the others; 1 - Q, what they count, is in the place of f, and Q in that of m - 2 f.
///
/// All three are about gradients in the metric of B, at the w that is returned, where the workers' covariance has its largest
/// eigenvalue lambda: see [`crate::aggregate::Filter`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// G = lambda^{1/2}: how much gradients vary in the direction where they do most, once those that vary most are left out, as
    /// many as may lie.
    pub spread: f64,
    /// (G^2 / 2) f / (m - 2 f), a value of f(w) - f*: what no method can promise to stay below. Messages of which m - f are equal
    /// and the others elsewhere may come from honest workers who all agree, or from a set whose mean is that far away.
    pub unavoidable: f64,
    /// What f(w) - f* is at most, by what was sent: (kappa / 2) e^2, with e what the honest gradient is at most, and kappa how
    /// much less than B the honest Hessian may be. Up to the third derivative of f; and where messages were left out, if the
    /// honest ones vary as those that were kept.
    pub estimate: f64,
}

impl Floor {
    /// G (f / (m - 2 f))^{1/2}: how far g may be off in the metric of B, as far as anything is known.
    pub(crate) fn doubt(self) -> f64 {
        (2.0 * self.unavoidable).sqrt()
    }
}

/// Why a training run ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum End {
    /// f and g of this very w and of 0 came from all workers, nothing was trimmed, and ||g|| <= tolerance ||g(0)||.
    Converged,
    /// It rests, and is not known to be at the minimiser: liars are assumed, or workers that are excused were missing, or the method
    /// is one that stops short of it.
    /// How far from it, if that can be said: not of three workers of which one may lie, nor of m <= 3 f in general.
    Floor(Option<Floor>),
    /// Without liars: no step lowers f by more than rounding, and the gradient is still above what was asked for.
    Stalled,
    /// The rounds are played.
    Rounds,
    /// f or its gradient is not finite, or f has risen above f(0). What is returned is the best point known.
    Diverged,
}

/// How a training run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Why.
    pub end: End,
    /// The iterate, d: the best one that was measured, and never one with f(w) above f(0) by more than rounding, as far as f is known
    /// of the same workers.
    pub w: Vec<f64>,
    /// f and ||g|| at w; none if no round was played.
    pub here: Option<Measured>,
    /// f and ||g|| at 0.
    pub first: Option<Measured>,
    /// ||g||^2 / (2 lambda) >= f(w) - f*, as f is lambda-strongly convex.
    ///
    /// None if messages were trimmed or workers missing, where lambda = 0, and with an intercept: f is not strongly
    /// convex along it, and the curvature that it has there is known at other points only.
    pub bound: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_above_another_one_by_more_than_rounding_or_where_it_is_no_number() {
        let is_above = |value, other| {
            let of = |value| Measured { value, gradient_norm: 1.0 };
            of(value).is_above(of(other))
        };
        assert!(is_above(2.0, 1.0) && !is_above(1.0, 2.0) && !is_above(1.0, 1.0) && !is_above(0.0, 0.0));
        // Rounding is a share of the value, small or large.
        for size in [1e-6, 1.0, 1e6] {
            assert!(is_above(size * (1.0 + 2.0 * ROUNDING), size) && !is_above(size * (1.0 + 0.5 * ROUNDING), size));
            assert!(is_above(-size, -size * (1.0 + 2.0 * ROUNDING)));
        }
        assert!(is_above(f64::NAN, 1.0) && is_above(f64::NEG_INFINITY, 1.0));
    }
}
