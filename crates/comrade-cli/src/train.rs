//! `comrade train`: COMRADE until its gradient is small or its floor is reached, then GIANT if asked for.
//!
//! f and g are exact, over all samples: the workers are simulated in this process, so the center can know them. The
//! iterates do not depend on them, only the stop does and which iterate is kept.

use crate::Said;
use crate::checkpoint::{self, Checkpoint, Interrupted};
use crate::file;
use crate::model::{Data, Model, Outcome};
use crate::progress::{Log, Progress};
use crate::settings::{LimitArgs, Settings};
use comrade::center::Step;
use comrade::compress::norm2;
use comrade::data::libsvm::Read;
use comrade::round::absent;
use comrade::train::{Gauge, Height, State, train};
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
    limits: LimitArgs,
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

impl Used {
    fn of(step: &Step<'_>) -> Self {
        let (kept, trimmed) = (step.aggregate.kept.len(), step.aggregate.trimmed.len());
        Self { kept, trimmed, missing: absent(step.replies).len() }
    }
}

/// Runs `comrade train`.
pub(crate) fn run(args: &Args) -> Said {
    let (settings, limits) = (&args.settings, args.limits.limits());
    let Read { dataset, mapping } = file::load(&args.file, args.dimension)?;
    let dataset = settings.prepare(dataset)?;
    let f = settings.objective(&dataset);
    let mut progress = Progress::new(args.log, limits.rounds)?;
    if let Some(warning) = settings.warning() {
        progress.warn(&warning);
    }
    let gauge = Gauge::Exact(&f);
    let (data, first) = (Data::of(&dataset, mapping), State::start(vec![0.0; dataset.cols()], gauge));
    let state = match &args.checkpoint {
        Some(path) if args.resume => Checkpoint::resume(path, &data, settings, first.first)?,
        _ => first,
    };
    let mut cluster = settings.cluster(&dataset)?;
    checkpoint::listen()?;
    let mut now = Checkpoint { data, settings: settings.clone(), state };
    let mut unwritten = None;
    let mut state = now.state.clone();
    let stop =
        train(&mut cluster, &settings.rule(), settings.steps(), &limits, gauge, &mut state, &mut |state, step| {
            progress.step(state, Used::of(step));
            if let Some(path) = &args.checkpoint
                && state.here.is_none_or(Height::is_finite)
            {
                now.state = state.clone();
                unwritten = now.write(path).err();
            }
            if checkpoint::pressed() || unwritten.is_some() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
    progress.clear();
    if let Some(error) = unwritten {
        return Err(error.into());
    }
    let Some(stop) = stop? else {
        return Err(Interrupted { rounds: state.traffic.rounds, kept: args.checkpoint.is_some() }.into());
    };
    let outcome = Outcome {
        stop,
        iterations: state.iterations,
        rounds: state.traffic.rounds,
        bytes_down: state.traffic.bytes_down,
        bytes_up: state.traffic.bytes_up,
        objective: f.value(&state.best),
        gradient_norm: norm2(&f.gradient(&state.best)),
        first_gradient_norm: state.first.map_or(0.0, |first| first.size),
        accuracy: f.accuracy(&state.best),
    };
    let Checkpoint { data, settings, .. } = now;
    let model = Model { data, settings, limits, outcome, weights: state.best.clone() };
    if let Some(path) = &args.output {
        model.write(path)?;
    }
    Ok(progress.end(&state, &model, args.output.as_deref()))
}
