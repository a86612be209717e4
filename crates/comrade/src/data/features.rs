//! X, n x d, dense by rows or sparse by rows, behind one type so that kernels can choose.

/// The feature matrix X, n x d; row j is x_j.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Every entry stored.
    Dense(Dense),
    /// Only the entries that are not zero.
    Sparse(Csr),
}

/// Row-major dense matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    cols: usize,
    values: Vec<f64>,
    rows: usize,
}

/// Compressed sparse rows: row j holds `indices[offsets[j]..offsets[j + 1]]`, strictly increasing.
#[derive(Clone, Debug, PartialEq)]
pub struct Csr {
    cols: usize,
    offsets: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f64>,
    /// Whether every stored value is 1, as in one-hot data.
    all_ones: bool,
}

/// Why raw parts do not make a feature matrix.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ShapeError {
    /// The number of values is not rows x columns.
    #[error("{rows} x {cols} features need {} values, got {got}", rows * cols)]
    Size {
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        cols: usize,
        /// Values given.
        got: usize,
    },
    /// The offsets do not start at 0, increase, and end at the number of stored values.
    #[error("row offsets must start at 0, never decrease, and end at the number of stored values")]
    Offsets,
    /// A column index repeats, decreases, or is not below the dimension.
    #[error("row {row}: column indices must increase strictly and stay below {cols}")]
    Indices {
        /// The row at fault, from 0.
        row: usize,
        /// The dimension.
        cols: usize,
    },
    /// A value is NaN or infinite.
    #[error("row {row}: a feature value is not finite")]
    NotFinite {
        /// The row at fault, from 0.
        row: usize,
    },
}

impl Dense {
    /// A matrix from its rows, one after the other.
    ///
    /// # Errors
    /// If `values` is not `rows * cols` long or holds a number that is not finite.
    pub fn new(rows: usize, cols: usize, values: Vec<f64>) -> Result<Self, ShapeError> {
        if rows.checked_mul(cols) != Some(values.len()) {
            return Err(ShapeError::Size { rows, cols, got: values.len() });
        }
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            return Err(ShapeError::NotFinite { row: at / cols });
        }
        Ok(Self { cols, values, rows })
    }

    /// n.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// d.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// All values, row after row.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Row j, d values.
    #[must_use]
    pub fn row(&self, j: usize) -> &[f64] {
        &self.values[j * self.cols..(j + 1) * self.cols]
    }
}

impl Csr {
    /// A matrix from its parts.
    ///
    /// # Errors
    /// If the offsets, the indices or the values are not those of a matrix with `cols` columns.
    pub fn new(cols: usize, offsets: Vec<usize>, indices: Vec<u32>, values: Vec<f64>) -> Result<Self, ShapeError> {
        let ends = offsets.first() == Some(&0) && offsets.last() == Some(&values.len());
        if !ends || indices.len() != values.len() || offsets.windows(2).any(|w| w[0] > w[1]) {
            return Err(ShapeError::Offsets);
        }
        for (row, w) in offsets.windows(2).enumerate() {
            let held = &indices[w[0]..w[1]];
            if held.windows(2).any(|p| p[0] >= p[1]) || held.last().is_some_and(|&last| last as usize >= cols) {
                return Err(ShapeError::Indices { row, cols });
            }
            if values[w[0]..w[1]].iter().any(|v| !v.is_finite()) {
                return Err(ShapeError::NotFinite { row });
            }
        }
        Ok(Self::trusted(cols, offsets, indices, values))
    }

    /// A matrix from parts known to fit together.
    fn trusted(cols: usize, offsets: Vec<usize>, indices: Vec<u32>, values: Vec<f64>) -> Self {
        let all_ones = values.iter().all(|&v| v == 1.0);
        Self { cols, offsets, indices, values, all_ones }
    }

    /// n.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// d.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Whether every stored value is 1, so that kernels need not read them.
    #[must_use]
    pub fn all_ones(&self) -> bool {
        self.all_ones
    }

    /// Row j as (column indices, values).
    #[must_use]
    pub fn row(&self, j: usize) -> (&[u32], &[f64]) {
        let held = self.offsets[j]..self.offsets[j + 1];
        (&self.indices[held.clone()], &self.values[held])
    }
}

impl Features {
    /// n.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Dense(x) => x.rows(),
            Self::Sparse(x) => x.rows(),
        }
    }

    /// d.
    #[must_use]
    pub fn cols(&self) -> usize {
        match self {
            Self::Dense(x) => x.cols(),
            Self::Sparse(x) => x.cols(),
        }
    }

    /// How many entries are not zero.
    #[must_use]
    pub fn nnz(&self) -> usize {
        match self {
            Self::Dense(x) => x.values.iter().filter(|&&v| v != 0.0).count(),
            Self::Sparse(x) => x.values.iter().filter(|&&v| v != 0.0).count(),
        }
    }

    /// The rows with these indices, in this order and with repetition.
    ///
    /// # Panics
    /// If an index is not below n.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Dense(x) => Self::Dense(Dense {
                cols: x.cols,
                rows: rows.len(),
                values: rows.iter().flat_map(|&j| x.row(j)).copied().collect(),
            }),
            Self::Sparse(x) => {
                let (mut offsets, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
                for &j in rows {
                    let (index, value) = x.row(j);
                    indices.extend_from_slice(index);
                    values.extend_from_slice(value);
                    offsets.push(values.len());
                }
                Self::Sparse(Csr::trusted(x.cols, offsets, indices, values))
            }
        }
    }

    /// Calls `visit(column, value)` for every stored entry of row j, columns increasing.
    pub fn for_row(&self, j: usize, mut visit: impl FnMut(usize, f64)) {
        match self {
            Self::Dense(x) => x.row(j).iter().enumerate().for_each(|(k, &v)| visit(k, v)),
            Self::Sparse(x) => {
                let (index, value) = x.row(j);
                index.iter().zip(value).for_each(|(&k, &v)| visit(k as usize, v));
            }
        }
    }

    /// Euclidean norms of the rows, n.
    #[must_use]
    pub fn row_norms(&self) -> Vec<f64> {
        (0..self.rows())
            .map(|j| {
                let mut sum = 0.0;
                self.for_row(j, |_, v| sum += v * v);
                f64::sqrt(sum)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_and_sparse_select_the_same_rows() {
        let dense = Features::Dense(Dense::new(3, 2, vec![1.0, 0.0, 0.0, 2.0, 3.0, 4.0]).unwrap());
        let sparse =
            Features::Sparse(Csr::new(2, vec![0, 1, 2, 4], vec![0, 1, 0, 1], vec![1.0, 2.0, 3.0, 4.0]).unwrap());
        let pick = [2, 0, 2];
        let read = |x: &Features| {
            let x = x.select(&pick);
            let mut out = vec![0.0; 6];
            (0..3).for_each(|j| x.for_row(j, |k, v| out[2 * j + k] = v));
            out
        };
        assert_eq!(read(&dense), vec![3.0, 4.0, 1.0, 0.0, 3.0, 4.0]);
        assert_eq!(read(&dense), read(&sparse));
        assert_eq!((dense.nnz(), sparse.nnz()), (4, 4));
        assert_eq!(dense.row_norms(), vec![1.0, 2.0, 5.0]);
    }

    #[test]
    fn bad_parts_are_refused() {
        assert!(matches!(Dense::new(2, 2, vec![0.0; 3]), Err(ShapeError::Size { .. })));
        assert!(matches!(Dense::new(1, 2, vec![0.0, f64::NAN]), Err(ShapeError::NotFinite { row: 0 })));
        assert!(matches!(Csr::new(2, vec![0, 2], vec![1, 0], vec![1.0; 2]), Err(ShapeError::Indices { row: 0, .. })));
        assert!(matches!(Csr::new(2, vec![0, 1], vec![2], vec![1.0]), Err(ShapeError::Indices { row: 0, .. })));
        assert!(matches!(Csr::new(2, vec![0, 2], vec![0], vec![1.0]), Err(ShapeError::Offsets)));
    }
}
