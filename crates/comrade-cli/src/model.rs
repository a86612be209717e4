//! The model file: JSON with a kind, a schema version, the weights, and all that led to them. It holds no date, so the same
//! data and seed give the same bytes.

use crate::file::{self, FileError};
use crate::settings::Settings;
use comrade::data::Dataset;
use comrade::data::libsvm::{LabelMapping, Read};
use comrade::train::{Limits, Stop};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// The kind of a model file.
const KIND: &str = "comrade-model";
/// The version of its schema: a change after which older programs would misread it raises it.
const SCHEMA: u32 = 1;

/// A trained model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Model {
    /// What it was trained on.
    pub(crate) data: Data,
    /// How; the seed is among it.
    pub(crate) settings: Settings,
    /// When to stop.
    pub(crate) limits: Limits,
    /// What came out.
    pub(crate) outcome: Outcome,
    /// w, d; after them the intercept, if there is one.
    pub(crate) weights: Vec<f64>,
}

/// The data set of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Data {
    /// As its file is called.
    pub(crate) name: String,
    /// n.
    pub(crate) rows: usize,
    /// d.
    pub(crate) dimension: usize,
    /// Which labels stand for -1 and +1.
    pub(crate) labels: LabelMapping,
}

impl Data {
    pub(crate) fn of(dataset: &Dataset, labels: LabelMapping) -> Self {
        // Features without the intercept's column.
        let dimension = dataset.penalised();
        Self { name: dataset.name.clone(), rows: dataset.rows(), dimension, labels }
    }
}

/// How a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Why.
    pub(crate) stop: Stop,
    /// Steps taken.
    pub(crate) iterations: u64,
    /// Rounds of communication.
    pub(crate) rounds: u64,
    /// Bytes from the center.
    pub(crate) bytes_down: u64,
    /// Bytes to the center.
    pub(crate) bytes_up: u64,
    /// f(w), over all samples.
    pub(crate) objective: f64,
    /// ||g(w)||, over all samples.
    pub(crate) gradient_norm: f64,
    /// ||g(0)||.
    pub(crate) first_gradient_norm: f64,
    /// Training accuracy.
    pub(crate) accuracy: f64,
}

/// A file of ours that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ModelError {
    /// It does not open.
    #[error("{}: cannot read: {cause}", path.display())]
    Open { path: PathBuf, cause: io::Error },
    /// It is not JSON, or ends early, or has not the fields.
    #[error("{}: damaged, or not a {kind} file: {cause}", path.display())]
    Damaged { path: PathBuf, kind: &'static str, cause: serde_json::Error },
    /// It is JSON of another kind.
    #[error("{}: a {found} file, where a {kind} file is needed", path.display())]
    Kind { path: PathBuf, kind: &'static str, found: String },
    /// A later version of this program wrote it.
    #[error("{}: schema version {found} is newer than {known}, the newest that this program reads", path.display())]
    Newer { path: PathBuf, found: u32, known: u32 },
    /// Its parts do not fit each other.
    #[error("{}: damaged: {fault}", path.display())]
    Inconsistent { path: PathBuf, fault: String },
}

/// What every file of ours opens with.
#[derive(Serialize, Deserialize)]
struct Header {
    kind: String,
    schema: u32,
}

/// A file: the header, then the content.
#[derive(Serialize)]
struct Whole<'a, T> {
    kind: &'a str,
    schema: u32,
    #[serde(flatten)]
    content: &'a T,
}

/// Writes a file of this kind.
pub(crate) fn write_as<T: Serialize>(path: &Path, kind: &str, schema: u32, content: &T) -> Result<(), FileError> {
    let text = serde_json::to_string_pretty(&Whole { kind, schema, content })
        .map_err(|error| FileError::Write { path: path.to_owned(), cause: error.into() })?;
    file::write(path, (text + "\n").as_bytes())
}

/// Reads a file of this kind, of this schema version or an older one.
pub(crate) fn read_as<T: DeserializeOwned>(path: &Path, kind: &'static str, schema: u32) -> Result<T, ModelError> {
    let own = || path.to_owned();
    let text = std::fs::read(path).map_err(|cause| ModelError::Open { path: own(), cause })?;
    let damaged = |cause| ModelError::Damaged { path: own(), kind, cause };
    let header: Header = serde_json::from_slice(&text).map_err(damaged)?;
    if header.kind != kind {
        return Err(ModelError::Kind { path: own(), kind, found: header.kind });
    }
    // Before the content, of which nothing is known.
    if header.schema > schema {
        return Err(ModelError::Newer { path: own(), found: header.schema, known: schema });
    }
    serde_json::from_slice(&text).map_err(|cause| ModelError::Damaged { path: own(), kind, cause })
}

impl Model {
    /// Writes the file whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<(), FileError> {
        write_as(path, KIND, SCHEMA, self)
    }

    /// Reads samples that its weights are for.
    pub(crate) fn load(&self, file: &Path) -> Result<Read, Box<dyn std::error::Error>> {
        let Read { dataset, mapping } = file::load(file, Some(self.data.dimension))?;
        let dataset = if self.settings.intercept { dataset.with_intercept()? } else { dataset };
        Ok(Read { dataset, mapping })
    }

    /// Reads a file and checks that its weights are usable.
    pub(crate) fn read(path: &Path) -> Result<Self, ModelError> {
        let model: Self = read_as(path, KIND, SCHEMA)?;
        let inconsistent = |fault| Err(ModelError::Inconsistent { path: path.to_owned(), fault });
        let (held, d) = (model.weights.len(), model.data.dimension);
        if held != d + usize::from(model.settings.intercept) {
            return inconsistent(format!("{held} weights for {d} features"));
        }
        if let Some(at) = model.weights.iter().position(|w| !w.is_finite()) {
            return inconsistent(format!("weight {} is not finite", at + 1));
        }
        Ok(model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        limits: crate::settings::LimitArgs,
    }

    fn model() -> Model {
        let Line { settings, limits } = Line::parse_from(["comrade", "--attack", "gaussian:2", "--trim", "0.25"]);
        let labels = LabelMapping { negative: 1.0, positive: 2.0 };
        let data = Data { name: "by hand".into(), rows: 4, dimension: 2, labels };
        let outcome = Outcome {
            stop: Stop::Floor,
            iterations: 3,
            rounds: 3,
            bytes_down: 1,
            bytes_up: 2,
            objective: 0.1,
            gradient_norm: 1e-3,
            first_gradient_norm: 0.3,
            accuracy: 0.75,
        };
        Model { data, settings, limits: limits.limits(), outcome, weights: vec![0.1 + 0.2, -1e-300] }
    }

    /// Writes the model with one piece of its text replaced, and reads it.
    fn altered(from: &str, to: &str) -> Result<Model, ModelError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.json");
        model().write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        Model::read(&path)
    }

    #[test]
    fn a_model_reads_back_bit_for_bit() {
        assert_eq!(altered("comrade", "comrade").unwrap(), model());
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        assert!(matches!(altered("\"schema\": 1", "\"schema\": 2"), Err(ModelError::Newer { found: 2, known: 1, .. })));
        assert!(matches!(altered("comrade-model", "comrade-hat"), Err(ModelError::Kind { .. })));
        assert!(matches!(altered("\"weights\"", "\"wights\""), Err(ModelError::Damaged { .. })));
        assert!(matches!(altered("}\n", ""), Err(ModelError::Damaged { .. })));
        assert!(matches!(altered("\"dimension\": 2", "\"dimension\": 3"), Err(ModelError::Inconsistent { .. })));
        assert!(matches!(
            altered("-1e-300", "1e999"),
            Err(ModelError::Damaged { .. } | ModelError::Inconsistent { .. })
        ));
        assert!(matches!(Model::read(Path::new("no such model")), Err(ModelError::Open { .. })));
    }
}
