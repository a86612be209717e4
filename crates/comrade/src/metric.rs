//! B, a symmetric positive definite matrix near the Hessian, as a metric: its products, its inverse, and a square root.
//!
//! ```text
//! B = S (I + V (diag(l) - I) V') S        S > 0 diagonal, V d x r with orthonormal columns, l > 0
//! ```
//!
//! A triangle gives S = diag(H)^{1/2} and all d eigenvectors of the scaled matrix; a sketch gives r = k, and S takes up the
//! ridge term and what the sketch does not see. Either way B^p x takes 2 d r multiplications.

use crate::compress::norm2;
use crate::expansion::symmetric;
use crate::kernel::dot;
use faer::{Mat, MatRef, Side};
use serde::{Deserialize, Serialize};

/// A metric of gradients, by a positive definite matrix B: d x d, or only its diagonal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// S, d.
    scale: Vec<f64>,
    /// l, r.
    values: Vec<f64>,
    /// V, column by column, d r.
    basis: Vec<f64>,
    /// Whether errors of what it was made from hide how small some of its eigenvalues are.
    blunt: bool,
    /// What l is at least, r: the ridge term alone where errors hide it.
    least: Vec<f64>,
    /// What the 1 off the range of V is at least.
    off: f64,
}

/// An eigenvalue below this many times the error of the matrix may be any smaller one.
const TELLS: f64 = 2.0;
/// What sums of many terms leave of a matrix of unit diagonal, or of norm 1: 450 units of rounding, as of 450^2 terms whose
/// errors add up at random.
const ROUNDING: f64 = 1e-13;

impl Metric {
    /// S^2 alone; for S = 1 the Euclidean metric.
    #[must_use]
    pub fn diagonal(scale: Vec<f64>) -> Self {
        Self { scale, values: vec![], basis: vec![], blunt: false, least: vec![], off: 1.0 }
    }

    /// From the lower triangle of H, row by row, whose entries are exact up to errors that change the matrix scaled to unit
    /// diagonal by about `noise` in the spectral norm: its eigenvalues are at least that. A diagonal entry that is not positive
    /// says nothing; the smallest positive one stands in. `ridge` is what the ridge term has in the diagonal, d.
    ///
    /// None if an entry is not finite.
    pub(crate) fn of_triangle(triangle: &[f64], d: usize, ridge: &[f64], noise: f64) -> Option<Self> {
        if d == 0 {
            return Some(Self::diagonal(vec![]));
        }
        let h = symmetric(triangle, d);
        let roots = || (0..d).map(|k| h[(k, k)].sqrt());
        let smallest = roots().filter(|s| *s > 0.0).fold(f64::INFINITY, f64::min);
        let stand_in = if smallest.is_finite() { smallest } else { 1.0 };
        let scale: Vec<f64> = roots().map(|s| if s > 0.0 { s } else { stand_in }).collect();
        let unit = Mat::from_fn(d, d, |r, c| if r == c { 1.0 } else { h[(r, c)] / scale[r] / scale[c] });
        if !finite(unit.as_ref()) {
            return None;
        }
        let eigen = unit.self_adjoint_eigen(Side::Lower).ok()?;
        let floor = noise.max(d as f64 * f64::EPSILON);
        let values: Vec<f64> = (0..d).map(|k| eigen.S()[k].max(floor)).collect();
        let blunt = values.iter().any(|l| *l < TELLS * noise);
        let basis = flat(eigen.U());
        // v'Hv is at least what the ridge term has there.
        let held =
            |v: &[f64]| v.iter().zip(ridge).zip(&scale).map(|((v, ridge), s)| ridge * (v / s).powi(2)).sum::<f64>();
        let told = TELLS * floor.max(ROUNDING);
        let least =
            values.iter().zip(basis.chunks(d)).map(|(&l, v)| if l < told { held(v).min(l) } else { l }).collect();
        Some(Self { scale, values, basis, blunt, least, off: 1.0 })
    }

    /// From a sketch Y = A Omega of H less its ridge term, whose entries are exact up to errors that change Y by about `noise`
    /// in the spectral norm: the Nystrom approximation, shifted for stability, and the smallest eigenvalue that it knows off
    /// its range. `ridge` is what the ridge term adds on the diagonal, d.
    ///
    /// Frangella, Tropp and Udell, *Randomized Nystrom Preconditioning*, SIAM J. Matrix Anal. Appl. 2023.
    ///
    /// None if an entry is not finite.
    pub(crate) fn of_sketch(y: MatRef<'_, f64>, omega: MatRef<'_, f64>, ridge: &[f64], noise: f64) -> Option<Self> {
        if !finite(y) {
            return None;
        }
        let (d, k) = (y.nrows(), y.ncols());
        let shift = noise.max((d as f64).sqrt() * f64::EPSILON * y.norm_l2()).max(f64::MIN_POSITIVE);
        let shifted = y + faer::Scale(shift) * omega;
        let core = omega.transpose() * &shifted;
        let core = Mat::from_fn(k, k, |r, c| 0.5 * (core[(r, c)] + core[(c, r)]));
        let eigen = core.self_adjoint_eigen(Side::Lower).ok()?;
        let mut root = &shifted * eigen.U();
        for c in 0..k {
            let share = eigen.S()[c].max(shift).sqrt().recip();
            root.col_as_slice_mut(c).iter_mut().for_each(|x| *x *= share);
        }
        let svd = root.thin_svd().ok()?;
        let values: Vec<f64> = (0..k).map(|c| (svd.S()[c].powi(2) - shift).max(0.0)).collect();
        let least = ridge.iter().copied().filter(|ridge| *ridge > 0.0).reduce(f64::min).unwrap_or(0.0);
        let rest = values.iter().copied().fold(f64::INFINITY, f64::min).max(shift);
        let scale: Vec<f64> = ridge.iter().map(|ridge| (rest + ridge).sqrt()).collect();
        let u = svd.U();
        let above = Mat::from_fn(d, k, |r, c| u[(r, c)] * (values[c] - rest).max(0.0).sqrt() / scale[r]);
        let svd = above.thin_svd().ok()?;
        let values: Vec<f64> = (0..k).map(|c| 1.0 + svd.S()[c].powi(2)).collect();
        let blunt = rest < TELLS * noise && least < TELLS * noise;
        // The approximation is never above A, and off its range A may be nothing: there only the ridge term is certain.
        let (all, off) = (rest + least, least / (rest + least));
        let told = TELLS * noise.max(ROUNDING * y.norm_l2());
        let least = values.iter().map(|&l| if (l - 1.0) * all < told { off.min(l) } else { l }).collect();
        Some(Self { scale, values, basis: flat(svd.U()), blunt, least, off })
    }

    /// The dimension, d.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.scale.len()
    }

    /// Whether errors of what it was made from hide how small some of its eigenvalues are: B is then too large along them, and
    /// what it says of f - f* too small.
    #[must_use]
    pub(crate) fn is_blunt(&self) -> bool {
        self.blunt
    }

    /// Whether it is of a sketch, which sees a part of the Hessian.
    #[must_use]
    pub(crate) fn is_sketch(&self) -> bool {
        (1..self.scale.len()).contains(&self.values.len())
    }

    /// What f - f* is at most where the gradient is g, the last coordinate is an intercept's without a ridge term, and this is a
    /// sketch of the Hessian there; infinite where that cannot be said.
    ///
    /// It is the bound of `newton::gap` for the p along the intercept that leaves nothing of its part of g. With A the Hessian less
    /// its ridge term and k the intercept,
    ///
    /// ```text
    /// p = g_k / A_kk   ||A e_k|| <= (A_kk lambda_max)^{1/2}
    /// f - f* <= ((1 + |p|) / 2) p g_k + (||g'|| + |g_k| (lambda_max / A_kk)^{1/2})^2 / (2 lambda)    g' the rest of g
    /// ```
    ///
    /// for |p| <= 1. A sketch is never above A, so that it tells an A_kk which is not too large; lambda_max is taken for at most
    /// twice the trace of what it sees.
    pub(crate) fn gap_beside_intercept(&self, g: &[f64], lambda: f64) -> f64 {
        let (Some((free, held)), Some(scale)) = (g.split_last(), self.scale.last()) else { return f64::INFINITY };
        if !self.is_sketch() {
            return f64::INFINITY;
        }
        let (mut bent, mut most) = (0.0, 0.0);
        for ((column, l), least) in self.basis.chunks(self.scale.len()).zip(&self.values).zip(&self.least) {
            let square = |(x, s): (&f64, &f64)| (x * s).powi(2);
            bent += (least - 1.0).max(0.0) * square((&column[held.len()], scale));
            most += 2.0 * (l - 1.0) * column.iter().zip(&self.scale).map(square).sum::<f64>();
        }
        let p = if *free == 0.0 { 0.0 } else { (free / bent).abs() };
        if p.is_nan() || p > 1.0 {
            return f64::INFINITY;
        }
        let rest = norm2(held) + if *free == 0.0 { 0.0 } else { free.abs() * (most / bent).sqrt() };
        0.5 * ((1.0 + p) * p * free.abs() + rest * rest / lambda)
    }

    /// How many times less than B the H that this is near to may be somewhere, because errors or a sketch hide its smallest
    /// eigenvalues; 1 where nothing is hidden, infinite where nothing is certain.
    pub(crate) fn hides(&self) -> f64 {
        let apart = self.values.iter().zip(&self.least).map(|(l, least)| l / least);
        apart.fold(1.0 / self.off.min(1.0), f64::max)
    }

    /// Whether all of it is of dimension d.
    pub(crate) fn fits(&self, d: usize) -> bool {
        let r = self.values.len();
        self.scale.len() == d && self.least.len() == r && Some(self.basis.len()) == r.checked_mul(d)
    }

    /// B^{-1} as a metric: for vectors like w, where B is for vectors like g.
    #[must_use]
    pub fn dual(&self) -> Self {
        let inverse = |v: &[f64]| v.iter().map(|x| 1.0 / x).collect();
        Self {
            scale: inverse(&self.scale),
            values: inverse(&self.values),
            basis: self.basis.clone(),
            blunt: self.blunt,
            least: inverse(&self.least),
            off: 1.0 / self.off,
        }
    }

    /// B v, d.
    #[must_use]
    pub fn times(&self, v: &[f64]) -> Vec<f64> {
        self.scaled(self.power(self.scaled(v.to_vec()), 1.0))
    }

    /// B^{-1} v, d.
    #[must_use]
    pub fn solve(&self, v: &[f64]) -> Vec<f64> {
        self.unscaled(self.power(self.unscaled(v.to_vec()), -1.0))
    }

    /// R^{-1} v, d, for the root R of B = R R': in these coordinates the metric is Euclidean.
    #[must_use]
    pub fn whiten(&self, v: &[f64]) -> Vec<f64> {
        self.power(self.unscaled(v.to_vec()), -0.5)
    }

    /// R v, d: takes [`Self::whiten`] back.
    #[must_use]
    pub fn colour(&self, v: &[f64]) -> Vec<f64> {
        self.scaled(self.power(v.to_vec(), 0.5))
    }

    /// (v' B^{-1} v)^{1/2}: the length of a gradient, and that of the step which it asks for.
    #[must_use]
    pub fn norm(&self, v: &[f64]) -> f64 {
        norm2(&self.whiten(v))
    }

    /// What (v' H^{-1} v)^{1/2} is at most for the H that this is near to: [`Self::norm`] with eigenvalues that are certain.
    /// Infinite where nothing is.
    #[must_use]
    pub(crate) fn norm_at_most(&self, v: &[f64]) -> f64 {
        let v = self.unscaled(v.to_vec());
        let over = |x: f64, l: f64| if x == 0.0 { 0.0 } else { x * x / l };
        let (mut seen, mut rest) = (0.0, v.clone());
        for (column, l) in self.basis.chunks(self.scale.len().max(1)).zip(&self.least) {
            let share = dot(column, &v);
            seen += over(share, *l);
            rest.iter_mut().zip(column).for_each(|(rest, x)| *rest -= share * x);
        }
        (seen + over(norm2(&rest), self.off)).sqrt()
    }

    fn scaled(&self, mut v: Vec<f64>) -> Vec<f64> {
        v.iter_mut().zip(&self.scale).for_each(|(v, s)| *v *= s);
        v
    }

    fn unscaled(&self, mut v: Vec<f64>) -> Vec<f64> {
        v.iter_mut().zip(&self.scale).for_each(|(v, s)| *v /= s);
        v
    }

    /// (I + V (diag(l) - I) V')^p v.
    fn power(&self, v: Vec<f64>, p: f64) -> Vec<f64> {
        let mut out = v.clone();
        for (column, l) in self.basis.chunks(self.scale.len().max(1)).zip(&self.values) {
            let share = (l.powf(p) - 1.0) * dot(column, &v);
            out.iter_mut().zip(column).for_each(|(out, x)| *out += share * x);
        }
        out
    }
}

fn finite(a: MatRef<'_, f64>) -> bool {
    (0..a.ncols()).all(|c| (0..a.nrows()).all(|r| a[(r, c)].is_finite()))
}

/// Column by column.
fn flat(a: MatRef<'_, f64>) -> Vec<f64> {
    (0..a.ncols()).flat_map(|c| (0..a.nrows()).map(move |r| a[(r, c)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expansion::omega;
    use crate::stream::Seed;

    fn near(got: &[f64], wanted: &[f64], within: f64) {
        let size = norm2(wanted);
        assert!(got.iter().zip(wanted).all(|(a, b)| (a - b).abs() <= within * size), "{got:?} is not {wanted:?}");
    }

    /// A matrix of the eigenvalues 4, 1, 1/4 .. in a random basis, badly scaled.
    fn matrix(d: usize) -> Mat<f64> {
        let q = omega(d, d, Seed(2));
        let half = Mat::from_fn(d, d, |r, c| 10.0_f64.powi(r as i32 % 5) * q[(r, c)] * 2.0_f64.powi(1 - c as i32));
        &half * half.transpose()
    }

    fn triangle(h: &Mat<f64>) -> Vec<f64> {
        (0..h.nrows()).flat_map(|r| (0..=r).map(move |c| h[(r, c)])).collect()
    }

    fn times(h: &Mat<f64>, v: &[f64]) -> Vec<f64> {
        (0..v.len()).map(|r| (0..v.len()).map(|c| h[(r, c)] * v[c]).sum()).collect()
    }

    const V: [f64; 6] = [0.3, -1.0, 2.0, 0.5, 0.1, -0.7];

    #[test]
    fn a_triangle_gives_the_matrix_and_its_inverse_and_its_root() {
        let h = matrix(6);
        let b = Metric::of_triangle(&triangle(&h), 6, &[0.0; 6], 0.0).unwrap();
        near(&b.times(&V), &times(&h, &V), 1e-12);
        near(&times(&h, &b.solve(&V)), &V, 1e-9);
        near(&b.colour(&b.whiten(&V)), &V, 1e-12);
        assert!((b.norm(&V).powi(2) / dot(&V, &b.solve(&V)) - 1.0).abs() < 1e-12);
        near(&b.dual().times(&V), &b.solve(&V), 1e-12);
        near(&Metric::diagonal(vec![2.0; 6]).times(&V), &V.map(|v| 4.0 * v), 1e-15);
    }

    /// A = (1/4) z z' for one row z = (3, 4, 1) with an intercept: A_kk = 1/4, lambda_max = 26/4.
    #[test]
    fn a_sketch_bounds_f_beside_an_intercept() {
        let (z, lambda) = ([3.0, 4.0, 1.0], 0.5);
        let om = omega(3, 2, Seed(1));
        let y = Mat::from_fn(3, 2, |r, c| 0.25 * z[r] * (0..3).map(|k| z[k] * om[(k, c)]).sum::<f64>());
        let b = Metric::of_sketch(y.as_ref(), om.as_ref(), &[lambda, lambda, 0.0], 0.0).unwrap();
        let gap = |g: [f64; 3]| b.gap_beside_intercept(&g, lambda);
        assert!((gap([0.03, 0.04, 0.0]) / 0.0025 - 1.0).abs() < 1e-12, "{}", gap([0.03, 0.04, 0.0]));
        // p = 0.4 and 2 lambda_max / A_kk = 52.
        let (told, wanted) = (gap([0.0, 0.0, -0.1]), 0.5 * (1.4 * 0.4 * 0.1 + 0.01 * 52.0 / lambda));
        assert!((told / wanted - 1.0).abs() < 1e-6, "{told} {wanted}");
        // Beyond p = 1, and of an intercept of which nothing is seen.
        assert_eq!(gap([0.0, 0.0, 0.26]), f64::INFINITY);
        let y = Mat::from_fn(3, 2, |r, c| if r == 0 { om[(0, c)] } else { 0.0 });
        let b = Metric::of_sketch(y.as_ref(), om.as_ref(), &[lambda, lambda, 0.0], 0.0).unwrap();
        assert_eq!(b.gap_beside_intercept(&[0.0, 0.0, 1e-6], lambda), f64::INFINITY);
        let whole = Metric::of_triangle(&[1.0, 0.0, 1.0], 2, &[1.0, 0.0], 0.0).unwrap();
        assert!(!whole.is_sketch() && !Metric::diagonal(vec![1.0; 2]).is_sketch() && b.is_sketch());
        assert_eq!(whole.gap_beside_intercept(&[0.0; 2], 1.0), f64::INFINITY);
    }

    #[test]
    fn noise_leaves_it_positive_definite() {
        // Eigenvalues 2.5 and -0.5 of a matrix with unit diagonal.
        let b = Metric::of_triangle(&[1.0, 1.5, 1.0], 2, &[0.0; 2], 0.1).unwrap();
        near(&b.times(&[1.0, -1.0]), &[0.1, -0.1], 1e-14);
        near(&b.times(&[1.0, 1.0]), &[2.5, 2.5], 1e-14);
        let b = Metric::of_triangle(&[4.0, 0.0, 0.0], 2, &[0.0; 2], 0.0).unwrap();
        near(&b.times(&[1.0, 1.0]), &[4.0, 4.0], 1e-14);
        assert!(Metric::of_triangle(&[0.0; 3], 2, &[0.0; 2], 0.0).is_some());
        assert!(Metric::of_triangle(&[1.0, f64::NAN, 1.0], 2, &[0.0; 2], 0.0).is_none());
        assert!(Metric::of_triangle(&[1e-320, 1e300, 1.0], 2, &[0.0; 2], 0.0).is_none());
        assert_eq!(Metric::of_triangle(&[], 0, &[], 0.0).unwrap().solve(&[]), Vec::<f64>::new());
    }

    #[test]
    fn it_is_blunt_where_errors_hide_small_eigenvalues() {
        // Eigenvalues 1.9 and 0.1.
        let blunt = |noise| Metric::of_triangle(&[1.0, 0.9, 1.0], 2, &[0.0; 2], noise).unwrap().is_blunt();
        assert_eq!([0.2, 0.051, 0.049, 0.0].map(blunt), [true, true, false, false]);
        // Of exact numbers nothing is hidden, not even that a matrix is singular.
        assert!(!Metric::of_triangle(&[1.0, 1.0, 1.0], 2, &[0.0; 2], 0.0).unwrap().is_blunt());
        // What a sketch does not see is at least the ridge term.
        let omega = omega(3, 2, Seed(1));
        let y = Mat::from_fn(3, 2, |r, c| if r == 0 { omega[(0, c)] } else { 0.0 });
        let blunt =
            |noise, ridge| Metric::of_sketch(y.as_ref(), omega.as_ref(), &[ridge; 3], noise).unwrap().is_blunt();
        assert!(blunt(1e-4, 1e-5) && !blunt(1e-4, 1e-2) && !blunt(0.0, 1e-5));
    }

    #[test]
    fn it_says_how_much_it_hides() {
        // Eigenvalues 1.9 and 0.1; along the latter the ridge terms have 1e-3.
        let hides = |noise, ridge| Metric::of_triangle(&[1.0, 0.9, 1.0], 2, &[ridge; 2], noise).unwrap().hides();
        assert_eq!([hides(0.0, 1e-3), hides(0.04, 1e-3)], [1.0, 1.0]);
        assert!((hides(0.1, 1e-3) / 100.0 - 1.0).abs() < 1e-9 && (hides(0.2, 1e-3) / 200.0 - 1.0).abs() < 1e-9);
        assert_eq!(hides(0.2, 0.0), f64::INFINITY);
        // Off the range of a sketch of two columns, of a ridge term 0.5 and a rest that it sees in `scale`.
        let omega = omega(3, 2, Seed(1));
        let y = Mat::from_fn(3, 2, |r, c| [4.0, 4.0, 1.0][r] * omega[(r, c)]);
        let b = Metric::of_sketch(y.as_ref(), omega.as_ref(), &[0.5; 3], 0.0).unwrap();
        assert!((b.hides() / (b.scale[0].powi(2) / 0.5) - 1.0).abs() < 1e-9, "{}", b.hides());
        assert_eq!(Metric::diagonal(vec![2.0]).hides(), 1.0);
        // A Hessian that is the ridge term, and one that is nothing.
        let zero = |ridge| Metric::of_sketch(Mat::zeros(3, 2).as_ref(), omega.as_ref(), &[ridge; 3], 0.0).unwrap();
        assert_eq!((zero(0.5).hides(), zero(0.0).hides()), (1.0, f64::INFINITY));
    }

    #[test]
    fn where_eigenvalues_are_hidden_only_the_ridge_is_certain() {
        let one = [1.0, 0.0];
        // Along (1, -1) any eigenvalue below rounding may be meant: the ridge term of one coordinate has 1e-20 / 2 there.
        let b = Metric::of_triangle(&[1.0, 1.0, 1.0], 2, &[1e-20, 0.0], 0.0).unwrap();
        assert!((b.norm_at_most(&one).powi(2) / 1e20 - 1.0).abs() < 1e-12);
        let b = Metric::of_triangle(&[1.0, 1.0, 1.0], 2, &[0.0, 0.0], 0.0).unwrap();
        assert_eq!(b.norm_at_most(&one), f64::INFINITY);
        let b = Metric::of_triangle(&[1.0, 0.9, 1.0], 2, &[1e-20, 0.0], 0.0).unwrap();
        assert!((b.norm_at_most(&one) / b.norm(&one) - 1.0).abs() < 1e-12);
        // A = diag(4, 4, 1), of which two columns see no more than a part: B has at least as much as they see off their range.
        let omega = omega(3, 2, Seed(1));
        let y = Mat::from_fn(3, 2, |r, c| [4.0, 4.0, 1.0][r] * omega[(r, c)]);
        for ridge in [1e-3, 0.0] {
            let b = Metric::of_sketch(y.as_ref(), omega.as_ref(), &[ridge; 3], 0.0).unwrap();
            let (most, model) = (b.norm_at_most(&[0.0, 0.0, 1.0]).powi(2), b.norm(&[0.0, 0.0, 1.0]).powi(2));
            assert!(model < 1.0 / (1.0 + ridge) && most > 1.0 / (1.0 + ridge), "{most} {model}");
        }
    }

    #[test]
    fn off_the_range_of_a_sketch_the_smallest_ridge_term_is_certain() {
        let omega = omega(3, 2, Seed(1));
        let y = Mat::from_fn(3, 2, |r, c| [4.0, 4.0, 1.0][r] * omega[(r, c)]);
        // What is orthogonal to both columns; an intercept has no ridge term, and counts for nothing.
        let off = |scale: &[f64]| {
            let at = |r: usize, c: usize| y[(r % 3, c)] / scale[r % 3];
            (0..3).map(|r| at(r + 1, 0) * at(r + 2, 1) - at(r + 2, 0) * at(r + 1, 1)).collect::<Vec<f64>>()
        };
        for (ridge, least) in [([0.5, 0.5, 0.5], 0.5), ([0.5, 0.25, 0.25], 0.25), ([0.5, 0.5, 0.0], 0.5)] {
            let b = Metric::of_sketch(y.as_ref(), omega.as_ref(), &ridge, 0.0).unwrap();
            let v = off(&b.scale);
            let rest = b.scale[0].powi(2) - ridge[0];
            let wanted = (norm2(&v).powi(2) * (rest + least) / least).sqrt();
            let told = b.norm_at_most(&b.scaled(v));
            assert!((told / wanted - 1.0).abs() < 1e-9, "{ridge:?}: {told} {wanted}");
        }
    }

    #[test]
    fn what_a_sketch_sees_is_certain_above_its_errors() {
        // A = diag(4, 1, 0), all of its range seen: along the first coordinate B has 3 more than elsewhere.
        let omega = omega(3, 2, Seed(1));
        let y = Mat::from_fn(3, 2, |r, c| [4.0, 1.0, 0.0][r] * omega[(r, c)]);
        let most = |told: f64| {
            let b = Metric::of_sketch(y.as_ref(), omega.as_ref(), &[1.0; 3], told / TELLS).unwrap();
            b.norm_at_most(&[1.0, 0.0, 0.0]).powi(2)
        };
        // 1 / (4 + 1), and where that is not told from errors, one over the ridge term.
        assert!((most(1e-9) - 0.2).abs() < 1e-6, "{}", most(1e-9));
        assert!(most(1.5) < 0.3, "{}", most(1.5));
        assert!((most(6.0) - 1.0).abs() < 1e-9, "{}", most(6.0));
    }

    /// Sums as large as 1e6 are off by 1e-7 or so: of eigenvalues that differ by less it is not certain which is seen.
    #[test]
    fn what_a_sketch_sees_is_certain_above_the_rounding_of_its_largest_part() {
        let omega = omega(4, 3, Seed(1));
        let most = |more: f64| {
            let y = Mat::from_fn(4, 3, |r, c| [1e6, 1.0 + more, 1.0, 0.0][r] * omega[(r, c)]);
            let b = Metric::of_sketch(y.as_ref(), omega.as_ref(), &[1.0; 4], 0.0).unwrap();
            b.norm_at_most(&[0.0, 1.0, 0.0, 0.0]).powi(2)
        };
        // One over the ridge term, and one over that and an eigenvalue near 1.
        assert!((most(5e-8) - 1.0).abs() < 1e-3 && (most(1e-5) - 0.5).abs() < 1e-3, "{} {}", most(5e-8), most(1e-5));
    }

    /// In the dual, lengths are those of steps: off the range of a sketch (v'Hv)^{1/2} is that of the ridge term.
    #[test]
    fn what_is_certain_of_a_gradient_is_so_of_a_step() {
        let omega = omega(3, 2, Seed(1));
        let y = Mat::from_fn(3, 2, |r, c| [4.0, 4.0, 0.0][r] * omega[(r, c)]);
        let b = Metric::of_sketch(y.as_ref(), omega.as_ref(), &[0.5; 3], 0.0).unwrap();
        let v = [0.0, 0.0, 1.0];
        let (gradient, step) = (b.norm_at_most(&v).powi(2), b.dual().norm_at_most(&v).powi(2));
        assert!((gradient - 2.0).abs() < 1e-6 && (step - 0.5).abs() < 1e-6, "{gradient} {step}");
    }

    #[test]
    fn a_sketch_of_the_whole_range_gives_the_matrix_and_its_ridge() {
        // Rank 3 in dimension 6, and one coordinate without a ridge term.
        let q = omega(6, 3, Seed(4));
        let a = Mat::from_fn(6, 3, |r, c| q[(r, c)] * [3.0, 2.0, 1.0][c]);
        let a = &a * a.transpose();
        let ridge = [0.5, 0.5, 0.5, 0.5, 0.5, 0.0];
        let h = Mat::from_fn(6, 6, |r, c| a[(r, c)] + if r == c { ridge[r] } else { 0.0 });
        let om = omega(6, 4, Seed(5));
        let b = Metric::of_sketch((&a * &om).as_ref(), om.as_ref(), &ridge, 0.0).unwrap();
        near(&b.times(&V), &times(&h, &V), 1e-6);
        // The condition of B, 1e8 as nothing is seen off the range, times rounding.
        near(&b.colour(&b.whiten(&V)), &V, 1e-7);
        // Two columns see the largest part; what they do not see counts as the least that they do.
        let om = omega(6, 2, Seed(5));
        let b = Metric::of_sketch((&a * &om).as_ref(), om.as_ref(), &ridge, 1e-3).unwrap();
        assert!(dot(&V, &b.solve(&V)) > 0.0);
        assert!(Metric::of_sketch(Mat::full(6, 2, f64::NAN).as_ref(), om.as_ref(), &ridge, 0.0).is_none());
        let zero = Metric::of_sketch(Mat::zeros(6, 2).as_ref(), om.as_ref(), &[0.0; 6], 0.0).unwrap();
        assert!(zero.solve(&[0.0; 6]).iter().all(|x| *x == 0.0));
    }
}
