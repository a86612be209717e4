//! The studies of the events behind the a-priori bounds, as Markdown.

use super::cell::{badge, escaped, limits, number, reading};
use crate::claim::DELTA;
use crate::study::Study;
use crate::study::quantile::Quantile;
use crate::study::rates::Cell;
use crate::study::reuse::{Failures, Reuse};
use crate::study::sizes::EtaCurve;
use ladder::{Rate, Verdict};
use std::collections::BTreeSet;
use std::fmt::{Result, Write as _};

pub(super) fn write(out: &mut String, study: &Study, family_error: f64) -> Result {
    writeln!(
        out,
        "\n<a id=\"events\"></a>\n\n## The events behind the a-priori bounds\n\n\
         Shards only: no liars, no messages, an iterate fixed beforehand (one exact Newton step from 0). *even-rows*: \
         Gaussian rows of equal importance, logistic loss. *heavy-rows*: every hundredth row three or ten times as long, squared \
         loss, so that a hundredth of the rows carries a twelfth or half of the weight. All limits of one table hold together with \
         probability {}.",
        1.0 - family_error
    )?;
    rates(out, &study.rates)?;
    reuse(out, &study.reuse)?;
    sizes(out, &study.sizes)
}

fn rates(out: &mut String, cells: &[Cell]) -> Result {
    writeln!(
        out,
        "\n### How often Lemmas 1 to 3 fail\n\n\
         Each bound at three δ on every way of dealing (m from 1 to 20, s from 250 to 5000): cells by verdict, the share of \
         the bound that would have done (the (1 − δ)-quantile of measured/bound, in the cell where it is largest), and the \
         cell with the most failures.\n\n\
         ![failure rates](figures/failure-rates.svg)\n\n\
         | bound | reading | data | cells | would have done | most failures: rate [limits] at δ, m, s |\n\
         |---|---|---|---|---:|---|"
    )?;
    let mut rows: Vec<(&str, &str)> = Vec::new();
    for cell in cells {
        if !rows.contains(&(&cell.says, &cell.data)) {
            rows.push((&cell.says, &cell.data));
        }
    }
    rows.sort_by_key(|&(says, _)| cells.iter().position(|cell| cell.says == says));
    for (says, data) in rows {
        let of: Vec<&Cell> = cells.iter().filter(|cell| cell.says == says && cell.data == data).collect();
        let counts = Verdict::ALL.into_iter();
        let counts: Vec<String> = counts
            .map(|verdict| (verdict, of.iter().filter(|cell| cell.verdict == verdict).count()))
            .filter(|&(_, count)| count > 0)
            .map(|(verdict, count)| format!("{} {count}", badge(verdict, None)))
            .collect();
        let largest = of.iter().filter_map(|cell| cell.needed).map(|needed| needed.value).reduce(f64::max);
        let failures = |cell: &&&Cell| cell.rate.map(|rate| rate.failures);
        let worst = of.iter().rev().max_by_key(failures).and_then(|cell| Some((cell, cell.rate?)));
        let worst = worst.map_or("–".into(), |(cell, rate)| {
            format!("{} at {}, {}, {}", limits(&rate), cell.delta, cell.workers, cell.shard)
        });
        let reading = reading(of[0].reading, &of[0].variant);
        let (counts, largest) = (counts.join(", "), largest.map_or("–".into(), number));
        writeln!(out, "| {} | {reading} | {data} | {counts} | {largest} | {worst} |", escaped(says))?;
    }
    Ok(())
}

fn reuse(out: &mut String, reuse: &Reuse) -> Result {
    writeln!(
        out,
        "\n### Fresh shards and reused shards\n\n\
         At t ≥ 1 the iterate depends on the shards. Each pair measures at the same w_t on the shards that led there \
         (reused) and on shards drawn anew (fresh); if reuse changed nothing, the reused value would be the larger one in \
         half of the pairs. t = 0 is the control. Gaussian rows, n = 100, d = 5, λ = 0.001, with replacement: small shards \
         and a small ridge, so that the dependence has every chance to show.\n\n\
         | quantity | m | t | fresh: median, largest | reused: median, largest | reused is larger in | so reuse |\n\
         |---|---:|---:|---|---|---|---|"
    )?;
    for pair in &reuse.pairs {
        let says = match (pair.larger.lower > 0.5, pair.larger.upper < 0.5) {
            (true, _) => "**makes it larger**",
            (_, true) => "**makes it smaller**",
            (false, false) => "shows no effect",
        };
        let [fresh, reused] =
            [pair.fresh, pair.reused].map(|range| format!("{}, {}", number(range.median), number(range.max)));
        let (symbol, m, t, larger) = (escaped(&pair.symbol), pair.workers, pair.iterate, limits(&pair.larger));
        writeln!(out, "| {symbol} | {m} | {t} | {fresh} | {reused} | {larger} | {says} |")?;
    }
    let iterates: BTreeSet<usize> = reuse.failures.iter().map(|f| f.iterate).collect();
    let sides: [(&str, Side); 2] = [("fresh", |f| f.fresh), ("reused", |f| f.reused)];
    let columns: Vec<(&str, usize, Side)> =
        sides.iter().flat_map(|&(name, side)| iterates.iter().map(move |&t| (name, t, side))).collect();
    let heads: Vec<String> = columns.iter().map(|(name, t, _)| format!("{name}, t = {t}")).collect();
    writeln!(out, "\nFailures at δ = {DELTA}, over all m where the bound is below 1.\n")?;
    writeln!(out, "| bound | reading | {} |\n|---|---{}|", heads.join(" | "), "|---:".repeat(heads.len()))?;
    let mut bounds: Vec<&Failures> = Vec::new();
    for f in &reuse.failures {
        if !bounds.iter().any(|bound| bound.says == f.says) {
            bounds.push(f);
        }
    }
    for bound in bounds {
        write!(out, "| {} | {} |", escaped(&bound.says), reading(bound.reading, &bound.variant))?;
        for &(_, t, side) in &columns {
            let of = reuse.failures.iter().filter(|f| f.says == bound.says && f.iterate == t);
            let judged: Vec<Rate> = of.filter_map(side).collect();
            let total = |count: fn(&Rate) -> u64| judged.iter().map(count).sum::<u64>();
            match judged.is_empty() {
                true => write!(out, " *vacuous* |")?,
                false => write!(out, " {}/{} |", total(|r| r.failures), total(|r| r.draws))?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// One side of a pair.
type Side = fn(&Failures) -> Option<Rate>;

fn sizes(out: &mut String, curves: &[EtaCurve]) -> Result {
    writeln!(
        out,
        "\n### How η falls with s\n\n\
         What each rule gives for η at δ, against the empirical (1 − δ)-quantile of the measured η with its exact 99 % \
         limits; the Bernstein rule bounds η_ridge = max ‖Eᵢ‖. A rule that gives 1 or more says nothing.\n\n\
         ![sample sizes](figures/sample-size.svg)"
    )?;
    for curve in curves {
        writeln!(
            out,
            "\n**{}**: n = {}, μr/n = {}, λ = {}, m = {}, δ = {}, {} draws at each s.\n\n\
             | s | printed | rederived | Chernoff | η measured | Bernstein | η_ridge measured |\n\
             |---:|---:|---:|---:|---|---:|---|",
            curve.data,
            curve.rows,
            number(curve.coherence),
            curve.lambda,
            curve.workers,
            curve.delta,
            curve.draws
        )?;
        for p in &curve.points {
            let chernoff = p.chernoff.map_or("none".into(), number);
            let [printed, rederived, ridge] = [p.printed, p.rederived, p.ridge].map(number);
            let [eta, eta_ridge] = [p.eta, p.eta_ridge].map(quantile);
            writeln!(out, "| {} | {printed} | {rederived} | {chernoff} | {eta} | {ridge} | {eta_ridge} |", p.shard)?;
        }
    }
    Ok(())
}

fn quantile(q: Quantile) -> String {
    let limit = |limit: Option<f64>| limit.map_or("–".into(), number);
    format!("{} [{}, {}]", number(q.value), limit(q.lower), limit(q.upper))
}
