//! Which columns of a wide matrix a data set has: those that occur.
//!
//! Of a column that no row has, the gradient is lambda times its coefficient, so that a training run from 0 leaves it at 0. It
//! needs no place in X and w: the columns that occur get new numbers from 0, and their old ones back at the end.

use super::ShapeError;

/// Columns of a wider matrix, in increasing order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// How many columns the wide matrix has.
    dimension: u64,
    /// Their indices there, from 0; none if they are all of its columns.
    held: Option<Vec<u64>>,
}

/// Indices that cannot be columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("columns must increase strictly and stay below {dimension}")]
pub struct BadColumns {
    /// How many columns there are.
    pub dimension: u64,
}

/// Entries of a matrix, by the new numbers of their columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renumbered {
    /// The columns that occur.
    pub columns: Columns,
    /// The new number of the column of each entry; `None` where every column occurs, so that nothing changes.
    pub numbers: Option<Vec<u32>>,
}

/// How long a table by column is, where it is no longer than a few times the entries.
fn width(largest: u64, entries: usize) -> Option<usize> {
    usize::try_from(largest)
        .ok()?
        .checked_add(1)
        .filter(|width| *width <= entries.saturating_mul(4).saturating_add(1024))
}

impl Columns {
    /// Holds all columns of a matrix.
    #[must_use]
    pub fn all(dimension: u64) -> Self {
        Self { dimension, held: None }
    }

    /// Holds these columns of a matrix that has `dimension` columns, numbered from 0.
    ///
    /// # Errors
    /// If they do not increase strictly, or one is not below `dimension`.
    pub fn new(dimension: u64, held: Vec<u64>) -> Result<Self, BadColumns> {
        if held.is_sorted_by(|a, b| a < b) && held.last().is_none_or(|last| *last < dimension) {
            Ok(Self::of(dimension, held))
        } else {
            Err(BadColumns { dimension })
        }
    }

    fn of(dimension: u64, held: Vec<u64>) -> Self {
        let all = held.len() as u64 == dimension;
        Self { dimension, held: (!all).then_some(held) }
    }

    /// Finds the columns that occur among `indices`: the column of each entry of a matrix, below `dimension`. Time and
    /// memory grow with the number of entries alone.
    ///
    /// # Errors
    /// If an index is not below `dimension`, or more than 2^32 - 1 different ones occur.
    pub fn occurring(
        dimension: u64,
        indices: impl ExactSizeIterator<Item = u64> + Clone,
    ) -> Result<Renumbered, ShapeError> {
        let columns = Self::of_entries(dimension, indices.clone())?;
        let numbers = columns.held.is_some().then(|| {
            let number = columns.numbers(indices.len());
            indices.map(|k| number(k).unwrap_or_default()).collect()
        });
        Ok(Renumbered { columns, numbers })
    }

    /// The columns of [`Self::occurring`] alone.
    pub(super) fn of_entries(
        dimension: u64,
        indices: impl ExactSizeIterator<Item = u64> + Clone,
    ) -> Result<Self, ShapeError> {
        let beyond = || ShapeError::Indices { row: 0, cols: usize::try_from(dimension).unwrap_or(usize::MAX) };
        let largest = indices.clone().max();
        if largest.is_some_and(|largest| largest >= dimension) {
            return Err(beyond());
        }
        let entries = indices.len();
        let held: Vec<u64> = match largest.and_then(|largest| width(largest, entries)) {
            Some(width) => {
                let mut occurs = vec![false; width];
                indices.for_each(|k| occurs[k as usize] = true);
                (0..width as u64).filter(|k| occurs[*k as usize]).collect()
            }
            None => {
                let mut held: Vec<u64> = indices.collect();
                held.sort_unstable();
                held.dedup();
                held
            }
        };
        if u32::try_from(held.len()).is_err() {
            return Err(beyond());
        }
        Ok(Self::of(dimension, held))
    }

    /// A function from an index in the wide matrix to its column, if it is there, for this many questions: as
    /// [`Self::position`], and faster.
    pub(super) fn numbers(&self, questions: usize) -> Box<dyn Fn(u64) -> Option<u32> + '_> {
        let table = self.held.as_ref().and_then(|held| Some((held, width(*held.last()?, questions)?)));
        let Some((held, width)) = table else {
            return Box::new(|k| self.position(k).and_then(|k| u32::try_from(k).ok()));
        };
        let mut table = vec![u32::MAX; width];
        held.iter().zip(0..).for_each(|(k, number)| table[*k as usize] = number);
        Box::new(move |k| table.get(usize::try_from(k).ok()?).copied().filter(|number| *number < u32::MAX))
    }

    /// How many columns are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.as_ref().map_or(self.dimension as usize, Vec::len)
    }

    /// Whether no column is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many columns the wide matrix has.
    #[must_use]
    pub fn dimension(&self) -> u64 {
        self.dimension
    }

    /// The indices of the held columns in the wide matrix, from 0; `None` if all columns are held.
    #[must_use]
    pub fn held(&self) -> Option<&[u64]> {
        self.held.as_deref()
    }

    /// The index in the wide matrix of column k.
    ///
    /// # Panics
    /// If there is no column k.
    #[must_use]
    pub fn index(&self, k: usize) -> u64 {
        self.held.as_ref().map_or(k as u64, |held| held[k])
    }

    /// The number of the column with this index in the wide matrix; `None` if it is not held.
    #[must_use]
    pub fn position(&self, index: u64) -> Option<usize> {
        match &self.held {
            None => (index < self.dimension).then_some(index as usize),
            Some(held) => held.binary_search(&index).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection, prelude::*};
    use std::collections::BTreeSet;

    #[test]
    fn an_index_of_any_size_costs_no_more_than_an_entry() {
        let indices = [4, u64::MAX - 1, 0, 1 << 63, 4];
        let Renumbered { columns, numbers } = Columns::occurring(u64::MAX, indices.into_iter()).unwrap();
        assert_eq!(columns.held(), Some(&[0, 4, 1 << 63, u64::MAX - 1][..]));
        assert_eq!(numbers, Some(vec![1, 3, 0, 2, 1]));
        assert_eq!((columns.dimension(), columns.len(), columns.index(2)), (u64::MAX, 4, 1 << 63));
        assert_eq!((columns.position(1 << 63), columns.position(5)), (Some(2), None));
        assert!(Columns::occurring(4, [4_u64].into_iter()).is_err());
        let nothing = Columns::occurring(9, std::iter::empty::<u64>().collect::<Vec<_>>().into_iter()).unwrap();
        assert!(nothing.columns.is_empty() && nothing.columns.position(0).is_none());
        assert!(!columns.is_empty());
    }

    #[test]
    fn a_table_is_a_few_times_as_long_as_there_are_entries_at_most() {
        assert_eq!((width(9, 0), width(1023, 0), width(1024, 0)), (Some(10), Some(1024), None));
        assert_eq!((width(5023, 1000), width(5024, 1000)), (Some(5024), None));
        assert_eq!(width(u64::MAX, usize::MAX), None);
    }

    #[test]
    fn what_are_no_columns_is_refused() {
        assert_eq!(Columns::new(3, vec![0, 2]).unwrap().held(), Some(&[0, 2][..]));
        assert_eq!(Columns::new(2, vec![0, 1]), Ok(Columns::all(2)));
        for held in [vec![0, 3], vec![1, 1], vec![2, 1]] {
            assert_eq!(Columns::new(3, held), Err(BadColumns { dimension: 3 }));
        }
        let all = Columns::all(2);
        assert_eq!((all.len(), all.index(1), all.position(1), all.position(2)), (2, 1, Some(1), None));
    }

    proptest! {
        #[test]
        fn every_index_is_found_again_under_its_number(
            indices in collection::vec(prop_oneof![0..40_u64, 0..5000_u64, any::<u64>()], 0..60), more in 1..9_u64
        ) {
            let dimension = indices.iter().max().map_or(more, |most| most.saturating_add(more));
            prop_assume!(indices.iter().all(|k| *k < dimension));
            let Renumbered { columns, numbers } = Columns::occurring(dimension, indices.iter().copied()).unwrap();
            let distinct: BTreeSet<u64> = indices.iter().copied().collect();
            prop_assert_eq!(columns.len(), distinct.len());
            prop_assert_eq!(numbers.is_none(), columns.held().is_none());
            let numbers = numbers.unwrap_or_else(|| indices.iter().map(|k| *k as u32).collect());
            for (k, number) in indices.iter().zip(numbers) {
                prop_assert_eq!(columns.index(number as usize), *k);
                prop_assert_eq!(columns.position(*k), Some(number as usize));
            }
        }
    }
}
