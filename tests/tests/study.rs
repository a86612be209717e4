//! The studies of Lemmas 1 to 3: the same on any number of threads, able to fail, and right where the answer is known.

use comrade::data::synthetic;
use comrade::shard::Sharding;
use comrade::stream::Seed;
use comrade_verify::claim::Reading;
use comrade_verify::study::rates::{Cell, DELTAS, comparisons};
use comrade_verify::study::{Effort, Study, make};
use ladder::Verdict;
use std::sync::LazyLock;

const FAMILY: f64 = 0.01;

fn study(jobs: usize, effort: &Effort) -> Study {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build().unwrap();
    // 300 rows of the stand-in: enough for shards of any size, since they are drawn with replacement.
    let published = synthetic::a9a_like(300, Seed(1));
    pool.install(|| make(effort, &published, Seed(2020), FAMILY, &|| ())).unwrap()
}

const SMALL: Effort = Effort { rates: 40, reuse: 120, sizes: 40, sizes_published: 2 };
static STUDY: LazyLock<Study> = LazyLock::new(|| study(2, &SMALL));

#[test]
fn the_number_of_threads_changes_nothing() {
    let tiny = Effort { rates: 3, reuse: 3, sizes: 3, sizes_published: 1 };
    assert_eq!(study(1, &tiny), study(2, &tiny));
}

#[test]
fn every_cell_is_judged_or_says_nothing() {
    assert_eq!(STUDY.rates.len(), comparisons());
    for cell in &STUDY.rates {
        assert_eq!(cell.rate.is_some(), cell.verdict.judged(), "{}", cell.place());
        let printed_of_a_partition = cell.reading == Reading::Printed && cell.sharding == Sharding::Partition;
        assert_eq!(cell.verdict == Verdict::NotApplicable, printed_of_a_partition, "{}", cell.place());
        let Some(rate) = cell.rate else { continue };
        assert_eq!((rate.draws, rate.delta), (SMALL.rates, cell.delta));
    }
}

#[test]
fn a_smaller_delta_gives_a_larger_bound_and_heavy_rows_a_larger_eta() {
    let find = |id: &str, data: &str, delta: f64| -> &Cell {
        let same = |c: &&Cell| c.id == id && c.data == data && c.delta == delta && (c.workers, c.shard) == (4, 4000);
        STUDY.rates.iter().find(same).unwrap()
    };
    let median = |cell: &Cell| cell.ratio.unwrap().median;
    for id in ["lemma-1", "lemma-2", "lemma-3"] {
        let [loose, _, tight] = DELTAS.map(|delta| median(find(id, "even-rows", delta)));
        assert!(tight < loose, "{id}: the same measured value against a larger bound");
    }
    let at = |data: &str| {
        let curve = STUDY.sizes.iter().find(|curve| curve.data == data).unwrap();
        curve.points.iter().find(|point| point.shard == 3000).unwrap()
    };
    let (even, heavy) = (at("even-rows"), at("heavy-rows"));
    assert!(heavy.eta.value > 3.0 * even.eta.value && heavy.printed > 3.0 * even.printed);
}

/// eta falls as 1/sqrt(s), and no rule that claims to bound it is below what was measured.
#[test]
fn the_curves_fall_as_one_over_the_square_root_and_the_rules_lie_above() {
    for curve in &STUDY.sizes {
        for p in &curve.points {
            assert!(
                p.printed < p.rederived && p.chernoff.is_none_or(|c| c < p.rederived),
                "{} {}",
                curve.data,
                p.shard
            );
            assert!(p.eta.value < p.rederived && p.eta_ridge.value < p.ridge, "{} {}", curve.data, p.shard);
        }
        for w in curve.points.windows(2) {
            let root = (w[1].shard as f64 / w[0].shard as f64).sqrt();
            assert!((w[0].printed / w[1].printed / root - 1.0).abs() < 1e-12);
        }
    }
    let even = &STUDY.sizes[0].points;
    let (first, last) = (even[2], even[even.len() - 1]);
    let fall = first.eta.value / last.eta.value / (last.shard as f64 / first.shard as f64).sqrt();
    assert!((0.7..1.4).contains(&fall), "{fall}");
}

/// At t = 0 the iterate is 0 whatever the shards are, so that fresh and reused shards are the same experiment.
#[test]
fn at_the_start_reuse_shows_no_effect() {
    for pair in STUDY.reuse.pairs.iter().filter(|pair| pair.iterate == 0) {
        assert!(pair.larger.lower <= 0.5 && pair.larger.upper >= 0.5, "{} {:?}", pair.symbol, pair.larger);
        assert_eq!(pair.larger.draws, SMALL.reuse);
    }
}
