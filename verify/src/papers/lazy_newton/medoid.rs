//! The medoid, a statement of ours: of the Hessians that were sent, the center takes the one whose (m - f)-th smallest distance
//! to all is least. dist(A, B) = max |log spec(B^{-1} A)|.
//!
//! ```text
//! e^{-R} H_j <= B <= e^R H_j for at least m - 2f honest j
//! rederived   R = max over honest i, j of dist(H_i, H_j)
//! sharpened   R = min over honest i of max over honest j of dist(H_i, H_j)
//! ```
//!
//! Of the m - f Hessians nearest to B at least m - 2f are honest. An honest H_i has m - f honest ones, itself among them, within its
//! largest distance to one: the least score is no larger.

use super::theorem_b::guarded;
use crate::claim::{Claim, Formula, Premise, Reading, Rung};
use crate::papers::comrade::{trims_enough, trims_half_at_most};
use crate::quantity::stride::of_medoid;

/// B as a message, in single precision.
const SAME: f64 = 1e-6;

fn asked() -> Premise {
    Premise::new("a Hessian was asked for", |at| at.draw.stride.is_some_and(|stride| stride.medoid.is_some()))
}

/// The center lifts eigenvalues that may be rounding.
fn sent() -> Premise {
    Premise::new("B is one of the Hessians sent", |at| of_medoid(at, |m| m.apart) <= SAME)
}

fn near() -> Rung {
    Rung::first("(m − 2f)-th smallest dist(B, Hⱼ), honest j", |at| of_medoid(at, |m| m.near))
}

fn score() -> Rung {
    Rung::new("(m − f)-th smallest dist(B, Hⱼ), all j", "f of them lie at most", |at| of_medoid(at, |m| m.score))
}

fn rederived() -> Claim {
    Claim {
        id: "medoid",
        title: "Medoid: the Hessian of a center that assumes liars",
        reading: Reading::Rederived,
        says: Formula::new(
            "e^(−R)Hⱼ ≤ B ≤ e^R Hⱼ for at least m − 2f honest j, R = max dist(Hᵢ, Hⱼ) over honest i, j",
            r"\begin{aligned} &e^{-R} H_j \le B \le e^{R} H_j \\ &\text{for at least } m - 2f \text{ honest } j, \\
              &R = \max_{i, j} \operatorname{dist}(H_i, H_j) \text{ over honest } i, j \end{aligned}",
        ),
        because: "a statement of ours: the least score is at most that of an honest worker".into(),
        applies: guarded,
        given: vec![asked(), sent(), trims_enough(), trims_half_at_most()],
        ladder: vec![
            near(),
            score(),
            Rung::new("max dist(Hᵢ, Hⱼ), honest i, j", "the score of an honest worker", |at| {
                of_medoid(at, |m| m.diameter)
            }),
        ],
        ..Claim::default()
    }
}

fn sharpened() -> Claim {
    Claim {
        reading: Reading::Sharpened,
        says: Formula::new(
            "e^(−R)Hⱼ ≤ B ≤ e^R Hⱼ for at least m − 2f honest j, R = minᵢ maxⱼ dist(Hᵢ, Hⱼ) over honest i, j",
            r"\begin{aligned} &e^{-R} H_j \le B \le e^{R} H_j \\ &\text{for at least } m - 2f \text{ honest } j, \\
              &R = \min_i \max_j \operatorname{dist}(H_i, H_j) \text{ over honest } i, j \end{aligned}",
        ),
        because: "a statement of ours: the least score is at most that of the most central honest worker".into(),
        ladder: vec![
            near(),
            score(),
            Rung::new(
                "minᵢ maxⱼ dist(Hᵢ, Hⱼ), honest i, j",
                "the score of the most central honest worker",
                |at| of_medoid(at, |m| m.radius),
            ),
        ],
        ..rederived()
    }
}

pub(super) fn claims() -> Vec<Claim> {
    vec![rederived(), sharpened()]
}
