//! What the methods without values of f decide, one decision at a time.

use super::*;
use crate::aggregate::{Fusion, StragglerFraction, TrimFraction};
use crate::data::synthetic::{self, Gaussian, Task};
use crate::data::{Dataset, Dense, Features};
use crate::method::Rule;
use crate::method::tests::Asked;
use crate::metric::Metric;
use crate::protocol::WorkerId;
use crate::simulation::Simulation;
use crate::stream::Seed;

fn measured(value: f64, gradient_norm: f64) -> Measured {
    Measured { value, gradient_norm }
}

fn at(w: f64, value: f64, gradient_norm: f64) -> Best {
    Best { w: vec![w], measured: measured(value, gradient_norm), partial: false }
}

/// At w = 1, which was measured: f = 1, ||g|| = 1e-3.
fn resting() -> Stepping {
    Stepping { best: Some(at(1.0, 1.0, 1e-3)), ..Stepping::start(Method::Comrade, vec![1.0]) }
}

const FIRST: Option<Measured> = Some(Measured { value: 2.0, gradient_norm: 1.0 });

#[test]
fn what_a_look_at_f_says_of_a_method_that_rests() {
    let judge = |stepping: &Stepping, norm: f64, trimmed| stepping.judge(Some((1.0, norm)), trimmed, 1e-3, FIRST);
    assert_eq!(judge(&resting(), 1e-3, false), Some(End::Converged));
    assert_eq!(judge(&resting(), 1e-3, true), Some(End::Floor(None)));
    assert_eq!(judge(&resting(), 1.01e-3, false), None);
    let longer = |norm| resting().judge(Some((1.0, norm)), false, 1e-3, Some(measured(2.0, 4.0)));
    assert_eq!((longer(4e-3), longer(4.1e-3)), (Some(End::Converged), None), "it is a share of ||g(0)||");
    // Of a point that is not the best one nothing is said.
    assert_eq!(judge(&Stepping { w: vec![2.0], ..resting() }, 1e-3, false), None);
    assert_eq!(judge(&Stepping { best: None, ..resting() }, 1e-3, false), None);
    // More than half of ||g|| is left since the last look: it rests.
    let again = Stepping { resting: Some(1.0), ..resting() };
    assert_eq!(judge(&again, 0.51, false), Some(End::Floor(None)));
    assert_eq!(judge(&again, 0.49, false), None);
    for lost in [Some((f64::NAN, 1.0)), Some((1.0, f64::INFINITY)), None] {
        assert_eq!(resting().judge(lost, false, 1e-3, FIRST), Some(End::Diverged));
    }
    assert_eq!(resting().judge(Some((1.0, 1.0)), false, 1e-3, None), Some(End::Diverged));
    let endless = Some(measured(1.0, f64::INFINITY));
    assert_eq!(resting().judge(Some((1.0, 1.0)), false, 1e-3, endless), Some(End::Diverged));
}

#[test]
fn a_run_without_rounds_says_what_its_last_look_says() {
    let last = |value| Stepping { last: Some(at(2.0, value, 1e-3)), ..resting() };
    assert_eq!(last(0.5).cut(false, 1e-3), End::Converged);
    assert_eq!(last(0.5).cut(true, 1e-3), End::Floor(None));
    assert_eq!(last(0.5).cut(false, 0.9e-3), End::Rounds);
    assert_eq!(last(1.5).cut(false, 1e-3), End::Rounds, "an earlier point is better");
    assert_eq!(resting().cut(false, 1.0), End::Rounds);
    assert_eq!(last(0.5).best().map(|best| best.w[0]), Some(2.0));
    assert_eq!(last(1.5).best().map(|best| best.w[0]), Some(1.0));
}

#[test]
fn the_last_look_is_due_where_f_is_not_known() {
    let mut moved = Stepping { w: vec![2.0], next: Next::Step, ..resting() };
    assert!(moved.is_to_be_measured());
    assert_eq!(moved.next, Next::Last);
    let due = |state: Stepping| {
        let mut state = state;
        state.is_to_be_measured()
    };
    let moved = || Stepping { w: vec![2.0], next: Next::Step, ..resting() };
    assert!(!due(Stepping { w: vec![1.0], ..moved() }), "the best point is measured");
    assert!(!due(Stepping { last: Some(at(2.0, 3.0, 1.0)), ..moved() }), "so is the last one");
    assert!(!due(Stepping { best: None, ..moved() }), "nothing is known to compare with");
    assert!(!due(Stepping { next: Next::Measure, ..moved() }));
}

#[test]
fn a_step_takes_its_rounds_and_the_look_that_may_follow() {
    let rounds = |method, next| Stepping { next, ..Stepping::start(method, vec![0.0]) }.rounds();
    assert_eq!((rounds(Method::Comrade, Next::Step), rounds(Method::Giant, Next::Step)), (2, 3));
    for next in [Next::Zero, Next::Start, Next::Look, Next::Measure, Next::Last] {
        assert_eq!((rounds(Method::Comrade, next), rounds(Method::Giant, next)), (1, 1));
    }
}

#[test]
fn rules_in_the_metric_of_a_hessian_ask_for_one_in_few_rounds() {
    let with = |rule, beta| Options { rule, trim: TrimFraction::new(beta).unwrap(), ..Options::new(1.0, false) };
    let asks = |method, options: &Options| -> Vec<u64> {
        let looks = |steps: &u64| {
            let state = Stepping { steps: *steps, ..Stepping::start(method, vec![0.0]) };
            state.before_step(options, 5) == Next::Look
        };
        (0..20).filter(looks).collect()
    };
    assert_eq!(asks(Method::Comrade, &with(Rule::Filter, 0.2)), [0, 1, 2, 4, 8, 16]);
    for (method, rule, beta) in [
        (Method::Comrade, Rule::Published, 0.2),
        (Method::Comrade, Rule::Filter, 0.0),
        (Method::Giant, Rule::Robust { fusion: Fusion::Krum, mixing: true }, 0.2),
    ] {
        assert_eq!(asks(method, &with(rule, beta)), [0; 0], "{method}");
    }
}

/// Gradients are long or short in the metric of B, directions in that of its inverse.
#[test]
fn gradients_and_directions_are_taken_together_in_their_own_metrics() {
    let spec = Gaussian { rows: 120, cols: 4, condition: 1e6, margin: 2.0, task: Task::Classification };
    let data = synthetic::gaussian(&spec, Seed(3)).unwrap();
    let (mut differ, rule) = (0, Rule::Norm);
    for method in [Method::GradientDescent, Method::Comrade] {
        let simulation = Simulation::of(&data, 12).lambda(1e-3).liars(3, "gaussian:1");
        let options = Options { rule, trim: TrimFraction::new(0.25).unwrap(), ..simulation.options() };
        let mut cluster = simulation.build().unwrap();
        let mut stepping = Stepping { next: Next::Look, ..Stepping::start(method, vec![0.0; 4]) };
        stepping.round(&mut cluster, &options, 1e-6, FIRST).unwrap();
        let metric = stepping.curvature.as_ref().unwrap().metric.clone();
        let played = stepping.round(&mut cluster, &options, 1e-6, FIRST).unwrap();
        let kept = |metric: &Metric| {
            let rule = rule.within(options.trim, metric).unwrap();
            rule.aggregate(&played.replies, 4).unwrap().kept
        };
        let (own, other) = match method {
            Method::GradientDescent => (kept(&metric), kept(&metric.dual())),
            _ => (kept(&metric.dual()), kept(&metric)),
        };
        assert_eq!(played.kept, own, "{method}");
        differ += u32::from(own != other);
    }
    assert_eq!(differ, 2, "otherwise this shows nothing");
}

/// f and g are asked for when the direction is a hundredth of the first one, however long that was.
#[test]
fn a_short_direction_is_one_beside_the_first() {
    let data = synthetic::a9a_like(60, Seed(2));
    let simulation = || Simulation::of(&data, 4).lambda(1e-2);
    let options = simulation().options();
    let step = |first: Option<f64>| {
        let mut cluster = simulation().build().unwrap();
        let start = Stepping::start(Method::Comrade, vec![0.0; data.cols()]);
        let mut stepping = Stepping { next: Next::Step, first, ..start };
        stepping.round(&mut cluster, &options, 1e-2, FIRST).unwrap();
        stepping
    };
    let length = step(None).first.unwrap();
    assert_eq!(step(None).next, Next::Step);
    assert_eq!(step(Some(101.0 * length)).next, Next::Measure);
    assert_eq!(step(Some(99.0 * length)).next, Next::Step);
}

#[test]
fn too_far_is_where_most_workers_have_no_finite_answer() {
    let unreadable = Missing::Unreadable(WireError::Unreadable);
    let cause = |absent: Vec<Missing>| {
        let absent: Vec<_> = absent.into_iter().enumerate().map(|(i, why)| (WorkerId(i), why)).collect();
        let source = AggregateError::TooManyMissing { missing: absent.len(), allowed: 0, workers: 4 };
        Cause::Aggregate { round: 3, source, absent }
    };
    assert!(is_too_far(&cause(vec![unreadable; 3]), 4));
    assert!(is_too_far(&cause(vec![unreadable; 4]), 6));
    assert!(!is_too_far(&cause(vec![unreadable; 2]), 4));
    assert!(!is_too_far(&cause(vec![unreadable, unreadable, Missing::Silent]), 4));
    assert!(!is_too_far(&Cause::State, 4));
}

/// A cluster of 4 workers, at w with what is `next`.
fn play(data: &Dataset, lambda: f64, liars: &[&str], state: Stepping) -> (Stepping, Result<Played, Cause>) {
    let simulation = Simulation::of(data, 4).lambda(lambda);
    let options = simulation.options();
    let mut cluster = liars.iter().fold(simulation, |run, spec| run.liars(1, spec)).build().unwrap();
    let mut state = state;
    let played = state.round(&mut cluster, &options, 1e-2, FIRST);
    (state, played)
}

#[test]
fn after_a_look_that_ends_nothing_the_next_one_waits_for_a_direction_a_tenth_as_long() {
    let data = synthetic::a9a_like(60, Seed(2));
    let start = Stepping::start(Method::Comrade, vec![0.0; data.cols()]);
    let (after, played) = play(&data, 1e-2, &[], Stepping { next: Next::Measure, rest: Some(1e-2), ..start });
    assert!(played.is_ok() && after.rest.is_some_and(|rest| (rest - 1e-3).abs() < 1e-15), "{:?}", after.rest);
}

/// Where the entries of g are numbers and ||g|| is not.
#[test]
fn a_last_look_that_finds_no_number_is_not_the_best_point() {
    let wide = Features::Dense(Dense::new(4, 9, vec![1.7e308; 36]).unwrap());
    let large = Dataset::new("large", wide, vec![1.0; 4]);
    let start = Stepping::start(Method::Comrade, vec![0.0; 9]);
    let (after, played) = play(&large, 1e-2, &[], Stepping { next: Next::Last, ..start });
    assert_eq!(played.unwrap().measured.map(|(value, norm)| (value.is_finite(), norm)), Some((true, f64::INFINITY)));
    assert_eq!((after.end, after.last), (Some(End::Diverged), None));
}

/// At w = 1e308 the ridge term alone is no number for anybody.
#[test]
fn a_run_has_left_the_numbers_behind_where_its_own_steps_led_there() {
    let data = synthetic::a9a_like(60, Seed(2));
    let at = |w: f64, steps| {
        let start = Stepping::start(Method::GradientDescent, vec![w; data.cols()]);
        Stepping { next: Next::Step, steps, ..start }
    };
    let (after, played) = play(&data, 1e3, &[], at(1e308, 1));
    assert_eq!((after.end, played.map(|played| played.accepted)), (Some(End::Diverged), Ok(false)));
    // Where nothing led there, it is the problem that cannot be answered; and who is silent has left nothing behind.
    for (w, steps, liars) in [(1e308, 0, [].as_slice()), (0.0, 1, &["silent"; 3])] {
        let (after, played) = play(&data, 1e3, liars, at(w, steps));
        assert!(matches!(played, Err(Cause::Aggregate { .. })) && after.end.is_none(), "{steps}");
    }
}

/// Directions may do without stragglers; f and g are those of all, unless liars are assumed.
#[test]
fn a_look_at_f_waits_for_everybody_where_nobody_lies() {
    let data = synthetic::a9a_like(60, Seed(2));
    for (beta, enough) in [(0.0, 5), (0.2, 4)] {
        let simulation = Simulation::of(&data, 5).lambda(1e-2);
        let stragglers = StragglerFraction::new(0.2).unwrap();
        let options = Options { stragglers, trim: TrimFraction::new(beta).unwrap(), ..simulation.options() };
        let mut cluster = Asked { inner: simulation.build().unwrap(), enough: vec![] };
        let mut stepping = Stepping::start(Method::Comrade, vec![0.0; data.cols()]);
        for _ in 0..2 {
            stepping.round(&mut cluster, &options, 1e-6, FIRST).unwrap();
        }
        assert_eq!(cluster.enough, [enough, 4]);
    }
}
