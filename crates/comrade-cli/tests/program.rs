//! The program, run on small files as a user runs it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

use comrade::data::libsvm;
use comrade::loss::Loss;
use comrade::newton::minimise;
use comrade::objective::Objective;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

/// Runs `comrade` in a folder.
fn comrade(dir: &Path, arguments: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_comrade");
    Command::new(program).args(arguments.split_whitespace()).current_dir(dir).output().unwrap()
}

/// The same, and what it printed; it must have succeeded.
fn printed(dir: &Path, arguments: &str) -> String {
    let out = comrade(dir, arguments);
    assert!(out.status.success(), "{arguments}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// The same, and what it complained; it must have failed with this status.
fn complaint(dir: &Path, arguments: &str, status: i32) -> String {
    let out = comrade(dir, arguments);
    assert_eq!(out.status.code(), Some(status), "{arguments}");
    String::from_utf8(out.stderr).unwrap()
}

/// A folder with a file `rows` of 400 samples in 3 dimensions, labels 1 and 2, not quite separable.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (mut text, mut state) = (String::new(), 1_u32);
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1_u32 << 24) - 0.5
    };
    for _ in 0..400 {
        let (a, b, noise) = (draw(), draw(), draw());
        let label = if a - 2.0 * b + noise > 0.0 { 2 } else { 1 };
        writeln!(text, "{label} 1:{a} 2:{b} 3:1").unwrap();
    }
    std::fs::write(dir.path().join("rows"), text).unwrap();
    dir
}

fn read(dir: &Path, name: &str) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(dir.join(name)).unwrap()).unwrap()
}

#[test]
fn a_model_is_trained_evaluated_and_predicts() {
    let dir = folder();
    let dir = dir.path();
    let said = printed(dir, "train rows --workers 8 --lambda 1e-2 --polish giant -o model.json");
    assert!(said.contains("converged") && said.contains("wrote model.json"), "{said}");
    let model = read(dir, "model.json");
    assert_eq!((&model["kind"], &model["schema"]), (&"comrade-model".into(), &1.into()));
    assert_eq!(model["data"]["labels"], serde_json::json!({ "negative": 1.0, "positive": 2.0 }));
    assert_eq!((&model["settings"]["seed"], &model["outcome"]["stop"]), (&1.into(), &"converged".into()));

    let rows = libsvm::read_path(&dir.join("rows"), &libsvm::Options::default()).unwrap().dataset;
    let f = Objective { data: &rows, loss: Loss::Logistic, lambda: 1e-2 };
    let above = model["outcome"]["objective"].as_f64().unwrap() - f.value(&minimise(&f, 1e-12).unwrap().w);
    assert!(above.abs() < 1e-8, "{above}");

    let score: serde_json::Value = serde_json::from_str(&printed(dir, "evaluate model.json rows --json")).unwrap();
    assert_eq!(score["accuracy"], model["outcome"]["accuracy"]);
    assert_eq!(score["objective"], model["outcome"]["objective"]);

    let labels = printed(dir, "predict model.json rows");
    let truth = std::fs::read_to_string(dir.join("rows")).unwrap();
    let right = labels.lines().zip(truth.lines()).filter(|(said, row)| row.starts_with(said)).count();
    assert_eq!(right as f64 / 400.0, score["accuracy"].as_f64().unwrap());
    assert!(right > 300, "{right}");
    printed(dir, "predict model.json rows --margins -o margins");
    assert_eq!(std::fs::read_to_string(dir.join("margins")).unwrap().lines().count(), 400);
}

/// An intercept is a coordinate more, and f without its ridge is no higher; the minimiser is that of a file with a column of
/// ones but for the ridge, so its gradient says what it is.
#[test]
fn an_intercept_is_fitted_and_a_line_search_goes_on_where_full_steps_do_not() {
    let dir = folder();
    let dir = dir.path();
    // 400 samples on 7 workers: shards of unequal size.
    let run = "train rows -m 7 --lambda 1e-2 --polish giant --rounds 300 --tolerance 1e-9";
    for (name, more) in [("plain", ""), ("intercept", "--intercept"), ("search", "--intercept --line-search")] {
        printed(dir, &format!("{run} {more} -o {name}"));
        assert_eq!(read(dir, name)["outcome"]["stop"], "converged", "{name}");
    }
    let weights = |name: &str| read(dir, name)["weights"].as_array().unwrap().len();
    let objective = |name: &str| read(dir, name)["outcome"]["objective"].as_f64().unwrap();
    assert_eq!((weights("plain"), weights("intercept")), (3, 4));
    assert!(objective("intercept") < objective("plain") - 1e-9);
    assert!((objective("intercept") - objective("search")).abs() < 1e-12);
    let score: serde_json::Value = serde_json::from_str(&printed(dir, "evaluate intercept rows --json")).unwrap();
    assert!((score["objective"].as_f64().unwrap() - objective("intercept")).abs() < 1e-12);
    assert_eq!(printed(dir, "predict intercept rows"), printed(dir, "predict search rows"));
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let dir = folder();
    let dir = dir.path();
    let under_attack = "train rows --workers 8 --trim 0.25 --attack gaussian:3 --compress random-k:2 --rounds 20";
    for (seed, name) in [(1, "a"), (1, "b"), (2, "c")] {
        printed(dir, &format!("{under_attack} --seed {seed} -o {name}"));
    }
    let bytes = |name: &str| std::fs::read(dir.join(name)).unwrap();
    assert_eq!(bytes("a"), bytes("b"));
    assert_ne!(read(dir, "a")["weights"], read(dir, "c")["weights"]);
}

#[test]
fn every_round_is_a_json_line() {
    let dir = folder();
    let said = printed(dir.path(), "train rows -m 10 --trim 0.2 --attack silent --liars 0.1 --log json");
    let lines: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let steps: Vec<_> = lines.iter().filter(|line| line["event"] == "step").collect();
    let used = |key: &str| steps.iter().all(|step| step[key] == serde_json::json!(used_of(key)));
    assert!(!steps.is_empty() && ["kept", "trimmed", "missing"].into_iter().all(used), "{said}");
    assert_eq!(lines.last().unwrap()["event"], "end");
    assert_eq!(lines.last().unwrap()["stop"], "floor");
}

fn used_of(key: &str) -> u32 {
    match key {
        "kept" => 8,
        "trimmed" => 2,
        _ => 1,
    }
}

#[test]
fn what_goes_wrong_is_said_with_its_status() {
    let dir = folder();
    let dir = dir.path();
    assert!(complaint(dir, "train nothing", 1).contains("nothing"));
    assert!(complaint(dir, "train rows --trim 0.5", 2).contains("[0, 1/2)"));
    assert!(complaint(dir, "train rows --attack tickle", 2).contains("tickle"));
    assert!(complaint(dir, "train rows -m 500", 1).contains("500"));
    assert!(complaint(dir, "train rows --attack silent", 1).contains("missing"));
    printed(dir, "train rows -o model");
    let text = std::fs::read_to_string(dir.join("model")).unwrap();
    std::fs::write(dir.join("newer"), text.replace("\"schema\": 1", "\"schema\": 99")).unwrap();
    assert!(complaint(dir, "predict newer rows", 1).contains("99 is newer than 1"));
    std::fs::write(dir.join("half"), &text[..text.len() / 2]).unwrap();
    assert!(complaint(dir, "evaluate half rows", 1).contains("damaged"));
    std::fs::write(dir.join("other"), "-1 1:1\n+1 2:1\n").unwrap();
    assert!(complaint(dir, "evaluate model other", 1).contains("labels"));
}

#[test]
fn a_data_set_is_inspected() {
    let dir = folder();
    let dir = dir.path();
    let said = printed(dir, "inspect rows -m 4 --lambda 0.1");
    assert!(said.contains("samples n          400") && said.contains("entries not zero   1200 (100.00 %)"), "{said}");
    let json = |arguments: &str| -> serde_json::Value { serde_json::from_str(&printed(dir, arguments)).unwrap() };
    let few = json("inspect rows -m 2 --lambda 10 --json");
    assert_eq!((&few["data"]["dimension"], &few["theory"]["shard"]), (&3.into(), &200.into()));
    assert!(few["theory"]["ridge"].is_number() && few["theory"]["floor"].is_number(), "{few}");
    let many = json("inspect rows -m 100 --lambda 1e-6 --json");
    assert!(many["theory"]["eta_sharpened"].is_null() && many["theory"]["floor"].is_null(), "{many}");
    assert!(complaint(dir, "inspect rows -m 401", 1).contains("401"));
}

#[test]
fn methods_are_compared_by_rounds_and_bytes() {
    let dir = folder();
    let dir = dir.path();
    let said = printed(dir, "compare rows -m 8 --rounds 6 --csv points.csv --svg picture.svg --png picture.png");
    for name in ["COMRADE", "GIANT", "gradient descent", "exact Newton"] {
        assert!(said.contains(name), "{said}");
    }
    let points = std::fs::read_to_string(dir.join("points.csv")).unwrap();
    let of = |name: &str| points.lines().filter(|line| line.starts_with(name)).count();
    // With w = 0: as many steps as there are rounds for.
    assert_eq!((of("COMRADE,"), of("GIANT,"), of("gradient descent,"), of("exact Newton,")), (7, 4, 7, 7));
    // A broadcast of 5 + 3 * 8 bytes and a message of as many, to and from 8 workers.
    assert!(points.contains("COMRADE,1,464,"), "{points}");
    let svg = std::fs::read_to_string(dir.join("picture.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("rounds of communication"));
    assert!(std::fs::read(dir.join("picture.png")).unwrap().starts_with(b"\x89PNG"));

    let said = printed(dir, "compare rows -m 8 --rounds 3 --attack silent");
    assert!(dir.join("rows-compare.svg").exists());
    assert!(said.contains("COMRADE stopped") && said.contains("warning"), "{said}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_checkpoint_from_which_the_same_model_comes() {
    use std::io::{BufRead, BufReader};
    let dir = folder();
    let dir = dir.path();
    let run = "train rows -m 8 --trim 0.25 --attack gaussian:3 --compress random-k:2 --patience 1000000";
    printed(dir, &format!("{run} --rounds 400 -o whole"));

    let program = env!("CARGO_BIN_EXE_comrade");
    let mut child = Command::new(program)
        .args(format!("{run} --rounds 1000000 --checkpoint at --log json").split_whitespace())
        .current_dir(dir)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.by_ref().take(3).for_each(|line| drop(line.unwrap()));
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    lines.for_each(|line| drop(line.unwrap()));
    assert_eq!(child.wait().unwrap().code(), Some(130));

    let rounds = read(dir, "at")["state"]["traffic"]["rounds"].as_u64().unwrap();
    assert!((1..400).contains(&rounds), "{rounds}");
    printed(dir, &format!("{run} --rounds 400 --checkpoint at --resume -o resumed"));
    let bytes = |name: &str| std::fs::read(dir.join(name)).unwrap();
    assert_eq!(bytes("whole"), bytes("resumed"));

    assert!(complaint(dir, "train rows -m 9 --checkpoint at --resume", 1).contains("settings"));
    std::fs::write(dir.join("at"), "{").unwrap();
    assert!(complaint(dir, &format!("{run} --checkpoint at --resume"), 1).contains("damaged"));
    assert!(complaint(dir, &format!("{run} --checkpoint none --resume"), 1).contains("cannot read"));
    assert!(complaint(dir, &format!("{run} --resume"), 2).contains("--checkpoint"));
}

#[test]
fn shells_and_manuals_know_every_command() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let commands = ["train", "predict", "evaluate", "inspect", "compare"];
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = printed(dir, &format!("completions {shell}"));
        assert!(commands.iter().all(|command| script.contains(command)), "{shell}");
    }
    printed(dir, "man .");
    for command in commands {
        let page = std::fs::read_to_string(dir.join(format!("comrade-{command}.1"))).unwrap();
        assert!(page.contains(&format!("comrade {command}")) && page.contains("Examples"), "{page}");
        assert!(printed(dir, &format!("{command} --help")).contains("Examples:"));
    }
    assert!(std::fs::read_to_string(dir.join("comrade.1")).unwrap().contains("Exit status"));
    assert!(printed(dir, "--help").contains("130 after"));
}
