//! What is to be played and drawn, as a TOML file says it: data, figures, their panels and curves.

use comrade::aggregate::TrimFraction;
use comrade::data::synthetic::{Gaussian, Task};
use comrade::shard::Sharding;
use comrade::{attack, compress};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::{Published, Source};

/// The experiments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Names every random stream.
    pub seed: u64,
    /// Runs of each curve, each with fresh shards, noise and labels.
    pub seeds: u64,
    /// m.
    pub workers: usize,
    /// How samples are dealt.
    pub sharding: Sharding,
    /// The data sets by name, and what belongs to each.
    pub data: BTreeMap<String, Data>,
    /// The figures.
    #[serde(rename = "figure")]
    pub figures: Vec<FigurePlan>,
}

/// A data set, and the problem that is solved on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// lambda > 0.
    pub lambda: f64,
    /// T, of curves that do not say otherwise.
    pub iterations: usize,
    /// Data made from the seed; without it, the name is that of a published file.
    pub made: Option<Made>,
}

/// Gaussian data; see [`Gaussian`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// n.
    pub rows: usize,
    /// d.
    pub cols: usize,
    /// Condition number of the covariance.
    pub condition: f64,
    /// Standard deviation of x'w.
    pub margin: f64,
}

/// A figure: every panel shows every curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigurePlan {
    /// The stem of its files.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Sentences for its caption, before those that every figure has.
    #[serde(default)]
    pub caption: String,
    /// Panels in a row.
    pub columns: usize,
    /// What its curves are drawn against, a picture each.
    #[serde(default = "against_iterations")]
    pub against: Vec<Against>,
    /// What its curves show, a picture each.
    pub show: Vec<Show>,
    /// The panels, row by row.
    #[serde(rename = "panel")]
    pub panels: Vec<PanelPlan>,
    /// The curves.
    #[serde(rename = "curve")]
    pub curves: Vec<CurvePlan>,
}

fn against_iterations() -> Vec<Against> {
    vec![Against::Iteration]
}

/// The horizontal axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// t.
    Iteration,
    /// t, on a logarithmic axis.
    LogIteration,
    /// Bytes from and to all workers, on a logarithmic axis.
    Bytes,
}

/// The vertical axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Show {
    /// Share of the training samples that are classified correctly.
    Accuracy,
    /// f(w_t) - f(w*), on a logarithmic axis.
    Suboptimality,
}

impl Show {
    /// The word in file names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::Suboptimality => "suboptimality",
        }
    }
}

/// A panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelPlan {
    /// Its heading; `{data}` becomes the name of the data, which tells a stand-in from the published file.
    pub title: String,
    /// A name among [`Config::data`].
    pub data: String,
    /// What liars do, as [`attack::parse`] reads it; `{beta}` becomes that of the curve.
    pub attack: String,
    /// Q of curves that have none of their own, as [`compress::parse`] reads it.
    #[serde(default = "identity")]
    pub compressor: String,
    /// The ends of the axis of accuracies; without them, whatever the curves need.
    pub accuracy_axis: Option<[f64; 2]>,
    /// The ends of the axis of suboptimalities; without them, whatever the curves need.
    pub suboptimality_axis: Option<[f64; 2]>,
}

fn identity() -> String {
    "identity".into()
}

/// A curve of every panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurvePlan {
    /// Its name in the legend.
    pub label: String,
    /// How the center and its workers proceed.
    #[serde(default)]
    pub method: ExperimentMethod,
    /// alpha: the share of workers that lie.
    #[serde(default)]
    pub liars: f64,
    /// beta: the share of messages that are dropped.
    #[serde(default)]
    pub beta: f64,
    /// gamma; for gradient descent, as a multiple of the largest step that is sure to decrease f.
    #[serde(default = "one")]
    pub gamma: f64,
    /// Q, instead of that of the panel.
    pub compressor: Option<String>,
    /// T, instead of that of the data.
    pub iterations: Option<usize>,
}

fn one() -> f64 {
    1.0
}

/// How the center and its workers proceed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExperimentMethod {
    /// Algorithm 1: one round.
    #[default]
    Comrade,
    /// Two rounds: gradients, then directions.
    Giant,
    /// One round of gradients.
    GradientDescent,
}

/// Experiments that cannot be played.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// Not TOML, a field that does not exist, or one that is missing.
    #[error("{0}")]
    Text(String),
    /// A value out of range.
    #[error("{field}: {says}")]
    Field {
        /// Which one, for example `figure.figure-3.curve.2.beta`.
        field: String,
        /// What is wrong.
        says: String,
    },
}

/// The most runs of a curve; each is kept as some hundred numbers.
const SEEDS: u64 = 10_000;
/// The most workers; each has a shard and a local step.
const WORKERS: usize = 10_000;
/// The longest run, in iterations.
const ITERATIONS: usize = 1_000_000;
/// The most numbers of the samples, n d, and of a Hessian, d^2.
const MATRIX: usize = 1 << 24;

impl Config {
    /// Reads and checks experiments.
    ///
    /// # Errors
    /// [`ConfigError`] naming the line or the field at fault.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|e| ConfigError::Text(e.to_string().trim().to_owned()))?;
        config.check()?;
        Ok(config)
    }

    /// The data set of a panel.
    ///
    /// # Panics
    /// If no figure has this name; [`Config::parse`] has looked.
    #[must_use]
    pub fn data(&self, panel: &PanelPlan) -> &Data {
        &self.data[&panel.data]
    }

    /// Where the samples of a data set come from; none if neither a published file nor made.
    #[must_use]
    pub fn source(name: &str, data: &Data) -> Option<Source> {
        match data.made {
            Some(Made { rows, cols, condition, margin }) => {
                Some(Source::Gaussian(Gaussian { rows, cols, condition, margin, task: Task::Classification }))
            }
            None => [Published::A9a, Published::W5a].into_iter().find(|p| p.name() == name).map(Source::Published),
        }
    }

    /// Whether the experiments can be played, before anything is allocated for them.
    ///
    /// # Errors
    /// [`ConfigError::Field`] naming the first value with which they cannot, and its limits.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        require((1..=SEEDS).contains(&self.seeds), "seeds", format!("from 1 to {SEEDS}"))?;
        require((1..=WORKERS).contains(&self.workers), "workers", format!("from 1 to {WORKERS}"))?;
        for (name, data) in &self.data {
            let field = |key: &str| format!("data.{name}.{key}");
            require(data.lambda > 0.0 && data.lambda.is_finite(), field("lambda"), "a positive number")?;
            require_length(data.iterations, field("iterations"))?;
            match Self::source(name, data) {
                None => return fail(format!("data.{name}"), "neither a9a nor w5a, and without `made`"),
                Some(Source::Gaussian(made)) => {
                    made.check().or_else(|e| fail(field("made"), e))?;
                    let Gaussian { rows, cols, .. } = made;
                    let some = rows > 0 && cols > 0;
                    let fits = rows.max(cols).checked_mul(cols).is_some_and(|numbers| numbers <= MATRIX);
                    let says = format!(
                        "{rows} rows and {cols} cols: at least one of each, and max(rows, cols) cols up to {MATRIX}"
                    );
                    require(some && fits, field("made"), says)?;
                }
                Some(_) => {}
            }
        }
        let mut names = BTreeSet::new();
        for figure in &self.figures {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            let stem = !figure.name.is_empty() && figure.name.chars().all(plain);
            require(stem, "figure.name", format!("`{}`: small letters, digits and hyphens", figure.name))?;
            require(names.insert(&figure.name), "figure.name", format!("`{}` is there twice", figure.name))?;
            self.check_figure(figure)?;
        }
        Ok(())
    }

    fn check_figure(&self, figure: &FigurePlan) -> Result<(), ConfigError> {
        let name = &figure.name;
        let lists = [
            ("panel", figure.panels.len()),
            ("curve", figure.curves.len()),
            ("against", figure.against.len()),
            ("show", figure.show.len()),
        ];
        for (key, length) in lists {
            require(length > 0, format!("figure.{name}.{key}"), "at least one")?;
        }
        for (at, panel) in figure.panels.iter().enumerate() {
            let field = |key: &str| format!("figure.{name}.panel.{at}.{key}");
            require(self.data.contains_key(&panel.data), field("data"), format!("there is no [data.{}]", panel.data))?;
            attack::parse(&panel.attack.replace("{beta}", "0")).or_else(|e| fail(field("attack"), e))?;
            compress::parse(&panel.compressor).or_else(|e| fail(field("compressor"), e))?;
            let axes = [("accuracy_axis", panel.accuracy_axis), ("suboptimality_axis", panel.suboptimality_axis)];
            for (key, axis) in axes {
                let ends = |[low, high]: [f64; 2]| low < high && low.is_finite() && high.is_finite();
                require(axis.is_none_or(ends), field(key), "two numbers, the lower end and then the upper one")?;
            }
        }
        for (at, curve) in figure.curves.iter().enumerate() {
            let field = |key: &str| format!("figure.{name}.curve.{at}.{key}");
            TrimFraction::new(curve.beta).or_else(|e| fail(field("beta"), e))?;
            require((0.0..1.0).contains(&curve.liars), field("liars"), "from 0 to below 1")?;
            require(curve.gamma > 0.0 && curve.gamma.is_finite(), field("gamma"), "a positive number")?;
            curve.iterations.map_or(Ok(()), |length| require_length(length, field("iterations")))?;
            compress::parse(curve.compressor.as_deref().unwrap_or("identity"))
                .or_else(|e| fail(field("compressor"), e))?;
        }
        Ok(())
    }
}

fn require(good: bool, field: impl Into<String>, says: impl Into<String>) -> Result<(), ConfigError> {
    if good { Ok(()) } else { Err(ConfigError::Field { field: field.into(), says: says.into() }) }
}

/// Of a run, in iterations.
fn require_length(length: usize, field: String) -> Result<(), ConfigError> {
    require((1..=ITERATIONS).contains(&length), field, format!("from 1 to {ITERATIONS}"))
}

fn fail<T>(field: String, says: impl ToString) -> Result<T, ConfigError> {
    Err(ConfigError::Field { field, says: says.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
seed = 1
seeds = 2
workers = 4
sharding = "partition"

[data.tiny]
lambda = 0.1
iterations = 3
made = { rows = 100, cols = 3, condition = 2.0, margin = 1.0 }

[[figure]]
name = "one"
title = "One"
columns = 1
show = ["accuracy"]
panel = [{ title = "{data}", data = "tiny", attack = "norm-shadow:{beta}" }]
curve = [{ label = "all", liars = 0.25, beta = 0.25 }]
"#;

    #[test]
    fn a_file_is_read_with_its_defaults() {
        let config = Config::parse(TEXT).unwrap();
        let figure = &config.figures[0];
        assert_eq!(
            (figure.against.as_slice(), figure.show.as_slice()),
            (&[Against::Iteration][..], &[Show::Accuracy][..])
        );
        assert_eq!(figure.panels[0].compressor, "identity");
        assert_eq!((figure.curves[0].method, figure.curves[0].gamma), (ExperimentMethod::Comrade, 1.0));
        assert_eq!(config.data(&figure.panels[0]).lambda, 0.1);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("seeds = 2", "seeds = 0", "seeds: from 1 to 10000"),
            ("seeds = 2", "seeds = 9223372036854775807", "seeds: from 1 to 10000"),
            ("seeds = 2", "seeds = 9223372036854775808", "seeds"),
            ("seeds = 2", "seeds = -1", "seeds"),
            ("workers = 4", "workers = 9223372036854775807", "workers: from 1 to 10000"),
            ("iterations = 3", "iterations = 9223372036854775807", "data.tiny.iterations: from 1 to 1000000"),
            ("beta = 0.25", "iterations = 9223372036854775807", "figure.one.curve.0.iterations: from 1 to 1000000"),
            ("rows = 100", "rows = 9223372036854775807", "data.tiny.made: 9223372036854775807 rows and 3 cols"),
            ("cols = 3", "cols = 9223372036854775807", "data.tiny.made: 100 rows and 9223372036854775807 cols"),
            ("cols = 3", "cols = 4097", "up to 16777216"),
            ("rows = 100", "rows = 0", "at least one of each"),
            ("lambda = 0.1", "lambda = 0.0", "data.tiny.lambda"),
            ("lambda = 0.1", "lambda = 0.1\nlamda = 1", "lamda"),
            ("seed = 1\n", "", "seed"),
            ("[data.tiny]", "[data.big]", "figure.one.panel.0.data: there is no [data.tiny]"),
            ("made = {", "# {", "data.tiny: neither a9a nor w5a"),
            ("condition = 2.0", "condition = 0.5", "data.tiny.made: condition"),
            ("name = \"one\"", "name = \"One two\"", "figure.name: `One two`"),
            ("norm-shadow:{beta}", "shadow", "figure.one.panel.0.attack: unknown attack"),
            ("data = \"tiny\"", "data = \"tiny\", accuracy_axis = [1.0, 0.5]", "figure.one.panel.0.accuracy_axis"),
            ("data = \"tiny\"", "data = \"tiny\", accuracy_axis = [0.5, inf]", "figure.one.panel.0.accuracy_axis"),
            ("beta = 0.25", "beta = 0.5", "figure.one.curve.0.beta"),
            ("liars = 0.25", "liars = 1.0", "figure.one.curve.0.liars"),
            ("beta = 0.25", "compressor = \"zip\"", "figure.one.curve.0.compressor"),
            ("show = [\"accuracy\"]", "show = [\"speed\"]", "speed"),
            ("show = [\"accuracy\"]", "show = []", "figure.one.show"),
        ];
        for (old, new, says) in cases {
            assert!(TEXT.contains(old));
            let error = Config::parse(&TEXT.replacen(old, new, 1)).unwrap_err().to_string();
            assert!(error.contains(says), "{new}: {error}");
        }
    }

    #[test]
    fn the_experiments_that_come_with_the_program_are_right() {
        let config = Config::parse(include_str!("../../figures.toml")).unwrap();
        assert!(config.seeds >= 10 && config.workers == 20 && config.sharding == Sharding::Partition);
        let figure = config.figures.iter().find(|figure| figure.name == "figure-3").unwrap();
        assert_eq!((figure.panels.len(), figure.columns), (8, 4));
        let liars: Vec<f64> = figure.curves.iter().filter(|c| c.beta > 0.0).map(|c| c.liars).collect();
        assert_eq!(liars, [0.10, 0.15, 0.20]);
    }
}
