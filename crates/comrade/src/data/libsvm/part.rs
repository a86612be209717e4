//! A part of the samples, where others hold the rest: which columns and classes there are, all of them agree on later.

use super::rows::{Labels, Rows};
use super::{Input, ReadError, ReadOptions};
use crate::data::{Columns, Dataset, Features, ShapeError};

/// Rows of one file or of several, one after the other; their labels are whole numbers.
pub struct Part {
    rows: Rows,
    dimension: Option<usize>,
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part").field("rows", &self.rows()).finish_non_exhaustive()
    }
}

impl Part {
    /// No rows yet.
    #[must_use]
    pub fn new(options: &ReadOptions) -> Self {
        Self { rows: Rows::new(options.dimension, Labels::Whole, true), dimension: options.dimension }
    }

    /// Appends the rows of a file.
    ///
    /// # Errors
    /// If reading fails, the text does not follow the grammar, a label is no whole number or makes too many classes, or there is
    /// no row.
    pub fn read(mut self, input: Input<'_>) -> Result<Self, ReadError> {
        let (file, before) = (input.file.clone(), self.rows());
        self.rows.next_file();
        self.rows = input.rows(self.rows)?;
        if self.rows() == before { Err(ReadError::Empty { file }) } else { Ok(self) }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.labels.len()
    }

    /// The different labels, in order of appearance.
    #[must_use]
    pub fn classes(&self) -> &[f64] {
        &self.rows.classes
    }

    /// The columns that occur, among as many as were stated, or as the largest index says.
    ///
    /// # Errors
    /// If more than 2^32 - 1 occur.
    pub fn columns(&self) -> Result<Columns, ShapeError> {
        self.rows.columns(self.dimension.map_or(self.rows.largest, |d| d as u64))
    }

    /// The rows with these columns, and with the labels of the files. Values in other columns are left out.
    ///
    /// # Errors
    /// If the columns are too many.
    pub fn with_columns(mut self, columns: &Columns) -> Result<Dataset, ShapeError> {
        let (features, _): (Features, usize) = self.rows.known(columns)?;
        Ok(Dataset::new("part", features, self.rows.labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dense;

    fn part(texts: &[&str]) -> Result<Part, ReadError> {
        let read = |part: Part, text: &&str| part.read(Input::new(text.as_bytes(), "f"));
        texts.iter().try_fold(Part::new(&ReadOptions::default()), read)
    }

    fn numbers(data: &Dataset) -> Features {
        data.features.to_dense()
    }

    #[test]
    fn rows_of_several_files_have_the_columns_that_are_agreed_on() {
        let far = 1_u64 << 40;
        let part = part(&["3 1:1 4:2\n", &format!("-1 4:5 {far}:7\n3\n")]).unwrap();
        assert_eq!((part.rows(), part.classes()), (3, &[3.0, -1.0][..]));
        let own = part.columns().unwrap();
        assert_eq!((own.dimension(), own.held()), (far, Some(&[0, 3, far - 1][..])));
        // Another part has the second, and no other part the first.
        let agreed = Columns::new(far, vec![1, 3, far - 1]).unwrap();
        let data = part.with_columns(&agreed).unwrap();
        assert_eq!(data.labels, [3.0, -1.0, 3.0]);
        let values = vec![0.0, 2.0, 0.0, 0.0, 5.0, 7.0, 0.0, 0.0, 0.0];
        assert_eq!(numbers(&data), Features::Dense(Dense::new(3, 3, values).unwrap()));
    }

    #[test]
    fn ones_stay_ones_when_columns_are_left_out() {
        let read = part(&["1 1:1 2:1 3:1\n2 2:1\n"]).unwrap();
        let data = read.with_columns(&Columns::new(9, vec![1, 2, 8]).unwrap()).unwrap();
        assert!(matches!(&data.features, Features::Sparse(x) if x.all_ones() && x.row(0).0 == [0, 1]));
    }

    #[test]
    fn what_names_no_class_is_refused_with_its_place() {
        let many: String = (0..=super::super::MOST_CLASSES).map(|k| format!("{k} 1:1\n")).collect();
        for (texts, says) in [
            (&["1 1:1\n0.5 1:1\n"][..], "f:2:1: label 0.5 is no whole number of at most"),
            (&["1 1:1\n", ""], "f: no rows"),
            (&[&many], "f:1001:1: label 1000 makes more than 1000 classes"),
        ] {
            let error = part(texts).unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }
}
