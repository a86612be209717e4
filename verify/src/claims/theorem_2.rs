//! Theorem 2: Theorem 1 with (eps_byz, zeta_byz) of Lemma 7.

use super::contraction::theorem_1_about;
use super::{TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, TRIMS_MORE, lemma_7, trimmed};
use crate::claim::Claim;

pub(super) const CLAIMS: [Claim; 3] = theorem_1_about!(
    lemma_7, "Lemma 7", sub: "_byz", small: [lemma_7::ZETA_BYZ_BELOW_1, lemma_7::TWO_ZETA_BYZ_BELOW_1],
    printed: [TRIMS_MORE, TRIMS_HALF_AT_MOST], ours: [TRIMS_ENOUGH],
    "theorem-2", "Theorem 2: linear-quadratic convergence with Byzantine workers", applies: trimmed,
    rederived: "‖Δ′‖ ≤ G max{√(2κζ_byz²/(1 − 2ζ_byz²))‖Δ‖, (L/σ_min)‖Δ‖²} + √2 ε_byz/√σ_min, G = (1 + √5)/2",
    because: "‖H^½(p̂ − p*)‖ ≤ E + ZP with E = √2 ε_byz, Z = √2 ζ_byz by Lemma 7 rederived, and √(1 − Z²) + (1 + Z)/2 ≤ G"
);
