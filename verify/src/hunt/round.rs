//! An instance, played by the ordinary cluster and measured by the ordinary oracle; nothing here computes a bound.

use super::instance::{FARTHEST, Instance, Nothing, nothing};
use super::liar::{Fixed, Silent};
use super::stride;
use crate::oracle::landscape::{Landscape, Samples, minus, norm};
use crate::oracle::sketch::Groups;
use crate::run::{Draw, ground};
use comrade::aggregate::{Aggregator, NormTrimmedMean, TrimFraction};
use comrade::attack::Attack;
use comrade::cluster::{Ask, Cluster, Reply};
use comrade::compress::{Compressor, Identity, WireError};
use comrade::data::Dataset;
use comrade::loss::Loss;
use comrade::shard::Sharding;
use comrade::simulation::Simulation;
use comrade::stream::{Seed, Stream};
use std::sync::Arc;

/// A worker's Hessian of which rounding takes a larger share shows nothing.
const NOISIEST: f64 = 1e-7;
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
            return Ok(Scene { draw: stride::play(self, &data, inverse)?, residual: self.residual_rounding() });
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
        let ground = ground(&data, self.loss, self.lambda).map_err(nothing)?;
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
