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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::synthetic::{self, Gaussian, Task};
    use crate::data::{Dataset, Dense, Features};
    use crate::simulation::Simulation;
    use crate::stream::Seed;

    fn look(exact: &mut Exact, data: &Dataset, tolerance: f64, first: Option<f64>) -> Played {
        let simulation = Simulation::of(data, 1).lambda(1e-2);
        let options = simulation.options();
        let first = first.map(|gradient_norm| Measured { value: 1.0, gradient_norm });
        exact.round(&mut simulation.build().unwrap(), &options, tolerance, first).unwrap()
    }

    /// Three samples of one class and one of the other, all at x = 1: f is least near w = 1, and beyond w = 2.2 it is above f(0).
    fn four() -> Dataset {
        Dataset::new("four", Features::Dense(Dense::new(4, 1, vec![1.0; 4]).unwrap()), vec![1.0, 1.0, 1.0, -1.0])
    }

    fn classes() -> Dataset {
        let spec = Gaussian { rows: 600, cols: 6, condition: 10.0, margin: 2.0, task: Task::Classification };
        synthetic::gaussian(&spec, Seed(3)).unwrap()
    }

    #[test]
    fn of_a_start_f_decides_and_not_the_gradient() {
        for (w, taken) in [(1.5, true), (2.4, false)] {
            let (data, mut exact) = (four(), Exact::start(vec![w]));
            let first = look(&mut exact, &data, 1e-6, None).measured.unwrap();
            let there = look(&mut exact, &data, 1e-6, Some(first.1));
            assert!(there.measured.unwrap().1 < first.1, "otherwise this shows nothing");
            assert_eq!((there.accepted, there.measured.unwrap().0 < first.0), (taken, taken));
            assert_eq!(exact.best.unwrap().w, [if taken { w } else { 0.0 }]);
        }
    }

    #[test]
    fn what_is_asked_for_is_a_share_of_the_first_gradient() {
        // ||g(0)|| = 1/4, held against a half of more and of less than twice that.
        for (first, end) in [(0.51, Some(End::Converged)), (0.49, None)] {
            let mut exact = Exact::start(vec![0.0]);
            look(&mut exact, &four(), 0.5, Some(first));
            assert_eq!(exact.end, end);
        }
    }

    /// So near to the minimiser that f is the same up to rounding, here and there below that of what is found.
    #[test]
    fn of_equal_values_the_shorter_gradient_decides() {
        let data = classes();
        let mut exact = Exact::start(vec![0.0; 6]);
        let first = look(&mut exact, &data, 1e-12, None).measured.unwrap().1;
        let found = look(&mut exact, &data, 1e-12, Some(first));
        let mut lower = 0;
        for k in 0..12 {
            let mut near = found.w.clone();
            near[k % 6] += if k < 6 { 1e-9 } else { -1e-9 };
            let mut exact = Exact::start(near);
            look(&mut exact, &data, 1e-12, None);
            let there = look(&mut exact, &data, 1e-12, Some(first));
            assert_eq!((there.accepted, exact.end), (true, None));
            let last = look(&mut exact, &data, 1e-12, Some(first));
            assert_eq!((last.accepted, exact.end), (true, Some(End::Converged)), "{k}");
            lower += u32::from(last.measured.unwrap().0 >= there.measured.unwrap().0);
        }
        assert!(lower > 0, "otherwise this shows nothing");
    }

    #[test]
    fn where_nothing_better_is_found_it_stalls_and_the_same_point_again_is_none() {
        let (data, mut exact) = (classes(), Exact::start(vec![0.0; 6]));
        let first = look(&mut exact, &data, 1e-18, None).measured.unwrap().1;
        let found = look(&mut exact, &data, 1e-18, Some(first));
        assert_eq!((found.accepted, exact.end), (true, Some(End::Stalled)));
        let mut again = Exact::start(found.w);
        let accepted = [None, Some(first), Some(first)].map(|first| look(&mut again, &data, 1e-18, first).accepted);
        assert_eq!((accepted, again.end), ([true, true, false], Some(End::Stalled)));
    }
}
