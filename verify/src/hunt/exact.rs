//! Violations re-checked apart from the harness, where no rounding can be blamed: d = 1, so that H is a number.
//!
//! The decimals of the instance are taken as they are written, and everything else is enclosed in intervals with rational
//! ends; for the squared loss without a root of m they are points, and the arithmetic exact. What is proved violated
//! is: its measured side lies above its bound with their whole intervals, and so do its premises hold.

use super::instance::Instance;
use super::interval::{Interval, int};
use crate::claim::{Claim, Reading};
use comrade::data::Dataset;
use comrade::loss::Loss;
use comrade::newton;
use comrade::objective::Objective;

/// What came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// All premises hold and the claim fails, for certain.
    Proved,
    /// It does not fail, or a premise does not hold, as far as intervals can tell.
    NotProved,
    /// No such form of this claim on this kind of instance.
    NotCovered,
}

/// Whether the instance violates the claim, for certain.
#[must_use]
pub fn prove(claim: &Claim, instance: &Instance) -> Proof {
    let defined = claim.variant == "zeta-1-defined";
    if claim.reading != Reading::Printed || instance.d() != 1 || !(defined || claim.variant.is_empty()) {
        return Proof::NotCovered;
    }
    let Ok(data) = instance.dataset() else { return Proof::NotCovered };
    let Some(facts) = Facts::of(instance, &data) else { return Proof::NotCovered };
    let violated = match (claim.id, defined) {
        ("lemma-5", false) => facts.lemma_5(),
        // Without compression k = 0, and Lemma 10 is Lemma 7.
        ("lemma-7", _) => !facts.compressed && facts.lemma_10(defined),
        ("lemma-9", _) => facts.lemma_9(defined),
        ("lemma-10", _) => facts.lemma_10(defined),
        ("theorem-1", false) => facts.averaged().is_some_and(|pair| facts.theorem(pair)),
        ("theorem-2", _) => !facts.compressed && facts.robust(defined).is_some_and(|pair| facts.theorem(pair)),
        ("theorem-3", _) => facts.robust(defined).is_some_and(|pair| facts.theorem(pair)),
        _ => return Proof::NotCovered,
    };
    if violated { Proof::Proved } else { Proof::NotProved }
}

fn mean(values: impl IntoIterator<Item = Interval>) -> Interval {
    let (sum, count) = values.into_iter().fold((int(0), 0), |(sum, count), v| (sum + v, count + 1));
    sum / int(count.max(1))
}

/// (l', l'') at the margin z, for the label y.
fn derivatives(loss: Loss, y: &Interval, z: &Interval) -> (Interval, Interval) {
    match loss {
        Loss::Squared => (z - y, int(1)),
        Loss::Logistic => {
            // With e = exp(y z): l' = -y/(1 + e), which decreases in size with e, and l'' = (1/(1 + e)) (1 - 1/(1 + e)).
            let wrong = int(1) / (int(1) + (y * z).exp());
            (int(0) - y * &wrong, &wrong * (int(1) - &wrong))
        }
    }
}

/// Everything that the statements need of an instance with d = 1; kappa = 1.
struct Facts {
    h: Interval,
    nu: Interval,
    eta: Interval,
    /// p*.
    newton: Interval,
    /// phat.
    step: Interval,
    /// w - w*; none when there is no w*, as for labels that a line separates.
    delta: Option<Interval>,
    /// L.
    lipschitz: Interval,
    /// mean and max over M of |g_i - g|.
    deviation: (Interval, Interval),
    /// 1 - rho, and so also k.
    k: Interval,
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
        let curvature = mean(rows.iter().map(|&j| each(j).1 * self.x[j].square()));
        let gradient = mean(rows.iter().map(|&j| each(j).0 * &self.x[j]));
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
            if worker.lies {
                messages.push(message?);
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
            e.push(a_i / &a - int(1));
            deviations.push((g_i - &g).abs());
            honest.push(sent.clone());
            messages.push(sent);
        }
        let (m, on) = (instance.m(), honest.len());
        let trimmed = (instance.beta * m as f64).round() as usize;
        if on == 0 || trimmed >= m || !lost.at_most(&int(1)) {
            return None;
        }
        // By size; the lower worker first among equals, as a stable sort does. Intervals must not overlap.
        messages.sort_by(|a, b| a.abs().order(&b.abs()));
        let (kept, dropped) = messages.split_at(m - trimmed);
        if !kept.iter().all(|q| dropped.iter().all(|other| q.abs().at_most(&other.abs()))) {
            return None;
        }
        let local = e.iter().map(Interval::abs).fold(int(0), Interval::larger);
        let delta = match instance.loss {
            Loss::Squared => Some(newton.clone()),
            Loss::Logistic => problem.minimiser(&all, data, instance.lambda).map(|minimiser| &w - minimiser),
        };
        Some(Self {
            nu: &a / &h,
            h,
            eta: local.larger(Interval::root(on) * mean(e).abs()),
            newton,
            step: mean(kept.iter().cloned()),
            delta,
            lipschitz: problem.lipschitz(),
            deviation: (mean(deviations.iter().cloned()), deviations.into_iter().fold(int(0), Interval::larger)),
            compressed,
            k: lost,
            counts: (m, on, m - on, kept.len(), trimmed),
            honest_mean: mean(honest),
        })
    }

    /// Whether eta < 1, without which nothing else is asked for.
    fn concentrated(&self) -> bool {
        int(1).above(&self.eta)
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

    /// (eps^2, zeta^2) of Lemma 5 and Theorem 1; none where a premise fails.
    fn averaged(&self) -> Option<(Interval, Interval)> {
        let (m, on, _, _, trimmed) = self.counts;
        if m != on || trimmed > 0 || self.compressed || !self.concentrated() {
            return None;
        }
        let zeta = self.zeta(m);
        int(1).above(&zeta).then(|| (self.eps_squared(&self.deviation.0), zeta.square()))
    }

    /// (eps_cb^2, zeta_cb^2) of Lemma 10; none where a premise fails.
    fn robust(&self, defined: bool) -> Option<(Interval, Interval)> {
        let (m, on, liars, kept, trimmed) = self.counts;
        if liars > trimmed || 2 * trimmed >= m || !self.concentrated() {
            return None;
        }
        let (a, c) = ((int(on) / int(kept)).square(), (int(liars) / int(kept)).square());
        let one = self.zeta_1(defined).square();
        let comp = |zeta: Interval| zeta.square() + &self.k * (int(1) + &one);
        let eps = (int(3) * &a + int(4) * &c) * (int(1) + &self.k) * self.eps_squared(&self.deviation.1);
        let zeta = &a * (int(2) * comp(self.zeta(kept)) + comp(self.zeta(on))) + int(4) * &c * (int(2) + &one);
        int(1).above(&zeta).then_some((eps, zeta))
    }

    /// phi(phat) - phi(p*) > eps^2 + zeta^2 P^2 / 2.
    fn gap_above(&self, (eps, zeta): (Interval, Interval)) -> bool {
        let gap = self.error_squared(&self.step) / int(2);
        gap.above(&(eps + zeta * self.p_squared() / int(2)))
    }

    fn lemma_5(&self) -> bool {
        self.averaged().is_some_and(|pair| self.gap_above(pair))
    }

    fn lemma_10(&self, defined: bool) -> bool {
        self.robust(defined).is_some_and(|pair| self.gap_above(pair))
    }

    fn lemma_9(&self, defined: bool) -> bool {
        if !self.concentrated() {
            return false;
        }
        let zeta = self.zeta(self.counts.1).square() + &self.k * (int(1) + self.zeta_1(defined).square());
        let bound = (int(1) + &self.k) * self.eps_squared(&self.deviation.1) + zeta * self.p_squared();
        self.error_squared(&self.honest_mean).above(&bound)
    }

    /// ||D'|| > max{ sqrt(zeta^2/(1 - zeta^2)) ||D||, (L/H) ||D||^2 } + 2 eps/sqrt(H).
    fn theorem(&self, (eps, zeta): (Interval, Interval)) -> bool {
        let Some(delta) = &self.delta else { return false };
        let (after, before) = ((delta - &self.step).square(), delta.square());
        let linear = &zeta / (int(1) - &zeta) * &before;
        let quadratic = (&self.lipschitz / &self.h * &before).square();
        let (left, right) = (linear.larger(quadratic), int(4) * eps / &self.h);
        // z > sqrt(x) + sqrt(y) for z, x, y >= 0, squared twice.
        let rest = after - &left - &right;
        rest.above(&int(0)) && rest.square().above(&(int(4) * left * right))
    }
}
