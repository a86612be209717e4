//! Lemmas 7 and 10 are one statement: uncompressed messages are compressed ones with rho = 1. This file holds what they
//! share; their own files name it, and have what is different.
//!
//! ```text
//! k = kappa (1 - rho)      eps_1^2 = (1 + k) eps^2      zeta_comp,X^2 = zeta_X^2 + k (1 + zeta_1^2)
//! printed     eps_cb^2  = (3a^2 + 4 kappa c^2) eps_1^2
//!             zeta_cb^2 = 2a^2 zeta_comp,MT^2 + a^2 zeta_comp,M^2 + 4 kappa c^2 (2 + zeta_comp,1^2), zeta_comp,1^2 = zeta_1^2 + k (1 + zeta_1^2)
//! sharpened   ||H^{1/2}(Q(phat) - p*)|| <= (1 - c) e + c sqrt(kappa)(e + 2P), e = sqrt(k)(eps + (1 + zeta_1)P) + eps + zeta_1 P
//! ```

use super::ZETA_1_AS_DEFINED;
use super::contraction::{Linear, Squares};
use crate::claim::{At, Claim, Rung};
use crate::quantity::epsilon::{eps_max, eps_spectral_max};
use crate::quantity::ridge::omega;
use crate::quantity::spectrum::{kappa, p};
use crate::quantity::trim::{a, c, k};
use crate::quantity::zeta::{zeta_1, zeta_1_printed, zeta_m, zeta_mt};
use crate::rounding::Rounding;

pub(super) fn gap() -> Rung {
    Rung::measured("φ(p̂) − φ(p*)", Rounding::Square, |at| 0.5 * at.draw.sketch.error.powi(2))
}

pub(super) fn three_terms() -> Rung {
    Rung::new(
        "Term1 + Term2 + Term3",
        "½‖x + y + z‖² ≤ ‖x‖² + 2‖y‖² + 2‖z‖² over M, M∩T, U∩B",
        |at| at.draw.sketch.honest_part.powi(2) + trimmed_term(at) + byzantine_term(at),
    )
}

/// Term2.
fn trimmed_term(at: At<'_>) -> f64 {
    2.0 * at.draw.sketch.trimmed_part.powi(2)
}

/// Term3.
pub(super) fn byzantine_term(at: At<'_>) -> f64 {
    2.0 * at.draw.sketch.byzantine_part.powi(2)
}

/// |U and B|/|U|.
fn kept_share(at: At<'_>) -> f64 {
    at.draw.sketch.counts.kept_byzantine as f64 / at.draw.sketch.counts.kept as f64
}

/// eps_1^2 = (1 + k) eps^2.
fn eps_1_squared(at: At<'_>) -> f64 {
    (1.0 + k(at)) * eps_max(at).powi(2)
}

/// zeta_comp^2 = zeta^2 + k (1 + zeta_1^2).
fn comp(at: At<'_>, zeta: f64, zeta_1: f64) -> f64 {
    zeta.powi(2) + k(at) * (1.0 + zeta_1.powi(2))
}

/// (eps_cb^2, zeta_cb^2) as printed, with this zeta_1.
fn squares_with(at: At<'_>, zeta_1: f64) -> Squares {
    let (a, c) = (a(at).powi(2), kappa(at) * c(at).powi(2));
    Squares {
        eps: (3.0 * a + 4.0 * c) * eps_1_squared(at),
        zeta: a * (2.0 * comp(at, zeta_mt(at), zeta_1) + comp(at, zeta_m(at), zeta_1))
            + 4.0 * c * (2.0 + comp(at, zeta_1, zeta_1)),
    }
}

/// (eps_cb^2, zeta_cb^2) as printed, for Lemmas 8 and 11 and Theorems 2 and 3.
pub(super) fn squares(at: At<'_>) -> Squares {
    squares_with(at, zeta_1_printed(at))
}

/// a^2 (eps_1^2 + zeta_comp,M^2 P^2).
fn term_1(at: At<'_>, zeta_1: f64) -> f64 {
    a(at).powi(2) * (eps_1_squared(at) + comp(at, zeta_m(at), zeta_1) * p(at).powi(2))
}

/// a^2 (eps_1^2 + zeta_comp,M^2 P^2) + 2 a^2 (eps_1^2 + zeta_comp,MT^2 P^2).
fn honest_terms(at: At<'_>, zeta_1: f64) -> f64 {
    let term_2 = 2.0 * a(at).powi(2) * (eps_1_squared(at) + comp(at, zeta_mt(at), zeta_1) * p(at).powi(2));
    term_1(at, zeta_1) + term_2
}

/// 2 sigma_max (|U and B|/|U|)^2 times `squares`.
fn weighted(at: At<'_>, squares: f64) -> f64 {
    2.0 * at.draw.place.sigma_max * kept_share(at).powi(2) * squares
}

/// 4 kappa (|U and B|/|U|)^2 max_i (||H^{1/2}(q_i - p*)||^2 + 2P^2).
fn term_3_local(at: At<'_>) -> f64 {
    weighted(at, 2.0 / at.draw.place.sigma_min * (at.draw.sketch.message_error.powi(2) + 2.0 * p(at).powi(2)))
}

/// 4 kappa (|U and B|/|U|)^2 (eps_1^2 + (2 + zeta_1^2) P^2).
fn term_3(at: At<'_>, zeta_1: f64) -> f64 {
    4.0 * kappa(at) * kept_share(at).powi(2) * (eps_1_squared(at) + (2.0 + zeta_1.powi(2)) * p(at).powi(2))
}

/// The symbols of a printed proof.
#[derive(Clone, Copy)]
pub(super) struct Symbols {
    /// eps_1.
    pub(super) eps: &'static str,
    /// What stands before the set in the index of zeta_comp.
    pub(super) comp: &'static str,
    /// The index of the result.
    pub(super) index: &'static str,
    /// What worker i sends.
    pub(super) message: &'static str,
    /// What is used for a mean of messages.
    pub(super) lemma: &'static str,
    /// Why the display is no less.
    pub(super) last: &'static str,
}

/// The printed proof, with zeta_1 read as `one`.
pub(super) fn printed_ladder(one: fn(At<'_>) -> f64, symbols: Symbols) -> Vec<Rung> {
    let Symbols { eps, comp, index, message, lemma, last } = symbols;
    // `…` plus a bound on Term3.
    let with = move |at: At<'_>, term_3: f64| honest_terms(at, one(at)) + term_3;
    vec![
        gap(),
        three_terms(),
        Rung::new(
            format!("a²({eps}² + ζ_{comp}M²P²) + Term2 + Term3"),
            format!("{lemma} over M, which lacks its 2"),
            move |at| term_1(at, one(at)) + trimmed_term(at) + byzantine_term(at),
        ),
        Rung::new(
            format!("… + 2a²({eps}² + ζ_{{{comp}M∩T}}²P²) + Term3"),
            format!("{lemma} over M∩T, a set the data chooses"),
            move |at| with(at, byzantine_term(at)),
        ),
        Rung::new(
            "… + 2σ_max(|U∩B|/|U|)² mean‖qᵢ − p*‖²",
            "σ_max, then convexity of ‖·‖²",
            move |at| with(at, weighted(at, at.draw.sketch.byzantine_mean_square)),
        ),
        Rung::new(
            format!("… + 4σ_max(|U∩B|/|U|)² maxᵢ(‖{message}‖² + ‖p*‖²)"),
            "trimming: ‖qᵢ‖ ≤ max over M",
            move |at| {
                let sketch = &at.draw.sketch;
                with(at, weighted(at, 2.0 * (sketch.message_size.powi(2) + sketch.newton_size.powi(2))))
            },
        ),
        Rung::new(
            format!("… + 4σ_max(|U∩B|/|U|)² maxᵢ(‖{message} − p*‖² + 2‖p*‖²)"),
            format!("‖{message}‖² ≤ ‖{message} − p*‖² + 2‖p*‖² lacks a 2"),
            move |at| {
                let sketch = &at.draw.sketch;
                with(at, weighted(at, 2.0 * (sketch.message_distance.powi(2) + 2.0 * sketch.newton_size.powi(2))))
            },
        ),
        Rung::new(
            format!("… + 4κ(|U∩B|/|U|)² maxᵢ(‖H^½({message} − p*)‖² + 2P²)"),
            "‖v‖² ≤ ‖H^½v‖²/σ_min",
            move |at| with(at, term_3_local(at)),
        ),
        Rung::new(
            format!("… + 4κ(|U∩B|/|U|)²({eps}² + (2 + ζ₁²)P²)"),
            format!("{lemma} for one worker, without its 2"),
            move |at| with(at, term_3(at, one(at))),
        ),
        Rung::new(format!("ε_{index}² + ζ_{index}²P²"), last, move |at| {
            let pair = squares_with(at, one(at));
            pair.eps + pair.zeta * p(at).powi(2)
        }),
        Rung::new(
            format!("ε_{index}² − ζ_{index}² φ(p*) = ε_{index}² + ½ζ_{index}²P²"),
            "“φ(p*) = −P²”, which is −½P²",
            move |at| {
                let pair = squares_with(at, one(at));
                pair.eps + 0.5 * pair.zeta * p(at).powi(2)
            },
        ),
    ]
}

/// The printed reading with zeta_1 as its definition gives it.
pub(super) fn as_defined(printed: Claim, symbols: Symbols) -> Claim {
    Claim {
        variant: "zeta-1-defined",
        because: ZETA_1_AS_DEFINED.into(),
        ladder: printed_ladder(zeta_1, symbols),
        ..printed
    }
}

/// e with ||H^{1/2}(Q(p_i) - p*)|| <= e for every honest worker: sqrt(k)(eps + (1 + omega)P) + eps + omega P.
pub(super) fn single(at: At<'_>) -> f64 {
    let (eps, omega) = (eps_spectral_max(at), omega(at));
    k(at).sqrt() * (eps + (1.0 + omega) * p(at)) + eps + omega * p(at)
}

/// Half the square of (1 - c) e + c sqrt(kappa) (e + 2P).
pub(super) fn over_kept(at: At<'_>, e: f64) -> f64 {
    0.5 * ((1.0 - c(at)) * e + c(at) * kappa(at).sqrt() * (e + 2.0 * p(at))).powi(2)
}

/// (E, Z) for this eps and zeta_1, whose E + Z P is the bound on ||H^{1/2}(Q(phat) - p*)||.
pub(super) fn linear_with(at: At<'_>, eps: f64, zeta_1: f64) -> Linear {
    let (root, liars) = (k(at).sqrt(), c(at) * kappa(at).sqrt());
    let mixed = 1.0 - c(at) + liars;
    Linear { floor: mixed * (1.0 + root) * eps, rate: mixed * (root * (1.0 + zeta_1) + zeta_1) + 2.0 * liars }
}

/// (E, Z) of the sharpened bound.
pub(super) fn linear(at: At<'_>) -> Linear {
    linear_with(at, eps_spectral_max(at), omega(at))
}
