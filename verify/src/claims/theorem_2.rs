//! Theorem 2: Theorem 1 with (eps_byz, zeta_byz) of Lemma 7.

use super::contraction::{self, MINIMISER_KNOWN, theorem_1_ladder, theorem_1_sharpened_ladder};
use super::lemma_7::{TWO_ZETA_BYZ_BELOW_1, ZETA_BYZ_BELOW_1, linear, rederived_squares, squares};
use super::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, trimmed};
use crate::claim::{Claim, Reading, Rung};
use crate::quantity::spectrum::sigma_min;

const PRINTED: Claim = Claim {
    id: "theorem-2",
    title: "Theorem 2: linear-quadratic convergence with Byzantine workers",
    reading: Reading::Printed,
    variant: "",
    says: "‖Δ′‖ ≤ max{√(κζ_byz²/(1 − ζ_byz²))‖Δ‖, (L/σ_min)‖Δ‖²} + 2ε_byz/√σ_min",
    because: "the text",
    modes: BOTH,
    applies: trimmed,
    given: &[MINIMISER_KNOWN, ETA_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, ZETA_BYZ_BELOW_1],
    ladder: theorem_1_ladder!(
        squares,
        "max{b, a} + √2 c",
        "“x² ≤ ax + b² + c² gives x ≤ max{a, b} + √2 c”",
        contraction::theorem_1
    ),
};

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    says: "‖Δ′‖ ≤ G max{√(2κζ_byz²/(1 − 2ζ_byz²))‖Δ‖, (L/σ_min)‖Δ‖²} + √2 ε_byz/√σ_min, G = (1 + √5)/2",
    because: "the golden ratio, and Lemma 7 rederived",
    given: &[MINIMISER_KNOWN, ETA_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, TWO_ZETA_BYZ_BELOW_1],
    ladder: theorem_1_ladder!(
        rederived_squares,
        "G max{a, b} + c",
        "the root at a = b, c = 0 is G max{a, b}",
        contraction::theorem_1_rederived
    ),
    ..PRINTED
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "‖Δ′‖ ≤ √κ Z‖Δ‖ + (1 + Z)L/(2σ_min)‖Δ‖² + E/√σ_min",
    because: "‖H^½(p̂ − p*)‖ ≤ E + ZP by the sharpened Lemma 7; spectral form, never vacuous a posteriori",
    given: &[MINIMISER_KNOWN, RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST],
    ladder: theorem_1_sharpened_ladder!(linear),
    ..PRINTED
};

pub(super) const CLAIMS: [Claim; 3] = [PRINTED, REDERIVED, SHARPENED];
