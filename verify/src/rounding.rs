//! What rounding may do to a measured line, which decides when two lines are told apart.

use crate::claim::DELTA;
use crate::run::{Draw, Place, independent};

/// The measured lines whose rounding does not vanish with them; x is a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// The line is ||H^{1/2} x||^2 or half of it.
    Square,
    /// The line is ||x||.
    Length,
    /// The line is ||H^{1/2} x||, of a step of lazy Newton.
    Stride,
    /// The line is ||g_i - g||.
    Deviation,
}

impl ladder::Draw for Draw {
    type Line = Rounding;
    const DELTA: f64 = DELTA;

    fn number(&self) -> u64 {
        self.number
    }

    fn iterate(&self) -> usize {
        self.iterate
    }

    fn independent(&self) -> bool {
        independent(self.sharding)
    }

    /// A bound on the relative rounding error of the norms measured here: sums over n rows and backward-stable
    /// decompositions of d x d matrices at condition number kappa lose up to n + d kappa machine epsilons of their terms.
    fn rounding(&self) -> f64 {
        let Place { rows, dimension, sigma_min, sigma_max, .. } = self.place;
        2.0 * (rows as f64 + dimension as f64 * sigma_max / sigma_min) * f64::EPSILON
    }

    /// A bound on the absolute rounding error of a measured line with this value.
    ///
    /// What cancels in phat - p* and in Delta_{t+1} are terms of the size of P, of tau max_j ||H^{-1/2} b_j||, and of
    /// ||H^{1/2} Delta_t||. With e their relative error times that size, ||x + e||^2 - ||x||^2 <= 2 e ||x|| + e^2. Of a step of
    /// lazy Newton they are H^{1/2} w, H^{1/2} w* and the step, and g(w*), which should be 0, is added to them.
    ///
    /// In g_i - g cancel the means of s and of n vectors b_j. With u half a machine epsilon, a mean of k such sums is off by at most
    /// (k + 2) u max_j ||b_j||, and so the line by (n + s + 4) u max_j ||b_j||. The bounds on it are made of the same vectors around
    /// their mean, off by as much, times at most 1 + sqrt(2 ln(m/delta)), which is below 7 for every m up to 10^6. Both together
    /// are less than 8 (n + s + 4) u = 4 (n + s + 4) machine epsilons of max_j ||b_j||.
    fn slack(&self, line: Rounding, value: f64) -> f64 {
        let step = self.travel.map_or(0.0, |travel| travel.energy_before.sqrt());
        let terms = self.place.p + self.sketch.tau * self.place.white_b.largest + step;
        let error = self.rounding() * terms;
        let summed = (self.place.rows as f64) + self.sketch.counts.shard as f64 + 4.0;
        match line {
            Rounding::Deviation => 4.0 * summed * f64::EPSILON * self.place.b.largest,
            Rounding::Square => 2.0 * error * value.sqrt() + error * error,
            Rounding::Length => error / self.place.sigma_min.sqrt(),
            Rounding::Stride => self
                .stride
                .map_or(0.0, |s| self.rounding() * (s.size + 2.0 * s.before + s.after) + (1.0 + s.most) * s.residual),
        }
    }
}
