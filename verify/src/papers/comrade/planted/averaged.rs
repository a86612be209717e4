//! Lemmas 4 to 6, Theorem 1 and Lemma 9: plain means.

use super::super::contraction::{self, Linear, Squares};
use super::super::lemma_5;
use crate::claim::{At, Fault, Mode, Reading};
use crate::quantity::epsilon::{eps, eps_max, eps_spectral_max, white_deviation_mean, white_mean_deviation};
use crate::quantity::eta::eta;
use crate::quantity::ridge::{omega, omega_mean};
use crate::quantity::spectrum::{kappa, nu, p};
use crate::quantity::trim::k;
use crate::quantity::zeta::{zeta, zeta_1, zeta_1_printed, zeta_m};
use Mode::{APosteriori, APriori};
use Reading::{Printed, Rederived, Sharpened};

pub(super) const FAULTS: &[Fault] = &[
    Fault::new("lemma-4", Printed, APosteriori, "η/m for η/√m", |at| gap(zeta_over_m(at) * p(at))),
    Fault::new("lemma-4", Printed, APosteriori, "η² for η²/(1 − η)", |at| gap(zeta_to_second_order(at) * p(at))),
    Fault::new("lemma-4", Printed, APosteriori, "ν² for ν", |at| gap(nu(at) * zeta(at) * p(at))),
    Fault::new("lemma-4", Rederived, APosteriori, "η/m for η/√m", |at| gap(zeta_over_m(at) * p(at))),
    Fault::new("lemma-4", Rederived, APosteriori, "η² for η²/(1 − η)", |at| {
        gap(zeta_to_second_order(at) * p(at))
    }),
    Fault::new("lemma-4", Sharpened, APosteriori, "the mean of Eᵢ for that of (I + Eᵢ)⁻¹ − I", |at| {
        gap(nu(at) * at.draw.sketch.eta_bar * p(at))
    }),
    Fault::new("lemma-4", Sharpened, APosteriori, "a second ½", |at| 0.5 * gap(omega_mean(at) * p(at))),
    Fault::new("lemma-5", Printed, APosteriori, "η/m for η/√m", |at| {
        eps(at).powi(2) + gap(zeta_over_m(at) * p(at))
    }),
    Fault::new("lemma-5", Printed, APosteriori, "φ(p*) = −¼P²", |at| {
        eps(at).powi(2) + 0.5 * gap(zeta(at) * p(at))
    }),
    Fault::new("lemma-5", Rederived, APosteriori, "½(ε² + ζ²P²) for ½(ε + ζP)²", |at| {
        gap(eps(at)) + gap(zeta(at) * p(at))
    }),
    Fault::new("lemma-5", Rederived, APosteriori, "ε without 1/(1 − η)", |at| {
        gap((1.0 - eta(at)) * eps(at) + zeta(at) * p(at))
    }),
    Fault::new("lemma-5", Rederived, APosteriori, "η/m for η/√m", |at| gap(eps(at) + zeta_over_m(at) * p(at))),
    Fault::new("lemma-5", Sharpened, APosteriori, "ω meanᵢ‖H^(−½)(gᵢ − g)‖ dropped", |at| {
        gap(white_mean_deviation(at) + omega_mean(at) * p(at))
    }),
    Fault::new(
        "lemma-5",
        Sharpened,
        APosteriori,
        "‖H^(−½) meanᵢ(gᵢ − g)‖ dropped: 0 with replacement too",
        |at| gap(omega(at) * white_deviation_mean(at) + omega_mean(at) * p(at)),
    ),
    Fault::new("lemma-6", Printed, APosteriori, "ε² for 2ε²", |at| lemma_6(at, 0.5, 1.0, lemma_5::squares)),
    Fault::new("lemma-6", Printed, APosteriori, "½ζ² for ζ²", |at| lemma_6(at, 1.0, 0.5, lemma_5::squares)),
    Fault::new("lemma-6", Rederived, APosteriori, "ε² for 2ε²", |at| {
        lemma_6(at, 0.5, 1.0, lemma_5::rederived_squares)
    }),
    Fault::new("lemma-6", Rederived, APosteriori, "ζ² for 2ζ²", |at| {
        lemma_6(at, 1.0, 0.5, lemma_5::rederived_squares)
    }),
    Fault::new("lemma-6", Sharpened, APosteriori, "E² + Z²ΔᵀHΔ for (E + Z‖H^½Δ‖)²", |at| {
        let pair = lemma_5::linear(at);
        pair.floor.powi(2) + contraction::energy_sharpened(at, Linear { floor: 0.0, ..pair }).powi(2)
    }),
    Fault::new("lemma-6", Sharpened, APosteriori, "Z² for Z", |at| {
        contraction::energy_sharpened(at, square_rate(lemma_5::linear(at))).powi(2)
    }),
    Fault::new("theorem-1", Printed, APosteriori, "κζ²/(1 − ζ²) without its root", |at| {
        contraction::theorem_1(at, rooted(at, lemma_5::squares(at)))
    }),
    Fault::new("theorem-1", Printed, APosteriori, "η/m for η/√m", |at| {
        contraction::theorem_1(at, Squares { zeta: zeta_over_m(at).powi(2), ..lemma_5::squares(at) })
    }),
    Fault::new("theorem-1", Rederived, APosteriori, "κZ²/(1 − Z²) without its root", |at| {
        let Linear { floor, rate } = lemma_5::rederived_linear(at);
        let pair = rooted(at, Squares { eps: 0.0, zeta: rate.powi(2) });
        contraction::theorem_1_rederived(at, Linear { floor, rate: pair.zeta.sqrt() })
    }),
    Fault::new("theorem-1", Rederived, APosteriori, "½E for E", |at| {
        let pair = lemma_5::rederived_linear(at);
        contraction::theorem_1_rederived(at, Linear { floor: 0.5 * pair.floor, ..pair })
    }),
    Fault::new("theorem-1", Sharpened, APosteriori, "E dropped", |at| {
        contraction::distance_sharpened(at, Linear { floor: 0.0, ..lemma_5::linear(at) })
    }),
    Fault::new("theorem-1", Sharpened, APosteriori, "Z² for Z", |at| {
        contraction::distance_sharpened(at, square_rate(lemma_5::linear(at)))
    }),
    Fault::new("lemma-9", Printed, APriori, "ζ₁² for 1 + ζ₁²", |at| {
        (1.0 + k(at)) * eps_max(at).powi(2) + (zeta_m(at).powi(2) + k(at) * zeta_1_printed(at).powi(2)) * p(at).powi(2)
    }),
    Fault::new("lemma-9", Printed, APosteriori, "κ²(1 − ρ)² for κ(1 − ρ)", |at| {
        let k = k(at).powi(2);
        (1.0 + k) * eps_max(at).powi(2) + (zeta_m(at).powi(2) + k * (1.0 + zeta_1_printed(at).powi(2))) * p(at).powi(2)
    }),
    Fault::new("lemma-9", Rederived, APosteriori, "k for 4k: both 2s of (x + y)² dropped", |at| {
        let k = 0.25 * k(at);
        (4.0 + 8.0 * k) * eps_max(at).powi(2)
            + (4.0 * zeta_m(at).powi(2) + 4.0 * k * (1.0 + 2.0 * zeta_1(at).powi(2))) * p(at).powi(2)
    }),
    Fault::new("lemma-9", Rederived, APosteriori, "ε² for 4ε²", |at| {
        (1.0 + 8.0 * k(at)) * eps_max(at).powi(2)
            + (4.0 * zeta_m(at).powi(2) + 4.0 * k(at) * (1.0 + 2.0 * zeta_1(at).powi(2))) * p(at).powi(2)
    }),
    Fault::new("lemma-9", Sharpened, APosteriori, "k for √k", |at| lemma_9(at, k(at), omega_mean(at))),
    Fault::new("lemma-9", Sharpened, APosteriori, "ω_mean P dropped", |at| lemma_9(at, k(at).sqrt(), 0.0)),
];

/// (1/2) x^2.
fn gap(x: f64) -> f64 {
    0.5 * x.powi(2)
}

fn zeta_over_m(at: At<'_>) -> f64 {
    let eta = eta(at);
    nu(at) * (eta / at.draw.sketch.counts.workers as f64 + eta * eta / (1.0 - eta))
}

fn zeta_to_second_order(at: At<'_>) -> f64 {
    let eta = eta(at);
    nu(at) * (eta / (at.draw.sketch.counts.workers as f64).sqrt() + eta * eta)
}

/// The right side of Lemma 6 with 2 eps^2 and zeta^2/(1 - zeta^2) multiplied.
pub(super) fn lemma_6(at: At<'_>, eps: f64, zeta: f64, pair: fn(At<'_>) -> Squares) -> f64 {
    let pair = pair(at);
    let odds = zeta * pair.zeta / (1.0 - pair.zeta);
    contraction::lemma_6(at, Squares { eps: eps * pair.eps, zeta: odds / (1.0 + odds) })
}

/// The pair whose sqrt(kappa zeta^2/(1 - zeta^2)) is kappa zeta^2/(1 - zeta^2) of this one.
pub(super) fn rooted(at: At<'_>, pair: Squares) -> Squares {
    let odds = kappa(at) * (pair.zeta / (1.0 - pair.zeta)).powi(2);
    Squares { eps: pair.eps, zeta: odds / (1.0 + odds) }
}

pub(super) fn square_rate(pair: Linear) -> Linear {
    Linear { rate: pair.rate.powi(2), ..pair }
}

fn lemma_9(at: At<'_>, root: f64, mean: f64) -> f64 {
    let compression = root * (eps_spectral_max(at) + (1.0 + omega(at)) * p(at));
    (compression + white_mean_deviation(at) + omega(at) * white_deviation_mean(at) + mean * p(at)).powi(2)
}
