//! Theorem 1. ||D'|| <= max{ sqrt(kappa zeta^2/(1-zeta^2)) ||D||, (L/sigma_min) ||D||^2 } + 2 eps/sqrt(sigma_min).
//!
//! It does not follow from Lemma 6: x^2 <= a x + b^2 + c^2 gives x <= G max(a, b) + c with the golden ratio G, and G is
//! reached. Sharpened: through ||H^{1/2}(phat - p*)|| directly.

use super::contraction::{self, MINIMISER_KNOWN, theorem_1_ladder, theorem_1_sharpened_ladder};
use super::lemma_5::{TWO_ZETA_BELOW_1, linear, rederived_squares, squares};
use super::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1, ZETA_BELOW_1, averaged};
use crate::claim::{Claim, Reading, Rung};
use crate::quantity::spectrum::sigma_min;

const PRINTED: Claim = Claim {
    id: "theorem-1",
    title: "Theorem 1: linear-quadratic convergence",
    reading: Reading::Printed,
    variant: "",
    says: "‖Δ′‖ ≤ max{√(κζ²/(1 − ζ²))‖Δ‖, (L/σ_min)‖Δ‖²} + 2ε/√σ_min",
    because: "the text",
    modes: BOTH,
    applies: averaged,
    given: &[MINIMISER_KNOWN, ETA_BELOW_1, ZETA_BELOW_1],
    ladder: theorem_1_ladder!(
        squares,
        "max{b, a} + √2 c",
        "“x² ≤ ax + b² + c² gives x ≤ max{a, b} + √2 c”",
        contraction::theorem_1
    ),
};

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    says: "‖Δ′‖ ≤ G max{√(2κζ²/(1 − 2ζ²))‖Δ‖, (L/σ_min)‖Δ‖²} + √2 ε/√σ_min, G = (1 + √5)/2",
    because: "the golden ratio, and Lemma 5 rederived",
    given: &[MINIMISER_KNOWN, ETA_BELOW_1, TWO_ZETA_BELOW_1],
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
    because: "‖H^½(p̂ − p*)‖ ≤ E + ZP by the sharpened Lemma 5; spectral form, never vacuous a posteriori",
    given: &[MINIMISER_KNOWN, RIDGE_BELOW_1],
    ladder: theorem_1_sharpened_ladder!(linear),
    ..PRINTED
};

pub(super) const CLAIMS: [Claim; 3] = [PRINTED, REDERIVED, SHARPENED];
