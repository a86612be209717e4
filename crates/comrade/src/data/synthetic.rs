//! Data sets made from a seed: Gaussian ones with a chosen condition number, and stand-ins shaped like
//! a9a and w5a for where the real files are not at hand.
//!
//! The stand-ins keep what the theory reads off the real files: n, d, the frequency of every feature (with
//! it the features that a handful of rows have, which drive the coherence towards n), the row lengths, the
//! exact linear dependencies of one-hot groups, the class balance, and how well a linear model does. They do
//! not keep which features occur together, beyond that.

mod text;

pub use text::{Text, text};

use std::collections::BTreeSet;

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::StandardNormal;

use super::features::ShapeError;
use super::{Csr, Dataset, Dense, Features};
use crate::stream::{Purpose, Seed, Stream};

/// Rows of the real a9a.
pub const A9A_ROWS: usize = 32_561;
/// Rows of the real w5a.
pub const W5A_ROWS: usize = 9_888;

const FEATURES: Purpose = Purpose::new("features");
const PLANTED: Purpose = Purpose::new("planted");
const LABELS: Purpose = Purpose::new("labels");

/// What the labels of a Gaussian data set are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Task {
    /// y = +1 with probability sigmoid(x'w), otherwise -1.
    Classification,
    /// y = x'w + `noise` times a standard normal number.
    Regression {
        /// Standard deviation of the noise, for example 0.1.
        noise: f64,
    },
}

/// A Gaussian data set: x = Λ^(1/2) z with z standard normal, and labels from a planted w.
///
/// The covariance Λ is diagonal. A rotation would change neither a spectrum nor a coherence, and no method
/// here looks at single coordinates, so there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// n.
    pub rows: usize,
    /// d.
    pub cols: usize,
    /// Condition number of the covariance, from 1 to 1e16.
    pub condition: f64,
    /// Standard deviation of x'w, from 0 to 1e6: how far apart the classes are.
    pub margin: f64,
    /// What the labels are.
    pub task: Task,
}

/// Why a Gaussian data set cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{field} of a Gaussian data set must be from {least} to {most:e}, got {got}")]
pub struct RangeError {
    /// The field at fault.
    pub field: &'static str,
    /// The least it may be.
    pub least: f64,
    /// The most it may be.
    pub most: f64,
    /// What it is.
    pub got: f64,
}

impl Gaussian {
    /// Checks that [`gaussian`] can make this data set. Ask this when the numbers come from a user.
    ///
    /// # Errors
    /// If the condition number, the margin or the noise is out of range or not a number.
    pub fn check(&self) -> Result<(), RangeError> {
        let noise = if let Task::Regression { noise } = self.task { noise } else { 0.0 };
        let ranges =
            [("condition", 1.0, 1e16, self.condition), ("margin", 0.0, 1e6, self.margin), ("noise", 0.0, 1e6, noise)];
        match ranges.into_iter().find(|&(_, least, most, got)| !(least..=most).contains(&got)) {
            Some((field, least, most, got)) => Err(RangeError { field, least, most, got }),
            None => Ok(()),
        }
    }

    /// Eigenvalues of the covariance, d of them: from 1 down to 1 / condition, geometrically spaced.
    #[must_use]
    pub fn spectrum(&self) -> Vec<f64> {
        let last = self.cols.saturating_sub(1).max(1) as f64;
        (0..self.cols).map(|k| libm::pow(self.condition, -(k as f64) / last)).collect()
    }
}

/// A Gaussian data set, named for example `gaussian-4000x5`.
///
/// # Errors
/// If [`Gaussian::check`] fails.
pub fn gaussian(of: &Gaussian, seed: Seed) -> Result<Dataset, RangeError> {
    of.check()?;
    let scale: Vec<f64> = of.spectrum().into_iter().map(f64::sqrt).collect();
    let mut stream = seed.stream(PLANTED, 0, 0);
    // v = Λ^(1/2) w, so that x'w = z'v, whose standard deviation is ||v||.
    let mut v: Vec<f64> = scale.iter().map(|_| stream.sample(StandardNormal)).collect();
    let norm = f64::sqrt(v.iter().map(|v| v * v).sum());
    v.iter_mut().for_each(|v| *v *= of.margin / norm);

    let (mut at, mut to) = (seed.stream(FEATURES, 0, 0), seed.stream(LABELS, 0, 0));
    let (mut values, mut labels) = (Vec::with_capacity(of.rows * of.cols), Vec::with_capacity(of.rows));
    for _ in 0..of.rows {
        let mut score = 0.0;
        for (scale, v) in scale.iter().zip(&v) {
            let z: f64 = at.sample(StandardNormal);
            score += z * v;
            values.push(scale * z);
        }
        labels.push(match of.task {
            Task::Classification => flip(score, &mut to),
            Task::Regression { noise } => score + noise * to.sample::<f64, _>(StandardNormal),
        });
    }
    let features = Features::Dense(made(Dense::new(of.rows, of.cols, values)));
    Ok(Dataset::new(format!("gaussian-{}x{}", of.rows, of.cols), features, labels))
}

/// How often each value of each categorical attribute occurs in the 32,561 rows of a9a; the rest is missing.
/// In order: age, workclass, final weight, education, years of education, marital status, occupation,
/// relationship, race, sex, capital gain, capital loss, hours per week, country.
const A9A: [&[usize]; 14] = [
    &[6411, 5877, 6830, 6381, 7062],
    &[22696, 2541, 1116, 960, 2093, 1298, 14, 7],
    &[6511, 6513, 6512, 6512, 6513],
    &[5355, 7291, 1175, 10501, 576, 1067, 1382, 514, 646, 433, 1723, 168, 933, 413, 333, 51],
    &[4253, 10501, 7291, 2449, 8067],
    &[14976, 4443, 10683, 1025, 993, 418, 23],
    &[928, 4099, 3295, 3650, 4066, 4140, 1370, 2002, 3770, 994, 1597, 149, 649, 9],
    &[1568, 5068, 13193, 8305, 981, 3446],
    &[27816, 1039, 311, 271, 3124],
    &[10771, 21790],
    &[29849, 2712],
    &[31042, 1519],
    &[5583, 2180, 15217, 2573, 7008],
    &[
        29170, 19, 90, 114, 121, 137, 14, 100, 62, 29, 80, 75, 95, 43, 13, 198, 73, 60, 81, 67, 643, 37, 24, 29, 70,
        18, 28, 51, 44, 59, 13, 64, 34, 12, 18, 16, 106, 19, 31, 20, 1,
    ],
];
const WORKCLASS: usize = 1;
const NEVER_WORKED: usize = 7;
const EDUCATION: usize = 3;
const YEARS: usize = 4;
const OCCUPATION: usize = 6;
/// The years of education that go with each education.
const YEARS_OF: [usize; 16] = [4, 2, 0, 1, 4, 3, 3, 0, 0, 0, 4, 0, 0, 4, 0, 0];

/// A stand-in for a9a, named `a9a-like`: 14 one-hot groups, d = 123.
///
/// With [`A9A_ROWS`] rows every feature is exactly as frequent as in a9a; otherwise in proportion. The groups
/// are independent, but for two ties of the real data that take its rank down to 108: the years of education
/// follow from the education, and a person without a workclass, or who never worked, has no occupation.
#[must_use]
pub fn a9a_like(rows: usize, seed: Seed) -> Dataset {
    let mut picks: Vec<Vec<Option<usize>>> = Vec::with_capacity(A9A.len());
    for (group, counts) in A9A.iter().enumerate() {
        let mut stream = seed.stream(FEATURES, group, 0);
        picks.push(match group {
            YEARS => picks[EDUCATION].iter().map(|e| e.map(|e| YEARS_OF[e])).collect(),
            OCCUPATION => {
                let works: Vec<bool> = picks[WORKCLASS].iter().map(|w| w.is_some_and(|w| w != NEVER_WORKED)).collect();
                let with = works.iter().filter(|&&w| w).count();
                let mut jobs = deal(counts, counts.iter().sum(), with, &mut stream).into_iter();
                works.iter().map(|&w| if w { jobs.next().flatten() } else { None }).collect()
            }
            _ => deal(counts, A9A_ROWS, rows, &mut stream),
        });
    }
    let mut held = vec![Vec::new(); rows];
    let mut first = 0;
    for (picks, counts) in picks.iter().zip(A9A) {
        for (row, pick) in held.iter_mut().zip(picks) {
            row.extend(pick.map(|value| (first + value) as u32));
        }
        first += counts.len();
    }
    planted("a9a-like", &vec![0.0; first], &held, 2.4, 7_841.0 / A9A_ROWS as f64, seed)
}

/// One value for each of n rows, in the proportions of `counts` out of `total`, rounded; the rest has none.
fn deal(counts: &[usize], total: usize, n: usize, stream: &mut Stream) -> Vec<Option<usize>> {
    let mut deck = Vec::with_capacity(n);
    let mut before = 0;
    for (value, count) in counts.iter().enumerate() {
        before += count;
        deck.resize(scaled(before as f64, total, n), Some(value));
    }
    deck.resize(n, None);
    deck.shuffle(stream);
    deck
}

/// `count` out of `total` rows, for n rows: exact for n = total.
fn scaled(count: f64, total: usize, n: usize) -> usize {
    f64::round(count * n as f64 / total as f64) as usize
}

/// (rank from 1, rows) of features of w5a sorted by frequency, fitted to it; geometric in between.
#[rustfmt::skip]
const W5A: [(usize, f64); 19] = [
    (1, 3424.0), (4, 2550.0), (10, 1770.0), (25, 1085.0), (50, 729.0), (100, 411.0), (153, 206.0), (175, 66.0),
    (195, 31.0), (210, 22.0), (211, 21.0), (232, 21.0), (233, 19.0), (250, 9.0), (268, 5.0), (284, 5.0),
    (285, 4.0), (294, 4.0), (299, 3.0),
];
/// Ranks of features that come together in w5a, as the words of a repeated text do: each of them is in rows
/// of the one before it. Five rows have all of the second block and one of these lacks the last three.
const TOGETHER: [std::ops::RangeInclusive<usize>; 2] = [211..=232, 268..=287];
/// How unequal the rows are: 0 would be equal, 1 gives geometric lengths.
const SPREAD: f64 = 1.1;

/// A stand-in for w5a, named `w5a-like`: d = 300, features sorted by frequency, the last one in no row.
///
/// With [`W5A_ROWS`] rows the frequencies are those of w5a up to the error of a simple law; otherwise in
/// proportion. The rows differ in how active they are, so that their lengths spread as in w5a and some 8 %
/// of them are empty. Two blocks of rare features come together, so that the rank is far below d, and a row
/// that is not quite like the others of its block has leverage 1.
#[must_use]
pub fn w5a_like(rows: usize, seed: Seed) -> Dataset {
    let mut stream = seed.stream(FEATURES, 0, 0);
    let mut total = 0.0;
    let mut upto = Vec::with_capacity(rows);
    for _ in 0..rows {
        total += libm::pow(-libm::log(1.0 - stream.random::<f64>()), SPREAD);
        upto.push(total);
    }
    let mut held: Vec<Vec<u32>> = vec![Vec::new(); rows];
    let mut of_last: Vec<usize> = Vec::new();
    for rank in 1..=299 {
        let wanted = scaled(w5a_frequency(rank), W5A_ROWS, rows);
        if TOGETHER.iter().any(|block| block.contains(&rank) && *block.start() != rank) {
            of_last.truncate(wanted);
        } else {
            let mut chosen = BTreeSet::new();
            while chosen.len() < wanted {
                let at = total * stream.random::<f64>();
                chosen.insert(upto.partition_point(|&u| u <= at).min(rows - 1));
            }
            of_last = chosen.into_iter().collect();
        }
        of_last.iter().for_each(|&row| held[row].push(rank as u32 - 1));
    }
    // Rare features speak for a positive label and common ones against it, as in w5a.
    let means: Vec<f64> = (1..=300).map(|rank| if rank <= 160 { -1.0 } else { 5.0 }).collect();
    planted("w5a-like", &means, &held, 15.0, 281.0 / W5A_ROWS as f64, seed)
}

/// How many of the rows of w5a have the feature of this rank, from 1 to 299.
fn w5a_frequency(rank: usize) -> f64 {
    let next = W5A.partition_point(|knot| knot.0 <= rank).min(W5A.len() - 1);
    let ((from, high), (to, low)) = (W5A[next - 1], W5A[next]);
    high * libm::pow(low / high, (rank - from) as f64 / (to - from) as f64)
}

/// The data set with these features set to 1, and labels from a logistic model whose weights are normal with
/// these means and variance 1, times a factor.
///
/// That factor gives its scores the standard deviation `margin` over the rows, and an intercept makes the
/// expected share of positive labels `positive`.
fn planted(name: &str, means: &[f64], held: &[Vec<u32>], margin: f64, positive: f64, seed: Seed) -> Dataset {
    let mut stream = seed.stream(PLANTED, 0, 0);
    let w: Vec<f64> = means.iter().map(|mean| mean + stream.sample::<f64, _>(StandardNormal)).collect();
    let mut scores: Vec<f64> = held.iter().map(|row| row.iter().map(|&k| w[k as usize]).sum()).collect();
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    let deviation = f64::sqrt(scores.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / n);
    scores.iter_mut().for_each(|s| *s *= margin / deviation.max(1e-9));

    let (mut low, mut high) = (-1e3, 1e3);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let share = scores.iter().map(|s| sigmoid(s + middle)).sum::<f64>() / n;
        *(if share < positive { &mut low } else { &mut high }) = middle;
    }
    let mut stream = seed.stream(LABELS, 0, 0);
    let labels = scores.iter().map(|s| flip(s + low, &mut stream)).collect();

    let offsets = std::iter::once(0).chain(held.iter().scan(0, |end, row| {
        *end += row.len();
        Some(*end)
    }));
    let indices = held.concat();
    let values = vec![1.0; indices.len()];
    let features = Features::Sparse(made(Csr::new(means.len(), offsets.collect(), indices, values)));
    Dataset::new(name, features, labels)
}

fn sigmoid(score: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-score))
}

/// +1 with probability sigmoid(score), otherwise -1.
fn flip(score: f64, stream: &mut Stream) -> f64 {
    if stream.random::<f64>() < sigmoid(score) { 1.0 } else { -1.0 }
}

/// The features just built here from parts that fit together.
fn made<T>(features: Result<T, ShapeError>) -> T {
    features.unwrap_or_else(|e| unreachable!("{e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of each column.
    fn columns(of: &Dataset) -> Vec<Vec<usize>> {
        let mut columns = vec![Vec::new(); of.cols()];
        (0..of.rows()).for_each(|j| of.features.for_row(j, |k, _| columns[k].push(j)));
        columns
    }

    fn close(got: f64, wanted: f64, within: f64) {
        assert!((got - wanted).abs() <= within, "{got} is not within {within} of {wanted}");
    }

    /// n, d, mean length of a row, share of positive labels.
    fn assert_shape(of: &Dataset, rows: usize, cols: usize, length: f64, positive: f64) {
        let n = rows as f64;
        assert_eq!((of.rows(), of.cols(), of.labels.len()), (rows, cols, rows));
        assert!((0..rows).all(|j| of.labels[j].abs() == 1.0));
        close(of.features.nnz() as f64 / n, length, 0.02 * length);
        close(of.labels.iter().filter(|&&y| y > 0.0).count() as f64 / n, positive, 0.01);
    }

    #[test]
    fn a9a_like_has_the_shape_of_a9a() {
        let data = a9a_like(A9A_ROWS, Seed(1));
        assert_shape(&data, 32_561, 123, 13.87, 0.2408);
        // Every frequency, and with it the feature of one row only, whose leverage is 1.
        let columns = columns(&data);
        assert!(columns.iter().map(Vec::len).eq(A9A.concat()));
        assert_eq!(columns.iter().map(Vec::len).min(), Some(1));
        // Linear dependencies: exactly one value in 11 of the 14 groups, never two; the years of education are
        // unions of educations; occupations and "never worked" add up to the workclasses.
        let mut first = 0;
        let sums = A9A.map(|counts| {
            let mut held = vec![0; data.rows()];
            columns[first..first + counts.len()].iter().flatten().for_each(|&j| held[j] += 1);
            first += counts.len();
            held
        });
        assert!(sums.iter().flatten().all(|&sum| sum <= 1));
        assert_eq!(sums.iter().filter(|held| held.iter().all(|&sum| sum == 1)).count(), 11);
        for (education, years) in YEARS_OF.iter().enumerate() {
            assert!(columns[18 + education].iter().all(|j| columns[34 + years].binary_search(j).is_ok()));
        }
        let never = &columns[5 + NEVER_WORKED];
        assert!((0..data.rows()).all(|j| sums[WORKCLASS][j] - sums[OCCUPATION][j] == i32::from(never.contains(&j))));
    }

    #[test]
    fn w5a_like_has_the_shape_of_w5a() {
        let data = w5a_like(W5A_ROWS, Seed(1));
        assert_shape(&data, 9_888, 300, 11.64, 0.0284);
        close(data.features.row_norms().iter().filter(|&&norm| norm == 0.0).count() as f64 / 9_888.0, 0.084, 0.01);
        // Real frequencies at these ranks; real numbers of features with at most 5 rows, and with none.
        let columns = columns(&data);
        for (rank, rows) in [(1, 3424.0), (25, 1114.0), (100, 417.0), (200, 29.0), (220, 21.0), (299, 3.0)] {
            close(columns[rank - 1].len() as f64, rows, 0.05 * rows);
        }
        close(columns.iter().filter(|rows| (1..=5).contains(&rows.len())).count() as f64, 32.0, 2.0);
        assert_eq!(columns.iter().filter(|rows| rows.is_empty()).count(), 1);
        // Columns that are equal, and two whose difference is one row, so that its leverage is 1. w5a has 259.
        assert_eq!(columns.iter().filter(|rows| !rows.is_empty()).collect::<BTreeSet<_>>().len(), 260);
        assert!(columns[267].len() == 5 && columns[267][..4] == columns[286]);
    }

    #[test]
    fn small_stand_ins_keep_the_proportions() {
        for rows in [0, 1, 2] {
            assert_eq!((a9a_like(rows, Seed(1)).rows(), w5a_like(rows, Seed(1)).rows()), (rows, rows));
        }
        assert_shape(&a9a_like(8000, Seed(2)), 8000, 123, 13.87, 0.2408);
        assert_shape(&w5a_like(2000, Seed(2)), 2000, 300, 11.64, 0.0284);
    }

    #[test]
    fn the_seed_decides() {
        let of = Gaussian { rows: 9, cols: 3, condition: 10.0, margin: 2.0, task: Task::Classification };
        let make = |seed| [gaussian(&of, seed).unwrap(), a9a_like(50, seed), w5a_like(50, seed)];
        assert_eq!(make(Seed(7)), make(Seed(7)));
        make(Seed(7)).iter().zip(&make(Seed(8))).for_each(|(a, b)| assert_ne!(a.features, b.features));
    }

    #[test]
    fn a_gaussian_has_the_spectrum_and_the_margin_it_is_asked_for() {
        let task = Task::Regression { noise: 0.0 };
        let of = Gaussian { rows: 20_000, cols: 4, condition: 1e4, margin: 3.0, task };
        let spectrum = of.spectrum();
        close(spectrum[0] / spectrum[3], 1e4, 1e-8);
        close(spectrum[0] / spectrum[1], spectrum[1] / spectrum[2], 1e-9);
        assert_eq!(Gaussian { cols: 1, ..of }.spectrum(), [1.0]);

        let data = gaussian(&of, Seed(3)).unwrap();
        assert_eq!(data.name, "gaussian-20000x4");
        let mut second = [0.0; 4];
        (0..data.rows()).for_each(|j| data.features.for_row(j, |k, v| second[k] += v * v / 20_000.0));
        (0..4).for_each(|k| close(second[k] / spectrum[k], 1.0, 0.05));
        close(data.labels.iter().map(|y| y * y).sum::<f64>() / 20_000.0, 9.0, 0.3);

        // The same scores as labels: the likelier sign is drawn in E sigmoid(|x'w|) = 0.84 of the rows.
        let two = gaussian(&Gaussian { task: Task::Classification, ..of }, Seed(3)).unwrap();
        assert_eq!(two.features, data.features);
        let right = two.labels.iter().zip(&data.labels).filter(|(y, score)| *y * *score > 0.0).count();
        close(right as f64 / 20_000.0, 0.836, 0.015);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let of = Gaussian { rows: 2, cols: 2, condition: 1.0, margin: 0.0, task: Task::Classification };
        assert_eq!(of.check(), Ok(()));
        assert_eq!(Gaussian { condition: f64::NAN, ..of }.check().unwrap_err().field, "condition");
        let task = Task::Regression { noise: -1.0 };
        assert_eq!(
            Gaussian { task, ..of }.check().unwrap_err().to_string(),
            "noise of a Gaussian data set must be from 0 to 1e6, got -1"
        );
    }
}
