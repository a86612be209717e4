//! Theorem 3: Theorem 1 with (eps_cb, zeta_cb) of Lemma 10.

use super::contraction::theorem_1_about;
use super::{TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, TRIMS_MORE, any, lemma_10};
use crate::claim::Claim;

pub(super) const CLAIMS: [Claim; 3] = theorem_1_about!(
    lemma_10, "Lemma 10", sub: "_cb", small: [lemma_10::ZETA_CB_BELOW_1, lemma_10::REDERIVED_ZETA_CB_BELOW_1],
    printed: [TRIMS_MORE, TRIMS_HALF_AT_MOST], ours: [TRIMS_ENOUGH],
    "theorem-3", "Theorem 3: linear-quadratic convergence, compressed", applies: any,
    rederived: "‖Δ′‖ ≤ G max{√(κζ_cb²/(1 − ζ_cb²))‖Δ‖, (L/σ_min)‖Δ‖²} + ε_cb/√σ_min, with rederived ε_cb, ζ_cb, G = (1 + √5)/2",
    because: "‖H^½(Q(p̂) − p*)‖ ≤ E + ZP with E = ε_cb, Z = ζ_cb by Lemma 10 rederived, and √(1 − Z²) + (1 + Z)/2 ≤ G"
);
