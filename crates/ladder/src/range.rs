//! Minimum, median and maximum over draws.

use crate::number;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Minimum, median and maximum over draws.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Smallest.
    #[serde(with = "number")]
    pub min: f64,
    /// Median (the lower of the two middle ones).
    #[serde(with = "number")]
    pub median: f64,
    /// Largest.
    #[serde(with = "number")]
    pub max: f64,
}

impl Range {
    /// The range of these numbers; `None` if there are none. A NaN, of either sign, becomes the maximum.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(order);
        Some(Self { min: *values.first()?, median: values[(values.len() - 1) / 2], max: *values.last()? })
    }
}

/// Increasing, with NaN of either sign last: what is not a number is the worst of all.
pub(crate) fn order(a: &f64, b: &f64) -> Ordering {
    a.is_nan().cmp(&b.is_nan()).then(a.total_cmp(b))
}
