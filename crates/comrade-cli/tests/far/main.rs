//! `comrade train` on workers that are processes of their own, some of which send what they like.
//!
//! Center and honest workers are the program itself. The others are threads of this process, which write bytes to sockets.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod hostile;
mod secure;

use comrade::cluster::Cluster;
use comrade::compress::Identity;
use comrade::data::Dataset;
use comrade::data::libsvm::{ReadOptions, read_path, write};
use comrade::data::synthetic::{Gaussian, Task, gaussian};
use comrade::loss::Loss;
use comrade::method::{Limits, Method, State, solve};
use comrade::newton::minimise;
use comrade::objective::Objective;
use comrade::protocol::WorkerId;
use comrade::simulation::Simulation;
use comrade::stream::Seed;
use comrade::worker::{Remote, Worker};
use hostile::{Fault, Hostile, cut_off};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_comrade");
const LAMBDA: f64 = 1e-2;
const DEADLINE: Duration = Duration::from_secs(2);

/// A process that ends with its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `comrade worker`, and where it listens.
struct Served {
    address: String,
    _process: Process,
}

fn serve(file: &Path, options: &str) -> Served {
    serve_at(file, "127.0.0.1:0", options)
}

fn serve_at(file: &Path, listen: &str, options: &str) -> Served {
    let mut command = Command::new(PROGRAM);
    command.arg("worker").arg(file).args(["--listen", listen]).args(options.split_whitespace());
    let mut process = Process(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit_once(' ').unwrap().1.to_owned();
    Served { address, _process: process }
}

/// Samples of as many workers, and a file of each.
fn shards(dir: &Path, rows: &[usize]) -> (Vec<Dataset>, Vec<PathBuf>) {
    let spec = Gaussian { rows: rows.iter().sum(), cols: 6, condition: 3.0, margin: 2.0, task: Task::Classification };
    let (all, mut start) = (gaussian(&spec, Seed(5)).unwrap(), 0);
    rows.iter()
        .enumerate()
        .map(|(i, rows)| {
            let shard = all.select(&(start..start + rows).collect::<Vec<_>>());
            start += rows;
            let path = dir.join(format!("rows-{i}"));
            let mut text = vec![];
            write(&shard, &mut text).unwrap();
            std::fs::write(&path, text).unwrap();
            // As it is read: sparse.
            (read_path(&path, &ReadOptions::default()).unwrap().dataset, path)
        })
        .unzip()
}

/// All samples in one data set.
fn together(dir: &Path, paths: &[PathBuf]) -> Dataset {
    let text: Vec<u8> = paths.iter().flat_map(|path| std::fs::read(path).unwrap()).collect();
    let path = dir.join("together");
    std::fs::write(&path, text).unwrap();
    read_path(&path, &ReadOptions::default()).unwrap().dataset
}

/// What became of `comrade train`.
struct Trained {
    out: Output,
    /// The most memory that it ever had, less what it had at first, in bytes.
    grown: u64,
    took: Duration,
    model: Value,
}

impl Trained {
    fn said(&self) -> String {
        String::from_utf8_lossy(&self.out.stderr).into_owned()
    }

    fn weights(&self) -> Vec<f64> {
        assert!(self.out.status.success(), "{}", self.said());
        self.model["weights"].as_array().unwrap().iter().map(|w| w.as_f64().unwrap()).collect()
    }
}

fn high_water(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| 1024 * kilobytes)
}

fn train(dir: &Path, addresses: &[&str], options: &str) -> Trained {
    static FITS: AtomicUsize = AtomicUsize::new(0);
    let output = dir.join(format!("model-{}", FITS.fetch_add(1, Ordering::SeqCst)));
    let mut command = Command::new(PROGRAM);
    command.args(["train", "--workers", &addresses.join(","), "-o"]).arg(&output).args(options.split_whitespace());
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut first, mut last) = (None, 0);
    while child.try_wait().unwrap().is_none() {
        if let Some(now) = high_water(child.id()) {
            first.get_or_insert(now);
            last = now;
        }
        sleep(Duration::from_millis(1));
    }
    let took = started.elapsed();
    let out = child.wait_with_output().unwrap();
    let model = std::fs::read(&output).map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap());
    Trained { out, grown: last - first.unwrap_or(last), took, model }
}

/// A training run on the worker at `first` and these.
fn train_with(dir: &Path, first: &str, others: &[Served], options: &str) -> Trained {
    let addresses: Vec<&str> = [first].into_iter().chain(others.iter().map(|worker| &*worker.address)).collect();
    train(dir, &addresses, &format!("{OPTIONS} {options}"))
}

const OPTIONS: &str = "--insecure --lambda 1e-2 --deadline 2";
const PATIENT: &str = "--insecure --lambda 1e-2 --deadline 20";

fn remote(shard: &Dataset) -> Remote {
    let worker = Worker { id: WorkerId(0), shard: shard.clone(), loss: Loss::Logistic, lambda: LAMBDA };
    Remote { worker, compressor: Arc::new(Identity), seed: Seed(1) }
}

/// What an honest worker says of its samples, with one part of it replaced.
fn report(from: &str, to: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let text =
        format!(r#"{{"version":"{version}","rows":200,"dimension":6,"labels":{{"negative":-1.0,"positive":1.0}}}}"#);
    assert!(text.contains(from), "{text}");
    text.replacen(from, to, 1)
}

/// An address where nobody listens.
fn nowhere() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Whether f at these weights is as near to the minimum of the honest samples as the model says.
fn assert_within_its_floor(trained: &Trained, honest: &Dataset) {
    let f = Objective { data: honest, loss: Loss::Logistic, lambda: LAMBDA };
    let least = f.value(&minimise(&f, 1e-12).unwrap().w);
    let gap = f.value(&trained.weights()) - least;
    let promised = trained.model["outcome"]["floor"]["estimate"].as_f64().unwrap();
    assert!(gap <= promised + 1e-12, "f - f* = {gap:e}, promised {promised:e}");
}

/// Four honest workers and one with this fault: the fit is to the last bit that of the four, with one who is not there.
fn survives(fault: Fault, said: &str) -> Trained {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let (data, paths) = shards(dir, &[200; 5]);
    let honest: Vec<Served> = paths[1..].iter().map(|path| serve(path, "--insecure")).collect();
    let hostile = Hostile::new(fault, report("6", "6"), remote(&data[0]));
    let nowhere = nowhere();
    let with = |first: &str| train_with(dir, first, &honest, "--trim 0.2");
    let (trained, without) = (with(&hostile.address), with(&nowhere));
    assert_eq!(trained.weights(), without.weights(), "{fault:?}: {}", trained.said());
    assert_within_its_floor(&trained, &together(dir, &paths[1..]));
    assert!(trained.grown < 64 << 20, "{fault:?}: {} bytes", trained.grown);
    let named = format!("worker 0 at {} had no usable reply", hostile.address);
    assert!(trained.said().contains(&named) && trained.said().contains(said), "{fault:?}: {}", trained.said());
    trained
}

#[test]
fn the_hand_written_worker_is_one_that_the_center_understands() {
    let dir = tempfile::tempdir().unwrap();
    let (data, paths) = shards(dir.path(), &[200; 2]);
    let own = Hostile::new(Fault::Honest, report("6", "6"), remote(&data[0]));
    let [first, second] = [&paths[0], &paths[1]].map(|path| serve(path, "--insecure"));
    let by_hand = train(dir.path(), &[&own.address, &second.address], OPTIONS);
    let by_program = train(dir.path(), &[&first.address, &second.address], OPTIONS);
    assert_eq!(by_hand.weights(), by_program.weights());
}

#[test]
fn noise_is_no_answer() {
    survives(Fault::Garbage, "a reply to round");
}

#[test]
fn bytes_that_are_no_http_are_no_answer() {
    survives(Fault::RawBytes, "frame");
}

#[test]
fn ten_gigabytes_are_not_read() {
    survives(Fault::TenGigabytes, "too large: found 4294967295 bytes");
}

#[test]
fn messages_without_end_are_not_read() {
    // Whether two messages or the end of the connection are seen first is a matter of luck.
    survives(Fault::Endless, "");
}

#[test]
fn a_header_without_end_is_not_read() {
    survives(Fault::LongHeader, "");
}

#[test]
fn two_answers_are_none() {
    survives(Fault::Twice, "more than one reply");
}

#[test]
fn an_answer_to_another_question_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let (data, paths) = shards(dir.path(), &[200; 5]);
    let honest: Vec<Served> = paths[1..].iter().map(|path| serve(path, "--insecure")).collect();
    let with = |options: &str| {
        let hostile = Hostile::new(Fault::Stale, report("6", "6"), remote(&data[0]));
        let addresses: Vec<&str> =
            [&*hostile.address].into_iter().chain(honest.iter().map(|worker| &*worker.address)).collect();
        train(dir.path(), &addresses, &format!("{OPTIONS} --trim 0.2 {options}"))
    };
    let trained = with("");
    assert_within_its_floor(&trained, &together(dir.path(), &paths[1..]));
    assert!(trained.said().contains("worker 0"), "{}", trained.said());
    // All questions of this method ask for answers of one length.
    let trained = with("--method comrade");
    assert!(trained.said().contains("a reply to round"), "{}", trained.said());
}

#[test]
fn a_connection_that_ends_within_an_answer_is_no_answer() {
    survives(Fault::Cut, "");
}

#[test]
fn an_answer_in_a_packing_that_nobody_agreed_on_is_none() {
    survives(Fault::Packed, "compressed");
}

#[test]
fn the_text_of_a_failure_moves_no_cursor() {
    let said = survives(Fault::Reason, "converged").said();
    assert!(!said.contains('\u{1b}') && said.lines().all(|line| !line.trim().starts_with("converged")), "{said}");
}

#[test]
fn who_is_silent_or_late_holds_up_a_fit_by_three_deadlines() {
    let within = |trained: Trained| {
        let (least, most) = (2 * DEADLINE, 3 * DEADLINE + Duration::from_secs(3));
        assert!((least..most).contains(&trained.took), "{:?}", trained.took);
    };
    thread::scope(|scope| {
        scope.spawn(|| within(survives(Fault::Silent, "held up rounds by 6s in all")));
        scope.spawn(|| within(survives(Fault::Late, "held up rounds by 6s in all")));
    });
}

#[test]
fn a_straggler_that_is_excused_holds_up_no_round_by_its_patience() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let (data, paths) = shards(dir, &[200; 6]);
    let others: Vec<Served> = paths[1..].iter().map(|path| serve(path, "--insecure")).collect();
    let late = Hostile::new(Fault::Silent, report("6", "6"), remote(&data[0]));
    let trained = train_with(dir, &late.address, &others, "--trim 0.17 --stragglers 0.17");
    assert_within_its_floor(&trained, &together(dir, &paths[1..]));
    assert!(trained.said().contains("late: the others took less than two thirds as long"), "{}", trained.said());
    assert!(trained.took < 2 * DEADLINE, "{:?}", trained.took);
}

#[test]
fn whatever_one_says_of_its_samples_the_others_train() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let (data, paths) = shards(dir, &[200; 5]);
    let honest: Vec<Served> = paths[1..].iter().map(|path| serve(path, "--insecure")).collect();
    let with = |first: &str| train_with(dir, first, &honest, "--trim 0.2");
    let (without, same) = (with(&nowhere()), {
        let hostile = Hostile::new(Fault::Honest, report("6", "6"), remote(&data[0]));
        with(&hostile.address)
    });
    assert_ne!(without.weights(), same.weights());
    for (from, to, refused) in [
        ("\"rows\":200", "\"rows\":18446744073709551615", ""),
        ("\"rows\":200", "\"rows\":0", ""),
        ("\"rows\":200", "\"rows\":-1", "another form"),
        ("\"dimension\":6", "\"dimension\":4294967295", "4294967295 features, and not 6"),
        ("\"dimension\":6", "\"dimension\":7", "7 features, and not 6"),
        ("\"negative\":-1.0,\"positive\":1.0", "\"negative\":1.0,\"positive\":-1.0", "its classes are 1 -> -1"),
        ("\"negative\":-1.0", "\"negative\":1e999", "another form"),
        ("\"version\":\"", "\"version\":\"9", "and not 0"),
        ("{", "[[[[[[", "another form"),
    ] {
        let hostile = Hostile::new(Fault::Honest, report(from, to), remote(&data[0]));
        let trained = with(&hostile.address);
        let expected = if refused.is_empty() { &same } else { &without };
        assert_eq!(trained.weights(), expected.weights(), "{to}: {}", trained.said());
        assert!(trained.said().contains(refused), "{to}: {}", trained.said());
        assert!(trained.grown < 64 << 20, "{to}: {} bytes", trained.grown);
        let rows = trained.model["data"]["rows"].as_u64().unwrap();
        assert!((800..=1000).contains(&rows), "{to}: {rows}");
    }
    // Nobody reads what it says of itself, and it may still answer.
    let long = report("\"rows\"", &format!("\"{}\":1,\"rows\"", "x".repeat(5000)));
    let trained = with(&Hostile::new(Fault::Honest, long, remote(&data[0])).address);
    assert_eq!(trained.weights(), same.weights());
    assert!(trained.said().contains("too large") && trained.grown < 64 << 20, "{}", trained.said());
}

/// A worker whose labels are all wrong is a real one, and tells the truth about them.
#[test]
fn a_worker_that_lies_well_moves_the_fit_by_less_than_its_floor() {
    let dir = tempfile::tempdir().unwrap();
    let (data, paths) = shards(dir.path(), &[200; 8]);
    let mut lies = data[0].clone();
    lies.labels.iter_mut().for_each(|label| *label = -*label);
    let mut text = vec![];
    write(&lies, &mut text).unwrap();
    std::fs::write(&paths[0], text).unwrap();
    let all: Vec<Served> = paths.iter().map(|path| serve(path, "--insecure")).collect();
    let addresses: Vec<&str> = all.iter().map(|worker| &*worker.address).collect();
    let trained = train(dir.path(), &addresses, &format!("{OPTIONS} --trim 0.125"));
    assert_within_its_floor(&trained, &together(dir.path(), &paths[1..]));
}

#[test]
fn more_than_are_covered_end_the_run_with_their_reasons() {
    let dir = tempfile::tempdir().unwrap();
    let (data, paths) = shards(dir.path(), &[200; 2]);
    let honest = serve(&paths[1], "--insecure");
    let hostile = Hostile::new(Fault::Garbage, report("6", "6"), remote(&data[0]));
    let ended = train(dir.path(), &[&hostile.address, &honest.address], OPTIONS);
    assert_eq!(ended.out.status.code(), Some(1));
    assert!(ended.said().contains("1 of 2 replies"), "{}", ended.said());
    assert_eq!(ended.model, Value::Null);
    let away = train(dir.path(), &[&honest.address, &nowhere()], OPTIONS);
    let said = away.said();
    assert!(said.contains("1 of 2 workers cannot take part") && said.contains("refused"), "{said}");
}

/// The cluster in this process that has these shards, solved.
fn here(shards: &[Dataset], all: &Dataset, compress: &str, method: Method) -> Vec<f64> {
    let mut start = 0;
    let rows: Vec<Vec<usize>> = shards
        .iter()
        .map(|shard| {
            start += shard.rows();
            (start - shard.rows()..start).collect()
        })
        .collect();
    let run = Simulation::dealt(all, rows).lambda(LAMBDA).compress(compress);
    let options = run.options();
    let mut cluster = run.build().unwrap();
    let mut state = State::start(method, &cluster, vec![0.0; cluster.dimension()]).unwrap();
    let limits = Limits::new(Limits::DEFAULT.tolerance, 12);
    match solve(&mut cluster, &options, &limits, &mut state, &mut |_| ControlFlow::<()>::Continue(())).unwrap() {
        ControlFlow::Continue(outcome) => outcome.w,
        ControlFlow::Break(()) => unreachable!("nobody ends it"),
    }
}

#[test]
fn workers_elsewhere_give_the_bits_of_workers_in_this_process() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    // A worker counts by its rows where nobody is assumed to lie.
    let (data, paths) = shards(dir, &[100, 300, 200]);
    let all = together(dir, &paths);
    let served: Vec<Served> = paths.iter().map(|path| serve(path, "--insecure")).collect();
    let addresses: Vec<&str> = served.iter().map(|worker| &*worker.address).collect();
    for (options, method, compress, intercept) in [
        ("--method lazy-newton", Method::LazyNewton, "identity", false),
        ("--method lazy-newton --intercept", Method::LazyNewton, "identity", true),
        ("--method comrade --compress random-k:3", Method::Comrade, "random-k:3", false),
        ("--method giant", Method::Giant, "identity", false),
    ] {
        let far = train(dir, &addresses, &format!("{OPTIONS} --max-rounds 12 {options}"));
        let raised = all.clone();
        let all = if intercept { raised.with_intercept().unwrap() } else { raised };
        let near = here(&data, &all, compress, method);
        let weights: Vec<f64> = far.model["weights"].as_array().unwrap().iter().map(|w| w.as_f64().unwrap()).collect();
        assert_eq!(weights, near, "{options}: {}", far.said());
    }
}

#[test]
fn a_worker_that_vanishes_and_comes_back_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (_, paths) = shards(dir.path(), &[200; 3]);
    let served: Vec<Served> = paths.iter().map(|path| serve(path, "--insecure")).collect();
    let [first, second, third] = [&served[0].address, &served[1].address, &served[2].address];
    let away = Duration::from_secs(1);
    let unsteady = cut_off(third.clone(), 700, away);
    let steady = train(dir.path(), &[first, second, third], PATIENT);
    let trained = train(dir.path(), &[first, second, &unsteady], PATIENT);
    assert!(trained.took > away, "{:?}", trained.took);
    assert_eq!(trained.weights(), steady.weights());
}

#[test]
fn the_center_waits_for_a_worker_that_starts_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let (_, paths) = shards(dir.path(), &[200; 2]);
    let (first, second) = (serve(&paths[0], "--insecure"), nowhere());
    let trained = thread::scope(|scope| {
        let late = scope.spawn(|| {
            sleep(Duration::from_millis(700));
            serve_at(&paths[1], &second, "--insecure")
        });
        let trained = train(dir.path(), &[&first.address, &second], PATIENT);
        drop(late.join().unwrap());
        trained
    });
    assert_eq!(trained.weights().len(), 6);
}

#[test]
fn whatever_a_stranger_sends_the_worker_still_answers() {
    let dir = tempfile::tempdir().unwrap();
    let (_, paths) = shards(dir.path(), &[200; 2]);
    let served: Vec<Served> = paths.iter().map(|path| serve(path, "--insecure")).collect();
    let addresses: Vec<&str> = served.iter().map(|worker| &*worker.address).collect();
    let before = train(dir.path(), &addresses, OPTIONS).weights();
    let mut kept = vec![];
    for bytes in [&[0xff; 70_000][..], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b""] {
        let mut stranger = TcpStream::connect(addresses[0]).unwrap();
        let _ = stranger.write_all(bytes);
        // It stays connected.
        kept.push(stranger);
    }
    assert_eq!(train(dir.path(), &addresses, OPTIONS).weights(), before);
}

#[test]
fn what_does_not_go_together_is_a_bad_argument() {
    let complaint = |arguments: &str| {
        let out = Command::new(PROGRAM).args(arguments.split_whitespace()).output().unwrap();
        (out.status.code(), String::from_utf8(out.stderr).unwrap())
    };
    for (arguments, says) in [
        ("train --insecure --workers a:1,b", "no HOST:PORT"),
        ("train --insecure --workers a:1,a:1", "twice"),
        ("train --insecure --workers a:x", "no HOST:PORT"),
        ("train --insecure --workers a:1 rows", "FILE"),
        ("train --insecure --workers a:1 --attack nan", "--attack"),
        ("train --insecure --workers a:1 --checkpoint c", "--checkpoint"),
        ("train --insecure --workers a:1 --dimension 5", "--dimension"),
        ("train --insecure --workers a:1 --method gradient-descent", "--step"),
        ("train --insecure --workers a:1 --ca ca.pem", "cannot be used with"),
        ("train --workers 4", "FILE is missing"),
        ("train rows --insecure", "workers at other addresses"),
        ("worker rows --listen 127.0.0.1:0 --cert c.pem", "--key"),
    ] {
        let (status, said) = complaint(arguments);
        assert_eq!(status, Some(2), "{arguments}: {said}");
        assert!(said.contains(says), "{arguments}: {said}");
    }
    for (arguments, says) in [
        ("train --workers 127.0.0.1:1", "--ca"),
        ("worker Cargo.toml --listen 127.0.0.1:0", "--cert"),
        ("compare Cargo.toml --workers 127.0.0.1:1", "their number"),
        ("train --workers 127.0.0.1:1 --ca nowhere.pem", "nowhere.pem: cannot read"),
        ("train --workers 127.0.0.1:1 --ca Cargo.toml", "no PEM certificate"),
    ] {
        let (status, said) = complaint(arguments);
        assert_eq!(status, Some(1), "{arguments}: {said}");
        assert!(said.contains(says), "{arguments}: {said}");
    }
}
