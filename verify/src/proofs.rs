//! What a machine has proved of the claims: each reading's theorem in `verify/proofs`, which `cargo xtask prove` checks.
//!
//! The tests here tie the two together: the bound of a theorem, read from its Coq text, is the last line of its claim.

use crate::claim::Reading;

#[cfg(test)]
mod formula;
#[cfg(test)]
mod tests;

/// Claim, reading and theorem, a line each.
const LIST: &str = include_str!("../proofs/theorems.txt");

/// What is said of a reading without a theorem.
pub const NONE: &str = "not machine-checked";

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
