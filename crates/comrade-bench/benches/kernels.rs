//! How long do the three things take that a user waits for: a shard's Hessian, a round, a verification draw?

use comrade::cluster::{Ask, Cluster, InProcess, Setup};
use comrade::data::{Dataset, synthetic};
use comrade::loss::Loss;
use comrade::objective::Objective;
use comrade::shard::Sharding;
use comrade::stream::Seed;
use comrade_verify::run::play;
use comrade_verify::scenario::{self, Draws};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

fn shapes() -> Vec<Dataset> {
    let seed = Seed(1);
    let spec = synthetic::Gaussian {
        rows: 20 * 1628,
        cols: 123,
        condition: 10.0,
        margin: 1.0,
        task: synthetic::Task::Classification,
    };
    vec![
        synthetic::a9a_like(synthetic::A9A_ROWS, seed),
        synthetic::w5a_like(synthetic::W5A_ROWS, seed),
        synthetic::gaussian(&spec, seed).expect("numbers in range"),
    ]
}

fn shard_hessian(c: &mut Criterion) {
    for data in shapes() {
        let shard = data.select(&(0..data.rows() / 20).collect::<Vec<_>>());
        let objective = Objective { data: &shard, loss: Loss::Logistic, lambda: 1e-3 };
        let w = vec![0.01; data.cols()];
        c.bench_function(&format!("shard hessian/{}", data.name), |b| b.iter(|| objective.hessian(black_box(&w))));
    }
}

fn round(c: &mut Criterion) {
    for data in shapes() {
        let (m, seed) = (20, Seed(1));
        let shards = Sharding::Partition.deal(data.rows(), m, seed).expect("enough rows");
        let compressor = comrade::compress::parse("identity").expect("a known name");
        let setup = Setup {
            data: &data,
            shards: &shards,
            loss: Loss::Logistic,
            lambda: 1e-3,
            compressor,
            attacks: vec![],
            seed,
        };
        let mut cluster = InProcess::new(setup);
        let w = vec![0.01; data.cols()];
        c.bench_function(&format!("round of 20/{}", data.name), |b| {
            b.iter(|| cluster.round(Ask::Direction { w: black_box(&w) }).expect("a round"));
        });
    }
}

fn draw(c: &mut Criterion) {
    let mut group = c.benchmark_group("verification draw");
    group.sample_size(10);
    for name in ["twenty-replaced", "a9a"] {
        let scenario = scenario::all().into_iter().find(|s| s.name == name).expect("a known scenario");
        let materials = comrade_verify::data::load(std::slice::from_ref(&scenario), None, Seed(1)).expect("stand-ins");
        let draws = Draws { seeds: 1, fresh: 0 };
        group.bench_function(name, |b| {
            b.iter(|| play(&scenario, &materials[name].dataset, draws, Seed(1), &|| ()).expect("a draw"));
        });
    }
    group.finish();
}

criterion_group!(benches, shard_hessian, round, draw);
criterion_main!(benches);
