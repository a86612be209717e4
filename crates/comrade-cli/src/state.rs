//! Where a training stands, and when it ends.

use crate::settings::positive;
use comrade::compress::norm2;
use comrade::objective::Objective;
use serde::{Deserialize, Serialize};

/// When training stops.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, clap::Args)]
pub(crate) struct Limits {
    /// Stop at ||g(w)|| <= TOL ||g(0)||
    #[arg(long, value_name = "TOL", default_value = "5e-6", value_parser = positive)]
    pub(crate) tolerance: f64,
    /// Stop after so many rounds of communication, polishing included
    #[arg(long, value_name = "N", default_value = "100")]
    pub(crate) rounds: u64,
    /// The floor is reached after so many steps without progress
    #[arg(long, value_name = "STEPS", default_value = "5", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) patience: u64,
    /// Go on from the floor with steps of two rounds
    #[arg(long, value_enum)]
    pub(crate) polish: Option<Polish>,
}

/// How to go on from the floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Polish {
    /// First the gradient, then directions for it
    Giant,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stop {
    /// The gradient is as small as asked for.
    Converged,
    /// No progress any more.
    Floor,
    /// The rounds are played.
    Rounds,
    /// f or its gradient is no finite number any more.
    Diverged,
}

/// Which method is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phase {
    /// One round a step.
    Comrade,
    /// Two rounds a step.
    Giant,
}

impl Phase {
    pub(crate) fn rounds(self) -> u64 {
        match self {
            Self::Comrade => 1,
            Self::Giant => 2,
        }
    }
}

/// Where a training stands: all that its rest depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) phase: Phase,
    /// The iterate, d.
    pub(crate) w: Vec<f64>,
    /// f(w) and ||g(w)||.
    pub(crate) here: Height,
    /// The iterate of the lowest f, d.
    pub(crate) best: Vec<f64>,
    /// f and ||g|| there.
    pub(crate) best_here: Height,
    /// The smallest ||g||, there or elsewhere: far out a logistic f is flat without being low.
    pub(crate) smallest: f64,
    /// f(0) and ||g(0)||.
    pub(crate) first: Height,
    /// Steps since the last progress.
    pub(crate) idle: u64,
    pub(crate) iterations: u64,
    pub(crate) rounds: u64,
    pub(crate) bytes_down: u64,
    pub(crate) bytes_up: u64,
}

/// f and ||g|| at one w, over all samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Height {
    pub(crate) objective: f64,
    pub(crate) gradient_norm: f64,
}

/// A gradient that shrank by less is no progress.
const SHRINKS: f64 = 0.99;
/// Nor is a gain in f below this share of all that was gained since w = 0.
const GAINS: f64 = 1e-6;

/// Values of f that differ by a smaller share are the same.
const ROUNDING: f64 = 1e-14;

impl Height {
    pub(crate) fn at(f: &Objective<'_>, w: &[f64]) -> Self {
        Self { objective: f.value(w), gradient_norm: norm2(&f.gradient(w)) }
    }

    /// Lower; where rounding cannot tell, flatter.
    fn is_better_than(self, other: Self) -> bool {
        let rounding = ROUNDING * other.objective.abs();
        self.objective < other.objective - rounding
            || (self.objective <= other.objective + rounding && self.gradient_norm < other.gradient_norm)
    }

    pub(crate) fn is_finite(self) -> bool {
        self.objective.is_finite() && self.gradient_norm.is_finite()
    }
}

impl State {
    pub(crate) fn start(f: &Objective<'_>) -> Self {
        let w = vec![0.0; f.data.cols()];
        let first = Height::at(f, &w);
        Self::at(w, first)
    }

    fn at(w: Vec<f64>, first: Height) -> Self {
        Self {
            phase: Phase::Comrade,
            best: w.clone(),
            w,
            here: first,
            best_here: first,
            smallest: first.gradient_norm,
            first,
            idle: 0,
            iterations: 0,
            rounds: 0,
            bytes_down: 0,
            bytes_up: 0,
        }
    }

    /// Takes the next iterate.
    pub(crate) fn advance(&mut self, w: &[f64], here: Height) {
        let progress =
            here.gradient_norm < SHRINKS * self.smallest || here.objective < self.best_here.objective - self.gain();
        self.idle = if progress { 0 } else { self.idle + 1 };
        self.smallest = self.smallest.min(here.gradient_norm);
        if here.is_better_than(self.best_here) {
            (self.best, self.best_here) = (w.to_vec(), here);
        }
        (self.w, self.here) = (w.to_vec(), here);
        self.iterations += 1;
    }

    /// Whether the last step ended clearly above the best one.
    pub(crate) fn rises(&self) -> bool {
        self.here.objective > self.best_here.objective + self.gain()
    }

    /// What counts as a gain in f.
    fn gain(&self) -> f64 {
        GAINS * (self.first.objective - self.best_here.objective)
    }

    /// Whether this is the end of the phase.
    pub(crate) fn stop(&self, limits: &Limits) -> Option<Stop> {
        if self.best_here.gradient_norm <= limits.tolerance * self.first.gradient_norm {
            Some(Stop::Converged)
        } else if !self.here.is_finite() {
            Some(Stop::Diverged)
        } else if self.idle >= limits.patience {
            Some(Stop::Floor)
        } else if self.rounds.saturating_add(self.phase.rounds()) > limits.rounds {
            Some(Stop::Rounds)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State::at(vec![0.0], Height { objective: 1.0, gradient_norm: 1.0 })
    }

    fn limits() -> Limits {
        Limits { tolerance: 1e-3, rounds: 10, patience: 2, polish: None }
    }

    fn walk(state: &mut State, heights: &[(f64, f64)]) {
        for (at, &(objective, gradient_norm)) in heights.iter().enumerate() {
            state.advance(&[at as f64 + 1.0], Height { objective, gradient_norm });
        }
    }

    #[test]
    fn a_flat_place_far_up_is_neither_best_nor_the_end() {
        let mut state = state();
        walk(&mut state, &[(0.5, 0.5), (20.0, 1e-4)]);
        assert_eq!((state.best[0], state.best_here.objective), (1.0, 0.5));
        assert_eq!((state.stop(&limits()), state.rises()), (None, true));
    }

    #[test]
    fn the_floor_is_where_neither_f_nor_its_gradient_falls() {
        let mut state = state();
        walk(&mut state, &[(0.5, 0.1), (0.5, 0.1)]);
        assert_eq!(state.stop(&limits()), None);
        walk(&mut state, &[(0.5, 0.05), (0.5, 0.05), (0.5, 0.05)]);
        assert_eq!((state.stop(&limits()), state.rises()), (Some(Stop::Floor), false));
    }

    #[test]
    fn every_other_end_is_met() {
        let mut one = state();
        walk(&mut one, &[(0.5, 1e-3)]);
        assert_eq!(one.stop(&limits()), Some(Stop::Converged));
        let mut two = state();
        two.rounds = 9;
        assert_eq!(two.stop(&limits()), None);
        two.phase = Phase::Giant;
        assert_eq!(two.stop(&limits()), Some(Stop::Rounds));
        walk(&mut two, &[(f64::NAN, f64::NAN)]);
        assert_eq!((two.stop(&limits()), two.best[0]), (Some(Stop::Diverged), 0.0));
    }
}
