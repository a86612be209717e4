//! Theorem 2: Theorem 1 with (eps_byz, zeta_byz) of Lemma 7.

use super::contraction::theorem_1_about;
use super::{TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, lemma_7, trimmed};
use crate::claim::Claim;

pub(super) const CLAIMS: [Claim; 3] = theorem_1_about!(
    lemma_7, "Lemma 7", sub: "_byz", small: [lemma_7::ZETA_BYZ_BELOW_1, lemma_7::TWO_ZETA_BYZ_BELOW_1],
    given: [TRIMS_ENOUGH, TRIMS_HALF_AT_MOST],
    "theorem-2", "Theorem 2: linear-quadratic convergence with Byzantine workers", applies: trimmed
);
