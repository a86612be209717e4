//! What the default run judges: the claims of COMRADE's paper, then our own about lazy Newton.

use crate::claim::{Claim, Fault};
use crate::papers::{comrade, lazy_newton};
use std::sync::LazyLock;

pub use comrade::{LinearBound, Parts, constants, needs_minimiser, parts, theorem_1_before};
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

/// Whether both sides of a statement are counted from the minimum of phi before they are compared, by the first line of its
/// proof: that is phi(p) - phi(p*), and the last one is the bound less phi(p*).
#[must_use]
pub fn from_minimum(first_line: &str) -> bool {
    first_line.ends_with(" − φ(p*)")
}

/// Every symbol in TeX, and what it means.
pub fn notation() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    comrade::NOTATION.iter().chain(lazy_newton::NOTATION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn statements_about_phi_and_no_others_are_counted_from_the_minimum() {
        let is_counted = |claim: &Claim| claim.ladder.first().is_some_and(|rung| from_minimum(&rung.formula));
        let counted = |from: bool| -> BTreeSet<&str> {
            all().into_iter().filter(|claim| is_counted(claim) == from).map(|claim| claim.id).collect()
        };
        assert_eq!(counted(true), BTreeSet::from(["lemma-4", "lemma-5", "lemma-7", "lemma-10"]));
        // None is counted so in one reading and otherwise in another.
        assert!(counted(true).is_disjoint(&counted(false)));
        assert!(all().into_iter().all(|claim| is_counted(claim) == claim.says.plain.starts_with('φ')));
    }
}
