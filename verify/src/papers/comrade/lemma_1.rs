//! Lemma 1 (McDiarmid), as the proof of Lemma 3 uses it: f(i_1..i_s) = ||g_i - g|| changes by at most c = (2/s) max ||b||
//! when one row is replaced, so that P[f >= E f + t] <= exp(-2t^2/(s c^2)).
//!
//! A posteriori the bounded difference is judged, a priori the tail at t = c sqrt(s ln(1/delta)/2). E f is not known
//! exactly: its lower estimate makes the claim harder. For a partition the rows are dependent; the inequality of
//! El-Yaniv and Pechyony has an exponent at least as good.

use super::{BOTH, noisy};
use crate::claim::{At, Claim, DELTA, Formula, Mode, Reading, Rung};
use crate::quantity::epsilon::{bounded_difference, mcdiarmid};
use crate::rounding::Rounding;

/// E f, its lower estimate.
fn expected(at: At<'_>) -> f64 {
    at.draw.expected_deviation.unwrap_or(f64::NAN)
}

fn change() -> Rung {
    Rung::first("max |f − f′|", |at| at.draw.sketch.bounded_difference).only(Mode::APosteriori)
}

fn value() -> Rung {
    Rung::measured("f = ‖gᵢ − g‖", Rounding::Deviation, |at| at.draw.sketch.first_deviation).only(Mode::APriori)
}

fn printed() -> Claim {
    Claim {
        id: "lemma-1",
        title: "Lemma 1: McDiarmid, for the gradient of one worker",
        says: Formula::new(
            "|f − f′| ≤ (2/s) max‖b‖, and P[f − E f ≥ t] ≤ exp(−2t²/Σc²) for f = ‖gᵢ − g‖",
            r"\begin{aligned} |f - f\prime| &\le \tfrac{2}{s}\,\max_j \|b_j\|, \\
              \mathrm{P}[f - \mathrm{E} f \ge t] &\le \exp\Bigl(-\tfrac{2t^2}{\sum c^2}\Bigr) \\
              \text{for } f &= \|g_i - g\| \end{aligned}",
        ),
        because: "the text, with the c of Lemma 3's proof".into(),
        modes: BOTH,
        applies: noisy,
        independent: true,
        ladder: vec![
            change(),
            Rung::new("(2/s) max‖b‖", "‖bⱼ − bₖ‖ ≤ 2 max‖b‖", |at| {
                bounded_difference(at, at.draw.place.b.largest)
            })
            .only(Mode::APosteriori),
            value(),
            Rung::new("E f + (2/s) max‖b‖ √(s ln(1/δ)/2)", "McDiarmid at probability δ", |at| {
                expected(at) + mcdiarmid(at, at.draw.place.b.largest, DELTA)
            })
            .only(Mode::APriori),
        ],
        ..Claim::default()
    }
}

fn rederived() -> Claim {
    Claim {
        reading: Reading::Rederived,
        independent: false,
        because: "nothing to correct; for a partition by El-Yaniv and Pechyony".into(),
        ..printed()
    }
}

fn sharpened() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        independent: false,
        says: Formula::new(
            "|f − f′| ≤ (2/s) max‖b − b̄‖, and the tail with it",
            r"\begin{aligned} |f - f\prime| &\le \tfrac{2}{s}\,\max_j \|b_j - \bar b\|, \\
              &\text{and the tail with it} \end{aligned}",
        ),
        because: "‖bⱼ − bₖ‖ ≤ 2 max‖b − b̄‖".into(),
        ladder: vec![
            change(),
            Rung::new("(2/s) max‖b − b̄‖", "‖bⱼ − bₖ‖ ≤ 2 max‖b − b̄‖", |at| {
                bounded_difference(at, at.draw.place.b.largest_centred)
            })
            .only(Mode::APosteriori),
            value(),
            Rung::new("E f + (2/s) max‖b − b̄‖ √(s ln(1/δ)/2)", "McDiarmid at probability δ", |at| {
                expected(at) + mcdiarmid(at, at.draw.place.b.largest_centred, DELTA)
            })
            .only(Mode::APriori),
        ],
        ..printed()
    }
}

pub(super) fn claims() -> Vec<Claim> {
    vec![printed(), rederived(), sharpened()]
}
