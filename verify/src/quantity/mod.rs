//! The measured symbols of the theory, one group a file, a posteriori and a priori side by side.
//!
//! Every quantity is a function of [`At`]: the draw, the mode, and the reading whose a-priori rule is
//! asked for. What no draw changes is the same in both modes.

pub mod epsilon;
pub mod eta;
pub mod measured;
pub mod ridge;
pub mod spectrum;
pub mod stride;
pub mod trim;
pub mod zeta;

use crate::claim::{At, DELTA, Reading};

/// The failure probability that one of the two events (Hessians, gradients) of a composite claim may use.
///
/// The printed text gives delta to both at once; the other readings split it, so that both hold together with
/// probability 1 - delta.
#[must_use]
pub fn delta_each(at: At<'_>) -> f64 {
    match at.reading {
        Reading::Printed => DELTA,
        Reading::Rederived | Reading::Sharpened => DELTA / 2.0,
    }
}
