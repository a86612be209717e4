//! The heat map: panels of cells with numbers, coloured on one logarithmic axis; the worst cell of each column is framed.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use crate::FigureError;
use crate::axis::power;
use crate::sketch::{Canvas, Point};
use crate::style::{BAND, BODY, FRAME, HEADING, INK, MARGIN, PAPER, SMALL, STRESSED, VERMILION, WIDTH};

/// What one figure shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// The title.
    pub title: String,
    /// What the values are, in one line.
    pub statement: String,
    /// Several sentences, set below the panels.
    pub caption: String,
    /// The names of the columns of every panel.
    pub columns: Vec<String>,
    /// What the colours mean.
    pub axis: String,
    /// What a frame means.
    pub legend: String,
    /// Two in a row.
    pub panels: Vec<HeatPanel>,
}

/// Cells under one heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatPanel {
    /// The heading.
    pub title: String,
    /// From top to bottom.
    pub rows: Vec<HeatRow>,
}

/// The cells of one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatRow {
    /// Its name.
    pub label: String,
    /// One for each column.
    pub cells: Vec<HeatCell>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatCell {
    /// What the colour says.
    pub value: f64,
    /// What is written.
    pub text: String,
    /// Framed.
    pub marked: bool,
}

/// Height of a row.
const ROW: i32 = 22;
/// Width of the column of names.
const NAMES: i32 = 122;
/// Between panels.
const GAP: i32 = 20;
/// Decades of the axis.
const FROM: i32 = -4;
const TO: i32 = 1;
/// From good to bad: one hue that becomes darker, so that it can be told without colour.
const COLOURS: [RGBColor; 5] = [
    RGBColor(247, 251, 255),
    RGBColor(198, 219, 239),
    RGBColor(107, 174, 214),
    RGBColor(33, 113, 181),
    RGBColor(8, 48, 107),
];

impl Map {
    /// Draws the figure as an SVG document, 1200 units wide and as high as its text and rows need.
    ///
    /// # Errors
    /// If the drawing backend fails; no input makes it fail.
    pub fn svg(&self) -> Result<String, FigureError> {
        let mut sketch = Canvas::default();
        let width = (WIDTH - 2 * MARGIN - GAP) / 2;
        let mut y = sketch.heading(&self.title, &self.statement) + 12;
        y = self.key(&mut sketch, y) + 14;
        for pair in self.panels.chunks(2) {
            let bottoms = pair.iter().zip([MARGIN, MARGIN + width + GAP]);
            y = bottoms.map(|(panel, left)| self.panel(&mut sketch, panel, (left, y), width)).max().unwrap_or(y) + GAP;
        }
        let caption = BODY.wrap(&self.caption, WIDTH - 2 * MARGIN);
        y = sketch.lines((MARGIN, y), BODY, INK, HPos::Left, &caption) + MARGIN;
        sketch.svg(WIDTH.unsigned_abs(), y.unsigned_abs())
    }

    /// What the colours mean; gives the height below it.
    fn key(&self, sketch: &mut Canvas, top: i32) -> i32 {
        sketch.text((MARGIN, top + 8), SMALL, INK, HPos::Left, &self.axis);
        let left = MARGIN + SMALL.width(&self.axis) + 16;
        let step = 56;
        for decade in FROM..=TO {
            let x = left + (decade - FROM) * step;
            sketch.block((x, top), (x + step, top + 16), colour(10_f64.powi(decade)));
            sketch.text((x + step / 2, top + 26), SMALL, INK, HPos::Center, power(decade, 1));
        }
        let right = left + (TO - FROM + 1) * step;
        sketch.frame((left, top), (right, top + 16), FRAME);
        mark(sketch, (right + 28, top), (right + 28 + 36, top + 16));
        sketch.text((right + 72, top + 8), SMALL, INK, HPos::Left, &self.legend);
        top + 34
    }

    fn panel(&self, sketch: &mut Canvas, panel: &HeatPanel, (left, top): Point, width: i32) -> i32 {
        sketch.block((left, top), (left + width, top + 24), BAND);
        sketch.text((left + 8, top + 12), HEADING, INK, HPos::Left, &panel.title);
        let head = self.columns.iter().map(|name| SMALL.width(name)).max().unwrap_or(0);
        let (first, cells) = (top + 32 + head + 6, left + NAMES);
        let cell = (width - NAMES) / (self.columns.len().max(1) as i32);
        for (k, name) in (0..).zip(&self.columns) {
            let middle = (cells + k * cell + cell / 2, first - 6 - SMALL.width(name) / 2);
            sketch.upright(middle, SMALL, INK, name);
        }
        let place = |at: usize, k: usize| {
            let corner = (cells + k as i32 * cell, first + at as i32 * ROW);
            (corner, (corner.0 + cell, corner.1 + ROW))
        };
        for (at, row) in panel.rows.iter().enumerate() {
            let middle = first + at as i32 * ROW + ROW / 2;
            sketch.text((cells - 8, middle), SMALL, INK, HPos::Right, SMALL.shorten(&row.label, NAMES - 10));
            for (k, held) in row.cells.iter().enumerate() {
                let ((x, top), corner) = place(at, k);
                sketch.block((x, top), corner, colour(held.value));
                let face = if held.marked { STRESSED } else { SMALL };
                sketch.text((x + cell / 2, middle), face, ink(held.value), HPos::Center, &held.text);
            }
        }
        // Frames over cells, so that no neighbour hides one.
        for (at, row) in panel.rows.iter().enumerate() {
            for k in (0..row.cells.len()).filter(|&k| row.cells[k].marked) {
                let (corner, opposite) = place(at, k);
                mark(sketch, corner, opposite);
            }
        }
        first + panel.rows.len() as i32 * ROW
    }
}

/// A frame that is seen on dark and on light.
fn mark(sketch: &mut Canvas, (left, top): Point, (right, bottom): Point) {
    let around = |inset: i32| {
        let (l, t, r, b) = (left + inset, top + inset, right - inset, bottom - inset);
        [(l, t), (r, t), (r, b), (l, b), (l, t)]
    };
    sketch.line(around(3), PAPER, 1);
    sketch.line(around(1), VERMILION, 3);
}

/// Where a value is between the ends of the axis, from 0 to 1; beyond them at an end.
fn share(value: f64) -> f64 {
    let log = if value > 0.0 { value.log10() } else { f64::from(FROM) };
    (log.clamp(f64::from(FROM), f64::from(TO)) - f64::from(FROM)) / f64::from(TO - FROM)
}

fn colour(value: f64) -> RGBColor {
    let at = share(value) * (COLOURS.len() - 1) as f64;
    let low = (at as usize).min(COLOURS.len() - 2);
    let part = at - low as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
    let (a, b) = (COLOURS[low], COLOURS[low + 1]);
    RGBColor(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// Black or white, whichever can be read better on the colour of a value: the contrast is then at least 4.58 by WCAG 2.
fn ink(value: f64) -> RGBColor {
    // Where black and white have the same contrast.
    if luminance(colour(value)) < 0.179 { PAPER } else { RGBColor(0, 0, 0) }
}

/// Relative luminance, of WCAG 2.
fn luminance(RGBColor(r, g, b): RGBColor) -> f64 {
    let linear = |x: u8| {
        let x = f64::from(x) / 255.0;
        if x <= 0.03928 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn darker_is_worse_and_every_number_can_be_read() {
        let values: Vec<f64> = (-80..30).map(|tenths| 10_f64.powf(f64::from(tenths) / 10.0)).collect();
        assert!(values.windows(2).all(|pair| luminance(colour(pair[1])) <= luminance(colour(pair[0]))));
        for value in values.into_iter().chain([0.0, f64::INFINITY]) {
            let (a, b) = (luminance(colour(value)), luminance(ink(value)));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 4.5, "{value:e}: {contrast}");
        }
    }

    #[test]
    fn a_map_has_all_its_numbers() {
        let cell = |text: &str, marked| HeatCell { value: 1e-3, text: text.into(), marked };
        let row = HeatRow { label: "silent".into(), cells: vec![cell("1e-3", true), cell("2e-3", false)] };
        let map = Map {
            columns: vec!["krum".into(), "median".into()],
            panels: vec![HeatPanel { title: "a panel".into(), rows: vec![row] }; 3],
            ..Map::default()
        };
        let svg = map.svg().unwrap();
        assert_eq!(
            (svg.matches("1e-3").count(), svg.matches("2e-3").count(), svg.matches("median").count()),
            (3, 3, 3)
        );
        assert!(Map::default().svg().is_ok());
    }
}
