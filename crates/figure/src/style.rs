//! What all figures share: colours, typefaces and the width of text.

use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, TextStyle};

/// The font families of every text, in the order in which a viewer looks for them.
pub const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// Background.
pub const PAPER: RGBColor = RGBColor(255, 255, 255);
/// Text and outlines.
pub const INK: RGBColor = RGBColor(26, 26, 26);
/// Text of second rank.
pub const MUTED: RGBColor = RGBColor(89, 89, 89);
/// What says nothing.
pub const GREY: RGBColor = RGBColor(115, 115, 115);
/// Frames.
pub const FRAME: RGBColor = RGBColor(176, 176, 176);
/// Grid lines.
pub const GRID: RGBColor = RGBColor(228, 228, 228);
/// Hatching of a region in which nothing is measured.
pub const HATCH: RGBColor = RGBColor(206, 206, 206);
/// Background of headings.
pub const BAND: RGBColor = RGBColor(240, 242, 245);
/// Background of the region in which a bound is broken.
pub const BROKEN: RGBColor = RGBColor(253, 236, 226);
/// Text that reports a broken bound.
pub const ALARM: RGBColor = RGBColor(168, 60, 0);

/// Okabe–Ito blue.
pub const BLUE: RGBColor = RGBColor(0, 114, 178);
/// Okabe–Ito bluish green.
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
/// Okabe–Ito reddish purple.
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);
/// Okabe–Ito orange.
pub const ORANGE: RGBColor = RGBColor(230, 159, 0);
/// Okabe–Ito vermilion.
pub const VERMILION: RGBColor = RGBColor(213, 94, 0);
/// Okabe–Ito sky blue.
pub const SKY: RGBColor = RGBColor(86, 180, 233);

/// Width of a figure.
pub(crate) const WIDTH: i32 = 1200;
/// Space around a figure.
pub(crate) const MARGIN: i32 = 24;

/// Title of a figure.
pub const TITLE: Face = Face { size: 20, bold: true };
/// The statement below the title.
pub const STATEMENT: Face = Face { size: 16, bold: false };
/// Headings inside a figure.
pub const HEADING: Face = Face { size: 14, bold: true };
/// Labels and captions.
pub const BODY: Face = Face { size: 13, bold: false };
/// The smallest text.
pub const SMALL: Face = Face { size: 12, bold: false };
/// The smallest text, stressed.
pub const STRESSED: Face = Face { size: 12, bold: true };

/// Advance widths of the characters U+0020 to U+007E of DejaVu Sans, in thousandths of the size.
const ADVANCES: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
];

/// A size and a weight of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Face {
    /// Size in pixels.
    pub size: u16,
    /// Whether the text is bold.
    pub bold: bool,
}

impl Face {
    /// The style that plotters draws, anchored vertically in the middle.
    pub fn style(self, color: RGBColor, anchor: HPos) -> TextStyle<'static> {
        // The SVG backend divides sizes by 1.24.
        let size = f64::from(self.size) * 1.24;
        let weight = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = (FAMILY, size, weight).into_font();
        TextStyle { font, color: color.to_backend_color(), pos: Pos::new(anchor, VPos::Center) }
    }

    /// The height of a line, in pixels.
    pub fn line(self) -> i32 {
        i32::from(self.size) * 7 / 5
    }

    /// An estimate of the width of `text` in pixels, rather too large than too small.
    pub fn width(self, text: &str) -> i32 {
        let thousandths: i64 = text.chars().map(advance).sum();
        // Bold letters are on average 12 % wider.
        let stretch = if self.bold { 113 } else { 100 };
        let pixels = thousandths * i64::from(self.size) * stretch / 100_000 + 1;
        i32::try_from(pixels).unwrap_or(i32::MAX)
    }

    /// Breaks `text` into lines of at most `width` pixels: at white space (not at U+00A0), or inside a word that is wider.
    pub fn wrap(self, text: &str, width: i32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split(ends_line).filter(|word| !word.is_empty()) {
                if !line.is_empty() && self.width(&format!("{line} {word}")) > width {
                    lines.push(std::mem::take(&mut line));
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                for letter in word.chars() {
                    line.push(letter);
                    if self.width(&line) > width && line.chars().nth(1).is_some() {
                        line.pop();
                        lines.push(std::mem::replace(&mut line, letter.to_string()));
                    }
                }
            }
            if !line.is_empty() {
                lines.push(line);
            }
        }
        lines
    }

    /// Shortens `text` to at most `width` pixels, with an ellipsis in place of what is left out.
    pub fn shorten(self, text: &str, width: i32) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let mut short = text.to_owned();
        while short.pop().is_some() && self.width(&format!("{short}…")) > width {}
        short.push('…');
        short
    }
}

/// Whether a line may end here.
fn ends_line(letter: char) -> bool {
    letter.is_whitespace() && letter != '\u{a0}'
}

fn advance(letter: char) -> i64 {
    match letter {
        ' '..='~' => i64::from(ADVANCES[letter as usize - 0x20]),
        '\u{a0}' => advance(' '),
        '\u{300}'..='\u{36f}' => 0,
        '…' | '—' => 1000,
        _ if letter < '\u{400}' => 700,
        _ => 850,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_lose_nothing() {
        let text = "φ(p̂) ≤ ε² + (1 − ζ²) min φ, with_a_very_long_word_that_no_line_can_hold in it";
        for width in [0, 40, 90, 300] {
            let lines = BODY.wrap(text, width);
            assert!(width < 40 || lines.iter().all(|line| BODY.width(line) <= width), "{lines:?}");
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            assert_eq!(letters(&lines.concat()), letters(text));
        }
        assert!(BODY.wrap(" \n ", 100).is_empty());
        assert_eq!(BODY.wrap("λ\u{a0}= 1", 30), ["λ\u{a0}=", "1"]);
    }

    #[test]
    fn a_shortened_text_fits() {
        assert_eq!(SMALL.shorten("0/200", 100), "0/200");
        let short = SMALL.shorten("a note that is far too long for its column", 100);
        assert!(short.starts_with("a note") && short.ends_with('…') && SMALL.width(&short) <= 100, "{short}");
        assert_eq!(SMALL.shorten("note", 0), "…");
    }

    #[test]
    fn widths_are_those_of_the_embedded_fonts() {
        for face in [BODY, TITLE] {
            let text = "Holds for every draw of the sample, 0/200 (measured / bound)";
            let weight = if face.bold { "bold" } else { "normal" };
            let svg = format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text font-family="{FAMILY}" font-size="{}" font-weight="{weight}">{text}</text></svg>"#,
                face.size
            );
            let exact = crate::png::tree(&svg).unwrap().root().bounding_box().width();
            let estimate = face.width(text) as f32;
            assert!((0.99 * exact..1.04 * exact).contains(&estimate), "{estimate} {exact}");
        }
    }
}
