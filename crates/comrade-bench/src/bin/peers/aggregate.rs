//! The norm-trimmed mean.

use crate::bench::{Bench, Outcome, Turns, add, repeats, row, time};
use crate::data::{Written, dense};
use crate::worker::Peer;
use comrade::aggregate::{Aggregator, NormTrimmedMean, TrimFraction};
use comrade::cluster::Reply;
use comrade::data::{Dataset, Features};
use comrade_bench::record::{Reads, Row, Target};
use serde_json::json;
use std::hint::black_box;

/// Workers, dimension, and the seconds aimed at.
const SHAPES: [(usize, usize, Option<f64>); 3] = [(20, 123, Some(1e-6)), (20, 2000, Some(10e-6)), (100, 100_000, None)];
/// Of the read bandwidth, where that is the limit.
const BANDWIDTH: f64 = 0.75;

pub(crate) fn rows(bench: &Bench) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (workers, d, target) in SHAPES {
        of(&mut rows, bench, &dense(workers, d)?, target)?;
    }
    Ok(rows)
}

fn of(rows: &mut Vec<Row>, bench: &Bench, data: &Dataset, target: Option<f64>) -> Outcome<()> {
    let Features::Dense(x) = &data.features else { return Err("replies are dense".into()) };
    let (workers, d) = (data.rows(), data.cols());
    let rule = NormTrimmedMean { beta: TrimFraction::new(0.2)? };
    let replies: Vec<Reply> = (0..workers).map(|i| Ok(x.row(i).to_vec())).collect();
    let mut ours = || _ = black_box(rule.aggregate(black_box(&replies), d));
    let work = format!("m = {workers}, d = {d}");

    if let Some(target) = target {
        let found = row(&work, "", Reads::Alone, Turns { ours: bench.alone(ours), theirs: vec![] });
        add(rows, Row { target: Some(Target::AtMost(target)), ..found });
    } else {
        let turns = bench.own_turns(ours, || (0..2).for_each(|_| read(&replies)))?;
        let found = row(&work, "reading twice", Reads::Limit, turns);
        let note = format!("{:.0} % of the read bandwidth", 100.0 * BANDWIDTH);
        add(rows, Row { target: Some(Target::AtMost(1.0 / BANDWIDTH)), note, ..found });
    }

    let written = Written::new(data, bench)?;
    let mut process = Peer::load(bench, 1, "aggregate", &written, &json!({}))?;
    let mut request = json!({ "keep": rule.beta.kept(workers) });
    request["repeat"] = process.repeats(bench, &request)?.into();
    let found = process.run(bench, &request)?.w;
    let vector = rule.aggregate(&replies, d)?.vector;
    if found.len() != d || vector.iter().zip(&found).any(|(a, b)| (a - b).abs() > 1e-12) {
        return Err("NumPy finds another mean".into());
    }
    let own = repeats(time(1, &mut ours));
    let turns = bench.turns(|| Ok(time(own, &mut ours)), || Ok(process.run(bench, &request)?.seconds))?;
    add(rows, row(&work, "NumPy", Reads::Faster, turns));
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
