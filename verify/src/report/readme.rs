//! The table of results in README.md: a row a statement, a cell a reading, every number from the report.

use super::cell::number;
use super::{JudgedClaim, Report};
use crate::claim::{Mode, Reading};
use crate::hunt::ceiling::Ceiling;
use crate::hunt::stored::Searched;
use ladder::Verdict;

/// Around the table.
const MARKS: (&str, &str) = ("<!-- results -->", "<!-- /results -->");

/// README.md with its table of results replaced by that of this report; none where the marks are missing.
#[must_use]
pub fn readme(text: &str, report: &Report) -> Option<String> {
    let (before, rest) = text.split_once(MARKS.0)?;
    let (_, after) = rest.split_once(MARKS.1)?;
    Some(format!("{before}{}\n\n{}\n{}{after}", MARKS.0, table(report), MARKS.1))
}

fn table(report: &Report) -> String {
    let mut out = "| statement | printed | rederived | sharpened |\n|---|---|---|---|\n".to_owned();
    let mut statements: Vec<(&str, &str)> = Vec::new();
    for entry in &report.claims {
        let statement = (entry.id.as_str(), entry.title.split_once(':').map_or(entry.title.as_str(), |(name, _)| name));
        if !statements.contains(&statement) {
            statements.push(statement);
        }
    }
    for (id, name) in statements {
        let cells = [Reading::Printed, Reading::Rederived, Reading::Sharpened].map(|reading| cell(report, id, reading));
        out += &format!("| {name} | {} |\n", cells.join(" | "));
    }
    out
}

/// Nothing where there is no such reading; where a statement fails; or the share of the bound that was needed on played draws, a priori, at the worst instance found.
fn cell(report: &Report, id: &str, reading: Reading) -> String {
    if !report.claims.iter().any(|entry| entry.id == id && entry.reading == reading) {
        return "–".into();
    }
    let of = |mode: Mode| {
        let ours = move |e: &&JudgedClaim| e.id == id && e.reading == reading && e.mode == mode && e.verdict.judged();
        report.claims.iter().filter(ours).collect::<Vec<_>>()
    };
    let searched: Vec<&Searched> =
        report.searched.iter().filter(|found| found.id == id && found.reading == reading).collect();
    let (played, drawn) = (of(Mode::APosteriori), of(Mode::APriori));
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
    let name = format!("[witness](reports/witnesses/{file})");
    Some(format!("by a {name} of m = {m} ({} times the bound{proved}{of}{limit})", number(witness.ratio)))
}
