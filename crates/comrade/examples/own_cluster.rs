//! Your own cluster: anything that carries bytes to a worker and back. Here each worker is a thread behind a channel,
//! and one of them never answers: `cargo run --release -p comrade --example own_cluster`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use comrade::aggregate::TrimFraction;
use comrade::cluster::{ClusterError, Network, Transport};
use comrade::compress::Identity;
use comrade::loss::Loss;
use comrade::method::{Limits, Method, Options, Progress, State, solve};
use comrade::protocol::WorkerId;
use comrade::worker::{Remote, Worker};
use comrade::{data::synthetic, stream::Seed};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// How long a round is open.
const DEADLINE: Duration = Duration::from_millis(500);

/// Frames to each worker, and frames from all of them with whose they are.
struct Threads {
    dimension: usize,
    questions: Vec<Sender<Vec<u8>>>,
    answers: Receiver<(usize, Vec<u8>)>,
}

impl Transport for Threads {
    fn workers(&self) -> usize {
        self.questions.len()
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn exchange(&mut self, question: &[u8], _enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
        // A worker that is gone is silent: no fault of the cluster.
        self.questions.iter().for_each(|to| drop(to.send(question.to_vec())));
        let mut frames = vec![vec![]; self.workers()];
        for _ in 0..self.workers() {
            match self.answers.recv_timeout(DEADLINE) {
                Ok((worker, frame)) => frames[worker].push(frame),
                Err(_late) => break,
            }
        }
        Ok(frames)
    }
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (workers, lambda, data) = (5, 1e-2, synthetic::a9a_like(5_000, Seed(1)));
    let (back, answers) = channel();
    let mut questions = vec![];
    for i in 0..workers {
        let rows: Vec<usize> = (i..data.rows()).step_by(workers).collect();
        let worker = Worker { id: WorkerId(i), shard: data.select(&rows), loss: Loss::Logistic, lambda };
        let remote = Remote { worker, compressor: Arc::new(Identity), seed: Seed(1) };
        let (to, inbox) = channel::<Vec<u8>>();
        let back = back.clone();
        thread::spawn(move || {
            for question in inbox {
                if let Ok(answer) = remote.answer(&question)
                    && i != 2
                {
                    drop(back.send((i, answer)));
                }
            }
        });
        questions.push(to);
    }

    // Numbers, checks and counts every frame. The run's number tells its messages from those of other runs.
    let mut cluster = Network::new(Threads { dimension: data.cols(), questions, answers }, Arc::new(Identity), 1);
    let mut options = Options::new(lambda, data.intercept);
    options.trim = TrimFraction::new(0.2)?;
    let mut watch = |seen: &Progress<'_>| {
        if let Some(at) = seen.measured {
            let missing = seen.replies.iter().filter(|reply| reply.is_err()).count();
            println!("f = {:.9}, ||g|| = {:.1e}, {missing} missing", at.value, at.gradient_norm);
        }
        ControlFlow::<()>::Continue(())
    };
    let mut state = State::start(Method::LazyNewton, &cluster, vec![0.0; data.cols()])?;
    let outcome = solve(&mut cluster, &options, &Limits::default(), &mut state, &mut watch)?;
    let ControlFlow::Continue(outcome) = outcome else { unreachable!("this watcher ends nothing") };
    println!("{:?}", outcome.end);
    assert!(outcome.here.is_some_and(|here| here.value < 0.5));
    Ok(())
}
