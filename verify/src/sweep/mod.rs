//! Each statement along one parameter at a time: s, m, alpha, beta, rho, kappa. What is measured, and what each reading
//! allows, on trajectories like those of the scenarios.
//!
//! Reading order: this file (which parameters, which experiments), [`bounds`] (measured against bound),
//! [`convergence`] (the iterates over t, and the floor that they reach), [`mod@lazy`] (lazy Newton among liars), [`figures`].

pub mod bounds;
pub mod convergence;
pub mod figures;
pub mod lazy;
pub mod table;

use crate::oracle::landscape::OracleError;
use crate::run::{self, Played, RunError};
use crate::scenario::{Draws, Scenario, Source};
use comrade::data::features::ShapeError;
use comrade::data::synthetic::{self, Gaussian, RangeError, Task};
use comrade::loss::Loss;
use comrade::shard::Sharding;
use comrade::stream::{Purpose, Seed};
use serde::{Deserialize, Serialize};

const DATA: Purpose = Purpose::new("sweeps");

/// All numbers behind the figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Theory {
    /// The program's version.
    pub version: String,
    /// Names every random stream.
    pub seed: u64,
    /// Seeds at each value of a parameter.
    pub seeds: u64,
    /// Measured against bound.
    pub sweeps: Vec<bounds::Sweep>,
    /// The iterates over t.
    pub paths: Vec<convergence::Path>,
    /// The error floor.
    pub floors: Vec<convergence::ErrorFloor>,
    /// Where lazy Newton rests among liars.
    #[serde(default)]
    pub rests: Vec<lazy::Rest>,
}

/// A parameter that an experiment is repeated along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Along {
    /// s, at m = 20.
    Samples,
    /// m, at s = 1000.
    Workers,
    /// alpha, by the worst attack that trimming cannot see; one worker more is trimmed than lies, as the text asks.
    Liars,
    /// beta, without a liar.
    Trim,
    /// 1 - rho, by a quantiser of fewer and fewer levels.
    Compression,
    /// kappa(H).
    Condition,
}

impl Along {
    /// All of them, in the order of figures.
    pub const ALL: [Self; 6] =
        [Self::Samples, Self::Workers, Self::Condition, Self::Liars, Self::Trim, Self::Compression];

    /// The axis of a figure.
    #[must_use]
    pub fn axis(self) -> &'static str {
        match self {
            Self::Samples => "samples a worker, s",
            Self::Workers => "workers, m",
            Self::Liars => "share of liars α; β = α + 1/m",
            Self::Trim => "share trimmed, β",
            Self::Compression => "lost by compression, 1 − ρ",
            Self::Condition => "condition number κ of H",
        }
    }

    /// Whether its axis is spaced evenly: a share, and not by logarithms.
    #[must_use]
    pub fn is_share(self) -> bool {
        matches!(self, Self::Liars | Self::Trim)
    }

    /// The experiments along this parameter.
    fn steps(self) -> Vec<Setting> {
        match self {
            Self::Samples => [100, 300, 1000, 3000, 10_000].map(|s| Setting { samples: s, ..BASE }).to_vec(),
            Self::Workers => [2, 4, 8, 20, 50].map(|m| Setting { workers: m, ..BASE }).to_vec(),
            Self::Liars => [
                (1, "norm-shadow:0.1", 0.1),
                (2, "norm-shadow:0.15", 0.15),
                (4, "norm-shadow:0.25", 0.25),
                (6, "norm-shadow:0.35", 0.35),
                (8, "norm-shadow:0.45", 0.45),
            ]
            .map(|(count, attack, beta)| Setting { liars: Some((count, attack)), beta, ..BASE })
            .to_vec(),
            Self::Trim => [0.05, 0.1, 0.2, 0.3, 0.45].map(|beta| Setting { beta, ..BASE }).to_vec(),
            Self::Compression => ["qsgd:1", "qsgd:2", "qsgd:5", "qsgd:16", "qsgd:64"]
                .map(|compressor| Setting { compressor, ..BASE })
                .to_vec(),
            Self::Condition => [1.0, 10.0, 100.0, 1000.0, 10_000.0]
                .map(|condition| Setting { condition, lambda: 1e-4, ..BASE })
                .to_vec(),
        }
    }
}

/// One experiment of a sweep: what it changes.
#[derive(Clone, Copy, Debug)]
struct Setting {
    samples: usize,
    workers: usize,
    condition: f64,
    lambda: f64,
    liars: Option<(usize, &'static str)>,
    beta: f64,
    compressor: &'static str,
    sharding: Sharding,
    iterates: &'static [usize],
}

/// Twenty honest workers with room: nothing is vacuous here.
const BASE: Setting = Setting {
    samples: 1000,
    workers: 20,
    condition: 1.5,
    lambda: 0.1,
    liars: None,
    beta: 0.0,
    compressor: "identity",
    sharding: Sharding::Partition,
    iterates: &[0, 1],
};

impl Setting {
    /// What the n = m s samples are drawn from.
    fn samples_of(&self) -> Gaussian {
        let rows = self.samples * self.workers;
        Gaussian { rows, cols: 3, condition: self.condition, margin: 1.0, task: Task::Classification }
    }

    fn scenario(&self) -> Scenario {
        let draws = Draws { seeds: 0, fresh: 0 };
        Scenario {
            name: "sweep".into(),
            source: Source::Gaussian(self.samples_of()),
            loss: Loss::Logistic,
            lambda: self.lambda,
            workers: self.workers,
            sharding: self.sharding,
            liars: self.liars.map(|(count, attack)| (count, attack.into())),
            beta: self.beta,
            compressor: self.compressor.into(),
            lazy: None,
            iterates: self.iterates.to_vec(),
            quick: draws,
            full: draws,
        }
    }

    fn play(&self, seeds: u64, seed: Seed) -> Result<Played, SweepError> {
        let data = synthetic::gaussian(&self.samples_of(), seed.child(DATA, 0))?;
        Ok(run::play(&self.scenario(), &data, Draws { seeds, fresh: 0 }, seed, &|| ())?)
    }
}

/// A sweep that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// A generator's numbers are out of range.
    #[error(transparent)]
    Generate(#[from] RangeError),
    /// Rows that do not make a matrix.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// An experiment cannot be played.
    #[error(transparent)]
    Run(#[from] RunError),
    /// An iterate cannot be measured.
    #[error(transparent)]
    Oracle(#[from] OracleError),
}
