//! Structures from which the search starts in addition to random ones, and how a worst case depends on the number of
//! workers.
//!
//! Trimming that sorts workers by their data is worst where nothing else happens: one dimension, squared loss, equal
//! gradients, shards that differ a little. The shapes below are its plainest forms. None of them has a liar.

use super::genome::Genome;

/// How far apart the rows of a shape are; eta is about half of it.
const APART: f64 = 0.024;

/// The shapes with m workers, for m >= 4.
#[must_use]
pub fn shapes(m: usize) -> Vec<Genome> {
    let far = 1.0 + APART;
    // The fewer hold the row with the longer direction and are trimmed. Their excess is such that sqrt(m) ||mean E|| = eta.
    let fewer = (((m as f64) - (m as f64).sqrt()) / 2.0).round() as usize;
    let middle = 1.0 + 0.5 * APART;
    let (half, third) = ((m - 1) / 2, m / 3);
    vec![
        Genome::of_groups(&[1.0, far], &[(1, m - fewer), (0, fewer)], fewer),
        Genome::of_groups(&[1.0, far], &[(1, m - 1), (0, 1)], 1),
        Genome::of_groups(&[1.0, middle, far], &[(2, third), (1, m - 2 * third), (0, third)], half),
    ]
}

/// Printed Theorem 1 next to its worst case in d = 1, see [`super::limit`]: 27 rows 1, of which 19 have the label 1, and 11
/// rows 0; in the shard 23 of the first, of which 15 have the label 1, and 23 rows 0. Then sigma(w*) = 19/27, and
/// sigma(w) = 19/23 makes g_1 = g.
#[must_use]
pub fn crowd() -> Genome {
    let some = |value: (f64, f64), count: usize| std::iter::repeat_n(value, count);
    let rows: Vec<(f64, f64)> = some((1.0, 1.0), 19).chain(some((1.0, -1.0), 8)).chain(some((0.0, -1.0), 11)).collect();
    let shard = [[0; 15].as_slice(), &[26; 8], &[27; 23]].concat();
    Genome::logistic(&rows, shard, (19.0_f64 / 4.0).ln())
}

/// The numbers of workers at which a worst case is looked at.
pub const SIZES: [usize; 8] = [4, 9, 16, 25, 49, 100, 225, 400];

/// A ratio that grows by more than this from one of the last three sizes to the next has no limit in sight.
const GROWS: f64 = 1.15;

/// Whether the largest ratios, by increasing number of workers, still grow at the end.
#[must_use]
pub fn grows(ratios: &[f64]) -> bool {
    let last = &ratios[ratios.len().saturating_sub(3)..];
    last.len() == 3 && last[2] > 1.0 && last.windows(2).all(|pair| pair[1] > GROWS * pair[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_levels_off_does_not_grow() {
        assert!(grows(&[0.9, 1.5, 2.0, 3.1]) && !grows(&[0.9, 1.5, 2.0, 2.1]) && !grows(&[1.0, 2.0]));
        assert!(!grows(&[3.0, 0.2, 0.4, 0.8]), "nothing is refuted");
    }

    #[test]
    fn the_crowd_comes_close_to_what_is_proved_of_theorem_1() {
        let claim = crate::hunt::claim_of("theorem-1", crate::claim::Reading::Printed, "").unwrap();
        let ratio = crate::hunt::look::look(claim, &crowd().instance().unwrap().play().unwrap()).ratio;
        assert!(1.6077 < ratio && ratio < crate::hunt::limit::ONE_DIMENSION, "{ratio}");
    }

    #[test]
    fn shapes_have_the_workers_that_were_asked_for_and_trim_less_than_half() {
        for m in SIZES {
            for genome in shapes(m) {
                let instance = genome.instance().unwrap();
                assert!(instance.m() == m && 2 * instance.trimmed() < m && instance.trimmed() > 0, "{m}");
                assert!(instance.play().is_ok());
            }
        }
        // The instance that refutes printed Lemma 7: ten and six of sixteen.
        let instance = shapes(16)[0].instance().unwrap();
        assert_eq!(instance.workers.iter().map(|w| w.copies).collect::<Vec<_>>(), [10, 6]);
        assert_eq!((instance.trimmed(), instance.labels[1]), (6, -0.9765625));
    }
}
