//! What is factored in place of H, and what that costs.

use super::passes::stored;
use crate::data::Features;
use crate::stream::Seed;

/// What is factored in place of H. Whatever it is, the Newton system is solved for the exact H: directly, or by conjugate
/// gradients with the factor as preconditioner. It decides how fast w* is found, and not how well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// H itself, in double precision: a direct solve.
    Double,
    /// H in single precision, half the time of the product X'DX and of the factorisation.
    Single,
    /// The Hessian of so many rows, drawn uniformly without replacement, in single precision: with s rows it is near H to
    /// eta = sqrt(r/s) or so (Lemma 2), and conjugate gradients gain a factor eta with each pass over X.
    Sketch {
        /// s.
        rows: usize,
        /// Names the draw.
        seed: Seed,
    },
    /// The diagonal of H: for a dimension whose square does not fit into memory, or is too much work beside few entries.
    Diagonal,
}

/// Nanoseconds of one core, of the kind that the benchmarks were run on, as far as choosing needs them.
mod nanoseconds {
    /// A number of a dense X, read from memory once for its margin and its part of the sum.
    pub(super) const DENSE: f64 = 0.45;
    /// An entry of a sparse X, the same.
    pub(super) const SPARSE: f64 = 1.5;
    /// A multiply-add of a dense product in double precision.
    pub(super) const MULTIPLY_ADD: f64 = 0.03;
    /// An addition into the packed triangle of a sparse product.
    pub(super) const SCATTER: f64 = 0.3;
}

/// Costs of the pieces of a solve, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// One pass over X.
    pub(super) pass: f64,
    /// X'DX, for each row.
    gram_row: f64,
    /// A factorisation.
    cholesky: f64,
}

impl Cost {
    pub(super) fn of(x: &Features) -> Self {
        let (n, d, stored) = (x.rows().max(1) as f64, x.cols() as f64, stored(x).max(1) as f64);
        let (entry, gram_row) = match x {
            Features::Dense(_) => (nanoseconds::DENSE, nanoseconds::MULTIPLY_ADD * d * d / 2.0),
            Features::Sparse(_) => (nanoseconds::SPARSE, nanoseconds::SCATTER * (stored / n).powi(2) / 2.0),
        };
        Self { pass: entry * stored, gram_row, cholesky: nanoseconds::MULTIPLY_ADD * d.powi(3) / 6.0 }
    }

    /// X'DX of so many rows and its factorisation, in double precision.
    pub(super) fn factor(self, rows: usize) -> f64 {
        rows as f64 * self.gram_row + self.cholesky
    }

    /// A solve with a sketch of so many rows, more than d.
    fn preconditioned(self, rows: usize, d: usize) -> f64 {
        let folded = 0.5 * (rows as f64 / d.max(1) as f64).ln();
        // Single precision takes half the time.
        solve::REFRESHES * self.factor(rows) / 2.0 + (solve::STEPS + solve::FOLDINGS / folded) * self.pass
    }
}

/// Bytes that the triangle of H may take.
const MEMORY: usize = 4 << 30;

/// Whether the triangle of H is to be held at all.
pub(super) fn fits(d: usize) -> bool {
    d.saturating_mul(d).saturating_mul(size_of::<f64>()) <= MEMORY
}

/// What a solve to a relative gradient of 1e-8 takes, as far as choosing needs it: Newton steps, each with a pass for its
/// gradient; times that a preconditioner is made; by how many e-foldings conjugate gradients shrink residuals in all; and
/// passes with the diagonal, which depend on the data most of all: 20 to 100 were seen.
mod solve {
    pub(super) const STEPS: f64 = 7.0;
    pub(super) const REFRESHES: f64 = 2.0;
    pub(super) const FOLDINGS: f64 = 25.0;
    pub(super) const DIAGONAL: f64 = 200.0;
}

impl Factor {
    /// The factor that should find w* first, by the shape of X and the entries stored: never [`Self::Single`], which is for
    /// the asking.
    #[must_use]
    pub fn choose(x: &Features) -> Self {
        let (n, d) = (x.rows(), x.cols());
        if !fits(d) {
            return Self::Diagonal;
        }
        let (cost, rows) = (Cost::of(x), best_sample(x));
        let direct = solve::STEPS * (cost.factor(n) + cost.pass);
        let sketched = rows.map_or(f64::INFINITY, |rows| cost.preconditioned(rows, d));
        if matches!(x, Features::Sparse(_)) && solve::DIAGONAL * cost.pass < direct.min(sketched) {
            Self::Diagonal
        } else if sketched < direct {
            Self::sketch(x, Seed(0))
        } else {
            Self::Double
        }
    }

    /// A sketch of as many rows as should find w* first; of half of them, where there are too few for a good one.
    #[must_use]
    pub fn sketch(x: &Features, seed: Seed) -> Self {
        Self::Sketch { rows: best_sample(x).unwrap_or(x.rows() / 2).max(1), seed }
    }
}

/// The cheapest of 4 d, 8 d, .. 128 d rows that is at most half of them: more rows cost more at once and less with each
/// pass that they save.
fn best_sample(x: &Features) -> Option<usize> {
    let (cost, d) = (Cost::of(x), x.cols().max(1));
    let rows = (2..8).map(|doublings| d << doublings).filter(|rows| 2 * rows <= x.rows());
    rows.min_by(|&a, &b| cost.preconditioned(a, d).total_cmp(&cost.preconditioned(b, d)))
}
