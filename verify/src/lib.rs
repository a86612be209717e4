//! The theory-verification harness: measures the quantities of the COMRADE paper on seeded runs, and judges its bounds
//! as printed, as rederived, and as sharpened.
//!
//! Reading order: [`scenario`] (a seeded experiment as a value), [`run`] (the same, played and measured by the
//! [`oracle`]), [`quantity`] (the symbols), [`claim`] and [`claims`] (the statements and their proofs, which
//! [`ladder`] judges), [`planted`] (wrong readings that a run must refute), [`study`] (the events behind the a-priori bounds, over delta, s and m), [`report`] and [`figure`]
//! (what people read). In addition, [`experiment`]: the paper's experiments, and [`sweep`]: each statement
//! along each parameter. The statements themselves are in [`papers`], a folder each.

pub mod claim;
pub mod claims;
#[cfg(feature = "report")]
mod climb;
pub mod data;
#[cfg(feature = "report")]
pub mod difference;
#[cfg(feature = "report")]
pub mod experiment;
#[cfg(feature = "report")]
pub mod hunt;
pub mod oracle;
pub mod papers;
#[cfg(feature = "report")]
pub mod planted;
#[cfg(feature = "report")]
pub mod proofs;
pub mod quantity;
#[cfg(feature = "report")]
pub mod report;
pub mod rounding;
pub mod run;
pub mod scenario;
#[cfg(feature = "report")]
pub mod study;
#[cfg(feature = "report")]
pub mod sweep;
#[cfg(test)]
mod testing;
