//! Your own rule, compared with the one of the paper: the median of each coordinate.
//! `cargo run --release -p comrade --example own_rule`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use comrade::aggregate::{Aggregate, AggregateError, Aggregator, NormTrimmedMean, TrimFraction};
use comrade::center::{Plan, Step, solve};
use comrade::protocol::{Reply, WorkerId};
use comrade::simulation::Simulation;
use comrade::{data::synthetic, stream::Seed};
use std::convert::Infallible;
use std::error::Error;
use std::ops::ControlFlow;

#[derive(Debug)]
struct Medians;

impl Aggregator for Medians {
    fn aggregate(&self, replies: &[Reply], dimension: usize) -> Result<Aggregate, AggregateError> {
        let there: Vec<(WorkerId, &Vec<f64>)> =
            replies.iter().enumerate().filter_map(|(i, reply)| Some((WorkerId(i), reply.as_ref().ok()?))).collect();
        let missing = replies.len() - there.len();
        let allowed = self.dropped(replies.len());
        if there.is_empty() || missing > allowed {
            return Err(AggregateError::TooManyMissing { missing, allowed, workers: replies.len() });
        }
        let median = |j: usize| {
            let mut column: Vec<f64> = there.iter().map(|(_, v)| v[j]).collect();
            column.sort_unstable_by(f64::total_cmp);
            (column[(column.len() - 1) / 2] + column[column.len() / 2]) / 2.0
        };
        let kept = there.iter().map(|(id, _)| *id).collect();
        let trimmed = (0..replies.len()).filter(|&i| replies[i].is_err()).map(WorkerId).collect();
        Ok(Aggregate { vector: (0..dimension).map(median).collect(), kept, trimmed })
    }

    fn dropped(&self, workers: usize) -> usize {
        workers.saturating_sub(1) / 2
    }
}

/// f after ten steps with two liars of ten workers.
fn lowest(rule: &dyn Aggregator, attack: &str) -> Result<f64, Box<dyn Error>> {
    let data = synthetic::a9a_like(4000, Seed(1));
    let run = Simulation::of(&data, 10).lambda(1e-2).liars(2, attack);
    let f = run.objective();
    let mut cluster = run.build()?;
    let plan = Plan { start: vec![0.0; data.cols()], gamma: 1.0, iterations: 10 };
    let mut watch = |_: &Step<'_>| ControlFlow::<Infallible>::Continue(());
    let ControlFlow::Continue(solution) = solve(&mut cluster, rule, &plan, &mut watch)?;
    Ok(f.value(&solution.w))
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let published = NormTrimmedMean { beta: TrimFraction::new(0.2)? };
    println!("{:<16} {:>14} {:>10}", "f after ten steps", "norm trimming", "medians");
    for attack in ["gaussian:10", "negative:1", "norm-shadow:0.2"] {
        let (ours, own) = (lowest(&published, attack)?, lowest(&Medians, attack)?);
        println!("{attack:<16} {ours:>14.6} {own:>10.6}");
        assert!(own < 0.5, "{attack}");
    }
    Ok(())
}
