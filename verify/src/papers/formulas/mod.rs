//! Every line of every proof twice: by the function of the claim, and by its text, read as a formula.
//!
//! The text is what people check against the paper. A constant, a sign or an exponent that differs between the two is seen
//! here on numbers that nobody measured, without a run.

mod reader;
mod symbols;
mod tex;

use super::{comrade, lazy_newton};
use crate::claim::{At, Claim, Mode, Reading};
use crate::oracle::stride::Stride;
use crate::run::Draw;
use crate::testing::{Rounded, random};
use ::comrade::shard::Sharding;
use ::comrade::stream::{Purpose, Seed, Stream};
use rand::RngExt;
use reader::{Meaning, dense, parts, value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use symbols::{AVERAGED, TRIMMED, symbols};

const DRAWS: usize = 100;

/// Lines in words, as formulas in the symbols of their claim.
const WORDS: [(&str, &str); 1] = [("root of x² = ax + b² + c²", "½(a + √(a² + 4(b² + c²)))")];

/// The last line of the sharpened Lemma 9.
const SQUARE: &str = "the square of the right side";

/// Premises that compare no numbers; every draw meets them.
const WORD_PREMISES: [&str; 3] = ["w* is known", "a Hessian was asked for", "B is one of the Hessians sent"];

/// Numerals, and others to take for them.
const NUMERALS: [(char, &str); 7] =
    [('½', "3"), ('1', "2"), ('2', "3"), ('3', "4"), ('4', "5"), ('²', "³"), ('6', "7")];

/// What `…` stands for where the line before has to be multiplied out.
const DOTS: [(&str, Reading, &str); 2] = [
    ("theorem-b", Reading::Rederived, "δ‖x‖ + (1 + δ)‖H^(−½)e‖"),
    ("theorem-b", Reading::Sharpened, "δ‖x‖ + ‖K‖‖H^(−½)e‖"),
];

/// Statements that are no comparison of two numbers.
const NO_NUMBERS: [(&str, Mode, &str); 2] = [
    ("lemma-1", Mode::APriori, "about a probability; its last line is the same at probability δ"),
    ("medoid", Mode::APosteriori, "about matrices; its last line is its R"),
];

/// A draw of sizes that the claim speaks of.
fn fitting(claim: &Claim, stream: &mut Stream) -> Draw {
    let mut draw = random(stream);
    let counts = &mut draw.sketch.counts;
    counts.workers = stream.random_range(5..40);
    counts.trimmed = stream.random_range(1..counts.workers.div_ceil(2) + 1);
    counts.byzantine = stream.random_range(0..=counts.trimmed + 1);
    counts.kept_byzantine = stream.random_range(0..=counts.byzantine);
    if AVERAGED.contains(&claim.id) {
        (counts.trimmed, counts.byzantine, counts.kept_byzantine) = (0, 0, 0);
    }
    (counts.honest, counts.kept) = (counts.workers - counts.byzantine, counts.workers - counts.trimmed);
    counts.shard = 10.0_f64.powf(stream.random_range(2.0..6.0)) as usize;
    draw.place.rows = counts.workers * counts.shard;
    if stream.random_bool(0.5) {
        draw.place.rows += stream.random_range(1..counts.workers);
    }
    if stream.random_bool(0.3) {
        draw.sketch.eta_local *= 5.0;
    }
    for least in draw.stride.iter_mut().flat_map(|stride| [&mut stride.least, &mut stride.metric_least]) {
        if stream.random_bool(0.1) {
            *least = -*least;
        }
    }
    if stream.random_bool(0.3) {
        // Where e^D − 1 cancels.
        draw.stride = draw.stride.map(|stride| Stride { reach: 1e-5 * stride.reach, ..stride });
    }
    draw.place.dimension = stream.random_range(2..50);
    draw.place.rank = stream.random_range(1..=draw.place.dimension);
    if stream.random_bool(0.5) {
        draw.sharding = Sharding::Partition;
    }
    if TRIMMED.contains(&claim.id) {
        // They know no compression.
        draw.sketch.lost = 0.0;
    }
    draw
}

/// A claim on a draw: what its texts say there.
struct Texts<'a> {
    claim: &'a Claim,
    at: At<'a>,
    names: Vec<(String, Meaning)>,
    /// Equations of which two sides can be read and differ.
    wrong: Vec<String>,
}

impl<'a> Texts<'a> {
    fn new(claim: &'a Claim, at: At<'a>) -> Self {
        let mut texts = Self { claim, at, names: symbols(claim, at), wrong: Vec::new() };
        let reasons = claim.ladder.iter().map(|rung| &rung.by);
        for text in [&claim.says.plain, &claim.because].into_iter().chain(reasons) {
            // What is quoted is what is wrong with the text.
            let own = text.split('“').map(|piece| piece.split_once('”').map_or(piece, |(_, after)| after));
            for clause in own.flat_map(|piece| parts(piece, &CLAUSES)) {
                texts.read(clause);
            }
        }
        for (words, formula) in WORDS {
            texts.define(words, formula);
        }
        let right = parts(main(&claim.says.plain), &[" ≤ "]).pop().unwrap_or_default();
        texts.define(SQUARE, &format!("({right})²"));
        texts
    }

    fn define(&mut self, name: &str, formula: &str) {
        self.names.insert(0, (dense(name), Meaning::Formula(dense(formula))));
    }

    fn value(&self, formula: &str) -> Result<Rounded, String> {
        value(&dense(formula), &self.names)
    }

    /// An equation: its sides are the same, or it says what a name means.
    fn read(&mut self, clause: &str) {
        let sides = parts(clause, &[" = "]);
        let known: Vec<Rounded> = sides.iter().filter_map(|side| self.value(side).ok()).collect();
        if known.iter().any(|side| differ(*side, known[0])) {
            self.wrong.push(clause.to_owned());
        }
        if let [name, .., formula] = sides[..]
            && self.value(name).is_err()
            && self.value(formula).is_ok()
        {
            match name.strip_suffix('²') {
                Some(name) => self.define(name, &format!("√({formula})")),
                None => self.define(name, formula),
            }
        }
    }

    /// Reads a formula with the definitions that stand after it.
    fn among<T>(&mut self, definitions: &[&str], read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.names.len();
        for clause in definitions {
            if let [name, formula] = parts(clause, &[" = "])[..] {
                self.define(name, formula);
            }
        }
        let found = read(self);
        self.names.drain(..self.names.len() - outer);
        found
    }

    /// The value of a line, which is that of its last side; what cannot be read is the error.
    fn line(&mut self, formula: &str, definitions: &[&str]) -> Result<Rounded, String> {
        self.among(definitions, |texts| {
            // Words may have an equation in them.
            texts.value(formula).or_else(|_| {
                texts.read(formula);
                texts.value(parts(formula, &[" = "]).pop().unwrap_or_default())
            })
        })
    }

    /// What the right side of a statement, or its square, is above the left.
    fn statement(&mut self, text: &str) -> Result<Rounded, String> {
        let squared = self.claim.ladder.last().is_some_and(|rung| rung.formula == SQUARE);
        let clauses = parts(text, &[", "]);
        let sides: Result<Vec<Rounded>, String> = self.among(&clauses[1..], |texts| {
            parts(clauses[0], &[" ≤ "]).into_iter().map(|side| texts.value(side)).collect()
        });
        match sides?[..] {
            [left, right] if squared => Ok(right.times(right).plus(left.times(left).negative())),
            [left, right] => Ok(right.plus(left.negative())),
            _ => Err("no inequality".to_owned()),
        }
    }

    /// Text and code of every line of this mode, and of the statement in both notations.
    fn lines(&mut self) -> Vec<Line> {
        let (claim, at) = (self.claim, self.at);
        let (mut lines, mut before) = (Vec::new(), String::new());
        for rung in &claim.ladder {
            let texts = parts(&rung.formula, &[", "]);
            let formula = full(claim, &before, texts[0]);
            if rung.only.is_none_or(|only| only == at.mode) {
                let by_text = self.line(&formula, &texts[1..]);
                let by_code = Rounded::made((rung.value)(at), 0.0);
                lines.push(Line { text: rung.formula.to_string(), by_text, by_code });
            }
            before = formula;
        }
        if !NO_NUMBERS.iter().any(|&(id, mode, _)| id == claim.id && mode == at.mode) {
            let by_code = lines[lines.len() - 1].by_code.plus(lines[0].by_code.negative());
            let tex = claim.says.tex.as_deref().map(tex::plain);
            for text in [claim.says.plain.to_string()].into_iter().chain(tex) {
                lines.push(Line { by_text: self.statement(&text), by_code, text });
            }
        }
        lines
    }

    /// Whether a premise is met, by its text; what cannot be read is the error.
    fn premise(&self, says: &str) -> Result<bool, String> {
        let clause = parts(says, &[" (radius", ", rederived"])[0];
        let alternatives: Result<Vec<bool>, String> =
            parts(clause, &[", or "]).into_iter().map(|clause| self.comparison(clause)).collect();
        alternatives.map(|found| found.contains(&true))
    }

    fn comparison(&self, clause: &str) -> Result<bool, String> {
        let sides = parts(clause, &[" < ", " ≤ ", " = ", " > "]);
        let [left, right] = sides[..] else { return Err(clause.to_owned()) };
        let (mut left, mut right) = (self.value(left)?, self.value(right)?);
        if clause.contains(" > ") {
            std::mem::swap(&mut left, &mut right);
        }
        // Only counts, which are exact, are ever so near.
        if left.is(right) {
            Ok(!clause.contains(" < ") && !clause.contains(" > "))
        } else {
            Ok(left.value < right.value && !clause.contains(" = "))
        }
    }
}

/// A line: what its text says, and what its function gives.
struct Line {
    text: String,
    by_text: Result<Rounded, String>,
    by_code: Rounded,
}

/// Whether two numbers differ by more than their rounding; where a formula says nothing, both are no number.
fn differ(a: Rounded, b: Rounded) -> bool {
    match (a.value.is_finite(), b.value.is_finite()) {
        (true, true) => !a.is(b),
        (a, b) => a != b,
    }
}

/// What stands around the equations of a text.
const CLAUSES: [&str; 9] = [", ", "; ", ": ", " with ", " by ", " and ", " as ", " over ", " in "];

/// A formula without what is said after it.
fn main(text: &str) -> &str {
    parts(text, &[", "])[0]
}

/// A line with what its `…` stands for: the line before, or that without as many terms at its end as stand after the dots.
fn full(claim: &Claim, before: &str, line: &str) -> String {
    let Some(after) = line.strip_prefix('…') else { return line.to_owned() };
    if let Some(&(.., begun)) = DOTS.iter().find(|(id, reading, _)| *id == claim.id && *reading == claim.reading) {
        return begun.to_owned() + after;
    }
    let terms = parts(before, &[" + "]);
    terms[..terms.len() - (parts(after, &["+ "]).len() - 1)].join(" + ") + after
}

fn every() -> Vec<Claim> {
    [comrade::claims(), lazy_newton::claims()].concat()
}

fn name(claim: &Claim) -> String {
    format!("{} {} {}", claim.id, claim.reading.name(), claim.variant)
}

/// Draws, each in every mode of the claim.
fn on_draws(claim: &Claim, draws: usize, mut see: impl FnMut(At<'_>)) {
    let mut stream = Seed(2020).stream(Purpose::new("formulas"), 0, 0);
    for _ in 0..draws {
        let draw = fitting(claim, &mut stream);
        for &mode in claim.modes {
            see(At { draw: &draw, mode, reading: claim.reading });
        }
    }
}

#[test]
fn every_line_of_every_proof_is_what_its_text_says() {
    let (mut wrong, mut lines) = (BTreeSet::new(), 0);
    for claim in every() {
        let mut compared: BTreeMap<(&str, String), usize> = BTreeMap::new();
        on_draws(&claim, DRAWS, |at| {
            if claim.given.iter().any(|premise| premise.says == "η < 1" && !(premise.holds)(at)) {
                // Roots of squares are not what was squared where 1 − η is negative.
                return;
            }
            let mut texts = Texts::new(&claim, at);
            for Line { text, by_text, by_code } in texts.lines() {
                let count = compared.entry((at.mode.name(), text.clone())).or_default();
                match by_text {
                    Err(rest) => {
                        wrong.insert(format!("{}: {text}: cannot read {rest:?}", name(&claim)));
                    }
                    Ok(number) if differ(number, by_code) => {
                        wrong.insert(format!("{} {}: {text}", name(&claim), at.mode.name()));
                    }
                    Ok(number) => *count += usize::from(number.value.is_finite()),
                }
            }
            wrong.extend(texts.wrong.iter().map(|clause| format!("{}: {clause}", name(&claim))));
        });
        lines += compared.len();
        let rare = compared.iter().filter(|(_, count)| **count < DRAWS / 20);
        wrong.extend(rare.map(|(line, count)| format!("{} {line:?}: compared on {count} draws", name(&claim))));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("{lines} lines; statements that compare no numbers: {NO_NUMBERS:?}");
}

#[test]
fn the_constants_of_the_notation_are_those_of_the_claims() {
    let mut wrong = BTreeSet::new();
    for &(id, mode, tex) in comrade::FORMULAS {
        let claim = every().into_iter().find(|claim| claim.id == id && claim.reading == Reading::Printed).unwrap();
        // One formula about every set of workers.
        let sets: &[&str] = if tex.contains('X') { &["M", r"M \cap T", "1"] } else { &[""] };
        let mut compared = 0;
        on_draws(&claim, DRAWS, |at| {
            if at.mode != mode || claim.given.iter().any(|premise| premise.says == "η < 1" && !(premise.holds)(at)) {
                return;
            }
            for set in sets {
                let text = tex::plain(&tex.replace('X', set));
                let names = symbols(&claim, at);
                let [left, right] = parts(&text, &[" = "])[..] else { panic!("no equation: {text}") };
                match (value(&dense(left), &names), value(&dense(right), &names)) {
                    (Ok(left), Ok(right)) if !differ(left, right) => compared += usize::from(left.value.is_finite()),
                    sides => drop(wrong.insert(format!("{id}: {text}: {sides:?}"))),
                }
            }
        });
        if compared < DRAWS / 20 {
            wrong.insert(format!("{id}: {tex}: compared on {compared} draws"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_premise_is_what_its_text_says() {
    let (mut wrong, mut met) = (BTreeSet::new(), BTreeMap::new());
    for claim in every() {
        on_draws(&claim, DRAWS, |at| {
            let texts = Texts::new(&claim, at);
            for premise in &claim.given {
                let holds = (premise.holds)(at);
                met.entry(premise.says.clone()).or_insert([false; 2])[usize::from(holds)] = true;
                let says = match texts.premise(&premise.says) {
                    _ if WORD_PREMISES.contains(&&*premise.says) => Ok(true),
                    // The radius is of the rule that is fixed before the draw.
                    _ if premise.says.starts_with("t < 1 (") && at.mode == Mode::APosteriori => Ok(true),
                    read => read,
                };
                if says != Ok(holds) {
                    wrong.insert(format!("{} {}: {}: {says:?}", name(&claim), at.mode.name(), premise.says));
                }
                if !holds {
                    // What stands after it may take it for granted.
                    break;
                }
            }
        });
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    met.retain(|says, seen| !WORD_PREMISES.contains(&&**says) && *seen != [true; 2]);
    assert!(met.is_empty(), "never met, or never unmet: {met:?}");
}

/// The line with another text, and with its value times a factor.
fn changed(claim: &Claim, line: usize, text: &str, factor: f64) -> Claim {
    let mut changed = claim.clone();
    let value = Arc::clone(&claim.ladder[line].value);
    changed.ladder[line].formula = text.to_owned().into();
    changed.ladder[line].value = Arc::new(move |at| factor * value(at));
    changed
}

/// Whether a text says something else than its function, or nothing, on one of a few draws.
fn is_seen(claim: &Claim) -> bool {
    let mut seen = false;
    on_draws(claim, 10, |at| {
        if !seen {
            let mut texts = Texts::new(claim, at);
            let drifts = |line: Line| line.by_text.map_or(true, |text| differ(text, line.by_code));
            seen = texts.lines().into_iter().any(drifts) || !texts.wrong.is_empty();
        }
    });
    seen
}

#[test]
fn a_drift_on_either_side_is_seen() {
    let mut unseen = BTreeSet::new();
    for claim in every() {
        for (line, rung) in claim.ladder.iter().enumerate() {
            let mut drifted = vec![changed(&claim, line, &rung.formula, 1.0 + 1e-9)];
            for (place, numeral) in rung.formula.char_indices() {
                let Some((_, other)) = NUMERALS.iter().find(|(from, _)| *from == numeral) else { continue };
                let mut text = rung.formula.to_string();
                text.replace_range(place..place + numeral.len_utf8(), other);
                drifted.push(changed(&claim, line, &text, 1.0));
            }
            let missed = drifted.into_iter().filter(|drifted| !is_seen(drifted));
            unseen.extend(missed.map(|missed| format!("{}: {}", name(&claim), missed.ladder[line].formula)));
        }
    }
    assert!(unseen.is_empty(), "{unseen:#?}");
}

#[test]
fn formulas_are_read_from_left_to_right_and_by_the_longest_name() {
    let number = |name: &str, value: f64| (name.to_owned(), Meaning::Number(Rounded::made(value, 0.0)));
    let half = ("h".to_owned(), Meaning::Formula("½x".to_owned()));
    let names = [half, number("x", 3.0), number("xy", 16.0), number("‖x+y‖²", 5.0)];
    let read = |text: &str| value(&dense(text), &names).map(|found| found.value);
    assert_eq!(read("−x² + 2x/2xy"), Ok(-9.0 + 48.0));
    assert_eq!(read("√xy h²/(1 + x) − max{ x, ‖x + y‖² }"), Ok(4.0 * 2.25 / 4.0 - 5.0));
    assert_eq!(read("2⁻¹(xy^½)³ ln(1)"), Ok(0.0));
    assert_eq!(read("x z"), Err("z".to_owned()));
    assert_eq!(parts("max{a, b}, c = (d, e); f", &[", ", "; "]), ["max{a, b}", "c = (d, e)", "f"]);
    assert_eq!(tex::plain(r"\tfrac{\sqrt{x}}{2} \le \|x\|"), "((√(x))/(2))  ≤  ‖x‖");
}
