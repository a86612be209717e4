//! Means over parts of sorted columns, which the trimmed mean, the median and the rules for single numbers are made of.
//!
//! Columns are sorted side by side by a network (Batcher's merge exchange, Knuth's algorithm 5.2.2 M): the same comparisons for
//! each column, so that one instruction does several of them. A column of m numbers takes about (log2 m)^2 m / 4 comparisons.

use pulp::Arch;
use std::ops::Range;

/// Columns that are sorted at a time: 32 of 100 vectors stay in a first-level cache.
const BLOCK: usize = 32;

/// In each of `dimension` columns, the mean of the numbers whose place in ascending order is in `places`; what is not a number
/// counts as +infinity. Each is divided before they are added, in ascending order, so that a sum of huge numbers does not overflow.
///
/// The vectors have `dimension` entries, and `places` is not empty and ends at or before their number.
pub(super) fn means(vectors: &[&[f64]], dimension: usize, places: Range<usize>) -> Vec<f64> {
    let network = network(vectors.len());
    let mut out = vec![0.0; dimension];
    let mut rows = vec![[0.0; BLOCK]; vectors.len()];
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (at, out) in out.chunks_mut(BLOCK).enumerate() {
                let span = at * BLOCK..at * BLOCK + out.len();
                for (row, v) in rows.iter_mut().zip(vectors) {
                    for (x, v) in row.iter_mut().zip(&v[span.clone()]) {
                        *x = if v.is_nan() { f64::INFINITY } else { *v };
                    }
                }
                network.iter().for_each(|&(low, high)| exchange(&mut rows, low, high));
                add(out, &rows[places.clone()]);
            }
        },
    );
    out
}

/// The pairs of places whose numbers are put in order, one after the other.
fn network(count: usize) -> Vec<(usize, usize)> {
    let mut pairs = vec![];
    let top = count.next_power_of_two() / 2;
    let mut p = top;
    while p > 0 {
        let (mut q, mut r, mut d) = (top, 0, p);
        loop {
            pairs.extend((0..count.saturating_sub(d)).filter(|i| i & p == r).map(|i| (i, i + d)));
            if q == p {
                break;
            }
            (d, q, r) = (q - p, q / 2, p);
        }
        p /= 2;
    }
    pairs
}

#[inline(always)]
fn exchange(rows: &mut [[f64; BLOCK]], low: usize, high: usize) {
    let (head, tail) = rows.split_at_mut(high);
    for (a, b) in head[low].iter_mut().zip(&mut tail[0]) {
        let (x, y) = (*a, *b);
        *a = if y < x { y } else { x };
        *b = if y < x { x } else { y };
    }
}

#[inline(always)]
fn add(out: &mut [f64], rows: &[[f64; BLOCK]]) {
    let count = rows.len() as f64;
    for (at, row) in rows.iter().enumerate() {
        for (out, x) in out.iter_mut().zip(row) {
            let share = x / count;
            *out = if at == 0 { share } else { *out + share };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_order_of_zeros_and_ones_is_sorted() {
        // A network that sorts all of them sorts everything (Knuth, theorem 5.3.4 Z).
        for count in 0..=12_usize {
            let network = network(count);
            for bits in 0..1_u32 << count {
                let mut x: Vec<u32> = (0..count).map(|i| bits >> i & 1).collect();
                for &(low, high) in &network {
                    assert!(low < high && high < count);
                    if x[high] < x[low] {
                        x.swap(low, high);
                    }
                }
                assert!(x.is_sorted(), "{count}, {bits:b}: {x:?}");
            }
        }
    }

    /// Of 2^p numbers, (p^2 - p + 4) 2^(p - 2) - 1 pairs are compared (Knuth, section 5.3.4, exercise 11).
    #[test]
    fn the_network_compares_as_few_pairs_as_merging_takes() {
        for p in 2..8_usize {
            assert_eq!(network(1 << p).len(), (p * p - p + 4) * (1 << (p - 2)) - 1, "{p}");
        }
    }

    #[test]
    fn a_mean_by_hand() {
        let v: [&[f64]; 3] = [&[3.0, -1.0], &[1.0, f64::NAN], &[2.0, 5.0]];
        assert_eq!(means(&v, 2, 0..2), [1.5, 2.0]);
        assert_eq!(means(&v, 2, 1..2), [2.0, 5.0]);
        assert_eq!(means(&[&[f64::MAX], &[f64::MAX]], 1, 0..2), [f64::MAX]);
        assert!(means(&[&[], &[]], 0, 0..1).is_empty());
    }

    proptest! {
        #[test]
        fn it_is_what_sorting_each_column_gives(
            v in prop::collection::vec(prop::collection::vec(-9..9_i32, 2 * BLOCK + 3), 1..40), share in 0.0..0.5_f64
        ) {
            let v: Vec<Vec<f64>> = v.iter().map(|v| v.iter().map(|x| f64::from(*x)).collect()).collect();
            let low = (share * v.len() as f64) as usize;
            let places = low..v.len() - low;
            let got = means(&v.iter().map(Vec::as_slice).collect::<Vec<_>>(), 2 * BLOCK + 3, places.clone());
            for (k, got) in got.iter().enumerate() {
                let mut column: Vec<f64> = v.iter().map(|v| v[k]).collect();
                column.sort_by(f64::total_cmp);
                let kept = &column[places.clone()];
                let wanted: f64 = kept.iter().map(|x| x / kept.len() as f64).sum();
                prop_assert_eq!(*got, wanted, "to the last bit");
            }
        }
    }
}
