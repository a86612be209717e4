//! What tells data sets apart: a digest of what was read, wherever the file is and however it is compressed.

use comrade::data::{Columns, Dataset};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// SHA-256 of the parts of a data set, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Digest {
    /// Of the features: for each row the columns that are not zero and their values.
    pub(crate) features: String,
    /// Of the labels.
    pub(crate) labels: String,
    /// Of the weights, if there are any.
    pub(crate) weights: Option<String>,
}

impl Digest {
    /// `columns` are those that the data have of all.
    pub(crate) fn of(data: &Dataset, columns: &Columns) -> Self {
        let mut features = Sha256::new();
        let mut row = Vec::new();
        for j in 0..data.rows() {
            row.clear();
            data.features.for_row(j, |column, value| {
                if value != 0.0 {
                    row.extend_from_slice(&columns.index(column).to_le_bytes());
                    row.extend_from_slice(&value.to_le_bytes());
                }
            });
            features.update((row.len() as u64).to_le_bytes());
            features.update(&row);
        }
        let numbers = |numbers: &[f64]| {
            let mut hash = Sha256::new();
            numbers.iter().for_each(|v| hash.update(v.to_le_bytes()));
            hexadecimal(hash)
        };
        Self {
            features: hexadecimal(features),
            labels: numbers(&data.labels),
            weights: data.weights.as_deref().map(numbers),
        }
    }
}

/// SHA-256 of a text.
pub(crate) fn of_text(text: &[&str]) -> String {
    let mut hash = Sha256::new();
    text.iter().for_each(|part| hash.update(part));
    hexadecimal(hash)
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use comrade::data::libsvm::{Input, ReadOptions};

    fn digest(text: &str) -> Digest {
        let input = Input::new(text.as_bytes(), "rows");
        let (read, columns) = input.read_occurring(&ReadOptions { dimension: Some(2) }).unwrap();
        Digest::of(&read.dataset, &columns)
    }

    #[test]
    fn every_part_of_a_data_set_shows_in_its_digest_and_spelling_does_not() {
        let one = digest("1 1:2 2:3\n-1 1:1\n");
        assert_eq!(one, digest("+1 1:2.0 2:3 \n-1 1:1 2:0\n"));
        let Digest { features, labels, .. } = &one;
        let other = digest("-1 1:2 2:3\n1 1:1\n");
        assert!(*features == other.features && *labels != other.labels);
        // A value, a column, both, the order of rows, where one ends.
        for text in [
            "1 1:2 2:4\n-1 1:1\n",
            "1 1:2 2:3\n-1 2:1\n",
            "1 1:3 2:2\n-1 1:1\n",
            "1 1:1\n-1 1:2 2:3\n",
            "1 1:2\n-1 1:1 2:3\n",
        ] {
            let other = digest(text);
            assert!(*features != other.features && *labels == other.labels, "{text}");
        }
        // Another column alone, where a column does not occur.
        assert_ne!(digest("1 1:2\n-1 1:1\n"), digest("1 2:2\n-1 2:1\n"));
    }
}
