//! How the distortion falls with s: the printed rule, the rederived rule, the exact Chernoff exponents and the ridge
//! (Bernstein) rule, against the empirical (1 - delta)-quantile of what they bound.

use super::quantile::Quantile;
use super::{Effort, StudyError, Subject, even, heavy};
use crate::claim::{At, DELTA, Mode, Reading};
use crate::oracle::landscape::{Ground, Landscape};
use crate::quantity::{eta, ridge};
use crate::run::Draw;
use comrade::data::Dataset;
use comrade::loss::Loss;
use comrade::shard::{Sharding, sample};
use comrade::stream::{Purpose, Seed};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

const SIZES: Purpose = Purpose::new("sizes");

const ROWS: usize = 20_000;
/// m.
pub const WORKERS: usize = 4;
/// Samples a worker, with replacement, so that s may pass n.
const SHARDS: [usize; 7] = [100, 300, 1000, 3000, 10_000, 30_000, 100_000];
const SHARDS_PUBLISHED: [usize; 4] = [400, 1600, 6400, 25_600];

/// One data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EtaCurve {
    /// The data set.
    pub data: String,
    /// n.
    pub rows: usize,
    /// mu r / n, 1 for a row that no other one can stand in for.
    pub coherence: f64,
    /// lambda.
    pub lambda: f64,
    /// m.
    pub workers: usize,
    /// delta.
    pub delta: f64,
    /// Draws at each s.
    pub draws: u64,
    /// By s.
    pub points: Vec<EtaPoint>,
}

/// One sample size. A rule that gives no bound below 1 is still shown as far as it is finite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EtaPoint {
    /// s.
    pub shard: usize,
    /// sqrt(3 mu r ln(r m/delta)/s).
    pub printed: f64,
    /// sqrt(3 mu r ln(2 r (m + 1)/delta)/s).
    pub rederived: f64,
    /// From the exact exponents; `None` where they give nothing below 1.
    pub chernoff: Option<f64>,
    /// Bernstein on ridge leverage: bounds `eta_ridge`.
    pub ridge: f64,
    /// The (1 - delta)-quantile of the measured eta.
    pub eta: Quantile,
    /// The same of eta_ridge.
    pub eta_ridge: Quantile,
}

pub(super) fn draws(effort: &Effort) -> u64 {
    2 * SHARDS.len() as u64 * effort.sizes + SHARDS_PUBLISHED.len() as u64 * effort.sizes_published
}

pub(super) fn measure(
    effort: &Effort,
    published: &Dataset,
    seed: Seed,
    tick: &(dyn Fn() + Sync),
) -> Result<Vec<EtaCurve>, StudyError> {
    // With this ridge the Bernstein radius is below 1 on the published data, whose rare features leave no other rule.
    let published = Subject { name: "", dataset: published.clone(), loss: Loss::Logistic, lambda: 0.1 };
    Ok(vec![
        curve(&even(ROWS, seed)?, &SHARDS, effort.sizes, seed.child(SIZES, 0), tick)?,
        curve(&heavy(ROWS, 10.0, seed)?, &SHARDS, effort.sizes, seed.child(SIZES, 1), tick)?,
        curve(&published, &SHARDS_PUBLISHED, effort.sizes_published, seed.child(SIZES, 2), tick)?,
    ])
}

fn curve(
    subject: &Subject,
    shards: &[usize],
    draws: u64,
    seed: Seed,
    tick: &(dyn Fn() + Sync),
) -> Result<EtaCurve, StudyError> {
    let Subject { name, dataset, loss, lambda } = subject;
    let ground = Ground::new(dataset, *loss, *lambda)?;
    let at = Landscape::new(&ground, &subject.iterate()?)?;
    let points = shards
        .iter()
        .enumerate()
        .map(|(k, &shard)| {
            let seed = seed.child(SIZES, k as u64);
            let drawn: Vec<Draw> = (0..draws)
                .into_par_iter()
                .map(|number| {
                    let shards = sample(dataset.rows(), WORKERS, shard, seed.child(SIZES, number));
                    let draw = Draw::of_shards(&at, &shards, Sharding::WithReplacement, (number, 1))?;
                    tick();
                    Ok(draw)
                })
                .collect::<Result<_, StudyError>>()?;
            Ok(point(&drawn))
        })
        .collect::<Result<_, StudyError>>()?;
    Ok(EtaCurve {
        data: if name.is_empty() { dataset.name.clone() } else { (*name).into() },
        rows: dataset.rows(),
        coherence: at.mu * at.rank() as f64 / dataset.rows() as f64,
        lambda: *lambda,
        workers: WORKERS,
        delta: DELTA,
        draws,
        points,
    })
}

/// # Panics
/// If there is no draw.
fn point(draws: &[Draw]) -> EtaPoint {
    let at = |draw| At { draw, mode: Mode::APriori, reading: Reading::Printed };
    let quantile = |value: fn(At<'_>) -> f64| Quantile::of(draws.iter().map(|d| value(at(d))).collect(), 1.0 - DELTA);
    let first = at(&draws[0]);
    EtaPoint {
        shard: draws[0].sketch.counts.shard,
        printed: eta::printed_rule(first, DELTA),
        rederived: eta::rederived_rule(first, DELTA),
        chernoff: Some(eta::chernoff(first, DELTA)).filter(|eta| eta.is_finite()),
        ridge: ridge::radius(first, DELTA),
        eta: quantile(eta::measured),
        eta_ridge: quantile(ridge::eta_ridge),
    }
}
