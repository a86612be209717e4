//! Downloads that can be cut off and go on, and that are kept only if they are what was published.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::catalogue::VARIABLE;
use crate::checksum::limit;
use crate::{CheckError, PublishedFile, find, verify};

/// How often a download that is cut off goes on by itself.
const TRIES: usize = 4;

/// Downloads files of the catalogue into a folder.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// The folder; made if it is not there.
    pub dir: PathBuf,
    /// Where from: [`BASE_URL`](crate::catalogue::BASE_URL) or a mirror.
    pub base_url: String,
    /// Whether a file that is there but wrong is replaced.
    pub force: bool,
    /// How long to wait for a connection, for an answer, and for each further piece of it.
    pub timeout: Duration,
}

/// What a fetch found or did, and the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It was there and is the published one.
    Present(PathBuf),
    /// It was downloaded.
    Downloaded(PathBuf),
}

/// Why a file was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// There is a file of this name, and it is not the published one.
    #[error("{0}; it is left as it is, --force replaces it")]
    Present(CheckError),
    /// No answer: no connection, an unknown host, a time-out, a bad address.
    #[error(
        "no answer from {url}: {cause}. Without a connection, set {VARIABLE} to a folder that has the files, \
         plain or as .gz; everything else runs without them, on the stand-ins a9a-like and w5a-like"
    )]
    Unreachable {
        /// The address.
        url: String,
        /// Why.
        cause: String,
    },
    /// The server refused.
    #[error("{url}: the server answered with status {status}")]
    Status {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The download was cut off more than once; what came is kept.
    #[error("{url}: cut off after {received} bytes: {cause}. Run it again to go on from there")]
    Cut {
        /// The address.
        url: String,
        /// Bytes there are now, with those of earlier runs.
        received: u64,
        /// Why.
        cause: String,
    },
    /// The server sends more than twice the published file; what came is deleted.
    #[error("{url}: sends more than {limit} bytes, expected {expected}; nothing of it is kept")]
    Large {
        /// The address.
        url: String,
        /// The most that is taken.
        limit: u64,
        /// Bytes of the published file.
        expected: u64,
    },
    /// The download is not the published file; it is deleted.
    #[error("{url}: not the published file, and nothing of it is kept: {source}")]
    Different {
        /// The address.
        url: String,
        /// What is wrong.
        source: CheckError,
    },
    /// A file or folder cannot be written.
    #[error("{}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Fetcher {
    /// Makes sure that the folder has the published file: checks the one that is there, or else downloads it to
    /// `NAME.part`, going on from what an earlier run left, checks it, and renames it to `NAME`.
    ///
    /// `progress` is called with the bytes there are and, if the server says so, the bytes there will be.
    ///
    /// # Errors
    /// If the file is there and wrong without [`force`](Self::force), the download fails or is not the published
    /// file, or writing fails.
    pub fn fetch(
        &self,
        entry: &PublishedFile,
        mut progress: impl FnMut(u64, Option<u64>),
    ) -> Result<Fetched, FetchError> {
        let there = find(&self.dir, entry.name);
        if let Some(path) = &there {
            match verify(path, entry) {
                Ok(()) => return Ok(Fetched::Present(path.clone())),
                Err(_) if self.force => {}
                Err(e) => return Err(FetchError::Present(e)),
            }
        }
        fs::create_dir_all(&self.dir).map_err(writing(&self.dir))?;
        let part = self.dir.join(format!("{}.part", entry.name));
        self.complete(entry, &part, &mut progress)?;
        let path = self.dir.join(entry.name);
        fs::rename(&part, &path).map_err(writing(&path))?;
        if let Some(old) = there.filter(|old| *old != path) {
            fs::remove_file(&old).map_err(writing(&old))?;
        }
        Ok(Fetched::Downloaded(path))
    }

    /// Brings `part` to the published file, or leaves what can be gone on from.
    fn complete(
        &self,
        entry: &PublishedFile,
        part: &Path,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<(), FetchError> {
        let mut tries = 1;
        loop {
            let mut have = fs::metadata(part).map_or(0, |file| file.len());
            if have >= entry.bytes {
                // An earlier run may have ended just before the renaming.
                if verify(part, entry).is_ok() {
                    return Ok(());
                }
                remove(part)?;
                have = 0;
            }
            match self.download(entry, part, have, progress) {
                Ok(()) => match verify(part, entry) {
                    Ok(()) => return Ok(()),
                    Err(source) => {
                        remove(part)?;
                        // If only a part is new, the old part may be the wrong one.
                        if have == 0 || tries >= TRIES {
                            return Err(FetchError::Different { url: entry.url(&self.base_url), source });
                        }
                    }
                },
                Err(FetchError::Cut { .. }) if tries < TRIES => {}
                Err(e) => return Err(e),
            }
            tries += 1;
        }
    }

    /// Appends to `part`, of which there are `have` bytes, what is missing; or writes it again if the server sends
    /// the whole file.
    fn download(
        &self,
        entry: &PublishedFile,
        part: &Path,
        have: u64,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<(), FetchError> {
        let url = entry.url(&self.base_url);
        let mut request = self.agent().get(&url);
        if have > 0 {
            request = request.header("Range", format!("bytes={have}-"));
        }
        let answer = request.call().map_err(|e| FetchError::Unreachable { url: url.clone(), cause: e.to_string() })?;
        let mut received = match answer.status().as_u16() {
            200 => 0,
            206 if have > 0 && range_start(answer.headers().get("Content-Range")) == Some(have) => have,
            // Another range than asked for, or none behind what there is: what there is cannot be right.
            206 | 416 if have > 0 => {
                remove(part)?;
                return self.download(entry, part, 0, progress);
            }
            status => return Err(FetchError::Status { url, status }),
        };
        let mut body = answer.into_body();
        let total = body.content_length().map(|length| length.saturating_add(received));
        let most = limit(entry);
        let large = || FetchError::Large { url: url.clone(), limit: most, expected: entry.bytes };
        if total.is_some_and(|total| total > most) {
            return Err(large());
        }

        let mut to = OpenOptions::new();
        let to = if received > 0 { to.append(true) } else { to.write(true).create(true).truncate(true) };
        let mut to: File = to.open(part).map_err(writing(part))?;
        let mut from = body.as_reader();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(FetchError::Cut { url, received, cause: e.to_string() }),
            };
            received += count as u64;
            if received > most {
                drop(to);
                remove(part)?;
                return Err(large());
            }
            to.write_all(&buffer[..count]).map_err(writing(part))?;
            progress(received, total);
        }
        to.sync_all().map_err(writing(part))
    }

    fn agent(&self) -> ureq::Agent {
        let wait = Some(self.timeout);
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("comrade-data/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(wait)
            .timeout_connect(wait)
            .timeout_recv_response(wait)
            .timeout_per_read(wait);
        // A server on this machine is never behind a proxy.
        if ["http://127.0.0.1", "http://[::1]", "http://localhost"].iter().any(|at| self.base_url.starts_with(at)) {
            config = config.proxy(None);
        }
        config.build().new_agent()
    }
}

/// The first byte of a range such as `bytes 100-199/200`.
fn range_start(header: Option<&ureq::http::HeaderValue>) -> Option<u64> {
    let range = header?.to_str().ok()?.strip_prefix("bytes ")?;
    range.split_once('-')?.0.trim().parse().ok()
}

fn writing(path: &Path) -> impl FnOnce(io::Error) -> FetchError {
    |source| FetchError::Write { path: path.to_owned(), source }
}

fn remove(path: &Path) -> Result<(), FetchError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(writing(path)(e)),
        _ => Ok(()),
    }
}
