//! Lemma 3 and Remark 8. With probability 1 - delta, for all i: ||g_i - g|| <= (1 + sqrt(2 ln(m/delta))) sqrt(1/s) max_j ||b_j||.
//!
//! Correct as printed, for draws with replacement: McDiarmid with c_k = (2/s) max ||b_j||, and E||.|| <= sqrt(E||.||^2).
//! For a partition the draws are dependent and the inequality of El-Yaniv and Pechyony replaces McDiarmid's.

use super::{A_PRIORI, noisy};
use crate::claim::{Claim, DELTA, Formula, Reading, Rung};
use crate::quantity::epsilon;
use crate::rounding::Rounding;

fn measured() -> Rung {
    Rung::measured("maxᵢ ‖gᵢ − g‖", Rounding::Deviation, |at| at.draw.sketch.deviation.max)
}

fn around_the_variance() -> Rung {
    Rung::new(
        "√(tr Cov_b / s) + max‖b‖ √(2 ln(m/δ)/s)",
        "E‖·‖ ≤ √E‖·‖², bounded differences (2/s) max‖b‖",
        |at| {
            let (counts, b) = (at.draw.sketch.counts, at.draw.place.b);
            let (m, s) = (counts.workers as f64, counts.shard as f64);
            (b.trace / s).sqrt() + b.largest * (2.0 * (m / DELTA).ln() / s).sqrt()
        },
    )
}

fn bound() -> Rung {
    Rung::new("(1 + √(2 ln(m/δ))) √(1/s) max‖b‖", "tr Cov_b ≤ max‖b‖²", |at| {
        epsilon::deviation_printed(at, DELTA)
    })
}

fn printed() -> Claim {
    Claim {
        id: "lemma-3",
        title: "Lemma 3: a uniform sample of rows keeps the gradient",
        says: Formula::new(
            "maxᵢ ‖gᵢ − g‖ ≤ (1 + √(2 ln(m/δ))) √(1/s) max‖b‖",
            r"\begin{aligned} &\max_i \|g_i - g\| \\
              &\quad\le \Bigl(1 + \sqrt{2 \ln\tfrac{m}{\delta}}\Bigr) \sqrt{\tfrac{1}{s}}\;\max_j \|b_j\| \end{aligned}",
        ),
        because: "the text, with m/δ for all workers at once (Remark 8)".into(),
        modes: A_PRIORI,
        applies: noisy,
        independent: true,
        ladder: vec![measured(), around_the_variance(), bound()],
        ..Claim::default()
    }
}

fn rederived() -> Claim {
    Claim {
        reading: Reading::Rederived,
        independent: false,
        because: "nothing to correct; for a partition by El-Yaniv and Pechyony instead of McDiarmid".into(),
        ..printed()
    }
}

fn sharpened() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        independent: false,
        says: Formula::new(
            "maxᵢ ‖gᵢ − g‖ ≤ √(tr Cov_b / s) + 2 max‖b − b̄‖ √(ln(m/δ)/(2s))",
            r"\begin{aligned} &\max_i \|g_i - g\| \le \sqrt{\tfrac{1}{s}\operatorname{tr}\operatorname{Cov}_b} \\
              &\quad + 2 \max_j \|b_j - \bar b\| \sqrt{\tfrac{\ln(m/\delta)}{2s}} \end{aligned}",
        ),
        because: "the variance kept, differences around the mean; without replacement where shards are dealt".into(),
        ladder: vec![
            measured(),
            Rung::new(
                "√(tr Cov_b / s) + 2 max‖b − b̄‖ √(ln(m/δ)/(2s))",
                "bounded differences (1/s) max‖bⱼ − bₖ‖ ≤ (2/s) max‖b − b̄‖",
                |at| epsilon::deviation_sharpened(at, DELTA),
            ),
        ],
        ..printed()
    }
}

pub(super) fn claims() -> Vec<Claim> {
    vec![printed(), rederived(), sharpened()]
}
