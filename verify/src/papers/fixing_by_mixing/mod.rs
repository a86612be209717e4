//! Allouah, Farhadkhani, Guerraoui, Gupta, Pinot and Stephan, *Fixing by Mixing: A Recipe for Optimal Byzantine ML under
//! Heterogeneity*, AISTATS 2023, arXiv 2302.01772: how far a robust rule F may be from the mean of the honest vectors.
//!
//! F is (f, κ)-robust if ‖F(x) − mean_S‖² ≤ κ mean_S ‖xᵢ − mean_S‖² for every set S of n − f of the n vectors. The rules are those
//! of the solver; what is measured of them is not.

mod claims;

use super::{Paper, Scenario, Theory, array};
use comrade::aggregate::{Aggregator, Fusion, Robust, TrimFraction};
use comrade::protocol::Reply;
use ladder::Draw;

pub(super) const PAPER: Paper = Paper {
    name: "fixing-by-mixing",
    printed: "Allouah et al., Fixing by Mixing, AISTATS 2023",
    judge: |seed| THEORY.judge(seed),
};

const THEORY: Theory<Setting> = Theory { scenarios, claims: claims::CLAIMS, faults: claims::FAULTS };

/// n.
const N: usize = 5;
/// d.
const D: usize = 2;
/// A set S whose vectors vary by less than this share of the longest vector is left out: its ratio would be rounding.
const VARIES: f64 = 1e-6;

/// A rule, and how the vectors come about.
struct Setting {
    fusion: Fusion,
    /// Whether nearest-neighbour mixing stands before it.
    mixing: bool,
    /// f.
    liars: usize,
    /// Whether n − f vectors are 0 and f are the first one, in place of n vectors.
    pair: bool,
}

const RULES: [(Fusion, &str); 5] = [
    (Fusion::TrimmedMean, "trimmed-mean"),
    (Fusion::Median, "median"),
    (Fusion::GeometricMedian, "geometric-median"),
    (Fusion::Krum, "krum"),
    (Fusion::MultiKrum, "multi-krum"),
];

fn scenarios() -> Vec<Setting> {
    let mut all = vec![];
    for (fusion, _) in RULES {
        for mixing in [false, true] {
            for liars in [1, 2] {
                all.extend([false, true].map(|pair| Setting { fusion, mixing, liars, pair }));
            }
        }
    }
    all
}

/// What is measured of one F(x), at the S where the ratio of the two is largest.
#[derive(Clone, Copy)]
struct Deviation {
    number: u64,
    /// f.
    liars: f64,
    /// ‖F(x) − mean_S‖².
    squared: f64,
    /// mean_S ‖xᵢ − mean_S‖².
    variance: f64,
    /// max ‖xᵢ‖².
    largest: f64,
}

impl Scenario for Setting {
    type Draw = Deviation;
    const NUMBERS: usize = N * D;

    fn name(&self) -> String {
        let rule = RULES.iter().find(|(fusion, _)| *fusion == self.fusion).map_or("", |(_, name)| name);
        let (mixed, pair) = (if self.mixing { "nnm:" } else { "" }, if self.pair { ", two points" } else { "" });
        format!("{mixed}{rule}, f = {}{pair}", self.liars)
    }

    fn play(&self, number: u64, numbers: &[f64]) -> Deviation {
        let of = |i: usize| array::<D>(&numbers[i * D..]);
        let x: [[f64; D]; N] = std::array::from_fn(|i| match self.pair {
            true if i < self.liars => of(0),
            true => [0.0; D],
            false => of(i),
        });
        let liars = self.liars as f64;
        let largest = x.iter().map(|x| square(x, &[0.0; D])).fold(0.0, f64::max);
        let mut worst = Deviation { number, liars, squared: 0.0, variance: 0.0, largest };
        let beta = TrimFraction::new(liars / N as f64).unwrap_or(TrimFraction::ZERO);
        let rule = Robust { beta, fusion: self.fusion, mixing: self.mixing };
        let replies: Vec<Reply> = x.iter().map(|x| Ok(x.to_vec())).collect();
        let Ok(made) = rule.aggregate(&replies, D) else { return Deviation { squared: f64::NAN, ..worst } };
        let made = array::<D>(&made.vector);
        for set in (0_u32..1 << N).filter(|set| set.count_ones() as usize == N - self.liars) {
            let inside: Vec<&[f64; D]> = (0..N).filter(|i| set >> i & 1 == 1).map(|i| &x[i]).collect();
            let size = inside.len() as f64;
            let mean: [f64; D] = std::array::from_fn(|k| inside.iter().map(|x| x[k]).sum::<f64>() / size);
            let variance = inside.iter().map(|x| square(x, &mean)).sum::<f64>() / size;
            let squared = square(&made, &mean);
            let worse = squared * worst.variance > worst.squared * variance || worst.variance == 0.0;
            if variance >= VARIES * VARIES * largest && variance > 0.0 && worse {
                worst = Deviation { squared, variance, ..worst };
            }
        }
        worst
    }
}

/// ‖a − b‖².
fn square(a: &[f64; D], b: &[f64; D]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

impl Draw for Deviation {
    type Line = ();

    fn number(&self) -> u64 {
        self.number
    }

    /// The variance is a sum of ten squares of differences, each wrong by a few ε of the longest vector, which is 1/[`VARIES`] times
    /// as long as the differences at most.
    fn rounding(&self) -> f64 {
        32.0 * f64::EPSILON / VARIES
    }

    /// F(x) and mean_S are wrong by a few ε of the longest vector, the geometric median by its stopping rule, which is finer.
    fn slack(&self, (): (), squared: f64) -> f64 {
        let error = 64.0 * f64::EPSILON * self.largest.sqrt();
        error * (2.0 * squared.sqrt() + error)
    }
}
