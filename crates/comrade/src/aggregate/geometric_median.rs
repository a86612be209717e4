//! The geometric median: the point whose distances from n points have the smallest sum.
//!
//! ```text
//! z = argmin F(z),   F(z) = sum_i ||z - x_i||
//! ```
//!
//! **Start**: the point x_c with the smallest F(x_c). With R = sum of (x_i - x_c) / ||x_i - x_c|| over the points elsewhere, and k
//! points at x_c, it is the answer if ||R|| <= k; the mean of all such points is, if there are several. Otherwise the first step is by 1 - k / ||R|| of that of Weiszfeld (Vardi and Zhang,
//! *The multivariate L1-median and associated data depth*, PNAS 2000), which makes F smaller than at any of the points.
//!
//! **Steps**: z <- sum_i w_i x_i / sum_i w_i with w_i = 1 / max(||z - x_i||, nu): Weiszfeld's algorithm, smoothed at 1e-12 of the
//! median of the distances from x_c, so that a point that is met divides nothing by zero. Where points nearly lie on a line these steps
//! are short. So at each 50th step, and after each step of Newton's, one of Newton's is tried: halved until F is smaller or
//! ||grad F|| is half as long, and left out where neither comes true.
//!
//! ```text
//! z <- z - H^{-1} grad F(z),   H = sum_i w_i (I - u_i u_i^T),   u_i = w_i (z - x_i)
//! ```
//!
//! **Stop**: where ||grad F(z)|| <= 1e-10 n, so that F(z) is within a few 1e-10 of its minimum, as the minimiser is no further than
//! 2 F(z) / n from z; or after 1000 steps, which no input is known to need.
//!
//! **Break-down point**: any f < n/2, which it need not know. **Cost**: m^2 d / 2 subtractions and squares for the start, and 5 m d
//! operations for each step, and 4 m d for each product with H; 10 to 50 steps are usual.
//!
//! **kappa** = 4 (1 + f / (n - 2 f))^2. Because: with mean_S = 0, F(z) <= F(0) says that sum over S of (||z|| - 2 ||x_i||) <= f ||z||,
//! so (n - 2 f) ||z|| <= 2 sum over S of ||x_i||, whose square is at most 4 (n - f) times the sum of their squares.

use super::distances::Distances;
use super::mean;
use crate::compress::norm2;
use crate::conjugate;

/// Steps at most.
const STEPS: usize = 1000;
/// Newton's step is tried each time after this many others.
const PATIENCE: usize = 50;
/// Of Newton's step: ||H p + grad F|| / ||grad F||, and products with H at most.
const FORCING: f64 = 1e-6;
const PRODUCTS: usize = 100;
/// Of Newton's step: how often it is halved, and the share of what the slope promises that F must fall by.
const TRIALS: i32 = 20;
const SUFFICIENT: f64 = 1e-4;
/// ||grad F|| / n at the end.
const FLAT: f64 = 1e-10;
/// Sums of distances, and lengths of sums of unit vectors, that differ by rounding.
const EQUAL: f64 = 1e-12;
/// nu, relative to the median of the distances from the start.
const SMOOTH: f64 = 1e-12;

/// Of n >= 1 vectors.
pub(super) fn geometric_median(vectors: &[&[f64]], dimension: usize) -> Vec<f64> {
    let (n, apart) = (vectors.len() as f64, Distances::of(vectors));
    // Divided before they are added; one too long for a double is the longest.
    let mean_distance = |i: usize| apart.from(i).iter().map(|d| d.min(f64::MAX) / n).sum::<f64>();
    let sums: Vec<f64> = (0..vectors.len()).map(mean_distance).collect();
    let least = sums.iter().copied().fold(f64::MAX, f64::min);
    let candidates = (0..sums.len()).filter(|&i| sums[i] <= least * (1.0 + EQUAL));
    let leaves: Vec<(usize, Option<Vec<f64>>)> = candidates.map(|i| (i, leave(vectors, apart.from(i), i))).collect();
    let stays: Vec<&[f64]> = leaves.iter().filter(|(_, next)| next.is_none()).map(|(i, _)| vectors[*i]).collect();
    let Some((start, Some(next))) = leaves.first().filter(|_| stays.is_empty()) else {
        return mean(&stays, dimension);
    };
    let nu = smallest(apart.from(*start));
    let (mut at, mut newton) = (Here::of(vectors, next.clone(), nu), false);
    for step in 1..STEPS {
        if norm2(&at.pull) <= FLAT * n {
            break;
        }
        let ahead = if newton || step % PATIENCE == 0 { at.ahead(vectors, nu) } else { None };
        newton = ahead.is_some();
        at = ahead.unwrap_or_else(|| Here::of(vectors, at.onward(), nu));
    }
    at.onward()
}

/// A point, and what is known of F there.
struct Here {
    z: Vec<f64>,
    /// F(z) / n.
    mean_distance: f64,
    /// w_i = 1 / max(||z - x_i||, nu).
    weights: Vec<f64>,
    /// -grad F(z).
    pull: Vec<f64>,
}

impl Here {
    fn of(vectors: &[&[f64]], z: Vec<f64>, nu: f64) -> Self {
        let mut gap = vec![0.0; z.len()];
        let (mut mean_distance, n) = (0.0, vectors.len() as f64);
        let weight = |x: &&[f64]| {
            gap.iter_mut().zip(*x).zip(&z).for_each(|((gap, x), z)| *gap = x - z);
            let distance = norm2(&gap);
            mean_distance += distance.min(f64::MAX) / n;
            1.0 / distance.max(nu)
        };
        let weights: Vec<f64> = vectors.iter().map(weight).collect();
        let pull = pull(vectors, &weights, &z);
        Self { z, mean_distance, weights, pull }
    }

    /// Where a step of Weiszfeld leads.
    fn onward(&self) -> Vec<f64> {
        moved(&self.z, &self.pull, 1.0 / self.weights.iter().sum::<f64>())
    }

    /// The first of ever shorter steps along -H^{-1} grad F(z) that makes F smaller or halves ||grad F||; `None` if none does.
    fn ahead(&self, vectors: &[&[f64]], nu: f64) -> Option<Self> {
        let toward = self.toward(vectors);
        let slope: f64 = toward.iter().zip(&self.pull).map(|(p, pull)| p * pull).sum::<f64>() / vectors.len() as f64;
        (0..TRIALS).map(|k| 0.5_f64.powi(k)).find_map(|t| {
            let next = Self::of(vectors, moved(&self.z, &toward, t), nu);
            let lower = next.mean_distance < self.mean_distance - SUFFICIENT * t * slope;
            (lower || norm2(&next.pull) <= norm2(&self.pull) / 2.0).then_some(next)
        })
    }

    /// -H^{-1} grad F(z) by conjugate gradients, as far as they come.
    fn toward(&self, vectors: &[&[f64]]) -> Vec<f64> {
        let total: f64 = self.weights.iter().sum();
        let times = |v: &[f64]| {
            let mut h: Vec<f64> = v.iter().map(|v| total * v).collect();
            for (x, w) in vectors.iter().zip(&self.weights) {
                let along: f64 = x.iter().zip(&self.z).zip(v).map(|((x, z), v)| w * (z - x) * v).sum();
                h.iter_mut().zip(*x).zip(&self.z).for_each(|((h, x), z)| *h -= w * along * w * (z - x));
            }
            h
        };
        conjugate::solve(times, <[f64]>::to_vec, &self.pull, FORCING, PRODUCTS).p
    }
}

/// nu, from how far all are from the start.
fn smallest(apart: &[f64]) -> f64 {
    let mut row = apart.to_vec();
    row.sort_unstable_by(f64::total_cmp);
    SMOOTH * row[row.len() / 2]
}

/// The first step away from the c-th point; `None` where it is the answer.
fn leave(vectors: &[&[f64]], apart: &[f64], c: usize) -> Option<Vec<f64>> {
    let nu = smallest(apart);
    let weights: Vec<f64> = apart.iter().map(|d| if *d > nu { 1.0 / d } else { 0.0 }).collect();
    let here = weights.iter().filter(|w| **w == 0.0).count() as f64;
    let pull = pull(vectors, &weights, vectors[c]);
    let length = norm2(&pull);
    (length > here * (1.0 + EQUAL))
        .then(|| moved(vectors[c], &pull, (1.0 - here / length) / weights.iter().sum::<f64>()))
}

/// sum_i w_i (x_i - z), which is -grad F(z).
fn pull(vectors: &[&[f64]], weights: &[f64], z: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; z.len()];
    for (x, w) in vectors.iter().zip(weights).filter(|(_, w)| **w > 0.0) {
        sum.iter_mut().zip(*x).zip(z).for_each(|((sum, x), z)| *sum += w * (x - z));
    }
    sum
}

/// z + t pull; z where that is not finite.
fn moved(z: &[f64], pull: &[f64], t: f64) -> Vec<f64> {
    let next: Vec<f64> = z.iter().zip(pull).map(|(z, pull)| z + t * pull).collect();
    if next.iter().all(|x| x.is_finite()) { next } else { z.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn median(points: &[[f64; 2]]) -> Vec<f64> {
        geometric_median(&points.iter().map(|p| &p[..]).collect::<Vec<_>>(), 2)
    }

    fn sum(points: &[[f64; 2]], z: &[f64]) -> f64 {
        points.iter().map(|p| (p[0] - z[0]).hypot(p[1] - z[1])).sum()
    }

    #[test]
    fn known_points() {
        // Fermat's point of an isosceles triangle: all sides are seen from it under 120 degrees, so it is 1 / sqrt 3 above the base.
        let got = median(&[[-1.0, 0.0], [1.0, 0.0], [0.0, 3.0]]);
        assert!(got[0].abs() < 1e-9 && (got[1] - 1.0 / 3.0_f64.sqrt()).abs() < 1e-9, "{got:?}");
        // An angle above 120 degrees: its corner.
        assert_eq!(median(&[[-1.0, 0.0], [1.0, 0.0], [0.0, 0.1]]), [0.0, 0.1]);
        // Where diagonals cross.
        let got = median(&[[0.0, 0.0], [4.0, 4.0], [0.0, 4.0], [6.0, -2.0]]);
        assert!((got[0] - 2.0).abs() < 1e-8 && (got[1] - 2.0).abs() < 1e-8, "{got:?}");
        // Points that coincide: a majority is the answer, and four corners with one point in the middle.
        assert_eq!(median(&[[1.0, 1.0], [9.0, 0.0], [1.0, 1.0], [0.0, 5.0], [1.0, 1.0]]), [1.0, 1.0]);
        assert_eq!(median(&[[1.0, 1.0], [-1.0, 1.0], [0.0, 0.0], [1.0, -1.0], [-1.0, -1.0]]), [0.0, 0.0]);
        // Of many the one in the middle.
        assert_eq!(median(&[[0.0, 0.0], [1.0, 2.0], [2.0, 4.0], [9.0, 18.0]]), [1.5, 3.0]);
        assert_eq!(median(&[[2.0, 3.0]]), [2.0, 3.0]);
        assert_eq!(median(&[[2.0, 3.0]; 4]), [2.0, 3.0]);
        assert!(geometric_median(&[&[], &[]], 0).is_empty());
    }

    /// Steps of Weiszfeld alone leave the sum 5.6e-8 too high after 1000 of them.
    #[test]
    fn points_that_nearly_lie_on_a_line() {
        let close = [[3.0, 1.0], [2.0, 1.0], [-3.0, -1.0], [-2.0, -1.0]];
        // Diagonals that meet at 0 under a small angle.
        let flat = [1e-2, 1e-4, 1e-6].map(|y| [[3.0, y], [2.0, -y], [-3.0, -y], [-1.0, y / 2.0]]);
        for points in flat.into_iter().chain([close]) {
            let got = median(&points);
            assert!(sum(&points, &got) <= sum(&points, &[0.0, 0.0]) * (1.0 + 1e-12), "{points:?}: {got:?}");
        }
    }

    #[test]
    fn huge_and_tiny_points() {
        for scale in [1e300, 1.0, 1e-290] {
            let got = median(&[[-scale, 0.0], [scale, 0.0], [0.0, 3.0 * scale]]);
            assert!(
                got[0].abs() <= 1e-9 * scale && (got[1] / scale - 1.0 / 3.0_f64.sqrt()).abs() < 1e-9,
                "{scale}: {got:?}"
            );
        }
        let got = median(&[[f64::MAX, 0.0], [f64::MIN, 0.0], [0.0, 1.0]]);
        assert!(got.iter().all(|x| x.is_finite()), "{got:?}");
        let far = median(&[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1e300, 1e300]]);
        assert!(far.iter().all(|x| (0.0..=1.0).contains(x)), "{far:?}");
        // So far that the distance is no double, and the first of all.
        let far = median(&[[f64::MAX, f64::MIN], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]);
        assert!(far.iter().all(|x| (0.0..=1.0).contains(x)), "{far:?}");
        // A far liar pulls as strongly as a near one in the same direction.
        let (near, far) =
            ([[0.0, 0.0], [2.0, 0.0], [1.0, 2.0], [0.0, 50.0]], [[0.0, 0.0], [2.0, 0.0], [1.0, 2.0], [0.0, 1e13]]);
        let (near, far) = (median(&near), median(&far));
        assert!((near[0] - far[0]).abs() < 0.02 && (near[1] - far[1]).abs() < 0.02, "{near:?}, {far:?}");
    }

    proptest! {
        /// Against a search that knows nothing of gradients: from the best corner of a square to smaller squares.
        #[test]
        fn no_point_nearby_is_better(points in prop::collection::vec([-3..4_i32, -3..4_i32], 1..12)) {
            let points: Vec<[f64; 2]> = points.iter().map(|p| p.map(f64::from)).collect();
            let got = median(&points);
            let (mut z, mut side) = ([0.0, 0.0], 4.0);
            for _ in 0..500 {
                let moves = [[0.0, 0.0], [side, 0.0], [-side, 0.0], [0.0, side], [0.0, -side]];
                let near = moves.map(|m| [z[0] + m[0], z[1] + m[1]]);
                let best = near.into_iter().min_by(|a, b| sum(&points, a).total_cmp(&sum(&points, b))).unwrap();
                if best == z { side /= 2.0 } else { z = best }
            }
            prop_assert!(sum(&points, &got) <= sum(&points, &z) * (1.0 + 1e-9) + 1e-12, "{got:?} is worse than {z:?}");
        }
    }
}
