//! All workers in this process, liars included: frames in, frames out.

use crate::attack::{Attack, Message, View};
use crate::cluster::{ClusterError, Network, Transport};
use crate::compress::Compressor;
use crate::data::Dataset;
use crate::loss::Loss;
use crate::objective::{Objective, Singular};
use crate::protocol::{Ask, AskError, Broadcast, Tag, WorkerId};
use crate::stream::{Purpose, Seed};
use crate::worker::{Worker, message};
use rayon::prelude::*;
use std::sync::Arc;

const ATTACK: Purpose = Purpose::new("attack");
const POISON: Purpose = Purpose::new("poison");

/// A cluster of workers in this process, as [`super::Simulation`] makes it.
pub type InProcess = Network<Local>;

/// The workers of an [`InProcess`] cluster, computing in parallel on rayon's current pool.
///
/// Results do not depend on the number of threads: every random draw has a stream of its own, linear algebra is
/// sequential inside a worker, and replies are gathered in worker order.
#[derive(Debug)]
pub struct Local {
    pub(crate) workers: Vec<Worker>,
    /// S_1..S_m, or none if the workers brought samples of their own.
    pub(crate) shards: Vec<Vec<usize>>,
    /// One a Byzantine worker; honest workers have none. m.
    pub(crate) attacks: Vec<Option<Box<dyn Attack>>>,
    /// All n samples, held only if an attack needs them.
    pub(crate) omniscience: Option<Dataset>,
    pub(crate) loss: Loss,
    pub(crate) lambda: f64,
    pub(crate) compressor: Arc<dyn Compressor>,
    pub(crate) seed: Seed,
    pub(crate) dimension: usize,
    /// Honest workers that had no answer to the last question, and why.
    pub(crate) failed: Vec<(WorkerId, Singular)>,
    /// The lowest mean of f that the honest workers have told in rounds that followed each other.
    pub(crate) lowest: f64,
    /// The round that would follow the last one.
    pub(crate) next: u64,
}

/// What a worker has worked out, and the frames that it sends of its own accord.
type Worked = (Result<Vec<f64>, Singular>, Vec<Vec<u8>>);

impl Local {
    /// Honest workers, each of which has samples of its own: of the same columns, and either unweighted or with
    /// weights for which the mean of the f_i is f.
    #[must_use]
    pub fn honest(held: Vec<Dataset>, loss: Loss, lambda: f64, compressor: Arc<dyn Compressor>, seed: Seed) -> Self {
        let dimension = held.first().map_or(0, Dataset::cols);
        let attacks = held.iter().map(|_| None).collect();
        let worker = |(i, shard)| Worker { id: WorkerId(i), shard, loss, lambda };
        Self {
            workers: held.into_iter().enumerate().map(worker).collect(),
            shards: vec![],
            attacks,
            omniscience: None,
            loss,
            lambda,
            compressor,
            seed,
            dimension,
            failed: vec![],
            lowest: f64::INFINITY,
            next: 0,
        }
    }

    pub(crate) fn poison(&mut self) {
        for (worker, attack) in self.workers.iter_mut().zip(&self.attacks) {
            if let Some(attack) = attack {
                attack.poison(&mut worker.shard.labels, &mut self.seed.stream(POISON, worker.id.0, 0));
            }
        }
    }

    /// Gives the samples of every worker, and all samples together, other labels: another problem on the same features.
    /// Attacks on data poison them again.
    pub fn relabel(&mut self, labels: impl Fn(WorkerId) -> Vec<f64>, all: impl FnOnce() -> Vec<f64>) {
        self.workers.iter_mut().for_each(|worker| worker.shard.labels = labels(worker.id));
        if let Some(data) = &mut self.omniscience {
            data.labels = all();
        }
        self.lowest = f64::INFINITY;
        self.poison();
    }

    /// S_1..S_m: the row indices of every worker; none if they are [honest](Self::honest) workers with samples of their
    /// own.
    #[must_use]
    pub fn shards(&self) -> &[Vec<usize>] {
        &self.shards
    }

    /// The frames of a message to this question, with a tag of its own choice.
    fn frame(&self, ask: &Ask<'_>, worker: usize, (tag, round): (Tag, u64), v: &[f64]) -> Vec<u8> {
        tag.frame(&message(ask, &*self.compressor, self.seed, WorkerId(worker), round, v))
    }

    /// What the honest workers send, and what everyone has worked out.
    fn work(&self, ask: &Ask<'_>, tag: Tag) -> Vec<Worked> {
        // Honest workers send at once. One task per worker: rayon's halves would leave a thread idle while another
        // finishes the last few.
        let work = |(worker, attack): (&Worker, &Option<Box<dyn Attack>>)| {
            let answer = worker.answer(ask);
            let sent = match (&answer, attack) {
                (Ok(vector), None) => vec![self.frame(ask, worker.id.0, (tag, tag.round), vector)],
                _ => vec![],
            };
            (answer, sent)
        };
        self.workers.par_iter().zip(&self.attacks).with_max_len(1).map(work).collect()
    }

    /// What a liar sends.
    fn lie(&self, attack: &dyn Attack, worker: usize, tag: Tag, view: &View<'_>) -> Vec<Vec<u8>> {
        let round = tag.round;
        let frame = |tag: Tag, v: &[f64]| self.frame(&view.ask, worker, (tag, round), v);
        match attack.send(view, &mut self.seed.stream(ATTACK, worker, round)) {
            Message::Vector(v) => vec![frame(tag, &v)],
            Message::Bytes(bytes) => vec![tag.frame(&bytes)],
            Message::Late(v) => vec![frame(Tag { round: round.wrapping_sub(1), ..tag }, &v)],
            Message::Twice(v) => vec![frame(tag, &v); 2],
            Message::Nothing => vec![],
        }
    }
}

impl InProcess {
    /// The workers and what they hold, poisoned shards included.
    #[must_use]
    pub fn members(&self) -> &[Worker] {
        &self.transport.workers
    }

    /// S_1..S_m: the row indices of every worker.
    #[must_use]
    pub fn shards(&self) -> &[Vec<usize>] {
        self.transport.shards()
    }
}

impl Transport for Local {
    fn workers(&self) -> usize {
        self.workers.len()
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn exchange(&mut self, question: &[u8], _enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
        let (tag, question) = Tag::unframe(question).ok_or(AskError::Frame(question.len()))?;
        let broadcast = Broadcast::decode(question, self.dimension)?;
        let ask = broadcast.ask();
        if tag.round != self.next {
            self.lowest = f64::INFINITY;
        }
        self.next = tag.round.wrapping_add(1);

        let (mut own, mut sent) = (Vec::with_capacity(self.workers.len()), Vec::with_capacity(self.workers.len()));
        self.failed.clear();
        for ((answer, frames), (worker, attack)) in
            self.work(&ask, tag).into_iter().zip(self.workers.iter().zip(&self.attacks))
        {
            if let (Err(why), None) = (&answer, attack) {
                self.failed.push((worker.id, *why));
            }
            own.push(answer.ok());
            sent.push(frames);
        }

        // Then the liars, who know what the others have sent.
        let honest: Vec<&[f64]> =
            own.iter().zip(&self.attacks).filter(|(_, a)| a.is_none()).filter_map(|(v, _)| v.as_deref()).collect();
        let liars = self.attacks.iter().flatten().count();
        // They need no direction of their own.
        let nothing = vec![0.0; if liars > 0 { ask.reply_length() } else { 0 }];
        if liars > 0 {
            let global = self.omniscience.as_ref().map(|data| Objective { data, loss: self.loss, lambda: self.lambda });
            sent.par_iter_mut().zip(&self.attacks).enumerate().for_each(|(i, (frames, attack))| {
                let Some(attack) = attack else { return };
                let view = View {
                    ask,
                    round: tag.round,
                    own: own[i].as_deref().unwrap_or(&nothing),
                    honest: &honest,
                    liars,
                    global,
                    lowest: self.lowest,
                };
                *frames = self.lie(&**attack, i, tag, &view);
            });
        }
        if matches!(ask, Ask::Expansion { .. }) && !honest.is_empty() {
            let values = honest.iter().filter_map(|v| v.first());
            let mean: f64 = values.map(|value| value / honest.len() as f64).sum();
            self.lowest = self.lowest.min(mean);
        }
        Ok(sent)
    }

    fn failures(&self) -> &[(WorkerId, Singular)] {
        &self.failed
    }

    fn shares(&self) -> Vec<f64> {
        // Weights are scaled so that the mean of the f_i is f: see `shard::take`.
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
}
