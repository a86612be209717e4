//! H = LL' and solves with it, in place and in the precision of H.

use crate::kernel::Real;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::{ColMut, MatMut, MatRef, Par};

/// H is not positive definite in the precision it is held in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the Hessian is singular to double precision: column {pivot} of {dimension} (from 0) has no weight, is a combination of the \
     columns before it, or has values so large that their squares are not finite; leave it out, divide it by its largest value, \
     or use a lambda of at least {:.1e} times the largest mean square of a column",
    self.least()
)]
pub struct Singular {
    /// The first pivot at fault, from 0: a column of X.
    pub pivot: usize,
    /// d.
    pub dimension: usize,
}

impl Singular {
    /// The least lambda that lifts every pivot well above rounding, relative to the largest entry of H's diagonal.
    #[must_use]
    pub fn least(&self) -> f64 {
        16.0 * self.dimension as f64 * f64::EPSILON
    }
}

/// Overwrites the lower triangle of H by L.
///
/// # Errors
/// [`Singular`] if a pivot is zero up to rounding, relative to the entry of the diagonal that it is what is left of: a column
/// may have any scale.
pub(crate) fn factor<T: Real>(mut h: MatMut<'_, T>) -> Result<(), Singular> {
    let dimension = h.nrows();
    let before: Vec<f64> = (0..dimension).map(|k| h[(k, k)].double()).collect();
    let rounding = dimension as f64 * T::EPSILON;
    let singular = |pivot| Singular { pivot, dimension };
    let mut memory =
        MemBuffer::new(llt::factor::cholesky_in_place_scratch::<T>(dimension, Par::Seq, Default::default()));
    let stack = MemStack::new(&mut memory);
    llt::factor::cholesky_in_place(h.as_mut(), Default::default(), Par::Seq, stack, Default::default())
        .map_err(|llt::factor::LltError::NonPositivePivot { index }| singular(index))?;
    // Rounding can make the pivots of a singular matrix tiny instead of zero: those carry no digit.
    let carries = |k: usize| h[(k, k)].double().powi(2) > rounding * before[k];
    match (0..dimension).find(|&k| !carries(k)) {
        Some(pivot) => Err(singular(pivot)),
        None => Ok(()),
    }
}

/// H^{-1} v from the L of [`factor`].
pub(crate) fn solve<T: Real>(l: MatRef<'_, T>, v: &[f64]) -> Vec<f64> {
    let mut memory = MemBuffer::new(llt::solve::solve_in_place_scratch::<T>(l.nrows(), 1, Par::Seq));
    let mut p: Vec<T> = v.iter().map(|&v| T::of(v)).collect();
    llt::solve::solve_in_place(l, ColMut::from_slice_mut(&mut p).as_mat_mut(), Par::Seq, MemStack::new(&mut memory));
    p.into_iter().map(T::double).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use faer::mat;

    /// [[4, 2], [2, 5]] = LL' with L = [[2, 0], [1, 2]]; 16 d epsilons lift a pivot above rounding.
    #[test]
    fn a_factor_a_solution_and_the_least_lambda_by_hand() {
        let mut h = mat![[4.0, 0.0], [2.0, 5.0]];
        factor(h.as_mut()).unwrap();
        assert_eq!((h[(0, 0)], h[(1, 0)], h[(1, 1)]), (2.0, 1.0, 2.0));
        assert_eq!(solve(h.as_ref(), &[8.0, 8.0]), [1.5, 1.0]);
        let singular = factor(mat![[4.0, 0.0], [2.0, 1.0]].as_mut()).unwrap_err();
        assert_eq!((singular, singular.least()), (Singular { pivot: 1, dimension: 2 }, 2.0_f64.powi(-47)));
        let tiny = factor(mat![[1.0, 0.0], [1.0, 1.0 + f64::EPSILON]].as_mut());
        assert_eq!(tiny, Err(Singular { pivot: 1, dimension: 2 }));
    }
}
