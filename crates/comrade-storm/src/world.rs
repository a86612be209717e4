//! A tiny problem with its workers and its method, drawn from a seed: all of a run but what goes wrong.

use crate::mishap::{self, Mishap};
use crate::oracle::Oracle;
use comrade::aggregate::{StragglerFraction, TrimFraction};
use comrade::attack;
use comrade::center::SolveError;
use comrade::cluster::Cluster;
use comrade::compress::{self, Bits, Compressor};
use comrade::data::{Dataset, Dense, Features};
use comrade::gradient_descent::safe_step;
use comrade::loss::Loss;
use comrade::method::{Limits, Method, Options, RULES, State};
use comrade::objective::Objective;
use comrade::shard::Sharding;
use comrade::simulation::{Local, Simulation};
use comrade::stream::{Purpose, Seed, Stream};
use comrade::worker::Remote;
use rand::RngExt;
use std::error::Error;
use std::sync::Arc;

const WORLD: Purpose = Purpose::new("world");
const MISHAPS: Purpose = Purpose::new("mishaps");
const LATENCY: Purpose = Purpose::new("latency");

/// A problem, its workers and the center's settings.
#[derive(Debug)]
pub struct World {
    seed: Seed,
    data: Dataset,
    shards: Vec<Vec<usize>>,
    compressor: Arc<dyn Compressor>,
    start: Vec<f64>,
    /// The most ticks that a message takes, one way.
    slowest: u64,
    pub(crate) oracle: Oracle,
    pub(crate) honest: Vec<Remote>,
    pub(crate) shares: Vec<f64>,
    pub(crate) method: Method,
    pub(crate) options: Options,
    pub(crate) limits: Limits,
}

/// n rows of d numbers in [-2, 2] and labels that a linear model nearly has.
fn samples(stream: &mut Stream, n: usize, d: usize, loss: Loss) -> (Vec<Vec<f64>>, Vec<f64>) {
    let planted: Vec<f64> = (0..d).map(|_| stream.random_range(-2.0..2.0)).collect();
    let rows: Vec<Vec<f64>> = (0..n).map(|_| (0..d).map(|_| stream.random_range(-2.0..2.0)).collect()).collect();
    let mut label = |x: &Vec<f64>| {
        let z = x.iter().zip(&planted).map(|(x, w)| x * w).sum::<f64>() + stream.random_range(-1.0..1.0);
        if loss == Loss::Logistic { z.signum() } else { z }
    };
    let labels = rows.iter().map(&mut label).collect();
    (rows, labels)
}

/// Anything from a list.
fn any<T: Copy>(stream: &mut Stream, list: &[T]) -> T {
    list[stream.random_range(0..list.len())]
}

impl World {
    /// The world of a seed, whose runs have at most `steps` rounds, and the list of what goes wrong in it.
    ///
    /// # Errors
    /// None that is known: a world that cannot be made is a fault of this program.
    pub fn of(seed: u64, steps: u64) -> Result<(Self, Vec<Mishap>), Box<dyn Error>> {
        let stream = &mut Seed(seed).stream(WORLD, 0, 0);
        let (m, d) = (stream.random_range(1..=5), stream.random_range(1..=4));
        let loss = any(stream, &[Loss::Logistic, Loss::Logistic, Loss::Squared]);
        let n = m * stream.random_range(3..=6) + stream.random_range(0..m);
        let parts = samples(stream, n, d, loss);
        let methods = [Method::LazyNewton, Method::LazyNewton, Method::Comrade, Method::Giant, Method::GradientDescent];
        let method = any(stream, &methods);
        let mut options = Options::new(any(stream, &[1e-3, 1e-2, 0.1, 1.0]), stream.random_ratio(1, 4));
        options.trim = TrimFraction::new(any(stream, &[0.0, 0.2, 0.25, 0.34, 0.4, 0.49]))?;
        options.bits = any(stream, &[Bits::Eight, Bits::Sixteen, Bits::SixtyFour]);
        let rules: Vec<_> = RULES.iter().map(|(rule, _)| *rule).filter(|rule| method.takes(*rule)).collect();
        options.rule = if stream.random() { options.rule } else { any(stream, &rules) };
        let compressor = any(stream, &["identity", "identity", "top-k:0.5", "random-k:0.5", "sign", "qsgd:16"]);
        let limits = Limits::new(any(stream, &[1e-2, 1e-4, 1e-7]), steps);
        let warm = stream.random_ratio(1, 4);
        let start =
            (0..d + usize::from(options.intercept)).map(|_| if warm { stream.random_range(-1.0..1.0) } else { 0.0 });
        let start = start.collect();
        let world = Self::new(seed, m, parts, (loss, method, options, limits), compressor, start, mishap::SLOWEST)?;
        let list = mishap::draw(&mut Seed(seed).stream(MISHAPS, 0, 0), m, (world.allowed(), 0), steps);
        Ok((world, list))
    }

    /// The same world with stragglers: its center may go on without some honest workers, and mishaps happen to as many
    /// more.
    ///
    /// # Errors
    /// As for [`World::of`].
    pub fn with_stragglers(seed: u64, steps: u64) -> Result<(Self, Vec<Mishap>), Box<dyn Error>> {
        let (mut world, _) = Self::of(seed, steps)?;
        let stream = &mut Seed(seed).stream(MISHAPS, 1, 0);
        world.options.stragglers = StragglerFraction::new(any(stream, &[0.2, 0.25, 0.34, 0.4]))?;
        if world.options.budget().is_overdrawn(world.workers()) {
            world.options.stragglers = StragglerFraction::ZERO;
        }
        let list = mishap::draw(stream, world.workers(), (world.allowed(), world.excused()), steps);
        Ok((world, list))
    }

    /// m workers in one dimension, of which `allowed` may be dropped, and two rounds of lazy Newton; every message
    /// takes a tick.
    ///
    /// # Errors
    /// As for [`World::of`].
    pub(crate) fn tiny(m: usize, allowed: usize) -> Result<Self, Box<dyn Error>> {
        let parts = samples(&mut Seed(1).stream(WORLD, m, 0), 2 * m, 1, Loss::Logistic);
        let mut options = Options::new(0.1, false);
        options.trim = TrimFraction::new(if allowed == 0 { 0.0 } else { 0.4 })?;
        let settings = (Loss::Logistic, Method::LazyNewton, options, Limits::new(1e-7, 2));
        Self::new(1, m, parts, settings, "identity", vec![0.0], 1)
    }

    fn new(
        seed: u64,
        m: usize,
        (rows, labels): (Vec<Vec<f64>>, Vec<f64>),
        (loss, method, mut options, limits): (Loss, Method, Options, Limits),
        compressor: &str,
        start: Vec<f64>,
        slowest: u64,
    ) -> Result<Self, Box<dyn Error>> {
        let (seed, compressor): (_, Arc<dyn Compressor>) = (Seed(seed), compress::parse(compressor)?.into());
        let features = Dense::new(rows.len(), rows[0].len(), rows.concat())?;
        let mut data = Dataset::new("storm", Features::Dense(features), labels.clone());
        if options.intercept {
            data = data.with_intercept()?;
        }
        if method == Method::GradientDescent {
            options.gamma = safe_step(&Objective { data: &data, loss, lambda: options.lambda });
        }
        let shards = Sharding::Partition.deal(data.rows(), m, seed)?;
        let rows = rows.into_iter().map(|x| x.into_iter().chain(options.intercept.then_some(1.0)).collect()).collect();
        let (lambda, intercept) = (options.lambda, options.intercept);
        let oracle = Oracle { rows, labels, loss, lambda, intercept };
        let (honest, shares) = (vec![], vec![]);
        let bare =
            Self { seed, data, shards, compressor, start, slowest, oracle, honest, shares, method, options, limits };
        let cluster = bare.simulation().build()?;
        let remote = |worker| Remote { worker, compressor: Arc::clone(&bare.compressor), seed };
        let honest = cluster.members().iter().cloned().map(remote).collect();
        Ok(Self { honest, shares: Cluster::shares(&cluster), ..bare })
    }

    fn simulation(&self) -> Simulation<'_> {
        let run = Simulation::dealt(&self.data, self.shards.clone()).loss(self.oracle.loss).lambda(self.options.lambda);
        run.compressor(Arc::clone(&self.compressor)).seed(self.seed)
    }

    /// m.
    pub(crate) fn workers(&self) -> usize {
        self.honest.len()
    }

    /// d.
    pub(crate) fn dimension(&self) -> usize {
        self.start.len()
    }

    /// round(beta m), reckoned here and not by the solver.
    pub(crate) fn allowed(&self) -> usize {
        (self.options.trim.get() * self.workers() as f64 + 0.5).floor() as usize
    }

    /// round(sigma m), reckoned here too.
    pub(crate) fn excused(&self) -> usize {
        (self.options.stragglers.get() * self.workers() as f64 + 0.5).floor() as usize
    }

    pub(crate) fn compressor(&self) -> Arc<dyn Compressor> {
        Arc::clone(&self.compressor)
    }

    /// Before the first round.
    pub(crate) fn state(&self, cluster: &dyn Cluster) -> Result<State, SolveError> {
        State::start(self.method, cluster, self.start.clone())
    }

    /// All workers with the liars among them, who know what the others send; none if nobody lies.
    pub(crate) fn liars(&self, list: &[Mishap]) -> Result<Option<Local>, Box<dyn Error>> {
        let mut attacks: Vec<_> = (0..self.workers()).map(|_| None).collect();
        for mishap in list {
            if let Mishap::Lie { worker, attack } = mishap {
                attacks[*worker] = Some(attack::parse(attack)?);
            }
        }
        let nobody = attacks.iter().all(Option::is_none);
        Ok(if nobody { None } else { Some(self.simulation().attacks(attacks).local()?) })
    }

    /// How long a message of this call takes, one way.
    pub(crate) fn latency(&self, worker: usize, call: u64) -> u64 {
        if self.slowest == 1 { 1 } else { self.seed.stream(LATENCY, worker, call).random_range(1..=self.slowest) }
    }

    /// In words.
    #[must_use]
    pub fn describe(&self) -> String {
        let Options { lambda, trim, rule, intercept, .. } = self.options;
        let (m, n, d, loss) = (self.workers(), self.oracle.rows.len(), self.dimension(), self.oracle.loss);
        format!(
            "{} by the rule {rule}, {loss:?} loss, m = {m} of which {} may be dropped (beta = {}) and {} excused, n = {n}, d = {d}, \
             lambda = {lambda}, intercept: {intercept}, compressor {}, tolerance {:e}, at most {} rounds",
            self.method,
            self.allowed(),
            trim.get(),
            self.excused(),
            self.compressor.name(),
            self.limits.tolerance,
            self.limits.rounds
        )
    }
}
