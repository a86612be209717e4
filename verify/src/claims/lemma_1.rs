//! Lemma 1 (McDiarmid), as the proof of Lemma 3 uses it: f(i_1..i_s) = ||g_i - g|| changes by at most c = (2/s) max ||b||
//! when one row is replaced, so that P[f >= E f + t] <= exp(-2t^2/(s c^2)).
//!
//! A posteriori the bounded difference is judged, a priori the tail at t = c sqrt(s ln(1/delta)/2). E f is not known
//! exactly: its lower estimate makes the claim harder. For a partition the rows are dependent; the inequality of
//! El-Yaniv and Pechyony has an exponent at least as good.

use super::{BOTH, noisy};
use crate::claim::{At, Claim, DELTA, Reading, Rung};
use crate::quantity::epsilon::{bounded_difference, mcdiarmid};

/// E f, its lower estimate.
fn expected(at: At<'_>) -> f64 {
    at.draw.expected_deviation.unwrap_or(f64::NAN)
}

const CHANGE: Rung =
    Rung::a_posteriori("max |f − f′|", "measured on the draw", |at| at.draw.sketch.bounded_difference);
const VALUE: Rung = Rung::a_priori("f = ‖gᵢ − g‖", "measured on the draw", |at| at.draw.sketch.first_deviation);

const PRINTED: Claim = Claim {
    id: "lemma-1",
    title: "Lemma 1: McDiarmid, for the gradient of one worker",
    reading: Reading::Printed,
    variant: "",
    says: "|f − f′| ≤ (2/s) max‖b‖, and P[f − E f ≥ t] ≤ exp(−2t²/Σc²) for f = ‖gᵢ − g‖",
    because: "the text, with the c of Lemma 3's proof",
    modes: BOTH,
    applies: noisy,
    independent: true,
    given: &[],
    ladder: &[
        CHANGE,
        Rung::a_posteriori("(2/s) max‖b‖", "‖bⱼ − bₖ‖ ≤ 2 max‖b‖", |at| {
            bounded_difference(at, at.draw.place.b.largest)
        }),
        VALUE,
        Rung::a_priori("E f + (2/s) max‖b‖ √(s ln(1/δ)/2)", "McDiarmid at probability δ", |at| {
            expected(at) + mcdiarmid(at, at.draw.place.b.largest, DELTA)
        }),
    ],
};

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    independent: false,
    because: "nothing to correct; for a partition by El-Yaniv and Pechyony",
    ..PRINTED
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    independent: false,
    says: "|f − f′| ≤ (2/s) max‖b − b̄‖, and the tail with it",
    because: "‖bⱼ − bₖ‖ ≤ 2 max‖b − b̄‖",
    ladder: &[
        CHANGE,
        Rung::a_posteriori("(2/s) max‖b − b̄‖", "‖bⱼ − bₖ‖ ≤ 2 max‖b − b̄‖", |at| {
            bounded_difference(at, at.draw.place.b.largest_centred)
        }),
        VALUE,
        Rung::a_priori("E f + (2/s) max‖b − b̄‖ √(s ln(1/δ)/2)", "McDiarmid at probability δ", |at| {
            expected(at) + mcdiarmid(at, at.draw.place.b.largest_centred, DELTA)
        }),
    ],
    ..PRINTED
};

pub(super) const CLAIMS: [Claim; 3] = [PRINTED, REDERIVED, SHARPENED];
