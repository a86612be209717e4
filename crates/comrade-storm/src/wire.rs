//! The network: frames on their way, by virtual time. It reads tags only to know which mishap is due.

use crate::mishap::{DEADLINE, Fate, Mishap};
use crate::world::World;
use comrade::cluster::{ClusterError, Lost, Transport};
use comrade::protocol::{AskError, Tag};
use comrade::simulation::Local;
use comrade::stream::{Purpose, Seed};
use comrade::worker::Remote;
use rand::Rng;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::sync::Arc;

const GARBAGE: Purpose = Purpose::new("garbage");
/// In times that it took until enough had answered: how long those who are late are waited for.
const GRACE: u64 = 2;

/// What is on its way, ordered by when it arrives, and then by when it was sent.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: u64,
    serial: u64,
    worker: usize,
    /// Which exchange it belongs to, and its round.
    call: u64,
    round: u64,
    cargo: Cargo,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cargo {
    /// With the frames that will answer it: a worker keeps nothing between questions, so they can be made beforehand.
    Question(Vec<Vec<u8>>),
    Answer(Vec<u8>),
}

/// The network, its clock, and what really happened in the last exchange.
#[derive(Debug)]
pub(crate) struct Wire<'a> {
    world: &'a World,
    mishaps: &'a [Mishap],
    spent: Vec<bool>,
    liars: Option<Local>,
    queue: BinaryHeap<Reverse<Event>>,
    serial: u64,
    pub(crate) clock: u64,
    /// Until when each worker is away, and whether it is dead.
    away: Vec<(u64, bool)>,
    /// What each worker sent last.
    last: Vec<Option<Vec<u8>>>,
    /// How many exchanges there were.
    pub(crate) calls: u64,
    /// How many steps back the center goes, if it was killed in the last exchange.
    pub(crate) killed: Option<usize>,
    pub(crate) question: Vec<u8>,
    /// What each worker answers to it.
    pub(crate) truth: Vec<Vec<Vec<u8>>>,
    /// What came from each worker, and from a stranger.
    pub(crate) heard: Vec<Vec<Vec<u8>>>,
    pub(crate) trace: Option<Vec<String>>,
}

/// A cluster's end of the network.
#[derive(Debug)]
pub(crate) struct Line<'b, 'a>(pub(crate) &'b RefCell<Wire<'a>>);

impl Transport for Line<'_, '_> {
    fn workers(&self) -> usize {
        self.0.borrow().world.workers()
    }

    fn dimension(&self) -> usize {
        self.0.borrow().world.dimension()
    }

    fn exchange(&mut self, question: &[u8], enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
        self.0.borrow_mut().exchange(question, enough)
    }

    fn shares(&self) -> Vec<f64> {
        self.0.borrow().world.shares.clone()
    }
}

impl<'a> Wire<'a> {
    pub(crate) fn new(world: &'a World, mishaps: &'a [Mishap], liars: Option<Local>, traced: bool) -> Self {
        let m = world.workers();
        Self {
            world,
            mishaps,
            spent: vec![false; mishaps.len()],
            liars,
            queue: BinaryHeap::new(),
            serial: 0,
            clock: 0,
            away: vec![(0, false); m],
            last: vec![None; m],
            calls: 0,
            killed: None,
            question: vec![],
            truth: vec![],
            heard: vec![],
            trace: traced.then(Vec::new),
        }
    }

    pub(crate) fn note(&mut self, says: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("t = {:4}  {}", self.clock, says()));
        }
    }

    /// How many mishaps have happened.
    pub(crate) fn happened(&self) -> usize {
        self.spent.iter().filter(|spent| **spent).count()
    }

    /// The mishaps that are due, each once.
    fn due<T>(&mut self, is: impl Fn(&Mishap) -> Option<T>) -> Vec<T> {
        let mut found = vec![];
        for (mishap, spent) in self.mishaps.iter().zip(&mut self.spent) {
            if let Some(what) = Some(mishap).filter(|_| !*spent).and_then(&is) {
                *spent = true;
                found.push(what);
            }
        }
        found
    }

    /// Whether the center is killed now, and how many steps back it goes.
    pub(crate) fn kill(&mut self, now: u64, in_round: bool) -> Option<usize> {
        let due = self.due(|mishap| match *mishap {
            Mishap::Kill { round, waiting, back } if waiting == in_round && round <= now => Some(back),
            _ => None,
        });
        due.into_iter().max()
    }

    /// What everyone answers, the liars knowing it all.
    fn answers(&mut self, question: &[u8]) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
        let own = |remote: &Remote| -> Vec<Vec<u8>> { remote.answer(question).into_iter().collect() };
        let mut all: Vec<Vec<Vec<u8>>> = self.world.honest.iter().map(own).collect();
        if let Some(liars) = &mut self.liars {
            let sent = liars.exchange(question, self.world.workers())?;
            for mishap in self.mishaps {
                if let Mishap::Lie { worker, .. } = mishap {
                    all[*worker].clone_from(&sent[*worker]);
                }
            }
        }
        Ok(all)
    }

    /// One question to all, and what came before the deadline; ends with the tick in which the last of them has
    /// answered, or when enough have and those who are late have been waited for.
    fn exchange(&mut self, question: &[u8], enough: usize) -> Result<Vec<Vec<Vec<u8>>>, ClusterError> {
        let (tag, _) = Tag::unframe(question).ok_or(AskError::Frame(question.len()))?;
        let (m, opened) = (self.world.workers(), self.clock);
        self.calls += 1;
        self.truth = self.answers(question)?;
        self.heard = vec![vec![]; m + 1];
        self.question = question.to_vec();
        self.note(|| format!("round {} of run {}: the center asks", tag.round, tag.run));
        (0..m).for_each(|worker| self.ask(worker, tag.round));
        self.killed = self.kill(tag.round, true);
        if self.killed.is_some() {
            self.note(|| "the center is killed while it waits".into());
            return Err(ClusterError::Transport(Lost(Arc::new(io::Error::from(io::ErrorKind::ConnectionReset)))));
        }
        let (mut waits, mut until) = (vec![true; m], opened + DEADLINE);
        loop {
            let next = self.queue.peek().map_or(u64::MAX, |Reverse(event)| event.at);
            let open = next == self.clock || waits.contains(&true);
            if !open || next > until {
                break;
            }
            let Some(Reverse(event)) = self.queue.pop() else { break };
            self.clock = event.at;
            match event.cargo {
                Cargo::Question(frames) => self.arrive(event.worker, (event.call, event.round), frames),
                Cargo::Answer(frame) => {
                    self.note(|| format!("    {} bytes from worker {}", frame.len(), event.worker));
                    self.heard[event.worker].push(frame);
                    if let Some(waits) = waits.get_mut(event.worker).filter(|_| event.call == self.calls) {
                        *waits = false;
                    }
                    let out = waits.iter().filter(|waits| **waits).count();
                    if enough < m && out <= m - enough {
                        until = until.min(opened + GRACE * (self.clock - opened));
                    }
                }
            }
        }
        if waits.contains(&true) {
            self.clock = until;
            self.note(|| "    the round is closed".into());
        }
        Ok(self.heard.clone())
    }

    fn push(&mut self, at: u64, worker: usize, (call, round): (u64, u64), cargo: Cargo) {
        self.serial += 1;
        self.queue.push(Reverse(Event { at, serial: self.serial, worker, call, round, cargo }));
    }

    /// Sends the question to a worker.
    fn ask(&mut self, worker: usize, round: u64) {
        let now = self.clock;
        let away = self.due(|mishap| match *mishap {
            Mishap::Away { worker: who, round: when, ticks, dead } if (who, when) == (worker, round) => {
                Some((now + ticks, dead))
            }
            _ => None,
        });
        if let Some(away) = away.into_iter().max() {
            self.away[worker] = away;
            self.note(|| {
                format!("    worker {worker} {} until t = {}", if away.1 { "is dead" } else { "sleeps" }, away.0)
            });
        }
        let mut copies = vec![self.truth[worker].clone()];
        for fate in self.fates(worker, round, true) {
            match fate {
                Fate::QuestionTwice => copies.extend_from_within(..),
                Fate::QuestionFlipped(place) => {
                    let mut other = self.question.clone();
                    flip(&mut other, place);
                    copies = vec![self.world.honest[worker].answer(&other).into_iter().collect()];
                }
                _ => copies.clear(),
            }
            self.note(|| format!("    to worker {worker}: {fate:?}"));
        }
        let at = now + self.world.latency(worker, 2 * self.calls);
        copies.into_iter().for_each(|frames| self.push(at, worker, (self.calls, round), Cargo::Question(frames)));
    }

    fn fates(&mut self, worker: usize, round: u64, questions: bool) -> Vec<Fate> {
        self.due(|mishap| match *mishap {
            Mishap::Message { worker: who, round: when, fate } if (who, when) == (worker, round) => {
                let down = matches!(fate, Fate::QuestionLost | Fate::QuestionTwice | Fate::QuestionFlipped(_));
                (down == questions).then_some(fate)
            }
            _ => None,
        })
    }

    /// The question is there: the worker answers, now or when it wakes up, or never.
    fn arrive(&mut self, worker: usize, of: (u64, u64), frames: Vec<Vec<u8>>) {
        let (until, dead) = self.away[worker];
        if until > self.clock {
            if !dead {
                self.push(until, worker, of, Cargo::Question(frames));
            }
            return;
        }
        let fates = self.fates(worker, of.1, false);
        fates.iter().for_each(|fate| self.note(|| format!("    from worker {worker}: {fate:?}")));
        frames.into_iter().for_each(|frame| self.send(worker, of, frame, &fates));
    }

    /// An answer leaves, and what happens to it.
    fn send(&mut self, worker: usize, of: (u64, u64), frame: Vec<u8>, fates: &[Fate]) {
        let at = self.clock + self.world.latency(worker, 2 * of.0 + 1);
        // Of an older round or run: not of the question that the center waits for.
        let old = self.last[worker].replace(frame.clone()).filter(|old| old.get(..16) != self.question.get(..16));
        let mut other_run = frame.clone();
        flip(&mut other_run, 63);
        let next = (worker + 1) % self.truth.len();
        let neighbours = self.truth[next].first().cloned();
        let mut copies = vec![(at, frame.clone())];
        for fate in fates {
            let before = match *fate {
                Fate::OldToo => old.clone(),
                Fate::OtherRunToo => Some(other_run.clone()),
                Fate::NeighboursToo => neighbours.clone(),
                _ => None,
            };
            if let Some(before) = before {
                copies.insert(0, (at, before));
            }
            let Some((at, bytes)) = copies.last_mut() else { continue };
            match *fate {
                Fate::Late(ticks) => *at += ticks,
                Fate::Twice(ticks) => {
                    let again = (*at + ticks, bytes.clone());
                    copies.push(again);
                }
                Fate::Flipped(place) => flip(bytes, place),
                Fate::Torn(length) => bytes.truncate(length % bytes.len().max(1)),
                Fate::Garbage(number) => {
                    Seed(number).stream(GARBAGE, 0, 0).fill_bytes(bytes.get_mut(16..).unwrap_or_default());
                }
                Fate::NotFinite => bytes.splice(16.min(bytes.len()).., [0]).for_each(drop),
                Fate::NotANumber => {
                    let end = bytes.len();
                    bytes.splice(end.saturating_sub(8).., f64::NAN.to_le_bytes()).for_each(drop);
                }
                Fate::OldInstead => *bytes = old.clone().unwrap_or_default(),
                Fate::OtherRunInstead => bytes.clone_from(&other_run),
                Fate::NeighboursInstead => *bytes = neighbours.clone().unwrap_or_default(),
                Fate::Stranger => {
                    let (at, bytes) = (*at, bytes.clone());
                    self.push(at, self.world.workers(), of, Cargo::Answer(bytes));
                }
                Fate::Lost => copies.clear(),
                _ => {}
            }
        }
        copies.into_iter().for_each(|(at, bytes)| self.push(at, worker, of, Cargo::Answer(bytes)));
    }
}

/// Turns the bit at some place of the message into the other one.
fn flip(bytes: &mut [u8], place: usize) {
    let bits = 8 * bytes.len().max(1);
    if let Some(byte) = bytes.get_mut(place % bits / 8) {
        *byte ^= 1 << (place % 8);
    }
}
