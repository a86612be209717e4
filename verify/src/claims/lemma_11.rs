//! Lemma 11: Lemma 6 with (eps_cb, zeta_cb) of Lemma 10.
//!
//! Its premise misprints eps_byz, zeta_byz.

use super::contraction::{self, MINIMISER_KNOWN, lemma_6_ladder, lemma_6_sharpened_ladder};
use super::lemma_10::{TWO_ZETA_CB_BELOW_1, ZETA_CB_BELOW_1, linear, rederived_squares, squares};
use super::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, any};
use crate::claim::{Claim, Premise, Reading, Rung};

/// The premise that the lemma itself states.
const GIVEN: Premise = Premise {
    says: "φ(p̂) ≤ ε_cb² + (1 − ζ_cb²) φ(p*)",
    holds: |at| contraction::is_given(at, squares(at)),
};
const GIVEN_REDERIVED: Premise = Premise {
    says: "φ(p̂) ≤ ε_cb² + (1 − 2ζ_cb²) φ(p*)",
    holds: |at| contraction::is_given(at, rederived_squares(at)),
};

const PRINTED: Claim = Claim {
    id: "lemma-11",
    title: "Lemma 11: one trimmed, compressed step towards w*, in the norm of H",
    reading: Reading::Printed,
    variant: "",
    says: "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + ζ_cb²/(1 − ζ_cb²) ΔᵀHΔ + 2ε_cb²",
    because: "the text, given the bound of Lemma 10",
    modes: BOTH,
    applies: any,
    given: &[MINIMISER_KNOWN, ETA_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, ZETA_CB_BELOW_1, GIVEN],
    ladder: lemma_6_ladder!(squares),
};

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    says: "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + 2ζ_cb²/(1 − 2ζ_cb²) ΔᵀHΔ + 2ε_cb²",
    because: "through the rederived Lemma 10: 2ζ_cb² for ζ_cb²",
    given: &[MINIMISER_KNOWN, ETA_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, TWO_ZETA_CB_BELOW_1, GIVEN_REDERIVED],
    ladder: lemma_6_ladder!(rederived_squares),
    ..PRINTED
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "Δ′ᵀHΔ′ ≤ (E + Z‖H^½Δ‖ + (1 + Z)L/(2√σ_min)‖Δ‖²)²",
    because: "‖H^½(p̂ − p*)‖ ≤ E + ZP by the sharpened Lemma 10; spectral form, never vacuous a posteriori",
    given: &[MINIMISER_KNOWN, RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST],
    ladder: lemma_6_sharpened_ladder!(linear),
    ..PRINTED
};

pub(super) const CLAIMS: [Claim; 3] = [PRINTED, REDERIVED, SHARPENED];
