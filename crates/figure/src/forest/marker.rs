//! Markers, their legend, and the arrows of what lies beyond the axis.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::{MarkKind, TestOutcome};
use crate::sketch::{Canvas, Point};
use crate::style::{GREY, INK, MARGIN, MUTED, PAPER, SMALL};

/// The legend: shapes tell the readings apart, fillings the outcomes.
pub(super) fn legend(sketch: &mut Canvas, top: i32) -> i32 {
    let mut at = (MARGIN, top + 10);
    let name = |sketch: &mut Canvas, (x, y): Point, name: &str| {
        sketch.text((x, y), SMALL, INK, HPos::Left, name);
        (x + SMALL.width(name) + 24, y)
    };
    for series in MarkKind::ALL {
        marker(sketch, (at.0 + 7, at.1), series, TestOutcome::Holds);
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
        (TestOutcome::Holds, "holds, confirmed"),
        (TestOutcome::Violated, "violated, refuted"),
        (TestOutcome::Inconclusive, "inconclusive"),
        (TestOutcome::Vacuous, "vacuous: the bound says nothing"),
    ] {
        for (series, x) in MarkKind::ALL.into_iter().zip([7, 25, 43]) {
            marker(sketch, (at.0 + x, at.1), series, outcome);
        }
        at = name(sketch, (at.0 + 58, at.1), meaning);
    }
    top + 46
}

/// The marker of a reading; its filling and outline tell the outcome.
pub(super) fn marker(sketch: &mut Canvas, (x, y): Point, series: MarkKind, outcome: TestOutcome) {
    let (outline, core) = match outcome {
        TestOutcome::Holds | TestOutcome::Confirmed => (series.color(), series.color()),
        TestOutcome::Violated | TestOutcome::Refuted => (INK, series.color()),
        TestOutcome::Inconclusive => (series.color(), PAPER),
        TestOutcome::Vacuous | TestOutcome::NotApplicable => (GREY, PAPER),
    };
    let size: i32 = if outcome.bad() { 7 } else { 5 };
    let mut shape = |size: i32, color| match series {
        MarkKind::Printed => sketch.disc((x, y), size.unsigned_abs(), color),
        MarkKind::Rederived => sketch.block((x - size + 1, y - size + 1), (x + size - 1, y + size - 1), color),
        MarkKind::Sharpened => {
            sketch.fill([(x, y - size - 1), (x + size + 1, y), (x, y + size + 1), (x - size - 1, y)], color);
        }
    };
    shape(size, outline);
    if core != outline {
        shape(size - 2, core);
    }
}

/// A triangle with its tip at `x`, pointing left or right.
pub(super) fn arrow(sketch: &mut Canvas, (x, y): Point, side: i32, color: RGBColor) {
    sketch.fill([(x, y), (x - 7 * side, y - 5), (x - 7 * side, y + 5)], color);
}
