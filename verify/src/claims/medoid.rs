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
use super::{A_POSTERIORI, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST};
use crate::claim::{Claim, Premise, Reading, Rung};
use crate::quantity::stride::of_medoid;

/// B as a message, in single precision.
const SAME: f64 = 1e-6;

const ASKED: Premise = Premise {
    says: "a Hessian was asked for",
    holds: |at| at.draw.stride.is_some_and(|stride| stride.medoid.is_some()),
};
/// The center lifts eigenvalues that may be rounding.
const SENT: Premise = Premise { says: "B is one of the Hessians sent", holds: |at| of_medoid(at, |m| m.apart) <= SAME };

const NEAR: Rung =
    Rung::new("(m − 2f)-th smallest dist(B, Hⱼ), honest j", "measured on the draw", |at| of_medoid(at, |m| m.near));
const SCORE: Rung =
    Rung::new("(m − f)-th smallest dist(B, Hⱼ), all j", "f of them lie at most", |at| of_medoid(at, |m| m.score));

const REDERIVED: Claim = Claim {
    id: "medoid",
    title: "Medoid: the Hessian of a center that assumes liars",
    reading: Reading::Rederived,
    variant: "",
    says: "e^(−R)Hⱼ ≤ B ≤ e^R Hⱼ for at least m − 2f honest j, R = max dist(Hᵢ, Hⱼ) over honest i, j",
    because: "a statement of ours: the least score is at most that of an honest worker",
    modes: A_POSTERIORI,
    applies: guarded,
    independent: false,
    given: &[ASKED, SENT, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST],
    ladder: &[
        NEAR,
        SCORE,
        Rung::new("max dist(Hᵢ, Hⱼ), honest i, j", "the score of an honest worker", |at| {
            of_medoid(at, |m| m.diameter)
        }),
    ],
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "e^(−R)Hⱼ ≤ B ≤ e^R Hⱼ for at least m − 2f honest j, R = minᵢ maxⱼ dist(Hᵢ, Hⱼ) over honest i, j",
    because: "a statement of ours: the least score is at most that of the most central honest worker",
    ladder: &[
        NEAR,
        SCORE,
        Rung::new("minᵢ maxⱼ dist(Hᵢ, Hⱼ), honest i, j", "the score of the most central honest worker", |at| {
            of_medoid(at, |m| m.radius)
        }),
    ],
    ..REDERIVED
};

pub(super) const CLAIMS: [Claim; 2] = [REDERIVED, SHARPENED];
