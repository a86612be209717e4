//! Algorithm 1 (COMRADE): one round an iteration.

use crate::aggregate::{Aggregate, AggregateError, Aggregator};
use crate::cluster::{Ask, Cluster, ClusterError, Traffic};
use crate::compress::WireError;
use crate::newton::MinimiseError;
use crate::protocol::{Missing, Reply, WorkerId, absent};
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
    /// What each worker's direction arrived as, or why it did not.
    pub replies: &'a [Reply],
    /// The step's direction, and who was kept.
    pub aggregate: &'a Aggregate,
    /// What has crossed the network up to here.
    pub traffic: Traffic,
}

/// A solve that played all its iterations.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// The last iterate, d.
    pub w: Vec<f64>,
    /// Iterations played.
    pub iterations: usize,
}

/// A solve that cannot continue, and the iterate that it had reached: nothing is lost.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("iteration {iteration}: {cause}")]
pub struct SolveError {
    /// w_t, d; the plan's start if that is the cause.
    pub w: Vec<f64>,
    /// t, iterations played.
    pub iteration: usize,
    /// Why.
    pub cause: Cause,
}

/// Why a solve cannot continue.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Cause {
    /// The plan's start has not the dimension of the cluster's data.
    #[error("the start has {got} coordinates, the data {want}")]
    Start {
        /// Length of the start.
        got: usize,
        /// d.
        want: usize,
    },
    /// A run cannot go on with other workers or in another dimension.
    #[error("the state that was kept is of another dimension or number of workers: start again, or use its own data")]
    State,
    /// The tolerance is none.
    #[error("the tolerance must be above 0 and below 1, got {0}: it is a share of the gradient's norm at w = 0")]
    Tolerance(f64),
    /// The method cannot take messages together by the rule: which ones it takes.
    #[error("{0}")]
    Rule(String),
    /// With so few replies, honest workers may not be a majority of those that answer.
    #[error(
        "{stragglers} stragglers and {liars} liars of {workers} workers: honest ones need be no majority of those who answer; \
         take fewer stragglers, or less trim"
    )]
    Budget {
        /// round(sigma m).
        stragglers: usize,
        /// round(beta m).
        liars: usize,
        /// m.
        workers: usize,
    },
    /// Exact Newton needs all samples.
    #[error(
        "the method newton takes all samples on one honest worker in this process; use lazy-newton, or a single worker"
    )]
    NotAlone,
    /// The exact minimiser was not found.
    #[error(transparent)]
    Minimise(#[from] MinimiseError),
    /// A round could not be played.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The replies could not be aggregated.
    #[error("round {round}: {source}{}", listed(.absent))]
    Aggregate {
        /// As the cluster counts.
        round: u64,
        /// Why.
        source: AggregateError,
        /// Who had no reply.
        absent: Vec<(WorkerId, Missing)>,
    },
}

/// What makes an honest worker send numbers that are not finite.
const OVERFLOW: &str = "; an honest worker sends such a vector if its samples have values so large that their squares are not \
    finite: divide those columns by their largest value";

/// The first few who are absent, in words.
fn listed(absent: &[(WorkerId, Missing)]) -> String {
    const NAMED: usize = 5;
    let named = absent.iter().take(NAMED).map(|(worker, why)| format!("; {worker}: {why}"));
    let others = absent.len().saturating_sub(NAMED);
    let more = (others > 0).then(|| format!("; and {others} more"));
    let overflow = absent.iter().any(|(_, why)| *why == Missing::Unreadable(WireError::Unreadable));
    named.chain(more).chain(overflow.then(|| OVERFLOW.to_owned())).collect()
}

/// Algorithm 1: broadcast w, gather Q(H_i^{-1} g_i), aggregate, step. One round an iteration; the watcher sees it, and may
/// end the solve with a value of its own.
///
/// # Errors
/// [`SolveError`] when a round or its aggregation is impossible.
pub fn solve<B>(
    cluster: &mut dyn Cluster,
    rule: &dyn Aggregator,
    plan: &Plan,
    watch: &mut dyn FnMut(&Step<'_>) -> ControlFlow<B>,
) -> Result<ControlFlow<B, Solution>, SolveError> {
    iterate(cluster, plan, watch, &mut |cluster, w| gather(cluster, rule, Ask::Direction { w }))
}

/// The replies to a round and their aggregate.
type Gathered = (Vec<Reply>, Aggregate);

/// One iteration's rounds, at (cluster, w): what the last of them gathered.
type Rounds<'a> = dyn FnMut(&mut dyn Cluster, &[f64]) -> Result<Gathered, Cause> + 'a;

/// w <- w - gamma p, with the direction p that `direction` finds.
pub(crate) fn iterate<B>(
    cluster: &mut dyn Cluster,
    plan: &Plan,
    watch: &mut dyn FnMut(&Step<'_>) -> ControlFlow<B>,
    direction: &mut Rounds<'_>,
) -> Result<ControlFlow<B, Solution>, SolveError> {
    let mut w = plan.start.clone();
    let (got, want) = (w.len(), cluster.dimension());
    if got != want {
        return Err(SolveError { w, iteration: 0, cause: Cause::Start { got, want } });
    }
    for iteration in 0..plan.iterations {
        let (replies, aggregate) = match direction(cluster, &w) {
            Ok(gathered) => gathered,
            Err(cause) => return Err(SolveError { w, iteration, cause }),
        };
        let before = w.clone();
        w.iter_mut().zip(&aggregate.vector).for_each(|(w, p)| *w -= plan.gamma * p);
        let traffic = cluster.traffic();
        let step = Step { iteration, before: &before, after: &w, replies: &replies, aggregate: &aggregate, traffic };
        if let ControlFlow::Break(value) = watch(&step) {
            return Ok(ControlFlow::Break(value));
        }
    }
    Ok(ControlFlow::Continue(Solution { w, iterations: plan.iterations }))
}

/// One round and its aggregate.
pub(crate) fn gather(cluster: &mut dyn Cluster, rule: &dyn Aggregator, ask: Ask<'_>) -> Result<Gathered, Cause> {
    let round = cluster.traffic().rounds;
    let replies = cluster.quorum(ask, rule.enough(cluster.workers()))?;
    match rule.aggregate(&replies, cluster.dimension()) {
        Ok(aggregate) => Ok((replies, aggregate)),
        Err(source) => Err(Cause::Aggregate { round, source, absent: absent(&replies) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_who_are_absent_are_named_and_the_others_counted() {
        let absent = |count| (0..count).map(|i| (WorkerId(i), Missing::Silent)).collect::<Vec<_>>();
        assert_eq!(listed(&absent(0)), "");
        let five = listed(&absent(5));
        assert_eq!(five.matches("; worker").count(), 5);
        assert!(!five.contains("more"), "{five}");
        assert_eq!(listed(&absent(7)), five + "; and 2 more");
    }
}
