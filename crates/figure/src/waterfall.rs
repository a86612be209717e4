//! Waterfalls: a proof from what is measured to its bound, each step a bar as long as what it loses, on a logarithmic axis.

use crate::FigureError;
use crate::axis::number;
use crate::scale::{Ruler, Scale};
use crate::sketch::Canvas;
use crate::style::{
    ALARM, BAND, BLUE, BODY, FRAME, GRID, HEADING, INK, MARGIN, MUTED, SMALL, STRESSED, VERMILION, WIDTH,
};
use plotters::style::text_anchor::HPos;

/// A figure: proofs one below the other on one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waterfall {
    /// The title.
    pub title: String,
    /// What the figure is about, below the title.
    pub statement: String,
    /// Several sentences below the axis.
    pub caption: String,
    /// Its proofs.
    pub proofs: Vec<Proof>,
}

/// One proof.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proof {
    /// For example `printed, on tiny`.
    pub heading: String,
    /// What is measured.
    pub measured: String,
    /// Its lines.
    pub steps: Vec<Fall>,
}

/// One line of a proof.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fall {
    /// In symbols.
    pub formula: String,
    /// Why it is at least the line before.
    pub by: String,
    /// The line over the one before: its median over draws. Below 1 the step goes back.
    pub ratio: f64,
    /// What is wrong with it; empty when nothing is.
    pub broken: String,
}

/// Where the bars' axis begins and ends.
const LEFT: i32 = 520;
const RIGHT: i32 = 1080;
/// Height of a bar.
const BAR: i32 = 14;

impl Waterfall {
    /// Draws the figure as an SVG document, 1200 units wide and as high as it needs.
    ///
    /// # Errors
    /// If the drawing backend fails; no input makes it fail.
    pub fn svg(&self) -> Result<String, FigureError> {
        let mut sketch = Canvas::default();
        let inner = WIDTH - 2 * MARGIN;
        let mut y = sketch.heading(&self.title, &self.statement) + 10;

        let levels = self.proofs.iter().flat_map(|proof| levels(&proof.steps)).chain([1.0, 3.0]);
        let ruler = Ruler::new(&Scale::log(""), levels, (f64::from(LEFT), f64::from(RIGHT)));
        let (ticks, _) = ruler.ticks(|label| f64::from(SMALL.width(label)) + 20.0);
        let top = y;
        let heights: Vec<i32> = self.proofs.iter().map(Proof::height).collect();
        let bottom = top + heights.iter().sum::<i32>();
        for tick in &ticks {
            let x = tick.at.round() as i32;
            sketch.line([(x, top), (x, bottom)], GRID, 1);
            sketch.text((x, bottom + 12), SMALL, INK, HPos::Center, &tick.label);
        }
        for (proof, height) in self.proofs.iter().zip(heights) {
            proof.draw(&mut sketch, y, &ruler);
            y += height;
        }
        sketch.line([(LEFT, bottom), (RIGHT, bottom)], FRAME, 1);
        sketch.text(((LEFT + RIGHT) / 2, bottom + 30), SMALL, INK, HPos::Center, "times what was measured");
        y = bottom + 50;
        y = sketch.lines((MARGIN, y), BODY, INK, HPos::Left, &BODY.wrap(&self.caption, inner)) + MARGIN;
        sketch.svg(WIDTH.unsigned_abs(), y.unsigned_abs())
    }
}

/// The height of each line of a proof, in units of what was measured; 1 for that itself.
fn levels(steps: &[Fall]) -> Vec<f64> {
    let mut level = 1.0;
    let climb = steps.iter().map(|step| {
        level *= step.ratio;
        level
    });
    std::iter::once(1.0).chain(climb).collect()
}

impl Fall {
    fn texts(&self) -> (Vec<String>, Vec<String>) {
        let room = LEFT - MARGIN - 16;
        (BODY.wrap(&self.formula, room), SMALL.wrap(&self.by, room))
    }

    fn height(&self) -> i32 {
        let (formula, by) = self.texts();
        formula.len() as i32 * BODY.line() + by.len() as i32 * SMALL.line() + 10
    }
}

impl Proof {
    fn height(&self) -> i32 {
        HEADING.line() + 8 + BODY.line() + 10 + self.steps.iter().map(Fall::height).sum::<i32>() + 10
    }

    fn draw(&self, sketch: &mut Canvas, top: i32, ruler: &Ruler) {
        let mut y = top;
        sketch.block((MARGIN, y), (WIDTH - MARGIN, y + HEADING.line() + 4), BAND);
        let heading = HEADING.shorten(&self.heading, WIDTH - 2 * MARGIN - 20);
        sketch.text((MARGIN + 8, y + HEADING.line() / 2 + 2), HEADING, INK, HPos::Left, heading);
        y += HEADING.line() + 8;

        let pixel = |level: f64| ruler.at(level).map_or(LEFT, |x| x.round() as i32).clamp(LEFT, RIGHT);
        let mut here = pixel(1.0);
        let middle = y + BODY.line() / 2;
        sketch.text((MARGIN, middle), BODY, INK, HPos::Left, BODY.shorten(&self.measured, LEFT - MARGIN - 16));
        sketch.disc((here, middle), 5, INK);
        sketch.text((here + 12, middle), SMALL, MUTED, HPos::Left, "measured");
        y += BODY.line() + 10;

        let levels = levels(&self.steps);
        for (step, level) in self.steps.iter().zip(&levels[1..]) {
            let (formula, by) = step.texts();
            let below = sketch.lines((MARGIN, y), BODY, INK, HPos::Left, &formula);
            sketch.lines((MARGIN, below), SMALL, MUTED, HPos::Left, &by);
            let middle = y + BODY.line() / 2;
            let there = pixel(*level);
            let (color, face) = if step.broken.is_empty() { (BLUE, SMALL) } else { (VERMILION, STRESSED) };
            // From the bar before, so that the eye can follow.
            sketch.line([(here, middle - BAR / 2 - 10), (here, middle + BAR / 2)], FRAME, 1);
            let (left, right) = (here.min(there), here.max(there));
            sketch.block((left, middle - BAR / 2), (right.max(left + 2), middle + BAR / 2), color);
            // Rounding is no loss.
            let lost = if (step.ratio - 1.0).abs() < 5e-4 { "1".into() } else { number(step.ratio) };
            let says = format!("×{lost}");
            let ink = if step.broken.is_empty() { INK } else { ALARM };
            let beside = right + 8 + face.width(&says);
            if beside <= WIDTH - MARGIN {
                sketch.text((right + 8, middle), face, ink, HPos::Left, says);
            } else {
                sketch.text((left - 8, middle), face, ink, HPos::Right, says);
            }
            if !step.broken.is_empty() {
                let note = STRESSED.shorten(&step.broken, WIDTH - MARGIN - LEFT);
                sketch.text((LEFT, middle + BAR / 2 + SMALL.line() / 2 + 2), STRESSED, ALARM, HPos::Left, note);
            }
            here = there;
            y += step.height();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(ratios: &[f64]) -> Proof {
        let step = |(k, &ratio): (usize, &f64)| Fall {
            formula: format!("line {k}"),
            by: format!("reason {k}"),
            ratio,
            broken: if ratio < 1.0 { format!("broken {k}") } else { String::new() },
        };
        Proof { heading: "printed".into(), measured: "φ".into(), steps: ratios.iter().enumerate().map(step).collect() }
    }

    #[test]
    fn every_line_reason_and_fault_is_shown() {
        let figure = Waterfall {
            title: "T".into(),
            statement: "S".into(),
            caption: "C".into(),
            proofs: vec![proof(&[2.0, 0.5, 30.0]), proof(&[1.0])],
        };
        let svg = figure.svg().unwrap();
        for text in ["line 0", "line 2", "reason 1", "broken 1", "×2.000", "×0.500", "×30.0", "measured"] {
            assert!(svg.contains(text), "{text}");
        }
        assert_eq!(levels(&proof(&[2.0, 0.5, 30.0]).steps), [1.0, 2.0, 1.0, 30.0]);
        assert_eq!(svg, figure.svg().unwrap());
    }

    #[test]
    fn no_input_panics() {
        for ratios in [&[][..], &[0.0, f64::NAN, f64::INFINITY, -1.0], &[1e300, 1e300, 1e-300]] {
            Waterfall { proofs: vec![proof(ratios)], ..Waterfall::default() }.svg().unwrap();
        }
        Waterfall::default().svg().unwrap();
    }
}
