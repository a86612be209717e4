//! Adversarial search: for every claim and reading the instance with the largest ratio of measured to bound.
//!
//! A ratio above 1 refutes the claim. Instances are real ones ([`instance`]): data, shards, lies and compressed messages
//! that the ordinary cluster and oracle play. Reading order: [`instance`] and [`mod@look`], [`genome`], [`shape`] and [`search`],
//! [`shrink`], [`exact`] by [`interval`], [`ceiling`] and [`limit`], [`stored`]. What is found is written as an array of
//! [`SearchEntry`] and a file for every [`Witness`].

pub mod ceiling;
pub mod exact;
pub mod genome;
pub mod instance;
pub mod interval;
mod liar;
pub mod limit;
pub mod look;
pub mod round;
pub mod search;
pub mod shape;
pub mod shrink;
pub mod stored;
mod stride;
pub mod theorem;

use crate::claim::{At, Claim, Mode, Reading};
use crate::claims;
use crate::quantity::measured;
use comrade::stream::Seed;
use exact::ExactProof;
use instance::{Instance, Nothing};
use ladder::judge;
use look::{ends, look, violates};
use search::{BestInstances, name, parallel};
use serde::{Deserialize, Serialize};

/// A witness of which a proof is possible is preferred if its ratio exceeds 1 by this much of what the best one does.
const PROVABLE: f64 = 0.5;

/// A witness of at most this many workers is preferred to any larger one: a person can check it.
pub const PRESENTABLE: usize = 25;

/// The largest ratio found at one number of workers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtSize {
    /// m.
    pub workers: usize,
    /// Measured over bound.
    pub ratio: f64,
    /// eta there: a worst case at eta -> 0 shows as a small one.
    pub eta: f64,
}

/// A ratio reached at a smaller eta than this lies at the limit eta -> 0.
const VANISHING: f64 = 1e-2;

/// For people: `1.488 at m = 16, 2.077 at m = 25`, and whether these lie at eta -> 0.
#[must_use]
pub fn growth(sizes: &[AtSize], number: fn(f64) -> String) -> String {
    let each = sizes.iter().map(|at| format!("{} at m = {}", number(at.ratio), at.workers));
    let limit = if sizes.iter().all(|at| at.eta < VANISHING) { "; all at η → 0" } else { "" };
    each.collect::<Vec<_>>().join(", ") + limit
}

/// What the search says of one claim: an entry of `hunt.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchEntry {
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
    /// The largest ratios by number of workers.
    #[serde(default)]
    pub sizes: Vec<AtSize>,
    /// Whether the ratio still grows at the largest number of workers, so that no limit is in sight.
    #[serde(default)]
    pub grows: bool,
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
    /// Measured over bound, from exact arithmetic where it decides; 0 when a premise fails.
    pub ratio: f64,
    /// Whether the claim is violated: by exact arithmetic where it decides, else by the judge beyond rounding.
    pub violated: bool,
    /// What exact arithmetic says.
    pub proof: ExactProof,
    /// Whether the instance is small enough for exact arithmetic.
    pub small: bool,
    /// The first line of the proof that is below the one before; empty when none is.
    pub breaks_at: String,
    /// What is measured and what bounds it, by floating point; none if the instance cannot be played.
    pub sides: Option<[f64; 2]>,
    /// Symbols that bounds are made of, as measured on the instance.
    pub symbols: Vec<(&'static str, f64)>,
}

/// What people compute a bound from; what is made of these differs between readings.
const SYMBOLS: [&str; 12] =
    ["nu", "sigma_min", "p", "lipschitz", "rho", "stride.before", "kappa", "eta", "eps", "eps_max", "delta", "kappa_b"];

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

/// The claim of this name; none if a single instance cannot refute it.
#[must_use]
pub fn claim_of(id: &str, reading: Reading, variant: &str) -> Option<&'static Claim> {
    huntable().into_iter().find(|c| c.id == id && c.reading == reading && c.variant == variant)
}

/// The claims that a single instance can refute. No instance holds the Hessians that the medoid is about.
#[must_use]
pub fn huntable() -> Vec<&'static Claim> {
    let played = |claim: &&Claim| claim.modes.contains(&Mode::APosteriori) && claim.id != "medoid";
    claims::all().into_iter().filter(played).collect()
}

/// A line that says what the ratio of a claim is, a posteriori: the first line of its proof over the last one.
fn sides(claim: &Claim, replay: &Replay) -> String {
    let Some([measured, bound]) = ends(claim) else { return String::new() };
    let from = if claims::from_minimum(&measured.formula) { ", both counted from the minimum φ(p*)" } else { "" };
    let [left, right] =
        replay.sides.map_or([String::new(), String::new()], |sides| sides.map(|v| format!(" = {v:.9e}")));
    let told = replay.symbols.iter().map(|(symbol, value)| format!("{symbol} = {value:.9e}"));
    let told = told.collect::<Vec<_>>().chunks(4).map(|few| format!("\n  {}", few.join(", "))).collect::<String>();
    let with = if told.is_empty() { "" } else { "\nmeasured on the instance, in floating point as the two sides:" };
    format!(
        "\nthe ratio is measured over bound{from}\n  measured: {}{left}\n  bound:    {}{right}{with}{told}",
        measured.formula, bound.formula
    )
}

impl Witness {
    /// For people: the verdict of a replay, its ratio, whether it is proved, and where the proof breaks.
    #[must_use]
    pub fn describe(&self, replay: &Replay) -> String {
        let verdict = if replay.violated { "violated" } else { "not violated" };
        let proof = match replay.proof {
            ExactProof::Proved(_) => "proved in exact arithmetic or by enclosing intervals with rational ends",
            ExactProof::Disproved(_) => {
                "proved to hold here, in exact arithmetic or by enclosing intervals with rational ends"
            }
            ExactProof::Vacuous => "a premise fails here, in exact arithmetic",
            ExactProof::Open => "exact intervals overlap, so that floating point decides",
            ExactProof::NotCovered if !replay.small => &format!(
                "too large for exact arithmetic (numbers of more than {} digits, more than {} entries, or kinds of workers whose \
                 sum takes more than {:e} steps): floating point decides",
                exact::DIGITS,
                exact::ENTRIES,
                exact::STEPS
            ),
            ExactProof::NotCovered => "no exact form, so that floating point decides",
        };
        let variant = if self.variant.is_empty() { String::new() } else { format!(" ({})", self.variant) };
        let name = format!("{} {}{variant}", self.id, self.reading.name());
        let broken = match replay.breaks_at.as_str() {
            "" => String::new(),
            line => format!("\nfirst broken line of the proof: {line}"),
        };
        let sides =
            claim_of(&self.id, self.reading, &self.variant).map_or_else(String::new, |claim| sides(claim, replay));
        format!("{name}: {verdict}\nratio {}, stored {}; {proof}{sides}{broken}", replay.ratio, self.ratio)
    }

    /// Plays the instance and judges the claim on it.
    ///
    /// # Errors
    /// [`ReplayError`] for an unknown claim, or an instance that shows nothing.
    pub fn replay(&self) -> Result<Replay, ReplayError> {
        let wanted = || format!("{} {} {}", self.id, self.reading.name(), self.variant);
        let claim = claim_of(&self.id, self.reading, &self.variant).ok_or_else(|| ReplayError::Claim(wanted()))?;
        let ruling = Ruling::on(claim, &self.instance)?;
        // Where rounding hides the lines of the proof, none of them is named.
        let draw = self.instance.play().ok().map(|scene| scene.draw);
        let judged = draw.as_ref().filter(|_| ruling.violated);
        let breaks_at =
            judged.and_then(|draw| judge(claim, Mode::APosteriori, std::slice::from_ref(draw), 0.005, 1.0).witness);
        let mut symbols = draw.as_ref().map_or_else(Vec::new, |draw| measured::chosen(draw, &SYMBOLS));
        symbols.retain(|known| known.value.is_finite());
        let values = |draw| {
            let at = At { draw, mode: Mode::APosteriori, reading: claim.reading };
            ends(claim).map(|ends| ends.map(|rung| (rung.value)(at)))
        };
        Ok(Replay {
            ratio: ruling.ratio,
            violated: ruling.violated,
            proof: ruling.proof,
            small: exact::is_small(&self.instance),
            breaks_at: breaks_at.map_or_else(String::new, |witness| witness.breaks_at),
            sides: draw.as_ref().and_then(values),
            symbols: symbols.into_iter().map(|known| (known.symbol, known.value)).collect(),
        })
    }
}

/// What is finally said of a claim on an instance: exact arithmetic has the last word wherever it decides, and floating point
/// speaks only where it does not.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ruling {
    ratio: f64,
    violated: bool,
    proof: ExactProof,
}

impl Ruling {
    fn on(claim: &Claim, instance: &Instance) -> Result<Self, Nothing> {
        instance.dataset()?;
        let nothing = Self { ratio: 0.0, violated: false, proof: ExactProof::NotCovered };
        if !(claim.applies)(&instance.scenario()) {
            return instance.play().map(|_| nothing);
        }
        let proof = exact::prove(claim, instance);
        Ok(match proof {
            ExactProof::Proved(ratio) => Self { ratio, violated: true, proof },
            ExactProof::Disproved(ratio) => Self { ratio, violated: false, proof },
            ExactProof::Vacuous => Self { proof, ..nothing },
            ExactProof::Open | ExactProof::NotCovered => {
                let scene = instance.play()?;
                Self { ratio: look(claim, &scene).ratio, violated: violates(claim, &scene), proof }
            }
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
) -> Vec<(SearchEntry, Option<Witness>)> {
    let all = search::search(claims, seed, budget, jobs, tick);
    parallel(all.len(), jobs, &|job| conclude(&all[job]))
}

fn conclude(hunted: &BestInstances) -> (SearchEntry, Option<Witness>) {
    let claim = hunted.claim;
    let ratio = hunted.best.as_ref().map_or(0.0, |found| found.ratio);
    let (id, reading, variant) = (claim.id.to_owned(), claim.reading, claim.variant.to_owned());
    let refutes = |found: &&search::Found| Ruling::on(claim, &found.instance).is_ok_and(|ruling| ruling.violated);
    // One that can be proved is worth some of the ratio; the best one is in the entry all the same.
    let enough = |found: &&search::Found| found.ratio - 1.0 >= PROVABLE * (ratio - 1.0);
    let small = hunted.best_small.as_ref().filter(|found| hunted.grows() || enough(found)).filter(refutes);
    let exact = hunted.best_exact.as_ref().filter(enough).filter(refutes);
    let chosen = small.or(exact).or(hunted.best.as_ref().filter(refutes));
    let witness = chosen.map(|found| {
        let instance = shrink::shrink(claim, &found.instance);
        let ruling = Ruling::on(claim, &instance);
        let (ratio, proved) = ruling.map_or((0.0, false), |ruling| (ruling.ratio, ruling.proof.is_proved()));
        Witness { id: id.clone(), reading, variant: variant.clone(), ratio, proved, instance }
    });
    let entry = SearchEntry {
        id,
        reading,
        variant,
        ratio,
        evaluations: hunted.evaluations,
        witness: witness.as_ref().map(|_| format!("{}.json", name(claim))),
        proved: witness.as_ref().map(|witness| witness.proved),
        sizes: hunted.sizes.clone(),
        grows: hunted.grows(),
        instance: hunted.best.as_ref().map(|found| found.instance.clone()),
    };
    (entry, witness)
}
