//! The program from outside: what it writes, what it refuses, and what it says then.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs the program from the workspace's top, without anybody's data folder.
fn verify<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env_remove("COMRADE_DATA")
        .output()
        .unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Exit status and what stderr must say.
#[track_caller]
fn refuses<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>, status: i32, says: &[&str]) {
    let output = verify(arguments);
    let text = error(&output);
    assert_eq!(output.status.code(), Some(status), "{text}");
    says.iter().for_each(|word| assert!(text.contains(word), "no `{word}` in: {text}"));
    assert!(!text.contains("panicked"), "{text}");
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn one_claim_on_one_scenario_writes_a_report_with_its_figure() {
    let out = tempfile::tempdir().unwrap();
    // A folder that is not there yet is made.
    let folder = out.path().join("a/b");
    let output = verify(["--claim", "lemma-5", "--scenario", "tiny", "--out", folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    let mut written: Vec<String> = ["", "figures"]
        .iter()
        .flat_map(|part| fs::read_dir(folder.join(part)).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    written.sort();
    let figures = ["lemma-5-ladder.png", "lemma-5-ladder.svg", "lemma-5.png", "lemma-5.svg"];
    assert_eq!(
        written,
        [&["bounds.json", "bounds.md", "bounds.sha256", "figures", "index.html"][..], &figures].concat()
    );
    let report: Value = serde_json::from_slice(&fs::read(folder.join("bounds.json")).unwrap()).unwrap();
    let claims = report["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 6, "three readings in two modes");
    assert!(claims.iter().all(|e| e["id"] == "lemma-5" && e["scenario"] == "tiny" && e["expected"] == e["verdict"]));
    let markdown = fs::read_to_string(folder.join("bounds.md")).unwrap();
    assert!(markdown.contains("violated") && markdown.contains("figures/lemma-5.svg"));
    assert!(fs::read(folder.join("figures/lemma-5.png")).unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
    assert!(fs::read_to_string(folder.join("figures/lemma-5.svg")).unwrap().contains("tiny"));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("6 judgements, 6 with a recorded verdict: as expected"), "{said}");
}

#[test]
fn a_part_of_a_report_leaves_the_whole_one_alone() {
    let top = tempfile::tempdir().unwrap();
    fs::create_dir(top.path().join("reports")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(["--claim", "lemma-4", "--scenario", "tiny", "--seeds", "2"])
        .current_dir(top.path())
        .env_remove("COMRADE_DATA")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert!(is_empty(&top.path().join("reports")));
    assert!(top.path().join("target/verify/part/bounds.json").is_file());
}

#[test]
fn what_people_read_is_rendered_again_from_the_numbers_alone() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let readable =
        || ["bounds.md", "index.html", "figures/lemma-4.svg"].map(|file| fs::read(out.path().join(file)).ok());
    verify(["--claim", "lemma-4", "--scenario", "tiny", "--seeds", "2", "--out", folder]);
    let before = readable();
    assert!(before.iter().all(Option::is_some));
    let page = String::from_utf8(before[1].clone().unwrap()).unwrap();
    assert!(page.contains("<p>The one printed statement does not fail.</p>"));
    fs::remove_file(out.path().join("bounds.md")).unwrap();
    fs::remove_file(out.path().join("index.html")).unwrap();
    fs::remove_dir_all(out.path().join("figures")).unwrap();
    let output = verify(["--render", "--out", folder]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert!(readable() == before);
    refuses(["--render", "--claim", "lemma-4"], 2, &["--render", "cannot be used"]);
    refuses(["--render", "--out", "no-such-folder"], 1, &["no-such-folder/bounds.json"]);
}

#[test]
fn threads_do_not_change_the_report() {
    let report = |jobs: &str| {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().to_str().unwrap();
        let output =
            verify(["--scenario", "one-worker", "--seeds", "2", "--claim", "lemma-5", "--jobs", jobs, "--out", folder]);
        assert_eq!(output.status.code(), Some(0), "{}", error(&output));
        fs::read(out.path().join("bounds.json")).unwrap()
    };
    assert!(report("1") == report("3"));
}

#[test]
fn a_name_that_nothing_has_is_refused() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    refuses(["--claim", "lemma-99", "--out", folder], 1, &["no claim", "the name lemma-99", "lemma-10"]);
    refuses(["--scenario", "nowhere", "--out", folder], 1, &["no scenario", "the name nowhere", "roomy"]);
    assert!(is_empty(out.path()));
    // The beginning of a name is none, nor is one that only begins like a name.
    refuses(["--claim", "lemma", "--out", folder], 1, &["no claim", "the name lemma;"]);
    refuses(["--claim", "lemma-55", "--out", folder], 1, &["no claim"]);
    refuses(["--claim", "lemma-9*", "--claim", "lemma-99*", "--out", folder], 1, &["no claim", "lemma-99*"]);
    refuses(["--scenario", "tin", "--out", folder], 1, &["no scenario", "the name tin;"]);
    assert!(is_empty(out.path()));
}

#[test]
fn a_name_is_that_one_alone_and_a_star_takes_all_that_begin_so() {
    let judged = |claim: &str, scenario: &str| {
        let out = tempfile::tempdir().unwrap();
        let arguments = ["--claim", claim, "--scenario", scenario, "--seeds", "2"];
        let output = verify(arguments.into_iter().chain(["--out", out.path().to_str().unwrap()]));
        assert_eq!(output.status.code(), Some(0), "{}", error(&output));
        let report: Value = serde_json::from_slice(&fs::read(out.path().join("bounds.json")).unwrap()).unwrap();
        let names = |key: &str| -> BTreeSet<String> {
            report["claims"].as_array().unwrap().iter().map(|e| e[key].as_str().unwrap().to_owned()).collect()
        };
        (names("id"), names("scenario"))
    };
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
    // tiny-quantised is about Lemmas 10 and 11 too.
    assert_eq!(judged("lemma-1", "tiny"), (set(&["lemma-1"]), set(&["tiny"])));
    assert_eq!(
        judged("lemma-1*", "tiny*"),
        (set(&["lemma-1", "lemma-10", "lemma-11"]), set(&["tiny", "tiny-quantised"]))
    );
}

#[test]
fn one_unknown_name_among_known_ones_is_refused() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    refuses(["--claim", "lemma-3", "--claim", "lemma-99", "--scenario", "tiny", "--out", folder], 1, &["lemma-99"]);
    refuses(["--claim", "lemma-3", "--scenario", "tiny", "--scenario", "tinny", "--out", folder], 1, &["tinny"]);
    assert!(is_empty(out.path()));
}

#[test]
fn a_run_that_judges_nothing_is_no_success() {
    let out = tempfile::tempdir().unwrap();
    // Lemma 7 is about trimmed steps, and tiny trims nothing.
    let output = verify(["--claim", "lemma-7", "--scenario", "tiny", "--out", out.path().to_str().unwrap()]);
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert_ne!(output.status.code(), Some(0), "{said}");
}

#[test]
fn a_part_of_the_run_is_neither_checked_nor_recorded() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    for part in [["--claim", "lemma-5"], ["--scenario", "tiny"], ["--seeds", "3"]] {
        for whole in ["--check", "--bless"] {
            refuses([whole, part[0], part[1], "--out", folder], 1, &["--check", "--bless", "whole default run"]);
        }
    }
    refuses(["--check", "--full"], 1, &["whole default run"]);
    refuses(["--check", "--bless"], 2, &["cannot be used with"]);
    refuses(["--quick", "--full"], 2, &["cannot be used with"]);
    assert!(is_empty(out.path()));
}

#[test]
fn numbers_out_of_range_are_bad_arguments() {
    refuses(["--jobs", "0"], 2, &["--jobs"]);
    refuses(["--jobs", "many"], 2, &["--jobs"]);
    refuses(["--jobs", "1025"], 2, &["--jobs"]);
    refuses(["--seeds", "0"], 2, &["--seeds"]);
    refuses(["--seeds=-1"], 2, &["--seeds"]);
    refuses(["--seeds", "18446744073709551615"], 2, &["--seeds", "100000"]);
    refuses(["--nonsense"], 2, &["--nonsense"]);
}

#[test]
fn a_folder_without_the_file_names_it_and_the_command_that_gets_it() {
    let (data, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (scenario, file) in [("a9a", "a9a"), ("w5a-flipped", "w5a")] {
        let (folder, to) = (data.path().to_str().unwrap(), out.path().to_str().unwrap());
        let says = [format!("{file} is not in {folder}"), "cargo xtask data".into()];
        let says: Vec<&str> = says.iter().map(String::as_str).collect();
        refuses(["--data", folder, "--scenario", scenario, "--out", to], 1, &says);
        refuses(
            ["--data", &format!("{folder}/nowhere"), "--scenario", scenario, "--out", to],
            1,
            &[file, "xtask data"],
        );
    }
    assert!(is_empty(out.path()));
    // The environment is the same as the argument.
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(["--scenario", "a9a", "--out", out.path().to_str().unwrap()])
        .env("COMRADE_DATA", data.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("a9a is not in"), "{}", error(&output));
    assert!(is_empty(out.path()));
}

#[test]
fn a_file_that_is_not_the_published_one_is_refused() {
    let out = tempfile::tempdir().unwrap();
    // Gzip's first bytes with nothing behind, a plain text, a file of the right form, and nothing.
    let contents: [&[u8]; 4] = [b"\x1f\x8b\x08\x00", b"hello\n", b"+1 3:1 11:1 14:1\n-1 5:1 7:1\n", b""];
    for name in ["a9a", "a9a.gz"] {
        for content in contents {
            let data = tempfile::tempdir().unwrap();
            let path = data.path().join(name);
            fs::write(&path, content).unwrap();
            let (folder, to) = (data.path().to_str().unwrap(), out.path().to_str().unwrap());
            refuses(["--data", folder, "--scenario", "a9a", "--out", to], 1, &[path.to_str().unwrap()]);
            assert!(is_empty(out.path()), "{content:?}");
        }
    }
}

#[test]
fn an_output_folder_that_is_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taken");
    fs::write(&path, "mine").unwrap();
    refuses(["--claim", "lemma-3", "--scenario", "tiny", "--out", path.to_str().unwrap()], 1, &["error:", "taken"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn help_shows_examples_and_exit_statuses() {
    let output = verify(["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    for word in ["Examples", "cargo xtask verify --claim lemma-5", "COMRADE_DATA", "Exit status", "--check", "--jobs"] {
        assert!(text.contains(word), "no `{word}` in: {text}");
    }
    assert!(verify(["--version"]).status.success());
}

/// A device that takes nothing is an error at the end, not a panic; nobody who reads is none.
#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_said_and_a_closed_pipe_is_not() {
    let run = |stdout: std::process::Stdio| {
        Command::new(env!("CARGO_BIN_EXE_verify"))
            .args(["--paper", "gradient-descent"])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .stdout(stdout)
            .output()
            .unwrap()
    };
    let full = run(fs::OpenOptions::new().write(true).open("/dev/full").unwrap().into());
    let says = error(&full);
    assert_eq!(full.status.code(), Some(1), "{says}");
    assert!(says.contains("standard output: cannot write") && !says.contains("panicked"), "{says}");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let closed = run(writer.into());
    assert_eq!((closed.status.code(), error(&closed)), (Some(0), String::new()));
}
