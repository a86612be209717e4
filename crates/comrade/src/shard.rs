//! Dealing n samples to m workers.

use crate::data::Dataset;
use crate::stream::{Purpose, Seed};
use rand::RngExt;
use serde::{Deserialize, Serialize};

const SHARD: Purpose = Purpose::new("shard");

/// How the samples are dealt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sharding {
    /// Each worker draws s = floor(n/m) indices uniformly, with replacement, alone: what the theory assumes.
    WithReplacement,
    /// A random permutation cut into m blocks whose sizes differ by at most one: what practice does.
    #[default]
    Partition,
}

/// How samples can be dealt, with the spellings that serde knows too.
pub const SHARDINGS: [(Sharding, &str); 2] =
    [(Sharding::Partition, "partition"), (Sharding::WithReplacement, "with-replacement")];

/// n samples cannot be dealt to m workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{samples} samples cannot be dealt to {workers} workers: each needs at least one")]
pub struct TooFewSamples {
    /// n.
    pub samples: usize,
    /// m.
    pub workers: usize,
}

impl Sharding {
    /// Deals n samples to m workers: S_1..S_m, m lists of row indices below n.
    ///
    /// # Errors
    /// When m = 0 or n < m.
    pub fn deal(self, samples: usize, workers: usize, seed: Seed) -> Result<Vec<Vec<usize>>, TooFewSamples> {
        if workers == 0 || samples < workers {
            return Err(TooFewSamples { samples, workers });
        }
        Ok(match self {
            Self::WithReplacement => sample(samples, workers, samples / workers, seed),
            Self::Partition => {
                let mut stream = seed.stream(SHARD, workers, 0);
                let mut order: Vec<usize> = (0..samples).collect();
                for last in (1..samples).rev() {
                    order.swap(last, stream.random_range(0..=last));
                }
                (0..workers).map(|i| order[i * samples / workers..(i + 1) * samples / workers].to_vec()).collect()
            }
        })
    }
}

/// What worker i holds of a data set that was dealt as `shards`.
///
/// A shard without weights is that of the theory: f_i is a mean over its rows, and the mean of f_1..f_m is f if all have
/// the same number of rows. The weights of a shard are scaled so that the mean of f_1..f_m is f whatever their sizes.
///
/// # Panics
/// If there is no such worker, or a row index is not below n.
#[must_use]
pub fn take(data: &Dataset, shards: &[Vec<usize>], worker: usize) -> Dataset {
    let mut shard = data.select(&shards[worker]);
    let scale = scale(shards, worker);
    if let Some(weights) = &mut shard.weights {
        weights.iter_mut().for_each(|c| *c *= scale);
    }
    shard
}

/// By what a shard's weights are multiplied, m s_i / (s_1 + .. + s_m): 1 if all shards have the same number of rows.
#[must_use]
pub fn scale(shards: &[Vec<usize>], worker: usize) -> f64 {
    let total: usize = shards.iter().map(Vec::len).sum();
    (shards[worker].len() * shards.len()) as f64 / total.max(1) as f64
}

/// `workers` lists of `size` row indices below `samples`, drawn uniformly with replacement: shards of any size s.
///
/// # Panics
/// If there is no sample to draw from.
#[must_use]
pub fn sample(samples: usize, workers: usize, size: usize, seed: Seed) -> Vec<Vec<usize>> {
    let draw = |worker| {
        let mut stream = seed.stream(SHARD, worker, 0);
        (0..size).map(|_| stream.random_range(0..samples)).collect()
    };
    (0..workers).map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_partition_holds_every_sample_once_in_even_blocks(n in 1_usize..200, m in 1_usize..20, seed: u64) {
            prop_assume!(n >= m);
            let shards = Sharding::Partition.deal(n, m, Seed(seed)).unwrap();
            let mut all: Vec<usize> = shards.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..n).collect::<Vec<_>>());
            prop_assert!(shards.iter().all(|s| s.len() == n / m || s.len() == n / m + 1));
        }

        #[test]
        fn with_replacement_deals_equal_sizes_below_n(n in 1_usize..200, m in 1_usize..20, seed: u64) {
            prop_assume!(n >= m);
            let shards = Sharding::WithReplacement.deal(n, m, Seed(seed)).unwrap();
            prop_assert_eq!(shards.len(), m);
            prop_assert!(shards.iter().all(|s| s.len() == n / m && s.iter().all(|&j| j < n)));
        }
    }

    /// E[S S'] = I for the scaled sketch: every row is drawn s/n times on average.
    #[test]
    fn every_row_is_drawn_equally_often() {
        let (n, m, rounds) = (10, 2, 4000);
        for scheme in [Sharding::WithReplacement, Sharding::Partition] {
            let mut counts = vec![0_u32; n];
            for seed in 0..rounds {
                scheme.deal(n, m, Seed(seed)).unwrap()[0].iter().for_each(|&j| counts[j] += 1);
            }
            // Mean 2000, standard deviation at most sqrt(4000 * 5 / 10) = 45: six of them.
            assert!(counts.iter().all(|&c| (1730..2270).contains(&c)), "{scheme:?} {counts:?}");
        }
    }

    #[test]
    fn too_few_samples_are_refused() {
        assert!(Sharding::Partition.deal(3, 4, Seed(0)).is_err());
        assert!(Sharding::WithReplacement.deal(3, 0, Seed(0)).is_err());
    }
}
