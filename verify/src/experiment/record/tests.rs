//! Records made, read back, damaged and compared.

use super::*;
use crate::data::Provenance;
use crate::experiment::table;

const TEXT: &str = r#"
seed = 1
seeds = 3
workers = 4
sharding = "partition"
[data.a9a]
lambda = 0.1
iterations = 1
[[figure]]
name = "one"
title = "One"
columns = 1
show = ["accuracy"]
panel = [{ title = "{data}, \"quoted\"", data = "a9a", attack = "silent" }]
curve = [{ label = "free" }, { label = "the same, free" }, { label = "lies", liars = 0.25 }]
"#;

fn record(scale: f64) -> Record {
    let config = Config::parse(TEXT).unwrap();
    let provenance = Provenance {
        name: "a9a-like".into(),
        real: false,
        rows: 100,
        dimension: 2,
        nonzeros: 9,
        positive: 0.5,
        sha256: None,
        own: false,
    };
    let facts = Facts {
        provenance,
        test_rows: 0,
        minimum: 0.5,
        accuracy: 0.9,
        test_accuracy: None,
        majority: 0.5,
        safe_step: 1.0,
    };
    let track = |number: usize| Track {
        iteration: vec![0, 1],
        bytes_down: vec![0, 40],
        bytes_up: vec![0, 10 * number as u64],
        suboptimality: vec![1.0, 0.1 * scale * number as f64],
        accuracy: vec![0.5, 0.6 + 0.1 * number as f64],
        test_accuracy: Vec::new(),
        kept_liars: vec![0, number % 2],
        stopped: None,
    };
    let tracks = |_: &Unit| [3, 1, 2].map(track).to_vec();
    Record::new(&config, "here".into(), BTreeMap::from([("a9a".to_owned(), facts)]), &tracks)
}

#[test]
fn curves_are_summarised_over_seeds_and_equal_ones_are_played_once() {
    let record = record(1.0);
    assert_eq!(units(&record.config).len(), 2);
    let panel = &record.figures[0].panels[0];
    assert_eq!(panel.title, "a9a-like, \"quoted\"");
    let curve = &panel.curves[0];
    assert_eq!((curve.suboptimality.min[1], curve.suboptimality.median[1]), (0.1, 0.2));
    assert_eq!((curve.accuracy.max[1], curve.bytes_up[1], curve.test_accuracy.is_none()), (0.6 + 0.1 * 3.0, 20, true));
    assert!((curve.kept_liars[1] - 2.0 / 3.0).abs() < 1e-15);
    let mut even = [1.0, 4.0, 2.0, 8.0].map(|v| Track { accuracy: vec![v], ..Track::default() });
    even.reverse();
    assert_eq!(Band::over(&even, |track| &track.accuracy).median, [3.0]);
}

#[test]
fn a_record_reads_back_and_its_table_has_a_line_for_each_number() {
    let record = record(1.0);
    let text = record.to_json().unwrap();
    assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    assert!(text.contains("\"iteration\": [0,1]"), "{text}");
    let csv = table::csv(&record.figures[0]);
    assert_eq!(csv.lines().count(), 1 + 3 * 3 * 2);
    assert!(
        csv.contains("\"a9a-like, \"\"quoted\"\"\",\"the same, free\",median,1,40,20,0.6666666666666666,2e-1,0.8,\n")
    );
    assert!(!record.real());
}

/// What is wrong with a record after this change.
fn damaged(change: impl Fn(&mut Value)) -> String {
    let mut value = serde_json::to_value(record(1.0)).unwrap();
    change(&mut value);
    serde_json::from_value::<Record>(value).unwrap_err().to_string()
}

#[test]
fn a_record_that_cannot_be_drawn_is_refused_by_name() {
    let list = |list: &'static str| {
        damaged(move |value| {
            let curve = value.pointer_mut("/figures/0/panels/0/curves/1").unwrap();
            curve.pointer_mut(list).unwrap().as_array_mut().unwrap().pop();
        })
    };
    for (path, place) in [
        ("/bytes_up", "bytes_up"),
        ("/bytes_down", "bytes_down"),
        ("/kept_liars", "kept_liars"),
        ("/suboptimality/max", "suboptimality.max"),
        ("/accuracy/median", "accuracy.median"),
    ] {
        assert_eq!(list(path), format!("figure.one.panel.0.curve.1.{place}: 1 numbers for 2 iterations"));
    }
    assert!(list("/iteration").contains("2 numbers for 1 iterations"));
    assert_eq!(damaged(|value| value["data"] = serde_json::json!({})), "data.a9a: missing");
    assert!(damaged(|value| value["figures"] = serde_json::json!([])).contains("figures: not those"));
    let none = damaged(|value| value["figures"][0]["panels"] = serde_json::json!([]));
    assert_eq!(none, "figure.one: 0 panels, but 1 are asked for");
    assert!(damaged(|value| value["config"]["seeds"] = 0.into()).contains("config.seeds: from 1 to"));
}

#[test]
fn differences_beyond_rounding_are_found() {
    let committed = record(1.0);
    let count = |fresh: &Record| compare(&committed, fresh).unwrap().len();
    assert_eq!(count(&record(1.0 + 1e-9)), 0);
    assert_eq!(count(&record(1.0 + 1e-3)), 9);
    let with = |change: &dyn Fn(&mut Record)| {
        let mut fresh = record(1.0);
        change(&mut fresh);
        count(&fresh)
    };
    // Two samples of a hundred.
    assert_eq!(with(&|r| r.figures[0].panels[0].curves[0].accuracy.median[1] += 0.02), 0);
    assert_eq!(with(&|r| r.figures[0].panels[0].curves[0].accuracy.median[1] += 0.03), 1);
    assert_eq!(with(&|r| r.figures[0].panels[0].curves[2].bytes_up[1] += 1), 1);
    assert_eq!(with(&|r| r.config.seeds += 1), 1);
    // Far out the digits do not count, but that it is far out does.
    let far = |scale: f64| {
        let mut far = record(1.0);
        far.figures[0].panels[0].curves[0].suboptimality.max[1] = scale;
        far.figures[0].panels[0].curves[0].accuracy.min[1] /= scale;
        far
    };
    assert_eq!(compare(&far(1e3), &far(2e3)).unwrap().len(), 0);
    assert_eq!(compare(&far(10.0), &far(2e3)).unwrap().len(), 2);
    assert_eq!(with(&|r| r.run.processor = "there".into()), 0);
    assert_eq!(with(&|r| r.figures.clear()), 1);
    assert_eq!(with(&|r| drop(r.figures[0].panels.pop())), 1);
}
