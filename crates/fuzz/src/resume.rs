//! A training run that is resumed from whatever a checkpoint says: `comrade train --resume`, and the state of a
//! `Center` in Python.
//!
//! The first byte chooses beta, rule and intercept; the rest is the state as JSON. What a digest protects in a file is not
//! protected here.

use super::bytes::Bytes;
use comrade::aggregate::TrimFraction;
use comrade::data::Dataset;
use comrade::data::synthetic::{self, Gaussian, Task};
use comrade::method::{Limits, Method, Options, Progress, Rule, State, measure_again, solve};
use comrade::simulation::Simulation;
use comrade::stream::Seed;
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// d.
const DIMENSION: usize = 2;
const RULES: [Rule; 4] = [Rule::Published, Rule::Filter, Rule::Mixing, Rule::Norm];

/// Goes on from the state in `data` for a few rounds.
///
/// # Panics
/// If it ends at a point of another dimension, or takes more rounds than it may.
pub fn run(data: &[u8]) {
    static DATA: LazyLock<Dataset> = LazyLock::new(|| {
        let spec = Gaussian { rows: 12, cols: DIMENSION, condition: 3.0, margin: 1.0, task: Task::Classification };
        synthetic::gaussian(&spec, Seed(5)).expect("the data can be made")
    });
    let mut data = Bytes(data);
    let (how, Ok(mut state)) = (data.byte(), serde_json::from_slice::<State>(data.0)) else { return };
    let workers = if state.method() == Method::Newton { 1 } else { 3 };
    let Ok(mut cluster) = Simulation::of(&DATA, workers).lambda(0.1).build() else { panic!("there is a cluster") };
    let mut options = Options::new(0.1, false);
    options.rule = RULES[usize::from(how / 2 % 4)];
    options.trim = TrimFraction::new(if how % 2 == 1 { 0.34 } else { 0.0 }).expect("it is below a half");
    let most = state.traffic().rounds.saturating_add(4);
    let _ = measure_again(&mut cluster, &options, &state);
    let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
    if let Ok(ControlFlow::Continue(outcome)) =
        solve(&mut cluster, &options, &Limits::new(1e-6, most), &mut state, &mut watch)
    {
        assert!(outcome.w.is_empty() || outcome.w.len() == DIMENSION);
    }
    assert!(state.traffic().rounds <= most);
}
