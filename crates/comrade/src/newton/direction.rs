//! Directions p = B^{-1} g: B^{-1} is that of a factored M and of the pairs since M was made, and M is rebuilt when
//! that pays; or, with no more than a diagonal to divide by, conjugate gradients on H.

use super::factor::{Cost, Factor, fits};
use super::gap::Gap;
use super::memory::Memory;
use super::passes::{Passes, Point};
use super::preconditioner::{Cholesky, Diagonal, Preconditioner, draw};
use crate::cholesky::Singular;
use crate::conjugate;
use crate::kernel::dot;

/// Products with H for one direction, at most: what is found by then is a direction of descent all the same.
const PRODUCTS: usize = 200;
/// The factor by which a product with H shrinks the residual, at least, when only its diagonal is known.
const SLOWEST: f64 = 0.9;
/// A step by the Hessian of a sample that shrinks the gradient by less than this calls for a new one.
const SLOW: f64 = 0.5;
/// The residual left in a Newton system, relative to its gradient, never more than this.
const FORCING: f64 = 0.1;
/// .. and where f - f* is to be proved small, never less than this, beyond which products with H round.
const FINEST: f64 = 1e-12;
/// Products with H for such a proof, by a factor that should need few.
const FEW: usize = 10;

/// When M is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// At every step.
    Anew,
    /// When the steps that this saves cost more than it does.
    Needed,
    /// The same, for the Hessian of a sample, which shrinks the gradient by no more than its own distance from H.
    Sampled,
    /// At every step, for conjugate gradients.
    Conjugate,
}

/// What a factor costs, in passes over X.
struct Price {
    /// M at other curvatures.
    refresh: f64,
    /// H itself in double precision; infinite where its triangle is not to be held.
    whole: f64,
}

/// A direction of descent, to be subtracted.
pub(super) struct Direction {
    /// p, d.
    pub(super) p: Vec<f64>,
    /// g'p > 0: twice what a step along p promises.
    pub(super) slope: f64,
    /// Passes that it took.
    pub(super) passes: usize,
}

/// Where a solve stands.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    /// ||g||, relative to ||g(0)||.
    pub(super) norm: f64,
    /// What it is to be.
    pub(super) goal: f64,
}

/// Finds directions, one after the other.
pub(super) struct Directions<'a> {
    f: &'a Passes<'a>,
    m: Box<dyn Preconditioner + 'a>,
    when: When,
    memory: Memory,
    price: Price,
    /// The slope before; none before M is made.
    before: Option<f64>,
    /// Steps since M was made.
    age: usize,
    /// Whether M was made where the search stands.
    fresh: bool,
    /// Passes that a sample or a diagonal did not earn.
    wasted: f64,
}

impl<'a> Directions<'a> {
    pub(super) fn new(f: &'a Passes<'a>, factor: Factor) -> Self {
        let n = f.data.rows();
        let cost = Cost::of(&f.data.features);
        let price = |refresh| Price { refresh: refresh / cost.pass, whole: cost.factor(n) / cost.pass };
        let (m, when, price): (Box<dyn Preconditioner>, _, _) = match factor {
            Factor::Double => (Box::new(Cholesky::<f64>::whole(f)), When::Anew, price(0.0)),
            Factor::Kept => (Box::new(Cholesky::<f64>::whole(f)), When::Needed, price(cost.factor(n))),
            Factor::Sketch { rows, .. } if rows >= n => {
                (Box::new(Cholesky::<f32>::whole(f)), When::Needed, price(cost.single(n)))
            }
            Factor::Sketch { rows, seed } => {
                let sample = draw(n, rows.max(1), seed);
                (Box::new(Cholesky::<f32>::of_rows(f, sample)), When::Sampled, price(cost.single(rows)))
            }
            Factor::Diagonal => {
                let whole = if fits(f.data.cols()) { price(0.0).whole } else { f64::INFINITY };
                (Box::new(Diagonal::new(f)), When::Conjugate, Price { refresh: 0.0, whole })
            }
        };
        Self { f, m, when, memory: Memory::default(), price, before: None, age: 0, fresh: false, wasted: 0.0 }
    }

    /// The next direction.
    ///
    /// # Errors
    /// [`Singular`] where H is.
    pub(super) fn find(&mut self, at: &Point, standing: Standing) -> Result<Direction, Singular> {
        if self.when == When::Conjugate {
            match self.conjugate(at, standing) {
                Ok(direction) if direction.slope > 0.0 => return Ok(direction),
                Err(singular) if self.price.whole.is_infinite() => return Err(singular),
                _ => self.give_way(),
            }
        }
        if !std::mem::take(&mut self.fresh) {
            if let Some(direction) = self.kept(at, standing) {
                return Ok(direction);
            }
            self.refresh(at)?;
        }
        let mut direction = self.solve(at);
        let descends = direction.slope > 0.0;
        if !descends && !self.m.exact() {
            // Out of range in single precision, or too near to singular.
            self.give_way();
            self.refresh(at)?;
            direction = self.solve(at);
        }
        self.before = Some(direction.slope);
        Ok(direction)
    }

    /// What f lies above its minimum at most, sought until it is `enough`; and the passes that this took. By the B that there
    /// is, and where that will not do by the Hessian of this very point.
    pub(super) fn gap(&mut self, at: &Point, enough: f64) -> (f64, usize) {
        let f = self.f;
        let mut gap = Gap::new(f, at);
        let diagonal = self.when == When::Conjugate;
        let made = if diagonal { self.m.refresh(&at.curvatures).is_ok() } else { self.before.is_some() };
        if made && gap.least > enough {
            self.prove(at, enough, &mut gap);
        }
        if gap.least <= enough || diagonal {
            return (gap.least, gap.passes);
        }
        if !self.m.whole() {
            self.give_way();
        }
        self.fresh = self.refresh(at).is_ok();
        if self.fresh {
            self.memory.clear();
            self.prove(at, enough, &mut gap);
        }
        (gap.least, gap.passes)
    }

    /// By a p as near to the Newton direction as the proof needs: what is left of g counts by its square.
    fn prove(&self, at: &Point, enough: f64, gap: &mut Gap<'_>) {
        let (f, m) = (self.f, &self.m);
        let solve = |v: &[f64]| self.memory.solve(v, |v| m.solve(v));
        let forcing = (FORCING * enough / gap.least).sqrt().clamp(FINEST, FORCING);
        let times = |v: &[f64]| f.hessian_times(&at.curvatures, v);
        let limit = if self.when == When::Conjugate { PRODUCTS } else { FEW };
        let found = conjugate::solve(times, solve, &at.gradient, forcing, limit);
        gap.passes += found.products;
        let exact = |v: &[f64]| m.solve(v);
        gap.by(found.p, (self.fresh && m.exact()).then_some(&exact));
    }

    /// Learns from a step that took this many trials.
    pub(super) fn learn(&mut self, from: &Point, to: &Point, trials: usize) {
        self.wasted += trials.saturating_sub(1) as f64;
        let difference = |x: &[f64], y: &[f64]| std::iter::zip(x, y).map(|(x, y)| x - y).collect();
        self.memory.keep(difference(&to.w, &from.w), difference(&to.gradient, &from.gradient));
    }

    /// After a direction along which nothing was gained: whether there is a better one.
    pub(super) fn improve(&mut self) -> bool {
        let stale = self.age > 0 && self.before.is_some();
        if !stale && self.m.exact() || self.price.whole.is_infinite() {
            return false;
        }
        if !stale {
            self.give_way();
        }
        self.before = None;
        true
    }

    /// The direction by the M that there is, unless a new one would pay.
    fn kept(&mut self, at: &Point, standing: Standing) -> Option<Direction> {
        let before = self.before.filter(|_| self.when != When::Anew)?;
        let direction = self.solve(at);
        let shrunk = (direction.slope / before).sqrt();
        if !shrunk.is_finite() || self.due(shrunk, standing) {
            return None;
        }
        self.before = Some(direction.slope);
        self.age += 1;
        Some(direction)
    }

    /// Whether a new M saves more passes than it costs, when the last step shrank the gradient by the factor `shrunk`: the
    /// error of the next one is smaller as the way to go is, so that its factor is about the square.
    fn due(&mut self, shrunk: f64, standing: Standing) -> bool {
        if self.when == When::Sampled {
            let slow = shrunk > SLOW;
            self.wasted += if slow { 1.0 } else { 0.0 };
            if self.wasted > self.price.whole.max(2.0) {
                self.give_way();
                return true;
            }
            return slow;
        }
        if shrunk >= 1.0 {
            return true;
        }
        let left = (standing.norm / standing.goal).ln() / -shrunk.ln();
        left.ceil() > self.price.refresh + (0.5 * left).ceil()
    }

    fn refresh(&mut self, at: &Point) -> Result<(), Singular> {
        if let Err(singular) = self.m.refresh(&at.curvatures) {
            if self.m.whole() {
                return Err(singular);
            }
            // Only H itself in double precision can say whether H is singular.
            self.give_way();
            self.m.refresh(&at.curvatures)?;
        }
        // The steps so far still know what M lacks relative to H.
        if self.m.exact() || self.when == When::Sampled {
            self.memory.clear();
        }
        self.age = 0;
        Ok(())
    }

    fn solve(&self, at: &Point) -> Direction {
        let p = self.memory.solve(&at.gradient, |v| self.m.solve(v));
        Direction { slope: dot(&at.gradient, &p), p, passes: 0 }
    }

    /// p with ||g - H p|| small relative to ||g||, superlinearly (Eisenstat and Walker), and no more accurate than the
    /// goal asks.
    fn conjugate(&mut self, at: &Point, standing: Standing) -> Result<Direction, Singular> {
        let forcing = f64::max(FORCING * standing.norm.sqrt(), 0.3 * standing.goal / standing.norm).min(FORCING);
        self.m.refresh(&at.curvatures)?;
        let times = |v: &[f64]| self.f.hessian_times(&at.curvatures, v);
        let found = conjugate::solve(times, |v| self.m.solve(v), &at.gradient, forcing, PRODUCTS);
        let promised = found.residual.max(f64::MIN_POSITIVE).ln() / SLOWEST.ln();
        self.wasted += (found.products as f64 - promised - 1.0).max(0.0);
        if self.wasted > self.price.whole {
            self.give_way();
        }
        Ok(Direction { slope: dot(&at.gradient, &found.p), p: found.p, passes: found.products })
    }

    /// From now on, H in double precision.
    fn give_way(&mut self) {
        self.m = Box::new(Cholesky::<f64>::whole(self.f));
        self.when = if self.when == When::Anew { When::Anew } else { When::Needed };
        self.price.refresh = self.price.whole;
        (self.before, self.fresh) = (None, false);
        self.memory.clear();
    }
}

#[cfg(test)]
mod tests;
