//! Approximations M of H that are cheap to solve with.

use super::passes::{Passes, gram};
use crate::cholesky::{self, Singular};
use crate::data::Features;
use crate::kernel::{Real, Workspace};
use crate::stream::{Purpose, Seed};
use rand::seq::index;

const SKETCH: Purpose = Purpose::new("sketch");

/// What is added to the diagonal of M where rounding leaves it singular although H is not, in machine epsilons for each
/// dimension, relative to the diagonal; then a hundred times as much, so often.
const LIFT: f64 = 16.0;
const LIFTS: i32 = 2;

/// M, positive definite and near H.
pub(super) trait Preconditioner {
    /// Rebuilds M for rows of X with these curvatures c l''.
    ///
    /// # Errors
    /// [`Singular`] where not even M can be made positive definite.
    fn refresh(&mut self, curvatures: &[f64]) -> Result<(), Singular>;
    /// M^{-1} v, d.
    fn solve(&self, v: &[f64]) -> Vec<f64>;
    /// Whether M is made of all of H, in double precision.
    fn whole(&self) -> bool;
    /// Whether M is H but for rounding.
    fn exact(&self) -> bool;
}

/// M = LL' = (1/s) X_S'D_S X_S + the ridge over s rows S, all or a sample of them, in the precision T.
pub(super) struct Cholesky<'a, T> {
    features: &'a Features,
    /// S; none for all rows.
    sample: Option<Vec<usize>>,
    ridge: &'a [f64],
    workspaces: Vec<Workspace<T>>,
    /// How often the diagonal had to be lifted.
    lifts: i32,
}

impl<'a, T: Real> Cholesky<'a, T> {
    /// Of all rows.
    pub(super) fn whole(f: &'a Passes<'_>) -> Self {
        Self::with(f, None)
    }

    /// Of these rows.
    pub(super) fn of_rows(f: &'a Passes<'_>, sample: Vec<usize>) -> Self {
        Self::with(f, Some(sample))
    }

    fn with(f: &'a Passes<'_>, sample: Option<Vec<usize>>) -> Self {
        Self { features: &f.data.features, sample, ridge: &f.ridge, workspaces: Vec::new(), lifts: 0 }
    }

    /// X_S'D_S X_S / s plus the ridge, its diagonal lifted, factored.
    fn factor(&mut self, weights: &[f64]) -> Result<(), Singular> {
        gram(self.features, self.sample.as_deref(), weights, self.ridge, &mut self.workspaces);
        let mut m = self.workspaces[0].gram_mut();
        if self.lifts > 0 {
            let share = LIFT * 100_f64.powi(self.lifts - 1) * self.ridge.len() as f64 * T::EPSILON;
            (0..m.nrows()).for_each(|k| m[(k, k)] = T::of(m[(k, k)].double() * (1.0 + share)));
        }
        cholesky::factor(m)
    }
}

impl<T: Real> Preconditioner for Cholesky<'_, T> {
    fn refresh(&mut self, curvatures: &[f64]) -> Result<(), Singular> {
        let s = self.sample.as_ref().map_or(curvatures.len(), Vec::len).max(1) as f64;
        let weights: Vec<f64> = match &self.sample {
            None => curvatures.iter().map(|d2| d2 / s).collect(),
            Some(rows) => rows.iter().map(|&j| curvatures[j] / s).collect(),
        };
        loop {
            match self.factor(&weights) {
                // With a ridge H is positive definite: what makes it singular is rounding.
                Err(_) if self.lifts < LIFTS && self.ridge.iter().any(|&r| r > 0.0) => {
                    self.lifts += 1;
                }
                done => return done,
            }
        }
    }

    fn solve(&self, v: &[f64]) -> Vec<f64> {
        cholesky::solve(self.workspaces[0].gram(), v)
    }

    fn whole(&self) -> bool {
        self.sample.is_none() && T::EPSILON == f64::EPSILON
    }

    fn exact(&self) -> bool {
        self.whole() && self.lifts == 0
    }
}

/// M = diag(H).
pub(super) struct Diagonal<'a> {
    features: &'a Features,
    ridge: &'a [f64],
    diagonal: Vec<f64>,
}

impl<'a> Diagonal<'a> {
    pub(super) fn new(f: &'a Passes<'_>) -> Self {
        Self { features: &f.data.features, ridge: &f.ridge, diagonal: Vec::new() }
    }
}

impl Preconditioner for Diagonal<'_> {
    fn refresh(&mut self, curvatures: &[f64]) -> Result<(), Singular> {
        let n = curvatures.len().max(1) as f64;
        let mut diagonal = self.ridge.to_vec();
        for (j, d2) in curvatures.iter().enumerate() {
            self.features.for_row(j, |k, v| diagonal[k] += d2 / n * v * v);
        }
        if let Some(pivot) = diagonal.iter().position(|&d| d <= 0.0) {
            return Err(Singular { pivot, dimension: diagonal.len() });
        }
        self.diagonal = diagonal;
        Ok(())
    }

    fn solve(&self, v: &[f64]) -> Vec<f64> {
        v.iter().zip(&self.diagonal).map(|(v, d)| v / d).collect()
    }

    fn whole(&self) -> bool {
        false
    }

    fn exact(&self) -> bool {
        false
    }
}

/// `rows` of n rows, drawn uniformly without replacement, in increasing order.
pub(super) fn draw(n: usize, rows: usize, seed: Seed) -> Vec<usize> {
    let mut sample = index::sample(&mut seed.stream(SKETCH, 0, 0), n, rows.min(n)).into_vec();
    sample.sort_unstable();
    sample
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Dense};
    use crate::loss::Loss;
    use crate::objective::Objective;

    fn data(rows: usize, cols: usize, values: &[f64]) -> Dataset {
        let features = Features::Dense(Dense::new(rows, cols, values.to_vec()).unwrap());
        Dataset::new("dense", features, vec![1.0; rows])
    }

    fn over(data: &Dataset, lambda: f64) -> Passes<'_> {
        Passes::new(&Objective { data, loss: Loss::Squared, lambda })
    }

    /// M = 1 on its diagonal, times 1 + 16 d epsilon, and a hundred times as much the next time.
    #[test]
    fn a_lift_is_relative_to_rounding_in_d_dimensions() {
        let epsilon = f64::from(f32::EPSILON);
        for (d, values) in [(1, vec![1.0]), (4, [[1.0, 0.0, 0.0, 0.0, 0.0].repeat(3), vec![1.0]].concat())] {
            let data = data(d, d, &values);
            let passes = over(&data, 0.0);
            for (lifts, share) in [(0, 0.0), (1, 16.0 * d as f64 * epsilon), (2, 1_600.0 * d as f64 * epsilon)] {
                let mut m = Cholesky::<f32>::whole(&passes);
                m.lifts = lifts;
                m.factor(&vec![1.0; d]).unwrap();
                let found = 1.0 / m.solve(&vec![1.0; d])[0] - 1.0;
                assert!((found - share).abs() <= 3.0 * epsilon, "{d} {lifts}: {found:e} {share:e}");
            }
        }
    }

    #[test]
    fn only_what_a_ridge_makes_positive_definite_is_lifted() {
        let twice = data(1, 2, &[1.0, 1.0]);
        let (without, with) = (over(&twice, 0.0), over(&twice, 1e-30));
        let refreshed = |passes, curvature: f64| {
            let mut m = Cholesky::<f64>::whole(passes);
            (m.refresh(&[curvature]).is_ok(), m.lifts)
        };
        assert_eq!(refreshed(&without, 1.0), (false, 0));
        assert_eq!(refreshed(&with, 1.0), (true, 1));
        assert_eq!(refreshed(&with, f64::INFINITY), (false, LIFTS), "no lift makes it finite");
    }

    #[test]
    fn what_is_whole_and_not_lifted_is_exact() {
        let data = data(2, 1, &[1.0, 2.0]);
        let passes = over(&data, 1.0);
        let says = |m: &dyn Preconditioner| (m.whole(), m.exact());
        let mut whole = Cholesky::<f64>::whole(&passes);
        assert_eq!(says(&whole), (true, true));
        whole.lifts = 1;
        assert_eq!(says(&whole), (true, false));
        assert_eq!(says(&Cholesky::<f32>::whole(&passes)), (false, false));
        assert_eq!(says(&Cholesky::<f64>::of_rows(&passes, vec![0])), (false, false));
        assert_eq!(says(&Diagonal::new(&passes)), (false, false));
    }

    /// Curvatures 2 and 6 of two rows: (2 * 1^2 + 6 * 3^2) / 2 + 1 = 29 and (2 * 2^2) / 2 + 1 = 5. The last column has no entries.
    #[test]
    fn the_diagonal_is_that_of_the_mean_over_the_rows() {
        let data = data(2, 3, &[1.0, 2.0, 0.0, 3.0, 0.0, 0.0]);
        let passes = over(&data, 1.0);
        let mut m = Diagonal::new(&passes);
        m.refresh(&[2.0, 6.0]).unwrap();
        assert_eq!(m.solve(&[29.0, 10.0, 3.0]), [1.0, 2.0, 3.0]);
        let passes = over(&data, 0.0);
        assert_eq!(Diagonal::new(&passes).refresh(&[2.0, 6.0]), Err(Singular { pivot: 2, dimension: 3 }));
    }

    /// The mean over the sample: curvatures of rows that are not drawn do not count.
    #[test]
    fn a_sample_counts_its_own_rows() {
        let data = data(3, 1, &[1.0, 2.0, 3.0]);
        let passes = over(&data, 1.0);
        let mut m = Cholesky::<f64>::of_rows(&passes, vec![0, 2]);
        m.refresh(&[4.0, 1e9, 2.0]).unwrap();
        // (4 + 2 * 9) / 2 + 1.
        assert!((m.solve(&[12.0])[0] - 1.0).abs() < 1e-15);
    }

    #[test]
    fn no_more_rows_are_drawn_than_there_are() {
        assert_eq!(draw(3, 5, Seed(1)), [0, 1, 2]);
        assert_eq!(draw(9, 4, Seed(1)).len(), 4);
    }
}
