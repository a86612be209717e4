//! How far is the exact solve from its steps: in each one pass for f and g, one X'DX and one Cholesky factorisation? And
//! on dense data, how long do the other factors take in terms of the direct solve?

mod limit;

use comrade::data::synthetic::{self, Gaussian, Task};
use comrade::kernel::{Workspace, sweep, weighted_gram};
use comrade::loss::Loss;
use comrade::newton::{Factor, minimise, minimise_with};
use comrade::objective::Objective;
use comrade::stream::Seed;
use criterion::{Criterion, criterion_group, criterion_main};
use faer::Side;
use std::hint::black_box;

fn solve(c: &mut Criterion) {
    let seed = Seed(1);
    for data in [synthetic::a9a_like(synthetic::A9A_ROWS, seed), synthetic::w5a_like(synthetic::W5A_ROWS, seed)] {
        for lambda in [1.0 / data.rows() as f64, 1e-4] {
            let f = Objective { data: &data, loss: Loss::Logistic, lambda };
            let found = minimise(&f, 1e-8).expect("lambda > 0");
            let (hessian, weights) = (f.hessian(&found.w), vec![0.2; data.rows()]);
            let mut workspace = Workspace::<f64>::default();
            let steps = || {
                for _ in 0..found.iterations {
                    black_box(sweep(&data.features, 0..data.rows(), &found.w, |_, _| ()));
                    black_box(weighted_gram(&data.features, 0..data.rows(), &weights, &mut workspace));
                    black_box(hessian.llt(Side::Lower).expect("lambda > 0"));
                }
            };
            let name = format!("solve/{}, lambda {lambda:.0e}", data.name);
            limit::against(c, &name, steps, || drop(black_box(minimise(&f, 1e-8).expect("lambda > 0"))));
        }
    }
}

fn factors(c: &mut Criterion) {
    let spec = Gaussian { rows: 50_000, cols: 300, condition: 100.0, margin: 3.0, task: Task::Classification };
    let data = synthetic::gaussian(&spec, Seed(1)).expect("numbers in range");
    let f = Objective { data: &data, loss: Loss::Logistic, lambda: 1e-4 };
    let with = |factor| black_box(minimise_with(&f, 1e-8, factor).expect("lambda > 0"));
    for factor in [Factor::Kept, Factor::sketch(&data.features, Seed(1)), Factor::Diagonal] {
        let name = format!("solve/dense 50000 x 300, {factor:?} against double precision");
        limit::against(c, &name, || drop(with(Factor::Double)), || drop(with(factor)));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = solve, factors
}
criterion_main!(benches);
