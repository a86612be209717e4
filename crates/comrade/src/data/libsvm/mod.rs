//! LIBSVM text files, plain or gzip, read in one pass.
//!
//! ```text
//! file    = { line ( "\n" | "\r\n" ) }         the last line end may be missing
//! line    = [ row ] [ "#" any bytes ]          comments are ignored
//! row     = label { index ":" value }          tokens are separated by spaces or tabs
//! label   = number                             two classes a file: -1 and 1, 0 and 1, 1 and 2, or 2 and 4
//! index   = digits                             from 1, strictly increasing in a row
//! value   = number                             zeros are legal and not stored
//! number  = what `f64::from_str` takes, if the result is finite: `1`, `+1`, `-.5`, `2.000000`, `1e-3`
//! ```
//!
//! A row may hold a label only. A blank line is an error unless nothing but blank lines follows.
//! Gzip is recognised by its first two bytes, and may hold several members. Data packed by another program are refused by its name.
//! A line is at most 2^27 bytes long, so that what is no text takes no more memory than that.
//! Where all columns are kept an index is at most 4294967295; where only those that occur are, at most 18446744073709551615, and
//! an index of any size costs no more than an entry.
//! Lines and columns in errors count from 1 in the decompressed text, columns in bytes.

#[cfg(test)]
mod compared;
mod fault;
mod part;
mod quick;
#[cfg(test)]
mod reference;
mod rows;
#[cfg(test)]
mod tests;
mod write;

pub use fault::{ReadError, RowFault};
pub use part::Part;
pub use rows::MOST_CLASSES;
pub use write::write;

use self::rows::{Labels, Rows, is_blank};
use super::{Columns, Dataset};
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

/// How many bytes are taken in one step, and asked of a file: few enough to stay in a cache.
const PIECE: usize = 1 << 16;

/// How many bytes a line may have.
const LONGEST: usize = 1 << 27;

/// What the caller knows about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// d. Without it the largest index in the file, which is too small when the last columns are empty.
    pub dimension: Option<usize>,
}

/// What was read from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The rows in the order of the file: sparse features with no stored zero, labels -1 and +1.
    pub dataset: Dataset,
    /// What the labels were in the file.
    pub mapping: LabelMapping,
}

/// The rows of a file by columns that are known from elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The rows in the order of the file; of the labels, that of the larger class is +1, and all are -1 if they were not read.
    pub dataset: Dataset,
    /// How many values stand in other columns, and are left out.
    pub ignored: usize,
}

/// The labels in the file of the two classes; the smaller becomes -1, the larger +1.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LabelMapping {
    /// The label read as -1.
    pub negative: f64,
    /// The label read as +1.
    pub positive: f64,
}

impl std::fmt::Display for LabelMapping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} -> -1, {} -> +1", self.negative, self.positive)
    }
}

/// Label pairs that stand for (-1, +1).
const PAIRS: [(f64, f64); 4] = [(-1.0, 1.0), (0.0, 1.0), (1.0, 2.0), (2.0, 4.0)];

/// Reads a file; the data set is called as the file is, without `.gz`. All columns up to the last one are kept.
///
/// # Errors
/// Those of [`read`], and [`ReadError::Open`]; they name the file by its whole path.
pub fn read_path(path: &Path, options: &ReadOptions) -> Result<Read, ReadError> {
    Input::open(path)?.read(options)
}

/// Reads from a source, plain or gzip; `name` is for the data set and for errors.
///
/// # Errors
/// If reading fails, the text does not follow the grammar, or the labels are not two classes that are known.
pub fn read(source: impl BufRead, name: &str, options: &ReadOptions) -> Result<Read, ReadError> {
    Input::new(source, name).read(options)
}

/// A source of LIBSVM text, plain or gzip.
pub struct Input<'a> {
    source: Box<dyn BufRead + 'a>,
    /// About how many bytes it has, or fewer; it may be wrong.
    length: u64,
    /// What errors call it.
    file: String,
    /// What the data set is called.
    name: String,
}

impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("file", &self.file).finish_non_exhaustive()
    }
}

impl<'a> Input<'a> {
    /// Opens a file. Errors name it by its whole path; the data set has the name of the file, without `.gz`.
    ///
    /// # Errors
    /// [`ReadError::Open`].
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let file = path.display().to_string();
        let opened = File::open(path).map_err(|cause| ReadError::Open { file: file.clone(), cause })?;
        let length = opened.metadata().map_or(0, |data| data.len());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix(".gz").unwrap_or(&name).to_owned();
        Ok(Self { source: Box::new(BufReader::with_capacity(PIECE, opened)), length, file, name })
    }

    /// Takes any source. `name` is for the data set and for errors.
    pub fn new(source: impl BufRead + 'a, name: &str) -> Self {
        Self { source: Box::new(source), length: 0, file: name.to_owned(), name: name.to_owned() }
    }

    /// Reads samples of two classes; all columns up to the last one are kept.
    ///
    /// # Errors
    /// If reading fails, the text does not follow the grammar, or the labels are not two classes that are known.
    pub fn read(self, options: &ReadOptions) -> Result<Read, ReadError> {
        let (file, name) = (self.file.clone(), self.name.clone());
        let mut rows = self.rows(Rows::new(options.dimension, Labels::Two, false))?;
        let mapping = rows.classes(&file)?;
        let cols = options.dimension.unwrap_or(rows.largest as usize);
        let features = rows.features(cols).map_err(|cause| ReadError::Shape { file, cause })?;
        Ok(Read { dataset: Dataset::new(name, features, rows.labels), mapping })
    }

    /// Reads samples of two classes; only the columns that occur are kept, and which they are is returned.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_occurring(self, options: &ReadOptions) -> Result<(Read, Columns), ReadError> {
        let (file, name) = (self.file.clone(), self.name.clone());
        let mut rows = self.rows(Rows::new(options.dimension, Labels::Two, true))?;
        let mapping = rows.classes(&file)?;
        let dimension = options.dimension.map_or(rows.largest, |d| d as u64);
        let (features, columns) = rows.occurring(dimension).map_err(|cause| ReadError::Shape { file, cause })?;
        Ok((Read { dataset: Dataset::new(name, features, rows.labels), mapping }, columns))
    }

    /// Reads rows for a model that knows these columns and, if labels are to be read, these classes. Values in other columns
    /// are left out. Where labels are not read a row may have any label or none, but not be empty.
    ///
    /// # Errors
    /// If reading fails, the text does not follow the grammar, or a label is of neither class.
    pub fn read_known(self, columns: &Columns, classes: Option<LabelMapping>) -> Result<Known, ReadError> {
        let (file, name) = (self.file.clone(), self.name.clone());
        let labels = classes.map_or(Labels::Unread, Labels::Of);
        let mut rows = self.rows(Rows::new(None, labels, true))?;
        if rows.labels.is_empty() {
            return Err(ReadError::Empty { file });
        }
        let positive = classes.map(|classes| classes.positive);
        rows.labels.iter_mut().for_each(|y| *y = if Some(*y) == positive { 1.0 } else { -1.0 });
        let (features, ignored) = rows.known(columns).map_err(|cause| ReadError::Shape { file, cause })?;
        Ok(Known { dataset: Dataset::new(name, features, rows.labels), ignored })
    }

    /// Reads to the end.
    fn rows(self, rows: Rows) -> Result<Rows, ReadError> {
        let Self { mut source, length, file, .. } = self;
        let mut magic = Vec::new();
        if let Err(cause) = source.by_ref().take(6).read_to_end(&mut magic) {
            return Err(ReadError::Io { file, line: 1, cause });
        }
        if let Some((_, format, unpack)) = PACKED.into_iter().find(|(start, ..)| magic.starts_with(start)) {
            return Err(ReadError::Packed { file, format, unpack });
        }
        let zipped = magic.starts_with(&[0x1f, 0x8b]);
        let source = magic.as_slice().chain(source);
        if zipped {
            read_text(BufReader::with_capacity(PIECE, MultiGzDecoder::new(source)), length, &file, rows)
        } else {
            read_text(source, length, &file, rows)
        }
    }
}

/// What files open with that other programs have packed: the name of the format, and the command that unpacks it.
const PACKED: [(&[u8], &str, &str); 6] = [
    (b"BZh", "bzip2", "bunzip2"),
    (b"\xfd7zXZ\0", "xz", "unxz"),
    (b"\x28\xb5\x2f\xfd", "zstd", "unzstd"),
    (b"\x04\x22\x4d\x18", "lz4", "unlz4"),
    (b"\x1f\x9d", "compress (.Z)", "uncompress"),
    (b"PK\x03\x04", "zip", "unzip"),
];

/// Reads text that is about `length` bytes long, or longer.
fn read_text(mut source: impl BufRead, mut length: u64, name: &str, rows: Rows) -> Result<Rows, ReadError> {
    let file = || name.to_owned();
    let mut text = Text { name, rows, lines: 0, blank: None };
    // The start of a line whose end is still to come.
    let (mut cut, mut done) = (Vec::new(), 0);
    loop {
        let chunk = match source.fill_buf() {
            Ok(chunk) => chunk,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(ReadError::Io { file: file(), line: text.lines + 1, cause }),
        };
        if chunk.is_empty() {
            break;
        }
        length = length.max(done + chunk.len() as u64);
        let read = chunk.len().min(PIECE);
        let mut rest = &chunk[..read];
        if !cut.is_empty() {
            let end = line_end(rest);
            cut.extend_from_slice(&rest[..end.unwrap_or(read)]);
            rest = &rest[end.unwrap_or(read)..];
            if end.is_some() {
                text.lines(&cut)?;
                cut.clear();
            } else if cut.len() > LONGEST {
                return Err(ReadError::Endless { file: file(), line: text.lines + 1 });
            }
        }
        cut.extend_from_slice(text.lines(rest)?);
        source.consume(read);
        // Once some text is read it is known how much room the rest takes. A twentieth is for parts that differ.
        let start = PIECE as u64 / 2;
        if (done..done + read as u64).contains(&start) {
            text.rows.expect(1.05 * length as f64 / (done + read as u64) as f64);
        }
        done += read as u64;
    }
    if !cut.is_empty() {
        cut.push(b'\n');
        text.lines(&cut)?;
    }
    Ok(text.rows)
}

/// The text so far.
struct Text<'a> {
    name: &'a str,
    rows: Rows,
    /// How many lines it has.
    lines: usize,
    /// The first blank line, after which there may be no row.
    blank: Option<usize>,
}

impl Text<'_> {
    /// Takes all lines that are whole, and gives back the start of the next.
    fn lines<'a>(&mut self, mut text: &'a [u8]) -> Result<&'a [u8], ReadError> {
        loop {
            while self.blank.is_none()
                && let Some(rest) = self.rows.take(text)
            {
                self.lines += 1;
                text = rest;
            }
            let Some(end) = line_end(text) else { return Ok(text) };
            self.line(&text[..end - 1])?;
            text = &text[end..];
        }
    }

    /// Takes a line without its line feed.
    fn line(&mut self, text: &[u8]) -> Result<(), ReadError> {
        self.lines += 1;
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.iter().all(is_blank) {
            self.blank.get_or_insert(self.lines);
            return Ok(());
        }
        if let Some(blank) = self.blank {
            return self.syntax(blank, 1, RowFault::EmptyLine);
        }
        let text = text.split(|&b| b == b'#').next().unwrap_or(text);
        let Err((column, fault)) = self.rows.push(text) else { return Ok(()) };
        // A byte that no token may hold says more than what the token failed to be.
        let token = text[column - 1..].split(is_blank).next().unwrap_or_default();
        match token.iter().position(|b| !b.is_ascii_graphic()) {
            Some(at) => self.syntax(self.lines, column + at, RowFault::BadByte { byte: token[at] }),
            None => self.syntax(self.lines, column, fault),
        }
    }

    fn syntax(&self, line: usize, column: usize, fault: RowFault) -> Result<(), ReadError> {
        Err(ReadError::Syntax { file: self.name.to_owned(), line, column, fault })
    }
}

/// Where the first line ends, after its line feed.
fn line_end(text: &[u8]) -> Option<usize> {
    text.iter().position(|&b| b == b'\n').map(|at| at + 1)
}
