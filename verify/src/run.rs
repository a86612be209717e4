//! Plays a scenario: deals shards, asks the real cluster, aggregates by the real rule, and measures with the oracle.

use crate::oracle::formulas::Problem;
use crate::oracle::landscape::{Ground, Landscape, Moments, OracleError, Samples, norm};
use crate::oracle::sketch::{Counts, Groups, Round, Sketch, events, measure, measure_groups};
use crate::oracle::stride::{Ends, Stride};
use crate::oracle::travel::{Travel, travel};
use crate::scenario::{Draws, Scenario, Source};
use comrade::aggregate::{Aggregate, AggregateError, Aggregator, NormTrimmedMean};
use comrade::center::{Plan, SolveError, solve};
use comrade::cluster::{Ask, Cluster, ClusterError, Reply};
use comrade::compress::ParseError;
use comrade::data::Dataset;
use comrade::loss::Loss;
use comrade::newton;
use comrade::objective::Objective;
use comrade::shard::{Sharding, TooFewSamples};
use comrade::simulation::{InProcess, SimulationError};
use comrade::stream::{Purpose, Seed};
use ladder::Mode;
use rayon::prelude::*;
use std::ops::ControlFlow;

mod counts;
mod lazy;

#[cfg(feature = "report")]
pub(crate) use lazy::members;

const TRAJECTORY: Purpose = Purpose::new("traject");
const FRESH: Purpose = Purpose::new("fresh");

/// What an iterate fixes before any shard is drawn, as numbers; see [`Landscape`].
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// n.
    pub rows: usize,
    /// d.
    pub dimension: usize,
    /// r.
    pub rank: usize,
    /// mu.
    pub mu: f64,
    /// nu.
    pub nu: f64,
    /// sigma_min(H).
    pub sigma_min: f64,
    /// sigma_max(H).
    pub sigma_max: f64,
    /// P = ||H^{1/2} p*||.
    pub p: f64,
    /// L.
    pub lipschitz: f64,
    /// max_j ||H^{-1/2} a_j||^2.
    pub ridge_leverage: f64,
    /// Sizes of b_j.
    pub b: Moments,
    /// Sizes of H^{-1/2} b_j.
    pub white_b: Moments,
}

impl Place {
    /// Nothing measured.
    pub const ABSENT: Self = Self {
        rows: 0,
        dimension: 0,
        rank: 0,
        mu: f64::NAN,
        nu: f64::NAN,
        sigma_min: f64::NAN,
        sigma_max: f64::NAN,
        p: f64::NAN,
        lipschitz: f64::NAN,
        ridge_leverage: f64::NAN,
        b: Moments::ABSENT,
        white_b: Moments::ABSENT,
    };

    pub(crate) fn of_stride(ends: &Ends, rows: usize, dimension: usize) -> Self {
        Self {
            rows,
            dimension,
            rank: dimension,
            sigma_min: ends.sigma_min,
            sigma_max: ends.sigma_max,
            p: ends.newton,
            lipschitz: ends.lipschitz,
            ..Self::ABSENT
        }
    }

    pub(crate) fn of(at: &Landscape<'_>) -> Self {
        Self {
            rows: at.rows(),
            dimension: at.dimension(),
            rank: at.rank(),
            mu: at.mu,
            nu: at.nu(),
            sigma_min: at.sigma_min(),
            sigma_max: at.sigma_max(),
            p: norm(&at.white_gradient),
            lipschitz: at.ground.lipschitz,
            ridge_leverage: at.ridge_leverage,
            b: at.b,
            white_b: at.white_b,
        }
    }
}

/// One draw of shards, measured at one iterate.
#[derive(Clone, Debug)]
pub struct Draw {
    /// Which draw: the number of its seed.
    pub number: u64,
    /// t.
    pub iterate: usize,
    /// How samples were dealt.
    pub sharding: Sharding,
    /// What was fixed before the draw.
    pub place: Place,
    /// What was measured.
    pub sketch: Sketch,
    /// The step towards w*; none when w* is not known.
    pub travel: Option<Travel>,
    /// A lower estimate of E ||g_i - g|| over the fresh draws of the run: their mean less three standard errors. None for
    /// draws along a trajectory.
    pub expected_deviation: Option<f64>,
    /// The step of lazy Newton; none for one of COMRADE.
    pub stride: Option<Stride>,
}

impl Draw {
    /// Nothing drawn and nothing measured.
    #[must_use]
    pub fn absent() -> Self {
        Self {
            number: 0,
            iterate: 0,
            sharding: Sharding::WithReplacement,
            place: Place::ABSENT,
            sketch: Sketch::absent(Counts::default()),
            travel: None,
            expected_deviation: None,
            stride: None,
        }
    }

    /// Measures one round at the iterate `w` where `at` was decomposed; the step is `w - round.aggregate.vector`.
    ///
    /// # Errors
    /// [`OracleError`] when an honest worker's Hessian is singular or a decomposition fails.
    pub fn measure(
        at: &Landscape<'_>,
        w: &[f64],
        round: Round<'_>,
        sharding: Sharding,
        (number, iterate): (u64, usize),
    ) -> Result<Self, OracleError> {
        let travel = travel(at, w, &round.aggregate.vector);
        let sketch = measure(at, round)?;
        Ok(Self { number, iterate, sharding, place: Place::of(at), sketch, travel, ..Self::absent() })
    }

    /// The same for groups of equal workers.
    ///
    /// # Errors
    /// [`OracleError`] when an honest worker's Hessian is singular or a decomposition fails.
    pub fn of_groups(
        at: &Landscape<'_>,
        w: &[f64],
        round: Groups<'_>,
        sharding: Sharding,
    ) -> Result<Self, OracleError> {
        let travel = travel(at, w, round.vector);
        let (sketch, place) = (measure_groups(at, round)?, Place::of(at));
        Ok(Self { sharding, place, sketch, travel, ..Self::absent() })
    }

    /// The same draw with the bounded difference of Lemma 1 on the first honest worker's shard.
    #[must_use]
    pub fn with_bounded_difference(mut self, at: &Landscape<'_>, shards: &[Vec<usize>], lies: &[bool]) -> Self {
        let honest = shards.iter().zip(lies).find(|(_, lies)| !**lies);
        self.sketch.bounded_difference =
            honest.map_or(f64::NAN, |(rows, _)| at.bounded_difference(Samples::Rows(rows)));
        self
    }

    /// Measures the events of Lemmas 1 to 3 on these shards, every worker honest; no round is played.
    ///
    /// # Errors
    /// [`OracleError`] when a worker's Hessian is singular or a decomposition fails.
    pub fn of_shards(
        at: &Landscape<'_>,
        shards: &[Vec<usize>],
        sharding: Sharding,
        (number, iterate): (u64, usize),
    ) -> Result<Self, OracleError> {
        let sketch = events(at, shards)?;
        Ok(Self { number, iterate, sharding, place: Place::of(at), sketch, ..Self::absent() })
    }

    /// A step of lazy Newton.
    pub(crate) fn of_stride(place: Place, counts: Counts, disagreement: f64, stride: Stride) -> Self {
        let sketch = Sketch { disagreement, ..Sketch::absent(counts) };
        Self { sharding: Sharding::Partition, place, sketch, stride: Some(stride), ..Self::absent() }
    }

    /// Nothing drawn yet: all that a-priori rules need, for m honest workers with a partition of the samples.
    #[must_use]
    pub fn a_priori(at: &Landscape<'_>, workers: usize) -> Self {
        let counts =
            Counts { workers, honest: workers, kept: workers, shard: at.rows() / workers.max(1), ..Counts::default() };
        Self { sharding: Sharding::Partition, place: Place::of(at), sketch: Sketch::absent(counts), ..Self::absent() }
    }
}

/// Whether samples that are dealt in this way are independent.
pub(crate) fn independent(sharding: Sharding) -> bool {
    sharding == Sharding::WithReplacement
}

/// A scenario, played.
#[derive(Clone, Debug)]
pub struct Played {
    /// The experiment.
    pub scenario: Scenario,
    /// Draws along trajectories, shards dealt once and reused: for claims a posteriori.
    pub trajectories: Vec<Draw>,
    /// Fresh draws at one iterate fixed beforehand (one exact Newton step from 0): for claims a priori.
    pub fresh: Vec<Draw>,
}

impl Played {
    /// The draws that claims are judged on in this mode.
    #[must_use]
    pub fn draws(&self, mode: Mode) -> &[Draw] {
        match mode {
            Mode::APosteriori => &self.trajectories,
            Mode::APriori => &self.fresh,
        }
    }
}

/// A scenario that cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The scenario describes no run on this data.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// The scenario's compressor cannot be read, where counts are drawn in place of shards.
    #[error(transparent)]
    Compressor(#[from] ParseError),
    /// Shards without a cluster: too many workers.
    #[error(transparent)]
    Shards(#[from] TooFewSamples),
    /// A count cannot be drawn.
    #[error(transparent)]
    Counts(#[from] rand_distr::BinomialError),
    /// The solver could not go on.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// A round could not be played.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A round could not be aggregated.
    #[error(transparent)]
    Aggregate(#[from] AggregateError),
    /// The oracle could not measure.
    #[error(transparent)]
    Oracle(#[from] OracleError),
}

/// Plays all draws of a scenario on rayon's current pool; `tick` is called after each measured draw.
///
/// # Errors
/// [`RunError`] when the scenario cannot be played on this data.
pub fn play(
    scenario: &Scenario,
    data: &Dataset,
    draws: Draws,
    seed: Seed,
    tick: &(dyn Fn() + Sync),
) -> Result<Played, RunError> {
    if let Source::Population(population) = &scenario.source {
        return counts::play(scenario, population, data, draws, seed, tick);
    }
    if let Some(lazy) = scenario.lazy {
        return lazy::play(scenario, lazy, data, draws, seed, tick);
    }
    let ground = ground(data, scenario.loss, scenario.lambda)?;
    let start = vec![0.0; data.cols()];
    let at_start = Landscape::new(&ground, &start)?;
    let trajectories: Vec<Vec<Draw>> = (0..draws.seeds)
        .into_par_iter()
        .map(|number| trajectory(scenario, &at_start, number, seed.child(TRAJECTORY, number), tick))
        .collect::<Result<_, _>>()?;

    let mut fresh: Vec<Draw> = Vec::new();
    if draws.fresh > 0 {
        let problem = Problem { data, loss: scenario.loss, lambda: scenario.lambda };
        let step = problem.newton_direction(&problem.all(), &start);
        let step = step.ok_or(OracleError::Singular { rank: at_start.rank(), dimension: data.cols() })?;
        let w: Vec<f64> = step.iter().map(|p| -p).collect();
        let at = Landscape::new(&ground, &w)?;
        fresh = (0..draws.fresh)
            .into_par_iter()
            .map(|number| {
                let (shards, mut cluster) = gather(scenario, data, seed.child(FRESH, number))?;
                let replies = cluster.round(Ask::Direction { w: &w })?;
                let aggregate = rule(scenario).aggregate(&replies, data.cols())?;
                observe(scenario, &at, &w, &shards, (&replies, &aggregate), (number, 1), tick)
            })
            .collect::<Result<_, RunError>>()?;
        with_expected(&mut fresh);
    }
    Ok(Played { scenario: scenario.clone(), trajectories: trajectories.concat(), fresh })
}

/// What the data fix, with the solver's w*. The oracle checks itself that this is a minimiser.
pub(crate) fn ground(data: &Dataset, loss: Loss, lambda: f64) -> Result<Ground<'_>, OracleError> {
    let found = newton::minimise(&Objective { data, loss, lambda }, 1e-12).ok();
    Ok(Ground::new(data, loss, lambda)?.with_minimiser(found.map(|found| found.w)))
}

/// Enters the lower estimate of E ||g_i - g|| over these draws.
fn with_expected(draws: &mut [Draw]) {
    let expected = lower_mean(draws.iter().map(|draw| draw.sketch.first_deviation));
    draws.iter_mut().for_each(|draw| draw.expected_deviation = Some(expected));
}

/// The mean less three standard errors, at least 0.
pub(crate) fn lower_mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = values.clone().count().max(2) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean - 3.0 * (variance / count).sqrt()).max(0.0)
}

/// One trajectory of Algorithm 1 from 0 with gamma = 1, measured at the scenario's iterates.
fn trajectory(
    scenario: &Scenario,
    at_start: &Landscape<'_>,
    number: u64,
    seed: Seed,
    tick: &(dyn Fn() + Sync),
) -> Result<Vec<Draw>, RunError> {
    let data = at_start.ground.data;
    let (shards, mut cluster) = gather(scenario, data, seed)?;
    let iterations = scenario.iterates.last().map_or(0, |last| last + 1);
    let plan = Plan { start: vec![0.0; data.cols()], gamma: 1.0, iterations };
    let mut draws = Vec::new();
    let solved = solve(&mut cluster, &rule(scenario), &plan, &mut |step| {
        if !scenario.iterates.contains(&step.iteration) {
            return ControlFlow::Continue(());
        }
        let place = (number, step.iteration);
        let see = |at: &Landscape<'_>| {
            let draw = observe(scenario, at, step.before, &shards, (step.replies, step.aggregate), place, tick)?;
            Ok(draw.with_bounded_difference(at, &shards, &lies(scenario, shards.len())))
        };
        let draw = if step.iteration == 0 {
            see(at_start)
        } else {
            Landscape::new(at_start.ground, step.before).map_err(RunError::from).and_then(|at| see(&at))
        };
        match draw {
            Ok(draw) => {
                draws.push(draw);
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        }
    })?;
    match solved {
        ControlFlow::Continue(_) => Ok(draws),
        ControlFlow::Break(error) => Err(error),
    }
}

/// Shards, and the cluster that holds them.
fn gather(scenario: &Scenario, data: &Dataset, seed: Seed) -> Result<(Vec<Vec<usize>>, InProcess), RunError> {
    let cluster = scenario.simulation(data, seed).build()?;
    Ok((cluster.shards().to_vec(), cluster))
}

pub(crate) fn rule(scenario: &Scenario) -> NormTrimmedMean {
    NormTrimmedMean { beta: scenario.trim() }
}

/// Which workers lie, m.
fn lies(scenario: &Scenario, workers: usize) -> Vec<bool> {
    (0..workers).map(|i| i < scenario.byzantine()).collect()
}

fn observe(
    scenario: &Scenario,
    at: &Landscape<'_>,
    w: &[f64],
    shards: &[Vec<usize>],
    (replies, aggregate): (&[Reply], &Aggregate),
    place: (u64, usize),
    tick: &(dyn Fn() + Sync),
) -> Result<Draw, RunError> {
    let lies = lies(scenario, shards.len());
    let draw = Draw::measure(at, w, Round { shards, lies: &lies, replies, aggregate }, scenario.sharding, place)?;
    tick();
    Ok(draw)
}
