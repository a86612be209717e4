//! What the oracle measures and what the ladders say, against values worked out on paper for a handful of rows.
//!
//! Squared loss: a_j = x_j, b_j = (x_j'w - y_j) x_j.

use crate::claims::{TAIL, claim, lines};
use crate::support::{close, dense};
use comrade::aggregate::Aggregate;
use comrade::loss::Loss;
use comrade::protocol::{Missing, WorkerId};
use comrade::shard::Sharding;
use comrade_verify::claim::{At, Claim, Mode, Reading};
use comrade_verify::oracle::landscape::{Ground, Landscape, Moments, norm};
use comrade_verify::oracle::sketch::{Counts, Round, Sketch, measure};
use comrade_verify::quantity::{epsilon, eta, ridge, spectrum, trim, zeta};
use comrade_verify::report::{Named, disagreement};
use comrade_verify::run::{Draw, Place, Played};
use comrade_verify::scenario;
use ladder::{Judgement, Verdict, judge};

#[track_caller]
fn is(what: &str, got: f64, wanted: f64) {
    close(what, &[got], &[wanted], 1e-13);
}

/// Everything that the iterate fixes, against numbers from paper.
#[track_caller]
fn is_place(at: &Landscape<'_>, wanted: &Place) {
    assert_eq!((at.rows(), at.dimension(), at.rank()), (wanted.rows, wanted.dimension, wanted.rank));
    is("mu", at.mu, wanted.mu);
    is("nu", at.nu(), wanted.nu);
    is("sigma_min", at.sigma_min(), wanted.sigma_min);
    is("sigma_max", at.sigma_max(), wanted.sigma_max);
    is("P", norm(&at.white_gradient), wanted.p);
    is("L", at.ground.lipschitz, wanted.lipschitz);
    is("ridge leverage", at.ridge_leverage, wanted.ridge_leverage);
    for (what, got, wanted) in [("b", at.b, wanted.b), ("white b", at.white_b, wanted.white_b)] {
        is(&format!("largest {what}"), got.largest, wanted.largest);
        is(&format!("largest centred {what}"), got.largest_centred, wanted.largest_centred);
        is(&format!("trace of {what}"), got.trace, wanted.trace);
    }
}

fn aggregate(vector: &[f64], kept: &[usize], trimmed: &[usize]) -> Aggregate {
    let ids = |set: &[usize]| set.iter().copied().map(WorkerId).collect();
    Aggregate { vector: vector.to_vec(), kept: ids(kept), trimmed: ids(trimmed) }
}

/// The judgement of one hand-made draw, a posteriori.
fn alone(claim: &Claim, draw: &Draw) -> Judgement {
    judge(claim, Mode::APosteriori, std::slice::from_ref(draw), TAIL, 1.0)
}

fn drawn(place: &Place, sketch: &Sketch, sharding: Sharding) -> Draw {
    Draw {
        number: 7,
        iterate: 0,
        sharding,
        place: *place,
        sketch: sketch.clone(),
        travel: None,
        expected_deviation: None,
        stride: None,
    }
}

/// n = 3, d = 1, m = 1, lambda = 0, w = 0; the worker drew rows 0, 1, 1, 1.
///
/// x = (5, 1, 1): H = 27/3 = 9, H_1 = (25 + 3)/4 = 7. y = (5, 5, -3): g = -(25 + 5 - 3)/3 = -9, g_1 = -(25 + 15)/4 = -10.
/// So p* = -1, P = 3 and p_1 = -10/7.
#[test]
fn printed_lemma_5_fails_by_exactly_three_halves_in_one_dimension() {
    let data = dense(1, &[5.0, 1.0, 1.0], &[5.0, 5.0, -3.0]);
    let ground = Ground::new(&data, Loss::Squared, 0.0).unwrap();
    let at = Landscape::new(&ground, &[0.0]).unwrap();
    // b = (-25, -5, 3), mean -9: centred (-16, 4, 12), squares 256 + 16 + 144 = 416.
    let place = Place {
        rows: 3,
        dimension: 1,
        rank: 1,
        mu: 3.0 * 25.0 / 27.0,
        nu: 1.0,
        sigma_min: 9.0,
        sigma_max: 9.0,
        p: 3.0,
        lipschitz: 0.0,
        ridge_leverage: 25.0 / 9.0,
        b: Moments { largest: 25.0, largest_centred: 16.0, trace: 416.0 / 3.0 },
        white_b: Moments { largest: 25.0 / 3.0, largest_centred: 16.0 / 3.0, trace: 416.0 / 27.0 },
    };
    is_place(&at, &place);

    let p_1 = -10.0 / 7.0;
    let (shards, replies) = ([vec![0, 1, 1, 1]], [Ok(vec![p_1])]);
    let mean = aggregate(&[p_1], &[0], &[]);
    let round = Round { shards: &shards, lies: &[false], replies: &replies, aggregate: &mean };
    let sketch = measure(&at, round).unwrap();
    let counts = Counts { workers: 1, honest: 1, kept: 1, shard: 4, ..Counts::default() };
    assert_eq!(sketch.counts, counts);
    // K_1 = E_1 = 7/9 - 1.
    for (what, got) in [("local", sketch.eta_local), ("bar", sketch.eta_bar), ("ridge", sketch.eta_ridge)] {
        is(what, got, 2.0 / 9.0);
    }
    is("tau", sketch.tau, 9.0 / 7.0);
    is("omega", sketch.omega, 2.0 / 7.0);
    is("omega_mean", sketch.omega_mean, 2.0 / 7.0);
    is("deviation", sketch.deviation.max, 1.0);
    is("white deviation", sketch.white_deviation.mean, 1.0 / 3.0);
    is("mean white deviation", sketch.white_mean_deviation, 1.0 / 3.0);
    // 3 |g_1 - g| / 7; 3 |g| (1/7 - 1/9); their sum, as both pull the same way.
    is("T1", sketch.gradient_error, 3.0 / 7.0);
    is("T2", sketch.giant_error, 6.0 / 7.0);
    is("error", sketch.error, 9.0 / 7.0);
    is("local error", sketch.local_error, 9.0 / 7.0);
    is("rho", sketch.rho, 1.0);
    assert!(sketch.disagreement < 1e-14);

    let draw = drawn(&place, &sketch, Sharding::WithReplacement);
    let seen = At { draw: &draw, mode: Mode::APosteriori, reading: Reading::Printed };
    is("eta", eta::eta(seen), 2.0 / 9.0);
    // zeta = e + e^2/(1 - e) = e/(1 - e); eps = (1/3)/(7/9); zeta P = 2 eps.
    is("zeta", zeta::zeta(seen), 2.0 / 7.0);
    is("eps", epsilon::eps(seen), 3.0 / 7.0);

    // Printed: 1/2 (9/7)^2, the same, (3/7)^2 + (6/7)^2 on every line, and half of the last square gone in the bound.
    let printed = claim("lemma-5", Reading::Printed);
    let wanted = [81.0 / 98.0, 81.0 / 98.0, 45.0 / 49.0, 45.0 / 49.0, 45.0 / 49.0, 45.0 / 49.0, 27.0 / 49.0];
    close("printed ladder", &lines(printed, Mode::APosteriori, &draw), &wanted, 1e-13);
    let judgement = alone(printed, &draw);
    assert_eq!(judgement.verdict, Verdict::Violated);
    is("ratio", judgement.ratio.unwrap().max, 1.5);
    let last = &*printed.ladder.last().unwrap().formula;
    let witness = judgement.witness.unwrap();
    assert_eq!((witness.draw, witness.iterate, witness.breaks_at.as_str()), (7, 0, last));
    is("measured", witness.measured, 81.0 / 98.0);
    is("bound", witness.bound, 27.0 / 49.0);
    let broken: Vec<usize> = judgement.ladder.iter().map(|step| step.broken).collect();
    assert_eq!(broken, [0, 0, 0, 0, 0, 0, 1], "only the last step is broken");

    for reading in [Reading::Rederived, Reading::Sharpened] {
        let judgement = alone(claim("lemma-5", reading), &draw);
        assert_eq!(judgement.verdict, Verdict::Holds, "{reading:?}");
        is("ratio", judgement.ratio.unwrap().max, 1.0);
        // Tight: a bound lower by a millionth fails.
        let control =
            judge(claim("lemma-5", reading), Mode::APosteriori, std::slice::from_ref(&draw), TAIL, 1.0 - 1e-6);
        assert_eq!(control.verdict, Verdict::Violated, "{reading:?}");
    }
}

/// n = 2, d = 1, lambda = 4, w = 1.
///
/// x = (1, 3): H = (1 + 9)/2 + 4 = 9. y = (-3, 1): b = ((1 + 3) 1, (3 - 1) 3) = (4, 6), g = 5 + 4 = 9, p* = 1, P = 3.
const PAIR: Place = Place {
    rows: 2,
    dimension: 1,
    rank: 1,
    // u^2 = (1/10, 9/10).
    mu: 1.8,
    nu: 5.0 / 9.0,
    sigma_min: 9.0,
    sigma_max: 9.0,
    p: 3.0,
    lipschitz: 0.0,
    ridge_leverage: 1.0,
    b: Moments { largest: 6.0, largest_centred: 1.0, trace: 1.0 },
    white_b: Moments { largest: 2.0, largest_centred: 1.0 / 3.0, trace: 1.0 / 9.0 },
};

/// What two honest workers with one row each give, whoever else is there.
///
/// H_i = (5, 13), g_i = (8, 10), p_i = (8/5, 10/13); K_i = -+4/5, E_i = -+4/9, (I + E_i)^{-1} = (9/5, 9/13).
#[track_caller]
fn is_pair(sketch: &Sketch) {
    is("eta_local", sketch.eta_local, 4.0 / 5.0);
    assert!(sketch.eta_bar < 1e-15, "a partition with equal blocks: {}", sketch.eta_bar);
    is("eta_ridge", sketch.eta_ridge, 4.0 / 9.0);
    is("tau", sketch.tau, 9.0 / 5.0);
    is("omega", sketch.omega, 4.0 / 5.0);
    // 1/2 (9/5 + 9/13) = 81/65.
    is("omega_mean", sketch.omega_mean, 16.0 / 65.0);
    is("max deviation", sketch.deviation.max, 1.0);
    is("mean deviation", sketch.deviation.mean, 1.0);
    is("max white deviation", sketch.white_deviation.max, 1.0 / 3.0);
    is("mean white deviation", sketch.white_deviation.mean, 1.0 / 3.0);
    assert!(sketch.white_mean_deviation < 1e-15, "{}", sketch.white_mean_deviation);
    // 3/5 and 3/13.
    is("mean local gradient error", sketch.local_gradient_error, 27.0 / 65.0);
    // 3 |8/5 - 1| and 3 |10/13 - 1|.
    is("local error", sketch.local_error, 9.0 / 5.0);
    is("local size", sketch.local_size, 24.0 / 5.0);
    // ptilde = 81/65, phat_M = 77/65.
    is("T2", sketch.giant_error, 48.0 / 65.0);
    is("T1", sketch.gradient_error, 12.0 / 65.0);
    is("||p*||", sketch.newton_size, 1.0);
}

#[test]
fn two_workers_that_share_two_rows() {
    let data = dense(1, &[1.0, 3.0], &[-3.0, 1.0]);
    let ground = Ground::new(&data, Loss::Squared, 4.0).unwrap();
    let at = Landscape::new(&ground, &[1.0]).unwrap();
    is_place(&at, &PAIR);

    let (shards, replies) = ([vec![0], vec![1]], [Ok(vec![8.0 / 5.0]), Ok(vec![10.0 / 13.0])]);
    let mean = aggregate(&[77.0 / 65.0], &[0, 1], &[]);
    let round = Round { shards: &shards, lies: &[false; 2], replies: &replies, aggregate: &mean };
    let sketch = measure(&at, round).unwrap();
    assert_eq!(sketch.counts, Counts { workers: 2, honest: 2, kept: 2, shard: 1, ..Counts::default() });
    is_pair(&sketch);
    is("error", sketch.error, 36.0 / 65.0);
    is("rho", sketch.rho, 1.0);
    is("message error", sketch.message_error, 9.0 / 5.0);
    is("message distance", sketch.message_distance, 3.0 / 5.0);
    is("message size", sketch.message_size, 8.0 / 5.0);
    is("honest part", sketch.honest_part, 36.0 / 65.0);
    is("trimmed part", sketch.trimmed_part, 0.0);
    is("byzantine part", sketch.byzantine_part, 0.0);

    let draw = drawn(&PAIR, &sketch, Sharding::Partition);
    let seen = At { draw: &draw, mode: Mode::APosteriori, reading: Reading::Printed };
    is("eta", eta::eta(seen), 4.0 / 5.0);
    is("kappa", spectrum::kappa(seen), 1.0);
    is("eps", epsilon::eps(seen), 5.0 / 3.0);
    is("eps_max", epsilon::eps_max(seen), 5.0 / 3.0);
    // 5/9 (4/5 / sqrt 2 + (16/25)/(1/5)).
    is("zeta", zeta::zeta(seen), 5.0 / 9.0 * (0.4 * 2.0_f64.sqrt() + 3.2));
    is("zeta_1", zeta::zeta_1(seen), 20.0 / 9.0);
    is("printed zeta_1", zeta::zeta_1_printed(seen), 25.0 / 9.0);
    is("tau", ridge::tau(seen), 9.0 / 5.0);

    // zeta > 1 is no premise of Lemma 5: the printed and the rederived bound say something, and much too much.
    for reading in [Reading::Printed, Reading::Rederived] {
        let judgement = alone(claim("lemma-5", reading), &draw);
        assert_eq!((judgement.verdict, judgement.unmet), (Verdict::Holds, None), "{reading:?}");
    }
    // 1/2 (36/65)^2; T1 + T2 = 12/65 + 48/65; T1 + (16/65) 3; 0 + (4/5)(1/3) + (16/65) 3 = 196/195.
    let sharpened = claim("lemma-5", Reading::Sharpened);
    let wanted = [36.0 / 65.0, 60.0 / 65.0, 60.0 / 65.0, 196.0 / 195.0].map(|v: f64| 0.5 * v * v);
    close("sharpened ladder", &lines(sharpened, Mode::APosteriori, &draw), &wanted, 1e-13);
    let judgement = alone(sharpened, &draw);
    assert_eq!(judgement.verdict, Verdict::Holds);
    is("ratio", judgement.ratio.unwrap().max, (108.0_f64 / 196.0).powi(2));
}

#[test]
fn a_liar_is_kept_and_an_honest_worker_trimmed() {
    let data = dense(1, &[1.0, 3.0], &[-3.0, 1.0]);
    let ground = Ground::new(&data, Loss::Squared, 4.0).unwrap();
    let at = Landscape::new(&ground, &[1.0]).unwrap();
    // The liar holds both rows and sends 1/2; by size 1/2 < 10/13 < 8/5, so worker 0 is trimmed.
    let shards = [vec![0], vec![1], vec![0, 1]];
    let step = 0.5 * (10.0 / 13.0 + 0.5);
    let kept = aggregate(&[step], &[1, 2], &[0]);
    let replies = [Ok(vec![8.0 / 5.0]), Ok(vec![10.0 / 13.0]), Ok(vec![0.5])];
    let round = Round { shards: &shards, lies: &[false, false, true], replies: &replies, aggregate: &kept };
    let sketch = measure(&at, round).unwrap();
    let counts = Counts {
        workers: 3,
        honest: 2,
        byzantine: 1,
        kept: 2,
        trimmed: 1,
        kept_byzantine: 1,
        trimmed_honest: 1,
        shard: 1,
    };
    assert_eq!(sketch.counts, counts);
    is_pair(&sketch);
    // The step is 33/52.
    is("error", sketch.error, 57.0 / 52.0);
    // 3/2 (3/5 - 3/13), 3/2 (3/5), 3/2 (1/2 - 1); and 36/65 - 9/10 - 3/4 = -57/52.
    is("honest part", sketch.honest_part, 36.0 / 65.0);
    is("trimmed part", sketch.trimmed_part, 9.0 / 10.0);
    is("byzantine part", sketch.byzantine_part, 3.0 / 4.0);
    is("byzantine mean square", sketch.byzantine_mean_square, 0.25);
    is("message size", sketch.message_size, 8.0 / 5.0);
    is("rho", sketch.rho, 1.0);

    let draw = drawn(&PAIR, &sketch, Sharding::WithReplacement);
    let seen = At { draw: &draw, mode: Mode::APosteriori, reading: Reading::Sharpened };
    is("a", trim::a(seen), 1.0);
    is("c", trim::c(seen), 0.5);
    is("t", trim::t(seen), 0.5);
    is("k", trim::k(seen), 0.0);
    // c = 1/2, kappa = 1: 1/2 (e/2 + (e + 6)/2)^2 with e = 9/5, then with e = eps + omega P = 3/5 + 12/5 = 3.
    let sharpened = claim("lemma-7", Reading::Sharpened);
    let wanted = [57.0 / 52.0, 24.0 / 5.0, 6.0].map(|v: f64| 0.5 * v * v);
    close("lemma 7", &lines(sharpened, Mode::APosteriori, &draw), &wanted, 1e-13);
    assert_eq!(alone(sharpened, &draw).verdict, Verdict::Holds);
    // The printed one asks for alpha < beta.
    let judgement = alone(claim("lemma-7", Reading::Printed), &draw);
    assert_eq!((judgement.verdict, judgement.unmet.as_deref()), (Verdict::Vacuous, Some("α < β, or α = 0")));

    // The printed terms all the same, as the ladder has them: eps = 5/3, zeta_M = zeta_{M and T} = zeta(2), a = 1.
    let z2 = (5.0 / 9.0 * (0.4 * 2.0_f64.sqrt() + 3.2)).powi(2) * 9.0;
    let (one, two) = (25.0 / 9.0 + z2, 2.0 * (25.0 / 9.0 + z2));
    // Term2 = 2 (9/10)^2, Term3 = 2 (3/4)^2; 2 sigma_max (1/2)^2 = 9/2; then by sizes, by distance, by H^{1/2}.
    let by_size = 9.0 * (64.0 / 25.0 + 1.0);
    let by_distance = 9.0 * (9.0 / 25.0 + 2.0);
    let local = 81.0 / 25.0 + 18.0;
    let (zp, eps) = (625.0 / 81.0, 25.0 / 9.0);
    let in_zeta = eps + (2.0 + zp) * 9.0;
    // eps_byz^2 = (3 + 1) eps^2, zeta_byz^2 P^2 = 3 z2 + (2 + zeta_1^2) 9.
    let zeta_byz = 3.0 * z2 + (2.0 + zp) * 9.0;
    let gap = 0.5 * (57.0_f64 / 52.0).powi(2);
    let parts = (36.0_f64 / 65.0).powi(2) + 2.0 * 0.81 + 2.0 * 0.5625;
    let wanted = [
        gap,
        parts,
        one + 2.0 * 0.81 + 2.0 * 0.5625,
        one + two + 2.0 * 0.5625,
        one + two + 4.5 * 0.25,
        one + two + by_size,
        one + two + by_distance,
        one + two + local,
        one + two + in_zeta,
        4.0 * eps + zeta_byz,
        4.0 * eps + 0.5 * zeta_byz,
    ];
    let ladder = lines(claim("lemma-7", Reading::Printed), Mode::APosteriori, &draw);
    for (k, (got, wanted)) in ladder.iter().zip(&wanted).enumerate() {
        is(&format!("printed lemma 7, line {k}"), *got, *wanted);
    }
    assert_eq!(ladder.len(), wanted.len());

    // Worker 0 now sends half of its direction: ||Q - p||^2 = ||p||^2/4, and 4/5 > 10/13 is still the largest.
    let replies = [Ok(vec![4.0 / 5.0]), Ok(vec![10.0 / 13.0]), Ok(vec![0.5])];
    let round = Round { shards: &shards, lies: &[false, false, true], replies: &replies, aggregate: &kept };
    let sketch = measure(&at, round).unwrap();
    assert_eq!(sketch.counts, counts);
    is_pair(&sketch);
    is("rho", sketch.rho, 3.0 / 4.0);
    is("message error", sketch.message_error, 9.0 / 13.0);
    is("message distance", sketch.message_distance, 3.0 / 13.0);
    is("message size", sketch.message_size, 4.0 / 5.0);
    // 3/2 (-1/5 - 3/13), 3/2 (1/5).
    is("honest part", sketch.honest_part, 42.0 / 65.0);
    is("trimmed part", sketch.trimmed_part, 3.0 / 10.0);
    is("error", sketch.error, 57.0 / 52.0);
    let draw = drawn(&PAIR, &sketch, Sharding::WithReplacement);
    let seen = At { draw: &draw, mode: Mode::APosteriori, reading: Reading::Sharpened };
    is("k", trim::k(seen), 0.25);
    // c = 1/2, so 1/2 (e + 3)^2 with e = 9/13; 1/2 24/5 + 9/5; 1/2 (3/5 + 9/5 3) + 3/5 + 4/5 3 = 6.
    let sharpened = claim("lemma-10", Reading::Sharpened);
    let wanted = [57.0 / 52.0, 48.0 / 13.0, 36.0 / 5.0, 9.0].map(|v: f64| 0.5 * v * v);
    close("lemma 10", &lines(sharpened, Mode::APosteriori, &draw), &wanted, 1e-13);
    assert_eq!(alone(sharpened, &draw).verdict, Verdict::Holds);
    // A message of a liar that cannot be read is no one's error.
    let replies = [Ok(vec![4.0 / 5.0]), Ok(vec![10.0 / 13.0]), Err(Missing::Silent)];
    let kept = aggregate(&[10.0 / 13.0], &[1], &[0, 2]);
    let round = Round { shards: &shards, lies: &[false, false, true], replies: &replies, aggregate: &kept };
    let sketch = measure(&at, round).unwrap();
    assert_eq!((sketch.counts.kept_byzantine, sketch.counts.trimmed), (0, 2));
    is("error", sketch.error, 9.0 / 13.0);
    assert_eq!(sketch.byzantine_part, 0.0);
}

#[test]
fn an_honest_message_that_is_not_a_number_is_a_disagreement_with_the_oracle() {
    let data = dense(1, &[1.0, 3.0], &[-3.0, 1.0]);
    let ground = Ground::new(&data, Loss::Squared, 4.0).unwrap();
    let at = Landscape::new(&ground, &[1.0]).unwrap();
    let scenario = scenario::all().into_iter().find(|s| !s.compresses()).unwrap();
    // The rule trims worker 0 whatever it sends, so nothing else would show that an honest worker sent this.
    for (message, detected) in
        [(Ok(vec![8.0 / 5.0]), false), (Ok(vec![1.7]), true), (Ok(vec![f64::NAN]), true), (Err(Missing::Silent), true)]
    {
        let (shards, kept) = ([vec![0], vec![1], vec![0, 1]], aggregate(&[33.0 / 52.0], &[1, 2], &[0]));
        let replies = [message.clone(), Ok(vec![10.0 / 13.0]), Ok(vec![0.5])];
        let round = Round { shards: &shards, lies: &[false, false, true], replies: &replies, aggregate: &kept };
        let draw = drawn(&PAIR, &measure(&at, round).unwrap(), Sharding::WithReplacement);
        let played = Played { scenario: scenario.clone(), trajectories: vec![draw], fresh: vec![] };
        let found = disagreement(&[Named { name: "pair".into(), data: "pair".into(), played }]);
        assert_eq!(found.is_some(), detected, "worker 0 sends {message:?}");
    }
}

/// n = 4, d = 2, lambda = 0, w = 0; x = (4, 0), (0, 2), 0, 0 and y = (1, 1, 0, 0), which w = (1/4, 1/2) fits exactly.
///
/// H = diag(4, 1), b = (-4, 0), (0, -2), 0, 0, g = (-1, -1/2), p* = (-1/4, -1/2). Worker 0 holds rows 0, 1 and worker 1
/// rows 0, 0, 1: H_i = diag(8, 2), diag(32/3, 4/3), and every p_i = p*.
#[test]
fn two_dimensions_in_which_every_worker_is_exact() {
    let data = dense(2, &[4.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0], &[1.0, 1.0, 0.0, 0.0]);
    let ground = Ground::new(&data, Loss::Squared, 0.0).unwrap();
    let at = Landscape::new(&ground, &[0.0, 0.0]).unwrap();
    let place = Place {
        rows: 4,
        dimension: 2,
        rank: 2,
        mu: 2.0,
        nu: 1.0,
        sigma_min: 1.0,
        sigma_max: 4.0,
        p: 0.5_f64.sqrt(),
        lipschitz: 0.0,
        ridge_leverage: 4.0,
        // Centred: (-3, 1/2), (1, -3/2), (1, 1/2) twice.
        b: Moments { largest: 4.0, largest_centred: 9.25_f64.sqrt(), trace: 3.75 },
        // (-2, 0), (0, -2), 0, 0 around (-1/2, -1/2).
        white_b: Moments { largest: 2.0, largest_centred: 2.5_f64.sqrt(), trace: 1.5 },
    };
    is_place(&at, &place);
    let step = vec![-0.25, -0.5];
    let (shards, replies) = ([vec![0, 1], vec![0, 0, 1]], [Ok(step.clone()), Ok(step.clone())]);
    let mean = aggregate(&step, &[0, 1], &[]);
    let round = Round { shards: &shards, lies: &[false; 2], replies: &replies, aggregate: &mean };
    let sketch = measure(&at, round).unwrap();
    assert_eq!(sketch.counts, Counts { workers: 2, honest: 2, kept: 2, shard: 2, ..Counts::default() });
    // K_0 = I, K_1 = diag(5/3, 1/3), their mean diag(4/3, 2/3); E_i = K_i.
    is("eta_local", sketch.eta_local, 5.0 / 3.0);
    is("eta_bar", sketch.eta_bar, 4.0 / 3.0);
    is("eta_ridge", sketch.eta_ridge, 5.0 / 3.0);
    // (I + E_i)^{-1} = I/2 and diag(3/8, 3/4), their mean diag(7/16, 5/8).
    is("tau", sketch.tau, 3.0 / 4.0);
    is("omega", sketch.omega, 5.0 / 8.0);
    is("omega_mean", sketch.omega_mean, 9.0 / 16.0);
    // g_i - g = (-1, -1/2), (-5/3, -1/6); divided by (2, 1).
    is("max deviation", sketch.deviation.max, 101.0_f64.sqrt() / 6.0);
    is("mean deviation", sketch.deviation.mean, 0.5 * (1.25_f64.sqrt() + 101.0_f64.sqrt() / 6.0));
    is("max white deviation", sketch.white_deviation.max, 26.0_f64.sqrt() / 6.0);
    is("mean white deviation", sketch.white_deviation.mean, 0.5 * (0.5_f64.sqrt() + 26.0_f64.sqrt() / 6.0));
    is("white mean deviation", sketch.white_mean_deviation, 5.0_f64.sqrt() / 3.0);
    // ptilde_i - p*: (I + E_i)^{-1} shrinks (1/2, 1/2) by (7/16, 5/8), and T1 makes up for it.
    let t2 = 0.5 * ((9.0_f64 / 16.0).powi(2) + (3.0_f64 / 8.0).powi(2)).sqrt();
    is("T2", sketch.giant_error, t2);
    is("T1", sketch.gradient_error, t2);
    for (what, zero) in [("error", sketch.error), ("local", sketch.local_error), ("message", sketch.message_error)] {
        assert!(zero < 1e-15, "{what}: {zero}");
    }
    let draw = drawn(&place, &sketch, Sharding::WithReplacement);
    let seen = At { draw: &draw, mode: Mode::APosteriori, reading: Reading::Printed };
    is("kappa", spectrum::kappa(seen), 4.0);
    is("eta", eta::eta(seen), 4.0 * 2.0_f64.sqrt() / 3.0);
    assert_eq!(alone(claim("lemma-5", Reading::Printed), &draw).unmet.as_deref(), Some("η < 1"));
    assert_eq!(alone(claim("lemma-5", Reading::Sharpened), &draw).verdict, Verdict::Holds);
}

#[test]
fn the_lipschitz_constant_takes_the_smaller_of_its_two_bounds() {
    // x = (1, 2): mean |x|^3 = 9/2, max |x| mean x^2 = 5; x = (1, 1, 3): 29/3 against 11. Parallel rows of one length: equal.
    let constant = 6.0 * 3.0_f64.sqrt();
    for (x, wanted) in [(vec![1.0, 2.0], 4.5), (vec![1.0, 1.0, 3.0], 29.0 / 3.0), (vec![2.0, -2.0], 8.0)] {
        let data = dense(1, &x, &vec![1.0; x.len()]);
        is("L", Ground::new(&data, Loss::Logistic, 0.1).unwrap().lipschitz, wanted / constant);
    }
    // In two dimensions orthogonal rows of length 2: 8 against 2 * 2.
    let data = dense(2, &[2.0, 0.0, 0.0, 2.0], &[1.0, -1.0]);
    is("L", Ground::new(&data, Loss::Logistic, 0.1).unwrap().lipschitz, 4.0 / constant);
}
