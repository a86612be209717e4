//! Lazy Newton with liars: how fast it gets to where it rests, and where that is; along the share of liars, and along how much
//! the shards of honest workers differ.

use super::SweepError;
use crate::claim::{At, Mode, Reading};
use crate::quantity::stride::{Trimmed, bend, delta, of, pull, trimmed_published, trimmed_sharp, unavoidable};
use crate::run::{self, Draw};
use crate::scenario::{Draws, Lazy, Scenario, Source};
use comrade::data::features::ShapeError;
use comrade::data::synthetic::{self, Gaussian, Task};
use comrade::data::{Dataset, Dense, Features};
use comrade::loss::Loss;
use comrade::shard::Sharding;
use comrade::stream::{Purpose, Seed};
use ladder::Range;
use serde::{Deserialize, Serialize};

const REST: Purpose = Purpose::new("rest");

/// Trials of a step; the run rests long before the last.
const ITERATES: &[usize] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
const WORKERS: usize = 20;
const DATA: Gaussian = Gaussian { rows: 4000, cols: 5, condition: 3.0, margin: 1.0, task: Task::Classification };
/// What every liar does.
const ATTACK: &str = "min-max:away";

/// What is varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Varied {
    /// alpha = beta.
    Liars,
    /// The share of samples that are dealt sorted by label, at alpha = 0.2.
    Sorted,
}

/// Where one experiment rests.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rest {
    /// What is varied.
    pub varied: Varied,
    /// Its value.
    pub x: f64,
    /// delta of the last full step.
    pub delta: Range,
    /// delta of the step -B^{-1} g there, without the memory.
    pub plain: Range,
    /// ||x||, from where it was tried.
    pub measured: Range,
    /// The floor of Theorem B rederived, (1 + delta)(psi(D) ||x|| + b G)/(1 - delta), for W = B^{-1}.
    pub rederived: Range,
    /// The floor of Theorem B sharpened, with ||K|| for 1 + delta and the smaller c_r.
    pub sharpened: Range,
    /// G (f/(m - 2f))^{1/2}, by which any method is off in the worst case.
    pub unavoidable: Range,
}

/// (what is varied, liars, share of samples sorted by label).
fn places() -> Vec<(Varied, usize, f64)> {
    let liars = [1, 2, 4, 6, 8].map(|count| (Varied::Liars, count, 0.0));
    let sorted = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| (Varied::Sorted, 4, share));
    liars.into_iter().chain(sorted).collect()
}

/// Experiments, for a progress bar.
#[must_use]
pub fn experiments() -> usize {
    places().len()
}

/// The same samples with one more feature, which is 1: of symmetric features alone a shard's gradient at w* does not depend on
/// its labels.
fn with_ones(data: &Dataset) -> Result<Dataset, ShapeError> {
    let (n, d) = (data.rows(), data.cols());
    let mut values = vec![1.0; n * (d + 1)];
    for (j, row) in values.chunks_exact_mut(d + 1).enumerate() {
        data.features.for_row(j, |k, v| row[k] = v);
    }
    Ok(Dataset::new(data.name.clone(), Features::Dense(Dense::new(n, d + 1, values)?), data.labels.clone()))
}

/// Plays every experiment until it rests.
///
/// # Errors
/// [`SweepError`] when an experiment cannot be played.
pub fn rests(seeds: u64, seed: Seed, tick: &dyn Fn()) -> Result<Vec<Rest>, SweepError> {
    let mut found = Vec::new();
    for (k, (varied, liars, sorted)) in places().into_iter().enumerate() {
        let draws = Draws { seeds, fresh: 0 };
        let alpha = liars as f64 / WORKERS as f64;
        let scenario = Scenario {
            name: "rest".into(),
            source: Source::Gaussian(DATA),
            loss: Loss::Logistic,
            lambda: 1e-2,
            workers: WORKERS,
            sharding: Sharding::Partition,
            liars: Some((liars, ATTACK.into())),
            beta: alpha,
            compressor: "identity".into(),
            lazy: Some(Lazy { sorted, ..Lazy::PLAIN }),
            iterates: ITERATES.to_vec(),
            quick: draws,
            full: draws,
        };
        let seed = seed.child(REST, k as u64);
        let data = with_ones(&synthetic::gaussian(&DATA, seed.child(super::DATA, 0))?)?;
        let played = run::play(&scenario, &data, draws, seed, &|| ())?.trajectories;
        // A step that is shortened on and on says nothing of the matrix.
        let full = |draw: &Draw| draw.stride.is_some_and(|stride| stride.step == 1.0);
        let last = |number: u64| played.iter().rfind(|draw| draw.number == number && full(draw));
        let last: Vec<&Draw> = (0..seeds).filter_map(last).collect();
        let range = |value: &dyn Fn(At<'_>) -> f64| {
            let at = |draw| At { draw, mode: Mode::APosteriori, reading: Reading::Sharpened };
            Range::of(last.iter().map(|draw| value(at(draw))).collect())
        };
        // Of K for W = B^{-1}: its largest eigenvalue, and delta.
        let size = |at: At<'_>| 1.0 / of(at, |s| s.metric_least);
        let plain = |at: At<'_>| (size(at) - 1.0).abs().max((1.0 - 1.0 / of(at, |s| s.metric_most)).abs());
        let floor = |at: At<'_>, factor: f64, trimmed: Trimmed| {
            let rest = factor * (bend(at) + pull(at, trimmed)) / (1.0 - plain(at));
            if plain(at) < 1.0 { rest } else { f64::NAN }
        };
        let x = if varied == Varied::Liars { alpha } else { sorted };
        let rest = || -> Option<Rest> {
            Some(Rest {
                varied,
                x,
                delta: range(&delta)?,
                plain: range(&plain)?,
                measured: range(&|at| of(at, |s| s.before))?,
                rederived: range(&|at| floor(at, 1.0 + plain(at), trimmed_published))?,
                sharpened: range(&|at| floor(at, size(at), trimmed_sharp))?,
                unavoidable: range(&unavoidable)?,
            })
        };
        found.extend(rest());
        tick();
    }
    Ok(found)
}
