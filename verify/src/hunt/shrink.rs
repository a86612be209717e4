//! Makes a witness small: fewest workers and rows, shortest shards, shortest decimals, while it still violates.

use super::instance::Instance;
use super::look::{MARGIN, look, violates};
use super::search::score;
use crate::claim::Claim;
use crate::climb::climb;
use comrade::loss::Loss;

/// How much of the violation's ratio may be given up.
const KEPT: f64 = 0.98;
/// Evaluations to recover after a structural change, and after a number was cut short.
const RECOVERY: (usize, usize) = (1200, 250);
/// How often numbers may be looked for to recover from a structural change: an instance of many rows has very many.
const RECOVERIES: usize = 150;
/// Decimals of a shrunk number, at most.
const DECIMALS: i32 = 6;

/// A smaller instance that violates the claim with at least 0.98 of the ratio.
#[must_use]
pub fn shrink(claim: &Claim, from: &Instance) -> Instance {
    let ratio = from.play().map_or(0.0, |draw| look(claim, &draw).ratio);
    let floor = f64::max(1.0 + 2.0 * MARGIN, KEPT * ratio);
    let good = |candidate: &Instance| {
        (claim.applies)(&candidate.scenario())
            && candidate.play().is_ok_and(|draw| violates(claim, &draw) && look(claim, &draw).ratio >= floor)
    };
    let mut best = from.clone();
    let mut left = RECOVERIES;
    while let Some(smaller) =
        smaller(&best).into_iter().find_map(|candidate| recovered(claim, candidate, &good, &mut left))
    {
        best = smaller;
    }
    shorten(claim, best, &good)
}

/// The candidate if it is good, or the same structure with better numbers while some of `left` is left.
fn recovered(
    claim: &Claim,
    candidate: Instance,
    good: &dyn Fn(&Instance) -> bool,
    left: &mut usize,
) -> Option<Instance> {
    if good(&candidate) {
        return Some(candidate);
    }
    *left = left.checked_sub(1)?;
    let every = |_: usize| true;
    let found = improve(claim, &candidate, &every, (0.3, RECOVERY.0));
    good(&found).then_some(found)
}

/// CMA-ES over the numbers that `free` picks; what is zero stays zero, so that nothing given up comes back.
fn improve(
    claim: &Claim,
    from: &Instance,
    free: &dyn Fn(usize) -> bool,
    (sigma, evaluations): (f64, usize),
) -> Instance {
    let numbers = from.numbers();
    let free = |k: usize| numbers[k] != 0.0 && free(k);
    let decode = |x: &[f64]| {
        let mut next = from.clone();
        let moved = next.numbers_mut().into_iter().enumerate().filter(|(k, _)| free(*k)).zip(x);
        moved.for_each(|((_, to), v)| *to = *v);
        next.lambda = next.lambda.max(0.0);
        next
    };
    let start: Vec<f64> = numbers.iter().enumerate().filter(|(k, _)| free(*k)).map(|(_, v)| *v).collect();
    if start.is_empty() {
        return from.clone();
    }
    let (best, _) = climb(&|x| score(claim, Some(&decode(x))), (start, sigma), evaluations, 1);
    decode(&best)
}

/// Instances with one thing less, the largest steps first.
fn smaller(from: &Instance) -> Vec<Instance> {
    let mut all = Vec::new();
    let mut push = |change: &dyn Fn(&mut Instance)| {
        let mut next = from.clone();
        change(&mut next);
        if next != *from {
            all.push(next);
        }
    };
    for i in (0..from.workers.len()).rev() {
        let held = from.workers[i].copies;
        for (gone, dropped) in [(held, held), (held, 0), (held.div_ceil(2), held.div_ceil(2)), (1, 1), (1, 0)] {
            let trimmed = from.trimmed().checked_sub(dropped);
            if let Some(trimmed) = trimmed.filter(|t| 2 * t < from.m() - gone) {
                push(&|next| {
                    next.workers[i].copies -= gone;
                    next.workers.retain(|worker| worker.copies > 0);
                    next.trim(trimmed);
                });
            }
        }
    }
    for k in 0..from.d() {
        if from.d() > 1 {
            push(&|next| {
                let messages = next.workers.iter_mut().filter_map(|w| w.message.as_mut());
                next.rows.iter_mut().chain(messages).for_each(|v| {
                    v.remove(k);
                });
                next.iterate.remove(k);
                if let Some(inverse) = &mut next.inverse {
                    inverse.remove(k);
                    inverse.iter_mut().for_each(|row| {
                        row.remove(k);
                    });
                }
            });
        }
    }
    for j in (0..from.n()).rev() {
        for other in (0..from.n()).filter(|&other| other != j) {
            push(&|next| drop_row(next, j, other));
        }
    }
    let s = from.workers.first().map_or(0, |w| w.shard.len());
    for k in (0..s).rev() {
        if s > 1 {
            push(&|next| {
                next.workers.iter_mut().for_each(|w| {
                    w.shard.remove(k);
                })
            });
        }
    }
    push(&|next| next.workers.iter_mut().filter(|w| !w.lies).for_each(|w| w.message = None));
    push(&|next| next.lambda = 0.0);
    push(&|next| recentre(next));
    push(&|next| next.workers.iter_mut().for_each(|w| w.shard.sort_unstable()));
    all
}

/// Without row j; shards that held it hold `other`.
fn drop_row(next: &mut Instance, j: usize, other: usize) {
    next.rows.remove(j);
    next.labels.remove(j);
    for index in next.workers.iter_mut().flat_map(|w| &mut w.shard) {
        let moved = if *index == j { other } else { *index };
        *index = if moved > j { moved - 1 } else { moved };
    }
}

/// For the squared loss without ridge nothing but x'w - y matters: w = 0 does.
fn recentre(next: &mut Instance) {
    if next.loss == Loss::Squared && next.lambda == 0.0 {
        let zero = vec![0.0; next.d()];
        let w = std::mem::replace(&mut next.iterate, zero);
        for (row, label) in next.rows.iter().zip(&mut next.labels) {
            *label -= row.iter().zip(&w).map(|(x, w)| x * w).sum::<f64>();
        }
    }
}

/// Cuts the numbers one after the other, and lets those not yet cut make up for it.
fn shorten(claim: &Claim, from: Instance, good: &dyn Fn(&Instance) -> bool) -> Instance {
    let mut best = from;
    for k in 0..best.numbers().len() {
        let cut = (0..=DECIMALS).find_map(|decimals| {
            let mut next = best.clone();
            for (at, v) in next.numbers_mut().into_iter().enumerate() {
                if at == k {
                    *v = rounded(*v, decimals);
                }
            }
            if good(&next) {
                return Some(next);
            }
            let found = improve(claim, &next, &|at| at > k, (0.05, RECOVERY.1));
            good(&found).then_some(found)
        });
        best = cut.unwrap_or(best);
    }
    best
}

fn rounded(v: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    // Through the division by a power of ten, the shortest decimal; and no negative zero.
    (v * scale).round() / scale + 0.0
}
