//! Data sets: n rows x_j in R^d with labels y_j, read from files or made from a seed.

pub mod columns;
pub mod features;
pub mod libsvm;
pub mod synthetic;
pub mod weights;

pub use columns::Columns;
pub use features::{Csr, Dense, Features, ShapeError};

/// n samples: features n x d and n labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// What reports call it, for example `a9a`.
    pub name: String,
    /// X, n x d; row j is x_j.
    pub features: Features,
    /// y, n labels: -1 or +1 for classification, any finite number for regression.
    pub labels: Vec<f64>,
    /// c, what each sample counts for: n numbers, not negative, whose mean is 1 over the whole data set. None for one each.
    pub weights: Option<Vec<f64>>,
    /// Whether the last column is the constant 1 of an intercept, which the ridge term leaves out.
    pub intercept: bool,
}

impl Dataset {
    /// Samples of equal weight, without an intercept.
    #[must_use]
    pub fn new(name: impl Into<String>, features: Features, labels: Vec<f64>) -> Self {
        Self { name: name.into(), features, labels, weights: None, intercept: false }
    }

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

    /// How many coordinates of w the ridge term counts, the first ones: d, or d - 1 with an intercept.
    #[must_use]
    pub fn penalised(&self) -> usize {
        self.cols() - usize::from(self.intercept)
    }

    /// The same samples, weights of 1 spelled out if a partition among this many workers gives shards of unequal size:
    /// see [`crate::shard::take`].
    #[must_use]
    pub fn balanced(self, workers: usize) -> Self {
        let rows = self.rows();
        let even = workers > 0 && rows.is_multiple_of(workers);
        Self { weights: self.weights.or_else(|| (!even).then(|| vec![1.0; rows])), ..self }
    }

    /// The same samples with a last column of ones, whose coordinate of w is the intercept.
    ///
    /// # Errors
    /// If there is no room for another column.
    pub fn with_intercept(self) -> Result<Self, ShapeError> {
        Ok(Self { features: self.features.with_column_of_ones()?, intercept: true, ..self })
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
            weights: self.weights.as_ref().map(|weights| rows.iter().map(|&j| weights[j]).collect()),
            intercept: self.intercept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_spelled_out_only_where_shards_differ_in_size() {
        let data = |weights| Dataset {
            weights,
            ..Dataset::new("six", Features::Dense(Dense::new(6, 1, vec![1.0; 6]).unwrap()), vec![1.0; 6])
        };
        let weights = |workers| data(None).balanced(workers).weights;
        assert_eq!([1, 2, 3, 6].map(weights), [None, None, None, None]);
        assert_eq!([0, 4, 5, 7].map(weights), [1; 4].map(|_| Some(vec![1.0; 6])));
        assert_eq!(data(Some(vec![2.0; 6])).balanced(4).weights, Some(vec![2.0; 6]));
    }
}
