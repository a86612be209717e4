//! A fresh report against a committed one: words and counts exactly, numbers within a relative tolerance.

use serde_json::Value;
use std::fmt;

/// Relative difference allowed between numbers: processors differ in the last digits, which the condition numbers here
/// (up to 1e5) and the differences of nearly equal numbers behind small ratios amplify.
const RELATIVE: f64 = 1e-6;
/// Below this, numbers are rounding of zero.
const ABSOLUTE: f64 = 1e-9;

/// One place where two reports differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where.
    pub path: String,
    /// In the committed report.
    pub committed: String,
    /// In the fresh one.
    pub fresh: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: committed {}, now {}", self.path, self.committed, self.fresh)
    }
}

/// All differences, the processor's name aside.
#[must_use]
pub fn compare(committed: &Value, fresh: &Value) -> Vec<Difference> {
    compare_by(committed, fresh, &|_, a, b| (a - b).abs() <= ABSOLUTE + RELATIVE * a.abs().max(b.abs()))
}

/// The same, where `close` says of two numbers at a path, one of them at least no whole number, whether they agree.
pub fn compare_by(committed: &Value, fresh: &Value, close: &dyn Fn(&str, f64, f64) -> bool) -> Vec<Difference> {
    let mut found = Vec::new();
    walk("", committed, fresh, close, &mut found);
    found
}

type Close<'a> = &'a dyn Fn(&str, f64, f64) -> bool;

fn walk(path: &str, committed: &Value, fresh: &Value, close: Close<'_>, found: &mut Vec<Difference>) {
    match (committed, fresh) {
        _ if path == "/run/processor" => {}
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let get = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(Value::Null);
                walk(&format!("{path}/{key}"), &get(a), &get(b), close, found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                walk(&format!("{path}/{}", name(a).unwrap_or_else(|| i.to_string())), a, b, close, found);
            }
        }
        (Value::Number(a), Value::Number(b)) if agree(a, b, &|a, b| close(path, a, b)) => {}
        (a, b) if a == b => {}
        (a, b) => found.push(Difference { path: path.to_owned(), committed: short(a), fresh: short(b) }),
    }
}

fn agree(a: &serde_json::Number, b: &serde_json::Number, close: &dyn Fn(f64, f64) -> bool) -> bool {
    match (a.is_f64() || b.is_f64(), a.as_f64(), b.as_f64()) {
        (true, Some(a), Some(b)) => a == b || close(a, b),
        _ => a == b,
    }
}

/// What people call an element of a list.
fn name(value: &Value) -> Option<String> {
    let word = |key: &str| value.get(key).and_then(Value::as_str).filter(|word| !word.is_empty());
    let words: Vec<&str> =
        ["id", "reading", "variant", "mode", "planted", "scenario", "name", "symbol", "formula", "says", "data"]
            .into_iter()
            .filter_map(word)
            .collect();
    let words = if words.is_empty() { word("label").into_iter().collect() } else { words };
    (!words.is_empty()).then(|| words.join(" "))
}

fn short(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_and_counts_exactly_numbers_within_tolerance() {
        let a =
            json!({"run": {"processor": "x"}, "claims": [{"id": "lemma-5", "verdict": "holds", "draws": 3, "r": 1.0}]});
        let with = |key: &str, value: Value| {
            let mut b = a.clone();
            b["claims"][0][key] = value;
            compare(&a, &b).len()
        };
        assert_eq!(with("r", json!(1.000_000_1)), 0);
        assert_eq!(with("r", json!(1.000_1)), 1);
        assert_eq!(with("draws", json!(4)), 1);
        assert_eq!(with("verdict", json!("vacuous")), 1);
        assert_eq!(with("new", json!(1)), 1);
        let mut other = a.clone();
        other["run"]["processor"] = json!("y");
        assert!(compare(&a, &other).is_empty());
        other["claims"] = json!([]);
        assert_eq!(compare(&a, &other)[0].to_string(), "/claims: committed a list of 1, now a list of 0");
        let difference =
            compare(&a, &json!({"run": {}, "claims": [{"id": "lemma-5", "verdict": "holds", "draws": 3}]}));
        assert_eq!(difference[0].path, "/claims/lemma-5/r");
    }
}
