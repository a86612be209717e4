//! The table of results in README.md: a row a statement, a cell a reading, every number from the report.

use super::markdown::number;
use super::{Entry, Report};
use crate::claim::{Mode, Reading};
use crate::hunt::ceiling::Ceiling;
use crate::hunt::stored::Searched;
use crate::judge::Verdict;

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

/// What was played, what may fail, what was searched.
fn cell(report: &Report, id: &str, reading: Reading) -> String {
    let of = |mode: Mode| {
        let ours = move |e: &&Entry| e.id == id && e.reading == reading && e.mode == mode && e.verdict.judged();
        report.claims.iter().filter(ours).collect::<Vec<_>>()
    };
    let searched = report.searched.iter().filter(|found| found.id == id && found.reading == reading);
    let mut parts = [played(&of(Mode::APosteriori)), drawn(&of(Mode::APriori))].concat();
    parts.extend(searched.filter_map(hunted));
    if parts.is_empty() { "vacuous on every scenario".into() } else { parts.join("; ") }
}

/// `zeta-1-defined` in words.
fn variant(name: &str) -> String {
    match name {
        "" => String::new(),
        "zeta-1-defined" => ", ζ₁ as defined".into(),
        other => format!(", {other}"),
    }
}

fn largest<'e>(entries: &[&'e Entry], wanted: impl Fn(&Entry) -> bool) -> Option<(&'e Entry, f64)> {
    let ratios = entries.iter().filter(|e| wanted(e)).filter_map(|e| Some((*e, e.ratio?.max)));
    ratios.max_by(|a, b| a.1.total_cmp(&b.1))
}

/// A posteriori: the worst violation, or how near the bound came to be reached.
fn played(entries: &[&Entry]) -> Vec<String> {
    if let Some((worst, ratio)) = largest(entries, |e| e.verdict == Verdict::Violated) {
        return vec![format!(
            "**violated** on played draws: {} times the bound{}",
            number(ratio),
            variant(&worst.variant)
        )];
    }
    let reached = largest(entries, |e| e.verdict == Verdict::Holds);
    reached.map(|(_, ratio)| format!("holds, up to {} of the bound", number(ratio))).into_iter().collect()
}

/// A priori: where it fails too often, or by how much it was put to the test.
fn drawn(entries: &[&Entry]) -> Vec<String> {
    let rate = |e: &&&Entry| e.rate.map_or(0.0, |rate| rate.failures as f64 / rate.draws.max(1) as f64);
    let refuted = entries.iter().filter(|e| e.verdict == Verdict::Refuted);
    if let Some((worst, rate)) =
        refuted.max_by(|a, b| rate(a).total_cmp(&rate(b))).and_then(|worst| Some((worst, worst.rate?)))
    {
        return vec![format!(
            "**refuted** a priori: fails on {} of {} draws of `{}`{}",
            rate.failures,
            rate.draws,
            worst.scenario,
            variant(&worst.variant)
        )];
    }
    let needed = entries.iter().filter(|e| e.verdict == Verdict::Confirmed).filter_map(|e| e.needed);
    let most = needed.max_by(f64::total_cmp);
    most.map(|needed| format!("confirmed a priori, {} of the bound needed", number(needed))).into_iter().collect()
}

/// What the search adds to what was played.
fn hunted(found: &Searched) -> Option<String> {
    let of = variant(&found.variant);
    let witness = found.witness.as_ref().map(|witness| {
        let proved = if witness.proved { "proved" } else { "not proved exactly" };
        format!(
            "**refuted** by a [witness](reports/witnesses/{}) of {} workers, {proved}",
            witness.file, witness.workers
        )
    });
    let limit = match (found.grows, found.ceiling) {
        (true, _) => {
            let last = found.sizes.last()?;
            format!(
                "ratio {} there and growing with m, {} at m = {}",
                number(found.witness.as_ref()?.ratio),
                number(last.ratio),
                last.workers
            )
        }
        (_, Some(Ceiling::AtMost(limit))) => {
            format!("worst ratio {} found, {} possible", number(found.ratio), number(limit))
        }
        _ => format!("worst ratio {} found", number(found.ratio)),
    };
    match witness {
        Some(witness) => Some(format!("{witness}: {limit}{of}")),
        // Ours are proved: what is left to say is how tight they are.
        None if found.variant.is_empty() => Some(limit),
        None => None,
    }
}
