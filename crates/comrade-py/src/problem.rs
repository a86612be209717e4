//! What a training run depends on, in addition to its samples: one dict on the Python side.

use crate::error::value;
use comrade::compress::{self, Compressor};
use comrade::data::Dataset;
use comrade::loss::Loss;
use comrade::shard::{self, SHARDINGS, Sharding};
use comrade::simulation::{Local, Simulation};
use comrade::spelling::find;
use comrade::stream::Seed;
use numpy::PyArray1;
use pyo3::prelude::*;
use std::sync::Arc;

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
    /// The run on these samples.
    pub(crate) fn simulation<'a>(&self, data: &'a Dataset) -> PyResult<Simulation<'a>> {
        let dealt = Simulation::dealt(data, self.shards(data.rows())?);
        let honest = dealt.lambda(self.lam).compress(&self.compressor).seed(self.seed());
        Ok(self.attack.iter().fold(honest, |run, attack| run.liars(self.lying, attack)))
    }

    /// Honest workers that hold these samples.
    pub(crate) fn honest(&self, held: Vec<Dataset>) -> PyResult<Local> {
        if !(self.lam.is_finite() && self.lam >= 0.0) {
            return Err(value(format!("lambda: {} is no finite number of at least 0", self.lam)));
        }
        Ok(Local::honest(held, Loss::default(), self.lam, self.compressor()?, self.seed()))
    }

    /// Whether an attack is simulated.
    pub(crate) fn is_attacked(&self) -> bool {
        self.attack.is_some()
    }

    /// S_1..S_m. One worker that takes all samples leaves them in their order, which costs no copy.
    pub(crate) fn shards(&self, rows: usize) -> PyResult<Vec<Vec<usize>>> {
        match (self.workers, self.sharding()?) {
            (1, Sharding::Partition) if rows > 0 => Ok(vec![(0..rows).collect()]),
            (workers, sharding) => sharding.deal(rows, workers, self.seed()).map_err(value),
        }
    }

    /// Q.
    pub(crate) fn compressor(&self) -> PyResult<Arc<dyn Compressor>> {
        compress::parse(&self.compressor).map(Arc::from).map_err(value)
    }

    pub(crate) fn seed(&self) -> Seed {
        Seed(self.seed)
    }

    fn sharding(&self) -> PyResult<Sharding> {
        find("sharding", &SHARDINGS, &self.sharding).map_err(value)
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
