//! The heat maps as a page of Markdown.

use std::fmt::Write as _;

use super::picture::number;
use super::{Heat, HeatMethod};

/// The page, with the pictures of these names.
#[must_use]
pub fn markdown(heat: &Heat, pictures: &[(HeatMethod, String)]) -> String {
    let Heat { data, samples, lambda, workers, .. } = heat;
    let source = if data.real { "the published file" } else { "synthetic data, not the published file:" };
    let mut page = format!(
        "\
# Final loss by rule and attack

Written by `cargo xtask rules` from `heat.json`, never by hand. Measured on every twentieth sample of {source} {} ({samples} samples,
d = {}).

The number is f(w) - f* of the last iterate w, for the mean logistic loss with lambda = {lambda:e} over the samples of the honest
workers. Of m = {workers} workers the first alpha m lie, and beta = alpha is assumed. Samples are dealt at random, or sorted by label,
so that nearly every worker has samples of one label only. **Bold** is the attack under which a rule ends highest.
",
        data.name, data.dimension,
    );
    for (method, picture) in pictures {
        let rounds = method.rounds();
        _ = writeln!(page, "\n## {}, {rounds} rounds\n\n![Final loss by rule and attack]({picture})", method.name());
        for panel in heat.panels.iter().filter(|panel| panel.method == *method) {
            let dealt = if panel.sorted { "sorted by label" } else { "dealt at random" };
            _ = writeln!(page, "\n### alpha = {}, samples {dealt}\n", panel.alpha);
            _ = writeln!(page, "| attack | {} |\n|---|{}", heat.rules.join(" | "), "---:|".repeat(heat.rules.len()));
            for (at, row) in panel.rows.iter().enumerate() {
                let cell = |(rule, loss): (usize, &Option<f64>)| {
                    let text = number(*loss);
                    if panel.worst(rule) == Some(at) { format!("**{text}**") } else { text }
                };
                let cells: Vec<String> = row.losses.iter().enumerate().map(cell).collect();
                _ = writeln!(page, "| {} | {} |", row.attack, cells.join(" | "));
            }
        }
    }
    page
}
