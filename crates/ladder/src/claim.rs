//! What a claim is: premises, and a ladder of rungs from what is measured up to the bound.
//!
//! The ends of the ladder are the statement, its middle is the proof. The readings of a statement differ by exactly the
//! fields that they disagree on.

use crate::formula::Formula;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::fmt::Debug;
use std::sync::Arc;

/// What was measured once: all that the claims of a paper read, and what the judge asks of it.
pub trait Draw: 'static {
    /// The kinds of measured lines whose rounding does not vanish with the line; `()` where there is one kind.
    type Line: Copy + Debug;

    /// delta, the failure probability that every a-priori claim about such draws allows; 0 where there is no such claim.
    const DELTA: f64 = 0.0;

    /// Which draw: by this number it is found again.
    fn number(&self) -> u64;

    /// t, the iterate at which it was measured.
    fn iterate(&self) -> usize {
        0
    }

    /// Whether the samples of this draw are independent.
    fn independent(&self) -> bool {
        true
    }

    /// A bound on the relative rounding error of what was measured.
    fn rounding(&self) -> f64;

    /// A bound on the absolute rounding error of a measured line with this value.
    fn slack(&self, line: Self::Line, value: f64) -> f64;
}

/// How a claim is evaluated; the two are never mixed in one number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Random events are replaced by what was measured: must hold on every draw.
    APosteriori,
    /// The bound is fixed before the draw: may fail on a fraction [`Draw::DELTA`] of draws.
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

/// Whose version of a statement a claim judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// As the paper states it.
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
#[derive(Debug)]
pub struct At<'a, D> {
    /// What was measured.
    pub draw: &'a D,
    /// A posteriori or a priori.
    pub mode: Mode,
    /// Decides which a-priori rule gives the quantities that are fixed before the draw.
    pub reading: Reading,
}

/// What a premise or a line is: a function of a draw.
pub type Measure<D, T> = Arc<dyn Fn(At<'_, D>) -> T + Send + Sync>;

/// A condition without which a claim says nothing.
pub struct Premise<D> {
    /// In symbols.
    pub says: Cow<'static, str>,
    /// Whether it is met.
    pub holds: Measure<D, bool>,
}

impl<D> Premise<D> {
    /// A premise with this text; `holds` tells whether a draw meets it.
    #[must_use]
    pub fn new(says: impl Into<Cow<'static, str>>, holds: impl Fn(At<'_, D>) -> bool + Send + Sync + 'static) -> Self {
        Self { says: says.into(), holds: Arc::new(holds) }
    }
}

/// One line of a proof.
pub struct Rung<D: Draw> {
    /// In symbols.
    pub formula: Cow<'static, str>,
    /// Why it is at least the line before.
    pub by: Cow<'static, str>,
    /// Its value.
    pub value: Measure<D, f64>,
    /// The only mode in which it is a line of the proof; both when none.
    pub only: Option<Mode>,
    /// How its rounding behaves when it comes close to 0, see [`Draw::slack`]; `None` where it vanishes with the line.
    pub line: Option<D::Line>,
}

impl<D: Draw> Rung<D> {
    /// A line of the proof in both modes.
    #[must_use]
    pub fn new(
        formula: impl Into<Cow<'static, str>>,
        by: impl Into<Cow<'static, str>>,
        value: impl Fn(At<'_, D>) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self { formula: formula.into(), by: by.into(), value: Arc::new(value), only: None, line: None }
    }

    /// The first line of a proof: a measured number. Its rounding error is relative, so it vanishes where the number
    /// does.
    #[must_use]
    pub fn first(
        formula: impl Into<Cow<'static, str>>,
        value: impl Fn(At<'_, D>) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self::new(formula, "measured on the draw", value)
    }

    /// The first line of a proof whose rounding error stays when the number is near 0.
    #[must_use]
    pub fn measured(
        formula: impl Into<Cow<'static, str>>,
        line: D::Line,
        value: impl Fn(At<'_, D>) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self { line: Some(line), ..Self::first(formula, value) }
    }

    /// The same line, as part of the proof in this mode only.
    #[must_use]
    pub fn only(self, mode: Mode) -> Self {
        Self { only: Some(mode), ..self }
    }
}

/// The premise that a draw with [`Draw::independent`] false does not meet.
pub const INDEPENDENT: &str = "samples drawn independently";

/// A statement in one reading, about draws `D` that scenarios `S` give.
#[derive(Debug)]
pub struct Claim<D: Draw, S = ()> {
    /// One word, the same for all readings: `lemma-5`.
    pub id: &'static str,
    /// For people: "Lemma 5: one averaged step, no trimming".
    pub title: &'static str,
    /// Which constants.
    pub reading: Reading,
    /// Distinguishes two bounds of the same statement and reading; empty for the main one.
    pub variant: &'static str,
    /// The inequality.
    pub says: Formula,
    /// Where the constants come from.
    pub because: Cow<'static, str>,
    /// The modes in which it says something.
    pub modes: &'static [Mode],
    /// The scenarios it is about.
    pub applies: fn(&S) -> bool,
    /// Whether it speaks of independent samples only, so that it is not applicable to other draws.
    pub independent: bool,
    /// Its premises.
    pub given: Vec<Premise<D>>,
    /// q_0 <= q_1 <= ... <= q_K: what is measured, the proof, the bound.
    pub ladder: Vec<Rung<D>>,
}

/// To be completed: a printed statement about every scenario, without premises, that is to hold on every draw.
impl<D: Draw, S> Default for Claim<D, S> {
    fn default() -> Self {
        Self {
            id: "",
            title: "",
            reading: Reading::Printed,
            variant: "",
            says: "".into(),
            because: "the text".into(),
            modes: &[Mode::APosteriori],
            applies: |_| true,
            independent: false,
            given: Vec::new(),
            ladder: Vec::new(),
        }
    }
}

impl<D: Draw, S> Claim<D, S> {
    /// The lines of the proof in this mode.
    pub fn rungs(&self, mode: Mode) -> impl Iterator<Item = &Rung<D>> {
        self.ladder.iter().filter(move |rung| rung.only.is_none_or(|only| only == mode))
    }

    /// Whether the statement is about draws whose samples are `independent`, or are not.
    #[must_use]
    pub fn speaks_of(&self, independent: bool) -> bool {
        !self.independent || independent
    }

    /// The first premise that this draw does not meet; `None` if it meets all.
    #[must_use]
    pub fn unmet(&self, at: At<'_, D>) -> Option<&str> {
        if !self.speaks_of(at.draw.independent()) {
            return Some(INDEPENDENT);
        }
        self.given.iter().find(|premise| !(premise.holds)(at)).map(|premise| &*premise.says)
    }
}

// By hand, because what is derived would ask the same of draws and scenarios, and because a function has no text.

impl<D> Copy for At<'_, D> {}
impl<D> Clone for At<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Clone for Premise<D> {
    fn clone(&self) -> Self {
        Self { says: self.says.clone(), holds: Arc::clone(&self.holds) }
    }
}

impl<D> Debug for Premise<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Premise").field(&self.says).finish()
    }
}

impl<D: Draw> Clone for Rung<D> {
    fn clone(&self) -> Self {
        let Self { formula, by, value, only, line } = self;
        Self { formula: formula.clone(), by: by.clone(), value: Arc::clone(value), only: *only, line: *line }
    }
}

impl<D: Draw> Debug for Rung<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rung").field(&self.formula).field(&self.by).field(&self.only).field(&self.line).finish()
    }
}

impl<D: Draw, S> Clone for Claim<D, S> {
    fn clone(&self) -> Self {
        Self {
            says: self.says.clone(),
            because: self.because.clone(),
            given: self.given.clone(),
            ladder: self.ladder.clone(),
            ..*self
        }
    }
}
