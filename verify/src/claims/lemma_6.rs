//! Lemma 6. If phi(phat) <= eps^2 + (1 - zeta^2) phi(p*), then D'H D' <= L ||D'|| ||D||^2 + zeta^2/(1 - zeta^2) D H D + 2 eps^2.
//!
//! Correct as printed; its first display misprints two coefficients, (17) is right. Through the rederived Lemma 5 zeta^2
//! becomes 2 zeta^2.

use super::contraction::{self, MINIMISER_KNOWN, lemma_6_ladder, lemma_6_sharpened_ladder};
use super::lemma_5::{TWO_ZETA_BELOW_1, linear, rederived_squares, squares};
use super::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1, ZETA_BELOW_1, averaged};
use crate::claim::{Claim, Premise, Reading, Rung};

/// The premise that the lemma itself states.
const GIVEN: Premise =
    Premise { says: "φ(p̂) ≤ ε² + (1 − ζ²) φ(p*)", holds: |at| contraction::is_given(at, squares(at)) };
const GIVEN_REDERIVED: Premise = Premise {
    says: "φ(p̂) ≤ ε² + (1 − 2ζ²) φ(p*)",
    holds: |at| contraction::is_given(at, rederived_squares(at)),
};

const PRINTED: Claim = Claim {
    id: "lemma-6",
    title: "Lemma 6: one step towards w*, in the norm of H",
    reading: Reading::Printed,
    variant: "",
    says: "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + ζ²/(1 − ζ²) ΔᵀHΔ + 2ε²",
    because: "the text, given the bound of Lemma 5",
    modes: BOTH,
    applies: averaged,
    given: &[MINIMISER_KNOWN, ETA_BELOW_1, ZETA_BELOW_1, GIVEN],
    ladder: lemma_6_ladder!(squares),
};

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    says: "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + 2ζ²/(1 − 2ζ²) ΔᵀHΔ + 2ε²",
    because: "through the rederived Lemma 5: 2ζ² for ζ²",
    given: &[MINIMISER_KNOWN, ETA_BELOW_1, TWO_ZETA_BELOW_1, GIVEN_REDERIVED],
    ladder: lemma_6_ladder!(rederived_squares),
    ..PRINTED
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "Δ′ᵀHΔ′ ≤ (E + Z‖H^½Δ‖ + (1 + Z)L/(2√σ_min)‖Δ‖²)²",
    because: "‖H^½(p̂ − p*)‖ ≤ E + ZP by the sharpened Lemma 5; spectral form, never vacuous a posteriori",
    given: &[MINIMISER_KNOWN, RIDGE_BELOW_1],
    ladder: lemma_6_sharpened_ladder!(linear),
    ..PRINTED
};

pub(super) const CLAIMS: [Claim; 3] = [PRINTED, REDERIVED, SHARPENED];
