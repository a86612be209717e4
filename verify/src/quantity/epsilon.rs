//! eps, the gradient part of the error, and the bounds on ||g_i - g|| behind it (Lemma 3).

use super::delta_each;
use super::eta::eta;
use super::ridge::{imbalance, tau};
use super::spectrum::sigma_min;
use crate::claim::{At, Mode};
use crate::oracle::landscape::Moments;
use comrade::shard::Sharding;

/// eps where all workers are averaged: a posteriori 1/(1-eta) mean_i ||H^{-1/2}(g_i - g)||, a priori the formula.
#[must_use]
pub fn eps(at: At<'_>) -> f64 {
    match at.mode {
        Mode::APosteriori => at.draw.sketch.white_deviation.mean / (1.0 - eta(at)),
        Mode::APriori => formula(at),
    }
}

/// eps where a worker may stand alone (trimming, liars): as [`eps`] with the maximum over honest workers.
#[must_use]
pub fn eps_max(at: At<'_>) -> f64 {
    match at.mode {
        Mode::APosteriori => at.draw.sketch.white_deviation.max / (1.0 - eta(at)),
        Mode::APriori => formula(at),
    }
}

/// 1/(1-eta) 1/sqrt(sigma_min(H)) (1 + sqrt(2 ln(m/delta))) sqrt(1/s) max_j ||b_j||: eq. (4).
fn formula(at: At<'_>) -> f64 {
    deviation_printed(at, delta_each(at)) / ((1.0 - eta(at)) * sigma_min(at).sqrt())
}

/// (1 + sqrt(2 ln(m/delta))) sqrt(1/s) max_j ||b_j||: Lemma 3 for all workers at once (Remark 8).
#[must_use]
pub fn deviation_printed(at: At<'_>, delta: f64) -> f64 {
    let (m, s) = sizes(at);
    (1.0 + (2.0 * (m / delta).ln()).sqrt()) * (1.0 / s).sqrt() * at.draw.place.b.largest
}

/// sqrt(tr Cov_b / s) + 2 max_j ||b_j - bbar|| sqrt(ln(m/delta) / (2s)): the mean of the norm through its variance, and
/// bounded differences around the mean of b. For a partition the variance is that without replacement.
#[must_use]
pub fn deviation_sharpened(at: At<'_>, delta: f64) -> f64 {
    concentration(at, at.draw.place.b, 1.0, (sizes(at).0 / delta).ln())
}

/// tau max_{i in M} ||H^{-1/2}(g_i - g)||: eps in its spectral form.
#[must_use]
pub fn eps_spectral_max(at: At<'_>) -> f64 {
    let deviation = match at.mode {
        Mode::APosteriori => at.draw.sketch.white_deviation.max,
        Mode::APriori => white_deviation(at),
    };
    tau(at) * deviation
}

/// mean_{i in M} ||H^{-1/2}(g_i - g)||; a priori the bound that holds for all i.
#[must_use]
pub fn white_deviation_mean(at: At<'_>) -> f64 {
    match at.mode {
        Mode::APosteriori => at.draw.sketch.white_deviation.mean,
        Mode::APriori => white_deviation(at),
    }
}

/// ||H^{-1/2} mean_{i in M}(g_i - g)||: what averaging leaves. 0 for a partition with equal blocks.
#[must_use]
pub fn white_mean_deviation(at: At<'_>) -> f64 {
    match at.mode {
        Mode::APosteriori => at.draw.sketch.white_mean_deviation,
        Mode::APriori => {
            let counts = at.draw.sketch.counts;
            let moments = at.draw.place.white_b;
            if at.draw.sharding == Sharding::Partition && counts.byzantine == 0 {
                // Weights 1/(m s_i) instead of 1/n on centred vectors.
                return imbalance(at) * moments.trace.sqrt();
            }
            concentration(at, moments, counts.honest as f64, log_events(at))
        }
    }
}

/// A bound on ||H^{-1/2}(g_i - g)|| for all i, a priori: the sharpened Lemma 3 on the vectors H^{-1/2} b_j.
fn white_deviation(at: At<'_>) -> f64 {
    concentration(at, at.draw.place.white_b, 1.0, log_events(at))
}

/// ln of one over the failure probability of each of the m + 1 gradient events.
fn log_events(at: At<'_>) -> f64 {
    ((sizes(at).0 + 1.0) / delta_each(at)).ln()
}

/// sqrt(trace/S) + 2 largest_centred sqrt(log/(2S)) for the mean of S = `shards` s samples.
#[must_use]
pub fn concentration(at: At<'_>, of: Moments, shards: f64, log: f64) -> f64 {
    let samples = sizes(at).1 * shards;
    let n = at.draw.place.rows as f64;
    let correction = match at.draw.sharding {
        Sharding::WithReplacement => 1.0,
        Sharding::Partition => ((n - samples) / (n - 1.0)).max(0.0).sqrt(),
    };
    correction * (of.trace / samples).sqrt() + 2.0 * of.largest_centred * (log / (2.0 * samples)).sqrt()
}

/// c = (2/s) `size`: how much ||g_i - g|| changes at most when one row is replaced, with `size` = max_j ||b_j|| or
/// max_j ||b_j - bbar||.
#[must_use]
pub fn bounded_difference(at: At<'_>, size: f64) -> f64 {
    2.0 * size / sizes(at).1
}

/// c sqrt(s ln(1/delta)/2): what ||g_i - g|| exceeds its mean by with probability at most delta (Lemma 1).
#[must_use]
pub fn mcdiarmid(at: At<'_>, size: f64, delta: f64) -> f64 {
    bounded_difference(at, size) * (0.5 * sizes(at).1 * (1.0 / delta).ln()).sqrt()
}

/// (m, s).
fn sizes(at: At<'_>) -> (f64, f64) {
    let counts = at.draw.sketch.counts;
    (counts.workers as f64, counts.shard as f64)
}
