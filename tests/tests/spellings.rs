//! What people type stands in one list for each kind; wherever else it is written down, all of it is there.

use comrade::method::{METHODS, RULES};
use comrade::{attack, compress};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../");

fn text(path: &str) -> String {
    std::fs::read_to_string(format!("{ROOT}{path}")).unwrap()
}

fn row(what: &str, names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("| {what} | {} |", names.join(", "))
}

#[test]
fn the_table_of_the_command_line_is_that_of_the_lists() {
    let readme = text("crates/comrade-cli/README.md");
    let rows = [
        row("methods, `--method`", &METHODS.map(|(_, name)| name)),
        row("rules, `--rule`", &RULES.map(|(_, name)| name)),
        row("compressors, `--compress`", &compress::SPELLINGS),
        row("attacks, `--attack`", &attack::SPELLINGS),
    ];
    for row in rows {
        assert!(readme.lines().any(|line| line == row), "the table lacks the line\n{row}");
    }
}

#[test]
fn python_names_every_spelling() {
    let quoted = |path: &str, names: &[&str], mark: &str| {
        let page = text(path);
        for name in names {
            assert!(page.contains(&format!("{mark}{name}{mark}")), "{path} lacks {mark}{name}{mark}");
        }
    };
    let rules = RULES.map(|(_, name)| name);
    quoted("crates/comrade-py/python/comrade/_comrade.pyi", &rules, "\"");
    quoted("crates/comrade-py/python/comrade/_comrade.pyi", &METHODS.map(|(_, name)| name), "\"");
    quoted("crates/comrade-py/src/center.rs", &rules[1..], "\"");
    quoted("crates/comrade-py/python/comrade/_estimator.py", &rules[1..], "``");
    quoted("crates/comrade-py/python/comrade/_estimator.py", &compress::SPELLINGS, "``");
    quoted("crates/comrade-py/python/comrade/_problem.py", &attack::SPELLINGS, "``");
    quoted("crates/comrade-py/python/comrade/_problem.py", &compress::SPELLINGS, "``");
}
