//! More columns than rows: whole runs by one worker and by several, and one worker against its peers.

use crate::bench::{Bench, Outcome, Turns, add, pool, row};
use crate::data::SEED;
use crate::solve::{CG, LBFGS, LIBLINEAR, LIBLINEAR_DUAL, against, norm};
use comrade::cluster::Traffic;
use comrade::data::Dataset;
use comrade::data::synthetic::{Text, text};
use comrade::loss::Loss;
use comrade::method::{End, Limits, Method, Progress, State, solve};
use comrade::newton::{Factor, minimise_with};
use comrade::objective::Objective;
use comrade::simulation::Simulation;
use comrade_bench::record::{Reads, Row};
use rayon::ThreadPool;
use std::ops::ControlFlow;
use std::time::Instant;

const LAMBDA: f64 = 1e-4;
/// ||g(w)|| / ||g(0)|| to be reached.
const GOALS: [f64; 2] = [1e-6, 1e-8];
/// ||g(w)|| / ||g(0)|| of the w that f* is taken from.
const EXACT: f64 = 1e-11;
const WORKERS: [usize; 3] = [1, 4, 20];
/// Rounds at most.
const ROUNDS: u64 = 200;
/// Runs of each, and seconds after which there is no other one.
const RUNS: usize = 3;
const BUDGET: f64 = 10.0;

pub(crate) fn rows(bench: &Bench) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for of in [Text::RCV1, Text::NEWS20] {
        let data = text(&of, SEED);
        let named = Dataset { name: format!("{}, d = {}", data.name, data.cols()), ..data };
        for goal in GOALS {
            let shown = format!("1e-4, to {goal:e}");
            let peers = [LIBLINEAR, LIBLINEAR_DUAL, CG, LBFGS];
            against(&mut rows, bench, &named, (LAMBDA, &shown), goal, &peers)?;
        }
        let least =
            minimise_with(&Objective { data: &named, loss: Loss::Logistic, lambda: LAMBDA }, EXACT, Factor::Diagonal)?;
        for (workers, goal) in WORKERS.into_iter().flat_map(|workers| GOALS.map(|goal| (workers, goal))) {
            runs(&mut rows, bench, (&named, least.value), goal, workers)?;
        }
    }
    Ok(rows)
}

/// Whole runs by this many workers, the slow ones once; the clock starts when they have their samples.
fn runs(rows: &mut Vec<Row>, bench: &Bench, of: (&Dataset, f64), goal: f64, workers: usize) -> Outcome<()> {
    let by = if workers == 1 { "exact Newton" } else { "lazy Newton" };
    let work = format!("{}, lambda 1e-4, to {goal:e}: m = {workers}, {by}", of.0.name);
    for &threads in &bench.threads {
        let pool = pool(threads)?;
        let (mut ours, mut note) = (vec![], String::new());
        while ours.len() < RUNS && ours.iter().sum::<f64>() < BUDGET {
            let (seconds, says) = one(bench, &pool, of, goal, workers)?;
            ours.push(seconds);
            note = says;
        }
        add(rows, Row { threads, note, ..row(&work, "", Reads::Alone, Turns { ours, theirs: vec![] }) });
    }
    Ok(())
}

/// One run on data of which f* is known: its seconds, and how it ended; it is stopped as a peer would be.
fn one(
    bench: &Bench,
    pool: &ThreadPool,
    (data, least): (&Dataset, f64),
    goal: f64,
    workers: usize,
) -> Outcome<(f64, String)> {
    let run = Simulation::of(data, workers).lambda(LAMBDA);
    let (options, f) = (run.options(), run.objective());
    let mut cluster = run.build()?;
    let zero = vec![0.0; data.cols()];
    let mut state = State::start(Method::Auto, &cluster, zero.clone())?;
    let start = Instant::now();
    let mut watch = |_: &Progress<'_>| {
        if start.elapsed() > bench.limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let limits = Limits::new(goal, ROUNDS);
    let played = pool.install(|| solve(&mut cluster, &options, &limits, &mut state, &mut watch))?;
    let seconds = start.elapsed().as_secs_f64();
    let (end, w) = match played {
        ControlFlow::Break(()) => ("stopped", state.best().map_or(zero.clone(), |(w, _)| w.to_vec())),
        ControlFlow::Continue(outcome) => (ending(outcome.end), outcome.w),
    };
    let reached = norm(&f.gradient(&w)) / norm(&f.gradient(&zero));
    let Traffic { rounds, bytes_down, bytes_up } = state.traffic();
    let sent = (bytes_down + bytes_up) as f64 / workers as f64 / 1e6;
    // What is left may be rounding.
    let above = (f.value(&w) - least).abs() / least;
    let sent = if workers == 1 { String::new() } else { format!(", {sent:.0} MB to and from a worker") };
    Ok((
        seconds,
        format!("{end} after {rounds} rounds{sent}: gradient {reached:.1e}, f off f* by a share of {above:.1e}"),
    ))
}

fn ending(end: End) -> &'static str {
    match end {
        End::Converged => "converged",
        End::Stalled => "stalled",
        End::Rounds => "all rounds played",
        End::Floor(_) => "at its floor",
        _ => "diverged",
    }
}
