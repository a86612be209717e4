//! How far is the exact solve from its steps: in each one pass for f and g, one X'DX and one Cholesky factorisation?

mod limit;

use comrade::data::synthetic;
use comrade::kernel::{Workspace, sweep, weighted_gram};
use comrade::loss::Loss;
use comrade::newton::minimise;
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
            let mut workspace = Workspace::default();
            let steps = || {
                for _ in 0..found.iterations {
                    black_box(sweep(&data.features, &found.w, |_, z| z));
                    black_box(weighted_gram(&data.features, &weights, &mut workspace));
                    black_box(hessian.llt(Side::Lower).expect("lambda > 0"));
                }
            };
            let name = format!("solve/{}, lambda {lambda:.0e}", data.name);
            limit::against(c, &name, steps, || drop(black_box(minimise(&f, 1e-8).expect("lambda > 0"))));
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = solve
}
criterion_main!(benches);
