//! The search for vectors on which a rule is bad: known structures and random starts, and from the best of them uphill.

use super::{NamedRule, badness};
use comrade::aggregate::Robust;
use comrade::stream::{Purpose, Seed, Stream};
use rand::RngExt;
use rand_distr::StandardNormal;

const SEARCH: Purpose = Purpose::new("kappa");
/// Starts of each kind from which the search goes uphill.
const CLIMBED: usize = 3;
/// Random starts of each dimension.
const RANDOM: usize = 60;
/// Vectors further out than this are drawn back: rounding would have a part in the badness.
const FAR: f64 = 1e4;

/// What was found.
pub(super) struct Found {
    pub(super) measured: f64,
    pub(super) start: &'static str,
    pub(super) vectors: Vec<String>,
}

type Vectors = Vec<Vec<f64>>;

/// The worst vectors for a rule; `None` where n and f make no rule.
pub(super) fn worst(contender: NamedRule, n: usize, f: usize, steps: u32) -> Option<Found> {
    let rule = contender.rule(n, f)?;
    let place = super::CONTENDERS.iter().position(|each| *each == contender)?;
    let mut stream = Seed(0).stream(SEARCH, place, (n * 100 + f) as u64);
    let mut best: Option<(f64, &'static str, Vectors)> = None;
    for (name, starts) in starts(n, f, &mut stream) {
        let mut rated: Vec<(f64, Vectors)> =
            starts.into_iter().filter_map(|x| Some((badness(&rule, &x, f)?, x))).collect();
        rated.sort_by(|a, b| b.0.total_cmp(&a.0));
        rated.truncate(CLIMBED);
        for (rate, x) in rated {
            let (rate, x) = climb(&rule, rate, x, f, steps, &mut stream);
            if best.as_ref().is_none_or(|best| rate > best.0 * (1.0 + 1e-9)) {
                best = Some((rate, name, x));
            }
        }
    }
    let (rate, start, x) = best?;
    // As short decimals as show nearly the same: the record is of these.
    let short = |digits: usize| {
        let text: Vec<String> = x.iter().map(|v| written(v, digits)).collect();
        let numbers: Vectors = text.iter().map(|v| v.split(' ').filter_map(|x| x.parse().ok()).collect()).collect();
        let measured = badness(&rule, &numbers, f)?;
        (measured >= 0.9999 * rate || digits == DIGITS).then_some(Found { measured, start, vectors: text })
    };
    (1..=DIGITS).find_map(short)
}

/// Digits behind the point, at most.
const DIGITS: usize = 9;

fn written(v: &[f64], digits: usize) -> String {
    let short = |x: &f64| {
        let text = format!("{x:.digits$}");
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        if text == "-0" { "0".to_owned() } else { text.to_owned() }
    };
    v.iter().map(short).collect::<Vec<_>>().join(" ")
}

/// By kind.
fn starts(n: usize, f: usize, stream: &mut Stream) -> Vec<(&'static str, Vec<Vectors>)> {
    let (honest, near) = (n - f, n - 2 * f);
    let with = |lies: Vec<f64>, honest: Vectors| -> Vectors { std::iter::repeat_n(lies, f).chain(honest).collect() };
    let mut clusters = vec![];
    for ones in 1..honest {
        let numbers: Vectors = (0..honest).map(|i| vec![f64::from(u8::from(i < ones))]).collect();
        for lie in [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, -1.0, 1e3] {
            clusters.push(with(vec![lie], numbers.clone()));
        }
    }
    // Honest vectors at the corners of a simplex, and lies in the direction of the middle of some.
    let corners: Vectors = (0..honest).map(|i| (0..honest).map(|k| f64::from(u8::from(i == k))).collect()).collect();
    let mut simplex = vec![];
    for count in [1, near, honest.div_ceil(2), honest] {
        for length in [0.5, 1.0, 1.5, 2.0, 3.0, 4.0] {
            let lie = (0..honest).map(|k| if k < count { length / (count as f64).sqrt() } else { 0.0 }).collect();
            simplex.push(with(lie, corners.clone()));
        }
    }
    // Some at a point, the others at the corners of a simplex around another.
    let mut mixed = vec![];
    for ones in 1..honest {
        for length in [0.5, 1.0, 2.0, 4.0] {
            let place = |i: usize, k: usize| match (i < ones, k) {
                (true, 0) => length,
                (true, _) => 0.0,
                (false, k) => f64::from(u8::from(i == k)),
            };
            let vectors: Vectors = (0..honest).map(|i| (0..honest).map(|k| place(i, k)).collect()).collect();
            for lie in [0.0, length, 2.0 * length] {
                let lie = (0..honest).map(|k| if k == 0 { lie } else { 0.0 }).collect();
                mixed.push(with(lie, vectors.clone()));
            }
        }
    }
    let mut normal = vec![];
    let mut tied = vec![];
    for d in 1..=3 {
        for _ in 0..RANDOM {
            normal.push((0..n).map(|_| (0..d).map(|_| stream.sample(StandardNormal)).collect()).collect());
            tied.push((0..n).map(|_| (0..d).map(|_| f64::from(stream.random_range(0..3_u32))).collect()).collect());
        }
    }
    vec![
        ("two clusters", clusters),
        ("simplex", simplex),
        ("cluster and simplex", mixed),
        ("normal", normal),
        ("ties", tied),
    ]
}

/// Uphill by random changes, each kept if it makes the rule worse.
fn climb(rule: &Robust, rate: f64, x: Vectors, f: usize, steps: u32, stream: &mut Stream) -> (f64, Vectors) {
    let (mut rate, mut x) = (rate, x);
    for _ in 0..steps {
        let next = changed(&x, f, stream);
        if next.iter().flatten().any(|x| x.abs() > FAR) {
            continue;
        }
        if let Some(found) = badness(rule, &next, f)
            && found > rate
        {
            (rate, x) = (found, next);
        }
    }
    (rate, x)
}

fn changed(x: &Vectors, f: usize, stream: &mut Stream) -> Vectors {
    let (n, d) = (x.len(), x[0].len());
    let mut next = x.clone();
    let size = 10_f64.powf(-4.0 * stream.random::<f64>());
    let (i, j) = (stream.random_range(0..n), stream.random_range(0..n));
    let shift: Vec<f64> = (0..d).map(|_| size * stream.sample::<f64, _>(StandardNormal)).collect();
    let add = |v: &mut Vec<f64>| v.iter_mut().zip(&shift).for_each(|(v, shift)| *v += shift);
    match stream.random_range(0..6_u32) {
        0 => add(&mut next[i]),
        1 => next[..f].iter_mut().for_each(add),
        2 => next[i] = x[j].clone(),
        // All that are where one is go together.
        3 => next.iter_mut().filter(|v| **v == x[i]).for_each(add),
        4 => next[..f].fill(x[i].clone()),
        _ => {
            let factor = 1.0 + shift[0];
            next[i].iter_mut().for_each(|v| *v *= factor);
        }
    }
    next
}
