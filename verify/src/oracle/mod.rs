//! Ground truth by its own road: f, g, H, spectra and norms written again, never through the solver's formulas.
//!
//! From the solver it takes data, shard indices, and the messages that were really sent.

pub mod formulas;
pub mod landscape;
pub mod medoid;
pub mod sketch;
pub mod stride;
pub mod travel;
