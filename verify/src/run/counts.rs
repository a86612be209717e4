//! Rounds on shards of any size, drawn as counts: how often each of few rows of one dimension was drawn.
//!
//! s draws with replacement from n rows are a multinomial, drawn one row after the other:
//!
//! ```text
//! c_1 ~ Bin(s, 1/n),  c_2 ~ Bin(s - c_1, 1/(n - 1)),  ...
//! H_i = (1/s) sum_j c_j x_j^2 + lambda      g_i = (1/s) sum_j c_j (x_j w - y_j) x_j + lambda w      p_i = g_i / H_i
//! ```
//!
//! There is no cluster: no worker could hold a thousand million rows. Messages are compressed and aggregated by the solver's
//! code, and measured by the oracle, which never sees p_i.

use super::{Draw, Place, Played, RunError, rule, with_expected};
use crate::oracle::landscape::{Ground, Landscape, Samples};
use crate::oracle::sketch::measure_samples;
use crate::oracle::travel::travel;
use crate::scenario::{Draws, Population, Scenario};
use comrade::aggregate::Aggregator;
use comrade::compress::{self, Compressor};
use comrade::data::Dataset;
use comrade::round::{Missing, Reply};
use comrade::shard::Sharding;
use comrade::stream::{Purpose, Seed, Stream};
use rand_distr::{Binomial, Distribution};
use rayon::prelude::*;

const POSTERIOR: Purpose = Purpose::new("counted");
const FRESH: Purpose = Purpose::new("counts");
const SENT: Purpose = Purpose::new("sent");

/// Plays all draws at the population's iterate, which no shard has seen.
pub(super) fn play(
    scenario: &Scenario,
    population: Population,
    data: &Dataset,
    draws: Draws,
    seed: Seed,
    tick: &(dyn Fn() + Sync),
) -> Result<Played, RunError> {
    let ground = Ground::new(data, scenario.loss, scenario.lambda)?;
    let at = Landscape::new(&ground, &[Population::ITERATE])?;
    let table = Table::of(data);
    let compressor = compress::parse(scenario.compressor)?;
    let many = |purpose, count: u64| -> Result<Vec<Draw>, RunError> {
        (0..count)
            .into_par_iter()
            .map(|number| {
                let seed = seed.child(purpose, number);
                let draw = round(scenario, population.shard, &at, &table, compressor.as_ref(), seed, number)?;
                tick();
                Ok(draw)
            })
            .collect()
    };
    let (trajectories, mut fresh) = (many(POSTERIOR, draws.seeds)?, many(FRESH, draws.fresh)?);
    with_expected(&mut fresh);
    Ok(Played { scenario: scenario.clone(), trajectories, fresh })
}

/// (x_j, y_j) of every row.
struct Table(Vec<(f64, f64)>);

impl Table {
    fn of(data: &Dataset) -> Self {
        let row = |(j, &y): (usize, &f64)| {
            let mut x = 0.0;
            data.features.for_row(j, |_, v| x += v);
            (x, y)
        };
        Self(data.labels.iter().enumerate().map(row).collect())
    }

    /// How often each row is among s draws; rows of zeros are left at 0, since they add nothing to any sum.
    fn counts(&self, shard: u64, stream: &mut Stream) -> Result<Vec<u64>, RunError> {
        let (mut left, mut rows) = (shard, self.0.len());
        self.0
            .iter()
            .map(|&(x, _)| {
                if x == 0.0 {
                    return Ok(0);
                }
                let count = Binomial::new(left, 1.0 / rows as f64)?.sample(stream);
                (left, rows) = (left - count, rows - 1);
                Ok(count)
            })
            .collect()
    }

    /// p_i = H_i^{-1} g_i.
    fn direction(&self, counts: &[u64], shard: u64, lambda: f64) -> f64 {
        let w = Population::ITERATE;
        let (mut h, mut g) = (0.0, 0.0);
        for (&(x, y), &count) in self.0.iter().zip(counts) {
            h += count as f64 * (x * x);
            g += count as f64 * ((x * w - y) * x);
        }
        (g / shard as f64 + lambda * w) / (h / shard as f64 + lambda)
    }
}

/// One round of honest workers.
fn round(
    scenario: &Scenario,
    shard: u64,
    at: &Landscape<'_>,
    table: &Table,
    compressor: &dyn Compressor,
    seed: Seed,
    number: u64,
) -> Result<Draw, RunError> {
    let m = scenario.workers;
    let held: Vec<Vec<u64>> =
        (0..m).map(|i| table.counts(shard, &mut seed.stream(FRESH, i, 0))).collect::<Result<_, _>>()?;
    let reply = |(i, counts): (usize, &Vec<u64>)| -> Reply {
        let p = table.direction(counts, shard, scenario.lambda);
        let bytes = compressor.encode(&[p], &mut seed.stream(SENT, i, 0));
        compressor.decode(&bytes, 1).map_err(Missing::Unreadable)
    };
    let replies: Vec<Reply> = held.iter().enumerate().map(reply).collect();
    let aggregate = rule(scenario).aggregate(&replies, 1)?;
    let samples: Vec<Samples<'_>> = held.iter().map(|counts| Samples::Counts(counts, shard)).collect();
    let mut sketch = measure_samples(at, &samples, &vec![false; m], &replies, &aggregate)?;
    sketch.bounded_difference = at.bounded_difference(samples[0]);
    Ok(Draw {
        number,
        iterate: 0,
        sharding: Sharding::WithReplacement,
        place: Place::of(at),
        sketch,
        travel: travel(at, &[Population::ITERATE], &aggregate.vector),
        expected_deviation: None,
    })
}
