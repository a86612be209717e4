//! At t >= 1 the iterate w_t depends on the shards, and Lemmas 2 and 3, stated for a fixed matrix, do not apply verbatim.
//!
//! Each pair plays Algorithm 1 on shards S and measures at the same w_t twice: on S again (reused, what the method does)
//! and on shards drawn for this measurement alone (fresh, what the lemmas are about). If reuse changed nothing, the reused
//! value would be the larger one in half of the pairs; the exact limits of that share say whether it is. t = 0, where
//! nothing depends on anything, is the control.

use super::{Effort, RULES, StudyError, Subject, even};
use crate::claim::{DELTA, Reading};
use crate::oracle::landscape::{Ground, Landscape, largest};
use crate::run::{Draw, RunError};
use comrade::aggregate::MEAN;
use comrade::center::{Plan, solve};
use comrade::shard::Sharding;
use comrade::simulation::Simulation;
use comrade::stream::{Purpose, Seed};
use ladder::{Range, Rate};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::ops::ControlFlow;

const PLAYED: Purpose = Purpose::new("reused");
const FRESH: Purpose = Purpose::new("unseen");

/// Few rows and a small ridge, so that a worker's 100 or 25 samples shape the iterate as much as they can.
const ROWS: usize = 100;
const LAMBDA: f64 = 1e-3;
const WORKERS: [usize; 2] = [1, 4];
const ITERATES: [usize; 3] = [0, 1, 3];

/// The study's two tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reuse {
    /// What is measured, side by side.
    pub pairs: Vec<Pair>,
    /// How often the bounds fail, side by side.
    pub failures: Vec<Failures>,
}

/// A measured quantity on fresh and on reused shards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// In symbols.
    pub symbol: String,
    /// m; s = n/m.
    pub workers: usize,
    /// t.
    pub iterate: usize,
    /// On fresh shards.
    pub fresh: Range,
    /// On the shards that led to w_t.
    pub reused: Range,
    /// Pairs in which the reused value is larger; 1/2 if reuse changes nothing (`delta` says so).
    pub larger: Rate,
}

/// A bound's failures at delta on fresh and on reused shards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failures {
    /// The lemma.
    pub id: String,
    /// Whose constants.
    pub reading: Reading,
    /// As that of a claim.
    pub variant: String,
    /// The bound.
    pub says: String,
    /// m.
    pub workers: usize,
    /// t.
    pub iterate: usize,
    /// On fresh shards; `None` where the bound says nothing on some draw.
    pub fresh: Option<Rate>,
    /// On the shards that led to w_t.
    pub reused: Option<Rate>,
}

type Symbol = (&'static str, fn(&Draw) -> f64);
const SYMBOLS: [Symbol; 3] = [
    ("η", |draw| largest([draw.sketch.eta_local, (draw.sketch.counts.honest as f64).sqrt() * draw.sketch.eta_bar])),
    ("maxᵢ ‖gᵢ − g‖", |draw| draw.sketch.deviation.max),
    ("‖H^(−½) mean(gᵢ − g)‖", |draw| draw.sketch.white_mean_deviation),
];

pub(super) fn draws(effort: &Effort) -> u64 {
    (WORKERS.len() * ITERATES.len()) as u64 * effort.reuse
}

/// Two measurements at one iterate.
struct Twice {
    fresh: Draw,
    reused: Draw,
}

pub(super) fn measure(
    effort: &Effort,
    seed: Seed,
    family_error: f64,
    tick: &(dyn Fn() + Sync),
) -> Result<Reuse, StudyError> {
    let subject = Subject { lambda: LAMBDA, ..even(ROWS, seed)? };
    let ground = Ground::new(&subject.dataset, subject.loss, subject.lambda)?;
    let cells = WORKERS.len() * ITERATES.len();
    let tails = [SYMBOLS.len(), 2 * RULES.len()].map(|each| family_error / (2.0 * (cells * each) as f64));
    let mut reuse = Reuse { pairs: Vec::new(), failures: Vec::new() };
    for workers in WORKERS {
        let played: Vec<Vec<Twice>> = (0..effort.reuse)
            .into_par_iter()
            .map(|number| play(&ground, workers, number, seed.child(PLAYED, number), tick))
            .collect::<Result<_, _>>()?;
        for (k, iterate) in ITERATES.into_iter().enumerate() {
            let there: Vec<&Twice> = played.iter().map(|pairs| &pairs[k]).collect();
            reuse.pairs.extend(SYMBOLS.iter().filter_map(|symbol| pair(symbol, &there, tails[0], (workers, iterate))));
            // E ||g_i - g|| is not estimated along trajectories, so Lemma 1 has no bound here.
            reuse.failures.extend(RULES.iter().filter(|rule| rule.id != "lemma-1").map(|rule| {
                let count = |side: fn(&Twice) -> &Draw| {
                    let ratios: Option<Vec<f64>> = there.iter().map(|twice| rule.ratio(side(twice), DELTA)).collect();
                    let failures = ratios?.iter().filter(|ratio| ratio.is_nan() || **ratio > 1.0).count();
                    Some(Rate::new(failures as u64, there.len() as u64, tails[1], DELTA))
                };
                Failures {
                    id: rule.id.into(),
                    reading: rule.reading,
                    variant: rule.variant.into(),
                    says: rule.says.into(),
                    workers,
                    iterate,
                    fresh: count(|twice| &twice.fresh),
                    reused: count(|twice| &twice.reused),
                }
            }));
        }
    }
    Ok(reuse)
}

fn pair(&(symbol, value): &Symbol, there: &[&Twice], tail: f64, (workers, iterate): (usize, usize)) -> Option<Pair> {
    let larger = there.iter().filter(|twice| value(&twice.reused) > value(&twice.fresh)).count();
    Some(Pair {
        symbol: symbol.into(),
        workers,
        iterate,
        fresh: Range::of(there.iter().map(|twice| value(&twice.fresh)).collect())?,
        reused: Range::of(there.iter().map(|twice| value(&twice.reused)).collect())?,
        larger: Rate::new(larger as u64, there.len() as u64, tail, 0.5),
    })
}

/// One trajectory from 0, measured twice at each iterate.
fn play(
    ground: &Ground<'_>,
    workers: usize,
    number: u64,
    seed: Seed,
    tick: &(dyn Fn() + Sync),
) -> Result<Vec<Twice>, StudyError> {
    let (data, scheme) = (ground.data, Sharding::WithReplacement);
    let simulation = Simulation::of(data, workers).sharding(scheme).loss(ground.loss).lambda(ground.lambda).seed(seed);
    let mut cluster = simulation.build().map_err(RunError::from)?;
    let iterations = ITERATES.iter().max().map_or(0, |last| last + 1);
    let plan = Plan { start: vec![0.0; data.cols()], gamma: 1.0, iterations };
    let mut watched = Vec::new();
    let ControlFlow::Continue(_) = solve::<Infallible>(&mut cluster, &MEAN, &plan, &mut |step| {
        if ITERATES.contains(&step.iteration) {
            watched.push((step.iteration, step.before.to_vec()));
        }
        ControlFlow::Continue(())
    })
    .map_err(RunError::from)?;
    watched
        .into_iter()
        .map(|(iterate, w)| {
            let at = Landscape::new(ground, &w)?;
            let unseen =
                scheme.deal(data.rows(), workers, seed.child(FRESH, iterate as u64)).map_err(RunError::from)?;
            let measured = |shards: &[Vec<usize>]| Draw::of_shards(&at, shards, scheme, (number, iterate));
            let twice = Twice { fresh: measured(&unseen)?, reused: measured(cluster.shards())? };
            tick();
            Ok(twice)
        })
        .collect()
}
