//! Theorem A, a statement of ours. A step w' = w - W g of lazy Newton with the exact gradient g and any W > 0.
//!
//! ```text
//! x = H^{1/2}(w - w*)   K = H^{1/2} W H^{1/2}   delta = ||I - K||   e = H (w - w*) - g   D = max_j |x_j'(w - w*)|
//! x' = (I - K) x + K H^{-1/2} e
//! rederived   ||x'|| <= delta ||x|| + (1 + delta) psi(D) ||x||                   logistic loss, psi(u) = (e^u - 1)/u - 1
//! lipschitz   ||x'|| <= delta ||x|| + (1 + delta) L ||w - w*||^2/(2 sqrt(sigma_min))   any loss
//! sharpened   ||x'|| <= delta ||x|| + ||K|| psi(D) ||x||
//! ```
//!
//! For the logistic loss |l'''| <= l'', so that along the segment to w* the Hessian lies between e^{-sD} H and e^{sD} H, and its
//! mean is within psi(D) of H. W is whatever symmetric positive definite matrix the step used, times its length: B^{-1}, or what
//! the memory made of it. A multiple of it has delta = (kappa - 1)/(kappa + 1) < 1, kappa = cond(K).

use crate::claim::{At, Claim, Formula, Premise, Reading, Rung};
use crate::quantity::stride::{bend, bend_lipschitz, delta, of, size};
use crate::rounding::Rounding;
use crate::scenario::Scenario;
use comrade::loss::Loss;

pub(super) fn positive() -> Premise {
    Premise::new("W > 0", |at| of(at, |s| s.least) > 0.0)
}

pub(super) fn measured() -> Rung {
    Rung::measured("‖x′‖", Rounding::Stride, |at| of(at, |s| s.after))
}

/// Honest workers, and a center that assumes no liars.
fn exact(scenario: &Scenario) -> bool {
    scenario.lazy.is_some() && scenario.byzantine() == 0 && scenario.beta == 0.0
}

fn logistic(scenario: &Scenario) -> bool {
    exact(scenario) && scenario.loss == Loss::Logistic
}

fn triangle() -> Rung {
    Rung::new("‖(I − K)x‖ + ‖KH^(−½)e‖", "triangle inequality", |at| {
        of(at, |s| s.contracted) + of(at, |s| s.bent)
    })
}

fn norms() -> Rung {
    Rung::new("δ‖x‖ + (1 + δ)‖H^(−½)e‖", "‖I − K‖ = δ, ‖K‖ ≤ 1 + δ", |at| {
        delta(at) * of(at, |s| s.before) + (1.0 + delta(at)) * of(at, |s| s.rest)
    })
}

/// delta ||x|| + `factor` `bend`.
pub(super) fn bound(at: At<'_>, factor: f64, bend: f64) -> f64 {
    delta(at) * of(at, |s| s.before) + factor * bend
}

fn rederived() -> Claim {
    Claim {
        id: "theorem-a",
        title: "Theorem A: a step of lazy Newton without liars",
        reading: Reading::Rederived,
        says: Formula::new(
            "‖x′‖ ≤ δ‖x‖ + (1 + δ)ψ(D)‖x‖",
            r"\|x\prime\| \le \delta \|x\| + (1 + \delta)\,\psi(D) \|x\|",
        ),
        because: "a statement of ours: x′ = (I − K)x + KH^(−½)e, and |ℓ‴| ≤ ℓ″ for the logistic loss".into(),
        applies: logistic,
        given: vec![positive()],
        ladder: vec![
            measured(),
            triangle(),
            norms(),
            Rung::new("δ‖x‖ + (1 + δ)ψ(D)‖x‖", "e^(−sD)H ≤ H(w − s(w − w*)) ≤ e^(sD)H", |at| {
                bound(at, 1.0 + delta(at), bend(at))
            }),
        ],
        ..Claim::default()
    }
}

fn lipschitz() -> Claim {
    Claim {
        variant: "lipschitz",
        says: Formula::new(
            "‖x′‖ ≤ δ‖x‖ + (1 + δ)(L/(2√σ_min))‖w − w*‖²",
            r"\|x\prime\| \le \delta \|x\| + (1 + \delta) \tfrac{L}{2\sqrt{\sigma_{\min}}} \|w - w^*\|^2",
        ),
        because: "a statement of ours: the same, for any loss with a Lipschitz Hessian".into(),
        applies: exact,
        ladder: vec![
            measured(),
            triangle(),
            norms(),
            Rung::new(
                "δ‖x‖ + (1 + δ)(L/(2√σ_min))‖w − w*‖²",
                "‖e‖ ≤ (L/2)‖w − w*‖²",
                |at| bound(at, 1.0 + delta(at), bend_lipschitz(at)),
            ),
        ],
        ..rederived()
    }
}

fn sharpened() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        says: Formula::new("‖x′‖ ≤ δ‖x‖ + ‖K‖ψ(D)‖x‖", r"\|x\prime\| \le \delta \|x\| + \|K\|\,\psi(D) \|x\|"),
        because: "a statement of ours: ‖K‖ itself in place of 1 + δ".into(),
        ladder: vec![
            measured(),
            triangle(),
            Rung::new("δ‖x‖ + ‖K‖‖H^(−½)e‖", "‖I − K‖ = δ", |at| {
                delta(at) * of(at, |s| s.before) + size(at) * of(at, |s| s.rest)
            }),
            Rung::new("δ‖x‖ + ‖K‖ψ(D)‖x‖", "e^(−sD)H ≤ H(w − s(w − w*)) ≤ e^(sD)H", |at| {
                bound(at, size(at), bend(at))
            }),
        ],
        ..rederived()
    }
}

pub(super) fn claims() -> Vec<Claim> {
    vec![rederived(), lipschitz(), sharpened()]
}
