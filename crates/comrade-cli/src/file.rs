//! Files: data sets found and read, and what is printed.

use comrade::data::libsvm::{Input, LabelMapping, Read, ReadError, ReadOptions};
use comrade::data::{Columns, Dataset};
use comrade_data::{directory, entry, find};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A data set cannot be read, or a result cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// Neither a file nor in the folder of published files.
    #[error("{name}: no such file, and no published data set of this name in the folder {}", folder.display())]
    Missing { name: String, folder: PathBuf },
    /// A published name whose file is not there.
    #[error("{name} is not in {}: `cargo xtask data {name}` downloads it, COMRADE_DATA names another folder", folder.display())]
    NotDownloaded { name: String, folder: PathBuf },
    /// It does not follow the grammar.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] comrade_file::WriteError),
    /// Standard output takes no more.
    #[error("standard output: cannot write: {cause}")]
    Print { cause: io::Error },
}

impl FileError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        if let Self::Read(error) = self { error.hint() } else { None }
    }
}

/// What a command calls standard input.
const STDIN: &str = "-";

/// Samples in the columns that occur, and which these are.
pub(crate) struct Loaded {
    pub(crate) dataset: Dataset,
    pub(crate) mapping: LabelMapping,
    pub(crate) columns: Columns,
}

/// A LIBSVM file, the published one of this name, or standard input; and the dimension that is published with it.
pub(crate) fn open(file: &Path) -> Result<(Input<'static>, Option<usize>), FileError> {
    if file.as_os_str() == STDIN {
        return Ok((Input::new(io::stdin().lock(), "stdin"), None));
    }
    if file.exists() {
        return Ok((Input::open(file)?, None));
    }
    let (name, folder) = (file.display().to_string(), directory());
    let Some(published) = entry(&name) else { return Err(FileError::Missing { name, folder }) };
    let Some(path) = find(&folder, &name) else { return Err(FileError::NotDownloaded { name, folder }) };
    Ok((Input::open(&path)?, Some(published.dimension)))
}

/// Reads samples. Without a stated dimension a published file has its own.
pub(crate) fn load(file: &Path, dimension: Option<usize>) -> Result<Loaded, FileError> {
    let (input, published) = open(file)?;
    let (Read { dataset, mapping }, columns) =
        input.read_occurring(&ReadOptions { dimension: dimension.or(published) })?;
    Ok(Loaded { dataset, mapping, columns })
}

/// Writes to standard output, now. That nobody reads to the end is no error.
pub(crate) fn print(text: &str) -> Result<(), FileError> {
    let mut out = io::stdout().lock();
    printed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// What became of a text for standard output.
pub(crate) fn printed(written: io::Result<()>) -> Result<(), FileError> {
    match written {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(FileError::Print { cause }),
        _ => Ok(()),
    }
}

/// Whether a file could be written, asked before the work whose result it is to hold.
pub(crate) fn check(path: &Path) -> Result<(), FileError> {
    Ok(comrade_file::check(path)?)
}

/// Writes the whole file or leaves what was there.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    Ok(comrade_file::write(path, bytes)?)
}

/// Writes all files, or leaves what was there where one of them does not fit on the disk.
pub(crate) fn write_all(files: &[(PathBuf, Vec<u8>)]) -> Result<(), FileError> {
    let files: Vec<(&Path, &[u8])> = files.iter().map(|(path, bytes)| (path.as_path(), bytes.as_slice())).collect();
    Ok(comrade_file::write_all(&files)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        assert!(matches!(load(Path::new("no such file"), None), Err(FileError::Missing { .. })));
    }
}
