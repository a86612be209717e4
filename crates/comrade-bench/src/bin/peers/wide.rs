//! More columns than rows: whole runs by one worker and by several, and one worker against its peers.

use crate::bench::{Bench, Outcome, Turns, add, pool, row};
use crate::data::SEED;
use crate::solve::{CG, LBFGS, LIBLINEAR, LIBLINEAR_DUAL, against, norm};
use comrade::data::Dataset;
use comrade::data::synthetic::{Text, text};
use comrade::method::{End, Limits, Method, Progress, State, solve};
use comrade::simulation::Simulation;
use comrade_bench::record::{Reads, Row};
use std::ops::ControlFlow;
use std::time::Instant;

const LAMBDA: f64 = 1e-4;
/// ||g(w)|| / ||g(0)|| to be reached.
const GOALS: [f64; 2] = [1e-6, 1e-8];
const WORKERS: [usize; 3] = [1, 4, 20];
/// Rounds at most.
const ROUNDS: u64 = 200;
/// Runs of each.
const RUNS: usize = 3;

pub(crate) fn rows(bench: &Bench) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for of in [Text::RCV1, Text::NEWS20] {
        let data = text(&of, SEED);
        let named = Dataset { name: format!("{}, d = {}", data.name, data.cols()), ..data };
        for goal in GOALS {
            for workers in WORKERS {
                runs(&mut rows, bench, &named, goal, workers)?;
            }
        }
        for goal in GOALS {
            let shown = format!("1e-4, to {goal:e}");
            let peers = [LIBLINEAR, LIBLINEAR_DUAL, CG, LBFGS];
            against(&mut rows, bench, &named, (LAMBDA, &shown), goal, &peers)?;
        }
    }
    Ok(rows)
}

/// Whole runs by so many workers; the clock starts when they have their samples.
fn runs(rows: &mut Vec<Row>, bench: &Bench, data: &Dataset, goal: f64, workers: usize) -> Outcome<()> {
    for &threads in &bench.threads {
        let pool = pool(threads)?;
        let (mut ours, mut note) = (vec![], String::new());
        for _ in 0..RUNS {
            let run = Simulation::of(data, workers).lambda(LAMBDA);
            let (options, f) = (run.options(), run.objective());
            let mut cluster = run.build()?;
            let mut state = State::start(Method::Auto, &cluster, vec![0.0; data.cols()])?;
            let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
            let limits = Limits::new(goal, ROUNDS);
            let start = Instant::now();
            let played = pool.install(|| solve(&mut cluster, &options, &limits, &mut state, &mut watch))?;
            ours.push(start.elapsed().as_secs_f64());
            let ControlFlow::Continue(outcome) = played else { return Err("nobody ends a run".into()) };
            let first = norm(&f.gradient(&vec![0.0; data.cols()]));
            let reached = norm(&f.gradient(&outcome.w)) / first;
            let end = match outcome.end {
                End::Converged => "converged",
                End::Stalled => "stalled",
                End::Rounds => "not converged when its rounds were played",
                End::Floor(_) => "at its floor",
                _ => "diverged",
            };
            let bound = outcome.bound.map_or_else(String::new, |bound| format!(", f - f* at most {bound:.1e}"));
            let (rounds, value) = (state.traffic().rounds, f.value(&outcome.w));
            note = format!("{end} after {rounds} rounds at f = {value:.12}, gradient {reached:.1e}{bound}");
        }
        let by = if workers == 1 { "exact Newton" } else { "lazy Newton" };
        let work = format!("{}, lambda 1e-4, to {goal:e}: m = {workers}, {by}", data.name);
        let turns = Turns { ours, theirs: vec![] };
        add(rows, Row { threads, note, ..row(&work, "", Reads::Alone, turns) });
    }
    Ok(())
}
