//! Temporary files: next to the file whose name they take, locked while whoever writes them lives.
//!
//! A process that is killed leaves its temporary files behind. The system lets go of the lock of a dead process, so that a
//! file which can be locked is nobody's any more, and the next write into this folder removes it. A living process is never
//! robbed, however slow it is. Where a folder knows no locks nothing can be locked, and so nothing is removed.

use crate::fault;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// What the names of temporary files begin with.
const PREFIX: &str = ".comrade-";

/// The folder of a file.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new temporary file next to this one. Dropping it removes the file.
pub(crate) fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = folder(path);
    loop {
        fault::step("create")?;
        let made = tempfile::Builder::new().prefix(PREFIX).permissions_of_a_new_file().tempfile_in(folder);
        // Its own words name the temporary file, which says nothing to anybody.
        let file = made.map_err(|error| match error.kind() {
            kind @ io::ErrorKind::NotFound => io::Error::new(kind, format!("there is no folder {}", folder.display())),
            kind => kind.into(),
        })?;
        // Where there are no locks, nobody sweeps.
        let _ = file.as_file().lock();
        // Between its making and its lock it could be taken for a dead one's.
        if file.path().exists() {
            return Ok(file);
        }
    }
}

/// Removes the temporary files of dead processes from a folder. What cannot be removed stays: it is in nobody's way.
pub(crate) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let named = entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes());
        // A pipe of this name would block whoever opens it.
        if !named || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let Ok(file) = File::open(entry.path()) else { continue };
        if file.try_lock().is_ok() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A file that is written whole, and waits to take the name of another.
pub(crate) struct Waiting {
    file: NamedTempFile,
    path: PathBuf,
}

impl Waiting {
    /// Writes all bytes, safe from a power failure, with the permissions of the file that is to be replaced.
    pub(crate) fn new(path: PathBuf, bytes: &[u8]) -> io::Result<Self> {
        let mut file = beside(&path)?;
        if let Ok(before) = fs::metadata(&path) {
            fault::step("set permissions")?;
            file.as_file().set_permissions(before.permissions())?;
        }
        // A full disk takes a part, and so does a fault that is ordered.
        let (some, rest) = bytes.split_at(bytes.len() / 2);
        file.write_all(some)?;
        fault::step("write")?;
        file.write_all(rest)?;
        fault::step("sync")?;
        file.as_file().sync_all()?;
        Ok(Self { file, path })
    }

    /// Takes the name.
    pub(crate) fn rename(self) -> io::Result<PathBuf> {
        fault::step("rename")?;
        self.file.persist(&self.path).map_err(|error| error.error)?;
        Ok(self.path)
    }
}

/// Makes the names in a folder safe from a power failure, where the system can.
#[cfg(unix)]
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    // A folder that may be written and not read cannot be opened.
    let Ok(open) = File::open(folder) else { return Ok(()) };
    fault::step("sync the folder")?;
    match open.sync_all() {
        // Some file systems do not know what that is.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

/// Elsewhere folders cannot be opened.
#[cfg(not(unix))]
pub(crate) fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
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
        self.permissions(fs::Permissions::from_mode(0o666))
    }
    #[cfg(not(unix))]
    fn permissions_of_a_new_file(&mut self) -> &mut Self {
        self
    }
}
