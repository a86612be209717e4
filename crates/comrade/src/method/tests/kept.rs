//! A run that is kept and taken up again.

use super::*;
use crate::attack::Diary;
use std::sync::{Arc, Mutex};

#[test]
fn what_is_kept_of_the_best_point_can_be_measured_again() {
    let (data, others) = (classes(300, 4), classes(310, 4));
    for (method, name) in METHODS.iter().filter(|(method, _)| *method != Method::GradientDescent) {
        let workers = if *method == Method::Newton { 1 } else { 3 };
        let (trial, other) = (Trial::new(&data, workers), Trial::new(&others, workers));
        let (mut cluster, options) = (trial.cluster(), trial.options());
        let mut state = State::start(*method, &cluster, vec![0.0; 4]).unwrap();
        assert_eq!(measure_again(&mut cluster, &options, &state).unwrap(), None);
        let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
        assert!(solve(&mut cluster, &options, &Limits::new(1e-9, 6), &mut state, &mut watch).unwrap().is_continue());
        let (told, kept) = (state.best().map(|(_, there)| there), state.clone());
        assert_eq!(measure_again(&mut cluster, &options, &state).unwrap(), told, "{name}");
        assert!((state.first().unwrap().value - std::f64::consts::LN_2).abs() < 1e-12, "{name}");
        assert_eq!((&state, cluster.traffic()), (&kept, state.traffic()));
        assert_ne!(measure_again(&mut other.cluster(), &options, &state).unwrap(), told, "{name}");
    }
}

#[test]
fn a_run_taken_up_again_goes_on_to_the_same_bits() {
    let data = synthetic::a9a_like(900, Seed(5));
    for (method, trim, attacks) in [
        (Method::LazyNewton, 0.0, vec![]),
        (Method::LazyNewton, 0.25, vec!["gaussian:1", "alie:1"]),
        (Method::LazyNewton, 0.25, vec!["every-other:negative:1", "hessian:every-other:gaussian:1"]),
        (Method::Giant, 0.25, vec!["every-other:negative:1"]),
        // Half of two workers: nothing can be known of the floor.
        (Method::LazyNewton, 0.06, vec!["negative:1"]),
        (Method::Comrade, 0.25, vec!["gaussian:1"]),
        (Method::Giant, 0.0, vec![]),
    ] {
        let trial = Trial { method, trim, attacks, limits: Limits::new(1e-7, 24), ..Trial::new(&data, 8) };
        let whole = trial.run().unwrap();
        for pause in [1, 2, 5, 9] {
            let mut cluster = trial.cluster();
            let mut state = State::start(method, &cluster, trial.start.clone()).unwrap();
            let mut left = pause;
            let mut watch = |_: &Progress<'_>| {
                left -= 1;
                if left == 0 { ControlFlow::Break("paused") } else { ControlFlow::Continue(()) }
            };
            let paused = solve(&mut cluster, &trial.options(), &trial.limits, &mut state, &mut watch).unwrap();
            assert_eq!(paused, ControlFlow::Break("paused"));
            let kept = serde_json::to_string(&state).unwrap();
            let mut state: State = serde_json::from_str(&kept).unwrap();
            let mut cluster = trial.cluster();
            let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
            let ended = solve(&mut cluster, &trial.options(), &trial.limits, &mut state, &mut watch).unwrap();
            let ControlFlow::Continue(outcome) = ended else { unreachable!() };
            assert_eq!((outcome, cluster.traffic().rounds), whole, "{method} after {pause}");
        }
    }
}

/// Of a run from which someone was missing nobody says later that all were there.
#[test]
fn who_was_missing_is_kept() {
    let data = classes(300, 4);
    for method in [Method::LazyNewton, Method::GradientDescent] {
        let trial = Trial { method, attacks: vec!["silent"], ..Trial::new(&data, 4) };
        let options = Options { stragglers: StragglerFraction::new(0.25).unwrap(), ..trial.options() };
        let mut cluster = trial.cluster();
        let mut state = State::start(method, &cluster, trial.start.clone()).unwrap();
        let mut pause = |_: &Progress<'_>| ControlFlow::Break(());
        assert!(solve(&mut cluster, &options, &trial.limits, &mut state, &mut pause).unwrap().is_break());
        assert!(state.is_partial(), "{method}");
        let kept = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&kept).unwrap(), state, "{method}");
        // Where nobody was, files are as they were before anybody could be.
        let all = State::start(method, &cluster, trial.start.clone()).unwrap();
        assert!(!serde_json::to_string(&all).unwrap().contains("partial"), "{method}");
    }
}

/// The look at f that a limit of rounds forces changes nothing of what follows.
#[test]
fn a_run_that_its_rounds_ended_goes_on_as_if_they_had_not() {
    let data = synthetic::a9a_like(900, Seed(5));
    for method in [Method::Comrade, Method::Giant, Method::GradientDescent] {
        for trim in [0.0, 0.25] {
            let attacks = if trim > 0.0 { vec!["negative:1"] } else { vec![] };
            let trial = Trial { method, trim, attacks, limits: Limits::new(1e-5, 400), ..Trial::new(&data, 8) };
            let (whole, _) = trial.run().unwrap();
            for limits in [vec![7], vec![7, 9], vec![3, 4, 5, 6, 8, 10, 12, 14]] {
                let mut cluster = trial.cluster();
                let mut state = State::start(method, &cluster, trial.start.clone()).unwrap();
                // Looks in addition to the one at w = 0, which is also that of a run without a limit.
                let looks = std::cell::Cell::new(0);
                let mut watch = |seen: &Progress<'_>| {
                    looks.set(looks.get() + u64::from(seen.step == 0.0 && seen.state.traffic().rounds > 1));
                    ControlFlow::<()>::Continue(())
                };
                for &rounds in &limits {
                    let few = Limits::new(1e-5, rounds);
                    let ended = solve(&mut cluster, &trial.options(), &few, &mut state, &mut watch).unwrap();
                    let outcome = ended.continue_value().unwrap();
                    assert_eq!(outcome.end, End::Rounds, "{method} {trim}");
                    assert!(cluster.traffic().rounds <= rounds);
                    state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
                }
                let last = Limits::new(1e-5, 400 + looks.get());
                let ended = solve(&mut cluster, &trial.options(), &last, &mut state, &mut watch).unwrap();
                assert_eq!(ended.continue_value().unwrap(), whole, "{method} {trim} after {limits:?}");
            }
        }
    }
}

/// The center keeps its state where a round fails, the look at f that a limit of rounds forces among them.
#[test]
fn a_last_look_that_fails_changes_nothing() {
    let data = classes(60, 3);
    let trial = Trial { method: Method::GradientDescent, trim: 0.25, ..Trial::new(&data, 4) };
    let (mut cluster, options) = (trial.cluster(), trial.options());
    let mut state = State::start(trial.method, &cluster, vec![0.0; 3]).unwrap();
    let mut pause = |seen: &Progress<'_>| {
        if seen.state.traffic().rounds < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    assert!(solve(&mut cluster, &options, &Limits::new(1e-8, 9), &mut state, &mut pause).unwrap().is_break());
    let kept = state.clone();
    let mut silent = Trial { attacks: vec!["silent"; 2], ..trial }.cluster();
    let error = solve(&mut silent, &options, &Limits::new(1e-8, 4), &mut state, &mut pause).unwrap_err();
    assert!(matches!(error.cause, Cause::Aggregate { .. }), "{error}");
    assert_eq!(state, kept);
}

/// The fuzz target `resume` showed counters of a file that were counted on beyond what they can hold.
#[test]
fn a_whole_number_of_a_file_may_be_the_largest_there_is() {
    let data = classes(60, 3);
    for (method, trim) in [(Method::LazyNewton, 0.0), (Method::LazyNewton, 0.25), (Method::Comrade, 0.0)] {
        let trial = Trial { method, trim, ..Trial::new(&data, 4) };
        let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
        for rounds in 1..6 {
            let mut state = State::start(method, &trial.cluster(), vec![0.5; 3]).unwrap();
            let few = Limits::new(1e-8, rounds);
            let _ = solve(&mut trial.cluster(), &trial.options(), &few, &mut state, &mut watch).unwrap();
            let kept = serde_json::to_string(&state).unwrap();
            for (at, _) in kept.match_indices("\":") {
                let (before, value) = kept.split_at(at + 2);
                let length = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
                if length == 0 || value[length..].starts_with(['.', 'e']) {
                    continue;
                }
                for most in [u64::from(u32::MAX), u64::MAX] {
                    let changed = format!("{before}{most}{}", &value[length..]);
                    let Ok(mut state) = serde_json::from_str::<State>(&changed) else { continue };
                    let limits = Limits::new(1e-8, state.traffic().rounds.saturating_add(4));
                    let _ = solve(&mut trial.cluster(), &trial.options(), &limits, &mut state, &mut watch);
                }
            }
        }
    }
}

/// One sample of each class for every x: w = 0 is the minimiser, and what is left of g is rounding.
#[test]
fn a_state_of_another_problem_is_refused() {
    let (data, other) = (classes(60, 3), classes(60, 4));
    for method in [Method::LazyNewton, Method::Comrade] {
        let trial = Trial { method, limits: Limits::new(1e-8, 3), ..Trial::new(&data, 4) };
        let mut state = State::start(method, &trial.cluster(), vec![0.0; 3]).unwrap();
        let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
        let _ = solve(&mut trial.cluster(), &trial.options(), &trial.limits, &mut state, &mut watch).unwrap();
        let wider = Trial { method, ..Trial::new(&other, 4) };
        let error = solve(&mut wider.cluster(), &wider.options(), &wider.limits, &mut state.clone(), &mut watch);
        assert_eq!(error.unwrap_err().cause, Cause::State, "{method}");
    }
    // Any number in it may be changed: the run goes on or is refused.
    let trial = Trial::new(&data, 4);
    let mut state = State::start(trial.method, &trial.cluster(), vec![0.0; 3]).unwrap();
    let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
    let few = Limits::new(1e-8, 4);
    let _ = solve(&mut trial.cluster(), &trial.options(), &few, &mut state, &mut watch).unwrap();
    let kept = serde_json::to_string(&state).unwrap();
    for (at, _) in kept.match_indices(|c: char| c.is_ascii_digit()) {
        for digit in ["0", "9", "-7"] {
            let changed = [&kept[..at], digit, &kept[at + 1..]].concat();
            if let Ok(mut state) = serde_json::from_str::<State>(&changed) {
                let limits = Limits::new(1e-3, state.traffic().rounds.saturating_add(2));
                let _ = solve(&mut trial.cluster(), &trial.options(), &limits, &mut state, &mut watch);
            }
        }
    }
}

#[test]
fn a_liar_counts_every_question_and_goes_on_counting_after_a_pause() {
    let data = synthetic::a9a_like(300, Seed(5));
    for (method, questions) in [(Method::Comrade, 1), (Method::Giant, 2), (Method::GradientDescent, 1)] {
        let trial = Trial { method, ..Trial::new(&data, 4) };
        let seen = Arc::new(Mutex::new(vec![]));
        let cluster = || {
            let of = Simulation::dealt(trial.data, trial.shards.clone()).lambda(trial.lambda);
            of.attacks(vec![Some(Box::new(Diary(|view| view.round, Arc::clone(&seen))))]).build().unwrap()
        };
        let mut state = State::start(method, &cluster(), trial.start.clone()).unwrap();
        for steps in [1, 3, 2] {
            let mut left = steps;
            let mut watch = |played: &Progress<'_>| {
                left -= u64::from(played.step > 0.0);
                if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            // Another cluster each time, which has played no round.
            let paused = solve(&mut cluster(), &trial.options(), &trial.limits, &mut state, &mut watch).unwrap();
            assert!(paused.is_break(), "{method}");
        }
        let seen = seen.lock().unwrap();
        assert_eq!(*seen, (0..state.traffic().rounds).collect::<Vec<_>>(), "{method}");
        assert!(seen.len() >= 6 * questions, "{method}: {seen:?}");
    }
}
