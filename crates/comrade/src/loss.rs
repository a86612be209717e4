//! Per-sample losses l(y, z) at the margin z = x'w, and their derivatives in z.

use pulp::Arch;
use serde::{Deserialize, Serialize};
use std::f64::consts::{LN_2, LOG2_E, SQRT_2};

/// A convex, twice differentiable loss l(y, z).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// l = log(1 + exp(-y z)), y in {-1, +1}.
    #[default]
    Logistic,
    /// l = (z - y)^2 / 2, any finite y.
    Squared,
}

/// All losses, with the spellings that serde knows too.
pub const LOSSES: [(Loss, &str); 2] = [(Loss::Logistic, "logistic"), (Loss::Squared, "squared")];

impl Loss {
    /// l(y, z).
    #[must_use]
    pub fn value(self, y: f64, z: f64) -> f64 {
        match self {
            // log(1 + e^-t) = max(0, -t) + log(1 + e^-|t|): no overflow for any t.
            Self::Logistic => {
                let t = y * z;
                f64::max(0.0, -t) + libm::log1p(libm::exp(-t.abs()))
            }
            Self::Squared => 0.5 * (z - y) * (z - y),
        }
    }

    /// (dl/dz, d2l/dz2) at (y, z).
    #[must_use]
    #[inline(always)] // So that it widens with the vectors of who calls it.
    pub fn derivatives(self, y: f64, z: f64) -> (f64, f64) {
        match self {
            // With e = exp(-|t|), t = y z: sigmoid(-|t|) = e / (1 + e), never an overflow or a cancellation.
            Self::Logistic => {
                let t = y * z;
                let e = exp_minus(t.abs());
                let small = e / (1.0 + e);
                let wrong = if t >= 0.0 { small } else { 1.0 / (1.0 + e) };
                (-y * wrong, y * y * small / (1.0 + e))
            }
            Self::Squared => (z - y, 1.0),
        }
    }

    /// Overwrites the margins `z` of as many samples by dl/dz, and `second` by d2l/dz2, all at once.
    pub(crate) fn expand(self, y: &[f64], z: &mut [f64], second: &mut [f64]) {
        Arch::new().dispatch(
            #[inline(always)]
            || match self {
                Self::Logistic => fill(y, z, second, |y, z| Self::Logistic.derivatives(y, z)),
                Self::Squared => fill(y, z, second, |y, z| Self::Squared.derivatives(y, z)),
            },
        );
    }

    /// [`Self::expand`], and overwrites `values` by l, from the same exponentials.
    pub(crate) fn expand_with_values(self, y: &[f64], z: &mut [f64], second: &mut [f64], values: &mut [f64]) {
        Arch::new().dispatch(
            #[inline(always)]
            || match self {
                Self::Logistic => fill_all(y, z, second, values, logistic),
                Self::Squared => fill_all(y, z, second, values, |y, z| (0.5 * (z - y) * (z - y), z - y, 1.0)),
            },
        );
    }

    /// The largest d2l/dz2, for labels -1 and +1: 1/4 for the logistic loss, 1 for the squared loss.
    #[must_use]
    pub fn d2_largest(self) -> f64 {
        match self {
            Self::Logistic => 0.25,
            Self::Squared => 1.0,
        }
    }

    /// The Lipschitz constant of z -> d2l/dz2: 1/(6 sqrt 3) for the logistic loss, 0 for the squared loss.
    ///
    /// The logistic third derivative is s(1-s)(1-2s) in absolute value, largest where s = (1 +- 1/sqrt 3)/2.
    #[must_use]
    pub fn d2_lipschitz(self) -> f64 {
        match self {
            Self::Logistic => 1.0 / (6.0 * 3.0_f64.sqrt()),
            Self::Squared => 0.0,
        }
    }
}

#[inline(always)]
fn fill(y: &[f64], z: &mut [f64], second: &mut [f64], derivatives: impl Fn(f64, f64) -> (f64, f64)) {
    for ((&y, z), second) in y.iter().zip(z).zip(second) {
        (*z, *second) = derivatives(y, *z);
    }
}

#[inline(always)]
fn fill_all(
    y: &[f64],
    z: &mut [f64],
    second: &mut [f64],
    values: &mut [f64],
    all: impl Fn(f64, f64) -> (f64, f64, f64),
) {
    for (((&y, z), second), value) in y.iter().zip(z).zip(second).zip(values) {
        (*value, *z, *second) = all(y, *z);
    }
}

/// (l, dl/dz, d2l/dz2) of the logistic loss, as [`Loss::value`] and [`Loss::derivatives`] have them.
#[inline(always)]
fn logistic(y: f64, z: f64) -> (f64, f64, f64) {
    let t = y * z;
    let e = exp_minus(t.abs());
    let small = e / (1.0 + e);
    let wrong = if t >= 0.0 { small } else { 1.0 / (1.0 + e) };
    (f64::max(0.0, -t) + log_one_plus(e), -y * wrong, y * y * small / (1.0 + e))
}

/// log(1 + e) for 0 <= e <= 1, without a branch: the logarithm of the rounded sum by the polynomial of FreeBSD's libm, and what
/// the sum lost, to first order.
#[inline(always)]
fn log_one_plus(e: f64) -> f64 {
    const L: [f64; 7] = [
        6.666_666_666_666_735e-1,
        3.999_999_999_940_942e-1,
        2.857_142_874_366_239e-1,
        2.222_219_843_214_978_4e-1,
        1.818_357_216_161_805e-1,
        1.531_383_769_920_937_3e-1,
        1.479_819_860_511_658_6e-1,
    ];
    let sum = 1.0 + e;
    let lost = (e - (sum - 1.0)) / sum;
    let halved = sum > SQRT_2;
    let f = if halved { 0.5 * sum } else { sum } - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let r = z * (L[0] + z * (L[1] + z * (L[2] + z * (L[3] + z * (L[4] + z * (L[5] + z * L[6]))))));
    let half = 0.5 * f * f;
    f - (half - s * (half + r)) + lost + if halved { LN_2 } else { 0.0 }
}

/// exp(-t) for t >= 0, without a branch, so that a loop over samples becomes one over vectors: exp(x) = 2^-k exp(r) with
/// |r| <= (ln 2)/2 and, for the latter, the rational approximation of FreeBSD's libm, as `libm::exp` has it, to one unit in
/// the last place. 0 where that would be below 1e-307.
#[inline(always)]
fn exp_minus(t: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1; // 32 bits: its product with k is exact.
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const P: [f64; 5] = [
        1.666_666_666_666_660_2e-1,
        -2.777_777_777_701_559_3e-3,
        6.613_756_321_437_934e-5,
        -1.653_390_220_546_525_2e-6,
        4.138_136_797_057_238_5e-8,
    ];
    const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52: a sum with it is rounded to an integer in its last bits.
    let shifted = t * LOG2_E + ROUND;
    let k = shifted - ROUND;
    let (high, low) = (k * LN2_HIGH - t, -k * LN2_LOW);
    let r = high - low;
    let rr = r * r;
    let c = r - rr * (P[0] + rr * (P[1] + rr * (P[2] + rr * (P[3] + rr * P[4]))));
    let power = f64::from_bits(1023_u64.wrapping_sub(shifted.to_bits()) << 52); // 2^-k
    let e = (1.0 + (r * c / (2.0 - c) - low + high)) * power;
    if t > 707.0 { 0.0 } else { e }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_exponential_is_that_of_libm_to_a_unit_in_the_last_place(t in prop_oneof![0.0..3.0, 0.0..800.0_f64]) {
            let (ours, theirs) = (exp_minus(t), libm::exp(-t));
            prop_assert!((ours - theirs).abs() <= f64::EPSILON * theirs + 1e-307, "{t}: {ours:e} {theirs:e}");
        }

        #[test]
        fn all_at_once_are_the_same_bits_as_one_by_one(z in prop::collection::vec(-50.0..50.0_f64, 0..40)) {
            let y: Vec<f64> = (0..z.len()).map(|j| if j % 3 == 0 { 1.0 } else { -1.0 }).collect();
            for loss in [Loss::Logistic, Loss::Squared] {
                let (mut first, mut second) = (z.clone(), vec![f64::NAN; z.len()]);
                loss.expand(&y, &mut first, &mut second);
                let pairs: Vec<(f64, f64)> = first.into_iter().zip(second).collect();
                let each: Vec<(f64, f64)> = y.iter().zip(&z).map(|(&y, &z)| loss.derivatives(y, z)).collect();
                prop_assert_eq!(pairs, each);
            }
        }
    }

    proptest! {
        #[test]
        fn values_beside_derivatives_are_the_same(z in prop_oneof![-1e-3..1e-3, -50.0..50.0, -1e3..1e3_f64], y in prop_oneof![Just(-1.0), Just(1.0)]) {
            for loss in [Loss::Logistic, Loss::Squared] {
                let (mut first, mut second, mut value) = ([z], [f64::NAN], [f64::NAN]);
                loss.expand_with_values(&[y], &mut first, &mut second, &mut value);
                prop_assert_eq!((first[0], second[0]), loss.derivatives(y, z));
                let plain = loss.value(y, z);
                prop_assert!((value[0] - plain).abs() <= 4.0 * f64::EPSILON * plain + 1e-307, "{} {}", value[0], plain);
            }
        }
    }

    #[test]
    fn the_exponential_has_its_limits() {
        assert_eq!([0.0, 800.0, f64::INFINITY].map(exp_minus), [1.0, 0.0, 0.0]);
        assert!(exp_minus(f64::NAN).is_nan());
        assert!(exp_minus(707.0) > 1e-308);
    }

    #[test]
    fn logistic_agrees_with_closed_forms_and_stays_finite_at_a_thousand() {
        assert!((Loss::Logistic.value(1.0, 0.0) - 2.0_f64.ln()).abs() < 1e-15);
        assert_eq!(Loss::Logistic.derivatives(1.0, 0.0), (-0.5, 0.25));
        assert_eq!(Loss::Logistic.value(1.0, -1e3), 1e3);
        assert_eq!(Loss::Logistic.value(-1.0, -1e3), 0.0);
        assert_eq!(Loss::Logistic.derivatives(1.0, -1e3), (-1.0, 0.0));
        assert_eq!(Loss::Logistic.derivatives(1.0, 1e3), (-0.0, 0.0));
        // exp(-40) to full relative precision: nothing cancels in the tail.
        let (d1, d2) = Loss::Logistic.derivatives(1.0, 40.0);
        let tail = (-40.0_f64).exp();
        assert!((d1 / -tail - 1.0).abs() < 1e-15 && (d2 / tail - 1.0).abs() < 1e-15);
    }

    #[test]
    fn derivatives_are_those_of_the_value() {
        for loss in [Loss::Logistic, Loss::Squared] {
            for y in [-1.0, 1.0] {
                for z in [-7.3, -1.0, -0.2, 0.0, 0.4, 2.0, 9.0] {
                    let h = 1e-5;
                    let (d1, d2) = loss.derivatives(y, z);
                    let (up, down) = (loss.derivatives(y, z + h), loss.derivatives(y, z - h));
                    let slope = (loss.value(y, z + h) - loss.value(y, z - h)) / (2.0 * h);
                    assert!((slope - d1).abs() < 1e-9, "{loss:?} {y} {z}: {slope} {d1}");
                    assert!(((up.0 - down.0) / (2.0 * h) - d2).abs() < 1e-9, "{loss:?} {y} {z}");
                    assert!(d2 <= loss.d2_largest());
                    assert!((up.1 - down.1).abs() / (2.0 * h) <= loss.d2_lipschitz() * (1.0 + 1e-6) + 1e-12);
                }
            }
        }
    }

    #[test]
    fn the_lipschitz_constant_is_reached() {
        let z = (2.0 + 3.0_f64.sqrt()).ln(); // where s = (1 + 1/sqrt 3)/2
        let h = 1e-4;
        let slope = (Loss::Logistic.derivatives(1.0, z + h).1 - Loss::Logistic.derivatives(1.0, z - h).1) / (2.0 * h);
        assert!((slope.abs() / Loss::Logistic.d2_lipschitz() - 1.0).abs() < 1e-6);
    }
}
