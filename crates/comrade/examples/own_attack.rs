//! Your own attack, on the method of the paper and on lazy Newton: what a worker found, and the sign of each entry times a factor.
//! `cargo run --release -p comrade --example own_attack`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use comrade::aggregate::TrimFraction;
use comrade::attack::{Attack, Message, View};
use comrade::method::{Limits, Method, Progress, State, solve};
use comrade::newton::minimise;
use comrade::simulation::Simulation;
use comrade::stream::Stream;
use comrade::{data::synthetic, stream::Seed};
use std::convert::Infallible;
use std::error::Error;
use std::ops::ControlFlow;

/// A liar that sends v + factor sign(v) in place of v.
#[derive(Clone, Debug)]
struct SignShift {
    factor: f64,
}

impl Attack for SignShift {
    /// `view` has everything that a liar may know: what the center asks, what the honest workers send, how many lie.
    fn send(&self, view: &View<'_>, _stream: &mut Stream) -> Message {
        Message::Vector(view.own.iter().map(|v| v + self.factor * v.signum()).collect())
    }

    fn name(&self) -> String {
        format!("sign-shift:{}", self.factor)
    }
}

/// f - f* after at most 60 rounds with two liars of ten workers, of whom a fifth is assumed to lie.
fn left(method: Method, factor: f64) -> Result<f64, Box<dyn Error>> {
    let data = synthetic::a9a_like(4000, Seed(1));
    let liar = || Some(Box::new(SignShift { factor }) as Box<dyn Attack>);
    let run = Simulation::of(&data, 10).lambda(1e-2).attacks(vec![liar(), liar()]);
    let (f, mut options, mut limits) = (run.objective(), run.options(), Limits::default());
    options.trim = TrimFraction::new(0.2)?;
    limits.rounds = 60;
    let mut cluster = run.build()?;
    let mut state = State::start(method, &cluster, vec![0.0; data.cols()])?;
    let mut watch = |_: &Progress<'_>| ControlFlow::<Infallible>::Continue(());
    let ControlFlow::Continue(outcome) = solve(&mut cluster, &options, &limits, &mut state, &mut watch)?;
    Ok(f.value(&outcome.w) - f.value(&minimise(&f, 1e-12)?.w))
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    println!("{:<16} {:>12} {:>12}", "f - f*", "COMRADE", "lazy Newton");
    for factor in [0.0, 0.01, 1.0, 100.0] {
        let (comrade, lazy) = (left(Method::Comrade, factor)?, left(Method::LazyNewton, factor)?);
        println!("{:<16} {comrade:>12.1e} {lazy:>12.1e}", format!("factor {factor}"));
        assert!(lazy < 0.01, "{factor}");
    }
    Ok(())
}
