//! A whole training: COMRADE until it comes to rest, then GIANT if asked for.
//!
//! COMRADE steps along the mean of local Newton directions, which is not zero at the minimiser: it comes to rest at some
//! distance from it, its floor. Steps of two rounds go on from there. How far a training is, a [`Gauge`] says.

use crate::aggregate::Aggregator;
use crate::center::{self, Plan, SolveError, Step};
use crate::cluster::{Cluster, Traffic};
use crate::compress::norm2;
use crate::giant;
use crate::objective::Objective;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// By what progress is measured.
#[derive(Clone, Copy, Debug)]
pub enum Gauge<'a> {
    /// f and ||g||, exact, over all samples: for a center that has them.
    Exact(&'a Objective<'a>),
    /// The norm of the aggregated direction p, which estimates ||w - w*||, from what the workers sent and nothing else.
    ///
    /// COMRADE's p vanishes where it rests, at the minimiser or not; so it never says more than that it has come to rest.
    Direction,
}

/// How far from the minimiser a training is, at one w.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Height {
    /// f(w); none by [`Gauge::Direction`].
    pub objective: Option<f64>,
    /// ||g(w)||, or ||p|| by [`Gauge::Direction`].
    pub size: f64,
}

impl Gauge<'_> {
    /// f and ||g|| at w = 0 by [`Gauge::Exact`].
    fn start(self, w: &[f64]) -> Option<Height> {
        match self {
            Self::Exact(f) => Some(Height::at(f, w)),
            Self::Direction => None,
        }
    }

    /// After a step; by [`Gauge::Direction`] where it began, for there the direction was asked.
    fn height(self, step: &Step<'_>) -> Height {
        match self {
            Self::Exact(f) => Height::at(f, step.after),
            Self::Direction => Height { objective: None, size: norm2(&step.aggregate.vector) },
        }
    }
}

impl Height {
    fn at(f: &Objective<'_>, w: &[f64]) -> Self {
        Self { objective: Some(f.value(w)), size: norm2(&f.gradient(w)) }
    }

    /// Lower; where rounding cannot tell or f is not known, of a smaller size.
    fn is_better_than(self, other: Self) -> bool {
        let smaller = self.size < other.size;
        match (self.objective, other.objective) {
            (Some(here), Some(there)) => {
                let rounding = ROUNDING * there.abs();
                here < there - rounding || (here <= there + rounding && smaller)
            }
            _ => smaller,
        }
    }

    /// Whether all of it is a number.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self.objective.is_none_or(f64::is_finite) && self.size.is_finite()
    }
}

/// When training stops.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Stop at ||g(w)|| <= tolerance ||g(0)||; by [`Gauge::Direction`] at ||p|| <= tolerance times the first ||p||, or times
    /// ||w|| where the training started if that is more.
    pub tolerance: f64,
    /// Stop after so many rounds of communication, polishing included.
    pub rounds: u64,
    /// COMRADE rests after so many steps without progress.
    pub patience: u64,
    /// Go on from there.
    pub polish: Option<Polish>,
}

/// How to go on from where COMRADE rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Polish {
    /// First the gradient, then directions for it.
    Giant,
}

/// How steps are taken.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    /// gamma.
    pub gamma: f64,
    /// Whether smaller ones are tried: [`Plan::backtrack`].
    pub backtrack: bool,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// The gradient, or the direction for it, is as small as asked for.
    Converged,
    /// No progress any more; by [`Gauge::Direction`] also where COMRADE has come to rest.
    Floor,
    /// The rounds are played.
    Rounds,
    /// f, its gradient or the direction is no finite number any more.
    Diverged,
}

/// Which method is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// One round a step.
    Comrade,
    /// Two rounds a step.
    Giant,
}

impl Phase {
    /// Rounds that a step takes.
    #[must_use]
    pub fn rounds(self, steps: Steps) -> u64 {
        let own = match self {
            Self::Comrade => 1,
            Self::Giant => 2,
        };
        own + u64::from(steps.backtrack)
    }
}

/// Where a training stands: all that its rest depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Which method is at work.
    pub phase: Phase,
    /// The iterate, d.
    pub w: Vec<f64>,
    /// How far it is.
    pub here: Option<Height>,
    /// The best iterate, d: of the lowest f; by [`Gauge::Direction`] where the shortest direction led.
    pub best: Vec<f64>,
    /// How far that is.
    pub best_here: Option<Height>,
    /// The smallest size, there or elsewhere: far out a logistic f is flat without being low.
    pub smallest: Option<f64>,
    /// What sizes are measured against.
    pub first: Option<Height>,
    /// Steps since the last progress.
    pub idle: u64,
    /// Steps taken.
    pub iterations: u64,
    /// What has crossed the network.
    pub traffic: Traffic,
}

/// A size that shrank by less is no progress.
const SHRINKS: f64 = 0.99;
/// Nor is a gain in f below this share of all that was gained since the start.
const GAINS: f64 = 1e-6;
/// Values of f that differ by a smaller share are the same.
const ROUNDING: f64 = 1e-14;
/// Where only directions are known, COMRADE gives way to GIANT when they are this short beside the first: shorter ones say
/// nothing of the minimiser.
const REST: f64 = 1e-2;

impl State {
    /// Before the first step, at w.
    #[must_use]
    pub fn start(w: Vec<f64>, gauge: Gauge<'_>) -> Self {
        let first = gauge.start(&w);
        Self::at(w, first)
    }

    fn at(w: Vec<f64>, first: Option<Height>) -> Self {
        Self {
            phase: Phase::Comrade,
            best: w.clone(),
            w,
            here: first,
            best_here: first,
            smallest: first.map(|first| first.size),
            first,
            idle: 0,
            iterations: 0,
            traffic: Traffic::default(),
        }
    }

    /// Takes the next iterate.
    fn advance(&mut self, w: &[f64], here: Height) {
        let shrinks = self.smallest.is_none_or(|smallest| here.size < SHRINKS * smallest);
        let gains = match (here.objective, self.best_here.and_then(|best| best.objective)) {
            (Some(here), Some(best)) => here < best - self.gain(),
            _ => false,
        };
        self.idle = if shrinks || gains { 0 } else { self.idle + 1 };
        self.smallest = Some(self.smallest.map_or(here.size, |smallest| smallest.min(here.size)));
        if here.is_finite() && self.best_here.is_none_or(|best| here.is_better_than(best)) {
            (self.best, self.best_here) = (w.to_vec(), Some(here));
        }
        // Directions are measured by where they lead to: a training that starts near the end has no long one.
        let start = norm2(&self.w);
        self.first.get_or_insert_with(|| Height { size: here.size.max(start), ..here });
        (self.w, self.here) = (w.to_vec(), Some(here));
        self.iterations += 1;
    }

    /// Whether the last step ended clearly above the best one.
    #[must_use]
    pub fn rises(&self) -> bool {
        let objective = |height: Option<Height>| height.and_then(|height| height.objective);
        match (objective(self.here), objective(self.best_here)) {
            (Some(here), Some(best)) => here > best + self.gain(),
            _ => false,
        }
    }

    /// What counts as a gain in f.
    fn gain(&self) -> f64 {
        let objective = |height: Option<Height>| height.and_then(|height| height.objective).unwrap_or(0.0);
        GAINS * (objective(self.first) - objective(self.best_here))
    }

    /// Whether this is the end of the phase.
    #[must_use]
    pub fn stop(&self, limits: &Limits, steps: Steps) -> Option<Stop> {
        let over = self.traffic.rounds.saturating_add(self.phase.rounds(steps)) > limits.rounds;
        let (Some(first), Some(here)) = (self.first, self.here) else { return over.then_some(Stop::Rounds) };
        let blind = here.objective.is_none() && self.phase == Phase::Comrade;
        let enough = if blind && limits.polish.is_some() { limits.tolerance.max(REST) } else { limits.tolerance };
        if self.best_here.is_some_and(|best| best.size <= enough * first.size) {
            Some(if blind { Stop::Floor } else { Stop::Converged })
        } else if !here.is_finite() {
            Some(Stop::Diverged)
        } else if self.idle >= limits.patience {
            Some(Stop::Floor)
        } else {
            over.then_some(Stop::Rounds)
        }
    }

    /// On from the best iterate with steps of two rounds.
    fn polish(&mut self) {
        (self.phase, self.idle) = (Phase::Giant, 0);
        (self.w, self.here) = (self.best.clone(), self.best_here);
        if self.best_here.is_some_and(|best| best.objective.is_none()) {
            // Directions for another gradient are not to be compared.
            (self.smallest, self.best_here) = (None, None);
        }
    }
}

/// Goes on from a state until a limit is met; `watch` sees every step, and ends it by a break: then there is no [`Stop`].
///
/// # Errors
/// [`SolveError`] when a round or its aggregation is impossible. The state then is that before the step which failed: a
/// training can go on from it.
pub fn train(
    cluster: &mut dyn Cluster,
    rule: &dyn Aggregator,
    steps: Steps,
    limits: &Limits,
    gauge: Gauge<'_>,
    state: &mut State,
    watch: &mut dyn FnMut(&State, &Step<'_>) -> ControlFlow<()>,
) -> Result<Option<Stop>, SolveError> {
    cluster.resume(state.traffic);
    loop {
        match state.stop(limits, steps) {
            Some(Stop::Floor) if limits.polish.is_some() && state.phase == Phase::Comrade => {
                state.polish();
                continue;
            }
            Some(stop) => return Ok(Some(stop)),
            None => {}
        }
        let mut broke = false;
        let solve = match state.phase {
            Phase::Comrade => center::solve,
            Phase::Giant => giant::solve,
        };
        let left = (limits.rounds - state.traffic.rounds) / state.phase.rounds(steps);
        let iterations = usize::try_from(left).unwrap_or(usize::MAX);
        let Steps { gamma, backtrack } = steps;
        let plan = Plan { start: state.w.clone(), gamma, iterations, backtrack };
        solve(cluster, rule, &plan, &mut |step: &Step<'_>| {
            state.traffic = step.traffic;
            state.advance(step.after, gauge.height(step));
            broke = watch(state, step).is_break();
            if broke || state.stop(limits, steps).is_some() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        if broke && state.stop(limits, steps).is_none() {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::MEAN;
    use crate::cluster::{InProcess, Setup};
    use crate::data::{Dataset, synthetic};
    use crate::loss::Loss;
    use crate::shard::Sharding;
    use crate::stream::Seed;

    const FULL: Steps = Steps { gamma: 1.0, backtrack: false };

    fn state() -> State {
        State::at(vec![0.0], Some(Height { objective: Some(1.0), size: 1.0 }))
    }

    fn limits() -> Limits {
        Limits { tolerance: 1e-3, rounds: 10, patience: 2, polish: None }
    }

    fn walk(state: &mut State, heights: &[(f64, f64)]) {
        for (at, &(objective, size)) in heights.iter().enumerate() {
            state.advance(&[at as f64 + 1.0], Height { objective: Some(objective), size });
        }
    }

    fn walk_blind(state: &mut State, sizes: &[f64]) {
        for (at, &size) in sizes.iter().enumerate() {
            state.advance(&[at as f64 + 1.0], Height { objective: None, size });
        }
    }

    #[test]
    fn a_flat_place_far_up_is_neither_best_nor_the_end() {
        let mut state = state();
        walk(&mut state, &[(0.5, 0.5), (20.0, 1e-4)]);
        assert_eq!((state.best[0], state.best_here.unwrap().objective), (1.0, Some(0.5)));
        assert_eq!((state.stop(&limits(), FULL), state.rises()), (None, true));
    }

    #[test]
    fn the_floor_is_where_neither_f_nor_its_gradient_falls() {
        let mut state = state();
        walk(&mut state, &[(0.5, 0.1), (0.5, 0.1)]);
        assert_eq!(state.stop(&limits(), FULL), None);
        walk(&mut state, &[(0.5, 0.05), (0.5, 0.05), (0.5, 0.05)]);
        assert_eq!((state.stop(&limits(), FULL), state.rises()), (Some(Stop::Floor), false));
    }

    #[test]
    fn every_other_end_is_met() {
        let mut one = state();
        walk(&mut one, &[(0.5, 1e-3)]);
        assert_eq!(one.stop(&limits(), FULL), Some(Stop::Converged));
        let mut two = state();
        two.traffic.rounds = 9;
        assert_eq!(two.stop(&limits(), FULL), None);
        assert_eq!(two.stop(&limits(), Steps { backtrack: true, ..FULL }), Some(Stop::Rounds));
        two.phase = Phase::Giant;
        assert_eq!(two.stop(&limits(), FULL), Some(Stop::Rounds));
        walk(&mut two, &[(f64::NAN, f64::NAN)]);
        assert_eq!((two.stop(&limits(), FULL), two.best[0]), (Some(Stop::Diverged), 0.0));
    }

    #[test]
    fn directions_alone_say_that_comrade_rests_and_that_giant_has_converged() {
        let mut state = State::at(vec![0.0], None);
        assert_eq!(state.stop(&limits(), FULL), None);
        walk_blind(&mut state, &[4.0, 1.0, 0.02]);
        assert_eq!(state.stop(&limits(), FULL), None);
        assert_eq!((state.best[0], state.first.unwrap().size), (3.0, 4.0));
        let polish = Limits { polish: Some(Polish::Giant), ..limits() };
        assert_eq!(state.stop(&polish, FULL), Some(Stop::Floor));
        walk_blind(&mut state, &[3e-3]);
        assert_eq!(state.stop(&limits(), FULL), Some(Stop::Floor));
        state.polish();
        assert_eq!(state.stop(&polish, FULL), None);
        // Longer than where COMRADE rested, and progress all the same.
        walk_blind(&mut state, &[0.5]);
        assert_eq!((state.idle, state.best_here.unwrap().size), (0, 0.5));
        walk_blind(&mut state, &[3e-3]);
        assert_eq!(state.stop(&polish, FULL), Some(Stop::Converged));
        let mut lost = State::at(vec![0.0], None);
        walk_blind(&mut lost, &[f64::NAN]);
        assert_eq!((lost.stop(&limits(), FULL), lost.best[0]), (Some(Stop::Diverged), 0.0));
        let none = Limits { rounds: 0, ..limits() };
        assert_eq!(State::at(vec![0.0], None).stop(&none, FULL), Some(Stop::Rounds));
    }

    fn cluster(data: &Dataset, workers: usize) -> InProcess {
        InProcess::new(Setup {
            data,
            shards: &Sharding::Partition.deal(data.rows(), workers, Seed(1)).unwrap(),
            loss: Loss::Logistic,
            lambda: 1e-3,
            compressor: crate::compress::parse("identity").unwrap(),
            attacks: vec![],
            seed: Seed(1),
        })
    }

    #[test]
    fn polished_trainings_reach_the_minimiser_by_either_gauge_with_shards_of_unequal_size() {
        let n = 3001;
        let data = Dataset { weights: Some(vec![1.0; n]), ..synthetic::a9a_like(n, Seed(3)) };
        let f = Objective { data: &data, loss: Loss::Logistic, lambda: 1e-3 };
        let least = f.value(&crate::newton::minimise(&f, 1e-12).unwrap().w);
        let limits = Limits { tolerance: 1e-8, rounds: 200, patience: 5, polish: Some(Polish::Giant) };
        for gauge in [Gauge::Exact(&f), Gauge::Direction] {
            for backtrack in [false, true] {
                let mut state = State::start(vec![0.0; data.cols()], gauge);
                let steps = Steps { gamma: 1.0, backtrack };
                let stop = train(&mut cluster(&data, 4), &MEAN, steps, &limits, gauge, &mut state, &mut |_, _| {
                    ControlFlow::Continue(())
                });
                let gap = f.value(&state.best) - least;
                println!("{stop:?} after {} rounds, {:?}, f - f* = {gap:e}", state.traffic.rounds, state.here);
                assert_eq!(stop.unwrap(), Some(Stop::Converged));
                assert!(gap.abs() < 1e-12, "{gap}");
            }
        }
    }

    #[test]
    fn backtracking_saves_a_training_that_full_steps_lose() {
        // Shards of a few samples in many dimensions: their minimisers are far apart.
        let data = synthetic::a9a_like(600, Seed(4));
        let f = Objective { data: &data, loss: Loss::Logistic, lambda: 1e-3 };
        let limits = Limits { tolerance: 1e-6, rounds: 60, patience: 5, polish: Some(Polish::Giant) };
        let end = |backtrack| {
            let gauge = Gauge::Exact(&f);
            let mut state = State::start(vec![0.0; data.cols()], gauge);
            let steps = Steps { gamma: 1.0, backtrack };
            let mut gammas = vec![];
            train(&mut cluster(&data, 20), &MEAN, steps, &limits, gauge, &mut state, &mut |_, step| {
                gammas.push(step.gamma);
                ControlFlow::Continue(())
            })
            .unwrap();
            (f.value(&state.best), gammas)
        };
        let ((full, ones), (damped, gammas)) = (end(false), end(true));
        assert!(ones.iter().all(|&gamma| gamma == 1.0) && gammas.iter().any(|&gamma| gamma < 1.0), "{gammas:?}");
        assert!(damped < full - 1e-3, "{damped} {full}");
    }
}
