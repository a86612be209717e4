//! A run, described once: the samples, how they are dealt, the problem, the compressor and the liars.
//!
//! ```
//! use comrade::{data::synthetic, simulation::Simulation, stream::Seed};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let data = synthetic::a9a_like(4000, Seed(1));
//! let simulation = Simulation::of(&data, 10).lambda(1e-2).compress("top-k:0.1").liars(2, "gaussian:10").seed(Seed(1));
//! let cluster = simulation.build()?;
//! assert_eq!(cluster.members().len(), 10);
//! assert!(Simulation::of(&data, 10).liars(2, "goblins").build().is_err());
//! # Ok(()) }
//! ```

mod local;

pub use local::{InProcess, Local};

use crate::attack::{self, Attack};
use crate::cluster::Network;
use crate::compress::{self, Compressor, Identity, ParseError};
use crate::data::Dataset;
use crate::loss::Loss;
use crate::method::Options;
use crate::objective::Objective;
use crate::protocol::WorkerId;
use crate::shard::{self, Sharding, TooFewSamples};
use crate::spelling::Unknown;
use crate::stream::Seed;
use std::sync::Arc;

/// Why a description makes no run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// Fewer samples than workers, or no worker.
    #[error("workers: {0}")]
    Workers(#[from] TooFewSamples),
    /// A row index is not below n.
    #[error("shards: {worker} is given row {row} (from 0) of {rows}")]
    Shards {
        /// Whose.
        worker: WorkerId,
        /// The index.
        row: usize,
        /// n.
        rows: usize,
    },
    /// lambda is negative or not finite.
    #[error("lambda: {0} is no finite number of at least 0")]
    Lambda(f64),
    /// No such compressor.
    #[error("compress: {0}")]
    Compress(#[from] ParseError),
    /// No such attack.
    #[error("liars: {0}")]
    Attack(#[from] Unknown),
    /// More liars than workers.
    #[error("liars: {liars} of {workers} workers")]
    Liars {
        /// How many lie.
        liars: usize,
        /// m.
        workers: usize,
    },
}

/// A run in this process. By default: an even partition, logistic loss, lambda = 1e-3, no compression, nobody lies,
/// `Seed(1)`.
#[derive(Debug)]
#[must_use = "a description runs nothing; see `build`"]
pub struct Simulation<'a> {
    data: &'a Dataset,
    deal: Deal,
    loss: Loss,
    lambda: f64,
    compressor: Result<Arc<dyn Compressor>, ParseError>,
    attacks: Result<Vec<Option<Box<dyn Attack>>>, SimulationError>,
    seed: Seed,
}

/// Who holds which rows.
#[derive(Clone, Debug)]
enum Deal {
    By(Sharding, usize),
    As(Vec<Vec<usize>>),
}

impl<'a> Simulation<'a> {
    /// These samples, dealt to m workers.
    pub fn of(data: &'a Dataset, workers: usize) -> Self {
        Self::new(data, Deal::By(Sharding::default(), workers))
    }

    /// These samples, with S_1..S_m the row indices of each worker.
    pub fn dealt(data: &'a Dataset, shards: Vec<Vec<usize>>) -> Self {
        Self::new(data, Deal::As(shards))
    }

    fn new(data: &'a Dataset, deal: Deal) -> Self {
        let (compressor, attacks) = (Ok(Arc::new(Identity) as Arc<dyn Compressor>), Ok(vec![]));
        Self { data, deal, loss: Loss::default(), lambda: 1e-3, compressor, attacks, seed: Seed(1) }
    }

    /// Sets how samples are dealt, unless shards are given.
    pub fn sharding(mut self, sharding: Sharding) -> Self {
        if let Deal::By(how, _) = &mut self.deal {
            *how = sharding;
        }
        self
    }

    /// Sets the loss, l; by default the logistic one.
    pub fn loss(self, loss: Loss) -> Self {
        Self { loss, ..self }
    }

    /// Sets lambda, the weight of the ridge term.
    pub fn lambda(self, lambda: f64) -> Self {
        Self { lambda, ..self }
    }

    /// Sets the compressor, Q, as [`compress::parse`] reads it, applied by workers to directions (gradients travel
    /// uncompressed).
    pub fn compress(self, spec: &str) -> Self {
        Self { compressor: compress::parse(spec).map(Arc::from), ..self }
    }

    /// Sets the compressor, Q.
    pub fn compressor(self, compressor: Arc<dyn Compressor>) -> Self {
        Self { compressor: Ok(compressor), ..self }
    }

    /// Makes this many more workers lie, the first ones that do not yet, as [`attack::parse`] reads it; a spelling is
    /// read also for none.
    pub fn liars(mut self, count: usize, spec: &str) -> Self {
        self.attacks = self.attacks.and_then(|mut attacks| {
            let (liars, workers) = (attacks.len().saturating_add(count), self.deal.workers());
            attack::parse(spec)?;
            if liars > workers {
                return Err(SimulationError::Liars { liars, workers });
            }
            for _ in 0..count {
                attacks.push(Some(attack::parse(spec)?));
            }
            Ok(attacks)
        });
        self
    }

    /// Sets each worker's attack: none for an honest one. Workers beyond the end of the list are honest.
    pub fn attacks(self, attacks: Vec<Option<Box<dyn Attack>>>) -> Self {
        Self { attacks: Ok(attacks), ..self }
    }

    /// Sets the seed, which names every random stream.
    pub fn seed(self, seed: Seed) -> Self {
        Self { seed, ..self }
    }

    /// f over all samples.
    #[must_use]
    pub fn objective(&self) -> Objective<'a> {
        Objective { data: self.data, loss: self.loss, lambda: self.lambda }
    }

    /// What the center knows of the problem, if nobody is assumed to lie.
    #[must_use]
    pub fn options(&self) -> Options {
        Options::new(self.lambda, self.data.intercept)
    }

    /// The row indices of each worker, S_1..S_m.
    ///
    /// # Errors
    /// [`SimulationError`] if there are fewer samples than workers, or a row index is too large.
    pub fn shards(&self) -> Result<Vec<Vec<usize>>, SimulationError> {
        let rows = self.data.rows();
        match &self.deal {
            Deal::By(sharding, workers) => Ok(sharding.deal(rows, *workers, self.seed)?),
            Deal::As(shards) if shards.is_empty() => Err(TooFewSamples { samples: rows, workers: 0 }.into()),
            Deal::As(shards) => {
                for (i, shard) in shards.iter().enumerate() {
                    if let Some(&row) = shard.iter().find(|row| **row >= rows) {
                        return Err(SimulationError::Shards { worker: WorkerId(i), row, rows });
                    }
                }
                Ok(shards.clone())
            }
        }
    }

    /// The cluster, its samples dealt; attacks on data poison their shard here, once.
    ///
    /// # Errors
    /// [`SimulationError`] naming what makes no run.
    pub fn build(self) -> Result<InProcess, SimulationError> {
        let local = self.local()?;
        let (compressor, run) = (Arc::clone(&local.compressor), local.seed.0);
        Ok(Network::new(local, compressor, run))
    }

    /// The workers of that cluster, for a center with a [`Network`] of its own.
    ///
    /// # Errors
    /// As [`Self::build`].
    pub fn local(self) -> Result<Local, SimulationError> {
        let (lambda, shards) = (self.check()?, self.shards()?);
        let Self { data, loss, compressor, attacks, seed, .. } = self;
        let (compressor, mut attacks) = (compressor?, attacks?);
        if attacks.len() > shards.len() {
            return Err(SimulationError::Liars { liars: attacks.len(), workers: shards.len() });
        }
        attacks.resize_with(shards.len(), || None);
        let held = (0..shards.len()).map(|i| shard::take(data, &shards, i)).collect();
        let omniscience = attacks.iter().flatten().any(|attack| attack.needs_global()).then(|| data.clone());
        let honest = Local::honest(held, loss, lambda, compressor, seed);
        let mut local = Local { shards, attacks, omniscience, dimension: data.cols(), ..honest };
        local.poison();
        Ok(local)
    }

    fn check(&self) -> Result<f64, SimulationError> {
        let lambda = self.lambda;
        if lambda.is_finite() && lambda >= 0.0 { Ok(lambda) } else { Err(SimulationError::Lambda(lambda)) }
    }
}

impl Deal {
    /// m.
    fn workers(&self) -> usize {
        match self {
            Self::By(_, workers) => *workers,
            Self::As(shards) => shards.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::{Diary, View};
    use crate::cluster::{Ask, Cluster, Transport};
    use crate::data::synthetic;
    use crate::worker::Worker;

    fn data() -> Dataset {
        synthetic::a9a_like(100, Seed(1))
    }

    #[test]
    fn what_makes_no_run_is_an_error_that_names_the_field() {
        let data = data();
        let of = || Simulation::of(&data, 4);
        let refused = [
            ("workers", Simulation::of(&data, 101)),
            ("workers", Simulation::of(&data, 0)),
            ("workers", Simulation::dealt(&data, vec![])),
            ("shards", Simulation::dealt(&data, vec![vec![0, 99], vec![100]])),
            ("lambda", of().lambda(-1e-300)),
            ("lambda", of().lambda(f64::NAN)),
            ("lambda", of().lambda(f64::INFINITY)),
            ("compress", of().compress("top-k")),
            ("liars", of().liars(1, "goblins")),
            ("liars", of().liars(0, "goblins")),
            ("liars", of().liars(5, "silent")),
            ("liars", of().liars(usize::MAX, "silent").liars(usize::MAX, "silent")),
            ("liars", of().attacks((0..5).map(|_| None).collect())),
        ];
        for (field, simulation) in refused {
            let error = simulation.build().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{field}: {error}");
        }
        assert!(of().lambda(0.0).liars(4, "silent").build().is_ok());
    }

    #[test]
    fn every_part_of_a_description_reaches_the_workers() {
        let data = data();
        let w = vec![0.1; data.cols()];
        let replies = |simulation: Simulation<'_>| {
            let mut cluster = simulation.build().unwrap();
            let replies = cluster.round(Ask::Direction { w: &w }).unwrap();
            (replies, cluster.traffic().bytes_up)
        };
        let of = || Simulation::of(&data, 4);
        let plain = replies(of());
        let shards = Sharding::Partition.deal(100, 4, Seed(1)).unwrap();
        assert_eq!(replies(Simulation::dealt(&data, shards)), plain);
        assert_eq!(replies(of().loss(Loss::Logistic).lambda(1e-3).compress("identity").liars(0, "silent")), plain);
        let others = [
            of().sharding(Sharding::WithReplacement),
            of().loss(Loss::Squared),
            of().lambda(1e-2),
            of().compress("sign"),
            of().compressor(Arc::new(compress::Sign)),
            of().liars(1, "silent"),
            of().attacks(vec![None, Some(Box::new(attack::Mimic))]),
            of().seed(Seed(2)),
            Simulation::of(&data, 5),
        ];
        others.into_iter().for_each(|other| assert_ne!(replies(other), plain));
        let cluster = of().liars(1, "silent").liars(2, "nan").build().unwrap();
        let lies: Vec<_> = cluster.transport.attacks.iter().map(|a| a.as_ref().map(|a| a.name())).collect();
        assert_eq!(lies, [Some("silent".to_owned()), Some("nan".into()), Some("nan".into()), None]);
    }

    /// f is ln 2 at w = 0 on every shard, and higher far out. The lowest is forgotten where rounds do not follow each other.
    #[test]
    fn liars_know_the_lowest_mean_that_was_told_in_rounds_that_followed() {
        let (data, seen) = (data(), Arc::default());
        let lowest = |view: &View<'_>| {
            assert_eq!((view.honest.len(), view.liars, view.own.len()), (3, 1, view.ask.reply_length()));
            view.lowest
        };
        let diary = Diary(lowest, Arc::clone(&seen));
        let mut cluster = Simulation::of(&data, 4).attacks(vec![Some(Box::new(diary))]).build().unwrap();
        let (zero, far) = (vec![0.0; data.cols()], vec![100.0; data.cols()]);
        let told = |w| Ask::Expansion { w, hessian: None };
        let honest: f64 = (1..4).map(|i| cluster.members()[i].answer(&told(&far)).unwrap()[0] / 3.0).sum();
        for ask in [told(&far), Ask::Direction { w: &far }, told(&zero), told(&far), Ask::Gradient { w: &far }] {
            cluster.round(ask).unwrap();
        }
        cluster.transport.next += 1;
        cluster.round(told(&zero)).unwrap();
        let seen = seen.lock().unwrap().clone();
        let [first, after, still, lowest, same, jumped] = seen[..] else { panic!("{seen:?}") };
        assert!(first.is_infinite() && jumped.is_infinite(), "{seen:?}");
        assert!((after / honest - 1.0).abs() < 1e-14 && after == still, "{seen:?}, {honest}");
        assert!((lowest - 2.0_f64.ln()).abs() < 1e-14 && lowest == same, "{seen:?}");
    }

    #[test]
    fn labels_are_poisoned_once_and_again_where_they_are_given_anew() {
        let data = data();
        let mut local = Simulation::of(&data, 4).liars(1, "flipped-label").local().unwrap();
        let shards = Simulation::of(&data, 4).shards().unwrap();
        assert_eq!(local.shards(), shards);
        let labels = |worker: &Worker| worker.shard.labels.clone();
        let held = |i: usize| shards[i].iter().map(|&j| data.labels[j]).collect::<Vec<_>>();
        let flipped = |labels: Vec<f64>| labels.iter().map(|y| -y).collect::<Vec<_>>();
        assert_eq!(labels(&local.workers[0]), flipped(held(0)));
        assert_eq!(labels(&local.workers[1]), held(1));
        local.lowest = 1.0;
        local.relabel(|worker| vec![if worker.0 < 2 { 1.0 } else { -1.0 }; 25], || vec![1.0; 100]);
        assert_eq!([0, 1, 2].map(|i| labels(&local.workers[i])[0]), [-1.0, 1.0, -1.0]);
        assert!(local.lowest.is_infinite());
        // Liars that know all samples know the new labels.
        let mut local =
            Simulation::of(&data, 4).attacks(vec![Some(attack::parse("norm-shadow:0.25").unwrap())]).local().unwrap();
        local.relabel(|_| vec![1.0; 25], || vec![-1.0; 100]);
        assert_eq!(local.omniscience.unwrap().labels, [-1.0; 100]);
    }

    /// 25 samples of 123 columns, and no ridge term.
    #[test]
    fn honest_workers_that_cannot_take_their_step_say_why() {
        let data = data();
        let mut cluster = Simulation::of(&data, 4).lambda(0.0).liars(1, "negative:1").build().unwrap();
        cluster.round(Ask::Gradient { w: &vec![0.0; data.cols()] }).unwrap();
        assert_eq!(cluster.transport.failures(), []);
        cluster.round(Ask::Direction { w: &vec![0.0; data.cols()] }).unwrap();
        let failed: Vec<usize> = cluster.transport.failures().iter().map(|(worker, _)| worker.0).collect();
        assert_eq!(failed, [1, 2, 3], "the liar is not asked");
        assert_eq!(cluster.shards(), Simulation::of(&data, 4).shards().unwrap());
    }
}
