//! What a step w - W g of lazy Newton is made of: delta, psi(D), kappa_B, and the constants of the robust mean.

use super::spectrum::{lipschitz, sigma_min};
use crate::claim::At;
use crate::oracle::medoid::Medoid;
use crate::oracle::stride::Stride;

/// The step; all its numbers are NaN where there is none.
fn stride(at: At<'_>) -> Stride {
    at.draw.stride.unwrap_or(Stride::ABSENT)
}

/// The value of a measured number.
pub fn of(at: At<'_>, value: fn(&Stride) -> f64) -> f64 {
    value(&stride(at))
}

/// The same of what is measured about the medoid; NaN where nothing is.
pub fn of_medoid(at: At<'_>, value: fn(&Medoid) -> f64) -> f64 {
    stride(at).medoid.as_ref().map_or(f64::NAN, value)
}

/// delta = ||I - K||.
#[must_use]
pub fn delta(at: At<'_>) -> f64 {
    let Stride { least, most, .. } = stride(at);
    // f64::max forgets a NaN.
    if (1.0 - least).abs() > (most - 1.0).abs() { (1.0 - least).abs() } else { (most - 1.0).abs() + 0.0 * least }
}

/// ||K|| of a positive definite K.
#[must_use]
pub fn size(at: At<'_>) -> f64 {
    stride(at).most
}

/// psi(u) = (e^u - 1)/u - 1.
#[must_use]
pub fn psi(u: f64) -> f64 {
    // The difference cancels for a small u, and the next term of the series is below rounding.
    if u.abs() < 1e-5 { 0.5 * u + u * u / 6.0 } else { u.exp_m1() / u - 1.0 }
}

/// psi(D) ||x||, which ||H^{-1/2} e|| is at most for the logistic loss.
#[must_use]
pub fn bend(at: At<'_>) -> f64 {
    let Stride { reach, before, .. } = stride(at);
    psi(reach) * before
}

/// L ||w - w*||^2 / (2 sqrt(sigma_min)), which ||H^{-1/2} e|| is at most for any loss.
#[must_use]
pub fn bend_lipschitz(at: At<'_>) -> f64 {
    lipschitz(at) * stride(at).length.powi(2) / (2.0 * sigma_min(at).sqrt())
}

/// kappa_B = cond(B^{-1/2} H B^{-1/2}).
#[must_use]
pub fn kappa_b(at: At<'_>) -> f64 {
    let Stride { metric_least, metric_most, .. } = stride(at);
    metric_most / metric_least
}

/// G = (mean_{i in M} ||H^{-1/2}(g_i - g_M)||^2)^{1/2}.
#[must_use]
pub fn spread(at: At<'_>) -> f64 {
    stride(at).spread
}

/// The most that the coordinate-wise trimmed mean of m numbers is away from the mean of m - f of them, squared, in units of
/// their variance.
pub type Trimmed = fn(f64, f64) -> f64;

/// (6f/(m - 2f)) (1 + f/(m - 2f)), the constant in use since Allouah et al., AISTATS 2023.
#[must_use]
pub fn trimmed_published(m: f64, f: f64) -> f64 {
    let share = f / (m - 2.0 * f);
    6.0 * share * (1.0 + share)
}

/// f/(m - 2f), and no smaller constant would do.
///
/// A trimmed mean does not fall when an entry rises. So it is largest where f entries are infinite: then these are left out,
/// and of the other m - f the f smallest. The mean of m - 2f of m - f numbers is away from that of all of them by at most their
/// deviation times (f/(m - 2f))^{1/2}, by Cauchy-Schwarz.
#[must_use]
pub fn trimmed_sharp(m: f64, f: f64) -> f64 {
    f / (m - 2.0 * f)
}

/// c_r = (8f/(m - f)) (1 + a): nearest-neighbour mixing, then a rule that is away by a^{1/2} deviations at most.
///
/// The mixed y_i differs from the mean over M by the mean of its neighbours outside M less that of M outside its neighbours, k <= f
/// vectors each and none of the first further from x_i than any of the second: ||y_i - mean_M||^2 is at most 4f/(m - f)^2 times
/// sum_{j in M} ||x_j - x_i||^2, and on average over M 8f/(m - f) times the variance. That is the variance of the mixed vectors and
/// the square of their bias together.
#[must_use]
pub fn robustness(at: At<'_>, trimmed: Trimmed) -> f64 {
    let counts = at.draw.sketch.counts;
    let (m, f) = (counts.workers as f64, counts.trimmed as f64);
    8.0 * f / (m - f) * (1.0 + trimmed(m, f))
}

/// b G, b = (c_r kappa_B)^{1/2}, which ||H^{-1/2}(g - g_M)|| is at most.
#[must_use]
pub fn pull(at: At<'_>, trimmed: Trimmed) -> f64 {
    (robustness(at, trimmed) * kappa_b(at)).sqrt() * spread(at)
}

/// What a robust mean cannot know: G (f/(m - 2f))^{1/2}.
#[must_use]
pub fn unavoidable(at: At<'_>) -> f64 {
    let counts = at.draw.sketch.counts;
    trimmed_sharp(counts.workers as f64, counts.trimmed as f64).sqrt() * spread(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Mode, Reading};
    use comrade::aggregate::{Aggregator, Mixing, TrimFraction};
    use comrade::metric::Metric;
    use comrade::protocol::Reply;
    use proptest::prelude::*;

    #[test]
    fn psi_is_the_same_on_both_sides_of_its_switch() {
        for u in [1e-5_f64, 0.999e-5, 1e-3, 0.5, 3.0] {
            // The power series, until nothing is added.
            let (mut term, mut sum) = (0.5 * u, 0.0);
            for k in 3..60 {
                sum += term;
                term *= u / f64::from(k);
            }
            assert!((psi(u) / sum - 1.0).abs() < 1e-9, "{u}: {} {sum}", psi(u));
        }
        assert_eq!(psi(0.0), 0.0);
    }

    /// By hand from the draw, of twenty workers of whom one may lie: K between 0.9 and 1.05, G = 0.2, and B between 0.95 H and
    /// 1.1 H.
    #[test]
    fn every_symbol_of_a_step_is_the_one_by_hand() {
        let mut draw = crate::testing::draw();
        draw.place.sigma_min = 4.0;
        let at = At { draw: &draw, mode: Mode::APosteriori, reading: Reading::Sharpened };
        let near = |got: f64, wanted: f64| assert!((got / wanted - 1.0).abs() < 1e-12, "{got} is not {wanted}");
        near(delta(at), 0.1);
        near(size(at), 1.05);
        near(bend(at), (0.1_f64.exp() - 1.0) / 0.1 - 1.0);
        near(bend_lipschitz(at), 0.1 * 0.81 / 4.0);
        near(kappa_b(at), 1.1 / 0.95);
        let robust = 8.0 / 19.0 * (1.0 + 1.0 / 18.0);
        near(robustness(at, trimmed_sharp), robust);
        near(pull(at, trimmed_sharp), (robust * 1.1 / 0.95).sqrt() * 0.2);
        near(unavoidable(at), (1.0_f64 / 18.0).sqrt() * 0.2);
        near(trimmed_published(20.0, 1.0), 6.0 / 18.0 * (1.0 + 1.0 / 18.0));
        // Where K is above 1 by more than it is below.
        let (mut above, mut none) = (draw.clone(), draw.clone());
        above.stride.as_mut().unwrap().most = 1.3;
        near(delta(At { draw: &above, ..at }), 0.3);
        none.stride = None;
        assert!(delta(At { draw: &none, ..at }).is_nan() && unavoidable(At { draw: &none, ..at }).is_nan());
    }

    /// The mean of a sorted column without its f ends.
    fn trimmed(mut column: Vec<f64>, f: usize) -> f64 {
        column.sort_by(f64::total_cmp);
        let kept = &column[f..column.len() - f];
        kept.iter().sum::<f64>() / kept.len() as f64
    }

    #[test]
    fn the_constant_of_the_trimmed_mean_is_reached() {
        for (m, f) in [(3, 1), (10, 2), (20, 4), (9, 4), (20, 9)] {
            // f honest numbers far below the others.
            let (sharp, far) = (trimmed_sharp(m as f64, f as f64), -((m - 2 * f) as f64));
            let honest: Vec<f64> = (0..m - f).map(|i| if i < f { far } else { f as f64 }).collect();
            let mean = honest.iter().sum::<f64>() / honest.len() as f64;
            let variance = honest.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / honest.len() as f64;
            let all = [honest, vec![1e9; f]].concat();
            let ratio = (trimmed(all, f) - mean).powi(2) / variance;
            assert!((ratio / sharp - 1.0).abs() < 1e-12, "{m} {f}: {ratio} {sharp}");
            assert!(sharp < trimmed_published(m as f64, f as f64));
        }
    }

    proptest! {
        #[test]
        fn no_lies_move_the_trimmed_mean_further(
            honest in prop::collection::vec(-1.0..1.0_f64, 5),
            lies in prop::collection::vec(-3.0..3.0_f64, 2),
        ) {
            let mean = honest.iter().sum::<f64>() / 5.0;
            let variance = honest.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 5.0;
            let off = (trimmed([honest, lies].concat(), 2) - mean).powi(2);
            prop_assert!(off <= trimmed_sharp(7.0, 2.0) * variance * (1.0 + 1e-12) + 1e-15);
        }

        /// The rule that the center uses keeps to the sharper constant.
        #[test]
        fn mixing_keeps_to_the_sharper_constant(
            honest in prop::collection::vec(prop::collection::vec(-1.0..1.0_f64, 2), 5),
            lies in prop::collection::vec(prop::collection::vec(-3.0..3.0_f64, 2), 2),
        ) {
            let replies: Vec<Reply> = honest.iter().chain(&lies).cloned().map(Ok).collect();
            let rule = Mixing { beta: TrimFraction::new(0.29).unwrap(), metric: &Metric::diagonal(vec![1.0; 2]) };
            let got = rule.aggregate(&replies, 2).unwrap().vector;
            let mean: Vec<f64> = (0..2).map(|k| honest.iter().map(|v| v[k]).sum::<f64>() / 5.0).collect();
            let apart = |v: &[f64]| (v[0] - mean[0]).powi(2) + (v[1] - mean[1]).powi(2);
            let variance = honest.iter().map(|v| apart(v)).sum::<f64>() / 5.0;
            let c = 8.0 * 2.0 / 5.0 * (1.0 + trimmed_sharp(7.0, 2.0));
            prop_assert!(apart(&got) <= c * variance * (1.0 + 1e-12) + 1e-15);
        }
    }
}
