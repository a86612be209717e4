//! Seeded experiments as values: which data, which cluster, which liars, how many draws.

mod check;
#[cfg(feature = "report")]
mod file;

pub use check::Unplayable;
#[cfg(feature = "report")]
pub use file::{File, Mistake, all};

use comrade::aggregate::TrimFraction;
use comrade::compress::Bits;
use comrade::data::features::ShapeError;
use comrade::data::synthetic::{self, Gaussian};
use comrade::data::{Dataset, Dense, Features};
use comrade::loss::Loss;
use comrade::shard::Sharding;
use comrade::simulation::Simulation;
use comrade::stream::Seed;
use serde::Serialize;
use std::path::PathBuf;

/// Where a scenario's samples come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Made from the scenario's seed.
    Gaussian(Gaussian),
    /// Few rows of one dimension, from which shards of any size are drawn as counts.
    Population(Population),
    /// The file of this name where it was found, a stand-in shaped like it otherwise.
    Published(Published),
    /// A user's own LIBSVM file.
    File(PathBuf),
}

/// Rows of one dimension, many of them alike. Labels are such that l'_j x_j = b_j for the squared loss at w = 1, where the
/// rounds are played: y_j = x_j w - b_j / x_j, and y_j = 0 where x_j = 0.
///
/// With b_j = 0 for all rows the labels are interpolated at w: no gradient carries any noise, and eps = 0 by (4).
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// The name of the data set.
    pub name: String,
    /// (x_j^2, b_j, how many rows like this).
    pub rows: Vec<(f64, f64, usize)>,
    /// s.
    pub shard: u64,
}

impl Population {
    /// w.
    pub const ITERATE: f64 = 1.0;

    /// The rows.
    ///
    /// # Errors
    /// Never: the sizes agree.
    pub fn dataset(&self) -> Result<Dataset, ShapeError> {
        let each = self.rows.iter().flat_map(|&(square, b, times)| std::iter::repeat_n((square.sqrt(), b), times));
        let (values, labels): (Vec<f64>, Vec<f64>) =
            each.map(|(x, b)| (x, if x == 0.0 { 0.0 } else { x * Self::ITERATE - b / x })).unzip();
        let features = Features::Dense(Dense::new(values.len(), 1, values)?);
        Ok(Dataset::new(&*self.name, features, labels))
    }

    fn interpolates(&self) -> bool {
        self.rows.iter().all(|&(_, b, _)| b == 0.0)
    }
}

/// A published data set with a synthetic stand-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Published {
    /// UCI Adult: n = 32561, d = 123.
    A9a,
    /// Web data: n = 9888, d = 300.
    W5a,
}

impl Published {
    /// The file's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::A9a => "a9a",
            Self::W5a => "w5a",
        }
    }

    /// The stand-in of the same shape.
    #[must_use]
    pub fn stand_in(self, seed: Seed) -> Dataset {
        match self {
            Self::A9a => synthetic::a9a_like(synthetic::A9A_ROWS, seed),
            Self::W5a => synthetic::w5a_like(synthetic::W5A_ROWS, seed),
        }
    }
}

/// How many draws a run takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Draws {
    /// Seeds of trajectories judged a posteriori; each gives one draw for every watched iterate.
    pub seeds: u64,
    /// Fresh draws at one fixed iterate, judged a priori; 0 for none.
    pub fresh: u64,
}

/// What is particular to an experiment of lazy Newton.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lazy {
    /// Of an entry of a Hessian on the wire.
    pub bits: Bits,
    /// The share of samples that are dealt sorted by their labels; the others are dealt at random.
    pub sorted: f64,
    /// Whether the matrix of each step is made indefinite before it is measured, which no run of the method does.
    pub indefinite: bool,
}

impl Lazy {
    /// 16 bits, nothing sorted.
    pub const PLAIN: Self = Self { bits: Bits::Sixteen, sorted: 0.0, indefinite: false };
}

/// A seeded experiment.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name in reports, without the data's provenance.
    pub name: String,
    /// Where the samples come from.
    pub source: Source,
    /// l.
    pub loss: Loss,
    /// lambda.
    pub lambda: f64,
    /// m.
    pub workers: usize,
    /// How samples are dealt.
    pub sharding: Sharding,
    /// alpha m liars, workers 0, 1, ...; their attack, as [`comrade::attack::parse`] reads it.
    pub liars: Option<(usize, String)>,
    /// beta.
    pub beta: f64,
    /// Q, as [`comrade::compress::parse`] reads it.
    pub compressor: String,
    /// Lazy Newton in place of COMRADE.
    pub lazy: Option<Lazy>,
    /// Iterates t of the trajectory at which draws are measured, increasing.
    pub iterates: Vec<usize>,
    /// Draws of a quick run.
    pub quick: Draws,
    /// Draws of a full run.
    pub full: Draws,
}

impl Scenario {
    /// One run of it.
    pub fn simulation<'a>(&self, data: &'a Dataset, seed: Seed) -> Simulation<'a> {
        self.complete(Simulation::of(data, self.workers).sharding(self.sharding), seed)
    }

    /// One run of it on samples that are dealt already.
    pub(crate) fn complete<'a>(&self, dealt: Simulation<'a>, seed: Seed) -> Simulation<'a> {
        let honest = dealt.loss(self.loss).lambda(self.lambda).compress(&self.compressor).seed(seed);
        self.liars.iter().fold(honest, |run, (count, attack)| run.liars(*count, attack))
    }

    /// beta, checked.
    #[must_use]
    pub fn trim(&self) -> TrimFraction {
        TrimFraction::new(self.beta).unwrap_or(TrimFraction::ZERO)
    }

    /// alpha m.
    #[must_use]
    pub fn byzantine(&self) -> usize {
        self.liars.as_ref().map_or(0, |(count, _)| *count)
    }

    /// Whether messages are compressed.
    #[must_use]
    pub fn compresses(&self) -> bool {
        self.compressor != "identity"
    }

    /// Whether the labels are interpolated where the rounds are played, so that no gradient carries noise.
    #[must_use]
    pub fn interpolates(&self) -> bool {
        matches!(&self.source, Source::Population(population) if population.interpolates())
    }

    /// One line for a table.
    #[must_use]
    pub fn describe(&self) -> String {
        let sharding = match self.sharding {
            Sharding::WithReplacement => "with replacement",
            Sharding::Partition => "partition",
        };
        let loss = match self.loss {
            Loss::Logistic => "logistic",
            Loss::Squared => "squared",
        };
        let liars = self.liars.as_ref().map_or(String::new(), |(count, attack)| match count {
            1 => format!(", one liar ({attack})"),
            _ => format!(", {count} liars ({attack})"),
        });
        let trim = if self.beta > 0.0 { format!(", beta = {}", self.beta) } else { String::new() };
        let compressor = if self.compresses() { format!(", {}", self.compressor) } else { String::new() };
        let size = match &self.source {
            Source::Population(population) => {
                let noise = if population.interpolates() { "interpolated" } else { "noisy" };
                format!(" (s = {:e}), labels {noise} at w = 1", population.shard)
            }
            _ => String::new(),
        };
        let lazy = self.lazy.map_or(String::new(), |Lazy { bits, sorted, indefinite }| {
            let sorted = match sorted {
                0.0 => String::new(),
                1.0 => ", samples sorted by label".into(),
                share => format!(", {share} of the samples sorted by label"),
            };
            let indefinite = if indefinite { ", its matrix made indefinite" } else { "" };
            format!(", lazy Newton with {} bits{sorted}{indefinite}", u8::from(bits))
        });
        format!(
            "{loss} loss, lambda = {}, m = {}, {sharding}{size}{liars}{trim}{compressor}{lazy}",
            self.lambda, self.workers
        )
    }
}
