//! Everything that one iterate w fixes, before any shard is drawn.
//!
//! ```text
//! Abar = diag(sqrt(l''_j / n)) X = U Sigma V'       H = Abar'Abar + lambda I = V diag(sigma^2 + lambda) V'
//! b_j  = l'_j x_j                                   g = mean_j b_j + lambda w
//! ```
//!
//! One singular value decomposition serves every norm: with V as the basis, H^{1/2} and H^{-1/2} are diagonal.
//! [`Landscape::white`] maps a direction p to H^{1/2} p, [`Landscape::cowhite`] a gradient g to H^{-1/2} g,
//! both in that basis, so that Euclidean norms there are the norms of the paper.

use super::formulas::{Problem, derivatives};
use comrade::data::Dataset;
use comrade::loss::Loss;
use faer::{Mat, MatRef};

/// What a data set fixes: computed once, shared by all iterates.
#[derive(Debug)]
pub struct Ground<'a> {
    /// X and y.
    pub data: &'a Dataset,
    /// l.
    pub loss: Loss,
    /// lambda.
    pub lambda: f64,
    /// L, the Lipschitz constant of H: `c min( (1/n) sum ||x_j||^3, max_j ||x_j|| lambda_max(X'X/n) )` with c that
    /// of l''.
    pub lipschitz: f64,
    /// w*, d, to a gradient of 1e-10 of that at 0; none when nobody gave one.
    pub minimiser: Option<Vec<f64>>,
}

/// A matrix decomposition did not converge, or the Hessian is singular.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OracleError {
    /// The singular value decomposition did not converge.
    #[error("a singular value decomposition did not converge")]
    Decomposition,
    /// lambda = 0 and X does not have full column rank on these rows.
    #[error("H is singular: rank {rank} of {dimension} and lambda = 0; a lambda above 0 makes it regular")]
    Singular {
        /// Rank of Abar.
        rank: usize,
        /// d.
        dimension: usize,
    },
    /// A mean of cubes of features is out of the range of double precision, and so are the bounds that have it.
    #[error("the features are so large that L, a mean of their cubes, is not finite: divide each by its largest value")]
    Overflow,
    /// The minimiser over honest workers was not found.
    #[error("the minimiser over honest workers was not found")]
    Minimiser,
}

impl<'a> Ground<'a> {
    /// Computes L; w* comes by [`Self::with_minimiser`].
    ///
    /// # Errors
    /// [`OracleError::Decomposition`] if the spectrum of X'X cannot be found, [`OracleError::Overflow`] if L is not finite.
    pub fn new(data: &'a Dataset, loss: Loss, lambda: f64) -> Result<Self, OracleError> {
        let n = data.rows().max(1) as f64;
        let constant = match loss {
            Loss::Logistic => 1.0 / (6.0 * 3.0_f64.sqrt()),
            Loss::Squared => 0.0,
        };
        let norms: Vec<f64> = data.features.row_norms();
        let cubes = norms.iter().map(|v| v.powi(3)).sum::<f64>() / n;
        let longest = largest(norms.iter().copied());
        let x = scaled_rows(data, |_| 1.0 / n.sqrt());
        let spectrum =
            (x.transpose() * &x).self_adjoint_eigenvalues(faer::Side::Lower).map_err(|_| OracleError::Decomposition)?;
        let curvature = spectrum.last().copied().unwrap_or(0.0);
        let lipschitz = constant * cubes.min(longest * curvature);
        if !lipschitz.is_finite() {
            return Err(OracleError::Overflow);
        }
        Ok(Self { data, loss, lambda, lipschitz, minimiser: None })
    }

    /// The same with w*, d, whoever found it: it is kept where the gradient of this oracle at it is at most 1e-10 of that at 0.
    #[must_use]
    pub fn with_minimiser(mut self, candidate: Option<Vec<f64>>) -> Self {
        let Self { data, loss, lambda, .. } = self;
        let problem = Problem { data, loss, lambda };
        let (rows, start) = (problem.all(), vec![0.0; data.cols()]);
        let size = |w: &[f64]| norm(&problem.gradient(&rows, w));
        self.minimiser = candidate.filter(|w| w.len() == data.cols() && size(w) <= 1e-10 * size(&start));
        self
    }
}

/// One iterate's spectra and norms.
#[derive(Debug)]
pub struct Landscape<'a> {
    /// The data set it stands on.
    pub ground: &'a Ground<'a>,
    /// sigma_1 >= ... >= sigma_r > 0, singular values of Abar above the cut max(n, d) * machine epsilon * sigma_1.
    pub sigma: Vec<f64>,
    /// Eigenvalues of H in the order of V: sigma_k^2 + lambda for k < r, then lambda, d of them.
    pub eigenvalues: Vec<f64>,
    /// V, d x d.
    basis: Mat<f64>,
    /// U, n x r, row after row.
    u: Vec<f64>,
    /// l'_j, n: b_j = l'_j x_j.
    slopes: Vec<f64>,
    /// mean_j b_j, d.
    mean_b: Vec<f64>,
    /// H^{-1/2} g in the basis V, d; also H^{1/2} p*.
    pub white_gradient: Vec<f64>,
    /// mu = (n/r) max_j ||u_j||^2.
    pub mu: f64,
    /// max_j ||H^{-1/2} a_j||^2: the largest ridge leverage, times n.
    pub ridge_leverage: f64,
    /// The moments of b_j that Lemma 3 is about.
    pub b: Moments,
    /// The same of H^{-1/2} b_j.
    pub white_b: Moments,
}

/// Sizes of n vectors v_j around their mean.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    /// max_j ||v_j||.
    pub largest: f64,
    /// max_j ||v_j - vbar||.
    pub largest_centred: f64,
    /// tr Cov = (1/n) sum_j ||v_j - vbar||^2.
    pub trace: f64,
}

impl Moments {
    /// Nothing measured.
    pub const ABSENT: Self = Self { largest: f64::NAN, largest_centred: f64::NAN, trace: f64::NAN };
}

impl<'a> Landscape<'a> {
    /// Decomposes at the iterate `w`, d.
    ///
    /// # Errors
    /// [`OracleError`] when the decomposition fails or H is singular.
    pub fn new(ground: &'a Ground<'a>, w: &[f64]) -> Result<Self, OracleError> {
        let (data, lambda) = (ground.data, ground.lambda);
        let (n, d) = (data.rows(), data.cols());
        let (mut slopes, mut curvatures) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for (j, &y) in data.labels.iter().enumerate() {
            let mut z = 0.0;
            data.features.for_row(j, |k, v| z += v * w[k]);
            let (d1, d2) = derivatives(ground.loss, y, z);
            slopes.push(d1);
            curvatures.push(d2);
        }
        let abar = scaled_rows(data, |j| (curvatures[j] / n as f64).sqrt());
        let svd = abar.thin_svd().map_err(|_| OracleError::Decomposition)?;
        let all: Vec<f64> = svd.S().column_vector().iter().copied().collect();
        let cut = n.max(d) as f64 * f64::EPSILON * all.first().copied().unwrap_or(0.0);
        let sigma: Vec<f64> = all.iter().copied().take_while(|&s| s > cut).collect();
        let rank = sigma.len();
        if lambda == 0.0 && rank < d {
            return Err(OracleError::Singular { rank, dimension: d });
        }
        let eigenvalues: Vec<f64> = (0..d).map(|k| sigma.get(k).map_or(0.0, |s| s * s) + lambda).collect();
        let u: Vec<f64> = (0..n).flat_map(|j| (0..rank).map(move |k| (j, k))).map(|at| svd.U()[at]).collect();

        let mut mean_b = vec![0.0; d];
        for (j, slope) in slopes.iter().enumerate() {
            data.features.for_row(j, |k, v| mean_b[k] += slope * v);
        }
        mean_b.iter_mut().for_each(|v| *v /= n as f64);
        let mut landscape = Self {
            ground,
            basis: svd.V().to_owned(),
            white_gradient: Vec::new(),
            mu: 0.0,
            ridge_leverage: 0.0,
            b: Moments::ABSENT,
            white_b: Moments::ABSENT,
            sigma,
            eigenvalues,
            u,
            slopes,
            mean_b,
        };
        let g: Vec<f64> = landscape.mean_b.iter().zip(w).map(|(b, w)| b + lambda * w).collect();
        landscape.white_gradient = landscape.cowhite(&g);

        let shrink: Vec<f64> = landscape.shrink();
        for row in landscape.u.chunks_exact(rank.max(1)) {
            let leverage: f64 = row.iter().map(|u| u * u).sum();
            let ridge: f64 = row.iter().zip(&shrink).map(|(u, c)| (u * c).powi(2)).sum();
            landscape.mu = landscape.mu.max(n as f64 / rank as f64 * leverage);
            landscape.ridge_leverage = landscape.ridge_leverage.max(n as f64 * ridge);
        }
        landscape.b = moments(&scaled_rows(data, |j| landscape.slopes[j]), n);
        // H^{-1/2} x_j in the basis V: rows of X V diag(h^{-1/2}).
        let mut white = scaled_rows(data, |j| landscape.slopes[j]) * &landscape.basis;
        for (k, h) in landscape.eigenvalues.iter().enumerate() {
            white.col_mut(k).iter_mut().for_each(|v| *v /= h.sqrt());
        }
        landscape.white_b = moments(&white, n);
        Ok(landscape)
    }

    /// n.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.ground.data.rows()
    }

    /// d.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.eigenvalues.len()
    }

    /// r.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.sigma.len()
    }

    /// sigma_min(H).
    #[must_use]
    pub fn sigma_min(&self) -> f64 {
        self.eigenvalues.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// sigma_max(H).
    #[must_use]
    pub fn sigma_max(&self) -> f64 {
        self.eigenvalues.iter().copied().fold(0.0, f64::max)
    }

    /// nu = sigma_max(A'A) / (sigma_max(A'A) + n lambda), with Abar = A/sqrt(n).
    #[must_use]
    pub fn nu(&self) -> f64 {
        let top = self.sigma.first().map_or(0.0, |s| s * s);
        if top == 0.0 { 0.0 } else { top / (top + self.ground.lambda) }
    }

    /// c_k = sigma_k / sqrt(sigma_k^2 + lambda), r: E_i = diag(c) (U'S_iS_i'U - I) diag(c) in the basis V.
    #[must_use]
    pub fn shrink(&self) -> Vec<f64> {
        self.sigma.iter().map(|s| s / (s * s + self.ground.lambda).sqrt()).collect()
    }

    /// Row j of U, r.
    #[must_use]
    pub fn u_row(&self, j: usize) -> &[f64] {
        let r = self.rank();
        &self.u[j * r..(j + 1) * r]
    }

    /// g_i - g for the samples that a worker holds (the ridge terms cancel), d.
    #[must_use]
    pub fn gradient_deviation(&self, held: Samples<'_>) -> Vec<f64> {
        let mut sum = vec![0.0; self.dimension()];
        held.each(&mut |j, times| {
            self.ground.data.features.for_row(j, |k, v| sum[k] += times * (self.slopes[j] * v));
        });
        sum.iter().zip(&self.mean_b).map(|(sum, mean)| sum / held.size() - mean).collect()
    }

    /// The largest | ||g_i - g|| - ||g_i' - g|| | when one row of the shard is replaced by any of the n rows; only the
    /// first two rows of the shard are taken out, in place of all s.
    #[must_use]
    pub fn bounded_difference(&self, held: Samples<'_>) -> f64 {
        let features = &self.ground.data.features;
        let s = held.size();
        let v = self.gradient_deviation(held);
        let size = norm(&v);
        let mut rows = Vec::new();
        held.each(&mut |j, _| rows.extend((rows.len() < 2).then_some(j)));
        let tried = rows.iter().flat_map(|&out| {
            let mut b = vec![0.0; self.dimension()];
            features.for_row(out, |k, x| b[k] = self.slopes[out] * x);
            (0..self.rows())
                .map(|j| {
                    let mut delta: Vec<f64> = b.iter().map(|b| -b / s).collect();
                    features.for_row(j, |k, x| delta[k] += self.slopes[j] * x / s);
                    // ||v + delta|| - ||v|| through the difference of the squares, in which nothing cancels.
                    let (mut cross, mut square) = (0.0, 0.0);
                    delta.iter().zip(&v).for_each(|(d, v)| {
                        cross += d * v;
                        square += d * d;
                    });
                    let sum = size + (size * size + 2.0 * cross + square).max(0.0).sqrt();
                    if sum > 0.0 { (2.0 * cross + square).abs() / sum } else { 0.0 }
                })
                .collect::<Vec<f64>>()
        });
        largest(tried)
    }

    /// H^{1/2} p in the basis V, d.
    #[must_use]
    pub fn white(&self, p: &[f64]) -> Vec<f64> {
        self.rotate(p).iter().zip(&self.eigenvalues).map(|(v, h)| v * h.sqrt()).collect()
    }

    /// H^{-1/2} g in the basis V, d.
    #[must_use]
    pub fn cowhite(&self, g: &[f64]) -> Vec<f64> {
        self.rotate(g).iter().zip(&self.eigenvalues).map(|(v, h)| v / h.sqrt()).collect()
    }

    /// The direction p with `white(p)` = `white`, in the basis V (its Euclidean norm is that of p), d.
    #[must_use]
    pub fn unwhite(&self, white: &[f64]) -> Vec<f64> {
        white.iter().zip(&self.eigenvalues).map(|(v, h)| v / h.sqrt()).collect()
    }

    /// V'v, d.
    #[must_use]
    pub fn rotate(&self, v: &[f64]) -> Vec<f64> {
        (0..self.dimension()).map(|k| (0..v.len()).map(|i| self.basis[(i, k)] * v[i]).sum()).collect()
    }
}

/// The samples of one worker.
#[derive(Clone, Copy, Debug)]
pub enum Samples<'a> {
    /// Row indices, with repetition.
    Rows(&'a [usize]),
    /// How often each of the n rows was drawn, and s. Rows of zeros, which add nothing to any sum, need not be counted.
    Counts(&'a [u64], u64),
}

impl Samples<'_> {
    /// s.
    #[must_use]
    pub fn size(self) -> f64 {
        match self {
            Self::Rows(rows) => rows.len() as f64,
            Self::Counts(_, size) => size as f64,
        }
    }

    /// Shows every row with how often it is held at once.
    pub fn each(self, see: &mut dyn FnMut(usize, f64)) {
        match self {
            Self::Rows(rows) => rows.iter().for_each(|&j| see(j, 1.0)),
            Self::Counts(counts, _) => {
                counts.iter().enumerate().filter(|(_, count)| **count > 0).for_each(|(j, &count)| see(j, count as f64));
            }
        }
    }
}

/// diag(scale) X as a dense matrix, padded with zero rows to at least d: a zero row changes no singular value and
/// lets a thin decomposition return the whole of V.
fn scaled_rows(data: &Dataset, scale: impl Fn(usize) -> f64) -> Mat<f64> {
    let (n, d) = (data.rows(), data.cols());
    let mut out = Mat::zeros(n.max(d), d);
    for j in 0..n {
        let scale = scale(j);
        data.features.for_row(j, |k, v| out[(j, k)] = scale * v);
    }
    out
}

/// Over the first n rows: the rest is padding.
fn moments(rows: &Mat<f64>, n: usize) -> Moments {
    let mean: Vec<f64> = (0..rows.ncols()).map(|k| rows.col(k).iter().sum::<f64>() / n as f64).collect();
    // Column-major walk: one pass over memory.
    let (mut plain, mut centred) = (vec![0.0; n], vec![0.0; n]);
    for (k, mean) in mean.iter().enumerate() {
        for ((v, plain), centred) in rows.col(k).iter().zip(&mut plain).zip(&mut centred) {
            *plain += v * v;
            *centred += (v - mean) * (v - mean);
        }
    }
    Moments {
        largest: largest(plain).sqrt(),
        largest_centred: largest(centred.iter().copied()).sqrt(),
        trace: centred.iter().sum::<f64>() / n as f64,
    }
}

/// Euclidean norm.
#[must_use]
pub fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// The largest of numbers that are not negative, 0 when there is none; NaN when one is NaN, which `f64::max` forgets.
#[must_use]
pub fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |largest: f64, v| if v.is_nan() || v > largest { v } else { largest })
}

/// x - y.
#[must_use]
pub fn minus(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x - y).collect()
}

/// Extreme eigenvalues (smallest, largest) of a symmetric matrix given by its lower triangle; (0, 0) when empty.
///
/// # Errors
/// [`OracleError::Decomposition`] when they cannot be found.
pub fn extreme_eigenvalues(symmetric: MatRef<'_, f64>) -> Result<(f64, f64), OracleError> {
    let all = symmetric.self_adjoint_eigenvalues(faer::Side::Lower).map_err(|_| OracleError::Decomposition)?;
    Ok((all.first().copied().unwrap_or(0.0), all.last().copied().unwrap_or(0.0)))
}
