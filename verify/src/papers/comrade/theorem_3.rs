//! Theorem 3: Theorem 1 with (eps_cb, zeta_cb) of Lemma 10.

use super::lemma_10;
use super::theorem_1::{self, Rederived};
use crate::claim::{Claim, Formula};

pub(super) fn claims() -> Vec<Claim> {
    let rederived = Rederived {
        says: Formula::new(
            "‖Δ′‖ ≤ G max{√(κζ_cb²/(1 − ζ_cb²))‖Δ‖, (L/σ_min)‖Δ‖²} + ε_cb/√σ_min, with rederived ε_cb, ζ_cb, G = (1 + √5)/2",
            r"\begin{aligned} \|{\Delta\prime}\| &\le G \max\Bigl\{ \sqrt{\tfrac{\kappa \zeta_{\mathrm{cb}}^2}{1 - \zeta_{\mathrm{cb}}^2}}\,\|\Delta\|, \\
            &\quad \tfrac{L}{\sigma_{\min}} \|\Delta\|^2 \Bigr\} + \tfrac{\varepsilon_{\mathrm{cb}}}{\sqrt{\sigma_{\min}}}, \\
            G &= \tfrac{1 + \sqrt5}{2}, \text{ with rederived } \varepsilon_{\mathrm{cb}}, \zeta_{\mathrm{cb}} \end{aligned}",
        ),
        because: "‖H^½(Q(p̂) − p*)‖ ≤ E + ZP with E = ε_cb, Z = ζ_cb by Lemma 10 rederived, and √(1 − Z²) + (1 + Z)/2 ≤ G",
        small: "ζ_cb < 1, rederived",
    };
    theorem_1::about(lemma_10::PAIR, "theorem-3", "Theorem 3: linear-quadratic convergence, compressed", rederived)
}
