//! The recorded verdicts: one line a judgement in `expected.txt`, compared with every run that uses the recorded draws.

use super::Entry;
use crate::claim::{Claim, Mode, Reading};
use crate::study::rates::Cell;
use ladder::Verdict;
use std::collections::BTreeMap;

/// `id reading variant mode scenario` to verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected(BTreeMap<String, Verdict>);

/// A line of the file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("recorded verdicts, line {line}: expected `id reading variant mode scenario verdict`, got `{text}`")]
pub struct BadLine {
    /// From 1.
    pub line: usize,
    /// As it stands.
    pub text: String,
}

impl Expected {
    /// Reads the file.
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

    /// The file for these verdicts, on top of what is known already.
    #[must_use]
    pub fn record(mut self, entries: &[Entry], cells: &[Cell]) -> String {
        for e in entries {
            self.0.insert(key(&e.id, e.reading, &e.variant, e.mode, &e.scenario), e.verdict);
        }
        for cell in cells {
            self.0.insert(key(&cell.id, cell.reading, &cell.variant, Mode::APriori, &cell.place()), cell.verdict);
        }
        let lines = self.0.iter().map(|(key, verdict)| format!("{key} {}\n", verdict.name()));
        std::iter::once(
            "# id reading variant mode scenario verdict; rewritten by `cargo xtask verify --bless`\n".into(),
        )
        .chain(lines)
        .collect()
    }

    /// What was recorded for a judgement.
    #[must_use]
    pub fn of(&self, claim: &Claim, mode: Mode, scenario: &str) -> Option<Verdict> {
        self.0.get(&key(claim.id, claim.reading, claim.variant, mode, scenario)).copied()
    }

    /// What was recorded for a cell of the study of failure rates.
    #[must_use]
    pub fn of_cell(&self, cell: &Cell) -> Option<Verdict> {
        self.0.get(&key(&cell.id, cell.reading, &cell.variant, Mode::APriori, &cell.place())).copied()
    }
}

fn key(id: &str, reading: Reading, variant: &str, mode: Mode, scenario: &str) -> String {
    let (reading, variant) = (reading.name(), if variant.is_empty() { "-" } else { variant });
    format!("{id} {reading} {variant} {} {scenario}", mode.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_back_and_bad_ones_are_named() {
        let text = "# header\nlemma-5 printed - a-posteriori tiny violated\n";
        let known = Expected::parse(text).unwrap();
        assert_eq!(known.0.len(), 1);
        assert!(known.record(&[], &[]).ends_with("lemma-5 printed - a-posteriori tiny violated\n"));
        for bad in ["lemma-5 printed - a-posteriori tiny maybe", "lemma-5 holds", "x"] {
            assert_eq!(Expected::parse(bad), Err(BadLine { line: 1, text: bad.into() }));
        }
    }
}
