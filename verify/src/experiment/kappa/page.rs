//! kappa as a page of Markdown.

use std::fmt::Write as _;

use super::{CONTENDERS, Kappa, SIZES, least};

/// The page, with the picture of this name.
#[must_use]
pub fn markdown(kappa: &Kappa, picture: &str) -> String {
    let mut page = format!(
        "\
# kappa: how bad each rule of aggregation is

Written by `cargo xtask rules` from `kappa.json`, never by hand.

A rule F is (f, kappa)-robust if for every n vectors and every set S of n - f of them
||F(x) - mean_S||^2 <= kappa (1/|S|) sum over S of ||x_i - mean_S||^2. The smaller kappa, the less liars can do.

*Measured* is the largest ratio of both sides that a search found: a lower limit for the true kappa. The search starts from known
structures and at random, and goes uphill by {} random changes from the best starts of each kind. The vectors are in `kappa.json`,
and a check computes their ratio anew. *Proved* is an upper limit. The true kappa is between the two. No rule can have a kappa below
f / (n - 2 f), the last column.

The constants are those of Allouah et al., *Fixing by Mixing: A Recipe for Optimal Byzantine ML under Heterogeneity*, AISTATS 2023.
The head of each rule's file in `crates/comrade/src/aggregate` proves its constant again. {}

![Measured and proved kappa by rule and by the share of liars]({picture})
",
        kappa.steps,
        verdict(kappa),
    );
    for (n, f) in SIZES {
        _ = writeln!(
            page,
            "\n## n = {n}, f = {f}\n\n| rule | measured | proved | measured / proved | started from | no rule below |"
        );
        page += "|---|---:|---:|---:|---|---:|\n";
        for row in CONTENDERS.iter().filter_map(|each| kappa.row(each.name, n, f)) {
            _ = writeln!(
                page,
                "| `{}` | **{}** | {} | {:.2} | {} | {} |",
                row.rule,
                number(row.measured),
                number(row.proved),
                row.measured / row.proved,
                row.start,
                number(least(n, f)),
            );
        }
        let norm: Vec<String> =
            kappa.norm.iter().filter(|held| (held.n, held.f) == (n, f)).map(|held| number(held.measured)).collect();
        _ = writeln!(
            page,
            "| norm trimming | **{}**, ... | none | | see below | {} |",
            norm.join(", "),
            number(least(n, f))
        );
    }
    page + "
## Norm trimming has no kappa

S are n - f numbers of mean 1 that differ by less and less: their deviation is 0.1, 0.001, 0.00001 in the three numbers above. All
liars send 0. Norm trimming keeps the f zeros and drops f of S, so that it is off by f / (n - f) however little S varies. The ratio
grows without limit as the deviation goes to 0. Norms are compared with 0 and not with each other: what protects COMRADE is
that an error is at most the size of the direction, and that shrinks on the way to the minimiser, down to the floor of the theorem.
"
}

/// One sentence on what was found.
fn verdict(kappa: &Kappa) -> String {
    let above = kappa.rows.iter().filter(|row| row.measured > row.proved * (1.0 + 1e-9)).count();
    let tight = kappa.rows.iter().max_by(|a, b| (a.measured / a.proved).total_cmp(&(b.measured / b.proved)));
    let closest = tight.map_or(String::new(), |row| {
        let share = 100.0 * row.measured / row.proved;
        format!(" The one that comes nearest is `{}` at n = {}, f = {}: {share:.0} %.", row.rule, row.n, row.f)
    });
    match above {
        0 => format!("No rule was found to be worse than is proved.{closest}"),
        above => format!("{above} rules were found to be worse than is proved: an error of ours or a result."),
    }
}

/// Three digits.
fn number(x: f64) -> String {
    match x {
        x if x >= 1e4 => format!("{x:.1e}"),
        x if x >= 100.0 => format!("{x:.0}"),
        x if x >= 10.0 => format!("{x:.1}"),
        x => format!("{x:.2}"),
    }
}
