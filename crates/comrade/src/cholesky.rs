//! H = LL' and solves with it, in place and in the precision of H.

use crate::kernel::Real;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::{ColMut, MatMut, MatRef, Par};

/// H is not positive definite in the precision it is held in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the Hessian is singular in double precision: pivot {pivot} of {dimension} is not positive; use lambda > 0")]
pub struct Singular {
    /// The first pivot at fault, from 0.
    pub pivot: usize,
    /// d.
    pub dimension: usize,
}

/// Overwrites the lower triangle of H by L.
pub(crate) fn factor<T: Real>(mut h: MatMut<'_, T>) -> Result<(), Singular> {
    let dimension = h.nrows();
    let singular = |pivot| Singular { pivot, dimension };
    let largest = (0..dimension).map(|k| h[(k, k)].double()).fold(0.0, f64::max);
    let mut memory =
        MemBuffer::new(llt::factor::cholesky_in_place_scratch::<T>(dimension, Par::Seq, Default::default()));
    let stack = MemStack::new(&mut memory);
    llt::factor::cholesky_in_place(h.as_mut(), Default::default(), Par::Seq, stack, Default::default())
        .map_err(|llt::factor::LltError::NonPositivePivot { index }| singular(index))?;
    // Rounding can make the pivots of a singular matrix tiny instead of zero: those carry no digit.
    let floor = dimension as f64 * T::EPSILON * largest;
    match (0..dimension).find(|&k| h[(k, k)].double().powi(2) <= floor) {
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
