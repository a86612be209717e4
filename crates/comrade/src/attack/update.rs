//! Attacks on the update: Gaussian noise (section 11), negative update (section 6), and another scale.

use super::{Attack, Message, View};
use crate::stream::Stream;
use rand::RngExt;
use rand_distr::StandardNormal;

/// Adds Gaussian noise: sends p_i + N(mean, sigma^2 I).
#[derive(Clone, Copy, Debug)]
pub struct GaussianNoise {
    /// Mean of the noise, the same in every coordinate.
    pub mean: f64,
    /// Standard deviation of the noise.
    pub sigma: f64,
}

impl Attack for GaussianNoise {
    fn send(&self, view: &View<'_>, stream: &mut Stream) -> Message {
        let noisy = |&v: &f64| v + self.mean + self.sigma * stream.sample::<f64, _>(StandardNormal);
        Message::Vector(view.own.iter().map(noisy).collect())
    }

    fn name(&self) -> String {
        format!("gaussian:{}", self.sigma)
    }
}

/// Reverses the message: sends -c p_i.
#[derive(Clone, Copy, Debug)]
pub struct NegativeUpdate {
    /// c >= 0.
    pub factor: f64,
}

impl Attack for NegativeUpdate {
    fn send(&self, view: &View<'_>, _stream: &mut Stream) -> Message {
        Message::Vector(view.own.iter().map(|v| -self.factor * v).collect())
    }

    fn name(&self) -> String {
        format!("negative:{}", self.factor)
    }
}

/// Scales the message: sends c p_i.
#[derive(Clone, Copy, Debug)]
pub struct Scaled {
    /// c >= 0.
    pub factor: f64,
}

impl Attack for Scaled {
    fn send(&self, view: &View<'_>, _stream: &mut Stream) -> Message {
        Message::Vector(view.own.iter().map(|v| self.factor * v).collect())
    }

    fn name(&self) -> String {
        format!("scaled:{}", self.factor)
    }
}
