//! Negative controls: plausible wrong readings, planted to see that draws refute them where the true statement holds.
//! Draws that refute none of them would not have shown such a mistake.

use crate::claim::{At, Claim, Draw, Mode, Reading};
use crate::judge::{judge, judge_with};
use crate::verdict::Verdict;
use serde::{Deserialize, Serialize};

/// A statement with another right side; its premises and what it measures are those of the true one.
#[derive(Debug)]
pub struct Fault<D> {
    /// The statement.
    pub id: &'static str,
    /// The reading that it differs from.
    pub reading: Reading,
    /// The variant that it differs from.
    pub variant: &'static str,
    /// The mode in which it must be refuted.
    pub mode: Mode,
    /// What is wrong with it.
    pub planted: &'static str,
    /// Its right side.
    pub bound: fn(At<'_, D>) -> f64,
}

impl<D> Copy for Fault<D> {}
impl<D> Clone for Fault<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D: Draw> Fault<D> {
    /// A fault in the main variant of a statement.
    #[must_use]
    pub const fn new(
        id: &'static str,
        reading: Reading,
        mode: Mode,
        planted: &'static str,
        bound: fn(At<'_, D>) -> f64,
    ) -> Self {
        Self { id, reading, variant: "", mode, planted, bound }
    }

    /// The true statement among these; `None` if it is not there.
    #[must_use]
    pub fn truth<'a, S>(&self, claims: &[&'a Claim<D, S>]) -> Option<&'a Claim<D, S>> {
        claims.iter().copied().find(|c| (c.id, c.reading, c.variant) == (self.id, self.reading, self.variant))
    }

    /// The scenario whose draws refute the fault. Of several it is the one on which the true bound is closest. `played`
    /// are the scenarios that the true statement `truth` is about, each with its name and its draws in [`Fault::mode`]; `tail`
    /// as for [`judge`].
    ///
    /// A scenario counts only if the true statement comes out well on it, and if the bound of the fault is a positive number on
    /// its worst draw.
    #[must_use]
    pub fn caught<'a, S>(
        &self,
        truth: &Claim<D, S>,
        played: impl IntoIterator<Item = (&'a str, &'a [D])>,
        tail: f64,
    ) -> Option<Caught> {
        let found = played.into_iter().filter_map(|(scenario, draws)| {
            let wrong = judge_with(truth, self.mode, draws, tail, &|at, _| (self.bound)(at));
            let ratio = wrong.ratio?.max;
            let bound = wrong.witness?.bound;
            let decided = bound > 0.0 && bound.is_finite() && ratio.is_finite();
            let right = judge(truth, self.mode, draws, tail, 1.0);
            let truth = right.ratio?.max;
            let caught = decided && wrong.verdict.fails() && right.verdict.approves();
            caught.then_some(Caught { scenario: scenario.to_owned(), verdict: wrong.verdict, ratio, truth })
        });
        found.reduce(|closest, next| if next.truth > closest.truth { next } else { closest })
    }

    /// The fault as a row of a report.
    #[must_use]
    pub fn planted(&self, caught: Option<Caught>) -> Planted {
        Planted {
            id: self.id.into(),
            reading: self.reading,
            variant: self.variant.into(),
            mode: self.mode,
            planted: self.planted.into(),
            caught,
        }
    }
}

/// A planted fault, and where it was refuted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planted {
    /// The statement.
    pub id: String,
    /// The reading that the fault is in.
    pub reading: Reading,
    /// The variant that the fault is in.
    pub variant: String,
    /// The mode in which it must be refuted.
    pub mode: Mode,
    /// What is wrong with it.
    pub planted: String,
    /// Where it is refuted; of several scenarios the one on which the true bound is closest. None when there is none.
    pub caught: Option<Caught>,
}

/// A scenario that refutes a fault and approves of the true statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Caught {
    /// The scenario.
    pub scenario: String,
    /// The verdict on the fault.
    pub verdict: Verdict,
    /// The largest measured/bound of the fault.
    pub ratio: f64,
    /// The largest measured/bound of the true statement on the same draws.
    pub truth: f64,
}
