//! What the page shows in addition to the statements: the events behind the a-priori bounds, and every proof as a
//! waterfall.

use super::Report;
use super::ladders::ladders;
use super::page::{Picture, Section};
use super::study_figures::study_figures;
use crate::experiment::Record;
use crate::sweep::Theory;
use figure::{Curves, FigureError};

/// The sections with their figures drawn. The ids of the figures are also the stems of their files.
///
/// # Errors
/// If the drawing backend fails; no report makes it fail.
pub fn sections(report: &Report) -> Result<Vec<Section>, FigureError> {
    let mut sections = Vec::new();
    let mut pictures = Vec::new();
    for (id, figure) in study_figures(report) {
        let svg = figure.svg()?;
        pictures.push(Picture { id, title: figure.title, caption: String::new(), svg });
    }
    if !pictures.is_empty() {
        let text = "Lemmas 1 to 3 over many values of δ, s and m, on shards alone: no liars, no messages. All numbers, and \
                    what reusing the shards at t ≥ 1 changes, are in bounds.md and bounds.json.";
        sections.push(section("events", "The events behind the a-priori bounds", text, pictures));
    }
    let mut pictures = Vec::new();
    for (id, figure) in ladders(report) {
        let svg = figure.svg()?;
        pictures.push(Picture { id, title: figure.title, caption: String::new(), svg });
    }
    if !pictures.is_empty() {
        let text = "Every proof on the scenario where its bound is closest to what was measured: which step loses most, and \
                    which step is wrong.";
        sections.push(section("proofs", "The proofs, step by step", text, pictures));
    }
    Ok(sections)
}

/// The figures that other programs made, for the committed pages: each statement along each parameter, and the paper's
/// experiments.
///
/// # Errors
/// If the drawing backend fails; no numbers make it fail.
pub fn gallery(theory: Option<&Theory>, record: Option<&Record>) -> Result<Vec<Section>, FigureError> {
    let drawn = |figures: Vec<(String, Curves)>| -> Result<Vec<Picture>, FigureError> {
        figures
            .into_iter()
            .map(|(id, figure)| {
                let svg = figure.svg()?;
                Ok(Picture { id, title: figure.title, caption: String::new(), svg })
            })
            .collect()
    };
    let mut sections = Vec::new();
    if let Some(theory) = theory {
        let text = "What is measured and what each reading allows, along one parameter at a time; how the iterates converge, \
                    and where they stop. Made by cargo xtask theory; the numbers are in theory.json and the CSV files \
                    beside it.";
        let pictures = drawn(crate::sweep::figures::all(theory))?;
        sections.push(section("parameters", "Along s, m, κ, α, β and ρ", text, pictures));
    }
    if let Some(record) = record {
        let text = "The paper's Figure 3 and its companions: training accuracy and the objective's distance from its minimum \
                    under attack. Made by cargo xtask figures from verify/figures.toml; the numbers are in figures.json and \
                    the CSV files beside it.";
        let pictures = drawn(crate::experiment::draw::figures(record))?;
        sections.push(section("experiments", "The experiments", text, pictures));
    }
    Ok(sections)
}

fn section(id: &str, title: &str, text: &str, pictures: Vec<Picture>) -> Section {
    Section { id: id.into(), title: title.into(), text: vec![text.into()], pictures }
}
