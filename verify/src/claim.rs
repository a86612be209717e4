//! What a claim is: premises, and a ladder of rungs from what is measured up to the bound.
//!
//! The ends of the ladder are the statement, its middle is the proof. The three readings of a statement stand in one
//! file and differ by exactly the fields they disagree on.

use crate::rounding::Rounding;
use crate::run::Draw;
use crate::scenario::Scenario;
use comrade::shard::Sharding;
use serde::{Deserialize, Serialize};

/// How a claim is evaluated; the two are never mixed in one number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The events of Lemmas 2 and 3 are replaced by what was measured: must hold on every draw.
    APosteriori,
    /// eta and eps are fixed before the draw: may fail on a fraction delta of draws.
    APriori,
}

impl Mode {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::APosteriori => "a-posteriori",
            Self::APriori => "a-priori",
        }
    }
}

/// delta, the allowed failure probability of every a-priori claim here.
///
/// The bounds depend on it through ln(1/delta) only; at 0.1, 400 draws without a failure put the corrected upper limit
/// at 0.03 and 200 at 0.06, so that a true claim can be confirmed in a quick run.
pub const DELTA: f64 = 0.1;

/// Which constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// As the paper's appendix states it.
    Printed,
    /// With the constants that its proof really gives.
    Rederived,
    /// A better bound from the same quantities.
    Sharpened,
}

impl Reading {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::Rederived => "rederived",
            Self::Sharpened => "sharpened",
        }
    }
}

/// A draw, and how to look at it.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// What was measured.
    pub draw: &'a Draw,
    /// A posteriori or a priori.
    pub mode: Mode,
    /// Decides which a-priori rule gives eta and eps.
    pub reading: Reading,
}

/// A condition without which a claim says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Premise {
    /// In symbols.
    pub says: &'static str,
    /// Whether it is met.
    pub holds: fn(At<'_>) -> bool,
}

/// One line of a proof.
#[derive(Clone, Copy, Debug)]
pub struct Rung {
    /// In symbols.
    pub formula: &'static str,
    /// Why it is at least the line before.
    pub by: &'static str,
    /// Its value.
    pub value: fn(At<'_>) -> f64,
    /// The only mode in which it is a line of the proof; both when none.
    pub only: Option<Mode>,
    /// How its rounding behaves.
    pub rounding: Rounding,
}

impl Rung {
    /// A line of the proof in both modes.
    #[must_use]
    pub const fn new(formula: &'static str, by: &'static str, value: fn(At<'_>) -> f64) -> Self {
        Self { formula, by, value, only: None, rounding: Rounding::Relative }
    }

    /// A line that only the a-priori reading goes through.
    #[must_use]
    pub const fn a_priori(formula: &'static str, by: &'static str, value: fn(At<'_>) -> f64) -> Self {
        Self { formula, by, value, only: Some(Mode::APriori), rounding: Rounding::Relative }
    }

    /// A line that only the a-posteriori reading goes through.
    #[must_use]
    pub const fn a_posteriori(formula: &'static str, by: &'static str, value: fn(At<'_>) -> f64) -> Self {
        Self { formula, by, value, only: Some(Mode::APosteriori), rounding: Rounding::Relative }
    }

    /// The norm of a difference, measured: the first line of every statement about ||Delta_{t+1}||.
    #[must_use]
    pub const fn length(formula: &'static str, value: fn(At<'_>) -> f64) -> Self {
        Self { formula, by: "measured on the draw", value, only: None, rounding: Rounding::Length }
    }

    /// ||H^{1/2} (w' - w*)|| of a step of lazy Newton, measured.
    #[must_use]
    pub const fn stride(formula: &'static str, value: fn(At<'_>) -> f64) -> Self {
        Self { formula, by: "measured on the draw", value, only: None, rounding: Rounding::Stride }
    }

    /// A squared norm of a difference, or half of one, measured: the first line of every statement about phi.
    #[must_use]
    pub const fn gap(formula: &'static str, value: fn(At<'_>) -> f64) -> Self {
        Self { formula, by: "measured on the draw", value, only: None, rounding: Rounding::Square }
    }
}

/// What a partition is not.
pub const INDEPENDENT: &str = "samples drawn independently";

/// A statement in one reading.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// `lemma-1` .. `theorem-3`.
    pub id: &'static str,
    /// For people: "Lemma 5: one averaged step, no trimming".
    pub title: &'static str,
    /// Which constants.
    pub reading: Reading,
    /// Distinguishes two bounds of the same statement and reading; empty for the main one.
    pub variant: &'static str,
    /// The inequality, in symbols.
    pub says: &'static str,
    /// Where the constants come from.
    pub because: &'static str,
    /// The modes in which it says something.
    pub modes: &'static [Mode],
    /// The scenarios it is about.
    pub applies: fn(&Scenario) -> bool,
    /// Whether it speaks of independent draws only, so that on a partition it is not applicable.
    pub independent: bool,
    /// Its premises.
    pub given: &'static [Premise],
    /// q_0 <= q_1 <= ... <= q_K: what is measured, the proof, the bound.
    pub ladder: &'static [Rung],
}

impl Claim {
    /// The lines of the proof in this mode.
    pub fn rungs(&self, mode: Mode) -> impl Iterator<Item = &'static Rung> {
        self.ladder.iter().filter(move |rung| rung.only.is_none_or(|only| only == mode))
    }

    /// Whether the statement speaks of samples that are dealt in this way.
    #[must_use]
    pub fn speaks_of(&self, sharding: Sharding) -> bool {
        !self.independent || sharding == Sharding::WithReplacement
    }

    /// The first premise that this draw does not meet.
    #[must_use]
    pub fn unmet(&self, at: At<'_>) -> Option<&'static str> {
        if !self.speaks_of(at.draw.sharding) {
            return Some(INDEPENDENT);
        }
        self.given.iter().find(|premise| !(premise.holds)(at)).map(|premise| premise.says)
    }
}
