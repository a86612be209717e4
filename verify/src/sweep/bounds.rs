//! Measured against bound along a parameter: one curve a statement and reading.

use super::{Along, Setting, SweepError};
use crate::claim::{At, Claim, Mode, Reading};
use crate::claims;
use crate::quantity::spectrum::kappa;
use crate::run::{Draw, Played};
use comrade::stream::{Purpose, Seed};
use ladder::Range;
use serde::{Deserialize, Serialize};

const SWEEP: Purpose = Purpose::new("sweep");

/// One statement along one parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// `lemma-1` .. `theorem-3`.
    pub id: String,
    /// For people.
    pub title: String,
    /// What is measured, in symbols.
    pub measures: String,
    /// The parameter.
    pub along: Along,
    /// A posteriori, except for statements about the draw itself, at t = 0.
    pub mode: Mode,
    /// By the parameter's value.
    pub points: Vec<Point>,
}

/// One value of the parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The parameter, as measured where it is.
    pub x: f64,
    /// What was measured, over all draws.
    pub measured: Range,
    /// The bounds.
    pub bounds: Vec<Bound>,
}

/// A reading's bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// Whose constants.
    pub reading: Reading,
    /// Over the draws on which it says something; `None` where it never does.
    pub value: Option<Range>,
}

/// Experiments of a sweep, for a progress bar.
#[must_use]
pub fn experiments(along: Along) -> usize {
    along.steps().len()
}

/// Plays the experiments along a parameter and evaluates every statement that is about them.
///
/// # Errors
/// [`SweepError`] when an experiment cannot be played.
pub fn measure(along: Along, seeds: u64, seed: Seed, tick: &dyn Fn()) -> Result<Vec<Sweep>, SweepError> {
    let mut played: Vec<(Setting, Played)> = Vec::new();
    for (k, step) in along.steps().into_iter().enumerate() {
        let seed = seed.child(SWEEP, 100 * along as u64 + k as u64);
        played.push((step, step.play(seeds, seed)?));
        tick();
    }
    // The variants of a printed reading stay in the tables.
    let shown: Vec<&Claim> = claims::all().into_iter().filter(|claim| claim.variant.is_empty()).collect();
    let mut ids: Vec<&str> = shown.iter().map(|claim| claim.id).collect();
    ids.dedup();
    Ok(ids
        .into_iter()
        .filter_map(|id| {
            let readings: Vec<&Claim> = shown.iter().filter(|claim| claim.id == id).copied().collect();
            let mode = if readings[0].modes.contains(&Mode::APosteriori) { Mode::APosteriori } else { Mode::APriori };
            let points: Vec<Point> = played
                .iter()
                .filter(|(_, played)| (readings[0].applies)(&played.scenario))
                .filter_map(|(step, played)| point(&readings, mode, along, step, played))
                .collect();
            let measures = readings[0].rungs(mode).next()?.formula.to_string();
            let (id, title) = (id.to_owned(), readings[0].title.to_owned());
            (!points.is_empty()).then_some(Sweep { id, title, measures, along, mode, points })
        })
        .collect())
}

fn point(readings: &[&Claim], mode: Mode, along: Along, step: &Setting, played: &Played) -> Option<Point> {
    // A bound that is fixed beforehand is about an iterate that is.
    let draws: Vec<&Draw> =
        played.trajectories.iter().filter(|draw| mode == Mode::APosteriori || draw.iterate == 0).collect();
    let end = |claim: &Claim, last: bool, draw: &Draw| {
        let at = At { draw, mode, reading: claim.reading };
        let mut rungs = claim.rungs(mode);
        let rung = if last { rungs.last() } else { rungs.next() };
        rung.map_or(f64::NAN, |rung| (rung.value)(at))
    };
    let bounds = readings
        .iter()
        .map(|claim| {
            let says = |draw: &&&Draw| claim.unmet(At { draw, mode, reading: claim.reading }).is_none();
            let values = draws.iter().filter(says).map(|draw| end(claim, true, draw)).collect();
            Bound { reading: claim.reading, value: Range::of(values) }
        })
        .collect();
    Some(Point {
        x: parameter(along, step, &draws)?,
        measured: Range::of(draws.iter().map(|draw| end(readings[0], false, draw)).collect())?,
        bounds,
    })
}

fn parameter(along: Along, step: &Setting, draws: &[&Draw]) -> Option<f64> {
    let median = |value: fn(&Draw) -> f64| Range::of(draws.iter().map(|d| value(d)).collect()).map(|r| r.median);
    match along {
        Along::Samples => Some(step.samples as f64),
        Along::Workers => Some(step.workers as f64),
        Along::Liars => step.liars.map(|(count, _)| count as f64 / step.workers as f64),
        Along::Trim => Some(step.beta),
        Along::Compression => median(|draw| draw.sketch.lost),
        Along::Condition => median(|draw| kappa(At { draw, mode: Mode::APosteriori, reading: Reading::Printed })),
    }
}
