//! The strip plot: panels with a row for each method, values as dots on one logarithmic axis, the largest one named.

use plotters::style::text_anchor::HPos;

use crate::FigureError;
use crate::axis::power;
use crate::sketch::{Canvas, Point};
use crate::style::{
    BAND, BLUE, BODY, FRAME, GREEN, GRID, HEADING, INK, MARGIN, PAPER, SMALL, STRESSED, VERMILION, WIDTH,
};

/// What one figure shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strip {
    /// The title.
    pub title: String,
    /// What the values are, in one line.
    pub statement: String,
    /// Several sentences, set below the plot.
    pub caption: String,
    /// The label of the axis, with its unit.
    pub axis: String,
    /// What a dot, a ring and a diamond are.
    pub legend: [String; 3],
    /// From top to bottom.
    pub panels: Vec<StripPanel>,
}

/// Rows under one heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StripPanel {
    /// The heading.
    pub title: String,
    /// From top to bottom.
    pub rows: Vec<StripRow>,
}

/// Values of one method.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StripRow {
    /// Its name.
    pub label: String,
    /// All values.
    pub dots: Vec<Dot>,
    /// The largest one, and what is written next to it.
    pub worst: Option<(f64, String)>,
}

/// A value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// Above 0; what is below the axis is drawn at its end.
    pub value: f64,
    /// Drawn as a ring.
    pub hollow: bool,
}

/// Height of a row.
const ROW: i32 = 26;
/// Width of the column of names.
const NAMES: i32 = 210;
/// Width kept free for what is written next to the largest value.
const NOTES: i32 = 230;
/// Decades of the axis.
const FROM: i32 = -9;
const TO: i32 = 1;

impl Strip {
    /// Draws the figure as an SVG document, 1200 units wide and as high as its text and rows need.
    ///
    /// # Errors
    /// If the drawing backend fails; no input makes it fail.
    pub fn svg(&self) -> Result<String, FigureError> {
        let mut sketch = Canvas::default();
        let (left, right) = (MARGIN + NAMES, WIDTH - MARGIN - NOTES);
        let mut y = sketch.heading(&self.title, &self.statement) + 10;
        y = self.legend(&mut sketch, y) + 8;
        for panel in &self.panels {
            sketch.block((MARGIN, y), (WIDTH - MARGIN, y + 24), BAND);
            sketch.text((MARGIN + 8, y + 12), HEADING, INK, HPos::Left, &panel.title);
            y += 30;
            let bottom = y + ROW * panel.rows.len() as i32;
            for decade in FROM..=TO {
                let x = pixel(10_f64.powi(decade), left, right);
                sketch.line([(x, y), (x, bottom)], GRID, 1);
            }
            for row in &panel.rows {
                row.draw(&mut sketch, y + ROW / 2, (left, right));
                y += ROW;
            }
            sketch.frame((left, bottom - ROW * panel.rows.len() as i32), (right, bottom), FRAME);
            y += 10;
        }
        for decade in FROM..=TO {
            let at = (pixel(10_f64.powi(decade), left, right), y + 2);
            sketch.text(at, SMALL, INK, HPos::Center, power(decade, 1));
        }
        y += 14;
        let axis = BODY.wrap(&self.axis, right - left);
        y = sketch.lines(((left + right) / 2, y), BODY, INK, HPos::Center, &axis) + 12;
        let caption = BODY.wrap(&self.caption, WIDTH - 2 * MARGIN);
        y = sketch.lines((MARGIN, y), BODY, INK, HPos::Left, &caption) + MARGIN;
        sketch.svg(WIDTH.unsigned_abs(), y.unsigned_abs())
    }

    fn legend(&self, sketch: &mut Canvas, top: i32) -> i32 {
        let mut at = (MARGIN + 8, top + 8);
        for (text, mark) in self.legend.iter().zip([dot as fn(&mut Canvas, Point), ring, diamond]) {
            mark(sketch, at);
            sketch.text((at.0 + 14, at.1), SMALL, INK, HPos::Left, text);
            at.0 += SMALL.width(text) + 46;
        }
        top + 18
    }
}

impl StripRow {
    fn draw(&self, sketch: &mut Canvas, y: i32, (left, right): (i32, i32)) {
        sketch.text((MARGIN + 8, y), BODY, INK, HPos::Left, &self.label);
        for each in self.dots.iter().filter(|each| !each.hollow) {
            dot(sketch, (pixel(each.value, left, right), y));
        }
        for each in self.dots.iter().filter(|each| each.hollow) {
            ring(sketch, (pixel(each.value, left, right), y));
        }
        if let Some((value, says)) = &self.worst {
            let x = pixel(*value, left, right);
            diamond(sketch, (x, y));
            sketch.text((x + 12, y), STRESSED, INK, HPos::Left, says);
        }
    }
}

/// The pixel of a value, at an end of the axis where it lies beyond.
fn pixel(value: f64, left: i32, right: i32) -> i32 {
    let log = if value > 0.0 { value.log10() } else { f64::from(FROM) };
    let share = (log.clamp(f64::from(FROM), f64::from(TO)) - f64::from(FROM)) / f64::from(TO - FROM);
    left + (share * f64::from(right - left)).round() as i32
}

fn dot(sketch: &mut Canvas, at: Point) {
    sketch.disc(at, 4, PAPER);
    sketch.disc(at, 3, BLUE);
}

fn ring(sketch: &mut Canvas, at: Point) {
    sketch.disc(at, 6, GREEN);
    sketch.disc(at, 4, PAPER);
}

fn diamond(sketch: &mut Canvas, (x, y): Point) {
    sketch.fill([(x - 8, y), (x, y - 8), (x + 8, y), (x, y + 8)], INK);
    sketch.fill([(x - 6, y), (x, y - 6), (x + 6, y), (x, y + 6)], VERMILION);
}
