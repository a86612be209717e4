//! `comrade`: the solver from a terminal.

mod checkpoint;
mod compare;
mod digest;
mod ending;
mod far;
mod file;
mod fitted;
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
use comrade::data::libsvm::ReadError;
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
    /// Fit a linear classifier on simulated workers, some of which may lie, or on workers at other addresses
    Train(train::Args),
    /// Hold samples, and answer about them to a center somewhere else
    Worker(far::worker::Args),
    /// Predict the labels of a file, one per line
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
  zcat rows.gz | comrade predict model.json - --probabilities
  comrade compare a9a --csv a9a.csv

FILE is a LIBSVM text file, plain or gzip, or - for standard input (`bunzip2 -c a9a.bz2 | comrade train -`), or the name of a \
    published file (a9a, w5a, ...), which is looked for in $COMRADE_DATA, or else in data/.

Only features that occur in FILE cost anything; all others have weight 0, however large an index or the stated dimension is.

Exit status: 0 when the command did its work, 1 when it could not, 2 for bad arguments, 3 when a training run did not get where \
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

/// A line on standard error; nobody is told where that is not read.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// `comrade train`, for its usage.
fn of_train() -> clap::Command {
    let mut all = Cli::command();
    all.build();
    let found = all.find_subcommand("train").cloned();
    found.unwrap_or(all)
}

/// The arguments, or how the process ends without them: with help, or with what is wrong.
fn parse() -> Result<Cli, ExitCode> {
    let checked = |cli: Cli| match &cli.command {
        Command::Train(args) => {
            args.check().map_or_else(|why| Err(of_train().error(ErrorKind::MissingRequiredArgument, why)), |()| Ok(cli))
        }
        _ => Ok(cli),
    };
    Cli::try_parse().and_then(checked).map_err(|error| {
        let error = gone(&error).map_or(error, |message| Cli::command().error(ErrorKind::UnknownArgument, message));
        let code = u8::try_from(error.exit_code()).unwrap_or(2);
        let printed = error.print().and_then(|()| io::stdout().flush());
        // What cannot be printed on standard error cannot be said either.
        match file::printed(printed) {
            Err(full) if !error.use_stderr() => failed(&full),
            _ => ExitCode::from(code),
        }
    })
}

/// Says why and, where that is known, what to do; and the exit status.
fn failed(error: &(dyn Error + 'static)) -> ExitCode {
    say(&format!("error: {error}"));
    let read = error.downcast_ref().and_then(ReadError::hint);
    let hint = error.downcast_ref().and_then(file::FileError::hint).or(read);
    if let Some(hint) = hint.or_else(|| error.downcast_ref().and_then(fitted::ModelError::hint)) {
        say(&format!("hint: {hint}"));
    }
    ExitCode::FAILURE
}

/// Prints what a command has to say, and gives the exit status.
fn end(said: Said) -> ExitCode {
    let error = match said {
        Ok(text) => return file::print(&text).map_or_else(|full| failed(&full), |()| ExitCode::SUCCESS),
        Err(error) => error,
    };
    if let Some(train::Unfinished { text, .. }) = error.downcast_ref() {
        let printed = file::print(text);
        say(&format!("not finished: {error}"));
        return printed.map_or_else(|full| failed(&full), |()| ExitCode::from(ending::UNFINISHED));
    }
    let code = failed(&*error);
    if error.is::<checkpoint::Interrupted>() { ExitCode::from(checkpoint::INTERRUPTED) } else { code }
}

fn main() -> ExitCode {
    let cli = match parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    end(match cli.command {
        Command::Train(args) => train::run(&args),
        Command::Worker(args) => far::worker::run(&args),
        Command::Predict(args) => predict::predict(&args),
        Command::Evaluate(args) => predict::evaluate(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Completions(args) => shell::completions(&args, Cli::command()),
        Command::Man(args) => shell::man(&args, Cli::command()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
