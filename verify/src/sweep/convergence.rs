//! The iterates over t: how ||Delta_t|| falls, which part of the sharpened theorem leads, and the floor that is reached.

use super::{BASE, Setting, SweepError};
use crate::claims::{self, Parts};
use crate::run::Draw;
use comrade::shard::Sharding;
use comrade::stream::{Purpose, Seed};
use ladder::Range;
use serde::{Deserialize, Serialize};

const PATH: Purpose = Purpose::new("path");
const FLOOR: Purpose = Purpose::new("floor");

const ITERATES: &[usize] = &[0, 1, 2, 3, 4, 5, 6, 7];
/// Where the floor is measured: the distance has stopped falling long before.
const LAST: &[usize] = &[10];

/// One experiment followed over t.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// In words.
    pub name: String,
    /// By t.
    pub steps: Vec<Stage>,
}

/// One iteration, over seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// t.
    pub iterate: usize,
    /// ||Delta_t||.
    pub before: Range,
    /// ||Delta_{t+1}||.
    pub after: Range,
    /// The linear part of the sharpened bound on ||Delta_{t+1}||.
    pub linear: Range,
    /// The quadratic part.
    pub quadratic: Range,
    /// The floor.
    pub floor: Range,
}

/// The floor of ||H^{1/2} Delta_t|| at one (scheme, m, s).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorFloor {
    /// How samples are dealt.
    pub sharding: Sharding,
    /// m.
    pub workers: usize,
    /// s.
    pub samples: usize,
    /// ||H^{1/2} Delta_T||, measured.
    pub measured: Range,
    /// e = mean_i ||H^{-1/2}(g_i - g)||, median: eps without its factor 1/(1 - eta).
    pub deviation: f64,
    /// eta_ridge = max_i ||E_i||, median.
    pub distortion: f64,
}

/// The experiments that are followed.
fn paths() -> Vec<(&'static str, Setting)> {
    let far = Setting { condition: 20.0, lambda: 0.01, iterates: ITERATES, samples: 3000, ..BASE };
    vec![
        ("averaged", far),
        ("averaged, s = 100", Setting { samples: 100, ..far }),
        ("4 of 20 lie (norm-shadow), β = 0.2", Setting { liars: Some((4, "norm-shadow:0.2")), beta: 0.2, ..far }),
        ("quantised (16 levels)", Setting { compressor: "qsgd:16", ..far }),
    ]
}

/// Follows the experiments over t.
///
/// # Errors
/// [`SweepError`] when an experiment cannot be played.
pub fn follow(seeds: u64, seed: Seed, tick: &dyn Fn()) -> Result<Vec<Path>, SweepError> {
    let mut found = Vec::new();
    for (k, (name, step)) in paths().into_iter().enumerate() {
        let played = step.play(seeds, seed.child(PATH, k as u64))?;
        let stage = |t: usize| -> Option<Stage> {
            let draws: Vec<&Draw> = played.trajectories.iter().filter(|draw| draw.iterate == t).collect();
            let of = |value: &dyn Fn(&Draw) -> f64| Range::of(draws.iter().map(|draw| value(draw)).collect());
            let part = |draw: &Draw, of: fn(&Parts) -> f64| {
                claims::parts(&played.scenario, draw).map_or(f64::NAN, |parts| of(&parts))
            };
            Some(Stage {
                iterate: t,
                before: of(&|draw| draw.travel.map_or(f64::NAN, |travel| travel.before))?,
                after: of(&|draw| draw.travel.map_or(f64::NAN, |travel| travel.after))?,
                linear: of(&|draw| part(draw, |parts| parts.linear))?,
                quadratic: of(&|draw| part(draw, |parts| parts.quadratic))?,
                floor: of(&|draw| part(draw, |parts| parts.floor))?,
            })
        };
        found.push(Path { name: name.into(), steps: ITERATES.iter().filter_map(|&t| stage(t)).collect() });
        tick();
    }
    Ok(found)
}

/// (scheme, m, s) at which the floor is measured: s at m = 20, then m at s = 1000, by both schemes.
fn deals() -> Vec<(Sharding, usize, usize)> {
    let sizes = [(20, 100), (20, 300), (20, 1000), (20, 3000), (20, 10_000)];
    let workers = [(2, 1000), (4, 1000), (8, 1000), (50, 1000)];
    [Sharding::WithReplacement, Sharding::Partition]
        .into_iter()
        .flat_map(|scheme| sizes.into_iter().chain(workers).map(move |(m, s)| (scheme, m, s)))
        .collect()
}

/// Measures the floor at every deal.
///
/// # Errors
/// [`SweepError`] when an experiment cannot be played.
pub fn floors(seeds: u64, seed: Seed, tick: &dyn Fn()) -> Result<Vec<ErrorFloor>, SweepError> {
    let mut found = Vec::new();
    for (k, (sharding, workers, samples)) in deals().into_iter().enumerate() {
        let step = Setting { sharding, workers, samples, iterates: LAST, ..BASE };
        let draws = step.play(seeds, seed.child(FLOOR, k as u64))?.trajectories;
        let range = |value: fn(&Draw) -> f64| Range::of(draws.iter().map(value).collect());
        let measured = range(|draw| draw.travel.map_or(f64::NAN, |travel| travel.energy_after.sqrt()));
        let deviation = range(|draw| draw.sketch.white_deviation.mean);
        let distortion = range(|draw| draw.sketch.eta_ridge);
        if let (Some(measured), Some(deviation), Some(distortion)) = (measured, deviation, distortion) {
            let (deviation, distortion) = (deviation.median, distortion.median);
            found.push(ErrorFloor { sharding, workers, samples, measured, deviation, distortion });
        }
        tick();
    }
    Ok(found)
}

/// Experiments of both studies, for a progress bar.
#[must_use]
pub fn experiments() -> usize {
    paths().len() + deals().len()
}
