//! Frames in any order at the center of one round, against a model in a few lines: one reply per worker, and of two
//! messages for the round neither is believed.
//!
//! The first byte chooses the codec; then come frames: who sent it, of what kind it is, how many bytes follow, and these.

use super::bytes::Bytes;
use comrade::compress::{self, Bits, Codec, Compressor, Form};
use comrade::protocol::{Missing, Reply, Tag, WorkerId};
use comrade::round::Collector;
use comrade::stream::{Purpose, Seed};
use std::sync::LazyLock;

const TAG: Tag = Tag { run: 7, round: 3 };
const OTHERS: [Tag; 3] = [Tag { run: 7, round: 2 }, Tag { run: 8, round: 3 }, Tag { run: u64::MAX, round: 0 }];
/// m, and d.
const WORKERS: usize = 3;
const DIMENSION: usize = 4;
const SPECS: [&str; 5] = ["identity", "top-k:0.5", "random-k:0.5", "sign", "qsgd:4"];

/// Gives the frames in `data` to a collector.
///
/// # Panics
/// If its replies are not those of the model.
pub fn run(data: &[u8]) {
    static ALL: LazyLock<Vec<Box<dyn Compressor>>> =
        LazyLock::new(|| SPECS.iter().filter_map(|spec| compress::parse(spec).ok()).collect());
    let mut data = Bytes(data);
    let which = usize::from(data.byte()) % (SPECS.len() + 1);
    let (codec, length) = match ALL.get(which) {
        Some(compressor) => (Codec::Vector(&**compressor), DIMENSION),
        None => (Codec::Expansion { dimension: 2, form: Some(Form::Triangle { bits: Bits::Eight }) }, 6),
    };
    let mut round = Collector::new(TAG, WORKERS, codec, length);
    let mut sent: Vec<(usize, Vec<u8>)> = Vec::new();
    while !data.0.is_empty() {
        let (from, frame) = (usize::from(data.byte()) % (WORKERS + 2), frame(&mut data, &codec, length));
        round.receive(WorkerId(from), &frame);
        sent.push((from, frame));
        let heard =
            |i| sent.iter().any(|(from, frame)| *from == i && Tag::unframe(frame).is_none_or(|(tag, _)| tag == TAG));
        assert_eq!(round.is_complete(), (0..WORKERS).all(heard));
    }
    let expected: Vec<Reply> = (0..WORKERS).map(|i| model(i, &sent, &codec, length)).collect();
    assert_eq!(round.close(), expected);
    assert!(expected.iter().flatten().all(|v| v.len() == length && v.iter().all(|x| x.is_finite())));
}

/// The next frame.
fn frame(data: &mut Bytes<'_>, codec: &Codec<'_>, length: usize) -> Vec<u8> {
    let (kind, count) = (data.byte() % 8, usize::from(data.byte()));
    match kind {
        0 => data.take(count).to_vec(),
        1 | 2 => TAG.frame(data.take(count)),
        3 | 4 => {
            let tag = data.one_of(&OTHERS);
            tag.frame(data.take(count))
        }
        _ => TAG.frame(&codec.encode(&data.numbers(length), &mut Seed(1).stream(Purpose::new("fuzz"), 0, 0))),
    }
}

/// The reply of worker i. What has no tag, or the tag of the round, is for the round.
fn model(i: usize, sent: &[(usize, Vec<u8>)], codec: &Codec<'_>, length: usize) -> Reply {
    let from = || sent.iter().filter(|(from, _)| *from == i).map(|(_, frame)| (frame.len(), Tag::unframe(frame)));
    let ours: Vec<_> = from().filter(|(_, frame)| frame.is_none_or(|(tag, _)| tag == TAG)).collect();
    match ours[..] {
        [] => Err(from().find_map(|(_, frame)| frame).map_or(Missing::Silent, |(tag, _)| Missing::Stale(tag))),
        [(bytes, None)] => Err(Missing::Frame(bytes)),
        [(_, Some((_, message)))] => codec.decode(message, length).map_err(Missing::Unreadable),
        _ => Err(Missing::Duplicate),
    }
}
