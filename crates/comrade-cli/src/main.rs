//! `comrade`: the solver from a terminal.
#![expect(clippy::print_stderr, reason = "a command line program prints")]

mod checkpoint;
mod compare;
mod digest;
mod ending;
mod file;
mod inspect;
mod model;
#[cfg(feature = "picture")]
mod picture;
mod predict;
mod progress;
mod settings;
mod shell;
mod track;
mod train;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser, Subcommand};
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// Distributed Newton methods with one round an iteration, which survive Byzantine workers.
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
    /// All methods on one data set: table, CSV, picture
    Compare(compare::Args),
    /// Print the completions of a shell
    Completions(shell::CompletionsArgs),
    /// Write manual pages into a folder
    Man(shell::ManArgs),
}

const EXAMPLES: &str = "Examples:
  comrade inspect a9a --workers 20 --lambda 1e-3
  comrade train a9a --workers 20 --lambda 1e-3 -o model.json
  comrade train a9a --trim 0.25 --attack gaussian:10 --liars 0.2 -o model.json
  comrade evaluate model.json a9a.t
  comrade predict model.json rows.txt > labels.txt
  comrade compare a9a --png a9a.png

FILE is a LIBSVM text file, plain or gzip, or the name of a published one (a9a, w5a, ...), which is looked for in \
    $COMRADE_DATA, or else in data/.

Exit status: 0 when the command did its work, 1 when it could not, 2 for bad arguments, 3 when a training did not get where \
    it should, 130 after Ctrl-C.";

/// Options that are gone, and what to use now.
const GONE: [(&str, &str); 4] = [
    ("--polish", "the default method, lazy-newton, goes down to the minimiser by itself; --method giant plays GIANT"),
    ("--line-search", "the default method, lazy-newton, shortens its steps by itself"),
    ("--patience", "every method knows by itself when it rests"),
    ("--rounds", "use --max-rounds"),
];

/// What a command has to say at its end, or why it could not.
type Said = Result<String, Box<dyn Error>>;

/// What to use in place of an option that is gone, if that is what is wrong with the arguments.
fn gone(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg) else { return None };
    let unknown = error.kind() == ErrorKind::UnknownArgument;
    let (option, instead) = GONE.iter().find(|(gone, _)| unknown && gone == option)?;
    Some(format!("{option} is gone: {instead}"))
}

/// The arguments, or the end of the process.
fn parse() -> Cli {
    Cli::try_parse().unwrap_or_else(|error| match gone(&error) {
        Some(message) => Cli::command().error(ErrorKind::UnknownArgument, message).exit(),
        None => error.exit(),
    })
}

fn main() -> ExitCode {
    let said = match parse().command {
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
            if let Some(train::Unfinished { text, .. }) = error.downcast_ref() {
                let _ = io::stdout().write_all(text.as_bytes());
                eprintln!("not finished: {error}");
                return ExitCode::from(ending::UNFINISHED);
            }
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
