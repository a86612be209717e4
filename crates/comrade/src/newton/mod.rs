//! The exact minimiser w*, by damped Newton and quasi-Newton steps on all n rows: the reference that everything is measured
//! from, and what one worker alone does.
//!
//! ```text
//! B ~ H(w): a factored M, and limited-memory BFGS on it
//! w <- w - a B^{-1} g(w),   a halved or so until f decreases enough
//! until ||g(w)|| <= tolerance ||g(0)|| and f(w) - f* <= tolerance f(w) / 10, by the bound of `gap`
//! ```
//!
//! A trial takes one pass over X, for f, g and the curvatures together. What M is and when it is rebuilt, [`Factor`]
//! and the costs of both decide; where the search begins, a sample does. Columns of extreme size are scaled, and
//! centred where there is an intercept to take it up, inside the solve: the problem stays that of the user's
//! coordinates.

mod coordinates;
mod direction;
#[cfg(test)]
mod edge;
mod factor;
mod gap;
mod memory;
mod passes;
mod preconditioner;
mod rows;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod tests;

pub use factor::Factor;

use crate::kernel::dot;
use crate::objective::{Objective, ROUNDINGS, Singular};
use crate::stream::Seed;
use coordinates::Coordinates;
use direction::{Direction, Directions, Standing};
use passes::{Passes, Point};
use preconditioner::draw;

/// Why a solve ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// ||g(w)|| <= tolerance ||g(0)||.
    Converged,
    /// Above that, but g is rounding alone: below 4 machine epsilons of the terms that cancel in it.
    Rounding,
    /// No direction leads further down, as far as double precision can tell.
    Stalled,
    /// After 200 steps.
    Limit,
}

/// The w that was found and how well it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimiser {
    /// w, d.
    pub w: Vec<f64>,
    /// f(w).
    pub value: f64,
    /// ||g(w)||.
    pub gradient_norm: f64,
    /// ||g(0)||.
    pub first_gradient_norm: f64,
    /// f(w) - f* is at most this; an estimate where the ridge term is too weak for more. Infinite where nothing is known, as
    /// where ||g|| is not as small as was asked for.
    pub gap: f64,
    /// Steps taken.
    pub iterations: usize,
    /// Passes over all of X for f, g and products with H; those for Hessians not counted.
    pub passes: usize,
    /// Why it ended.
    pub stop: Stop,
}

impl Minimiser {
    /// Whether ||g(w)|| <= tolerance ||g(0)||.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.stop == Stop::Converged
    }

    /// Whether f(w) - f* is known to be at most a tenth of `relative` times f(w).
    #[must_use]
    pub fn known(&self, relative: f64) -> bool {
        self.gap <= KNOWN * relative * self.value.abs()
    }
}

/// The minimiser could not be found.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum MinimiseError {
    /// A Hessian on the way was singular.
    #[error(transparent)]
    Singular(#[from] Singular),
    /// f or its gradient at w = 0 is not finite.
    #[error(
        "the loss or its gradient at w = 0 is not finite: divide features or weights that are too large by a constant"
    )]
    NotFinite,
    /// The gradient stopped decreasing above the tolerance.
    #[error(
        "stalled after {iterations} Newton steps at a gradient norm of {gradient_norm:e}, asked for {tolerance:e}; \
         use a larger tolerance or a larger lambda"
    )]
    Stalled {
        /// Steps taken.
        iterations: usize,
        /// ||g|| reached.
        gradient_norm: f64,
        /// ||g|| asked for.
        tolerance: f64,
    },
}

/// Steps before the search is given up: damped Newton on these losses needs ten or so, and one for each unit of the largest
/// margin where classes can be separated.
const MAX_STEPS: usize = 200;
/// Sufficient decrease of the line search (Armijo).
const DECREASE: f64 = 1e-4;
/// Trials of one line search.
const TRIALS: usize = 40;
/// How well f(w) is to be known, in units of the tolerance.
const KNOWN: f64 = 0.1;
/// Values nearer than this many machine epsilons of f are equal.
const EQUAL: f64 = 16.0;
/// Steps in a row that neither values nor gradients tell from rounding.
const IDLE: usize = 5;

/// How far the gradient over the sample is brought down.
const BEGUN: f64 = 0.1;

/// Minimises f by Newton's method in double precision, and takes nothing less than a minimiser: [`minimise_with`]
/// [`Factor::Double`].
///
/// # Errors
/// As [`minimise_with`], and [`MinimiseError::Stalled`] when the gradient is neither as small as asked nor rounding alone.
pub fn minimise(f: &Objective<'_>, relative: f64) -> Result<Minimiser, MinimiseError> {
    let found = minimise_with(f, relative, Factor::Double)?;
    let Minimiser { iterations, gradient_norm, first_gradient_norm, stop, .. } = found;
    match stop {
        Stop::Converged | Stop::Rounding => Ok(found),
        Stop::Stalled | Stop::Limit => {
            Err(MinimiseError::Stalled { iterations, gradient_norm, tolerance: relative * first_gradient_norm })
        }
    }
}

/// Minimises f from w = 0 until ||g|| <= `relative` ||g(0)||, or as near to it as double precision comes: [`Minimiser::stop`]
/// says which.
///
/// Where columns of very different scales make the gradient's norm deaf to some of them, it goes on until f(w) is known to
/// a tenth of `relative` as well, if it can.
///
/// Computes on rayon's current pool; the result does not depend on its number of threads.
///
/// # Errors
/// [`MinimiseError`] when a Hessian is singular, which needs lambda = 0, or f is not finite at w = 0.
pub fn minimise_with(f: &Objective<'_>, relative: f64, factor: Factor) -> Result<Minimiser, MinimiseError> {
    // On a thread of the pool from the beginning: otherwise every pass over the rows would wait for one to wake up.
    rayon::scope(|_| in_either_coordinates(f, relative, factor))
}

/// In the user's coordinates, and in others where these are extreme or do not lead to the minimiser.
fn in_either_coordinates(f: &Objective<'_>, relative: f64, factor: Factor) -> Result<Minimiser, MinimiseError> {
    let extreme = coordinates::extreme(f.data);
    if !extreme
        && rows::suits(f, factor)
        && let Some(found) = rows::solve(f, relative)
    {
        return Ok(found);
    }
    let plain = (!extreme).then(|| solve(&Passes::new(f), relative, factor));
    if let Some(Ok(found)) = &plain
        && (found.stop == Stop::Rounding || found.converged() && found.known(relative))
    {
        return Ok(found.clone());
    }
    let coordinates = Coordinates::of(f.data, f.lambda);
    let data = coordinates.apply(f.data);
    let scaled = solve(&Passes::scaled(f, &data, &coordinates), relative, factor)
        .map(|found| in_the_users(f, &coordinates, found, relative));
    match (plain, scaled) {
        (Some(Ok(plain)), Ok(scaled)) if better(&plain, &scaled, relative) => Ok(plain),
        (Some(Ok(plain)), Err(_)) => Ok(plain),
        (_, scaled) => scaled,
    }
}

/// Whether `a` is the better one: the one of which more is known, and otherwise the one whose gradient is shorter.
fn better(a: &Minimiser, b: &Minimiser, relative: f64) -> bool {
    let what = |found: &Minimiser| (found.converged() && found.known(relative), found.converged());
    what(a) > what(b) || what(a) == what(b) && a.gradient_norm <= b.gradient_norm
}

/// What was found in other coordinates, judged in the user's.
fn in_the_users(f: &Objective<'_>, coordinates: &Coordinates, found: Minimiser, relative: f64) -> Minimiser {
    let user = Passes::new(f);
    let at = user.at(coordinates.user(&found.w));
    let gradient_norm = user.norm(&at.gradient);
    let first = user.norm(&user.at(vec![0.0; at.w.len()]).gradient);
    let small = first.is_finite() && gradient_norm <= relative * first;
    let stop = if found.stop == Stop::Converged && !small { Stop::Stalled } else { found.stop };
    let passes = found.passes + 2;
    Minimiser { value: at.value, gradient_norm, first_gradient_norm: first, w: at.w, stop, passes, ..found }
}

/// From w = 0, or from the minimiser over a sample.
fn solve(f: &Passes<'_>, relative: f64, factor: Factor) -> Result<Minimiser, MinimiseError> {
    let zero = f.at(vec![0.0; f.data.cols()]);
    let first = f.norm(&zero.gradient);
    if !(zero.value.is_finite() && first.is_finite()) {
        return Err(MinimiseError::NotFinite);
    }
    let begun = if factor == Factor::Double { None } else { begin(f, factor) };
    let passes = 1 + usize::from(begun.is_some());
    let start = begun.map(|w| f.at(w)).filter(|start| start.value < zero.value).unwrap_or(zero);
    Ok(descend(f, start, first, relative, factor, passes)?)
}

/// About the minimiser over a sample of the rows, where there are many more.
fn begin(f: &Passes<'_>, factor: Factor) -> Option<Vec<f64>> {
    let (n, d) = (f.data.rows(), f.data.cols());
    let rows = factor::sample(n, d)?;
    let seed = if let Factor::Sketch { seed, .. } = factor { seed } else { Seed(0) };
    if factor == Factor::Diagonal {
        return None;
    }
    let sample = f.data.select(&draw(n, rows, seed));
    let over = f.over(&sample);
    let zero = over.at(vec![0.0; d]);
    let first = over.norm(&zero.gradient);
    descend(&over, zero, first, BEGUN, Factor::Kept, 1).ok().map(|found| found.w)
}

/// Steps until ||g|| <= `relative` `first`.
fn descend(
    f: &Passes<'_>,
    start: Point,
    first: f64,
    relative: f64,
    factor: Factor,
    mut passes: usize,
) -> Result<Minimiser, Singular> {
    let (mut at, mut directions, mut idle) = (start, Directions::new(f, factor), 0);
    let goal = relative * first;
    let mut iterations = 0;
    let (stop, gap) = loop {
        let norm = f.norm(&at.gradient);
        let small = norm <= goal;
        let enough = KNOWN * relative * at.value.abs();
        let (gap, taken) = if small { directions.gap(&at, enough) } else { (f64::INFINITY, 0) };
        passes += taken;
        if small && gap <= enough {
            break (Stop::Converged, gap);
        }
        let ended = match () {
            () if iterations == MAX_STEPS => Some(Stop::Limit),
            () if idle > 0 && norm <= f.rounding(&at, ROUNDINGS) => Some(Stop::Rounding),
            () if idle >= IDLE && !directions.improve() => Some(Stop::Stalled),
            () => None,
        };
        if let Some(stop) = ended {
            break (if small { Stop::Converged } else { stop }, gap);
        }
        idle %= IDLE;
        let direction = directions.find(&at, Standing { norm: norm / first, goal: relative })?;
        passes += direction.passes;
        let (next, trials) = search(f, &at, &direction);
        passes += trials;
        iterations += 1;
        match next {
            Some(next) => {
                directions.learn(&at, &next, trials);
                let rounding = direction.slope <= EQUAL * f64::EPSILON * at.value.abs();
                idle = if rounding && f.norm(&next.gradient) > 0.5 * norm { idle + 1 } else { 0 };
                at = next;
            }
            None => idle = IDLE,
        }
    };
    let gradient_norm = f.norm(&at.gradient);
    Ok(Minimiser { value: at.value, gradient_norm, first_gradient_norm: first, gap, iterations, passes, stop, w: at.w })
}

/// The first trial w - a p that decreases f enough, a from 1 down; and how many there were, each of one pass.
fn search(f: &Passes<'_>, at: &Point, direction: &Direction) -> (Option<Point>, usize) {
    let Direction { p, slope, .. } = direction;
    let descends = *slope > 0.0;
    if !descends {
        return (None, 0);
    }
    let mut step = 1.0;
    for count in 1..=TRIALS {
        let next = f.at(at.w.iter().zip(p).map(|(w, p)| w - step * p).collect());
        let along = dot(&next.gradient, p);
        let trial = Trial { before: at.value, after: next.value, step, slope: *slope, along };
        if trial.is_accepted() {
            return (Some(next), count);
        }
        step *= trial.shorter();
    }
    (None, TRIALS)
}

/// A trial w - a p of a line search.
#[derive(Clone, Copy)]
struct Trial {
    /// f(w) and f(w - a p).
    before: f64,
    after: f64,
    /// a.
    step: f64,
    /// g(w)'p > 0.
    slope: f64,
    /// g(w - a p)'p.
    along: f64,
}

impl Trial {
    /// Whether f decreases enough.
    fn is_accepted(self) -> bool {
        // Where f still falls along p, it has fallen all the way: f is convex. Near w* values no longer tell points apart; slopes do.
        let Self { before, after, step, slope, along } = self;
        let equal = EQUAL * f64::EPSILON * before.abs();
        after <= before - DECREASE * step * slope
            || along >= 0.0 && after <= before + equal
            || along.abs() <= 0.5 * slope && after <= before + equal
    }

    /// What the next step is of this one: that at which the slope would vanish if it changed evenly.
    fn shorter(self) -> f64 {
        let even = self.slope / (self.slope - self.along);
        if even.is_finite() { even.clamp(0.1, 0.5) } else { 0.1 }
    }
}
