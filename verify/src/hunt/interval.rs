//! Intervals: every operation encloses what it stands for, so that a comparison of ends is a proof.
//!
//! [`Interval`] has rational ends. [`Span`] has floats, for proofs with many thousand of operations.

use num_rational::BigRational;
use num_traits::ToPrimitive;
use std::ops::{Add, Div, Mul, Sub};
use std::str::FromStr;

/// The numbers from `low` to `high`.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    low: BigRational,
    high: BigRational,
}

/// The numbers from `low` to `high`; sums and products go to the neighbours of the nearest floats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    low: f64,
    high: f64,
}

/// A whole number.
#[must_use]
pub fn int(v: usize) -> Interval {
    Interval::exactly(BigRational::from_integer(v.into()))
}

fn whole(v: usize) -> BigRational {
    BigRational::from_integer(v.into())
}

/// Ends of transcendental functions are rounded outwards to this many binary digits, so that they do not grow.
const DIGITS: usize = 160;
/// The same for [`Interval::wrong`].
pub(super) const WRONG: usize = 192;

fn power_of_two(k: usize) -> BigRational {
    BigRational::from_integer(2.into()).pow(k as i32)
}

fn power_of_ten(k: usize) -> BigRational {
    BigRational::from_integer(10.into()).pow(k as i32)
}

/// The whole number `scaled` times 10^-`decimals`, without zeros at the end.
fn decimal_text(scaled: &BigRational, decimals: usize) -> String {
    let text = scaled.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
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
        Self::read(&v.to_string())
    }

    /// The number with these decimals; none if they are none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let exact = BigRational::from_str(&format!("{whole}{fraction}/1{}", "0".repeat(fraction.len())));
        exact.ok().map(Self::exactly)
    }

    /// The least number with this many decimals that is not below the interval.
    #[must_use]
    pub fn decimal_above(&self, decimals: usize) -> String {
        decimal_text(&(&self.high * power_of_ten(decimals)).ceil(), decimals)
    }

    /// The greatest number with this many decimals that is not above the interval.
    #[must_use]
    pub fn decimal_below(&self, decimals: usize) -> String {
        decimal_text(&(&self.low * power_of_ten(decimals)).floor(), decimals)
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

    /// Around it, with ends that are floats; everything if an end is out of reach, from 2^11 on.
    #[must_use]
    pub fn span(&self) -> Span {
        let scale = 2.0_f64.powi(52);
        let end = |v: &BigRational, up| {
            let scaled = round(v, 52, up) * power_of_two(52);
            i64::try_from(scaled.to_integer()).ok().map(|v| v as f64)
        };
        Span {
            low: end(&self.low, false).map_or(f64::NEG_INFINITY, |v| v.next_down() / scale),
            high: end(&self.high, true).map_or(f64::INFINITY, |v| v.next_up() / scale),
        }
    }

    /// exp.
    #[must_use]
    pub fn exp(&self) -> Self {
        // In whole multiples of 2^-DIGITS: exp(x) = exp(x / 2^k)^(2^k) with |x| / 2^k <= 1/2.
        let at = |x: &BigRational, up: bool| {
            let one = power_of_two(DIGITS).to_integer();
            let (mut halvings, mut small) = (0, (round(x, DIGITS, up) * power_of_two(DIGITS)).to_integer());
            while &small + &small > one || &small + &small < -&one {
                // Shifts round downwards.
                small = (small + i32::from(up)) >> 1;
                halvings += 1;
            }
            // A term is off by less than 1 from its own rounding and half of what the one before is off by, so by less than
            // 2; the 40 after the first are off by less than 80, and the rest of the series is less than 1.
            let (mut sum, mut term) = (one.clone(), one);
            for k in 1..=40 {
                term = ((term * &small) >> DIGITS) / k;
                sum += &term;
            }
            sum += if up { 100 } else { -100 };
            for _ in 0..halvings {
                sum = ((&sum * &sum) >> DIGITS) + i32::from(up);
            }
            BigRational::from_integer(sum) / power_of_two(DIGITS)
        };
        Self::new(at(&self.low, false), at(&self.high, true))
    }

    /// 1/(1 + exp v), which decreases in v. Beyond 128 it is told from 0 and 1 by no more than 2^-180, so that the digits of
    /// exp v never have to be carried; and its ends are multiples of 2^-192, so that sums of such numbers have one denominator.
    #[must_use]
    pub fn wrong(&self) -> Self {
        let far = whole(128);
        let tiny = || power_of_two(180).recip();
        let at = |v: &BigRational| {
            if *v > far {
                Self::new(whole(0), tiny())
            } else if *v < -&far {
                Self::new(whole(1) - tiny(), whole(1))
            } else {
                let Self { low, high } = int(1) / (int(1) + Self::exactly(v.clone()).exp());
                Self::new(round(&low, WRONG, false), round(&high, WRONG, true))
            }
        };
        Self::new(at(&self.high).low, at(&self.low).high)
    }

    /// The middle, as a float: for people.
    #[must_use]
    pub fn middle(&self) -> f64 {
        let ratio = |v: &BigRational| v.to_f64().unwrap_or(f64::NAN);
        0.5 * (ratio(&self.low) + ratio(&self.high))
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

impl Span {
    /// A float; a whole number, for example.
    #[must_use]
    pub const fn exactly(v: f64) -> Self {
        Self { low: v, high: v }
    }

    /// The smallest span around both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// |v|.
    #[must_use]
    pub fn abs(self) -> Self {
        let least = if self.low > 0.0 || self.high < 0.0 { self.low.abs().min(self.high.abs()) } else { 0.0 };
        Self { low: least, high: self.low.abs().max(self.high.abs()) }
    }

    /// v^2.
    #[must_use]
    pub fn square(self) -> Self {
        let size = self.abs();
        let all = size * size;
        Self { low: all.low.max(0.0), high: all.high }
    }

    /// Whether it is at most the other for certain.
    #[must_use]
    pub fn at_most(self, other: Self) -> bool {
        self.high <= other.low
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { low: (self.low + other.low).next_down(), high: (self.high + other.high).next_up() }
    }
}

impl Sub for Span {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { low: (self.low - other.high).next_down(), high: (self.high - other.low).next_up() }
    }
}

impl Mul for Span {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let products = [self.low * other.low, self.low * other.high, self.high * other.low, self.high * other.high];
        let (low, high) =
            products.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        Self { low: low.next_down(), high: high.next_up() }
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

    #[test]
    fn decimals_are_rounded_outwards_and_read_back() {
        for (v, below, above) in
            [(0.0, "0", "0"), (0.1234, "0.123", "0.124"), (-0.1234, "-0.124", "-0.123"), (-12.5, "-12.5", "-12.5")]
        {
            let v = Interval::decimal(v).unwrap();
            assert_eq!((v.decimal_below(3).as_str(), v.decimal_above(3).as_str()), (below, above));
            let [low, high] = [below, above].map(|text| Interval::read(text).unwrap());
            assert!(low.at_most(&v) && v.at_most(&high));
        }
        assert_eq!(Interval::read("one"), None);
    }

    #[test]
    fn spans_enclose_what_intervals_do() {
        let within = |span: Span, v: &Interval| {
            let [low, high] = [span.low, span.high].map(|end| Interval::decimal(end).unwrap());
            low.at_most(v) && v.at_most(&high) && span.high - span.low < 1e-14
        };
        let third = |k| int(1) / int(3) * Interval::dyadic(k, 2);
        for (a, b) in [(5, 7), (-5, 7), (-5, -7), (0, 3), (-1, 1)] {
            let (x, y) = (third(a), third(b));
            let (s, t) = (x.span(), y.span());
            assert!(
                within(s, &x) && within(s + t, &(&x + &y)) && within(s - t, &(&x - &y)) && within(s * t, &(&x * &y))
            );
            assert!(within(s.abs(), &x.abs()) && within(s.square(), &x.square()) && within(s.hull(s), &x));
        }
        let wide = Span::exactly(-1.0).hull(Span::exactly(2.0));
        assert!((wide.abs().low, wide.abs().high) == (0.0, 2.0) && wide.square().low == 0.0);
        assert!(!wide.at_most(Span::exactly(1.9)) && wide.at_most(Span::exactly(2.0)));
        assert!(int(5000).span().high.is_infinite());
    }
}
