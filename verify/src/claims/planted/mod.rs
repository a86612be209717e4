//! Plausible wrong readings of statements, planted to see that the default run would find them: a forgotten factor, the wrong
//! power, one worker for many. They are negative controls: each must be refuted where the true statement is not.
//!
//! A fault is a statement with another right side; its premises and what it measures are those of the true one.

mod averaged;
mod events;
mod lazy;
mod trimmed;

use super::all;
use crate::claim::{At, Claim, Mode, Reading};

/// A wrong reading.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
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
    pub bound: fn(At<'_>) -> f64,
}

impl Fault {
    const fn new(
        id: &'static str,
        reading: Reading,
        mode: Mode,
        planted: &'static str,
        bound: fn(At<'_>) -> f64,
    ) -> Self {
        Self { id, reading, variant: "", mode, planted, bound }
    }

    /// The true statement; none if there is no such claim, which a test excludes.
    #[must_use]
    pub fn claim(&self) -> Option<&'static Claim> {
        all().into_iter().find(|c| (c.id, c.reading, c.variant) == (self.id, self.reading, self.variant))
    }
}

/// Every planted fault, in the paper's order; those of our own statements at the end.
#[must_use]
pub fn faults() -> Vec<&'static Fault> {
    [events::FAULTS, averaged::FAULTS, trimmed::FAULTS, lazy::FAULTS].into_iter().flatten().collect()
}
