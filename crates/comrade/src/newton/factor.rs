//! What is factored in place of H, and what that costs.

use super::passes::stored;
use crate::data::Features;
use crate::stream::Seed;

/// What is factored in place of H. It decides how fast w* is found, not how accurately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// H itself in double precision, at every step: Newton's method.
    Double,
    /// H itself in double precision, kept for several steps: the gradients on the way make up for what has changed.
    Kept,
    /// The Hessian of this many rows, drawn uniformly without replacement, in single precision and kept as well: with s
    /// rows it is near H to eta = sqrt(r/s) or so (Lemma 2), and a step gains a factor eta. All rows, if there are no
    /// more.
    Sketch {
        /// s.
        rows: usize,
        /// Names the draw.
        seed: Seed,
    },
    /// The diagonal of H, which preconditions conjugate gradients on it: for a dimension whose square does not fit into memory,
    /// or means too much work relative to the few entries.
    Diagonal,
}

/// Nanoseconds of one core, of the kind that the benchmarks were run on, as far as choosing needs them.
mod nanoseconds {
    /// A number of a dense X, read from memory once for its margin and its part of the sum.
    pub(super) const DENSE: f64 = 0.47;
    /// An entry of a sparse X, the same.
    pub(super) const SPARSE: f64 = 1.5;
    /// A multiply-add of a dense product in double precision.
    pub(super) const MULTIPLY_ADD: f64 = 0.055;
    /// A multiply-add of a factorisation.
    pub(super) const FACTOR: f64 = 0.07;
    /// An addition into the packed triangle of a sparse product.
    pub(super) const SCATTER: f64 = 0.4;
}

/// Time of a dense product in single precision, its rows converted on the way, over that in double precision.
const SINGLE: f64 = 0.66;

/// Costs of the pieces of a solve, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// One pass over X.
    pub(super) pass: f64,
    /// X'DX, for each row.
    gram_row: f64,
    /// A factorisation.
    cholesky: f64,
    /// How the last two shrink in single precision: additions of single entries do not.
    single: f64,
    /// How many e-foldings a step by the Hessian of as many rows as dimensions times e^2 gains: entries that are rare make a
    /// sample poorer.
    foldings: f64,
}

impl Cost {
    pub(super) fn of(x: &Features) -> Self {
        let (n, d, stored) = (x.rows().max(1) as f64, x.cols() as f64, stored(x).max(1) as f64);
        let (entry, gram_row, single, foldings) = match x {
            Features::Dense(_) => (nanoseconds::DENSE, nanoseconds::MULTIPLY_ADD * d * d / 2.0, SINGLE, 0.8),
            Features::Sparse(x) => {
                let additions: f64 = (0..x.rows()).map(|j| (x.row(j).0.len() as f64).powi(2) / 2.0).sum();
                (nanoseconds::SPARSE, nanoseconds::SCATTER * additions / n, 1.0, 0.6)
            }
        };
        Self { pass: entry * stored, gram_row, cholesky: nanoseconds::FACTOR * d.powi(3) / 6.0, single, foldings }
    }

    /// X'DX of this many rows and its factorisation, in double precision.
    pub(super) fn factor(self, rows: usize) -> f64 {
        rows as f64 * self.gram_row + self.cholesky
    }

    /// The same in single precision.
    pub(super) fn single(self, rows: usize) -> f64 {
        self.single * self.factor(rows)
    }

    /// A solve with a sketch of this many rows, more than d.
    fn sketched(self, rows: usize, d: usize) -> f64 {
        let folded = 0.5 * self.foldings * (rows as f64 / d.max(1) as f64).ln();
        self.single(rows) + solve::FOLDINGS / folded * self.pass
    }
}

/// Bytes that the triangle of H may take.
const MEMORY: usize = 4 << 30;

/// Whether the triangle of H is to be held at all.
pub(super) fn fits(d: usize) -> bool {
    d.saturating_mul(d).saturating_mul(size_of::<f64>()) <= MEMORY
}

/// What a solve to a relative gradient of 1e-7 takes, as far as choosing needs it: Hessians and passes by [`Factor::Kept`] from
/// w = 0 and from the minimiser over a sample; by how many e-foldings a sketch shrinks the gradient; and passes with the
/// diagonal, which depend on the data most of all: 20 to 100 were seen.
mod solve {
    pub(super) const FROM_ZERO: (f64, f64) = (6.0, 10.0);
    pub(super) const FROM_SAMPLE: (f64, f64) = (3.0, 7.0);
    pub(super) const FOLDINGS: f64 = 14.0;
    pub(super) const DIAGONAL: f64 = 200.0;
}

/// Rows for each dimension of a sketch, at least.
const LEAST: usize = 10;

impl Factor {
    /// The factor that should find w* in the least time, by the shape of X and its number of stored entries.
    #[must_use]
    pub fn choose(x: &Features) -> Self {
        let (n, d) = (x.rows(), x.cols());
        if !fits(d) {
            return Self::Diagonal;
        }
        let (cost, rows) = (Cost::of(x), best_sample(x));
        let (hessians, passes) = if sample(n, d).is_some() { solve::FROM_SAMPLE } else { solve::FROM_ZERO };
        let kept = hessians * cost.factor(n) + passes * cost.pass;
        let sketched = rows.map_or(f64::INFINITY, |rows| cost.sketched(rows, d));
        if matches!(x, Features::Sparse(_)) && solve::DIAGONAL * cost.pass < kept.min(sketched) {
            Self::Diagonal
        } else if sketched < kept {
            Self::sketch(x, Seed(0))
        } else {
            Self::Kept
        }
    }

    /// A sketch of as many rows as should find w* in the least time, or of half of the rows if X has too few for a good
    /// sketch.
    #[must_use]
    pub fn sketch(x: &Features, seed: Seed) -> Self {
        Self::Sketch { rows: best_sample(x).unwrap_or(x.rows() / 2).max(1), seed }
    }
}

/// Rows for each dimension of the sample that a search begins with, and its share of all, at least.
const SAMPLE: usize = 20;
const SHARE: usize = 32;

/// How many rows a search begins with, where there are many more.
pub(super) fn sample(n: usize, d: usize) -> Option<usize> {
    let rows = (SAMPLE * d).max(n / SHARE);
    (rows <= n / 4).then_some(rows)
}

/// The cheapest of 10 d, 20 d, .. rows that is at most half of them: more rows cost more at once and less with each pass that
/// they save.
fn best_sample(x: &Features) -> Option<usize> {
    let (cost, d) = (Cost::of(x), x.cols().max(1));
    let rows = std::iter::successors(Some(LEAST * d), |rows| Some(2 * rows)).take_while(|rows| 2 * rows <= x.rows());
    rows.min_by(|&a, &b| cost.sketched(a, d).total_cmp(&cost.sketched(b, d)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Csr, Dense};

    fn dense(rows: usize, cols: usize) -> Features {
        Features::Dense(Dense::new(rows, cols, vec![1.0; rows * cols]).unwrap())
    }

    /// `each` entries in every row.
    fn sparse(rows: usize, cols: usize, each: usize) -> Features {
        let offsets = (0..=rows).map(|j| j * each).collect();
        let indices = (0..rows).flat_map(|_| 0..each as u32).collect();
        Features::Sparse(Csr::new(cols, offsets, indices, vec![2.0; rows * each]).unwrap())
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-12 * b.abs(), "{a} {b}");
    }

    /// n d numbers per pass, d^2 / 2 multiply-adds per row of the Hessian, d^3 / 6 per factorisation.
    #[test]
    fn costs_are_counts_of_what_is_done() {
        let cost = Cost::of(&dense(3, 4));
        near(cost.pass, 12.0 * nanoseconds::DENSE);
        near(cost.factor(5), 5.0 * 8.0 * nanoseconds::MULTIPLY_ADD + 64.0 / 6.0 * nanoseconds::FACTOR);
        near(cost.single(5), SINGLE * cost.factor(5));
        let rows = (40.0 * std::f64::consts::E.powi(2)) as usize;
        let cost = Cost::of(&dense(1, 40));
        let foldings = 0.4 * (rows as f64 / 40.0).ln();
        assert!((foldings - 0.8).abs() < 0.01, "0.8 a step by e^2 rows for each dimension, half of them lost");
        near(cost.sketched(rows, 40), cost.single(rows) + solve::FOLDINGS / foldings * cost.pass);
        // Three entries per row add 3^2 / 2 numbers to the triangle, in single precision as well.
        let cost = Cost::of(&sparse(5, 4, 3));
        near(cost.pass, 15.0 * nanoseconds::SPARSE);
        near(cost.factor(2), 2.0 * 4.5 * nanoseconds::SCATTER + 64.0 / 6.0 * nanoseconds::FACTOR);
        near(cost.single(2), cost.factor(2));
    }

    #[test]
    fn four_gibibytes_hold_a_triangle_of_23170_columns() {
        assert!(fits(23_170) && !fits(23_171) && !fits(usize::MAX));
    }

    #[test]
    fn a_search_begins_with_twenty_rows_for_each_column_or_a_share_where_there_are_four_times_as_many() {
        assert_eq!([sample(400, 5), sample(399, 5), sample(404, 5)], [Some(100), None, Some(100)]);
        assert_eq!(sample(6_400, 1), Some(200), "a share of 32");
    }

    #[test]
    fn a_sketch_is_the_cheapest_of_its_doublings_up_to_half_of_the_rows() {
        assert_eq!([best_sample(&dense(80, 4)), best_sample(&dense(79, 4))], [Some(40), None]);
        for (x, d) in
            [(dense(3_000, 4), 4), (dense(5_000, 30), 30), (sparse(9_000, 20, 3), 20), (sparse(2_000, 10, 9), 10)]
        {
            let best = best_sample(&x).unwrap();
            let cost = |rows| Cost::of(&x).sketched(rows, d);
            let mut rows = 10 * d;
            while 2 * rows <= x.rows() {
                assert!(cost(best) <= cost(rows), "{best} {rows}");
                rows *= 2;
            }
            assert!(best.is_multiple_of(10 * d) && (best / (10 * d)).is_power_of_two() && 2 * best <= x.rows());
            assert_eq!(Factor::sketch(&x, Seed(5)), Factor::Sketch { rows: best, seed: Seed(5) });
        }
        let rows = |x: Features| match Factor::sketch(&x, Seed(0)) {
            Factor::Sketch { rows, .. } => rows,
            other => panic!("{other:?}"),
        };
        assert_eq!([rows(dense(79, 4)), rows(dense(1, 4))], [39, 1], "half of too few");
    }

    /// Whole Hessians and passes, a sketch, or two hundred passes with the diagonal: whichever is least.
    #[test]
    fn the_factor_is_the_cheapest_of_three() {
        let (mut kept, mut sketched, mut diagonal) = (0, 0, 0);
        let wide = [60, 200, 900, 3_000].map(|d| sparse(4_000, d, 2));
        let narrow = [2, 10, 60].map(|d| dense(4_000, d));
        let few = [(30, 8), (50, 40), (9, 9)].map(|(n, d)| dense(n, d));
        let rows = [(20_000, 9), (900, 9), (200, 9)].map(|(n, d)| sparse(n, d, 9));
        for x in wide.into_iter().chain(narrow).chain(few).chain(rows) {
            let (n, d, cost) = (x.rows(), x.cols(), Cost::of(&x));
            let sampled = usize::max(20 * d, n / 32) <= n / 4;
            let whole =
                if sampled { 3.0 * cost.factor(n) + 7.0 * cost.pass } else { 6.0 * cost.factor(n) + 10.0 * cost.pass };
            let sketch = best_sample(&x).map_or(f64::INFINITY, |rows| cost.sketched(rows, d));
            let by_diagonal = if matches!(x, Features::Sparse(_)) { 200.0 * cost.pass } else { f64::INFINITY };
            let least = whole.min(sketch).min(by_diagonal);
            let (count, cost) = match Factor::choose(&x) {
                Factor::Diagonal => (&mut diagonal, by_diagonal),
                Factor::Sketch { .. } => (&mut sketched, sketch),
                Factor::Kept => (&mut kept, whole),
                Factor::Double => panic!("{n} x {d}"),
            };
            assert_eq!(least, cost, "{n} x {d}");
            *count += 1;
        }
        assert!(kept > 1 && sketched > 1 && diagonal > 1, "{kept} {sketched} {diagonal}");
    }
}
