//! Per-sample losses l(y, z) at the margin z = x'w, and their derivatives in z.

use serde::{Deserialize, Serialize};

/// A convex, twice differentiable loss l(y, z).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// l = log(1 + exp(-y z)), y in {-1, +1}.
    Logistic,
    /// l = (z - y)^2 / 2, any finite y.
    Squared,
}

impl Loss {
    /// l(y, z).
    #[must_use]
    pub fn value(self, y: f64, z: f64) -> f64 {
        match self {
            // log(1 + e^-t) = max(0, -t) + log(1 + e^-|t|): no overflow for any t.
            Self::Logistic => {
                let t = y * z;
                f64::max(0.0, -t) + libm::log1p(libm::exp(-t.abs()))
            }
            Self::Squared => 0.5 * (z - y) * (z - y),
        }
    }

    /// (dl/dz, d2l/dz2) at (y, z).
    #[must_use]
    pub fn derivatives(self, y: f64, z: f64) -> (f64, f64) {
        match self {
            // With e = exp(-|t|), t = y z: sigmoid(-|t|) = e / (1 + e), never an overflow or a cancellation.
            Self::Logistic => {
                let t = y * z;
                let e = libm::exp(-t.abs());
                let small = e / (1.0 + e);
                let wrong = if t >= 0.0 { small } else { 1.0 / (1.0 + e) };
                (-y * wrong, y * y * small / (1.0 + e))
            }
            Self::Squared => (z - y, 1.0),
        }
    }

    /// The largest d2l/dz2, for labels -1 and +1: 1/4 for the logistic loss, 1 for the squared loss.
    #[must_use]
    pub fn d2_largest(self) -> f64 {
        match self {
            Self::Logistic => 0.25,
            Self::Squared => 1.0,
        }
    }

    /// The Lipschitz constant of z -> d2l/dz2: 1/(6 sqrt 3) for the logistic loss, 0 for the squared loss.
    ///
    /// The logistic third derivative is s(1-s)(1-2s) in absolute value, largest where s = (1 +- 1/sqrt 3)/2.
    #[must_use]
    pub fn d2_lipschitz(self) -> f64 {
        match self {
            Self::Logistic => 1.0 / (6.0 * 3.0_f64.sqrt()),
            Self::Squared => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logistic_agrees_with_closed_forms_and_stays_finite_at_a_thousand() {
        assert!((Loss::Logistic.value(1.0, 0.0) - 2.0_f64.ln()).abs() < 1e-15);
        assert_eq!(Loss::Logistic.derivatives(1.0, 0.0), (-0.5, 0.25));
        assert_eq!(Loss::Logistic.value(1.0, -1e3), 1e3);
        assert_eq!(Loss::Logistic.value(-1.0, -1e3), 0.0);
        assert_eq!(Loss::Logistic.derivatives(1.0, -1e3), (-1.0, 0.0));
        assert_eq!(Loss::Logistic.derivatives(1.0, 1e3), (-0.0, 0.0));
        // exp(-40) to full relative precision: nothing cancels in the tail.
        let (d1, d2) = Loss::Logistic.derivatives(1.0, 40.0);
        let tail = (-40.0_f64).exp();
        assert!((d1 / -tail - 1.0).abs() < 1e-15 && (d2 / tail - 1.0).abs() < 1e-15);
    }

    #[test]
    fn derivatives_are_those_of_the_value() {
        for loss in [Loss::Logistic, Loss::Squared] {
            for y in [-1.0, 1.0] {
                for z in [-7.3, -1.0, -0.2, 0.0, 0.4, 2.0, 9.0] {
                    let h = 1e-5;
                    let (d1, d2) = loss.derivatives(y, z);
                    let (up, down) = (loss.derivatives(y, z + h), loss.derivatives(y, z - h));
                    let slope = (loss.value(y, z + h) - loss.value(y, z - h)) / (2.0 * h);
                    assert!((slope - d1).abs() < 1e-9, "{loss:?} {y} {z}: {slope} {d1}");
                    assert!(((up.0 - down.0) / (2.0 * h) - d2).abs() < 1e-9, "{loss:?} {y} {z}");
                    assert!(d2 <= loss.d2_largest());
                    assert!((up.1 - down.1).abs() / (2.0 * h) <= loss.d2_lipschitz() * (1.0 + 1e-6) + 1e-12);
                }
            }
        }
    }

    #[test]
    fn the_lipschitz_constant_is_reached() {
        let z = (2.0 + 3.0_f64.sqrt()).ln(); // where s = (1 + 1/sqrt 3)/2
        let h = 1e-4;
        let slope = (Loss::Logistic.derivatives(1.0, z + h).1 - Loss::Logistic.derivatives(1.0, z - h).1) / (2.0 * h);
        assert!((slope.abs() / Loss::Logistic.d2_lipschitz() - 1.0).abs() < 1e-6);
    }
}
