//! Floors as a picture: a row for each method, a dot for each attack, the worst one in front.

use super::page::number;
use super::{Floors, HONEST};
use figure::strip::{Dot, Strip, StripPanel, StripRow};

/// The figure.
#[must_use]
pub fn strip(floors: &Floors) -> Strip {
    let Floors { data, lambda, workers, seeds, .. } = floors;
    let source = if data.real {
        format!("the published file {}", data.name)
    } else {
        format!("{}: synthetic data, not the published file", data.name)
    };
    let panels = floors.blocks.iter().map(|block| {
        let rows = floors.contenders.iter().enumerate().map(|(at, (name, _))| {
            let dots = block.rows.iter().map(|row| {
                let honest = row.attack == HONEST;
                Dot { value: row.floor(at), hollow: honest }
            });
            let worst = block.worst(at).map(|(floor, attack)| (floor, format!("{} by {attack}", number(floor))));
            StripRow { label: name.clone(), dots: dots.collect(), worst }
        });
        StripPanel { title: format!("α = β = {}", block.alpha), rows: rows.collect() }
    });
    Strip {
        title: "Floors by attack: the worst one counts".into(),
        statement: "f(w) − f* of what a training returns, over the samples of the honest workers".into(),
        caption: format!(
            "Each small dot is an attack, a ring is the training where nobody lies, and the diamond with its name is the worst \
             attack of its method. Data: {source}, {} samples, d = {}, λ = {lambda:e}, m = {workers}; the largest of {seeds} ways \
             to deal the samples. Values below 10⁻⁹ are drawn at the left edge.",
            data.rows, data.dimension
        ),
        axis: "f(w) − f* (mean loss, natural logarithm of the likelihood; logarithmic axis)".into(),
        legend: ["an attack".into(), "nobody lies".into(), "the worst attack".into()],
        panels: panels.collect(),
    }
}
