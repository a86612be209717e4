//! Theorem 3: Theorem 1 with (eps_cb, zeta_cb) of Lemma 10.

use super::contraction::theorem_1_about;
use super::{TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, any, lemma_10};
use crate::claim::Claim;

pub(super) const CLAIMS: [Claim; 3] = theorem_1_about!(
    lemma_10, "Lemma 10", sub: "_cb", small: [lemma_10::ZETA_CB_BELOW_1, lemma_10::TWO_ZETA_CB_BELOW_1],
    given: [TRIMS_ENOUGH, TRIMS_HALF_AT_MOST],
    "theorem-3", "Theorem 3: linear-quadratic convergence, compressed", applies: any
);
