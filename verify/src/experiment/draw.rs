//! A record as figures.

use comrade::compress;
use comrade::shard::Sharding;
use std::collections::BTreeSet;

use super::config::{Against, Config, ExperimentMethod, FigurePlan, PanelPlan, Show};
use super::record::{CurveRecord, PanelRecord, Record};
use crate::data::Provenance;
use figure::curves::{self, LabelPlace, Line, Series, Spread, Stroke};
use figure::{Curves, Scale};

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
                let drawn = panels.map(|(p, panel)| draw(record, p, panel, against, show)).collect();
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

fn draw(record: &Record, asked: &PanelPlan, panel: &PanelRecord, against: Against, show: Show) -> curves::Panel {
    let x = match against {
        Against::Iteration => Scale::linear("iteration t"),
        Against::LogIteration => Scale::log("iteration t"),
        Against::Bytes => Scale::log("bytes, both ways, all workers"),
    };
    let (y, range, lines) = match show {
        Show::Accuracy => {
            let exact = Line {
                at: record.data[&asked.data].accuracy,
                label: "accuracy of the exact minimiser w*".into(),
                place: LabelPlace::Legend,
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

fn series(curve: &CurveRecord, at: usize, against: Against, show: Show) -> Series {
    let place = |t: usize| match against {
        Against::Iteration | Against::LogIteration => curve.iteration[t] as f64,
        Against::Bytes => curve.bytes_down[t] as f64 + curve.bytes_up[t] as f64,
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

fn notice(record: &Record, asked: &FigurePlan) -> String {
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
fn caption(record: &Record, asked: &FigurePlan, show: Show) -> String {
    let Config { seeds, seed, workers, sharding, .. } = record.config;
    let dealt = match sharding {
        Sharding::Partition => "dealt as a random partition",
        Sharding::WithReplacement => "drawn with replacement",
    };
    let mut says = vec![
        asked.caption.trim().to_owned(),
        format!("m = {workers} workers, logistic loss, samples {dealt}; {}.", problems(record, asked)),
        attacks(asked),
        compressors(record, asked),
        steps(asked),
        format!("Lines are medians, bands run from the smallest to the largest of {seeds} runs; seed {seed}."),
    ];
    let axis = |panel: &PanelPlan| match show {
        Show::Accuracy => panel.accuracy_axis,
        Show::Suboptimality => panel.suboptimality_axis,
    };
    if asked.panels.iter().any(|panel| axis(panel).is_some()) {
        says.push("What leaves a panel goes on outside it; the table beside the figure has all values.".into());
    }
    says.retain(|sentence| !sentence.is_empty());
    says.join(" ")
}

/// The names of the data that a figure is about, each once.
fn names(asked: &FigurePlan) -> BTreeSet<&String> {
    asked.panels.iter().map(|panel| &panel.data).collect()
}

fn problems(record: &Record, asked: &FigurePlan) -> String {
    let of = |name: &String| {
        let (provenance, lambda) = (&record.data[name].provenance, record.config.data[name].lambda);
        let Provenance { name, rows, dimension, .. } = provenance;
        // No line ends between a symbol and its value.
        format!("{name}: n\u{a0}=\u{a0}{rows}, d\u{a0}=\u{a0}{dimension}, λ\u{a0}=\u{a0}{lambda}")
    };
    names(asked).into_iter().map(of).collect::<Vec<_>>().join("; ")
}

fn attacks(asked: &FigurePlan) -> String {
    if asked.curves.iter().all(|curve| curve.liars == 0.0) {
        return String::new();
    }
    let mut attacks: Vec<String> = Vec::new();
    for panel in &asked.panels {
        let (name, value) = panel.attack.split_once(':').unwrap_or((&panel.attack, ""));
        let says = match name {
            "gaussian" => format!("Gaussian, the direction plus N(0, {value}²) in every entry"),
            "negative" => format!("negative update, −{value} times the direction"),
            "random-label" => "random label, every label of the worker drawn anew".into(),
            "flipped-label" => "flipped label, every label of the worker negated".into(),
            "norm-shadow" => "norm shadow".into(),
            _ => panel.attack.clone(),
        };
        if !attacks.contains(&says) {
            attacks.push(says);
        }
    }
    format!("Attacks: {}.", attacks.join("; "))
}

fn compressors(record: &Record, asked: &FigurePlan) -> String {
    let own = asked.curves.iter().filter_map(|curve| curve.compressor.as_deref());
    let all: BTreeSet<&str> = asked.panels.iter().map(|panel| panel.compressor.as_str()).chain(own).collect();
    let of = |spec: &&str| {
        let compressor = compress::parse(spec).ok().filter(|_| *spec != "identity")?;
        let rho = names(asked).into_iter().map(|name| {
            let provenance = &record.data[name].provenance;
            format!("{:.2} on {}", compressor.rho(provenance.dimension), provenance.name)
        });
        Some(format!("Compressor {spec}, ρ = {}.", rho.collect::<Vec<_>>().join(" and ")))
    };
    all.iter().filter_map(of).collect::<Vec<_>>().join(" ")
}

fn steps(asked: &FigurePlan) -> String {
    let of = |first_order: bool| -> Vec<f64> {
        let curves = asked.curves.iter().filter(|c| (c.method == ExperimentMethod::GradientDescent) == first_order);
        let mut steps: Vec<f64> = curves.map(|curve| curve.gamma).collect();
        steps.dedup();
        steps
    };
    let newton = match of(false)[..] {
        [] => String::new(),
        [gamma] => format!("Step γ = {gamma}."),
        [gamma, ..] => format!("Step γ = {gamma} unless the legend says otherwise."),
    };
    let gradient = of(true).iter().map(|gamma| format!("{gamma}/L")).collect::<Vec<_>>().join(", ");
    let gradient = if gradient.is_empty() {
        gradient
    } else {
        format!("Step of gradient descent {gradient}, 1/L being the largest that is sure to decrease f.")
    };
    format!("{newton} {gradient}").trim().to_owned()
}
