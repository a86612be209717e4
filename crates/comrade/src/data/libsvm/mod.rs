//! LIBSVM text files, plain or gzip, read in one pass.
//!
//! ```text
//! file    = { line ( "\n" | "\r\n" ) }         the last line end may be missing
//! line    = [ row ] [ "#" any bytes ]          comments are ignored
//! row     = label { index ":" value }          tokens are separated by spaces or tabs
//! label   = number                             two classes a file: -1 and 1, 0 and 1, 1 and 2, or 2 and 4
//! index   = digits                             1 to 4294967295, strictly increasing in a row
//! value   = number                             zeros are legal and not stored
//! number  = what `f64::from_str` takes, if the result is finite: `1`, `+1`, `-.5`, `2.000000`, `1e-3`
//! ```
//!
//! A row may hold a label only. A blank line is an error unless nothing but blank lines follows.
//! Gzip is recognised by its first two bytes, and may hold several members.
//! Lines and columns in errors count from 1 in the decompressed text, columns in bytes.

mod fault;
mod quick;
#[cfg(test)]
mod reference;
mod rows;
mod write;

pub use fault::{ReadError, RowFault};
pub use write::write;

use self::rows::{Rows, is_blank};
use super::{Csr, Dataset, Features};
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

/// How many bytes are taken in one step, and asked of a file: few enough to stay in a cache.
const PIECE: usize = 1 << 16;

/// What the caller knows about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// d. Without it the largest index in the file, which is too small when the last columns are empty.
    pub dimension: Option<usize>,
}

/// A file, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The rows in the order of the file: sparse features with no stored zero, labels -1 and +1.
    pub dataset: Dataset,
    /// What the labels were in the file.
    pub mapping: LabelMapping,
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

/// Reads a file; the data set is called as the file is, without `.gz`.
///
/// # Errors
/// Those of [`read`], and [`ReadError::Open`]; they name the file by its whole path.
pub fn read_path(path: &Path, options: &ReadOptions) -> Result<Read, ReadError> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|cause| ReadError::Open { file: shown.clone(), cause })?;
    let length = file.metadata().map_or(0, |data| data.len());
    let mut read = read_sized(BufReader::with_capacity(PIECE, file), length, &shown, options)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    read.dataset.name = name.strip_suffix(".gz").unwrap_or(&name).to_owned();
    Ok(read)
}

/// Reads from a source, plain or gzip; `name` is for the data set and for errors.
///
/// # Errors
/// If reading fails, the text does not follow the grammar, or the labels are not two classes that are known.
pub fn read(source: impl BufRead, name: &str, options: &ReadOptions) -> Result<Read, ReadError> {
    read_sized(source, 0, name, options)
}

/// [`read`] for a source that is about `length` bytes long, or longer; it may be wrong.
fn read_sized(mut source: impl BufRead, length: u64, name: &str, options: &ReadOptions) -> Result<Read, ReadError> {
    let mut magic = Vec::new();
    if let Err(cause) = source.by_ref().take(2).read_to_end(&mut magic) {
        return Err(ReadError::Io { file: name.to_owned(), line: 1, cause });
    }
    let zipped = magic == [0x1f, 0x8b];
    let source = magic.as_slice().chain(source);
    if zipped {
        read_text(BufReader::with_capacity(PIECE, MultiGzDecoder::new(source)), length, name, options)
    } else {
        read_text(source, length, name, options)
    }
}

/// Reads text that is about `length` bytes long, or longer.
fn read_text(mut source: impl BufRead, mut length: u64, name: &str, options: &ReadOptions) -> Result<Read, ReadError> {
    let file = || name.to_owned();
    let rows = Rows { offsets: vec![0], dimension: options.dimension, ..Rows::default() };
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
    let Text { mut rows, .. } = text;
    let (negative, positive) = match rows.classes[..] {
        [] => return Err(ReadError::Empty { file: file() }),
        [label] => return Err(ReadError::OneClass { file: file(), label }),
        [a, b, ..] => (a.min(b), a.max(b)),
    };
    if !PAIRS.contains(&(negative, positive)) {
        return Err(ReadError::UnknownPair { file: file(), smaller: negative, larger: positive });
    }
    rows.labels.iter_mut().for_each(|y| *y = if *y == positive { 1.0 } else { -1.0 });
    let cols = options.dimension.unwrap_or(rows.largest as usize);
    let features = if rows.values.is_empty() {
        Csr::of_ones(cols, rows.offsets, rows.indices)
    } else {
        Csr::new(cols, rows.offsets, rows.indices, rows.values)
    };
    let features = features.map_err(|cause| ReadError::Shape { file: file(), cause })?;
    let dataset = Dataset::new(file(), Features::Sparse(features), rows.labels);
    Ok(Read { dataset, mapping: LabelMapping { negative, positive } })
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection, num, prelude::*};
    use std::io::Write as _;

    const FREE: ReadOptions = ReadOptions { dimension: None };

    fn text(text: impl AsRef<[u8]>) -> Result<Read, ReadError> {
        read(text.as_ref(), "f", &FREE)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn sparse(cols: usize, rows: &[&[(u32, f64)]]) -> Features {
        let mut offsets = vec![0];
        rows.iter().for_each(|row| offsets.push(offsets[offsets.len() - 1] + row.len()));
        let (indices, values) = rows.iter().flat_map(|row| row.iter().copied()).unzip();
        Features::Sparse(Csr::new(cols, offsets, indices, values).unwrap())
    }

    #[test]
    fn every_error_says_what_and_where() {
        let long = format!("1 {}", "x".repeat(99));
        let quoted = format!("f:1:3: feature \"{}...\" has no colon (features are index:value)", "x".repeat(32));
        let pairs = "are none of the pairs -1 and 1, 0 and 1, 1 and 2, 2 and 4";
        let cases: [(&[u8], &str); 43] = [
            (b"", "f: no rows"),
            (b"\n \t\r\n\n", "f: no rows"),
            (b"# only\n#comments", "f: no rows"),
            (b"+1 1:1\n\n-1 1:1\n", "f:2:1: empty line"),
            (b"\n1", "f:1:1: empty line"),
            (b"1\n2\n \n\t\n#\n", "f:3:1: empty line"),
            (b"1:1 2:1", "f:1:1: label \"1:1\" is not a number"),
            (b"1\n  0x1 1:1", "f:2:3: label \"0x1\" is not a number"),
            (b"\"\\ 1:1", "f:1:1: label \"\\\"\\\\\" is not a number"),
            (b"1,2 1:1", "f:1:1: label \"1,2\" is not a number"),
            (b"nan 1:1", "f:1:1: label \"nan\" is not finite"),
            (b"-inf 1:1", "f:1:1: label \"-inf\" is not finite"),
            (b"1e999", "f:1:1: label \"1e999\" is not finite"),
            (b"1\n2\n1\n 3 1:1\n", "f:4:2: label 3 makes a third class, after 1 and 2"),
            (b"1 qid:3 1:1", "f:1:3: \"qid:\" marks ranking data, which is not supported"),
            (b"1 1:1\t7 8:1", "f:1:7: feature \"7\" has no colon (features are index:value)"),
            (long.as_bytes(), &quoted),
            (b"1 +1:1", "f:1:3: feature index \"+1\" is not a whole number"),
            (b"1 -1:1", "f:1:3: feature index \"-1\" is not a whole number"),
            (b"1 :1", "f:1:3: feature index \"\" is not a whole number"),
            (b"1\n2 0:1", "f:2:3: feature index 0 (indices start at 1)"),
            (b"1 4294967296:1", "f:1:3: feature index 4294967296 is too large (at most 4294967295)"),
            (b"1 0099999999999:1", "f:1:3: feature index 0099999999999 is too large (at most 4294967295)"),
            (b"1 3:1 3:1", "f:1:7: feature index 3 is repeated"),
            (b"1 3:0 3:1", "f:1:7: feature index 3 is repeated"),
            (b"1 3:1  2:1", "f:1:8: feature index 2 after 3 (indices must increase)"),
            (b"1 3:", "f:1:5: value \"\" is not a number"),
            (b"1 3: 4", "f:1:5: value \"\" is not a number"),
            (b"1 3:1:2", "f:1:5: value \"1:2\" is not a number"),
            (b"1 3:1_0", "f:1:5: value \"1_0\" is not a number"),
            (b"1 3:0x10", "f:1:5: value \"0x10\" is not a number"),
            (b"1 3:NaN", "f:1:5: value \"NaN\" is not finite"),
            (b"1 3:+infinity", "f:1:5: value \"+infinity\" is not finite"),
            (b"1 3:-1e999", "f:1:5: value \"-1e999\" is not finite"),
            (b"\xef\xbb\xbf1 1:1", "f:1:1: byte 0xef is not printable ASCII"),
            (b"1 1:1\n2 1:\xc3\xa9", "f:2:5: byte 0xc3 is not printable ASCII"),
            (b"1 1:1\x00\x00", "f:1:6: byte 0x00 is not printable ASCII"),
            (b"1 1:1\r2 1:1", "f:1:6: byte 0x0d is not printable ASCII"),
            (b"+1\n1.0\n1", "f: one class only: every label is 1"),
            (b"-1\n", "f: one class only: every label is -1"),
            (b"1\n-2", &format!("f: labels -2 and 1 {pairs}")),
            (b"5 1:1\n0.5 1:1", &format!("f: labels 0.5 and 5 {pairs}")),
            (b"\x1f\x8b", "f:1: cannot read on: unexpected end of file"),
        ];
        for (input, message) in cases {
            assert_eq!(text(input).unwrap_err().to_string(), message, "{}", input.escape_ascii());
        }
        let stated = read(&b"1 3:0\n2 2:1 4:0"[..], "a9a", &ReadOptions { dimension: Some(3) });
        assert_eq!(stated.unwrap_err().to_string(), "a9a:2:7: feature index 4 is above the stated dimension 3");
        let missing = read_path(Path::new("no/such"), &FREE).unwrap_err();
        assert!(matches!(&missing, ReadError::Open { file, .. } if file == "no/such"), "{missing}");
    }

    #[test]
    fn what_is_legal_is_read() {
        let x = sparse(4, &[&[(0, 0.5), (2, -1e-3)], &[], &[(1, 12.0)]]);
        let pairs = [("+1", "-1"), ("1", "0"), ("2", "1"), ("4", "2"), ("4.000000", "2.000000"), ("1.0", "-1.0")];
        for (positive, negative) in pairs {
            for end in ["\n", "\r\n", " \n", " # c\n", "#é c:0\r\n"] {
                let p = positive;
                let input =
                    format!("# x{end}{p}  1:.5\t003:-1e-3 4:0{end}{negative}{end}{p} 1:-0.0 2:+12.{end}\n \r\n");
                let Read { dataset, mapping } = text(&input).unwrap();
                assert_eq!((&dataset.features, dataset.labels), (&x, vec![1.0, -1.0, 1.0]), "{input:?}");
                assert_eq!((mapping.negative, mapping.positive), (negative.parse().unwrap(), p.parse().unwrap()));
            }
        }
        assert_eq!(text("2\n4").unwrap().mapping.to_string(), "2 -> -1, 4 -> +1");
        assert_eq!(text("1 1:1\n0 2:1").unwrap(), text("1 1:1\n-0 2:1\n").unwrap());
        assert_eq!(text("1 4294967295:1\n2").unwrap().dataset.cols(), 4_294_967_295);
        let stated = read(&b"1\n2 3:1"[..], "f", &ReadOptions { dimension: Some(9) }).unwrap().dataset;
        assert_eq!((stated.cols(), stated.rows(), stated.name), (9, 2, "f".to_owned()));
    }

    #[test]
    fn gzip_is_recognised_by_its_content() {
        let input = b"1 1:1 3:2.5\n2 2:1\n".repeat(20);
        let plain = text(&input).unwrap();
        let zipped = gzip(&input);
        assert_eq!(text(&zipped).unwrap(), plain);
        assert_eq!(text([gzip(&input[..30]), gzip(&input[30..])].concat()).unwrap(), plain);
        assert_eq!(read(BufReader::with_capacity(1, &zipped[..]), "f", &FREE).unwrap(), plain);
        let dir = tempfile::tempdir().unwrap();
        for (file, bytes) in [("a9a.t.gz", &zipped), ("a9a.t", &input), ("plain.gz", &input), ("zipped", &zipped)] {
            std::fs::write(dir.path().join(file), bytes).unwrap();
            let Read { dataset, .. } = read_path(&dir.path().join(file), &FREE).unwrap();
            assert_eq!(dataset.name, file.trim_end_matches(".gz"));
            assert_eq!(
                (dataset.features, dataset.labels),
                (plain.dataset.features.clone(), plain.dataset.labels.clone())
            );
        }
        for end in 2..zipped.len() {
            let error = text(&zipped[..end]).unwrap_err();
            assert!(matches!(error, ReadError::Io { .. }), "cut at {end}: {error}");
        }
        let mut corrupt = zipped.clone();
        corrupt[zipped.len() - 8] ^= 1; // The checksum, found wrong after the last line.
        let message = text(&corrupt).unwrap_err().to_string();
        assert_eq!(message, "f:41: cannot read on: corrupt gzip stream does not have a matching checksum");
    }

    #[test]
    fn labels_that_no_file_can_hold_are_not_written() {
        let dataset = |labels| Dataset::new("f", sparse(1, &[&[]]), labels);
        for labels in [vec![f64::NAN], vec![], vec![1.0; 2]] {
            assert_eq!(write(&dataset(labels), Vec::new()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
        let mut out = Vec::new();
        write(&dataset(vec![-2.5e30]), &mut out).unwrap();
        assert_eq!(out, b"-2.5e30\n");
    }

    /// A row: its class, and for some of 12 columns a value.
    fn row() -> impl Strategy<Value = (bool, Vec<Option<f64>>)> {
        let anything = num::f64::POSITIVE | num::f64::NEGATIVE | num::f64::NORMAL | num::f64::SUBNORMAL;
        let value = prop_oneof![anything, (1..99_i32).prop_map(f64::from)];
        (any::<bool>(), collection::vec(proptest::option::of(value), 12))
    }

    /// Text that is almost a file.
    const NEARLY: &str = "([-+]?[0-4]( [0-9]{1,3}:[-+.e#\\PC0-9]{0,3}|[ \t\r\n])*\n?){0,6}";

    proptest! {
        #[test]
        fn what_is_written_is_read_back(rows in collection::vec(row(), 0..20), zip in any::<bool>()) {
            let (mut labels, mut held) = (vec![1.0, -1.0], vec![vec![], vec![]]);
            for (class, values) in rows {
                labels.push(if class { 1.0 } else { -1.0 });
                held.push((0..12).zip(values).filter_map(|(k, v)| Some((k, v?))).collect());
            }
            let features = sparse(12, &held.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let dataset = Dataset::new("f", features, labels);
            let mut out = Vec::new();
            write(&dataset, &mut out).unwrap();
            let out = if zip { gzip(&out) } else { out };
            prop_assert_eq!(read(&out[..], "f", &ReadOptions { dimension: Some(12) }).unwrap().dataset, dataset);
        }

        #[test]
        fn no_bytes_panic(bytes in collection::vec(any::<u8>(), 0..200), near in NEARLY) {
            let _ = (text(&bytes), text(&near), text([&[0x1f, 0x8b, 8, 0][..], &bytes].concat()));
            let mut zipped = gzip(near.as_bytes());
            for pair in bytes.chunks_exact(2).take(3) {
                let at = usize::from(pair[0]) % zipped.len();
                zipped[at] = pair[1];
            }
            let _ = text(&zipped);
        }
    }

    /// (name, d, n, positives, nnz) of the files that `COMRADE_DATA` should hold, as .gz or plain.
    const FILES: [(&str, usize, usize, usize, usize); 7] = [
        ("a9a", 123, 32_561, 7_841, 451_592),
        ("a9a.t", 123, 16_281, 3_846, 225_731),
        ("w5a", 300, 9_888, 281, 115_120),
        ("w5a.t", 300, 39_861, 1_198, 464_466),
        ("heart_scale", 13, 270, 120, 3_378),
        ("australian", 14, 690, 307, 7_724),
        ("breast-cancer", 10, 683, 239, 6_830),
    ];

    #[test]
    fn real_files_have_their_known_counts() {
        let Some(dir) = std::env::var_os("COMRADE_DATA") else {
            return println!("skipped: COMRADE_DATA does not name the directory of the data sets");
        };
        for (name, dimension, rows, positives, nnz) in FILES {
            let zipped = Path::new(&dir).join(format!("{name}.gz"));
            let path = if zipped.exists() { zipped } else { zipped.with_extension("") };
            let Read { dataset, mapping } = read_path(&path, &ReadOptions { dimension: Some(dimension) }).unwrap();
            let positive = dataset.labels.iter().filter(|&&y| y == 1.0).count();
            let counts = (dataset.cols(), dataset.rows(), positive, dataset.features.nnz());
            assert_eq!((dataset.name.as_str(), counts), (name, (dimension, rows, positives, nnz)));
            assert!(dataset.labels.iter().all(|y| y.abs() == 1.0));
            let free = read_path(&path, &FREE).unwrap().dataset;
            assert_eq!(free.cols(), if name == "a9a.t" { 122 } else { dimension });
            println!("{name}: {mapping}");
        }
    }
}
