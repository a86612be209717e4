//! How far from the minimiser liars keep each method: every attack on every method, by the share of workers that lie.
//!
//! A floor is f(w) - f* of what a training run returns, where f is that of the honest workers: the first round(alpha m) lie, and
//! beta = alpha is trimmed. Of several ways to deal the samples the largest counts. [`page`] and [`picture`] show it.

pub mod page;
pub mod picture;

use comrade::aggregate::TrimFraction;
use comrade::data::Dataset;
use comrade::gradient_descent::safe_step;
use comrade::method::{Limits, Method, Options, Outcome, Progress, Rule, State, solve};
use comrade::objective::Objective;
use comrade::simulation::Simulation;
use comrade::{loss::Loss, newton, shard::Sharding, stream::Seed};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::ops::ControlFlow;

use super::record::Run;
use crate::data::{Material, Provenance};

/// lambda.
pub const LAMBDA: f64 = 1e-3;
/// m.
pub const WORKERS: usize = 20;
/// The shares of workers that lie.
pub const ALPHAS: [f64; 3] = [0.1, 0.2, 0.3];
/// The share whose first seed a check plays again.
pub const CHECKED: f64 = 0.2;
/// ||g|| relative to ||g(0)|| at which a training run may say that it is done.
const TOLERANCE: f64 = 1e-8;
/// ||g(w*)|| relative to ||g(0)||, at most.
const EXACT: f64 = 1e-12;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contender {
    /// Its name in tables and pictures.
    pub name: &'static str,
    /// How the center proceeds.
    method: Method,
    /// How it takes messages together.
    rule: Rule,
    /// Rounds at most.
    rounds: u64,
}

const fn contender(name: &'static str, method: Method, rule: Rule, rounds: u64) -> Contender {
    Contender { name, method, rule, rounds }
}

/// All of them, in the order of the tables.
pub const CONTENDERS: [Contender; 7] = [
    contender("COMRADE, as published", Method::Comrade, Rule::Published, 60),
    contender("COMRADE, norms in B", Method::Comrade, Rule::Norm, 60),
    contender("COMRADE, mixing", Method::Comrade, Rule::Mixing, 60),
    contender("lazy Newton, filter", Method::LazyNewton, Rule::Filter, 60),
    contender("lazy Newton, mixing", Method::LazyNewton, Rule::Mixing, 60),
    contender("lazy Newton, norms in B", Method::LazyNewton, Rule::Norm, 60),
    contender("gradient descent", Method::GradientDescent, Rule::Published, 500),
];

/// What nobody's lie is called.
pub const HONEST: &str = "nobody lies";

/// What liars do, as [`comrade::attack::parse`] reads it; `{beta}` becomes what is trimmed.
pub const ATTACKS: [&str; 32] = [
    HONEST,
    "gaussian:1",
    "gaussian:0.01",
    "random-label",
    "flipped-label",
    "negative:1",
    "negative:0.3",
    "scaled:0",
    "scaled:3",
    "alie:1",
    "alie:0.5",
    "alie:2",
    "ipm:0.5",
    "ipm:0.1",
    "mimic",
    "min-max",
    "min-max:towards",
    "min-max:away",
    "norm-shadow:{beta}",
    "gradient:alie:1",
    "gradient:ipm:0.1",
    "value:scaled:0.5",
    "value:scaled:2",
    "value:alie:1",
    "rejected:scaled:0.5",
    "rejected:min-max:away",
    "hessian:scaled:100",
    "hessian:scaled:0.01",
    "hessian:gaussian:1",
    "hessian:alie:1",
    "hessian:mimic",
    "silent",
];

/// All floors, and what they are of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Floors {
    /// How they were found.
    pub run: Run,
    /// Of the samples.
    pub data: Provenance,
    /// lambda.
    pub lambda: f64,
    /// m.
    pub workers: usize,
    /// Ways to deal the samples.
    pub seeds: u64,
    /// The contenders by name, and the rounds that each may take.
    pub contenders: Vec<(String, u64)>,
    /// One for each alpha.
    pub blocks: Vec<Block>,
}

/// The floors where this share of the workers lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// alpha = beta.
    pub alpha: f64,
    /// One for each attack.
    pub rows: Vec<FloorRow>,
}

/// The floors of all contenders under one attack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FloorRow {
    /// As it is spelled.
    pub attack: String,
    /// By contender, then by seed.
    pub floors: Vec<Vec<f64>>,
}

impl FloorRow {
    /// The largest over the seeds, of one contender.
    #[must_use]
    pub fn floor(&self, contender: usize) -> f64 {
        self.floors.get(contender).into_iter().flatten().copied().fold(0.0, f64::max)
    }
}

impl Block {
    /// The largest floor of a contender and the attack that brings it about; none without rows.
    #[must_use]
    pub fn worst(&self, contender: usize) -> Option<(f64, &str)> {
        let all = self.rows.iter().map(|row| (row.floor(contender), row.attack.as_str()));
        all.max_by(|a, b| a.0.total_cmp(&b.0))
    }
}

/// The samples of a seed as they are dealt, and f* over those of the honest.
struct Deal {
    shards: Vec<Vec<usize>>,
    honest: Dataset,
    minimum: f64,
    safe_step: f64,
}

impl Deal {
    fn new(data: &Dataset, liars: usize, seed: u64) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let shards = Sharding::Partition.deal(data.rows(), WORKERS, Seed(seed))?;
        let honest = data.select(&shards[liars..].concat());
        let f = Objective { data: &honest, loss: Loss::Logistic, lambda: LAMBDA };
        let (minimum, safe_step) = (f.value(&newton::minimise(&f, EXACT)?.w), safe_step(&f));
        Ok(Self { shards, honest, minimum, safe_step })
    }

    /// f(w) - f* after a training run of this contender.
    fn floor(
        &self,
        data: &Dataset,
        contender: Contender,
        attack: Option<&str>,
        trim: TrimFraction,
        seed: u64,
    ) -> Result<f64, Box<dyn Error + Send + Sync>> {
        let run = Simulation::dealt(data, self.shards.clone()).lambda(LAMBDA).seed(Seed(seed));
        let mut cluster =
            attack.into_iter().fold(run, |run, attack| run.liars(trim.trimmed(WORKERS), attack)).build()?;
        let mut options = Options::new(LAMBDA, data.intercept);
        (options.trim, options.rule) = (trim, contender.rule);
        if contender.method == Method::GradientDescent {
            options.gamma = self.safe_step;
        }
        let mut state = State::start(contender.method, &cluster, vec![0.0; data.cols()])?;
        let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
        let limits = Limits::new(TOLERANCE, contender.rounds);
        let ended = solve(&mut cluster, &options, &limits, &mut state, &mut watch)?;
        let ControlFlow::Continue(Outcome { w, .. }) = ended else { return Err("nobody ends it".into()) };
        let gap = Objective { data: &self.honest, loss: Loss::Logistic, lambda: LAMBDA }.value(&w) - self.minimum;
        // Below f* by rounding is at f*; what is not a number is as far away as can be.
        Ok(if gap.is_finite() { gap.max(0.0) } else { f64::MAX })
    }
}

impl Floors {
    /// Plays every attack on every contender, for these shares of liars and this many ways to deal the samples; `tick`
    /// is called after each attack.
    ///
    /// # Errors
    /// When a training run cannot go on at all.
    pub fn play(
        material: &Material,
        alphas: &[f64],
        seeds: u64,
        processor: String,
        tick: &(dyn Fn() + Sync),
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let Material { dataset: data, provenance } = material;
        let blocks = alphas.iter().map(|&alpha| {
            let trim = TrimFraction::new(alpha)?;
            let deals = |liars: usize| (0..seeds).map(move |seed| Deal::new(data, liars, seed)).collect();
            let (all, some): (Result<Vec<_>, _>, Result<Vec<_>, _>) = (deals(0), deals(trim.trimmed(WORKERS)));
            let (all, some): (Vec<Deal>, Vec<Deal>) = (all?, some?);
            let rows = ATTACKS.par_iter().map(|&attack| {
                let spelled = attack.replace("{beta}", &alpha.to_string());
                let (spec, deals) = if attack == HONEST { (None, &all) } else { (Some(&*spelled), &some) };
                let floor = |contender, (deal, seed): (&Deal, u64)| deal.floor(data, contender, spec, trim, seed);
                let of = |contender| deals.iter().zip(0..).map(|each| floor(contender, each)).collect();
                let floors = CONTENDERS.into_iter().map(of).collect::<Result<_, _>>()?;
                tick();
                Ok(FloorRow { attack: spelled.clone(), floors })
            });
            Ok(Block { alpha, rows: rows.collect::<Result<_, Box<dyn Error + Send + Sync>>>()? })
        });
        Ok(Self {
            blocks: blocks.collect::<Result<_, Box<dyn Error + Send + Sync>>>()?,
            run: Run { version: env!("CARGO_PKG_VERSION").into(), processor },
            data: provenance.clone(),
            lambda: LAMBDA,
            workers: WORKERS,
            seeds,
            contenders: CONTENDERS.map(|each| (each.name.to_owned(), each.rounds)).to_vec(),
        })
    }

    /// Where a fresh run, of some of the alphas and of some of the seeds, finds other numbers.
    #[must_use]
    pub fn differences(&self, fresh: &Self) -> Vec<String> {
        let heads = |floors: &Self| (floors.data.clone(), floors.lambda, floors.workers, floors.contenders.clone());
        if heads(self) != heads(fresh) {
            return vec!["the data, lambda, m, the methods or their rounds are others".into()];
        }
        let mut found = Vec::new();
        for block in &fresh.blocks {
            let held = self.blocks.iter().find(|held| held.alpha == block.alpha).map_or(&[][..], |held| &held.rows);
            for (at, row) in block.rows.iter().enumerate() {
                let held = held.get(at).filter(|held| held.attack == row.attack);
                for (k, (name, _)) in self.contenders.iter().enumerate() {
                    let before = held.and_then(|held| held.floors.get(k)).map_or(&[][..], Vec::as_slice);
                    let now = row.floors.get(k).map_or(&[][..], Vec::as_slice);
                    let same = before.len() >= now.len() && before.iter().zip(now).all(|(a, b)| close(*a, *b));
                    if !same {
                        let place = format!("alpha {}, {}, {name}", block.alpha, row.attack);
                        found.push(format!("{place}: {before:?} committed, {now:?} now"));
                    }
                }
            }
        }
        found
    }
}

/// As in [`super::compare`]: within 1e-6 of each other, or both rounding of f.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-11 + 1e-6 * a.abs().max(b.abs())
}

#[cfg(test)]
mod tests;
