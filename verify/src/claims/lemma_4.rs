//! Lemma 4 (GIANT). With the exact gradient, min phi <= phi(ptilde) <= (1 - zeta^2) min phi.
//!
//! Correct as printed, and tight at m = 1, lambda = 0: min phi = -P^2/2, so the claim is
//! (1/2)||H^{1/2}(ptilde - p*)||^2 <= (1/2) zeta^2 P^2, from (I + E)^{-1} - I = -E + E (I + E)^{-1} E.

use super::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1, honest};
use crate::claim::{Claim, Reading, Rung};
use crate::quantity::ridge::omega_mean;
use crate::quantity::spectrum::p;
use crate::quantity::zeta::zeta;
use crate::rounding::Rounding;

const GAP: Rung = Rung::measured("φ(p̃) − φ(p*)", Rounding::Square, |at| 0.5 * at.draw.sketch.giant_error.powi(2));
const SPECTRAL: Rung = Rung::new("½(ω_mean P)²", "ω_mean = ‖meanᵢ(I + Eᵢ)⁻¹ − I‖", |at| {
    0.5 * (omega_mean(at) * p(at)).powi(2)
});

const PRINTED: Claim = Claim {
    id: "lemma-4",
    title: "Lemma 4: one GIANT step",
    reading: Reading::Printed,
    variant: "",
    says: "φ(p̃) ≤ (1 − ζ²) φ(p*)",
    because: "the text",
    modes: BOTH,
    applies: honest,
    independent: false,
    given: &[ETA_BELOW_1],
    ladder: &[
        GAP,
        Rung::new(
            "−ζ² φ(p*) = ½ζ²P²",
            "‖mean E‖ ≤ νη/√m, ‖E(I + E)⁻¹E‖ ≤ νη²/(1 − η)",
            |at| 0.5 * (zeta(at) * p(at)).powi(2),
        ),
    ],
};

const REDERIVED: Claim = Claim { reading: Reading::Rederived, because: "nothing to correct", ..PRINTED };

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "φ(p̃) ≤ (1 − ω_mean²) φ(p*)",
    because: "the operator norm itself; never vacuous a posteriori",
    given: &[RIDGE_BELOW_1],
    ladder: &[GAP, SPECTRAL],
    ..PRINTED
};

pub(super) const CLAIMS: [Claim; 3] = [PRINTED, REDERIVED, SHARPENED];
