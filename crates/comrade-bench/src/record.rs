//! What is measured against peers and limits: samples, never summaries, so that a page can be rendered again.

use crate::stats::{Quartiles, quartiles, ratios};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All that was measured, by section.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// In the order of [`Kind`].
    pub sections: Vec<TimedSection>,
}

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The estimator in Python, as a user calls it.
    Estimator,
    /// The exact minimiser.
    Solve,
    /// More columns than rows, by one worker and by several.
    Wide,
    /// One round of 20 workers.
    Round,
    /// The norm-trimmed mean.
    Aggregate,
    /// LIBSVM text.
    Reader,
    /// X'DX.
    Gram,
}

/// All kinds, in the order of the report.
pub const KINDS: [Kind; 7] =
    [Kind::Estimator, Kind::Solve, Kind::Wide, Kind::Round, Kind::Aggregate, Kind::Reader, Kind::Gram];

/// Rows of one kind, measured in one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimedSection {
    /// Of what.
    pub kind: Kind,
    /// The day, `2026-11-24`.
    pub date: String,
    /// The processor's name.
    pub processor: String,
    /// Its cores.
    pub cores: usize,
    /// Versions of the peers.
    pub versions: BTreeMap<String, String>,
    /// What was measured.
    pub rows: Vec<Row>,
}

/// One work, ours, against a peer, a limit or nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What is done, for example `a9a, lambda 1e-4`.
    pub work: String,
    /// Threads it is done on.
    pub threads: usize,
    /// How a sample is shown.
    pub unit: SampleUnit,
    /// Our samples.
    pub ours: Vec<f64>,
    /// The peer or the limit, and how it was set; empty if there is none.
    pub against: String,
    /// Its samples, each taken next to ours with the same number.
    pub theirs: Vec<f64>,
    /// Whether the peer was stopped at its sample, unfinished.
    #[serde(default)]
    pub stopped: bool,
    /// What the numbers are judged by.
    pub reads: Reads,
    /// What is aimed at.
    pub target: Option<Target>,
    /// What else there is to say.
    #[serde(default)]
    pub note: String,
}

/// How a sample is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleUnit {
    /// Seconds, as they are.
    Seconds,
    /// Seconds, as `amount` of `name` a second.
    Rate {
        /// How much is done in one run.
        amount: f64,
        /// For example `MB/s`.
        name: String,
    },
    /// Mebibytes, as they are.
    Mebibytes,
}

/// What a row is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reads {
    /// Their time over ours: how many times as fast.
    Faster,
    /// Our time over that of a limit.
    Limit,
    /// Our samples, in their unit.
    Alone,
}

/// What a row aims at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// No less.
    AtLeast(f64),
    /// No more.
    AtMost(f64),
}

impl SampleUnit {
    /// A measured time or size, converted to this unit.
    #[must_use]
    pub fn of(&self, sample: f64) -> f64 {
        match self {
            Self::Rate { amount, .. } => amount / sample,
            Self::Seconds | Self::Mebibytes => sample,
        }
    }
}

impl Row {
    /// The number that the row is judged by; `None` if a side that it needs has no sample.
    #[must_use]
    pub fn figure(&self) -> Option<Quartiles> {
        match self.reads {
            // A peer that was stopped has one sample, and every one of ours is next to it.
            Reads::Faster if self.stopped => {
                let limit = *self.theirs.first()?;
                quartiles(&self.ours.iter().map(|ours| limit / ours).collect::<Vec<_>>())
            }
            Reads::Faster => quartiles(&ratios(&self.theirs, &self.ours)),
            Reads::Limit => quartiles(&ratios(&self.ours, &self.theirs)),
            Reads::Alone => quartiles(&self.ours.iter().map(|&ours| self.unit.of(ours)).collect::<Vec<_>>()),
        }
    }

    /// Whether the median meets the target; `None` without a target or a figure, or if a stopped peer leaves it open.
    #[must_use]
    pub fn met(&self) -> Option<bool> {
        let median = self.figure()?.median;
        match self.target? {
            Target::AtLeast(least) if self.stopped => (median >= least).then_some(true),
            Target::AtLeast(least) => Some(median >= least),
            Target::AtMost(most) => Some(median <= most),
        }
    }
}

impl Timings {
    /// Replaces the section of the same kind.
    pub fn put(&mut self, section: TimedSection) {
        self.sections.retain(|held| held.kind != section.kind);
        self.sections.push(section);
        self.sections.sort_by_key(|section| section.kind);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn row(reads: Reads, ours: &[f64], theirs: &[f64], target: Option<Target>) -> Row {
        Row {
            work: "a9a".into(),
            threads: 1,
            unit: SampleUnit::Seconds,
            ours: ours.to_vec(),
            against: "a peer".into(),
            theirs: theirs.to_vec(),
            stopped: false,
            reads,
            target,
            note: String::new(),
        }
    }

    pub(crate) fn section(kind: Kind, rows: Vec<Row>) -> TimedSection {
        let (date, processor) = ("2026-11-24".into(), "a processor".into());
        TimedSection { kind, date, processor, cores: 2, versions: [("numpy".into(), "2.0".into())].into(), rows }
    }

    #[test]
    fn a_ratio_is_of_neighbours_and_reads_as_it_should() {
        let (ours, theirs) = ([1.0, 2.0, 4.0], [6.0, 6.0, 40.0]);
        assert_eq!(row(Reads::Faster, &ours, &theirs, None).figure().unwrap().median, 6.0);
        assert_eq!(row(Reads::Limit, &theirs, &ours, None).figure().unwrap().median, 6.0);
        assert_eq!(row(Reads::Alone, &ours, &theirs, None).figure().unwrap().median, 2.0);
        assert_eq!(row(Reads::Faster, &ours, &[], None).figure(), None);
    }

    #[test]
    fn a_target_is_met_by_the_median() {
        let faster = |target| row(Reads::Faster, &[1.0, 1.0, 1.0], &[1.0, 3.0, 9.0], Some(target)).met();
        assert_eq!(faster(Target::AtLeast(3.0)), Some(true));
        assert_eq!(faster(Target::AtLeast(3.1)), Some(false));
        assert_eq!(row(Reads::Limit, &[1.2], &[1.0], Some(Target::AtMost(1.1))).met(), Some(false));
        assert_eq!(row(Reads::Alone, &[1.0], &[], None).met(), None);
        let unit = SampleUnit::Rate { amount: 600.0, name: "MB/s".into() };
        assert_eq!(Row { unit, ..row(Reads::Alone, &[1.0], &[], Some(Target::AtLeast(500.0))) }.met(), Some(true));
    }

    #[test]
    fn a_stopped_peer_can_only_be_beaten() {
        let stopped = |least| Row { stopped: true, ..row(Reads::Faster, &[2.0, 3.0, 4.0], &[60.0], Some(least)) };
        assert_eq!(stopped(Target::AtLeast(20.0)).met(), Some(true));
        assert_eq!(stopped(Target::AtLeast(21.0)).met(), None);
    }

    #[test]
    fn a_partial_run_replaces_its_section_only() {
        let mut report = Timings::default();
        report.put(section(Kind::Gram, vec![]));
        report.put(section(Kind::Solve, vec![]));
        report.put(section(Kind::Gram, vec![row(Reads::Alone, &[1.0], &[], None)]));
        let held: Vec<_> = report.sections.iter().map(|s| (s.kind, s.rows.len())).collect();
        assert_eq!(held, [(Kind::Solve, 0), (Kind::Gram, 1)]);
    }
}
