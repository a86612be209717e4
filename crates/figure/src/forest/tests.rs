//! What every forest must satisfy, whatever it shows.

use super::*;
use crate::png::{png, tree};

fn mark(series: MarkKind, outcome: TestOutcome, range: Option<(f64, f64, f64)>, note: &str) -> Mark {
    Mark { series, outcome, range, note: note.to_owned() }
}

fn forest(rows: usize, ranges: &[(f64, f64, f64)]) -> Forest {
    let outcomes = [
        TestOutcome::Holds,
        TestOutcome::Violated,
        TestOutcome::Vacuous,
        TestOutcome::Confirmed,
        TestOutcome::Refuted,
        TestOutcome::Inconclusive,
    ];
    let row = |index: usize| ForestRow {
        label: format!("scenario <{index}> & ‖x̂‖₁"),
        marks: (0..3)
            .map(|k| {
                let range = ranges.get((index + k) % (ranges.len() + 1)).copied();
                mark(MarkKind::ALL[k], outcomes[(index + k) % 6], range, "0/200")
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
    for series in MarkKind::ALL {
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
    forest.groups[0].rows.push(ForestRow::default());
    tree(&forest.svg().unwrap()).unwrap();
}

#[test]
fn the_same_data_give_the_same_bytes() {
    let forest = forest(5, &[(0.1, 0.2, 0.9)]);
    let svg = forest.svg().unwrap();
    assert_eq!(svg, forest.clone().svg().unwrap());
    assert_eq!(png(&svg, 1.0).unwrap(), png(&svg, 1.0).unwrap());
}
