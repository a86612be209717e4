//! A model as predictions need it: read from the bytes of its file, and laid on rows.

use comrade::data::libsvm::{Input, Known, LabelMapping};
use comrade::data::{Columns, Dataset};
use comrade::kernel::margins;
use comrade::loss::Loss;
use comrade::objective::Objective;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// The kind of a model file.
pub(crate) const KIND: &str = "comrade-model";
/// The versions of its schema that are read; the last one is written. A change after which older programs would misread a
/// file raises it.
pub(crate) const SCHEMAS: RangeInclusive<u32> = 1..=3;

/// What predictions need of a model; every schema version has it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Fitted {
    /// What it was trained on.
    pub(crate) data: Data,
    /// f.
    pub(crate) settings: Problem,
    /// Since the third schema version.
    #[serde(default)]
    columns: Option<Vec<u64>>,
    /// w, one for each feature that has a weight; after them the intercept, if there is one.
    pub(crate) weights: Vec<f64>,
}

/// f without its samples.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) struct Problem {
    pub(crate) loss: Loss,
    pub(crate) lambda: f64,
    #[serde(default)]
    pub(crate) intercept: bool,
}

/// The data set of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Data {
    /// As its file is called.
    pub(crate) name: String,
    /// n.
    pub(crate) rows: usize,
    /// d, also of features that no row has.
    pub(crate) dimension: u64,
    /// Which labels stand for -1 and +1.
    pub(crate) labels: LabelMapping,
}

impl Data {
    pub(crate) fn of(dataset: &Dataset, labels: LabelMapping, columns: &Columns) -> Self {
        Self { name: dataset.name.clone(), rows: dataset.rows(), dimension: columns.dimension(), labels }
    }
}

/// A file of ours that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ModelError {
    /// It does not open.
    #[error("{}: cannot read: {cause}", path.display())]
    Open { path: PathBuf, cause: io::Error },
    /// It is not JSON, or ends early, or has not the fields.
    #[error("{}: not a {kind} file, or damaged: {cause}", path.display())]
    Damaged { path: PathBuf, kind: &'static str, cause: serde_json::Error },
    /// It is JSON of another kind.
    #[error("{}: a {found} file, where a {kind} file is needed", path.display())]
    Kind { path: PathBuf, kind: &'static str, found: String },
    /// A later version of this program wrote it.
    #[error("{}: schema version {found} is newer than {known}, the newest that this program reads", path.display())]
    Newer { path: PathBuf, found: u32, known: u32 },
    /// An earlier version of this program wrote it.
    #[error("{}: schema version {found} is older than {known}, the oldest that this program reads: train again", path.display())]
    Older { path: PathBuf, found: u32, known: u32 },
    /// Its parts do not fit each other.
    #[error("{}: damaged: {fault}", path.display())]
    Inconsistent { path: PathBuf, fault: String },
}

impl ModelError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        let Self::Damaged { kind, .. } = self else { return None };
        (*kind == KIND).then_some("`comrade train -o FILE` writes a model, and the model comes before the rows")
    }
}

/// What every file of ours opens with.
#[derive(Deserialize)]
struct Header {
    kind: String,
    schema: u32,
}

/// The content of a file of this kind, of one of these schema versions.
pub(crate) fn content<T: DeserializeOwned>(
    text: &[u8],
    path: &Path,
    kind: &'static str,
    schemas: RangeInclusive<u32>,
) -> Result<T, ModelError> {
    let own = || path.to_owned();
    let damaged = |cause| ModelError::Damaged { path: own(), kind, cause };
    let header: Header = serde_json::from_slice(text).map_err(damaged)?;
    if header.kind != kind {
        return Err(ModelError::Kind { path: own(), kind, found: header.kind });
    }
    // Before the content, of which nothing is known.
    let found = header.schema;
    if found > *schemas.end() {
        return Err(ModelError::Newer { path: own(), found, known: *schemas.end() });
    }
    if found < *schemas.start() {
        return Err(ModelError::Older { path: own(), found, known: *schemas.start() });
    }
    serde_json::from_slice(text).map_err(damaged)
}

/// Reads a file of this kind, of one of these schema versions.
pub(crate) fn read_as<T: DeserializeOwned>(
    path: &Path,
    kind: &'static str,
    schemas: RangeInclusive<u32>,
) -> Result<T, ModelError> {
    content(&bytes(path)?, path, kind, schemas)
}

fn bytes(path: &Path) -> Result<Vec<u8>, ModelError> {
    std::fs::read(path).map_err(|cause| ModelError::Open { path: path.to_owned(), cause })
}

/// What is said of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The label of its class.
    Label,
    /// w'x.
    Margin,
    /// 1 / (1 + exp(-w'x)), for models of the logistic loss.
    Probability,
}

impl Fitted {
    /// f.
    pub(crate) fn objective<'a>(&self, data: &'a Dataset) -> Objective<'a> {
        Objective { data, loss: self.settings.loss, lambda: self.settings.lambda }
    }

    /// l.
    pub(crate) fn loss(&self) -> Loss {
        self.settings.loss
    }

    /// Which features have a weight.
    fn columns(&self) -> Result<Columns, String> {
        let d = self.data.dimension;
        let Some(columns) = &self.columns else { return Ok(Columns::all(d)) };
        let held = columns.iter().map(|k| k.checked_sub(1).ok_or("columns count from 1"));
        Columns::new(d, held.collect::<Result<_, _>>()?).map_err(|error| error.to_string())
    }

    /// Reads rows that its weights are for, and their labels if they are asked for; and says how many values it left out, as it
    /// has no weights for them.
    pub(crate) fn rows(&self, input: Input<'_>, labelled: bool) -> Result<(Dataset, usize), Box<dyn Error>> {
        let Known { dataset, ignored } = input.read_known(&self.columns()?, labelled.then_some(self.data.labels))?;
        Ok((if self.settings.intercept { dataset.with_intercept()? } else { dataset }, ignored))
    }

    /// What it says of these rows, a line each.
    pub(crate) fn predictions(&self, data: &Dataset, shown: Shown) -> String {
        let LabelMapping { negative, positive } = self.data.labels;
        let mut text = String::new();
        for z in margins(&data.features, 0..data.rows(), &self.weights) {
            let says = match shown {
                Shown::Margin => z,
                Shown::Probability => 1.0 / (1.0 + (-z).exp()),
                Shown::Label if z > 0.0 => positive,
                Shown::Label => negative,
            };
            let _ = writeln!(text, "{says}");
        }
        text
    }

    /// Reads a file and checks that its weights are usable.
    pub(crate) fn read(path: &Path) -> Result<Self, ModelError> {
        Self::of_bytes(&bytes(path)?, path)
    }

    /// The same of the bytes of a file; errors call it by its path.
    pub(crate) fn of_bytes(text: &[u8], path: &Path) -> Result<Self, ModelError> {
        let model: Self = content(text, path, KIND, SCHEMAS)?;
        let inconsistent = |fault| Err(ModelError::Inconsistent { path: path.to_owned(), fault });
        let columns = match model.columns() {
            Ok(columns) => columns,
            Err(fault) => return inconsistent(fault),
        };
        let (held, d) = (model.weights.len(), columns.len());
        if d.checked_add(usize::from(model.settings.intercept)) != Some(held) {
            return inconsistent(format!("{held} weights for {d} features"));
        }
        if let Some(at) = model.weights.iter().position(|w| !w.is_finite()) {
            return inconsistent(format!("weight {} is not finite", at + 1));
        }
        Ok(model)
    }
}
