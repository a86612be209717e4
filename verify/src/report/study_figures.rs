//! The studies as figures: failure rates and tightness against delta, and eta against s.

use super::Report;
use crate::claim::Reading;
use crate::study::quantile::Quantile;
use crate::study::rates::Cell;
use crate::study::sizes::{EtaCurve, EtaPoint};
use comrade::shard::Sharding;
use figure::Scale;
use figure::curves::{Axis, Curves, LabelPlace, Marker, Panel, Region, Series, Spread, Stroke};

/// The deal that the figure of failure rates shows; the table has the others.
const SHOWN: (&str, Sharding, usize, usize) = ("even-rows", Sharding::WithReplacement, 4, 4000);

/// (file stem, figure) for each study.
pub(super) fn study_figures(report: &Report) -> Vec<(String, Curves)> {
    let Some(study) = &report.study else { return Vec::new() };
    let seed = report.run.seed;
    vec![
        ("failure-rates".into(), failure_rates(&study.rates, seed)),
        ("sample-size".into(), sample_size(&study.sizes, seed)),
    ]
}

fn failure_rates(cells: &[Cell], seed: u64) -> Curves {
    let shown: Vec<&Cell> =
        cells.iter().filter(|c| (c.data.as_str(), c.sharding, c.workers, c.shard) == SHOWN).collect();
    let draws = shown.iter().find_map(|c| c.rate).map_or(0, |rate| rate.draws);
    let lemmas = [("lemma-1", "Lemma 1"), ("lemma-2", "Lemma 2"), ("lemma-3", "Lemma 3")];
    let panel = |&(id, title): &(&str, &str), y: Scale, value: Value| {
        let mut series: Vec<Series> = Vec::new();
        for cell in shown.iter().filter(|cell| cell.id == id) {
            let Some((at, low, high)) = value(cell) else { continue };
            let (label, color, stroke, marker) = look(cell);
            let at_label = series.iter().position(|s| s.label == label).unwrap_or_else(|| {
                series.push(Series { label: label.into(), color, stroke, marker, ..Series::default() });
                series.len() - 1
            });
            // Side by side: bounds with the same value would hide each other.
            let x = cell.delta * [0.94, 1.0, 1.06, 1.12][color % 4];
            series[at_label].points.push((x, at));
            match &mut series[at_label].spread {
                Spread::Whiskers(bars) => bars.push((x, low, high)),
                spread => *spread = Spread::Whiskers(vec![(x, low, high)]),
            }
        }
        Panel { title: title.into(), x: Scale::log("δ").from_to(0.02, 0.4), y, series, ..Panel::default() }
    };
    let rate: Value = |cell| cell.rate.map(|r| (r.failures as f64 / r.draws.max(1) as f64, r.lower, r.upper));
    let needed: Value = |cell| cell.needed.map(limits);
    let mut panels: Vec<Panel> = lemmas
        .iter()
        .map(|lemma| panel(lemma, Scale::linear("failure rate").from_to(0.0, 0.32), rate))
        .chain(lemmas.iter().map(|lemma| panel(lemma, Scale::linear("share of the bound").from_to(0.0, 1.05), needed)))
        .collect();
    for panel in &mut panels[..lemmas.len()] {
        let allowed = [0.02, 0.03, 0.05, 0.1, 0.2, 0.3].map(|delta| (delta, delta));
        panel.series.insert(
            0,
            Series {
                label: "allowed: δ".into(),
                color: 7,
                stroke: Stroke::Dotted,
                points: allowed.to_vec(),
                ..Series::default()
            },
        );
    }
    Curves {
        title: "How often the bounds of Lemmas 1 to 3 fail, and how much of them is needed".into(),
        statement: "Above: failure rate. Below: the share of the bound that would have held on all but δ of the draws."
            .into(),
        caption: format!(
            "Gaussian rows, n = 20000, d = 5, m = 4 workers with s = 4000 samples each, drawn with replacement; {draws} \
             draws. Bars: exact limits of the failure rate, which hold together for all cells of the study with \
             probability 0.99, and 99 % limits of the share from order statistics. Readings stand side by side at each of δ = 0.3, 0.1, 0.03. \
             Seed {seed}."
        ),
        columns: lemmas.len(),
        panels,
        ..Curves::default()
    }
}

/// A cell's value with its limits.
type Value = fn(&Cell) -> Option<(f64, f64, f64)>;

fn limits(q: Quantile) -> (f64, f64, f64) {
    (q.value, q.lower.unwrap_or(0.0), q.upper.unwrap_or(f64::INFINITY))
}

fn look(cell: &Cell) -> (&'static str, usize, Stroke, Marker) {
    match (cell.reading, cell.variant.as_str()) {
        (Reading::Printed, _) => ("printed", 1, Stroke::Dashed, Marker::Square),
        (Reading::Rederived, _) => ("rederived", 0, Stroke::DashDot, Marker::Diamond),
        (Reading::Sharpened, "") => ("sharpened", 2, Stroke::Solid, Marker::Disc),
        (Reading::Sharpened, _) => ("sharpened (ridge form)", 3, Stroke::Dotted, Marker::Triangle),
    }
}

fn sample_size(curves: &[EtaCurve], seed: u64) -> Curves {
    let first = curves.first();
    let (m, delta) = first.map_or((0, 0.0), |curve| (curve.workers, curve.delta));
    Curves {
        title: "How many samples a worker needs".into(),
        statement: "The distortion η by each rule, and what was measured: the (1 − δ)-quantile over draws.".into(),
        caption: format!(
            "m = {m}, δ = {delta}, samples drawn with replacement at an iterate fixed beforehand. Bars: exact 99 % limits of \
             the quantile. μr/n is 1 where some row has a feature of its own. The ridge rule bounds η_ridge = max ‖Eᵢ‖, which \
             is all that the proofs need; the other rules bound η. Seed {seed}."
        ),
        columns: curves.len().max(1),
        panels: curves.iter().map(size_panel).collect(),
        ..Curves::default()
    }
}

fn size_panel(curve: &EtaCurve) -> Panel {
    let line = |label: &str, color, stroke, value: fn(&EtaPoint) -> f64| Series {
        label: label.into(),
        color,
        stroke,
        points: curve.points.iter().map(|p| (p.shard as f64, value(p))).collect(),
        ..Series::default()
    };
    let measured = |label: &str, color, marker, value: fn(&EtaPoint) -> Quantile| Series {
        label: label.into(),
        color,
        marker,
        points: curve.points.iter().map(|p| (p.shard as f64, value(p).value)).collect(),
        spread: Spread::Whiskers(
            curve
                .points
                .iter()
                .map(|p| {
                    let (_, low, high) = limits(value(p));
                    (p.shard as f64, low, high)
                })
                .collect(),
        ),
        ..Series::default()
    };
    Panel {
        title: format!("{}: μr/n = {:.2}, λ = {}", curve.data, curve.coherence, curve.lambda),
        x: Scale::log("samples a worker, s"),
        y: Scale::log("η").from_to(0.01, 60.0),
        series: vec![
            line("rederived rule", 0, Stroke::DashDot, |p| p.rederived),
            line("printed rule", 1, Stroke::Dashed, |p| p.printed),
            line("exact Chernoff", 2, Stroke::Solid, |p| p.chernoff.unwrap_or(f64::NAN)),
            line("ridge rule, for η_ridge", 3, Stroke::Dotted, |p| p.ridge),
            measured("η measured", 6, Marker::Disc, |p| p.eta),
            measured("η_ridge measured", 4, Marker::Triangle, |p| p.eta_ridge),
        ],
        regions: vec![Region {
            axis: Axis::Y,
            from: 1.0,
            to: f64::INFINITY,
            label: "vacuous: η ≥ 1".into(),
            place: LabelPlace::Legend,
        }],
        ..Panel::default()
    }
}
