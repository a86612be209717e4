//! How a training run ended: one word for programs, one sentence for people, and an exit status.
//!
//! What the workers said is checked by f and g over all samples, which this process holds: lies and rounding may have made a
//! run converged that is not.

use crate::settings::{Plan, Settings};
use comrade::method::{End, Floor, Measured, Method};
use comrade::shard::Sharding;
use serde::{Deserialize, Serialize};

/// The exit status of a training run that is not known to have reached what was asked for.
pub(crate) const UNFINISHED: u8 = 3;

/// How a training run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ending {
    /// ||g|| <= tolerance ||g(0)||, by what all workers said and over all samples.
    Converged,
    /// Liars are assumed, and with them there is no more to be known.
    AtRest,
    /// Liars are assumed who could hide the whole gradient: f is no lower than f(0).
    Unmoved,
    /// The method stopped before the minimiser, or at the minimiser of the workers that answered.
    Floor,
    /// No step lowers f by more than rounding.
    Stalled,
    /// The rounds are played.
    Rounds,
    /// f or g is not finite, or f rose.
    Diverged,
    /// The workers said that it is over; the samples do not, or more workers lie than are assumed to.
    Misled,
    /// f is above f(0) over all samples.
    Worse,
}

/// Whether f is no lower than where it began, at w = 0, which is not the minimiser.
pub(crate) fn is_unmoved(here: Measured, first: Measured) -> bool {
    first.gradient_norm > 0.0 && here.value >= first.value
}

/// What an end is judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    /// What the workers' words came to.
    pub(crate) end: End,
    pub(crate) settings: &'a Settings,
    pub(crate) plan: &'a Plan,
    /// f and ||g|| over all samples, at w ..
    pub(crate) here: Measured,
    /// .. and at 0.
    pub(crate) first: Measured,
}

impl Case<'_> {
    pub(crate) fn ending(&self) -> Ending {
        let Self { end, here, first, settings, plan } = self;
        let unforeseen = settings.lying() > settings.trimmed();
        let small = here.gradient_norm <= plan.tolerance * first.gradient_norm;
        if !here.value.is_finite() || !here.gradient_norm.is_finite() || *end == End::Diverged {
            return Ending::Diverged;
        }
        if here.is_above(*first) {
            return Ending::Worse;
        }
        match end {
            End::Rounds => Ending::Rounds,
            End::Converged if small => Ending::Converged,
            End::Converged => Ending::Misled,
            _ if unforeseen => Ending::Misled,
            End::Floor(_) if settings.trimmed() > 0 && is_unmoved(*here, *first) => Ending::Unmoved,
            End::Floor(_) if settings.trimmed() > 0 => Ending::AtRest,
            End::Floor(_) => Ending::Floor,
            _ => Ending::Stalled,
        }
    }

    /// One plain sentence: what happened, and what to do.
    pub(crate) fn sentence(&self) -> String {
        let Self { end, here, first, settings, plan } = self;
        let Plan { method, tolerance, max_rounds } = plan;
        let norm = here.gradient_norm;
        let left = if first.gradient_norm > 0.0 {
            format!("||g|| = {:.1e} ||g(0)||", norm / first.gradient_norm)
        } else {
            format!("||g|| = {norm:.1e}, and ||g(0)|| = 0,")
        };
        match self.ending() {
            Ending::Converged => format!("converged: ||g|| is at most {tolerance:e} ||g(0)||"),
            Ending::AtRest => self.rest(match end {
                End::Floor(floor) => *floor,
                _ => None,
            }),
            Ending::Unmoved => format!(
                "nothing is learnt, f is still f(0): shards differ so much that {} of {} workers could hide the whole gradient; \
                 take fewer workers, so that each has more samples, or less --trim",
                settings.trimmed(),
                settings.workers.count()
            ),
            Ending::Floor if !settings.stragglers.is_zero() && !self.steps() => format!(
                "workers were missing where it ended, so that this is the minimiser of the others' samples; {left} is left: run it \
                 again when all of them answer"
            ),
            Ending::Floor => {
                format!("{method} rests short of the minimiser, at {left}: --method lazy-newton goes down to it")
            }
            Ending::Stalled if norm <= tolerance * first.gradient_norm => format!(
                "{left} is small enough, but f may be lower in directions whose curvature is lost in rounding: centre the \
                 columns of the data and scale them, or raise --lambda"
            ),
            Ending::Stalled => format!(
                "no step lowers f by more than rounding, and {left} is left: scale the columns of the data, \
                 raise --lambda, or allow a larger --tolerance"
            ),
            Ending::Rounds => format!(
                "all {max_rounds} rounds are played, and {left} is left: allow more --max-rounds{}, or centre \
                 the columns of the data and scale them",
                if self.steps() { ", or choose --method lazy-newton" } else { "" }
            ),
            Ending::Diverged if self.steps() => format!(
                "{method} diverged, f rose or is no finite number any more: choose --method lazy-newton{}{}",
                if *method == Method::GradientDescent && settings.step.is_none() { "" } else { " or a smaller --step" },
                if settings.lying() > 0 { ", and more --trim against liars" } else { "" }
            ),
            Ending::Diverged => {
                "diverged, f or its gradient is no finite number: scale the columns of the data, and give \
                                 more --trim if workers may lie"
                    .to_owned()
            }
            Ending::Misled => {
                format!("over all samples {left} is left, whatever the workers say: {}", self.why_misled())
            }
            Ending::Worse => {
                format!("over all samples f is above f(0), whatever the workers say: {}", self.why_misled())
            }
        }
    }

    fn rest(&self, floor: Option<Floor>) -> String {
        let (trimmed, workers) = (self.settings.trimmed(), self.settings.workers.count());
        let about = floor.map_or_else(
            || format!("how far from the minimiser, {} cannot estimate", self.plan.method),
            |Floor { unavoidable, estimate, .. }| {
                if estimate < self.here.value {
                    format!(
                        "by what they sent, f - f* is estimated to be at most {estimate:.1e}; no method can promise less than \
                         {unavoidable:.1e}"
                    )
                } else {
                    format!(
                        "by what they sent nobody can tell how far f is above its minimum, as the estimate of f - f*, {estimate:.1e}, is \
                         not below f itself; fewer workers, each with more samples, or a larger --lambda make it smaller"
                    )
                }
            },
        );
        format!(
            "at rest, which need not be at the minimiser, as {trimmed} of {workers} workers are assumed to lie: {about}"
        )
    }

    fn why_misled(&self) -> String {
        let (lying, trimmed, workers) = (self.settings.lying(), self.settings.trimmed(), self.settings.workers.count());
        if lying > trimmed {
            let share = lying as f64 / workers as f64;
            if share < 0.5 {
                format!("{lying} of {workers} workers lie and {trimmed} are assumed to, --trim {share} assumes as many")
            } else {
                format!("{lying} of {workers} workers lie, and nothing helps against a majority")
            }
        } else if self.settings.sharding == Sharding::WithReplacement {
            "they have the samples that they drew, not all; --sharding partition deals all".to_owned()
        } else if trimmed > 0 {
            format!("{trimmed} liars among shards that differ so much can do that; take fewer workers, or less --trim")
        } else {
            "their sums differ by rounding; scale the columns of the data or allow a larger --tolerance".to_owned()
        }
    }

    /// Whether the method takes steps of a fixed size.
    fn steps(&self) -> bool {
        matches!(self.plan.method, Method::Comrade | Method::Giant | Method::GradientDescent)
    }
}

impl Ending {
    /// Whether what was asked for is there.
    pub(crate) fn is_success(self) -> bool {
        matches!(self, Self::Converged | Self::AtRest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Line;
    use clap::Parser;

    /// What becomes of an end at (f, ||g||), from (1, 1) on.
    fn ending(options: &str, end: End, value: f64, gradient_norm: f64) -> (Ending, String) {
        from(1.0, options, end, value, gradient_norm)
    }

    /// The same where ||g(0)|| is `first`.
    fn from(first: f64, options: &str, end: End, value: f64, gradient_norm: f64) -> (Ending, String) {
        let Line { settings, plan } =
            Line::parse_from(["x", "--tolerance", "1e-6"].into_iter().chain(options.split_whitespace()));
        let measured = |value, gradient_norm| Measured { value, gradient_norm };
        let case = Case {
            end,
            settings: &settings,
            plan: &plan,
            here: measured(value, gradient_norm),
            first: measured(1.0, first),
        };
        (case.ending(), case.sentence())
    }

    #[test]
    fn nothing_is_converged_but_what_is() {
        let liars = "--attack nan --liars 0.2";
        let trimmed = "--trim 0.2 --attack nan --liars 0.2";
        for (options, end, value, norm, want, said) in [
            ("", End::Converged, 0.5, 1e-7, Ending::Converged, "1e-6"),
            (liars, End::Converged, 0.5, 1e-7, Ending::Converged, "1e-6"),
            (liars, End::Converged, 0.5, 1e-5, Ending::Misled, "--trim 0.2"),
            ("--attack nan --liars 0.6", End::Stalled, 0.5, 1e-5, Ending::Misled, "majority"),
            ("--sharding with-replacement", End::Converged, 0.5, 1e-5, Ending::Misled, "--sharding partition"),
            ("", End::Converged, 0.5, 1e-5, Ending::Misled, "rounding"),
            (trimmed, End::Floor(None), 0.5, 1e-5, Ending::AtRest, "4 of 20"),
            (trimmed, End::Floor(None), 1.5, 1e-5, Ending::Worse, "f(0)"),
            (trimmed, End::Floor(None), 1.0, 1.0, Ending::Unmoved, "fewer workers"),
            ("--trim 0.1 --attack nan", End::Floor(None), 0.5, 1e-7, Ending::Misled, "--trim 0.2"),
            ("", End::Floor(None), 0.5, 1e-5, Ending::Floor, "--method lazy-newton"),
            ("--stragglers 0.1", End::Floor(None), 0.5, 1e-5, Ending::Floor, "the others' samples"),
            ("", End::Stalled, 0.5, 1e-5, Ending::Stalled, "--tolerance"),
            ("", End::Stalled, 0.5, 1e-7, Ending::Stalled, "centre the columns"),
            (trimmed, End::Rounds, 0.5, 1e-5, Ending::Rounds, "--max-rounds"),
            ("", End::Diverged, 0.5, 1e-7, Ending::Diverged, "scale the columns"),
            ("--method giant", End::Diverged, 0.5, 1e-7, Ending::Diverged, "--step"),
            ("", End::Converged, f64::NAN, 1e-7, Ending::Diverged, "diverged"),
            ("", End::Converged, 0.5, f64::INFINITY, Ending::Diverged, "diverged"),
        ] {
            let (got, sentence) = ending(options, end, value, norm);
            assert_eq!(got, want, "{options} {end:?}");
            assert!(sentence.contains(said), "{sentence}");
            assert_eq!(got.is_success(), matches!(want, Ending::Converged | Ending::AtRest));
        }
        for end in [End::Converged, End::Stalled, End::Rounds, End::Floor(None), End::Diverged] {
            for norm in [0.0, 1e-18] {
                let (got, sentence) = from(0.0, "", end, 1.0 + f64::EPSILON, norm);
                assert!(!sentence.contains("NaN") && !sentence.contains("inf"), "{sentence}");
                assert_eq!(got == Ending::Converged, end == End::Converged && norm == 0.0);
            }
        }
        let floor = Floor { spread: 1.0, unavoidable: 2e-4, estimate: 3e-2 };
        let (_, sentence) = ending("--trim 0.2", End::Floor(Some(floor)), 0.5, 0.1);
        assert!(sentence.contains("3.0e-2; no method can promise less than 2.0e-4"), "{sentence}");
        let vacuous = Floor { estimate: 0.5, ..floor };
        assert!(ending("--trim 0.2", End::Floor(Some(vacuous)), 0.5, 0.1).1.contains("5.0e-1, is not below f itself"));
    }
}
