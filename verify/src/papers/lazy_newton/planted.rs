//! Plausible wrong readings of Theorems A and B and of the medoid.

use super::theorem_a::bound;
use super::theorem_b::floor;
use crate::claim::{At, Fault, Mode, Reading};
use crate::quantity::stride::{bend, bend_lipschitz, delta, of, of_medoid, psi, pull, size, spread, trimmed_sharp};
use Mode::APosteriori;
use Reading::{Rederived, Sharpened};

pub(super) const FAULTS: &[Fault] = &[
    Fault::new("theorem-a", Rederived, APosteriori, "ψ(D) dropped: f taken for a quadratic", |at| bound(at, 0.0, 0.0)),
    Fault::new(
        "theorem-a",
        Rederived,
        APosteriori,
        "ψ(u) − u/2 for ψ(u): a Hessian that is Lipschitz twice",
        |at| {
            let reach = of(at, |s| s.reach);
            bound(at, 1.0 + delta(at), (psi(reach) - 0.5 * reach) * of(at, |s| s.before))
        },
    ),
    Fault::new("theorem-a", Rederived, APosteriori, "δ² for δ: the contraction of two steps", |at| {
        delta(at).powi(2) * of(at, |s| s.before) + (1.0 + delta(at)) * bend(at)
    }),
    Fault {
        variant: "lipschitz",
        ..Fault::new("theorem-a", Rederived, APosteriori, "L dropped: f taken for a quadratic", |at| {
            bound(at, 0.0, 0.0)
        })
    },
    Fault {
        variant: "lipschitz",
        ..Fault::new("theorem-a", Rederived, APosteriori, "the second power of δ", |at| {
            delta(at).powi(2) * of(at, |s| s.before) + (1.0 + delta(at)) * bend_lipschitz(at)
        })
    },
    Fault::new("theorem-a", Sharpened, APosteriori, "ψ(D) dropped: f taken for a quadratic", |at| bound(at, 0.0, 0.0)),
    Fault::new("theorem-a", Sharpened, APosteriori, "δ² for δ: the contraction of two steps", |at| {
        delta(at).powi(2) * of(at, |s| s.before) + size(at) * bend(at)
    }),
    Fault::new("theorem-b", Rederived, APosteriori, "√(c_r κ_B) G dropped: Theorem A with liars", |at| {
        bound(at, 1.0 + delta(at), bend(at))
    }),
    Fault::new("theorem-b", Rederived, APosteriori, "1/m for √(c_r κ_B): one liar's share of a mean", |at| {
        bound(at, 1.0 + delta(at), bend(at) + spread(at) / workers(at))
    }),
    Fault {
        variant: "floor",
        ..Fault::new("theorem-b", Rederived, APosteriori, "‖x‖ alone: every step leads on", |at| {
            of(at, |s| s.before)
        })
    },
    Fault::new("theorem-b", Sharpened, APosteriori, "√(c_r κ_B) G dropped: Theorem A with liars", |at| {
        bound(at, size(at), bend(at))
    }),
    Fault {
        variant: "floor",
        ..Fault::new("theorem-b", Sharpened, APosteriori, "δ² G in the floor", |at| {
            floor(at, size(at), delta(at).powi(2) * pull(at, trimmed_sharp))
        })
    },
    Fault::new("medoid", Rederived, APosteriori, "half the largest distance", |at| 0.5 * of_medoid(at, |m| m.diameter)),
    Fault::new("medoid", Rederived, APosteriori, "R²: two distances in a row", |at| {
        of_medoid(at, |m| m.diameter).powi(2)
    }),
    Fault::new("medoid", Sharpened, APosteriori, "half of the smallest radius", |at| 0.5 * of_medoid(at, |m| m.radius)),
    Fault::new("medoid", Sharpened, APosteriori, "1 − e^(−R) for R: a relative distance", |at| {
        -(-of_medoid(at, |m| m.radius)).exp_m1()
    }),
];

fn workers(at: At<'_>) -> f64 {
    at.draw.sketch.counts.workers as f64
}
