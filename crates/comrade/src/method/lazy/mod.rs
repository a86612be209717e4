//! Lazy Newton: one round per step, exact if nobody lies.
//!
//! ```text
//! center    asks at w for f_i, g_i and, in few rounds, for an encoded Hessian
//!           F = sum q_i f_i,  g = sum q_i g_i,  B = sum q_i H_i                  q_i = n_i / n; with liars: see `hear`
//!           F too high:  a <- a shorter step (`search`), and asks at w_b + a d next
//!           otherwise:   accepts w_b <- w, keeps the pair (w - w_b, g - g_b) if it agrees with B
//!                        d = -(BFGS of the pairs, from B^{-1}) g,  a = 1
//!                        asks for a Hessian next, if the step shrank ||g|| by less than half
//! ```
//!
//! A Hessian is sent with few bits an entry at first. Where their rounding hides how small some eigenvalues of B are, steps
//! along them are too short, and so is what B says of f - f*: the next Hessian is asked for with twice as many bits, up to the 64
//! of exact numbers, and a run does not end as converged on the word of such a B while a finer one is possible. With
//! liars it does not rest on the word of a B of another place: what is hidden there is not what is hidden here.
//!
//! B is the Hessian of f and not of a shard, so that it does not matter how samples are dealt. With exact f and g every limit
//! is a stationary point: steps are along directions of descent, of bounded condition, with sufficient decrease. Hessians
//! kept for several steps: Doikov, Chayti and Jaggi, *Second-order optimization with lazy Hessians*, ICML 2023; sent
//! compressed: Safaryan, Islamov, Qian and Richtarik, *FedNL*, ICML 2022.

mod hear;
mod memory;
mod model;
mod search;

pub(crate) use hear::{Curvature, Ear, Heard};
pub use model::Model;

use crate::aggregate::AggregateError;
use crate::center::Cause;
use crate::cluster::Cluster;
use crate::compress::{Bits, Form, WireError, norm2};
use crate::kernel::dot;
use crate::method::{End, Floor, Measured, Options, ROUNDING};
use crate::metric::Metric;
use crate::protocol::{Ask, Missing, Reply, WorkerId, absent};
use hear::changes;
use memory::Memory;
use search::Trial;
use serde::{Deserialize, Serialize};

/// Up to this dimension a Hessian travels as a triangle; above as a sketch, which is linear in d.
const TRIANGLE_UP_TO: usize = 512;
/// The rank of the first sketch; every further one is of twice the rank ..
pub(crate) const FIRST_RANK: u32 = 64;
/// .. up to this one ..
const LAST_RANK: u32 = 256;
/// .. and as long as a sketch has no more numbers than this: in large dimensions steps with the memory are cheaper than columns.
const SKETCH_NUMBERS: usize = 1 << 20;
/// A sketch of this rank there always is: with 16 bits it takes as many bytes as w and g.
const LEAST_RANK: usize = 8;
/// A Hessian is asked for when a step leaves more of ||g|| than this ..
const SLOW: f64 = 0.5;
/// .. and a sketch, which the memory improves in directions that it does not see, has served for this many steps: a new one costs
/// the memory, and bytes of several rounds.
const SKETCH_LASTS: u32 = 10;
/// How well f(w) is to be known, in units of the tolerance.
pub(crate) const KNOWN: f64 = 0.1;
/// The step that led to a point where `converged` is said has left at most this share of ||g||, in the metric of its B.
///
/// g' B^{-1} g / 2 is f - f* only where curvature stays as it is along the step. A sample far out, of margin t and x as large
/// as one likes, has a curvature that falls as e^{-t}: a step of full length moves t by about 1, B is e times too large after
/// it, and the others' gradient is still there. What is left of ||g|| then is e^{-1} to 1; where the model holds, next to
/// nothing.
const SETTLES: f64 = 0.25;
/// A gradient below this share of ||g(0)|| is rounding, which no step makes shorter: sums of many terms as large as those of
/// g(0), each with an error of half a unit.
const LAST_DIGITS: f64 = 16.0 * f64::EPSILON;
/// After this many rejected steps in a row, no better point can be told from this one.
const MOST_REJECTED: u32 = 30;
/// With liars: g counts as 0 when it is this small relative to the accuracy with which it is known.
const NOTHING: f64 = 0.01;
/// Where g is below the accuracy with which it is known, the run ends after this many steps in a row that do not make
/// it a tenth smaller than ever before, or after this many rejected ones.
const IDLE: u32 = 10;
const REFUSED: u32 = 5;

/// A point that was accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Base {
    pub(crate) w: Vec<f64>,
    values: Vec<Option<f64>>,
    pub(crate) value: f64,
    gradient: Vec<f64>,
    pub(crate) floor: Option<Floor>,
}

impl Base {
    /// ||g||.
    pub(crate) fn gradient_norm(&self) -> f64 {
        norm2(&self.gradient)
    }

    /// Whether someone was missing.
    pub(crate) fn is_partial(&self) -> bool {
        self.values.iter().any(Option::is_none)
    }
}

impl Curvature {
    /// Whether steps from here are by a multiple of B that the memory tells: it is a sketch, and nobody may lie, who by one pair
    /// would have the size of every step.
    fn scales(&self, base: &Base) -> bool {
        self.metric.is_sketch() && base.floor.is_none()
    }
}

/// All that the rest of a run depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lazy {
    pub(crate) base: Option<Base>,
    /// Where to go on after w = 0, if elsewhere.
    warm: Option<Vec<f64>>,
    curvature: Option<Curvature>,
    memory: Memory,
    /// d, and g'd < 0.
    direction: Vec<f64>,
    slope: f64,
    /// a.
    step: f64,
    /// Whether a Hessian is asked for.
    wants: bool,
    /// Steps since the last one.
    age: u32,
    /// Whether the step that led to the base was a full one, and left as little of g as the model of f says.
    settled: bool,
    rank: u32,
    /// With liars: whether a step since the last Hessian was longer than what they can hide, so that B is of another place.
    stale: bool,
    /// Without liars: whether everybody is waited for from now on.
    #[serde(default, skip_serializing_if = "super::is_false")]
    patient: bool,
    /// Of an entry of the next Hessian; none before the first, which has those of the options.
    bits: Option<Bits>,
    rejected: u32,
    /// The smallest length of g so far, in the metric of B, and steps since.
    smallest: Option<f64>,
    idle: u32,
}

/// What a round was, for who watches.
#[derive(Clone, Debug)]
pub(crate) struct Played {
    /// Where the workers were asked, d.
    pub(crate) w: Vec<f64>,
    /// f and ||g|| there.
    pub(crate) measured: Option<(f64, f64)>,
    pub(crate) accepted: bool,
    /// a.
    pub(crate) step: f64,
    /// Whether a Hessian was asked for.
    pub(crate) hessian: bool,
    pub(crate) replies: Vec<Reply>,
    pub(crate) kept: Vec<WorkerId>,
}

impl Played {
    /// Whether someone was missing.
    pub(crate) fn is_partial(&self) -> bool {
        self.replies.iter().any(Result::is_err)
    }
}

/// What a question is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// f, g and B at a point that is not to be judged.
    Base,
    /// Whether the start is better than zero.
    Warm,
    /// A step from the base.
    Trial,
}

/// Whether a point is as near to the minimiser as was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nearness {
    Far,
    /// It seems so by a B that is blunt, by a sketch of another place, with liars by any B of another place, or without liars by
    /// the workers that answered.
    Doubtful,
    /// So is it, and B with as many bits as there are says it only of directions whose curvature it does not know.
    Hidden,
    /// All that can be said here says that f is low enough; whether the model of f holds, the next step tells.
    Unsettled,
    There,
}

impl Lazy {
    pub(crate) fn start(w: &[f64]) -> Self {
        Self {
            base: None,
            warm: w.iter().any(|w| *w != 0.0).then(|| w.to_vec()),
            curvature: None,
            memory: Memory::default(),
            direction: vec![],
            slope: 0.0,
            step: 1.0,
            wants: true,
            age: 0,
            settled: false,
            rank: FIRST_RANK,
            stale: false,
            patient: false,
            bits: None,
            rejected: 0,
            smallest: None,
            idle: 0,
        }
    }

    /// Whether all of it is about d dimensions and m workers: a file may hold anything.
    pub(crate) fn fits(&self, d: usize, workers: usize) -> bool {
        let base = self
            .base
            .as_ref()
            .is_none_or(|base| base.w.len() == d && base.gradient.len() == d && base.values.len() == workers);
        let aimed = self.direction.len() == d || self.base.is_none() || self.curvature.is_none();
        base && aimed
            && self.warm.as_ref().is_none_or(|warm| warm.len() == d)
            && self.curvature.as_ref().is_none_or(|known| known.metric.fits(d))
            && self.memory.fits(d)
    }

    /// Where the next question is asked; at the base once more where the end is in `doubt`.
    fn next(&self, d: usize, doubt: bool) -> (Purpose, Vec<f64>) {
        match (&self.base, &self.warm, &self.curvature) {
            (None, ..) => (Purpose::Base, vec![0.0; d]),
            (Some(_), Some(warm), _) => (Purpose::Warm, warm.clone()),
            (Some(base), None, known) if known.is_none() || doubt => (Purpose::Base, base.w.clone()),
            (Some(base), None, _) => {
                let there = base.w.iter().zip(&self.direction).map(|(w, d)| w + self.step * d);
                (Purpose::Trial, there.collect())
            }
        }
    }

    /// One round; `first` is what was measured at 0, if it was. On an error nothing has changed.
    pub(crate) fn round(
        &mut self,
        cluster: &mut dyn Cluster,
        options: &Options,
        tolerance: f64,
        first: Option<Measured>,
    ) -> Result<Played, Cause> {
        let (d, round) = (cluster.dimension(), cluster.traffic().rounds);
        let near = first.map_or(Nearness::Far, |first| self.nearness(first.gradient_norm, tolerance, options));
        let doubt = near == Nearness::Doubtful;
        let (purpose, w) = self.next(d, doubt);
        // A sketch settles nothing and costs the memory.
        let unsettled = near == Nearness::Unsettled && d <= TRIANGLE_UP_TO;
        let wanted = (self.wants || doubt || unsettled) && !(purpose == Purpose::Base && self.warm.is_some());
        let bits = self.bits.unwrap_or(options.bits);
        let form = wanted.then(|| form(d, bits, self.rank, round));
        let ear = Ear { options, shares: cluster.shares(), dimension: d };
        let (workers, quorum) = (cluster.workers(), options.budget().enough(cluster.workers()));
        // With liars nothing is certified, and no round waits.
        let sure = ear.liars() == 0 && quorum < workers;
        let patient = self.patient || (doubt && sure);
        let enough = if patient || (sure && self.base.is_none()) { workers } else { quorum };
        let replies = cluster.quorum(Ask::Expansion { w: &w, hessian: form }, enough)?;
        let heard = match ear.hear(&replies, form, self.curvature.as_ref()) {
            Ok(heard) => Some(heard),
            // Too far out for doubles.
            Err(AggregateError::TooManyMissing { .. }) if purpose != Purpose::Base && out_of_range(&replies) => None,
            Err(source) => return Err(Cause::Aggregate { round, source, absent: absent(&replies) }),
        };
        if patient && !self.patient {
            // The workers that answer now were not heard before.
            self.smallest = None;
        }
        (self.bits, self.patient) = (Some(bits), patient);
        let measured = heard.as_ref().map(|heard| (heard.value, norm2(&heard.gradient)));
        let kept = heard.as_ref().map_or(vec![], |heard| heard.kept.clone());
        let step = if purpose == Purpose::Trial { self.step } else { 0.0 };
        let accepted = match (purpose, heard) {
            (Purpose::Base, Some(heard)) => self.accept(w.clone(), heard, form.is_some()),
            (Purpose::Warm, heard) => {
                self.warm = None;
                heard
                    .filter(|heard| self.change(heard, &ear) <= 0.0)
                    .is_some_and(|heard| self.accept(w.clone(), heard, true))
            }
            (_, heard) => self.judge(&w, heard, &ear),
        };
        Ok(Played { w, measured, accepted, step, hessian: form.is_some(), replies, kept })
    }

    /// How near to the minimiser the base is; `first` is ||g(0)||.
    fn nearness(&self, first: f64, tolerance: f64, options: &Options) -> Nearness {
        let (Some(base), Some(known), None) = (&self.base, &self.curvature, &self.warm) else { return Nearness::Far };
        let norm = base.gradient_norm();
        let short = norm <= tolerance * first;
        if options.trim.trimmed(base.values.len()) > 0 {
            let lost = self.is_lost();
            let nothing = base.floor.is_some_and(|floor| known.metric.norm(&base.gradient) <= NOTHING * floor.doubt());
            let idle = self.idle >= IDLE || self.rejected >= REFUSED;
            return match self.stale {
                true if short || lost => Nearness::Doubtful,
                _ if short || nothing || (idle && lost) => Nearness::There,
                _ => Nearness::Far,
            };
        }
        if base.is_partial() {
            // f and g are those of the workers that answered.
            let lost = self.is_lost() && (!self.patient || self.idle >= IDLE);
            let hidden = short || lost || self.rejected >= REFUSED;
            return match hidden {
                true if self.patient => Nearness::There,
                true => Nearness::Doubtful,
                false => Nearness::Far,
            };
        }
        if !short {
            return Nearness::Far;
        }
        // Where f* is next to nothing, as of classes that can be separated, a gradient that short may be far from it.
        let allowed = KNOWN * tolerance * base.value;
        if options.bound(norm).is_some_and(|bound| bound <= allowed) {
            return Nearness::There;
        }
        let gap = |norm: f64| 0.5 * f64::max(-self.slope, norm.powi(2));
        if gap(known.metric.norm(&base.gradient)) > allowed {
            Nearness::Far
        } else if known.metric.is_blunt() {
            Nearness::Doubtful
        } else if gap(known.metric.norm_at_most(&base.gradient)) > allowed {
            Nearness::Hidden
        } else if self.settled || norm <= LAST_DIGITS * first {
            Nearness::There
        } else if options.intercept && known.metric.gap_beside_intercept(&base.gradient, options.lambda) <= allowed {
            // By curvatures of this very point.
            if self.age == 0 { Nearness::There } else { Nearness::Doubtful }
        } else {
            Nearness::Unsettled
        }
    }

    /// f there less f at the base; not a number where it cannot be told.
    fn change(&self, heard: &Heard, ear: &Ear<'_>) -> f64 {
        let Some(base) = &self.base else { return f64::NAN };
        ear.change(&changes(&heard.values, &base.values)).unwrap_or(f64::NAN)
    }

    /// Accepts the step, or shortens it.
    fn judge(&mut self, w: &[f64], heard: Option<Heard>, ear: &Ear<'_>) -> bool {
        let change = heard.as_ref().map_or(f64::NAN, |heard| self.change(heard, ear));
        let end = heard.as_ref().map_or(f64::NAN, |heard| dot(&heard.gradient, &self.direction));
        let allowance = self.allowance(heard.as_ref(), change, ear);
        let trial = Trial { step: self.step, slope: self.slope, change, end, allowance };
        match heard {
            Some(heard) if trial.is_accepted() => {
                let asked = heard.curvature.is_some();
                self.accept(w.to_vec(), heard, asked)
            }
            _ => {
                self.step = trial.shorter();
                self.rejected = self.rejected.saturating_add(1);
                false
            }
        }
    }

    /// What may be rounding in a change of f; with liars also what they may have made of it; without liars also
    /// the part of workers that answered at one point only.
    fn allowance(&self, heard: Option<&Heard>, change: f64, ear: &Ear<'_>) -> f64 {
        let (Some(base), Some(heard)) = (&self.base, heard) else { return 0.0 };
        let rounding = ROUNDING * base.value.abs().max(heard.value.abs());
        let both = changes(&heard.values, &base.values);
        rounding + if ear.liars() == 0 { ear.gap(&base.values, &both, change) } else { ear.doubt(&both, change) }
    }

    /// Makes this point the base, and finds the direction from there.
    fn accept(&mut self, w: Vec<f64>, heard: Heard, asked: bool) -> bool {
        let Heard { values, value, gradient, curvature, floor, .. } = heard;
        let before = self.base.take();
        self.settled = match (&before, &self.curvature) {
            (Some(before), _) if before.w == w => self.settled,
            (Some(before), Some(known)) if self.step == 1.0 => {
                known.metric.norm(&gradient) <= SETTLES * known.metric.norm(&before.gradient)
            }
            _ => false,
        };
        if asked {
            let fallback = || Curvature { metric: Metric::diagonal(vec![1.0; w.len()]), radius: 0.0 };
            self.curvature = Some(curvature.or(self.curvature.take()).unwrap_or_else(fallback));
            self.memory.clear();
            self.rank = self.rank.saturating_mul(2).min(LAST_RANK);
            if self.curvature.as_ref().is_some_and(|known| known.metric.is_blunt()) {
                self.bits = self.bits.map(Bits::finer);
            }
        } else if let (Some(before), Some(known)) = (&before, &self.curvature) {
            let apart = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
            self.memory.keep(apart(&w, &before.w), apart(&gradient, &before.gradient), &known.metric);
        }
        self.stale = !asked && (self.stale || !self.is_hidden(before.as_ref()));
        self.age = if asked { 0 } else { self.age.saturating_add(1) };
        let old = w.len() <= TRIANGLE_UP_TO || self.age >= SKETCH_LASTS;
        let moved = before.as_ref().filter(|before| before.w != w);
        let fast = moved.is_none_or(|before| norm2(&gradient) < SLOW * before.gradient_norm());
        self.base = Some(Base { w, values, value, gradient, floor });
        self.wants = self.curvature.is_none() || (old && !fast && !self.is_lost());
        self.aim();
        true
    }

    /// Whether g at the base is below what one can know of it, so that the direction is as good as any.
    fn is_lost(&self) -> bool {
        self.is_hidden(self.base.as_ref())
    }

    /// The same of any point.
    fn is_hidden(&self, base: Option<&Base>) -> bool {
        let (Some(base), Some(known)) = (base, &self.curvature) else { return false };
        base.floor.is_some_and(|floor| known.metric.norm(&base.gradient) <= floor.doubt())
    }

    /// The direction of the base: along the memory, or where that does not descend along B^{-1} g alone.
    fn aim(&mut self) {
        let (Some(base), Some(known)) = (&self.base, &self.curvature) else { return };
        let back = |p: Vec<f64>| -> Vec<f64> { p.iter().map(|p| -p).collect() };
        self.direction = back(self.memory.solve(&known.metric, known.scales(base), &base.gradient));
        self.slope = dot(&base.gradient, &self.direction);
        if self.slope.is_nan() || self.slope >= 0.0 {
            self.memory.clear();
            self.direction = back(known.metric.solve(&base.gradient));
            self.slope = dot(&base.gradient, &self.direction);
        }
        (self.step, self.rejected) = (1.0, 0);
        let size = known.metric.norm(&base.gradient);
        let shrinks = self.smallest.is_none_or(|smallest| size < 0.9 * smallest);
        self.idle = if shrinks { 0 } else { self.idle.saturating_add(1) };
        self.smallest = Some(self.smallest.map_or(size, |smallest| smallest.min(size)));
    }

    /// Whether no step from the base leads on; `first` is ||g(0)||.
    pub(crate) fn end(&self, first: f64, tolerance: f64, options: &Options) -> Option<End> {
        let base = self.base.as_ref()?;
        if self.warm.is_some() {
            return None;
        }
        let trimmed = options.trim.trimmed(base.values.len()) > 0;
        let hidden = trimmed || base.is_partial();
        let rest = if hidden { End::Floor(base.floor) } else { End::Stalled };
        if !first.is_finite() || !base.value.is_finite() || !base.gradient_norm().is_finite() {
            return Some(End::Diverged);
        }
        self.curvature.as_ref()?;
        match self.nearness(first, tolerance, options) {
            Nearness::There => return Some(if hidden { rest } else { End::Converged }),
            Nearness::Doubtful => return None,
            Nearness::Hidden if self.idle >= IDLE => return Some(rest),
            Nearness::Far | Nearness::Hidden | Nearness::Unsettled => {}
        }
        let spent = base.w.iter().zip(&self.direction).all(|(w, d)| (self.step * d).abs() <= f64::EPSILON * w.abs());
        (self.rejected >= MOST_REJECTED || spent).then_some(rest)
    }
}

/// The form in which a Hessian of dimension d is asked for in this round.
pub(crate) fn form(d: usize, bits: Bits, rank: u32, round: u64) -> Form {
    if d <= TRIANGLE_UP_TO {
        Form::Triangle { bits }
    } else {
        let most = (SKETCH_NUMBERS / d).clamp(LEAST_RANK, LAST_RANK as usize) as u32;
        Form::Sketch { bits, rank: rank.clamp(1, most), seed: round }
    }
}

/// Whether all that is missing could not be sent because it was not finite.
pub(crate) fn out_of_range(replies: &[Reply]) -> bool {
    absent(replies).iter().all(|(_, why)| *why == Missing::Unreadable(WireError::Unreadable))
}

#[cfg(test)]
mod tests;
