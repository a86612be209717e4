//! Fractions of workers: a = |M|/|U|, c = |B|/|U|, t = |T|/|U|, by the counts that were really used.

use crate::claim::At;

/// a = (1 - alpha)/(1 - beta) = |M|/|U|.
#[must_use]
pub fn a(at: At<'_>) -> f64 {
    at.draw.sketch.counts.honest as f64 / at.draw.sketch.counts.kept as f64
}

/// c = alpha/(1 - beta) = |B|/|U|.
#[must_use]
pub fn c(at: At<'_>) -> f64 {
    at.draw.sketch.counts.byzantine as f64 / at.draw.sketch.counts.kept as f64
}

/// t = beta/(1 - beta) = |T|/|U|.
#[must_use]
pub fn t(at: At<'_>) -> f64 {
    at.draw.sketch.counts.trimmed as f64 / at.draw.sketch.counts.kept as f64
}

/// k = kappa (1 - rho), with the smallest rho realised by an honest worker on this draw.
#[must_use]
pub fn k(at: At<'_>) -> f64 {
    super::spectrum::kappa(at) * at.draw.sketch.lost
}
