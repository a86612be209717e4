//! What the themes share: data, clusters, and comparisons that print what they saw.

use comrade::aggregate::{NormTrimmedMean, TrimFraction};
use comrade::center::{Plan, SolveError, Step};
use comrade::cluster::{Cluster, Reply, Traffic};
use comrade::data::synthetic::{self, Gaussian, Task};
use comrade::data::{Csr, Dataset, Dense, Features};
use comrade::loss::Loss;
use comrade::shard::Sharding;
use comrade::simulation::{InProcess, Simulation};
use comrade::stream::Seed;
use comrade::{center, giant};
use std::convert::Infallible;
use std::ops::ControlFlow;

pub(crate) const LOSSES: [Loss; 2] = [Loss::Logistic, Loss::Squared];

/// A dense data set from its rows, one after the other.
pub(crate) fn dense(cols: usize, values: &[f64], labels: &[f64]) -> Dataset {
    let features = Dense::new(labels.len(), cols, values.to_vec()).unwrap();
    Dataset::new("dense", Features::Dense(features), labels.to_vec())
}

/// The same numbers with only those stored that are not zero.
pub(crate) fn sparse(cols: usize, values: &[f64], labels: &[f64]) -> Dataset {
    let (mut offsets, mut indices, mut held) = (vec![0], vec![], vec![]);
    for row in 0..labels.len() {
        for k in (0..cols).filter(|k| values[row * cols + k] != 0.0) {
            indices.push(k as u32);
            held.push(values[row * cols + k]);
        }
        offsets.push(held.len());
    }
    let features = Csr::new(cols, offsets, indices, held).unwrap();
    Dataset::new("sparse", Features::Sparse(features), labels.to_vec())
}

/// Gaussian data with labels in {-1, +1}.
pub(crate) fn classes(rows: usize, cols: usize, seed: u64) -> Dataset {
    synthetic::gaussian(&Gaussian { rows, cols, condition: 10.0, margin: 2.0, task: Task::Classification }, Seed(seed))
        .expect("numbers in range")
}

/// Gaussian data with real labels.
pub(crate) fn regression(rows: usize, cols: usize, seed: u64) -> Dataset {
    let task = Task::Regression { noise: 0.3 };
    synthetic::gaussian(&Gaussian { rows, cols, condition: 10.0, margin: 2.0, task }, Seed(seed))
        .expect("numbers in range")
}

pub(crate) fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// ||got - wanted|| / ||wanted||; the plain distance when nothing is wanted.
pub(crate) fn distance(got: &[f64], wanted: &[f64]) -> f64 {
    assert_eq!(got.len(), wanted.len(), "vectors of one length");
    let gap: Vec<f64> = got.iter().zip(wanted).map(|(a, b)| a - b).collect();
    let scale = norm(wanted);
    if scale > 0.0 { norm(&gap) / scale } else { norm(&gap) }
}

/// `got` is `wanted` up to this relative error in the norm; a NaN is never close.
#[track_caller]
pub(crate) fn close(what: &str, got: &[f64], wanted: &[f64], within: f64) {
    let apart = distance(got, wanted);
    let head = |v: &[f64]| v.iter().take(5).map(|v| format!("{v:e}")).collect::<Vec<_>>().join(", ");
    assert!(apart <= within, "{what}: {apart:e} > {within:e} apart\n  got    {}\n  wanted {}", head(got), head(wanted));
}

/// The bits of a vector, which compare NaN and the sign of zero too.
pub(crate) fn bits(v: &[f64]) -> Vec<u64> {
    v.iter().map(|v| v.to_bits()).collect()
}

/// COMRADE or GIANT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Comrade,
    Giant,
}

pub(crate) const METHODS: [Method; 2] = [Method::Comrade, Method::Giant];

/// An experiment, with the defaults of a quiet one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Experiment<'a> {
    pub(crate) data: &'a Dataset,
    pub(crate) loss: Loss,
    pub(crate) lambda: f64,
    pub(crate) workers: usize,
    pub(crate) sharding: Sharding,
    pub(crate) compressor: &'a str,
    /// One a Byzantine worker, from worker 0 on.
    pub(crate) attacks: &'a [&'a str],
    pub(crate) beta: f64,
    pub(crate) iterations: usize,
    pub(crate) seed: Seed,
}

/// Everything a run showed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    /// w_1..w_T.
    pub(crate) iterates: Vec<Vec<f64>>,
    /// The replies to each iteration's last round.
    pub(crate) replies: Vec<Vec<Reply>>,
    pub(crate) traffic: Traffic,
}

impl Record {
    pub(crate) fn last(&self) -> &[f64] {
        self.iterates.last().unwrap()
    }

    /// All numbers of the run as bits.
    pub(crate) fn bits(&self) -> Vec<u64> {
        let replies = self.replies.iter().flatten().flat_map(|reply| match reply {
            Ok(v) => bits(v),
            Err(_) => vec![u64::MAX],
        });
        self.iterates.iter().flat_map(|w| bits(w)).chain(replies).collect()
    }
}

impl<'a> Experiment<'a> {
    pub(crate) fn new(data: &'a Dataset, workers: usize) -> Self {
        Self {
            data,
            loss: Loss::Logistic,
            lambda: 1e-2,
            workers,
            sharding: Sharding::Partition,
            compressor: "identity",
            attacks: &[],
            beta: 0.0,
            iterations: 5,
            seed: Seed(1),
        }
    }

    pub(crate) fn cluster(&self) -> InProcess {
        let simulation = Simulation::of(self.data, self.workers)
            .sharding(self.sharding)
            .loss(self.loss)
            .lambda(self.lambda)
            .compress(self.compressor)
            .seed(self.seed);
        self.attacks.iter().fold(simulation, |run, spec| run.liars(1, spec)).build().unwrap()
    }

    pub(crate) fn run(&self, method: Method) -> Result<Record, SolveError> {
        play(&mut self.cluster(), method, self.beta, self.iterations)
    }
}

/// Plays this many iterations from w = 0 with gamma = 1.
pub(crate) fn play(
    cluster: &mut InProcess,
    method: Method,
    beta: f64,
    iterations: usize,
) -> Result<Record, SolveError> {
    let start = vec![0.0; cluster.dimension()];
    play_from(start, cluster, method, beta, iterations)
}

/// Plays this many iterations from `start` with gamma = 1.
pub(crate) fn play_from(
    start: Vec<f64>,
    cluster: &mut InProcess,
    method: Method,
    beta: f64,
    iterations: usize,
) -> Result<Record, SolveError> {
    let rule = NormTrimmedMean { beta: TrimFraction::new(beta).unwrap() };
    let plan = Plan { start, gamma: 1.0, iterations };
    let (mut iterates, mut replies) = (vec![], vec![]);
    let mut watch = |step: &Step<'_>| {
        iterates.push(step.after.to_vec());
        replies.push(step.replies.to_vec());
        ControlFlow::<Infallible>::Continue(())
    };
    let ControlFlow::Continue(solution) = match method {
        Method::Comrade => center::solve(cluster, &rule, &plan, &mut watch)?,
        Method::Giant => giant::solve(cluster, &rule, &plan, &mut watch)?,
    };
    assert_eq!(Some(&solution.w), iterates.last(), "the solution is the last iterate");
    Ok(Record { iterates, replies, traffic: cluster.traffic() })
}
