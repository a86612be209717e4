//! One worker: a shard, and the local steps it can be asked for; and the same worker at the far end of a network.

use crate::compress::expansion::length;
use crate::compress::{Bits, Codec, Compressor, Form, Identity};
use crate::data::Dataset;
use crate::expansion;
use crate::loss::Loss;
use crate::objective::{Objective, Singular};
use crate::round::Tag;
use crate::stream::{Purpose, Seed};
use std::fmt;

const COMPRESS: Purpose = Purpose::new("compress");

/// The tag of [`Ask::Expansion`].
const EXPANSION: u8 = 3;
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
    /// Lazy Newton: send f_i and g_i at w, and a Hessian if it is asked for.
    Expansion {
        /// The iterate, d.
        w: &'a [f64],
        /// As which numbers the Hessian is to travel.
        hessian: Option<Form>,
    },
}

impl<'a> Ask<'a> {
    /// w, where the question is asked, d.
    #[must_use]
    pub fn iterate(&self) -> &'a [f64] {
        self.parts().1
    }

    /// The tag on the wire, w, and the second vector if there is one.
    fn parts(&self) -> (u8, &'a [f64], &'a [f64]) {
        match *self {
            Self::Direction { w } => (0, w, &[]),
            Self::Gradient { w } => (1, w, &[]),
            Self::DirectionFor { w, gradient } => (2, w, gradient),
            Self::Expansion { w, .. } => (EXPANSION, w, &[]),
        }
    }

    /// The broadcast on the wire: a tag, d, the vectors, and for [`Ask::Expansion`] the form of the Hessian (0; or 1 and the bits
    /// of an entry; or 2, those bits, k and the seed), all little-endian.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (tag, w, second) = self.parts();
        let mut bytes = vec![tag];
        bytes.extend((w.len() as u32).to_le_bytes());
        w.iter().chain(second).for_each(|v| bytes.extend(v.to_le_bytes()));
        match self {
            Self::Expansion { hessian: None, .. } => bytes.push(0),
            Self::Expansion { hessian: Some(Form::Triangle { bits }), .. } => bytes.extend([1, u8::from(*bits)]),
            Self::Expansion { hessian: Some(Form::Sketch { bits, rank, seed }), .. } => {
                bytes.extend([2, u8::from(*bits)]);
                bytes.extend(rank.to_le_bytes());
                bytes.extend(seed.to_le_bytes());
            }
            _ => {}
        }
        bytes
    }

    /// How many numbers a reply has.
    #[must_use]
    pub fn reply_length(&self) -> usize {
        match self {
            Self::Direction { w } | Self::Gradient { w } | Self::DirectionFor { w, .. } => w.len(),
            Self::Expansion { w, hessian } => length(w.len(), *hessian),
        }
    }

    /// How replies travel when directions are compressed by `compressor`: gradients and values are sent as they are.
    #[must_use]
    pub fn codec<'c>(&self, compressor: &'c dyn Compressor) -> Codec<'c> {
        match self {
            Self::Direction { .. } | Self::DirectionFor { .. } => Codec::Vector(compressor),
            Self::Gradient { .. } => Codec::Vector(&Identity),
            Self::Expansion { w, hessian } => Codec::Expansion { dimension: w.len(), form: *hessian },
        }
    }
}

/// A broadcast as it arrives: an [`Ask`] that owns its vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Broadcast {
    tag: u8,
    w: Vec<f64>,
    second: Vec<f64>,
    form: Option<Form>,
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
    /// No Hessian travels like that in this dimension.
    #[error("the question asks for a Hessian in a form that is not known or too large for dimension {0}")]
    Form(usize),
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
            0 | 1 | EXPANSION => 1,
            2 => 2,
            unknown => return Err(AskError::Unknown(unknown)),
        };
        if u32::try_from(d) != Ok(asked) {
            return Err(AskError::Dimension { asked, held: d });
        }
        let wrong = AskError::Length { expected: 5 + 8 * vectors * d, found: bytes.len() };
        let (numbers, tail) = rest.split_at_checked(8 * vectors * d).ok_or(wrong)?;
        let form = match tag {
            EXPANSION => form(tail, d)?,
            _ if tail.is_empty() => None,
            _ => return Err(wrong),
        };
        let (w, second) = numbers.as_chunks().0.split_at(d);
        let read = |numbers: &[[u8; 8]]| numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        Ok(Self { tag, w: read(w), second: read(second), form })
    }

    /// The question.
    #[must_use]
    pub fn ask(&self) -> Ask<'_> {
        let (w, second) = (&self.w[..], &self.second[..]);
        match self.tag {
            0 => Ask::Direction { w },
            1 => Ask::Gradient { w },
            2 => Ask::DirectionFor { w, gradient: second },
            _ => Ask::Expansion { w, hessian: self.form },
        }
    }
}

/// The form of a Hessian at the end of a question in dimension d.
fn form(tail: &[u8], d: usize) -> Result<Option<Form>, AskError> {
    let bits = |bits: &u8| Bits::try_from(*bits).map_err(|_| AskError::Form(d));
    let form = match tail {
        [0] => return Ok(None),
        [1, b] => Form::Triangle { bits: bits(b)? },
        [2, b, rest @ ..] if rest.len() == 12 => {
            let (rank, seed) = rest.split_first_chunk().ok_or(AskError::Form(d))?;
            let seed = seed.first_chunk().ok_or(AskError::Form(d))?;
            Form::Sketch { bits: bits(b)?, rank: u32::from_le_bytes(*rank), seed: u64::from_le_bytes(*seed) }
        }
        _ => return Err(AskError::Form(d)),
    };
    if expansion::is_served(form, d) { Ok(Some(form)) } else { Err(AskError::Form(d)) }
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
    /// The vector that an honest worker answers with, before compression: of length d, or f_i, g_i and a Hessian.
    ///
    /// # Errors
    /// [`Singular`] when a direction is asked for and H_i is not positive definite.
    pub fn answer(&self, ask: &Ask<'_>) -> Result<Vec<f64>, Singular> {
        let local = Objective { data: &self.shard, loss: self.loss, lambda: self.lambda };
        match *ask {
            Ask::Direction { w } => local.newton_direction(w),
            Ask::Gradient { w } => Ok(local.gradient(w)),
            Ask::DirectionFor { w, gradient } => local.direction_for(w, gradient),
            Ask::Expansion { w, hessian } => Ok(expansion::answer(&local, w, hessian)),
        }
    }
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
    const SKETCH: Form = Form::Sketch { bits: Bits::Sixteen, rank: 2, seed: 3 };
    const ASKS: [Ask<'_>; 6] = [
        Ask::Expansion { w: &W, hessian: None },
        Ask::Expansion { w: &W, hessian: Some(Form::Triangle { bits: Bits::Eight }) },
        Ask::Expansion { w: &W, hessian: Some(SKETCH) },
        Ask::Direction { w: &W },
        Ask::Gradient { w: &W },
        Ask::DirectionFor { w: &W, gradient: &P },
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
            match codec {
                Codec::Vector(codec) if codec.name() == "identity" => assert_eq!(kept, exact.len(), "{ask:?}"),
                Codec::Vector(_) => assert_eq!(kept, 2, "{ask:?}"),
                Codec::Expansion { .. } => {
                    let size = exact.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
                    assert!(sent.iter().zip(&exact).all(|(a, b)| (a - b).abs() < 0.02 * size), "{ask:?}");
                    assert_eq!(sent[..4], exact[..4], "value and gradient are exact");
                }
            }
        }
    }

    #[test]
    fn what_is_no_question_is_refused() {
        let good = ASKS[5].encode();
        let refused = |bytes: &[u8]| Broadcast::decode(bytes, 3).unwrap_err();
        let hessian = |tail: &[u8]| refused(&[&ASKS[0].encode()[..29], tail].concat());
        for tail in [&[][..], &[3], &[0, 0], &[1], &[1, 9], &[2, 8], &[2, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]] {
            assert_eq!(hessian(tail), AskError::Form(3), "{tail:?}");
        }
        assert_eq!(hessian(&[2, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), AskError::Form(3), "a rank above d");
        assert_eq!(refused(&[]), AskError::Length { expected: 5, found: 0 });
        assert_eq!(refused(&good[..52]), AskError::Length { expected: 53, found: 52 });
        assert_eq!(refused(&[&good[..], &[0]].concat()), AskError::Length { expected: 53, found: 54 });
        assert_eq!(refused(&[&[5], &good[1..]].concat()), AskError::Unknown(5));
        assert_eq!(Broadcast::decode(&good, 4).unwrap_err(), AskError::Dimension { asked: 3, held: 4 });
        assert_eq!(remote("sign").answer(&good[..15]).unwrap_err(), AskError::Frame(15));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_or_refused(
            tag in 0_u8..6, d in prop_oneof![Just(3_u32), any::<u32>()], bytes in prop::collection::vec(any::<u8>(), 0..60)
        ) {
            let remote = remote("identity");
            let message = [&[tag], &d.to_le_bytes()[..], &bytes].concat();
            let _ = remote.answer(&bytes);
            let _ = remote.answer(&Tag { run: 0, round: 0 }.frame(&message));
            let numbers = [0.0_f64, f64::NAN, 1e300, -1.0, f64::INFINITY, 2.0].map(f64::to_le_bytes).concat();
            let whole = [&[tag % 3], &3_u32.to_le_bytes()[..], &numbers[..if tag % 3 < 2 { 24 } else { 48 }]].concat();
            let answered = remote.answer(&Tag { run: 0, round: 0 }.frame(&whole));
            prop_assert!(answered.is_ok(), "{answered:?}");
        }
    }
}
