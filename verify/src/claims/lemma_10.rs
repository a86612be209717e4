//! Lemma 10. With alpha <= beta and compressed messages, phi(Q(phat)) <= eps_cb^2 + (1 - zeta_cb^2) phi(p*).
//!
//! k = kappa(1 - rho), eps_1 = sqrt(1 + k) eps, zeta_comp,X^2 = zeta_X^2 + k(1 + zeta_1^2). The printed right side has
//! zeta_comp,1, which is Lemma 9's zeta_comp,X for a set of one; its derivation has zeta_1 in that place. Trimming is by the norm of the
//! received message. It inherits the faults of Lemmas 7 and 9. Rederived here as the square of the sharpened form.

use super::contraction::{Linear, Squares};
use super::trimming::{GAP, linear_with, over_kept, printed_ladder, single};
pub(super) use super::trimming::{linear, squares};
use super::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, TRIMS_MORE, any};
use crate::claim::{At, Claim, Premise, Reading, Rung};
use crate::quantity::epsilon::eps_max;
use crate::quantity::spectrum::p;
use crate::quantity::trim::k;
use crate::quantity::zeta::{zeta_1, zeta_1_printed};

pub(super) const ZETA_CB_BELOW_1: Premise = Premise { says: "ζ_cb < 1", holds: |at| squares(at).zeta < 1.0 };
pub(super) const REDERIVED_ZETA_CB_BELOW_1: Premise =
    Premise { says: "ζ_cb < 1, rederived", holds: |at| rederived_linear(at).rate < 1.0 };
pub(super) const TWO_ZETA_CB_BELOW_1: Premise =
    Premise { says: "2ζ_cb² < 1", holds: |at| rederived_squares(at).zeta < 1.0 };

const PRINTED: Claim = Claim {
    id: "lemma-10",
    title: "Lemma 10: one trimmed step with compressed messages",
    reading: Reading::Printed,
    variant: "",
    says: "φ(Q(p̂)) ≤ ε_cb² + (1 − ζ_cb²) φ(p*)",
    because: "the text, ζ₁ = ν/(1 − η) as printed",
    modes: BOTH,
    applies: any,
    independent: false,
    given: &[ETA_BELOW_1, TRIMS_MORE, TRIMS_HALF_AT_MOST],
    ladder: printed_ladder!(zeta_1_printed, eps: "ε₁", comp: "comp,", sub: "cb", message: "Q(p̂ᵢ)", "Lemma 9", "|U∩B| ≤ αm, and the display has ζ_comp,1 for ζ₁"),
};

const PRINTED_DEFINITION: Claim = Claim {
    variant: "zeta-1-defined",
    because: "the text, with ζ₁ = ν(η + η²/(1 − η)) = νη/(1 − η) as its definition gives it",
    ladder: printed_ladder!(zeta_1, eps: "ε₁", comp: "comp,", sub: "cb", message: "Q(p̂ᵢ)", "Lemma 9", "|U∩B| ≤ αm, and the display has ζ_comp,1 for ζ₁"),
    ..PRINTED
};

/// (eps_cb, zeta_cb) whose sum eps_cb + zeta_cb P is the bound on the norm.
pub(super) fn rederived_linear(at: At<'_>) -> Linear {
    linear_with(at, eps_max(at), zeta_1(at))
}

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    says: "φ(Q(p̂)) ≤ φ(p*) + ε_cb² + ζ_cb²P², with rederived ε_cb, ζ_cb",
    because: "square of the triangle form: A = 1 − c + c√κ, ε_cb = A(1 + √k)ε, ζ_cb = A(√k(1 + ζ₁) + ζ₁) + 2c√κ",
    given: &[ETA_BELOW_1, TRIMS_ENOUGH],
    ladder: &[
        GAP,
        Rung::new(
            "½((1 − c)e + c√κ(e + 2P))², e = maxᵢ‖H^½(Q(pᵢ) − p*)‖",
            "triangle inequality over U",
            |at| over_kept(at, at.draw.sketch.message_error),
        ),
        Rung::new("½(ε_cb + ζ_cb P)²", "e ≤ √k(ε + (1 + ζ₁)P) + ε + ζ₁P", |at| {
            let Linear { floor, rate } = rederived_linear(at);
            0.5 * (floor + rate * p(at)).powi(2)
        }),
        Rung::new("ε_cb² + ζ_cb²P²", "(x + y)² ≤ 2x² + 2y²", |at| {
            let Linear { floor, rate } = rederived_linear(at);
            floor.powi(2) + (rate * p(at)).powi(2)
        }),
    ],
    ..PRINTED
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "φ(Q(p̂)) ≤ φ(p*) + ½((1 − c)e + c√κ(e + 2P))², e = √k(ε + (1 + ω)P) + ε + ωP",
    because: "triangle inequality over U, norms of received messages; spectral form, never vacuous a posteriori",
    given: &[RIDGE_BELOW_1, TRIMS_ENOUGH],
    ladder: &[
        GAP,
        Rung::new(
            "½((1 − c)e + c√κ(e + 2P))², e = maxᵢ‖H^½(Q(pᵢ) − p*)‖",
            "triangle inequality over U",
            |at| over_kept(at, at.draw.sketch.message_error),
        ),
        Rung::new(
            "…, e = √k maxᵢ‖H^½pᵢ‖ + maxᵢ‖H^½(pᵢ − p*)‖",
            "‖Q(v) − v‖² ≤ (1 − ρ)‖v‖²",
            |at| over_kept(at, k(at).sqrt() * at.draw.sketch.local_size + at.draw.sketch.local_error),
        ),
        Rung::new("…, e = √k(ε + (1 + ω)P) + ε + ωP", "(I + Eᵢ)⁻¹ by its norm", |at| {
            over_kept(at, single(at))
        }),
    ],
    ..PRINTED
};

/// (eps_cb^2, 2 zeta_cb^2) as rederived, for Lemma 11 and Theorem 3.
pub(super) fn rederived_squares(at: At<'_>) -> Squares {
    let Linear { floor, rate } = rederived_linear(at);
    Squares { eps: floor.powi(2), zeta: 2.0 * rate.powi(2) }
}

pub(super) const CLAIMS: [Claim; 4] = [PRINTED, PRINTED_DEFINITION, REDERIVED, SHARPENED];
