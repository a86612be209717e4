//! Aggregation at the center: what m replies become, some of which are lies.
//!
//! | rule | robust to |
//! |---|---|
//! | [`NormTrimmedMean`] | large messages: Algorithm 1 |
//! | [`NormTrimmedIn`] | messages that are large in the metric that matters |
//! | [`Filter`] | whatever makes messages differ more than the honest ones do |
//! | [`Mixing`] | whatever lies apart from the honest messages |
//! | [`Robust`] | as [`Mixing`], by Euclidean distances: trimmed mean, median, geometric median, Krum, Multi-Krum, and each after mixing |
//!
//! A [`Budget`] says how many replies may be lies and how many may be missing, and what holds then.
//!
//! Single numbers are trimmed from both sides, and of Hessians, whose mean any liar can spoil, the medoid is taken.

mod budget;
mod columns;
mod distances;
mod filter;
mod geometric_median;
mod krum;
mod median;
pub(crate) mod medoid;
mod mixing;
mod neighbours;
mod norm;
mod robust;
mod trimmed_mean;
mod values;

pub(crate) use budget::Rest;
pub use budget::{BadStragglerFraction, Budget, StragglerFraction};
pub use filter::Filter;
pub use mixing::Mixing;
pub(crate) use norm::mean;
pub use norm::{MEAN, NormTrimmedIn, NormTrimmedMean};
pub use robust::{Fusion, Robust};
pub(crate) use values::trimmed_means;

use crate::protocol::{Reply, WorkerId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// beta in [0, 1/2): the fraction of workers that are assumed to be bad, which is to lie, or to be dead or late. Of the replies of
/// m workers round(beta m) are dropped, the missing first. What that promises, and what not: [`Budget`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct TrimFraction(f64);

/// beta is not in [0, 1/2).
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("the trim fraction beta must be in [0, 1/2), got {0}")]
pub struct BadTrimFraction(pub f64);

impl TrimFraction {
    /// beta = 0: drops nothing.
    pub const ZERO: Self = Self(0.0);

    /// A fraction beta, checked.
    ///
    /// # Errors
    /// Unless 0 <= beta < 1/2.
    pub fn new(beta: f64) -> Result<Self, BadTrimFraction> {
        if (0.0..0.5).contains(&beta) { Ok(Self(beta)) } else { Err(BadTrimFraction(beta)) }
    }

    /// The fraction, beta.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// |T| = round(beta m), counted against m and never against the replies that came.
    #[must_use]
    pub fn trimmed(self, workers: usize) -> usize {
        (self.0 * workers as f64).round() as usize
    }

    /// |U| = m - round(beta m), at least 1 whenever m is.
    #[must_use]
    pub fn kept(self, workers: usize) -> usize {
        workers - self.trimmed(workers)
    }
}

impl TryFrom<f64> for TrimFraction {
    type Error = BadTrimFraction;
    fn try_from(beta: f64) -> Result<Self, BadTrimFraction> {
        Self::new(beta)
    }
}

impl From<TrimFraction> for f64 {
    fn from(beta: TrimFraction) -> Self {
        beta.0
    }
}

/// An aggregated vector: a mean, and the set U of workers that it averages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aggregate {
    /// The mean of the kept replies, d.
    pub vector: Vec<f64>,
    /// U, in worker order.
    pub kept: Vec<WorkerId>,
    /// T, in worker order: dropped replies, the unusable ones among them.
    pub trimmed: Vec<WorkerId>,
}

impl Aggregate {
    /// With U those workers whose reply counts.
    fn new(vector: Vec<f64>, counts: &[bool]) -> Self {
        let ids = |wanted: bool| (0..counts.len()).filter(|&i| counts[i] == wanted).map(WorkerId).collect();
        Self { vector, kept: ids(true), trimmed: ids(false) }
    }

    /// The same of m workers, of which it was made of these; none of the others counts.
    pub(crate) fn among(self, counted: &[usize], workers: usize) -> Self {
        let mut counts = vec![false; workers];
        self.kept.iter().for_each(|id| counts[counted[id.0]] = true);
        Self::new(self.vector, &counts)
    }
}

/// Whether enough of m replies can be used: there is one, and no more are missing than the rule may drop.
///
/// # Errors
/// [`AggregateError`] otherwise.
pub(crate) fn enough(workers: usize, missing: usize, allowed: usize) -> Result<(), AggregateError> {
    match workers {
        0 => Err(AggregateError::NoWorkers),
        _ if missing > allowed => Err(AggregateError::TooManyMissing { missing, allowed, workers }),
        _ => Ok(()),
    }
}

/// The replies cannot be aggregated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AggregateError {
    /// More replies are missing or unreadable than the rule may drop, or are excused.
    #[error(
        "{missing} of {workers} replies are missing, not finite or of the wrong length; it can do without {allowed}"
    )]
    TooManyMissing {
        /// Replies of infinite norm.
        missing: usize,
        /// round(beta m), and those that are excused.
        allowed: usize,
        /// m.
        workers: usize,
    },
    /// There is no worker.
    #[error("no worker, so nothing to aggregate")]
    NoWorkers,
}

/// A rule that turns m replies into one step.
pub trait Aggregator: fmt::Debug {
    /// Aggregates m replies of dimension d.
    ///
    /// # Errors
    /// [`AggregateError`] when too few replies can be used.
    fn aggregate(&self, replies: &[Reply], dimension: usize) -> Result<Aggregate, AggregateError>;

    /// How many of m replies it drops.
    fn dropped(&self, workers: usize) -> usize;

    /// How many of m replies are enough: a round need not wait long for late workers.
    fn enough(&self, workers: usize) -> usize {
        workers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beta_is_checked_once() {
        for bad in [-0.1, 0.5, f64::NAN, f64::INFINITY] {
            assert!(TrimFraction::new(bad).is_err());
        }
        assert_eq!(TrimFraction::new(0.25).unwrap().kept(20), 15);
    }

    #[test]
    fn beta_and_sigma_are_kept_as_numbers_and_checked_where_they_are_read() {
        let (beta, sigma) = (TrimFraction::new(0.25).unwrap(), StragglerFraction::new(0.125).unwrap());
        let kept = serde_json::to_string(&(beta, sigma)).unwrap();
        assert_eq!(kept, "[0.25,0.125]");
        assert_eq!(serde_json::from_str::<(TrimFraction, StragglerFraction)>(&kept).unwrap(), (beta, sigma));
        assert!(serde_json::from_str::<TrimFraction>("0.5").is_err());
        assert!(serde_json::from_str::<StragglerFraction>("1.0").is_err());
    }
}
