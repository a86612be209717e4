//! Checkpoints: a training run as far as it is, to go on from after Ctrl-C or a crash.
//!
//! A resumed training ends with the very bytes of one that was never interrupted: random numbers are named by the round
//! they are for, so it is enough that the cluster counts on from the right one. A checkpoint knows what it is of: a digest of
//! the data, all options that the result depends on, and a digest of itself.

use crate::digest::{self, Digest};
use crate::file::{self, FileError};
use crate::fitted::{Data, ModelError, read_as};
use crate::model::Whole;
use crate::settings::{Plan, Settings};
use comrade::cluster::Cluster;
use comrade::compress::norm2;
use comrade::method::{Measured, State};
use comrade::objective::Objective;
use comrade::simulation::InProcess;
use comrade_file::WriteError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const KIND: &str = "comrade-checkpoint";
const SCHEMAS: RangeInclusive<u32> = 3..=3;

/// What is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) data: Data,
    pub(crate) digest: Digest,
    pub(crate) settings: Settings,
    pub(crate) plan: Plan,
}

/// Where checkpoints of a training run are kept.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    pub(crate) path: PathBuf,
    pub(crate) job: Job,
}

/// A checkpoint as it is written.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    job: &'a Job,
    state: &'a State,
    seal: String,
}

/// A checkpoint as it is read.
#[derive(Deserialize)]
struct Kept {
    #[serde(flatten)]
    job: Job,
    state: State,
    seal: String,
}

/// A training run cannot go on from a checkpoint.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResumeError {
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] ModelError),
    /// It belongs to a different training run.
    #[error("{}: it is of another training run, of which differ: {}", path.display(), what.join("; "))]
    Other { path: PathBuf, what: Vec<String> },
    /// It was changed after it had been written.
    #[error("{}: damaged: it is not what was written", path.display())]
    Seal { path: PathBuf },
    /// What it says of its best point is not so.
    #[error("{}: damaged: at its best point it says {told:?}, the workers say {found:?}", path.display())]
    Told { path: PathBuf, told: Measured, found: Measured },
}

/// How far f and ||g|| may differ between processors, as shares of f and of ||g(0)||.
const ROUNDING: f64 = 1e-9;

impl Keeper {
    /// Writes where the training stands, and whether it has: numbers that are not finite are not for files.
    pub(crate) fn write(&self, state: &State) -> Result<bool, FileError> {
        let failed = |error: serde_json::Error| WriteError { path: self.path.clone(), cause: error.into() };
        let text = serde_json::to_string(state).map_err(failed)?;
        if serde_json::from_str::<State>(&text).ok().as_ref() != Some(state) {
            return Ok(false);
        }
        let seal = seal(&self.job, &text).map_err(failed)?;
        let written = Written { job: &self.job, state, seal };
        let whole = Whole { kind: KIND, schema: *SCHEMAS.end(), content: &written };
        file::write(&self.path, (serde_json::to_string(&whole).map_err(failed)? + "\n").as_bytes())?;
        Ok(true)
    }

    /// The state to go on from, if the file is of this training.
    pub(crate) fn resume(&self, cluster: &InProcess) -> Result<State, ResumeError> {
        let Kept { job, state, seal: sealed } = read_as(&self.path, KIND, SCHEMAS)?;
        let path = || self.path.clone();
        let what = differences(&job, &self.job);
        if !what.is_empty() {
            return Err(ResumeError::Other { path: path(), what });
        }
        let own = serde_json::to_string(&state).and_then(|text| seal(&job, &text)).ok();
        let fits = state.best().is_none_or(|(w, _)| w.len() == cluster.dimension());
        if own != Some(sealed) || !fits {
            return Err(ResumeError::Seal { path: path() });
        }
        // These values cannot be asked for again: they depend on what liars said, and on which messages were trimmed.
        let settings = &self.job.settings;
        if settings.lying() == 0 && settings.trimmed() == 0 && settings.stragglers.is_zero() {
            self.measure(&state, cluster)?;
        }
        Ok(state)
    }

    /// Measures again what the state says of its best point.
    fn measure(&self, state: &State, cluster: &InProcess) -> Result<(), ResumeError> {
        let (Some((w, told)), Some(first)) = (state.best(), state.first()) else { return Ok(()) };
        let Settings { loss, lambda, .. } = self.job.settings;
        let (mut value, mut gradient) = (0.0, vec![0.0; w.len()]);
        for (q, worker) in cluster.shares().into_iter().zip(cluster.members()) {
            let f = Objective { data: &worker.shard, loss, lambda };
            value += q * f.value(w);
            gradient.iter_mut().zip(f.gradient(w)).for_each(|(sum, g)| *sum += q * g);
        }
        let found = Measured { value, gradient_norm: norm2(&gradient) };
        let near = |a: f64, b: f64, scale: f64| (a - b).abs() <= ROUNDING * scale;
        let same = near(found.value, told.value, told.value.abs())
            && (first.gradient_norm == 0.0 || near(found.gradient_norm, told.gradient_norm, first.gradient_norm));
        if same { Ok(()) } else { Err(ResumeError::Told { path: self.path.clone(), told, found }) }
    }
}

/// How often a checkpoint is written: so that writing takes a tenth of the time at most, but for the first.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When the last one was written, and how long that took.
    last: Option<(Instant, Duration)>,
}

impl Pace {
    /// Whether it is time for one.
    pub(crate) fn is_due(&self) -> bool {
        self.last.is_none_or(|(at, took)| at.elapsed() >= 9 * took)
    }

    /// Writes it, and sees how long that takes.
    pub(crate) fn write<T>(&mut self, write: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let written = write();
        self.last = Some((Instant::now(), start.elapsed()));
        written
    }
}

/// The digest of a checkpoint.
fn seal(job: &Job, state: &str) -> serde_json::Result<String> {
    Ok(digest::of_text(&[&serde_json::to_string(job)?, state]))
}

/// In what a checkpoint is not of this training. The name of the file and the number of rounds may differ.
fn differences(there: &Job, here: &Job) -> Vec<String> {
    let mut all = Vec::new();
    let (a, b) = (&there.data, &here.data);
    for (name, a, b) in [("rows", a.rows as u64, b.rows as u64), ("columns", a.dimension, b.dimension)] {
        if a != b {
            all.push(format!("the number of {name}, {a} there and {b} here"));
        }
    }
    if a.labels != b.labels {
        all.push(format!("the labels, {} there and {} here", a.labels, b.labels));
    }
    if all.is_empty() {
        let (a, b) = (&there.digest, &here.digest);
        let parts = [
            ("the features, in a value or the order of rows or columns", a.features != b.features),
            ("the label of a row", a.labels != b.labels),
            ("the weight of a row", a.weights != b.weights),
        ];
        all.extend(parts.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what.to_owned()));
    }
    let plans = [there, here].map(|job| Plan { max_rounds: 0, ..job.plan });
    let (settings, plans) = (options(&there.settings, &here.settings), options(&plans[0], &plans[1]));
    all.into_iter().chain(settings).chain(plans).collect()
}

/// The options in which two groups of them differ.
fn options<T: Serialize>(there: &T, here: &T) -> Vec<String> {
    let (Ok(Value::Object(there)), Ok(Value::Object(here))) = (serde_json::to_value(there), serde_json::to_value(here))
    else {
        return vec![];
    };
    let shown = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let differ = here.iter().filter(|(key, value)| there.get(*key) != Some(value));
    differ
        .map(|(key, value)| {
            format!("--{}, {} there and {} here", key.replace('_', "-"), shown(there.get(key)), shown(Some(value)))
        })
        .collect()
}

/// Ctrl-C was pressed.
static PRESSED: AtomicBool = AtomicBool::new(false);

/// The exit status after Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// A training run that Ctrl-C ended.
#[derive(Debug, thiserror::Error)]
#[error("interrupted after {rounds} rounds{}", if *kept { "; --resume goes on from the checkpoint" } else { "; without --checkpoint nothing is kept" })]
pub(crate) struct Interrupted {
    /// Rounds played.
    pub(crate) rounds: u64,
    /// Whether there is a checkpoint.
    pub(crate) kept: bool,
}

/// From now on the first Ctrl-C asks the training to stop after its step, the second one ends the process.
pub(crate) fn listen() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        if PRESSED.swap(true, Ordering::SeqCst) {
            std::process::exit(INTERRUPTED.into());
        }
    })
}

/// Whether Ctrl-C was pressed.
pub(crate) fn pressed() -> bool {
    PRESSED.load(Ordering::SeqCst)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::sleep;

    #[test]
    fn writing_takes_a_tenth_of_the_time_at_most() {
        let (took, mut pace, mut written) = (Duration::from_millis(5), Pace::default(), 0);
        let start = Instant::now();
        while start.elapsed() < 40 * took {
            if pace.is_due() {
                pace.write(|| sleep(took));
                written += 1;
            }
            sleep(took / 10);
        }
        // At 0, and then 10 times what it takes apart or more: five at most, the clock a little generous.
        assert!((1..=5).contains(&written), "{written}");
    }
}
