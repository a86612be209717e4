//! Formulas as people read them, in plain characters, and their values.
//!
//! ```text
//! sum      = ["−"] product { ("+" | "−") product }
//! product  = power { "/" power | power }              from left to right: ab/cd is ((ab)/c)d
//! power    = primary { "²" | "³" | "⁻¹" | "^½" }
//! primary  = "ln(" sum ")" | "max{" sum "," sum "}" | "maxᵢ(" sum ")" | name | "(" sum ")" | "√" primary | "½" | number
//! ```
//!
//! Of the names the longest that fits is read: `‖H^½(p̂ − p*)‖` is one. Spaces mean nothing.

use crate::testing::Rounded;

/// What names mean: numbers, or formulas in names that stand further down. The first of the same name counts.
pub(super) type Names = [(String, Meaning)];

/// What a name means.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    Number(Rounded),
    Formula(String),
}

/// A text without its spaces.
pub(super) fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The value of a formula without spaces. What cannot be read is the error.
pub(super) fn value(formula: &str, names: &Names) -> Result<Rounded, String> {
    let mut reader = Reader { rest: formula, names };
    let found = reader.sum()?;
    if reader.rest.is_empty() { Ok(found) } else { Err(reader.rest.to_owned()) }
}

struct Reader<'a> {
    rest: &'a str,
    names: &'a Names,
}

impl Reader<'_> {
    fn take(&mut self, word: &str) -> bool {
        let after = self.rest.strip_prefix(word);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn closed(&mut self, inside: Rounded, end: &str) -> Result<Rounded, String> {
        if self.take(end) { Ok(inside) } else { Err(self.rest.to_owned()) }
    }

    fn sum(&mut self) -> Result<Rounded, String> {
        let mut left = if self.take("−") { self.product()?.negative() } else { self.product()? };
        loop {
            left = if self.take("+") {
                left.plus(self.product()?)
            } else if self.take("−") {
                left.plus(self.product()?.negative())
            } else {
                return Ok(left);
            };
        }
    }

    fn product(&mut self) -> Result<Rounded, String> {
        let mut left = self.power()?;
        while !self.rest.is_empty() && !self.rest.starts_with(['+', '−', ')', '}', ',']) {
            left = if self.take("/") { left.over(self.power()?) } else { left.times(self.power()?) };
        }
        Ok(left)
    }

    fn power(&mut self) -> Result<Rounded, String> {
        let mut base = self.primary()?;
        loop {
            base = if self.take("²") {
                base.times(base)
            } else if self.take("³") {
                base.times(base).times(base)
            } else if self.take("⁻¹") {
                Rounded::made(1.0, 0.0).over(base)
            } else if self.take("^½") {
                base.root()
            } else {
                return Ok(base);
            };
        }
    }

    fn primary(&mut self) -> Result<Rounded, String> {
        if self.take("ln(") {
            let inside = self.sum()?.ln();
            return self.closed(inside, ")");
        }
        for [begin, end] in [["max{", "}"], ["max(", ")"]] {
            if self.take(begin) {
                let first = self.sum()?;
                let first = self.closed(first, ",")?;
                let larger = first.larger(self.sum()?);
                return self.closed(larger, end);
            }
        }
        // Inside, the name of a worker's number means that of the worst worker.
        if self.take("maxᵢ(") {
            let inside = self.sum()?;
            return self.closed(inside, ")");
        }
        let fits = |(_, (name, _)): &(usize, &(String, Meaning))| self.rest.starts_with(name.as_str());
        // Of two that are as long, max_by_key gives the last.
        let longest = self.names.iter().enumerate().rev().filter(fits).max_by_key(|(_, (name, _))| name.len());
        if let Some((place, (name, meaning))) = longest {
            self.rest = &self.rest[name.len()..];
            return match meaning {
                Meaning::Number(number) => Ok(*number),
                Meaning::Formula(formula) => value(formula, &self.names[place + 1..]),
            };
        }
        if self.take("(") {
            let inside = self.sum()?;
            return self.closed(inside, ")");
        }
        if self.take("√") {
            return Ok(self.primary()?.root());
        }
        if self.take("½") {
            return Ok(Rounded::made(0.5, 0.0));
        }
        let digits = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let number = self.rest[..digits].parse().map_err(|_| self.rest.to_owned())?;
        self.rest = &self.rest[digits..];
        Ok(Rounded::made(number, 0.0))
    }
}

/// The places outside brackets and norms at which `at` begins.
fn outside(text: &str, at: &str) -> Vec<usize> {
    let (mut depth, mut norm, mut found) = (0, false, Vec::new());
    for (place, c) in text.char_indices() {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            '‖' => norm = !norm,
            _ if depth == 0 && !norm && text[place..].starts_with(at) => found.push(place),
            _ => {}
        }
    }
    found
}

/// The parts of a text between the places outside brackets and norms at which one of `words` stands.
pub(super) fn parts<'a>(text: &'a str, words: &[&str]) -> Vec<&'a str> {
    let mut cuts: Vec<(usize, usize)> =
        words.iter().flat_map(|word| outside(text, word).into_iter().map(|at| (at, word.len()))).collect();
    cuts.sort_unstable();
    let (mut begin, mut found) = (0, Vec::new());
    for (at, length) in cuts {
        // Of two words that overlap, the first cuts.
        if at >= begin {
            found.push(text[begin..at].trim());
            begin = at + length;
        }
    }
    found.push(text[begin..].trim());
    found
}
