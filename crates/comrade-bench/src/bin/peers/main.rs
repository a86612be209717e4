//! `cargo xtask bench --against peers`: times against other people's code and against the machine's limits; writes
//! `performance.md` and `performance.json`. Works at the top of the workspace.

mod aggregate;
mod bench;
mod data;
mod estimator;
mod gram;
mod memory;
mod reader;
mod round;
mod solve;
mod wide;
mod worker;

use bench::{Bench, Outcome};
use clap::{Parser, ValueEnum};
use comrade_bench::date;
use comrade_bench::record::{KINDS, Kind, TimedSection, Timings};
use comrade_bench::render::markdown;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Measures estimator, solver, round, aggregation, reader and X'DX against scikit-learn, LIBLINEAR, Snap ML and NumPy,
/// alternately.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench --against peers", bin_name = "cargo xtask bench --against peers", after_help = EXAMPLES)]
struct Args {
    /// Sections to measure; the others stay as performance.json in the output folder has them
    #[arg(long, value_name = "SECTIONS", value_delimiter = ',', default_values_t = Part::value_variants().to_vec())]
    only: Vec<Part>,
    /// Numbers of threads
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_values_t = [1, 2], value_parser = clap::value_parser!(u16).range(1..))]
    threads: Vec<u16>,
    /// Pairs of runs, ours and theirs, for each row; slow ones are run less often, but three times
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    pairs: u16,
    /// Seconds after which a peer is stopped
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    out: PathBuf,
    /// Write performance.md again from performance.json in the output folder, without measuring
    #[arg(long)]
    render: bool,
    /// The python3 that has the peers
    #[arg(long, value_name = "FILE", hide = true, default_value = "python3")]
    python: PathBuf,
    /// Where the data are put for the peers to read
    #[arg(long, value_name = "DIR", hide = true, default_value = "target")]
    scratch: PathBuf,
    /// Read this file, solve, and print the peak memory in KiB
    #[arg(long, value_name = "FILE", hide = true)]
    peak_memory: Option<PathBuf>,
}

const EXAMPLES: &str = "Examples:
  COMRADE_DATA=data cargo xtask bench --against peers       everything, into reports/performance.md
  cargo xtask bench --against peers --only gram,round       two sections
  cargo xtask bench --against peers --pairs 3 --threads 1 --out target/performance
  cargo xtask bench --against peers --render                the page again, with new notes

Needs python3 with venv, a network or a filled cache for pip, some 4 GB of memory and 2 GB of disk. Where a published file
is not in $COMRADE_DATA or data/, a stand-in of its shape is measured, called -like.
Exit status: 0 when all is written; 1 otherwise; 2 for bad arguments.";

/// A section by its name on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Estimator,
    Solve,
    Wide,
    Round,
    Aggregate,
    Reader,
    Gram,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.to_possible_value().as_ref().map_or("", |value| value.get_name()))
    }
}

/// Notes by hand, and the code that the peers run in.
const NOTES: &str = "crates/comrade-bench/peers/notes.md";
const SCRIPT: &str = "crates/comrade-bench/peers/peers.py";

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            bench::say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Outcome<()> {
    if let Some(file) = &args.peak_memory {
        return Ok(writeln!(io::stdout(), "{}", memory::of_solve(file)?)?);
    }
    let path = args.out.join("performance.json");
    let mut report: Timings = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?,
        Err(error) if args.render => return Err(format!("{}: {error}", path.display()).into()),
        Err(_) => Timings::default(),
    };
    if args.render {
        return write(&report, &args.out);
    }
    fs::create_dir_all(&args.out)?;
    fs::create_dir_all(&args.scratch)?;
    let bench = Bench {
        python: args.python.clone(),
        script: SCRIPT.into(),
        scratch: args.scratch.clone(),
        threads: args.threads.iter().map(|&threads| usize::from(threads)).collect(),
        pairs: usize::from(args.pairs),
        limit: Duration::from_secs(args.limit),
    };
    let versions = worker::versions(&bench)?;
    let cores = std::thread::available_parallelism()?.get();
    for (part, kind) in Part::value_variants().iter().zip(KINDS).filter(|(part, _)| args.only.contains(part)) {
        bench::say(&format!("== {part}"));
        let rows = match kind {
            Kind::Estimator => estimator::rows(&bench)?,
            Kind::Solve => solve::rows(&bench)?,
            Kind::Wide => wide::rows(&bench)?,
            Kind::Round => round::rows(&bench)?,
            Kind::Aggregate => aggregate::rows(&bench)?,
            Kind::Reader => reader::rows(&bench)?,
            Kind::Gram => gram::rows(&bench)?,
        };
        let (date, processor, versions) = (today(), processor(), versions.clone());
        report.put(TimedSection { kind, date, processor, cores, versions, rows });
        // After each section, so that what is measured is not lost.
        write(&report, &args.out)?;
    }
    Ok(())
}

fn write(report: &Timings, folder: &Path) -> Outcome<()> {
    let notes = fs::read_to_string(NOTES).map_err(|error| format!("{NOTES}: {error}"))?;
    let mut files = comrade_file::Together::new(folder.join("performance.sha256"));
    files.add("performance.json", serde_json::to_string_pretty(report)? + "\n");
    files.add("performance.md", markdown(report, &notes));
    Ok(files.write()?)
}

fn today() -> String {
    #[expect(clippy::disallowed_methods, reason = "times are of a day; nothing is computed from it")]
    let now = std::time::SystemTime::now();
    date::day(now.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or(std::env::consts::ARCH, |(_, name)| name.trim()).to_owned()
}
