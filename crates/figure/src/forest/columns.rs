//! The columns of a forest, and everything that stands in them.

use plotters::style::text_anchor::HPos;

use super::marker::{arrow, marker};
use super::{Forest, ForestRow, Group, Mark, MarkKind, TestOutcome};
use crate::axis::{Axis, number};
use crate::sketch::Canvas;
use crate::style::{
    ALARM, BAND, BODY, BROKEN, FRAME, GRID, HATCH, HEADING, INK, MARGIN, MUTED, PAPER, SMALL, STRESSED, WIDTH,
};

/// Space between columns.
const GAP: i32 = 14;
/// Height of the lane of one mark.
const LANE: i32 = 17;
/// Space above and below the lanes of a row.
const PAD: i32 = 5;
/// Width of the strips next to the axis, for what lies beyond it.
const BEYOND: i32 = 28;
/// Width of the column of vacuous marks.
const VACUOUS: i32 = 72;
/// Width of the column of largest ratios.
const LARGEST: i32 = 72;

/// The columns, from left to right.
pub(super) struct Columns {
    /// Width of the scenario labels.
    labels: i32,
    /// The plot.
    pub(super) plot: (i32, i32),
    /// The vacuous marks.
    vacuous: (i32, i32),
    /// The outcomes, up to the right end of this column.
    outcomes: (i32, i32),
    /// The axis of the plot.
    axis: Axis,
}

impl Columns {
    pub(super) fn new(forest: &Forest) -> Self {
        let labels = forest.rows().map(|row| BODY.width(&row.label)).max().unwrap_or(0).clamp(120, 330);
        let outcomes = forest.marks().map(|mark| mark.face().width(&mark.verdict())).max().unwrap_or(0).clamp(90, 210);
        let outcomes = (WIDTH - MARGIN - LARGEST - outcomes - 24, WIDTH - MARGIN - LARGEST);
        let vacuous = (outcomes.0 - GAP - VACUOUS, outcomes.0 - GAP);
        let plot = (MARGIN + labels + GAP, vacuous.0 - GAP);
        let ratios = forest.marks().filter_map(Mark::ratios).flatten();
        Self { labels, plot, vacuous, outcomes, axis: Axis::new(ratios, plot.0 + BEYOND, plot.1 - BEYOND) }
    }

    /// The headings of the columns.
    pub(super) fn headings(&self, sketch: &mut Canvas, top: i32) -> i32 {
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
    pub(super) fn ticks(&self, sketch: &mut Canvas, top: i32) -> i32 {
        for (x, label) in self.axis.ticks() {
            let face = if label == "1" { STRESSED } else { SMALL };
            sketch.text((x, top + 10), face, INK, HPos::Center, label);
        }
        top + 22
    }

    /// The height of a row.
    pub(super) fn height(&self, row: &ForestRow) -> i32 {
        let label = BODY.wrap(&row.label, self.labels).len() as i32 * BODY.line();
        let lanes = row.marks.len() as i32 * LANE;
        label.max(lanes).max(LANE) + 2 * PAD
    }

    /// A block of rows below its heading.
    pub(super) fn group(&self, sketch: &mut Canvas, top: i32, group: &Group) -> i32 {
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
    fn band(&self, sketch: &mut Canvas, top: i32, group: &Group) -> i32 {
        let marks = || group.rows.iter().flat_map(|row| &row.marks);
        let tallies: Vec<_> = MarkKind::ALL
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
            marker(sketch, (x, middle), *series, TestOutcome::Holds);
            x -= 20;
        }
        if !tallies.is_empty() {
            sketch.text((x + 6, middle), SMALL, MUTED, HPos::Right, "holds:");
        }
        bottom
    }

    /// Shading, grid and frames behind rows that begin at `tops`.
    fn backdrop(&self, sketch: &mut Canvas, tops: &[i32], bottom: i32) {
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

    fn row(&self, sketch: &mut Canvas, top: i32, row: &ForestRow) {
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

    fn mark(&self, sketch: &mut Canvas, y: i32, mark: &Mark) {
        let (left, right) = self.outcomes;
        marker(sketch, (left + 6, y), mark.series, mark.outcome);
        let color = match mark.outcome {
            TestOutcome::Violated | TestOutcome::Refuted => ALARM,
            TestOutcome::Vacuous | TestOutcome::NotApplicable | TestOutcome::Inconclusive => MUTED,
            TestOutcome::Holds | TestOutcome::Confirmed => INK,
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
