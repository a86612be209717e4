//! The problem and the cluster, as the command line names them and as a model file keeps them.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use comrade::aggregate::{BadStragglerFraction, BadTrimFraction, StragglerFraction, TrimFraction};
use comrade::attack;
use comrade::compress::{self, ParseError};
use comrade::data::{Dataset, ShapeError};
use comrade::gradient_descent::safe_step;
use comrade::loss::{LOSSES, Loss};
use comrade::method::{Limits, METHODS, Method, Options, RULES, Rule};
use comrade::objective::Objective;
use comrade::shard::{SHARDINGS, Sharding};
use comrade::simulation::Simulation;
use comrade::spelling::{Unknown, find};
use comrade::stream::Seed;
use http::uri::Authority;
use serde::{Deserialize, Serialize};

/// The workers of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Workers {
    /// This many, simulated in this process.
    Here(usize),
    /// Programs of their own, at these addresses.
    Far(Vec<String>),
}

impl Workers {
    /// m.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Here(count) => *count,
            Self::Far(addresses) => addresses.len(),
        }
    }

    /// A number, or addresses.
    fn parse(text: &str) -> Result<Self, String> {
        if !text.contains(':') {
            return workers(text).map(Self::Here).map_err(|why| format!("{why}, or HOST:PORT,HOST:PORT,..."));
        }
        let addresses: Vec<String> = text.split(',').map(str::to_owned).collect();
        for (i, address) in addresses.iter().enumerate() {
            if address.contains('@') || address.parse::<Authority>().ok().and_then(|at| at.port_u16()).is_none() {
                return Err(format!("{address:?} is no HOST:PORT"));
            }
            if addresses[..i].contains(address) {
                return Err(format!("{address} twice: a worker counts once"));
            }
        }
        Ok(Self::Far(addresses))
    }
}

/// What `--help` calls groups of options.
const LIARS: &str = "Workers and liars";
const MODEL: &str = "Model";
const METHOD: &str = "Method";

/// What a run depends on, in addition to the data and the method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, clap::Args)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Workers m, simulated in this process; or, for train, the addresses of others: HOST:PORT,HOST:PORT,...
    #[arg(help_heading = LIARS, long, short = 'm', value_name = "M", default_value = "20", value_parser = Workers::parse)]
    pub(crate) workers: Workers,
    /// Fraction beta of the workers that are assumed to lie or to be missing, in [0, 1/2)
    #[arg(help_heading = LIARS, long, value_name = "BETA", default_value = "0", value_parser = trim)]
    pub(crate) trim: TrimFraction,
    /// Fraction sigma of the workers that are honest but may be late or dead, in [0, 1): they cost no trim
    #[arg(help_heading = LIARS, long, value_name = "SIGMA", default_value = "0", value_parser = stragglers)]
    #[serde(default, skip_serializing_if = "StragglerFraction::is_zero")]
    pub(crate) stragglers: StragglerFraction,
    /// How the center takes messages together where liars are assumed; published: norm trimming, in lazy-newton the filter;
    /// filter, mixing and norm are in the metric of a Hessian, all others by Euclidean distances; nnm: mixes first
    #[arg(help_heading = LIARS, long, default_value = "published", value_parser = rule())]
    pub(crate) rule: Rule,
    /// Weight of the ridge term (lambda/2) ||w||^2: 1/(n C) for the C of scikit-learn and LIBLINEAR, with the logistic loss
    #[arg(help_heading = MODEL, long, value_name = "LAMBDA", default_value = "1e-3", value_parser = positive)]
    pub(crate) lambda: f64,
    /// Loss
    #[arg(help_heading = MODEL, long, default_value = "logistic", value_parser = loss())]
    pub(crate) loss: Loss,
    #[arg(help_heading = LIARS, long, value_name = "Q", default_value = "identity", value_parser = compressor, help = compressors())]
    pub(crate) compress: String,
    #[arg(help_heading = LIARS, long, value_name = "ATTACK", value_parser = attack, help = format!("What liars do: {}", attack::SPELLINGS.join(", ")))]
    pub(crate) attack: Option<String>,
    /// Fraction of the workers that lie, if there is an attack
    #[arg(help_heading = LIARS, long, value_name = "ALPHA", default_value = "0.2", requires = "attack", value_parser = fraction)]
    pub(crate) liars: f64,
    /// How samples are dealt to workers
    #[arg(help_heading = LIARS, long, default_value = "partition", value_parser = sharding())]
    pub(crate) sharding: Sharding,
    /// Step size gamma of comrade, giant and gradient-descent [default: 1; gradient-descent: the largest that is safe]
    #[arg(help_heading = METHOD, long, value_name = "GAMMA", value_parser = positive)]
    pub(crate) step: Option<f64>,
    /// Fit an intercept, which the ridge term leaves out
    #[arg(help_heading = MODEL, long)]
    pub(crate) intercept: bool,
    /// Seed of every random number
    #[arg(help_heading = METHOD, long, default_value = "1")]
    pub(crate) seed: u64,
}

/// By which method, and when it stops.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, clap::Args)]
pub(crate) struct Plan {
    /// Method; auto is newton for one honest worker, lazy-newton otherwise
    #[arg(help_heading = METHOD, long, default_value = "auto", value_parser = method())]
    pub(crate) method: Method,
    /// Stop at ||g(w)|| <= TOL ||g(0)||; between 0 and 1
    #[arg(help_heading = METHOD, long, value_name = "TOL", default_value = format!("{:e}", Limits::DEFAULT.tolerance), value_parser = tolerance)]
    pub(crate) tolerance: f64,
    /// Stop after this many rounds of communication
    #[arg(help_heading = METHOD, long, value_name = "N", default_value_t = Limits::DEFAULT.rounds, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_rounds: u64,
}

impl Plan {
    pub(crate) fn limits(&self) -> Limits {
        Limits::new(self.tolerance, self.max_rounds)
    }
}

/// A command line of these alone.
#[cfg(test)]
#[derive(clap::Parser)]
pub(crate) struct Line {
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(flatten)]
    pub(crate) plan: Plan,
}

/// An option that the method makes nothing of.
#[derive(Debug, thiserror::Error)]
#[error("this --{option} is of no use to --method {method}: leave it out, or choose {takers}")]
pub(crate) struct Idle {
    option: &'static str,
    method: Method,
    takers: String,
}

impl Settings {
    /// The run on these samples.
    pub(crate) fn simulation<'a>(&self, data: &'a Dataset) -> Simulation<'a> {
        let honest = Simulation::of(data, self.workers.count())
            .sharding(self.sharding)
            .loss(self.loss)
            .lambda(self.lambda)
            .compress(&self.compress)
            .seed(Seed(self.seed));
        self.attack.iter().fold(honest, |run, attack| run.liars(self.lying(), attack))
    }

    /// The samples as they are trained on. Their weights make the mean of the workers' f_i equal to f, even if shards
    /// differ in size. With an intercept they have its column.
    pub(crate) fn prepare(&self, data: Dataset) -> Result<Dataset, ShapeError> {
        let data = data.balanced(self.workers.count());
        if self.intercept { data.with_intercept() } else { Ok(data) }
    }

    /// What the center knows, and how it works; f is known of workers in this process.
    pub(crate) fn options(&self, method: Method, f: Option<Objective<'_>>) -> Options {
        let mut options = Options::new(self.lambda, self.intercept);
        (options.trim, options.stragglers) = (self.trim, self.stragglers);
        options.rule = self.rule;
        let safe = f.filter(|_| method == Method::GradientDescent).map_or(1.0, |f| safe_step(&f));
        options.gamma = self.step.unwrap_or(safe);
        options
    }

    /// An option that the method would pass over in silence is an error.
    pub(crate) fn check(&self, method: Method) -> Result<(), Idle> {
        let stepping = matches!(method, Method::Comrade | Method::Giant | Method::GradientDescent);
        let directions = matches!(method, Method::Comrade | Method::Giant);
        let idle = |option, takers: &str| Err(Idle { option, method, takers: takers.to_owned() });
        if self.step.is_some() && !stepping {
            return idle("step", "comrade, giant or gradient-descent");
        }
        if self.compress != "identity" && !directions {
            return idle("compress", "comrade or giant");
        }
        let ruled = |method: Method| method != Method::Newton && method.takes(self.rule);
        if self.rule != Rule::Published && !ruled(method) {
            let takers =
                METHODS.iter().filter(|(other, _)| *other != Method::Auto && ruled(*other)).map(|(_, name)| *name);
            return Err(Idle { option: "rule", method, takers: takers.collect::<Vec<_>>().join(", ") });
        }
        Ok(())
    }

    /// Workers that lie: the first ones, which changes nothing, for samples are dealt at random.
    pub(crate) fn lying(&self) -> usize {
        if self.attack.is_some() { (self.liars * self.workers.count() as f64).round() as usize } else { 0 }
    }

    /// Workers that are assumed to lie or to be missing.
    pub(crate) fn trimmed(&self) -> usize {
        self.trim.trimmed(self.workers.count())
    }

    /// What deserves a word before a run, if anything.
    pub(crate) fn warning(&self) -> Option<String> {
        let (lying, trimmed) = (self.lying(), self.trimmed());
        (lying > trimmed).then(|| {
            let workers = self.workers.count();
            format!("{lying} of {workers} workers lie and {trimmed} are assumed to: lies will be believed")
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

fn stragglers(text: &str) -> Result<StragglerFraction, String> {
    let sigma = text.parse().map_err(|_| "a number in [0, 1)".to_owned())?;
    StragglerFraction::new(sigma).map_err(|error: BadStragglerFraction| error.to_string())
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

fn compressors() -> String {
    let list = compress::SPELLINGS.join(", ");
    format!("Compressor of the directions of comrade and giant: {list}; K is a count or a fraction of d")
}

fn attack(text: &str) -> Result<String, Unknown> {
    attack::parse(text).map(|_| text.to_owned())
}

pub(crate) fn loss() -> impl TypedValueParser<Value = Loss> {
    one_of(&LOSSES)
}

fn tolerance(text: &str) -> Result<f64, String> {
    positive(text)
        .ok()
        .filter(|v| *v < 1.0)
        .ok_or_else(|| "a number between 0 and 1, as it is a share of ||g(0)||".into())
}

/// One of a list of the library.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    list: &'static [(T, &'static str); N],
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(list.iter().map(|(_, name)| *name)).try_map(|name| find("value", list, &name))
}

fn method() -> impl TypedValueParser<Value = Method> {
    one_of(&METHODS)
}

fn rule() -> impl TypedValueParser<Value = Rule> {
    one_of(&RULES)
}

fn sharding() -> impl TypedValueParser<Value = Sharding> {
    one_of(&SHARDINGS)
}
