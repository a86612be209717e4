//! Where samples come from: arrays of NumPy or SciPy, or a LIBSVM file.

use crate::error::value;
use crate::gather::X;
use crate::problem::Problem;
use comrade::data::columns::Renumbered;
use comrade::data::libsvm::{Input, Read, ReadOptions};
use comrade::data::weights::{self, WeightError};
use comrade::data::{Columns, Dataset};
use comrade::shard;
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use std::path::PathBuf;

/// Samples, as Python hands them over.
#[derive(Debug, FromPyObject)]
pub(crate) enum Source<'py> {
    /// (X, codes, weights): features n x d, the number of each sample's class, and what each counts for, of mean 1.
    Arrays(Bound<'py, PyAny>, PyReadonlyArray1<'py, i64>, Option<PyReadonlyArray1<'py, f64>>),
    /// (path, d).
    File(PathBuf, Option<usize>),
}

/// Samples, and the number of the class of each.
#[derive(Debug)]
pub(crate) struct Samples {
    /// Its labels are not set yet: see [`labels`].
    pub(crate) data: Dataset,
    pub(crate) codes: Vec<i64>,
    /// What a file calls its two classes.
    pub(crate) classes: Option<(f64, f64)>,
    /// Which of the features of the source the columns are.
    pub(crate) columns: Columns,
}

/// The labels when one class is told from all others.
pub(crate) fn labels(codes: &[i64], positive: i64) -> Vec<f64> {
    codes.iter().map(|&code| if code == positive { 1.0 } else { -1.0 }).collect()
}

impl Source<'_> {
    /// All samples of the source, with the column of ones of an intercept if the problem has one. Of a file that all workers read
    /// only the columns that occur are kept, which are the same for all of them; in one that is `dealt` to a worker alone other
    /// columns may occur than at its fellows, and all are kept.
    pub(crate) fn read(&self, problem: &Problem, dealt: bool) -> PyResult<Samples> {
        match self {
            Self::Arrays(x, codes, weights) => {
                let (x, codes) = (X::of(x)?, codes.as_slice()?.to_vec());
                let weights = weights.as_ref().map(|w| w.as_slice().map(<[f64]>::to_vec)).transpose()?;
                check(x.rows(), codes.len(), weights.as_deref())?;
                let features = x.take(0..x.rows(), problem.intercept)?;
                let labels = labels(&codes, 1);
                let data = Dataset { weights, intercept: problem.intercept, ..Dataset::new("X", features, labels) };
                Ok(Samples { data, codes, classes: None, columns: Columns::all(x.cols() as u64) })
            }
            Self::File(path, dimension) => {
                let (input, options) = (Input::open(path).map_err(value)?, ReadOptions { dimension: *dimension });
                let (Read { dataset: data, mapping }, columns) = if dealt {
                    let read = input.read(&options).map_err(value)?;
                    let columns = Columns::all(read.dataset.cols() as u64);
                    (read, columns)
                } else {
                    input.read_occurring(&options).map_err(value)?
                };
                let codes = data.labels.iter().map(|&y| i64::from(y > 0.0)).collect();
                let data = if problem.intercept { data.with_intercept().map_err(value)? } else { data };
                Ok(Samples { data, codes, classes: Some((mapping.negative, mapping.positive)), columns })
            }
        }
    }

    /// The samples of every worker, where nobody lies: as [`shard::take`] gives them, but straight from the arrays, so that there
    /// is one copy of them; and n. None for a file.
    pub(crate) fn shards(&self, problem: &Problem) -> PyResult<Option<(Vec<Shard>, usize)>> {
        let Self::Arrays(x, codes, weights) = self else { return Ok(None) };
        let (x, codes) = (X::of(x)?, codes.as_slice()?);
        let weights = weights.as_ref().map(|w| w.as_slice()).transpose()?;
        check(x.rows(), codes.len(), weights)?;
        let shards = problem.shards(x.rows())?;
        let even = x.rows().is_multiple_of(problem.workers);
        let held = |(i, rows): (usize, &Vec<usize>)| {
            let scale = shard::scale(&shards, i);
            let weights = match weights {
                Some(all) => Some(rows.iter().map(|&j| all[j] * scale).collect()),
                None => (!even).then(|| vec![scale; rows.len()]),
            };
            let codes: Vec<i64> = rows.iter().map(|&j| codes[j]).collect();
            let features = x.take(rows.iter().copied(), problem.intercept)?;
            let data = Dataset::new("X", features, labels(&codes, 1));
            Ok((Dataset { weights, intercept: problem.intercept, ..data }, codes))
        };
        let all = shards.iter().enumerate().map(held).collect::<PyResult<_>>()?;
        Ok(Some((all, x.rows())))
    }
}

/// What a worker holds, and the number of the class of each sample.
pub(crate) type Shard = (Dataset, Vec<i64>);

/// Checks that there are as many codes, and weights that are some, as rows.
fn check(rows: usize, codes: usize, weights: Option<&[f64]>) -> PyResult<()> {
    if codes != rows || weights.is_some_and(|w| w.len() != rows) {
        return Err(value("X, the classes and the weights have not as many rows"));
    }
    weights.map_or(Ok(()), weights::check).map_err(value)
}

impl Samples {
    /// As [`Dataset::balanced`].
    pub(crate) fn balanced(self, workers: usize) -> Self {
        Self { data: self.data.balanced(workers), ..self }
    }
}

/// The columns that occur, from 0, and the new number of each entry's column.
type Occurring<'py> = (Bound<'py, PyArray1<u64>>, Bound<'py, PyArray1<i32>>);

/// occurring(indices, dimension)
/// --
///
/// The columns that occur among the indices of a CSR matrix with this many columns, from 0, and the indices by their
/// new numbers; None if every column occurs. Time and memory grow with the number of indices alone.
#[pyfunction]
pub(crate) fn occurring<'py>(
    py: Python<'py>,
    indices: &Bound<'py, PyAny>,
    dimension: u64,
) -> PyResult<Option<Occurring<'py>>> {
    let found = match indices.extract::<PyReadonlyArray1<'_, i32>>() {
        Ok(narrow) => Columns::occurring(dimension, narrow.as_slice()?.iter().map(|&k| unsigned(i64::from(k)))),
        Err(_) => {
            let wide: PyReadonlyArray1<'_, i64> = indices.extract()?;
            Columns::occurring(dimension, wide.as_slice()?.iter().map(|&k| unsigned(k)))
        }
    };
    let Renumbered { columns, numbers } = found.map_err(value)?;
    let (Some(numbers), Some(held)) = (numbers, columns.held()) else { return Ok(None) };
    let numbers: Option<Vec<i32>> = numbers.into_iter().map(|number| i32::try_from(number).ok()).collect();
    let numbers = numbers.ok_or_else(|| value("more than 2147483647 columns of X occur"))?;
    Ok(Some((PyArray1::from_slice(py, held), PyArray1::from_vec(py, numbers))))
}

/// An index of SciPy; a negative one is beyond all columns.
fn unsigned(k: i64) -> u64 {
    u64::try_from(k).unwrap_or(u64::MAX)
}

/// weights_of(factors, codes, names)
/// --
///
/// What each sample counts for, of mean 1: the product of the factors, each of shape (n,) and of any size. `codes` are the numbers of
/// the samples' classes, and `names` what the classes are called. Raises ValueError where one is no weight, or where all of a class
/// are zero.
#[pyfunction]
pub(crate) fn weights_of<'py>(
    py: Python<'py>,
    factors: Vec<PyReadonlyArray1<'py, f64>>,
    codes: PyReadonlyArray1<'py, i64>,
    names: Vec<String>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let codes = codes.as_slice()?;
    let mut product = vec![1.0; codes.len()];
    for factor in &factors {
        let factor = factor.as_slice()?;
        if factor.len() != product.len() {
            return Err(value(WeightError::Length { weights: factor.len(), samples: product.len() }));
        }
        // Of mean 1 each time: no product overflows.
        product.iter_mut().zip(weights::of_mean_one(factor).map_err(value)?).for_each(|(w, factor)| *w *= factor);
        product = weights::of_mean_one(&product).map_err(value)?;
    }
    weights::check_classes(codes, &product, |class| {
        usize::try_from(class).ok().and_then(|k| names.get(k)).map_or_else(|| class.to_string(), Clone::clone)
    })
    .map_err(value)?;
    Ok(PyArray1::from_vec(py, product))
}
