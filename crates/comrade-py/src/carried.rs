//! Workers that a Python object carries bytes to and from.

use crate::error::Failures;
use comrade::cluster::{Ask, Cluster, ClusterError, Traffic};
use comrade::compress::Compressor;
use comrade::round::{Collector, Reply, Tag};
use comrade::worker::WorkerId;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// The cluster that a center sees.
pub(crate) struct Carried<'a> {
    pub(crate) carrier: Py<PyAny>,
    /// m and d.
    pub(crate) shape: (usize, usize),
    pub(crate) codec: &'a dyn Compressor,
    pub(crate) run: u64,
    pub(crate) traffic: Traffic,
    pub(crate) failures: &'a Failures,
    /// What the carrier raised.
    pub(crate) lost: Option<PyErr>,
}

impl Cluster for Carried<'_> {
    fn workers(&self) -> usize {
        self.shape.0
    }

    fn dimension(&self) -> usize {
        self.shape.1
    }

    fn round(&mut self, ask: Ask<'_>) -> Result<Vec<Reply>, ClusterError> {
        let tag = Tag { run: self.run, round: self.traffic.rounds };
        let question = ask.encode();
        self.traffic.rounds += 1;
        self.traffic.bytes_down += (question.len() * self.shape.0) as u64;
        let mut round = Collector::new(tag, self.shape.0, ask.codec(self.codec), ask.reply_length());
        let mut bytes_up = 0;
        let heard = Python::attach(|py| -> PyResult<()> {
            let frame = PyBytes::new(py, &tag.frame(&question));
            let carrier = self.carrier.bind(py);
            let heard = carrier.call_method1("exchange", (frame,))?;
            if let Some(failures) = carrier.getattr_opt("failures")? {
                self.failures.set(failures.extract()?);
            }
            for (worker, frames) in heard.try_iter()?.enumerate() {
                for frame in frames?.try_iter()? {
                    let frame = frame?;
                    let frame: &[u8] = frame.extract()?;
                    bytes_up += Tag::unframe(frame).map_or(frame.len(), |(_, message)| message.len());
                    round.receive(WorkerId(worker), frame);
                }
            }
            Ok(())
        });
        self.traffic.bytes_up += bytes_up as u64;
        match heard {
            Ok(()) => Ok(round.close()),
            Err(error) => {
                let says = error.to_string();
                self.lost = Some(error);
                Err(ClusterError::Transport(says))
            }
        }
    }

    fn traffic(&self) -> Traffic {
        self.traffic
    }

    fn resume(&mut self, traffic: Traffic) {
        self.traffic = traffic;
    }
}
