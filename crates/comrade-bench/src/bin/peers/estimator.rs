//! The estimator as a user calls it: `fit` in Python on one core, to a gradient 1e-7 times that at 0.

use crate::bench::{Bench, Outcome, PeerError, add, row};
use crate::data::{SEED, Written, published};
use crate::worker::Peer;
use comrade::data::synthetic::{self, Gaussian, Task};
use comrade::data::{Dataset, Dense, Features};
use comrade::kernel::norm;
use comrade::loss::Loss;
use comrade::objective::Objective;
use comrade_bench::record::{Reads, Row, Target};
use comrade_bench::stats::loosest;
use serde_json::json;

/// ||g(w)|| / ||g(0)|| to be reached.
const GOAL: f64 = 1e-7;
/// What counts as that.
const NEAR: f64 = 1.01 * GOAL;
/// How many times as fast as the best of them ours should be.
const WANTED: f64 = 1.5;
/// scikit-learn's ways to solve it.
const SOLVERS: [&str; 4] = ["newton-cholesky", "liblinear", "lbfgs", "newton-cg"];

pub(crate) fn rows(bench: &Bench) -> Outcome<Vec<Row>> {
    let wide = Gaussian { rows: 100_000, cols: 200, condition: 3.0, margin: 3.0, task: Task::Classification };
    let wide = Dataset { name: "dense 100000 x 200, condition 3".into(), ..synthetic::gaussian(&wide, SEED)? };
    let mut rows = Vec::new();
    for data in [published("a9a")?, published("w5a")?, published("w5a.t")?, one_hot()?, wide] {
        against(&mut rows, bench, &data)?;
    }
    Ok(rows)
}

/// Dense one-hot data of the shape of `phishing`: 11,055 samples, 8 features of three values and 22 of two, d = 68.
fn one_hot() -> Outcome<Dataset> {
    const ROWS: usize = 11_055;
    let sizes: Vec<usize> = [vec![3; 8], vec![2; 22]].concat();
    let cols = sizes.iter().sum();
    let spec = Gaussian { rows: ROWS, cols: sizes.len(), condition: 10.0, margin: 3.0, task: Task::Classification };
    let scores = synthetic::gaussian(&spec, SEED)?;
    let mut values = vec![0.0; ROWS * cols];
    for (j, row) in values.chunks_mut(cols).enumerate() {
        let mut start = 0;
        scores.features.for_row(j, |k, score| {
            // Where the values of a feature part: not in the middle, and elsewhere for each.
            let part = 0.1 * (k % 5) as f64 - 0.2;
            let value = usize::from(score > part) + usize::from(sizes[k] == 3 && score > part + 0.3);
            row[start + value] = 1.0;
            start += sizes[k];
        });
    }
    Ok(Dataset::new("dense one-hot 11055 x 68", Features::Dense(Dense::new(ROWS, cols, values)?), scores.labels))
}

/// One data set: ours and each other solver timed alternately, on one core.
fn against(rows: &mut Vec<Row>, bench: &Bench, data: &Dataset) -> Outcome<()> {
    let lambda = 1.0 / data.rows() as f64;
    let f = Objective { data, loss: Loss::Logistic, lambda };
    let first = norm(&f.gradient(&vec![0.0; data.cols()]));
    let written = Written::new(data, bench)?;
    let run = |process: &mut Peer, tolerance: String| -> Result<(f64, f64), PeerError> {
        let answer = process.run(bench, &json!({ "rate": lambda, "tolerance": tolerance }))?;
        if answer.w.len() != data.cols() {
            return Err(PeerError::Failed(format!("{} coefficients", answer.w.len())));
        }
        Ok((answer.seconds, norm(&f.gradient(&answer.w)) / first))
    };
    let start = |peer: &str| Peer::load(bench, 1, "estimator", &written, &json!({ "peer": peer }));
    let mut own = start("comrade")?;
    for solver in SOLVERS {
        let mut process = start(solver)?;
        let at = |exponent: i32| Ok(run(&mut process, format!("1e{exponent}"))?.1);
        let (exponent, _) = loosest(-6, NEAR, at).map_err(|error: PeerError| error)?;
        let mut worst = 0.0;
        let ours = || {
            let (seconds, reached) = run(&mut own, GOAL.to_string())?;
            if reached <= NEAR { Ok(seconds) } else { Err(format!("ours reaches {reached:.1e} only").into()) }
        };
        let theirs = || {
            let (seconds, reached) = run(&mut process, format!("1e{exponent}"))?;
            worst = f64::max(worst, reached);
            Ok(seconds)
        };
        let turns = bench.turns(ours, theirs)?;
        let note = if worst <= NEAR { String::new() } else { format!("theirs reaches {worst:.1e} only") };
        let against = format!("scikit-learn {solver}, tolerance 1e{exponent}");
        let target = Some(Target::AtLeast(WANTED));
        add(rows, Row { note, target, ..row(&format!("{}, lambda 1/n", data.name), &against, Reads::Faster, turns) });
    }
    Ok(())
}
