//! How bad each rule of aggregation really is: kappa by search next to kappa as it is proved.
//!
//! ```text
//! badness(x) = ||F(x) - mean_S||^2 / ((1/|S|) sum over S of ||x_i - mean_S||^2)      kappa = sup of badness over x and S
//! ```
//!
//! The first f of the n vectors lie, and S are all others: a rule that does not look at the order has the same sup for every other
//! S, and one that takes the first of equal ones has its largest sup for this S. `search` finds vectors, `page` and `picture`
//! show what they amount to. A measured kappa is a lower limit, and the vectors that show it are part of the record.
//!
//! **Where the constants were read.** The table is that of Allouah, Farhadkhani, Guerraoui, Gupta, Pinot and Stephan, *Fixing by
//! Mixing*, AISTATS 2023 (arXiv 2302.01772), whose full text was not at hand: the constants of trimmed mean, both medians and Krum
//! were read in a public manuscript that tabulates them "as collected by Allouah et al. 2023", and of mixing in the issue that asked
//! for this. Each is proved again, in a few lines, at the top of the rule's file in `crates/comrade/src/aggregate`. For Multi-Krum
//! with n - f vectors no published constant was read: the proof of Krum's gives the same one.

pub mod page;
pub mod picture;
mod search;

use comrade::aggregate::{Aggregator, Fusion, NormTrimmedMean, Robust, TrimFraction};
use comrade::protocol::Reply;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::record::Run;

/// A rule and its name in tables and pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedRule {
    /// As it is spelled for `--rule`.
    pub name: &'static str,
    /// F.
    pub fusion: Fusion,
    /// Whether vectors are mixed first.
    pub mixing: bool,
}

const fn contender(name: &'static str, fusion: Fusion, mixing: bool) -> NamedRule {
    NamedRule { name, fusion, mixing }
}

/// All of them; each F is followed by itself after mixing.
pub const CONTENDERS: [NamedRule; 10] = [
    contender("trimmed-mean", Fusion::TrimmedMean, false),
    contender("nnm:trimmed-mean", Fusion::TrimmedMean, true),
    contender("median", Fusion::Median, false),
    contender("nnm:median", Fusion::Median, true),
    contender("geometric-median", Fusion::GeometricMedian, false),
    contender("nnm:geometric-median", Fusion::GeometricMedian, true),
    contender("krum", Fusion::Krum, false),
    contender("nnm:krum", Fusion::Krum, true),
    contender("multi-krum", Fusion::MultiKrum, false),
    contender("nnm:multi-krum", Fusion::MultiKrum, true),
];

/// (n, f).
pub const SIZES: [(usize, usize); 11] =
    [(5, 1), (5, 2), (10, 1), (10, 2), (10, 3), (10, 4), (20, 2), (20, 4), (20, 6), (20, 8), (20, 9)];

/// How much the members of S differ in the instances that norm trimming fails on.
pub const SPREADS: [f64; 3] = [1e-1, 1e-3, 1e-5];

impl NamedRule {
    /// F for f of n vectors; `None` where no share of n is f.
    pub(crate) fn rule(self, n: usize, f: usize) -> Option<Robust> {
        let beta = TrimFraction::new(f as f64 / n as f64).ok().filter(|beta| beta.trimmed(n) == f)?;
        Some(Robust { beta, fusion: self.fusion, mixing: self.mixing })
    }

    /// kappa as it is proved.
    #[must_use]
    pub fn proved(self, n: usize, f: usize) -> f64 {
        let share = least(n, f);
        let alone = match self.fusion {
            Fusion::TrimmedMean => 6.0 * share * (1.0 + share),
            Fusion::Median | Fusion::GeometricMedian => 4.0 * (1.0 + share).powi(2),
            Fusion::Krum | Fusion::MultiKrum => 6.0 * (1.0 + share),
        };
        if self.mixing { 8.0 * f as f64 / (n - f) as f64 * (1.0 + alone) } else { alone }
    }
}

/// f / (n - 2 f): no rule has a smaller kappa. Of n - f zeros and f ones a rule must answer 0, as the zeros may be S; with S the f
/// ones and n - 2 f of the zeros that is off by f / (n - f).
#[must_use]
pub fn least(n: usize, f: usize) -> f64 {
    f as f64 / (n as f64 - 2.0 * f as f64)
}

/// Everything that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kappa {
    /// How it was found.
    pub run: Run,
    /// Steps of the search from each start.
    pub steps: u32,
    /// One for each rule and size.
    pub rows: Vec<KappaRow>,
    /// Norm trimming, which has no kappa: its badness by n, f and how much the members of S differ.
    pub norm: Vec<Unbounded>,
}

/// A rule at one n and f.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KappaRow {
    /// As it is spelled.
    pub rule: String,
    /// n.
    pub n: usize,
    /// f.
    pub f: usize,
    /// The largest badness that was found.
    pub measured: f64,
    /// kappa as it is proved.
    pub proved: f64,
    /// What the search started from.
    pub start: String,
    /// The vectors, the liars first, with blanks between coordinates.
    pub vectors: Vec<String>,
}

/// Norm trimming where S are n - f numbers of mean 1 and deviation `spread`, and all liars send 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unbounded {
    /// n.
    pub n: usize,
    /// f.
    pub f: usize,
    /// The deviation of S.
    pub spread: f64,
    /// The badness.
    pub measured: f64,
}

/// S varies by at least so much of the largest number: rounding, which is some n eps of that, then has no part in eight digits.
pub(crate) const VARIES: f64 = 1e-6;

/// ||F(x) - mean_S||^2 over the mean of ||x_i - mean_S||^2, where S is all but the first f; `None` where S does not vary, or vectors
/// are not of one length, or F has no answer.
fn badness(rule: &dyn Aggregator, x: &[Vec<f64>], f: usize) -> Option<f64> {
    let d = x.first()?.len();
    let honest = x.get(f..).filter(|honest| !honest.is_empty() && x.iter().all(|v| v.len() == d))?;
    let count = honest.len() as f64;
    let mean: Vec<f64> = (0..d).map(|k| honest.iter().map(|v| v[k]).sum::<f64>() / count).collect();
    let square = |v: &[f64]| v.iter().zip(&mean).map(|(v, mean)| (v - mean).powi(2)).sum::<f64>();
    let spread = honest.iter().map(|v| square(v)).sum::<f64>() / count;
    let largest = x.iter().flatten().fold(0.0, |most: f64, x| most.max(x.abs()));
    if spread.sqrt() <= VARIES * largest {
        return None;
    }
    let replies: Vec<Reply> = x.iter().cloned().map(Ok).collect();
    let made = rule.aggregate(&replies, d).ok()?;
    Some(square(&made.vector) / spread).filter(|ratio| ratio.is_finite())
}

impl KappaRow {
    /// The badness of its vectors, computed again; none if they are none.
    fn again(&self) -> Option<f64> {
        let contender = CONTENDERS.iter().find(|each| each.name == self.rule)?;
        let numbers = |text: &String| text.split(' ').map(|x| x.parse().ok()).collect::<Option<Vec<f64>>>();
        let x = self.vectors.iter().map(numbers).collect::<Option<Vec<_>>>()?;
        let rule = contender.rule(self.n, self.f)?;
        Some(x).filter(|x| x.len() == self.n).and_then(|x| badness(&rule, &x, self.f))
    }
}

/// What norm trimming makes of its instance.
fn unbounded(n: usize, f: usize, spread: f64) -> Option<Unbounded> {
    let honest = n - f;
    // As many above 1 as below it, and one at 1 if their number is odd.
    let pairs = honest / 2;
    let gap = spread * (honest as f64 / (2 * pairs) as f64).sqrt();
    let place = |i: usize| match i {
        i if i < f => 0.0,
        i if i < f + pairs => 1.0 + gap,
        i if i < f + 2 * pairs => 1.0 - gap,
        _ => 1.0,
    };
    let x: Vec<Vec<f64>> = (0..n).map(|i| vec![place(i)]).collect();
    let rule = NormTrimmedMean { beta: TrimFraction::new(f as f64 / n as f64).ok()? };
    Some(Unbounded { n, f, spread, measured: badness(&rule, &x, f)? })
}

impl Kappa {
    /// Searches with this many steps from each start; `tick` is called after each row.
    #[must_use]
    pub fn search(steps: u32, processor: String, tick: &(dyn Fn() + Sync)) -> Self {
        let all: Vec<(NamedRule, (usize, usize))> =
            SIZES.iter().flat_map(|&size| CONTENDERS.iter().map(move |&each| (each, size))).collect();
        let row = |&(contender, (n, f)): &(NamedRule, (usize, usize))| {
            let found = search::worst(contender, n, f, steps)?;
            tick();
            let proved = contender.proved(n, f);
            let search::Found { measured, start, vectors } = found;
            Some(KappaRow { rule: contender.name.into(), n, f, measured, proved, start: start.into(), vectors })
        };
        let rows = all.par_iter().filter_map(row).collect();
        let norm = SIZES.iter().flat_map(|&(n, f)| SPREADS.iter().filter_map(move |&spread| unbounded(n, f, spread)));
        Self { run: Run { version: env!("CARGO_PKG_VERSION").into(), processor }, steps, rows, norm: norm.collect() }
    }

    /// What is wrong with it: rows that are missing, vectors that no longer show what they did, a rule that is worse than is proved,
    /// or a search that has not even found what every rule must suffer.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = vec![];
        for (n, f) in SIZES {
            for contender in CONTENDERS {
                let place = format!("{}, n = {n}, f = {f}", contender.name);
                let Some(row) = self.rows.iter().find(|row| row.rule == contender.name && (row.n, row.f) == (n, f))
                else {
                    faults.push(format!("{place}: missing"));
                    continue;
                };
                let (proved, least) = (contender.proved(n, f), least(n, f));
                match row.again() {
                    Some(again) if (again - row.measured).abs() <= 1e-6 * row.measured => {}
                    again => faults.push(format!("{place}: {} recorded, {again:?} now", row.measured)),
                }
                if (row.proved - proved).abs() > 1e-12 * proved {
                    faults.push(format!("{place}: kappa is {proved}, not {}", row.proved));
                }
                if row.measured > proved * (1.0 + 1e-9) {
                    faults.push(format!("{place}: {} is worse than the proved {proved}", row.measured));
                }
                if row.measured < least * (1.0 - 1e-6) {
                    faults.push(format!("{place}: only {} found, and no rule is better than {least}", row.measured));
                }
            }
        }
        for held in &self.norm {
            let again = unbounded(held.n, held.f, held.spread);
            if !again.is_some_and(|again| (again.measured - held.measured).abs() <= 1e-6 * held.measured) {
                faults.push(format!("norm trimming, n = {}, f = {}: {} recorded", held.n, held.f, held.measured));
            }
        }
        faults
    }

    /// A rule's row.
    #[must_use]
    pub fn row(&self, rule: &str, n: usize, f: usize) -> Option<&KappaRow> {
        self.rows.iter().find(|row| row.rule == rule && (row.n, row.f) == (n, f))
    }
}

#[cfg(test)]
mod tests;
