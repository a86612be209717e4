//! Lemma 7. With alpha <= beta, phi(phat) <= eps_byz^2 + (1 - zeta_byz^2) phi(p*).
//!
//! With a = (1-alpha)/(1-beta), c = alpha/(1-beta), t = beta/(1-beta). Faults of the printed proof: it drops the 2 of
//! (x+y)^2 <= 2x^2 + 2y^2 four times, ||p_i||^2 <= ||p_i-p*||^2 + 2||p*||^2 lacks a 2, a 1/2 is lost in phi(p*), and
//! zeta_{M and T} is used for a set that the data chooses. The printed zeta_1 = nu/(1-eta) is large enough to hide much.

use super::contraction::{Linear, Squares};
use super::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, trimmed};
use crate::claim::{At, Claim, Premise, Reading, Rung};
use crate::quantity::epsilon::{eps_max, eps_spectral_max};
use crate::quantity::ridge::omega;
use crate::quantity::spectrum::{kappa, p};
use crate::quantity::trim::{a, c, t};
use crate::quantity::zeta::{zeta_1, zeta_1_printed, zeta_m, zeta_mt};

pub(super) const GAP: Rung = Rung::gap("φ(p̂) − φ(p*)", |at| 0.5 * at.draw.sketch.error.powi(2));
pub(super) const THREE_TERMS: Rung = Rung::new(
    "Term1 + Term2 + Term3",
    "½‖x + y + z‖² ≤ ‖x‖² + 2‖y‖² + 2‖z‖² over M, M∩T, U∩B",
    |at| {
        let sketch = &at.draw.sketch;
        sketch.honest_part.powi(2) + trimmed_term(at) + 2.0 * sketch.byzantine_part.powi(2)
    },
);

/// Term2.
pub(super) fn trimmed_term(at: At<'_>) -> f64 {
    2.0 * at.draw.sketch.trimmed_part.powi(2)
}

/// 2 sigma_max (|U and B|/|U|)^2: what stands before the norms of Term3.
pub(super) fn byzantine_weight(at: At<'_>) -> f64 {
    let counts = at.draw.sketch.counts;
    2.0 * at.draw.place.sigma_max * (counts.kept_byzantine as f64 / counts.kept as f64).powi(2)
}

fn zeta_1_of(at: At<'_>, printed: bool) -> f64 {
    if printed { zeta_1_printed(at) } else { zeta_1(at) }
}

fn eps_byz_squared(at: At<'_>) -> f64 {
    (3.0 * a(at).powi(2) + 4.0 * kappa(at) * c(at).powi(2)) * eps_max(at).powi(2)
}

fn zeta_byz_squared(at: At<'_>, printed: bool) -> f64 {
    a(at).powi(2) * (2.0 * zeta_mt(at).powi(2) + zeta_m(at).powi(2))
        + 4.0 * kappa(at) * c(at).powi(2) * (2.0 + zeta_1_of(at, printed).powi(2))
}

/// a^2 (eps^2 + zeta_M^2 P^2).
fn term_1(at: At<'_>) -> f64 {
    a(at).powi(2) * (eps_max(at).powi(2) + (zeta_m(at) * p(at)).powi(2))
}

/// 2 a^2 (eps^2 + zeta_{M and T}^2 P^2).
fn term_2(at: At<'_>) -> f64 {
    2.0 * a(at).powi(2) * (eps_max(at).powi(2) + (zeta_mt(at) * p(at)).powi(2))
}

/// Term1 and Term2 bounded, Term3 as given.
fn with_term_3(at: At<'_>, term_3: f64) -> f64 {
    term_1(at) + term_2(at) + term_3
}

/// 4 sigma_max (|U and B|/|U|)^2 max_{i in M} (||q_i - p*||^2 + 2||p*||^2), q_i as received.
pub(super) fn term_3_flat(at: At<'_>) -> f64 {
    let sketch = &at.draw.sketch;
    2.0 * byzantine_weight(at) * (sketch.message_distance.powi(2) + 2.0 * sketch.newton_size.powi(2))
}

/// The same through ||H^{1/2} .||, with kappa = sigma_max/sigma_min.
fn term_3_local(at: At<'_>) -> f64 {
    2.0 * byzantine_weight(at) / at.draw.place.sigma_min * (at.draw.sketch.local_error.powi(2) + 2.0 * p(at).powi(2))
}

fn term_3(at: At<'_>, printed: bool, share: f64) -> f64 {
    4.0 * kappa(at) * share.powi(2) * (eps_max(at).powi(2) + (2.0 + zeta_1_of(at, printed).powi(2)) * p(at).powi(2))
}

fn kept_share(at: At<'_>) -> f64 {
    at.draw.sketch.counts.kept_byzantine as f64 / at.draw.sketch.counts.kept as f64
}

pub(super) const ZETA_BYZ_BELOW_1: Premise =
    Premise { says: "ζ_byz < 1", holds: |at| zeta_byz_squared(at, true) < 1.0 };
const ZETA_BYZ_DEFINED_BELOW_1: Premise = Premise { says: "ζ_byz < 1", holds: |at| zeta_byz_squared(at, false) < 1.0 };

const PRINTED: Claim = Claim {
    id: "lemma-7",
    title: "Lemma 7: one trimmed step with Byzantine workers",
    reading: Reading::Printed,
    variant: "",
    says: "φ(p̂) ≤ ε_byz² + (1 − ζ_byz²) φ(p*)",
    because: "the text, ζ₁ = ν/(1 − η) as printed",
    modes: BOTH,
    applies: trimmed,
    given: &[ETA_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, ZETA_BYZ_BELOW_1],
    ladder: &[
        GAP,
        THREE_TERMS,
        Rung::new("a²(ε² + ζ_M²P²) + Term2 + Term3", "Lemma 5 over M, without its 2", |at| {
            term_1(at) + trimmed_term(at) + 2.0 * at.draw.sketch.byzantine_part.powi(2)
        }),
        Rung::new("… + 2a²(ε² + ζ_{M∩T}²P²) + Term3", "Lemma 5 over M∩T, a set the data chooses", |at| {
            with_term_3(at, 2.0 * at.draw.sketch.byzantine_part.powi(2))
        }),
        Rung::new(
            "… + 2σ_max(|U∩B|/|U|)² mean‖qᵢ − p*‖²",
            "σ_max, then convexity of ‖·‖²",
            |at| with_term_3(at, byzantine_weight(at) * at.draw.sketch.byzantine_mean_square),
        ),
        Rung::new(
            "… + 4σ_max(|U∩B|/|U|)² maxᵢ(‖p̂ᵢ‖² + ‖p*‖²)",
            "trimming: ‖qᵢ‖ ≤ max over M",
            |at| {
                let sketch = &at.draw.sketch;
                let sizes = sketch.message_size.powi(2) + sketch.newton_size.powi(2);
                with_term_3(at, 2.0 * byzantine_weight(at) * sizes)
            },
        ),
        Rung::new(
            "… + 4σ_max(|U∩B|/|U|)² maxᵢ(‖p̂ᵢ − p*‖² + 2‖p*‖²)",
            "‖p̂ᵢ‖² ≤ ‖p̂ᵢ − p*‖² + 2‖p*‖² lacks a 2",
            |at| with_term_3(at, term_3_flat(at)),
        ),
        Rung::new(
            "… + 4κ(|U∩B|/|U|)² maxᵢ(‖H^½(p̂ᵢ − p*)‖² + 2P²)",
            "‖v‖² ≤ ‖H^½v‖²/σ_min",
            |at| with_term_3(at, term_3_local(at)),
        ),
        Rung::new("… + 4κ(|U∩B|/|U|)²(ε² + (2 + ζ₁²)P²)", "Lemma 5 for one worker, without its 2", |at| {
            with_term_3(at, term_3(at, true, kept_share(at)))
        }),
        Rung::new("ε_byz² + ζ_byz²P²", "|U∩B| ≤ αm", |at| {
            eps_byz_squared(at) + zeta_byz_squared(at, true) * p(at).powi(2)
        }),
        Rung::new(
            "ε_byz² − ζ_byz² φ(p*) = ε_byz² + ½ζ_byz²P²",
            "“φ(p*) = −P²”, which is −½P²",
            |at| eps_byz_squared(at) + 0.5 * zeta_byz_squared(at, true) * p(at).powi(2),
        ),
    ],
};

const PRINTED_DEFINITION: Claim = Claim {
    variant: "zeta-1-defined",
    because: "the text, with ζ₁ = ν(η + η²/(1 − η)) = νη/(1 − η) as its definition gives it",
    given: &[ETA_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, ZETA_BYZ_DEFINED_BELOW_1],
    ladder: &[
        GAP,
        THREE_TERMS,
        Rung::new(
            "a²(ε² + ζ_M²P²) + 2a²(ε² + ζ_{M∩T}²P²) + Term3",
            "Lemma 5 over M and over M∩T",
            |at| with_term_3(at, 2.0 * at.draw.sketch.byzantine_part.powi(2)),
        ),
        Rung::new("… + 4κ(|U∩B|/|U|)² maxᵢ(‖H^½(p̂ᵢ − p*)‖² + 2P²)", "trimming, lacks a 2", |at| {
            with_term_3(at, term_3_local(at))
        }),
        Rung::new("… + 4κ(|U∩B|/|U|)²(ε² + (2 + ζ₁²)P²)", "Lemma 5 for one worker, without its 2", |at| {
            with_term_3(at, term_3(at, false, kept_share(at)))
        }),
        Rung::new("ε_byz² + ζ_byz²P²", "|U∩B| ≤ αm", |at| {
            eps_byz_squared(at) + zeta_byz_squared(at, false) * p(at).powi(2)
        }),
        Rung::new(
            "ε_byz² − ζ_byz² φ(p*) = ε_byz² + ½ζ_byz²P²",
            "“φ(p*) = −P²”, which is −½P²",
            |at| eps_byz_squared(at) + 0.5 * zeta_byz_squared(at, false) * p(at).powi(2),
        ),
    ],
    ..PRINTED
};

/// (2a^2 + 4t^2 + 16 kappa c^2) eps^2.
fn eps_rederived(at: At<'_>) -> f64 {
    (2.0 * a(at).powi(2) + 4.0 * t(at).powi(2) + 16.0 * kappa(at) * c(at).powi(2)) * eps_max(at).powi(2)
}

/// 2a^2 zeta_M^2 + 4t^2 zeta_1^2 + 4 kappa c^2 (3 + 4 zeta_1^2).
fn zeta_rederived(at: At<'_>) -> f64 {
    let one = zeta_1(at).powi(2);
    2.0 * (a(at) * zeta_m(at)).powi(2) + 4.0 * t(at).powi(2) * one + 4.0 * kappa(at) * c(at).powi(2) * (3.0 + 4.0 * one)
}

pub(super) const TWO_ZETA_BYZ_BELOW_1: Premise =
    Premise { says: "2ζ_byz² < 1", holds: |at| 2.0 * zeta_rederived(at) < 1.0 };

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    says: "φ(p̂) ≤ φ(p*) + ε_byz² + ζ_byz²P², with rederived ε_byz, ζ_byz",
    because: "every (x + y)² ≤ 2x² + 2y² with its 2, |M∩T| ≤ βm with ζ₁; ε_byz² = (2a² + 4t² + 16κc²)ε², ζ_byz² = 2a²ζ_M² + 4t²ζ₁² + 4κc²(3 + 4ζ₁²)",
    given: &[ETA_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, TWO_ZETA_BYZ_BELOW_1],
    ladder: &[
        GAP,
        THREE_TERMS,
        Rung::new(
            "2a²(ε² + ζ_M²P²) + 4t²(ε² + ζ₁²P²) + Term3",
            "Lemma 5 over M; one by one over M∩T",
            |at| {
                2.0 * a(at).powi(2) * (eps_max(at).powi(2) + (zeta_m(at) * p(at)).powi(2))
                    + 4.0 * t(at).powi(2) * (eps_max(at).powi(2) + (zeta_1(at) * p(at)).powi(2))
                    + 2.0 * at.draw.sketch.byzantine_part.powi(2)
            },
        ),
        Rung::new("ε_byz² + ζ_byz²P²", "trimming, and both squares with their 2", |at| {
            eps_rederived(at) + zeta_rederived(at) * p(at).powi(2)
        }),
    ],
    ..PRINTED
};

/// One honest worker's ||H^{1/2}(p_i - p*)||: eps + omega P.
fn single(at: At<'_>) -> f64 {
    eps_spectral_max(at) + omega(at) * p(at)
}

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "φ(p̂) ≤ φ(p*) + ½((1 − c)(ε + ωP) + c√κ(ε + (2 + ω)P))², ε = τ maxᵢ‖H^(−½)(gᵢ − g)‖",
    because: "triangle inequality over U; a kept liar is no longer than some honest worker; spectral form",
    given: &[RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST],
    ladder: &[
        GAP,
        Rung::new(
            "½((1 − c)maxᵢ‖H^½(pᵢ − p*)‖ + c√κ(maxᵢ‖H^½(pᵢ − p*)‖ + 2P))²",
            "triangle inequality over U",
            |at| {
                let e = at.draw.sketch.local_error;
                0.5 * ((1.0 - c(at)) * e + c(at) * kappa(at).sqrt() * (e + 2.0 * p(at))).powi(2)
            },
        ),
        Rung::new("½((1 − c)(ε + ωP) + c√κ(ε + (2 + ω)P))²", "(I + Eᵢ)⁻¹ by its norm", |at| {
            let e = single(at);
            0.5 * ((1.0 - c(at)) * e + c(at) * kappa(at).sqrt() * (e + 2.0 * p(at))).powi(2)
        }),
    ],
    ..PRINTED
};

/// For Lemma 8 and Theorem 2: (eps_byz^2, zeta_byz^2) as printed.
pub(super) fn squares(at: At<'_>) -> Squares {
    Squares { eps: eps_byz_squared(at), zeta: zeta_byz_squared(at, true) }
}

/// (eps_byz^2, 2 zeta_byz^2) as rederived.
pub(super) fn rederived_squares(at: At<'_>) -> Squares {
    Squares { eps: eps_rederived(at), zeta: 2.0 * zeta_rederived(at) }
}

/// (E, Z) of the sharpened bound.
pub(super) fn linear(at: At<'_>) -> Linear {
    let (one, liars) = (1.0 - c(at), c(at) * kappa(at).sqrt());
    Linear { floor: (one + liars) * eps_spectral_max(at), rate: (one + liars) * omega(at) + 2.0 * liars }
}

pub(super) const CLAIMS: [Claim; 4] = [PRINTED, PRINTED_DEFINITION, REDERIVED, SHARPENED];
