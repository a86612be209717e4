//! The data, and how the peers get them: files of raw numbers in a folder.

use crate::bench::{Bench, Outcome};
use comrade::data::libsvm::{self, ReadOptions};
use comrade::data::synthetic::{self, Gaussian, Task};
use comrade::data::{Dataset, Features};
use comrade::stream::Seed;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tempfile::TempDir;

/// Of all data that are made.
pub(crate) const SEED: Seed = Seed(1);

/// a9a, w5a or w5a.t, or its stand-in where the published file is not found.
pub(crate) fn published(name: &str) -> Outcome<Dataset> {
    let folder = comrade_data::directory();
    if let Some((entry, path)) = comrade_data::entry(name).zip(comrade_data::find(&folder, name)) {
        comrade_data::verify(&path, entry)?;
        return Ok(libsvm::read_path(&path, &ReadOptions { dimension: Some(entry.dimension) })?.dataset);
    }
    match name {
        "a9a" => Ok(synthetic::a9a_like(synthetic::A9A_ROWS, SEED)),
        "w5a" => Ok(synthetic::w5a_like(synthetic::W5A_ROWS, SEED)),
        "w5a.t" => Ok(Dataset { name: "w5a.t-like".into(), ..synthetic::w5a_like(39_861, SEED) }),
        _ => Err(format!("no stand-in for {name}").into()),
    }
}

/// Dense data: independent normal columns, covariance of condition 100, margins of standard deviation 3.
pub(crate) fn dense(rows: usize, cols: usize) -> Outcome<Dataset> {
    let spec = Gaussian { rows, cols, condition: 100.0, margin: 3.0, task: Task::Classification };
    let mut data = synthetic::gaussian(&spec, SEED)?;
    data.name = format!("dense {rows} x {cols}");
    Ok(data)
}

/// A data set in a folder, which goes with it.
#[derive(Debug)]
pub(crate) struct Written {
    folder: TempDir,
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    pub(crate) dense: bool,
}

impl Written {
    pub(crate) fn new(data: &Dataset, bench: &Bench) -> io::Result<Self> {
        let folder = tempfile::tempdir_in(&bench.scratch)?;
        let at = folder.path();
        numbers(at, "labels", data.labels.iter().map(|y| y.to_le_bytes()))?;
        let dense = match &data.features {
            Features::Dense(x) => {
                numbers(at, "values", x.values().iter().map(|v| v.to_le_bytes()))?;
                true
            }
            Features::Sparse(x) => {
                let rows = || (0..x.rows()).map(|j| x.row(j));
                let ends = rows().scan(0_u32, |end, (indices, _)| {
                    *end += indices.len() as u32;
                    Some(*end)
                });
                numbers(at, "offsets", std::iter::once(0).chain(ends).map(u32::to_le_bytes))?;
                numbers(at, "indices", rows().flat_map(|(indices, _)| indices).map(|k| k.to_le_bytes()))?;
                numbers(at, "values", rows().flat_map(|(_, values)| values).map(|v| v.to_le_bytes()))?;
                false
            }
        };
        Ok(Self { folder, rows: data.rows(), cols: data.cols(), dense })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a list of row numbers.
    pub(crate) fn add_order(&self, order: impl Iterator<Item = usize>) -> io::Result<()> {
        numbers(self.folder(), "order", order.map(|j| (j as u64).to_le_bytes()))
    }
}

/// Numbers of N bytes, one after the other.
fn numbers<const N: usize>(folder: &Path, name: &str, all: impl Iterator<Item = [u8; N]>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(folder.join(name))?);
    for number in all {
        out.write_all(&number)?;
    }
    out.flush()
}
