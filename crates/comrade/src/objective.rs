//! f(w) = (1/n) sum_j c_j l(y_j, x_j'w) + (lambda/2) ||w||^2 and its derivatives, over whatever rows it is given.
//!
//! Over all n rows this is f; over the s rows of a worker it is that worker's f_i, with g_i and H_i of eq. (9).
//! Scaling: always a mean over the rows, never a sum. c_j = 1 unless the data have weights, and the ridge term leaves an
//! intercept out.

use crate::data::Dataset;
use crate::hessian::{Hessian, Ridge, scale};
use crate::kernel::{Workspace, dot, margins, sweep};
use crate::loss::Loss;
use faer::Mat;
use std::ops::Range;

pub use crate::cholesky::Singular;

/// Gradients below this many machine epsilons of their terms are zero for all that double precision can tell.
pub(crate) const ROUNDINGS: f64 = 4.0;

/// f over the rows of `data`.
#[derive(Clone, Copy, Debug)]
pub struct Objective<'a> {
    /// X and y.
    pub data: &'a Dataset,
    /// l.
    pub loss: Loss,
    /// lambda >= 0.
    pub lambda: f64,
}

/// g and the curvatures in H at one w, from one pass over the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Expansion {
    /// g(w), d.
    pub gradient: Vec<f64>,
    /// c l'' at every row, n.
    pub(crate) curvatures: Vec<f64>,
}

impl Objective<'_> {
    /// f(w) = (1/n) sum_j c_j l(y_j, x_j'w) + (lambda/2) ||w||^2.
    ///
    /// # Panics
    /// If `w` is not d long; so do all methods here.
    #[must_use]
    pub fn value(&self, w: &[f64]) -> f64 {
        self.losses(0..self.data.rows(), w) / self.rows() + self.ridge().value(w)
    }

    /// The sum of c l over `rows`.
    pub(crate) fn losses(&self, rows: Range<usize>, w: &[f64]) -> f64 {
        let Dataset { features, labels, weights, .. } = self.data;
        let z = margins(features, rows.clone(), w);
        let each = z.iter().zip(&labels[rows.clone()]).map(|(&z, &y)| self.loss.value(y, z));
        match weights {
            None => each.sum(),
            Some(weights) => each.zip(&weights[rows]).map(|(l, c)| c * l).sum(),
        }
    }

    /// H where the rows have these curvatures c l''.
    fn hessian_for<'b>(&'b self, curvatures: &'b [f64]) -> Hessian<'b> {
        Hessian { x: &self.data.features, curvatures, ridge: self.ridge() }
    }

    /// The ridge term.
    pub(crate) fn ridge(&self) -> Ridge {
        Ridge { lambda: self.lambda, penalised: self.data.penalised() }
    }

    /// g(w) = (1/n) sum_j c_j l'(y_j, x_j'w) x_j + lambda w, d.
    #[must_use]
    pub fn gradient(&self, w: &[f64]) -> Vec<f64> {
        self.expand(w).gradient
    }

    /// g and what H needs, at w.
    #[must_use]
    pub fn expand(&self, w: &[f64]) -> Expansion {
        let (mut gradient, curvatures) = self.sums(0..self.data.rows(), w);
        self.ridge().complete(&mut gradient, self.rows(), w);
        Expansion { gradient, curvatures }
    }

    /// f(w), g and what H needs, by one pass over the rows.
    pub(crate) fn expand_with_value(&self, w: &[f64]) -> (f64, Expansion) {
        let (rows, n) = (0..self.data.rows(), self.rows());
        let mut curvatures = vec![0.0; rows.len()];
        let (mut losses, mut values) = (0.0, Vec::new());
        let mut gradient = sweep(&self.data.features, rows, w, |rows, z| {
            values.resize(z.len(), 0.0);
            let second = &mut curvatures[rows.clone()];
            self.loss.expand_with_values(&self.data.labels[rows.clone()], z, second, &mut values);
            if let Some(weights) = &self.data.weights {
                let weights = &weights[rows];
                scale(z, weights);
                scale(second, weights);
                scale(&mut values, weights);
            }
            losses += values.iter().sum::<f64>();
        });
        self.ridge().complete(&mut gradient, n, w);
        (losses / n + self.ridge().value(w), Expansion { gradient, curvatures })
    }

    /// The sum of c l' x_j over `rows`, d, and c l'' at each of them.
    pub(crate) fn sums(&self, rows: Range<usize>, w: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let start = rows.start;
        let mut curvatures = vec![0.0; rows.len()];
        let sum = sweep(&self.data.features, rows, w, |rows, z| {
            let second = &mut curvatures[rows.start - start..rows.end - start];
            self.derivatives_at(rows, z, second);
        });
        (sum, curvatures)
    }

    /// Overwrites the margins z of `rows` by c l', and `second` by c l''.
    fn derivatives_at(&self, rows: Range<usize>, z: &mut [f64], second: &mut [f64]) {
        self.loss.expand(&self.data.labels[rows.clone()], z, second);
        if let Some(weights) = &self.data.weights {
            for ((z, second), c) in z.iter_mut().zip(second).zip(&weights[rows]) {
                (*z, *second) = (c * *z, c * *second);
            }
        }
    }

    /// H(w) = (1/n) sum_j c_j l''(y_j, x_j'w) x_j x_j' + lambda I, d x d, both triangles.
    #[must_use]
    pub fn hessian(&self, w: &[f64]) -> Mat<f64> {
        let mut workspace = Workspace::default();
        let mut h = self.hessian_for(&self.derivatives(w).1).lower(&mut workspace).to_owned();
        for column in 0..h.ncols() {
            for row in column + 1..h.nrows() {
                h[(column, row)] = h[(row, column)];
            }
        }
        h
    }

    /// p = H^{-1} g at w, d: the Newton direction, by Cholesky and never by an inverse; by what system of equations, the
    /// shape of X decides.
    ///
    /// Not finite where w is so far out that a margin is not: there is no direction there, and a worker's message
    /// is then unreadable like that of any other broken worker.
    ///
    /// # Errors
    /// [`Singular`] when H is not positive definite, which needs lambda = 0 (or next to it).
    pub fn newton_direction(&self, w: &[f64]) -> Result<Vec<f64>, Singular> {
        self.direction_at(&self.expand(w))
    }

    /// H^{-1} g where f was expanded: [`Self::newton_direction`] without another pass for g.
    ///
    /// # Errors
    /// As [`Self::newton_direction`].
    pub fn direction_at(&self, at: &Expansion) -> Result<Vec<f64>, Singular> {
        self.hessian_for(&at.curvatures).solve(&at.gradient)
    }

    /// H(w)^{-1} v, d: what a GIANT worker computes from the exact gradient v.
    ///
    /// # Errors
    /// As [`Self::newton_direction`].
    pub fn direction_for(&self, w: &[f64], v: &[f64]) -> Result<Vec<f64>, Singular> {
        self.hessian_for(&self.derivatives(w).1).solve(v)
    }

    /// (1/n) sum_j c_j |l'_j| ||x_j|| + lambda ||w||: the size of the terms that cancel in g at a minimiser. The
    /// rounding error of g is relative to it.
    #[must_use]
    pub fn gradient_scale(&self, w: &[f64]) -> f64 {
        let norms = self.data.features.row_norms();
        let sum: f64 = self.derivatives(w).0.iter().zip(&norms).map(|(d1, x)| d1.abs() * x).sum();
        let w = &w[..self.data.penalised()];
        sum / self.rows() + self.lambda * dot(w, w).sqrt()
    }

    /// Whether a gradient of this norm at w is rounding alone: at most 4 machine epsilons of [`Self::gradient_scale`].
    #[must_use]
    pub fn is_rounding(&self, norm: f64, w: &[f64]) -> bool {
        let scale = self.gradient_scale(w);
        scale.is_finite() && norm <= ROUNDINGS * f64::EPSILON * scale
    }

    /// The fraction of rows whose label has the sign of x'w (a zero margin counts as -1, as LIBLINEAR and scikit-learn do).
    #[must_use]
    pub fn accuracy(&self, w: &[f64]) -> f64 {
        let z = margins(&self.data.features, 0..self.data.rows(), w);
        let right = z.iter().zip(&self.data.labels).filter(|&(&z, &y)| (z > 0.0) == (y > 0.0)).count();
        right as f64 / self.rows()
    }

    /// n as a number to divide by; 1 when there is no row, where every sum is zero.
    pub(crate) fn rows(&self) -> f64 {
        self.data.rows().max(1) as f64
    }

    /// (c l', c l'') at every row.
    fn derivatives(&self, w: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let rows = 0..self.data.rows();
        let mut first = margins(&self.data.features, rows.clone(), w);
        let mut second = vec![0.0; first.len()];
        self.derivatives_at(rows, &mut first, &mut second);
        (first, second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::synthetic::{self, Gaussian, Task};
    use crate::data::{Dense, Features};
    use crate::stream::Seed;

    fn sample(task: Task) -> Dataset {
        let spec = Gaussian { rows: 60, cols: 4, condition: 3.0, margin: 1.0, task };
        synthetic::gaussian(&spec, Seed(5)).unwrap()
    }

    /// Rows 5 to 50 add what each of them has alone.
    #[test]
    fn sums_over_some_rows_are_those_of_each_row() {
        let data = sample(Task::Classification);
        let (f, w) = (Objective { data: &data, loss: Loss::Logistic, lambda: 0.1 }, [0.3, -0.7, 0.2, 1.1]);
        let (sum, curvatures) = f.sums(5..50, &w);
        let (mut wanted, mut second) = (vec![0.0; 4], vec![]);
        for j in 5..50 {
            let (one, curvature) = f.sums(j..j + 1, &w);
            wanted.iter_mut().zip(one).for_each(|(sum, part)| *sum += part);
            second.extend(curvature);
        }
        assert!(sum.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-12));
        assert_eq!(curvatures, second);
    }

    /// Rows (3, 4) and (0, 2): at w = 0 both slopes of the logistic loss are 1/2.
    #[test]
    fn the_scale_of_the_gradient_and_the_accuracy_are_means_over_the_rows() {
        let x = Features::Dense(Dense::new(2, 2, vec![3.0, 4.0, 0.0, 2.0]).unwrap());
        let data = Dataset::new("two", x, vec![1.0, -1.0]);
        let f = Objective { data: &data, loss: Loss::Logistic, lambda: 10.0 };
        assert_eq!(f.gradient_scale(&[0.0, 0.0]), (2.5 + 1.0) / 2.0);
        let squared = Objective { loss: Loss::Squared, ..f };
        // Margins 3 and 0: slopes 2 and 1.
        assert_eq!(squared.gradient_scale(&[1.0, 0.0]), (2.0 * 5.0 + 2.0) / 2.0 + 10.0);
        // A zero margin counts as -1.
        assert_eq!([f.accuracy(&[1.0, 0.0]), f.accuracy(&[0.0, 1.0]), f.accuracy(&[0.0, 0.0])], [1.0, 0.5, 0.5]);
        assert_eq!(f.accuracy(&[-1.0, 1.0]), 0.5);
    }

    #[test]
    fn gradient_and_hessian_are_those_of_the_value() {
        let plain = sample(Task::Classification);
        let weights = Some((0..60).map(|j| f64::from(j) / 30.0).collect());
        let weighted = Dataset { weights, intercept: true, ..plain.clone() };
        for (data, loss) in
            [&plain, &weighted].into_iter().flat_map(|data| [(data, Loss::Logistic), (data, Loss::Squared)])
        {
            let f = Objective { data, loss, lambda: 0.1 };
            let w = [0.3, -0.7, 0.2, 1.1];
            let (g, hessian, h) = (f.gradient(&w), f.hessian(&w), 1e-5);
            for k in 0..4 {
                let (mut up, mut down) = (w, w);
                up[k] += h;
                down[k] -= h;
                assert!(((f.value(&up) - f.value(&down)) / (2.0 * h) - g[k]).abs() < 1e-9);
                let (up, down) = (f.gradient(&up), f.gradient(&down));
                assert_eq!(f.expand(&w).gradient, g);
                for i in 0..4 {
                    assert!(((up[i] - down[i]) / (2.0 * h) - hessian[(i, k)]).abs() < 1e-8);
                    assert_eq!(hessian[(i, k)], hessian[(k, i)]);
                }
            }
        }
    }

    #[test]
    fn one_newton_step_solves_least_squares_in_one_dimension_by_hand() {
        // f = ((1 w - 1)^2 + (2 w - 3)^2)/4 + w^2/2: f' = (w - 1 + 4 w - 6)/2 + w, w* = 1.
        let x = Features::Dense(Dense::new(2, 1, vec![1.0, 2.0]).unwrap());
        let data = Dataset::new("by hand", x, vec![1.0, 3.0]);
        let f = Objective { data: &data, loss: Loss::Squared, lambda: 1.0 };
        assert_eq!(f.gradient(&[0.0]), vec![-3.5]);
        assert!((f.hessian(&[0.0])[(0, 0)] - 3.5).abs() < 1e-15);
        assert!((f.newton_direction(&[0.0]).unwrap()[0] + 1.0).abs() < 1e-15);
        assert!((f.direction_for(&[9.0], &[7.0]).unwrap()[0] - 2.0).abs() < 1e-15);
        assert_eq!(f.accuracy(&[1.0]), 1.0);
    }

    #[test]
    fn a_weight_of_two_is_two_samples_and_a_weight_of_zero_none() {
        let data = sample(Task::Classification);
        let twice: Vec<usize> = (0..60).flat_map(|j| vec![j; j % 3]).collect();
        let repeated = data.select(&twice);
        // 60 rows become 60: the weights have mean 1.
        let weighted = Dataset { weights: Some((0..60).map(|j| f64::from(j % 3)).collect()), ..data };
        let of = |data| Objective { data, loss: Loss::Logistic, lambda: 0.1 };
        let w = [0.3, -0.7, 0.2, 1.1];
        assert!((of(&weighted).value(&w) - of(&repeated).value(&w)).abs() < 1e-14);
        let (a, b) = (of(&weighted).newton_direction(&w).unwrap(), of(&repeated).newton_direction(&w).unwrap());
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-13));
        assert_eq!(weighted.select(&[2, 0]).weights, Some(vec![2.0, 0.0]));
    }

    #[test]
    fn an_intercept_is_not_penalised() {
        let data = Dataset { intercept: true, ..sample(Task::Classification) };
        let (free, held) = ([0.0, 0.0, 0.0, 5.0], [5.0, 0.0, 0.0, 0.0]);
        let at = |lambda, w: &[f64]| Objective { data: &data, loss: Loss::Logistic, lambda }.value(w);
        assert_eq!(at(1.0, &free), at(0.0, &free));
        assert!((at(1.0, &held) - at(0.0, &held) - 12.5).abs() < 1e-12);
    }

    fn direction(data: &Dataset) -> Vec<f64> {
        let f = Objective { data, loss: Loss::Logistic, lambda: 0.1 };
        f.newton_direction(&vec![0.1; data.cols()]).unwrap()
    }

    #[test]
    fn memory_kept_from_one_solve_changes_no_bit_of_the_next() {
        let narrow = sample(Task::Classification);
        let spec = Gaussian { rows: 300, cols: 9, condition: 3.0, margin: 1.0, task: Task::Classification };
        let (wide, sparse) = (synthetic::gaussian(&spec, Seed(6)).unwrap(), synthetic::a9a_like(150, Seed(7)));
        let datasets = [&narrow, &sparse, &wide, &narrow, &wide, &sparse];
        // A thread of its own has memory of its own.
        let fresh = |data| std::thread::scope(|s| s.spawn(|| direction(data)).join().unwrap());
        assert_eq!(datasets.map(direction), datasets.map(fresh));
    }

    #[test]
    fn a_singular_hessian_is_an_error_also_when_rounding_hides_it() {
        // The third column is the sum of the first two.
        let rows = [0.1, 0.7, 0.8, 0.3, 0.2, 0.5, 0.9, 0.4, 1.3, 0.6, 0.1, 0.7];
        let features = Features::Dense(Dense::new(4, 3, rows.to_vec()).unwrap());
        let data = Dataset::new("dependent", features, vec![1.0, -1.0, 1.0, -1.0]);
        let singular = Objective { data: &data, loss: Loss::Logistic, lambda: 0.0 };
        assert_eq!(singular.newton_direction(&[0.0; 3]), Err(Singular { pivot: 2, dimension: 3 }));
        assert!(Objective { lambda: 1e-6, ..singular }.newton_direction(&[0.0; 3]).is_ok());
    }
}
