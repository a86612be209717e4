//! The methods, in one list, and one way to run them: [`solve`].
//!
//! A run is a [`State`] that goes on round after round until an [`End`]; kept and taken up again it goes on to the same bits.
//! Whatever the method, f and ||g|| are what the workers told of them at that very w, and [`End::Converged`] says that all of
//! them did.
//!
//! ```
//! use comrade::simulation::Simulation;
//! use comrade::method::{End, Limits, Method, Options, Progress, State, solve};
//! use comrade::{data::synthetic, stream::Seed};
//! use std::ops::ControlFlow;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let data = synthetic::a9a_like(4000, Seed(1));
//! let run = Simulation::of(&data, 10).lambda(1e-3);
//! let options = run.options();
//! let mut cluster = run.build()?;
//! let mut state = State::start(Method::Auto, &cluster, vec![0.0; data.cols()])?;
//! let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
//! let ControlFlow::Continue(outcome) = solve(&mut cluster, &options, &Limits::default(), &mut state, &mut watch)? else {
//!     unreachable!("nobody ends it")
//! };
//! assert_eq!(outcome.end, End::Converged);
//! assert!(outcome.bound.is_some_and(|bound| bound < 1e-9));
//! # Ok(()) }
//! ```

mod exact;
mod lazy;
mod outcome;
mod rule;
mod spelling;
mod stepping;

pub use lazy::Model;
pub(crate) use outcome::ROUNDING;
pub use outcome::{End, Floor, Measured, Outcome};
pub use rule::Rule;
pub(crate) use rule::Ruling;
pub use spelling::{METHODS, Method, Mismatch, RULES};

use crate::aggregate::{Budget, StragglerFraction, TrimFraction};
use crate::center::{Cause, SolveError};
use crate::cluster::{Cluster, Traffic};
use crate::compress::{Bits, norm2};
use crate::expansion::Parts;
use crate::objective::ROUNDINGS;
use crate::protocol::{Reply, WorkerId};
use exact::Exact;
use lazy::{Lazy, Played};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use stepping::{Stepping, measure};

/// What the center knows of the problem, and how it works.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Options {
    /// lambda, as the workers have it.
    pub lambda: f64,
    /// Whether the last coordinate is an intercept's, which the ridge term leaves out.
    pub intercept: bool,
    /// beta: round(beta m) workers are assumed to lie or to be missing, and all count alike. If that is none, every worker
    /// counts by its share, and a lie is believed.
    pub trim: TrimFraction,
    /// sigma: round(sigma m) honest workers may be missing in addition, and cost no trim. See [`Budget`].
    #[serde(default)]
    pub stragglers: StragglerFraction,
    /// For COMRADE and gradient descent one in the metric of B takes a round for a Hessian before the steps 1, 2, 3, 5, 9, 17 and
    /// so on. Which methods take which rule: [`Method::takes`].
    pub rule: Rule,
    /// Of an entry of the first Hessian on the wire. Where so few hide how small some of its eigenvalues are, lazy Newton asks
    /// for later ones with more.
    pub bits: Bits,
    /// gamma, the step size of COMRADE, GIANT and gradient descent; for the last one see
    /// [`crate::gradient_descent::safe_step`].
    pub gamma: f64,
}

impl Options {
    /// The default options for this lambda and intercept: no worker lies, 16 bits, gamma = 1.
    #[must_use]
    pub fn new(lambda: f64, intercept: bool) -> Self {
        Self {
            lambda,
            intercept,
            trim: TrimFraction::ZERO,
            stragglers: StragglerFraction::ZERO,
            rule: Rule::default(),
            bits: Bits::default(),
            gamma: 1.0,
        }
    }

    /// How many workers may lie or be missing, by beta and sigma.
    #[must_use]
    pub fn budget(&self) -> Budget {
        Budget { trim: self.trim, stragglers: self.stragglers }
    }

    /// ||g||^2 / (2 lambda) >= f(w) - f*, where f is lambda-strongly convex.
    pub(crate) fn bound(&self, norm: f64) -> Option<f64> {
        (self.lambda > 0.0 && !self.intercept).then(|| norm * norm / (2.0 * self.lambda))
    }
}

/// When a run stops.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Limits {
    /// Stop at ||g(w)|| <= tolerance ||g(0)||; strictly between 0 and 1. The Newton methods also wait until f(w) - f*, as their
    /// model of f estimates it, is at most a tenth of the tolerance relative to f(w).
    pub tolerance: f64,
    /// Stop after this many rounds of communication.
    pub rounds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Limits {
    /// A tolerance of 1e-10, at which two fits of the same data on other shards agree to seven digits, and 100 rounds. These are
    /// the defaults of the command line and of Python too.
    pub const DEFAULT: Self = Self { tolerance: 1e-10, rounds: 100 };

    /// These two limits.
    #[must_use]
    pub fn new(tolerance: f64, rounds: u64) -> Self {
        Self { tolerance, rounds }
    }
}

/// The state of a run: all that its rest depends on. Keep it to resume the run with the same cluster and options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    method: Method,
    traffic: Traffic,
    first: Option<Measured>,
    /// Whether someone was missing there.
    #[serde(default, skip_serializing_if = "is_false")]
    partial: bool,
    work: Work,
}

/// What is not written into files.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
fn is_false(said: &bool) -> bool {
    !said
}

/// What each method keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Work {
    Lazy(Box<Lazy>),
    Stepping(Box<Stepping>),
    Exact(Exact),
}

/// What a watcher sees after every step, or trial of one.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Where the run stands now.
    pub state: &'a State,
    /// Where f and g were asked for, or where the step led, d.
    pub w: &'a [f64],
    /// f and ||g|| there, by methods and rounds that ask for them; with liars assumed, what the center made of them.
    pub measured: Option<Measured>,
    /// Whether the run goes on from there: false for a step that was too long.
    pub accepted: bool,
    /// Its length: a share of the direction; 0 where f and g were asked for and no step was taken.
    pub step: f64,
    /// Whether a Hessian was asked for.
    pub hessian: bool,
    /// What each worker's answer to the last question arrived as, or why it did not.
    pub replies: &'a [Reply],
    /// Whose answer counts.
    pub kept: &'a [WorkerId],
}

impl State {
    /// The state before the first round. The run starts at w if f is lower there than at 0. [`Method::Auto`] becomes
    /// [`Method::Newton`] for one honest worker in this process, and [`Method::LazyNewton`] otherwise.
    ///
    /// # Errors
    /// If w is not of the cluster's dimension, or [`Method::Newton`] has more than one worker.
    pub fn start(method: Method, cluster: &dyn Cluster, w: Vec<f64>) -> Result<Self, SolveError> {
        let (got, want, alone) = (w.len(), cluster.dimension(), cluster.alone().is_some());
        let method = match method {
            Method::Auto if alone => Method::Newton,
            Method::Auto => Method::LazyNewton,
            chosen => chosen,
        };
        if got != want {
            return Err(SolveError { w, iteration: 0, cause: Cause::Start { got, want } });
        }
        let work = match method {
            Method::Newton if !alone => return Err(SolveError { w, iteration: 0, cause: Cause::NotAlone }),
            Method::Newton => Work::Exact(Exact::start(w)),
            Method::LazyNewton | Method::Auto => Work::Lazy(Box::new(Lazy::start(&w))),
            Method::Comrade | Method::Giant | Method::GradientDescent => {
                Work::Stepping(Box::new(Stepping::start(method, w)))
            }
        };
        Ok(Self { method, traffic: Traffic::default(), first: None, partial: false, work })
    }

    /// The method, which is never [`Method::Auto`].
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// What has crossed the network.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// f and ||g|| at 0, once they are known. A ||g|| that is rounding alone counts as 0.
    #[must_use]
    pub fn first(&self) -> Option<Measured> {
        self.first
    }

    /// The best point so far, of length d, with f and ||g||; `None` before the first round.
    #[must_use]
    pub fn best(&self) -> Option<(&[f64], Measured)> {
        match &self.work {
            Work::Lazy(lazy) => lazy
                .base
                .as_ref()
                .map(|base| (&base.w[..], Measured { value: base.value, gradient_norm: base.gradient_norm() })),
            Work::Stepping(stepping) => stepping.best().map(|best| (&best.w[..], best.measured)),
            Work::Exact(Exact { best, .. }) => best.as_ref().map(|best| (&best.w[..], best.measured)),
        }
    }

    /// The model of f from which lazy Newton makes its next step; `None` before its first Hessian, and for other
    /// methods.
    #[must_use]
    pub fn model(&self) -> Option<Model<'_>> {
        match &self.work {
            Work::Lazy(lazy) => Model::of(lazy),
            Work::Stepping(_) | Work::Exact(_) => None,
        }
    }

    /// Whether f and g at 0 or at the best point are not those of all workers, because someone was missing.
    fn is_partial(&self) -> bool {
        self.partial
            || match &self.work {
                Work::Lazy(lazy) => lazy.base.as_ref().is_some_and(lazy::Base::is_partial),
                Work::Stepping(stepping) => stepping.best().is_some_and(|best| best.partial),
                Work::Exact(Exact { best, .. }) => best.as_ref().is_some_and(|best| best.partial),
            }
    }

    /// Whether it is about d dimensions and m workers: a file may hold anything.
    fn fits(&self, d: usize, workers: usize) -> bool {
        match &self.work {
            Work::Lazy(lazy) => lazy.fits(d, workers),
            Work::Stepping(stepping) => stepping.fits(d),
            Work::Exact(exact) => exact.fits(d),
        }
    }

    /// Why the run is at its end, if it is.
    fn end(&self, options: &Options, limits: &Limits, workers: usize) -> Option<End> {
        let first = self.first?;
        let trimmed = options.trim.trimmed(workers) > 0;
        if first.gradient_norm == 0.0 {
            return Some(if trimmed { End::Floor(None) } else { End::Converged });
        }
        if !first.gradient_norm.is_finite() || !first.value.is_finite() {
            return Some(End::Diverged);
        }
        match &self.work {
            Work::Lazy(lazy) => lazy.end(first.gradient_norm, limits.tolerance, options),
            Work::Stepping(stepping) => stepping.end,
            Work::Exact(exact) => exact.end,
        }
    }

    /// The end of a run that has no more rounds: what the last look at f says, if it says more than that.
    fn cut(&self, options: &Options, limits: &Limits, workers: usize) -> End {
        match (&self.work, self.first) {
            (Work::Stepping(stepping), Some(first)) => {
                stepping.cut(options.trim.trimmed(workers) > 0, limits.tolerance * first.gradient_norm)
            }
            _ => End::Rounds,
        }
    }

    /// Rounds that the next step takes.
    fn rounds(&self) -> u64 {
        match &self.work {
            Work::Stepping(stepping) => stepping.rounds(),
            Work::Lazy(_) | Work::Exact(_) => 1,
        }
    }

    /// Whether there is room for another step; makes room for the last look at f otherwise.
    fn goes_on(&mut self, limits: &Limits) -> bool {
        let (needed, left) = (self.rounds(), limits.rounds.saturating_sub(self.traffic.rounds));
        match &mut self.work {
            _ if needed <= left => true,
            Work::Stepping(stepping) => left > 0 && stepping.is_to_be_measured(),
            Work::Lazy(_) | Work::Exact(_) => false,
        }
    }

    /// One round, or the few that a step takes. On an error nothing has changed.
    fn round(&mut self, cluster: &mut dyn Cluster, options: &Options, limits: &Limits) -> Result<Played, Cause> {
        let first = self.first;
        let played = match &mut self.work {
            Work::Lazy(lazy) => lazy.round(cluster, options, limits.tolerance, first)?,
            Work::Stepping(stepping) => stepping.round(cluster, options, limits.tolerance, first)?,
            Work::Exact(exact) => exact.round(cluster, options, limits.tolerance, first)?,
        };
        if self.first.is_none() {
            self.partial = played.is_partial();
            let lie = options.trim.trimmed(cluster.workers()) > 0;
            let rounding = if lie { 0.0 } else { rounding(&played.replies, &cluster.shares(), cluster.dimension()) };
            self.first = played.measured.map(|(value, norm)| {
                let gradient_norm = if norm <= rounding { 0.0 } else { norm };
                Measured { value, gradient_norm }
            });
        }
        self.traffic = cluster.traffic();
        Ok(played)
    }

    fn outcome(&self, end: End, options: &Options, workers: usize) -> Outcome {
        let (w, here) = self.best().map_or((vec![], None), |(w, here)| (w.to_vec(), Some(here)));
        let (liars, enough) = (options.trim.trimmed(workers), options.budget().enough(workers));
        // Without liars the sums over some of the workers and over others are sums of other samples.
        let some = liars == 0 && self.is_partial();
        let end = match end {
            // Of what counts, liars may be the most: it says nothing about the honest ones.
            End::Floor(Some(_)) if enough <= 3 * liars => End::Floor(None),
            End::Converged if some => End::Floor(None),
            end => end,
        };
        let (mut outcome, exact) = (Outcome { end, w, here, first: self.first, bound: None }, liars == 0 && !some);
        if let (Some(first), Some(here)) = (self.first, here)
            && here.is_above(first)
            && !some
        {
            // A lie. Where the run started is not worse.
            outcome.w.fill(0.0);
            outcome.here = Some(first);
            outcome.end = match end {
                End::Converged => End::Stalled,
                other => other,
            };
        }
        let norm = outcome.here.map(|here| here.gradient_norm).filter(|norm| norm.is_finite());
        outcome.bound = norm.filter(|_| exact).and_then(|norm| options.bound(norm));
        outcome
    }
}

/// What rounding may make of the workers' gradients where they cancel in their mean.
fn rounding(replies: &[Reply], shares: &[f64], d: usize) -> f64 {
    let norms = replies.iter().map(|reply| reply.as_ref().ok().and_then(|reply| Parts::of(reply, d)));
    let terms: f64 = norms.zip(shares).map(|(parts, q)| parts.map_or(0.0, |parts| q * norm2(parts.gradient))).sum();
    if terms.is_finite() { ROUNDINGS * f64::EPSILON * terms } else { 0.0 }
}

/// Continues from a state to the end. The watcher sees every step and may end the run with a value of its own.
///
/// # Errors
/// [`SolveError`] when a limit makes no sense, or a round or its aggregation is impossible. The state then is that before the
/// step which failed: the run can go on from it.
pub fn solve<B>(
    cluster: &mut dyn Cluster,
    options: &Options,
    limits: &Limits,
    state: &mut State,
    watch: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<B>,
) -> Result<ControlFlow<B, Outcome>, SolveError> {
    let workers = cluster.workers();
    if !(limits.tolerance > 0.0 && limits.tolerance < 1.0) {
        return Err(failed(state, Cause::Tolerance(limits.tolerance)));
    }
    if !state.fits(cluster.dimension(), workers) {
        return Err(failed(state, Cause::State));
    }
    let budget = options.budget();
    if budget.is_overdrawn(workers) {
        let (stragglers, liars) = (budget.asked(workers), budget.liars(workers));
        return Err(failed(state, Cause::Budget { stragglers, liars, workers }));
    }
    let (method, rule) = (state.method, options.rule);
    if !method.takes(rule) {
        return Err(failed(state, Cause::Rule(Mismatch { method, rule }.to_string())));
    }
    cluster.resume(state.traffic);
    loop {
        if let Some(end) = state.end(options, limits, workers) {
            return Ok(ControlFlow::Continue(state.outcome(end, options, workers)));
        }
        if !state.goes_on(limits) {
            let end = state.cut(options, limits, workers);
            return Ok(ControlFlow::Continue(state.outcome(end, options, workers)));
        }
        let played = match state.round(cluster, options, limits) {
            Ok(played) => played,
            Err(cause) => return Err(failed(state, cause)),
        };
        let Played { w, measured, accepted, step, hessian, replies, kept } = &played;
        let measured = measured.map(|(value, gradient_norm)| Measured { value, gradient_norm });
        let (accepted, step, hessian) = (*accepted, *step, *hessian);
        let seen = Progress { state, w, measured, accepted, step, hessian, replies, kept };
        if let ControlFlow::Break(value) = watch(&seen) {
            return Ok(ControlFlow::Break(value));
        }
    }
}

/// f and ||g|| at the best point of a run that was kept, asked for again: to be compared with what [`State::best`] says
/// of it.
///
/// The round counts neither in the state nor in the cluster's traffic, and its number is one that no run comes to. With liars
/// assumed it is what the center makes of what they say now.
///
/// # Errors
/// [`SolveError`] when the round or its aggregation is impossible.
pub fn measure_again(
    cluster: &mut dyn Cluster,
    options: &Options,
    state: &State,
) -> Result<Option<Measured>, SolveError> {
    if !state.fits(cluster.dimension(), cluster.workers()) {
        return Err(failed(state, Cause::State));
    }
    let Some((w, _)) = state.best() else { return Ok(None) };
    cluster.resume(Traffic { rounds: u64::MAX, ..state.traffic });
    let heard = measure(cluster, options, w.to_vec(), false, None);
    cluster.resume(state.traffic);
    let (played, _) = heard.map_err(|cause| failed(state, cause))?;
    Ok(played.measured.map(|(value, gradient_norm)| Measured { value, gradient_norm }))
}

fn failed(state: &State, cause: Cause) -> SolveError {
    let w = state.best().map_or(vec![], |(w, _)| w.to_vec());
    SolveError { w, iteration: usize::try_from(state.traffic.rounds).unwrap_or(usize::MAX), cause }
}

#[cfg(test)]
mod tests;
