//! Checks by programs that are not part of this workspace: `cargo xtask deny` and `cargo xtask mutants`.

use crate::{Failure, MISSING, Outcome, cargo, not_on_path, run, say};
use std::ffi::OsString;

/// That cargo does not have the command `name`, in words.
pub(crate) fn missing(name: &str) -> Option<String> {
    let why = not_on_path(&format!("cargo-{name}"))?;
    Some(format!("{why}; `cargo install cargo-{name} --locked` builds it"))
}

fn needs(name: &str) -> Outcome {
    missing(name).map_or(Ok(()), |says| Err(Failure { says, status: MISSING }))
}

/// Licences, sources and versions of all dependencies, by `.cargo/deny.toml`; known faults in them, where the database
/// is available.
pub(crate) fn deny() -> Outcome {
    needs("deny")?;
    run(&mut cargo(&["deny", "check", "licenses", "bans", "sources"]))?;
    if run(&mut cargo(&["deny", "fetch", "db"])).is_err() {
        say("known faults of dependencies are not checked: their database cannot be reached");
        return Ok(());
    }
    run(&mut cargo(&["deny", "check", "advisories"]))
}

/// Changes the code on purpose, one place at a time, and sees whether a test of that package notices: `.cargo/mutants.toml`.
pub(crate) fn mutants(arguments: &[OsString]) -> Outcome {
    needs("mutants")?;
    let output = ["--output", "target"];
    run(cargo(&["mutants", "--workspace", "--baseline", "skip", "--timeout", "300"])
        .args(output)
        .args(arguments)
        .env("CARGO_PROFILE_DEV_DEBUG", "0"))
}
