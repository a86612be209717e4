//! From draws to a verdict; pure.

use crate::claim::{At, Claim, DELTA, INDEPENDENT, Mode};
use crate::rounding::Rounding;
use crate::run::Draw;
use serde::{Deserialize, Serialize};
use statrs::function::beta::beta_reg;
use std::cmp::Ordering;

/// What the draws say of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A posteriori: every judged draw satisfies it.
    Holds,
    /// A posteriori: some draw does not.
    Violated,
    /// A premise fails on every draw: the claim says nothing. Never counted as holding.
    Vacuous,
    /// The statement does not speak of draws like these. Never counted as holding.
    NotApplicable,
    /// A priori: the upper limit of the failure probability is at most delta.
    Confirmed,
    /// A priori: the lower limit is above delta.
    Refuted,
    /// A priori: delta is between the limits.
    Inconclusive,
}

impl Verdict {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Violated => "violated",
            Self::Vacuous => "vacuous",
            Self::NotApplicable => "not-applicable",
            Self::Confirmed => "confirmed",
            Self::Refuted => "refuted",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Violated,
        Self::Refuted,
        Self::Inconclusive,
        Self::Holds,
        Self::Confirmed,
        Self::Vacuous,
        Self::NotApplicable,
    ];

    /// Whether the claim was found true.
    #[must_use]
    pub fn approves(self) -> bool {
        matches!(self, Self::Holds | Self::Confirmed)
    }

    /// Whether the claim was found false.
    #[must_use]
    pub fn fails(self) -> bool {
        matches!(self, Self::Violated | Self::Refuted)
    }

    /// Whether the claim said something on these draws.
    #[must_use]
    pub fn judged(self) -> bool {
        !matches!(self, Self::Vacuous | Self::NotApplicable)
    }

    /// What people read, with the power of the draws: a bound a hundred times as large as it had to be is not put to the
    /// test by them.
    #[must_use]
    pub fn words(self, needed: Option<f64>) -> &'static str {
        match (self, needed.is_some_and(|needed| needed < ROOM)) {
            (Self::Holds, true) => "holds with room",
            (Self::Confirmed, true) => "confirmed with room",
            (Self::NotApplicable, _) => "not applicable",
            _ => self.name(),
        }
    }
}

/// The share of a bound below which a verdict is said to be with room.
pub const ROOM: f64 = 1e-2;

/// Numbers that JSON does not have, as the words `inf`, `-inf` and `NaN`.
mod number {
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(f64),
        Word(String),
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if value.is_finite() { serializer.serialize_f64(*value) } else { serializer.serialize_str(&value.to_string()) }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Number(value) => Ok(value),
            Written::Word(word) => word.parse().map_err(de::Error::custom),
        }
    }
}

/// Minimum, median and maximum over draws.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Smallest.
    #[serde(with = "number")]
    pub min: f64,
    /// Median (the lower of the two middle ones).
    #[serde(with = "number")]
    pub median: f64,
    /// Largest.
    #[serde(with = "number")]
    pub max: f64,
}

impl Range {
    /// Of these numbers; none when there is none. NaN, of either sign, shows as the maximum.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(order);
        Some(Self { min: *values.first()?, median: values[(values.len() - 1) / 2], max: *values.last()? })
    }
}

/// Increasing, with NaN of either sign last: what is not a number is the worst of all.
fn order(a: &f64, b: &f64) -> Ordering {
    a.is_nan().cmp(&b.is_nan()).then(a.total_cmp(b))
}

/// How often a claim failed, and the exact limits of its failure probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Draws on which the claim failed.
    pub failures: u64,
    /// Draws judged.
    pub draws: u64,
    /// Lower Clopper-Pearson limit.
    pub lower: f64,
    /// Upper Clopper-Pearson limit.
    pub upper: f64,
    /// What the claim allows.
    pub delta: f64,
}

/// One line of the proof over all draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// In symbols.
    pub formula: String,
    /// Why it is at least the line before.
    pub by: String,
    /// Smallest ratio to the line before, over draws; below 1 the step is broken. 1 for the first line.
    #[serde(with = "number")]
    pub min: f64,
    /// Median of that ratio: what the step loses.
    #[serde(with = "number")]
    pub median: f64,
    /// Draws on which the step is broken.
    pub broken: usize,
}

/// The worst draw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Witness {
    /// Number of the draw's seed.
    pub draw: u64,
    /// t.
    pub iterate: usize,
    /// The measured side.
    #[serde(with = "number")]
    pub measured: f64,
    /// The bound.
    #[serde(with = "number")]
    pub bound: f64,
    /// The first line of the proof that is below the one before.
    pub breaks_at: String,
}

/// A claim, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// What came out.
    pub verdict: Verdict,
    /// Draws on which all premises are met.
    pub draws: usize,
    /// Draws on which some premise is not.
    pub vacuous_draws: usize,
    /// The smallest factor by which the bound could be multiplied and the verdict still be that it holds or is confirmed;
    /// none for other verdicts.
    pub needed: Option<f64>,
    /// Measured over bound, on the judged draws.
    pub ratio: Option<Range>,
    /// A priori only.
    pub rate: Option<Rate>,
    /// The proof.
    pub ladder: Vec<Step>,
    /// A premise that fails, when some draw is vacuous.
    pub unmet: Option<&'static str>,
    /// When violated.
    pub witness: Option<Witness>,
}

/// Judges a claim on draws. `tail` is the probability left outside each limit of an a-priori interval; every bound is
/// multiplied by `shrink`, which is 1 except where a test asks how much less would do.
#[must_use]
pub fn judge(claim: &Claim, mode: Mode, draws: &[Draw], tail: f64, shrink: f64) -> Judgement {
    judge_with(claim, mode, draws, tail, &|_, bound| bound * shrink)
}

/// The same with another bound: `instead` has the draw and the claim's own bound.
#[must_use]
pub fn judge_with(
    claim: &Claim,
    mode: Mode,
    draws: &[Draw],
    tail: f64,
    instead: &dyn Fn(At<'_>, f64) -> f64,
) -> Judgement {
    let at = |draw| At { draw, mode, reading: claim.reading };
    let unmet = draws.iter().find_map(|draw| claim.unmet(at(draw)));
    let judged: Vec<&Draw> = draws.iter().filter(|draw| claim.unmet(at(draw)).is_none()).collect();
    let vacuous_draws = draws.len() - judged.len();
    let ladders: Vec<Vec<f64>> = judged
        .iter()
        .map(|draw| {
            let mut values: Vec<f64> = claim.rungs(mode).map(|rung| (rung.value)(at(draw))).collect();
            values.last_mut().into_iter().for_each(|bound| *bound = instead(at(draw), *bound));
            values
        })
        .collect();
    let line = claim.rungs(mode).next().map_or(Rounding::Relative, |rung| rung.rounding);
    let exceeds = |lower: f64, upper: f64, draw: &Draw| exceeds(lower, upper, line, draw);
    let failing: Vec<bool> =
        ladders.iter().zip(&judged).map(|(values, draw)| exceeds(values[0], values[values.len() - 1], draw)).collect();
    let failures = failing.iter().filter(|&&fails| fails).count();
    // What is within rounding of a bound of 0 is 0.
    let ratios: Vec<f64> = ladders
        .iter()
        .zip(&failing)
        .map(|(values, fails)| match (values[0], values[values.len() - 1]) {
            (_, 0.0) if !fails => 0.0,
            (measured, bound) => ratio(measured, bound),
        })
        .collect();

    let rate = (mode == Mode::APriori && !judged.is_empty())
        .then(|| Rate::new(failures as u64, judged.len() as u64, tail, DELTA));
    let verdict = match (judged.is_empty(), rate) {
        (true, _) if unmet == Some(INDEPENDENT) => Verdict::NotApplicable,
        (true, _) => Verdict::Vacuous,
        (false, None) if failures == 0 => Verdict::Holds,
        (false, None) => Verdict::Violated,
        (false, Some(rate)) => rate.verdict(),
    };
    let needed = verdict.approves().then(|| {
        let ends = ladders.iter().zip(&judged);
        let factors = ends.map(|(values, draw)| needed(values[0], values[values.len() - 1], line, draw)).collect();
        above_all_but(factors, rate.map_or(0, |rate| rate.spare(tail)))
    });
    let worst =
        (0..judged.len()).filter(|&i| failing[i]).max_by(|&a, &b| order(&ratios[a], &ratios[b]).then(b.cmp(&a)));
    let witness = worst.map(|i| Witness {
        draw: judged[i].number,
        iterate: judged[i].iterate,
        measured: ladders[i][0],
        bound: ladders[i][ladders[i].len() - 1],
        breaks_at: ladders[i]
            .windows(2)
            .zip(claim.rungs(mode).skip(1))
            .find(|(w, _)| exceeds(w[0], w[1], judged[i]))
            .map_or_else(String::new, |(_, rung)| rung.formula.to_owned()),
    });
    Judgement {
        verdict,
        draws: judged.len(),
        vacuous_draws,
        needed,
        ratio: Range::of(ratios),
        rate,
        ladder: ladder(claim, mode, &judged, &ladders, line),
        unmet,
        witness,
    }
}

/// Each line over the one before, 1 for the first.
fn steps(values: &[f64]) -> impl Iterator<Item = f64> {
    std::iter::once(1.0).chain(values.windows(2).map(|w| if w[0] == 0.0 && w[1] == 0.0 { 1.0 } else { w[1] / w[0] }))
}

fn ladder(claim: &Claim, mode: Mode, judged: &[&Draw], ladders: &[Vec<f64>], line: Rounding) -> Vec<Step> {
    let table: Vec<Vec<f64>> = ladders.iter().map(|values| steps(values).collect()).collect();
    claim
        .rungs(mode)
        .enumerate()
        .filter_map(|(k, rung)| {
            let range = Range::of(table.iter().map(|row| row[k]).collect())?;
            let broken = |values: &[f64], draw: &Draw| k > 0 && exceeds(values[k - 1], values[k], line, draw);
            let broken = ladders.iter().zip(judged).filter(|(values, draw)| broken(values, draw)).count();
            let (formula, by) = (rung.formula.to_owned(), rung.by.to_owned());
            Some(Step { formula, by, min: range.min, median: range.median, broken })
        })
        .collect()
}

/// Whether one line of a ladder is above the next by more than rounding. What is not a finite number, or a bound below
/// zero on what is a norm, shows nothing and so counts as above.
fn exceeds(lower: f64, upper: f64, line: Rounding, draw: &Draw) -> bool {
    let slack = draw.slack(line, lower);
    let within = lower.is_finite() && lower <= upper * (1.0 + draw.rounding()) + slack && upper >= 0.0;
    !within
}

/// The smallest factor of the bound `upper` that `lower` is not above by more than rounding; infinite where none is.
fn needed(lower: f64, upper: f64, line: Rounding, draw: &Draw) -> f64 {
    let over = lower - draw.slack(line, lower);
    match (over <= 0.0, upper > 0.0 && over.is_finite()) {
        (true, _) if upper >= 0.0 => 0.0,
        (false, true) => over / (upper * (1.0 + draw.rounding())),
        _ => f64::INFINITY,
    }
}

/// The smallest number that no more than `spare` of these are above.
fn above_all_but(mut factors: Vec<f64>, spare: u64) -> f64 {
    factors.sort_by(|a, b| order(b, a));
    factors.get(spare as usize).copied().unwrap_or(0.0)
}

fn ratio(measured: f64, bound: f64) -> f64 {
    match (measured == 0.0, bound < 0.0) {
        (_, true) => f64::INFINITY,
        (true, false) if bound == 0.0 => 0.0,
        _ => measured / bound,
    }
}

impl Rate {
    /// The exact (Clopper-Pearson) interval that leaves `tail` on each side.
    #[must_use]
    pub fn new(failures: u64, draws: u64, tail: f64, delta: f64) -> Self {
        let (k, n) = (failures as f64, draws as f64);
        // P[X >= k] at p is I_p(k, n - k + 1), increasing in p. Closed forms at the ends; bisection between them,
        // because the library's own inverse does not always return for tiny probabilities.
        let lower = match failures {
            0 => 0.0,
            _ if failures == draws => tail.powf(1.0 / n),
            _ => bisect(|p| beta_reg(k, n - k + 1.0, p) >= tail),
        };
        let upper = match failures {
            0 => 1.0 - tail.powf(1.0 / n),
            _ if failures == draws => 1.0,
            _ => bisect(|p| beta_reg(k + 1.0, n - k, p) >= 1.0 - tail),
        };
        Self { failures, draws, lower, upper, delta }
    }

    /// How many of as many draws could have failed and delta still be above the upper limit.
    fn spare(&self, tail: f64) -> u64 {
        let confirmed = |failures| Self::new(failures, self.draws, tail, self.delta).verdict() == Verdict::Confirmed;
        let (mut low, mut high) = (self.failures, self.draws);
        while high - low > 1 {
            let middle = u64::midpoint(low, high);
            if confirmed(middle) { low = middle } else { high = middle }
        }
        low
    }

    /// Where delta lies: confirmed, refuted or inconclusive.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.upper <= self.delta, self.lower > self.delta) {
            (true, _) => Verdict::Confirmed,
            (_, true) => Verdict::Refuted,
            (false, false) => Verdict::Inconclusive,
        }
    }
}

/// The point of (0, 1) where a monotone condition becomes true.
fn bisect(reached: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if reached(middle) { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Premise, Reading, Rung};
    use crate::testing::draw;

    /// A claim whose measured side is eta_local and whose bound is 1.
    const TOY: Claim = Claim {
        id: "lemma-0",
        title: "",
        reading: Reading::Printed,
        variant: "",
        says: "",
        because: "",
        modes: &[Mode::APosteriori, Mode::APriori],
        applies: |_| true,
        independent: false,
        given: &[Premise { says: "tau is 1 or more", holds: |at| at.draw.sketch.tau >= 1.0 }],
        ladder: &[
            Rung::new("x", "", |at| at.draw.sketch.eta_local),
            Rung::new("2x", "twice", |at| 2.0 * at.draw.sketch.eta_local),
            Rung::new("1", "one", |_| 1.0),
        ],
    };

    fn draws(values: &[f64]) -> Vec<Draw> {
        values
            .iter()
            .map(|&value| {
                let mut draw = draw();
                draw.sketch.eta_local = value;
                draw
            })
            .collect()
    }

    #[test]
    fn one_violation_refutes_a_posteriori_and_names_the_broken_step() {
        let good = judge(&TOY, Mode::APosteriori, &draws(&[0.1, 0.4]), 0.01, 1.0);
        assert_eq!((good.verdict, good.draws), (Verdict::Holds, 2));
        assert_eq!(good.ratio, Some(Range { min: 0.1, median: 0.1, max: 0.4 }));
        assert!(good.witness.is_none());
        let bad = judge(&TOY, Mode::APosteriori, &draws(&[0.1, 1.5, 0.2]), 0.01, 1.0);
        assert_eq!(bad.verdict, Verdict::Violated);
        let witness = bad.witness.unwrap();
        assert_eq!((witness.measured, witness.bound, witness.breaks_at.as_str()), (1.5, 1.0, "1"));
        assert_eq!(bad.ladder.iter().map(|step| step.broken).collect::<Vec<_>>(), vec![0, 0, 1]);
    }

    #[test]
    fn what_a_bound_needs_is_exact_on_both_sides() {
        let values = [0.1, 0.4, 0.25, 0.3];
        let after = |mode, factor: f64, n: usize| {
            let values: Vec<f64> = values.iter().copied().cycle().take(n).collect();
            judge(&TOY, mode, &draws(&values), 0.025, factor)
        };
        let posterior = after(Mode::APosteriori, 1.0, 4).needed.unwrap();
        assert!((posterior / 0.4 - 1.0).abs() < 1e-6, "the largest ratio, but for rounding: {posterior}");
        // Fewer than a quarter of the draws may fail, and a quarter has each value, so the largest decides.
        let prior = after(Mode::APriori, 1.0, 400).needed.unwrap();
        assert!((prior / 0.4 - 1.0).abs() < 1e-6, "{prior}");
        for (mode, needed, n) in [(Mode::APosteriori, posterior, 4), (Mode::APriori, prior, 400)] {
            assert!(after(mode, needed * (1.0 + 1e-12), n).verdict.approves());
            assert!(!after(mode, needed * (1.0 - 1e-12), n).verdict.approves());
        }
        // One draw in a hundred is as large as it can be: the bound could be lower than that.
        let mut rare = vec![0.1; 400];
        rare[..4].fill(0.9);
        let needed = judge(&TOY, Mode::APriori, &draws(&rare), 0.025, 1.0).needed.unwrap();
        assert!((needed / 0.1 - 1.0).abs() < 1e-6, "{needed}");
        assert_eq!(judge(&TOY, Mode::APriori, &draws(&rare), 0.025, needed * 1.000_001).verdict, Verdict::Confirmed);
        let below = judge(&TOY, Mode::APriori, &draws(&rare), 0.025, needed * 0.999_999);
        assert_eq!((below.verdict, below.needed), (Verdict::Refuted, None));
        // A draw that is not a number fails whatever the bound is.
        rare[10] = f64::NAN;
        assert!(judge(&TOY, Mode::APriori, &draws(&rare), 0.025, 1.0).needed.unwrap() < 0.11);
        assert!(judge(&TOY, Mode::APosteriori, &draws(&[f64::NAN]), 0.025, 1.0).needed.is_none());
        assert_eq!(judge(&TOY, Mode::APosteriori, &draws(&[0.0]), 0.025, 1.0).needed, Some(0.0));
    }

    #[test]
    fn spare_failures_are_the_most_that_are_still_confirmed() {
        for draws in [36, 60, 200, 400] {
            let spare = Rate::new(0, draws, 0.025, 0.1).spare(0.025);
            assert_eq!(Rate::new(spare, draws, 0.025, 0.1).verdict(), Verdict::Confirmed);
            assert_ne!(Rate::new(spare + 1, draws, 0.025, 0.1).verdict(), Verdict::Confirmed);
        }
    }

    #[test]
    fn a_negative_bound_has_an_infinite_ratio() {
        for (measured, bound) in [(1.0, -1.0), (0.0, -1.0), (0.5, -1e-300), (0.0, f64::NEG_INFINITY)] {
            let judgement = judge_with(&TOY, Mode::APosteriori, &draws(&[measured]), 0.01, &|_, _| bound);
            assert_eq!((judgement.verdict, judgement.ratio.unwrap().max), (Verdict::Violated, f64::INFINITY));
        }
        assert_eq!(ratio(0.0, 0.0), 0.0);
    }

    #[test]
    fn what_is_within_rounding_of_a_bound_of_zero_has_no_ratio_and_what_is_not_an_infinite_one() {
        const LINE: Claim =
            Claim { ladder: &[Rung::gap("x", |at| at.draw.sketch.eta_local), Rung::new("0", "", |_| 0.0)], ..TOY };
        let slack = draw().slack(Rounding::Square, 0.0);
        for (measured, verdict, ratio) in
            [(0.5 * slack, Verdict::Holds, 0.0), (1e3 * slack, Verdict::Violated, f64::INFINITY)]
        {
            let judgement = judge(&LINE, Mode::APosteriori, &draws(&[measured]), 0.01, 1.0);
            assert_eq!((judgement.verdict, judgement.ratio.unwrap().max), (verdict, ratio));
        }
    }

    #[test]
    fn rounding_excuses_what_is_above_by_less_and_nothing_more() {
        let rounding = draw().rounding();
        for (above, verdict) in [(-0.5, Verdict::Holds), (0.5, Verdict::Holds), (1.5, Verdict::Violated)] {
            let value = 1.0 + above * rounding;
            assert_eq!(judge(&TOY, Mode::APosteriori, &draws(&[value]), 0.01, 1.0).verdict, verdict, "{above}");
        }
    }

    #[test]
    fn limits_at_delta_itself_confirm_from_above_and_do_not_refute_from_below() {
        let at = |lower, upper| Rate { failures: 1, draws: 9, lower, upper, delta: 0.1 }.verdict();
        assert_eq!([at(0.0, 0.1), at(0.1, 0.4)], [Verdict::Confirmed, Verdict::Inconclusive]);
        assert_eq!([at(0.0, 0.1 + 1e-16), at(0.1 + 1e-16, 0.4)], [Verdict::Inconclusive, Verdict::Refuted]);
    }

    #[test]
    fn a_statement_about_independent_draws_is_not_applicable_to_a_partition() {
        let claim = Claim { independent: true, ..TOY };
        let mut dealt = draws(&[0.5, 7.0]);
        for mode in [Mode::APosteriori, Mode::APriori] {
            assert!(judge(&claim, mode, &dealt, 0.01, 1.0).verdict.judged());
        }
        dealt.iter_mut().for_each(|draw| draw.sharding = comrade::shard::Sharding::Partition);
        for mode in [Mode::APosteriori, Mode::APriori] {
            let judgement = judge(&claim, mode, &dealt, 0.01, 1.0);
            assert_eq!((judgement.verdict, judgement.draws, judgement.ratio), (Verdict::NotApplicable, 0, None));
            assert!(!judgement.verdict.approves() && !judgement.verdict.judged());
        }
        assert_eq!(judge(&claim, Mode::APosteriori, &[], 0.01, 1.0).verdict, Verdict::Vacuous);
    }

    #[test]
    fn a_shrunk_bound_is_violated_and_not_a_number_never_holds() {
        assert_eq!(judge(&TOY, Mode::APosteriori, &draws(&[0.5]), 0.01, 0.4).verdict, Verdict::Violated);
        assert_eq!(judge(&TOY, Mode::APosteriori, &draws(&[f64::NAN]), 0.01, 1.0).verdict, Verdict::Violated);
    }

    #[test]
    fn a_broken_premise_is_vacuous_on_those_draws_and_vacuous_never_holds() {
        let mut some = draws(&[0.5, 7.0]);
        some[1].sketch.tau = 0.5;
        let mixed = judge(&TOY, Mode::APosteriori, &some, 0.01, 1.0);
        assert_eq!((mixed.verdict, mixed.draws, mixed.vacuous_draws), (Verdict::Holds, 1, 1));
        assert_eq!(mixed.unmet, Some("tau is 1 or more"));
        some[0].sketch.tau = 0.5;
        assert_eq!(judge(&TOY, Mode::APosteriori, &some, 0.01, 1.0).verdict, Verdict::Vacuous);
        assert_eq!(judge(&TOY, Mode::APriori, &some, 0.01, 1.0).verdict, Verdict::Vacuous);
        assert_eq!(judge(&TOY, Mode::APosteriori, &[], 0.01, 1.0).verdict, Verdict::Vacuous);
    }

    #[test]
    fn a_priori_verdicts_follow_the_limits() {
        let verdict = |failures: usize, n: usize| {
            let mut values = vec![0.5; n];
            values[..failures].fill(2.0);
            judge(&TOY, Mode::APriori, &draws(&values), 0.025, 1.0).verdict
        };
        // Without a failure, 1 - 0.025^(1/n) <= 0.1 from n = 36 on.
        assert_eq!(verdict(0, 36), Verdict::Confirmed);
        assert_eq!(verdict(0, 35), Verdict::Inconclusive);
        assert_eq!(verdict(40, 200), Verdict::Refuted);
        assert_eq!(verdict(20, 200), Verdict::Inconclusive);
    }

    #[test]
    fn limits_agree_with_published_tables() {
        // Two-sided 95% limits of a binomial proportion, by SciPy's `binomtest(k, n).proportion_ci(0.95, "exact")`.
        for (k, n, lower, upper) in [
            (1, 10, 0.002_528_578_544_46, 0.445_016_117_028),
            (5, 10, 0.187_086_028_447, 0.812_913_971_553),
            (3, 100, 0.006_229_971_538_31, 0.085_176_052_974_3),
            (50, 1000, 0.037_335_397_604_7, 0.065_390_487_915_5),
        ] {
            let rate = Rate::new(k, n, 0.025, 0.1);
            assert!((rate.lower / lower - 1.0).abs() < 1e-9, "{k}/{n} {}", rate.lower);
            assert!((rate.upper / upper - 1.0).abs() < 1e-9, "{k}/{n} {}", rate.upper);
        }
        let (none, all) = (Rate::new(0, 10, 0.025, 0.1), Rate::new(10, 10, 0.025, 0.1));
        assert!(none.lower == 0.0 && (none.upper - 0.308_497_1).abs() < 1e-6);
        assert!(all.upper == 1.0 && (all.lower - 0.691_502_9).abs() < 1e-6);
    }
}
