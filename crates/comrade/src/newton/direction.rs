//! The Newton system H p = g, solved with the factor asked for, which is made anew when that pays.

use super::factor::{Cost, Factor, fits};
use super::passes::Passes;
use super::preconditioner::{Cholesky, Diagonal, Preconditioner, draw};
use crate::cholesky::Singular;
use crate::conjugate;
use crate::objective::{Expansion, Objective};

/// Products with H for one direction, at most: what is found by then is a direction of descent all the same.
const PRODUCTS: usize = 200;
/// The factor by which the first product with H shrinks the residual, when M is H but for single precision.
const SINGLE: f64 = 1e-3;
/// The least that a preconditioner promises.
const SLOWEST: f64 = 0.9;

/// What a new factor costs, in passes over X.
struct Price {
    /// M at other curvatures.
    refresh: f64,
    /// H itself in double precision; infinite where its triangle is not to be held.
    whole: f64,
}

/// Finds Newton directions, one after the other.
pub(super) struct Directions<'a> {
    f: &'a Objective<'a>,
    m: Box<dyn Preconditioner + 'a>,
    direct: bool,
    /// The factor by which a product with H shrinks the residual, when M was made at the same curvatures.
    gain: f64,
    price: Price,
    /// Passes spent beyond what `gain` promises: since M was made, and in all. None before M is made.
    wasted: Option<(f64, f64)>,
}

impl<'a> Directions<'a> {
    pub(super) fn new(f: &'a Objective<'a>, factor: Factor) -> Self {
        let (data, n) = (f.data, f.data.rows());
        let cost = Cost::of(&data.features);
        // Single precision takes half the time.
        let price = |rows| Price { refresh: cost.factor(rows) / 2.0 / cost.pass, whole: cost.factor(n) / cost.pass };
        let (m, gain, price): (Box<dyn Preconditioner>, f64, Price) = match factor {
            Factor::Double => (Box::new(Cholesky::<f64>::whole(f)), 0.0, price(n)),
            Factor::Single => (Box::new(Cholesky::<f32>::whole(f)), SINGLE, price(n)),
            Factor::Sketch { rows, seed } => {
                let sample = draw(n, rows.max(1), seed);
                let (d, s) = (data.cols() as f64, sample.len().max(1) as f64);
                let gain = (d / s).sqrt().clamp(SINGLE, SLOWEST);
                (Box::new(Cholesky::<f32>::of_rows(f, sample)), gain, price(rows))
            }
            Factor::Diagonal => {
                let whole = if fits(data.cols()) { price(n).whole } else { f64::INFINITY };
                // As cheap as the gradient: always anew.
                (Box::new(Diagonal::new(f)), SLOWEST, Price { refresh: 0.0, whole })
            }
        };
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
        let mut spent = 0;
        if !self.direct {
            match self.refresh(at) {
                Ok(()) => {
                    let times = |v: &[f64]| passes.hessian_times(&at.curvatures, v);
                    let found = conjugate::solve(times, |v| self.m.solve(v), &at.gradient, forcing, PRODUCTS);
                    spent = found.products;
                    if found.residual.is_finite() || self.price.whole.is_infinite() {
                        self.account(spent as f64, found.residual);
                        return Ok((found.p, spent));
                    }
                }
                Err(singular) if self.price.whole.is_infinite() => return Err(singular),
                Err(_) => {}
            }
            // Singular or out of range in single precision or on the sample: only H itself can say whether H is.
            self.give_way();
        }
        self.m.refresh(&at.curvatures)?;
        Ok((self.m.solve(&at.gradient), spent))
    }

    /// M at the present curvatures, if there is none or the passes wasted since it was made would have paid for a new one:
    /// at most twice the cost of having known when.
    fn refresh(&mut self, at: &Expansion) -> Result<(), Singular> {
        let total = match self.wasted {
            Some((since, _)) if since < self.price.refresh => return Ok(()),
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
        if total + waste > self.price.whole {
            self.give_way();
        }
    }

    /// From now on, H in double precision.
    fn give_way(&mut self) {
        self.m = Box::new(Cholesky::<f64>::whole(self.f));
        self.direct = true;
    }
}
