//! Honest workers who are late or dead, alone and together with liars: what the two budgets promise.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

use comrade::aggregate::{StragglerFraction, TrimFraction};
use comrade::attack;
use comrade::center::{Cause, SolveError};
use comrade::cluster::{Cluster, ClusterError, Network, Transport};
use comrade::compress::{Identity, norm2};
use comrade::data::{Dataset, synthetic};
use comrade::loss::Loss;
use comrade::method::{End, Limits, Method, Options, Outcome, Progress, RULES, Rule, State, solve};
use comrade::newton::minimise;
use comrade::objective::Objective;
use comrade::simulation::{Local, Simulation};
use comrade::stream::Seed;
use std::ops::ControlFlow;
use std::sync::Arc;

const LAMBDA: f64 = 1e-2;

/// Who does not answer in a round that is closed as soon as enough have: (round, worker). Who is dead never does.
type Absent = fn(u64, usize) -> bool;

/// Workers in this process, some of whom are late: their frames are lost, but in rounds that wait for everybody.
struct Late {
    inner: Local,
    late: Absent,
    dead: Absent,
    round: u64,
    /// Rounds that waited for everybody.
    waited: u64,
}

impl Transport for Late {
    fn workers(&self) -> usize {
        self.inner.workers()
    }

    fn dimension(&self) -> usize {
        self.inner.dimension()
    }

    fn exchange(&mut self, question: &[u8], enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
        let (mut frames, all) = (self.inner.exchange(question, enough)?, enough == self.workers());
        for (i, frames) in frames.iter_mut().enumerate() {
            if (self.dead)(self.round, i) || (!all && (self.late)(self.round, i)) {
                frames.clear();
            }
        }
        self.round += 1;
        self.waited += u64::from(all);
        Ok(frames)
    }

    fn shares(&self) -> Vec<f64> {
        Transport::shares(&self.inner)
    }
}

/// m workers of which the first `liars` lie by the attack.
struct Trial<'a> {
    data: &'a Dataset,
    workers: usize,
    attack: Option<&'a str>,
    liars: usize,
    late: Absent,
    dead: Absent,
    method: Method,
    rule: Rule,
    trim: f64,
    stragglers: f64,
    rounds: u64,
}

impl<'a> Trial<'a> {
    fn new(data: &'a Dataset, workers: usize) -> Self {
        let (never, method, rule): (Absent, _, _) = (|_, _| false, Method::LazyNewton, Rule::Published);
        Self {
            data,
            workers,
            attack: None,
            liars: 0,
            late: never,
            dead: never,
            method,
            rule,
            trim: 0.0,
            stragglers: 0.0,
            rounds: 60,
        }
    }

    fn options(&self) -> Options {
        let mut options = Options::new(LAMBDA, false);
        options.trim = TrimFraction::new(self.trim).unwrap();
        options.stragglers = StragglerFraction::new(self.stragglers).unwrap();
        options.rule = self.rule;
        options
    }

    /// The outcome, the rounds, and how many of them waited for everybody.
    fn run(&self) -> Result<(Outcome, u64, u64), SolveError> {
        let lie = |i: usize| self.attack.filter(|_| i < self.liars).map(|spec| attack::parse(spec).unwrap());
        let run = Simulation::of(self.data, self.workers).lambda(LAMBDA);
        let inner = run.attacks((0..self.workers).map(lie).collect()).local().unwrap();
        let (late, dead) = (self.late, self.dead);
        let mut late = Late { inner, late, dead, round: 0, waited: 0 };
        let mut cluster = Network::new(&mut late, Arc::new(Identity), 1);
        let mut state = State::start(self.method, &cluster, vec![0.0; self.data.cols()])?;
        let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
        let limits = Limits::new(1e-8, self.rounds);
        let ended = solve(&mut cluster, &self.options(), &limits, &mut state, &mut watch)?;
        let rounds = cluster.traffic().rounds;
        let ControlFlow::Continue(outcome) = ended else { unreachable!("nobody ends it") };
        Ok((outcome, rounds, late.waited))
    }

    /// The samples of these workers.
    fn samples(&self, of: impl Fn(usize) -> bool) -> Dataset {
        let shards = Simulation::of(self.data, self.workers).shards().unwrap();
        let rows = shards.into_iter().enumerate().filter(|(i, _)| of(*i)).flat_map(|(_, rows)| rows).collect();
        let one = Simulation::dealt(self.data, vec![rows]).build().unwrap();
        one.members()[0].shard.clone()
    }

    /// f(w) - f* over the samples of the honest workers.
    fn gap(&self, outcome: &Outcome) -> f64 {
        self.gap_of(outcome, |_| true)
    }

    /// The same over those of them that are of these.
    fn gap_of(&self, outcome: &Outcome, of: impl Fn(usize) -> bool) -> f64 {
        let honest = self.samples(|i| i >= self.liars && of(i));
        let f = Objective { data: &honest, loss: Loss::Logistic, lambda: LAMBDA };
        f.value(&outcome.w) - minimise(&f, 1e-12).unwrap().value
    }
}

/// ||g(w)|| over these samples, relative to that at 0.
fn left(data: &Dataset, w: &[f64]) -> f64 {
    let f = Objective { data, loss: Loss::Logistic, lambda: LAMBDA };
    norm2(&f.gradient(w)) / norm2(&f.gradient(&vec![0.0; w.len()]))
}

#[test]
fn stragglers_cost_no_certificate_and_are_waited_for_where_they_matter() {
    let data = synthetic::a9a_like(8000, Seed(2));
    let same: Absent = |_, i| i < 2;
    let others: Absent = |round, i| (i as u64 + 3 * round) % 10 < 2;
    for late in [same, others] {
        let trial = Trial { late, stragglers: 0.2, ..Trial::new(&data, 10) };
        let (outcome, rounds, waited) = trial.run().unwrap();
        assert_eq!(outcome.end, End::Converged);
        assert!(outcome.bound.is_some() && left(&data, &outcome.w) <= 1.001e-8);
        let (_, calm, _) = Trial::new(&data, 10).run().unwrap();
        // Newton's steps soon come to where the samples of those who are late decide.
        assert!(waited < rounds && rounds <= calm + 4, "{waited} of {rounds} rounds wait; {calm} without");
    }
}

#[test]
fn a_fit_without_a_dead_worker_is_never_converged_and_is_that_of_the_others() {
    let data = synthetic::a9a_like(2000, Seed(2));
    for method in [Method::LazyNewton, Method::Giant] {
        let trial = Trial { method, dead: |_, i| i == 3, stragglers: 0.1, ..Trial::new(&data, 10) };
        let (outcome, ..) = trial.run().unwrap();
        assert!(matches!(outcome.end, End::Floor(_)) && outcome.bound.is_none(), "{method}: {:?}", outcome.end);
        assert!(left(&trial.samples(|i| i != 3), &outcome.w) <= 1.001e-8, "{method}");
        assert!(trial.gap(&outcome) > 0.0);
        if let End::Floor(Some(floor)) = outcome.end {
            assert!(trial.gap(&outcome) <= floor.estimate, "{} {floor:?}", trial.gap(&outcome));
        }
        // Nobody is excused: the first round is refused.
        let error = Trial { stragglers: 0.0, ..trial }.run().unwrap_err();
        assert!(matches!(error.cause, Cause::Aggregate { .. }), "{error}");
    }
    // Gone only at the start: then ||g(0)|| is not known.
    let trial = Trial { dead: |round, i| i == 3 && round == 0, stragglers: 0.1, ..Trial::new(&data, 10) };
    let (outcome, ..) = trial.run().unwrap();
    assert!(matches!(outcome.end, End::Floor(_)) && left(&data, &outcome.w) <= 1e-7, "{:?}", outcome.end);
}

/// With as many liars as are trimmed, and four late honest workers: by `trim` alone the late take the trims of the liars.
#[test]
fn late_workers_do_not_take_the_trims_of_liars() {
    let data = synthetic::a9a_like(4000, Seed(3));
    let late: Absent = |_, i| i >= 16;
    for method in [Method::LazyNewton, Method::Comrade] {
        let trial = || Trial { attack: Some("gaussian:10"), liars: 4, trim: 0.2, method, ..Trial::new(&data, 20) };
        let nobody = trial().gap(&trial().run().unwrap().0);
        let (outcome, _, waited) = Trial { late, stragglers: 0.2, ..trial() }.run().unwrap();
        assert_eq!(waited, 0, "{method}");
        // For the workers that answered it is as near to the minimiser as a full run, and for all as near as their
        // samples say.
        let (came, all) = (trial().gap_of(&outcome, |i| i < 16), trial().gap(&outcome));
        assert!(
            came < 3.0 * nobody + 1e-6 && all < 5e-3,
            "{method}: {came:e} {all:e}, {nobody:e} where nobody is late"
        );
        // By trim alone.
        let paid = trial().gap(&Trial { dead: late, ..trial() }.run().unwrap().0);
        assert!(paid > 0.1, "{method}: {paid:e}");
    }
}

#[test]
fn every_rule_goes_on_without_stragglers_and_drops_as_many_as_lie() {
    let data = synthetic::a9a_like(1200, Seed(4));
    let late: Absent = |_, i| i >= 8;
    for method in [Method::LazyNewton, Method::Comrade, Method::GradientDescent] {
        for (rule, name) in RULES {
            let trial = Trial { method, rule, late, ..Trial::new(&data, 12) };
            let trial =
                Trial { attack: Some("gaussian:100"), liars: 1, trim: 0.1, stragglers: 0.34, rounds: 25, ..trial };
            if !method.takes(rule) {
                continue;
            }
            let (outcome, ..) = trial.run().unwrap();
            let (here, first) = (outcome.here.unwrap(), outcome.first.unwrap());
            assert!(here.value < first.value && trial.gap(&outcome) < 0.3, "{method} {name}: {}", trial.gap(&outcome));
        }
    }
}

#[test]
fn more_stragglers_than_a_majority_allows_are_refused() {
    let data = synthetic::a9a_like(100, Seed(1));
    let error = Trial { trim: 0.2, stragglers: 0.6, ..Trial::new(&data, 10) }.run().unwrap_err();
    assert_eq!(error.cause, Cause::Budget { stragglers: 6, liars: 2, workers: 10 });
    assert!(Trial { trim: 0.2, stragglers: 0.5, ..Trial::new(&data, 10) }.run().is_ok());
}
