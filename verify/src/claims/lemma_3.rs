//! Lemma 3 and Remark 8. With probability 1 - delta, for all i: ||g_i - g|| <= (1 + sqrt(2 ln(m/delta))) sqrt(1/s) max_j ||b_j||.
//!
//! Correct as printed, for draws with replacement: McDiarmid with c_k = (2/s) max ||b_j||, and E||.|| <= sqrt(E||.||^2).
//! For a partition the draws are dependent and the inequality of El-Yaniv and Pechyony replaces McDiarmid's.

use super::{A_PRIORI, noisy};
use crate::claim::{At, Claim, DELTA, Reading, Rung};
use crate::quantity::epsilon;

const MEASURED: Rung = Rung::new("maxᵢ ‖gᵢ − g‖", "measured on the draw", |at| at.draw.sketch.deviation.max);
const AROUND_THE_VARIANCE: Rung = Rung::new(
    "√(tr Cov_b / s) + max‖b‖ √(2 ln(m/δ)/s)",
    "E‖·‖ ≤ √E‖·‖², bounded differences (2/s) max‖b‖",
    around_the_variance,
);
const BOUND: Rung = Rung::new("(1 + √(2 ln(m/δ))) √(1/s) max‖b‖", "tr Cov_b ≤ max‖b‖²", |at| {
    epsilon::deviation_printed(at, DELTA)
});

fn around_the_variance(at: At<'_>) -> f64 {
    let counts = at.draw.sketch.counts;
    let (m, s) = (counts.workers as f64, counts.shard as f64);
    (at.draw.place.b.trace / s).sqrt() + at.draw.place.b.largest * (2.0 * (m / DELTA).ln() / s).sqrt()
}

const PRINTED: Claim = Claim {
    id: "lemma-3",
    title: "Lemma 3: a uniform sample of rows keeps the gradient",
    reading: Reading::Printed,
    variant: "",
    says: "maxᵢ ‖gᵢ − g‖ ≤ (1 + √(2 ln(m/δ))) √(1/s) max‖b‖",
    because: "the text, with m/δ for all workers at once (Remark 8)",
    modes: A_PRIORI,
    applies: noisy,
    independent: true,
    given: &[],
    ladder: &[MEASURED, AROUND_THE_VARIANCE, BOUND],
};

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    independent: false,
    because: "nothing to correct; for a partition by El-Yaniv and Pechyony instead of McDiarmid",
    ..PRINTED
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    independent: false,
    says: "maxᵢ ‖gᵢ − g‖ ≤ √(tr Cov_b / s) + 2 max‖b − b̄‖ √(ln(m/δ)/(2s))",
    because: "the variance kept, differences around the mean; without replacement where shards are dealt",
    ladder: &[
        MEASURED,
        Rung::new(
            "√(tr Cov_b / s) + 2 max‖b − b̄‖ √(ln(m/δ)/(2s))",
            "bounded differences (1/s) max‖bⱼ − bₖ‖ ≤ (2/s) max‖b − b̄‖",
            |at| epsilon::deviation_sharpened(at, DELTA),
        ),
    ],
    ..PRINTED
};

pub(super) const CLAIMS: [Claim; 3] = [PRINTED, REDERIVED, SHARPENED];
