//! Exact Newton on the one worker that holds all samples: f and g at 0, at the start, and at the minimiser.

use super::lazy::Played;
use super::stepping::{Best, measure};
use super::{End, Measured, Options};
use crate::center::Cause;
use crate::cluster::Cluster;
use crate::newton::{Factor, minimise_with};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Exact {
    /// Where to look after w = 0, if elsewhere.
    warm: Option<Vec<f64>>,
    pub(super) best: Option<Best>,
    pub(super) end: Option<End>,
}

impl Exact {
    pub(super) fn start(w: Vec<f64>) -> Self {
        Self { warm: w.iter().any(|w| *w != 0.0).then_some(w), best: None, end: None }
    }

    /// Whether all of it is of dimension d.
    pub(super) fn fits(&self, d: usize) -> bool {
        self.warm.iter().chain(self.best.as_ref().map(|best| &best.w)).all(|w| w.len() == d)
    }

    /// A look at f and g, at the minimiser after it was found. On an error nothing has changed.
    pub(super) fn round(
        &mut self,
        cluster: &mut dyn Cluster,
        options: &Options,
        tolerance: f64,
        first: Option<Measured>,
    ) -> Result<Played, Cause> {
        let Some(f) = cluster.alone() else { return Err(Cause::NotAlone) };
        let (w, found) = match (&self.best, &self.warm) {
            (None, _) => (vec![0.0; f.data.cols()], None),
            (Some(_), Some(warm)) => (warm.clone(), None),
            (Some(_), None) => {
                let found = minimise_with(&f, tolerance, Factor::choose(&f.data.features))?;
                let known = found.known(tolerance);
                (found.w, Some(known))
            }
        };
        let (mut played, _) = measure(cluster, options, w, self.best.is_some(), None)?;
        if self.best.is_some() {
            self.warm = None;
        }
        played.accepted = played.measured.is_some_and(|(value, norm)| {
            let better =
                |best: &Best| value < best.measured.value || (found.is_some() && norm < best.measured.gradient_norm);
            self.best.as_ref().is_none_or(better)
        });
        if let (Some(told), true) = (played.measured, played.accepted) {
            self.best = Some(Best::of(&played, told));
        }
        let norm = self.best.as_ref().map_or(f64::INFINITY, |best| best.measured.gradient_norm);
        self.end = match first {
            Some(first) if found != Some(false) && norm <= tolerance * first.gradient_norm => Some(End::Converged),
            Some(_) if found.is_some() => Some(if played.measured.is_some() { End::Stalled } else { End::Diverged }),
            _ => None,
        };
        played.step = if found.is_some() { 1.0 } else { 0.0 };
        Ok(played)
    }
}
