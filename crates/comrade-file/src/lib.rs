//! Files written whole or not at all, for every program of the workspace.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot write: {cause}", path.display())]
pub struct WriteError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub cause: io::Error,
}

/// Where the bytes for a path go.
enum Place {
    /// Into what is there and is no file: a device, a pipe.
    Stream(PathBuf),
    /// Into a file, which is new or takes the place of an old one.
    File(PathBuf),
}

impl Place {
    /// Follows links, also to what is not there yet.
    fn of(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(there) if there.is_file() => Ok(Self::File(fs::canonicalize(path)?)),
            Ok(_) => Ok(Self::Stream(path.to_owned())),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Err(_) if path.as_os_str().as_encoded_bytes().ends_with(b"/") => Err(io::ErrorKind::NotADirectory.into()),
            Err(_) => {
                let mut end = path.to_owned();
                // A circle of links is an error of `metadata`.
                while let Ok(next) = fs::read_link(&end) {
                    end = folder(&end).join(next);
                }
                Ok(Self::File(end))
            }
        }
    }
}

/// The folder of a file.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that has no name of its own yet, beside the one whose name it is to take. Dropped, it is gone.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(".comrade-").permissions_of_a_new_file().tempfile_in(folder(path))
}

/// Whether a file could be written, asked before the work whose result it is to hold.
///
/// # Errors
/// Why it cannot be.
pub fn check(path: &Path) -> Result<(), WriteError> {
    let ask = || match Place::of(path)? {
        Place::Stream(_) => Ok(()),
        Place::File(path) => {
            if path.exists() {
                OpenOptions::new().write(true).open(&path)?;
            }
            beside(&path).map(drop)
        }
    };
    ask().map_err(|cause| WriteError { path: path.to_owned(), cause })
}

/// Writes the whole file or leaves what was there: into a temporary file beside it, which then takes its name. A link stays, and
/// leads to what was written; a device or a pipe stays, and gets the bytes.
///
/// # Errors
/// Why it is not written; a file that was there is as before, and nothing is left beside it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let put = || match Place::of(path)? {
        Place::Stream(path) => {
            let mut stream = OpenOptions::new().write(true).open(path)?;
            stream.write_all(bytes)?;
            stream.flush()
        }
        Place::File(path) => {
            let mut file = beside(&path)?;
            if let Ok(before) = fs::metadata(&path) {
                file.as_file().set_permissions(before.permissions())?;
            }
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist(path).map(drop).map_err(|error| error.error)
        }
    };
    put().map_err(|cause| WriteError { path: path.to_owned(), cause })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        check(&path).unwrap();
        check(&dir.path().join("new")).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert!(write(&dir.path().join("no/out"), b"").is_err());
        assert!(check(&dir.path().join("no/out")).is_err() && check(dir.path()).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("file"), "old").unwrap();
        fs::set_permissions(at("file"), fs::Permissions::from_mode(0o640)).unwrap();
        for (target, link) in
            [("file", "link"), ("new", "early"), ("early", "far"), ("round", "round"), ("/dev/full", "full")]
        {
            symlink(target, at(link)).unwrap();
        }
        for (path, target) in [("link", "file"), ("far", "new"), ("early", "new")] {
            check(&at(path)).unwrap();
            write(&at(path), path.as_bytes()).unwrap();
            assert_eq!(fs::read(at(target)).unwrap(), path.as_bytes());
            assert!(fs::symlink_metadata(at(path)).unwrap().is_symlink());
        }
        assert_eq!(fs::metadata(at("file")).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(check(&at("round")).is_err() && write(&at("round"), b"").is_err());
        check(Path::new("/dev/null")).unwrap();
        write(Path::new("/dev/null"), b"bytes").unwrap();
        // As root, a file could take the place of the device.
        for full in [Path::new("/dev/full"), &at("full")] {
            let error = write(full, b"bytes").unwrap_err().to_string();
            assert!(error.contains("cannot write") && error.contains("space"), "{error}");
            assert!(!fs::metadata(full).unwrap().is_file());
        }
        assert!(check(&at("no/")).is_err());
        let left = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(left.into_iter().all(|name| !name.to_string_lossy().starts_with('.')));
    }
}
