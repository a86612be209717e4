//! What the last search found, read back for a report: each stored witness is replayed, not believed.

use super::ceiling::{Ceiling, ceiling, why};
use super::{AtSize, ReplayError, SearchEntry, Witness, claim_of};
use crate::claim::Reading;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// A claim's line of the search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Searched {
    /// The claim's id.
    pub id: String,
    /// Its reading.
    pub reading: Reading,
    /// Its variant, empty for the main one.
    pub variant: String,
    /// Largest ratio found, a posteriori.
    pub ratio: f64,
    /// What is proved of the largest ratio; none for a claim that is not searched any more.
    pub ceiling: Option<Ceiling>,
    /// Why, in a line.
    pub why: String,
    /// Instances that were played.
    pub evaluations: usize,
    /// The largest ratios by number of workers.
    #[serde(default)]
    pub sizes: Vec<AtSize>,
    /// Whether the ratio still grows at the largest number of workers.
    #[serde(default)]
    pub grows: bool,
    /// The counterexample, when the claim is refuted.
    pub witness: Option<Replayed>,
}

/// A witness as it replays now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replayed {
    /// Its file in `witnesses/`.
    pub file: String,
    /// Measured over bound.
    pub ratio: f64,
    /// Whether the violation is proved in exact arithmetic.
    pub proved: bool,
    /// The first line of the proof that it breaks.
    pub breaks_at: String,
    /// n.
    pub rows: usize,
    /// d.
    pub dimension: usize,
    /// m.
    pub workers: usize,
}

/// Results of a search that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what the search writes.
    #[error("{}: {source}", path.display())]
    Parse {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A witness does not replay.
    #[error("{}: {source}", path.display())]
    Replay {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: ReplayError,
    },
    /// A witness no longer refutes its claim.
    #[error("{}: the instance no longer violates the claim; run `cargo xtask hunt` again", path.display())]
    Spent {
        /// Which one.
        path: PathBuf,
    },
}

/// The lines of `hunt.json` in this folder with their witnesses replayed; none if there is no such file.
///
/// # Errors
/// [`StoredError`] when a file is unreadable, or a witness does not refute what it is stored for.
pub fn stored(folder: &Path) -> Result<Vec<Searched>, StoredError> {
    let path = folder.join("hunt.json");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let entries: Vec<SearchEntry> = read(&path)?;
    entries
        .into_iter()
        .map(|entry| {
            let SearchEntry { id, reading, variant, ratio, evaluations, witness, sizes, grows, .. } = entry;
            let witness = witness.map(|file| replayed(&folder.join("witnesses").join(&file), file)).transpose()?;
            let claim = claim_of(&id, reading, &variant);
            let (ceiling, why) = (claim.map(ceiling), claim.map_or_else(String::new, |claim| why(claim).to_owned()));
            Ok(Searched { id, reading, variant, ratio, ceiling, why, evaluations, sizes, grows, witness })
        })
        .collect()
}

fn replayed(path: &Path, file: String) -> Result<Replayed, StoredError> {
    let witness: Witness = read(path)?;
    let replay = witness.replay().map_err(|source| StoredError::Replay { path: path.to_owned(), source })?;
    if !replay.violated {
        return Err(StoredError::Spent { path: path.to_owned() });
    }
    Ok(Replayed {
        file,
        ratio: replay.ratio,
        proved: replay.proof.is_proved(),
        breaks_at: replay.breaks_at,
        rows: witness.instance.rows.len(),
        dimension: witness.instance.rows.first().map_or(0, Vec::len),
        workers: witness.instance.m(),
    })
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, StoredError> {
    let text = fs::read_to_string(path).map_err(|source| StoredError::Read { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| StoredError::Parse { path: path.to_owned(), source })
}
