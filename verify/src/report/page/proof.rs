//! A proof on the page: its lines as bars, the worst draw, and the same on all scenarios.

use super::super::JudgedClaim;
use super::super::cell::{number, reading};
use super::super::grouped::Bound;
use super::MODES;
use super::words::variant;
use crate::claim::Mode;
use crate::claims;
use ladder::ProofLine;
use serde::Serialize;

/// The proof of a bound.
#[derive(Serialize)]
pub(super) struct Proof {
    reading: String,
    mode: &'static str,
    scenario: String,
    draws: usize,
    steps: Vec<Line>,
    /// Where the bars start, in per cent of their column.
    zero: f64,
    worst: Option<Worst>,
    tables: Vec<Table>,
}

#[derive(Serialize)]
struct Line {
    formula: String,
    by: String,
    min: String,
    median: String,
    broken: usize,
    /// The bar: its left end and its length, in per cent.
    left: f64,
    length: f64,
    /// Whether the step loses nothing that could be seen.
    falls: bool,
}

#[derive(Serialize)]
struct Worst {
    draw: u64,
    iterate: usize,
    measured: String,
    bound: String,
    /// The same two over P^2, of a statement about phi and where P is the same on all draws; else none.
    relative: Option<[String; 2]>,
    breaks_at: String,
}

/// The steps of a proof on all scenarios.
#[derive(Serialize)]
struct Table {
    mode: &'static str,
    scenarios: Vec<String>,
    lines: Vec<(String, Vec<Cell>)>,
}

#[derive(Serialize)]
struct Cell {
    median: String,
    broken: usize,
}

impl Proof {
    /// `squared` has P^2 on the draws of a scenario.
    pub(super) fn new(bound: &Bound<'_>, squared: &dyn Fn(&str) -> Option<f64>) -> Option<Self> {
        let worst = bound.closest()?;
        if worst.ladder.len() < 3 {
            return None;
        }
        let (zero, bars) = bars(&worst.ladder);
        let steps = worst.ladder.iter().zip(bars);
        Some(Self {
            reading: named(bound.claim),
            mode: worst.mode.name(),
            scenario: worst.scenario.clone(),
            draws: worst.draws,
            steps: steps.map(|(step, (left, length, falls))| Line::new(step, left, length, falls)).collect(),
            zero,
            worst: worst.witness.as_ref().map(|witness| Worst {
                draw: witness.draw,
                iterate: witness.iterate,
                measured: format!("{:.6e}", witness.measured),
                bound: format!("{:.6e}", witness.bound),
                relative: claims::from_minimum(&worst.ladder[0].formula)
                    .then(|| squared(&worst.scenario))
                    .flatten()
                    .map(|unit| [witness.measured, witness.bound].map(|side| format!("{:.2e}", side / unit))),
                breaks_at: witness.breaks_at.clone(),
            }),
            tables: MODES.into_iter().filter_map(|mode| Table::new(mode, bound)).collect(),
        })
    }
}

/// The reading of an entry, its variant in words.
pub(super) fn named(entry: &JudgedClaim) -> String {
    reading(entry.reading, &variant(&entry.variant))
}

/// For every step the bar of its median ratio to the line before, on a logarithmic axis: left end and length in per cent,
/// and whether it goes down. The first number is where the axis has a ratio of one.
fn bars(ladder: &[ProofLine]) -> (f64, Vec<(f64, f64, bool)>) {
    // A step of a factor of a thousand or more fills its column.
    let shown = |step: &ProofLine| if step.median.is_nan() { 0.0 } else { step.median.log10().clamp(-3.0, 3.0) };
    let logs: Vec<f64> = ladder.iter().map(shown).collect();
    let (low, high) = logs.iter().fold((0.0_f64, 0.3_f64), |(low, high), &log| (low.min(log), high.max(log)));
    let scale = 100.0 / (high - low);
    let tenth = |x: f64| (x * 10.0).round() / 10.0;
    let bar = |log: &f64| (tenth((log.min(0.0) - low) * scale), tenth(log.abs() * scale), *log < 0.0);
    (tenth(-low * scale), logs.iter().map(bar).collect())
}

impl Line {
    fn new(step: &ProofLine, left: f64, length: f64, falls: bool) -> Self {
        Self {
            formula: step.formula.clone(),
            by: step.by.clone(),
            min: number(step.min),
            median: number(step.median),
            broken: step.broken,
            left,
            length,
            falls,
        }
    }
}

impl Table {
    fn new(mode: Mode, bound: &Bound<'_>) -> Option<Self> {
        let judged: Vec<&JudgedClaim> = bound.judged(mode).filter(|e| !e.ladder.is_empty()).collect();
        let first = judged.first()?;
        let cell = |entry: &JudgedClaim, at: usize| {
            let step = entry.ladder.get(at);
            Cell { median: step.map_or("–".into(), |s| number(s.median)), broken: step.map_or(0, |s| s.broken) }
        };
        let line = |at: usize| {
            (first.ladder[at].formula.clone(), judged.iter().map(|entry| cell(entry, at)).collect::<Vec<Cell>>())
        };
        Some(Self {
            mode: mode.name(),
            scenarios: judged.iter().map(|entry| entry.scenario.clone()).collect(),
            // The first line is measured: it is no step.
            lines: (1..first.ladder.len()).map(line).collect(),
        })
    }
}
