//! What a Byzantine worker does: to the labels it holds, or to the message it sends.

mod colluding;
mod fault;
mod intermittent;
mod label;
mod min_max;
mod norm_shadow;
mod piece;
mod sphere;
mod update;

pub use colluding::{InnerProduct, LittleIsEnough, Mimic};
pub use fault::MessageFault;
pub use intermittent::EveryOther;
pub use label::{FlippedLabel, RandomLabel};
pub use min_max::{Aim, MinMax, MinSum};
pub use norm_shadow::NormShadow;
pub use piece::{Only, Piece};
pub use update::{GaussianNoise, NegativeUpdate, Scaled};

use crate::aggregate::TrimFraction;
use crate::objective::Objective;
use crate::protocol::Ask;
use crate::spelling::{Unknown, parameter};
use crate::stream::Stream;
use std::fmt::Debug;

/// What an adversary sees when it chooses its message: everything (it may collude with all others).
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What the center asked for, and with it the iterate w; see [`View::iterate`].
    pub ask: Ask<'a>,
    /// The number of this question, from 0; GIANT asks two per step. An attack has no memory, because a run that is
    /// resumed must repeat itself: take time from here.
    pub round: u64,
    /// What this worker would send if it followed the protocol on the data it holds, d; or what is told of trial
    /// steps.
    pub own: &'a [f64],
    /// What the honest workers are sending this round, before compression, each d.
    pub honest: &'a [&'a [f64]],
    /// b, the number of Byzantine workers, this one among them.
    pub liars: usize,
    /// f over all n rows, with the labels as they were before any poisoning. Present when an attack of this
    /// cluster [needs it](Attack::needs_global), and evaluated only by those that ask it for something.
    pub global: Option<Objective<'a>>,
    /// The lowest mean of f that the honest workers have told since this cluster was made or went on; infinite before.
    pub lowest: f64,
}

impl<'a> View<'a> {
    /// What a liar sees in the first round that knows of no one else.
    #[cfg(test)]
    fn alone(ask: Ask<'a>, own: &'a [f64]) -> Self {
        Self { ask, round: 0, own, honest: &[], liars: 1, global: None, lowest: f64::INFINITY }
    }

    /// w, the point at which this round asks, of length d.
    #[must_use]
    pub fn iterate(&self) -> &'a [f64] {
        self.ask.iterate()
    }

    /// The dimension, d.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.iterate().len()
    }

    /// m = honest workers + liars.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.honest.len() + self.liars
    }
}

/// What a worker sends.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A vector, compressed and encoded like an honest one.
    Vector(Vec<f64>),
    /// Bytes of the adversary's own making.
    Bytes(Vec<u8>),
    /// A vector, sent as an answer to the round before this one.
    Late(Vec<f64>),
    /// A vector, sent twice.
    Twice(Vec<f64>),
    /// Silence.
    Nothing,
}

/// A Byzantine worker's behaviour. The defaults follow the protocol.
pub trait Attack: Debug + Send + Sync {
    /// Changes the labels of the worker's shard, once, before the first round.
    fn poison(&self, _labels: &mut [f64], _stream: &mut Stream) {}

    /// Chooses the message of a round.
    fn send(&self, view: &View<'_>, _stream: &mut Stream) -> Message {
        Message::Vector(view.own.to_vec())
    }

    /// Whether [`View::global`] must be there; a cluster with such an attack keeps a copy of all n rows.
    fn needs_global(&self) -> bool {
        false
    }

    /// The spelling that [`parse`] reads.
    fn name(&self) -> String;
}

/// A liar that tells the truth and writes down something of every round.
#[cfg(test)]
#[derive(Clone, Debug)]
pub(crate) struct Diary<T>(pub(crate) fn(&View<'_>) -> T, pub(crate) std::sync::Arc<std::sync::Mutex<Vec<T>>>);

#[cfg(test)]
impl<T: Debug + Send> Attack for Diary<T> {
    fn send(&self, view: &View<'_>, _stream: &mut Stream) -> Message {
        self.1.lock().unwrap().push(self.0(view));
        Message::Vector(view.own.to_vec())
    }

    fn name(&self) -> String {
        "diary".into()
    }
}

/// A kind of attack.
struct Kind {
    /// What [`parse`] reads; a parameter is in capitals.
    spelling: &'static str,
    /// One of the kind, with a parameter that an ordinary run survives.
    example: &'static str,
    /// It with this parameter, none if that is none.
    make: fn(&str) -> Option<Box<dyn Attack>>,
}

const fn kind(spelling: &'static str, example: &'static str, make: fn(&str) -> Option<Box<dyn Attack>>) -> Kind {
    Kind { spelling, example, make }
}

fn boxed(attack: impl Attack + 'static) -> Option<Box<dyn Attack>> {
    Some(Box::new(attack))
}

/// A parameter: finite and not negative.
fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|v| v.is_finite() && *v >= 0.0)
}

/// All attacks on the whole of an answer.
const KINDS: &[Kind] = &[
    kind("gaussian:SIGMA", "gaussian:5", |v| boxed(GaussianNoise { mean: 0.0, sigma: number(v)? })),
    kind("random-label", "random-label", |_| boxed(RandomLabel)),
    kind("flipped-label", "flipped-label", |_| boxed(FlippedLabel)),
    kind("negative:C", "negative:2", |v| boxed(NegativeUpdate { factor: number(v)? })),
    kind("scaled:C", "scaled:10", |v| boxed(Scaled { factor: number(v)? })),
    kind("alie:Z", "alie:1.5", |v| boxed(LittleIsEnough { z: number(v)? })),
    kind("ipm:EPS", "ipm:0.5", |v| boxed(InnerProduct { epsilon: number(v)? })),
    kind("mimic", "mimic", |_| boxed(Mimic)),
    kind("min-max", "min-max", |_| boxed(MinMax { aim: Aim::Mean })),
    kind("min-max:towards", "min-max:towards", |_| boxed(MinMax { aim: Aim::Towards })),
    kind("min-max:away", "min-max:away", |_| boxed(MinMax { aim: Aim::Away })),
    kind("min-sum", "min-sum", |_| boxed(MinSum)),
    kind("norm-shadow:BETA", "norm-shadow:0.2", |v| boxed(NormShadow { beta: TrimFraction::new(number(v)?).ok()? })),
    kind("silent", "silent", |_| boxed(MessageFault::Silent)),
    kind("nan", "nan", |_| boxed(MessageFault::NotANumber)),
    kind("inf", "inf", |_| boxed(MessageFault::Infinite)),
    kind("wrong-length", "wrong-length", |_| boxed(MessageFault::WrongLength)),
    kind("huge", "huge", |_| boxed(MessageFault::Huge)),
    kind("stale", "stale", |_| boxed(MessageFault::Stale)),
    kind("duplicate", "duplicate", |_| boxed(MessageFault::Duplicate)),
    kind("every-other:ATTACK", "every-other:negative:2", every_other),
];

/// Not of one that is told in every other round already, which would change nothing and could be said without end.
fn every_other(spec: &str) -> Option<Box<dyn Attack>> {
    let of = if spec.starts_with("every-other:") { None } else { whole(spec) };
    boxed(EveryOther { of: of? })
}

/// About one piece of an answer: the piece, how an attack on it is spelled, and an example.
const PIECES: [(Piece, &str, &str); 4] = [
    (Piece::Value, "value:ATTACK", "value:scaled:10"),
    (Piece::Gradient, "gradient:ATTACK", "gradient:min-max:away"),
    (Piece::Hessian, "hessian:ATTACK", "hessian:scaled:100"),
    (Piece::Rejected, "rejected:ATTACK", "rejected:negative:1"),
];

const COUNT: usize = KINDS.len() + PIECES.len();

/// All spellings, with the names of parameters in capitals.
pub const SPELLINGS: [&str; COUNT] = {
    let (mut all, mut i) = ([""; COUNT], 0);
    while i < COUNT {
        all[i] = if i < KINDS.len() { KINDS[i].spelling } else { PIECES[i - KINDS.len()].1 };
        i += 1;
    }
    all
};

/// One of each kind, with a parameter that an ordinary run survives: for tests of what all attacks have in common.
pub const EXAMPLES: [&str; COUNT] = {
    let (mut all, mut i) = ([""; COUNT], 0);
    while i < COUNT {
        all[i] = if i < KINDS.len() { KINDS[i].example } else { PIECES[i - KINDS.len()].2 };
        i += 1;
    }
    all
};

/// Reads an attack by one of its [`SPELLINGS`], with a number in place of the parameter's name. All of [`EXAMPLES`] are
/// valid.
///
/// # Errors
/// [`Unknown`] naming what was given.
pub fn parse(spec: &str) -> Result<Box<dyn Attack>, Unknown> {
    let piece = PIECES.iter().find_map(|(piece, spelling, _)| Some((*piece, behind(spec, spelling)?)));
    let found = match piece {
        Some((piece, of)) => whole(of).and_then(|of| boxed(Only { piece, of })),
        None => whole(spec),
    };
    let note = "; parameters are finite and not negative, and BETA is below 1/2";
    found.ok_or_else(|| Unknown::new("attack", spec, &SPELLINGS).and(note))
}

/// An attack on all of the answer.
fn whole(spec: &str) -> Option<Box<dyn Attack>> {
    KINDS.iter().find_map(|kind| match behind(spec, kind.spelling) {
        Some(value) => (kind.make)(value),
        None if spec == kind.spelling && parameter(spec).is_none() => (kind.make)(""),
        None => None,
    })
}

/// What stands in the place of a spelling's parameter.
fn behind<'a>(spec: &'a str, spelling: &str) -> Option<&'a str> {
    let (name, _) = parameter(spelling)?;
    spec.strip_prefix(name)?.strip_prefix(':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, Seed};

    fn alone(own: &[f64]) -> View<'_> {
        View::alone(Ask::Direction { w: own }, own)
    }

    fn stream(worker: usize) -> Stream {
        Seed(3).stream(Purpose::new("attack"), worker, 0)
    }

    #[test]
    fn names_parse_back_and_nonsense_is_refused() {
        for name in EXAMPLES {
            assert_eq!(parse(name).unwrap().name(), name);
        }
        let old = ["", "gaussian", "gaussian:x", "gaussian:-1", "gaussian:inf", "silent:1", "negative:nan"];
        let colluding = ["alie", "alie:", "alie:-1", "alie:nan", "ipm", "ipm:x", "ipm:inf", "IPM:1"];
        let shadow = ["norm-shadow", "norm-shadow:", "norm-shadow:0.5", "norm-shadow:-0.1", "norm-shadow:nan"];
        let pieces = [
            "value",
            "value:",
            "hessian:x",
            "rejected:gaussian",
            "min-max:up",
            "mimic:1",
            "scaled:-1",
            "value:value:nan",
            "every-other",
            "every-other:",
            "every-other:x",
            "every-other:gaussian",
            "every-other:value:huge",
            "every-other:every-other:nan",
        ];
        for bad in old.into_iter().chain(colluding).chain(shadow).chain(pieces) {
            assert_eq!(parse(bad).unwrap_err().word(), bad);
        }
        let message = parse("gausian:5").unwrap_err().to_string();
        assert!(message.contains("did you mean 'gaussian:SIGMA'?"), "{message}");
        for name in EXAMPLES {
            assert!(message.contains(name.split(':').next().unwrap()), "{name} in: {message}");
        }
    }

    #[test]
    fn each_attack_does_what_its_name_says() {
        let own = [1.0, -2.0];
        let view = alone(&own);
        let send = |name: &str| parse(name).unwrap().send(&view, &mut stream(0));
        assert_eq!(send("negative:2"), Message::Vector(vec![-2.0, 4.0]));
        assert_eq!(send("silent"), Message::Nothing);
        assert_eq!(send("stale"), Message::Late(own.to_vec()));
        assert_eq!(send("duplicate"), Message::Twice(own.to_vec()));
        assert_eq!(send("random-label"), Message::Vector(own.to_vec()));
        assert!(matches!(send("nan"), Message::Vector(v) if v.iter().any(|x| x.is_nan())));
        assert!(matches!(send("inf"), Message::Vector(v) if v.iter().all(|x| *x == f64::INFINITY)));
        assert!(matches!(send("wrong-length"), Message::Vector(v) if v.len() != own.len()));
        assert!(matches!(send("huge"), Message::Vector(v) if v.iter().all(|x| x.is_finite() && x.abs() > 1e100)));

        let mut labels = vec![1.0; 1000];
        parse("flipped-label").unwrap().poison(&mut labels, &mut stream(0));
        assert!(labels.iter().all(|&y| y == -1.0));
        parse("random-label").unwrap().poison(&mut labels, &mut stream(0));
        let positive = labels.iter().filter(|&&y| y == 1.0).count();
        assert!((400..600).contains(&positive) && labels.iter().all(|y| y.abs() == 1.0));
    }

    #[test]
    fn gaussian_noise_has_the_stated_deviation_and_an_own_stream_for_each_worker() {
        let own = vec![5.0; 20_000];
        let view = alone(&own);
        let attack = GaussianNoise { mean: 1.0, sigma: 2.0 };
        let Message::Vector(sent) = attack.send(&view, &mut stream(0)) else { panic!("a vector") };
        let noise: Vec<f64> = sent.iter().map(|v| v - 5.0).collect();
        let mean = noise.iter().sum::<f64>() / 20_000.0;
        let variance = noise.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!((mean - 1.0).abs() < 0.1 && (variance - 4.0).abs() < 0.3);
        assert_ne!(attack.send(&view, &mut stream(1)), Message::Vector(sent));
    }
}
