//! Where each rule leaves a training run under each attack: f(w) - f* after a fixed number of rounds, as a heat map.
//!
//! f is that of the honest workers' samples and w the last iterate. The first round(alpha m) workers lie, and beta = alpha is assumed.
//! Samples are dealt at random, or sorted by label, so that nearly every worker has samples of one label only.

pub mod page;
pub mod picture;

use comrade::aggregate::{Aggregator, NormTrimmedMean, Robust, TrimFraction};
use comrade::center::{self, Plan, SolveError, Step};
use comrade::data::Dataset;
use comrade::gradient_descent::{self, safe_step};
use comrade::objective::Objective;
use comrade::simulation::Simulation;
use comrade::{loss::Loss, newton, shard::Sharding, stream::Seed};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::error::Error;
use std::ops::ControlFlow;

use super::floors::HONEST;
use super::kappa::CONTENDERS;
use super::record::Run;
use crate::data::{Material, Provenance};

/// lambda.
pub const LAMBDA: f64 = 1e-3;
/// m.
pub const WORKERS: usize = 20;
/// The shares of workers that lie.
pub const ALPHAS: [f64; 2] = [0.1, 0.3];
/// One of this many samples is taken.
pub const EVERY: usize = 20;
/// ||g(w*)|| relative to ||g(0)||, at most.
const EXACT: f64 = 1e-12;

/// How a training run proceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeatMethod {
    /// Gradients, with the largest step that is safe.
    GradientDescent,
    /// Directions, with step 1.
    Comrade,
}

impl HeatMethod {
    /// Both.
    pub const ALL: [Self; 2] = [Self::GradientDescent, Self::Comrade];

    /// In tables and pictures.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GradientDescent => "gradient descent",
            Self::Comrade => "COMRADE",
        }
    }

    /// Rounds of a training run.
    #[must_use]
    pub fn rounds(self) -> usize {
        match self {
            Self::GradientDescent => 100,
            Self::Comrade => 10,
        }
    }
}

/// What liars do, as [`comrade::attack::parse`] reads it; `{beta}` becomes what is trimmed.
pub const ATTACKS: [&str; 14] = [
    HONEST,
    "gaussian:1",
    "random-label",
    "flipped-label",
    "negative:1",
    "alie:1",
    "ipm:0.5",
    "ipm:0.1",
    "mimic",
    "min-max",
    "min-sum",
    "norm-shadow:{beta}",
    "huge",
    "inf",
];

/// The name of the published rule.
pub const NORM: &str = "norm trimming";

/// The rules: norm trimming, and those of the table of kappa.
pub fn rules() -> impl Iterator<Item = &'static str> {
    std::iter::once(NORM).chain(CONTENDERS.iter().map(|each| each.name))
}

/// One map, and what it is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heat {
    /// How it was played.
    pub run: Run,
    /// Of the samples before every twentieth was taken.
    pub data: Provenance,
    /// n.
    pub samples: usize,
    /// lambda.
    pub lambda: f64,
    /// m.
    pub workers: usize,
    /// The rules, in the order of the cells.
    pub rules: Vec<String>,
    /// One for each method, alpha and way to deal.
    pub panels: Vec<LossPanel>,
}

/// All rules under all attacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossPanel {
    /// The method.
    pub method: HeatMethod,
    /// alpha = beta.
    pub alpha: f64,
    /// Whether samples are sorted by label before they are dealt.
    pub sorted: bool,
    /// One for each attack.
    pub rows: Vec<LossRow>,
}

/// All rules under one attack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossRow {
    /// As it is spelled.
    pub attack: String,
    /// f(w) - f*, one for each rule; `None` where the training did not stay among finite numbers.
    pub losses: Vec<Option<f64>>,
}

impl LossPanel {
    /// The attack under which a rule ends highest; none without rows.
    #[must_use]
    pub fn worst(&self, rule: usize) -> Option<usize> {
        let loss = |row: &LossRow| row.losses.get(rule).copied().flatten().unwrap_or(f64::INFINITY);
        (0..self.rows.len()).reduce(|best, at| if loss(&self.rows[at]) > loss(&self.rows[best]) { at } else { best })
    }
}

/// Samples as they are dealt, and f* over those of the honest.
struct Deal {
    shards: Vec<Vec<usize>>,
    honest: Dataset,
    minimum: f64,
    safe_step: f64,
}

impl Deal {
    fn new(data: &Dataset, sorted: bool, liars: usize) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let shards = if sorted { by_label(data) } else { Sharding::Partition.deal(data.rows(), WORKERS, Seed(0))? };
        let honest = data.select(&shards[liars..].concat());
        let f = Objective { data: &honest, loss: Loss::Logistic, lambda: LAMBDA };
        let (minimum, safe_step) = (f.value(&newton::minimise(&f, EXACT)?.w), safe_step(&f));
        Ok(Self { shards, honest, minimum, safe_step })
    }

    /// f(w) - f* at the end of a training run.
    fn loss(
        &self,
        data: &Dataset,
        method: HeatMethod,
        rule: &dyn Aggregator,
        attack: Option<(usize, &str)>,
    ) -> Result<Option<f64>, Box<dyn Error + Send + Sync>> {
        let run = Simulation::dealt(data, self.shards.clone()).lambda(LAMBDA).seed(Seed(0));
        let mut cluster = attack.into_iter().fold(run, |run, (liars, attack)| run.liars(liars, attack)).build()?;
        let gamma = if method == HeatMethod::GradientDescent { self.safe_step } else { 1.0 };
        let plan = Plan { start: vec![0.0; data.cols()], gamma, iterations: method.rounds() };
        let solve = match method {
            HeatMethod::GradientDescent => gradient_descent::solve,
            HeatMethod::Comrade => center::solve,
        };
        let mut watch = |_: &Step<'_>| ControlFlow::<Infallible>::Continue(());
        let w = match solve(&mut cluster, rule, &plan, &mut watch) {
            Ok(ControlFlow::Continue(solution)) => solution.w,
            // Driven so far out that nobody has a finite answer.
            Err(SolveError { w, .. }) => w,
        };
        let gap = Objective { data: &self.honest, loss: Loss::Logistic, lambda: LAMBDA }.value(&w) - self.minimum;
        Ok(Some(gap.max(0.0)).filter(|gap| gap.is_finite()))
    }
}

/// S_1..S_m: blocks of the samples in the order of their labels; every seventh worker has the next block, so that liars have both.
fn by_label(data: &Dataset) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..data.rows()).collect();
    order.sort_by(|&a, &b| data.labels[a].total_cmp(&data.labels[b]));
    let cut = |i: usize| i * order.len() / WORKERS;
    let block = |worker: usize| worker * 7 % WORKERS;
    (0..WORKERS).map(|worker| order[cut(block(worker))..cut(block(worker) + 1)].to_vec()).collect()
}

impl Heat {
    /// Plays every rule under every attack for these methods and shares of liars; `tick` is called after each attack.
    ///
    /// # Errors
    /// When a training run cannot begin.
    pub fn play(
        material: &Material,
        methods: &[HeatMethod],
        alphas: &[f64],
        processor: String,
        tick: &(dyn Fn() + Sync),
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let Material { dataset, provenance } = material;
        let data = dataset.select(&(0..dataset.rows()).step_by(EVERY).collect::<Vec<_>>());
        let mut panels = vec![];
        for (&method, &alpha) in methods.iter().flat_map(|method| alphas.iter().map(move |alpha| (method, alpha))) {
            for sorted in [false, true] {
                panels.push(panel(&data, method, alpha, sorted, tick)?);
            }
        }
        Ok(Self {
            run: Run { version: env!("CARGO_PKG_VERSION").into(), processor },
            data: provenance.clone(),
            samples: data.rows(),
            lambda: LAMBDA,
            workers: WORKERS,
            rules: rules().map(str::to_owned).collect(),
            panels,
        })
    }

    /// Where a fresh run, of some of the panels, finds other numbers.
    #[must_use]
    pub fn differences(&self, fresh: &Self) -> Vec<String> {
        let heads = |heat: &Self| (heat.data.clone(), heat.samples, heat.lambda, heat.workers, heat.rules.clone());
        if heads(self) != heads(fresh) {
            return vec!["the data, n, lambda, m or the rules are others".into()];
        }
        let mut found = vec![];
        for panel in &fresh.panels {
            let same =
                |held: &&LossPanel| (held.method, held.alpha, held.sorted) == (panel.method, panel.alpha, panel.sorted);
            let held = self.panels.iter().find(same).map_or(&[][..], |held| &held.rows);
            for (at, row) in panel.rows.iter().enumerate() {
                let held = held.get(at).filter(|held| held.attack == row.attack).map_or(&[][..], |held| &held.losses);
                for (k, (rule, now)) in self.rules.iter().zip(&row.losses).enumerate() {
                    let before = held.get(k).copied().flatten();
                    let close = match (before, *now) {
                        // As for floors: rounding of f, or six digits.
                        (Some(a), Some(b)) => (a - b).abs() <= 1e-11 + 1e-6 * a.abs().max(b.abs()),
                        (None, None) => held.len() > k,
                        _ => false,
                    };
                    if !close {
                        let LossPanel { method, alpha, sorted, .. } = panel;
                        let place =
                            format!("{}, alpha {alpha}, sorted {sorted}, {}, {rule}", method.name(), row.attack);
                        found.push(format!("{place}: {before:?} committed, {now:?} now"));
                    }
                }
            }
        }
        found
    }
}

fn panel(
    data: &Dataset,
    method: HeatMethod,
    alpha: f64,
    sorted: bool,
    tick: &(dyn Fn() + Sync),
) -> Result<LossPanel, Box<dyn Error + Send + Sync>> {
    let beta = TrimFraction::new(alpha)?;
    let liars = beta.trimmed(WORKERS);
    let (all, some) = (Deal::new(data, sorted, 0)?, Deal::new(data, sorted, liars)?);
    let rows = ATTACKS.par_iter().map(|&attack| {
        let spelled = attack.replace("{beta}", &alpha.to_string());
        let (deal, lie) = if attack == HONEST { (&all, None) } else { (&some, Some((liars, &*spelled))) };
        let norm = deal.loss(data, method, &NormTrimmedMean { beta }, lie);
        let robust = CONTENDERS
            .iter()
            .map(|each| deal.loss(data, method, &Robust { beta, fusion: each.fusion, mixing: each.mixing }, lie));
        let losses = std::iter::once(norm).chain(robust).collect::<Result<_, _>>()?;
        tick();
        Ok(LossRow { attack: spelled.clone(), losses })
    });
    Ok(LossPanel { method, alpha, sorted, rows: rows.collect::<Result<_, Box<dyn Error + Send + Sync>>>()? })
}

#[cfg(test)]
mod tests;
