//! One question to all workers, and what came of it before the round was closed.
//!
//! How long a round waits:
//!
//! * until it can do without those who have not answered, for everybody; who cannot be reached is asked again meanwhile;
//! * then, until one and a half times that time have passed, for everybody who has not failed;
//! * then, unless as many have answered as are enough whoever is late, for those of them whose patience is not used up, and
//!   who pay for it with theirs: one worker holds up all rounds together by [`PATIENCE`] deadlines at most;
//! * and never beyond the deadline.

use super::wire::Plain;
use bytes::Bytes;
use http::uri::PathAndQuery;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

/// In deadlines: by how much one worker may hold up all rounds together.
const PATIENCE: u32 = 3;
/// In times that it took until the round could do without those who are still out: how long all of them are waited for.
const GRACE: f64 = 1.5;
/// How long after a failure a worker is asked again.
const PAUSE: Duration = Duration::from_millis(200);
/// What a reason has at most, in characters.
const LONGEST_REASON: usize = 300;

/// A worker, as the center knows it.
#[derive(Debug)]
struct Peer {
    endpoint: Endpoint,
    /// None before the first call, and after one that failed: what a connection holds goes with it.
    channel: Option<Channel>,
    /// By how much it may still hold up rounds.
    patience: Duration,
    /// Why it is not asked any more.
    refused: Option<String>,
}

impl Peer {
    fn channel(&mut self) -> Channel {
        self.channel.get_or_insert_with(|| self.endpoint.connect_lazy()).clone()
    }

    /// Takes from its patience the time since then.
    fn pay(&mut self, since: Option<Instant>) {
        let held_up = since.map_or(Duration::ZERO, |since| Instant::now().saturating_duration_since(since));
        self.patience = self.patience.saturating_sub(held_up);
    }
}

/// A call: which one, the most bytes of its answer, and how many answers are enough whoever is late.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) path: &'static str,
    pub(super) limit: usize,
    pub(super) enough: usize,
}

/// What came of a question.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The messages of each worker that answered: two at most, more are not read.
    pub(super) messages: BTreeMap<usize, Vec<Bytes>>,
    /// Of each other worker, why it did not.
    pub(super) failures: BTreeMap<usize, String>,
}

/// All workers.
#[derive(Debug)]
pub(super) struct Peers {
    runtime: Runtime,
    peers: Vec<Peer>,
    deadline: Duration,
    /// How many a round can do without where everybody is waited for.
    droppable: usize,
}

impl Peers {
    /// Workers at these addresses, of which a round can do without `droppable`.
    pub(super) fn new(runtime: Runtime, endpoints: Vec<Endpoint>, deadline: Duration, droppable: usize) -> Self {
        let peer = |endpoint| Peer { endpoint, channel: None, patience: PATIENCE * deadline, refused: None };
        Self { runtime, peers: endpoints.into_iter().map(peer).collect(), deadline, droppable }
    }

    /// m.
    pub(super) fn len(&self) -> usize {
        self.peers.len()
    }

    /// Does not ask this worker any more.
    pub(super) fn refuse(&mut self, worker: usize, why: String) {
        self.peers[worker].refused = Some(why);
    }

    /// Asks each worker its question, and returns when the round is closed.
    pub(super) fn ask(&mut self, call: Call, question: &dyn Fn(usize) -> Bytes) -> Heard {
        let Self { runtime, peers, deadline, droppable } = self;
        let needed = call.enough.saturating_sub(*droppable);
        runtime.block_on(play(peers, *deadline, needed, call, question))
    }
}

async fn play(
    peers: &mut [Peer],
    deadline: Duration,
    needed: usize,
    call: Call,
    question: &dyn Fn(usize) -> Bytes,
) -> Heard {
    let Heard { mut messages, mut failures } = Heard::default();
    let (began, mut calls) = (Instant::now(), JoinSet::new());
    let end = began + deadline;
    // The workers that the round waits for, and from when on this uses up their patience: unknown until it can do
    // without them.
    let (mut out, mut paid) = (BTreeSet::new(), None);
    for (i, peer) in peers.iter_mut().enumerate() {
        if let Some(why) = &peer.refused {
            failures.insert(i, why.clone());
        } else {
            calls.spawn(ask(i, peer.channel(), call, question(i), Duration::ZERO));
            out.insert(i);
        }
    }
    loop {
        let mut until = end;
        if messages.len() >= needed {
            let paid = *paid.get_or_insert_with(|| end.min(began + began.elapsed().mul_f64(GRACE)));
            let patience = |i: &usize| if messages.len() < call.enough { peers[*i].patience } else { Duration::ZERO };
            match out.iter().map(|i| end.min(paid + patience(i))).max() {
                Some(last) => until = last,
                None => break,
            }
        }
        let Ok(Some(done)) = timeout_at(until, calls.join_next()).await else { break };
        let Ok((i, said)) = done else { continue };
        if out.remove(&i) {
            peers[i].pay(paid);
        }
        match said {
            Ok(sent) => {
                failures.remove(&i);
                messages.insert(i, sent);
            }
            Err(why) => {
                failures.insert(i, why);
                peers[i].channel = None;
                calls.spawn(ask(i, peers[i].channel(), call, question(i), PAUSE));
            }
        }
    }
    for i in out {
        peers[i].pay(paid);
        let why = if Instant::now() >= end {
            format!("no answer in {deadline:?}")
        } else if peers[i].patience.is_zero() {
            format!("not waited for: it has held up rounds by {:?} in all", PATIENCE * deadline)
        } else {
            "late: the others took less than two thirds as long".into()
        };
        failures.insert(i, why);
    }
    for (i, peer) in peers.iter_mut().enumerate() {
        if !messages.contains_key(&i) {
            peer.channel = None;
        }
    }
    calls.shutdown().await;
    Heard { messages, failures }
}

/// Asks one worker, after a pause.
async fn ask(
    worker: usize,
    channel: Channel,
    call: Call,
    question: Bytes,
    pause: Duration,
) -> (usize, Result<Vec<Bytes>, String>) {
    if !pause.is_zero() {
        sleep(pause).await;
    }
    (worker, said(channel, call, question).await.map_err(|status| reason(&status)))
}

/// The messages of an answer. A second one is no part of it, and is read so that it can be seen.
async fn said(channel: Channel, call: Call, question: Bytes) -> Result<Vec<Bytes>, Status> {
    let mut grpc = Grpc::new(channel).max_decoding_message_size(call.limit);
    grpc.ready().await.map_err(|error| Status::from_error(error.into()))?;
    let path = PathAndQuery::from_static(call.path);
    let mut stream = grpc.server_streaming(Request::new(question), path, Plain).await?.into_inner();
    let mut messages = vec![];
    while messages.len() < 2
        && let Some(message) = stream.message().await?
    {
        messages.push(message);
    }
    Ok(messages)
}

/// A failure as a line that can be printed, whatever it says.
fn reason(status: &Status) -> String {
    let own = status.source().map_or_else(|| status.message().to_owned(), innermost);
    let line = printable(&own);
    if line.is_empty() { status.code().to_string() } else { line }
}

/// What was the first of all causes.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut at = error;
    while let Some(cause) = at.source() {
        at = cause;
    }
    at.to_string()
}

/// Without what moves a cursor.
pub(super) fn printable(text: &str) -> String {
    let one_line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    one_line.take(LONGEST_REASON).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_worker_gives_as_its_reason_is_one_short_line() {
        for (said, line) in [
            ("it has d = 3", "it has d = 3"),
            ("\u{1b}[2J\u{1b}[1;1Hconverged\nexit 0", "[2J [1;1Hconverged exit 0"),
            ("", "Internal error"),
            ("\n\n", "Internal error"),
        ] {
            assert_eq!(reason(&Status::internal(said)), line);
        }
        assert_eq!(reason(&Status::internal("x".repeat(10_000))).len(), LONGEST_REASON);
    }
}
