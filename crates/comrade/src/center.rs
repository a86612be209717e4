//! Algorithm 1 (COMRADE): one round an iteration.

use crate::aggregate::{Aggregate, AggregateError, Aggregator};
use crate::cluster::{Ask, Cluster, ClusterError, Reply};
use std::ops::ControlFlow;

/// Where to start, how far to step, how long to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// w_0, d.
    pub start: Vec<f64>,
    /// gamma, the step size; 1 in the theory.
    pub gamma: f64,
    /// T, iterations.
    pub iterations: usize,
}

/// What a watcher sees after each iteration.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// t, from 0.
    pub iteration: usize,
    /// w_t, where the workers were asked, d.
    pub before: &'a [f64],
    /// w_{t+1}, d.
    pub after: &'a [f64],
    /// What each worker's direction arrived as.
    pub replies: &'a [Reply],
    /// The step's direction, and who was kept.
    pub aggregate: &'a Aggregate,
}

/// Why a solve ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// All iterations were played.
    Iterations,
    /// The watcher had seen enough.
    Watcher,
}

/// How a solve ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// The last iterate, d.
    pub w: Vec<f64>,
    /// Iterations played.
    pub iterations: usize,
    /// Why it ended.
    pub stop: Stop,
}

/// A solve that cannot continue.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SolveError {
    /// The plan's start has not the dimension of the cluster's data.
    #[error("the start has {got} coordinates, the data {want}")]
    Start {
        /// Length of the start.
        got: usize,
        /// d.
        want: usize,
    },
    /// A round could not be played.
    #[error("iteration {iteration}: {source}")]
    Cluster {
        /// t.
        iteration: usize,
        /// Why.
        source: ClusterError,
    },
    /// The replies could not be aggregated.
    #[error("iteration {iteration}: {source}")]
    Aggregate {
        /// t.
        iteration: usize,
        /// Why.
        source: AggregateError,
    },
}

/// Algorithm 1: broadcast w, gather Q(H_i^{-1} g_i), aggregate, step. One round an iteration.
///
/// # Errors
/// [`SolveError`] when a round or its aggregation is impossible.
pub fn solve(
    cluster: &mut dyn Cluster,
    rule: &dyn Aggregator,
    plan: &Plan,
    watch: &mut dyn FnMut(&Step<'_>) -> ControlFlow<()>,
) -> Result<Solution, SolveError> {
    iterate(cluster, plan, watch, &mut |cluster, w, iteration| {
        let replies = ask(cluster, Ask::Direction { w }, iteration)?;
        let aggregate = combine(rule, &replies, w.len(), iteration)?;
        Ok((replies, aggregate))
    })
}

/// The replies to a direction's last round and their aggregate: what one iteration's rounds end with.
type Found = Result<(Vec<Reply>, Aggregate), SolveError>;

/// One iteration's rounds, at (cluster, w, t).
type Rounds<'a> = dyn FnMut(&mut dyn Cluster, &[f64], usize) -> Found + 'a;

/// w <- w - gamma p, with the direction p that `direction` finds.
pub(crate) fn iterate(
    cluster: &mut dyn Cluster,
    plan: &Plan,
    watch: &mut dyn FnMut(&Step<'_>) -> ControlFlow<()>,
    direction: &mut Rounds<'_>,
) -> Result<Solution, SolveError> {
    let (got, want) = (plan.start.len(), cluster.dimension());
    if got != want {
        return Err(SolveError::Start { got, want });
    }
    let mut w = plan.start.clone();
    for iteration in 0..plan.iterations {
        let (replies, aggregate) = direction(cluster, &w, iteration)?;
        let before = w.clone();
        w.iter_mut().zip(&aggregate.vector).for_each(|(w, p)| *w -= plan.gamma * p);
        let step = Step { iteration, before: &before, after: &w, replies: &replies, aggregate: &aggregate };
        if watch(&step).is_break() {
            return Ok(Solution { w, iterations: iteration + 1, stop: Stop::Watcher });
        }
    }
    Ok(Solution { w, iterations: plan.iterations, stop: Stop::Iterations })
}

pub(crate) fn ask(cluster: &mut dyn Cluster, ask: Ask<'_>, iteration: usize) -> Result<Vec<Reply>, SolveError> {
    cluster.round(ask).map_err(|source| SolveError::Cluster { iteration, source })
}

pub(crate) fn combine(
    rule: &dyn Aggregator,
    replies: &[Reply],
    dimension: usize,
    iteration: usize,
) -> Result<Aggregate, SolveError> {
    rule.aggregate(replies, dimension).map_err(|source| SolveError::Aggregate { iteration, source })
}
