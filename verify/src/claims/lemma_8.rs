//! Lemma 8: Lemma 6 with (eps_byz, zeta_byz) of Lemma 7.

use super::contraction::lemma_6_about;
use super::{TRIMS_ENOUGH, lemma_7, trimmed};
use crate::claim::Claim;

pub(super) const CLAIMS: [Claim; 3] = lemma_6_about!(
    lemma_7, "Lemma 7", sub: "_byz", small: [lemma_7::ZETA_BYZ_BELOW_1, lemma_7::TWO_ZETA_BYZ_BELOW_1],
    sharpened: [TRIMS_ENOUGH],
    "lemma-8", "Lemma 8: one trimmed step towards w*, in the norm of H", applies: trimmed
);
