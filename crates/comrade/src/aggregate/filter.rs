//! A mean from which messages are weighed out until nothing is left that liars could hide in, in the metric of B.
//!
//! ```text
//! u_i = R^{-1} g_i                       B = R R'
//! p_i = c_i / W,  W = sum c_i            c_i = 1 at first
//! lambda(p)                              the largest eigenvalue of sum p_i (u_i - mu)(u_i - mu)',  mu = sum p_i u_i;  v its eigenvector
//! lambda*                                the smallest lambda(p) of all p that leave out f of m: p_i <= 1 / (m - f)
//! while lambda(p) > lambda* (m - f) / (m - 2 f):   c_i <- c_i (1 - t_i / (3 max t)),   t_i = (v'(u_i - mu))^2
//! g   = sum p_i g_i
//! ```
//!
//! Liars who move the mean of m messages by e in some direction make the messages vary there by (m - f) / f times e^2. So where
//! nothing varies much, the mean is right, whoever lies. With M the m - f honest ones:
//!
//! ```text
//! ||mu(p) - mu_M|| <= (f / (W - f))^{1/2} lambda(p)^{1/2} + ((m - W) / (W - f))^{1/2} lambda_M^{1/2}
//! ```
//!
//! Both terms are one lemma: a part of a distribution that has 1 - a of its mass has a mean within (a lambda / (1 - a))^{1/2} of
//! its own. The honest part of p is a part of p, with at least W - f of W; and it is a part of M, with at least W - f of m - f.
//! At p = 1/m the second term is zero, and below the limit the first one is at most (f lambda* / (m - 2 f))^{1/2}: what no rule
//! can beat, as lambda* <= lambda_M. That is why the plain mean of all may be the answer, and is exact if nobody lies.
//!
//! The idea is that of the filters of robust statistics: Diakonikolas and Kane, *Algorithmic High-Dimensional Robust Statistics*,
//! 2023. One that needs no bound for lambda_M: Allouah, Guerraoui and Stephan, *Towards Trustworthy Federated Learning with
//! Untrusted Participants*, ICML 2025. The smallest eigenvalue over subsets: Allouah, Guerraoui, Gupta, Pinot and Stephan, *On the
//! Privacy-Robustness-Utility Trilemma in Distributed Learning*, ICML 2023.
//!
//! Of m workers f may be missing, and then as many fewer of the others can lie: m and f are those that are left.

use super::{Aggregate, AggregateError, Aggregator, TrimFraction, enough, mean};
use crate::kernel::dot;
use crate::metric::Metric;
use crate::protocol::Reply;
use faer::{Mat, Side};

/// The share of its weight that the message which stands out most loses at a time.
const PACE: f64 = 1.0 / 3.0;
/// A weight below this one is none.
const LEAST: f64 = 0.05;
/// Steps of the Frank-Wolfe method in the search for lambda*.
const STEPS: u32 = 60;

/// The filter for f = round(beta m) liars.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    /// beta.
    pub beta: TrimFraction,
    /// B.
    pub metric: &'a Metric,
}

/// The answer of the filter and what it tells of its error.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filtered {
    /// g, and whose weight is not zero.
    pub(crate) made: Aggregate,
    /// lambda*.
    pub(crate) least: f64,
    /// What ||g - g_M|| is at most, in the metric of B: the lesser of two bounds. One holds whoever lies: the distance to the mean
    /// of all, and what that is off by. The other is that above for p, if lambda_M is what lambda(p) is.
    pub(crate) error: f64,
}

impl Aggregator for Filter<'_> {
    fn aggregate(&self, replies: &[Reply], dimension: usize) -> Result<Aggregate, AggregateError> {
        self.filter(replies, dimension).map(|filtered| filtered.made)
    }

    fn dropped(&self, workers: usize) -> usize {
        self.beta.trimmed(workers)
    }
}

impl Filter<'_> {
    pub(crate) fn filter(&self, replies: &[Reply], dimension: usize) -> Result<Filtered, AggregateError> {
        let workers = replies.len();
        let white: Vec<Option<Vec<f64>>> = replies.iter().map(|reply| self.white(reply, dimension)).collect();
        let there: Vec<usize> = (0..workers).filter(|&i| white[i].is_some()).collect();
        let used: Vec<&[f64]> = white.iter().flatten().map(Vec::as_slice).collect();
        let (allowed, missing) = (self.beta.trimmed(workers), workers - used.len());
        enough(workers, missing, allowed)?;
        let liars = allowed - missing;
        let cloud = Cloud::new(&used);
        let far = cloud.near.iter().filter(|near| !**near).count();
        enough(workers, missing + far, allowed)?;
        let core = cloud.core(liars);
        let least = cloud.least(&core, liars);
        let weights = cloud.weigh(&core, least, liars);
        let total: f64 = weights.iter().sum();
        let sent: Vec<&[f64]> = there.iter().filter_map(|&i| replies[i].as_deref().ok()).collect();
        let vector = if weights.iter().all(|c| *c == 1.0) {
            mean(&sent, dimension)
        } else {
            let mut sum = vec![0.0; dimension];
            for (c, v) in weights.iter().zip(&sent) {
                sum.iter_mut().zip(*v).for_each(|(sum, x)| *sum += c / total * x);
            }
            sum
        };
        let error = cloud.error(&weights, liars);
        let mut left = vec![false; workers];
        there.iter().zip(&weights).for_each(|(&i, c)| left[i] = *c > 0.0);
        Ok(Filtered { made: Aggregate::new(vector, &left), least, error })
    }

    /// u_i; none of a reply that cannot be used.
    fn white(&self, reply: &Reply, dimension: usize) -> Option<Vec<f64>> {
        let v = reply.as_ref().ok().filter(|v| v.len() == dimension)?;
        Some(self.metric.whiten(v)).filter(|u| u.iter().all(|x| x.is_finite()))
    }
}

/// Messages by their inner products, seen from the one in their middle.
struct Cloud {
    /// (u_i - u_c)'(u_j - u_c), m x m; of one so far out that it overflows, nothing.
    gram: Mat<f64>,
    /// Whether a message is near enough for its row of it.
    near: Vec<bool>,
    /// The square of the distance from c; infinite for the others.
    apart: Vec<f64>,
}

impl Cloud {
    fn new(u: &[&[f64]]) -> Self {
        let m = u.len();
        let apart = |i: usize, j: usize| u[i].iter().zip(u[j]).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        // The middle: the one for which half of all are nearest.
        let half = |i: usize| {
            let mut all: Vec<f64> = (0..m).map(|j| apart(i, j)).collect();
            all.sort_unstable_by(f64::total_cmp);
            all[m / 2]
        };
        let halves: Vec<f64> = (0..m).map(half).collect();
        let middle = (0..m).fold(0, |best, i| if halves[i] < halves[best] { i } else { best });
        let apart: Vec<f64> = (0..m).map(|i| apart(i, middle)).collect();
        // So far that sums of a few of their products stay finite.
        let near: Vec<bool> = apart.iter().map(|x| *x < f64::MAX / 16.0).collect();
        let gaps: Vec<Vec<f64>> = u.iter().map(|u_i| u_i.iter().zip(u[middle]).map(|(a, b)| a - b).collect()).collect();
        let product = |i: usize, j: usize| if near[i] && near[j] { dot(&gaps[i], &gaps[j]) } else { 0.0 };
        Self { gram: Mat::from_fn(m, m, product), near, apart }
    }

    /// The weights of the m - f that are nearest to the middle.
    fn core(&self, liars: usize) -> Vec<f64> {
        smallest(&self.apart, self.apart.len() - liars)
    }

    /// lambda(p) and the t_i of p = c / W; none if they cannot be told.
    fn spread(&self, c: &[f64]) -> Option<(f64, Vec<f64>)> {
        let (m, total) = (c.len(), c.iter().sum::<f64>());
        let p: Vec<f64> = c.iter().map(|c| c / total).collect();
        let row: Vec<f64> = (0..m).map(|i| dot(self.gram.col_as_slice(i), &p)).collect();
        let own = dot(&row, &p);
        let centred = |i: usize, j: usize| self.gram[(i, j)] - row[i] - row[j] + own;
        let roots: Vec<f64> = p.iter().map(|p| p.sqrt()).collect();
        let eigen =
            Mat::from_fn(m, m, |i, j| roots[i] * roots[j] * centred(i, j)).self_adjoint_eigen(Side::Lower).ok()?;
        let lambda = eigen.S()[m - 1].max(0.0);
        let v: Vec<f64> = (0..m).map(|j| roots[j] * eigen.U()[(j, m - 1)] / lambda.sqrt()).collect();
        let t: Vec<f64> = (0..m).map(|i| (0..m).map(|j| v[j] * centred(i, j)).sum::<f64>().powi(2)).collect();
        lambda.is_finite().then_some((lambda, t))
    }

    /// lambda* as far as the Frank-Wolfe method finds it from the core: its gradient is t, up to a constant.
    fn least(&self, core: &[f64], liars: usize) -> f64 {
        let (mut c, mut least) = (core.to_vec(), f64::INFINITY);
        for step in 0..STEPS {
            let Some((lambda, t)) = self.spread(&c) else { break };
            least = least.min(lambda);
            if lambda == 0.0 {
                break;
            }
            let far = |i: usize| if self.near[i] { t[i] } else { f64::INFINITY };
            let best = smallest(&(0..t.len()).map(far).collect::<Vec<_>>(), t.len() - liars);
            let share = 2.0 / (f64::from(step) + 8.0);
            c.iter_mut().zip(&best).for_each(|(c, best)| *c += share * (best - *c));
        }
        least
    }

    /// c, from 1 each down to where lambda(p) is below its limit; otherwise those of the smallest lambda(p) with more than half
    /// of all weight left, and more than m - 2 f.
    fn weigh(&self, core: &[f64], least: f64, liars: usize) -> Vec<f64> {
        let (m, f) = (core.len() as f64, liars as f64);
        let mut c: Vec<f64> = self.near.iter().map(|near| f64::from(u8::from(*near))).collect();
        let (mut best, mut smallest) = (core.to_vec(), f64::INFINITY);
        if liars == 0 {
            return c;
        }
        let limit = least * (m - f) / (m - 2.0 * f).max(1.0);
        while c.iter().sum::<f64>() > f64::max(m - 2.0 * f, 0.5 * m) {
            let Some((lambda, t)) = self.spread(&c) else { break };
            if lambda < smallest {
                (best, smallest) = (c.clone(), lambda);
            }
            let most = c.iter().zip(&t).filter(|(c, _)| **c > 0.0).map(|(_, t)| *t).fold(0.0, f64::max);
            if lambda <= limit || most.is_nan() || most <= 0.0 {
                break;
            }
            for (c, t) in c.iter_mut().zip(&t) {
                *c *= 1.0 - PACE * (t / most).min(1.0);
                if *c < LEAST {
                    *c = 0.0;
                }
            }
        }
        best
    }

    /// See [`Filtered::error`].
    fn error(&self, c: &[f64], liars: usize) -> f64 {
        let (m, f, total) = (c.len() as f64, liars as f64, c.iter().sum::<f64>());
        if liars == 0 {
            return 0.0;
        }
        let lambda = |c: &[f64]| self.spread(c).map_or(f64::INFINITY, |(lambda, _)| lambda);
        let shift: Vec<f64> = c.iter().map(|c| c / total - 1.0 / m).collect();
        let moved = |i: usize| dot(self.gram.col_as_slice(i), &shift) * shift[i];
        let moved = (0..c.len()).map(moved).sum::<f64>().max(0.0).sqrt();
        let all = moved + (f * lambda(&vec![1.0; c.len()]) / (m - f)).sqrt();
        let kept = ((f.sqrt() + (m - total).sqrt()).powi(2) * lambda(c) / (total - f)).sqrt();
        let far = self.near.iter().any(|near| !near);
        if far { kept } else { all.min(kept) }
    }
}

/// 1 for the `count` smallest values, of equal ones for the first, and 0 for the others.
fn smallest(values: &[f64], count: usize) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut chosen = vec![0.0; values.len()];
    order.iter().take(count).for_each(|&i| chosen[i] = 1.0);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::norm2;
    use crate::protocol::{Missing, WorkerId};
    use proptest::prelude::*;

    fn filter(replies: &[Reply], beta: f64, scale: Vec<f64>) -> Result<Filtered, AggregateError> {
        let (d, metric) = (scale.len(), Metric::diagonal(scale));
        Filter { beta: TrimFraction::new(beta).unwrap(), metric: &metric }.filter(replies, d)
    }

    fn numbers(x: &[f64]) -> Vec<Reply> {
        x.iter().map(|x| Ok(vec![*x])).collect()
    }

    #[test]
    fn by_hand() {
        // lambda(1/4) = 1.25, and that of the three nearest to each other 2/3: the limit is 1.5 times that, and 0 or 3 loses weight.
        let got = filter(&numbers(&[0.0, 1.0, 2.0, 3.0]), 0.25, vec![1.0]).unwrap();
        assert!((got.least - 2.0 / 3.0).abs() < 1e-12, "{}", got.least);
        // What stands out is left out.
        let got = filter(&numbers(&[0.0, 1.0, 2.0, 1e6]), 0.25, vec![1.0]).unwrap();
        assert!((got.made.vector[0] - 1.0).abs() < 1e-5 && got.made.trimmed == [WorkerId(3)], "{:?}", got.made);
        assert_eq!(filter(&numbers(&[0.0, 1.0, 2.0, 9.0]), 0.0, vec![1.0]).unwrap().made.vector, [3.0]);
        // Of two sizes of spread that are nearly the same, all count, and their mean is that of `mean`.
        let x = [0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.11, -0.13];
        let got = filter(&numbers(&x), 0.2, vec![1.0]).unwrap();
        assert_eq!(got.made.vector, mean(&x.each_ref().map(std::slice::from_ref), 1));
    }

    #[test]
    fn who_is_missing_uses_up_one_that_may_lie() {
        let replies = [Ok(vec![0.0]), Err(Missing::Silent), Ok(vec![2.0]), Ok(vec![10.0])];
        let got = filter(&replies, 0.25, vec![1.0]).unwrap();
        assert!((got.made.vector[0] - 4.0).abs() < 1e-14);
        assert_eq!((got.made.trimmed, got.error), (vec![WorkerId(1)], 0.0));
        let error = AggregateError::TooManyMissing { missing: 1, allowed: 0, workers: 4 };
        assert_eq!(filter(&replies, 0.0, vec![1.0]), Err(error));
        assert_eq!(filter(&[], 0.2, vec![1.0]), Err(AggregateError::NoWorkers));
        // One of two.
        assert_eq!(filter(&numbers(&[1.0, 3.0]), 0.4, vec![1.0]).unwrap().made.vector, [2.0]);
        // Too far apart for doubles.
        let error = AggregateError::TooManyMissing { missing: 2, allowed: 1, workers: 4 };
        assert_eq!(filter(&numbers(&[0.0, 1.0, 1e160, -1e160]), 0.25, vec![1.0]), Err(error));
        assert_eq!(filter(&numbers(&[0.0, 1.0, -1.0, 1e160]), 0.25, vec![1.0]).unwrap().made.vector, [0.0]);
    }

    /// The same on the line, where lambda(p) is a variance and t_i the square of a distance from the mean, written out.
    #[derive(Clone, Debug)]
    struct Line(Vec<f64>);

    impl Line {
        fn moments(&self, c: &[f64]) -> (f64, f64) {
            let total: f64 = c.iter().sum();
            let mean = c.iter().zip(&self.0).map(|(c, x)| c * x).sum::<f64>() / total;
            (mean, c.iter().zip(&self.0).map(|(c, x)| c * (x - mean).powi(2)).sum::<f64>() / total)
        }

        /// 1 for all but the `f` that are furthest from `x`, of equally far ones the last.
        fn near(&self, x: f64, f: usize) -> Vec<f64> {
            let mut c = vec![1.0; self.0.len()];
            for _ in 0..f {
                let left = (0..c.len()).filter(|&i| c[i] > 0.0);
                let far = left.max_by(|&i, &j| (self.0[i] - x).abs().total_cmp(&(self.0[j] - x).abs())).unwrap();
                c[far] = 0.0;
            }
            c
        }

        fn least(&self, core: &[f64], f: usize) -> f64 {
            let (mut c, mut least) = (core.to_vec(), f64::INFINITY);
            for step in 0..STEPS {
                let (mean, variance) = self.moments(&c);
                least = least.min(variance);
                let (best, k) = (self.near(mean, f), f64::from(step));
                c = c.iter().zip(best).map(|(c, best)| ((k + 6.0) * c + 2.0 * best) / (k + 8.0)).collect();
            }
            least
        }

        fn weigh(&self, core: Vec<f64>, least: f64, f: f64) -> Vec<f64> {
            let m = self.0.len() as f64;
            let (mut c, mut best) = (vec![1.0; self.0.len()], (core, f64::INFINITY));
            loop {
                let total: f64 = c.iter().sum();
                if total <= m - 2.0 * f || total <= m / 2.0 {
                    return best.0;
                }
                let (mean, variance) = self.moments(&c);
                if variance < best.1 {
                    best = (c.clone(), variance);
                }
                let far = |c: f64, x: f64| if c > 0.0 { (x - mean).powi(2) } else { 0.0 };
                let most = c.iter().zip(&self.0).map(|(c, x)| far(*c, *x)).fold(0.0, f64::max);
                if variance <= least * (m - f) / (m - 2.0 * f).max(1.0) {
                    return best.0;
                }
                let less = |(c, x): (&f64, &f64)| c * (1.0 - PACE * ((x - mean).powi(2) / most).min(1.0));
                c = c.iter().zip(&self.0).map(less).map(|c| if c < LEAST { 0.0 } else { c }).collect();
            }
        }

        fn error(&self, c: &[f64], f: f64) -> f64 {
            let (m, total) = (c.len() as f64, c.iter().sum::<f64>());
            let ((mean, variance), (of_all, spread)) = (self.moments(c), self.moments(&vec![1.0; c.len()]));
            let all = (mean - of_all).abs() + (f * spread / (m - f)).sqrt();
            all.min((f.sqrt() + (m - total).sqrt()) * (variance / (total - f)).sqrt())
        }
    }

    proptest! {
        #[test]
        fn on_the_line_it_is_that_of_its_formulas(x in prop::collection::vec(-1.0..1.0_f64, 7), far in 1.0..30.0_f64, f in 1_usize..4) {
            let line = Line([x, vec![far]].concat());
            let slices: Vec<&[f64]> = line.0.iter().map(std::slice::from_ref).collect();
            let cloud = Cloud::new(&slices);
            let core = cloud.core(f);
            // The middle is the one of which the fifth nearest is nearest.
            let fifth = |x: &f64| {
                let mut apart: Vec<f64> = line.0.iter().map(|y| (x - y).abs()).collect();
                apart.sort_by(f64::total_cmp);
                apart[4]
            };
            let middle = line.0.iter().copied().min_by(|a, b| fifth(a).total_cmp(&fifth(b))).unwrap();
            prop_assert_eq!(&core, &line.near(middle, f));
            let least = cloud.least(&core, f);
            let wanted = line.least(&core, f);
            prop_assert!((least - wanted).abs() <= 1e-9 * (wanted + far * far * 1e-3), "{least} {wanted}");
            let (weights, known) = (cloud.weigh(&core, wanted, f), line.weigh(core, wanted, f as f64));
            prop_assert!(weights.iter().zip(&known).all(|(a, b)| (a - b).abs() < 1e-6), "{weights:?} {known:?}");
            let (error, told) = (cloud.error(&known, f), line.error(&known, f as f64));
            prop_assert!((error - told).abs() <= 1e-9 * (told + 1.0), "{error} {told}");
        }
    }

    #[test]
    fn the_least_spread_is_found_although_the_core_has_more() {
        let line = Line(vec![6.0, 11.0, 9.0, 9.0, 12.0, 8.0, 1.0, 3.0]);
        let cloud = Cloud::new(&line.0.iter().map(std::slice::from_ref).collect::<Vec<_>>());
        let core = cloud.core(3);
        let (least, wanted) = (cloud.least(&core, 3), line.least(&core, 3));
        assert!(wanted < 0.6 * line.moments(&core).1 && (least / wanted - 1.0).abs() < 1e-9, "{least} {wanted}");
    }

    /// On the line lambda(p) is a variance, and t_i the square of a distance from the mean.
    #[test]
    fn the_spread_is_that_of_the_weighted_messages() {
        let (line, c) = (Line(vec![0.0, 1.0, 2.0, 6.0]), [1.0, 0.5, 1.0, 0.25]);
        let cloud = Cloud::new(&line.0.iter().map(std::slice::from_ref).collect::<Vec<_>>());
        let ((lambda, t), (mean, variance)) = (cloud.spread(&c).unwrap(), line.moments(&c));
        assert!((lambda / variance - 1.0).abs() < 1e-12, "{lambda} {variance}");
        assert!(t.iter().zip(&line.0).all(|(t, x)| (t - (x - mean).powi(2)).abs() < 1e-12), "{t:?} about {mean}");
    }

    #[test]
    fn more_than_half_of_all_weight_is_left_and_more_than_all_but_two_liars_a_liar() {
        for (x, f, most) in [([0.0, 0.0, 0.0, 1.0, 2.0, 1.0].as_slice(), 1, 4.0), (&[0.0, 0.0, 1.0, 0.0, 1.0], 2, 2.5)]
        {
            let cloud = Cloud::new(&x.iter().map(std::slice::from_ref).collect::<Vec<_>>());
            let core = cloud.core(f);
            let left: f64 = cloud.weigh(&core, cloud.least(&core, f), f).iter().sum();
            // Less spread than that of the core is found on the way there.
            assert!(left > most && left < (x.len() - f) as f64, "{left} of {}", x.len());
        }
    }

    /// For COMRADE it is a rule like the others.
    #[test]
    fn as_a_rule_it_gives_what_the_filter_gives() {
        let (beta, metric) = (TrimFraction::new(0.25).unwrap(), Metric::diagonal(vec![1.0]));
        let (filter, replies) = (Filter { beta, metric: &metric }, numbers(&[0.0, 1.0, 2.0, 1e6]));
        let made = filter.aggregate(&replies, 1).unwrap();
        assert_eq!(made, filter.filter(&replies, 1).unwrap().made);
        assert_eq!(made.kept, [WorkerId(0), WorkerId(1), WorkerId(2)]);
    }

    #[test]
    fn as_many_are_dropped_as_are_trimmed() {
        let (beta, metric) = (TrimFraction::new(0.2).unwrap(), Metric::diagonal(vec![1.0]));
        assert_eq!(Filter { beta, metric: &metric }.dropped(20), 4);
    }

    fn vector() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(-1.0..1.0_f64, 2)
    }

    proptest! {
        /// Whoever the liars are and whatever they send, both bounds hold.
        #[test]
        fn it_is_robust_in_the_metric(
            honest in prop::collection::vec(vector(), 8),
            lies in prop::collection::vec((vector(), -3_i32..6), 2),
            together: bool,
            scale in prop::collection::vec(0.1..10.0_f64, 2),
        ) {
            let lies = lies.iter().map(|(v, e)| v.iter().map(|x| x * 10_f64.powi(*e)).collect::<Vec<_>>());
            let mut lies: Vec<Vec<f64>> = lies.collect();
            if together {
                lies[1] = lies[0].clone();
            }
            let all: Vec<Vec<f64>> = lies.into_iter().chain(honest).collect();
            let metric = Metric::diagonal(scale.clone());
            let got = filter(&all.iter().cloned().map(Ok).collect::<Vec<_>>(), 0.2, scale).unwrap();
            let white: Vec<Vec<f64>> = all.iter().map(|v| metric.whiten(v)).collect();
            let slices: Vec<&[f64]> = white.iter().map(Vec::as_slice).collect();
            let centre = mean(&slices[2..], 2);
            let out = metric.whiten(&got.made.vector);
            let off = norm2(&[out[0] - centre[0], out[1] - centre[1]]);
            let cloud = Cloud::new(&slices);
            let core = cloud.core(2);
            let least = cloud.least(&core, 2);
            let c = cloud.weigh(&core, least, 2);
            let lambda = |c: &[f64]| cloud.spread(c).unwrap().0;
            let (of_all, honest) = (lambda(&[1.0; 10]), lambda(&[0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]));
            prop_assert!(least <= lambda(&core) && got.least == least);
            let total: f64 = c.iter().sum();
            prop_assert!(total >= 3.0);
            let rounding = 1e-9 * of_all.sqrt();
            let most = ((2.0 * lambda(&c)).sqrt() + ((10.0 - total) * honest).sqrt()) / (total - 2.0).sqrt();
            prop_assert!(off <= most + rounding, "{off} above {most}");
            if honest <= lambda(&c) {
                prop_assert!(off <= got.error + rounding, "{off} above {}", got.error);
            }
            let moved: Vec<f64> = out.iter().zip(mean(&slices, 2)).map(|(a, b)| a - b).collect();
            prop_assert!(off <= norm2(&moved) + (2.0 * of_all / 8.0).sqrt() + rounding);
        }
    }
}
