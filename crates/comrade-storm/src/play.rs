//! A run of a world with its mishaps: the real solver over the simulated network, killed and resumed, judged all the
//! way.

use crate::judge::{Calm, Judge};
use crate::mishap::Mishap;
use crate::wire::{Line, Wire};
use crate::world::World;
use comrade::cluster::{Ask, Cluster, ClusterError, Network, Reply, Traffic};
use comrade::method::{End, Outcome, Progress, solve};
use comrade::objective::Objective;
use std::cell::RefCell;
use std::error::Error;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// So often a run that too many workers are missing from is taken up again.
const TRIES: u32 = 3;

/// How a run went.
#[derive(Debug, Default)]
pub struct History {
    /// The check that failed, and how; none if all hold.
    pub broken: Option<String>,
    /// What happened, a line each, if it was to be written down.
    pub trace: Vec<String>,
    /// Rounds played, mishaps that happened, times the center was resumed and times too many were missing.
    pub counts: [usize; 4],
    /// How it ended; none if it could not go on.
    pub outcome: Option<Outcome>,
    calm: Calm,
}

/// The real cluster, each of whose rounds is judged.
struct Center<'b, 'a> {
    network: Network<Line<'b, 'a>>,
    run: u64,
    wire: &'b RefCell<Wire<'a>>,
    judge: &'b RefCell<Judge<'a>>,
}

impl Cluster for Center<'_, '_> {
    fn workers(&self) -> usize {
        self.network.workers()
    }

    fn dimension(&self) -> usize {
        self.network.dimension()
    }

    fn quorum(&mut self, ask: Ask<'_>, enough: usize) -> Result<Vec<Reply>, ClusterError> {
        let before = (self.wire.borrow().calls, self.wire.borrow().clock);
        let replies = self.network.quorum(ask, enough)?;
        self.judge.borrow_mut().round(&self.wire.borrow(), before, self.run, &ask, &replies);
        Ok(replies)
    }

    fn shares(&self) -> Vec<f64> {
        self.network.shares()
    }

    fn alone(&self) -> Option<Objective<'_>> {
        self.network.alone()
    }

    fn traffic(&self) -> Traffic {
        self.network.traffic()
    }

    fn resume(&mut self, traffic: Traffic) {
        self.network.resume(traffic);
    }
}

/// Why a watcher ends a run.
enum Halt {
    Broken,
    Killed(usize),
}

impl World {
    /// Plays the run with these mishaps; with `traced` its history says in words what happened.
    ///
    /// # Errors
    /// None that is known, as for [`World::of`].
    pub fn play(&self, list: &[Mishap], traced: bool) -> Result<History, Box<dyn Error>> {
        let lies: Vec<Mishap> = list.iter().filter(|mishap| matches!(mishap, Mishap::Lie { .. })).copied().collect();
        if self.excused() > 0 {
            // A worker that is late by nature is missing from a round that is closed early: no run is calm.
            return self.run(list, None, traced);
        }
        let calm = self.run(&lies, None, false)?;
        if calm.broken.is_some() {
            return self.run(&lies, None, traced);
        }
        self.run(list, Some(&calm.calm), traced)
    }

    pub(crate) fn calm(&self) -> Result<Calm, Box<dyn Error>> {
        Ok(self.run(&[], None, false)?.calm)
    }

    /// The run next to the calm one, if that is known. A panic is a check that failed.
    pub(crate) fn run(&self, list: &[Mishap], calm: Option<&Calm>, traced: bool) -> Result<History, Box<dyn Error>> {
        let played = catch_unwind(AssertUnwindSafe(|| self.solved(list, calm, traced)));
        played.unwrap_or_else(|_| Ok(History { broken: Some("panic: see above".into()), ..History::default() }))
    }

    fn solved(&self, list: &[Mishap], calm: Option<&Calm>, traced: bool) -> Result<History, Box<dyn Error>> {
        let wire = RefCell::new(Wire::new(self, list, self.liars(list)?, traced));
        let mut state = self.state(&Network::new(Line(&wire), self.compressor(), 0))?;
        let judge = RefCell::new(Judge::new(self, list, calm, state.clone()));
        let (mut history, mut run, mut tries) = (History::default(), 1, 0);
        let note = |says: String| wire.borrow_mut().note(|| says);
        let mut watch = |seen: &Progress<'_>| {
            judge.borrow_mut().step(seen);
            let rounds = seen.state.traffic().rounds;
            wire.borrow_mut().note(|| format!("    step {}: {:?} at w = {:?}", seen.step, seen.measured, seen.w));
            match wire.borrow_mut().kill(rounds - 1, false) {
                _ if judge.borrow().broken.is_some() => ControlFlow::Break(Halt::Broken),
                Some(back) => ControlFlow::Break(Halt::Killed(back)),
                None => ControlFlow::Continue(()),
            }
        };
        while judge.borrow().broken.is_none() {
            let network = Network::new(Line(&wire), self.compressor(), run);
            let mut center = Center { network, run, wire: &wire, judge: &judge };
            let ended = solve(&mut center, &self.options, &self.limits, &mut state, &mut watch);
            let mut judge = judge.borrow_mut();
            let killed = match ended {
                Ok(ControlFlow::Continue(outcome)) => {
                    judge.end(&outcome);
                    note(format!("the end: {outcome:?}"));
                    history.outcome = Some(outcome);
                    break;
                }
                Ok(ControlFlow::Break(Halt::Broken)) => break,
                Ok(ControlFlow::Break(Halt::Killed(back))) => Some(back),
                Err(error) => {
                    let killed = wire.borrow_mut().killed.take();
                    match killed {
                        Some(_) => judge.unchanged(&state),
                        None => judge.error(&error, &state),
                    }
                    note(format!("    {error}"));
                    killed
                }
            };
            judge.marks.clean &= !judge.forgets();
            match killed {
                // A run that goes on after its center's death has another number: what is still on its way is not for
                // it.
                Some(back) => {
                    run += 1;
                    history.counts[2] += 1;
                    state = judge.resume(back);
                    judge.marks.clean &= !judge.forgets();
                    note(format!("the center goes on after {} rounds", state.traffic().rounds));
                }
                None => {
                    history.counts[3] += 1;
                    tries += 1;
                    if tries > TRIES {
                        break;
                    }
                }
            }
        }
        let (judge, wire) = (judge.into_inner(), wire.into_inner());
        history.broken = judge.broken;
        history.counts[0] = wire.calls as usize;
        history.counts[1] = wire.happened();
        history.trace = wire.trace.unwrap_or_default();
        history.calm = Calm { asked: judge.asked, outcome: history.outcome.clone() };
        Ok(history)
    }
}

impl History {
    /// Whether the run ended as converged.
    #[must_use]
    pub fn is_converged(&self) -> bool {
        self.outcome.as_ref().is_some_and(|outcome| outcome.end == End::Converged)
    }
}
