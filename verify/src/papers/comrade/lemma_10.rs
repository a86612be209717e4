//! Lemma 10. With alpha <= beta and compressed messages, phi(Q(phat)) <= eps_cb^2 + (1 - zeta_cb^2) phi(p*).
//!
//! k = kappa(1 - rho), eps_1 = sqrt(1 + k) eps, zeta_comp,X^2 = zeta_X^2 + k(1 + zeta_1^2). The printed right side has
//! zeta_comp,1, which is Lemma 9's zeta_comp,X for a set of one; its derivation has zeta_1 in that place. Trimming is by the norm of the
//! received message. It inherits the faults of Lemmas 7 and 9. Rederived here as the square of the sharpened form.

use super::contraction::{Linear, Pair, Squares};
use super::trimming::{Symbols, as_defined, gap, linear_with, over_kept, printed_ladder, single};
pub(super) use super::trimming::{linear, squares};
use super::{BOTH, ZETA_1_AS_PRINTED, any, eta_below_1, ridge_below_1, trims_enough, trims_half_at_most, trims_more};
use crate::claim::{At, Claim, Formula, Reading, Rung};
use crate::quantity::epsilon::eps_max;
use crate::quantity::spectrum::p;
use crate::quantity::trim::k;
use crate::quantity::zeta::{zeta_1, zeta_1_printed};

const SYMBOLS: Symbols = Symbols {
    eps: "ε₁",
    comp: "comp,",
    index: "cb",
    message: "Q(p̂ᵢ)",
    lemma: "Lemma 9",
    last: "|U∩B| ≤ αm, and the display has ζ_comp,1 for ζ₁",
};

fn printed() -> Claim {
    Claim {
        id: "lemma-10",
        title: "Lemma 10: one trimmed step with compressed messages",
        says: Formula::new(
            "φ(Q(p̂)) ≤ ε_cb² + (1 − ζ_cb²) φ(p*)",
            r"\varphi(Q(\hat p)) \le \varepsilon_{\mathrm{cb}}^2 + (1 - \zeta_{\mathrm{cb}}^2)\,\varphi(p^*)",
        ),
        because: ZETA_1_AS_PRINTED.into(),
        modes: BOTH,
        applies: any,
        given: vec![eta_below_1(), trims_more(), trims_half_at_most()],
        ladder: printed_ladder(zeta_1_printed, SYMBOLS),
        ..Claim::default()
    }
}

/// (eps_cb, zeta_cb) whose sum eps_cb + zeta_cb P is the bound on the norm.
pub(super) fn rederived_linear(at: At<'_>) -> Linear {
    linear_with(at, eps_max(at), zeta_1(at))
}

fn by_triangle() -> Rung {
    Rung::new(
        "½((1 − c)e + c√κ(e + 2P))², e = maxᵢ‖H^½(Q(pᵢ) − p*)‖",
        "triangle inequality over U",
        |at| over_kept(at, at.draw.sketch.message_error),
    )
}

fn rederived() -> Claim {
    Claim {
        reading: Reading::Rederived,
        says: Formula::new(
            "φ(Q(p̂)) ≤ φ(p*) + ε_cb² + ζ_cb²P², with rederived ε_cb, ζ_cb",
            r"\begin{aligned} &\varphi(Q(\hat p)) \le \varphi(p^*) + \varepsilon_{\mathrm{cb}}^2 + \zeta_{\mathrm{cb}}^2 P^2, \\
              &\text{with rederived } \varepsilon_{\mathrm{cb}}, \zeta_{\mathrm{cb}} \end{aligned}",
        ),
        because: "square of the triangle form: A = 1 − c + c√κ, ε_cb = A(1 + √k)ε, ζ_cb = A(√k(1 + ζ₁) + ζ₁) + 2c√κ, \
            ζ₁ = νη/(1 − η)"
            .into(),
        given: vec![eta_below_1(), trims_enough()],
        ladder: vec![
            gap(),
            by_triangle(),
            Rung::new("½(ε_cb + ζ_cb P)²", "e ≤ √k(ε + (1 + ζ₁)P) + ε + ζ₁P", |at| {
                let Linear { floor, rate } = rederived_linear(at);
                0.5 * (floor + rate * p(at)).powi(2)
            }),
            Rung::new("ε_cb² + ζ_cb²P²", "(x + y)² ≤ 2x² + 2y²", |at| {
                let Linear { floor, rate } = rederived_linear(at);
                floor.powi(2) + (rate * p(at)).powi(2)
            }),
        ],
        ..printed()
    }
}

fn sharpened() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        says: Formula::new(
            "φ(Q(p̂)) ≤ φ(p*) + ½((1 − c)e + c√κ(e + 2P))², e = √k(ε + (1 + ω)P) + ε + ωP",
            r"\begin{aligned} \varphi(Q(\hat p)) &\le \varphi(p^*) \\
              &\quad + \tfrac12 ((1 - c) e + c \sqrt{\kappa}\,(e + 2P))^2, \\
              e &= \sqrt{k}\,(\varepsilon + (1 + \omega) P) + \varepsilon + \omega P \end{aligned}",
        ),
        because: "triangle inequality over U, norms of received messages; spectral form, never vacuous a posteriori"
            .into(),
        given: vec![ridge_below_1(), trims_enough()],
        ladder: vec![
            gap(),
            by_triangle(),
            Rung::new(
                "…, e = √k maxᵢ‖H^½pᵢ‖ + maxᵢ‖H^½(pᵢ − p*)‖",
                "‖Q(v) − v‖² ≤ (1 − ρ)‖v‖²",
                |at| over_kept(at, k(at).sqrt() * at.draw.sketch.local_size + at.draw.sketch.local_error),
            ),
            Rung::new("…, e = √k(ε + (1 + ω)P) + ε + ωP", "(I + Eᵢ)⁻¹ by its norm", |at| {
                over_kept(at, single(at))
            }),
        ],
        ..printed()
    }
}

/// (eps_cb^2, 2 zeta_cb^2) as rederived.
pub(super) fn rederived_squares(at: At<'_>) -> Squares {
    let Linear { floor, rate } = rederived_linear(at);
    Squares { eps: floor.powi(2), zeta: 2.0 * rate.powi(2) }
}

/// What Lemma 11 and Theorem 3 are about.
pub(super) const PAIR: Pair = Pair {
    lemma: "Lemma 10",
    index: "_cb",
    applies: any,
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
