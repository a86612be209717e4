//! Data sets shaped like text: many columns of which each row has few, most of them rare.
//!
//! A document is a sequence of words. The word of rank r has probability proportional to (1 + r / b)^{-a}, cut off at the size of
//! the vocabulary (Mandelbrot's law). Every document has one of a few topics; half of its words are those of its topic, which has
//! a word of its own in place of each common one, so that words come together as they do in text. An entry is
//! (1 + ln count) ln(n / documents with the word), every row is scaled to norm 1, and words that do not occur have no column. The
//! columns are in a random order: their number tells nothing.

use super::{FEATURES, LABELS, flip, made};
use crate::data::columns::{Columns, Renumbered};
use crate::data::{Csr, Dataset, Features};
use crate::stream::{Purpose, Seed};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::StandardNormal;

const PLANTED: Purpose = Purpose::new("text w");
const ORDER: Purpose = Purpose::new("text ord");

/// How the lengths of documents spread: the standard deviation of their logarithm.
const SPREAD: f64 = 0.6;
const TOPICS: u64 = 30;
/// One of this many columns counts for the labels.
const COUNTS: usize = 10;
/// The standard deviation of x'w over the rows.
const MARGIN: f64 = 4.0;

/// A data set shaped like text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What it is called.
    pub name: &'static str,
    /// n.
    pub rows: usize,
    /// Words of a document in the mean.
    pub words: f64,
    /// Different words that there are; d is how many of them occur.
    pub vocabulary: u32,
    /// a, above 1.
    pub exponent: f64,
    /// b.
    pub offset: f64,
}

impl Text {
    /// Of the shape of rcv1: d = 47 thousand, 75 entries per row.
    pub const RCV1: Self =
        Self { name: "rcv1-like", rows: 20_000, words: 85.0, vocabulary: 54_500, exponent: 1.5, offset: 30.0 };
    /// Of the shape of news20: d = 1.36 million, 450 entries per row.
    pub const NEWS20: Self =
        Self { name: "news20-like", rows: 20_000, words: 580.0, vocabulary: 4_000_000, exponent: 1.15, offset: 10.0 };
}

/// The data set of this description.
#[must_use]
pub fn text(of: &Text, seed: Seed) -> Dataset {
    let n = of.rows as f64;
    let mut stream = seed.stream(FEATURES, 0, 0);
    // 1 - the share of the ranks below the vocabulary's size, and the power that takes a uniform number to a rank.
    let (size, power) = (f64::from(of.vocabulary), -1.0 / (of.exponent - 1.0));
    let beyond = libm::pow(1.0 + size / of.offset, 1.0 / power);
    let mut documents: Vec<Vec<(u32, u32)>> = Vec::with_capacity(of.rows);
    for _ in 0..of.rows {
        let topic = stream.random_range(0..TOPICS);
        let normal: f64 = stream.sample(StandardNormal);
        let length = of.words * libm::exp(SPREAD * normal - 0.5 * SPREAD * SPREAD);
        let mut words: Vec<u32> = (0..(length as usize).max(1))
            .map(|_| {
                let uniform: f64 = stream.random();
                let rank = of.offset * (libm::pow(1.0 - uniform * (1.0 - beyond), power) - 1.0);
                let rank = (rank as u64).min(u64::from(of.vocabulary) - 1);
                let own = stream.random::<bool>();
                (if own { (rank * (1 + topic) + 7 * topic) % u64::from(of.vocabulary) } else { rank }) as u32
            })
            .collect();
        words.sort_unstable();
        documents.push(words.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect());
    }
    let words = documents.iter().flatten().map(|(word, _)| u64::from(*word)).collect::<Vec<_>>();
    let Renumbered { columns, numbers } = made(Columns::occurring(u64::from(of.vocabulary), words.iter().copied()));
    let numbers = numbers.unwrap_or_else(|| words.iter().map(|word| *word as u32).collect());
    let d = columns.len();
    let mut place: Vec<u32> = (0..d as u32).collect();
    place.shuffle(&mut seed.stream(ORDER, 0, 0));
    let mut with = vec![0_u32; d];
    numbers.iter().for_each(|k| with[*k as usize] += 1);

    let (mut offsets, mut indices, mut values) = (vec![0], Vec::with_capacity(words.len()), Vec::new());
    let mut numbers = numbers.into_iter();
    for document in documents {
        let mut row: Vec<(u32, f64)> = document
            .iter()
            .zip(numbers.by_ref())
            .map(|((_, count), k)| {
                let rare = libm::log(n / f64::from(with[k as usize])).max(1.0 / n);
                (place[k as usize], (1.0 + libm::log(f64::from(*count))) * rare)
            })
            .collect();
        row.sort_unstable_by_key(|(k, _)| *k);
        let norm = row.iter().map(|(_, v)| v * v).sum::<f64>().sqrt();
        for (k, v) in row {
            indices.push(k);
            values.push(v / norm);
        }
        offsets.push(indices.len());
    }
    let features = Features::Sparse(made(Csr::new(d, offsets, indices, values)));
    let labels = labels(&features, &place, &with, seed);
    Dataset::new(of.name, features, labels)
}

/// From a logistic model whose weights are zero but for one in ten, and otherwise normal, with a variance in proportion to how
/// many documents have the word: `with[k]` for the column `place[k]`.
fn labels(x: &Features, place: &[u32], with: &[u32], seed: Seed) -> Vec<f64> {
    let mut stream = seed.stream(PLANTED, 0, 0);
    let mut w = vec![0.0; x.cols()];
    for (to, with) in place.iter().zip(with) {
        let weight: f64 = stream.sample(StandardNormal);
        if stream.random_range(0..COUNTS) == 0 {
            w[*to as usize] = weight * f64::from(*with).sqrt();
        }
    }
    let mut scores: Vec<f64> = (0..x.rows())
        .map(|j| {
            let mut score = 0.0;
            x.for_row(j, |k, v| score += v * w[k]);
            score
        })
        .collect();
    let n = scores.len().max(1) as f64;
    let mean = scores.iter().sum::<f64>() / n;
    scores.iter_mut().for_each(|score| *score -= mean);
    let deviation = (scores.iter().map(|score| score * score).sum::<f64>() / n).sqrt().max(f64::MIN_POSITIVE);
    let mut stream = seed.stream(LABELS, 0, 0);
    scores.iter().map(|score| flip(MARGIN * score / deviation, &mut stream)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_norm_one_and_columns_are_rare() {
        let of = Text { rows: 2000, vocabulary: 20_000, ..Text::RCV1 };
        let data = text(&of, Seed(1));
        assert!((60..90).contains(&(data.features.nnz() / 2000)));
        assert!(data.features.row_norms().iter().all(|norm| (norm - 1.0).abs() < 1e-12));
        let mut with = vec![0; data.cols()];
        (0..2000).for_each(|j| data.features.for_row(j, |k, _| with[k] += 1));
        // Every column occurs, many in one row alone and some in many rows.
        let count = |keep: &dyn Fn(usize) -> bool| with.iter().filter(|rows| keep(**rows)).count();
        assert_eq!(count(&|rows| rows == 0), 0);
        assert!(count(&|rows| rows == 1) > data.cols() / 5 && count(&|rows| rows > 200) > 5);
        let positive = data.labels.iter().filter(|y| **y > 0.0).count();
        assert!((800..1200).contains(&positive), "{positive}");
        assert_eq!(data, text(&of, Seed(1)));
        assert_ne!(data.features, text(&of, Seed(2)).features);
    }
}
