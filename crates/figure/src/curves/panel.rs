//! One panel on the page.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::{Axis, LabelPlace, Line, Marker, Panel, Region, Series, Spread, Stroke, TICK, color, upright_ticks};
use crate::path::{Frame, dashes};
use crate::scale::Ruler;
use crate::sketch::{Canvas, Spot};
use crate::style::{FRAME, GRID, HATCH, INK, MUTED, PAPER, SMALL};

/// Width of a curve.
pub(crate) const CURVE: f64 = 2.0;
/// Width of a reference line.
pub(crate) const REFERENCE: f64 = 1.4;
/// Opacity of a band.
pub(crate) const BAND: f64 = 0.16;
/// Distance between the lines of a hatching.
const HATCHING: f64 = 8.0;
/// Space between a label inside and what it is about.
const NEAR: f64 = 4.0;

/// The vertical axis of a panel, from pixel to pixel.
pub(crate) fn vertical(panel: &Panel, pixels: (f64, f64)) -> Ruler {
    let points = panel.series.iter().flat_map(|series| series.points.iter().map(|point| point.1));
    let spread = panel.series.iter().flat_map(|series| series.spread.ranges().iter().flat_map(|r| [r.1, r.2]));
    Ruler::new(&panel.y, points.chain(spread).chain(references(panel, Axis::Y)), pixels)
}

fn horizontal(panel: &Panel, pixels: (f64, f64)) -> Ruler {
    let points = panel.series.iter().flat_map(|series| series.points.iter().map(|point| point.0));
    let spread = panel.series.iter().flat_map(|series| series.spread.ranges().iter().map(|range| range.0));
    Ruler::new(&panel.x, points.chain(spread).chain(references(panel, Axis::X)), pixels)
}

/// Where reference lines are: an axis that fits the data shows them.
fn references(panel: &Panel, axis: Axis) -> impl Iterator<Item = f64> {
    panel.lines.iter().filter(move |line| line.axis == axis).map(|line| line.at)
}

/// A panel with its place and its axes.
pub(crate) struct Plot<'a> {
    panel: &'a Panel,
    frame: Frame,
    x: Ruler,
    y: Ruler,
}

impl<'a> Plot<'a> {
    pub(crate) fn new(panel: &'a Panel, frame: Frame) -> Self {
        let (x, y) = (horizontal(panel, (frame.left, frame.right)), vertical(panel, (frame.bottom, frame.top)));
        Self { panel, frame, x, y }
    }

    pub(crate) fn draw(&self, sketch: &mut Canvas) {
        for region in &self.panel.regions {
            if let Some(place) = self.place(region) {
                hatch(sketch, place);
            }
        }
        self.axes(sketch);
        self.panel.series.iter().for_each(|series| self.spread(sketch, series));
        self.panel.lines.iter().for_each(|line| self.reference(sketch, line));
        self.panel.series.iter().for_each(|series| self.curve(sketch, series));
        let (near, far) = ((self.frame.left, self.frame.top), (self.frame.right, self.frame.bottom));
        sketch.frame(pixel(near), pixel(far), FRAME);
        self.labels(sketch);
    }

    /// Grid, tick marks and tick labels.
    fn axes(&self, sketch: &mut Canvas) {
        let Frame { left, top, right, bottom } = self.frame;
        let (ticks, minor) = self.x.ticks(|label| f64::from(SMALL.width(label)) + 20.0);
        for x in minor {
            sketch.path(vec![(x, bottom), (x, bottom + 2.0)], FRAME, 1.0);
        }
        for tick in ticks {
            sketch.path(vec![(tick.at, top), (tick.at, bottom)], GRID, 1.0);
            sketch.path(vec![(tick.at, bottom), (tick.at, bottom + f64::from(TICK))], FRAME, 1.0);
            let at = (tick.at.round() as i32, bottom as i32 + TICK + 1 + SMALL.line() / 2);
            sketch.text(at, SMALL, INK, HPos::Center, tick.label);
        }
        let (_, minor) = self.y.ticks(|_| 0.0);
        for y in minor {
            sketch.path(vec![(left, y), (left - 2.0, y)], FRAME, 1.0);
        }
        for tick in upright_ticks(&self.y) {
            sketch.path(vec![(left, tick.at), (right, tick.at)], GRID, 1.0);
            sketch.path(vec![(left, tick.at), (left - f64::from(TICK), tick.at)], FRAME, 1.0);
            sketch.text((left as i32 - TICK - 3, tick.at.round() as i32), SMALL, INK, HPos::Right, tick.label);
        }
    }

    fn spread(&self, sketch: &mut Canvas, series: &Series) {
        let color = color(series.color);
        let runs =
            runs(series.spread.ranges(), |&(x, low, high)| Some((self.x.at(x)?, self.y.at(low)?, self.y.at(high)?)));
        match series.spread {
            Spread::None => {}
            Spread::Band(_) => {
                for run in runs {
                    let upper = run.iter().map(|&(x, _, high)| (x, high));
                    let lower = run.iter().rev().map(|&(x, low, _)| (x, low));
                    let outline = self.frame.polygon(upper.chain(lower).collect());
                    if outline.len() > 2 {
                        sketch.area(outline, color, BAND);
                    }
                }
            }
            Spread::Whiskers(_) => {
                for (x, low, high) in runs.into_iter().flatten() {
                    for part in self.frame.line(&[(x, low), (x, high)]) {
                        sketch.path(part, color, REFERENCE);
                    }
                    for y in [low, high] {
                        for part in self.frame.line(&[(x - 4.0, y), (x + 4.0, y)]) {
                            sketch.path(part, color, REFERENCE);
                        }
                    }
                }
            }
        }
    }

    fn reference(&self, sketch: &mut Canvas, line: &Line) {
        for part in self.frame.line(&self.across(line)) {
            stroke(sketch, &part, line.stroke, INK, REFERENCE);
        }
    }

    /// The ends of a reference line; none if it has no place.
    fn across(&self, line: &Line) -> Vec<Spot> {
        let Frame { left, top, right, bottom } = self.frame;
        match line.axis {
            Axis::X => self.x.at(line.at).map_or_else(Vec::new, |x| vec![(x, bottom), (x, top)]),
            Axis::Y => self.y.at(line.at).map_or_else(Vec::new, |y| vec![(left, y), (right, y)]),
        }
    }

    /// The lines of a series between values that have no place.
    fn runs(&self, series: &Series) -> Vec<Vec<Spot>> {
        runs(&series.points, |&(x, y)| Some((self.x.at(x)?, self.y.at(y)?)))
    }

    fn curve(&self, sketch: &mut Canvas, series: &Series) {
        let color = color(series.color);
        for run in self.runs(series) {
            if series.stroke != Stroke::None {
                for part in self.frame.line(&run) {
                    stroke(sketch, &part, series.stroke, color, CURVE);
                }
            }
            for &spot in run.iter().filter(|&&spot| self.frame.holds(spot)) {
                marker(sketch, spot, series.marker, color);
            }
        }
    }

    /// The part of the panel that a region covers.
    fn place(&self, region: &Region) -> Option<Frame> {
        let Frame { left, top, right, bottom } = self.frame;
        let at = |ruler: &Ruler, value: f64, (low, high): (f64, f64)| {
            let end = if value == f64::INFINITY { high } else { low };
            (!value.is_nan()).then(|| ruler.at(value).unwrap_or(end).clamp(low.min(high), low.max(high)))
        };
        let place = match region.axis {
            Axis::X => {
                let ends = (left, right);
                Frame { left: at(&self.x, region.from, ends)?, right: at(&self.x, region.to, ends)?, ..self.frame }
            }
            Axis::Y => {
                let ends = (bottom, top);
                Frame { bottom: at(&self.y, region.from, ends)?, top: at(&self.y, region.to, ends)?, ..self.frame }
            }
        };
        (place.right - place.left > 0.5 && place.bottom - place.top > 0.5).then_some(place)
    }

    /// The labels inside, each where it hides least.
    fn labels(&self, sketch: &mut Canvas) {
        let mut taken: Vec<Spot> = self.panel.series.iter().flat_map(|s| self.runs(s)).flat_map(|r| fine(&r)).collect();
        for line in &self.panel.lines {
            taken.extend(self.frame.line(&self.across(line)).iter().flat_map(|part| fine(part)));
        }
        let lines = self.panel.lines.iter().filter(|line| line.place == LabelPlace::Inside).map(|line| {
            let spots = self.across(line);
            let seen = spots.iter().all(|&spot| self.frame.holds(spot)) && !spots.is_empty();
            (&line.label, seen.then(|| beside(line.axis, spots[0], self.frame)))
        });
        let regions = self.panel.regions.iter().filter(|region| region.place == LabelPlace::Inside).map(|region| {
            let anchors = self.place(region).map(|place| {
                let middle = 0.5 * (place.left + place.right);
                let heights = [place.top + 14.0, 0.5 * (place.top + place.bottom), place.bottom - 14.0];
                heights.map(|y| ((middle, y), (0.0, 0.0))).to_vec()
            });
            (&region.label, anchors)
        });
        for (label, anchors) in lines.chain(regions).filter(|(label, _)| !label.is_empty()) {
            let Some(anchors) = anchors else { continue };
            let label = SMALL.shorten(label, (self.frame.right - self.frame.left - 2.0 * NEAR) as i32);
            let half = (0.5 * f64::from(SMALL.width(&label)) + 2.0, 0.5 * f64::from(SMALL.line()));
            let boxes = anchors.into_iter().map(|((x, y), (right, down))| {
                let x = x + right * (half.0 + NEAR);
                let y = y + down * (half.1 + NEAR);
                let Frame { left, top, right, bottom } = self.frame;
                (x.clamp(left + half.0, right - half.0), y.clamp(top + half.1, bottom - half.1))
            });
            let hidden = |&(x, y): &Spot| {
                taken.iter().filter(|spot| (spot.0 - x).abs() < half.0 && (spot.1 - y).abs() < half.1).count()
            };
            let Some((x, y)) = boxes.min_by_key(hidden) else { continue };
            let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
            let outline: Vec<Spot> = corners.iter().map(|&(a, b)| (x + a * half.0, y + b * half.1)).collect();
            taken.extend(fine(&outline));
            taken.push((x, y));
            sketch.area(outline, PAPER, 0.85);
            sketch.text(pixel((x, y)), SMALL, MUTED, HPos::Center, label);
        }
    }
}

/// Where a label may stand next to a reference line: a place, and to which side of it the text extends.
fn beside(axis: Axis, (x, y): Spot, frame: Frame) -> Vec<(Spot, (f64, f64))> {
    let (middle, center) = (0.5 * (frame.left + frame.right), 0.5 * (frame.top + frame.bottom));
    match axis {
        Axis::Y => [-1.0, 1.0]
            .into_iter()
            .flat_map(|side| {
                [((frame.right, y), (-1.0, side)), ((frame.left, y), (1.0, side)), ((middle, y), (0.0, side))]
            })
            .collect(),
        Axis::X => [1.0, -1.0]
            .into_iter()
            .flat_map(|side| {
                [((x, frame.top), (side, 1.0)), ((x, frame.bottom), (side, -1.0)), ((x, center), (side, 0.0))]
            })
            .collect(),
    }
}

/// Cuts a list where `place` finds none.
fn runs<T, U>(values: &[T], place: impl Fn(&T) -> Option<U>) -> Vec<Vec<U>> {
    let mut runs = vec![Vec::new()];
    for value in values {
        match (place(value), runs.last_mut()) {
            (Some(spot), Some(run)) => run.push(spot),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Spots along a line, a few pixels apart.
fn fine(spots: &[Spot]) -> Vec<Spot> {
    let between = |pair: &[Spot]| -> Vec<Spot> {
        let (a, b) = (pair[0], pair[1]);
        let count = ((b.0 - a.0).hypot(b.1 - a.1) / 4.0).ceil().clamp(1.0, 1000.0);
        let at = |t: f64| (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
        (0..=count as u32).map(|k| at(f64::from(k) / count)).collect()
    };
    spots.windows(2).flat_map(between).collect()
}

fn pixel((x, y): Spot) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

/// A line in its pattern.
pub(crate) fn stroke(sketch: &mut Canvas, spots: &[Spot], stroke: Stroke, color: RGBColor, width: f64) {
    for part in dashes(spots, stroke.pattern()) {
        sketch.path(part, color, width);
    }
}

/// A marker with a thin light edge, so that it stands out from its line.
pub(crate) fn marker(sketch: &mut Canvas, (x, y): Spot, marker: Marker, color: RGBColor) {
    for (size, color) in [(5.2, PAPER), (4.2, color)] {
        let corners: Vec<Spot> = match marker {
            Marker::None => return,
            Marker::Disc => (0..24)
                .map(|k| (f64::from(k) * std::f64::consts::TAU / 24.0).sin_cos())
                .map(|(sin, cos)| (size * cos, size * sin))
                .collect(),
            Marker::Square => {
                [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)].map(|(a, b)| (a * size, b * size)).into()
            }
            Marker::Diamond => {
                [(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)].map(|(a, b)| (a * size, b * size)).into()
            }
            Marker::Triangle => [(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)].map(|(a, b)| (a * size, b * size)).into(),
        };
        sketch.area(corners.into_iter().map(|(a, b)| (x + a, y + b)).collect(), color, 1.0);
    }
}

/// Slanted lines over a part of the page.
pub(crate) fn hatch(sketch: &mut Canvas, place: Frame) {
    let (width, height) = (place.right - place.left, place.bottom - place.top);
    let count = ((width + height) / HATCHING) as i32;
    for k in (1..=count).map(|k| f64::from(k) * HATCHING) {
        for part in place.line(&[(place.left, place.top + k), (place.left + k, place.top)]) {
            sketch.path(part, HATCH, 1.0);
        }
    }
    let corners =
        [(place.left, place.top), (place.right, place.top), (place.right, place.bottom), (place.left, place.bottom)];
    sketch.path(corners.into_iter().chain([corners[0]]).collect(), HATCH, 1.0);
}
