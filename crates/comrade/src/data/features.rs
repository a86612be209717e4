//! X, n x d, dense by rows or sparse by rows, behind one type so that kernels can choose.

use std::sync::Arc;

/// The feature matrix X, n x d; row j is x_j.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Every entry stored.
    Dense(Dense),
    /// Only the entries that are not zero.
    Sparse(Csr),
}

/// Row-major dense matrix. Copies of it share its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    cols: usize,
    values: Arc<Vec<f64>>,
    rows: usize,
}

/// Compressed sparse rows: row j holds `indices[offsets[j]..offsets[j + 1]]`, strictly increasing.
#[derive(Clone, Debug)]
pub struct Csr {
    cols: usize,
    offsets: Vec<usize>,
    indices: Vec<u32>,
    /// One for each index; or, if all of them are 1, no more ones than the longest row takes.
    values: Vec<f64>,
    /// Whether every stored value is 1, as in one-hot data.
    ones: bool,
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
        // Looked through without a way out, which is faster, and again where it was needed.
        if !values.iter().fold(true, |all, v| all & v.is_finite())
            && let Some(at) = values.iter().position(|v| !v.is_finite())
        {
            return Err(ShapeError::NotFinite { row: at / cols });
        }
        Ok(Self::of(rows, cols, values))
    }

    fn of(rows: usize, cols: usize, values: Vec<f64>) -> Self {
        Self { cols, values: Arc::new(values), rows }
    }

    /// The number of rows, n.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns, d.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// All values, row after row.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Row j, of d values.
    #[must_use]
    #[inline]
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
        if indices.len() != values.len() {
            return Err(ShapeError::Offsets);
        }
        if values.iter().all(|&v| v == 1.0) {
            return Self::of_ones(cols, offsets, indices);
        }
        check(cols, &offsets, &indices, &values)?;
        Ok(Self { cols, offsets, indices, values, ones: false })
    }

    /// A matrix whose stored values are all 1.
    ///
    /// # Errors
    /// If the offsets or the indices are not those of a matrix with `cols` columns.
    pub fn of_ones(cols: usize, offsets: Vec<usize>, indices: Vec<u32>) -> Result<Self, ShapeError> {
        check(cols, &offsets, &indices, &[])?;
        let longest = offsets.windows(2).map(|w| w[1] - w[0]).max().unwrap_or(0);
        Ok(Self { cols, offsets, indices, values: vec![1.0; longest], ones: true })
    }

    /// The number of rows, n.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The number of columns, d.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Whether every stored value is 1, so that kernels need not read them.
    #[must_use]
    pub fn all_ones(&self) -> bool {
        self.ones
    }

    /// Row j as (column indices, values).
    #[must_use]
    #[inline]
    pub fn row(&self, j: usize) -> (&[u32], &[f64]) {
        let held = self.offsets[j]..self.offsets[j + 1];
        let indices = &self.indices[held.clone()];
        (indices, if self.ones { &self.values[..indices.len()] } else { &self.values[held] })
    }
}

/// Matrices are equal that have the same shape and store the same entries.
impl PartialEq for Csr {
    fn eq(&self, other: &Self) -> bool {
        (self.cols, &self.offsets, &self.indices) == (other.cols, &other.offsets, &other.indices)
            && (0..self.offsets.len() - 1).all(|j| self.row(j).1 == other.row(j).1)
    }
}

/// Checks the parts of a sparse matrix; no values stand for ones.
fn check(cols: usize, offsets: &[usize], indices: &[u32], values: &[f64]) -> Result<(), ShapeError> {
    let ends = offsets.first() == Some(&0) && offsets.last() == Some(&indices.len());
    if !ends || offsets.windows(2).any(|w| w[0] > w[1]) {
        return Err(ShapeError::Offsets);
    }
    // Whole arrays are looked through faster than rows: every descent must be from one row to the next.
    let descents = indices.windows(2).filter(|p| p[0] >= p[1]).count();
    let (mut between, mut below) = (0, true);
    for w in offsets.windows(2).filter(|w| w[0] < w[1]) {
        between += usize::from(w[0] > 0 && indices[w[0] - 1] >= indices[w[0]]);
        below &= (indices[w[1] - 1] as usize) < cols;
    }
    if descents == between && below && values.iter().fold(true, |all, v| all & v.is_finite()) {
        return Ok(());
    }
    for (row, w) in offsets.windows(2).enumerate() {
        let held = &indices[w[0]..w[1]];
        if held.windows(2).any(|p| p[0] >= p[1]) || held.last().is_some_and(|&last| last as usize >= cols) {
            return Err(ShapeError::Indices { row, cols });
        }
        if values.get(w[0]..w[1]).unwrap_or_default().iter().any(|v| !v.is_finite()) {
            return Err(ShapeError::NotFinite { row });
        }
    }
    Ok(())
}

/// Makes room for this many more, and no more than that.
fn grow<T: Clone>(held: &mut Vec<T>, more: usize, fill: T) {
    held.reserve_exact(more);
    held.resize(held.len() + more, fill);
}

impl Features {
    /// The number of rows, n.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Dense(x) => x.rows(),
            Self::Sparse(x) => x.rows(),
        }
    }

    /// The number of columns, d.
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
            Self::Sparse(x) if x.ones => x.indices.len(),
            Self::Sparse(x) => x.values.iter().filter(|&&v| v != 0.0).count(),
        }
    }

    /// The rows with these indices, in this order and with repetition.
    ///
    /// # Panics
    /// If an index is not below n.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        // All of them, as they are: one worker holds all samples.
        if rows.len() == self.rows() && rows.iter().enumerate().all(|(at, &j)| at == j) {
            return self.clone();
        }
        match self {
            Self::Dense(x) => {
                let values = rows.iter().map(|&j| x.row(j)).collect::<Vec<_>>().concat();
                Self::Dense(Dense::of(rows.len(), x.cols, values))
            }
            Self::Sparse(x) => {
                let (mut offsets, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
                for &j in rows {
                    let (index, value) = x.row(j);
                    indices.extend_from_slice(index);
                    if !x.ones {
                        values.extend_from_slice(value);
                    }
                    offsets.push(indices.len());
                }
                let values = if x.ones { x.values.clone() } else { values };
                Self::Sparse(Csr { cols: x.cols, offsets, indices, values, ones: x.ones })
            }
        }
    }

    /// X with one more column, of ones, made in place from the last row on.
    pub(super) fn with_column_of_ones(self) -> Result<Self, ShapeError> {
        let cols = self.cols();
        Ok(match self {
            Self::Dense(x) => {
                let (rows, wide) = (x.rows, cols + 1);
                let mut values = Arc::unwrap_or_clone(x.values);
                grow(&mut values, rows, 1.0);
                for j in (0..rows).rev() {
                    values.copy_within(j * cols..(j + 1) * cols, j * wide);
                    values[j * wide + cols] = 1.0;
                }
                Self::Dense(Dense::of(rows, wide, values))
            }
            Self::Sparse(mut x) => {
                let last = u32::try_from(cols).map_err(|_| ShapeError::Indices { row: 0, cols: cols + 1 })?;
                let rows = x.rows();
                grow(&mut x.indices, rows, last);
                grow(&mut x.values, if x.ones { 1 } else { rows }, 1.0);
                for j in (0..rows).rev() {
                    let held = x.offsets[j]..x.offsets[j + 1];
                    let end = held.end + j;
                    x.indices.copy_within(held.clone(), held.start + j);
                    x.indices[end] = last;
                    if !x.ones {
                        x.values.copy_within(held.clone(), held.start + j);
                        x.values[end] = 1.0;
                    }
                    x.offsets[j + 1] = end + 1;
                }
                Self::Sparse(Csr { cols: cols + 1, ..x })
            }
        })
    }

    /// The transpose of the first `cols` columns, cols x n, with row j of X times `factors[j]`.
    ///
    /// # Panics
    /// If X does not have this many columns, or there is not one factor for each row.
    #[must_use]
    pub(crate) fn transpose(&self, cols: usize, factors: &[f64]) -> Self {
        assert!(cols <= self.cols() && factors.len() == self.rows(), "the factors are of this matrix");
        match self {
            Self::Dense(x) => {
                let mut values = vec![0.0; cols * x.rows];
                for (j, factor) in factors.iter().enumerate() {
                    x.row(j)[..cols].iter().enumerate().for_each(|(k, v)| values[k * x.rows + j] = factor * v);
                }
                Self::Dense(Dense::of(cols, x.rows, values))
            }
            Self::Sparse(x) => {
                let kept = |j: usize| {
                    let (index, value) = x.row(j);
                    index.iter().zip(value).take_while(move |(k, _)| (**k as usize) < cols)
                };
                let mut offsets = vec![0; cols + 1];
                (0..x.rows()).flat_map(kept).for_each(|(&k, _)| offsets[k as usize + 1] += 1);
                (0..cols).for_each(|k| offsets[k + 1] += offsets[k]);
                let (mut next, stored) = (offsets.clone(), offsets[cols]);
                let (mut indices, mut values) = (vec![0; stored], vec![0.0; stored]);
                for (j, factor) in factors.iter().enumerate() {
                    for (&k, v) in kept(j) {
                        let to = &mut next[k as usize];
                        (indices[*to], values[*to]) = (j as u32, factor * v);
                        *to += 1;
                    }
                }
                Self::Sparse(Csr { cols: x.rows(), offsets, indices, values, ones: false })
            }
        }
    }

    /// The same numbers, every one stored.
    pub(crate) fn to_dense(&self) -> Self {
        let (rows, cols) = (self.rows(), self.cols());
        let mut values = vec![0.0; rows * cols];
        for j in 0..rows {
            self.for_row(j, |k, v| values[j * cols + k] = v);
        }
        Self::Dense(Dense::of(rows, cols, values))
    }

    /// X with each stored entry replaced by what `entry(column, value)` makes of it.
    pub(crate) fn map_columns(self, entry: impl Fn(usize, f64) -> f64) -> Self {
        match self {
            Self::Dense(mut x) => {
                Arc::make_mut(&mut x.values).chunks_mut(x.cols.max(1)).for_each(|row| {
                    row.iter_mut().enumerate().for_each(|(k, v)| *v = entry(k, *v));
                });
                Self::Dense(x)
            }
            Self::Sparse(x) => {
                let row = |j| std::iter::zip(x.row(j).0, x.row(j).1);
                let values = (0..x.rows()).flat_map(row).map(|(&k, &v)| entry(k as usize, v)).collect();
                Self::Sparse(Csr { cols: x.cols, offsets: x.offsets, indices: x.indices, values, ones: false })
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

    /// The Euclidean norm of each of the n rows.
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
        let stored = Csr::new(2, vec![0, 1, 2], vec![0, 1], vec![0.0, 3.0]).unwrap();
        assert_eq!(Features::Sparse(stored).nnz(), 1, "a zero that is stored is none");
        assert_eq!(dense.row_norms(), vec![1.0, 2.0, 5.0]);
    }

    #[test]
    fn ones_are_not_stored_one_by_one() {
        let (offsets, indices) = (vec![0, 2, 2, 3, 4], vec![0, 2, 2, 0]);
        let ones = Csr::new(3, offsets.clone(), indices.clone(), vec![1.0; 4]).unwrap();
        assert_eq!(ones, Csr::of_ones(3, offsets.clone(), indices.clone()).unwrap());
        assert_eq!(ones.values.len(), 2);
        assert_eq!(
            (ones.row(0), ones.row(1), ones.row(3)),
            ((&[0, 2][..], &[1.0; 2][..]), (&[][..], &[][..]), (&[0][..], &[1.0][..]))
        );
        let other = Features::Sparse(Csr::new(3, offsets, indices, vec![1.0, 1.0, 1.0, 5.0]).unwrap());
        let ones = Features::Sparse(ones);
        assert_ne!(ones, other);
        assert_eq!(ones.select(&[2, 1, 0]), other.select(&[2, 1, 0]));
        assert_eq!((ones.nnz(), ones.select(&[0, 0, 3]).nnz()), (4, 5));
        assert_eq!(ones.row_norms(), [f64::sqrt(2.0), 0.0, 1.0, 1.0]);
    }

    #[test]
    fn a_column_of_ones_comes_last_and_a_transpose_leaves_columns_out() {
        let dense = Features::Dense(Dense::new(2, 2, vec![1.0, 0.0, 3.0, 4.0]).unwrap());
        let sparse = Features::Sparse(Csr::new(2, vec![0, 1, 3], vec![0, 0, 1], vec![1.0, 3.0, 4.0]).unwrap());
        let ones = Features::Sparse(Csr::of_ones(2, vec![0, 0, 1], vec![1]).unwrap());
        let read = |x: &Features| {
            let mut out = vec![0.0; x.rows() * x.cols()];
            (0..x.rows()).for_each(|j| x.for_row(j, |k, v| out[x.cols() * j + k] = v));
            out
        };
        for x in [dense, sparse] {
            let wide = x.with_column_of_ones().unwrap();
            assert_eq!(read(&wide), [1.0, 0.0, 1.0, 3.0, 4.0, 1.0]);
            assert_eq!(read(&wide.transpose(2, &[2.0, 1.0])), [2.0, 3.0, 0.0, 4.0]);
        }
        let wide = ones.with_column_of_ones().unwrap();
        assert_eq!(read(&wide), [0.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
        assert_eq!(read(&wide.transpose(3, &[5.0, 7.0])), [0.0, 0.0, 0.0, 7.0, 5.0, 7.0]);
    }

    #[test]
    fn bad_parts_are_refused() {
        assert!(matches!(Dense::new(2, 2, vec![0.0; 3]), Err(ShapeError::Size { .. })));
        for (at, row) in [(0, 0), (1, 0), (2, 1), (5, 2)] {
            let mut values = vec![1.0; 6];
            values[at] = f64::NAN;
            assert_eq!(Dense::new(3, 2, values[..].to_vec()), Err(ShapeError::NotFinite { row }));
            // Among an even number of others too.
            assert!(Dense::new(7, 1, [values, vec![2.0]].concat()).is_err());
        }
        assert!(matches!(Csr::new(2, vec![0, 2], vec![1, 0], vec![1.0; 2]), Err(ShapeError::Indices { row: 0, .. })));
        assert!(matches!(Csr::new(2, vec![0, 1], vec![2], vec![1.0]), Err(ShapeError::Indices { row: 0, .. })));
        assert!(matches!(Csr::new(2, vec![0, 2], vec![0], vec![1.0]), Err(ShapeError::Offsets)));
        // The descent inside row 1 is not made up for by the ascent into row 2.
        let (offsets, indices) = (vec![0, 1, 3, 3, 4], vec![0, 1, 1, 2]);
        let fault = Csr::new(3, offsets.clone(), indices.clone(), vec![2.0; 4]).unwrap_err();
        assert_eq!(fault, ShapeError::Indices { row: 1, cols: 3 });
        assert_eq!(Csr::of_ones(3, offsets, indices).unwrap_err(), fault);
        // Nor is a descent inside row 0, by an ascent behind it.
        let behind = Csr::of_ones(9, vec![0, 2, 3], vec![3, 1, 5]);
        assert_eq!(behind.unwrap_err(), ShapeError::Indices { row: 0, cols: 9 });
        assert_eq!(Csr::of_ones(2, vec![0, 1], vec![5]).unwrap_err(), ShapeError::Indices { row: 0, cols: 2 });
        let full = Features::Sparse(Csr::of_ones(1 << 32, vec![0, 0], vec![]).unwrap());
        assert_eq!(full.with_column_of_ones(), Err(ShapeError::Indices { row: 0, cols: (1 << 32) + 1 }));
        let values = vec![2.0, f64::INFINITY, 2.0];
        assert_eq!(Csr::new(1, vec![0, 1, 2, 3], vec![0; 3], values), Err(ShapeError::NotFinite { row: 1 }));
    }
}
