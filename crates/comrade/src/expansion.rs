//! f_i, g_i and a Hessian at one w: what one worker answers to [`crate::protocol::Ask::Expansion`].

use crate::compress::expansion::{Form, length, start};
use crate::hessian::{Hessian, Ridge};
use crate::kernel::{Workspace, norm};
use crate::objective::Objective;
use crate::stream::{Purpose, Seed};
use faer::Mat;
use rand::RngExt;
use rand_distr::StandardNormal;

const OMEGA: Purpose = Purpose::new("omega");

/// The largest dimension whose triangle may be asked for: half a gigabyte.
pub(crate) const LARGEST_TRIANGLE: usize = 8192;
/// The largest rank of a sketch.
pub(crate) const LARGEST_RANK: u32 = 1024;

/// Whether a worker of dimension d answers a question for this form.
#[must_use]
pub(crate) fn is_served(form: Form, d: usize) -> bool {
    match form {
        Form::Triangle { .. } => d <= LARGEST_TRIANGLE,
        Form::Sketch { rank, .. } => (1..=LARGEST_RANK).contains(&rank) && rank as usize <= d,
    }
}

/// The numbers of an answer, by what they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Parts<'a> {
    /// f_i.
    pub(crate) value: f64,
    /// g_i, d.
    pub(crate) gradient: &'a [f64],
    /// As the form says; empty where there is none.
    pub(crate) hessian: &'a [f64],
}

impl<'a> Parts<'a> {
    /// None for less than 1 + d numbers.
    pub(crate) fn of(numbers: &'a [f64], d: usize) -> Option<Self> {
        let (&value, rest) = numbers.split_first()?;
        let (gradient, hessian) = rest.split_at_checked(d)?;
        Some(Self { value, gradient, hessian })
    }
}

/// The numbers that an honest worker answers with at w, a gradient of zero at w = 0 where it is rounding alone; none of them a number where w is so far out that a margin is not.
pub(crate) fn answer(f: &Objective<'_>, w: &[f64], form: Option<Form>) -> Vec<f64> {
    let (d, (value, mut at)) = (w.len(), f.expand_with_value(w));
    // Where w = 0 is the minimiser, no rounding is to be taken for a gradient that a run has to make smaller.
    if w.iter().all(|w| *w == 0.0) && f.is_rounding(norm(&at.gradient), w) {
        at.gradient.fill(0.0);
    }
    let mut numbers = Vec::with_capacity(length(d, form));
    numbers.push(value);
    numbers.extend(&at.gradient);
    let Some(form) = form else { return numbers };
    if at.curvatures.iter().any(|c| !c.is_finite()) {
        return vec![f64::NAN; length(d, Some(form))];
    }
    match form {
        Form::Triangle { .. } => {
            let mut workspace = Workspace::default();
            let hessian = Hessian { x: &f.data.features, curvatures: &at.curvatures, ridge: f.ridge() };
            let h = hessian.lower(&mut workspace);
            numbers.extend((0..d).flat_map(|r| (0..=r).map(move |c| (r, c))).map(|(r, c)| h[(r, c)]));
        }
        Form::Sketch { rank, seed, .. } => {
            let ridge = Ridge { lambda: 0.0, penalised: d };
            let bare = Hessian { x: &f.data.features, curvatures: &at.curvatures, ridge };
            let omega = omega(d, rank as usize, Seed(seed));
            numbers.extend((0..rank as usize).flat_map(|k| bare.times(omega.col_as_slice(k))));
        }
    }
    numbers
}

/// Above this dimension Omega is made of signs.
const SIGNS_ABOVE: usize = 8192;

/// Omega, d x k with columns that span a random subspace: the same for everyone who knows the seed, so that it is never sent.
///
/// The columns are orthonormal. In large dimensions they are so up to (k/d)^{1/2} or so: random signs over d^{1/2}, which take no
/// QR decomposition of 2 d k^2 operations at every worker.
pub(crate) fn omega(d: usize, rank: usize, seed: Seed) -> Mat<f64> {
    let mut stream = seed.stream(OMEGA, 0, 0);
    let mut omega = Mat::<f64>::zeros(d, rank.min(d));
    if d > SIGNS_ABOVE {
        let size = (d as f64).sqrt().recip();
        for k in 0..omega.ncols() {
            for part in omega.col_as_slice_mut(k).chunks_mut(64) {
                let bits: u64 = stream.random();
                part.iter_mut().enumerate().for_each(|(i, x)| *x = if bits >> i & 1 == 0 { size } else { -size });
            }
        }
        return omega;
    }
    for k in 0..omega.ncols() {
        omega.col_as_slice_mut(k).iter_mut().for_each(|x| *x = stream.sample(StandardNormal));
    }
    omega.qr().compute_thin_Q()
}

/// A symmetric matrix from its lower triangle, row by row, d (d + 1) / 2; both triangles.
pub(crate) fn symmetric(triangle: &[f64], d: usize) -> Mat<f64> {
    Mat::from_fn(d, d, |r, c| triangle[start(r.max(c)) + r.min(c)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::expansion::Bits;
    use crate::data::Dataset;
    use crate::data::synthetic::{self, Gaussian, Task};
    use crate::loss::Loss;

    fn sample() -> Dataset {
        let spec = Gaussian { rows: 40, cols: 5, condition: 4.0, margin: 1.0, task: Task::Classification };
        let data = synthetic::gaussian(&spec, Seed(5)).unwrap();
        Dataset { intercept: true, ..data }
    }

    const W: [f64; 5] = [0.3, -0.7, 0.2, 1.1, -0.4];

    #[test]
    fn the_numbers_are_those_of_the_objective() {
        let data = sample();
        let f = Objective { data: &data, loss: Loss::Logistic, lambda: 0.1 };
        let h = f.hessian(&W);
        let numbers = answer(&f, &W, Some(Form::Triangle { bits: Bits::Eight }));
        let parts = Parts::of(&numbers, 5).unwrap();
        assert_eq!(parts.gradient, &f.gradient(&W)[..]);
        // Two ways to take the logarithm and to add up.
        assert!((parts.value - f.value(&W)).abs() <= 4.0 * f64::EPSILON * parts.value);
        assert_eq!(symmetric(parts.hessian, 5), h);
        let sketch = Form::Sketch { bits: Bits::Eight, rank: 2, seed: 11 };
        let numbers = answer(&f, &W, Some(sketch));
        let omega = omega(5, 2, Seed(11));
        let mut bare = h;
        (0..4).for_each(|k| bare[(k, k)] -= 0.1);
        let wanted = &bare * &omega;
        for (k, column) in Parts::of(&numbers, 5).unwrap().hessian.chunks(5).enumerate() {
            assert!((0..5).all(|i| (column[i] - wanted[(i, k)]).abs() < 1e-14));
        }
        assert_eq!(answer(&f, &W, None).len(), 6);
        assert_eq!(Parts::of(&numbers[..5], 5), None);
    }

    #[test]
    fn omega_is_orthonormal_and_named_by_its_seed() {
        let (a, b) = (omega(30, 4, Seed(1)), omega(30, 4, Seed(2)));
        assert_eq!(a, omega(30, 4, Seed(1)));
        assert_ne!(a, b);
        let gram = a.transpose() * &a;
        assert!((0..4).all(|i| (0..4).all(|j| (gram[(i, j)] - f64::from(u8::from(i == j))).abs() < 1e-14)));
        assert_eq!(omega(3, 9, Seed(1)).ncols(), 3);
    }

    /// Two columns of signs have a product of mean 0 and deviation d^{-1/2}: seven of these are never seen.
    #[test]
    fn signs_are_nearly_orthonormal_in_large_dimensions() {
        let d = SIGNS_ABOVE + 7;
        let (a, b) = (omega(d, 8, Seed(1)), omega(d, 8, Seed(2)));
        assert_eq!(a, omega(d, 8, Seed(1)));
        assert_ne!(a, b);
        let gram = a.transpose() * &a;
        let apart = |i, j| (gram[(i, j)] - f64::from(u8::from(i == j))).abs();
        assert!((0..8).all(|i| apart(i, i) < 1e-12));
        assert!((0..8).all(|i| (0..8).all(|j| apart(i, j) < 7.0 / (d as f64).sqrt())));
        // The last rows too. Every entry is a sign over d^{1/2}.
        let size = (d as f64).sqrt().recip();
        assert!((0..d).all(|r| a[(r, 0)].abs() == size));
        // Center and workers of every version must agree on them.
        let first: String = (0..16).map(|r| if a[(r, 0)] > 0.0 { '+' } else { '-' }).collect();
        assert_eq!(first, "-+---+++-+++-+++");
    }

    #[test]
    fn a_point_out_of_range_is_no_panic() {
        let data = sample();
        for loss in [Loss::Logistic, Loss::Squared] {
            let f = Objective { data: &data, loss, lambda: 0.1 };
            for bad in [f64::NAN, f64::INFINITY, 1e308] {
                for form in [None, Some(Form::Triangle { bits: Bits::Eight })] {
                    assert_eq!(answer(&f, &[bad; 5], form).len(), length(5, form));
                }
            }
        }
    }
}
