//! One forest plot per statement: measured against bound, scenario by scenario, reading by reading.

use super::grouped::{Statement, statements};
use super::{JudgedClaim, Report};
use crate::claim::{Mode, Reading};
use figure::{Forest, ForestRow, Group, Mark, MarkKind, TestOutcome};
use ladder::Verdict;

/// (file stem, figure) for every statement in the report.
#[must_use]
pub fn figures(report: &Report) -> Vec<(String, Forest)> {
    statements(report).iter().map(|of| (of.id.to_owned(), forest(report, of))).collect()
}

fn forest(report: &Report, of: &Statement<'_>) -> Forest {
    let group = |mode: Mode, title: &str| {
        let mut rows: Vec<ForestRow> = Vec::new();
        for entry in of.shown().flat_map(|bound| bound.judged(mode)) {
            let label = match entry.variant.as_str() {
                "" => entry.scenario.clone(),
                variant => format!("{}, {variant} form", entry.scenario),
            };
            match rows.iter_mut().find(|row| row.label == label) {
                Some(row) => row.marks.push(mark(entry)),
                None => rows.push(ForestRow { label, marks: vec![mark(entry)] }),
            }
        }
        Group { title: title.into(), rows }
    };
    let groups = [
        group(Mode::APosteriori, "A posteriori: on every draw"),
        group(Mode::APriori, "A priori: on all but a fraction δ of draws"),
    ];
    let real = report.run.data.iter().any(|data| data.real);
    let data = match &report.run.scenarios {
        Some(file) => format!("scenarios of {file}"),
        None if real => "a9a and w5a are the published files".into(),
        None => "a9a-like and w5a-like are synthetic stand-ins".into(),
    };
    Forest {
        title: of.title.to_owned(),
        statement: of.shown().next().map_or_else(String::new, |bound| match bound.claim.reading {
            Reading::Printed => format!("As printed: {}", bound.claim.says),
            Reading::Rederived | Reading::Sharpened => bound.claim.says.clone(),
        }),
        caption: format!(
            "Measured value over bound: the line runs from the smallest to the largest draw, the marker is the median. \
             Vacuous means that a premise fails, so that the bound says nothing. A-priori counts are failures over draws; \
             δ = {}. Seed {}, {} run; {data}.",
            report.run.delta, report.run.seed, report.run.effort
        ),
        axis: "measured / bound (1: the bound is reached)".into(),
        groups: groups.into_iter().filter(|group| !group.rows.is_empty()).collect(),
    }
}

fn mark(entry: &JudgedClaim) -> Mark {
    Mark {
        series: match entry.reading {
            Reading::Printed => MarkKind::Printed,
            Reading::Rederived => MarkKind::Rederived,
            Reading::Sharpened => MarkKind::Sharpened,
        },
        outcome: match entry.verdict {
            Verdict::Holds => TestOutcome::Holds,
            Verdict::Violated => TestOutcome::Violated,
            Verdict::Vacuous => TestOutcome::Vacuous,
            Verdict::NotApplicable => TestOutcome::NotApplicable,
            Verdict::Confirmed => TestOutcome::Confirmed,
            Verdict::Refuted => TestOutcome::Refuted,
            Verdict::Inconclusive => TestOutcome::Inconclusive,
        },
        range: entry.ratio.map(|range| (range.min, range.median, range.max)),
        note: note(entry),
    }
}

/// Failures over draws, and whether the verdict is with room.
fn note(entry: &JudgedClaim) -> String {
    let rate = entry.rate.map(|rate| format!("{}/{}", rate.failures, rate.draws));
    let room = (entry.words() != entry.verdict.name() && entry.verdict.judged()).then(|| "with room".to_owned());
    [room, rate].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::claims;

    #[test]
    fn the_fonts_have_every_sign_of_every_statement() {
        let said: String = claims::all().iter().flat_map(|claim| [claim.title, &*claim.says.plain]).collect();
        assert!(said.contains('ε') && said.contains('≤'));
        assert_eq!(figure::lacking(&format!("{said} ηᵢ δ ½ ‖∑∞≤≥")).unwrap(), "");
    }
}
