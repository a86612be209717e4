//! One small round, written down in full: data, shards, iterate, lies and compressed messages.
//!
//! It is played by the ordinary cluster and measured by the ordinary oracle; nothing here computes a bound. Workers who hold
//! the same rows and send the same message are one [`Member`] with a count, so that a thousand workers cost what two do.

use crate::oracle::landscape::{Ground, Landscape, Samples, minus, norm};
use crate::oracle::sketch::Groups;
use crate::run::Draw;
use crate::scenario::{Draws, Lazy, Scenario, Source};
use comrade::aggregate::{Aggregator, NormTrimmedMean, TrimFraction};
use comrade::attack::{Attack, Message, View};
use comrade::cluster::{Ask, Cluster, Reply};
use comrade::compress::{Compressor, Identity, WireError};
use comrade::data::synthetic::{Gaussian, Task};
use comrade::data::{Dataset, Dense, Features};
use comrade::loss::Loss;
use comrade::shard::Sharding;
use comrade::simulation::Simulation;
use comrade::stream::{Seed, Stream};
use ladder::Draw as _;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

/// A worker's Hessian of which rounding takes a larger share shows nothing.
const NOISIEST: f64 = 1e-7;
/// More workers than this are refused: the rule sorts a message of each.
const MOST_WORKERS: usize = 100_000;
/// A minimiser further away than this is that of a flat function, known to a small gradient and not to a small distance:
/// for labels that a line separates there is none.
pub(super) const FARTHEST: f64 = 1e3;
/// A compression error is none or at least this fraction of the direction, which is itself known to some 1e-15 kappa: the
/// square root of 1 - rho then has digits to spare, and the error is never taken for the rounding of a direction.
const SMALLEST_ERROR: f64 = 1e-6;

/// An instance, played.
#[derive(Clone, Debug)]
pub struct Scene {
    /// What was measured.
    pub draw: Draw,
    /// A bound on the rounding of b_j, of which [`Draw::slack`] says nothing.
    pub residual: f64,
}

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

    /// X and y.
    ///
    /// # Errors
    /// [`Nothing`] when lengths or numbers make no instance.
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
            name: "instance",
            source: Source::Gaussian(Gaussian { rows: self.n(), cols: self.d(), condition: 1.0, margin: 1.0, task }),
            loss: self.loss,
            lambda: self.lambda,
            workers: self.m(),
            sharding: Sharding::WithReplacement,
            liars: (liars > 0).then_some((liars, "fixed")),
            beta: self.beta,
            compressor: if compressed { "fixed" } else { "identity" },
            lazy: self.inverse.as_ref().map(|_| Lazy::PLAIN),
            iterates: &[0],
            quick: Draws { seeds: 1, fresh: 0 },
            full: Draws { seeds: 1, fresh: 0 },
        }
    }

    /// The run of one worker of each group, all of them honest.
    fn simulation<'a>(&self, data: &'a Dataset) -> Simulation<'a> {
        let shards = self.workers.iter().map(|w| w.shard.clone()).collect();
        Simulation::dealt(data, shards).loss(self.loss).lambda(self.lambda).seed(Seed(0))
    }

    /// What a worker of each group would send uncompressed.
    ///
    /// # Errors
    /// [`Nothing`] when an honest worker's Hessian is singular.
    pub fn directions(&self, data: &Dataset) -> Result<Vec<Vec<f64>>, Nothing> {
        let attacks = self.workers.iter().map(|w| w.lies.then(|| Box::new(Silent) as Box<dyn Attack>)).collect();
        let mut cluster = self.simulation(data).attacks(attacks).build().map_err(nothing)?;
        let replies = cluster.round(Ask::Direction { w: &self.iterate }).map_err(nothing)?;
        Ok(replies.into_iter().map(Result::unwrap_or_default).collect())
    }

    /// Plays the round through the cluster and measures it with the oracle.
    ///
    /// # Errors
    /// [`Nothing`] when the round cannot be played, or a compressed message breaks the contract with every rho >= 0.
    pub fn play(&self) -> Result<Scene, Nothing> {
        let data = self.dataset()?;
        if let Some(inverse) = &self.inverse {
            return Ok(Scene { draw: super::stride::play(self, &data, inverse)?, residual: self.residual_rounding() });
        }
        let shards: Vec<Vec<usize>> = self.workers.iter().map(|w| w.shard.clone()).collect();
        let lies: Vec<bool> = self.workers.iter().map(|w| w.lies).collect();
        let compressed = self.workers.iter().any(|w| !w.lies && w.message.is_some());
        let table = if compressed { self.table(&data)? } else { Vec::new() };
        let attacks = self.workers.iter().map(|w| {
            let message = w.message.clone().filter(|_| w.lies);
            message.map(|q| Box::new(Fixed(q)) as Box<dyn Attack>).or_else(|| w.lies.then(|| Box::new(Silent) as _))
        });
        let simulation = self.simulation(&data).compressor(Arc::new(Table(table))).attacks(attacks.collect());
        let mut cluster = simulation.build().map_err(nothing)?;
        let replies = cluster.round(Ask::Direction { w: &self.iterate }).map_err(nothing)?;
        let copies: Vec<usize> = self.workers.iter().map(|w| w.copies).collect();
        let (vector, kept) = self.aggregate(&replies, &copies)?;
        let ground = Ground::new(&data, self.loss, self.lambda).map_err(nothing)?;
        let at = Landscape::new(&ground, &self.iterate).map_err(nothing)?;
        let (copies, kept, vector) = (&copies[..], &kept[..], &vector[..]);
        let samples: Vec<Samples<'_>> = shards.iter().map(|rows| Samples::Rows(rows)).collect();
        let round = Groups { samples: &samples, lies: &lies, replies: &replies, copies, kept, vector };
        let draw = Draw::of_groups(&at, &self.iterate, round, Sharding::WithReplacement).map_err(nothing)?;
        let draw = draw.with_bounded_difference(&at, &shards, &lies);
        if draw.travel.is_some_and(|travel| travel.before > FARTHEST) {
            return Err(nothing("the minimiser is too far away to be known"));
        }
        // 1/tau is an eigenvalue of I + E_i, from E_i: known to no more than the rounding of 1.
        if draw.sketch.tau * draw.rounding() > NOISIEST {
            return Err(nothing("a worker's Hessian is lost in rounding"));
        }
        Ok(Scene { draw, residual: self.residual_rounding() })
    }

    /// What the real rule makes of all m messages, and how many of each group it keeps.
    fn aggregate(&self, replies: &[Reply], copies: &[usize]) -> Result<(Vec<f64>, Vec<usize>), Nothing> {
        let rule = NormTrimmedMean { beta: TrimFraction::new(self.beta).map_err(nothing)? };
        let all: Vec<Reply> =
            replies.iter().zip(copies).flat_map(|(q, &n)| std::iter::repeat_n(q, n).cloned()).collect();
        let aggregate = rule.aggregate(&all, self.d()).map_err(nothing)?;
        let owner: Vec<usize> = copies.iter().enumerate().flat_map(|(i, &n)| std::iter::repeat_n(i, n)).collect();
        let mut kept = vec![0; copies.len()];
        aggregate.kept.iter().for_each(|id| kept[owner[id.0]] += 1);
        Ok((aggregate.vector, kept))
    }

    /// A bound on the rounding of b_j = l'(x_j'w) x_j: the sum x_j'w of d products, and the label taken off it, are known to
    /// d + 2 machine epsilons of their terms; the slope of the logistic loss changes by at most a quarter of that, and is
    /// itself at most 1.
    fn residual_rounding(&self) -> f64 {
        let unit = (self.d() + 2) as f64 * f64::EPSILON;
        let each = self.rows.iter().zip(&self.labels).map(|(x, y)| {
            let terms: f64 = x.iter().zip(&self.iterate).map(|(x, w)| (x * w).abs()).sum();
            let slope = match self.loss {
                Loss::Squared => terms + y.abs(),
                Loss::Logistic => 1.0 + 0.25 * terms,
            };
            unit * slope * norm(x)
        });
        each.fold(0.0, f64::max)
    }

    /// (p_i, Q(p_i)) of the honest workers that compress; Q is a function, so that equal directions have one image.
    fn table(&self, data: &Dataset) -> Result<Images, Nothing> {
        let directions = self.directions(data)?;
        let pairs = self.workers.iter().zip(directions).filter(|(w, _)| !w.lies);
        let table: Images = pairs.filter_map(|(w, p)| w.message.clone().map(|q| (p, q))).collect();
        let error = |p: &[f64], q: &[f64]| norm(&minus(q, p)) / norm(p);
        if table.iter().any(|(p, q)| p != q && !(SMALLEST_ERROR..=1.0).contains(&error(p, q))) {
            return Err(nothing("a compressed message is next to its direction, or further from it than 0 is"));
        }
        Ok(table)
    }
}

/// (v, Q(v)).
type Images = Vec<(Vec<f64>, Vec<f64>)>;

/// A liar that always sends these numbers.
#[derive(Debug)]
pub(super) struct Fixed(pub(super) Vec<f64>);

impl Attack for Fixed {
    fn send(&self, _: &View<'_>, stream: &mut Stream) -> Message {
        // As bytes: an adversary is not bound to the compressor.
        Message::Bytes(Identity.encode(&self.0, stream))
    }

    fn name(&self) -> String {
        "fixed".into()
    }
}

/// A liar that says nothing.
#[derive(Debug)]
struct Silent;

impl Attack for Silent {
    fn send(&self, _: &View<'_>, _: &mut Stream) -> Message {
        Message::Nothing
    }

    fn name(&self) -> String {
        "silent".into()
    }
}

/// Q as a table of (v, Q(v)), the identity elsewhere.
#[derive(Debug)]
struct Table(Images);

impl Compressor for Table {
    fn encode(&self, v: &[f64], stream: &mut Stream) -> Vec<u8> {
        let entry = self.0.iter().find(|(from, _)| from == v);
        Identity.encode(entry.map_or(v, |(_, to)| to), stream)
    }

    fn decode(&self, bytes: &[u8], d: usize) -> Result<Vec<f64>, WireError> {
        Identity.decode(bytes, d)
    }

    fn rho(&self, _: usize) -> f64 {
        0.0
    }

    fn name(&self) -> String {
        "fixed".into()
    }
}
