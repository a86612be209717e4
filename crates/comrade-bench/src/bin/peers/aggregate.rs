//! The norm-trimmed mean against NumPy and the memory's limit, and the rules of *Fixing by Mixing* against NumPy.

use crate::bench::{Bench, Outcome, Turns, add, repeats, row, time};
use crate::data::{Written, dense};
use crate::worker::Peer;
use comrade::aggregate::{Aggregator, Fusion, NormTrimmedMean, Robust, TrimFraction};
use comrade::cluster::Reply;
use comrade::data::Features;
use comrade_bench::record::{Reads, Row, Target};
use serde_json::json;
use std::hint::black_box;

/// Workers, dimension, and the seconds aimed at.
const SHAPES: [(usize, usize, Option<f64>); 3] = [(20, 123, Some(1e-6)), (20, 2000, Some(10e-6)), (100, 100_000, None)];
/// Of the read bandwidth, where that is the limit.
const BANDWIDTH: f64 = 0.75;

/// The other rules: workers and dimension.
const RULES_AT: [(usize, usize); 2] = [(20, 2000), (100, 10_000)];
/// Their names in NumPy, and how far the two answers may differ: by rounding, and the geometric median by its stopping rule.
const RULES: [(&str, Fusion, f64); 5] = [
    ("trimmed mean", Fusion::TrimmedMean, 1e-12),
    ("median", Fusion::Median, 1e-12),
    ("geometric median", Fusion::GeometricMedian, 1e-6),
    ("Krum", Fusion::Krum, 1e-12),
    ("Multi-Krum", Fusion::MultiKrum, 1e-12),
];

pub(crate) fn rows(bench: &Bench) -> Outcome<Vec<Row>> {
    let (mut rows, beta) = (Vec::new(), TrimFraction::new(0.2)?);
    for (workers, d, target) in SHAPES {
        let (sent, rule) = (Sent::new(bench, workers, d)?, NormTrimmedMean { beta });
        alone(&mut rows, bench, &sent, &rule, target)?;
        beside_numpy(&mut rows, bench, &sent, &rule, "norm-trimmed mean", false, 1e-12)?;
    }
    for (workers, d) in RULES_AT {
        let sent = Sent::new(bench, workers, d)?;
        for mixing in [false, true] {
            for (name, fusion, apart) in RULES {
                beside_numpy(&mut rows, bench, &sent, &Robust { beta, fusion, mixing }, name, mixing, apart)?;
            }
        }
    }
    Ok(rows)
}

/// What workers sent, the rows of X: to our rules, and to NumPy's.
struct Sent {
    replies: Vec<Reply>,
    written: Written,
}

impl Sent {
    fn new(bench: &Bench, workers: usize, d: usize) -> Outcome<Self> {
        let data = dense(workers, d)?;
        let Features::Dense(x) = &data.features else { return Err("replies are dense".into()) };
        let replies = (0..workers).map(|i| Ok(x.row(i).to_vec())).collect();
        Ok(Self { replies, written: Written::new(&data, bench)? })
    }

    fn work(&self, name: &str) -> String {
        format!("{name}, m = {}, d = {}", self.written.rows, self.written.cols)
    }
}

/// The norm-trimmed mean against the memory's limit, where that is one.
fn alone(rows: &mut Vec<Row>, bench: &Bench, sent: &Sent, rule: &NormTrimmedMean, target: Option<f64>) -> Outcome<()> {
    let ours = || _ = black_box(rule.aggregate(black_box(&sent.replies), sent.written.cols));
    let work = sent.work("norm-trimmed mean");

    if let Some(target) = target {
        let found = row(&work, "", Reads::Alone, Turns { ours: bench.alone(ours), theirs: vec![] });
        add(rows, Row { target: Some(Target::AtMost(target)), ..found });
    } else {
        let turns = bench.own_turns(ours, || (0..2).for_each(|_| read(&sent.replies)))?;
        let found = row(&work, "reading twice", Reads::Limit, turns);
        let note = format!("{:.0} % of the read bandwidth", 100.0 * BANDWIDTH);
        add(rows, Row { target: Some(Target::AtMost(1.0 / BANDWIDTH)), note, ..found });
    }
    Ok(())
}

/// Times a rule of ours and the same rule by NumPy alternately, if both give the same vector.
fn beside_numpy(
    rows: &mut Vec<Row>,
    bench: &Bench,
    sent: &Sent,
    rule: &dyn Aggregator,
    name: &str,
    mixing: bool,
    apart: f64,
) -> Outcome<()> {
    let Sent { replies, written } = sent;
    let with = json!({ "rule": name, "mixing": mixing, "liars": rule.dropped(written.rows) });
    let mut process = Peer::load(bench, 1, "aggregate", written, &with)?;
    let mut request = json!({});
    request["repeat"] = process.repeats(bench, &request)?.into();
    let found = process.run(bench, &request)?.w;
    let vector = rule.aggregate(replies, written.cols)?.vector;
    if found.len() != written.cols || vector.iter().zip(&found).any(|(a, b)| (a - b).abs() > apart) {
        return Err(format!("NumPy finds another {name}").into());
    }
    let mut ours = || _ = black_box(rule.aggregate(black_box(replies), written.cols));
    let own = repeats(time(1, &mut ours));
    let turns = bench.turns(|| Ok(time(own, &mut ours)), || Ok(process.run(bench, &request)?.seconds))?;
    let name = if mixing { format!("{name} after mixing") } else { name.to_owned() };
    add(rows, row(&sent.work(&name), "NumPy", Reads::Faster, turns));
    Ok(())
}

fn read(replies: &[Reply]) {
    for v in replies.iter().flatten() {
        black_box(sums(v));
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
