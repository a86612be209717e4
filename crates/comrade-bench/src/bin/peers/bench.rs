//! How two computations are timed alternately, and the rows that this gives.

use comrade_bench::record::{Reads, Row, SampleUnit, Target};
use comrade_bench::stats::quartiles;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

/// What a measurement gives; an error ends the run.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Why a peer gives no answer.
#[derive(Debug)]
pub(crate) enum PeerError {
    /// It took too long.
    Slow(Duration),
    /// It said why, or broke down.
    Failed(String),
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slow(limit) => write!(f, "stopped after {} s", limit.as_secs()),
            Self::Failed(says) => f.write_str(says),
        }
    }
}

impl Error for PeerError {}

impl From<io::Error> for PeerError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Settings of a run.
#[derive(Debug)]
pub(crate) struct Bench {
    /// The interpreter that has the peers, and what it runs.
    pub(crate) python: PathBuf,
    pub(crate) script: PathBuf,
    /// Where data are put.
    pub(crate) scratch: PathBuf,
    pub(crate) threads: Vec<usize>,
    /// Pairs at most.
    pub(crate) pairs: usize,
    /// Of one run of a peer.
    pub(crate) limit: Duration,
}

/// Pairs at least, of those that are slow.
const LEAST: usize = 3;
/// Seconds that the pairs of a row may take, unless there are only [`LEAST`].
const BUDGET: f64 = 10.0;
/// A pair that takes as many seconds needs no other one to warm up.
const WARM: f64 = 2.0;
/// Seconds that a sample should take, so that neither reading the clock counts nor waking a thread that slept: it can take
/// as long as a round, and rounds of a solve follow one another.
const SAMPLE: f64 = 5e-2;
/// Threads of the one before go to sleep.
const PAUSE: Duration = Duration::from_millis(20);

/// Times of two computations, each taken next to the other's.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    pub(crate) ours: Vec<f64>,
    pub(crate) theirs: Vec<f64>,
}

impl Bench {
    /// Times two computations alternately; each gives the seconds it took.
    pub(crate) fn turns(
        &self,
        mut ours: impl FnMut() -> Outcome<f64>,
        mut theirs: impl FnMut() -> Result<f64, PeerError>,
    ) -> Outcome<Turns> {
        let mut turns = Turns::default();
        let first = (ours()?, theirs()?);
        let pair = first.0 + first.1;
        if pair > WARM {
            turns.ours.push(first.0);
            turns.theirs.push(first.1);
        }
        let pairs = ((BUDGET / pair) as usize).max(LEAST).min(self.pairs);
        while turns.ours.len() < pairs {
            thread::sleep(PAUSE);
            turns.ours.push(ours()?);
            thread::sleep(PAUSE);
            turns.theirs.push(theirs()?);
        }
        Ok(turns)
    }

    /// [`Self::turns`] of two pieces of our own code, both short.
    pub(crate) fn own_turns(&self, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> Outcome<Turns> {
        let repeats = [repeats(time(1, &mut ours)), repeats(time(1, &mut theirs))];
        self.turns(|| Ok(time(repeats[0], &mut ours)), || Ok(time(repeats[1], &mut theirs)))
    }

    /// Times one computation.
    pub(crate) fn alone(&self, mut ours: impl FnMut()) -> Vec<f64> {
        let repeats = repeats(time(1, &mut ours));
        (0..self.pairs.max(LEAST)).map(|_| time(repeats, &mut ours)).collect()
    }
}

/// How many runs a sample has of something that takes this many seconds.
pub(crate) fn repeats(seconds: f64) -> usize {
    (SAMPLE / seconds.max(1e-9)).ceil().clamp(1.0, 1e5) as usize
}

/// Seconds per run, as the mean of this many runs.
pub(crate) fn time(repeats: usize, mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..repeats).for_each(|_| work());
    start.elapsed().as_secs_f64() / repeats as f64
}

/// Our own threads.
pub(crate) fn pool(threads: usize) -> Outcome<ThreadPool> {
    Ok(ThreadPoolBuilder::new().num_threads(threads).build()?)
}

/// A row to be filled; on one thread, in seconds, without a target.
pub(crate) fn row(work: &str, against: &str, reads: Reads, turns: Turns) -> Row {
    let Turns { ours, theirs } = turns;
    Row {
        work: work.into(),
        threads: 1,
        unit: SampleUnit::Seconds,
        ours,
        against: against.into(),
        theirs,
        stopped: false,
        reads,
        target: None,
        note: String::new(),
    }
}

/// A target that is a lower bound, if there is one.
pub(crate) fn at_least(least: Option<f64>) -> Option<Target> {
    least.map(Target::AtLeast)
}

/// Adds a row, and tells who watches.
pub(crate) fn add(rows: &mut Vec<Row>, row: Row) {
    let figure = row.figure().map_or_else(String::new, |figure| format!("{:.3e}", figure.median));
    let median = |sample: &[f64]| quartiles(sample).map_or_else(|| "-".to_owned(), |q| format!("{:.3e}", q.median));
    let Row { work, threads, against, note, .. } = &row;
    let times = format!("ours {}, theirs {}", median(&row.ours), median(&row.theirs));
    say(&format!("{work}, {threads} thr., {against}: {figure} ({times}) {note}"));
    rows.push(row);
}

/// One line for whoever watches.
pub(crate) fn say(line: &str) {
    // Nobody is told when nobody reads.
    let _ = writeln!(io::stderr(), "{line}");
}
