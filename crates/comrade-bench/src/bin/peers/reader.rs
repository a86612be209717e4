//! LIBSVM text into a data set.

use crate::bench::{Bench, Outcome, PeerError, Turns, add, repeats, row, time};
use crate::data::{dense, published};
use crate::worker::Peer;
use comrade::data::libsvm::{self, ReadOptions};
use comrade_bench::record::{Reads, Row, SampleUnit, Target};
use serde_json::json;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;

/// MB/s aimed at.
const RATE: f64 = 500.0;
/// Bytes of the long texts, and of what peers are given of them.
const LONG: usize = 100_000_000;
const PART: usize = 3_000_000;

pub(crate) fn rows(bench: &Bench) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    let data = published("a9a")?;
    let mut text = Vec::new();
    libsvm::write(&data, &mut text)?;
    of(&mut rows, bench, &data.name, &text)?;
    of(&mut rows, bench, &format!("{} over and over", data.name), &long(&text))?;
    of(&mut rows, bench, "dense, 30 columns, six decimal places", &long(decimals()?.as_bytes()))?;
    Ok(rows)
}

/// Dense rows with numbers of six decimal places.
fn decimals() -> Outcome<String> {
    let data = dense(5000, 30)?;
    let mut text = String::new();
    for (j, label) in data.labels.iter().enumerate() {
        write!(text, "{label:+}")?;
        let mut wrote = Ok(());
        data.features.for_row(j, |k, v| wrote = wrote.and(write!(text, " {}:{v:.6}", k + 1)));
        wrote?;
        text.push('\n');
    }
    Ok(text)
}

fn long(text: &[u8]) -> Vec<u8> {
    text.repeat(LONG.div_ceil(text.len()))
}

fn of(rows: &mut Vec<Row>, bench: &Bench, name: &str, text: &[u8]) -> Outcome<()> {
    let rate = |text: &[u8]| SampleUnit::Rate { amount: text.len() as f64 / 1e6, name: "MB/s".into() };
    let read = |text: &[u8]| _ = black_box(libsvm::read(black_box(text), "bench", &ReadOptions::default()));
    libsvm::read(text, "bench", &ReadOptions::default())?;
    let work = format!("{name}, {:.1} MB", text.len() as f64 / 1e6);
    let found = row(&work, "", Reads::Alone, Turns { ours: bench.alone(|| read(text)), theirs: vec![] });
    add(rows, Row { unit: rate(text), target: Some(Target::AtLeast(RATE)), ..found });
    let count = || _ = black_box(memchr::memchr_iter(b'\n', black_box(text)).count());
    let turns = bench.own_turns(|| read(text), count)?;
    add(rows, Row { unit: rate(text), ..row(&work, "counting lines", Reads::Limit, turns) });

    // Whole lines.
    let end = text[..text.len().min(PART)].iter().rposition(|&b| b == b'\n').map_or(text.len(), |at| at + 1);
    let part = &text[..end];
    let file = tempfile::NamedTempFile::new_in(&bench.scratch)?;
    fs::write(file.path(), part)?;
    for (peer, shown) in [("scikit-learn", "scikit-learn"), ("liblinear", "LIBLINEAR's Python reader")] {
        let mut process = match Peer::reader(bench, peer, file.path()) {
            Ok(process) => process,
            Err(PeerError::Failed(says)) => {
                crate::bench::say(&format!("{shown}: {says}"));
                continue;
            }
            Err(slow) => return Err(slow.into()),
        };
        let own = repeats(time(1, || read(part)));
        let theirs = || Ok(process.run(bench, &json!({}))?.seconds);
        let turns = bench.turns(|| Ok(time(own, || read(part))), theirs)?;
        let work = format!("{name}, {:.1} MB", part.len() as f64 / 1e6);
        add(rows, Row { unit: rate(part), ..row(&work, shown, Reads::Faster, turns) });
    }
    Ok(())
}
