//! What the files of each crate import from each other and from other crates, and what they must not.
//!
//! A file imports what its paths name, in a `use` or anywhere else: `crate::a::b`, `super::c`, `comrade::loss::Loss`.
//! Comments and test modules are left out.

use crate::tree::File;
use std::collections::{BTreeMap, BTreeSet};

/// The library crates of the workspace, as paths name them.
const OURS: [&str; 7] =
    ["comrade", "comrade_data", "comrade_file", "comrade_storm", "comrade_verify", "figure", "ladder"];

/// A folder, the crates that nothing in it may name, and why.
const STRANGERS: [(&str, &[&str], &str); 5] = [
    (
        "crates/comrade/",
        &["comrade_data", "comrade_file", "comrade_storm", "comrade_verify", "figure", "ladder"],
        "the harness knows the solver, never the other way round",
    ),
    (
        "crates/comrade-data/",
        &["comrade", "comrade_verify", "figure", "ladder"],
        "the catalogue of data sets knows files and nothing else",
    ),
    (
        "crates/figure/",
        &["comrade", "comrade_data", "comrade_file", "comrade_verify", "ladder"],
        "a figure knows numbers and words",
    ),
    (
        "crates/ladder/",
        &["comrade", "comrade_data", "comrade_file", "comrade_verify", "figure"],
        "a claim knows no paper and no solver",
    ),
    (
        "crates/comrade-file/",
        &["comrade", "comrade_data", "comrade_verify", "figure", "ladder"],
        "it writes bytes, whatever they are",
    ),
];

/// What the oracle takes from the solver: data and messages. A formula of the solver would judge itself.
const ORACLE: &str = "verify/src/oracle/";
const ORACLE_TAKES: [&str; 6] = ["aggregate::Aggregate", "cluster::Reply", "data", "loss::Loss", "protocol", "shard"];

/// Where files are written; libraries give back text or bytes.
const WRITERS: [&str; 8] = [
    "crates/comrade-bench/src/bin/",
    "crates/comrade-file/src/",
    "crates/comrade-cli/src/file.rs",
    "crates/comrade-cli/src/shell.rs",
    "crates/comrade-data/src/fetch.rs",
    "verify/src/bin/",
    "verify/src/main.rs",
    "xtask/src/",
];

/// What writes a file or changes a folder.
const WRITES: [&str; 11] = [
    "comrade_file::Together",
    "comrade_file::write",
    "fs::write",
    "fs::rename",
    "fs::copy",
    "fs::create_dir",
    "fs::remove_",
    "File::create",
    "File::options",
    "OpenOptions",
    "NamedTempFile",
];

/// A path in a file: its names, from the root of a crate of ours, and where it stands.
struct Import {
    names: Vec<String>,
    offset: usize,
}

/// A file as a module: its crate, its path in it, and what it imports.
struct Module<'a> {
    file: &'a File,
    /// The folder or file in which the crate begins, and the path from there.
    root: String,
    path: Vec<String>,
    imports: Vec<Import>,
}

/// Faults in the imports of all files together.
pub(crate) fn faults(files: &[File]) -> Vec<String> {
    let modules: Vec<Module<'_>> = files.iter().filter_map(module).collect();
    let mut faults: Vec<String> = files.iter().flat_map(written).collect();
    faults.extend(files.iter().flat_map(stranger));
    faults.extend(files.iter().flat_map(oracle));
    faults.extend(circles(&modules));
    faults
}

/// A file of a crate's `src`, unless it is for tests only.
fn module(file: &File) -> Option<Module<'_>> {
    let (package, inside) = file.path.strip_suffix(".rs")?.split_once("/src/")?;
    let mut path: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if path.iter().any(|name| name == "tests" || name == "testing") {
        return None;
    }
    let mut root = format!("{package}/src/");
    if path.first().is_some_and(|name| name == "bin") {
        root = format!("{root}bin/{}", path.get(1)?);
        path.drain(..2);
    } else if path == ["main"] && package != "xtask" && package != "crates/comrade-cli" {
        root += "main";
    }
    if path.last().is_some_and(|name| ["mod", "lib", "main"].contains(&name.as_str())) {
        path.pop();
    }
    let imports = imports(&code(&file.text), &path);
    Some(Module { file, root, path, imports })
}

/// The text with comments, strings and test modules blanked, every byte at its place.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut tests = false;
    let (mut after_test, mut at) = (false, 0);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start();
        // Test modules are inline, at the left margin, and end with a brace there.
        if after_test && line.starts_with("mod ") && line.trim_end().ends_with('{') {
            tests = true;
        }
        after_test = line.starts_with("#[cfg(test)]");
        let end = if bare.starts_with("//") || tests { line.len() - bare.len() } else { line.len() };
        code.push_str(&line[..end]);
        code.extend(line[end..].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        tests &= !line.starts_with('}');
        at += line.len();
    }
    debug_assert_eq!(code.len(), at);
    code
}

/// Every path that begins in a crate of ours; of the crate itself, from its root, after the name `crate`.
fn imports(code: &str, path: &[String]) -> Vec<Import> {
    let mut found = Vec::new();
    for root in OURS.into_iter().chain(["crate", "super"]) {
        for (offset, _) in code.match_indices(&format!("{root}::")) {
            // A longer name, or a later one of a path.
            let before = code[..offset].chars().next_back().unwrap_or(' ');
            if before.is_alphanumeric() || "_:\"".contains(before) {
                continue;
            }
            let mut trees = Vec::new();
            tree(&code[offset..], &mut Vec::new(), &mut trees);
            for names in trees {
                let ups = names.iter().take_while(|name| *name == "super").count();
                let names = if ups == 0 {
                    names
                } else {
                    let above = &path[..path.len().saturating_sub(ups)];
                    let below = names[ups..].iter();
                    std::iter::once(&"crate".to_owned()).chain(above).chain(below).cloned().collect()
                };
                found.push(Import { names, offset });
            }
        }
    }
    found
}

/// Reads `a::b::{c, d::e}` into its paths; gives what is left of the text.
fn tree<'a>(text: &'a str, before: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> &'a str {
    let depth = before.len();
    let mut rest = text.trim_start();
    loop {
        if let Some(inside) = rest.strip_prefix('{') {
            rest = inside.trim_start();
            while !rest.starts_with('}') && !rest.is_empty() {
                let left = tree(rest, before, found).trim_start();
                // What is no list of paths ends here.
                if left.len() == rest.len() {
                    break;
                }
                rest = left.strip_prefix(',').unwrap_or(left).trim_start();
            }
            before.truncate(depth);
            return rest.strip_prefix('}').unwrap_or(rest);
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if end > 0 && rest[..end] != *"self" {
            before.push(rest[..end].to_owned());
        }
        rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(next) => rest = next,
            None => break,
        }
    }
    // `a as b` takes a under another name.
    let alias =
        rest.strip_prefix(" as ").map(|name| name.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
    found.push(before.clone());
    before.truncate(depth);
    alias.unwrap_or(rest)
}

/// Imports of a circle among the modules of one parent, from one module to another.
type Edges = BTreeMap<(String, String), BTreeSet<String>>;

/// Modules of one parent that import each other, whatever is below them; a parent and its own children may.
fn circles(modules: &[Module<'_>]) -> Vec<String> {
    let mut levels: BTreeMap<(String, Vec<String>), Edges> = BTreeMap::new();
    for from in modules {
        for import in from.imports.iter().filter(|import| import.names[0] == "crate") {
            let to = resolve(modules, &from.root, &import.names[1..]);
            let shared = from.path.iter().zip(&to).take_while(|(a, b)| a == b).count();
            if let (Some(a), Some(b)) = (from.path.get(shared), to.get(shared)) {
                let edges = levels.entry((from.root.clone(), to[..shared].to_vec())).or_default();
                let what = format!("{}: {}", from.path.join("::"), import.names[1..].join("::"));
                edges.entry((a.clone(), b.clone())).or_default().insert(what);
            }
        }
    }
    let mut faults = Vec::new();
    for ((root, parent), edges) in &levels {
        for circle in knots(edges) {
            let inside = edges.iter().filter(|((a, b), _)| circle.contains(a) && circle.contains(b));
            let lines: Vec<String> = inside
                .map(|((a, b), what)| {
                    format!("\n    {a} -> {b}: {}", what.iter().cloned().collect::<Vec<_>>().join(", "))
                })
                .collect();
            let place = format!("{root}{}", parent.join("/"));
            let names = circle.into_iter().collect::<Vec<_>>().join(", ");
            faults.push(format!("{place}: {names} import each other{}", lines.concat()));
        }
    }
    faults
}

/// The module in which the last name of a path is defined, through `pub use` where a module passes it on.
fn resolve(modules: &[Module<'_>], root: &str, names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    // A chain of re-exports is short.
    for _ in 0..8 {
        let inside = |module: &&Module<'_>| module.root == root && names.starts_with(&module.path);
        let Some(module) = modules.iter().filter(inside).max_by_key(|module| module.path.len()) else { break };
        let Some(name) = names.get(module.path.len()) else { return module.path.clone() };
        let passed = reexports(module).into_iter().find(|path| path.last() == Some(name));
        match passed {
            Some(mut path) => {
                path.extend_from_slice(&names[module.path.len() + 1..]);
                names = path;
            }
            None => return module.path.clone(),
        }
    }
    Vec::new()
}

/// What a module takes from its children for others, as paths from the root.
fn reexports(module: &Module<'_>) -> Vec<Vec<String>> {
    let text = &module.file.text;
    let mut found = Vec::new();
    for line in ["\npub use ", "\npub(crate) use ", "\npub(super) use ", "\nuse "] {
        for (offset, _) in text.match_indices(line) {
            let mut trees = Vec::new();
            tree(&text[offset + line.len()..], &mut Vec::new(), &mut trees);
            let own = |path: &Vec<String>| !["crate", "super", "std"].contains(&path[0].as_str()) && path.len() > 1;
            found.extend(trees.into_iter().filter(|path| !path.is_empty()).filter(own));
        }
    }
    found.into_iter().map(|path| module.path.iter().cloned().chain(path).collect()).collect()
}

/// The sets of more than one node that reach each other.
fn knots(edges: &Edges) -> Vec<BTreeSet<String>> {
    let reach = |from: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(at) = open.pop() {
            for (_, next) in edges.keys().filter(|(a, _)| *a == at) {
                if seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<String, BTreeSet<String>> = edges.keys().map(|(a, _)| (a.clone(), reach(a))).collect();
    let mut knots: Vec<BTreeSet<String>> = Vec::new();
    for (at, far) in &reached {
        let knot: BTreeSet<String> =
            far.iter().filter(|other| reached.get(*other).is_some_and(|back| back.contains(at))).cloned().collect();
        if knot.len() > 1 && !knots.contains(&knot) {
            knots.push(knot);
        }
    }
    knots
}

/// Crates that a file or a manifest names and must not know.
fn stranger(file: &File) -> Vec<String> {
    let mut faults = Vec::new();
    for (_, strangers, why) in STRANGERS.iter().filter(|(folder, ..)| file.path.starts_with(folder)) {
        if file.is_rust() {
            let imports = imports(&code(&file.text), &[]);
            let known = imports.iter().filter(|import| strangers.contains(&import.names[0].as_str()));
            faults.extend(known.map(|import| file.at(import.offset, &format!("`{}`: {why}", import.names.join("::")))));
        } else if file.path.ends_with("Cargo.toml") {
            let names = strangers.iter().map(|name| name.replace('_', "-"));
            let named =
                |line: &str, name: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
            faults.extend(
                names
                    .filter(|name| file.text.lines().any(|line| named(line, name)))
                    .map(|name| format!("{}: `{name}`: {why}", file.path)),
            );
        }
    }
    faults
}

/// What the oracle takes from the solver beyond data and messages.
fn oracle(file: &File) -> Vec<String> {
    if !file.path.starts_with(ORACLE) {
        return Vec::new();
    }
    let allowed = |path: &str| {
        ORACLE_TAKES
            .iter()
            .any(|taken| path.strip_prefix(taken).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")))
    };
    let imports = imports(&code(&file.text), &[]).into_iter().filter(|import| import.names[0] == "comrade");
    imports
        .map(|import| (import.offset, import.names[1..].join("::")))
        .filter(|(_, path)| !allowed(path))
        .map(|(offset, path)| {
            file.at(offset, &format!("`comrade::{path}`: the oracle takes data and messages, no formula"))
        })
        .collect()
}

/// Files written outside the programs that do.
fn written(file: &File) -> Vec<String> {
    let library = file.is_rust() && file.path.contains("/src/") && module(file).is_some();
    if !library || WRITERS.iter().any(|place| file.path.starts_with(place)) {
        return Vec::new();
    }
    let code = code(&file.text);
    let places = WRITES.iter().flat_map(|word| code.match_indices(word));
    places.map(|(offset, word)| file.at(offset, &format!("`{word}`: no library writes a file"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    fn found(path: &str, text: &str) -> Vec<String> {
        faults(&[file(path, text)])
    }

    #[test]
    fn paths_are_read_out_of_lists_and_lines_and_not_out_of_comments_or_tests() {
        let text = "use crate::a::{self, b::{C, D as E}, f};\nuse super::g;\n// crate::no\nfn h() { comrade::i::j(1) }\n\
                    #[cfg(test)]\nmod tests {\n    use crate::no;\n}\n";
        let mut paths: Vec<String> =
            imports(&code(text), &["x".into(), "y".into()]).iter().map(|import| import.names.join("::")).collect();
        paths.sort();
        let wanted = ["comrade::i::j", "crate::a", "crate::a::b::C", "crate::a::b::D", "crate::a::f", "crate::x::g"];
        assert_eq!(paths, wanted);
    }

    #[test]
    fn two_files_that_import_each_other_are_a_circle() {
        let two = |b: &str| {
            let files = [
                file("p/src/lib.rs", "mod a;\nmod b;\n"),
                file("p/src/a.rs", "use crate::b::B;\n"),
                file("p/src/b/mod.rs", "pub use c::B;\n"),
                file("p/src/b/c.rs", b),
            ];
            faults(&files)
        };
        assert_eq!(two("use super::X;\n"), Vec::<String>::new());
        let circle = two("fn f() {\n    crate::a::g()\n}\n");
        assert_eq!(circle.len(), 1);
        assert!(circle[0].starts_with("p/src/: a, b import each other"), "{circle:?}");
        assert!(circle[0].contains("b -> a: b::c: a::g") && circle[0].contains("a -> b: a: b::B"), "{circle:?}");
    }

    #[test]
    fn a_circle_through_three_files_and_a_name_that_a_parent_passes_on_is_seen() {
        let files = |last: &str| {
            faults(&[
                file("p/src/m/mod.rs", "mod a;\nmod b;\nmod c;\npub(crate) use a::A;\nuse b::B;\n"),
                file("p/src/m/a.rs", "use super::B;\n"),
                file("p/src/m/b.rs", "use super::c::C;\n"),
                file("p/src/m/c.rs", last),
            ])
        };
        assert_eq!(files("use std::fmt;\n"), Vec::<String>::new());
        assert!(files("use super::A;\n")[0].starts_with("p/src/m: a, b, c import each other"));
    }

    #[test]
    fn programs_of_one_folder_are_crates_of_their_own() {
        let files = [
            file("p/src/bin/x.rs", "use crate::b::f;\nmod b;\n"),
            file("p/src/b.rs", "fn f() {\n    crate::x::g()\n}\n"),
        ];
        assert_eq!(faults(&files), Vec::<String>::new());
    }

    #[test]
    fn every_forbidden_import_is_seen() {
        for (folder, strangers, _) in STRANGERS {
            for stranger in strangers {
                let text = format!("use {stranger}::x;\n");
                assert_eq!(found(&format!("{folder}src/a.rs"), &text).len(), 1, "{folder} {stranger}");
                let manifest = format!("[dependencies]\n{}.workspace = true\n", stranger.replace('_', "-"));
                assert_eq!(found(&format!("{folder}Cargo.toml"), &manifest).len(), 1, "{folder} {stranger}");
                assert_eq!(found("tests/src/a.rs", &text), Vec::<String>::new());
            }
        }
        assert_eq!(found("crates/comrade/Cargo.toml", "name = \"comrade\"\n"), Vec::<String>::new());
    }

    #[test]
    fn the_oracle_takes_no_formula() {
        let path = "verify/src/oracle/a.rs";
        for taken in ["newton::minimise", "objective::Objective", "hessian", "loss", "aggregate::NormTrimmedMean"] {
            let fault = found(path, &format!("use comrade::{taken};\n"));
            assert!(fault.len() == 1 && fault[0].starts_with("verify/src/oracle/a.rs:1: "), "{taken}: {fault:?}");
        }
        let data = "use comrade::data::Dataset;\nuse comrade::loss::Loss;\nuse comrade::cluster::Reply;\n";
        assert_eq!(found(path, data), Vec::<String>::new());
        assert_eq!(found("verify/src/run.rs", "use comrade::newton;\n"), Vec::<String>::new());
    }

    #[test]
    fn no_library_writes_a_file() {
        for word in WRITES {
            assert_eq!(found("verify/src/report/a.rs", &format!("fn f() {{ {word}(x) }}\n")).len(), 1, "{word}");
            for writer in WRITERS {
                let path = if writer.ends_with('/') { format!("{writer}a.rs") } else { writer.to_owned() };
                assert_eq!(found(&path, &format!("fn f() {{ {word}(x) }}\n")), Vec::<String>::new());
            }
        }
        let test = "#[cfg(test)]\nmod tests {\n    fn f() { std::fs::write(x) }\n}\n";
        assert_eq!(found("verify/src/report/a.rs", test), Vec::<String>::new());
    }
}
