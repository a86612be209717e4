//! Distributed L-BFGS, the first-order baseline: every worker sends f and g, the center has a memory of pairs and backtracks.
//!
//! Nocedal and Wright, *Numerical Optimization*, second edition, algorithms 7.4 and 3.1.

use comrade::cluster::{Cluster, ClusterError};
use comrade::kernel::dot;
use comrade::protocol::Ask;
use std::collections::VecDeque;

/// Pairs kept at most.
const PAIRS: usize = 20;
/// Sufficient decrease.
const DECREASE: f64 = 1e-4;
/// s'y below this share of ||s|| ||y|| is rounding.
const CURVED: f64 = 1e-12;

/// A point, f and g there.
struct Point {
    w: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

/// f and g over all samples at w, by one round.
fn heard(cluster: &mut dyn Cluster, w: Vec<f64>) -> Result<Point, ClusterError> {
    let (shares, mut value, mut gradient) = (cluster.shares(), 0.0, vec![0.0; w.len()]);
    let replies = cluster.round(Ask::Expansion { w: &w, hessian: None })?;
    for (share, reply) in shares.iter().zip(&replies) {
        // Nobody lies here and nobody is missing.
        let Ok([f, g @ ..]) = reply.as_deref() else { continue };
        value += share * f;
        add(&mut gradient, *share, g);
    }
    Ok(Point { w, value, gradient })
}

/// From w = 0, until `watch`, which sees every accepted w, or `limit` ends it.
pub(crate) fn minimise(
    cluster: &mut dyn Cluster,
    limit: u64,
    watch: &mut dyn FnMut(&[f64], &dyn Cluster) -> bool,
) -> Result<(), ClusterError> {
    let start = vec![0.0; cluster.dimension()];
    let mut at = heard(cluster, start)?;
    let mut pairs: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::new();
    while !watch(&at.w, cluster) {
        let mut p = direction(&pairs, &at.gradient);
        let mut slope = dot(&p, &at.gradient);
        if slope <= 0.0 {
            (p, slope) = (at.gradient.clone(), dot(&at.gradient, &at.gradient));
        }
        let mut step = 1.0;
        let next = loop {
            if cluster.traffic().rounds >= limit {
                return Ok(());
            }
            let mut w = at.w.clone();
            add(&mut w, -step, &p);
            let next = heard(cluster, w)?;
            if next.value <= at.value - DECREASE * step * slope {
                break next;
            }
            // The minimiser of the parabola through both values and the slope.
            let parabola = 0.5 * step * step * slope / (next.value - at.value + step * slope);
            step = if parabola.is_finite() { parabola.clamp(0.1 * step, 0.5 * step) } else { 0.1 * step };
            if step < 1e-12 {
                return Ok(());
            }
        };
        let s: Vec<f64> = next.w.iter().zip(&at.w).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = next.gradient.iter().zip(&at.gradient).map(|(a, b)| a - b).collect();
        if dot(&s, &y) > CURVED * (dot(&s, &s) * dot(&y, &y)).sqrt() {
            if pairs.len() == PAIRS {
                pairs.pop_front();
            }
            pairs.push_back((s, y));
        }
        at = next;
    }
    Ok(())
}

/// The inverse that the pairs stand for times g.
fn direction(pairs: &VecDeque<(Vec<f64>, Vec<f64>)>, g: &[f64]) -> Vec<f64> {
    let mut q = g.to_vec();
    let mut shares = Vec::with_capacity(pairs.len());
    for (s, y) in pairs.iter().rev() {
        let share = dot(s, &q) / dot(s, y);
        add(&mut q, -share, y);
        shares.push(share);
    }
    if let Some((s, y)) = pairs.back() {
        let scale = dot(s, y) / dot(y, y);
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for ((s, y), share) in pairs.iter().zip(shares.into_iter().rev()) {
        let back = dot(y, &q) / dot(s, y);
        add(&mut q, share - back, s);
    }
    q
}

/// x += a y.
fn add(x: &mut [f64], a: f64, y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += a * y);
}
