//! `bounds.md`: the report as a table that a person can read.

use super::cell::{badge, escaped, limits, number, reading};
use super::{JudgedClaim, Report, RunInfo, study};
use crate::claim::{Mode, Reading};
use crate::hunt::stored::{Replayed, Searched};
use crate::hunt::{self, ceiling::Ceiling};
use crate::papers::comrade::errata::LEDGER;
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
    head(out, &report.run)?;
    at_a_glance(out, report)?;
    let mut ids: Vec<&str> = Vec::new();
    for entry in &report.claims {
        if !ids.contains(&entry.id.as_str()) {
            ids.push(&entry.id);
        }
    }
    for id in ids {
        let entries: Vec<&JudgedClaim> = report.claims.iter().filter(|entry| entry.id == id).collect();
        statement(out, id, &entries, report)?;
    }
    if let Some(study) = &report.study {
        study::write(out, study, report.run.family_error)?;
    }
    scope(out, report)?;
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

fn at_a_glance(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(out, "\n## At a glance\n")?;
    writeln!(out, "Scenarios by verdict, and the largest measured/bound over all draws.\n")?;
    writeln!(
        out,
        "| statement | reading | a posteriori: every draw | largest | a priori: all but δ of draws | largest |"
    )?;
    writeln!(out, "|---|---|---|---:|---|---:|")?;
    let mut rows: Vec<(&str, Reading, &str)> = Vec::new();
    for entry in &report.claims {
        let row = (entry.id.as_str(), entry.reading, entry.variant.as_str());
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    for row in rows {
        let of = |mode: Mode| {
            let entries: Vec<&JudgedClaim> = report
                .claims
                .iter()
                .filter(|e| (e.id.as_str(), e.reading, e.variant.as_str()) == row && e.mode == mode)
                .collect();
            let largest = entries.iter().filter_map(|e| e.ratio).map(|r| r.max).reduce(f64::max);
            (tally(&entries), largest.map_or("–".into(), number))
        };
        let ((posterior, worst), (prior, worst_prior)) = (of(Mode::APosteriori), of(Mode::APriori));
        let name = reading(row.1, row.2);
        writeln!(out, "| [{}](#{0}) | {name} | {posterior} | {worst} | {prior} | {worst_prior} |", row.0)?;
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

fn statement(out: &mut String, id: &str, entries: &[&JudgedClaim], report: &Report) -> std::fmt::Result {
    writeln!(out, "\n<a id=\"{id}\"></a>\n\n## {}\n", entries[0].title)?;
    let bounds = bounds(entries);
    writeln!(out, "| reading | statement | where its constants come from |\n|---|---|---|")?;
    for b in &bounds {
        writeln!(out, "| {} | {} | {} |", reading(b.reading, &b.variant), escaped(&b.says), escaped(&b.because))?;
    }
    searched(out, id, report)?;
    writeln!(out, "\n![measured against bound](figures/{id}.svg)")?;
    for mode in [Mode::APosteriori, Mode::APriori] {
        let entries: Vec<&&JudgedClaim> = entries.iter().filter(|entry| entry.mode == mode).collect();
        if entries.is_empty() {
            continue;
        }
        verdicts(out, mode, &bounds, &entries)?;
    }
    if bounds.iter().any(|b| closest(entries, b).is_some_and(|entry| entry.ladder.len() > 2)) {
        writeln!(out, "\n![the proof, step by step](figures/{id}-ladder.svg)")?;
    }
    for b in bounds {
        ladder(out, entries, b)?;
    }
    Ok(())
}

/// The worst instances of a statement, a line a reading, each counterexample with the step it breaks.
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

fn verdicts(out: &mut String, mode: Mode, bounds: &[&JudgedClaim], entries: &[&&JudgedClaim]) -> std::fmt::Result {
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
    let names: Vec<String> = bounds.iter().map(|b| reading(b.reading, &b.variant)).collect();
    writeln!(out, "| scenario | {} |\n|---{}|", names.join(" | "), "|---".repeat(names.len()))?;
    let mut scenarios: Vec<&str> = Vec::new();
    for entry in entries {
        if !scenarios.contains(&entry.scenario.as_str()) {
            scenarios.push(&entry.scenario);
        }
    }
    for scenario in scenarios {
        write!(out, "| {scenario} |")?;
        for b in bounds {
            let found = entries.iter().find(|e| e.scenario == scenario && same_bound(e, b));
            write!(out, " {} |", found.map_or("–".into(), |entry| cell(entry)))?;
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

/// One entry for each bound: reading and variant.
pub(super) fn bounds<'a>(entries: &[&'a JudgedClaim]) -> Vec<&'a JudgedClaim> {
    let mut bounds: Vec<&JudgedClaim> = Vec::new();
    for entry in entries {
        if !bounds.iter().any(|b| same_bound(b, entry)) {
            bounds.push(entry);
        }
    }
    bounds
}

/// Whether two entries judge the same bound of a statement.
pub(super) fn same_bound(a: &JudgedClaim, b: &JudgedClaim) -> bool {
    (a.reading, &a.variant) == (b.reading, &b.variant)
}

/// Where the bound comes closest to what was measured, a posteriori if it can be; none when it is vacuous everywhere.
pub(super) fn closest<'a>(entries: &[&'a JudgedClaim], bound: &JudgedClaim) -> Option<&'a JudgedClaim> {
    let judged = entries.iter().filter(|e| same_bound(e, bound));
    let ratios = judged.filter_map(|&e| e.ratio.map(|ratio| (e.mode == Mode::APosteriori, ratio.max, e)));
    ratios.max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))).map(|(_, _, entry)| entry)
}

/// The proof on the scenario where the bound comes closest to what was measured.
fn ladder(out: &mut String, entries: &[&JudgedClaim], bound: &JudgedClaim) -> std::fmt::Result {
    let name = reading(bound.reading, &bound.variant);
    let Some(entry) = closest(entries, bound) else {
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

/// Where the printed statements are refuted a priori, and the same with gradient noise.
fn scope(out: &mut String, report: &Report) -> std::fmt::Result {
    let noise = |e: &&JudgedClaim| e.scenario.starts_with("hessian-noise") || e.scenario.starts_with("gradient-noise");
    let printed = |e: &&JudgedClaim| e.mode == Mode::APriori && e.reading == Reading::Printed && e.verdict.judged();
    if report.run.scenarios.is_some() {
        return Ok(());
    }
    let entries: Vec<&JudgedClaim> = report.claims.iter().filter(noise).filter(printed).collect();
    let refuted = |e: &&&JudgedClaim| e.verdict.fails();
    let mut rows: Vec<(&str, &str)> = Vec::new();
    for e in entries.iter().filter(refuted) {
        if !rows.contains(&(&e.id, &e.variant)) {
            rows.push((&e.id, &e.variant));
        }
    }
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
    for (id, variant) in rows {
        for e in entries.iter().filter(|e| e.id == id && e.variant == variant) {
            let name = if variant.is_empty() { id.to_owned() } else { format!("{id} ({variant})") };
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
         - A step of a proof is the ratio of a line to the line before; below 1 the step is broken.\n",
        run.delta,
        run.comparisons,
        1.0 - run.family_error,
        number(ROOM),
    )
}
