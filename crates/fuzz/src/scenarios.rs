//! A TOML file of scenarios, read and checked; nothing of it is played.

use comrade_verify::scenario::File;
use std::path::Path;

/// Gives `data` to the reader of scenarios.
///
/// # Panics
/// If a file that is accepted cannot be played, or an error names no line of the file.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match File::parse(text, Path::new("no-such-folder")) {
        Ok(file) => {
            assert!(!file.scenarios.is_empty() && file.scenarios.iter().all(|scenario| scenario.check().is_ok()));
            for size in [(0, 0), (1, 1), (20, 3), (usize::MAX, usize::MAX)] {
                let _ = file.fits(|_| Some(size));
            }
        }
        Err(mistake) => assert!(mistake.line >= 1 && mistake.line <= text.matches('\n').count() + 1, "{mistake}"),
    }
}
