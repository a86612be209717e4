//! `Center`: trims, steps and stops. It hears of workers through an `InProcess`, or through whatever Python object carries
//! bytes to them.

use crate::error::{self, Failures, value};
use crate::worker::InProcess;
use comrade::aggregate::{NormTrimmedMean, TrimFraction};
use comrade::center::Step;
use comrade::cluster::{Ask, Cluster, ClusterError, Traffic};
use comrade::compress::{self, Compressor};
use comrade::round::{Collector, Reply, Tag, absent};
use comrade::train::{Gauge, Height, Limits, Phase, Polish, State, Steps, Stop, train};
use comrade::worker::WorkerId;
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::ops::ControlFlow;

/// The center of a training: COMRADE until it comes to rest, then GIANT if asked for.
///
/// It hears from its workers and from nobody else, so it measures progress by the norm of the direction that they agree on,
/// which estimates the distance to the minimiser.
///
/// Parameters
/// ----------
/// workers : int
///     m.
/// dimension : int
///     d, an intercept counted.
/// trim : float, default=0.0
///     Fraction beta of the messages that are dropped, in [0, 1/2): those of largest norm, and those that are missing.
/// compressor : str, default="identity"
///     How workers encode directions.
/// step : float, default=1.0
///     Step size gamma.
/// line_search : bool, default=False
///     Whether smaller step sizes are tried, by one more round a step.
/// tol : float, default=5e-6
///     Stop when the direction is so short beside the first one, or beside the start if that is longer.
/// max_rounds : int, default=100
///     Stop after so many rounds of communication.
/// patience : int, default=5
///     COMRADE rests after so many steps without progress.
/// polish : {"giant", None}, default=None
///     How to go on from there.
/// run : int, default=0
///     Names the run towards the workers: the number of the class that is told from all others.
/// start : ndarray of shape (d,), default=None
///     Where to start; zero by default.
#[pyclass(module = "comrade")]
#[derive(Debug)]
pub(crate) struct Center {
    workers: usize,
    dimension: usize,
    rule: NormTrimmedMean,
    codec: Box<dyn Compressor>,
    steps: Steps,
    limits: Limits,
    run: u64,
    state: State,
}

#[pymethods]
impl Center {
    #[new]
    #[pyo3(signature = (
        workers, dimension, *, trim=0.0, compressor="identity", step=1.0, line_search=false, tol=5e-6, max_rounds=100,
        patience=5, polish=None, run=0, start=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "keywords of a Python constructor")]
    fn new(
        workers: usize,
        dimension: usize,
        trim: f64,
        compressor: &str,
        step: f64,
        line_search: bool,
        tol: f64,
        max_rounds: u64,
        patience: u64,
        polish: Option<&str>,
        run: u64,
        start: Option<PyReadonlyArray1<'_, f64>>,
    ) -> PyResult<Self> {
        let positive = |name: &str, v: f64| {
            if v.is_finite() && v > 0.0 {
                Ok(v)
            } else {
                Err(value(format!("{name} must be a finite number above 0, got {v}")))
            }
        };
        let polish = match polish {
            None => None,
            Some("giant") => Some(Polish::Giant),
            Some(other) => return Err(value(format!("unknown polish '{other}': use 'giant' or None"))),
        };
        if patience == 0 {
            return Err(value("patience must be at least 1"));
        }
        let w = match start {
            None => vec![0.0; dimension],
            Some(start) => start.as_slice()?.to_vec(),
        };
        if w.len() != dimension || w.iter().any(|w| !w.is_finite()) {
            return Err(value(format!("start must be {dimension} finite numbers")));
        }
        Ok(Self {
            workers,
            dimension,
            rule: NormTrimmedMean { beta: TrimFraction::new(trim).map_err(value)? },
            codec: compress::parse(compressor).map_err(value)?,
            steps: Steps { gamma: positive("step", step)?, backtrack: line_search },
            limits: Limits { tolerance: positive("tol", tol)?, rounds: max_rounds, patience, polish },
            run,
            state: State::start(w, Gauge::Direction),
        })
    }

    /// train(cluster, watch=None, with_state=False)
    /// --
    ///
    /// Goes on until a limit is met: "converged", "floor" (COMRADE has come to rest), "rounds" or "diverged"; None where
    /// `watch` ended it.
    ///
    /// Parameters
    /// ----------
    /// cluster : InProcess or object
    ///     What carries messages: an object with a method ``exchange(frame)`` that takes the framed question, as bytes, and
    ///     returns for each worker the list of the frames that came from it in time. A dict ``failures`` of it, if it has one,
    ///     says why nothing came from a worker.
    /// watch : callable, default=None
    ///     Called after every step with a dict: phase, iteration, round, size (the norm of the direction), step, kept and trimmed
    ///     (lists of workers), missing (a dict from worker to reason), bytes_up, bytes_down. Ends the training by returning
    ///     something true.
    /// with_state : bool, default=False
    ///     Whether the dict also has the `state`, to be kept.
    ///
    /// Raises
    /// ------
    /// TooManyMissing
    ///     When more workers had no usable reply than may be dropped. Calling `train` again goes on.
    #[pyo3(signature = (cluster, watch=None, with_state=false))]
    fn train(
        &mut self,
        py: Python<'_>,
        cluster: &Bound<'_, PyAny>,
        watch: Option<Py<PyAny>>,
        with_state: bool,
    ) -> PyResult<Option<&'static str>> {
        let Self { workers, dimension, rule, codec, steps, limits, run, state } = self;
        let shape = (*workers, *dimension);
        let mut raised = None;
        let failures = Failures::default();
        let mut seen = |state: &State, step: &Step<'_>| match report(watch.as_ref(), with_state, state, step, &failures)
        {
            Ok(true) => ControlFlow::Break(()),
            Ok(false) => ControlFlow::Continue(()),
            Err(error) => {
                raised = Some(error);
                ControlFlow::Break(())
            }
        };
        let (ended, lost) = if let Ok(inner) = cluster.cast::<InProcess>() {
            let inner = inner.get();
            let ended = py.detach(|| {
                let mut cluster = inner.of_run(*run);
                let cluster: &mut dyn Cluster = &mut *cluster;
                if (cluster.workers(), cluster.dimension()) != shape {
                    return None;
                }
                Some(train(cluster, rule, *steps, limits, Gauge::Direction, state, &mut seen))
            });
            let (m, d) = shape;
            let ended =
                ended.ok_or_else(|| value(format!("the cluster is not one of {m} workers in dimension {d}")))?;
            (ended, None)
        } else {
            let mut cluster = Carried {
                carrier: cluster.clone().unbind(),
                shape,
                codec: &**codec,
                run: *run,
                traffic: Traffic::default(),
                failures: &failures,
                lost: None,
            };
            let ended = py.detach(|| train(&mut cluster, rule, *steps, limits, Gauge::Direction, state, &mut seen));
            (ended, cluster.lost)
        };
        if let Some(error) = raised.or(lost) {
            return Err(error);
        }
        let stop = ended.map_err(|error| error::solve(py, &error, &failures))?;
        let size = |height: Option<Height>| height.map_or(f64::INFINITY, |height| height.size);
        // A single worker's direction is the exact one: it rests at the minimiser.
        let alone = shape.0 == 1 && size(self.state.best_here) <= self.limits.tolerance * size(self.state.first);
        Ok(stop.map(|stop| match stop {
            Stop::Converged => "converged",
            Stop::Floor if alone => "converged",
            Stop::Floor => "floor",
            Stop::Rounds => "rounds",
            Stop::Diverged => "diverged",
        }))
    }

    /// The best iterate so far, of shape (d,).
    #[getter]
    fn best<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.state.best)
    }

    /// The last iterate, of shape (d,).
    #[getter]
    fn w<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.state.w)
    }

    /// Steps taken.
    #[getter]
    fn iterations(&self) -> u64 {
        self.state.iterations
    }

    /// Rounds of communication.
    #[getter]
    fn rounds(&self) -> u64 {
        self.state.traffic.rounds
    }

    /// Bytes of the workers' messages.
    #[getter]
    fn bytes_up(&self) -> u64 {
        self.state.traffic.bytes_up
    }

    /// Bytes of the broadcasts, summed over workers.
    #[getter]
    fn bytes_down(&self) -> u64 {
        self.state.traffic.bytes_down
    }

    /// Where the training stands, as bytes of JSON: all that its rest depends on beside the arguments of the constructor.
    #[getter]
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        bytes(py, &self.state)
    }

    /// Goes on from a `state`.
    #[setter]
    fn set_state(&mut self, state: &[u8]) -> PyResult<()> {
        let state: State = serde_json::from_slice(state).map_err(|error| value(format!("damaged state: {error}")))?;
        let fits = |w: &[f64]| w.len() == self.dimension && w.iter().all(|w| w.is_finite());
        if !fits(&state.w) || !fits(&state.best) {
            return Err(value(format!("damaged state: it is not one of dimension {}", self.dimension)));
        }
        self.state = state;
        Ok(())
    }
}

/// A state as bytes of JSON.
fn bytes<'py>(py: Python<'py>, state: &State) -> PyResult<Bound<'py, PyBytes>> {
    let text = serde_json::to_vec(state).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    Ok(PyBytes::new(py, &text))
}

/// Shows a step; whether it is to be the last.
fn report(
    watch: Option<&Py<PyAny>>,
    with_state: bool,
    state: &State,
    step: &Step<'_>,
    failures: &Failures,
) -> PyResult<bool> {
    Python::attach(|py| {
        // Ctrl-C, which nothing else listens to while the interpreter is released.
        py.check_signals()?;
        let Some(watch) = watch else { return Ok(false) };
        let ids = |ids: &[WorkerId]| ids.iter().map(|id| id.0).collect::<Vec<usize>>();
        let phase = match state.phase {
            Phase::Comrade => "comrade",
            Phase::Giant => "giant",
        };
        let seen = PyDict::new(py);
        seen.set_item("phase", phase)?;
        seen.set_item("iteration", state.iterations)?;
        seen.set_item("round", step.traffic.rounds)?;
        seen.set_item("size", state.here.map(|here| here.size))?;
        seen.set_item("step", step.gamma)?;
        seen.set_item("kept", ids(&step.aggregate.kept))?;
        seen.set_item("trimmed", ids(&step.aggregate.trimmed))?;
        seen.set_item("missing", failures.reasons(py, &absent(step.replies))?)?;
        seen.set_item("bytes_up", step.traffic.bytes_up)?;
        seen.set_item("bytes_down", step.traffic.bytes_down)?;
        if with_state {
            seen.set_item("state", bytes(py, state)?)?;
        }
        watch.bind(py).call1((seen,))?.is_truthy()
    })
}

/// Workers that a Python object carries bytes to and from.
struct Carried<'a> {
    carrier: Py<PyAny>,
    shape: (usize, usize),
    codec: &'a dyn Compressor,
    run: u64,
    traffic: Traffic,
    failures: &'a Failures,
    /// What the carrier raised.
    lost: Option<PyErr>,
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
