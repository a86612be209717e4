//! A step w - W g of lazy Newton as an instance: gradients by the ordinary cluster, the robust mean by the ordinary rule.
//!
//! Where liars are assumed B = W^{-1} is the metric too, and diagonal.

use super::instance::{FARTHEST, Instance, Nothing, nothing};
use super::liar::Fixed;
use crate::oracle::formulas::Problem;
use crate::oracle::landscape::norm;
use crate::oracle::sketch::Counts;
use crate::oracle::stride::{Honest, Taken, measure};
use crate::run::{Draw, Place, members};
use comrade::aggregate::{Aggregator, Mixing, TrimFraction};
use comrade::attack::Attack;
use comrade::cluster::{Ask, Cluster, Reply};
use comrade::data::Dataset;
use comrade::metric::Metric;
use comrade::simulation::Simulation;
use comrade::stream::Seed;
use faer::Mat;

/// More workers than this make the rule too slow for a search.
const MOST_WORKERS: usize = 64;

pub(super) fn play(instance: &Instance, data: &Dataset, inverse: &[Vec<f64>]) -> Result<Draw, Nothing> {
    let Instance { loss, lambda, iterate: w, workers, .. } = instance;
    let (d, m, assumed) = (instance.d(), instance.m(), instance.trimmed());
    if m > MOST_WORKERS || workers.iter().any(|w| w.copies > 1 || (w.lies != w.message.is_some())) {
        return Err(nothing(
            "a step of lazy Newton has few workers, one by one, of which the liars send what is written",
        ));
    }
    let (loss, lambda) = (*loss, *lambda);
    let shards: Vec<Vec<usize>> = workers.iter().map(|w| w.shard.clone()).collect();
    let lies: Vec<bool> = workers.iter().map(|w| w.lies).collect();
    let lie = |q: &Vec<f64>| Box::new(Fixed(q.clone())) as Box<dyn Attack>;
    let attacks = workers.iter().map(|w| w.message.as_ref().map(lie)).collect();
    let simulation = Simulation::dealt(data, shards.clone()).loss(loss).lambda(lambda).seed(Seed(0)).attacks(attacks);
    let mut cluster = simulation.build().map_err(nothing)?;
    let replies = cluster.round(Ask::Gradient { w }).map_err(nothing)?;
    let (gradient, metric) = if assumed == 0 {
        // All shards have the same size.
        let mean = |k: usize| replies.iter().flatten().map(|g| g[k] / m as f64).sum();
        ((0..d).map(mean).collect::<Vec<f64>>(), Mat::identity(d, d))
    } else {
        let off = (0..d).any(|r| (0..d).any(|c| r != c && inverse[r][c] != 0.0));
        if off || (0..d).any(|k| inverse[k][k] <= 0.0) {
            return Err(nothing("a matrix that is also a metric here is diagonal and positive"));
        }
        let metric = Metric::diagonal((0..d).map(|k| inverse[k][k].sqrt().recip()).collect());
        let beta = TrimFraction::new(instance.beta).map_err(nothing)?;
        let made = Mixing { beta, metric: &metric }.aggregate(&replies, d).map_err(nothing)?;
        (made.vector, Mat::from_fn(d, d, |r, c| if r == c { inverse[r][r].recip() } else { 0.0 }))
    };
    let members = members(&lies, assumed);
    let held: Vec<&[usize]> = members.iter().map(|&i| shards[i].as_slice()).collect();
    let shares = vec![1.0 / held.len().max(1) as f64; held.len()];
    let honest = Honest::new(Problem { data, loss, lambda }, held, shares).map_err(nothing)?;
    let matrix = Mat::from_fn(d, d, |r, c| inverse[r][c]);
    let next: Vec<f64> = (0..d).map(|r| w[r] - (0..d).map(|c| matrix[(r, c)] * gradient[c]).sum::<f64>()).collect();
    let heard: Vec<Option<Vec<f64>>> = members.iter().map(|&i| Reply::ok(replies[i].clone())).collect();
    let taken =
        Taken { w, next: &next, step: 1.0, gradient: &gradient, inverse: &matrix, metric: &metric, heard: &heard };
    let (ends, stride) = measure(&honest, &taken, None).map_err(nothing)?;
    if stride.length > FARTHEST || norm(honest.minimiser()) > FARTHEST {
        return Err(nothing("the minimiser is too far away to be known"));
    }
    let counts = Counts {
        workers: m,
        honest: lies.iter().filter(|lies| !**lies).count(),
        byzantine: lies.iter().filter(|lies| **lies).count(),
        kept: m - assumed,
        trimmed: assumed,
        shard: shards.first().map_or(0, Vec::len),
        ..Counts::default()
    };
    Ok(Draw::of_stride(Place::of_stride(&ends, honest.rows(), d), counts, ends.disagreement, stride))
}
