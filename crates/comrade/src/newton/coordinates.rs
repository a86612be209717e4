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
