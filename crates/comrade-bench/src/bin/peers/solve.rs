//! Exact solves to a gradient 1e-8 times that at 0; with more columns than rows, see `wide`, to others too.

use crate::bench::{Bench, Outcome, PeerError, Turns, add, at_least, pool, row, time};
use crate::data::{Written, dense, published};
use crate::worker::Peer;
use crate::{gram, memory};
use comrade::data::Dataset;
use comrade::kernel::dot;
use comrade::loss::Loss;
use comrade::newton::{Factor, minimise_with};
use comrade::objective::Objective;
use comrade_bench::record::{Reads, Row, Target};
use comrade_bench::stats::loosest;
use rayon::ThreadPool;
use serde_json::json;
use std::hint::black_box;
use std::time::Instant;

/// ||g(w)|| / ||g(0)|| to be reached.
const GOAL: f64 = 1e-8;
/// What counts as that, in units of it.
const NEAR: f64 = 1.01;

/// A peer, and how many times as fast ours should be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opponent {
    name: &'static str,
    shown: &'static str,
    /// Whether it makes use of more than one thread.
    threads: bool,
    target: Option<f64>,
}

const fn opponent(name: &'static str, shown: &'static str, threads: bool) -> Opponent {
    Opponent { name, shown, threads, target: None }
}

const CHOLESKY: Opponent = opponent("newton-cholesky", "scikit-learn newton-cholesky", true);
pub(crate) const CG: Opponent = opponent("newton-cg", "scikit-learn newton-cg", true);
pub(crate) const LBFGS: Opponent = opponent("lbfgs", "scikit-learn lbfgs", true);
pub(crate) const LIBLINEAR: Opponent = opponent("liblinear", "LIBLINEAR primal", false);
pub(crate) const LIBLINEAR_DUAL: Opponent = opponent("liblinear-dual", "LIBLINEAR dual", false);
const SNAP: Opponent = opponent("snapml", "Snap ML dual", true);
const NUMPY: Opponent = opponent("numpy", "NumPy Newton", true);

impl Opponent {
    const fn aim(self, target: f64) -> Self {
        Self { target: Some(target), ..self }
    }

    /// The power of ten at which to look for its tolerance first.
    fn start(self, problem: &Problem<'_>) -> i32 {
        let data = problem.f.data;
        let n = data.rows() as f64;
        let positive = data.labels.iter().filter(|&&y| y > 0.0).count() as f64;
        let tolerance = match self.name {
            // Relative, times the share of the smaller class.
            "liblinear" => problem.goal * n / positive.min(n - positive).max(1.0),
            // Of changes in w.
            "snapml" => 1e-6,
            "numpy" => problem.goal,
            // Of the derivatives of the dual.
            "liblinear-dual" => 1e4 * problem.goal,
            // The largest entry of the gradient.
            _ => problem.goal * problem.first,
        };
        tolerance.log10().floor() as i32
    }
}

pub(crate) fn rows(bench: &Bench) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    memory::add_row(&mut rows, bench)?;
    let sparse = [
        ("a9a", [CHOLESKY.aim(6.0), CG, LBFGS, LIBLINEAR.aim(10.0), SNAP]),
        ("w5a", [CHOLESKY, CG, LBFGS, LIBLINEAR.aim(2.0), SNAP]),
    ];
    for (name, peers) in sparse {
        let data = published(name)?;
        for (lambda, shown) in [(1.0 / data.rows() as f64, "1/n"), (1e-4, "1e-4")] {
            against(&mut rows, bench, &data, (lambda, shown), GOAL, &peers)?;
        }
    }
    let data = dense(200_000, 300)?;
    direct(&mut rows, bench, &data)?;
    let peers = [NUMPY, CHOLESKY, CG, LBFGS, LIBLINEAR, SNAP].map(|peer| peer.aim(3.0));
    against(&mut rows, bench, &data, (1e-4, "1e-4"), GOAL, &peers)?;
    drop(data);
    let data = dense(50_000, 2_000)?;
    against(&mut rows, bench, &data, (1e-4, "1e-4"), GOAL, &[SNAP.aim(1.0), CG, LBFGS])?;
    Ok(rows)
}

/// One problem against all that can solve it to this gradient.
pub(crate) fn against(
    rows: &mut Vec<Row>,
    bench: &Bench,
    data: &Dataset,
    (lambda, shown): (f64, &str),
    goal: f64,
    peers: &[Opponent],
) -> Outcome<()> {
    let f = Objective { data, loss: Loss::Logistic, lambda };
    let by = match Factor::choose(&data.features) {
        Factor::Double => "",
        Factor::Kept => ", by a factor that is kept",
        Factor::Sketch { .. } => ", by the Hessian of a sample",
        Factor::Diagonal => ", preconditioned by the diagonal",
    };
    let work = format!("{}, lambda {shown}{by}", data.name);
    let first = norm(&f.gradient(&vec![0.0; data.cols()]));
    let problem = Problem { bench, f, goal, first, data: Written::new(data, bench)? };
    for &peer in peers {
        let mut tolerance = None;
        for &threads in bench.threads.iter().filter(|&&threads| threads == 1 || peer.threads) {
            let found = problem.play(peer, threads, &mut tolerance)?;
            let unfinished = found.stopped || found.theirs.is_empty();
            // On one thread unless said: the target of being faster at all is one on two threads as well.
            let target = at_least(peer.target.filter(|&target| threads == 1 || target == 1.0));
            add(rows, Row { work: work.clone(), threads, target, ..found });
            if unfinished {
                break;
            }
        }
    }
    Ok(())
}

/// One problem, and where peers find its data.
struct Problem<'a> {
    bench: &'a Bench,
    f: Objective<'a>,
    /// ||g(w)|| / ||g(0)|| to be reached.
    goal: f64,
    /// ||g(0)||.
    first: f64,
    data: Written,
}

impl Problem<'_> {
    /// ||g(w)|| / ||g(0)||.
    fn reached(&self, w: &[f64]) -> f64 {
        norm(&self.f.gradient(w)) / self.first
    }

    /// Seconds of our own solve, which is judged like any other.
    fn ours(&self, threads: &ThreadPool) -> Outcome<f64> {
        let start = Instant::now();
        let found = threads.install(|| minimise_with(&self.f, self.goal, Factor::choose(&self.f.data.features)));
        let seconds = start.elapsed().as_secs_f64();
        let reached = self.reached(&found?.w);
        if reached <= NEAR * self.goal { Ok(seconds) } else { Err(format!("ours reaches {reached:.1e} only").into()) }
    }

    /// One run of a peer: seconds, and what it reached.
    fn theirs(&self, process: &mut Peer, exponent: i32) -> Result<(f64, f64), PeerError> {
        let tolerance = format!("1e{exponent}");
        let answer = process.run(self.bench, &json!({ "rate": self.f.lambda, "tolerance": tolerance }))?;
        if answer.w.len() != self.f.data.cols() {
            return Err(PeerError::Failed(format!("{} coefficients", answer.w.len())));
        }
        Ok((answer.seconds, self.reached(&answer.w)))
    }

    /// A peer against ours; one that is too slow or breaks down has a row that says so.
    fn play(&self, peer: Opponent, threads: usize, tolerance: &mut Option<i32>) -> Outcome<Row> {
        let pool = pool(threads)?;
        let error = match self.by_turns(peer, threads, &pool, tolerance) {
            Ok(row) => return Ok(row),
            Err(error) => error,
        };
        let ours = || (0..3).map(|_| self.ours(&pool)).collect::<Outcome<Vec<_>>>();
        match error.downcast_ref::<PeerError>() {
            Some(PeerError::Slow(limit)) => {
                let turns = Turns { ours: ours()?, theirs: vec![limit.as_secs_f64()] };
                Ok(Row { stopped: true, ..row("", peer.shown, Reads::Faster, turns) })
            }
            Some(PeerError::Failed(says)) => {
                let found = row("", peer.shown, Reads::Faster, Turns { ours: ours()?, theirs: vec![] });
                Ok(Row { note: format!("no result: {says}"), ..found })
            }
            None => Err(error),
        }
    }

    /// A peer and ours timed alternately; the peer's tolerance is searched for unless it is known.
    fn by_turns(&self, peer: Opponent, threads: usize, pool: &ThreadPool, tolerance: &mut Option<i32>) -> Outcome<Row> {
        let with = json!({ "peer": peer.name });
        let mut process = Peer::load(self.bench, threads, "solve", &self.data, &with)?;
        let exponent = match (*tolerance, peer.name) {
            (Some(known), _) => known,
            // What it is given is what is judged.
            (None, "numpy") => peer.start(self),
            (None, _) => loosest(peer.start(self), self.goal, |exponent| Ok(self.theirs(&mut process, exponent)?.1))
                .map(|found| found.0)
                .map_err(|error: PeerError| error)?,
        };
        *tolerance = Some(exponent);
        let mut worst = 0.0;
        let theirs = || {
            let (seconds, reached) = self.theirs(&mut process, exponent)?;
            worst = f64::max(worst, reached);
            Ok(seconds)
        };
        let turns = self.bench.turns(|| self.ours(pool), theirs)?;
        let note = if worst <= NEAR * self.goal { String::new() } else { format!("theirs reaches {worst:.1e} only") };
        let against = format!("{}, tolerance 1e{exponent}", peer.shown);
        Ok(Row { note, ..row("", &against, Reads::Faster, turns) })
    }
}

/// The direct solve against as many bare triangles X'X as it takes steps.
fn direct(rows: &mut Vec<Row>, bench: &Bench, data: &Dataset) -> Outcome<()> {
    let f = Objective { data, loss: Loss::Logistic, lambda: 1e-4 };
    let one = pool(1)?;
    let steps = one.install(|| minimise_with(&f, GOAL, Factor::Double))?.iterations;
    let solve = || _ = black_box(one.install(|| minimise_with(&f, GOAL, Factor::Double)));
    let mut product = gram::Bare::<f64>::new(data)?;
    let turns = bench.turns(|| Ok(time(1, solve)), || Ok(steps as f64 * time(steps, || product.run())))?;
    let work = format!("{}, lambda 1e-4, direct in double precision", data.name);
    let found = row(&work, &format!("{steps} times the triangle of X'X by faer"), Reads::Limit, turns);
    add(rows, Row { target: Some(Target::AtMost(1.25)), ..found });
    Ok(())
}

pub(crate) fn norm(v: &[f64]) -> f64 {
    dot(v, v).sqrt()
}
