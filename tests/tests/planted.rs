//! Planted faults: each is found by the draws of the default run, and by none for the wrong reason.

use comrade::stream::Seed;
use comrade_verify::claim::{Fault, Mode, Reading};
use comrade_verify::claims::faults;
use comrade_verify::planted::plant;
use comrade_verify::run::{Played, play};
use comrade_verify::{claims, data, scenario};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const SEED: Seed = Seed(2020);
/// Smaller than that of any report.
const TAIL: f64 = 1e-6;

/// The scenarios of the default run that are cheap, with its draws.
static RUNS: LazyLock<Vec<Played>> = LazyLock::new(|| {
    let cheap = [
        "tiny",
        "line",
        "hessian",
        "gradient",
        "four-replaced",
        "one-worker",
        "lazy-8-bit",
        "lazy-sorted",
        "lazy-squared",
        "lazy-alie",
    ];
    let chosen: Vec<_> =
        scenario::all().into_iter().filter(|s| cheap.iter().any(|name| s.name.starts_with(name))).collect();
    let materials = data::load(&chosen, None, SEED).unwrap();
    chosen.iter().map(|s| play(s, &materials[&s.name].dataset, s.quick, SEED, &|| ()).unwrap()).collect()
});

fn runs() -> Vec<(&'static str, &'static Played)> {
    RUNS.iter().map(|played| (played.scenario.name.as_str(), played)).collect()
}

#[test]
fn every_planted_fault_is_refuted_where_the_truth_is_not() {
    let missed: Vec<String> = faults()
        .into_iter()
        .filter_map(|fault| {
            let planted = plant(fault, &runs(), TAIL);
            let found = planted.caught.as_ref().is_some_and(|c| {
                // A priori some draws may fail.
                let true_there = fault.mode == Mode::APriori || c.truth <= 1.0 + 1e-9;
                c.verdict.fails() && c.ratio > 1.0 && c.ratio.is_finite() && true_there && c.truth > 0.0
            });
            (!found).then(|| format!("{} {} {}: {planted:?}", fault.id, fault.reading.name(), fault.planted))
        })
        .collect();
    assert!(missed.is_empty(), "not caught:\n  {}", missed.join("\n  "));
}

#[test]
fn every_reading_of_every_statement_has_faults() {
    let mut count: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for fault in faults() {
        let claim =
            fault.truth(&claims::all()).unwrap_or_else(|| panic!("{} {}: no such claim", fault.id, fault.planted));
        assert!(claim.modes.contains(&fault.mode), "{} {}", fault.id, fault.planted);
        *count.entry((fault.id, fault.reading.name())).or_default() += 1;
    }
    for claim in claims::all() {
        let planted = count.get(&(claim.id, claim.reading.name())).copied().unwrap_or(0);
        // The rederived Lemma 3 differs from the printed one by what it speaks of, not by its bound.
        let wanted = if (claim.id, claim.reading) == ("lemma-3", Reading::Rederived) { 1 } else { 2 };
        assert!(planted >= wanted, "{} {}: {planted} faults", claim.id, claim.reading.name());
    }
}

#[test]
fn what_is_no_fault_is_not_caught_and_nothing_is_caught_for_being_no_number() {
    let of = |bound| Fault {
        id: "lemma-4",
        reading: Reading::Printed,
        variant: "",
        mode: Mode::APosteriori,
        planted: "",
        bound,
    };
    let larger: Fault = of(|at| at.draw.sketch.giant_error.powi(2) + 1.0);
    for fault in [larger, of(|_| 0.0), of(|_| f64::NAN), of(|_| -1.0)] {
        assert_eq!(plant(&fault, &runs(), TAIL).caught, None);
    }
    let smaller = plant(&of(|at| 0.4 * at.draw.sketch.giant_error.powi(2)), &runs(), TAIL).caught.unwrap();
    assert!((smaller.ratio / 1.25 - 1.0).abs() < 1e-9, "{smaller:?}");
    // Where the printed statement fails itself, its faults prove nothing.
    let (name, tiny) = runs().into_iter().find(|(name, _)| *name == "tiny").unwrap();
    let fails = Fault { id: "lemma-5", ..of(|at| 0.1 * at.draw.sketch.error.powi(2)) };
    assert_eq!(plant(&fails, &[(name, tiny)], TAIL).caught, None);
}
