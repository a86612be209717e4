//! What center and workers say to each other: who, the tag of a round, the question, and what a reply is.
//!
//! A question goes out once a round, and every worker answers it once. On the way each message is in a frame:
//!
//! | bytes | content |
//! |---|---|
//! | 8 | the run, as a little-endian `u64` |
//! | 8 | the round, the same |
//! | any | the message: a question, or what a compressor has made of an answer, see [`crate::compress`] |
//!
//! Who sent a frame is what the connection says, never what the frame says: no worker can answer for another.
//!
//! A reply is a vector, or the reason why there is none; a reason counts as a vector of norm +infinity, and so uses up one
//! of the round(beta m) that the center drops. m never shrinks.

use crate::compress::expansion::length;
use crate::compress::{Bits, Codec, Compressor, Form, Identity, WireError};
use crate::expansion;
use crate::objective::Singular;
use std::fmt;

/// The number of a worker, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkerId(pub usize);

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker {}", self.0)
    }
}

/// The bytes that a frame adds to a message.
const FRAME: usize = 16;

/// Which question a message answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The same for all rounds of one run.
    pub run: u64,
    /// Counted from 0 over the run.
    pub round: u64,
}

impl Tag {
    /// The message in its frame.
    #[must_use]
    pub fn frame(self, message: &[u8]) -> Vec<u8> {
        [&self.run.to_le_bytes(), &self.round.to_le_bytes(), message].concat()
    }

    /// Tag and message of a frame; `None` if it is too short for one.
    #[must_use]
    pub fn unframe(frame: &[u8]) -> Option<(Self, &[u8])> {
        let (run, rest) = frame.split_first_chunk()?;
        let (round, message) = rest.split_first_chunk()?;
        Some((Self { run: u64::from_le_bytes(*run), round: u64::from_le_bytes(*round) }, message))
    }
}

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
    /// w, the point at which the question is asked, of length d.
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

/// The most bytes that a framed answer to this framed question has, whatever the compressor: a longer one need not be read.
///
/// # Errors
/// If the bytes are no framed question.
pub fn longest_answer(question: &[u8]) -> Result<usize, AskError> {
    let (_, message) = Tag::unframe(question).ok_or(AskError::Frame(question.len()))?;
    let length = AskError::Length { expected: 5, found: message.len() };
    let d = message.get(1..).and_then(<[u8]>::first_chunk).ok_or(length)?;
    let broadcast = Broadcast::decode(message, u32::from_le_bytes(*d) as usize)?;
    let ask = broadcast.ask();
    Ok(FRAME + ask.codec(&Identity).longest(ask.reply_length()))
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

/// The vector that a worker sent, or why there is none.
pub type Reply = Result<Vec<f64>, Missing>;

/// Why a worker has no reply to a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// Nothing came before the round was closed.
    #[error("no reply in time")]
    Silent,
    /// It is honest, in this process, and cannot take its local step.
    #[error("{0}")]
    Failed(Singular),
    /// Too few bytes for a frame.
    #[error("a frame of {0} bytes")]
    Frame(usize),
    /// The message is no vector of length d with finite entries.
    #[error("{0}")]
    Unreadable(#[from] WireError),
    /// What came answers another question.
    #[error("a reply to round {} of run {}", .0.round, .0.run)]
    Stale(Tag),
    /// More than one message came.
    #[error("more than one reply")]
    Duplicate,
}

/// The workers without a reply, and why.
#[must_use]
pub fn absent(replies: &[Reply]) -> Vec<(WorkerId, Missing)> {
    replies.iter().enumerate().filter_map(|(i, reply)| Some((WorkerId(i), *reply.as_ref().err()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress;
    use crate::stream::{Purpose, Seed};

    const TAG: Tag = Tag { run: 1, round: 2 };

    #[test]
    fn the_longest_answer_follows_from_the_question() {
        let stream = &mut Seed(1).stream(Purpose::new("protocol"), 0, 0);
        let w = [0.5; 9];
        for ask in [Ask::Direction { w: &w }, Ask::Gradient { w: &w }, Ask::DirectionFor { w: &w, gradient: &w }] {
            assert_eq!(longest_answer(&TAG.frame(&ask.encode())), Ok(16 + 17 + 12 * 9));
        }
        for bits in [Bits::Eight, Bits::Sixteen, Bits::ThirtyTwo, Bits::SixtyFour] {
            for form in [None, Some(Form::Triangle { bits }), Some(Form::Sketch { bits, rank: 3, seed: 1 })] {
                let ask = Ask::Expansion { w: &w, hessian: form };
                let message = ask.codec(&compress::Sign).encode(&vec![1.0; ask.reply_length()], stream);
                assert_eq!(longest_answer(&TAG.frame(&ask.encode())), Ok(TAG.frame(&message).len()), "{form:?}");
            }
        }
    }

    #[test]
    fn what_is_no_question_has_no_longest_answer() {
        let question = TAG.frame(&Ask::Gradient { w: &[0.5; 3] }.encode());
        for length in 0..question.len() {
            assert!(longest_answer(&question[..length]).is_err(), "{length}");
        }
        // A sketch has a seed of eight bytes, and nothing follows it.
        let form = Some(Form::Sketch { bits: Bits::Eight, rank: 2, seed: 1 });
        let mut sketch = TAG.frame(&Ask::Expansion { w: &[0.5; 3], hessian: form }.encode());
        assert!(longest_answer(&sketch).is_ok());
        sketch.push(0);
        assert!(longest_answer(&sketch).is_err());
        // A dimension that nobody has, in a question that is short.
        let mut huge = question;
        huge[17..21].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(longest_answer(&huge), Err(AskError::Length { .. })));
    }
}
