//! All scenarios, in report order.

use super::{Draws, Lazy, Population, Published, Scenario, Source};
use comrade::compress::Bits;
use comrade::data::synthetic::{Gaussian, Task};
use comrade::loss::Loss;
use comrade::shard::Sharding;
use std::f64::consts::SQRT_2;

const fn gaussian(rows: usize, cols: usize, condition: f64) -> Source {
    Source::Gaussian(Gaussian { rows, cols, condition, margin: 1.0, task: Task::Classification })
}

/// Few rows in one dimension.
const TINY: Gaussian =
    Gaussian { rows: 40, cols: 1, condition: 1.0, margin: 1.0, task: Task::Regression { noise: 0.5 } };

/// The registry, in report order.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let small = Scenario {
        name: "",
        source: gaussian(4000, 5, 3.0),
        loss: Loss::Logistic,
        lambda: 0.05,
        workers: 4,
        sharding: Sharding::WithReplacement,
        liars: None,
        beta: 0.0,
        compressor: "identity",
        lazy: None,
        iterates: &[0, 1, 2],
        quick: Draws { seeds: 20, fresh: 400 },
        full: Draws { seeds: 100, fresh: 2000 },
    };
    // Large shards of well-conditioned rows: eta, zeta and zeta_byz below 1 with room, so nothing printed is vacuous.
    let roomy = Scenario {
        source: gaussian(60_000, 3, 1.5),
        lambda: 0.1,
        workers: 20,
        sharding: Sharding::Partition,
        ..small.clone()
    };
    let fifth = Scenario { source: gaussian(20_000, 5, 3.0), workers: 20, beta: 0.25, ..small.clone() };
    let file = Scenario {
        lambda: 1e-3,
        workers: 20,
        sharding: Sharding::Partition,
        iterates: &[0, 1, 3],
        quick: Draws { seeds: 3, fresh: 0 },
        full: Draws { seeds: 10, fresh: 400 },
        ..small.clone()
    };
    let (a9a, w5a) = (
        // Fewer fresh draws than elsewhere: each costs a hundred times more.
        Scenario { source: Source::Published(Published::A9a), quick: Draws { seeds: 3, fresh: 200 }, ..file.clone() },
        Scenario { source: Source::Published(Published::W5a), ..file },
    );
    let a9a_fresh = a9a.clone();
    vec![
        // d = 1, m = 1: no averaging hides a constant, so the printed Lemma 5 is closest to its worst case.
        Scenario {
            name: "tiny",
            source: Source::Gaussian(TINY),
            loss: Loss::Squared,
            lambda: 0.0,
            workers: 1,
            iterates: &[0, 1],
            quick: Draws { seeds: 400, fresh: 400 },
            ..small.clone()
        },
        // The same through a one-level quantiser, which halves every message: Lemma 9 at rho = 3/4.
        Scenario {
            name: "tiny-quantised",
            source: Source::Gaussian(TINY),
            loss: Loss::Squared,
            lambda: 0.0,
            workers: 1,
            compressor: "qsgd:1",
            iterates: &[0, 1],
            quick: Draws { seeds: 400, fresh: 400 },
            ..small.clone()
        },
        // One liar of ten, in one dimension: no direction hides what it does.
        Scenario {
            name: "line-negative",
            source: Source::Gaussian(Gaussian { rows: 50_000, ..TINY }),
            loss: Loss::Squared,
            lambda: 0.0,
            workers: 10,
            liars: Some((1, "negative:1")),
            beta: 0.2,
            iterates: &[0],
            quick: Draws { seeds: 40, fresh: 200 },
            full: Draws { seeds: 100, fresh: 1000 },
            ..small.clone()
        },
        Scenario { name: "one-worker", workers: 1, ..small.clone() },
        Scenario { name: "four-replaced", ..small.clone() },
        Scenario { name: "four-dealt", sharding: Sharding::Partition, ..small.clone() },
        Scenario { name: "twenty-replaced", source: gaussian(20_000, 5, 3.0), workers: 20, ..small.clone() },
        Scenario {
            name: "twenty-dealt",
            source: gaussian(20_000, 5, 3.0),
            workers: 20,
            sharding: Sharding::Partition,
            ..small.clone()
        },
        Scenario { name: "roomy", ..roomy.clone() },
        Scenario { name: "roomy-trimmed", beta: 0.05, ..roomy.clone() },
        Scenario { name: "roomy-negative", liars: Some((1, "negative:1")), beta: 0.1, ..roomy.clone() },
        Scenario { name: "roomy-noise", liars: Some((1, "gaussian:0.5")), beta: 0.1, ..roomy.clone() },
        Scenario {
            name: "roomy-quantised",
            compressor: "qsgd:64",
            liars: Some((1, "negative:1")),
            beta: 0.1,
            ..roomy.clone()
        },
        // More liars than the rule trims: nothing may be claimed.
        Scenario { name: "overrun", liars: Some((4, "negative:1")), beta: 0.05, ..roomy },
        Scenario { name: "fifth-flipped", liars: Some((4, "flipped-label")), ..fifth.clone() },
        // How much of the sharpened bounds of Lemmas 7 and 10 can an adversary really use?
        Scenario { name: "fifth-alie", liars: Some((4, "alie:1.5")), ..fifth.clone() },
        Scenario { name: "fifth-ipm", liars: Some((4, "ipm:1")), ..fifth.clone() },
        Scenario { name: "fifth-shadow", liars: Some((4, "norm-shadow:0.25")), ..fifth.clone() },
        Scenario { name: "tenth-shadow", liars: Some((2, "norm-shadow:0.1")), beta: 0.1, ..fifth.clone() },
        Scenario {
            name: "fifth-shadow-stiff",
            source: gaussian(20_000, 5, 300.0),
            lambda: 1e-3,
            liars: Some((4, "norm-shadow:0.25")),
            ..fifth
        },
        Scenario {
            name: "fifth-random-top-k",
            source: gaussian(20_000, 5, 3.0),
            workers: 20,
            liars: Some((4, "random-label")),
            beta: 0.25,
            compressor: "top-k:3",
            ..small
        },
        Scenario { name: "a9a", ..a9a.clone() },
        Scenario {
            name: "a9a-noise",
            liars: Some((4, "gaussian:10")),
            beta: 0.25,
            quick: Draws { seeds: 3, fresh: 0 },
            ..a9a.clone()
        },
        Scenario {
            name: "a9a-noise-top-k",
            liars: Some((4, "gaussian:10")),
            beta: 0.25,
            compressor: "top-k:0.5",
            quick: Draws { seeds: 3, fresh: 0 },
            ..a9a
        },
        // A ridge large enough that the ridge form of Lemma 2 says something where the printed one cannot.
        Scenario { name: "a9a-ridge", lambda: 0.1, ..a9a_fresh },
        Scenario { name: "w5a", ..w5a.clone() },
        Scenario { name: "w5a-flipped", liars: Some((4, "flipped-label")), beta: 0.25, ..w5a.clone() },
        Scenario {
            name: "w5a-flipped-top-k",
            liars: Some((4, "flipped-label")),
            beta: 0.25,
            compressor: "top-k:0.5",
            ..w5a
        },
    ]
    .into_iter()
    .chain(counted())
    .chain(lazy())
    .collect()
}

/// Half of the rows, or one in ten, carry everything; the same with gradient noise.
const HALF: &[(f64, f64, usize)] = &[(2.0, 0.0, 1), (0.0, 0.0, 1)];
const HALF_NOISY: &[(f64, f64, usize)] = &[(2.0, SQRT_2, 1), (2.0, -SQRT_2, 1), (0.0, 0.0, 2)];
const TENTH: &[(f64, f64, usize)] = &[(10.0, 0.0, 1), (0.0, 0.0, 9)];
const TENTH_NOISY: &[(f64, f64, usize)] = &[(10.0, 3.0, 1), (10.0, -3.0, 1), (0.0, 0.0, 18)];
/// Gradients of one size and either sign.
const LEVEL: &[(f64, f64, usize)] = &[(0.5, 1.0, 1), (0.5, -1.0, 1), (1.5, 1.0, 1), (1.5, -1.0, 1)];

/// Where the noise of the Hessians dominates that of the gradients, and the same with gradient noise beside it. In one
/// dimension, shards of any size drawn as counts.
fn counted() -> Vec<Scenario> {
    let of = |name, rows, shard| Source::Population(Population { name, rows, shard });
    let one = Scenario {
        name: "hessian-noise-one",
        source: of("half-interpolated", HALF, 10_000),
        loss: Loss::Squared,
        lambda: 1.0,
        workers: 1,
        sharding: Sharding::WithReplacement,
        liars: None,
        beta: 0.0,
        compressor: "identity",
        lazy: None,
        iterates: &[0],
        quick: Draws { seeds: 60, fresh: 400 },
        full: Draws { seeds: 200, fresh: 2000 },
    };
    let many = Scenario {
        name: "hessian-noise-many",
        source: of("tenth-interpolated", TENTH, 1_000_000),
        workers: 1500,
        quick: Draws { seeds: 10, fresh: 200 },
        full: Draws { seeds: 20, fresh: 1000 },
        ..one.clone()
    };
    let trimmed = Scenario {
        name: "hessian-noise-trimmed",
        source: of("tenth-interpolated", TENTH, 1_000_000_000),
        lambda: 1e-3,
        beta: 0.45,
        ..many.clone()
    };
    let quantised = Scenario { name: "hessian-noise-quantised", compressor: "qsgd:1", ..one.clone() };
    vec![
        // Lemma 5 and Theorem 1 where an a-priori bound is closest to what it bounds: no gradient noise, nothing averaged.
        one.clone(),
        // The joint event of Lemma 2, which several workers are needed for.
        Scenario { name: "hessian-noise-four", workers: 4, ..one },
        // The largest of many: a union bound that forgets m is seen.
        many.clone(),
        Scenario { name: "gradient-noise-many", source: of("level-noisy", LEVEL, 1_000_000), ..many },
        // Trimming chosen by the data: Lemma 7 and Theorem 2 fail a priori, by a factor that grows with m.
        trimmed.clone(),
        Scenario {
            name: "gradient-noise-trimmed",
            source: of("tenth-noisy", TENTH_NOISY, 1_000_000_000),
            ..trimmed.clone()
        },
        // So few workers that they still hold, and not by much.
        Scenario {
            name: "hessian-noise-trimmed-few",
            workers: 80,
            quick: Draws { seeds: 60, fresh: 200 },
            full: Draws { seeds: 200, fresh: 1000 },
            ..trimmed
        },
        // Q(v) = v/2: Lemma 9 fails a priori.
        quantised.clone(),
        Scenario { name: "gradient-noise-quantised", source: of("half-noisy", HALF_NOISY, 10_000), ..quantised },
    ]
}

/// Lazy Newton: Theorems A and B, and the medoid.
fn lazy() -> Vec<Scenario> {
    let plain = Lazy::PLAIN;
    let honest = Scenario {
        name: "lazy",
        source: gaussian(4000, 5, 3.0),
        loss: Loss::Logistic,
        lambda: 1e-2,
        workers: 4,
        sharding: Sharding::Partition,
        liars: None,
        beta: 0.0,
        compressor: "identity",
        lazy: Some(plain),
        iterates: &[0, 1, 2],
        quick: Draws { seeds: 10, fresh: 0 },
        full: Draws { seeds: 100, fresh: 0 },
    };
    let wide = Scenario { source: gaussian(6000, 20, 100.0), workers: 20, ..honest.clone() };
    let few = Scenario { quick: Draws { seeds: 1, fresh: 0 }, full: Draws { seeds: 3, fresh: 0 }, ..honest.clone() };
    let a9a = Scenario {
        source: Source::Published(Published::A9a),
        lambda: 1e-3,
        workers: 20,
        iterates: &[0, 3, 6],
        ..few.clone()
    };
    let fifth = Scenario { source: gaussian(4000, 5, 3.0), workers: 20, beta: 0.2, ..honest.clone() };
    let lied = |name, attack| Scenario { name, liars: Some((4, attack)), ..fifth.clone() };
    vec![
        honest.clone(),
        Scenario { name: "lazy-8-bit", lazy: Some(Lazy { bits: Bits::Eight, ..plain }), ..wide.clone() },
        Scenario { name: "lazy-sorted", lazy: Some(Lazy { sorted: 1.0, ..plain }), ..wide.clone() },
        // e = 0: the any-loss reading has nothing but the contraction.
        Scenario {
            name: "lazy-squared",
            source: Source::Gaussian(Gaussian {
                rows: 2000,
                cols: 5,
                condition: 30.0,
                margin: 1.0,
                task: Task::Regression { noise: 0.5 },
            }),
            loss: Loss::Squared,
            lazy: Some(Lazy { bits: Bits::Eight, ..plain }),
            ..honest.clone()
        },
        // More dimensions than a triangle travels with.
        Scenario { name: "lazy-sketch", source: gaussian(600, 520, 100.0), ..few.clone() },
        // Theorem A asks for B > 0 and nothing else.
        Scenario { name: "lazy-indefinite", lazy: Some(Lazy { indefinite: true, ..plain }), ..honest.clone() },
        Scenario { name: "a9a-lazy", ..a9a.clone() },
        Scenario {
            name: "w5a-lazy-sorted",
            source: Source::Published(Published::W5a),
            lazy: Some(Lazy { bits: Bits::Eight, sorted: 1.0, indefinite: false }),
            ..a9a.clone()
        },
        lied("lazy-alie", "alie:1.5"),
        lied("lazy-ipm", "ipm:1"),
        lied("lazy-flipped", "flipped-label"),
        lied("lazy-min-max", "min-max"),
        lied("lazy-towards", "min-max:towards"),
        lied("lazy-away", "min-max:away"),
        // Liars who lie about Hessians alone.
        lied("lazy-hessian", "hessian:scaled:2"),
        Scenario {
            name: "lazy-sorted-away",
            lazy: Some(Lazy { sorted: 0.5, ..plain }),
            ..lied("lazy-sorted-away", "min-max:away")
        },
        // Shards so small that their Hessians have little to do with each other: delta >= 1.
        Scenario {
            name: "lazy-small-shards",
            source: gaussian(160, 5, 3.0),
            lambda: 1e-3,
            ..lied("lazy-small-shards", "min-max:away")
        },
        // B is none of the Hessians that were sent: of few samples and with 8 bits their smallest eigenvalues are lifted.
        Scenario {
            name: "lazy-8-bit-away",
            source: gaussian(420, 20, 3.0),
            lambda: 1e-4,
            lazy: Some(Lazy { bits: Bits::Eight, ..plain }),
            ..lied("lazy-8-bit-away", "min-max:away")
        },
        // More liars than are assumed, and half of the workers assumed to lie: nothing may be claimed.
        Scenario { name: "lazy-overrun", beta: 0.05, ..lied("lazy-overrun", "min-max:away") },
        Scenario { name: "lazy-half", workers: 2, beta: 0.3, liars: Some((1, "negative:1")), ..fifth.clone() },
        Scenario { name: "a9a-lazy-away", workers: 10, liars: Some((2, "min-max:away")), beta: 0.2, ..a9a },
    ]
}
