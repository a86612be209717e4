//! The files used here, of the LIBSVM data collection of C.-C. Chang and C.-J. Lin, under the names they have there.

use std::path::{Path, PathBuf};

/// Where the collection is published; a file is at this address, a slash, and its name.
pub const BASE_URL: &str = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary";

/// The environment variable that names the folder of the files.
pub const VARIABLE: &str = "COMRADE_DATA";

/// A published file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedFile {
    /// Its name in the collection, for example `a9a`.
    pub name: &'static str,
    /// n, the number of samples.
    pub rows: usize,
    /// d as the collection states it; the largest index in the file may be lower.
    pub dimension: usize,
    /// Its length, uncompressed.
    pub bytes: u64,
    /// SHA-256 over its lines sorted bytewise, each followed by one line feed, so that the order of the rows
    /// does not matter: of `w5a.t` there are copies that differ in that order only.
    pub sha256: &'static str,
}

impl PublishedFile {
    /// Its address, under [`BASE_URL`] or a mirror.
    #[must_use]
    pub fn url(&self, base: &str) -> String {
        format!("{}/{}", base.trim_end_matches('/'), self.name)
    }
}

/// All files, training sets before their test sets.
pub const CATALOGUE: [PublishedFile; 7] = [
    PublishedFile {
        name: "a9a",
        rows: 32_561,
        dimension: 123,
        bytes: 2_329_875,
        sha256: "bf37ae397f2ccd216012081fca1842c99e5de9a19d42259512407e32e02810b7",
    },
    PublishedFile {
        name: "a9a.t",
        rows: 16_281,
        dimension: 123,
        bytes: 1_164_628,
        sha256: "caa384765c4fa2f458a211924ce61ca9148f625b5ab066d3fc1df5e340935871",
    },
    PublishedFile {
        name: "w5a",
        rows: 9_888,
        dimension: 300,
        bytes: 690_824,
        sha256: "9dd90c91890eed1e93eede5963a747777e3757f4e0ae9e69e852f7566f568db6",
    },
    PublishedFile {
        name: "w5a.t",
        rows: 39_861,
        dimension: 300,
        bytes: 2_787_414,
        sha256: "a789e5cef74ac8e7041132f648fb353901d00d85feedd770c64ce8b3494ae97c",
    },
    PublishedFile {
        name: "heart_scale",
        rows: 270,
        dimension: 13,
        bytes: 27_670,
        sha256: "50c850a1e5087ca922c95689e5019259d72fb628bed1f053a8637f5062abcf79",
    },
    PublishedFile {
        name: "australian",
        rows: 690,
        dimension: 14,
        bytes: 115_308,
        sha256: "29341dca10c06d559e175230c4ececf57ff1796e045e754fd35b9556afcd4c59",
    },
    PublishedFile {
        name: "breast-cancer",
        rows: 683,
        dimension: 10,
        bytes: 87_065,
        sha256: "b0bd0f52cdc3477fad7091d6fd229a24b8787db70da7d07064ca932349b871b7",
    },
];

/// The file of this name.
#[must_use]
pub fn entry(name: &str) -> Option<&'static PublishedFile> {
    CATALOGUE.iter().find(|entry| entry.name == name)
}

/// The folder of the files: `$COMRADE_DATA`, or `data` in the current folder.
#[must_use]
pub fn directory() -> PathBuf {
    std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map_or_else(|| PathBuf::from("data"), PathBuf::from)
}

/// The file `NAME`, or else `NAME.gz`, in this folder.
#[must_use]
pub fn find(dir: &Path, name: &str) -> Option<PathBuf> {
    [name.to_owned(), format!("{name}.gz")].into_iter().map(|file| dir.join(file)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_their_entries() {
        assert_eq!(entry("w5a.t").map(|e| (e.rows, e.dimension)), Some((39_861, 300)));
        assert_eq!(entry("w6a"), None);
        for e in CATALOGUE {
            assert_eq!(entry(e.name), Some(&e));
            assert!(e.sha256.len() == 64 && e.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
        }
        assert_eq!(CATALOGUE[0].url("http://host/x/"), "http://host/x/a9a");
    }

    #[test]
    fn the_plain_file_is_found_before_the_compressed_one() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(find(dir.path(), "a9a"), None);
        std::fs::write(dir.path().join("a9a.gz"), "").unwrap();
        assert_eq!(find(dir.path(), "a9a"), Some(dir.path().join("a9a.gz")));
        std::fs::write(dir.path().join("a9a"), "").unwrap();
        assert_eq!(find(dir.path(), "a9a"), Some(dir.path().join("a9a")));
    }
}
