//! What the search changes: a discrete structure and real numbers, decoded into an [`Instance`].
//!
//! The numbers are relative where that helps: compression errors are fractions of the norm of their message, lies
//! fractions of the longest honest message, lambda an exponent. So most points are within the contract, and the trimming
//! rule is a smooth matter.

use super::instance::{Instance, Member};
use crate::oracle::landscape::norm;
use comrade::loss::Loss;
use comrade::stream::Stream;
use rand::RngExt;

/// Rows and iterates stay within this, labels within three times this: ratios do not depend on the scale of the data.
const REACH: f64 = 10.0;
/// A lie up to this much longer than the longest honest message is cut to its length; a longer one is meant.
const OUTSIDE: f64 = 1.5;
/// The most groups of workers, rows, entries of a shard, dimensions.
const MOST: (usize, usize, usize, usize) = (6, 8, 8, 3);
/// The most workers of a random structure, all groups together.
const CROWD: f64 = 400.0;

/// A point of the search.
#[derive(Clone, Debug, PartialEq)]
pub struct Genome {
    loss: Loss,
    /// Whether lambda > 0.
    ridge: bool,
    /// Whether labels are such that every b_j is the same, so that no shard's gradient errs (squared loss, d = 1).
    calm: bool,
    shards: Vec<Vec<usize>>,
    /// How many workers each group has.
    copies: Vec<usize>,
    signs: Vec<f64>,
    /// The first groups lie.
    liars: usize,
    trimmed: usize,
    compressed: bool,
    rows: Vec<Vec<f64>>,
    targets: Vec<f64>,
    iterate: Vec<f64>,
    messages: Vec<Vec<f64>>,
    /// log10 lambda, and sqrt(1 - rho).
    scalars: Vec<f64>,
    /// A step of lazy Newton, if it is one.
    stride: Option<Stride>,
}

/// The matrix of a step of lazy Newton.
#[derive(Clone, Debug, PartialEq)]
struct Stride {
    /// Whether liars are assumed: then W is diagonal.
    guarded: bool,
    /// The lower triangle of a root of W, row by row; its diagonal alone where liars are assumed.
    root: Vec<f64>,
}

impl Stride {
    /// W, d rows of d.
    fn inverse(&self, d: usize) -> Vec<Vec<f64>> {
        let root = |r: usize, c: usize| match (self.guarded, r.cmp(&c)) {
            (_, std::cmp::Ordering::Less) => 0.0,
            (false, _) => self.root[r * (r + 1) / 2 + c],
            (true, std::cmp::Ordering::Equal) => self.root[r],
            (true, _) => 0.0,
        };
        let entry = |r: usize, c: usize| (0..d).map(|k| root(r, k) * root(c, k)).sum();
        (0..d).map(|r| (0..d).map(|c| entry(r, c)).collect()).collect()
    }
}

fn below(stream: &mut Stream, bound: usize) -> usize {
    stream.random_range(0..bound.max(1))
}

fn vector(stream: &mut Stream, len: usize) -> Vec<f64> {
    (0..len).map(|_| stream.random_range(-2.0..2.0)).collect()
}

impl Genome {
    /// A random structure with random numbers; every third is a small one.
    #[must_use]
    pub fn random(number: u64, stream: &mut Stream) -> Self {
        let simple = number.is_multiple_of(3);
        let (most_m, most_n, most_s, most_d) = MOST;
        let chance = |stream: &mut Stream, p: f64| stream.random_range(0.0..1.0) < p;
        let d = if simple || chance(stream, 0.6) { 1 } else { 2 + below(stream, most_d - 1) };
        let mut m = if chance(stream, 0.4) { 1 } else { 2 + below(stream, most_m - 1) };
        let (trimmed, liars) = if chance(stream, 0.5) || m < 3 {
            (0, 0)
        } else {
            let trimmed = 1 + below(stream, (m - 1) / 2);
            (trimmed, below(stream, trimmed + 1))
        };
        if simple && trimmed == 0 {
            m = 1;
        }
        let mut s = d + below(stream, most_s - d + 1);
        let mut n = if simple { 2 + below(stream, 2) } else { (1 + d).max(2 + below(stream, most_n - 1)) };
        let dealt = !simple && m > 1 && chance(stream, 0.3);
        if dealt {
            s = s.min(4);
            n = m * s;
        }
        let shards: Vec<Vec<usize>> =
            (0..m).map(|i| (0..s).map(|k| if dealt { i * s + k } else { below(stream, n) }).collect()).collect();
        let loss = if simple || chance(stream, 0.65) { Loss::Squared } else { Loss::Logistic };
        let genome = Self {
            loss,
            ridge: !simple && chance(stream, 0.5),
            calm: d == 1 && loss == Loss::Squared && chance(stream, 0.3),
            copies: vec![1; shards.len()],
            shards,
            signs: (0..n).map(|_| if chance(stream, 0.5) { 1.0 } else { -1.0 }).collect(),
            liars,
            trimmed,
            compressed: chance(stream, 0.5),
            rows: (0..n).map(|_| vector(stream, d)).collect(),
            targets: vector(stream, n),
            iterate: if simple { vec![0.0; d] } else { vector(stream, d) },
            messages: (0..m).map(|_| vector(stream, d)).collect(),
            scalars: vec![stream.random_range(-2.0..1.0), stream.random_range(0.0..1.0)],
            stride: None,
        };
        if m > 1 && chance(stream, 0.3) { genome.crowded(stream) } else { genome }
    }

    /// The same groups with many workers in each, any of which may be trimmed.
    fn crowded(mut self, stream: &mut Stream) -> Self {
        let most = CROWD.powf(stream.random_range(0.0..1.0)) as usize;
        self.copies.iter_mut().for_each(|copies| *copies = 1 + below(stream, most));
        self.trimmed = below(stream, self.m().div_ceil(2));
        self.settled()
    }

    /// A structure written down: groups of (row of each worker's one sample, how many workers), d = 1, squared loss without
    /// ridge, every b_j = 1.
    #[must_use]
    pub fn of_groups(rows: &[f64], groups: &[(usize, usize)], trimmed: usize) -> Self {
        let (n, m) = (rows.len(), groups.len());
        Self {
            loss: Loss::Squared,
            ridge: false,
            calm: true,
            shards: groups.iter().map(|&(row, _)| vec![row]).collect(),
            copies: groups.iter().map(|&(_, copies)| copies).collect(),
            signs: vec![1.0; n],
            liars: 0,
            trimmed,
            compressed: false,
            rows: rows.iter().map(|&x| vec![x]).collect(),
            targets: vec![0.0; n],
            iterate: vec![0.0],
            messages: vec![vec![0.5]; m],
            scalars: vec![-1.0, 0.1],
            stride: None,
        }
    }

    /// The same structure about a step of lazy Newton with a random matrix, of workers one by one; with liars assumed or not.
    #[must_use]
    pub fn striding(mut self, guarded: bool, stream: &mut Stream) -> Self {
        let d = self.iterate.len();
        let root = vector(stream, if guarded { d } else { d * (d + 1) / 2 });
        self.stride = Some(Stride { guarded, root });
        self.settled()
    }

    /// One worker, d = 1, logistic loss without ridge: rows with their labels, its shard, and w.
    #[must_use]
    pub fn logistic(rows: &[(f64, f64)], shard: Vec<usize>, w: f64) -> Self {
        let (x, signs): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
        let plain = Self::of_groups(&x, &[(0, 1)], 0);
        Self { loss: Loss::Logistic, calm: false, shards: vec![shard], signs, iterate: vec![w], ..plain }
    }

    /// m.
    #[must_use]
    pub fn m(&self) -> usize {
        self.copies.iter().sum()
    }

    /// The same with `workers` workers, each group and the trimmed ones in proportion.
    #[must_use]
    pub fn scaled(&self, workers: usize) -> Self {
        let mut next = self.clone();
        let share = workers as f64 / self.m() as f64;
        let scale = |count: usize| (count as f64 * share).round() as usize;
        next.copies.iter_mut().for_each(|copies| *copies = scale(*copies).max(1));
        next.trimmed = scale(self.trimmed);
        next.settled()
    }

    /// The same with fewer than half of the workers trimmed, at least as many as lie, and an honest one among them.
    fn settled(mut self) -> Self {
        if let Some(stride) = &self.stride {
            self.compressed = false;
            self.copies.fill(1);
            (self.liars, self.trimmed) = if stride.guarded { (self.liars, self.trimmed.max(1)) } else { (0, 0) };
        }
        self.trimmed = self.trimmed.min((self.m() - 1) / 2);
        while self.copies[..self.liars].iter().sum::<usize>() > self.trimmed {
            match self.copies[..self.liars].iter_mut().max() {
                Some(copies) if *copies > 1 => *copies -= 1,
                _ => self.liars -= 1,
            }
            self.trimmed = self.trimmed.min((self.m() - 1) / 2);
        }
        self
    }

    /// The same with one thing changed about its structure, or none.
    #[must_use]
    pub fn mutated(&self, stream: &mut Stream) -> Self {
        let mut next = self.clone();
        let (n, m, d) = (self.rows.len(), self.shards.len(), self.iterate.len());
        match below(stream, 15) {
            0 | 1 => {
                let (i, j) = (below(stream, m), below(stream, n));
                let k = below(stream, next.shards[i].len());
                next.shards[i][k] = j;
            }
            2 if n < 2 * MOST.1 => {
                let from = below(stream, n);
                next.rows.push(self.rows[from].iter().map(|v| v + stream.random_range(-0.5..0.5)).collect());
                next.targets.push(self.targets[from]);
                next.signs.push(self.signs[from]);
                let i = below(stream, m);
                let k = below(stream, next.shards[i].len());
                next.shards[i][k] = n;
            }
            3 if m < MOST.0 => {
                let from = below(stream, m);
                next.shards.push(self.shards[from].clone());
                next.copies.push(1);
                next.messages.push(vector(stream, d));
            }
            4 if m > 1 => {
                next.shards.pop();
                next.copies.pop();
                next.messages.pop();
                next.liars = next.liars.min(m - 2);
            }
            5 => next.shards.iter_mut().for_each(|shard| {
                let j = below(stream, n);
                shard.push(j);
            }),
            6 => next.ridge = !self.ridge,
            7 => next.calm = d == 1 && self.loss == Loss::Squared && !self.calm,
            8 => next.compressed = !self.compressed,
            9 => next.liars = below(stream, m),
            10 => next = self.scaled(2 * self.m()),
            11 => next = self.scaled(self.m().div_ceil(2)),
            12 if m > 1 => {
                let (from, to) = (below(stream, m), below(stream, m));
                let moved = below(stream, next.copies[from]);
                next.copies[from] -= moved;
                next.copies[to] += moved;
            }
            13 => next.trimmed = (self.trimmed + 1).saturating_sub(2 * below(stream, 2)),
            _ => {}
        }
        next.settled()
    }

    /// Whether all rows are nearly the same, as where a worst case lies at eta -> 0, or there are enough of them that
    /// they stand for shares: a wide step leaves such a place.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        let first = &self.rows[0];
        let near = |row: &[f64]| row.iter().zip(first).all(|(a, b)| (a - b).abs() <= 0.1 * b.abs());
        self.rows.iter().all(|row| near(row)) || self.rows.len() > 2 * MOST.1
    }

    /// The real numbers in use, to change.
    pub fn numbers_mut(&mut self) -> Vec<&mut f64> {
        let targets = if self.loss == Loss::Squared && !self.calm { self.targets.as_mut_slice() } else { &mut [] };
        let used = if self.compressed { self.messages.len() } else { self.liars };
        let scalars = match (self.ridge, self.compressed || self.calm) {
            (true, true) => &mut self.scalars[..],
            (true, false) => &mut self.scalars[..1],
            (false, true) => &mut self.scalars[1..],
            (false, false) => &mut [],
        };
        let vectors = self.rows.iter_mut().chain([&mut self.iterate]).chain(self.messages.iter_mut().take(used));
        let root = self.stride.iter_mut().flat_map(|stride| &mut stride.root);
        vectors.flatten().chain(targets).chain(scalars).chain(root).collect()
    }

    /// The same structure with these numbers in use.
    #[must_use]
    pub fn with(&self, numbers: &[f64]) -> Self {
        let mut next = self.clone();
        next.numbers_mut().into_iter().zip(numbers).for_each(|(to, from)| *to = *from);
        next
    }

    /// The instance; `None` where an honest worker's Hessian is singular.
    #[must_use]
    pub fn instance(&self) -> Option<Instance> {
        let within = |v: &f64| v.clamp(-REACH, REACH);
        let rows: Vec<Vec<f64>> = self.rows.iter().map(|row| row.iter().map(within).collect()).collect();
        let iterate: Vec<f64> = self.iterate.iter().map(within).collect();
        let labels = match self.loss {
            Loss::Logistic => self.signs.clone(),
            // b_j = (x_j w - y_j) x_j = 1 whatever j.
            Loss::Squared if self.calm => rows.iter().map(|x| x[0] * iterate[0] - 1.0 / away_from_zero(x[0])).collect(),
            Loss::Squared => self.targets.iter().map(|y| y.clamp(-3.0 * REACH, 3.0 * REACH)).collect(),
        };
        let members = self.shards.iter().zip(&self.copies).enumerate();
        let workers = members.map(|(i, (shard, &copies))| Member {
            shard: shard.clone(),
            copies,
            lies: i < self.liars,
            message: None,
        });
        let mut instance = Instance {
            loss: self.loss,
            lambda: if self.ridge { 10_f64.powf(self.scalars[0].clamp(-6.0, 3.0)) } else { 0.0 },
            rows,
            labels,
            iterate,
            beta: 0.0,
            workers: workers.collect(),
            inverse: self.stride.as_ref().map(|stride| stride.inverse(self.iterate.len())),
        };
        instance.trim(self.trimmed);
        if self.stride.is_some() {
            // Lies are gradients as they are.
            for (worker, lie) in instance.workers.iter_mut().zip(&self.messages).take(self.liars) {
                worker.message = Some(lie.clone());
            }
            return Some(instance);
        }
        if self.compressed || self.liars > 0 {
            self.send(&mut instance)?;
        }
        Some(instance)
    }

    /// Fills in compressed messages and lies.
    fn send(&self, instance: &mut Instance) -> Option<()> {
        let data = instance.dataset().ok()?;
        let directions = instance.directions(&data).ok()?;
        let radius = self.scalars[1].abs().min(1.0);
        let mut longest: f64 = 0.0;
        for (i, p) in directions.iter().enumerate().skip(self.liars) {
            let mut sent = p.clone();
            if self.compressed {
                let u = &self.messages[i];
                let share = radius * norm(p) / norm(u).max(1.0);
                sent.iter_mut().zip(u).for_each(|(q, u)| *q += share * u);
                instance.workers[i].message = Some(sent.clone());
            }
            longest = longest.max(norm(&sent));
        }
        for i in 0..self.liars {
            let u = &self.messages[i];
            let size = norm(u);
            // A little shorter than what it hides behind, so that rounding does not trim it.
            let share = if size > 1.0 && size < OUTSIDE { longest * (1.0 - 1e-12) / size } else { longest };
            instance.workers[i].message = Some(u.iter().map(|v| share * v).collect());
        }
        Some(())
    }
}

/// At least 0.01 in size.
fn away_from_zero(x: f64) -> f64 {
    if x.abs() < 0.01 { 0.01_f64.copysign(x) } else { x }
}
