//! Samples dealt in the ways that a method should not mind.

use comrade::data::Dataset;
use comrade::shard::{Sharding, TooFewSamples};
use comrade::stream::Seed;

/// S_1..S_m.
pub type Shards = Vec<Vec<usize>>;

/// A partition; the same in blocks whose sizes grow to ten times the smallest; blocks of the rows sorted by label.
///
/// # Errors
/// [`TooFewSamples`] if there are fewer samples than workers, or no worker.
pub fn dealt(data: &Dataset, workers: usize, seed: Seed) -> Result<[(&'static str, Shards); 3], TooFewSamples> {
    let even = Sharding::Partition.deal(data.rows(), workers, seed)?;
    let mut sorted: Vec<usize> = (0..data.rows()).collect();
    sorted.sort_by(|a, b| data.labels[*a].total_cmp(&data.labels[*b]).then(a.cmp(b)));
    let cut = |order: &[usize], size: &dyn Fn(usize) -> f64| -> Shards {
        let total: f64 = (0..workers).map(size).sum();
        let upto = |i: usize| ((0..i).map(size).sum::<f64>() / total * order.len() as f64).round() as usize;
        (0..workers).map(|i| order[upto(i)..upto(i + 1)].to_vec()).collect()
    };
    let growing = |i: usize| 1.0 + 9.0 * i as f64 / (workers - 1) as f64;
    let (unequal, by_label) = (cut(&even.concat(), &growing), cut(&sorted, &|_| 1.0));
    Ok([("even", even), ("10:1", unequal), ("by label", by_label)])
}
