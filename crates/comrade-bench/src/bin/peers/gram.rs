//! X'DX on one core.

use crate::bench::{Bench, Outcome, Turns, add, pool, row, time};
use crate::data::{Written, dense, published};
use crate::worker::Peer;
use comrade::data::{Dataset, Features};
use comrade::kernel::{Real, Workspace, weighted_gram};
use comrade_bench::record::{Reads, Row, SampleUnit, Target};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatRef, Par};
use serde_json::json;
use std::hint::black_box;

const SHAPES: [(usize, usize); 4] = [(1628, 123), (494, 300), (50_000, 300), (10_000, 2000)];
/// Sparse data, and the seconds aimed at.
const SPARSE: [(&str, f64); 2] = [("a9a", 2.6e-3), ("w5a", 1.2e-3)];

pub(crate) fn rows(bench: &Bench) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (n, d) in SHAPES {
        let data = dense(n, d)?;
        let written = Written::new(&data, bench)?;
        in_precision::<f64>(&mut rows, bench, &data, &written, ("f64", "openblas"))?;
        in_precision::<f32>(&mut rows, bench, &data, &written, ("f32", "openblas-single"))?;
    }
    for (name, target) in SPARSE {
        sparse(&mut rows, bench, &published(name)?, target)?;
    }
    Ok(rows)
}

/// Our X'DX, with weights and memory of its own.
fn ours<T: Real>(data: &Dataset) -> impl FnMut() {
    let (weights, mut workspace) = (vec![0.25; data.rows()], Workspace::<T>::default());
    move || _ = black_box(weighted_gram(&data.features, 0..data.rows(), &weights, &mut workspace))
}

fn in_precision<T: Real>(
    rows: &mut Vec<Row>,
    bench: &Bench,
    data: &Dataset,
    written: &Written,
    (precision, peer): (&str, &str),
) -> Outcome<()> {
    let (n, d) = (data.rows() as f64, data.cols() as f64);
    let work = format!("{}, {precision}", data.name);
    let unit = SampleUnit::Rate { amount: n * d * (d + 1.0) / 1e9, name: "Gflop/s".into() };
    let turns = by_turns(bench, ours::<T>(data), peer, written)?;
    let found = row(&work, "OpenBLAS", Reads::Faster, turns);
    add(rows, Row { unit: unit.clone(), target: Some(Target::AtLeast(1.0)), ..found });
    let mut product = Bare::<T>::new(data)?;
    let turns = bench.own_turns(ours::<T>(data), || product.run())?;
    let found = row(&work, "triangle of X'X by faer", Reads::Limit, turns);
    add(rows, Row { unit, ..found });
    Ok(())
}

fn sparse(rows: &mut Vec<Row>, bench: &Bench, data: &Dataset, target: f64) -> Outcome<()> {
    let written = Written::new(data, bench)?;
    let ours = || ours::<f64>(data);
    let turns = Turns { ours: bench.alone(ours()), theirs: vec![] };
    let found = row(&data.name, "", Reads::Alone, turns);
    add(rows, Row { target: Some(Target::AtMost(target)), ..found });
    for (peer, shown) in [("openblas", "OpenBLAS on the dense matrix"), ("scipy", "SciPy on the sparse matrix")] {
        let turns = by_turns(bench, ours(), peer, &written)?;
        add(rows, row(&data.name, shown, Reads::Faster, turns));
    }
    Ok(())
}

/// Ours and a peer timed alternately, on one thread.
fn by_turns(bench: &Bench, mut ours: impl FnMut() + Send, peer: &str, written: &Written) -> Outcome<Turns> {
    let mut process = Peer::load(bench, 1, "gram", written, &json!({ "peer": peer }))?;
    let repeat = process.repeats(bench, &json!({}))?;
    let own = crate::bench::repeats(time(1, &mut ours));
    let theirs = || Ok(process.run(bench, &json!({ "repeat": repeat }))?.seconds);
    // On a thread of a pool, as in a solve.
    let one = pool(1)?;
    bench.turns(|| Ok(one.install(|| time(own, &mut ours))), theirs)
}

/// faer's triangle of X'X, all rows at once.
pub(crate) struct Bare<T> {
    values: Vec<T>,
    rows: usize,
    gram: Mat<T>,
}

impl<T: Real> Bare<T> {
    /// Copies X; what is copied is not timed.
    pub(crate) fn new(data: &Dataset) -> Outcome<Self> {
        let Features::Dense(x) = &data.features else { return Err("X'X by faer is of a dense X".into()) };
        let values = x.values().iter().map(|&v| T::of(v)).collect();
        Ok(Self { values, rows: x.rows(), gram: Mat::zeros(x.cols(), x.cols()) })
    }

    pub(crate) fn run(&mut self) {
        let a = MatRef::from_row_major_slice(&self.values, self.rows, self.gram.ncols());
        matmul(
            self.gram.as_mut(),
            BlockStructure::TriangularLower,
            Accum::Replace,
            a.transpose(),
            BlockStructure::Rectangular,
            a,
            BlockStructure::Rectangular,
            T::of(1.0),
            Par::Seq,
        );
        black_box(&self.gram);
    }
}
