//! Lemma 10. With alpha <= beta and compressed messages, phi(Q(phat)) <= eps_cb^2 + (1 - zeta_cb^2) phi(p*).
//!
//! k = kappa(1 - rho), eps_1 = sqrt(1 + k) eps, zeta_comp,X^2 = zeta_X^2 + k(1 + zeta_1^2). The printed right side uses
//! zeta_comp,1 which is never defined; its derivation has zeta_1, and so does this file. Trimming is by the norm of the
//! received message. It inherits the faults of Lemmas 7 and 9. Rederived here as the square of the sharpened form.

use super::contraction::{Linear, Squares};
use super::lemma_7::{GAP, THREE_TERMS, byzantine_weight, term_3_flat, trimmed_term};
use super::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, any};
use crate::claim::{At, Claim, Premise, Reading, Rung};
use crate::quantity::epsilon::{eps_max, eps_spectral_max};
use crate::quantity::ridge::omega;
use crate::quantity::spectrum::{kappa, p};
use crate::quantity::trim::{a, c, k};
use crate::quantity::zeta::{zeta_1, zeta_1_printed, zeta_m, zeta_mt};

/// eps_1^2 = (1 + k) eps^2.
fn eps_1_squared(at: At<'_>) -> f64 {
    (1.0 + k(at)) * eps_max(at).powi(2)
}

/// zeta_comp^2 = zeta^2 + k (1 + zeta_1^2).
fn comp(at: At<'_>, zeta: f64, zeta_1: f64) -> f64 {
    zeta.powi(2) + k(at) * (1.0 + zeta_1.powi(2))
}

fn eps_cb_squared(at: At<'_>) -> f64 {
    (3.0 * a(at).powi(2) + 4.0 * kappa(at) * c(at).powi(2)) * eps_1_squared(at)
}

fn zeta_cb_squared(at: At<'_>, zeta_1: f64) -> f64 {
    a(at).powi(2) * (2.0 * comp(at, zeta_mt(at), zeta_1) + comp(at, zeta_m(at), zeta_1))
        + 4.0 * kappa(at) * c(at).powi(2) * (2.0 + zeta_1.powi(2))
}

/// a^2 (eps_1^2 + zeta_comp,M^2 P^2).
fn term_1(at: At<'_>, zeta_1: f64) -> f64 {
    a(at).powi(2) * (eps_1_squared(at) + comp(at, zeta_m(at), zeta_1) * p(at).powi(2))
}

/// 2 a^2 (eps_1^2 + zeta_comp,MT^2 P^2).
fn term_2(at: At<'_>, zeta_1: f64) -> f64 {
    2.0 * a(at).powi(2) * (eps_1_squared(at) + comp(at, zeta_mt(at), zeta_1) * p(at).powi(2))
}

/// 2 sigma_max (|U and B|/|U|)^2 mean ||q_i - p*||^2: Term3 once sigma_max and convexity are used.
fn term_3_measured(at: At<'_>) -> f64 {
    byzantine_weight(at) * at.draw.sketch.byzantine_mean_square
}

/// 4 kappa (|U and B|/|U|)^2 max_i (||H^{1/2}(Q(p_i) - p*)||^2 + 2 P^2).
fn term_3_local(at: At<'_>) -> f64 {
    2.0 * byzantine_weight(at) / at.draw.place.sigma_min * (at.draw.sketch.message_error.powi(2) + 2.0 * p(at).powi(2))
}

fn bound(at: At<'_>, zeta_1: f64) -> f64 {
    eps_cb_squared(at) + zeta_cb_squared(at, zeta_1) * p(at).powi(2)
}

fn printed(at: At<'_>, zeta_1: f64) -> f64 {
    eps_cb_squared(at) + 0.5 * zeta_cb_squared(at, zeta_1) * p(at).powi(2)
}

pub(super) const ZETA_CB_BELOW_1: Premise =
    Premise { says: "ζ_cb < 1", holds: |at| zeta_cb_squared(at, zeta_1_printed(at)) < 1.0 };
pub(super) const TWO_ZETA_CB_BELOW_1: Premise =
    Premise { says: "2ζ_cb² < 1", holds: |at| 2.0 * rederived(at).1.powi(2) < 1.0 };

const PRINTED: Claim = Claim {
    id: "lemma-10",
    title: "Lemma 10: one trimmed step with compressed messages",
    reading: Reading::Printed,
    variant: "",
    says: "φ(Q(p̂)) ≤ ε_cb² + (1 − ζ_cb²) φ(p*)",
    because: "the text, ζ₁ = ν/(1 − η) as printed",
    modes: BOTH,
    applies: any,
    given: &[ETA_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, ZETA_CB_BELOW_1],
    ladder: &[
        GAP,
        THREE_TERMS,
        Rung::new("a²(ε₁² + ζ_comp,M²P²) + Term2 + Term3", "Lemma 9 over M, which lacks its 2", |at| {
            term_1(at, zeta_1_printed(at)) + trimmed_term(at) + 2.0 * at.draw.sketch.byzantine_part.powi(2)
        }),
        Rung::new(
            "… + 2a²(ε₁² + ζ_comp,M∩T²P²) + Term3",
            "Lemma 9 over M∩T, a set the data chooses",
            |at| {
                let one = zeta_1_printed(at);
                term_1(at, one) + term_2(at, one) + 2.0 * at.draw.sketch.byzantine_part.powi(2)
            },
        ),
        Rung::new(
            "… + 2σ_max(|U∩B|/|U|)² mean‖qᵢ − p*‖²",
            "σ_max, then convexity of ‖·‖²",
            |at| {
                let one = zeta_1_printed(at);
                term_1(at, one) + term_2(at, one) + term_3_measured(at)
            },
        ),
        Rung::new(
            "… + 4σ_max(|U∩B|/|U|)² maxᵢ(‖Q(p̂ᵢ)‖² + ‖p*‖²)",
            "trimming: ‖qᵢ‖ ≤ max over M",
            |at| {
                let one = zeta_1_printed(at);
                let sizes = at.draw.sketch.message_size.powi(2) + at.draw.sketch.newton_size.powi(2);
                term_1(at, one) + term_2(at, one) + 2.0 * byzantine_weight(at) * sizes
            },
        ),
        Rung::new(
            "… + 4σ_max(|U∩B|/|U|)² maxᵢ(‖Q(p̂ᵢ) − p*‖² + 2‖p*‖²)",
            "‖Q(p̂ᵢ)‖² ≤ ‖Q(p̂ᵢ) − p*‖² + 2‖p*‖² lacks a 2",
            |at| {
                let one = zeta_1_printed(at);
                term_1(at, one) + term_2(at, one) + term_3_flat(at)
            },
        ),
        Rung::new(
            "… + 4κ(|U∩B|/|U|)² maxᵢ(‖H^½(Q(p̂ᵢ) − p*)‖² + 2P²)",
            "‖v‖² ≤ ‖H^½v‖²/σ_min",
            |at| {
                let one = zeta_1_printed(at);
                term_1(at, one) + term_2(at, one) + term_3_local(at)
            },
        ),
        Rung::new("ε_cb² + ζ_cb²P²", "Lemma 9 for one worker with ζ₁ for ζ_comp,1; |U∩B| ≤ αm", |at| {
            bound(at, zeta_1_printed(at))
        }),
        Rung::new(
            "ε_cb² − ζ_cb² φ(p*) = ε_cb² + ½ζ_cb²P²",
            "“φ(p*) = −P²”, which is −½P²",
            |at| printed(at, zeta_1_printed(at)),
        ),
    ],
};

const PRINTED_DEFINITION: Claim = Claim {
    variant: "zeta-1-defined",
    because: "the text, with ζ₁ = ν(η + η²/(1 − η)) = νη/(1 − η) as its definition gives it",
    given: &[
        ETA_BELOW_1,
        TRIMS_ENOUGH,
        TRIMS_HALF_AT_MOST,
        Premise { says: "ζ_cb < 1", holds: |at| zeta_cb_squared(at, zeta_1(at)) < 1.0 },
    ],
    ladder: &[
        GAP,
        THREE_TERMS,
        Rung::new("a²(…) + 2a²(…) + Term3", "Lemma 9 over M and over M∩T", |at| {
            term_1(at, zeta_1(at)) + term_2(at, zeta_1(at)) + 2.0 * at.draw.sketch.byzantine_part.powi(2)
        }),
        Rung::new(
            "… + 4κ(|U∩B|/|U|)² maxᵢ(‖H^½(Q(p̂ᵢ) − p*)‖² + 2P²)",
            "trimming, lacks a 2",
            |at| term_1(at, zeta_1(at)) + term_2(at, zeta_1(at)) + term_3_local(at),
        ),
        Rung::new("ε_cb² + ζ_cb²P²", "Lemma 9 for one worker with ζ₁ for ζ_comp,1; |U∩B| ≤ αm", |at| {
            bound(at, zeta_1(at))
        }),
        Rung::new(
            "ε_cb² − ζ_cb² φ(p*) = ε_cb² + ½ζ_cb²P²",
            "“φ(p*) = −P²”, which is −½P²",
            |at| printed(at, zeta_1(at)),
        ),
    ],
    ..PRINTED
};

/// e with ||H^{1/2}(Q(p_i) - p*)|| <= e for every honest worker: sqrt(k)(eps + (1 + z)P) + eps + z P.
fn single(at: At<'_>, eps: f64, z: f64) -> f64 {
    k(at).sqrt() * (eps + (1.0 + z) * p(at)) + eps + z * p(at)
}

/// (1 - c) e + c sqrt(kappa) (e + 2P).
fn over_kept(at: At<'_>, e: f64) -> f64 {
    (1.0 - c(at)) * e + c(at) * kappa(at).sqrt() * (e + 2.0 * p(at))
}

/// (eps_cb, zeta_cb) whose sum eps_cb + zeta_cb P is the bound on the norm.
fn rederived(at: At<'_>) -> (f64, f64) {
    let mixed = (1.0 - c(at)) + c(at) * kappa(at).sqrt();
    let root = k(at).sqrt();
    let one = zeta_1(at);
    (mixed * (1.0 + root) * eps_max(at), mixed * (root * (1.0 + one) + one) + 2.0 * c(at) * kappa(at).sqrt())
}

const REDERIVED: Claim = Claim {
    reading: Reading::Rederived,
    says: "φ(Q(p̂)) ≤ φ(p*) + ε_cb² + ζ_cb²P², with rederived ε_cb, ζ_cb",
    because: "square of the triangle form: A = 1 − c + c√κ, ε_cb = A(1 + √k)ε, ζ_cb = A(√k(1 + ζ₁) + ζ₁) + 2c√κ",
    given: &[ETA_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST, TWO_ZETA_CB_BELOW_1],
    ladder: &[
        GAP,
        Rung::new(
            "½((1 − c)e + c√κ(e + 2P))², e = maxᵢ‖H^½(Q(pᵢ) − p*)‖",
            "triangle inequality over U",
            |at| 0.5 * over_kept(at, at.draw.sketch.message_error).powi(2),
        ),
        Rung::new("½(ε_cb + ζ_cb P)²", "e ≤ √k(ε + (1 + ζ₁)P) + ε + ζ₁P", |at| {
            let (eps, zeta) = rederived(at);
            0.5 * (eps + zeta * p(at)).powi(2)
        }),
        Rung::new("ε_cb² + ζ_cb²P²", "(x + y)² ≤ 2x² + 2y²", |at| {
            let (eps, zeta) = rederived(at);
            eps.powi(2) + (zeta * p(at)).powi(2)
        }),
    ],
    ..PRINTED
};

const SHARPENED: Claim = Claim {
    reading: Reading::Sharpened,
    says: "φ(Q(p̂)) ≤ φ(p*) + ½((1 − c)e + c√κ(e + 2P))², e = √k(ε + (1 + ω)P) + ε + ωP",
    because: "triangle inequality over U, norms of received messages; spectral form, never vacuous a posteriori",
    given: &[RIDGE_BELOW_1, TRIMS_ENOUGH, TRIMS_HALF_AT_MOST],
    ladder: &[
        GAP,
        Rung::new(
            "½((1 − c)e + c√κ(e + 2P))², e = maxᵢ‖H^½(Q(pᵢ) − p*)‖",
            "triangle inequality over U",
            |at| 0.5 * over_kept(at, at.draw.sketch.message_error).powi(2),
        ),
        Rung::new(
            "…, e = √k maxᵢ‖H^½pᵢ‖ + maxᵢ‖H^½(pᵢ − p*)‖",
            "‖Q(v) − v‖² ≤ (1 − ρ)‖v‖²",
            |at| 0.5 * over_kept(at, k(at).sqrt() * at.draw.sketch.local_size + at.draw.sketch.local_error).powi(2),
        ),
        Rung::new("…, e = √k(ε + (1 + ω)P) + ε + ωP", "(I + Eᵢ)⁻¹ by its norm", |at| {
            0.5 * over_kept(at, single(at, eps_spectral_max(at), omega(at))).powi(2)
        }),
    ],
    ..PRINTED
};

/// For Lemma 11 and Theorem 3: (eps_cb^2, zeta_cb^2) as printed.
pub(super) fn squares(at: At<'_>) -> Squares {
    Squares { eps: eps_cb_squared(at), zeta: zeta_cb_squared(at, zeta_1_printed(at)) }
}

/// (eps_cb^2, 2 zeta_cb^2) as rederived.
pub(super) fn rederived_squares(at: At<'_>) -> Squares {
    let (eps, zeta) = rederived(at);
    Squares { eps: eps.powi(2), zeta: 2.0 * zeta.powi(2) }
}

/// (E, Z) of the sharpened bound.
pub(super) fn linear(at: At<'_>) -> Linear {
    let (root, liars) = (k(at).sqrt(), c(at) * kappa(at).sqrt());
    let mixed = 1.0 - c(at) + liars;
    let one = omega(at);
    Linear {
        floor: mixed * (1.0 + root) * eps_spectral_max(at),
        rate: mixed * (root * (1.0 + one) + one) + 2.0 * liars,
    }
}

pub(super) const CLAIMS: [Claim; 4] = [PRINTED, PRINTED_DEFINITION, REDERIVED, SHARPENED];
