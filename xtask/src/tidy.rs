//! Checks on the tree itself, of what no compiler or linter sees. Reads files, runs nothing.
//!
//! Words that are looked for are put together with `concat!`, so that this file does not contain them.

use crate::tree::{self, File, IGNORED};
use crate::{imports, links, names, words};
use std::io;
use std::path::Path;

/// What may stand at the top, apart from dotfiles and licences.
const TOP: [&str; 16] = [
    "Cargo.toml",
    "Cargo.lock",
    "crates",
    "verify",
    "reports",
    "tests",
    "xtask",
    "README.md",
    "ARCHITECTURE.md",
    "GLOSSARY.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "CITATION.cff",
    "rustfmt.toml",
    "clippy.toml",
];

/// A source file that is longer is two files.
const LONGEST: usize = 500;

/// Data sets by their published names, which a copy in the tree would have.
const DATA_SETS: [&str; 7] = ["a9a", "w5a", "w8a", "heart_scale", "australian", "breast-cancer", "breast-cancer_scale"];

const UNFINISHED: [&str; 5] = [
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
    concat!("#[ig", "nore"),
];

const ALLOW: &str = concat!("[al", "low(");

const MACHINE: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("/wo", "rk/")];

type Check = fn(&File) -> Vec<String>;

const CHECKS: [Check; 9] =
    [top_level, ignores, length, module_doc, unfinished, unexplained_allow, xtask_depends, data_set, machine_path];

/// Everything that is not as it should be in the tree at `root`, as lines for a reader.
pub(crate) fn faults(root: &Path) -> io::Result<Vec<String>> {
    let files = tree::read(root)?;
    let mut faults: Vec<String> = CHECKS.iter().flat_map(|check| files.iter().flat_map(check)).collect();
    faults.extend(imports::faults(&files));
    faults.extend(names::faults(&files));
    faults.extend(links::faults(&files));
    faults.extend(words::faults(&files));
    faults.sort();
    faults.dedup();
    Ok(faults)
}

fn top_level(file: &File) -> Vec<String> {
    let name = file.path.split('/').next().unwrap_or_default();
    if TOP.contains(&name) || name.starts_with('.') || name.starts_with("LICENSE-") {
        return Vec::new();
    }
    vec![format!("{name}: does not belong at the top level")]
}

fn ignores(file: &File) -> Vec<String> {
    if file.path != ".gitignore" {
        return Vec::new();
    }
    let missing = IGNORED.iter().filter(|name| !file.text.lines().any(|line| line.strip_prefix('/') == Some(name)));
    missing.map(|name| format!("{}: `/{name}` is missing", file.path)).collect()
}

fn length(file: &File) -> Vec<String> {
    let lines = file.text.lines().count();
    if !file.is_rust() || lines <= LONGEST {
        return Vec::new();
    }
    vec![format!("{}: {lines} lines, more than {LONGEST}", file.path)]
}

fn module_doc(file: &File) -> Vec<String> {
    let first = file.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if !file.is_rust() || !file.path.contains("/src/") || first.starts_with("//!") {
        return Vec::new();
    }
    vec![file.at(0, "a module opens with its `//!` documentation")]
}

fn unfinished(file: &File) -> Vec<String> {
    if file.is_rust() { file.wherever(&UNFINISHED, "unfinished work") } else { Vec::new() }
}

fn unexplained_allow(file: &File) -> Vec<String> {
    let unexplained = |offset: &usize| !file.text[*offset..].split(")]").next().unwrap_or_default().contains("reason");
    let places = file.text.match_indices(ALLOW).map(|(offset, _)| offset).filter(unexplained);
    if file.is_rust() { places.map(|offset| file.at(offset, "`allow` without a reason")).collect() } else { Vec::new() }
}

fn xtask_depends(file: &File) -> Vec<String> {
    if file.path != "xtask/Cargo.toml" {
        return Vec::new();
    }
    file.wherever(&["dependencies"], "xtask builds in a second because it depends on nothing")
}

fn data_set(file: &File) -> Vec<String> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let plain = [".gz", ".bz2", ".xz"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    if !DATA_SETS.contains(&plain.strip_suffix(".t").unwrap_or(plain)) {
        return Vec::new();
    }
    vec![format!("{}: a data set is downloaded, never part of the tree", file.path)]
}

fn machine_path(file: &File) -> Vec<String> {
    // Inside a longer path or an address the name of a folder says nothing about a machine.
    let absolute = |offset: usize| {
        !file.text[..offset].ends_with(|before: char| before.is_alphanumeric() || ".-_~".contains(before))
    };
    let places = MACHINE.iter().flat_map(|word| file.text.match_indices(word));
    places.filter(|(offset, _)| absolute(*offset)).map(|(offset, _)| file.at(offset, "a path of one machine")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let faults = faults(&crate::root()).unwrap();
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    }

    fn found(check: Check, path: &str, text: &str) -> Vec<String> {
        check(&File { path: path.to_owned(), text: text.to_owned() })
    }

    #[test]
    fn every_check_can_fail_and_does_not_always() {
        let long = "//!\n".repeat(LONGEST + 1);
        let allow = |rest: &str| format!("#{ALLOW}dead_code{rest})]\nfn f() {{}} // for no reason");
        let path = |before: &str| format!("{before}{}me/x", &MACHINE[0][..3]);
        // The check, a path and a text in which it finds one fault, and a path and a text in which it finds none.
        let cases: [(Check, &str, &str, &str, &str); 12] = [
            (top_level, "notes/a.md", "", "LICENSE-MIT", ""),
            (top_level, "Makefile", "", "rustfmt.toml", ""),
            (ignores, ".gitignore", "/target\ndata\n", ".gitignore", "/target\n/data\n"),
            (length, "verify/src/a.rs", &long, "verify/src/a.rs", &long[4..]),
            (module_doc, "verify/src/a.rs", "use a;\n//! late", "verify/src/a.rs", "\n//! a\nuse a;"),
            (module_doc, "verify/src/a.rs", "", "verify/benches/a.rs", ""),
            (unfinished, "a.rs", &format!("{}()", UNFINISHED[0]), "a.md", UNFINISHED[0]),
            (unexplained_allow, "a.rs", &allow(""), "a.rs", &allow(", reason = \"why\"")),
            (xtask_depends, "xtask/Cargo.toml", "[dev-dependencies]", "tests/Cargo.toml", "[dependencies]"),
            (data_set, "tests/a9a.t.gz", "", "tests/src/a9a.rs", ""),
            (machine_path, "a.md", &path("in "), "a.md", &path("https://example.org")),
            (machine_path, "a.json", &path("\""), "a.json", &path("..")),
        ];
        for (check, bad_path, bad, good_path, good) in cases {
            assert_eq!(found(check, bad_path, bad).len(), 1, "{bad_path}: {bad}");
            assert_eq!(found(check, good_path, good), Vec::<String>::new());
        }
        for word in UNFINISHED {
            assert_eq!(found(unfinished, "a.rs", &format!("//! a\n    {word}")).len(), 1, "{word}");
        }
        assert!(found(machine_path, "a.md", &path("1\n2\n "))[0].starts_with("a.md:3: "));
    }
}
