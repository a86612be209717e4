//! Ghosh, Maity and Mazumdar, *Distributed Newton Can Communicate Less and Resist Byzantine Workers*, NeurIPS 2020: COMRADE.
//!
//! One file per statement, in the paper's order, its three readings together. Its symbols are in [`crate::quantity`].

mod contraction;
pub mod errata;
mod lemma_1;
mod lemma_10;
mod lemma_11;
mod lemma_2;
mod lemma_3;
mod lemma_4;
mod lemma_5;
mod lemma_6;
mod lemma_7;
mod lemma_8;
mod lemma_9;
mod notation;
mod planted;
mod theorem_1;
mod theorem_2;
mod theorem_3;
mod trimming;

use crate::claim::{At, Claim, Mode, Premise, Reading};
use crate::quantity::{eta, ridge, spectrum};
use crate::run::Draw;
use crate::scenario::Scenario;

pub use contraction::Parts;
#[cfg(test)]
pub(super) use notation::FORMULAS;
pub use notation::{NOTATION, constants};
pub(crate) use planted::faults;

/// The paper.
#[cfg(feature = "report")]
pub(super) const PAPER: super::Paper = super::Paper {
    name: "comrade",
    printed: "Ghosh, Maity and Mazumdar, Distributed Newton Can Communicate Less and Resist Byzantine Workers, NeurIPS 2020",
    judged: super::Judged::ByRuns(claims),
};

/// Every claim, in the paper's order, printed before rederived before sharpened.
pub(crate) fn claims() -> Vec<Claim> {
    let statements = [
        lemma_1::claims(),
        lemma_2::claims(),
        lemma_3::claims(),
        lemma_4::claims(),
        lemma_5::claims(),
        lemma_6::claims(),
        theorem_1::claims(),
        lemma_7::claims(),
        lemma_8::claims(),
        theorem_2::claims(),
        lemma_9::claims(),
        lemma_10::claims(),
        lemma_11::claims(),
        theorem_3::claims(),
    ];
    statements.into_iter().flatten().collect()
}

/// The parts of the sharpened theorem that is about this scenario, as measured on this draw: Theorem 1 where messages are
/// averaged, Theorem 3, whose case k = 0 is Theorem 2, elsewhere. None if its premises fail.
#[must_use]
pub fn parts(scenario: &Scenario, draw: &Draw) -> Option<Parts> {
    let at = At { draw, mode: Mode::APosteriori, reading: Reading::Sharpened };
    let pair = if averaged(scenario) { lemma_5::linear(at) } else { lemma_10::linear(at) };
    let given = draw.travel.is_some() && enough(at);
    given.then(|| contraction::parts(at, pair))
}

/// What Theorem 1 sharpened says before any draw: ||Delta_{t+1}|| <= factor ||Delta_t|| + floor + O(||Delta_t||^2) with
/// probability 1 - delta, [`DELTA`](crate::claim::DELTA), for shards that are averaged. None if t, the radius of the
/// ridge rule, is not below 1.
#[must_use]
pub fn theorem_1_before(draw: &Draw) -> Option<LinearBound> {
    let at = At { draw, mode: Mode::APriori, reading: Reading::Sharpened };
    let pair = lemma_5::linear(at);
    ridge::is_bounded(at).then(|| LinearBound {
        factor: spectrum::kappa(at).sqrt() * pair.rate,
        floor: pair.floor / spectrum::sigma_min(at).sqrt(),
    })
}

/// A bound factor ||Delta_t|| + floor on ||Delta_{t+1}||, without its quadratic term.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearBound {
    /// sqrt(kappa) Z.
    pub factor: f64,
    /// E/sqrt(sigma_min).
    pub floor: f64,
}

/// Whether a claim speaks of w*.
#[must_use]
pub fn needs_minimiser(claim: &Claim) -> bool {
    claim.given.iter().any(|premise| premise.says == contraction::MINIMISER_KNOWN)
}

const BOTH: &[Mode] = &[Mode::APosteriori, Mode::APriori];
const A_PRIORI: &[Mode] = &[Mode::APriori];
/// The two spellings of zeta_1 in the text.
const ZETA_1_AS_PRINTED: &str = "the text, ζ₁ = ν/(1 − η) as printed";
const ZETA_1_AS_DEFINED: &str = "the text, with ζ₁ = ν(η + η²/(1 − η)) = νη/(1 − η) as its definition gives it";

fn eta_below_1() -> Premise {
    Premise::new("η < 1", |at| eta::eta(at) < 1.0)
}

pub(super) fn trims_enough() -> Premise {
    Premise::new("α ≤ β", enough)
}

/// Term 3 of the printed proofs: "we know that beta > alpha". Without liars there is no Term 3.
fn trims_more() -> Premise {
    Premise::new("α < β, or α = 0", |at| {
        let counts = at.draw.sketch.counts;
        counts.byzantine == 0 || counts.byzantine < counts.trimmed
    })
}

pub(super) fn trims_half_at_most() -> Premise {
    Premise::new("β < 1/2", |at| 2 * at.draw.sketch.counts.trimmed < at.draw.sketch.counts.workers)
}

/// A posteriori tau and omega are finite on every draw; a priori they need a radius below 1.
fn ridge_below_1() -> Premise {
    Premise::new("t < 1 (radius of the ridge rule)", ridge::is_bounded)
}

fn enough(at: At<'_>) -> bool {
    at.draw.sketch.counts.byzantine <= at.draw.sketch.counts.trimmed
}

/// Algorithm 1, which the paper is about.
fn published(scenario: &Scenario) -> bool {
    scenario.lazy.is_none()
}

/// All workers honest: the statement is about the sketches alone.
fn honest(scenario: &Scenario) -> bool {
    published(scenario) && scenario.byzantine() == 0 && scenario.beta == 0.0
}

/// The same where gradients carry noise: of b_j = 0, that 0 is at most 0 says nothing.
fn noisy(scenario: &Scenario) -> bool {
    honest(scenario) && !scenario.interpolates()
}

/// Plain averaging of uncompressed honest messages.
fn averaged(scenario: &Scenario) -> bool {
    honest(scenario) && !scenario.compresses()
}

/// Uncompressed messages, some trimmed or some lying.
fn trimmed(scenario: &Scenario) -> bool {
    published(scenario) && !honest(scenario) && !scenario.compresses()
}

/// Anything goes: uncompressed messages are compressed ones with rho = 1.
fn any(scenario: &Scenario) -> bool {
    published(scenario) && (!honest(scenario) || scenario.compresses())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;
    use crate::testing::draw;

    /// The same data for COMRADE, without liars, nothing trimmed and nothing compressed.
    fn bare(scenario: Scenario) -> Scenario {
        Scenario { liars: None, beta: 0.0, compressor: "identity".into(), lazy: None, ..scenario }
    }

    /// Which statements are about a scenario, in the paper's order.
    fn about(scenario: &Scenario) -> Vec<&'static str> {
        let mut ids: Vec<&str> =
            claims().iter().filter(|claim| (claim.applies)(scenario)).map(|claim| claim.id).collect();
        ids.dedup();
        ids
    }

    #[test]
    fn every_statement_is_about_the_runs_that_its_premises_describe() {
        let interpolated = scenario::all().into_iter().find(Scenario::interpolates).unwrap();
        let noisy = scenario::all().into_iter().find(|scenario| !scenario.interpolates()).unwrap();
        let (plain, interpolated) = (bare(noisy), bare(interpolated));
        let compressed = Scenario { compressor: "top:2".into(), ..plain.clone() };
        let trimmed = Scenario { beta: 0.2, ..plain.clone() };
        let attacked = Scenario { liars: Some((1, "zero".into())), ..plain.clone() };
        let both = Scenario { compressor: "top:2".into(), ..trimmed.clone() };
        let lazy = Scenario { lazy: Some(scenario::Lazy::PLAIN), ..plain.clone() };
        let sketches = ["lemma-2", "lemma-4"];
        let averages = ["lemma-5", "lemma-6", "theorem-1", "lemma-9"];
        let trims = ["lemma-7", "lemma-8", "theorem-2", "lemma-10", "lemma-11", "theorem-3"];
        assert_eq!(about(&interpolated), [&sketches[..], &averages].concat());
        let mut own = about(&plain);
        own.retain(|id| !["lemma-1", "lemma-3"].contains(id));
        assert_eq!((about(&plain).len(), own), (8, [&sketches[..], &averages].concat()));
        let compresses = ["lemma-9", "lemma-10", "lemma-11", "theorem-3"];
        assert_eq!(about(&compressed), [&["lemma-1", "lemma-2", "lemma-3", "lemma-4"][..], &compresses].concat());
        assert_eq!(about(&trimmed), trims);
        assert_eq!(about(&attacked), trims);
        assert_eq!(about(&both), compresses);
        assert!(about(&lazy).is_empty());
    }

    /// By hand from the draw: kappa = 3/2, sigma_min = 4, L = 1/10, ||Delta|| = 1.
    #[test]
    fn the_parts_of_a_theorem_are_those_of_its_formula() {
        let mut draw = draw();
        (draw.place.sigma_min, draw.place.sigma_max) = (4.0, 6.0);
        let averaged = bare(scenario::all().swap_remove(0));
        let trimmed = Scenario { beta: 0.2, ..averaged.clone() };
        // Lemma 5 sharpened: Z = omega_mean, and E is the mean deviation and omega times the largest one.
        let sketch = &draw.sketch;
        let e = sketch.white_mean_deviation + sketch.omega * sketch.white_deviation.mean;
        let near = |got: f64, wanted: f64| assert!((got / wanted - 1.0).abs() < 1e-14, "{got} is not {wanted}");
        let found = parts(&averaged, &draw).unwrap();
        near(found.linear, 1.5_f64.sqrt() * 0.01);
        near(found.quadratic, 1.01 * 0.1 / 8.0);
        near(found.floor, e / 2.0);
        assert!(parts(&trimmed, &draw).unwrap().floor > found.floor, "whoever trims knows less");
        // A priori: what Lemma 5 says before a draw.
        let before = theorem_1_before(&draw).unwrap();
        let pair = lemma_5::linear(At { draw: &draw, mode: Mode::APriori, reading: Reading::Sharpened });
        near(before.factor, 1.5_f64.sqrt() * pair.rate);
        near(before.floor, pair.floor / 2.0);
        // Without w*, with more liars than are trimmed, or of shards too small for the rule.
        assert_eq!(parts(&averaged, &Draw { travel: None, ..draw.clone() }), None);
        draw.sketch.counts.byzantine += 1;
        assert_eq!(parts(&trimmed, &draw), None);
        draw.sketch.counts.shard = 1;
        assert_eq!(theorem_1_before(&draw), None);
    }

    /// Two printed lemmas define constants, which four statements use: the cards of all six have them, in the symbols of the
    /// notation.
    #[test]
    fn the_cards_of_printed_statements_say_what_their_constants_are_made_of() {
        for claim in claims() {
            let own = constants(&claim);
            let index = match claim.id {
                "lemma-7" | "lemma-8" | "theorem-2" => "{byz}",
                "lemma-10" | "lemma-11" | "theorem-3" => "{cb}",
                _ => "",
            };
            let made = claim.reading == Reading::Printed && !index.is_empty();
            assert_eq!(own.len(), if made { 6 } else { 0 }, "{}, {:?}", claim.id, claim.reading);
            assert!(own.iter().take(2).all(|formula| formula.contains(index)), "{}", claim.id);
            assert!(own.iter().all(|formula| NOTATION.iter().any(|(symbol, _)| symbol == formula)), "{}", claim.id);
        }
    }

    /// The appendix has eleven lemmas and three theorems. Lemma 6, which goes from a direction to the distance from w*, its two
    /// like (8 and 11) and the theorems speak of w*.
    #[test]
    fn every_statement_is_claimed_in_its_three_readings_and_who_speaks_of_the_minimiser_knows_it() {
        let claims = claims();
        let lemmas = (1..=11).map(|k| format!("lemma-{k}"));
        for id in lemmas.chain((1..=3).map(|k| format!("theorem-{k}"))) {
            let own: Vec<&Claim> = claims.iter().filter(|claim| claim.id == id).collect();
            for reading in [Reading::Printed, Reading::Rederived, Reading::Sharpened] {
                assert!(own.iter().any(|claim| claim.reading == reading), "{id}, {reading:?}");
            }
            for claim in own {
                let speaks = ["lemma-6", "lemma-8", "lemma-11"].contains(&&*id) || id.starts_with("theorem");
                assert_eq!(needs_minimiser(claim), speaks, "{id}, {:?}", claim.reading);
            }
        }
        for id in ["theorem-1", "theorem-2", "theorem-3"] {
            let sharpened = claims.iter().filter(|claim| claim.id == id && claim.reading == Reading::Sharpened);
            for claim in sharpened {
                assert!(claim.given.iter().any(|premise| premise.says.starts_with("t < 1")), "{id}");
                assert!(claim.because.contains("by the sharpened Lemma"), "{id}: {}", claim.because);
            }
        }
    }
}
