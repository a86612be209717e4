//! How far from the minimiser do liars keep each method? The worst attack is the headline.
//!
//! ```sh
//! cargo run --release -p comrade --example floors -- data/a9a 1e-3 20 0.2 3
//! ```
//!
//! A LIBSVM file, lambda, m, alpha, how many ways to deal the samples, and which attacks; without them all. f is that of the
//! honest workers, the first alpha m lie, and beta = alpha is trimmed. In the table: f(w) - f* of what is returned after at most
//! 60 rounds, the largest of all seeds.
#![expect(clippy::print_stdout, reason = "a command line program prints")]

use comrade::aggregate::TrimFraction;
use comrade::data::{Dataset, libsvm};
use comrade::method::{Limits, Method, Outcome, Progress, Rule, State, solve};
use comrade::objective::Objective;
use comrade::simulation::Simulation;
use comrade::{loss::Loss, newton, stream::Seed};
use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;

const ROUNDS: u64 = 60;

/// What is compared.
const METHODS: [(&str, Method, Rule); 5] = [
    ("COMRADE", Method::Comrade, Rule::Published),
    ("COMRADE, norm in B", Method::Comrade, Rule::Norm),
    ("COMRADE, filter", Method::Comrade, Rule::Filter),
    ("lazy, filter", Method::LazyNewton, Rule::Filter),
    ("lazy, norm in B", Method::LazyNewton, Rule::Norm),
];

/// `BETA` becomes what is trimmed. Without a spelling nobody lies.
const ATTACKS: [&str; 32] = [
    "",
    "gaussian:1",
    "gaussian:0.01",
    "random-label",
    "flipped-label",
    "negative:1",
    "negative:0.3",
    "scaled:0",
    "scaled:3",
    "alie:1",
    "alie:0.5",
    "alie:2",
    "ipm:0.5",
    "ipm:0.1",
    "mimic",
    "min-max",
    "min-max:towards",
    "min-max:away",
    "norm-shadow:BETA",
    "gradient:alie:1",
    "gradient:ipm:0.1",
    "value:scaled:0.5",
    "value:scaled:2",
    "value:alie:1",
    "rejected:scaled:0.5",
    "rejected:min-max:away",
    "hessian:scaled:100",
    "hessian:scaled:0.01",
    "hessian:gaussian:1",
    "hessian:alie:1",
    "hessian:mimic",
    "silent",
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, lambda, workers, alpha, seeds, chosen @ ..] = &arguments[..] else {
        return Err("usage: floors FILE LAMBDA M ALPHA SEEDS [ATTACK..]".into());
    };
    let attacks: Vec<&str> = if chosen.is_empty() { ATTACKS.to_vec() } else { chosen.iter().map(|s| &s[..]).collect() };
    let data = libsvm::read_path(Path::new(path), &libsvm::Options { dimension: None })?.dataset;
    let (lambda, workers, alpha): (f64, usize, f64) = (lambda.parse()?, workers.parse()?, alpha.parse()?);
    let seeds: u64 = seeds.parse()?;
    let names: Vec<&str> = METHODS.iter().map(|(name, ..)| *name).collect();
    println!("| attack | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    let mut worst = [0.0_f64; METHODS.len()];
    for spec in attacks {
        let spec = spec.replace("BETA", &alpha.to_string());
        let mut cells = vec![];
        for ((_, method, rule), worst) in METHODS.iter().zip(&mut worst) {
            let mut floor = 0.0_f64;
            for seed in 0..seeds {
                floor = floor.max(play(&data, lambda, workers, alpha, &spec, (*method, *rule), Seed(seed))?);
            }
            *worst = worst.max(floor);
            cells.push(format!("{floor:.2e}"));
        }
        println!("| {} | {} |", if spec.is_empty() { "nobody lies" } else { &spec }, cells.join(" | "));
    }
    println!("| worst | {} |", worst.map(|worst| format!("{worst:.2e}")).join(" | "));
    Ok(())
}

/// f(w) - f* over the samples of the honest workers.
fn play(
    data: &Dataset,
    lambda: f64,
    workers: usize,
    alpha: f64,
    spec: &str,
    (method, rule): (Method, Rule),
    seed: Seed,
) -> Result<f64, Box<dyn Error>> {
    let trim = TrimFraction::new(alpha)?;
    let liars = if spec.is_empty() { 0 } else { trim.trimmed(workers) };
    let all = Simulation::of(data, workers).lambda(lambda).seed(seed);
    let run = if liars == 0 { all } else { all.liars(liars, spec) };
    let mut options = run.options();
    (options.trim, options.rule) = (trim, rule);
    let mut cluster = run.build()?;
    let honest = data.select(&cluster.shards()[liars..].concat());
    let mut state = State::start(method, &cluster, vec![0.0; data.cols()])?;
    let f = Objective { data: &honest, loss: Loss::Logistic, lambda };
    let best = f.value(&newton::minimise(&f, 1e-12)?.w);
    let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
    let ended = solve(&mut cluster, &options, &Limits::new(1e-8, ROUNDS), &mut state, &mut watch)?;
    let ControlFlow::Continue(Outcome { w, .. }) = ended else { return Err("nobody ends it".into()) };
    Ok(f.value(&w) - best)
}
