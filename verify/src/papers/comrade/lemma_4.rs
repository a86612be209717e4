//! Lemma 4 (GIANT). With the exact gradient, min phi <= phi(ptilde) <= (1 - zeta^2) min phi.
//!
//! Correct as printed, and tight at m = 1, lambda = 0: min phi = -P^2/2, so the claim is
//! (1/2)||H^{1/2}(ptilde - p*)||^2 <= (1/2) zeta^2 P^2, from (I + E)^{-1} - I = -E + E (I + E)^{-1} E.

use super::{BOTH, eta_below_1, honest, ridge_below_1};
use crate::claim::{Claim, Formula, Reading, Rung};
use crate::quantity::ridge::omega_mean;
use crate::quantity::spectrum::p;
use crate::quantity::zeta::zeta;
use crate::rounding::Rounding;

fn gap() -> Rung {
    Rung::measured("φ(p̃) − φ(p*)", Rounding::Square, |at| 0.5 * at.draw.sketch.giant_error.powi(2))
}

fn spectral() -> Rung {
    Rung::new("½(ω_mean P)²", "ω_mean = ‖meanᵢ(I + Eᵢ)⁻¹ − I‖", |at| {
        0.5 * (omega_mean(at) * p(at)).powi(2)
    })
}

fn printed() -> Claim {
    Claim {
        id: "lemma-4",
        title: "Lemma 4: one GIANT step",
        says: Formula::new("φ(p̃) ≤ (1 − ζ²) φ(p*)", r"\varphi(\tilde p) \le (1 - \zeta^2)\,\varphi(p^*)"),
        modes: BOTH,
        applies: honest,
        given: vec![eta_below_1()],
        ladder: vec![
            gap(),
            Rung::new(
                "−ζ² φ(p*) = ½ζ²P²",
                "‖mean E‖ ≤ νη/√m, ‖E(I + E)⁻¹E‖ ≤ νη²/(1 − η)",
                |at| 0.5 * (zeta(at) * p(at)).powi(2),
            ),
        ],
        ..Claim::default()
    }
}

fn rederived() -> Claim {
    Claim { reading: Reading::Rederived, because: "nothing to correct".into(), ..printed() }
}

fn sharpened() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        says: Formula::new(
            "φ(p̃) ≤ (1 − ω_mean²) φ(p*)",
            r"\varphi(\tilde p) \le (1 - \omega_{\mathrm{mean}}^2)\,\varphi(p^*)",
        ),
        because: "the operator norm itself; never vacuous a posteriori".into(),
        given: vec![ridge_below_1()],
        ladder: vec![gap(), spectral()],
        ..printed()
    }
}

pub(super) fn claims() -> Vec<Claim> {
    vec![printed(), rederived(), sharpened()]
}
