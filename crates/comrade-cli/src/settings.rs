//! The problem and the cluster, as the command line names them and as a model file keeps them.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use comrade::aggregate::{BadTrimFraction, NormTrimmedMean, TrimFraction};
use comrade::attack::{self, UnknownAttack};
use comrade::cluster::{InProcess, Setup};
use comrade::compress::{self, ParseError};
use comrade::data::{Dataset, ShapeError};
use comrade::loss::Loss;
use comrade::objective::Objective;
use comrade::shard::{Sharding, TooFewSamples};
use comrade::stream::Seed;
use comrade::train::{Limits, Polish, Steps};
use serde::{Deserialize, Serialize};

/// What a run depends on, beside the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, clap::Args)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Workers m
    #[arg(long, short = 'm', value_name = "M", default_value = "20", value_parser = workers)]
    pub(crate) workers: usize,
    /// Fraction beta of the messages that the center drops, in [0, 1/2)
    #[arg(long, value_name = "BETA", default_value = "0", value_parser = trim)]
    pub(crate) trim: TrimFraction,
    /// Weight of the ridge term (lambda/2) ||w||^2
    #[arg(long, value_name = "LAMBDA", default_value = "1e-3", value_parser = positive)]
    pub(crate) lambda: f64,
    /// Loss
    #[arg(long, default_value = "logistic", value_parser = loss())]
    pub(crate) loss: Loss,
    /// Compressor of directions: identity, top-k:K, random-k:K, sign, qsgd:LEVELS; K is a count or a fraction of d
    #[arg(long, value_name = "Q", default_value = "identity", value_parser = compressor)]
    pub(crate) compress: String,
    /// What liars do: gaussian:SIGMA, random-label, flipped-label, negative:C, alie:Z, ipm:EPS, norm-shadow:BETA, silent,
    /// nan, wrong-length, huge, stale, duplicate
    #[arg(long, value_name = "ATTACK", value_parser = attack)]
    pub(crate) attack: Option<String>,
    /// Fraction of the workers that lie, if there is an attack
    #[arg(long, value_name = "ALPHA", default_value = "0.2", value_parser = fraction)]
    pub(crate) liars: f64,
    /// How samples are dealt to workers
    #[arg(long, default_value = "partition", value_parser = sharding())]
    pub(crate) sharding: Sharding,
    /// Step size gamma
    #[arg(long, value_name = "GAMMA", default_value = "1", value_parser = positive)]
    pub(crate) step: f64,
    /// Halve the step size at the center until f decreases enough: one more round a step
    #[arg(long)]
    #[serde(default)]
    pub(crate) line_search: bool,
    /// Fit an intercept, which the ridge term leaves out
    #[arg(long)]
    #[serde(default)]
    pub(crate) intercept: bool,
    /// Seed of every random number
    #[arg(long, default_value = "1")]
    pub(crate) seed: u64,
}

/// When training stops.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct LimitArgs {
    /// Stop at ||g(w)|| <= TOL ||g(0)||
    #[arg(long, value_name = "TOL", default_value = "5e-6", value_parser = positive)]
    tolerance: f64,
    /// Stop after so many rounds of communication, polishing included
    #[arg(long, value_name = "N", default_value = "100")]
    rounds: u64,
    /// The floor is reached after so many steps without progress
    #[arg(long, value_name = "STEPS", default_value = "5", value_parser = clap::value_parser!(u64).range(1..))]
    patience: u64,
    /// Go on from the floor with steps of two rounds
    #[arg(long, value_name = "METHOD", value_parser = polish())]
    polish: Option<Polish>,
}

impl LimitArgs {
    pub(crate) fn limits(&self) -> Limits {
        let Self { tolerance, rounds, patience, polish } = *self;
        Limits { tolerance, rounds, patience, polish }
    }
}

/// Settings that do not fit each other or the data.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// Fewer samples than workers.
    #[error(transparent)]
    Deal(#[from] TooFewSamples),
    /// No such compressor.
    #[error(transparent)]
    Compressor(#[from] ParseError),
    /// No such attack.
    #[error(transparent)]
    Attack(#[from] UnknownAttack),
}

impl Settings {
    /// f.
    pub(crate) fn objective<'a>(&self, data: &'a Dataset) -> Objective<'a> {
        Objective { data, loss: self.loss, lambda: self.lambda }
    }

    /// The samples as they are trained on: of weights so dealt that the mean of the workers' f_i is f also where shards have
    /// not the same size, and with the intercept's column if there is one.
    pub(crate) fn prepare(&self, data: Dataset) -> Result<Dataset, ShapeError> {
        let data = data.balanced(self.workers);
        if self.intercept { data.with_intercept() } else { Ok(data) }
    }

    /// How steps are taken.
    pub(crate) fn steps(&self) -> Steps {
        Steps { gamma: self.step, backtrack: self.line_search }
    }

    /// The center's rule.
    pub(crate) fn rule(&self) -> NormTrimmedMean {
        NormTrimmedMean { beta: self.trim }
    }

    /// Workers that lie: the first ones, which changes nothing, for samples are dealt at random.
    pub(crate) fn lying(&self) -> usize {
        if self.attack.is_some() { (self.liars * self.workers as f64).round() as usize } else { 0 }
    }

    /// All workers, with the samples dealt.
    pub(crate) fn cluster(&self, data: &Dataset) -> Result<InProcess, SettingsError> {
        let seed = Seed(self.seed);
        let shards = self.sharding.deal(data.rows(), self.workers, seed)?;
        let attack = self.attack.iter().flat_map(|spec| (0..self.lying()).map(|_| attack::parse(spec).map(Some)));
        Ok(InProcess::new(Setup {
            data,
            shards: &shards,
            loss: self.loss,
            lambda: self.lambda,
            compressor: compress::parse(&self.compress)?,
            attacks: attack.collect::<Result<_, _>>()?,
            seed,
        }))
    }

    /// What deserves a word before a run, if anything.
    pub(crate) fn warning(&self) -> Option<String> {
        let (lying, dropped) = (self.lying(), self.trim.trimmed(self.workers));
        (lying > dropped).then(|| {
            format!(
                "{lying} of {} workers lie and the center drops {dropped} messages: liars will be averaged in",
                self.workers
            )
        })
    }
}

pub(crate) fn workers(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|m| (1..=1_000_000).contains(m)).ok_or_else(|| "a whole number from 1 to 1000000".into())
}

fn trim(text: &str) -> Result<TrimFraction, String> {
    let beta = text.parse().map_err(|_| "a number in [0, 1/2)".to_owned())?;
    TrimFraction::new(beta).map_err(|error: BadTrimFraction| error.to_string())
}

/// A finite number above 0.
pub(crate) fn positive(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|v: &f64| v.is_finite() && *v > 0.0).ok_or_else(|| "a finite number above 0".into())
}

fn fraction(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|v| (0.0..=1.0).contains(v)).ok_or_else(|| "a number from 0 to 1".into())
}

fn compressor(text: &str) -> Result<String, ParseError> {
    compress::parse(text).map(|_| text.to_owned())
}

fn attack(text: &str) -> Result<String, UnknownAttack> {
    attack::parse(text).map(|_| text.to_owned())
}

pub(crate) fn loss() -> impl TypedValueParser<Value = Loss> {
    PossibleValuesParser::new(["logistic", "squared"])
        .map(|name| if name == "squared" { Loss::Squared } else { Loss::Logistic })
}

fn polish() -> impl TypedValueParser<Value = Polish> {
    PossibleValuesParser::new(["giant"]).map(|_| Polish::Giant)
}

fn sharding() -> impl TypedValueParser<Value = Sharding> {
    PossibleValuesParser::new(["partition", "with-replacement"])
        .map(|name| if name == "partition" { Sharding::Partition } else { Sharding::WithReplacement })
}
