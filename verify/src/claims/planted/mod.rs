//! Plausible wrong readings of statements, planted to see that the default run would find them: a forgotten factor, the wrong
//! power, one worker for many. They are negative controls: each must be refuted where the true statement is not.
//!
//! A fault is a statement with another right side; its premises and what it measures are those of the true one.

mod averaged;
mod events;
mod lazy;
mod trimmed;

use crate::run::Draw;

/// A wrong reading.
pub type Fault = ladder::Fault<Draw>;

/// Every planted fault, in the paper's order; those of our own statements at the end.
#[must_use]
pub fn faults() -> Vec<&'static Fault> {
    [events::FAULTS, averaged::FAULTS, trimmed::FAULTS, lazy::FAULTS].into_iter().flatten().collect()
}
