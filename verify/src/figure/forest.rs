//! The forest plot: for each scenario, how close the measured values come to the bounds.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::FigureError;
use super::axis::{Axis, number};
use super::sketch::{Point, Sketch};
use super::style::{
    ALARM, BAND, BLUE, BODY, BROKEN, FRAME, Face, GREEN, GREY, GRID, HATCH, HEADING, INK, MARGIN, MUTED, PAPER, PURPLE,
    SMALL, STRESSED, WIDTH,
};

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
    pub rows: Vec<Row>,
}

/// A scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The name of the scenario.
    pub label: String,
    /// The readings tested in this scenario, drawn below each other.
    pub marks: Vec<Mark>,
}

/// The outcome of a test of one reading in one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The reading.
    pub series: Series,
    /// What the test said.
    pub outcome: Outcome,
    /// Minimum, median and maximum of the ratio over the draws. A range that contains NaN is not drawn.
    pub range: Option<(f64, f64, f64)>,
    /// A short text beside the outcome, or nothing.
    pub note: String,
}

/// A reading of a lemma.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Series {
    /// The bound as printed.
    Printed,
    /// The bound as derived again.
    Rederived,
    /// A bound sharper than the printed one.
    Sharpened,
}

impl Series {
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
pub enum Outcome {
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

impl Outcome {
    /// The word beside the mark.
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
        let mut sketch = Sketch::default();
        let columns = Columns::new(self);
        let inner = WIDTH - 2 * MARGIN;

        let mut y = sketch.heading(&self.title, &self.statement) + 8;
        y = legend(&mut sketch, y) + 10;
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

    fn rows(&self) -> impl Iterator<Item = &Row> + Clone {
        self.groups.iter().flat_map(|group| &group.rows)
    }

    fn marks(&self) -> impl Iterator<Item = &Mark> + Clone {
        self.rows().flat_map(|row| &row.marks)
    }
}

/// Space between columns.
const GAP: i32 = 14;
/// Height of the lane of one mark.
const LANE: i32 = 17;
/// Space above and below the lanes of a row.
const PAD: i32 = 5;
/// Width of the strips beside the axis, for what lies beyond it.
const BEYOND: i32 = 28;
/// Width of the column of vacuous marks.
const VACUOUS: i32 = 72;
/// Width of the column of largest ratios.
const LARGEST: i32 = 72;
/// Rows higher than this together get a second line of tick labels, on top.
const TALL: i32 = 700;

/// The legend: shapes tell the readings apart, fillings the outcomes.
fn legend(sketch: &mut Sketch, top: i32) -> i32 {
    let mut at = (MARGIN, top + 10);
    let name = |sketch: &mut Sketch, (x, y): Point, name: &str| {
        sketch.text((x, y), SMALL, INK, HPos::Left, name);
        (x + SMALL.width(name) + 24, y)
    };
    for series in Series::ALL {
        marker(sketch, (at.0 + 7, at.1), series, Outcome::Holds);
        at = name(sketch, (at.0 + 20, at.1), series.name());
    }
    let ends = [at.0, at.0 + 44];
    sketch.line(ends.map(|x| (x, at.1)), MUTED, 2);
    for x in ends {
        sketch.line([(x, at.1 - 4), (x, at.1 + 4)], MUTED, 2);
    }
    sketch.disc((at.0 + 26, at.1), 5, MUTED);
    at = name(sketch, (at.0 + 54, at.1), "smallest, median and largest ratio over the draws");
    arrow(sketch, at, -1, MUTED);
    arrow(sketch, (at.0 + 24, at.1), 1, MUTED);
    name(sketch, (at.0 + 32, at.1), "beyond the axis");

    at = (MARGIN, top + 34);
    for (outcome, meaning) in [
        (Outcome::Holds, "holds, confirmed"),
        (Outcome::Violated, "violated, refuted"),
        (Outcome::Inconclusive, "inconclusive"),
        (Outcome::Vacuous, "vacuous: the bound says nothing"),
    ] {
        for (series, x) in Series::ALL.into_iter().zip([7, 25, 43]) {
            marker(sketch, (at.0 + x, at.1), series, outcome);
        }
        at = name(sketch, (at.0 + 58, at.1), meaning);
    }
    top + 46
}

/// The marker of a reading; its filling and outline tell the outcome.
fn marker(sketch: &mut Sketch, (x, y): Point, series: Series, outcome: Outcome) {
    let (outline, core) = match outcome {
        Outcome::Holds | Outcome::Confirmed => (series.color(), series.color()),
        Outcome::Violated | Outcome::Refuted => (INK, series.color()),
        Outcome::Inconclusive => (series.color(), PAPER),
        Outcome::Vacuous | Outcome::NotApplicable => (GREY, PAPER),
    };
    let size: i32 = if outcome.bad() { 7 } else { 5 };
    let mut shape = |size: i32, color| match series {
        Series::Printed => sketch.disc((x, y), size.unsigned_abs(), color),
        Series::Rederived => sketch.block((x - size + 1, y - size + 1), (x + size - 1, y + size - 1), color),
        Series::Sharpened => {
            sketch.fill([(x, y - size - 1), (x + size + 1, y), (x, y + size + 1), (x - size - 1, y)], color);
        }
    };
    shape(size, outline);
    if core != outline {
        shape(size - 2, core);
    }
}

/// A triangle with its tip at `x`, pointing left or right.
fn arrow(sketch: &mut Sketch, (x, y): Point, side: i32, color: RGBColor) {
    sketch.fill([(x, y), (x - 7 * side, y - 5), (x - 7 * side, y + 5)], color);
}

/// The columns, from left to right.
struct Columns {
    /// Width of the scenario labels.
    labels: i32,
    /// The plot.
    plot: (i32, i32),
    /// The vacuous marks.
    vacuous: (i32, i32),
    /// The outcomes, up to the right end of this column.
    outcomes: (i32, i32),
    /// The axis of the plot.
    axis: Axis,
}

impl Columns {
    fn new(forest: &Forest) -> Self {
        let labels = forest.rows().map(|row| BODY.width(&row.label)).max().unwrap_or(0).clamp(120, 330);
        let outcomes = forest.marks().map(|mark| mark.face().width(&mark.verdict())).max().unwrap_or(0).clamp(90, 210);
        let outcomes = (WIDTH - MARGIN - LARGEST - outcomes - 24, WIDTH - MARGIN - LARGEST);
        let vacuous = (outcomes.0 - GAP - VACUOUS, outcomes.0 - GAP);
        let plot = (MARGIN + labels + GAP, vacuous.0 - GAP);
        let ratios = forest.marks().filter_map(Mark::ratios).flatten();
        Self { labels, plot, vacuous, outcomes, axis: Axis::new(ratios, plot.0 + BEYOND, plot.1 - BEYOND) }
    }

    /// The headings of the columns.
    fn headings(&self, sketch: &mut Sketch, top: i32) -> i32 {
        let (middle, one) = (top + 11, self.axis.at(1.0, 0));
        sketch.text((MARGIN, middle), SMALL, MUTED, HPos::Left, "scenario");
        arrow(sketch, (one - 18, middle), -1, INK);
        sketch.text((one - 30, middle), STRESSED, INK, HPos::Right, "bound holds");
        arrow(sketch, (one + 18, middle), 1, ALARM);
        sketch.text((one + 26, middle), STRESSED, ALARM, HPos::Left, "bound broken");
        let vacuous = (self.vacuous.0 + self.vacuous.1) / 2;
        sketch.text((vacuous, middle), SMALL, MUTED, HPos::Center, "vacuous");
        sketch.text((self.outcomes.0, middle), SMALL, MUTED, HPos::Left, "outcome");
        sketch.text((WIDTH - MARGIN, middle), SMALL, MUTED, HPos::Right, "largest");
        top + 24
    }

    /// The labels of the axis.
    fn ticks(&self, sketch: &mut Sketch, top: i32) -> i32 {
        for (x, label) in self.axis.ticks() {
            let face = if label == "1" { STRESSED } else { SMALL };
            sketch.text((x, top + 10), face, INK, HPos::Center, label);
        }
        top + 22
    }

    /// The height of a row.
    fn height(&self, row: &Row) -> i32 {
        let label = BODY.wrap(&row.label, self.labels).len() as i32 * BODY.line();
        let lanes = row.marks.len() as i32 * LANE;
        label.max(lanes).max(LANE) + 2 * PAD
    }

    /// A block of rows below its heading.
    fn group(&self, sketch: &mut Sketch, top: i32, group: &Group) -> i32 {
        let first = self.band(sketch, top, group);
        let mut tops = vec![first];
        let mut bottom = first;
        for row in &group.rows {
            bottom += self.height(row);
            tops.push(bottom);
        }
        bottom = bottom.max(first + 2 * LANE);
        self.backdrop(sketch, &tops, bottom);
        if group.rows.is_empty() {
            sketch.text((MARGIN, (first + bottom) / 2), BODY, MUTED, HPos::Left, "no scenario");
        }
        for (row, top) in group.rows.iter().zip(tops) {
            self.row(sketch, top, row);
        }
        bottom + 8
    }

    /// The heading of a group, and how many of its marks hold.
    fn band(&self, sketch: &mut Sketch, top: i32, group: &Group) -> i32 {
        let marks = || group.rows.iter().flat_map(|row| &row.marks);
        let tallies: Vec<_> = Series::ALL
            .into_iter()
            .filter_map(|series| {
                let all = marks().filter(|mark| mark.series == series).count();
                let good = marks().filter(|mark| mark.series == series && mark.outcome.good()).count();
                (all > 0).then(|| (series, format!("{good} of {all}")))
            })
            .collect();
        let tally = tallies.iter().map(|(_, text)| SMALL.width(text) + 32).sum::<i32>() + 50;
        let title = HEADING.wrap(&group.title, WIDTH - 2 * MARGIN - 16 - tally);
        let bottom = top + (title.len().max(1) as i32) * HEADING.line() + 8;
        sketch.block((MARGIN, top), (WIDTH - MARGIN, bottom), BAND);
        sketch.lines((MARGIN + 8, top + 4), HEADING, INK, HPos::Left, &title);

        let (mut x, middle) = (WIDTH - MARGIN - 8, (top + bottom) / 2);
        for (series, text) in tallies.iter().rev() {
            sketch.text((x, middle), SMALL, INK, HPos::Right, text);
            x -= SMALL.width(text) + 12;
            marker(sketch, (x, middle), *series, Outcome::Holds);
            x -= 20;
        }
        if !tallies.is_empty() {
            sketch.text((x + 6, middle), SMALL, MUTED, HPos::Right, "holds:");
        }
        bottom
    }

    /// Shading, grid and frames behind rows that begin at `tops`.
    fn backdrop(&self, sketch: &mut Sketch, tops: &[i32], bottom: i32) {
        let (top, one) = (tops.iter().copied().min().unwrap_or(bottom), self.axis.at(1.0, 0));
        let (left, right) = self.vacuous;
        let (width, height) = (right - left, bottom - top);
        sketch.block((one, top), (self.plot.1, bottom), BROKEN);
        for k in (8..width + height).step_by(8) {
            let from = (left + (k - height).max(0), top + k.min(height));
            let to = (left + k.min(width), top + (k - width).max(0));
            sketch.line([from, to], HATCH, 1);
        }
        for (x, _) in self.axis.ticks() {
            sketch.line([(x, top), (x, bottom)], GRID, 1);
        }
        for &y in tops.iter().filter(|&&y| y > top && y < bottom) {
            sketch.line([(MARGIN, y), (WIDTH - MARGIN, y)], GRID, 1);
        }
        sketch.line([(one, top), (one, bottom)], INK, 3);
        sketch.frame((self.plot.0, top), (self.plot.1, bottom), FRAME);
        sketch.frame((left, top), (right, bottom), FRAME);
    }

    fn row(&self, sketch: &mut Sketch, top: i32, row: &Row) {
        let middle = top + self.height(row) / 2;
        let label = BODY.wrap(&row.label, self.labels);
        let label_top = middle - label.len() as i32 * BODY.line() / 2;
        sketch.lines((MARGIN, label_top), BODY, INK, HPos::Left, &label);

        let mut marks: Vec<&Mark> = row.marks.iter().collect();
        marks.sort_by_key(|mark| mark.series);
        let mut y = middle - marks.len() as i32 * LANE / 2 + LANE / 2;
        for mark in marks {
            self.mark(sketch, y, mark);
            y += LANE;
        }
    }

    fn mark(&self, sketch: &mut Sketch, y: i32, mark: &Mark) {
        let (left, right) = self.outcomes;
        marker(sketch, (left + 6, y), mark.series, mark.outcome);
        let color = match mark.outcome {
            Outcome::Violated | Outcome::Refuted => ALARM,
            Outcome::Vacuous | Outcome::NotApplicable | Outcome::Inconclusive => MUTED,
            Outcome::Holds | Outcome::Confirmed => INK,
        };
        let face = mark.face();
        sketch.text((left + 18, y), face, color, HPos::Left, face.shorten(&mark.verdict(), right - left - 18));
        if mark.outcome.silent() {
            let x = (self.vacuous.0 + self.vacuous.1) / 2;
            sketch.disc((x, y), 9, PAPER);
            marker(sketch, (x, y), mark.series, mark.outcome);
        }
        let Some([min, median, max]) = mark.ratios() else {
            sketch.text((WIDTH - MARGIN, y), face, MUTED, HPos::Right, "–");
            return;
        };
        sketch.text((WIDTH - MARGIN, y), face, color, HPos::Right, number(max));

        let ends = [min, max].map(|ratio| (self.axis.at(ratio, BEYOND - 8), self.axis.side(ratio)));
        let series = mark.series.color();
        sketch.line(ends.map(|(x, _)| (x, y)), series, if mark.outcome.bad() { 4 } else { 2 });
        for (x, side) in ends {
            if side == 0 {
                sketch.line([(x, y - 4), (x, y + 4)], series, 2);
            } else {
                arrow(sketch, (x + 6 * side, y), side, series);
            }
        }
        marker(sketch, (self.axis.at(median, BEYOND - 16), y), mark.series, mark.outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::super::png::{png, tree};
    use super::*;

    fn mark(series: Series, outcome: Outcome, range: Option<(f64, f64, f64)>, note: &str) -> Mark {
        Mark { series, outcome, range, note: note.to_owned() }
    }

    fn forest(rows: usize, ranges: &[(f64, f64, f64)]) -> Forest {
        let outcomes = [
            Outcome::Holds,
            Outcome::Violated,
            Outcome::Vacuous,
            Outcome::Confirmed,
            Outcome::Refuted,
            Outcome::Inconclusive,
        ];
        let row = |index: usize| Row {
            label: format!("scenario <{index}> & ‖x̂‖₁"),
            marks: (0..3)
                .map(|k| {
                    let range = ranges.get((index + k) % (ranges.len() + 1)).copied();
                    mark(Series::ALL[k], outcomes[(index + k) % 6], range, "0/200")
                })
                .collect(),
        };
        Forest {
            title: "Lemma 5: one averaged step".to_owned(),
            statement: "φ(p̂) ≤ ε² + (1 − ζ²) min φ".to_owned(),
            caption: "A sentence about the figure. ".repeat(20),
            axis: "measured / bound (1 = the bound is reached)".to_owned(),
            groups: vec![
                Group { title: "every draw".to_owned(), rows: (0..rows).map(row).collect() },
                Group { title: "all but a fraction δ of draws".to_owned(), rows: Vec::new() },
            ],
        }
    }

    #[test]
    fn a_figure_shows_every_text_and_every_series() {
        let forest = forest(7, &[(0.1, 0.2, 0.9), (0.5, 1.5, 3.0)]);
        let svg = forest.svg().unwrap();
        let document = tree(&svg).unwrap();
        assert_eq!(document.size().width(), 1200.0);
        let mut texts = vec![&forest.title, &forest.statement, &forest.axis];
        texts.extend(forest.groups.iter().map(|group| &group.title));
        texts.extend(forest.rows().map(|row| &row.label));
        for text in texts {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            assert!(svg.contains(&escaped), "{text}");
        }
        for series in Series::ALL {
            let RGBColor(red, green, blue) = series.color();
            assert!(svg.contains(series.name()) && svg.contains(&format!("#{red:02X}{green:02X}{blue:02X}")));
        }
        assert!(svg.contains("bound broken") && svg.contains("violated · 0/200"));
    }

    #[test]
    fn nothing_leaves_the_page() {
        let long = "a label of far more than forty characters that has to be broken into lines ".repeat(2);
        let mut forest = forest(4, &[(0.0, 1e-12, 1e-9), (1e-9, 1.0, 1e9), (50.0, f64::INFINITY, f64::INFINITY)]);
        forest.title = long.clone();
        forest.statement = long.replace(' ', "_");
        forest.axis = long.clone();
        forest.groups[0].title = long.clone();
        forest.groups[0].rows[0].label = long.clone();
        forest.groups[0].rows[1].marks[0].note = long;
        let document = tree(&forest.svg().unwrap()).unwrap();
        for node in document.root().children() {
            let place = node.abs_bounding_box();
            let page = document.size();
            assert!(place.left() >= 0.0 && place.right() <= page.width(), "{place:?}");
            assert!(place.top() >= 0.0 && place.bottom() <= page.height(), "{place:?}");
        }
    }

    #[test]
    fn no_input_panics() {
        let odd = [0.0, -1.0, 1e-320, 1.0, f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        let ranges: Vec<_> = odd.iter().flat_map(|&a| odd.iter().map(move |&b| (a, b, a))).collect();
        for forest in [Forest::default(), forest(0, &[]), forest(1, &[]), forest(40, &ranges), forest(65, &ranges)] {
            tree(&forest.svg().unwrap()).unwrap();
        }
        let mut forest = forest(1, &ranges);
        forest.title = "a\u{0}b\u{1f}\u{ffff}\nc".to_owned();
        forest.groups[0].rows.push(Row::default());
        tree(&forest.svg().unwrap()).unwrap();
    }

    #[test]
    fn the_same_data_give_the_same_bytes() {
        let forest = forest(5, &[(0.1, 0.2, 0.9)]);
        let svg = forest.svg().unwrap();
        assert_eq!(svg, forest.clone().svg().unwrap());
        assert_eq!(png(&svg, 1.0).unwrap(), png(&svg, 1.0).unwrap());
    }
}
