//! Lemma 11: Lemma 6 with (eps_cb, zeta_cb) of Lemma 10.
//!
//! Its premise misprints eps_byz, zeta_byz.

use super::contraction::lemma_6_about;
use super::{TRIMS_ENOUGH, any, lemma_10};
use crate::claim::Claim;

pub(super) const CLAIMS: [Claim; 3] = lemma_6_about!(
    lemma_10, "Lemma 10", sub: "_cb", small: [lemma_10::ZETA_CB_BELOW_1, lemma_10::TWO_ZETA_CB_BELOW_1],
    sharpened: [TRIMS_ENOUGH],
    "lemma-11", "Lemma 11: one trimmed, compressed step towards w*, in the norm of H", applies: any
);
