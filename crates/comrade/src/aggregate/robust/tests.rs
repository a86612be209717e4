//! The rules against plain definitions, small cases and their kappa; kept apart for its length.

use super::*;
use crate::protocol::{Missing, WorkerId};
use proptest::prelude::*;

const ALL: [Fusion; 5] =
    [Fusion::TrimmedMean, Fusion::Median, Fusion::GeometricMedian, Fusion::Krum, Fusion::MultiKrum];

fn aggregate(
    fusion: Fusion,
    mixing: bool,
    beta: f64,
    replies: &[Reply],
    d: usize,
) -> Result<Aggregate, AggregateError> {
    Robust { beta: TrimFraction::new(beta).unwrap(), fusion, mixing }.aggregate(replies, d)
}

fn numbers(x: &[f64]) -> Vec<Reply> {
    x.iter().map(|x| Ok(vec![*x])).collect()
}

fn one(fusion: Fusion, mixing: bool, beta: f64, x: &[f64]) -> f64 {
    aggregate(fusion, mixing, beta, &numbers(x), 1).unwrap().vector[0]
}

#[test]
fn by_hand() {
    let x = [0.0, 1.0, 2.0, 9.0, 4.0];
    assert!((one(Fusion::TrimmedMean, false, 0.2, &x) - 7.0 / 3.0).abs() < 1e-15);
    assert_eq!(one(Fusion::Median, false, 0.2, &x), 2.0);
    assert_eq!(one(Fusion::Median, false, 0.25, &x[..4]), 1.5);
    assert_eq!(one(Fusion::GeometricMedian, false, 0.2, &x), 2.0);
    // Scores for the four nearest: 21, 11, 9, 122, 33. The smallest is that of 2; without the largest the mean is 7/4.
    assert_eq!(one(Fusion::Krum, false, 0.2, &x), 2.0);
    assert_eq!(one(Fusion::MultiKrum, false, 0.2, &x), 1.75);
    let got = aggregate(Fusion::Krum, false, 0.2, &numbers(&x), 1).unwrap();
    assert_eq!((got.kept, got.trimmed.len()), (vec![WorkerId(2)], 4));
    let got = aggregate(Fusion::MultiKrum, false, 0.2, &numbers(&x), 1).unwrap();
    assert_eq!(got.trimmed, [WorkerId(3)]);
    // Mixed: 0, 1, 2 and 4 become 7/4, and 9 becomes the mean of 1, 2, 4, 9.
    for fusion in ALL {
        assert_eq!(one(fusion, true, 0.2, &x), 1.75, "{fusion:?}");
    }
    // Of equal scores the first.
    assert_eq!(one(Fusion::Krum, false, 0.25, &[1.0, -1.0, 1.0, -1.0]), 1.0);
}

#[test]
fn nobody_who_lies_and_one_or_two_workers() {
    for (fusion, mixing) in ALL.into_iter().flat_map(|fusion| [(fusion, false), (fusion, true)]) {
        assert_eq!(one(fusion, mixing, 0.0, &[3.0]), 3.0, "{fusion:?}");
        assert_eq!(one(fusion, mixing, 0.4, &[3.0]), 3.0);
        // Of two either may lie.
        let of_two = one(fusion, mixing, 0.4, &[1.0, 3.0]);
        assert!((1.0..=3.0).contains(&of_two), "{fusion:?}: {of_two}");
        assert!((1.0..=3.0).contains(&one(fusion, mixing, 0.0, &[1.0, 3.0])));
        let got = aggregate(fusion, mixing, 0.25, &vec![Ok(vec![]); 4], 0).unwrap();
        assert!(got.vector.is_empty());
        assert_eq!(aggregate(fusion, mixing, 0.2, &[], 1), Err(AggregateError::NoWorkers));
        assert_eq!(Robust { beta: TrimFraction::new(0.2).unwrap(), fusion, mixing }.dropped(20), 4);
    }
    for fusion in [Fusion::TrimmedMean, Fusion::MultiKrum] {
        assert!((one(fusion, false, 0.0, &[1.0, 2.0, 6.0]) - 3.0).abs() < 1e-15, "the plain mean");
    }
}

#[test]
fn who_is_missing_uses_up_one_that_may_lie() {
    let replies = [Ok(vec![0.0]), Err(Missing::Silent), Ok(vec![2.0]), Ok(vec![f64::INFINITY]), Ok(vec![7.0])];
    for (fusion, mixing) in ALL.into_iter().flat_map(|fusion| [(fusion, false), (fusion, true)]) {
        let error = AggregateError::TooManyMissing { missing: 2, allowed: 1, workers: 5 };
        assert_eq!(aggregate(fusion, mixing, 0.2, &replies, 1), Err(error), "{fusion:?}");
        let got = aggregate(fusion, mixing, 0.4, &replies, 1).unwrap();
        assert!(got.trimmed.contains(&WorkerId(1)) && got.trimmed.contains(&WorkerId(3)), "{fusion:?}: {got:?}");
        assert_eq!(got.kept.len() + got.trimmed.len(), 5);
    }
    // Both that may lie are missing: the mean of all others.
    for (fusion, mixing) in [(Fusion::TrimmedMean, false), (Fusion::MultiKrum, false), (Fusion::Krum, true)] {
        assert!((aggregate(fusion, mixing, 0.4, &replies, 1).unwrap().vector[0] - 3.0).abs() < 1e-15);
    }
    let short = [Ok(vec![1.0, 2.0]), Ok(vec![1.0]), Ok(vec![5.0, 2.0])];
    assert_eq!(aggregate(Fusion::Median, false, 0.4, &short, 2).unwrap().vector, [3.0, 2.0]);
}

#[test]
fn huge_liars_move_nothing_far() {
    for lie in [1e300, -1e300, f64::MAX, f64::MIN] {
        for (fusion, mixing) in ALL.into_iter().flat_map(|fusion| [(fusion, false), (fusion, true)]) {
            let got = one(fusion, mixing, 0.2, &[lie, 1.0, 2.0, 3.0, 4.0]);
            assert!((1.0..=4.0).contains(&got), "{fusion:?}, {mixing}: {got}");
            let all = one(fusion, mixing, 0.2, &[lie; 5]);
            assert!((all / lie - 1.0).abs() < 1e-15, "{fusion:?}, {mixing}: {all}");
        }
    }
}

fn vector() -> impl Strategy<Value = Vec<f64>> {
    // Few values, so that ties are frequent.
    prop_oneof![prop::collection::vec((-3..4_i32).prop_map(f64::from), 3), prop::collection::vec(-3.0..3.0_f64, 3)]
}

/// By the definitions, one step after the other: subsets by repeated search, no shared code.
fn plain(fusion: Fusion, mixing: bool, x: &[Vec<f64>], f: usize) -> Vec<f64> {
    let (n, d) = (x.len(), x[0].len());
    let square = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let average = |of: &[usize]| -> Vec<f64> {
        (0..d).map(|k| of.iter().map(|&i| x[i][k]).sum::<f64>() / of.len() as f64).collect()
    };
    let first = |key: &dyn Fn(usize) -> f64, count: usize| {
        let mut taken: Vec<usize> = vec![];
        while taken.len() < count {
            let left = (0..n).filter(|i| !taken.contains(i));
            taken.push(left.reduce(|best, i| if key(i) < key(best) { i } else { best }).unwrap());
        }
        taken
    };
    if mixing {
        let mixed: Vec<Vec<f64>> = (0..n).map(|i| average(&first(&|j| square(&x[i], &x[j]), n - f))).collect();
        return plain(fusion, false, &mixed, f);
    }
    let score = |i: usize| first(&|j| square(&x[i], &x[j]), n - f).iter().map(|&j| square(&x[i], &x[j])).sum::<f64>();
    match fusion {
        Fusion::TrimmedMean | Fusion::Median => {
            let cut = if fusion == Fusion::Median { (n - 1) / 2 } else { f };
            (0..d)
                .map(|k| {
                    let order = first(&|i| x[i][k], n - cut);
                    order[cut..].iter().map(|&i| x[i][k]).sum::<f64>() / (n - 2 * cut) as f64
                })
                .collect()
        }
        Fusion::Krum => x[first(&score, 1)[0]].clone(),
        Fusion::MultiKrum => average(&first(&score, n - f)),
        Fusion::GeometricMedian => unreachable!("has tests of its own"),
    }
}

/// The mean of ||v - center||^2.
fn spread(x: &[Vec<f64>], center: &[f64]) -> f64 {
    x.iter().map(|v| v.iter().zip(center).map(|(a, b)| (a - b).powi(2)).sum::<f64>()).sum::<f64>() / x.len() as f64
}

/// kappa, as in the table.
fn kappa(fusion: Fusion, mixing: bool, n: f64, f: f64) -> f64 {
    let share = f / (n - 2.0 * f);
    let alone = match fusion {
        Fusion::TrimmedMean => 6.0 * share * (1.0 + share),
        Fusion::Median | Fusion::GeometricMedian => 4.0 * (1.0 + share).powi(2),
        Fusion::Krum | Fusion::MultiKrum => 6.0 * (1.0 + share),
    };
    if mixing { 8.0 * f / (n - f) * (1.0 + alone) } else { alone }
}

proptest! {
    #[test]
    fn they_are_what_their_definitions_say(
        x in prop::collection::vec(prop::collection::vec((-9..10_i32).prop_map(f64::from), 3), 3..12), f in 0..4_usize
    ) {
        // Whole numbers, so that scores are exact and ties are real ones.
        let (n, f) = (x.len(), f.min((x.len() - 1) / 2));
        let replies: Vec<Reply> = x.iter().cloned().map(Ok).collect();
        for fusion in [Fusion::TrimmedMean, Fusion::Median, Fusion::Krum, Fusion::MultiKrum] {
            let beta = f as f64 / n as f64;
            let (got, wanted) = (aggregate(fusion, false, beta, &replies, 3).unwrap().vector, plain(fusion, false, &x, f));
            prop_assert!(spread(std::slice::from_ref(&got), &wanted) < 1e-24, "{fusion:?}: {got:?} is not {wanted:?}");
        }
        for fusion in [Fusion::TrimmedMean, Fusion::Median] {
            let beta = f as f64 / n as f64;
            let (got, wanted) = (aggregate(fusion, true, beta, &replies, 3).unwrap().vector, plain(fusion, true, &x, f));
            prop_assert!(spread(std::slice::from_ref(&got), &wanted) < 1e-24, "mixed, {fusion:?}: {got:?} is not {wanted:?}");
        }
    }

    #[test]
    fn kappa_holds_for_every_set_and_whatever_liars_send(
        honest in prop::collection::vec(vector(), 3..9), lies in prop::collection::vec((vector(), -2_i32..6), 0..4), together: bool,
    ) {
        let mut x: Vec<Vec<f64>> =
            lies.iter().map(|(v, e)| v.iter().map(|x| x * 10_f64.powi(*e)).collect()).collect();
        if together && !x.is_empty() {
            let first = x[0].clone();
            x.fill(first);
        }
        x.truncate((honest.len() - 1).min(3));
        let (f, n) = (x.len(), x.len() + honest.len());
        x.extend(honest.iter().cloned());
        let replies: Vec<Reply> = x.iter().cloned().map(Ok).collect();
        let center: Vec<f64> = (0..3).map(|k| honest.iter().map(|v| v[k]).sum::<f64>() / honest.len() as f64).collect();
        let varies = spread(&honest, &center);
        for (fusion, mixing) in ALL.into_iter().flat_map(|fusion| [(fusion, false), (fusion, true)]) {
            let got = aggregate(fusion, mixing, f as f64 / n as f64, &replies, 3).unwrap().vector;
            let (off, most) = (spread(&[got], &center), kappa(fusion, mixing, n as f64, f as f64) * varies);
            // Trimming keeps no liar's rounding: what is left is that of numbers of size 3.
            prop_assert!(off <= most * (1.0 + 1e-9) + 1e-24, "{fusion:?}, {mixing}, f = {f} of {n}: {off} above {most}");
        }
    }

    #[test]
    fn neither_order_nor_place_matters(
        x in prop::collection::vec(prop::collection::vec(-3.0..3.0_f64, 3), 3..9), at in prop::collection::vec(-8..9_i32, 3)
    ) {
        let replies: Vec<Reply> = x.iter().cloned().map(Ok).collect();
        let backwards: Vec<Reply> = replies.iter().rev().cloned().collect();
        let moved: Vec<Reply> =
            x.iter().map(|v| Ok(v.iter().zip(&at).map(|(x, at)| x + f64::from(*at)).collect())).collect();
        for (fusion, mixing) in ALL.into_iter().flat_map(|fusion| [(fusion, false), (fusion, true)]) {
            let of = |replies: &[Reply]| aggregate(fusion, mixing, 0.3, replies, 3).unwrap().vector;
            let here = of(&replies);
            // Two vectors that are each other's only neighbours have the same score, and then the first is taken, or rounding
            // decides: so it is with three or four vectors, and where several are mixed to the same one.
            if matches!(fusion, Fusion::Krum | Fusion::MultiKrum) && (mixing || x.len() < 5) {
                continue;
            }
            prop_assert!(spread(&[of(&backwards)], &here) < 1e-16, "{fusion:?}, {mixing}: another order");
            let there: Vec<f64> = of(&moved).iter().zip(&at).map(|(x, at)| x - f64::from(*at)).collect();
            prop_assert!(spread(&[there], &here) < 1e-16, "{fusion:?}, {mixing}: another place");
        }
    }
}
