//! One curve, played: the real cluster and rule, once for each seed.

use comrade::aggregate::{BadTrimFraction, NormTrimmedMean, TrimFraction};
use comrade::center::{Cause, Plan, SolveError, Step};
use comrade::cluster::{Cluster, Traffic};
use comrade::shard::Sharding;
use comrade::simulation::{Simulation, SimulationError};
use comrade::stream::{Purpose, Seed};
use comrade::{center, giant, gradient_descent};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::ops::ControlFlow;

use super::config::{Config, CurvePlan, ExperimentMethod, PanelPlan};
use super::ground::SolvedProblem;

const RUN: Purpose = Purpose::new("figures");
/// A longer run is recorded at about this many iterations, evenly spaced by their logarithms.
const RECORDED: usize = 60;

/// All that the numbers of one curve depend on, in addition to the data. Curves that agree in it are played once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// A name among [`Config::data`].
    pub data: String,
    /// lambda.
    pub lambda: f64,
    /// m.
    pub workers: usize,
    /// How samples are dealt.
    pub sharding: Sharding,
    /// Workers 0, 1, ... that lie.
    pub liars: usize,
    /// What they do; empty if nobody lies.
    pub attack: String,
    /// How the center and its workers proceed.
    pub method: ExperimentMethod,
    /// beta.
    pub beta: f64,
    /// gamma, from the configuration.
    pub gamma: f64,
    /// Q; gradient descent has none.
    pub compressor: String,
    /// T.
    pub iterations: usize,
    /// Names every random stream.
    pub seed: u64,
    /// How many runs.
    pub seeds: u64,
}

/// One run, recorded at some iterations, t = 0 and t = T among them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// t.
    pub iteration: Vec<usize>,
    /// Bytes from the center to all workers until then.
    pub bytes_down: Vec<u64>,
    /// Bytes from all workers to the center until then.
    pub bytes_up: Vec<u64>,
    /// f(w_t) - f(w*).
    pub suboptimality: Vec<f64>,
    /// Training accuracy.
    pub accuracy: Vec<f64>,
    /// Test accuracy; empty without a test set.
    pub test_accuracy: Vec<f64>,
    /// Liars among those kept in the round that led here; 0 at the start.
    pub kept_liars: Vec<usize>,
    /// Where the run could not go on, if it could not: the last iterate then stands for all later ones.
    pub stopped: Option<usize>,
}

/// A curve that cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum UnitError {
    /// The curve describes no run.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// beta out of range.
    #[error(transparent)]
    Beta(#[from] BadTrimFraction),
    /// The start does not fit the data, or an honest worker cannot take its step.
    #[error(transparent)]
    Solve(SolveError),
}

impl Unit {
    /// The unit behind a curve of a panel.
    #[must_use]
    pub fn new(config: &Config, panel: &PanelPlan, curve: &CurvePlan) -> Self {
        let data = config.data(panel);
        let liars = (curve.liars * config.workers as f64).round() as usize;
        let own = curve.compressor.as_ref().unwrap_or(&panel.compressor);
        let sends_gradients = curve.method == ExperimentMethod::GradientDescent;
        Self {
            data: panel.data.clone(),
            lambda: data.lambda,
            workers: config.workers,
            sharding: config.sharding,
            liars,
            attack: if liars == 0 { String::new() } else { panel.attack.replace("{beta}", &curve.beta.to_string()) },
            method: curve.method,
            beta: curve.beta,
            gamma: curve.gamma,
            compressor: if sends_gradients { "identity".into() } else { own.clone() },
            iterations: curve.iterations.unwrap_or(data.iterations),
            seed: config.seed,
            seeds: config.seeds,
        }
    }

    /// Plays every seed, on rayon's current pool. The result does not depend on the number of threads.
    ///
    /// # Errors
    /// [`UnitError`] when a run cannot start.
    pub fn play(&self, ground: &SolvedProblem, tick: &(dyn Fn() + Sync)) -> Result<Vec<Track>, UnitError> {
        let run = |number: u64| {
            let track = self.run(ground, Seed(self.seed).child(RUN, number));
            tick();
            track
        };
        (0..self.seeds).into_par_iter().map(run).collect()
    }

    fn run(&self, ground: &SolvedProblem, seed: Seed) -> Result<Track, UnitError> {
        let honest = Simulation::of(&ground.train, self.workers)
            .sharding(self.sharding)
            .lambda(self.lambda)
            .compress(&self.compressor)
            .seed(seed);
        let simulation = if self.liars > 0 { honest.liars(self.liars, &self.attack) } else { honest };
        let mut cluster = simulation.build()?;
        let rule = NormTrimmedMean { beta: TrimFraction::new(self.beta)? };
        let (solve, unit): (Solver, f64) = match self.method {
            ExperimentMethod::Comrade => (center::solve, 1.0),
            ExperimentMethod::Giant => (giant::solve, 1.0),
            ExperimentMethod::GradientDescent => (gradient_descent::solve, ground.facts.safe_step),
        };
        let start = vec![0.0; ground.train.cols()];
        let plan = Plan { start, gamma: self.gamma * unit, iterations: self.iterations };

        let watched = watched(self.iterations);
        let mut track = Track::default();
        track.see(ground, 0, &plan.start, 0);
        let mut log = Vec::new();
        let result = solve(&mut cluster, &rule, &plan, &mut |step| {
            log.push(step.traffic);
            if watched.contains(&(step.iteration + 1)) {
                let kept = step.aggregate.kept.iter().filter(|worker| worker.0 < self.liars).count();
                track.see(ground, step.iteration + 1, step.after, kept);
            }
            ControlFlow::Continue(())
        });
        match result {
            Ok(_) => {}
            Err(error) if matches!(error.cause, Cause::Start { .. }) => return Err(UnitError::Solve(error)),
            // Nobody told the center how many would be silent: it stands still from here on.
            Err(error) => track.stand_still(error.iteration, &watched),
        }
        // What an iteration that could not be ended has cost.
        log.push(cluster.traffic());
        track.pay(&log);
        Ok(track)
    }
}

type Solver = fn(
    &mut dyn Cluster,
    &dyn comrade::aggregate::Aggregator,
    &Plan,
    &mut dyn FnMut(&Step<'_>) -> ControlFlow<Infallible>,
) -> Result<ControlFlow<Infallible, center::Solution>, SolveError>;

impl Track {
    fn see(&mut self, ground: &SolvedProblem, iteration: usize, w: &[f64], kept_liars: usize) {
        self.iteration.push(iteration);
        self.suboptimality.push(ground.suboptimality(w));
        self.accuracy.push(ground.accuracy(w));
        self.test_accuracy.extend(ground.test_accuracy(w));
        self.kept_liars.push(kept_liars);
    }

    /// Repeats the last iterate at the watched iterations that are left.
    fn stand_still(&mut self, iteration: usize, watched: &[usize]) {
        self.stopped = Some(iteration);
        let reached = self.iteration.last().copied().unwrap_or(0);
        for &t in watched.iter().filter(|&&t| t > reached) {
            self.iteration.push(t);
            repeat_last(&mut self.suboptimality);
            repeat_last(&mut self.accuracy);
            repeat_last(&mut self.test_accuracy);
            repeat_last(&mut self.kept_liars);
        }
    }

    /// Writes down what had crossed the network by each recorded iteration.
    fn pay(&mut self, log: &[Traffic]) {
        let by = |t: usize| match t.min(log.len()) {
            0 => Traffic::default(),
            t => log[t - 1],
        };
        self.bytes_down = self.iteration.iter().map(|&t| by(t).bytes_down).collect();
        self.bytes_up = self.iteration.iter().map(|&t| by(t).bytes_up).collect();
    }
}

fn repeat_last<T: Copy>(values: &mut Vec<T>) {
    values.extend(values.last().copied());
}

/// The iterations after which a run of this length is recorded, increasing, the last among them.
fn watched(iterations: usize) -> Vec<usize> {
    if iterations <= RECORDED {
        return (1..=iterations).collect();
    }
    let ratio = (iterations as f64).powf(1.0 / RECORDED as f64);
    let mut watched: Vec<usize> =
        (0..=RECORDED).map(|k| (ratio.powi(k as i32).round() as usize).min(iterations)).collect();
    watched.push(iterations);
    watched.dedup();
    watched
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Material, described};
    use comrade::data::synthetic::{self, Gaussian, Task};

    fn ground() -> SolvedProblem {
        let spec = Gaussian { rows: 400, cols: 3, condition: 2.0, margin: 1.0, task: Task::Classification };
        let material: Material = described(synthetic::gaussian(&spec, Seed(3)).unwrap(), None);
        SolvedProblem::new(material, Some(synthetic::gaussian(&spec, Seed(3)).unwrap()), 0.05).unwrap()
    }

    fn unit() -> Unit {
        Unit {
            data: "tiny".into(),
            lambda: 0.05,
            workers: 10,
            sharding: Sharding::Partition,
            liars: 0,
            attack: String::new(),
            method: ExperimentMethod::Comrade,
            beta: 0.0,
            gamma: 1.0,
            compressor: "identity".into(),
            iterations: 6,
            seed: 1,
            seeds: 3,
        }
    }

    fn play(unit: &Unit) -> Vec<Track> {
        unit.play(&ground(), &|| ()).unwrap()
    }

    #[test]
    fn every_method_comes_to_its_floor_and_pays_for_its_rounds() {
        let vector = 3 * 8;
        for (method, iterations, floor, rounds) in [
            (ExperimentMethod::Comrade, 6, 1e-3, 1),
            (ExperimentMethod::Giant, 6, 1e-12, 2),
            (ExperimentMethod::GradientDescent, 300, 1e-10, 1),
        ] {
            let tracks = play(&Unit { method, iterations, ..unit() });
            assert_eq!(tracks.len(), 3);
            for track in &tracks {
                let last = track.iteration.len() - 1;
                assert_eq!((track.iteration[0], track.iteration[last], track.stopped), (0, iterations, None));
                assert!(track.suboptimality[last] < floor, "{method:?} {}", track.suboptimality[last]);
                assert!((track.accuracy[last] - ground().facts.accuracy).abs() < 0.02);
                // The test set is the training set here.
                assert_eq!(track.accuracy, track.test_accuracy);
                assert_eq!(track.bytes_up[0], 0);
                let sent = 10 * iterations as u64 * rounds * vector;
                assert!((sent..2 * sent).contains(&track.bytes_up[last]), "{} {sent}", track.bytes_up[last]);
            }
            assert!(tracks[0] != tracks[1]);
        }
    }

    #[test]
    fn trimming_keeps_liars_out_and_their_number_is_counted() {
        let attacked = Unit { liars: 2, attack: "huge".into(), beta: 0.2, ..unit() };
        let track = &play(&attacked)[0];
        assert!(track.suboptimality[6] < 1e-2 && track.kept_liars.iter().all(|&kept| kept == 0));
        let track = &play(&Unit { beta: 0.0, ..attacked })[0];
        assert!(track.suboptimality[6] > 1.0 && track.kept_liars[1..].iter().all(|&kept| kept == 2));
    }

    #[test]
    fn a_center_that_cannot_go_on_stands_still() {
        let track = &play(&Unit { liars: 2, attack: "silent".into(), ..unit() })[0];
        assert_eq!(track.stopped, Some(0));
        assert!(track.iteration.len() == 7 && track.accuracy.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(track.bytes_down.len(), 7);
    }

    #[test]
    fn long_runs_are_recorded_more_and_more_rarely() {
        assert_eq!(watched(4), [1, 2, 3, 4]);
        let watched = watched(2000);
        assert!(watched.len() <= RECORDED + 2 && watched[0] == 1 && watched.last() == Some(&2000));
        assert!(watched.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
