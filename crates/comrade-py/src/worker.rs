//! `Worker`: one worker, frames in and frames out. `InProcess`: all of them in one process, liars included.

use crate::error::{lock, value};
use crate::problem::Problem;
use crate::source::{Samples, Source, labels};
use comrade::cluster::Transport;
use comrade::data::{Columns, Dataset};
use comrade::loss::Loss;
use comrade::protocol::{AskError, Tag, WorkerId};
use comrade::shard;
use comrade::simulation::Local;
use comrade::worker::{Remote, Worker as Inner};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, MutexGuard};

/// The class that a run tells from all others: its number is that of the run.
fn positive(tag: Tag) -> i64 {
    i64::try_from(tag.run).unwrap_or(i64::MAX)
}

/// One worker of a distributed training: it holds its samples, and answers what a center asks.
///
/// Parameters
/// ----------
/// problem : dict
///     What a training run depends on in addition to its samples, as `comrade.problem` makes it.
/// index : int
///     Which worker, from 0.
/// source : tuple
///     ``(X, codes, weights)`` with `X` an array or CSR matrix of doubles of shape (s, d), `codes` the class number of each
///     sample, of shape (s,), and `weights` of shape (s,) or None; or ``(path, d)`` for a LIBSVM file, d or None, of which
///     the features that occur become columns, unless it is dealt: see `columns`.
/// dealt : bool, default=False
///     Whether the source holds the samples of this worker alone. Otherwise it holds all of them, and the worker takes the
///     share that the problem's seed deals to it. Every worker counts alike in what is minimised, the mean of their f_i:
///     where dealt shares differ in size, give the samples of worker i the weights m n_i / n (m workers, n_i of the n samples
///     here), times their own, and the mean is that over all samples. `comrade.deal` returns this factor for each worker.
#[pyclass(frozen, module = "comrade")]
#[derive(Debug)]
pub(crate) struct Worker {
    /// With the labels of this run.
    remote: Mutex<(Option<u64>, Remote)>,
    codes: Vec<i64>,
    rows: usize,
    classes: Option<(f64, f64)>,
    /// Shared by all who read the same source.
    columns: Arc<Columns>,
}

impl Worker {
    /// The worker that holds these samples, from a source of this many workers, and what the source calls its classes
    /// and columns.
    pub(crate) fn of(
        problem: &Problem,
        index: usize,
        rows: usize,
        (data, codes): (Dataset, Vec<i64>),
        (classes, columns): (Option<(f64, f64)>, Arc<Columns>),
    ) -> PyResult<Self> {
        let worker = Inner { id: WorkerId(index), shard: data, loss: Loss::default(), lambda: problem.lam };
        let remote = Remote { worker, compressor: problem.compressor()?, seed: problem.seed() };
        Ok(Self { remote: Mutex::new((None, remote)), codes, rows, classes, columns })
    }
}

#[pymethods]
impl Worker {
    #[new]
    #[pyo3(signature = (problem, index, source, dealt=false))]
    fn new(problem: Problem, index: usize, source: Source<'_>, dealt: bool) -> PyResult<Self> {
        if dealt {
            let Samples { data, codes, classes, columns } = source.read(&problem, true)?;
            return Self::of(&problem, index, data.rows(), (data, codes), (classes, Arc::new(columns)));
        }
        let mut one = Self::sharing(problem, vec![index], source)?;
        one.pop().ok_or_else(|| value("no worker"))
    }

    /// sharing(problem, indices, source)
    /// --
    ///
    /// The workers of these numbers, each with its share of a source that is read once for all of them.
    #[staticmethod]
    fn sharing(problem: Problem, indices: Vec<usize>, source: Source<'_>) -> PyResult<Vec<Self>> {
        let Samples { data, codes, classes, columns } = source.read(&problem, false)?.balanced(problem.workers);
        let shards = problem.simulation(&data)?.shards().map_err(value)?;
        let named = (classes, Arc::new(columns));
        let share = |index: usize| {
            let mine = shards.get(index).ok_or_else(|| value(format!("worker {index} of {}", shards.len())))?;
            let held = (shard::take(&data, &shards, index), mine.iter().map(|&j| codes[j]).collect());
            Self::of(&problem, index, data.rows(), held, named.clone())
        };
        indices.into_iter().map(share).collect()
    }

    /// answer(frame)
    /// --
    ///
    /// The frames, as a list of bytes, that answer a framed question. Raises ValueError where the frame is no question about
    /// samples of this dimension, and where the local Hessian is singular.
    fn answer<'py>(&self, py: Python<'py>, frame: &[u8]) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let answer = py.detach(|| {
            let (tag, _) = Tag::unframe(frame).ok_or(AskError::Frame(frame.len()))?;
            let mut held = lock(&self.remote);
            let (run, remote) = &mut *held;
            if *run != Some(tag.run) {
                remote.worker.shard.labels = labels(&self.codes, positive(tag));
                *run = Some(tag.run);
            }
            remote.answer(frame)
        });
        Ok(vec![PyBytes::new(py, &answer.map_err(value)?)])
    }

    /// digest()
    /// --
    ///
    /// SHA-256, in hexadecimal, of the numbers of its samples and of their classes.
    fn digest(&self, py: Python<'_>) -> String {
        py.detach(|| {
            let (mut digest, held) = (Sha256::new(), lock(&self.remote));
            let data = &held.1.worker.shard;
            for (j, code) in self.codes.iter().enumerate() {
                digest.update(code.to_le_bytes());
                data.features.for_row(j, |k, x| {
                    digest.update((k as u64).to_le_bytes());
                    digest.update(x.to_le_bytes());
                });
            }
            digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
        })
    }

    /// The number of its samples, or of all where it took its share.
    #[getter]
    fn rows(&self) -> usize {
        self.rows
    }

    /// d, an intercept counted: how many features occur in a file that all workers read, and all of any other source.
    #[getter]
    fn dimension(&self) -> usize {
        lock(&self.remote).1.worker.shard.cols()
    }

    /// What a file calls its two classes, the smaller first; None for arrays.
    #[getter]
    fn classes(&self) -> Option<(f64, f64)> {
        self.classes
    }

    /// The number of features of the source, also of those that do not occur.
    #[getter]
    fn features(&self) -> u64 {
        self.columns.dimension()
    }

    /// Which features the coordinates are about, from 0; None if they are all features.
    #[getter]
    fn columns<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyArray1<u64>>> {
        self.columns.held().map(|held| PyArray1::from_slice(py, held))
    }
}

/// Workers, and the run whose labels they have.
#[derive(Debug)]
pub(crate) struct Held {
    run: Option<u64>,
    pub(crate) workers: Local,
}

/// All workers of a training run in this process, on all its cores; some may lie.
///
/// Parameters
/// ----------
/// problem : dict
///     What a training run depends on in addition to its samples, as `comrade.problem` makes it.
/// source : tuple
///     All samples: ``(X, codes, weights)`` or ``(path, d)``, as for `Worker`.
#[pyclass(frozen, module = "comrade")]
#[derive(Debug)]
pub(crate) struct InProcess {
    held: Mutex<Held>,
    /// The class numbers of every worker's samples.
    codes: Vec<Vec<i64>>,
    /// Those of all samples, if an attack is simulated.
    all: Vec<i64>,
    rows: usize,
    dimension: usize,
    classes: Option<(f64, f64)>,
    columns: Columns,
}

impl InProcess {
    /// The workers, with the labels of a run.
    pub(crate) fn of_run(&self, run: u64) -> MutexGuard<'_, Held> {
        let mut held = lock(&self.held);
        if held.run != Some(run) {
            let positive = positive(Tag { run, round: 0 });
            held.workers.relabel(|worker| labels(&self.codes[worker.0], positive), || labels(&self.all, positive));
            held.run = Some(run);
        }
        held
    }
}

#[pymethods]
impl InProcess {
    #[new]
    fn new(problem: Problem, source: Source<'_>) -> PyResult<Self> {
        if !problem.is_attacked()
            && let Some((shards, rows)) = source.shards(&problem)?
        {
            let (held, codes): (Vec<Dataset>, Vec<Vec<i64>>) = shards.into_iter().unzip();
            let dimension = held.first().map_or(0, Dataset::cols);
            let columns = Columns::all((dimension - usize::from(problem.intercept)) as u64);
            let held = Mutex::new(Held { run: None, workers: problem.honest(held)? });
            return Ok(Self { held, codes, all: vec![], rows, dimension, classes: None, columns });
        }
        let Samples { data, codes: all, classes, columns } = source.read(&problem, false)?.balanced(problem.workers);
        let workers = problem.simulation(&data)?.local().map_err(value)?;
        let codes = workers.shards().iter().map(|rows| rows.iter().map(|&j| all[j]).collect()).collect();
        let held = Mutex::new(Held { run: None, workers });
        Ok(Self { held, codes, rows: all.len(), all, dimension: data.cols(), classes, columns })
    }

    /// messages(frame)
    /// --
    ///
    /// For each worker the frames that it sends as an answer to a framed question: none, one or more. A worker that lies
    /// knows what all others send.
    fn messages<'py>(&self, py: Python<'py>, frame: &[u8]) -> PyResult<Vec<Vec<Bound<'py, PyBytes>>>> {
        let sent = py.detach(|| {
            let (tag, _) = Tag::unframe(frame).ok_or(AskError::Frame(frame.len())).map_err(value)?;
            self.of_run(tag.run).workers.exchange(frame, self.workers()).map_err(value)
        })?;
        Ok(sent.iter().map(|frames| frames.iter().map(|frame| PyBytes::new(py, frame)).collect()).collect())
    }

    /// m.
    #[getter]
    pub(crate) fn workers(&self) -> usize {
        self.codes.len()
    }

    /// d, an intercept counted: how many features occur in a file, and all of arrays.
    #[getter]
    pub(crate) fn dimension(&self) -> usize {
        self.dimension
    }

    /// n.
    #[getter]
    fn rows(&self) -> usize {
        self.rows
    }

    /// What a file calls its two classes, the smaller first; None for arrays.
    #[getter]
    fn classes(&self) -> Option<(f64, f64)> {
        self.classes
    }

    /// The number of features of the source, also of those that do not occur.
    #[getter]
    fn features(&self) -> u64 {
        self.columns.dimension()
    }

    /// Which features the coordinates are about, from 0; None if they are all features.
    #[getter]
    fn columns<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyArray1<u64>>> {
        self.columns.held().map(|held| PyArray1::from_slice(py, held))
    }
}
