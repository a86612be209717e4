//! What a full disk or a kill leaves of the files that `comrade` writes, at every operation and at seeded moments.
//!
//! The program of tests is built with the feature `faults` of `comrade-file`: `COMRADE_FAULT` orders a fault at one operation.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A folder with 60 samples in 3 dimensions.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (mut text, mut state) = (String::new(), 1);
    for _ in 0..60 {
        let (a, b, noise) = (draw(&mut state), draw(&mut state), draw(&mut state));
        writeln!(text, "{} 1:{a} 2:{b} 3:1", if a - 2.0 * b + noise > 0.0 { 2 } else { 1 }).unwrap();
    }
    fs::write(dir.path().join("rows"), text).unwrap();
    dir
}

/// A number from -1/2 to 1/2, by a generator of Knuth's.
fn draw(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
}

fn comrade(dir: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_comrade"));
    command.args(arguments.split_whitespace()).current_dir(dir).env_remove("COMRADE_FAULT");
    command
}

#[track_caller]
fn succeeds(dir: &Path, arguments: &str) {
    let output = comrade(dir, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
}

fn is_temporary(name: &str) -> bool {
    name.starts_with(".comrade-")
}

/// Every operation on the disk fails once, or ends the process: `first` was there before `second`, and `whole` says whether a file
/// is one that `second` may leave in the place of that of `first`.
#[track_caller]
fn survives_every_fault(first: &str, second: &str, whole: &dyn Fn(&str, &[u8]) -> bool) -> u64 {
    let mut at = 0;
    loop {
        at += 1;
        let mut is_over = true;
        for (kind, status, word) in [("fails", 1, "fault ordered"), ("kills", 137, "killed as ordered")] {
            let dir = folder();
            let dir = dir.path();
            succeeds(dir, first);
            let old = files(dir);
            let output = comrade(dir, second).env("COMRADE_FAULT", format!("{kind}:{at}")).output().unwrap();
            let (there, says) = (files(dir), String::from_utf8_lossy(&output.stderr));
            if !says.contains(word) {
                assert!(output.status.success(), "{says}");
                continue;
            }
            is_over = false;
            assert_eq!(output.status.code(), Some(status), "{at}: {says}");
            let left = there.keys().any(|name| is_temporary(name));
            assert!(kind == "kills" || says.contains("cannot write") && !left, "{at}: {says} {:?}", there.keys());
            for (name, bytes) in there.iter().filter(|(name, _)| !is_temporary(name)) {
                assert!(old.get(name) == Some(bytes) || whole(name, bytes), "{kind} {at}: {name}");
            }
            assert!(old.keys().all(|name| there.contains_key(name)), "{kind} {at}: {:?}", there.keys());
            succeeds(dir, second);
            assert!(!files(dir).keys().any(|name| is_temporary(name)), "{kind} {at}");
        }
        if is_over {
            return at - 1;
        }
    }
}

const TRAIN: &str = "train rows -m 4 --lambda 1e-2 -o model --checkpoint at";

#[test]
fn training_survives_every_fault() {
    let dir = folder();
    succeeds(dir.path(), TRAIN);
    let model = fs::read(dir.path().join("model")).unwrap();
    // Every checkpoint is sealed, so that one which is resumed is whole.
    let whole = |name: &str, bytes: &[u8]| match name {
        "model" => bytes == model,
        "at" => {
            let dir = folder();
            fs::write(dir.path().join("at"), bytes).unwrap();
            succeeds(dir.path(), &format!("{TRAIN} --resume"));
            fs::read(dir.path().join("model")).unwrap() == model
        }
        _ => false,
    };
    let operations = survives_every_fault("train rows -m 4 --lambda 2e-2 -o model --checkpoint at", TRAIN, &whole);
    // Two checks, the first checkpoint, the last one, the model: six operations each but the checks.
    assert!(operations >= 2 + 3 * 6, "{operations}");
}

#[test]
fn predictions_survive_every_fault() {
    let dir = folder();
    succeeds(dir.path(), TRAIN);
    let model = fs::read_to_string(dir.path().join("model")).unwrap();
    succeeds(dir.path(), "predict model rows -o labels");
    let labels = fs::read(dir.path().join("labels")).unwrap();
    // The model is made again in every folder, and labels of another file are there before.
    let first = "train rows -m 4 --lambda 1e-2 -o model --checkpoint labels";
    let whole = |name: &str, bytes: &[u8]| name == "labels" && bytes == labels;
    assert_eq!(survives_every_fault(first, "predict model rows -o labels", &whole), 7);
    assert!(model.contains("comrade-model"));
}

#[test]
fn comparisons_survive_every_fault() {
    // Seconds differ from run to run: the last of the methods must be there.
    let whole = |name: &str, bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        match name {
            "points.csv" => text.ends_with('\n') && text.contains("\nnewton,"),
            "rows-compare.svg" => text.trim_end().ends_with("</svg>"),
            _ => false,
        }
    };
    let compare = "compare rows -m 4 --lambda 1e-2 --max-rounds 3 --csv points.csv";
    let operations = survives_every_fault(compare, compare, &whole);
    assert!(operations >= 7, "{operations}");
}

/// `kill -9` at seeded moments of a training run, which is then resumed: `COMRADE_KILLS` says how often, ten times
/// without it.
#[test]
fn a_training_that_is_killed_and_resumed_has_the_same_bytes() {
    let dir = folder();
    let dir = dir.path();
    // Some tenths of a second of small steps.
    let run = "train rows -m 4 --lambda 1e-2 --method gradient-descent --step 0.02 --max-rounds 30000 --tolerance 1e-4 -o model";
    let start = Instant::now();
    succeeds(dir, &format!("{run} --checkpoint at"));
    let whole = start.elapsed();
    let (model, last) = (fs::read(dir.join("model")).unwrap(), fs::read(dir.join("at")).unwrap());
    let kills: usize = std::env::var("COMRADE_KILLS").map_or(10, |kills| kills.parse().unwrap());
    let (mut state, mut killed, mut resumed, mut left) = (1, 0, 0, 0);
    for _ in 0..kills {
        fs::remove_file(dir.join("model")).unwrap();
        fs::remove_file(dir.join("at")).unwrap();
        let moment = whole.mul_f64(draw(&mut state) + 0.5).max(Duration::from_millis(1));
        let mut command = comrade(dir, &format!("{run} --checkpoint at"));
        let mut running = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment);
        running.kill().unwrap();
        killed += usize::from(!running.wait().unwrap().success());
        left += usize::from(files(dir).keys().any(|name| is_temporary(name)));
        let there = dir.join("at").exists();
        resumed += usize::from(there);
        succeeds(dir, &format!("{run} --checkpoint at{}", if there { " --resume" } else { "" }));
        assert!(fs::read(dir.join("model")).unwrap() == model, "{moment:?}");
        assert!(fs::read(dir.join("at")).unwrap() == last, "{moment:?}");
        assert!(!files(dir).keys().any(|name| is_temporary(name)), "{moment:?}");
    }
    println!("{kills} kills in {whole:?}, {killed} before the end, {resumed} resumed, {left} left temporary files");
    assert!(killed > 0 && resumed > 0);
}
