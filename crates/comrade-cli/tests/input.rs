//! Input and output as people have them: one large index, rows without labels, pipes, full devices, links.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// `comrade` in a folder, with as much memory as a small machine has.
fn command(dir: &Path, arguments: &str) -> Command {
    let mut command = Command::new("sh");
    let line = format!("ulimit -v 4000000; exec {} {arguments}", env!("CARGO_BIN_EXE_comrade"));
    command.args(["-c", &line]).current_dir(dir);
    command
}

fn comrade(dir: &Path, arguments: &str) -> Output {
    command(dir, arguments).output().unwrap()
}

/// What it printed, and what it complained; it must have ended with this status.
fn said(dir: &Path, arguments: &str, status: i32) -> (String, String) {
    told(&comrade(dir, arguments), arguments, status)
}

fn told(out: &Output, arguments: &str, status: i32) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (printed, complained) = (text(&out.stdout), text(&out.stderr));
    assert_eq!(out.status.code(), Some(status), "{arguments}: {printed}{complained}");
    (printed, complained)
}

/// The same, with this on standard input.
fn piped(dir: &Path, arguments: &str, input: &[u8], status: i32) -> (String, String) {
    let mut child =
        command(dir, arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    told(&child.wait_with_output().unwrap(), arguments, status)
}

fn read(dir: &Path, name: &str) -> serde_json::Value {
    serde_json::from_slice(&fs::read(dir.join(name)).unwrap()).unwrap()
}

const ROWS: &str =
    "1 1:1 2:0.5 4:1\n-1 1:-1 2:1 4:0.5\n1 1:2 2:-1\n-1 1:-0.5 2:0.25 4:-1\n1 2:-0.5 4:2\n-1 1:0.5 2:2\n";

/// A folder with `rows`, whose third column is in no row, and `model`, trained on them.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("rows"), ROWS).unwrap();
    said(dir.path(), "train rows -m 2 -o model", 0);
    dir
}

/// The same rows with the last column elsewhere: the same numbers come out, and no more memory is taken.
#[test]
fn neither_an_index_nor_a_stated_dimension_costs_anything() {
    let dir = folder();
    let dir = dir.path();
    let dense = read(dir, "model");
    assert_eq!((&dense["data"]["dimension"], &dense["columns"]), (&4.into(), &serde_json::json!([1, 2, 4])));
    for far in [200_000_000_u64, 4_294_967_295, 1 << 63, u64::MAX] {
        fs::write(dir.join("far"), ROWS.replace(" 4:", &format!(" {far}:"))).unwrap();
        for (options, to) in [("-m 1", "alone"), ("-m 2", "two"), ("-m 2 --method giant --intercept", "more")] {
            let status = comrade(dir, &format!("train far {options} -o {to} --checkpoint at")).status.code();
            assert!(matches!(status, Some(0 | 3)), "{status:?}");
        }
        let model = read(dir, "two");
        assert_eq!((&model["data"]["dimension"], &model["columns"]), (&far.into(), &serde_json::json!([1, 2, far])));
        assert_eq!((&model["weights"], &model["outcome"]), (&dense["weights"], &dense["outcome"]));
        let margins = said(dir, "predict model rows --margins", 0).0;
        assert_eq!(said(dir, "predict two far --margins", 0).0, margins);
        let score =
            |arguments: &str| -> serde_json::Value { serde_json::from_str(&said(dir, arguments, 0).0).unwrap() };
        assert_eq!(score("evaluate two far --json"), score("evaluate model rows --json"));
        let facts = score("inspect far -m 2 --json");
        assert_eq!((&facts["data"]["dimension"], &facts["data"]["occurring"]), (&far.into(), &3.into()));
        assert!(said(dir, "inspect far -m 2", 0).0.contains("of which 3 occur"));
        said(dir, "compare far -m 2 --max-rounds 3", 0);
        // A checkpoint knows that the column is another one.
        let (_, why) = said(dir, "train rows -m 2 --method giant --intercept --checkpoint at --resume", 1);
        assert!(why.contains("the number of columns"), "{why}");
        said(dir, &format!("train rows -m 2 --dimension {far} -o stated"), 0);
        assert_eq!(read(dir, "stated")["weights"], dense["weights"]);
    }
    let (_, why) = said(dir, "train rows --dimension 3", 1);
    assert!(why.contains("above the stated dimension 3"), "{why}");
}

#[test]
fn a_model_predicts_for_rows_as_they_come() {
    let dir = folder();
    let dir = dir.path();
    let predict = |rows: &str, options: &str| piped(dir, &format!("predict model - {options}"), rows.as_bytes(), 0);
    for row in ["1 1:2", "0 1:2", "1:2", "-1 1:2 # c", "7.5 1:2\n\n"] {
        assert_eq!(predict(row, ""), ("1\n".into(), String::new()), "{row}");
    }
    assert_eq!(predict("1:2\n0\n1:-2\n", "").0, "1\n-1\n-1\n");
    // Never seen in training, and beyond all that was.
    let (labels, ignored) = predict("1:2 3:100 5:1\n1:-2 99999999999:1\n", "");
    assert_eq!(labels, "1\n-1\n");
    assert_eq!(ignored, "ignored: 3 value(s) of features that no training row had\n");
    let number = |text: &str| text.trim().parse::<f64>().unwrap();
    let (margin, likely) =
        (number(&predict("1:2 2:1", "--margins").0), number(&predict("1:2 2:1", "--probabilities").0));
    assert!((likely - 1.0 / (1.0 + (-margin).exp())).abs() < 1e-15 && likely > 0.5, "{margin} {likely}");
    for (margin, sure) in [("1:1e300", "1\n"), ("1:-1e300", "0\n")] {
        assert_eq!(predict(margin, "--probabilities").0, sure);
    }
    said(dir, "train rows -m 2 --loss squared -o squared", 0);
    assert!(said(dir, "predict squared rows --probabilities", 1).1.contains("logistic"));
    said(dir, "predict model rows --probabilities --margins", 2);
    // One class is enough to be right or wrong about.
    fs::write(dir.join("class"), "1 1:2\n1 1:1\n").unwrap();
    assert!(said(dir, "evaluate model class", 0).0.contains("accuracy   1.000000"));
    // A label does not count as one where it stands elsewhere.
    for (rows, fault) in
        [("1:2 7\n", "no colon"), ("x 1:2\n", "not a number"), ("", "no rows"), ("1:2\n\n1:2\n", "empty line")]
    {
        let (_, why) = piped(dir, "predict model -", rows.as_bytes(), 1);
        assert!(why.contains(fault) && why.starts_with("error: stdin"), "{why}");
    }
}

#[test]
fn standard_input_is_a_file_and_packed_files_are_named() {
    let dir = folder();
    let dir = dir.path();
    for (command, words) in [
        ("train - -m 2 -o piped", "converged"),
        ("evaluate model -", "accuracy"),
        ("inspect - -m 2", "samples n"),
        ("compare - -m 2 --max-rounds 2", "lazy-newton"),
    ] {
        let (printed, _) = piped(dir, command, ROWS.as_bytes(), 0);
        assert!(printed.contains(words), "{command}: {printed}");
    }
    assert_eq!(read(dir, "piped")["weights"], read(dir, "model")["weights"]);
    fs::write(dir.join("packed.bz2"), b"BZh91AY&SY").unwrap();
    let (_, why) = said(dir, "train packed.bz2", 1);
    assert!(why.contains("packed.bz2: bzip2 data") && why.contains("bunzip2"), "{why}");
}

/// A program that cannot write its output does not report success.
#[test]
fn a_full_device_is_a_failure_of_every_command() {
    let dir = folder();
    let dir = dir.path();
    for arguments in [
        "predict model rows",
        "evaluate model rows",
        "evaluate model rows --json",
        "train rows -m 2",
        "train rows -m 2 --log json",
        "train rows -m 2 --max-rounds 1",
        "inspect rows -m 2",
        "compare rows -m 2 --max-rounds 2",
        "completions bash",
        "man .",
        "--help",
        "train --help",
        "--version",
    ] {
        let out = command(dir, arguments).stdout(File::create("/dev/full").unwrap()).output().unwrap();
        let (_, why) = told(&out, arguments, 1);
        let last = why.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: standard output: cannot write: No space left"), "{arguments}: {why}");
        // Where standard error is full as well, there is the status.
        let out = command(dir, arguments)
            .stdout(File::create("/dev/full").unwrap())
            .stderr(File::create("/dev/full").unwrap())
            .output()
            .unwrap();
        assert_eq!(out.status.code(), Some(1), "{arguments}");
    }
    for (arguments, status) in [("train nothing", 1), ("train rows --trim 0.5", 2), ("train rows -m 2 --log text", 0)] {
        let out = command(dir, arguments).stderr(File::create("/dev/full").unwrap()).output().unwrap();
        assert_eq!(out.status.code(), Some(status), "{arguments}");
    }
}

/// That nobody reads to the end is no failure.
#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let dir = folder();
    let line = format!("{} completions bash | true; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_comrade"));
    let out = Command::new("bash").args(["-c", &line]).current_dir(dir.path()).output().unwrap();
    assert_eq!((out.status.code(), out.stderr), (Some(0), vec![]));
}

#[test]
fn what_is_written_goes_where_it_was_asked_to_or_nowhere() {
    let dir = folder();
    let dir = dir.path();
    let before = fs::read_dir(dir).unwrap().count();
    for command in ["train rows -m 2 -o", "predict model rows -o", "train rows -m 2 --checkpoint"] {
        let (_, why) = said(dir, &format!("{command} /dev/full"), 1);
        assert!(why.contains("/dev/full: cannot write: No space left"), "{command}: {why}");
        assert!(!fs::metadata("/dev/full").unwrap().is_file());
        said(dir, &format!("{command} /dev/null"), 0);
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
    // Before the rows are looked for, which are not there.
    for command in ["predict model nothing -o", "compare nothing --csv"] {
        for to in ["no/such", ".", "new/"] {
            assert!(said(dir, &format!("{command} {to}"), 1).1.contains("cannot write"), "{command} {to}");
        }
    }
    assert_eq!(fs::read_dir(dir).unwrap().count(), before);
    fs::write(dir.join("old"), "old").unwrap();
    std::os::unix::fs::symlink("old", dir.join("link")).unwrap();
    said(dir, "predict model rows -o link", 0);
    assert!(fs::symlink_metadata(dir.join("link")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(dir.join("old")).unwrap(), said(dir, "predict model rows", 0).0);
    assert_eq!(
        said(dir, "predict model rows -o /dev/stdout", 0).0,
        said(dir, "predict model rows", 0).0 + "wrote /dev/stdout\n"
    );
}

/// One sample per worker, and a third of the workers may lie: nothing can be known, and the program says so.
#[test]
fn who_learns_nothing_is_told() {
    let dir = folder();
    let dir = dir.path();
    let mut rows = String::new();
    for j in 0..12_u32 {
        let (x, z) = (f64::from(j * 37 % 60) / 30.0 - 1.0, f64::from(j * 17 % 60) / 30.0 - 1.0);
        rows += &format!("{} 1:{x} 2:{z}\n", if x + z + 0.8 * (f64::from(j) * 2.3).sin() > 0.0 { 1 } else { -1 });
    }
    fs::write(dir.join("twelve"), rows).unwrap();
    assert!(said(dir, "train twelve -m 12", 0).0.contains("converged"));
    let (lines, why) = said(dir, "train twelve -m 12 --trim 0.34 --lambda 1e-6 -o rest --log json", 3);
    assert!(why.contains("nothing is learnt") && why.contains("4 of 12"), "{why}");
    assert!(lines.contains("\"end\":\"unmoved\""), "{lines}");
    // Hessians of one row each lead the paper's method to a place above f(0), however long its steps are.
    let row = |j: u32| {
        let (x, z) = (f64::from(j * 37 % 60) / 30.0 - 1.0, f64::from(j * 17 % 60) / 30.0 - 1.0);
        format!("{} 1:{} 2:{z} 3:1\n", if x + z > 0.0 { 1 } else { -1 }, 1000.0 * x + 3000.0)
    };
    fs::write(dir.join("units"), (0..12).map(row).collect::<String>()).unwrap();
    fs::write(dir.join("rest"), "a good model").unwrap();
    for (options, word) in [("--max-rounds 6", "rounds"), ("--tolerance 1e-5", "short of the minimiser")] {
        let (_, why) = said(dir, &format!("train units -m 12 --method comrade {options} -o rest"), 3);
        assert!(why.contains(word) && why.contains("--method lazy-newton"), "{why}");
        assert!(why.contains("f is not below f(0), where it began; no model is written"), "{why}");
    }
    assert_eq!(fs::read_to_string(dir.join("rest")).unwrap(), "a good model");
    // Who does not ask for a model hears that there is none.
    assert!(said(dir, "train twelve -m 12", 0).0.ends_with("the model is not kept: -o FILE keeps it\n"));
    // Of a bound above f nothing is said.
    let rough = said(dir, "train twelve -m 12 --tolerance 0.5 --lambda 1e-6", 0).0;
    assert!(!rough.contains("f(w) - f(w*) is at most"), "{rough}");
}

/// Where there is nothing to be learnt there are no shares of nothing.
#[test]
fn a_gradient_of_zero_is_no_share_of_itself() {
    let dir = folder();
    let dir = dir.path();
    fs::write(dir.join("balanced"), "1 1:1\n-1 1:1\n1 2:1\n-1 2:1\n").unwrap();
    fs::write(dir.join("empty"), "1 1:0\n-1\n").unwrap();
    for file in ["balanced", "empty"] {
        for options in ["-m 1", "-m 2", "-m 2 --method giant", "-m 2 --trim 0.4", "-m 2 --intercept"] {
            let (lines, _) = said(dir, &format!("train {file} {options} --log json -o zero"), 0);
            let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
            assert_eq!(first["gradient_norm"], 0.0);
            assert!(first["relative_gradient_norm"].is_null() && !lines.contains("NaN"), "{lines}");
            assert!(!fs::read_to_string(dir.join("zero")).unwrap().contains("NaN"));
            let (_, text) = said(dir, &format!("train {file} {options} --log text"), 0);
            assert!(text.contains("||g|| 0.00e0") && !text.contains("NaN"), "{text}");
        }
        assert_eq!(
            said(dir, &format!("predict zero {file}"), 0).0.lines().count(),
            if file == "empty" { 2 } else { 4 }
        );
    }
}

#[test]
fn what_has_no_line_ends_is_not_collected() {
    let dir = folder();
    for command in ["train", "predict model", "inspect"] {
        let (_, why) = said(dir.path(), &format!("{command} /dev/zero"), 1);
        assert!(why.contains("/dev/zero:1: the line is longer than 134217728 bytes"), "{why}");
    }
}
