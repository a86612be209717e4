//! The heat map of one method: a panel for each alpha and way to deal.

use super::{Heat, HeatMethod};
use figure::heat::{HeatCell, HeatPanel, HeatRow, Map};

/// The figure of a method.
#[must_use]
pub fn map(heat: &Heat, method: HeatMethod) -> Map {
    let Heat { data, samples, lambda, workers, .. } = heat;
    let source = if data.real {
        format!("every twentieth sample of the published file {}", data.name)
    } else {
        format!("every twentieth sample of {}, synthetic data and not the published file", data.name)
    };
    let panels = heat.panels.iter().filter(|panel| panel.method == method).map(|panel| {
        let worst: Vec<Option<usize>> = (0..heat.rules.len()).map(|rule| panel.worst(rule)).collect();
        let cell = |at: usize, (rule, loss): (usize, &Option<f64>)| HeatCell {
            value: loss.unwrap_or(f64::INFINITY),
            text: number(*loss),
            marked: worst[rule] == Some(at),
        };
        let rows = panel.rows.iter().enumerate().map(|(at, row)| HeatRow {
            label: row.attack.clone(),
            cells: row.losses.iter().take(worst.len()).enumerate().map(|each| cell(at, each)).collect(),
        });
        let dealt = if panel.sorted { "sorted by label" } else { "dealt at random" };
        HeatPanel { title: format!("α = β = {}, samples {dealt}", panel.alpha), rows: rows.collect() }
    });
    Map {
        title: format!("Final loss by rule and attack: {}", method.name()),
        statement: format!("f(w) − f* after {} rounds, over the samples of the honest workers", method.rounds()),
        caption: format!(
            "Rows are attacks, columns rules. A frame marks the attack under which a rule ends highest. Dark is bad. Data: {source}, \
             {samples} samples, d = {}, λ = {lambda:e}, m = {workers}. Where nobody lies, as many are trimmed all the same.",
            data.dimension
        ),
        columns: heat.rules.clone(),
        axis: "f(w) − f*".into(),
        legend: "the worst attack on a rule".into(),
        panels: panels.collect(),
    }
}

/// One digit; a cross for a training run that did not stay among finite numbers.
pub(super) fn number(loss: Option<f64>) -> String {
    match loss {
        None => "×".into(),
        Some(loss) if loss < 1e-15 => "0".into(),
        Some(loss) => format!("{loss:.0e}"),
    }
}
