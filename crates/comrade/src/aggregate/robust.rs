//! The rules that *Fixing by Mixing* compares, by themselves or after nearest-neighbour mixing.
//!
//! F is (f, kappa)-robust if for every set S of n - f of the n vectors x_1..x_n
//!
//! ```text
//! ||F(x) - mean_S x||^2 <= (kappa / (n - f)) sum over S of ||x_i - mean_S x||^2
//! ```
//!
//! | F | kappa |
//! |---|---|
//! | trimmed mean | (6 f / (n - 2 f)) (1 + f / (n - 2 f)) |
//! | median, geometric median | 4 (1 + f / (n - 2 f))^2 |
//! | Krum, Multi-Krum | 6 (1 + f / (n - 2 f)) |
//! | mixing before F | (8 f / (n - f)) (1 + kappa of F) |
//! | any | no less than f / (n - 2 f) |
//!
//! The table is that of Allouah, Farhadkhani, Guerraoui, Gupta, Pinot and Stephan, *Fixing by Mixing: A Recipe for Optimal Byzantine
//! ML under Heterogeneity*, AISTATS 2023; each file proves its line again. `reports/kappa.md` says how bad each rule really is.
//!
//! The trimmed mean of norms ([`super::NormTrimmedMean`]) has no kappa: where all of S are the same vector v, and f liars send zero,
//! it keeps the zeros, and is off by v f / (n - f) although nothing in S varies.
//!
//! Of m workers round(beta m) - n' may be missing, where n' are: then n = m - n', and f = round(beta m) - n'.

use super::geometric_median::geometric_median;
use super::krum::chosen;
use super::median::median;
use super::neighbours::{mixed, within_range};
use super::trimmed_mean::trimmed_mean;
use super::{Aggregate, AggregateError, Aggregator, TrimFraction, enough, mean};
use crate::protocol::Reply;

/// A rule F that makes one vector out of n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fusion {
    /// The mean without the f smallest and the f largest, coordinate by coordinate.
    TrimmedMean,
    /// The median, coordinate by coordinate.
    Median,
    /// The point with the smallest sum of distances.
    GeometricMedian,
    /// The vector that has others near it.
    Krum,
    /// The mean of the n - f vectors that have others near them.
    MultiKrum,
}

impl Fusion {
    /// The vector, d, and which ones it is the mean of; none if all count.
    fn of(self, vectors: &[&[f64]], liars: usize, dimension: usize) -> (Vec<f64>, Option<Vec<usize>>) {
        let mean_of = |chosen: Vec<usize>| {
            (mean(&chosen.iter().map(|&i| vectors[i]).collect::<Vec<_>>(), dimension), Some(chosen))
        };
        match self {
            Self::TrimmedMean => (trimmed_mean(vectors, liars, dimension), None),
            Self::Median => (median(vectors, dimension), None),
            Self::GeometricMedian => (geometric_median(vectors, dimension), None),
            Self::Krum => mean_of(chosen(vectors, liars, 1)),
            Self::MultiKrum => mean_of(chosen(vectors, liars, vectors.len() - liars)),
        }
    }
}

/// F for f = round(beta m) liars, by Euclidean distances.
#[derive(Clone, Copy, Debug)]
pub struct Robust {
    /// beta.
    pub beta: TrimFraction,
    /// F.
    pub fusion: Fusion,
    /// Whether each vector is first mixed with those nearest to it.
    pub mixing: bool,
}

impl Aggregator for Robust {
    fn aggregate(&self, replies: &[Reply], dimension: usize) -> Result<Aggregate, AggregateError> {
        let workers = replies.len();
        let usable = |v: &Vec<f64>| v.len() == dimension && v.iter().all(|x| x.is_finite());
        let there: Vec<usize> = (0..workers).filter(|&i| replies[i].as_ref().is_ok_and(usable)).collect();
        let (allowed, missing) = (self.beta.trimmed(workers), workers - there.len());
        enough(workers, missing, allowed)?;
        let vectors: Vec<&[f64]> = there.iter().filter_map(|&i| replies[i].as_deref().ok()).collect();
        let liars = allowed - missing;
        let (vector, chosen) = if self.mixing {
            let mixed = mixed(&vectors, vectors.len() - liars, dimension);
            let mixed: Vec<&[f64]> = mixed.iter().map(Vec::as_slice).collect();
            (self.fusion.of(&mixed, liars, dimension).0, None)
        } else {
            self.fusion.of(&vectors, liars, dimension)
        };
        let vector = within_range(vector);
        let mut counts = vec![false; workers];
        match chosen {
            Some(chosen) => chosen.iter().for_each(|&i| counts[there[i]] = true),
            None => there.iter().for_each(|&i| counts[i] = true),
        }
        Ok(Aggregate::new(vector, &counts))
    }

    fn dropped(&self, workers: usize) -> usize {
        self.beta.trimmed(workers)
    }
}

#[cfg(test)]
mod tests;
