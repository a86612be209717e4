//! SVG text to PNG bytes, with the embedded fonts only.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Node, Options, Tree};

use crate::FigureError;
use crate::sketch::printable;
use crate::style::FAMILY;

/// The longest side of an image, in pixels.
const LONGEST: f32 = 32_000.0;

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(include_bytes!("../assets/DejaVuSans.ttf").to_vec());
    fonts.load_font_data(include_bytes!("../assets/DejaVuSans-Bold.ttf").to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

/// Parses an SVG document, with its text set in the embedded fonts.
pub(crate) fn tree(svg: &str) -> Result<Tree, FigureError> {
    let options = Options { font_family: "DejaVu Sans".to_owned(), fontdb: Arc::clone(&FONTS), ..Options::default() };
    Ok(Tree::from_str(svg, &options)?)
}

/// Renders an SVG document on white, `scale` pixels to each unit of the document, and encodes it as PNG.
///
/// # Errors
///
/// If `svg` is not an SVG document, or if the image would be empty or longer than 32 000 pixels.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, FigureError> {
    let tree = tree(svg)?;
    let (width, height) = ((tree.size().width() * scale).round(), (tree.size().height() * scale).round());
    let size = || FigureError::Size { width, height };
    if !(1.0..=LONGEST).contains(&width) || !(1.0..=LONGEST).contains(&height) {
        return Err(size());
    }
    let mut pixels = Pixmap::new(width as u32, height as u32).ok_or_else(size)?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| FigureError::Encode(error.to_string()))
}

/// The signs of a text that the embedded fonts do not have, normal or bold, and would draw as boxes.
///
/// # Errors
///
/// If the SVG document of these signs cannot be read; no sign makes it so.
pub fn lacking(text: &str) -> Result<String, FigureError> {
    let signs: Vec<char> = printable(text.to_owned()).chars().filter(|c| !c.is_ascii() && !c.is_whitespace()).collect();
    let mut lacking = String::new();
    for weight in ["normal", "bold"] {
        let each = |(k, sign): (usize, &char)| format!(r#"<text id="{k}">{sign}</text>"#);
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" font-family="{FAMILY}" font-weight="{weight}">{}</svg>"#,
            signs.iter().enumerate().map(each).collect::<String>()
        );
        let tree = tree(&svg)?;
        for (k, &sign) in signs.iter().enumerate() {
            // A text without any glyph is left out of the tree.
            let drawn = tree.node_by_id(&k.to_string()).is_some_and(|node| {
                let Node::Text(text) = node else { return false };
                text.layouted().iter().flat_map(|span| &span.positioned_glyphs).all(|glyph| glyph.id.0 != 0)
            });
            if !drawn && !lacking.contains(sign) {
                lacking.push(sign);
            }
        }
    }
    Ok(lacking)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>"#;

    #[test]
    fn a_png_has_the_signature_and_the_scaled_size() {
        let bytes = png(SVG, 2.0).unwrap();
        assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n");
        assert_eq!(bytes[16..24], [0, 0, 0, 60, 0, 0, 0, 40]);
    }

    #[test]
    fn what_cannot_be_rendered_is_an_error() {
        assert!(matches!(png("<p>no", 1.0), Err(FigureError::Svg(_))));
        for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e9] {
            assert!(matches!(png(SVG, scale), Err(FigureError::Size { .. })), "{scale}");
        }
    }

    #[test]
    fn signs_that_the_fonts_lack_are_named() {
        assert_eq!(lacking("φ(p̂) ≤ ½‖x‖²").unwrap(), "");
        assert_eq!(lacking("a 中 b <& 文 c").unwrap(), "中文");
    }
}
