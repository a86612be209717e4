//! The peak memory of reading a file and solving, in a process of its own.

use crate::bench::{Bench, Outcome, Turns, add, pool, row};
use crate::data::published;
use comrade::data::libsvm::{self, ReadOptions};
use comrade::loss::Loss;
use comrade::newton::{Factor, minimise_with};
use comrade::objective::Objective;
use comrade_bench::record::{Reads, Row, SampleUnit, Target};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Where Linux says how much memory a process has used.
const STATUS: &str = "/proc/self/status";
/// The line in it: the peak of what was in memory.
const PEAK: &str = "VmHWM:";

/// Reads a LIBSVM file, solves, and gives the peak memory of this process in KiB.
pub(crate) fn of_solve(file: &Path) -> Outcome<u64> {
    let data = libsvm::read_path(file, &ReadOptions::default())?.dataset;
    let f = Objective { data: &data, loss: Loss::Logistic, lambda: 1.0 / data.rows() as f64 };
    pool(1)?.install(|| minimise_with(&f, 1e-8, Factor::choose(&data.features)))?;
    let status = fs::read_to_string(STATUS).map_err(|error| format!("{STATUS}: {error}"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix(PEAK)?.split_whitespace().next());
    Ok(peak.ok_or("the system does not say its peak memory")?.parse()?)
}

/// The row of a9a.
pub(crate) fn add_row(rows: &mut Vec<Row>, bench: &Bench) -> Outcome<()> {
    if !Path::new(STATUS).exists() {
        crate::bench::say("peak memory: only Linux says it");
        return Ok(());
    }
    let data = published("a9a")?;
    let text = tempfile::NamedTempFile::new_in(&bench.scratch)?;
    libsvm::write(&data, std::io::BufWriter::new(text.as_file()))?;
    let mut peaks = Vec::new();
    for _ in 0..3 {
        let child = Command::new(std::env::current_exe()?).arg("--peak-memory").arg(text.path()).output()?;
        let said = String::from_utf8_lossy(&child.stdout).into_owned();
        let kib: f64 = said.trim().parse().map_err(|_| String::from_utf8_lossy(&child.stderr).into_owned())?;
        peaks.push(kib / 1024.0);
    }
    let work = format!("{}, lambda 1/n: peak memory of a process that reads the file and solves", data.name);
    let found = row(&work, "", Reads::Alone, Turns { ours: peaks, theirs: vec![] });
    add(rows, Row { unit: SampleUnit::Mebibytes, target: Some(Target::AtMost(16.0)), ..found });
    Ok(())
}
