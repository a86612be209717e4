//! One COMRADE round of 20 workers against the arithmetic it cannot avoid, against itself on two threads, and against NumPy.

use crate::bench::{Bench, Outcome, add, pool, repeats, row, time};
use crate::data::{SEED, Written, dense, published};
use crate::worker::Peer;
use comrade::cluster::{Ask, Cluster};
use comrade::data::Dataset;
use comrade::kernel::{Workspace, sweep, weighted_gram};
use comrade::loss::Loss;
use comrade::objective::Objective;
use comrade::simulation::Simulation;
use comrade_bench::record::{Reads, Row, Target};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::{Mat, Par};
use serde_json::json;
use std::hint::black_box;

const WORKERS: usize = 20;
const LAMBDA: f64 = 1e-3;

pub(crate) fn rows(bench: &Bench) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for make in [|| published("a9a"), || published("w5a"), || dense(200_000, 300)] {
        of(&mut rows, bench, &make()?)?;
    }
    Ok(rows)
}

fn of(rows: &mut Vec<Row>, bench: &Bench, data: &Dataset) -> Outcome<()> {
    let cluster = || Simulation::of(data, WORKERS).lambda(LAMBDA).seed(SEED).build();
    let (mut first, mut second) = (cluster()?, cluster()?);
    let w = vec![0.01; data.cols()];
    let ask = Ask::Direction { w: &w };
    let (one, two) = (pool(1)?, pool(2)?);

    let mut least = Least::new(second.members().iter().map(|worker| worker.shard.clone()).collect(), &w);
    least.run(&w)?;
    let bound = || _ = black_box(one.install(|| least.run(&w).is_ok()));
    let turns = bench.own_turns(|| _ = black_box(one.install(|| first.round(ask))), bound)?;
    drop(least);
    let found = row(&data.name, "its lower bound", Reads::Limit, turns);
    add(rows, Row { target: Some(Target::AtMost(1.2)), ..found });

    if bench.threads.contains(&2) {
        // Rounds one after the other inside the pool, as in a solve: only the first has to wake a thread.
        let mut double = || _ = black_box(second.round(ask));
        let mut single = || _ = black_box(first.round(ask));
        let rounds = repeats(two.install(|| time(1, &mut double)));
        let double = || Ok(two.install(|| time(rounds, &mut double)));
        let turns = bench.turns(double, || Ok(one.install(|| time(rounds, &mut single))))?;
        let found = row(&data.name, "ours on one thread", Reads::Faster, turns);
        add(rows, Row { threads: 2, target: Some(Target::AtLeast(1.8)), ..found });
    }

    let replies = first.round(ask)?;
    let mean: Vec<f64> =
        (0..w.len()).map(|k| replies.iter().flatten().map(|p| p[k]).sum::<f64>() / WORKERS as f64).collect();
    let written = Written::new(data, bench)?;
    written.add_order(first.shards().concat().into_iter())?;
    for &threads in &bench.threads {
        let with = json!({ "folder": written.folder(), "workers": WORKERS });
        let mut process = Peer::load(bench, threads, "round", &written, &with)?;
        let mut request = json!({ "w": w, "rate": LAMBDA });
        request["repeat"] = process.repeats(bench, &request)?.into();
        same(&mean, &process.run(bench, &request)?.w)?;
        let pool = pool(threads)?;
        let mut ours = || _ = black_box(pool.install(|| first.round(ask)));
        let own = repeats(time(1, &mut ours));
        let turns = bench.turns(|| Ok(time(own, &mut ours)), || Ok(process.run(bench, &request)?.seconds))?;
        add(rows, Row { threads, ..row(&data.name, "NumPy", Reads::Faster, turns) });
    }
    Ok(())
}

/// Whether the peer took the same step.
fn same(ours: &[f64], theirs: &[f64]) -> Outcome<()> {
    let size = ours.iter().fold(0.0, |size, v| f64::max(size, v.abs()));
    let close = ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() <= 1e-6 * size);
    if close { Ok(()) } else { Err("NumPy takes another step".into()) }
}

/// On every shard one pass for the gradient, one X'DX and one Cholesky factorisation, in memory that is there.
struct Least {
    /// Samples, weights, and H.
    shards: Vec<(Dataset, Vec<f64>, Mat<f64>)>,
    workspace: Workspace<f64>,
    factor: Mat<f64>,
    memory: MemBuffer,
}

impl Least {
    fn new(shards: Vec<Dataset>, w: &[f64]) -> Self {
        let part = |data: Dataset| {
            let hessian = Objective { data: &data, loss: Loss::Logistic, lambda: LAMBDA }.hessian(w);
            let weights = vec![0.2; data.rows()];
            (data, weights, hessian)
        };
        let d = w.len();
        Self {
            shards: shards.into_iter().map(part).collect(),
            workspace: Workspace::default(),
            factor: Mat::zeros(d, d),
            memory: MemBuffer::new(llt::factor::cholesky_in_place_scratch::<f64>(d, Par::Seq, Default::default())),
        }
    }

    fn run(&mut self, w: &[f64]) -> Outcome<()> {
        for (data, weights, hessian) in &self.shards {
            let x = &data.features;
            black_box(sweep(x, 0..data.rows(), w, |_, _| ()));
            black_box(weighted_gram(x, 0..data.rows(), weights, &mut self.workspace));
            self.factor.copy_from(hessian);
            let (factor, stack) = (self.factor.as_mut(), MemStack::new(&mut self.memory));
            llt::factor::cholesky_in_place(factor, Default::default(), Par::Seq, stack, Default::default())
                .map_err(|_| "a singular Hessian")?;
        }
        Ok(())
    }
}
