//! Theorems as values, judged on draws.
//!
//! A [`Claim`] is a statement in one [`Reading`]: premises, and a ladder of lines q_0 <= q_1 <= ... <= q_K. The first line is
//! what is measured, the last one the bound, and those between are the proof. A [`Draw`] is whatever a paper measures once;
//! every line is a function of it. [`judge()`] turns draws into a [`Verdict`], and says which line of the proof breaks and what
//! each line loses.
//!
//! This crate knows no paper, and writes no file.

mod claim;
mod erratum;
mod expected;
mod fault;
mod formula;
mod judge;
mod number;
mod range;
mod rate;
mod verdict;

pub use claim::{At, Claim, Draw, INDEPENDENT, Measure, Mode, Premise, Reading, Rung};
pub use erratum::{Erratum, Shown};
pub use expected::{BadLine, Expected, Key};
pub use fault::{Caught, Fault, Planted};
pub use formula::Formula;
pub use judge::{Judgement, ProofLine, WorstDraw, judge, judge_with};
pub use range::Range;
pub use rate::Rate;
pub use verdict::{ROOM, Verdict};
