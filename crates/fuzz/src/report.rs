//! A report as JSON, a line `---`, and another one: compared, and made readable. Or recorded verdicts, where it is no JSON.

use super::bytes::parts;
use comrade_verify::difference::compare;
use comrade_verify::report::{Report, figures, markdown};
use ladder::Expected;
use serde_json::Value;

/// Gives `data` to what reads reports.
///
/// # Panics
/// If a report differs from itself, or if two differ in one direction alone.
pub fn run(data: &[u8]) {
    let (one, other) = parts(data);
    let Ok(one) = serde_json::from_slice::<Value>(one) else { return recorded(data) };
    assert_eq!(compare(&one, &one), []);
    if let Ok(other) = serde_json::from_slice::<Value>(other) {
        assert_eq!(compare(&one, &other).len(), compare(&other, &one).len());
    }
    let Ok(report) = serde_json::from_value::<Report>(one) else { return };
    let _ = markdown(&report);
    for (_, forest) in figures(&report) {
        let _ = forest.svg();
    }
}

/// What is read, written and read again.
fn recorded(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(known) = Expected::parse(text) else { return };
    assert_eq!(Expected::parse(&known.lines("fuzz")), Ok(known));
}
