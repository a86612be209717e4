//! Lemma 7. With alpha <= beta, phi(phat) <= eps_byz^2 + (1 - zeta_byz^2) phi(p*).
//!
//! With a = (1-alpha)/(1-beta), c = alpha/(1-beta), t = beta/(1-beta). Faults of the printed proof: it drops the 2 of
//! (x+y)^2 <= 2x^2 + 2y^2 four times, ||p_i||^2 <= ||p_i-p*||^2 + 2||p*||^2 lacks a 2, a 1/2 is lost in phi(p*), and
//! zeta_{M and T} is used for a set that the data chooses. The printed zeta_1 = nu/(1-eta) is large enough to hide much.

use super::contraction::{Linear, Squares};
use super::trimming::{GAP, THREE_TERMS, byzantine_term, over_kept, printed_ladder, single};
pub(super) use super::trimming::{linear, squares};
use super::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, TRIMS_MORE, trimmed};
use crate::claim::{At, Claim, Premise, Reading, Rung};
use crate::quantity::epsilon::eps_max;
use crate::quantity::spectrum::{kappa, p};
use crate::quantity::trim::{a, c, t};
use crate::quantity::zeta::{zeta_1, zeta_1_printed, zeta_m};

pub(super) const ZETA_BYZ_BELOW_1: Premise = Premise { says: "ζ_byz < 1", holds: |at| squares(at).zeta < 1.0 };

const PRINTED: Claim = Claim {
    id: "lemma-7",
    title: "Lemma 7: one trimmed step with Byzantine workers",
    reading: Reading::Printed,
    variant: "",
    says: "φ(p̂) ≤ ε_byz² + (1 − ζ_byz²) φ(p*)",
    because: "the text, ζ₁ = ν/(1 − η) as printed",
    modes: BOTH,
    applies: trimmed,
    independent: false,
    given: &[ETA_BELOW_1, TRIMS_MORE, TRIMS_HALF_AT_MOST],
    ladder: printed_ladder!(zeta_1_printed, eps: "ε", comp: "", sub: "byz", message: "p̂ᵢ", "Lemma 5", "|U∩B| ≤ αm"),
};

const PRINTED_DEFINITION: Claim = Claim {
    variant: "zeta-1-defined",
    because: "the text, with ζ₁ = ν(η + η²/(1 − η)) = νη/(1 − η) as its definition gives it",
    ladder: printed_ladder!(zeta_1, eps: "ε", comp: "", sub: "byz", message: "p̂ᵢ", "Lemma 5", "|U∩B| ≤ αm"),
    ..PRINTED
};

/// (2a^2 + 4t^2 + 16 kappa c^2) eps^2.
fn eps_rederived(at: At<'_>) -> f64 {
    (2.0 * a(at).powi(2) + 4.0 * t(at).powi(2) + 16.0 * kappa(at) * c(at).powi(2)) * eps_max(at).powi(2)
}

/// 2a^2 zeta_M^2 + 4t^2 zeta_1^2 + 4 kappa c^2 (3 + 4 zeta_1^2).
fn zeta_rederived(at: At<'_>) -> f64 {
    let one = zeta_1(at).powi(2);
    2.0 * (a(at) * zeta_m(at)).powi(2) + 4.0 * t(at).powi(2) * one + 4.0 * kappa(at) * c(at).powi(2) * (3.0 + 4.0 * one)
}

pub(super) const TWO_ZETA_BYZ_BELOW_1: Premise =
    Premise { says: "2ζ_byz² < 1", holds: |at| 2.0 * zeta_rederived(at) < 1.0 };

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    says: "φ(p̂) ≤ φ(p*) + ε_byz² + ζ_byz²P², with rederived ε_byz, ζ_byz",
    because: "every (x + y)² ≤ 2x² + 2y² with its 2, |M∩T| ≤ βm with ζ₁; ε_byz² = (2a² + 4t² + 16κc²)ε², ζ_byz² = 2a²ζ_M² + 4t²ζ₁² + 4κc²(3 + 4ζ₁²)",
    given: &[ETA_BELOW_1, TRIMS_ENOUGH],
    ladder: &[
        GAP,
        THREE_TERMS,
        Rung::new(
            "2a²(ε² + ζ_M²P²) + 4t²(ε² + ζ₁²P²) + Term3",
            "Lemma 5 over M; one by one over M∩T",
            |at| {
                2.0 * a(at).powi(2) * (eps_max(at).powi(2) + (zeta_m(at) * p(at)).powi(2))
                    + 4.0 * t(at).powi(2) * (eps_max(at).powi(2) + (zeta_1(at) * p(at)).powi(2))
                    + byzantine_term(at)
            },
        ),
        Rung::new("ε_byz² + ζ_byz²P²", "trimming, and both squares with their 2", |at| {
            eps_rederived(at) + zeta_rederived(at) * p(at).powi(2)
        }),
    ],
    ..PRINTED
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "φ(p̂) ≤ φ(p*) + ½((1 − c)(ε + ωP) + c√κ(ε + (2 + ω)P))², ε = τ maxᵢ‖H^(−½)(gᵢ − g)‖",
    because: "triangle inequality over U; a kept liar is no longer than some honest worker; spectral form",
    given: &[RIDGE_BELOW_1, TRIMS_ENOUGH],
    ladder: &[
        GAP,
        Rung::new(
            "½((1 − c)maxᵢ‖H^½(pᵢ − p*)‖ + c√κ(maxᵢ‖H^½(pᵢ − p*)‖ + 2P))²",
            "triangle inequality over U",
            |at| over_kept(at, at.draw.sketch.local_error),
        ),
        Rung::new("½((1 − c)(ε + ωP) + c√κ(ε + (2 + ω)P))²", "(I + Eᵢ)⁻¹ by its norm", |at| {
            over_kept(at, single(at))
        }),
    ],
    ..PRINTED
};

/// (sqrt 2 eps_byz, sqrt 2 zeta_byz): the rederived bound as one on the norm itself.
pub(super) fn rederived_linear(at: At<'_>) -> Linear {
    Linear { floor: (2.0 * eps_rederived(at)).sqrt(), rate: (2.0 * zeta_rederived(at)).sqrt() }
}

/// (eps_byz^2, 2 zeta_byz^2) as rederived.
pub(super) fn rederived_squares(at: At<'_>) -> Squares {
    Squares { eps: eps_rederived(at), zeta: 2.0 * zeta_rederived(at) }
}

pub(super) const CLAIMS: [Claim; 4] = [PRINTED, PRINTED_DEFINITION, REDERIVED, SHARPENED];
