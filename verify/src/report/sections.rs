//! What the page shows beside the statements: the events behind the a-priori bounds, and every proof as a waterfall.

use super::Report;
use super::ladders::ladders;
use super::page::{Picture, Section};
use super::study_figures::study_figures;
use crate::figure::FigureError;

/// The sections with their figures drawn. The ids of the figures are also the stems of their files.
///
/// # Errors
/// If the drawing backend fails; no report makes it fail.
pub fn sections(report: &Report) -> Result<Vec<Section>, FigureError> {
    let mut sections = Vec::new();
    let mut pictures = Vec::new();
    for (id, figure) in study_figures(report) {
        let svg = figure.svg()?;
        pictures.push(Picture { id, title: figure.title, caption: figure.statement, svg });
    }
    if !pictures.is_empty() {
        let text = "Lemmas 1 to 3 over many values of δ, s and m, on shards alone: no liars, no messages. All numbers, and \
                    what reusing the shards at t ≥ 1 changes, are in bounds.md and bounds.json.";
        sections.push(section("events", "The events behind the a-priori bounds", text, pictures));
    }
    let mut pictures = Vec::new();
    for (id, figure) in ladders(report) {
        let svg = figure.svg()?;
        pictures.push(Picture { id, title: figure.title, caption: figure.statement, svg });
    }
    if !pictures.is_empty() {
        let text = "Every proof on the scenario where its bound is closest to what was measured: which step loses most, and \
                    which step is wrong.";
        sections.push(section("proofs", "The proofs, step by step", text, pictures));
    }
    Ok(sections)
}

fn section(id: &str, title: &str, text: &str, pictures: Vec<Picture>) -> Section {
    Section { id: id.into(), title: title.into(), text: vec![text.into()], pictures }
}
