//! Seeded restarts of CMA-ES from random structures, then from mutations of the best.

use super::genome::Genome;
use super::instance::Instance;
use super::look::look;
use super::round::Scene;
use super::shape::{SIZES, crowd, grows, shapes};
use super::{AtSize, PRESENTABLE};
use crate::claim::{At, Claim, Mode};
use crate::claims::{needs_minimiser, strides};
use crate::climb::climb;
use crate::quantity::{eta, spectrum};
use comrade::stream::{Purpose, Seed, Stream};
use rand::Rng;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

const HUNT: Purpose = Purpose::new("hunt");
const RESTART: Purpose = Purpose::new("restart");
const SIZE: Purpose = Purpose::new("size");
/// Evaluations of one restart, among random structures and among mutations.
const RESTART_EVALUATIONS: (usize, usize) = (600, 1500);
/// Shares of the budget: random structures first, then mutations of the best so far.
const ROUNDS: [f64; 5] = [0.4, 0.15, 0.15, 0.15, 0.15];
/// The first step from a structure whose rows are nearly equal.
const NARROW: f64 = 0.005;
/// The numbers of workers of the known shapes that the search starts from.
const SHAPED: [usize; 2] = [16, 100];
/// Evaluations of one restart at a given number of workers: this share of the budget, and no more than are of use there.
const SIZE_SHARE: (usize, usize) = (100, 1000);
/// How many structures have children in a round.
const PARENTS: usize = 6;

/// An instance, and what it does to the claim it was found for.
#[derive(Clone, Debug)]
pub struct Found {
    /// Measured over bound.
    pub ratio: f64,
    /// The instance.
    pub instance: Instance,
    genome: Genome,
}

/// The best instances of one claim.
#[derive(Clone, Debug)]
pub struct BestInstances {
    /// The claim.
    pub claim: &'static Claim,
    /// Evaluations spent.
    pub evaluations: usize,
    /// Largest ratio; none when no instance met all premises.
    pub best: Option<Found>,
    /// The same among instances whose violation could be proved: d = 1.
    pub best_exact: Option<Found>,
    /// The same among those of few workers, which a person can check.
    pub best_small: Option<Found>,
    /// The largest ratios by number of workers; empty for a claim that is about no known shape.
    pub sizes: Vec<AtSize>,
    pool: Vec<Found>,
}

/// The claim's name: `lemma-7-printed-zeta-1-defined`.
#[must_use]
pub fn name(claim: &Claim) -> String {
    let variant = if claim.variant.is_empty() { String::new() } else { format!("-{}", claim.variant) };
    format!("{}-{}{variant}", claim.id, claim.reading.name())
}

/// A claim's own seed, by its name, so that claims added later change no other claim's search.
fn seed_of(claim: &Claim, seed: Seed) -> Seed {
    // FNV-1a: any fixed function of the name does.
    let hash =
        name(claim).bytes().fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    seed.child(HUNT, hash)
}

/// What the search maximises: ln(ratio), and below any ratio how far the premises are from being met.
pub(super) fn score(claim: &Claim, instance: Option<&Instance>) -> (f64, f64) {
    let Some(scene) = instance.and_then(|instance| instance.play().ok()) else { return (-1e3, 0.0) };
    let outcome = look(claim, &scene);
    if outcome.ratio > 0.0 {
        (outcome.ratio.ln().max(-30.0), outcome.ratio)
    } else {
        (distance(claim, &scene, outcome.unmet), 0.0)
    }
}

fn distance(claim: &Claim, scene: &Scene, unmet: usize) -> f64 {
    let at = At { draw: &scene.draw, mode: Mode::APosteriori, reading: claim.reading };
    // Every premise asks for a small eta, and the Byzantine ones for small kappa and nu.
    let excess = eta::measured(at).min(50.0) + 0.2 * spectrum::kappa(at).ln() + spectrum::nu(at);
    -40.0 - 10.0 * unmet as f64 - if excess.is_finite() { excess } else { 60.0 }
}

/// A structure to climb from; none when the claim is about no structure that was drawn.
fn start(hunted: &BestInstances, seed: Seed, round: usize, number: u64) -> Option<(Genome, f64, u64)> {
    let claim = hunted.claim;
    let mut stream = seed_of(claim, seed).stream(RESTART, round, number);
    let applies = |genome: &Genome| genome.instance().is_some_and(|instance| (claim.applies)(&instance.scenario()));
    let parent = hunted.pool.get(number as usize % PARENTS.min(hunted.pool.len().max(1)));
    let genome = match parent.filter(|_| round > 0) {
        Some(parent) if number < PARENTS as u64 => parent.genome.clone(),
        Some(parent) => (0..20).map(|_| parent.genome.mutated(&mut stream)).find(applies)?,
        None => {
            let crowd = needs_minimiser(claim).then(crowd);
            let shapes = SHAPED.iter().flat_map(|&m| shapes(m)).chain(crowd);
            let known = shapes.filter(applies).nth(number as usize);
            let random = |stream: &mut Stream| {
                let genome = Genome::random(number, stream);
                match strides(claim) {
                    Some(guarded) => genome.striding(guarded, stream),
                    None => genome,
                }
            };
            known.or_else(|| (0..200).map(|_| random(&mut stream)).find(applies))?
        }
    };
    let sigma = if round == 0 { 0.8 } else { [0.5, 0.1, 0.02][round % 3] };
    // Next to a limit eta -> 0 a wide step leaves the limit.
    let sigma = if genome.is_narrow() { f64::min(sigma, NARROW) } else { sigma };
    Some((genome, sigma, stream.next_u64()))
}

fn restart(hunted: &BestInstances, seed: Seed, round: usize, number: u64, evaluations: usize) -> Option<Found> {
    let (genome, sigma, seed) = start(hunted, seed, round, number)?;
    climbed(hunted.claim, genome, sigma, evaluations, seed)
}

impl BestInstances {
    fn add(&mut self, found: Vec<Found>) {
        self.pool.extend(found);
        // Stable, and in the order of restarts: the same whatever the number of threads.
        self.pool.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
        let exact = |f: &&Found| f.instance.d() == 1;
        let small = |f: &&Found| exact(f) && f.instance.m() <= PRESENTABLE;
        self.best = self.pool.first().cloned();
        self.best_exact = self.pool.iter().find(exact).cloned();
        self.best_small = self.pool.iter().find(small).cloned();
        let kept: Vec<Found> = [&self.best_exact, &self.best_small].into_iter().flatten().cloned().collect();
        // Two that agree in the ratio are the same find.
        self.pool.dedup_by(|b, a| a.ratio - b.ratio <= 1e-6 * a.ratio);
        self.pool.truncate(PARENTS - kept.len());
        self.pool.extend(kept);
    }

    /// Whether the ratio has no limit in sight as the number of workers grows.
    #[must_use]
    pub fn grows(&self) -> bool {
        grows(&self.sizes.iter().map(|at| at.ratio).collect::<Vec<_>>())
    }
}

/// Searches every claim with `budget` evaluations each; `tick` hears of every restart with its evaluations.
///
/// The result depends on the seed and the budget, not on `jobs`.
#[must_use]
pub fn search(
    claims: &[&'static Claim],
    seed: Seed,
    budget: usize,
    jobs: usize,
    tick: &(dyn Fn(usize) + Sync),
) -> Vec<BestInstances> {
    let new = |&claim| BestInstances {
        claim,
        evaluations: 0,
        best: None,
        best_exact: None,
        best_small: None,
        sizes: Vec::new(),
        pool: Vec::new(),
    };
    let mut all: Vec<BestInstances> = claims.iter().map(new).collect();
    for (round, share) in ROUNDS.into_iter().enumerate() {
        let length = if round == 0 { RESTART_EVALUATIONS.0 } else { RESTART_EVALUATIONS.1 };
        let restarts = ((share * budget as f64 / length as f64).round() as usize).max(1);
        let evaluations = length.min(((share * budget as f64) as usize).max(20));
        let found = parallel(all.len() * restarts, jobs, &|job| {
            let found = restart(&all[job / restarts], seed, round, (job % restarts) as u64, evaluations);
            tick(evaluations);
            found
        });
        let mut found = found.into_iter();
        for hunted in &mut all {
            hunted.evaluations += restarts * evaluations;
            hunted.add(found.by_ref().take(restarts).flatten().collect());
        }
    }
    by_size(&mut all, seed, (budget / SIZE_SHARE.0).clamp(10, SIZE_SHARE.1), jobs, tick);
    all
}

/// The largest ratio of every claim at every number of workers: from the known shapes, and from the best instance brought to
/// this number.
fn by_size(all: &mut [BestInstances], seed: Seed, evaluations: usize, jobs: usize, tick: &(dyn Fn(usize) + Sync)) {
    let sized = parallel(all.len() * SIZES.len(), jobs, &|job| {
        let (hunted, m) = (&all[job / SIZES.len()], SIZES[job % SIZES.len()]);
        let claim = hunted.claim;
        // A step of lazy Newton is about no known shape.
        let sized = |i: &Instance| strides(claim).is_none() && i.m() == m && (claim.applies)(&i.scenario());
        let applies = |genome: &Genome| genome.instance().is_some_and(|i| sized(&i));
        let best = hunted.best.iter().chain(&hunted.best_small).map(|found| found.genome.scaled(m));
        let starts: Vec<Genome> = shapes(m).into_iter().chain(best).filter(applies).collect();
        let climbed = starts.into_iter().enumerate().filter_map(|(number, genome)| {
            let mut stream = seed_of(claim, seed).stream(SIZE, m, number as u64);
            let sigma = if genome.is_narrow() { NARROW } else { 0.1 };
            tick(evaluations);
            climbed(claim, genome, sigma, evaluations, stream.next_u64())
        });
        climbed.max_by(|a, b| a.ratio.total_cmp(&b.ratio))
    });
    for (hunted, found) in all.iter_mut().zip(sized.chunks(SIZES.len())) {
        let found: Vec<Found> = found.iter().flatten().cloned().collect();
        let eta = |found: &Found| {
            let at = |scene: Scene| {
                eta::measured(At { draw: &scene.draw, mode: Mode::APosteriori, reading: hunted.claim.reading })
            };
            found.instance.play().map_or(f64::NAN, at)
        };
        hunted.sizes = found.iter().map(|f| AtSize { workers: f.instance.m(), ratio: f.ratio, eta: eta(f) }).collect();
        hunted.evaluations += found.len() * evaluations;
        hunted.add(found);
    }
}

/// The best instance of this structure that a climb from it finds.
fn climbed(claim: &Claim, mut genome: Genome, sigma: f64, evaluations: usize, seed: u64) -> Option<Found> {
    let numbers: Vec<f64> = genome.numbers_mut().into_iter().map(|v| *v).collect();
    let (best, ratio) =
        climb(&|x| score(claim, genome.with(x).instance().as_ref()), (numbers, sigma), evaluations, seed);
    let genome = genome.with(&best);
    Some(Found { ratio, instance: genome.instance()?, genome }).filter(|found| found.ratio > 0.0)
}

/// `work(0), work(1), ...` on `jobs` threads, in order.
///
/// Every thread is a pool of its own: on a common one, a cluster waiting for its workers would start another restart on
/// top of this one's stack.
pub(super) fn parallel<T: Send>(count: usize, jobs: usize, work: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    let run = |send: mpsc::Sender<(usize, T)>| {
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= count || send.send((job, work(job))).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            let (send, run) = (send.clone(), &run);
            scope.spawn(move || match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
                Ok(pool) => pool.install(|| run(send)),
                Err(_) => run(send),
            });
        }
    });
    drop(send);
    let mut results: Vec<(usize, T)> = receive.into_iter().collect();
    results.sort_by_key(|(job, _)| *job);
    results.into_iter().map(|(_, result)| result).collect()
}
