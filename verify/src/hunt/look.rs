//! What one claim says of one played instance, and how much of it may be rounding.

use super::round::Scene;
use crate::claim::{At, Claim, Mode, Rung};
use crate::claims;
use crate::rounding::Rounding;
use ladder::{Draw as _, Verdict, judge};

/// What one claim says of one instance.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimOutcome {
    /// Measured over bound; 0 when a premise fails or rounding may have decided.
    pub ratio: f64,
    /// Premises that fail.
    pub unmet: usize,
}

/// A ratio above 1 by less than this may be rounding, whatever [`Draw::rounding`](ladder::Draw::rounding) says.
pub const MARGIN: f64 = 1e-6;
/// Nothing is read off a line of whose size rounding is a larger part: where what is measured cancels, so does the bound,
/// and the search would climb towards rounding. In d = 1 exact arithmetic decides there: see [`super::exact`].
const NOISIEST: f64 = 1e-7;
/// The relative error of w - w* where w* is found by iteration: to a gradient of 1e-12 of the first one.
const MINIMISER: f64 = 1e-10;

/// A bound on the absolute rounding of the claim's measured line.
///
/// What cancels in phat - p* and in Delta_{t+1} has the size of P, of tau max_j ||H^{-1/2} b_j|| and of
/// ||H^{1/2} Delta_t||; b_j itself carries [`Scene::residual`], which 1/sqrt(sigma_min) and tau enlarge.
fn noise(claim: &Claim, scene: &Scene, line: Option<Rounding>, measured: f64) -> f64 {
    let draw = &scene.draw;
    let least = draw.place.sigma_min.sqrt();
    let step = draw.travel.map_or(0.0, |travel| travel.energy_before.sqrt());
    let travelled = if claims::needs_minimiser(claim) { MINIMISER * step } else { 0.0 };
    let error = draw.slack(Rounding::Length, 0.0) * least + draw.sketch.tau * scene.residual / least + travelled;
    match line {
        // Lemma 1's difference, of norms of means of b_j.
        None => scene.residual,
        Some(Rounding::Deviation) => draw.slack(Rounding::Deviation, measured) + scene.residual,
        Some(Rounding::Square) => 2.0 * error * measured.sqrt() + error * error,
        Some(Rounding::Length) => error / least,
        Some(Rounding::Stride) => {
            draw.slack(Rounding::Stride, 0.0) + draw.stride.map_or(0.0, |s| (1.0 + s.most) * scene.residual / least)
        }
    }
}

/// The first line of a claim's proof and the last one, a posteriori: what is measured, and its bound.
pub(super) fn ends(claim: &Claim) -> Option<[&Rung; 2]> {
    let mut rungs = claim.rungs(Mode::APosteriori);
    Some([rungs.next()?, rungs.last()?])
}

/// What a claim says of a scene, a posteriori; for searching, without the proof in between.
#[must_use]
pub fn look(claim: &Claim, scene: &Scene) -> ClaimOutcome {
    let at = At { draw: &scene.draw, mode: Mode::APosteriori, reading: claim.reading };
    let unmet = claim.given.iter().filter(|premise| !(premise.holds)(at)).count();
    let Some([first, last]) = ends(claim) else { return ClaimOutcome { ratio: 0.0, unmet } };
    let (measured, bound) = ((first.value)(at), (last.value)(at));
    let clear = noise(claim, scene, first.line, measured) <= NOISIEST * measured;
    let usable = unmet == 0 && measured.is_finite() && bound > 0.0 && clear;
    ClaimOutcome { ratio: if usable { measured / bound } else { 0.0 }, unmet }
}

/// Whether the judge finds the claim violated on this scene, and by more than [`MARGIN`].
#[must_use]
pub fn violates(claim: &Claim, scene: &Scene) -> bool {
    let judged = judge(claim, Mode::APosteriori, std::slice::from_ref(&scene.draw), 0.005, 1.0);
    judged.verdict == Verdict::Violated && look(claim, scene).ratio > 1.0 + MARGIN
}
