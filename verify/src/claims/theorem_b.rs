//! Theorem B, a statement of ours. The same step where f of m workers are assumed to lie: g is a robust mean in the metric of B.
//!
//! ```text
//! kappa_B = cond(B^{-1/2} H B^{-1/2})   G^2 = mean_{i in M} ||H^{-1/2}(g_i - g_M)||^2   b = (c_r kappa_B)^{1/2}
//! x' = (I - K) x + K H^{-1/2} e - K H^{-1/2}(g - g_M),   ||H^{-1/2}(g - g_M)|| <= b G
//! rederived   ||x'|| <= delta ||x|| + (1 + delta)(psi(D) ||x|| + b G),   c_r = (8f/(m - f)) (1 + (6f/(m - 2f))(1 + f/(m - 2f)))
//! sharpened   ||x'|| <= delta ||x|| + ||K|| (psi(D) ||x|| + b G),        c_r = (8f/(m - f)) (1 + f/(m - 2f))
//! floor       ||x'|| <= max{ ||x||, what stands beside delta ||x|| over 1 - delta }
//! ```
//!
//! M are m - f honest workers, chosen before the run; f, H and w* are of their mean. G is what no rule can know: two sets of
//! honest workers with the same messages have means that differ by up to G (f/(m - 2f))^{1/2} each way.

use super::theorem_a::{MEASURED, POSITIVE, bound};
use super::{A_POSTERIORI, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST};
use crate::claim::{At, Claim, Premise, Reading, Rung};
use crate::quantity::stride::{
    Trimmed, bend, delta, kappa_b, of, pull, robustness, size, spread, trimmed_published, trimmed_sharp,
};
use crate::scenario::Scenario;
use comrade::loss::Loss;

const METRIC_POSITIVE: Premise = Premise { says: "B > 0", holds: |at| of(at, |s| s.metric_least) > 0.0 };
const CONTRACTS: Premise = Premise { says: "δ < 1", holds: |at| delta(at) < 1.0 };

/// A center that assumes liars.
pub(super) fn guarded(scenario: &Scenario) -> bool {
    scenario.lazy.is_some() && scenario.beta > 0.0
}

fn logistic(scenario: &Scenario) -> bool {
    guarded(scenario) && scenario.loss == Loss::Logistic
}

const TRIANGLE: Rung =
    Rung::new("‖(I − K)x‖ + ‖KH^(−½)e‖ + ‖KH^(−½)(g − g_M)‖", "triangle inequality", |at| {
        of(at, |s| s.contracted) + of(at, |s| s.bent) + of(at, |s| s.pulled)
    });

/// What one line of the proof makes of ||H^{-1/2}(g - g_M)||, beside ||H^{-1/2} e||.
fn with(at: At<'_>, factor: f64, pull: f64) -> f64 {
    bound(at, factor, of(at, |s| s.rest) + pull)
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

const REDERIVED: Claim = Claim {
    id: "theorem-b",
    title: "Theorem B: a step of lazy Newton with liars",
    reading: Reading::Rederived,
    variant: "",
    says: "‖x′‖ ≤ δ‖x‖ + (1 + δ)(ψ(D)‖x‖ + √(c_r κ_B) G), c_r = (8f/(m − f))(1 + (6f/(m − 2f))(1 + f/(m − 2f)))",
    because: "a statement of ours: Theorem A, and the robust mean within √c_r deviations in the metric of B",
    modes: A_POSTERIORI,
    applies: logistic,
    independent: false,
    given: &[POSITIVE, METRIC_POSITIVE, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST],
    ladder: &[
        MEASURED,
        TRIANGLE,
        Rung::new(
            "δ‖x‖ + (1 + δ)(‖H^(−½)e‖ + ‖H^(−½)(g − g_M)‖)",
            "‖I − K‖ = δ, ‖K‖ ≤ 1 + δ",
            |at| with(at, 1.0 + delta(at), of(at, |s| s.miss)),
        ),
        Rung::new("… + (1 + δ)‖H^(−½)B^½‖‖B^(−½)(g − g_M)‖", "norms", |at| {
            with(at, 1.0 + delta(at), through_metric(at))
        }),
        Rung::new(
            "… + (1 + δ)‖H^(−½)B^½‖√c_r (mean_M‖B^(−½)(gᵢ − g_M)‖²)^½",
            "(f, c_r)-robust",
            |at| with(at, 1.0 + delta(at), robust(at, trimmed_published)),
        ),
        Rung::new("… + (1 + δ)√(c_r κ_B) G", "‖H^(−½)B^½‖‖B^(−½)H^½‖ = √κ_B", |at| {
            with(at, 1.0 + delta(at), spread_pull(at, trimmed_published))
        }),
        Rung::new(
            "δ‖x‖ + (1 + δ)(ψ(D)‖x‖ + √(c_r κ_B) G)",
            "e^(−sD)H ≤ H(w − s(w − w*)) ≤ e^(sD)H",
            |at| bound(at, 1.0 + delta(at), bend(at) + pull(at, trimmed_published)),
        ),
    ],
};

const REDERIVED_FLOOR: Claim = Claim {
    variant: "floor",
    says: "‖x′‖ ≤ max{‖x‖, ((1 + δ)/(1 − δ))(ψ(D)‖x‖ + √(c_r κ_B) G)}, c_r = (8f/(m − f))(1 + (6f/(m − 2f))(1 + f/(m − 2f)))",
    because: "a statement of ours: δx + (1 − δ)y ≤ max{x, y}",
    given: &[POSITIVE, METRIC_POSITIVE, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, CONTRACTS],
    ladder: &[
        MEASURED,
        Rung::new("δ‖x‖ + (1 + δ)(ψ(D)‖x‖ + √(c_r κ_B) G)", "Theorem B", |at| {
            bound(at, 1.0 + delta(at), bend(at) + pull(at, trimmed_published))
        }),
        Rung::new(
            "max{‖x‖, ((1 + δ)/(1 − δ))(ψ(D)‖x‖ + √(c_r κ_B) G)}",
            "δx + (1 − δ)y ≤ max{x, y}",
            |at| floor(at, 1.0 + delta(at), pull(at, trimmed_published)),
        ),
    ],
    ..REDERIVED
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "‖x′‖ ≤ δ‖x‖ + ‖K‖(ψ(D)‖x‖ + √(c_r κ_B) G), c_r = (8f/(m − f))(1 + f/(m − 2f))",
    because: "a statement of ours: ‖K‖ in place of 1 + δ, and the constant of the trimmed mean that is reached",
    ladder: &[
        MEASURED,
        TRIANGLE,
        Rung::new("δ‖x‖ + ‖K‖(‖H^(−½)e‖ + ‖H^(−½)(g − g_M)‖)", "‖I − K‖ = δ", |at| {
            with(at, size(at), of(at, |s| s.miss))
        }),
        Rung::new("… + ‖K‖‖H^(−½)B^½‖‖B^(−½)(g − g_M)‖", "norms", |at| {
            with(at, size(at), through_metric(at))
        }),
        Rung::new(
            "… + ‖K‖‖H^(−½)B^½‖√c_r (mean_M‖B^(−½)(gᵢ − g_M)‖²)^½",
            "(f, c_r)-robust",
            |at| with(at, size(at), robust(at, trimmed_sharp)),
        ),
        Rung::new("… + ‖K‖√(c_r κ_B) G", "‖H^(−½)B^½‖‖B^(−½)H^½‖ = √κ_B", |at| {
            with(at, size(at), spread_pull(at, trimmed_sharp))
        }),
        Rung::new(
            "δ‖x‖ + ‖K‖(ψ(D)‖x‖ + √(c_r κ_B) G)",
            "e^(−sD)H ≤ H(w − s(w − w*)) ≤ e^(sD)H",
            |at| bound(at, size(at), bend(at) + pull(at, trimmed_sharp)),
        ),
    ],
    ..REDERIVED
};

const SHARPENED_FLOOR: Claim = Claim {
    variant: "floor",
    says: "‖x′‖ ≤ max{‖x‖, (‖K‖/(1 − δ))(ψ(D)‖x‖ + √(c_r κ_B) G)}, c_r = (8f/(m − f))(1 + f/(m − 2f))",
    because: "a statement of ours: δx + (1 − δ)y ≤ max{x, y}",
    given: REDERIVED_FLOOR.given,
    ladder: &[
        MEASURED,
        Rung::new("δ‖x‖ + ‖K‖(ψ(D)‖x‖ + √(c_r κ_B) G)", "Theorem B sharpened", |at| {
            bound(at, size(at), bend(at) + pull(at, trimmed_sharp))
        }),
        Rung::new(
            "max{‖x‖, (‖K‖/(1 − δ))(ψ(D)‖x‖ + √(c_r κ_B) G)}",
            "δx + (1 − δ)y ≤ max{x, y}",
            |at| floor(at, size(at), pull(at, trimmed_sharp)),
        ),
    ],
    ..SHARPENED
};

pub(super) const CLAIMS: [Claim; 4] = [REDERIVED, REDERIVED_FLOOR, SHARPENED, SHARPENED_FLOOR];
