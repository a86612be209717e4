//! `comrade train`: COMRADE until its gradient is small or its floor is reached, then GIANT if asked for.
//!
//! f and g are exact, over all samples: the workers are simulated in this process, so the center can know them. The
//! iterates do not depend on them, only the stop does and which iterate is kept.

use crate::Said;
use crate::checkpoint::{self, Checkpoint, Interrupted};
use crate::file;
use crate::model::{Data, Model, Outcome};
use crate::progress::{Log, Progress};
use crate::settings::Settings;
use crate::state::{Height, Limits, Phase, State, Stop};
use comrade::center::{self, Plan, SolveError, Step};
use comrade::cluster::{InProcess, Traffic};
use comrade::giant;
use comrade::objective::Objective;
use comrade::round::absent;
use serde::Serialize;
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

/// How the messages of a step's last round were used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Used {
    pub(crate) kept: usize,
    pub(crate) trimmed: usize,
    pub(crate) missing: usize,
}

/// Goes on from a state until a limit is met; `watch` sees every step, and ends it by a break.
pub(crate) fn train(
    f: &Objective<'_>,
    settings: &Settings,
    mut cluster: InProcess,
    limits: &Limits,
    state: &mut State,
    watch: &mut dyn FnMut(&State, Used) -> ControlFlow<()>,
) -> Result<Option<Stop>, SolveError> {
    let rule = settings.rule();
    let State { rounds, bytes_down, bytes_up, .. } = *state;
    cluster.resume(Traffic { rounds, bytes_down, bytes_up });
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
            let Traffic { rounds, bytes_down, bytes_up } = step.traffic;
            (state.rounds, state.bytes_down, state.bytes_up) = (rounds, bytes_down, bytes_up);
            state.advance(step.after, Height::at(f, step.after));
            let (kept, trimmed) = (step.aggregate.kept.len(), step.aggregate.trimmed.len());
            broke = watch(state, Used { kept, trimmed, missing: absent(step.replies).len() }).is_break();
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
