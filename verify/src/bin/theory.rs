//! `cargo xtask theory`: every statement along every parameter, convergence and the error floor; writes `reports/theory/`.
#![expect(clippy::print_stderr, reason = "a command line program prints")]

mod program;

use clap::Parser;
use comrade::stream::Seed;
use comrade_file::Together;
use comrade_verify::difference::compare;
use comrade_verify::sweep::{Along, Theory, bounds, convergence, figures, lazy, table};
use program::{bar, end, folder, held, is_of_one_run, json, picture, put, read, say, threads};
use serde::{Serialize, de::DeserializeOwned};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Plays seeded experiments along s, m, kappa, alpha, beta and rho, and draws what is measured against every bound.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask theory", bin_name = "cargo xtask theory", version, after_help = EXAMPLES)]
struct Args {
    /// Seeds at each value of a parameter
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    seeds: u64,
    /// Threads; the numbers do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    jobs: Option<u64>,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "reports/theory")]
    out: PathBuf,
    /// Play everything again and compare with theory.json in the output folder: numbers within 1e-6
    #[arg(long)]
    check: bool,
    /// Draw what theory.json in the output folder says, without playing anything
    #[arg(long, conflicts_with_all = ["check", "jobs", "seeds"])]
    draw: bool,
}

const EXAMPLES: &str = "Examples:
  cargo xtask theory                                        into reports/theory/
  cargo xtask theory --seeds 100 --out target/theory
  cargo xtask theory --check                                are the committed numbers still what a run gives?

An interrupted run goes on where it stopped when it is started again with the same output folder and seeds.
Exit status: 0 when all is written, or when nothing differs; 1 otherwise; 2 for bad arguments.";

/// The seed of the committed figures.
const SEED: u64 = 2020;
const NUMBERS: &str = "theory.json";
const LIST: &str = "theory.sha256";
/// Where finished parts wait for the others.
const PARTS: &str = ".parts";

fn main() -> ExitCode {
    end(theory(&Args::parse()))
}

fn theory(args: &Args) -> Result<bool, Box<dyn Error>> {
    threads(args.jobs)?;
    let (path, list) = (args.out.join(NUMBERS), args.out.join(LIST));
    if args.draw {
        let (theory, numbers) = held(&path)?;
        return save(&theory, numbers, &args.out).map(|()| true);
    }
    let parts = args.out.join(PARTS);
    if !args.check {
        program::prepare(&list)?;
        folder(&parts)?;
    }
    let theory = play(args.seeds, (!args.check).then_some(parts.as_path()))?;
    if args.check {
        let committed = serde_json::to_value(read::<Theory>(&path)?)?;
        let differences = compare(&committed, &serde_json::from_str(&serde_json::to_string(&theory)?)?);
        differences.iter().take(20).for_each(|difference| say!("differs: {difference}"));
        say!("{}: {} differences from the committed numbers", path.display(), differences.len());
        return Ok(is_of_one_run(&list, "cargo xtask theory --draw") && differences.is_empty());
    }
    save(&theory, json(&theory)?, &args.out)?;
    fs::remove_dir_all(&parts)?;
    Ok(true)
}

fn play(seeds: u64, parts: Option<&Path>) -> Result<Theory, Box<dyn Error>> {
    let seed = Seed(SEED);
    let swept: usize = Along::ALL.into_iter().map(bounds::experiments).sum();
    let all = swept + convergence::experiments() + lazy::experiments();
    let bar = bar(all as u64, "experiments")?;
    let say = |what: &str| {
        bar.set_message(what.to_owned());
        if bar.is_hidden() {
            eprintln!("{what}");
        }
    };
    let tick = || bar.inc(1);
    let mut sweeps = Vec::new();
    for along in Along::ALL {
        say(&format!("along {}", along.axis()));
        let name = format!("{}-{seeds}", serde_json::to_value(along)?.as_str().unwrap_or_default());
        sweeps.extend(part(parts, &name, || Ok(bounds::measure(along, seeds, seed, &tick)?))?);
    }
    say("convergence over t");
    let paths = part(parts, &format!("paths-{seeds}"), || Ok(convergence::follow(seeds, seed, &tick)?))?;
    say("the error floor");
    let floors = part(parts, &format!("floors-{seeds}"), || Ok(convergence::floors(seeds, seed, &tick)?))?;
    say("lazy Newton among liars");
    let rests = part(parts, &format!("rests-{seeds}"), || Ok(lazy::rests(seeds, seed, &tick)?))?;
    bar.finish_and_clear();
    Ok(Theory { version: env!("CARGO_PKG_VERSION").into(), seed: SEED, seeds, sweeps, paths, floors, rests })
}

/// A part of the numbers, from its file where it was finished before. A file with its name is whole.
fn part<T: Serialize + DeserializeOwned>(
    folder: Option<&Path>,
    name: &str,
    make: impl FnOnce() -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let Some(folder) = folder else { return make() };
    // Numbers of another version of this program are not taken for its own.
    let stamp = fs::metadata(std::env::current_exe()?)?.modified()?.duration_since(std::time::UNIX_EPOCH)?.as_nanos();
    let path = folder.join(format!("{name}-{stamp}.json"));
    if let Some(done) = fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok()) {
        return Ok(done);
    }
    let made = make()?;
    put(&path, &serde_json::to_vec(&made)?)?;
    Ok(made)
}

fn save(theory: &Theory, numbers: String, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Together::new(out.join(LIST));
    files.add(NUMBERS, numbers);
    let drawn = figures::all(theory);
    for (id, figure) in &drawn {
        picture(&mut files, id, &figure.svg()?)?;
    }
    for (name, text) in table::tables(theory) {
        files.add(format!("{name}.csv"), text);
    }
    files.write()?;
    say!("wrote {} figures and the tables behind them into {}", drawn.len(), out.display());
    Ok(())
}
