//! How the center takes messages together: which rule, and for whom.

use crate::aggregate::{
    Aggregate, AggregateError, Aggregator, Budget, Filter, Fusion, Mixing, NormTrimmedIn, NormTrimmedMean, Robust,
    TrimFraction,
};
use crate::metric::Metric;
use crate::protocol::Reply;
use serde::{Deserialize, Serialize};

/// How the center aggregates messages when liars are assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Rule {
    /// Lazy Newton: [`Rule::Filter`]. The other methods: [`crate::aggregate::NormTrimmedMean`], by the Euclidean norm.
    #[default]
    Published,
    /// [`crate::aggregate::Filter`], in the metric of B.
    Filter,
    /// [`crate::aggregate::Mixing`], in the metric of B.
    Mixing,
    /// [`crate::aggregate::NormTrimmedIn`], in the metric of B.
    Norm,
    /// [`crate::aggregate::Robust`], by Euclidean distances.
    Robust {
        /// How vectors become one.
        fusion: Fusion,
        /// Whether each is first mixed with those nearest to it.
        mixing: bool,
    },
}

impl Rule {
    /// The rule as far as it needs no Hessian; what was published otherwise.
    pub(crate) fn alone(self, beta: TrimFraction) -> Box<dyn Aggregator> {
        match self {
            Self::Robust { fusion, mixing } => Box::new(Robust { beta, fusion, mixing }),
            Self::Published | Self::Filter | Self::Mixing | Self::Norm => Box::new(NormTrimmedMean { beta }),
        }
    }

    /// Whether it needs a Hessian.
    pub(crate) fn is_in_a_metric(self) -> bool {
        matches!(self, Self::Filter | Self::Mixing | Self::Norm)
    }

    /// The rule in the metric of B; none for one that needs no Hessian.
    pub(crate) fn within(self, beta: TrimFraction, metric: &Metric) -> Option<Box<dyn Aggregator + '_>> {
        match self {
            Self::Published | Self::Robust { .. } => None,
            Self::Filter => Some(Box::new(Filter { beta, metric })),
            Self::Mixing => Some(Box::new(Mixing { beta, metric })),
            Self::Norm => Some(Box::new(NormTrimmedIn { beta, metric })),
        }
    }
}

/// A rule for those who count of the workers of a round, in the metric of B if it needs one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ruling<'a> {
    pub(crate) budget: Budget,
    pub(crate) rule: Rule,
    pub(crate) metric: Option<&'a Metric>,
}

impl Aggregator for Ruling<'_> {
    fn aggregate(&self, replies: &[Reply], dimension: usize) -> Result<Aggregate, AggregateError> {
        let rest = self.budget.rest(replies.len(), replies.iter().filter(|reply| reply.is_err()).count());
        let within = self.metric.and_then(|metric| self.rule.within(rest.trim, metric));
        let rule = within.unwrap_or_else(|| self.rule.alone(rest.trim));
        if rest.excused == 0 {
            return rule.aggregate(replies, dimension);
        }
        let counted = rest.counted(replies.iter().map(Result::is_ok));
        let there: Vec<Reply> = counted.iter().map(|&i| replies[i].clone()).collect();
        let made = rule.aggregate(&there, dimension).map_err(|error| rest.of_all(error))?;
        Ok(made.among(&counted, replies.len()))
    }

    fn dropped(&self, workers: usize) -> usize {
        self.budget.liars(workers)
    }

    fn enough(&self, workers: usize) -> usize {
        self.budget.enough(workers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::StragglerFraction;

    #[test]
    fn a_ruling_waits_and_drops_by_its_budget() {
        let (trim, stragglers) = (TrimFraction::new(0.2).unwrap(), StragglerFraction::new(0.1).unwrap());
        let ruling = Ruling { budget: Budget { trim, stragglers }, rule: Rule::Published, metric: None };
        assert_eq!((ruling.dropped(20), ruling.enough(20)), (4, 18));
    }
}
