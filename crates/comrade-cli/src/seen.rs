//! What a watcher sees of a cluster while a solve holds it.

use comrade::cluster::{Ask, Cluster, ClusterError, InProcess, Reply, Traffic};
use std::cell::Cell;

/// A cluster whose traffic is seen between the rounds.
pub(crate) struct Seen<'a> {
    inner: InProcess,
    traffic: &'a Cell<Traffic>,
}

impl<'a> Seen<'a> {
    pub(crate) fn new(inner: InProcess, traffic: &'a Cell<Traffic>) -> Self {
        Self { inner, traffic }
    }
}

impl Cluster for Seen<'_> {
    fn workers(&self) -> usize {
        self.inner.workers()
    }
    fn dimension(&self) -> usize {
        self.inner.dimension()
    }
    fn round(&mut self, ask: Ask<'_>) -> Result<Vec<Reply>, ClusterError> {
        let replies = self.inner.round(ask);
        self.traffic.set(self.inner.traffic());
        replies
    }
    fn traffic(&self) -> Traffic {
        self.inner.traffic()
    }
}

/// Replies that are no finite vector of length d.
pub(crate) fn missing(replies: &[Reply], dimension: usize) -> usize {
    let usable = |v: &Vec<f64>| v.len() == dimension && v.iter().all(|v| v.is_finite());
    replies.iter().filter(|reply| !reply.iter().any(usable)).count()
}
