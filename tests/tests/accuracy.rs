//! COMRADE on a9a with liars: the accuracy of the exact minimiser with trimming, none without.
//!
//! On the real file if `COMRADE_DATA` names the folder it is in, otherwise on its stand-in. Measured with seeds 1, 2
//! and 3, lambda = 1e-3, 20 workers, a partition, 6 full steps from 0; training accuracy in percent, and f:
//!
//! | | a9a | a9a-like |
//! |---|---|---|
//! | exact minimiser | 84.792, 0.33334 | 85.311, 0.35058 |
//! | no liar, beta = 0 | 84.764 to 84.779, below 0.33341 | 85.271 to 85.323, below 0.35065 |
//! | 4 x gaussian:10, beta = 0.25 | 84.718 to 84.816, below 0.33366 | 85.314 to 85.341, below 0.35094 |
//! | 4 x random-label, beta = 0.25 | 84.718 to 84.813, below 0.33366 | 85.314 to 85.332, below 0.35094 |
//! | 4 x gaussian:10, beta = 0 | 24.081, 30.294, 75.913, above 145 | 24.231, 42.923, 75.769, above 78 |
//! | 4 x random-label, beta = 0 | 84.512 to 84.693, above 0.374 | 85.154 to 85.219, above 0.385 |
//!
//! Why a deviation of 10: without trimming 0.3 costs less than 0.1 points at the end, 1 up to 0.4, 3 from 1.6 to 18
//! depending on the seed, and 10 breaks every seed. Random labels barely move the accuracy (the directions they give
//! are short), so there f is what shows them.

use crate::support::{Experiment, Method, norm};
use comrade::data::{Dataset, libsvm, synthetic};
use comrade::loss::Loss;
use comrade::stream::Seed;
use comrade_verify::oracle::formulas::{Problem, minimiser};

const LAMBDA: f64 = 1e-3;
const SEEDS: [u64; 3] = [1, 2, 3];

/// A data set and what is asked on it, in points of accuracy.
struct Setting {
    data: Dataset,
    /// The accuracy of the exact minimiser, this much around it.
    exact: (f64, f64),
    /// With trimming: at most so far from it.
    kept: f64,
    /// Without: at least so far below it.
    lost: f64,
}

fn setting() -> Setting {
    match comrade_verify::data::folder(None) {
        Some(folder) => {
            let options = libsvm::ReadOptions { dimension: Some(123) };
            let candidates = ["a9a", "a9a.gz"].map(|name| folder.join(name));
            let path = candidates.iter().find(|path| path.is_file()).expect("COMRADE_DATA names a folder with a9a");
            let data = libsvm::read_path(path, &options).unwrap().dataset;
            Setting { data, exact: (84.792, 0.01), kept: 0.3, lost: 5.0 }
        }
        None => {
            let data = synthetic::a9a_like(synthetic::A9A_ROWS, Seed(1));
            Setting { data, exact: (85.311, 0.01), kept: 0.3, lost: 5.0 }
        }
    }
}

/// Training accuracy in percent; a zero margin counts as +1.
fn accuracy(problem: &Problem<'_>, w: &[f64]) -> f64 {
    let z = problem.margins(&problem.all(), w);
    let right = z.iter().zip(&problem.data.labels).filter(|&(&z, &y)| (z >= 0.0) == (y > 0.0)).count();
    100.0 * right as f64 / z.len() as f64
}

#[test]
fn trimming_keeps_the_accuracy_that_liars_take_from_a_plain_mean() {
    let Setting { data, exact: (expected, around), kept, lost } = setting();
    let problem = Problem { data: &data, loss: Loss::Logistic, lambda: LAMBDA };
    let rows = problem.all();
    let w = minimiser(&data, Loss::Logistic, LAMBDA, 1e-10).unwrap();
    let (exact, least) = (accuracy(&problem, &w), problem.value(&rows, &w));
    println!("{}, {} rows: exact minimiser {exact:.3} %, f {least:.5}, norm {:.3}", data.name, data.rows(), norm(&w));
    assert!((exact - expected).abs() <= around, "the exact minimiser has {exact:.3} %, expected {expected}");

    let end = |attack: &str, beta: f64, seed: u64| {
        let attacks = [attack; 4];
        let base = Experiment { lambda: LAMBDA, beta, iterations: 6, seed: Seed(seed), ..Experiment::new(&data, 20) };
        let run = Experiment { attacks: if attack == "none" { &[] } else { &attacks }, ..base };
        let record = run.run(Method::Comrade).unwrap();
        let path: Vec<f64> = record.iterates.iter().map(|w| accuracy(&problem, w)).collect();
        let excess = problem.value(&rows, record.last()) - least;
        println!("  {attack}, beta {beta}, seed {seed}: {path:.3?} %, f - f* {excess:.5}");
        (path[5], excess)
    };
    for seed in SEEDS {
        for (attack, beta) in [("none", 0.0), ("gaussian:10", 0.25), ("random-label", 0.25)] {
            let (got, excess) = end(attack, beta, seed);
            assert!((got - exact).abs() <= kept, "{attack}, beta {beta}, seed {seed}: {got:.3} %, exact {exact:.3} %");
            assert!((0.0..1e-3).contains(&excess), "{attack}, beta {beta}, seed {seed}: f - f* is {excess}");
        }
        let (got, excess) = end("gaussian:10", 0.0, seed);
        assert!(got < exact - lost && excess > 1.0, "not broken, seed {seed}: {got:.3} %, f - f* {excess}");
        let (_, excess) = end("random-label", 0.0, seed);
        assert!(excess > 2e-2, "random labels left no trace, seed {seed}: f - f* is {excess}");
    }
}
