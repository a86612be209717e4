//! The Newton system H p = g, solved with the factor asked for, which is made anew when that pays.

use super::conjugate;
use super::factor::{Cost, Factor};
use super::passes::Passes;
use super::preconditioner::{Cholesky, Diagonal, Preconditioner, draw};
use crate::cholesky::Singular;
use crate::objective::{Expansion, Objective};

/// Products with H for one direction, at most: what is found by then is a direction of descent all the same.
const PRODUCTS: usize = 200;
/// The factor by which the first product with H shrinks the residual, when M is H but for single precision.
const SINGLE: f64 = 1e-3;

/// Finds Newton directions, one after the other.
pub(super) struct Directions<'a> {
    f: &'a Objective<'a>,
    m: Box<dyn Preconditioner + 'a>,
    direct: bool,
    /// The factor by which a product with H shrinks the residual, when M was made at the same curvatures.
    gain: f64,
    /// What a new M costs, and what H factored in double precision costs, in passes over X.
    price: (f64, f64),
    /// Passes spent beyond what `gain` promises: since M was made, and in all. None before M is made.
    wasted: Option<(f64, f64)>,
}

impl<'a> Directions<'a> {
    pub(super) fn new(f: &'a Objective<'a>, factor: Factor) -> Self {
        let (data, lambda, n) = (f.data, f.lambda, f.data.rows());
        let (m, gain, rows): (Box<dyn Preconditioner>, f64, usize) = match factor {
            Factor::Double => (Box::new(Cholesky::<f64>::whole(data, lambda)), 0.0, n),
            Factor::Single => (Box::new(Cholesky::<f32>::whole(data, lambda)), SINGLE, n),
            Factor::Sketch { rows, seed } => {
                let sample = draw(n, rows.max(1), seed);
                let (d, s) = (data.cols() as f64, sample.len().max(1) as f64);
                let gain = (d / s).sqrt().clamp(SINGLE, 0.9);
                (Box::new(Cholesky::<f32>::of_rows(data, sample, lambda)), gain, rows)
            }
            Factor::Diagonal => (Box::new(Diagonal::new(data, lambda)), 1.0, 0),
        };
        let cost = Cost::of(&data.features);
        let price = (cost.factor(rows) / 2.0 / cost.pass, cost.factor(n) / cost.pass);
        Self { f, m, direct: factor == Factor::Double, gain, price, wasted: None }
    }

    /// p with ||g - H p|| <= `forcing` ||g||, or as near as [`PRODUCTS`] come; and the passes over X that it took. By a
    /// direct solve p = H^{-1} g, whatever the forcing.
    pub(super) fn find(
        &mut self,
        passes: &Passes<'_>,
        at: &Expansion,
        forcing: f64,
    ) -> Result<(Vec<f64>, usize), Singular> {
        if !self.direct && self.refresh(at).is_err() {
            // Singular in single precision or on the sample: only H itself can say whether H is.
            self.give_way();
        }
        if self.direct {
            self.m.refresh(&at.curvatures)?;
            return Ok((self.m.solve(&at.gradient), 0));
        }
        let times = |v: &[f64]| passes.hessian_times(&at.curvatures, v);
        let found = conjugate::solve(times, |v| self.m.solve(v), &at.gradient, forcing, PRODUCTS);
        self.account(found.products as f64, found.residual);
        Ok((found.p, found.products))
    }

    /// M at the present curvatures, if there is none or the passes wasted since it was made would have paid for a new one:
    /// at most twice the cost of having known when.
    fn refresh(&mut self, at: &Expansion) -> Result<(), Singular> {
        let total = match self.wasted {
            Some((since, _)) if since < self.price.0 => return Ok(()),
            Some((_, total)) => total,
            None => 0.0,
        };
        self.m.refresh(&at.curvatures)?;
        self.wasted = Some((0.0, total));
        Ok(())
    }

    /// Adds what was wasted; when that would have paid for H itself, H itself is factored from now on.
    fn account(&mut self, products: f64, residual: f64) {
        let promised = residual.max(f64::MIN_POSITIVE).ln() / self.gain.ln();
        let waste = (products - promised - 1.0).max(0.0);
        let (since, total) = self.wasted.unwrap_or_default();
        self.wasted = Some((since + waste, total + waste));
        if total + waste > self.price.1 {
            self.give_way();
        }
    }

    /// From now on, H in double precision.
    fn give_way(&mut self) {
        self.m = Box::new(Cholesky::<f64>::whole(self.f.data, self.f.lambda));
        self.direct = true;
    }
}
