//! Workers at other addresses as what a center exchanges frames with, and what they must agree on before the first round.

use super::Reach;
use super::peers::{Call, Peers, innermost};
use super::tls::TlsError;
use super::wire::{ANSWER, Job, REPORT, Report, SHORT, VERSION};
use crate::settings::Settings;
use bytes::Bytes;
use comrade::cluster::{ClusterError, Transport};
use comrade::data::libsvm::LabelMapping;
use comrade::protocol::longest_answer;
use std::collections::BTreeMap;
use std::io;
use tokio::runtime;
use tonic::transport::Endpoint;

/// Bytes of one answer that may be on their way before they are read.
const WINDOW: u32 = 1 << 20;
/// Bytes of what HTTP says about an answer, at most.
const HEADERS: u32 = 1 << 14;

/// A training run on workers at other addresses cannot begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FarError {
    /// No secure connection.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// No address, or a certificate or key that is none.
    #[error("{address}: {why}")]
    Address { address: String, why: String },
    /// This process has no sockets or no clock.
    #[error("no network: {0}")]
    Runtime(#[from] io::Error),
    /// What a job says is no JSON.
    #[error(transparent)]
    Job(#[from] serde_json::Error),
    /// Too many are not there, or have other samples.
    #[error("{failed} of {workers} workers cannot take part, and --trim covers {droppable}; {first}")]
    Few { failed: usize, workers: usize, droppable: usize, first: String },
}

/// Workers at other addresses.
#[derive(Debug)]
pub(crate) struct Far {
    addresses: Vec<String>,
    peers: Peers,
    /// What stands before the questions to each worker.
    heads: Vec<Vec<u8>>,
    shares: Vec<f64>,
    /// Without an intercept, as most workers have them.
    pub(crate) features: u32,
    /// d.
    dimension: usize,
    /// n, as far as the workers that lie tell it: none of them counts for more than the largest honest one.
    pub(crate) rows: u64,
    /// As most workers have them.
    pub(crate) labels: LabelMapping,
    /// Who had no answer in the last round, and why.
    failures: BTreeMap<usize, String>,
}

impl Far {
    /// Asks the workers what they hold, and believes what most of them say. A worker that says something else is not
    /// asked again.
    ///
    /// # Errors
    /// [`FarError`] if more workers than `--trim` covers are not there or have other samples.
    pub(crate) fn meet(addresses: &[String], reach: &Reach, settings: &Settings) -> Result<Self, FarError> {
        let (workers, droppable) = (addresses.len(), settings.trimmed());
        let endpoints = addresses.iter().map(|address| endpoint(address, reach)).collect::<Result<_, _>>()?;
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let mut peers = Peers::new(runtime, endpoints, reach.deadline, droppable);
        let mut heard = peers.ask(Call { path: REPORT, limit: SHORT, enough: workers }, &|_| Bytes::new());
        let mut reports = BTreeMap::new();
        for (worker, messages) in heard.messages {
            match &messages[..] {
                [report] if let Ok(report) = serde_json::from_slice::<Report>(report) => {
                    reports.insert(worker, report);
                }
                _ => {
                    let why = "what it says of its samples has another form";
                    peers.refuse(worker, why.into());
                    heard.failures.insert(worker, why.into());
                }
            }
        }
        let agreed = most(&reports);
        for (&worker, report) in &reports {
            let other = agreed.as_ref().map_or_else(
                || report.differs(VERSION, report.dimension, report.labels),
                |agreed| report.differs(VERSION, agreed.dimension, agreed.labels),
            );
            if let Some(why) = other {
                peers.refuse(worker, why.clone());
                heard.failures.insert(worker, why);
            }
        }
        let failures = heard.failures;
        reports.retain(|worker, _| !failures.contains_key(worker));
        let Some(Report { dimension, labels, .. }) = agreed.filter(|_| failures.len() <= droppable) else {
            let first = listed(&failures, addresses);
            return Err(FarError::Few { failed: failures.len(), workers, droppable, first });
        };
        let heads = (0..workers)
            .map(|worker| {
                Job {
                    version: VERSION.into(),
                    worker,
                    dimension,
                    labels,
                    loss: settings.loss,
                    lambda: settings.lambda,
                    intercept: settings.intercept,
                    compress: settings.compress.clone(),
                    seed: settings.seed,
                }
                .head()
            })
            .collect::<Result<_, _>>()?;
        let rows: Vec<u64> = reports.values().map(|report| report.rows).collect();
        let (shares, rows) = counted(&rows, workers, droppable);
        let (addresses, features) = (addresses.to_vec(), dimension);
        let dimension = features as usize + usize::from(settings.intercept);
        Ok(Self { addresses, peers, heads, shares, features, dimension, rows, labels, failures })
    }

    /// Who had no answer in the last round, and why, in words; nothing if all had.
    pub(crate) fn absent(&self) -> Option<String> {
        (!self.failures.is_empty()).then(|| listed(&self.failures, &self.addresses))
    }

    /// Where a worker is, and what it failed by in the last round, if it did.
    pub(crate) fn about(&self, worker: usize) -> (&str, Option<&str>) {
        (&self.addresses[worker], self.failures.get(&worker).map(String::as_str))
    }
}

impl Transport for Far {
    fn workers(&self) -> usize {
        self.peers.len()
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn exchange(&mut self, question: &[u8], enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
        let call = Call { path: ANSWER, limit: longest_answer(question)?, enough };
        let heads = &self.heads;
        let mut heard = self.peers.ask(call, &|worker| [&heads[worker], question].concat().into());
        self.failures = heard.failures;
        let frames = |worker| heard.messages.remove(&worker).into_iter().flatten().map(Vec::from).collect();
        Ok((0..heads.len()).map(frames).collect())
    }

    fn shares(&self) -> Vec<f64> {
        self.shares.clone()
    }
}

/// How a worker is reached.
fn endpoint(address: &str, reach: &Reach) -> Result<Endpoint, FarError> {
    let tls = reach.tls.client()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let failed = |error: tonic::transport::Error| FarError::Address { address: address.into(), why: innermost(&error) };
    let endpoint = Endpoint::from_shared(format!("{scheme}://{address}"))
        .map_err(failed)?
        .connect_timeout(reach.deadline)
        .tcp_nodelay(true)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .http2_max_header_list_size(HEADERS);
    match tls {
        Some(tls) => endpoint.tls_config(tls).map_err(failed),
        None => Ok(endpoint),
    }
}

/// What most workers of this version say of their samples, by who comes first where two are as many.
fn most(reports: &BTreeMap<usize, Report>) -> Option<Report> {
    let ours = || reports.values().filter(|report| report.version == VERSION);
    ours().rev().max_by_key(|report| ours().filter(|other| other.agrees(report)).count()).cloned()
}

/// q and n of what the workers say of their rows. If some may lie all count alike, and for n none counts for more than the
/// largest that cannot be a lie alone.
fn counted(rows: &[u64], workers: usize, droppable: usize) -> (Vec<f64>, u64) {
    let mut sorted = rows.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let most = sorted.get(droppable).or(sorted.last()).copied().unwrap_or(0);
    let n = rows.iter().fold(0_u64, |n, rows| n.saturating_add(*rows.min(&most)));
    let alike = vec![1.0 / workers as f64; workers];
    let by_rows = droppable == 0 && n > 0 && rows.len() == workers;
    (if by_rows { rows.iter().map(|rows| *rows as f64 / n as f64).collect() } else { alike }, n)
}

/// The first few who failed, in words.
fn listed(failures: &BTreeMap<usize, String>, addresses: &[String]) -> String {
    const NAMED: usize = 3;
    let named = failures.iter().take(NAMED).map(|(i, why)| format!("worker {i} at {}: {why}", addresses[*i]));
    let others = failures.len().saturating_sub(NAMED);
    named.chain((others > 0).then(|| format!("and {others} more"))).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rows: u64, dimension: u32) -> Report {
        let labels = LabelMapping { negative: -1.0, positive: 1.0 };
        Report { version: VERSION.into(), rows, dimension, labels }
    }

    #[test]
    fn what_most_say_is_believed_and_another_version_says_nothing() {
        let old = Report { version: "0.0.1".into(), ..report(1, 9) };
        let said = |reports: &[&Report]| most(&reports.iter().copied().cloned().enumerate().collect());
        let (three, four) = (report(1, 3), report(1, 4));
        assert_eq!(said(&[&four, &three, &three]), Some(three.clone()));
        assert_eq!(said(&[&four, &three]), Some(four.clone()));
        assert_eq!(said(&[&old, &old, &three]), Some(three));
        assert_eq!(said(&[&old]), None);
        assert_eq!(said(&[]), None);
    }

    #[test]
    fn the_rows_that_a_liar_reports_swing_nothing() {
        assert_eq!(counted(&[10, 30], 2, 0), (vec![0.25, 0.75], 40));
        let (shares, n) = counted(&[10, u64::MAX, 30, 20], 4, 1);
        assert_eq!((shares, n), (vec![0.25; 4], 10 + 30 + 30 + 20));
        assert_eq!(counted(&[0, 0], 2, 0).0, [0.5; 2]);
        assert_eq!(counted(&[u64::MAX, u64::MAX], 2, 0).1, u64::MAX);
        // One is not there yet.
        assert_eq!(counted(&[5, 5], 3, 1), (vec![1.0 / 3.0; 3], 10));
    }
}
