//! How far one step moves towards w*: the measured side of Lemmas 6, 8, 11 and of the theorems.
//!
//! ```text
//! Delta_t = w_t - w*      Delta_{t+1} = Delta_t - phat      g(w_t) = (int_0^1 H(w* + z Delta_t) dz) Delta_t
//! ```

use super::landscape::{Landscape, minus, norm};

/// Sizes of Delta_t and Delta_{t+1}, in the norms of the paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Travel {
    /// ||Delta_t||.
    pub before: f64,
    /// ||Delta_{t+1}||.
    pub after: f64,
    /// Delta_t' H Delta_t.
    pub energy_before: f64,
    /// Delta_{t+1}' H Delta_{t+1}.
    pub energy_after: f64,
    /// Delta_{t+1}' (H Delta_t - g): what the linear term of (17) leaves.
    pub inner: f64,
    /// ||H Delta_t - g||, at most (L/2) ||Delta_t||^2.
    pub remainder: f64,
    /// ||H^{-1/2} (H Delta_t - g)|| = ||H^{1/2} (Delta_t - p*)||.
    pub white_remainder: f64,
}

impl Travel {
    /// Nothing measured.
    pub const ABSENT: Self = Self {
        before: f64::NAN,
        after: f64::NAN,
        energy_before: f64::NAN,
        energy_after: f64::NAN,
        inner: f64::NAN,
        remainder: f64::NAN,
        white_remainder: f64::NAN,
    };
}

/// Measures the step from `w` along `direction` (gamma = 1), all d; none when w* is not known.
#[must_use]
pub fn travel(at: &Landscape<'_>, w: &[f64], direction: &[f64]) -> Option<Travel> {
    let delta = minus(w, at.ground.minimiser.as_ref()?);
    let next = minus(&delta, direction);
    let (white, white_next) = (at.white(&delta), at.white(&next));
    // H^{-1/2}(H Delta - g) = H^{1/2} Delta - H^{-1/2} g.
    let white_rest = minus(&white, &at.white_gradient);
    let rest: Vec<f64> = white_rest.iter().zip(&at.eigenvalues).map(|(v, h)| v * h.sqrt()).collect();
    Some(Travel {
        before: norm(&delta),
        after: norm(&next),
        energy_before: norm(&white).powi(2),
        energy_after: norm(&white_next).powi(2),
        inner: white_next.iter().zip(&white_rest).map(|(a, b)| a * b).sum(),
        remainder: norm(&rest),
        white_remainder: norm(&white_rest),
    })
}
