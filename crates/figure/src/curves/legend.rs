//! The legend below all panels: an entry for each name.

use plotters::style::text_anchor::HPos;

use super::panel::{BAND, CURVE, REFERENCE, hatch, marker, stroke};
use super::{LabelPlace, Line, Panel, Region, Series, Spread, Stroke, color};
use crate::path::Frame;
use crate::sketch::Canvas;
use crate::style::{INK, MARGIN, SMALL, WIDTH};

/// Width of the sample next to a name.
const SAMPLE: i32 = 36;
/// Height of a row.
const ROW: i32 = 22;
/// Space between entries.
const APART: i32 = 26;

enum Entry<'a> {
    Series(&'a Series),
    Line(&'a Line),
    Region(&'a Region),
}

impl Entry<'_> {
    fn label(&self) -> &str {
        match self {
            Self::Series(series) => &series.label,
            Self::Line(line) => &line.label,
            Self::Region(region) => &region.label,
        }
    }

    fn sample(&self, sketch: &mut Canvas, (left, middle): (i32, i32)) {
        let (from, to, y) = (f64::from(left), f64::from(left + SAMPLE), f64::from(middle));
        let line = [(from, y), (to, y)];
        let swatch = Frame { left: from, top: y - 7.0, right: to, bottom: y + 7.0 };
        match self {
            Self::Series(series) => {
                let color = color(series.color);
                match series.spread {
                    Spread::None => {}
                    Spread::Band(_) => {
                        let corners = [
                            (swatch.left, swatch.top),
                            (swatch.right, swatch.top),
                            (swatch.right, swatch.bottom),
                            (swatch.left, swatch.bottom),
                        ];
                        sketch.area(corners.to_vec(), color, BAND);
                    }
                    Spread::Whiskers(_) => {
                        let x = 0.5 * (from + to);
                        sketch.path(vec![(x, swatch.top), (x, swatch.bottom)], color, REFERENCE);
                        for end in [swatch.top, swatch.bottom] {
                            sketch.path(vec![(x - 4.0, end), (x + 4.0, end)], color, REFERENCE);
                        }
                    }
                }
                if series.stroke != Stroke::None {
                    stroke(sketch, &line, series.stroke, color, CURVE);
                }
                marker(sketch, (0.5 * (from + to), y), series.marker, color);
            }
            Self::Line(reference) => stroke(sketch, &line, reference.stroke, INK, REFERENCE),
            Self::Region(_) => hatch(sketch, swatch),
        }
    }
}

/// Draws the legend of these panels below `top`; gives the height below it.
pub(crate) fn draw(sketch: &mut Canvas, top: i32, panels: &[Panel]) -> i32 {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let series = panels.iter().flat_map(|panel| panel.series.iter().map(Entry::Series));
    let lines =
        panels.iter().flat_map(|panel| panel.lines.iter().filter(|l| l.place == LabelPlace::Legend).map(Entry::Line));
    let regions = panels
        .iter()
        .flat_map(|panel| panel.regions.iter().filter(|r| r.place == LabelPlace::Legend).map(Entry::Region));
    for entry in series.chain(lines).chain(regions) {
        if !entry.label().is_empty() && !entries.iter().any(|known| known.label() == entry.label()) {
            entries.push(entry);
        }
    }
    let (mut x, mut y) = (MARGIN, top);
    for entry in &entries {
        let label = SMALL.shorten(entry.label(), WIDTH - 2 * MARGIN - SAMPLE - 8);
        let width = SAMPLE + 8 + SMALL.width(&label);
        if x > MARGIN && x + width > WIDTH - MARGIN {
            (x, y) = (MARGIN, y + ROW);
        }
        entry.sample(sketch, (x, y + ROW / 2));
        sketch.text((x + SAMPLE + 8, y + ROW / 2), SMALL, INK, HPos::Left, label);
        x += width + APART;
    }
    if entries.is_empty() { top } else { y + ROW }
}
