//! The picture of `comrade compare`.

use crate::settings::Settings;
use crate::track::{Point, Stage, Track};
use comrade::method::Method;
use figure::Scale;
use figure::curves::{Curves, LabelPlace, Line, Marker, Panel, Series, Stroke};

/// How methods are told apart, without colour too.
fn marks(method: Method) -> (usize, Stroke, Marker) {
    match method {
        Method::Comrade => (0, Stroke::Solid, Marker::Disc),
        Method::Giant => (1, Stroke::Dashed, Marker::Square),
        Method::GradientDescent => (2, Stroke::DashDot, Marker::None),
        Method::LazyNewton | Method::Auto => (3, Stroke::Solid, Marker::Triangle),
        Method::Newton => (6, Stroke::Dotted, Marker::Diamond),
    }
}

/// Below are differences of f that are rounding.
const ROUNDING: f64 = 1e-15;

/// Six panels: objective and accuracy, by rounds, bytes and seconds; `exact` is the accuracy of w*.
pub(crate) fn picture(tracks: &[Track], stage: &Stage<'_>, exact: f64) -> Curves {
    let Settings { workers, trim, lambda, compress, attack, .. } = stage.settings;
    let series = |at: &dyn Fn(&Point) -> Option<(f64, f64)>| -> Vec<Series> {
        let drawn = tracks.iter().map(|track| {
            let (color, stroke, marker) = marks(track.method);
            let points = track.points.iter().filter_map(at).collect();
            Series { label: track.method.name().into(), color, stroke, marker, points, ..Series::default() }
        });
        drawn.collect()
    };
    type Horizontal<'a> = (&'a str, Scale, fn(&Point) -> f64);
    let horizontal: [Horizontal<'_>; 3] = [
        ("rounds", Scale::linear("rounds of communication"), |point| point.rounds as f64),
        ("bytes", Scale::log("bytes, both ways, all workers"), |point| point.bytes as f64),
        ("seconds", Scale::log("seconds, without a network"), |point| point.seconds),
    ];
    let start = |log: bool, point: &Point| log && point.rounds == 0;
    let mut panels = Vec::new();
    for (at, (name, scale, place)) in horizontal.iter().enumerate() {
        let points = |p: &Point| (!start(at > 0, p) && p.gap > ROUNDING).then(|| (place(p), p.gap));
        panels.push(Panel {
            title: format!("Objective by {name}"),
            x: scale.clone(),
            y: Scale::log("f(w) − f(w*)"),
            series: series(&points),
            ..Panel::default()
        });
    }
    for (at, (name, scale, place)) in horizontal.iter().enumerate() {
        let points = |p: &Point| (!start(at > 0, p)).then(|| (place(p), p.accuracy));
        panels.push(Panel {
            title: format!("Accuracy by {name}"),
            x: scale.clone(),
            y: Scale::linear("training accuracy"),
            series: series(&points),
            lines: vec![Line {
                at: exact,
                label: "accuracy of w*".into(),
                place: LabelPlace::Legend,
                ..Line::default()
            }],
            ..Panel::default()
        });
    }
    let lying = stage.settings.lying();
    let liars = attack.as_ref().filter(|_| lying > 0).map_or("no liars".into(), |a| format!("{lying} of them {a}"));
    Curves {
        title: format!("{}: what one round an iteration buys", stage.f.data.name),
        statement: format!(
            "{} workers, {liars}; beta = {}, lambda = {lambda:e}, compressor {compress}",
            workers.count(),
            trim.get()
        ),
        caption:
            "giant takes two rounds per step, comrade, gradient-descent and lazy-newton one; rounds that only ask for f count \
                  too. newton is played by all workers, without liars; its bytes are those of f, gradient and Hessian of each in \
                  every round. f and accuracy are over all samples."
                .into(),
        columns: 3,
        panels,
        ..Curves::default()
    }
}
