//! One small round, written down in full: data, shards, iterate, lies and compressed messages.
//!
//! Workers who hold the same rows and send the same message are one [`Member`] with a count, so that a thousand workers cost
//! what two do.

use crate::scenario::{Draws, Lazy, Scenario, Source};
use comrade::data::synthetic::{Gaussian, Task};
use comrade::data::{Dataset, Dense, Features};
use comrade::loss::Loss;
use comrade::shard::Sharding;
use serde::{Deserialize, Serialize};

/// A group of equal workers of an instance; one worker, most often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// S_i, row indices with repetition.
    pub shard: Vec<usize>,
    /// How many workers there are of this kind.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub copies: usize,
    /// Whether it lies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lies: bool,
    /// What it sends: a lie, or the compressed Q(p_i); absent when it sends p_i.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Vec<f64>>,
}

fn one() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_one(copies: &usize) -> bool {
    *copies == 1
}

impl Member {
    /// One honest worker that sends what it finds.
    #[must_use]
    pub fn honest(shard: Vec<usize>) -> Self {
        Self { shard, copies: 1, lies: false, message: None }
    }
}

/// An instance of every claim that applies to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// l.
    pub loss: Loss,
    /// lambda.
    pub lambda: f64,
    /// x_j, n rows of length d.
    pub rows: Vec<Vec<f64>>,
    /// y_j, n.
    pub labels: Vec<f64>,
    /// w, d.
    pub iterate: Vec<f64>,
    /// beta.
    pub beta: f64,
    /// Workers 1..m, by groups.
    pub workers: Vec<Member>,
    /// W, d rows of d: a step w - W g of lazy Newton in place of one of COMRADE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inverse: Option<Vec<Vec<f64>>>,
}

/// Why an instance shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Nothing(String);

pub(super) fn nothing(why: impl ToString) -> Nothing {
    Nothing(why.to_string())
}

/// More workers than this are refused: the rule sorts a message of each.
const MOST_WORKERS: usize = 100_000;
/// More numbers than this in all messages together are refused: the rule holds a message of each worker.
const MOST_NUMBERS: usize = 1 << 24;
/// More operations than this are refused: those are some ten seconds, and nobody would know whether the end comes at all.
const MOST_OPERATIONS: f64 = 1e10;
/// A minimiser further away than this is that of a flat function, known to a small gradient and not to a small distance:
/// for labels that a line separates there is none.
pub(super) const FARTHEST: f64 = 1e3;
impl Instance {
    /// n.
    #[must_use]
    pub fn n(&self) -> usize {
        self.rows.len()
    }

    /// d.
    #[must_use]
    pub fn d(&self) -> usize {
        self.iterate.len()
    }

    /// m; at most [`usize::MAX`], whatever a file says.
    #[must_use]
    pub fn m(&self) -> usize {
        self.workers.iter().fold(0, |sum, member| sum.saturating_add(member.copies))
    }

    /// |T| = round(beta m).
    #[must_use]
    pub fn trimmed(&self) -> usize {
        (self.beta * self.m() as f64).round() as usize
    }

    /// Trims this many of the workers there are: beta with as few decimals as name the count.
    pub fn trim(&mut self, trimmed: usize) {
        let m = self.m();
        let decimals = if m <= 50 { 100.0 } else { 10_000.0 };
        self.beta = (decimals * trimmed as f64 / m as f64).round() / decimals;
    }

    /// Whether playing it ends soon, by what it has to hold and to compute: never by a clock.
    ///
    /// # Errors
    /// [`Nothing`] with its size and the limit.
    fn check_size(&self) -> Result<(), Nothing> {
        let (n, d, m) = (self.n(), self.d(), self.m());
        if m.saturating_mul(d) > MOST_NUMBERS {
            return Err(nothing(format!("{m} workers send {d} numbers each, and at most {MOST_NUMBERS} are held")));
        }
        let (rows, side) = (n as f64, d as f64);
        // Decompositions of the n rows and of each kind's d x d matrix, of some ten operations an entry and column; the means over
        // a shard; and what replacing a row by each of the n changes.
        let of_kind = |w: &Member| 10.0 * side.powi(3) + w.shard.len() as f64 * side * side + 10.0 * rows * side;
        let operations = 10.0 * rows.max(side) * side * side + self.workers.iter().map(of_kind).sum::<f64>();
        if operations > MOST_OPERATIONS {
            let kinds = self.workers.len();
            let size = format!("{n} rows of {d} numbers and {kinds} kinds of workers");
            return Err(nothing(format!(
                "{size} take {operations:.0e} operations, and at most {MOST_OPERATIONS:.0e} are made"
            )));
        }
        Ok(())
    }

    /// X and y.
    ///
    /// # Errors
    /// [`Nothing`] when lengths or numbers make no instance, or one that would not soon be played.
    pub fn dataset(&self) -> Result<Dataset, Nothing> {
        let (n, d) = (self.n(), self.d());
        let shards = self.workers.iter().map(|w| &w.shard);
        let whole = n > 0
            && d > 0
            && (1..=MOST_WORKERS).contains(&self.m())
            && self.workers.iter().all(|w| w.copies > 0)
            && self.labels.len() == n
            && self.rows.iter().all(|row| row.len() == d)
            && shards.clone().all(|s| !s.is_empty() && s.iter().all(|&j| j < n))
            && shards.clone().all(|s| s.len() == self.workers[0].shard.len())
            && self.workers.iter().flat_map(|w| &w.message).all(|q| q.len() == d)
            && self.inverse.iter().all(|rows| rows.len() == d && rows.iter().all(|row| row.len() == d))
            && self.lambda >= 0.0
            && self.numbers().iter().all(|v| v.is_finite());
        let labelled = self.loss == Loss::Squared || self.labels.iter().all(|y| y.abs() == 1.0);
        if !whole || !labelled {
            return Err(nothing("the lengths or numbers make no instance"));
        }
        self.check_size()?;
        let features = Features::Dense(Dense::new(n, d, self.rows.concat()).map_err(nothing)?);
        Ok(Dataset::new("instance", features, self.labels.clone()))
    }

    /// Every real number of the instance; labels of the logistic loss are not among them.
    #[must_use]
    pub fn numbers(&self) -> Vec<f64> {
        let mut copy = self.clone();
        copy.numbers_mut().into_iter().map(|v| *v).collect()
    }

    /// The same, to change.
    pub fn numbers_mut(&mut self) -> Vec<&mut f64> {
        let labels = if self.loss == Loss::Squared { self.labels.as_mut_slice() } else { &mut [] };
        let messages = self.workers.iter_mut().filter_map(|w| w.message.as_mut());
        let vectors = self.rows.iter_mut().chain([&mut self.iterate]).chain(messages).flatten();
        let inverse = self.inverse.iter_mut().flatten().flatten();
        vectors.chain(labels).chain([&mut self.lambda]).chain(inverse).collect()
    }

    /// The experiment that this is one round of.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        let liars = self.workers.iter().filter(|w| w.lies).map(|w| w.copies).sum();
        let compressed = self.workers.iter().any(|w| !w.lies && w.message.is_some());
        let task = Task::Classification;
        Scenario {
            name: "instance".into(),
            source: Source::Gaussian(Gaussian { rows: self.n(), cols: self.d(), condition: 1.0, margin: 1.0, task }),
            loss: self.loss,
            lambda: self.lambda,
            workers: self.m(),
            sharding: Sharding::WithReplacement,
            liars: (liars > 0).then(|| (liars, "fixed".into())),
            beta: self.beta,
            compressor: if compressed { "fixed" } else { "identity" }.into(),
            lazy: self.inverse.as_ref().map(|_| Lazy::PLAIN),
            iterates: vec![0],
            quick: Draws { seeds: 1, fresh: 0 },
            full: Draws { seeds: 1, fresh: 0 },
        }
    }
}
