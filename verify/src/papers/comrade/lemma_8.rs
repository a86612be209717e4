//! Lemma 8: Lemma 6 with (eps_byz, zeta_byz) of Lemma 7.

use super::{lemma_6, lemma_7};
use crate::claim::Claim;

pub(super) fn claims() -> Vec<Claim> {
    lemma_6::about(lemma_7::PAIR, "lemma-8", "Lemma 8: one trimmed step towards w*, in the norm of H")
}
