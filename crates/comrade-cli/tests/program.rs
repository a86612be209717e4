//! The program, run on small files as a user runs it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

use comrade::data::libsvm;
use comrade::loss::Loss;
use comrade::method::{METHODS, Method, RULES};
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
    let said = printed(dir, "train rows --workers 8 --lambda 1e-2 --tolerance 1e-9 -o model.json");
    for words in [
        "converged: ||g|| is at most 1e-9 ||g(0)||",
        "||g(0)||",
        "is at most ||g||^2",
        "lazy-newton",
        "wrote model.json",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
    let model = read(dir, "model.json");
    assert_eq!((&model["kind"], &model["schema"]), (&"comrade-model".into(), &3.into()));
    assert_eq!(model["data"]["labels"], serde_json::json!({ "negative": 1.0, "positive": 2.0 }));
    assert_eq!((&model["settings"]["seed"], &model["plan"]["method"]), (&1.into(), &"lazy-newton".into()));
    let number = |key: &str| model["outcome"][key].as_f64().unwrap();
    assert_eq!(model["outcome"]["end"], "converged");
    assert!(number("gradient_norm") <= 1e-9 * number("first_gradient_norm"));
    assert!((number("first_objective") - 2.0_f64.ln()).abs() < 1e-12);
    assert_eq!(number("bound"), number("gradient_norm").powi(2) / (2.0 * 1e-2));

    let rows = libsvm::read_path(&dir.join("rows"), &libsvm::ReadOptions::default()).unwrap().dataset;
    let f = Objective { data: &rows, loss: Loss::Logistic, lambda: 1e-2 };
    let above = number("objective") - f.value(&minimise(&f, 1e-12).unwrap().w);
    assert!(above.abs() < 1e-14, "{above}");

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

/// An intercept is a coordinate more, and f without its ridge is no higher. Exact Newton on one worker says where the end is.
#[test]
fn an_intercept_is_fitted_by_every_number_of_workers_to_the_same_minimum() {
    let dir = folder();
    let dir = dir.path();
    let run = "train rows --lambda 1e-2 --tolerance 1e-9";
    // 400 samples on 7 workers: shards of unequal size.
    for (name, more) in [("plain", "-m 7"), ("intercept", "-m 7 --intercept"), ("alone", "-m 1 --intercept")] {
        printed(dir, &format!("{run} {more} -o {name}"));
        assert_eq!(read(dir, name)["outcome"]["end"], "converged", "{name}");
    }
    assert_eq!(read(dir, "alone")["plan"]["method"], "newton");
    assert!(read(dir, "alone")["outcome"]["bound"].is_null());
    let weights = |name: &str| read(dir, name)["weights"].as_array().unwrap().len();
    let objective = |name: &str| read(dir, name)["outcome"]["objective"].as_f64().unwrap();
    assert_eq!((weights("plain"), weights("intercept")), (3, 4));
    assert!(objective("intercept") < objective("plain") - 1e-9);
    assert!((objective("intercept") - objective("alone")).abs() < 1e-14);
    let score: serde_json::Value = serde_json::from_str(&printed(dir, "evaluate intercept rows --json")).unwrap();
    assert!((score["objective"].as_f64().unwrap() - objective("intercept")).abs() < 1e-12);
    assert_eq!(printed(dir, "predict intercept rows"), printed(dir, "predict alone rows"));
}

/// Every end that is none, with its status, its sentence and what becomes of the model.
#[test]
fn who_does_not_get_there_is_told() {
    let dir = folder();
    let dir = dir.path();
    std::fs::write(dir.join("separable"), "1 1:1e3\n-1 1:-1e-3\n1 1:2e3\n-1 1:-2e3 2:1\n").unwrap();
    for (options, end, said) in [
        ("rows -m 8 --max-rounds 2", "rounds", "--max-rounds"),
        ("rows -m 8 --method comrade", "floor", "--method lazy-newton"),
        ("rows -m 8 --method comrade --max-rounds 3", "rounds", "lazy-newton"),
        ("rows -m 8 --attack negative:0.1 --liars 0.125", "misled", "--trim 0.125"),
        ("rows -m 8 --sharding with-replacement", "misled", "--sharding partition"),
    ] {
        let why = complaint(dir, &format!("train {options} -o {end}"), 3);
        assert!(why.contains(said), "{options}: {why}");
        assert_eq!(read(dir, end)["outcome"]["end"], end, "{options}");
    }
    // A good model stays.
    printed(dir, "train rows -m 8 -o model");
    let before = std::fs::read(dir.join("model")).unwrap();
    let why = complaint(dir, "train rows -m 8 --method gradient-descent --step 1e4 --lambda 10 -o model", 3);
    assert!(why.contains("diverged") && why.contains("--step") && why.contains("no model is written"), "{why}");
    let why = complaint(dir, "train rows -m 8 --attack negative:1000 --liars 0.25 -o model", 3);
    assert!(why.contains("no model is written") && why.contains("--trim"), "{why}");
    assert_eq!(std::fs::read(dir.join("model")).unwrap(), before);
    // With liars that are assumed there is another word.
    let said = printed(dir, "train rows -m 8 --trim 0.25 --attack negative:3 --liars 0.25 -o liars");
    assert!(said.contains("at rest") && said.contains("2 of 8") && said.contains("estimated"), "{said}");
    let outcome = &read(dir, "liars")["outcome"];
    assert_eq!(outcome["end"], "at-rest");
    assert!(outcome["floor"]["estimate"].as_f64() >= outcome["floor"]["unavoidable"].as_f64(), "{outcome}");
    // Separable, unscaled, two samples a worker: the ridge term bounds w.
    assert!(printed(dir, "train separable -m 2").contains("converged"));
}

#[test]
fn options_that_are_gone_say_what_to_use() {
    let dir = folder();
    let dir = dir.path();
    for (old, new) in [
        ("--polish giant", "lazy-newton"),
        ("--line-search", "by itself"),
        ("--patience 5", "by itself"),
        ("--rounds 7", "--max-rounds"),
    ] {
        let why = complaint(dir, &format!("train rows {old}"), 2);
        assert!(why.contains("is gone") && why.contains(new), "{why}");
    }
    for bad in ["1e300", "1", "0", "nan", "-1"] {
        let why = complaint(dir, &format!("train rows --tolerance={bad}"), 2);
        assert!(why.contains("between 0 and 1"), "{why}");
    }
    for (idle, takers) in [
        ("--step 0.5", "comrade, giant or gradient-descent"),
        ("--compress sign", "comrade or giant"),
        ("--method giant --rule filter", "lazy-newton"),
        ("-m 1 --rule norm", "lazy-newton"),
        ("--rule nnm:krum", "comrade, giant, gradient-descent"),
    ] {
        let why = complaint(dir, &format!("train rows {idle}"), 1);
        assert!(why.contains(takers) && why.contains("of no use"), "{why}");
    }
    assert!(complaint(dir, "train rows --method newton", 1).contains("single worker"));
    // All methods and rules, wherever they are listed.
    let (help, wrong) = (printed(dir, "train --help"), complaint(dir, "train rows --method tickle", 2));
    let completions = printed(dir, "completions bash");
    for (_, name) in METHODS {
        assert!(help.contains(name) && wrong.contains(name) && completions.contains(name), "{name}");
    }
    for (_, name) in RULES {
        assert!(help.contains(name) && completions.contains(name), "{name}");
    }
    assert!(help.contains("min-max:towards"), "{help}");
}

#[test]
fn where_the_model_goes_is_looked_at_before_the_training() {
    let dir = folder();
    let dir = dir.path();
    for to in ["-o no/model", "-o .", "--checkpoint no/at"] {
        // Before the data too, which would be missed otherwise.
        let why = complaint(dir, &format!("train nothing {to}"), 1);
        assert!(why.contains("cannot write") && !why.contains(".comrade-"), "{why}");
        assert_eq!(why.contains("there is no folder no"), to.contains("no/"), "{why}");
    }
    assert_eq!(std::fs::read_dir(dir).unwrap().count(), 1);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let dir = folder();
    let dir = dir.path();
    let under_attack = "train rows --workers 8 --trim 0.25 --attack gaussian:3";
    for more in ["", "--method comrade --compress random-k:2 --max-rounds 20"] {
        for (seed, name) in [(1, "a"), (1, "b"), (2, "c")] {
            // At rest or out of rounds.
            let status = comrade(dir, &format!("{under_attack} {more} --seed {seed} -o {name}")).status.code();
            assert!(matches!(status, Some(0 | 3)), "{status:?}");
        }
        let bytes = |name: &str| std::fs::read(dir.join(name)).unwrap();
        assert_eq!(bytes("a"), bytes("b"));
        assert_ne!(read(dir, "a")["weights"], read(dir, "c")["weights"]);
    }
}

#[test]
fn every_round_is_a_json_line() {
    let dir = folder();
    let said = printed(dir.path(), "train rows -m 10 --trim 0.2 --rule norm --attack silent --liars 0.1 --log json");
    let lines: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rounds: Vec<_> = lines.iter().filter(|line| line["event"] == "round").collect();
    assert!(rounds.len() > 2 && rounds.len() == lines.len() - 1, "{said}");
    let first = rounds[0]["gradient_norm"].as_f64().unwrap();
    for (at, round) in rounds.iter().enumerate() {
        assert_eq!((&round["round"], &round["kept"], &round["missing"]), (&(at + 1).into(), &8.into(), &1.into()));
        let relative = round["gradient_norm"].as_f64().unwrap() / first;
        assert_eq!(round["relative_gradient_norm"].as_f64(), Some(relative));
        assert!(round["objective"].is_f64() && round["accepted"].is_boolean() && round["step"].is_number());
    }
    let bytes: Vec<_> = rounds.iter().map(|round| round["bytes_up"].as_u64().unwrap()).collect();
    assert!(bytes.is_sorted_by(|a, b| a < b), "{bytes:?}");
    let end = lines.last().unwrap();
    assert_eq!((&end["event"], &end["end"]), (&"end".into(), &"at-rest".into()));
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
    std::fs::write(dir.join("newer"), text.replace("\"schema\": 3", "\"schema\": 99")).unwrap();
    assert!(complaint(dir, "predict newer rows", 1).contains("99 is newer than 3"));
    std::fs::write(dir.join("half"), &text[..text.len() / 2]).unwrap();
    assert!(complaint(dir, "evaluate half rows", 1).contains("damaged"));
    std::fs::write(dir.join("other"), "-1 1:1\n+1 2:1\n").unwrap();
    assert!(complaint(dir, "evaluate model other", 1).contains("the classes of the model"));
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
    let said = printed(dir, "compare rows -m 8 --max-rounds 6 --csv points.csv");
    let points = std::fs::read_to_string(dir.join("points.csv")).unwrap();
    let of = |name: &str| points.lines().filter(|line| line.starts_with(name)).count();
    for (_, name) in METHODS.into_iter().filter(|(method, _)| *method != Method::Auto) {
        // With w = 0 and what was asked for there.
        assert!(said.contains(name) && (3..=7).contains(&of(&format!("{name},"))), "{said}{points}");
    }
    assert_eq!((of("giant,"), of("newton,")), (5, 7));
    let last = |name: &str| {
        points.lines().rfind(|line| line.starts_with(name)).unwrap().split(',').nth(4).unwrap().parse::<f64>()
    };
    assert!(last("lazy-newton,").unwrap() < 1e-6 && last("newton,").unwrap() < 1e-14, "{points}");
    // A broadcast of 6 + 3 * 8 bytes and a message of 1 + 3 + 6 numbers, to and from 8 workers.
    assert!(points.contains("newton,1,880,"), "{points}");

    let said = printed(dir, "compare rows -m 8 --max-rounds 3 --attack silent");
    assert_eq!(dir.join("rows-compare.svg").exists(), cfg!(feature = "picture"));
    assert!(said.contains("lazy-newton stopped") && said.contains("warning"), "{said}");
}

#[cfg(feature = "picture")]
#[test]
fn a_comparison_is_drawn_where_it_is_asked_for() {
    let dir = folder();
    let dir = dir.path();
    printed(dir, "compare rows -m 8 --max-rounds 2 --svg picture.svg --png picture.png");
    let svg = std::fs::read_to_string(dir.join("picture.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("rounds of communication"));
    assert!(std::fs::read(dir.join("picture.png")).unwrap().starts_with(b"\x89PNG"));
}

#[cfg(not(feature = "picture"))]
#[test]
fn a_picture_that_cannot_be_drawn_is_refused_before_anything_is_played() {
    let dir = folder();
    let dir = dir.path();
    assert!(complaint(dir, "compare rows -m 8 --csv points.csv --png picture.png", 1).contains("--features picture"));
    assert!(!dir.join("points.csv").exists());
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_checkpoint_from_which_the_same_model_comes() {
    use std::io::{BufRead, BufReader};
    let dir = folder();
    let dir = dir.path();
    // A way of many steps, with lies of every round in it.
    let run = "train rows -m 8 --trim 0.25 --attack gaussian:3 --method gradient-descent --step 1e-6 --tolerance 1e-9";
    complaint(dir, &format!("{run} --max-rounds 400 -o whole"), 3);

    let program = env!("CARGO_BIN_EXE_comrade");
    let mut child = Command::new(program)
        .args(format!("{run} --max-rounds 1000000 --checkpoint at --log json").split_whitespace())
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
    complaint(dir, &format!("{run} --max-rounds 400 --checkpoint at --resume -o resumed"), 3);
    let bytes = |name: &str| std::fs::read(dir.join(name)).unwrap();
    assert_eq!(bytes("whole"), bytes("resumed"));

    std::fs::write(dir.join("at"), "{").unwrap();
    assert!(complaint(dir, &format!("{run} --checkpoint at --resume"), 1).contains("damaged"));
    assert!(complaint(dir, &format!("{run} --checkpoint none --resume"), 1).contains("cannot read"));
    assert!(complaint(dir, &format!("{run} --resume"), 2).contains("--checkpoint"));
}

/// The same f(0) and ||g(0)||, the same shape: the columns of the file the other way round.
#[test]
fn a_checkpoint_knows_its_data_and_its_options() {
    let dir = folder();
    let dir = dir.path();
    let run = "-m 8 --max-rounds 3 --checkpoint at";
    complaint(dir, &format!("train rows {run}"), 3);
    let text = std::fs::read_to_string(dir.join("rows")).unwrap();
    let reversed: String = text
        .lines()
        .map(|line| {
            let parts: Vec<&str> = line.split([' ', ':']).collect();
            format!("{} 1:{} 2:{} 3:{}\n", parts[0], parts[6], parts[4], parts[2])
        })
        .collect();
    std::fs::write(dir.join("reversed"), reversed).unwrap();
    let flipped: String = text.replacen("1 1:", "2 1:", 1);
    std::fs::write(dir.join("flipped"), flipped).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    std::fs::write(dir.join("turned"), format!("{rest}{first}\n")).unwrap();
    std::fs::write(dir.join("shorter"), rest).unwrap();
    let before = std::fs::read(dir.join("at")).unwrap();
    for (file, what) in [
        ("reversed", "the features"),
        ("flipped", "the label of a row"),
        ("turned", "the order of rows"),
        ("shorter", "the number of rows, 400 there and 399 here"),
        ("rows --dimension 4", "the number of columns, 3 there and 4 here"),
        ("rows --lambda 1e-2", "--lambda, 0.001 there and 0.01 here"),
        ("rows --tolerance 1e-3", "--tolerance"),
        ("rows --method giant", "--method, lazy-newton there and giant here"),
        ("rows --intercept", "--intercept, false there and true here"),
        ("rows --seed 2", "--seed"),
    ] {
        let why = complaint(dir, &format!("train {file} {run} --resume"), 1);
        assert!(why.contains("differ") && why.contains(what), "{file}: {why}");
        assert_eq!(std::fs::read(dir.join("at")).unwrap(), before);
    }
    // Another name, and gzip or not, is the same data; more rounds are what one resumes for.
    std::fs::copy(dir.join("rows"), dir.join("moved")).unwrap();
    printed(dir, "train moved -m 8 --checkpoint at --resume -o resumed");
    printed(dir, "train moved -m 8 -o whole");
    assert_eq!(std::fs::read(dir.join("resumed")).unwrap(), std::fs::read(dir.join("whole")).unwrap());
    // From the end there is nowhere to go.
    printed(dir, "train moved -m 8 --checkpoint at --resume");
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

/// What files of beginners look like, and what is said about each of them.
#[test]
fn a_file_that_is_not_read_comes_with_a_hint() {
    let dir = folder();
    for (text, fault, hint) in [
        ("yes,0.5,1\nno,2,3\n", "rows.csv:1:1: label", "dump_svmlight_file"),
        ("1 1:2,5\n", "rows.csv:1:5: value", "spaces between"),
        ("spam 1:2\nham 1:3\n", "label \"spam\"", "-1 and 1"),
        ("1 1:nan\n-1 1:3\n", "value \"nan\"", "put a number in its place"),
        ("1 1:2\n2 1:3\n3 1:1\n", "third class", "against the rest"),
        ("1 0:2\n-1 1:3\n", "index 0", "add 1"),
        ("1 2:2 1:1\n-1 1:3\n", "after 2", "sort the features"),
        ("1 1:2\n1 1:3\n", "one class only", "two classes"),
        ("3 1:2\n5 1:3\n", "labels 3 and 5", "as -1 and 1"),
    ] {
        std::fs::write(dir.path().join("rows.csv"), text).unwrap();
        let why = complaint(dir.path(), "train rows.csv -m 1", 1);
        let Some((error, told)) = why.trim_end().split_once("\nhint: ") else { panic!("{why}") };
        assert!(error.contains(fault) && told.contains(hint) && !told.contains('\n'), "{why}");
    }
    assert!(!complaint(dir.path(), "train nothing", 1).contains("hint:"));
    // Rows are read with a model too, and one may be taken for the other.
    printed(dir.path(), "train rows -m 1 -o model");
    std::fs::write(dir.path().join("rows.csv"), "yes,0.5,1\n").unwrap();
    for command in ["evaluate model rows.csv", "predict model rows.csv"] {
        assert!(complaint(dir.path(), command, 1).contains("\nhint: this looks like CSV"), "{command}");
    }
    let swapped = complaint(dir.path(), "predict rows model", 1);
    assert!(swapped.contains("rows: not a comrade-model file") && swapped.contains("before the rows"), "{swapped}");
    assert!(complaint(dir.path(), "train rows --liars 0.2", 2).contains("--attack"), "nobody says how they lie");
}
