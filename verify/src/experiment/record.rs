//! What came out: every curve summarised over seeds, with the configuration and the data it belongs to.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use super::config::{Config, ConfigError};
use super::ground::Facts;
use super::unit::{Track, Unit};
use crate::difference::{Difference, compare_by};

/// All numbers behind all figures. One that is read is such that it can be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Record {
    /// How it was made.
    pub run: Run,
    /// What was asked for.
    pub config: Config,
    /// The data sets, under their names in the configuration.
    pub data: BTreeMap<String, Facts>,
    /// In the order of the configuration.
    pub figures: Vec<FigureRecord>,
}

/// A record as it is read.
#[derive(Deserialize)]
struct Unchecked {
    run: Run,
    config: Config,
    data: BTreeMap<String, Facts>,
    figures: Vec<FigureRecord>,
}

/// A record that cannot be drawn.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecordError {
    /// What was asked for is out of range.
    #[error("config.{0}")]
    Config(#[from] ConfigError),
    /// It does not have what was asked for.
    #[error("{place}: {says}")]
    Shape {
        /// Where, for example `figure.figure-3.panel.0.curve.2.bytes_up`.
        place: String,
        /// What is wrong.
        says: String,
    },
}

impl TryFrom<Unchecked> for Record {
    type Error = RecordError;

    fn try_from(Unchecked { run, config, data, figures }: Unchecked) -> Result<Self, RecordError> {
        let fail = |place: String, says: String| Err(RecordError::Shape { place, says });
        config.check()?;
        if let Some(name) = config.data.keys().find(|name| !data.contains_key(*name)) {
            return fail(format!("data.{name}"), "missing".into());
        }
        let names = (config.figures.iter().map(|f| &f.name), figures.iter().map(|f| &f.name));
        if !names.0.eq(names.1) {
            return fail("figures".into(), "not those of the configuration, in its order".into());
        }
        for (asked, figure) in config.figures.iter().zip(&figures) {
            let (wanted, there) = (asked.panels.len(), figure.panels.len());
            if wanted != there {
                return fail(format!("figure.{}", figure.name), format!("{there} panels, but {wanted} are asked for"));
            }
            for (at, panel) in figure.panels.iter().enumerate() {
                for (k, curve) in panel.curves.iter().enumerate() {
                    if let Some((list, length)) = curve.uneven() {
                        let place = format!("figure.{}.panel.{at}.curve.{k}.{list}", figure.name);
                        let says = format!("{length} numbers for {} iterations", curve.iteration.len());
                        return fail(place, says);
                    }
                }
            }
        }
        Ok(Self { run, config, data, figures })
    }
}

/// How a record was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The program's version.
    pub version: String,
    /// Last digits depend on it.
    pub processor: String,
}

/// The numbers behind a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FigureRecord {
    /// The stem of its files.
    pub name: String,
    /// In the order of the configuration.
    pub panels: Vec<PanelRecord>,
}

/// The numbers behind a panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PanelRecord {
    /// Its heading, with the name of the data.
    pub title: String,
    /// In the order of the configuration.
    pub curves: Vec<CurveRecord>,
}

/// A curve: each list has an entry for each recorded iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurveRecord {
    /// Its name in the legend.
    pub label: String,
    /// How it was played.
    pub unit: Unit,
    /// Runs that could not go on at some iteration and stood still from there on.
    pub stopped: usize,
    /// t.
    pub iteration: Vec<usize>,
    /// Bytes from the center to all workers until then, the median over seeds.
    pub bytes_down: Vec<u64>,
    /// Bytes from all workers to the center until then, the median over seeds.
    pub bytes_up: Vec<u64>,
    /// Liars among those kept, the mean over seeds.
    pub kept_liars: Vec<f64>,
    /// f(w_t) - f(w*).
    pub suboptimality: Band,
    /// Training accuracy.
    pub accuracy: Band,
    /// Test accuracy; without a test set there is none.
    pub test_accuracy: Option<Band>,
}

/// Three quantiles over seeds, each a list over iterations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The smallest.
    pub min: Vec<f64>,
    /// The median: of an even number, the mean of the two in the middle.
    pub median: Vec<f64>,
    /// The largest.
    pub max: Vec<f64>,
}

impl Band {
    /// Of values by seed, then by iteration.
    fn over(tracks: &[Track], values: impl Fn(&Track) -> &Vec<f64>) -> Self {
        let mut band = Self::default();
        for t in 0..values(&tracks[0]).len() {
            let mut at: Vec<f64> = tracks.iter().map(|track| values(track)[t]).collect();
            at.sort_by(f64::total_cmp);
            band.min.push(at[0]);
            band.median.push(0.5 * at[(at.len() - 1) / 2] + 0.5 * at[at.len() / 2]);
            band.max.push(at[at.len() - 1]);
        }
        band
    }

    /// The quantiles with their names.
    #[must_use]
    pub fn quantiles(&self) -> [(&'static str, &[f64]); 3] {
        [("min", &self.min), ("median", &self.median), ("max", &self.max)]
    }
}

impl CurveRecord {
    /// A list that has not one entry for each recorded iteration, and how many it has.
    fn uneven(&self) -> Option<(String, usize)> {
        let mut lengths = vec![
            ("bytes_down".to_owned(), self.bytes_down.len()),
            ("bytes_up".to_owned(), self.bytes_up.len()),
            ("kept_liars".to_owned(), self.kept_liars.len()),
        ];
        let bands = [("suboptimality", Some(&self.suboptimality)), ("accuracy", Some(&self.accuracy))];
        for (name, band) in bands.into_iter().chain([("test_accuracy", self.test_accuracy.as_ref())]) {
            let quantiles = band.into_iter().flat_map(Band::quantiles);
            lengths.extend(quantiles.map(|(quantile, values)| (format!("{name}.{quantile}"), values.len())));
        }
        lengths.into_iter().find(|(_, length)| *length != self.iteration.len())
    }

    /// Summarises the runs of a unit, one for each seed.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn new(label: &str, unit: &Unit, tracks: &[Track]) -> Self {
        let middle = |values: &dyn Fn(&Track) -> &Vec<u64>| -> Vec<u64> {
            (0..tracks[0].iteration.len())
                .map(|t| {
                    let mut at: Vec<u64> = tracks.iter().map(|track| values(track)[t]).collect();
                    at.sort_unstable();
                    at[(at.len() - 1) / 2]
                })
                .collect()
        };
        let kept = |t: usize| tracks.iter().map(|track| track.kept_liars[t] as f64).sum::<f64>() / tracks.len() as f64;
        Self {
            label: label.to_owned(),
            unit: unit.clone(),
            stopped: tracks.iter().filter(|track| track.stopped.is_some()).count(),
            iteration: tracks[0].iteration.clone(),
            bytes_down: middle(&|track| &track.bytes_down),
            bytes_up: middle(&|track| &track.bytes_up),
            kept_liars: (0..tracks[0].iteration.len()).map(kept).collect(),
            suboptimality: Band::over(tracks, |track| &track.suboptimality),
            accuracy: Band::over(tracks, |track| &track.accuracy),
            test_accuracy: (!tracks[0].test_accuracy.is_empty()).then(|| Band::over(tracks, |t| &t.test_accuracy)),
        }
    }
}

/// The units behind figures, each once, in the order in which they are first needed.
#[must_use]
pub fn units(config: &Config) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for figure in &config.figures {
        for unit in figure.panels.iter().flat_map(|p| figure.curves.iter().map(|c| Unit::new(config, p, c))) {
            if !units.contains(&unit) {
                units.push(unit);
            }
        }
    }
    units
}

impl Record {
    /// Puts what was played together. `tracks` has the runs of every unit of the configuration.
    ///
    /// # Panics
    /// If a unit or the facts of a data set are missing.
    #[must_use]
    pub fn new(
        config: &Config,
        processor: String,
        data: BTreeMap<String, Facts>,
        tracks: &dyn Fn(&Unit) -> Vec<Track>,
    ) -> Self {
        let figures = config.figures.iter().map(|figure| FigureRecord {
            name: figure.name.clone(),
            panels: figure
                .panels
                .iter()
                .map(|panel| PanelRecord {
                    title: panel.title.replace("{data}", &data[&panel.data].provenance.name),
                    curves: figure
                        .curves
                        .iter()
                        .map(|curve| {
                            let unit = Unit::new(config, panel, curve);
                            CurveRecord::new(&curve.label, &unit, &tracks(&unit))
                        })
                        .collect(),
                })
                .collect(),
        });
        let figures = figures.collect();
        let run = Run { version: env!("CARGO_PKG_VERSION").into(), processor };
        Self { run, config: config.clone(), data, figures }
    }

    /// Whether all data are the published files.
    #[must_use]
    pub fn real(&self) -> bool {
        self.data.values().all(|facts| facts.provenance.real)
    }

    /// As a file: indented, but each list of numbers in one line.
    ///
    /// # Errors
    /// None that this type can cause.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let mut text = String::new();
        write(&mut text, 0, &serde_json::to_value(self)?);
        text.push('\n');
        Ok(text)
    }
}

fn write(text: &mut String, depth: usize, value: &Value) {
    let (inner, outer) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            text.push('{');
            for (at, (key, value)) in fields.iter().enumerate() {
                text.push_str(&format!("{}\n{inner}{}: ", if at > 0 { "," } else { "" }, Value::from(key.as_str())));
                write(text, depth + 1, value);
            }
            text.push_str(&format!("\n{outer}}}"));
        }
        Value::Array(items) if items.iter().any(|item| !item.is_number()) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(&format!("{}\n{inner}", if at > 0 { "," } else { "" }));
                write(text, depth + 1, item);
            }
            text.push_str(&format!("\n{outer}]"));
        }
        other => text.push_str(&other.to_string()),
    }
}

/// Relative difference allowed between numbers of two processors.
const RELATIVE: f64 = 1e-6;
/// Differences of objectives below this are rounding that has come a long way.
const ABSOLUTE: f64 = 1e-11;
/// Samples that may fall on the other side of the boundary.
const SAMPLES: f64 = 2.0;
/// Where f is this far above its minimum a method has diverged, and rounding, grown on the way, decides its digits.
const DIVERGED: f64 = 100.0;

/// All differences between a committed record and a fresh one, the processor's name aside: words and counts exactly,
/// accuracies within two samples, other numbers within 1e-6 of their size. Where a seed has diverged in both, that is all
/// that is compared.
///
/// # Errors
/// None that these types can cause.
pub fn compare(committed: &Record, fresh: &Record) -> serde_json::Result<Vec<Difference>> {
    let mut found = differences("", &shell(committed), &shell(fresh), 1)?;
    for (figure, other) in committed.figures.iter().zip(&fresh.figures) {
        let asked = committed.config.figures.iter().find(|asked| asked.name == figure.name);
        for (at, (panel, other)) in figure.panels.iter().zip(&other.panels).enumerate() {
            let facts = asked.and_then(|asked| committed.data.get(&asked.panels.get(at)?.data));
            let rows = facts.map_or(usize::MAX, |facts| match facts.test_rows {
                0 => facts.provenance.rows,
                test => test.min(facts.provenance.rows),
            });
            let (mut panel, mut other) = (panel.clone(), other.clone());
            for (curve, other) in panel.curves.iter_mut().zip(&mut other.curves) {
                blank_where_both_diverged(curve, other);
            }
            found.extend(differences(&format!("/{}/{}", figure.name, panel.title), &panel, &other, rows)?);
        }
    }
    Ok(found)
}

fn blank_where_both_diverged(a: &mut CurveRecord, b: &mut CurveRecord) {
    let both = a.suboptimality.max.iter().zip(&b.suboptimality.max).map(|(&a, &b)| a.min(b) > DIVERGED);
    let blank: Vec<bool> = both.collect();
    for curve in [a, b] {
        for band in [&mut curve.suboptimality, &mut curve.accuracy].into_iter().chain(&mut curve.test_accuracy) {
            for values in [&mut band.min, &mut band.median, &mut band.max] {
                values.iter_mut().zip(&blank).filter(|(_, blank)| **blank).for_each(|(value, _)| *value = 0.0);
            }
        }
    }
}

/// A record without its curves.
fn shell(record: &Record) -> Record {
    let bare = |panel: &PanelRecord| PanelRecord { title: panel.title.clone(), curves: Vec::new() };
    let figure =
        |figure: &FigureRecord| FigureRecord { panels: figure.panels.iter().map(bare).collect(), ..figure.clone() };
    Record { figures: record.figures.iter().map(figure).collect(), ..record.clone() }
}

fn differences<T: Serialize>(path: &str, a: &T, b: &T, rows: usize) -> serde_json::Result<Vec<Difference>> {
    let close = |path: &str, a: f64, b: f64| {
        let absolute = match path {
            _ if path.contains("accuracy") => (SAMPLES + 1e-6) / rows as f64,
            _ if path.contains("suboptimality") => ABSOLUTE,
            _ => 0.0,
        };
        (a - b).abs() <= absolute + RELATIVE * a.abs().max(b.abs())
    };
    let mut found = compare_by(&serde_json::to_value(a)?, &serde_json::to_value(b)?, &close);
    found.iter_mut().for_each(|difference| difference.path.insert_str(0, path));
    Ok(found)
}

#[cfg(test)]
mod tests;
