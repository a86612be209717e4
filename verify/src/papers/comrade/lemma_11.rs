//! Lemma 11: Lemma 6 with (eps_cb, zeta_cb) of Lemma 10.
//!
//! Its premise misprints eps_byz, zeta_byz.

use super::{lemma_6, lemma_10};
use crate::claim::Claim;

pub(super) fn claims() -> Vec<Claim> {
    lemma_6::about(lemma_10::PAIR, "lemma-11", "Lemma 11: one trimmed, compressed step towards w*, in the norm of H")
}
