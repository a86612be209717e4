//! `comrade`: the solver from a terminal.
#![expect(clippy::print_stderr, reason = "a command line program prints")]

mod checkpoint;
mod compare;
mod file;
mod inspect;
mod model;
mod picture;
mod predict;
mod progress;
mod settings;
mod shell;
mod train;

use clap::{CommandFactory, Parser, Subcommand};
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// Distributed approximate Newton with one round an iteration, which survives Byzantine workers.
#[derive(Debug, Parser)]
#[command(name = "comrade", version, after_help = EXAMPLES, max_term_width = 120)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fit a linear classifier on simulated workers, some of which may lie
    Train(train::Args),
    /// Predict the labels of a file, one a line
    Predict(predict::PredictArgs),
    /// Accuracy, objective and confusion counts of a model on a file
    Evaluate(predict::EvaluateArgs),
    /// What a data set is like, and what the theory promises for this m and lambda
    Inspect(inspect::Args),
    /// COMRADE, GIANT, gradient descent and exact Newton on one data set: table, CSV, picture
    Compare(compare::Args),
    /// Print the completions of a shell
    Completions(shell::CompletionsArgs),
    /// Write manual pages into a folder
    Man(shell::ManArgs),
}

const EXAMPLES: &str = "Examples:
  comrade inspect a9a --workers 20 --lambda 1e-3
  comrade train a9a --workers 20 --lambda 1e-3 --polish giant -o model.json
  comrade train a9a --trim 0.25 --attack gaussian:10 --liars 0.2 -o model.json
  comrade evaluate model.json a9a.t
  comrade predict model.json rows.txt > labels.txt
  comrade compare a9a --png a9a.png

FILE is a LIBSVM text file, plain or gzip, or the name of a published one (a9a, w5a, ...), which is looked for in \
    $COMRADE_DATA, or else in data/.

Exit status: 0 when the command did its work, 1 when it could not, 2 for bad arguments, 130 after Ctrl-C.";

/// What a command has to say at its end, or why it could not.
type Said = Result<String, Box<dyn Error>>;

fn main() -> ExitCode {
    let said = match Cli::parse().command {
        Command::Train(args) => train::run(&args),
        Command::Predict(args) => predict::predict(&args),
        Command::Evaluate(args) => predict::evaluate(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Completions(args) => shell::completions(&args, Cli::command()),
        Command::Man(args) => shell::man(&args, Cli::command()),
    };
    match said {
        Ok(text) => {
            // Nobody is told when nobody reads to the end.
            let _ = io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            if error.is::<checkpoint::Interrupted>() {
                ExitCode::from(checkpoint::INTERRUPTED)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
