//! `figures.toml`: experiments read and checked; nothing of them is played.

use comrade_verify::experiment::config::Config;

/// Gives `data` to the reader of experiments.
///
/// # Panics
/// If a panel that is read has no data.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Config::parse(text) {
        Ok(config) => {
            for panel in config.figures.iter().flat_map(|figure| &figure.panels) {
                let _ = config.data(panel);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
