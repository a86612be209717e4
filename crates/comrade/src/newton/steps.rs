//! Where a solve begins, which trials it takes and why it ends, by closed forms.

use super::passes::Passes;
use super::tests::dense;
use super::*;
use crate::data::synthetic::{self, Gaussian, Task, Text};
use crate::data::{Dataset, Features};
use crate::kernel::norm;
use crate::loss::Loss;

pub(super) fn classes(rows: usize, cols: usize, seed: u64) -> Dataset {
    let spec = Gaussian { rows, cols, condition: 10.0, margin: 2.0, task: Task::Classification };
    synthetic::gaussian(&spec, Seed(seed)).unwrap()
}

fn logistic(data: &Dataset, lambda: f64) -> Objective<'_> {
    Objective { data, loss: Loss::Logistic, lambda }
}

/// What a solve came to that ended at w after 3 steps and 5 passes, its numbers made up.
fn ended(stop: Stop, w: Vec<f64>) -> Minimiser {
    let (value, gradient_norm, first_gradient_norm, gap) = (7.0, 0.0, 7.0, 1.0);
    Minimiser { w, value, gradient_norm, first_gradient_norm, gap, iterations: 3, passes: 5, stop }
}

/// f(w) = (h/2) w^2 with h = x^2 + lambda.
fn parabola(x: f64) -> Dataset {
    dense(1, 1, vec![x], vec![0.0])
}

#[test]
fn a_value_is_known_to_a_tenth_of_what_is_asked() {
    let found = |gap| Minimiser { value: -2.0, gap, ..ended(Stop::Converged, vec![]) };
    // A tenth of 1e-3 times 2.
    assert!(found(1.99e-4).known(1e-3) && !found(2.01e-4).known(1e-3) && !found(f64::NAN).known(1e-3));
}

/// Down from 4 along a slope of 2, half of the way: 1e-4 of the promised 1 is enough, and equal values will do where the slope has
/// become small or has turned.
#[test]
fn a_trial_is_taken_for_its_value_or_for_its_slope() {
    let taken = |after, along| Trial { before: 4.0, after, step: 0.5, slope: 2.0, along }.is_accepted();
    assert!(taken(4.0 - 1.5e-4, -1.9) && !taken(4.0 - 0.5e-4, -1.9));
    let equal = 4.0 * f64::EPSILON;
    for (along, by_slope) in [(1.9, true), (0.0, true), (-0.9, true), (-1.1, false)] {
        assert_eq!(taken(4.0 + 8.0 * equal, along), by_slope, "{along}");
        assert!(!taken(4.0 + 32.0 * equal, along), "{along}");
    }
}

#[test]
fn the_next_trial_is_where_the_slope_would_vanish_between_a_tenth_and_a_half() {
    let shorter = |along| Trial { before: 1.0, after: 2.0, step: 1.0, slope: 2.0, along }.shorter();
    let near = |a: f64, b: f64| (a - b).abs() < 1e-15;
    assert!(near(shorter(-4.0), 1.0 / 3.0) && near(shorter(-3.0), 0.4));
    assert!(near(shorter(-100.0), 0.1) && near(shorter(1.0), 0.5));
    assert!(near(shorter(2.0), 0.1) && near(shorter(f64::NAN), 0.1));
}

#[test]
fn a_search_says_how_many_trials_it_took() {
    let (far, near) = (parabola(1.0), parabola(0.5));
    let (far, near) = (logistic(&far, 0.0), logistic(&near, 0.0));
    let [far, near] = [far, near].map(|f| Passes::new(&Objective { loss: Loss::Squared, ..f }));
    let at = |f: &Passes<'_>| f.at(vec![1.0]);
    let by = |p, slope| Direction { p: vec![p], slope, passes: 0 };
    // Ten times too far: the slope goes from 10 to -90, and a tenth leads to the minimum.
    let (next, trials) = search(&far, &at(&far), &by(10.0, 10.0));
    assert_eq!((next.unwrap().w, trials), (vec![0.0], 2));
    // Up.
    assert_eq!(search(&far, &at(&far), &by(1.0, 0.0)), (None, 0));
    // Up, by one who says down: each trial halves.
    assert_eq!(search(&near, &at(&near), &by(-1.0, 1.0)), (None, TRIALS));
}

/// Of one sample x = 1, y = 1 nearly without a ridge f = log(1 + e^-w): each step of Newton's method adds 1 to w.
#[test]
fn two_hundred_steps_are_the_limit() {
    let data = dense(1, 1, vec![1.0], vec![1.0]);
    let f = logistic(&data, 1e-300);
    let found = minimise_with(&f, 1e-120, Factor::Double).unwrap();
    assert_eq!((found.stop, found.iterations, found.gap), (Stop::Limit, MAX_STEPS, f64::INFINITY));
    assert!((found.w[0] - 200.0).abs() < 2.0, "{found:?}");
    let error = minimise(&f, 1e-120).unwrap_err();
    let MinimiseError::Stalled { iterations, gradient_norm, tolerance } = error else { panic!("{error}") };
    assert_eq!((iterations, gradient_norm), (MAX_STEPS, found.gradient_norm));
    assert!((tolerance / 0.5e-120 - 1.0).abs() < 1e-12, "{tolerance:e}");
}

/// A parabola takes one step, whose trial is a pass; another was for w = 0.
#[test]
fn one_step_leads_to_the_minimum_of_a_parabola() {
    let data = dense(1, 1, vec![2.0], vec![3.0]);
    let f = Objective { data: &data, loss: Loss::Squared, lambda: 1.0 };
    let found = minimise(&f, 1e-9).unwrap();
    assert!((found.w[0] - 6.0 / 5.0).abs() < 1e-15 && (found.value - 0.9).abs() < 1e-15, "{found:?}");
    assert_eq!((found.iterations, found.passes, found.first_gradient_norm), (1, 2, 6.0));
}

/// Nobody can have a gradient of 0: what is asked for in vain ends with rounding, after few steps.
#[test]
fn a_gradient_of_zero_is_asked_for_in_vain() {
    for seed in 0..20 {
        let data = classes(100, 5, seed);
        let f = logistic(&data, 1e-3);
        for factor in [Factor::Double, Factor::Kept, Factor::Diagonal] {
            let found = minimise_with(&f, 0.0, factor).unwrap();
            let rounding = ROUNDINGS * f64::EPSILON * f.gradient_scale(&[0.0; 5]);
            assert!(found.stop == Stop::Rounding || found.gradient_norm == 0.0, "{factor:?}: {found:?}");
            assert!(found.gradient_norm <= 2.0 * rounding && found.iterations < 40, "{factor:?}: {found:?}");
        }
    }
}

#[test]
fn a_gradient_that_is_infinite_at_the_start_is_an_error_although_f_is_not() {
    let data = dense(1, 9, vec![f64::MAX; 9], vec![1.0]);
    assert_eq!(solve(&Passes::new(&logistic(&data, 1.0)), 1e-6, Factor::Double), Err(MinimiseError::NotFinite));
}

/// The start is w = 0 for Newton's method, and otherwise the minimiser over a sample that the seed names.
#[test]
fn a_solve_begins_at_the_minimiser_over_a_sample() {
    let data = classes(2_000, 3, 4);
    let f = logistic(&data, 1e-3);
    let over = Passes::new(&f);
    let zero = over.at(vec![0.0; 3]);
    let first = over.norm(&zero.gradient);
    assert_eq!(begin(&over, Factor::Diagonal), None);
    let newton = descend(&over, zero, first, 1e-9, Factor::Double, 1).unwrap();
    assert_eq!(solve(&over, 1e-9, Factor::Double), Ok(newton));
    let sketch = |seed| Factor::Sketch { rows: 500, seed: Seed(seed) };
    for (factor, seed) in [(Factor::Kept, Seed(0)), (sketch(0), Seed(0)), (sketch(7), Seed(7))] {
        let start = begin(&over, factor).unwrap();
        let rows = factor::sample(2_000, 3).unwrap();
        let sample = data.select(&draw(2_000, rows, seed));
        let of_sample = logistic(&sample, 1e-3);
        let shrunk = norm(&of_sample.gradient(&start)) / norm(&of_sample.gradient(&[0.0; 3]));
        assert!(shrunk <= BEGUN && shrunk > 1e-6, "{factor:?}: {shrunk}");
        let found = descend(&over, over.at(start), first, 1e-9, factor, 2).unwrap();
        assert_eq!(solve(&over, 1e-9, factor), Ok(found));
    }
    assert_ne!(begin(&over, sketch(0)), begin(&over, sketch(7)));
}

/// The whole first gradient is not the half that is asked for, whatever a solve in other coordinates says.
#[test]
fn what_other_coordinates_call_converged_is_judged_by_the_users_gradient() {
    let data = classes(50, 3, 1);
    let f = logistic(&data, 1e-3);
    let coordinates = Coordinates::of(&data, f.lambda);
    let first = norm(&f.gradient(&[0.0; 3]));
    let judged = |stop, relative| in_the_users(&f, &coordinates, ended(stop, vec![0.0; 3]), relative);
    let converged = judged(Stop::Converged, 0.5);
    assert_eq!((converged.stop, converged.iterations, converged.passes), (Stop::Stalled, 3, 7));
    assert_eq!((converged.gradient_norm, converged.first_gradient_norm), (first, first));
    assert!((converged.value - std::f64::consts::LN_2).abs() < 1e-15);
    assert_eq!([Stop::Rounding, Stop::Limit].map(|stop| judged(stop, 0.5).stop), [Stop::Rounding, Stop::Limit]);
    assert_eq!(judged(Stop::Converged, 1.0).stop, Stop::Converged);
}

#[test]
fn the_better_of_two_is_that_of_which_more_is_known() {
    let found = |stop, gap, gradient_norm| Minimiser { value: 1.0, gap, gradient_norm, ..ended(stop, vec![]) };
    let known = found(Stop::Converged, 0.0, 0.3);
    let converged = found(Stop::Converged, 1.0, 0.2);
    let stalled = found(Stop::Stalled, 0.0, 0.1);
    let ordered = [&known, &converged, &stalled];
    for (i, a) in ordered.iter().enumerate() {
        for (j, b) in ordered.iter().enumerate() {
            assert_eq!(better(a, b, 1e-6), i <= j, "{a:?} {b:?}");
        }
    }
    let shorter = found(Stop::Stalled, 0.0, 0.05);
    assert!(better(&shorter, &stalled, 1e-6) && !better(&stalled, &shorter, 1e-6));
}

/// Ordinary columns are solved as they are, extreme ones in other coordinates, and wide sparse ones in the span of their rows.
#[test]
fn the_data_say_in_which_coordinates_they_are_solved() {
    let text = synthetic::text(&Text { rows: 60, words: 20.0, vocabulary: 1_000, ..Text::RCV1 }, Seed(1));
    let f = logistic(&text, 1e-3);
    assert_eq!(minimise_with(&f, 1e-8, Factor::Diagonal), Ok(rows::solve(&f, 1e-8).unwrap()));
    let by_columns = solve(&Passes::new(&f), 1e-8, Factor::Double);
    assert_eq!(minimise_with(&f, 1e-8, Factor::Double), by_columns);
    let plain = classes(80, 4, 2);
    let f = logistic(&plain, 1e-3);
    assert_eq!(minimise_with(&f, 1e-8, Factor::Kept), solve(&Passes::new(&f), 1e-8, Factor::Kept));
    for data in [&text, &plain] {
        let large = Dataset {
            features: data.features.clone().map_columns(|k, v| if k == 1 { 1e9 * v } else { v }),
            ..data.clone()
        };
        let f = logistic(&large, 1e-3);
        let coordinates = Coordinates::of(&large, 1e-3);
        let scaled = coordinates.apply(&large);
        let found = solve(&Passes::scaled(&f, &scaled, &coordinates), 1e-8, Factor::Diagonal).unwrap();
        let found = in_the_users(&f, &coordinates, found, 1e-8);
        assert_eq!(minimise_with(&f, 1e-8, Factor::Diagonal), Ok(found));
    }
}

/// Where the users' coordinates end with rounding there is nothing better to be found in others.
#[test]
fn rounding_in_the_users_coordinates_is_the_end() {
    for seed in 0..10 {
        let data = classes(100, 5, seed);
        let f = logistic(&data, 1e-3);
        let plain = solve(&Passes::new(&f), 0.0, Factor::Double).unwrap();
        assert_eq!(minimise_with(&f, 0.0, Factor::Double), Ok(plain));
    }
}

/// Columns of different sizes or far from zero, equal ones and classes that can be separated, but none extreme: what the users'
/// coordinates leave open is tried in others, and the better one is taken.
#[test]
fn what_is_left_open_is_tried_in_other_coordinates() {
    let (mut kept, mut other, mut stalled) = (0, 0, 0);
    for seed in 0..8 {
        for (kind, lambda) in
            [(0, 1e-20), (1, 1e-20), (2, 1e-18), (3, 1e-12), (4, 1e-20), (5, 1e-12), (0, 0.0), (2, 0.0)]
        {
            let plain = classes(40, 4, seed);
            let features = plain.features.clone().map_columns(|k, v| match (kind, k) {
                (0 | 2, 1) => 1e5 * v,
                (1, 0) => 1e-4 * v,
                (3 | 4, 1) => 300.0 + v,
                (5, 1) => 1e4 * (100.0 + v),
                _ => v,
            });
            let mut data = Dataset { features, ..plain };
            if kind == 2 || kind == 4 {
                let Features::Dense(x) = &data.features else { unreachable!() };
                data.labels = (0..40).map(|j| if x.row(j)[0] + x.row(j)[2] > 0.0 { 1.0 } else { -1.0 }).collect();
            }
            let data = if kind > 2 { data.with_intercept().unwrap() } else { data };
            let f = logistic(&data, lambda);
            assert!(!coordinates::extreme(&data));
            for (factor, relative) in [(Factor::Kept, 1e-8), (Factor::Diagonal, 1e-8), (Factor::Double, 1e-13)] {
                let Ok(as_it_is) = solve(&Passes::new(&f), relative, factor) else { continue };
                if as_it_is.stop == Stop::Rounding || as_it_is.converged() && as_it_is.known(relative) {
                    assert_eq!(minimise_with(&f, relative, factor), Ok(as_it_is));
                    continue;
                }
                let coordinates = Coordinates::of(&data, lambda);
                let scaled = coordinates.apply(&data);
                let Ok(found) = solve(&Passes::scaled(&f, &scaled, &coordinates), relative, factor) else { continue };
                let found = in_the_users(&f, &coordinates, found, relative);
                assert_ne!(found, as_it_is);
                stalled += u32::from(as_it_is.stop == Stop::Stalled);
                let rank = |found: &Minimiser| {
                    let known = found.converged() && found.known(relative);
                    (u8::from(found.converged()) + u8::from(known), -found.gradient_norm)
                };
                let best = if rank(&as_it_is) >= rank(&found) {
                    kept += 1;
                    as_it_is
                } else {
                    other += 1;
                    found
                };
                assert_eq!(minimise_with(&f, relative, factor), Ok(best));
            }
        }
    }
    assert!(kept > 0 && other > 0 && stalled > 0, "{kept} {other} {stalled}");
}

/// A weight of 1024 on every sample and 1024 lambda are the same problem in other units.
#[test]
fn units_change_no_step() {
    let plain = classes(300, 6, 4);
    let heavy = Dataset { weights: Some(vec![1_024.0; 300]), ..plain.clone() };
    for factor in [Factor::Double, Factor::Kept, Factor::Diagonal, Factor::Sketch { rows: 100, seed: Seed(1) }] {
        let one = minimise_with(&logistic(&plain, 1e-3), 1e-9, factor).unwrap();
        let other = minimise_with(&logistic(&heavy, 1.024), 1e-9, factor).unwrap();
        assert_eq!(
            (one.w, one.iterations, one.passes, one.stop),
            (other.w, other.iterations, other.passes, other.stop)
        );
        assert_eq!(1_024.0 * one.value, other.value);
    }
}
