//! GIANT, the two-round baseline (Lemma 4): first the gradient, then directions for that gradient.

use crate::aggregate::Aggregator;
use crate::center::{Plan, Solution, SolveError, Step, ask, combine, iterate};
use crate::cluster::{Ask, Cluster};
use std::ops::ControlFlow;

/// Gather g_i, aggregate to g, gather H_i^{-1} g, aggregate, step. Two rounds an iteration.
///
/// The same rule aggregates both rounds; GIANT as published is the mean ([`crate::aggregate::MEAN`]).
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
        let gradients = ask(cluster, Ask::Gradient { w }, iteration)?;
        let gradient = combine(rule, &gradients, w.len(), iteration)?.vector;
        let replies = ask(cluster, Ask::DirectionFor { w, gradient: &gradient }, iteration)?;
        let aggregate = combine(rule, &replies, w.len(), iteration)?;
        Ok((replies, aggregate))
    })
}
