//! The report as Markdown.

use crate::record::{Kind, Reads, Row, SampleUnit, Target, TimedSection, Timings};
use crate::stats::{Quartiles, quartiles};
use std::fmt::Write as _;

const INTRODUCTION: &str = "\
# Performance

Written by `cargo xtask bench --against peers` from `performance.json`, which holds every sample; the notes at the end are
by hand. Ours and theirs are timed by turns, one run of each after the other, and a ratio is of two neighbours: the number in
front is the median, those in brackets are the quartiles. `7.0x` says that ours is 7 times as fast as the peer; `1.10 of the
limit` that it takes 1.10 times as long as the least it could. Times are medians.

To reproduce, with python3 and the published files (`cargo xtask data`) in the folder that `COMRADE_DATA` names:

    COMRADE_DATA=data cargo xtask bench --against peers

What does not come from a published file is said to be `-like` or dense. Dense data have independent normal columns whose
variances fall geometrically from 1 to 1/100, and labels from a logistic model with margins of standard deviation 3, seed 1.
";

/// The whole page; `notes` come last.
#[must_use]
pub fn markdown(report: &Timings, notes: &str) -> String {
    let mut page = INTRODUCTION.to_owned();
    for section in &report.sections {
        page += "\n";
        page += &table(section);
    }
    if !notes.trim().is_empty() {
        page += "\n## Notes\n\n";
        page += notes.trim();
        page += "\n";
    }
    page
}

fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Estimator => (
            "The estimator as a user calls it",
            "`fit` of `comrade.LogisticRegression(tol=1e-7)` and of scikit-learn's `LogisticRegression`, from NumPy and SciPy arrays, \
             on one core, without an intercept, to a gradient 1e-7 times that at 0, as judged by this library for both. A solver of \
             scikit-learn gets the loosest power of ten as its tolerance that reaches this. The best of the four is what the target \
             is about, so it is asked of each. The one-hot data have the shape of `phishing`; the last data set has a covariance of \
             condition 3.",
        ),
        Kind::Solve => (
            "Exact solve",
            "Mean logistic loss + (lambda/2) ||w||^2, no intercept, to a gradient 1e-8 times that at 0, as judged by this \
             library for all. A peer gets the loosest power of ten as its tolerance that reaches this. One that never does \
             gets the loosest that comes within a factor 2 of the best it reaches, and its row says which gradient that was: \
             ours still goes to 1e-8.",
        ),
        Kind::Wide => (
            "More columns than rows",
            "Data made to have the shape of rcv1 (20,000 rows, d = 47 thousand) and of news20 (20,000 rows, d = 1.4 million), \
             lambda = 1e-4, no intercept, seed 1. First one worker's solve against its peers, to a gradient 1e-6 or 1e-8 times that at \
             0, as judged by this library for all. Then whole runs by m workers in this process, on the same threads: exact Newton \
             for one, lazy Newton with its default options for several. The last column says how a run ends, after how many rounds \
             and bytes, and how far from an f* of a gradient 1e-11; one that takes longer than a peer may is stopped.",
        ),
        Kind::Round => (
            "One COMRADE round, m = 20",
            "Every worker's direction on its shard of a partition, lambda = 1e-3. The limit is one pass for the gradient, one \
             X'DX and one Cholesky factorisation for every shard, on one thread, in the same run.",
        ),
        Kind::Aggregate => (
            "Rules of aggregation, beta = 0.2",
            "NumPy has each rule as one would write it well: partial sorts by `partition`, distances from one product, means as a \
             product with weights, which copies nothing, and the geometric median by Weiszfeld's algorithm to the same gradient. \
             Both must give the same vector. The limit is reading all replies twice.",
        ),
        Kind::Reader => (
            "Reading LIBSVM text",
            "From memory, on one core, every row checked; peers read the same text from a file. The limit is counting the \
             lines with memchr.",
        ),
        Kind::Gram => (
            "X'DX",
            "On one core. OpenBLAS gets X in blocks of rows scaled by D^(1/2), of the best of four sizes, and updates one \
             triangle. n d (d + 1) flops are counted. The limit is the triangle of X'X by faer without D.",
        ),
    }
}

fn table(section: &TimedSection) -> String {
    let (title, says) = words(section.kind);
    let versions: Vec<_> = section.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let mut text = format!("## {title}\n\n{says}\n\n{}, {}, {} cores", section.date, section.processor, section.cores);
    text += &versions.iter().map(|version| format!("; {version}")).collect::<String>();
    text += ".\n\n| work | threads | against | ours | theirs | ratio | target | |\n";
    text += "| --- | ---: | --- | ---: | ---: | ---: | ---: | --- |\n";
    for row in &section.rows {
        let Row { work, threads, against, .. } = row;
        let cells = [shown(row, &row.ours, false), shown(row, &row.theirs, row.stopped), ratio(row), target(row)];
        let verdict = match (row.met(), row.target) {
            (Some(true), _) => "met",
            (Some(false), _) => "missed",
            (None, Some(_)) => "open",
            (None, None) => "",
        };
        let last: Vec<_> = [verdict, &row.note].into_iter().filter(|part| !part.is_empty()).collect();
        // Writing to a string cannot fail.
        _ = writeln!(text, "| {work} | {threads} | {against} | {} | {} |", cells.join(" | "), last.join("; "));
    }
    text
}

/// The median of some samples.
fn shown(row: &Row, samples: &[f64], stopped: bool) -> String {
    let Some(Quartiles { median, .. }) = quartiles(samples) else { return String::new() };
    let over = if stopped { "> " } else { "" };
    over.to_owned() + &in_unit(&row.unit, row.unit.of(median))
}

fn in_unit(unit: &SampleUnit, value: f64) -> String {
    match unit {
        SampleUnit::Seconds => time(value),
        SampleUnit::Rate { name, .. } => format!("{} {name}", digits(value)),
        SampleUnit::Mebibytes => format!("{value:.1} MiB"),
    }
}

fn ratio(row: &Row) -> String {
    let Some(Quartiles { low, median, high }) = row.figure() else { return String::new() };
    match row.reads {
        Reads::Faster if row.stopped => format!("> {}x", digits(median)),
        Reads::Faster => format!("{}x [{}, {}]", digits(median), digits(low), digits(high)),
        Reads::Limit => format!("{median:.2} [{low:.2}, {high:.2}] of the limit"),
        Reads::Alone => String::new(),
    }
}

fn target(row: &Row) -> String {
    let number = |value| match row.reads {
        Reads::Faster => format!("{}x", trimmed(value)),
        Reads::Limit => trimmed(value),
        Reads::Alone => in_unit(&row.unit, value),
    };
    match row.target {
        Some(Target::AtLeast(least)) => format!("at least {}", number(least)),
        Some(Target::AtMost(most)) => format!("at most {}", number(most)),
        None => String::new(),
    }
}

/// Seconds in a unit that leaves few zeros.
fn time(seconds: f64) -> String {
    let (scale, unit) = match seconds {
        s if s < 1e-3 => (1e6, "us"),
        s if s < 1.0 => (1e3, "ms"),
        _ => (1.0, "s"),
    };
    format!("{} {unit}", digits(scale * seconds))
}

/// Three digits, or all before the point.
fn digits(value: f64) -> String {
    match value {
        v if v >= 99.95 => format!("{v:.0}"),
        v if v >= 9.995 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

/// Two places at most.
fn trimmed(value: f64) -> String {
    format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::{row, section};

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!(
            [1e-6, 1.234e-3, 0.0456, 0.4567, 12.34].map(time),
            ["1.00 us", "1.23 ms", "45.6 ms", "457 ms", "12.3 s"]
        );
        assert_eq!([6.0, 1.333].map(trimmed), ["6", "1.33"]);
    }

    #[test]
    fn a_row_says_ratio_target_and_verdict() {
        let faster = row(Reads::Faster, &[0.02, 0.02], &[0.2, 0.1], Some(Target::AtLeast(6.0)));
        let limit = row(Reads::Limit, &[1.3], &[1.0], Some(Target::AtMost(1.2)));
        let stopped = Row { stopped: true, note: "unfinished".into(), ..row(Reads::Faster, &[2.0], &[60.0], None) };
        let unit = SampleUnit::Rate { amount: 1000.0, name: "MB/s".into() };
        let alone = Row { unit, ..row(Reads::Alone, &[2.0], &[], Some(Target::AtLeast(500.0))) };
        let open = row(Reads::Faster, &[2.0], &[], Some(Target::AtLeast(2.0)));
        let page = markdown(
            &Timings { sections: vec![section(Kind::Solve, vec![faster, limit, stopped, alone, open])] },
            "By hand.",
        );
        let lines: Vec<_> = page.lines().filter(|line| line.starts_with("| a9a")).collect();
        assert_eq!(
            lines,
            [
                "| a9a | 1 | a peer | 20.0 ms | 150 ms | 7.50x [6.25, 8.75] | at least 6x | met |",
                "| a9a | 1 | a peer | 1.30 s | 1.00 s | 1.30 [1.30, 1.30] of the limit | at most 1.2 | missed |",
                "| a9a | 1 | a peer | 2.00 s | > 60.0 s | > 30.0x |  | unfinished |",
                "| a9a | 1 | a peer | 500 MB/s |  |  | at least 500 MB/s | met |",
                "| a9a | 1 | a peer | 2.00 s |  |  | at least 2x | open |",
            ]
        );
        assert!(page.contains("2026-11-24, a processor, 2 cores; numpy 2.0.\n"));
        assert!(page.ends_with("\n## Notes\n\nBy hand.\n"));
    }
}
