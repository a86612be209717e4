//! Lemma 8: Lemma 6 with (eps_byz, zeta_byz) of Lemma 7.

use super::contraction::{self, MINIMISER_KNOWN, lemma_6_ladder, lemma_6_sharpened_ladder};
use super::lemma_7::{TWO_ZETA_BYZ_BELOW_1, ZETA_BYZ_BELOW_1, linear, rederived_squares, squares};
use super::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, trimmed};
use crate::claim::{Claim, Premise, Reading, Rung};

/// The premise that the lemma itself states.
const GIVEN: Premise = Premise {
    says: "φ(p̂) ≤ ε_byz² + (1 − ζ_byz²) φ(p*)",
    holds: |at| contraction::is_given(at, squares(at)),
};
const GIVEN_REDERIVED: Premise = Premise {
    says: "φ(p̂) ≤ ε_byz² + (1 − 2ζ_byz²) φ(p*)",
    holds: |at| contraction::is_given(at, rederived_squares(at)),
};

const PRINTED: Claim = Claim {
    id: "lemma-8",
    title: "Lemma 8: one trimmed step towards w*, in the norm of H",
    reading: Reading::Printed,
    variant: "",
    says: "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + ζ_byz²/(1 − ζ_byz²) ΔᵀHΔ + 2ε_byz²",
    because: "the text, given the bound of Lemma 7",
    modes: BOTH,
    applies: trimmed,
    given: &[MINIMISER_KNOWN, ETA_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, ZETA_BYZ_BELOW_1, GIVEN],
    ladder: lemma_6_ladder!(squares),
};

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    says: "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + 2ζ_byz²/(1 − 2ζ_byz²) ΔᵀHΔ + 2ε_byz²",
    because: "through the rederived Lemma 7: 2ζ_byz² for ζ_byz²",
    given: &[MINIMISER_KNOWN, ETA_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, TWO_ZETA_BYZ_BELOW_1, GIVEN_REDERIVED],
    ladder: lemma_6_ladder!(rederived_squares),
    ..PRINTED
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "Δ′ᵀHΔ′ ≤ (E + Z‖H^½Δ‖ + (1 + Z)L/(2√σ_min)‖Δ‖²)²",
    because: "‖H^½(p̂ − p*)‖ ≤ E + ZP by the sharpened Lemma 7; spectral form, never vacuous a posteriori",
    given: &[MINIMISER_KNOWN, RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST],
    ladder: lemma_6_sharpened_ladder!(linear),
    ..PRINTED
};

pub(super) const CLAIMS: [Claim; 3] = [PRINTED, REDERIVED, SHARPENED];
