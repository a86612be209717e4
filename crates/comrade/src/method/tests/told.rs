//! What a run tells of itself, step by step and where its rounds are over.

use super::*;

/// Whether the watcher saw a Hessian asked for, and how long the step was, round by round.
fn seen(trial: &Trial<'_>) -> Vec<(bool, f64)> {
    let (mut cluster, mut seen) = (trial.cluster(), vec![]);
    let mut state = State::start(trial.method, &cluster, trial.start.clone()).unwrap();
    let mut watch = |now: &Progress<'_>| {
        seen.push((now.hessian, now.step));
        ControlFlow::<()>::Continue(())
    };
    assert!(solve(&mut cluster, &trial.options(), &trial.limits, &mut state, &mut watch).unwrap().is_continue());
    seen
}

#[test]
fn no_hessian_is_asked_for_at_zero_where_the_run_starts_elsewhere() {
    let data = classes(600, 6);
    let cold = seen(&Trial::new(&data, 4));
    assert_eq!((cold[0], cold[1].1), ((true, 0.0), 1.0));
    let half = Trial::new(&data, 4).run().unwrap().0.w.iter().map(|w| 0.5 * w).collect();
    let warm = seen(&Trial { start: half, ..Trial::new(&data, 4) });
    assert_eq!((warm[0], warm[1], warm[2].1), ((false, 0.0), (true, 0.0), 1.0));
}

/// A full step is asked about at w - W g, as the model of the round before has it.
#[test]
fn the_model_that_is_told_is_that_of_the_next_step() {
    let data = classes(600, 6);
    let trial = Trial { lambda: 1e-4, ..Trial::new(&data, 4) };
    let (mut cluster, mut next, mut taken) = (trial.cluster(), None, 0);
    let mut state = State::start(trial.method, &cluster, trial.start.clone()).unwrap();
    assert!(state.model().is_none());
    let mut watch = |seen: &Progress<'_>| {
        if let (Some(next), true) = (next.take(), seen.step == 1.0) {
            assert_eq!(seen.w, next);
            taken += 1;
        }
        next = seen.state.model().map(|model| {
            let step = model.solve(model.gradient);
            model.w.iter().zip(step).map(|(w, step)| w - step).collect::<Vec<f64>>()
        });
        ControlFlow::<()>::Continue(())
    };
    assert!(solve(&mut cluster, &trial.options(), &trial.limits, &mut state, &mut watch).unwrap().is_continue());
    assert!(taken > 3, "{taken}");
}

/// The last look at f may be at a point that is as near as was asked for, before the method itself would have looked.
#[test]
fn a_run_out_of_rounds_has_converged_where_its_last_look_says_so() {
    let data = classes(600, 6);
    let whole = Trial { method: Method::Giant, limits: Limits::new(1e-6, 200), ..Trial::new(&data, 4) };
    let (_, rounds) = whole.run().unwrap();
    let ends: Vec<End> = (3..rounds)
        .map(|rounds| {
            let few = Trial { limits: Limits::new(1e-6, rounds), start: whole.start.clone(), ..Trial::new(&data, 4) };
            let few = Trial { method: Method::Giant, ..few };
            let (outcome, _) = few.run().unwrap();
            let near = few.gradient(&outcome.w) <= 1e-6 * (1.0 + 1e-6);
            assert_eq!(outcome.end, if near { End::Converged } else { End::Rounds }, "{rounds}");
            outcome.end
        })
        .collect();
    assert!(ends.contains(&End::Converged) && ends.contains(&End::Rounds), "{ends:?}");
}

#[test]
fn a_run_without_rounds_plays_none() {
    let data = classes(60, 3);
    let trial = Trial { method: Method::GradientDescent, ..Trial::new(&data, 4) };
    let mut cluster = trial.cluster();
    let mut state = State::start(trial.method, &cluster, vec![0.0; 3]).unwrap();
    let mut pause = |seen: &Progress<'_>| {
        if seen.state.traffic().rounds < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    assert!(solve(&mut cluster, &trial.options(), &trial.limits, &mut state, &mut pause).unwrap().is_break());
    // After a step, whose f nobody has looked at.
    let few = Limits::new(1e-8, 3);
    let ended = solve(&mut cluster, &trial.options(), &few, &mut state, &mut |_| ControlFlow::Break(())).unwrap();
    assert_eq!(ended.continue_value().map(|outcome| outcome.end), Some(End::Rounds));
    assert_eq!(cluster.traffic().rounds, 3);
}

/// Where liars are assumed, a start that is near enough is where the run rests, and nobody calls that converged.
#[test]
fn a_start_near_enough_is_a_floor_where_liars_are_assumed() {
    let data = classes(600, 6);
    let cold = Trial::new(&data, 4);
    let near = Trial { method: Method::Comrade, limits: Limits::new(0.2, 60), start: cold.run().unwrap().0.w, ..cold };
    assert_eq!(near.run().map(|(outcome, rounds)| (outcome.end, rounds)), Ok((End::Converged, 2)));
    let among = Trial { trim: 0.25, ..near };
    assert_eq!(among.run().map(|(outcome, rounds)| (outcome.end, rounds)), Ok((End::Floor(None), 2)));
}

/// Wherever a run is looked at, and however short its gradient is there.
#[test]
fn where_liars_are_assumed_nothing_is_called_converged() {
    let data = classes(600, 6);
    let still = Dataset { features: Features::Dense(Dense::new(600, 6, vec![0.0; 3600]).unwrap()), ..data.clone() };
    let mut without = 0;
    for method in [Method::Comrade, Method::Giant] {
        for rounds in [1, 4, 5, 6, 7, 40] {
            for (data, tolerance) in [(&still, 1e-6), (&data, 0.3), (&data, 0.05)] {
                let limits = Limits::new(tolerance, rounds);
                let plain = Trial { method, limits, ..Trial::new(data, 4) };
                without += u32::from(plain.run().unwrap().0.end == End::Converged);
                let (outcome, _) = Trial { trim: 0.25, ..plain }.run().unwrap();
                assert!(matches!(outcome.end, End::Floor(None) | End::Rounds), "{method} {rounds}: {:?}", outcome.end);
            }
        }
    }
    assert!(without > 20, "{without}");
}

/// What a run has to say that rests at w = 2, with this f there and at w = 0 f = 1.
fn said(options: &Options, workers: usize, value: f64, [zero, best]: [bool; 2], end: End) -> Outcome {
    let mut exact = Exact::start(vec![2.0]);
    let measured = Measured { value, gradient_norm: 0.5 };
    exact.best = Some(stepping::Best { w: vec![2.0], measured, partial: best });
    let first = Some(Measured { value: 1.0, gradient_norm: 1.0 });
    let state =
        State { method: Method::Newton, traffic: Traffic::default(), first, partial: zero, work: Work::Exact(exact) };
    state.outcome(end, options, workers)
}

#[test]
fn without_everybody_nothing_is_certified() {
    let options = Options::new(0.5, false);
    let told = |missing, end| {
        let outcome = said(&options, 4, 0.5, missing, end);
        (outcome.end, outcome.bound)
    };
    assert_eq!(told([false; 2], End::Converged), (End::Converged, Some(0.25)));
    for missing in [[true, false], [false, true], [true, true]] {
        assert_eq!(told(missing, End::Converged), (End::Floor(None), None));
        assert_eq!(told(missing, End::Stalled), (End::Stalled, None));
    }
    let liars = Options { trim: TrimFraction::new(0.25).unwrap(), ..options };
    assert_eq!(said(&liars, 4, 0.5, [false; 2], End::Rounds).bound, None);
}

#[test]
fn no_point_above_the_first_is_returned_unless_they_are_of_other_samples() {
    let options = Options::new(0.5, false);
    let worse = |missing| {
        let outcome = said(&options, 4, 1.5, missing, End::Converged);
        (outcome.end, outcome.w[0], outcome.here.map(|here| here.value))
    };
    assert_eq!(worse([false; 2]), (End::Stalled, 0.0, Some(1.0)));
    assert_eq!(worse([false, true]), (End::Floor(None), 2.0, Some(1.5)));
}

/// Two of six may be the most of what counts in some direction, two of seven may not.
#[test]
fn a_floor_is_told_where_liars_are_less_than_a_third_of_who_is_enough() {
    let floor = End::Floor(Some(Floor { spread: 1.0, unavoidable: 1.0, estimate: 2.0 }));
    let with = |beta, sigma| Options {
        trim: TrimFraction::new(beta).unwrap(),
        stragglers: StragglerFraction::new(sigma).unwrap(),
        ..Options::new(0.5, false)
    };
    let told = |options: &Options, workers| said(options, workers, 0.5, [false; 2], floor).end;
    assert_eq!((told(&with(0.3, 0.0), 6), told(&with(0.3, 0.0), 7)), (End::Floor(None), floor));
    assert_eq!((told(&with(0.25, 0.25), 8), told(&with(0.25, 0.125), 8)), (End::Floor(None), floor));
}

#[test]
fn there_is_a_bound_where_f_is_strongly_convex() {
    assert_eq!(Options::new(0.5, false).bound(3.0), Some(9.0));
    assert_eq!(Options::new(0.0, false).bound(3.0), None);
    assert_eq!(Options::new(0.5, true).bound(3.0), None);
}
