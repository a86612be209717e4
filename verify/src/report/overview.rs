//! What a run found, for a terminal: the sentences of the page, and a line a statement in the paper's order.

use super::cell::number;
use super::grouped::{READINGS, statements};
use super::page::{Hunted, name, summary};
use super::readme::{Failing, Found, outcome};
use super::{JudgedClaim, Report};
use crate::claim::Reading;
use crate::hunt::SearchEntry;
use crate::hunt::stored::Searched;
use std::collections::BTreeMap;

/// The report at a glance.
#[must_use]
pub fn overview(report: &Report, hunted: Option<&Hunted>) -> String {
    let mut rows = vec![["statement", "printed", "rederived", "sharpened"].map(str::to_owned)];
    let mut stored = Vec::new();
    for of in statements(report) {
        let found = READINGS.map(|reading| outcome(report, &of, reading));
        let [printed, rederived, sharpened] = found.each_ref().map(short);
        rows.push([name(of.title).to_owned(), printed, rederived, sharpened]);
        for (reading, found) in READINGS.into_iter().zip(&found) {
            if let Found::Fails(Failing { searched: Some(searched), .. }) = found {
                let entry = hunted.and_then(|hunted| hunted.entries.iter().find(|entry| is_of(entry, searched)));
                stored.push(format!("{}, {}: {}", name(of.title), reading.name(), instances(searched, entry)));
            }
        }
    }
    let widths = [0, 1, 2].map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut out = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths.map(Some).into_iter().chain([None]));
        let line: Vec<String> = cells.map(|(cell, width)| format!("{cell:<0$}", width.unwrap_or(0))).collect();
        out += &format!("  {}\n", line.join("   ").trim_end());
    }
    out += "  holds: the largest share of the bound that was needed. FAILS: how many times the bound it came to.\n\
            \x20 played: on the draws of this run. stored: at the worst instance of the last search, which this run did not play.\n";
    stored.iter().for_each(|line| out += &format!("  {line}\n"));
    out += "\n";
    summary(report, hunted).iter().for_each(|sentence| out += &format!("{sentence}\n"));
    out
}

/// A reading of a statement in a few words.
fn short(found: &Found<'_>) -> String {
    match found {
        Found::Nothing => "-".into(),
        Found::Vacuous => "vacuous".into(),
        Found::Holds([posterior, prior, searched]) => {
            let played = [posterior, prior].into_iter().flatten().copied().max_by(f64::total_cmp);
            let numbers = named(played.map(number), *searched);
            format!("holds {numbers}").trim_end().to_owned()
        }
        Found::Fails(failing) => failed(failing),
    }
}

/// `0.3 played, 1 stored`.
fn named(played: Option<String>, stored: Option<f64>) -> String {
    let (played, stored) = (played.map(|text| text + " played"), stored.map(|ratio| number(ratio) + " stored"));
    played.into_iter().chain(stored).collect::<Vec<_>>().join(", ")
}

fn failed(failing: &Failing<'_>) -> String {
    let ratio = failing.played.and_then(|worst| worst.ratio).map(|ratio| number(ratio.max));
    let rate = failing.drawn.and_then(|worst| worst.rate);
    let played = ratio.or_else(|| rate.map(|rate| format!("on {} of {} draws", rate.failures, rate.draws)));
    let only =
        if played.is_none() && failing.played.is_none() && failing.drawn.is_none() { ", not played" } else { "" };
    format!("FAILS {}{only}", named(played, failing.searched.map(largest))).trim_end().to_owned()
}

/// The largest ratio that the search found, at whatever number of workers.
fn largest(found: &Searched) -> f64 {
    found.sizes.iter().map(|size| size.ratio).fold(found.ratio, f64::max)
}

fn is_of(entry: &SearchEntry, found: &Searched) -> bool {
    (&*entry.id, entry.reading, &*entry.variant) == (&*found.id, found.reading, &*found.variant)
}

/// The stored instances on which a bound fails: the worst, and the one that is written down to be replayed.
fn instances(found: &Searched, entry: Option<&SearchEntry>) -> String {
    let (worst, grows) = (largest(found), if found.grows { ", and grows with m" } else { "" });
    let size = found.sizes.iter().find(|size| size.ratio.total_cmp(&worst).is_eq()).map(|size| size.workers);
    let m = size.or_else(|| Some(entry?.instance.as_ref()?.m()));
    let at = m.map_or_else(String::new, |m| format!(" at m = {m}"));
    let replayed = found.witness.as_ref().map_or_else(String::new, |witness| {
        let (ratio, m, file) = (number(witness.ratio), witness.workers, &witness.file);
        format!("; {ratio} at m = {m}, `cargo xtask verify --witness reports/witnesses/{file}`")
    });
    format!("stored {}{at} in reports/hunt.json{grows}{replayed}", number(worst))
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
    use crate::hunt::AtSize;
    use crate::hunt::stored::Replayed;
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
        assert_eq!(line, ["Lemma 5", "FAILS 1.5 played", "holds 0.25 played", "-"], "{said}");
    }

    fn searched(reading: Reading, ratio: f64, witness: Option<Replayed>) -> Searched {
        Searched {
            id: "lemma-5".into(),
            reading,
            variant: String::new(),
            ratio,
            ceiling: None,
            why: String::new(),
            evaluations: 1,
            sizes: vec![AtSize { workers: 4, ratio: 0.5 * ratio, eta: 0.1 }, AtSize { workers: 400, ratio, eta: 0.1 }],
            grows: witness.is_some(),
            witness,
        }
    }

    #[test]
    fn what_was_played_and_what_is_stored_are_two_numbers() {
        let (file, breaks_at) = ("five.json".into(), String::new());
        let witness = Replayed { file, ratio: 2.0, proved: true, breaks_at, rows: 2, dimension: 1, workers: 25 };
        let lines = |verdict: Verdict| -> Vec<String> {
            let printed = claim(Reading::Printed, verdict, None, 1.5);
            let judged = vec![printed, claim(Reading::Rederived, Verdict::Holds, None, 0.25)];
            let searched =
                vec![searched(Reading::Printed, 22.5, Some(witness.clone())), searched(Reading::Rederived, 0.75, None)];
            overview(&Report { searched, ..report(judged) }, None).lines().map(|line| line.trim().to_owned()).collect()
        };
        let failing = lines(Verdict::Violated);
        assert!(failing[1].contains("FAILS 1.5 played, 22.5 stored   holds 0.25 played, 0.75 stored"), "{failing:?}");
        let stored = "Lemma 5, printed: stored 22.5 at m = 400 in reports/hunt.json, and grows with m; 2 at m = 25, \
                      `cargo xtask verify --witness reports/witnesses/five.json`";
        assert!(failing.iter().any(|line| line == stored), "{failing:?}");
        // On draws that break nothing, the counterexample is not theirs.
        let holding = lines(Verdict::Holds);
        assert!(holding[1].contains("FAILS 22.5 stored, not played"), "{holding:?}");
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
