//! `cargo xtask bench --against peers`: the peers in a virtual environment, and the program that measures against them.

use crate::{Outcome, announce, cargo, python, run, target};
use std::ffi::OsString;

/// What the measurements cannot do without.
const NEEDED: [&str; 3] = ["numpy", "scipy", "scikit-learn"];
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

/// Installs what is missing, and measures.
pub(crate) fn bench(arguments: &[OsString]) -> Outcome {
    announce("peers");
    let mut command =
        cargo(&["run", "--release", "--package", "comrade-bench", "--features", "peers", "--bin", "peers"]);
    command.arg("--").args(arguments);
    if !["--help", "-h", "--render"].iter().any(|flag| arguments.iter().any(|argument| argument == flag)) {
        let folder = target().join("peers");
        command
            .arg("--python")
            .arg(python::environment(&folder.join("venv"), &NEEDED, &WELCOME)?)
            .arg("--scratch")
            .arg(folder);
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
