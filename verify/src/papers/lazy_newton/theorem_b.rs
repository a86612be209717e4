//! Theorem B, a statement of ours. The same step where f of m workers are assumed to lie: g is a robust mean in the metric of B.
//!
//! ```text
//! kappa_B = cond(B^{-1/2} H B^{-1/2})   G^2 = mean_{i in M} ||H^{-1/2}(g_i - g_M)||^2   b = (c_r kappa_B)^{1/2}
//! x' = (I - K) x + K H^{-1/2} e - K H^{-1/2}(g - g_M),   ||H^{-1/2}(g - g_M)|| <= b G
//! rederived   ||x'|| <= delta ||x|| + (1 + delta)(psi(D) ||x|| + b G),   c_r = (8f/(m - f)) (1 + (6f/(m - 2f))(1 + f/(m - 2f)))
//! sharpened   ||x'|| <= delta ||x|| + ||K|| (psi(D) ||x|| + b G),        c_r = (8f/(m - f)) (1 + f/(m - 2f))
//! floor       ||x'|| <= max{ ||x||, what is added to delta ||x|| over 1 - delta }
//! ```
//!
//! M are m - f honest workers, chosen before the run; f, H and w* are of their mean. G is what no rule can know: two sets of
//! honest workers with the same messages have means that differ by up to G (f/(m - 2f))^{1/2} each way.

use super::theorem_a::{bound, measured, positive};
use crate::claim::{At, Claim, Formula, Premise, Reading, Rung};
use crate::papers::comrade::{trims_enough, trims_half_at_most};
use crate::quantity::stride::{
    Trimmed, bend, delta, kappa_b, of, pull, robustness, size, spread, trimmed_published, trimmed_sharp,
};
use crate::scenario::Scenario;
use comrade::loss::Loss;

fn metric_positive() -> Premise {
    Premise::new("B > 0", |at| of(at, |s| s.metric_least) > 0.0)
}

fn contracts() -> Premise {
    Premise::new("δ < 1", |at| delta(at) < 1.0)
}

/// A center that assumes liars.
pub(super) fn guarded(scenario: &Scenario) -> bool {
    scenario.lazy.is_some() && scenario.beta > 0.0
}

fn logistic(scenario: &Scenario) -> bool {
    guarded(scenario) && scenario.loss == Loss::Logistic
}

/// ||H^{-1/2} B^{1/2}|| ||B^{-1/2}(g - g_M)||.
fn through_metric(at: At<'_>) -> f64 {
    of(at, |s| s.metric_most).sqrt() * of(at, |s| s.metric_miss)
}

/// ||H^{-1/2} B^{1/2}|| c_r^{1/2} (mean_{i in M} ||B^{-1/2}(g_i - g_M)||^2)^{1/2}.
fn robust(at: At<'_>, trimmed: Trimmed) -> f64 {
    (of(at, |s| s.metric_most) * robustness(at, trimmed)).sqrt() * of(at, |s| s.metric_spread)
}

/// (c_r kappa_B)^{1/2} G.
fn spread_pull(at: At<'_>, trimmed: Trimmed) -> f64 {
    (robustness(at, trimmed) * kappa_b(at)).sqrt() * spread(at)
}

/// max{ ||x||, `factor` (psi(D) ||x|| + b G)/(1 - delta) }.
pub(super) fn floor(at: At<'_>, factor: f64, pull: f64) -> f64 {
    let (before, rest) = (of(at, |s| s.before), factor * (bend(at) + pull) / (1.0 - delta(at)));
    // f64::max forgets a NaN.
    if before > rest { before } else { rest }
}

/// What a reading puts in the place of ||K|| and of c_r.
#[derive(Clone, Copy)]
struct Constants {
    /// ||K||, in symbols.
    norm: &'static str,
    /// Why it is no less.
    by: &'static str,
    /// Its value.
    factor: fn(At<'_>) -> f64,
    /// What gives c_r.
    trimmed: Trimmed,
    /// Theorem B in this reading.
    theorem: &'static str,
}

const OURS: Constants = Constants {
    norm: "(1 + δ)",
    by: "‖I − K‖ = δ, ‖K‖ ≤ 1 + δ",
    factor: |at| 1.0 + delta(at),
    trimmed: trimmed_published,
    theorem: "Theorem B",
};
const SHARP: Constants =
    Constants {
        norm: "‖K‖", by: "‖I − K‖ = δ", factor: size, trimmed: trimmed_sharp, theorem: "Theorem B sharpened"
    };

impl Constants {
    fn says(self) -> String {
        format!("δ‖x‖ + {}(ψ(D)‖x‖ + √(c_r κ_B) G)", self.norm)
    }

    /// The right side.
    fn bound(self, at: At<'_>) -> f64 {
        bound(at, (self.factor)(at), bend(at) + pull(at, self.trimmed))
    }

    /// delta ||x|| + `norm`(||H^{-1/2} e|| + `pull`), for what one line of the proof makes of ||H^{-1/2}(g - g_M)||.
    fn with(self, at: At<'_>, pull: f64) -> f64 {
        bound(at, (self.factor)(at), of(at, |s| s.rest) + pull)
    }

    fn proof(self) -> Vec<Rung> {
        let Self { norm, by, trimmed, .. } = self;
        vec![
            measured(),
            Rung::new(
                "‖(I − K)x‖ + ‖KH^(−½)e‖ + ‖KH^(−½)(g − g_M)‖",
                "triangle inequality",
                |at| of(at, |s| s.contracted) + of(at, |s| s.bent) + of(at, |s| s.pulled),
            ),
            Rung::new(format!("δ‖x‖ + {norm}(‖H^(−½)e‖ + ‖H^(−½)(g − g_M)‖)"), by, move |at| {
                self.with(at, of(at, |s| s.miss))
            }),
            Rung::new(format!("… + {norm}‖H^(−½)B^½‖‖B^(−½)(g − g_M)‖"), "norms", move |at| {
                self.with(at, through_metric(at))
            }),
            Rung::new(
                format!("… + {norm}‖H^(−½)B^½‖√c_r (mean_M‖B^(−½)(gᵢ − g_M)‖²)^½"),
                "(f, c_r)-robust",
                move |at| self.with(at, robust(at, trimmed)),
            ),
            Rung::new(
                format!("… + {norm}√(c_r κ_B) G"),
                "‖H^(−½)B^½‖‖B^(−½)H^½‖ = √κ_B",
                move |at| self.with(at, spread_pull(at, trimmed)),
            ),
            Rung::new(self.says(), "e^(−sD)H ≤ H(w − s(w − w*)) ≤ e^(sD)H", move |at| self.bound(at)),
        ]
    }

    fn floor_proof(self) -> Vec<Rung> {
        let norm = self.norm;
        vec![
            measured(),
            Rung::new(self.says(), self.theorem, move |at| self.bound(at)),
            Rung::new(
                format!("max{{‖x‖, ({norm}/(1 − δ))(ψ(D)‖x‖ + √(c_r κ_B) G)}}"),
                "δx + (1 − δ)y ≤ max{x, y}",
                move |at| floor(at, (self.factor)(at), pull(at, self.trimmed)),
            ),
        ]
    }
}

fn rederived() -> Claim {
    Claim {
        id: "theorem-b",
        title: "Theorem B: a step of lazy Newton with liars",
        reading: Reading::Rederived,
        says: Formula::new(
            "‖x′‖ ≤ δ‖x‖ + (1 + δ)(ψ(D)‖x‖ + √(c_r κ_B) G), c_r = (8f/(m − f))(1 + (6f/(m − 2f))(1 + f/(m − 2f)))",
            r"\begin{aligned} \|x\prime\| &\le \delta \|x\| + (1 + \delta)(\psi(D) \|x\| + \sqrt{c_r \kappa_B}\,G), \\
              c_r &= \tfrac{8f}{m - f} \bigl(1 + \tfrac{6f}{m - 2f} (1 + \tfrac{f}{m - 2f})\bigr) \end{aligned}",
        ),
        because: "a statement of ours: Theorem A, and the robust mean within √c_r deviations in the metric of B".into(),
        applies: logistic,
        given: vec![positive(), metric_positive(), trims_enough(), trims_half_at_most()],
        ladder: OURS.proof(),
        ..Claim::default()
    }
}

fn rederived_floor() -> Claim {
    let above = rederived();
    Claim {
        variant: "floor",
        says: Formula::new(
            "‖x′‖ ≤ max{‖x‖, ((1 + δ)/(1 − δ))(ψ(D)‖x‖ + √(c_r κ_B) G)}, c_r = (8f/(m − f))(1 + (6f/(m − 2f))(1 + f/(m − 2f)))",
            r"\begin{aligned} \|x\prime\| &\le \max\Bigl\{ \|x\|, \tfrac{1 + \delta}{1 - \delta} (\psi(D) \|x\| + \sqrt{c_r \kappa_B}\,G) \Bigr\}, \\
              c_r &= \tfrac{8f}{m - f} \bigl(1 + \tfrac{6f}{m - 2f} (1 + \tfrac{f}{m - 2f})\bigr) \end{aligned}",
        ),
        because: "a statement of ours: δx + (1 − δ)y ≤ max{x, y}".into(),
        given: [above.given.clone(), vec![contracts()]].concat(),
        ladder: OURS.floor_proof(),
        ..above
    }
}

fn sharpened() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        says: Formula::new(
            "‖x′‖ ≤ δ‖x‖ + ‖K‖(ψ(D)‖x‖ + √(c_r κ_B) G), c_r = (8f/(m − f))(1 + f/(m − 2f))",
            r"\begin{aligned} \|x\prime\| &\le \delta \|x\| + \|K\| (\psi(D) \|x\| + \sqrt{c_r \kappa_B}\,G), \\
              c_r &= \tfrac{8f}{m - f} \bigl(1 + \tfrac{f}{m - 2f}\bigr) \end{aligned}",
        ),
        because: "a statement of ours: ‖K‖ in place of 1 + δ, and the constant of the trimmed mean that is reached"
            .into(),
        ladder: SHARP.proof(),
        ..rederived()
    }
}

fn sharpened_floor() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        says: Formula::new(
            "‖x′‖ ≤ max{‖x‖, (‖K‖/(1 − δ))(ψ(D)‖x‖ + √(c_r κ_B) G)}, c_r = (8f/(m − f))(1 + f/(m − 2f))",
            r"\begin{aligned} \|x\prime\| &\le \max\Bigl\{ \|x\|, \tfrac{\|K\|}{1 - \delta} (\psi(D) \|x\| + \sqrt{c_r \kappa_B}\,G) \Bigr\}, \\
              c_r &= \tfrac{8f}{m - f} \bigl(1 + \tfrac{f}{m - 2f}\bigr) \end{aligned}",
        ),
        ladder: SHARP.floor_proof(),
        ..rederived_floor()
    }
}

pub(super) fn claims() -> Vec<Claim> {
    vec![rederived(), rederived_floor(), sharpened(), sharpened_floor()]
}
