//! The norm-shadow attack against hand-solved cases, random directions and ascents; kept apart for its length.

use super::*;
use crate::aggregate::{Aggregator, NormTrimmedMean};
use crate::cluster::{Cluster, Reply};
use crate::data::synthetic::{self, Gaussian, Task};
use crate::data::{Dataset, Dense, Features};
use crate::kernel::dot;
use crate::loss::Loss;
use crate::objective::Objective;
use crate::simulation::Simulation;
use crate::stream::{Purpose, Seed};
use faer::Mat;
use proptest::prelude::*;
use rand::RngExt;
use rand_distr::StandardNormal;

fn stream() -> Stream {
    Seed(4).stream(Purpose::new("test"), 0, 0)
}

fn dataset(cols: usize, values: &[f64], labels: &[f64]) -> Dataset {
    let x = Dense::new(labels.len(), cols, values.to_vec()).unwrap();
    Dataset::new("by hand", Features::Dense(x), labels.to_vec())
}

fn squared(data: &Dataset, lambda: f64) -> Option<Objective<'_>> {
    Some(Objective { data, loss: Loss::Squared, lambda })
}

/// What one liar sends among these, at w = 0.
fn sent(beta: f64, liars: usize, honest: &[&[f64]], global: Option<Objective<'_>>) -> Vec<f64> {
    let d = honest.first().map_or(2, |v| v.len());
    let (w, own) = (vec![0.0; d], vec![9.0; d]);
    let view = View { honest, liars, global, ..View::alone(Ask::Direction { w: &w }, &own) };
    let attack = NormShadow { beta: TrimFraction::new(beta).unwrap() };
    let Message::Vector(q) = attack.send(&view, &mut stream()) else { panic!("a vector") };
    q
}

fn close(got: &[f64], wanted: &[f64]) {
    let near = got.len() == wanted.len() && got.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-8);
    assert!(near, "{got:?} is not {wanted:?}");
}

#[test]
fn one_dimension_by_hand() {
    // f = ((w - 1)^2 + (2 w - 3)^2)/4 + w^2/2 at w = 0: H = 3.5, g = -3.5, p* = -1.
    let data = dataset(1, &[1.0, 2.0], &[1.0, 3.0]);
    let f = squared(&data, 1.0);
    // Of four, three are kept: two honest ones and the liar just below the third. (1 + 2)/3 is above p*, so q is.
    close(&sent(0.25, 1, &[&[3.0], &[1.0], &[2.0]], f), &[3.0]);
    // (-2 - 1.5)/3 = -1.17 is below p*.
    close(&sent(0.25, 1, &[&[-1.5], &[-2.0], &[-3.0]], f), &[-3.0]);
    // Two liars of five, one more than are dropped: one honest among the three kept, or three of four.
    close(&sent(0.4, 2, &[&[1.0], &[2.0], &[3.0]], f), &[2.0]);
    close(&sent(0.2, 2, &[&[1.0], &[2.0], &[3.0]], f), &[3.0]);
    // Nothing is dropped: just below the largest. More liars than are kept: below the smallest.
    close(&sent(0.0, 1, &[&[1.0], &[2.0], &[3.0]], f), &[3.0]);
    close(&sent(0.25, 9, &[&[2.0], &[1.0], &[3.0]], f), &[1.0]);
}

#[test]
fn two_dimensions_by_hand() {
    // H = diag(1, 2) and p* = 0.
    let data = dataset(2, &[2.0, 0.0, 0.0, 2.0, 0.0, 2.0, 0.0, 0.0], &[0.0; 4]);
    let f = squared(&data, 0.0);
    // R = 1 and the two kept add up to (1.2, 0.4): multiplier 3.
    close(&sent(0.25, 1, &[&[0.6, 0.2], &[1.0, 0.0], &[0.6, 0.2]], f), &[0.6, 0.8]);
    // The hard case: they add up to (0.6, 0).
    let q = sent(0.25, 1, &[&[0.3, 0.1], &[0.3, -0.1], &[0.0, 1.0]], f);
    close(&[q[0], q[1].abs()], &[0.6, 0.8]);
    // A singular H: diag(0, 2), and nothing but the second coordinate counts.
    let flat = dataset(2, &[0.0, 2.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0], &[0.0; 4]);
    close(&sent(0.25, 1, &[&[0.6, -0.2], &[1.0, 0.0], &[0.6, -0.2]], squared(&flat, 0.0)), &[0.0, -1.0]);
}

#[test]
fn without_anything_to_go_by_it_sends_its_own() {
    let data = dataset(2, &[2.0, 0.0, 0.0, 2.0], &[1.0, 2.0]);
    let f = squared(&data, 0.1);
    let nan: &[f64] = &[f64::NAN, 0.0];
    let far = dataset(2, &[1e200, 0.0, 0.0, 1e200], &[1e200, 1.0]);
    for (honest, global) in [
        (vec![], f),
        (vec![nan, nan], f),
        (vec![&[1.0, 0.0][..]; 3], None),
        (vec![&[1.0, 0.0][..]; 3], squared(&far, 0.1)),
    ] {
        assert_eq!(sent(0.25, 1, &honest, global), [9.0, 9.0]);
    }
    // An honest message that is not finite is as good as trimmed.
    assert!((norm2(&sent(0.25, 1, &[nan, &[1.0, 0.0], &[0.0, 2.0]], f)) - 2.0).abs() < 1e-8);
    assert_eq!(sent(0.25, 1, &[&[0.0, 0.0][..]; 3], f), [0.0, 0.0]);
    let none = dataset(0, &[], &[1.0]);
    assert!(sent(0.25, 1, &[&[][..]; 3], squared(&none, 0.1)).is_empty());
}

proptest! {
    #[test]
    fn every_liar_is_kept_and_a_longer_one_is_not(
        honest in prop::collection::vec(prop::collection::vec(prop_oneof![Just(1.0), -3.0..3.0_f64], 2), 1..14),
        liars in 1_usize..6, beta in 0.0..0.5_f64, first in any::<bool>()
    ) {
        let data = dataset(2, &[2.0, 0.0, 1.0, 2.0], &[1.0, 2.0]);
        let honest: Vec<&[f64]> = honest.iter().map(Vec::as_slice).collect();
        let m = honest.len() + liars;
        let rule = NormTrimmedMean { beta: TrimFraction::new(beta).unwrap() };
        let q = sent(beta, liars, &honest, squared(&data, 0.1));
        let lying = |i: usize| if first { i < liars } else { i >= honest.len() };
        let kept = |q: &[f64]| {
            let mut truth = honest.iter();
            let say = |i| if lying(i) { q.to_vec() } else { truth.next().unwrap().to_vec() };
            let replies: Vec<Reply> = (0..m).map(say).map(Ok).collect();
            rule.aggregate(&replies, 2).unwrap().kept.iter().filter(|id| lying(id.0)).count()
        };
        prop_assert_eq!(kept(&q), liars.min(rule.beta.kept(m)));
        if rule.beta.trimmed(m) > 0 && liars <= rule.beta.kept(m) {
            let longer: Vec<f64> = q.iter().map(|x| x * (1.0 + 3e-9)).collect();
            prop_assert!(kept(&longer) < liars, "{q:?}");
        }
    }
}

/// phat'A phat about the aim, for the mean of what is kept when all liars send q.
fn damage(metric: &Mat<f64>, aim: &[f64], others: &[f64], share: f64, q: &[f64]) -> f64 {
    let off: Vec<f64> = (0..q.len()).map(|k| others[k] + share * q[k] - aim[k]).collect();
    (0..q.len()).map(|j| off[j] * dot(&off, metric.col_as_slice(j))).sum()
}

#[test]
fn no_random_direction_and_no_ascent_does_more_in_any_round() {
    let of = Gaussian { rows: 300, cols: 5, condition: 30.0, margin: 1.0, task: Task::Classification };
    let data = synthetic::gaussian(&of, Seed(6)).unwrap();
    let f = Objective { data: &data, loss: Loss::Logistic, lambda: 1e-3 };
    let (w, mut stream) = ([0.2, -0.1, 0.4, 0.0, 0.3], stream());
    let (g, h) = (f.gradient(&w), f.hessian(&w));
    let p = f.newton_direction(&w).unwrap();
    let mut inverse = Mat::zeros(5, 5);
    for k in 0..5 {
        let unit: Vec<f64> = (0..5).map(|i| f64::from(u8::from(i == k))).collect();
        let column = f.direction_for(&w, &unit).unwrap();
        (0..5).for_each(|i| inverse[(i, k)] = column[i]);
    }
    let asks = [Ask::Direction { w: &w }, Ask::Gradient { w: &w }, Ask::DirectionFor { w: &w, gradient: &g }];
    for ask in asks {
        let gradients = matches!(ask, Ask::Gradient { .. });
        let (metric, aim) = if gradients { (&inverse, &g) } else { (&h, &p) };
        let around = |x: &f64| x * (1.0 + 0.3 * stream.sample::<f64, _>(StandardNormal));
        let mut honest: Vec<Vec<f64>> = vec![aim.clone(); 8];
        honest.iter_mut().flatten().zip(aim.iter().cycle().map(around)).for_each(|(x, y)| *x = y);
        honest.sort_by(|a, b| norm2(a).total_cmp(&norm2(b)));
        let view: Vec<&[f64]> = honest.iter().map(Vec::as_slice).collect();
        let view = View { honest: &view, liars: 2, global: Some(f), ..View::alone(ask, aim) };
        let attack = NormShadow { beta: TrimFraction::new(0.2).unwrap() };
        let Message::Vector(q) = attack.send(&view, &mut stream) else { panic!("a vector") };
        // Eight of ten are kept: the liars and six honest ones.
        let others: Vec<f64> = (0..5).map(|k| honest[..6].iter().map(|v| v[k] / 8.0).sum()).collect();
        let value = |q: &[f64]| damage(metric, aim, &others, 0.25, q);
        let (radius, best) = (norm2(&q), value(&q) * (1.0 + 1e-9));
        assert!((radius / norm2(&honest[6]) - 1.0).abs() < 2e-9);
        let scaled = |v: Vec<f64>| -> Vec<f64> { v.iter().map(|x| x * radius / norm2(&v)).collect() };
        let mut random = || scaled((0..5).map(|_| stream.sample(StandardNormal)).collect());
        assert!((0..10_000).all(|_| value(&random()) <= best), "{ask:?}");
        let mut ascents = 0.0_f64;
        for _ in 0..20 {
            let mut x = random();
            for _ in 0..2000 {
                let off: Vec<f64> = (0..5).map(|k| others[k] + 0.25 * x[k] - aim[k]).collect();
                x = scaled((0..5).map(|j| dot(&off, metric.col_as_slice(j))).collect());
            }
            ascents = ascents.max(value(&x));
        }
        assert!(ascents <= best && ascents > 0.999 * best, "{ask:?}: {ascents} and {best}");
    }
}

#[test]
fn it_does_more_than_any_other_attack_through_the_cluster() {
    let of = Gaussian { rows: 20_000, cols: 5, condition: 10.0, margin: 2.0, task: Task::Classification };
    let data = synthetic::gaussian(&of, Seed(1)).unwrap();
    let (f, w) = (Objective { data: &data, loss: Loss::Logistic, lambda: 1e-3 }, [0.0; 5]);
    let (h, p) = (f.hessian(&w), f.newton_direction(&w).unwrap());
    let rule = NormTrimmedMean { beta: TrimFraction::new(0.25).unwrap() };
    let run = |spec: Option<&str>| {
        let honest = Simulation::of(&data, 20).lambda(f.lambda);
        let run = spec.into_iter().fold(honest, |run, spec| run.liars(4, spec));
        let replies = run.build().unwrap().round(Ask::Direction { w: &w }).unwrap();
        let got = rule.aggregate(&replies, 5).unwrap();
        let liars = got.kept.iter().filter(|id| id.0 < 4).count();
        let error = damage(&h, &p, &got.vector, 0.0, &[0.0; 5]).sqrt();
        println!(
            "{:>18} {error:.5}, of P {:.4}, {liars} kept",
            spec.unwrap_or("none"),
            error / dot(&p, &f.gradient(&w)).sqrt()
        );
        (error, liars)
    };
    let (shadow, liars) = run(Some("norm-shadow:0.25"));
    assert_eq!(liars, 4);
    let others = [None, Some("gaussian:1"), Some("negative:1"), Some("alie:1"), Some("ipm:0.5"), Some("flipped-label")];
    assert!(others.into_iter().all(|spec| run(spec).0 < shadow));
}
