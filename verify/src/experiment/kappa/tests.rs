//! That the search finds what is known, and that a check can fail.

use super::page::markdown;
use super::picture::curves;
use super::*;

fn found(steps: u32) -> Kappa {
    Kappa::search(steps, "a processor".into(), &|| ())
}

#[test]
fn badness_by_hand() {
    // One liar at 1, S = {0, 0, 1}: mean 1/3, spread 2/9; the median of 1, 0, 0, 1 is 1/2, off by 1/6.
    let x: Vec<Vec<f64>> = [1.0, 0.0, 0.0, 1.0].iter().map(|x| vec![*x]).collect();
    let beta = TrimFraction::new(0.25).unwrap();
    let median = Robust { beta, fusion: Fusion::Median, mixing: false };
    assert!((badness(&median, &x, 1).unwrap() - 1.0 / 8.0).abs() < 1e-14);
    assert_eq!(badness(&median, &[vec![1.0], vec![0.0], vec![0.0], vec![0.0]], 1), None, "S does not vary");
    // Nor does it where all are the same number and only their mean is rounded.
    let same: Vec<Vec<f64>> = std::iter::once(vec![2.0]).chain(std::iter::repeat_n(vec![0.998_810_168], 9)).collect();
    assert_eq!(
        badness(&Robust { beta: TrimFraction::new(0.1).unwrap(), fusion: Fusion::Median, mixing: true }, &same, 1),
        None
    );
    // One liar at 0, S = {1 - t, 1, 1 + t}: the mean of 0, 1 - t and 1 is off by (1 + t) / 3, the spread 2 t^2 / 3.
    let got = unbounded(4, 1, 1e-2).unwrap().measured;
    assert!((got / 1e4 - (1.0 + 1e-2 * 1.5_f64.sqrt()).powi(2) / 9.0).abs() < 1e-9, "{got}");
    assert_eq!(least(20, 8), 2.0);
    let trimmed = CONTENDERS[0];
    assert!((trimmed.proved(20, 8) - 36.0).abs() < 1e-12);
    assert!((CONTENDERS[1].proved(20, 8) - 64.0 / 12.0 * 37.0).abs() < 1e-10);
}

#[test]
fn a_short_search_reaches_what_every_rule_must_suffer_and_passes_no_proof() {
    let kappa = found(20);
    assert_eq!(kappa.faults(), Vec::<String>::new());
    assert_eq!(kappa.rows.len(), SIZES.len() * CONTENDERS.len());
    assert!(kappa.rows.iter().all(|row| row.measured >= least(row.n, row.f) * (1.0 - 1e-6)));
    // The same again, whatever the threads.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(alone.install(|| found(20)), kappa);
    // Norm trimming: a hundred times less spread, ten thousand times as bad.
    for held in kappa.norm.windows(2).filter(|held| held[1].spread < held[0].spread) {
        assert!(held[1].measured > 5e3 * held[0].measured, "{held:?}");
    }
    let page = markdown(&kappa, "kappa.svg");
    assert!(
        page.contains("No rule was found to be worse than is proved.") && page.contains("| `nnm:krum` |"),
        "{page}"
    );
    assert!(curves(&kappa).svg().unwrap().contains("geometric median"));
}

#[test]
fn a_check_sees_wrong_numbers_wrong_proofs_and_a_search_that_found_nothing() {
    let held = found(0);
    assert_eq!(held.faults(), Vec::<String>::new());
    let broken = |change: &dyn Fn(&mut Kappa)| {
        let mut kappa = held.clone();
        change(&mut kappa);
        kappa.faults().join("\n")
    };
    assert!(broken(&|kappa| kappa.rows[3].measured *= 1.001).contains("recorded"));
    assert!(broken(&|kappa| kappa.rows[3].vectors[0] = "x".into()).contains("None now"));
    assert!(broken(&|kappa| kappa.rows[3].proved *= 0.5).contains("kappa is"));
    assert!(broken(&|kappa| _ = kappa.rows.remove(3)).contains("missing"));
    assert!(broken(&|kappa| kappa.rows[3].measured = 1e9).contains("worse than the proved"));
    assert!(broken(&|kappa| kappa.rows[3].measured = 1e-9).contains("no rule is better"));
    assert!(broken(&|kappa| kappa.norm[0].measured *= 2.0).contains("norm trimming"));
}
