//! `cargo xtask verify`: plays scenarios, judges claims, writes reports.
#![expect(clippy::print_stderr, reason = "a command line program prints")]

#[path = "bin/program/mod.rs"]
mod program;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use comrade::stream::Seed;
use comrade_file::Together;
use comrade_verify::claim::Claim;
use comrade_verify::data::{self, Provenance};
use comrade_verify::papers::{Judged, PAPERS};
use comrade_verify::report::{self, Hunted, Named, Report, Sources};
use comrade_verify::scenario::{self, Draws, Scenario};
use comrade_verify::study::rates::Cell;
use comrade_verify::study::{self, Effort, Study};
use comrade_verify::{claims, difference, hunt, run};
use ladder::Expected;
use program::{bar, end, held, is_of_one_run, json, picture, put, read, say, text, threads};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Measures the quantities of the COMRADE paper on seeded runs and judges its bounds:
/// as printed, as rederived, as sharpened.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask verify", bin_name = "cargo xtask verify", version, after_help = EXAMPLES)]
struct Args {
    /// Few draws a scenario: the default
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Many draws a scenario: about ten minutes on two cores
    #[arg(long)]
    full: bool,
    /// Only claims of this id, for example lemma-5; of all ids that begin so with a star at the end: 'lemma-1*' (repeatable)
    #[arg(long, value_name = "ID")]
    claim: Vec<String>,
    /// Only scenarios of this name, for example tiny; of all names that begin so with a star: 'fifth*' (repeatable)
    #[arg(long, value_name = "NAME")]
    scenario: Vec<String>,
    /// Scenarios of your own, from a TOML file, in place of those of the default run; verify/scenarios.example.toml has every
    /// key. Their verdicts are not compared with recorded ones
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "bless", "render"])]
    scenarios: Option<PathBuf>,
    /// Seeds of a-posteriori trajectories, instead of each scenario's own number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    seeds: Option<u64>,
    /// Threads; the report does not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    jobs: Option<u64>,
    /// Folder with the published files a9a and w5a, plain or .gz [default: $COMRADE_DATA, else synthetic stand-ins]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder to write to [default: reports, or reports/real with published files; target/verify/NAME for --scenarios NAME.toml,
    /// target/verify/part for other runs than the default one]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Compare with the report in the output folder instead of writing: verdicts exactly, numbers within 1e-6
    #[arg(long)]
    check: bool,
    /// Write text, figures and page again from the bounds.json in the output folder, without a run
    #[arg(long, conflicts_with_all = ["quick", "full", "claim", "scenario", "seeds", "data", "check", "bless"])]
    render: bool,
    /// Replay a stored counterexample, for example reports/witnesses/lemma-5-printed.json, instead of a run
    #[arg(long, value_name = "FILE", exclusive = true)]
    witness: Option<PathBuf>,
    /// Judge another paper instead, and print what is found; the default run judges comrade and lazy-newton
    #[arg(long, value_name = "NAME", exclusive = true, value_parser = PossibleValuesParser::new(PAPERS.iter().map(|p| p.name)))]
    paper: Option<String>,
    /// Also print how often each verdict was given, by statement, reading and mode
    #[arg(long)]
    verbose: bool,
    /// Record the verdicts of this run as the expected ones
    #[arg(long, conflicts_with = "check")]
    bless: bool,
}

const EXAMPLES: &str = "Examples:
  cargo xtask verify                              the default report, embedded synthetic data, into reports/
  cargo xtask verify --claim lemma-5              one statement, into target/verify/part/
  cargo xtask verify --claim 'lemma-1*'           Lemmas 1, 10 and 11
  cargo xtask verify --scenario roomy --seeds 50  one scenario, more often
  COMRADE_DATA=data cargo xtask verify            the same with the published a9a and w5a, into reports/real/
  cargo xtask verify --render --out reports/real  text, figures and page again, from the bounds.json there
  cargo xtask verify --scenarios mine.toml        scenarios of your own, into target/verify/mine/
  cargo xtask verify --paper gradient-descent     a textbook's statements, on random draws and on the worst ones found
  cargo xtask verify --check                      is the committed report still what a run gives?

A file of scenarios, for example:
  [[scenario]]
  name = \"mine\"
  data = { file = \"mine.libsvm\" }
  lambda = 1e-3
  workers = 20
  liars = 4
  attack = \"alie:1.5\"
  beta = 0.25

  [[scenario]]
  name = \"mine-quantised\"
  like = \"mine\"
  compressor = \"qsgd:16\"

Exit status: 0 when every verdict is the recorded one and every planted fault is refuted; 1 otherwise; 2 for
bad arguments. With --scenarios, 0 when no rederived or sharpened bound fails.";

/// The seed of every committed report.
const SEED: u64 = 2020;
/// Where reports are committed, and what the last search found.
const REPORTS: &str = "reports";
/// The committed pages, and their way back to [`REPORTS`].
const HOMES: [(&str, &str); 2] = [(REPORTS, ""), ("reports/real", "../")];
/// The numbers of a report, and the list of all its files.
const NUMBERS: &str = "bounds.json";
const LIST: &str = "bounds.sha256";
/// The list of what the last search wrote.
const HUNTED: &str = "hunt.sha256";
/// What `cargo xtask theory` and `cargo xtask figures` committed, for the committed pages.
const THEORY: &str = "reports/theory/theory.json";
const EXPERIMENTS: &str = "reports/real/experiments/figures.json";
/// Where recorded verdicts live, from the workspace's top.
const EXPECTED: &str = "verify/src/expected.txt";

/// The samples of each scenario.
type Materials = BTreeMap<String, Arc<data::Material>>;

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.witness {
        Some(file) => replay(file),
        None if args.paper.is_some() => Ok(paper(args.paper.as_deref())),
        None if args.render => render(&args),
        None => verify(&args),
    };
    end(done)
}

/// True when the stored instance violates its claim.
fn replay(file: &Path) -> Result<bool, Box<dyn Error>> {
    let witness: hunt::Witness = read(file)?;
    let replay = witness.replay()?;
    say!("{}", witness.describe(&replay));
    Ok(replay.violated)
}

/// Prints what is found about a paper, or that the default run finds it; true when that is as it should be.
fn paper(name: Option<&str>) -> bool {
    PAPERS.iter().filter(|paper| Some(paper.name) == name).all(|paper| {
        say!("{}\n", paper.printed);
        let found = match paper.judged {
            Judged::Alone(judge) => judge(Seed(SEED)),
            Judged::ByRuns(claims) => {
                let mut ids: Vec<&str> = claims().iter().map(|claim| claim.id).collect();
                ids.dedup();
                say!("Its claims are judged in the default run, and alone with --claim ID: {}", ids.join(", "));
                return true;
            }
        };
        say!("{found}");
        let unexpected = found.unexpected();
        unexpected.iter().for_each(|what| say!("UNEXPECTED: {what}"));
        unexpected.is_empty()
    })
}

/// What people read, from what programs read.
fn render(args: &Args) -> Result<bool, Box<dyn Error>> {
    let out = args.out.clone().unwrap_or_else(|| REPORTS.into());
    let (report, numbers) = held(&out.join(NUMBERS))?;
    program::folder(&out.join("figures"))?;
    save(&report, hunted(Path::new(REPORTS))?.as_ref(), numbers, &out).map(|()| true)
}

fn verify(args: &Args) -> Result<bool, Box<dyn Error>> {
    threads(args.jobs)?;
    let own = args.scenarios.as_deref().map(Own::read).transpose()?;
    let seed = Seed(own.as_ref().and_then(|own| own.file.seed).unwrap_or(SEED));
    let known = own.as_ref().map_or_else(scenario::all, |own| own.file.scenarios.clone());
    let known_claims: Vec<&str> = claims::all().iter().map(|claim| claim.id).collect();
    let known_scenarios: Vec<&str> = known.iter().map(|scenario| scenario.name.as_str()).collect();
    all_known("claim", &args.claim, &known_claims)?;
    all_known("scenario", &args.scenario, &known_scenarios)?;
    let chosen: Vec<&'static Claim> = claims::all().into_iter().filter(|c| selected(&args.claim, c.id)).collect();
    let scenarios: Vec<Scenario> = known.iter().filter(|s| selected(&args.scenario, &s.name)).cloned().collect();
    let whole = args.claim.is_empty() && args.scenario.is_empty() && args.seeds.is_none() && !args.full;
    if (args.check || args.bless) && !whole {
        return Err("--check and --bless take the whole default run: no --claim, --scenario, --seeds or --full".into());
    }
    let folder = data::folder(args.data.as_deref());
    let materials = data::load(&scenarios, folder.as_deref(), seed)?;
    own.iter().try_for_each(|own| own.fits(&materials))?;
    let real = materials.values().any(|material| material.provenance.real);
    let out = args.out.clone().unwrap_or_else(|| match &own {
        Some(own) => own.folder(),
        // A part of a report does not take the place of a whole one.
        None if !whole => "target/verify/part".into(),
        None => if real { "reports/real" } else { "reports" }.into(),
    });
    if own.is_some() && is_home(&out) {
        return Err(format!("{} has the committed report: choose another folder", out.display()).into());
    }
    if !args.check {
        program::prepare(&out.join(LIST))?;
        program::folder(&out.join("figures"))?;
    }
    if !chosen.iter().any(|claim| scenarios.iter().any(|scenario| (claim.applies)(scenario))) {
        return Err("none of these claims is about any of these scenarios".into());
    }
    // A witness that no longer refutes its claim is said before the work, not after.
    let mut searched = hunt::stored::stored(Path::new(REPORTS))?;
    searched.retain(|found| chosen.iter().any(|claim| claim.id == found.id));
    let played = play(args, &scenarios, &materials, seed)?;
    if let Some(disagreement) = report::disagreement(&played) {
        return Err(disagreement.into());
    }

    let recorded = Expected::parse(include_str!("expected.txt"))?;
    // Other draws than the recorded ones may honestly come out otherwise.
    let as_recorded = args.seeds.is_none() && !args.full && own.is_none();
    let expected = if as_recorded { recorded } else { Expected::default() };
    let (effort, per_scenario): (&str, fn(&Scenario) -> Draws) =
        if args.full { ("full", |s| s.full) } else { ("quick", |s| s.quick) };
    let mut provenances: Vec<Provenance> = Vec::new();
    for named in &played {
        let provenance = &materials[&named.played.scenario.name].provenance;
        if !provenances.contains(provenance) {
            provenances.push(provenance.clone());
        }
    }
    let mut info = report::run_info(seed.0, effort, &known, per_scenario, report::processor(), provenances);
    info.scenarios = args.scenarios.as_ref().map(|file| file.display().to_string());
    let mut report = report::build(info, &chosen, &played, &expected);
    if args.claim.is_empty() && args.scenario.is_empty() && own.is_none() {
        report = report.with_study(study(args, &materials)?, &expected);
    }
    if args.scenario.is_empty() && args.seeds.is_none() || own.is_some() {
        report = report.with_planted(&played);
    }
    report.searched = searched;
    if args.bless {
        report.claims.iter_mut().for_each(|e| e.expected = Some(e.verdict));
        let cells = report.study.iter_mut().flat_map(|study| &mut study.rates);
        cells.for_each(|cell| cell.expected = Some(cell.verdict));
    }

    let hunted = hunted(Path::new(REPORTS))?;
    let same = if args.check {
        check(&report, &out)?
    } else {
        save(&report, hunted.as_ref(), json(&report)?, &out).map(|()| true)?
    };
    if args.bless {
        // On top of the file as it is now, not as it was when this program was built: two runs may record in turn.
        let mut now = Expected::parse(&text(Path::new(EXPECTED))?)?;
        report.claims.iter().for_each(|e| now.record(e.key(), e.verdict));
        let cells = report.study.iter().flat_map(|study| &study.rates);
        cells.for_each(|cell| now.record(cell.key(&cell.place()), cell.verdict));
        put(Path::new(EXPECTED), now.lines("cargo xtask verify --bless").as_bytes())?;
        say!("recorded {} verdicts in {EXPECTED}; read the difference before you commit it", report.claims.len());
        return Ok(true);
    }
    if args.verbose {
        say!("{}", report::counts(&report));
    }
    say!("{}", report::overview(&report, hunted.as_ref()));
    let good = conclude(&report);
    let page = out.join("index.html");
    if let Ok(page) = page.canonicalize() {
        say!("The whole report: file://{}", page.display());
    }
    Ok(good && same)
}

/// A user's own file of scenarios.
struct Own<'a> {
    path: &'a Path,
    file: scenario::File,
}

impl<'a> Own<'a> {
    fn read(path: &'a Path) -> Result<Self, String> {
        let file = scenario::File::parse(&text(path)?, path.parent().unwrap_or(Path::new("")));
        Ok(Self { path, file: file.map_err(|mistake| format!("{}, {mistake}", path.display()))? })
    }

    /// Whether the sizes of the samples are such that the scenarios can be played.
    fn fits(&self, materials: &Materials) -> Result<(), String> {
        let size = |scenario: &Scenario| {
            let of = &materials.get(&scenario.name)?.provenance;
            Some((of.rows, of.dimension))
        };
        self.file.fits(size).map_err(|mistake| format!("{}, {mistake}", self.path.display()))
    }

    /// Where their report is written, if nothing else is said.
    fn folder(&self) -> PathBuf {
        Path::new("target/verify").join(self.path.file_stem().unwrap_or_default())
    }
}

/// Whether a committed report lies in this folder.
fn is_home(folder: &Path) -> bool {
    let same = |home: &str| {
        folder.canonicalize().is_ok_and(|folder| Path::new(home).canonicalize().is_ok_and(|home| home == folder))
    };
    HOMES.iter().any(|(home, _)| same(home))
}

/// Every name that was asked for selects something.
fn all_known(what: &str, wanted: &[String], known: &[&str]) -> Result<(), String> {
    match wanted.iter().find(|w| !known.iter().any(|name| selected(std::slice::from_ref(w), name))) {
        None => Ok(()),
        Some(unknown) => {
            let mut known = known.to_vec();
            known.dedup();
            Err(format!("no {what} has the name {unknown}; there are {}", known.join(", ")))
        }
    }
}

/// Whether a name was asked for: all are if none was. `lemma-1` is lemma-1 alone, and `lemma-1*` whatever begins so.
fn selected(wanted: &[String], name: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|w| w.strip_suffix('*').map_or(w == name, |start| name.starts_with(start)))
}

fn draws(args: &Args, scenario: &Scenario) -> Draws {
    let own = if args.full { scenario.full } else { scenario.quick };
    Draws { seeds: args.seeds.unwrap_or(own.seeds), ..own }
}

fn play(args: &Args, scenarios: &[Scenario], materials: &Materials, seed: Seed) -> Result<Vec<Named>, Box<dyn Error>> {
    let steps = |s: &Scenario| {
        let draws = draws(args, s);
        draws.seeds * s.iterates.len() as u64 + draws.fresh
    };
    let bar = bar(scenarios.iter().map(steps).sum(), "draws")?;
    let mut played = Vec::new();
    for (at, scenario) in scenarios.iter().enumerate() {
        let material = &materials[&scenario.name];
        let name = data::label(scenario, &material.provenance);
        if bar.is_hidden() {
            eprintln!("[{}/{}] {name}: {} draws", at + 1, scenarios.len(), steps(scenario));
        }
        bar.set_message(name.clone());
        let result = run::play(scenario, &material.dataset, draws(args, scenario), seed, &|| bar.inc(1));
        let data = material.provenance.name.clone();
        played.push(Named { played: result.map_err(|e| format!("scenario {name}: {e}"))?, name, data });
    }
    bar.finish_and_clear();
    Ok(played)
}

/// The studies of the events behind the a-priori bounds.
fn study(args: &Args, materials: &Materials) -> Result<Study, Box<dyn Error>> {
    let effort = if args.full { Effort::FULL } else { Effort::QUICK };
    let bar = bar(effort.draws(), "draws")?;
    if bar.is_hidden() {
        eprintln!("studies of Lemmas 1 to 3 over delta, s and m: {} draws", effort.draws());
    }
    bar.set_message("studies of Lemmas 1 to 3");
    let published = materials.get("a9a").ok_or("the studies need the scenario a9a")?;
    let study = study::make(&effort, &published.dataset, Seed(SEED), report::FAMILY_ERROR, &|| bar.inc(1))?;
    bar.finish_and_clear();
    Ok(study)
}

/// Writes the numbers and what people read of them.
fn save(report: &Report, hunted: Option<&Hunted>, numbers: String, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Together::new(out.join(LIST));
    files.add(NUMBERS, numbers);
    files.add("bounds.md", report::markdown(report));
    let mut figures = Vec::new();
    for (id, forest) in report::figures(report) {
        figures.push((id, forest.svg()?));
    }
    let mut sections = report::sections(report)?;
    let pictures = sections.iter().flat_map(|section| &section.pictures).map(|p| (&p.id, &p.svg));
    for (id, svg) in figures.iter().map(|(id, svg)| (id, svg)).chain(pictures) {
        picture(&mut files, &format!("figures/{id}"), svg)?;
    }
    let home = HOMES.iter().find(|(folder, _)| Path::new(folder) == out).map(|(_, home)| *home);
    if home.is_some() {
        let (theory, record) = (optional(Path::new(THEORY))?, optional(Path::new(EXPERIMENTS))?);
        sections.extend(report::gallery(theory.as_ref(), record.as_ref())?);
    }
    let sources = Sources { report, hunted, figures: &figures, sections: &sections, home };
    files.add("index.html", report::page(&sources)?);
    if out == Path::new(REPORTS) {
        files.add("round.svg", report::round().svg()?);
    }
    files.write()?;
    if out == Path::new(REPORTS) {
        update_readme(report)?;
    }
    say!("wrote index.html, bounds.md and figures/ in {}", out.display());
    Ok(())
}

/// Where the table of results of a whole report on embedded data is.
const README: &str = "reports/README.md";

/// That page with another table of results, where it has the one of another report; a page without the marks is left alone.
fn other_readme(report: &Report) -> Result<Option<String>, String> {
    if !Path::new(README).exists() {
        return Ok(None);
    }
    let text = text(Path::new(README))?;
    Ok(report::readme(&text, report).filter(|new| report.study.is_some() && *new != text))
}

fn update_readme(report: &Report) -> Result<(), String> {
    other_readme(report)?.map_or(Ok(()), |new| put(Path::new(README), new.as_bytes()))
}

/// What a file holds; none if there is no such file.
fn optional<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, String> {
    if path.exists() { read(path).map(Some) } else { Ok(None) }
}

/// What the last search found; none if there was none.
fn hunted(folder: &Path) -> Result<Option<Hunted>, String> {
    let path = folder.join("hunt.json");
    if !path.exists() {
        return Ok(None);
    }
    let entries: Vec<hunt::SearchEntry> = read(&path)?;
    let files = entries.iter().filter_map(|entry| entry.witness.clone());
    let witnesses: Result<_, String> =
        files.map(|file| read(&folder.join("witnesses").join(&file)).map(|witness| (file, witness))).collect();
    Ok(Some(Hunted { witnesses: witnesses?, entries }))
}

fn check(report: &Report, out: &Path) -> Result<bool, Box<dyn Error>> {
    let path = out.join(NUMBERS);
    let committed = read(&path)?;
    let fresh = serde_json::from_str(&serde_json::to_string(report)?)?;
    let differences = difference::compare(&committed, &fresh);
    for difference in differences.iter().take(20) {
        say!("differs: {difference}");
    }
    say!("{}: {} differences from the committed report", path.display(), differences.len());
    let again = format!("cargo xtask verify --render --out {}", out.display());
    let mut whole = is_of_one_run(&out.join(LIST), &again);
    if out == Path::new(REPORTS) {
        whole &= is_of_one_run(&out.join(HUNTED), "cargo xtask hunt");
        if other_readme(report)?.is_some() {
            say!("mixed: {README} has the results of another report; `{again}` writes it again");
            whole = false;
        }
    }
    Ok(whole && differences.is_empty())
}

/// Prints what is not as it should be, and how much was judged; true when all verdicts are the recorded ones and every planted
/// fault was refuted. Of a user's own scenarios nothing is recorded, and how much their draws can show depends on them:
/// true when no bound of ours fails.
fn conclude(report: &Report) -> bool {
    let surprises = report::surprises(report);
    surprises.iter().for_each(|surprise| say!("{surprise}"));
    let good = surprises.is_empty();
    if report.run.scenarios.is_some() {
        let caught = report.planted.iter().filter(|p| p.caught.is_some()).count();
        say!(
            "{caught} of {} planted faults are refuted by these draws, which would not have shown the others: see bounds.md",
            report.planted.len()
        );
        let word = if good { "no bound of ours fails" } else { "a bound of ours FAILS" };
        say!("{} judgements: {word}", report.claims.len());
        say!("Not compared with recorded verdicts: there are none for scenarios of your own.");
        return good;
    }
    if !report.planted.is_empty() {
        say!("{} planted faults, each of which must be refuted", report.planted.len());
    }
    let cells: Vec<&Cell> = report.study.iter().flat_map(|study| &study.rates).collect();
    let recorded = report.claims.iter().filter(|e| e.expected.is_some()).count()
        + cells.iter().filter(|cell| cell.expected.is_some()).count();
    let word = if good { "as expected" } else { "NOT as expected" };
    let studied = if cells.is_empty() { String::new() } else { format!(" and {} cells of the studies", cells.len()) };
    say!("{} judgements{studied}, {recorded} with a recorded verdict: {word}", report.claims.len());
    good
}
