//! Studies of the events behind every a-priori bound: how often Lemmas 1 to 3 fail over delta, s and m ([`rates`]), what
//! reusing the shards at t >= 1 changes ([`reuse`]), and how eta falls with s ([`sizes`]).
//!
//! The claims judge each lemma at one delta on each scenario. Here the same rules are looked at where they may bend: many
//! cells, no liars, no messages, only shards and what they measure.

pub mod quantile;
pub mod rates;
pub mod reuse;
pub mod sizes;

use crate::claim::{At, Mode, Reading};
use crate::oracle::formulas::Problem;
use crate::oracle::landscape::OracleError;
use crate::quantity::{epsilon, eta, ridge};
use crate::run::RunError;
use comrade::data::synthetic::{self, Gaussian, RangeError, Task};
use comrade::data::{Dataset, Dense, Features, features::ShapeError};
use comrade::loss::Loss;
use comrade::stream::{Purpose, Seed};
use serde::{Deserialize, Serialize};

const DATA: Purpose = Purpose::new("studies");

/// How many draws each study takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// In each cell of [`rates`].
    pub rates: u64,
    /// Pairs in each cell of [`reuse`].
    pub reuse: u64,
    /// At each s of [`sizes`].
    pub sizes: u64,
    /// The same on the published data, where a draw costs a hundred times more.
    pub sizes_published: u64,
}

impl Effort {
    /// For the default run.
    pub const QUICK: Self = Self { rates: 500, reuse: 500, sizes: 200, sizes_published: 60 };
    /// For `--full`.
    pub const FULL: Self = Self { rates: 2000, reuse: 2000, sizes: 2000, sizes_published: 400 };

    /// Measured draws of all studies, for a progress bar.
    #[must_use]
    pub fn draws(&self) -> u64 {
        rates::draws(self) + reuse::draws(self) + sizes::draws(self)
    }
}

/// All studies of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Failure rates over delta, s and m.
    pub rates: Vec<rates::Cell>,
    /// Fresh shards against reused ones.
    pub reuse: reuse::Reuse,
    /// eta against s.
    pub sizes: Vec<sizes::EtaCurve>,
}

/// A study that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// A generator's numbers are out of range.
    #[error(transparent)]
    Generate(#[from] RangeError),
    /// Rows that do not make a matrix.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The oracle could not measure.
    #[error(transparent)]
    Oracle(#[from] OracleError),
    /// A trajectory could not be played.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Makes all studies on rayon's current pool. `published` is a9a or its stand-in; `tick` is called after each draw.
///
/// # Errors
/// [`StudyError`] when a data set cannot be made or measured.
pub fn make(
    effort: &Effort,
    published: &Dataset,
    seed: Seed,
    family_error: f64,
    tick: &(dyn Fn() + Sync),
) -> Result<Study, StudyError> {
    Ok(Study {
        rates: rates::measure(effort, seed, family_error, tick)?,
        reuse: reuse::measure(effort, seed, family_error, tick)?,
        sizes: sizes::measure(effort, published, seed, tick)?,
    })
}

/// A problem to draw shards from.
#[derive(Debug)]
struct Subject {
    /// In reports.
    name: &'static str,
    dataset: Dataset,
    loss: Loss,
    lambda: f64,
}

impl Subject {
    /// One exact Newton step from 0: an iterate that no shard has seen.
    fn iterate(&self) -> Result<Vec<f64>, OracleError> {
        let problem = Problem { data: &self.dataset, loss: self.loss, lambda: self.lambda };
        let start = vec![0.0; self.dataset.cols()];
        let step = problem.newton_direction(&problem.all(), &start);
        let step = step.ok_or(OracleError::Singular { rank: 0, dimension: start.len() })?;
        Ok(step.iter().map(|p| -p).collect())
    }
}

/// Gaussian rows of equal importance: mu is small.
fn even(rows: usize, seed: Seed) -> Result<Subject, StudyError> {
    let spec = Gaussian { rows, cols: 5, condition: 3.0, margin: 1.0, task: Task::Classification };
    let dataset = synthetic::gaussian(&spec, seed.child(DATA, 0))?;
    Ok(Subject { name: "even-rows", dataset, loss: Loss::Logistic, lambda: 0.05 })
}

/// The same with every hundredth row `factor` times as long, and the squared loss, whose curvature does not damp them: a
/// hundredth of the rows has `factor`^2 / (99 + `factor`^2) of the weight, so mu is large.
fn heavy(rows: usize, factor: f64, seed: Seed) -> Result<Subject, StudyError> {
    let mut subject = even(rows, seed)?;
    let cols = subject.dataset.cols();
    let mut values = vec![0.0; rows * cols];
    for (j, row) in values.chunks_exact_mut(cols).enumerate() {
        let scale = if j.is_multiple_of(100) { factor } else { 1.0 };
        subject.dataset.features.for_row(j, |k, v| row[k] = scale * v);
    }
    subject.dataset.features = Features::Dense(Dense::new(rows, cols, values)?);
    Ok(Subject { name: "heavy-rows", loss: Loss::Squared, ..subject })
}

/// A bound of Lemmas 1 to 3 with its delta left open.
struct Rule {
    id: &'static str,
    reading: Reading,
    /// As that of a claim.
    variant: &'static str,
    /// In symbols.
    says: &'static str,
    measured: fn(At<'_>) -> f64,
    /// The bound at this delta.
    bound: fn(At<'_>, f64) -> f64,
    /// Whether a bound of 1 or more says nothing.
    below_one: bool,
}

const RULES: [Rule; 8] = [
    Rule {
        id: "lemma-1",
        reading: Reading::Printed,
        variant: "",
        says: "‖gᵢ − g‖ ≤ E‖gᵢ − g‖ + max‖b‖ √(2 ln(1/δ)/s)",
        measured: |at| at.draw.sketch.first_deviation,
        bound: |at, delta| expected(at) + epsilon::mcdiarmid(at, at.draw.place.b.largest, delta),
        below_one: false,
    },
    Rule {
        id: "lemma-1",
        reading: Reading::Sharpened,
        variant: "",
        says: "‖gᵢ − g‖ ≤ E‖gᵢ − g‖ + max‖b − b̄‖ √(2 ln(1/δ)/s)",
        measured: |at| at.draw.sketch.first_deviation,
        bound: |at, delta| expected(at) + epsilon::mcdiarmid(at, at.draw.place.b.largest_centred, delta),
        below_one: false,
    },
    Rule {
        id: "lemma-2",
        reading: Reading::Printed,
        variant: "",
        says: "η ≤ √(3μr ln(rm/δ)/s)",
        measured: eta::measured,
        bound: eta::printed_rule,
        below_one: true,
    },
    Rule {
        id: "lemma-2",
        reading: Reading::Rederived,
        variant: "",
        says: "η ≤ √(3μr ln(2r(m+1)/δ)/s)",
        measured: eta::measured,
        bound: eta::rederived_rule,
        below_one: true,
    },
    Rule {
        id: "lemma-2",
        reading: Reading::Sharpened,
        variant: "",
        says: "η ≤ exact Chernoff",
        measured: eta::measured,
        bound: eta::chernoff,
        below_one: true,
    },
    Rule {
        id: "lemma-2",
        reading: Reading::Sharpened,
        variant: "ridge",
        says: "η_ridge ≤ Bernstein on ridge leverage",
        measured: ridge::eta_ridge,
        bound: ridge::radius,
        below_one: true,
    },
    Rule {
        id: "lemma-3",
        reading: Reading::Printed,
        variant: "",
        says: "maxᵢ ‖gᵢ − g‖ ≤ (1 + √(2 ln(m/δ))) √(1/s) max‖b‖",
        measured: |at| at.draw.sketch.deviation.max,
        bound: epsilon::deviation_printed,
        below_one: false,
    },
    Rule {
        id: "lemma-3",
        reading: Reading::Sharpened,
        variant: "",
        says: "maxᵢ ‖gᵢ − g‖ ≤ √(tr Cov_b / s) + 2 max‖b − b̄‖ √(ln(m/δ)/(2s))",
        measured: |at| at.draw.sketch.deviation.max,
        bound: epsilon::deviation_sharpened,
        below_one: false,
    },
];

/// E ||g_i - g||, its lower estimate; not a number where nothing was estimated.
fn expected(at: At<'_>) -> f64 {
    at.draw.expected_deviation.unwrap_or(f64::NAN)
}

impl Rule {
    fn at<'a>(&self, draw: &'a crate::run::Draw) -> At<'a> {
        At { draw, mode: Mode::APriori, reading: self.reading }
    }

    /// Measured over bound at this delta; `None` where the bound says nothing.
    fn ratio(&self, draw: &crate::run::Draw, delta: f64) -> Option<f64> {
        let bound = (self.bound)(self.at(draw), delta);
        let says_nothing = self.below_one && bound.is_nan() | (bound >= 1.0);
        (!says_nothing).then(|| (self.measured)(self.at(draw)) / bound)
    }
}
