//! `Center`: takes answers together, steps and stops. It hears of workers through an `InProcess`, or through whatever Python
//! object carries bytes to them.

use crate::carried::Carried;
use crate::error::{self, reasons, value};
use crate::kept::Kept;
use crate::problem::Problem;
use crate::worker::InProcess;
use comrade::aggregate::{StragglerFraction, TrimFraction};
use comrade::center::SolveError;
use comrade::cluster::{Cluster, Network, Traffic, Transport};
use comrade::compress::Compressor;
use comrade::method::{End, Floor, Limits, Measured, Method, Options, Outcome, Progress, State, measure_again, solve};
use comrade::protocol::absent;
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::convert::Infallible;
use std::ops::ControlFlow::{Break, Continue};
use std::sync::Arc;

/// How much a kept f and ||g|| may differ from those that are measured again, relative to those at w = 0: on another
/// processor sums are rounded otherwise.
const ROUNDING: f64 = 1e-9;

/// The center of a training run: it hears from its workers and from nobody else.
///
/// Parameters
/// ----------
/// problem : dict
///     What the training depends on in addition to its samples, as `comrade.problem` makes it.
/// dimension : int
///     d, an intercept counted.
/// method : str, default="auto"
///     "lazy-newton", "newton" (one honest worker in this process), "comrade", "giant" or "gradient-descent"; "auto" is newton where
///     that is possible, and lazy-newton otherwise.
/// trim : float, default=0.0
///     Fraction beta of the workers that may lie or be missing, in [0, 1/2). A missing worker uses up one of the
///     round(beta m) trims.
/// stragglers : float, default=0.0
///     Fraction sigma of the workers that are honest but may be missing, in [0, 1): round(sigma m) of those who are
///     missing take no trim. 2 trim + stragglers must leave a majority of honest workers.
/// rule : str, default="published"
///     How answers are taken together if beta is above 0: as the method was published; or in the metric of a Hessian
///     by a "filter", which is how lazy-newton was published, by nearest-neighbour "mixing", or by "norm" trimming; or, for comrade,
///     giant and gradient-descent, by Euclidean distances: "trimmed-mean", "median", "geometric-median", "krum", "multi-krum", or
///     one of these after nearest-neighbour mixing: "nnm:trimmed-mean", "nnm:median", "nnm:geometric-median", "nnm:krum",
///     "nnm:multi-krum".
/// step : float, default=1.0
///     Step size gamma of comrade, giant and gradient-descent.
/// tol : float, default=1e-10
///     Stop when the norm of the gradient is at most this share of that at w = 0.
/// max_rounds : int, default=100
///     Stop after this many rounds of communication.
/// run : int, default=0
///     Names the run towards the workers: the number of the class that is told from all others.
/// start : ndarray of shape (d,), default=None
///     Where to start, if f is lower there than at 0.
#[pyclass(module = "comrade")]
#[derive(Debug)]
pub(crate) struct Center {
    shape: (usize, usize),
    method: Method,
    options: Options,
    limits: Limits,
    codec: Arc<dyn Compressor>,
    run: u64,
    start: Vec<f64>,
    kept: Option<Kept>,
    /// Whether what is kept says something that is to be measured again.
    doubted: bool,
}

// Python shows a signature as it is written here.
const _: () = assert!(Limits::DEFAULT.tolerance == 1e-10 && Limits::DEFAULT.rounds == 100);

#[pymethods]
impl Center {
    #[new]
    #[pyo3(signature = (
        problem, dimension, *, method="auto", trim=0.0, stragglers=0.0, rule="published", step=1.0, tol=1e-10, max_rounds=100, run=0,
        start=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "keywords of a Python constructor")]
    fn new(
        problem: Problem,
        dimension: usize,
        method: &str,
        trim: f64,
        stragglers: f64,
        rule: &str,
        step: f64,
        tol: f64,
        max_rounds: u64,
        run: u64,
        start: Option<PyReadonlyArray1<'_, f64>>,
    ) -> PyResult<Self> {
        if !(step.is_finite() && step > 0.0) {
            return Err(value(format!("step must be a finite number above 0, got {step}")));
        }
        if !(tol > 0.0 && tol < 1.0) {
            let share = "it is a share of the gradient's norm at w = 0";
            return Err(value(format!("tol must be above 0 and below 1, got {tol}: {share}")));
        }
        let start = start.map_or(Ok(vec![0.0; dimension]), |start| start.as_slice().map(<[f64]>::to_vec))?;
        if start.len() != dimension || start.iter().any(|w| !w.is_finite()) {
            return Err(value(format!("start must be {dimension} finite numbers")));
        }
        let mut options = Options::new(problem.lam, problem.intercept);
        options.trim = TrimFraction::new(trim).map_err(value)?;
        options.stragglers = StragglerFraction::new(stragglers).map_err(value)?;
        options.rule = rule.parse().map_err(value)?;
        options.gamma = step;
        Ok(Self {
            shape: (problem.workers, dimension),
            method: method.parse().map_err(value)?,
            options,
            limits: Limits::new(tol, max_rounds),
            codec: problem.compressor()?,
            run,
            start,
            kept: None,
            doubted: false,
        })
    }

    /// train(cluster, watch=None, with_state=False)
    /// --
    ///
    /// Goes on until the end, and says what is known there.
    ///
    /// Parameters
    /// ----------
    /// cluster : InProcess or object
    ///     What carries messages: an object with a method ``exchange(frame)`` that takes the framed question, as bytes, and
    ///     returns for each worker the list of the frames that came from it in time. With ``stragglers`` it may take a second argument:
    ///     how many answers are enough, so that those who are late need be waited for only a little longer; m where everybody is to be
    ///     waited for. A dict ``failures`` of it, if it has one,
    ///     says why nothing came from a worker.
    /// watch : callable, default=None
    ///     Called after every step, or trial of one, with a dict: method, iteration, round, objective and gradient_norm (None for
    ///     steps of the methods that do not ask for them), accepted (False where a shorter step comes next), step (0 where none was
    ///     taken), hessian (whether one was asked for), kept (list of the workers that count), missing (a dict from worker to
    ///     reason), bytes_up, bytes_down. Ends the training by returning something true.
    /// with_state : bool or callable, default=False
    ///     Whether the dict also has the `state`, to be kept; a callable is asked at every step, as a large state takes time to write.
    ///
    /// Returns
    /// -------
    /// dict
    ///     end: "converged" (f and g of w came from all workers and ||g|| <= tol ||g(0)||), "floor" (at rest, and not known to be at the
    ///     minimiser), "stalled" (rounding ended it above tol), "rounds" (all are played), "diverged", or "watch" (it ended it);
    ///     w, of shape (d,), the best iterate, never one with f above f(0); objective and gradient_norm, f(w) and ||g(w)||;
    ///     first_objective and first_gradient_norm, those at 0; bound >= f(w) - f*, or None if there is none;
    ///     floor, None or a dict of what liars could hide: spread, unavoidable, estimate.
    ///
    /// Raises
    /// ------
    /// TooManyMissing
    ///     When more workers had no usable reply than may be missing. Calling `train` again goes on.
    #[pyo3(signature = (cluster, watch=None, with_state=None))]
    fn train<'py>(
        &mut self,
        py: Python<'py>,
        cluster: &Bound<'py, PyAny>,
        watch: Option<Py<PyAny>>,
        with_state: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let carrier = cluster.clone().unbind();
        let watch = Watch { call: watch.as_ref(), with_state: with_state.as_ref(), carrier: &carrier };
        let ended = if let Ok(inner) = cluster.cast::<InProcess>() {
            let (inner, (m, d)) = (inner.get(), self.shape);
            if (inner.workers(), inner.dimension()) != (m, d) {
                return Err(value(format!("the cluster is not one of {m} workers in dimension {d}")));
            }
            py.detach(|| self.play(&mut inner.of_run(self.run).workers, &watch))
        } else {
            let told = !self.options.stragglers.is_zero();
            let carried = Carried::new(cluster, self.shape, told)?;
            py.detach(|| self.play(carried, &watch))
        };
        match ended {
            Err(Halt::Raised(error)) => Err(error),
            Err(Halt::Failed(error)) => Err(error::solve(&error, cluster)),
            Ok((outcome, watched)) => told(py, &outcome, watched),
        }
    }

    /// The method that is played, once there was a round: never "auto".
    #[getter]
    fn method(&self) -> String {
        self.kept.as_ref().map_or(self.method, |kept| kept.run.method()).to_string()
    }

    /// Steps taken; the exact minimiser of one worker is one step.
    #[getter]
    fn iterations(&self) -> u64 {
        self.kept.as_ref().map_or(0, |kept| kept.iterations)
    }

    /// Rounds of communication.
    #[getter]
    fn rounds(&self) -> u64 {
        self.traffic().rounds
    }

    /// Bytes of the workers' messages.
    #[getter]
    fn bytes_up(&self) -> u64 {
        self.traffic().bytes_up
    }

    /// Bytes of the broadcasts, summed over workers.
    #[getter]
    fn bytes_down(&self) -> u64 {
        self.traffic().bytes_down
    }

    /// The state of the training, as bytes: all that its rest depends on, apart from the samples and the arguments of
    /// the constructor. None before it began.
    ///
    /// Of a state that is set, a digest tells whether it is damaged; what it says of the best iterate is measured again when
    /// `train` goes on from it (unless messages are trimmed or workers may be
    /// missing: those of other rounds may be other ones), and must be the same.
    #[getter]
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        self.kept.as_ref().map(|kept| Ok(PyBytes::new(py, &kept.to_bytes()?))).transpose()
    }

    /// Goes on from a `state`.
    #[setter]
    fn set_state(&mut self, state: &[u8]) -> PyResult<()> {
        let kept = Kept::of_bytes(state, self.shape.1)?;
        (self.kept, self.doubted) = (Some(kept), true);
        Ok(())
    }
}

/// Why a training run did not come to an end.
enum Halt {
    /// The solver cannot go on.
    Failed(SolveError),
    /// A watcher raised.
    Raised(PyErr),
}

impl From<SolveError> for Halt {
    fn from(error: SolveError) -> Self {
        Self::Failed(error)
    }
}

impl Center {
    fn traffic(&self) -> Traffic {
        self.kept.as_ref().map_or_else(Traffic::default, |kept| kept.run.traffic())
    }

    /// The end, and whether the watcher brought it about.
    fn play(&mut self, transport: impl Transport, watch: &Watch<'_>) -> Result<(Outcome, bool), Halt> {
        let cluster = &mut Network::new(transport, Arc::clone(&self.codec), self.run);
        let mut kept = match self.kept.take() {
            Some(kept) => kept,
            None => Kept { run: State::start(self.method, cluster, self.start.clone())?, iterations: 0 },
        };
        let ended = self.go_on(cluster, watch, &mut kept);
        self.kept = Some(kept);
        ended
    }

    fn go_on(
        &mut self,
        cluster: &mut dyn Cluster,
        watch: &Watch<'_>,
        kept: &mut Kept,
    ) -> Result<(Outcome, bool), Halt> {
        if self.doubted && self.options.trim.trimmed(self.shape.0) == 0 && self.options.stragglers.is_zero() {
            let found = measure_again(cluster, &self.options, &kept.run)?;
            same(&kept.run, found).map_err(Halt::Raised)?;
        }
        self.doubted = false;
        let Kept { run, iterations } = kept;
        let mut seen = |seen: &Progress<'_>| {
            *iterations = iterations.saturating_add(u64::from(seen.accepted && seen.step > 0.0));
            match watch.see(seen, *iterations) {
                Ok(false) => Continue(()),
                Ok(true) => Break(None),
                Err(error) => Break(Some(error)),
            }
        };
        match solve(cluster, &self.options, &self.limits, run, &mut seen)? {
            Continue(outcome) => Ok((outcome, false)),
            Break(Some(error)) => Err(Halt::Raised(error)),
            Break(None) => {
                // What is known without another round.
                let (limits, mut none) = (Limits::new(self.limits.tolerance, 0), |_: &Progress<'_>| Continue(()));
                let Continue(outcome) = solve::<Infallible>(cluster, &self.options, &limits, run, &mut none)?;
                let watched = outcome.end == End::Rounds;
                Ok((outcome, watched))
            }
        }
    }
}

/// Whether what a kept run says of its best iterate is what the workers say.
fn same(run: &State, found: Option<Measured>) -> PyResult<()> {
    let (Some((_, told)), Some(first)) = (run.best(), run.first()) else { return Ok(()) };
    let found = found.unwrap_or(Measured { value: f64::NAN, gradient_norm: f64::NAN });
    let near = |a: f64, b: f64, scale: f64| (a - b).abs() <= ROUNDING * scale.max(b.abs());
    if near(told.value, found.value, first.value) && near(told.gradient_norm, found.gradient_norm, first.gradient_norm)
    {
        return Ok(());
    }
    Err(value(format!(
        "the state is of other samples: it says f = {:e} and ||g|| = {:e} of its best iterate, the workers say {:e} and {:e}",
        told.value, told.gradient_norm, found.value, found.gradient_norm
    )))
}

/// An outcome as a dict.
fn told<'py>(py: Python<'py>, outcome: &Outcome, watched: bool) -> PyResult<Bound<'py, PyDict>> {
    let (end, floor) = match outcome.end {
        _ if watched => ("watch", None),
        End::Converged => ("converged", None),
        End::Floor(floor) => ("floor", floor),
        End::Stalled => ("stalled", None),
        End::Rounds => ("rounds", None),
        _ => ("diverged", None),
    };
    let floor = floor.map(|Floor { spread, unavoidable, estimate }| {
        let dict = PyDict::new(py);
        dict.set_item("spread", spread)?;
        dict.set_item("unavoidable", unavoidable)?;
        dict.set_item("estimate", estimate)?;
        PyResult::Ok(dict)
    });
    let dict = PyDict::new(py);
    dict.set_item("end", end)?;
    dict.set_item("w", PyArray1::from_slice(py, &outcome.w))?;
    dict.set_item("objective", outcome.here.map(|here| here.value))?;
    dict.set_item("gradient_norm", outcome.here.map(|here| here.gradient_norm))?;
    dict.set_item("first_objective", outcome.first.map(|first| first.value))?;
    dict.set_item("first_gradient_norm", outcome.first.map(|first| first.gradient_norm))?;
    dict.set_item("bound", outcome.bound)?;
    dict.set_item("floor", floor.transpose()?)?;
    Ok(dict)
}

/// Who sees every step.
struct Watch<'a> {
    call: Option<&'a Py<PyAny>>,
    with_state: Option<&'a Py<PyAny>>,
    carrier: &'a Py<PyAny>,
}

impl Watch<'_> {
    /// Shows a step; whether it is to be the last.
    fn see(&self, seen: &Progress<'_>, iterations: u64) -> PyResult<bool> {
        Python::attach(|py| {
            // Ctrl-C, which nothing else listens to while the interpreter is released.
            py.check_signals()?;
            let Some(watch) = self.call else { return Ok(false) };
            let (traffic, dict) = (seen.state.traffic(), PyDict::new(py));
            dict.set_item("method", seen.state.method().name())?;
            dict.set_item("iteration", iterations)?;
            dict.set_item("round", traffic.rounds)?;
            dict.set_item("objective", seen.measured.map(|here| here.value))?;
            dict.set_item("gradient_norm", seen.measured.map(|here| here.gradient_norm))?;
            dict.set_item("accepted", seen.accepted)?;
            dict.set_item("step", seen.step)?;
            dict.set_item("hessian", seen.hessian)?;
            dict.set_item("kept", seen.kept.iter().map(|id| id.0).collect::<Vec<usize>>())?;
            dict.set_item("missing", reasons(self.carrier.bind(py), &absent(seen.replies))?)?;
            dict.set_item("bytes_up", traffic.bytes_up)?;
            dict.set_item("bytes_down", traffic.bytes_down)?;
            let asked = match self.with_state.map(|asked| asked.bind(py)) {
                Some(asked) if asked.is_callable() => asked.call0()?.is_truthy()?,
                Some(asked) => asked.is_truthy()?,
                None => false,
            };
            if asked {
                let kept = Kept { run: seen.state.clone(), iterations };
                dict.set_item("state", PyBytes::new(py, &kept.to_bytes()?))?;
            }
            watch.bind(py).call1((dict,))?.is_truthy()
        })
    }
}
