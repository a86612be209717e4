//! Ten workers find the minimiser together, and the fit says how exact it is: `cargo run --release -p comrade --example solve`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use comrade::method::{End, Limits, Method, Progress, State, solve};
use comrade::simulation::Simulation;
use comrade::{data::synthetic, stream::Seed};
use std::ops::ControlFlow;

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Or your own samples: comrade::data::libsvm::read_path("a9a", &Default::default())?.dataset
    let data = synthetic::a9a_like(10_000, Seed(1));
    let run = Simulation::of(&data, 10).lambda(1e-3);
    let options = run.options();
    let mut cluster = run.build()?;

    println!("round            f      ||g||");
    let mut watch = |seen: &Progress<'_>| {
        if let Some(at) = seen.measured {
            println!("{:>5} {:>12.9} {:>10.1e}", seen.state.traffic().rounds, at.value, at.gradient_norm);
        }
        ControlFlow::<()>::Continue(())
    };
    let mut state = State::start(Method::Auto, &cluster, vec![0.0; data.cols()])?;
    let ControlFlow::Continue(outcome) = solve(&mut cluster, &options, &Limits::default(), &mut state, &mut watch)?
    else {
        unreachable!("this watcher ends nothing")
    };
    // Converged: f and its gradient at this w came from all workers, and the gradient is small enough.
    assert_eq!(outcome.end, End::Converged);
    println!("{:?}: f - f* is at most {:.1e}", outcome.end, outcome.bound.unwrap_or(f64::NAN));
    Ok(())
}
