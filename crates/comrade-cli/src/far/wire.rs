//! What center and workers say to each other by gRPC: two calls, of one message each way.
//!
//! | call | the center sends | the worker sends |
//! |---|---|---|
//! | [`REPORT`] | nothing | a [`Report`], as JSON |
//! | [`ANSWER`] | four bytes, a length; a [`Job`] of that length, as JSON; a framed question | the framed answer |
//!
//! A worker keeps nothing of a training run between two calls: who was started again answers as if nothing had happened.

use bytes::{Buf, BufMut, Bytes};
use comrade::data::libsvm::LabelMapping;
use comrade::loss::Loss;
use serde::{Deserialize, Serialize};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// What a worker holds.
pub(super) const REPORT: &str = "/comrade.Worker/Report";
/// A question.
pub(super) const ANSWER: &str = "/comrade.Worker/Answer";

/// The most bytes of a report and of a job.
pub(super) const SHORT: usize = 4096;

/// That of this program: others may compute other bits.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a worker says of itself and of its samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Of its program.
    pub(crate) version: String,
    /// How many samples it has.
    pub(crate) rows: u64,
    /// How many features they have, without an intercept.
    pub(crate) dimension: u32,
    /// What its file calls the two classes.
    pub(crate) labels: LabelMapping,
}

impl Report {
    /// Whether two workers can take part in one training run.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        self.differs(&other.version, other.dimension, other.labels).is_none()
    }

    /// What this worker has that the training run has not, in words.
    pub(super) fn differs(&self, version: &str, dimension: u32, labels: LabelMapping) -> Option<String> {
        if self.version != version {
            return Some(format!("it is comrade {}, and not {version}", self.version));
        }
        if self.dimension != dimension {
            let hint = "; comrade worker --dimension states it where the last columns of a file are empty";
            return Some(format!("its samples have {} features, and not {dimension}{hint}", self.dimension));
        }
        (self.labels != labels).then(|| format!("its classes are {}, and not {labels}", self.labels))
    }
}

/// What a worker must know to answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Of the center's program.
    pub(crate) version: String,
    /// Which worker it is, from 0.
    pub(crate) worker: usize,
    /// As most workers have them.
    pub(crate) dimension: u32,
    /// The same.
    pub(crate) labels: LabelMapping,
    /// l.
    pub(crate) loss: Loss,
    /// lambda.
    pub(crate) lambda: f64,
    /// Whether w has one coordinate more, the intercept.
    pub(crate) intercept: bool,
    /// Q, as it is spelled.
    pub(crate) compress: String,
    /// Of the training run.
    pub(crate) seed: u64,
}

impl Job {
    /// What stands before every framed question.
    pub(super) fn head(&self) -> Result<Vec<u8>, serde_json::Error> {
        let job = serde_json::to_vec(self)?;
        Ok([&(job.len() as u32).to_le_bytes(), &job[..]].concat())
    }

    /// The job and the framed question of a message.
    pub(super) fn split(message: &[u8]) -> Option<(Self, &[u8])> {
        let (length, rest) = message.split_first_chunk()?;
        let (job, frame) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some((serde_json::from_slice(job).ok()?, frame))
    }
}

/// Messages are bytes, and nothing is read into them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Plain;

impl Codec for Plain {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put(message);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job {
            version: VERSION.into(),
            worker: 3,
            dimension: 5,
            labels: LabelMapping { negative: -1.0, positive: 1.0 },
            loss: Loss::Logistic,
            lambda: 0.1 + 0.2,
            intercept: true,
            compress: "qsgd:4".into(),
            seed: u64::MAX,
        }
    }

    #[test]
    fn a_job_arrives_as_it_was_sent_and_what_is_none_is_refused() {
        let message = [&job().head().unwrap(), &b"frame"[..]].concat();
        assert_eq!(Job::split(&message), Some((job(), &b"frame"[..])));
        assert!(message.len() < SHORT);
        let job = message.len() - 5;
        for length in 0..job {
            assert_eq!(Job::split(&message[..length]), None, "{length}");
        }
        assert_eq!(Job::split(&[255; 40]), None);
        assert_eq!(Job::split(&[2, 0, 0, 0, b'{', b'}', 7]), None);
    }

    #[test]
    fn what_differs_is_said() {
        let own = Report { version: VERSION.into(), rows: 7, dimension: 5, labels: job().labels };
        assert!(own.agrees(&Report { rows: 9, ..own.clone() }));
        let other = LabelMapping { negative: 1.0, positive: 2.0 };
        for (report, says) in [
            (Report { version: "0.0.9".into(), ..own.clone() }, "0.0.9"),
            (Report { dimension: 4, ..own.clone() }, "4 features, and not 5"),
            (Report { labels: other, ..own.clone() }, "1 -> -1, 2 -> +1"),
        ] {
            assert!(!own.agrees(&report));
            let said = report.differs(VERSION, 5, own.labels).unwrap();
            assert!(said.contains(says), "{said}");
        }
    }
}
