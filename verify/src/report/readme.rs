//! The pages next to the report: the table of results in reports/README.md, one row per statement, one cell per
//! reading, every number from the report; and the picture of one round in README.md.

use super::cell::number;
use super::grouped::{READINGS, Statement, statements};
use super::page::name;
use super::{JudgedClaim, Report};
use crate::claim::{Mode, Reading};
use crate::hunt::ceiling::Ceiling;
use crate::hunt::stored::Searched;
use figure::{Star, StarNode};
use ladder::Verdict;

/// Around the table.
const MARKS: (&str, &str) = ("<!-- results -->", "<!-- /results -->");

/// reports/README.md with its table of results replaced by that of this report; `None` where the marks are missing.
#[must_use]
pub fn readme(text: &str, report: &Report) -> Option<String> {
    let (before, rest) = text.split_once(MARKS.0)?;
    let (_, after) = rest.split_once(MARKS.1)?;
    Some(format!("{before}{}\n\n{}\n{}{after}", MARKS.0, table(report), MARKS.1))
}

/// One round, as README.md shows it.
#[must_use]
pub fn round() -> Star {
    let lines = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
    let honest = |i: usize| StarNode {
        lines: lines(&[&format!("worker {i}"), "holds n/m samples", "sends fᵢ, gᵢ, Hᵢ of them"]),
        faulty: false,
    };
    let liar = |i: usize| StarNode {
        lines: lines(&[&format!("worker {i} lies"), "knows all other messages", "sends anything, or nothing"]),
        faulty: true,
    };
    Star {
        center: lines(&["center", "gathers m messages, distrusts those that stand apart", "and steps: w ← w − B⁻¹g"]),
        nodes: vec![honest(1), honest(2), liar(3), honest(4), honest(5)],
        sides: [
            lines(&["down: the point w,", "the same for all"]),
            lines(&["up: one message", "per worker and round"]),
        ],
    }
}

fn table(report: &Report) -> String {
    let mut out = "| statement | printed | rederived | sharpened |\n|---|---|---|---|\n".to_owned();
    for of in statements(report) {
        let cells = READINGS.map(|reading| cell(report, &of, reading));
        out += &format!("| {} | {} |\n", name(of.title), cells.join(" | "));
    }
    out
}

/// Nothing where there is no such reading; where it fails; or the share of the bound that was needed.
fn cell(report: &Report, of: &Statement<'_>, reading: Reading) -> String {
    match outcome(report, of, reading) {
        Found::Nothing => "–".into(),
        Found::Vacuous => "vacuous on every scenario".into(),
        Found::Holds(shares) => {
            let shown = shares.map(|share| share.map_or_else(|| "–".to_owned(), number));
            format!("holds ({})", shown.join(", "))
        }
        Found::Fails(failing) => {
            let ways = [failing.played.map(violated), failing.drawn.map(refuted), failing.searched.and_then(hunted)];
            format!("**fails** {}", ways.into_iter().flatten().collect::<Vec<_>>().join(", "))
        }
    }
}

/// All that a report says of a statement in one reading.
pub(super) enum Found<'a> {
    /// There is no such reading.
    Nothing,
    /// A premise is not met on any scenario.
    Vacuous,
    /// The share of the bound that was needed: on played draws, a priori, at the worst instance found.
    Holds([Option<f64>; 3]),
    /// At least one of these.
    Fails(Failing<'a>),
}

/// Where a bound fails most.
pub(super) struct Failing<'a> {
    /// On played draws.
    pub(super) played: Option<&'a JudgedClaim>,
    /// A priori.
    pub(super) drawn: Option<&'a JudgedClaim>,
    /// By a counterexample.
    pub(super) searched: Option<&'a Searched>,
}

/// What the report says of a statement in this reading.
pub(super) fn outcome<'a>(report: &'a Report, of: &Statement<'a>, reading: Reading) -> Found<'a> {
    if of.read(reading).next().is_none() {
        return Found::Nothing;
    }
    let judged = |mode: Mode| -> Vec<&JudgedClaim> {
        of.read(reading).flat_map(|bound| bound.judged(mode)).filter(|e| e.verdict.judged()).collect()
    };
    let searched: Vec<&Searched> =
        report.searched.iter().filter(|found| found.id == of.id && found.reading == reading).collect();
    let (played, drawn) = (judged(Mode::APosteriori), judged(Mode::APriori));
    let share = |e: &JudgedClaim| e.rate.map_or(0.0, |rate| rate.failures as f64 / rate.draws.max(1) as f64);
    let failing = Failing {
        played: worst(&played, Verdict::Violated, |e| e.ratio.map_or(0.0, |ratio| ratio.max)),
        drawn: worst(&drawn, Verdict::Refuted, share),
        searched: searched.iter().find(|found| found.witness.is_some()).copied(),
    };
    if let Failing { played: None, drawn: None, searched: None } = failing {
        let most = |entries: &[&JudgedClaim]| entries.iter().filter_map(|e| e.needed).max_by(f64::total_cmp);
        let shares = [most(&played), most(&drawn), searched.first().map(|found| found.ratio)];
        return if shares == [None; 3] { Found::Vacuous } else { Found::Holds(shares) };
    }
    Found::Fails(failing)
}

/// `zeta-1-defined` in words.
fn variant(name: &str) -> String {
    match name {
        "" => String::new(),
        "zeta-1-defined" => " with ζ₁ as defined".into(),
        other => format!(" ({other})"),
    }
}

/// The one that fails most, of the main variant if that fails.
fn worst<'e>(
    entries: &[&'e JudgedClaim],
    verdict: Verdict,
    size: impl Fn(&JudgedClaim) -> f64,
) -> Option<&'e JudgedClaim> {
    let failing = entries.iter().filter(|e| e.verdict == verdict).copied();
    failing.max_by(|a, b| b.variant.is_empty().cmp(&a.variant.is_empty()).reverse().then(size(a).total_cmp(&size(b))))
}

fn violated(worst: &JudgedClaim) -> String {
    let ratio = worst.ratio.map_or(f64::NAN, |ratio| ratio.max);
    format!("on played draws ({} times the bound{})", number(ratio), variant(&worst.variant))
}

fn refuted(worst: &JudgedClaim) -> String {
    let (failures, draws) = worst.rate.map_or((0, 0), |rate| (rate.failures, rate.draws));
    format!("a priori (on {failures} of {draws} draws of `{}`{})", worst.scenario, variant(&worst.variant))
}

/// The counterexample, and how bad it can become.
fn hunted(found: &Searched) -> Option<String> {
    let witness = found.witness.as_ref()?;
    let proved = if witness.proved { ", proved" } else { "" };
    let limit = match (found.grows, found.sizes.last(), found.ceiling) {
        (true, Some(last), _) => format!("; grows with m, {} at m = {}", number(last.ratio), last.workers),
        (_, _, Some(Ceiling::AtMost(limit))) => format!("; {} found, {} possible", number(found.ratio), number(limit)),
        _ => format!("; {} found", number(found.ratio)),
    };
    let (file, m, of) = (&witness.file, witness.workers, variant(&found.variant));
    let name = format!("[witness](witnesses/{file})");
    Some(format!("by a {name} of m = {m} ({} times the bound{proved}{of}{limit})", number(witness.ratio)))
}
