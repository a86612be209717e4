//! The sweeps as figures.

use super::bounds::{Point, Sweep};
use super::convergence::{ErrorFloor, Path, Stage};
use super::lazy::{Rest, Varied};
use super::{Along, Theory};
use crate::claim::{Mode, Reading};
use comrade::shard::Sharding;
use figure::Scale;
use figure::curves::{Axis, Curves, LabelPlace, Line, Marker, Panel, Region, Series, Spread, Stroke};
use ladder::Range;

/// Every figure: (file stem, figure).
#[must_use]
pub fn all(theory: &Theory) -> Vec<(String, Curves)> {
    let Theory { seed, seeds, sweeps, paths, floors, rests, .. } = theory;
    let mut all = bounds(sweeps, *seeds, *seed);
    all.push(("convergence".into(), convergence(paths, *seeds, *seed)));
    all.push(("floor".into(), floor(floors, *seeds, *seed)));
    if !rests.is_empty() {
        all.push(("rest".into(), rest(rests, *seeds, *seed)));
    }
    all
}

/// One figure per statement: (file stem, figure), a panel for each parameter that it depends on.
#[must_use]
pub fn bounds(sweeps: &[Sweep], seeds: u64, seed: u64) -> Vec<(String, Curves)> {
    let mut ids: Vec<&str> = Vec::new();
    for sweep in sweeps {
        if !ids.contains(&sweep.id.as_str()) {
            ids.push(&sweep.id);
        }
    }
    ids.into_iter()
        .map(|id| {
            let of: Vec<&Sweep> =
                Along::ALL.iter().filter_map(|&along| sweeps.iter().find(|s| s.id == id && s.along == along)).collect();
            let mode = match of[0].mode {
                Mode::APosteriori => "a posteriori, at t = 0 and 1",
                Mode::APriori => "a priori, at t = 0",
            };
            let figure = Curves {
                title: of[0].title.clone(),
                statement: format!("{} and its bounds, {mode}", of[0].measures),
                caption: format!(
                    "Lines: medians over {seeds} seeds. Band: smallest to largest measured value. Hatched: the printed bound \
                     is vacuous on every draw; a bound's line is missing where it says nothing. Unless varied: m = 20, \
                     s = 1000, d = 3, λ = 0.1, partition, no liars, nothing trimmed or compressed. Along κ: λ = 0.0001. \
                     Along α: the norm-shadow attack. Seed {seed}."
                ),
                columns: of.len().min(3),
                panels: of.iter().map(|sweep| bound_panel(sweep)).collect(),
                ..Curves::default()
            };
            (format!("sweep-{id}"), figure)
        })
        .collect()
}

/// An axis for a parameter: shares evenly, all else by logarithm.
fn along_axis(along: Along) -> Scale {
    if along.is_share() { Scale::linear(along.axis()) } else { Scale::log(along.axis()) }
}

fn bound_panel(sweep: &Sweep) -> Panel {
    let bound = |point: &Point, reading: Reading| -> f64 {
        let found = point.bounds.iter().find(|bound| bound.reading == reading);
        found.and_then(|bound| bound.value).map_or(f64::NAN, |range| range.median)
    };
    let line = |reading: Reading, color, stroke, marker| Series {
        label: format!("{} bound", reading.name()),
        color,
        stroke,
        marker,
        points: sweep.points.iter().map(|p| (p.x, bound(p, reading))).collect(),
        ..Series::default()
    };
    let vacuous = |p: &Point| bound(p, Reading::Printed).is_nan();
    Panel {
        title: sweep.along.axis().into(),
        x: along_axis(sweep.along),
        y: Scale::log(sweep.measures.clone()),
        series: vec![
            line(Reading::Rederived, 0, Stroke::DashDot, Marker::Diamond),
            line(Reading::Printed, 1, Stroke::Dashed, Marker::Square),
            line(Reading::Sharpened, 2, Stroke::Solid, Marker::Triangle),
            banded("measured", 6, sweep.points.iter().map(|p| (p.x, p.measured))),
        ],
        regions: hatched(&sweep.points, !sweep.along.is_share(), vacuous),
        ..Panel::default()
    }
}

/// A median with its band from smallest to largest.
fn banded(label: &str, color: usize, points: impl Iterator<Item = (f64, Range)> + Clone) -> Series {
    Series {
        label: label.into(),
        color,
        marker: Marker::Disc,
        points: points.clone().map(|(x, range)| (x, range.median)).collect(),
        spread: Spread::Band(points.map(|(x, range)| (x, range.min, range.max)).collect()),
        ..Series::default()
    }
}

/// The parts of the axis around the points where a bound is vacuous, up to half way to the next one.
fn hatched(points: &[Point], log: bool, vacuous: impl Fn(&Point) -> bool) -> Vec<Region> {
    let mut sorted: Vec<&Point> = points.iter().collect();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x));
    let middle = |a: f64, b: f64| if log { (a * b).sqrt() } else { 0.5 * (a + b) };
    let mut regions: Vec<Region> = Vec::new();
    for (k, point) in sorted.iter().enumerate().filter(|(_, point)| vacuous(point)) {
        let from = k.checked_sub(1).map_or(f64::NEG_INFINITY, |before| middle(sorted[before].x, point.x));
        let to = sorted.get(k + 1).map_or(f64::INFINITY, |after| middle(point.x, after.x));
        match regions.last_mut() {
            Some(last) if last.to == from => last.to = to,
            _ => regions.push(Region {
                axis: Axis::X,
                from,
                to,
                label: "printed bound vacuous".into(),
                place: LabelPlace::Legend,
            }),
        }
    }
    regions
}

/// ||Delta_t|| over t, with the parts of the sharpened theorem.
#[must_use]
pub fn convergence(paths: &[Path], seeds: u64, seed: u64) -> Curves {
    Curves {
        title: "Linear-quadratic convergence".into(),
        statement: "‖Δ_t‖ = ‖w_t − w*‖, and the three parts of the sharpened bound on it".into(),
        caption: format!(
            "Measured: median over {seeds} seeds and band from smallest to largest. The bound on ‖Δ_(t+1)‖, from ‖Δ_t‖ as \
             measured, is the sum of √κ Z‖Δ_t‖ (linear), (1 + Z)L/(2σ_min)‖Δ_t‖² (quadratic) and E/√σ_min (floor); vertical \
             lines: from here on another part leads. m = 20, s = 3000 unless stated, d = 3, condition number 20, λ = 0.01, \
             partition. Seed {seed}."
        ),
        columns: 2,
        panels: paths.iter().map(path_panel).collect(),
        ..Curves::default()
    }
}

fn path_panel(path: &Path) -> Panel {
    let first = path.steps.iter().take(1).map(|s| (s.iterate as f64, s.before));
    let measured = first.chain(path.steps.iter().map(|s| (s.iterate as f64 + 1.0, s.after)));
    let part = |label: &str, color, stroke, value: fn(&Stage) -> f64| Series {
        label: label.into(),
        color,
        stroke,
        points: path.steps.iter().map(|s| (s.iterate as f64 + 1.0, value(s))).collect(),
        ..Series::default()
    };
    let sum = |s: &Stage| s.linear.median + s.quadratic.median + s.floor.median;
    let mut lines: Vec<Line> = Vec::new();
    let mut leader = "";
    for stage in &path.steps {
        let parts =
            [("linear leads", stage.linear), ("quadratic leads", stage.quadratic), ("floor leads", stage.floor)];
        let leads = parts.iter().max_by(|a, b| a.1.median.total_cmp(&b.1.median)).map_or("", |part| part.0);
        if leads != leader {
            leader = leads;
            lines.push(Line {
                axis: Axis::X,
                at: stage.iterate as f64 + 0.5,
                label: leads.into(),
                place: LabelPlace::Inside,
                stroke: Stroke::Dotted,
            });
        }
    }
    Panel {
        title: path.name.clone(),
        x: Scale::linear("iteration t"),
        y: Scale::log("‖Δ_t‖"),
        series: vec![
            part("sharpened bound", 2, Stroke::Solid, sum),
            part("its quadratic part", 3, Stroke::Dashed, |s| s.quadratic.median),
            part("its linear part", 4, Stroke::DashDot, |s| s.linear.median),
            part("its floor", 5, Stroke::Dotted, |s| s.floor.median),
            banded("measured", 6, measured),
        ],
        lines,
        ..Panel::default()
    }
}

/// The floor against s and m, by both schemes, with what is predicted.
#[must_use]
pub fn floor(floors: &[ErrorFloor], seeds: u64, seed: u64) -> Curves {
    let panel = |sharding: Sharding, by_samples: bool| -> Panel {
        let mut shown: Vec<&ErrorFloor> = floors
            .iter()
            .filter(|f| f.sharding == sharding && if by_samples { f.workers == 20 } else { f.samples == 1000 })
            .collect();
        let x = |f: &ErrorFloor| if by_samples { f.samples as f64 } else { f.workers as f64 };
        shown.sort_by(|a, b| x(a).total_cmp(&x(b)));
        let line = |label: &str, color, stroke, value: fn(&ErrorFloor) -> f64| Series {
            label: label.into(),
            color,
            stroke,
            points: shown.iter().map(|f| (x(f), value(f))).collect(),
            ..Series::default()
        };
        let scheme = match sharding {
            Sharding::WithReplacement => "with replacement",
            Sharding::Partition => "partition",
        };
        let (over, axis) =
            if by_samples { ("m = 20", Along::Samples.axis()) } else { ("s = 1000", Along::Workers.axis()) };
        Panel {
            title: format!("{scheme}, {over}"),
            x: Scale::log(axis),
            y: Scale::log("‖H^½Δ‖ at t = 11"),
            series: vec![
                line("ε, the paper's", 1, Stroke::Dashed, |f| f.deviation),
                line("ε/√m", 2, Stroke::Solid, |f| f.deviation / (f.workers as f64).sqrt()),
                line("η_ridge ε", 0, Stroke::DashDot, |f| f.distortion * f.deviation),
                banded("measured", 6, shown.iter().map(|f| (x(f), f.measured))),
            ],
            ..Panel::default()
        }
    };
    Curves {
        title: "The error floor of COMRADE".into(),
        statement: "The distance to w* that remains after eleven rounds, by sharding, s and m".into(),
        caption: format!(
            "ε = meanᵢ ‖H^(−½)(gᵢ − g)‖ as measured, without its factor 1/(1 − η); η_ridge = max ‖Eᵢ‖. Drawn with \
             replacement, first-order errors of m workers average out: ε/√m. A partition has no first-order error, \
             and what remains is of second order: η_ridge ε is an upper prediction. Median over {seeds} seeds, band from smallest to largest. d = 3, λ = 0.1. \
             Seed {seed}."
        ),
        columns: 2,
        panels: [Sharding::WithReplacement, Sharding::Partition]
            .into_iter()
            .flat_map(|scheme| [true, false].map(|by_samples| panel(scheme, by_samples)))
            .collect(),
        ..Curves::default()
    }
}

/// Where lazy Newton rests, along alpha and along how much shards differ.
#[must_use]
pub fn rest(rests: &[Rest], seeds: u64, seed: u64) -> Curves {
    let panels = [(Varied::Liars, "share of liars α = β"), (Varied::Sorted, "share of samples sorted by label")];
    let panel = |(varied, axis): (Varied, &str), contraction: bool| -> Panel {
        let shown: Vec<&Rest> = rests.iter().filter(|rest| rest.varied == varied).collect();
        let line = |label: &str, color, stroke, marker, value: fn(&Rest) -> Range| Series {
            label: label.into(),
            color,
            stroke,
            marker,
            points: shown.iter().map(|rest| (rest.x, value(rest).median)).collect(),
            ..Series::default()
        };
        let measured = |label: &str, value: fn(&Rest) -> Range| {
            banded(label, 6, shown.iter().map(move |rest| (rest.x, value(rest))))
        };
        let (y, series) = if contraction {
            let plain = line("δ of B⁻¹ alone", 4, Stroke::DashDot, Marker::Diamond, |rest| rest.plain);
            (Scale::log("contraction"), vec![plain, measured("δ of the step, with the memory", |rest| rest.delta)])
        } else {
            let series = vec![
                line("floor, rederived", 0, Stroke::DashDot, Marker::Diamond, |rest| rest.rederived),
                line("floor, sharpened", 2, Stroke::Solid, Marker::Triangle, |rest| rest.sharpened),
                line("no method can know, G√(f/(m − 2f))", 5, Stroke::Dotted, Marker::Square, |rest| {
                    rest.unavoidable
                }),
                measured("measured", |rest| rest.measured),
            ];
            (Scale::log("‖H^½(w − w*)‖ at rest"), series)
        };
        let title = if contraction { "contraction" } else { "floor" };
        Panel { title: title.into(), x: Scale::linear(axis), y, series, ..Panel::default() }
    };
    Curves {
        title: "Where lazy Newton rests among liars".into(),
        statement: "The contraction δ of Theorem B, and the floor that it leaves, with what was measured".into(),
        caption: format!(
            "The last full step within 15 rounds, and from where it was tried. Floors: (1 + δ)(ψ(D)‖x‖ + √(c_r κ_B) G)/(1 − δ) \
             rederived; ‖K‖ for 1 + δ and the smaller c_r sharpened; both with δ of B⁻¹ alone, since among liars the memory \
             remembers lies and δ of the step may be anything. Every liar plays MinMax away from w* \
             in the metric of the true Hessian. m = 20, n = 4000, d = 6, of which one feature is 1, λ = 0.01, 16 bits; below: α = 0.2. Median over {seeds} \
             seeds, band from smallest to largest. Seed {seed}."
        ),
        columns: 2,
        panels: panels
            .into_iter()
            .flat_map(|along| [true, false].map(|contraction| panel(along, contraction)))
            .collect(),
        ..Curves::default()
    }
}
