//! One step w' = w - W g of lazy Newton, measured against f = sum_i q_i f_i over honest workers M.
//!
//! ```text
//! x = H^{1/2} (w - w*)     K = H^{1/2} W H^{1/2}     e = H (w - w*) - g_M      H, g_M: of f at w
//! x' = (I - K) x + K H^{-1/2} e - K H^{-1/2} (g - g_M)
//! ```
//!
//! W and g are the center's, taken as numbers; everything else is computed here. In the eigenvectors of H its roots are
//! diagonal, and norms are those of the theory.

use super::formulas::{Problem, newton};
use super::landscape::{OracleError, largest, minus, norm};
use super::medoid::Medoid;
use comrade::loss::Loss;
use faer::{Mat, Side};
use rayon::prelude::*;

/// To which share of the first gradient w* is found; what is left of it is measured, see [`Stride::residual`].
const MINIMISER: f64 = 1e-11;

/// f = sum_{i in M} q_i f_i.
#[derive(Debug)]
pub struct Honest<'a> {
    problem: Problem<'a>,
    shards: Vec<&'a [usize]>,
    shares: Vec<f64>,
    minimiser: Vec<f64>,
    lipschitz: f64,
}

impl<'a> Honest<'a> {
    /// `shards` are the row indices of each worker in M, `shares` their q_i, which add up to 1.
    ///
    /// # Errors
    /// [`OracleError`] when w* or a spectrum cannot be found.
    pub fn new(problem: Problem<'a>, shards: Vec<&'a [usize]>, shares: Vec<f64>) -> Result<Self, OracleError> {
        let mut honest = Self { problem, shards, shares, minimiser: Vec::new(), lipschitz: 0.0 };
        honest.lipschitz = honest.lipschitz()?;
        let found =
            newton(problem.data.cols(), MINIMISER, &|w| honest.mean(&honest.gradients(w)), &|w| honest.hessian(w));
        honest.minimiser = found.map_err(|_| OracleError::Minimiser)?;
        Ok(honest)
    }

    /// n.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.shards.iter().map(|rows| rows.len()).sum()
    }

    /// w*, d.
    #[must_use]
    pub fn minimiser(&self) -> &[f64] {
        &self.minimiser
    }

    /// g_i at w of every worker in M, each d.
    #[must_use]
    pub fn gradients(&self, w: &[f64]) -> Vec<Vec<f64>> {
        self.shards.par_iter().map(|rows| self.problem.gradient(rows, w)).collect()
    }

    /// sum_i q_i v_i, d.
    fn mean(&self, vectors: &[Vec<f64>]) -> Vec<f64> {
        let mut mean = vec![0.0; self.problem.data.cols()];
        for (q, v) in self.shares.iter().zip(vectors) {
            mean.iter_mut().zip(v).for_each(|(sum, v)| *sum += q * v);
        }
        mean
    }

    fn hessian(&self, w: &[f64]) -> Mat<f64> {
        self.weighted(self.problem, w)
    }

    /// sum_i q_i H_i of this problem, d x d.
    fn weighted(&self, problem: Problem<'_>, w: &[f64]) -> Mat<f64> {
        let d = self.problem.data.cols();
        let mut sum = Mat::zeros(d, d);
        let locals: Vec<Mat<f64>> = self.shards.par_iter().map(|rows| problem.hessian(rows, w)).collect();
        for (q, local) in self.shares.iter().zip(locals) {
            sum += faer::Scale(*q) * local;
        }
        sum
    }

    /// c min( mean ||x_j||^3, max ||x_j|| lambda_max(mean x_j x_j') ), c that of l''.
    fn lipschitz(&self) -> Result<f64, OracleError> {
        let constant = match self.problem.loss {
            Loss::Logistic => 1.0 / (6.0 * 3.0_f64.sqrt()),
            Loss::Squared => return Ok(0.0),
        };
        let norms = self.problem.data.features.row_norms();
        let cubes = |rows: &&[usize]| rows.iter().map(|&j| norms[j].powi(3)).sum::<f64>() / rows.len() as f64;
        let cubes: f64 = self.shares.iter().zip(&self.shards).map(|(q, rows)| q * cubes(rows)).sum();
        let longest = largest(self.shards.iter().flat_map(|rows| rows.iter().map(|&j| norms[j])));
        // Of the squared loss the curvature is 1.
        let squares = Problem { loss: Loss::Squared, lambda: 0.0, ..self.problem };
        let gram = self.weighted(squares, &vec![0.0; self.problem.data.cols()]);
        let spectrum = gram.self_adjoint_eigenvalues(Side::Lower).map_err(|_| OracleError::Decomposition)?;
        Ok(constant * cubes.min(longest * spectrum.last().copied().unwrap_or(0.0)))
    }

    /// max_j |x_j' v| over the rows of M.
    fn reach(&self, v: &[f64]) -> f64 {
        largest(self.shards.iter().flat_map(|rows| self.problem.margins(rows, v)).map(f64::abs))
    }
}

/// What the center did, as numbers.
#[derive(Debug)]
pub struct Taken<'a> {
    /// w, d.
    pub w: &'a [f64],
    /// w', d.
    pub next: &'a [f64],
    /// a, the length of the step, which W has in it.
    pub step: f64,
    /// g as the center had it, d.
    pub gradient: &'a [f64],
    /// W, d x d.
    pub inverse: &'a Mat<f64>,
    /// B, in whose metric gradients were taken together, d x d.
    pub metric: &'a Mat<f64>,
    /// g_i as it arrived from every worker in M, each d; none from a worker that sent nothing readable.
    pub heard: &'a [Option<Vec<f64>>],
}

/// A step, measured. The norms of steps and gradients are those of H and of its inverse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stride {
    /// ||x||.
    pub before: f64,
    /// ||x'||.
    pub after: f64,
    /// ||(I - K) x||.
    pub contracted: f64,
    /// ||K H^{-1/2} e||.
    pub bent: f64,
    /// ||K H^{-1/2} (g - g_M)||.
    pub pulled: f64,
    /// The smallest eigenvalue of K; W is positive definite if and only if it is positive.
    pub least: f64,
    /// The largest one, ||K|| if W is positive definite.
    pub most: f64,
    /// ||H^{-1/2} e||.
    pub rest: f64,
    /// D = max_j |x_j' (w - w*)| over the rows of M.
    pub reach: f64,
    /// ||w - w*||, Euclidean.
    pub length: f64,
    /// ||H^{-1/2} (g - g_M)||.
    pub miss: f64,
    /// ||B^{-1/2} (g - g_M)||.
    pub metric_miss: f64,
    /// The smallest eigenvalue of H^{-1/2} B H^{-1/2}.
    pub metric_least: f64,
    /// The largest one: kappa_B is their ratio.
    pub metric_most: f64,
    /// G = (mean_{i in M} ||H^{-1/2} (g_i - g_M)||^2)^{1/2}.
    pub spread: f64,
    /// The same with B for H.
    pub metric_spread: f64,
    /// ||H^{-1/2} g(w*)||: how well w* is known.
    pub residual: f64,
    /// ||H^{1/2} w|| + ||H^{1/2} w*||: what cancels in x.
    pub size: f64,
    /// a, the length of the step as a share of the direction; it is part of W.
    pub step: f64,
    /// What the medoid is about; `None` where no Hessian was asked for at w, or none that can be read back.
    pub medoid: Option<Medoid>,
}

impl Stride {
    /// Nothing measured.
    pub const ABSENT: Self = Self {
        before: f64::NAN,
        after: f64::NAN,
        contracted: f64::NAN,
        bent: f64::NAN,
        pulled: f64::NAN,
        least: f64::NAN,
        most: f64::NAN,
        rest: f64::NAN,
        reach: f64::NAN,
        length: f64::NAN,
        miss: f64::NAN,
        metric_miss: f64::NAN,
        metric_least: f64::NAN,
        metric_most: f64::NAN,
        spread: f64::NAN,
        metric_spread: f64::NAN,
        residual: f64::NAN,
        size: f64::NAN,
        step: f64::NAN,
        medoid: None,
    };
}

/// What H is at w.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ends {
    /// sigma_min(H).
    pub sigma_min: f64,
    /// sigma_max(H).
    pub sigma_max: f64,
    /// ||H^{-1/2} g_M||.
    pub newton: f64,
    /// L of f.
    pub lipschitz: f64,
    /// The largest relative difference between what the center had and what this oracle finds: of the step from -W g, and of the
    /// g_i that arrived from g_i.
    pub disagreement: f64,
}

/// Measures a step; `medoid` is entered as it is.
///
/// # Errors
/// [`OracleError`] when a spectrum cannot be found, or H is not positive definite.
pub fn measure(honest: &Honest<'_>, taken: &Taken<'_>, medoid: Option<Medoid>) -> Result<(Ends, Stride), OracleError> {
    let Taken { w, next, step: share, gradient, inverse, metric, heard } = *taken;
    let d = w.len();
    let eigen = honest.hessian(w).self_adjoint_eigen(Side::Lower).map_err(|_| OracleError::Decomposition)?;
    let (basis, roots) = (eigen.U(), (0..d).map(|k| eigen.S()[k].sqrt()).collect::<Vec<f64>>());
    let (low, high) = (roots.first().copied().unwrap_or(f64::NAN), roots.last().copied().unwrap_or(f64::NAN));
    if low.is_nan() || low <= 0.0 {
        return Err(OracleError::Singular { rank: 0, dimension: d });
    }
    let rotate = |v: &[f64]| -> Vec<f64> { (0..d).map(|k| (0..d).map(|r| basis[(r, k)] * v[r]).sum()).collect() };
    let white = |v: &[f64]| -> Vec<f64> { rotate(v).iter().zip(&roots).map(|(v, h)| v * h).collect() };
    let cowhite = |v: &[f64]| -> Vec<f64> { rotate(v).iter().zip(&roots).map(|(v, h)| v / h).collect() };
    let turned = |m: &Mat<f64>| basis.transpose() * m * basis;
    let (inverse, metric) = (turned(inverse), turned(metric));
    let k = Mat::from_fn(d, d, |r, c| 0.5 * (inverse[(r, c)] + inverse[(c, r)]) * roots[r] * roots[c]);
    let b = Mat::from_fn(d, d, |r, c| 0.5 * (metric[(r, c)] + metric[(c, r)]) / roots[r] / roots[c]);
    let times = |v: &[f64]| -> Vec<f64> { (0..d).map(|r| (0..d).map(|c| k[(r, c)] * v[c]).sum()).collect() };

    let locals = honest.gradients(w);
    let exact = honest.mean(&locals);
    let delta = minus(w, &honest.minimiser);
    let (x, after) = (white(&delta), white(&minus(next, &honest.minimiser)));
    let g = cowhite(&exact);
    let rest = minus(&x, &g);
    let miss = cowhite(&minus(gradient, &exact));
    let apart: Vec<Vec<f64>> = locals.iter().map(|local| cowhite(&minus(local, &exact))).collect();
    let step = white(&minus(w, next));
    let expected = times(&cowhite(gradient));

    let spectrum = |m: &Mat<f64>| m.self_adjoint_eigenvalues(Side::Lower).map_err(|_| OracleError::Decomposition);
    let ends =
        |values: Vec<f64>| (values.first().copied().unwrap_or(f64::NAN), values.last().copied().unwrap_or(f64::NAN));
    let (least, most) = ends(spectrum(&k)?);
    let metric = b.self_adjoint_eigen(Side::Lower).map_err(|_| OracleError::Decomposition)?;
    let (metric_least, metric_most) = ends((0..d).map(|k| metric.S()[k]).collect());
    // B^{-1/2} v through H^{-1/2} v, in the eigenvectors of H^{-1/2} B H^{-1/2}: v'B^{-1}v.
    let by_metric = |v: &[f64]| -> f64 {
        let share = |k: usize| (0..d).map(|r| metric.U()[(r, k)] * v[r]).sum::<f64>().powi(2) / metric.S()[k];
        (0..d).map(share).sum::<f64>().sqrt()
    };
    let rms =
        |size: &dyn Fn(&[f64]) -> f64| (apart.iter().map(|v| size(v).powi(2)).sum::<f64>() / apart.len() as f64).sqrt();
    let stride = Stride {
        before: norm(&x),
        after: norm(&after),
        contracted: norm(&minus(&x, &times(&x))),
        bent: norm(&times(&rest)),
        pulled: norm(&times(&miss)),
        least,
        most,
        rest: norm(&rest),
        reach: honest.reach(&delta),
        length: norm(&delta),
        miss: norm(&miss),
        metric_miss: by_metric(&miss),
        metric_least,
        metric_most,
        spread: rms(&norm),
        metric_spread: rms(&by_metric),
        residual: norm(&cowhite(&honest.mean(&honest.gradients(&honest.minimiser)))),
        size: norm(&white(w)) + norm(&white(&honest.minimiser)),
        step: share,
        medoid,
    };
    let told = locals.iter().zip(heard).map(|(local, heard)| {
        let size = norm(&cowhite(local)) + stride.size;
        heard.as_ref().map_or(f64::NAN, |heard| norm(&cowhite(&minus(heard, local))) / size)
    });
    let ends = Ends {
        sigma_min: low * low,
        sigma_max: high * high,
        newton: norm(&g),
        lipschitz: honest.lipschitz,
        disagreement: largest(told.chain([norm(&minus(&step, &expected)) / (norm(&expected) + stride.size)])),
    };
    Ok((ends, stride))
}
