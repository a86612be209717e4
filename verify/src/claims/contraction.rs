//! Lemmas 6, 8, 11 and Theorems 1 to 3 are two statements, each about three pairs (eps, zeta): averaged, trimmed,
//! compressed. This file holds the two statements; the files of the lemmas and theorems name the pair.
//!
//! ```text
//! Lemma 6     if phi(phat) <= eps^2 + (1 - zeta^2) phi(p*), then
//!             D'H D' <= L ||D'|| ||D||^2 + zeta^2/(1 - zeta^2) D H D + 2 eps^2,   D = Delta_t, D' = Delta_{t+1}
//! Theorem 1   ||D'|| <= max{ sqrt(kappa zeta^2/(1 - zeta^2)) ||D||, (L/sigma_min) ||D||^2 } + 2 eps/sqrt(sigma_min)
//! rederived   ||D'|| <= G max{ sqrt(kappa Z^2/(1 - Z^2)) ||D||, (L/sigma_min) ||D||^2 } + E/sqrt(sigma_min)
//! sharpened   ||D'|| <= sqrt(kappa) Z ||D|| + (1 + Z) L/(2 sigma_min) ||D||^2 + E/sqrt(sigma_min)
//!             from ||H^{1/2}(phat - p*)|| <= E + Z P and P <= ||H^{1/2} D|| + L/(2 sqrt(sigma_min)) ||D||^2
//! ```

use crate::claim::{At, Premise};
use crate::oracle::landscape::largest;
use crate::oracle::travel::Travel;
use crate::quantity::spectrum::{kappa, lipschitz, p, sigma_min};

/// The golden ratio: x^2 <= a x + b^2 + c^2 gives x <= G max(a, b) + c, and no smaller constant does. It is also the largest
/// value of sqrt(1 - Z^2) + (1 + Z)/2.
pub(super) const GOLDEN: f64 = 1.618_033_988_749_895;

/// (eps^2, zeta^2) of a bound phi(phat) <= eps^2 + (1 - zeta^2) phi(p*).
#[derive(Clone, Copy)]
pub(super) struct Squares {
    pub(super) eps: f64,
    pub(super) zeta: f64,
}

/// (E, Z) of a bound ||H^{1/2}(phat - p*)|| <= E + Z P.
#[derive(Clone, Copy)]
pub(super) struct Linear {
    pub(super) floor: f64,
    pub(super) rate: f64,
}

pub(super) const MINIMISER_KNOWN: Premise = Premise { says: "w* is known", holds: |at| at.draw.travel.is_some() };

fn of(at: At<'_>, value: fn(&Travel) -> f64) -> f64 {
    at.draw.travel.as_ref().map_or(f64::NAN, value)
}

/// Whether the premise of Lemma 6 holds on this draw: phi(phat) - phi(p*) <= eps^2 + (1/2) zeta^2 P^2.
pub(super) fn is_given(at: At<'_>, pair: Squares) -> bool {
    0.5 * at.draw.sketch.error.powi(2) <= pair.eps + 0.5 * pair.zeta * p(at).powi(2)
}

/// D'H D'.
pub(super) fn energy(at: At<'_>) -> f64 {
    of(at, |t| t.energy_after)
}

/// ||D'||.
pub(super) fn distance(at: At<'_>) -> f64 {
    of(at, |t| t.after)
}

/// What stands beside the linear term of Lemma 6: zeta^2/(1 - zeta^2) D H D + 2 eps^2.
fn rest(at: At<'_>, pair: Squares) -> f64 {
    pair.zeta / (1.0 - pair.zeta) * of(at, |t| t.energy_before) + 2.0 * pair.eps
}

/// 2 D'(H D - g) + rest: (17), solved.
pub(super) fn from_17(at: At<'_>, pair: Squares) -> f64 {
    2.0 * of(at, |t| t.inner) + rest(at, pair)
}

/// 2 ||D'|| ||H D - g|| + rest.
pub(super) fn by_cauchy_schwarz(at: At<'_>, pair: Squares) -> f64 {
    2.0 * of(at, |t| t.after * t.remainder) + rest(at, pair)
}

/// The right side of Lemma 6.
pub(super) fn lemma_6(at: At<'_>, pair: Squares) -> f64 {
    lipschitz(at) * of(at, |t| t.after * t.before.powi(2)) + rest(at, pair)
}

/// (a, b, c) with x = ||D'||, x^2 <= a x + b^2 + c^2.
fn coefficients(at: At<'_>, pair: Squares) -> (f64, f64, f64) {
    let before = of(at, |t| t.before);
    let a = lipschitz(at) / sigma_min(at) * before.powi(2);
    let b = (kappa(at) * pair.zeta / (1.0 - pair.zeta)).sqrt() * before;
    (a, b, (2.0 * pair.eps / sigma_min(at)).sqrt())
}

/// The larger root of x^2 = a x + b^2 + c^2: all that Lemma 6 says of ||D'||.
pub(super) fn root(at: At<'_>, pair: Squares) -> f64 {
    let (a, b, c) = coefficients(at, pair);
    0.5 * (a + (a * a + 4.0 * (b * b + c * c)).sqrt())
}

/// The right side of Theorem 1 as printed: max(a, b) + sqrt(2) c.
pub(super) fn theorem_1(at: At<'_>, pair: Squares) -> f64 {
    let (a, b, c) = coefficients(at, pair);
    largest([a, b]) + 2.0_f64.sqrt() * c
}

/// G max{ sqrt(kappa Z^2/(1 - Z^2)) ||D||, (L/sigma_min) ||D||^2 } + E/sqrt(sigma_min), from the sharpened form: for
/// 0 <= Z < 1 the maximum of sqrt(1 - Z^2) + (1 + Z)/2 is G, at Z = 1/sqrt 5.
pub(super) fn theorem_1_rederived(at: At<'_>, pair: Linear) -> f64 {
    let (a, b, _) = coefficients(at, Squares { eps: 0.0, zeta: pair.rate.powi(2) });
    GOLDEN * largest([a, b]) + pair.floor / sigma_min(at).sqrt()
}

/// ||H^{1/2}(phat - p*)|| + ||H^{1/2}(D - p*)||.
pub(super) fn by_triangle(at: At<'_>) -> f64 {
    at.draw.sketch.error + of(at, |t| t.white_remainder)
}

/// E + Z ||H^{1/2} D|| + (1 + Z) ||H^{1/2}(D - p*)||.
pub(super) fn through_p(at: At<'_>, pair: Linear) -> f64 {
    let before = of(at, |t| t.energy_before).sqrt();
    pair.floor + pair.rate * before + (1.0 + pair.rate) * of(at, |t| t.white_remainder)
}

/// E + Z ||H^{1/2} D|| + (1 + Z) L/(2 sqrt(sigma_min)) ||D||^2.
pub(super) fn energy_sharpened(at: At<'_>, pair: Linear) -> f64 {
    let quadratic = 0.5 * lipschitz(at) / sigma_min(at).sqrt() * of(at, |t| t.before).powi(2);
    pair.floor + pair.rate * of(at, |t| t.energy_before).sqrt() + (1.0 + pair.rate) * quadratic
}

/// What a step leaves of ||Delta_t||, by the sharpened theorems: the sum of these bounds ||Delta_{t+1}||.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parts {
    /// sqrt(kappa) Z ||D||.
    pub linear: f64,
    /// (1 + Z) L/(2 sigma_min) ||D||^2.
    pub quadratic: f64,
    /// E/sqrt(sigma_min).
    pub floor: f64,
}

/// The three parts for a pair.
pub(super) fn parts(at: At<'_>, pair: Linear) -> Parts {
    let before = of(at, |t| t.before);
    Parts {
        linear: kappa(at).sqrt() * pair.rate * before,
        quadratic: (1.0 + pair.rate) * 0.5 * lipschitz(at) / sigma_min(at) * before.powi(2),
        floor: pair.floor / sigma_min(at).sqrt(),
    }
}

/// sqrt(kappa) Z ||D|| + (1 + Z) L/(2 sigma_min) ||D||^2 + E/sqrt(sigma_min).
pub(super) fn distance_sharpened(at: At<'_>, pair: Linear) -> f64 {
    let Parts { linear, quadratic, floor } = parts(at, pair);
    linear + quadratic + floor
}

/// The ladder of Lemma 6 for a pair: what is measured, (17), Cauchy-Schwarz, the bound.
macro_rules! lemma_6_ladder {
    ($pair:path) => {
        &[
            Rung::measured("Δ′ᵀHΔ′", Rounding::Square, contraction::energy),
            Rung::new("2Δ′ᵀ(HΔ − g) + ζ²/(1 − ζ²) ΔᵀHΔ + 2ε²", "(17), solved", |at| {
                contraction::from_17(at, $pair(at))
            }),
            Rung::new("2‖Δ′‖‖HΔ − g‖ + ζ²/(1 − ζ²) ΔᵀHΔ + 2ε²", "Cauchy–Schwarz", |at| {
                contraction::by_cauchy_schwarz(at, $pair(at))
            }),
            Rung::new(
                "L‖Δ′‖‖Δ‖² + ζ²/(1 − ζ²) ΔᵀHΔ + 2ε²",
                "‖HΔ − g‖ ≤ (L/2)‖Δ‖²",
                |at| contraction::lemma_6(at, $pair(at)),
            ),
        ]
    };
}

/// Lemma 6 about the pair of another lemma: [printed, rederived, sharpened].
///
/// The module of that lemma has `squares`, `rederived_squares` and `linear`; `small` are its premises on zeta, `sub` what
/// its symbols have as index, `sharpened` what the pair of the sharpened reading asks for.
macro_rules! lemma_6_about {
    ($from:ident, $lemma:literal, sub: $sub:literal, small: [$small:path, $small_rederived:path], sharpened: [$($given:path),*],
     $id:literal, $title:literal, applies: $applies:path) => {{
        use $crate::claim::{Claim, Premise, Reading, Rung};
        use $crate::rounding::Rounding;
        use $crate::claims::contraction::{self, MINIMISER_KNOWN};
        use $crate::claims::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1};
        // The premise that the lemma itself states.
        const GIVEN: Premise = Premise {
            says: concat!("φ(p̂) ≤ ε", $sub, "² + (1 − ζ", $sub, "²) φ(p*)"),
            holds: |at| contraction::is_given(at, $from::squares(at)),
        };
        const GIVEN_REDERIVED: Premise = Premise {
            says: concat!("φ(p̂) ≤ ε", $sub, "² + (1 − 2ζ", $sub, "²) φ(p*)"),
            holds: |at| contraction::is_given(at, $from::rederived_squares(at)),
        };
        const PRINTED: Claim = Claim {
            id: $id,
            title: $title,
            reading: Reading::Printed,
            variant: "",
            says: concat!("Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + ζ", $sub, "²/(1 − ζ", $sub, "²) ΔᵀHΔ + 2ε", $sub, "²"),
            because: concat!("the text, given the bound of ", $lemma),
            modes: BOTH,
            applies: $applies,
            independent: false,
            given: &[MINIMISER_KNOWN, ETA_BELOW_1, $small, GIVEN],
            ladder: contraction::lemma_6_ladder!($from::squares),
        };
        const REDERIVED: Claim = Claim {
            reading: Reading::Rederived,
            says: concat!("Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + 2ζ", $sub, "²/(1 − 2ζ", $sub, "²) ΔᵀHΔ + 2ε", $sub, "²"),
            because: concat!("through the rederived ", $lemma, ": 2ζ", $sub, "² for ζ", $sub, "²"),
            given: &[MINIMISER_KNOWN, ETA_BELOW_1, $small_rederived, GIVEN_REDERIVED],
            ladder: contraction::lemma_6_ladder!($from::rederived_squares),
            ..PRINTED
        };
        const SHARPENED: Claim = Claim {
            reading: Reading::Sharpened,
            says: "Δ′ᵀHΔ′ ≤ (E + Z‖H^½Δ‖ + (1 + Z)L/(2√σ_min)‖Δ‖²)²",
            because: concat!(
                "‖H^½(p̂ − p*)‖ ≤ E + ZP by the sharpened ", $lemma, "; spectral form, never vacuous a posteriori"
            ),
            given: &[MINIMISER_KNOWN, RIDGE_BELOW_1, $($given),*],
            ladder: &[
                Rung::measured("Δ′ᵀHΔ′", Rounding::Square, contraction::energy),
                Rung::new(
                    "(‖H^½(p̂ − p*)‖ + ‖H^½(Δ − p*)‖)²",
                    "Δ′ = (Δ − p*) − (p̂ − p*)",
                    |at| contraction::by_triangle(at).powi(2),
                ),
                Rung::new(
                    "(E + Z‖H^½Δ‖ + (1 + Z)‖H^½(Δ − p*)‖)²",
                    "E + ZP, and P ≤ ‖H^½Δ‖ + ‖H^½(Δ − p*)‖",
                    |at| contraction::through_p(at, $from::linear(at)).powi(2),
                ),
                Rung::new(
                    "(E + Z‖H^½Δ‖ + (1 + Z)L/(2√σ_min)‖Δ‖²)²",
                    "‖HΔ − g‖ ≤ (L/2)‖Δ‖²",
                    |at| contraction::energy_sharpened(at, $from::linear(at)).powi(2),
                ),
            ],
            ..PRINTED
        };
        [PRINTED, REDERIVED, SHARPENED]
    }};
}

/// Theorem 1 about the pair of a lemma: the printed reading by its squares, the other two by the bound E + Z P on the norm
/// itself. `small` are the premises Z < 1 of the printed and the rederived reading, `given` what else these readings ask for.
macro_rules! theorem_1_about {
    ($from:ident, $lemma:literal, sub: $sub:literal, small: [$small:path, $small_rederived:path],
     printed: [$($printed:path),*], ours: [$($given:path),*],
     $id:literal, $title:literal, applies: $applies:path, rederived: $says:literal, because: $because:literal) => {{
        use $crate::claim::{Claim, Reading, Rung};
        use $crate::rounding::Rounding;
        use $crate::claims::contraction::{self, MINIMISER_KNOWN};
        use $crate::claims::{BOTH, ETA_BELOW_1, RIDGE_BELOW_1};
        use $crate::quantity::spectrum::sigma_min;
        const PRINTED: Claim = Claim {
            id: $id,
            title: $title,
            reading: Reading::Printed,
            variant: "",
            says: concat!(
                "‖Δ′‖ ≤ max{√(κζ", $sub, "²/(1 − ζ", $sub, "²))‖Δ‖, (L/σ_min)‖Δ‖²} + 2ε", $sub, "/√σ_min"
            ),
            because: "the text",
            modes: BOTH,
            applies: $applies,
            independent: false,
            given: &[MINIMISER_KNOWN, ETA_BELOW_1, $($printed,)* $small],
            ladder: &[
                Rung::measured("‖Δ′‖", Rounding::Length, contraction::distance),
                Rung::new(
                    "root of x² = ax + b² + c²",
                    "Lemma 6; a = (L/σ_min)‖Δ‖², b² = κζ²/(1 − ζ²)‖Δ‖², c² = 2ε²/σ_min",
                    |at| contraction::root(at, $from::squares(at)),
                ),
                Rung::new("max{b, a} + √2 c", "“x² ≤ ax + b² + c² gives x ≤ max{a, b} + √2 c”", |at| {
                    contraction::theorem_1(at, $from::squares(at))
                }),
            ],
        };
        const REDERIVED: Claim = Claim {
            reading: Reading::Rederived,
            says: $says,
            because: $because,
            given: &[MINIMISER_KNOWN, ETA_BELOW_1, $($given,)* $small_rederived],
            ladder: &[
                Rung::measured("‖Δ′‖", Rounding::Length, contraction::distance),
                Rung::new("(E + Z‖H^½Δ‖ + (1 + Z)‖H^½(Δ − p*)‖)/√σ_min", "triangle inequality, E + ZP", |at| {
                    contraction::through_p(at, $from::rederived_linear(at)) / sigma_min(at).sqrt()
                }),
                Rung::new(
                    "√κ Z‖Δ‖ + (1 + Z)L/(2σ_min)‖Δ‖² + E/√σ_min",
                    "‖H^½Δ‖ ≤ √σ_max‖Δ‖, Lipschitz Hessian",
                    |at| contraction::distance_sharpened(at, $from::rederived_linear(at)),
                ),
                Rung::new(
                    "G max{√(κZ²/(1 − Z²))‖Δ‖, (L/σ_min)‖Δ‖²} + E/√σ_min",
                    "√(1 − Z²) + (1 + Z)/2 ≤ G",
                    |at| contraction::theorem_1_rederived(at, $from::rederived_linear(at)),
                ),
            ],
            ..PRINTED
        };
        const SHARPENED: Claim = Claim {
            reading: Reading::Sharpened,
            says: "‖Δ′‖ ≤ √κ Z‖Δ‖ + (1 + Z)L/(2σ_min)‖Δ‖² + E/√σ_min",
            because: concat!(
                "‖H^½(p̂ − p*)‖ ≤ E + ZP by the sharpened ", $lemma, "; spectral form, never vacuous a posteriori"
            ),
            given: &[MINIMISER_KNOWN, RIDGE_BELOW_1, $($given),*],
            ladder: &[
                Rung::measured("‖Δ′‖", Rounding::Length, contraction::distance),
                Rung::new("‖H^½Δ′‖/√σ_min", "‖v‖² ≤ ‖H^½v‖²/σ_min", |at| {
                    contraction::energy(at).sqrt() / sigma_min(at).sqrt()
                }),
                Rung::new(
                    "(E + Z‖H^½Δ‖ + (1 + Z)‖H^½(Δ − p*)‖)/√σ_min",
                    "triangle inequality, E + ZP",
                    |at| contraction::through_p(at, $from::linear(at)) / sigma_min(at).sqrt(),
                ),
                Rung::new(
                    "√κ Z‖Δ‖ + (1 + Z)L/(2σ_min)‖Δ‖² + E/√σ_min",
                    "‖H^½Δ‖ ≤ √σ_max‖Δ‖, Lipschitz Hessian",
                    |at| contraction::distance_sharpened(at, $from::linear(at)),
                ),
            ],
            ..PRINTED
        };
        [PRINTED, REDERIVED, SHARPENED]
    }};
}

pub(super) use {lemma_6_about, lemma_6_ladder, theorem_1_about};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_golden_ratio_is_reached_and_never_passed() {
        let root = |a: f64, b: f64| 0.5 * (a + (a * a + 4.0 * b * b).sqrt());
        assert!((root(1.0, 1.0) - GOLDEN).abs() < 1e-15);
        for b in [0.0, 0.3, 0.9, 1.0, 1.1, 7.0] {
            assert!(root(1.0, b) <= GOLDEN * f64::max(1.0, b) * (1.0 + 1e-15));
        }
        let mixed = |z: f64| (1.0 - z * z).sqrt() + 0.5 * (1.0 + z);
        assert!((mixed(1.0 / 5.0_f64.sqrt()) - GOLDEN).abs() < 1e-15);
        assert!((0..=1000).all(|k| mixed(f64::from(k) / 1000.0) <= GOLDEN * (1.0 + 1e-15)));
    }
}
