//! A check must be able to fail: every claim in every mode, every premise, and numbers that are not numbers.

use comrade::stream::Seed;
use comrade_verify::claim::{At, Claim, Mode, Reading, Rung};
use comrade_verify::oracle::sketch::Sketch;
use comrade_verify::oracle::stride::Stride;
use comrade_verify::oracle::travel::Travel;
use comrade_verify::quantity::measured::visit;
use comrade_verify::run::{Draw, Played, play};
use comrade_verify::scenario::{self, Draws};
use comrade_verify::{claims, data};
use ladder::{Expected, Judgement, Key, Range, Verdict, judge};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The seed of every committed report, so that the recorded verdicts are about these draws too.
const SEED: Seed = Seed(2020);
/// Outside each limit of an a-priori interval: smaller than what any report uses.
pub(crate) const TAIL: f64 = 1e-5;
/// Cheap, and between them all claims apply and none is always vacuous.
const PLAYED: [(&str, u64); 9] = [
    ("tiny", 20),
    ("one-worker", 5),
    ("four-dealt", 3),
    ("roomy", 3),
    ("roomy-negative", 3),
    ("roomy-quantised", 3),
    ("lazy", 3),
    ("lazy-alie", 3),
    ("lazy-indefinite", 1),
];

static RUNS: LazyLock<Vec<Played>> = LazyLock::new(|| {
    let wanted = |name: &str| PLAYED.iter().find(|(own, _)| *own == name).map(|&(_, seeds)| seeds);
    let chosen: Vec<_> = scenario::all().into_iter().filter(|s| wanted(&s.name).is_some()).collect();
    assert_eq!(chosen.len(), PLAYED.len(), "a scenario of these tests left the registry");
    let materials = data::load(&chosen, None, SEED).unwrap();
    let draws = |name| Draws { seeds: wanted(name).unwrap(), fresh: 60 };
    chosen.iter().map(|s| play(s, &materials[&s.name].dataset, draws(&s.name), SEED, &|| ()).unwrap()).collect()
});

/// (claim, mode), in the paper's order.
fn statements() -> Vec<(&'static Claim, Mode)> {
    claims::all().into_iter().flat_map(|claim| claim.modes.iter().map(move |&mode| (claim, mode))).collect()
}

fn name(claim: &Claim, mode: Mode) -> String {
    let variant = if claim.variant.is_empty() { "-" } else { claim.variant };
    format!("{} {} {variant} {}", claim.id, claim.reading.name(), mode.name())
}

pub(crate) fn claim(id: &str, reading: Reading) -> &'static Claim {
    let mut found = claims::all().into_iter().filter(|c| c.id == id && c.reading == reading && c.variant.is_empty());
    found.next().unwrap()
}

fn unmet<'a>(claim: &'a Claim, mode: Mode, draw: &Draw) -> Option<&'a str> {
    claim.unmet(At { draw, mode, reading: claim.reading })
}

/// The draws on which no premise fails, of every scenario that the claim is about and that has some.
fn all_good(claim: &Claim, mode: Mode) -> Vec<Vec<Draw>> {
    let meets = |played: &Played| -> Vec<Draw> {
        played.draws(mode).iter().filter(|draw| unmet(claim, mode, draw).is_none()).cloned().collect()
    };
    let runs = RUNS.iter().filter(|played| (claim.applies)(&played.scenario)).map(meets);
    let runs: Vec<Vec<Draw>> = runs.filter(|draws| !draws.is_empty()).collect();
    assert!(!runs.is_empty(), "{} is vacuous everywhere", name(claim, mode));
    runs
}

/// The same of the first such scenario.
fn good(claim: &Claim, mode: Mode) -> Vec<Draw> {
    all_good(claim, mode).swap_remove(0)
}

/// The lines of the proof on one draw.
pub(crate) fn lines(claim: &Claim, mode: Mode, draw: &Draw) -> Vec<f64> {
    claim.rungs(mode).map(|rung| (rung.value)(At { draw, mode, reading: claim.reading })).collect()
}

// ---------------------------------------------------------------------------------------------------------------------
// Verdicts: as recorded, and not once the bound is below what it needs.

#[test]
fn every_claim_comes_out_as_recorded_and_no_longer_once_its_bound_is_shrunk_to_what_it_needs() {
    let recorded = Expected::parse(include_str!("../../verify/src/expected.txt")).unwrap();
    let mut exercised = BTreeSet::new();
    for (claim, mode) in statements() {
        for played in RUNS.iter().filter(|played| (claim.applies)(&played.scenario)) {
            let what = format!("{} on {}", name(claim, mode), played.scenario.name);
            let draws = played.draws(mode);
            let plain = judge(claim, mode, draws, TAIL, 1.0);
            let allowed: &[Verdict] = match recorded.of(Key::of(claim, mode, &played.scenario.name)) {
                None => panic!("{what}: no verdict is recorded"),
                Some(Verdict::Holds) => &[Verdict::Holds],
                // Fewer draws than the recorded ones may miss the bad one, or be too few to tell.
                Some(Verdict::Violated) => &[Verdict::Violated, Verdict::Holds],
                Some(Verdict::Vacuous) => &[Verdict::Vacuous],
                Some(Verdict::NotApplicable) => &[Verdict::NotApplicable],
                Some(Verdict::Confirmed) => &[Verdict::Confirmed, Verdict::Inconclusive],
                Some(Verdict::Refuted) => &[Verdict::Refuted, Verdict::Inconclusive],
                Some(Verdict::Inconclusive) => &[Verdict::Inconclusive],
            };
            assert!(allowed.contains(&plain.verdict), "{what} is {:?}", plain.verdict);
            assert_eq!(plain.draws + plain.vacuous_draws, draws.len(), "{what}: every draw is accounted for");
            let Some(range) = plain.ratio else {
                assert!(!plain.verdict.judged() && plain.draws == 0, "{what}");
                assert!(plain.unmet.is_some() && plain.ladder.is_empty() && plain.rate.is_none(), "{what}");
                continue;
            };
            assert!(0.0 < range.min && range.min <= range.median && range.median <= range.max, "{what}: {range:?}");
            // What is said to be needed is exact: the bound times a little more is enough, times a little less is not.
            assert_eq!(plain.needed.is_some(), plain.verdict.approves(), "{what}");
            if let Some(needed) = plain.needed {
                let around = |factor: f64| judge(claim, mode, draws, TAIL, needed * factor);
                assert!(needed > 0.0 && needed <= range.max, "{what}: {needed}");
                assert_eq!(around(1.0 + 1e-12).verdict, plain.verdict, "{what}: {needed} is too small");
                let below = around(1.0 - 1e-12);
                assert!(!below.verdict.approves(), "{what}: {needed} is too large");
                let witness = below.witness.unwrap();
                assert!(witness.measured > witness.bound && !witness.breaks_at.is_empty(), "{what}: {witness:?}");
            }
            exercised.insert(name(claim, mode));
        }
    }
    let all: BTreeSet<String> = statements().into_iter().map(|(claim, mode)| name(claim, mode)).collect();
    assert_eq!(all, exercised, "a claim that no scenario here tries");
}

#[test]
fn the_printed_lemma_5_is_violated_on_the_recorded_draws_of_tiny() {
    let tiny = scenario::all().into_iter().find(|s| s.name == "tiny").unwrap();
    let materials = data::load(std::slice::from_ref(&tiny), None, SEED).unwrap();
    let draws = Draws { fresh: 0, ..tiny.quick };
    let played = play(&tiny, &materials["tiny"].dataset, draws, SEED, &|| ()).unwrap();
    let of = |reading| judge(claim("lemma-5", reading), Mode::APosteriori, &played.trajectories, TAIL, 1.0);
    let printed = of(Reading::Printed);
    assert_eq!(printed.verdict, Verdict::Violated);
    // 3/2 is the worst that the proof allows.
    let worst = printed.ratio.unwrap().max;
    assert!(worst > 1.4 && worst < 1.5 + 1e-9, "{worst}");
    assert_eq!(of(Reading::Rederived).verdict, Verdict::Holds);
    assert_eq!(of(Reading::Sharpened).verdict, Verdict::Holds);
}

// ---------------------------------------------------------------------------------------------------------------------
// Premises.

/// Statements whose sharpened reading has a premise that no draw can break a posteriori: the radius is that of the a-priori
/// rule, while a posteriori tau and omega are measured, and finite on every draw.
const MEASURED_RADIUS: [&str; 11] = [
    "lemma-4",
    "lemma-5",
    "lemma-6",
    "theorem-1",
    "lemma-7",
    "lemma-8",
    "theorem-2",
    "lemma-9",
    "lemma-10",
    "lemma-11",
    "theorem-3",
];

type Change = fn(&mut Draw, f64);

fn scaled(count: &mut usize, factor: f64) {
    *count = (*count as f64 * factor).round() as usize;
}

/// What a premise can depend on.
const CHANGES: [(&str, Change); 15] = [
    ("error", |draw, factor| draw.sketch.error *= factor),
    ("minimiser", |draw, _| draw.travel = None),
    ("eta_local", |draw, factor| draw.sketch.eta_local *= factor),
    ("mu", |draw, factor| draw.place.mu *= factor),
    ("ridge_leverage", |draw, factor| draw.place.ridge_leverage *= factor),
    ("sigma_max", |draw, factor| draw.place.sigma_max *= factor),
    ("lost", |draw, factor| draw.sketch.lost *= factor),
    ("byzantine", |draw, factor| scaled(&mut draw.sketch.counts.byzantine, factor)),
    ("trimmed", |draw, factor| scaled(&mut draw.sketch.counts.trimmed, factor)),
    ("shard", |draw, factor| scaled(&mut draw.sketch.counts.shard, factor)),
    ("stride.least", |draw, factor| draw.stride.iter_mut().for_each(|s| s.least -= factor)),
    ("stride.metric_least", |draw, factor| draw.stride.iter_mut().for_each(|s| s.metric_least -= factor)),
    ("stride.most", |draw, factor| draw.stride.iter_mut().for_each(|s| s.most *= factor)),
    ("medoid", |draw, _| draw.stride.iter_mut().for_each(|s| s.medoid = None)),
    ("medoid.apart", |draw, factor| draw.stride.iter_mut().flat_map(|s| &mut s.medoid).for_each(|m| m.apart += factor)),
];

/// The draw with one number changed, by as little as possible, such that this premise is the first unmet one.
fn broken(claim: &Claim, mode: Mode, draw: &Draw, premise: &str) -> Option<(&'static str, Draw)> {
    // Steps of 2^(1/16), so that the narrow band with eta < 1 and zeta >= 1 is met.
    let factors = (1..=320).flat_map(|k| [f64::from(k) / 16.0, -f64::from(k) / 16.0]).map(f64::exp2);
    factors.flat_map(|factor| CHANGES.map(|(field, change)| (field, change, factor))).find_map(
        |(field, change, factor)| {
            let mut changed = draw.clone();
            change(&mut changed, factor);
            (unmet(claim, mode, &changed) == Some(premise)).then_some((field, changed))
        },
    )
}

#[test]
fn every_premise_can_fail_and_makes_exactly_the_draws_it_fails_on_vacuous() {
    let mut unbreakable = Vec::new();
    for (claim, mode) in statements() {
        let healthy = good(claim, mode).swap_remove(0);
        for premise in &claim.given {
            let says = &*premise.says;
            let what = format!("{}: {says}", name(claim, mode));
            let Some((field, bad)) = broken(claim, mode, &healthy, says) else {
                unbreakable.push((claim.id, claim.reading, mode, says));
                continue;
            };
            let none = judge(claim, mode, &[bad.clone(), bad.clone()], TAIL, 1.0);
            assert_eq!(none.verdict, Verdict::Vacuous, "{what}, by {field}");
            let found = (none.draws, none.vacuous_draws, none.unmet.as_deref());
            assert_eq!(found, (0, 2, Some(says)), "{what}, by {field}");
            assert!(none.ratio.is_none() && none.rate.is_none() && none.witness.is_none(), "{what}");
            // Not even a bound of nothing is violated by a claim that says nothing.
            assert_eq!(judge(claim, mode, std::slice::from_ref(&bad), TAIL, 1e-9).verdict, Verdict::Vacuous, "{what}");

            let alone = judge(claim, mode, std::slice::from_ref(&healthy), TAIL, 1.0);
            assert!(alone.draws == 1 && alone.verdict != Verdict::Vacuous, "{what}");
            for pair in [[bad.clone(), healthy.clone()], [healthy.clone(), bad]] {
                let mixed = judge(claim, mode, &pair, TAIL, 1.0);
                let wanted = Judgement { vacuous_draws: 1, unmet: Some(says.to_owned()), ..alone.clone() };
                assert_eq!(mixed, wanted, "{what}, by {field}");
            }
        }
    }
    let listed = MEASURED_RADIUS
        .map(|id| (id, Reading::Sharpened, Mode::APosteriori, "t < 1 (radius of the ridge rule)"))
        .to_vec();
    assert_eq!(unbreakable, listed, "premises that nothing here can break");
}

#[test]
fn no_draws_are_vacuous_and_never_hold() {
    for (claim, mode) in statements() {
        assert_eq!(judge(claim, mode, &[], TAIL, 1.0).verdict, Verdict::Vacuous, "{}", name(claim, mode));
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Not a number.

/// The ids of every number that an oracle measures, from the table that the report uses.
fn fields() -> Vec<&'static str> {
    let mut ids = Vec::new();
    visit(&mut Draw::absent(), &mut |id, _, _, _| ids.push(id));
    ids
}

/// The draw with this number changed.
fn with(draw: &Draw, field: &str, change: impl Fn(f64) -> f64) -> Draw {
    let mut changed = draw.clone();
    visit(&mut changed, &mut |id, _, _, value| {
        if id == field {
            *value = change(*value);
        }
    });
    changed
}

#[test]
fn a_claim_that_compares_with_a_nan_is_never_approved() {
    let mut met = BTreeMap::new();
    let runs = statements()
        .into_iter()
        .flat_map(|(claim, mode)| all_good(claim, mode).into_iter().map(move |d| (claim, mode, d)));
    for (claim, mode, healthy) in runs {
        for field in fields() {
            for nan in [f64::NAN, -f64::NAN] {
                let draws: Vec<Draw> = healthy.iter().map(|draw| with(draw, field, |_| nan)).collect();
                let what = format!("{} with {field} = {nan}", name(claim, mode));
                let judgement = judge(claim, mode, &draws, TAIL, 1.0);
                let ends = lines(claim, mode, &draws[0]);
                if ends[0].is_nan() || ends[ends.len() - 1].is_nan() {
                    met.entry(field).or_insert_with(Vec::new).push(what.clone());
                    assert!(!judgement.verdict.approves(), "{what}: {:?}", judgement.verdict);
                }
                // A line in between decides nothing, but the step onto it is shown as broken; for the first, that from it.
                for (k, _) in ends.iter().enumerate().filter(|(_, v)| v.is_nan()) {
                    let step = judgement.ladder.get(k.max(1));
                    assert!(step.is_none_or(|step| step.broken == judgement.draws), "{what}: line {k}");
                }
            }
        }
    }
    for field in ["error", "deviation.max", "white_deviation.max", "white_deviation.mean", "omega", "tau", "p", "nu"] {
        assert!(met.contains_key(field), "no claim compares {field} with anything");
    }
}

/// Some line of the proof, or some premise, depends on this number: it changes with it.
fn reads(claim: &Claim, mode: Mode, draw: &Draw, field: &str) -> bool {
    let changes = |changed: Draw| {
        unmet(claim, mode, &changed).is_some() || lines(claim, mode, &changed) != lines(claim, mode, draw)
    };
    // What is rounding alone stays next to nothing under any factor.
    [0.25, 0.5, 2.0, 4.0, 1024.0].into_iter().any(|factor| changes(with(draw, field, |value| value * factor)))
        || changes(with(draw, field, |value| value + 1e-3))
}

/// What is measured or the bound depends on this number, where it changes no premise.
fn ends_read(claim: &Claim, mode: Mode, draw: &Draw, field: &str) -> bool {
    let ends = |draw: &Draw| {
        let lines = lines(claim, mode, draw);
        (lines[0], lines[lines.len() - 1])
    };
    [0.25, 0.5, 2.0, 4.0, 1024.0].into_iter().any(|factor| {
        let changed = with(draw, field, |value| value * factor);
        unmet(claim, mode, &changed).is_none() && ends(&changed) != ends(draw)
    })
}

/// What no claim reads: the judge's rounding does, the report's table does, and the check of the solver against the oracle.
const UNREAD: [&str; 7] =
    ["white_b.largest", "rho", "disagreement", "stride.residual", "stride.size", "stride.step", "medoid.told"];

#[test]
fn no_claim_swallows_a_nan_that_it_reads() {
    let (mut swallowed, mut unread) = (Vec::new(), fields());
    let runs = statements()
        .into_iter()
        .flat_map(|(claim, mode)| all_good(claim, mode).into_iter().map(move |d| (claim, mode, d)));
    for (claim, mode, healthy) in runs {
        for field in fields() {
            if !reads(claim, mode, &healthy[0], field) {
                continue;
            }
            let draws: Vec<Draw> = healthy.iter().map(|draw| with(draw, field, |_| f64::NAN)).collect();
            let judgement = judge(claim, mode, &draws, TAIL, 1.0);
            let fails = judgement.draws == 0
                || judgement.ratio.is_none_or(|r| r.max.is_nan())
                || judgement.ladder.iter().any(|step| step.broken > 0);
            unread.retain(|other| *other != field);
            // An end that changes with the number is itself no number, whatever the lines between say.
            if judgement.draws > 0 && ends_read(claim, mode, &healthy[0], field) {
                assert!(!judgement.verdict.approves(), "{} approves of {field} = NaN", name(claim, mode));
            }
            if !fails {
                swallowed.push(format!("{} reads {field}", name(claim, mode)));
            }
        }
    }
    assert!(swallowed.is_empty(), "a NaN passes for a number:\n  {}", swallowed.join("\n  "));
    // What the report shows or checks, and no claim reads.
    assert_eq!(unread, UNREAD);
}

/// Whatever is not measured is absent, so that no claim can be found true by it.
#[test]
fn nothing_is_approved_on_draws_on_which_nothing_was_measured() {
    for (claim, mode) in statements() {
        let healthy = good(claim, mode);
        let mut nothing = Draw { sketch: Sketch::absent(healthy[0].sketch.counts), ..healthy[0].clone() };
        for travel in [nothing.travel, nothing.travel.map(|_| Travel::ABSENT), None] {
            nothing.travel = travel;
            let verdict = judge(claim, mode, &vec![nothing.clone(); 60], TAIL, 1.0).verdict;
            assert!(!verdict.approves() || healthy[0].stride.is_some(), "{}: {verdict:?}", name(claim, mode));
        }
        for stride in [Some(Stride::ABSENT), None] {
            nothing.stride = stride;
            let verdict = judge(claim, mode, &vec![nothing.clone(); 60], TAIL, 1.0).verdict;
            assert!(!verdict.approves(), "{}: {verdict:?}", name(claim, mode));
        }
        assert!(!judge(claim, mode, &vec![Draw::absent(); 60], TAIL, 1.0).verdict.approves(), "{}", name(claim, mode));
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The judge, on claims made for the purpose.

/// `error` is at most `tau`; both are set freely.
fn judge_free(mode: Mode, draws: &[Draw]) -> Judgement {
    let free = Claim {
        modes: &[Mode::APosteriori, Mode::APriori],
        ladder: vec![
            Rung::first("measured", |at| at.draw.sketch.deviation.max),
            Rung::new("bound", "", |at| at.draw.sketch.deviation.mean),
        ],
        ..Claim::default()
    };
    judge(&free, mode, draws, TAIL, 1.0)
}

/// Draws with these (measured, bound), everything else harmless.
fn free(pairs: &[(f64, f64)]) -> Vec<Draw> {
    let harmless = good(claim("lemma-3", Reading::Printed), Mode::APriori).swap_remove(0);
    let draw = |&(measured, bound): &(f64, f64)| {
        let mut draw = harmless.clone();
        (draw.sketch.deviation.max, draw.sketch.deviation.mean) = (measured, bound);
        draw
    };
    pairs.iter().map(draw).collect()
}

#[test]
fn ratios_that_are_not_numbers_or_infinite_fail() {
    for pair in [
        (f64::NAN, 1.0),
        (-f64::NAN, 1.0),
        (1.0, f64::NAN),
        (0.0, f64::NAN),
        (f64::INFINITY, 1.0),
        (f64::INFINITY, f64::INFINITY),
        (1.0, 0.0),
    ] {
        let judgement = judge_free(Mode::APosteriori, &free(&[(0.5, 1.0), pair]));
        assert_eq!(judgement.verdict, Verdict::Violated, "{pair:?}");
        let many = vec![pair; 60];
        assert_eq!(judge_free(Mode::APriori, &free(&many)).verdict, Verdict::Refuted, "{pair:?}");
    }
    // Nothing is at most nothing.
    assert_eq!(judge_free(Mode::APosteriori, &free(&[(0.0, 0.0)])).verdict, Verdict::Holds);
}

#[test]
fn a_negative_bound_is_violated() {
    for (measured, bound) in [(1.0, -1.0), (0.0, -1.0), (1.0, -1e-300), (1.0, f64::NEG_INFINITY)] {
        let judgement = judge_free(Mode::APosteriori, &free(&[(measured, bound)]));
        assert_eq!(judgement.verdict, Verdict::Violated, "{measured} <= {bound}");
    }
}

#[test]
fn nan_of_either_sign_is_the_maximum_and_the_witness() {
    // 0/0 has its sign bit set on some processors.
    for nan in [f64::NAN, -f64::NAN] {
        let range = Range::of(vec![1.0, nan, 2.0]).unwrap();
        assert!(range.min == 1.0 && range.median == 2.0 && range.max.is_nan(), "{range:?}");
        let judgement = judge_free(Mode::APosteriori, &free(&[(0.5, 1.0), (nan, 1.0), (0.7, 1.0)]));
        assert_eq!(judgement.verdict, Verdict::Violated);
        assert!(judgement.witness.as_ref().unwrap().measured.is_nan(), "{:?}", judgement.witness);
    }
}

#[test]
fn an_exact_step_does_not_excuse_the_other_statements() {
    // Labels without noise: every worker's direction is the Newton direction and the step's error is 0. What Lemmas 2
    // and 3 measure is as large as ever, and a bound of a tenth of it must not pass.
    for id in ["lemma-2", "lemma-3"] {
        let claim = claim(id, Reading::Sharpened);
        let mut draws = good(claim, Mode::APriori);
        let median = judge(claim, Mode::APriori, &draws, TAIL, 1.0).ratio.unwrap().median;
        for error in [1e-16, 0.0] {
            draws.iter_mut().for_each(|draw| draw.sketch.error = error);
            let verdict = judge(claim, Mode::APriori, &draws, TAIL, 0.1 * median).verdict;
            assert_eq!(verdict, Verdict::Refuted, "{id} with an error of {error:e}");
        }
    }
}
