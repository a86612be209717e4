//! zeta(k) = nu ( eta/sqrt(k) + eta^2/(1 - eta) ), and zeta_1 in its two spellings.

use super::eta::eta;
use super::spectrum::nu;
use crate::claim::At;

/// zeta = zeta(m), over the workers that are averaged.
#[must_use]
pub fn zeta(at: At<'_>) -> f64 {
    of(at, at.draw.sketch.counts.workers as f64)
}

/// zeta_M = zeta((1 - alpha) m).
#[must_use]
pub fn zeta_m(at: At<'_>) -> f64 {
    of(at, at.draw.sketch.counts.honest as f64)
}

/// zeta_{M and T} as printed: zeta((1 - beta) m).
#[must_use]
pub fn zeta_mt(at: At<'_>) -> f64 {
    of(at, at.draw.sketch.counts.kept as f64)
}

/// zeta_1 as printed: nu/(1 - eta).
#[must_use]
pub fn zeta_1_printed(at: At<'_>) -> f64 {
    nu(at) / (1.0 - eta(at))
}

/// zeta_1 as its definition gives it: nu(eta + eta^2/(1 - eta)) = nu eta/(1 - eta).
#[must_use]
pub fn zeta_1(at: At<'_>) -> f64 {
    nu(at) * eta(at) / (1.0 - eta(at))
}

fn of(at: At<'_>, k: f64) -> f64 {
    let eta = eta(at);
    nu(at) * (eta / k.sqrt() + eta * eta / (1.0 - eta))
}
