//! TeX to MathML: the statements, whose TeX their claims have, and the symbols.

use crate::claims;
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

/// (symbol in TeX, meaning), in the order in which a reader meets them.
pub(super) const NOTATION: &[(&str, &str)] = &[
    (r"f(w),\ w^*", "the objective, a mean over n rows with ridge λ, and its minimiser"),
    (r"H,\ g", "Hessian and gradient of f at the iterate w"),
    (r"H_i,\ g_i", "the same from the s rows of worker i alone"),
    (r"b_j", "gradient of the loss of row j"),
    (r"U", "orthonormal basis of the columns of the scaled data matrix"),
    (r"S_i,\ S", "sampling matrix of worker i, and of all workers together"),
    (r"p^* = H^{-1} g", "the Newton direction"),
    (r"\tilde p", "mean of Hᵢ⁻¹g: the direction of GIANT, two rounds"),
    (r"\hat p", "mean of Hᵢ⁻¹gᵢ over the workers kept: the direction of COMRADE, one round"),
    (r"\varphi(p) = \tfrac12 p^{\top} H p - g^{\top} p", "what a step decreases; its minimum is φ(p*) = −½P²"),
    (r"P = \|H^{1/2} p^*\|", "length of the Newton direction"),
    (r"\Delta,\ {\Delta\prime}", "distance from w* before and after the step"),
    (r"m,\ s,\ d,\ r", "workers, rows each, features, rank"),
    (r"\alpha,\ \beta", "fraction of Byzantine workers, and fraction trimmed by norm"),
    (r"\delta", "allowed failure probability of an a-priori statement"),
    (r"\eta", "how far any worker’s sample distorts the geometry; statements need η < 1"),
    (r"\nu,\ \kappa,\ \mu", "share of the data in H, condition number of H, row coherence"),
    (
        r"\zeta = \nu\bigl(\tfrac{\eta}{\sqrt m} + \tfrac{\eta^2}{1 - \eta}\bigr)",
        "relative error of the averaged Hessian",
    ),
    (r"\zeta_1", "the same for one worker: ν/(1 − η) as printed, νη/(1 − η) as its definition gives it"),
    (r"\zeta_M,\ \zeta_B", "the same for the set M of honest workers, and for the set B of compressed messages"),
    (r"\varepsilon", "error of the local gradients, in the norm of H⁻¹"),
    (
        r"\tau,\ \omega,\ \omega_{\mathrm{mean}}",
        "the spectral norms that η stands for, measured directly: never vacuous",
    ),
    (r"E,\ Z", "‖H^½(p̂ − p*)‖ ≤ E + ZP, by the sharpened lemma of the same kind of step"),
    (r"a,\ c", "(1 − α)/(1 − β) and α/(1 − β)"),
    (r"Q,\ \rho", "compressor, ‖Q(x) − x‖² ≤ (1 − ρ)‖x‖²"),
    (r"k = \kappa(1 - \rho)", "what compression costs"),
    (r"\varepsilon_{\mathrm{byz}},\ \zeta_{\mathrm{byz}}", "ε and ζ with Byzantine workers and trimming"),
    (r"\varepsilon_{\mathrm{cb}},\ \zeta_{\mathrm{cb}}", "ε and ζ with Byzantine workers, trimming and compression"),
    (r"W,\ B", "of lazy Newton: the matrix of a step w − Wg, and the Hessian that the center remembers"),
    (r"x = H^{1/2}(w - w^*),\ x\prime", "distance from w* in the norm of H, before and after a step of lazy Newton"),
    (r"K = H^{1/2} W H^{1/2},\ \delta = \|I - K\|", "how far W is from the inverse of H"),
    (
        r"D,\ \psi(u) = (e^u - 1)/u - 1",
        "the largest change of a margin on the way to w*, and how much H changes over it",
    ),
    (r"f,\ \kappa_B", "how many are assumed to lie, and the condition number of B in the metric of H"),
    (r"G,\ c_r", "spread of the honest gradients, and how many times its square a robust mean may be off"),
    (r"\operatorname{dist}(A, B)", "the largest |log| of an eigenvalue of B⁻¹A"),
];

/// TeX to MathML.
#[derive(Debug)]
pub(super) struct Typesetter(LatexToMathML);

/// A formula that cannot be typeset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the formula {tex} cannot be typeset: {why}")]
pub struct FormulaError {
    tex: String,
    why: String,
}

impl Typesetter {
    pub(super) fn new() -> Result<Self, FormulaError> {
        let bad = |error| FormulaError { tex: String::new(), why: format!("{error:?}") };
        LatexToMathML::new(MathCoreConfig::default()).map(Self).map_err(bad)
    }

    /// What a claim says, displayed, from how it says it in plain characters; none when no claim says so today.
    pub(super) fn statement(&self, says: &str) -> Result<Option<String>, FormulaError> {
        let claim = claims::all().into_iter().find(|claim| claim.says.plain == says);
        let tex = claim.and_then(|claim| claim.says.tex.as_deref());
        tex.map(|tex| self.convert(tex, MathDisplay::Block)).transpose()
    }

    /// A symbol inside a line of text.
    pub(super) fn symbol(&self, tex: &str) -> Result<String, FormulaError> {
        self.convert(tex, MathDisplay::Inline)
    }

    fn convert(&self, tex: &str, display: MathDisplay) -> Result<String, FormulaError> {
        let bad = |error: Box<math_core::LatexError>| FormulaError { tex: tex.to_owned(), why: error.to_string() };
        self.0.convert_with_local_counter(tex, display).map_err(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_is_typeset() {
        let typesetter = Typesetter::new().unwrap();
        for claim in claims::all() {
            let math = typesetter.statement(&claim.says.plain).unwrap();
            assert!(math.is_some_and(|math| math.starts_with("<math")), "{}: {}", claim.id, claim.says);
        }
        assert_eq!(typesetter.statement("1 < 2"), Ok(None));
    }

    #[test]
    fn the_typeset_statement_has_the_symbols_of_the_plain_one() {
        let letters = [
            ("κ", r"\kappa"),
            ("σ", r"\sigma"),
            ("ω", r"\omega"),
            ("ζ", r"\zeta"),
            ("ε", r"\varepsilon"),
            ("ρ", r"\rho"),
            ("τ", r"\tau"),
            ("δ", r"\delta"),
            ("η", r"\eta"),
            ("φ", r"\varphi"),
            ("≤", r"\le "),
            ("G", "G"),
            ("L", "L"),
            ("mean", "mean"),
        ];
        for claim in claims::all() {
            let (says, tex) = (&claim.says.plain, claim.says.tex.as_deref().unwrap());
            for (letter, command) in letters {
                assert_eq!(says.matches(letter).count(), tex.matches(command).count(), "{letter} in {says}");
            }
        }
    }

    #[test]
    fn the_notation_is_typeset() {
        let typesetter = Typesetter::new().unwrap();
        for (tex, _) in NOTATION {
            typesetter.symbol(tex).unwrap();
        }
        assert!(typesetter.symbol(r"\frac{1").is_err());
    }
}
