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
    /// The diagonal of H: for a dimension whose square does not fit into memory.
    Diagonal,
}

/// Nanoseconds of one core, of the kind that the benchmarks were run on, as far as choosing needs them.
mod nanoseconds {
    /// A number of a dense X, read from memory once for its margin and its part of the sum.
    pub(super) const DENSE: f64 = 0.5;
    /// An entry of a sparse X, the same.
    pub(super) const SPARSE: f64 = 1.5;
    /// A multiply-add of a dense product in double precision.
    pub(super) const MULTIPLY_ADD: f64 = 0.05;
    /// An addition into the packed triangle of a sparse product.
    pub(super) const SCATTER: f64 = 0.45;
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
}

/// Bytes that the triangle of H may take.
const MEMORY: usize = 4 << 30;
/// Newton steps of a direct solve, as far as choosing needs them.
const STEPS: f64 = 8.0;
/// Passes over X and factorisations of a preconditioned solve, as far as choosing needs them.
const PASSES: f64 = 40.0;
const REFRESHES: f64 = 3.0;

impl Factor {
    /// The factor that should find w* first, by the shape of X and the entries stored: never [`Self::Single`], which is for
    /// the asking.
    #[must_use]
    pub fn choose(x: &Features) -> Self {
        let (n, d) = (x.rows(), x.cols());
        if d.saturating_mul(d).saturating_mul(size_of::<f64>()) > MEMORY {
            return Self::Diagonal;
        }
        let (cost, sketch) = (Cost::of(x), Self::sketch(x, Seed(0)));
        let Self::Sketch { rows, .. } = sketch else { return Self::Double };
        let preconditioned = REFRESHES * cost.factor(rows) / 2.0 + PASSES * cost.pass;
        if 2 * rows < n && preconditioned < STEPS * cost.factor(n) { sketch } else { Self::Double }
    }

    /// A sketch of a sixteenth of the rows, but at least 8 d and at most 32 d.
    #[must_use]
    pub fn sketch(x: &Features, seed: Seed) -> Self {
        let (n, d) = (x.rows(), x.cols());
        Self::Sketch { rows: (n / 16).clamp(8 * d, 32 * d).clamp(1, n.max(1)), seed }
    }
}
