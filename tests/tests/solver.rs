//! The solver against formulas written out again, against closed forms, and against exact Newton.

use crate::support::{
    Experiment, LOSSES, METHODS, Method, classes, close, dense, distance, norm, play, regression, sparse,
};
use comrade::aggregate::MEAN;
use comrade::attack;
use comrade::center::{Cause, Plan, SolveError, Step, solve};
use comrade::cluster::{Ask, Cluster};
use comrade::data::{Dataset, synthetic};
use comrade::loss::Loss;
use comrade::newton::minimise;
use comrade::objective::{Objective, Singular};
use comrade::protocol::{Missing, WorkerId};
use comrade::shard::Sharding;
use comrade::simulation::{InProcess, Simulation};
use comrade::stream::Seed;
use comrade_verify::oracle::formulas::{self, Problem};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::convert::Infallible;
use std::ops::ControlFlow;

/// What is asked of every formula, relative to the norm of the result.
const TIGHT: f64 = 1e-10;

/// Coordinates without a pattern, in [-1, 1].
fn point(d: usize) -> Vec<f64> {
    (0..d).map(|k| (1.7 * k as f64 + 0.6).sin()).collect()
}

/// Every entry of a matrix of any type that is indexed by (row, column).
fn entries(h: &impl std::ops::Index<(usize, usize), Output = f64>, d: usize) -> Vec<f64> {
    (0..d * d).map(|at| h[(at / d, at % d)]).collect()
}

/// f, g, H, H^{-1} g and H^{-1} v at w, of the solver and of the oracle.
#[track_caller]
fn agree(what: &str, data: &Dataset, loss: Loss, lambda: f64, w: &[f64]) {
    let (f, oracle) = (Objective { data, loss, lambda }, Problem { data, loss, lambda });
    let (rows, d) = (oracle.all(), data.cols());
    let what = |part: &str| format!("{part} of {what}, {loss:?}, {} x {d}, lambda {lambda}", data.rows());
    close(&what("value"), &[f.value(w)], &[oracle.value(&rows, w)], TIGHT);
    close(&what("gradient"), &f.gradient(w), &oracle.gradient(&rows, w), TIGHT);
    let h = oracle.hessian(&rows, w);
    close(&what("hessian"), &entries(&f.hessian(w), d), &entries(&h, d), TIGHT);
    let p = oracle.newton_direction(&rows, w).expect("lambda > 0");
    close(&what("newton direction"), &f.newton_direction(w).unwrap(), &p, TIGHT);
    let v = point(d);
    close(&what("direction for v"), &f.direction_for(w, &v).unwrap(), &formulas::solve(&h, &v).unwrap(), TIGHT);
}

/// n, d, their values row by row, and labels: rows from a small pool, so that some repeat, and some all zero.
fn samples() -> impl Strategy<Value = (usize, Vec<f64>, Vec<f64>)> {
    let entry = prop_oneof![2 => Just(0.0), 3 => -2.0..2.0_f64];
    (1_usize..12, 1_usize..8).prop_flat_map(move |(d, pool)| {
        let rows = prop::collection::vec(prop::collection::vec(entry.clone(), d), pool);
        (rows, prop::collection::vec((0..=pool, any::<bool>()), 1..40)).prop_map(move |(pool, picks)| {
            let nothing = vec![0.0; d];
            let values = picks.iter().flat_map(|&(row, _)| pool.get(row).unwrap_or(&nothing).clone()).collect();
            (d, values, picks.iter().map(|&(_, positive)| if positive { 1.0 } else { -1.0 }).collect())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400, rng_seed: RngSeed::Fixed(11), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn random_data_agree_with_the_oracle(
        (d, values, labels) in samples(),
        w in prop::collection::vec(-2.0..2.0_f64, 12),
        lambda in prop::sample::select(vec![1e-3, 0.1, 10.0]),
    ) {
        for loss in LOSSES {
            agree("dense data", &dense(d, &values, &labels), loss, lambda, &w[..d]);
            agree("sparse data", &sparse(d, &values, &labels), loss, lambda, &w[..d]);
        }
    }
}

#[test]
fn every_shape_agrees_with_the_oracle() {
    // Around the 128 rows that the dense kernel takes at a time, and the four lanes of its products.
    for (n, d) in [(1, 1), (1, 6), (2, 9), (5, 40), (200, 1), (127, 3), (128, 4), (129, 5), (384, 7), (1000, 30)] {
        for lambda in [1e-2, 1.0] {
            agree("classes", &classes(n, d, 3), Loss::Logistic, lambda, &point(d));
            agree("regression", &regression(n, d, 4), Loss::Squared, lambda, &point(d));
        }
    }
    for data in [synthetic::a9a_like(700, Seed(2)), synthetic::w5a_like(900, Seed(2))] {
        let rows = (0..data.rows()).map(|j| data.features.select(&[j]).nnz());
        assert!(data.name != "w5a-like" || rows.min() == Some(0), "w5a-like has empty rows");
        for loss in LOSSES {
            agree(&data.name, &data, loss, 1e-2, &point(data.cols()));
            agree(&data.name, &data, loss, 1e-2, &vec![0.0; data.cols()]);
        }
    }
}

#[test]
fn without_a_ridge_many_rows_agree_with_the_oracle() {
    for (n, d) in [(50, 1), (400, 6), (2000, 20)] {
        agree("classes", &classes(n, d, 5), Loss::Logistic, 0.0, &point(d));
        agree("regression", &regression(n, d, 5), Loss::Squared, 0.0, &point(d));
    }
}

/// Where an s x s system takes the place of the d x d one.
#[test]
fn few_rows_in_many_dimensions_agree_with_the_oracle() {
    for (n, d) in [(40, 520), (260, 520)] {
        agree("wide classes", &classes(n, d, 5), Loss::Logistic, 1e-2, &point(d));
        agree("wide regression", &regression(n, d, 5), Loss::Squared, 0.3, &point(d));
    }
}

#[test]
fn rows_without_features_leave_only_the_ridge() {
    let data = sparse(4, &[0.0; 12], &[1.0, -1.0, 1.0]);
    let w = point(4);
    for loss in LOSSES {
        agree("empty rows", &data, loss, 0.5, &w);
        let f = Objective { data: &data, loss, lambda: 0.5 };
        close("p = w", &f.newton_direction(&w).unwrap(), &w, 1e-15);
    }
}

/// Answers of all members to all questions, in process and through a round, against the oracle on their rows.
#[test]
fn each_worker_answers_as_the_oracle_does_on_its_shard() {
    for data in [synthetic::a9a_like(611, Seed(4)), classes(611, 9, 4)] {
        for sharding in [Sharding::Partition, Sharding::WithReplacement] {
            for loss in LOSSES {
                let run = Experiment { sharding, loss, ..Experiment::new(&data, 7) };
                let mut cluster = run.cluster();
                let shards = cluster.shards().to_vec();
                let oracle = Problem { data: &data, loss, lambda: run.lambda };
                let (w, v) = (point(data.cols()), point(data.cols()).into_iter().rev().collect::<Vec<_>>());
                let asks = [
                    Ask::Direction { w: &w },
                    Ask::Gradient { w: &w },
                    Ask::DirectionFor { w: &w, gradient: &v },
                    Ask::Expansion { w: &w, hessian: None },
                ];
                for (asked, ask) in ["p_i", "g_i", "H_i^{-1} v", "f_i and g_i"].into_iter().zip(asks) {
                    let replies = cluster.round(ask).unwrap();
                    for (i, (reply, rows)) in replies.iter().zip(&shards).enumerate() {
                        let wanted = match ask {
                            Ask::Direction { .. } => oracle.newton_direction(rows, &w).unwrap(),
                            Ask::Gradient { .. } => oracle.gradient(rows, &w),
                            Ask::Expansion { .. } => [vec![oracle.value(rows, &w)], oracle.gradient(rows, &w)].concat(),
                            Ask::DirectionFor { .. } => formulas::solve(&oracle.hessian(rows, &w), &v).unwrap(),
                        };
                        let what = format!("{asked} of worker {i}, {}, {sharding:?}, {loss:?}", data.name);
                        close(&what, &cluster.members()[i].answer(&ask).unwrap(), &wanted, TIGHT);
                        assert_eq!(
                            reply.as_ref().ok(),
                            cluster.members()[i].answer(&ask).ok().as_ref(),
                            "{what}: the reply"
                        );
                    }
                }
            }
        }
    }
}

/// A liar about labels follows the protocol on what it then holds, and its neighbours hold what was dealt.
#[test]
fn a_worker_with_flipped_labels_answers_as_the_oracle_does_on_flipped_labels() {
    let data = classes(300, 5, 6);
    let run = Experiment { attacks: &["flipped-label"], ..Experiment::new(&data, 3) };
    let flipped = Dataset { labels: data.labels.iter().map(|y| -y).collect(), ..data.clone() };
    let w = point(5);
    let replies = run.cluster().round(Ask::Direction { w: &w }).unwrap();
    for (i, (reply, rows)) in replies.iter().zip(run.cluster().shards()).enumerate() {
        let held = if i == 0 { &flipped } else { &data };
        let wanted = Problem { data: held, loss: run.loss, lambda: run.lambda }.newton_direction(rows, &w).unwrap();
        close(&format!("worker {i}"), reply.as_ref().unwrap(), &wanted, TIGHT);
    }
}

/// One step of Algorithm 1 with gamma = 1 and beta = 0, from this start.
fn one_step(run: &Experiment<'_>, start: &[f64]) -> Vec<f64> {
    let plan = Plan { start: start.to_vec(), gamma: 1.0, iterations: 1 };
    let mut watch = |_: &Step<'_>| ControlFlow::<Infallible>::Continue(());
    let ControlFlow::Continue(solution) = solve(&mut run.cluster(), &MEAN, &plan, &mut watch).unwrap();
    solution.w
}

#[test]
fn one_worker_solves_least_squares_in_one_step_from_anywhere() {
    // (X'X/3 + I/3) w = X'y/3: [[3, 1], [1, 3]] w = [5, 4].
    let by_hand = dense(2, &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0], &[1.0, 0.0, 4.0]);
    let run = Experiment { loss: Loss::Squared, lambda: 1.0 / 3.0, ..Experiment::new(&by_hand, 1) };
    for start in [[0.0, 0.0], [1.0, -1.0], [-300.0, 40.0]] {
        close("by hand", &one_step(&run, &start), &[11.0 / 8.0, 7.0 / 8.0], 1e-13);
    }
    for (n, d, lambda) in [(60, 1, 0.0), (60, 7, 0.0), (500, 20, 1e-3), (8, 30, 0.1)] {
        let data = regression(n, d, 9);
        // The ridge solution from its normal equations: both sides added up here.
        let (mut left, mut right) = (vec![vec![0.0; d]; d], vec![0.0; d]);
        for j in 0..n {
            let mut x = vec![0.0; d];
            data.features.for_row(j, |k, v| x[k] = v);
            for a in 0..d {
                right[a] += x[a] * data.labels[j] / n as f64;
                (0..d).for_each(|b| left[a][b] += x[a] * x[b] / n as f64);
            }
        }
        (0..d).for_each(|k| left[k][k] += lambda);
        let run = Experiment { loss: Loss::Squared, lambda, ..Experiment::new(&data, 1) };
        for scale in [0.0, 1.0, 50.0] {
            let start: Vec<f64> = point(d).iter().map(|v| scale * v).collect();
            let w = one_step(&run, &start);
            let image: Vec<f64> = left.iter().map(|row| row.iter().zip(&w).map(|(a, w)| a * w).sum()).collect();
            close(&format!("normal equations, {n} x {d}, from {scale}"), &image, &right, TIGHT);
        }
    }
}

/// w_1..w_T of exact Newton from 0, by the oracle.
fn newton(data: &Dataset, loss: Loss, lambda: f64, iterations: usize) -> Vec<Vec<f64>> {
    let oracle = Problem { data, loss, lambda };
    let (rows, mut w) = (oracle.all(), vec![0.0; data.cols()]);
    (0..iterations)
        .map(|_| {
            let p = oracle.newton_direction(&rows, &w).unwrap();
            w.iter_mut().zip(&p).for_each(|(w, p)| *w -= p);
            w.clone()
        })
        .collect()
}

#[test]
fn one_worker_is_exact_newton() {
    for data in [classes(700, 8, 12), synthetic::a9a_like(1500, Seed(3))] {
        for lambda in [1e-2, 1e-3] {
            let exact = newton(&data, Loss::Logistic, lambda, 5);
            for method in METHODS {
                let got = Experiment { lambda, ..Experiment::new(&data, 1) }.run(method).unwrap();
                for (t, (got, exact)) in got.iterates.iter().zip(&exact).enumerate() {
                    close(&format!("{method:?} on {} at {t}, lambda {lambda}", data.name), got, exact, TIGHT);
                }
            }
        }
    }
}

#[test]
fn workers_that_all_hold_all_rows_are_exact_newton_together() {
    let data = classes(400, 6, 13);
    let exact = newton(&data, Loss::Logistic, 1e-2, 5);
    let shards = vec![(0..400).collect::<Vec<_>>(); 4];
    for (method, beta) in [(Method::Comrade, 0.0), (Method::Comrade, 0.25), (Method::Giant, 0.0), (Method::Giant, 0.25)]
    {
        let mut cluster = Simulation::dealt(&data, shards.clone()).lambda(1e-2).build().unwrap();
        let got = play(&mut cluster, method, beta, 5).unwrap();
        close(&format!("{method:?}, beta {beta}"), got.last(), &exact[4], TIGHT);
    }
}

/// Several workers are not exact Newton: the tests above compare something.
#[test]
fn several_workers_are_not_exact_newton() {
    let data = classes(400, 6, 13);
    let exact = newton(&data, Loss::Logistic, 1e-2, 1);
    for method in METHODS {
        let got = Experiment { iterations: 1, ..Experiment::new(&data, 8) }.run(method).unwrap();
        let apart = distance(got.last(), &exact[0]);
        assert!((1e-4..0.5).contains(&apart), "{method:?}: {apart:e}");
    }
}

#[test]
fn equal_blocks_of_a_partition_average_to_the_whole() {
    for data in [classes(600, 7, 14), synthetic::a9a_like(600, Seed(5))] {
        for loss in LOSSES {
            let run = Experiment { loss, ..Experiment::new(&data, 12) };
            let (d, w, oracle) = (data.cols(), point(data.cols()), Problem { data: &data, loss, lambda: run.lambda });
            let (mut g, mut h) = (vec![0.0; d], vec![0.0; d * d]);
            for worker in run.cluster().members() {
                let local = Objective { data: &worker.shard, loss, lambda: run.lambda };
                g.iter_mut().zip(local.gradient(&w)).for_each(|(sum, v)| *sum += v / 12.0);
                h.iter_mut().zip(entries(&local.hessian(&w), d)).for_each(|(sum, v)| *sum += v / 12.0);
            }
            close("mean of g_i", &g, &oracle.gradient(&oracle.all(), &w), 1e-12);
            close("mean of H_i", &h, &entries(&oracle.hessian(&oracle.all(), &w), d), 1e-12);
        }
    }
}

/// How often worker `i` holds each row, over (n/s): the diagonal of S_i S_i'. Off it the product is zero.
fn sketch(sharding: Sharding, n: usize, m: usize, i: usize, seed: u64) -> Vec<f64> {
    let rows = &sharding.deal(n, m, Seed(seed)).unwrap()[i];
    let mut diagonal = vec![0.0; n];
    rows.iter().for_each(|&j| diagonal[j] += n as f64 / rows.len() as f64);
    diagonal
}

/// E[S_i S_i'] = I, hence E[H_i] = H and E[g_i] = g: within six standard errors over the seeds.
#[test]
fn sketches_average_to_the_identity() {
    let (n, m, d, draws) = (24, 4, 3, 3000);
    let data = classes(n, d, 15);
    let (w, oracle) = (point(d), Problem { data: &data, loss: Loss::Logistic, lambda: 0.1 });
    let (g, h) = (oracle.gradient(&oracle.all(), &w), entries(&oracle.hessian(&oracle.all(), &w), d));
    for sharding in [Sharding::Partition, Sharding::WithReplacement] {
        for i in [0, m - 1] {
            // 1, ..., 1, g, H as one vector with its mean and variance over the seeds.
            let wanted: Vec<f64> = vec![1.0; n].into_iter().chain(g.clone()).chain(h.clone()).collect();
            let (mut sum, mut squares) = (vec![0.0; wanted.len()], vec![0.0; wanted.len()]);
            for seed in 0..draws {
                let shard = data.select(&sharding.deal(n, m, Seed(seed)).unwrap()[i]);
                let local = Objective { data: &shard, loss: Loss::Logistic, lambda: 0.1 };
                let seen = sketch(sharding, n, m, i, seed)
                    .into_iter()
                    .chain(local.gradient(&w))
                    .chain(entries(&local.hessian(&w), d));
                for (at, v) in seen.enumerate() {
                    sum[at] += v / draws as f64;
                    squares[at] += v * v / draws as f64;
                }
            }
            for (at, wanted) in wanted.iter().enumerate() {
                let error = ((squares[at] - sum[at] * sum[at]) / draws as f64).sqrt();
                let off = (sum[at] - wanted).abs() / error;
                assert!(
                    off <= 6.0,
                    "{sharding:?}, worker {i}, entry {at}: {} is {off:.1} errors off {wanted}",
                    sum[at]
                );
                assert!(error < 0.1 * wanted.abs().max(0.5), "an error of {error} shows nothing");
            }
        }
    }
}

/// With replacement the workers draw apart: their counts of a row do not vary together. In a partition they do.
#[test]
fn workers_draw_independently_with_replacement_only() {
    let (n, m, draws) = (8, 2, 4000);
    let covariance = |sharding| {
        let pairs = (0..draws).map(|seed| (sketch(sharding, n, m, 0, seed)[0], sketch(sharding, n, m, 1, seed)[0]));
        pairs.map(|(a, b)| (a - 1.0) * (b - 1.0)).sum::<f64>() / draws as f64
    };
    // A count is (n/s) Bin(s, 1/n): variance (n/s)(1 - 1/n) = 1.75. In a partition exactly (2 - 1)(0 - 1) = -1.
    let (apart, together) = (covariance(Sharding::WithReplacement), covariance(Sharding::Partition));
    assert!(apart.abs() < 6.0 * 1.75 / (draws as f64).sqrt(), "{apart}");
    assert_eq!(together, -1.0);
}

#[test]
fn the_minimiser_is_the_oracles() {
    let sets = [
        synthetic::a9a_like(5000, Seed(6)),
        synthetic::w5a_like(5000, Seed(6)),
        classes(5000, 20, 6),
        classes(40, 60, 6),
    ];
    for data in &sets {
        for lambda in [1e-2, 1e-3] {
            for loss in LOSSES {
                let what = format!("{}, {loss:?}, lambda {lambda}", data.name);
                let f = Objective { data, loss, lambda };
                let got = minimise(&f, 1e-12).unwrap_or_else(|e| panic!("{what}: {e}"));
                let at_zero = norm(&f.gradient(&vec![0.0; data.cols()]));
                assert!(got.gradient_norm <= 1e-12 * at_zero, "{what}: {:e}", got.gradient_norm);
                assert!(got.iterations <= 30, "{what}: {} steps", got.iterations);
                let wanted = formulas::minimiser(data, loss, lambda, 1e-13).unwrap_or_else(|e| panic!("{what}: {e}"));
                close(&what, &got.w, &wanted, 1e-9);
            }
        }
    }
}

/// Where w* = 0 the gradient at the start is all rounding: that is within "the scale of g's rounding" that
/// [`minimise`] says it stops at, and no reason to stall.
#[test]
fn a_minimiser_at_the_start_is_found() {
    // 0.1 + 0.2 - 0.3 is 5.6e-17, not 0.
    let by_hand = dense(1, &[0.1, 0.2, 0.3], &[1.0, 1.0, -1.0]);
    // Every row once with each label.
    let rows: Vec<usize> = (0..50).chain(0..50).collect();
    let mut twice = classes(50, 6, 3).select(&rows);
    twice.labels[50..].iter_mut().for_each(|y| *y = -*y);
    let zeros = Dataset { labels: vec![0.0; 50], ..classes(50, 6, 3) };
    for (what, data, loss) in [
        ("no label, squared", &zeros, Loss::Squared),
        ("by hand, logistic", &by_hand, Loss::Logistic),
        ("each label once, logistic", &twice, Loss::Logistic),
        ("each label once, squared", &twice, Loss::Squared),
    ] {
        for lambda in [1e-2, 1.0] {
            let got =
                minimise(&Objective { data, loss, lambda }, 1e-12).unwrap_or_else(|e| panic!("{what}, {lambda}: {e}"));
            assert!(norm(&got.w) < 1e-13, "{what}, {lambda}: {:?}", got.w);
        }
    }
}

/// COMRADE without liars comes close to w*, and closer with fewer workers; GIANT too, whose gradient is exact.
#[test]
fn honest_runs_come_close_to_the_minimiser() {
    let data = synthetic::a9a_like(4000, Seed(7));
    let exact = formulas::minimiser(&data, Loss::Logistic, 1e-2, 1e-12).unwrap();
    let apart = |method, workers| {
        let run = Experiment { iterations: 10, ..Experiment::new(&data, workers) };
        distance(run.run(method).unwrap().last(), &exact)
    };
    let [one, few, many] = [1, 4, 20].map(|m| apart(Method::Comrade, m));
    let giant = apart(Method::Giant, 20);
    println!("COMRADE with 1, 4, 20 workers: {one:e}, {few:e}, {many:e}; GIANT with 20: {giant:e}");
    assert!(one < 1e-12 && few < many && many < 0.2, "{one:e} {few:e} {many:e}");
    assert!(giant < 1e-6, "{giant:e}");
}

/// Twelve rows in three shards, the last of them rank one: worker 2's H_2 is singular without a ridge.
fn with_a_singular_shard(lambda: f64, attack_on_it: Option<&str>) -> InProcess {
    let mut values = point(16);
    values.extend([1.0, 2.0, -1.0, -2.0, 2.0, 4.0, 0.5, 1.0]);
    let labels = [1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0];
    let shards = [(0..4).collect(), (4..8).collect(), (8..12).collect::<Vec<_>>()];
    let attacks = vec![None, None, attack_on_it.map(|spec| attack::parse(spec).unwrap())];
    let data = dense(2, &values, &labels);
    Simulation::dealt(&data, shards.to_vec()).lambda(lambda).attacks(attacks).build().unwrap()
}

#[test]
fn a_singular_shard_of_an_honest_worker_takes_a_trim_or_is_an_error_that_names_it() {
    let why = Missing::Failed(Singular { pivot: 1, dimension: 2 });
    for method in METHODS {
        let error = play(&mut with_a_singular_shard(0.0, None), method, 0.0, 3).unwrap_err();
        let Cause::Aggregate { absent, .. } = &error.cause else { panic!("{method:?}: {error}") };
        assert_eq!((error.iteration, &absent[..]), (0, &[(WorkerId(2), why)][..]), "{method:?}");
        let message = error.to_string();
        assert!(message.contains("worker 2") && message.contains("singular"), "{message}");
        for lambda in [0.0, 1e-3] {
            play(&mut with_a_singular_shard(lambda, None), method, 0.34, 3).unwrap();
        }
    }
}

#[test]
fn a_singular_shard_of_a_byzantine_worker_stops_nothing() {
    for method in METHODS {
        for spec in ["gaussian:5", "silent", "negative:1", "flipped-label"] {
            let got = play(&mut with_a_singular_shard(0.0, Some(spec)), method, 0.34, 3)
                .unwrap_or_else(|e| panic!("{method:?}, {spec}: {e}"));
            assert!(got.last().iter().all(|v| v.is_finite()), "{method:?}, {spec}: {:?}", got.last());
        }
    }
}

/// One-hot groups are dependent: without a ridge their Hessian is singular, and the first worker says so.
#[test]
fn one_hot_data_need_a_ridge() {
    let data = synthetic::a9a_like(2000, Seed(8));
    let got = Experiment { lambda: 0.0, ..Experiment::new(&data, 5) }.run(Method::Comrade);
    let Err(SolveError { cause: Cause::Aggregate { absent, .. }, .. }) = got else {
        panic!("{got:?}");
    };
    let (worker, why) = absent[0];
    assert!(worker == WorkerId(0) && matches!(why, Missing::Failed(Singular { dimension: 123, .. })), "{why}");
}
