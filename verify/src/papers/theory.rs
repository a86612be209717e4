//! What papers share whose scenarios need no cluster: random draws, the search for the worst one, the verdicts as text.

use crate::climb::climb;
use comrade::stream::{Purpose, Seed, Stream};
use ladder::{At, Claim, Draw, Fault, Judgement, Mode, Planted, Reading, judge};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use std::fmt;

/// A paper.
#[derive(Clone, Copy, Debug)]
pub struct Paper {
    /// In one word, for the command line.
    pub name: &'static str,
    /// Where it is printed.
    pub printed: &'static str,
    /// How its claims are judged.
    pub judged: Judged,
}

/// How the claims of a paper are judged.
#[derive(Clone, Copy, Debug)]
pub enum Judged {
    /// On the runs of the harness, by the default run.
    ByRuns(fn() -> Vec<crate::claim::Claim>),
    /// On scenarios of its own.
    Alone(fn(Seed) -> Findings),
}

/// What was found about a paper.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// Every claim on every scenario that it is about, on random draws and on the worst one that the search found.
    pub judged: Vec<Finding>,
    /// Faults, each with where it was refuted.
    pub planted: Vec<Planted>,
}

/// A claim, judged on a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Statement, reading, variant, scenario, and how the draws were made.
    pub name: String,
    /// The inequality.
    pub says: String,
    /// Whose constants.
    pub reading: Reading,
    /// What came out.
    pub judgement: Judgement,
    /// The numbers of the worst draw, if the search chose them and they break the claim.
    pub broken_by: Vec<f64>,
}

impl Findings {
    /// What must not be, for people: a bound of ours that fails, a fault that no scenario refutes. A printed bound that fails is
    /// a result.
    #[must_use]
    pub fn unexpected(&self) -> Vec<String> {
        let fails = |f: &&Finding| f.reading != Reading::Printed && f.judgement.verdict.fails();
        let wrong = self.judged.iter().filter(fails).map(|f| format!("{} is {}", f.name, f.judgement.verdict.name()));
        let missed = self.planted.iter().filter(|p| p.caught.is_none());
        let named = |p: &Planted| {
            let claim = words(&[&p.id, &p.variant]);
            format!("not caught, on no draw on which the true statement holds: {claim}: {}", p.planted)
        };
        wrong.chain(missed.map(named)).collect()
    }
}

/// A name of these words, of which some may be empty.
fn words(words: &[&str]) -> String {
    words.iter().copied().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Finding { name, says, judgement, broken_by, .. } in &self.judged {
            writeln!(f, "{name}: {says}\n{judgement}")?;
            if !broken_by.is_empty() {
                writeln!(f, "  by the numbers {broken_by:?}")?;
            }
            writeln!(f)?;
        }
        for Planted { id, variant, planted, caught, .. } in &self.planted {
            let found = caught.as_ref().map_or("NOT CAUGHT on a scenario where the true statement holds".into(), |c| {
                format!("{} on {}, measured/bound {:.3}", c.verdict.name(), c.scenario, c.ratio)
            });
            writeln!(f, "planted in {}: {planted}: {found}", words(&[id, variant]))?;
        }
        Ok(())
    }
}

/// An experiment that numbers decide: drawn at random, or chosen by the search.
pub(super) trait Scenario: 'static {
    type Draw: Draw;

    /// How many numbers decide it.
    const NUMBERS: usize;

    /// In a few words.
    fn name(&self) -> String;

    /// Plays it with these numbers, as many as [`Self::NUMBERS`] and any finite ones.
    fn play(&self, number: u64, numbers: &[f64]) -> Self::Draw;
}

/// The first numbers, 0 for those that are missing.
pub(super) fn array<const N: usize>(numbers: &[f64]) -> [f64; N] {
    std::array::from_fn(|k| numbers.get(k).copied().unwrap_or(0.0))
}

/// Random draws of a scenario.
const DRAWS: u64 = 400;
/// Evaluations of the search for a claim on a scenario.
const EVALUATIONS: usize = 4000;

const DRAWN: Purpose = Purpose::new("drawn");
const SEARCHED: Purpose = Purpose::new("searched");

/// What a paper says, and wrong readings of it.
pub(super) struct Theory<S: Scenario> {
    pub(super) scenarios: fn() -> Vec<S>,
    pub(super) claims: fn() -> Vec<Claim<S::Draw, S>>,
    pub(super) faults: &'static [Fault<S::Draw>],
}

impl<S: Scenario> Theory<S> {
    pub(super) fn judge(&self, seed: Seed) -> Findings {
        let mut found = Findings::default();
        let played: Vec<(S, Vec<S::Draw>)> = (self.scenarios)()
            .into_iter()
            .map(|scenario| {
                let drawn = draws(&scenario, seed);
                (scenario, drawn)
            })
            .collect();
        let claims = (self.claims)();
        for claim in &claims {
            for (scenario, drawn) in played.iter().filter(|(scenario, _)| (claim.applies)(scenario)) {
                let (worst, numbers) = worst(claim, scenario, seed);
                for (how, draws, numbers) in [("drawn", &drawn[..], &[][..]), ("searched", &[worst], &numbers)] {
                    let name = words(&[claim.id, claim.reading.name(), claim.variant, &scenario.name(), how]);
                    let judgement = judge(claim, Mode::APosteriori, draws, 0.0, 1.0);
                    let broken_by = if judgement.verdict.fails() { numbers.to_vec() } else { vec![] };
                    found.judged.push(Finding {
                        name,
                        says: claim.says.to_string(),
                        reading: claim.reading,
                        judgement,
                        broken_by,
                    });
                }
            }
        }
        let claims: Vec<&Claim<S::Draw, S>> = claims.iter().collect();
        let named: Vec<String> = played.iter().map(|(scenario, _)| scenario.name()).collect();
        found.planted = self
            .faults
            .iter()
            .map(|fault| {
                fault.planted(fault.truth(&claims).and_then(|truth| {
                    let about = named.iter().zip(&played).filter(|(_, (scenario, _))| (truth.applies)(scenario));
                    fault.caught(truth, about.map(|(name, (_, draws))| (name.as_str(), &draws[..])), 0.0)
                }))
            })
            .collect();
        found
    }
}

fn numbers<S: Scenario>(stream: &mut Stream) -> Vec<f64> {
    (0..S::NUMBERS).map(|_| StandardNormal.sample(stream)).collect()
}

fn draws<S: Scenario>(scenario: &S, seed: Seed) -> Vec<S::Draw> {
    (0..DRAWS).map(|number| scenario.play(number, &numbers::<S>(&mut seed.stream(DRAWN, 0, number)))).collect()
}

/// The draw with the largest ratio that the search finds, and its numbers.
fn worst<S: Scenario>(claim: &Claim<S::Draw, S>, scenario: &S, seed: Seed) -> (S::Draw, Vec<f64>) {
    let score = |x: &[f64]| ratio(claim, &scenario.play(0, x));
    let mut stream = seed.stream(SEARCHED, 0, 0);
    let start = numbers::<S>(&mut stream);
    let (best, _) = climb(&score, (start, 1.0), EVALUATIONS, stream.next_u64());
    (scenario.play(DRAWS, &best), best)
}

/// What the search maximises, and measured over bound; 0 where the claim says nothing.
fn ratio<D: Draw, S>(claim: &Claim<D, S>, draw: &D) -> (f64, f64) {
    let at = At { draw, mode: Mode::APosteriori, reading: claim.reading };
    let mut rungs = claim.rungs(at.mode).map(|rung| (rung.value)(at));
    let ratio = match (claim.unmet(at), rungs.next(), rungs.last()) {
        (None, Some(measured), Some(bound)) if bound > 0.0 && measured.is_finite() => measured / bound,
        _ => 0.0,
    };
    (ratio.ln().max(-30.0), ratio)
}

#[cfg(test)]
mod tests {
    use super::super::{Judged, Paper, fixing_by_mixing, gradient_descent, template};
    use super::*;
    use ladder::Verdict;

    fn found(paper: &Paper, seed: Seed) -> Findings {
        match paper.judged {
            Judged::Alone(judge) => judge(seed),
            Judged::ByRuns(_) => Findings::default(),
        }
    }

    #[test]
    fn the_bounds_of_gradient_descent_are_reached_and_never_passed_and_its_faults_are_caught() {
        let found = found(&gradient_descent::PAPER, Seed(2020));
        assert_eq!(found.unexpected(), Vec::<String>::new());
        for Finding { name, judgement, .. } in &found.judged {
            assert_eq!(judgement.verdict, Verdict::Holds, "{name}: {judgement}");
            // All are exact but one, whose ratio is sqrt(1 - mu^2); a bent f is a quadratic near its minimiser.
            let least = if name.starts_with("distance printed short") { 1.0 - 1e-6 } else { 1.0 - 1e-9 };
            let reached = judgement.ratio.unwrap().max;
            assert!(!name.ends_with("searched") || (least..1.0 + 1e-9).contains(&reached), "{name}: {reached}");
        }
        assert!(found.judged.len() > 20 && found.planted.len() > 5);
        assert_eq!(found.judged[0].name, "distance printed quadratic-long drawn");
    }

    /// What is measured over the bound, and next to nothing where a bound of 0 says that w is the minimiser.
    #[test]
    fn the_search_climbs_the_ratio() {
        let bound = |value: fn(At<'_, Plain>) -> f64| Claim::<Plain, ()> {
            ladder: vec![
                ladder::Rung::measured("x", (), |at: At<'_, Plain>| at.draw.0),
                ladder::Rung::new("2", "", value),
            ],
            ..Claim::default()
        };
        assert_eq!(ratio(&bound(|_| 2.0), &Plain(3.0)), (1.5_f64.ln(), 1.5));
        assert_eq!(ratio(&bound(|_| 0.0), &Plain(3.0)), (-30.0, 0.0));
        assert_eq!(ratio(&bound(|_| 2.0), &Plain(f64::INFINITY)), (-30.0, 0.0));
    }

    /// |x| is not at most 1, and the search shows an x that says so.
    #[test]
    fn a_claim_that_fails_is_shown_the_numbers_that_break_it() {
        let theory = Theory::<Line> {
            scenarios: || vec![Line],
            claims: || {
                vec![Claim {
                    id: "one",
                    reading: Reading::Printed,
                    ladder: vec![
                        ladder::Rung::measured("|x|", (), |at: At<'_, Plain>| at.draw.0),
                        ladder::Rung::new("1", "", |_| 1.0),
                    ],
                    ..Claim::default()
                }]
            },
            faults: &[],
        };
        let found = theory.judge(Seed(1));
        let searched = found.judged.iter().find(|f| f.name.ends_with("searched")).unwrap();
        let [x] = searched.broken_by[..] else { panic!("{searched:?}") };
        assert!(x.abs() > 1.0 && found.to_string().contains(&format!("by the numbers [{x:?}]")), "{found}");
        assert!(found.judged.iter().any(|f| f.name.ends_with("drawn") && f.broken_by.is_empty()));
    }

    struct Line;

    impl Scenario for Line {
        type Draw = Plain;
        const NUMBERS: usize = 1;

        fn name(&self) -> String {
            "line".into()
        }

        fn play(&self, _: u64, numbers: &[f64]) -> Plain {
            Plain(numbers[0].abs())
        }
    }

    struct Plain(f64);

    impl Draw for Plain {
        type Line = ();

        fn number(&self) -> u64 {
            0
        }

        fn rounding(&self) -> f64 {
            0.0
        }

        fn slack(&self, (): (), _: f64) -> f64 {
            0.0
        }
    }

    /// A paper that `cargo xtask new-paper` makes is one that runs.
    #[test]
    fn the_template_is_a_paper() {
        let found = found(&template::PAPER, Seed(2020));
        assert_eq!((found.unexpected(), found.judged.len(), found.planted.len()), (vec![], 2, 1));
        assert!(found.judged[1].judgement.ratio.unwrap().max > 1.0 - 1e-9, "the search reaches equality");
    }

    /// No rule of the solver is worse than its printed constant, and none is better than the limit.
    #[test]
    fn every_rule_keeps_its_printed_constant_and_wrong_ones_are_caught() {
        let found = found(&fixing_by_mixing::PAPER, Seed(2020));
        assert_eq!(found.unexpected(), Vec::<String>::new());
        for Finding { name, judgement, .. } in &found.judged {
            assert_eq!(judgement.verdict, Verdict::Holds, "{name}: {judgement}");
        }
        let first = &found.judged[0].name;
        assert!(first.contains("trimmed-mean, f = 1"), "{first}");
        // Ten rules, f = 1 and 2, as drawn and as searched, about kappa and about its limit.
        assert_eq!((found.judged.len(), found.planted.len()), (80, 5));
    }

    #[test]
    fn a_fault_that_no_scenario_refutes_and_a_bound_of_ours_that_fails_are_named() {
        let mut found = found(&gradient_descent::PAPER, Seed(1));
        assert!(found.judged.iter().all(|f| f.broken_by.is_empty()));
        found.planted[0].caught = None;
        let ours = found.judged.iter_mut().find(|f| f.reading != Reading::Printed).unwrap();
        ours.judgement.verdict = Verdict::Violated;
        assert_eq!(found.unexpected().len(), 2);
    }
}
