//! Nearest-neighbour mixing and the coordinate-wise trimmed mean, in the metric of B.
//!
//! ```text
//! u_i = R^{-1} g_i                                     B = R R'
//! v_i = the mean of the m - f of u_1..u_m nearest to u_i, itself among them
//! g   = R (trimmed mean of v_1..v_m, coordinate by coordinate, f from both sides)
//! ```
//!
//! Mixing first makes honest messages alike where that matters: what is left for liars is proportional to the spread of the
//! honest messages in this metric, whatever the condition of H. Allouah, Farhadkhani, Guerraoui, Gupta, Pinot and Stephan,
//! *Fixing by Mixing: A Recipe for Optimal Byzantine ML under Heterogeneity*, AISTATS 2023.
//!
//! Of m workers f may be missing, and then as many fewer of the others can lie: with m' replies there are m' - (m - f) left.

use super::neighbours::mixed;
use super::{Aggregate, AggregateError, Aggregator, TrimFraction, enough, trimmed_means};
use crate::metric::Metric;
use crate::protocol::Reply;

/// Mixing for f = round(beta m) liars.
#[derive(Clone, Copy, Debug)]
pub struct Mixing<'a> {
    /// beta.
    pub beta: TrimFraction,
    /// B.
    pub metric: &'a Metric,
}

impl Aggregator for Mixing<'_> {
    fn aggregate(&self, replies: &[Reply], dimension: usize) -> Result<Aggregate, AggregateError> {
        let workers = replies.len();
        let whiten = |reply: &Reply| {
            let v = reply.as_ref().ok().filter(|v| v.len() == dimension)?;
            Some(self.metric.whiten(v)).filter(|u| u.iter().all(|x| x.is_finite()))
        };
        let white: Vec<Option<Vec<f64>>> = replies.iter().map(whiten).collect();
        let used: Vec<&[f64]> = white.iter().flatten().map(Vec::as_slice).collect();
        let (allowed, missing) = (self.beta.trimmed(workers), workers - used.len());
        enough(workers, missing, allowed)?;
        let mixed: Vec<Reply> = mixed(&used, workers - allowed, dimension).into_iter().map(Ok).collect();
        let vector = self.metric.colour(&trimmed_means(&mixed, dimension, allowed - missing)?);
        Ok(Aggregate::new(vector, &white.iter().map(Option::is_some).collect::<Vec<_>>()))
    }

    fn dropped(&self, workers: usize) -> usize {
        self.beta.trimmed(workers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::norm2;
    use crate::protocol::{Missing, WorkerId};
    use proptest::prelude::*;

    fn mix(replies: &[Reply], beta: f64, scale: Vec<f64>) -> Result<Aggregate, AggregateError> {
        let (d, metric) = (scale.len(), Metric::diagonal(scale));
        Mixing { beta: TrimFraction::new(beta).unwrap(), metric: &metric }.aggregate(replies, d)
    }

    #[test]
    fn by_hand() {
        // Neighbours of 0, 1 and 2 are those three: all mix to 1; of 9 they are 1, 2 and itself: 4. Trimmed: 1, 1.
        let replies = [0.0, 1.0, 2.0, 9.0].map(|x| Ok(vec![x]));
        assert_eq!(mix(&replies, 0.25, vec![1.0]).unwrap().vector, [1.0]);
        assert_eq!(mix(&replies, 0.0, vec![1.0]).unwrap().vector, [3.0]);
        // A silent worker uses up the one that may lie: the mean of the others.
        let replies = [Ok(vec![0.0]), Err(Missing::Silent), Ok(vec![2.0]), Ok(vec![10.0])];
        let got = mix(&replies, 0.25, vec![1.0]).unwrap();
        assert_eq!((got.vector, got.trimmed), (vec![4.0], vec![WorkerId(1)]));
        let error = AggregateError::TooManyMissing { missing: 1, allowed: 0, workers: 4 };
        assert_eq!(mix(&replies, 0.0, vec![1.0]), Err(error));
        assert_eq!(mix(&[], 0.2, vec![1.0]), Err(AggregateError::NoWorkers));
        // One of two.
        assert!(mix(&[Ok(vec![1.0]), Ok(vec![3.0])], 0.4, vec![1.0]).is_ok());
    }

    #[test]
    fn as_many_are_dropped_as_are_trimmed() {
        let (beta, metric) = (TrimFraction::new(0.2).unwrap(), Metric::diagonal(vec![1.0]));
        assert_eq!(Mixing { beta, metric: &metric }.dropped(20), 4);
        assert_eq!(crate::aggregate::NormTrimmedIn { beta, metric: &metric }.dropped(20), 4);
    }

    /// c_r of f liars among m: ||R(x) - mean_M x||^2 <= c_r mean_M ||x_i - mean_M x||^2 for every set M of m - f.
    ///
    /// (8 f / (m - f)) (1 + a), with a = (6 f / (m - 2 f)) (1 + f / (m - 2 f)) of the trimmed mean.
    fn robustness(workers: usize, liars: usize) -> f64 {
        let (m, f) = (workers as f64, liars as f64);
        let share = f / (m - 2.0 * f);
        8.0 * f / (m - f) * (1.0 + 6.0 * share * (1.0 + share))
    }

    fn vector() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(-1.0..1.0_f64, 2)
    }

    proptest! {
        /// The bound holds whoever the liars are and whatever they send.
        #[test]
        fn it_is_robust_in_the_metric(
            honest in prop::collection::vec(vector(), 8),
            lies in prop::collection::vec((vector(), -3_i32..6), 2),
            scale in prop::collection::vec(0.1..10.0_f64, 2),
        ) {
            let lies = lies.iter().map(|(v, e)| v.iter().map(|x| x * 10_f64.powi(*e)).collect::<Vec<_>>());
            let replies: Vec<Reply> = lies.chain(honest.iter().cloned()).map(Ok).collect();
            let metric = Metric::diagonal(scale.clone());
            let got = mix(&replies, 0.2, scale).unwrap().vector;
            let centre: Vec<f64> = (0..2).map(|k| honest.iter().map(|v| v[k] / 8.0).sum()).collect();
            let apart = |v: &[f64]| {
                norm2(&metric.whiten(&[v[0] - centre[0], v[1] - centre[1]])).powi(2)
            };
            let spread = honest.iter().map(|v| apart(v)).sum::<f64>() / 8.0;
            prop_assert!(apart(&got) <= robustness(10, 2) * spread * (1.0 + 1e-9) + 1e-20);
        }
    }
}
