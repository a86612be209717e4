//! What the programs of this crate do alike: how they end, threads, the progress bar, files.

#![allow(dead_code, reason = "each program uses a part of it")]

use comrade_file::Together;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Serialize, de::DeserializeOwned};
use std::error::Error;
use std::fmt;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// What programs take that play training runs on a9a and write a page.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    /// Folder with the published file a9a, plain or .gz [default: $COMRADE_DATA, else a synthetic stand-in]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(crate) out: PathBuf,
    /// Threads; the numbers do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub(crate) jobs: Option<u64>,
}

/// Whether standard output took less than was said.
static UNSAID: AtomicBool = AtomicBool::new(false);

/// A line for standard output; that it cannot be written ends nothing, but [`end`] says so. That nobody reads to the end is no
/// error.
macro_rules! say {
    ($($words:tt)*) => { $crate::program::line(format_args!($($words)*)) };
}
pub(crate) use say;

/// See [`say`].
pub(crate) fn line(words: fmt::Arguments<'_>) {
    if let Err(cause) = writeln!(io::stdout(), "{words}")
        && cause.kind() != io::ErrorKind::BrokenPipe
        && !UNSAID.swap(true, Ordering::Relaxed)
    {
        eprintln!("error: standard output: cannot write: {cause}");
    }
}

/// The exit status: 0 when all is as it should be, 1 when not or after an error, which is said.
pub(crate) fn end(done: Result<bool, Box<dyn Error>>) -> ExitCode {
    match done {
        Ok(true) if UNSAID.load(Ordering::Relaxed) => ExitCode::FAILURE,
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all parallel work on this many threads; on all cores if no number is given.
pub(crate) fn threads(jobs: Option<u64>) -> Result<(), rayon::ThreadPoolBuildError> {
    jobs.map_or(Ok(()), |jobs| rayon::ThreadPoolBuilder::new().num_threads(jobs as usize).build_global())
}

/// A progress bar over this many things of this name on a terminal, a hidden one elsewhere.
pub(crate) fn bar(all: u64, what: &str) -> Result<ProgressBar, Box<dyn Error>> {
    let bar = if io::stderr().is_terminal() { ProgressBar::new(all) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template(&format!(
        "{{wide_bar}} {{pos}}/{{len}} {what}, {{eta}} left  {{msg}}"
    ))?);
    Ok(bar)
}

/// A text file; an error names it.
pub(crate) fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// What a JSON file holds; an error names it.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    held(path).map(|(value, _)| value)
}

/// The same, and the text of the file.
pub(crate) fn held<T: DeserializeOwned>(path: &Path) -> Result<(T, String), String> {
    let text = text(path)?;
    let value = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok((value, text))
}

/// Writes a whole file or leaves what was there; an error names it.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> Result<(), String> {
    comrade_file::write(path, bytes).map_err(|e| e.to_string())
}

/// A value as the text of a JSON file.
pub(crate) fn json<T: Serialize>(value: &T) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// Makes a folder and those above it, where they are not there; an error names it.
pub(crate) fn folder(path: &Path) -> Result<(), String> {
    fs::create_dir_all(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Before the work, not after: makes the folder of a report and looks whether its list could be written.
pub(crate) fn prepare(list: &Path) -> Result<(), String> {
    folder(list.parent().unwrap_or(Path::new("")))?;
    comrade_file::check(list).map_err(|e| e.to_string())
}

/// Adds a picture to a report, as SVG and as PNG.
pub(crate) fn picture(report: &mut Together, stem: &str, svg: &str) -> Result<(), Box<dyn Error>> {
    report.add(format!("{stem}.png"), figure::png(svg, 1.0)?);
    report.add(format!("{stem}.svg"), svg);
    Ok(())
}

/// Whether the files of a report are of one run. If not, says which are not, and that `again` writes all of them.
pub(crate) fn is_of_one_run(list: &Path, again: &str) -> bool {
    let mixed = Together::compare(list);
    mixed.as_ref().err().into_iter().for_each(|error| say!("mixed: {error}; `{again}` writes all of them again"));
    mixed.is_ok()
}
