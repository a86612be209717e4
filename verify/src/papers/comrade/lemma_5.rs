//! Lemma 5. Without trimming, phi(phat) <= eps^2 + (1 - zeta^2) phi(p*).
//!
//! With T1 = ||H^{1/2}(phat - ptilde)|| <= eps and T2 = ||H^{1/2}(ptilde - p*)|| <= zeta P the proof reaches
//! (1/2)(eps + zeta P)^2 <= eps^2 + zeta^2 P^2. But phi(p*) = -P^2/2 where the text uses -P^2, so that the printed
//! right side holds only half of the last term. Sharpened: phat - ptilde = mean_i H_i^{-1}(g_i - g), whose first-order
//! part averages out.

use super::contraction::{Linear, Pair, Squares};
use super::{BOTH, averaged, eta_below_1, ridge_below_1};
use crate::claim::{At, Claim, Formula, Mode, Reading, Rung};
use crate::quantity::epsilon::{eps, white_deviation_mean, white_mean_deviation};
use crate::quantity::eta::eta;
use crate::quantity::ridge::{omega, omega_mean};
use crate::quantity::spectrum::{p, sigma_min};
use crate::quantity::zeta::zeta;
use crate::rounding::Rounding;

fn gap() -> Rung {
    Rung::measured("φ(p̂) − φ(p*)", Rounding::Square, |at| 0.5 * at.draw.sketch.error.powi(2))
}

fn triangle() -> Rung {
    Rung::new(
        "½(T₁ + T₂)²",
        "(12): triangle inequality, T₁ = ‖H^½(p̂ − p̃)‖, T₂ = ‖H^½(p̃ − p*)‖",
        |at| 0.5 * (at.draw.sketch.gradient_error + at.draw.sketch.giant_error).powi(2),
    )
}

/// mean_i ||H^{1/2} H_i^{-1}(g_i - g)||: the left side of (15).
fn local_mean(at: At<'_>) -> f64 {
    at.draw.sketch.local_gradient_error
}

/// The right side of (14) applied to (15).
fn whitened(at: At<'_>) -> f64 {
    at.draw.sketch.white_deviation.mean / (1.0 - eta(at))
}

/// The last line of (15).
fn flattened(at: At<'_>) -> f64 {
    at.draw.sketch.deviation.mean / ((1.0 - eta(at)) * sigma_min(at).sqrt())
}

/// T1^2 + zeta^2 P^2 with a bound for T1.
fn sum_of_squares(at: At<'_>, t1: f64) -> f64 {
    t1.powi(2) + (zeta(at) * p(at)).powi(2)
}

/// (1/2)(T1 + zeta P)^2 with a bound for T1.
fn half_square(at: At<'_>, t1: f64) -> f64 {
    0.5 * (t1 + zeta(at) * p(at)).powi(2)
}

fn printed() -> Claim {
    Claim {
        id: "lemma-5",
        title: "Lemma 5: one averaged step without trimming",
        says: Formula::new(
            "φ(p̂) ≤ ε² + (1 − ζ²) φ(p*)",
            r"\varphi(\hat p) \le \varepsilon^2 + (1 - \zeta^2)\,\varphi(p^*)",
        ),
        modes: BOTH,
        applies: averaged,
        given: vec![eta_below_1()],
        ladder: vec![
            gap(),
            triangle(),
            Rung::new("T₁² + T₂²", "(x + y)² ≤ 2x² + 2y²", |at| {
                at.draw.sketch.gradient_error.powi(2) + at.draw.sketch.giant_error.powi(2)
            }),
            Rung::new("T₁² + ζ²P²", "(13): T₂ ≤ ζP by Lemma 4", |at| {
                sum_of_squares(at, at.draw.sketch.gradient_error)
            }),
            Rung::new("(meanᵢ ‖H^½Hᵢ⁻¹(gᵢ − g)‖)² + ζ²P²", "(15): triangle inequality", |at| {
                sum_of_squares(at, local_mean(at))
            }),
            Rung::new("(meanᵢ ‖H^(−½)(gᵢ − g)‖/(1 − η))² + ζ²P²", "(15) with (14)", |at| {
                sum_of_squares(at, whitened(at))
            }),
            Rung::new(
                "(meanᵢ ‖gᵢ − g‖/((1 − η)√σ_min))² + ζ²P²",
                "(15): ‖H^(−½)‖ = 1/√σ_min",
                |at| sum_of_squares(at, flattened(at)),
            )
            .only(Mode::APriori),
            Rung::new("ε² + ζ²P²", "(16): Lemma 3", |at| sum_of_squares(at, eps(at))).only(Mode::APriori),
            Rung::new("ε² − ζ² φ(p*) = ε² + ½ζ²P²", "“φ(p*) = −P²”, which is −½P²", |at| {
                eps(at).powi(2) + 0.5 * (zeta(at) * p(at)).powi(2)
            }),
        ],
        ..Claim::default()
    }
}

fn rederived() -> Claim {
    Claim {
        reading: Reading::Rederived,
        says: Formula::new(
            "φ(p̂) ≤ φ(p*) + ½(ε + ζP)²",
            r"\varphi(\hat p) \le \varphi(p^*) + \tfrac12 (\varepsilon + \zeta P)^2",
        ),
        because: "φ(p*) = −½P²; hence φ(p̂) ≤ ε² + (1 − 2ζ²) φ(p*)".into(),
        ladder: vec![
            gap(),
            triangle(),
            Rung::new("½(T₁ + ζP)²", "T₂ ≤ ζP by Lemma 4", |at| {
                half_square(at, at.draw.sketch.gradient_error)
            }),
            Rung::new("½(meanᵢ ‖H^½Hᵢ⁻¹(gᵢ − g)‖ + ζP)²", "triangle inequality", |at| {
                half_square(at, local_mean(at))
            }),
            Rung::new("½(meanᵢ ‖H^(−½)(gᵢ − g)‖/(1 − η) + ζP)²", "(14)", |at| {
                half_square(at, whitened(at))
            })
            .only(Mode::APriori),
            Rung::new(
                "½(meanᵢ ‖gᵢ − g‖/((1 − η)√σ_min) + ζP)²",
                "‖H^(−½)‖ = 1/√σ_min",
                |at| half_square(at, flattened(at)),
            )
            .only(Mode::APriori),
            Rung::new("½(ε + ζP)²", "the definition of ε, or Lemma 3", |at| half_square(at, eps(at))),
        ],
        ..printed()
    }
}

fn sharpened() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        says: Formula::new(
            "φ(p̂) ≤ φ(p*) + ½(‖H^(−½) meanᵢ(gᵢ − g)‖ + ω meanᵢ‖H^(−½)(gᵢ − g)‖ + ω_mean P)²",
            r"\begin{aligned} &\varphi(\hat p) \le \varphi(p^*) + \tfrac12 (\|H^{-1/2} \operatorname{mean}_i (g_i - g)\| \\
              &\quad + \omega \operatorname{mean}_i \|H^{-1/2}(g_i - g)\| + \omega_{\mathrm{mean}} P)^2 \end{aligned}",
        ),
        because: "the first-order part of meanᵢ Hᵢ⁻¹(gᵢ − g) averages out; spectral form, never vacuous a posteriori"
            .into(),
        given: vec![ridge_below_1()],
        ladder: vec![
            gap(),
            triangle(),
            Rung::new("½(T₁ + ω_mean P)²", "T₂ = ‖(meanᵢ(I + Eᵢ)⁻¹ − I) H^(−½)g‖", |at| {
                0.5 * (at.draw.sketch.gradient_error + omega_mean(at) * p(at)).powi(2)
            }),
            Rung::new(
                "½(‖H^(−½) meanᵢ(gᵢ − g)‖ + ω meanᵢ‖H^(−½)(gᵢ − g)‖ + ω_mean P)²",
                "(I + Eᵢ)⁻¹ = I + ((I + Eᵢ)⁻¹ − I)",
                |at| {
                    let Linear { floor, rate } = linear(at);
                    0.5 * (floor + rate * p(at)).powi(2)
                },
            ),
        ],
        ..printed()
    }
}

/// (eps^2, zeta^2) as printed.
pub(super) fn squares(at: At<'_>) -> Squares {
    Squares { eps: eps(at).powi(2), zeta: zeta(at).powi(2) }
}

/// (eps^2, 2 zeta^2): what the rederived bound is with phi(p*) = -P^2/2.
pub(super) fn rederived_squares(at: At<'_>) -> Squares {
    Squares { eps: eps(at).powi(2), zeta: 2.0 * zeta(at).powi(2) }
}

/// (eps, zeta): the rederived bound on the norm itself.
pub(super) fn rederived_linear(at: At<'_>) -> Linear {
    Linear { floor: eps(at), rate: zeta(at) }
}

/// (E, Z) of the sharpened bound.
pub(super) fn linear(at: At<'_>) -> Linear {
    Linear { floor: white_mean_deviation(at) + omega(at) * white_deviation_mean(at), rate: omega_mean(at) }
}

/// What Lemma 6 and Theorem 1 are about.
pub(super) const PAIR: Pair = Pair {
    lemma: "Lemma 5",
    index: "",
    applies: averaged,
    squares,
    rederived_squares,
    rederived: rederived_linear,
    sharpened: linear,
    printed_given: Vec::new,
    ours_given: Vec::new,
};

pub(super) fn claims() -> Vec<Claim> {
    vec![printed(), rederived(), sharpened()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{DELTA, Mode};
    use crate::quantity::delta_each;
    use crate::quantity::epsilon::deviation_printed;
    use crate::testing::draw;

    #[test]
    fn the_a_priori_eps_is_lemma_3_carried_through_15() {
        let draw = draw();
        let at = At { draw: &draw, mode: Mode::APriori, reading: Reading::Printed };
        let by_hand = deviation_printed(at, DELTA) / ((1.0 - eta(at)) * sigma_min(at).sqrt());
        assert_eq!(delta_each(at), DELTA);
        assert!((eps(at) / by_hand - 1.0).abs() < 1e-14);
    }
}
