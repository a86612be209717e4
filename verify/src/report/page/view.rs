//! The report arranged for the template: everything that is written on the page, already in words.

use super::super::cell::{number, reading};
use super::super::markdown::{bounds, closest, same_bound};
use super::super::{Entry, Report, RunInfo, ScenarioInfo};
use super::statements::{NOTATION, Typesetter};
use super::words::{about, name, summary, variant};
use super::{Hunted, PageError, Section, Sources, inline};
use crate::claim::{Claim, Mode, Reading};
use crate::errata::{LEDGER, Shown};
use crate::hunt::ceiling::Ceiling;
use crate::hunt::{self, Witness};
use crate::judge::{ROOM, Range, Step, Verdict};
use crate::planted::Planted;
use serde::Serialize;

const READINGS: [Reading; 3] = [Reading::Printed, Reading::Rederived, Reading::Sharpened];
const MODES: [Mode; 2] = [Mode::APosteriori, Mode::APriori];

/// The page.
#[derive(Serialize)]
pub(super) struct View<'a> {
    real: bool,
    home: Option<&'a str>,
    summary: Vec<String>,
    statements: Vec<Statement>,
    judgements: Vec<Judgement<'a>>,
    verdicts: Vec<Count>,
    scenarios: Vec<Scenario<'a>>,
    measured: Vec<Quantities<'a>>,
    notation: Vec<(String, &'static str)>,
    planted: Vec<Fault<'a>>,
    errata: Vec<Slip>,
    sections: Vec<Section>,
    run: &'a RunInfo,
    command: Commands,
    confidence: String,
    room: String,
}

#[derive(Serialize)]
struct Count {
    verdict: &'static str,
    words: &'static str,
    count: usize,
}

/// A planted fault, and where it was caught.
#[derive(Serialize)]
struct Fault<'a> {
    id: &'a str,
    name: String,
    reading: String,
    planted: &'a str,
    scenario: &'a str,
    verdict: &'static str,
    ratio: String,
    truth: String,
}

/// How to make the numbers again.
#[derive(Serialize)]
struct Commands {
    data: &'static str,
    effort: &'static str,
}

/// A lemma or theorem.
#[derive(Serialize)]
struct Statement {
    id: String,
    name: String,
    about: String,
    cards: Vec<Card>,
    figure: String,
    proofs: Vec<Proof>,
    grids: Vec<Grid>,
    /// A scenario that it is about.
    scenario: String,
    /// Whether a printed bound fails.
    alarm: bool,
    /// Whether a single instance could refute it, and the search was made.
    searched: bool,
}

/// A reading of a statement.
#[derive(Serialize)]
struct Card {
    reading: &'static str,
    bounds: Vec<Bound>,
    /// Largest ratio of all, for sorting; -1 where there is none.
    largest: f64,
}

#[derive(Serialize)]
struct Bound {
    variant: String,
    math: Option<String>,
    says: String,
    because: String,
    modes: Vec<Tally>,
    search: Option<Search>,
}

/// The verdicts of a bound in one mode.
#[derive(Serialize)]
struct Tally {
    mode: &'static str,
    counts: Vec<Count>,
    largest: String,
}

/// What the search says of a bound.
#[derive(Serialize)]
struct Search {
    ratio: String,
    raw: f64,
    instances: String,
    /// What is proved of the largest ratio: `at most 1.5 (Cauchy–Schwarz)`.
    ceiling: String,
    /// The largest ratios by number of workers, where they grow without end.
    growth: String,
    counterexample: Option<Counterexample>,
}

#[derive(Serialize)]
struct Counterexample {
    file: String,
    stored: String,
    proved: bool,
    sizes: String,
    json: String,
}

/// The proof of a bound.
#[derive(Serialize)]
struct Proof {
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

/// The verdicts on a statement, scenario by scenario.
#[derive(Serialize)]
struct Grid {
    mode: &'static str,
    columns: Vec<String>,
    rows: Vec<(String, Vec<Option<Found>>)>,
}

#[derive(Serialize)]
struct Found {
    verdict: &'static str,
    words: &'static str,
    lines: Vec<String>,
}

/// A row of the table of all judgements.
#[derive(Serialize)]
struct Judgement<'a> {
    id: &'a str,
    name: &'a str,
    reading: &'static str,
    variant: &'a str,
    words: String,
    mode: &'static str,
    scenario: &'a str,
    verdict: &'static str,
    verdict_words: &'static str,
    largest: Option<f64>,
    largest_text: String,
    median: Option<f64>,
    median_text: String,
    draws: usize,
    note: String,
}

#[derive(Serialize)]
struct Scenario<'a> {
    name: &'a str,
    description: &'a str,
    data: &'a str,
    seeds: u64,
    iterates: String,
    fresh: u64,
    values: Vec<(String, String)>,
}

/// The measured symbols of the scenarios of one method.
#[derive(Serialize)]
struct Quantities<'a> {
    symbols: Vec<Symbol<'a>>,
    scenarios: Vec<Scenario<'a>>,
}

#[derive(Serialize)]
struct Symbol<'a> {
    symbol: &'a str,
    means: &'a str,
}

#[derive(Serialize)]
struct Slip {
    place: &'static str,
    printed: &'static str,
    correct: &'static str,
    shown: String,
    /// The statement or the witness that shows it.
    link: Option<(&'static str, &'static str)>,
}

impl<'a> View<'a> {
    pub(super) fn new(sources: &Sources<'a>, typesetter: &Typesetter) -> Result<Self, PageError> {
        let report = sources.report;
        let mut ids: Vec<&str> = Vec::new();
        for entry in &report.claims {
            if !ids.contains(&entry.id.as_str()) {
                ids.push(&entry.id);
            }
        }
        let statements: Result<Vec<Statement>, PageError> =
            ids.iter().map(|id| Statement::new(id, sources, typesetter)).collect();
        let mut sections = sources.sections.to_vec();
        for picture in sections.iter_mut().flat_map(|section| &mut section.pictures) {
            picture.svg = inline(&picture.svg, &picture.id, &picture.title);
        }
        let notation: Result<Vec<(String, &str)>, PageError> =
            NOTATION.iter().map(|(tex, means)| Ok((typesetter.symbol(tex)?, *means))).collect();
        let real = report.run.data.iter().any(|data| data.real);
        Ok(Self {
            real,
            home: sources.home,
            summary: summary(report, sources.hunted),
            statements: statements?,
            judgements: report.claims.iter().map(Judgement::new).collect(),
            verdicts: counts(&report.claims.iter().collect::<Vec<_>>()),
            scenarios: report.scenarios.iter().map(Scenario::new).collect(),
            measured: report.scenarios.chunk_by(|a, b| a.method() == b.method()).map(Quantities::new).collect(),
            notation: notation?,
            planted: report.planted.iter().map(|planted| Fault::new(planted, report)).collect(),
            errata: LEDGER.iter().map(Slip::new).collect(),
            sections,
            run: &report.run,
            command: Commands {
                data: if real { "COMRADE_DATA=<folder of the files> " } else { "" },
                effort: if report.run.effort == "full" { " --full" } else { "" },
            },
            confidence: number(1.0 - report.run.family_error),
            room: number(ROOM),
        })
    }
}

fn counts(entries: &[&Entry]) -> Vec<Count> {
    let of = |verdict: Verdict| Count {
        verdict: verdict.name(),
        words: verdict.words(None),
        count: entries.iter().filter(|e| e.verdict == verdict).count(),
    };
    Verdict::ALL.into_iter().map(of).filter(|count| count.count > 0).collect()
}

/// The largest ratio; -1 when no draw was judged.
fn largest(entries: &[&Entry]) -> f64 {
    entries.iter().filter_map(|e| e.ratio).map(|r| r.max).fold(-1.0, |a, b| if b > a || b.is_nan() { b } else { a })
}

fn ratio(value: f64) -> String {
    if value < 0.0 { "–".into() } else { number(value) }
}

impl<'a> Quantities<'a> {
    fn new(alike: &'a [ScenarioInfo]) -> Self {
        let symbols = alike[0].quantities.iter().map(|q| Symbol { symbol: &q.symbol, means: &q.means });
        Self { symbols: symbols.collect(), scenarios: alike.iter().map(Scenario::new).collect() }
    }
}

impl Statement {
    fn new(id: &str, sources: &Sources<'_>, typesetter: &Typesetter) -> Result<Self, PageError> {
        let entries: Vec<&Entry> = sources.report.claims.iter().filter(|e| e.id == id).collect();
        let title = entries.first().map_or(id, |e| e.title.as_str());
        let all = bounds(&entries);
        let mut cards = Vec::new();
        for reading in READINGS {
            let of_reading: Vec<&Entry> = entries.iter().filter(|e| e.reading == reading).copied().collect();
            let bounds: Result<Vec<Bound>, PageError> = all
                .iter()
                .filter(|bound| bound.reading == reading)
                .map(|bound| Bound::new(bound, &entries, sources, typesetter))
                .collect();
            cards.push(Card { reading: reading.name(), bounds: bounds?, largest: largest(&of_reading) });
        }
        let figure = sources.figures.iter().find(|(figure, _)| figure == id);
        let says = format!("{title}. Ratio of the measured value to the bound for each scenario and reading.");
        let alarm = cards[0].bounds.iter().any(|bound| {
            let failed = [Verdict::Violated.name(), Verdict::Refuted.name()];
            bound.modes.iter().flat_map(|tally| &tally.counts).any(|count| failed.contains(&count.verdict))
                || bound.search.as_ref().is_some_and(|search| search.counterexample.is_some())
        });
        // As the program knows it, without the mark of a stand-in.
        let scenario = entries.first().map_or_else(String::new, |e| e.scenario.replacen("-like", "", 1));
        let searched = cards.iter().flat_map(|card| &card.bounds).any(|bound| bound.search.is_some());
        Ok(Self {
            id: id.to_owned(),
            name: name(title).to_owned(),
            about: about(title).to_owned(),
            cards,
            figure: figure.map_or_else(String::new, |(_, svg)| inline(svg, &format!("figure-{id}"), &says)),
            proofs: all.iter().filter_map(|bound| Proof::new(bound, &entries)).collect(),
            grids: MODES.into_iter().filter_map(|mode| Grid::new(mode, &all, &entries)).collect(),
            scenario,
            alarm,
            searched,
        })
    }
}

impl Bound {
    fn new(
        bound: &Entry,
        entries: &[&Entry],
        sources: &Sources<'_>,
        typesetter: &Typesetter,
    ) -> Result<Self, PageError> {
        let tally = |mode: Mode| {
            let judged: Vec<&Entry> =
                entries.iter().filter(|e| same_bound(e, bound) && e.mode == mode).copied().collect();
            (!judged.is_empty()).then(|| Tally {
                mode: mode.name(),
                counts: counts(&judged),
                largest: ratio(largest(&judged)),
            })
        };
        let search = sources.hunted.and_then(|hunted| {
            let same = |e: &&hunt::Entry| {
                e.id == bound.id && e.reading == bound.reading && e.variant == bound.variant && e.instance.is_some()
            };
            hunted.entries.iter().find(same).map(|entry| Search::new(entry, hunted))
        });
        Ok(Self {
            variant: variant(&bound.variant),
            math: typesetter.statement(&bound.says)?,
            says: bound.says.clone(),
            because: bound.because.clone(),
            modes: MODES.into_iter().filter_map(tally).collect(),
            search: search.transpose()?,
        })
    }
}

/// `199 800`.
fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

impl Search {
    fn new(entry: &hunt::Entry, hunted: &Hunted) -> Result<Self, PageError> {
        let stored = entry.witness.as_ref().and_then(|file| hunted.witnesses.iter().find(|(name, _)| name == file));
        let counterexample = stored.map(|(file, witness)| -> Result<Counterexample, PageError> {
            Ok(Counterexample {
                file: file.clone(),
                stored: number(witness.ratio),
                proved: witness.proved,
                sizes: sizes(witness),
                json: serde_json::to_string(&witness.instance)?,
            })
        });
        Ok(Self {
            ratio: number(entry.ratio),
            raw: entry.ratio,
            instances: thousands(entry.evaluations),
            ceiling: hunt::claim_of(&entry.id, entry.reading, &entry.variant).map_or_else(String::new, ceiling),
            growth: if entry.grows { hunt::growth(&entry.sizes, number) } else { String::new() },
            counterexample: counterexample.transpose()?,
        })
    }
}

fn ceiling(claim: &Claim) -> String {
    match hunt::ceiling::ceiling(claim) {
        Ceiling::AtMost(value) => format!("at most {} ({})", number(value), hunt::ceiling::why(claim)),
        Ceiling::Unbounded => format!("unbounded ({})", hunt::ceiling::why(claim)),
    }
}

fn sizes(witness: &Witness) -> String {
    let instance = &witness.instance;
    let plural = |count: usize, one: &str| if count == 1 { format!("one {one}") } else { format!("{count} {one}s") };
    let liars: usize = instance.workers.iter().filter(|worker| worker.lies).map(|worker| worker.copies).sum();
    let lies = if liars > 0 { format!(", of which {liars} lying") } else { String::new() };
    format!(
        "{} in {}, {}{lies}",
        plural(instance.n(), "row"),
        plural(instance.d(), "dimension"),
        plural(instance.m(), "worker")
    )
}

impl Proof {
    fn new(bound: &Entry, entries: &[&Entry]) -> Option<Self> {
        let worst = closest(entries, bound)?;
        if worst.ladder.len() < 3 {
            return None;
        }
        let (zero, bars) = bars(&worst.ladder);
        let steps = worst.ladder.iter().zip(bars);
        Some(Self {
            reading: named(bound),
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
                breaks_at: witness.breaks_at.clone(),
            }),
            tables: MODES.into_iter().filter_map(|mode| Table::new(mode, bound, entries)).collect(),
        })
    }
}

/// The reading of an entry, its variant in words.
fn named(entry: &Entry) -> String {
    reading(entry.reading, &variant(&entry.variant))
}

/// For every step the bar of its median ratio to the line before, on a logarithmic axis: left end and length in per cent,
/// and whether it goes down. The first number is where the axis has a ratio of one.
fn bars(ladder: &[Step]) -> (f64, Vec<(f64, f64, bool)>) {
    // A step of a factor of a thousand or more fills its column.
    let shown = |step: &Step| if step.median.is_nan() { 0.0 } else { step.median.log10().clamp(-3.0, 3.0) };
    let logs: Vec<f64> = ladder.iter().map(shown).collect();
    let (low, high) = logs.iter().fold((0.0_f64, 0.3_f64), |(low, high), &log| (low.min(log), high.max(log)));
    let scale = 100.0 / (high - low);
    let tenth = |x: f64| (x * 10.0).round() / 10.0;
    let bar = |log: &f64| (tenth((log.min(0.0) - low) * scale), tenth(log.abs() * scale), *log < 0.0);
    (tenth(-low * scale), logs.iter().map(bar).collect())
}

impl Line {
    fn new(step: &Step, left: f64, length: f64, falls: bool) -> Self {
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
    fn new(mode: Mode, bound: &Entry, entries: &[&Entry]) -> Option<Self> {
        let judged: Vec<&&Entry> =
            entries.iter().filter(|e| same_bound(e, bound) && e.mode == mode && !e.ladder.is_empty()).collect();
        let first = judged.first()?;
        let cell = |entry: &Entry, at: usize| {
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

impl Grid {
    fn new(mode: Mode, bounds: &[&Entry], entries: &[&Entry]) -> Option<Self> {
        let judged: Vec<&&Entry> = entries.iter().filter(|e| e.mode == mode).collect();
        let mut rows: Vec<(String, Vec<Option<Found>>)> = Vec::new();
        for entry in &judged {
            if rows.iter().any(|(scenario, _)| *scenario == entry.scenario) {
                continue;
            }
            let of = |bound: &&Entry| judged.iter().find(|e| e.scenario == entry.scenario && same_bound(e, bound));
            let cells = bounds.iter().map(|bound| of(bound).map(|entry| Found::new(entry))).collect();
            rows.push((entry.scenario.clone(), cells));
        }
        (!rows.is_empty()).then(|| Self {
            mode: mode.name(),
            columns: bounds.iter().map(|bound| named(bound)).collect(),
            rows,
        })
    }
}

impl Found {
    fn new(entry: &Entry) -> Self {
        let ratio = entry.ratio.map(|r| match entry.mode {
            Mode::APosteriori => format!("{} / {} / {}", number(r.min), number(r.median), number(r.max)),
            Mode::APriori => format!("up to {}", number(r.max)),
        });
        let lines = match entry.mode {
            Mode::APosteriori => [ratio.unwrap_or_default(), note(entry)],
            Mode::APriori => [note(entry), ratio.unwrap_or_default()],
        };
        let (verdict, words) = (entry.verdict.name(), entry.words());
        Self { verdict, words, lines: lines.into_iter().filter(|line| !line.is_empty()).collect() }
    }
}

/// What a verdict rests on beside the ratio: the unmet premise, failures with their exact interval, draws left out.
fn note(entry: &Entry) -> String {
    let mut parts = Vec::new();
    if let Some(rate) = entry.rate {
        let (low, high) = (number(rate.lower), number(rate.upper));
        parts.push(format!("{} of {} fail, [{low}, {high}]", rate.failures, rate.draws));
    }
    if let (Mode::APriori, Some(needed)) = (entry.mode, entry.needed) {
        parts.push(format!("{} of the bound would have done", number(needed)));
    }
    if let Some(unmet) = &entry.unmet {
        parts.push(match entry.verdict {
            verdict if !verdict.judged() => format!("not {unmet}"),
            _ => format!("not {unmet} on {} of {} draws", entry.vacuous_draws, entry.draws + entry.vacuous_draws),
        });
    }
    parts.join("; ")
}

impl<'a> Judgement<'a> {
    fn new(entry: &'a Entry) -> Self {
        let finite = |value: f64| value.is_finite().then_some(value);
        Self {
            id: &entry.id,
            name: name(&entry.title),
            reading: entry.reading.name(),
            variant: if entry.variant.is_empty() { "-" } else { &entry.variant },
            words: variant(&entry.variant),
            mode: entry.mode.name(),
            scenario: &entry.scenario,
            verdict: entry.verdict.name(),
            verdict_words: entry.words(),
            // What JSON has no number for sorts last.
            largest: entry.ratio.and_then(|r| finite(r.max)),
            largest_text: entry.ratio.map_or("–".into(), |r| number(r.max)),
            median: entry.ratio.and_then(|r| finite(r.median)),
            median_text: entry.ratio.map_or("–".into(), |r| number(r.median)),
            draws: entry.draws,
            note: note(entry),
        }
    }
}

impl<'a> Fault<'a> {
    fn new(fault: &'a Planted, report: &Report) -> Self {
        let title = report.claims.iter().find(|e| e.id == fault.id).map_or(fault.id.as_str(), |e| e.title.as_str());
        let caught = fault.caught.as_ref();
        Self {
            id: &fault.id,
            name: name(title).to_owned(),
            reading: reading(fault.reading, &variant(&fault.variant)),
            planted: &fault.planted,
            scenario: caught.map_or("nowhere", |c| c.scenario.as_str()),
            verdict: caught.map_or("", |c| c.verdict.name()),
            ratio: caught.map_or("–".into(), |c| number(c.ratio)),
            truth: caught.map_or("–".into(), |c| number(c.truth)),
        }
    }
}

impl<'a> Scenario<'a> {
    fn new(scenario: &'a ScenarioInfo) -> Self {
        let iterates: Vec<String> = scenario.draws.iterates.iter().map(ToString::to_string).collect();
        let value = |range: Option<Range>| match range {
            None => ("–".into(), String::new()),
            Some(r) if r.min == r.max => (number(r.median), String::new()),
            Some(r) => (number(r.median), format!("{} to {}", number(r.min), number(r.max))),
        };
        Self {
            name: &scenario.name,
            description: &scenario.description,
            data: &scenario.data,
            seeds: scenario.draws.seeds,
            iterates: iterates.join(", "),
            fresh: scenario.draws.fresh,
            values: scenario.quantities.iter().map(|q| value(q.range)).collect(),
        }
    }
}

impl Slip {
    fn new(slip: &crate::errata::Erratum) -> Self {
        let (shown, link) = match slip.shown {
            Shown::Derivation(why) => (why.to_owned(), None),
            Shown::Measured(id) => ("measured".into(), Some(("statement", id))),
            Shown::Witness(name) => ("proved by a stored counterexample".into(), Some(("witness", name))),
            Shown::Harmless => ("changes no result".into(), None),
        };
        Self { place: slip.place, printed: slip.printed, correct: slip.correct, shown, link }
    }
}
