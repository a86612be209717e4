//! Rounds and bytes of whole training runs: exact counts, which no load of the machine changes; and their page.

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// ||g(w)|| / ||g(0)|| that are waited for.
pub const GOALS: [f64; 3] = [1e-2, 1e-6, 1e-8];

/// All that was counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundCounts {
    /// Rounds at most.
    pub limit: u64,
    /// The methods, in the order of [`CountedProblem::runs`].
    pub methods: Vec<String>,
    /// In the order of the page.
    pub problems: Vec<CountedProblem>,
}

/// A data set, how it is dealt, and what each method needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CountedProblem {
    /// The file, or the stand-in for it.
    pub data: String,
    /// n.
    pub rows: usize,
    /// d.
    pub cols: usize,
    /// lambda.
    pub lambda: f64,
    /// m.
    pub workers: usize,
    /// How the samples are dealt.
    pub shards: String,
    /// One for each method.
    pub runs: Vec<CountedRun>,
}

/// What a method needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CountedRun {
    /// To each of [`GOALS`]; none for one that is not reached.
    pub costs: [Option<Cost>; 3],
    /// The smallest ||g(w)|| / ||g(0)|| that was met.
    pub best: f64,
    /// Why it ended.
    pub end: RunEnd,
}

/// What was sent until then.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Rounds.
    pub rounds: u64,
    /// Bytes up and down, for each worker.
    pub bytes: u64,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunEnd {
    /// The last goal was reached.
    Reached,
    /// It came to rest at an error floor.
    Floor,
    /// It came to where f is too high or not finite.
    Diverged,
    /// Rounding ended it.
    Stalled,
    /// All rounds were played.
    Rounds,
}

impl CountedRun {
    /// Notes a point: ||g|| there as a share of that at w = 0, and what was sent so far.
    pub fn note(&mut self, gradient: f64, cost: Cost) {
        self.best = self.best.min(gradient);
        for (held, goal) in self.costs.iter_mut().zip(GOALS) {
            if held.is_none() && gradient <= goal {
                *held = Some(cost);
            }
        }
        if self.done() {
            self.end = RunEnd::Reached;
        }
    }

    /// Whether every goal is reached.
    #[must_use]
    pub fn done(&self) -> bool {
        self.costs.iter().all(Option::is_some)
    }

    /// Rounds to each goal, kilobytes to the last one that is reached, and in words why there is none to the others.
    fn cell(&self) -> String {
        let rounds: Vec<String> = self.costs.iter().flatten().map(|cost| cost.rounds.to_string()).collect();
        let sent = self.costs.iter().flatten().last();
        let sent = sent.map(|cost| format!("{} ({:.0} kB)", rounds.join(", "), cost.bytes as f64 / 1e3));
        let why = match self.end {
            RunEnd::Reached => None,
            RunEnd::Floor => Some(format!("floor at {:.0e}", self.best)),
            RunEnd::Diverged => Some(format!("diverges, best {:.0e}", self.best)),
            RunEnd::Stalled => Some(format!("stalls at {:.0e}", self.best)),
            RunEnd::Rounds => Some(format!("at {:.0e} when all rounds are played", self.best)),
        };
        [sent, why].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// The report's page, as Markdown.
#[must_use]
pub fn markdown(counts: &RoundCounts) -> String {
    let mut page = format!(
        "\
# Rounds and bytes

Written by `cargo xtask bench --rounds` from `rounds.json`, never by hand. These are exact counts: no load of the machine changes
them.

A cell has the rounds after which the center holds a w whose gradient, over all samples, is 1e-2, 1e-6 and 1e-8 times that at
w = 0; then the kilobytes up and down for each worker until the last of these that is reached. What is not reached is said in
words. The loss is the mean logistic loss plus (lambda/2) ||w||^2, without an intercept. A training has {} rounds at most. Two
rounds are a step of GIANT, and a trial that is too long counts as a round of lazy Newton and of L-BFGS. Lazy Newton and L-BFGS
also know f and g where they stand; COMRADE, GIANT and gradient descent would take another round for that.

Shards: `even` is a random partition, `10:1` one of blocks whose sizes grow to ten times the smallest, `by label` blocks of the
samples sorted by label. L-BFGS is the distributed first-order baseline: a memory of 20 pairs, f and g of all workers in one
round, the same backtracking. Gradient descent takes the largest step that is sure to decrease f.
",
        counts.limit
    );
    for group in counts.problems.chunk_by(|a, b| (&a.data, a.lambda) == (&b.data, b.lambda)) {
        let CountedProblem { data, rows, cols, lambda, .. } = &group[0];
        _ = write!(page, "\n## {data} ({rows} samples, d = {cols}), lambda = {lambda:e}\n\n| m | shards |");
        counts.methods.iter().for_each(|method| _ = write!(page, " {method} |"));
        _ = writeln!(page, "\n|---:|---|{}", "---|".repeat(counts.methods.len()));
        for problem in group {
            _ = write!(page, "| {} | {} |", problem.workers, problem.shards);
            problem.runs.iter().for_each(|run| _ = write!(page, " {} |", run.cell()));
            page += "\n";
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_notes_what_each_goal_costs_and_says_what_is_missing() {
        let mut run = CountedRun { costs: [None; 3], best: f64::INFINITY, end: RunEnd::Rounds };
        let cost = |rounds| Cost { rounds, bytes: 2000 * rounds };
        [(0.5, 1), (5e-3, 2), (3e-3, 3)].into_iter().for_each(|(gradient, rounds)| run.note(gradient, cost(rounds)));
        run.end = RunEnd::Floor;
        assert_eq!(run.cell(), "2 (4 kB); floor at 3e-3");
        [(0.1, 4), (1e-9, 5)].into_iter().for_each(|(gradient, rounds)| run.note(gradient, cost(rounds)));
        assert!(run.done() && run.end == RunEnd::Reached);
        assert_eq!(run.cell(), "2, 5, 5 (10 kB)");
    }

    #[test]
    fn a_table_has_a_row_for_each_way_to_deal() {
        let run = CountedRun { costs: [None; 3], best: 0.5, end: RunEnd::Diverged };
        let problem = |lambda: f64, workers| CountedProblem {
            data: "a9a".into(),
            rows: 9,
            cols: 2,
            lambda,
            workers,
            shards: "even".into(),
            runs: vec![run.clone()],
        };
        let problems = vec![problem(1e-3, 4), problem(1e-3, 20), problem(1e-4, 4)];
        let page = markdown(&RoundCounts { limit: 200, methods: vec!["giant".into()], problems });
        assert_eq!(page.matches("\n## a9a (9 samples, d = 2), lambda = ").count(), 2);
        assert!(page.contains("| m | shards | giant |\n|---:|---|---|\n| 4 | even | diverges, best 5e-1 |\n| 20 |"));
    }
}
