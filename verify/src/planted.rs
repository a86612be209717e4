//! Negative controls: planted faults, judged on the draws of a run. A run that does not refute one of them would not have
//! noticed such a mistake.

use crate::claim::{Mode, Reading};
use crate::claims::planted::Fault;
use crate::run::{Draw, Played};
use ladder::{Verdict, judge, judge_with};
use serde::{Deserialize, Serialize};

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

/// Judges a fault on all scenarios that its statement is about, each with its name in the report. `tail` as for [`judge`].
///
/// A scenario counts only if the true statement comes out well on it, and if the bound of the fault is a positive number on its
/// worst draw.
#[must_use]
pub fn plant(fault: &Fault, played: &[(&str, &Played)], tail: f64) -> Planted {
    let caught = fault.claim().and_then(|claim| {
        let about = played.iter().filter(|(_, played)| (claim.applies)(&played.scenario));
        let found = about.filter_map(|(name, played)| {
            let draws: &[Draw] = match fault.mode {
                Mode::APosteriori => &played.trajectories,
                Mode::APriori => &played.fresh,
            };
            let wrong = judge_with(claim, fault.mode, draws, tail, &|at, _| (fault.bound)(at));
            let ratio = wrong.ratio?.max;
            let bound = wrong.witness?.bound;
            let decided = bound > 0.0 && bound.is_finite() && ratio.is_finite();
            let right = judge(claim, fault.mode, draws, tail, 1.0);
            let truth = right.ratio?.max;
            let scenario = (*name).to_owned();
            let caught = decided && wrong.verdict.fails() && right.verdict.approves();
            caught.then_some(Caught { scenario, verdict: wrong.verdict, ratio, truth })
        });
        found.reduce(|closest, next| if next.truth > closest.truth { next } else { closest })
    });
    Planted {
        id: fault.id.into(),
        reading: fault.reading,
        variant: fault.variant.into(),
        mode: fault.mode,
        planted: fault.planted.into(),
        caught,
    }
}
