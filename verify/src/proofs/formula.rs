//! Formulas in Coq's notation: + - * /, powers, sqrt, Rmax, numerals, parameters, and definitions of the same kind.

use crate::testing::Rounded;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Formula {
    Number(f64),
    Call(String, Vec<Formula>),
    Sum(Box<Formula>, Box<Formula>),
    Difference(Box<Formula>, Box<Formula>),
    Product(Box<Formula>, Box<Formula>),
    Quotient(Box<Formula>, Box<Formula>),
    Power(Box<Formula>, u32),
    Negative(Box<Formula>),
}

/// `Definition name (parameters : R) : R := body.`
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) parameters: Vec<String>,
    body: Formula,
}

/// The definitions of one or more files, by their names.
pub(super) type Definitions = BTreeMap<String, Definition>;

/// Those of a text that are formulas.
pub(super) fn definitions(text: &str) -> Definitions {
    let found = text.match_indices("Definition ").filter_map(|(at, word)| definition(&text[at + word.len()..]));
    found.collect()
}

fn definition(text: &str) -> Option<(String, Definition)> {
    let (head, rest) = text.split_once(":=")?;
    let (head, result) = head.rsplit_once(':')?;
    if result.trim() != "R" {
        return None;
    }
    let (name, head) = head.split_at(head.find(|c: char| !is_name(c))?);
    let mut parameters = Vec::new();
    for group in head.split(['(', ')']).filter(|group| !group.trim().is_empty()) {
        let (names, kind) = group.split_once(':')?;
        if kind.trim() != "R" {
            return None;
        }
        parameters.extend(names.split_whitespace().map(str::to_owned));
    }
    let end = rest.match_indices('.').find(|(at, _)| !rest[at + 1..].starts_with(|c: char| c.is_ascii_digit()))?.0;
    let mut reader = Reader { words: words(&rest[..end])?, at: 0 };
    let body = reader.sum()?;
    (reader.at == reader.words.len()).then(|| (name.to_owned(), Definition { parameters, body }))
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '\''
}

/// Names, numerals and signs; none if there is anything else.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '+' | '-' | '*' | '/' | '^' | '(' | ')' => 1,
            _ if is_name(first) => rest.find(|c: char| !is_name(c)).unwrap_or(rest.len()),
            _ => return None,
        };
        words.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Some(words)
}

struct Reader {
    words: Vec<String>,
    at: usize,
}

impl Reader {
    fn next(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.next() == Some(word);
        self.at += usize::from(there);
        there
    }

    fn sum(&mut self) -> Option<Formula> {
        let mut left = self.product()?;
        loop {
            left = if self.take("+") {
                Formula::Sum(Box::new(left), Box::new(self.product()?))
            } else if self.take("-") {
                Formula::Difference(Box::new(left), Box::new(self.product()?))
            } else {
                return Some(left);
            };
        }
    }

    fn product(&mut self) -> Option<Formula> {
        let mut left = self.signed()?;
        loop {
            left = if self.take("*") {
                Formula::Product(Box::new(left), Box::new(self.signed()?))
            } else if self.take("/") {
                Formula::Quotient(Box::new(left), Box::new(self.signed()?))
            } else {
                return Some(left);
            };
        }
    }

    fn signed(&mut self) -> Option<Formula> {
        if self.take("-") {
            return Some(Formula::Negative(Box::new(self.signed()?)));
        }
        let base = self.call()?;
        if self.take("^") {
            let power = self.next()?.parse().ok()?;
            self.at += 1;
            return Some(Formula::Power(Box::new(base), power));
        }
        Some(base)
    }

    /// A name with its arguments, if it has any; or an atom.
    fn call(&mut self) -> Option<Formula> {
        let mut first = self.atom()?;
        if let Formula::Call(_, arguments) = &mut first {
            while self.next().is_some_and(|word| word == "(" || word.starts_with(is_name)) {
                arguments.push(self.atom()?);
            }
        }
        Some(first)
    }

    fn atom(&mut self) -> Option<Formula> {
        if self.take("(") {
            let inside = self.sum()?;
            // What stands in parentheses takes no arguments.
            let closed = if matches!(inside, Formula::Call(..)) { Formula::Power(Box::new(inside), 1) } else { inside };
            return self.take(")").then_some(closed);
        }
        let word = self.next().filter(|word| word.starts_with(is_name))?.to_owned();
        self.at += 1;
        let numeral = word.starts_with(|c: char| c.is_ascii_digit());
        if numeral { word.parse().ok().map(Formula::Number) } else { Some(Formula::Call(word, Vec::new())) }
    }
}

/// The value of a definition; `given` has that of its parameters. None if a name has no meaning.
pub(super) fn value(of: &str, all: &Definitions, given: &dyn Fn(&str) -> Option<Rounded>) -> Option<Rounded> {
    let definition = all.get(of)?;
    evaluate(&definition.body, all, &|name| {
        definition.parameters.iter().any(|parameter| parameter == name).then(|| given(name)).flatten()
    })
}

fn evaluate(formula: &Formula, all: &Definitions, given: &dyn Fn(&str) -> Option<Rounded>) -> Option<Rounded> {
    let of = |part: &Formula| evaluate(part, all, given);
    Some(match formula {
        Formula::Number(number) => Rounded::made(*number, 0.0),
        Formula::Sum(a, b) => of(a)?.plus(of(b)?),
        Formula::Difference(a, b) => of(a)?.plus(of(b)?.negative()),
        Formula::Product(a, b) => of(a)?.times(of(b)?),
        Formula::Quotient(a, b) => of(a)?.over(of(b)?),
        Formula::Negative(a) => of(a)?.negative(),
        Formula::Power(a, times) => {
            let base = of(a)?;
            (1..*times).fold(base, |power, _| power.times(base))
        }
        Formula::Call(name, arguments) => {
            let arguments: Vec<Rounded> = arguments.iter().map(of).collect::<Option<_>>()?;
            match (name.as_str(), &arguments[..]) {
                ("sqrt", [v]) => v.root(),
                ("Rmax", [a, b]) => a.larger(*b),
                (_, []) if !all.contains_key(name) => given(name)?,
                _ => {
                    let parameters = &all.get(name)?.parameters;
                    if parameters.len() != arguments.len() {
                        return None;
                    }
                    let bound = |wanted: &str| {
                        parameters.iter().position(|parameter| parameter == wanted).map(|at| arguments[at])
                    };
                    value(name, all, &bound)?
                }
            }
        }
    })
}

/// Every set of definitions in which one numeral of a formula is larger by 1, with the name of that formula.
pub(super) fn mutants(all: &Definitions) -> Vec<(String, Definitions)> {
    let mut mutants = Vec::new();
    for name in all.keys() {
        for number in 0.. {
            let mut changed = all.clone();
            let Some(definition) = changed.get_mut(name) else { break };
            let mut left = number;
            if !raise(&mut definition.body, &mut left) {
                break;
            }
            mutants.push((name.clone(), changed));
        }
    }
    mutants
}

/// Raises the numeral that follows this many others; whether there is one.
fn raise(formula: &mut Formula, left: &mut usize) -> bool {
    let here = |left: &mut usize| {
        let found = *left == 0;
        *left = left.wrapping_sub(1);
        found
    };
    match formula {
        Formula::Number(number) if here(left) => {
            *number += 1.0;
            true
        }
        Formula::Number(_) => false,
        Formula::Power(base, power) => {
            if raise(base, left) {
                return true;
            }
            let found = *power > 1 && here(left);
            *power += u32::from(found);
            found
        }
        Formula::Negative(a) => raise(a, left),
        Formula::Call(_, arguments) => arguments.iter_mut().any(|argument| raise(argument, left)),
        Formula::Sum(a, b) | Formula::Difference(a, b) | Formula::Product(a, b) | Formula::Quotient(a, b) => {
            raise(a, left) || raise(b, left)
        }
    }
}

/// The names of the formulas that one rests on, its own among them.
pub(super) fn used(name: &str, all: &Definitions) -> Vec<String> {
    fn visit(formula: &Formula, all: &Definitions, found: &mut Vec<String>) {
        match formula {
            Formula::Number(_) => {}
            Formula::Power(a, _) | Formula::Negative(a) => visit(a, all, found),
            Formula::Sum(a, b) | Formula::Difference(a, b) | Formula::Product(a, b) | Formula::Quotient(a, b) => {
                visit(a, all, found);
                visit(b, all, found);
            }
            Formula::Call(name, arguments) => {
                arguments.iter().for_each(|argument| visit(argument, all, found));
                if let Some(definition) = all.get(name).filter(|_| !found.contains(name)) {
                    found.push(name.clone());
                    visit(&definition.body, all, found);
                }
            }
        }
    }
    let mut found = Vec::new();
    visit(&Formula::Call(name.to_owned(), Vec::new()), all, &mut found);
    found
}
