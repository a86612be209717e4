//! What the page says of a search: the largest ratio found, its ceiling, and the instance that shows it.

use super::super::cell::number;
use super::{Hunted, PageError};
use crate::claim::Claim;
use crate::hunt::ceiling::Ceiling;
use crate::hunt::{self, Witness};
use serde::Serialize;

/// What the search says of a bound.
#[derive(Serialize)]
pub(super) struct Search {
    ratio: String,
    pub(super) raw: f64,
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
    /// Whether an instance refutes the bound.
    pub(super) fn refutes(&self) -> bool {
        self.counterexample.is_some()
    }

    pub(super) fn new(entry: &hunt::SearchEntry, hunted: &Hunted) -> Result<Self, PageError> {
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
