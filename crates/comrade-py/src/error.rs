//! Errors of the solver as exceptions.

use comrade::aggregate::AggregateError;
use comrade::center::{Cause, SolveError};
use comrade::cluster::{ClusterError, Lost};
use comrade::compress::WireError;
use comrade::protocol::{Missing, WorkerId};
use pyo3::create_exception;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};

create_exception!(
    comrade,
    TooManyMissing,
    PyRuntimeError,
    "More workers had no usable reply to a round than the center may drop.\n\n\
     `round` is the number of the round, `missing` how many had none, `allowed` how many may be dropped, and `absent` a dict\n\
     from worker to reason. Nothing is lost: the center's state is that before the round, and `Center.train` goes on from it."
);

/// One at a time; what another thread left behind is whole, for it is written at once.
pub(crate) fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bad arguments and bad data.
pub(crate) fn value(error: impl Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// A dict from worker to the reason why it has no reply. Of who was silent the carrier may know more, in its dict `failures`.
pub(crate) fn reasons<'py>(
    carrier: &Bound<'py, PyAny>,
    absent: &[(WorkerId, Missing)],
) -> PyResult<Bound<'py, PyDict>> {
    let known: BTreeMap<usize, String> = match carrier.getattr_opt("failures")? {
        Some(failures) if !absent.is_empty() => failures.extract()?,
        _ => BTreeMap::new(),
    };
    let dict = PyDict::new(carrier.py());
    for (worker, why) in absent {
        let told = known.get(&worker.0).filter(|_| *why == Missing::Silent);
        dict.set_item(worker.0, told.cloned().unwrap_or_else(|| why.to_string()))?;
    }
    Ok(dict)
}

/// Why a training run cannot go on.
pub(crate) fn solve(error: &SolveError, carrier: &Bound<'_, PyAny>) -> PyErr {
    let py = carrier.py();
    let says = error.to_string();
    let (round, missing, allowed, workers, absent) = match &error.cause {
        Cause::Aggregate { round, source: AggregateError::TooManyMissing { missing, allowed, workers }, absent } => {
            (*round, *missing, *allowed, *workers, absent)
        }
        Cause::Cluster(ClusterError::Transport(Lost(raised))) => {
            let raised = raised.downcast_ref::<PyErr>().map(|raised| raised.clone_ref(py));
            return raised.unwrap_or_else(|| PyRuntimeError::new_err(says));
        }
        Cause::Aggregate { .. } => return PyRuntimeError::new_err(says),
        // A matter of the arguments or of the samples.
        _ => return value(says),
    };
    if missing == workers && absent.iter().all(|(_, why)| *why == Missing::Unreadable(WireError::Unreadable)) {
        return value(format!(
            "round {round}: f, its gradient or its Hessian is not finite on any worker: divide features that are too large by a \
             constant, as sklearn.preprocessing.MaxAbsScaler does"
        ));
    }
    let raised = TooManyMissing::new_err(says);
    let held = raised.value(py);
    let set = held
        .setattr("round", round)
        .and_then(|()| held.setattr("missing", missing))
        .and_then(|()| held.setattr("allowed", allowed))
        .and_then(|()| held.setattr("absent", reasons(carrier, absent)?));
    set.err().unwrap_or(raised)
}
