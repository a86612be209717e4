//! How far f(w) is above its minimum, proved by any p near the Newton direction.
//!
//! With delta_j = x_j'p and D = max_j |delta_j|, take s_j = l'_j - l''_j delta_j, the derivatives at w - p as the model has
//! them, rho = g - H p, and v = w - p - rho / lambda. Then (1/n) sum_j c_j s_j x_j = -lambda v: the s_j are feasible in the dual
//! problem, so that f* >= -(1/n) sum_j c_j l*(s_j) - (lambda / 2) ||v||^2 with the conjugate l* of the loss. By
//! l(z) + l*(l') = z l' this reads
//!
//! ```text
//! f(w) - f* <= (1/2) p'Hp + p'rho + ||rho||^2 / (2 lambda) + (1/n) sum_j c_j r_j
//! r_j = l*(s_j) - l*(l'_j) + z_j l''_j delta_j - (1/2) l''_j delta_j^2
//! ```
//!
//! For the squared loss r_j = 0. For the logistic one |l'''| <= l'' (Bach, *Self-concordant analysis for logistic regression*,
//! 2010), so that l*'' = 1/l'' grows along the way from l'_j to s_j by a factor of at most 1 / (1 - t |delta_j|) at the share t
//! of it. For D <= 1 that makes
//!
//! ```text
//! r_j <= (1/2) l''_j delta_j^2 (omega - 1),   omega = 2 int_0^1 (1 - t) / (1 - t D) dt <= 1 + D
//! ```
//!
//! and f(w) - f* <= ((1 + D) / 2) p'Hp + p'rho + ||rho||^2 / (2 lambda). At D = 1 the decrement (1/2) g'H^{-1}g is believed
//! twice, beyond that not at all. A coordinate without a ridge term, as an intercept, needs rho_k = 0: p is shifted along it.

use super::passes::{Passes, Point};
use crate::kernel::dot;
use crate::loss::Loss;

/// v -> H^{-1} v, d.
type Solve<'a> = dyn Fn(&[f64]) -> Vec<f64> + 'a;

/// A p, and what the bound is made of.
pub(super) struct Near {
    p: Vec<f64>,
    /// Hp, d.
    product: Vec<f64>,
    /// D, or more.
    reach: f64,
}

/// The bound at one point, by one p after another.
pub(super) struct Gap<'a> {
    f: &'a Passes<'a>,
    at: &'a Point,
    /// The one coordinate without a ridge term: k, H e_k and max_j |x_jk|. None if there is none, or more than one.
    free: Option<(usize, Vec<f64>, f64)>,
    /// The least bound so far.
    pub(super) least: f64,
    /// Passes that it took.
    pub(super) passes: usize,
}

impl<'a> Gap<'a> {
    /// By p = 0: without a free coordinate ||g||^2 / (2 lambda).
    pub(super) fn new(f: &'a Passes<'a>, at: &'a Point) -> Self {
        let mut without = (0..f.ridge.len()).filter(|&k| f.ridge[k] == 0.0);
        let mut gap = Self { f, at, free: None, least: f64::INFINITY, passes: 0 };
        if let (Some(k), None) = (without.next(), without.next()) {
            let mut unit = vec![0.0; f.ridge.len()];
            unit[k] = 1.0;
            let Near { product, reach, .. } = gap.near(unit);
            gap.free = Some((k, product, reach));
        }
        let zero = vec![0.0; at.w.len()];
        gap.judge(Near { p: zero.clone(), product: zero, reach: 0.0 });
        gap
    }

    /// What is to be known of this p, by one pass.
    fn near(&mut self, p: Vec<f64>) -> Near {
        self.passes += 1;
        let (product, reach) = self.f.hessian_times_with_reach(&self.at.curvatures, &p);
        Near { p, product, reach }
    }

    /// By this p. `solve` is v -> H^{-1} v up to rounding, where there is such: of a rho that is rounding it tells the size, an
    /// estimate where the ridge term is too weak for the bound.
    pub(super) fn by(&mut self, p: Vec<f64>, solve: Option<&Solve<'_>>) {
        let near = self.near(p);
        if let (Some(solve), Some(factor)) = (solve, self.factor(near.reach)) {
            let rho = self.rho(&near);
            let decrement = dot(&near.p, &near.product).max(0.0).sqrt() + dot(&rho, &solve(&rho)).max(0.0).sqrt();
            self.keep(0.5 * factor * decrement * decrement);
        }
        self.judge(near);
    }

    fn rho(&self, near: &Near) -> Vec<f64> {
        self.at.gradient.iter().zip(&near.product).map(|(g, h)| g - h).collect()
    }

    /// 1 + D; `None` where D is too large.
    fn factor(&self, reach: f64) -> Option<f64> {
        match self.f.loss {
            Loss::Squared => Some(1.0),
            Loss::Logistic => (reach <= 1.0).then_some(1.0 + reach),
        }
    }

    fn judge(&mut self, mut near: Near) {
        let mut rho = self.rho(&near);
        if let Some((k, column, reach)) = &self.free
            && column[*k] > 0.0
        {
            let shift = rho[*k] / column[*k];
            near.p[*k] += shift;
            near.reach += reach * shift.abs();
            near.product.iter_mut().zip(&mut rho).zip(column).for_each(|((h, rho), c)| {
                *h += shift * c;
                *rho -= shift * c;
            });
            rho[*k] = 0.0;
        }
        let Some(factor) = self.factor(near.reach) else { return };
        let far: f64 =
            rho.iter().zip(&self.f.ridge).map(|(rho, r)| if *rho == 0.0 { 0.0 } else { rho * rho / r }).sum();
        self.keep(0.5 * (factor * dot(&near.p, &near.product) + far) + dot(&near.p, &rho));
    }

    fn keep(&mut self, bound: f64) {
        // Of positive terms: what is below zero is rounding, and nothing is proved by it.
        if bound >= 0.0 {
            self.least = self.least.min(bound);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::synthetic::{self, Gaussian, Task};
    use crate::data::{Dataset, Dense, Features};
    use crate::newton::minimise;
    use crate::objective::Objective;
    use crate::stream::Seed;

    fn data(row: usize, entry: f64, seed: u64) -> Dataset {
        let spec = Gaussian { rows: 40, cols: 3, condition: 3.0, margin: 2.0, task: Task::Classification };
        let plain = synthetic::gaussian(&spec, Seed(seed)).unwrap();
        let Features::Dense(x) = &plain.features else { unreachable!() };
        let mut values = x.values().to_vec();
        values[3 * row] = entry;
        Dataset { features: Features::Dense(Dense::new(40, 3, values).unwrap()), ..plain }
    }

    /// The bound by the Newton direction and by p = 0, f - f* and the decrement.
    fn by_newton(f: &Objective<'_>, w: &[f64], least: f64) -> [f64; 4] {
        let over = Passes::new(f);
        let at = over.at(w.to_vec());
        let p = f.newton_direction(w).unwrap();
        let mut gap = Gap::new(&over, &at);
        let zero = gap.least;
        gap.least = f64::INFINITY;
        gap.by(p.clone(), None);
        [gap.least, zero, f.value(w) - least, 0.5 * dot(&p, &f.gradient(w))]
    }

    #[test]
    fn f_is_never_further_above_its_minimum_than_is_proved() {
        let (mut bounded, mut needed) = (0, 0);
        for seed in 0..40 {
            for (entry, intercept, loss) in [
                (1.0, false, Loss::Logistic),
                (30.0, false, Loss::Logistic),
                (1.0, true, Loss::Logistic),
                (30.0, true, Loss::Logistic),
                (30.0, true, Loss::Squared),
            ] {
                let plain = data(3, entry, seed);
                let data = if intercept { plain.with_intercept().unwrap() } else { plain };
                let f = Objective { data: &data, loss, lambda: 1e-3 };
                let found = minimise(&f, 1e-12).unwrap();
                let least = found.value;
                for k in 0..data.cols() {
                    for shift in [-3.0, -0.3, -0.05, 0.02, 0.4, 2.0] {
                        let mut w = found.w.clone();
                        w[k] += shift;
                        let [bound, zero, above, decrement] = by_newton(&f, &w, least);
                        let rounding = 1e-13 * (least + above);
                        assert!(above <= bound + rounding && above <= zero + rounding, "{above:e} {bound:e} {zero:e}");
                        if bound.is_finite() {
                            assert!(bound <= 2.0 * decrement * (1.0 + 1e-9) + rounding, "{bound:e} {decrement:e}");
                            bounded += 1;
                            needed += u32::from(above > 1.02 * decrement);
                        }
                    }
                }
            }
        }
        // The decrement alone would be wrong.
        assert!(bounded > 1000 && needed > 20, "{bounded} {needed}");
    }

    /// Where the ridge term is too weak for the bound: (omega / 2) ((p'Hp)^{1/2} + (rho'H^{-1} rho)^{1/2})^2, omega = 1 + D.
    #[test]
    fn with_a_solve_the_estimate_is_that_of_its_formula() {
        let data = data(3, 1.0, 1);
        let Features::Dense(x) = &data.features else { unreachable!() };
        for loss in [Loss::Logistic, Loss::Squared] {
            let f = Objective { data: &data, loss, lambda: 1e-9 };
            let (over, w) = (Passes::new(&f), [0.3, -0.2, 0.1]);
            let (at, h) = (over.at(w.to_vec()), f.hessian(&w));
            let times = |v: &[f64]| (0..3).map(|r| (0..3).map(|c| h[(r, c)] * v[c]).sum()).collect::<Vec<f64>>();
            let exact = f.newton_direction(&w).unwrap();
            let p: Vec<f64> = exact.iter().zip([0.01, -0.02, 0.03]).map(|(p, off)| p + off).collect();
            let scale = 0.2 / p.iter().fold(0.0, |most: f64, p| most.max(p.abs()));
            let p: Vec<f64> = p.iter().map(|p| scale * p).collect();
            // rho = g - H p, and H^{-1} rho = (exact - p).
            let rho: Vec<f64> = f.gradient(&w).iter().zip(times(&p)).map(|(g, h)| g - h).collect();
            let left: Vec<f64> = exact.iter().zip(&p).map(|(exact, p)| exact - p).collect();
            let size = dot(&p, &times(&p)).sqrt() + dot(&rho, &left).sqrt();
            let reach = (0..40).map(|j| dot(x.row(j), &p).abs()).fold(0.0, f64::max);
            let factor = if loss == Loss::Squared { 1.0 } else { 1.0 + reach };
            assert!(reach < 1.0 && reach > 0.1);
            let mut gap = Gap::new(&over, &at);
            gap.least = f64::INFINITY;
            gap.by(p, Some(&|_: &[f64]| left.clone()));
            let wanted = 0.5 * factor * size * size;
            assert!((gap.least / wanted - 1.0).abs() < 1e-9, "{loss:?}: {} {wanted}", gap.least);
        }
    }

    /// A p that is not the Newton direction, along which and along an intercept rho is not zero: p is shifted along the intercept
    /// until rho is zero there, and then the bound is that of its formula.
    #[test]
    fn along_an_intercept_rho_is_made_zero() {
        let (data, lambda) = (data(3, 1.0, 1).with_intercept().unwrap(), 1e-2);
        let Features::Dense(x) = &data.features else { unreachable!() };
        for loss in [Loss::Logistic, Loss::Squared] {
            let f = Objective { data: &data, loss, lambda };
            let (over, w) = (Passes::new(&f), [0.3, -0.2, 0.1, 0.2]);
            let (at, h, g) = (over.at(w.to_vec()), f.hessian(&w), f.gradient(&w));
            let rho =
                |p: &[f64]| (0..4).map(|r| g[r] - (0..4).map(|c| h[(r, c)] * p[c]).sum::<f64>()).collect::<Vec<_>>();
            let p = [0.02, -0.03, 0.05, 0.04];
            let shift = rho(&p)[3] / h[(3, 3)];
            let moved = [p[0], p[1], p[2], p[3] + shift];
            // Of D for the shifted p is known that of p, and that all entries of the column are 1.
            let (left, reach) =
                (rho(&moved), (0..40).map(|j| dot(x.row(j), &p).abs()).fold(0.0, f64::max) + shift.abs());
            assert!(left[3].abs() < 1e-15 && shift.abs() > 0.01 && reach < 1.0, "{left:?} {shift} {reach}");
            let factor = if loss == Loss::Squared { 1.0 } else { 1.0 + reach };
            let product: Vec<f64> = g.iter().zip(&left).map(|(g, left)| g - left).collect();
            let wanted = 0.5 * (factor * dot(&moved, &product) + dot(&left, &left) / lambda) + dot(&moved, &left);
            let mut gap = Gap::new(&over, &at);
            gap.least = f64::INFINITY;
            gap.by(p.to_vec(), None);
            assert!((gap.least / wanted - 1.0).abs() < 1e-9, "{loss:?}: {} {wanted}", gap.least);
        }
    }

    /// Of samples so far on the right side that they have neither slope nor curvature only the ridge term is left.
    #[test]
    fn an_intercept_without_curvature_needs_none_where_it_has_no_slope() {
        let x = Features::Dense(Dense::new(2, 1, vec![1.0, -1.0]).unwrap());
        let data = Dataset::new("far", x, vec![1.0, -1.0]).with_intercept().unwrap();
        let f = Objective { data: &data, loss: Loss::Logistic, lambda: 1e-2 };
        let over = Passes::new(&f);
        let at = over.at(vec![1e3, 0.0]);
        assert_eq!(Gap::new(&over, &at).least, 0.5e-2 * 1e6);
    }

    #[test]
    fn every_p_and_a_free_coordinate_take_a_pass() {
        for (free, data) in [(0, data(3, 1.0, 1)), (1, data(3, 1.0, 1).with_intercept().unwrap())] {
            let f = Objective { data: &data, loss: Loss::Logistic, lambda: 1e-2 };
            let over = Passes::new(&f);
            let at = over.at(vec![0.0; data.cols()]);
            let mut gap = Gap::new(&over, &at);
            assert_eq!(gap.passes, free);
            for more in 1..3 {
                gap.by(at.gradient.clone(), None);
                assert_eq!(gap.passes, free + more);
            }
        }
    }
}
