//! What a machine has proved of the claims: each reading's theorem in `verify/proofs`, which `cargo xtask prove` checks.
//!
//! The tests here tie the two together: the bound of a theorem, read from its Coq text, is the last line of its claim.

use crate::claim::Reading;
use crate::hunt::stored::Searched;
use crate::hunt::theorem::name;

#[cfg(test)]
mod formula;
#[cfg(test)]
mod tests;

/// Claim, reading and theorem, a line each.
const LIST: &str = include_str!("../proofs/theorems.txt");

/// What a machine has checked of a reading, a posteriori.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is a theorem.
    Proved {
        /// Its file in `verify/proofs`, without `.v`.
        file: &'static str,
        /// Its name.
        theorem: &'static str,
    },
    /// A witness of the search is a theorem against it.
    Refuted {
        /// The file in `verify/proofs/refuted`, without `.v`.
        name: String,
    },
    /// Neither.
    Open,
}

/// What is checked of a claim, given what the search found.
#[must_use]
pub fn status(id: &str, reading: Reading, variant: &str, searched: &[Searched]) -> Status {
    let proved = theorem(id, reading, variant).and_then(|theorem| theorem.split_once('.'));
    if let Some((file, theorem)) = proved {
        return Status::Proved { file, theorem };
    }
    let found = searched.iter().find(|found| found.id == id && found.reading == reading && found.variant == variant);
    match found.and_then(|found| found.witness.as_ref()).filter(|witness| witness.proved && witness.dimension == 1) {
        Some(witness) => Status::Refuted { name: name(&witness.file) },
        None => Status::Open,
    }
}

/// The theorem of a reading, as `File.theorem`; none if it is proved on paper only.
#[must_use]
pub fn theorem(id: &str, reading: Reading, variant: &str) -> Option<&'static str> {
    let reading = match variant {
        "" => reading.name().to_owned(),
        variant => format!("{}-{variant}", reading.name()),
    };
    lines().find(|(claim, of, _)| *claim == id && *of == reading).map(|(_, _, theorem)| theorem)
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    LIST.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?, words.next()?))
    })
}
