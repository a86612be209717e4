//! Lemma 6. If phi(phat) <= eps^2 + (1 - zeta^2) phi(p*), then D'H D' <= L ||D'|| ||D||^2 + zeta^2/(1 - zeta^2) D H D + 2 eps^2.
//!
//! Correct as printed; its first display misprints two coefficients, (17) is right. Through the rederived Lemma 5 zeta^2
//! becomes 2 zeta^2.

use super::contraction::{
    Pair, Squares, by_cauchy_schwarz, by_triangle, energy, energy_sharpened, from_17, is_given, lemma_6,
    minimiser_known, through_p,
};
use super::{BOTH, eta_below_1, lemma_5};
use crate::claim::{At, Claim, Formula, Premise, Reading, Rung};
use crate::rounding::Rounding;

pub(super) fn claims() -> Vec<Claim> {
    about(lemma_5::PAIR, "lemma-6", "Lemma 6: one step towards w*, in the norm of H")
}

fn measured() -> Rung {
    Rung::measured("Δ′ᵀHΔ′", Rounding::Square, energy)
}

/// The proof of Lemma 6, with what its two last terms are in symbols.
fn ladder(pair: fn(At<'_>) -> Squares, rest: &str) -> Vec<Rung> {
    vec![
        measured(),
        Rung::new(format!("2Δ′ᵀ(HΔ − g) + {rest}"), "(17), solved", move |at| from_17(at, pair(at))),
        Rung::new(format!("2‖Δ′‖‖HΔ − g‖ + {rest}"), "Cauchy–Schwarz", move |at| {
            by_cauchy_schwarz(at, pair(at))
        }),
        Rung::new(format!("L‖Δ′‖‖Δ‖² + {rest}"), "‖HΔ − g‖ ≤ (L/2)‖Δ‖²", move |at| {
            lemma_6(at, pair(at))
        }),
    ]
}

/// Lemma 6 about the pair of a lemma.
pub(super) fn about(from: Pair, id: &'static str, title: &'static str) -> Vec<Claim> {
    let Pair { lemma, applies, squares, rederived_squares, sharpened, .. } = from;
    let [eps, zeta, tex_eps, tex_zeta] = from.symbols();
    let rest = |times: &str| format!("{times}{zeta}²/(1 − {times}{zeta}²) ΔᵀHΔ + 2{eps}²");
    // The statement with `times` zeta^2 for zeta^2.
    let says = |times: &str| {
        Formula::new(
            format!("Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + {}", rest(times)),
            format!(
                r"\begin{{aligned}} {{\Delta\prime}}^{{\top}} H {{\Delta\prime}} &\le L \|{{\Delta\prime}}\| \|\Delta\|^2 \\
                &\quad + \tfrac{{{times}{tex_zeta}^2}}{{1 - {times}{tex_zeta}^2}}\,\Delta^{{\top}} H \Delta
                + 2{tex_eps}^2 \end{{aligned}}"
            ),
        )
    };
    // What the lemma itself states.
    let given = |times: &str, pair: fn(At<'_>) -> Squares| {
        Premise::new(format!("φ(p̂) ≤ {eps}² + (1 − {times}{zeta}²) φ(p*)"), move |at| is_given(at, pair(at)))
    };
    let printed = Claim {
        id,
        title,
        says: says(""),
        because: format!("the text, given the bound of {lemma}").into(),
        modes: BOTH,
        applies,
        given: vec![minimiser_known(), eta_below_1(), from.small(), given("", squares)],
        ladder: ladder(squares, &rest("")),
        ..Claim::default()
    };
    let twice_small = Premise::new(format!("2{zeta}² < 1"), move |at| rederived_squares(at).zeta < 1.0);
    let rederived = Claim {
        reading: Reading::Rederived,
        says: says("2"),
        because: format!("through the rederived {lemma}: 2{zeta}² for {zeta}²").into(),
        given: vec![minimiser_known(), eta_below_1(), twice_small, given("2", rederived_squares)],
        ladder: ladder(rederived_squares, &rest("2")),
        ..printed.clone()
    };
    let sharpened = Claim {
        reading: Reading::Sharpened,
        says: Formula::new(
            "Δ′ᵀHΔ′ ≤ (E + Z‖H^½Δ‖ + (1 + Z)L/(2√σ_min)‖Δ‖²)²",
            r"\begin{aligned} {\Delta\prime}^{\top} H {\Delta\prime} &\le (E + Z \|H^{1/2}\Delta\| \\
            &\quad + \tfrac{(1 + Z) L}{2\sqrt{\sigma_{\min}}} \|\Delta\|^2 )^2 \end{aligned}",
        ),
        because: from.sharpened_because().into(),
        given: from.sharpened_given(),
        ladder: vec![
            measured(),
            Rung::new("(‖H^½(p̂ − p*)‖ + ‖H^½(Δ − p*)‖)²", "Δ′ = (Δ − p*) − (p̂ − p*)", |at| by_triangle(at).powi(2)),
            Rung::new(
                "(E + Z‖H^½Δ‖ + (1 + Z)‖H^½(Δ − p*)‖)²",
                "E + ZP, and P ≤ ‖H^½Δ‖ + ‖H^½(Δ − p*)‖",
                move |at| through_p(at, sharpened(at)).powi(2),
            ),
            Rung::new(
                "(E + Z‖H^½Δ‖ + (1 + Z)L/(2√σ_min)‖Δ‖²)²",
                "‖HΔ − g‖ ≤ (L/2)‖Δ‖²",
                move |at| energy_sharpened(at, sharpened(at)).powi(2),
            ),
        ],
        ..printed.clone()
    };
    vec![printed, rederived, sharpened]
}
