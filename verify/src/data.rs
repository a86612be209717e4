//! The samples behind a scenario: a file where it is found, a seeded stand-in or generator otherwise.

use crate::scenario::{Published, Scenario, Source};
use comrade::data::Dataset;
use comrade::data::features::ShapeError;
use comrade::data::libsvm::{self, ReadError, ReadOptions};
use comrade::data::synthetic::{self, RangeError};
use comrade::stream::{Purpose, Seed};
use comrade_data::{CheckError, PublishedFile, sorted_lines_sha256};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const DATA: Purpose = Purpose::new("data");
/// The seed of the stand-ins in every report.
pub const SEED: Seed = Seed(2020);

/// Where published files are looked for: in the folder that was named, else in that of `COMRADE_DATA`, if it is set.
#[must_use]
pub fn folder(named: Option<&Path>) -> Option<PathBuf> {
    let set = || std::env::var_os("COMRADE_DATA").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    named.map(Path::to_path_buf).or_else(set)
}

/// What a scenario ran on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// `a9a`, or `a9a-like` for its stand-in.
    pub name: String,
    /// Whether this is the published file.
    pub real: bool,
    /// n.
    pub rows: usize,
    /// d.
    pub dimension: usize,
    /// Entries that are not zero.
    pub nonzeros: usize,
    /// Share of labels that are +1 (or positive).
    pub positive: f64,
    /// SHA-256 over the sorted lines of the file; none for what is made.
    pub sha256: Option<String>,
    /// Whether this is a user's own file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
}

/// Samples and where they come from.
#[derive(Debug)]
pub struct Material {
    /// X and y.
    pub dataset: Dataset,
    /// For the report.
    pub provenance: Provenance,
}

/// A published file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// It is not the published file.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It was read, and is no longer there to be summed up.
    #[error("{}: {cause}", path.display())]
    Sum {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A generator's numbers are out of range.
    #[error(transparent)]
    Generate(#[from] RangeError),
    /// Rows that do not make a matrix.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// It was asked for and is not there.
    #[error("{name} is not in {}; `cargo xtask data` downloads it", folder.display())]
    Missing {
        /// The file.
        name: &'static str,
        /// Where it was looked for.
        folder: PathBuf,
    },
}

/// Reads or makes every data set that these scenarios need, each once. Without a folder, stand-ins are made.
///
/// # Errors
/// [`DataError`] when a folder is given and a needed file is missing, altered or unreadable, or a user's own file is.
pub fn load(
    scenarios: &[Scenario],
    folder: Option<&Path>,
    seed: Seed,
) -> Result<BTreeMap<String, Arc<Material>>, DataError> {
    let mut held: Vec<(&Source, Arc<Material>)> = Vec::new();
    let mut materials = BTreeMap::new();
    for Scenario { name, source, .. } in scenarios {
        let found = held.iter().find(|(of, _)| *of == source).map(|(_, material)| Arc::clone(material));
        let material = match found {
            Some(material) => material,
            None => Arc::new(material(source, folder, seed)?),
        };
        held.push((source, Arc::clone(&material)));
        materials.insert(name.clone(), material);
    }
    Ok(materials)
}

/// Reads or makes the samples of one source; without a folder, a stand-in for a published file.
///
/// # Errors
/// As [`load`].
pub fn material(source: &Source, folder: Option<&Path>, seed: Seed) -> Result<Material, DataError> {
    match source {
        Source::Gaussian(spec) => Ok(described(synthetic::gaussian(spec, seed.child(DATA, 0))?, None)),
        Source::Population(population) => Ok(described(population.dataset()?, None)),
        Source::Published(which) => published(*which, folder, seed),
        Source::File(path) => own(path),
    }
}

fn own(path: &Path) -> Result<Material, DataError> {
    let sum = File::open(path).and_then(sorted_lines_sha256);
    let sha256 = sum.map_err(|cause| DataError::Sum { path: path.to_owned(), cause })?;
    let Material { dataset, provenance } = described(libsvm::read_path(path, &ReadOptions::default())?.dataset, None);
    Ok(Material { dataset, provenance: Provenance { sha256: Some(sha256), own: true, ..provenance } })
}

fn published(which: Published, folder: Option<&Path>, seed: Seed) -> Result<Material, DataError> {
    let Some(folder) = folder else { return Ok(described(which.stand_in(seed.child(DATA, 0)), None)) };
    let missing = || DataError::Missing { name: which.name(), folder: folder.to_owned() };
    let (entry, dataset) = file(which.name(), folder)?.ok_or_else(missing)?;
    Ok(described(dataset, Some(entry)))
}

/// The test set of a published file, if it is in the folder.
///
/// # Errors
/// [`DataError`] when it is there and altered or unreadable.
pub fn test_set(which: Published, folder: &Path) -> Result<Option<Dataset>, DataError> {
    Ok(file(&format!("{}.t", which.name()), folder)?.map(|(_, dataset)| dataset))
}

/// A published file, checked; none if it is not in the folder.
fn file(name: &str, folder: &Path) -> Result<Option<(&'static PublishedFile, Dataset)>, DataError> {
    let Some((entry, path)) = comrade_data::entry(name).zip(comrade_data::find(folder, name)) else { return Ok(None) };
    comrade_data::verify(&path, entry)?;
    let read = libsvm::read_path(&path, &ReadOptions { dimension: Some(entry.dimension) })?;
    Ok(Some((entry, read.dataset)))
}

pub(crate) fn described(dataset: Dataset, entry: Option<&PublishedFile>) -> Material {
    let positive = dataset.labels.iter().filter(|&&y| y > 0.0).count();
    let provenance = Provenance {
        name: dataset.name.clone(),
        real: entry.is_some(),
        rows: dataset.rows(),
        dimension: dataset.cols(),
        nonzeros: dataset.features.nnz(),
        positive: positive as f64 / dataset.rows().max(1) as f64,
        sha256: entry.map(|entry| entry.sha256.to_owned()),
        own: false,
    };
    Material { dataset, provenance }
}

/// The scenario's name in reports: that of its data comes first, `a9a-like-noise` where the stand-in was used.
#[must_use]
pub fn label(scenario: &Scenario, provenance: &Provenance) -> String {
    match &scenario.source {
        Source::Published(which) if !provenance.real => {
            scenario.name.replacen(which.name(), &format!("{}-like", which.name()), 1)
        }
        _ => scenario.name.clone(),
    }
}
