//! `cargo xtask prove`: every proof of `verify/proofs` checked by Coq, and what each main theorem rests on.
//!
//! Coq works on a copy below the build folder, so that nothing that it writes gets into the tree. A file is compiled as
//! soon as those that it requires are, and again only if one of them changed.

use crate::{Failure, MISSING, Outcome, not_on_path, root, say, target};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Condvar, Mutex};
use std::{fs, io, thread};

pub(crate) const COQ: &str = "coqc";

/// Where the proofs are, seen from the top, and below that the generated ones.
const PROOFS: &str = "verify/proofs";
const REFUTED: &str = "refuted";
/// The main theorems: claim, reading and theorem, a line each.
const LIST: &str = "theorems.txt";
/// What Coq's files are called from each other.
const NAME: &str = "Comrade";

/// What a theorem may rest on: the axioms of the classical reals in Coq's library.
const ALLOWED: [&str; 3] = [
    "ClassicalDedekindReals.sig_not_dec",
    "ClassicalDedekindReals.sig_forall_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
];

/// Words that leave a statement without proof, or switch off a check of the kernel.
const HOLES: [&str; 9] =
    ["Admitted", "admit", "give_up", "Axiom", "Axioms", "Conjecture", "bypass_check", "Guard", "type_in_type"];
/// Words that are assumptions of a section within one, and axioms outside.
const LOCAL: [&str; 7] = ["Parameter", "Parameters", "Variable", "Variables", "Hypothesis", "Hypotheses", "Context"];

/// A file of proofs: its name with `/` and without `.v`, and its text.
struct Source {
    name: String,
    text: String,
}

/// A theorem to be asked for its axioms: what people call it, and what Coq does.
struct Main {
    title: String,
    theorem: String,
}

pub(crate) fn prove() -> Outcome {
    if let Some(why) = not_on_path(COQ) {
        let says = format!("{why}, so that no proof is checked; Debian has it in the package coq");
        return Err(Failure { says, status: MISSING });
    }
    let folder = root().join(PROOFS);
    let sources = sources(&folder).map_err(|error| fault(&folder, &error))?;
    let list = fs::read_to_string(folder.join(LIST)).map_err(|error| fault(&folder.join(LIST), &error))?;
    let faults: Vec<String> = sources.iter().flat_map(holes).collect();
    if !faults.is_empty() {
        return failed(faults.join("\n"));
    }
    let build = target().join("proofs");
    copy(&sources, &build).map_err(|error| fault(&build, &error))?;
    compile(&sources, &build)?;
    let theorems = theorems(&list, &sources)?;
    let axioms = axioms(&theorems, &build)?;
    for (main, axioms) in theorems.iter().zip(&axioms) {
        let short: Vec<&str> = axioms.iter().map(|axiom| axiom.rsplit('.').next().unwrap_or(axiom)).collect();
        let rests = if short.is_empty() { "nothing".to_owned() } else { short.join(", ") };
        say(&format!("{:<34} {:<54} rests on {rests}", main.title, main.theorem));
    }
    let beyond = beyond(&theorems, &axioms);
    if !beyond.is_empty() {
        return failed(beyond.join("\n"));
    }
    let proved: usize = sources.iter().map(|source| sentences(&source.text).filter(|s| s == "Qed").count()).sum();
    let named = list.lines().filter(|line| !line.trim().is_empty()).count();
    let refuted = sources.iter().filter(|source| source.name.starts_with(REFUTED)).count();
    say(&format!(
        "{proved} statements proved in {} files, {} of them theorems; the report names {named} of these and {refuted} refutations.",
        sources.len(),
        theorems.len()
    ));
    Ok(())
}

fn failed(says: String) -> Outcome {
    Err(Failure { says, status: 1 })
}

fn fault(path: &Path, error: &io::Error) -> Failure {
    Failure { says: format!("{}: {error}", path.display()), status: 1 }
}

/// All files of proofs, in the order of their names.
fn sources(folder: &Path) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for below in ["", REFUTED] {
        for entry in fs::read_dir(folder.join(below))? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "v") {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let name = if below.is_empty() { stem } else { format!("{below}/{stem}") };
                sources.push(Source { name, text: fs::read_to_string(&path)? });
            }
        }
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sources)
}

/// The text without comments, which may hold others; strings hold none in these files.
fn code(text: &str) -> String {
    let (mut code, mut depth, mut rest) = (String::with_capacity(text.len()), 0_usize, text);
    while let Some(next) = rest.chars().next() {
        let (skip, change) = match rest.get(..2) {
            Some("(*") => (2, 1),
            Some("*)") if depth > 0 => (2, -1),
            _ => (next.len_utf8(), 0),
        };
        if change == 0 && depth == 0 {
            code.push(next);
        } else if change == 0 && next == '\n' {
            code.push('\n');
        }
        depth = depth.saturating_add_signed(change);
        rest = &rest[skip..];
    }
    code
}

/// The sentences of a file, each without its full stop.
fn sentences(text: &str) -> impl Iterator<Item = String> {
    let code = code(text);
    let ends: Vec<String> = code
        .replace('\n', " ")
        .split(". ")
        .map(|sentence| sentence.trim().trim_end_matches('.').to_owned())
        .filter(|sentence| !sentence.is_empty())
        .collect();
    ends.into_iter()
}

/// Where a file states what it does not prove.
fn holes(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    let mut sections: Vec<String> = Vec::new();
    for sentence in sentences(&source.text) {
        let words: Vec<&str> =
            sentence.split(|c: char| !(c.is_alphanumeric() || "_'".contains(c))).filter(|w| !w.is_empty()).collect();
        let first = words.iter().find(|word| !["Local", "Global", "Polymorphic"].contains(word)).copied();
        match (first, words.get(1)) {
            (Some("Section" | "Module"), Some(name)) => sections.push((*name).to_owned()),
            (Some("End"), Some(name)) if sections.last().is_some_and(|open| open == name) => {
                sections.pop();
            }
            _ => {}
        }
        let inside = !sections.is_empty();
        let hole = words.iter().find(|word| HOLES.contains(word));
        let local = first.filter(|word| LOCAL.contains(word) && !inside);
        if let Some(word) = hole.copied().or(local) {
            faults.push(format!("{PROOFS}/{}.v: `{word}` leaves something without proof", source.name));
        }
    }
    faults
}

/// Writes what changed into the build folder, and removes what is gone.
fn copy(sources: &[Source], build: &Path) -> io::Result<()> {
    fs::create_dir_all(build.join(REFUTED))?;
    for source in sources {
        let path = file(build, &source.name, "v");
        if !fs::read_to_string(&path).is_ok_and(|held| held == source.text) {
            fs::write(path, &source.text)?;
        }
    }
    let kept: BTreeSet<PathBuf> = sources.iter().map(|source| file(build, &source.name, "v")).collect();
    for folder in [build.to_path_buf(), build.join(REFUTED)] {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() && !kept.contains(&path.with_extension("v")) {
                fs::remove_file(path)?;
            }
        }
    }
    Ok(())
}

fn file(build: &Path, name: &str, end: &str) -> PathBuf {
    build.join(format!("{name}.{end}"))
}

/// The files of ours that a file requires.
fn requires(source: &Source) -> Vec<String> {
    let prefix = format!("From {NAME} Require ");
    let names = |sentence: String| -> Vec<String> {
        let list = sentence.strip_prefix(&prefix).unwrap_or_default().to_owned();
        list.split_whitespace().filter(|word| !["Import", "Export"].contains(word)).map(str::to_owned).collect()
    };
    sentences(&source.text).flat_map(names).collect()
}

/// How far the compilation is: files to begin, and files that are done with whether they were compiled now.
#[derive(Default)]
struct Progress {
    open: BTreeSet<usize>,
    running: usize,
    done: BTreeMap<String, bool>,
    failed: Vec<String>,
}

/// Compiles all files, as many at once as there are cores.
fn compile(sources: &[Source], build: &Path) -> Outcome {
    let state = Mutex::new(Progress { open: (0..sources.len()).collect(), ..Progress::default() });
    let changed = Condvar::new();
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let worker = || {
        let mut progress = lock(&state);
        loop {
            let ready = progress
                .open
                .iter()
                .copied()
                .find(|&i| requires(&sources[i]).iter().all(|name| progress.done.contains_key(name)));
            match ready {
                Some(i) if progress.failed.is_empty() => {
                    progress.open.remove(&i);
                    progress.running += 1;
                    let new = requires(&sources[i]).iter().any(|name| progress.done[name]);
                    drop(progress);
                    let outcome = one(&sources[i].name, build, new);
                    progress = lock(&state);
                    progress.running -= 1;
                    match outcome {
                        Ok(compiled) => {
                            progress.done.insert(sources[i].name.clone(), compiled);
                        }
                        Err(says) => progress.failed.push(says),
                    }
                    changed.notify_all();
                }
                _ if progress.running == 0 || !progress.failed.is_empty() => return,
                _ => progress = changed.wait(progress).unwrap_or_else(std::sync::PoisonError::into_inner),
            }
        }
    };
    thread::scope(|scope| (0..jobs).for_each(|_| drop(scope.spawn(worker))));
    let progress = lock(&state);
    if !progress.failed.is_empty() {
        return failed(progress.failed.join("\n"));
    }
    match progress.open.iter().next() {
        Some(&i) => {
            failed(format!("{PROOFS}/{}.v requires a file that is not there, or one that requires it", sources[i].name))
        }
        None => Ok(()),
    }
}

fn lock(state: &Mutex<Progress>) -> std::sync::MutexGuard<'_, Progress> {
    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Compiles a file unless that was done and nothing is `new`; says whether it was compiled, or what Coq found.
fn one(name: &str, build: &Path, new: bool) -> Result<bool, String> {
    let written = |end| fs::metadata(file(build, name, end)).and_then(|held| held.modified()).ok();
    if !new && written("vo").is_some_and(|made| written("v").is_some_and(|changed| changed <= made)) {
        return Ok(false);
    }
    let _ = fs::remove_file(file(build, name, "vo"));
    coq(&format!("{name}.v"), build).map(|_| true)
}

/// What Coq prints on a file.
fn coq(path: &str, build: &Path) -> Result<String, String> {
    let mut command = Command::new(COQ);
    command.args(["-q", "-Q", ".", NAME, path]).current_dir(build);
    let output = command.output().map_err(|error| format!("{COQ}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).replace("\"./", &format!("\"{PROOFS}/"));
    Err(said.trim_end().to_owned())
}

/// The listed theorems, the refutations, then all other theorems.
fn theorems(list: &str, sources: &[Source]) -> Result<Vec<Main>, Failure> {
    let mut theorems = Vec::new();
    for line in list.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [claim, reading, theorem] = words[..] else {
            let says = format!("{PROOFS}/{LIST}: `{line}`: a line is a claim, a reading, and File.theorem");
            return Err(Failure { says, status: 1 });
        };
        theorems.push(Main { title: format!("{claim} {reading}"), theorem: theorem.to_owned() });
    }
    let generated =
        sources.iter().filter_map(|source| Some((source, source.name.strip_prefix(REFUTED)?.strip_prefix('/')?)));
    theorems.extend(generated.map(|(source, stem)| Main {
        title: "refuted".to_owned(),
        theorem: format!("{}.{stem}_is_false", source.name.replace('/', ".")),
    }));
    let named: BTreeSet<String> = theorems.iter().map(|main| main.theorem.clone()).collect();
    let stated = sources.iter().flat_map(|source| {
        let names = sentences(&source.text).filter_map(|sentence| {
            let stated = sentence.strip_prefix("Theorem ")?;
            Some(stated.split([' ', ':']).next()?.to_owned())
        });
        names.map(|name| format!("{}.{name}", source.name.replace('/', ".")))
    });
    let others = stated.filter(|theorem| !named.contains(theorem));
    theorems.extend(others.map(|theorem| Main { title: "also".to_owned(), theorem }));
    Ok(theorems)
}

/// What each theorem rests on.
fn axioms(theorems: &[Main], build: &Path) -> Result<Vec<Vec<String>>, Failure> {
    let modules: BTreeSet<&str> = theorems.iter().filter_map(|main| Some(main.theorem.rsplit_once('.')?.0)).collect();
    let mut text: String = modules.iter().map(|module| format!("Require {NAME}.{module}.\n")).collect();
    for main in theorems {
        text.push_str(&format!("Print Assumptions {NAME}.{}.\n", main.theorem));
    }
    // Not one of the proofs, so that the next run removes it.
    let name = "assumptions_of_all";
    fs::write(file(build, name, "v"), text).map_err(|error| fault(build, &error))?;
    let printed = coq(&format!("{name}.v"), build).map_err(|says| Failure { says, status: 1 })?;
    let blocks = blocks(&printed);
    if blocks.len() != theorems.len() {
        let says = format!("Coq printed the axioms of {} theorems of {}", blocks.len(), theorems.len());
        return Err(Failure { says, status: 1 });
    }
    Ok(blocks)
}

/// The names of axioms in what `Print Assumptions` printed, block by block.
fn blocks(printed: &str) -> Vec<Vec<String>> {
    let mut blocks: Vec<Vec<String>> = Vec::new();
    for line in printed.lines() {
        match (line, blocks.last_mut()) {
            ("Axioms:" | "Closed under the global context", _) => blocks.push(Vec::new()),
            (_, Some(block)) if !line.starts_with(' ') && !line.is_empty() => {
                block.extend(line.split([' ', ':']).next().map(str::to_owned));
            }
            _ => {}
        }
    }
    blocks
}

/// Axioms that are not allowed.
fn beyond(theorems: &[Main], axioms: &[Vec<String>]) -> Vec<String> {
    let more = |(main, axioms): (&Main, &Vec<String>)| {
        let more: Vec<&str> = axioms.iter().map(String::as_str).filter(|axiom| !ALLOWED.contains(axiom)).collect();
        (!more.is_empty()).then(|| format!("{} rests on {}, which is not allowed", main.theorem, more.join(", ")))
    };
    theorems.iter().zip(axioms).filter_map(more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source { name: "A".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_statement_without_proof_is_found_wherever_it_hides() {
        for bad in [
            "Lemma a : b. Admitted.",
            "Lemma a : b. Proof. admit. Qed.",
            "Axiom a : False.",
            "Local Axiom a : False.",
            "Parameter a : nat.",
            "Section S. Variable a : nat. End S.\nHypothesis b : False.",
            "(* a (* b *) c *) Variable a : nat.",
            "Unset Guard Checking.",
        ] {
            assert_eq!(holes(&source(bad)).len(), 1, "{bad}");
        }
        for good in [
            "Section S. Variable a : nat. Hypothesis b : a = 1.5. End S.\nLemma admitted : b. Proof. auto. Qed.",
            "(* Axiom a : False. (* Admitted. *) *) Lemma a : b. Qed.",
        ] {
            assert_eq!(holes(&source(good)), Vec::<String>::new(), "{good}");
        }
    }

    #[test]
    fn what_a_file_requires_and_what_a_theorem_rests_on_is_read() {
        let text =
            "Require Import Reals.\nFrom Comrade Require Import Space\n  Golden.\nFrom Comrade Require Export Round.";
        assert_eq!(requires(&source(text)), ["Space", "Golden", "Round"]);
        let printed =
            "Axioms:\nA.b : forall P : Prop,\n  P\nC.d\n  : P\nClosed under the global context\nAxioms:\nE.f : P\n";
        let blocks = blocks(printed);
        assert_eq!(blocks, [vec!["A.b".to_owned(), "C.d".into()], vec![], vec!["E.f".into()]]);
        let sources = [Source { name: "refuted/x".into(), text: String::new() }];
        let theorems = theorems("lemma-1 sharpened A.b\n\nlemma-2 printed C.d\n", &sources).ok().unwrap();
        assert_eq!(theorems[2].theorem, "refuted.x.x_is_false");
        assert_eq!(beyond(&theorems, &blocks).len(), 2);
        assert!(super::theorems("lemma-1 A.b\n", &[]).is_err());
    }

    #[test]
    fn no_file_of_ours_leaves_anything_without_proof() {
        let sources = sources(&root().join(PROOFS)).unwrap();
        assert!(sources.iter().any(|source| source.name.starts_with(REFUTED)));
        let faults: Vec<String> = sources.iter().flat_map(holes).collect();
        assert_eq!(faults, Vec::<String>::new());
    }
}
