//! Verdicts on draws made by hand.

use super::*;
use crate::claim;

type Premise = claim::Premise<Toy>;
type Rung = claim::Rung<Toy>;

/// A draw of one number and what premises ask for.
struct Toy {
    number: u64,
    x: f64,
    tau: f64,
    independent: bool,
}

const ROUNDING: f64 = 1e-9;

impl Draw for Toy {
    type Line = ();
    const DELTA: f64 = 0.1;

    fn number(&self) -> u64 {
        self.number
    }

    fn iterate(&self) -> usize {
        3
    }

    fn independent(&self) -> bool {
        self.independent
    }

    fn rounding(&self) -> f64 {
        ROUNDING
    }

    fn slack(&self, (): (), value: f64) -> f64 {
        ROUNDING * (value.sqrt() + ROUNDING)
    }
}

/// A claim whose measured side is x and whose bound is 1.
fn toy() -> Claim<Toy> {
    Claim {
        modes: &[Mode::APosteriori, Mode::APriori],
        given: vec![Premise::new("tau is 1 or more", |at| at.draw.tau >= 1.0)],
        ladder: vec![
            Rung::new("x", "", |at| at.draw.x),
            Rung::new("2x", "twice", |at| 2.0 * at.draw.x),
            Rung::new("1", "one", |_| 1.0),
        ],
        ..Claim::default()
    }
}

fn draws(values: &[f64]) -> Vec<Toy> {
    (0..).zip(values).map(|(number, &x)| Toy { number, x, tau: 1.0, independent: true }).collect()
}

#[test]
fn one_violation_refutes_a_posteriori_and_names_the_broken_step() {
    let good = judge(&toy(), Mode::APosteriori, &draws(&[0.1, 0.4]), 0.01, 1.0);
    assert_eq!((good.verdict, good.draws), (Verdict::Holds, 2));
    assert_eq!(good.ratio, Some(Range { min: 0.1, median: 0.1, max: 0.4 }));
    assert!(good.witness.is_none());
    let bad = judge(&toy(), Mode::APosteriori, &draws(&[0.1, 1.5, 0.2]), 0.01, 1.0);
    assert_eq!(bad.verdict, Verdict::Violated);
    let witness = bad.witness.unwrap();
    assert_eq!((witness.measured, witness.bound, witness.breaks_at.as_str()), (1.5, 1.0, "1"));
    assert_eq!((witness.draw, witness.iterate), (1, 3));
    assert_eq!(bad.ladder.iter().map(|step| step.broken).collect::<Vec<_>>(), vec![0, 0, 1]);
}

#[test]
fn what_a_bound_needs_is_exact_on_both_sides() {
    let values = [0.1, 0.4, 0.25, 0.3];
    let after = |mode, factor: f64, n: usize| {
        let values: Vec<f64> = values.iter().copied().cycle().take(n).collect();
        judge(&toy(), mode, &draws(&values), 0.025, factor)
    };
    let posterior = after(Mode::APosteriori, 1.0, 4).needed.unwrap();
    assert!((posterior / 0.4 - 1.0).abs() < 1e-6, "the largest ratio, but for rounding: {posterior}");
    // Fewer than a quarter of the draws may fail, and a quarter has each value, so the largest decides.
    let prior = after(Mode::APriori, 1.0, 400).needed.unwrap();
    assert!((prior / 0.4 - 1.0).abs() < 1e-6, "{prior}");
    for (mode, needed, n) in [(Mode::APosteriori, posterior, 4), (Mode::APriori, prior, 400)] {
        assert!(after(mode, needed * (1.0 + 1e-12), n).verdict.approves());
        assert!(!after(mode, needed * (1.0 - 1e-12), n).verdict.approves());
    }
    // One draw in a hundred is as large as it can be: the bound could be lower than that.
    let mut rare = vec![0.1; 400];
    rare[..4].fill(0.9);
    let needed = judge(&toy(), Mode::APriori, &draws(&rare), 0.025, 1.0).needed.unwrap();
    assert!((needed / 0.1 - 1.0).abs() < 1e-6, "{needed}");
    assert_eq!(judge(&toy(), Mode::APriori, &draws(&rare), 0.025, needed * 1.000_001).verdict, Verdict::Confirmed);
    let below = judge(&toy(), Mode::APriori, &draws(&rare), 0.025, needed * 0.999_999);
    assert_eq!((below.verdict, below.needed), (Verdict::Refuted, None));
    // A draw that is not a number fails whatever the bound is.
    rare[10] = f64::NAN;
    assert!(judge(&toy(), Mode::APriori, &draws(&rare), 0.025, 1.0).needed.unwrap() < 0.11);
    assert!(judge(&toy(), Mode::APosteriori, &draws(&[f64::NAN]), 0.025, 1.0).needed.is_none());
    assert_eq!(judge(&toy(), Mode::APosteriori, &draws(&[0.0]), 0.025, 1.0).needed, Some(0.0));
}

#[test]
fn a_negative_bound_has_an_infinite_ratio() {
    for (measured, bound) in [(1.0, -1.0), (0.0, -1.0), (0.5, -1e-300), (0.0, f64::NEG_INFINITY)] {
        let judgement = judge_with(&toy(), Mode::APosteriori, &draws(&[measured]), 0.01, &|_, _| bound);
        assert_eq!((judgement.verdict, judgement.ratio.unwrap().max), (Verdict::Violated, f64::INFINITY));
    }
    assert_eq!(ratio(0.0, 0.0), 0.0);
}

#[test]
fn what_is_within_rounding_of_a_bound_of_zero_has_no_ratio_and_what_is_not_an_infinite_one() {
    let line = Claim { ladder: vec![Rung::measured("x", (), |at| at.draw.x), Rung::new("0", "", |_| 0.0)], ..toy() };
    let slack = draws(&[0.0])[0].slack((), 0.0);
    for (measured, verdict, ratio) in
        [(0.5 * slack, Verdict::Holds, 0.0), (1e3 * slack, Verdict::Violated, f64::INFINITY)]
    {
        let judgement = judge(&line, Mode::APosteriori, &draws(&[measured]), 0.01, 1.0);
        assert_eq!((judgement.verdict, judgement.ratio.unwrap().max), (verdict, ratio));
    }
}

#[test]
fn rounding_excuses_what_is_above_by_less_and_nothing_more() {
    for (above, verdict) in [(-0.5, Verdict::Holds), (0.5, Verdict::Holds), (1.5, Verdict::Violated)] {
        let value = 1.0 + above * ROUNDING;
        assert_eq!(judge(&toy(), Mode::APosteriori, &draws(&[value]), 0.01, 1.0).verdict, verdict, "{above}");
    }
}

#[test]
fn a_statement_about_independent_draws_is_not_applicable_to_a_partition() {
    let claim = Claim { independent: true, ..toy() };
    let mut dealt = draws(&[0.5, 7.0]);
    for mode in [Mode::APosteriori, Mode::APriori] {
        assert!(judge(&claim, mode, &dealt, 0.01, 1.0).verdict.judged());
    }
    dealt.iter_mut().for_each(|draw| draw.independent = false);
    for mode in [Mode::APosteriori, Mode::APriori] {
        let judgement = judge(&claim, mode, &dealt, 0.01, 1.0);
        assert_eq!((judgement.verdict, judgement.draws, judgement.ratio), (Verdict::NotApplicable, 0, None));
        assert!(!judgement.verdict.approves() && !judgement.verdict.judged());
    }
    assert_eq!(judge(&claim, Mode::APosteriori, &[], 0.01, 1.0).verdict, Verdict::Vacuous);
}

#[test]
fn a_shrunk_bound_is_violated_and_not_a_number_never_holds() {
    assert_eq!(judge(&toy(), Mode::APosteriori, &draws(&[0.5]), 0.01, 0.4).verdict, Verdict::Violated);
    assert_eq!(judge(&toy(), Mode::APosteriori, &draws(&[f64::NAN]), 0.01, 1.0).verdict, Verdict::Violated);
}

#[test]
fn a_broken_premise_is_vacuous_on_those_draws_and_vacuous_never_holds() {
    let mut some = draws(&[0.5, 7.0]);
    some[1].tau = 0.5;
    let mixed = judge(&toy(), Mode::APosteriori, &some, 0.01, 1.0);
    assert_eq!((mixed.verdict, mixed.draws, mixed.vacuous_draws), (Verdict::Holds, 1, 1));
    assert_eq!(mixed.unmet.as_deref(), Some("tau is 1 or more"));
    some[0].tau = 0.5;
    assert_eq!(judge(&toy(), Mode::APosteriori, &some, 0.01, 1.0).verdict, Verdict::Vacuous);
    assert_eq!(judge(&toy(), Mode::APriori, &some, 0.01, 1.0).verdict, Verdict::Vacuous);
    assert_eq!(judge(&toy(), Mode::APosteriori, &[], 0.01, 1.0).verdict, Verdict::Vacuous);
}

#[test]
fn a_priori_verdicts_follow_the_limits() {
    let verdict = |failures: usize, n: usize| {
        let mut values = vec![0.5; n];
        values[..failures].fill(2.0);
        judge(&toy(), Mode::APriori, &draws(&values), 0.025, 1.0).verdict
    };
    // Without a failure, 1 - 0.025^(1/n) <= 0.1 from n = 36 on.
    assert_eq!(verdict(0, 36), Verdict::Confirmed);
    assert_eq!(verdict(0, 35), Verdict::Inconclusive);
    assert_eq!(verdict(40, 200), Verdict::Refuted);
    assert_eq!(verdict(20, 200), Verdict::Inconclusive);
}

/// Of 0 over 0 nothing is lost; what grows from 0 is infinitely above it.
#[test]
fn a_step_is_each_line_over_the_one_before() {
    let of = |values: &[f64]| steps(values).collect::<Vec<_>>();
    assert_eq!(of(&[2.0, 3.0, 12.0]), [1.0, 1.5, 4.0]);
    assert_eq!(of(&[0.0, 0.0, 0.0]), [1.0, 1.0, 1.0]);
    assert_eq!(of(&[0.0, 3.0, 0.0]), [1.0, f64::INFINITY, 0.0]);
}

/// 1.5 with an absolute rounding of 0.5 is above 2 times 1/2 and no less.
#[test]
fn the_factor_that_is_needed_by_hand() {
    struct Rough;
    impl Draw for Rough {
        type Line = ();
        const DELTA: f64 = 0.1;
        fn number(&self) -> u64 {
            0
        }
        fn iterate(&self) -> usize {
            0
        }
        fn independent(&self) -> bool {
            true
        }
        fn rounding(&self) -> f64 {
            0.0
        }
        fn slack(&self, (): (), _: f64) -> f64 {
            0.5
        }
    }
    let of = |lower, upper| needed(lower, upper, Some(()), &Rough);
    assert_eq!((of(1.5, 2.0), of(1.5, 1.0), of(0.5, 2.0), of(0.5, 0.0)), (0.5, 1.0, 0.0, 0.0));
    for (lower, upper) in [(1.5, 0.0), (0.5, -1.0), (1.5, -1.0), (f64::INFINITY, 1.0), (f64::NAN, 1.0)] {
        assert_eq!(of(lower, upper), f64::INFINITY, "{lower} {upper}");
    }
    assert_eq!(needed(1.5, 2.0, None, &Rough), 0.75);
}

#[test]
fn the_ratio_of_nothing_to_nothing_is_nothing() {
    assert_eq!((ratio(0.0, 0.0), ratio(0.0, 2.0), ratio(3.0, 2.0)), (0.0, 0.0, 1.5));
    assert_eq!((ratio(3.0, 0.0), ratio(0.0, -1.0), ratio(3.0, -1.0)), (f64::INFINITY, f64::INFINITY, f64::INFINITY));
}
