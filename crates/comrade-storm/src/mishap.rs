//! What goes wrong, as a list: drawn from a seed before the run, printed, and made shorter item by item where a check
//! fails.

use comrade::attack::EXAMPLES;
use rand::RngExt;
use std::fmt;

/// The virtual ticks that a round waits for answers.
pub(crate) const DEADLINE: u64 = 100;
/// A message takes at most this many ticks, one way.
pub(crate) const SLOWEST: u64 = 20;

/// What happens to the question of a round on its way to a worker, or to the worker's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The question does not arrive.
    QuestionLost,
    /// The question arrives twice, and is answered twice.
    QuestionTwice,
    /// One bit of the question is another one.
    QuestionFlipped(usize),
    /// The answer does not arrive.
    Lost,
    /// The answer is this many ticks late.
    Late(u64),
    /// A copy of the answer comes this many ticks after it.
    Twice(u64),
    /// One bit of the answer is another one.
    Flipped(usize),
    /// Only this many bytes of the answer are left.
    Torn(usize),
    /// Bytes made from a number come in its place.
    Garbage(u64),
    /// The sender says that its numbers are not finite.
    NotFinite,
    /// The last number of the answer is NaN.
    NotANumber,
    /// What the worker sent last comes in its place.
    OldInstead,
    /// What the worker sent last comes before it.
    OldToo,
    /// It has the tag of another run.
    OtherRunInstead,
    /// A copy with the tag of another run comes before it.
    OtherRunToo,
    /// The answer of the next worker comes in its place, from this one.
    NeighboursInstead,
    /// The answer of the next worker comes before it, from this one.
    NeighboursToo,
    /// A copy comes from a worker that does not exist.
    Stranger,
}

/// One thing that goes wrong. Each happens once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The worker lies, in all rounds.
    Lie {
        /// Who.
        worker: usize,
        /// How, as the registry of attacks spells it.
        attack: &'static str,
    },
    /// To one question or its answer.
    Message {
        /// Whose.
        worker: usize,
        /// When.
        round: u64,
        /// What.
        fate: Fate,
    },
    /// From the moment in which a question goes out the worker sleeps, and answers when it wakes up; or it is dead.
    Away {
        /// Who.
        worker: usize,
        /// When.
        round: u64,
        /// How long.
        ticks: u64,
        /// Dead: what is asked meanwhile is lost.
        dead: bool,
    },
    /// The center is killed, and resumed from what it had kept.
    Kill {
        /// When.
        round: u64,
        /// While it waits for answers; otherwise after the step.
        waiting: bool,
        /// How many steps before.
        back: usize,
    },
}

impl Mishap {
    /// Whether the iterates are promised to be those of a run without it: each worker's one right answer comes before
    /// the deadline, whatever else comes, and whatever happens to the center.
    pub(crate) fn is_harmless(&self) -> bool {
        match self {
            Self::Lie { .. } | Self::Kill { .. } => true,
            Self::Message { fate: Fate::Late(ticks), .. } => 2 * SLOWEST + ticks < DEADLINE,
            Self::Message { fate: Fate::Twice(ticks), .. } => *ticks >= DEADLINE,
            Self::Message { fate: Fate::OldToo | Fate::OtherRunToo | Fate::Stranger, .. } => true,
            Self::Message { .. } | Self::Away { .. } => false,
        }
    }

    /// To whose message in which round it happens.
    fn message(&self) -> Option<(usize, u64)> {
        if let Self::Message { worker, round, .. } = *self { Some((worker, round)) } else { None }
    }
}

impl fmt::Display for Mishap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lie { worker, attack } => write!(f, "worker {worker} lies: {attack}"),
            Self::Message { worker, round, fate } => write!(f, "round {round}, worker {worker}: {fate:?}"),
            Self::Away { worker, round, ticks, dead } => {
                let how = if *dead { "is dead" } else { "sleeps" };
                write!(f, "round {round}, worker {worker} {how} for {ticks} ticks")
            }
            Self::Kill { round, waiting, back } => {
                let when = if *waiting { "while it waits in" } else { "after" };
                write!(f, "the center is killed {when} round {round}, and goes on from {back} steps before")
            }
        }
    }
}

/// A list for m workers of which `allowed` may be missing or lie and as many more as are `excused` may be missing, in a
/// run of this many rounds.
///
/// One in three is calm: nothing that changes the iterates. One in three keeps to as many workers as may be missing or
/// lie. In the others anything happens to anyone.
pub(crate) fn draw(
    stream: &mut impl RngExt,
    workers: usize,
    (allowed, excused): (usize, usize),
    rounds: u64,
) -> Vec<Mishap> {
    let (calm, wild) = (stream.random_ratio(1, 3), stream.random_ratio(1, 2));
    let first = stream.random_range(0..workers);
    // Those to whom it happens: neighbours in a ring.
    let victims = if calm || wild { workers } else { allowed + excused };
    let mut list = Vec::new();
    let liars = if wild && !calm {
        stream.random_range(0..=workers.min(allowed + 1))
    } else {
        stream.random_range(0..=allowed)
    };
    for k in 0..liars {
        let attack = EXAMPLES[stream.random_range(0..EXAMPLES.len())];
        list.push(Mishap::Lie { worker: (first + k) % workers, attack });
    }
    for _ in 0..stream.random_range(0..=12) {
        let round = stream.random_range(0..rounds);
        let worker = (first + stream.random_range(0..victims.max(1))) % workers;
        let mishap = match stream.random_range(0..8) {
            0 => {
                let back = if stream.random() { 0 } else { stream.random_range(0..4) };
                Mishap::Kill { round, waiting: stream.random(), back }
            }
            1 => Mishap::Away { worker, round, ticks: stream.random_range(1..4 * DEADLINE), dead: stream.random() },
            _ => Mishap::Message { worker, round, fate: fate(stream) },
        };
        let first = mishap.message().is_none() || list.iter().all(|other: &Mishap| other.message() != mishap.message());
        let somebody = victims > 0 || matches!(mishap, Mishap::Kill { .. });
        if somebody && (!calm || (mishap.is_harmless() && first)) {
            list.push(mishap);
        }
    }
    list
}

fn fate(stream: &mut impl RngExt) -> Fate {
    let (place, ticks) = (stream.random_range(0..10_000), stream.random_range(1..3 * DEADLINE));
    match stream.random_range(0..22) {
        0 => Fate::QuestionLost,
        1 => Fate::QuestionTwice,
        2 => Fate::QuestionFlipped(place),
        3 => Fate::Lost,
        4..=6 => Fate::Late(ticks),
        7 | 8 => Fate::Twice(ticks),
        9 | 10 => Fate::Flipped(place),
        11 => Fate::Torn(place),
        12 => Fate::Garbage(place as u64),
        13 => Fate::NotFinite,
        14 => Fate::NotANumber,
        15 => Fate::OldInstead,
        16 => Fate::OldToo,
        17 => Fate::OtherRunInstead,
        18 => Fate::OtherRunToo,
        19 => Fate::NeighboursInstead,
        20 => Fate::NeighboursToo,
        _ => Fate::Stranger,
    }
}
