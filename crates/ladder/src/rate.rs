//! How often a claim fails, with exact limits.

use crate::verdict::Verdict;
use serde::{Deserialize, Serialize};
use statrs::function::beta::beta_reg;

/// How often a claim failed, and the exact limits of its failure probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Draws on which the claim failed.
    pub failures: u64,
    /// Draws judged.
    pub draws: u64,
    /// Lower Clopper-Pearson limit.
    pub lower: f64,
    /// Upper Clopper-Pearson limit.
    pub upper: f64,
    /// What the claim allows.
    pub delta: f64,
}

impl Rate {
    /// The exact (Clopper-Pearson) interval that leaves `tail` on each side.
    #[must_use]
    pub fn new(failures: u64, draws: u64, tail: f64, delta: f64) -> Self {
        let (k, n) = (failures as f64, draws as f64);
        // P[X >= k] at p is I_p(k, n - k + 1), increasing in p. Closed forms at the ends; bisection between them,
        // because the library's own inverse does not always return for tiny probabilities.
        let lower = match failures {
            0 => 0.0,
            _ if failures == draws => tail.powf(1.0 / n),
            _ => bisect(|p| beta_reg(k, n - k + 1.0, p) >= tail),
        };
        let upper = match failures {
            0 => 1.0 - tail.powf(1.0 / n),
            _ if failures == draws => 1.0,
            _ => bisect(|p| beta_reg(k + 1.0, n - k, p) >= 1.0 - tail),
        };
        Self { failures, draws, lower, upper, delta }
    }

    /// How many of as many draws could have failed and delta still be above the upper limit.
    pub(crate) fn spare(&self, tail: f64) -> u64 {
        let confirmed = |failures| Self::new(failures, self.draws, tail, self.delta).verdict() == Verdict::Confirmed;
        let (mut low, mut high) = (self.failures, self.draws);
        while high - low > 1 {
            let middle = u64::midpoint(low, high);
            if confirmed(middle) { low = middle } else { high = middle }
        }
        low
    }

    /// Where delta lies: confirmed, refuted or inconclusive.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.upper <= self.delta, self.lower > self.delta) {
            (true, _) => Verdict::Confirmed,
            (_, true) => Verdict::Refuted,
            (false, false) => Verdict::Inconclusive,
        }
    }
}

/// The point of (0, 1) where a monotone condition becomes true.
fn bisect(reached: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if reached(middle) { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spare_failures_are_the_most_that_are_still_confirmed() {
        for draws in [36, 60, 200, 400] {
            let spare = Rate::new(0, draws, 0.025, 0.1).spare(0.025);
            assert_eq!(Rate::new(spare, draws, 0.025, 0.1).verdict(), Verdict::Confirmed);
            assert_ne!(Rate::new(spare + 1, draws, 0.025, 0.1).verdict(), Verdict::Confirmed);
        }
    }

    #[test]
    fn limits_at_delta_itself_confirm_from_above_and_do_not_refute_from_below() {
        let at = |lower, upper| Rate { failures: 1, draws: 9, lower, upper, delta: 0.1 }.verdict();
        assert_eq!([at(0.0, 0.1), at(0.1, 0.4)], [Verdict::Confirmed, Verdict::Inconclusive]);
        assert_eq!([at(0.0, 0.1 + 1e-16), at(0.1 + 1e-16, 0.4)], [Verdict::Inconclusive, Verdict::Refuted]);
    }

    #[test]
    fn limits_agree_with_published_tables() {
        // Two-sided 95% limits of a binomial proportion, by SciPy's `binomtest(k, n).proportion_ci(0.95, "exact")`.
        for (k, n, lower, upper) in [
            (1, 10, 0.002_528_578_544_46, 0.445_016_117_028),
            (5, 10, 0.187_086_028_447, 0.812_913_971_553),
            (3, 100, 0.006_229_971_538_31, 0.085_176_052_974_3),
            (50, 1000, 0.037_335_397_604_7, 0.065_390_487_915_5),
        ] {
            let rate = Rate::new(k, n, 0.025, 0.1);
            assert!((rate.lower / lower - 1.0).abs() < 1e-9, "{k}/{n} {}", rate.lower);
            assert!((rate.upper / upper - 1.0).abs() < 1e-9, "{k}/{n} {}", rate.upper);
        }
        let (none, all) = (Rate::new(0, 10, 0.025, 0.1), Rate::new(10, 10, 0.025, 0.1));
        assert!(none.lower == 0.0 && (none.upper - 0.308_497_1).abs() < 1e-6);
        assert!(all.upper == 1.0 && (all.lower - 0.691_502_9).abs() < 1e-6);
    }
}
