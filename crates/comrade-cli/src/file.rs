//! Files: data sets found and read, results written so that a reader never meets half a file.

use comrade::data::libsvm::{self, Read, ReadError, ReadOptions};
use comrade_data::{directory, entry, find};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A data set cannot be had, or a result not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// Neither a file nor in the folder of published files.
    #[error("{name}: no such file, and no published data set of this name in {}", folder.display())]
    Missing { name: String, folder: PathBuf },
    /// A published name whose file is not there.
    #[error("{name} is not in {}: `cargo xtask data {name}` downloads it, COMRADE_DATA names another folder", folder.display())]
    NotDownloaded { name: String, folder: PathBuf },
    /// It does not follow the grammar.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It cannot be written.
    #[error("{}: cannot write: {cause}", path.display())]
    Write { path: PathBuf, cause: io::Error },
}

/// The folder of a file.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a file could be written, asked before the work whose result it is to hold.
pub(crate) fn check(path: &Path) -> Result<(), FileError> {
    let failed = |cause| FileError::Write { path: path.to_owned(), cause };
    if path.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    tempfile::Builder::new().prefix(".comrade-").tempfile_in(folder(path)).map(drop).map_err(failed)
}

/// Reads a LIBSVM file, or the published one of this name. Without a stated dimension a published one has its own.
pub(crate) fn load(file: &Path, dimension: Option<usize>) -> Result<Read, FileError> {
    if file.exists() {
        return Ok(libsvm::read_path(file, &ReadOptions { dimension })?);
    }
    let (name, folder) = (file.display().to_string(), directory());
    let Some(published) = entry(&name) else { return Err(FileError::Missing { name, folder }) };
    let Some(path) = find(&folder, &name) else { return Err(FileError::NotDownloaded { name, folder }) };
    let dimension = dimension.or(Some(published.dimension));
    Ok(libsvm::read_path(&path, &ReadOptions { dimension })?)
}

/// Writes the whole file or leaves what was there: into a temporary file beside it, which then takes its name.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = folder(path);
    let put = || {
        let mut file = tempfile::Builder::new().prefix(".comrade-").permissions_of_a_new_file().tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    put().map_err(|cause| FileError::Write { path: path.to_owned(), cause })
}

/// A temporary file is its owner's alone; a result is as readable as any new file.
trait NewFile {
    fn permissions_of_a_new_file(&mut self) -> &mut Self;
}

impl NewFile for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_of_a_new_file(&mut self) -> &mut Self {
        use std::os::unix::fs::PermissionsExt;
        // Cut by the umask of the process.
        self.permissions(std::fs::Permissions::from_mode(0o666))
    }
    #[cfg(not(unix))]
    fn permissions_of_a_new_file(&mut self) -> &mut Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        assert!(matches!(load(Path::new("no such file"), None), Err(FileError::Missing { .. })));
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        check(&path).unwrap();
        check(&dir.path().join("new")).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert!(write(&dir.path().join("no/out"), b"").is_err());
        assert!(check(&dir.path().join("no/out")).is_err() && check(dir.path()).is_err());
    }
}
