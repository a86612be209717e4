//! `cargo xtask floors`: every attack on every method; writes `reports/floors.*`.
#![expect(clippy::print_stderr, reason = "a command line program prints")]

mod program;

use clap::Parser;
use comrade_file::Together;
use comrade_verify::data;
use comrade_verify::experiment::Floors;
use comrade_verify::experiment::floors::{self, ALPHAS, ATTACKS, CHECKED, page};
use comrade_verify::report::processor;
use comrade_verify::scenario::{Published, Source};
use program::{Common, bar, end, held, is_of_one_run, json, picture, read, say, text, threads};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// Plays every attack on every method, and says how far from the minimiser the worst one keeps each.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask floors", bin_name = "cargo xtask floors", version, after_help = EXAMPLES)]
struct Args {
    /// Ways to deal the samples; the largest floor counts
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    seeds: u64,
    #[command(flatten)]
    common: Common,
    /// Play one deal with a share of 0.2 again, and compare it and the page with what is in the output folder
    #[arg(long, conflicts_with = "seeds")]
    check: bool,
    /// Draw what floors.json in the output folder says, without playing anything
    #[arg(long, conflicts_with_all = ["check", "jobs", "seeds", "data"])]
    draw: bool,
}

const EXAMPLES: &str = "Examples:
  COMRADE_DATA=data cargo xtask floors           on the published a9a, into reports/
  cargo xtask floors --out target/floors         on a stand-in, and the page says so
  COMRADE_DATA=data cargo xtask floors --check   are the committed numbers still what a run gives?

Exit status: 0 when all is written, or when nothing differs; 1 otherwise; 2 for bad arguments.";

const NUMBERS: &str = "floors.json";
const LIST: &str = "floors.sha256";
const PAGE: &str = "floors.md";
const PICTURE: &str = "floors.svg";
const STEM: &str = "floors";

fn main() -> ExitCode {
    end(floors(&Args::parse()))
}

fn floors(args: &Args) -> Result<bool, Box<dyn Error>> {
    threads(args.common.jobs)?;
    let out = &args.common.out;
    if args.draw {
        let (floors, numbers) = held(&out.join(NUMBERS))?;
        return save(&floors, numbers, out).map(|()| true);
    }
    let published = data::folder(args.common.data.as_deref());
    let material = data::material(&Source::Published(Published::A9a), published.as_deref(), data::SEED)?;
    if args.check {
        let held: Floors = read(&out.join(NUMBERS))?;
        let differences = held.differences(&play(&material, &[CHECKED], 1)?);
        differences.iter().take(20).for_each(|difference| say!("differs: {difference}"));
        say!("{}: {} differences from the committed numbers", out.join(NUMBERS).display(), differences.len());
        let shown = text(&out.join(PAGE))? == page::markdown(&held, PICTURE);
        if !shown {
            say!("{} does not show the committed numbers", out.join(PAGE).display());
        }
        return Ok(is_of_one_run(&out.join(LIST), "cargo xtask floors --draw") && differences.is_empty() && shown);
    }
    program::prepare(&out.join(LIST))?;
    let floors = play(&material, &ALPHAS, args.seeds)?;
    save(&floors, json(&floors)?, out)?;
    Ok(true)
}

fn play(material: &data::Material, alphas: &[f64], seeds: u64) -> Result<Floors, Box<dyn Error>> {
    let bar = bar((alphas.len() * ATTACKS.len()) as u64, "attacks")?;
    let floors = Floors::play(material, alphas, seeds, processor(), &|| bar.inc(1));
    bar.finish_and_clear();
    floors.map_err(|error| error as Box<dyn Error>)
}

fn save(floors: &Floors, numbers: String, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Together::new(out.join(LIST));
    files.add(NUMBERS, numbers);
    picture(&mut files, STEM, &floors::picture::strip(floors).svg()?)?;
    files.add(PAGE, page::markdown(floors, PICTURE));
    files.write()?;
    say!("wrote {} and what it shows into {}", PAGE, out.display());
    Ok(())
}
