//! A list of shapes, drawn once the height of the figure is known.

use plotters::backend::SVGBackend;
use plotters::drawing::IntoDrawingArea;
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::style::text_anchor::HPos;
use plotters::style::{Color, FontTransform, RGBColor, ShapeStyle};

use crate::FigureError;
use crate::style::{Face, INK, MARGIN, PAPER, STATEMENT, TITLE, WIDTH};

/// A pixel.
pub(crate) type Point = (i32, i32);
/// A place between pixels.
pub(crate) type Spot = (f64, f64);

/// How finely places between pixels are told apart in a figure that has any.
const GRAIN: i32 = 8;

enum Shape {
    Fill(Vec<Point>, RGBColor),
    Line(Vec<Point>, RGBColor, u32),
    Disc(Point, u32, RGBColor),
    /// A line between pixels, with its width in pixels.
    Path(Vec<Spot>, RGBColor, f64),
    /// A filled polygon between pixels, with its opacity.
    Area(Vec<Spot>, RGBColor, f64),
    Text(Point, Face, RGBColor, HPos, String),
    /// Text that reads upwards.
    Upright(Point, Face, RGBColor, String),
}

/// Shapes in the order in which they are drawn.
#[derive(Default)]
pub(crate) struct Canvas(Vec<Shape>);

impl Canvas {
    /// A filled polygon.
    pub(crate) fn fill(&mut self, points: impl Into<Vec<Point>>, color: RGBColor) {
        self.0.push(Shape::Fill(points.into(), color));
    }

    /// A filled rectangle between two corners.
    pub(crate) fn block(&mut self, (left, top): Point, (right, bottom): Point, color: RGBColor) {
        self.fill([(left, top), (right, top), (right, bottom), (left, bottom)], color);
    }

    /// A line through points.
    pub(crate) fn line(&mut self, points: impl Into<Vec<Point>>, color: RGBColor, width: u32) {
        self.0.push(Shape::Line(points.into(), color, width));
    }

    /// A line through places between pixels.
    pub(crate) fn path(&mut self, spots: Vec<Spot>, color: RGBColor, width: f64) {
        self.0.push(Shape::Path(spots, color, width));
    }

    /// A filled polygon between pixels; what is below it shines through unless `opacity` is 1.
    pub(crate) fn area(&mut self, spots: Vec<Spot>, color: RGBColor, opacity: f64) {
        self.0.push(Shape::Area(spots, color, opacity));
    }

    /// The outline of a rectangle.
    pub(crate) fn frame(&mut self, (left, top): Point, (right, bottom): Point, color: RGBColor) {
        self.line([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], color, 1);
    }

    /// A filled circle.
    pub(crate) fn disc(&mut self, center: Point, radius: u32, color: RGBColor) {
        self.0.push(Shape::Disc(center, radius, color));
    }

    /// A line of text, its middle at the height of `at`.
    pub(crate) fn text(&mut self, at: Point, face: Face, color: RGBColor, anchor: HPos, text: impl Into<String>) {
        // The backend puts the middle of small letters at the given height; one pixel below is that of capitals.
        self.0.push(Shape::Text((at.0, at.1 + 1), face, color, anchor, printable(text.into())));
    }

    /// A line of text that reads upwards, its middle at `at`.
    pub(crate) fn upright(&mut self, at: Point, face: Face, color: RGBColor, text: impl Into<String>) {
        self.0.push(Shape::Upright((at.0 + 1, at.1), face, color, printable(text.into())));
    }

    /// Several lines of text below `top`; gives the height below the last one.
    pub(crate) fn lines(&mut self, at: Point, face: Face, color: RGBColor, anchor: HPos, lines: &[String]) -> i32 {
        let mut top = at.1;
        for line in lines {
            self.text((at.0, top + face.line() / 2), face, color, anchor, line);
            top += face.line();
        }
        top
    }

    /// The title and, below it, what the figure is about; gives the height below them.
    pub(crate) fn heading(&mut self, title: &str, statement: &str) -> i32 {
        let inner = WIDTH - 2 * MARGIN;
        let y = self.lines((MARGIN, MARGIN), TITLE, INK, HPos::Left, &TITLE.wrap(title, inner)) + 4;
        self.lines((MARGIN, y), STATEMENT, INK, HPos::Left, &STATEMENT.wrap(statement, inner))
    }

    /// Draws everything.
    pub(crate) fn svg(self, width: u32, height: u32) -> Result<String, FigureError> {
        let fine = self.0.iter().any(|shape| matches!(shape, Shape::Path(..) | Shape::Area(..)));
        // The backend knows whole numbers only: a finer figure is drawn larger, and its view box brings it back.
        let grain = if fine { GRAIN } else { 1 };
        let size = (width * grain.unsigned_abs(), height * grain.unsigned_abs());
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            area.fill(&PAPER)?;
            let scaled = |points: Vec<Point>| points.into_iter().map(|(x, y)| (x * grain, y * grain));
            let near = |spots: Vec<Spot>| {
                spots.into_iter().map(|(x, y)| [x, y].map(|v| (v * f64::from(grain)).round() as i32)).map(Point::from)
            };
            let stroke = |color: RGBColor, width: f64| -> ShapeStyle {
                color.stroke_width((width * f64::from(grain)).round() as u32)
            };
            let face = |face: Face| Face { size: face.size * grain.unsigned_abs() as u16, ..face };
            for shape in self.0 {
                match shape {
                    Shape::Fill(points, color) => {
                        area.draw(&Polygon::new(scaled(points).collect::<Vec<_>>(), color.filled()))?;
                    }
                    Shape::Line(points, color, width) => {
                        let points: Vec<Point> = scaled(points).collect();
                        area.draw(&PathElement::new(points, stroke(color, f64::from(width))))?;
                    }
                    Shape::Disc((x, y), radius, color) => {
                        let center = (x * grain, y * grain);
                        area.draw(&Circle::new(center, radius * grain.unsigned_abs(), color.filled()))?;
                    }
                    Shape::Path(spots, color, width) => {
                        area.draw(&PathElement::new(near(spots).collect::<Vec<_>>(), stroke(color, width)))?;
                    }
                    Shape::Area(spots, color, opacity) => {
                        area.draw(&Polygon::new(near(spots).collect::<Vec<_>>(), color.mix(opacity).filled()))?;
                    }
                    Shape::Text((x, y), size, color, anchor, text) => {
                        let style = face(size).style(color, anchor);
                        area.draw(&Text::new(text, (x * grain, y * grain), style))?;
                    }
                    Shape::Upright((x, y), size, color, text) => {
                        let style = face(size).style(color, HPos::Center).transform(FontTransform::Rotate270);
                        area.draw(&Text::new(text, (x * grain, y * grain), style))?;
                    }
                }
            }
            area.present()?;
        }
        let drawn = format!(r#"width="{}" height="{}""#, size.0, size.1);
        Ok(if fine { svg.replacen(&drawn, &format!(r#"width="{width}" height="{height}""#), 1) } else { svg })
    }
}

/// XML has no place for control characters.
pub(crate) fn printable(text: String) -> String {
    text.replace(|letter: char| letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}'), " ")
}
