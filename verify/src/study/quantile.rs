//! An empirical quantile with exact limits from order statistics: of n values, X ~ binomial(n, q) lie below the q-quantile.

use serde::{Deserialize, Serialize};
use statrs::function::beta::beta_reg;

/// Left outside each limit.
const TAIL: f64 = 0.005;

/// A quantile with exact limits from order statistics, each missed with probability 0.005 at most.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantile {
    /// The order statistic of rank ceil(q N).
    pub value: f64,
    /// Lower limit; none when there are too few draws for one.
    pub lower: Option<f64>,
    /// Upper limit; none when there are too few draws for one.
    pub upper: Option<f64>,
}

impl Quantile {
    /// The q-quantile of these numbers; not a number if there are none.
    #[must_use]
    pub fn of(mut values: Vec<f64>, q: f64) -> Self {
        values.sort_by(f64::total_cmp);
        let n = values.len();
        // P[X >= k] = I_q(k, n - k + 1).
        let reach = |k: usize| beta_reg(k as f64, (n - k + 1) as f64, q);
        let lower = (1..=n).rev().find(|&k| reach(k) >= 1.0 - TAIL).map(|k| values[k - 1]);
        let upper = (1..=n).find(|&k| reach(k) <= TAIL).map(|k| values[k - 1]);
        let rank = ((q * n as f64).ceil() as usize).clamp(1, n.max(1));
        Self { value: values.get(rank - 1).copied().unwrap_or(f64::NAN), lower, upper }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P[Bin(60, 0.9) >= 60] = 0.0018 and P[Bin(60, 0.9) >= 59] = 0.0138, so that the upper limit is the largest value;
    /// P[Bin(60, 0.9) >= 47] = 0.9980 and P[Bin(60, 0.9) >= 48] = 0.9943.
    #[test]
    fn limits_of_a_quantile_are_the_order_statistics_of_the_binomial_tables() {
        let q = Quantile::of((1..=60).rev().map(f64::from).collect(), 0.9);
        assert_eq!((q.value, q.lower, q.upper), (54.0, Some(47.0), Some(60.0)));
        let few = Quantile::of(vec![2.0, 1.0], 0.9);
        assert_eq!((few.value, few.lower, few.upper), (2.0, None, None));
        assert!(Quantile::of(Vec::new(), 0.9).value.is_nan());
    }
}
