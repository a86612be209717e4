//! What every attack, compressor and rule keeps to, in all combinations, and the trimming seen from outside.

use crate::support::{Experiment, LOSSES, METHODS, Method, classes, close, dense, norm, play, play_from, sparse};
use comrade::aggregate::{AggregateError, Fusion, NormTrimmedMean, Robust, TrimFraction};
use comrade::attack::EXAMPLES;
use comrade::center::{Cause, Plan, SolveError, Step, solve};
use comrade::cluster::{Cluster, Reply};
use comrade::compress::Bits;
use comrade::data::synthetic;
use comrade::method::{self as solver, End, Limits, Options, Progress, Rule, State};
use comrade::stream::Seed;
use comrade::{giant, gradient_descent};
use std::convert::Infallible;
use std::ops::ControlFlow;

/// In addition to one of each kind: parameters at the edge.
const EXTREMES: &[&str] = &[
    "gaussian:0",
    "gaussian:0.1",
    // The noise overflows in some coordinates.
    "gaussian:1e308",
    "negative:0",
    "negative:1e300",
    // Longer than what a double holds.
    "ipm:1e308",
    "alie:1e308",
    "scaled:100",
    // Reckons with another rule than the center's.
    "norm-shadow:0",
    "norm-shadow:0.49",
    "value:scaled:0.5",
    "value:huge",
];

fn attacks() -> impl Iterator<Item = &'static str> {
    EXAMPLES.into_iter().chain(EXTREMES.iter().copied())
}

pub(crate) const COMPRESSORS: [&str; 9] =
    ["identity", "top-k:0.1", "top-k:1", "random-k:0.25", "random-k:1", "sign", "qsgd:1", "qsgd:16", "qsgd:255"];

#[test]
fn every_attack_under_every_compressor_leaves_finite_iterates() {
    let data = synthetic::a9a_like(1000, Seed(21));
    for spec in attacks() {
        for compressor in COMPRESSORS {
            for method in METHODS {
                let run = Experiment {
                    compressor,
                    attacks: &[spec; 4],
                    beta: 0.25,
                    iterations: 3,
                    ..Experiment::new(&data, 20)
                };
                let got = run.run(method).unwrap_or_else(|e| panic!("{method:?}, {spec}, {compressor}: {e}"));
                assert_eq!(got.iterates.len(), 3);
                let finite = got.iterates.iter().flatten().all(|v| v.is_finite());
                assert!(finite, "{method:?}, {spec}, {compressor}: norm {}", norm(got.last()));
            }
        }
    }
}

/// Five different liars at once, as many as are trimmed.
#[test]
fn mixed_liars_leave_finite_iterates() {
    let data = synthetic::a9a_like(1000, Seed(22));
    for attacks in attacks().collect::<Vec<_>>().windows(5) {
        for compressor in ["identity", "random-k:0.25", "qsgd:16"] {
            let run = Experiment { compressor, attacks, beta: 0.25, iterations: 3, ..Experiment::new(&data, 20) };
            let got = run.run(Method::Comrade).unwrap_or_else(|e| panic!("{attacks:?}, {compressor}: {e}"));
            assert!(got.iterates.iter().flatten().all(|v| v.is_finite()), "{attacks:?}, {compressor}");
        }
    }
}

#[test]
fn more_silence_than_is_trimmed_is_an_error_that_counts() {
    let data = synthetic::a9a_like(1000, Seed(23));
    for method in METHODS {
        for unusable in ["silent", "nan", "inf", "wrong-length", "stale", "duplicate"] {
            let lost = |liars: usize| {
                Experiment { attacks: &vec![unusable; liars], beta: 0.25, iterations: 2, ..Experiment::new(&data, 20) }
                    .run(method)
            };
            assert!(lost(5).is_ok(), "{method:?}, 5 x {unusable}: {:?}", lost(5).err());
            let error = lost(6).unwrap_err();
            let Cause::Aggregate { round: 0, source, absent } = &error.cause else { panic!("{error}") };
            assert_eq!(*source, AggregateError::TooManyMissing { missing: 6, allowed: 5, workers: 20 });
            assert_eq!(absent.iter().map(|(worker, _)| worker.0).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
            assert_eq!((error.iteration, &error.w), (0, &vec![0.0; data.cols()]), "the start is not lost");
            assert!(error.to_string().contains("worker 4: ") && error.to_string().contains("; and 1 more"), "{error}");
        }
        // Without trimming one is too many.
        let one = Experiment { attacks: &["silent"], ..Experiment::new(&data, 20) }.run(method);
        let source = AggregateError::TooManyMissing { missing: 1, allowed: 0, workers: 20 };
        assert!(
            matches!(one, Err(SolveError { cause: Cause::Aggregate { source: found, .. }, .. }) if found == source)
        );
    }
}

/// Answers of several pieces, by every rule in the metric of the Hessian: what comes of it is finite and no worse than the
/// start, and never said to be the minimiser.
#[test]
fn lazy_newton_stands_every_attack_by_every_rule() {
    let data = synthetic::a9a_like(1000, Seed(26));
    let run = |attack, rule, bits| {
        let experiment = Experiment { attacks: &[attack; 3], ..Experiment::new(&data, 12) };
        let mut cluster = experiment.cluster();
        let mut options = Options::new(experiment.lambda, false);
        (options.trim, options.rule, options.bits) = (TrimFraction::new(0.25).unwrap(), rule, bits);
        let mut state = State::start(solver::Method::LazyNewton, &cluster, vec![0.0; data.cols()]).unwrap();
        let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
        solver::solve(&mut cluster, &options, &Limits::new(1e-8, 12), &mut state, &mut watch)
    };
    for attack in attacks() {
        for (rule, bits) in [(Rule::Filter, Bits::Sixteen), (Rule::Mixing, Bits::Sixteen), (Rule::Norm, Bits::Eight)] {
            let ended = run(attack, rule, bits).unwrap_or_else(|e| panic!("{attack}, {rule:?}: {e}"));
            let outcome = ended.continue_value().unwrap();
            assert!(outcome.w.iter().all(|w| w.is_finite()), "{attack}, {rule:?}");
            assert_ne!(outcome.end, End::Converged, "{attack}, {rule:?}");
            let (first, here) = (outcome.first.unwrap(), outcome.here.unwrap());
            assert!(here.value < first.value, "{attack}, {rule:?}: {here:?} of {first:?}");
        }
    }
}

/// The rules of the literature, by themselves and after mixing: the result under any attack is finite, and a missing
/// worker counts.
#[test]
fn robust_rules_stand_every_attack() {
    let data = synthetic::a9a_like(600, Seed(27));
    let fusions = [Fusion::TrimmedMean, Fusion::Median, Fusion::GeometricMedian, Fusion::Krum, Fusion::MultiKrum];
    for (fusion, mixing) in fusions.into_iter().flat_map(|fusion| [(fusion, false), (fusion, true)]) {
        let rule = Robust { beta: TrimFraction::new(0.25).unwrap(), fusion, mixing };
        let plan = Plan { start: vec![0.0; data.cols()], gamma: 1.0, iterations: 3 };
        let mut watch = |_: &Step<'_>| ControlFlow::<Infallible>::Continue(());
        for attack in attacks() {
            for solve in [solve, giant::solve, gradient_descent::solve] {
                let run = Experiment { attacks: &[attack; 3], ..Experiment::new(&data, 12) };
                let ended = solve(&mut run.cluster(), &rule, &plan, &mut watch);
                let ControlFlow::Continue(got) = ended.unwrap_or_else(|e| panic!("{rule:?}, {attack}: {e}"));
                assert!(got.w.iter().all(|w| w.is_finite()), "{rule:?}, {attack}");
            }
        }
        let run = Experiment { attacks: &["silent", "inf", "wrong-length", "stale"], ..Experiment::new(&data, 12) };
        let error = solve(&mut run.cluster(), &rule, &plan, &mut watch).unwrap_err();
        let Cause::Aggregate { source, .. } = error.cause else { panic!("{error}") };
        assert_eq!(source, AggregateError::TooManyMissing { missing: 4, allowed: 3, workers: 12 }, "{rule:?}");
    }
}

/// Random compressors and liars draw after a pause what they would have drawn without one.
#[test]
fn a_run_that_goes_on_from_where_it_stopped_is_the_same_run() {
    let data = synthetic::a9a_like(600, Seed(24));
    for method in METHODS {
        for compressor in ["identity", "random-k:0.25", "qsgd:4"] {
            let attacks = &["gaussian:5", "stale"];
            let run = Experiment { compressor, attacks, beta: 0.25, iterations: 6, ..Experiment::new(&data, 8) };
            let whole = run.run(method).unwrap();
            let (mut before, mut after) = (run.cluster(), run.cluster());
            let first = play(&mut before, method, run.beta, 3).unwrap();
            after.resume(first.traffic);
            let second = play_from(first.last().to_vec(), &mut after, method, run.beta, 3).unwrap();
            assert_eq!([first.iterates, second.iterates].concat(), whole.iterates, "{method:?}, {compressor}");
            assert_eq!(second.traffic, whole.traffic);
        }
    }
}

/// The kept workers and their mean as the words of Algorithm 1 say it: one by one, the smallest norm left.
fn trimmed(replies: &[Reply], keep: usize) -> (Vec<usize>, Vec<f64>) {
    let size = |i: usize| replies[i].as_ref().map_or(f64::INFINITY, |v| norm(v));
    let mut kept: Vec<usize> = vec![];
    while kept.len() < keep {
        let left = (0..replies.len()).filter(|i| !kept.contains(i));
        let next = left.reduce(|best, i| if size(i) < size(best) { i } else { best });
        kept.extend(next);
    }
    kept.sort_unstable();
    let vectors = || kept.iter().map(|&i| replies[i].as_ref().unwrap());
    let d = vectors().next().map_or(0, Vec::len);
    (kept.clone(), (0..d).map(|k| vectors().map(|v| v[k]).sum::<f64>() / keep as f64).collect())
}

#[test]
fn every_step_is_gamma_times_the_mean_of_the_smallest_replies() {
    let data = synthetic::a9a_like(1200, Seed(24));
    let attacks = ["gaussian:3", "silent", "random-label", "negative:0.5", "huge"];
    for (beta, keep) in [(0.25, 15), (0.3, 14), (0.49, 10)] {
        for gamma in [1.0, 0.3] {
            let run = Experiment { attacks: &attacks, ..Experiment::new(&data, 20) };
            let rule = NormTrimmedMean { beta: TrimFraction::new(beta).unwrap() };
            let plan = Plan { start: vec![0.1; data.cols()], gamma, iterations: 4 };
            let mut seen = 0;
            let solution = solve(&mut run.cluster(), &rule, &plan, &mut |step| {
                let (kept, mean) = trimmed(step.replies, keep);
                let ids: Vec<usize> = step.aggregate.kept.iter().map(|id| id.0).collect();
                assert_eq!(ids, kept, "beta {beta}, iteration {}", step.iteration);
                let moved: Vec<f64> = step.before.iter().zip(step.after).map(|(w, next)| (w - next) / gamma).collect();
                close(&format!("the step, beta {beta}, gamma {gamma}"), &moved, &mean, 1e-11);
                assert_eq!(step.iteration, seen);
                seen += 1;
                ControlFlow::<Infallible>::Continue(())
            });
            let ControlFlow::Continue(solution) = solution.unwrap();
            assert_eq!((seen, solution.iterations), (4, 4));
        }
    }
}

/// Liars that stay outside the kept set change nothing: the run is that of the honest workers with the same set.
#[test]
fn trimmed_liars_leave_no_trace() {
    let data = synthetic::a9a_like(1200, Seed(25));
    let last = |attack| {
        let run = Experiment { attacks: &[attack; 5], beta: 0.25, ..Experiment::new(&data, 20) };
        run.run(Method::Comrade).unwrap().iterates
    };
    // All five are dropped in each case, so the fifteen others decide alone.
    for attack in ["nan", "inf", "wrong-length", "huge", "gaussian:1e6", "negative:1e6"] {
        assert_eq!(last(attack), last("silent"), "{attack}");
    }
    // The zero vector is always kept.
    assert_ne!(last("negative:0"), last("silent"));
}

/// Without enough trimming a liar can drive the iterate out of range, where margins are not numbers any more. A run
/// may then end in an error, but a reply never ends the process.
#[test]
fn a_reply_that_drives_the_iterate_out_of_range_is_no_panic() {
    // Columns as they come from a file that was not scaled.
    let plain = classes(400, 8, 2);
    let mut values = vec![];
    (0..400).for_each(|j| plain.features.for_row(j, |_, v| values.push(1e4 * v)));
    for data in [dense(8, &values, &plain.labels), sparse(8, &values, &plain.labels)] {
        for loss in LOSSES {
            for method in METHODS {
                for (attacks, beta) in [(vec!["gaussian:1e305"], 0.0), (vec!["gaussian:1e305"; 3], 0.25)] {
                    let run = Experiment { loss, attacks: &attacks, beta, ..Experiment::new(&data, 8) };
                    println!("{}, {loss:?}, {method:?}, beta {beta}", data.name);
                    match run.run(method) {
                        Ok(record) => assert!(record.iterates.iter().flatten().all(|v| v.is_finite())),
                        Err(SolveError { cause: Cause::Aggregate { .. }, .. }) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            }
        }
    }
}
