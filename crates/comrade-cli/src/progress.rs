//! What is seen of a training run: a bar on a terminal, JSON lines for programs, and the numbers at its end.

use crate::file::{self, FileError};
use crate::model::{Model, Outcome};
use comrade::method::Progress;
use comrade::protocol::absent;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{self, IsTerminal};
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

/// Shows a training run while it goes on.
pub(crate) struct Show {
    log: Log,
    bar: ProgressBar,
}

/// A line of `--log json`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Event<'a> {
    Warning { text: &'a str },
    Round(Round),
    End(&'a Outcome),
}

/// A round, or the few that make a step. f and g are what the workers said, by methods and in rounds that ask for them.
#[derive(Serialize)]
struct Round {
    /// How many are played.
    round: u64,
    /// f.
    objective: Option<f64>,
    /// ||g||.
    gradient_norm: Option<f64>,
    /// ||g|| / ||g(0)||; `None` where ||g(0)|| is 0.
    relative_gradient_norm: Option<f64>,
    /// Whether the training goes on from there; false where a shorter step comes next.
    accepted: bool,
    /// The length of the step, as a share of its direction.
    step: f64,
    /// Whether a Hessian was asked for.
    hessian: bool,
    /// Workers that count.
    kept: usize,
    /// Workers without an answer.
    missing: usize,
    bytes_down: u64,
    bytes_up: u64,
}

impl Round {
    fn of(seen: &Progress<'_>) -> Self {
        let Progress { state, measured, accepted, step, hessian, replies, kept, .. } = *seen;
        let traffic = state.traffic();
        let first = state.first().filter(|first| first.gradient_norm > 0.0);
        let relative = |norm: f64| first.map(|first| norm / first.gradient_norm);
        Self {
            round: traffic.rounds,
            objective: measured.map(|measured| measured.value),
            gradient_norm: measured.map(|measured| measured.gradient_norm),
            relative_gradient_norm: measured.and_then(|measured| relative(measured.gradient_norm)),
            accepted,
            step,
            hessian,
            kept: kept.len(),
            missing: absent(replies).len(),
            bytes_down: traffic.bytes_down,
            bytes_up: traffic.bytes_up,
        }
    }

    /// For people.
    fn words(&self) -> String {
        let Self { objective, gradient_norm, relative_gradient_norm, accepted, step, kept, missing, .. } = self;
        let mut text = match (objective, gradient_norm) {
            (Some(f), Some(norm)) => format!("f {f:.8}  ||g|| {norm:.2e}"),
            _ => format!("step {step}"),
        };
        if let Some(relative) = relative_gradient_norm {
            let _ = write!(text, "  {relative:.1e} of the first");
        }
        if !accepted {
            text += "  too far";
        }
        let _ = write!(text, "  kept {kept}  missing {missing}");
        text
    }
}

impl Event<'_> {
    fn line(&self) -> String {
        serde_json::to_string(self).map(|line| line + "\n").unwrap_or_default()
    }
}

impl Show {
    pub(crate) fn new(log: Log, rounds: u64) -> Result<Self, indicatif::style::TemplateError> {
        let shown = log == Log::Bar && io::stderr().is_terminal();
        let bar = if shown { ProgressBar::new(rounds) } else { ProgressBar::hidden() };
        bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} rounds  {msg}")?);
        Ok(Self { log, bar })
    }

    /// Says what deserves a word.
    pub(crate) fn warn(&self, text: &str) -> Result<(), FileError> {
        match self.log {
            Log::Json => return file::print(&Event::Warning { text }.line()),
            Log::Bar | Log::Text => self.say(&format!("warning: {text}")),
        }
        Ok(())
    }

    /// Shows one round.
    pub(crate) fn round(&mut self, seen: &Progress<'_>) -> Result<(), FileError> {
        let round = Round::of(seen);
        self.bar.set_position(round.round);
        match self.log {
            Log::Bar => self.bar.set_message(round.words()),
            Log::Text => self.say(&format!("round {:>4}  {}", round.round, round.words())),
            Log::Json => return file::print(&Event::Round(round).line()),
        }
        Ok(())
    }

    /// A line for people, above the bar.
    fn say(&self, line: &str) {
        self.bar.suspend(|| crate::say(line));
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// The sentence of an end, for people.
    pub(crate) fn sentence(&self, sentence: &str) -> String {
        if self.log == Log::Json { String::new() } else { format!("{sentence}\n") }
    }

    /// The numbers at the end.
    pub(crate) fn end(&self, model: &Model, output: Option<&Path>) -> String {
        let Model { outcome, plan, .. } = model;
        if self.log == Log::Json {
            return Event::End(outcome).line();
        }
        let Outcome { objective, gradient_norm, first_gradient_norm, accuracy, .. } = outcome;
        let f = if objective.abs() < 1e6 { format!("{objective:.10}") } else { format!("{objective:.3e}") };
        let known = accuracy.map_or_else(
            || "(as the workers say)".to_owned(),
            |accuracy| format!("training accuracy {accuracy:.4}  (exact, over all samples)"),
        );
        let mut text = format!("f {f}  ||g|| {gradient_norm:.3e}  ||g(0)|| {first_gradient_norm:.3e}  {known}\n");
        let _ = match outcome.bound {
            // f* is not below 0.
            Some(bound) if bound >= *objective => Ok(()),
            Some(bound) => writeln!(text, "f(w) - f(w*) is at most ||g||^2 / (2 lambda) = {bound:.1e}"),
            None if model.settings.intercept => {
                writeln!(text, "there is no bound on f(w) - f(w*) by ||g|| with an intercept, which has no ridge term")
            }
            None => Ok(()),
        };
        let Outcome { rounds, bytes_down, bytes_up, .. } = outcome;
        let _ = writeln!(text, "{}: {rounds} rounds, {bytes_down} bytes down, {bytes_up} bytes up", plan.method);
        let _ = match output {
            Some(path) => writeln!(text, "wrote {}", path.display()),
            None if outcome.is_worth_keeping() => writeln!(text, "the model is not kept: -o FILE keeps it"),
            None => Ok(()),
        };
        text
    }
}
