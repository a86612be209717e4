//! Aggregation at the center: the mean of all replies, or of the (1 - beta) m of smallest norm.

use crate::compress::norm2;
use crate::round::Reply;
use crate::worker::WorkerId;
use pulp::Arch;
use serde::{Deserialize, Serialize};
use std::fmt;

/// beta in [0, 1/2): the fraction of replies that the center drops.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct TrimFraction(f64);

/// beta is not in [0, 1/2).
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("the trim fraction beta must be in [0, 1/2), got {0}")]
pub struct BadTrimFraction(pub f64);

impl TrimFraction {
    /// Drops nothing.
    pub const ZERO: Self = Self(0.0);

    /// Checks beta.
    ///
    /// # Errors
    /// Unless 0 <= beta < 1/2.
    pub fn new(beta: f64) -> Result<Self, BadTrimFraction> {
        if (0.0..0.5).contains(&beta) { Ok(Self(beta)) } else { Err(BadTrimFraction(beta)) }
    }

    /// beta.
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

/// The mean and the set U it averages.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The mean of the kept replies, d.
    pub vector: Vec<f64>,
    /// U, in worker order.
    pub kept: Vec<WorkerId>,
    /// T, in worker order: dropped replies, the unusable ones among them.
    pub trimmed: Vec<WorkerId>,
}

/// The replies cannot be aggregated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AggregateError {
    /// More replies are missing or unreadable than the rule may drop.
    #[error("{missing} of {workers} replies are missing, not finite or of the wrong length; the rule drops {allowed}")]
    TooManyMissing {
        /// Replies of infinite norm.
        missing: usize,
        /// round(beta m).
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
}

/// Columns averaged at a time: 2048 sums stay in a first-level cache while every kept reply is added to them.
const BLOCK: usize = 2048;

/// Algorithm 1, lines of the center: sort by Euclidean norm, drop the beta m largest, average the rest.
///
/// A reply that is missing, not finite or not d long has norm +infinity. Equal norms are ordered by worker,
/// the lower kept first. With beta = 0 this is the plain mean.
#[derive(Clone, Copy, Debug)]
pub struct NormTrimmedMean {
    /// beta.
    pub beta: TrimFraction,
}

/// The plain mean of all m replies: [`NormTrimmedMean`] with beta = 0.
pub const MEAN: NormTrimmedMean = NormTrimmedMean { beta: TrimFraction::ZERO };

impl Aggregator for NormTrimmedMean {
    fn aggregate(&self, replies: &[Reply], dimension: usize) -> Result<Aggregate, AggregateError> {
        let workers = replies.len();
        if workers == 0 {
            return Err(AggregateError::NoWorkers);
        }
        let mut order: Vec<(f64, usize)> =
            replies.iter().enumerate().map(|(i, reply)| (size(reply, dimension), i)).collect();
        let missing = order.iter().filter(|(norm, _)| norm.is_infinite()).count();
        let allowed = self.beta.trimmed(workers);
        if missing > allowed {
            return Err(AggregateError::TooManyMissing { missing, allowed, workers });
        }
        let kept = self.beta.kept(workers);
        if kept < workers {
            // Who is kept, in whatever order.
            order.select_nth_unstable_by(kept, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        let ids = |part: &[(f64, usize)]| {
            let mut ids: Vec<WorkerId> = part.iter().map(|&(_, i)| WorkerId(i)).collect();
            ids.sort_unstable();
            ids
        };
        let (kept, trimmed) = order.split_at(kept);
        let (kept, trimmed) = (ids(kept), ids(trimmed));
        let used: Vec<&[f64]> = kept.iter().filter_map(|id| replies[id.0].as_deref().ok()).collect();
        let vector = mean(&used, dimension);
        Ok(Aggregate { vector, kept, trimmed })
    }

    fn dropped(&self, workers: usize) -> usize {
        self.beta.trimmed(workers)
    }
}

/// The trimmed means of m replies, number by number: of each the `drop` largest left out and as many of the smallest, as long
/// as one is left. A reply that cannot be used counts as +infinity in each.
///
/// Yin, Chen, Kannan and Bartlett, *Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates*, ICML 2018.
///
/// # Errors
/// [`AggregateError`] when more than `drop` replies cannot be used.
pub(crate) fn trimmed_means(replies: &[Reply], length: usize, drop: usize) -> Result<Vec<f64>, AggregateError> {
    let workers = replies.len();
    let usable: Vec<&[f64]> = replies.iter().filter_map(|r| r.as_deref().ok()).filter(|v| v.len() == length).collect();
    let missing = workers - usable.len();
    if workers == 0 {
        return Err(AggregateError::NoWorkers);
    }
    if missing > drop {
        return Err(AggregateError::TooManyMissing { missing, allowed: drop, workers });
    }
    // Of two workers one may be dropped, and then not the other one too.
    let low = drop.min((workers - 1).saturating_sub(drop));
    let mean = |k: usize| {
        let mut column: Vec<f64> = usable.iter().map(|v| v[k]).collect();
        column.resize(workers, f64::INFINITY);
        column.sort_unstable_by(f64::total_cmp);
        let kept = &column[low..workers - drop];
        kept.iter().map(|v| v / kept.len() as f64).sum()
    };
    Ok((0..length).map(mean).collect())
}

/// (1/u) sum_i v_i over u vectors of dimension d, added in this order whatever the dimension.
fn mean(vectors: &[&[f64]], dimension: usize) -> Vec<f64> {
    let mut out = vec![0.0; dimension];
    // With the widest vectors that this processor has: the same additions in the same order.
    Arch::new().dispatch(
        #[inline(always)]
        || add_mean(&mut out, vectors),
    );
    out
}

#[inline(always)]
fn add_mean(out: &mut [f64], vectors: &[&[f64]]) {
    // Scaled before it is summed, so that a sum of large finite replies does not overflow.
    let share = 1.0 / vectors.len() as f64;
    let (fours, rest) = vectors.as_chunks::<4>();
    for (at, sums) in out.chunks_mut(BLOCK).enumerate() {
        let span = at * BLOCK..at * BLOCK + sums.len();
        for four in fours {
            // Four at a time, so that a sum is loaded and stored once for four additions.
            let [a, b, c, d] = four.map(|v| &v[span.clone()]);
            for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *sum = *sum + share * a + share * b + share * c + share * d;
            }
        }
        for v in rest {
            sums.iter_mut().zip(&v[span.clone()]).for_each(|(sum, v)| *sum += share * v);
        }
    }
}

/// The norm that a reply is sorted by.
fn size(reply: &Reply, dimension: usize) -> f64 {
    match reply {
        Ok(v) if v.len() == dimension => {
            let norm = norm2(v);
            if norm.is_nan() { f64::INFINITY } else { norm }
        }
        _ => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::Missing;
    use proptest::prelude::*;

    fn trimmed(beta: f64) -> NormTrimmedMean {
        NormTrimmedMean { beta: TrimFraction::new(beta).unwrap() }
    }

    #[test]
    fn a_mean_by_hand() {
        let replies = [Ok(vec![1.0, 2.0]), Ok(vec![3.0, -2.0])];
        let mean = MEAN.aggregate(&replies, 2).unwrap();
        assert_eq!(mean.vector, vec![2.0, 0.0]);
        assert_eq!(mean.kept, vec![WorkerId(0), WorkerId(1)]);
    }

    #[test]
    fn what_cannot_be_used_is_dropped_first_and_ties_keep_the_lower_worker() {
        let rule = trimmed(0.4);
        let replies = [Err(Missing::Silent), Ok(vec![f64::NAN]), Ok(vec![1.0]), Ok(vec![-1.0]), Ok(vec![1.0])];
        let got = rule.aggregate(&replies, 1).unwrap();
        assert_eq!(got.trimmed, vec![WorkerId(0), WorkerId(1)]);
        let replies = [Ok(vec![1.0]), Ok(vec![-1.0]), Ok(vec![1.0]), Ok(vec![0.5]), Ok(vec![1.0])];
        let got = rule.aggregate(&replies, 1).unwrap();
        assert_eq!(got.kept, vec![WorkerId(0), WorkerId(1), WorkerId(3)]);
    }

    #[test]
    fn too_many_missing_is_an_error_that_counts() {
        let replies = [Err(Missing::Silent), Ok(vec![1.0, 2.0]), Ok(vec![1.0]), Ok(vec![1.0])];
        assert_eq!(
            trimmed(0.25).aggregate(&replies, 1),
            Err(AggregateError::TooManyMissing { missing: 2, allowed: 1, workers: 4 })
        );
        assert_eq!(MEAN.aggregate(&[], 1), Err(AggregateError::NoWorkers));
    }

    #[test]
    fn beta_is_checked_once() {
        for bad in [-0.1, 0.5, f64::NAN, f64::INFINITY] {
            assert!(TrimFraction::new(bad).is_err());
        }
        assert_eq!(TrimFraction::new(0.25).unwrap().kept(20), 15);
    }

    #[test]
    fn huge_finite_replies_do_not_overflow_the_mean() {
        let replies = [Ok(vec![1.5e308]), Ok(vec![1.5e308])];
        assert_eq!(MEAN.aggregate(&replies, 1).unwrap().vector, vec![1.5e308]);
    }

    #[test]
    fn a_trimmed_mean_by_hand_counts_who_is_missing_as_infinite() {
        let of = |replies: &[Reply], drop| trimmed_means(replies, 1, drop).map(|v| v[0]);
        let v = |x: f64| Ok(vec![x]);
        assert_eq!(of(&[v(3.0), v(1.0), v(2.0)], 0), Ok(2.0));
        assert_eq!(of(&[v(30.0), v(1.0), v(2.0), v(4.0)], 1), Ok(3.0));
        assert_eq!(of(&[v(-1e300), v(1.0), v(2.0)], 1), Ok(1.0), "a liar moves it no further than to the next");
        assert_eq!(of(&[Err(Missing::Silent), v(1.0), v(2.0)], 1), Ok(2.0));
        let error = AggregateError::TooManyMissing { missing: 2, allowed: 1, workers: 3 };
        assert_eq!(of(&[Err(Missing::Silent), Ok(vec![]), v(2.0)], 1), Err(error));
        assert_eq!(of(&[v(1.0), v(2.0)], 1), Ok(1.0));
        assert_eq!(of(&[v(1.0), Err(Missing::Silent)], 1), Ok(1.0));
        assert_eq!(of(&[], 0), Err(AggregateError::NoWorkers));
    }

    fn reply() -> impl Strategy<Value = Reply> {
        prop_oneof![
            8 => prop::collection::vec(-1e3..1e3_f64, 3).prop_map(Ok),
            1 => Just(Err(Missing::Silent)),
            1 => prop::collection::vec(prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(1.0)], 0..5).prop_map(Ok),
        ]
    }

    proptest! {
        #[test]
        fn trimming_keeps_the_right_number_and_no_kept_norm_exceeds_a_trimmed_one(
            replies in prop::collection::vec(reply(), 1..30), beta in 0.0..0.5_f64
        ) {
            let rule = trimmed(beta);
            let m = replies.len();
            match rule.aggregate(&replies, 3) {
                Ok(got) => {
                    prop_assert_eq!(got.kept.len(), rule.beta.kept(m));
                    prop_assert!(!got.kept.is_empty());
                    prop_assert_eq!(got.kept.len() + got.trimmed.len(), m);
                    prop_assert!(got.vector.len() == 3 && got.vector.iter().all(|v| v.is_finite()));
                    let norm = |id: &WorkerId| size(&replies[id.0], 3);
                    let largest = got.kept.iter().map(norm).fold(0.0, f64::max);
                    prop_assert!(got.trimmed.iter().all(|id| norm(id) >= largest));
                    let average = got.kept.iter().map(norm).sum::<f64>() / got.kept.len() as f64;
                    prop_assert!(norm2(&got.vector) <= average * (1.0 + 1e-12));
                }
                Err(AggregateError::TooManyMissing { missing, allowed, .. }) => prop_assert!(missing > allowed),
                Err(other) => prop_assert!(false, "{other}"),
            }
        }

        #[test]
        fn the_order_of_workers_does_not_change_the_kept_norms(
            mut replies in prop::collection::vec(prop::collection::vec(-1e3..1e3_f64, 3).prop_map(Ok), 4..20)
        ) {
            let rule = trimmed(0.25);
            let norms = |replies: &[Reply]| {
                let got = rule.aggregate(replies, 3).unwrap();
                let mut norms: Vec<f64> = got.kept.iter().map(|id| size(&replies[id.0], 3)).collect();
                norms.sort_by(f64::total_cmp);
                norms
            };
            let before = norms(&replies);
            replies.reverse();
            prop_assert_eq!(before, norms(&replies));
        }
    }
}
