//! What a Byzantine worker does: to the labels it holds, or to the message it sends.

mod colluding;
mod fault;
mod label;
mod min_max;
mod norm_shadow;
mod piece;
mod sphere;
mod update;

pub use colluding::{InnerProduct, LittleIsEnough, Mimic};
pub use fault::Fault;
pub use label::{FlippedLabel, RandomLabel};
pub use min_max::{Aim, MinMax};
pub use norm_shadow::NormShadow;
pub use piece::{Only, Piece};
pub use update::{Gaussian, NegativeUpdate, Scaled};

use crate::aggregate::TrimFraction;
use crate::objective::Objective;
use crate::protocol::Ask;
use crate::stream::Stream;
use std::fmt::Debug;

/// What an adversary sees when it chooses its message: everything (it may collude with all others).
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What the center asked for, and with it the iterate w; see [`View::iterate`].
    pub ask: Ask<'a>,
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
    /// w, where the round is played, d.
    #[must_use]
    pub fn iterate(&self) -> &'a [f64] {
        self.ask.iterate()
    }

    /// d.
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

/// What leaves the worker.
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

/// What [`parse`] reads, for help and errors.
pub const SPELLINGS: &str = "gaussian:SIGMA, random-label, flipped-label, negative:C, scaled:C, alie:Z, ipm:EPS, mimic, min-max, \
    min-max:towards, min-max:away, norm-shadow:BETA, silent, nan, wrong-length, huge, stale or duplicate, or one of them about one \
    piece of the answer, value:ATTACK, gradient:ATTACK, hessian:ATTACK or rejected:ATTACK; parameters are finite and not negative, \
    BETA is below 1/2";

/// One of each kind, with a parameter that an ordinary run survives: for tests of what all attacks have in common.
pub const EXAMPLES: [&str; 22] = [
    "gaussian:5",
    "random-label",
    "flipped-label",
    "negative:2",
    "scaled:10",
    "alie:1.5",
    "ipm:0.5",
    "mimic",
    "min-max",
    "min-max:towards",
    "min-max:away",
    "norm-shadow:0.2",
    "value:scaled:10",
    "gradient:min-max:away",
    "hessian:scaled:100",
    "rejected:negative:1",
    "silent",
    "nan",
    "wrong-length",
    "huge",
    "stale",
    "duplicate",
];

/// An attack's spelling could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown attack '{0}': use {list}", list = SPELLINGS)]
pub struct UnknownAttack(pub String);

/// Reads what [`SPELLINGS`] says; for instance all of [`EXAMPLES`].
///
/// # Errors
/// [`UnknownAttack`] naming what was given.
pub fn parse(spec: &str) -> Result<Box<dyn Attack>, UnknownAttack> {
    let unknown = || UnknownAttack(spec.to_owned());
    let (piece, of) = match spec.split_once(':') {
        Some(("value", of)) => (Piece::Value, of),
        Some(("gradient", of)) => (Piece::Gradient, of),
        Some(("hessian", of)) => (Piece::Hessian, of),
        Some(("rejected", of)) => (Piece::Rejected, of),
        _ => return whole(spec).ok_or_else(unknown),
    };
    Ok(Box::new(Only { piece, of: whole(of).ok_or_else(unknown)? }))
}

/// An attack on all of the answer.
fn whole(spec: &str) -> Option<Box<dyn Attack>> {
    let (name, value) = spec.split_once(':').map_or((spec, None), |(name, value)| (name, Some(value)));
    let number = |value: &str| value.parse::<f64>().ok().filter(|v| v.is_finite() && *v >= 0.0);
    Some(match (name, value) {
        ("scaled", Some(c)) => Box::new(Scaled { factor: number(c)? }),
        ("mimic", None) => Box::new(Mimic),
        ("min-max", None) => Box::new(MinMax { aim: Aim::Mean }),
        ("min-max", Some("towards")) => Box::new(MinMax { aim: Aim::Towards }),
        ("min-max", Some("away")) => Box::new(MinMax { aim: Aim::Away }),
        ("gaussian", Some(sigma)) => Box::new(Gaussian { mean: 0.0, sigma: number(sigma)? }),
        ("negative", Some(c)) => Box::new(NegativeUpdate { factor: number(c)? }),
        ("alie", Some(z)) => Box::new(LittleIsEnough { z: number(z)? }),
        ("ipm", Some(epsilon)) => Box::new(InnerProduct { epsilon: number(epsilon)? }),
        ("norm-shadow", Some(beta)) => Box::new(NormShadow { beta: TrimFraction::new(number(beta)?).ok()? }),
        ("random-label", None) => Box::new(RandomLabel),
        ("flipped-label", None) => Box::new(FlippedLabel),
        ("silent", None) => Box::new(Fault::Silent),
        ("nan", None) => Box::new(Fault::NotANumber),
        ("wrong-length", None) => Box::new(Fault::WrongLength),
        ("huge", None) => Box::new(Fault::Huge),
        ("stale", None) => Box::new(Fault::Stale),
        ("duplicate", None) => Box::new(Fault::Duplicate),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, Seed};

    /// What a liar sees that knows of no one else.
    fn alone(own: &[f64]) -> View<'_> {
        View { ask: Ask::Direction { w: own }, own, honest: &[], liars: 1, global: None, lowest: f64::INFINITY }
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
        ];
        for bad in old.into_iter().chain(colluding).chain(shadow).chain(pieces) {
            assert_eq!(parse(bad).unwrap_err(), UnknownAttack(bad.to_owned()));
        }
        let message = UnknownAttack("x".into()).to_string();
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
        let attack = Gaussian { mean: 1.0, sigma: 2.0 };
        let Message::Vector(sent) = attack.send(&view, &mut stream(0)) else { panic!("a vector") };
        let noise: Vec<f64> = sent.iter().map(|v| v - 5.0).collect();
        let mean = noise.iter().sum::<f64>() / 20_000.0;
        let variance = noise.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!((mean - 1.0).abs() < 0.1 && (variance - 4.0).abs() < 0.3);
        assert_ne!(attack.send(&view, &mut stream(1)), Message::Vector(sent));
    }
}
