//! Steps of lazy Newton, played by the real method on the real cluster.
//!
//! Every trial of a step is one, the rejected ones too: it leads from the base w to w - a W g, and a W is its matrix.

use super::{Draw, Place, Played, RunError, TRAJECTORY, lies};
use crate::oracle::formulas::Problem;
use crate::oracle::landscape::OracleError;
use crate::oracle::medoid::{self, Medoid, unfolded};
use crate::oracle::sketch::Counts;
use crate::oracle::stride::{Honest, Taken, measure};
use crate::scenario::{Draws, Lazy, Scenario};
use comrade::cluster::Reply;
use comrade::data::Dataset;
use comrade::method::{Limits, Method, Model, Options, Progress, Rule, State, solve};
use comrade::shard::{Sharding, TooFewSamples};
use comrade::simulation::Simulation;
use comrade::stream::Seed;
use faer::Mat;
use rayon::prelude::*;
use std::ops::ControlFlow;

/// The run goes on as long as doubles can tell.
const TOLERANCE: f64 = 1e-14;

pub(super) fn play(
    scenario: &Scenario,
    lazy: Lazy,
    data: &Dataset,
    draws: Draws,
    seed: Seed,
    tick: &(dyn Fn() + Sync),
) -> Result<Played, RunError> {
    let one = |number| trajectory(scenario, lazy, data, number, seed.child(TRAJECTORY, number), tick);
    let all: Vec<Vec<Draw>> = (0..draws.seeds).into_par_iter().map(one).collect::<Result<_, RunError>>()?;
    Ok(Played { scenario: scenario.clone(), trajectories: all.concat(), fresh: Vec::new() })
}

/// S_1..S_m, whose sizes differ by two at most. The samples that are dealt sorted by label make up the same share of every
/// shard.
fn deal(data: &Dataset, workers: usize, sorted: f64, seed: Seed) -> Result<Vec<Vec<usize>>, TooFewSamples> {
    // One shard of all samples is a permutation of them.
    let order = Sharding::Partition.deal(data.rows(), 1, seed)?.concat();
    if workers == 0 || order.len() < workers {
        return Err(TooFewSamples { samples: order.len(), workers });
    }
    let (by_label, at_random) = order.split_at((sorted * order.len() as f64).round() as usize);
    let mut by_label = by_label.to_vec();
    by_label.sort_by(|&a, &b| data.labels[a].total_cmp(&data.labels[b]));
    let block = |of: &[usize], i: usize| of[i * of.len() / workers..(i + 1) * of.len() / workers].to_vec();
    Ok((0..workers).map(|i| [block(&by_label, i), block(at_random, i)].concat()).collect())
}

/// A base, as the center left it.
struct Base {
    w: Vec<f64>,
    gradient: Vec<f64>,
    inverse: Mat<f64>,
    metric: Mat<f64>,
    heard: Vec<Option<Vec<f64>>>,
    medoid: Option<Medoid>,
    /// Whether W is no longer the method's, and neither is the step.
    indefinite: bool,
}

/// The matrix of a linear map, d x d.
fn matrix(d: usize, map: impl Fn(&[f64]) -> Vec<f64>) -> Mat<f64> {
    let mut matrix = Mat::zeros(d, d);
    let mut unit = vec![0.0; d];
    for c in 0..d {
        unit[c] = 1.0;
        matrix.col_as_slice_mut(c).copy_from_slice(&map(&unit));
        unit[c] = 0.0;
    }
    matrix
}

/// g_i of a reply, d.
fn gradient(reply: &Reply, d: usize) -> Option<Vec<f64>> {
    reply.as_ref().ok()?.get(1..=d).map(<[f64]>::to_vec)
}

/// H_i of a reply, if it travelled as a triangle, d x d.
fn hessian(reply: &Reply, d: usize) -> Option<Mat<f64>> {
    let numbers = reply.as_ref().ok()?.get(1 + d..)?;
    (numbers.len() == d * (d + 1) / 2).then(|| unfolded(numbers, d))
}

impl Base {
    fn new(
        model: Model<'_>,
        seen: &Progress<'_>,
        lies: &[bool],
        assumed: usize,
        indefinite: bool,
    ) -> Result<Self, OracleError> {
        let d = model.w.len();
        let mut inverse = matrix(d, |v| model.solve(v));
        let metric = matrix(d, |v| model.metric.times(v));
        if indefinite && inverse[(0, 0)] > 0.0 {
            // W - 2 W e e'W / e'We turns the sign of e'We, e the first unit vector.
            let (column, corner) = (inverse.col_as_slice(0).to_vec(), inverse[(0, 0)]);
            inverse = Mat::from_fn(d, d, |r, c| inverse[(r, c)] - 2.0 * column[r] * column[c] / corner);
        }
        let sent: Vec<Option<Mat<f64>>> = seen.replies.iter().map(|reply| hessian(reply, d)).collect();
        let told = assumed > 0 && seen.hessian && sent.iter().any(Option::is_some);
        let medoid = if told { medoid::measure(&metric, sent, lies, assumed, model.radius)? } else { None };
        Ok(Self {
            w: model.w.to_vec(),
            gradient: model.gradient.to_vec(),
            inverse,
            metric,
            heard: seen.replies.iter().map(|reply| gradient(reply, d)).collect(),
            medoid,
            indefinite,
        })
    }
}

fn trajectory(
    scenario: &Scenario,
    lazy: Lazy,
    data: &Dataset,
    number: u64,
    seed: Seed,
    tick: &(dyn Fn() + Sync),
) -> Result<Vec<Draw>, RunError> {
    let (m, assumed) = (scenario.workers, scenario.trim().trimmed(scenario.workers));
    let shards = deal(data, m, lazy.sorted, seed)?;
    let (loss, lambda) = (scenario.loss, scenario.lambda);
    let mut cluster = scenario.complete(Simulation::dealt(data, shards.clone()), seed).build()?;
    let lies = lies(scenario, m);
    let members = members(&lies, assumed);
    let held: Vec<&[usize]> = members.iter().map(|&i| shards[i].as_slice()).collect();
    let share = |rows: &&[usize]| match assumed {
        0 => rows.len() as f64 / held.iter().map(|rows| rows.len()).sum::<usize>() as f64,
        _ => 1.0 / held.len() as f64,
    };
    let shares = held.iter().map(share).collect();
    let honest = Honest::new(Problem { data, loss, lambda }, held.clone(), shares)?;
    let counts = Counts {
        workers: m,
        honest: m - scenario.byzantine(),
        byzantine: scenario.byzantine(),
        kept: m - assumed,
        trimmed: assumed,
        shard: shards.iter().map(Vec::len).min().unwrap_or(0),
        ..Counts::default()
    };

    let mut options = Options::new(lambda, false);
    (options.trim, options.bits) = (scenario.trim(), lazy.bits);
    // Theorem B is about this rule.
    options.rule = Rule::Mixing;
    let limits = Limits::new(TOLERANCE, scenario.iterates.last().map_or(0, |last| last + 2) as u64);
    let mut state = State::start(Method::LazyNewton, &cluster, vec![0.0; data.cols()])?;
    let (mut base, mut iterate, mut found): (Option<Base>, usize, Vec<Draw>) = (None, 0, Vec::new());
    let mut see = |seen: &Progress<'_>| -> Result<(), OracleError> {
        if let Some(from) = &base {
            if scenario.iterates.contains(&iterate) {
                let draw = observe(&honest, from, seen, &members, counts)?;
                found.push(Draw { number, iterate, ..draw });
                tick();
            }
            iterate += 1;
        }
        if seen.accepted {
            let model = seen.state.model();
            base = model.map(|model| Base::new(model, seen, &lies, assumed, lazy.indefinite)).transpose()?;
        }
        Ok(())
    };
    let run = solve(&mut cluster, &options, &limits, &mut state, &mut |seen| match see(seen) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    })?;
    match run {
        ControlFlow::Break(error) => Err(error.into()),
        ControlFlow::Continue(_) => Ok(found),
    }
}

/// M: all honest workers; where f are assumed to lie, the first m - f of them, or all there are.
pub(crate) fn members(lies: &[bool], assumed: usize) -> Vec<usize> {
    (0..lies.len()).filter(|&i| !lies[i]).take(lies.len() - assumed).collect()
}

fn observe(
    honest: &Honest<'_>,
    from: &Base,
    seen: &Progress<'_>,
    members: &[usize],
    counts: Counts,
) -> Result<Draw, OracleError> {
    let heard: Vec<Option<Vec<f64>>> = members.iter().map(|&i| from.heard[i].clone()).collect();
    let inverse = faer::Scale(seen.step) * &from.inverse;
    let (w, gradient, metric) = (&from.w[..], &from.gradient[..], &from.metric);
    let step = |r: usize| (0..w.len()).map(|c| inverse[(r, c)] * gradient[c]).sum::<f64>();
    let next = if from.indefinite { (0..w.len()).map(|r| w[r] - step(r)).collect() } else { seen.w.to_vec() };
    let taken = Taken { w, next: &next, step: seen.step, gradient, inverse: &inverse, metric, heard: &heard };
    let (ends, stride) = measure(honest, &taken, from.medoid)?;
    let place = Place::of_stride(&ends, honest.rows(), w.len());
    Ok(Draw::of_stride(place, counts, ends.disagreement, stride))
}

#[cfg(test)]
mod tests {
    use super::*;
    use comrade::data::synthetic::{self, Gaussian, Task};

    #[test]
    fn shards_partition_the_samples_and_sorted_ones_have_a_label_each() {
        let spec = Gaussian { rows: 1003, cols: 2, condition: 1.0, margin: 1.0, task: Task::Classification };
        let data = synthetic::gaussian(&spec, Seed(4)).unwrap();
        for sorted in [0.0, 0.3, 1.0] {
            let shards = deal(&data, 10, sorted, Seed(9)).unwrap();
            let mut all = shards.concat();
            all.sort_unstable();
            assert_eq!(all, (0..1003).collect::<Vec<_>>());
            assert!(shards.iter().all(|shard| (100..=102).contains(&shard.len())));
            let mixed = |shard: &&Vec<usize>| shard.iter().any(|&j| data.labels[j] != data.labels[shard[0]]);
            let mixed = shards.iter().filter(mixed).count();
            assert!(if sorted == 1.0 { mixed <= 1 } else { mixed == 10 }, "{sorted}: {mixed}");
        }
        assert!(deal(&data, 1004, 0.0, Seed(9)).is_err());
    }

    #[test]
    fn honest_workers_are_as_many_as_are_assumed() {
        assert_eq!(members(&[true, false, false, false, false], 2), [1, 2, 3]);
        assert_eq!(members(&[true, true, true, false], 1), [3]);
        assert_eq!(members(&[false, false], 0), [0, 1]);
    }
}
