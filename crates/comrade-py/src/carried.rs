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
    carrier: Py<PyAny>,
    /// m and d.
    shape: (usize, usize),
    /// Whether it is told how many answers are enough.
    told: bool,
}

impl Carried {
    /// Of m workers in dimension d. It is `told` how many answers are enough if its method takes a second argument.
    pub(crate) fn new(carrier: &Bound<'_, PyAny>, shape: (usize, usize), told: bool) -> PyResult<Self> {
        let told = told && {
            let signature = carrier.py().import("inspect")?.call_method1("signature", (carrier.getattr("exchange")?,));
            // Of what is not written in Python nothing is known.
            signature.is_ok_and(|signature| signature.call_method1("bind", (0, 0)).is_ok())
        };
        Ok(Self { carrier: carrier.clone().unbind(), shape, told })
    }
}

impl Transport for Carried {
    fn workers(&self) -> usize {
        self.shape.0
    }

    fn dimension(&self) -> usize {
        self.shape.1
    }

    fn exchange(&mut self, question: &[u8], enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
        let bytes =
            |frame: PyResult<Bound<'_, PyAny>>| -> PyResult<Vec<u8>> { Ok(frame?.extract::<&[u8]>()?.to_vec()) };
        let heard = Python::attach(|py| -> PyResult<_> {
            let (carrier, question) = (self.carrier.bind(py), PyBytes::new(py, question));
            let heard = match self.told {
                true => carrier.call_method1("exchange", (question, enough)),
                false => carrier.call_method1("exchange", (question,)),
            }?;
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
