//! Allouah, Farhadkhani, Guerraoui, Gupta, Pinot and Stephan, *Fixing by Mixing: A Recipe for Optimal Byzantine ML under
//! Heterogeneity*, AISTATS 2023, arXiv 2302.01772: how far a robust rule F may be from the mean of the honest vectors.
//!
//! F is (f, κ)-robust if ‖F(x) − mean_S‖² ≤ κ mean_S ‖xᵢ − mean_S‖² for every set S of n − f of the n vectors. The rules are those
//! of the solver; what is measured of them is not.

mod claims;

use super::{Judged, Paper, Scenario, Theory, array};
use crate::experiment::kappa::{CONTENDERS, NamedRule, VARIES};
use comrade::aggregate::Aggregator;
use comrade::protocol::Reply;
use ladder::Draw;

pub(super) const PAPER: Paper = Paper {
    name: "fixing-by-mixing",
    printed: "Allouah et al., Fixing by Mixing, AISTATS 2023",
    judged: Judged::Alone(|seed| THEORY.judge(seed)),
};

const THEORY: Theory<Setting> = Theory { scenarios, claims: claims::claims, faults: claims::FAULTS };

/// n.
const N: usize = 5;
/// d.
const D: usize = 2;
/// A rule, and how the vectors come about.
struct Setting {
    contender: NamedRule,
    /// f.
    liars: usize,
    /// Whether n − f vectors are 0 and f are the first one, in place of n vectors.
    pair: bool,
}

fn scenarios() -> Vec<Setting> {
    let sizes = [(1, false), (1, true), (2, false), (2, true)];
    let of = |contender| sizes.map(|(liars, pair)| Setting { contender, liars, pair });
    CONTENDERS.into_iter().flat_map(of).collect()
}

/// What is measured of one F(x), at the S where the ratio of the two is largest.
#[derive(Clone, Copy)]
struct Deviation {
    number: u64,
    /// F.
    contender: NamedRule,
    /// f.
    liars: usize,
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
        format!("{}, f = {}{}", self.contender.name, self.liars, if self.pair { ", two points" } else { "" })
    }

    fn play(&self, number: u64, numbers: &[f64]) -> Deviation {
        let of = |i: usize| array::<D>(&numbers[i * D..]);
        let x: [[f64; D]; N] = std::array::from_fn(|i| match self.pair {
            true if i < self.liars => of(0),
            true => [0.0; D],
            false => of(i),
        });
        let Self { contender, liars, .. } = *self;
        let largest = x.iter().map(|x| square(x, &[0.0; D])).fold(0.0, f64::max);
        let mut worst = Deviation { number, contender, liars, squared: 0.0, variance: 0.0, largest };
        let replies: Vec<Reply> = x.iter().map(|x| Ok(x.to_vec())).collect();
        let made = contender.rule(N, liars).and_then(|rule| rule.aggregate(&replies, D).ok());
        let Some(made) = made else { return Deviation { squared: f64::NAN, ..worst } };
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a longest vector of length 2, and F(x) at a distance of 3: 3 + e squared less 9, e = 128 ε.
    #[test]
    fn rounding_is_told_by_the_longest_vector() {
        let of = Deviation { number: 7, contender: CONTENDERS[0], liars: 1, squared: 9.0, variance: 1.0, largest: 4.0 };
        let e = 128.0 * f64::EPSILON;
        assert!((of.slack((), 9.0) / (6.0 * e) - 1.0).abs() < 1e-12);
        assert_eq!(of.slack((), 0.0), e * e);
        assert_eq!((of.number(), of.rounding() * VARIES), (7, 32.0 * f64::EPSILON));
    }

    /// Of 0, 1, 2, 3 and 9 on a line the trimmed mean is 2. The set with the largest ratio is 1, 2, 3, 9: its mean is 15/4, and
    /// its variance 155/16. Of numbers that agree but for 1e-12 no set counts.
    #[test]
    fn the_worst_set_is_the_one_by_hand() {
        let trimmed = CONTENDERS.into_iter().find(|rule| rule.name == "trimmed-mean").unwrap();
        let of = |pair| Setting { contender: trimmed, liars: 1, pair };
        let line = |x: [f64; N]| x.into_iter().flat_map(|x| [x, 0.0]).collect::<Vec<f64>>();
        let worst = of(false).play(7, &line([0.0, 1.0, 2.0, 3.0, 9.0]));
        assert!((worst.squared - 49.0 / 16.0).abs() < 1e-14 && (worst.variance - 155.0 / 16.0).abs() < 1e-14);
        assert_eq!((worst.number, worst.liars, worst.largest), (7, 1, 81.0));
        let same = of(false).play(0, &line([1e3, 1e3 + 1e-12, 1e3, 1e3, 1e3]));
        assert_eq!((same.squared, same.variance), (0.0, 0.0));
        // What varies by a millionth of the longest vector or more counts: S that holds the other one, for u = 2e-4 and not for 2e-6.
        let [more, less] = [2e-4, 2e-6].map(|u| of(false).play(0, &line([9.0, 9.0, 9.0, 9.0, 9.0 + u])));
        assert!((more.variance / (3.0 / 16.0 * 4e-8) - 1.0).abs() < 1e-6 && less.variance == 0.0);
        assert!((more.squared / (4e-8 / 16.0) - 1.0).abs() < 1e-6, "{}", more.squared);
        // One vector is u, four are 0, and F is 0: with u in S the mean is u/4, and the variance 3/16 of its square.
        let pair = of(true).play(0, &line([4.0, 5.0, 6.0, 7.0, 8.0]));
        assert!((pair.squared - 1.0).abs() < 1e-14 && (pair.variance - 3.0).abs() < 1e-14);
    }
}
