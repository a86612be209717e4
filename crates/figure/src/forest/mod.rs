//! The forest plot: for each scenario, how close the measured values come to the bounds.

mod columns;
mod marker;

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use crate::FigureError;
use crate::sketch::Canvas;
use crate::style::{BLUE, BODY, Face, GREEN, INK, MARGIN, PURPLE, SMALL, STRESSED, WIDTH};
use columns::Columns;

/// What one figure shows: the ratios of measured values to bounds, a row for each scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forest {
    /// The title.
    pub title: String,
    /// The statement under test, in one line.
    pub statement: String,
    /// Several sentences, set below the plot.
    pub caption: String,
    /// The label of the ratio axis.
    pub axis: String,
    /// The blocks of rows.
    pub groups: Vec<Group>,
}

/// A block of rows, one for each mode of a test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// The heading of the block.
    pub title: String,
    /// The rows.
    pub rows: Vec<ForestRow>,
}

/// A scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForestRow {
    /// The name of the scenario.
    pub label: String,
    /// The readings tested in this scenario, drawn below each other.
    pub marks: Vec<Mark>,
}

/// The outcome of a test of one reading in one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The reading.
    pub series: MarkKind,
    /// What the test said.
    pub outcome: TestOutcome,
    /// Minimum, median and maximum of the ratio over the draws. A range that contains NaN is not drawn.
    pub range: Option<(f64, f64, f64)>,
    /// A short text next to the outcome, or nothing.
    pub note: String,
}

/// A reading of a lemma.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// The bound as printed.
    Printed,
    /// The bound as derived again.
    Rederived,
    /// A bound sharper than the printed one.
    Sharpened,
}

impl MarkKind {
    const ALL: [Self; 3] = [Self::Printed, Self::Rederived, Self::Sharpened];

    /// The name in the legend.
    pub fn name(self) -> &'static str {
        match self {
            Self::Printed => "as printed",
            Self::Rederived => "rederived",
            Self::Sharpened => "sharpened",
        }
    }

    /// The colour of the marks.
    pub fn color(self) -> RGBColor {
        match self {
            Self::Printed => BLUE,
            Self::Rederived => GREEN,
            Self::Sharpened => PURPLE,
        }
    }
}

/// What a test said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TestOutcome {
    /// No draw exceeded the bound.
    Holds,
    /// A draw exceeded the bound.
    Violated,
    /// The bound says nothing here.
    Vacuous,
    /// The statement does not speak of such draws.
    NotApplicable,
    /// The draws confirm the bound statistically.
    Confirmed,
    /// The draws refute the bound statistically.
    Refuted,
    /// The draws do not decide.
    Inconclusive,
}

impl TestOutcome {
    /// The word next to the mark.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Violated => "violated",
            Self::Vacuous => "vacuous",
            Self::NotApplicable => "not applicable",
            Self::Confirmed => "confirmed",
            Self::Refuted => "refuted",
            Self::Inconclusive => "inconclusive",
        }
    }

    fn good(self) -> bool {
        matches!(self, Self::Holds | Self::Confirmed)
    }

    fn silent(self) -> bool {
        matches!(self, Self::Vacuous | Self::NotApplicable)
    }

    fn bad(self) -> bool {
        matches!(self, Self::Violated | Self::Refuted)
    }
}

impl Mark {
    /// The range in ascending order, if it can be drawn.
    fn ratios(&self) -> Option<[f64; 3]> {
        let (min, median, max) = self.range?;
        let mut ratios = [min, median, max];
        ratios.sort_by(f64::total_cmp);
        let drawn = !self.outcome.silent() && !ratios.iter().any(|ratio| ratio.is_nan());
        drawn.then_some(ratios)
    }

    fn verdict(&self) -> String {
        let (outcome, note) = (self.outcome.name(), self.note.trim());
        if note.is_empty() { outcome.to_owned() } else { format!("{outcome} · {note}") }
    }

    fn face(&self) -> Face {
        if self.outcome.bad() { STRESSED } else { SMALL }
    }
}

impl Forest {
    /// Draws the figure as an SVG document, 1200 units wide and as high as its text and rows need.
    ///
    /// # Errors
    ///
    /// If the drawing backend fails; no input makes it fail.
    pub fn svg(&self) -> Result<String, FigureError> {
        let mut sketch = Canvas::default();
        let columns = Columns::new(self);
        let inner = WIDTH - 2 * MARGIN;

        let mut y = sketch.heading(&self.title, &self.statement) + 8;
        y = marker::legend(&mut sketch, y) + 10;
        y = columns.headings(&mut sketch, y);
        if self.rows().map(|row| columns.height(row)).sum::<i32>() > TALL {
            y = columns.ticks(&mut sketch, y);
        }
        if self.groups.is_empty() {
            y = columns.group(&mut sketch, y, &Group::default());
        }
        for group in &self.groups {
            y = columns.group(&mut sketch, y, group);
        }
        y = columns.ticks(&mut sketch, y);
        let (left, right) = columns.plot;
        let axis = BODY.wrap(&self.axis, right - left);
        y = sketch.lines(((left + right) / 2, y), BODY, INK, HPos::Center, &axis) + 14;
        y = sketch.lines((MARGIN, y), BODY, INK, HPos::Left, &BODY.wrap(&self.caption, inner)) + MARGIN;
        sketch.svg(WIDTH.unsigned_abs(), y.unsigned_abs())
    }

    fn rows(&self) -> impl Iterator<Item = &ForestRow> + Clone {
        self.groups.iter().flat_map(|group| &group.rows)
    }

    fn marks(&self) -> impl Iterator<Item = &Mark> + Clone {
        self.rows().flat_map(|row| &row.marks)
    }
}

/// Rows higher than this together get a second line of tick labels, on top.
const TALL: i32 = 700;

#[cfg(test)]
mod tests;
