//! What a full disk or a kill leaves of the files that the programs write, at every operation and at seeded moments.
//!
//! The programs of tests are built with the feature `faults` of `comrade-file`: `COMRADE_FAULT` orders a fault at one operation.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]
#![expect(clippy::print_stdout, reason = "a long run of kills says how many there were")]

use comrade_file::Together;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A program that writes a report over that of another run.
struct Case {
    program: &'static str,
    /// The list of its files.
    list: &'static str,
    /// What was there before, and what replaces it.
    runs: [Run; 2],
}

/// Arguments, and the file that is there for them.
#[derive(Clone)]
struct Run {
    arguments: &'static str,
    given: Option<(&'static str, String)>,
}

const FIGURES: &str = r#"
seed = 7
seeds = 1
workers = 4
sharding = "partition"
[data.tiny]
lambda = 0.1
iterations = 2
made = { rows = 60, cols = 2, condition = 2.0, margin = 1.0 }
[[figure]]
name = "one"
title = "One"
columns = 1
show = ["accuracy"]
panel = [{ title = "{data}", data = "tiny", attack = "silent" }]
curve = [{ label = "free" }, { label = "undefended", liars = 0.25 }]
"#;

fn verify() -> Case {
    let arguments = ["--claim lemma-4 --scenario tiny --seeds 2", "--claim lemma-5 --scenario tiny --seeds 3"];
    let runs = arguments.map(|arguments| Run { arguments, given: None });
    Case { program: env!("CARGO_BIN_EXE_verify"), list: "bounds.sha256", runs }
}

fn figures() -> Case {
    let run = |text: String| Run { arguments: "--config config.toml", given: Some(("config.toml", text)) };
    let runs = [run(FIGURES.into()), run(FIGURES.replace("seed = 7", "seed = 8"))];
    Case { program: env!("CARGO_BIN_EXE_figures"), list: "figures.sha256", runs }
}

/// A part of the committed curves, drawn: to play them would take too long.
fn theory() -> Case {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../reports/theory/theory.json")).unwrap();
    let mut numbers: Value = serde_json::from_str(&text).unwrap();
    let mut run = |without: &[&str]| {
        without.iter().for_each(|key| numbers[key] = Value::Array(Vec::new()));
        Run { arguments: "--draw", given: Some(("out/theory.json", numbers.to_string())) }
    };
    let runs = [run(&["sweeps", "paths"]), run(&["rests"])];
    Case { program: env!("CARGO_BIN_EXE_theory"), list: "theory.sha256", runs }
}

fn hunt() -> Case {
    let arguments = ["--claim lemma-4 --budget 50 --jobs 1", "--claim lemma-6 --budget 50 --jobs 1 --forget"];
    let runs = arguments.map(|arguments| Run { arguments, given: None });
    Case { program: env!("CARGO_BIN_EXE_hunt"), list: "hunt.sha256", runs }
}

/// A folder in which programs run, whose reports go to `out`.
struct Place(tempfile::TempDir);

impl Place {
    /// Empty, or with these files in `out`.
    fn new(out: &BTreeMap<PathBuf, Vec<u8>>) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir(place.out()).unwrap();
        for (name, bytes) in out {
            let path = place.out().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        place
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("out")
    }

    fn command(&self, case: &Case, run: &Run) -> Command {
        if let Some((name, text)) = &run.given {
            fs::write(self.0.path().join(name), text).unwrap();
        }
        let mut command = Command::new(case.program);
        command.args(run.arguments.split_whitespace()).args(["--out", "out"]).current_dir(self.0.path());
        command.env_remove("COMRADE_DATA").env_remove("COMRADE_FAULT");
        command
    }

    #[track_caller]
    fn succeeds(&self, case: &Case, run: &Run) {
        let output = self.command(case, run).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        Together::compare(&self.out().join(case.list)).unwrap();
        assert!(!is_left(self.0.path()));
    }

    /// After a fault: every file is whole, a mixture is told, and another run makes it good. Whether it was a mixture.
    #[track_caller]
    fn is_mixed_and_made_good(&self, case: &Case, runs: [&BTreeMap<PathBuf, Vec<u8>>; 2], at: &str) -> bool {
        let mut there = files(&self.out());
        there.retain(|name, _| !is_temporary(name));
        for (name, bytes) in &there {
            assert!(runs.iter().any(|run| run.get(name) == Some(bytes)), "{at}: {}", name.display());
        }
        let mixed = runs.iter().all(|run| there != **run);
        if mixed {
            assert!(Together::compare(&self.out().join(case.list)).is_err(), "{at}: {:?}", there.keys());
        }
        self.succeeds(case, &case.runs[1]);
        assert!(files(&self.out()) == *runs[1], "{at}, run again");
        mixed
    }

    /// What is in `out` after the first run, with what is given to the second, and after the second.
    fn before_and_after(case: &Case) -> [BTreeMap<PathBuf, Vec<u8>>; 2] {
        let place = Self::new(&BTreeMap::new());
        place.succeeds(case, &case.runs[0]);
        drop(place.command(case, &case.runs[1]));
        let before = files(&place.out());
        place.succeeds(case, &case.runs[1]);
        [before, files(&place.out())]
    }
}

/// All files under a folder, but finished parts that wait for the others.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, top: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name() != Some(".parts".as_ref()) {
                walk(&path, top, into);
            } else if path.is_file() {
                into.insert(path.strip_prefix(top).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(folder, folder, &mut all);
    all
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().unwrap().to_string_lossy().starts_with(".comrade-")
}

/// Whether a temporary file is left, parts included.
fn is_left(folder: &Path) -> bool {
    fs::read_dir(folder).into_iter().flatten().any(|entry| {
        let path = entry.unwrap().path();
        is_temporary(&path) || path.is_dir() && is_left(&path)
    })
}

/// Every operation on the disk fails once, or ends the process. What is there then is of one run or told, each file is whole, and
/// another run makes it good.
#[track_caller]
fn survives_every_fault(case: &Case) {
    let [old, new] = Place::before_and_after(case);
    let second = &case.runs[1];
    let (mut at, mut mixed) = (1, 0);
    loop {
        let mut is_over = true;
        for (kind, status, word) in [("fails", 1, "fault ordered"), ("kills", 137, "killed as ordered")] {
            let place = Place::new(&old);
            let output = place.command(case, second).env("COMRADE_FAULT", format!("{kind}:{at}")).output().unwrap();
            let says = String::from_utf8_lossy(&output.stderr);
            if !says.contains(word) {
                assert_eq!(output.status.code(), Some(0), "{says}");
                assert!(files(&place.out()) == new, "{kind} {at}");
                continue;
            }
            is_over = false;
            assert_eq!(output.status.code(), Some(status), "{says}");
            assert!(!says.contains("panicked"), "{says}");
            if kind == "fails" {
                assert!(says.contains("cannot write") && !is_left(place.0.path()), "{at}: {says}");
            }
            mixed += usize::from(place.is_mixed_and_made_good(case, [&old, &new], &format!("{kind} {at}")));
        }
        if is_over {
            break;
        }
        at += 1;
    }
    // Every file that changes is made, filled, synchronised and named.
    let changed = new.iter().filter(|(name, bytes)| old.get(*name) != Some(*bytes)).count();
    assert!(at > 4 * changed, "{at} operations for {changed} files");
    assert!(mixed > 0, "no fault fell between the first name and the last");
}

#[test]
fn verify_survives_every_fault() {
    survives_every_fault(&verify());
}

#[test]
fn figures_survives_every_fault() {
    survives_every_fault(&figures());
}

#[test]
fn theory_survives_every_fault() {
    survives_every_fault(&theory());
}

#[test]
fn hunt_survives_every_fault() {
    survives_every_fault(&hunt());
}

/// What the check of a report says of one that is mixed.
#[test]
fn a_mixed_report_is_told_by_the_check_with_what_to_do() {
    let case = figures();
    let [old, new] = Place::before_and_after(&case);
    let check = |out: &BTreeMap<PathBuf, Vec<u8>>| {
        let output = Place::new(out).command(&case, &case.runs[1]).arg("--check").output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(check(&new).0, Some(0));
    let picture = PathBuf::from("one-accuracy.svg");
    let mut mixed = new.clone();
    mixed.insert(picture.clone(), old[&picture].clone());
    let (status, says) = check(&mixed);
    assert_eq!(status, Some(1), "{says}");
    let wanted =
        "not of the run that wrote this list: one-accuracy.svg; `cargo xtask figures --draw` writes all of them again";
    assert!(says.contains(wanted) && says.contains("0 differences"), "{says}");
}

/// `kill -9` at seeded moments of a run, which is then made again: `COMRADE_KILLS` says how often, ten times without it.
fn survives_kills(case: &Case) {
    let [old, new] = Place::before_and_after(case);
    let kills = std::env::var("COMRADE_KILLS").map_or(10, |kills| kills.parse().unwrap());
    let timed = |place: &Place| {
        let start = Instant::now();
        place.succeeds(case, &case.runs[1]);
        start.elapsed()
    };
    let whole = timed(&Place::new(&old)).max(timed(&Place::new(&old)));
    let (mut state, mut killed, mut left, mut mixed) = (1_u64, 0, 0, 0);
    for _ in 0..kills {
        // A generator of Knuth's; moments are spread over the whole run.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = whole.mul_f64((state >> 11) as f64 / (1_u64 << 53) as f64);
        let place = Place::new(&old);
        let mut running =
            place.command(case, &case.runs[1]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment.max(Duration::from_millis(1)));
        running.kill().unwrap();
        killed += usize::from(!running.wait().unwrap().success());
        left += usize::from(is_left(place.0.path()));
        mixed += usize::from(place.is_mixed_and_made_good(case, [&old, &new], &format!("{moment:?}")));
    }
    println!(
        "{}: {kills} kills, {killed} before the end, {left} left temporary files, {mixed} mixed and told",
        case.list
    );
    assert!(killed > 0);
}

#[test]
fn verify_survives_kills() {
    survives_kills(&verify());
}

#[test]
fn figures_survives_kills() {
    survives_kills(&figures());
}
