//! f, g, H, Newton directions and the minimiser, written out again: plain and slow, to judge the solver by.
//!
//! ```text
//! f(w) = (1/s) sum_{j in S} l(y_j, x_j'w) + (lambda/2) ||w||^2        S: row indices, with repetition
//! ```
//!
//! From the solver this takes the data, row by row, and the name of the loss; never a formula. The expressions
//! differ from the solver's where there is a choice, sums are compensated, and linear systems go through the
//! eigenvalues of H instead of a Cholesky factor.

use comrade::data::Dataset;
use comrade::loss::Loss;
use faer::{Mat, Side};
use std::fmt;

/// f, of which every method takes the rows S that it is a mean over; [`Self::all`] for all n.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// X and y. For the logistic loss every label is -1 or +1.
    pub data: &'a Dataset,
    /// l.
    pub loss: Loss,
    /// lambda >= 0.
    pub lambda: f64,
}

impl Problem<'_> {
    /// Every row once.
    #[must_use]
    pub fn all(&self) -> Vec<usize> {
        (0..self.data.rows()).collect()
    }

    /// x_j'w for every j in S.
    #[must_use]
    pub fn margins(&self, rows: &[usize], w: &[f64]) -> Vec<f64> {
        rows.iter().map(|&j| total(self.row(j).into_iter().map(|(k, v)| v * w[k]))).collect()
    }

    /// f(w).
    #[must_use]
    pub fn value(&self, rows: &[usize], w: &[f64]) -> f64 {
        let z = self.margins(rows, w);
        let losses = rows.iter().zip(z).map(|(&j, z)| value(self.loss, self.data.labels[j], z));
        total(losses) / rows.len() as f64 + self.lambda * total(w.iter().map(|w| w * w)) / 2.0
    }

    /// g(w), d.
    #[must_use]
    pub fn gradient(&self, rows: &[usize], w: &[f64]) -> Vec<f64> {
        let mut sums = vec![Sum::default(); self.data.cols()];
        for (&j, z) in rows.iter().zip(self.margins(rows, w)) {
            let (d1, _) = derivatives(self.loss, self.data.labels[j], z);
            self.data.features.for_row(j, |k, v| sums[k].add(d1 * v));
        }
        sums.iter().zip(w).map(|(sum, w)| sum.get() / rows.len() as f64 + self.lambda * w).collect()
    }

    /// H(w), d x d, both triangles.
    #[must_use]
    pub fn hessian(&self, rows: &[usize], w: &[f64]) -> Mat<f64> {
        let d = self.data.cols();
        let mut sums = vec![Sum::default(); d * d];
        for (&j, z) in rows.iter().zip(self.margins(rows, w)) {
            let (_, d2) = derivatives(self.loss, self.data.labels[j], z);
            let row = self.row(j);
            for &(a, left) in &row {
                for &(b, right) in row.iter().filter(|&&(b, _)| b <= a) {
                    sums[d * a + b].add(d2 * (left * right));
                }
            }
        }
        Mat::from_fn(d, d, |a, b| {
            let mean = sums[d * a.max(b) + a.min(b)].get() / rows.len() as f64;
            if a == b { mean + self.lambda } else { mean }
        })
    }

    /// H(w)^{-1} g(w), d; none if H is singular in double precision.
    #[must_use]
    pub fn newton_direction(&self, rows: &[usize], w: &[f64]) -> Option<Vec<f64>> {
        solve(&self.hessian(rows, w), &self.gradient(rows, w))
    }

    /// Row j as (column, value), stored zeros left out.
    fn row(&self, j: usize) -> Vec<(usize, f64)> {
        let mut row = Vec::new();
        self.data.features.for_row(j, |k, v| {
            if v != 0.0 {
                row.push((k, v));
            }
        });
        row
    }
}

/// l(y, z); for the logistic loss ln(2 cosh(z/2)) - y z/2.
#[must_use]
pub fn value(loss: Loss, y: f64, z: f64) -> f64 {
    match loss {
        // ln(2 cosh u) = |u| + ln(1 + e^(-2|u|)), and |u| - y u is 0 or 2|u|: nothing overflows or cancels.
        Loss::Logistic => {
            let u = z / 2.0;
            (u.abs() - y * u) + (-2.0 * u.abs()).exp().ln_1p()
        }
        Loss::Squared => (y - z).powi(2) / 2.0,
    }
}

/// (dl/dz, d2l/dz2) at (y, z); for the logistic loss (tanh(z/2) - y)/2 and 1/(4 cosh^2(z/2)).
#[must_use]
pub fn derivatives(loss: Loss, y: f64, z: f64) -> (f64, f64) {
    match loss {
        Loss::Logistic => {
            let u = z / 2.0;
            let half_sech = 0.5 / u.cosh();
            // Where tanh(u) comes close to y the difference cancels, but 1 - tanh|u| = e^(-|u|) / cosh u.
            let d1 = if y * u > 0.0 { -y * (-u.abs()).exp() * half_sech } else { (u.tanh() - y) / 2.0 };
            (d1, half_sech * half_sech)
        }
        Loss::Squared => (-(y - z), 1.0),
    }
}

/// x with H x = g for a symmetric H, through its eigenvalues; none unless they are positive in double precision.
///
/// Two corrections by the residual, itself a compensated sum, take out what the eigenvectors lost.
#[must_use]
pub fn solve(h: &Mat<f64>, g: &[f64]) -> Option<Vec<f64>> {
    let d = g.len();
    if d == 0 {
        return Some(Vec::new());
    }
    let eigen = h.self_adjoint_eigen(Side::Lower).ok()?;
    let (u, s) = (eigen.U(), eigen.S());
    let (smallest, largest) = (0..d).fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), k| {
        let value = s.column_vector()[k];
        (low.min(value), high.max(value))
    });
    if smallest <= d as f64 * f64::EPSILON * largest {
        return None;
    }
    let mut x = vec![0.0; d];
    for _ in 0..3 {
        let residual: Vec<f64> =
            (0..d).map(|a| total(std::iter::once(g[a]).chain((0..d).map(|b| -h[(a, b)] * x[b])))).collect();
        for k in 0..d {
            let share = total((0..d).map(|a| u[(a, k)] * residual[a])) / s.column_vector()[k];
            (0..d).for_each(|a| x[a] += share * u[(a, k)]);
        }
    }
    Some(x)
}

/// The minimiser was not found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unsolved {
    /// A Hessian on the way was singular in double precision.
    Singular,
    /// The gradient no longer decreased.
    Stalled {
        /// ||g|| reached.
        gradient_norm: f64,
        /// ||g|| asked for.
        wanted: f64,
    },
}

impl fmt::Display for Unsolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Singular => f.write_str("a Hessian on the way to the minimiser is singular"),
            Self::Stalled { gradient_norm, wanted } => {
                write!(f, "the gradient norm stalls at {gradient_norm:e}, asked for {wanted:e}")
            }
        }
    }
}

impl std::error::Error for Unsolved {}

/// w* over all rows, to ||g(w*)|| <= tolerance ||g(0)||.
///
/// # Errors
/// [`Unsolved`] if a Hessian is singular, or the tolerance out of reach of double precision.
pub fn minimiser(data: &Dataset, loss: Loss, lambda: f64, tolerance: f64) -> Result<Vec<f64>, Unsolved> {
    let problem = Problem { data, loss, lambda };
    let rows = problem.all();
    newton(data.cols(), tolerance, &|w| problem.gradient(&rows, w), &|w| problem.hessian(&rows, w))
}

/// The point where a strictly monotone g is 0, to ||g(w)|| <= tolerance ||g(0)||.
///
/// Newton's method from 0, each step halved until it shrinks ||g||: along p = H^{-1} g the derivative of ||g||^2 / 2
/// is -||g||^2, so a short step always does, and no value of f, whose digits run out first, is looked at.
///
/// # Errors
/// [`Unsolved`] if a Hessian is singular, or the tolerance out of reach of double precision.
pub fn newton(
    dimension: usize,
    tolerance: f64,
    gradient: &dyn Fn(&[f64]) -> Vec<f64>,
    hessian: &dyn Fn(&[f64]) -> Mat<f64>,
) -> Result<Vec<f64>, Unsolved> {
    let norm = |v: &[f64]| total(v.iter().map(|v| v * v)).sqrt();
    let mut w = vec![0.0; dimension];
    let mut g = gradient(&w);
    let wanted = tolerance * norm(&g);
    while norm(&g) > wanted {
        let p = solve(&hessian(&w), &g).ok_or(Unsolved::Singular)?;
        let shrunk = (0..40).find_map(|halvings| {
            let gamma = 0.5_f64.powi(halvings);
            let next: Vec<f64> = w.iter().zip(&p).map(|(w, p)| w - gamma * p).collect();
            let next_g = gradient(&next);
            (norm(&next_g) <= (1.0 - gamma / 4.0) * norm(&g)).then_some((next, next_g))
        });
        (w, g) = shrunk.ok_or_else(|| Unsolved::Stalled { gradient_norm: norm(&g), wanted })?;
    }
    Ok(w)
}

/// A running sum with the rounding errors kept apart (Neumaier).
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, v: f64) {
        let next = self.sum + v;
        self.lost += if self.sum.abs() >= v.abs() { (self.sum - next) + v } else { (v - next) + self.sum };
        self.sum = next;
    }

    fn get(self) -> f64 {
        self.sum + self.lost
    }
}

/// The sum of the terms, compensated.
fn total(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    terms.into_iter().for_each(|v| sum.add(v));
    sum.get()
}

#[cfg(test)]
mod tests {
    use super::*;
    use comrade::data::synthetic::{self, Gaussian, Task};
    use comrade::data::{Csr, Dense, Features};
    use comrade::stream::Seed;

    #[track_caller]
    fn close(got: f64, wanted: f64, within: f64) {
        assert!((got - wanted).abs() <= within, "{got} is not within {within:e} of {wanted}");
    }

    fn dense(cols: usize, values: &[f64], labels: &[f64]) -> Dataset {
        let features = Dense::new(labels.len(), cols, values.to_vec()).unwrap();
        Dataset::new("by hand", Features::Dense(features), labels.to_vec())
    }

    fn sample(task: Task) -> Dataset {
        synthetic::gaussian(&Gaussian { rows: 40, cols: 5, condition: 4.0, margin: 2.0, task }, Seed(8)).unwrap()
    }

    /// (f(x + h) - f(x - h)) / 2h, extrapolated once: an error of order h^4.
    fn slope(f: impl Fn(f64) -> f64, x: f64) -> f64 {
        let plain = |h: f64| (f(x + h) - f(x - h)) / (2.0 * h);
        (4.0 * plain(5e-4) - plain(1e-3)) / 3.0
    }

    #[test]
    fn sums_keep_what_plain_ones_lose() {
        assert_eq!(total([1.0, 1e100, 1.0, -1e100]), 2.0);
        close(total(vec![0.1; 10_000_000]), 1e6 + 5.551_115_123_125_783e-11, 1e-10);
        assert_eq!(total([]), 0.0);
    }

    #[test]
    fn the_derivatives_of_a_loss_are_those_of_its_value() {
        for loss in [Loss::Logistic, Loss::Squared] {
            for y in [-1.0, 1.0] {
                for z in [-9.0, -2.5, -0.3, 0.0, 0.1, 1.7, 6.0] {
                    let (d1, d2) = derivatives(loss, y, z);
                    // Values reach 50, whose rounding divided by the step is some 5e-11.
                    close(slope(|z| value(loss, y, z), z), d1, 1e-10);
                    close(slope(|z| derivatives(loss, y, z).0, z), d2, 1e-11);
                }
            }
        }
    }

    #[test]
    fn logistic_values_by_hand() {
        assert_eq!(value(Loss::Logistic, 1.0, 0.0), 2.0_f64.ln());
        assert_eq!(derivatives(Loss::Logistic, 1.0, 0.0), (-0.5, 0.25));
        // At z = ln 3 the sigmoid is 3/4.
        close(value(Loss::Logistic, 1.0, 3.0_f64.ln()), (4.0_f64 / 3.0).ln(), 1e-15);
        close(value(Loss::Logistic, -1.0, 3.0_f64.ln()), 4.0_f64.ln(), 1e-15);
        close(derivatives(Loss::Logistic, 1.0, 3.0_f64.ln()).0, -0.25, 1e-15);
        close(derivatives(Loss::Logistic, -1.0, 3.0_f64.ln()).0, 0.75, 1e-15);
        close(derivatives(Loss::Logistic, -1.0, 3.0_f64.ln()).1, 3.0 / 16.0, 1e-15);
    }

    #[test]
    fn far_margins_stay_finite_and_near_ones_keep_their_digits() {
        for (y, z, expected) in [(1.0, 1e3, 0.0), (1.0, -1e3, 1e3), (-1.0, 1e3, 1e3), (-1.0, -1e3, 0.0)] {
            assert_eq!(value(Loss::Logistic, y, z), expected);
            let (d1, d2) = derivatives(Loss::Logistic, y, z);
            close(d1, if expected == 0.0 { 0.0 } else { -y }, 1e-300);
            assert_eq!(d2, 0.0);
        }
        for z in [-1e9, 1e9, f64::MAX, -f64::MAX] {
            let (d1, d2) = derivatives(Loss::Logistic, 1.0, z);
            assert!(d1 == 0.0 || d1 == -1.0, "{d1}");
            assert_eq!(d2, 0.0);
        }
        let tail = (-40.0_f64).exp();
        for y in [-1.0, 1.0] {
            let (d1, d2) = derivatives(Loss::Logistic, y, 40.0 * y);
            close(d1 / (-y * tail), 1.0, 1e-14);
            close(d2 / tail, 1.0, 1e-14);
        }
    }

    #[test]
    fn gradient_and_hessian_are_those_of_the_value() {
        // Multiplicity on purpose: rows 3 and 7 count twice, row 0 three times.
        let rows = [0, 3, 0, 7, 12, 39, 7, 20, 0, 3];
        let w = [0.3, -0.8, 0.5, 1.2, -0.1];
        for (loss, task) in [(Loss::Logistic, Task::Classification), (Loss::Squared, Task::Regression { noise: 0.5 })] {
            let data = sample(task);
            let problem = Problem { data: &data, loss, lambda: 0.07 };
            let moved = |k: usize, v: f64| {
                let mut w = w;
                w[k] = v;
                w
            };
            let (g, h) = (problem.gradient(&rows, &w), problem.hessian(&rows, &w));
            for k in 0..5 {
                close(slope(|v| problem.value(&rows, &moved(k, v)), w[k]), g[k], 1e-11);
                for i in 0..5 {
                    close(slope(|v| problem.gradient(&rows, &moved(k, v))[i], w[k]), h[(i, k)], 1e-11);
                    assert_eq!(h[(i, k)], h[(k, i)]);
                }
            }
        }
    }

    #[test]
    fn least_squares_in_one_dimension_by_hand() {
        // f = ((w - 1)^2 + (2w - 3)^2)/4 + w^2/2; f' = (5w - 7)/2 + w, zero at w = 1.
        let data = dense(1, &[1.0, 2.0], &[1.0, 3.0]);
        let problem = Problem { data: &data, loss: Loss::Squared, lambda: 1.0 };
        assert_eq!(problem.value(&[0, 1], &[2.0]), 2.5);
        assert_eq!(problem.gradient(&[0, 1], &[2.0]), vec![3.5]);
        assert_eq!(problem.hessian(&[0, 1], &[2.0])[(0, 0)], 3.5);
        close(problem.newton_direction(&[0, 1], &[2.0]).unwrap()[0], 1.0, 1e-15);
        close(minimiser(&data, Loss::Squared, 1.0, 1e-15).unwrap()[0], 1.0, 1e-15);
        // The second row alone, twice: the mean is that of the row. f' = 4w - 6 + w.
        assert_eq!(problem.gradient(&[1, 1], &[2.0]), vec![4.0]);
        assert_eq!(problem.gradient(&[1], &[2.0]), vec![4.0]);
        close(problem.newton_direction(&[1, 1], &[2.0]).unwrap()[0], 0.8, 1e-15);
    }

    #[test]
    fn least_squares_in_two_dimensions_by_hand() {
        // X'X/3 = [[2, 1], [1, 2]]/3 and X'y/3 = [5, 4]/3 for rows (1,0), (0,1), (1,1) and y = 1, 0, 4.
        // With lambda = 1/3: [[3, 1], [1, 3]] w = [5, 4], so w = [11, 7]/8.
        let values = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0];
        let data = dense(2, &values, &[1.0, 0.0, 4.0]);
        let w = minimiser(&data, Loss::Squared, 1.0 / 3.0, 1e-14).unwrap();
        close(w[0], 11.0 / 8.0, 1e-14);
        close(w[1], 7.0 / 8.0, 1e-14);
        // The same stored sparsely.
        let csr = Csr::new(2, vec![0, 1, 2, 4], vec![0, 1, 0, 1], vec![1.0; 4]).unwrap();
        let sparse = Dataset { features: Features::Sparse(csr), ..data.clone() };
        assert_eq!(minimiser(&sparse, Loss::Squared, 1.0 / 3.0, 1e-14).unwrap(), w);
    }

    #[test]
    fn solve_refuses_what_is_not_positive_and_keeps_the_digits_of_what_is_not_well_conditioned() {
        let singular = Mat::from_fn(2, 2, |_, _| 1.0);
        assert_eq!(solve(&singular, &[1.0, 2.0]), None);
        let indefinite = Mat::from_fn(2, 2, |a, b| if a == b { 0.0 } else { 1.0 });
        assert_eq!(solve(&indefinite, &[1.0, 2.0]), None);
        assert_eq!(solve(&Mat::zeros(0, 0), &[]), Some(vec![]));
        assert_eq!(solve(&Mat::zeros(1, 1), &[0.0]), None);
        // The Hilbert matrix of order 6, of condition 1.5e7, times ones.
        let hilbert = Mat::from_fn(6, 6, |a, b| 1.0 / (a + b + 1) as f64);
        let g: Vec<f64> = (0..6).map(|a| total((0..6).map(|b| hilbert[(a, b)]))).collect();
        solve(&hilbert, &g).unwrap().iter().for_each(|&x| close(x, 1.0, 1e-9));
    }

    #[test]
    fn the_minimiser_has_no_gradient_and_no_lower_neighbour() {
        let data = sample(Task::Classification);
        let problem = Problem { data: &data, loss: Loss::Logistic, lambda: 1e-3 };
        let rows = problem.all();
        let w = minimiser(&data, Loss::Logistic, 1e-3, 1e-13).unwrap();
        let (at_zero, at_w) = (problem.gradient(&rows, &[0.0; 5]), problem.gradient(&rows, &w));
        let norm = |v: &[f64]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
        assert!(norm(&at_w) <= 1e-13 * norm(&at_zero));
        for k in 0..5 {
            for step in [-1e-3, 1e-3] {
                let mut near = w.clone();
                near[k] += step;
                assert!(problem.value(&rows, &near) > problem.value(&rows, &w));
            }
        }
    }

    #[test]
    fn the_minimiser_is_found_from_far_away_or_said_not_to_be() {
        // Separable and all but unregularised: undamped Newton overshoots on data like these.
        let data = dense(1, &[1.0, 2.0, -100.0], &[1.0, 1.0, -1.0]);
        let w = minimiser(&data, Loss::Logistic, 1e-8, 1e-12).unwrap()[0];
        let g = Problem { data: &data, loss: Loss::Logistic, lambda: 1e-8 }.gradient(&[0, 1, 2], &[w])[0];
        assert!(g.abs() < 1e-10 && w > 5.0, "{w} {g}");
        let twice = dense(2, &[1.0, 1.0, 2.0, 2.0], &[1.0, -1.0]);
        assert_eq!(minimiser(&twice, Loss::Squared, 0.0, 1e-9), Err(Unsolved::Singular));
        let stalled = minimiser(&data, Loss::Squared, 1.0, 1e-40).map_err(|e| e.to_string());
        assert!(stalled.as_ref().is_ok_and(|w| w[0].is_finite()) || stalled.unwrap_err().contains("stalls"));
    }
}
