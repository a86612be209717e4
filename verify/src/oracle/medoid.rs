//! How far Hessians are from each other, and from the one that the center took.
//!
//! ```text
//! dist(A, B) = max |log spec(B^{-1} A)|      e^{-r} B <= A <= e^r B for r the distance
//! ```

use super::landscape::{OracleError, largest};
use faer::{Mat, Side};

/// What the medoid of the Hessians that were sent is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Medoid {
    /// The (m - 2f)-th smallest of dist(B, H_j) over honest j.
    pub near: f64,
    /// The (m - f)-th smallest over all workers.
    pub score: f64,
    /// The center's R.
    pub told: f64,
    /// The smallest, over honest i, of the largest dist(H_i, H_j) to an honest j.
    pub radius: f64,
    /// The largest distance between two honest ones.
    pub diameter: f64,
    /// How far B is from the one that it is nearest to, entry by entry, as a share of its size.
    pub apart: f64,
}

/// One Hessian with its inverse root.
#[derive(Debug)]
struct Rooted {
    /// Both triangles, d x d.
    matrix: Mat<f64>,
    /// H^{-1/2}, d x d; none if H is not positive definite.
    root: Option<Mat<f64>>,
}

impl Rooted {
    fn new(matrix: Mat<f64>) -> Result<Self, OracleError> {
        let d = matrix.nrows();
        let eigen = matrix.self_adjoint_eigen(Side::Lower).map_err(|_| OracleError::Decomposition)?;
        let (u, s) = (eigen.U(), eigen.S());
        let positive = (0..d).all(|k| s[k] > 0.0);
        let root = positive.then(|| Mat::from_fn(d, d, |r, c| u[(r, c)] / s[c].sqrt()));
        Ok(Self { matrix, root })
    }

    /// Infinite where either is not positive definite.
    fn distance(&self, other: &Self) -> Result<f64, OracleError> {
        let Some(root) = &other.root else { return Ok(f64::INFINITY) };
        let white = root.transpose() * &self.matrix * root;
        let spectrum = white.self_adjoint_eigenvalues(Side::Lower).map_err(|_| OracleError::Decomposition)?;
        let log = |l: &f64| if *l > 0.0 { l.ln().abs() } else { f64::INFINITY };
        Ok(largest(spectrum.iter().map(log)))
    }
}

/// The lower triangle, row by row, as both triangles of a d x d matrix.
#[must_use]
pub fn unfolded(triangle: &[f64], d: usize) -> Mat<f64> {
    Mat::from_fn(d, d, |r, c| {
        let (row, column) = (r.max(c), r.min(c));
        triangle[row * (row + 1) / 2 + column]
    })
}

/// Measures B against the Hessians that were sent, none of a worker that sent nothing readable; `lies` marks liars,
/// `assumed` is f, and `told` the center's R. None without an honest Hessian.
///
/// # Errors
/// [`OracleError::Decomposition`] when a spectrum cannot be found.
pub fn measure(
    b: &Mat<f64>,
    sent: Vec<Option<Mat<f64>>>,
    lies: &[bool],
    assumed: usize,
    told: f64,
) -> Result<Option<Medoid>, OracleError> {
    let workers = sent.len();
    let size = b.norm_l2();
    let apart = |h: &Mat<f64>| (h - b).norm_l2() / size;
    let apart = sent.iter().flatten().map(apart).fold(f64::INFINITY, f64::min);
    let b = Rooted::new(b.clone())?;
    let all: Vec<Option<Rooted>> =
        sent.into_iter().map(|h| h.map(Rooted::new).transpose()).collect::<Result<_, _>>()?;
    let to_b = |h: &Option<Rooted>| h.as_ref().map_or(Ok(f64::INFINITY), |h| h.distance(&b));
    let from_b: Vec<f64> = all.iter().map(to_b).collect::<Result<_, _>>()?;
    let honest: Vec<&Rooted> =
        all.iter().zip(lies).filter(|(_, lies)| !**lies).filter_map(|(h, _)| h.as_ref()).collect();
    if honest.is_empty() {
        return Ok(None);
    }
    let mut furthest = vec![0.0_f64; honest.len()];
    for (i, left) in honest.iter().enumerate() {
        for (j, right) in honest.iter().enumerate().take(i) {
            let distance = left.distance(right)?;
            (furthest[i], furthest[j]) = (furthest[i].max(distance), furthest[j].max(distance));
        }
    }
    let near = from_b.iter().zip(lies).filter(|(_, lies)| !**lies).map(|(distance, _)| *distance).collect();
    Ok(Some(Medoid {
        near: smallest(near, workers.saturating_sub(2 * assumed)),
        score: smallest(from_b, workers.saturating_sub(assumed)),
        told,
        radius: furthest.iter().copied().fold(f64::INFINITY, f64::min),
        diameter: largest(furthest),
        apart,
    }))
}

/// The k-th smallest, k from 1; infinite if there are fewer.
fn smallest(mut values: Vec<f64>, k: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(k.max(1) - 1).copied().unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagonal(values: [f64; 2]) -> Mat<f64> {
        Mat::from_fn(2, 2, |r, c| if r == c { values[r] } else { 0.0 })
    }

    #[test]
    fn distances_by_hand() {
        let of = |m: Mat<f64>| Rooted::new(m).unwrap();
        let (a, b) = (of(unfolded(&[2.0, 1.0, 3.0], 2)), of(diagonal([5.0, 0.5])));
        // det(A - l B) = 2.5 l^2 - 16 l + 5.
        let wanted = ((16.0 + (256.0_f64 - 50.0).sqrt()) / 5.0).ln();
        assert!((a.distance(&b).unwrap() - wanted).abs() < 1e-12);
        assert!((b.distance(&a).unwrap() - wanted).abs() < 1e-12);
        assert_eq!(a.distance(&of(diagonal([1.0, -1.0]))).unwrap(), f64::INFINITY);
        assert_eq!(of(diagonal([1.0, -1.0])).distance(&a).unwrap(), f64::INFINITY);
    }

    #[test]
    fn a_medoid_by_hand() {
        let sent: Vec<_> = [[1.0, 1.0], [2.0, 1.0], [4.0, 1.0], [1e6, 1.0]].map(|v| Some(diagonal(v))).into();
        let found = measure(&diagonal([2.0, 1.0]), sent, &[false, false, false, true], 1, 0.5).unwrap().unwrap();
        let two = 2.0_f64.ln();
        let close = |got: f64, wanted: f64| assert!((got - wanted).abs() < 1e-12, "{got} for {wanted}");
        close(found.near, two);
        close(found.score, two);
        close(found.radius, two);
        close(found.diameter, 2.0 * two);
        assert_eq!((found.apart, found.told), (0.0, 0.5));
        let silent = measure(&diagonal([2.0, 1.0]), vec![None, None], &[false, false], 0, 0.0).unwrap();
        assert_eq!(silent, None);
    }
}
