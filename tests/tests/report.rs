//! The report: its lines, its structure, that it is the same every time, and the two that are committed.

use comrade::stream::Seed;
use comrade_verify::report::{
    self, JudgedClaim, Named, Picture, Report, Section, Sources, build, figures, markdown, page, run_info,
};
use comrade_verify::scenario::{self, Draws};
use comrade_verify::{claims, data, run};
use ladder::{Expected, Verdict};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Cheap; between them every claim, and every reason to be vacuous but those of a9a and w5a.
const SCENARIOS: [&str; 5] = ["tiny", "one-worker", "roomy-negative", "roomy-quantised", "overrun"];

/// Plays and judges on rayon's current pool.
fn make(seed: u64, scenarios: &[&str], draws: Draws) -> Report {
    let chosen: Vec<_> = scenario::all().into_iter().filter(|s| scenarios.contains(&s.name.as_str())).collect();
    let materials = data::load(&chosen, None, Seed(seed)).unwrap();
    let mut provenances = Vec::new();
    let mut played = Vec::new();
    for scenario in &chosen {
        let material = &materials[&scenario.name];
        let name = data::label(scenario, &material.provenance);
        let data = material.provenance.name.clone();
        let result = run::play(scenario, &material.dataset, draws, Seed(seed), &|| ()).unwrap();
        played.push(Named { name, data, played: result });
        if !provenances.contains(&material.provenance) {
            provenances.push(material.provenance.clone());
        }
    }
    assert_eq!(report::disagreement(&played), None);
    let info = run_info(seed, "quick", &scenario::all(), |s| s.quick, "a processor".into(), provenances);
    build(info, &claims::all(), &played, &Expected::default())
}

/// With as many fresh draws and no failure, the corrected upper limit is below delta.
static REPORT: LazyLock<Report> = LazyLock::new(|| make(2020, &SCENARIOS, Draws { seeds: 4, fresh: 125 }));

fn json(report: &Report) -> Value {
    serde_json::from_str(&serde_json::to_string(report).unwrap()).unwrap()
}

// ---------------------------------------------------------------------------------------------------------------------
// What is in it.

#[test]
fn verdicts() {
    let lines: Vec<String> = REPORT
        .claims
        .iter()
        .map(|e| {
            let variant = if e.variant.is_empty() { "-" } else { &e.variant };
            let (reading, mode, verdict) = (e.reading.name(), e.mode.name(), e.verdict.name());
            format!("{} {reading} {variant} {mode} {} {verdict}", e.id, e.scenario)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn proofs() {
    let mut text = String::new();
    for claim in claims::all() {
        for &mode in claim.modes {
            let variant = if claim.variant.is_empty() { String::new() } else { format!(" ({})", claim.variant) };
            text += &format!("{} {}{variant}, {}: {}\n", claim.id, claim.reading.name(), mode.name(), claim.says);
            claim.given.iter().for_each(|premise| text += &format!("  given {}\n", premise.says));
            claim.rungs(mode).for_each(|rung| text += &format!("  {}    [{}]\n", rung.formula, rung.by));
        }
    }
    insta::assert_snapshot!(text);
}

/// Every path to a leaf with the types found there; elements of a list share one path.
fn structure(value: &Value, path: &str, into: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| structure(value, &format!("{path}.{key}"), into));
            "object"
        }
        Value::Array(items) => {
            items.iter().for_each(|value| structure(value, &format!("{path}[]"), into));
            "list"
        }
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
    };
    into.entry(path.to_owned()).or_default().insert(kind);
}

#[test]
fn structure_of_the_json() {
    let mut found = BTreeMap::new();
    structure(&json(&REPORT), "", &mut found);
    let lines: Vec<String> = found
        .iter()
        .map(|(path, kinds)| format!("{path}: {}", kinds.iter().copied().collect::<Vec<_>>().join(" | ")))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[track_caller]
fn has<'v>(value: &'v Value, keys: &[&str], what: &str) -> &'v Value {
    keys.iter().for_each(|key| assert!(value.get(key).is_some(), "{what} has no `{key}`"));
    value
}

/// Everything that readers of `bounds.json` rely on.
pub(crate) fn is_complete(report: &Value) {
    has(report, &["schema", "run", "scenarios", "claims"], "the report");
    assert_eq!(report["schema"], report::SCHEMA);
    has(&report["run"], &["seed", "versions", "processor", "data", "delta", "comparisons"], "run");
    has(&report["run"]["versions"], &["comrade", "rust"], "versions");
    for data in report["run"]["data"].as_array().unwrap() {
        has(data, &["name", "real", "rows", "dimension", "nonzeros", "positive", "sha256"], "a data set");
        assert_eq!(data["real"].as_bool().unwrap(), data["sha256"].is_string(), "{data}");
    }
    let scenarios: BTreeSet<&str> =
        report["scenarios"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    let claims = report["claims"].as_array().unwrap();
    assert!(!claims.is_empty());
    let mut seen = BTreeSet::new();
    for entry in claims {
        let keys = ["id", "reading", "variant", "mode", "scenario"];
        has(entry, &keys, "a claim");
        let name = keys.map(|key| entry[key].as_str().unwrap()).join(" ");
        assert!(seen.insert(name.clone()), "{name} is judged twice");
        assert!(scenarios.contains(entry["scenario"].as_str().unwrap()), "{name}: unknown scenario");
        let keys = ["verdict", "expected", "needed", "draws", "vacuous_draws", "ratio", "rate", "ladder"];
        has(entry, &keys, &name);
        has(entry, &["unmet", "witness", "says", "because", "title"], &name);
        let (verdict, prior) = (entry["verdict"].as_str().unwrap(), entry["mode"] == "a-priori");
        let words: &[&str] = if prior {
            &["confirmed", "refuted", "inconclusive", "vacuous", "not-applicable"]
        } else {
            &["holds", "violated", "vacuous", "not-applicable"]
        };
        assert!(words.contains(&verdict), "{name} is {verdict}");
        let draws = entry["draws"].as_u64().unwrap();
        assert_eq!(entry["needed"].is_number(), ["holds", "confirmed"].contains(&verdict), "{name}");
        if ["vacuous", "not-applicable"].contains(&verdict) {
            assert!(entry["expected"].is_null() || entry["expected"] == verdict, "{name} counts as something");
            assert!(entry["unmet"].is_string(), "{name} does not say why");
            assert_eq!(draws, 0, "{name}");
            ["ratio", "rate", "witness"].iter().for_each(|key| assert!(entry[key].is_null(), "{name} {key}"));
            continue;
        }
        assert!(draws > 0, "{name}");
        assert_eq!(entry["unmet"].is_string(), entry["vacuous_draws"].as_u64().unwrap() > 0, "{name}");
        has(&entry["ratio"], &["min", "median", "max"], &name);
        ["min", "median", "max"].iter().for_each(|key| assert!(entry["ratio"][key].is_number(), "{name}: no {key}"));
        let ladder = entry["ladder"].as_array().unwrap();
        assert!(ladder.len() >= 2, "{name}: no proof");
        for step in ladder {
            has(step, &["formula", "by", "min", "median", "broken"], &name);
            assert!(step["min"].is_number() && step["median"].is_number(), "{name}: {step}");
        }
        let failed = entry["rate"]["failures"].as_u64().map_or(verdict == "violated", |failures| failures > 0);
        assert_eq!(entry["witness"].is_object(), failed, "{name}: a witness just where something fails");
        assert_eq!(entry["rate"].is_object(), prior, "{name}");
        if prior {
            let rate = has(&entry["rate"], &["failures", "draws", "lower", "upper", "delta"], &name);
            let of = |key: &str| rate[key].as_f64().unwrap();
            assert_eq!(rate["draws"], entry["draws"], "{name}");
            let share = of("failures") / of("draws");
            assert!(of("lower") <= share && share <= of("upper"), "{name}: {rate}");
            let wanted = match (of("upper") <= of("delta"), of("lower") > of("delta")) {
                (true, _) => "confirmed",
                (_, true) => "refuted",
                _ => "inconclusive",
            };
            assert_eq!(verdict, wanted, "{name}: {rate}");
        }
    }
}

#[test]
fn every_field_is_there_and_vacuous_never_holds() {
    let value = json(&REPORT);
    is_complete(&value);
    assert_eq!(value["run"]["seed"], 2020);
    assert_eq!(value["run"]["processor"], "a processor");
    let back: Report = serde_json::from_value(value).unwrap();
    assert_eq!(back, *REPORT, "what is written reads back");
    let verdicts: BTreeSet<&str> = REPORT.claims.iter().map(|e| e.verdict.name()).collect();
    assert!(verdicts.contains("vacuous") && verdicts.contains("holds"), "{verdicts:?}");
    // More liars than the rule trims.
    for e in REPORT.claims.iter().filter(|e| e.scenario == "overrun") {
        let unmet = if e.reading.name() == "printed" { "α < β, or α = 0" } else { "α ≤ β" };
        // Lemmas 8 and 11 have the bound of Lemmas 7 and 10 as their premise, and ask for nothing else.
        let conditional = ["lemma-8", "lemma-11"].contains(&e.id.as_str()) && e.reading.name() != "sharpened";
        let silent = (e.verdict, e.unmet.as_deref()) == (Verdict::Vacuous, Some(unmet));
        assert!(silent || conditional, "{} {:?}: {:?} {:?}", e.id, e.reading, e.verdict, e.unmet);
    }
}

#[test]
fn numbers_that_json_does_not_have_still_read_back() {
    let mut report = REPORT.clone();
    let entry = report.claims.iter_mut().find(|e| e.ratio.is_some()).unwrap();
    for odd in [f64::INFINITY, f64::NAN] {
        entry.ratio.as_mut().unwrap().max = odd;
        let text = serde_json::to_string(&*entry).unwrap();
        let back: Result<JudgedClaim, _> = serde_json::from_str(&text);
        assert!(back.is_ok(), "a report with a ratio of {odd} cannot be read: {}", back.unwrap_err());
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// What people read.

#[test]
fn the_markdown_names_every_scenario_and_every_verdict() {
    let text = markdown(&REPORT);
    for scenario in &REPORT.scenarios {
        assert!(text.contains(&format!("| {} |", scenario.name)), "{}", scenario.name);
    }
    for e in &REPORT.claims {
        assert!(text.contains(e.words()), "{}", e.words());
        assert!(text.contains(&format!("## {}", e.title)) && text.contains(&e.says.replace('|', "\\|")), "{}", e.title);
    }
    for e in REPORT.claims.iter().filter(|e| e.verdict == Verdict::Vacuous) {
        let cell = format!("*vacuous* (not {})", e.unmet.as_ref().unwrap());
        assert!(text.contains(&cell), "{cell}");
    }
    // Every row of a table has as many cells as its head.
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let lines: Vec<&str> = text.lines().collect();
    for pair in lines.windows(2).filter(|pair| pair[0].starts_with('|') && pair[1].starts_with('|')) {
        assert_eq!(cells(pair[0]), cells(pair[1]), "{}\n{}", pair[0], pair[1]);
    }
}

#[test]
fn a_figure_for_every_statement_with_every_scenario_in_it() {
    let drawn = figures(&REPORT);
    let ids: Vec<&str> = drawn.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids.len(), 14, "{ids:?}");
    for (id, forest) in &drawn {
        let svg = forest.svg().unwrap();
        let scenarios: BTreeSet<&str> =
            REPORT.claims.iter().filter(|e| e.id == *id).map(|e| e.scenario.as_str()).collect();
        assert!(!scenarios.is_empty());
        scenarios.iter().for_each(|name| assert!(svg.contains(name), "{name} is not in the figure of {id}"));
        assert_eq!(svg, forest.svg().unwrap(), "the same figure twice");
    }
}

pub(crate) fn drawn(report: &Report) -> Vec<(String, String)> {
    figures(report).into_iter().map(|(id, forest)| (id, forest.svg().unwrap())).collect()
}

#[test]
fn the_page_says_what_the_report_says_and_no_more() {
    let figures = drawn(&REPORT);
    let plain = Sources { report: &REPORT, hunted: None, figures: &figures, sections: &[], home: None };
    let text = page(&plain).unwrap();
    assert_eq!(text.matches("<tr data-key=").count(), REPORT.claims.len());
    for e in &REPORT.claims {
        let variant = if e.variant.is_empty() { "-" } else { &e.variant };
        let (reading, mode, verdict) = (e.reading.name(), e.mode.name(), e.verdict.name());
        let key = format!("data-key=\"{} {reading} {variant} {mode} {} {verdict}\"", e.id, e.scenario);
        assert!(text.contains(&key), "{key}");
    }
    assert_eq!(text.matches("<svg ").count(), 14);
    assert_eq!(text, page(&plain).unwrap(), "the same page twice");
    // Nothing is fetched, and nothing is said of a search that was not made.
    for outside in ["http://", "https://", "url(http", "@import", "src=\"", "counterexample, proved"] {
        assert!(!text.contains(outside), "{outside}");
    }
}

#[test]
fn what_a_report_says_cannot_become_markup() {
    let mut report = make(2020, &["one-worker"], Draws { seeds: 1, fresh: 5 });
    report.run.processor = "<script>\"a\" & 'b'".into();
    report.claims[0].because = "1 <b> 2 & x_min".into();
    report.claims[0].says = "not a statement that is known: a < b".into();
    let picture = |id: &str| Picture {
        id: id.into(),
        title: "a < b".into(),
        caption: "a & b".into(),
        svg: "<svg width=\"9\" height=\"7\" viewBox=\"0 0 9 7\"><rect/></svg>".into(),
    };
    let sections = [Section {
        id: "failure-rates".into(),
        title: "Failure rates".into(),
        text: vec!["Over s & m.".into()],
        pictures: vec![picture("over-s"), picture("over-m")],
    }];
    let sources = Sources { report: &report, hunted: None, figures: &[], sections: &sections, home: None };
    let text = page(&sources).unwrap();
    for wanted in [
        "&lt;script&gt;&quot;a&quot; &amp; &#x27;b&#x27;",
        "1 &lt;b&gt; 2 &amp; x<sub>min</sub>",
        "a &lt; b</title>",
        "<a href=\"#failure-rates\">Failure rates</a>",
        "<p>Over s &amp; m.</p>",
        "<figure id=\"over-m\">",
    ] {
        assert!(text.contains(wanted), "{wanted}");
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The same every time.

#[test]
fn a_seed_names_the_report_and_threads_do_not_change_it() {
    let (names, draws) = (["tiny", "four-replaced", "roomy-quantised"], Draws { seeds: 2, fresh: 6 });
    let text = |seed, threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        serde_json::to_string(&pool.install(|| make(seed, &names, draws))).unwrap()
    };
    let one = text(7, 1);
    assert!(one == text(7, 1), "the same seed twice");
    assert!(one == text(7, 3), "three threads");
    assert!(one != text(8, 1), "another seed");
}

#[test]
fn more_draws_keep_the_first_ones() {
    let worst = |seeds| {
        let report = make(7, &["tiny"], Draws { seeds, fresh: 0 });
        report.claims.iter().filter_map(|e| e.ratio.map(|r| r.max)).collect::<Vec<f64>>()
    };
    let (few, many) = (worst(3), worst(9));
    assert!(!few.is_empty() && few.len() == many.len() && few.iter().zip(&many).all(|(a, b)| a <= b));
}

// ---------------------------------------------------------------------------------------------------------------------
// The committed reports.
