//! `cargo xtask figures`: plays the paper's experiments and draws them. Reads and writes the files of `experiment`.
#![expect(clippy::print_stderr, reason = "a command line program prints")]

mod program;

use clap::Parser;
use comrade_file::Together;
use comrade_verify::experiment::record::units;
use comrade_verify::experiment::{Config, Record, SolvedProblem, Track, Unit, compare, draw, table};
use comrade_verify::{data, scenario};
use program::{bar, end, held, is_of_one_run, picture, put, read, say, text, threads};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Plays the paper's experiments, COMRADE and its baselines under attack, and draws Figure 3 and its companions.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask figures", bin_name = "cargo xtask figures", version, after_help = EXAMPLES)]
struct Args {
    /// What to play and draw [default: what verify/figures.toml said when this program was built]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder with the published files a9a and w5a, plain or .gz [default: $COMRADE_DATA, else synthetic stand-ins]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder to write to [default: reports/experiments, or reports/real/experiments with published files]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only this figure (repeatable); figures.json, which is about all of them, then stays as it is
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Threads; the numbers do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    jobs: Option<u64>,
    /// Play everything again and compare with figures.json in the output folder instead of writing
    #[arg(long)]
    check: bool,
    /// Draw what figures.json in the output folder says, without playing anything
    #[arg(long, conflicts_with_all = ["check", "config", "data", "jobs"])]
    draw: bool,
}

const EXAMPLES: &str = "Examples:
  cargo xtask figures --out target/figures                  stand-ins for the data; every figure says so
  COMRADE_DATA=data cargo xtask figures                     the published a9a and w5a, into reports/real/experiments/
  cargo xtask figures --only figure-3 --out target/figure-3
  cargo xtask figures --config mine.toml --out target/mine  other data, attacks, methods, seeds
  COMRADE_DATA=data cargo xtask figures --check             are the committed numbers still what a run gives?

An interrupted run goes on where it stopped when it is started again with the same output folder.
Exit status: 0 when all is written, or when nothing differs; 1 otherwise; 2 for bad arguments.";

const NUMBERS: &str = "figures.json";
const LIST: &str = "figures.sha256";
/// Where finished curves wait for the others.
const PARTS: &str = ".parts";

fn main() -> ExitCode {
    end(figures(&Args::parse()))
}

fn figures(args: &Args) -> Result<bool, Box<dyn Error>> {
    threads(args.jobs)?;
    let folder = data::folder(args.data.as_deref());
    let default = if folder.is_some() { "reports/real/experiments" } else { "reports/experiments" };
    let out = args.out.clone().unwrap_or_else(|| default.into());
    if args.draw {
        let (record, numbers): (Record, String) = held(&out.join(NUMBERS))?;
        let record = chosen(record.config.clone(), &args.only).map(|config| part(record, &config))?;
        return save(&record, Some(numbers).filter(|_| args.only.is_empty()), &out).map(|()| true);
    }
    let config = chosen(configuration(args.config.as_deref())?, &args.only)?;
    if !args.check {
        program::prepare(&out.join(LIST))?;
    }
    let grounds = grounds(&config, folder.as_deref())?;
    let parts = if args.check { None } else { Some(Parts::open(out.join(PARTS))?) };
    let tracks = play(&config, &grounds, parts.as_ref())?;
    let played = units(&config);
    let of = |unit: &Unit| played.iter().position(|u| u == unit).map_or_else(Vec::new, |at| tracks[at].clone());
    let facts = grounds.iter().map(|(name, ground)| (name.clone(), ground.facts.clone())).collect();
    let record = Record::new(&config, comrade_verify::report::processor(), facts, &of);
    if args.check {
        let same = check(&part(read(&out.join(NUMBERS))?, &config), &record, &out)?;
        return Ok(same & (!args.only.is_empty() || is_of_one_run(&out.join(LIST), "cargo xtask figures --draw")));
    }
    let numbers = args.only.is_empty().then(|| record.to_json()).transpose()?;
    save(&record, numbers, &out)?;
    if let Some(parts) = parts.filter(|_| args.only.is_empty()) {
        fs::remove_dir_all(parts.folder)?;
    }
    Ok(true)
}

fn configuration(file: Option<&Path>) -> Result<Config, Box<dyn Error>> {
    let (name, text) = match file {
        None => ("verify/figures.toml".into(), include_str!("../../figures.toml").to_owned()),
        Some(file) => (file.display().to_string(), text(file)?),
    };
    Ok(Config::parse(&text).map_err(|e| format!("{name}: {e}"))?)
}

/// The configuration with these figures only, if any are named.
fn chosen(mut config: Config, only: &[String]) -> Result<Config, String> {
    if let Some(unknown) = only.iter().find(|name| !config.figures.iter().any(|figure| figure.name == **name)) {
        let known: Vec<&str> = config.figures.iter().map(|figure| figure.name.as_str()).collect();
        return Err(format!("no figure has the name {unknown}; there are {}", known.join(", ")));
    }
    config.figures.retain(|figure| only.is_empty() || only.contains(&figure.name));
    Ok(config)
}

/// The record of the figures that a configuration has.
fn part(mut record: Record, config: &Config) -> Record {
    let wanted = |name: &String| config.figures.iter().any(|figure| figure.name == *name);
    record.config.figures.retain(|figure| wanted(&figure.name));
    record.figures.retain(|figure| wanted(&figure.name));
    record
}

fn grounds(config: &Config, folder: Option<&Path>) -> Result<BTreeMap<String, SolvedProblem>, Box<dyn Error>> {
    let mut grounds = BTreeMap::new();
    for (name, wanted) in &config.data {
        let source = Config::source(name, wanted).ok_or_else(|| format!("data.{name}: no such data"))?;
        let material = data::material(&source, folder, data::SEED)?;
        let test = match (source, folder) {
            (scenario::Source::Published(which), Some(folder)) => data::test_set(which, folder)?,
            _ => None,
        };
        let ground = SolvedProblem::new(material, test, wanted.lambda).map_err(|e| format!("data.{name}: {e}"))?;
        grounds.insert(name.clone(), ground);
    }
    Ok(grounds)
}

/// The runs of every unit, from a part where it was finished before.
fn play(
    config: &Config,
    grounds: &BTreeMap<String, SolvedProblem>,
    parts: Option<&Parts>,
) -> Result<Vec<Vec<Track>>, Box<dyn Error>> {
    let units = units(config);
    let bar = bar(units.len() as u64 * config.seeds, "runs")?;
    let mut all = Vec::with_capacity(units.len());
    for (at, unit) in units.iter().enumerate() {
        let ground = &grounds[&unit.data];
        let key = parts.map(|parts| parts.key(unit, ground)).transpose()?;
        if let Some(tracks) = parts.zip(key.as_ref()).and_then(|(parts, key)| parts.load(key, unit)) {
            bar.inc(unit.seeds);
            all.push(tracks);
            continue;
        }
        let name = describe(unit);
        if bar.is_hidden() {
            eprintln!("[{}/{}] {name}", at + 1, units.len());
        }
        bar.set_message(name.clone());
        let tracks = unit.play(ground, &|| bar.inc(1)).map_err(|e| format!("{name}: {e}"))?;
        if let Some((parts, key)) = parts.zip(key) {
            parts.store(&key, &tracks)?;
        }
        all.push(tracks);
    }
    bar.finish_and_clear();
    Ok(all)
}

fn describe(unit: &Unit) -> String {
    let attack = if unit.liars == 0 { "no liars".into() } else { format!("{} {}", unit.liars, unit.attack) };
    let method = serde_json::to_value(unit.method).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    format!("{}: {method}, {attack}, beta {}, {}, {} runs", unit.data, unit.beta, unit.compressor, unit.seeds)
}

/// Finished curves of a run that may be interrupted.
struct Parts {
    folder: PathBuf,
    /// Names this program: numbers of another one are not taken for its own.
    program: Vec<u8>,
}

impl Parts {
    fn open(folder: PathBuf) -> Result<Self, Box<dyn Error>> {
        program::folder(&folder)?;
        let program = Sha256::digest(fs::read(std::env::current_exe()?)?).to_vec();
        Ok(Self { folder, program })
    }

    /// A name for all that the numbers of a unit depend on.
    fn key(&self, unit: &Unit, ground: &SolvedProblem) -> serde_json::Result<String> {
        let mut hash = Sha256::new();
        hash.update(&self.program);
        hash.update(serde_json::to_vec(unit)?);
        hash.update(serde_json::to_vec(&ground.facts)?);
        Ok(hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }

    /// None if there is no such part, or if it cannot be read: it is then made again.
    fn load(&self, key: &str, unit: &Unit) -> Option<Vec<Track>> {
        let text = fs::read_to_string(self.folder.join(format!("{key}.json"))).ok()?;
        serde_json::from_str(&text).ok().filter(|tracks: &Vec<Track>| tracks.len() as u64 == unit.seeds)
    }

    /// All or nothing: a part with its name is whole.
    fn store(&self, key: &str, tracks: &[Track]) -> Result<(), Box<dyn Error>> {
        Ok(put(&self.folder.join(format!("{key}.json")), &serde_json::to_vec(tracks)?)?)
    }
}

/// Writes pictures and tables, and the numbers where the record is about all figures.
fn save(record: &Record, numbers: Option<String>, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Together::new(out.join(LIST));
    let pictures = draw::figures(record);
    for (stem, drawn) in &pictures {
        picture(&mut files, stem, &drawn.svg()?)?;
    }
    record.figures.iter().for_each(|figure| files.add(format!("{}.csv", figure.name), table::csv(figure)));
    match numbers {
        Some(numbers) => {
            files.add(NUMBERS, numbers);
            files.write()?;
        }
        None => files.write_part()?,
    }
    say!("wrote {} pictures and the tables behind them into {}", pictures.len(), out.display());
    Ok(())
}

fn check(committed: &Record, fresh: &Record, out: &Path) -> Result<bool, Box<dyn Error>> {
    let differences = compare(committed, fresh)?;
    for difference in differences.iter().take(20) {
        say!("differs: {difference}");
    }
    say!("{}: {} differences from the committed numbers", out.join(NUMBERS).display(), differences.len());
    Ok(differences.is_empty())
}
