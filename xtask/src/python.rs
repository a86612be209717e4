//! What needs Python, in virtual environments below the build folder: the Python package's tests and benchmark.

use crate::{Failure, Outcome, cargo, not_on_path, root, say, target};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const PYTHON: &str = "python3";

/// What builds the package.
pub(crate) const BUILDER: &str = "maturin>=1.9,<2";

/// Where the package is, seen from the top.
const PACKAGE: &str = "crates/comrade-py";

/// Its tests on a network of four hosts.
pub(crate) const NETWORK: &str = "crates/comrade-py/tests/network";

/// The interpreter of a virtual environment, made if it is not there, with `needed` installed, and what of `welcome` can be.
pub(crate) fn environment(folder: &Path, needed: &[&str], welcome: &[&str]) -> Result<PathBuf, Failure> {
    let python =
        if cfg!(windows) { folder.join("Scripts").join("python.exe") } else { folder.join("bin").join("python") };
    let done = folder.join("installed");
    let all = [needed, welcome].concat().join(" ");
    if std::fs::read_to_string(&done).is_ok_and(|held| held == all) {
        return Ok(python);
    }
    if let Some(says) = not_on_path(PYTHON) {
        return Err(Failure { says, status: 1 });
    }
    say(&format!("Installing {all} into {}, once.", folder.display()));
    attempt(
        Command::new(PYTHON).args(["-m", "venv"]).arg(folder),
        "no virtual environment; Debian has it in python3-venv",
    )?;
    let install = |packages: &[&str]| {
        let mut command = Command::new(&python);
        command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages);
        attempt(&mut command, &format!("pip cannot install {}", packages.join(", ")))
    };
    install(needed)?;
    for package in welcome {
        install(&[package]).unwrap_or_else(|failure| say(&failure.says));
    }
    std::fs::write(&done, all).map_err(|error| Failure { says: error.to_string(), status: 1 })?;
    Ok(python)
}

/// The arguments without this flag, if it is among them.
pub(crate) fn asked(flag: &str, arguments: &[OsString]) -> Option<Vec<OsString>> {
    let at = arguments.iter().position(|argument| argument == flag)?;
    Some([&arguments[..at], &arguments[at + 1..]].concat())
}

/// Builds the package into an environment of its own, with what its tests need, and runs pytest.
pub(crate) fn test(arguments: &[OsString]) -> Outcome {
    let mut pytest = interpreter()?;
    pytest.args(["-m", "pytest", PACKAGE]).args(arguments);
    attempt(&mut pytest, "the tests of the Python package failed")
}

/// Measures what a round costs on a Ray cluster, into `reports/ray.md`.
pub(crate) fn bench(arguments: &[OsString]) -> Outcome {
    let mut script = interpreter()?;
    script.arg(format!("{PACKAGE}/bench/rounds.py")).args(arguments);
    attempt(&mut script, "the benchmark failed")
}

/// A Python in whose environment the package is, as it is now.
fn interpreter() -> Result<Command, Failure> {
    let folder = target().join("python");
    let python = environment(&folder, &[BUILDER], &[])?;
    develop(&python, &folder, &["--extras", "test"])?;
    // From the top, and with the data that every other command has.
    let mut command = Command::new(python);
    command.current_dir(root()).envs(cargo(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
    Ok(command)
}

/// Builds the package, as it is now, into the virtual environment in `folder`.
pub(crate) fn develop(python: &Path, folder: &Path, flags: &[&str]) -> Outcome {
    let manifest = format!("{PACKAGE}/Cargo.toml");
    let mut build = Command::new(python);
    build
        .args(["-m", "maturin", "develop", "--quiet", "--manifest-path", &manifest])
        .args(flags)
        .env("VIRTUAL_ENV", folder)
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .current_dir(root());
    attempt(&mut build, "the Python package cannot be built")
}

fn attempt(command: &mut Command, otherwise: &str) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Failure { says: otherwise.to_owned(), status: 1 }),
    }
}
