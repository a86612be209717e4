//! The mean of all replies, or of the (1 - beta) m of smallest norm.

use super::{Aggregate, AggregateError, Aggregator, TrimFraction, enough};
use crate::compress::norm2;
use crate::metric::Metric;
use crate::protocol::{Reply, WorkerId};
use pulp::Arch;

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
        keep_smallest(self.beta, replies, dimension, size)
    }

    fn dropped(&self, workers: usize) -> usize {
        self.beta.trimmed(workers)
    }
}

/// As [`NormTrimmedMean`], but by the length in a metric, (v' B^{-1} v)^{1/2}: for gradients B is near the Hessian, for
/// directions near its inverse ([`Metric::dual`]). What liars do to the step then does not depend on the condition of
/// H.
#[derive(Clone, Copy, Debug)]
pub struct NormTrimmedIn<'a> {
    /// beta.
    pub beta: TrimFraction,
    /// B.
    pub metric: &'a Metric,
}

impl Aggregator for NormTrimmedIn<'_> {
    fn aggregate(&self, replies: &[Reply], dimension: usize) -> Result<Aggregate, AggregateError> {
        keep_smallest(self.beta, replies, dimension, |v| size(&self.metric.whiten(v)))
    }

    fn dropped(&self, workers: usize) -> usize {
        self.beta.trimmed(workers)
    }
}

/// The mean of the (1 - beta) m replies of smallest norm.
fn keep_smallest(
    beta: TrimFraction,
    replies: &[Reply],
    dimension: usize,
    size: impl Fn(&[f64]) -> f64,
) -> Result<Aggregate, AggregateError> {
    let workers = replies.len();
    let of = |reply: &Reply| match reply {
        Ok(v) if v.len() == dimension => size(v),
        _ => f64::INFINITY,
    };
    let mut order: Vec<(f64, usize)> = replies.iter().enumerate().map(|(i, reply)| (of(reply), i)).collect();
    let missing = order.iter().filter(|(norm, _)| norm.is_infinite()).count();
    let allowed = beta.trimmed(workers);
    enough(workers, missing, allowed)?;
    let kept = beta.kept(workers);
    if kept < workers {
        // The kept workers, in any order.
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

/// (1/u) sum_i v_i over u vectors of dimension d, added in this order whatever the dimension.
pub(crate) fn mean(vectors: &[&[f64]], dimension: usize) -> Vec<f64> {
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

/// The norm that a vector is sorted by.
fn size(v: &[f64]) -> f64 {
    let norm = norm2(v);
    if norm.is_nan() { f64::INFINITY } else { norm }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Missing;
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
    fn beyond_one_block_the_mean_is_that_of_every_column() {
        let d = 2 * BLOCK + 7;
        let replies: Vec<Reply> = (0..5).map(|i| Ok((0..d).map(|k| (k * (i + 1)) as f64).collect())).collect();
        let got = MEAN.aggregate(&replies, d).unwrap().vector;
        assert!(got.iter().enumerate().all(|(k, v)| (v - 3.0 * k as f64).abs() <= 1e-12 * k as f64));
    }

    #[test]
    fn another_metric_keeps_others() {
        let replies = [Ok(vec![3.0, 0.0]), Ok(vec![0.0, 2.0]), Ok(vec![0.0, 0.0])];
        let beta = TrimFraction::new(0.34).unwrap();
        let kept = |rule: &dyn Aggregator| rule.aggregate(&replies, 2).unwrap().kept;
        assert_eq!(kept(&NormTrimmedMean { beta }), vec![WorkerId(1), WorkerId(2)]);
        // B = diag(4, 1): the lengths are 1.5 and 2.
        let metric = Metric::diagonal(vec![2.0, 1.0]);
        assert_eq!(kept(&NormTrimmedIn { beta, metric: &metric }), vec![WorkerId(0), WorkerId(2)]);
    }

    #[test]
    fn as_many_are_dropped_as_are_trimmed() {
        let (beta, metric) = (TrimFraction::new(0.2).unwrap(), Metric::diagonal(vec![1.0]));
        assert_eq!(NormTrimmedMean { beta }.dropped(20), 4);
        assert_eq!(NormTrimmedIn { beta, metric: &metric }.dropped(20), 4);
        assert_eq!((MEAN.dropped(20), MEAN.enough(20)), (0, 20));
    }

    #[test]
    fn huge_finite_replies_do_not_overflow_the_mean() {
        let replies = [Ok(vec![1.5e308]), Ok(vec![1.5e308])];
        assert_eq!(MEAN.aggregate(&replies, 1).unwrap().vector, vec![1.5e308]);
    }

    fn norm_of(reply: &Reply) -> f64 {
        reply.as_ref().map_or(f64::INFINITY, |v| if v.len() == 3 { size(v) } else { f64::INFINITY })
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
                    let norm = |id: &WorkerId| norm_of(&replies[id.0]);
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
                let mut norms: Vec<f64> = got.kept.iter().map(|id| norm_of(&replies[id.0])).collect();
                norms.sort_by(f64::total_cmp);
                norms
            };
            let before = norms(&replies);
            replies.reverse();
            prop_assert_eq!(before, norms(&replies));
        }
    }
}
