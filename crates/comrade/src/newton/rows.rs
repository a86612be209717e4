//! Newton's method in the span of the rows: for a sparse X with more columns than rows.
//!
//! From w = 0 every gradient, and so every w, is a sum of rows. With w = X'a, K = XX' and z = Ka the margins,
//!
//! ```text
//! f = (1/n) sum_j c_j l(z_j) + (lambda/2) a'Ka        g = X'r,  r = c l'(z) / n + lambda a        ||g||^2 = r'Kr
//! H X's = X'(D K s / n + lambda s)
//! ```
//!
//! so that all vectors are of length n, and conjugate gradients on H take one product with K an iteration. That is one pass over
//! X by columns: K r = sum_k x_k (x_k'r) over the columns x_k, each of which is in cache when it is needed the second time. Trials
//! of the line search take none. A column that only one row has adds to the diagonal of K alone. An intercept b, which has no
//! ridge term, is one more number next to a.
//!
//! What is found is judged as any other w is, by a pass over the rows for f and g.

use super::passes::{Passes, Point as Judged};
use super::{Factor, KNOWN, MAX_STEPS, Minimiser, Stop, TRIALS, Trial};
use crate::data::{Csr, Features};
use crate::hessian::scale;
use crate::kernel::{dot, norm, sweep};
use crate::loss::Loss;
use crate::objective::Objective;
use rayon::prelude::*;
use std::ops::Range;

/// Entries in a block of columns, at least, and for each row: the sum of a block has a number for every row.
const BLOCK: usize = 1 << 16;
const FOR_A_ROW: usize = 8;
/// Blocks at most.
const BLOCKS: usize = 16;
/// The residual left in a Newton system, relative to its gradient.
const FORCING: f64 = 0.1;
/// Products with H for one direction, at most: where more are needed the columns are of very different sizes, and dividing by the
/// diagonal of H does better.
const PRODUCTS: usize = 100;
/// How often what is found may turn out not to be good enough, because rounding has added up in z.
const CHECKS: usize = 3;

/// Whether this is the way to go.
pub(super) fn suits(f: &Objective<'_>, factor: Factor) -> bool {
    factor == Factor::Diagonal
        && f.lambda > 0.0
        && f.data.cols() > f.data.rows()
        && matches!(f.data.features, Features::Sparse(_))
}

/// The minimiser; `None` where this does not lead to it.
pub(super) fn solve(f: &Objective<'_>, relative: f64) -> Option<Minimiser> {
    let Features::Sparse(x) = &f.data.features else { return None };
    let longest = if f.data.intercept { f.data.features.row_norms().into_iter().fold(0.0, f64::max) } else { 0.0 };
    let kernel = Kernel::of(x, f.data.penalised());
    Rows { f, kernel, n: f.data.rows().max(1) as f64, longest }.minimise(relative)
}

/// K, over the columns that the ridge term counts.
struct Kernel {
    /// What the columns that only one row has add to the diagonal, n.
    own: Vec<f64>,
    /// Of the other columns, one after the other, the rows that have them, and their entries there.
    indices: Vec<u32>,
    values: Vec<f64>,
    /// Columns of one length and the range of their entries, in blocks.
    blocks: Vec<Vec<(usize, Range<usize>)>>,
}

impl Kernel {
    fn of(x: &Csr, penalised: usize) -> Self {
        let n = x.rows();
        let held = |j: usize| {
            let (index, value) = x.row(j);
            index.iter().zip(value).map(|(k, v)| (*k as usize, *v)).take_while(|(k, _)| *k < penalised)
        };
        let mut lengths = vec![0_u32; penalised];
        (0..n).for_each(|j| held(j).for_each(|(k, _)| lengths[k] += 1));
        // Columns of the same length follow one another: where those of each length begin.
        let mut many = vec![0_usize; n + 1];
        lengths.iter().for_each(|length| many[*length as usize] += 1);
        let mut ends = vec![0_usize; n + 1];
        (2..=n).for_each(|length| ends[length] = ends[length - 1] + length * many[length]);
        let mut starts: Vec<usize> = std::iter::once(0).chain(ends.iter().copied()).take(n + 1).collect();
        let mut next: Vec<usize> = lengths
            .iter()
            .map(|&length| {
                let start = &mut starts[length as usize];
                std::mem::replace(start, *start + if length > 1 { length as usize } else { 0 })
            })
            .collect();
        let stored = ends.last().copied().unwrap_or(0);
        let (mut own, mut indices, mut values) = (vec![0.0; n], vec![0; stored], vec![0.0; stored]);
        for (j, own) in own.iter_mut().enumerate() {
            for (k, v) in held(j) {
                if lengths[k] == 1 {
                    *own += v * v;
                } else {
                    let to = &mut next[k];
                    (indices[*to], values[*to]) = (j as u32, v);
                    *to += 1;
                }
            }
        }
        Self { own, indices, values, blocks: cut(&ends, stored / BLOCK.max(FOR_A_ROW * n)) }
    }

    /// K r, n, and ||X'r||^2, which is a sum of squares: r'Kr would round where r is large and X'r is not.
    fn times(&self, r: &[f64]) -> (Vec<f64>, f64) {
        let parts: Vec<_> = self.blocks.par_iter().map(|block| self.part(block, r)).collect();
        let mut product: Vec<f64> = self.own.iter().zip(r).map(|(own, r)| own * r).collect();
        let mut square = dot(&product, r);
        for (part, squares) in parts {
            product.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
            square += squares;
        }
        (product, square)
    }

    /// The same of a block of columns.
    fn part(&self, block: &[(usize, Range<usize>)], r: &[f64]) -> (Vec<f64>, f64) {
        let (mut product, mut squares) = (vec![0.0; r.len()], 0.0);
        for (length, range) in block {
            let columns = self.indices[range.clone()].chunks_exact(*length);
            for (index, value) in columns.zip(self.values[range.clone()].chunks_exact(*length)) {
                let share = gathered(index, value, r);
                squares += share * share;
                index.iter().zip(value).for_each(|(&j, v)| product[j as usize] += share * v);
            }
        }
        (product, squares)
    }
}

/// sum_j v_j r_j over the rows of `index`: in four sums, so that none of them waits for the one before.
#[inline]
fn gathered(index: &[u32], value: &[f64], r: &[f64]) -> f64 {
    let ((fours, rest), (value_fours, value_rest)) = (index.as_chunks::<4>(), value.as_chunks::<4>());
    let mut sums = [0.0; 4];
    for (index, value) in fours.iter().zip(value_fours) {
        for ((sum, j), v) in sums.iter_mut().zip(index).zip(value) {
            *sum += v * r[*j as usize];
        }
    }
    let rest: f64 = rest.iter().zip(value_rest).map(|(&j, v)| v * r[j as usize]).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// Columns in about this many blocks of about as many entries each, where those of a length end at `ends[length]`.
fn cut(ends: &[usize], count: usize) -> Vec<Vec<(usize, Range<usize>)>> {
    let stored = ends.last().copied().unwrap_or(0);
    let most = stored.div_ceil(count.clamp(1, BLOCKS)).max(1);
    let (mut blocks, mut held) = (vec![vec![]], 0);
    for length in 2..ends.len() {
        let mut start = ends[length - 1];
        while start < ends[length] {
            if held >= most {
                blocks.push(vec![]);
                held = 0;
            }
            let columns = (most - held).div_ceil(length).min((ends[length] - start) / length);
            let end = start + length * columns;
            if let Some(block) = blocks.last_mut() {
                block.push((length, start..end));
            }
            held += end - start;
            start = end;
        }
    }
    blocks
}

/// A w = X'a with an intercept b, and f there.
struct Point {
    /// a, n.
    a: Vec<f64>,
    /// b; 0 where there is none.
    b: f64,
    /// z = Ka + b, n.
    z: Vec<f64>,
    value: f64,
    /// r, n, and the intercept's part of g.
    r: Vec<f64>,
    free: f64,
    /// c l'' / n at every row.
    curvatures: Vec<f64>,
}

/// What is to be subtracted from a Point.
struct Direction {
    /// Of a, of b and of z.
    a: Vec<f64>,
    b: f64,
    z: Vec<f64>,
    /// g'p > 0.
    slope: f64,
    products: usize,
}

struct Rows<'a> {
    f: &'a Objective<'a>,
    kernel: Kernel,
    n: f64,
    /// The largest ||x_j||, or more.
    longest: f64,
}

impl Rows<'_> {
    fn minimise(&self, relative: f64) -> Option<Minimiser> {
        let n = self.f.data.rows();
        let mut at = self.at(vec![0.0; n], 0.0, vec![0.0; n]);
        let (mut passes, mut checks, mut first) = (0, 0, None);
        for iterations in 0..MAX_STEPS {
            let (kernel, square) = self.kernel.times(&at.r);
            passes += 1;
            let size = (square + at.free * at.free).sqrt();
            let first = *first.get_or_insert(size);
            let goal = relative * first;
            if !(size.is_finite() && at.value.is_finite()) {
                return None;
            }
            let gap = self.gap(square.sqrt(), at.free, at.curvatures.iter().sum());
            if size <= goal && gap <= KNOWN * relative * at.value {
                let (Judged { w, value, gradient, .. }, gap) = self.judge(&at);
                let (gradient_norm, first_gradient_norm, stop) = (norm(&gradient), first, Stop::Converged);
                passes += 2;
                if gradient_norm <= goal && gap <= KNOWN * relative * value {
                    return Some(Minimiser {
                        w,
                        value,
                        gradient_norm,
                        first_gradient_norm,
                        gap,
                        iterations,
                        passes,
                        stop,
                    });
                }
                checks += 1;
                if checks == CHECKS {
                    return None;
                }
                let z = self.kernel.times(&at.a).0.into_iter().map(|z| z + at.b).collect();
                passes += 1;
                at = self.at(at.a, at.b, z);
                continue;
            }
            let forcing = f64::max(FORCING * (size / first).sqrt(), 0.3 * goal / size).min(FORCING);
            let direction = self.direction(&at, kernel, square, forcing)?;
            passes += direction.products;
            at = self.search(&at, &direction)?;
        }
        None
    }

    /// f, r and D.
    fn at(&self, a: Vec<f64>, b: f64, z: Vec<f64>) -> Point {
        let data = self.f.data;
        let (mut r, mut curvatures, mut values) = (z.clone(), vec![0.0; z.len()], vec![0.0; z.len()]);
        self.f.loss.expand_with_values(&data.labels, &mut r, &mut curvatures, &mut values);
        for part in [&mut r, &mut curvatures, &mut values] {
            if let Some(weights) = &data.weights {
                scale(part, weights);
            }
            part.iter_mut().for_each(|v| *v /= self.n);
        }
        let free = if data.intercept { r.iter().sum() } else { 0.0 };
        r.iter_mut().zip(&a).for_each(|(r, a)| *r += self.f.lambda * a);
        let square: f64 = a.iter().zip(&z).map(|(a, z)| a * (z - b)).sum();
        let value = values.iter().sum::<f64>() + 0.5 * self.f.lambda * square;
        Point { a, b, z, value, r, free, curvatures }
    }

    /// Conjugate gradients on H p = g, from p = 0, until ||g - H p|| <= `forcing` ||g||; `product` is K r, `square` ||X'r||^2.
    fn direction(&self, at: &Point, product: Vec<f64>, square: f64, forcing: f64) -> Option<Direction> {
        let (lambda, n) = (self.f.lambda, at.r.len());
        let (mut r, mut free) = (at.r.clone(), at.free);
        let mut rho = square + free * free;
        let enough = forcing * forcing * rho;
        // A direction s with its intercept, its margins and ||X's||^2.
        let (mut s, mut s_free, mut s_square) = (r.clone(), free, square);
        let mut s_z: Vec<f64> = product.iter().map(|z| z + free).collect();
        let mut found = Direction { a: vec![0.0; n], b: 0.0, z: vec![0.0; n], slope: 0.0, products: 0 };
        loop {
            let bent: Vec<f64> = at.curvatures.iter().zip(&s_z).map(|(d, z)| d * z).collect();
            let step = rho / (dot(&bent, &s_z) + lambda * s_square);
            add(&mut found.a, step, &s);
            add(&mut found.z, step, &s_z);
            found.b += step * s_free;
            add(&mut r, -step, &bent);
            add(&mut r, -step * lambda, &s);
            if self.f.data.intercept {
                free -= step * bent.iter().sum::<f64>();
            }
            let (product, square) = self.kernel.times(&r);
            found.products += 1;
            let next = square + free * free;
            if next <= enough {
                break;
            }
            if found.products == PRODUCTS || !next.is_finite() {
                return None;
            }
            let back = next / rho;
            rho = next;
            // X'r and X's are orthogonal together with their intercepts.
            s_square = square - 2.0 * back * free * s_free + back * back * s_square;
            s.iter_mut().zip(&r).for_each(|(s, r)| *s = r + back * *s);
            s_z.iter_mut().zip(product).for_each(|(s, z)| *s = z + free + back * *s);
            s_free = free + back * s_free;
        }
        found.slope = self.along(at, &found);
        (found.slope > 0.0).then_some(found)
    }

    /// g'p.
    fn along(&self, at: &Point, p: &Direction) -> f64 {
        at.r.iter().zip(&p.z).map(|(r, z)| r * (z - p.b)).sum::<f64>() + at.free * p.b
    }

    /// The first trial that decreases f enough; `None` where none does. None takes a product.
    fn search(&self, at: &Point, p: &Direction) -> Option<Point> {
        let minus = |x: &[f64], step: f64, p: &[f64]| x.iter().zip(p).map(|(x, p)| x - step * p).collect();
        let mut step = 1.0;
        for _ in 0..TRIALS {
            let next = self.at(minus(&at.a, step, &p.a), at.b - step * p.b, minus(&at.z, step, &p.z));
            let along = self.along(&next, p);
            let trial = Trial { before: at.value, after: next.value, step, slope: p.slope, along };
            if trial.is_accepted() {
                return Some(next);
            }
            step *= trial.shorter();
        }
        None
    }

    /// f - f* is at most this where the part of g that the ridge term counts has the norm `held` and the other one is `free`: the
    /// bound of [`super::gap`] for a p along the intercept alone, with curvatures whose sum is `bent`.
    fn gap(&self, held: f64, free: f64, bent: f64) -> f64 {
        let shift = if free == 0.0 { 0.0 } else { free / bent };
        let factor = match self.f.loss {
            Loss::Squared => 1.0,
            Loss::Logistic if shift.abs() <= 1.0 => 1.0 + shift.abs(),
            Loss::Logistic => return f64::INFINITY,
        };
        // rho = g - H p, and ||X'D 1|| / n is at most the mean curvature times the longest row.
        let rho = held + free.abs() * self.longest;
        0.5 * (factor * shift * free + rho * rho / self.f.lambda)
    }

    /// f and g at w = X'a, by a pass over the rows, and the bound there.
    fn judge(&self, at: &Point) -> (Judged, f64) {
        let (data, penalised) = (self.f.data, self.f.data.penalised());
        let mut w = sweep(&data.features, 0..data.rows(), &vec![0.0; data.cols()], |rows, c| {
            c.copy_from_slice(&at.a[rows]);
        });
        w[penalised..].fill(at.b);
        let judged = Passes::new(self.f).at(w);
        let (held, free) = judged.gradient.split_at(penalised);
        let bent = judged.curvatures.iter().sum::<f64>() / self.n;
        let gap = self.gap(norm(held), free.first().copied().unwrap_or(0.0), bent);
        (judged, gap)
    }
}

/// x += a y.
fn add(x: &mut [f64], a: f64, y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += a * y);
}
