//! `cargo xtask <command>`: what one does with this workspace, one name each. Builds without any other package.

mod fuzz;
mod imports;
mod links;
mod names;
mod outside;
mod paper;
mod peers;
mod prove;
mod python;
mod tidy;
mod tree;
mod words;

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

const USAGE: &str = "\
Usage: cargo xtask <command> [arguments]

  verify    measure the paper's quantities on seeded runs, judge every bound, write the report
  hunt      search for instances that refute a bound: shrunk, replayed, proved where possible
  figures   play the paper's experiments under attack, draw Figure 3 and its companions; then floors, rules and theory
  floors    how far from the minimiser the worst attack keeps each method, into reports/floors.md
  rules     how bad each rule of aggregation is: kappa and final losses, into reports/kappa.md and heat.md
  theory    every statement along every parameter, convergence, the error floor, into reports/theory/
  test      all tests of the workspace; with --python: those of the Python package, on a Ray cluster; needs python3
  new-paper make verify/src/papers/NAME, a paper of your own to be filled in, run by verify --paper NAME
  data      download and check the real data sets
  report    write both committed reports: embedded data, then real data if COMRADE_DATA is set
  browser   the committed pages in a real browser; needs Chromium and chromedriver
  bench     benchmarks; with --against peers: other solvers, into reports/performance.md; with --ray: what a round
            costs on a Ray cluster, into reports/ray.md; both need python3; with --rounds: rounds and bytes of every method,
            into reports/rounds.md
  storm     the protocol on a simulated network where messages, workers and the center fail: 10,000 seeds, and every schedule of
            two rounds among three workers; --seed N shows one run, --seeds A..B plays others, --steps K is the rounds of a run
  prove     every proof of verify/proofs checked by Coq, and what each theorem rests on; needs coqc (exit status 3 without)
  fuzz      look for bytes that break what reads them: all targets of crates/fuzz, or those named, for --minutes N in all (1);
            needs a nightly compiler, cargo-fuzz and a C++ compiler (exit status 3 without)
  mutants   changes the code on purpose, one place at a time, to see that a test notices; arguments go to cargo-mutants;
            needs cargo-mutants (exit status 3 without), and many hours
  deny      licences, sources, versions and known faults of all dependencies; needs cargo-deny (exit status 3 without)
  tidy      checks on the tree itself (also part of test)
  ci        what must be green before a merge: fmt, deny if there is cargo-deny, clippy, comrade-cli alone, doc, prove if
            there is Coq, test, storm, test --python if there is Python, browser if there is one, fuzz if it can be built,
            report --check, figures --check
  help      this text

Arguments are passed on, and relative paths in them start at the top of the workspace.
`--help` after verify, hunt, figures, floors, rules, data, storm or bench --against peers lists theirs.

Examples:
  cargo xtask verify                              the default run, into reports/
  cargo xtask verify --claim lemma-5              one claim, into target/verify/part/
  cargo xtask hunt --claim lemma-5                the worst instances of one claim, into reports/
  COMRADE_DATA=data cargo xtask figures           Figure 3 on the real data, into reports/real/experiments/
  cargo xtask test trimm                          the tests with `trimm` in their name
  cargo xtask test --python -k killed             the Python tests with `killed` in their name
  cargo xtask storm --seed 7                      what happens in one run, line by line
  cargo xtask data a9a w5a                        two files, into $COMRADE_DATA or data/
  cargo xtask fuzz --minutes 10 libsvm            ten minutes of one target
  COMRADE_DATA=data cargo xtask report            both reports
  cargo xtask bench --against peers --only gram   X'DX against OpenBLAS
  cargo xtask report --check                      compare new runs with the committed reports";

/// Names the folder of the real data sets.
const DATA: &str = "COMRADE_DATA";

/// Exit status where a program is missing.
const MISSING: u8 = 3;

/// Why a command failed, and the exit status that says so.
struct Failure {
    says: String,
    status: u8,
}

type Outcome = Result<(), Failure>;

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let command = arguments.next().unwrap_or_else(|| "help".into());
    let arguments: Vec<OsString> = arguments.collect();
    match dispatch(&command.to_string_lossy(), &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("cargo xtask: {}", failure.says));
            ExitCode::from(failure.status)
        }
    }
}

fn dispatch(command: &str, arguments: &[OsString]) -> Outcome {
    match command {
        "verify" => {
            announce_build();
            run(&mut verify(arguments))
        }
        "hunt" | "floors" | "rules" | "theory" => program(command, arguments),
        "figures" => {
            program(command, arguments)?;
            // All others too, unless something particular was asked for.
            if arguments.iter().any(|argument| argument != "--check") {
                return Ok(());
            }
            program("floors", arguments)?;
            program("rules", arguments)?;
            program("theory", arguments)
        }
        "test" => match python::asked("--python", arguments) {
            Some(arguments) => python::test(&arguments),
            None => test(arguments),
        },
        "data" => run(cargo(&["run", "--release", "--package", "comrade-data", "--"]).args(arguments)),
        "storm" => run(cargo(&["run", "--release", "--package", "comrade-storm", "--"]).args(arguments)),
        "report" => report(arguments),
        "browser" => browser(arguments),
        "bench" => match peers::asked(arguments) {
            Some(arguments) => peers::bench(&arguments),
            None => match (python::asked("--ray", arguments), python::asked("--rounds", arguments)) {
                (Some(arguments), _) => python::bench(&arguments),
                (None, Some(arguments)) => peers::rounds(&arguments),
                (None, None) => run(cargo(&["bench", "--package", "comrade-bench"]).args(arguments)),
            },
        },
        "new-paper" => match arguments {
            [name] => paper::new(&name.to_string_lossy()),
            _ => Err(misuse("`new-paper` takes one name".into())),
        },
        "prove" if arguments.is_empty() => prove::prove(),
        "mutants" => outside::mutants(arguments),
        "deny" if arguments.is_empty() => outside::deny(),
        "fuzz" => fuzz::fuzz(arguments),
        "tidy" if arguments.is_empty() => tidy(),
        "ci" if arguments.is_empty() => ci(),
        "prove" | "deny" | "tidy" | "ci" => Err(misuse(format!("`{command}` takes no arguments"))),
        "help" | "--help" | "-h" => {
            // Nobody is told when nobody reads to the end.
            let _ = writeln!(io::stdout(), "{USAGE}");
            Ok(())
        }
        _ => Err(misuse(format!("unknown command `{command}`"))),
    }
}

/// Another program of the harness.
fn program(name: &str, arguments: &[OsString]) -> Outcome {
    announce_build();
    run(cargo(&["run", "--release", "--package", "comrade-verify", "--bin", name, "--"]).args(arguments))
}

fn misuse(says: String) -> Failure {
    Failure { says: format!("{says}\n\n{USAGE}"), status: 2 }
}

/// One line for whoever watches.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The top of the workspace.
fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_path_buf)
}

/// Where cargo builds.
fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from))
}

/// The folder of the real data sets, if one is named.
fn data_folder() -> Option<PathBuf> {
    env::var_os(DATA).filter(|folder| !folder.is_empty()).map(|folder| root().join(folder))
}

/// The cargo that runs this program, at the top of the workspace.
fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    // Tests run in the folder of their package, where a relative path would lead elsewhere.
    if let Some(folder) = data_folder() {
        command.env(DATA, folder);
    }
    command
}

/// Runs to the end; a failure carries the exit status on.
fn run(command: &mut Command) -> Outcome {
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy();
    let shown = format!("{program} {}", words.join(" "));
    let status = command.status().map_err(|error| Failure { says: format!("`{shown}`: {error}"), status: 1 })?;
    if status.success() {
        return Ok(());
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Err(Failure { says: format!("`{shown}` failed ({status})"), status: code })
}

fn verify(arguments: &[OsString]) -> Command {
    let mut command = cargo(&["run", "--release", "--package", "comrade-verify", "--bin", "verify", "--"]);
    command.args(arguments);
    command
}

/// Says why nothing is measured yet, before the first build.
fn announce_build() {
    announce("verify");
}

fn announce(program: &str) {
    let program = Path::new("release").join(format!("{program}{}", env::consts::EXE_SUFFIX));
    if !target().join(program).exists() {
        say("The first build takes some minutes, most of them in the linear algebra library.");
    }
}

fn test(arguments: &[OsString]) -> Outcome {
    run(cargo(&["test", "--workspace", "--features", "comrade-cli/picture"]).args(arguments))
}

/// What drives the browser; it finds the browser itself.
const DRIVER: &str = "chromedriver";

fn browser(arguments: &[OsString]) -> Outcome {
    if let Some(why) = not_on_path(DRIVER) {
        return Err(Failure { says: format!("{why}; Debian has it in chromium-driver"), status: 1 });
    }
    // The whole workspace, so that nothing is built again with other features.
    let tests = ["test", "--workspace", "--features", "comrade-tests/browser,comrade-cli/picture", "--test", "browser"];
    run(cargo(&tests).args(arguments))
}

/// That a program is missing, in words.
fn not_on_path(program: &str) -> Option<String> {
    (!on_path(program)).then(|| format!("no {program} on the path"))
}

fn on_path(program: &str) -> bool {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(&name).is_file()))
}

/// The report on the embedded data, then the one on real data if there is a folder of them.
fn report(arguments: &[OsString]) -> Outcome {
    let folder = data_folder();
    if let Some(folder) = folder.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(Failure { says: format!("{DATA}: {} is not a folder", folder.display()), status: 2 });
    }
    announce_build();
    say("report on the embedded data");
    run(verify(arguments).env_remove(DATA))?;
    if folder.is_none() {
        say(&format!("no report on real data: {DATA} is not set"));
        return Ok(());
    }
    say(&format!("report on the real data of {DATA}"));
    run(&mut verify(arguments))
}

fn tidy() -> Outcome {
    let faults = tidy::faults(&root()).map_err(|error| Failure { says: error.to_string(), status: 1 })?;
    faults.iter().for_each(|fault| say(fault));
    match faults.len() {
        0 => Ok(()),
        count => Err(Failure { says: format!("the tree is not tidy in {count} places"), status: 1 }),
    }
}

/// A step of `ci`, or a line that says why there is none.
fn unless(missing: Option<String>, says: &str, step: impl FnOnce() -> Outcome) -> Outcome {
    match missing {
        None => step(),
        Some(why) => {
            say(&format!("{says}: {why}"));
            Ok(())
        }
    }
}

/// One step after the other; the first that fails ends it.
fn ci() -> Outcome {
    type Step<'a> = (&'a str, &'a dyn Fn() -> Outcome);
    let steps: [Step<'_>; 13] = [
        ("fmt", &|| run(&mut cargo(&["fmt", "--all", "--check"]))),
        ("deny", &|| unless(outside::missing("deny"), "dependencies are not checked", outside::deny)),
        ("clippy", &|| {
            let features = "comrade-tests/browser,comrade-bench/peers,comrade-cli/picture";
            let all = ["clippy", "--workspace", "--all-targets", "--features", features];
            run(cargo(&all).args(["--", "-D", "warnings"]))
        }),
        // What `cargo install` builds: no step of the whole workspace leaves these features out.
        ("comrade-cli alone", &|| run(&mut cargo(&["check", "--package", "comrade-cli", "--all-targets"]))),
        ("doc", &|| {
            let strict = "-D warnings -D rustdoc::broken_intra_doc_links";
            run(cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", strict))
        }),
        ("prove", &|| unless(not_on_path(prove::COQ), "the proofs are not checked", prove::prove)),
        ("test", &|| test(&[])),
        ("storm", &|| dispatch("storm", &[])),
        ("test --python", &|| {
            let test = || python::test(&["--quiet".into()]);
            unless(not_on_path(python::PYTHON), "the Python package is not tested", test)
        }),
        ("browser", &|| unless(not_on_path(DRIVER), "the pages are not looked at", || browser(&[]))),
        ("fuzz", &|| unless(fuzz::missing(), "nothing is fuzzed", fuzz::smoke)),
        ("report --check", &|| report(&["--check".into()])),
        // The paper's experiments are committed as played on the real files; the curves along parameters need none.
        ("figures --check", &|| {
            let command = if data_folder().is_some() { "figures" } else { "theory" };
            dispatch(command, &["--check".into()])
        }),
    ];
    for (name, step) in steps {
        say(&format!("\n== {name}"));
        let start = Instant::now();
        step().map_err(|failure| Failure { says: format!("ci stops at {name}: {}", failure.says), ..failure })?;
        say(&format!("== {name}: {} s", start.elapsed().as_secs()));
    }
    Ok(())
}
