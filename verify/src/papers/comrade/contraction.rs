//! Lemmas 6, 8, 11 and Theorems 1 to 3 are two statements, each about three pairs (eps, zeta): averaged, trimmed,
//! compressed. This file holds the pairs and the formulas; the statements are in `lemma_6.rs` and `theorem_1.rs`.
//!
//! ```text
//! Lemma 6     if phi(phat) <= eps^2 + (1 - zeta^2) phi(p*), then
//!             D'H D' <= L ||D'|| ||D||^2 + zeta^2/(1 - zeta^2) D H D + 2 eps^2,   D = Delta_t, D' = Delta_{t+1}
//! Theorem 1   ||D'|| <= max{ sqrt(kappa zeta^2/(1 - zeta^2)) ||D||, (L/sigma_min) ||D||^2 } + 2 eps/sqrt(sigma_min)
//! rederived   ||D'|| <= G max{ sqrt(kappa Z^2/(1 - Z^2)) ||D||, (L/sigma_min) ||D||^2 } + E/sqrt(sigma_min)
//! sharpened   ||D'|| <= sqrt(kappa) Z ||D|| + (1 + Z) L/(2 sigma_min) ||D||^2 + E/sqrt(sigma_min)
//!             from ||H^{1/2}(phat - p*)|| <= E + Z P and P <= ||H^{1/2} D|| + L/(2 sqrt(sigma_min)) ||D||^2
//! ```

use super::ridge_below_1;
use crate::claim::{At, Premise};
use crate::oracle::landscape::largest;
use crate::oracle::travel::Travel;
use crate::quantity::spectrum::{kappa, lipschitz, p, sigma_min};
use crate::scenario::Scenario;

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

/// What every statement about w* asks for.
pub(super) const MINIMISER_KNOWN: &str = "w* is known";

pub(super) fn minimiser_known() -> Premise {
    Premise::new(MINIMISER_KNOWN, |at| at.draw.travel.is_some())
}

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

/// What Lemma 6 has in addition to its linear term: zeta^2/(1 - zeta^2) D H D + 2 eps^2.
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

/// The lemma whose pair a statement is about, and what the statement takes from it.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    /// Its name.
    pub(super) lemma: &'static str,
    /// The index of its eps and zeta, with the underscore; empty where they have none.
    pub(super) index: &'static str,
    /// The scenarios.
    pub(super) applies: fn(&Scenario) -> bool,
    /// (eps^2, zeta^2) as printed.
    pub(super) squares: fn(At<'_>) -> Squares,
    /// The same as rederived, with 2 zeta^2 for zeta^2.
    pub(super) rederived_squares: fn(At<'_>) -> Squares,
    /// (E, Z) as rederived.
    pub(super) rederived: fn(At<'_>) -> Linear,
    /// (E, Z) as sharpened.
    pub(super) sharpened: fn(At<'_>) -> Linear,
    /// What a printed theorem asks for.
    pub(super) printed_given: fn() -> Vec<Premise>,
    /// What the other readings ask for.
    pub(super) ours_given: fn() -> Vec<Premise>,
}

impl Pair {
    /// eps and zeta in plain characters, and in TeX.
    pub(super) fn symbols(&self) -> [String; 4] {
        let index = self.index.trim_start_matches('_');
        let tex = if index.is_empty() { String::new() } else { format!(r"_{{\mathrm{{{index}}}}}") };
        [format!("ε{}", self.index), format!("ζ{}", self.index), format!(r"\varepsilon{tex}"), format!(r"\zeta{tex}")]
    }

    /// zeta < 1, as printed.
    pub(super) fn small(&self) -> Premise {
        let Self { index, squares, .. } = *self;
        Premise::new(format!("ζ{index} < 1"), move |at| squares(at).zeta < 1.0)
    }

    /// E + ZP by the sharpened lemma, and what it asks for.
    pub(super) fn sharpened_because(&self) -> String {
        let lemma = self.lemma;
        format!("‖H^½(p̂ − p*)‖ ≤ E + ZP by the sharpened {lemma}; spectral form, never vacuous a posteriori")
    }

    pub(super) fn sharpened_given(&self) -> Vec<Premise> {
        [vec![minimiser_known(), ridge_below_1()], (self.ours_given)()].concat()
    }
}

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
