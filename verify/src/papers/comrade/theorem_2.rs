//! Theorem 2: Theorem 1 with (eps_byz, zeta_byz) of Lemma 7.

use super::lemma_7;
use super::theorem_1::{self, Rederived};
use crate::claim::{Claim, Formula};

pub(super) fn claims() -> Vec<Claim> {
    let rederived = Rederived {
        says: Formula::new(
            "‖Δ′‖ ≤ G max{√(2κζ_byz²/(1 − 2ζ_byz²))‖Δ‖, (L/σ_min)‖Δ‖²} + √2 ε_byz/√σ_min, G = (1 + √5)/2",
            r"\begin{aligned} \|{\Delta\prime}\| &\le G \max\Bigl\{ \sqrt{\tfrac{2 \kappa \zeta_{\mathrm{byz}}^2}{1 - 2 \zeta_{\mathrm{byz}}^2}}\,\|\Delta\|, \\
            &\quad \tfrac{L}{\sigma_{\min}} \|\Delta\|^2 \Bigr\} + \tfrac{\sqrt2\,\varepsilon_{\mathrm{byz}}}{\sqrt{\sigma_{\min}}}, \\
            G &= \tfrac{1 + \sqrt5}{2} \end{aligned}",
        ),
        because: "‖H^½(p̂ − p*)‖ ≤ E + ZP with E = √2 ε_byz, Z = √2 ζ_byz by Lemma 7 rederived, and √(1 − Z²) + (1 + Z)/2 ≤ G",
        small: "2ζ_byz² < 1",
    };
    let title = "Theorem 2: linear-quadratic convergence with Byzantine workers";
    theorem_1::about(lemma_7::PAIR, "theorem-2", title, rederived)
}
