//! Recorded verdicts: one line a judgement, compared with later runs on the same draws.

use crate::claim::{Claim, Draw, Mode, Reading};
use crate::verdict::Verdict;
use std::collections::BTreeMap;
use std::fmt;

/// A judgement's key: the claim, its mode and the scenario.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key<'a> {
    /// The statement.
    pub id: &'a str,
    /// Which constants.
    pub reading: Reading,
    /// Distinguishes bounds of the same reading; empty for the main one.
    pub variant: &'a str,
    /// A posteriori or a priori.
    pub mode: Mode,
    /// In one word.
    pub scenario: &'a str,
}

impl<'a> Key<'a> {
    /// The key of this claim on this scenario.
    #[must_use]
    pub fn of<D: Draw, S>(claim: &Claim<D, S>, mode: Mode, scenario: &'a str) -> Self {
        Self { id: claim.id, reading: claim.reading, variant: claim.variant, mode, scenario }
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, reading, variant, mode, scenario } = self;
        let variant = if variant.is_empty() { "-" } else { variant };
        write!(f, "{id} {} {variant} {} {scenario}", reading.name(), mode.name())
    }
}

/// The recorded verdicts by [`Key`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected(BTreeMap<String, Verdict>);

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("recorded verdicts, line {line}: expected `{COLUMNS}`, got `{text}`")]
pub struct BadLine {
    /// From 1.
    pub line: usize,
    /// As it stands.
    pub text: String,
}

const COLUMNS: &str = "id reading variant mode scenario verdict";

impl Expected {
    /// Reads the lines. Empty lines and those that begin with `#` are comments.
    ///
    /// # Errors
    /// [`BadLine`] with its number.
    pub fn parse(text: &str) -> Result<Self, BadLine> {
        let mut known = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let bad = || BadLine { line: at + 1, text: line.to_owned() };
            let (key, word) = line.rsplit_once(' ').ok_or_else(bad)?;
            let verdict = Verdict::ALL.into_iter().find(|v| v.name() == word).ok_or_else(bad)?;
            if key.split(' ').count() != 5 {
                return Err(bad());
            }
            known.insert(key.to_owned(), verdict);
        }
        Ok(Self(known))
    }

    /// What was recorded for a judgement.
    #[must_use]
    pub fn of(&self, key: Key<'_>) -> Option<Verdict> {
        self.0.get(&key.to_string()).copied()
    }

    /// What was recorded for a reading of a statement: all variants, modes and scenarios.
    pub fn about(&self, id: &str, reading: Reading) -> impl Iterator<Item = Verdict> {
        let start = format!("{id} {} ", reading.name());
        self.0.iter().filter(move |(key, _)| key.starts_with(&start)).map(|(_, verdict)| *verdict)
    }

    /// Records a verdict in place of what is known already.
    pub fn record(&mut self, key: Key<'_>, verdict: Verdict) {
        self.0.insert(key.to_string(), verdict);
    }

    /// The lines for [`Expected::parse`], with a first one that names the command that rewrites them.
    #[must_use]
    pub fn lines(&self, command: &str) -> String {
        let lines = self.0.iter().map(|(key, verdict)| format!("{key} {}\n", verdict.name()));
        std::iter::once(format!("# {COLUMNS}; rewritten by `{command}`\n")).chain(lines).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_back_and_bad_ones_are_named() {
        let text = "# header\nlemma-5 printed - a-posteriori tiny violated\n";
        let mut known = Expected::parse(text).unwrap();
        let key = |variant| Key {
            id: "lemma-5",
            reading: Reading::Printed,
            variant,
            mode: Mode::APosteriori,
            scenario: "tiny",
        };
        assert_eq!((known.of(key("")), known.of(key("other"))), (Some(Verdict::Violated), None));
        known.record(key("other"), Verdict::Holds);
        let about = |id, reading| known.about(id, reading).collect::<Vec<_>>();
        assert_eq!(about("lemma-5", Reading::Printed), [Verdict::Violated, Verdict::Holds]);
        assert_eq!((about("lemma-5", Reading::Rederived), about("lemma", Reading::Printed)), (vec![], vec![]));
        let lines = known.lines("x --bless");
        assert_eq!(
            lines,
            "# id reading variant mode scenario verdict; rewritten by `x --bless`\n\
             lemma-5 printed - a-posteriori tiny violated\nlemma-5 printed other a-posteriori tiny holds\n"
        );
        assert_eq!(Expected::parse(&lines).unwrap(), known);
        for bad in ["lemma-5 printed - a-posteriori tiny maybe", "lemma-5 holds", "x"] {
            assert_eq!(Expected::parse(bad), Err(BadLine { line: 1, text: bad.into() }));
        }
    }
}
