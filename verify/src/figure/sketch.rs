//! A list of shapes, drawn once the height of the figure is known.

use plotters::backend::SVGBackend;
use plotters::drawing::IntoDrawingArea;
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::style::text_anchor::HPos;
use plotters::style::{Color, RGBColor};

use super::FigureError;
use super::style::{Face, PAPER};

/// A pixel.
pub(super) type Point = (i32, i32);

enum Shape {
    Fill(Vec<Point>, RGBColor),
    Line(Vec<Point>, RGBColor, u32),
    Disc(Point, u32, RGBColor),
    Text(Point, Face, RGBColor, HPos, String),
}

/// Shapes in the order in which they are drawn.
#[derive(Default)]
pub(super) struct Sketch(Vec<Shape>);

impl Sketch {
    /// A filled polygon.
    pub(super) fn fill(&mut self, points: impl Into<Vec<Point>>, color: RGBColor) {
        self.0.push(Shape::Fill(points.into(), color));
    }

    /// A filled rectangle between two corners.
    pub(super) fn block(&mut self, (left, top): Point, (right, bottom): Point, color: RGBColor) {
        self.fill([(left, top), (right, top), (right, bottom), (left, bottom)], color);
    }

    /// A line through points.
    pub(super) fn line(&mut self, points: impl Into<Vec<Point>>, color: RGBColor, width: u32) {
        self.0.push(Shape::Line(points.into(), color, width));
    }

    /// The outline of a rectangle.
    pub(super) fn frame(&mut self, (left, top): Point, (right, bottom): Point, color: RGBColor) {
        self.line([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], color, 1);
    }

    /// A filled circle.
    pub(super) fn disc(&mut self, center: Point, radius: u32, color: RGBColor) {
        self.0.push(Shape::Disc(center, radius, color));
    }

    /// A line of text, its middle at the height of `at`.
    pub(super) fn text(&mut self, at: Point, face: Face, color: RGBColor, anchor: HPos, text: impl Into<String>) {
        // XML has no place for control characters.
        let bare = |letter: char| letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}');
        let text = text.into().replace(bare, " ");
        // The backend puts the middle of small letters at the given height; one pixel below is that of capitals.
        self.0.push(Shape::Text((at.0, at.1 + 1), face, color, anchor, text));
    }

    /// Several lines of text below `top`; gives the height below the last one.
    pub(super) fn lines(&mut self, at: Point, face: Face, color: RGBColor, anchor: HPos, lines: &[String]) -> i32 {
        let mut top = at.1;
        for line in lines {
            self.text((at.0, top + face.line() / 2), face, color, anchor, line);
            top += face.line();
        }
        top
    }

    /// Draws everything.
    pub(super) fn svg(self, width: u32, height: u32) -> Result<String, FigureError> {
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area();
            area.fill(&PAPER)?;
            for shape in self.0 {
                match shape {
                    Shape::Fill(points, color) => area.draw(&Polygon::new(points, color.filled()))?,
                    Shape::Line(points, color, width) => {
                        area.draw(&PathElement::new(points, color.stroke_width(width)))?;
                    }
                    Shape::Disc(center, radius, color) => area.draw(&Circle::new(center, radius, color.filled()))?,
                    Shape::Text(at, face, color, anchor, text) => {
                        area.draw(&Text::new(text, at, face.style(color, anchor)))?;
                    }
                }
            }
            area.present()?;
        }
        Ok(svg)
    }
}
