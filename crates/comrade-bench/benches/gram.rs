//! How far is X'DX from the bare product? Dense: from faer's triangular X'X, in single precision too. Sparse: from as many
//! additions, at random, into a table that stays in the first-level cache.

mod limit;

use comrade::data::{Dense, Features, synthetic};
use comrade::kernel::{Workspace, weighted_gram};
use comrade::stream::Seed;
use criterion::{Criterion, criterion_group, criterion_main};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatRef, Par};
use std::hint::black_box;

const SHAPES: [(usize, usize); 4] = [(1628, 123), (494, 300), (50_000, 300), (10_000, 2000)];

/// Doubles in 16 KiB.
const TABLE: usize = 2048;

fn dense(c: &mut Criterion) {
    for (rows, cols) in SHAPES {
        let values: Vec<f64> = (0..rows * cols).map(|i| (i * 7919 % 2003) as f64 / 1000.0 - 1.0).collect();
        let x = Features::Dense(Dense::new(rows, cols, values.clone()).expect("that many values"));
        let weights = weights(rows);
        let bare = || {
            let a = MatRef::from_row_major_slice(&values, rows, cols);
            let mut gram = Mat::<f64>::zeros(cols, cols);
            matmul(
                gram.as_mut(),
                BlockStructure::TriangularLower,
                Accum::Replace,
                a.transpose(),
                BlockStructure::Rectangular,
                a,
                BlockStructure::Rectangular,
                1.0,
                Par::Seq,
            );
            black_box(gram);
        };
        let (mut double, mut single) = (Workspace::<f64>::default(), Workspace::<f32>::default());
        let name = format!("X'DX/dense {rows} x {cols}");
        limit::against(c, &name, bare, || _ = black_box(weighted_gram(&x, 0..rows, &weights, &mut double)));
        let name = format!("X'DX/dense {rows} x {cols}, single precision against double");
        limit::against(c, &name, bare, || _ = black_box(weighted_gram(&x, 0..rows, &weights, &mut single)));
    }
}

fn sparse(c: &mut Criterion) {
    let seed = Seed(1);
    for data in [synthetic::a9a_like(synthetic::A9A_ROWS, seed), synthetic::w5a_like(synthetic::W5A_ROWS, seed)] {
        let x = &data.features;
        let weights = weights(data.rows());
        let additions: usize = (0..data.rows())
            .map(|j| {
                let mut k = 0;
                x.for_row(j, |_, _| k += 1);
                k * (k + 1) / 2
            })
            .sum();
        let slots: Vec<u32> = (0..additions).map(|i| (i * 104_729 % TABLE) as u32).collect();
        let mut table = [0.0; TABLE];
        let add = || {
            slots.iter().for_each(|&slot| table[slot as usize] += 0.5);
            black_box(&table);
        };
        let mut workspace = Workspace::<f64>::default();
        let name = format!("X'DX/sparse {}", data.name);
        limit::against(c, &name, add, || _ = black_box(weighted_gram(x, 0..data.rows(), &weights, &mut workspace)));
    }
}

fn weights(rows: usize) -> Vec<f64> {
    (0..rows).map(|j| 0.1 + (j % 17) as f64 / 100.0).collect()
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = dense, sparse
}
criterion_main!(benches);
