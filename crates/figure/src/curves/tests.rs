//! What every figure of curves must satisfy, whatever it shows.

use super::*;
use crate::png::{png, tree};

fn series(label: &str, color: usize, stroke: Stroke, f: impl Fn(f64) -> f64) -> Series {
    let points: Vec<(f64, f64)> = (0..=30).map(|k| (f64::from(k), f(f64::from(k)))).collect();
    let band = points.iter().map(|&(x, y)| (x, 0.8 * y, 1.3 * y)).collect();
    Series { label: label.into(), color, stroke, marker: Marker::None, points, spread: Spread::Band(band) }
}

/// Four panels that use everything.
fn sample() -> Curves {
    let fall = |rate: f64, floor: f64| move |t: f64| (-rate * t).exp() + floor;
    let strokes = [Stroke::Solid, Stroke::Dashed, Stroke::Dotted, Stroke::DashDot];
    let curves = |names: [&str; 4]| -> Vec<Series> {
        (0..4).map(|k| series(names[k], k, strokes[k], fall(0.4 / (k + 1) as f64, 10_f64.powi(k as i32 - 6)))).collect()
    };
    let names = ["10 % liars", "15 % liars", "20 % liars", "undefended, 20 % liars"];
    let log = Panel {
        title: "(a) w5a, Gaussian noise".into(),
        x: Scale::linear("iteration"),
        y: Scale::log("f(wₜ) − f(w*)"),
        series: curves(names),
        lines: vec![Line { at: 1e-3, label: "the floor".into(), place: LabelPlace::Inside, ..Line::default() }],
        regions: Vec::new(),
    };
    let linear =
        Panel { title: "(b) a9a <random> & label".into(), y: Scale::linear("training accuracy"), ..log.clone() };
    let mut marks = linear.clone();
    marks.title = "(c) measured against s".into();
    marks.x = Scale::log("s").from_to(1.0, 40.0);
    marks.y = Scale::log("measured");
    for (k, series) in marks.series.iter_mut().enumerate() {
        series.marker = [Marker::Disc, Marker::Square, Marker::Diamond, Marker::Triangle][k];
        series.points.retain(|point| point.0 % 5.0 == 0.0);
        let Spread::Band(band) = &series.spread else { panic!("a band") };
        series.spread = Spread::Whiskers(band.iter().copied().filter(|range| range.0 % 5.0 == 0.0).collect());
        series.label = format!("marked {k}");
    }
    marks.regions = vec![Region {
        axis: Axis::X,
        from: f64::NEG_INFINITY,
        to: 3.0,
        label: "vacuous: η ≥ 1".into(),
        place: LabelPlace::Legend,
    }];
    marks.lines = vec![
        Line { axis: Axis::X, at: 20.0, label: "δ = 0.05".into(), place: LabelPlace::Inside, stroke: Stroke::Dashed },
        Line { at: 0.02, label: "w*".into(), ..Line::default() },
    ];
    let mut gaps = log.clone();
    gaps.title = "(d) values that are missing".into();
    gaps.series[0].points[10].1 = f64::NAN;
    gaps.series[1].points[20].1 = 0.0;
    gaps.y = Scale::log("f(wₜ) − f(w*)").from_to(1e-5, 0.5);
    gaps.regions = vec![Region {
        from: 1e-5,
        to: 1e-4,
        label: "below rounding".into(),
        place: LabelPlace::Inside,
        ..Region::default()
    }];
    Curves {
        title: "Figure 3: COMRADE under attack".into(),
        statement: "Training accuracy against iteration, m = 20 workers".into(),
        notice: "Synthetic stand-ins, not the published data".into(),
        caption: "A sentence about the figure. ".repeat(12),
        columns: 2,
        panels: vec![log, linear, marks, gaps],
    }
}

#[test]
fn a_figure_shows_every_text_and_names_each_series_once() {
    let figure = sample();
    let svg = figure.svg().unwrap();
    assert_eq!(tree(&svg).unwrap().size().width(), 1200.0);
    let mut texts = vec![&figure.title, &figure.statement, &figure.notice];
    texts.extend(figure.panels.iter().flat_map(|p| [&p.title, &p.y.title]));
    texts.extend(figure.panels.iter().flat_map(|p| p.series.iter().map(|s| &s.label)));
    texts.extend(figure.panels.iter().flat_map(|p| p.lines.iter().map(|l| &l.label)));
    texts.extend(figure.panels.iter().flat_map(|p| p.regions.iter().map(|r| &r.label)));
    for text in texts {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        assert!(svg.contains(&escaped), "{text}");
    }
    assert_eq!(svg.matches("\n15 % liars\n").count(), 1);
}

#[test]
fn nothing_leaves_the_page() {
    let long = "a label of far more than forty characters that has to be broken into lines ".repeat(3);
    for columns in [1, 2, 3, 4, 9] {
        let mut figure = sample();
        figure.columns = columns;
        figure.title = long.clone();
        figure.notice = long.replace(' ', "_");
        for panel in &mut figure.panels {
            panel.title = long.clone();
            panel.x.title = long.clone();
            panel.y.title = long.clone();
            panel.series[0].label = long.clone();
            panel.lines[0].label = long.clone();
            panel.series[1].points[3].1 = 1e30;
            panel.y = panel.y.clone().from_to(1e-3, 0.1);
        }
        let document = tree(&figure.svg().unwrap()).unwrap();
        let page = document.size();
        for node in document.root().children() {
            let place = node.abs_bounding_box();
            assert!(place.left() >= -0.1 && place.right() <= page.width() + 0.1, "{columns}: {place:?}");
            assert!(place.top() >= -0.1 && place.bottom() <= page.height() + 0.1, "{columns}: {place:?}");
        }
    }
}

#[test]
fn no_input_panics() {
    let odd = [0.0, -1.0, 1e-320, 1.0, f64::MAX, f64::MIN, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let pairs: Vec<(f64, f64)> = odd.iter().flat_map(|&a| odd.iter().map(move |&b| (a, b))).collect();
    let spread: Vec<(f64, f64, f64)> = pairs.iter().map(|&(a, b)| (a, b, a)).collect();
    let mut panels = vec![Panel::default()];
    for (x, y) in [(Scale::linear("x"), Scale::log("y")), (Scale::log("x"), Scale::linear("y"))] {
        for spread in [Spread::Band(spread.clone()), Spread::Whiskers(spread.clone())] {
            let series = Series { points: pairs.clone(), spread, marker: Marker::Disc, ..Series::default() };
            let axes = [Axis::X, Axis::Y];
            let lines = axes.iter().flat_map(|&axis| {
                odd.map(|at| Line { axis, at, label: "here".into(), place: LabelPlace::Inside, ..Line::default() })
            });
            let regions = axes.iter().flat_map(|&axis| {
                let label = "there\u{0}".to_owned();
                pairs.iter().map(move |&(from, to)| Region {
                    axis,
                    from,
                    to,
                    label: label.clone(),
                    ..Region::default()
                })
            });
            let (lines, regions) = (lines.collect(), regions.collect());
            panels.push(Panel { x: x.clone(), y: y.clone(), series: vec![series], lines, regions, ..Panel::default() });
        }
    }
    for columns in [0, 1, 3] {
        let figure = Curves { columns, panels: panels.clone(), ..Curves::default() };
        tree(&figure.svg().unwrap()).unwrap();
    }
    tree(&Curves::default().svg().unwrap()).unwrap();
}

#[test]
fn curves_stay_inside_their_frame() {
    let mut figure = sample();
    figure.panels.truncate(1);
    figure.panels[0].series.truncate(1);
    figure.panels[0].y = Scale::log("y").from_to(1e-2, 1e-1);
    let svg = figure.svg().unwrap();
    let RGBColor(red, green, blue) = color(0);
    let blue = format!("#{red:02X}{green:02X}{blue:02X}");
    let document = tree(&svg).unwrap();
    let frame = svg.lines().find(|line| line.contains("#B0B0B0") && line.contains("polyline")).is_some();
    assert!(frame && svg.contains(&blue));
    let legend = document.size().height() - 150.0;
    for node in document.root().children() {
        if let resvg::usvg::Node::Path(path) = node {
            let drawn = path.stroke().map(resvg::usvg::Stroke::paint).map(|paint| format!("{paint:?}"));
            if drawn.is_some_and(|paint| paint.contains("red: 0, green: 114, blue: 178")) {
                let place = path.abs_bounding_box();
                assert!(place.top() > 100.0 && (place.bottom() < legend || place.height() < 1.0), "{place:?}");
            }
        }
    }
}

#[test]
fn the_same_data_give_the_same_bytes() {
    let figure = sample();
    let svg = figure.svg().unwrap();
    assert_eq!(svg, figure.clone().svg().unwrap());
    assert_eq!(png(&svg, 1.0).unwrap(), png(&svg, 1.0).unwrap());
}
