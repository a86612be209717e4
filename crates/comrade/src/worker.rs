//! One worker: a shard, and the local steps it can be asked for; and the same worker at the far end of a network.

use crate::compress::Compressor;
use crate::data::Dataset;
use crate::expansion;
use crate::loss::Loss;
use crate::objective::{Objective, Singular};
use crate::protocol::{Ask, AskError, Broadcast, Tag, WorkerId};
use crate::stream::{Purpose, Seed};
use std::sync::Arc;

const COMPRESS: Purpose = Purpose::new("compress");

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
/// question to the next, so that it may be asked again, or be rebuilt from its samples at any time.
#[derive(Debug)]
pub struct Remote {
    /// What it computes with.
    pub worker: Worker,
    /// Q.
    pub compressor: Arc<dyn Compressor>,
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
    use crate::compress::{self, Bits, Codec, Form};
    use crate::data::synthetic::{self, Gaussian, Task};
    use proptest::prelude::*;

    fn remote(compressor: &str) -> Remote {
        let spec = Gaussian { rows: 50, cols: 3, condition: 3.0, margin: 1.0, task: Task::Classification };
        let shard = synthetic::gaussian(&spec, Seed(5)).unwrap();
        let worker = Worker { id: WorkerId(2), shard, loss: Loss::Logistic, lambda: 0.1 };
        Remote { worker, compressor: compress::parse(compressor).unwrap().into(), seed: Seed(9) }
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
