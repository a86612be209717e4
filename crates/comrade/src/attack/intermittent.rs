//! A lie in some rounds and the truth in the others.

use super::{Attack, Message, View};
use crate::stream::Stream;

/// An attack in every other round: the first, third, fifth ... question is answered honestly.
///
/// Such a liar is left out less often, and what a center keeps from round to round mixes the truth with lies. GIANT asks
/// two questions per step: it hears true gradients and false directions. Labels are changed once, for all rounds.
#[derive(Debug)]
pub struct EveryOther {
    /// What is sent in the second, fourth, sixth ... round.
    pub of: Box<dyn Attack>,
}

impl Attack for EveryOther {
    fn poison(&self, labels: &mut [f64], stream: &mut Stream) {
        self.of.poison(labels, stream);
    }

    fn send(&self, view: &View<'_>, stream: &mut Stream) -> Message {
        if view.round.is_multiple_of(2) { Message::Vector(view.own.to_vec()) } else { self.of.send(view, stream) }
    }

    fn needs_global(&self) -> bool {
        self.of.needs_global()
    }

    fn name(&self) -> String {
        format!("every-other:{}", self.of.name())
    }
}

#[cfg(test)]
mod tests {
    use crate::attack::{Message, View, parse};
    use crate::protocol::Ask;
    use crate::stream::{Purpose, Seed};

    /// What is sent in the first rounds of a run, if the truth is (1, -2).
    fn sent(spec: &str, rounds: u64) -> Vec<Message> {
        let (own, attack) = ([1.0, -2.0], parse(spec).unwrap());
        let view = |round| View { round, ..View::alone(Ask::Direction { w: &own }, &own) };
        let stream = |round| Seed(3).stream(Purpose::new("attack"), 0, round);
        (0..rounds).map(|round| attack.send(&view(round), &mut stream(round))).collect()
    }

    #[test]
    fn the_truth_comes_first_and_then_every_other_time() {
        let (truth, lie) = (Message::Vector(vec![1.0, -2.0]), Message::Vector(vec![-2.0, 4.0]));
        assert_eq!(sent("every-other:negative:2", 4), [truth.clone(), lie.clone(), truth, lie]);
        assert_eq!(sent("every-other:silent", 2)[1], Message::Nothing);
    }

    #[test]
    fn a_lie_about_a_piece_may_be_told_in_every_other_round() {
        let (truth, lie) = (Message::Vector(vec![1.0, -2.0]), Message::Vector(vec![10.0, -20.0]));
        assert_eq!(sent("gradient:every-other:scaled:10", 3), [truth.clone(), lie, truth]);
    }
}
