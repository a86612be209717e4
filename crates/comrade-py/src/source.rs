//! Where samples come from: arrays of NumPy or SciPy, or a LIBSVM file.

use crate::error::value;
use crate::problem::Problem;
use comrade::data::columns::Renumbered;
use comrade::data::libsvm::{Input, Read, ReadOptions};
use comrade::data::weights::{self, WeightError};
use comrade::data::{Columns, Csr, Dataset, Dense, Features};
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
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
        let samples = match self {
            Self::Arrays(x, codes, weights) => {
                let codes = codes.as_slice()?.to_vec();
                let weights = weights.as_ref().map(|w| w.as_slice().map(<[f64]>::to_vec)).transpose()?;
                let data = Dataset { weights, ..Dataset::new("X", features(x)?, Vec::new()) };
                let columns = Columns::all(data.cols() as u64);
                Samples { data, codes, classes: None, columns }
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
                Samples { data, codes, classes: Some((mapping.negative, mapping.positive)), columns }
            }
        };
        let Samples { mut data, codes, classes, columns } = samples;
        let rows = data.features.rows();
        if codes.len() != rows || data.weights.as_ref().is_some_and(|w| w.len() != rows) {
            return Err(value("X, the classes and the weights have not as many rows"));
        }
        data.weights.as_deref().map_or(Ok(()), weights::check).map_err(value)?;
        data.labels = labels(&codes, 1);
        let data = if problem.intercept { data.with_intercept().map_err(value)? } else { data };
        Ok(Samples { data, codes, classes, columns })
    }
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
/// The columns that occur among the indices of a CSR matrix with so many columns, from 0, and the indices by their new numbers; None
/// where every column occurs. Time and memory grow with the number of indices alone.
#[pyfunction]
pub(crate) fn occurring<'py>(
    py: Python<'py>,
    indices: &Bound<'py, PyAny>,
    dimension: u64,
) -> PyResult<Option<Occurring<'py>>> {
    let indices: Vec<u64> = integers(indices, |k| u64::try_from(k).ok())?;
    let Renumbered { columns, numbers } = Columns::occurring(dimension, indices.into_iter()).map_err(value)?;
    let (Some(numbers), Some(held)) = (numbers, columns.held()) else { return Ok(None) };
    let numbers: Option<Vec<i32>> = numbers.into_iter().map(|number| i32::try_from(number).ok()).collect();
    let numbers = numbers.ok_or_else(|| value("more than 2147483647 columns of X occur"))?;
    Ok(Some((PyArray1::from_slice(py, held), PyArray1::from_vec(py, numbers))))
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

/// X: a SciPy CSR matrix in canonical format, or a NumPy array of doubles, row by row.
fn features(x: &Bound<'_, PyAny>) -> PyResult<Features> {
    if !x.hasattr("indptr")? {
        let x: PyReadonlyArray2<'_, f64> = x.extract()?;
        let (rows, cols) = (x.shape()[0], x.shape()[1]);
        return Ok(Features::Dense(Dense::new(rows, cols, x.as_slice()?.to_vec()).map_err(value)?));
    }
    let (_, cols): (usize, usize) = x.getattr("shape")?.extract()?;
    let values: PyReadonlyArray1<'_, f64> = x.getattr("data")?.extract()?;
    let offsets = integers(&x.getattr("indptr")?, |k| usize::try_from(k).ok())?;
    let indices = integers(&x.getattr("indices")?, |k| u32::try_from(k).ok())?;
    Ok(Features::Sparse(Csr::new(cols, offsets, indices, values.as_slice()?.to_vec()).map_err(value)?))
}

/// An index array of SciPy, of either width.
fn integers<T>(array: &Bound<'_, PyAny>, of: impl Fn(i64) -> Option<T>) -> PyResult<Vec<T>> {
    let wide: Option<Vec<T>> = match array.extract::<PyReadonlyArray1<'_, i32>>() {
        Ok(array) => array.as_slice()?.iter().map(|&k| of(i64::from(k))).collect(),
        Err(_) => array.extract::<PyReadonlyArray1<'_, i64>>()?.as_slice()?.iter().map(|&k| of(k)).collect(),
    };
    wide.ok_or_else(|| value("an index of X is negative or too large"))
}
