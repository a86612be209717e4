//! Theorem 1. ||D'|| <= max{ sqrt(kappa zeta^2/(1-zeta^2)) ||D||, (L/sigma_min) ||D||^2 } + 2 eps/sqrt(sigma_min).
//!
//! It does not follow from Lemma 6: x^2 <= a x + b^2 + c^2 gives x <= G max(a, b) + c with the golden ratio G, and G is
//! reached. Rederived through ||H^{1/2}(phat - p*)|| <= eps + zeta P: with G, but with eps in place of 2 eps and with the
//! zeta of the text.

use super::contraction::theorem_1_about;
use super::{ZETA_BELOW_1, averaged, lemma_5};
use crate::claim::Claim;

pub(super) const CLAIMS: [Claim; 3] = theorem_1_about!(
    lemma_5, "Lemma 5", sub: "", small: [ZETA_BELOW_1, ZETA_BELOW_1], printed: [], ours: [],
    "theorem-1", "Theorem 1: linear-quadratic convergence", applies: averaged,
    rederived: "‖Δ′‖ ≤ G max{√(κζ²/(1 − ζ²))‖Δ‖, (L/σ_min)‖Δ‖²} + ε/√σ_min, G = (1 + √5)/2",
    because: "‖H^½(p̂ − p*)‖ ≤ E + ZP with E = ε, Z = ζ by Lemma 5 rederived, and √(1 − Z²) + (1 + Z)/2 ≤ G"
);
