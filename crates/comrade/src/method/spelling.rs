//! The methods and rules, and how they are spelled.

use super::Rule;
use crate::aggregate::Fusion;
use crate::spelling::{Unknown, find, name};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A method, as [`super::solve`] plays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Method {
    /// Algorithm 1 of the paper: one round per step, down to a floor ([`crate::center`]).
    Comrade,
    /// Two rounds per step ([`crate::giant`]).
    Giant,
    /// One round per step ([`crate::gradient_descent`]).
    GradientDescent,
    /// One round per step, exact if nobody lies.
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

/// All rules, with their spellings.
pub const RULES: [(Rule, &str); 14] = [
    (Rule::Published, "published"),
    (Rule::Filter, "filter"),
    (Rule::Mixing, "mixing"),
    (Rule::Norm, "norm"),
    (robust(Fusion::TrimmedMean, false), "trimmed-mean"),
    (robust(Fusion::Median, false), "median"),
    (robust(Fusion::GeometricMedian, false), "geometric-median"),
    (robust(Fusion::Krum, false), "krum"),
    (robust(Fusion::MultiKrum, false), "multi-krum"),
    (robust(Fusion::TrimmedMean, true), "nnm:trimmed-mean"),
    (robust(Fusion::Median, true), "nnm:median"),
    (robust(Fusion::GeometricMedian, true), "nnm:geometric-median"),
    (robust(Fusion::Krum, true), "nnm:krum"),
    (robust(Fusion::MultiKrum, true), "nnm:multi-krum"),
];

const fn robust(fusion: Fusion, mixing: bool) -> Rule {
    Rule::Robust { fusion, mixing }
}

/// A rule by which a method cannot aggregate messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the method {method} has no use for the rule {rule}: use {rules}, or another method", rules = rules(*.method))]
pub struct Mismatch {
    /// The method.
    pub method: Method,
    /// The rule.
    pub rule: Rule,
}

fn rules(method: Method) -> String {
    RULES.iter().filter(|(rule, _)| method.takes(*rule)).map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

impl Method {
    /// How the method is spelled.
    #[must_use]
    pub fn name(self) -> &'static str {
        name(&METHODS, &self)
    }

    /// Whether the method can aggregate messages by this rule. A rule in the metric of B needs Hessians; of directions
    /// for one and the same gradient, as GIANT's are, it would drop those that matter. Lazy Newton has no rule by
    /// Euclidean distances but its own. Exact Newton asks one worker, and then all rules are the same.
    #[must_use]
    pub fn takes(self, rule: Rule) -> bool {
        match rule {
            Rule::Published => true,
            Rule::Filter | Rule::Mixing | Rule::Norm => self != Self::Giant,
            Rule::Robust { .. } => self != Self::LazyNewton,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Method {
    type Err = Unknown;
    fn from_str(name: &str) -> Result<Self, Unknown> {
        find("method", &METHODS, name)
    }
}

impl TryFrom<String> for Method {
    type Error = Unknown;
    fn try_from(name: String) -> Result<Self, Unknown> {
        name.parse()
    }
}

impl From<Method> for String {
    fn from(method: Method) -> Self {
        method.name().to_owned()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(name(&RULES, self))
    }
}

impl FromStr for Rule {
    type Err = Unknown;
    fn from_str(name: &str) -> Result<Self, Unknown> {
        find("rule", &RULES, name)
    }
}

impl TryFrom<String> for Rule {
    type Error = Unknown;
    fn try_from(name: String) -> Result<Self, Unknown> {
        name.parse()
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_spelled_as_it_is_kept() {
        for (rule, name) in RULES {
            assert_eq!(serde_json::to_value(rule).unwrap(), name);
            assert_eq!((serde_json::from_value(name.into()).ok(), name.parse()), (Some(rule), Ok(rule)));
        }
        assert!("krumm".parse::<Rule>().unwrap_err().to_string().contains("did you mean 'krum'?"));
    }

    #[test]
    fn a_rule_that_makes_no_sense_for_a_method_is_said_so() {
        let says = |method, rule| Mismatch { method, rule }.to_string();
        let giant = says(Method::Giant, Rule::Filter);
        assert!(giant.contains("giant has no use for the rule filter: use published, trimmed-mean,"), "{giant}");
        let lazy = says(Method::LazyNewton, robust(Fusion::Krum, true));
        assert!(lazy.contains("rule nnm:krum: use published, filter, mixing, norm, or another method"), "{lazy}");
        assert!(METHODS.iter().all(|(method, _)| method.takes(Rule::Published)));
        assert!(RULES.iter().all(|(rule, _)| Method::Comrade.takes(*rule) && Method::GradientDescent.takes(*rule)));
    }

    #[test]
    fn every_spelling_is_read_and_an_unknown_one_is_answered_by_all() {
        for (method, name) in METHODS {
            assert_eq!((name.parse(), method.to_string()), (Ok(method), name.to_owned()));
        }
        for bad in ["", "Comrade", "lazy newton"] {
            let error = bad.parse::<Method>().unwrap_err();
            assert_eq!(error.word(), bad);
            assert!(METHODS.iter().all(|(_, name)| error.to_string().contains(name)), "{error}");
        }
    }
}
