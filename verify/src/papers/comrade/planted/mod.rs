//! Plausible wrong readings of the statements: a forgotten factor, the wrong power, one worker for many.
//!
//! A fault is a statement with another right side; its premises and what it measures are those of the true one.

mod averaged;
mod events;
mod trimmed;

use crate::claim::Fault;

/// Every planted fault, in the paper's order.
pub(crate) fn faults() -> Vec<&'static Fault> {
    [events::FAULTS, averaged::FAULTS, trimmed::FAULTS].into_iter().flatten().collect()
}
