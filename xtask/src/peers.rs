//! `cargo xtask bench --against peers`: the peers in a virtual environment, and the program that measures against them.

use crate::{Outcome, announce, cargo, python, run, target};
use std::ffi::OsString;
use std::process::Command;

/// What the measurements cannot do without.
const NEEDED: [&str; 4] = ["numpy", "scipy", "scikit-learn", python::BUILDER];
/// Peers that a machine may lack: one is built by a C++ compiler, one comes for some processors only. The report then has no
/// row for it.
const WELCOME: [&str; 2] = ["liblinear-official", "snapml"];

/// The arguments for the program, if these ask for peers: without `--against peers`.
pub(crate) fn asked(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let at = arguments.windows(2).position(|pair| pair[0] == "--against" && pair[1] == "peers");
    let (at, length) = match at {
        Some(at) => (at, 2),
        None => (arguments.iter().position(|argument| argument == "--against=peers")?, 1),
    };
    Some([&arguments[..at], &arguments[at + length..]].concat())
}

/// A program of the package of benchmarks.
fn program(name: &str, arguments: &[OsString]) -> Command {
    announce(name);
    let mut command = cargo(&["run", "--release", "--package", "comrade-bench", "--features", "peers", "--bin", name]);
    command.arg("--").args(arguments);
    command
}

/// Counts rounds and bytes, into `reports/rounds.md`.
pub(crate) fn rounds(arguments: &[OsString]) -> Outcome {
    run(&mut program("rounds", arguments))
}

/// Installs what is missing, the package of this workspace among it, and measures.
pub(crate) fn bench(arguments: &[OsString]) -> Outcome {
    let mut command = program("peers", arguments);
    if !["--help", "-h", "--render"].iter().any(|flag| arguments.iter().any(|argument| argument == flag)) {
        let folder = target().join("peers");
        let venv = folder.join("venv");
        let python = python::environment(&venv, &NEEDED, &WELCOME)?;
        python::develop(&python, &venv, &["--release"])?;
        command.arg("--python").arg(python).arg("--scratch").arg(folder);
    }
    run(&mut command)
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
