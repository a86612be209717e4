//! What one round of answers f_i, g_i, H_i amounts to.
//!
//! If nobody is assumed to lie (round(beta m) = 0), everyone counts by its share q_i: f = sum q_i f_i, g = sum q_i g_i,
//! H = sum q_i H_i, all exact up to the rounding of the Hessians. Otherwise all count alike: f is trimmed from both sides, H
//! is the medoid, and g is made by a rule in the metric of H.
//!
//! All count alike, however unequal their shards: what is known of liars is how many workers they may be, and a large shard would
//! give one of them the weight of many. So f then is the mean of the f_i, and not of the samples, if shards are unequal; deal them
//! evenly where that matters.
//!
//! A missing worker that is excused ([`crate::aggregate::Budget`]) is no part of the round: m counts the others.
//! Without liars f and g are the weighted means over the workers that answered, with q_i over their sum Q in place of
//! q_i. Those of all differ from them by ((1 - Q) / Q)^{1/2} times the spread, if the missing workers vary as those
//! that answered: what is hidden like that is a [`Floor`] too.
//!
//! What is lost if liars are assumed and nobody lies? A rule that always leaves out or mixes some messages is off by the difference
//! of the means with and without them, so that its floor is not zero. The filter ([`Filter`]) takes the plain mean of all as long
//! as messages vary little enough, and then nothing is lost. It cannot do so always. Messages that vary much in one direction may
//! be those of honest workers who differ, or of some who agree and some who lie, and nothing tells which: the mean of all would be
//! off without limit in the second case. So where honest workers differ much more in one direction than when the few furthest are
//! left out, some of them are weighed down, and a floor remains that a lower one for that case could only buy with a higher one
//! for the other.

use crate::aggregate::medoid::medoid;
use crate::aggregate::{AggregateError, Budget, Filter, Rest, enough, trimmed_means};
use crate::compress::Form;
use crate::compress::expansion::start;
use crate::expansion::{Parts, omega};
use crate::method::{Floor, Options, Rule};
use crate::metric::Metric;
use crate::protocol::{Reply, WorkerId};
use crate::stream::Seed;
use faer::MatRef;
use serde::{Deserialize, Serialize};

/// B, and how far from it the honest Hessians may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Curvature {
    pub(crate) metric: Metric,
    /// R: e^{-R} H_j <= B <= e^R H_j for most honest j. 0 where nobody is assumed to lie.
    pub(super) radius: f64,
}

/// What a round told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heard {
    /// f_i of every worker; none of one that is missing.
    pub(super) values: Vec<Option<f64>>,
    /// f.
    pub(crate) value: f64,
    /// g, d.
    pub(crate) gradient: Vec<f64>,
    /// Where a Hessian was asked for.
    pub(crate) curvature: Option<Curvature>,
    /// Where liars are assumed.
    pub(super) floor: Option<Floor>,
    /// Who counts in g.
    pub(crate) kept: Vec<WorkerId>,
}

/// How answers are taken together.
#[derive(Debug)]
pub(crate) struct Ear<'a> {
    pub(crate) options: &'a Options,
    /// q, m.
    pub(crate) shares: Vec<f64>,
    /// d.
    pub(crate) dimension: usize,
}

impl Ear<'_> {
    /// f = round(beta m), how many are assumed to lie.
    pub(crate) fn liars(&self) -> usize {
        self.options.trim.trimmed(self.shares.len())
    }

    /// The answers to a question for `form`, by the metric of `before` where there is none in them.
    pub(crate) fn hear(
        &self,
        replies: &[Reply],
        form: Option<Form>,
        before: Option<&Curvature>,
    ) -> Result<Heard, AggregateError> {
        let (d, liars, workers) = (self.dimension, self.liars(), replies.len());
        let parts: Vec<Option<Parts<'_>>> = replies.iter().map(|reply| Parts::of(reply.as_ref().ok()?, d)).collect();
        let missing = parts.iter().filter(|parts| parts.is_none()).count();
        let rest = self.options.budget().rest(workers, missing);
        enough(rest.workers, missing - rest.excused, liars).map_err(|error| rest.of_all(error))?;
        let values: Vec<Option<f64>> = parts.iter().map(|parts| parts.map(|parts| parts.value)).collect();
        let value = self.value(&values)?;
        let mut there: Vec<(f64, Parts<'_>)> =
            self.shares.iter().zip(&parts).filter_map(|(&q, parts)| Some((q, (*parts)?))).collect();
        if liars == 0 {
            let came = self.came(&values);
            there.iter_mut().for_each(|(q, _)| *q /= came);
            let curvature = form.and_then(|form| self.mean(form, &there));
            let mut gradient = vec![0.0; d];
            for (q, parts) in &there {
                gradient.iter_mut().zip(parts.gradient).for_each(|(sum, g)| *sum += q * g);
            }
            let known = curvature.as_ref().or(before).filter(|_| missing > 0);
            let floor = known.map(|known| self.absent(&there, came, &gradient, &known.metric));
            let kept = (0..workers).filter(|&i| parts[i].is_some()).map(WorkerId).collect();
            return Ok(Heard { values, value, gradient, curvature, floor, kept });
        }
        let curvature = form.and_then(|form| self.medoid(form, &there, rest.workers - liars));
        let euclidean = Metric::diagonal(vec![1.0; d]);
        let known = curvature.as_ref().or(before);
        let metric = known.map_or(&euclidean, |known| &known.metric);
        let counted = rest.counted(parts.iter().map(Option::is_some));
        let gradient = |&i: &usize| match (&parts[i], &replies[i]) {
            (Some(parts), _) => Ok(parts.gradient.to_vec()),
            (None, Err(why)) => Err(*why),
            (None, Ok(short)) => Ok(short.clone()),
        };
        let gradients: Vec<Reply> = counted.iter().map(gradient).collect();
        let beta = rest.trim;
        let filtered = Filter { beta, metric }.filter(&gradients, d).map_err(|error| rest.of_all(error))?;
        let other = Some(self.options.rule).filter(|rule| *rule != Rule::Filter);
        let (made, mut error) = match other.and_then(|rule| rule.within(beta, metric)) {
            None => (filtered.made, filtered.error),
            Some(rule) => {
                let made = rule.aggregate(&gradients, d).map_err(|error| rest.of_all(error))?;
                let apart: Vec<f64> = made.vector.iter().zip(&filtered.made.vector).map(|(a, b)| a - b).collect();
                (made, filtered.error + metric.norm(&apart))
            }
        };
        error += metric.norm(&made.vector);
        let (share, made) = (share(rest), made.among(&counted, workers));
        let less = |known: &Curvature| known.radius.exp() * known.metric.hides();
        let floor = known.map(|known| Floor::of(filtered.least, error, less(known), share));
        Ok(Heard { values, value, gradient: made.vector, curvature, floor, kept: made.kept })
    }

    /// What the gradients of those who are missing may hide, where Q = `came` of all samples are there: q, of sum 1, and g.
    fn absent(&self, there: &[(f64, Parts<'_>)], came: f64, g: &[f64], metric: &Metric) -> Floor {
        let apart = |v: &[f64]| v.iter().zip(g).map(|(v, g)| v - g).collect::<Vec<f64>>();
        let least: f64 = there.iter().map(|(q, parts)| q * metric.norm(&apart(parts.gradient)).powi(2)).sum();
        let share = ((1.0 - came) / came).max(0.0);
        let error = (least * share).sqrt() + metric.norm(g);
        Floor::of(least, error, metric.hides(), share)
    }

    /// f of the f_i; none of a missing worker.
    pub(crate) fn value(&self, values: &[Option<f64>]) -> Result<f64, AggregateError> {
        self.value_within(self.options.budget(), values)
    }

    /// The change of f from one point to another, from the f_i of the workers that answered at both.
    pub(crate) fn change(&self, changes: &[Option<f64>]) -> Result<f64, AggregateError> {
        self.value_within(self.options.budget().of_two_rounds(), changes)
    }

    fn value_within(&self, budget: Budget, values: &[Option<f64>]) -> Result<f64, AggregateError> {
        let rest = budget.rest(values.len(), missing(values));
        if rest.liars == 0 {
            enough(rest.workers, missing(values) - rest.excused, 0).map_err(|error| rest.of_all(error))?;
            let sum: f64 = self.shares.iter().zip(values).filter_map(|(q, value)| Some(q * (*value)?)).sum();
            return Ok(sum / self.came(values));
        }
        let counted = rest.counted(values.iter().map(Option::is_some));
        let reply = |&i: &usize| values[i].map(|value| vec![value]).ok_or(crate::protocol::Missing::Silent);
        let replies: Vec<Reply> = counted.iter().map(reply).collect();
        Ok(trimmed_means(&replies, 1, rest.liars).map_err(|error| rest.of_all(error))?[0])
    }

    /// Q, the share of the workers that answered; 1 if all did.
    fn came(&self, values: &[Option<f64>]) -> f64 {
        if missing(values) == 0 {
            return 1.0;
        }
        self.shares.iter().zip(values).filter(|(_, value)| value.is_some()).map(|(q, _)| q).sum()
    }

    /// With liars: what the mean of as many numbers as are honest may be off by, as nothing tells which workers lie:
    /// their spread, times (f / (m - 2 f))^{1/2}.
    pub(super) fn doubt(&self, values: &[Option<f64>], center: f64) -> f64 {
        let rest = self.options.budget().of_two_rounds().rest(values.len(), missing(values));
        let mut squares: Vec<f64> = values.iter().flatten().map(|value| (value - center).powi(2)).collect();
        squares.sort_unstable_by(f64::total_cmp);
        squares.truncate(rest.workers - rest.liars);
        (squares.iter().sum::<f64>() / squares.len().max(1) as f64 * share(rest)).sqrt()
    }

    /// Without liars: how far the change of f over the workers of `both` points may be from that over the workers of
    /// `before`, whose g it is compared with.
    pub(super) fn gap(&self, before: &[Option<f64>], both: &[Option<f64>], change: f64) -> f64 {
        let (all, some) = (self.came(before), self.came(both));
        let terms = self.shares.iter().zip(both).filter_map(|(q, one)| Some(q * ((*one)? - change).powi(2)));
        (terms.sum::<f64>() / some * ((all - some) / some).max(0.0)).sqrt()
    }

    /// B = sum q_i H_i.
    fn mean(&self, form: Form, there: &[(f64, Parts<'_>)]) -> Option<Curvature> {
        let mut sum = vec![0.0; form.numbers(self.dimension)];
        for (q, parts) in there {
            sum.iter_mut().zip(parts.hessian).for_each(|(sum, h)| *sum += q * h);
        }
        let metric = self.metric(form, &sum, there)?;
        Some(Curvature { metric, radius: 0.0 })
    }

    /// B = the medoid of the H_i.
    fn medoid(&self, form: Form, there: &[(f64, Parts<'_>)], near: usize) -> Option<Curvature> {
        let of = |(_, parts): &(f64, Parts<'_>)| self.metric(form, parts.hessian, &[(1.0, *parts)]);
        let all: Vec<Metric> = there.iter().filter_map(of).collect();
        let (index, radius) = medoid(&all, near)?;
        Some(Curvature { metric: all.into_iter().nth(index)?, radius })
    }

    /// B from the numbers of a form, which are the sum of those of `of`, rounded on the wire.
    fn metric(&self, form: Form, numbers: &[f64], of: &[(f64, Parts<'_>)]) -> Option<Metric> {
        let d = self.dimension;
        let penalised = d.saturating_sub(usize::from(self.options.intercept));
        let ridge: Vec<f64> = (0..d).map(|c| if c < penalised { self.options.lambda } else { 0.0 }).collect();
        match form {
            Form::Triangle { bits } => {
                // The error of an entry (r, c) of worker i has deviation at most q_i s_r s_c / 2 levels, s its scales; those of a
                // matrix of such errors have spectral norm 2 / d^{1/2} times their root sum of squares, or so.
                let trace = |parts: &Parts<'_>| {
                    let share = |k: usize| {
                        let (own, all) = (parts.hessian[start(k) + k], numbers[start(k) + k]);
                        if all > 0.0 { own / all } else { 0.0 }
                    };
                    (0..d).map(share).sum::<f64>()
                };
                let squares: f64 = of.iter().map(|(q, parts)| (q * trace(parts)).powi(2)).sum();
                Metric::of_triangle(numbers, d, &ridge, (squares / d as f64).sqrt() / bits.levels())
            }
            Form::Sketch { bits, rank, seed } => {
                let k = rank as usize;
                let largest = |v: &[f64]| v.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
                let squares: f64 = of.iter().map(|(q, parts)| (q * largest(parts.hessian)).powi(2)).sum();
                let noise = squares.sqrt() / bits.levels() * ((d as f64).sqrt() + (k as f64).sqrt()) / 2.0;
                let y = MatRef::from_column_major_slice(numbers, d, k);
                Metric::of_sketch(y, omega(d, k, Seed(seed)).as_ref(), &ridge, noise)
            }
        }
    }
}

/// How many are none.
fn missing(values: &[Option<f64>]) -> usize {
    values.iter().filter(|value| value.is_none()).count()
}

/// f / (m - 2 f), of those who count.
fn share(rest: Rest) -> f64 {
    let (m, f) = (rest.workers as f64, rest.liars as f64);
    f / (m - 2.0 * f).max(1.0)
}

impl Floor {
    /// What can be said where the g of all is at most `error` in the metric of B, and a `share` of it may be hidden: f(w) - f* is
    /// g'H^{-1} g / 2 to first order, and of the Hessians that count a part of 1 / (1 + share) is at least B over `less`: e^R, and
    /// what B hides.
    fn of(least: f64, error: f64, less: f64, share: f64) -> Self {
        // A file of text holds no infinity.
        let finite = |x: f64| if x.is_nan() { f64::MAX } else { x.min(f64::MAX) };
        Self {
            spread: finite(least.sqrt()),
            unavoidable: finite(0.5 * least * share),
            estimate: finite(0.5 * less * (1.0 + share) * error * error),
        }
    }
}

/// How much f_i differs between two points, for the workers that answered at both.
pub(super) fn changes(there: &[Option<f64>], here: &[Option<f64>]) -> Vec<Option<f64>> {
    there.iter().zip(here).map(|(there, here)| Some((*there)? - (*here)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::{StragglerFraction, TrimFraction};
    use crate::compress::Bits;
    use crate::protocol::Missing;

    fn options(beta: f64) -> Options {
        Options { trim: TrimFraction::new(beta).unwrap(), ..Options::new(0.0, false) }
    }

    fn ear(options: &Options, workers: usize, dimension: usize) -> Ear<'_> {
        Ear { options, shares: vec![1.0 / workers as f64; workers], dimension }
    }

    /// What one of five may have made of a number or of a gradient, where f / (m - 2 f) = 1/3.
    #[test]
    fn the_floor_is_that_of_its_formulas() {
        let (one, of_two) = (options(0.2), options(0.4));
        let of_five = ear(&one, 5, 1);
        // Squared distances from 1, without the largest: 0, 0, 1, 4; their mean is 5/4.
        let values = [Some(1.0), Some(9.0), Some(1.0), Some(2.0), Some(-1.0)];
        assert!((of_five.doubt(&values, 1.0) - (1.25_f64 / 3.0).sqrt()).abs() < 1e-15);
        // Nothing is known of a missing worker.
        assert!((of_five.doubt(&[Some(1.0), None, Some(3.0), None, None], 1.0) - (2.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        let third = share(one.budget().rest(5, 0));
        let floor = Floor::of(4.0, 3.0, 2.0, third);
        let Floor { spread, unavoidable, estimate } = floor;
        // G = 2; G^2 / 2 / 3; (2 / 2) (1 + 1/3) 3^2.
        assert!(
            (spread - 2.0).abs() < 1e-15 && (unavoidable - 2.0 / 3.0).abs() < 1e-15 && (estimate - 12.0).abs() < 1e-13,
            "{floor:?}"
        );
        assert!((floor.doubt() - (4.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        let endless = Floor::of(f64::INFINITY, f64::NAN, f64::INFINITY, third);
        assert_eq!((endless.spread, endless.unavoidable, endless.estimate), (f64::MAX, f64::MAX, f64::MAX));
        assert!((share(options(0.28).budget().rest(7, 0)) - 2.0 / 3.0).abs() < 1e-15, "two of seven");
        // Of two workers none is left to compare with: m - 2 f counts as 1.
        assert!((share(of_two.budget().rest(2, 0)) - 1.0).abs() < 1e-15);
    }

    /// The error of a rule is that of the filter and its distance from it: nothing where all agree.
    #[test]
    fn where_all_agree_only_their_gradient_counts() {
        let replies: Vec<Reply> = vec![Ok(vec![1.0, 3.0, 4.0]); 5];
        for rule in crate::method::RULES.map(|(rule, _)| rule) {
            let options = Options { rule, ..options(0.2) };
            let before = Curvature { metric: Metric::diagonal(vec![1.0; 2]), radius: 2.0_f64.ln() };
            let heard = ear(&options, 5, 2).hear(&replies, None, Some(&before)).unwrap();
            // (2 / 2) (1 + 1/3) 5^2.
            let floor = heard.floor.unwrap();
            assert!((floor.estimate - 100.0 / 3.0).abs() < 1e-12 && floor.unavoidable < 1e-15, "{rule:?}: {floor:?}");
            assert!(heard.gradient.iter().zip([3.0, 4.0]).all(|(g, want)| (g - want).abs() < 1e-14));
        }
    }

    /// Of three workers that count 1/2, 1/4 and 1/4 one is missing: Q = 3/4, and (1 - Q) / Q = 1/3.
    #[test]
    fn who_is_excused_leaves_a_floor_of_its_formulas() {
        let options = Options { stragglers: StragglerFraction::new(0.34).unwrap(), ..options(0.0) };
        let of_three = Ear { options: &options, shares: vec![0.5, 0.25, 0.25], dimension: 2 };
        let sent = |value: f64, g: [f64; 2]| Ok(vec![value, g[0], g[1]]);
        let before = Curvature { metric: Metric::diagonal(vec![2.0, 1.0]), radius: 0.0 };
        let replies = [sent(1.0, [2.0, 0.0]), sent(4.0, [-4.0, 3.0]), Err(Missing::Silent)];
        let heard = of_three.hear(&replies, None, Some(&before)).unwrap();
        assert!((heard.value - 2.0).abs() < 1e-15, "{}", heard.value);
        assert!(heard.gradient[0].abs() < 1e-15 && (heard.gradient[1] - 1.0).abs() < 1e-15, "{:?}", heard.gradient);
        // In the metric of B = diag(4, 1) the squares of the distances from g are 2 and 8, and ||g|| = 1.
        let Floor { spread, unavoidable, estimate } = heard.floor.unwrap();
        let off = (4.0_f64 / 3.0).sqrt() + 1.0;
        assert!((spread - 2.0).abs() < 1e-14 && (unavoidable - 2.0 / 3.0).abs() < 1e-14, "{spread} {unavoidable}");
        assert!((estimate / (2.0 / 3.0 * off * off) - 1.0).abs() < 1e-14, "{estimate}");
        let all = [sent(1.0, [2.0, 0.0]), sent(4.0, [-4.0, 3.0]), sent(1.0, [0.0, 0.0])];
        assert_eq!(of_three.hear(&all, None, Some(&before)).unwrap().floor, None, "nobody is missing");
    }

    /// A change of f is that over the workers that answered at both points. It differs from that over those of the first point.
    #[test]
    fn who_came_to_one_point_only_may_hide_a_part_of_a_change() {
        let options = options(0.0);
        let of_four = ear(&options, 4, 1);
        let (all, three) = ([Some(0.0); 4], [Some(1.0), Some(2.0), None, Some(3.0)]);
        // The mean square of the distances from 2 is 2/3, and a quarter is missing of what three quarters tell.
        assert!((of_four.gap(&all, &three, 2.0) - (2.0_f64 / 9.0).sqrt()).abs() < 1e-15);
        assert_eq!((of_four.gap(&three, &three, 2.0), of_four.gap(&all, &all, 2.0)), (0.0, 0.0));
    }

    /// A rule other than the filter is off by what the filter is, and by its distance from it. What that may hide adds to g.
    #[test]
    fn another_rule_is_known_as_well_as_the_filter_that_it_is_compared_with() {
        let sent = [[1.0, 0.0], [1.5, 0.5], [0.5, 0.25], [1.0, -0.5], [4.0, 3.0]];
        let replies: Vec<Reply> = sent.iter().map(|g| Ok(vec![1.0, g[0], g[1]])).collect();
        let gradients: Vec<Reply> = sent.iter().map(|g| Ok(g.to_vec())).collect();
        let metric = Metric::diagonal(vec![2.0, 0.5]);
        let before = Curvature { metric: metric.clone(), radius: 0.0 };
        for rule in [Rule::Filter, Rule::Mixing, Rule::Norm] {
            let options = Options { rule, ..options(0.2) };
            let heard = ear(&options, 5, 2).hear(&replies, None, Some(&before)).unwrap();
            let filtered = Filter { beta: options.trim, metric: &metric }.filter(&gradients, 2).unwrap();
            let made = rule.within(options.trim, &metric).unwrap().aggregate(&gradients, 2).unwrap().vector;
            let apart = metric.norm(&[made[0] - filtered.made.vector[0], made[1] - filtered.made.vector[1]]);
            assert!(filtered.error > 0.1 && (apart > 0.05 || rule == Rule::Filter), "{} {apart}", filtered.error);
            // (1/2) (1 + 1/3) e^2.
            let wanted = 2.0 / 3.0 * (filtered.error + apart + metric.norm(&made)).powi(2);
            let told = heard.floor.unwrap().estimate;
            assert!((told / wanted - 1.0).abs() < 1e-12, "{rule:?}: {told} {wanted}");
        }
    }

    /// The ridge term leaves an intercept out: along (1, -1) only half of the first coordinate's is certain.
    #[test]
    fn what_the_ridge_term_holds_is_not_said_of_an_intercept() {
        for (intercept, held) in [(true, 0.5e-20), (false, 1e-20)] {
            let options = Options::new(1e-20, intercept);
            let parts = Parts { value: 0.0, gradient: &[], hessian: &[1.0, 1.0, 1.0] };
            let of_one = ear(&options, 1, 2);
            let known = of_one.mean(Form::Triangle { bits: Bits::SixtyFour }, &[(1.0, parts)]).unwrap();
            let told = known.metric.norm_at_most(&[1.0, 0.0]).powi(2);
            assert!((told * held / 0.5 - 1.0).abs() < 1e-12, "{intercept}: {told}");
        }
    }

    /// B is the Hessian to which those of m - f are near, and R how near.
    #[test]
    fn the_medoid_looks_at_as_many_as_are_honest() {
        let (options, numbers) = (options(0.2), [1.0, 1.0, 2.0, 1.0, 100.0]);
        let there: Vec<(f64, Parts<'_>)> = numbers
            .iter()
            .map(|h| (0.2, Parts { value: 0.0, gradient: &[], hessian: std::slice::from_ref(h) }))
            .collect();
        let known = ear(&options, 5, 1).medoid(Form::Triangle { bits: Bits::SixtyFour }, &there, 4).unwrap();
        assert!((known.metric.times(&[1.0])[0] - 1.0).abs() < 1e-12);
        assert!((known.radius - 2.0_f64.ln()).abs() < 1e-12, "{}", known.radius);
    }

    /// A number is the weighted sum if nobody may lie, and trimmed from both sides otherwise.
    #[test]
    fn a_number_is_that_of_all_or_of_the_middle() {
        let (all, middle) = (options(0.0), options(0.2));
        let shares = vec![0.5, 0.25, 0.25];
        let weighted = Ear { options: &all, shares, dimension: 1 };
        assert_eq!(weighted.value(&[Some(2.0), Some(4.0), Some(8.0)]), Ok(4.0));
        let missing = AggregateError::TooManyMissing { missing: 1, allowed: 0, workers: 3 };
        assert_eq!(weighted.value(&[Some(2.0), None, Some(8.0)]), Err(missing));
        let of_five = ear(&middle, 5, 1);
        assert_eq!(of_five.value(&[Some(1.0), Some(-1e9), Some(2.0), Some(6.0), Some(1e9)]), Ok(3.0));
        assert_eq!(of_five.value(&[Some(1.0), None, Some(2.0), Some(6.0), Some(-7.0)]), Ok(3.0));
        assert_eq!(changes(&[Some(3.0), None, Some(1.0)], &[Some(1.0), Some(1.0), None]), [Some(2.0), None, None]);
    }

    /// Four workers of one Hessian: rounding to 8 bits hides eigenvalues below twice what the formula says.
    #[test]
    fn what_rounding_hides_in_a_triangle_is_that_of_its_formula() {
        let options = options(0.0);
        let told = |triangle: &[f64], d: usize, bits| {
            let parts = Parts { value: 0.0, gradient: &[], hessian: triangle };
            let (ear, form) = (ear(&options, 4, d), Form::Triangle { bits });
            ear.mean(form, &[(0.25, parts); 4]).unwrap().metric.is_blunt()
        };
        // Each worker's trace relative to the sum's is d, so that the squares are 4 (d / 4)^2, over d, over 127^2.
        let hides = 2.0 * 0.5_f64.sqrt() / 127.0;
        assert!(told(&[1.0, 1.0 - 0.98 * hides, 1.0], 2, Bits::Eight));
        assert!(!told(&[1.0, 1.0 - 1.02 * hides, 1.0], 2, Bits::Eight));
        assert!(!told(&[1.0, 1.0 - 0.98 * hides, 1.0], 2, Bits::Sixteen));
        // A column that nobody has says nothing, and its rounding is none: 4 (2 / 4)^2 over d = 3.
        let hides = 2.0 * (1.0_f64 / 3.0).sqrt() / 127.0;
        assert!(told(&[1.0, 1.0 - 0.98 * hides, 1.0, 0.0, 0.0, 0.0], 3, Bits::Eight));
        assert!(!told(&[1.0, 1.0 - 1.02 * hides, 1.0, 0.0, 0.0, 0.0], 3, Bits::Eight));
    }

    /// Each entry of a worker's Hessian is rounded in proportion to that worker's own diagonal, and so by its share of the sum's.
    #[test]
    fn workers_of_large_hessians_round_most() {
        let options = options(0.0);
        // Half of diag(2, 18) and of diag(6, 2) is diag(4, 10).
        let traces = [2.0 / 4.0 + 18.0 / 10.0, 6.0 / 4.0 + 2.0 / 10.0_f64].map(|trace| 0.5 * trace);
        let hides = 2.0 * ((traces[0].powi(2) + traces[1].powi(2)) / 2.0).sqrt() / 127.0;
        let told = |share: f64| {
            let off = 40.0_f64.sqrt() * (1.0 - share * hides);
            let hessians = [[2.0, off, 18.0], [6.0, off, 2.0]];
            let there = hessians.each_ref().map(|hessian| (0.5, Parts { value: 0.0, gradient: &[], hessian }));
            let of_two = ear(&options, 2, 2);
            of_two.mean(Form::Triangle { bits: Bits::Eight }, &there).unwrap().metric.is_blunt()
        };
        assert!(told(0.98) && !told(1.02), "{hides}");
    }

    #[test]
    fn what_rounding_hides_in_a_sketch_is_that_of_its_formula() {
        let options = options(0.0);
        let (d, k, seed) = (4, 2, 9);
        let omega = omega(d, k, Seed(seed));
        let told = |second: f64| {
            // A of the eigenvalues 1 along the first column of Omega and `second` along the other one.
            let numbers: Vec<f64> = (0..k)
                .flat_map(|c| omega.col_as_slice(c).iter().map(move |x| if c == 0 { *x } else { second * x }))
                .collect();
            let parts = Parts { value: 0.0, gradient: &[], hessian: &numbers };
            let form = Form::Sketch { bits: Bits::Eight, rank: 2, seed };
            ear(&options, 4, d).mean(form, &[(0.25, parts); 4]).unwrap().metric.is_blunt()
        };
        let largest = omega.col_as_slice(0).iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        // 4 (largest / 4)^2, its root over 127, times (d^{1/2} + k^{1/2}) / 2; an eigenvalue below twice that is hidden.
        let hides = 2.0 * 0.5 * largest / 127.0 * (2.0 + 2.0_f64.sqrt()) / 2.0;
        assert!(told(0.98 * hides) && !told(1.02 * hides), "{hides}");
    }
}
