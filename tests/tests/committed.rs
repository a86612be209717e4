//! The two reports that are committed.

use crate::report::{drawn, is_complete};
use comrade_file::Together;
use comrade_verify::claim::Mode;
use comrade_verify::report::{self, Hunted, Report, ScenarioInfo, Sources, markdown, page, readme};
use comrade_verify::{hunt, scenario};
use ladder::{Expected, Verdict};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn committed(path: &str) -> (Value, Report) {
    let path = format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let value: Value = serde_json::from_str(&text).unwrap();
    (value.clone(), serde_json::from_value(value).unwrap())
}

const REPORTS: [&str; 2] = ["reports/bounds.json", "reports/real/bounds.json"];

#[test]
fn the_results_on_the_pages_are_those_of_the_committed_report() {
    let page = |path: &str| std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let text = page("reports/README.md");
    let (_, report) = committed(REPORTS[0]);
    let printed =
        |line: &&str| line.starts_with("| Lemma") || line.starts_with("| Theorem ") && !line.contains("| – |");
    let rows: Vec<&str> = text.lines().filter(printed).collect();
    assert_eq!((rows.len(), rows.iter().filter(|row| row.contains("**fails**")).count()), (14, 7));
    assert!(page("README.md").contains("Seven of the fourteen printed statements are false"));
    assert_eq!(readme(&text, &report).as_ref(), Some(&text), "`cargo xtask verify --render` writes it");
    assert_eq!(page("reports/round.svg"), report::round().svg().unwrap());
    // Another number in the report is another table.
    let mut other = report;
    other.claims.iter_mut().for_each(|e| e.needed = e.needed.map(|needed| 0.5 * needed));
    assert_ne!(readme(&text, &other).unwrap(), text);
}

/// Written by hand or alone, and so on no list.
const ALONE: [&str; 3] = ["README.md", "ray.md", "scale.md"];

#[test]
fn every_committed_file_is_of_the_run_that_its_list_names() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../reports"));
    let (mut lists, mut folders, mut files) = (Vec::new(), vec![folder.to_owned()], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(end) if end == "sha256" => lists.push(path),
                _ => drop(files.insert(path)),
            }
        }
    }
    for list in &lists {
        Together::compare(list).unwrap_or_else(|mixed| panic!("{mixed}; write all of them again"));
        for line in std::fs::read_to_string(list).unwrap().lines().filter(|line| !line.starts_with('#')) {
            let path = list.parent().unwrap().join(line.split_once("  ").unwrap().1);
            assert!(files.remove(&path), "{} is on two lists", path.display());
        }
    }
    let left: Vec<PathBuf> =
        files.into_iter().filter(|file| !ALONE.iter().any(|alone| file.ends_with(alone))).collect();
    assert!(left.is_empty() && lists.len() == 9, "on no list: {left:?}; lists: {lists:?}");
}

#[test]
fn committed_reports_are_whole() {
    for path in REPORTS {
        let (value, report) = committed(path);
        is_complete(&value);
        let entries: BTreeSet<(&str, &str, &str)> =
            report.claims.iter().map(|e| (e.id.as_str(), e.reading.name(), e.mode.name())).collect();
        for id in ["lemma-2", "lemma-3", "lemma-5", "lemma-7", "lemma-10"] {
            for reading in ["printed", "rederived", "sharpened"] {
                assert!(entries.contains(&(id, reading, "a-priori")), "{path}: no a-priori {reading} {id}");
                if !["lemma-2", "lemma-3"].contains(&id) {
                    assert!(entries.contains(&(id, reading, "a-posteriori")), "{path}: no {reading} {id}");
                }
            }
        }
        assert_eq!(report.run.seed, 2020, "{path}");
        assert_eq!(report.scenarios.len(), scenario::all().len(), "{path}");
        let text = std::fs::read_to_string(format!("{}/../{}", env!("CARGO_MANIFEST_DIR"), path.replace("json", "md")));
        assert!(text.unwrap() == markdown(&report), "{path}: the text next to it is of another run");
    }
}

#[test]
fn committed_pages_are_of_the_committed_reports() {
    let folder = format!("{}/../reports", env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(format!("{folder}/{path}")).unwrap();
    let entries: Vec<hunt::SearchEntry> = serde_json::from_str(&read("hunt.json")).unwrap();
    let stored = |file: &String| (file.clone(), serde_json::from_str(&read(&format!("witnesses/{file}"))).unwrap());
    let witnesses = entries.iter().filter_map(|entry| entry.witness.as_ref()).map(stored).collect();
    let hunted = Hunted { entries, witnesses };
    for (path, file, home) in [(REPORTS[0], "index.html", ""), (REPORTS[1], "real/index.html", "../")] {
        let (_, report) = committed(path);
        let (figures, mut sections) = (drawn(&report), report::sections(&report).unwrap());
        let theory = serde_json::from_str(&read("theory/theory.json")).unwrap();
        let record = serde_json::from_str(&read("real/experiments/figures.json")).unwrap();
        sections.extend(report::gallery(Some(&theory), Some(&record)).unwrap());
        let sources = Sources {
            report: &report,
            hunted: Some(&hunted),
            figures: &figures,
            sections: &sections,
            home: Some(home),
        };
        let (fresh, text) = (page(&sources).unwrap(), read(file));
        assert!(fresh == text, "reports/{file} is not what `cargo xtask verify --render` writes");
        assert!(text.len() < 8 << 20, "reports/{file} has {} bytes", text.len());
    }
}

#[test]
fn committed_reports_have_the_recorded_verdicts() {
    let recorded = Expected::parse(include_str!("../../verify/src/expected.txt")).unwrap();
    for path in REPORTS {
        let (_, report) = committed(path);
        for e in &report.claims {
            let what = format!("{path}: {} {:?} {} {:?} {}", e.id, e.reading, e.variant, e.mode, e.scenario);
            assert_eq!(recorded.of(e.key()), Some(e.verdict), "{what}");
            assert_eq!(e.expected, Some(e.verdict), "{what}");
        }
    }
}

#[test]
fn our_own_bounds_hold_wherever_they_say_something_and_six_printed_statements_do_not() {
    for path in REPORTS {
        let (_, report) = committed(path);
        let failed = |mode: Mode| -> BTreeSet<(String, String, String)> {
            let failed = report.claims.iter().filter(|e| e.mode == mode && e.verdict.fails());
            failed
                .map(|e| {
                    assert_eq!(e.reading.name(), "printed", "{path}: {} on {}", e.id, e.scenario);
                    (e.id.clone(), e.variant.clone(), e.scenario.clone())
                })
                .collect()
        };
        let of = |named: &[(&str, &str, &str)]| -> BTreeSet<(String, String, String)> {
            named.iter().map(|&(id, variant, scenario)| (id.into(), variant.into(), scenario.into())).collect()
        };
        let trimmed = [
            ("lemma-7", "", "hessian-noise-trimmed"),
            ("lemma-7", "zeta-1-defined", "hessian-noise-trimmed"),
            ("theorem-2", "", "hessian-noise-trimmed"),
            ("lemma-10", "", "hessian-noise-trimmed"),
            ("lemma-10", "zeta-1-defined", "hessian-noise-trimmed"),
            ("theorem-3", "", "hessian-noise-trimmed"),
        ];
        let quantised = [
            ("lemma-9", "zeta-1-defined", "hessian-noise-quantised"),
            ("lemma-9", "zeta-1-defined", "gradient-noise-quantised"),
        ];
        let tiny = [
            ("lemma-5", "", "tiny"),
            ("lemma-9", "", "tiny"),
            ("lemma-9", "zeta-1-defined", "tiny"),
            ("lemma-9", "zeta-1-defined", "tiny-quantised"),
        ];
        assert_eq!(failed(Mode::APriori), of(&[&trimmed[..], &quantised].concat()), "{path}");
        assert_eq!(failed(Mode::APosteriori), of(&[&trimmed[..], &quantised, &tiny].concat()), "{path}");
        let five = report.claims.iter().find(|e| e.id == "lemma-5" && e.verdict == Verdict::Violated).unwrap();
        assert_eq!(five.witness.as_ref().unwrap().breaks_at, five.ladder.last().unwrap().formula);
        assert!(!report.planted.is_empty() && report.planted.iter().all(|p| p.caught.is_some()), "{path}");
    }
}

#[test]
fn the_published_files_make_the_printed_bound_vacuous_and_the_sharpened_one_holds() {
    let (_, report) = committed("reports/real/bounds.json");
    let published: Vec<_> = report.run.data.iter().filter(|data| data.real).collect();
    let shapes: Vec<_> = published.iter().map(|d| (d.name.as_str(), d.rows, d.dimension)).collect();
    assert_eq!(shapes, [("a9a", 32_561, 123), ("w5a", 9_888, 300)]);
    for data in &published {
        assert_eq!(data.sha256.as_ref().unwrap().len(), 64);
    }
    for name in ["a9a", "w5a"] {
        // Those on which COMRADE is played.
        let eta = |s: &ScenarioInfo| s.quantities.iter().find(|q| q.symbol == "η").map(|q| q.range.unwrap());
        let comrade: Vec<_> = report.scenarios.iter().filter(|s| s.data == name && eta(s).is_some()).collect();
        let scenarios: Vec<String> = comrade.iter().map(|s| s.name.clone()).collect();
        assert!(!scenarios.is_empty() && scenarios.contains(&name.to_owned()), "{scenarios:?}");
        for scenario in comrade {
            let eta = eta(scenario).unwrap();
            assert!(eta.min >= 1.0, "{}: {eta:?}", scenario.name);
        }
        let mut sharpened = 0;
        for e in report.claims.iter().filter(|e| e.mode == Mode::APosteriori && scenarios.contains(&e.scenario)) {
            let what = format!("{} {:?} {} on {}", e.id, e.reading, e.variant, e.scenario);
            if e.reading.name() == "sharpened" {
                assert_eq!(e.verdict, Verdict::Holds, "{what}");
                sharpened += 1;
            } else if e.id == "lemma-1" {
                // Bounded differences need no eta; the printed ones are about independent draws, and these are partitions.
                let wanted = if e.reading.name() == "printed" { Verdict::NotApplicable } else { Verdict::Holds };
                assert_eq!(e.verdict, wanted, "{what}");
            } else {
                assert_eq!((e.verdict, e.unmet.as_deref()), (Verdict::Vacuous, Some("η < 1")), "{what}");
            }
        }
        assert!(sharpened >= 3, "{name}: {sharpened}");
    }
    let (_, embedded) = committed("reports/bounds.json");
    assert!(embedded.run.data.iter().all(|data| !data.real && data.sha256.is_none()));
    assert!(embedded.scenarios.iter().all(|s| !["a9a", "w5a"].contains(&s.data.as_str())));
}
