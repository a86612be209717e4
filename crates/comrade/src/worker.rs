//! One worker: a shard, and the local steps it can be asked for; and the same worker at the far end of a network.

use crate::compress::{Compressor, Identity};
use crate::data::Dataset;
use crate::kernel::dot;
use crate::loss::Loss;
use crate::objective::{Objective, Singular};
use crate::round::Tag;
use crate::stream::{Purpose, Seed};
use std::fmt;

const COMPRESS: Purpose = Purpose::new("compress");

/// How many steps an [`Ask::Trial`] tries.
const TRIALS: usize = 10;
/// Values of f that differ by a smaller share are the same.
const ROUNDING: f64 = 1e-14;

/// What the center broadcasts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ask<'a> {
    /// COMRADE: send H_i^{-1} g_i at w.
    Direction {
        /// The iterate, d.
        w: &'a [f64],
    },
    /// GIANT, first round: send g_i at w.
    Gradient {
        /// The iterate, d.
        w: &'a [f64],
    },
    /// GIANT, second round: send H_i^{-1} g at w.
    DirectionFor {
        /// The iterate, d.
        w: &'a [f64],
        /// The aggregated gradient g, d.
        gradient: &'a [f64],
    },
    /// Backtracking: send g_i'step, and f_i(w - share step) - f_i(w) for every share in [`trial_steps`].
    Trial {
        /// The iterate, d.
        w: &'a [f64],
        /// The longest step, d.
        step: &'a [f64],
    },
}

impl<'a> Ask<'a> {
    /// The tag on the wire, w, and the second vector if there is one.
    fn parts(&self) -> (u8, &'a [f64], &'a [f64]) {
        match *self {
            Self::Direction { w } => (0, w, &[]),
            Self::Gradient { w } => (1, w, &[]),
            Self::DirectionFor { w, gradient } => (2, w, gradient),
            Self::Trial { w, step } => (3, w, step),
        }
    }

    /// The broadcast on the wire: a tag, d, and the vectors, all little-endian.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (tag, w, second) = self.parts();
        let mut bytes = vec![tag];
        bytes.extend((w.len() as u32).to_le_bytes());
        w.iter().chain(second).for_each(|v| bytes.extend(v.to_le_bytes()));
        bytes
    }

    /// How many numbers a reply has.
    #[must_use]
    pub fn reply_length(&self) -> usize {
        match self {
            Self::Direction { w } | Self::Gradient { w } | Self::DirectionFor { w, .. } => w.len(),
            Self::Trial { .. } => 1 + TRIALS,
        }
    }

    /// How replies travel when directions are compressed by `compressor`: everything else is sent as it is.
    #[must_use]
    pub fn codec<'c>(&self, compressor: &'c dyn Compressor) -> &'c dyn Compressor {
        match self {
            Self::Direction { .. } | Self::DirectionFor { .. } => compressor,
            Self::Gradient { .. } | Self::Trial { .. } => &Identity,
        }
    }
}

/// A broadcast as it arrives: an [`Ask`] that owns its vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Broadcast {
    tag: u8,
    w: Vec<f64>,
    second: Vec<f64>,
}

/// Why a worker cannot answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// Too few bytes for a frame.
    #[error("the question has {0} bytes, too few for a frame")]
    Frame(usize),
    /// There is no such question.
    #[error("question {0} is not known")]
    Unknown(u8),
    /// The center asks about another dimension.
    #[error("the question is about dimension {asked}, the samples have {held}")]
    Dimension {
        /// By the center.
        asked: u32,
        /// d.
        held: usize,
    },
    /// The message is too short or too long.
    #[error("the question has {found} bytes, not {expected}")]
    Length {
        /// The length that the kind of the question and d determine.
        expected: usize,
        /// The length of the message.
        found: usize,
    },
    /// The local step cannot be taken.
    #[error(transparent)]
    Singular(#[from] Singular),
}

impl Broadcast {
    /// Reads what [`Ask::encode`] wrote, for samples of dimension `d`. Nothing is allocated before the length is right.
    ///
    /// # Errors
    /// If the bytes are no such broadcast.
    pub fn decode(bytes: &[u8], d: usize) -> Result<Self, AskError> {
        let short = AskError::Length { expected: 5, found: bytes.len() };
        let (&tag, rest) = bytes.split_first().ok_or(short)?;
        let (asked, rest) = rest.split_first_chunk().ok_or(short)?;
        let asked = u32::from_le_bytes(*asked);
        let vectors = match tag {
            0 | 1 => 1,
            2 | 3 => 2,
            unknown => return Err(AskError::Unknown(unknown)),
        };
        if u32::try_from(d) != Ok(asked) {
            return Err(AskError::Dimension { asked, held: d });
        }
        let (numbers, left) = rest.as_chunks();
        if numbers.len() != vectors * d || !left.is_empty() {
            return Err(AskError::Length { expected: 5 + 8 * vectors * d, found: bytes.len() });
        }
        let (w, second) = numbers.split_at(d);
        let read = |numbers: &[[u8; 8]]| numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        Ok(Self { tag, w: read(w), second: read(second) })
    }

    /// The question.
    #[must_use]
    pub fn ask(&self) -> Ask<'_> {
        let (w, second) = (&self.w[..], &self.second[..]);
        match self.tag {
            0 => Ask::Direction { w },
            1 => Ask::Gradient { w },
            2 => Ask::DirectionFor { w, gradient: second },
            _ => Ask::Trial { w, step: second },
        }
    }
}

/// Which worker, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkerId(pub usize);

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker {}", self.0)
    }
}

/// A worker that follows the protocol on the samples it holds.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Its name towards the center.
    pub id: WorkerId,
    /// Its s samples.
    pub shard: Dataset,
    /// l.
    pub loss: Loss,
    /// lambda.
    pub lambda: f64,
}

impl Worker {
    /// The vector that an honest worker answers with, before compression: of length d, or what is told of trial steps.
    ///
    /// # Errors
    /// [`Singular`] when a direction is asked for and H_i is not positive definite.
    pub fn answer(&self, ask: &Ask<'_>) -> Result<Vec<f64>, Singular> {
        let local = Objective { data: &self.shard, loss: self.loss, lambda: self.lambda };
        match *ask {
            Ask::Direction { w } => local.newton_direction(w),
            Ask::Gradient { w } => Ok(local.gradient(w)),
            Ask::DirectionFor { w, gradient } => local.direction_for(w, gradient),
            Ask::Trial { w, step } => Ok(trials(&local, w, step)),
        }
    }
}

/// The shares of the longest step that an [`Ask::Trial`] is about: 1, 1/2, .. 1/512.
pub fn trial_steps() -> impl Iterator<Item = f64> {
    (0..TRIALS).map(|k| 0.5_f64.powi(k as i32))
}

/// g'p, and f(w - share p) - f(w) for every share of [`trial_steps`], less what may be rounding.
fn trials(f: &Objective<'_>, w: &[f64], p: &[f64]) -> Vec<f64> {
    let (here, slope) = (f.value(w), dot(&f.gradient(w), p));
    let change = |share: f64| {
        let there: Vec<f64> = w.iter().zip(p).map(|(w, p)| w - share * p).collect();
        f.value(&there) - here - ROUNDING * here.abs()
    };
    std::iter::once(slope).chain(trial_steps().map(change)).collect()
}

/// The message of a worker for this vector: its encoding, whose random numbers are named by worker and round.
pub(crate) fn message(
    ask: &Ask<'_>,
    compressor: &dyn Compressor,
    seed: Seed,
    worker: WorkerId,
    round: u64,
    v: &[f64],
) -> Vec<u8> {
    ask.codec(compressor).encode(v, &mut seed.stream(COMPRESS, worker.0, round))
}

/// A worker at the far end of a network: frames in, frames out. It answers what it is asked and keeps nothing from one
/// question to the next, so that it may be asked again, or be made anew from its samples at any time.
#[derive(Debug)]
pub struct Remote {
    /// What it computes with.
    pub worker: Worker,
    /// Q.
    pub compressor: Box<dyn Compressor>,
    /// The seed of the run.
    pub seed: Seed,
}

impl Remote {
    /// The frame that answers a framed [`Ask`].
    ///
    /// # Errors
    /// [`AskError`] when the bytes are no question about samples of this dimension, or the local step cannot be taken.
    pub fn answer(&self, frame: &[u8]) -> Result<Vec<u8>, AskError> {
        let (tag, message) = Tag::unframe(frame).ok_or(AskError::Frame(frame.len()))?;
        let broadcast = Broadcast::decode(message, self.worker.shard.cols())?;
        let ask = broadcast.ask();
        let vector = self.worker.answer(&ask)?;
        Ok(tag.frame(&self::message(&ask, &*self.compressor, self.seed, self.worker.id, tag.round, &vector)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress;
    use crate::data::synthetic::{self, Gaussian, Task};
    use proptest::prelude::*;

    fn remote(compressor: &str) -> Remote {
        let spec = Gaussian { rows: 50, cols: 3, condition: 3.0, margin: 1.0, task: Task::Classification };
        let shard = synthetic::gaussian(&spec, Seed(5)).unwrap();
        let worker = Worker { id: WorkerId(2), shard, loss: Loss::Logistic, lambda: 0.1 };
        Remote { worker, compressor: compress::parse(compressor).unwrap(), seed: Seed(9) }
    }

    const W: [f64; 3] = [0.5, -1.0, 2.0];
    const P: [f64; 3] = [0.1, 0.2, -0.3];
    const ASKS: [Ask<'_>; 4] = [
        Ask::Direction { w: &W },
        Ask::Gradient { w: &W },
        Ask::DirectionFor { w: &W, gradient: &P },
        Ask::Trial { w: &W, step: &P },
    ];

    #[test]
    fn a_question_arrives_as_it_was_sent_and_is_answered_in_the_same_round() {
        let tag = Tag { run: 4, round: 7 };
        for ask in ASKS {
            assert_eq!(Broadcast::decode(&ask.encode(), 3).unwrap().ask(), ask);
            let remote = remote("random-k:0.5");
            let frame = remote.answer(&tag.frame(&ask.encode())).unwrap();
            let (found, message) = Tag::unframe(&frame).unwrap();
            assert_eq!(found, tag);
            let codec = ask.codec(&*remote.compressor);
            let sent = codec.decode(message, ask.reply_length()).unwrap();
            let exact = remote.worker.answer(&ask).unwrap();
            let kept = sent.iter().zip(&exact).filter(|(a, b)| a == b).count();
            assert_eq!(kept, if codec.name() == "identity" { exact.len() } else { 2 }, "{ask:?}");
        }
    }

    #[test]
    fn what_is_no_question_is_refused() {
        let good = ASKS[2].encode();
        let refused = |bytes: &[u8]| Broadcast::decode(bytes, 3).unwrap_err();
        assert_eq!(refused(&[]), AskError::Length { expected: 5, found: 0 });
        assert_eq!(refused(&good[..52]), AskError::Length { expected: 53, found: 52 });
        assert_eq!(refused(&[&good[..], &[0]].concat()), AskError::Length { expected: 53, found: 54 });
        assert_eq!(refused(&[&[4], &good[1..]].concat()), AskError::Unknown(4));
        assert_eq!(Broadcast::decode(&good, 4).unwrap_err(), AskError::Dimension { asked: 3, held: 4 });
        assert_eq!(remote("sign").answer(&good[..15]).unwrap_err(), AskError::Frame(15));
    }

    #[test]
    fn a_trial_says_how_f_changes_along_the_step() {
        // One sample that is zero, so that only the ridge term counts: f(w) = w^2, and f(1 - p) - f(1) = p^2 - 2 p.
        let x = crate::data::Features::Dense(crate::data::Dense::new(1, 1, vec![0.0]).unwrap());
        let data = Dataset::new("by hand", x, vec![0.0]);
        let f = Objective { data: &data, loss: Loss::Squared, lambda: 2.0 };
        let told = trials(&f, &[1.0], &[8.0]);
        assert_eq!((told.len(), told[0]), (11, 16.0));
        for (told, share) in told[1..].iter().zip([1.0, 0.5, 0.25, 0.125]) {
            assert!((told - (64.0 * share * share - 16.0 * share)).abs() < 1e-12);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_or_refused(
            tag in 0_u8..5, d in prop_oneof![Just(3_u32), any::<u32>()], bytes in prop::collection::vec(any::<u8>(), 0..60)
        ) {
            let remote = remote("identity");
            let message = [&[tag], &d.to_le_bytes()[..], &bytes].concat();
            let _ = remote.answer(&bytes);
            let _ = remote.answer(&Tag { run: 0, round: 0 }.frame(&message));
            let numbers = [0.0_f64, f64::NAN, 1e300, -1.0, f64::INFINITY, 2.0].map(f64::to_le_bytes).concat();
            let whole = [&[tag % 4], &3_u32.to_le_bytes()[..], &numbers[..if tag % 4 < 2 { 24 } else { 48 }]].concat();
            let answered = remote.answer(&Tag { run: 0, round: 0 }.frame(&whole));
            prop_assert!(answered.is_ok(), "{answered:?}");
        }
    }
}
