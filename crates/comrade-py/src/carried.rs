//! Workers that a Python object carries bytes to and from.

use crate::error::value;
use comrade::cluster::{ClusterError, Lost, Transport};
use comrade::protocol;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::Arc;

/// A transport that calls the object's `exchange`.
#[derive(Debug)]
pub(crate) struct Carried {
    pub(crate) carrier: Py<PyAny>,
    /// m and d.
    pub(crate) shape: (usize, usize),
}

impl Transport for Carried {
    fn workers(&self) -> usize {
        self.shape.0
    }

    fn dimension(&self) -> usize {
        self.shape.1
    }

    fn exchange(&mut self, question: &[u8]) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
        let bytes =
            |frame: PyResult<Bound<'_, PyAny>>| -> PyResult<Vec<u8>> { Ok(frame?.extract::<&[u8]>()?.to_vec()) };
        let heard = Python::attach(|py| -> PyResult<_> {
            let heard = self.carrier.bind(py).call_method1("exchange", (PyBytes::new(py, question),))?;
            heard.try_iter()?.map(|frames| frames?.try_iter()?.map(bytes).collect()).collect()
        });
        heard.map_err(|raised| ClusterError::Transport(Lost(Arc::new(raised))))
    }
}

/// longest_answer(frame)
/// --
///
/// The most bytes that a framed answer to this framed question has, whatever the compressor: a longer one need not be read.
/// Raises ValueError where the frame is no question.
#[pyfunction]
pub(crate) fn longest_answer(frame: &[u8]) -> PyResult<usize> {
    protocol::longest_answer(frame).map_err(value)
}
