//! Figures: pure functions from data to SVG text, and from SVG text to PNG bytes.
//!
//! A figure is a value: [`Forest`] (ratios, a row for each scenario), [`Curves`] (panels of curves), [`Waterfall`] (the
//! steps of a proof), [`Strip`] (values on one axis, a row for each method), a [`Star`] (who talks to whom) or a [`heat::Map`] (cells with numbers). It knows
//! numbers and words, not what they are about.
//!
//! ```
//! use figure::curves::{Curves, Panel, Series};
//! let fall = Series { label: "f".into(), points: vec![(0.0, 1.0), (1.0, 0.1)], ..Series::default() };
//! let figure = Curves { columns: 1, panels: vec![Panel { series: vec![fall], ..Panel::default() }], ..Curves::default() };
//! let svg = figure.svg()?;
//! let pixels = figure::png(&svg, 1.0)?;
//! # Ok::<(), figure::FigureError>(())
//! ```
//!
//! # What never happens
//!
//! * The same input never gives other bytes: nothing here reads the clock, the system fonts or the environment.
//! * This crate uses no other crate of the workspace.
//! * It writes no file.

mod axis;
pub mod curves;
mod forest;
pub mod heat;
mod path;
mod png;
mod scale;
mod sketch;
mod star;
pub mod strip;
pub mod style;
mod waterfall;

pub use curves::Curves;
pub use forest::{Forest, ForestRow, Group, Mark, MarkKind, TestOutcome};
pub use png::{lacking, png};
pub use scale::{Scale, Spacing};
pub use star::{Star, StarNode};
pub use strip::Strip;
pub use waterfall::{Fall, Proof, Waterfall};

/// Why a figure could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// The drawing backend failed.
    #[error("the figure cannot be drawn: {0}")]
    Draw(#[from] plotters::drawing::DrawingAreaErrorKind<std::io::Error>),
    /// The text is not an SVG document.
    #[error("the SVG cannot be read: {0}")]
    Svg(#[from] resvg::usvg::Error),
    /// The image would have no pixel, or too many.
    #[error("an image of {width} × {height} pixels cannot be rendered")]
    Size {
        /// Width in pixels.
        width: f32,
        /// Height in pixels.
        height: f32,
    },
    /// The pixels could not be encoded.
    #[error("the PNG cannot be encoded: {0}")]
    Encode(String),
}
