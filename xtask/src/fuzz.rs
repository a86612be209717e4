//! `cargo xtask fuzz`: looks for bytes that break what reads them, by the targets of `crates/fuzz`.
//!
//! The targets are built by cargo-fuzz with a nightly compiler, and run one after the other. What the fuzzer keeps, its words
//! and the bytes that it breaks something by are below the build folder. The memory of a target is watched and not its use of
//! pointers, because this workspace has no unsafe code.

use crate::{Failure, MISSING, Outcome, not_on_path, on_path, outside, root, run, say, target};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const CRATE: &str = "crates/fuzz";
const TOOLCHAIN: &str = "nightly";

/// The feature of targets that need the harness.
const HARNESS: &str = "harness";

/// A read that takes longer is a hang.
const LONGEST_SECONDS: u32 = 10;
/// A target that takes more memory takes too much.
const LARGEST_MEGABYTES: u32 = 2048;
/// The longest input.
const LONGEST_BYTES: u32 = 8192;

/// What was asked for.
struct Asked {
    /// For all targets together.
    seconds: f64,
    targets: Vec<String>,
}

/// What is not here, in a sentence; none if targets can be built and run.
pub(crate) fn missing() -> Option<String> {
    let nightly = || {
        let mut rustc = Command::new("rustup");
        rustc.args(["run", TOOLCHAIN, "rustc", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
        rustc.status().is_ok_and(|status| status.success())
    };
    if !on_path("rustup") || !nightly() {
        let says = "there is no nightly compiler; `rustup toolchain install nightly --profile minimal` installs one";
        return Some(says.to_owned());
    }
    let compiler = || Some(format!("{}, for the fuzzer itself; Debian has it in g++", not_on_path("c++")?));
    outside::missing("fuzz").or_else(compiler)
}

/// Builds and runs targets.
pub(crate) fn fuzz(arguments: &[OsString]) -> Outcome {
    let asked = asked(arguments, &targets()?)?;
    match missing() {
        None => look(&asked),
        Some(why) => Err(Failure { says: format!("nothing is fuzzed: {why}"), status: MISSING }),
    }
}

/// A minute of all targets but those that take long to build.
pub(crate) fn smoke() -> Outcome {
    let mut targets = targets()?;
    let manifest = manifest()?;
    targets.retain(|name| !needs_harness(&manifest, name));
    look(&Asked { seconds: 60.0, targets })
}

fn look(asked: &Asked) -> Outcome {
    let (folder, count) = (target().join("fuzz"), asked.targets.len());
    build(&folder, &asked.targets)?;
    let seconds = (asked.seconds / count as f64).ceil().max(1.0) as u64;
    let mut broken = 0;
    for name in &asked.targets {
        broken += usize::from(!play(&folder, name, seconds)?);
    }
    match broken {
        0 => Ok(()),
        broken => Err(Failure { says: format!("{broken} of {count} targets are broken"), status: 1 }),
    }
}

/// Minutes, a minute in all if nothing is said, and targets, all of them if none is named.
fn asked(arguments: &[OsString], known: &[String]) -> Result<Asked, Failure> {
    let mut asked = Asked { seconds: 60.0, targets: Vec::new() };
    let wrong = |says: String| Failure { says, status: 2 };
    let mut words = arguments.iter().map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        if word == "--minutes" {
            let minutes = words.next().and_then(|minutes| minutes.parse().ok()).filter(|minutes: &f64| *minutes > 0.0);
            asked.seconds = 60.0 * minutes.ok_or_else(|| wrong("--minutes takes a number above 0".to_owned()))?;
        } else if known.contains(&word.clone().into_owned()) {
            asked.targets.push(word.into_owned());
        } else {
            return Err(wrong(format!("there is no target `{word}`; there are {}", known.join(", "))));
        }
    }
    if asked.targets.is_empty() {
        asked.targets = known.to_vec();
    }
    Ok(asked)
}

/// All targets: a file each.
fn targets() -> Result<Vec<String>, Failure> {
    let folder = root().join(CRATE).join("fuzz_targets");
    let files = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let files = files.map_err(|error| fault(&folder, &error))?;
    let stem = |file: &fs::DirEntry| Some(file.path().file_stem()?.to_string_lossy().into_owned());
    let mut targets: Vec<String> = files.iter().filter_map(stem).collect();
    targets.sort();
    Ok(targets)
}

fn manifest() -> Result<String, Failure> {
    let path = root().join(CRATE).join("Cargo.toml");
    fs::read_to_string(&path).map_err(|error| fault(&path, &error))
}

/// Whether a target is built with the harness only.
fn needs_harness(manifest: &str, name: &str) -> bool {
    let is = |program: &&str| program.contains(&format!("name = \"{name}\""));
    manifest.split("[[bin]]").find(is).is_some_and(|program| program.contains(HARNESS))
}

fn fault(path: &Path, error: &io::Error) -> Failure {
    Failure { says: format!("{}: {error}", path.display()), status: 1 }
}

fn build(folder: &Path, targets: &[String]) -> Outcome {
    say("The first build of the targets takes some minutes.");
    let mut command = Command::new("rustup");
    command.args([
        "run",
        TOOLCHAIN,
        "cargo",
        "fuzz",
        "build",
        "--sanitizer",
        "none",
        "--codegen-units",
        "16",
        "--fuzz-dir",
        CRATE,
    ]);
    command.arg("--target-dir").arg(folder.join("build")).current_dir(root());
    let manifest = manifest()?;
    if targets.iter().any(|name| needs_harness(&manifest, name)) {
        command.args(["--features", HARNESS]);
    }
    // All of them at once, unless it is one.
    if let [one] = targets {
        command.arg(one);
    }
    // Of the cargo that runs this program.
    command.env_remove("CARGO").env_remove("CARGO_MANIFEST_DIR").env_remove("RUSTUP_TOOLCHAIN");
    run(&mut command)
}

/// Runs a target, and says what became of it; whether nothing broke.
fn play(folder: &Path, name: &str, seconds: u64) -> Result<bool, Failure> {
    let program = built(&folder.join("build"), name)?;
    let (kept, found) = (folder.join("corpus").join(name), folder.join("found").join(name));
    for folder in [&kept, &found] {
        fs::create_dir_all(folder).map_err(|error| fault(folder, &error))?;
    }
    let (log, given) = (folder.join(format!("{name}.log")), root().join(CRATE));
    let words = File::create(&log).map_err(|error| fault(&log, &error))?;
    let mut command = Command::new(program);
    command.arg(&kept).arg(given.join("seeds").join(name));
    command.arg(format!("-artifact_prefix={}/", found.display()));
    command.args([format!("-max_total_time={seconds}"), format!("-timeout={LONGEST_SECONDS}")]);
    command.args([format!("-rss_limit_mb={LARGEST_MEGABYTES}"), format!("-max_len={LONGEST_BYTES}")]);
    let dictionary = given.join("dictionaries").join(format!("{name}.dict"));
    if dictionary.is_file() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    let status = command.stdout(Stdio::null()).stderr(words).status().map_err(|error| fault(&log, &error))?;
    let text = fs::read(&log).map_err(|error| fault(&log, &error))?;
    let text = String::from_utf8_lossy(&text);
    if status.success() {
        say(&format!("{name:<10} {}", last(&text)));
        return Ok(true);
    }
    say(&format!("{name:<10} BROKEN, see {}", log.display()));
    text.lines().filter(|line| is_telling(line)).for_each(|line| say(&format!("  {line}")));
    Ok(false)
}

/// The program of a target, in the folder of whatever machine it is for.
fn built(folder: &Path, name: &str) -> Result<PathBuf, Failure> {
    let places = fs::read_dir(folder).map_err(|error| fault(folder, &error))?;
    let programs = places.filter_map(|place| Some(place.ok()?.path().join("release").join(name)));
    let missing = || Failure { says: format!("{name} was not built"), status: 1 };
    programs.filter(|program| program.is_file()).max().ok_or_else(missing)
}

/// What the fuzzer says at its end, as `812345 inputs, 1543 edges, 20211 a second`.
fn last(text: &str) -> String {
    let done = text.lines().rev().find(|line| line.starts_with('#') && line.contains("DONE")).unwrap_or_default();
    let words: Vec<&str> = done.split_whitespace().collect();
    let after = |key: &str| words.iter().position(|word| *word == key).and_then(|at| words.get(at + 1)).unwrap_or(&"?");
    let inputs = words.first().map_or("?", |word| word.trim_start_matches('#'));
    format!("{inputs} inputs, {} edges, {} a second", after("cov:"), after("exec/s:"))
}

/// Whether a line of the fuzzer says what broke, or by which bytes.
fn is_telling(line: &str) -> bool {
    ["panicked at", "ERROR:", "Test unit written to", "SUMMARY:"].iter().any(|says| line.contains(says))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Result<(f64, Vec<String>), String> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let known = ["decode".to_owned(), "libsvm".to_owned()];
        asked(&words, &known).map(|asked| (asked.seconds, asked.targets)).map_err(|failure| failure.says)
    }

    #[test]
    fn what_is_asked_for_is_understood() {
        assert_eq!(of(&[]), Ok((60.0, vec!["decode".into(), "libsvm".into()])));
        assert_eq!(of(&["--minutes", "0.5", "libsvm"]), Ok((30.0, vec!["libsvm".into()])));
        assert!(of(&["--minutes"]).is_err() && of(&["--minutes", "-1"]).is_err());
        assert_eq!(of(&["libsv"]), Err("there is no target `libsv`; there are decode, libsvm".into()));
    }

    #[test]
    fn the_last_words_of_the_fuzzer_are_read() {
        let text = "#2\tINITED cov: 9 ft: 10 exec/s: 0\n#517\tDONE   cov: 301 ft: 812 corp: 20/98b exec/s: 129 rss: 40Mb\nDone";
        assert_eq!(last(text), "517 inputs, 301 edges, 129 a second");
        assert_eq!(last(""), "? inputs, ? edges, ? a second");
        assert!(is_telling("==7== ERROR: libFuzzer: timeout") && !is_telling("#2 NEW cov: 1"));
    }

    /// A target that is in one place only is never run, or never tried by the tests.
    #[test]
    fn every_target_has_its_program_its_function_and_its_seeds() {
        let folder = root().join(CRATE);
        let manifest = manifest().ok().unwrap();
        let list = fs::read_to_string(folder.join("src/lib.rs")).unwrap();
        let targets = targets().ok().unwrap();
        assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
        assert_eq!(list.matches("::run)").count(), targets.len());
        for name in targets {
            assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
            let guard = if needs_harness(&manifest, &name) { "#[cfg(feature = \"harness\")]\n" } else { "\n" };
            assert!(list.contains(&format!("{guard}    (\"{name}\", {name}::run)")), "{name}");
            assert!(fs::read_dir(folder.join("seeds").join(&name)).unwrap().count() > 0, "{name}");
        }
    }
}
