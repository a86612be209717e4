//! Limited-memory BFGS: B^{-1} from M^{-1} and what the gradient did along the last steps.
//!
//! With s = w_{t+1} - w_t and y = g_{t+1} - g_t, the inverse that has B^{-1} y = s for the newest pair and is nearest to the
//! one before (Nocedal and Wright, *Numerical Optimization*, algorithm 7.4).

use crate::kernel::dot;
use std::collections::VecDeque;

/// Pairs at most.
const PAIRS: usize = 20;
/// s'y below this share of ||s|| ||y|| is rounding.
const CURVED: f64 = 1e-12;

struct Pair {
    s: Vec<f64>,
    y: Vec<f64>,
    /// s'y > 0.
    product: f64,
}

/// The pairs since M was made, oldest first.
#[derive(Default)]
pub(super) struct Memory(VecDeque<Pair>);

impl Memory {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Keeps a pair, if f was seen to be curved along it.
    pub(super) fn keep(&mut self, s: Vec<f64>, y: Vec<f64>) {
        let product = dot(&s, &y);
        let curved = product.is_normal() && product > CURVED * (dot(&s, &s) * dot(&y, &y)).sqrt();
        if !curved {
            return;
        }
        if self.0.len() == PAIRS {
            self.0.pop_front();
        }
        self.0.push_back(Pair { s, y, product });
    }

    /// B^{-1} v, d, where `solve` is v -> M^{-1} v.
    pub(super) fn solve(&self, v: &[f64], solve: impl FnOnce(&[f64]) -> Vec<f64>) -> Vec<f64> {
        let mut q = v.to_vec();
        let mut shares: Vec<f64> = Vec::with_capacity(self.0.len());
        for pair in self.0.iter().rev() {
            let share = dot(&pair.s, &q) / pair.product;
            add(&mut q, -share, &pair.y);
            shares.push(share);
        }
        let mut p = solve(&q);
        for (pair, share) in self.0.iter().zip(shares.into_iter().rev()) {
            let back = dot(&pair.y, &p) / pair.product;
            add(&mut p, share - back, &pair.s);
        }
        p
    }
}

/// x += a y.
fn add(x: &mut [f64], a: f64, y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += a * y);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The inverse as a matrix, by one update after the other: (I - s y'/s'y) B^{-1} (I - y s'/s'y) + s s'/s'y.
    fn inverse(pairs: &[([f64; 3], [f64; 3])]) -> [[f64; 3]; 3] {
        let mut b = [[2.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 5.0]];
        for (s, y) in pairs {
            let product = dot(s, y);
            let left = |r: usize, c: usize| f64::from(u8::from(r == c)) - s[r] * y[c] / product;
            let mut next = [[0.0; 3]; 3];
            for r in 0..3 {
                for c in 0..3 {
                    let inner = |i: usize| (0..3).map(|j| b[i][j] * left(c, j)).sum::<f64>();
                    next[r][c] = (0..3).map(|i| left(r, i) * inner(i)).sum::<f64>() + s[r] * s[c] / product;
                }
            }
            b = next;
        }
        b
    }

    fn first(v: &[f64]) -> Vec<f64> {
        v.iter().zip([2.0, 3.0, 5.0]).map(|(v, b)| v * b).collect()
    }

    /// Curved along all of them.
    fn pair(i: usize) -> ([f64; 3], [f64; 3]) {
        let i = i as f64;
        let s = [i.sin(), (2.0 * i).cos(), (3.0 * i + 1.0).sin()];
        (s, [2.0 * s[0] + 0.3 * s[1], s[1] + 0.3 * s[0], 0.7 * s[2]])
    }

    fn agrees(memory: &Memory, pairs: &[([f64; 3], [f64; 3])]) {
        let (v, b) = ([1.0, -2.0, 0.5], inverse(pairs));
        let found = memory.solve(&v, first);
        assert!((0..3).all(|r| (found[r] - dot(&b[r], &v)).abs() < 1e-12), "{found:?} {b:?}");
    }

    #[test]
    fn the_newest_twenty_pairs_update_the_inverse() {
        let (mut memory, mut pairs) = (Memory::default(), Vec::new());
        agrees(&memory, &pairs);
        for i in 0..25 {
            let (s, y) = pair(i);
            memory.keep(s.to_vec(), y.to_vec());
            pairs.push((s, y));
            agrees(&memory, &pairs[pairs.len().saturating_sub(PAIRS)..]);
        }
        memory.clear();
        agrees(&memory, &[]);
    }

    #[test]
    fn a_pair_along_which_f_is_not_seen_to_be_curved_is_not_kept() {
        let kept = |s: [f64; 2], y: [f64; 2]| {
            let mut memory = Memory::default();
            memory.keep(s.to_vec(), y.to_vec());
            memory.0.len() == 1
        };
        // s'y is 2e-12 and 0.5e-12 of ||s|| ||y|| = 3 * 4.
        assert!(kept([3.0, 0.0], [8e-12, 4.0]) && !kept([3.0, 0.0], [2e-12, 4.0]));
        assert!(!kept([3.0, 0.0], [-1.0, 4.0]) && !kept([0.0, 0.0], [1.0, 1.0]) && !kept([f64::NAN, 0.0], [1.0, 1.0]));
    }
}
