//! A training run as far as it is, as bytes: the SHA-256 of the rest in hexadecimal, and the rest as JSON.

use crate::error::value;
use comrade::method::State;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Length of the digest.
const DIGEST: usize = 64;

/// What is kept of a training run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) run: State,
    /// Steps taken.
    pub(crate) iterations: u64,
}

fn digest(text: &[u8]) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Kept {
    pub(crate) fn to_bytes(&self) -> PyResult<Vec<u8>> {
        let text = serde_json::to_vec(self).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
        Ok([digest(&text).into_bytes(), text].concat())
    }

    /// Reads what `to_bytes` wrote, for a training run in dimension d.
    pub(crate) fn of_bytes(bytes: &[u8], d: usize) -> PyResult<Self> {
        let damaged = |why: &str| value(format!("damaged state: {why}"));
        let (told, text) = bytes.split_at_checked(DIGEST).ok_or_else(|| damaged("too few bytes"))?;
        if told != digest(text).as_bytes() {
            return Err(damaged("its digest is another one"));
        }
        let kept: Self = serde_json::from_slice(text).map_err(|error| damaged(&error.to_string()))?;
        if kept.run.best().is_some_and(|(w, _)| w.len() != d) {
            return Err(value(format!("the state is of another dimension than {d}")));
        }
        Ok(kept)
    }
}
