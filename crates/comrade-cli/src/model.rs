//! The model file: JSON with a kind, a schema version, the weights, and all that led to them. It holds no date, so the same
//! data and seed give the same bytes.

use crate::ending::{Ending, is_unmoved};
use crate::file::{self, FileError};
use crate::fitted::{Data, KIND, SCHEMAS};
use crate::settings::{Plan, Settings};
use comrade::method::{Floor, Measured};
use comrade_file::WriteError;
use serde::Serialize;
use std::path::Path;

/// A trained model, as it is written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Model {
    /// What it was trained on.
    pub(crate) data: Data,
    /// How; the seed is among it.
    pub(crate) settings: Settings,
    /// By which method, and when to stop.
    pub(crate) plan: Plan,
    /// What came out.
    pub(crate) outcome: Outcome,
    /// The features that have a weight, from 1, if not all have: of those that no training row had, it is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) columns: Option<Vec<u64>>,
    /// w, one for each of these features; after them the intercept, if there is one.
    pub(crate) weights: Vec<f64>,
}

/// How a training run ended. f and g are exact, over all samples, or what workers at other addresses say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Outcome {
    /// In one word.
    pub(crate) end: Ending,
    /// f(w).
    pub(crate) objective: f64,
    /// ||g(w)||.
    pub(crate) gradient_norm: f64,
    /// f(0).
    pub(crate) first_objective: f64,
    /// ||g(0)||.
    pub(crate) first_gradient_norm: f64,
    /// ||g||^2 / (2 lambda) >= f(w) - f(w*); none with an intercept.
    pub(crate) bound: Option<f64>,
    /// With liars assumed: how far from w* the model may be, as far as the center knows.
    pub(crate) floor: Option<Floor>,
    /// Training accuracy; none if the samples are at other addresses.
    pub(crate) accuracy: Option<f64>,
    /// Rounds of communication.
    pub(crate) rounds: u64,
    /// Bytes from the center.
    pub(crate) bytes_down: u64,
    /// Bytes to the center.
    pub(crate) bytes_up: u64,
}

impl Outcome {
    /// As [`is_unmoved`].
    pub(crate) fn is_unmoved(&self) -> bool {
        let measured = |value, gradient_norm| Measured { value, gradient_norm };
        let first = measured(self.first_objective, self.first_gradient_norm);
        is_unmoved(measured(self.objective, self.gradient_norm), first)
    }

    /// Whether w may be written over another model.
    pub(crate) fn is_worth_keeping(&self) -> bool {
        !matches!(self.end, Ending::Diverged | Ending::Worse) && !self.is_unmoved()
    }
}

/// A file: the header, then the content.
#[derive(Serialize)]
pub(crate) struct Whole<'a, T> {
    pub(crate) kind: &'a str,
    pub(crate) schema: u32,
    #[serde(flatten)]
    pub(crate) content: &'a T,
}

impl Model {
    /// Writes the file whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<(), FileError> {
        let text = serde_json::to_string_pretty(&Whole { kind: KIND, schema: *SCHEMAS.end(), content: self })
            .map_err(|error| WriteError { path: path.to_owned(), cause: error.into() })?;
        file::write(path, (text + "\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fitted::{Fitted, ModelError, Problem};
    use crate::settings::Line;
    use clap::Parser;
    use comrade::data::libsvm::{Input, LabelMapping};
    use comrade::loss::Loss;

    fn model() -> Model {
        let Line { settings, plan } = Line::parse_from(["comrade", "--attack", "gaussian:2", "--trim", "0.25"]);
        let labels = LabelMapping { negative: 1.0, positive: 2.0 };
        let data = Data { name: "by hand".into(), rows: 4, dimension: 2, labels };
        let outcome = Outcome {
            end: Ending::AtRest,
            objective: 0.1,
            gradient_norm: 1e-3,
            first_objective: 0.7,
            first_gradient_norm: 0.3,
            bound: None,
            floor: Some(Floor { spread: 0.1, unavoidable: 0.01, estimate: 0.1 }),
            accuracy: Some(0.75),
            rounds: 3,
            bytes_down: 1,
            bytes_up: 2,
        };
        Model { data, settings, plan, outcome, columns: None, weights: vec![0.1 + 0.2, -1e-300] }
    }

    fn read(text: &str) -> Result<Fitted, ModelError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.json");
        std::fs::write(&path, text).unwrap();
        Fitted::read(&path)
    }

    /// Writes the model with one piece of its text replaced, and reads it.
    fn altered(from: &str, to: &str) -> Result<Fitted, ModelError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.json");
        model().write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        read(&text.replacen(from, to, 1))
    }

    #[test]
    fn a_model_reads_back_bit_for_bit() {
        let (read, wrote) = (altered("comrade", "comrade").unwrap(), model());
        assert_eq!((read.data, read.weights), (wrote.data, wrote.weights));
        assert_eq!(read.settings, Problem { loss: Loss::Logistic, lambda: 1e-3, intercept: false });
    }

    #[test]
    fn a_model_names_the_features_that_it_has_weights_for() {
        let dir = tempfile::tempdir().unwrap();
        let (path, rows) = (dir.path().join("model"), dir.path().join("rows"));
        let mut model = Model { columns: Some(vec![3, 1 << 63]), ..model() };
        model.data.dimension = u64::MAX;
        model.write(&path).unwrap();
        let read = Fitted::read(&path).unwrap();
        std::fs::write(&rows, "1:9 3:2 9223372036854775808:4\n").unwrap();
        let x = read.rows(Input::open(&rows).unwrap(), false).unwrap().0.features;
        let mut held = vec![];
        x.for_row(0, |k, v| held.push((k, v)));
        assert_eq!((held, x.cols()), (vec![(0, 2.0), (1, 4.0)], 2));
    }

    /// As the first schema version was written.
    #[test]
    fn models_of_the_first_schema_still_predict() {
        let text = r#"{
            "kind": "comrade-model", "schema": 1,
            "data": { "name": "by hand", "rows": 4, "dimension": 1, "labels": { "negative": 0.0, "positive": 1.0 } },
            "settings": {
                "workers": 20, "trim": 0.0, "lambda": 0.01, "loss": "squared", "compress": "identity", "attack": null,
                "liars": 0.2, "sharding": "partition", "step": 1.0, "line_search": false, "intercept": true, "seed": 1
            },
            "limits": { "tolerance": 5e-6, "rounds": 100, "patience": 5, "polish": "giant" },
            "outcome": {
                "stop": "converged", "iterations": 3, "rounds": 3, "bytes_down": 1, "bytes_up": 2, "objective": 0.1,
                "gradient_norm": 1e-7, "first_gradient_norm": 0.3, "accuracy": 0.75
            },
            "weights": [0.5, -0.25]
        }"#;
        let model = read(text).unwrap();
        assert_eq!(model.weights, [0.5, -0.25]);
        assert_eq!(model.settings, Problem { loss: Loss::Squared, lambda: 0.01, intercept: true });
        let before_intercepts = text.replace("\"intercept\": true, ", "").replace("0.5, -0.25", "0.5");
        assert!(!read(&before_intercepts).unwrap().settings.intercept);
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        assert!(matches!(altered("\"schema\": 3", "\"schema\": 4"), Err(ModelError::Newer { found: 4, known: 3, .. })));
        assert!(matches!(altered("\"schema\": 3", "\"schema\": 0"), Err(ModelError::Older { found: 0, known: 1, .. })));
        assert!(matches!(altered("comrade-model", "comrade-hat"), Err(ModelError::Kind { .. })));
        assert!(matches!(altered("\"weights\"", "\"wights\""), Err(ModelError::Damaged { .. })));
        assert!(matches!(altered("}\n", ""), Err(ModelError::Damaged { .. })));
        for dimension in ["3", "1", "0", "18446744073709551615"] {
            let other = format!("\"dimension\": {dimension}");
            assert!(matches!(altered("\"dimension\": 2", &other), Err(ModelError::Inconsistent { .. })), "{dimension}");
        }
        let whole = "\"dimension\": 18446744073709551616";
        assert!(matches!(altered("\"dimension\": 2", whole), Err(ModelError::Damaged { .. })));
        for columns in ["[0, 1]", "[1]", "[1, 2, 3]", "[2, 1]", "[1, 1]", "[1, 3]"] {
            let with = format!("\"columns\": {columns}, \"weights\"");
            assert!(matches!(altered("\"weights\"", &with), Err(ModelError::Inconsistent { .. })), "{columns}");
        }
        assert!(matches!(
            altered("-1e-300", "1e999"),
            Err(ModelError::Damaged { .. } | ModelError::Inconsistent { .. })
        ));
        assert!(matches!(Fitted::read(Path::new("no such model")), Err(ModelError::Open { .. })));
    }
}
