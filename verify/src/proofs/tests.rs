//! The bound of every theorem, read from its Coq text, against the last line of its claim.

use super::formula::{Definitions, definitions, mutants, used, value};
use super::*;
use crate::claim::{At, Claim, Mode};
use crate::claims::all;
use crate::papers::lazy_newton;
use crate::quantity::epsilon::{eps, eps_max, eps_spectral_max, white_deviation_mean, white_mean_deviation};
use crate::quantity::ridge::{omega, omega_mean};
use crate::quantity::spectrum::{kappa, lipschitz, p, sigma_min};
use crate::quantity::stride::{delta, kappa_b, of, of_medoid, psi, size, spread};
use crate::quantity::trim::{a, c, k, t};
use crate::quantity::zeta::{zeta, zeta_1, zeta_1_printed, zeta_m, zeta_mt};
use crate::testing::{Rounded, random};
use comrade::stream::{Purpose, Seed};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// Numbers that nobody measured: no formula may agree with another on all of them.
const DRAWS: usize = 200;

/// The text of a file of proofs.
fn text(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("proofs").join(format!("{file}.v"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The formulas of all files that hold a listed theorem, and of those that these require.
fn formulas() -> Definitions {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("proofs");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let texts = files.filter(|path| path.extension().is_some_and(|end| end == "v")).map(fs::read_to_string);
    texts.flat_map(|text| definitions(&text.unwrap())).filter(|(name, _)| wanted(name)).collect()
}

fn wanted(name: &str) -> bool {
    ["bound_", "golden_ratio", "robustness_"].iter().any(|start| name.starts_with(start))
}

/// What a parameter of a bound stands for. Where a statement is about the pair of another lemma, the pair comes from that
/// lemma's formulas.
fn symbol(name: &str, claim: &Claim, at: At<'_>, all: &Definitions) -> Option<Rounded> {
    let (trimmed, compressed) = (
        matches!(claim.id, "lemma-7" | "lemma-8" | "theorem-2"),
        matches!(claim.id, "lemma-9" | "lemma-10" | "lemma-11" | "theorem-3"),
    );
    let (printed, sharpened) = (claim.reading == Reading::Printed, claim.reading == Reading::Sharpened);
    let travel = |value: fn(&crate::oracle::travel::Travel) -> f64| at.draw.travel.as_ref().map(value);
    let counts = at.draw.sketch.counts;
    let lazy = lazy_newton::claims().iter().any(|ours| ours.id == claim.id);
    let from = |formula: &str| value(formula, all, &|name| symbol(name, claim, at, all));
    let number = match name {
        // Formulas of other lemmas, rounded as they are.
        "eps_byz" | "eps_cb" if printed => {
            // The part of the bound that is there without P.
            let part =
                |name: &str| if name == "P" { Some(Rounded::made(0.0, 0.0)) } else { symbol(name, claim, at, all) };
            return value("bound_lemma_10_printed", all, &part).map(root);
        }
        "zeta_byz" | "zeta_cb" if printed => return from("bound_lemma_10_printed_zeta_squared").map(root),
        "eps_byz" => return from("bound_lemma_7_eps_byz_squared").map(root),
        "zeta_byz" => return from("bound_lemma_7_zeta_byz_squared").map(root),
        "eps_cb" => return from("bound_lemma_10_eps_cb"),
        "zeta_cb" => return from("bound_lemma_10_zeta_cb"),
        "E" if trimmed || compressed => return from("bound_lemma_10_eps_cb"),
        "Z" if trimmed || compressed => return from("bound_lemma_10_zeta_cb"),
        "E" => white_mean_deviation(at) + omega(at) * white_deviation_mean(at),
        "Z" | "omega_mean" => omega_mean(at),
        "eps" if !(trimmed || compressed) => eps(at),
        "eps" if sharpened => eps_spectral_max(at),
        "eps" => eps_max(at),
        "zeta" => zeta(at),
        "zeta_M" | "zeta_B" => zeta_m(at),
        "zeta_MT" => zeta_mt(at),
        "zeta_1" if sharpened => omega(at),
        "zeta_1" if printed && claim.variant.is_empty() => zeta_1_printed(at),
        "zeta_1" => zeta_1(at),
        "omega" => omega(at),
        "white_mean_deviation" => white_mean_deviation(at),
        "white_deviation_mean" => white_deviation_mean(at),
        "P" => p(at),
        "kappa" => kappa(at),
        "sigma_min" => sigma_min(at),
        "L" => lipschitz(at),
        "a" => a(at),
        "c" => c(at),
        "t" => t(at),
        "k" => k(at),
        "Delta" if lazy => of(at, |s| s.length),
        "Delta" => travel(|t| t.before)?,
        "Delta_next" => travel(|t| t.after)?,
        "N_Delta" => travel(|t| t.energy_before)?.sqrt(),
        "delta" => delta(at),
        "norm_K" => size(at),
        "x" => of(at, |s| s.before),
        "psi_D" => psi(of(at, |s| s.reach)),
        "kappa_B" => kappa_b(at),
        "G" => spread(at),
        "m" => counts.workers as f64,
        "f" => counts.trimmed as f64,
        "diameter" => of_medoid(at, |m| m.diameter),
        "radius" => of_medoid(at, |m| m.radius),
        _ => return None,
    };
    // The symbol itself is the same function on both sides, or a few operations that the claim does elsewhere.
    Some(Rounded::made(number, 8.0))
}

fn root(v: Rounded) -> Rounded {
    Rounded { value: v.value.sqrt(), error: v.error / v.value.sqrt() + f64::EPSILON * v.value.sqrt() }
}

/// Draw by draw, whether the claim's bound, times a factor, differs from the formula of its theorem; `None` where either is no
/// number.
fn differs(claim: &Claim, bound: &str, all: &Definitions, factor: f64) -> impl Iterator<Item = Option<bool>> {
    let mut stream = Seed(2020).stream(Purpose::new("proofs"), 0, 0);
    (0..DRAWS).map(move |_| {
        let mut draw = random(&mut stream);
        if matches!(claim.id, "lemma-7" | "lemma-8" | "theorem-2") {
            // They know no compression.
            draw.sketch.lost = 0.0;
        }
        let at = At { draw: &draw, mode: Mode::APosteriori, reading: claim.reading };
        let ours = factor * (claim.rungs(Mode::APosteriori).last().unwrap().value)(at);
        let proved = value(bound, all, &|name| symbol(name, claim, at, all));
        let proved = proved.unwrap_or_else(|| panic!("{bound}: a name in it means nothing"));
        // The claim rounds as often as the formula does, perhaps in another order.
        let near = proved.is(Rounded::made(ours, 0.0));
        (proved.value.is_finite() && ours.is_finite()).then_some(!near)
    })
}

fn theorem_of(claim: &Claim) -> Option<&'static str> {
    theorem(claim.id, claim.reading, claim.variant)
}

fn tied() -> Vec<(&'static Claim, String)> {
    let name = |theorem: &str| format!("bound_{}", theorem.rsplit('.').next().unwrap());
    all().into_iter().filter_map(|claim| Some((claim, name(theorem_of(claim)?)))).collect()
}

#[test]
fn every_listed_theorem_is_about_a_reading_and_states_its_bound() {
    let listed: BTreeSet<&str> = lines().map(|(_, _, theorem)| theorem).collect();
    let named: BTreeSet<&str> = all().into_iter().filter_map(theorem_of).collect();
    assert_eq!(listed, named, "a line of theorems.txt names no reading, or two");
    assert_eq!(lines().count(), LIST.lines().filter(|line| !line.trim().is_empty()).count());
    for theorem in listed {
        let (file, name) = theorem.split_once('.').unwrap();
        let text = text(file);
        let statement =
            text.split(&format!("Theorem {name} ")).nth(1).or(text.split(&format!("Theorem {name}:")).nth(1));
        let statement = statement.unwrap_or_else(|| panic!("{file}.v: no `Theorem {name}`"));
        let statement = statement.split("Proof").next().unwrap();
        assert!(statement.contains(&format!("bound_{name} ")), "{theorem} does not state bound_{name}");
        let readme = include_str!("../../proofs/README.md");
        assert!(readme.contains(&format!("`{theorem}`")), "{theorem} is missing in proofs/README.md");
    }
}

#[test]
fn the_bound_of_every_theorem_is_the_last_line_of_its_claim() {
    let formulas = formulas();
    assert!(!tied().is_empty());
    for (claim, bound) in tied() {
        let compared: Vec<bool> = differs(claim, &bound, &formulas, 1.0).flatten().collect();
        assert!(!compared.contains(&true), "{} {} {}: {bound}", claim.id, claim.reading.name(), claim.variant);
        assert!(compared.len() > DRAWS / 10, "{bound}: compared on {} draws", compared.len());
    }
}

#[test]
fn a_drift_on_either_side_is_seen() {
    let formulas = formulas();
    let mutants = mutants(&formulas);
    for (claim, bound) in tied() {
        let drifts =
            |all: &Definitions, factor: f64| differs(claim, &bound, all, factor).any(|differs| differs == Some(true));
        assert!(drifts(&formulas, 1.0 + 1e-9), "{bound}: the claim's side");
        let used = used(&bound, &formulas);
        for (changed, mutant) in mutants.iter().filter(|(changed, _)| used.contains(changed)) {
            assert!(drifts(mutant, 1.0), "{bound}: a numeral of {changed}");
        }
    }
}

#[test]
fn formulas_are_read_as_coq_reads_them() {
    let all = definitions(
        "Definition half (x : R) : R := x / 2.\nDefinition no (n : nat) : R := 1.\n\
         Definition other (x : R) : R := exp x.\nDefinition all (x y : R) (z : R) : R :=\n\
         - x ^ 2 + 2 * half (x - y - z) * sqrt y / (1 - - z) + Rmax (half x) z.",
    );
    let given = |name: &str| Some(Rounded::made([3.0, 16.0, 5.0]["xyz".find(name)?], 0.0));
    let wanted = -9.0 + 2.0 * ((3.0 - 16.0 - 5.0) / 2.0) * 4.0 / 6.0 + 5.0;
    assert_eq!(value("all", &all, &given).unwrap().value, wanted);
    assert_eq!(value("other", &all, &given).map(|v| v.value), None);
    assert_eq!((all.contains_key("no"), used("all", &all)), (false, vec!["all".to_owned(), "half".to_owned()]));
    assert_eq!(mutants(&all).iter().filter(|(name, _)| name == "all").count(), 3);
}
