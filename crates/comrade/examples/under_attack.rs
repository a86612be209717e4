//! Four of twenty workers lie. What each defence makes of each attack: `cargo run --release -p comrade --example under_attack`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use comrade::aggregate::TrimFraction;
use comrade::data::Dataset;
use comrade::method::{Limits, Method, Progress, State, solve};
use comrade::newton::minimise;
use comrade::simulation::Simulation;
use comrade::{data::synthetic, stream::Seed};
use std::convert::Infallible;
use std::error::Error;
use std::ops::ControlFlow;

const WORKERS: usize = 20;
const LIARS: usize = 4;

/// f - f* over all samples, where a method has come to after at most 60 rounds.
fn left(data: &Dataset, method: Method, trim: f64, attack: &str) -> Result<f64, Box<dyn Error>> {
    let run = Simulation::of(data, WORKERS).lambda(1e-2).liars(LIARS, attack);
    let (f, mut options) = (run.objective(), run.options());
    options.trim = TrimFraction::new(trim)?;
    let mut cluster = run.build()?;
    let mut limits = Limits::default();
    limits.rounds = 60;
    let mut state = State::start(method, &cluster, vec![0.0; data.cols()])?;
    let mut watch = |_: &Progress<'_>| ControlFlow::<Infallible>::Continue(());
    let ControlFlow::Continue(outcome) = solve(&mut cluster, &options, &limits, &mut state, &mut watch)?;
    Ok(f.value(&outcome.w) - f.value(&minimise(&f, 1e-12)?.w))
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let data = synthetic::a9a_like(10_000, Seed(1));
    println!("f - f* with {LIARS} liars of {WORKERS} workers, who are\n");
    println!("{:<14} {:>12} {:>12} {:>12}", "attack", "believed", "COMRADE", "lazy Newton");
    for attack in ["gaussian:10", "negative:1", "alie:1.5", "norm-shadow:0.2", "min-max"] {
        // Without trim every message is believed. With it, as many are dropped as may lie.
        let believed = left(&data, Method::LazyNewton, 0.0, attack).map_or_else(|_| "-".into(), |f| format!("{f:.1e}"));
        let comrade = left(&data, Method::Comrade, 0.25, attack)?;
        let lazy = left(&data, Method::LazyNewton, 0.25, attack)?;
        println!("{attack:<14} {believed:>12} {comrade:>12.1e} {lazy:>12.1e}");
        assert!(lazy < 0.01, "{attack}");
    }
    Ok(())
}
