//! H and its inverse on one worker: H p = v by whichever system of equations is the smaller one.
//!
//! With the curvatures D and Z = (D/n)^{1/2} X, s x d, the Hessian is H = Z'Z + lambda I, d x d. Where the samples are few
//! relative to the dimension and lambda is far above rounding, the inverse is taken of an s x s matrix (Woodbury):
//!
//! ```text
//! H^{-1} v = (v - Z' (Z Z' + lambda I)^{-1} Z v) / lambda
//! ```
//!
//! An intercept has no ridge term; it is eliminated first, by its Schur complement. A shard whose samples say nothing of it
//! has a singular H: there, and only there, the ridge counts the intercept too, so that H is at least lambda I as the theory
//! asks. Where both s and d are too large for a
//! matrix, conjugate gradients solve with H itself, which is never formed.

use crate::cholesky::{self, Singular};
use crate::conjugate;
use crate::data::Features;
use crate::kernel::{Workspace, dot, margins, sweep, weighted_gram};
use faer::MatMut;
use std::cell::RefCell;

thread_local! {
    /// Where a matrix is made and factored: one for each thread, which solves for one worker at a time.
    static WORKSPACE: RefCell<Workspace<f64>> = RefCell::default();
}

/// The ridge term (lambda/2) ||w||^2 over the first coordinates of w: all, or all but an intercept's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ridge {
    pub(crate) lambda: f64,
    /// How many.
    pub(crate) penalised: usize,
}

impl Ridge {
    /// What it adds to entry (k, k) of H.
    pub(crate) fn at(self, k: usize) -> f64 {
        if k < self.penalised { self.lambda } else { 0.0 }
    }

    /// Its value at w.
    pub(crate) fn value(self, w: &[f64]) -> f64 {
        let w = &w[..self.penalised];
        0.5 * self.lambda * dot(w, w)
    }

    /// sum / n plus its product with v, d: a mean of gradients or of products with Hessians, completed.
    pub(crate) fn complete(self, sum: &mut [f64], n: f64, v: &[f64]) {
        let (held, free) = sum.split_at_mut(self.penalised);
        held.iter_mut().zip(v).for_each(|(s, &v)| *s = *s / n + self.lambda * v);
        free.iter_mut().for_each(|s| *s /= n);
    }
}

/// H = (1/n) X'DX + the ridge term's lambda on the diagonal, d x d, for the curvatures D = c l'' of the n rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hessian<'a> {
    /// X, n x d.
    pub(crate) x: &'a Features,
    /// D, n.
    pub(crate) curvatures: &'a [f64],
    pub(crate) ridge: Ridge,
}

/// Which system is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    /// d x d, by Cholesky.
    Primal,
    /// n x n, by Cholesky.
    Dual,
    /// None that is formed.
    Conjugate,
}

/// The part of p that the s x s system may lose to rounding, about the machine epsilon times tr(Z Z') / lambda: it forgets small
/// columns next to large ones, which a Cholesky factor of H does not.
const LOST: f64 = 1e-8;
/// The largest matrix that is formed: half a gigabyte, and some seconds of work.
const LARGEST: usize = 8192;
/// The relative residual that conjugate gradients go down to.
const RESIDUAL: f64 = 1e-12;
/// Products with H for one direction, at most: what is found by then is a direction of descent all the same.
const PRODUCTS: usize = 1000;

impl System {
    /// `felt` is whether lambda is far above rounding.
    fn choose(n: usize, d: usize, felt: impl FnOnce() -> bool) -> Self {
        if 2 * n <= d && n <= LARGEST && felt() {
            Self::Dual
        } else if d <= LARGEST {
            Self::Primal
        } else {
            Self::Conjugate
        }
    }
}

impl Hessian<'_> {
    /// n as a number to divide by; 1 when there is no row, where every sum is zero.
    fn n(&self) -> f64 {
        self.curvatures.len().max(1) as f64
    }

    /// The lower triangle.
    pub(crate) fn lower<'w>(&self, workspace: &'w mut Workspace<f64>) -> MatMut<'w, f64> {
        let (n, ridge) = (self.n(), self.ridge);
        let weights: Vec<f64> = self.curvatures.iter().map(|&v| v / n).collect();
        let mut h = weighted_gram(self.x, 0..self.x.rows(), &weights, workspace);
        for k in 0..ridge.penalised {
            h[(k, k)] += ridge.lambda;
        }
        h
    }

    /// The diagonal, d.
    ///
    /// # Errors
    /// If an entry of it is not positive.
    pub(crate) fn diagonal(&self) -> Result<Vec<f64>, Singular> {
        let (n, d) = (self.n(), self.x.cols());
        let mut diagonal: Vec<f64> = (0..d).map(|k| self.ridge.at(k)).collect();
        for (j, d2) in self.curvatures.iter().enumerate() {
            self.x.for_row(j, |k, v| diagonal[k] += d2 / n * v * v);
        }
        match diagonal.iter().position(|&d| d <= 0.0) {
            Some(pivot) => Err(Singular { pivot, dimension: d }),
            None => Ok(diagonal),
        }
    }

    /// H v, d, by one pass over X.
    pub(crate) fn times(&self, v: &[f64]) -> Vec<f64> {
        let mut sum = sweep(self.x, 0..self.x.rows(), v, |rows, z| scale(z, &self.curvatures[rows]));
        self.ridge.complete(&mut sum, self.n(), v);
        sum
    }

    /// H^{-1} v, d; not finite where v or H is not.
    ///
    /// # Errors
    /// [`Singular`] when H is not positive definite.
    pub(crate) fn solve(&self, v: &[f64]) -> Result<Vec<f64>, Singular> {
        if self.curvatures.iter().chain(v).any(|x| !x.is_finite()) {
            return Ok(vec![f64::NAN; v.len()]);
        }
        let Ridge { lambda, penalised } = self.ridge;
        let system = System::choose(self.x.rows(), self.x.cols(), || self.lambda_is_felt());
        match self.solve_by(system, v) {
            Err(Singular { pivot, dimension }) if pivot == penalised && pivot + 1 == dimension && lambda > 0.0 => {
                Self { ridge: Ridge { penalised: dimension, lambda }, ..*self }.solve_by(system, v)
            }
            solved => solved,
        }
    }

    /// Whether lambda is so far above rounding that the s x s system loses no more than [`LOST`].
    fn lambda_is_felt(&self) -> bool {
        let n = self.n();
        let mut trace = 0.0;
        for (j, d2) in self.curvatures.iter().enumerate() {
            self.x.for_row(j, |_, v| trace += d2 / n * v * v);
        }
        self.ridge.lambda > f64::EPSILON / LOST * trace
    }

    fn solve_by(&self, system: System, v: &[f64]) -> Result<Vec<f64>, Singular> {
        match system {
            System::Primal => WORKSPACE.with_borrow_mut(|workspace| {
                let mut h = self.lower(workspace);
                cholesky::factor(h.as_mut())?;
                Ok(cholesky::solve(h.as_ref(), v))
            }),
            System::Dual => WORKSPACE.with_borrow_mut(|workspace| self.dual(v, workspace)),
            System::Conjugate => self.conjugate_gradients(v),
        }
    }

    /// By the n x n matrix Z Z' + lambda I over the penalised columns, and by elimination of an intercept.
    fn dual(&self, v: &[f64], workspace: &mut Workspace<f64>) -> Result<Vec<f64>, Singular> {
        let (x, n, Ridge { lambda, penalised }) = (self.x, self.n(), self.ridge);
        let roots: Vec<f64> = self.curvatures.iter().map(|d2| (d2 / n).sqrt()).collect();
        let z = x.transpose(penalised, &roots);
        let mut k = weighted_gram(&z, 0..penalised, &vec![1.0; penalised], workspace);
        for j in 0..k.ncols() {
            k[(j, j)] += lambda;
        }
        cholesky::factor(k.as_mut())?;
        // A^{-1} of the first columns of a vector of length d; what stands after them is ignored, and left zero.
        let inverse = |v: &[f64]| {
            let mut held = v.to_vec();
            held[penalised..].fill(0.0);
            let mut inner = margins(x, 0..x.rows(), &held);
            scale(&mut inner, &roots);
            let mut outer = cholesky::solve(k.as_ref(), &inner);
            scale(&mut outer, &roots);
            let back = sweep(x, 0..x.rows(), &held, |rows, z| z.copy_from_slice(&outer[rows]));
            held[..penalised].iter_mut().zip(back).for_each(|(v, back)| *v = (*v - back) / lambda);
            held
        };
        let mut p = inverse(v);
        if penalised < v.len() {
            let cross = sweep(x, 0..x.rows(), v, |rows, z| {
                z.iter_mut().zip(&self.curvatures[rows]).for_each(|(z, d2)| *z = d2 / n);
            });
            let (corner, q) = (cross[penalised], inverse(&cross));
            let complement = corner - dot(&cross[..penalised], &q[..penalised]);
            // What is left of the corner is rounding if nothing is.
            if complement.is_nan() || complement <= v.len() as f64 * f64::EPSILON * corner {
                return Err(Singular { pivot: penalised, dimension: v.len() });
            }
            let intercept = (v[penalised] - dot(&cross[..penalised], &p[..penalised])) / complement;
            p.iter_mut().zip(&q).for_each(|(p, q)| *p -= intercept * q);
            p[penalised] = intercept;
        }
        Ok(p)
    }

    /// By products with H, preconditioned by its diagonal.
    fn conjugate_gradients(&self, v: &[f64]) -> Result<Vec<f64>, Singular> {
        if v.iter().all(|&v| v == 0.0) {
            return Ok(v.to_vec());
        }
        let diagonal = self.diagonal()?;
        let divide = |v: &[f64]| v.iter().zip(&diagonal).map(|(v, d)| v / d).collect();
        Ok(conjugate::solve(|v| self.times(v), divide, v, RESIDUAL, PRODUCTS).p)
    }
}

/// z_j times d_j.
pub(crate) fn scale(z: &mut [f64], d: &[f64]) {
    z.iter_mut().zip(d).for_each(|(z, d)| *z *= d);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Csr, Dataset, Dense, Features};
    use crate::loss::Loss;
    use crate::objective::Objective;
    use proptest::prelude::*;

    /// The same numbers stored both ways, the last column an intercept's if asked for.
    fn data(rows: usize, cols: usize, intercept: bool, seed: u64, sparse: bool) -> Dataset {
        let mut state = seed | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            if state.is_multiple_of(3) { 0.0 } else { (state % 2001) as f64 / 1000.0 - 1.0 }
        };
        let mut values: Vec<f64> = (0..rows * cols).map(|_| next()).collect();
        if intercept {
            values.iter_mut().skip(cols - 1).step_by(cols).for_each(|v| *v = 1.0);
        }
        let labels = (0..rows).map(|_| if next() > 0.0 { 1.0 } else { -1.0 }).collect();
        let weights = Some((0..rows).map(|_| next().abs()).collect());
        let dense = Dense::new(rows, cols, values).unwrap();
        let features = if sparse {
            let (mut offsets, mut indices, mut held) = (vec![0], vec![], vec![]);
            for row in dense.values().chunks(cols) {
                let stored = row.iter().enumerate().filter(|(_, v)| **v != 0.0);
                stored.for_each(|(k, &v)| {
                    indices.push(k as u32);
                    held.push(v);
                });
                offsets.push(held.len());
            }
            Features::Sparse(Csr::new(cols, offsets, indices, held).unwrap())
        } else {
            Features::Dense(dense)
        };
        Dataset { weights, intercept, ..Dataset::new("made", features, labels) }
    }

    proptest! {
        #[test]
        fn every_system_has_the_same_solution(
            rows in 1_usize..30, cols in 1_usize..40, intercept: bool, seed: u64, sparse: bool,
            lambda in prop::sample::select(vec![1e-3, 0.1, 10.0]),
        ) {
            let data = data(rows, cols, intercept, seed, sparse);
            let f = Objective { data: &data, loss: Loss::Logistic, lambda };
            let at = f.expand(&vec![0.1; cols]);
            let hessian = Hessian { x: &data.features, curvatures: &at.curvatures, ridge: f.ridge() };
            let solve = |system: System| hessian.solve_by(system, &at.gradient);
            match solve(System::Primal) {
                // An intercept over samples of no weight.
                Err(_) => prop_assert!(solve(System::Dual).is_err()),
                Ok(p) => {
                    let size = dot(&p, &p).sqrt().max(1e-300);
                    for system in [System::Dual, System::Conjugate] {
                        let other = solve(system).unwrap();
                        prop_assert_eq!(other.len(), cols);
                        for (a, b) in p.iter().zip(other) {
                            prop_assert!((a - b).abs() <= 1e-7 * size, "{system:?}: {a} {b}, of {size}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn samples_that_say_nothing_of_the_intercept_leave_it_to_the_ridge() {
        for (rows, cols) in [(4, 6), (5, 600)] {
            let mut data = data(rows, cols, true, 7, false);
            data.weights = Some(vec![0.0; rows]);
            let f = Objective { data: &data, loss: Loss::Logistic, lambda: 0.5 };
            let v: Vec<f64> = (0..cols).map(|k| k as f64).collect();
            let p = f.direction_for(&vec![0.0; cols], &v).unwrap();
            assert!(p.iter().zip(&v).all(|(p, v)| (p - 2.0 * v).abs() < 1e-12));
            let without = Objective { lambda: 0.0, ..f };
            assert!(without.direction_for(&vec![0.0; cols], &v).is_err());
        }
    }

    /// Rows (1, 2) and (0, 3), curvatures 1/2 and 1; the ridge counts the first coordinate.
    #[test]
    fn the_diagonal_by_hand() {
        let x = Features::Dense(Dense::new(2, 2, vec![1.0, 2.0, 0.0, 3.0]).unwrap());
        let hessian = Hessian { x: &x, curvatures: &[0.5, 1.0], ridge: Ridge { lambda: 0.25, penalised: 1 } };
        assert_eq!(hessian.diagonal().unwrap(), [0.25 + 0.25, (0.5 * 4.0 + 9.0) / 2.0]);
        let nothing = Hessian { curvatures: &[0.0, 0.0], ..hessian };
        assert_eq!(nothing.diagonal(), Err(Singular { pivot: 1, dimension: 2 }));
    }

    /// Squares of columns from 1 to 1e-16: without its diagonal, H is too ill-conditioned for products alone.
    #[test]
    fn scales_of_columns_are_no_matter_to_products_with_h() {
        let mut data = data(80, 40, false, 3, false);
        let Features::Dense(x) = &data.features else { unreachable!() };
        let scaled = x.values().iter().enumerate().map(|(at, v)| v * 0.1_f64.powi((at % 40) as i32 / 5)).collect();
        data.features = Features::Dense(Dense::new(80, 40, scaled).unwrap());
        let (curvatures, ridge) = (vec![0.25; 80], Ridge { lambda: 1e-18, penalised: 40 });
        let hessian = Hessian { x: &data.features, curvatures: &curvatures, ridge };
        let v: Vec<f64> = (0..40).map(|k| 0.1_f64.powi(k / 5)).collect();
        let (p, q) = (hessian.solve_by(System::Primal, &v).unwrap(), hessian.solve_by(System::Conjugate, &v).unwrap());
        assert!(p.iter().zip(&q).all(|(p, q)| (p - q).abs() <= 1e-6 * p.abs()), "{p:?} {q:?}");
    }

    #[test]
    fn the_shape_decides() {
        let choose = |n, d, felt| System::choose(n, d, || felt);
        assert_eq!(choose(1000, 123, true), System::Primal);
        assert_eq!(choose(62, 123, true), System::Primal);
        assert_eq!(choose(61, 123, true), System::Dual);
        assert_eq!(choose(61, 123, false), System::Primal);
        assert_eq!(choose(1000, 1_000_000, true), System::Dual);
        assert_eq!(choose(1000, 1_000_000, false), System::Conjugate);
        assert_eq!(choose(100_000, 1_000_000, true), System::Conjugate);
    }

    /// One row (1, 1, 1, 1) and no ridge to speak of: H is singular, though the 1 x 1 matrix is not.
    #[test]
    fn a_lambda_next_to_rounding_is_none() {
        let x = Features::Dense(Dense::new(1, 4, vec![1.0; 4]).unwrap());
        let hessian = |lambda| Hessian { x: &x, curvatures: &[0.25], ridge: Ridge { lambda, penalised: 4 } };
        // A trace of (0.5 (1 + 4) + 16) / 2 = 9.25.
        let x = Features::Dense(Dense::new(2, 2, vec![1.0, 2.0, 0.0, 4.0]).unwrap());
        for (times, felt) in [(0.0, false), (9.24, false), (9.26, true)] {
            let ridge = Ridge { lambda: times * 1e8 * f64::EPSILON, penalised: 2 };
            assert_eq!(Hessian { x: &x, curvatures: &[0.5, 1.0], ridge }.lambda_is_felt(), felt, "{times}");
        }
        assert_eq!(hessian(1e-17).solve(&[1.0; 4]), Err(Singular { pivot: 1, dimension: 4 }));
        // (J / 4 + lambda I)^{-1} (1, 1, 1, 1), with J the matrix of ones.
        assert!(hessian(1.0).solve(&[1.0; 4]).unwrap().iter().all(|p| (p - 0.5).abs() < 1e-15));
    }

    /// The unit of a column is no matter to the direction, in a shard of fewer samples than columns either.
    #[test]
    fn a_large_column_spoils_no_other() {
        let plain = data(10, 40, false, 3, false);
        for unit in [1.0, 1e2, 1e3, 1e4, 1e5, 1e6, 1e8] {
            let Features::Dense(x) = &plain.features else { unreachable!() };
            let scaled = x.values().iter().enumerate().map(|(at, v)| if at % 40 == 0 { v * unit } else { *v });
            let x = Features::Dense(Dense::new(10, 40, scaled.collect()).unwrap());
            let hessian = Hessian { x: &x, curvatures: &[0.25; 10], ridge: Ridge { lambda: 1e-3, penalised: 40 } };
            let v: Vec<f64> = (0..40).map(|k| if k == 0 { unit } else { 1.0 }).collect();
            let (p, wanted) = (hessian.solve(&v).unwrap(), hessian.solve_by(System::Primal, &v).unwrap());
            let off = p.iter().zip(&wanted).map(|(p, q)| (p - q).abs() / q.abs()).fold(0.0, f64::max);
            assert!(off < 1e-6, "{unit:e}: {off:e}");
        }
    }

    #[test]
    fn without_samples_h_is_the_ridge() {
        for x in [
            Features::Dense(Dense::new(0, 2, vec![]).unwrap()),
            Features::Sparse(Csr::of_ones(2, vec![0], vec![]).unwrap()),
        ] {
            let hessian = Hessian { x: &x, curvatures: &[], ridge: Ridge { lambda: 0.5, penalised: 2 } };
            assert_eq!(hessian.solve(&[1.0, -3.0]).unwrap(), [2.0, -6.0]);
        }
    }

    #[test]
    fn a_dimension_whose_square_fits_nowhere_is_no_obstacle() {
        let cols = 3_000_000;
        let indices: Vec<u32> = (0..40).flat_map(|j| [j, 70_000 * j + 70_001]).collect();
        let x = Csr::new(cols, (0..=40).map(|j| 2 * j).collect(), indices, vec![0.5; 80]).unwrap();
        let labels = (0..40).map(|j| if j % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let data = Dataset::new("wide", Features::Sparse(x), labels);
        let f = Objective { data: &data, loss: Loss::Logistic, lambda: 0.1 };
        let (at, w) = (f.expand(&vec![0.0; cols]), vec![0.0; cols]);
        let p = f.newton_direction(&w).unwrap();
        // Row j alone has columns j and 70000 j + 70001: H is diagonal but for that pair, and p = g / (lambda + |x_j|^2 / 4 n).
        for j in [0, 1, 39] {
            assert!((p[j] - at.gradient[j] / (0.1 + 0.5 / 160.0)).abs() < 1e-15, "{j}");
        }
    }
}
