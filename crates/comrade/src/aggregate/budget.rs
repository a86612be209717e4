//! How many workers may lie, how many honest ones may be missing, and what a round may do without.
//!
//! Of m workers at most f = round(beta m) are bad: they lie, or are dead or late. In addition s = round(sigma m) honest
//! ones may be late or dead, which are the stragglers. A round from which u replies are missing goes by these numbers:
//!
//! ```text
//! e  = min(u, s)          replies that are excused: they are taken off m
//! n  = m - u              replies that came
//! f' = f - (u - e)        how many of these may be lies, and are dropped as the rule drops; if that is below 0 the round is refused
//! ```
//!
//! That is the round of m - e workers of which f are bad, u - e of them by being missing. So every rule is given n replies of which
//! f' may be lies, and its kappa is that of n and f'.
//!
//! **What holds.** If at most f workers are bad, and at most s honest replies are missing, then at most f' of the replies that came
//! are lies, and honest ones are more than half of them. Because: where u <= s, f' = f. Where u > s, at least u - s of the missing
//! are bad, which leaves f - (u - s). And n - 2 f' >= m - s - 2 f, which is above 0: no more stragglers are excused than that.
//!
//! **Fast liars do not crowd out slow honest workers.** Where u <= s nothing is assumed of the missing workers: f are
//! dropped of those that answered, even if the liars answer first. So a round may be closed at m - s replies at any
//! time. To close it earlier, down to m - s - f replies, is to take the missing ones beyond s for bad: the round must
//! have waited long enough for that to be so.
//!
//! **The limit.** If all f bad workers lie and answer, and more than s honest ones are missing, then as many lies as there are more
//! are not dropped, and nothing holds. With beta alone, s = 0: *a missing reply takes one of the trims*. That is right where the
//! bad workers and the honest ones that are missing are together no more than f, and it promises nothing beyond. With f liars who
//! answer, one late honest worker is too many; two whose trims are gone leave two lies in the mean.
//!
//! **Whose f.** It is that of the honest workers that answered. Where a share a of the honest is missing, their mean is
//! that of all up to (a / (1 - a))^{1/2} times the spread of the honest messages: see [`super::Filter`] for the lemma.

use super::{AggregateError, TrimFraction};
use serde::{Deserialize, Serialize};

/// sigma in [0, 1): the fraction of workers that may be late or dead although they are honest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct StragglerFraction(f64);

/// sigma is not in [0, 1).
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("the fraction of stragglers must be in [0, 1), got {0}")]
pub struct BadStragglerFraction(pub f64);

impl StragglerFraction {
    /// sigma = 0: no missing worker is excused.
    pub const ZERO: Self = Self(0.0);

    /// A fraction sigma, checked.
    ///
    /// # Errors
    /// Unless 0 <= sigma < 1.
    pub fn new(sigma: f64) -> Result<Self, BadStragglerFraction> {
        if (0.0..1.0).contains(&sigma) { Ok(Self(sigma)) } else { Err(BadStragglerFraction(sigma)) }
    }

    /// The fraction, sigma.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// Whether no missing worker is excused, however many workers there are.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == 0.0
    }
}

impl TryFrom<f64> for StragglerFraction {
    type Error = BadStragglerFraction;
    fn try_from(sigma: f64) -> Result<Self, BadStragglerFraction> {
        Self::new(sigma)
    }
}

impl From<StragglerFraction> for f64 {
    fn from(sigma: StragglerFraction) -> Self {
        sigma.0
    }
}

/// How many workers may lie and how many may be missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// beta.
    pub trim: TrimFraction,
    /// sigma.
    pub stragglers: StragglerFraction,
}

impl Budget {
    /// How many workers may lie: f = round(beta m).
    #[must_use]
    pub fn liars(self, workers: usize) -> usize {
        self.trim.trimmed(workers)
    }

    /// s = round(sigma m), or fewer, so that f liars are always less than half of the workers that answer.
    #[must_use]
    pub fn stragglers(self, workers: usize) -> usize {
        self.asked(workers).min(workers.saturating_sub(2 * self.liars(workers) + 1))
    }

    /// Whether round(sigma m) is more than [`Self::stragglers`] allows.
    #[must_use]
    pub fn is_overdrawn(self, workers: usize) -> bool {
        self.stragglers(workers) < self.asked(workers)
    }

    /// m - s: how many replies are enough, whichever workers are late.
    #[must_use]
    pub fn enough(self, workers: usize) -> usize {
        workers - self.stragglers(workers)
    }

    /// How many stragglers sigma asks for: round(sigma m).
    #[must_use]
    pub fn asked(self, workers: usize) -> usize {
        (self.stragglers.0 * workers as f64).round() as usize
    }

    /// Excuses as many as a majority of honest workers allows, where anybody is: for numbers of two rounds, which are known of
    /// the workers that answered in both.
    pub(crate) fn of_two_rounds(self) -> Self {
        let all = if self.stragglers.is_zero() { 0.0 } else { 1.0 };
        Self { stragglers: StragglerFraction(all), ..self }
    }

    /// How many of m workers count, of which this many are `missing`.
    pub(crate) fn rest(self, workers: usize, missing: usize) -> Rest {
        let excused = missing.min(self.stragglers(workers));
        let (left, liars) = (workers - excused, self.liars(workers));
        // Below 1/2, as liars are fewer than half of those who are left.
        let trim = if excused == 0 { self.trim } else { TrimFraction(liars as f64 / left as f64) };
        Rest { workers: left, liars, excused, trim }
    }
}

/// A round without the replies that are excused.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rest {
    /// m - e.
    pub(crate) workers: usize,
    /// f, the missing beyond e among them.
    pub(crate) liars: usize,
    /// e.
    pub(crate) excused: usize,
    /// f / (m - e).
    pub(crate) trim: TrimFraction,
}

impl Rest {
    /// The workers that count, by whether each has a usable reply: all but the first e of those that have none.
    pub(crate) fn counted(self, usable: impl Iterator<Item = bool>) -> Vec<usize> {
        let mut left = self.excused;
        let mut counts = |usable: bool| {
            let excused = !usable && left > 0;
            left -= usize::from(excused);
            !excused
        };
        usable.enumerate().filter_map(|(i, usable)| counts(usable).then_some(i)).collect()
    }

    /// What a rule says of those who count, said of all.
    pub(crate) fn of_all(self, error: AggregateError) -> AggregateError {
        match error {
            AggregateError::TooManyMissing { missing, allowed, workers } => AggregateError::TooManyMissing {
                missing: missing + self.excused,
                allowed: allowed + self.excused,
                workers: workers + self.excused,
            },
            AggregateError::NoWorkers => AggregateError::NoWorkers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(beta: f64, sigma: f64) -> Budget {
        Budget { trim: TrimFraction::new(beta).unwrap(), stragglers: StragglerFraction::new(sigma).unwrap() }
    }

    #[test]
    fn sigma_is_checked_once() {
        for bad in [-0.1, 1.0, f64::NAN, f64::INFINITY] {
            assert!(StragglerFraction::new(bad).is_err());
        }
        assert_eq!(StragglerFraction::new(0.25).unwrap().get(), 0.25);
    }

    #[test]
    fn the_numbers_of_twenty_workers() {
        let both = budget(0.2, 0.1);
        assert_eq!((both.liars(20), both.stragglers(20), both.enough(20)), (4, 2, 18));
        for (missing, excused, workers) in [(0, 0, 20), (1, 1, 19), (2, 2, 18), (3, 2, 18), (9, 2, 18)] {
            let rest = both.rest(20, missing);
            assert_eq!((rest.excused, rest.workers, rest.liars), (excused, workers, 4), "{missing}");
            assert_eq!(rest.trim.trimmed(workers), 4, "{missing}");
        }
        assert_eq!(budget(0.2, 0.0).rest(20, 3).trim, TrimFraction::new(0.2).unwrap());
        assert_eq!(both.of_two_rounds().rest(20, 9).workers, 11);
        assert_eq!(budget(0.2, 0.0).of_two_rounds(), budget(0.2, 0.0));
    }

    /// The claim of the head, for all m up to 30, all fractions of a grid, and all who are bad or missing.
    #[test]
    fn honest_replies_are_a_majority_and_no_more_lie_than_are_dropped() {
        let (mut seen, mut capped) = (0_u32, 0_u32);
        for (m, beta, sigma) in (1..=30).flat_map(|m| {
            let grid = |k: u32| f64::from(k) / 20.0;
            (0..10).flat_map(move |b| (0..20).map(move |s| (m, grid(b), grid(s))))
        }) {
            let budget = budget(beta, sigma);
            let (f, s) = (budget.liars(m), budget.stragglers(m));
            capped += u32::from(budget.is_overdrawn(m));
            // h honest ones are missing, and of the bad ones `silent` are missing and `lies` lie.
            for (h, silent) in (0..=s).flat_map(|h| (0..=f.min(m - h)).map(move |silent| (h, silent))) {
                let lies = (f - silent).min(m - h - silent);
                let rest = budget.rest(m, h + silent);
                let came = m - h - silent;
                let Some(dropped) = (rest.liars + rest.excused).checked_sub(h + silent) else { panic!("refused") };
                assert!(lies <= dropped, "m = {m}, f = {f}, s = {s}: {h} + {silent} missing, {lies} lie");
                assert!(s == 0 || 2 * dropped < came, "m = {m}, f = {f}, s = {s}: {dropped} of {came}");
                assert!(rest.excused == 0 || rest.trim.trimmed(rest.workers) == f);
                seen += 1;
            }
        }
        assert!(seen > 10_000 && capped > 100, "{seen} {capped}");
    }

    #[test]
    fn who_is_missing_first_is_excused() {
        let rest = budget(0.2, 0.2).rest(5, 2);
        assert_eq!(rest.counted([true, false, true, false, true].into_iter()), [0, 2, 3, 4]);
        let inner = AggregateError::TooManyMissing { missing: 2, allowed: 1, workers: 4 };
        let outer = AggregateError::TooManyMissing { missing: 3, allowed: 2, workers: 5 };
        assert_eq!(rest.of_all(inner), outer);
    }
}
