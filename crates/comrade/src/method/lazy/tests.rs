//! What lazy Newton decides at a point, one decision at a time, on hand-made states of dimension 2.

#![expect(clippy::float_cmp, reason = "these numbers are exact")]

use super::*;
use crate::aggregate::{StragglerFraction, TrimFraction};
use crate::data::synthetic;
use crate::method::tests::Asked;
use crate::simulation::Simulation;
use crate::stream::Seed;

/// H = diag(4, 1), exact: ||v||_B^2 = v_0^2 / 4 + v_1^2.
fn exact() -> Metric {
    Metric::of_triangle(&[4.0, 0.0, 1.0], 2, &[1.0; 2], 0.0).unwrap()
}

/// Eigenvalues 1.9 and 0.1 of a matrix with unit diagonal, the second one below its errors.
fn blunt() -> Metric {
    Metric::of_triangle(&[1.0, 0.9, 1.0], 2, &[1e-6; 2], 0.1).unwrap()
}

/// An exact singular matrix: along (1, -1) only the ridge term is certain.
fn hidden() -> Metric {
    Metric::of_triangle(&[1.0, 1.0, 1.0], 2, &[1e-22; 2], 0.0).unwrap()
}

fn base(gradient: [f64; 2], value: f64) -> Base {
    Base { w: vec![1.0, 2.0], values: vec![Some(value); 5], value, gradient: gradient.to_vec(), floor: None }
}

/// Just after a Hessian, at (1, 2) with f = 1, g = (0, 1e-6).
fn state(metric: Metric) -> Lazy {
    Lazy {
        base: Some(base([0.0, 1e-6], 1.0)),
        curvature: Some(Curvature { metric, radius: 0.0 }),
        direction: vec![0.0, -1e-6],
        slope: -1e-12,
        wants: false,
        ..Lazy::start(&[0.0; 2])
    }
}

/// Without a bound on f - f* by lambda, of which the model is then the only word.
fn unbounded() -> Options {
    Options::new(1.0, true)
}

fn liars() -> Options {
    Options { trim: TrimFraction::new(0.2).unwrap(), ..unbounded() }
}

#[test]
fn without_liars_a_point_is_the_end_only_if_all_that_is_known_says_so() {
    let near = |state: &Lazy, first: f64, tolerance: f64| state.nearness(first, tolerance, &unbounded());
    // ||g|| = 1e-6 of 1. What the model says of f - f*: 0.5e-12, to be at most a tenth of the tolerance times f = 1.
    let unsettled = state(exact());
    assert_eq!(near(&unsettled, 1.0, 1e-6), Nearness::Unsettled);
    assert_eq!(near(&unsettled, 1.0, 0.99e-6), Nearness::Far, "||g|| is above the tolerance");
    assert_eq!(near(&unsettled, 1e7, 1e-12), Nearness::Far, "f - f* is above a tenth of the tolerance");
    assert_eq!(near(&unsettled, 1e7, 5.1e-12), Nearness::Unsettled);
    assert_eq!(near(&unsettled, 1e7, 4.9e-12), Nearness::Far);
    let settled = Lazy { settled: true, ..unsettled.clone() };
    assert_eq!(near(&settled, 1.0, 1e-6), Nearness::There);
    // The last digits of a sum of terms as large as g(0) are as short as a gradient becomes: 16 eps = 3.6e-15.
    assert_eq!(near(&unsettled, 2.7e8, 1e-6), Nearness::Unsettled);
    assert_eq!(near(&unsettled, 2.9e8, 1e-6), Nearness::There);
    // The slope of the direction counts too, where the memory makes it steeper than B does.
    assert_eq!(near(&Lazy { slope: -3e-6, ..settled.clone() }, 1.0, 1e-6), Nearness::Far);
    // Where B is too coarse to say it, or says it of a direction that it does not know.
    let doubtful = Lazy { base: Some(base([1e-6, -1e-6], 1.0)), ..state(blunt()) };
    assert_eq!(near(&doubtful, 2.0, 1e-3), Nearness::Doubtful);
    assert_eq!(near(&Lazy { slope: -1.0, ..doubtful }, 2.0, 1e-3), Nearness::Far);
    let unknown = Lazy { base: Some(base([1e-12, 0.0], 1.0)), settled: true, ..state(hidden()) };
    assert_eq!(near(&unknown, 1.0, 1e-3), Nearness::Hidden);
    let known = Lazy { base: Some(base([1e-6, 1e-6], 1.0)), ..unknown };
    assert_eq!(near(&known, 2.0, 1e-3), Nearness::There, "along (1, 1) the eigenvalue is 2");
    // Nothing is known before the first Hessian, or before the start was looked at.
    assert_eq!(near(&Lazy { curvature: None, ..settled.clone() }, 1.0, 1e-6), Nearness::Far);
    assert_eq!(near(&Lazy { warm: Some(vec![1.0; 2]), ..settled.clone() }, 1.0, 1e-6), Nearness::Far);
    assert_eq!(near(&Lazy { base: None, ..settled }, 1.0, 1e-6), Nearness::Far);
}

/// With lambda and no intercept ||g||^2 / (2 lambda) bounds f - f*, whatever B says.
#[test]
fn a_bound_by_the_ridge_term_is_enough() {
    let options = |lambda| Options::new(lambda, false);
    // 1e-12 / (2 lambda), to be at most 1e-7.
    let unsettled = state(blunt());
    assert_eq!(unsettled.nearness(1.0, 1e-6, &options(5.1e-6)), Nearness::There);
    assert_ne!(unsettled.nearness(1.0, 1e-6, &options(4.9e-6)), Nearness::There);
}

#[test]
fn with_liars_a_point_is_the_end_where_they_hide_what_is_left() {
    let near = |state: &Lazy| state.nearness(1.0, 1e-9, &liars());
    // ||g||_B = 1e-6; what liars may hide is (2 unavoidable)^{1/2}.
    let with = |doubt: f64| {
        let floor = Floor { spread: 1.0, unavoidable: 0.5 * doubt * doubt, estimate: 1.0 };
        Lazy { base: Some(Base { floor: Some(floor), ..base([0.0, 1e-6], 1.0) }), ..state(exact()) }
    };
    assert_eq!(near(&with(0.0)), Nearness::Far);
    assert_eq!(near(&with(2e-6)), Nearness::Far, "hidden, but steps may still shorten it");
    assert_eq!(near(&with(1.01e-4)), Nearness::There, "a hundredth of what they can hide");
    assert_eq!(near(&with(0.99e-4)), Nearness::Far);
    for (idle, rejected, end) in [(9, 0, false), (10, 0, true), (0, 4, false), (0, 5, true)] {
        let tried = |doubt| Lazy { idle, rejected, ..with(doubt) };
        assert_eq!(near(&tried(2e-6)), if end { Nearness::There } else { Nearness::Far }, "{idle} {rejected}");
        assert_eq!(near(&tried(0.5e-6)), Nearness::Far, "above what they can hide, steps lead on");
    }
    // A B of another place is asked for again before anything is believed, and only then.
    let stale = |doubt| Lazy { stale: true, ..with(doubt) };
    assert_eq!(near(&stale(2e-6)), Nearness::Doubtful);
    assert_eq!(near(&stale(0.5e-6)), Nearness::Far);
    assert_eq!(stale(0.5e-6).nearness(1.0, 1e-6, &liars()), Nearness::Doubtful, "the tolerance is reached");
    assert_eq!(with(0.5e-6).nearness(1.0, 1e-6, &liars()), Nearness::There);
}

#[test]
fn the_end_is_what_the_point_says() {
    let options = unbounded();
    let end = |state: &Lazy, first: f64, tolerance: f64| state.end(first, tolerance, &options);
    let settled = Lazy { settled: true, ..state(exact()) };
    assert_eq!(end(&settled, 1.0, 1e-6), Some(End::Converged));
    assert_eq!(end(&settled, 1.0, 1e-7), None);
    assert_eq!(end(&Lazy { rejected: 29, ..settled.clone() }, 1.0, 1e-7), None);
    assert_eq!(end(&Lazy { rejected: 30, ..settled.clone() }, 1.0, 1e-7), Some(End::Stalled));
    // A step that changes no digit of w = (1, 2) is none, and one that changes one of either is.
    let aimed = |direction: [f64; 2], step| Lazy { direction: direction.to_vec(), step, ..settled.clone() };
    assert_eq!(end(&aimed([0.0, -4e-16], 1.0), 1.0, 1e-7), Some(End::Stalled));
    assert_eq!(end(&aimed([0.0, -5e-16], 1.0), 1.0, 1e-7), None);
    assert_eq!(end(&aimed([3e-16, 0.0], 1.0), 1.0, 1e-7), None);
    assert_eq!(end(&aimed([0.0, -5e-15], 0.01), 1.0, 1e-7), Some(End::Stalled));
    assert_eq!(end(&aimed([0.0, 0.0], 1.0), 1.0, 1e-7), Some(End::Stalled));
    // Where only directions of unknown curvature are left, ten steps without progress end it.
    let unknown = Lazy { base: Some(base([1e-12, 0.0], 1.0)), direction: vec![1.0; 2], ..state(hidden()) };
    assert_eq!(end(&unknown, 1.0, 1e-3), None);
    assert_eq!(end(&Lazy { idle: 9, ..unknown.clone() }, 1.0, 1e-3), None);
    assert_eq!(end(&Lazy { idle: 10, ..unknown }, 1.0, 1e-3), Some(End::Stalled));
    // A blunt B is asked for again, however many steps were rejected.
    let doubtful = Lazy { base: Some(base([1e-6, -1e-6], 1.0)), rejected: 30, ..state(blunt()) };
    assert_eq!(end(&doubtful, 2.0, 1e-3), None);
    for value in [f64::NAN, f64::INFINITY] {
        let lost = Lazy { base: Some(base([0.0, 1e-6], value)), ..settled.clone() };
        assert_eq!(end(&lost, 1.0, 1e-6), Some(End::Diverged));
        let lost = Lazy { base: Some(base([0.0, value], 1.0)), ..settled.clone() };
        assert_eq!(end(&lost, 1.0, 1e-6), Some(End::Diverged));
        assert_eq!(end(&settled, value, 1e-6), Some(End::Diverged));
    }
    assert_eq!(end(&Lazy { curvature: None, ..settled.clone() }, 1.0, 1e-6), None);
    assert_eq!(end(&Lazy { warm: Some(vec![0.0; 2]), rejected: 30, ..settled.clone() }, 1.0, 1e-6), None);
    assert_eq!(end(&Lazy { base: None, ..settled.clone() }, 1.0, 1e-6), None);
    // With liars it is a floor, with what is known of it.
    let floor = Floor { spread: 1.0, unavoidable: 1.0, estimate: 2.0 };
    let among = Lazy { base: Some(Base { floor: Some(floor), ..base([0.0, 1e-6], 1.0) }), ..settled };
    assert_eq!(among.end(1.0, 1e-9, &liars()), Some(End::Floor(Some(floor))));
}

/// f_i, f and g of an answer at another point.
fn heard(gradient: [f64; 2], value: f64) -> Heard {
    Heard {
        values: vec![Some(value); 5],
        value,
        gradient: gradient.to_vec(),
        curvature: None,
        floor: None,
        kept: vec![],
    }
}

#[test]
fn an_accepted_step_says_whether_the_model_held_and_whether_a_new_hessian_is_due() {
    // ||g||_B was 1 and is a quarter or so, along the second coordinate.
    let there = || vec![0.0, 1.0];
    let before = || Lazy { base: Some(base([0.0, 1.0], 1.0)), ..state(exact()) };
    let after = |mut state: Lazy, left: f64| {
        assert!(state.accept(there(), heard([0.0, left], 0.5), false));
        state
    };
    assert!(after(before(), 0.25).settled);
    assert!(!after(before(), 0.26).settled, "more is left than the model of f says");
    let long = || Lazy { base: Some(base([0.0, 2.0], 1.0)), ..before() };
    assert!(after(long(), 0.5).settled && !after(long(), 0.51).settled, "it is a share of what there was");
    // From (1, 2) to (0, 1) the gradient changed by -0.75 along the second coordinate.
    let kept = after(before(), 0.25).memory.solve(&exact(), false, &[0.0, -0.75]);
    assert!(kept.iter().all(|s| (s + 1.0).abs() < 1e-14), "{kept:?}");
    assert!(!after(Lazy { step: 0.5, ..before() }, 0.1).settled, "the step was not a full one");
    assert!(!after(Lazy { base: None, ..before() }, 0.1).settled);
    // More than half of ||g|| is left: the Hessian is too old.
    assert!(!after(before(), 0.49).wants && after(before(), 0.51).wants);
    assert_eq!(after(Lazy { age: 3, ..before() }, 0.1).age, 4);
    assert!(after(Lazy { curvature: None, ..before() }, 0.1).wants);
    // At the same point again: nothing moved, and what was settled stays so.
    let mut same = Lazy { settled: true, ..before() };
    assert!(same.accept(vec![1.0, 2.0], heard([0.0, 1.0], 1.0), false));
    assert!(same.settled && !same.wants);
    let mut same = before();
    assert!(same.accept(vec![1.0, 2.0], heard([0.0, 0.0], 1.0), false));
    assert!(!same.settled);
}

#[test]
fn a_new_hessian_takes_the_place_of_what_is_known() {
    let fresh = |metric| Heard { curvature: Some(Curvature { metric, radius: 0.5 }), ..heard([0.0, 0.5], 0.5) };
    let old = || {
        let mut state = Lazy { age: 7, stale: true, bits: Some(Bits::Eight), ..state(exact()) };
        state.memory.keep(vec![0.0, 1.0], vec![0.0, 1.0], &exact());
        state
    };
    let mut sharp = old();
    assert!(sharp.accept(vec![0.0; 2], fresh(exact()), true));
    assert_eq!((sharp.age, sharp.stale, sharp.rank, sharp.bits), (0, false, 2 * FIRST_RANK, Some(Bits::Eight)));
    assert_eq!(sharp.memory, Memory::default());
    assert_eq!(sharp.curvature.as_ref().unwrap().radius, 0.5);
    let mut coarse = old();
    assert!(coarse.accept(vec![0.0; 2], fresh(blunt()), true));
    assert_eq!(coarse.bits, Some(Bits::Eight.finer()));
    // Four times the first rank is the last one.
    for _ in 0..2 {
        assert!(sharp.accept(vec![0.0; 2], fresh(exact()), true));
        assert_eq!(sharp.rank, LAST_RANK);
    }
    // One that nobody could send: the old one stays, and where there is none the identity.
    let mut kept = old();
    assert!(kept.accept(vec![0.0; 2], heard([0.0, 0.5], 0.5), true));
    assert_eq!(kept.curvature, state(exact()).curvature);
    let mut none = Lazy { curvature: None, ..old() };
    assert!(none.accept(vec![0.0; 2], heard([0.3, 0.4], 0.5), true));
    assert_eq!((none.direction, none.slope), (vec![-0.3, -0.4], -0.25));
}

/// Without liars it is the rounding of the larger value.
#[test]
fn what_is_allowed_of_a_change_is_rounding() {
    let options = unbounded();
    let ear = Ear { options: &options, shares: vec![0.2; 5], dimension: 2 };
    let state = Lazy { base: Some(base([0.0, 1.0], -3.0)), ..state(exact()) };
    assert_eq!(state.allowance(Some(&heard([0.0, 1.0], 2.0)), 0.0, &ear), 3e-12);
    assert_eq!(state.allowance(Some(&heard([0.0, 1.0], 8.0)), 0.0, &ear), 8e-12);
    assert_eq!(state.allowance(None, 0.0, &ear), 0.0);
    let change = |value: f64, ear: &Ear<'_>| state.change(&heard([0.0, 1.0], value), ear);
    assert_eq!((change(2.0, &ear), change(-4.0, &ear)), (5.0, -1.0));
    // One of five may have made something of it: the changes are 0, 0, 0, 0 and one that is left out.
    let options = liars();
    let ear = Ear { options: &options, ..ear };
    assert_eq!(state.allowance(Some(&heard([0.0, 1.0], -3.0)), 0.0, &ear), 3e-12);
    assert!((state.allowance(Some(&heard([0.0, 1.0], -2.0)), 0.0, &ear) - (1.0_f64 / 3.0).sqrt()).abs() < 1e-11);
}

#[test]
fn a_step_that_raises_f_is_shortened_and_not_taken() {
    let options = unbounded();
    let ear = Ear { options: &options, shares: vec![0.2; 5], dimension: 2 };
    let before = Lazy { base: Some(base([0.0, 1.0], 1.0)), direction: vec![0.0, -1.0], slope: -1.0, ..state(exact()) };
    let judged = |mut state: Lazy, there: Option<Heard>| {
        let taken = state.judge(&[1.0, 1.0], there, &ear);
        (taken, state.step, state.rejected, state.base.unwrap().w[1])
    };
    // f rises by 1 where it was to fall by 1: the parabola through that is least at 1/4.
    assert_eq!(judged(before.clone(), Some(heard([0.0, 1.0], 2.0))), (false, 0.25, 1, 2.0));
    assert_eq!(judged(before.clone(), None), (false, 0.1, 1, 2.0), "too far out for doubles");
    assert_eq!(judged(before, Some(heard([0.0, 0.1], 0.4))), (true, 1.0, 0, 1.0));
}

/// With liars B is of another place once a step was longer than what they can hide.
#[test]
fn a_step_above_what_liars_can_hide_makes_the_hessian_stale() {
    let floor = |doubt: f64| Some(Floor { spread: 1.0, unavoidable: 0.5 * doubt * doubt, estimate: 1.0 });
    let after = |doubt, stale| {
        let before = Base { floor: floor(doubt), ..base([0.0, 1.0], 1.0) };
        let mut state = Lazy { base: Some(before), stale, ..state(exact()) };
        assert!(state.accept(vec![0.0; 2], Heard { floor: floor(doubt), ..heard([0.0, 0.4], 0.5) }, false));
        state
    };
    assert!(after(0.9, false).stale && !after(1.1, false).stale && after(1.1, true).stale);
    // Below what they can hide no new Hessian is asked for, however slow it is.
    let slow = |doubt| {
        let mut state = Lazy { base: Some(base([0.0, 1.0], 1.0)), ..state(exact()) };
        assert!(state.accept(vec![0.0; 2], Heard { floor: floor(doubt), ..heard([0.0, 0.9], 0.5) }, false));
        state.wants
    };
    assert!(slow(0.8) && !slow(1.0));
}

#[test]
fn the_direction_descends_and_idle_steps_are_counted() {
    let mut aimed = state(exact());
    aimed.aim();
    // -B^{-1} g = (0, -1e-6); its length in the metric is the smallest so far.
    assert_eq!((aimed.direction.clone(), aimed.slope), (vec![0.0, -1e-6], -1e-12));
    assert_eq!((aimed.smallest, aimed.idle, aimed.step, aimed.rejected), (Some(1e-6), 0, 1.0, 0));
    let mut again = Lazy { step: 0.1, rejected: 3, ..aimed.clone() };
    again.aim();
    assert_eq!((again.idle, again.step, again.rejected), (1, 1.0, 0));
    again.base = Some(base([0.0, 0.89e-6], 1.0));
    again.aim();
    assert_eq!((again.smallest, again.idle), (Some(0.89e-6), 0));
    again.base = Some(base([0.0, 0.85e-6], 1.0));
    again.aim();
    assert_eq!((again.smallest, again.idle), (Some(0.85e-6), 1), "shorter, but not by a tenth");
    again.base = Some(base([0.0, 1.0], 1.0));
    again.aim();
    assert_eq!((again.smallest, again.idle), (Some(0.85e-6), 2));
}

/// Products of a long pair and a long gradient overflow: the pair is forgotten, and B alone gives the direction.
#[test]
fn where_the_memory_gives_no_number_b_alone_does() {
    let mut aimed = Lazy { base: Some(base([1e240, 0.0], 1.0)), ..state(exact()) };
    aimed.memory.keep(vec![1e70, 0.0], vec![4e70, 0.0], &exact());
    assert_ne!(aimed.memory, Memory::default());
    aimed.aim();
    assert_eq!((aimed.direction, aimed.memory), (vec![-2.5e239, 0.0], Memory::default()));
}

#[test]
fn the_next_question_is_where_the_run_stands() {
    let stands = Lazy { direction: vec![3.0, 4.0], step: 0.5, ..state(exact()) };
    assert_eq!(stands.next(2, false), (Purpose::Trial, vec![2.5, 4.0]));
    assert_eq!(stands.next(2, true), (Purpose::Base, vec![1.0, 2.0]));
    assert_eq!(Lazy { curvature: None, ..stands.clone() }.next(2, false), (Purpose::Base, vec![1.0, 2.0]));
    let warm = Lazy { warm: Some(vec![7.0, 8.0]), ..stands };
    assert_eq!(warm.next(2, true), (Purpose::Warm, vec![7.0, 8.0]));
    assert_eq!(Lazy { base: None, ..warm }.next(2, false), (Purpose::Base, vec![0.0, 0.0]));
    assert_eq!((Lazy::start(&[0.0; 2]).warm, Lazy::start(&[0.0, 1.0]).warm), (None, Some(vec![0.0, 1.0])));
}

/// Without liars: of a sum over some of the samples nobody says that it is the end, before everybody was waited for.
#[test]
fn without_everybody_a_point_is_doubtful_and_the_end_only_where_nobody_more_comes() {
    let values = vec![Some(1.0), Some(1.0), Some(1.0), Some(1.0), None];
    let with = |doubt: f64| {
        let floor = Floor { spread: 1.0, unavoidable: 0.5 * doubt * doubt, estimate: 1.0 };
        let base = Base { values: values.clone(), floor: Some(floor), ..base([0.0, 1e-6], 1.0) };
        Lazy { base: Some(base), ..state(exact()) }
    };
    let near = |state: &Lazy, tolerance| {
        let of = |patient| Lazy { patient, ..state.clone() }.nearness(1.0, tolerance, &unbounded());
        [of(false), of(true)]
    };
    let (far, end) = ([Nearness::Far; 2], [Nearness::Doubtful, Nearness::There]);
    assert_eq!((near(&with(0.5e-6), 1e-9), near(&with(0.5e-6), 1e-6)), (far, end));
    for (rejected, wanted) in [(REFUSED - 1, far), (REFUSED, end)] {
        assert_eq!(near(&Lazy { rejected, ..with(0.5e-6) }, 1e-9), wanted);
    }
    // What those who are missing may hide is more than ||g||: once nobody more comes, steps may still shorten it for a while.
    for (idle, wanted) in [(IDLE - 1, [Nearness::Doubtful, Nearness::Far]), (IDLE, end)] {
        assert_eq!(near(&Lazy { idle, ..with(2e-6) }, 1e-9), wanted);
    }
    assert_eq!(near(&Lazy { idle: IDLE, ..with(0.5e-6) }, 1e-9), far);
}

/// Without liars the run waits for all workers at w = 0, and from the round on where the end is in doubt; with liars, never.
#[test]
fn who_is_waited_for() {
    let data = synthetic::a9a_like(60, Seed(2));
    let d = data.cols();
    let first = Some(Measured { value: 1.0, gradient_norm: 1.0 });
    let asked = |beta: f64, sigma: f64, state: &Lazy| {
        let simulation = Simulation::of(&data, 5).lambda(1e-2);
        let stragglers = StragglerFraction::new(sigma).unwrap();
        let options = Options { stragglers, trim: TrimFraction::new(beta).unwrap(), ..simulation.options() };
        let mut cluster = Asked { inner: simulation.build().unwrap(), enough: vec![] };
        state.clone().round(&mut cluster, &options, 1e-8, first).unwrap();
        cluster.enough
    };
    let zero = Lazy::start(&vec![0.0; d]);
    let values = |present: usize| (0..5).map(|i| (i < present).then_some(1.0)).collect::<Vec<_>>();
    let at = |present, rejected| {
        let base = Base { w: vec![0.0; d], values: values(present), gradient: vec![1e-3; d], ..base([0.0; 2], 1.0) };
        let known = Curvature { metric: Metric::diagonal(vec![1.0; d]), radius: 0.0 };
        let state = Lazy { rejected, direction: vec![0.0; d], curvature: Some(known), ..Lazy::start(&vec![0.0; d]) };
        Lazy { base: Some(base), ..state }
    };
    assert_eq!(asked(0.0, 0.2, &zero), [5]);
    assert_eq!(asked(0.0, 0.2, &at(4, 0)), [4]);
    assert_eq!(asked(0.0, 0.2, &at(4, REFUSED)), [5], "the end is in doubt");
    assert_eq!(asked(0.0, 0.2, &Lazy { patient: true, ..at(4, 0) }), [5]);
    assert_eq!((asked(0.0, 0.0, &zero), asked(0.0, 0.0, &at(5, 0))), (vec![5], vec![5]));
    assert_eq!((asked(0.2, 0.2, &zero), asked(0.2, 0.2, &at(4, REFUSED))), (vec![4], vec![4]));
    let doubtful = Lazy { stale: true, ..at(5, 0) };
    let short = Lazy { base: doubtful.base.clone().map(|base| Base { gradient: vec![0.0; d], ..base }), ..doubtful };
    assert_eq!(asked(0.2, 0.2, &short), [4], "with liars nothing is certified");
}

/// Where nobody is excused all workers answered already: that B is too coarse says nothing of them.
#[test]
fn where_nobody_is_excused_nobody_is_heard_anew() {
    let data = synthetic::a9a_like(60, Seed(2));
    let d = data.cols();
    let simulation = Simulation::of(&data, 5).lambda(1e-2);
    // A unit matrix, of which entries of errors as large as 1 hide all.
    let unit: Vec<f64> = (0..d).flat_map(|r| (0..=r).map(move |c| if r == c { 1.0 } else { 0.0 })).collect();
    let metric = Metric::of_triangle(&unit, d, &vec![1e-2; d], 1.0).unwrap();
    let base = Base { w: vec![0.0; d], gradient: vec![1e-12; d], ..base([0.0; 2], 1.0) };
    let mut state = Lazy { direction: vec![-1e-12; d], base: Some(base), ..state(metric) };
    let options = Options { intercept: true, ..simulation.options() };
    let first = Measured { value: 1.0, gradient_norm: 1.0 };
    assert_eq!(state.nearness(1.0, 1e-8, &options), Nearness::Doubtful);
    state.round(&mut simulation.build().unwrap(), &options, 1e-8, Some(first)).unwrap();
    assert!(!state.patient);
}

/// The memory improves a sketch in directions that it does not see: it serves for five steps, however slow they are.
#[test]
fn a_sketch_serves_for_five_steps() {
    let d = TRIANGLE_UP_TO + 1;
    let after = |age| {
        let before = Base { w: vec![1.0; d], gradient: vec![1.0; d], ..base([0.0; 2], 1.0) };
        let known = Curvature { metric: Metric::diagonal(vec![1.0; d]), radius: 0.0 };
        let mut state = Lazy { base: Some(before), curvature: Some(known), age, ..state(exact()) };
        let slow = Heard { gradient: vec![0.9; d], ..heard([0.0; 2], 0.5) };
        assert!(state.accept(vec![0.0; d], slow, false));
        state.wants
    };
    assert!(!after(SKETCH_LASTS - 2) && after(SKETCH_LASTS - 1));
}

/// Where everybody is waited for, others are heard than before: how short g was without them says nothing.
#[test]
fn who_is_waited_for_begins_anew() {
    let data = synthetic::a9a_like(60, Seed(2));
    let d = data.cols();
    let simulation = Simulation::of(&data, 5).lambda(1e-2);
    let options = Options { stragglers: StragglerFraction::new(0.2).unwrap(), ..simulation.options() };
    let mut cluster = simulation.build().unwrap();
    let first = Some(Measured { value: 1.0, gradient_norm: 1.0 });
    let mut looks = |patient| {
        // At w = 0 someone was missing, and the last steps were refused.
        let values = vec![Some(1.0), Some(1.0), Some(1.0), Some(1.0), None];
        let base = Base { w: vec![0.0; d], values, gradient: vec![1e-3; d], ..base([0.0; 2], 1.0) };
        let known = Curvature { metric: Metric::diagonal(vec![1.0; d]), radius: 0.0 };
        let mut state = Lazy { patient, rejected: REFUSED, smallest: Some(1e-9), ..state(exact()) };
        (state.base, state.curvature, state.direction) = (Some(base), Some(known), vec![0.0; d]);
        let played = state.round(&mut cluster, &options, 1e-8, first).unwrap();
        assert!(state.patient && played.accepted);
        state.smallest.unwrap()
    };
    assert!(looks(false) > 1e-4);
    assert_eq!(looks(true), 1e-9);
}

/// What is told of the next step is what it is made of.
#[test]
fn the_model_gives_the_direction() {
    let mut known = state(exact());
    known.memory.keep(vec![0.0, 1.0], vec![0.0, 2.0], &exact());
    known.base = Some(base([4.0, 3.0], 1.0));
    known.aim();
    let model = Model::of(&known).unwrap();
    assert_eq!((model.w, model.gradient, model.radius), (&[1.0, 2.0][..], &[4.0, 3.0][..], 0.0));
    // diag(4, 1)^{-1}, where the pair says that the second curvature is 2.
    assert_eq!((model.solve(model.gradient), known.direction.clone()), (vec![1.0, 1.5], vec![-1.0, -1.5]));
    assert!(Model::of(&Lazy { curvature: None, ..known.clone() }).is_none());
    assert!(Model::of(&Lazy { base: None, ..known }).is_none());
}

#[test]
fn large_dimensions_get_sketches_of_a_rank_within_limits() {
    assert_eq!(form(512, Bits::Eight, 64, 3), Form::Triangle { bits: Bits::Eight });
    assert_eq!(form(513, Bits::Eight, 64, 3), Form::Sketch { bits: Bits::Eight, rank: 64, seed: 3 });
    for (rank, kept) in [(0, 1), (256, 256), (1000, 256)] {
        assert_eq!(form(513, Bits::Eight, rank, 3), Form::Sketch { bits: Bits::Eight, rank: kept, seed: 3 });
    }
    // A million numbers at most, but for eight columns.
    for (d, kept) in [(4_096, 256), (4_097, 255), (47_236, 22), (1_360_110, 8), (usize::MAX, 8)] {
        assert_eq!(form(d, Bits::Sixteen, 256, 3), Form::Sketch { bits: Bits::Sixteen, rank: kept, seed: 3 });
    }
    assert_eq!(form(1_360_110, Bits::Sixteen, 2, 3), Form::Sketch { bits: Bits::Sixteen, rank: 2, seed: 3 });
}
