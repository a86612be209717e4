//! Whole runs: what they say, and whether it is so.

mod kept;
mod told;

use super::*;
use crate::cluster::{Ask, ClusterError};
use crate::compress::{Bits, Form};
use crate::data::synthetic::{self, Gaussian, Task};
use crate::data::{Dataset, Dense, Features};
use crate::loss::Loss;
use crate::objective::Objective;
use crate::shard::Sharding;
use crate::simulation::{InProcess, Simulation};
use crate::stream::Seed;

/// A cluster, and how many answers it was told are enough, round by round.
pub(super) struct Asked {
    pub(super) inner: InProcess,
    pub(super) enough: Vec<usize>,
}

impl Cluster for Asked {
    fn workers(&self) -> usize {
        self.inner.workers()
    }

    fn dimension(&self) -> usize {
        self.inner.dimension()
    }

    fn quorum(&mut self, ask: Ask<'_>, enough: usize) -> Result<Vec<Reply>, ClusterError> {
        self.enough.push(enough);
        self.inner.quorum(ask, enough)
    }

    fn shares(&self) -> Vec<f64> {
        self.inner.shares()
    }

    fn alone(&self) -> Option<Objective<'_>> {
        self.inner.alone()
    }

    fn traffic(&self) -> Traffic {
        self.inner.traffic()
    }

    fn resume(&mut self, traffic: Traffic) {
        self.inner.resume(traffic);
    }
}

/// A problem and how it is dealt.
struct Trial<'a> {
    data: &'a Dataset,
    lambda: f64,
    shards: Vec<Vec<usize>>,
    attacks: Vec<&'a str>,
    method: Method,
    trim: f64,
    limits: Limits,
    start: Vec<f64>,
}

impl<'a> Trial<'a> {
    fn new(data: &'a Dataset, workers: usize) -> Self {
        Self {
            data,
            lambda: 1e-2,
            shards: Sharding::Partition.deal(data.rows(), workers, Seed(1)).unwrap(),
            attacks: vec![],
            method: Method::LazyNewton,
            trim: 0.0,
            limits: Limits::new(1e-8, 60),
            start: vec![0.0; data.cols()],
        }
    }

    fn f(&self) -> Objective<'_> {
        Objective { data: self.data, loss: Loss::Logistic, lambda: self.lambda }
    }

    fn options(&self) -> Options {
        Options { trim: TrimFraction::new(self.trim).unwrap(), ..Options::new(self.lambda, self.data.intercept) }
    }

    fn cluster(&self) -> InProcess {
        let simulation = Simulation::dealt(self.data, self.shards.clone()).lambda(self.lambda);
        self.attacks.iter().fold(simulation, |run, spec| run.liars(1, spec)).build().unwrap()
    }

    /// The outcome and the rounds.
    fn run(&self) -> Result<(Outcome, u64), SolveError> {
        let mut cluster = self.cluster();
        let mut state = State::start(self.method, &cluster, self.start.clone())?;
        let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
        match solve(&mut cluster, &self.options(), &self.limits, &mut state, &mut watch)? {
            ControlFlow::Continue(outcome) => Ok((outcome, cluster.traffic().rounds)),
            ControlFlow::Break(()) => unreachable!(),
        }
    }

    /// ||g(w)|| / ||g(0)||, over all samples and not as the workers told it.
    fn gradient(&self, w: &[f64]) -> f64 {
        let norm = |w: &[f64]| self.f().gradient(w).iter().map(|g| g * g).sum::<f64>().sqrt();
        norm(w) / norm(&vec![0.0; w.len()])
    }

    #[track_caller]
    fn converges(&self) -> u64 {
        let (outcome, rounds) = self.run().unwrap();
        assert_eq!(outcome.end, End::Converged, "after {rounds} rounds: {:?}", outcome.here);
        assert!(self.gradient(&outcome.w) <= self.limits.tolerance * (1.0 + 1e-6));
        rounds
    }
}

fn classes(rows: usize, cols: usize) -> Dataset {
    let spec = Gaussian { rows, cols, condition: 10.0, margin: 2.0, task: Task::Classification };
    synthetic::gaussian(&spec, Seed(3)).unwrap()
}

/// Rows in the order of their labels, cut into blocks of these sizes.
fn sorted(data: &Dataset, sizes: &[usize]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..data.rows()).collect();
    order.sort_by(|a, b| data.labels[*a].total_cmp(&data.labels[*b]).then(a.cmp(b)));
    let mut rest = &order[..];
    let mut shards = vec![];
    for &size in sizes {
        let (shard, others) = rest.split_at(size);
        shards.push(shard.to_vec());
        rest = others;
    }
    assert!(rest.is_empty());
    shards
}

#[test]
fn the_minimiser_is_found_and_its_bound_is_true() {
    let data = synthetic::a9a_like(2000, Seed(2));
    for lambda in [1e-2, 1e-4] {
        for workers in [1, 4, 20] {
            let trial = Trial { lambda, ..Trial::new(&data, workers) };
            let (outcome, rounds) = trial.run().unwrap();
            assert_eq!(outcome.end, End::Converged, "{lambda} {workers}: {rounds} rounds, {:?}", outcome.here);
            assert!(rounds <= 30, "{rounds}");
            let f = trial.f();
            let best = f.value(&crate::newton::minimise(&f, 1e-12).unwrap().w);
            let (above, bound) = (f.value(&outcome.w) - best, outcome.bound.unwrap());
            assert!(above <= bound + 1e-15 && bound < 1e-9, "{above} {bound}");
            assert!((outcome.here.unwrap().value - f.value(&outcome.w)).abs() < 1e-14);
        }
    }
}

#[test]
fn it_does_not_matter_how_samples_are_dealt() {
    let data = synthetic::a9a_like(1200, Seed(4)).with_intercept().unwrap();
    let even = Trial { lambda: 1e-3, ..Trial::new(&data, 12) };
    let rounds = even.converges();
    let unequal = [10, 10, 10, 10, 10, 100, 100, 100, 100, 100, 325, 325];
    for shards in [sorted(&data, &[100; 12]), sorted(&data, &unequal), sorted(&data, &[1; 1200])] {
        let m = shards.len();
        let other = Trial { shards, lambda: 1e-3, ..Trial::new(&data, 12) }.converges();
        assert!(other.abs_diff(rounds) <= 2, "{m} workers: {other} rounds, dealt evenly {rounds}");
    }
    // Weights that make up for the sizes give the same f.
    let weighted = Dataset { weights: Some(vec![1.0; 1200]), ..data.clone() };
    let other = Trial { shards: sorted(&data, &unequal), lambda: 1e-3, ..Trial::new(&weighted, 12) }.converges();
    assert!(other.abs_diff(rounds) <= 2, "{other} {rounds}");
}

/// Above some dimension Hessians travel as sketches, and bytes are linear in d.
#[test]
fn a_wide_problem_is_solved_by_sketches() {
    let wide = classes(300, 700);
    let trial = Trial { lambda: 1e-3, ..Trial::new(&wide, 3) };
    let mut cluster = trial.cluster();
    let mut state = State::start(trial.method, &cluster, trial.start.clone()).unwrap();
    let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
    let ended = solve(&mut cluster, &trial.options(), &trial.limits, &mut state, &mut watch).unwrap();
    let (outcome, traffic) = (ended.continue_value().unwrap(), cluster.traffic());
    assert_eq!(outcome.end, End::Converged);
    assert!(trial.gradient(&outcome.w) <= 1e-8 * (1.0 + 1e-6));
    assert!(traffic.rounds <= 40 && traffic.bytes_up < 3 * 1_300_000, "{traffic:?}");
    // With liars among them: no one's sketch is the mean of all.
    let attacks = vec!["hessian:scaled:100"];
    let (outcome, _) = Trial { trim: 0.25, attacks, lambda: 1e-1, ..Trial::new(&wide, 4) }.run().unwrap();
    assert!(matches!(outcome.end, End::Floor(Some(_))), "{:?}", outcome.end);
    assert!(outcome.here.unwrap().value < outcome.first.unwrap().value);
}

/// Columns near 1000 that differ by 1: 16 bits hide the small eigenvalues of the Hessian, and finer ones are asked for.
#[test]
fn where_few_bits_hide_eigenvalues_more_are_asked_for() {
    let plain = classes(200, 5);
    let Features::Dense(x) = &plain.features else { unreachable!() };
    let shifted: Vec<f64> = (0..200).flat_map(|j| x.row(j).iter().map(|x| 1e3 + x).collect::<Vec<_>>()).collect();
    let data = Dataset { features: Features::Dense(Dense::new(200, 5, shifted).unwrap()), ..plain.clone() };
    let bytes = |data| {
        let trial = Trial { lambda: 1e-4, ..Trial::new(data, 4) };
        let mut cluster = trial.cluster();
        let mut state = State::start(trial.method, &cluster, trial.start.clone()).unwrap();
        let mut most = 0;
        let mut before = 0;
        let mut watch = |seen: &Progress<'_>| {
            let sent = seen.state.traffic().bytes_up - before;
            before += sent;
            most = most.max(sent / 4);
            ControlFlow::<()>::Continue(())
        };
        let ended = solve(&mut cluster, &trial.options(), &trial.limits, &mut state, &mut watch).unwrap();
        let outcome = ended.continue_value().unwrap();
        assert_eq!(outcome.end, End::Converged);
        let f = trial.f();
        let least = f.value(&crate::newton::minimise(&f, 1e-12).unwrap().w);
        assert!(f.value(&outcome.w) - least <= trial.limits.tolerance * least);
        most
    };
    let of = |bits| 5 + 8 + 8 * 5 + Form::Triangle { bits }.bytes(5) as u64;
    assert_eq!(bytes(&plain), of(Bits::Sixteen));
    assert!(bytes(&data) >= of(Bits::ThirtyTwo));
}

/// f - f* of the honest workers is at most what the floor says, which is about a B of the place where the run rests; and if nobody
/// lies, the minimiser of all is found although some might.
#[test]
fn with_liars_the_floor_is_as_low_as_is_said() {
    let data = synthetic::a9a_like(2000, Seed(6));
    for attack in ["", "min-max", "min-max:away", "alie:1", "negative:1", "gaussian:1e30", "gaussian:1e300"] {
        let liars = if attack.is_empty() { 0 } else { 3 };
        let trial = Trial { attacks: vec![attack; liars], trim: 0.25, ..Trial::new(&data, 12) };
        let (outcome, _) = trial.run().unwrap();
        let End::Floor(Some(floor)) = outcome.end else { panic!("{attack}: {:?}", outcome.end) };
        let honest = data.select(&trial.shards[liars..].concat());
        let f = Objective { data: &honest, ..trial.f() };
        let gap = f.value(&outcome.w) - f.value(&crate::newton::minimise(&f, 1e-12).unwrap().w);
        assert!(gap <= floor.estimate && floor.unavoidable < floor.estimate, "{attack}: {gap:e} {floor:?}");
        assert!(liars > 0 || gap < 1e-3 * floor.unavoidable, "{gap:e} {floor:?}");
    }
}

/// Filter, mixing and norm trimming rest at different points, and what is published is the filter.
#[test]
fn lazy_newton_aggregates_by_the_rule_that_is_asked_for() {
    let data = classes(600, 4);
    let trial = Trial { attacks: vec!["gaussian:1"; 2], trim: 0.25, ..Trial::new(&data, 8) };
    let rest = |rule: Rule| {
        let mut cluster = trial.cluster();
        let mut state = State::start(trial.method, &cluster, trial.start.clone()).unwrap();
        let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
        let options = Options { rule, ..trial.options() };
        match solve(&mut cluster, &options, &trial.limits, &mut state, &mut watch).unwrap() {
            ControlFlow::Continue(outcome) => outcome.w,
            ControlFlow::Break(()) => unreachable!("nothing ends it"),
        }
    };
    let [published, filter, mixing, norm] = [Rule::Published, Rule::Filter, Rule::Mixing, Rule::Norm].map(rest);
    assert_eq!(published, filter);
    assert!(filter != mixing && mixing != norm && norm != filter);
}

/// Columns far from 0 and an intercept leave a Hessian of which rounding hides most.
#[test]
fn what_errors_hide_of_a_hessian_is_in_the_estimate() {
    let Features::Dense(x) = classes(400, 3).features else { unreachable!() };
    let mut told = 0;
    for offset in [1e4, 1e6, 1e7] {
        let values = x.values().iter().map(|x| offset + x).collect();
        let features = Features::Dense(Dense::new(400, 3, values).unwrap());
        let data = Dataset { features, ..classes(400, 3) }.with_intercept().unwrap();
        for (workers, trim) in [(8, 0.25), (20, 0.1), (5, 0.2)] {
            let trial = Trial { lambda: 1.0 / 400.0, trim, ..Trial::new(&data, workers) };
            let (f, (Outcome { w, end, .. }, _)) = (trial.f(), trial.run().unwrap());
            let End::Floor(Some(floor)) = end else { continue };
            told += 1;
            let gap = f.value(&w) - f.value(&crate::newton::minimise(&f, 1e-6).unwrap().w);
            assert!(gap <= floor.estimate, "{offset:e} {workers}: {gap:e} {floor:?}");
        }
    }
    assert!(told > 0, "no run came to a floor");
}

#[test]
fn every_method_says_what_is_so() {
    let data = classes(600, 6);
    let of = |method| Trial { method, limits: Limits::new(1e-6, 200), ..Trial::new(&data, 4) };
    assert!(of(Method::Giant).converges() < 60);
    assert!(of(Method::Auto).converges() < 30);
    let alone = |method| Trial { method, ..Trial::new(&data, 1) };
    assert_eq!((alone(Method::Newton).converges(), alone(Method::Auto).converges()), (2, 2));
    assert_eq!(of(Method::Newton).run().unwrap_err().cause, Cause::NotAlone);
    // COMRADE's floor is above the tolerance.
    let comrade = of(Method::Comrade);
    let (outcome, _) = comrade.run().unwrap();
    assert_eq!(outcome.end, End::Floor(None));
    let told = outcome.here.unwrap().gradient_norm / outcome.first.unwrap().gradient_norm;
    assert!((told / comrade.gradient(&outcome.w) - 1.0).abs() < 1e-9 && told > 1e-6);
    // Gradient descent with gamma = 1 is slow here, and says so; the last round looks at f.
    let (outcome, rounds) = Trial { limits: Limits::new(1e-8, 20), ..of(Method::GradientDescent) }.run().unwrap();
    assert_eq!((outcome.end, rounds), (End::Rounds, 20));
    assert!(outcome.here.unwrap().value < outcome.first.unwrap().value);
}

#[test]
fn comrade_takes_the_steps_of_algorithm_1() {
    let data = classes(600, 6);
    let trial = Trial { method: Method::Comrade, limits: Limits::new(1e-8, 7), ..Trial::new(&data, 4) };
    let mut cluster = trial.cluster();
    let mut state = State::start(trial.method, &cluster, vec![0.0; 6]).unwrap();
    let mut steps = vec![];
    let mut watch = |seen: &Progress<'_>| {
        if seen.step > 0.0 {
            steps.push(seen.w.to_vec());
        }
        ControlFlow::<()>::Continue(())
    };
    assert!(solve(&mut cluster, &trial.options(), &trial.limits, &mut state, &mut watch).unwrap().is_continue());
    let plan = crate::center::Plan { start: vec![0.0; 6], gamma: 1.0, iterations: 5 };
    let mut wanted = vec![];
    let mut watch = |step: &crate::center::Step<'_>| {
        wanted.push(step.after.to_vec());
        ControlFlow::<()>::Continue(())
    };
    let played = crate::center::solve(&mut trial.cluster(), &crate::aggregate::MEAN, &plan, &mut watch).unwrap();
    assert!(played.is_continue());
    assert_eq!(steps, wanted);
}

#[test]
fn a_warm_start_is_measured_against_zero_and_given_up_if_it_is_worse() {
    let data = classes(600, 6);
    for method in [Method::LazyNewton, Method::Giant] {
        let cold = Trial { method, ..Trial::new(&data, 4) };
        let (outcome, rounds) = cold.run().unwrap();
        // From the end it is nothing to be done, and zero counts as the first point.
        let warm = Trial { method, start: outcome.w.clone(), ..Trial::new(&data, 4) };
        let (again, few) = warm.run().unwrap();
        assert_eq!((again.end, again.first), (End::Converged, outcome.first), "{method}");
        assert!(few < rounds);
        let far = Trial { method, start: vec![1e3; 6], ..Trial::new(&data, 4) };
        let (outcome, _) = far.run().unwrap();
        assert_eq!(outcome.end, End::Converged, "{method}");
        assert!(far.gradient(&outcome.w) <= 1e-8);
    }
    let beyond = Trial { start: vec![1e308; 6], ..Trial::new(&data, 4) };
    assert_eq!(beyond.run().unwrap().0.end, End::Converged);
    let wrong = Trial { start: vec![0.0; 5], ..Trial::new(&data, 4) };
    assert_eq!(wrong.run().unwrap_err().cause, Cause::Start { got: 5, want: 6 });
}

#[test]
fn exact_newton_is_done_where_it_starts_at_the_minimiser() {
    let data = classes(600, 6);
    let alone = |start| Trial { method: Method::Newton, start, ..Trial::new(&data, 1) }.run().unwrap();
    let (cold, rounds) = alone(vec![0.0; 6]);
    let (warm, same) = alone(cold.w.clone());
    assert_eq!((rounds, same), (2, 2));
    assert_eq!(warm, cold);
    for start in [cold.w.iter().map(|w| 1.01 * w).collect(), vec![1e3; 6], vec![1e308; 6]] {
        let (found, rounds) = alone(start);
        assert_eq!((found.end, found.first, rounds), (End::Converged, cold.first, 3));
        assert_eq!(found.w, cold.w);
    }
}

#[test]
fn where_classes_can_be_separated_a_short_gradient_alone_is_not_convergence() {
    let plain = classes(200, 5);
    let Features::Dense(x) = &plain.features else { unreachable!() };
    let labels = (0..200).map(|j| if x.row(j)[0] > 0.0 { 1.0 } else { -1.0 }).collect();
    let data = Dataset { labels, ..plain };
    for workers in [1, 4] {
        let limits = Limits::new(1e-5, 200);
        let trial = Trial { lambda: 1e-9, limits, method: Method::Auto, ..Trial::new(&data, workers) };
        let (outcome, rounds) = trial.run().unwrap();
        let f = trial.f();
        let best = f.value(&crate::newton::minimise(&f, 1e-12).unwrap().w);
        let gap = f.value(&outcome.w) / best - 1.0;
        assert_eq!(outcome.end, End::Converged, "after {rounds} rounds");
        assert!(gap < 1e-5, "{workers} workers: f is {gap:e} too high");
    }
}

#[test]
fn where_zero_is_the_minimiser_up_to_rounding_it_is_found() {
    let balanced: Vec<f64> = (0..30).flat_map(|j| [0.1 + f64::from(j / 7) * 0.3; 2]).collect();
    let x = |values: Vec<f64>| Features::Dense(Dense::new(values.len(), 1, values).unwrap());
    let plain = Dataset::new("balanced", x(balanced), [1.0, -1.0].repeat(30));
    for data in [plain.clone(), plain.with_intercept().unwrap()] {
        for workers in [1, 4, 7, 60] {
            for method in [Method::Auto, Method::LazyNewton, Method::Comrade, Method::GradientDescent] {
                let trial = Trial { method, ..Trial::new(&data, workers) };
                let (outcome, rounds) = trial.run().unwrap();
                assert_eq!((outcome.end, rounds), (End::Converged, 1), "{method} {workers}");
                assert!(outcome.w.iter().all(|w| *w == 0.0));
            }
        }
    }
    // Small features are no rounding.
    for size in [1e-9, 1e-30] {
        let values = [1.0, 2.0, -1.0, 3.0].map(|x| size * x).to_vec();
        let small = Dataset::new("small", x(values), vec![1.0, 1.0, -1.0, 1.0]);
        for workers in [1, 2] {
            let (outcome, _) = Trial { method: Method::Auto, ..Trial::new(&small, workers) }.run().unwrap();
            assert_eq!(outcome.end, End::Converged);
            assert!(outcome.w[0] > 0.0);
        }
    }
}

#[test]
fn a_tolerance_that_is_none_is_refused_and_no_round_is_played() {
    let data = classes(60, 3);
    for tolerance in [0.0, 1.0, 2.0, -1.0, f64::NAN, f64::INFINITY] {
        let trial = Trial { limits: Limits::new(tolerance, 10), ..Trial::new(&data, 2) };
        assert!(matches!(trial.run().unwrap_err().cause, Cause::Tolerance(_)), "{tolerance}");
    }
    let (outcome, rounds) = Trial { limits: Limits::new(0.5, 0), ..Trial::new(&data, 2) }.run().unwrap();
    assert_eq!((outcome.end, outcome.here, rounds), (End::Rounds, None, 0));
    let (outcome, rounds) = Trial { limits: Limits::new(1e-8, 1), ..Trial::new(&data, 2) }.run().unwrap();
    assert_eq!((outcome.end, outcome.w, rounds), (End::Rounds, vec![0.0; 3], 1));
}

#[test]
fn a_gradient_of_zero_is_the_end_and_one_that_overflows_is_not_convergence() {
    let x = |values: Vec<f64>| Features::Dense(Dense::new(2, 1, values).unwrap());
    let still = Dataset::new("still", x(vec![1.0, 1.0]), vec![1.0, -1.0]);
    for method in [Method::LazyNewton, Method::Comrade] {
        let (outcome, rounds) = Trial { method, ..Trial::new(&still, 2) }.run().unwrap();
        assert_eq!((outcome.end, outcome.w, rounds), (End::Converged, vec![0.0], 1));
    }
    let wide = Dense::new(2, 9, vec![1.7e308; 18]).unwrap();
    let large = Dataset::new("large", Features::Dense(wide), vec![1.0, 1.0]);
    // ||g(0)|| overflows though its entries do not; with a Hessian asked for, nothing can be sent.
    let error = Trial::new(&large, 2).run().unwrap_err().to_string();
    assert!(error.contains("divide those columns by their largest value"), "{error}");
    let (outcome, _) = Trial { method: Method::GradientDescent, ..Trial::new(&large, 2) }.run().unwrap();
    assert_eq!((outcome.end, outcome.first.unwrap().gradient_norm), (End::Diverged, f64::INFINITY));
}

/// Steps along which w grows until no answer is finite. The end is known for what it is, and w = 0 is better.
#[test]
fn steps_that_leave_the_numbers_behind_diverge() {
    let data = classes(60, 3);
    let trial = Trial::new(&data, 4);
    let mut cluster = trial.cluster();
    let options = Options { gamma: 1e6, ..trial.options() };
    let mut state = State::start(Method::GradientDescent, &cluster, vec![0.0; 3]).unwrap();
    let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
    let ended = solve(&mut cluster, &options, &Limits::new(1e-6, 1000), &mut state, &mut watch).unwrap();
    let ControlFlow::Continue(outcome) = ended else { panic!("nobody ends it") };
    assert_eq!((outcome.end, outcome.w), (End::Diverged, vec![0.0; 3]));
}

#[test]
fn who_is_missing_is_an_error_and_the_run_can_go_on() {
    let data = classes(600, 6);
    for method in [Method::LazyNewton, Method::Comrade, Method::Giant] {
        let silent = Trial { method, attacks: vec!["silent"], ..Trial::new(&data, 4) };
        let error = silent.run().unwrap_err();
        assert!(matches!(error.cause, Cause::Aggregate { round: 0, .. }), "{error}");
        let mut cluster = silent.cluster();
        let mut state = State::start(method, &cluster, silent.start.clone()).unwrap();
        let before = state.clone();
        let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
        solve(&mut cluster, &silent.options(), &silent.limits, &mut state, &mut watch).unwrap_err();
        assert_eq!(state, before);
        let well = Trial { method, ..Trial::new(&data, 4) };
        assert!(solve(&mut well.cluster(), &well.options(), &well.limits, &mut state, &mut watch).is_ok());
    }
}

#[test]
fn where_liars_may_be_the_most_of_what_counts_no_floor_is_told() {
    let data = synthetic::a9a_like(300, Seed(5));
    for (workers, beta, told) in [(3, 0.34, false), (5, 0.4, false), (6, 0.34, false), (7, 0.29, true)] {
        let simulation = Simulation::of(&data, workers).liars(1, "mimic");
        let mut options = simulation.options();
        options.trim = TrimFraction::new(beta).unwrap();
        let mut cluster = simulation.build().unwrap();
        let mut state = State::start(Method::LazyNewton, &cluster, vec![0.0; data.cols()]).unwrap();
        let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
        let ended = solve(&mut cluster, &options, &Limits::new(1e-8, 100), &mut state, &mut watch).unwrap();
        let end = ended.continue_value().unwrap().end;
        assert!(matches!(end, End::Floor(floor) if floor.is_some() == told), "{workers}: {end:?}");
    }
}
