//! Attacks on the labels: the worker then follows the protocol honestly on what it holds.

use super::Attack;
use crate::stream::Stream;
use rand::RngExt;

/// Redraws every label uniformly from {-1, +1}.
#[derive(Clone, Copy, Debug)]
pub struct RandomLabel;

impl Attack for RandomLabel {
    fn poison(&self, labels: &mut [f64], stream: &mut Stream) {
        labels.iter_mut().for_each(|y| *y = if stream.random::<bool>() { 1.0 } else { -1.0 });
    }

    fn name(&self) -> String {
        "random-label".into()
    }
}

/// Flips every label: y -> -y.
#[derive(Clone, Copy, Debug)]
pub struct FlippedLabel;

impl Attack for FlippedLabel {
    fn poison(&self, labels: &mut [f64], _stream: &mut Stream) {
        labels.iter_mut().for_each(|y| *y = -*y);
    }

    fn name(&self) -> String {
        "flipped-label".into()
    }
}
