//! `index.html`: the whole report as one page that needs no network, from the template `page.html`.
//!
//! [`view`] arranges the numbers, [`words`] says them in sentences, [`typeset`] sets the formulas; the template
//! decides where everything stands, `page.css` how it looks, and `page.js` sorts and filters what is already there.

mod proof;
mod search;
mod typeset;
mod view;
mod words;

use super::Report;
use crate::claim::Mode;
use crate::hunt;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use figure::style::FAMILY;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
pub use typeset::FormulaError;
use typeset::Typesetter;
use view::View;
pub(super) use words::{name, summary};

/// In the order of the page.
const MODES: [Mode; 2] = [Mode::APosteriori, Mode::APriori];

/// What a page is made from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The judgements.
    pub report: &'a Report,
    /// What the search found, if it was made.
    pub hunted: Option<&'a Hunted>,
    /// (id of a statement, SVG) for each statement that has a figure.
    pub figures: &'a [(String, String)],
    /// Whatever else belongs on the page, after the statements.
    pub sections: &'a [Section],
    /// The way from the page to the folder of the committed reports, for links; none for a page that lies elsewhere.
    pub home: Option<&'a str>,
}

/// The result of a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hunted {
    /// The entries of `hunt.json`.
    pub entries: Vec<hunt::SearchEntry>,
    /// (file name, content) of each stored counterexample.
    pub witnesses: Vec<(String, hunt::Witness)>,
}

/// A section of further figures.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Section {
    /// For links; unique on the page.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What it shows, a paragraph each.
    pub text: Vec<String>,
    /// Its figures.
    pub pictures: Vec<Picture>,
}

/// A figure of a [`Section`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Picture {
    /// For links; unique on the page.
    pub id: String,
    /// In a line, also for those who cannot see it.
    pub title: String,
    /// What it shows, in sentences; empty if the figure says it.
    pub caption: String,
    /// An SVG document.
    pub svg: String,
}

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A formula is not TeX.
    #[error(transparent)]
    Formula(#[from] FormulaError),
    /// A counterexample cannot be written out.
    #[error("a counterexample cannot be shown: {0}")]
    Witness(#[from] serde_json::Error),
    /// The template does not fit the view.
    #[error("the template of the page failed: {0}")]
    Template(#[from] minijinja::Error),
}

/// The page.
///
/// # Errors
/// [`PageError`] when the template or a formula in the source of this crate is wrong; no report makes it fail.
pub fn page(sources: &Sources<'_>) -> Result<String, PageError> {
    let view = View::new(sources, &Typesetter::new()?)?;
    let mut templates = Environment::new();
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.add_global("css", include_str!("page.css"));
    templates.add_global("font", BASE64_STANDARD.encode(include_bytes!("../../../assets/ReportMath.woff2")));
    templates.add_global("js", include_str!("page.js"));
    templates.add_filter("formula", |text: &str| minijinja::Value::from_safe_string(words::formula(text)));
    // Escapes whatever is put into a file of this name.
    templates.add_template("page.html", include_str!("page.html"))?;
    Ok(templates.get_template("page.html")?.render(Serde(&view))?)
}

/// An SVG document as a part of the page: scaled by its frame, named for those who cannot see it, and without what every
/// element repeats. Several can stand on one page.
fn inline(svg: &str, id: &str, title: &str) -> String {
    let body = svg.find("<svg").and_then(|start| svg[start..].find('>').map(|end| (start, start + end)));
    let Some((start, end)) = body else { return String::new() };
    let view_box = svg[start..end].find("viewBox").map_or("", |at| {
        let rest = &svg[start + at..end];
        rest.match_indices('"').nth(1).map_or("", |(close, _)| &rest[..=close])
    });
    let size = |position: usize| {
        view_box.trim_end_matches('"').split([' ', ',', '"']).filter(|word| !word.is_empty()).nth(position)
    };
    let (width, height) = (size(3).unwrap_or("1200"), size(4).unwrap_or("900"));
    let mut rest = svg[end + 1..].to_owned();
    let family = format!(" font-family=\"{FAMILY}\"");
    for repeated in [" opacity=\"1\"", " stroke=\"none\" stroke-width=\"1\"", " stroke=\"none\"", &family] {
        rest = rest.replace(repeated, "");
    }
    let rest = rest.replace(" text-anchor=\"start\"", "").replace("\">\n", "\">").replace("\n</text>", "</text>");
    let title = minijinja::HtmlEscape(title);
    format!(
        "<svg {view_box} width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-title\"{family}>\
         <title id=\"{id}-title\">{title}</title>{rest}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_loses_only_what_it_repeats() {
        let svg = format!(
            "<?xml version=\"1.0\"?><svg width=\"9\" height=\"7\" viewBox=\"0 0 9 7\" xmlns=\"x\">\n\
             <rect x=\"0\" opacity=\"1\" fill=\"#FFF\" stroke=\"none\"/>\n\
             <text x=\"1\" text-anchor=\"start\" font-family=\"{FAMILY}\" opacity=\"0.5\">\nφ &lt; 1\n</text></svg>"
        );
        let inlined = inline(&svg, "a", "1 < 2");
        let wanted = format!(
            "<svg viewBox=\"0 0 9 7\" width=\"9\" height=\"7\" role=\"img\" aria-labelledby=\"a-title\" \
             font-family=\"{FAMILY}\"><title id=\"a-title\">1 &lt; 2</title>\n<rect x=\"0\" fill=\"#FFF\"/>\n\
             <text x=\"1\" opacity=\"0.5\">φ &lt; 1</text></svg>"
        );
        assert_eq!(inlined, wanted);
        assert_eq!(inline("no picture", "a", ""), "");
    }
}
