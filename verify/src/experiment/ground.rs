//! A data set with the problem solved on it exactly: what curves are measured from.

use comrade::data::Dataset;
use comrade::gradient_descent::safe_step;
use comrade::loss::Loss;
use comrade::newton::{MinimiseError, minimise};
use comrade::objective::Objective;
use serde::{Deserialize, Serialize};

use crate::data::{Material, Provenance};

/// ||g(w*)|| is below this share of ||g(0)||, or rounding.
const EXACT: f64 = 1e-12;
/// Rounding errors of f: differences below this many are zero.
const ROUNDINGS: f64 = 16.0;

/// A training set, a test set if there is one, and the exact minimiser.
#[derive(Debug)]
pub struct SolvedProblem {
    /// X and y.
    pub train: Dataset,
    /// Samples that no worker holds.
    pub test: Option<Dataset>,
    /// lambda.
    pub lambda: f64,
    /// For the record.
    pub facts: Facts,
}

/// What the record says of a data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Where the samples come from.
    pub provenance: Provenance,
    /// Samples of the test set, 0 if there is none.
    pub test_rows: usize,
    /// f(w*).
    pub minimum: f64,
    /// Training accuracy at w*.
    pub accuracy: f64,
    /// Test accuracy at w*.
    pub test_accuracy: Option<f64>,
    /// Training accuracy of the answer "-1" to everything: that of w = 0.
    pub majority: f64,
    /// The largest step at which gradient descent is sure to decrease f.
    pub safe_step: f64,
}

impl SolvedProblem {
    /// Finds the minimiser.
    ///
    /// # Errors
    /// [`MinimiseError`] when it is out of reach of double precision.
    pub fn new(material: Material, test: Option<Dataset>, lambda: f64) -> Result<Self, MinimiseError> {
        let Material { dataset: train, provenance } = material;
        let f = Objective { data: &train, loss: Loss::Logistic, lambda };
        let best = minimise(&f, EXACT)?.w;
        let on_test = |data: &Dataset| Objective { data, loss: Loss::Logistic, lambda }.accuracy(&best);
        let facts = Facts {
            provenance,
            test_rows: test.as_ref().map_or(0, Dataset::rows),
            minimum: f.value(&best),
            accuracy: f.accuracy(&best),
            test_accuracy: test.as_ref().map(on_test),
            majority: f.accuracy(&vec![0.0; train.cols()]),
            safe_step: safe_step(&f),
        };
        Ok(Self { train, test, lambda, facts })
    }

    /// f.
    #[must_use]
    pub fn objective(&self) -> Objective<'_> {
        Objective { data: &self.train, loss: Loss::Logistic, lambda: self.lambda }
    }

    /// f(w) - f(w*), zero where that is rounding; as good as infinite where it is not a number.
    #[must_use]
    pub fn suboptimality(&self, w: &[f64]) -> f64 {
        let gap = self.objective().value(w) - self.facts.minimum;
        let rounding = ROUNDINGS * f64::EPSILON * self.facts.minimum;
        if gap.is_finite() { if gap <= rounding { 0.0 } else { gap } } else { f64::MAX }
    }

    /// Training accuracy at w.
    #[must_use]
    pub fn accuracy(&self, w: &[f64]) -> f64 {
        self.objective().accuracy(w)
    }

    /// Test accuracy at w, if there is a test set.
    #[must_use]
    pub fn test_accuracy(&self, w: &[f64]) -> Option<f64> {
        self.test.as_ref().map(|data| Objective { data, ..self.objective() }.accuracy(w))
    }
}
