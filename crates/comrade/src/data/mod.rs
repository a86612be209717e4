//! Data sets: n rows x_j in R^d with labels y_j, read from files or made from a seed.

pub mod features;
pub mod libsvm;
pub mod synthetic;

pub use features::{Csr, Dense, Features};

/// n samples: features n x d and n labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// What reports call it, for example `a9a`.
    pub name: String,
    /// X, n x d; row j is x_j.
    pub features: Features,
    /// y, n labels: -1 or +1 for classification, any finite number for regression.
    pub labels: Vec<f64>,
}

impl Dataset {
    /// n, the number of samples.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.features.rows()
    }

    /// d, the dimension.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.features.cols()
    }

    /// The samples with these row indices, in this order and with repetition: a shard.
    ///
    /// # Panics
    /// If an index is not below n.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            name: self.name.clone(),
            features: self.features.select(rows),
            labels: rows.iter().map(|&j| self.labels[j]).collect(),
        }
    }
}
