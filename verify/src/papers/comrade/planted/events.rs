//! Lemmas 1 to 3.

use crate::claim::{At, DELTA, Fault, Mode, Reading};
use crate::quantity::epsilon::{bounded_difference, deviation_printed, deviation_sharpened};
use crate::quantity::eta;
use crate::quantity::spectrum::mu;
use Mode::{APosteriori, APriori};
use Reading::{Printed, Rederived, Sharpened};

pub(super) const FAULTS: &[Fault] = &[
    Fault::new("lemma-1", Printed, APosteriori, "1/s for 2/s", half_a_difference),
    Fault::new("lemma-1", Printed, APosteriori, "1/n for 1/s", |at| {
        bounded_difference(at, at.draw.place.b.largest) * samples(at) / at.draw.place.rows as f64
    }),
    Fault::new("lemma-1", Printed, APriori, "c² for the sum Σc² of s of them", one_difference),
    Fault::new("lemma-1", Rederived, APosteriori, "1/s for 2/s", half_a_difference),
    Fault::new("lemma-1", Rederived, APriori, "c² for the sum Σc² of s of them", one_difference),
    Fault::new("lemma-1", Sharpened, APosteriori, "the root mean square of ‖b − b̄‖ for its maximum", |at| {
        bounded_difference(at, at.draw.place.b.trace.sqrt())
    }),
    Fault::new("lemma-1", Sharpened, APosteriori, "1/s for 2/s", |at| {
        0.5 * bounded_difference(at, at.draw.place.b.largest_centred)
    }),
    Fault::new("lemma-2", Printed, APriori, "ln(r/δ) for ln(rm/δ): one worker for all", |at| {
        eta::printed_rule(at, DELTA * workers(at))
    }),
    Fault::new("lemma-2", Printed, APriori, "r for μr: coherence forgotten", |at| {
        eta::printed_rule(at, DELTA) / mu(at).sqrt()
    }),
    Fault::new("lemma-2", Rederived, APriori, "ln(2r/δ) for ln(2r(m + 1)/δ): one event for all", |at| {
        eta::rederived_rule(at, DELTA * (workers(at) + 1.0))
    }),
    Fault::new("lemma-2", Rederived, APriori, "r for μr: coherence forgotten", |at| {
        eta::rederived_rule(at, DELTA) / mu(at).sqrt()
    }),
    Fault::new("lemma-2", Sharpened, APriori, "δ for δ/(m + 1): one event for all", |at| {
        eta::chernoff(at, DELTA * (workers(at) + 1.0))
    }),
    Fault::new("lemma-2", Sharpened, APriori, "1/(ms) for 1/s: the samples of all workers for those of one", |at| {
        eta::chernoff(at, DELTA) / workers(at).sqrt()
    }),
    Fault {
        variant: "ridge",
        ..Fault::new("lemma-2", Sharpened, APriori, "δ for δ/(m + 1)", |at| {
            crate::quantity::ridge::radius(at, DELTA * (workers(at) + 1.0))
        })
    },
    Fault {
        variant: "ridge",
        ..Fault::new("lemma-2", Sharpened, APriori, "ν² for ν", |at| {
            crate::quantity::ridge::radius(at, DELTA) * at.draw.place.nu.sqrt()
        })
    },
    Fault::new("lemma-3", Printed, APriori, "1/δ for m/δ: one worker for all", |at| {
        deviation_printed(at, DELTA * workers(at))
    }),
    Fault::new("lemma-3", Printed, APriori, "1/(ms) for 1/s: the samples of all workers for those of one", |at| {
        deviation_printed(at, DELTA) / workers(at).sqrt()
    }),
    Fault::new("lemma-3", Rederived, APriori, "1/δ for m/δ: one worker for all", |at| {
        deviation_printed(at, DELTA * workers(at))
    }),
    Fault::new("lemma-3", Sharpened, APriori, "1/δ for m/δ: one worker for all", |at| {
        deviation_sharpened(at, DELTA * workers(at))
    }),
    Fault::new("lemma-3", Sharpened, APriori, "the 2 of 2 max‖b − b̄‖ dropped", |at| {
        let mean = (at.draw.place.b.trace / samples(at)).sqrt();
        mean + 0.5 * (deviation_sharpened(at, DELTA) - mean)
    }),
];

fn workers(at: At<'_>) -> f64 {
    at.draw.sketch.counts.workers as f64
}

fn samples(at: At<'_>) -> f64 {
    at.draw.sketch.counts.shard as f64
}

fn half_a_difference(at: At<'_>) -> f64 {
    0.5 * bounded_difference(at, at.draw.place.b.largest)
}

fn one_difference(at: At<'_>) -> f64 {
    let expected = at.draw.expected_deviation.unwrap_or(f64::NAN);
    expected + bounded_difference(at, at.draw.place.b.largest) * (0.5 * (1.0 / DELTA).ln()).sqrt()
}
