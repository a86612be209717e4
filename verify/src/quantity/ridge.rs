//! The spectral form, never vacuous a posteriori: tau, omega, omega_mean of (I + E_i)^{-1},
//! E_i = H^{-1/2}(H_i - H)H^{-1/2}. In sharpened bounds 1/(1-eta) -> tau, zeta_1 -> omega, zeta -> omega_mean.

use super::delta_each;
use super::spectrum::nu;
use crate::claim::{At, Mode};
use comrade::shard::Sharding;

/// tau = max_{i in M} ||(I + E_i)^{-1}||; a priori 1/(1 - t) with t the Bernstein radius.
#[must_use]
pub fn tau(at: At<'_>) -> f64 {
    match at.mode {
        Mode::APosteriori => at.draw.sketch.tau,
        Mode::APriori => 1.0 / (1.0 - radius_below_one(at)),
    }
}

/// omega = max_{i in M} ||(I + E_i)^{-1} - I||; a priori t/(1 - t).
#[must_use]
pub fn omega(at: At<'_>) -> f64 {
    match at.mode {
        Mode::APosteriori => at.draw.sketch.omega,
        Mode::APriori => {
            let t = radius_below_one(at);
            t / (1.0 - t)
        }
    }
}

/// omega_mean = ||mean_{i in M} (I + E_i)^{-1} - I||; a priori `||mean E_i|| + t^2/(1 - t)`, because
/// `(I + E)^{-1} - I = -E + E (I + E)^{-1} E`.
#[must_use]
pub fn omega_mean(at: At<'_>) -> f64 {
    match at.mode {
        Mode::APosteriori => at.draw.sketch.omega_mean,
        Mode::APriori => {
            let t = radius_below_one(at);
            mean_radius(at, delta_each(at)) + t * t / (1.0 - t)
        }
    }
}

/// eta_ridge = max_{i in M} ||E_i||, as measured.
#[must_use]
pub fn eta_ridge(at: At<'_>) -> f64 {
    at.draw.sketch.eta_ridge
}

/// t with ||E_i|| <= t for all i, with probability 1 - delta m/(m + 1): matrix Bernstein on ridge leverage scores,
/// `2d exp( -(t^2/2) / (R nu + R t/3) ) = delta/(m + 1)`, R = max_j ||H^{-1/2}a_j||^2 / s.
#[must_use]
pub fn radius(at: At<'_>, delta: f64) -> f64 {
    bernstein(at, delta, 1.0)
}

/// A bound on ||mean_{i in M} E_i|| that fails with probability at most delta/(m + 1).
///
/// With all workers of a partition it is deterministic: row j has weight 1/(m s_i) instead of 1/n, so the mean
/// differs from H by at most max_i |n/(m s_i) - 1| nu, 0 for equal blocks.
fn mean_radius(at: At<'_>, delta: f64) -> f64 {
    let counts = at.draw.sketch.counts;
    if at.draw.sharding == Sharding::Partition && counts.byzantine == 0 {
        return imbalance(at) * nu(at);
    }
    bernstein(at, delta, counts.honest as f64)
}

/// max_i |n/(m s_i) - 1| over blocks of floor(n/m) or that plus one.
#[must_use]
pub fn imbalance(at: At<'_>) -> f64 {
    let (n, m) = (at.draw.place.rows, at.draw.sketch.counts.workers);
    let off = |s: usize| (n as f64 / (m * s) as f64 - 1.0).abs();
    if n.is_multiple_of(m) { 0.0 } else { off(n / m).max(off(n / m + 1)) }
}

fn bernstein(at: At<'_>, delta: f64, shards: f64) -> f64 {
    let place = &at.draw.place;
    let counts = at.draw.sketch.counts;
    let r = place.ridge_leverage / (counts.shard as f64 * shards);
    let log = (2.0 * place.dimension as f64 * (counts.workers as f64 + 1.0) / delta).ln();
    let linear = log * r / 3.0;
    linear + (linear * linear + 2.0 * log * r * place.nu).sqrt()
}

/// The radius, infinite from 1 on, where it bounds nothing.
fn radius_below_one(at: At<'_>) -> f64 {
    let t = radius(at, delta_each(at));
    if t < 1.0 { t } else { f64::NAN }
}

/// Whether the a-priori radius is below 1, so that tau and omega are bounded; a posteriori they always are.
#[must_use]
pub fn is_bounded(at: At<'_>) -> bool {
    at.mode == Mode::APosteriori || radius(at, delta_each(at)) < 1.0
}
