//! The center's side of one round: [`Collector`], which makes one reply per worker of whatever comes.

use crate::compress::Codec;
use crate::protocol::{Missing, Reply, Tag, WorkerId};

/// The center's side of one round: takes whatever comes in whatever order, and answers with one entry per worker.
///
/// A message for another run or round is put aside: a late worker can still answer. Of two messages for this round neither
/// is believed. Reading a message takes no more memory than d demands.
#[derive(Debug)]
pub struct Collector<'a> {
    tag: Tag,
    codec: Codec<'a>,
    length: usize,
    replies: Vec<Reply>,
    answered: Vec<bool>,
}

impl<'a> Collector<'a> {
    /// Opens the round `tag` for m workers whose messages `codec` encodes, each of `length` numbers.
    #[must_use]
    pub fn new(tag: Tag, workers: usize, codec: Codec<'a>, length: usize) -> Self {
        Self { tag, codec, length, replies: vec![Err(Missing::Silent); workers], answered: vec![false; workers] }
    }

    /// Takes a frame that came from `from`. A frame from a worker beyond m is ignored.
    pub fn receive(&mut self, from: WorkerId, frame: &[u8]) {
        match Tag::unframe(frame) {
            None => self.settle(from, |_| Err(Missing::Frame(frame.len()))),
            Some((tag, message)) if tag == self.tag => {
                self.settle(from, |round| Ok(round.codec.decode(message, round.length)?));
            }
            Some((tag, _)) => {
                if let Some(reply) = self.replies.get_mut(from.0).filter(|reply| **reply == Err(Missing::Silent)) {
                    *reply = Err(Missing::Stale(tag));
                }
            }
        }
    }

    /// Whether every worker has answered, so that there is nothing to wait for.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.answered.iter().all(|&answered| answered)
    }

    /// Closes the round: one entry per worker, in worker order.
    #[must_use]
    pub fn close(self) -> Vec<Reply> {
        self.replies
    }

    /// The first answer to this round counts, a second one spoils it.
    fn settle(&mut self, from: WorkerId, answer: impl FnOnce(&Self) -> Reply) {
        let reply = match self.answered.get(from.0) {
            Some(false) => answer(self),
            Some(true) => Err(Missing::Duplicate),
            None => return,
        };
        self.replies[from.0] = reply;
        self.answered[from.0] = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::WireError;
    use crate::compress::{self, Compressor};
    use crate::protocol::absent;
    use crate::stream::{Purpose, Seed};
    use proptest::prelude::*;

    const TAG: Tag = Tag { run: 7, round: 3 };

    fn message(v: &[f64]) -> Vec<u8> {
        compress::Identity.encode(v, &mut Seed(1).stream(Purpose::new("round"), 0, 0))
    }

    /// The replies of one worker that sends these frames, in dimension 2.
    fn after(frames: &[Vec<u8>]) -> Reply {
        let mut round = Collector::new(TAG, 1, Codec::Vector(&compress::Identity), 2);
        frames.iter().for_each(|frame| round.receive(WorkerId(0), frame));
        round.close().remove(0)
    }

    #[test]
    fn every_fault_has_its_name() {
        let (good, other) = (TAG.frame(&message(&[1.0, 2.0])), TAG.frame(&message(&[3.0, 4.0])));
        let (before, elsewhere) = (Tag { round: 2, ..TAG }, Tag { run: 8, ..TAG });
        let late = |tag: Tag| tag.frame(&message(&[1.0, 2.0]));
        assert_eq!(after(std::slice::from_ref(&good)), Ok(vec![1.0, 2.0]));
        assert_eq!(after(&[]), Err(Missing::Silent));
        assert_eq!(after(&[good[..15].to_vec()]), Err(Missing::Frame(15)));
        assert_eq!(after(&[late(before)]), Err(Missing::Stale(before)));
        assert_eq!(after(&[late(elsewhere), late(before)]), Err(Missing::Stale(elsewhere)));
        // Late once is not late for ever.
        assert_eq!(after(&[late(before), good.clone(), late(before)]), Ok(vec![1.0, 2.0]));
        assert_eq!(after(&[good.clone(), good.clone()]), Err(Missing::Duplicate));
        assert_eq!(after(&[good.clone(), other, good.clone()]), Err(Missing::Duplicate));
        assert_eq!(after(&[vec![], good]), Err(Missing::Duplicate));
        for (v, why) in
            [(&[1.0][..], WireError::Dimension { expected: 2, found: 1 }), (&[1.0, f64::NAN], WireError::Unreadable)]
        {
            assert_eq!(after(&[TAG.frame(&message(v))]), Err(Missing::Unreadable(why)));
        }
    }

    #[test]
    fn one_worker_cannot_answer_for_another() {
        let mut round = Collector::new(TAG, 2, Codec::Vector(&compress::Identity), 1);
        round.receive(WorkerId(1), &TAG.frame(&message(&[5.0])));
        round.receive(WorkerId(2), &TAG.frame(&message(&[6.0])));
        assert!(!round.is_complete());
        round.receive(WorkerId(0), &[]);
        assert!(round.is_complete());
        let replies = round.close();
        assert_eq!(replies, [Err(Missing::Frame(0)), Ok(vec![5.0])]);
        assert_eq!(absent(&replies), [(WorkerId(0), Missing::Frame(0))]);
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_order_are_a_reply_or_a_reason(
            frames in prop::collection::vec((0_usize..4, any::<bool>(), prop::collection::vec(any::<u8>(), 0..60)), 0..20),
            codec in prop::sample::select(vec!["identity", "top-k:0.5", "random-k:0.5", "sign", "qsgd:4"]),
        ) {
            let codec = compress::parse(codec).unwrap();
            let mut round = Collector::new(TAG, 3, Codec::Vector(codec.as_ref()), 4);
            for (from, ours, bytes) in &frames {
                round.receive(WorkerId(*from), &if *ours { TAG.frame(bytes) } else { bytes.clone() });
            }
            let replies = round.close();
            prop_assert_eq!(replies.len(), 3);
            for v in replies.iter().flatten() {
                prop_assert!(v.len() == 4 && v.iter().all(|x| x.is_finite()));
            }
        }
    }
}
