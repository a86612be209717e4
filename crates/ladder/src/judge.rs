//! From draws to a verdict; pure.

use crate::claim::{At, Claim, Draw, INDEPENDENT, Mode};
use crate::number;
use crate::range::{Range, order};
use crate::rate::Rate;
use crate::verdict::Verdict;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One line of the proof over all draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProofLine {
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
pub struct WorstDraw {
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

/// The result of judging a claim.
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
    pub ladder: Vec<ProofLine>,
    /// A premise that fails, when some draw is vacuous.
    pub unmet: Option<String>,
    /// When violated.
    pub witness: Option<WorstDraw>,
}

/// For a terminal: the verdict, how close the bound is, and the proof line by line with what each line loses in the median.
impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {} draws", self.verdict.words(self.needed), self.draws)?;
        if let Some(Range { median, max, .. }) = self.ratio {
            write!(f, "; measured/bound {median:.4} in the median, {max:.4} at most")?;
        }
        if let Some(unmet) = &self.unmet {
            write!(f, "; on {} draws it says nothing ({unmet})", self.vacuous_draws)?;
        }
        for (k, ProofLine { formula, by, median, broken, .. }) in self.ladder.iter().enumerate() {
            let factor = if k == 0 { " ".repeat(10) } else { format!("x {median:<8.3}") };
            write!(f, "\n  {factor}{formula}   {by}")?;
            if *broken > 0 {
                write!(f, "; below the line before on {broken} draws")?;
            }
        }
        Ok(())
    }
}

/// Judges a claim on draws. `tail` is the probability left outside each limit of an a-priori interval; every bound is
/// multiplied by `shrink`, which is 1 except where a test asks how much less would do.
#[must_use]
pub fn judge<D: Draw, S>(claim: &Claim<D, S>, mode: Mode, draws: &[D], tail: f64, shrink: f64) -> Judgement {
    judge_with(claim, mode, draws, tail, &|_, bound| bound * shrink)
}

/// The same with another bound: `instead` has the draw and the claim's own bound.
#[must_use]
pub fn judge_with<D: Draw, S>(
    claim: &Claim<D, S>,
    mode: Mode,
    draws: &[D],
    tail: f64,
    instead: &dyn Fn(At<'_, D>, f64) -> f64,
) -> Judgement {
    let at = |draw| At { draw, mode, reading: claim.reading };
    let unmet = draws.iter().find_map(|draw| claim.unmet(at(draw)));
    let judged: Vec<&D> = draws.iter().filter(|draw| claim.unmet(at(draw)).is_none()).collect();
    let vacuous_draws = draws.len() - judged.len();
    let ladders: Vec<Vec<f64>> = judged
        .iter()
        .map(|draw| {
            let mut values: Vec<f64> = claim.rungs(mode).map(|rung| (rung.value)(at(draw))).collect();
            values.last_mut().into_iter().for_each(|bound| *bound = instead(at(draw), *bound));
            values
        })
        .collect();
    let line = claim.rungs(mode).next().and_then(|rung| rung.line);
    let exceeds = |lower: f64, upper: f64, draw: &D| exceeds(lower, upper, line, draw);
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
        .then(|| Rate::new(failures as u64, judged.len() as u64, tail, D::DELTA));
    let verdict = match (judged.is_empty(), rate) {
        (true, _) if unmet == Some(INDEPENDENT) => Verdict::NotApplicable,
        (true, _) => Verdict::Vacuous,
        (false, None) if failures == 0 => Verdict::Holds,
        (false, None) => Verdict::Violated,
        (false, Some(rate)) => rate.verdict(),
    };
    let needed = verdict.approves().then(|| {
        let ends = ladders.iter().zip(&judged);
        let factors = ends.map(|(values, &draw)| needed(values[0], values[values.len() - 1], line, draw)).collect();
        above_all_but(factors, rate.map_or(0, |rate| rate.spare(tail)))
    });
    let worst =
        (0..judged.len()).filter(|&i| failing[i]).max_by(|&a, &b| order(&ratios[a], &ratios[b]).then(b.cmp(&a)));
    let witness = worst.map(|i| WorstDraw {
        draw: judged[i].number(),
        iterate: judged[i].iterate(),
        measured: ladders[i][0],
        bound: ladders[i][ladders[i].len() - 1],
        breaks_at: ladders[i]
            .windows(2)
            .zip(claim.rungs(mode).skip(1))
            .find(|(w, _)| exceeds(w[0], w[1], judged[i]))
            .map_or_else(String::new, |(_, rung)| rung.formula.to_string()),
    });
    Judgement {
        verdict,
        draws: judged.len(),
        vacuous_draws,
        needed,
        ratio: Range::of(ratios),
        rate,
        ladder: ladder(claim, mode, &judged, &ladders, line),
        unmet: unmet.map(str::to_owned),
        witness,
    }
}

/// Each line over the one before, 1 for the first.
fn steps(values: &[f64]) -> impl Iterator<Item = f64> {
    std::iter::once(1.0).chain(values.windows(2).map(|w| if w[0] == 0.0 && w[1] == 0.0 { 1.0 } else { w[1] / w[0] }))
}

fn ladder<D: Draw, S>(
    claim: &Claim<D, S>,
    mode: Mode,
    judged: &[&D],
    ladders: &[Vec<f64>],
    line: Option<D::Line>,
) -> Vec<ProofLine> {
    let table: Vec<Vec<f64>> = ladders.iter().map(|values| steps(values).collect()).collect();
    claim
        .rungs(mode)
        .enumerate()
        .filter_map(|(k, rung)| {
            let range = Range::of(table.iter().map(|row| row[k]).collect())?;
            let broken = |values: &[f64], draw: &D| k > 0 && exceeds(values[k - 1], values[k], line, draw);
            let broken = ladders.iter().zip(judged).filter(|(values, draw)| broken(values, draw)).count();
            let (formula, by) = (rung.formula.to_string(), rung.by.to_string());
            Some(ProofLine { formula, by, min: range.min, median: range.median, broken })
        })
        .collect()
}

/// A bound on the absolute rounding error of a first line with this value.
fn slack<D: Draw>(value: f64, line: Option<D::Line>, draw: &D) -> f64 {
    line.map_or(0.0, |line| draw.slack(line, value))
}

/// Whether one line of a ladder is above the next by more than rounding. What is not a finite number, or a bound below
/// zero on what is a norm, shows nothing and so counts as above.
fn exceeds<D: Draw>(lower: f64, upper: f64, line: Option<D::Line>, draw: &D) -> bool {
    let slack = slack(lower, line, draw);
    let within = lower.is_finite() && lower <= upper * (1.0 + draw.rounding()) + slack && upper >= 0.0;
    !within
}

/// The smallest factor of the bound `upper` that `lower` is not above by more than rounding; infinite where none is.
fn needed<D: Draw>(lower: f64, upper: f64, line: Option<D::Line>, draw: &D) -> f64 {
    let over = lower - slack(lower, line, draw);
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

#[cfg(test)]
mod tests;
