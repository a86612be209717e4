//! `cargo xtask hunt`: searches for instances that refute claims, and writes what it found.
#![expect(clippy::print_stderr, reason = "a command line program prints")]

mod program;

use clap::Parser;
use comrade::stream::Seed;
use comrade_file::Together;
use comrade_verify::claim::Claim;
use comrade_verify::hunt::theorem::theorem;
use comrade_verify::hunt::{self, SearchEntry, Witness};
use program::{bar, end, json, read, say, text};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Searches, for every claim and reading, for the instance with the largest ratio of measured to bound:
/// above 1 the claim is refuted, and the instance is shrunk, stored and, where possible, proved exactly.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask hunt", bin_name = "cargo xtask hunt", version, after_help = EXAMPLES)]
struct Args {
    /// Less than two minutes on two cores: the default
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Fifty times the evaluations
    #[arg(long)]
    full: bool,
    /// Only claims of this id, for example lemma-5 (repeatable)
    #[arg(long, value_name = "ID")]
    claim: Vec<String>,
    /// Names every random stream; the result depends on it and on the budget alone
    #[arg(long, value_name = "N", default_value_t = 2020)]
    seed: u64,
    /// Instances to play for each claim and reading
    #[arg(long, value_name = "EVALUATIONS", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    budget: Option<u64>,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    jobs: Option<u64>,
    /// Do not keep larger counterexamples of earlier searches that are stored in the output folder and replay
    #[arg(long)]
    forget: bool,
    /// Search nothing: write the witnesses that are stored in the output folder as Coq theorems into verify/proofs/refuted/
    #[arg(long)]
    theorems: bool,
    /// Folder to write hunt.json and witnesses/ to
    #[arg(long, value_name = "DIR", default_value = "reports")]
    out: PathBuf,
}

const EXAMPLES: &str = "Examples:
  cargo xtask hunt                                          all claims, into reports/
  cargo xtask hunt --claim lemma-5 --budget 20000 --out target/lemma-5
  cargo xtask hunt --theorems                               after a search: each refutation as a theorem for `prove`
  cargo xtask verify --witness reports/witnesses/lemma-5-printed.json       plays a stored one again

Exit status: 0 unless a rederived or sharpened bound is refuted (1); 2 for bad arguments.";

/// Evaluations a claim of a quick search.
const QUICK: u64 = 40_000;
/// Evaluations a claim of a full search.
const FULL: u64 = 50 * QUICK;

/// What was found, the folder of the counterexamples next to it, and the list of all these files.
const FOUND: &str = "hunt.json";
const WITNESSES: &str = "witnesses";
const LIST: &str = "hunt.sha256";
/// Where the theorems are.
const PROOFS: &str = "verify/proofs/refuted";

fn main() -> ExitCode {
    let args = Args::parse();
    end(if args.theorems { theorems(&args.out).map(|()| true) } else { search(&args) })
}

/// Writes every stored witness that is proved in d = 1 as a theorem, in the place of those that are there.
fn theorems(out: &Path) -> Result<(), Box<dyn Error>> {
    let entries: Vec<SearchEntry> = read(&out.join(FOUND))?;
    let mut theorems = Vec::new();
    for file in entries.into_iter().filter_map(|entry| entry.witness) {
        let witness: Witness = read(&out.join(WITNESSES).join(&file))?;
        match theorem(&file, &witness) {
            Some(theorem) => theorems.push(theorem),
            None => say!("{file}: no theorem, because it is not proved in d = 1"),
        }
    }
    let folder = Path::new(PROOFS);
    program::folder(folder)?;
    let paths: Vec<PathBuf> = theorems.iter().map(|theorem| folder.join(&theorem.file)).collect();
    let files = paths.iter().zip(&theorems).map(|(path, theorem)| (path.as_path(), theorem.text.as_bytes()));
    comrade_file::write_all(&files.collect::<Vec<_>>())?;
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        if path.extension().is_some_and(|end| end == "v") && !paths.contains(&path) {
            std::fs::remove_file(path)?;
        }
    }
    say!("wrote {} theorems into {PROOFS}", theorems.len());
    Ok(())
}

fn search(args: &Args) -> Result<bool, Box<dyn Error>> {
    let known = hunt::huntable();
    if let Some(unknown) = args.claim.iter().find(|id| !known.iter().any(|claim| claim.id == **id)) {
        let mut ids: Vec<&str> = known.iter().map(|claim| claim.id).collect();
        ids.dedup();
        return Err(format!("no claim to search has the id {unknown}; there are {}", ids.join(", ")).into());
    }
    let wanted = |claim: &&'static Claim| args.claim.is_empty() || args.claim.iter().any(|id| claim.id == id);
    let claims: Vec<&'static Claim> = known.into_iter().filter(wanted).collect();
    let budget = args.budget.unwrap_or(if args.full { FULL } else { QUICK });
    let jobs = args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), |n| n as usize);
    program::prepare(&args.out.join(LIST))?;
    program::folder(&args.out.join(WITNESSES))?;

    let bar = bar(budget * claims.len() as u64, "evaluations")?;
    if bar.is_hidden() {
        eprintln!("{} claims, {budget} evaluations each", claims.len());
    }
    let mut found =
        hunt::hunt(&claims, Seed(args.seed), budget as usize, jobs, &|evaluations| bar.inc(evaluations as u64));
    bar.finish_and_clear();
    if !args.forget {
        keep_better(&mut found, &args.out)?;
    }
    table(&found);
    save(&found, &args.out, args.claim.is_empty())?;
    let ours =
        |entry: &SearchEntry| entry.reading != comrade_verify::claim::Reading::Printed && entry.witness.is_some();
    Ok(!found.iter().any(|(entry, _)| ours(entry)))
}

fn table(found: &[(SearchEntry, Option<Witness>)]) {
    say!("{:<10} {:<10} {:<16} {:>12}  {:<12} verdict", "claim", "reading", "variant", "ratio", "n, d, m");
    let mut growing = Vec::new();
    for (entry, witness) in found {
        let SearchEntry { id, variant, ratio, .. } = entry;
        let sizes = |i: &hunt::instance::Instance| format!("{}, {}, {}", i.n(), i.d(), i.m());
        let instance = witness.as_ref().map(|w| &w.instance).or(entry.instance.as_ref());
        let verdict = match (instance, witness) {
            (None, _) => "vacuous everywhere".to_owned(),
            (_, None) => "not refuted".to_owned(),
            (_, Some(w)) => format!("REFUTED at {:.6}{}", w.ratio, if w.proved { ", proved" } else { "" }),
        };
        let sizes = instance.map_or_else(String::new, sizes);
        say!("{id:<10} {:<10} {variant:<16} {ratio:>12.6}  {sizes:<12} {verdict}", entry.reading.name());
        if entry.grows {
            let sizes = hunt::growth(&entry.sizes, |ratio| format!("{ratio:.3}"));
            growing.push(format!("{id} {} {variant}: {sizes}", entry.reading.name()));
        }
    }
    if !growing.is_empty() {
        say!("\ngrows with m, no limit in sight:\n{}", growing.join("\n"));
    }
}

/// Puts a counterexample of an earlier search in the place of a smaller one, or of none: it is replayed, not believed.
fn keep_better(found: &mut [(SearchEntry, Option<Witness>)], out: &Path) -> Result<(), Box<dyn Error>> {
    let path = out.join(FOUND);
    if !path.exists() {
        return Ok(());
    }
    for old in read::<Vec<SearchEntry>>(&path)? {
        let same = |(e, _): &&mut (SearchEntry, Option<Witness>)| {
            (&e.id, e.reading, &e.variant) == (&old.id, old.reading, &old.variant)
        };
        let Some((entry, witness)) = found.iter_mut().find(same) else { continue };
        let Some(file) = old.witness.as_ref().filter(|_| old.ratio > entry.ratio) else { continue };
        let kept: Witness = read(&out.join(WITNESSES).join(file))?;
        if kept.replay().is_ok_and(|replay| replay.violated) {
            say!(
                "{} {}: an earlier search found {:.6}, this one {:.6}",
                old.id,
                old.reading.name(),
                old.ratio,
                entry.ratio
            );
            let (sizes, grows) = (std::mem::take(&mut entry.sizes), entry.grows);
            (*entry, *witness) = (SearchEntry { sizes, grows, ..old }, Some(kept));
        }
    }
    Ok(())
}

/// A search of all claims replaces everything, one of some claims what it is about.
fn save(found: &[(SearchEntry, Option<Witness>)], out: &Path, whole: bool) -> Result<(), Box<dyn Error>> {
    let path = out.join(FOUND);
    let about =
        |e: &SearchEntry| found.iter().any(|(f, _)| f.id == e.id && f.reading == e.reading && f.variant == e.variant);
    let before: Vec<SearchEntry> = match std::fs::read_to_string(&path) {
        Ok(text) if !whole => serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?,
        _ => Vec::new(),
    };
    let order = hunt::huntable();
    let place =
        |e: &SearchEntry| order.iter().position(|c| c.id == e.id && c.reading == e.reading && c.variant == e.variant);
    let mut entries: Vec<SearchEntry> = before.into_iter().filter(|e| !about(e)).collect();
    entries.extend(found.iter().map(|(entry, _)| entry.clone()));
    entries.sort_by_key(place);
    let mut files = Together::new(out.join(LIST));
    files.add(FOUND, json(&entries)?);
    for file in entries.iter().filter_map(|entry| entry.witness.as_ref()) {
        let name = format!("{WITNESSES}/{file}");
        let new = found.iter().find(|(entry, _)| entry.witness.as_ref() == Some(file));
        let witness = match new.and_then(|(_, witness)| witness.as_ref()) {
            Some(witness) => json(witness)?,
            None => text(&out.join(&name))?,
        };
        files.add(name, witness);
    }
    files.write()?;
    say!(
        "wrote {} and {} witnesses next to it",
        path.display(),
        entries.iter().filter(|e| e.witness.is_some()).count()
    );
    Ok(())
}
