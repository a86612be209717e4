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
use crate::oracle::landscape::{Landscape, Samples};
use crate::oracle::sketch::measure_samples;
use crate::oracle::travel::travel;
use crate::scenario::{Draws, Population, Scenario};
use comrade::aggregate::Aggregator;
use comrade::compress::{self, Compressor};
use comrade::data::Dataset;
use comrade::protocol::{Missing, Reply};
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
    population: &Population,
    data: &Dataset,
    draws: Draws,
    seed: Seed,
    tick: &(dyn Fn() + Sync),
) -> Result<Played, RunError> {
    let ground = super::ground(data, scenario.loss, scenario.lambda)?;
    let at = Landscape::new(&ground, &[Population::ITERATE])?;
    let table = Table::of(data);
    let compressor = compress::parse(&scenario.compressor)?;
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
        ..Draw::absent()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::landscape::largest;
    use crate::oracle::sketch::Round;
    use crate::quantity::measured::measured;
    use crate::scenario;
    use ladder::Draw as _;

    /// Both kinds of noise, and small enough to be written out as rows.
    fn population() -> Population {
        let rows = vec![(4.0, 0.7, 1), (4.0, -0.2, 1), (1.0, 0.5, 2), (0.0, 0.0, 3)];
        Population { name: "small".into(), rows, shard: SHARD }
    }

    const SHARD: u64 = 60;
    const LAMBDA: f64 = 0.3;

    fn small(compressor: &str) -> Scenario {
        let counted = scenario::all().into_iter().find(|s| s.name == "hessian-noise-trimmed").unwrap();
        let source = scenario::Source::Population(population());
        Scenario { source, lambda: LAMBDA, workers: 5, beta: 0.4, compressor: compressor.into(), ..counted }
    }

    /// The draw, and the counts that it is made from.
    fn played(compressor: &str, number: u64) -> (Draw, Vec<Vec<u64>>) {
        let (scenario, data) = (small(compressor), population().dataset().unwrap());
        let draws = Draws { seeds: 0, fresh: number + 1 };
        let draw =
            play(&scenario, &population(), &data, draws, Seed(5), &|| ()).unwrap().fresh.swap_remove(number as usize);
        let (table, seed) = (Table::of(&data), Seed(5).child(FRESH, number));
        let counts = |i| table.counts(SHARD, &mut seed.stream(FRESH, i, 0)).unwrap();
        (draw, (0..scenario.workers).map(counts).collect())
    }

    #[track_caller]
    fn close(what: &str, got: f64, wanted: f64) {
        let absent = got.is_nan() && wanted.is_nan();
        assert!(absent || (got - wanted).abs() <= 1e-12 * (1.0 + wanted.abs()), "{what}: {got} for {wanted}");
    }

    #[test]
    fn counts_are_measured_as_the_rows_that_they_count() {
        let data = population().dataset().unwrap();
        let ground = super::super::ground(&data, comrade::loss::Loss::Squared, LAMBDA).unwrap();
        let at = Landscape::new(&ground, &[Population::ITERATE]).unwrap();
        for (number, compressor) in [(0, "identity"), (1, "qsgd:1"), (2, "identity")] {
            let (draw, counts) = played(compressor, number);
            // Rows 4 to 6 are zeros and make up the rest.
            let rows = |counts: &Vec<u64>| -> Vec<usize> {
                let mut rows: Vec<usize> = (0..4).flat_map(|j| std::iter::repeat_n(j, counts[j] as usize)).collect();
                rows.resize(SHARD as usize, 5);
                rows
            };
            let shards: Vec<Vec<usize>> = counts.iter().map(rows).collect();
            let table = Table::of(&data);
            let compress = compress::parse(compressor).unwrap();
            let replies: Vec<Reply> = counts
                .iter()
                .map(|counts| {
                    let p = table.direction(counts, SHARD, LAMBDA);
                    let bytes = compress.encode(&[p], &mut Seed(5).child(FRESH, number).stream(SENT, 0, 0));
                    Ok(compress.decode(&bytes, 1).unwrap())
                })
                .collect();
            let aggregate = rule(&small(compressor)).aggregate(&replies, 1).unwrap();
            let round = Round { shards: &shards, lies: &[false; 5], replies: &replies, aggregate: &aggregate };
            let wanted =
                Draw::measure(&at, &[Population::ITERATE], round, Sharding::WithReplacement, (number, 0)).unwrap();
            let wanted = wanted.with_bounded_difference(&at, &shards, &[false; 5]);
            assert_eq!(draw.sketch.counts, wanted.sketch.counts);
            for (got, wanted) in measured(&draw).iter().zip(measured(&wanted)) {
                match got.id {
                    // Over all fresh draws; and of rounding.
                    "expected_deviation" | "disagreement" => {}
                    _ => close(got.id, got.value, wanted.value),
                }
            }
            let apart = draw.sketch.disagreement;
            assert!(compressor != "identity" || apart <= draw.rounding(), "{apart}");
        }
    }

    #[test]
    fn one_dimension_has_closed_forms() {
        let (draw, counts) = played("identity", 0);
        let (s, n) = (SHARD as f64, 7.0);
        let rows = [(2.0, 0.7), (2.0, -0.2), (1.0, 0.5), (1.0, 0.5)];
        let a = rows.iter().map(|(x, _)| x * x).sum::<f64>() / n;
        let mean_b = rows.iter().map(|(_, b)| b).sum::<f64>() / n;
        let (h, g) = (a + LAMBDA, mean_b + LAMBDA);
        let of = |counts: &Vec<u64>, value: fn((f64, f64)) -> f64| {
            rows.iter().zip(counts).map(|(&row, &c)| c as f64 * value(row)).sum::<f64>() / s
        };
        let local: Vec<(f64, f64)> = counts.iter().map(|c| (of(c, |(x, _)| x * x), of(c, |(_, b)| b))).collect();
        let over = |value: &dyn Fn(f64, f64) -> f64| -> Vec<f64> { local.iter().map(|&(a, b)| value(a, b)).collect() };
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        let most = |values: Vec<f64>| largest(values.into_iter().map(f64::abs));
        let (place, sketch) = (&draw.place, &draw.sketch);
        close("mu", place.mu, 4.0 / a);
        close("nu", place.nu, a / h);
        close("P", place.p, g / h.sqrt());
        close("ridge leverage", place.ridge_leverage, 4.0 / h);
        close("max b", place.b.largest, 0.7);
        let p_star = g / h;
        let inverse = |a: f64| h / (a + LAMBDA);
        let p = |a: f64, b: f64| (b + LAMBDA) / (a + LAMBDA);
        for (what, got, wanted) in [
            ("eta", sketch.eta_local, most(over(&|local, _| local / a - 1.0))),
            ("eta bar", sketch.eta_bar, mean(over(&|local, _| local / a - 1.0)).abs()),
            ("eta ridge", sketch.eta_ridge, most(over(&|local, _| (local - a) / h))),
            ("tau", sketch.tau, most(over(&|local, _| inverse(local)))),
            ("omega", sketch.omega, most(over(&|local, _| inverse(local) - 1.0))),
            ("omega mean", sketch.omega_mean, (mean(over(&|local, _| inverse(local))) - 1.0).abs()),
            ("deviation", sketch.deviation.max, most(over(&|_, b| b - mean_b))),
            ("white deviation", sketch.white_deviation.max, most(over(&|_, b| (b - mean_b) / h.sqrt()))),
            ("local error", sketch.local_error, most(over(&|a, b| h.sqrt() * (p(a, b) - p_star)))),
            ("giant error", sketch.giant_error, (h.sqrt() * (mean(over(&|a, _| g / (a + LAMBDA))) - p_star)).abs()),
        ] {
            close(what, got, wanted);
        }
        // The two longest of five are trimmed.
        let mut sent = over(&p);
        sent.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        let step = sent[..3].iter().sum::<f64>() / 3.0;
        close("error", sketch.error, (h.sqrt() * (step - p_star)).abs());
        let trimmed = sent[3..].iter().map(|q| q - p_star).sum::<f64>() / 3.0;
        close("trimmed part", sketch.trimmed_part, (h.sqrt() * trimmed).abs());
        let travel = draw.travel.unwrap();
        // w* = w - p*, since f is quadratic.
        close("before", travel.before, p_star.abs());
        close("after", travel.after, (p_star - step).abs());
    }

    #[test]
    fn counts_are_a_multinomial() {
        let data = population().dataset().unwrap();
        let (table, shard, draws) = (Table::of(&data), 1_000_000_000_u64, 4000);
        let drawn: Vec<Vec<u64>> =
            (0..draws).map(|i| table.counts(shard, &mut Seed(9).stream(FRESH, i, 0)).unwrap()).collect();
        let (s, q) = (shard as f64, 1.0 / 7.0);
        for j in 0..4 {
            let off = |counts: &Vec<u64>| (counts[j] as f64 - s * q) / (s * q * (1.0 - q)).sqrt();
            let z: Vec<f64> = drawn.iter().map(off).collect();
            let mean = z.iter().sum::<f64>() / draws as f64;
            let square = z.iter().map(|z| z * z).sum::<f64>() / draws as f64;
            // Five standard errors.
            assert!(mean.abs() < 5.0 / (draws as f64).sqrt(), "row {j}: {mean}");
            assert!((square - 1.0).abs() < 5.0 * (2.0 / draws as f64).sqrt(), "row {j}: {square}");
        }
        // Two counts of one multinomial have the correlation -q/(1 - q) = -1/6.
        let pair = |counts: &Vec<u64>| (counts[0] as f64 - s * q) * (counts[3] as f64 - s * q) / (s * q * (1.0 - q));
        let correlation = drawn.iter().map(pair).sum::<f64>() / draws as f64;
        assert!((correlation + 1.0 / 6.0).abs() < 5.0 / (draws as f64).sqrt(), "{correlation}");
        assert!(drawn.iter().all(|counts| counts[4..].iter().all(|&c| c == 0)));
    }
}
