//! Which ordinary problems does a method solve, in how many rounds and bytes?
//!
//! ```sh
//! cargo run --release -p comrade-bench --features peers --example grid -- lazy-newton data/a9a data/w5a
//! ```
//!
//! Every LIBSVM file with lambda = 1e-2, 1e-4 and 1/n, with an intercept, on 4 and on 20 workers; to 1e-8 of the first gradient,
//! in at most 100 rounds. Shards are a random partition, blocks of sizes 10 to 1, and blocks of the rows sorted by label. The
//! gradient in the table is that over all rows, computed here.
#![expect(clippy::print_stdout, reason = "a command line program prints")]

use comrade::cluster::Cluster;
use comrade::data::{Dataset, libsvm};
use comrade::method::{Limits, Method, Outcome, Progress, State, solve};
use comrade::objective::Objective;
use comrade::simulation::Simulation;
use comrade::{loss::Loss, stream::Seed};
use comrade_bench::deal::{Shards, dealt};
use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;

const TOLERANCE: f64 = 1e-8;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let method: Method = arguments.next().ok_or("usage: grid METHOD FILE..")?.parse()?;
    println!(
        "| file | lambda | m | shards | end | rounds | kB a worker | gradient |\n|---|---|---|---|---|---|---|---|"
    );
    for path in arguments {
        let data = libsvm::read_path(Path::new(&path), &libsvm::ReadOptions { dimension: None })?.dataset;
        let data = data.with_intercept()?;
        for lambda in [1e-2, 1e-4, 1.0 / data.rows() as f64] {
            for workers in [4, 20] {
                for (name, shards) in dealt(&data, workers, Seed(1))? {
                    let line = match play(&data, shards, lambda, method) {
                        Ok((outcome, rounds, kilobytes)) => {
                            let left = gradient(&data, lambda, &outcome.w);
                            format!("{:?} | {rounds} | {kilobytes:.0} | {left:.1e}", outcome.end)
                        }
                        Err(error) => format!("{error} | | |"),
                    };
                    println!("| {} | {lambda:.1e} | {workers} | {name} | {line} |", data.name);
                }
            }
        }
    }
    Ok(())
}

/// The outcome, rounds, and kB up and down for each worker.
fn play(data: &Dataset, shards: Shards, lambda: f64, method: Method) -> Result<(Outcome, u64, f64), Box<dyn Error>> {
    let workers = shards.len();
    let run = Simulation::dealt(data, shards).lambda(lambda);
    let options = run.options();
    let mut cluster = run.build()?;
    let mut state = State::start(method, &cluster, vec![0.0; data.cols()])?;
    let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
    let ended = solve(&mut cluster, &options, &Limits::new(TOLERANCE, 100), &mut state, &mut watch)?;
    let ControlFlow::Continue(outcome) = ended else { return Err("nobody ends it".into()) };
    let traffic = cluster.traffic();
    Ok((outcome, traffic.rounds, (traffic.bytes_up + traffic.bytes_down) as f64 / workers as f64 / 1e3))
}

/// ||g(w)|| / ||g(0)||.
fn gradient(data: &Dataset, lambda: f64, w: &[f64]) -> f64 {
    let f = Objective { data, loss: Loss::Logistic, lambda };
    let norm = |w: &[f64]| f.gradient(w).iter().map(|g| g * g).sum::<f64>().sqrt();
    norm(w) / norm(&vec![0.0; w.len()])
}
