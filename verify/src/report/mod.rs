//! Verdicts to JSON, text, figures and a page; pure. The one place that writes files is the program.

mod cell;
mod figures;
mod grouped;
mod ladders;
mod markdown;
mod overview;
mod page;
mod readme;
mod sections;
mod study;
mod study_figures;

pub use figures::figures;
pub use markdown::markdown;
pub use overview::{counts, overview, surprises};
pub use page::{FormulaError, Hunted, PageError, Picture, Section, Sources, page};
pub use readme::{readme, round};
pub use sections::{gallery, sections};

use crate::claim::{Claim, DELTA, Fault, Mode, Reading};
use crate::claims::{self, Parts, faults};
use crate::data::Provenance;
use crate::hunt::stored::Searched;
use crate::oracle::travel::Travel;
use crate::planted::plant;
use crate::quantity::measured::{MeasuredSymbol, columns, lazy_columns};
use crate::run::{Draw, Played, independent};
use crate::scenario::{Draws, Scenario};
use crate::study::Study;
use ladder::{Draw as _, Expected, Judgement, Key, Planted, ProofLine, Range, Rate, Verdict, WorstDraw, judge};
use serde::{Deserialize, Serialize};

/// The format of `bounds.json`.
pub const SCHEMA: &str = "comrade-verify/1";

/// All a-priori limits of one report are right at once with this probability of error.
pub const FAMILY_ERROR: f64 = 0.01;

/// Everything that a run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// What was run.
    pub run: RunInfo,
    /// The experiments.
    pub scenarios: Vec<ScenarioInfo>,
    /// The verdicts.
    pub claims: Vec<JudgedClaim>,
    /// Wrong readings, each with where it was refuted; empty when the run was of some scenarios only.
    pub planted: Vec<Planted>,
    /// The events behind the a-priori bounds, over delta, s and m; none when the run was of some claims or scenarios only.
    pub study: Option<Study>,
    /// What the last adversarial search found, its witnesses replayed; empty where none is stored.
    pub searched: Vec<Searched>,
}

impl Report {
    /// The same report with the planted faults of its statements judged on these draws.
    #[must_use]
    pub fn with_planted(mut self, played: &[Named]) -> Self {
        let tail = tail(&self.run);
        let played: Vec<(&str, &Played)> = played.iter().map(|named| (named.name.as_str(), &named.played)).collect();
        let judged = |e: &JudgedClaim, of: &Fault| {
            (e.id.as_str(), e.reading, e.variant.as_str(), e.mode) == (of.id, of.reading, of.variant, of.mode)
        };
        let asked = faults().into_iter().filter(|fault| self.claims.iter().any(|entry| judged(entry, fault)));
        self.planted = asked.map(|fault| plant(fault, &played, tail)).collect();
        self
    }

    /// The same report with these studies, their recorded verdicts entered.
    #[must_use]
    pub fn with_study(mut self, mut study: Study, expected: &Expected) -> Self {
        study.rates.iter_mut().for_each(|cell| cell.expected = expected.of(cell.key(&cell.place())));
        self.study = Some(study);
        self
    }
}

/// What was run, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Names every random stream.
    pub seed: u64,
    /// `quick` or `full`.
    pub effort: String,
    /// The file of scenarios; none for those of the default run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenarios: Option<String>,
    /// The allowed failure probability of a-priori claims.
    pub delta: f64,
    /// The probability that some a-priori interval of a whole report misses.
    pub family_error: f64,
    /// A-priori judgements that it is shared by (Bonferroni).
    pub comparisons: usize,
    /// Crate versions.
    pub versions: Versions,
    /// The processor: the last digits of numbers depend on it.
    pub processor: String,
    /// The data sets.
    pub data: Vec<Provenance>,
}

impl RunInfo {
    /// The arguments that make the program run this again, with a space before each.
    pub(crate) fn options(&self) -> String {
        let effort = if self.effort == "full" { " --full" } else { "" };
        let scenarios = self.scenarios.as_ref().map_or(String::new(), |file| format!(" --scenarios {file}"));
        format!("{effort}{scenarios}")
    }
}

/// What the report was made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// This harness and the solver.
    pub comrade: String,
    /// Minimum Rust version.
    pub rust: String,
}

/// An experiment and what was measured on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioInfo {
    /// Its name.
    pub name: String,
    /// In a line.
    pub description: String,
    /// Name of its data set.
    pub data: String,
    /// How many draws.
    pub draws: DrawsInfo,
    /// Measured symbols over the a-posteriori draws.
    pub quantities: Vec<Quantity>,
    /// How far each watched step moved towards w*, and the parts that bound it; empty where w* is not known or too
    /// few messages are trimmed.
    pub contraction: Vec<Contraction>,
}

impl ScenarioInfo {
    /// The measured symbols by name: the same for scenarios of one method.
    fn method(&self) -> Vec<&str> {
        self.quantities.iter().map(|q| q.id.as_str()).collect()
    }
}

/// One iterate of a scenario over its a-posteriori draws. The three parts are those of the sharpened theorem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contraction {
    /// t.
    pub iterate: usize,
    /// ||Delta_t||.
    pub before: Range,
    /// ||Delta_{t+1}||.
    pub after: Range,
    /// sqrt(kappa) Z ||Delta_t||.
    pub linear: Range,
    /// (1 + Z) L/(2 sigma_min) ||Delta_t||^2.
    pub quadratic: Range,
    /// E/sqrt(sigma_min), which no further step gets below.
    pub floor: Range,
}

/// How many draws a scenario gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawsInfo {
    /// Seeds of trajectories.
    pub seeds: u64,
    /// Iterates measured on each.
    pub iterates: Vec<usize>,
    /// Fresh draws at one fixed iterate.
    pub fresh: u64,
}

/// A measured symbol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// As in the table of measured symbols.
    pub id: String,
    /// In symbols.
    pub symbol: String,
    /// In words.
    pub means: String,
    /// Over draws; `None` where it is not defined on all of them.
    pub range: Option<Range>,
}

/// A judged claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgedClaim {
    /// `lemma-1` .. `theorem-3`.
    pub id: String,
    /// For people.
    pub title: String,
    /// Which constants.
    pub reading: Reading,
    /// Distinguishes bounds of the same reading.
    pub variant: String,
    /// The inequality.
    pub says: String,
    /// Where the constants come from.
    pub because: String,
    /// A posteriori or a priori.
    pub mode: Mode,
    /// The experiment.
    pub scenario: String,
    /// What came out.
    pub verdict: Verdict,
    /// What was recorded; none for a run with other seeds or draws than the recorded ones.
    pub expected: Option<Verdict>,
    /// The smallest factor by which the bound could be multiplied and still hold or be confirmed on these draws.
    pub needed: Option<f64>,
    /// Draws judged.
    pub draws: usize,
    /// Draws on which a premise fails.
    pub vacuous_draws: usize,
    /// Measured over bound.
    pub ratio: Option<Range>,
    /// A priori: failures and their exact interval.
    pub rate: Option<Rate>,
    /// The proof, line by line.
    pub ladder: Vec<ProofLine>,
    /// A premise that fails.
    pub unmet: Option<String>,
    /// The worst draw, when some draw fails.
    pub witness: Option<WorstDraw>,
}

impl JudgedClaim {
    /// What was judged, and where.
    #[must_use]
    pub fn key(&self) -> Key<'_> {
        let Self { id, reading, variant, mode, scenario, .. } = self;
        Key { id, reading: *reading, variant, mode: *mode, scenario }
    }

    /// The verdict as people read it.
    #[must_use]
    pub fn words(&self) -> &'static str {
        self.verdict.words(self.needed)
    }
}

/// A played scenario with its name in the report.
#[derive(Debug)]
pub struct Named {
    /// Its name, that of a stand-in included.
    pub name: String,
    /// Name of its data set.
    pub data: String,
    /// Its draws.
    pub played: Played,
}

/// The number of a-priori judgements of a whole run of these scenarios with these draws: fixed before any draw, whatever is
/// filtered.
#[must_use]
pub fn comparisons(scenarios: &[Scenario], draws: fn(&Scenario) -> Draws) -> usize {
    let scenarios: Vec<&Scenario> = scenarios.iter().filter(|s| draws(s).fresh > 0).collect();
    claims::all()
        .iter()
        .filter(|claim| claim.modes.contains(&Mode::APriori))
        .map(|claim| {
            scenarios.iter().filter(|s| (claim.applies)(s) && claim.speaks_of(independent(s.sharding))).count()
        })
        .sum()
}

/// Judges all claims that apply to these scenarios.
#[must_use]
pub fn build(run: RunInfo, chosen: &[&'static Claim], played: &[Named], expected: &Expected) -> Report {
    let tail = tail(&run);
    let mut entries = Vec::new();
    for claim in chosen {
        for &mode in claim.modes {
            for named in played.iter().filter(|named| (claim.applies)(&named.played.scenario)) {
                let draws = named.played.draws(mode);
                if !draws.is_empty() {
                    entries.push(entry(claim, mode, &named.name, draws, tail, expected));
                }
            }
        }
    }
    Report {
        schema: SCHEMA.into(),
        run,
        scenarios: played.iter().map(scenario_info).collect(),
        claims: entries,
        planted: Vec::new(),
        study: None,
        searched: Vec::new(),
    }
}

/// The probability left outside each limit of an a-priori interval.
fn tail(run: &RunInfo) -> f64 {
    run.family_error / (2.0 * run.comparisons.max(1) as f64)
}

fn entry(claim: &Claim, mode: Mode, scenario: &str, draws: &[Draw], tail: f64, expected: &Expected) -> JudgedClaim {
    let Judgement { verdict, draws: judged, vacuous_draws, needed, ratio, rate, ladder, unmet, witness } =
        judge(claim, mode, draws, tail, 1.0);
    JudgedClaim {
        id: claim.id.into(),
        title: claim.title.into(),
        reading: claim.reading,
        variant: claim.variant.into(),
        says: claim.says.to_string(),
        because: claim.because.to_string(),
        mode,
        scenario: scenario.into(),
        verdict,
        expected: expected.of(Key::of(claim, mode, scenario)),
        needed,
        draws: judged,
        vacuous_draws,
        ratio,
        rate,
        ladder,
        unmet,
        witness,
    }
}

fn scenario_info(named: &Named) -> ScenarioInfo {
    let Played { scenario, trajectories, fresh } = &named.played;
    let per_seed = scenario.iterates.len().max(1);
    ScenarioInfo {
        name: named.name.clone(),
        description: scenario.describe(),
        data: named.data.clone(),
        draws: DrawsInfo {
            seeds: (trajectories.len() / per_seed) as u64,
            iterates: scenario.iterates.to_vec(),
            fresh: fresh.len() as u64,
        },
        quantities: quantities(trajectories, if scenario.lazy.is_some() { lazy_columns } else { columns }),
        contraction: scenario.iterates.iter().filter_map(|&t| contraction(scenario, trajectories, t)).collect(),
    }
}

/// The columns of a table of measured symbols, over these draws.
fn quantities(draws: &[Draw], columns: fn(&Draw) -> Vec<MeasuredSymbol>) -> Vec<Quantity> {
    let rows: Vec<Vec<MeasuredSymbol>> = draws.iter().map(columns).collect();
    let over = |(k, one): (usize, &MeasuredSymbol)| {
        let values: Vec<f64> = rows.iter().map(|row| row[k].value).collect();
        let range = if values.iter().all(|v| v.is_finite()) { Range::of(values) } else { None };
        Quantity { id: one.id.into(), symbol: one.symbol.into(), means: one.means.into(), range }
    };
    columns(&Draw::absent()).iter().enumerate().map(over).collect()
}

fn contraction(scenario: &Scenario, trajectories: &[Draw], iterate: usize) -> Option<Contraction> {
    let draws = trajectories.iter().filter(|draw| draw.iterate == iterate);
    let steps: Vec<(Travel, Parts)> =
        draws.map(|draw| Some((draw.travel?, claims::parts(scenario, draw)?))).collect::<Option<_>>()?;
    let range = |value: fn(&(Travel, Parts)) -> f64| Range::of(steps.iter().map(value).collect());
    Some(Contraction {
        iterate,
        before: range(|(travel, _)| travel.before)?,
        after: range(|(travel, _)| travel.after)?,
        linear: range(|(_, parts)| parts.linear)?,
        quadratic: range(|(_, parts)| parts.quadratic)?,
        floor: range(|(_, parts)| parts.floor)?,
    })
}

/// What a report cannot be trusted for: the solver and the oracle disagree beyond rounding.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "{scenario}, draw {draw}, iterate {iterate}: an honest worker's direction differs from the oracle's by {by:e} of \
     its size, beyond the rounding bound {allowed:e}"
)]
pub struct Disagreement {
    /// The experiment.
    pub scenario: String,
    /// Number of the draw's seed.
    pub draw: u64,
    /// t.
    pub iterate: usize,
    /// Relative difference.
    pub by: f64,
    /// Rounding bound.
    pub allowed: f64,
}

/// The first draw on which solver and oracle disagree beyond rounding; compressed scenarios cannot tell.
#[must_use]
pub fn disagreement(played: &[Named]) -> Option<Disagreement> {
    played.iter().filter(|named| !named.played.scenario.compresses()).find_map(|named| {
        let draws = named.played.trajectories.iter().chain(&named.played.fresh);
        let apart = |draw: &Draw| draw.sketch.disagreement.is_nan() || draw.sketch.disagreement > draw.rounding();
        draws
            .filter(|draw| apart(draw))
            .map(|draw| Disagreement {
                scenario: named.name.clone(),
                draw: draw.number,
                iterate: draw.iterate,
                by: draw.sketch.disagreement,
                allowed: draw.rounding(),
            })
            .next()
    })
}

/// The processor's name; numbers depend on it in the last digits.
#[must_use]
pub fn processor() -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or(std::env::consts::ARCH, |(_, name)| name.trim()).to_owned()
}

/// The fixed facts of a run of some of these scenarios.
#[must_use]
pub fn run_info(
    seed: u64,
    effort: &str,
    scenarios: &[Scenario],
    draws: fn(&Scenario) -> Draws,
    processor: String,
    data: Vec<Provenance>,
) -> RunInfo {
    RunInfo {
        seed,
        effort: effort.into(),
        delta: DELTA,
        family_error: FAMILY_ERROR,
        scenarios: None,
        comparisons: comparisons(scenarios, draws),
        versions: Versions { comrade: env!("CARGO_PKG_VERSION").into(), rust: env!("CARGO_PKG_RUST_VERSION").into() },
        processor,
        data,
    }
}
