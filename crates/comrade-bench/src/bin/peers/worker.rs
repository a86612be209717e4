//! The process that peers run in: requests and answers are lines of JSON.

use crate::bench::{Bench, Outcome, PeerError, repeats};
use crate::data::Written;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// What a peer answers.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Answer {
    /// How long it took.
    #[serde(default)]
    pub(crate) seconds: f64,
    /// What it found, if that is a vector.
    #[serde(default)]
    pub(crate) w: Vec<f64>,
    #[serde(default)]
    versions: BTreeMap<String, String>,
    error: Option<String>,
}

/// A process with one peer and its data, ended when dropped.
#[derive(Debug)]
pub(crate) struct Peer {
    child: Child,
    requests: ChildStdin,
    answers: Receiver<io::Result<String>>,
}

/// Reading data and making them what a peer is fastest with.
const LOADING: Duration = Duration::from_secs(120);

impl Peer {
    fn start(bench: &Bench, threads: usize) -> Result<Self, PeerError> {
        let mut command = Command::new(&bench.python);
        command.arg(&bench.script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"] {
            command.env(name, threads.to_string());
        }
        let shown = bench.python.display();
        let mut child = command.spawn().map_err(|error| PeerError::Failed(format!("{shown}: {error}")))?;
        let (Some(requests), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(PeerError::Failed("no pipe to the peers".into()));
        };
        let (send, answers) = mpsc::channel();
        // Ends with the process, whose output it reads.
        thread::spawn(move || BufReader::new(output).lines().try_for_each(|line| send.send(line)));
        Ok(Self { child, requests, answers })
    }

    /// A process that has read a task's data from a folder; `with` is for the task.
    pub(crate) fn load(
        bench: &Bench,
        threads: usize,
        task: &str,
        data: &Written,
        with: &Value,
    ) -> Result<Self, PeerError> {
        let mut peer = Self::start(bench, threads)?;
        let Written { rows, cols, dense, .. } = data;
        let folder = data.folder();
        let request = json!({
            "do": "load", "task": task, "rows": rows, "cols": cols, "dense": dense, "folder": folder, "with": with,
        });
        peer.ask(&request, LOADING)?;
        Ok(peer)
    }

    /// A process that will read a text file.
    pub(crate) fn reader(bench: &Bench, peer: &str, file: &Path) -> Result<Self, PeerError> {
        let mut started = Self::start(bench, 1)?;
        started.ask(&json!({ "do": "read", "peer": peer, "path": file }), LOADING)?;
        Ok(started)
    }

    /// Runs the task; `with` is for this run.
    pub(crate) fn run(&mut self, bench: &Bench, with: &Value) -> Result<Answer, PeerError> {
        let mut request = with.clone();
        request["do"] = "run".into();
        self.ask(&request, bench.limit)
    }

    /// Runs in a sample of a task that takes `repeat`.
    pub(crate) fn repeats(&mut self, bench: &Bench, with: &Value) -> Result<usize, PeerError> {
        let mut once = with.clone();
        once["repeat"] = 1.into();
        // The first run is slower than the others.
        self.run(bench, &once)?;
        Ok(repeats(self.run(bench, &once)?.seconds))
    }

    fn ask(&mut self, request: &Value, limit: Duration) -> Result<Answer, PeerError> {
        writeln!(self.requests, "{request}")?;
        self.requests.flush()?;
        let line = match self.answers.recv_timeout(limit) {
            Ok(line) => line?,
            Err(RecvTimeoutError::Timeout) => {
                self.child.kill()?;
                return Err(PeerError::Slow(limit));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(PeerError::Failed("the peer ended".into())),
        };
        let answer: Answer = serde_json::from_str(&line).map_err(|error| PeerError::Failed(error.to_string()))?;
        match answer.error {
            Some(says) => Err(PeerError::Failed(says)),
            None => Ok(answer),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is installed.
pub(crate) fn versions(bench: &Bench) -> Outcome<BTreeMap<String, String>> {
    Ok(Peer::start(bench, 1)?.ask(&json!({ "do": "versions" }), LOADING)?.versions)
}
