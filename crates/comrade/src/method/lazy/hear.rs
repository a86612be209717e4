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
//! What is lost if liars are assumed and nobody lies? A rule that always leaves out or mixes some messages is off by the difference
//! of the means with and without them, so that its floor is not zero. The filter ([`Filter`]) takes the plain mean of all as long
//! as messages vary little enough, and then nothing is lost. It cannot do so always. Messages that vary much in one direction may
//! be those of honest workers who differ, or of some who agree and some who lie, and nothing tells which: the mean of all would be
//! off without limit in the second case. So where honest workers differ much more in one direction than when the few furthest are
//! left out, some of them are weighed down, and a floor remains that a lower one for that case could only buy with a higher one
//! for the other.

use crate::aggregate::medoid::medoid;
use crate::aggregate::{AggregateError, Filter, trimmed_means};
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
        let (d, allowed, workers) = (self.dimension, self.liars(), replies.len());
        let parts: Vec<Option<Parts<'_>>> = replies.iter().map(|reply| Parts::of(reply.as_ref().ok()?, d)).collect();
        let missing = parts.iter().filter(|parts| parts.is_none()).count();
        if workers == 0 {
            return Err(AggregateError::NoWorkers);
        }
        if missing > allowed {
            return Err(AggregateError::TooManyMissing { missing, allowed, workers });
        }
        let values: Vec<Option<f64>> = parts.iter().map(|parts| parts.map(|parts| parts.value)).collect();
        let value = self.value(&values)?;
        let there: Vec<(f64, Parts<'_>)> =
            self.shares.iter().zip(&parts).filter_map(|(&q, parts)| Some((q, (*parts)?))).collect();
        let curvature =
            form.and_then(|form| if allowed == 0 { self.mean(form, &there) } else { self.medoid(form, &there) });
        if allowed == 0 {
            let mut gradient = vec![0.0; d];
            for (q, parts) in &there {
                gradient.iter_mut().zip(parts.gradient).for_each(|(sum, g)| *sum += q * g);
            }
            let kept = (0..workers).map(WorkerId).collect();
            return Ok(Heard { values, value, gradient, curvature, floor: None, kept });
        }
        let euclidean = Metric::diagonal(vec![1.0; d]);
        let known = curvature.as_ref().or(before);
        let metric = known.map_or(&euclidean, |known| &known.metric);
        let gradients: Vec<Reply> = replies
            .iter()
            .zip(&parts)
            .map(|(reply, parts)| match (parts, reply) {
                (Some(parts), _) => Ok(parts.gradient.to_vec()),
                (None, Err(why)) => Err(*why),
                (None, Ok(short)) => Ok(short.clone()),
            })
            .collect();
        let beta = self.options.trim;
        let filtered = Filter { beta, metric }.filter(&gradients, d)?;
        let other = Some(self.options.rule).filter(|rule| *rule != Rule::Filter);
        let (made, mut error) = match other.and_then(|rule| rule.within(beta, metric)) {
            None => (filtered.made, filtered.error),
            Some(rule) => {
                let made = rule.aggregate(&gradients, d)?;
                let apart: Vec<f64> = made.vector.iter().zip(&filtered.made.vector).map(|(a, b)| a - b).collect();
                (made, filtered.error + metric.norm(&apart))
            }
        };
        error += metric.norm(&made.vector);
        let floor = known.map(|known| self.floor(filtered.least, error, known.radius));
        Ok(Heard { values, value, gradient: made.vector, curvature, floor, kept: made.kept })
    }

    /// f of the f_i, or of their changes from one point to another: of who is missing at either, none.
    pub(crate) fn value(&self, values: &[Option<f64>]) -> Result<f64, AggregateError> {
        let (allowed, workers) = (self.liars(), values.len());
        if allowed == 0 {
            let sum = self.shares.iter().zip(values).map(|(q, value)| Some(q * (*value)?)).sum::<Option<f64>>();
            let missing = values.iter().filter(|value| value.is_none()).count();
            return sum.ok_or(AggregateError::TooManyMissing { missing, allowed, workers });
        }
        let none = Err(crate::protocol::Missing::Silent);
        let replies: Vec<Reply> =
            values.iter().map(|value| value.map_or(none.clone(), |value| Ok(vec![value]))).collect();
        Ok(trimmed_means(&replies, 1, allowed)?[0])
    }

    /// What the mean of as many numbers as are honest may be off by, for all one can know of who lies: their spread, times
    /// (f / (m - 2 f))^{1/2}.
    pub(super) fn doubt(&self, values: &[Option<f64>], center: f64) -> f64 {
        (self.spread(values.iter().flatten().map(|value| (value - center).powi(2))) * self.share()).sqrt()
    }

    /// f / (m - 2 f).
    fn share(&self) -> f64 {
        let (m, f) = (self.shares.len() as f64, self.liars() as f64);
        f / (m - 2.0 * f).max(1.0)
    }

    /// The mean of the m - f smallest squared distances.
    fn spread(&self, squares: impl Iterator<Item = f64>) -> f64 {
        let mut squares: Vec<f64> = squares.collect();
        squares.sort_unstable_by(f64::total_cmp);
        squares.truncate(self.shares.len() - self.liars());
        squares.iter().sum::<f64>() / squares.len().max(1) as f64
    }

    /// What can be said where the honest g is at most `error` in the metric of B: f(w) - f* is g'H^{-1} g / 2 to first order, and
    /// at least m - 2 f of the m - f honest Hessians are at least e^{-R} B.
    fn floor(&self, least: f64, error: f64, radius: f64) -> Floor {
        // A file of text holds no infinity.
        let finite = |x: f64| if x.is_nan() { f64::MAX } else { x.min(f64::MAX) };
        Floor {
            spread: finite(least.sqrt()),
            unavoidable: finite(0.5 * least * self.share()),
            estimate: finite(0.5 * radius.exp() * (1.0 + self.share()) * error * error),
        }
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
    fn medoid(&self, form: Form, there: &[(f64, Parts<'_>)]) -> Option<Curvature> {
        let of = |(_, parts): &(f64, Parts<'_>)| self.metric(form, parts.hessian, &[(1.0, *parts)]);
        let all: Vec<Metric> = there.iter().filter_map(of).collect();
        let (index, radius) = medoid(&all, self.shares.len() - self.liars())?;
        Some(Curvature { metric: all.into_iter().nth(index)?, radius })
    }

    /// B from the numbers of a form, which are the sum of those of `of`, rounded on the wire.
    fn metric(&self, form: Form, numbers: &[f64], of: &[(f64, Parts<'_>)]) -> Option<Metric> {
        let d = self.dimension;
        let penalised = d - usize::from(self.options.intercept && d > 0);
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

/// How much f_i differs between two points, of who is there at both.
pub(super) fn changes(there: &[Option<f64>], here: &[Option<f64>]) -> Vec<Option<f64>> {
    there.iter().zip(here).map(|(there, here)| Some((*there)? - (*here)?)).collect()
}
