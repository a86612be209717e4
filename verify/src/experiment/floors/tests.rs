//! Floors as they are shown and compared, and that every attack is played.

use super::page::markdown;
use super::picture::strip;
use super::*;
use crate::data::described;
use comrade::attack::SPELLINGS;
use comrade::data::synthetic;

/// Floors that nobody measured: contender k, attack a, seed s has k + a / 100 + s / 1000.
fn made() -> Floors {
    let data = described(synthetic::a9a_like(50, Seed(1)), None).provenance;
    let floor = |a: usize, k: usize, s: usize| k as f64 + a as f64 / 100.0 + s as f64 / 1000.0;
    let row = |a: usize| FloorRow {
        attack: ATTACKS[a].into(),
        floors: (0..CONTENDERS.len()).map(|k| (0..2).map(|s| floor(a, k, s)).collect()).collect(),
    };
    let block = |alpha| Block { alpha, rows: (0..3).map(row).collect() };
    Floors {
        run: Run { version: "1".into(), processor: "a processor".into() },
        data,
        lambda: LAMBDA,
        workers: WORKERS,
        seeds: 2,
        contenders: CONTENDERS.map(|each| (each.name.to_owned(), each.rounds)).to_vec(),
        blocks: vec![block(0.1), block(0.2)],
    }
}

#[test]
fn the_worst_attack_is_the_headline() {
    let page = markdown(&made(), "floors.svg");
    let line = "| COMRADE, norms in B | **1.0e0** | gaussian:0.01 | **1.0e0** | gaussian:0.01 |";
    assert!(page.contains(line), "{page}");
    assert!(page.contains("synthetic data, not the published file: a9a-like (50 samples"));
    assert!(page.lines().all(|line| !line.contains("  ")));
    let strip = strip(&made());
    assert!(strip.caption.contains("synthetic data, not the published file"));
    assert!(strip.svg().unwrap().contains("1.0e0 by gaussian:0.01"));
}

#[test]
fn a_part_that_is_played_again_must_be_the_same() {
    let (held, mut fresh) = (made(), made());
    fresh.blocks.remove(0);
    fresh.blocks[0].rows.iter_mut().flat_map(|row| &mut row.floors).for_each(|floors| floors.truncate(1));
    assert_eq!(held.differences(&fresh), Vec::<String>::new());
    fresh.blocks[0].rows[1].floors[4][0] *= 1.0 + 1e-7;
    assert_eq!(held.differences(&fresh), Vec::<String>::new());
    fresh.blocks[0].rows[1].floors[4][0] *= 1.0 + 1e-4;
    let found = held.differences(&fresh);
    assert!(found.len() == 1 && found[0].contains("alpha 0.2, gaussian:1, lazy Newton, mixing"), "{found:?}");
    fresh.lambda = 1.0;
    assert!(held.differences(&fresh)[0].contains("lambda"));
}

/// The spellings of attacks that have no row, with the reason.
const LEFT_OUT: &[(&str, &str)] = &[
    ("min-sum", "min-max with a sum for its largest; heat.md has it"),
    ("nan", "no answer that can be read, as silence"),
    ("inf", "no answer that can be read, as silence"),
    ("wrong-length", "no answer that can be read, as silence"),
    ("stale", "no answer to this question, as silence"),
    ("duplicate", "two answers count as none, as silence"),
    ("huge", "farther away than any rule keeps, and so dropped, as silence"),
    ("every-other:ATTACK", "younger than the committed floors: to be played when they are measured again"),
];

#[test]
fn every_kind_of_attack_is_played_or_left_out_for_a_reason() {
    for spelling in SPELLINGS {
        let played = ATTACKS.iter().any(|attack| match spelling.split_once(':') {
            Some((name, parameter)) if parameter.bytes().all(|b| b.is_ascii_uppercase()) => {
                attack.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
            }
            _ => *attack == spelling,
        });
        let left_out = LEFT_OUT.iter().any(|(name, reason)| *name == spelling && !reason.is_empty());
        assert_ne!(played, left_out, "{spelling}: in `ATTACKS`, or else in `LEFT_OUT`");
    }
    assert!(LEFT_OUT.iter().all(|(name, _)| SPELLINGS.contains(name)), "a spelling that there is not");
}

#[test]
fn every_attack_is_spelled_as_it_is_read_and_plays() {
    let material = described(synthetic::a9a_like(400, Seed(1)), None);
    let floors = Floors::play(&material, &[0.2], 1, "a processor".into(), &|| ()).unwrap();
    let rows = &floors.blocks[0].rows;
    assert_eq!(rows.len(), ATTACKS.len());
    assert!(rows.iter().all(|row| row.floors.len() == CONTENDERS.len()));
    // Liars cost something.
    assert!((0..CONTENDERS.len()).all(|k| floors.blocks[0].worst(k).unwrap().0 > rows[0].floor(k)));
}
