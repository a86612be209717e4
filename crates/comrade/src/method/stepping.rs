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
mod tests {
    use super::*;
    use crate::aggregate::{Fusion, TrimFraction};
    use crate::data::synthetic::{self, Gaussian, Task};
    use crate::method::Rule;
    use crate::metric::Metric;
    use crate::protocol::WorkerId;
    use crate::simulation::Simulation;
    use crate::stream::Seed;

    fn measured(value: f64, gradient_norm: f64) -> Measured {
        Measured { value, gradient_norm }
    }

    fn at(w: f64, value: f64, gradient_norm: f64) -> Best {
        Best { w: vec![w], measured: measured(value, gradient_norm), partial: false }
    }

    /// At w = 1, which was measured: f = 1, ||g|| = 1e-3.
    fn resting() -> Stepping {
        Stepping { best: Some(at(1.0, 1.0, 1e-3)), ..Stepping::start(Method::Comrade, vec![1.0]) }
    }

    const FIRST: Option<Measured> = Some(Measured { value: 2.0, gradient_norm: 1.0 });

    #[test]
    fn what_a_look_at_f_says_of_a_method_that_rests() {
        let judge = |stepping: &Stepping, norm: f64, trimmed| stepping.judge(Some((1.0, norm)), trimmed, 1e-3, FIRST);
        assert_eq!(judge(&resting(), 1e-3, false), Some(End::Converged));
        assert_eq!(judge(&resting(), 1e-3, true), Some(End::Floor(None)));
        assert_eq!(judge(&resting(), 1.01e-3, false), None);
        // Of a point that is not the best one nothing is said.
        assert_eq!(judge(&Stepping { w: vec![2.0], ..resting() }, 1e-3, false), None);
        assert_eq!(judge(&Stepping { best: None, ..resting() }, 1e-3, false), None);
        // More than half of ||g|| is left since the last look: it rests.
        let again = Stepping { resting: Some(1.0), ..resting() };
        assert_eq!(judge(&again, 0.51, false), Some(End::Floor(None)));
        assert_eq!(judge(&again, 0.49, false), None);
        for lost in [Some((f64::NAN, 1.0)), Some((1.0, f64::INFINITY)), None] {
            assert_eq!(resting().judge(lost, false, 1e-3, FIRST), Some(End::Diverged));
        }
        assert_eq!(resting().judge(Some((1.0, 1.0)), false, 1e-3, None), Some(End::Diverged));
        let endless = Some(measured(1.0, f64::INFINITY));
        assert_eq!(resting().judge(Some((1.0, 1.0)), false, 1e-3, endless), Some(End::Diverged));
    }

    #[test]
    fn a_run_without_rounds_says_what_its_last_look_says() {
        let last = |value| Stepping { last: Some(at(2.0, value, 1e-3)), ..resting() };
        assert_eq!(last(0.5).cut(false, 1e-3), End::Converged);
        assert_eq!(last(0.5).cut(true, 1e-3), End::Floor(None));
        assert_eq!(last(0.5).cut(false, 0.9e-3), End::Rounds);
        assert_eq!(last(1.5).cut(false, 1e-3), End::Rounds, "an earlier point is better");
        assert_eq!(resting().cut(false, 1.0), End::Rounds);
        assert_eq!(last(0.5).best().map(|best| best.w[0]), Some(2.0));
        assert_eq!(last(1.5).best().map(|best| best.w[0]), Some(1.0));
    }

    #[test]
    fn the_last_look_is_due_where_f_is_not_known() {
        let mut moved = Stepping { w: vec![2.0], next: Next::Step, ..resting() };
        assert!(moved.is_to_be_measured());
        assert_eq!(moved.next, Next::Last);
        let due = |state: Stepping| {
            let mut state = state;
            state.is_to_be_measured()
        };
        let moved = || Stepping { w: vec![2.0], next: Next::Step, ..resting() };
        assert!(!due(Stepping { w: vec![1.0], ..moved() }), "the best point is measured");
        assert!(!due(Stepping { last: Some(at(2.0, 3.0, 1.0)), ..moved() }), "so is the last one");
        assert!(!due(Stepping { best: None, ..moved() }), "nothing is known to compare with");
        assert!(!due(Stepping { next: Next::Measure, ..moved() }));
    }

    #[test]
    fn a_step_takes_its_rounds_and_the_look_that_may_follow() {
        let rounds = |method, next| Stepping { next, ..Stepping::start(method, vec![0.0]) }.rounds();
        assert_eq!((rounds(Method::Comrade, Next::Step), rounds(Method::Giant, Next::Step)), (2, 3));
        for next in [Next::Zero, Next::Start, Next::Look, Next::Measure, Next::Last] {
            assert_eq!((rounds(Method::Comrade, next), rounds(Method::Giant, next)), (1, 1));
        }
    }

    #[test]
    fn rules_in_the_metric_of_a_hessian_ask_for_one_in_few_rounds() {
        let with = |rule, beta| Options { rule, trim: TrimFraction::new(beta).unwrap(), ..Options::new(1.0, false) };
        let asks = |method, options: &Options| -> Vec<u64> {
            let looks = |steps: &u64| {
                let state = Stepping { steps: *steps, ..Stepping::start(method, vec![0.0]) };
                state.before_step(options, 5) == Next::Look
            };
            (0..20).filter(looks).collect()
        };
        assert_eq!(asks(Method::Comrade, &with(Rule::Filter, 0.2)), [0, 1, 2, 4, 8, 16]);
        for (method, rule, beta) in [
            (Method::Comrade, Rule::Published, 0.2),
            (Method::Comrade, Rule::Filter, 0.0),
            (Method::Giant, Rule::Robust { fusion: Fusion::Krum, mixing: true }, 0.2),
        ] {
            assert_eq!(asks(method, &with(rule, beta)), [0; 0], "{method}");
        }
    }

    /// Gradients are long or short in the metric of B, directions in that of its inverse.
    #[test]
    fn gradients_and_directions_are_taken_together_in_their_own_metrics() {
        let spec = Gaussian { rows: 120, cols: 4, condition: 1e6, margin: 2.0, task: Task::Classification };
        let data = synthetic::gaussian(&spec, Seed(3)).unwrap();
        let (mut differ, rule) = (0, Rule::Norm);
        for method in [Method::GradientDescent, Method::Comrade] {
            let simulation = Simulation::of(&data, 12).lambda(1e-3).liars(3, "gaussian:1");
            let options = Options { rule, trim: TrimFraction::new(0.25).unwrap(), ..simulation.options() };
            let mut cluster = simulation.build().unwrap();
            let mut stepping = Stepping { next: Next::Look, ..Stepping::start(method, vec![0.0; 4]) };
            stepping.round(&mut cluster, &options, 1e-6, FIRST).unwrap();
            let metric = stepping.curvature.as_ref().unwrap().metric.clone();
            let played = stepping.round(&mut cluster, &options, 1e-6, FIRST).unwrap();
            let kept = |metric: &Metric| {
                let rule = rule.within(options.trim, metric).unwrap();
                rule.aggregate(&played.replies, 4).unwrap().kept
            };
            let (own, other) = match method {
                Method::GradientDescent => (kept(&metric), kept(&metric.dual())),
                _ => (kept(&metric.dual()), kept(&metric)),
            };
            assert_eq!(played.kept, own, "{method}");
            differ += u32::from(own != other);
        }
        assert_eq!(differ, 2, "otherwise this shows nothing");
    }

    /// f and g are asked for when the direction is a hundredth of the first one, however long that was.
    #[test]
    fn a_short_direction_is_one_beside_the_first() {
        let data = synthetic::a9a_like(60, Seed(2));
        let simulation = || Simulation::of(&data, 4).lambda(1e-2);
        let options = simulation().options();
        let step = |first: Option<f64>| {
            let mut cluster = simulation().build().unwrap();
            let start = Stepping::start(Method::Comrade, vec![0.0; data.cols()]);
            let mut stepping = Stepping { next: Next::Step, first, ..start };
            stepping.round(&mut cluster, &options, 1e-2, FIRST).unwrap();
            stepping
        };
        let length = step(None).first.unwrap();
        assert_eq!(step(None).next, Next::Step);
        assert_eq!(step(Some(101.0 * length)).next, Next::Measure);
        assert_eq!(step(Some(99.0 * length)).next, Next::Step);
    }

    #[test]
    fn too_far_is_where_most_workers_have_no_finite_answer() {
        let unreadable = Missing::Unreadable(WireError::Unreadable);
        let cause = |absent: Vec<Missing>| {
            let absent: Vec<_> = absent.into_iter().enumerate().map(|(i, why)| (WorkerId(i), why)).collect();
            let source = AggregateError::TooManyMissing { missing: absent.len(), allowed: 0, workers: 4 };
            Cause::Aggregate { round: 3, source, absent }
        };
        assert!(is_too_far(&cause(vec![unreadable; 3]), 4));
        assert!(is_too_far(&cause(vec![unreadable; 4]), 6));
        assert!(!is_too_far(&cause(vec![unreadable; 2]), 4));
        assert!(!is_too_far(&cause(vec![unreadable, unreadable, Missing::Silent]), 4));
        assert!(!is_too_far(&Cause::State, 4));
    }
}
