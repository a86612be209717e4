//! What a run found, for a terminal: the sentences of the page, and a line a statement in the paper's order.

use super::cell::number;
use super::grouped::{READINGS, statements};
use super::page::{Hunted, name, summary};
use super::readme::{Failing, Found, outcome};
use super::{JudgedClaim, Report};
use crate::claim::Reading;
use std::collections::BTreeMap;

/// The report at a glance.
#[must_use]
pub fn overview(report: &Report, hunted: Option<&Hunted>) -> String {
    let mut rows = vec![["statement", "printed", "rederived", "sharpened"].map(str::to_owned)];
    for of in statements(report) {
        let [printed, rederived, sharpened] = READINGS.map(|reading| short(&outcome(report, &of, reading)));
        rows.push([name(of.title).to_owned(), printed, rederived, sharpened]);
    }
    let widths = [0, 1, 2].map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut out = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths.map(Some).into_iter().chain([None]));
        let line: Vec<String> = cells.map(|(cell, width)| format!("{cell:<0$}", width.unwrap_or(0))).collect();
        out += &format!("  {}\n", line.join("   ").trim_end());
    }
    out += "  holds: the largest share of the bound that was needed. FAILS: how many times the bound it came to.\n\n";
    summary(report, hunted).iter().for_each(|sentence| out += &format!("{sentence}\n"));
    out
}

/// A reading of a statement in a few words.
fn short(found: &Found<'_>) -> String {
    match found {
        Found::Nothing => "-".into(),
        Found::Vacuous => "vacuous".into(),
        Found::Holds(shares) => {
            let most = shares.iter().flatten().copied().max_by(f64::total_cmp);
            format!("holds {}", most.map_or_else(String::new, number))
        }
        Found::Fails(failing) => failed(failing),
    }
}

fn failed(failing: &Failing<'_>) -> String {
    let played = failing.played.and_then(|worst| worst.ratio).map(|ratio| ratio.max);
    let searched = failing.searched.map(|found| found.sizes.iter().map(|size| size.ratio).fold(found.ratio, f64::max));
    let grows = if failing.searched.is_some_and(|found| found.grows) { ", and grows with m" } else { "" };
    match (played.into_iter().chain(searched).max_by(f64::total_cmp), failing.drawn.and_then(|worst| worst.rate)) {
        (Some(times), _) => format!("FAILS {}{grows}", number(times)),
        (None, Some(rate)) => format!("FAILS on {} of {} draws", rate.failures, rate.draws),
        (None, None) => "FAILS".into(),
    }
}

/// How often each verdict was given, by statement, reading and mode.
#[must_use]
pub fn counts(report: &Report) -> String {
    let mut counts: BTreeMap<(&str, &str, &str), BTreeMap<&str, usize>> = BTreeMap::new();
    for e in &report.claims {
        *counts.entry((&e.id, e.reading.name(), e.mode.name())).or_default().entry(e.words()).or_default() += 1;
    }
    let mut out = String::new();
    for of in statements(report) {
        for ((_, reading, mode), verdicts) in counts.iter().filter(|((id, ..), _)| *id == of.id) {
            let verdicts: Vec<String> = verdicts.iter().map(|(verdict, count)| format!("{verdict} {count}")).collect();
            out += &format!("{:<10} {reading:<10} {mode:<13} {}\n", of.id, verdicts.join(", "));
        }
    }
    out
}

/// What is not as it should be, a line each: a verdict that is not the recorded one, a bound of ours that fails, a planted fault
/// that is not refuted. On a user's own scenarios, how many faults their draws refute depends on them.
#[must_use]
pub fn surprises(report: &Report) -> Vec<String> {
    let name =
        |e: &JudgedClaim| format!("{} {} {} {} on {}", e.id, e.reading.name(), e.variant, e.mode.name(), e.scenario);
    let mut lines = Vec::new();
    for e in &report.claims {
        match e.expected {
            Some(expected) if expected != e.verdict => {
                lines.push(format!("UNEXPECTED: {} is {}, recorded {}", name(e), e.verdict.name(), expected.name()));
            }
            // Whatever the draws: a bound of ours that fails is wrong.
            None if e.reading != Reading::Printed && e.verdict.fails() => {
                lines.push(format!("UNEXPECTED: {} is {}", name(e), e.verdict.name()));
            }
            _ => {}
        }
    }
    if report.run.scenarios.is_none() {
        let missed = report.planted.iter().filter(|p| p.caught.is_none());
        let missed =
            missed.map(|p| format!("{} {} {} {}: {}", p.id, p.reading.name(), p.variant, p.mode.name(), p.planted));
        lines.extend(missed.map(|missed| format!("NOT CAUGHT: {missed}")));
    }
    let cells = report.study.iter().flat_map(|study| &study.rates);
    for cell in cells.filter(|cell| cell.expected.is_some_and(|expected| expected != cell.verdict)) {
        let name = format!("{} {} {} on {}", cell.id, cell.reading.name(), cell.variant, cell.place());
        lines.push(format!("UNEXPECTED: {name} is {}", cell.verdict.name()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Mode;
    use crate::report::grouped::tests::judged;
    use crate::report::{SCHEMA, run_info};
    use ladder::{Planted, Verdict};

    fn report(claims: Vec<JudgedClaim>) -> Report {
        let run = run_info(1, "quick", &[], |s| s.quick, String::new(), Vec::new());
        let (scenarios, planted, searched) = (Vec::new(), Vec::new(), Vec::new());
        Report { schema: SCHEMA.into(), run, scenarios, claims, planted, study: None, searched }
    }

    fn claim(reading: Reading, verdict: Verdict, expected: Option<Verdict>, ratio: f64) -> JudgedClaim {
        let of = judged("lemma-5", reading, Mode::APosteriori, "tiny", Some(ratio));
        JudgedClaim { title: "Lemma 5: one step".into(), verdict, expected, needed: Some(ratio), ..of }
    }

    #[test]
    fn a_statement_is_a_line_and_its_failure_has_its_size() {
        let printed = claim(Reading::Printed, Verdict::Violated, None, 1.5);
        let said = overview(&report(vec![printed, claim(Reading::Rederived, Verdict::Holds, None, 0.25)]), None);
        let line: Vec<&str> =
            said.lines().nth(1).unwrap().split("   ").map(str::trim).filter(|s| !s.is_empty()).collect();
        assert_eq!(line, ["Lemma 5", "FAILS 1.5", "holds 0.25", "-"], "{said}");
    }

    #[test]
    fn whatever_is_not_as_it_should_be_is_told() {
        let holds = Some(Verdict::Holds);
        for (reading, verdict, expected, told) in [
            (Reading::Printed, Verdict::Violated, Some(Verdict::Violated), None),
            (Reading::Printed, Verdict::Violated, None, None),
            (Reading::Printed, Verdict::Violated, holds, Some("is violated, recorded holds")),
            (Reading::Rederived, Verdict::Holds, None, None),
            (Reading::Rederived, Verdict::Violated, None, Some("is violated")),
        ] {
            let lines = surprises(&report(vec![claim(reading, verdict, expected, 1.5)]));
            assert_eq!(lines.len(), usize::from(told.is_some()), "{lines:?}");
            assert!(
                lines.iter().all(|line| line.starts_with("UNEXPECTED: lemma-5") && line.ends_with(told.unwrap_or("")))
            );
        }
        let planted = || Planted {
            id: "lemma-5".into(),
            reading: Reading::Printed,
            variant: String::new(),
            mode: Mode::APosteriori,
            planted: "half".into(),
            caught: None,
        };
        let missed = Report { planted: vec![planted()], ..report(Vec::new()) };
        assert_eq!(surprises(&missed).len(), 1);
        let mut own = missed;
        own.run.scenarios = Some("mine.toml".into());
        assert!(surprises(&own).is_empty(), "what their draws can show is up to them");
    }
}
