//! A draw made by hand, for unit tests that need numbers and no run.

use crate::oracle::landscape::Moments;
use crate::oracle::medoid::Medoid;
use crate::oracle::sketch::{Counts, MaxAndMean, Sketch};
use crate::oracle::stride::Stride;
use crate::oracle::travel::Travel;
use crate::run::{Draw, Place};
use comrade::shard::Sharding;
#[cfg(feature = "report")]
use {crate::quantity::measured::visit, comrade::stream::Stream, rand::RngExt};

#[cfg(feature = "report")]
mod rounded;

#[cfg(feature = "report")]
pub(crate) use rounded::Rounded;

/// Twenty workers, one liar, one trimmed, everything small enough that no premise of any claim fails.
pub(crate) fn draw() -> Draw {
    let counts = Counts {
        workers: 20,
        honest: 19,
        byzantine: 1,
        kept: 19,
        trimmed: 1,
        kept_byzantine: 1,
        trimmed_honest: 1,
        shard: 1_000_000,
    };
    let place = Place {
        rows: 20_000_000,
        dimension: 3,
        rank: 3,
        mu: 4.0,
        nu: 0.9,
        sigma_min: 1.0,
        sigma_max: 1.5,
        p: 1.0,
        lipschitz: 0.1,
        ridge_leverage: 10.0,
        b: Moments { largest: 2.0, largest_centred: 2.1, trace: 1.0 },
        white_b: Moments { largest: 1.9, largest_centred: 2.0, trace: 0.9 },
    };
    let small = MaxAndMean { max: 0.002, mean: 0.001 };
    let sketch = Sketch {
        counts,
        eta_local: 0.05,
        eta_bar: 0.01,
        eta_ridge: 0.04,
        tau: 1.05,
        omega: 0.05,
        omega_mean: 0.01,
        deviation: small,
        first_deviation: 0.001,
        bounded_difference: 1e-6,
        honest_mean_error: 0.0095,
        compression_error: 1e-4,
        compression_mean_square: 4e-8,
        white_deviation: small,
        white_mean_deviation: 0.0005,
        local_gradient_error: 0.001,
        local_error: 0.03,
        local_size: 1.0,
        giant_error: 0.009,
        gradient_error: 0.0005,
        error: 0.01,
        rho: 0.999_999,
        lost: 1e-6,
        message_error: 0.031,
        message_distance: 0.03,
        honest_part: 0.01,
        trimmed_part: 0.001,
        byzantine_part: 0.002,
        byzantine_mean_square: 0.0016,
        message_size: 0.95,
        newton_size: 0.9,
        disagreement: 1e-15,
    };
    let travel = Some(Travel {
        before: 1.0,
        after: 0.012,
        energy_before: 1.2,
        energy_after: 1.3e-4,
        inner: 1e-4,
        remainder: 0.01,
        white_remainder: 0.009,
    });
    Draw {
        number: 0,
        iterate: 0,
        sharding: Sharding::WithReplacement,
        place,
        sketch,
        travel,
        expected_deviation: Some(0.0005),
        stride: Some(stride()),
    }
}

/// A step of lazy Newton by the same twenty workers.
fn stride() -> Stride {
    let medoid = Medoid { near: 0.1, score: 0.11, told: 0.11, radius: 0.2, diameter: 0.3, apart: 1e-9 };
    Stride {
        before: 1.0,
        after: 0.1,
        contracted: 0.06,
        bent: 0.03,
        pulled: 0.02,
        least: 0.9,
        most: 1.05,
        rest: 0.04,
        reach: 0.1,
        length: 0.9,
        miss: 0.02,
        metric_miss: 0.021,
        metric_least: 0.95,
        metric_most: 1.1,
        spread: 0.2,
        metric_spread: 0.21,
        residual: 1e-12,
        size: 2.0,
        step: 1.0,
        medoid: Some(medoid),
    }
}

/// The same with every measured number up to eight times larger or smaller, and another number of liars.
#[cfg(feature = "report")]
pub(crate) fn random(stream: &mut Stream) -> Draw {
    let mut draw = draw();
    visit(&mut draw, &mut |_, _, _, value| *value *= 2.0_f64.powf(stream.random_range(-3.0..3.0)));
    let counts = &mut draw.sketch.counts;
    counts.trimmed = stream.random_range(1..10);
    counts.byzantine = stream.random_range(1..=counts.trimmed);
    (counts.honest, counts.kept) = (counts.workers - counts.byzantine, counts.workers - counts.trimmed);
    (counts.kept_byzantine, counts.trimmed_honest) = (counts.byzantine, counts.trimmed);
    draw
}
