//! How long does one verification draw take?

use comrade::stream::Seed;
use comrade_verify::run::play;
use comrade_verify::scenario::{self, Draws};
use criterion::{Criterion, criterion_group, criterion_main};

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

criterion_group!(benches, draw);
criterion_main!(benches);
