//! The logarithmic axis of ratios, and how ratios are written.

/// The logarithmic axis of ratios.
pub(crate) struct Axis {
    /// Decimal logarithms of its ends.
    from: f64,
    to: f64,
    /// Pixels of its ends.
    pub(crate) left: i32,
    pub(crate) right: i32,
}

impl Axis {
    /// An axis on which all `ratios` fit that lie within 1e-6 to 1e2.
    pub(crate) fn new(ratios: impl Iterator<Item = f64> + Clone, left: i32, right: i32) -> Self {
        let logs = ratios.map(f64::log10).filter(|log| log.is_finite());
        let from = logs.clone().fold(-0.5, f64::min);
        let from = if from < -0.5 { from.floor().max(-6.0) } else { -1.0 };
        // Even when no bound is broken, there is room for the heading of that region.
        let to = logs.fold(0.0, f64::max) + 0.1;
        Self { from, to: to.clamp(-0.31 * from, 2.0), left, right }
    }

    /// The pixel of a ratio; of one that lies beyond the axis, the pixel `beyond` its end.
    pub(crate) fn at(&self, ratio: f64, beyond: i32) -> i32 {
        match self.side(ratio) {
            -1 => self.left - beyond,
            1 => self.right + beyond,
            _ => self.pixel(ratio.log10()),
        }
    }

    /// On which side of the axis a ratio lies; 0 if it lies on it.
    pub(crate) fn side(&self, ratio: f64) -> i32 {
        if ratio <= 0.0 || ratio.log10() < self.from - 1e-9 { -1 } else { i32::from(ratio.log10() > self.to + 1e-9) }
    }

    fn pixel(&self, log: f64) -> i32 {
        let share = (log - self.from) / (self.to - self.from);
        self.left + (share * f64::from(self.right - self.left)).round() as i32
    }

    /// Where the grid lines are, and their labels.
    pub(crate) fn ticks(&self) -> Vec<(i32, String)> {
        let factors: &[u32] = if self.to - self.from < 2.5 { &[1, 2, 5] } else { &[1] };
        let decades = self.from.floor() as i32..=self.to.floor() as i32;
        decades
            .flat_map(|decade| factors.iter().map(move |&factor| (decade, factor)))
            .map(|(decade, factor)| (f64::from(decade) + f64::from(factor).log10(), decade, factor))
            .filter(|&(log, ..)| log >= self.from && log <= self.to)
            .map(|(log, decade, factor)| (self.pixel(log), power(decade, factor)))
            .collect()
    }
}

/// Writes `factor` times ten to the power of `decade`.
pub(crate) fn power(decade: i32, factor: u32) -> String {
    match decade {
        0..4 => format!("{}", f64::from(factor) * 10_f64.powi(decade)),
        -2..0 => format!("{:.*}", decade.unsigned_abs() as usize, f64::from(factor) * 10_f64.powi(decade)),
        _ if factor == 1 => format!("10{}", superscript(decade)),
        _ => format!("{factor}·10{}", superscript(decade)),
    }
}

/// A whole number as an exponent.
pub(crate) fn superscript(number: i32) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let sign = if number < 0 { "⁻" } else { "" };
    let letters = number.unsigned_abs().to_string();
    sign.chars().chain(letters.chars().filter_map(|digit| Some(digits[digit.to_digit(10)? as usize]))).collect()
}

/// Writes a ratio in a few characters, such that one next to 1 differs from 1.
pub(crate) fn number(ratio: f64) -> String {
    let excess = ratio - 1.0;
    if ratio == 0.0 || ratio == 1.0 {
        format!("{ratio:.0}")
    } else if ratio.is_infinite() {
        if ratio > 0.0 { "∞".to_owned() } else { "−∞".to_owned() }
    } else if excess.abs() < 1e-3 {
        format!("1{}{:.0e}", if excess > 0.0 { '+' } else { '−' }, excess.abs()).replace("e-", "e−")
    } else if (1e-2..1e3).contains(&ratio) {
        let decimals = if ratio < 10.0 { 3 } else { 1 };
        format!("{ratio:.decimals$}")
    } else {
        format!("{ratio:.1e}").replace('-', "−")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(ratios: &[f64]) -> Axis {
        Axis::new(ratios.iter().copied(), 100, 600)
    }

    #[test]
    fn an_axis_spans_its_ratios_and_has_room_on_both_sides_of_one() {
        for ratios in [&[][..], &[0.9], &[1e-3, 0.5], &[1e-12, 1e300], &[0.0, 7.0], &[f64::INFINITY, -1.0], &[f64::NAN]]
        {
            let axis = axis(ratios);
            let one = axis.at(1.0, 0);
            assert!(one - axis.left >= 125 && axis.right - one >= 100, "{ratios:?}: {one}");
            assert!(axis.ticks().contains(&(one, "1".to_owned())));
            for &ratio in ratios.iter().filter(|ratio| (1e-6..1e2).contains(*ratio)) {
                assert_eq!(axis.side(ratio), 0);
                assert!((axis.left..=axis.right).contains(&axis.at(ratio, 9)));
            }
        }
    }

    #[test]
    fn what_lies_beyond_the_axis_is_put_beside_it() {
        let axis = axis(&[1e-9, 1e9]);
        for ratio in [f64::NEG_INFINITY, -1.0, 0.0, 1e-9] {
            assert_eq!((axis.side(ratio), axis.at(ratio, 7)), (-1, 93));
        }
        for ratio in [1e9, f64::INFINITY] {
            assert_eq!((axis.side(ratio), axis.at(ratio, 7)), (1, 607));
        }
        assert_eq!(axis.ticks()[0], (100, "10⁻⁶".to_owned()));
    }

    #[test]
    fn numbers_are_short_and_tell_a_ratio_from_one() {
        let cases = [
            (0.0, "0"),
            (1.0, "1"),
            (0.5, "0.500"),
            (0.0123, "0.012"),
            (42.0, "42.0"),
            (1.0 + 2e-7, "1+2e−7"),
            (1.0 - 2e-7, "1−2e−7"),
            (3e-9, "3.0e−9"),
            (1e300, "1.0e300"),
            (-2.0, "−2.0e0"),
            (f64::INFINITY, "∞"),
            (f64::NEG_INFINITY, "−∞"),
        ];
        for (ratio, text) in cases {
            assert_eq!(number(ratio), text);
        }
    }
}
