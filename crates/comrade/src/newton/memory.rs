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
