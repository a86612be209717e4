//! `cargo xtask storm`: plays storms, and shows the first that breaks something.

use clap::Parser;
use comrade_storm::{History, Mishap, Schedules, World, shrink};
use rayon::prelude::*;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

/// The protocol on a simulated network where everything goes wrong that can; without arguments as `cargo xtask ci` runs
/// it
#[derive(Clone, Debug, Parser)]
#[command(name = "storm", max_term_width = 120)]
struct Cli {
    /// One storm, with all that happens in it
    #[arg(long, value_name = "N", conflicts_with_all = ["seeds", "schedule"])]
    seed: Option<u64>,
    /// Of its mishaps, counted from 0, these only: what is left of one that was made shorter
    #[arg(long, value_name = "I,J", value_delimiter = ',', num_args = 0..=1, requires = "seed")]
    keep: Option<Vec<usize>>,
    /// Storms A to B - 1
    #[arg(long, value_name = "A..B", value_parser = range)]
    seeds: Option<(u64, u64)>,
    /// One of the schedules of two rounds among at most three workers
    #[arg(long, value_name = "N", conflicts_with = "seeds")]
    schedule: Option<u64>,
    /// Storms in which honest workers may be missing in addition to the liars
    #[arg(long, conflicts_with = "schedule")]
    stragglers: bool,
    /// Rounds of a storm
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1000))]
    steps: u64,
}

/// Storms of a run without arguments.
const SEEDS: (u64, u64) = (1, 10_001);

impl Cli {
    /// The world of a seed, and what goes wrong in it.
    fn world(&self, seed: u64) -> Result<(World, Vec<Mishap>), Box<dyn Error>> {
        if self.stragglers { World::with_stragglers(seed, self.steps) } else { World::of(seed, self.steps) }
    }
}

fn range(text: &str) -> Result<(u64, u64), String> {
    let ends = text.split_once("..").and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    ends.filter(|(a, b)| a < b).ok_or_else(|| "two numbers A..B, A below B".into())
}

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    match play(&Cli::parse(), &mut out) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "storm: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything holds.
fn play(cli: &Cli, out: &mut dyn Write) -> Result<bool, Box<dyn Error>> {
    if let Some(seed) = cli.seed {
        let (world, mut list) = cli.world(seed)?;
        if let Some(keep) = &cli.keep {
            list = keep.iter().filter_map(|at| list.get(*at).copied()).collect();
        }
        return show(&world, &list, out);
    }
    if let Some(number) = cli.schedule {
        let all = Schedules::up_to(3)?;
        let (world, list) = all.get(number).ok_or_else(|| format!("schedules are 0 to {}", all.count() - 1))?;
        return show(world, &list, out);
    }
    if !seeds(cli.seeds.unwrap_or(SEEDS), cli, out)? {
        return Ok(false);
    }
    if cli.seeds.is_some() || cli.stragglers {
        return Ok(true);
    }
    if !seeds(SEEDS, &Cli { stragglers: true, ..cli.clone() }, out)? {
        return Ok(false);
    }
    let (all, start) = (Schedules::up_to(3)?, Instant::now());
    if let Some((number, broken)) = all.failing() {
        writeln!(out, "schedule {number}: {broken}\nto see it: cargo xtask storm --schedule {number}")?;
        return Ok(false);
    }
    let seconds = start.elapsed().as_secs_f64();
    writeln!(
        out,
        "{} schedules of two rounds among at most three workers, all of them: all hold ({seconds:.1} s)",
        all.count()
    )?;
    Ok(true)
}

/// All storms of a range; the first that fails is made shorter and shown.
fn seeds((first, end): (u64, u64), cli: &Cli, out: &mut dyn Write) -> Result<bool, Box<dyn Error>> {
    let start = Instant::now();
    let one = |seed: u64| -> Result<History, Box<dyn Error>> {
        let (world, list) = cli.world(seed)?;
        world.play(&list, false)
    };
    type Outcome = Result<[usize; 5], u64>;
    let outcome: Outcome = (first..end)
        .into_par_iter()
        .map(|seed| match one(seed) {
            Ok(history) if history.broken.is_none() => {
                let [rounds, mishaps, resumed, refused] = history.counts;
                Ok([rounds, mishaps, resumed, refused, usize::from(history.is_converged())])
            }
            _ => Err(seed),
        })
        .reduce(
            || Ok([0; 5]),
            |a, b| match (a, b) {
                (Ok(a), Ok(b)) => Ok(std::array::from_fn(|i| a[i] + b[i])),
                (Err(a), Err(b)) => Err(a.min(b)),
                (Err(a), _) | (_, Err(a)) => Err(a),
            },
        );
    let [rounds, mishaps, resumed, refused, converged] = match outcome {
        Ok(counts) => counts,
        Err(seed) => return shortest(seed, cli, out),
    };
    writeln!(
        out,
        "{} storms{} from seed {first}, {rounds} rounds: {mishaps} mishaps, {resumed} centers resumed, {refused} times \
         too many missing, {converged} runs converged: all hold ({:.1} s)",
        end - first,
        if cli.stragglers { " with stragglers" } else { "" },
        start.elapsed().as_secs_f64()
    )?;
    Ok(true)
}

/// A storm that fails, with as few mishaps as still do.
fn shortest(seed: u64, cli: &Cli, out: &mut dyn Write) -> Result<bool, Box<dyn Error>> {
    let (world, list) = cli.world(seed)?;
    let chosen = |keep: &[usize]| keep.iter().map(|at| list[*at]).collect::<Vec<Mishap>>();
    let fails = |keep: &[usize]| world.play(&chosen(keep), false).map_or(true, |history| history.broken.is_some());
    let keep = shrink((0..list.len()).collect(), fails);
    let names: Vec<String> = keep.iter().map(ToString::to_string).collect();
    writeln!(out, "seed {seed}: of {} mishaps it takes {}", list.len(), keep.len())?;
    let holds = show(&world, &chosen(&keep), out)?;
    let steps = if cli.steps == 10 { String::new() } else { format!(" --steps {}", cli.steps) };
    let stragglers = if cli.stragglers { " --stragglers" } else { "" };
    writeln!(out, "to see it again: cargo xtask storm --seed {seed}{stragglers}{steps} --keep {}", names.join(","))?;
    Ok(holds)
}

/// One run, line by line.
fn show(world: &World, list: &[Mishap], out: &mut dyn Write) -> Result<bool, Box<dyn Error>> {
    let history = world.play(list, true)?;
    writeln!(out, "{}", world.describe())?;
    list.iter().try_for_each(|mishap| writeln!(out, "  {mishap}"))?;
    history.trace.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    match &history.broken {
        None => writeln!(out, "all holds")?,
        Some(broken) => writeln!(out, "BROKEN  {broken}")?,
    }
    Ok(history.broken.is_none())
}
