//! `figures` from outside: the same numbers whatever the threads and interruptions, and a check that notices a change.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CONFIG: &str = r#"
seed = 7
seeds = 3
workers = 5
sharding = "partition"

[data.tiny]
lambda = 0.1
iterations = 3
made = { rows = 200, cols = 3, condition = 2.0, margin = 1.0 }

[[figure]]
name = "one"
title = "One"
columns = 2
against = ["iteration", "bytes"]
show = ["accuracy", "suboptimality"]
panel = [
  { title = "(a) {data}", data = "tiny", attack = "gaussian:5" },
  { title = "(b) {data}", data = "tiny", attack = "norm-shadow:{beta}", compressor = "qsgd:8" },
]
curve = [
  { label = "trimmed", liars = 0.2, beta = 0.2 },
  { label = "GIANT", method = "giant" },
]

[[figure]]
name = "two"
title = "Two"
columns = 1
show = ["suboptimality"]
panel = [{ title = "{data}", data = "tiny", attack = "silent" }]
curve = [
  { label = "first order", method = "gradient-descent", liars = 0.2, beta = 0.2, iterations = 70 },
  { label = "stands still", liars = 0.2 },
]
"#;

/// A folder with the configuration in it, and runs of the program there, without anybody's data folder.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.path("config.toml"), CONFIG).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn figures(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_figures"));
        command.current_dir(self.0.path()).env_remove("COMRADE_DATA").arg("--out").arg("out");
        if !arguments.contains(&"--draw") {
            command.args(["--config", "config.toml"]);
        }
        command.args(arguments).output().unwrap()
    }

    #[track_caller]
    fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.figures(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self) -> String {
        fs::read_to_string(self.path("out/figures.json")).unwrap()
    }

    fn parts(&self) -> Vec<PathBuf> {
        let mut parts: Vec<PathBuf> =
            fs::read_dir(self.path("out/.parts")).unwrap().map(|entry| entry.unwrap().path()).collect();
        parts.sort();
        parts
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn threads_and_interruptions_change_nothing() {
    let (one, many) = (Place::new(), Place::new());
    one.succeeds(&["--jobs", "1"]);
    // A part of the work, of which some is lost and some is damaged, as when the machine goes down.
    many.succeeds(&["--jobs", "3", "--only", "one"]);
    assert!(!many.path("out/figures.json").exists());
    let parts = many.parts();
    assert_eq!(parts.len(), 4);
    fs::remove_file(&parts[0]).unwrap();
    fs::write(&parts[1], "[{\"iteration\": [0, 1").unwrap();
    fs::write(many.path("out/.parts/0.new"), "half").unwrap();
    many.succeeds(&["--jobs", "3"]);
    assert!(one.json() == many.json());
    assert!(!many.path("out/.parts").exists());

    let stems = ["one-accuracy", "one-accuracy-by-bytes", "one-suboptimality", "one-suboptimality-by-bytes"];
    let mut files: Vec<String> =
        stems.iter().chain(&["two-suboptimality"]).flat_map(|s| ["png", "svg"].map(|e| format!("{s}.{e}"))).collect();
    files.extend(["figures.json", "figures.sha256", "one.csv", "two.csv"].map(String::from));
    files.sort();
    assert_eq!(names(&many.path("out")), files);
    for file in files {
        assert!(fs::read(one.path("out").join(&file)).unwrap() == fs::read(many.path("out").join(&file)).unwrap());
    }
}

#[test]
fn finished_parts_are_taken_and_those_of_other_settings_are_not() {
    let place = Place::new();
    place.succeeds(&["--only", "two"]);
    let part =
        place.parts().into_iter().find(|part| fs::read_to_string(part).unwrap().contains("\"stopped\":null")).unwrap();
    let mut tracks: Value = serde_json::from_slice(&fs::read(&part).unwrap()).unwrap();
    tracks[0]["suboptimality"][1] = 123.5.into();
    fs::write(&part, tracks.to_string()).unwrap();
    place.succeeds(&["--only", "two"]);
    assert!(fs::read_to_string(place.path("out/two.csv")).unwrap().contains("1.235e2"));
    fs::write(place.path("config.toml"), CONFIG.replace("seed = 7", "seed = 8")).unwrap();
    place.succeeds(&["--only", "two"]);
    assert!(!fs::read_to_string(place.path("out/two.csv")).unwrap().contains("1.235e2"));
}

#[test]
fn a_check_notices_a_changed_number_and_drawing_needs_no_run() {
    let place = Place::new();
    place.succeeds(&[]);
    assert!(place.succeeds(&["--check"]).contains(": 0 differences"));
    let picture = fs::read(place.path("out/one-accuracy.svg")).unwrap();
    assert!(
        String::from_utf8(picture.clone()).unwrap().contains("Synthetic data, not the published files: gaussian-200x3")
    );
    fs::remove_file(place.path("out/one-accuracy.svg")).unwrap();
    place.succeeds(&["--draw"]);
    assert!(fs::read(place.path("out/one-accuracy.svg")).unwrap() == picture);

    let mut record: Value = serde_json::from_str(&place.json()).unwrap();
    let curve = &mut record["figures"][1]["panels"][0]["curves"][0];
    let number = curve["suboptimality"]["median"][2].as_f64().unwrap();
    let mut change = |to: f64| {
        record["figures"][1]["panels"][0]["curves"][0]["suboptimality"]["median"][2] = to.into();
        fs::write(place.path("out/figures.json"), record.to_string()).unwrap();
        place.figures(&["--check"])
    };
    // A number that is as good as the same is no difference, but it was not written by the run that wrote the list.
    let said = String::from_utf8(change(number * (1.0 + 1e-8)).stdout).unwrap();
    assert!(said.contains(": 0 differences") && said.contains("mixed: "), "{said}");
    let output = change(number * (1.0 + 1e-4));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("/two/gaussian-200x3/curves/first order/suboptimality/median/2"), "{said}");
    assert!(place.succeeds(&["--check", "--only", "one"]).contains(": 0 differences"));
}

#[test]
fn numbers_that_cannot_be_drawn_are_refused_and_their_place_is_said() {
    let place = Place::new();
    place.succeeds(&["--only", "two"]);
    place.succeeds(&[]);
    let mut record: Value = serde_json::from_str(&place.json()).unwrap();
    let curve = &mut record["figures"][1]["panels"][0]["curves"][0];
    curve["suboptimality"]["max"].as_array_mut().unwrap().pop();
    fs::write(place.path("out/figures.json"), record.to_string()).unwrap();
    for arguments in [&["--draw"][..], &["--draw", "--only", "one"], &["--check"]] {
        let output = place.figures(arguments);
        let says = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{says}");
        assert!(says.contains("figures.json: figure.two.panel.0.curve.0.suboptimality.max: "), "{says}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let place = Place::new();
    let says = |place: &Place, arguments: &[&str], words: &[&str]| {
        let output = place.figures(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        words.iter().for_each(|word| assert!(text.contains(word), "no `{word}` in: {text}"));
    };
    says(&place, &["--only", "three"], &["three", "one, two"]);
    says(&place, &["--check"], &["figures.json"]);
    fs::write(place.path("config.toml"), CONFIG.replace("rows = 200", "rows = 9223372036854775807")).unwrap();
    says(&place, &[], &["config.toml", "data.tiny.made: 9223372036854775807 rows", "up to 16777216"]);
    fs::write(place.path("config.toml"), CONFIG.replace("beta = 0.2 }", "beta = 0.7 }")).unwrap();
    says(&place, &[], &["config.toml", "figure.one.curve.0.beta", "[0, 1/2)"]);
    fs::write(place.path("config.toml"), CONFIG.replace("workers", "wokers")).unwrap();
    says(&place, &[], &["config.toml", "wokers"]);
    fs::write(place.path("config.toml"), CONFIG.replace("rows = 200", "rows = 4")).unwrap();
    says(&place, &[], &["4 samples cannot be dealt to 5 workers"]);
    assert!(names(place.0.path()).iter().all(|name| name == "config.toml" || name == "out"));
}
