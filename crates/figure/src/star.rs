//! The star: one center, nodes around it below, and what goes to and fro between them.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use crate::FigureError;
use crate::sketch::{Canvas, Point};
use crate::style::{BAND, BLUE, BODY, BROKEN, HEADING, INK, MARGIN, MUTED, SMALL, TITLE, VERMILION, WIDTH};

/// What the picture shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Star {
    /// The name of the center, and what it does, a line each.
    pub center: Vec<String>,
    /// From left to right.
    pub nodes: Vec<StarNode>,
    /// The text next to the arrows, a line each: on the left what goes down, on the right what comes up.
    pub sides: [Vec<String>; 2],
}

/// A node below the center.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StarNode {
    /// Its name, and what it has and sends, a line each.
    pub lines: Vec<String>,
    /// Drawn in the colour of a fault.
    pub faulty: bool,
}

/// Height of the box of the center.
const CENTER: i32 = 96;
/// Width of the box of the center.
const BREADTH: i32 = 420;
/// Height of the space with the arrows.
const SPACE: i32 = 150;
/// Height of the box of a node.
const NODE: i32 = 84;
/// Space between nodes.
const GAP: i32 = 16;

impl Star {
    /// Draws the picture as an SVG document, 1200 units wide.
    ///
    /// # Errors
    /// If the drawing backend fails; no input makes it fail.
    pub fn svg(&self) -> Result<String, FigureError> {
        let mut sketch = Canvas::default();
        let middle = WIDTH / 2;
        let foot = MARGIN + CENTER;
        let top = foot + SPACE;
        let count = i32::try_from(self.nodes.len().max(1)).unwrap_or(i32::MAX);
        let wide = (WIDTH - 2 * MARGIN - GAP * (count - 1)) / count;
        for (node, i) in self.nodes.iter().zip(0..) {
            let left = MARGIN + i * (wide + GAP);
            let (x, color) = (left + wide / 2, if node.faulty { VERMILION } else { BLUE });
            // Where the lines of this node leave the center.
            let from = middle + (x - middle) * BREADTH / WIDTH;
            arrow(&mut sketch, (from - 6, foot + 4), (x - 8, top - 4), MUTED);
            arrow(&mut sketch, (x + 8, top - 4), (from + 6, foot + 4), color);
            card(&mut sketch, (left, top), (left + wide, top + NODE), (node.faulty, color), &node.lines);
        }
        let half = BREADTH / 2;
        card(&mut sketch, (middle - half, MARGIN), (middle + half, foot), (false, INK), &self.center);
        let [down, up] = &self.sides;
        sketch.lines((MARGIN, foot), BODY, MUTED, HPos::Left, down);
        sketch.lines((WIDTH - MARGIN, foot), BODY, BLUE, HPos::Right, up);
        sketch.svg(WIDTH.unsigned_abs(), (top + NODE + MARGIN).unsigned_abs())
    }
}

/// A box with lines of text; the first is its name.
fn card(sketch: &mut Canvas, from: Point, to: Point, (faulty, color): (bool, RGBColor), lines: &[String]) {
    sketch.block(from, to, if faulty { BROKEN } else { BAND });
    sketch.frame(from, to, color);
    let middle = (from.0 + to.0) / 2;
    let (name, rest) = lines.split_first().map_or((&[][..], lines), |(name, rest)| (std::slice::from_ref(name), rest));
    let face = if to.0 - from.0 >= BREADTH { TITLE } else { HEADING };
    let y = sketch.lines((middle, from.1 + 8), face, color, HPos::Center, name) + 2;
    let small = if face == TITLE { BODY } else { SMALL };
    sketch.lines((middle, y), small, INK, HPos::Center, rest);
}

/// A line with a head at its end.
fn arrow(sketch: &mut Canvas, from: Point, to: Point, color: RGBColor) {
    let at = |point: Point| (f64::from(point.0), f64::from(point.1));
    let ((x0, y0), (x1, y1)) = (at(from), at(to));
    let length = (x1 - x0).hypot(y1 - y0).max(1.0);
    let (dx, dy) = ((x1 - x0) / length, (y1 - y0) / length);
    let back = |along: f64, aside: f64| (x1 - along * dx - aside * dy, y1 - along * dy + aside * dx);
    sketch.path(vec![(x0, y0), back(8.0, 0.0)], color, 1.5);
    sketch.area(vec![(x1, y1), back(10.0, 4.5), back(10.0, -4.5)], color, 1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_there_and_a_fault_has_its_colour() {
        let node = |name: &str, faulty| StarNode { lines: vec![name.into(), "sends".into()], faulty };
        let star = |faulty| Star {
            center: vec!["center".into(), "keeps".into()],
            nodes: vec![node("one", false), node("two", faulty)],
            sides: [vec!["down".into()], vec!["up".into()]],
        };
        let svg = star(true).svg().unwrap();
        for word in ["center", "keeps", "one", "two", "sends", "down", "up"] {
            assert!(svg.contains(word), "{word}");
        }
        assert_ne!(svg, star(false).svg().unwrap());
        assert!(Star::default().svg().is_ok());
    }
}
