//! The only road between the center and its workers; it counts rounds and bytes.
//!
//! The center never sees who is Byzantine: it asks, and gets one reply a worker, in worker order.

use crate::attack::{Attack, Message, View};
use crate::compress::Compressor;
use crate::data::Dataset;
use crate::loss::Loss;
use crate::objective::{Objective, Singular};
use crate::round::{Collector, Tag};
use crate::shard;
use crate::stream::{Purpose, Seed};
use crate::worker::{Worker, WorkerId, message};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use crate::round::Reply;
pub use crate::worker::Ask;

const ATTACK: Purpose = Purpose::new("attack");
const POISON: Purpose = Purpose::new("poison");

/// What has crossed the network so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// Broadcast-and-gather rounds.
    pub rounds: u64,
    /// Bytes from the center, summed over workers.
    pub bytes_down: u64,
    /// Bytes of the messages as encoded by the workers, without their frames.
    pub bytes_up: u64,
}

/// A round could not be played at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// An honest worker cannot take its local step.
    #[error("{worker}: {source}")]
    Worker {
        /// Which one.
        worker: WorkerId,
        /// Why.
        source: Singular,
    },
    /// What carries the messages is out of order.
    #[error("the cluster cannot be reached: {0}")]
    Transport(String),
}

/// The seam through which all communication runs.
pub trait Cluster {
    /// m.
    fn workers(&self) -> usize;
    /// d.
    fn dimension(&self) -> usize;
    /// One broadcast, and one reply a worker, in worker order.
    ///
    /// # Errors
    /// [`ClusterError`] when the round cannot be played; a silent or lying worker is no error.
    fn round(&mut self, ask: Ask<'_>) -> Result<Vec<Reply>, ClusterError>;
    /// q, what each worker's f_i counts in f = sum_i q_i f_i: m numbers whose sum is 1. All alike, unless shards differ in size
    /// and their weights do not make up for it.
    fn shares(&self) -> Vec<f64> {
        vec![1.0 / self.workers() as f64; self.workers()]
    }
    /// f over all samples, where one honest worker in this process holds them.
    fn alone(&self) -> Option<Objective<'_>> {
        None
    }
    /// What has crossed the network so far.
    fn traffic(&self) -> Traffic;
    /// Goes on as the cluster that had seen this traffic: the next round is number `traffic.rounds`, and draws what that
    /// round draws.
    fn resume(&mut self, traffic: Traffic);
}

/// All workers in this process, computing in parallel on rayon's current pool.
///
/// Results do not depend on the number of threads: every random draw has a stream of its own, linear algebra is
/// sequential inside a worker, and replies are gathered in worker order.
#[derive(Debug)]
pub struct InProcess {
    workers: Vec<Worker>,
    attacks: Vec<Option<Box<dyn Attack>>>,
    /// All n samples, held only if an attack needs them.
    omniscience: Option<Dataset>,
    loss: Loss,
    lambda: f64,
    compressor: Box<dyn Compressor>,
    seed: Seed,
    dimension: usize,
    traffic: Traffic,
    /// The lowest mean of f that the honest workers have told.
    lowest: f64,
}

/// Messages of one worker, each with the round that it says it answers.
pub type Sent = Vec<(Tag, Vec<u8>)>;

/// What a worker has worked out, and what it sends of its own accord.
type Worked = (Result<Vec<f64>, Singular>, Sent);

/// What an [`InProcess`] cluster is made of.
#[derive(Debug)]
pub struct Setup<'a> {
    /// All n samples.
    pub data: &'a Dataset,
    /// S_1..S_m, row indices of each worker; see [`crate::shard::Sharding::deal`].
    pub shards: &'a [Vec<usize>],
    /// l.
    pub loss: Loss,
    /// lambda.
    pub lambda: f64,
    /// Q, applied by workers to directions (gradients travel uncompressed).
    pub compressor: Box<dyn Compressor>,
    /// One attack a Byzantine worker; honest workers have none. Missing entries are honest.
    pub attacks: Vec<Option<Box<dyn Attack>>>,
    /// Names every random stream.
    pub seed: Seed,
}

impl InProcess {
    /// Deals the shards; attacks on data poison their shard here, once.
    #[must_use]
    pub fn new(setup: Setup<'_>) -> Self {
        let Setup { data, shards, loss, lambda, compressor, mut attacks, seed } = setup;
        attacks.resize_with(shards.len(), || None);
        let take = |i| Worker { id: WorkerId(i), shard: shard::take(data, shards, i), loss, lambda };
        let workers = (0..shards.len()).map(take).collect();
        let omniscience = attacks.iter().flatten().any(|attack| attack.needs_global()).then(|| data.clone());
        let (dimension, traffic) = (data.cols(), Traffic::default());
        let lowest = f64::INFINITY;
        let mut cluster =
            Self { workers, attacks, omniscience, loss, lambda, compressor, seed, dimension, traffic, lowest };
        cluster.poison();
        cluster
    }

    fn poison(&mut self) {
        for (worker, attack) in self.workers.iter_mut().zip(&self.attacks) {
            if let Some(attack) = attack {
                attack.poison(&mut worker.shard.labels, &mut self.seed.stream(POISON, worker.id.0, 0));
            }
        }
    }

    /// Gives the samples of every worker, and all samples together, other labels: another problem on the same features.
    /// Attacks on data poison them anew.
    pub fn relabel(&mut self, labels: impl Fn(WorkerId) -> Vec<f64>, all: impl FnOnce() -> Vec<f64>) {
        self.workers.iter_mut().for_each(|worker| worker.shard.labels = labels(worker.id));
        if let Some(data) = &mut self.omniscience {
            data.labels = all();
        }
        self.lowest = f64::INFINITY;
        self.poison();
    }

    /// The workers and what they hold, poisoned shards included.
    #[must_use]
    pub fn members(&self) -> &[Worker] {
        &self.workers
    }

    /// What every worker sends when asked this in this round, in worker order: who is honest one message, who lies
    /// whatever it likes.
    ///
    /// # Errors
    /// [`ClusterError`] when an honest worker cannot take its local step.
    pub fn messages(&mut self, ask: Ask<'_>, tag: Tag) -> Result<Vec<Sent>, ClusterError> {
        let round = tag.round;
        let encode = |i: usize, v: &[f64]| message(&ask, &*self.compressor, self.seed, WorkerId(i), round, v);

        // Who is honest sends at once. One task a worker: rayon's halves would leave a thread idle while another finishes the
        // last few.
        let worked: Vec<Worked> = self
            .workers
            .par_iter()
            .zip(&self.attacks)
            .with_max_len(1)
            .map(|(worker, attack)| {
                let answer = worker.answer(&ask);
                let sent = match (&answer, attack) {
                    (Ok(vector), None) => vec![(tag, encode(worker.id.0, vector))],
                    _ => vec![],
                };
                (answer, sent)
            })
            .collect();
        let (mut own, mut messages) = (Vec::with_capacity(worked.len()), Vec::with_capacity(worked.len()));
        for (((answer, sent), worker), attack) in worked.into_iter().zip(&self.workers).zip(&self.attacks) {
            own.push(match (answer, attack) {
                (Ok(vector), _) => vector,
                // A Byzantine worker needs no direction of its own.
                (Err(_), Some(_)) => vec![0.0; ask.reply_length()],
                (Err(source), None) => return Err(ClusterError::Worker { worker: worker.id, source }),
            });
            messages.push(sent);
        }

        // Then those who lie, knowing what the others have sent.
        let honest: Vec<&[f64]> =
            own.iter().zip(&self.attacks).filter(|(_, a)| a.is_none()).map(|(v, _)| v.as_slice()).collect();
        let liars = own.len() - honest.len();
        if liars > 0 {
            let global = self.omniscience.as_ref().map(|data| Objective { data, loss: self.loss, lambda: self.lambda });
            messages.par_iter_mut().zip(&self.attacks).enumerate().for_each(|(i, (sent, attack))| {
                let Some(attack) = attack else { return };
                let view = View { ask, own: &own[i], honest: &honest, liars, global, lowest: self.lowest };
                *sent = match attack.send(&view, &mut self.seed.stream(ATTACK, i, round)) {
                    Message::Vector(v) => vec![(tag, encode(i, &v))],
                    Message::Bytes(bytes) => vec![(tag, bytes)],
                    Message::Late(v) => vec![(Tag { round: round.wrapping_sub(1), ..tag }, encode(i, &v))],
                    Message::Twice(v) => vec![(tag, encode(i, &v)); 2],
                    Message::Nothing => vec![],
                };
            });
        }
        if matches!(ask, Ask::Expansion { .. }) && !honest.is_empty() {
            let values = honest.iter().filter_map(|v| v.first());
            let mean: f64 = values.map(|value| value / honest.len() as f64).sum();
            self.lowest = self.lowest.min(mean);
        }
        Ok(messages)
    }
}

impl Cluster for InProcess {
    fn workers(&self) -> usize {
        self.workers.len()
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn round(&mut self, ask: Ask<'_>) -> Result<Vec<Reply>, ClusterError> {
        let tag = Tag { run: self.seed.0, round: self.traffic.rounds };
        self.traffic.rounds = self.traffic.rounds.saturating_add(1);
        let down = (ask.encode().len() * self.workers.len()) as u64;
        self.traffic.bytes_down = self.traffic.bytes_down.saturating_add(down);
        let messages = self.messages(ask, tag)?;
        let up = messages.iter().flatten().map(|(_, bytes)| bytes.len() as u64).sum();
        self.traffic.bytes_up = self.traffic.bytes_up.saturating_add(up);
        let mut collector = Collector::new(tag, messages.len(), ask.codec(&*self.compressor), ask.reply_length());
        for (i, sent) in messages.iter().enumerate() {
            sent.iter().for_each(|(tag, bytes)| collector.receive_message(WorkerId(i), *tag, bytes));
        }
        Ok(collector.close())
    }

    fn shares(&self) -> Vec<f64> {
        // Weights are so scaled that the mean of the f_i is f: see `shard::take`.
        let size = |worker: &Worker| worker.shard.rows() as f64;
        if self.workers.iter().any(|worker| worker.shard.weights.is_some()) {
            return vec![1.0 / self.workers.len() as f64; self.workers.len()];
        }
        let all: f64 = self.workers.iter().map(size).sum();
        self.workers.iter().map(|worker| size(worker) / all.max(1.0)).collect()
    }

    fn alone(&self) -> Option<Objective<'_>> {
        match (&self.workers[..], self.attacks.iter().flatten().next()) {
            ([worker], None) => Some(Objective { data: &worker.shard, loss: self.loss, lambda: self.lambda }),
            _ => None,
        }
    }

    fn traffic(&self) -> Traffic {
        self.traffic
    }

    fn resume(&mut self, traffic: Traffic) {
        if traffic != self.traffic {
            self.lowest = f64::INFINITY;
        }
        self.traffic = traffic;
    }
}
