//! A record as figures.

use std::collections::BTreeSet;

use super::config::{Against, Config, Data, Figure as Asked, Method, Show};
use super::record::{Curve, Panel, Record};
use crate::figure::curves::{self, Line, Place, Series, Spread, Stroke};
use crate::figure::{Curves, Scale};

/// How curves are told apart, in the order of the configuration: a colour and a stroke.
const STYLES: [(usize, Stroke); 8] = [
    (0, Stroke::Solid),
    (2, Stroke::Dashed),
    (1, Stroke::DashDot),
    (6, Stroke::Dotted),
    (3, Stroke::Dashed),
    (4, Stroke::Solid),
    (5, Stroke::DashDot),
    (7, Stroke::Solid),
];

/// (file stem, figure) for every picture of a record.
#[must_use]
pub fn figures(record: &Record) -> Vec<(String, Curves)> {
    let mut out = Vec::new();
    for (asked, figure) in record.config.figures.iter().zip(&record.figures) {
        for (at, &against) in asked.against.iter().enumerate() {
            for &show in &asked.show {
                let by = if at == 0 { "" } else { suffix(against) };
                let panels = asked.panels.iter().zip(&figure.panels);
                let drawn = panels.map(|(p, panel)| draw(record, &p.data, panel, against, show)).collect();
                let picture = Curves {
                    title: asked.title.clone(),
                    statement: statement(against, show).into(),
                    notice: notice(record, asked),
                    caption: caption(record, asked, show),
                    columns: asked.columns,
                    panels: drawn,
                };
                out.push((format!("{}-{}{by}", asked.name, show.name()), picture));
            }
        }
    }
    out
}

fn suffix(against: Against) -> &'static str {
    match against {
        Against::Iteration | Against::LogIteration => "-by-iteration",
        Against::Bytes => "-by-bytes",
    }
}

fn statement(against: Against, show: Show) -> &'static str {
    match (show, against) {
        (Show::Accuracy, Against::Bytes) => "Training accuracy against bytes on the wire",
        (Show::Accuracy, _) => "Training accuracy against iteration",
        (Show::Suboptimality, Against::Bytes) => "Objective above its minimum against bytes on the wire",
        (Show::Suboptimality, _) => "Objective above its minimum against iteration",
    }
}

fn draw(record: &Record, data: &str, panel: &Panel, against: Against, show: Show) -> curves::Panel {
    let (facts, asked) = (&record.data[data], &record.config.data[data]);
    let x = match against {
        Against::Iteration => Scale::linear("iteration t"),
        Against::LogIteration => Scale::log("iteration t"),
        Against::Bytes => Scale::log("bytes, both ways, all workers"),
    };
    let (y, range, lines) = match show {
        Show::Accuracy => {
            let exact = Line {
                at: facts.accuracy,
                label: "accuracy of the exact minimiser w*".into(),
                place: Place::Legend,
                stroke: Stroke::Solid,
                ..Line::default()
            };
            (Scale::linear("training accuracy"), asked.accuracy_axis, vec![exact])
        }
        Show::Suboptimality => (Scale::log("f(w) − f(w*)"), asked.suboptimality_axis, Vec::new()),
    };
    let y = range.map_or_else(|| y.clone(), |[low, high]| y.clone().from_to(low, high));
    let series = panel.curves.iter().enumerate().map(|(at, curve)| series(curve, at, against, show)).collect();
    curves::Panel { title: panel.title.clone(), x, y, series, lines, regions: Vec::new() }
}

fn series(curve: &Curve, at: usize, against: Against, show: Show) -> Series {
    let place = |t: usize| match against {
        Against::Iteration | Against::LogIteration => curve.iteration[t] as f64,
        Against::Bytes => (curve.bytes_down[t] + curve.bytes_up[t]) as f64,
    };
    let band = match show {
        Show::Accuracy => &curve.accuracy,
        Show::Suboptimality => &curve.suboptimality,
    };
    // Logarithmic axes have no place for t = 0.
    let first = usize::from(against != Against::Iteration);
    let (color, stroke) = STYLES[at % STYLES.len()];
    Series {
        label: curve.label.clone(),
        color,
        stroke,
        points: (first..curve.iteration.len()).map(|t| (place(t), band.median[t])).collect(),
        spread: Spread::Band((first..curve.iteration.len()).map(|t| (place(t), band.min[t], band.max[t])).collect()),
        ..Series::default()
    }
}

fn notice(record: &Record, asked: &Asked) -> String {
    let stand_ins: BTreeSet<&str> = asked
        .panels
        .iter()
        .map(|panel| &record.data[&panel.data].provenance)
        .filter(|provenance| !provenance.real)
        .map(|provenance| provenance.name.as_str())
        .collect();
    let names: Vec<&str> = stand_ins.into_iter().collect();
    if names.is_empty() {
        String::new()
    } else {
        format!("Synthetic data, not the published files: {}", names.join(", "))
    }
}

/// What is needed to read the figure and to make it again.
fn caption(record: &Record, asked: &Asked, show: Show) -> String {
    let Config { seeds, seed, workers, .. } = record.config;
    let mut says = vec![asked.caption.trim().to_owned()];
    says.push(format!("m = {workers} workers, logistic loss, samples dealt as a random partition."));
    if record.config.sharding == comrade::shard::Sharding::WithReplacement {
        says[1] = format!("m = {workers} workers, logistic loss, samples drawn with replacement.");
    }
    let names: BTreeSet<&String> = asked.panels.iter().map(|panel| &panel.data).collect();
    let of = |name: &String| {
        let (facts, Data { lambda, .. }) = (&record.data[name], &record.config.data[name]);
        let provenance = &facts.provenance;
        format!("{}: n = {}, d = {}, λ = {lambda}", provenance.name, provenance.rows, provenance.dimension)
    };
    says.push(format!("{}.", names.into_iter().map(of).collect::<Vec<_>>().join("; ")));
    let attacks: BTreeSet<String> = asked.panels.iter().map(|panel| panel.attack.replace("{beta}", "β")).collect();
    says.push(format!("Attacks: {}.", attacks.into_iter().collect::<Vec<_>>().join(", ")));
    let of_curves = asked.curves.iter().filter_map(|curve| curve.compressor.as_deref());
    let compressors: BTreeSet<&str> = asked
        .panels
        .iter()
        .map(|panel| panel.compressor.as_str())
        .chain(of_curves)
        .filter(|q| *q != "identity")
        .collect();
    if !compressors.is_empty() {
        says.push(format!("Compressor: {}.", compressors.into_iter().collect::<Vec<_>>().join(", ")));
    }
    let steps: BTreeSet<String> = asked
        .curves
        .iter()
        .map(|curve| match curve.method {
            Method::GradientDescent => format!("{}/L for gradient descent", curve.gamma),
            Method::Comrade | Method::Giant => format!("{}", curve.gamma),
        })
        .collect();
    says.push(format!("Step γ = {}.", steps.into_iter().collect::<Vec<_>>().join(", ")));
    says.push(format!(
        "Lines are medians and bands run from the smallest to the largest of {seeds} runs (seed {seed})."
    ));
    let cut = asked.panels.iter().any(|panel| match show {
        Show::Accuracy => record.config.data[&panel.data].accuracy_axis.is_some(),
        Show::Suboptimality => record.config.data[&panel.data].suboptimality_axis.is_some(),
    });
    if cut {
        says.push("What leaves a panel goes on outside; the table beside the figure has all values.".into());
    }
    says.retain(|sentence| !sentence.is_empty());
    says.join(" ")
}
