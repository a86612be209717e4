//! Violations re-checked apart from the harness, where no rounding can be blamed: d = 1, so that H is a number.
//!
//! The decimals of the instance are taken as they are written, and everything else is enclosed in intervals with rational
//! ends; for the squared loss without a root of m they are points, and the arithmetic exact. What is proved violated
//! is: its measured side lies above its bound with their whole intervals, and so do its premises hold.

use super::instance::Instance;
use super::interval::{Interval, WRONG, int};
use crate::claim::{Claim, Reading};
use comrade::data::Dataset;
use comrade::loss::Loss;
use comrade::newton;
use comrade::objective::Objective;

/// What came out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExactProof {
    /// All premises hold and the claim fails, for certain; measured over bound.
    Proved(f64),
    /// The claim holds for certain; measured over bound.
    Disproved(f64),
    /// A premise fails for certain, so that the claim says nothing.
    Vacuous,
    /// The intervals overlap.
    Open,
    /// No such form of this claim on this kind of instance, or one that is too large for exact arithmetic.
    NotCovered,
}

impl ExactProof {
    /// Whether the violation is certain.
    #[must_use]
    pub fn is_proved(self) -> bool {
        matches!(self, Self::Proved(_))
    }
}

/// Numbers with more decimal digits than this are not taken: exact arithmetic carries all of them through every sum.
pub const DIGITS: usize = 60;
/// Nor are more entries of all shards and rows together.
pub const ENTRIES: usize = 20_000;

/// Nor more steps than some seconds take for the sum of k kinds of directions, quotients of b bits: it has k b bits, and each of k
/// additions reduces it by a greatest common divisor, in steps that grow with (k b)^2.
pub const STEPS: f64 = 1e12;

/// Whether exact arithmetic is sure to end soon: what decides is how much it has to carry, never a clock.
#[must_use]
pub fn is_small(instance: &Instance) -> bool {
    let entries: usize = instance.workers.iter().map(|w| w.shard.len()).sum();
    let digits = instance.numbers().iter().map(|v| v.to_string().len()).max().unwrap_or(0);
    // H_i has the square of a row, and for the logistic loss that of l'; a decimal digit is less than 10/3 bits.
    let slope = if instance.loss == Loss::Logistic { WRONG } else { 0 };
    let bits = 2.0 * (10.0 / 3.0 * digits as f64 + slope as f64);
    let steps = (instance.workers.len() as f64).powi(3) * bits.powi(2);
    entries + instance.n() <= ENTRIES && digits <= DIGITS && steps <= STEPS
}

/// Whether the instance violates the claim, for certain.
#[must_use]
pub fn prove(claim: &Claim, instance: &Instance) -> ExactProof {
    facts(claim, instance).map_or_else(|why| why, |facts| facts.judge(claim))
}

/// What the claim needs of the instance; a proof that says why there is none.
pub(super) fn facts(claim: &Claim, instance: &Instance) -> Result<Facts, ExactProof> {
    let covered =
        claim.reading == Reading::Printed && instance.d() == 1 && (defined(claim) || claim.variant.is_empty());
    if !covered || !is_small(instance) {
        return Err(ExactProof::NotCovered);
    }
    let data = instance.dataset().map_err(|_| ExactProof::NotCovered)?;
    Facts::of(instance, &data).ok_or(ExactProof::Open)
}

fn defined(claim: &Claim) -> bool {
    claim.variant == "zeta-1-defined"
}

/// A premise that is not met for certain: then it fails for certain, or is open.
type Given<T> = Result<T, ExactProof>;

/// Goes on where `left` < `right` for certain.
fn below(left: &Interval, right: &Interval) -> Given<()> {
    match (right.above(left), right.at_most(left)) {
        (true, _) => Ok(()),
        (_, true) => Err(ExactProof::Vacuous),
        _ => Err(ExactProof::Open),
    }
}

/// Goes on where a condition on counts holds.
fn given(holds: bool) -> Given<()> {
    if holds { Ok(()) } else { Err(ExactProof::Vacuous) }
}

/// measured <= bound, or not, or cannot be told; `ratio` is for people.
fn compare(measured: &Interval, bound: &Interval, ratio: f64) -> ExactProof {
    match (measured.above(bound), measured.at_most(bound)) {
        (true, _) => ExactProof::Proved(ratio),
        (_, true) => ExactProof::Disproved(ratio),
        _ => ExactProof::Open,
    }
}

fn mean(values: impl IntoIterator<Item = Interval>) -> Interval {
    weighted(values.into_iter().map(|v| (1, v)))
}

/// The mean of values, each with how often it counts.
fn weighted(values: impl IntoIterator<Item = (usize, Interval)>) -> Interval {
    let add = |(sum, count): (Interval, usize), (copies, v): (usize, Interval)| (sum + int(copies) * v, count + copies);
    let (sum, count) = values.into_iter().fold((int(0), 0), add);
    sum / int(count.max(1))
}

/// The mean over rows of a shard; equal rows are counted and not added one by one.
fn over(rows: &[usize], each: impl Fn(usize) -> Interval) -> Interval {
    let mut sorted = rows.to_vec();
    sorted.sort_unstable();
    weighted(sorted.chunk_by(|a, b| a == b).map(|equal| (equal.len(), each(equal[0]))))
}

/// (l', l'') at the margin z, for the label y.
fn derivatives(loss: Loss, y: &Interval, z: &Interval) -> (Interval, Interval) {
    match loss {
        Loss::Squared => (z - y, int(1)),
        Loss::Logistic => {
            // With e = exp(y z): l' = -y/(1 + e), which decreases in size with e, and l'' = (1/(1 + e)) (1 - 1/(1 + e)).
            let wrong = (y * z).wrong();
            (int(0) - y * &wrong, &wrong * (int(1) - &wrong))
        }
    }
}

/// Everything that the statements need of an instance with d = 1; kappa = 1.
#[derive(Clone)]
pub(super) struct Facts {
    h: Interval,
    nu: Interval,
    pub(super) eta: Interval,
    /// p*.
    newton: Interval,
    /// phat.
    step: Interval,
    /// w - w*; none when there is no w*, as for labels that a line separates.
    pub(super) delta: Option<Interval>,
    /// L.
    lipschitz: Interval,
    /// mean and max over M of |g_i - g|.
    pub(super) deviation: (Interval, Interval),
    /// 1 - rho, and so also k.
    pub(super) k: Interval,
    /// How many of each group of workers are kept.
    pub(super) kept: Vec<usize>,
    /// m, |M|, |B|, |U|, |T|.
    counts: (usize, usize, usize, usize, usize),
    compressed: bool,
    /// The aggregate of Lemma 9: the mean of Q(p_i) over M.
    honest_mean: Interval,
}

/// x, y and lambda; the mean over some rows at some w of the curvature without lambda, and of the gradient.
struct Problem {
    loss: Loss,
    x: Vec<Interval>,
    y: Vec<Interval>,
    lambda: Interval,
}

impl Problem {
    fn at(&self, rows: &[usize], w: &Interval) -> (Interval, Interval) {
        let each = |j: usize| derivatives(self.loss, &self.y[j], &(&self.x[j] * w));
        let curvature = over(rows, |j| each(j).1 * self.x[j].square());
        let gradient = over(rows, |j| each(j).0 * &self.x[j]);
        (curvature, gradient + &self.lambda * w)
    }

    /// w*: f' increases, and changes its sign between two numbers next to the solver's minimiser.
    fn minimiser(&self, rows: &[usize], data: &Dataset, lambda: f64) -> Option<Interval> {
        let near = newton::minimise(&Objective { data, loss: self.loss, lambda }, 1e-12).ok()?.w[0];
        let end = |w: f64| Interval::decimal(w);
        let radius = 1e-9 * near.abs().max(1.0);
        let (left, right) = (end(near - radius)?, end(near + radius)?);
        let inside = int(0).above(&self.at(rows, &left).1) && self.at(rows, &right).1.above(&int(0));
        inside.then(|| left.hull(right))
    }

    /// L: both of the formulas that it is the smaller of, (1/n) sum |x|^3 being the smaller one in d = 1.
    fn lipschitz(&self) -> Interval {
        match self.loss {
            Loss::Squared => int(0),
            // 1/(6 sqrt 3) = sqrt(3)/18.
            Loss::Logistic => Interval::root(3) / int(18) * mean(self.x.iter().map(|x| x.square() * x.abs())),
        }
    }
}

impl Facts {
    fn of(instance: &Instance, data: &Dataset) -> Option<Self> {
        let numbers = |values: &[f64]| values.iter().map(|&v| Interval::decimal(v)).collect::<Option<Vec<_>>>();
        let (x, y) = (numbers(&instance.rows.concat())?, numbers(&instance.labels)?);
        let (w, lambda) = (Interval::decimal(instance.iterate[0])?, Interval::decimal(instance.lambda)?);
        let problem = Problem { loss: instance.loss, x, y, lambda };
        let all: Vec<usize> = (0..instance.n()).collect();
        let (a, g) = problem.at(&all, &w);
        if a.may_vanish() {
            return None;
        }
        let h = &a + &problem.lambda;
        let newton = &g / &h;
        let (mut e, mut deviations, mut lost) = (Vec::new(), Vec::new(), int(0));
        let (mut honest, mut messages, mut compressed) = (Vec::new(), Vec::new(), false);
        for worker in &instance.workers {
            let message = match &worker.message {
                Some(q) => Some(Interval::decimal(*q.first()?)?),
                None => None,
            };
            let copies = worker.copies;
            if worker.lies {
                messages.push((copies, message?));
                continue;
            }
            let (a_i, g_i) = problem.at(&worker.shard, &w);
            let h_i = &a_i + &problem.lambda;
            if h_i.may_vanish() {
                return None;
            }
            let p = &g_i / &h_i;
            if let Some(q) = &message {
                if p.may_vanish() {
                    return None;
                }
                compressed = true;
                lost = lost.larger(((q - &p) / &p).square());
            }
            let sent = message.unwrap_or(p);
            e.push((copies, a_i / &a - int(1)));
            deviations.push((copies, (g_i - &g).abs()));
            honest.push((copies, sent.clone()));
            messages.push((copies, sent));
        }
        let (m, on) = (instance.m(), honest.iter().map(|(copies, _)| copies).sum::<usize>());
        let trimmed = instance.trimmed();
        if on == 0 || trimmed >= m || !lost.at_most(&int(1)) {
            return None;
        }
        let kept = keep(&messages, m - trimmed)?;
        let step =
            weighted(kept.iter().zip(messages).map(|(&taken, (_, q))| (taken, q)).filter(|(taken, _)| *taken > 0));
        let local = e.iter().map(|(_, e)| e.abs()).fold(int(0), Interval::larger);
        let delta = match instance.loss {
            Loss::Squared => Some(newton.clone()),
            Loss::Logistic => problem.minimiser(&all, data, instance.lambda).map(|minimiser| &w - minimiser),
        };
        Some(Self {
            nu: &a / &h,
            h,
            eta: local.larger(Interval::root(on) * weighted(e).abs()),
            newton,
            step,
            kept,
            delta,
            lipschitz: problem.lipschitz(),
            deviation: (
                weighted(deviations.iter().cloned()),
                deviations.into_iter().map(|(_, v)| v).fold(int(0), Interval::larger),
            ),
            compressed,
            k: lost,
            counts: (m, on, m - on, m - trimmed, trimmed),
            honest_mean: weighted(honest),
        })
    }

    /// Whether the claim fails, for certain.
    pub(super) fn judge(&self, claim: &Claim) -> ExactProof {
        let defined = defined(claim);
        let claimed = match (claim.id, defined) {
            ("lemma-5", false) => self.averaged().and_then(|pair| self.gap(pair)),
            // Without compression k = 0, and Lemma 10 is Lemma 7.
            ("lemma-7", _) => self.uncompressed().and_then(|()| self.robust(defined)).and_then(|pair| self.gap(pair)),
            ("lemma-9", _) => self.lemma_9(defined),
            ("lemma-10", _) => self.robust(defined).and_then(|pair| self.gap(pair)),
            ("theorem-1", false) => self.averaged().and_then(|pair| self.theorem(pair)),
            ("theorem-2", _) => {
                self.uncompressed().and_then(|()| self.robust(defined)).and_then(|pair| self.theorem(pair))
            }
            ("theorem-3", _) => self.robust(defined).and_then(|pair| self.theorem(pair)),
            _ => Err(ExactProof::NotCovered),
        };
        claimed.unwrap_or_else(|unmet| unmet)
    }

    /// eta < 1, without which nothing else is asked for.
    fn concentrated(&self) -> Given<()> {
        below(&self.eta, &int(1))
    }

    fn uncompressed(&self) -> Given<()> {
        given(!self.compressed)
    }

    /// zeta(k); 1/sqrt(k) = sqrt(k)/k.
    fn zeta(&self, k: usize) -> Interval {
        &self.nu * (&self.eta * Interval::root(k) / int(k) + self.eta.square() / (int(1) - &self.eta))
    }

    fn zeta_1(&self, defined: bool) -> Interval {
        let one = &self.nu / (int(1) - &self.eta);
        if defined { one * &self.eta } else { one }
    }

    /// eps^2, from the mean or the largest deviation.
    fn eps_squared(&self, deviation: &Interval) -> Interval {
        (deviation / (int(1) - &self.eta)).square() / &self.h
    }

    /// P^2.
    fn p_squared(&self) -> Interval {
        self.newton.square() * &self.h
    }

    /// ||H^{1/2}(v - p*)||^2.
    fn error_squared(&self, v: &Interval) -> Interval {
        (v - &self.newton).square() * &self.h
    }

    /// (eps^2, zeta^2) of Lemma 5 and Theorem 1.
    fn averaged(&self) -> Given<(Interval, Interval)> {
        let (m, on, _, _, trimmed) = self.counts;
        given(m == on && trimmed == 0 && !self.compressed)?;
        self.concentrated()?;
        Ok((self.eps_squared(&self.deviation.0), self.zeta(m).square()))
    }

    /// (eps_cb^2, zeta_cb^2) of Lemma 10; alpha < beta where there are liars.
    fn robust(&self, defined: bool) -> Given<(Interval, Interval)> {
        let (m, on, liars, kept, trimmed) = self.counts;
        given((liars == 0 || liars < trimmed) && 2 * trimmed < m)?;
        self.concentrated()?;
        let (a, c) = ((int(on) / int(kept)).square(), (int(liars) / int(kept)).square());
        let one = self.zeta_1(defined).square();
        let comp = |zeta: Interval| zeta.square() + &self.k * (int(1) + &one);
        let eps = (int(3) * &a + int(4) * &c) * (int(1) + &self.k) * self.eps_squared(&self.deviation.1);
        let zeta = &a * (int(2) * comp(self.zeta(kept)) + comp(self.zeta(on)))
            + int(4) * &c * (int(2) + comp(self.zeta_1(defined)));
        Ok((eps, zeta))
    }

    /// phi(phat) - phi(p*) <= eps^2 + zeta^2 P^2 / 2.
    fn gap(&self, (eps, zeta): (Interval, Interval)) -> Given<ExactProof> {
        let (gap, bound) = (self.error_squared(&self.step) / int(2), eps + zeta * self.p_squared() / int(2));
        Ok(compare(&gap, &bound, gap.middle() / bound.middle()))
    }

    fn lemma_9(&self, defined: bool) -> Given<ExactProof> {
        self.concentrated()?;
        let zeta = self.zeta(self.counts.1).square() + &self.k * (int(1) + self.zeta_1(defined).square());
        let bound = (int(1) + &self.k) * self.eps_squared(&self.deviation.1) + zeta * self.p_squared();
        let error = self.error_squared(&self.honest_mean);
        Ok(compare(&error, &bound, error.middle() / bound.middle()))
    }

    /// ||D'|| <= max{ sqrt(zeta^2/(1 - zeta^2)) ||D||, (L/H) ||D||^2 } + 2 eps/sqrt(H).
    fn theorem(&self, (eps, zeta): (Interval, Interval)) -> Given<ExactProof> {
        below(&zeta, &int(1))?;
        let Some(delta) = &self.delta else { return Err(ExactProof::Open) };
        let (after, before) = ((delta - &self.step).square(), delta.square());
        let linear = &zeta / (int(1) - &zeta) * &before;
        let quadratic = (&self.lipschitz / &self.h * &before).square();
        let (left, right) = (linear.larger(quadratic), int(4) * eps / &self.h);
        let ratio = after.middle().sqrt() / (left.middle().sqrt() + right.middle().sqrt());
        // z against sqrt(x) + sqrt(y) for z, x, y >= 0, squared twice.
        let rest = after - &left - &right;
        if rest.at_most(&int(0)) {
            return Ok(ExactProof::Disproved(ratio));
        }
        given_open(rest.above(&int(0)))?;
        Ok(compare(&rest.square(), &(int(4) * left * right), ratio))
    }
}

/// Goes on where something is certain.
fn given_open(certain: bool) -> Given<()> {
    if certain { Ok(()) } else { Err(ExactProof::Open) }
}

/// How many of each group are among the `count` shortest messages; `None` where intervals overlap, so that it is not certain
/// who is dropped. The lower worker comes first among equals, as a stable sort has it.
fn keep(messages: &[(usize, Interval)], count: usize) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = (0..messages.len()).collect();
    order.sort_by(|&a, &b| messages[a].1.abs().order(&messages[b].1.abs()));
    let (mut left, mut counts) = (count, vec![0; messages.len()]);
    for i in order {
        counts[i] = left.min(messages[i].0);
        left -= counts[i];
    }
    let certain = (0..messages.len()).filter(|&i| counts[i] > 0).all(|i| {
        let dropped = (0..messages.len()).filter(|&j| j != i && counts[j] < messages[j].0);
        dropped.into_iter().all(|j| messages[i].1.abs().at_most(&messages[j].1.abs()))
    });
    certain.then_some(counts)
}

#[cfg(test)]
mod tests;
