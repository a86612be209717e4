//! Adversarial search: for every claim and reading the instance with the largest ratio of measured to bound.
//!
//! A ratio above 1 refutes the claim. Instances are real ones ([`instance`]): data, shards, lies and compressed messages
//! that the ordinary cluster and oracle play. Reading order: [`instance`], [`genome`] and [`search`], [`shrink`],
//! [`exact`] by [`interval`], [`stored`]. What is found is written as an array of [`Entry`] and a file for every [`Witness`].

pub mod exact;
pub mod genome;
pub mod instance;
pub mod interval;
pub mod limit;
pub mod search;
pub mod shrink;
pub mod stored;

use crate::claim::{Claim, Mode, Reading};
use crate::claims;
use crate::judge::judge;
use comrade::stream::Seed;
use exact::Proof;
use instance::{Instance, Nothing, look, violates};
use search::{Hunted, name, parallel};
use serde::{Deserialize, Serialize};

/// A witness of which a proof is possible is preferred if its ratio exceeds 1 by this much of what the best one does.
const PROVABLE: f64 = 0.5;

/// What the search says of one claim: an entry of `hunt.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The claim's id.
    pub id: String,
    /// Its reading.
    pub reading: Reading,
    /// Its variant, empty for the main one.
    pub variant: String,
    /// Largest ratio found; 0 when every instance was vacuous.
    pub ratio: f64,
    /// Instances that were played.
    pub evaluations: usize,
    /// Name of the file in `witnesses/`, when the claim is refuted.
    pub witness: Option<String>,
    /// Whether the witness is proved exactly; none without a witness.
    pub proved: Option<bool>,
    /// Where the ratio is reached.
    pub instance: Option<Instance>,
}

/// A shrunk instance that refutes a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Witness {
    /// The claim's id.
    pub id: String,
    /// Its reading.
    pub reading: Reading,
    /// Its variant, empty for the main one.
    pub variant: String,
    /// Measured over bound.
    pub ratio: f64,
    /// Whether the violation is proved in exact arithmetic.
    pub proved: bool,
    /// The instance.
    pub instance: Instance,
}

/// A replayed witness.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// Measured over bound; 0 when a premise fails.
    pub ratio: f64,
    /// Whether the judge finds the claim violated.
    pub violated: bool,
    /// Whether exact arithmetic does.
    pub proof: Proof,
    /// The first line of the proof that is below the one before; empty when none is.
    pub breaks_at: String,
}

/// Why a witness cannot be replayed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// No such claim.
    #[error("there is no claim {0} that is judged a posteriori")]
    Claim(String),
    /// The instance cannot be played.
    #[error("the instance cannot be played: {0}")]
    Instance(#[from] Nothing),
}

/// The claims that a single instance can refute.
#[must_use]
pub fn huntable() -> Vec<&'static Claim> {
    claims::all().into_iter().filter(|claim| claim.modes.contains(&Mode::APosteriori)).collect()
}

impl Witness {
    /// For people: the verdict of a replay, its ratio, whether it is proved, and where the proof breaks.
    #[must_use]
    pub fn describe(&self, replay: &Replay) -> String {
        let verdict = if replay.violated { "violated" } else { "not violated" };
        let proof = match replay.proof {
            Proof::Proved => "proved in exact arithmetic or by enclosing intervals with rational ends",
            Proof::NotProved => "not proved exactly",
            Proof::NotCovered => "no exact form",
        };
        let variant = if self.variant.is_empty() { String::new() } else { format!(" ({})", self.variant) };
        let name = format!("{} {}{variant}", self.id, self.reading.name());
        let broken = match replay.breaks_at.as_str() {
            "" => String::new(),
            line => format!("\nfirst broken line of the proof: {line}"),
        };
        format!("{name}: {verdict}\nratio {}, stored {}; {proof}{broken}", replay.ratio, self.ratio)
    }

    /// Plays the instance and judges the claim on it.
    ///
    /// # Errors
    /// [`ReplayError`] for an unknown claim, or an instance that shows nothing.
    pub fn replay(&self) -> Result<Replay, ReplayError> {
        let same = |c: &&Claim| c.id == self.id && c.reading == self.reading && c.variant == self.variant;
        let wanted = || format!("{} {} {}", self.id, self.reading.name(), self.variant);
        let claim = huntable().into_iter().find(same).ok_or_else(|| ReplayError::Claim(wanted()))?;
        let draw = self.instance.play()?;
        let applies = (claim.applies)(&self.instance.scenario());
        let judged = judge(claim, Mode::APosteriori, std::slice::from_ref(&draw), 0.005, 1.0);
        Ok(Replay {
            ratio: if applies { look(claim, &draw).ratio } else { 0.0 },
            violated: applies && violates(claim, &draw),
            proof: exact::prove(claim, &self.instance),
            breaks_at: judged.witness.map_or_else(String::new, |witness| witness.breaks_at),
        })
    }
}

/// Searches the claims, shrinks and proves what refutes them; entries in the order of the claims.
///
/// The result depends on seed and budget (evaluations a claim), not on `jobs`.
#[must_use]
pub fn hunt(
    claims: &[&'static Claim],
    seed: Seed,
    budget: usize,
    jobs: usize,
    tick: &(dyn Fn(usize) + Sync),
) -> Vec<(Entry, Option<Witness>)> {
    let all = search::search(claims, seed, budget, jobs, tick);
    parallel(all.len(), jobs, &|job| conclude(&all[job]))
}

fn conclude(hunted: &Hunted) -> (Entry, Option<Witness>) {
    let claim = hunted.claim;
    let ratio = hunted.best.as_ref().map_or(0.0, |found| found.ratio);
    let (id, reading, variant) = (claim.id.to_owned(), claim.reading, claim.variant.to_owned());
    let refutes = |instance: &Instance| instance.play().is_ok_and(|draw| violates(claim, &draw));
    // One that can be proved is worth some of the ratio; the best one is in the entry all the same.
    let enough = |found: &&search::Found| found.ratio - 1.0 >= PROVABLE * (ratio - 1.0) && refutes(&found.instance);
    let exact = hunted.best_exact.as_ref().filter(enough);
    let chosen = exact.or(hunted.best.as_ref()).filter(|found| refutes(&found.instance));
    let witness = chosen.map(|found| {
        let instance = shrink::shrink(claim, &found.instance);
        let proved = exact::prove(claim, &instance) == Proof::Proved;
        let ratio = instance.play().map_or(0.0, |draw| look(claim, &draw).ratio);
        Witness { id: id.clone(), reading, variant: variant.clone(), ratio, proved, instance }
    });
    let entry = Entry {
        id,
        reading,
        variant,
        ratio,
        evaluations: hunted.evaluations,
        witness: witness.as_ref().map(|_| format!("{}.json", name(claim))),
        proved: witness.as_ref().map(|witness| witness.proved),
        instance: hunted.best.as_ref().map(|found| found.instance.clone()),
    };
    (entry, witness)
}
