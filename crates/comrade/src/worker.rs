//! One worker: a shard, and the local steps it can be asked for.

use crate::data::Dataset;
use crate::loss::Loss;
use crate::objective::{Objective, Singular};
use std::fmt;

/// What the center broadcasts.
#[derive(Clone, Copy, Debug)]
pub enum Ask<'a> {
    /// COMRADE: send H_i^{-1} g_i at w.
    Direction {
        /// The iterate, d.
        w: &'a [f64],
    },
    /// GIANT, first round: send g_i at w.
    Gradient {
        /// The iterate, d.
        w: &'a [f64],
    },
    /// GIANT, second round: send H_i^{-1} g at w.
    DirectionFor {
        /// The iterate, d.
        w: &'a [f64],
        /// The aggregated gradient g, d.
        gradient: &'a [f64],
    },
}

impl Ask<'_> {
    /// The broadcast on the wire: a tag, d, and the vectors, all little-endian.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (tag, w, gradient): (u8, &[f64], &[f64]) = match self {
            Self::Direction { w } => (0, w, &[]),
            Self::Gradient { w } => (1, w, &[]),
            Self::DirectionFor { w, gradient } => (2, w, gradient),
        };
        let mut bytes = vec![tag];
        bytes.extend((w.len() as u32).to_le_bytes());
        w.iter().chain(gradient).for_each(|v| bytes.extend(v.to_le_bytes()));
        bytes
    }
}

/// Which worker, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkerId(pub usize);

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker {}", self.0)
    }
}

/// A worker that follows the protocol on the samples it holds.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Its name towards the center.
    pub id: WorkerId,
    /// Its s samples.
    pub shard: Dataset,
    /// l.
    pub loss: Loss,
    /// lambda.
    pub lambda: f64,
}

impl Worker {
    /// The vector of length d that an honest worker answers with, before compression.
    ///
    /// # Errors
    /// [`Singular`] when a direction is asked for and H_i is not positive definite.
    pub fn answer(&self, ask: &Ask<'_>) -> Result<Vec<f64>, Singular> {
        let local = Objective { data: &self.shard, loss: self.loss, lambda: self.lambda };
        match *ask {
            Ask::Direction { w } => local.newton_direction(w),
            Ask::Gradient { w } => Ok(local.gradient(w)),
            Ask::DirectionFor { w, gradient } => local.direction_for(w, gradient),
        }
    }
}
