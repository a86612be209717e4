//! What a training depends on, beside its samples: one dict on the Python side.

use crate::error::value;
use comrade::attack::{self, Attack};
use comrade::compress::{self, Compressor};
use comrade::loss::Loss;
use comrade::shard::{self, Sharding};
use comrade::stream::Seed;
use numpy::PyArray1;
use pyo3::prelude::*;

/// The problem and its cluster, as Python names them.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Problem {
    /// m.
    pub(crate) workers: usize,
    /// lambda.
    pub(crate) lam: f64,
    /// Whether the last coordinate is an intercept.
    pub(crate) intercept: bool,
    compressor: String,
    sharding: String,
    seed: u64,
    attack: Option<String>,
    /// How many workers lie, the first ones.
    lying: usize,
}

impl Problem {
    pub(crate) fn loss(&self) -> Loss {
        Loss::Logistic
    }

    pub(crate) fn seed(&self) -> Seed {
        Seed(self.seed)
    }

    pub(crate) fn compressor(&self) -> PyResult<Box<dyn Compressor>> {
        compress::parse(&self.compressor).map_err(value)
    }

    /// One for each worker that lies.
    pub(crate) fn attacks(&self) -> PyResult<Vec<Option<Box<dyn Attack>>>> {
        let Some(spec) = &self.attack else { return Ok(vec![]) };
        let read = || attack::parse(spec).map_err(value);
        // Also where nobody lies.
        read()?;
        (0..self.lying.min(self.workers)).map(|_| read().map(Some)).collect()
    }

    /// The rows of every worker. One worker that takes them all leaves them in their order, which costs no copy.
    pub(crate) fn shards(&self, rows: usize) -> PyResult<Vec<Vec<usize>>> {
        let sharding = sharding(&self.sharding)?;
        if (self.workers, sharding) == (1, Sharding::Partition) && rows > 0 {
            return Ok(vec![(0..rows).collect()]);
        }
        sharding.deal(rows, self.workers, self.seed()).map_err(value)
    }
}

fn sharding(name: &str) -> PyResult<Sharding> {
    match name {
        "partition" => Ok(Sharding::Partition),
        "with-replacement" => Ok(Sharding::WithReplacement),
        _ => Err(value(format!("unknown sharding '{name}': use 'partition' or 'with-replacement'"))),
    }
}

/// The rows of one worker, and what its weights are multiplied by.
type Dealt<'py> = (Bound<'py, PyArray1<i64>>, f64);

/// deal(problem, rows)
/// --
///
/// Deals `rows` samples to the workers of a problem: for each, the indices of its rows and the factor of its weights.
#[pyfunction]
pub(crate) fn deal<'py>(py: Python<'py>, problem: Problem, rows: usize) -> PyResult<Vec<Dealt<'py>>> {
    let shards = problem.shards(rows)?;
    let dealt = shards.iter().enumerate().map(|(i, rows)| {
        let rows = rows.iter().map(|&j| j as i64).collect();
        (PyArray1::from_vec(py, rows), shard::scale(&shards, i))
    });
    Ok(dealt.collect())
}
