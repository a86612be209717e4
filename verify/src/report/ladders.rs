//! The proofs as waterfalls: for each statement and reading, on the scenario where the bound is closest.

use super::markdown::{bounds, closest};
use super::{JudgedClaim, Report};
use crate::claim::Reading;
use figure::{Fall, Proof, Waterfall};

/// (file stem, figure) for every statement whose proof has steps of its own.
pub(super) fn ladders(report: &Report) -> Vec<(String, Waterfall)> {
    let mut ids: Vec<&str> = report.claims.iter().map(|entry| entry.id.as_str()).collect();
    ids.dedup();
    ids.into_iter()
        .filter_map(|id| {
            // The variants of a printed reading stay in the tables.
            let shown = |e: &&JudgedClaim| e.id == id && (e.variant.is_empty() || e.reading != Reading::Printed);
            let entries: Vec<&JudgedClaim> = report.claims.iter().filter(shown).collect();
            let proofs: Vec<Proof> =
                bounds(&entries).into_iter().filter_map(|bound| closest(&entries, bound)).filter_map(proof).collect();
            let figure = Waterfall {
                title: format!("{}: the proof, step by step", entries[0].title),
                statement: "Each bar is one line of the proof: how much larger it is than the line before".into(),
                caption: format!(
                    "Medians over draws, on the scenario where the bound comes closest to what was measured. Blue: what a \
                     step loses. Vermilion: a line that is below the one before on some draw, where the step is wrong. \
                     Seed {}, {} run.",
                    report.run.seed, report.run.effort
                ),
                proofs,
            };
            (!figure.proofs.is_empty()).then(|| (format!("{id}-ladder"), figure))
        })
        .collect()
}

/// None for a bound whose proof is one line.
fn proof(entry: &JudgedClaim) -> Option<Proof> {
    let (measured, steps) = entry.ladder.split_first()?;
    (steps.len() > 1).then(|| {
        let variant = if entry.variant.is_empty() { String::new() } else { format!(" ({})", entry.variant) };
        let (reading, mode, verdict) =
            (entry.reading.name(), entry.mode.name().replace('-', " "), entry.verdict.name());
        let falls = steps.iter().map(|step| Fall {
            formula: step.formula.clone(),
            by: step.by.clone(),
            ratio: step.median,
            broken: match step.broken {
                0 => String::new(),
                count => format!("below the line before on {count} of {} draws", entry.draws),
            },
        });
        Proof {
            heading: format!("{reading}{variant}, {mode} on {}: {verdict}", entry.scenario),
            measured: measured.formula.clone(),
            steps: falls.collect(),
        }
    })
}
