//! How far is the norm-trimmed mean from reading all replies twice, once for the norms and once for the mean?

mod limit;

use comrade::aggregate::{Aggregator, NormTrimmedMean, TrimFraction};
use comrade::cluster::Reply;
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

const SHAPES: [(usize, usize); 3] = [(20, 123), (20, 2000), (100, 100_000)];

fn aggregate(c: &mut Criterion) {
    let rule = NormTrimmedMean { beta: TrimFraction::new(0.2).expect("a fraction") };
    for (workers, d) in SHAPES {
        let reply = |i: usize| (0..d).map(|k| ((i * 7919 + k * 104_729) % 1000) as f64 / 500.0 - 1.0).collect();
        let replies: Vec<Reply> = (0..workers).map(|i| Ok(reply(i))).collect();
        let read = || {
            for _ in 0..2 {
                for v in replies.iter().flatten() {
                    black_box(sums(v));
                }
            }
        };
        let work = || drop(black_box(rule.aggregate(&replies, d).expect("replies of the right length")));
        limit::against(c, &format!("norm-trimmed mean/{workers} x {d}"), read, work);
    }
}

/// Sixteen sums, enough to wait for memory and not for additions.
fn sums(v: &[f64]) -> [f64; 16] {
    let mut sums = [0.0; 16];
    for part in v.as_chunks().0 {
        sums.iter_mut().zip(part as &[f64; 16]).for_each(|(sum, v)| *sum += v);
    }
    sums
}

criterion_group!(benches, aggregate);
criterion_main!(benches);
