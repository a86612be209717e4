//! How large the ratio of Theorem 1 as printed can become in d = 1: at most 1.6082, proved, and more than 1.6077.
//!
//! The step that breaks it, x <= max(a, b) for a root of x^2 = a x + b^2, fails by up to the golden ratio 1.61803. No
//! instance in d = 1 comes that close, whatever its rows, labels, lambda, shards, m and eps. With D = w - w*,
//! D' = D - phat, and for each row
//!
//! ```text
//! z = x w,  u = x D,  M(z, u) = (sigma(z) - sigma(z - u))/u - l''(z),  l'' = sigma (1 - sigma),  c = 1/(6 sqrt 3):
//! H = mean x^2 l''(z) + lambda,   L|D| = c mean x^2 |u|,   n = mean x^2 M(z, u)
//! ```
//!
//! g(w*) = 0 gives g = mean x^2 (l''(z) + M) D + lambda D = (H + n) D, so p* = (1 + n/H) D. With mean H_i^{-1} H = 1 + e,
//! where |e| <= zeta as in Lemma 4, and |mean H_i^{-1}(g_i - g)| <= eps/sqrt(H),
//!
//! ```text
//! |D'| <= |1 - (1 + e)(1 + n/H)| |D| + eps/sqrt(H),    q = sqrt(1 - zeta^2),
//! bound = max( zeta/q, L|D|/H ) |D| + 2 eps/sqrt(H).
//! ```
//!
//! So it is enough that |e + (1 + e) n/H| <= R max(zeta/q, L|D|/H) for |e| <= zeta; being convex in e, only for e = zeta
//! and e = -zeta. M is at most c|u|/2 in size because |l'''| <= c, so that |n| <= L|D|/2, and three of the four cases are
//! simple:
//!
//! ```text
//! e = -zeta, n > 0   the two terms differ in sign: at most max( zeta, (1 - zeta) n/H ), ratio <= 1
//! e =  zeta, n < 0   the same: at most max( zeta, (1 + zeta)|n|/H ), ratio <= 1
//! e = -zeta, n < 0   zeta + (1 - zeta)|n|/H: ratio <= q + (1 - zeta)/2 <= 3/2
//! e =  zeta, n > 0   zeta + (1 + zeta) n/H
//! ```
//!
//! In the last one, if M(z, u) <= t l''(z) + s c|u| for every z and u, then n <= t H + s L|D|, and the ratio is at most
//!
//! ```text
//! B(s, t) = q + (1 + zeta)(s + t q/zeta);   with zeta = 2p/(1 + p^2), 0 < p < 1:
//! (1 + p^2) B = (1 - p^2) + s (1 + p)^2 + t (1 - p^2)(1 + p)^2/(2p).
//! ```
//!
//! (1/2, 0) is such a pair, and its B has the golden ratio as maximum, at zeta = 1/sqrt 5. Another one, [`LINE`], is lower
//! there, and B <= R for one of the two at every zeta. That it is such a pair is proved by halving boxes (z, u), with
//! M(-z, -u) = M(z, u) for u < 0 and, for u >= 0, outside of [0, 8] x [0, 6]:
//!
//! ```text
//! z <= 0           l'' increases up to z, so M <= 0
//! u >= 6           M <= 1/4 <= 6 s c
//! z >= 8, u <= 6   M <= (u/2) max over [z - u, z] of -l''' <= -(u/2) l'''(2) <= s c u
//! ```
//!
//! For the squared loss L = 0 and n = 0: the ratio is at most q <= 1.
//!
//! For d > 1 only the golden ratio is proved here: with a = (L/sigma_min)||D||^2 and b = sqrt(kappa) (zeta/q) ||D||, the
//! triangle inequality behind the sharpened Theorem 1 gives ||D'|| <= q b + (1 + zeta) a/2 + eps/sqrt(sigma_min), at most
//! B(1/2, 0) max(a, b) + eps/sqrt(sigma_min). Whether anything in d > 1 is between the two numbers is open.
//!
//! Equal rows come as close to the supremum as one likes: with u = 0.66602, z = 1.56753 and zeta = 0.40948 the ratio would
//! be 1.608124, and shares of labels and of zero rows approximate these.

use super::interval::{Interval, Span, int};
use std::collections::BTreeMap;

/// The limit: the ratio of Theorem 1 as printed is below it in d = 1.
pub const ONE_DIMENSION: f64 = 1.6082;

/// (s, t), meant as M(z, u) <= t l''(z) + s c |u|.
#[derive(Clone, Debug)]
pub struct Majorant {
    s: Interval,
    t: Interval,
}

/// The (s, t) that proves the limit 1.6082.
pub const LINE: (f64, f64) = (0.483, 0.0048);

/// z and u are whole multiples of 2^-UNIT.
const UNIT: u32 = 16;
/// A box with no longer side is not halved again: what it leaves open is not proved.
const SHORTEST: i64 = 8;
/// The same for p, as halvings of 0 < p < 1.
const HALVINGS: u32 = 20;

const ZERO: Span = Span::exactly(0.0);
const ONE: Span = Span::exactly(1.0);

/// c = 1/(6 sqrt 3) = sqrt(3)/18.
fn c() -> Interval {
    Interval::root(3) / int(18)
}

fn units(count: i64) -> Span {
    Span::exactly(count as f64 / f64::from(1 << UNIT))
}

/// h = 2 sigma(z) - 1 = 1 - 2/(1 + exp z).
fn sigmoid(z: &Interval) -> Span {
    (int(1) - int(2) / (int(1) + z.exp())).span()
}

/// l'' = (1 - h^2)/4, also for a range of h.
fn curvature(h: Span) -> Span {
    (ONE - h.square()) * Span::exactly(0.25)
}

/// (s, t) as spans, s c, and h at the multiples of 2^-UNIT that came up.
struct Search {
    t: Span,
    /// s c.
    slope: Span,
    /// c.
    steepest: Span,
    known: BTreeMap<i64, Span>,
}

/// A box from z.0 to z.1 and from u.0 to u.1, in units.
#[derive(Clone, Copy)]
struct Cell {
    z: (i64, i64),
    u: (i64, i64),
}

impl Cell {
    fn halves(self) -> Option<[Self; 2]> {
        let Self { z, u } = self;
        let (width, height) = (z.1 - z.0, u.1 - u.0);
        if width.max(height) <= SHORTEST {
            return None;
        }
        let (z_middle, u_middle) = (z.0 + width / 2, u.0 + height / 2);
        Some(if width >= height {
            [Self { z: (z.0, z_middle), u }, Self { z: (z_middle, z.1), u }]
        } else {
            [Self { z, u: (u.0, u_middle) }, Self { z, u: (u_middle, u.1) }]
        })
    }
}

impl Search {
    fn h(&mut self, z: i64) -> Span {
        *self.known.entry(z).or_insert_with(|| sigmoid(&Interval::dyadic(z, UNIT)))
    }

    /// An upper bound on -l''' = h (1 - h^2)/4 from h = `low` up to `high`: it has the sign of h, and for h > 0 it increases
    /// up to 3h^2 = 1, where it is c, and decreases from there.
    fn steepest(&self, low: Span, high: Span) -> Span {
        let triple = |h: Span| Span::exactly(3.0) * h.square();
        if high.at_most(ZERO) {
            ZERO
        } else if ZERO.at_most(high) && triple(high).at_most(ONE) {
            high * curvature(high)
        } else if ZERO.at_most(low) && ONE.at_most(triple(low)) {
            low * curvature(low)
        } else {
            self.steepest
        }
    }

    /// Whether the inequality holds outside of the boxes that are searched.
    fn holds_outside(&self) -> bool {
        let half = self.steepest(sigmoid(&int(2)), ONE) * Span::exactly(0.5);
        Span::exactly(0.25).at_most(Span::exactly(6.0) * self.slope) && half.at_most(self.slope) && ZERO.at_most(self.t)
    }

    /// From M <= (u/2) max over [z - u, z] of -l'''.
    fn holds_simply(&mut self, Cell { z, u }: Cell) -> bool {
        let (left, right) = (self.h(z.0 - u.1), self.h(z.1));
        let rest = self.slope - self.steepest(left, right) * Span::exactly(0.5);
        ZERO.at_most(self.t * curvature(right) + units(u.0).hull(units(u.1)) * rest)
    }

    /// From G = ((1 + t) l''(z) + s c u) u - (sigma(z) - sigma(z - u)) >= 0 by its middle value and its derivatives
    ///
    /// ```text
    /// dG/du = (1 + t) l''(z) + 2 s c u - l''(z - u)        dG/dz = (1 + t) l'''(z) u - l''(z) + l''(z - u)
    /// ```
    fn holds_nearby(&mut self, Cell { z, u }: Cell) -> bool {
        let one = ONE + self.t;
        let middle = {
            let (z, u) = (z.0 + (z.1 - z.0) / 2, u.0 + (u.1 - u.0) / 2);
            let (here, there) = (self.h(z), self.h(z - u));
            (one * curvature(here) + self.slope * units(u)) * units(u) - (here - there) * Span::exactly(0.5)
        };
        let (low, high) = (self.h(z.0), self.h(z.1));
        let here = curvature(low.hull(high));
        let there = curvature(self.h(z.0 - u.1).hull(self.h(z.1 - u.0)));
        let size = units(u.0).hull(units(u.1));
        // Here h >= 0, so that -l''' is at least the smaller one of its values at the ends.
        let third = (low * curvature(low)).hull(high * curvature(high)).hull(self.steepest(low, high));
        let by_u = one * here + Span::exactly(2.0) * self.slope * size - there;
        let by_z = there - here - one * third * size;
        // The middle of an odd number of units is rounded down, so that one more reaches the end.
        let half = |(from, to): (i64, i64)| units((to - from) / 2 + 1);
        ZERO.at_most(middle - by_u.abs() * half(u) - by_z.abs() * half(z))
    }
}

impl Majorant {
    /// From decimals; none when they are not finite.
    #[must_use]
    pub fn new((s, t): (f64, f64)) -> Option<Self> {
        Some(Self { s: Interval::decimal(s)?, t: Interval::decimal(t)? })
    }

    /// Whether M(z, u) <= t l''(z) + s c |u| for every z and u is proved.
    #[must_use]
    pub fn holds(&self) -> bool {
        let (t, slope, steepest) = (self.t.span(), (&self.s * c()).span(), c().span());
        let mut search = Search { t, slope, steepest, known: BTreeMap::new() };
        if !search.holds_outside() {
            return false;
        }
        let mut open = vec![Cell { z: (0, 8 << UNIT), u: (0, 6 << UNIT) }];
        while let Some(cell) = open.pop() {
            if search.holds_simply(cell) || search.holds_nearby(cell) {
                continue;
            }
            match cell.halves() {
                Some(halves) => open.extend(halves),
                None => return false,
            }
        }
        true
    }
}

/// The sum of `of[k]` x^k, at p + x.
fn shifted(of: &[Interval; 5], p: &Interval) -> [Interval; 5] {
    let mut all = of.clone();
    for last in 0..4 {
        for k in (last..4).rev() {
            all[k] = &all[k] + p * &all[k + 1];
        }
    }
    all
}

/// Whether B(1/2, 0) <= limit or B(s, t) <= limit at every zeta is proved.
fn covers(limit: &Interval, line: &Majorant) -> bool {
    // (1 + p^2)(limit - q) - s (1 + p)^2, and 2p times that without t (1 - p^2)(1 + p)^2.
    let room = |s: &Interval| [limit - int(1) - s, int(0) - int(2) * s, limit + int(1) - s, int(0), int(0)];
    let golden = room(&(int(1) / int(2)));
    let [a, b, c, ..] = room(&line.s);
    let t = &line.t;
    let two = int(2);
    let better = [int(0) - t, &two * a - &two * t, &two * b, &two * c + &two * t, t.clone()];
    let mut open = vec![(0_i64, 0_u32)];
    while let Some((at, halvings)) = open.pop() {
        // Around the middle of [at, at + 1] 2^-halvings.
        let (middle, radius) = (Interval::dyadic(2 * at + 1, halvings + 1), Interval::dyadic(1, halvings + 1));
        let fits = |of: &[Interval; 5]| {
            let [first, rest @ ..] = shifted(of, &middle);
            let swing = rest.iter().rev().fold(int(0), |sum, v| (sum + v.abs()) * &radius);
            int(0).at_most(&(first - swing))
        };
        if fits(&golden) || fits(&better) {
            continue;
        }
        if halvings == HALVINGS {
            return false;
        }
        open.extend([(2 * at, halvings + 1), (2 * at + 1, halvings + 1)]);
    }
    true
}

/// Whether it is proved that in d = 1 the ratio of Theorem 1 as printed is at most `limit`, a number from 3/2 on, by `line`.
#[must_use]
pub fn is_limit(limit: f64, line: &Majorant) -> bool {
    let limit = Interval::decimal(limit).filter(|limit| (int(3) / int(2)).at_most(limit));
    limit.is_some_and(|limit| covers(&limit, line) && line.holds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_proved_and_a_lower_one_or_a_lower_line_is_not() {
        let line = Majorant::new(LINE).unwrap();
        assert!(is_limit(ONE_DIMENSION, &line));
        for lower in [1.608, 1.59, 1.2, f64::NAN] {
            assert!(!is_limit(lower, &line), "{lower}");
        }
        let (s, t) = LINE;
        for lower in [(s, 0.99 * t), (s - 0.001, t), (0.5, -t), (0.3, 0.02)] {
            assert!(!Majorant::new(lower).unwrap().holds(), "{lower:?}");
        }
        // (1/2, 0) alone gives the golden ratio; it holds with equality, which no rounding can prove.
        let golden = Majorant::new((0.5, 0.0)).unwrap();
        let covered = |limit: f64| covers(&Interval::decimal(limit).unwrap(), &golden);
        assert!(covered(1.618_04) && !covered(1.618_03));
    }
}
