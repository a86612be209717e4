//! Errors of the solver as exceptions.

use crate::center::Failures;
use comrade::aggregate::AggregateError;
use comrade::center::{Cause, SolveError};
use comrade::cluster::ClusterError;
use pyo3::create_exception;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::fmt::Display;

create_exception!(
    comrade,
    TooManyMissing,
    PyRuntimeError,
    "More workers had no usable reply to a round than the center may drop.\n\n\
     `round` is the number of the round, `missing` how many had none, `allowed` how many may be dropped, and `absent` a dict\n\
     from worker to reason. Nothing is lost: the center's state is that before the round, and `Center.train` goes on from it."
);

/// Bad arguments and bad data.
pub(crate) fn value(error: impl Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Why a training cannot go on.
pub(crate) fn solve(py: Python<'_>, error: &SolveError, failures: &Failures) -> PyErr {
    let says = error.to_string();
    let Cause::Aggregate { round, source: AggregateError::TooManyMissing { missing, allowed, .. }, absent } =
        &error.cause
    else {
        // A Hessian that is singular is a matter of lam, what does not answer one of the cluster.
        return match &error.cause {
            Cause::Cluster(ClusterError::Worker { .. }) => value(says),
            _ => PyRuntimeError::new_err(says),
        };
    };
    let raised = TooManyMissing::new_err(says);
    let held = raised.value(py);
    let set = held
        .setattr("round", *round)
        .and_then(|()| held.setattr("missing", *missing))
        .and_then(|()| held.setattr("allowed", *allowed))
        .and_then(|()| held.setattr("absent", failures.reasons(py, absent)?));
    set.err().unwrap_or(raised)
}
