//! TeX to MathML: the statements, whose TeX their claims have, and the symbols.

use crate::claim::{Claim, Reading};
use crate::claims;
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

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
        tex.map(|tex| self.display(tex)).transpose()
    }

    /// What the constants of such a statement are made of, displayed.
    pub(super) fn constants(&self, id: &str, reading: Reading, says: &str) -> Result<Vec<String>, FormulaError> {
        let same = |claim: &&Claim| claim.id == id && claim.reading == reading && claim.says.plain == says;
        let of = claims::all().into_iter().find(same).map_or(&[][..], claims::constants);
        of.iter().map(|tex| self.display(tex)).collect()
    }

    /// A symbol inside a line of text.
    pub(super) fn symbol(&self, tex: &str) -> Result<String, FormulaError> {
        self.convert(tex, MathDisplay::Inline)
    }

    /// A formula on a line of its own.
    pub(super) fn display(&self, tex: &str) -> Result<String, FormulaError> {
        self.convert(tex, MathDisplay::Block)
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
        for (tex, _) in claims::notation() {
            typesetter.symbol(tex).unwrap();
        }
        assert!(typesetter.symbol(r"\frac{1").is_err());
    }
}
