//! Coordinates in which every column has about unit size: w_k = s_k v_k, and with an intercept also x_k - m_k for x_k.
//!
//! ```text
//! x'w + b = sum_k ((x_k - m_k) s_k) v_k + b'        w_k = s_k v_k,  b = b' - sum_k m_k w_k
//! (lambda/2) ||w||^2 = sum_k (lambda s_k^2 / 2) v_k^2
//! ```
//!
//! The minimiser is the same one, and so is the ridge term: only the arithmetic is another. The s_k are powers of two, so
//! that scaling rounds nothing.

use crate::data::{Dataset, Features};
use crate::kernel::norm;

/// Beyond this, or below its inverse, the largest entry of a column calls for other coordinates.
const SIZE: f64 = (1_u32 << 20) as f64;
/// A mean of a column this many standard deviations away from zero calls for other coordinates.
const OFFSET: f64 = 1e3;
/// Once there are other coordinates, a column with a mean this many standard deviations from zero is centred.
const CENTRED: f64 = 16.0;
/// Rows that are looked at before a solve.
const GLANCE: usize = 512;
/// Numbers that a sparse X may have as a dense one, where a column is to be centred.
const DENSE: usize = 1 << 24;

/// Of the columns that the ridge term counts.
#[derive(Clone, Debug)]
pub(super) struct Coordinates {
    /// s_k.
    scales: Vec<f64>,
    /// m_k.
    means: Vec<f64>,
}

/// Of one column, over the rows that were looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Column {
    entries: usize,
    /// max |x|.
    largest: f64,
    mean: f64,
    /// The sum of (x - mean)^2, over the largest entry squared.
    spread: f64,
}

impl Column {
    /// |mean| over the standard deviation; 0 for a constant, which centring would take away.
    fn offset(self) -> f64 {
        let deviation = self.largest * (self.spread / self.entries.max(1) as f64).sqrt();
        if deviation > 0.0 { self.mean.abs() / deviation } else { 0.0 }
    }
}

/// Columns by every `stride`-th row.
fn columns(data: &Dataset, stride: usize) -> Vec<Column> {
    let mut columns = vec![Column::default(); data.penalised()];
    let rows = || (0..data.rows()).step_by(stride);
    let seen = rows().count().max(1);
    for j in rows() {
        data.features.for_row(j, |k, v| {
            if let Some(column) = columns.get_mut(k) {
                column.entries += 1;
                column.largest = column.largest.max(v.abs());
                // Divided first: no sum of finite entries overflows.
                column.mean += v / seen as f64;
            }
        });
    }
    for j in rows() {
        data.features.for_row(j, |k, v| {
            if let Some(column) = columns.get_mut(k).filter(|column| column.largest > 0.0) {
                column.spread += ((v - column.mean) / column.largest).powi(2);
            }
        });
    }
    for column in &mut columns {
        // The entries that are not stored.
        let rest = (seen - column.entries) as f64;
        if column.largest > 0.0 {
            column.spread += rest * (column.mean / column.largest).powi(2);
        }
        column.entries = seen;
    }
    columns
}

/// Whether a glance at the columns says that the user's coordinates will not do.
pub(super) fn extreme(data: &Dataset) -> bool {
    if matches!(&data.features, Features::Sparse(x) if x.all_ones()) {
        return false;
    }
    let sized = |v: f64| v == 0.0 || (1.0 / SIZE..SIZE).contains(&v);
    let columns = columns(data, data.rows().div_ceil(GLANCE).max(1));
    columns.iter().any(|c| !sized(c.largest) || data.intercept && c.offset() > OFFSET)
}

impl Coordinates {
    /// Those that suit all rows.
    pub(super) fn of(data: &Dataset, lambda: f64) -> Self {
        let columns = columns(data, 1);
        let densely = matches!(data.features, Features::Dense(_)) || data.rows().saturating_mul(data.cols()) <= DENSE;
        let centred = |c: &Column| data.intercept && densely && c.offset() > CENTRED;
        let means: Vec<f64> = columns.iter().map(|c| if centred(c) { c.mean } else { 0.0 }).collect();
        let size = |c: &Column| {
            let size = if centred(c) { c.mean.abs() / c.offset() } else { c.largest };
            // Relative to the ridge term smaller entries are nothing.
            size.max(lambda.sqrt())
        };
        Self { scales: columns.iter().map(|c| power_of_two(size(c))).collect(), means }
    }

    /// The same samples in these coordinates.
    pub(super) fn apply(&self, data: &Dataset) -> Dataset {
        let features =
            if self.means.iter().any(|&m| m != 0.0) { data.features.to_dense() } else { data.features.clone() };
        let features = features.map_columns(|k, v| match (self.scales.get(k), self.means.get(k)) {
            (Some(scale), Some(mean)) => (v - mean) * scale,
            _ => v,
        });
        Dataset { features, ..data.clone() }
    }

    /// What the ridge term counts each coordinate of v by.
    pub(super) fn ridge(&self, lambda: f64, d: usize) -> Vec<f64> {
        let mut ridge: Vec<f64> = self.scales.iter().map(|s| (lambda.sqrt() * s).powi(2)).collect();
        ridge.resize(d, 0.0);
        ridge
    }

    /// w of v.
    pub(super) fn user(&self, v: &[f64]) -> Vec<f64> {
        let mut w = v.to_vec();
        w.iter_mut().zip(&self.scales).for_each(|(w, s)| *w *= s);
        let shift: f64 = w.iter().zip(&self.means).map(|(w, m)| w * m).sum();
        if let Some(intercept) = w.get_mut(self.scales.len()) {
            *intercept -= shift;
        }
        w
    }

    /// The norm of the gradient in the user's coordinates, from that in these.
    pub(super) fn norm(&self, gradient: &[f64]) -> f64 {
        let intercept = gradient.get(self.scales.len()).copied().unwrap_or(0.0);
        let mut g = gradient.to_vec();
        for ((g, s), m) in g.iter_mut().zip(&self.scales).zip(&self.means) {
            *g = *g / s + m * intercept;
        }
        norm(&g)
    }
}

/// The power of two that takes `size` into [1, 2); 1 for 0.
fn power_of_two(size: f64) -> f64 {
    if size == 0.0 { 1.0 } else { libm::exp2(-libm::floor(libm::log2(size))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Csr, Dense};

    fn dense(rows: usize, cols: usize, values: Vec<f64>) -> Dataset {
        Dataset::new("dense", Features::Dense(Dense::new(rows, cols, values).unwrap()), vec![1.0; rows])
    }

    /// The last column alone, as long as there is one row for each of `values`.
    fn column(values: &[f64]) -> Dataset {
        dense(values.len(), 1, values.to_vec())
    }

    /// 1, 3, 5, 7 has mean 4 and deviations 3, 1, 1, 3; of 0, -2, 0, 0 only one number is stored where X is sparse.
    #[test]
    fn a_column_is_measured_with_its_zeros() {
        let whole = dense(4, 2, vec![1.0, 0.0, 3.0, -2.0, 5.0, 0.0, 7.0, 0.0]);
        let x = Csr::new(2, vec![0, 1, 3, 4, 5], vec![0, 0, 1, 0, 0], vec![1.0, 3.0, -2.0, 5.0, 7.0]).unwrap();
        let sparse = Dataset { features: Features::Sparse(x), ..whole.clone() };
        for data in [&whole, &sparse] {
            let [a, b] = columns(data, 1)[..] else { panic!() };
            assert_eq!((a.entries, a.largest, a.mean), (4, 7.0, 4.0));
            assert!((a.spread - 20.0 / 49.0).abs() < 1e-15 && (a.offset() - 4.0 / 5.0_f64.sqrt()).abs() < 1e-14);
            assert_eq!((b.entries, b.largest, b.mean), (4, 2.0, -0.5));
            assert!((b.spread - 3.0 / 4.0).abs() < 1e-15, "(3 (1/2)^2 + (3/2)^2) / 2^2");
            // Rows 0 and 2.
            let [a, b] = columns(data, 2)[..] else { panic!() };
            assert_eq!((a.entries, a.largest, a.mean, b.largest), (2, 5.0, 3.0, 0.0));
            assert!((a.spread - 8.0 / 25.0).abs() < 1e-15);
        }
        assert_eq!(columns(&column(&[3.0, 3.0]), 1)[0].offset(), 0.0, "of a constant");
        assert_eq!(columns(&whole.with_intercept().unwrap(), 1).len(), 2, "an intercept is not measured");
    }

    #[test]
    fn columns_beyond_two_to_the_twentieth_are_extreme() {
        let (large, small) = (SIZE, 1.0 / SIZE);
        for (entry, says) in
            [(large, true), (0.999 * large, false), (small, false), (0.999 * small, true), (0.0, false)]
        {
            assert_eq!(extreme(&column(&[entry, 0.0])), says, "{entry}");
            assert_eq!(extreme(&column(&[0.0, -entry])), says, "{entry}");
        }
        // The first of every two rows is looked at.
        let mut values = vec![1.0; 1_024];
        values[1] = large;
        assert!(!extreme(&column(&values)));
        values[2] = large;
        assert!(extreme(&column(&values)));
    }

    #[test]
    fn an_offset_of_a_thousand_deviations_is_extreme_next_to_an_intercept() {
        for (mean, says) in [(1_001.0, true), (999.0, false), (-1_001.0, true)] {
            let data = column(&[mean - 1.0, mean + 1.0]);
            assert!(!extreme(&data));
            assert_eq!(extreme(&data.with_intercept().unwrap()), says, "{mean}");
        }
    }

    /// 2 and 9 are taken into [1, 2) by 1/2 and 1/8; what is smaller than the root of lambda counts as that.
    #[test]
    fn scales_are_powers_of_two() {
        for (size, scale) in [(1.0, 1.0), (1.99, 1.0), (2.0, 0.5), (9.0, 0.125), (0.6, 2.0), (0.0, 1.0)] {
            assert_eq!(power_of_two(size), scale, "{size}");
        }
        let data = dense(2, 3, vec![2.0, -9.0, 1e-10, 1.0, 0.0, 0.0]);
        let found = Coordinates::of(&data, 1e-4);
        assert_eq!((found.scales, found.means), (vec![0.5, 0.125, 128.0], vec![0.0; 3]));
    }

    /// 102 and 98 are 2 around 100, and 41 and 39 are 1 around 40; 17 and 15 are 1 around 16, which is not more than 16.
    #[test]
    fn columns_far_from_zero_are_centred_next_to_an_intercept() {
        let data = dense(2, 3, vec![102.0, 41.0, 17.0, 98.0, 39.0, 15.0]);
        let without = Coordinates::of(&data, 1e-4);
        assert_eq!((without.means, without.scales), (vec![0.0; 3], vec![1.0 / 64.0, 1.0 / 32.0, 1.0 / 16.0]));
        let data = data.with_intercept().unwrap();
        let c = Coordinates::of(&data, 0.25);
        assert_eq!(c.means, [100.0, 40.0, 0.0]);
        let [a, b, last] = c.scales[..] else { panic!() };
        assert!((a == 0.5 || a == 1.0) && (b == 1.0 || b == 2.0) && last == 1.0 / 16.0, "{a} {b}: rounding of 2 and 1");
        let Features::Dense(x) = c.apply(&data).features else { panic!() };
        assert_eq!((x.row(0), x.row(1)), (&[2.0 * a, b, 17.0 / 16.0, 1.0][..], &[-2.0 * a, -b, 15.0 / 16.0, 1.0][..]));
        // lambda s^2, and nothing for the intercept.
        assert_eq!(c.ridge(0.25, 4), [0.25 * a * a, 0.25 * b * b, 0.25 / 256.0, 0.0]);
        // w = s v and b = b' - m'w.
        let w = c.user(&[2.0, 3.0, 16.0, 7.0]);
        assert_eq!(w, [2.0 * a, 3.0 * b, 1.0, 7.0 - 200.0 * a - 120.0 * b]);
        // g_k / s_k + m_k g_b.
        let wanted = [2.0 / a + 0.5 * 100.0, 3.0 / b + 0.5 * 40.0, 16.0 * 4.0, 0.5];
        let length = wanted.iter().map(|g: &f64| g * g).sum::<f64>().sqrt();
        assert!((c.norm(&[2.0, 3.0, 4.0, 0.5]) / length - 1.0).abs() < 1e-14);
    }

    /// To centre a sparse X it is written out, up to 2^24 numbers.
    #[test]
    fn a_sparse_matrix_that_is_too_large_is_not_centred() {
        for (rows, centred) in [(4_097, false), (4_096, true)] {
            let values = (0..rows).map(|j| if j % 2 == 0 { 102.0 } else { 98.0 }).collect();
            let x = Csr::new(4_095, (0..=rows).collect(), vec![0; rows], values).unwrap();
            let data = Dataset::new("sparse", Features::Sparse(x), vec![1.0; rows]).with_intercept().unwrap();
            assert_eq!(data.cols(), 4_096);
            assert_eq!(Coordinates::of(&data, 1e-4).means[0] != 0.0, centred, "{rows}");
        }
        // What is not centred stays sparse.
        let x = Csr::new(2, vec![0, 1, 2], vec![0, 1], vec![4.0, 8.0]).unwrap();
        let data = Dataset::new("sparse", Features::Sparse(x), vec![1.0; 2]).with_intercept().unwrap();
        let Features::Sparse(x) = Coordinates::of(&data, 1e-4).apply(&data).features else { panic!() };
        assert_eq!((x.row(0).1, x.row(1).1), (&[1.0, 1.0][..], &[1.0, 1.0][..]));
    }
}
