//! Lemma 2. With probability 1 - delta: ||U'S_iS_i'U - I|| <= eta for all i, and ||U'SS'U - I|| <= eta/sqrt(m).
//!
//! The restatement drops the premise of its source, s >= (3 mu r / eta^2) ln(r m / delta): here that rule, solved for
//! eta, is the printed bound. A posteriori the statement defines eta, so that only the a-priori mode says something.

use super::{A_PRIORI, honest};
use crate::claim::{Claim, DELTA, Premise, Reading, Rung};
use crate::quantity::{eta, ridge};

const MEASURED: Rung = Rung::new("max( maxᵢ ηᵢ, √m η̄ )", "measured on the draw", eta::measured);

const PRINTED: Claim = Claim {
    id: "lemma-2",
    title: "Lemma 2: a uniform sample of rows keeps the geometry",
    reading: Reading::Printed,
    variant: "",
    says: "max( maxᵢ ‖UᵀSᵢSᵢᵀU − I‖, √m ‖UᵀSSᵀU − I‖ ) ≤ η",
    because: "η from the source's rule s ≥ (3μr/η²) ln(rm/δ), which the restatement drops",
    modes: A_PRIORI,
    applies: honest,
    independent: true,
    given: &[Premise { says: "η < 1", holds: |at| eta::printed_rule(at, DELTA) < 1.0 }],
    ladder: &[MEASURED, Rung::new("√(3μr ln(rm/δ)/s)", "the printed rule", |at| eta::printed_rule(at, DELTA))],
};

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    independent: false,
    because: "both tails of matrix Chernoff and m + 1 events: s ≥ (3μr/η²) ln(2r(m+1)/δ). A convenience: the printed rule suffices at δ ≤ 0.1",
    given: &[Premise { says: "η < 1", holds: |at| eta::rederived_rule(at, DELTA) < 1.0 }],
    ladder: &[
        MEASURED,
        Rung::new("exact Chernoff η", "matrix Chernoff, union over m + 1 events", |at| eta::chernoff(at, DELTA)),
        Rung::new("√(3μr ln(2r(m+1)/δ)/s)", "exponents at least η²/3", |at| eta::rederived_rule(at, DELTA)),
    ],
    ..PRINTED
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    independent: false,
    because: "the exact Chernoff exponents solved for η",
    given: &[Premise { says: "η < 1", holds: |at| eta::chernoff(at, DELTA) < 1.0 }],
    ladder: &[
        MEASURED,
        Rung::new("exact Chernoff η", "matrix Chernoff, union over m + 1 events", |at| eta::chernoff(at, DELTA)),
    ],
    ..PRINTED
};

const RIDGE: Claim = Claim {
    variant: "ridge",
    says: "maxᵢ ‖H^(−½)(Hᵢ − H)H^(−½)‖ ≤ t",
    because: "matrix Bernstein on ridge leverage scores: what the proofs need, without the coherence of rare features",
    given: &[Premise { says: "t < 1", holds: |at| ridge::radius(at, DELTA) < 1.0 }],
    ladder: &[
        Rung::new("η_ridge = maxᵢ ‖Eᵢ‖", "measured on the draw", ridge::eta_ridge),
        Rung::new("t", "matrix Bernstein, union over m + 1 events", |at| ridge::radius(at, DELTA)),
    ],
    ..SHARPENED
};

pub(super) const CLAIMS: [Claim; 4] = [PRINTED, REDERIVED, SHARPENED, RIDGE];
