//! Curves: a grid of panels with lines, bands, markers, reference lines and hatched regions, and one legend for all.

mod legend;
mod panel;

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use crate::FigureError;
use crate::path::Frame;
use crate::scale::{Ruler, Scale};
use crate::sketch::Canvas;
use crate::style::{
    ALARM, BLUE, BODY, BROKEN, GREEN, HEADING, INK, MARGIN, MUTED, ORANGE, PURPLE, SKY, SMALL, STRESSED, VERMILION,
    WIDTH,
};

/// A figure: panels in rows, a legend below them, and a caption.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// The title.
    pub title: String,
    /// What the figure is about, below the title; may be empty.
    pub statement: String,
    /// A warning that no reader may miss, for example that the data are a stand-in; may be empty.
    pub notice: String,
    /// Several sentences, set below the legend.
    pub caption: String,
    /// Panels in a row.
    pub columns: usize,
    /// The panels, row by row.
    pub panels: Vec<Panel>,
}

/// One pair of axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// The heading, for example `(a) w5a, Gaussian`.
    pub title: String,
    /// The horizontal axis. Its title is left out where the panel below has the same.
    pub x: Scale,
    /// The vertical axis. Its title is left out where the panel to the left has the same.
    pub y: Scale,
    /// What is drawn, the last one on top.
    pub series: Vec<Series>,
    /// Reference lines.
    pub lines: Vec<Line>,
    /// Hatched regions.
    pub regions: Vec<Region>,
}

/// A curve, its markers, and the spread around it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The name in the legend; series of one name share an entry. Without a name there is none.
    pub label: String,
    /// The colour, see [`color`].
    pub color: usize,
    /// How the points are joined.
    pub stroke: Stroke,
    /// What stands on the points.
    pub marker: Marker,
    /// (x, y), in the order in which they are joined. A value that is not finite breaks the line.
    pub points: Vec<(f64, f64)>,
    /// What is drawn around the curve.
    pub spread: Spread,
}

/// How points are joined: told apart without colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stroke {
    /// A full line.
    #[default]
    Solid,
    /// Long dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// Dashes and dots in turn.
    DashDot,
    /// Not at all.
    None,
}

impl Stroke {
    /// Lengths of dash, gap and so on, in pixels.
    fn pattern(self) -> &'static [f64] {
        match self {
            Self::Solid | Self::None => &[],
            Self::Dashed => &[7.0, 4.0],
            Self::Dotted => &[2.0, 3.0],
            Self::DashDot => &[9.0, 3.0, 2.0, 3.0],
        }
    }
}

/// What stands on a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marker {
    /// Nothing.
    #[default]
    None,
    /// A filled circle.
    Disc,
    /// A filled square.
    Square,
    /// A filled square on its tip.
    Diamond,
    /// A filled triangle.
    Triangle,
}

/// What is drawn around a curve: (x, lower, upper).
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Spread {
    /// Nothing.
    #[default]
    None,
    /// A light area between the lower and the upper values.
    Band(Vec<(f64, f64, f64)>),
    /// A bar from the lower to the upper value at each x: an interval that has been estimated.
    Whiskers(Vec<(f64, f64, f64)>),
}

impl Spread {
    fn ranges(&self) -> &[(f64, f64, f64)] {
        match self {
            Self::None => &[],
            Self::Band(ranges) | Self::Whiskers(ranges) => ranges,
        }
    }
}

/// An axis of a panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    /// The horizontal one.
    X,
    /// The vertical one.
    #[default]
    Y,
}

/// Where a label goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelPlace {
    /// Into the legend.
    #[default]
    Legend,
    /// Into the panel, where the fewest curves are.
    Inside,
}

/// A reference line across the panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The axis that `at` is on: a line at a value of y is horizontal.
    pub axis: Axis,
    /// Where it crosses that axis.
    pub at: f64,
    /// What it means; may be empty.
    pub label: String,
    /// Where the label goes.
    pub place: LabelPlace,
    /// How it is drawn.
    pub stroke: Stroke,
}

/// A hatched region across the panel, for example where a bound is vacuous.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Region {
    /// The axis that its ends are on.
    pub axis: Axis,
    /// The lower end; minus infinity is the end of the axis.
    pub from: f64,
    /// The upper end; infinity is the end of the axis.
    pub to: f64,
    /// What it means; may be empty.
    pub label: String,
    /// Where the label goes.
    pub place: LabelPlace,
}

/// The colour with this number, of eight that are told apart with any colour vision; then they repeat.
#[must_use]
pub fn color(index: usize) -> RGBColor {
    [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, INK, MUTED][index % 8]
}

/// Space between panels in a row.
const GAP: i32 = 16;
/// Space between rows of panels.
const ROW_GAP: i32 = 18;
/// Space to the right of a plot, for half a label.
const EDGE: i32 = 6;
/// Length of a tick mark, and its distance from the label.
const TICK: i32 = 4;
/// Height over width of the cell of a panel.
const ASPECT: f64 = 0.74;

impl Curves {
    /// Draws the figure as an SVG document, 1200 units wide and as high as it needs.
    ///
    /// # Errors
    ///
    /// If the drawing backend fails; no input makes it fail.
    pub fn svg(&self) -> Result<String, FigureError> {
        let mut sketch = Canvas::default();
        let inner = WIDTH - 2 * MARGIN;
        let mut y = sketch.heading(&self.title, &self.statement) + 10;
        y = self.warning(&mut sketch, y);
        y = self.grid(&mut sketch, y) + 4;
        y = legend::draw(&mut sketch, y, &self.panels) + 10;
        y = sketch.lines((MARGIN, y), BODY, INK, HPos::Left, &BODY.wrap(&self.caption, inner)) + MARGIN;
        sketch.svg(WIDTH.unsigned_abs(), y.unsigned_abs())
    }

    fn warning(&self, sketch: &mut Canvas, top: i32) -> i32 {
        let lines = STRESSED.wrap(&self.notice, WIDTH - 2 * MARGIN - 20);
        if lines.is_empty() {
            return top;
        }
        let bottom = top + lines.len() as i32 * STRESSED.line() + 8;
        let width = lines.iter().map(|line| STRESSED.width(line)).max().unwrap_or(0);
        sketch.block((MARGIN, top), (MARGIN + width + 20, bottom), BROKEN);
        sketch.lines((MARGIN + 10, top + 4), STRESSED, ALARM, HPos::Left, &lines);
        bottom + 8
    }

    /// All panels; gives the height below them.
    fn grid(&self, sketch: &mut Canvas, top: i32) -> i32 {
        let columns = self.columns.clamp(1, self.panels.len().max(1));
        let cell = (WIDTH - 2 * MARGIN + GAP) / columns as i32 - GAP;
        let height = (f64::from(cell) * ASPECT).clamp(110.0, 420.0).round() as i32;
        let gutters: Vec<Gutter> = (0..columns).map(|column| self.gutter(column, columns, height)).collect();
        let taken: i32 = gutters.iter().map(|gutter| gutter.width() + GAP + EDGE).sum();
        let width = ((WIDTH - 2 * MARGIN + GAP - taken) / columns as i32).max(20);
        let mut top = top;
        for (row, panels) in self.panels.chunks(columns).enumerate() {
            let titles: Vec<Vec<String>> = panels.iter().map(|panel| HEADING.wrap(&panel.title, width)).collect();
            let heading = titles.iter().map(Vec::len).max().unwrap_or(0) as i32 * HEADING.line();
            let bottom = top + heading + 4 + height;
            let (mut below, mut left) = (0, MARGIN);
            for (column, (panel, title)) in panels.iter().zip(&titles).enumerate() {
                let plot = (left + gutters[column].width(), left + gutters[column].width() + width);
                let title_top = top + heading - title.len() as i32 * HEADING.line();
                sketch.lines((plot.0, title_top), HEADING, INK, HPos::Left, title);
                let frame = Frame {
                    left: f64::from(plot.0),
                    top: f64::from(bottom - height),
                    right: f64::from(plot.1),
                    bottom: f64::from(bottom),
                };
                panel::Plot::new(panel, frame).draw(sketch);
                below = below.max(SMALL.line() + TICK + 2);
                if gutters[column].title > 0 && self.names_y(row * columns + column, columns) {
                    let at = (left + BODY.line() / 2, bottom - height / 2);
                    sketch.upright(at, BODY, INK, BODY.shorten(&panel.y.title, height + heading));
                }
                if self.names_x(row * columns + column, columns) {
                    let at = ((plot.0 + plot.1) / 2, bottom + SMALL.line() + TICK + 2 + BODY.line() / 2);
                    sketch.text(at, BODY, INK, HPos::Center, BODY.shorten(&panel.x.title, plot.1 - plot.0));
                    below = below.max(SMALL.line() + TICK + 4 + BODY.line());
                }
                left = plot.1 + EDGE + GAP;
            }
            top = bottom + below + ROW_GAP;
        }
        top
    }

    /// Whether the title of the horizontal axis is written, or said by the panel below.
    fn names_x(&self, index: usize, columns: usize) -> bool {
        let title = &self.panels[index].x.title;
        !title.is_empty() && self.panels.get(index + columns).is_none_or(|below| below.x.title != *title)
    }

    /// Whether the title of the vertical axis is written, or said by the panel to the left.
    fn names_y(&self, index: usize, columns: usize) -> bool {
        let title = &self.panels[index].y.title;
        !title.is_empty() && (index.is_multiple_of(columns) || self.panels[index - 1].y.title != *title)
    }

    /// The space that a column needs to the left of its plots.
    fn gutter(&self, column: usize, columns: usize, height: i32) -> Gutter {
        let mut gutter = Gutter { title: 0, labels: 0 };
        for index in (column..self.panels.len()).step_by(columns) {
            let ruler = panel::vertical(&self.panels[index], (f64::from(height), 0.0));
            let widths = upright_ticks(&ruler).into_iter().map(|tick| SMALL.width(&tick.label));
            gutter.labels = gutter.labels.max(widths.max().unwrap_or(0));
            if self.names_y(index, columns) {
                gutter.title = BODY.line() + 4;
            }
        }
        gutter
    }
}

/// The space next to the plots of a column.
struct Gutter {
    title: i32,
    labels: i32,
}

impl Gutter {
    fn width(&self) -> i32 {
        self.title + self.labels + TICK + 4
    }
}

/// The labels of a vertical axis: lines of text above each other.
fn upright_ticks(ruler: &Ruler) -> Vec<crate::scale::Tick> {
    ruler.ticks(|_| 1.8 * f64::from(SMALL.line())).0
}

#[cfg(test)]
mod tests;
