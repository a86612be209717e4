//! Lemma 7. With alpha <= beta, phi(phat) <= eps_byz^2 + (1 - zeta_byz^2) phi(p*).
//!
//! With a = (1-alpha)/(1-beta), c = alpha/(1-beta), t = beta/(1-beta). Faults of the printed proof: it drops the 2 of
//! (x+y)^2 <= 2x^2 + 2y^2 four times, ||p_i||^2 <= ||p_i-p*||^2 + 2||p*||^2 lacks a 2, a 1/2 is lost in phi(p*), and
//! zeta_{M and T} is used for a set that the data chooses. The printed zeta_1 = nu/(1-eta) is large enough to hide much.

use super::contraction::{Linear, Pair, Squares};
use super::trimming::{Symbols, as_defined, byzantine_term, gap, over_kept, printed_ladder, single, three_terms};
pub(super) use super::trimming::{linear, squares};
use super::{
    BOTH, ZETA_1_AS_PRINTED, eta_below_1, ridge_below_1, trimmed, trims_enough, trims_half_at_most, trims_more,
};
use crate::claim::{At, Claim, Formula, Reading, Rung};
use crate::quantity::epsilon::eps_max;
use crate::quantity::spectrum::{kappa, p};
use crate::quantity::trim::{a, c, t};
use crate::quantity::zeta::{zeta_1, zeta_1_printed, zeta_m};

const SYMBOLS: Symbols =
    Symbols { eps: "ε", comp: "", index: "byz", message: "p̂ᵢ", lemma: "Lemma 5", last: "|U∩B| ≤ αm" };

fn printed() -> Claim {
    Claim {
        id: "lemma-7",
        title: "Lemma 7: one trimmed step with Byzantine workers",
        says: Formula::new(
            "φ(p̂) ≤ ε_byz² + (1 − ζ_byz²) φ(p*)",
            r"\varphi(\hat p) \le \varepsilon_{\mathrm{byz}}^2 + (1 - \zeta_{\mathrm{byz}}^2)\,\varphi(p^*)",
        ),
        because: ZETA_1_AS_PRINTED.into(),
        modes: BOTH,
        applies: trimmed,
        given: vec![eta_below_1(), trims_more(), trims_half_at_most()],
        ladder: printed_ladder(zeta_1_printed, SYMBOLS),
        ..Claim::default()
    }
}

/// (2a^2 + 4t^2 + 16 kappa c^2) eps^2.
fn eps_rederived(at: At<'_>) -> f64 {
    (2.0 * a(at).powi(2) + 4.0 * t(at).powi(2) + 16.0 * kappa(at) * c(at).powi(2)) * eps_max(at).powi(2)
}

/// 2a^2 zeta_M^2 + 4t^2 zeta_1^2 + 4 kappa c^2 (3 + 4 zeta_1^2).
fn zeta_rederived(at: At<'_>) -> f64 {
    let one = zeta_1(at).powi(2);
    2.0 * (a(at) * zeta_m(at)).powi(2) + 4.0 * t(at).powi(2) * one + 4.0 * kappa(at) * c(at).powi(2) * (3.0 + 4.0 * one)
}

fn rederived() -> Claim {
    Claim {
        reading: Reading::Rederived,
        says: Formula::new(
            "φ(p̂) ≤ φ(p*) + ε_byz² + ζ_byz²P², with rederived ε_byz, ζ_byz",
            r"\begin{aligned} &\varphi(\hat p) \le \varphi(p^*) + \varepsilon_{\mathrm{byz}}^2 + \zeta_{\mathrm{byz}}^2 P^2, \\
              &\text{with rederived } \varepsilon_{\mathrm{byz}}, \zeta_{\mathrm{byz}} \end{aligned}",
        ),
        because: "every (x + y)² ≤ 2x² + 2y² with its 2, |M∩T| ≤ βm with ζ₁; \
            ε_byz² = (2a² + 4t² + 16κc²)ε², ζ_byz² = 2a²ζ_M² + 4t²ζ₁² + 4κc²(3 + 4ζ₁²), ζ₁ = νη/(1 − η)"
            .into(),
        given: vec![eta_below_1(), trims_enough()],
        ladder: vec![
            gap(),
            three_terms(),
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
        ..printed()
    }
}

fn sharpened() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        says: Formula::new(
            "φ(p̂) ≤ φ(p*) + ½((1 − c)(ε + ωP) + c√κ(ε + (2 + ω)P))², ε = τ maxᵢ‖H^(−½)(gᵢ − g)‖",
            r"\begin{aligned} \varphi(\hat p) &\le \varphi(p^*) + \tfrac12 ((1 - c)(\varepsilon + \omega P) \\
              &\quad + c \sqrt{\kappa}\,(\varepsilon + (2 + \omega) P))^2, \\
              \varepsilon &= \tau \max_i \|H^{-1/2}(g_i - g)\| \end{aligned}",
        ),
        because: "triangle inequality over U; a kept liar is no longer than some honest worker; spectral form".into(),
        given: vec![ridge_below_1(), trims_enough()],
        ladder: vec![
            gap(),
            Rung::new(
                "½((1 − c)maxᵢ‖H^½(pᵢ − p*)‖ + c√κ(maxᵢ‖H^½(pᵢ − p*)‖ + 2P))²",
                "triangle inequality over U",
                |at| over_kept(at, at.draw.sketch.local_error),
            ),
            Rung::new("½((1 − c)(ε + ωP) + c√κ(ε + (2 + ω)P))²", "(I + Eᵢ)⁻¹ by its norm", |at| {
                over_kept(at, single(at))
            }),
        ],
        ..printed()
    }
}

/// (sqrt 2 eps_byz, sqrt 2 zeta_byz): the rederived bound as one on the norm itself.
pub(super) fn rederived_linear(at: At<'_>) -> Linear {
    Linear { floor: (2.0 * eps_rederived(at)).sqrt(), rate: (2.0 * zeta_rederived(at)).sqrt() }
}

/// (eps_byz^2, 2 zeta_byz^2) as rederived.
pub(super) fn rederived_squares(at: At<'_>) -> Squares {
    Squares { eps: eps_rederived(at), zeta: 2.0 * zeta_rederived(at) }
}

/// What Lemma 8 and Theorem 2 are about.
pub(super) const PAIR: Pair = Pair {
    lemma: "Lemma 7",
    index: "_byz",
    applies: trimmed,
    squares,
    rederived_squares,
    rederived: rederived_linear,
    sharpened: linear,
    printed_given: || vec![trims_more(), trims_half_at_most()],
    ours_given: || vec![trims_enough()],
};

pub(super) fn claims() -> Vec<Claim> {
    vec![printed(), as_defined(printed(), SYMBOLS), rederived(), sharpened()]
}
