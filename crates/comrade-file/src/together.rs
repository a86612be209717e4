//! Files that belong together: the numbers, the text and the pictures of a report.
//!
//! Files in a folder cannot change all at once. So a list next to them has the SHA-256 of each, and tells files of one
//! run from a mixture of two. The list takes its name first: whatever ends the process between the first name and the
//! last, the files that are not there yet differ from the list. It names no time and no machine: the same files have
//! the same list.

use crate::{WriteError, at, fault, prepare};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The first line of a list, which `sha256sum -c` passes over.
const HEAD: &str = "# SHA-256 of the files of one run; written with them, and compared by `sha256sum -c`\n";

/// Files that belong together, to be written with the list of them.
#[derive(Clone, Debug)]
pub struct Together {
    list: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
}

/// Files that should belong together, and do not as far as is known.
#[derive(Debug, thiserror::Error)]
pub enum MixedError {
    /// Without the list nothing is known.
    #[error("{}: no list of the files of one run: {cause}", list.display())]
    List {
        /// Where it should be.
        list: PathBuf,
        /// Why it cannot be read.
        #[source]
        cause: io::Error,
    },
    /// Some differ from the list.
    #[error("{}: these files are not of the run that wrote this list: {}", list.display(), files.join(", "))]
    Files {
        /// The list.
        list: PathBuf,
        /// Those which are of another run or missing, relative to the folder of the list.
        files: Vec<String>,
    },
}

impl Together {
    /// Starts without files. `list` is the path at which the list of them will be written.
    #[must_use]
    pub fn new(list: impl Into<PathBuf>) -> Self {
        Self { list: list.into(), files: BTreeMap::new() }
    }

    /// Adds a file; its name is relative to the folder of the list, with `/` between folders, which must exist.
    pub fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(name.into(), bytes.into());
    }

    /// Writes all files as [`crate::write_all`] does, except those that are there already. Files of an earlier list
    /// that this one does not name are removed, unless someone has changed them since.
    ///
    /// # Errors
    /// Which file cannot be written, and why. Until all temporary files are whole nothing has changed; where already
    /// the taking of a name fails, [`Together::compare`] says so.
    pub fn write(&self) -> Result<(), WriteError> {
        let text = self.text();
        let list = (self.list.clone(), text.as_bytes());
        let files: Vec<_> = std::iter::once(list).chain(self.places()).collect();
        let ready = prepare(&new(&files))?;
        for path in self.left_over() {
            fault::step("remove").and_then(|()| fs::remove_file(&path)).map_err(at(&path))?;
        }
        ready.finish()
    }

    /// Writes these files and leaves the list as it is. That list names more files, and stays true if these are of the
    /// same run.
    ///
    /// # Errors
    /// As [`Together::write`].
    pub fn write_part(&self) -> Result<(), WriteError> {
        prepare(&new(&self.places().collect::<Vec<_>>()))?.finish()
    }

    fn places(&self) -> impl Iterator<Item = (PathBuf, &[u8])> {
        self.files.iter().map(|(name, bytes)| (beside(&self.list, name), bytes.as_slice()))
    }

    /// Files to remove: the old list names them, their digests still agree with it, and the new list does not name
    /// them.
    fn left_over(&self) -> Vec<PathBuf> {
        let Ok(before) = read(&self.list) else { return Vec::new() };
        let gone = before.into_iter().filter(|(name, _)| !self.files.contains_key(name));
        let known = gone.map(|(name, digest)| (beside(&self.list, &name), digest));
        known
            .filter(|(path, digest)| fs::read(path).is_ok_and(|bytes| hex(&bytes) == *digest))
            .map(|(p, _)| p)
            .collect()
    }

    fn text(&self) -> String {
        let lines = self.files.iter().map(|(name, bytes)| format!("{}  {name}\n", hex(bytes)));
        HEAD.to_owned() + &lines.collect::<String>()
    }

    /// Checks that all files that a list names are those of its run.
    ///
    /// # Errors
    /// [`MixedError`] when there is no list, or when some files differ from it.
    pub fn compare(list: &Path) -> Result<(), MixedError> {
        let named = read(list).map_err(|cause| MixedError::List { list: list.to_owned(), cause })?;
        let differs =
            |name: &str, digest: &str| fs::read(beside(list, name)).map_or(true, |bytes| hex(&bytes) != digest);
        let files: Vec<String> =
            named.into_iter().filter(|(name, digest)| differs(name, digest)).map(|(name, _)| name).collect();
        if files.is_empty() { Ok(()) } else { Err(MixedError::Files { list: list.to_owned(), files }) }
    }
}

/// Those files which are not there yet with these bytes.
fn new<'a>(files: &'a [(PathBuf, &'a [u8])]) -> Vec<(&'a Path, &'a [u8])> {
    let files = files.iter().map(|(path, bytes)| (path.as_path(), *bytes));
    files.filter(|(path, bytes)| fs::read(path).map_or(true, |there| there != *bytes)).collect()
}

/// A file by its name relative to the folder of the list.
fn beside(list: &Path, name: &str) -> PathBuf {
    list.parent().unwrap_or(Path::new("")).join(name)
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The names and digests of a list. Names that lead out of its folder are those of no list of ours.
fn read(list: &Path) -> io::Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(list)?;
    let inside = |name: &str| Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let line = |line: &str| {
        let (digest, name) = line.split_once("  ").filter(|(_, name)| !name.is_empty() && inside(name))?;
        Some((name.to_owned(), digest.to_owned()))
    };
    let lines = text.lines().filter(|text| !text.starts_with('#'));
    lines.map(line).collect::<Option<_>>().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not such a list"))
}
