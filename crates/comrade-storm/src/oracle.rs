//! f, its gradient and its minimum, written out in plain loops: what a run is measured with. No formula is the
//! solver's.

use comrade::loss::Loss;

/// f over the samples of all workers.
#[derive(Debug)]
pub(crate) struct Oracle {
    /// x_j, with a last 1 where there is an intercept.
    pub(crate) rows: Vec<Vec<f64>>,
    pub(crate) labels: Vec<f64>,
    pub(crate) loss: Loss,
    pub(crate) lambda: f64,
    pub(crate) intercept: bool,
}

/// What is known at one w.
#[derive(Debug)]
pub(crate) struct There {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
    hessian: Vec<Vec<f64>>,
    /// What rounding may make of the difference between this f and another program's, and of the same for ||g||.
    pub(crate) grain: (f64, f64),
}

pub(crate) fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

impl Oracle {
    /// l, dl/dz and d2l/dz2.
    fn loss(&self, y: f64, z: f64) -> (f64, f64, f64) {
        match self.loss {
            Loss::Squared => ((z - y).powi(2) / 2.0, z - y, 1.0),
            Loss::Logistic => {
                let e = (-(y * z).abs()).exp();
                let wrong = if y * z > 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) };
                (e.ln_1p() + (-y * z).max(0.0), -y * wrong, e / (1.0 + e).powi(2))
            }
        }
    }

    /// f, g and H at w.
    ///
    /// A sum of k terms in double precision is off by at most about k u times the sum of their magnitudes. Here k is at
    /// most n + 2 d and a few for the loss; the margins' own rounding, (d + 1) u |x|'|w|, comes in times l' and l''.
    /// Both programs round, hence twice.
    pub(crate) fn at(&self, w: &[f64]) -> There {
        let (n, d) = (self.rows.len() as f64, w.len());
        let (mut value, mut gradient, mut hessian) = (0.0, vec![0.0; d], vec![vec![0.0; d]; d]);
        let (mut size, mut sizes) = (0.0, vec![0.0; d]);
        for (x, &y) in self.rows.iter().zip(&self.labels) {
            let z: f64 = x.iter().zip(w).map(|(x, w)| x * w).sum();
            let length: f64 = x.iter().zip(w).map(|(x, w)| (x * w).abs()).sum();
            let (l, first, second) = self.loss(y, z);
            value += l / n;
            size += (l + first.abs() * (length + y.abs())) / n;
            for k in 0..d {
                gradient[k] += first * x[k] / n;
                sizes[k] += (first.abs() + second * (length + y.abs())) * x[k].abs() / n;
                (0..d).for_each(|j| hessian[k][j] += second * x[k] * x[j] / n);
            }
        }
        for k in 0..d - usize::from(self.intercept) {
            value += self.lambda * w[k] * w[k] / 2.0;
            size += self.lambda * w[k] * w[k] / 2.0;
            gradient[k] += self.lambda * w[k];
            sizes[k] += self.lambda * w[k].abs();
            hessian[k][k] += self.lambda;
        }
        let units = 2.0 * (n + 2.0 * d as f64 + 10.0) * f64::EPSILON;
        There { value, gradient, hessian, grain: (units * size, units * norm(&sizes)) }
    }

    /// The lowest f that Newton's method with halved steps finds from w: no lower than f*.
    pub(crate) fn least(&self, w: &[f64]) -> f64 {
        let (mut w, mut here) = (w.to_vec(), self.at(w));
        for _ in 0..100 {
            let step = solve(here.hessian.clone(), here.gradient.clone());
            let tries = (0..30).map(|k| {
                let moved: Vec<f64> = w.iter().zip(&step).map(|(w, p)| w - 0.5_f64.powi(k) * p).collect();
                (self.at(&moved), moved)
            });
            let Some((there, moved)) = { tries }.find(|(there, _)| there.value < here.value) else { break };
            (w, here) = (moved, there);
        }
        here.value
    }
}

/// x of A x = b by elimination with the largest pivots.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let d = b.len();
    for k in 0..d {
        let pivot = (k..d).fold(k, |best, r| if a[r][k].abs() > a[best][k].abs() { r } else { best });
        a.swap(k, pivot);
        b.swap(k, pivot);
        for r in k + 1..d {
            let share = a[r][k] / a[k][k];
            (k..d).for_each(|c| a[r][c] -= share * a[k][c]);
            b[r] -= share * b[k];
        }
    }
    for k in (0..d).rev() {
        let rest: f64 = (k + 1..d).map(|c| a[k][c] * b[c]).sum();
        b[k] = (b[k] - rest) / a[k][k];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_value_and_the_least_is_least() {
        for loss in [Loss::Logistic, Loss::Squared] {
            let rows = vec![vec![1.0, -0.5, 1.0], vec![0.3, 2.0, 1.0], vec![-1.0, 0.7, 1.0], vec![0.2, 0.1, 1.0]];
            let f = Oracle { rows, labels: vec![1.0, -1.0, -1.0, 1.0], loss, lambda: 0.1, intercept: true };
            let (w, h) = ([0.4, -0.3, 0.2], 1e-5);
            let here = f.at(&w);
            for k in 0..3 {
                let moved = |by: f64| {
                    f.at(&{
                        let mut w = w;
                        w[k] += by;
                        w
                    })
                };
                let slope = (moved(h).value - moved(-h).value) / (2.0 * h);
                assert!((slope - here.gradient[k]).abs() < 1e-9, "{loss:?} {k}");
                for j in 0..3 {
                    let bend = (moved(h).gradient[j] - moved(-h).gradient[j]) / (2.0 * h);
                    assert!((bend - here.hessian[k][j]).abs() < 1e-9, "{loss:?} {k} {j}");
                }
            }
            let least = f.least(&w);
            assert!(least < here.value && (f.least(&[0.0; 3]) - least).abs() < 1e-14);
        }
    }
}
