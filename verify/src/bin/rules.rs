//! `cargo xtask rules`: how bad each rule of aggregation is; writes `reports/kappa.*` and `reports/heat*`.
#![expect(clippy::print_stderr, reason = "a command line program prints")]

mod program;

use clap::Parser;
use comrade_file::Together;
use comrade_verify::data;
use comrade_verify::experiment::heat::{self, Heat, HeatMethod};
use comrade_verify::experiment::kappa::{self, Kappa};
use comrade_verify::report::processor;
use comrade_verify::scenario::{Published, Source};
use program::{Common, bar, end, held, is_of_one_run, json, picture, read, say, text, threads};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// Searches for the vectors on which each rule of aggregation is worst, and plays every rule under every attack.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask rules", bin_name = "cargo xtask rules", version, after_help = EXAMPLES)]
struct Args {
    /// Steps of the search from each start
    #[arg(long, value_name = "N", default_value_t = 300)]
    steps: u32,
    #[command(flatten)]
    common: Common,
    /// Rate the recorded vectors again, play the training runs of gradient descent with a share of 0.3 again, and compare both and the pages
    /// with what is in the output folder
    #[arg(long, conflicts_with = "steps")]
    check: bool,
    /// Draw what kappa.json and heat.json in the output folder say, without searching or playing anything
    #[arg(long, conflicts_with_all = ["check", "jobs", "steps", "data"])]
    draw: bool,
}

const EXAMPLES: &str = "Examples:
  COMRADE_DATA=data cargo xtask rules           on the published a9a, into reports/
  cargo xtask rules --out target/rules          on a stand-in, and the page says so
  COMRADE_DATA=data cargo xtask rules --check   are the committed numbers still right?

Exit status: 0 when all is written, or when nothing differs; 1 otherwise; 2 for bad arguments.";

const KAPPA: &str = "kappa.json";
const HEAT: &str = "heat.json";
const LIST: &str = "rules.sha256";

fn main() -> ExitCode {
    end(rules(&Args::parse()))
}

fn rules(args: &Args) -> Result<bool, Box<dyn Error>> {
    threads(args.common.jobs)?;
    let out = &args.common.out;
    if args.draw {
        let ((kappa, kappas), (heat, heats)) = (held(&out.join(KAPPA))?, held(&out.join(HEAT))?);
        return save(&kappa, &heat, [kappas, heats], out).map(|()| true);
    }
    let published = data::folder(args.common.data.as_deref());
    let material = data::material(&Source::Published(Published::A9a), published.as_deref(), data::SEED)?;
    if args.check {
        let (kappa, heat): (Kappa, Heat) = (read(&out.join(KAPPA))?, read(&out.join(HEAT))?);
        let played = play(&material, &[HeatMethod::GradientDescent], &heat::ALPHAS[1..])?;
        let mut faults = kappa.faults();
        faults.extend(heat.differences(&played));
        for (page, wanted) in pages(&kappa, &heat) {
            if text(&out.join(page))? != wanted {
                faults.push(format!("{page} does not show the committed numbers"));
            }
        }
        faults.iter().take(20).for_each(|fault| say!("differs: {fault}"));
        say!("{}: {} differences from the committed numbers of the rules", out.display(), faults.len());
        return Ok(is_of_one_run(&out.join(LIST), "cargo xtask rules --draw") && faults.is_empty());
    }
    program::prepare(&out.join(LIST))?;
    let bar = bar((kappa::SIZES.len() * kappa::CONTENDERS.len()) as u64, "searches")?;
    let kappa = Kappa::search(args.steps, processor(), &|| bar.inc(1));
    bar.finish_and_clear();
    let heat = play(&material, &HeatMethod::ALL, &heat::ALPHAS)?;
    save(&kappa, &heat, [json(&kappa)?, json(&heat)?], out)?;
    let faults = kappa.faults();
    faults.iter().for_each(|fault| say!("fault: {fault}"));
    Ok(faults.is_empty())
}

fn play(material: &data::Material, methods: &[HeatMethod], alphas: &[f64]) -> Result<Heat, Box<dyn Error>> {
    let bar = bar((methods.len() * alphas.len() * 2 * heat::ATTACKS.len()) as u64, "attacks")?;
    let heat = Heat::play(material, methods, alphas, processor(), &|| bar.inc(1));
    bar.finish_and_clear();
    heat.map_err(|error| error as Box<dyn Error>)
}

/// The stem of a method's picture.
fn stem(method: HeatMethod) -> &'static str {
    match method {
        HeatMethod::GradientDescent => "heat-gradient-descent",
        HeatMethod::Comrade => "heat-comrade",
    }
}

fn pages(kappa: &Kappa, heat: &Heat) -> [(&'static str, String); 2] {
    let pictures = HeatMethod::ALL.map(|method| (method, format!("{}.svg", stem(method))));
    [("kappa.md", kappa::page::markdown(kappa, "kappa.svg")), ("heat.md", heat::page::markdown(heat, &pictures))]
}

fn save(kappa: &Kappa, heat: &Heat, numbers: [String; 2], out: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Together::new(out.join(LIST));
    [KAPPA, HEAT].into_iter().zip(numbers).for_each(|(name, numbers)| files.add(name, numbers));
    picture(&mut files, "kappa", &kappa::picture::curves(kappa).svg()?)?;
    for method in HeatMethod::ALL {
        picture(&mut files, stem(method), &heat::picture::map(heat, method).svg()?)?;
    }
    pages(kappa, heat).into_iter().for_each(|(page, text)| files.add(page, text));
    files.write()?;
    say!("wrote kappa.md, heat.md and what they show into {}", out.display());
    Ok(())
}
