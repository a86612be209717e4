//! Intervals with rational ends: every operation encloses what it stands for, so that a comparison of ends is a proof.

use num_rational::BigRational;
use std::ops::{Add, Div, Mul, Sub};
use std::str::FromStr;

/// The numbers from `low` to `high`.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    low: BigRational,
    high: BigRational,
}

/// A whole number.
#[must_use]
pub fn int(v: usize) -> Interval {
    Interval::exactly(BigRational::from_integer(v.into()))
}

fn whole(v: usize) -> BigRational {
    BigRational::from_integer(v.into())
}

/// Ends of transcendental functions are rounded outwards to this many binary digits, lest they grow.
const DIGITS: usize = 160;

fn power_of_two(k: usize) -> BigRational {
    BigRational::from_integer(2.into()).pow(k as i32)
}

/// The next multiple of 2^-`digits`, upwards or downwards.
fn round(v: &BigRational, digits: usize, up: bool) -> BigRational {
    let scaled = v * power_of_two(digits);
    (if up { scaled.ceil() } else { scaled.floor() }) / power_of_two(digits)
}

impl Interval {
    fn exactly(v: BigRational) -> Self {
        Self { low: v.clone(), high: v }
    }

    fn new(low: BigRational, high: BigRational) -> Self {
        Self { low, high }
    }

    /// The number whose decimals a float is written with; none if it is not finite.
    #[must_use]
    pub fn decimal(v: f64) -> Option<Self> {
        let text = v.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let exact = BigRational::from_str(&format!("{whole}{fraction}/1{}", "0".repeat(fraction.len())));
        exact.ok().map(Self::exactly)
    }

    /// sqrt(k), within 1e-12; exact for squares.
    #[must_use]
    pub fn root(k: usize) -> Self {
        let scale: u128 = 1_000_000_000_000;
        let root = (k as u128 * scale * scale).isqrt();
        let up = if root * root == k as u128 * scale * scale { root } else { root + 1 };
        Self::new(BigRational::new(root.into(), scale.into()), BigRational::new(up.into(), scale.into()))
    }

    /// `numerator` 2^-`halvings`.
    #[must_use]
    pub fn dyadic(numerator: i64, halvings: u32) -> Self {
        Self::exactly(BigRational::from_integer(numerator.into()) / power_of_two(halvings as usize))
    }

    /// Around it, with ends of this many binary digits after the point.
    #[must_use]
    pub fn outward(&self, digits: usize) -> Self {
        Self::new(round(&self.low, digits, false), round(&self.high, digits, true))
    }

    /// exp.
    #[must_use]
    pub fn exp(&self) -> Self {
        let outward = |v: BigRational, up: bool| round(&v, DIGITS, up);
        // exp(x) = exp(x / 2^k)^(2^k) with |x| / 2^k <= 1/2, and there the rest of the series is at most its last term.
        let at = |x: &BigRational, up: bool| {
            let (mut halvings, mut small) = (0, x.clone());
            let half = BigRational::new(1.into(), 2.into());
            while small > half || small < -half.clone() {
                small /= whole(2);
                halvings += 1;
            }
            small = outward(small, up);
            let (mut sum, mut term) = (whole(1), whole(1));
            for k in 1..=40 {
                term = term * &small / whole(k);
                sum += &term;
            }
            let rest = if term < whole(0) { -term } else { term };
            sum = outward(if up { sum + rest } else { sum - rest }, up);
            for _ in 0..halvings {
                sum = outward(&sum * &sum, up);
            }
            sum
        };
        Self::new(at(&self.low, false), at(&self.high, true))
    }

    /// |v|.
    #[must_use]
    pub fn abs(&self) -> Self {
        let zero = whole(0);
        if self.low >= zero {
            self.clone()
        } else if self.high <= zero {
            Self::new(-self.high.clone(), -self.low.clone())
        } else {
            Self::new(zero, self.high.clone().max(-self.low.clone()))
        }
    }

    /// v^2.
    #[must_use]
    pub fn square(&self) -> Self {
        let size = self.abs();
        Self::new(&size.low * &size.low, &size.high * &size.high)
    }

    /// The larger of the two.
    #[must_use]
    pub fn larger(self, other: Self) -> Self {
        Self::new(self.low.max(other.low), self.high.max(other.high))
    }

    /// The smallest interval around both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self::new(self.low.min(other.low), self.high.max(other.high))
    }

    /// Whether it is above the other for certain.
    #[must_use]
    pub fn above(&self, other: &Self) -> bool {
        self.low > other.high
    }

    /// Whether it is at most the other for certain.
    #[must_use]
    pub fn at_most(&self, other: &Self) -> bool {
        self.high <= other.low
    }

    /// Whether it may be 0, so that nothing can be divided by it.
    #[must_use]
    pub fn may_vanish(&self) -> bool {
        self.low <= whole(0) && self.high >= whole(0)
    }

    /// By the lower end.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.low.cmp(&other.low)
    }
}

impl Add for &Interval {
    type Output = Interval;
    fn add(self, other: &Interval) -> Interval {
        Interval::new(&self.low + &other.low, &self.high + &other.high)
    }
}

impl Sub for &Interval {
    type Output = Interval;
    fn sub(self, other: &Interval) -> Interval {
        Interval::new(&self.low - &other.high, &self.high - &other.low)
    }
}

impl Mul for &Interval {
    type Output = Interval;
    fn mul(self, other: &Interval) -> Interval {
        let (a, b) = (&self.low * &other.low, &self.low * &other.high);
        let (c, d) = (&self.high * &other.low, &self.high * &other.high);
        let low = a.clone().min(b.clone()).min(c.clone()).min(d.clone());
        Interval::new(low, a.max(b).max(c).max(d))
    }
}

impl Div for &Interval {
    type Output = Interval;
    /// By what cannot vanish.
    fn div(self, other: &Interval) -> Interval {
        let inverse = Interval::new(other.high.recip(), other.low.recip());
        self.mul(&inverse)
    }
}

macro_rules! owned {
    ($trait:ident, $method:ident) => {
        impl $trait for Interval {
            type Output = Interval;
            fn $method(self, other: Interval) -> Interval {
                (&self).$method(&other)
            }
        }
        impl $trait<&Interval> for Interval {
            type Output = Interval;
            fn $method(self, other: &Interval) -> Interval {
                (&self).$method(other)
            }
        }
        impl $trait<Interval> for &Interval {
            type Output = Interval;
            fn $method(self, other: Interval) -> Interval {
                self.$method(&other)
            }
        }
    };
}

owned!(Add, add);
owned!(Sub, sub);
owned!(Mul, mul);
owned!(Div, div);

#[cfg(test)]
mod tests {
    use super::*;

    fn around(v: &Interval, wanted: f64) -> bool {
        let wanted = Interval::decimal(wanted).unwrap();
        let near = Interval::decimal(1e-14).unwrap();
        (v - &wanted).abs().at_most(&near) && v.low <= v.high
    }

    #[test]
    fn functions_enclose_their_values() {
        for x in [-30.0, -3.7, -0.5, 0.0, 0.1, 1.0, 2.0, 3.3] {
            assert!(around(&Interval::decimal(x).unwrap().exp(), f64::exp(x)), "{x}");
        }
        let e = int(1).exp();
        assert!(e.low < e.high && around(&(&e * &Interval::decimal(-1.0).unwrap().exp()), 1.0));
        assert_eq!(Interval::root(9), int(3));
        let two = Interval::root(2).square();
        assert!(!two.above(&int(2)) && !int(2).above(&two) && two != int(2));
        let mixed = int(1) - int(2).hull(int(4));
        assert_eq!((mixed.abs(), mixed.square()), (int(1).hull(int(3)), int(1).hull(int(9))));
        let signed = int(0).hull(int(3)) - int(1);
        assert!(signed.may_vanish() && signed.square() == int(0).hull(int(4)));
        assert_eq!(int(1) / int(2).hull(int(4)) * int(4), int(1).hull(int(2)));
        assert_eq!(Interval::decimal(-0.125), Some(int(0) - int(1) / int(8)));
        assert_eq!(Interval::decimal(f64::NAN), None);
    }
}
