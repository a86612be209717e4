//! Lemma 6. If phi(phat) <= eps^2 + (1 - zeta^2) phi(p*), then D'H D' <= L ||D'|| ||D||^2 + zeta^2/(1 - zeta^2) D H D + 2 eps^2.
//!
//! Correct as printed; its first display misprints two coefficients, (17) is right. Through the rederived Lemma 5 zeta^2
//! becomes 2 zeta^2.

use super::contraction::lemma_6_about;
use super::lemma_5;
use crate::claim::Claim;

pub(super) fn claims() -> Vec<Claim> {
    lemma_6_about(lemma_5::PAIR, "lemma-6", "Lemma 6: one step towards w*, in the norm of H")
}
