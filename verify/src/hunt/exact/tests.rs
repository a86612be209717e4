//! Instances whose ratio is known, and those that exact arithmetic must not take.

use super::*;
use crate::claim::Claim;
use crate::hunt::huntable;
use crate::hunt::instance::Member;

fn printed(id: &str) -> &'static Claim {
    huntable().into_iter().find(|c| c.id == id && c.reading == Reading::Printed && c.variant.is_empty()).unwrap()
}

/// Two kinds of workers without liars, as in `ceiling`.
fn two_kinds(x: f64, kinds: (usize, usize), trimmed: usize) -> Instance {
    of_members(&[1.0, x], [(1, kinds.0), (0, kinds.1)], trimmed)
}

/// Rows with b_j = 1, and honest workers of two kinds: the one row that each of them holds, and how many there are.
fn of_members(rows: &[f64], members: [(usize, usize); 2], trimmed: usize) -> Instance {
    let mut instance = Instance {
        loss: Loss::Squared,
        lambda: 0.0,
        rows: rows.iter().map(|&x| vec![x]).collect(),
        labels: rows.iter().map(|x| -1.0 / x).collect(),
        iterate: vec![0.0],
        beta: 0.0,
        workers: members.map(|(row, copies)| Member { copies, ..Member::honest(vec![row]) }).into(),
        inverse: None,
    };
    instance.trim(trimmed);
    instance
}

#[test]
fn printed_lemma_7_is_refuted_without_a_liar_and_by_more_the_more_workers_there_are() {
    let mut before = 1.0;
    // b_j = 1 for both rows where x has a short reciprocal: 1.024 = 2^10/1000 and 1/1.024 = 0.9765625.
    for k in [4, 5, 8, 12] {
        let (more, fewer) = (k * (k + 1) / 2, k * (k - 1) / 2);
        let instance = two_kinds(1.024, (more, fewer), fewer);
        let ExactProof::Proved(ratio) = prove(printed("lemma-7"), &instance) else {
            panic!("not proved at m = {}", k * k)
        };
        let limit = ((k + 1) as f64).powi(3) / (4.0 * (5 * k + 1) as f64);
        assert!(ratio > before && ratio < limit, "{ratio} of {limit} at m = {}", k * k);
        let draw = instance.play().unwrap();
        assert!((crate::hunt::look::look(printed("lemma-7"), &draw).ratio / ratio - 1.0).abs() < 1e-9);
        before = ratio;
    }
    let ExactProof::Proved(ratio) = prove(printed("lemma-7"), &two_kinds(1.024, (10, 6), 6)) else { panic!() };
    assert!((ratio - 1.2136).abs() < 1e-4, "{ratio}");
    let ExactProof::Proved(ratio) = prove(printed("theorem-2"), &two_kinds(1.024, (10, 6), 6)) else { panic!() };
    assert!((ratio - 1.1014).abs() < 1e-4, "{ratio}");
}

/// Of a rows of one kind and b of the other the Hessians of the kinds are off by b and -a, in some unit. Those off by b give the
/// shorter steps, and the others are trimmed. The limits are those of `ceiling`, (1 + beta m^(1/2))^2 / (1 + 2/(1 - beta)).
#[test]
fn printed_lemma_7_is_refuted_by_twenty_workers_and_by_a_hundred_of_whom_a_tenth_is_trimmed() {
    for (m, trimmed, (a, b), at_least) in [(20, 5, (8, 5), 1.19), (20, 4, (17, 9), 1.015), (100, 10, (9, 2), 1.22)] {
        let x = [1.0 + 5e-6 * f64::from(b), 1.0 - 5e-6 * f64::from(a)];
        let rows = [vec![x[0]; a as usize], vec![x[1]; b as usize]].concat();
        let instance = of_members(&rows, [(0, m - trimmed), (a as usize, trimmed)], trimmed);
        let ExactProof::Proved(ratio) = prove(printed("lemma-7"), &instance) else { panic!("{m} {trimmed}") };
        let (workers, beta) = (m as f64, trimmed as f64 / m as f64);
        let limit = (1.0 + beta * workers.sqrt()).powi(2) / (1.0 + 2.0 / (1.0 - beta));
        assert!(ratio > at_least && ratio < limit, "{ratio} of {limit} at m = {m}");
    }
}

#[test]
fn a_claim_that_holds_is_disproved_to_fail_and_a_broken_premise_is_vacuous() {
    assert!(matches!(prove(printed("lemma-7"), &two_kinds(1.024, (2, 1), 1)), ExactProof::Disproved(r) if r < 1.0));
    // Half of the workers are trimmed.
    assert_eq!(prove(printed("lemma-7"), &two_kinds(1.024, (1, 1), 1)), ExactProof::Vacuous);
    assert_eq!(prove(printed("lemma-4"), &two_kinds(1.024, (2, 1), 1)), ExactProof::NotCovered);
}

/// Of three hundred kinds the logistic loss would take hours.
#[test]
fn sums_of_too_many_quotients_are_not_begun() {
    let many = |kinds: usize, loss: Loss| {
        let row = |k: usize| 0.5 + k as f64 / 1000.0;
        let instance = Instance {
            loss,
            lambda: 0.013,
            rows: (0..kinds).map(|k| vec![row(k)]).collect(),
            labels: (0..kinds).map(|k| if k % 2 == 0 { 1.0 } else { -1.0 }).collect(),
            iterate: vec![0.3],
            beta: 0.2,
            workers: (0..kinds).map(|k| Member::honest(vec![k])).collect(),
            inverse: None,
        };
        (is_small(&instance), prove(printed("lemma-7"), &instance))
    };
    for (kinds, loss) in [(300, Loss::Logistic), (2000, Loss::Squared)] {
        assert_eq!(many(kinds, loss), (false, ExactProof::NotCovered));
    }
    assert!(many(60, Loss::Logistic).0 && many(60, Loss::Logistic).1 != ExactProof::NotCovered);
}

#[test]
fn numbers_that_exact_arithmetic_cannot_carry_are_said_to_be_too_large() {
    let mut instance = two_kinds(1.024, (10, 6), 6);
    instance.loss = Loss::Logistic;
    instance.labels = vec![1.0, -1.0];
    for far in [1e6, 9e15] {
        instance.iterate = vec![far];
        assert_ne!(prove(printed("theorem-2"), &instance), ExactProof::NotCovered);
    }
    instance.iterate = vec![1e300];
    assert_eq!(prove(printed("theorem-2"), &instance), ExactProof::NotCovered);
}
