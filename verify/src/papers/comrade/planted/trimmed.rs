//! Lemmas 7, 8, 10 and 11, Theorems 2 and 3: trimming, liars, compression.
//!
//! The printed and the rederived bounds leave much room for liars and little for trimming by the data; what is planted in them is
//! a term that is forgotten or a power that is wrong. The sharpened ones are close enough for a factor of two.

use super::super::contraction::{self, Linear, Squares};
use super::super::{lemma_7, lemma_10, trimming};
use super::averaged::{lemma_6, rooted};
use crate::claim::{At, Fault, Mode, Reading};
use crate::quantity::epsilon::{eps_max, eps_spectral_max};
use crate::quantity::ridge::omega;
use crate::quantity::spectrum::{kappa, p};
use crate::quantity::trim::{a, c, k, t};
use crate::quantity::zeta::{zeta_1, zeta_1_printed, zeta_m, zeta_mt};
use Mode::APosteriori;
use Reading::{Printed, Rederived, Sharpened};

const LIARS: &str = "the term of the liars that are kept dropped";
const TRIMMED: &str = "the term of the honest workers that are trimmed dropped";
const COMPRESSED: &str = "what compression loses dropped";
const ONE_A: &str = "a for a²";
const NO_ROOT: &str = "κζ²/(1 − ζ²) without its root";

pub(super) const FAULTS: &[Fault] = &[
    Fault::new("lemma-7", Printed, APosteriori, LIARS, |at| gap(at, printed_without_liars(at))),
    Fault::new("lemma-7", Printed, APosteriori, TRIMMED, |at| gap(at, printed_without_trimmed(at))),
    Fault::new("lemma-7", Printed, APosteriori, ONE_A, |at| gap(at, printed_with_one_a(at))),
    Fault::new("lemma-7", Rederived, APosteriori, LIARS, |at| gap(at, rederived_without_liars(at))),
    Fault::new("lemma-7", Rederived, APosteriori, TRIMMED, |at| gap(at, rederived_without_trimmed(at))),
    Fault::new("lemma-7", Sharpened, APosteriori, "c√κ(ε + ωP) for c√κ(ε + (2 + ω)P)", |at| {
        linear_gap(at, without_twice(at))
    }),
    Fault::new("lemma-7", Sharpened, APosteriori, "ω² for ω", |at| {
        linear_gap(at, trimming::linear_with(at, eps_spectral_max(at), omega(at).powi(2)))
    }),
    Fault::new("lemma-8", Printed, APosteriori, ONE_A, |at| lemma_6(at, 1.0, 1.0, printed_with_one_a)),
    Fault::new("lemma-8", Printed, APosteriori, TRIMMED, |at| lemma_6(at, 1.0, 1.0, printed_without_trimmed)),
    Fault::new("lemma-8", Rederived, APosteriori, LIARS, |at| lemma_6(at, 1.0, 1.0, rederived_without_liars)),
    Fault::new("lemma-8", Rederived, APosteriori, TRIMMED, |at| lemma_6(at, 1.0, 1.0, rederived_without_trimmed)),
    Fault::new("lemma-8", Sharpened, APosteriori, "c√κ(ε + ωP) for c√κ(ε + (2 + ω)P)", |at| {
        contraction::energy_sharpened(at, without_twice(at)).powi(2)
    }),
    Fault::new("lemma-8", Sharpened, APosteriori, "½Z for Z", |at| {
        contraction::energy_sharpened(at, half_rate(lemma_7::linear(at))).powi(2)
    }),
    Fault::new("theorem-2", Printed, APosteriori, ONE_A, |at| contraction::theorem_1(at, printed_with_one_a(at))),
    Fault::new("theorem-2", Printed, APosteriori, NO_ROOT, |at| {
        contraction::theorem_1(at, rooted(at, lemma_7::squares(at)))
    }),
    Fault::new("theorem-2", Rederived, APosteriori, NO_ROOT, |at| unrooted(at, lemma_7::rederived_linear(at))),
    Fault::new("theorem-2", Rederived, APosteriori, LIARS, |at| {
        let pair = rederived_without_liars(at);
        let linear = Linear { floor: (2.0 * pair.eps).sqrt(), rate: pair.zeta.sqrt() };
        contraction::theorem_1_rederived(at, linear)
    }),
    Fault::new("theorem-2", Sharpened, APosteriori, "c√κ(ε + ωP) for c√κ(ε + (2 + ω)P)", |at| {
        contraction::distance_sharpened(at, without_twice(at))
    }),
    Fault::new("theorem-2", Sharpened, APosteriori, "½Z for Z", |at| {
        contraction::distance_sharpened(at, half_rate(lemma_7::linear(at)))
    }),
    Fault::new("lemma-10", Printed, APosteriori, COMPRESSED, |at| gap(at, printed_without_compression(at))),
    Fault::new("lemma-10", Printed, APosteriori, TRIMMED, |at| gap(at, printed_without_trimmed(at))),
    Fault::new("lemma-10", Rederived, APosteriori, "k for √k", |at| linear_square(at, rederived_with_k(at))),
    Fault::new("lemma-10", Rederived, APosteriori, LIARS, |at| {
        linear_square(at, without_liars(at, eps_max(at), zeta_1(at)))
    }),
    Fault::new("lemma-10", Sharpened, APosteriori, "k for √k", |at| linear_gap(at, sharpened_with_k(at))),
    Fault::new("lemma-10", Sharpened, APosteriori, LIARS, |at| {
        linear_gap(at, without_liars(at, eps_spectral_max(at), omega(at)))
    }),
    Fault::new("lemma-11", Printed, APosteriori, COMPRESSED, |at| lemma_6(at, 1.0, 1.0, printed_without_compression)),
    Fault::new("lemma-11", Printed, APosteriori, TRIMMED, |at| lemma_6(at, 1.0, 1.0, printed_without_trimmed)),
    Fault::new("lemma-11", Rederived, APosteriori, COMPRESSED, |at| lemma_6(at, 1.0, 1.0, rederived_uncompressed)),
    Fault::new("lemma-11", Rederived, APosteriori, LIARS, |at| {
        lemma_6(at, 1.0, 1.0, |at| squared(without_liars(at, eps_max(at), zeta_1(at))))
    }),
    Fault::new("lemma-11", Sharpened, APosteriori, "k for √k", |at| {
        contraction::energy_sharpened(at, sharpened_with_k(at)).powi(2)
    }),
    Fault::new("lemma-11", Sharpened, APosteriori, LIARS, |at| {
        contraction::energy_sharpened(at, without_liars(at, eps_spectral_max(at), omega(at))).powi(2)
    }),
    Fault::new("theorem-3", Printed, APosteriori, COMPRESSED, |at| {
        contraction::theorem_1(at, printed_without_compression(at))
    }),
    Fault::new("theorem-3", Printed, APosteriori, NO_ROOT, |at| {
        contraction::theorem_1(at, rooted(at, lemma_10::squares(at)))
    }),
    Fault::new("theorem-3", Rederived, APosteriori, NO_ROOT, |at| unrooted(at, lemma_10::rederived_linear(at))),
    Fault::new("theorem-3", Rederived, APosteriori, "k for √k", |at| {
        contraction::theorem_1_rederived(at, rederived_with_k(at))
    }),
    Fault::new("theorem-3", Sharpened, APosteriori, "k for √k", |at| {
        contraction::distance_sharpened(at, sharpened_with_k(at))
    }),
    Fault::new("theorem-3", Sharpened, APosteriori, LIARS, |at| {
        contraction::distance_sharpened(at, without_liars(at, eps_spectral_max(at), omega(at)))
    }),
];

/// eps^2 + (1/2) zeta^2 P^2.
fn gap(at: At<'_>, pair: Squares) -> f64 {
    pair.eps + 0.5 * pair.zeta * p(at).powi(2)
}

/// (1/2)(E + ZP)^2.
fn linear_gap(at: At<'_>, pair: Linear) -> f64 {
    0.5 * (pair.floor + pair.rate * p(at)).powi(2)
}

/// E^2 + Z^2 P^2.
fn linear_square(at: At<'_>, pair: Linear) -> f64 {
    pair.floor.powi(2) + (pair.rate * p(at)).powi(2)
}

/// (E^2, 2Z^2).
fn squared(pair: Linear) -> Squares {
    Squares { eps: pair.floor.powi(2), zeta: 2.0 * pair.rate.powi(2) }
}

fn half_rate(pair: Linear) -> Linear {
    Linear { rate: 0.5 * pair.rate, ..pair }
}

/// G max{ kappa Z^2/(1 - Z^2) ||D||, ... } + E/sqrt(sigma_min).
fn unrooted(at: At<'_>, pair: Linear) -> f64 {
    let zeta = rooted(at, Squares { eps: 0.0, zeta: pair.rate.powi(2) }).zeta;
    contraction::theorem_1_rederived(at, Linear { rate: zeta.sqrt(), ..pair })
}

/// zeta^2 + k(1 + zeta_1^2).
fn comp(at: At<'_>, zeta: f64) -> f64 {
    zeta.powi(2) + k(at) * (1.0 + zeta_1_printed(at).powi(2))
}

fn printed_without_liars(at: At<'_>) -> Squares {
    let pair = trimming::squares(at);
    Squares { zeta: pair.zeta - 4.0 * kappa(at) * c(at).powi(2) * (2.0 + comp(at, zeta_1_printed(at))), ..pair }
}

fn printed_without_trimmed(at: At<'_>) -> Squares {
    let pair = trimming::squares(at);
    let eps = 2.0 * a(at).powi(2) * (1.0 + k(at)) * eps_max(at).powi(2);
    Squares { eps: pair.eps - eps, zeta: pair.zeta - 2.0 * a(at).powi(2) * comp(at, zeta_mt(at)) }
}

fn printed_with_one_a(at: At<'_>) -> Squares {
    let pair = trimming::squares(at);
    let (once, eps) = (a(at) - a(at).powi(2), (1.0 + k(at)) * eps_max(at).powi(2));
    let zeta = 2.0 * comp(at, zeta_mt(at)) + comp(at, zeta_m(at));
    Squares { eps: pair.eps + 3.0 * once * eps, zeta: pair.zeta + once * zeta }
}

fn printed_without_compression(at: At<'_>) -> Squares {
    let pair = trimming::squares(at);
    let times = 3.0 * a(at).powi(2) + 4.0 * kappa(at) * c(at).powi(2);
    let lost = times * k(at) * (1.0 + zeta_1_printed(at).powi(2));
    Squares { eps: pair.eps / (1.0 + k(at)), zeta: pair.zeta - lost }
}

/// (2a^2 + 4t^2) eps^2, 2 (2a^2 zeta_M^2 + 4t^2 zeta_1^2).
fn rederived_without_liars(at: At<'_>) -> Squares {
    let (a, t) = (2.0 * a(at).powi(2), 4.0 * t(at).powi(2));
    let zeta = a * zeta_m(at).powi(2) + t * zeta_1(at).powi(2);
    Squares { eps: (a + t) * eps_max(at).powi(2), zeta: 2.0 * zeta }
}

fn rederived_without_trimmed(at: At<'_>) -> Squares {
    let pair = lemma_7::rederived_squares(at);
    let t = 4.0 * t(at).powi(2);
    Squares { eps: pair.eps - t * eps_max(at).powi(2), zeta: pair.zeta - 2.0 * t * zeta_1(at).powi(2) }
}

/// Of Lemma 10, for sqrt(k) = `root` and with its mixing of liars.
fn mixed(at: At<'_>, root: f64, eps: f64, zeta_1: f64) -> Linear {
    let liars = c(at) * kappa(at).sqrt();
    let mixed = 1.0 - c(at) + liars;
    Linear { floor: mixed * (1.0 + root) * eps, rate: mixed * (root * (1.0 + zeta_1) + zeta_1) + 2.0 * liars }
}

fn without_liars(at: At<'_>, eps: f64, zeta_1: f64) -> Linear {
    let root = k(at).sqrt();
    Linear { floor: (1.0 + root) * eps, rate: root * (1.0 + zeta_1) + zeta_1 }
}

/// The sharpened pair without the 2P of a liar.
fn without_twice(at: At<'_>) -> Linear {
    let pair = lemma_7::linear(at);
    Linear { rate: pair.rate - 2.0 * c(at) * kappa(at).sqrt(), ..pair }
}

fn rederived_with_k(at: At<'_>) -> Linear {
    mixed(at, k(at), eps_max(at), zeta_1(at))
}

fn sharpened_with_k(at: At<'_>) -> Linear {
    mixed(at, k(at), eps_spectral_max(at), omega(at))
}

fn rederived_uncompressed(at: At<'_>) -> Squares {
    squared(mixed(at, 0.0, eps_max(at), zeta_1(at)))
}
