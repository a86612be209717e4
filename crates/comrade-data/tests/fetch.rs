//! The downloader against a server on this machine that answers as it is told.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use comrade_data::{CheckError, FetchError, Fetched, Fetcher, PublishedFile, sorted_lines_sha256};
use tempfile::TempDir;

/// A server; the heads of the requests that reached it.
struct Server {
    base_url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Gives these answers, one for each connection, and then refuses.
    fn new(answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}/binary", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let head: Vec<String> = BufReader::new(&stream)
                    .lines()
                    .map(Result::unwrap)
                    .take_while(|line| !line.is_empty())
                    .map(|line| line.to_lowercase())
                    .collect();
                seen.lock().unwrap().push(head.join("\n"));
                // The client may have hung up, having read enough.
                let _ = stream.write_all(&answer);
            }
        });
        Self { base_url, heads }
    }

    /// The range that each request asked for.
    fn ranges(&self) -> Vec<Option<String>> {
        let range = |head: &String| Some(head.lines().find_map(|line| line.strip_prefix("range: "))?.to_owned());
        self.heads.lock().unwrap().iter().map(range).collect()
    }
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length =
        if headers.contains("Content-Length") { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    [format!("HTTP/1.1 {status}\r\n{headers}{length}Connection: close\r\n\r\n").as_bytes(), body].concat()
}

/// 200 that announces all of it and sends the first `sent` bytes.
fn cut(body: &[u8], sent: usize) -> Vec<u8> {
    answer("200 OK", &format!("Content-Length: {}\r\n", body.len()), &body[..sent])
}

fn rest(body: &[u8], from: usize) -> Vec<u8> {
    let range = format!("Content-Range: bytes {from}-{}/{}\r\n", body.len() - 1, body.len());
    answer("206 Partial Content", &range, &body[from..])
}

fn text() -> Vec<u8> {
    (0..9000).flat_map(|row| format!("+1 {}:1 {}:1 \n", row % 100 + 1, row + 200).into_bytes()).collect()
}

fn entry(body: &[u8]) -> PublishedFile {
    let sha256 = sorted_lines_sha256(body).unwrap().leak();
    PublishedFile { name: "x9x", rows: 9000, dimension: 9200, bytes: body.len() as u64, sha256 }
}

fn fetcher(dir: &TempDir, base_url: &str) -> Fetcher {
    let timeout = Duration::from_secs(5);
    Fetcher { dir: dir.path().join("data"), base_url: base_url.to_owned(), force: false, timeout }
}

/// A folder with these files in it, and the fetcher into it.
fn with(base_url: &str, files: &[(&str, &[u8])]) -> (TempDir, Fetcher) {
    let dir = tempfile::tempdir().unwrap();
    let fetcher = fetcher(&dir, base_url);
    fs::create_dir_all(&fetcher.dir).unwrap();
    files.iter().for_each(|(name, held)| fs::write(fetcher.dir.join(name), held).unwrap());
    (dir, fetcher)
}

fn quiet(_: u64, _: Option<u64>) {}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The folder has the published file and nothing else.
fn assert_complete(fetcher: &Fetcher, fetched: Result<Fetched, FetchError>) {
    assert_eq!(fetched.unwrap(), Fetched::Downloaded(fetcher.dir.join("x9x")));
    assert_eq!(names(&fetcher.dir), ["x9x"]);
    assert!(fs::read(fetcher.dir.join("x9x")).unwrap() == text());
}

#[test]
fn a_whole_download_makes_the_folder_and_tells_how_far_it_is() {
    let body = text();
    let server = Server::new(vec![answer("200 OK", "", &body)]);
    let dir = tempfile::tempdir().unwrap();
    let fetcher = fetcher(&dir, &server.base_url);
    let mut steps = Vec::new();
    let fetched = fetcher.fetch(&entry(&body), |received, total| steps.push((received, total)));
    assert_complete(&fetcher, fetched);
    assert_eq!(steps.last(), Some(&(body.len() as u64, Some(body.len() as u64))));
    assert!(steps.is_sorted());
    assert!(server.heads.lock().unwrap()[0].starts_with("get /binary/x9x http/1.1"));
    assert_eq!(server.ranges(), [None]);
}

#[test]
fn a_download_cut_off_halfway_goes_on_from_there() {
    let body = text();
    let half = body.len() / 2;
    let server = Server::new(vec![cut(&body, half), rest(&body, half)]);
    let (_dir, fetcher) = with(&server.base_url, &[]);
    assert_complete(&fetcher, fetcher.fetch(&entry(&body), quiet));
    assert_eq!(server.ranges(), [None, Some(format!("bytes={half}-"))]);
}

#[test]
fn another_run_goes_on_from_what_is_left_and_follows_redirects() {
    let body = text();
    let half = body.len() / 2;
    let moved = answer("302 Found", "Location: /elsewhere\r\n", b"");
    let server = Server::new(vec![moved, rest(&body, half)]);
    let (_dir, fetcher) = with(&server.base_url, &[("x9x.part", &body[..half])]);
    assert_complete(&fetcher, fetcher.fetch(&entry(&body), quiet));
    assert_eq!(server.ranges(), vec![Some(format!("bytes={half}-")); 2]);
}

#[test]
fn what_came_is_kept_when_it_is_cut_off_again_and_again() {
    let body = text();
    let half = body.len() / 2;
    let stopped =
        answer("206 Partial Content", &format!("Content-Length: 100\r\nContent-Range: bytes {half}-\r\n"), b"");
    let server = Server::new(vec![cut(&body, half), stopped.clone(), stopped.clone(), stopped]);
    let (_dir, fetcher) = with(&server.base_url, &[]);
    let failed = fetcher.fetch(&entry(&body), quiet).unwrap_err();
    assert!(matches!(failed, FetchError::Cut { received, .. } if received == half as u64), "{failed}");
    assert_eq!(fs::read(fetcher.dir.join("x9x.part")).unwrap(), body[..half]);
}

#[test]
fn a_server_without_ranges_sends_it_all_again() {
    let body = text();
    let server = Server::new(vec![answer("200 OK", "", &body)]);
    let (_dir, fetcher) = with(&server.base_url, &[("x9x.part", b"+1 1:1 \n")]);
    assert_complete(&fetcher, fetcher.fetch(&entry(&body), quiet));
    assert_eq!(server.ranges(), [Some("bytes=8-".to_owned())]);
}

#[test]
fn a_range_that_does_not_fit_starts_again() {
    let body = text();
    for first in
        [answer("416 Range Not Satisfiable", "", b""), rest(&body, 100), answer("206 Partial Content", "", b"z")]
    {
        let server = Server::new(vec![first, answer("200 OK", "", &body)]);
        let (_dir, fetcher) = with(&server.base_url, &[("x9x.part", &body[..50])]);
        assert_complete(&fetcher, fetcher.fetch(&entry(&body), quiet));
        assert_eq!(server.ranges(), [Some("bytes=50-".to_owned()), None]);
    }
}

#[test]
fn a_wrong_beginning_left_by_an_earlier_run_is_thrown_away() {
    let body = text();
    let server = Server::new(vec![rest(&body, 50), answer("200 OK", "", &body)]);
    let (_dir, fetcher) = with(&server.base_url, &[("x9x.part", &[b'z'; 50])]);
    assert_complete(&fetcher, fetcher.fetch(&entry(&body), quiet));
    assert_eq!(server.ranges(), [Some("bytes=50-".to_owned()), None]);
}

#[test]
fn a_finished_part_needs_no_server_and_a_wrong_one_is_no_beginning() {
    let body = text();
    let (_dir, fetcher) = with("http://127.0.0.1:1", &[("x9x.part", &body)]);
    assert_complete(&fetcher, fetcher.fetch(&entry(&body), quiet));

    let server = Server::new(vec![answer("200 OK", "", &body)]);
    let (_dir, fetcher) = with(&server.base_url, &[("x9x.part", &vec![b'z'; body.len()])]);
    assert_complete(&fetcher, fetcher.fetch(&entry(&body), quiet));
    assert_eq!(server.ranges(), [None]);
}

#[test]
fn wrong_content_is_reported_and_not_kept() {
    let server = Server::new(vec![answer("200 OK", "", b"<html>sign in</html>")]);
    let (_dir, fetcher) = with(&server.base_url, &[]);
    let failed = fetcher.fetch(&entry(&text()), quiet).unwrap_err();
    assert!(matches!(&failed, FetchError::Different { source: CheckError::Different { .. }, .. }), "{failed}");
    assert!(failed.to_string().contains(&entry(&text()).url(&server.base_url)));
    assert_eq!(names(&fetcher.dir), [""; 0]);
}

#[test]
fn a_refusal_is_reported_with_its_status() {
    for (status, code) in [("404 Not Found", 404), ("503 Service Unavailable", 503), ("206 Partial Content", 206)] {
        let server = Server::new(vec![answer(status, "", b"no")]);
        let (_dir, fetcher) = with(&server.base_url, &[]);
        let failed = fetcher.fetch(&entry(&text()), quiet).unwrap_err();
        assert!(matches!(failed, FetchError::Status { status, .. } if status == code), "{failed}");
        assert_eq!(names(&fetcher.dir), [""; 0]);
    }
}

#[test]
fn without_a_connection_the_message_says_where_why_and_what_to_do() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for base_url in [format!("http://127.0.0.1:{port}"), "http://127.0.0.1:port".to_owned(), "nonsense".to_owned()] {
        let (_dir, fetcher) = with(&base_url, &[("x9x.part", b"+1 1:1 \n")]);
        let failed = fetcher.fetch(&entry(&text()), quiet).unwrap_err();
        assert!(matches!(failed, FetchError::Unreachable { .. }), "{failed}");
        let message = failed.to_string();
        assert!(message.starts_with(&format!("no answer from {base_url}/x9x: ")), "{message}");
        assert!(message.contains("COMRADE_DATA") && message.contains("a9a-like"), "{message}");
        assert_eq!(names(&fetcher.dir), ["x9x.part"]);
    }
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (_dir, mut fetcher) = with(&format!("http://{}", listener.local_addr().unwrap()), &[]);
    fetcher.timeout = Duration::from_millis(200);
    let failed = fetcher.fetch(&entry(&text()), quiet).unwrap_err();
    assert!(matches!(failed, FetchError::Unreachable { .. }), "{failed}");
}

#[test]
fn what_is_there_and_right_is_left_alone() {
    let body = text();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&body).unwrap();
    for (name, held) in [("x9x", &body), ("x9x.gz", &gz.finish().unwrap())] {
        let (_dir, mut fetcher) = with("http://127.0.0.1:1", &[(name, held)]);
        fetcher.force = true;
        assert_eq!(fetcher.fetch(&entry(&body), quiet).unwrap(), Fetched::Present(fetcher.dir.join(name)));
        assert_eq!(names(&fetcher.dir), [name]);
    }
}

#[test]
fn what_is_there_and_wrong_is_replaced_only_by_force() {
    let body = text();
    for name in ["x9x", "x9x.gz"] {
        let server = Server::new(vec![answer("200 OK", "", &body)]);
        let (_dir, mut fetcher) = with(&server.base_url, &[(name, b"my notes\n")]);
        let failed = fetcher.fetch(&entry(&body), quiet).unwrap_err();
        assert!(matches!(failed, FetchError::Present(CheckError::Different { .. })), "{failed}");
        assert!(failed.to_string().contains("--force"));
        assert_eq!(fs::read(fetcher.dir.join(name)).unwrap(), b"my notes\n");
        fetcher.force = true;
        assert_complete(&fetcher, fetcher.fetch(&entry(&body), quiet));
    }
}

#[test]
fn a_server_that_sends_far_too_much_is_stopped() {
    let body = text();
    let large = [&body[..], &body, &body].concat();
    let unannounced = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", &large[..]].concat();
    for first in [answer("200 OK", "", &large), unannounced] {
        let server = Server::new(vec![first]);
        let (_dir, fetcher) = with(&server.base_url, &[]);
        let failed = fetcher.fetch(&entry(&body), quiet).unwrap_err();
        assert!(matches!(failed, FetchError::Large { .. }), "{failed}");
        assert_eq!(names(&fetcher.dir), [""; 0]);
    }
}
