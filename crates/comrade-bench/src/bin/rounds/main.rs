//! `cargo xtask bench --rounds`: rounds and bytes of every method; writes `rounds.md` and `rounds.json`.

mod lbfgs;

use clap::Parser;
use comrade::cluster::{Cluster, Traffic};
use comrade::data::libsvm::{self, ReadOptions};
use comrade::data::{Dataset, synthetic};
use comrade::gradient_descent::safe_step;
use comrade::kernel::norm;
use comrade::method::{self, Limits, Method, Options, Progress, State, solve};
use comrade::objective::Objective;
use comrade::simulation::{InProcess, Simulation};
use comrade::{loss::Loss, stream::Seed};
use comrade_bench::counts::{Cost, CountedProblem, CountedRun, GOALS, RoundCounts, RunEnd, markdown};
use comrade_bench::deal::{Shards, dealt};
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

/// RoundCounts rounds and bytes to gradients 1e-2, 1e-6 and 1e-8 times the first: every method, several ways to deal the samples.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench --rounds", bin_name = "cargo xtask bench --rounds", after_help = EXAMPLES)]
struct Args {
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    out: PathBuf,
    /// Write rounds.md again from rounds.json in the output folder, without counting
    #[arg(long)]
    render: bool,
    /// LIBSVM files to count on in addition to a9a and w5a
    #[arg(long, value_name = "FILE")]
    also: Vec<PathBuf>,
}

const EXAMPLES: &str = "Examples:
  COMRADE_DATA=data cargo xtask bench --rounds                   into reports/rounds.md
  COMRADE_DATA=data cargo xtask bench --rounds --also data/mushrooms

Where a9a or w5a is not in $COMRADE_DATA or data/, a stand-in of its shape is counted on, called -like.
Exit status: 0 when all is written; 1 otherwise; 2 for bad arguments.";

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Rounds at most.
const LIMIT: u64 = 200;
const LAMBDAS: [f64; 2] = [1e-3, 1e-4];
const WORKERS: [usize; 3] = [4, 20, 100];
const SEED: Seed = Seed(1);

/// What is compared; L-BFGS comes last and is no method of the library.
const METHODS: [Method; 4] = [Method::LazyNewton, Method::Comrade, Method::Giant, Method::GradientDescent];
const BASELINE: &str = "L-BFGS";

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// One line for whoever watches.
fn say(line: &str) {
    // Nobody is told when nobody reads.
    let _ = writeln!(io::stderr(), "{line}");
}

fn run(args: &Args) -> Outcome<()> {
    let path = args.out.join("rounds.json");
    let text = if args.render {
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?
    } else {
        fs::create_dir_all(&args.out)?;
        serde_json::to_string_pretty(&counted(&args.also)?)? + "\n"
    };
    let counts: RoundCounts = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut files = comrade_file::Together::new(args.out.join("rounds.sha256"));
    files.add("rounds.md", markdown(&counts));
    files.add("rounds.json", text);
    Ok(files.write()?)
}

fn counted(also: &[PathBuf]) -> Outcome<RoundCounts> {
    let mut sets = vec![published("a9a")?, published("w5a")?];
    for path in also {
        sets.push(libsvm::read_path(path, &ReadOptions { dimension: None })?.dataset);
    }
    let mut problems = Vec::new();
    for data in &sets {
        for lambda in LAMBDAS {
            for workers in WORKERS {
                for (name, shards) in dealt(data, workers, SEED)? {
                    let runs = METHODS.into_iter().map(|method| play(data, &shards, lambda, method));
                    let mut runs = runs.collect::<Outcome<Vec<_>>>()?;
                    runs.push(baseline(data, &shards, lambda)?);
                    say(&format!("{}, lambda {lambda:e}, m = {workers}, {name}", data.name));
                    let (rows, cols) = (data.rows(), data.cols());
                    let (data, shards) = (data.name.clone(), name.to_owned());
                    problems.push(CountedProblem { data, rows, cols, lambda, workers, shards, runs });
                }
            }
        }
    }
    let methods = METHODS.iter().map(ToString::to_string).chain([BASELINE.to_owned()]).collect();
    Ok(RoundCounts { limit: LIMIT, methods, problems })
}

/// The published file, or its stand-in where it is not found.
fn published(name: &str) -> Outcome<Dataset> {
    if let Some((entry, path)) = comrade_data::entry(name).zip(comrade_data::find(&comrade_data::directory(), name)) {
        comrade_data::verify(&path, entry)?;
        return Ok(libsvm::read_path(&path, &ReadOptions { dimension: Some(entry.dimension) })?.dataset);
    }
    Ok(match name {
        "a9a" => synthetic::a9a_like(synthetic::A9A_ROWS, SEED),
        _ => synthetic::w5a_like(synthetic::W5A_ROWS, SEED),
    })
}

/// Every sample in its place, and nobody lies.
fn cluster(data: &Dataset, shards: &Shards, lambda: f64) -> Outcome<InProcess> {
    Ok(Simulation::dealt(data, shards.clone()).lambda(lambda).seed(SEED).build()?)
}

/// Judges points by f over all samples, whatever the workers say.
struct Judge<'a> {
    f: Objective<'a>,
    first: f64,
    workers: u64,
    run: CountedRun,
}

impl<'a> Judge<'a> {
    fn new(data: &'a Dataset, lambda: f64, workers: usize) -> Self {
        let f = Objective { data, loss: Loss::Logistic, lambda };
        let first = norm(&f.gradient(&vec![0.0; data.cols()]));
        let run = CountedRun { costs: [None; 3], best: f64::INFINITY, end: RunEnd::Rounds };
        Self { f, first, workers: workers as u64, run }
    }

    /// Whether the last goal is reached.
    fn see(&mut self, w: &[f64], traffic: Traffic) -> bool {
        let bytes = (traffic.bytes_up + traffic.bytes_down) / self.workers;
        self.run.note(norm(&self.f.gradient(w)) / self.first, Cost { rounds: traffic.rounds, bytes });
        self.run.done()
    }
}

fn play(data: &Dataset, shards: &Shards, lambda: f64, method: Method) -> Outcome<CountedRun> {
    let (mut cluster, mut judge) = (cluster(data, shards, lambda)?, Judge::new(data, lambda, shards.len()));
    let mut options = Options::new(lambda, data.intercept);
    if method == Method::GradientDescent {
        options.gamma = safe_step(&judge.f);
    }
    let mut state = State::start(method, &cluster, vec![0.0; data.cols()])?;
    let mut watch = |seen: &Progress<'_>| {
        let done = seen.accepted && judge.see(seen.w, seen.state.traffic());
        if done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    // No method stops on its own before the last goal is reached, as it is judged here.
    let limits = Limits::new(0.5 * GOALS[2], LIMIT);
    let ended = solve(&mut cluster, &options, &limits, &mut state, &mut watch)?;
    if let ControlFlow::Continue(outcome) = ended
        && !judge.run.done()
    {
        judge.run.end = match outcome.end {
            method::End::Floor(_) => RunEnd::Floor,
            method::End::Diverged => RunEnd::Diverged,
            method::End::Rounds => RunEnd::Rounds,
            _ => RunEnd::Stalled,
        };
    }
    Ok(judge.run)
}

fn baseline(data: &Dataset, shards: &Shards, lambda: f64) -> Outcome<CountedRun> {
    let (mut cluster, mut judge) = (cluster(data, shards, lambda)?, Judge::new(data, lambda, shards.len()));
    lbfgs::minimise(&mut cluster, LIMIT, &mut |w, cluster| judge.see(w, cluster.traffic()))?;
    if !judge.run.done() && cluster.traffic().rounds < LIMIT {
        judge.run.end = RunEnd::Stalled;
    }
    Ok(judge.run)
}
