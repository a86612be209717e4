//! The sweeps: the same for the same seed, a bound of ours never below what was measured, and what the theory predicts.

use comrade::shard::Sharding;
use comrade::stream::Seed;
use comrade_verify::claim::Reading;
use comrade_verify::sweep::bounds::{Sweep, experiments, measure};
use comrade_verify::sweep::{Along, convergence, figures};
use std::sync::LazyLock;

const SEEDS: u64 = 3;

fn sweep(along: Along) -> Vec<Sweep> {
    measure(along, SEEDS, Seed(7), &|| ()).unwrap()
}

static ALL: LazyLock<Vec<Sweep>> =
    LazyLock::new(|| [Along::Trim, Along::Compression, Along::Liars].into_iter().flat_map(sweep).collect());

#[test]
fn the_same_seed_gives_the_same_sweep() {
    let again = sweep(Along::Trim);
    let first: Vec<Sweep> = ALL.iter().filter(|sweep| sweep.along == Along::Trim).cloned().collect();
    assert_eq!(again, first);
    assert!(first.iter().all(|sweep| sweep.points.len() == experiments(Along::Trim)));
}

#[test]
fn every_bound_of_ours_is_above_what_was_measured() {
    for sweep in ALL.iter() {
        for point in &sweep.points {
            let sharpened = point.bounds.iter().find(|bound| bound.reading == Reading::Sharpened).unwrap();
            let bound = sharpened.value.expect("the spectral form is never vacuous");
            assert!(point.measured.median <= bound.max, "{} at {}", sweep.id, point.x);
        }
    }
}

#[test]
fn the_printed_theorem_2_is_vacuous_under_many_liars_and_says_so() {
    let of = |id: &str| ALL.iter().find(|sweep| sweep.id == id && sweep.along == Along::Liars).unwrap();
    let printed =
        |id: &str, k: usize| of(id).points[k].bounds.iter().find(|b| b.reading == Reading::Printed).unwrap().value;
    assert!(printed("theorem-2", 0).is_some() && printed("theorem-2", 4).is_none());
    // Lemma 7 asks for no small zeta_byz.
    assert!((0..5).all(|k| printed("lemma-7", k).is_some()));
    let (_, figure) = figures::bounds(&ALL, SEEDS, 7).into_iter().find(|(name, _)| name == "sweep-theorem-2").unwrap();
    let panel = figure.panels.iter().find(|panel| panel.title.contains("liars")).unwrap();
    assert_eq!(panel.regions.len(), 1, "and the figure hatches it");
    assert!(figure.svg().unwrap().contains("printed bound vacuous"));
}

/// With replacement the floor falls as 1/sqrt(s); for a partition, where first-order errors cancel, as 1/s.
#[test]
fn the_floor_falls_as_predicted() {
    let floors = convergence::floors(5, Seed(7), &|| ()).unwrap();
    let at = |scheme: Sharding, s: usize| {
        let found = floors.iter().find(|f| f.sharding == scheme && f.workers == 20 && f.samples == s).unwrap();
        found.measured.median
    };
    let slope = |scheme| (at(scheme, 100) / at(scheme, 10_000)).ln() / 100_f64.ln();
    let (replaced, dealt) = (slope(Sharding::WithReplacement), slope(Sharding::Partition));
    assert!((0.35..0.65).contains(&replaced), "{replaced}");
    assert!((0.8..1.2).contains(&dealt), "{dealt}");
}
