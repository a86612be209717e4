//! The methods and how they are spelled.

use super::Rule;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A method, as [`super::solve`] plays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Method {
    /// Algorithm 1 of the paper: one round a step, down to a floor ([`crate::center`]).
    Comrade,
    /// Two rounds a step ([`crate::giant`]).
    Giant,
    /// One round a step ([`crate::gradient_descent`]).
    GradientDescent,
    /// One round a step, exact if nobody lies.
    LazyNewton,
    /// The exact minimiser, for one worker in this process ([`crate::newton`]).
    Newton,
    /// Newton for one worker in this process, lazy Newton otherwise.
    Auto,
}

/// All methods, with their spellings.
pub const METHODS: [(Method, &str); 6] = [
    (Method::Comrade, "comrade"),
    (Method::Giant, "giant"),
    (Method::GradientDescent, "gradient-descent"),
    (Method::LazyNewton, "lazy-newton"),
    (Method::Newton, "newton"),
    (Method::Auto, "auto"),
];

/// All rules, with the spellings that serde knows too.
pub const RULES: [(Rule, &str); 4] =
    [(Rule::Published, "published"), (Rule::Filter, "filter"), (Rule::Mixing, "mixing"), (Rule::Norm, "norm")];

/// No method is spelled like that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown method '{0}': use {list}", list = METHODS.map(|(_, name)| name).join(", "))]
pub struct UnknownMethod(pub String);

impl Method {
    /// Its spelling.
    #[must_use]
    pub fn name(self) -> &'static str {
        METHODS.iter().find(|(method, _)| *method == self).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Method {
    type Err = UnknownMethod;
    fn from_str(name: &str) -> Result<Self, UnknownMethod> {
        let found = METHODS.iter().find(|(_, spelling)| *spelling == name);
        found.map(|(method, _)| *method).ok_or_else(|| UnknownMethod(name.to_owned()))
    }
}

impl TryFrom<String> for Method {
    type Error = UnknownMethod;
    fn try_from(name: String) -> Result<Self, UnknownMethod> {
        name.parse()
    }
}

impl From<Method> for String {
    fn from(method: Method) -> Self {
        method.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_spelled_as_it_is_kept() {
        for (rule, name) in RULES {
            assert_eq!(serde_json::to_value(rule).unwrap(), name);
        }
    }

    #[test]
    fn every_spelling_is_read_and_an_unknown_one_is_answered_by_all() {
        for (method, name) in METHODS {
            assert_eq!((name.parse(), method.to_string()), (Ok(method), name.to_owned()));
        }
        for bad in ["", "Comrade", "lazy newton"] {
            let error = bad.parse::<Method>().unwrap_err();
            assert_eq!(error, UnknownMethod(bad.to_owned()));
            assert!(METHODS.iter().all(|(_, name)| error.to_string().contains(name)), "{error}");
        }
    }
}
