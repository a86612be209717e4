//! Downloads and checks the real data sets.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use comrade_data::catalogue::{BASE_URL, VARIABLE};
use comrade_data::{CATALOGUE, FetchError, Fetched, Fetcher, PublishedFile, directory, entry, find, verify};
use indicatif::{ProgressBar, ProgressStyle};

const EXAMPLES: &str = "\
Examples:
  cargo xtask data                     download all files into ./data
  cargo xtask data a9a a9a.t           download two of them
  cargo xtask data --check             check the files that are there, offline
  COMRADE_DATA=/data cargo xtask data  use another folder";

/// Downloads the data sets and checks that they are the published ones.
#[derive(Parser)]
#[command(bin_name = "cargo xtask data", version, after_help = EXAMPLES)]
struct Arguments {
    /// Files of the LIBSVM collection [default: all]
    #[arg(value_parser = PossibleValuesParser::new(CATALOGUE.map(|entry| entry.name)))]
    names: Vec<String>,
    /// Folder of the files [default: $COMRADE_DATA, or else data]
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Replace files that are there but wrong
    #[arg(long)]
    force: bool,
    /// List the files and what is there, and do nothing else
    #[arg(long, conflicts_with_all = ["force", "check"])]
    list: bool,
    /// Check the files that are there, and download nothing
    #[arg(long, conflicts_with = "force")]
    check: bool,
    /// Address of the collection or of a mirror
    #[arg(long, value_name = "URL", default_value = BASE_URL)]
    base_url: String,
}

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    let ended = match Arguments::try_parse() {
        Ok(arguments) => run(&arguments, &mut out),
        Err(error) if error.use_stderr() => error.exit(),
        Err(help) => help.print().map(|()| true),
    };
    match ended.and_then(|all| out.flush().map(|()| all)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // A reader that stopped early needs no message.
            if error.kind() != io::ErrorKind::BrokenPipe {
                let _ = writeln!(io::stderr(), "error: standard output: cannot write: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Whether all went well; an error is one of writing to `out`.
fn run(arguments: &Arguments, out: &mut impl Write) -> io::Result<bool> {
    let dir = arguments.dir.clone().unwrap_or_else(directory);
    let entries: Vec<&PublishedFile> = if arguments.names.is_empty() {
        CATALOGUE.iter().collect()
    } else {
        arguments.names.iter().filter_map(|name| entry(name)).collect()
    };
    if arguments.list {
        return list(&entries, &dir, out);
    }
    let fetcher =
        Fetcher { dir, base_url: arguments.base_url.clone(), force: arguments.force, timeout: Duration::from_secs(30) };
    let mut all = true;
    for entry in entries {
        let outcome = if arguments.check { check(entry, &fetcher.dir) } else { download(entry, &fetcher, out)? };
        match outcome {
            Ok(told) => writeln!(out, "{}: {told}", entry.name)?,
            Err(failure) => {
                all = false;
                writeln!(io::stderr(), "{}: {}", entry.name, failure.message)?;
                if failure.others_too {
                    break;
                }
            }
        }
    }
    Ok(all)
}

/// What went wrong with one file.
struct Failure {
    message: String,
    /// Whether it is of no use to try the other files.
    others_too: bool,
}

fn list(entries: &[&PublishedFile], dir: &Path, out: &mut impl Write) -> io::Result<bool> {
    writeln!(out, "{:14} {:>6} {:>9} {:>9}  in {}", "name", "rows", "dimension", "bytes", dir.display())?;
    for entry in entries {
        let there = find(dir, entry.name).and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        let there = there.as_deref().unwrap_or("-");
        writeln!(out, "{:14} {:>6} {:>9} {:>9}  {there}", entry.name, entry.rows, entry.dimension, entry.bytes)?;
    }
    Ok(true)
}

fn check(entry: &PublishedFile, dir: &Path) -> Result<String, Failure> {
    let failure = |message| Failure { message, others_too: false };
    let path = find(dir, entry.name)
        .ok_or_else(|| failure(format!("not in {}; --dir or {VARIABLE} names another folder", dir.display())))?;
    verify(&path, entry).map_err(|e| failure(e.to_string()))?;
    Ok(format!("{} is the published file", path.display()))
}

fn download(entry: &PublishedFile, fetcher: &Fetcher, out: &mut impl Write) -> io::Result<Result<String, Failure>> {
    // On a terminal a bar that goes away, otherwise a line when it starts.
    let bar = if io::stderr().is_terminal() { ProgressBar::new(entry.bytes) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{msg:14} {bar:40} {bytes}/{total_bytes} {bytes_per_sec}") {
        bar.set_style(style);
    }
    bar.set_message(entry.name);
    let mut told = Ok(());
    let fetched = fetcher.fetch(entry, |received, total| {
        if bar.is_hidden() && bar.position() == 0 {
            told = writeln!(out, "{}: downloading {}", entry.name, entry.url(&fetcher.base_url));
        }
        bar.set_length(total.unwrap_or(entry.bytes));
        bar.set_position(received);
    });
    bar.finish_and_clear();
    told?;
    Ok(match fetched {
        Ok(Fetched::Present(path)) => Ok(format!("{} is the published file", path.display())),
        Ok(Fetched::Downloaded(path)) => Ok(format!("downloaded and checked: {}", path.display())),
        Err(e) => Err(Failure { message: e.to_string(), others_too: matches!(e, FetchError::Unreachable { .. }) }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn told(arguments: &[&str]) -> (bool, String) {
        let mut out = Vec::new();
        let arguments = Arguments::parse_from([&["data"], arguments].concat());
        (run(&arguments, &mut out).unwrap(), String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
        assert!(Arguments::try_parse_from(["data", "a9b"]).is_err());
        assert!(Arguments::try_parse_from(["data", "--check", "--force"]).is_err());
    }

    #[test]
    fn the_list_has_every_file_and_a_check_fails_without_them() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("w5a.gz"), "").unwrap();
        let dir = dir.path().to_str().unwrap();
        let (all, list) = told(&["--list", "--dir", dir]);
        assert!(all && CATALOGUE.iter().all(|entry| list.contains(entry.name)) && list.contains("  w5a.gz\n"));
        assert_eq!(told(&["--check", "--dir", dir, "a9a", "w5a"]), (false, String::new()));
    }
}
