//! What must hold, checked after every round, step and end. The head of the crate lists the checkers by the names used
//! here.

use crate::mishap::{DEADLINE, Mishap};
use crate::oracle::norm;
use crate::wire::Wire;
use crate::world::World;
use comrade::aggregate::AggregateError;
use comrade::center::{Cause, SolveError};
use comrade::cluster::{Ask, Reply};
use comrade::compress::WireError;
use comrade::method::{End, Measured, Method, Outcome, Progress, Rule, State};
use comrade::protocol::{Missing, Tag, WorkerId};
use std::collections::BTreeMap;

/// The run without mishaps, except that the liars lie.
#[derive(Debug, Default)]
pub(crate) struct Calm {
    /// The question of each round, without its frame.
    pub(crate) asked: BTreeMap<u64, Vec<u8>>,
    /// None if the run could not go on.
    pub(crate) outcome: Option<Outcome>,
}

/// What is so of a run up to some round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marks {
    /// One right answer of each worker came to each question in time, so that the iterates are those of the calm run.
    pub(crate) clean: bool,
    /// No number was believed that is not a worker's right one.
    honest: bool,
    /// Nobody was missing.
    whole: bool,
}

/// A round as it really was.
#[derive(Debug)]
struct Told {
    round: u64,
    absent: Vec<(WorkerId, Missing)>,
    /// Workers whose usable answer is not their right one.
    lies: usize,
    clean: bool,
}

#[derive(Debug)]
pub(crate) struct Judge<'a> {
    world: &'a World,
    mishaps: &'a [Mishap],
    calm: Option<&'a Calm>,
    /// Rounds since the last step.
    since: Vec<Told>,
    pub(crate) marks: Marks,
    /// The states after each step, the start first.
    pub(crate) kept: Vec<(State, Marks)>,
    pub(crate) asked: BTreeMap<u64, Vec<u8>>,
    /// The first check that failed.
    pub(crate) broken: Option<String>,
}

/// What the frames of one worker amount to.
fn amounts_to(frames: &[Vec<u8>], question: &[u8], ask: &Ask<'_>, world: &World) -> Reply {
    let answers: Vec<&Vec<u8>> = answers(frames, question).collect();
    match (&answers[..], frames.first().and_then(|frame| Tag::unframe(frame))) {
        ([], None) => Err(Missing::Silent),
        ([], Some((other, _))) => Err(Missing::Stale(other)),
        ([short], _) if short.len() < 16 => Err(Missing::Frame(short.len())),
        ([one], _) => {
            let compressor = world.compressor();
            ask.codec(&*compressor).decode(&one[16..], ask.reply_length()).map_err(Missing::Unreadable)
        }
        _ => Err(Missing::Duplicate),
    }
}

/// The frames that are no answer to another question.
fn answers<'f>(frames: &'f [Vec<u8>], question: &'f [u8]) -> impl Iterator<Item = &'f Vec<u8>> {
    frames.iter().filter(|frame| frame.len() < 16 || frame[..16] == question[..16])
}

fn finite(v: &[f64]) -> bool {
    v.iter().all(|x| x.is_finite())
}

impl<'a> Judge<'a> {
    pub(crate) fn new(world: &'a World, mishaps: &'a [Mishap], calm: Option<&'a Calm>, start: State) -> Self {
        let marks = Marks { clean: true, honest: true, whole: true };
        let (since, kept) = (vec![], vec![(start, marks)]);
        Self { world, mishaps, calm, since, marks, kept, asked: BTreeMap::new(), broken: None }
    }

    pub(crate) fn fault(&mut self, checker: &str, says: impl Into<String>) {
        self.broken.get_or_insert_with(|| format!("{checker}: {}", says.into()));
    }

    /// After a round of this run that began at (calls, clock).
    pub(crate) fn round(&mut self, wire: &Wire<'_>, before: (u64, u64), run: u64, ask: &Ask<'_>, replies: &[Reply]) {
        let played = self.kept.last().map_or(0, |(state, _)| state.traffic().rounds);
        let tag = Tag { run, round: played + self.since.len() as u64 };
        if wire.calls != before.0 + 1 || wire.clock - before.1 > DEADLINE {
            let (calls, ticks) = (wire.calls - before.0, wire.clock - before.1);
            self.fault("deadline", format!("{tag:?} took {calls} exchanges and {ticks} ticks"));
        }
        if wire.question != tag.frame(&ask.encode()) {
            self.fault("tag", format!("{tag:?} was due, another question went out"));
        }
        let second = if let Ask::DirectionFor { gradient, .. } = ask { gradient } else { &[][..] };
        if !finite(ask.iterate()) || !finite(second) {
            self.fault("finite", format!("{tag:?} asks at w = {:?} {second:?}", ask.iterate()));
        }
        self.same_bits(tag.round, &wire.question[16..]);
        let mut told = Told { round: tag.round, absent: vec![], lies: 0, clean: true };
        if replies.len() != self.world.workers() {
            self.fault("reply", format!("{} replies", replies.len()));
        }
        for (i, reply) in replies.iter().enumerate() {
            let (heard, truth) = (&wire.heard[i], &wire.truth[i]);
            told.clean &= answers(heard, &wire.question).eq(answers(truth, &wire.question));
            match reply {
                Ok(v) if !finite(v) => self.fault("finite", format!("{tag:?}: {v:?} of worker {i}")),
                Ok(_) => {}
                Err(why) => told.absent.push((WorkerId(i), *why)),
            }
            let meant = amounts_to(heard, &wire.question, ask, self.world);
            if *reply != meant {
                self.fault("reply", format!("{tag:?}, worker {i}: {reply:?}, and it is {meant:?}"));
            }
            let right = amounts_to(truth, &wire.question, ask, self.world);
            let liar = self.mishaps.iter().any(|mishap| matches!(mishap, Mishap::Lie { worker, .. } if *worker == i));
            told.lies += usize::from(reply.is_ok() && (liar || *reply != right));
        }
        self.since.push(told);
    }

    /// Whether it is the question of the calm run, where that is promised.
    fn same_bits(&mut self, round: u64, question: &[u8]) {
        let clean = self.marks.clean && self.since.iter().all(|told| told.clean);
        let Some(calm) = self.calm.filter(|_| clean) else {
            self.asked.insert(round, question.to_vec());
            return;
        };
        let other = match calm.asked.get(&round) {
            Some(asked) => asked != question,
            None => calm.outcome.is_some(),
        };
        if other {
            self.fault("same bits", format!("round {round} asks at another w than without mishaps"));
        }
    }

    /// After a step, or a trial of one.
    pub(crate) fn step(&mut self, seen: &Progress<'_>) {
        let before = self.kept.last().and_then(|(state, _)| state.best());
        let (allowed, excused) = (self.world.allowed(), self.world.excused());
        let w = |best: Option<(&[f64], Measured)>| best.map(|(w, _)| w.to_vec());
        let moved = w(seen.state.best()) != w(before);
        for told in std::mem::take(&mut self.since) {
            let overflow = told.absent.iter().all(|(_, why)| *why == Missing::Unreadable(WireError::Unreadable));
            if told.absent.len() > allowed + excused && (moved || !overflow) {
                self.fault("too many", format!("round {} goes on without {:?}", told.round, told.absent));
            }
            self.marks.clean &= told.clean;
            self.marks.honest &= told.lies == 0;
            self.marks.whole &= allowed > 0 || told.absent.is_empty();
        }
        self.dropped(seen);
        if let Some(ghost) = seen.kept.iter().find(|id| seen.replies.get(id.0).is_some_and(Result::is_err)) {
            self.fault("kept", format!("{ghost} counts, and has no usable reply: {:?}", seen.replies));
        }
        for (w, measured) in seen.state.best().into_iter().chain(seen.measured.map(|measured| (seen.w, measured))) {
            self.numbers(w, measured);
        }
        self.kept.push((seen.state.clone(), self.marks));
    }

    /// Checks that a rule which drops leaves out as many of the answers as may be lies.
    fn dropped(&mut self, seen: &Progress<'_>) {
        let (allowed, excused, rule) = (self.world.allowed(), self.world.excused(), self.world.options.rule);
        let lazy = self.world.method == Method::LazyNewton;
        let drops = rule == Rule::Norm || (rule == Rule::Published && !lazy && seen.measured.is_none());
        let missing = seen.replies.iter().filter(|reply| reply.is_err()).count();
        let due = allowed.saturating_sub(missing.saturating_sub(excused));
        if drops && !seen.kept.is_empty() && seen.kept.len() + missing + due > seen.replies.len() {
            let says = format!("{missing} are missing and {due} were to be dropped; {:?} count", seen.kept);
            self.fault("dropped", says);
        }
    }

    /// f and ||g|| that are said to be those of w.
    fn numbers(&mut self, w: &[f64], Measured { value, gradient_norm }: Measured) {
        if !finite(w) || value.is_nan() || gradient_norm.is_nan() {
            self.fault("finite", format!("f = {value}, ||g|| = {gradient_norm} at w = {w:?}"));
        }
        if !self.is_exact() || !finite(w) {
            return;
        }
        let there = self.world.oracle.at(w);
        let (f, g) = ((there.value - value).abs(), (norm(&there.gradient) - gradient_norm).abs());
        if f > there.grain.0 || g > there.grain.1 {
            let says = format!(
                "f = {value}, ||g|| = {gradient_norm} at w = {w:?}; they are {}, {}",
                there.value,
                norm(&there.gradient)
            );
            self.fault("told", says);
        }
    }

    /// Whether all that the center was told is so, and all of it counts.
    fn is_exact(&self) -> bool {
        self.world.allowed() == 0 && self.marks.honest && self.marks.whole
    }

    /// After an error other than the center's own death.
    pub(crate) fn error(&mut self, error: &SolveError, state: &State) {
        let (allowed, workers) = (self.world.allowed(), self.world.workers());
        self.unchanged(state);
        if state.best().map_or(&[][..], |(w, _)| w) != error.w {
            self.fault("too many", format!("the error has w = {:?}", error.w));
        }
        let told = self.since.pop();
        self.since.clear();
        let (Some(told), Cause::Aggregate { round, source, absent }) = (told, &error.cause) else {
            return self.fault("error", error.to_string());
        };
        let missing = told.absent.len();
        let excused = missing.min(self.world.excused());
        let allowed = allowed + excused;
        // A worker whose message is too far out to be compared counts as missing, though it has a reply.
        let counted = (missing..=missing + told.lies)
            .any(|missing| *source == AggregateError::TooManyMissing { missing, allowed, workers });
        if missing + told.lies <= allowed {
            self.fault("goes on", format!("{error}, though only {:?} have none, and {} lie", told.absent, told.lies));
        } else if (round, absent) != (&told.round, &told.absent) || !counted {
            self.fault("too many", format!("{error}; the absent are {:?}", told.absent));
        }
    }

    /// That a step which failed has left all as it was.
    pub(crate) fn unchanged(&mut self, state: &State) {
        if self.kept.last().is_some_and(|(kept, _)| kept != state) {
            self.fault("unchanged", format!("a step that failed has changed the state to {state:?}"));
        }
    }

    /// Goes back this many steps.
    pub(crate) fn resume(&mut self, back: usize) -> State {
        self.since.clear();
        let length = self.kept.len().saturating_sub(back).max(1);
        self.kept.truncate(length);
        let (state, marks) = self.kept[length - 1].clone();
        self.marks = marks;
        let text = serde_json::to_string(&state).map_err(|error| error.to_string());
        match text.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string())) {
            Ok(back) if back == state => back,
            Ok(other) => {
                self.fault("resume", format!("kept {state:?}, read {other:?}"));
                other
            }
            Err(error) => {
                self.fault("resume", error);
                state
            }
        }
    }

    /// After the last round.
    pub(crate) fn end(&mut self, outcome: &Outcome) {
        let (allowed, tolerance) = (self.world.allowed(), self.world.limits.tolerance);
        let Outcome { end, w, here, first, bound, .. } = outcome;
        let floor = if let End::Floor(floor) = end { *floor } else { None };
        let sizes = floor.map(|floor| [floor.spread, floor.unavoidable, floor.estimate]);
        if bound.iter().chain(sizes.iter().flatten()).any(|size| size.is_nan() || *size < 0.0) {
            self.fault("finite", format!("{outcome:?}"));
        }
        let fits = match end {
            End::Converged | End::Stalled => allowed == 0,
            End::Floor(_) => allowed > 0 || !self.marks.whole || self.world.method != Method::LazyNewton,
            _ => true,
        };
        if !fits || (allowed > 0 && bound.is_some()) {
            self.fault("word", format!("{end:?}, bound {bound:?}, where {allowed} may lie"));
        }
        if let (Some(here), Some(first)) = (here, first) {
            self.numbers(w, *here);
            // Without liars those who are missing at one of the points are no part of f there.
            if here.is_above(*first) && self.marks.whole {
                self.fault("word", format!("f = {} is above f(0) = {}", here.value, first.value));
            }
        }
        if allowed == 0 && self.marks.honest {
            let (there, zero) = (self.world.oracle.at(w), self.world.oracle.at(&vec![0.0; w.len()]));
            let (long, goal) = (norm(&there.gradient), tolerance * norm(&zero.gradient));
            if *end == End::Converged && long > goal + there.grain.1 + zero.grain.1 {
                self.fault("converged", format!("||g|| = {long:e} at the end, and was to be {goal:e}"));
            }
            if let Some(bound) = bound {
                let gap = there.value - self.world.oracle.least(w);
                if gap > bound + there.grain.0 {
                    self.fault("bound", format!("f - f* = {gap:e}, and the bound is {bound:e}"));
                }
            }
        }
        let Some(calm) = self.calm else { return };
        if self.marks.clean && calm.outcome.as_ref().is_some_and(|calm| calm != outcome) {
            self.fault("same bits", format!("the end is {outcome:?}, and without mishaps {:?}", calm.outcome));
        }
        if !self.marks.clean && !self.forgets() && self.mishaps.iter().all(Mishap::is_harmless) {
            self.fault("harmless", "nothing that happened may change the iterates, and they may have changed");
        }
    }

    /// Whether a liar remembers values of earlier rounds, which it forgets when a run goes on: then it lies otherwise.
    pub(crate) fn forgets(&self) -> bool {
        let remembers =
            |mishap: &Mishap| matches!(mishap, Mishap::Lie { attack, .. } if attack.starts_with("rejected"));
        self.mishaps.iter().any(remembers)
    }
}
