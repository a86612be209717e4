//! Papers, a folder each: what it claims, wrong readings of that, and what its symbols mean.
//!
//! The claims of [`comrade`] and [`lazy_newton`] are judged on the runs of this harness, by the default run. The other papers play
//! their own scenarios, by `theory.rs`.

pub mod comrade;
#[cfg(feature = "report")]
mod fixing_by_mixing;
#[cfg(all(test, feature = "report"))]
mod formulas;
#[cfg(feature = "report")]
mod gradient_descent;
pub mod lazy_newton;
#[cfg(all(test, feature = "report"))]
mod template;
#[cfg(feature = "report")]
mod theory;

#[cfg(feature = "report")]
pub use theory::{Finding, Findings, Judged, Paper};
#[cfg(feature = "report")]
use theory::{Scenario, Theory, array};

/// All of them.
#[cfg(feature = "report")]
pub const PAPERS: &[Paper] = &[
    gradient_descent::PAPER,
    fixing_by_mixing::PAPER,
    // By the default run.
    comrade::PAPER,
    lazy_newton::PAPER,
];
