//! The methods whose workers send directions or gradients and no values: COMRADE, GIANT, gradient descent.
//!
//! Their steps are those of [`crate::center`], [`crate::giant`] and [`crate::gradient_descent`]. Of f they know what a round
//! of its own asks: at 0, at the start, where the direction has become as short as was asked for, and at the end. A direction
//! that short says that the method rests; whether at the minimiser, the gradient says.

use super::lazy::{self, Curvature, Ear, Played, out_of_range};
use super::{End, Measured, Method, Options, Ruling};
use crate::aggregate::{Aggregate, AggregateError};
use crate::center::{Cause, Plan, Solution, SolveError, Step};
use crate::cluster::Cluster;
use crate::compress::{Form, WireError, norm2};
use crate::protocol::{Ask, Missing, absent};
use crate::{center, giant, gradient_descent};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// The best point that was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Best {
    pub(super) w: Vec<f64>,
    pub(super) measured: Measured,
    /// Whether someone was missing there.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub(super) partial: bool,
}

impl Best {
    /// Where f and g were asked for.
    pub(super) fn of(played: &Played, (value, gradient_norm): (f64, f64)) -> Self {
        let measured = Measured { value, gradient_norm };
        Self { w: played.w.clone(), measured, partial: played.is_partial() }
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Next {
    Zero,
    Start,
    /// A Hessian, for rules that need one.
    Look,
    Step,
    Measure,
    /// The look at f where there is no room for a step any more: what follows does not depend on it.
    Last,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Stepping {
    method: Method,
    w: Vec<f64>,
    next: Next,
    best: Option<Best>,
    /// What the last look at f found, until the next step.
    last: Option<Best>,
    /// The length of the first direction.
    first: Option<f64>,
    /// f and g are asked for when the direction is this short relative to the first.
    rest: Option<f64>,
    /// ||g|| where that was last so.
    resting: Option<f64>,
    steps: u64,
    /// For rules that need one.
    curvature: Option<Curvature>,
    pub(super) end: Option<End>,
}

/// A direction for the next look at f is so much shorter than that for the last one.
const SHORTER: f64 = 0.1;
/// If then more than this is left of ||g||, the method rests at its floor.
const LEFT: f64 = 0.5;

impl Stepping {
    pub(super) fn start(method: Method, w: Vec<f64>) -> Self {
        Self {
            method,
            w,
            next: Next::Zero,
            best: None,
            last: None,
            first: None,
            rest: None,
            resting: None,
            steps: 0,
            curvature: None,
            end: None,
        }
    }

    /// Whether all of it is of dimension d.
    pub(super) fn fits(&self, d: usize) -> bool {
        self.w.len() == d
            && self.best.iter().chain(&self.last).all(|best| best.w.len() == d)
            && self.curvature.as_ref().is_none_or(|known| known.metric.fits(d))
    }

    /// Before a step: whether the rule needs a Hessian first.
    fn before_step(&self, options: &Options, workers: usize) -> Next {
        let needed = options.rule.is_in_a_metric() && options.trim.trimmed(workers) > 0;
        if needed && (self.steps == 0 || self.steps.is_power_of_two()) { Next::Look } else { Next::Step }
    }

    /// Rounds that what comes next takes, and the look at f that may have to follow.
    pub(super) fn rounds(&self) -> u64 {
        match self.next {
            Next::Step if self.method == Method::Giant => 3,
            Next::Step => 2,
            _ => 1,
        }
    }

    /// Whether the last look at f is still to come when there is no room for a step any more.
    pub(super) fn is_to_be_measured(&mut self) -> bool {
        let seen = |best: &Best| best.w == self.w;
        let due = self.next == Next::Step && self.best.is_some() && !self.best.iter().chain(&self.last).any(seen);
        if due {
            self.next = Next::Last;
        }
        due
    }

    /// The best point that was measured.
    pub(super) fn best(&self) -> Option<&Best> {
        self.last.iter().chain(&self.best).min_by(|a, b| a.measured.value.total_cmp(&b.measured.value))
    }

    /// The end where there are no more rounds, if ||g|| is to be at most `goal`.
    pub(super) fn cut(&self, trimmed: bool, goal: f64) -> End {
        let there = self.last.as_ref().filter(|last| self.best() == Some(*last) && last.measured.gradient_norm <= goal);
        match there {
            Some(_) if trimmed => End::Floor(None),
            Some(_) => End::Converged,
            None => End::Rounds,
        }
    }

    /// On an error nothing has changed.
    pub(super) fn round(
        &mut self,
        cluster: &mut dyn Cluster,
        options: &Options,
        tolerance: f64,
        first: Option<Measured>,
    ) -> Result<Played, Cause> {
        match self.next {
            Next::Step => self.step(cluster, options, tolerance),
            Next::Zero => {
                let zero = vec![0.0; self.w.len()];
                let (played, _) = measure(cluster, options, zero.clone(), false, None)?;
                self.take(&played);
                self.next = if self.w == zero { self.before_step(options, cluster.workers()) } else { Next::Start };
                Ok(played)
            }
            Next::Look => {
                let (d, round) = (cluster.dimension(), cluster.traffic().rounds);
                let form = lazy::form(d, options.bits, lazy::FIRST_RANK, round);
                let (played, curvature) = measure(cluster, options, self.w.clone(), true, Some(form))?;
                self.take(&played);
                self.curvature = curvature.or(self.curvature.take());
                self.next = Next::Step;
                Ok(played)
            }
            Next::Start => {
                let (played, _) = measure(cluster, options, self.w.clone(), true, None)?;
                if self.take(&played) {
                    self.end =
                        self.judge(played.measured, options.trim.trimmed(cluster.workers()) > 0, tolerance, first);
                } else {
                    self.w.fill(0.0);
                }
                self.next = self.before_step(options, cluster.workers());
                Ok(played)
            }
            Next::Measure => {
                let (played, _) = measure(cluster, options, self.w.clone(), true, None)?;
                self.take(&played);
                self.next = Next::Step;
                self.rest = self.rest.map(|rest| SHORTER * rest);
                self.end = self.judge(played.measured, options.trim.trimmed(cluster.workers()) > 0, tolerance, first);
                self.resting = played.measured.map(|(_, norm)| norm);
                Ok(played)
            }
            Next::Last => {
                // A look that fails is as if none had been due.
                self.next = Next::Step;
                let (played, _) = measure(cluster, options, self.w.clone(), true, None)?;
                match played.measured {
                    Some(told) if told.0.is_finite() && told.1.is_finite() => {
                        self.last = Some(Best::of(&played, told));
                    }
                    _ => self.end = Some(End::Diverged),
                }
                Ok(played)
            }
        }
    }

    /// Whether this is the best point so far.
    fn take(&mut self, played: &Played) -> bool {
        let Some(told) = played.measured else { return false };
        let lower = self.best.as_ref().is_none_or(|best| told.0 < best.measured.value);
        if lower {
            self.best = Some(Best::of(played, told));
        }
        lower
    }

    fn judge(&self, here: Option<(f64, f64)>, trimmed: bool, tolerance: f64, first: Option<Measured>) -> Option<End> {
        let (Some((value, norm)), Some(first)) = (here, first) else { return Some(End::Diverged) };
        if !value.is_finite() || !norm.is_finite() || !first.gradient_norm.is_finite() {
            Some(End::Diverged)
        } else if norm <= tolerance * first.gradient_norm && self.best.as_ref().is_some_and(|best| best.w == self.w) {
            Some(if trimmed { End::Floor(None) } else { End::Converged })
        } else {
            self.resting.filter(|before| norm > LEFT * before).map(|_| End::Floor(None))
        }
    }

    fn step(&mut self, cluster: &mut dyn Cluster, options: &Options, tolerance: f64) -> Result<Played, Cause> {
        let metric = self.curvature.as_ref().map(|known| match self.method {
            Method::GradientDescent => known.metric.clone(),
            _ => known.metric.dual(),
        });
        let rule = &Ruling { budget: options.budget(), rule: options.rule, metric: metric.as_ref() };
        let plan = Plan { start: self.w.clone(), gamma: options.gamma, iterations: 1 };
        let solve = match self.method {
            Method::Giant => giant::solve,
            Method::GradientDescent => gradient_descent::solve,
            _ => center::solve,
        };
        let mut watch =
            |step: &Step<'_>| ControlFlow::Break((step.after.to_vec(), step.replies.to_vec(), step.aggregate.clone()));
        let (w, replies, made) = match solve(cluster, rule, &plan, &mut watch) {
            Ok(ControlFlow::Break(played)) => played,
            Ok(ControlFlow::Continue(Solution { w, .. })) => (w, vec![], Aggregate::default()),
            Err(SolveError { cause, w, .. }) if self.steps > 0 && is_too_far(&cause, cluster.workers()) => {
                self.end = Some(End::Diverged);
                let (replies, kept) = (vec![], vec![]);
                return Ok(Played {
                    w,
                    measured: None,
                    accepted: false,
                    step: options.gamma,
                    hessian: false,
                    replies,
                    kept,
                });
            }
            Err(SolveError { cause, .. }) => return Err(cause),
        };
        let (kept, length) = (made.kept, norm2(&made.vector));
        let first = *self.first.get_or_insert(length);
        let rest = *self.rest.get_or_insert(tolerance);
        self.w = w;
        if self.w.iter().any(|w| !w.is_finite()) {
            self.end = Some(End::Diverged);
        } else if length <= rest * first {
            self.next = Next::Measure;
        } else {
            self.steps = self.steps.saturating_add(1);
            self.next = self.before_step(options, cluster.workers());
        }
        self.last = None;
        let step = options.gamma;
        Ok(Played { w: self.w.clone(), measured: None, accepted: true, step, hessian: false, replies, kept })
    }
}

/// Whether w is so far out that most workers have no finite answer there.
fn is_too_far(cause: &Cause, workers: usize) -> bool {
    match cause {
        Cause::Aggregate { source: AggregateError::TooManyMissing { .. }, absent, .. } => {
            2 * absent.len() > workers
                && absent.iter().all(|(_, why)| *why == Missing::Unreadable(WireError::Unreadable))
        }
        _ => false,
    }
}

/// A round for f and g at w, and a Hessian in some form; where `far` is set, w may be too far out for them. Everybody is waited
/// for unless liars are assumed.
pub(super) fn measure(
    cluster: &mut dyn Cluster,
    options: &Options,
    w: Vec<f64>,
    far: bool,
    form: Option<Form>,
) -> Result<(Played, Option<Curvature>), Cause> {
    let round = cluster.traffic().rounds;
    let ear = Ear { options, shares: cluster.shares(), dimension: cluster.dimension() };
    let workers = cluster.workers();
    let enough = if ear.liars() == 0 { workers } else { options.budget().enough(workers) };
    let replies = cluster.quorum(Ask::Expansion { w: &w, hessian: form }, enough)?;
    let (measured, kept, curvature) = match ear.hear(&replies, form, None) {
        Ok(heard) => (Some((heard.value, norm2(&heard.gradient))), heard.kept, heard.curvature),
        Err(AggregateError::TooManyMissing { .. }) if far && out_of_range(&replies) => (None, vec![], None),
        Err(source) => return Err(Cause::Aggregate { round, source, absent: absent(&replies) }),
    };
    let hessian = form.is_some();
    Ok((Played { w, measured, accepted: true, step: 0.0, hessian, replies, kept }, curvature))
}

#[cfg(test)]
mod tests;
