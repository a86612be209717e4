//! Lemma 2. With probability 1 - delta: ||U'S_iS_i'U - I|| <= eta for all i, and ||U'SS'U - I|| <= eta/sqrt(m).
//!
//! The restatement drops the premise of its source, s >= (3 mu r / eta^2) ln(r m / delta): here that rule, solved for
//! eta, is the printed bound. A posteriori the statement defines eta, so that only the a-priori mode says something.

use super::{A_PRIORI, honest};
use crate::claim::{Claim, DELTA, Formula, Premise, Reading, Rung};
use crate::quantity::{eta, ridge};

fn measured() -> Rung {
    Rung::first("max( maxᵢ ηᵢ, √m η̄ )", eta::measured)
}

fn printed() -> Claim {
    Claim {
        id: "lemma-2",
        title: "Lemma 2: a uniform sample of rows keeps the geometry",
        says: Formula::new(
            "max( maxᵢ ‖UᵀSᵢSᵢᵀU − I‖, √m ‖UᵀSSᵀU − I‖ ) ≤ η",
            r"\begin{aligned} &\max\bigl(\max_i \|U^{\top} S_i S_i^{\top} U - I\|, \\
              &\qquad\; \sqrt{m}\;\|U^{\top} S S^{\top} U - I\|\bigr) \le \eta \end{aligned}",
        ),
        because: "η from the source's rule s ≥ (3μr/η²) ln(rm/δ), which the restatement drops".into(),
        modes: A_PRIORI,
        applies: honest,
        independent: true,
        given: vec![Premise::new("η < 1", |at| eta::printed_rule(at, DELTA) < 1.0)],
        ladder: vec![measured(), Rung::new("√(3μr ln(rm/δ)/s)", "the printed rule", |at| eta::printed_rule(at, DELTA))],
        ..Claim::default()
    }
}

fn rederived() -> Claim {
    Claim {
    reading: Reading::Rederived,
    independent: false,
    because: "both tails of matrix Chernoff and m + 1 events: s ≥ (3μr/η²) ln(2r(m+1)/δ). A convenience: the printed rule suffices at δ ≤ 0.1".into(),
    given: vec![Premise::new("η < 1", |at| eta::rederived_rule(at, DELTA) < 1.0)],
    ladder: vec![
        measured(),
        Rung::new("exact Chernoff η", "matrix Chernoff, union over m + 1 events", |at| eta::chernoff(at, DELTA)),
        Rung::new("√(3μr ln(2r(m+1)/δ)/s)", "exponents at least η²/3", |at| eta::rederived_rule(at, DELTA)),
    ],
    ..printed()
}
}

fn sharpened() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        independent: false,
        because: "the exact Chernoff exponents solved for η".into(),
        given: vec![Premise::new("η < 1", |at| eta::chernoff(at, DELTA) < 1.0)],
        ladder: vec![
            measured(),
            Rung::new("exact Chernoff η", "matrix Chernoff, union over m + 1 events", |at| eta::chernoff(at, DELTA)),
        ],
        ..printed()
    }
}

fn ridge() -> Claim {
    Claim {
        variant: "ridge",
        says: Formula::new("maxᵢ ‖H^(−½)(Hᵢ − H)H^(−½)‖ ≤ t", r"\max_i \|H^{-1/2}(H_i - H)H^{-1/2}\| \le t"),
        because:
            "matrix Bernstein on ridge leverage scores: what the proofs need, without the coherence of rare features"
                .into(),
        given: vec![Premise::new("t < 1", |at| ridge::radius(at, DELTA) < 1.0)],
        ladder: vec![
            Rung::first("η_ridge = maxᵢ ‖Eᵢ‖", ridge::eta_ridge),
            Rung::new("t", "matrix Bernstein, union over m + 1 events", |at| ridge::radius(at, DELTA)),
        ],
        ..sharpened()
    }
}

pub(super) fn claims() -> Vec<Claim> {
    vec![printed(), rederived(), sharpened(), ridge()]
}
