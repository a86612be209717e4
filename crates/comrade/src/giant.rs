//! GIANT, the two-round baseline (Lemma 4): first the gradient, then directions for that gradient.

use crate::aggregate::Aggregator;
use crate::center::{Plan, Solution, SolveError, Step, gather, iterate};
use crate::cluster::{Ask, Cluster};
use std::ops::ControlFlow;

/// Gather g_i, aggregate to g, gather H_i^{-1} g, aggregate, step. Two rounds an iteration.
///
/// The same rule aggregates both rounds; GIANT as published is the mean ([`crate::aggregate::MEAN`]).
///
/// # Errors
/// [`SolveError`] when a round or its aggregation is impossible.
pub fn solve<B>(
    cluster: &mut dyn Cluster,
    rule: &dyn Aggregator,
    plan: &Plan,
    watch: &mut dyn FnMut(&Step<'_>) -> ControlFlow<B>,
) -> Result<ControlFlow<B, Solution>, SolveError> {
    iterate(cluster, plan, watch, &mut |cluster, w| {
        let gradient = gather(cluster, rule, Ask::Gradient { w })?.1.vector;
        gather(cluster, rule, Ask::DirectionFor { w, gradient: &gradient })
    })
}
