//! The pages beside the report: the table of results in reports/README.md, a row a statement, a cell a reading, every number from
//! the report; and the picture of one round in README.md.

use super::cell::number;
use super::grouped::{Statement, statements};
use super::{JudgedClaim, Report};
use crate::claim::{Mode, Reading};
use crate::hunt::ceiling::Ceiling;
use crate::hunt::stored::Searched;
use figure::{Star, StarNode};
use ladder::Verdict;

/// Around the table.
const MARKS: (&str, &str) = ("<!-- results -->", "<!-- /results -->");

/// reports/README.md with its table of results replaced by that of this report; none where the marks are missing.
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
        let name = of.title.split_once(':').map_or(of.title, |(name, _)| name);
        let cells =
            [Reading::Printed, Reading::Rederived, Reading::Sharpened].map(|reading| cell(report, &of, reading));
        out += &format!("| {name} | {} |\n", cells.join(" | "));
    }
    out
}

/// Nothing where there is no such reading; where a statement fails; or the share of the bound that was needed on played draws, a priori, at the worst instance found.
fn cell(report: &Report, of: &Statement<'_>, reading: Reading) -> String {
    if of.read(reading).next().is_none() {
        return "–".into();
    }
    let judged = |mode: Mode| -> Vec<&JudgedClaim> {
        of.read(reading).flat_map(|bound| bound.judged(mode)).filter(|e| e.verdict.judged()).collect()
    };
    let searched: Vec<&Searched> =
        report.searched.iter().filter(|found| found.id == of.id && found.reading == reading).collect();
    let (played, drawn) = (judged(Mode::APosteriori), judged(Mode::APriori));
    let failing = [violated(&played), refuted(&drawn), hunted(&searched)];
    let failing: Vec<String> = failing.into_iter().flatten().collect();
    if !failing.is_empty() {
        return format!("**fails** {}", failing.join(", "));
    }
    let most = |entries: &[&JudgedClaim]| entries.iter().filter_map(|e| e.needed).max_by(f64::total_cmp);
    let shares = [most(&played), most(&drawn), searched.first().map(|found| found.ratio)];
    if shares == [None; 3] {
        return "vacuous on every scenario".into();
    }
    let shown = shares.map(|share| share.map_or_else(|| "–".to_owned(), number));
    format!("holds ({})", shown.join(", "))
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

fn violated(entries: &[&JudgedClaim]) -> Option<String> {
    let worst = worst(entries, Verdict::Violated, |e| e.ratio.map_or(0.0, |ratio| ratio.max))?;
    Some(format!("on played draws ({} times the bound{})", number(worst.ratio?.max), variant(&worst.variant)))
}

fn refuted(entries: &[&JudgedClaim]) -> Option<String> {
    let share = |e: &JudgedClaim| e.rate.map_or(0.0, |rate| rate.failures as f64 / rate.draws.max(1) as f64);
    let worst = worst(entries, Verdict::Refuted, share)?;
    let (rate, of) = (worst.rate?, variant(&worst.variant));
    Some(format!("a priori (on {} of {} draws of `{}`{of})", rate.failures, rate.draws, worst.scenario))
}

/// The counterexample, and how bad it can become.
fn hunted(searched: &[&Searched]) -> Option<String> {
    let found = searched.iter().find(|found| found.witness.is_some())?;
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
