//! What is seen of a training: a bar on a terminal, JSON lines for programs, and the words at its end.

use crate::model::{Model, Outcome};
use crate::train::Used;
use comrade::train::{Phase, State, Stop};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::path::Path;

/// What is shown on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Log {
    /// A progress bar where standard error is a terminal, nothing elsewhere
    Bar,
    /// A line a round, on standard error
    Text,
    /// A JSON object a round and one at the end, on standard output
    Json,
}

/// A training, shown.
pub(crate) struct Progress {
    log: Log,
    bar: ProgressBar,
    phase: Phase,
}

/// A line of `--log json`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Event<'a> {
    Warning {
        text: &'a str,
    },
    Polish {
        rounds: u64,
    },
    Step {
        phase: Phase,
        iteration: u64,
        rounds: u64,
        objective: f64,
        gradient_norm: f64,
        #[serde(flatten)]
        used: Used,
        bytes_down: u64,
        bytes_up: u64,
    },
    End(&'a Outcome),
}

impl Event<'_> {
    fn line(&self) -> String {
        serde_json::to_string(self).map(|line| line + "\n").unwrap_or_default()
    }
}

impl Progress {
    pub(crate) fn new(log: Log, rounds: u64) -> Result<Self, indicatif::style::TemplateError> {
        let shown = log == Log::Bar && io::stderr().is_terminal();
        let bar = if shown { ProgressBar::new(rounds) } else { ProgressBar::hidden() };
        bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} rounds  {msg}")?);
        Ok(Self { log, bar, phase: Phase::Comrade })
    }

    pub(crate) fn warn(&self, text: &str) {
        match self.log {
            Log::Json => put(&Event::Warning { text }.line()),
            Log::Bar | Log::Text => self.say(&format!("warning: {text}")),
        }
    }

    /// Shows one step.
    pub(crate) fn step(&mut self, state: &State, used: Used) {
        let Used { kept, trimmed, missing } = used;
        let (objective, gradient_norm) =
            state.here.map_or((f64::NAN, f64::NAN), |here| (here.objective.unwrap_or(f64::NAN), here.size));
        if state.phase != self.phase {
            self.phase = state.phase;
            match self.log {
                Log::Json => put(&Event::Polish { rounds: state.traffic.rounds }.line()),
                Log::Bar | Log::Text => self.say("COMRADE is at its floor: on with steps of two rounds"),
            }
        }
        let numbers =
            format!("f {objective:.8}  ||g|| {gradient_norm:.2e}  kept {kept}  trimmed {trimmed}  missing {missing}");
        self.bar.set_position(state.traffic.rounds);
        match self.log {
            Log::Bar => self.bar.set_message(numbers),
            Log::Text => self.say(&format!("round {:>4}  {numbers}", state.traffic.rounds)),
            Log::Json => {
                let event = Event::Step {
                    phase: state.phase,
                    iteration: state.iterations,
                    rounds: state.traffic.rounds,
                    objective,
                    gradient_norm,
                    used,
                    bytes_down: state.traffic.bytes_down,
                    bytes_up: state.traffic.bytes_up,
                };
                put(&event.line());
            }
        }
    }

    /// A line for people, above the bar.
    fn say(&self, line: &str) {
        self.bar.suspend(|| {
            let _ = writeln!(io::stderr(), "{line}");
        });
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// The words at the end.
    pub(crate) fn end(&self, state: &State, model: &Model, output: Option<&Path>) -> String {
        let Model { outcome, limits, settings, .. } = model;
        if self.log == Log::Json {
            return Event::End(outcome).line();
        }
        let relative = outcome.gradient_norm / outcome.first_gradient_norm;
        let why = match (outcome.stop, state.phase) {
            (Stop::Converged, _) => format!("converged: ||g|| is at most {:e} ||g(0)||", limits.tolerance),
            (Stop::Rounds, _) => format!("all {} rounds are played; more with --rounds", limits.rounds),
            (Stop::Diverged, _) => {
                "diverged: f is no finite number any more; more --trim or a smaller --step".to_owned()
            }
            (Stop::Floor, _) if state.best_here == state.first => {
                "no step has lowered f below f(0): more --trim against liars, or a smaller --step".to_owned()
            }
            (Stop::Floor, Phase::Giant) if state.rises() => format!(
                "GIANT steps too far: from ||g|| = {relative:.1e} ||g(0)|| on they raise f; --line-search, a smaller --step or \
                 fewer workers go further"
            ),
            (Stop::Floor, Phase::Comrade) => format!(
                "COMRADE has reached its error floor, ||g|| = {relative:.1e} ||g(0)||; --polish giant goes on from here"
            ),
            (Stop::Floor, Phase::Giant) => format!(
                "GIANT has come to rest at ||g|| = {relative:.1e} ||g(0)||: trimming or lying workers keep the mean of the \
                 gradients from the gradient"
            ),
        };
        let mut text = format!("{why}\n");
        let _ = writeln!(
            text,
            "f {:.10}  ||g|| {:.3e}  training accuracy {:.4}  (exact, over all samples)",
            outcome.objective, outcome.gradient_norm, outcome.accuracy
        );
        if !settings.intercept {
            // f is strongly convex by lambda.
            let above = outcome.gradient_norm.powi(2) / (2.0 * settings.lambda);
            let _ = writeln!(text, "f(w) - f(w*) is at most ||g||^2 / (2 lambda) = {above:.1e}");
        }
        let Outcome { iterations, rounds, bytes_down, bytes_up, .. } = outcome;
        let _ = writeln!(text, "{iterations} steps, {rounds} rounds, {bytes_down} bytes down, {bytes_up} bytes up");
        if let Some(path) = output {
            let _ = writeln!(text, "wrote {}", path.display());
        }
        text
    }
}

/// To standard output at once; nobody is told when nobody reads.
fn put(line: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
}
