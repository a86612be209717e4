//! How often the events of Lemmas 1 to 3 fail, over delta, s and m, with exact limits.

use super::quantile::Quantile;
use super::{Effort, RULES, Rule, StudyError, Subject, even, heavy};
use crate::claim::Reading;
use crate::oracle::landscape::{Ground, Landscape};
use crate::run::{Draw, independent, lower_mean};
use comrade::shard::{Sharding, sample};
use comrade::stream::{Purpose, Seed};
use ladder::{Draw as _, Key, Mode, Range, Rate, Verdict};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

const RATES: Purpose = Purpose::new("rates");

/// n of both data sets.
const ROWS: usize = 20_000;

/// The allowed failure probabilities that each bound is tried at.
pub const DELTAS: [f64; 3] = [0.3, 0.1, 0.03];

/// (scheme, m, s): with replacement every pair of three m and three s; as a partition s = n/m.
const DEALS: [(Sharding, usize, usize); 11] = [
    (Sharding::WithReplacement, 1, 250),
    (Sharding::WithReplacement, 1, 1000),
    (Sharding::WithReplacement, 1, 4000),
    (Sharding::WithReplacement, 4, 250),
    (Sharding::WithReplacement, 4, 1000),
    (Sharding::WithReplacement, 4, 4000),
    (Sharding::WithReplacement, 20, 250),
    (Sharding::WithReplacement, 20, 1000),
    (Sharding::WithReplacement, 20, 4000),
    (Sharding::Partition, 4, 5000),
    (Sharding::Partition, 20, 1000),
];

/// One bound at one delta on one way of dealing shards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// `lemma-1`, `lemma-2` or `lemma-3`.
    pub id: String,
    /// Whose constants.
    pub reading: Reading,
    /// As that of a claim: `ridge` for the spectral form of Lemma 2.
    pub variant: String,
    /// The bound, in symbols.
    pub says: String,
    /// The data set.
    pub data: String,
    /// How samples are dealt.
    pub sharding: Sharding,
    /// m.
    pub workers: usize,
    /// s.
    pub shard: usize,
    /// The failure probability that the bound allows.
    pub delta: f64,
    /// Confirmed, refuted, inconclusive; vacuous where the bound says nothing, not applicable where it is not about such draws.
    pub verdict: Verdict,
    /// What was recorded; none for a run with other draws than the recorded ones.
    pub expected: Option<Verdict>,
    /// Failures over draws with exact limits; `None` where nothing is judged.
    pub rate: Option<Rate>,
    /// Measured over bound.
    pub ratio: Option<Range>,
    /// The share of the bound that would do: the (1 - delta)-quantile of measured over bound.
    pub needed: Option<Quantile>,
}

impl Cell {
    /// Where it was measured, in one word.
    #[must_use]
    pub fn place(&self) -> String {
        let scheme = match self.sharding {
            Sharding::WithReplacement => "replaced",
            Sharding::Partition => "dealt",
        };
        format!("{}/{scheme}/m={}/s={}/delta={}", self.data, self.workers, self.shard, self.delta)
    }

    /// What was judged, and where: at this [`Cell::place`].
    #[must_use]
    pub fn key<'a>(&'a self, place: &'a str) -> Key<'a> {
        Key { id: &self.id, reading: self.reading, variant: &self.variant, mode: Mode::APriori, scenario: place }
    }
}

pub(super) fn draws(effort: &Effort) -> u64 {
    2 * DEALS.len() as u64 * effort.rates
}

/// Cells whose limits hold together.
#[must_use]
pub fn comparisons() -> usize {
    2 * DEALS.len() * DELTAS.len() * RULES.len()
}

pub(super) fn measure(
    effort: &Effort,
    seed: Seed,
    family_error: f64,
    tick: &(dyn Fn() + Sync),
) -> Result<Vec<Cell>, StudyError> {
    let tail = family_error / (2.0 * comparisons() as f64);
    let mut cells = Vec::new();
    for (k, subject) in [even(ROWS, seed)?, heavy(ROWS, 3.0, seed)?].iter().enumerate() {
        let ground = Ground::new(&subject.dataset, subject.loss, subject.lambda)?;
        let at = Landscape::new(&ground, &subject.iterate()?)?;
        for (c, &deal) in DEALS.iter().enumerate() {
            let seed = seed.child(RATES, (k * DEALS.len() + c) as u64);
            let draws = deals(&at, deal, effort.rates, seed, tick)?;
            for delta in DELTAS {
                cells.extend(RULES.iter().map(|rule| cell(rule, subject, deal, delta, &draws, tail)));
            }
        }
    }
    Ok(cells)
}

fn deals(
    at: &Landscape<'_>,
    (sharding, workers, size): (Sharding, usize, usize),
    count: u64,
    seed: Seed,
    tick: &(dyn Fn() + Sync),
) -> Result<Vec<Draw>, StudyError> {
    let mut draws: Vec<Draw> = (0..count)
        .into_par_iter()
        .map(|number| {
            let seed = seed.child(RATES, number);
            let shards = match sharding {
                Sharding::WithReplacement => sample(ROWS, workers, size, seed),
                Sharding::Partition => sharding.deal(ROWS, workers, seed).map_err(crate::run::RunError::from)?,
            };
            let draw = Draw::of_shards(at, &shards, sharding, (number, 1))?;
            tick();
            Ok(draw)
        })
        .collect::<Result<_, StudyError>>()?;
    let expected = lower_mean(draws.iter().map(|draw| draw.sketch.first_deviation));
    draws.iter_mut().for_each(|draw| draw.expected_deviation = Some(expected));
    Ok(draws)
}

fn cell(
    rule: &Rule,
    subject: &Subject,
    (sharding, workers, shard): (Sharding, usize, usize),
    delta: f64,
    draws: &[Draw],
    tail: f64,
) -> Cell {
    // The bound is fixed by the iterate, so it says nothing on all draws or on none. What is printed is about independent draws.
    let speaks = rule.reading != Reading::Printed || independent(sharding);
    let ratios: Option<Vec<f64>> = draws.iter().map(|draw| rule.ratio(draw, delta).filter(|_| speaks)).collect();
    let ratio = ratios.clone().and_then(Range::of);
    let fails = |(ratio, draw): (&f64, &Draw)| ratio.is_nan() || *ratio > 1.0 + draw.rounding();
    let failures = ratios.as_ref().map(|ratios| ratios.iter().zip(draws).filter(|&pair| fails(pair)).count());
    let rate = failures.map(|failures| Rate::new(failures as u64, draws.len() as u64, tail, delta));
    let silent = if speaks { Verdict::Vacuous } else { Verdict::NotApplicable };
    Cell {
        id: rule.id.into(),
        reading: rule.reading,
        variant: rule.variant.into(),
        says: rule.says.into(),
        data: subject.name.into(),
        sharding,
        workers,
        shard,
        delta,
        verdict: rate.map_or(silent, |rate| rate.verdict()),
        expected: None,
        rate,
        ratio,
        needed: ratios.filter(|ratios| !ratios.is_empty()).map(|ratios| Quantile::of(ratios, 1.0 - delta)),
    }
}
