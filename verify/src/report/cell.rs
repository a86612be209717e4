//! What stands in the cells of Markdown tables: verdicts, readings, numbers, limits.

use crate::claim::Reading;
use crate::judge::{Rate, Verdict};

/// A verdict, set so that those who skim see which ones fail.
pub(super) fn badge(verdict: Verdict, needed: Option<f64>) -> String {
    let words = verdict.words(needed);
    match (verdict.fails(), verdict.approves()) {
        (true, _) => format!("**{words}**"),
        (_, true) => words.into(),
        _ => format!("*{words}*"),
    }
}

/// The reading in words, its variant included.
pub(super) fn reading(reading: Reading, variant: &str) -> String {
    if variant.is_empty() { reading.name().into() } else { format!("{} ({variant})", reading.name()) }
}

/// `x.yz` for numbers near one, scientific otherwise.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        _ if value.is_nan() => "–".into(),
        size if size == 0.0 || (1e-3..1e4).contains(&size) => {
            let text = format!("{value:.4}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => format!("{value:.2e}"),
    }
}

/// Text that may stand between the bars of a table.
pub(super) fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Failures over draws, and their exact limits.
pub(super) fn limits(rate: &Rate) -> String {
    format!("{}/{} [{}, {}]", rate.failures, rate.draws, number(rate.lower), number(rate.upper))
}
