//! Lies about one piece of an answer that has several: about f_i, about g_i, about the Hessian, or about rejected steps alone.

use super::{Attack, Message, View};
use crate::expansion::Parts;
use crate::protocol::Ask;
use crate::stream::Stream;
use std::ops::Range;

/// The piece of an answer that a liar falsifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// f_i.
    Value,
    /// g_i; of an answer that is one vector, all of it.
    Gradient,
    /// The numbers that stand for H_i.
    Hessian,
    /// All of the answer, where the honest workers' f is above the lowest that they have told: at steps which would be rejected.
    Rejected,
}

impl Piece {
    fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Gradient => "gradient",
            Self::Hessian => "hessian",
            Self::Rejected => "rejected",
        }
    }

    /// Where the piece is in an answer; nowhere in one that has no such piece.
    fn range(self, view: &View<'_>) -> Range<usize> {
        let (d, length) = (view.dimension(), view.own.len());
        match (self, view.ask) {
            (Self::Value, Ask::Expansion { .. }) => 0..1,
            (Self::Gradient, Ask::Expansion { .. }) => 1..1 + d,
            (Self::Hessian, Ask::Expansion { .. }) => 1 + d..length,
            (Self::Rejected, Ask::Expansion { .. }) if is_rejected(view) => 0..length,
            (Self::Gradient, _) => 0..length,
            _ => 0..0,
        }
    }
}

fn is_rejected(view: &View<'_>) -> bool {
    let values = view.honest.iter().filter_map(|v| Some(Parts::of(v, view.dimension())?.value));
    let count = view.honest.len().max(1) as f64;
    values.map(|value| value / count).sum::<f64>() > view.lowest
}

/// An attack that tells the truth except about one piece.
#[derive(Debug)]
pub struct Only {
    /// The piece.
    pub piece: Piece,
    /// What is sent in its place.
    pub of: Box<dyn Attack>,
}

impl Attack for Only {
    fn poison(&self, labels: &mut [f64], stream: &mut Stream) {
        self.of.poison(labels, stream);
    }

    fn send(&self, view: &View<'_>, stream: &mut Stream) -> Message {
        only(self.piece, &*self.of, view, stream)
    }

    fn needs_global(&self) -> bool {
        self.of.needs_global()
    }

    fn name(&self) -> String {
        format!("{}:{}", self.piece.name(), self.of.name())
    }
}

/// The attack on one piece, and the truth about the others. A gradient is attacked as one that was asked for alone.
pub(super) fn only(piece: Piece, attack: &dyn Attack, view: &View<'_>, stream: &mut Stream) -> Message {
    let range = piece.range(view);
    let (Some(own), false) = (view.own.get(range.clone()), range.is_empty()) else {
        return Message::Vector(view.own.to_vec());
    };
    let honest: Vec<&[f64]> = view.honest.iter().filter_map(|v| v.get(range.clone())).collect();
    let ask = if piece == Piece::Gradient && matches!(view.ask, Ask::Expansion { .. }) {
        Ask::Gradient { w: view.iterate() }
    } else {
        view.ask
    };
    let back = |v: Vec<f64>| [&view.own[..range.start], &v, &view.own[range.end..]].concat();
    match attack.send(&View { ask, own, honest: &honest, ..*view }, stream) {
        Message::Vector(v) => Message::Vector(back(v)),
        Message::Late(v) => Message::Late(back(v)),
        Message::Twice(v) => Message::Twice(back(v)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::attack::{Message, View, parse};
    use crate::compress::{Bits, Form};
    use crate::protocol::Ask;
    use crate::stream::{Purpose, Seed};

    const W: [f64; 2] = [0.0; 2];
    const OWN: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

    fn send(spec: &str, lowest: f64) -> Message {
        let ask = Ask::Expansion { w: &W, hessian: Some(Form::Triangle { bits: Bits::Eight }) };
        let honest: [&[f64]; 2] = [&OWN, &OWN];
        let view = View { honest: &honest, lowest, ..View::alone(ask, &OWN) };
        parse(spec).unwrap().send(&view, &mut Seed(3).stream(Purpose::new("attack"), 0, 0))
    }

    #[test]
    fn a_lie_is_about_its_piece_and_nothing_else() {
        let vector = |spec| match send(spec, 0.5) {
            Message::Vector(v) => v,
            other => panic!("{other:?}"),
        };
        assert_eq!(vector("value:scaled:2"), [2.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(vector("gradient:scaled:2"), [1.0, 4.0, 6.0, 4.0, 5.0, 6.0]);
        assert_eq!(vector("hessian:negative:2"), [1.0, 2.0, 3.0, -8.0, -10.0, -12.0]);
        assert_eq!(vector("gradient:ipm:1"), [1.0, -2.0, -3.0, 4.0, 5.0, 6.0]);
        assert_eq!(vector("hessian:wrong-length").len(), 7);
        assert_eq!(send("value:silent", 0.5), Message::Nothing);
        assert_eq!(send("hessian:stale", 0.5), Message::Late(OWN.to_vec()));
    }

    #[test]
    fn a_step_is_rejected_where_f_is_above_the_lowest() {
        assert_eq!(send("rejected:scaled:0", 0.5), Message::Vector(vec![0.0; 6]));
        for lowest in [1.0, 2.0, f64::INFINITY] {
            assert_eq!(send("rejected:scaled:0", lowest), Message::Vector(OWN.to_vec()));
        }
    }

    #[test]
    fn an_answer_without_the_piece_is_the_truth() {
        let view = View::alone(Ask::Direction { w: &W }, &W);
        let send = |spec| parse(spec).unwrap().send(&view, &mut Seed(3).stream(Purpose::new("attack"), 0, 0));
        for spec in ["value:huge", "hessian:huge", "rejected:huge"] {
            assert_eq!(send(spec), Message::Vector(W.to_vec()));
        }
        assert_eq!(send("gradient:huge"), Message::Vector(vec![1e150; 2]));
    }
}
