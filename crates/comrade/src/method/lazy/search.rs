//! Which step along a direction of descent is taken: backtracking by values of f, with gradients where values are rounding.
//!
//! With phi(a) = f(w + a d), a step a is accepted if
//!
//! ```text
//! phi(a) <= phi(0) + c a phi'(0)                                      sufficient decrease (Armijo), or
//! phi(a) <= phi(0) + allowance   and   phi'(a) <= (2 c - 1) phi'(0)   the same of a parabola, told by its slopes
//! ```
//!
//! The second is for steps whose decrease is below what values tell: Hager and Zhang, *A new conjugate gradient method with
//! guaranteed descent and an efficient line search*, SIAM J. Optim. 2005.

/// c.
const DECREASE: f64 = 1e-4;
/// A rejected step gives way to one of at least this share of it ..
const LEAST: f64 = 0.1;
/// .. and at most this one.
const MOST: f64 = 0.5;

/// What is known of a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    /// a.
    pub(super) step: f64,
    /// phi'(0) < 0.
    pub(super) slope: f64,
    /// phi(a) - phi(0); not a number where phi(a) is not known.
    pub(super) change: f64,
    /// phi'(a).
    pub(super) end: f64,
    /// What may be rounding, or noise, in the change.
    pub(super) allowance: f64,
}

impl Trial {
    pub(super) fn is_accepted(self) -> bool {
        let Self { step, slope, change, end, allowance } = self;
        change <= DECREASE * step * slope || (change <= allowance && end <= (2.0 * DECREASE - 1.0) * slope)
    }

    /// The next step that is tried: the minimiser of the parabola through phi(0), phi'(0) and phi(a), within bounds.
    pub(super) fn shorter(self) -> f64 {
        let Self { step, slope, change, .. } = self;
        let least = -slope * step * step / (2.0 * (change - step * slope));
        if least.is_finite() { least.max(LEAST * step).min(MOST * step) } else { LEAST * step }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// phi(a) = a^2 - a, times 4 and with other slopes where a test says so.
    fn along(step: f64) -> Trial {
        Trial { step, slope: -1.0, change: step * step - step, end: 2.0 * step - 1.0, allowance: 0.0 }
    }

    #[test]
    fn a_step_that_lowers_f_enough_is_accepted() {
        assert!(along(0.5).is_accepted());
        assert!(along(0.9998).is_accepted());
        assert!(!along(1.0).is_accepted());
        assert!(!along(0.99995).is_accepted(), "the decrease is less than asked for");
        // The sign of the decrease counts: f may not rise by it either.
        assert!(!Trial { change: 5e-5, ..along(0.5) }.is_accepted());
        assert!(!Trial { change: f64::NAN, ..along(0.5) }.is_accepted());
    }

    /// Where the last slope says nothing, 1e-4 of what step and first slope promise is asked for.
    #[test]
    fn the_decrease_that_is_asked_for_is_a_share_of_step_times_slope() {
        let fell = |by: f64| Trial { step: 0.5, slope: -2.0, change: -by, end: f64::INFINITY, allowance: 0.0 };
        assert!(fell(1.01e-4).is_accepted() && !fell(0.99e-4).is_accepted());
        assert!(
            Trial { step: 0.1, ..fell(2.1e-5) }.is_accepted() && !Trial { step: 0.1, ..fell(1.9e-5) }.is_accepted()
        );
    }

    #[test]
    fn where_values_are_rounding_slopes_decide() {
        let flat = Trial { change: 1e-16, allowance: 1e-15, ..along(0.5) };
        assert!(flat.is_accepted());
        assert!(!Trial { end: 1.0, ..flat }.is_accepted());
        let steep = |end| Trial { slope: -2.0, end, ..flat }.is_accepted();
        assert!(steep(1.99) && !steep(2.0), "the last slope is as steep as the first one");
        assert!(!Trial { change: 1e-14, ..flat }.is_accepted());
        assert!(!Trial { end: f64::NAN, ..flat }.is_accepted());
    }

    #[test]
    fn the_next_step_is_the_least_of_the_parabola_within_bounds() {
        // phi(a) = 2 a^2 - a: the least is at 1/4.
        assert!((Trial { change: 1.0, ..along(1.0) }.shorter() - 0.25).abs() < 1e-15);
        // phi(a) = 8 a^2 - 2 a: the least is at 1/8.
        assert!((Trial { change: 1.0, slope: -2.0, ..along(0.5) }.shorter() - 0.125).abs() < 1e-15);
        assert_eq!(Trial { change: 1e9, ..along(1.0) }.shorter(), 0.1);
        assert_eq!(Trial { change: -0.99, ..along(1.0) }.shorter(), 0.5);
        assert_eq!(Trial { change: 1e9, ..along(2.0) }.shorter(), 0.2);
        assert_eq!(Trial { change: -1.9, ..along(2.0) }.shorter(), 1.0);
        for change in [f64::NAN, f64::INFINITY, -2.0, -3.0] {
            assert_eq!(Trial { change, ..along(2.0) }.shorter(), 0.2);
        }
    }
}
