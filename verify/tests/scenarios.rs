//! A user's own scenarios: what a file of them may say, the error for each mistake in it, and the result of a run.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

use comrade_verify::scenario::{self, Draws, File, Source};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const EXAMPLE: &str = include_str!("../scenarios.example.toml");
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A small file without mistakes, whose lines are replaced below.
const GOOD: &str = r#"
seed = 7

[[scenario]]
name = "mine"
data = { rows = 200, cols = 3 }
workers = 4
liars = 1
attack = "alie:1.5"
beta = 0.25
quick = { seeds = 2, fresh = 20 }

[[scenario]]
name = "lazy-mine"
like = "mine"
method = "lazy-newton"
bits = 8

[[scenario]]
name = "counted"
data = { counts = [[2.0, 0.0, 1], [0.0, 0.0, 1]], shard = 100 }
loss = "squared"
workers = 3
sharding = "with-replacement"
iterates = [0]
"#;

/// The text of a mistake; the file is read as if it lay in the folder of this package.
#[track_caller]
fn mistake(text: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let says = File::parse(text, folder).expect_err(text).to_string();
    says.replace(env!("CARGO_MANIFEST_DIR"), "<folder>")
}

#[test]
fn every_mistake_is_named_with_its_line_and_its_key() {
    assert!(File::parse(GOOD, Path::new("")).is_ok());
    let replaced = [
        // Words.
        ("workers = 4", "worker = 4"),
        ("seed = 7", "seeds = 7"),
        ("cols = 3", "cols = 3, colour = 1"),
        ("seeds = 2", "seed = 2"),
        ("alie:1.5", "ali:1.5"),
        ("alie:1.5", "alie"),
        ("like = \"mine\"", "like = \"mime\""),
        ("like = \"mine\"", "like = \"romy\""),
        ("like = \"mine\"", "like = \"counted\""),
        ("lazy-newton", "newton"),
        ("loss = \"squared\"", "loss = \"square\""),
        ("with-replacement", "replacement"),
        ("beta = 0.25", "compressor = \"topk:3\""),
        ("name = \"mine\"", "name = \"My scenario\""),
        ("name = \"mine\"", "name = \"\""),
        ("name = \"mine\"", "name = \"roomy\""),
        ("\"lazy-mine\"", "\"mine\""),
        ("name = \"mine\"\n", ""),
        // Types.
        ("workers = 4", "workers = \"four\""),
        ("workers = 4", "workers = 4.0"),
        ("workers = 4", "workers = -4"),
        ("seed = 7", "seed = -7"),
        ("beta = 0.25", "beta = [0.25]"),
        ("quick = { seeds = 2, fresh = 20 }", "quick = 20"),
        ("iterates = [0]", "iterates = 0"),
        ("data = { rows = 200, cols = 3 }", "data = \"mine.libsvm\""),
        ("data = { rows = 200, cols = 3 }\n", ""),
        ("rows = 200, ", ""),
        ("cols = 3", "col = 3"),
        ("rows = 200, cols = 3", "rows = 200"),
        ("rows = 200, cols = 3", "file = \"nowhere.libsvm\""),
        ("rows = 200, cols = 3", "file = \"src\""),
        ("rows = 200, cols = 3", "published = \"a9b\""),
        ("[[scenario]]\nname = \"mine\"", "[scenario]\nname = \"mine\""),
        // Numbers.
        ("workers = 4", "workers = 0"),
        ("workers = 4", "workers = 201"),
        ("workers = 4", "workers = 4\nlambda = -1e-9"),
        ("workers = 4", "workers = 4\nlambda = nan"),
        ("workers = 4", "workers = 4\nlambda = inf"),
        ("beta = 0.25", "beta = 0.5"),
        ("beta = 0.25", "beta = -0.1"),
        ("liars = 1", "liars = 4"),
        ("liars = 1", "liars = 9"),
        ("liars = 1\n", ""),
        ("attack = \"alie:1.5\"\n", ""),
        ("seeds = 2, fresh = 20", "seeds = 0, fresh = 0"),
        ("seeds = 2", "seeds = 9_000_000_000_000_000_000"),
        ("iterates = [0]", "iterates = []"),
        ("iterates = [0]", "iterates = [0, 2, 1]"),
        ("iterates = [0]", "iterates = [0, 10_001]"),
        ("rows = 200", "rows = 0"),
        ("rows = 200", "rows = 9_000_000_000_000_000_000"),
        ("cols = 3", "cols = 100_000"),
        ("rows = 200, cols = 3", "rows = 2000, cols = 2000, condition = 0.5"),
        ("cols = 3", "cols = 3, noise = 0.1"),
        ("workers = 3", "workers = 9_000_000_000_000_000_000"),
        // What does not go together.
        ("bits = 8", "bits = 12"),
        ("bits = 8", "sorted = 1.5"),
        ("method = \"lazy-newton\"\n", ""),
        ("bits = 8", "sharding = \"with-replacement\""),
        ("bits = 8", "quick = { fresh = 10 }"),
        ("bits = 8", "compressor = \"sign\""),
        ("loss = \"squared\"\n", ""),
        ("sharding = \"with-replacement\"\n", ""),
        ("iterates = [0]", "iterates = [0, 1]"),
        ("iterates = [0]", "iterates = [0]\nliars = 1\nattack = \"nan\""),
        ("[0.0, 0.0, 1]], shard = 100", "[0.0, 1.0, 1]], shard = 100"),
        ("shard = 100", "shard = 0"),
        (", shard = 100", ""),
        ("[0.0, 0.0, 1]]", "[0.0, 0.0, 9_000_000_000_000_000_000]]"),
    ];
    let mut lines = Vec::new();
    for (old, new) in replaced {
        assert_eq!(GOOD.matches(old).count(), 1, "{old}");
        lines.push(format!("{new:?} for {old:?}\n{}\n", mistake(&GOOD.replacen(old, new, 1))));
    }
    for whole in [
        "",
        "# nothing\n",
        "seed = 7\n",
        "scenario = []",
        "scenario = [3]",
        "name = ",
        "[[scenario]]\nname = \"a\"\nname = \"b\"",
    ] {
        lines.push(format!("{whole:?}\n{}\n", mistake(whole)));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_is_not_said_is_as_in_the_scenario_that_is_named() {
    let file = File::parse(GOOD, Path::new("")).unwrap();
    assert_eq!(file.seed, Some(7));
    let [mine, lazy, counted] = &file.scenarios[..] else { panic!("three scenarios") };
    assert_eq!((mine.lambda, &mine.iterates[..], mine.full), (1e-3, &[0, 1, 2][..], Draws { seeds: 100, fresh: 2000 }));
    assert_eq!((lazy.workers, &lazy.liars, lazy.beta), (4, &Some((1, "alie:1.5".to_owned())), 0.25));
    assert_eq!(lazy.quick, Draws { seeds: 2, fresh: 0 });
    assert!(lazy.lazy.is_some() && lazy.source == mine.source && counted.liars.is_none());
    let of_default = "[[scenario]]\nname = \"x\"\nlike = \"roomy-negative\"\nliars = 0\n";
    let own = File::parse(of_default, Path::new("")).unwrap().scenarios.remove(0);
    let roomy = scenario::all().into_iter().find(|s| s.name == "roomy-negative").unwrap();
    assert_eq!((own.beta, own.quick, &own.liars), (roomy.beta, roomy.quick, &None));
}

#[test]
fn the_scenarios_of_the_default_run_can_be_played() {
    let all = scenario::all();
    assert!(all.len() > 50);
    all.iter().for_each(|scenario| assert_eq!(scenario.check(), Ok(()), "{}", scenario.name));
}

#[test]
fn a_file_is_looked_for_beside_the_file_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.libsvm"), "1 1:1\n-1 1:2\n").unwrap();
    let text = GOOD.replacen("rows = 200, cols = 3", "file = \"mine.libsvm\"", 1);
    let file = File::parse(&text, folder.path()).unwrap();
    assert_eq!(file.scenarios[0].source, Source::File(folder.path().join("mine.libsvm")));
    // Two samples and four workers: what the file holds is known only once it is read.
    let says = file.fits(|s| (s.name == "mine").then_some((2, 1))).unwrap_err().to_string();
    assert_eq!(says, "line 7: workers: 2 samples cannot be dealt to 4 workers: at most 2 workers\n  7 | workers = 4");
}

/// Runs the program from the workspace's top.
fn verify(arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_verify"));
    program.args(arguments).current_dir(TOP).env_remove("COMRADE_DATA").output().unwrap()
}

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(text).unwrap()
}

/// A folder with a file of scenarios in it.
fn place(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn report(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("bounds.json")).unwrap()).unwrap()
}

#[test]
fn the_example_says_every_key_and_runs() {
    let keys = ["file", "published", "rows", "cols", "condition", "margin", "noise", "counts", "shard", "indefinite"];
    keys.iter().for_each(|key| assert!(EXAMPLE.contains(key), "{key}"));
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let output = verify(&["--scenarios", "verify/scenarios.example.toml", "--seeds", "1", "--out", folder]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("no bound of ours fails") && text.contains("Not compared with recorded verdicts"), "{text}");
    assert!(text.contains("planted faults are refuted by these draws"), "{text}");
    let report = report(out.path());
    let names: Vec<&str> =
        report["scenarios"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["mine", "mine-quantised", "mine-with-a-larger-ridge", "mine-lazy"]);
    let claims = report["claims"].as_array().unwrap();
    assert!(claims.iter().all(|e| e["expected"].is_null()));
    for id in ["lemma-7", "lemma-11", "theorem-a"] {
        assert!(claims.iter().any(|e| e["id"] == id), "{id}");
    }
    assert_eq!(report["run"]["scenarios"], "verify/scenarios.example.toml");
    for file in ["bounds.md", "index.html"] {
        let text = fs::read_to_string(out.path().join(file)).unwrap();
        let text = text.replace("&#x2f;", "/");
        assert!(text.contains("cargo xtask verify --scenarios verify/scenarios.example.toml"), "{file}");
        assert!(!text.contains("a9a-like"), "{file}");
    }
}

#[test]
fn a_libsvm_file_is_judged_and_its_checksum_is_in_the_report() {
    let rows: String = (0..60).map(|j| format!("{} 1:{} 2:1\n", if j % 3 == 0 { "-1" } else { "1" }, j % 7)).collect();
    let (folder, path) = place(
        "[[scenario]]\nname = \"mine\"\ndata = { file = \"mine.libsvm\" }\nlambda = 0.1\nworkers = 3\n\
         quick = { seeds = 2, fresh = 5 }\n",
    );
    fs::write(folder.path().join("mine.libsvm"), rows).unwrap();
    let out = folder.path().join("out");
    let output = verify(&["--scenarios", path.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let data = &report(&out)["run"]["data"][0];
    assert_eq!((&data["name"], &data["rows"], &data["own"]), (&"mine.libsvm".into(), &60.into(), &true.into()));
    assert_eq!(data["real"], false);
    assert!(data["sha256"].as_str().unwrap().len() == 64);
    let text = fs::read_to_string(out.join("bounds.md")).unwrap();
    assert!(text.contains("| mine.libsvm | no: a file of your own, sorted lines SHA-256 `"), "{text}");
    // The same page again, from the numbers.
    let page = fs::read(out.join("index.html")).unwrap();
    assert_eq!(verify(&["--render", "--out", out.to_str().unwrap()]).status.code(), Some(0));
    assert!(fs::read(out.join("index.html")).unwrap() == page);
}

#[test]
fn the_seed_of_the_file_is_the_seed_of_the_run() {
    let run = |seed: u64| {
        let (folder, path) = place(&GOOD.replacen("seed = 7", &format!("seed = {seed}"), 1));
        let (path, out) = (path.to_str().unwrap(), folder.path().join("out"));
        let arguments =
            ["--scenarios", path, "--scenario", "mine", "--claim", "lemma-10", "--out", out.to_str().unwrap()];
        let output = verify(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        report(&out)["claims"].clone()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn nothing_is_written_over_a_committed_report_or_after_a_mistake() {
    let (folder, path) = place(&GOOD.replacen("workers = 4", "workers = 0", 1));
    let out = folder.path().join("out");
    let output = verify(&["--scenarios", path.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let line = format!("error: {}, line 7: workers: at least one is needed\n  7 | workers = 0", path.display());
    assert!(said(&output).contains(&line), "{}", said(&output));
    assert!(!out.exists());
    fs::write(&path, GOOD).unwrap();
    for home in ["reports", "verify/../reports/real"] {
        let output = verify(&["--scenarios", path.to_str().unwrap(), "--out", home]);
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("has the committed report: choose another folder"), "{}", said(&output));
    }
    for other in ["--check", "--bless", "--render"] {
        assert_eq!(verify(&["--scenarios", path.to_str().unwrap(), other]).status.code(), Some(2));
    }
    let missing = verify(&["--scenarios", "no-such-file.toml"]);
    assert!(said(&missing).contains("no-such-file.toml"), "{}", said(&missing));
}

/// A scenario on a file of these rows.
fn on_rows(rows: &str, more: &str) -> Output {
    let (folder, path) = place(&format!(
        "[[scenario]]\nname = \"mine\"\ndata = {{ file = \"mine.libsvm\" }}\nlambda = 0.1\nworkers = 3\n{more}\
         quick = {{ seeds = 2, fresh = 40 }}\n"
    ));
    fs::write(folder.path().join("mine.libsvm"), rows).unwrap();
    verify(&["--scenarios", path.to_str().unwrap(), "--out", folder.path().join("out").to_str().unwrap()])
}

/// All gradients are equal but for their rounding, and that is no counterexample.
#[test]
fn equal_samples_refute_no_bound_of_ours() {
    // The same y x in every row, as the reader asks for two classes.
    for (rows, sharding) in [(66, ""), (66, "sharding = \"with-replacement\"\n"), (200, "")] {
        let output = on_rows(&"1 1:0.3 2:0.9\n-1 1:-0.3 2:-0.9\n".repeat(rows / 2), sharding);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(text.contains("no bound of ours fails"), "{text}");
    }
}

/// Cubes of such features are infinite: that is said, and nothing refuted.
#[test]
fn features_whose_cubes_overflow_refute_no_bound_of_ours() {
    let run = |size: &str| {
        let row = |j: usize| {
            format!("{} 1:{}{size} 2:{}{size}\n", if j.is_multiple_of(3) { -1 } else { 1 }, 1 + j % 7, 1 + j % 5)
        };
        on_rows(&(0..30).map(row).collect::<String>(), "")
    };
    let large = run("e100");
    assert!(said(&large).contains("no bound of ours fails"), "{}", said(&large));
    for size in ["e110", "e150"] {
        let output = run(size);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(
            text.contains("error: scenario mine: the features are so large that L") && !text.contains("FAILS"),
            "{text}"
        );
    }
}
