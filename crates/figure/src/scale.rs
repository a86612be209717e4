//! Linear and logarithmic axes: from values to pixels, and where the ticks are.

use crate::axis::{power, superscript};

/// An axis, before it has a place on the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scale {
    /// The title, for example `iteration`.
    pub title: String,
    /// How values are spaced.
    pub spacing: Spacing,
    /// The ends; without them, whatever the data need.
    pub range: Option<(f64, f64)>,
}

/// How the values of an axis are spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spacing {
    /// Evenly.
    #[default]
    Linear,
    /// By their logarithms. Zero and below lies below the axis.
    Log,
}

impl Scale {
    /// A linear axis that fits the data.
    #[must_use]
    pub fn linear(title: impl Into<String>) -> Self {
        Self { title: title.into(), spacing: Spacing::Linear, range: None }
    }

    /// A logarithmic axis that fits the data.
    #[must_use]
    pub fn log(title: impl Into<String>) -> Self {
        Self { title: title.into(), spacing: Spacing::Log, range: None }
    }

    /// The same axis with these ends; what lies beyond is cut off.
    #[must_use]
    pub fn from_to(self, from: f64, to: f64) -> Self {
        Self { range: Some((from, to)), ..self }
    }
}

impl Spacing {
    /// Where a value is, on a ruler without ends: none if it has no place there.
    fn place(self, value: f64) -> Option<f64> {
        match self {
            Self::Linear => value.is_finite().then_some(value.clamp(-HUGE, HUGE)),
            Self::Log => (value > 0.0 && value.is_finite()).then(|| value.log10()),
        }
    }
}

/// Values beyond are as good as infinite for a picture.
const HUGE: f64 = 1e300;
/// Space between the data and the ends of an axis that fits them, as a share of its length.
const ROOM: f64 = 0.04;

/// An axis on the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ruler {
    spacing: Spacing,
    from: f64,
    to: f64,
    /// Pixels of its ends: the second is the smaller one on an axis that points up.
    start: f64,
    end: f64,
}

/// A label on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    /// Its pixel.
    pub(crate) at: f64,
    /// What it says.
    pub(crate) label: String,
}

impl Ruler {
    /// The axis for `values`, from pixel `start` to pixel `end`.
    pub(crate) fn new(scale: &Scale, values: impl Iterator<Item = f64>, (start, end): (f64, f64)) -> Self {
        let spacing = scale.spacing;
        let ends = |(low, high): (f64, f64)| Some((spacing.place(low)?, spacing.place(high)?));
        let given = scale.range.and_then(ends).filter(|(low, high)| low < high);
        let (from, to) = given.unwrap_or_else(|| fit(spacing, values.filter_map(|value| spacing.place(value))));
        Self { spacing, from, to, start, end }
    }

    /// The pixel of a value, which may lie beyond the ends; none if it is not a number or infinite.
    pub(crate) fn at(&self, value: f64) -> Option<f64> {
        if self.spacing == Spacing::Log && value <= 0.0 {
            return Some(self.start - 0.3 * (self.end - self.start));
        }
        let share = (self.spacing.place(value)? - self.from) / (self.to - self.from);
        // Far beyond is far enough.
        Some(self.start + share.clamp(-1e3, 1e3) * (self.end - self.start))
    }

    /// The labels, as many as fit when each takes `room` pixels of the axis; and the pixels of marks without a label.
    pub(crate) fn ticks(&self, room: impl Fn(&str) -> f64) -> (Vec<Tick>, Vec<f64>) {
        let fits = |ticks: &[Tick]| {
            ticks.windows(2).all(|pair| {
                let apart = (pair[1].at - pair[0].at).abs();
                apart >= 0.5 * (room(&pair[0].label) + room(&pair[1].label))
            })
        };
        let mut choices = match self.spacing {
            Spacing::Linear => self.linear(),
            Spacing::Log => self.decades(),
        };
        let first = choices.iter().position(|ticks| fits(ticks)).unwrap_or(choices.len() - 1);
        let ticks = choices.swap_remove(first);
        (ticks, self.minor())
    }

    fn pixel(&self, place: f64) -> f64 {
        self.start + (place - self.from) / (self.to - self.from) * (self.end - self.start)
    }

    fn holds(&self, place: f64) -> bool {
        let slack = 1e-9 * (self.to - self.from);
        place >= self.from - slack && place <= self.to + slack
    }

    /// Choices of round numbers, from many to few.
    fn linear(&self) -> Vec<Vec<Tick>> {
        let decade = (self.to - self.from).log10().floor() as i32;
        let steps = [-1, 0].map(|down| [1.0, 2.0, 5.0].map(|factor| (factor, decade + down)));
        let choice = |(factor, decade): (f64, i32)| {
            let step = factor * 10_f64.powi(decade);
            let (first, last) = ((self.from / step - 1e-9).ceil(), (self.to / step + 1e-9).floor());
            let count = if (first + 1.0 - first) == 1.0 { (last - first) as i64 } else { -1 };
            (0..=count)
                .map(|k| first + k as f64)
                .filter(|&k| self.holds(k * step))
                .map(|k| Tick { at: self.pixel(k * step), label: decimal(k * factor, decade, self.from, self.to) })
                .collect()
        };
        steps.into_iter().flatten().map(choice).collect()
    }

    /// Choices of powers of ten, from many to few; round numbers if hardly one lies on the axis.
    fn decades(&self) -> Vec<Vec<Tick>> {
        let (first, last) = (self.from.floor() as i32, self.to.ceil() as i32);
        let plain = first >= -2 && last <= 4;
        let label = |decade: i32, factor: u32| match (plain, factor) {
            (true, _) => power(decade, factor),
            (false, 1) => format!("10{}", superscript(decade)),
            (false, _) => format!("{factor}·10{}", superscript(decade)),
        };
        let choice = |factors: &[u32], every: i32| -> Vec<Tick> {
            (first..=last)
                .filter(|decade| decade.rem_euclid(every) == 0)
                .flat_map(|decade| factors.iter().map(move |&factor| (decade, factor)))
                .map(|(decade, factor)| (f64::from(decade) + f64::from(factor).log10(), decade, factor))
                .filter(|&(place, ..)| self.holds(place))
                .map(|(place, decade, factor)| Tick { at: self.pixel(place), label: label(decade, factor) })
                .collect()
        };
        let mut choices = Vec::new();
        if self.to - self.from < 0.6 {
            choices.push(choice(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 1));
        }
        if self.to - self.from < 2.2 {
            choices.push(choice(&[1, 2, 5], 1));
        }
        choices.extend([1, 2, 3, 4, 5, 10, 20, 50, 100].map(|every| choice(&[1], every)));
        choices
    }

    /// Where a logarithmic axis of few decades has marks for 2 to 9.
    fn minor(&self) -> Vec<f64> {
        if self.spacing == Spacing::Linear || self.to - self.from > 6.0 {
            return Vec::new();
        }
        (self.from.floor() as i32..=self.to.ceil() as i32)
            .flat_map(|decade| (2..10).map(move |factor| f64::from(decade) + f64::from(factor).log10()))
            .filter(|&place| self.holds(place))
            .map(|place| self.pixel(place))
            .collect()
    }
}

/// Ends with room around the places.
fn fit(spacing: Spacing, places: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (low.min(p), high.max(p)));
    let (low, high) = match (low > high, spacing) {
        (true, Spacing::Linear) => (0.0, 1.0),
        (true, Spacing::Log) => (-1.0, 0.0),
        // One value: an axis around it.
        (false, Spacing::Linear) if high - low <= 1e-12 * high.abs().max(low.abs()) => {
            let half = if high == 0.0 { 1.0 } else { 0.1 * high.abs() };
            (low - half, high + half)
        }
        (false, Spacing::Log) if high - low < 1e-9 => (low - 0.5, high + 0.5),
        (false, _) => (low, high),
    };
    let room = ROOM * (high - low);
    (low - room, high + room)
}

/// `k` times ten to the power of `decade`, on an axis with these ends.
fn decimal(k: f64, decade: i32, from: f64, to: f64) -> String {
    let largest = from.abs().max(to.abs());
    let text = if !(1e-4..1e5).contains(&largest) {
        let shown = largest.log10().floor() as i32;
        let digits = (shown - decade).max(0) as usize;
        let number = k * 10_f64.powi(decade - shown);
        if k == 0.0 { "0".to_owned() } else { format!("{number:.digits$}·10{}", superscript(shown)) }
    } else {
        format!("{:.*}", (-decade).max(0) as usize, k * 10_f64.powi(decade))
    };
    if k == 0.0 { text.replace('-', "") } else { text.replace('-', "−") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale, values: &[f64], pixels: f64) -> Vec<String> {
        let ruler = Ruler::new(scale, values.iter().copied(), (0.0, pixels));
        let (ticks, _) = ruler.ticks(|label| 8.0 * label.chars().count() as f64 + 10.0);
        assert!(ticks.iter().all(|tick| (-1e-6..=pixels + 1e-6).contains(&tick.at)), "{ticks:?}");
        assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].label != pair[1].label), "{ticks:?}");
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn labels_are_round_numbers() {
        let linear = Scale::linear("");
        assert_eq!(labels(&linear, &[0.0, 30.0], 250.0), ["0", "5", "10", "15", "20", "25", "30"]);
        assert_eq!(labels(&linear.clone().from_to(0.7, 0.9), &[], 200.0), ["0.70", "0.75", "0.80", "0.85", "0.90"]);
        assert_eq!(labels(&linear, &[-1.0, 1.0], 200.0), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(labels(&linear, &[0.0, 3e6], 250.0), ["0", "1·10⁶", "2·10⁶", "3·10⁶"]);
        let log = Scale::log("");
        assert_eq!(labels(&log, &[1e-3, 1.0], 250.0), ["10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
        assert_eq!(labels(&log, &[1e-12, 1.0], 200.0), ["10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "10⁰"]);
        assert_eq!(labels(&log, &[0.9, 1100.0], 250.0), ["1", "10", "100", "1000"]);
        assert_eq!(labels(&log, &[0.05, 0.3], 200.0), ["0.05", "0.1", "0.2"]);
        assert_eq!(labels(&log, &[1.9, 4.4], 250.0), ["2", "3", "4"]);
    }

    #[test]
    fn whatever_the_values_there_is_an_axis() {
        let odd = [0.0, -1.0, 1e-320, 1.0, 1.0 + 1e-15, f64::MAX, f64::MIN, f64::NAN, f64::INFINITY];
        for scale in [Scale::linear(""), Scale::log("")] {
            assert!(labels(&scale, &[], 300.0).len() > 1);
            for &a in &odd {
                for &b in &odd {
                    for scale in [scale.clone(), scale.clone().from_to(a, b)] {
                        let ruler = Ruler::new(&scale, [a, b].into_iter(), (300.0, 0.0));
                        ruler.ticks(|label| label.len() as f64);
                        for value in odd {
                            let beyond = value.is_nan() || value.is_infinite();
                            assert_eq!(ruler.at(value).is_none(), beyond, "{scale:?} {value}");
                            assert!(ruler.at(value).is_none_or(f64::is_finite));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn zero_lies_below_a_logarithmic_axis() {
        let ruler = Ruler::new(&Scale::log(""), [1e-6, 1.0].into_iter(), (200.0, 0.0));
        assert!(ruler.at(0.0).unwrap() > 200.0 && ruler.at(1e-6).unwrap() < 200.0);
        assert!(ruler.at(1.0).unwrap() > 0.0 && ruler.at(1e3).unwrap() < 0.0);
    }
}
