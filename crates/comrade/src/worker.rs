//! One worker: a shard, and the local steps it can be asked for.

use crate::cluster::Ask;
use crate::data::Dataset;
use crate::loss::Loss;
use crate::objective::{Objective, Singular};
use std::fmt;

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
