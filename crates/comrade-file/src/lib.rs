//! Files written whole or not at all, for every program of the workspace; [`Together`] is for several that belong together.

mod fault;
mod temporary;
mod together;

#[cfg(feature = "faults")]
pub use fault::{DiskFault, order};
pub use together::{MixedError, Together};

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use temporary::{Waiting, beside, folder, sweep, sync};

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

/// The error of this path.
fn at(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    move |cause| WriteError { path: path.to_owned(), cause }
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

/// Checks that a file can be written, before the work whose result it is to hold.
///
/// # Errors
/// Why it cannot be written.
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
    ask().map_err(at(path))
}

/// Writes the whole file or leaves what was there: into a temporary file next to it, which then takes its name. A link
/// stays, and leads to what was written; a device or a pipe stays, and gets the bytes. Temporary files that killed
/// processes left in this folder are removed.
///
/// # Errors
/// Why it is not written; a file that was there is as before, and nothing is left next to it. Only where the folder
/// itself cannot be synchronised has the new file taken its name all the same: it is whole, but a power failure could
/// bring back the old one.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    write_all(&[(path, bytes)])
}

/// Writes several files as [`write()`] does. All of them are whole in temporary files before the first takes its name,
/// in this order: what a full disk refuses changes none of them.
///
/// # Errors
/// Which cannot be written, and why. Where already the taking of a name fails, those before it have theirs.
pub fn write_all(files: &[(&Path, &[u8])]) -> Result<(), WriteError> {
    prepare(files)?.finish()
}

/// Files that are whole and wait to take their names, and streams that wait for their bytes.
struct Prepared<'a>(Vec<(&'a Path, Ready<'a>)>);

enum Ready<'a> {
    Stream(PathBuf, &'a [u8]),
    File(Waiting),
}

fn prepare<'a>(files: &[(&'a Path, &'a [u8])]) -> Result<Prepared<'a>, WriteError> {
    let places: Vec<Place> =
        files.iter().map(|(path, _)| Place::of(path).map_err(at(path))).collect::<Result<_, _>>()?;
    let folders: BTreeSet<&Path> = places
        .iter()
        .filter_map(|place| match place {
            Place::File(path) => Some(folder(path)),
            Place::Stream(_) => None,
        })
        .collect();
    folders.into_iter().for_each(sweep);
    let ready = files.iter().zip(places).map(|(&(path, bytes), place)| match place {
        Place::Stream(to) => Ok((path, Ready::Stream(to, bytes))),
        Place::File(to) => Waiting::new(to, bytes).map(|file| (path, Ready::File(file))).map_err(at(path)),
    });
    Ok(Prepared(ready.collect::<Result<_, _>>()?))
}

impl Prepared<'_> {
    fn finish(self) -> Result<(), WriteError> {
        let mut folders = BTreeSet::new();
        for (path, ready) in self.0 {
            match ready {
                Ready::File(file) => {
                    let to = file.rename().map_err(at(path))?;
                    folders.insert(folder(&to).to_owned());
                }
                Ready::Stream(to, bytes) => stream(&to, bytes).map_err(at(path))?,
            }
        }
        folders.iter().try_for_each(|folder| sync(folder).map_err(at(folder)))
    }
}

fn stream(to: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut stream = OpenOptions::new().write(true).open(to)?;
    stream.write_all(bytes)?;
    stream.flush()
}

#[cfg(test)]
mod tests;
