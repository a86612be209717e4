//! The report arranged for the template: everything that is written on the page, already in words.

use super::super::cell::{number, reading};
use super::super::grouped::{self, READINGS, statements};
use super::super::{JudgedClaim, Report, RunInfo, ScenarioInfo};
use super::proof::{Proof, named};
use super::search::Search;
use super::typeset::Typesetter;
use super::words::{about, checked, name, summary, variant};
use super::{MODES, PageError, Section, Sources, inline};
use crate::claim::Mode;
use crate::claims;
use crate::hunt;
use crate::papers::comrade::errata::LEDGER;
use crate::proofs;
use ladder::{Erratum, Planted, ROOM, Range, Shown, Verdict};
use serde::Serialize;

/// The ratio of a statement about phi.
const RATIO: &str = r"\text{ratio} = \frac{\varphi(p) - \varphi(p^*)}{\text{bound} - \varphi(p^*)}";

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
    /// What is meant by it, of a statement about phi.
    ratio: String,
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
    options: String,
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
    /// What the constants in it are.
    constants: Vec<String>,
    says: String,
    because: String,
    /// What a proof assistant has checked.
    machine: String,
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
        let statements: Result<Vec<Statement>, PageError> =
            statements(report).iter().map(|of| Statement::new(of, sources, typesetter)).collect();
        let mut sections = sources.sections.to_vec();
        for picture in sections.iter_mut().flat_map(|section| &mut section.pictures) {
            picture.svg = inline(&picture.svg, &picture.id, &picture.title);
        }
        let notation: Result<Vec<(String, &str)>, PageError> =
            claims::notation().map(|(tex, means)| Ok((typesetter.symbol(tex)?, *means))).collect();
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
            ratio: typesetter.display(RATIO)?,
            planted: report.planted.iter().map(|planted| Fault::new(planted, report)).collect(),
            errata: LEDGER.iter().map(Slip::new).collect(),
            sections,
            run: &report.run,
            command: Commands {
                data: if real { "COMRADE_DATA=<folder of the files> " } else { "" },
                options: report.run.options(),
            },
            confidence: number(1.0 - report.run.family_error),
            room: number(ROOM),
        })
    }
}

fn counts(entries: &[&JudgedClaim]) -> Vec<Count> {
    let of = |verdict: Verdict| Count {
        verdict: verdict.name(),
        words: verdict.words(None),
        count: entries.iter().filter(|e| e.verdict == verdict).count(),
    };
    Verdict::ALL.into_iter().map(of).filter(|count| count.count > 0).collect()
}

/// The largest ratio; -1 when no draw was judged.
fn largest(entries: &[&JudgedClaim]) -> f64 {
    entries.iter().filter_map(|e| e.ratio).map(|r| r.max).fold(-1.0, |a, b| if b > a || b.is_nan() { b } else { a })
}

fn ratio(value: f64) -> String {
    if value < 0.0 { "–".into() } else { number(value) }
}

/// P^2 on the draws of a scenario; `None` if it varies.
fn squared(report: &Report, scenario: &str) -> Option<f64> {
    let of = report.scenarios.iter().find(|info| info.name == scenario)?;
    let range = of.quantities.iter().find(|quantity| quantity.symbol == "P")?.range?;
    (range.min == range.max).then_some(range.max * range.max)
}

impl<'a> Quantities<'a> {
    fn new(alike: &'a [ScenarioInfo]) -> Self {
        let symbols = alike[0].quantities.iter().map(|q| Symbol { symbol: &q.symbol, means: &q.means });
        Self { symbols: symbols.collect(), scenarios: alike.iter().map(Scenario::new).collect() }
    }
}

impl Statement {
    fn new(of: &grouped::Statement<'_>, sources: &Sources<'_>, typesetter: &Typesetter) -> Result<Self, PageError> {
        let (id, title) = (of.id, of.title);
        let mut cards = Vec::new();
        for reading in READINGS {
            let judged: Vec<&JudgedClaim> = of.judged().filter(|e| e.reading == reading).collect();
            let bounds: Result<Vec<Bound>, PageError> =
                of.read(reading).map(|bound| Bound::new(bound, sources, typesetter)).collect();
            cards.push(Card { reading: reading.name(), bounds: bounds?, largest: largest(&judged) });
        }
        let figure = sources.figures.iter().find(|(figure, _)| figure == id);
        let says = format!("{title}. Ratio of the measured value to the bound for each scenario and reading.");
        let alarm = cards[0].bounds.iter().any(|bound| {
            let failed = [Verdict::Violated.name(), Verdict::Refuted.name()];
            bound.modes.iter().flat_map(|tally| &tally.counts).any(|count| failed.contains(&count.verdict))
                || bound.search.as_ref().is_some_and(Search::refutes)
        });
        // As the program knows it, without the mark of a stand-in.
        let scenario = of.judged().next().map_or_else(String::new, |e| e.scenario.replacen("-like", "", 1));
        let searched = cards.iter().flat_map(|card| &card.bounds).any(|bound| bound.search.is_some());
        Ok(Self {
            id: id.to_owned(),
            name: name(title).to_owned(),
            about: about(title).to_owned(),
            cards,
            figure: figure.map_or_else(String::new, |(_, svg)| inline(svg, &format!("figure-{id}"), &says)),
            proofs: of.bounds.iter().filter_map(|bound| Proof::new(bound, &|on| squared(sources.report, on))).collect(),
            grids: MODES.into_iter().filter_map(|mode| Grid::new(mode, of)).collect(),
            scenario,
            alarm,
            searched,
        })
    }
}

impl Bound {
    fn new(of: &grouped::Bound<'_>, sources: &Sources<'_>, typesetter: &Typesetter) -> Result<Self, PageError> {
        let bound = of.claim;
        let tally = |mode: Mode| {
            let judged: Vec<&JudgedClaim> = of.judged(mode).collect();
            (!judged.is_empty()).then(|| Tally {
                mode: mode.name(),
                counts: counts(&judged),
                largest: ratio(largest(&judged)),
            })
        };
        let search = sources.hunted.and_then(|hunted| {
            let same = |e: &&hunt::SearchEntry| {
                e.id == bound.id && e.reading == bound.reading && e.variant == bound.variant && e.instance.is_some()
            };
            hunted.entries.iter().find(same).map(|entry| Search::new(entry, hunted))
        });
        Ok(Self {
            variant: variant(&bound.variant),
            math: typesetter.statement(&bound.says)?,
            constants: typesetter.constants(&bound.id, bound.reading, &bound.says)?,
            says: bound.says.clone(),
            because: bound.because.clone(),
            machine: checked(&proofs::status(&bound.id, bound.reading, &bound.variant, &sources.report.searched)),
            modes: MODES.into_iter().filter_map(tally).collect(),
            search: search.transpose()?,
        })
    }
}

impl Grid {
    fn new(mode: Mode, of: &grouped::Statement<'_>) -> Option<Self> {
        let cells = |scenario: &str| of.bounds.iter().map(|bound| bound.on(mode, scenario).map(Found::new)).collect();
        let scenarios = of.scenarios(mode).into_iter();
        let rows: Vec<(String, Vec<Option<Found>>)> =
            scenarios.map(|scenario| (scenario.to_owned(), cells(scenario))).collect();
        (!rows.is_empty()).then(|| Self {
            mode: mode.name(),
            columns: of.bounds.iter().map(|bound| named(bound.claim)).collect(),
            rows,
        })
    }
}

impl Found {
    fn new(entry: &JudgedClaim) -> Self {
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

/// What a verdict rests on in addition to the ratio: the unmet premise, failures with their exact interval, draws left
/// out.
fn note(entry: &JudgedClaim) -> String {
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
    fn new(entry: &'a JudgedClaim) -> Self {
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
    fn new(slip: &Erratum) -> Self {
        let (shown, link) = match slip.shown {
            Shown::Derivation(why) => (why.to_owned(), None),
            Shown::Measured(id) => ("measured".into(), Some(("statement", id))),
            Shown::Witness(name) => ("proved by a stored counterexample".into(), Some(("witness", name))),
            Shown::Harmless => ("changes no result".into(), None),
        };
        Self { place: slip.place, printed: slip.printed, correct: slip.correct, shown, link }
    }
}
