//! `cargo xtask bench --against peers`: the peers in a virtual environment, and the program that measures against them.

use crate::{Failure, Outcome, announce, cargo, on_path, run, say, target};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the measurements cannot do without.
const NEEDED: [&str; 3] = ["numpy", "scipy", "scikit-learn"];
/// Peers that a machine may lack: one is built by a C++ compiler, one comes for some processors only.
const WELCOME: [&str; 2] = ["liblinear-official", "snapml"];

const PYTHON: &str = "python3";

/// The arguments for the program, if these ask for peers: without `--against peers`.
pub(crate) fn asked(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let at = arguments.windows(2).position(|pair| pair[0] == "--against" && pair[1] == "peers");
    let (at, length) = match at {
        Some(at) => (at, 2),
        None => (arguments.iter().position(|argument| argument == "--against=peers")?, 1),
    };
    Some([&arguments[..at], &arguments[at + length..]].concat())
}

/// Installs what is missing, and measures.
pub(crate) fn bench(arguments: &[OsString]) -> Outcome {
    announce("peers");
    let mut command =
        cargo(&["run", "--release", "--package", "comrade-bench", "--features", "peers", "--bin", "peers"]);
    command.arg("--").args(arguments);
    if !["--help", "-h", "--render"].iter().any(|flag| arguments.iter().any(|argument| argument == flag)) {
        let folder = target().join("peers");
        command.arg("--python").arg(environment(&folder.join("venv"))?).arg("--scratch").arg(folder);
    }
    run(&mut command)
}

/// The interpreter of the virtual environment, made if it is not there.
fn environment(folder: &Path) -> Result<PathBuf, Failure> {
    let python =
        if cfg!(windows) { folder.join("Scripts").join("python.exe") } else { folder.join("bin").join("python") };
    let done = folder.join("installed");
    if done.is_file() {
        return Ok(python);
    }
    if !on_path(PYTHON) {
        let says = format!("no {PYTHON} on the path; the peers are Python packages");
        return Err(Failure { says, status: 1 });
    }
    say(&format!("Installing the peers into {}, once; some 350 MB.", folder.display()));
    attempt(
        Command::new(PYTHON).args(["-m", "venv"]).arg(folder),
        "no virtual environment; Debian has it in python3-venv",
    )?;
    let install = |packages: &[&str]| {
        let mut command = Command::new(&python);
        command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages);
        attempt(&mut command, &format!("pip cannot install {}", packages.join(", ")))
    };
    install(&NEEDED)?;
    for package in WELCOME {
        // The report then has no row for it.
        install(&[package]).unwrap_or_else(|failure| say(&failure.says));
    }
    std::fs::write(&done, "").map_err(|error| Failure { says: error.to_string(), status: 1 })?;
    Ok(python)
}

fn attempt(command: &mut Command, otherwise: &str) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Failure { says: otherwise.to_owned(), status: 1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_peers_are_asked_for_and_the_rest_is_passed_on() {
        let list = |text: &str| text.split_whitespace().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(asked(&list("--only gram --against peers --pairs 3")), Some(list("--only gram --pairs 3")));
        assert_eq!(asked(&list("--against=peers")), Some(vec![]));
        assert_eq!(asked(&list("gram")), None);
        assert_eq!(asked(&list("--against others")), None);
    }
}
