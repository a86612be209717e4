//! Checksums that do not depend on the order of the lines, nor on compression.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::PublishedFile;

/// Why a file is not the published one.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// It cannot be read, or its compression is damaged.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It holds more than twice what the published file does, and was not read further.
    #[error("{}: holds more than {limit} bytes, expected {expected}", path.display())]
    Large {
        /// The file.
        path: PathBuf,
        /// Where reading stopped.
        limit: u64,
        /// Bytes of the published file.
        expected: u64,
    },
    /// It holds something else.
    #[error("{}: SHA-256 of the sorted lines is {found}, expected {expected}", path.display())]
    Different {
        /// The file.
        path: PathBuf,
        /// The published checksum.
        expected: String,
        /// The checksum of the file.
        found: String,
    },
}

/// The longest a file may be and still be looked at, uncompressed.
pub(crate) fn limit(entry: &PublishedFile) -> u64 {
    entry.bytes.saturating_mul(2)
}

/// SHA-256, in hexadecimal, over the lines sorted bytewise, each followed by one line feed. Compressed input
/// is known by its first two bytes.
///
/// # Errors
/// If reading fails or the compressed data is damaged.
pub fn sorted_lines_sha256(reader: impl Read) -> io::Result<String> {
    Ok(hash(&plain(reader, u64::MAX)?))
}

/// Checks that the file at `path`, plain or compressed, is the published one.
///
/// # Errors
/// If it cannot be read, is much too large, or has another checksum.
pub fn verify(path: &Path, entry: &PublishedFile) -> Result<(), CheckError> {
    let limit = limit(entry);
    let held = File::open(path)
        .and_then(|file| plain(file, limit.saturating_add(1)))
        .map_err(|source| CheckError::Read { path: path.to_owned(), source })?;
    if held.len() as u64 > limit {
        return Err(CheckError::Large { path: path.to_owned(), limit, expected: entry.bytes });
    }
    let found = hash(&held);
    if found == entry.sha256 {
        return Ok(());
    }
    Err(CheckError::Different { path: path.to_owned(), expected: entry.sha256.to_owned(), found })
}

/// The first `most` bytes, uncompressed.
fn plain(reader: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut reader = BufReader::new(reader);
    let mut held = Vec::new();
    // One fill may give a single byte, so the first two are read and put back in front.
    let mut magic = Vec::new();
    reader.by_ref().take(2).read_to_end(&mut magic)?;
    let compressed = magic == [0x1f, 0x8b];
    let whole = io::Cursor::new(magic).chain(reader);
    let whole: &mut dyn Read = if compressed { &mut MultiGzDecoder::new(whole) } else { &mut { whole } };
    whole.take(most).read_to_end(&mut held)?;
    Ok(held)
}

fn hash(text: &[u8]) -> String {
    let mut lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    // What follows the last line feed is a line only if there is something.
    lines.pop_if(|last| last.is_empty());
    lines.sort_unstable();
    let mut digest = Sha256::new();
    for line in lines {
        digest.update(line);
        digest.update(b"\n");
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    // sha256 of "a\nb\nc\n" and of nothing.
    const ABC: &str = "880553fca8fcea94e325ee2cfb48e5a985cc797f39a14cc6d3cedecfeb2ae4d2";
    const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn gz(text: &str) -> Vec<u8> {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        to.write_all(text.as_bytes()).unwrap();
        to.finish().unwrap()
    }

    #[test]
    fn neither_order_nor_the_last_line_feed_nor_compression_matters() {
        for text in ["a\nb\nc\n", "c\na\nb\n", "b\nc\na"] {
            assert_eq!(sorted_lines_sha256(text.as_bytes()).unwrap(), ABC);
            assert_eq!(sorted_lines_sha256(&gz(text)[..]).unwrap(), ABC);
        }
        assert_eq!(sorted_lines_sha256(&[gz("c\n"), gz("b\na\n")].concat()[..]).unwrap(), ABC);
        assert_eq!(sorted_lines_sha256(&b""[..]).unwrap(), NOTHING);
        for other in ["a\nb\n", "a\nb\nc\n\n", "a\nb\nc\nc\n", "a\r\nb\nc\n", "\x1f"] {
            assert_ne!(sorted_lines_sha256(other.as_bytes()).unwrap(), ABC);
        }
        assert!(sorted_lines_sha256(&gz("a\nb\nc\n")[..12]).is_err());
    }

    #[test]
    fn a_wrong_file_is_named_with_both_checksums() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("abc");
        let entry = PublishedFile { name: "abc", rows: 3, dimension: 1, bytes: 6, sha256: ABC };
        assert!(matches!(verify(&path, &entry), Err(CheckError::Read { .. })));
        std::fs::write(&path, "b\na\nc\n").unwrap();
        verify(&path, &entry).unwrap();
        std::fs::write(&path, "").unwrap();
        let message = verify(&path, &entry).unwrap_err().to_string();
        assert_eq!(message, format!("{}: SHA-256 of the sorted lines is {NOTHING}, expected {ABC}", path.display()));
        // A small file that would unpack to a large one.
        std::fs::write(&path, gz(&"a".repeat(1 << 20))).unwrap();
        assert!(matches!(verify(&path, &entry), Err(CheckError::Large { limit: 12, expected: 6, .. })));
    }
}
