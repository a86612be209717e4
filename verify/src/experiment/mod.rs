//! The paper's experiments: solver runs on data sets, under attack, summarised over seeds and drawn.
//!
//! Reading order: [`config`] (what is to be played and drawn, as a file says it), [`mod@unit`] (one curve of a figure,
//! played for every seed), [`record`] (what came out, summarised), [`draw`] and [`table`] (what people read). All of it is
//! pure: `bin/figures.rs` reads and writes the files.

pub mod config;
pub mod draw;
pub mod floors;
pub mod ground;
pub mod heat;
pub mod kappa;
pub mod record;
pub mod table;
pub mod unit;

pub use config::{Config, ConfigError};
pub use floors::Floors;
pub use ground::SolvedProblem;
pub use record::{Record, compare};
pub use unit::{Track, Unit};
