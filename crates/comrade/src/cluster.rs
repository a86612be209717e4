//! The only road between the center and its workers; it numbers rounds and counts bytes.
//!
//! The center never sees who is Byzantine: it asks a [`Cluster`], and gets one reply per worker, in worker order.
//! Whatever can carry frames ([`Transport`]) becomes a cluster by [`Network`]; nothing else numbers, frames, counts or
//! reads them.

use crate::compress::Compressor;
use crate::objective::{Objective, Singular};
use crate::protocol::{AskError, Missing, Tag, WorkerId};
use crate::round::Collector;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::fmt;
use std::sync::Arc;

pub use crate::protocol::{Ask, Reply};

/// What has crossed the network so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// Broadcast-and-gather rounds.
    pub rounds: u64,
    /// Bytes from the center, summed over workers, without frames.
    pub bytes_down: u64,
    /// Bytes of the messages as encoded by the workers, without their frames.
    pub bytes_up: u64,
}

/// A round could not be played at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// Workers in this process cannot read the question.
    #[error(transparent)]
    Question(#[from] AskError),
    /// What carries the messages is out of order.
    #[error("the cluster cannot be reached: {0}")]
    Transport(#[source] Lost),
}

/// Why messages could not be carried: the error of the transport, of any type.
#[derive(Clone, Debug)]
pub struct Lost(pub Arc<dyn Error + Send + Sync>);

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Lost {}

impl PartialEq for Lost {
    /// Whether it is the same event.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Lost {}

/// The seam through which all communication runs.
pub trait Cluster {
    /// m.
    fn workers(&self) -> usize;
    /// d.
    fn dimension(&self) -> usize;
    /// One broadcast, and one reply per worker, in worker order. Once `enough` have answered it may be closed without
    /// the late ones.
    ///
    /// # Errors
    /// [`ClusterError`] when the round cannot be played; a silent or lying worker is no error.
    fn quorum(&mut self, ask: Ask<'_>, enough: usize) -> Result<Vec<Reply>, ClusterError>;
    /// The same, where everybody is waited for as long as the cluster waits.
    ///
    /// # Errors
    /// As for [`Cluster::quorum`].
    fn round(&mut self, ask: Ask<'_>) -> Result<Vec<Reply>, ClusterError> {
        self.quorum(ask, self.workers())
    }
    /// q, what each worker's f_i counts in f = sum_i q_i f_i: m numbers whose sum is 1.
    fn shares(&self) -> Vec<f64>;
    /// f over all samples, where one honest worker in this process holds them.
    fn alone(&self) -> Option<Objective<'_>>;
    /// What has crossed the network so far.
    fn traffic(&self) -> Traffic;
    /// Goes on as the cluster that had seen this traffic: the next round is number `traffic.rounds`, and draws what that
    /// round draws.
    fn resume(&mut self, traffic: Traffic);
}

/// Whatever carries frames between a center and its workers. It reads none of them.
pub trait Transport {
    /// m.
    fn workers(&self) -> usize;
    /// d.
    fn dimension(&self) -> usize;
    /// Takes a framed question to every worker, and returns the frames that came from each before the round is closed, in
    /// worker order: none from a silent worker.
    ///
    /// Once `enough` workers have answered, the others need be waited for no longer than some multiple of the time that this took;
    /// where it is m, all workers are waited for. Waiting longer does no harm.
    ///
    /// # Errors
    /// [`ClusterError`] when nobody can be asked.
    fn exchange(&mut self, question: &[u8], enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError>;
    /// Which honest workers in this process sent nothing in the last exchange because they cannot take their local step, and why.
    fn failures(&self) -> &[(WorkerId, Singular)] {
        &[]
    }
    /// As [`Cluster::shares`]. All alike, unless shards differ in size and their weights do not make up for it.
    fn shares(&self) -> Vec<f64> {
        vec![1.0 / self.workers() as f64; self.workers()]
    }
    /// As [`Cluster::alone`].
    fn alone(&self) -> Option<Objective<'_>> {
        None
    }
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn workers(&self) -> usize {
        (**self).workers()
    }

    fn dimension(&self) -> usize {
        (**self).dimension()
    }

    fn exchange(&mut self, question: &[u8], enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
        (**self).exchange(question, enough)
    }

    fn failures(&self) -> &[(WorkerId, Singular)] {
        (**self).failures()
    }

    fn shares(&self) -> Vec<f64> {
        (**self).shares()
    }

    fn alone(&self) -> Option<Objective<'_>> {
        (**self).alone()
    }
}

/// The cluster over a transport.
#[derive(Debug)]
pub struct Network<T> {
    pub(crate) transport: T,
    compressor: Arc<dyn Compressor>,
    run: u64,
    traffic: Traffic,
}

impl<T: Transport> Network<T> {
    /// A cluster whose workers encode by `compressor`, before its first round; `run` is in the frame of every message, and tells
    /// it from those of other runs.
    ///
    /// A run resumed from a checkpoint after the center's death needs another number, if old messages may still arrive:
    /// the rounds since the checkpoint are played again, and their questions may be others.
    #[must_use]
    pub fn new(transport: T, compressor: Arc<dyn Compressor>, run: u64) -> Self {
        Self { transport, compressor, run, traffic: Traffic::default() }
    }
}

impl<T: Transport> Cluster for Network<T> {
    fn workers(&self) -> usize {
        self.transport.workers()
    }

    fn dimension(&self) -> usize {
        self.transport.dimension()
    }

    fn quorum(&mut self, ask: Ask<'_>, enough: usize) -> Result<Vec<Reply>, ClusterError> {
        let (workers, question) = (self.workers(), ask.encode());
        let Traffic { rounds, bytes_down, bytes_up } = &mut self.traffic;
        let tag = Tag { run: self.run, round: *rounds };
        *rounds = rounds.saturating_add(1);
        *bytes_down = bytes_down.saturating_add((question.len() * workers) as u64);
        let heard = self.transport.exchange(&tag.frame(&question), enough)?;
        let mut collector = Collector::new(tag, workers, ask.codec(&*self.compressor), ask.reply_length());
        // A frame's memory is given back before the next one is read: numbers can take many times the bytes they came in.
        for (i, frames) in heard.into_iter().enumerate() {
            for frame in frames {
                let message = Tag::unframe(&frame).map_or(&frame[..], |(_, message)| message);
                *bytes_up = bytes_up.saturating_add(message.len() as u64);
                collector.receive(WorkerId(i), &frame);
            }
        }
        let mut replies = collector.close();
        for (worker, why) in self.transport.failures() {
            if let Some(reply) = replies.get_mut(worker.0).filter(|reply| **reply == Err(Missing::Silent)) {
                *reply = Err(Missing::Failed(*why));
            }
        }
        Ok(replies)
    }

    fn shares(&self) -> Vec<f64> {
        self.transport.shares()
    }

    fn alone(&self) -> Option<Objective<'_>> {
        self.transport.alone()
    }

    fn traffic(&self) -> Traffic {
        self.traffic
    }

    fn resume(&mut self, traffic: Traffic) {
        self.traffic = traffic;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::synthetic;
    use crate::simulation::Simulation;
    use crate::stream::Seed;
    use crate::worker::Remote;
    use std::io;

    /// Workers at the far end of a network, all of whose frames arrive, and one that is late by a round.
    #[derive(Debug)]
    struct Far {
        remotes: Vec<Remote>,
        late: Option<Vec<u8>>,
    }

    impl Transport for Far {
        fn workers(&self) -> usize {
            self.remotes.len() + 1
        }

        fn dimension(&self) -> usize {
            self.remotes[0].worker.shard.cols()
        }

        fn exchange(&mut self, question: &[u8], _enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
            let answers = self.remotes.iter().map(|remote| Ok(vec![remote.answer(question)?]));
            let mut heard: Vec<_> = answers.collect::<Result<_, AskError>>()?;
            heard.push(self.late.take().into_iter().collect());
            self.late = heard[0].first().cloned();
            Ok(heard)
        }
    }

    #[test]
    fn a_network_of_remote_workers_is_the_cluster_in_this_process() {
        let data = synthetic::a9a_like(200, Seed(1));
        let w = vec![0.1; data.cols()];
        let own = || Simulation::of(&data, 4).compress("random-k:0.5");
        // The last of them only repeats what worker 0 had sent a round before.
        let mut here = own().attacks(vec![None, None, None, crate::attack::parse("silent").ok()]).build().unwrap();
        let codec: Arc<dyn Compressor> = crate::compress::parse("random-k:0.5").unwrap().into();
        let remote = |worker| Remote { worker, compressor: Arc::clone(&codec), seed: Seed(1) };
        let remotes = here.members()[..3].iter().cloned().map(remote).collect();
        let mut there = Network::new(Far { remotes, late: None }, Arc::clone(&codec), 7);
        let ask = Ask::Direction { w: &w };
        assert_eq!(there.round(ask), here.round(ask));
        assert_eq!(there.traffic(), here.traffic());
        let (near, far) = (here.round(ask).unwrap(), there.round(ask).unwrap());
        assert_eq!(near[..3], far[..3]);
        assert_eq!(far[3], Err(Missing::Stale(Tag { run: 7, round: 0 })));
        // A late message is paid for too; frames are not.
        let message = (here.traffic().bytes_up) / 6;
        assert_eq!(there.traffic().bytes_up, 7 * message);
        assert_eq!(there.traffic().bytes_down, 2 * 4 * ask.encode().len() as u64);
        there.resume(Traffic { rounds: u64::MAX, bytes_down: u64::MAX, bytes_up: u64::MAX });
        assert!(there.round(ask).is_ok(), "nothing overflows");
    }

    /// Out of order.
    struct Cut;

    impl Transport for Cut {
        fn workers(&self) -> usize {
            2
        }

        fn dimension(&self) -> usize {
            1
        }

        fn exchange(&mut self, _question: &[u8], _enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
            Err(ClusterError::Transport(Lost(Arc::new(io::Error::from(io::ErrorKind::BrokenPipe)))))
        }
    }

    #[test]
    fn what_a_transport_reports_keeps_its_type() {
        let error = Network::new(Cut, Arc::new(crate::compress::Identity), 0).round(Ask::Gradient { w: &[0.0] });
        let Err(ClusterError::Transport(Lost(inner))) = error else { panic!("{error:?}") };
        assert!(inner.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe));
        // The same event, and another one of the same kind.
        let lost = || Lost(Arc::new(io::Error::from(io::ErrorKind::BrokenPipe)));
        let one = lost();
        assert!(one == one.clone() && one != lost());
    }

    const WHY: Singular = Singular { pivot: 1, dimension: 3 };

    /// Worker 0 answers whatever is asked by two frames of nobody's, worker 1 is silent; both cannot take their step.
    struct Odd;

    impl Transport for Odd {
        fn workers(&self) -> usize {
            2
        }

        fn dimension(&self) -> usize {
            3
        }

        fn exchange(&mut self, question: &[u8], enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
            Ok(vec![vec![question.to_vec(), vec![enough as u8]], vec![]])
        }

        fn failures(&self) -> &[(WorkerId, Singular)] {
            &[(WorkerId(0), WHY), (WorkerId(1), WHY)]
        }

        fn shares(&self) -> Vec<f64> {
            vec![0.75, 0.25]
        }
    }

    #[test]
    fn a_borrowed_transport_carries_what_the_transport_does() {
        let (mut odd, mut same) = (Odd, Odd);
        let mut there = Network::new(&mut odd, Arc::new(crate::compress::Identity), 0);
        assert_eq!((there.workers(), there.dimension(), there.shares()), (2, 3, vec![0.75, 0.25]));
        assert_eq!(Transport::exchange(&mut there.transport, b"who", 5), same.exchange(b"who", 5));
        assert_eq!(Transport::failures(&there.transport), same.failures());
        let data = synthetic::a9a_like(20, Seed(1));
        let mut local = Simulation::of(&data, 1).local().unwrap();
        assert!(Network::new(&mut local, Arc::new(crate::compress::Identity), 0).alone().is_some());
        // Why a worker is silent is told of who is silent only.
        let replies = there.round(Ask::Gradient { w: &[0.0; 3] }).unwrap();
        assert!(
            matches!(replies[0], Err(why) if why != Missing::Failed(WHY)) && replies[1] == Err(Missing::Failed(WHY))
        );
    }

    #[test]
    fn all_workers_count_alike_where_a_transport_says_nothing_else() {
        let there = Network::new(Cut, Arc::new(crate::compress::Identity), 0);
        assert_eq!((there.shares(), there.transport.failures()), (vec![0.5; 2], &[][..]));
        assert!(there.alone().is_none());
    }
}
