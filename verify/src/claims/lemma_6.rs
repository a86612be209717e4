//! Lemma 6. If phi(phat) <= eps^2 + (1 - zeta^2) phi(p*), then D'H D' <= L ||D'|| ||D||^2 + zeta^2/(1 - zeta^2) D H D + 2 eps^2.
//!
//! Correct as printed; its first display misprints two coefficients, (17) is right. Through the rederived Lemma 5 zeta^2
//! becomes 2 zeta^2.

use super::contraction::lemma_6_about;
use super::{ZETA_BELOW_1, averaged, lemma_5};
use crate::claim::Claim;

pub(super) const CLAIMS: [Claim; 3] = lemma_6_about!(
    lemma_5, "Lemma 5", sub: "", small: [ZETA_BELOW_1, lemma_5::TWO_ZETA_BELOW_1], sharpened: [],
    "lemma-6", "Lemma 6: one step towards w*, in the norm of H", applies: averaged
);
