//! `Part`: the samples of one worker, where no other process has them, before all workers agree on columns and classes.

use crate::error::{lock, value};
use crate::problem::Problem;
use crate::worker::Worker;
use comrade::data::libsvm::{self, Input, ReadOptions};
use comrade::data::{Columns, Dataset, Dense, Features};
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::Mutex;

/// Samples that a worker reads where it runs: LIBSVM files, or blocks of rows of a table.
///
/// Parameters
/// ----------
/// n_features : int, default=None
///     How many features there are, for LIBSVM files; by default as many as the largest index.
#[pyclass(frozen, module = "comrade._comrade")]
#[derive(Debug)]
pub(crate) struct Part {
    held: Mutex<Held>,
}

#[derive(Debug)]
enum Held {
    Nothing(ReadOptions),
    Files(Box<libsvm::Part>),
    /// Rows one after the other, each of this many numbers, and their labels.
    Table(usize, Vec<f64>, Vec<f64>),
}

impl Held {
    /// The columns that occur.
    fn columns(&self) -> PyResult<Columns> {
        match self {
            Self::Nothing(_) => Ok(Columns::all(0)),
            Self::Files(part) => part.columns().map_err(value),
            Self::Table(cols, ..) => Ok(Columns::all(*cols as u64)),
        }
    }

    fn rows(&self) -> usize {
        match self {
            Self::Nothing(_) => 0,
            Self::Files(part) => part.rows(),
            Self::Table(_, _, labels) => labels.len(),
        }
    }

    /// The samples with these columns.
    fn with_columns(self, columns: &Columns) -> PyResult<Dataset> {
        match self {
            Self::Nothing(_) => Err(value("there are no samples")),
            Self::Files(part) => part.with_columns(columns).map_err(value),
            Self::Table(cols, ..) if *columns != Columns::all(cols as u64) => {
                Err(value("all columns of a table are kept"))
            }
            Self::Table(cols, values, labels) => {
                let x = Dense::new(labels.len(), cols, values).map_err(value)?;
                Ok(Dataset::new("part", Features::Dense(x), labels))
            }
        }
    }
}

#[pymethods]
impl Part {
    #[new]
    #[pyo3(signature = (n_features=None))]
    fn new(n_features: Option<usize>) -> Self {
        Self { held: Mutex::new(Held::Nothing(ReadOptions { dimension: n_features })) }
    }

    /// read(path)
    /// --
    ///
    /// Adds the rows of a LIBSVM file, plain or gzip, whose labels are whole numbers. Raises ValueError, with file and line, where
    /// it is none; what was read before is lost then.
    fn read(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| {
            let mut held = lock(&self.held);
            let part = match std::mem::replace(&mut *held, Held::Nothing(ReadOptions::default())) {
                Held::Nothing(options) => libsvm::Part::new(&options),
                Held::Files(part) => *part,
                Held::Table(..) => return Err(value("a worker has LIBSVM files or tables, not both")),
            };
            *held = Held::Files(Box::new(part.read(Input::open(&path).map_err(value)?).map_err(value)?));
            Ok(())
        })
    }

    /// add(block, labels)
    /// --
    ///
    /// Adds rows of a table: finite numbers of shape (s, d), and what stands for the class of each, of shape (s,).
    fn add(&self, block: PyReadonlyArray2<'_, f64>, labels: PyReadonlyArray1<'_, f64>) -> PyResult<()> {
        let (rows, cols) = (block.shape()[0], block.shape()[1]);
        let mut held = lock(&self.held);
        if let Held::Nothing(_) = *held {
            *held = Held::Table(cols, vec![], vec![]);
        }
        match &mut *held {
            Held::Table(known, values, all) if *known == cols && labels.len() == rows => {
                values.extend_from_slice(block.as_slice()?);
                all.extend_from_slice(labels.as_slice()?);
                Ok(())
            }
            Held::Table(known, ..) => {
                Err(value(format!("{rows} rows of {cols} numbers with {} labels, after rows of {known}", labels.len())))
            }
            _ => Err(value("a worker has LIBSVM files or tables, not both")),
        }
    }

    /// How many samples there are.
    #[getter]
    fn rows(&self) -> usize {
        lock(&self.held).rows()
    }

    /// The different labels of LIBSVM files, in order of appearance.
    #[getter]
    fn labels(&self) -> Vec<f64> {
        match &*lock(&self.held) {
            Held::Files(part) => part.classes().to_vec(),
            _ => vec![],
        }
    }

    /// How many features there are, those counted that do not occur, and which occur: None for all.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<(u64, Option<Bound<'py, PyArray1<u64>>>)> {
        let columns = py.detach(|| lock(&self.held).columns())?;
        Ok((columns.dimension(), columns.held().map(|held| PyArray1::from_slice(py, held))))
    }

    /// worker(problem, index, columns, codes, weight)
    /// --
    ///
    /// The worker that holds these samples, which are no longer here.
    ///
    /// Parameters
    /// ----------
    /// problem : dict
    ///     As for `Worker`.
    /// index : int
    ///     Which worker, from 0.
    /// columns : (int, ndarray of uint64 or None)
    ///     How many features all workers have together, and which of them become columns, the same for all workers: all for None.
    ///     Values in others are left out.
    /// codes : list of (float, int)
    ///     For each label here the number of its class.
    /// weight : float
    ///     What each sample counts for.
    fn worker(
        &self,
        py: Python<'_>,
        problem: Problem,
        index: usize,
        columns: (u64, Option<PyReadonlyArray1<'_, u64>>),
        codes: Vec<(f64, i64)>,
        weight: f64,
    ) -> PyResult<Worker> {
        let columns = match columns {
            (features, Some(held)) => Columns::new(features, held.as_slice()?.to_vec()).map_err(value)?,
            (features, None) => Columns::all(features),
        };
        if !(weight.is_finite() && weight > 0.0) {
            return Err(value(format!("{weight} is no weight of a sample")));
        }
        py.detach(|| {
            let held = std::mem::replace(&mut *lock(&self.held), Held::Nothing(ReadOptions::default()));
            let data = held.with_columns(&columns)?;
            let data = if problem.intercept { data.with_intercept().map_err(value)? } else { data };
            let code = |label: &f64| codes.iter().find(|(known, _)| known == label).map(|(_, code)| *code);
            let all: Option<Vec<i64>> = data.labels.iter().map(code).collect();
            let all = all.ok_or_else(|| value("a label is of no class that was agreed on"))?;
            let weights = (weight != 1.0).then(|| vec![weight; data.rows()]);
            Worker::of(&problem, index, data.rows(), (Dataset { weights, ..data }, all), (None, columns.into()))
        })
    }
}
