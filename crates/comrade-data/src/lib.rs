//! The real data sets: what they are, whether a file is the published one, where it is found, and how it is
//! downloaded. Without the feature `download` there is no network code in here.

pub mod catalogue;
pub mod checksum;
#[cfg(feature = "download")]
pub mod fetch;

pub use catalogue::{CATALOGUE, PublishedFile, directory, entry, find};
pub use checksum::{CheckError, sorted_lines_sha256, verify};
#[cfg(feature = "download")]
pub use fetch::{FetchError, Fetched, Fetcher};
