//! Faults: what broken hardware or a crude liar sends.

use super::{Attack, Message, View};
use crate::stream::Stream;

/// A faulty message, which carries no direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageFault {
    /// No reply.
    Silent,
    /// NaN in every coordinate.
    NotANumber,
    /// Infinity in every coordinate.
    Infinite,
    /// One coordinate too many.
    WrongLength,
    /// 1e150 in every coordinate: finite, and so is its norm.
    Huge,
    /// The right vector, as an answer to the round before.
    Stale,
    /// The right vector, twice.
    Duplicate,
}

impl Attack for MessageFault {
    fn send(&self, view: &View<'_>, _stream: &mut Stream) -> Message {
        let d = view.own.len();
        match self {
            Self::Silent => Message::Nothing,
            Self::NotANumber => Message::Vector(vec![f64::NAN; d]),
            Self::Infinite => Message::Vector(vec![f64::INFINITY; d]),
            Self::WrongLength => Message::Vector(vec![1.0; d + 1]),
            Self::Huge => Message::Vector(vec![1e150; d]),
            Self::Stale => Message::Late(view.own.to_vec()),
            Self::Duplicate => Message::Twice(view.own.to_vec()),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Silent => "silent",
            Self::NotANumber => "nan",
            Self::Infinite => "inf",
            Self::WrongLength => "wrong-length",
            Self::Huge => "huge",
            Self::Stale => "stale",
            Self::Duplicate => "duplicate",
        }
        .into()
    }
}
