//! A printed slip: where, what is printed, what it should be, and how that was shown.

use serde::Serialize;

/// How it was shown that the text has the slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// By the argument given.
    Derivation(&'static str),
    /// By a broken step of this claim's ladder.
    Measured(&'static str),
    /// By this stored counterexample.
    Witness(&'static str),
    /// It changes no result.
    Harmless,
}

/// A slip in a printed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Erratum {
    /// Where it is printed.
    pub place: &'static str,
    /// What is printed.
    pub printed: &'static str,
    /// What it should be.
    pub correct: &'static str,
    /// How it was shown.
    pub shown: Shown,
}

impl Erratum {
    /// A line of a ledger.
    #[must_use]
    pub const fn new(place: &'static str, printed: &'static str, correct: &'static str, shown: Shown) -> Self {
        Self { place, printed, correct, shown }
    }
}
