//! `comrade predict`: the bytes of a model, a line `---`, and rows as text.

#[path = "../../comrade-cli/src/fitted.rs"]
#[allow(dead_code, reason = "the program also reads files")]
mod fitted;

use super::bytes::parts;
use comrade::data::libsvm::Input;
use fitted::{Fitted, Shown};
use std::path::Path;

/// Gives the model in `data` the rows in `data`.
///
/// # Panics
/// If it does not say something finite of every row, or if it says another class than the sign of the margin.
pub fn run(data: &[u8]) {
    let (model, rows) = parts(data);
    let Ok(model) = Fitted::of_bytes(model, Path::new("model")) else { return };
    if let Ok((data, _)) = model.rows(Input::new(rows, "rows"), true) {
        let _ = (model.objective(&data).value(&model.weights), model.objective(&data).accuracy(&model.weights));
    }
    let Ok((data, _)) = model.rows(Input::new(rows, "rows"), false) else { return };
    let [labels, margins, shares] =
        [Shown::Label, Shown::Margin, Shown::Probability].map(|shown| model.predictions(&data, shown));
    assert_eq!([&labels, &margins, &shares].map(|text| text.lines().count()), [data.rows(); 3]);
    for (label, margin) in labels.lines().zip(margins.lines()) {
        let margin: f64 = margin.parse().expect("a margin is a number");
        let class = if margin > 0.0 { model.data.labels.positive } else { model.data.labels.negative };
        assert_eq!(label, class.to_string());
    }
    let share = |text: &str| text.parse().is_ok_and(|share: f64| share.is_nan() || (0.0..=1.0).contains(&share));
    assert!(shares.lines().all(share), "{shares}");
}
