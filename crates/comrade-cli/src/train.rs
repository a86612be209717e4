//! `comrade train`: COMRADE until its gradient is small or its floor is reached, then GIANT if asked for.
//!
//! f and g are exact, over all samples: the workers are simulated in this process, so the center can know them. The
//! iterates do not depend on them, only the stop does and which iterate is kept.

use crate::Said;
use crate::checkpoint::{self, Checkpoint, Interrupted};
use crate::file;
use crate::model::{Data, Model, Outcome};
use crate::progress::{Log, Progress};
use crate::seen::{Seen, missing};
use crate::settings::{Settings, positive};
use comrade::center::{self, Plan, SolveError, Step};
use comrade::cluster::{Ask, Cluster, ClusterError, InProcess, Traffic};
use comrade::compress::norm2;
use comrade::giant;
use comrade::objective::Objective;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// `comrade train`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// LIBSVM file, or the name of a published one
    file: PathBuf,
    /// Dimension d [default: the largest index in the file]
    #[arg(long, value_name = "D")]
    dimension: Option<usize>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    limits: Limits,
    /// Write the model here
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Keep a checkpoint here, written after every step
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint, given the same file and settings
    #[arg(long, requires = "checkpoint")]
    resume: bool,
    /// What is shown on the way
    #[arg(long, value_enum, default_value_t = Log::Bar)]
    log: Log,
}

const EXAMPLES: &str = "Examples:
  comrade train a9a -o model.json
  comrade train a9a --polish giant -o model.json         down to the minimiser
  comrade train a9a --trim 0.25 --attack gaussian:10 --liars 0.2 --compress top-k:0.1
  comrade train rows.txt.gz --log json > rounds.jsonl    one line a round, for programs
  comrade train a9a --checkpoint at.json                 Ctrl-C stops, --resume goes on

The model is the iterate of the lowest f. Training stops when ||g(w)|| <= TOL ||g(0)||, when neither f nor ||g|| \
    has improved for PATIENCE steps, or when the rounds are played. COMRADE steps along the mean of local Newton directions, \
    which is not zero at the minimiser, so it comes to rest at some distance from it: the floor. `--polish giant` goes on from \
    there with two-round steps.";

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
    fn rounds(self) -> u64 {
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

/// How the messages of a step's last round were used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Used {
    pub(crate) kept: usize,
    pub(crate) trimmed: usize,
    pub(crate) missing: usize,
}

/// A gradient that shrank by less is no progress.
const SHRINKS: f64 = 0.99;
/// Nor is a gain in f below this share of all that was gained since w = 0.
const GAINS: f64 = 1e-6;

/// Values of f that differ by a smaller share are the same.
const ROUNDING: f64 = 1e-14;

impl Height {
    fn at(f: &Objective<'_>, w: &[f64]) -> Self {
        Self { objective: f.value(w), gradient_norm: norm2(&f.gradient(w)) }
    }

    /// Lower; where rounding cannot tell, flatter.
    fn is_better_than(self, other: Self) -> bool {
        let rounding = ROUNDING * other.objective.abs();
        self.objective < other.objective - rounding
            || (self.objective <= other.objective + rounding && self.gradient_norm < other.gradient_norm)
    }

    fn is_finite(self) -> bool {
        self.objective.is_finite() && self.gradient_norm.is_finite()
    }
}

impl State {
    pub(crate) fn start(f: &Objective<'_>) -> Self {
        let w = vec![0.0; f.data.cols()];
        let first = Height::at(f, &w);
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
    fn advance(&mut self, w: &[f64], here: Height) {
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
    fn stop(&self, limits: &Limits) -> Option<Stop> {
        if self.best_here.gradient_norm <= limits.tolerance * self.first.gradient_norm {
            Some(Stop::Converged)
        } else if !self.here.is_finite() {
            Some(Stop::Diverged)
        } else if self.idle >= limits.patience {
            Some(Stop::Floor)
        } else if self.rounds + self.phase.rounds() > limits.rounds {
            Some(Stop::Rounds)
        } else {
            None
        }
    }
}

/// A training that cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrainError {
    /// A step is impossible.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// The rounds of an earlier run cannot be counted out.
    #[error(transparent)]
    Rounds(ClusterError),
}

/// Goes on from a state until a limit is met; `watch` sees every step, and ends it by a break.
pub(crate) fn train(
    f: &Objective<'_>,
    settings: &Settings,
    cluster: InProcess,
    limits: &Limits,
    state: &mut State,
    watch: &mut dyn FnMut(&State, Used) -> ControlFlow<()>,
) -> Result<Option<Stop>, TrainError> {
    let traffic = Cell::new(cluster.traffic());
    let (rule, mut cluster) = (settings.rule(), Seen::new(cluster, &traffic));
    // Random numbers are named by rounds: those that an earlier run has played are counted out, with the cheapest question.
    for _ in 0..state.rounds {
        cluster.round(Ask::Gradient { w: &state.w }).map_err(TrainError::Rounds)?;
    }
    let (counted, before) = (traffic.get(), (state.bytes_down, state.bytes_up));
    loop {
        match state.stop(limits) {
            Some(Stop::Floor) if limits.polish.is_some() && state.phase == Phase::Comrade => {
                (state.phase, state.idle) = (Phase::Giant, 0);
                (state.w, state.here) = (state.best.clone(), state.best_here);
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
        let left = (limits.rounds - state.rounds) / state.phase.rounds();
        let iterations = usize::try_from(left).unwrap_or(usize::MAX);
        let plan = Plan { start: state.w.clone(), gamma: settings.step, iterations };
        solve(&mut cluster, &rule, &plan, &mut |step: &Step<'_>| {
            let Traffic { rounds, bytes_down, bytes_up } = traffic.get();
            state.rounds = rounds;
            state.bytes_down = before.0 + bytes_down - counted.bytes_down;
            state.bytes_up = before.1 + bytes_up - counted.bytes_up;
            state.advance(step.after, Height::at(f, step.after));
            let (kept, trimmed) = (step.aggregate.kept.len(), step.aggregate.trimmed.len());
            broke = watch(state, Used { kept, trimmed, missing: missing(step.replies, step.after.len()) }).is_break();
            if broke || state.stop(limits).is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if broke && state.stop(limits).is_none() {
            return Ok(None);
        }
    }
}

/// Runs `comrade train`.
pub(crate) fn run(args: &Args) -> Said {
    let Args { settings, limits, .. } = args;
    let read = file::load(&args.file, args.dimension)?;
    let f = settings.objective(&read.dataset);
    let mut progress = Progress::new(args.log, limits.rounds)?;
    if let Some(warning) = settings.warning() {
        progress.warn(&warning);
    }
    let (data, first) = (Data::of(&read), State::start(&f));
    let state = match &args.checkpoint {
        Some(path) if args.resume => Checkpoint::resume(path, &data, settings, first.first)?,
        _ => first,
    };
    let cluster = settings.cluster(&read.dataset)?;
    checkpoint::listen()?;
    let mut now = Checkpoint { data, settings: settings.clone(), state };
    let mut unwritten = None;
    let mut state = now.state.clone();
    let stop = train(&f, settings, cluster, limits, &mut state, &mut |state, used| {
        progress.step(state, used);
        if let Some(path) = &args.checkpoint
            && state.here.is_finite()
        {
            now.state = state.clone();
            unwritten = now.write(path).err();
        }
        if checkpoint::pressed() || unwritten.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.clear();
    if let Some(error) = unwritten {
        return Err(error.into());
    }
    let Some(stop) = stop? else {
        return Err(Interrupted { rounds: state.rounds, kept: args.checkpoint.is_some() }.into());
    };
    let outcome = Outcome {
        stop,
        iterations: state.iterations,
        rounds: state.rounds,
        bytes_down: state.bytes_down,
        bytes_up: state.bytes_up,
        objective: state.best_here.objective,
        gradient_norm: state.best_here.gradient_norm,
        first_gradient_norm: state.first.gradient_norm,
        accuracy: f.accuracy(&state.best),
    };
    let Checkpoint { data, settings, .. } = now;
    let model = Model { data, settings, limits: *limits, outcome, weights: state.best.clone() };
    if let Some(path) = &args.output {
        model.write(path)?;
    }
    Ok(progress.end(&state, &model, args.output.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let first = Height { objective: 1.0, gradient_norm: 1.0 };
        State {
            phase: Phase::Comrade,
            w: vec![0.0],
            here: first,
            best: vec![0.0],
            best_here: first,
            smallest: 1.0,
            first,
            idle: 0,
            iterations: 0,
            rounds: 0,
            bytes_down: 0,
            bytes_up: 0,
        }
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
