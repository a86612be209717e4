//! Euclidean distances between all pairs of m vectors: m^2 d / 2 subtractions and squares.

use crate::compress::norm2;
use pulp::Arch;
use std::cmp::Ordering;

/// Numbers that are compared at a time, of all vectors together: they stay in a second-level cache.
const BLOCK: usize = 1 << 15;

/// The distances, m x m.
#[derive(Debug)]
pub(super) struct Distances {
    rows: Vec<Vec<f64>>,
    squares: Vec<Vec<f64>>,
}

impl Distances {
    /// Of vectors of one length. Neither an overflow nor an underflow of a square spoils one; it is infinite only if the distance
    /// is too large for a double.
    pub(super) fn of(vectors: &[&[f64]]) -> Self {
        let m = vectors.len();
        let d = vectors.first().map_or(0, |v| v.len());
        let columns = columns_at_a_time(m);
        let (mut rows, mut squares) = (vec![vec![0.0; m]; m], vec![vec![0.0; m]; m]);
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for start in (0..d).step_by(columns) {
                    let span = start..d.min(start + columns);
                    for i in 0..m {
                        for j in 0..i {
                            squares[i][j] += square(&vectors[i][span.clone()], &vectors[j][span.clone()]);
                        }
                    }
                }
            },
        );
        for i in 0..m {
            for j in 0..i {
                let square = squares[i][j];
                let distance = if (1e-280..f64::INFINITY).contains(&square) {
                    square.sqrt()
                } else {
                    norm2(&vectors[i].iter().zip(vectors[j]).map(|(a, b)| a - b).collect::<Vec<_>>())
                };
                (rows[i][j], rows[j][i], squares[j][i]) = (distance, distance, square);
            }
        }
        Self { rows, squares }
    }

    /// How far all are from one, m; itself among them.
    pub(super) fn from(&self, one: usize) -> &[f64] {
        &self.rows[one]
    }

    /// The squares of those, m, which may overflow or underflow.
    pub(super) fn squares_from(&self, one: usize) -> &[f64] {
        &self.squares[one]
    }

    /// The `count` that are nearest to one, in ascending order of their places; of equally near ones the first.
    pub(super) fn nearest(&self, one: usize, count: usize) -> Vec<usize> {
        smallest(self.from(one), count)
    }
}

/// The places of the `count` smallest values, in ascending order; of equal values the first.
pub(super) fn smallest(values: &[f64], count: usize) -> Vec<usize> {
    first(values.len(), count, |a, b| values[a].total_cmp(&values[b]))
}

/// The first `count` of this many places, as `before` orders them, in ascending order; of equal ones the first.
pub(super) fn first(all: usize, count: usize, before: impl Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..all).collect();
    order.sort_by(|&a, &b| before(a, b));
    order.truncate(count);
    order.sort_unstable();
    order
}

/// ||a - b||^2.
#[inline(always)]
fn square(a: &[f64], b: &[f64]) -> f64 {
    let ((a8, a_rest), (b8, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a8.iter().zip(b8) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += (a - b) * (a - b);
        }
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| (a - b) * (a - b)).sum::<f64>()
}

/// How many columns of m vectors make a block.
fn columns_at_a_time(m: usize) -> usize {
    (BLOCK / m.max(1)).max(64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_holds_as_many_columns_as_fit() {
        assert_eq!([0, 1, 4, 100, 100_000].map(columns_at_a_time), [BLOCK, BLOCK, BLOCK / 4, 327, 64]);
    }

    #[test]
    fn by_hand_and_at_any_magnitude() {
        for scale in [1.0, 1e300, 1e-300] {
            let v: Vec<Vec<f64>> =
                [[0.0, 0.0], [3.0, 4.0], [3.0, 0.0]].iter().map(|v| v.map(|x| scale * x).to_vec()).collect();
            let got = Distances::of(&v.iter().map(Vec::as_slice).collect::<Vec<_>>());
            for (i, wanted) in [[0.0, 5.0, 3.0], [5.0, 0.0, 4.0], [3.0, 4.0, 0.0]].iter().enumerate() {
                for (got, wanted) in got.from(i).iter().zip(wanted) {
                    assert!((got / scale - wanted).abs() < 1e-14, "{got} is not {scale} {wanted}");
                }
            }
            assert_eq!(got.nearest(0, 2), [0, 2]);
        }
        let got = Distances::of(&[&[0.0, 0.0], &[3.0, 4.0], &[3.0, 0.0]]);
        for (i, wanted) in [[0.0, 25.0, 9.0], [25.0, 0.0, 16.0], [9.0, 16.0, 0.0]].iter().enumerate() {
            assert_eq!(got.squares_from(i), wanted);
        }
        assert_eq!(Distances::of(&[&[f64::MAX], &[f64::MIN]]).from(0), [0.0, f64::INFINITY]);
        assert_eq!(smallest(&[1.0, 0.0, 1.0, 0.0, 1.0], 3), [0, 1, 3], "of equal ones the first");
    }

    #[test]
    fn longer_than_a_block_is_the_plain_sum() {
        let d = BLOCK / 2 + 13;
        let v: Vec<Vec<f64>> = (0..4).map(|i| (0..d).map(|k| ((k * 31 + i * 17) % 23) as f64).collect()).collect();
        let got = Distances::of(&v.iter().map(Vec::as_slice).collect::<Vec<_>>());
        for i in 0..4 {
            for j in 0..4 {
                let plain = v[i].iter().zip(&v[j]).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                assert!((got.from(i)[j] - plain).abs() < 1e-12 * (1.0 + plain));
                assert!((got.squares_from(i)[j] - plain * plain).abs() < 1e-12 * (1.0 + plain * plain));
            }
        }
    }
}
