//! Lemma 9. Compressed messages averaged over a fixed set, here the honest workers:
//! ||H^{1/2}(Q(phat) - p*)||^2 <= (1 + kappa(1-rho)) eps^2 + (zeta_B^2 + kappa(1-rho)(1 + zeta_1^2)) P^2.
//!
//! The proof starts with a factor 2 in (18) and ends without it; ||p_i||^2 <= ||p_i - p*||^2 + ||p*||^2 lacks another,
//! and (19) a third (and prints zeta_1 for zeta_1^2). The display has an unmatched parenthesis.

use super::{BOTH, ZETA_1_AS_DEFINED, ZETA_1_AS_PRINTED, eta_below_1, ridge_below_1};
use crate::claim::{At, Claim, Formula, Reading, Rung};
use crate::quantity::epsilon::{eps_max, eps_spectral_max, white_deviation_mean, white_mean_deviation};
use crate::quantity::ridge::{omega, omega_mean};
use crate::quantity::spectrum::p;
use crate::quantity::trim::k;
use crate::quantity::zeta::{zeta_1, zeta_1_printed, zeta_m};
use crate::rounding::Rounding;
use crate::scenario::Scenario;

/// Of Q(phat) = mean_{i in M} Q(p_i).
fn measured() -> Rung {
    Rung::measured("‖H^½(Q(p̂) − p*)‖²", Rounding::Square, |at| {
        let counts = at.draw.sketch.counts;
        (at.draw.sketch.honest_part * counts.kept as f64 / counts.honest as f64).powi(2)
    })
}

fn split() -> Rung {
    Rung::new("2(‖H^½(Q(p̂) − p̂)‖² + ‖H^½(p̂ − p*)‖²)", "(18)", |at| {
        2.0 * (at.draw.sketch.compression_error.powi(2) + at.draw.sketch.honest_mean_error.powi(2))
    })
}

fn one_by_one() -> Rung {
    Rung::new("2(meanᵢ‖H^½(Q(p̂ᵢ) − p̂ᵢ)‖² + ‖H^½(p̂ − p*)‖²)", "(20): convexity", |at| {
        2.0 * (at.draw.sketch.compression_mean_square + at.draw.sketch.honest_mean_error.powi(2))
    })
}

/// k(eps^2 + (1 + zeta_1^2)P^2): the right side of (20).
fn term_1(at: At<'_>, zeta_1: f64) -> f64 {
    k(at) * (eps_max(at).powi(2) + (1.0 + zeta_1.powi(2)) * p(at).powi(2))
}

/// eps^2 + zeta_B^2 P^2: the right side of (21).
fn term_2(at: At<'_>) -> f64 {
    eps_max(at).powi(2) + (zeta_m(at) * p(at)).powi(2)
}

/// The mean of a fixed set of honest messages, compressed or not.
fn averages(scenario: &Scenario) -> bool {
    scenario.compresses() || super::averaged(scenario)
}

fn printed() -> Claim {
    Claim {
        id: "lemma-9",
        title: "Lemma 9: the mean of compressed messages",
        says: Formula::new(
            "‖H^½(Q(p̂) − p*)‖² ≤ (1 + κ(1 − ρ))ε² + (ζ_B² + κ(1 − ρ)(1 + ζ₁²))P²",
            r"\begin{aligned} &\|H^{1/2}(Q(\hat p) - p^*)\|^2 \\ &\quad\le (1 + \kappa(1 - \rho))\,\varepsilon^2 \\
              &\quad + \bigl(\zeta_B^2 + \kappa(1 - \rho)(1 + \zeta_1^2)\bigr) P^2 \end{aligned}",
        ),
        because: ZETA_1_AS_PRINTED.into(),
        modes: BOTH,
        applies: averages,
        given: vec![eta_below_1()],
        ladder: vec![
            measured(),
            split(),
            one_by_one(),
            Rung::new("2(k(ε² + (1 + ζ₁²)P²) + ‖H^½(p̂ − p*)‖²)", "(19), which lacks its 2", |at| {
                2.0 * (term_1(at, zeta_1_printed(at)) + at.draw.sketch.honest_mean_error.powi(2))
            }),
            Rung::new("2(k(ε² + (1 + ζ₁²)P²) + ε² + ζ_B²P²)", "(21): Lemma 5, without its 2", |at| {
                2.0 * (term_1(at, zeta_1_printed(at)) + term_2(at))
            }),
            Rung::new("k(ε² + (1 + ζ₁²)P²) + ε² + ζ_B²P²", "the 2 of (18) is dropped", |at| {
                term_1(at, zeta_1_printed(at)) + term_2(at)
            }),
        ],
        ..Claim::default()
    }
}

fn printed_definition() -> Claim {
    Claim {
        variant: "zeta-1-defined",
        because: ZETA_1_AS_DEFINED.into(),
        ladder: vec![
            measured(),
            split(),
            one_by_one(),
            Rung::new("2(k(ε² + (1 + ζ₁²)P²) + ε² + ζ_B²P²)", "(19) and (21), both without their 2", |at| {
                2.0 * (term_1(at, zeta_1(at)) + term_2(at))
            }),
            Rung::new("k(ε² + (1 + ζ₁²)P²) + ε² + ζ_B²P²", "the 2 of (18) is dropped", |at| {
                term_1(at, zeta_1(at)) + term_2(at)
            }),
        ],
        ..printed()
    }
}

fn rederived() -> Claim {
    Claim {
        reading: Reading::Rederived,
        says: Formula::new(
            "‖H^½(Q(p̂) − p*)‖² ≤ (4 + 8k)ε² + (4ζ_B² + 4k(1 + 2ζ₁²))P², k = κ(1 − ρ)",
            r"\begin{aligned} &\|H^{1/2}(Q(\hat p) - p^*)\|^2 \\ &\quad\le (4 + 8k)\,\varepsilon^2 \\
              &\quad + \bigl(4\zeta_B^2 + 4k(1 + 2\zeta_1^2)\bigr) P^2, \\ & k = \kappa(1 - \rho) \end{aligned}",
        ),
        because: "every (x + y)² ≤ 2x² + 2y² with its 2".into(),
        ladder: vec![
            measured(),
            split(),
            one_by_one(),
            Rung::new(
                "2(2k((ε + ζ₁P)² + P²) + ‖H^½(p̂ − p*)‖²)",
                "‖p̂ᵢ‖² ≤ 2‖p̂ᵢ − p*‖² + 2‖p*‖²",
                |at| {
                    let one = eps_max(at) + zeta_1(at) * p(at);
                    2.0 * (2.0 * k(at) * (one.powi(2) + p(at).powi(2)) + at.draw.sketch.honest_mean_error.powi(2))
                },
            ),
            Rung::new("(4 + 8k)ε² + (4ζ_B² + 4k(1 + 2ζ₁²))P²", "(x + y)² ≤ 2x² + 2y²", |at| {
                let (k, eps, p) = (k(at), eps_max(at), p(at));
                (4.0 + 8.0 * k) * eps.powi(2)
                    + (4.0 * zeta_m(at).powi(2) + 4.0 * k * (1.0 + 2.0 * zeta_1(at).powi(2))) * p.powi(2)
            }),
        ],
        ..printed()
    }
}

/// sqrt(k)(eps + (1 + omega)P) + D_mean + omega D + omega_mean P.
fn right_side(at: At<'_>) -> f64 {
    let compression = k(at).sqrt() * (eps_spectral_max(at) + (1.0 + omega(at)) * p(at));
    compression + white_mean_deviation(at) + omega(at) * white_deviation_mean(at) + omega_mean(at) * p(at)
}

fn sharpened() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        says: Formula::new(
            "‖H^½(Q(p̂) − p*)‖ ≤ √k(ε + (1 + ω)P) + ‖H^(−½) meanᵢ(gᵢ − g)‖ + ω meanᵢ‖H^(−½)(gᵢ − g)‖ + ω_mean P",
            r"\begin{aligned} &\|H^{1/2}(Q(\hat p) - p^*)\| \\ &\quad\le \sqrt{k}\,(\varepsilon + (1 + \omega) P) \\
              &\quad + \|H^{-1/2} \operatorname{mean}_i (g_i - g)\| \\
              &\quad + \omega \operatorname{mean}_i \|H^{-1/2}(g_i - g)\| + \omega_{\mathrm{mean}} P \end{aligned}",
        ),
        because: "triangle inequality, and the sharpened Lemma 5; spectral form".into(),
        given: vec![ridge_below_1()],
        ladder: vec![
            measured(),
            Rung::new(
                "(√k maxᵢ‖H^½p̂ᵢ‖ + ‖H^½(p̂ − p*)‖)²",
                "‖Q(v) − v‖² ≤ (1 − ρ)‖v‖²",
                |at| (k(at).sqrt() * at.draw.sketch.local_size + at.draw.sketch.honest_mean_error).powi(2),
            ),
            Rung::new("the square of the right side", "the sharpened Lemma 5", |at| right_side(at).powi(2)),
        ],
        ..printed()
    }
}

pub(super) fn claims() -> Vec<Claim> {
    vec![printed(), printed_definition(), rederived(), sharpened()]
}
