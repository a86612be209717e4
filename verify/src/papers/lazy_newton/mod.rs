//! Statements of this project about lazy Newton: Theorem A (a step without liars), Theorem B (with liars) and the medoid of
//! the Hessians. They are in no text, so that none has a printed reading.
//!
//! One file per statement. Its symbols are in [`crate::quantity::stride`].

mod medoid;
mod planted;
mod theorem_a;
mod theorem_b;

use crate::claim::{Claim, Fault};

/// The statements.
#[cfg(feature = "report")]
pub(super) const PAPER: super::Paper = super::Paper {
    name: "lazy-newton",
    printed: "Lazy Newton: Theorems A and B and the medoid, statements of this project",
    judged: super::Judged::ByRuns(claims),
};

/// Every claim, rederived before sharpened.
pub(crate) fn claims() -> Vec<Claim> {
    [theorem_a::claims(), theorem_b::claims(), medoid::claims()].concat()
}

/// Every planted fault.
pub(crate) fn faults() -> Vec<&'static Fault> {
    planted::FAULTS.iter().collect()
}

/// Whether a claim is about a step of lazy Newton, and then whether its center assumes liars.
#[must_use]
pub fn strides(claim: &Claim) -> Option<bool> {
    match claim.id {
        "theorem-a" => Some(false),
        "theorem-b" => Some(true),
        _ => None,
    }
}

/// (symbol in TeX, meaning), in the order in which a reader meets them.
pub const NOTATION: &[(&str, &str)] = &[
    (r"W,\ B", "of lazy Newton: the matrix of a step w − Wg, and the Hessian that the center remembers"),
    (r"x = H^{1/2}(w - w^*),\ x\prime", "distance from w* in the norm of H, before and after a step of lazy Newton"),
    (r"K = H^{1/2} W H^{1/2},\ \delta = \|I - K\|", "how far W is from the inverse of H"),
    (
        r"D,\ \psi(u) = (e^u - 1)/u - 1",
        "the largest change of a margin on the way to w*, and how much H changes over it",
    ),
    (r"f,\ \kappa_B", "how many are assumed to lie, and the condition number of B in the metric of H"),
    (r"G,\ c_r", "spread of the honest gradients, and how many times its square a robust mean may be off"),
    (r"\operatorname{dist}(A, B)", "the largest |log| of an eigenvalue of B⁻¹A"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Lazy, Scenario, all};
    use comrade::loss::Loss;

    #[test]
    fn every_statement_is_about_the_runs_that_its_premises_describe() {
        let exact =
            Scenario { loss: Loss::Logistic, liars: None, beta: 0.0, lazy: Some(Lazy::PLAIN), ..all().swap_remove(0) };
        let liars = Some((1, "zero".into()));
        let about = |scenario: &Scenario| -> Vec<(&str, &str)> {
            let known = ["theorem-a", "theorem-b", "medoid"];
            let own = claims().into_iter().filter(|c| known.contains(&c.id) && (c.applies)(scenario));
            own.map(|claim| (claim.id, claim.variant)).collect()
        };
        let [a, b, medoid] = ["theorem-a", "theorem-b", "medoid"];
        let without = [(a, ""), (a, "lipschitz"), (a, "")];
        let with = [(b, ""), (b, "floor"), (b, ""), (b, "floor"), (medoid, ""), (medoid, "")];
        let guarded = Scenario { beta: 0.2, ..exact.clone() };
        assert_eq!(about(&exact), without);
        assert_eq!(about(&guarded), with);
        assert_eq!(about(&Scenario { liars: liars.clone(), ..guarded.clone() }), with);
        // Of another loss only what asks for no more than a Lipschitz Hessian.
        assert_eq!(about(&Scenario { loss: Loss::Squared, ..exact.clone() }), [(a, "lipschitz")]);
        assert_eq!(about(&Scenario { loss: Loss::Squared, ..guarded }), [(medoid, ""), (medoid, "")]);
        // A center that assumes no liars is promised nothing where there are some; and COMRADE is not lazy Newton.
        assert_eq!(about(&Scenario { liars, ..exact.clone() }), []);
        assert_eq!(about(&Scenario { lazy: None, ..exact }), []);
    }

    #[test]
    fn what_is_about_a_step_says_whether_its_center_assumes_liars() {
        for claim in claims() {
            let wanted = [("theorem-a", Some(false)), ("theorem-b", Some(true)), ("medoid", None)];
            if let Some((_, wanted)) = wanted.iter().find(|(id, _)| *id == claim.id) {
                assert_eq!(strides(&claim), *wanted, "{}", claim.id);
            }
            assert!(faults().iter().any(|fault| fault.id == claim.id), "{} has a planted fault", claim.id);
        }
    }
}
