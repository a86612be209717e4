//! Checkpoints: a training as far as it is, to go on from after Ctrl-C or a crash.
//!
//! A resumed training ends with the very bytes of one that was never interrupted: random numbers are named by the round
//! they are for, so it is enough that the cluster counts on from the right one.

use crate::file::FileError;
use crate::model::{Data, ModelError, read_as, write_as};
use crate::settings::Settings;
use comrade::train::{Height, State};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

const KIND: &str = "comrade-checkpoint";
const SCHEMA: u32 = 1;

/// A training as far as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// What it trains on.
    pub(crate) data: Data,
    /// How.
    pub(crate) settings: Settings,
    /// Where it stands.
    pub(crate) state: State,
}

/// A training cannot go on from a checkpoint.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResumeError {
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] ModelError),
    /// It is of another training.
    #[error("{file}: it is of a training with other {what}")]
    Other { file: String, what: &'static str },
    /// Its state is not one of these data.
    #[error("{file}: damaged: the state is not one of {dimension} features")]
    State { file: String, dimension: usize },
}

/// How far f(0) and ||g(0)|| may differ between processors.
const ROUNDING: f64 = 1e-9;

impl Checkpoint {
    pub(crate) fn write(&self, path: &Path) -> Result<(), FileError> {
        write_as(path, KIND, SCHEMA, self)
    }

    /// The state to go on from, if the file is of this training: same data, same settings.
    pub(crate) fn resume(
        path: &Path,
        data: &Data,
        settings: &Settings,
        first: Option<Height>,
    ) -> Result<State, ResumeError> {
        let read: Self = read_as(path, KIND, SCHEMA)?;
        let file = || path.display().to_string();
        let close = |a: f64, b: f64| (a - b).abs() <= ROUNDING * b.abs();
        // f(0) and ||g(0)|| tell apart what has the same name and shape.
        let same = match (read.state.first, first) {
            (Some(Height { objective: Some(f), size }), Some(Height { objective: Some(own), size: own_size })) => {
                close(f, own) && close(size, own_size)
            }
            _ => false,
        };
        if read.settings != *settings {
            return Err(ResumeError::Other { file: file(), what: "settings" });
        }
        if read.data != *data || !same {
            return Err(ResumeError::Other { file: file(), what: "data" });
        }
        let length = data.dimension + usize::from(settings.intercept);
        let fits = |w: &[f64]| w.len() == length && w.iter().all(|w| w.is_finite());
        if !fits(&read.state.w) || !fits(&read.state.best) {
            return Err(ResumeError::State { file: file(), dimension: data.dimension });
        }
        Ok(read.state)
    }
}

/// Ctrl-C was pressed.
static PRESSED: AtomicBool = AtomicBool::new(false);

/// The exit status after Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// A training that Ctrl-C ended.
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
