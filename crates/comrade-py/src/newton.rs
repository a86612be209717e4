//! Exact Newton on all samples in this process.

use crate::error::value;
use crate::problem::Problem;
use crate::source::{Samples, Source, labels};
use comrade::data::weights::{check_classes, of_mean_one};
use comrade::newton::{Factor, Minimiser, Stop, minimise_with};
use comrade::objective::Objective;
use numpy::IntoPyArray;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// minimise(problem, source, positives, tol)
/// --
///
/// For each class number in `positives`, the minimiser of f when that class is told from all others: dicts of ``w`` of
/// shape (d,), an intercept last; ``value``, f(w); ``gradient_norm`` and ``first_gradient_norm``, ||g(w)|| and ||g(0)||;
/// ``gap``, an estimate of f(w) - f(w*) or None; ``iterations``; and ``stop``: ``converged`` if ||g(w)|| <= tol ||g(0)||,
/// ``rounding`` if g is rounding alone, ``stalled`` or ``limit`` otherwise. Weights need not be of mean 1.
///
/// Raises ValueError for samples that cannot be, a class whose weights are all zero, and a Hessian that is singular, which
/// needs a lam of 0.
#[pyfunction]
pub(crate) fn minimise<'py>(
    py: Python<'py>,
    problem: Problem,
    source: Source<'py>,
    positives: Vec<i64>,
    tol: f64,
) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let Samples { mut data, codes, .. } = source.read(&problem)?;
    if let Some(weights) = &data.weights {
        check_classes(&codes, weights).map_err(value)?;
        data.weights = Some(of_mean_one(weights).map_err(value)?);
    }
    let factor = Factor::choose(&data.features);
    let mut found = Vec::with_capacity(positives.len());
    for positive in positives {
        data.labels = labels(&codes, positive);
        let f = Objective { data: &data, loss: problem.loss(), lambda: problem.lam };
        let minimiser = py.detach(|| minimise_with(&f, tol, factor)).map_err(value)?;
        found.push(described(py, minimiser)?);
    }
    Ok(found)
}

fn described(py: Python<'_>, found: Minimiser) -> PyResult<Bound<'_, PyDict>> {
    let stop = match found.stop {
        Stop::Converged => "converged",
        Stop::Rounding => "rounding",
        Stop::Stalled => "stalled",
        Stop::Limit => "limit",
    };
    let dict = PyDict::new(py);
    dict.set_item("w", found.w.into_pyarray(py))?;
    dict.set_item("value", found.value)?;
    dict.set_item("gradient_norm", found.gradient_norm)?;
    dict.set_item("first_gradient_norm", found.first_gradient_norm)?;
    dict.set_item("gap", found.gap)?;
    dict.set_item("iterations", found.iterations)?;
    dict.set_item("stop", stop)?;
    Ok(dict)
}
