//! Limited-memory BFGS from B^{-1}.
//!
//! Nocedal and Wright, *Numerical Optimization*, second edition, algorithm 7.4; what it starts from is B^{-1} in place of a
//! multiple of I. Of a B that knows a part of the Hessian only a multiple again: the one that meets the newest pair best, y'B^{-1}y
//! in place of s'y (Oren and Luenberger, *Self-scaling variable metric algorithms*, 1974).

use crate::kernel::dot;
use crate::metric::Metric;
use serde::{Deserialize, Serialize};

/// Pairs kept at most.
const MOST: usize = 20;
/// A pair agrees with B if s'y is at least this share of (s'B s  y'B^{-1}y)^{1/2}, which is what it is for y = B s.
const AGREES: f64 = 0.1;

/// The secant pairs since the last Hessian.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Memory {
    pairs: Vec<Pair>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair {
    /// A step, d.
    s: Vec<f64>,
    /// How the gradient changed along it, d.
    y: Vec<f64>,
}

impl Memory {
    /// Whether all pairs are of dimension d.
    pub(super) fn fits(&self, d: usize) -> bool {
        self.pairs.iter().all(|pair| pair.s.len() == d && pair.y.len() == d)
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.pairs.clear();
    }

    /// Keeps the pair if it agrees with B.
    pub(super) fn keep(&mut self, s: Vec<f64>, y: Vec<f64>, b: &Metric) {
        let along = dot(&s, &y);
        let agreement = AGREES * (dot(&s, &b.times(&s)) * dot(&y, &b.solve(&y))).sqrt();
        if along > 0.0 && along.is_finite() && along >= agreement {
            if self.pairs.len() == MOST {
                self.pairs.remove(0);
            }
            self.pairs.push(Pair { s, y });
        }
    }

    /// The inverse that B, or where it is to be `scaled` a multiple of it, and the pairs stand for times g, d.
    pub(super) fn solve(&self, b: &Metric, scaled: bool, g: &[f64]) -> Vec<f64> {
        let add = |to: &mut [f64], share: f64, v: &[f64]| to.iter_mut().zip(v).for_each(|(to, v)| *to += share * v);
        let mut q = g.to_vec();
        let mut shares = Vec::with_capacity(self.pairs.len());
        for Pair { s, y } in self.pairs.iter().rev() {
            let share = dot(s, &q) / dot(s, y);
            add(&mut q, -share, y);
            shares.push(share);
        }
        let mut p = b.solve(&q);
        if let (true, Some(Pair { s, y })) = (scaled, self.pairs.last()) {
            let scale = dot(s, y) / dot(y, &b.solve(y));
            p.iter_mut().for_each(|p| *p *= scale);
        }
        for (Pair { s, y }, share) in self.pairs.iter().zip(shares.iter().rev()) {
            let back = dot(y, &p) / dot(s, y);
            add(&mut p, share - back, s);
        }
        p
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const B: [f64; 3] = [2.0, 0.5, -1.5];

    /// H = diag(1, 4, 9).
    fn h(v: &[f64]) -> Vec<f64> {
        v.iter().zip([1.0, 4.0, 9.0]).map(|(v, h)| h * v).collect()
    }

    #[test]
    fn without_pairs_it_is_b() {
        let b = Metric::diagonal(vec![2.0, 1.0, 4.0]);
        for scaled in [false, true] {
            assert_eq!(Memory::default().solve(&b, scaled, &B), b.solve(&B));
        }
    }

    #[test]
    fn the_last_secant_equation_is_met_and_as_many_conjugate_pairs_as_dimensions_give_the_inverse() {
        let b = Metric::diagonal(vec![1.0; 3]);
        let mut memory = Memory::default();
        for s in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] {
            memory.keep(s.to_vec(), h(&s), &b);
            let p = memory.solve(&b, false, &h(&s));
            assert!(p.iter().zip(s).all(|(p, s)| (p - s).abs() < 1e-14));
        }
        assert!(memory.solve(&b, false, &h(&B)).iter().zip(B).all(|(p, x)| (p - x).abs() < 1e-14));
        memory.clear();
        assert_eq!(memory, Memory::default());
    }

    /// H = 4 I and B = I: off the pair B^{-1} is 1, and scaled by s'y / y'B^{-1}y = 4 / 16.
    #[test]
    fn a_scaled_b_has_the_curvature_of_the_newest_pair() {
        let b = Metric::diagonal(vec![1.0; 3]);
        let mut memory = Memory::default();
        memory.keep(vec![0.0, 0.0, 1.0], vec![0.0, 0.0, 1.0], &b);
        memory.keep(vec![1.0, 0.0, 0.0], vec![4.0, 0.0, 0.0], &b);
        assert_eq!(memory.solve(&b, false, &[4.0, 8.0, 0.0]), [1.0, 8.0, 0.0]);
        assert_eq!(memory.solve(&b, true, &[4.0, 8.0, 0.0]), [1.0, 2.0, 0.0]);
    }

    #[test]
    fn what_disagrees_with_b_is_not_kept_and_the_oldest_goes_first() {
        let b = Metric::diagonal(vec![1.0; 3]);
        let mut memory = Memory::default();
        memory.keep(vec![1.0, 0.0, 0.0], vec![-1.0, 0.0, 0.0], &b);
        memory.keep(vec![1.0, 0.0, 0.0], vec![0.09, 1.0, 0.0], &b);
        memory.keep(vec![0.0; 3], vec![0.0; 3], &b);
        memory.keep(vec![1.0, 0.0, 0.0], vec![f64::INFINITY, 0.0, 0.0], &b);
        assert_eq!(memory, Memory::default());
        memory.keep(vec![1.0, 0.0, 0.0], vec![0.11, 1.0, 0.0], &b);
        assert_eq!(memory.pairs.len(), 1);
        for k in 0..MOST {
            memory.keep(vec![k as f64 + 1.0, 0.0, 0.0], vec![1.0, 0.0, 0.0], &b);
        }
        assert_eq!((memory.pairs.len(), memory.pairs[0].s[0]), (MOST, 1.0));
    }
}
