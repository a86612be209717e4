//! Checks by programs that are not part of this workspace: `cargo xtask deny` and `cargo xtask mutants`.

use crate::{Failure, Outcome, cargo, on_path, run, say};
use std::ffi::OsString;

/// Exit status where the program is missing.
const MISSING: u8 = 3;

/// Whether cargo has the command `name`.
pub(crate) fn is_there(name: &str) -> bool {
    on_path(&format!("cargo-{name}"))
}

fn needs(name: &str) -> Outcome {
    if is_there(name) {
        return Ok(());
    }
    let says = format!("no cargo-{name} on the path; `cargo install cargo-{name} --locked` builds it");
    Err(Failure { says, status: MISSING })
}

/// Licences, sources and versions of all dependencies, by `.cargo/deny.toml`; known faults in them, where the database can be had.
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
