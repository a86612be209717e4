//! Theorem 1. ||D'|| <= max{ sqrt(kappa zeta^2/(1-zeta^2)) ||D||, (L/sigma_min) ||D||^2 } + 2 eps/sqrt(sigma_min).
//!
//! It does not follow from Lemma 6: x^2 <= a x + b^2 + c^2 gives x <= G max(a, b) + c with the golden ratio G, and G is
//! reached. Rederived through ||H^{1/2}(phat - p*)|| <= eps + zeta P: with G, but with eps in place of 2 eps and with the
//! zeta of the text.

use super::contraction::{Rederived, theorem_1_about};
use super::lemma_5;
use crate::claim::{Claim, Formula};

pub(super) fn claims() -> Vec<Claim> {
    let rederived = Rederived {
        says: Formula::new(
            "‖Δ′‖ ≤ G max{√(κζ²/(1 − ζ²))‖Δ‖, (L/σ_min)‖Δ‖²} + ε/√σ_min, G = (1 + √5)/2",
            r"\begin{aligned} \|{\Delta\prime}\| &\le G \max\Bigl\{ \sqrt{\tfrac{\kappa \zeta^2}{1 - \zeta^2}}\,\|\Delta\|, \\
            &\quad \tfrac{L}{\sigma_{\min}} \|\Delta\|^2 \Bigr\} + \tfrac{\varepsilon}{\sqrt{\sigma_{\min}}}, \\
            G &= \tfrac{1 + \sqrt5}{2} \end{aligned}",
        ),
        because: "‖H^½(p̂ − p*)‖ ≤ E + ZP with E = ε, Z = ζ by Lemma 5 rederived, and √(1 − Z²) + (1 + Z)/2 ≤ G",
        small: "ζ < 1",
    };
    theorem_1_about(lemma_5::PAIR, "theorem-1", "Theorem 1: linear-quadratic convergence", rederived)
}
