//! Rows of an array or a matrix that is Python's, copied once into what a worker computes with.

use crate::error::value;
use comrade::data::{Csr, Dense, Features};
use numpy::{Element, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// X, n x d: a NumPy array of doubles, row by row, or a SciPy CSR matrix in canonical format.
pub(crate) enum X<'py> {
    Dense(PyReadonlyArray2<'py, f64>),
    Narrow(Sparse<'py, i32>),
    Wide(Sparse<'py, i64>),
}

/// A CSR matrix with indices of this width.
pub(crate) struct Sparse<'py, I: Element> {
    cols: usize,
    offsets: Vec<usize>,
    indices: PyReadonlyArray1<'py, I>,
    values: PyReadonlyArray1<'py, f64>,
}

impl<'py> X<'py> {
    pub(crate) fn of(x: &Bound<'py, PyAny>) -> PyResult<Self> {
        if !x.hasattr("indptr")? {
            return Ok(Self::Dense(x.extract()?));
        }
        let (_, cols): (usize, usize) = x.getattr("shape")?.extract()?;
        let offsets = integers(&x.getattr("indptr")?, |k| usize::try_from(k).ok())?;
        let (indices, values) = (x.getattr("indices")?, x.getattr("data")?.extract()?);
        Ok(match indices.extract() {
            Ok(indices) => Self::Narrow(Sparse { cols, offsets, indices, values }),
            Err(_) => Self::Wide(Sparse { cols, offsets, indices: indices.extract()?, values }),
        })
    }

    /// n.
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Dense(x) => x.shape()[0],
            Self::Narrow(x) => x.rows(),
            Self::Wide(x) => x.rows(),
        }
    }

    /// d.
    pub(crate) fn cols(&self) -> usize {
        match self {
            Self::Dense(x) => x.shape()[1],
            Self::Narrow(x) => x.cols,
            Self::Wide(x) => x.cols,
        }
    }

    /// These of its rows, in this order, each of them followed by a one if there is an `intercept`.
    pub(crate) fn take(
        &self,
        rows: impl ExactSizeIterator<Item = usize> + Clone,
        intercept: bool,
    ) -> PyResult<Features> {
        match self {
            Self::Dense(x) => {
                let (numbers, cols, count) = (x.as_slice()?, self.cols(), rows.len());
                let wide = cols + usize::from(intercept);
                let mut values = Vec::with_capacity(count.saturating_mul(wide));
                for j in rows {
                    values.extend_from_slice(row(numbers, j * cols..(j + 1) * cols)?);
                    values.extend(intercept.then_some(1.0));
                }
                Ok(Features::Dense(Dense::new(count, wide, values).map_err(value)?))
            }
            Self::Narrow(x) => x.take(rows, intercept, |k| u32::try_from(k).ok()),
            Self::Wide(x) => x.take(rows, intercept, |k| u32::try_from(k).ok()),
        }
    }
}

impl<I: Element + Copy> Sparse<'_, I> {
    fn rows(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    fn take(
        &self,
        rows: impl ExactSizeIterator<Item = usize> + Clone,
        intercept: bool,
        column: impl Fn(I) -> Option<u32>,
    ) -> PyResult<Features> {
        let (from, numbers) = (self.indices.as_slice()?, self.values.as_slice()?);
        let wide = self.cols + usize::from(intercept);
        let one = if intercept { Some(u32::try_from(self.cols).map_err(value)?) } else { None };
        let range = |j: usize| match self.offsets.get(j..=j + 1) {
            Some(&[start, end]) if start <= end => Ok(start..end),
            _ => Err(value("the row offsets of X decrease, or do not agree with its number of rows")),
        };
        let mut stored = 0;
        for j in rows.clone() {
            stored += range(j)?.len() + usize::from(intercept);
        }
        let mut offsets = Vec::with_capacity(rows.len() + 1);
        let (mut indices, mut values) = (Vec::with_capacity(stored), Vec::with_capacity(stored));
        offsets.push(0);
        for j in rows {
            for &k in row(from, range(j)?)? {
                indices.push(column(k).ok_or_else(beyond)?);
            }
            values.extend_from_slice(row(numbers, range(j)?)?);
            indices.extend(one);
            values.extend(one.map(|_| 1.0));
            offsets.push(indices.len());
        }
        Ok(Features::Sparse(Csr::new(wide, offsets, indices, values).map_err(value)?))
    }
}

fn row<T>(numbers: &[T], range: std::ops::Range<usize>) -> PyResult<&[T]> {
    numbers.get(range).ok_or_else(|| value("X has fewer numbers than its shape says"))
}

fn beyond() -> PyErr {
    value("an index of X is negative or too large")
}

/// An index array of SciPy, of either width.
fn integers<T>(array: &Bound<'_, PyAny>, of: impl Fn(i64) -> Option<T>) -> PyResult<Vec<T>> {
    let wide: Option<Vec<T>> = match array.extract::<PyReadonlyArray1<'_, i32>>() {
        Ok(array) => array.as_slice()?.iter().map(|&k| of(i64::from(k))).collect(),
        Err(_) => array.extract::<PyReadonlyArray1<'_, i64>>()?.as_slice()?.iter().map(|&k| of(k)).collect(),
    };
    wide.ok_or_else(beyond)
}
