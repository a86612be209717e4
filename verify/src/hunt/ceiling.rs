//! The other side of a worst case: how large the ratio of a bound can become at all, as far as that is proved.
//!
//! The search gives a lower side, an instance. A claim that is a theorem has the upper side 1. For the printed claims that
//! fail, sums of squares give one by Cauchy-Schwarz:
//!
//! ```text
//! (sum_k c_k x_k)^2 <= (sum_k c_k^2/w_k) (sum_k w_k x_k^2)
//!
//! Lemma 5   measured <= (1/2)(eps + zeta P)^2,  bound = eps^2 + (1/2)(zeta P)^2
//!           c = (1, 1)/sqrt 2, w = (1, 1/2): 3/2
//! Lemma 9   with zeta_1 = nu eta/(1 - eta): measured <= (sqrt k (eps + P + zeta_1 P) + eps + zeta_B P)^2,
//!           bound = k eps^2 + k P^2 + k (zeta_1 P)^2 + eps^2 + (zeta_B P)^2
//!           five terms, c = w = 1 for each: 5
//! Lemma 9   with zeta_1 = z = nu/(1 - eta), which no error reaches. ||E_i|| <= nu eta, so that an error is at most
//!           eps + t/(1 - t) P with t = nu eta, and measured <= (sqrt k (eps + P/(1 - t)) + eps + zeta_B P)^2,
//!           bound = k eps^2 + k (1 + z^2) P^2 + eps^2 + (zeta_B P)^2: 3 + (1 - t)^-2/(1 + z^2).
//!           z = t/(eta(1 - eta)) is at least 4t; and at least 1/(1 - t) for t >= 1/2, since nu <= 1 keeps eta above t.
//!           So the last term is at most 1/((1 - t)^2 (1 + 16 t^2)) for t <= 1/2, largest at 32 t^2 - 16 t + 1 = 0,
//!           t = (2 - sqrt 2)/8, and below 1 for t >= 1/2: 4.0723 in all
//! ```
//!
//! Theorem 1 is in [`super::limit`]. Lemmas 7 and 10 and Theorems 2 and 3 have none, even in one dimension, without liars and without
//! noise in the gradients. Let the Hessians of the workers that are kept be too large by u, relatively, and those of the trimmed ones
//! too small by eta. Then eta is measured if u <= eta and m^{1/2} ((1 - beta) u - beta eta) <= eta, so that
//!
//! ```text
//! u = eta (beta + m^{-1/2})/(1 - beta)                        for beta + m^{-1/2} <= 1 - beta
//! measured -> (1/2) u^2 P^2
//! bound    -> (1/2) a^2 (2/((1 - beta) m) + 1/m) eta^2 P^2    a = 1/(1 - beta), eta -> 0
//! ratio    -> (1 + beta m^{1/2})^2 / (1 + 2/(1 - beta))
//! ```
//!
//! in Lemmas 7 and 10, and its root in the theorems. The largest beta that is allowed, with m = k^2 and k(k - 1)/2 trimmed, gives
//! (k + 1)^3/(4(5k + 1)), about m/20. With a whole number of workers trimmed it is above 1 from m = 70 on at beta = 1/10, and from
//! m = 20 on at beta = 1/5.

use crate::claim::{Claim, Reading};
use serde::{Deserialize, Serialize};

/// What is proved of the largest ratio of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ceiling {
    /// No instance exceeds it.
    AtMost(f64),
    /// No number bounds it.
    Unbounded,
}

/// The largest ratio of Theorem 1 as printed, in any dimension: the golden ratio. In d = 1 it is below
/// [`super::limit::ONE_DIMENSION`].
const GOLDEN: f64 = 1.618_033_988_749_895;
/// 3 + 1/((1 - t)^2 (1 + 16 t^2)) at t = (2 - sqrt 2)/8.
const LEMMA_9: f64 = 4.072_273_019_323_229;

/// What is proved of this claim's largest ratio.
#[must_use]
pub fn ceiling(claim: &Claim) -> Ceiling {
    if claim.reading != Reading::Printed {
        return Ceiling::AtMost(1.0);
    }
    match (claim.id, claim.variant) {
        ("lemma-5", _) => Ceiling::AtMost(1.5),
        ("lemma-9", "zeta-1-defined") => Ceiling::AtMost(5.0),
        ("lemma-9", _) => Ceiling::AtMost(LEMMA_9),
        ("theorem-1", _) => Ceiling::AtMost(GOLDEN),
        ("lemma-7" | "lemma-10" | "theorem-2" | "theorem-3", _) => Ceiling::Unbounded,
        _ => Ceiling::AtMost(1.0),
    }
}

/// Why, in a line.
#[must_use]
pub fn why(claim: &Claim) -> &'static str {
    match (claim.reading, claim.id) {
        (Reading::Printed, "lemma-5" | "lemma-9") => "Cauchy–Schwarz",
        (Reading::Printed, "theorem-1") => "golden ratio; at most 1.6082 in d = 1",
        (Reading::Printed, "lemma-7" | "lemma-10") => "(k + 1)³/(4(5k + 1)) at m = k²",
        (Reading::Printed, "theorem-2" | "theorem-3") => "grows with √m, as the root of Lemma 7’s",
        (Reading::Printed, _) => "correct as printed",
        _ => "it is proved",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The supremum of (c'x)^2 / sum w x^2 over x, as a sum, and at the x where it is reached.
    fn cauchy_schwarz(c: &[f64], w: &[f64]) -> (f64, f64) {
        let sum = c.iter().zip(w).map(|(c, w)| c * c / w).sum();
        let x: Vec<f64> = c.iter().zip(w).map(|(c, w)| c / w).collect();
        let top: f64 = c.iter().zip(&x).map(|(c, x)| c * x).sum();
        (sum, top * top / x.iter().zip(w).map(|(x, w)| w * x * x).sum::<f64>())
    }

    #[test]
    fn the_closed_forms_are_those_sums_and_are_reached() {
        let half = 0.5_f64.sqrt();
        for (c, w, value) in [(&[half, half][..], &[1.0, 0.5][..], 1.5), (&[1.0; 5], &[1.0; 5], 5.0)] {
            let (sum, reached) = cauchy_schwarz(c, w);
            assert!((sum - value).abs() < 1e-15 && (reached - value).abs() < 1e-14, "{sum} {reached}");
        }
    }

    #[test]
    fn the_last_term_of_lemma_9_is_nowhere_larger_on_a_grid_and_nearly_as_large_somewhere() {
        let term = |nu: f64, eta: f64| (1.0 - nu * eta).powi(-2) / (1.0 + (nu / (1.0 - eta)).powi(2));
        let grid = (1..1000).flat_map(|i| (1..1000).map(move |k| (f64::from(i) / 1000.0, f64::from(k) / 1000.0)));
        let largest = grid.map(|(nu, eta)| term(nu, eta)).fold(0.0, f64::max);
        assert!(3.0 + largest <= LEMMA_9 && LEMMA_9 < 3.0 + largest + 1e-4, "{largest}");
        let t = (2.0 - 2.0_f64.sqrt()) / 8.0;
        assert!((3.0 + ((1.0 - t).powi(2) * (1.0 + 16.0 * t * t)).recip() - LEMMA_9).abs() < 1e-12);
        assert!((32.0 * t * t - 16.0 * t + 1.0).abs() < 1e-14);
    }
}
