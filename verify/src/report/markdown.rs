//! `bounds.md`: the report as a table that a person can read.

use super::cell::{badge, escaped, limits, number, reading};
use super::grouped::{Bound, Statement, statements};
use super::{JudgedClaim, Report, RunInfo, study};
use crate::claim::{Mode, Reading};
use crate::hunt::stored::{Replayed, Searched};
use crate::hunt::{self, ceiling::Ceiling};
use crate::papers::comrade::errata::LEDGER;
use crate::proofs::{self, Status};
use ladder::{ROOM, Shown, Verdict};
use std::fmt::Write as _;

/// The report as Markdown.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut out, report);
    out
}

fn write(out: &mut String, report: &Report) -> std::fmt::Result {
    let statements = statements(report);
    head(out, &report.run)?;
    at_a_glance(out, &statements)?;
    for of in &statements {
        statement(out, of, report)?;
    }
    if let Some(study) = &report.study {
        study::write(out, study, report.run.family_error)?;
    }
    scope(out, report, &statements)?;
    planted(out, report)?;
    contraction(out, report)?;
    quantities(out, report)?;
    ledger(out)?;
    how_to_read(out, report)
}

fn head(out: &mut String, run: &RunInfo) -> std::fmt::Result {
    writeln!(out, "# The bounds of COMRADE, measured\n")?;
    writeln!(
        out,
        "Ghosh, Maity and Mazumdar, *Distributed Newton Can Communicate Less and Resist Byzantine Workers* (NeurIPS \
         2020), appendices A to C. Every statement in three readings: **printed** (as the text states it), **rederived** \
         (with the constants that its proof really gives), **sharpened** (a better bound from the same quantities). Theorems A \
         and B and the medoid are statements of this project about lazy Newton, and have no printed reading.\n"
    )?;
    let command = match run.data.iter().any(|data| data.real) {
        true => "COMRADE_DATA=<folder of the files> cargo xtask verify",
        false => "cargo xtask verify",
    };
    let options = run.options();
    writeln!(out, "Made by `{command}{options}`, seed {}, on {}.\n", run.seed, run.processor)?;
    writeln!(out, "| data | published file | n | d | non-zeros | positive |")?;
    writeln!(out, "|---|---|---:|---:|---:|---:|")?;
    for data in &run.data {
        let origin = match &data.sha256 {
            Some(sha256) => {
                let whose = if data.own { "no: a file of your own" } else { "yes" };
                format!("{whose}, sorted lines SHA-256 `{}…`", sha256.get(..12).unwrap_or(sha256))
            }
            None => "no: synthetic, made from the seed".into(),
        };
        let (n, d, nonzeros) = (data.rows, data.dimension, data.nonzeros);
        writeln!(
            out,
            "| {} | {origin} | {n} | {d} | {nonzeros} | {:.1} % |",
            escaped(&data.name),
            100.0 * data.positive
        )?;
    }
    Ok(())
}

fn at_a_glance(out: &mut String, statements: &[Statement<'_>]) -> std::fmt::Result {
    writeln!(out, "\n## At a glance\n")?;
    writeln!(out, "Scenarios by verdict, and the largest measured/bound over all draws.\n")?;
    writeln!(
        out,
        "| statement | reading | a posteriori: every draw | largest | a priori: all but δ of draws | largest |"
    )?;
    writeln!(out, "|---|---|---|---:|---|---:|")?;
    for (id, bound) in statements.iter().flat_map(|of| of.bounds.iter().map(|bound| (of.id, bound))) {
        let of = |mode: Mode| {
            let judged: Vec<&JudgedClaim> = bound.judged(mode).collect();
            let largest = judged.iter().filter_map(|e| e.ratio).map(|r| r.max).reduce(f64::max);
            (tally(&judged), largest.map_or("–".into(), number))
        };
        let ((posterior, worst), (prior, worst_prior)) = (of(Mode::APosteriori), of(Mode::APriori));
        writeln!(out, "| [{id}](#{id}) | {} | {posterior} | {worst} | {prior} | {worst_prior} |", bound.name())?;
    }
    Ok(())
}

fn tally(entries: &[&JudgedClaim]) -> String {
    if entries.is_empty() {
        return "–".into();
    }
    let counts = Verdict::ALL.into_iter().flat_map(|verdict| {
        [None, Some(0.0)].into_iter().filter_map(move |needed| {
            let words = verdict.words(needed);
            let count = entries.iter().filter(|e| e.words() == words).count();
            (count > 0 && (needed.is_none() || words != verdict.words(None)))
                .then(|| format!("{} {count}", badge(verdict, needed)))
        })
    });
    counts.collect::<Vec<_>>().join(", ")
}

fn statement(out: &mut String, of: &Statement<'_>, report: &Report) -> std::fmt::Result {
    let id = of.id;
    writeln!(out, "\n<a id=\"{id}\"></a>\n\n## {}\n", of.title)?;
    writeln!(
        out,
        "| reading | statement | where its constants come from | checked by machine, a posteriori |\n|---|---|---|---|"
    )?;
    for bound in &of.bounds {
        let (says, because) = (escaped(&bound.claim.says), escaped(&bound.claim.because));
        writeln!(out, "| {} | {says} | {because} | {} |", bound.name(), checked(bound.claim, report))?;
    }
    searched(out, id, report)?;
    writeln!(out, "\n![measured against bound](figures/{id}.svg)")?;
    for mode in [Mode::APosteriori, Mode::APriori] {
        verdicts(out, mode, of)?;
    }
    if of.bounds.iter().any(|bound| bound.closest().is_some_and(|claim| claim.ladder.len() > 2)) {
        writeln!(out, "\n![the proof, step by step](figures/{id}-ladder.svg)")?;
    }
    of.bounds.iter().try_for_each(|bound| ladder(out, bound))
}

/// The theorem about a reading, or that there is none.
fn checked(claim: &JudgedClaim, report: &Report) -> String {
    let folder = if report.run.data.iter().any(|data| data.real) { "../../verify/proofs" } else { "../verify/proofs" };
    match proofs::status(&claim.id, claim.reading, &claim.variant, &report.searched) {
        Status::Proved { file, theorem } => format!("proved: [{theorem}]({folder}/{file}.v)"),
        Status::Refuted { name } => format!("refuted: [{name}_is_false]({folder}/refuted/{name}.v)"),
        Status::Open => "not machine-checked".into(),
    }
}

/// The worst instances of a statement, one line per reading, each counterexample with the step it breaks.
fn searched(out: &mut String, id: &str, report: &Report) -> std::fmt::Result {
    let found: Vec<&Searched> = report.searched.iter().filter(|found| found.id == id).collect();
    if found.is_empty() {
        return Ok(());
    }
    let witnesses = if report.run.data.iter().any(|data| data.real) { "../witnesses" } else { "witnesses" };
    writeln!(out, "\nAdversarial search, a posteriori, over small instances:\n")?;
    writeln!(
        out,
        "| reading | largest measured/bound found | largest possible, proved | counterexample | first broken line |\n\
         |---|---:|---:|---|---|"
    )?;
    for Searched { reading: read, variant, ratio, ceiling, why, witness, .. } in &found {
        let name = reading(*read, variant);
        let (file, line) = match witness {
            None => ("none".into(), "–".into()),
            Some(Replayed { file, ratio, proved, breaks_at, rows, dimension, workers }) => {
                let proved = if *proved { "proved" } else { "not proved" };
                let stem = file.trim_end_matches(".json");
                let size = format!("n = {rows}, d = {dimension}, m = {workers}");
                (format!("[{stem}]({witnesses}/{file}): {size}, {}, {proved}", number(*ratio)), escaped(breaks_at))
            }
        };
        let ceiling = match ceiling {
            None => "–".to_owned(),
            Some(Ceiling::AtMost(value)) => format!("{}: {why}", number(*value)),
            Some(Ceiling::Unbounded) => format!("unbounded: {why}"),
        };
        writeln!(out, "| {name} | {} | {ceiling} | {file} | {line} |", number(*ratio))?;
    }
    for growing in found.iter().filter(|found| found.grows) {
        let name = reading(growing.reading, &growing.variant);
        writeln!(out, "\nThe ratio of {name} grows with m: {}.", hunt::growth(&growing.sizes, number))?;
    }
    Ok(())
}

fn verdicts(out: &mut String, mode: Mode, of: &Statement<'_>) -> std::fmt::Result {
    let scenarios = of.scenarios(mode);
    if scenarios.is_empty() {
        return Ok(());
    }
    match mode {
        Mode::APosteriori => {
            writeln!(out, "\n**A posteriori**, on every draw: verdict, then measured/bound as min / median / max.\n")?;
        }
        Mode::APriori => writeln!(
            out,
            "\n**A priori**, on all but a fraction δ of draws: verdict, failures, exact interval of the failure \
             probability, the largest measured/bound, and after ≥ the factor by which the bound could be shrunk and still be \
             confirmed on these draws.\n"
        )?,
    }
    let names: Vec<String> = of.bounds.iter().map(Bound::name).collect();
    writeln!(out, "| scenario | {} |\n|---{}|", names.join(" | "), "|---".repeat(names.len()))?;
    for scenario in scenarios {
        write!(out, "| {scenario} |")?;
        for bound in &of.bounds {
            write!(out, " {} |", bound.on(mode, scenario).map_or("–".into(), cell))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn cell(entry: &JudgedClaim) -> String {
    let mut text = badge(entry.verdict, entry.needed);
    if let (false, Some(unmet)) = (entry.verdict.judged(), &entry.unmet) {
        let _ = write!(text, " (not {unmet})");
    }
    if let Some(rate) = entry.rate {
        let _ = write!(text, " {}", limits(&rate));
    }
    if let Some(range) = entry.ratio {
        let _ = match entry.mode {
            Mode::APosteriori => {
                write!(text, " {} / {} / {}", number(range.min), number(range.median), number(range.max))
            }
            Mode::APriori => write!(text, " {}", number(range.max)),
        };
    }
    if let (Mode::APriori, Some(needed)) = (entry.mode, entry.needed) {
        let _ = write!(text, " ≥ {}", number(needed));
    }
    if entry.verdict.judged() && entry.vacuous_draws > 0 {
        let _ = write!(text, " ({} of {} draws)", entry.draws, entry.draws + entry.vacuous_draws);
    }
    text
}

/// The proof on the scenario where the bound comes closest to what was measured.
fn ladder(out: &mut String, bound: &Bound<'_>) -> std::fmt::Result {
    let name = bound.name();
    let Some(entry) = bound.closest() else {
        return writeln!(out, "\nProof of the {name} bound: vacuous on every scenario.");
    };
    if entry.ladder.len() < 3 {
        return Ok(());
    }
    let mode = entry.mode.name().replace('-', " ");
    writeln!(out, "\nProof of the {name} bound, {mode}, on **{}**, where it is closest:\n", entry.scenario)?;
    writeln!(out, "| line | by | smallest step | median step | broken on |\n|---|---|---:|---:|---:|")?;
    for step in &entry.ladder {
        let broken =
            if step.broken > 0 { format!("**{} of {} draws**", step.broken, entry.draws) } else { "–".into() };
        let (min, median) = (number(step.min), number(step.median));
        writeln!(out, "| {} | {} | {min} | {median} | {broken} |", escaped(&step.formula), escaped(&step.by))?;
    }
    if let Some(witness) = &entry.witness {
        writeln!(
            out,
            "\nWorst draw: seed number {}, iterate {}: measured {:.6e} against {:.6e}; first broken line: {}.",
            witness.draw,
            witness.iterate,
            witness.measured,
            witness.bound,
            if witness.breaks_at.is_empty() { "none" } else { &witness.breaks_at }
        )?;
    }
    Ok(())
}

/// The a-priori judgements of a bound that say something, where Hessians or gradients are noisy.
fn noisy<'a>(bound: &Bound<'a>) -> Vec<&'a JudgedClaim> {
    let noise = |e: &&JudgedClaim| e.scenario.starts_with("hessian-noise") || e.scenario.starts_with("gradient-noise");
    bound.judged(Mode::APriori).filter(noise).filter(|e| e.verdict.judged()).collect()
}

/// Where the printed statements are refuted a priori, and the same with gradient noise.
fn scope(out: &mut String, report: &Report, statements: &[Statement<'_>]) -> std::fmt::Result {
    if report.run.scenarios.is_some() {
        return Ok(());
    }
    let printed = statements.iter().flat_map(|of| of.read(Reading::Printed)).map(|bound| (bound, noisy(bound)));
    let rows: Vec<(&Bound<'_>, Vec<&JudgedClaim>)> =
        printed.filter(|(_, judged)| judged.iter().any(|e| e.verdict.fails())).collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n## The scope of the a-priori refutations\n\n\
         In the scenarios *hessian-noise-…* labels are interpolated at w, so that b_j = 0 and ε = 0 by (4): this is the regime \
         where Hessian noise dominates gradient noise, which the text does not exclude. In *gradient-noise-…* the same rows have \
         gradients of ordinary noise. A statement about trimming that fails in the first does not in the second, where the term \
         3a²ε² dominates: it needs interpolation, many workers and a large β. Lemma 9 with ζ₁ as defined needs neither: it forgets a 2, \
         which compression alone makes visible. Failures over draws, exact limits, median measured/bound:\n\n\
         | printed | scenario | verdict | failures | median |\n|---|---|---|---|---:|"
    )?;
    for (bound, judged) in rows {
        let (id, variant) = (&bound.claim.id, &bound.claim.variant);
        let name = if variant.is_empty() { id.to_owned() } else { format!("{id} ({variant})") };
        for e in judged {
            let (rate, median) =
                (e.rate.map_or("–".into(), |r| limits(&r)), e.ratio.map_or("–".into(), |r| number(r.median)));
            writeln!(out, "| [{name}](#{id}) | {} | {} | {rate} | {median} |", e.scenario, badge(e.verdict, e.needed))?;
        }
    }
    Ok(())
}

/// The negative controls.
fn planted(out: &mut String, report: &Report) -> std::fmt::Result {
    if report.planted.is_empty() {
        return Ok(());
    }
    let missed = report.planted.iter().filter(|p| p.caught.is_none()).count();
    writeln!(
        out,
        "\n<a id=\"planted\"></a>\n\n## Planted faults\n\n\
         Negative controls: plausible wrong readings of the statements, judged on the draws of this run with the premises of \
         the true ones. A fault is caught where it is violated or refuted and the true statement is not; of several scenarios the one on which the true \
         bound is closest is shown. Of {} faults {} are \
         caught. Where a statement has much room, as for liars in the printed and rederived Lemmas 7 to 11, only a forgotten term \
         or a wrong power can be caught, and a wrong factor would not be.\n\n\
         | statement | reading | planted | caught on | verdict | largest measured/bound | of the true statement there |\n\
         |---|---|---|---|---|---:|---:|",
        report.planted.len(),
        report.planted.len() - missed
    )?;
    for p in &report.planted {
        let name = format!("[{0}](#{0}), {1}", p.id, p.mode.name().replace('-', " "));
        let (read, what) = (reading(p.reading, &p.variant), escaped(&p.planted));
        match &p.caught {
            None => writeln!(out, "| {name} | {read} | {what} | **nowhere** | – | – | – |")?,
            Some(c) => {
                let (verdict, ratio, truth) = (badge(c.verdict, None), number(c.ratio), number(c.truth));
                writeln!(out, "| {name} | {read} | {what} | {} | {verdict} | {ratio} | {truth} |", c.scenario)?;
            }
        }
    }
    Ok(())
}

fn contraction(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(
        out,
        "\n## The linear and the quadratic part of a step\n\n\
         Medians over the a-posteriori draws of ‖Δ_t‖ = ‖w_t − w*‖, of ‖Δ_(t+1)‖, and of the three parts of the sharpened \
         theorem that bounds it: √κ Z‖Δ_t‖ (linear), (1 + Z)L/(2σ_min)‖Δ_t‖² (quadratic), E/√σ_min (the floor, which no \
         further step gets below). Far from w* the quadratic part leads, then the linear one, then the floor.\n\n\
         | scenario | t | ‖Δ_t‖ | ‖Δ_(t+1)‖ | linear | quadratic | floor | leads |\n|---|---:|---:|---:|---:|---:|---:|---|"
    )?;
    for scenario in &report.scenarios {
        for c in &scenario.contraction {
            let parts = [("linear", c.linear), ("quadratic", c.quadratic), ("floor", c.floor)];
            let leads = parts.iter().max_by(|a, b| a.1.median.total_cmp(&b.1.median)).map_or("", |part| part.0);
            let [before, after, linear, quadratic, floor] =
                [c.before, c.after, c.linear, c.quadratic, c.floor].map(|range| number(range.median));
            let (name, t) = (&scenario.name, c.iterate);
            writeln!(out, "| {name} | {t} | {before} | {after} | {linear} | {quadratic} | {floor} | {leads} |")?;
        }
    }
    Ok(())
}

fn quantities(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(
        out,
        "\n## Measured quantities\n\nMedians over the a-posteriori draws; – where η ≥ 1 makes it meaningless.\n"
    )?;
    for (at, alike) in report.scenarios.chunk_by(|a, b| a.method() == b.method()).enumerate() {
        let separator = if at > 0 { "\n" } else { "" };
        let symbols: Vec<&str> = alike[0].quantities.iter().map(|q| q.symbol.as_str()).collect();
        writeln!(out, "{separator}| scenario | {} |\n|---{}|", symbols.join(" | "), "|---:".repeat(symbols.len()))?;
        for scenario in alike {
            let medians: Vec<String> =
                scenario.quantities.iter().map(|q| q.range.map_or("–".into(), |range| number(range.median))).collect();
            writeln!(out, "| {} | {} |", scenario.name, medians.join(" | "))?;
        }
        writeln!(out, "\n| symbol | meaning |\n|---|---|")?;
        for q in &alike[0].quantities {
            writeln!(out, "| {} | {} |", escaped(&q.symbol), escaped(&q.means))?;
        }
    }
    writeln!(out, "\n| scenario | data | what is played | seeds × iterates | fresh draws |\n|---|---|---|---:|---:|")?;
    for s in &report.scenarios {
        let (seeds, fresh) = (s.draws.seeds, s.draws.fresh);
        writeln!(out, "| {} | {} | {} | {seeds} × {:?} | {fresh} |", s.name, s.data, s.description, s.draws.iterates)?;
    }
    Ok(())
}

fn ledger(out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "\n## Errata\n\nA witness is replayed by `cargo xtask verify --witness reports/witnesses/NAME.json`."
    )?;
    writeln!(out, "\n| where | printed | should be | shown |\n|---|---|---|---|")?;
    for slip in LEDGER {
        let shown = match slip.shown {
            Shown::Derivation(why) => why.to_owned(),
            Shown::Measured(id) => format!("measured: [{id}](#{id})"),
            Shown::Witness(name) => format!("proved by the stored witness `{name}`"),
            Shown::Harmless => "changes no result".into(),
        };
        let [printed, correct, shown] = [slip.printed, slip.correct, &shown].map(escaped);
        writeln!(out, "| {} | {printed} | {correct} | {shown} |", slip.place)?;
    }
    Ok(())
}

fn how_to_read(out: &mut String, report: &Report) -> std::fmt::Result {
    let run = &report.run;
    writeln!(
        out,
        "\n## How to read this\n\n\
         - **A posteriori** the events of Lemmas 2 and 3 are replaced by what was measured on the draw, so that the claim \
         is a deterministic statement: one violation refutes it. *holds*: on every judged draw; *violated*: not.\n\
         - **A priori** η and ε are fixed before the draw, at an iterate fixed before the draw, and the claim may fail on a \
         fraction δ = {} of draws. *confirmed*: the upper limit of the failure probability is at most δ; *refuted*: the \
         lower limit is above δ; *inconclusive*: δ is between them. The Clopper-Pearson limits hold together for all {} \
         a-priori judgements of a whole run with probability {}.\n\
         - *vacuous*: a premise fails (η ≥ 1, ζ ≥ 1, α > β, …), so the claim says nothing. It never counts as holding.\n\
         - *not applicable*: the statement does not speak of draws like these. The printed Lemmas 1 to 3 are about independent \
         draws, and a partition has none. It never counts as holding.\n\
         - *holds with room*, *confirmed with room*: on these draws the bound could be multiplied by less than {} and the verdict \
         would be the same. Such a run would not have noticed a bound that is wrong by that much. A posteriori the factor is the \
         largest measured/bound; a priori it is the measured/bound that no more draws exceed than δ allows at these limits.\n\
         - A *ratio* is the measured value over the bound. Of a statement about φ (Lemmas 4, 5, 7 and 10) both sides are counted from \
         the minimum: (φ(p) − φ(p\\*))/(bound − φ(p\\*)). Of every other one it is the left side over the right side.\n\
         - A step of a proof is the ratio of a line to the line before; below 1 the step is broken.\n",
        run.delta,
        run.comparisons,
        1.0 - run.family_error,
        number(ROOM),
    )
}
