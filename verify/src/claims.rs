//! What the default run judges: the claims of COMRADE's paper, then our own about lazy Newton.

use crate::claim::{Claim, Fault};
use crate::papers::{comrade, lazy_newton};
use std::sync::LazyLock;

pub use comrade::{LinearBound, Parts, needs_minimiser, parts, theorem_1_before};
pub use lazy_newton::strides;

static ALL: LazyLock<Vec<Claim>> = LazyLock::new(|| [comrade::claims(), lazy_newton::claims()].concat());

/// Every claim.
#[must_use]
pub fn all() -> Vec<&'static Claim> {
    ALL.iter().collect()
}

/// Every planted fault. They are negative controls: each must be refuted where the true statement is not.
#[must_use]
pub fn faults() -> Vec<&'static Fault> {
    [comrade::faults(), lazy_newton::faults()].concat()
}

/// Every symbol in TeX, and what it means.
pub fn notation() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    comrade::NOTATION.iter().chain(lazy_newton::NOTATION)
}
