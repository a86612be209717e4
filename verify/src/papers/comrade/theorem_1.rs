//! Theorem 1. ||D'|| <= max{ sqrt(kappa zeta^2/(1-zeta^2)) ||D||, (L/sigma_min) ||D||^2 } + 2 eps/sqrt(sigma_min).
//!
//! It does not follow from Lemma 6: x^2 <= a x + b^2 + c^2 gives x <= G max(a, b) + c with the golden ratio G, and G is
//! reached. Rederived through ||H^{1/2}(phat - p*)|| <= eps + zeta P: with G, but with eps in place of 2 eps and with the
//! zeta of the text.

use super::contraction::{
    Linear, Pair, distance, distance_sharpened, energy, minimiser_known, root, theorem_1, theorem_1_rederived,
    through_p,
};
use super::{BOTH, eta_below_1, lemma_5};
use crate::claim::{At, Claim, Formula, Premise, Reading, Rung};
use crate::quantity::spectrum::sigma_min;
use crate::rounding::Rounding;

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
    about(lemma_5::PAIR, "theorem-1", "Theorem 1: linear-quadratic convergence", rederived)
}

fn measured() -> Rung {
    Rung::measured("‖Δ′‖", Rounding::Length, distance)
}

/// What the rederived reading of a theorem says of its pair.
pub(super) struct Rederived {
    pub(super) says: Formula,
    pub(super) because: &'static str,
    /// Z < 1, in the symbols of the lemma.
    pub(super) small: &'static str,
}

/// Theorem 1 about the pair of a lemma: the printed reading by its squares, the other two by the bound E + Z P on the norm
/// itself.
pub(super) fn about(from: Pair, id: &'static str, title: &'static str, ours: Rederived) -> Vec<Claim> {
    let Pair { applies, squares, rederived, sharpened, .. } = from;
    let [eps, zeta, tex_eps, tex_zeta] = from.symbols();
    let known = || vec![minimiser_known(), eta_below_1()];
    let printed = Claim {
        id,
        title,
        says: Formula::new(
            format!("‖Δ′‖ ≤ max{{√(κ{zeta}²/(1 − {zeta}²))‖Δ‖, (L/σ_min)‖Δ‖²}} + 2{eps}/√σ_min"),
            format!(
                r"\begin{{aligned}} \|{{\Delta\prime}}\| &\le \max\Bigl\{{ \sqrt{{\tfrac{{\kappa {tex_zeta}^2}}{{1 - {tex_zeta}^2}}}}\,\|\Delta\|, \\
                &\quad \tfrac{{L}}{{\sigma_{{\min}}}} \|\Delta\|^2 \Bigr\}} + \tfrac{{2 {tex_eps}}}{{\sqrt{{\sigma_{{\min}}}}}} \end{{aligned}}"
            ),
        ),
        modes: BOTH,
        applies,
        given: [known(), (from.printed_given)(), vec![from.small()]].concat(),
        ladder: vec![
            measured(),
            Rung::new(
                "root of x² = ax + b² + c²",
                format!("Lemma 6; a = (L/σ_min)‖Δ‖², b² = κ{zeta}²/(1 − {zeta}²)‖Δ‖², c² = 2{eps}²/σ_min"),
                move |at| root(at, squares(at)),
            ),
            Rung::new("max{b, a} + √2 c", "“x² ≤ ax + b² + c² gives x ≤ max{a, b} + √2 c”", move |at| {
                theorem_1(at, squares(at))
            }),
        ],
        ..Claim::default()
    };
    // The lines that the other two readings share, for a pair.
    let through_p = |pair: fn(At<'_>) -> Linear| {
        Rung::new(
            "(E + Z‖H^½Δ‖ + (1 + Z)‖H^½(Δ − p*)‖)/√σ_min",
            "triangle inequality, E + ZP",
            move |at| through_p(at, pair(at)) / sigma_min(at).sqrt(),
        )
    };
    let lipschitz = |pair: fn(At<'_>) -> Linear| {
        Rung::new(
            "√κ Z‖Δ‖ + (1 + Z)L/(2σ_min)‖Δ‖² + E/√σ_min",
            "‖H^½Δ‖ ≤ √σ_max‖Δ‖, Lipschitz Hessian",
            move |at| distance_sharpened(at, pair(at)),
        )
    };
    let small = Premise::new(ours.small, move |at| rederived(at).rate < 1.0);
    let golden = Claim {
        reading: Reading::Rederived,
        says: ours.says,
        because: ours.because.into(),
        given: [known(), (from.ours_given)(), vec![small]].concat(),
        ladder: vec![
            measured(),
            through_p(rederived),
            lipschitz(rederived),
            Rung::new(
                "G max{√(κZ²/(1 − Z²))‖Δ‖, (L/σ_min)‖Δ‖²} + E/√σ_min",
                "√(1 − Z²) + (1 + Z)/2 ≤ G",
                move |at| theorem_1_rederived(at, rederived(at)),
            ),
        ],
        ..printed.clone()
    };
    let sharp = Claim {
        reading: Reading::Sharpened,
        says: Formula::new(
            "‖Δ′‖ ≤ √κ Z‖Δ‖ + (1 + Z)L/(2σ_min)‖Δ‖² + E/√σ_min",
            r"\begin{aligned} \|{\Delta\prime}\| &\le \sqrt{\kappa}\,Z \|\Delta\| + \tfrac{(1 + Z) L}{2 \sigma_{\min}} \|\Delta\|^2 \\
            &\quad + \tfrac{E}{\sqrt{\sigma_{\min}}} \end{aligned}",
        ),
        because: from.sharpened_because().into(),
        given: from.sharpened_given(),
        ladder: vec![
            measured(),
            Rung::new("‖H^½Δ′‖/√σ_min", "‖v‖² ≤ ‖H^½v‖²/σ_min", |at| {
                energy(at).sqrt() / sigma_min(at).sqrt()
            }),
            through_p(sharpened),
            lipschitz(sharpened),
        ],
        ..printed.clone()
    };
    vec![printed, golden, sharp]
}
