//! Lemma 9. Compressed messages averaged over a fixed set, here the honest workers:
//! ||H^{1/2}(Q(phat) - p*)||^2 <= (1 + kappa(1-rho)) eps^2 + (zeta_B^2 + kappa(1-rho)(1 + zeta_1^2)) P^2.
//!
//! The proof starts with a factor 2 in (18) and ends without it; ||p_i||^2 <= ||p_i - p*||^2 + ||p*||^2 lacks another,
//! and (19) a third (and prints zeta_1 for zeta_1^2). The display has an unmatched parenthesis.

use super::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1};
use crate::claim::{At, Claim, Reading, Rung};
use crate::quantity::epsilon::{eps_max, eps_spectral_max, white_deviation_mean, white_mean_deviation};
use crate::quantity::ridge::{omega, omega_mean};
use crate::quantity::spectrum::p;
use crate::quantity::trim::k;
use crate::quantity::zeta::{zeta_1, zeta_1_printed, zeta_m};
use crate::rounding::Rounding;
use crate::scenario::Scenario;

/// ||H^{1/2}(Q(phat) - p*)||^2 with Q(phat) = mean_{i in M} Q(p_i).
fn measured(at: At<'_>) -> f64 {
    let counts = at.draw.sketch.counts;
    (at.draw.sketch.honest_part * counts.kept as f64 / counts.honest as f64).powi(2)
}

const MEASURED: Rung = Rung::measured("‖H^½(Q(p̂) − p*)‖²", Rounding::Square, measured);
const SPLIT: Rung = Rung::new("2(‖H^½(Q(p̂) − p̂)‖² + ‖H^½(p̂ − p*)‖²)", "(18)", |at| {
    2.0 * (at.draw.sketch.compression_error.powi(2) + at.draw.sketch.honest_mean_error.powi(2))
});
const ONE_BY_ONE: Rung =
    Rung::new("2(meanᵢ‖H^½(Q(p̂ᵢ) − p̂ᵢ)‖² + ‖H^½(p̂ − p*)‖²)", "(20): convexity", |at| {
        2.0 * (at.draw.sketch.compression_mean_square + at.draw.sketch.honest_mean_error.powi(2))
    });

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

const PRINTED: Claim = Claim {
    id: "lemma-9",
    title: "Lemma 9: the mean of compressed messages",
    reading: Reading::Printed,
    variant: "",
    says: "‖H^½(Q(p̂) − p*)‖² ≤ (1 + κ(1 − ρ))ε² + (ζ_B² + κ(1 − ρ)(1 + ζ₁²))P²",
    because: "the text, ζ₁ = ν/(1 − η) as printed",
    modes: BOTH,
    applies: averages,
    independent: false,
    given: &[ETA_BELOW_1],
    ladder: &[
        MEASURED,
        SPLIT,
        ONE_BY_ONE,
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
};

const PRINTED_DEFINITION: Claim = Claim {
    variant: "zeta-1-defined",
    because: "the text, with ζ₁ = ν(η + η²/(1 − η)) = νη/(1 − η) as its definition gives it",
    ladder: &[
        MEASURED,
        SPLIT,
        ONE_BY_ONE,
        Rung::new("2(k(ε² + (1 + ζ₁²)P²) + ε² + ζ_B²P²)", "(19) and (21), both without their 2", |at| {
            2.0 * (term_1(at, zeta_1(at)) + term_2(at))
        }),
        Rung::new("k(ε² + (1 + ζ₁²)P²) + ε² + ζ_B²P²", "the 2 of (18) is dropped", |at| {
            term_1(at, zeta_1(at)) + term_2(at)
        }),
    ],
    ..PRINTED
};

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    says: "‖H^½(Q(p̂) − p*)‖² ≤ (4 + 8k)ε² + (4ζ_B² + 4k(1 + 2ζ₁²))P², k = κ(1 − ρ)",
    because: "every (x + y)² ≤ 2x² + 2y² with its 2",
    ladder: &[
        MEASURED,
        SPLIT,
        ONE_BY_ONE,
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
    ..PRINTED
};

/// sqrt(k)(eps + (1 + omega)P) + D_mean + omega D + omega_mean P.
fn sharpened(at: At<'_>) -> f64 {
    let compression = k(at).sqrt() * (eps_spectral_max(at) + (1.0 + omega(at)) * p(at));
    compression + white_mean_deviation(at) + omega(at) * white_deviation_mean(at) + omega_mean(at) * p(at)
}

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "‖H^½(Q(p̂) − p*)‖ ≤ √k(ε + (1 + ω)P) + ‖H^(−½) meanᵢ(gᵢ − g)‖ + ω meanᵢ‖H^(−½)(gᵢ − g)‖ + ω_mean P",
    because: "triangle inequality, and the sharpened Lemma 5; spectral form",
    given: &[RIDGE_BELOW_1],
    ladder: &[
        MEASURED,
        Rung::new(
            "(√k maxᵢ‖H^½p̂ᵢ‖ + ‖H^½(p̂ − p*)‖)²",
            "‖Q(v) − v‖² ≤ (1 − ρ)‖v‖²",
            |at| (k(at).sqrt() * at.draw.sketch.local_size + at.draw.sketch.honest_mean_error).powi(2),
        ),
        Rung::new("the square of the right side", "the sharpened Lemma 5", |at| sharpened(at).powi(2)),
    ],
    ..PRINTED
};

pub(super) const CLAIMS: [Claim; 4] = [PRINTED, PRINTED_DEFINITION, REDERIVED, SHARPENED];
