//! How far is one COMRADE round of 20 workers, on one thread, from the arithmetic it cannot avoid: on every shard one pass
//! for the gradient, one X'DX and one Cholesky factorisation?

mod limit;

use comrade::cluster::{Ask, Cluster};
use comrade::data::synthetic::{self, Gaussian, Task};
use comrade::kernel::{Workspace, sweep, weighted_gram};
use comrade::loss::Loss;
use comrade::objective::Objective;
use comrade::simulation::Simulation;
use comrade::stream::Seed;
use criterion::{Criterion, criterion_group, criterion_main};
use faer::Side;
use std::hint::black_box;

fn round(c: &mut Criterion) {
    let (seed, loss, lambda) = (Seed(1), Loss::Logistic, 1e-3);
    let spec = Gaussian { rows: 40_000, cols: 300, condition: 10.0, margin: 1.0, task: Task::Classification };
    let shapes = [
        synthetic::a9a_like(synthetic::A9A_ROWS, seed),
        synthetic::w5a_like(synthetic::W5A_ROWS, seed),
        synthetic::gaussian(&spec, seed).expect("numbers in range"),
    ];
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    for data in &shapes {
        let mut cluster = Simulation::of(data, 20).lambda(lambda).seed(seed).build().expect("enough rows");
        let w = vec![0.01; data.cols()];
        let held: Vec<_> = cluster.members().iter().map(|worker| worker.shard.clone()).collect();
        let parts: Vec<_> = held
            .iter()
            .map(|data| (&data.features, vec![0.2; data.rows()], Objective { data, loss, lambda }.hessian(&w)))
            .collect();
        let mut workspace = Workspace::<f64>::default();
        let least = || {
            for (x, weights, hessian) in &parts {
                black_box(sweep(x, 0..x.rows(), &w, |_, _| ()));
                black_box(weighted_gram(x, 0..x.rows(), weights, &mut workspace));
                black_box(hessian.llt(Side::Lower).expect("lambda > 0"));
            }
        };
        let work = || drop(black_box(one.install(|| cluster.round(Ask::Direction { w: &w })).expect("a round")));
        limit::against(c, &format!("round of 20/{}", data.name), least, work);
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = round
}
criterion_main!(benches);
