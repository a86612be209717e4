//! eta, the distortion of Lemma 2: ||U'S_iS_i'U - I|| <= eta for all i, and ||U'SS'U - I|| <= eta/sqrt(m).

use super::delta_each;
use super::spectrum::{mu, rank};
use crate::claim::{At, Mode, Reading};
use crate::oracle::landscape::largest;

/// eta for composite claims.
///
/// A posteriori the smallest for which both events hold on this draw, over the honest workers M:
/// max( max_i eta_i, sqrt(|M|) eta_bar ). A priori by the reading's rule at its share of delta.
#[must_use]
pub fn eta(at: At<'_>) -> f64 {
    match at.mode {
        Mode::APosteriori => measured(at),
        Mode::APriori => rule(at, delta_each(at)),
    }
}

/// max( max_{i in M} eta_i, sqrt(|M|) eta_bar ), as measured.
#[must_use]
pub fn measured(at: At<'_>) -> f64 {
    let sketch = &at.draw.sketch;
    largest([sketch.eta_local, (sketch.counts.honest as f64).sqrt() * sketch.eta_bar])
}

/// The a-priori eta of the reading, at failure probability delta; infinite when the rule gives none below 1.
#[must_use]
pub fn rule(at: At<'_>, delta: f64) -> f64 {
    match at.reading {
        Reading::Printed => printed_rule(at, delta),
        Reading::Rederived => rederived_rule(at, delta),
        Reading::Sharpened => chernoff(at, delta),
    }
}

/// sqrt(3 mu r ln(r m / delta) / s): the sample-size rule of the source of Lemma 2, which the restatement drops.
#[must_use]
pub fn printed_rule(at: At<'_>, delta: f64) -> f64 {
    let m = at.draw.sketch.counts.workers as f64;
    (3.0 * inverse_samples(at) * (rank(at) * m / delta).ln()).sqrt()
}

/// sqrt(3 mu r ln(2 r (m + 1) / delta) / s): matrix Chernoff, both tails, m + 1 events.
#[must_use]
pub fn rederived_rule(at: At<'_>, delta: f64) -> f64 {
    let m = at.draw.sketch.counts.workers as f64;
    (3.0 * inverse_samples(at) * (2.0 * rank(at) * (m + 1.0) / delta).ln()).sqrt()
}

/// The smallest eta that the exact Chernoff exponents give, m + 1 events at delta/(m + 1) each.
#[must_use]
pub fn chernoff(at: At<'_>, delta: f64) -> f64 {
    let counts = at.draw.sketch.counts;
    let (m, honest) = (counts.workers as f64, counts.honest as f64);
    let budget = delta / (m + 1.0);
    let local = chernoff_radius(rank(at), inverse_samples(at), budget);
    // The union of M's shards has |M| s samples, and its event is at eta/sqrt(|M|).
    let joint = chernoff_radius(rank(at), inverse_samples(at) / honest, budget) * honest.sqrt();
    largest([local, joint])
}

/// R = mu r / s.
fn inverse_samples(at: At<'_>) -> f64 {
    mu(at) * rank(at) / at.draw.sketch.counts.shard as f64
}

/// The smallest x in (0, 1) with `r [ (e^x/(1+x)^(1+x))^(1/R) + (e^-x/(1-x)^(1-x))^(1/R) ] <= budget`; infinite if none.
#[must_use]
pub fn chernoff_radius(r: f64, inverse_samples: f64, budget: f64) -> f64 {
    let tail = |x: f64| chernoff_tail(r, inverse_samples, x);
    if tail(1.0) > budget {
        return f64::INFINITY;
    }
    // The tail decreases in x, so bisection brackets the root; 60 halvings reach the last bit.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if tail(middle) > budget { low = middle } else { high = middle }
    }
    high
}

/// r [ (e^x/(1+x)^(1+x))^(1/R) + (e^-x/(1-x)^(1-x))^(1/R) ], the probability that a distortion exceeds x in (0, 1].
fn chernoff_tail(r: f64, inverse_samples: f64, x: f64) -> f64 {
    let upper = x - (1.0 + x) * x.ln_1p();
    let lower = if x < 1.0 { -x - (1.0 - x) * (-x).ln_1p() } else { -1.0 };
    r * ((upper / inverse_samples).exp() + (lower / inverse_samples).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The printed rule counts one tail and m events; the exact exponents leave enough room for both tails and m + 1 events.
    #[test]
    fn the_printed_rule_of_lemma_2_is_sufficient_at_a_small_delta_and_its_argument_stops_at_a_larger_one() {
        let most = |delta: f64| {
            let grid = [1.0, 2.0, 3.0, 10.0, 100.0, 1000.0];
            let workers = [1.0, 2.0, 4.0, 16.0, 128.0, 1024.0];
            let cells = grid.into_iter().flat_map(|r| workers.map(|m| (r, m)));
            let shares = cells.flat_map(|(r, m): (f64, f64)| {
                (1..100).map(move |k| {
                    let eta = f64::from(k) / 100.0;
                    let inverse = eta * eta / (3.0 * (r * m / delta).ln());
                    let (each, all) = (chernoff_tail(r, inverse, eta), chernoff_tail(r, inverse / m, eta / m.sqrt()));
                    // Of one worker the two events are the same.
                    if m > 1.0 { (m * each + all) / delta } else { each / delta }
                })
            });
            shares.fold(0.0, f64::max)
        };
        let (small, large) = (most(0.1), most(0.3));
        assert!(small <= 0.9 && large > 1.0, "{small} {large}");
    }

    /// Both tails count. For one shard the upper one is heavier than for all shards together and the lower one lighter, so that
    /// either event may ask for more: in one dimension that of all shards if each event may fail in a tenth of the draws (2.1 is
    /// 21 times as much), and that of one shard if all 21 together may.
    #[test]
    fn the_larger_one_of_two_events_decides() {
        let mut draw = crate::testing::draw();
        (draw.place.rank, draw.place.mu, draw.sketch.counts.shard) = (1, 4.0, 4000);
        let at = At { draw: &draw, mode: Mode::APriori, reading: Reading::Sharpened };
        let of = |inverse: f64, budget: f64| chernoff_radius(1.0, inverse, budget);
        let honest = 19.0_f64;
        let (one, all) = (of(1e-3, 0.1), of(1e-3 / honest, 0.1) * honest.sqrt());
        assert!(all > one && chernoff(at, 2.1) == all, "{one} {all}");
        assert_eq!(chernoff(at, 0.1), of(1e-3, 0.1 / 21.0));
    }

    #[test]
    fn the_chernoff_radius_solves_its_equation_and_never_exceeds_the_simple_rule() {
        for (r, samples, budget) in [(5.0, 0.001, 0.01), (3.0, 0.02, 1e-4), (100.0, 1e-4, 1e-6)] {
            let x = chernoff_radius(r, samples, budget);
            let upper = (x - (1.0 + x) * x.ln_1p()) / samples;
            let lower = (-x - (1.0 - x) * (-x).ln_1p()) / samples;
            assert!((r * (upper.exp() + lower.exp()) / budget - 1.0).abs() < 1e-6);
            let simple = (3.0 * samples * (2.0 * r / budget).ln()).sqrt();
            assert!(x <= simple, "{x} {simple}");
        }
        assert!(chernoff_radius(100.0, 10.0, 1e-3).is_infinite());
    }
}
