//! The rows of a file as they are gathered, the whole grammar of one line with its faults, and the matrix that comes of them.

use super::{LabelMapping, PAIRS, ReadError, RowFault};
use crate::data::columns::{Columns, Renumbered};
use crate::data::{Csr, Features, ShapeError};
use std::collections::BTreeMap;
use std::mem::take;

/// Which labels rows may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Labels {
    /// Two different ones, whichever they are.
    Two,
    /// These.
    Of(LabelMapping),
    /// Any number, or none: nobody asks.
    Unread,
    /// Whole numbers, at most [`MOST_CLASSES`] different ones: other files have the rest.
    Whole,
}

/// Up to here whole numbers are exact.
const LARGEST: f64 = (1_u64 << 53) as f64;

/// How many classes files may have together.
pub const MOST_CLASSES: usize = 1000;

/// Columns below have themselves as their number; those from here on are numbered in order of appearance.
const NARROW: u64 = 1 << 31;

/// The rows so far.
pub(super) struct Rows {
    dimension: Option<usize>,
    allowed: Labels,
    /// Whether an index may be above 2^32 - 1, because only columns that occur are kept.
    wide: bool,
    /// The largest index, from 1.
    pub(super) largest: u64,
    /// The labels in the file, and the different ones among them in order of appearance.
    pub(super) labels: Vec<f64>,
    pub(super) classes: Vec<f64>,
    pub(super) offsets: Vec<usize>,
    /// The column of each entry, from 0, by its number.
    pub(super) indices: Vec<u32>,
    /// One for each index, or none at all as long as all are 1.
    pub(super) values: Vec<f64>,
    /// The numbers of columns from NARROW on, and these columns in the order of their numbers.
    numbers: BTreeMap<u64, u32>,
    above: Vec<u64>,
    /// How many labels, indices and values there were before this file.
    before: [usize; 3],
}

impl Rows {
    pub(super) fn new(dimension: Option<usize>, allowed: Labels, wide: bool) -> Self {
        let classes = match allowed {
            Labels::Of(LabelMapping { negative, positive }) => vec![negative, positive],
            Labels::Two | Labels::Unread | Labels::Whole => vec![],
        };
        Self {
            dimension,
            allowed,
            wide,
            largest: 0,
            labels: vec![],
            classes,
            offsets: vec![0],
            indices: vec![],
            values: vec![],
            numbers: BTreeMap::new(),
            above: vec![],
            before: [0; 3],
        }
    }

    /// Goes on with another file.
    pub(super) fn next_file(&mut self) {
        self.before = [self.labels.len(), self.indices.len(), self.values.len()];
    }

    /// What the two classes are called; the labels become -1 and +1.
    pub(super) fn classes(&mut self, file: &str) -> Result<LabelMapping, ReadError> {
        let file = || file.to_owned();
        let (negative, positive) = match self.classes[..] {
            [] => return Err(ReadError::Empty { file: file() }),
            [label] => return Err(ReadError::OneClass { file: file(), label }),
            [a, b, ..] => (a.min(b), a.max(b)),
        };
        if !PAIRS.contains(&(negative, positive)) {
            return Err(ReadError::UnknownPair { file: file(), smaller: negative, larger: positive });
        }
        self.labels.iter_mut().for_each(|y| *y = if *y == positive { 1.0 } else { -1.0 });
        Ok(LabelMapping { negative, positive })
    }

    /// Takes the features out, with all columns up to `cols`.
    pub(super) fn features(&mut self, cols: usize) -> Result<Features, ShapeError> {
        let (offsets, indices, values) = (take(&mut self.offsets), take(&mut self.indices), take(&mut self.values));
        let matrix = if values.is_empty() {
            Csr::of_ones(cols, offsets, indices)
        } else {
            Csr::new(cols, offsets, indices, values)
        };
        Ok(Features::Sparse(matrix?))
    }

    /// The columns that occur among `dimension` many.
    pub(super) fn columns(&self, dimension: u64) -> Result<Columns, ShapeError> {
        Columns::of_entries(dimension, self.indices.iter().map(|number| self.column(*number)))
    }

    /// Takes the features out, with the columns that occur among `dimension` many.
    pub(super) fn occurring(&mut self, dimension: u64) -> Result<(Features, Columns), ShapeError> {
        let Renumbered { columns, numbers } =
            Columns::occurring(dimension, self.indices.iter().map(|number| self.column(*number)))?;
        if let Some(numbers) = numbers {
            self.indices = numbers;
        }
        Ok((self.features(columns.len())?, columns))
    }

    /// Takes the features out, with these columns, and says how many values stand in others.
    pub(super) fn known(&mut self, columns: &Columns) -> Result<(Features, usize), ShapeError> {
        let number = columns.numbers(self.indices.len());
        // In place: no entry moves back.
        let (mut start, mut kept) = (0, 0);
        for row in 1..self.offsets.len() {
            let end = self.offsets[row];
            for at in start..end {
                if let Some(number) = number(self.column(self.indices[at])) {
                    self.indices[kept] = number;
                    if !self.values.is_empty() {
                        self.values[kept] = self.values[at];
                    }
                    kept += 1;
                }
            }
            (start, self.offsets[row]) = (end, kept);
        }
        let ignored = self.indices.len() - kept;
        self.indices.truncate(kept);
        self.values.truncate(kept);
        Ok((self.features(columns.len())?, ignored))
    }

    /// The column that has this number.
    fn column(&self, number: u32) -> u64 {
        let narrow = u64::from(number);
        if self.wide && narrow >= NARROW { self.above[(narrow - NARROW) as usize] } else { narrow }
    }

    /// The number of a column, which may be a new one; none if there is none left.
    fn number(&mut self, column: u64) -> Option<u32> {
        if !self.wide || column < NARROW {
            return u32::try_from(column).ok();
        }
        if let Some(number) = self.numbers.get(&column) {
            return Some(*number);
        }
        let number = u32::try_from(NARROW + self.above.len() as u64).ok()?;
        self.above.push(column);
        self.numbers.insert(column, number);
        Some(number)
    }

    /// The largest index that needs no new number.
    pub(super) fn limit(&self) -> u64 {
        let most = if self.wide { NARROW } else { u32::MAX.into() };
        self.dimension.map_or(most, |d| most.min(d as u64))
    }

    /// Whether a row may have this label, and no other row need know of it.
    pub(super) fn is_known(&self, label: f64) -> bool {
        self.classes.contains(&label) || self.allowed == Labels::Unread
    }

    /// Adds an entry to the row that is being read; `column` counts from 0.
    #[inline(always)]
    pub(super) fn store(&mut self, column: u32, value: f64) {
        if value != 1.0 || !self.values.is_empty() {
            if self.values.len() < self.indices.len() {
                self.write_ones();
            }
            self.values.push(value);
        }
        self.indices.push(column);
    }

    /// The ones so far, as values.
    #[cold]
    fn write_ones(&mut self) {
        self.values.reserve_exact(self.indices.capacity());
        self.values.resize(self.indices.len(), 1.0);
    }

    /// Makes room for `times` what there is of this file.
    pub(super) fn expect(&mut self, times: f64) {
        let more = |held: usize, before: usize| ((times - 1.0).max(0.0) * held.saturating_sub(before) as f64) as usize;
        let [labels, indices, values] = self.before;
        let rows = more(self.labels.len(), labels);
        self.labels.reserve_exact(rows);
        self.offsets.reserve_exact(rows);
        self.indices.reserve_exact(more(self.indices.len(), indices));
        self.values.reserve_exact(more(self.values.len(), values));
    }

    /// Adds a line without its end and comment. A fault comes with its column, from 1.
    pub(super) fn push(&mut self, line: &[u8]) -> Result<(), (usize, RowFault)> {
        let mut tokens = tokens(line).peekable();
        let Some(&(column, token)) = tokens.peek() else { return Ok(()) };
        if self.allowed == Labels::Unread && token.contains(&b':') {
            self.labels.push(0.0);
        } else {
            self.push_label(token).map_err(|fault| (column, fault))?;
            tokens.next();
        }
        let mut previous = 0;
        for (column, token) in tokens {
            let Some(colon) = token.iter().position(|&b| b == b':') else {
                return Err((column, RowFault::MissingColon { token: shown(token) }));
            };
            let (left, right) = (&token[..colon], &token[colon + 1..]);
            let index = self.index(left, previous).map_err(|fault| (column, fault))?;
            let fault = match number(right) {
                Some(0.0) => None,
                Some(value) if value.is_finite() => match self.number(index - 1) {
                    Some(number) => {
                        self.store(number, value);
                        None
                    }
                    None => return Err((column, self.too_large(left))),
                },
                Some(_) => Some(RowFault::ValueNotFinite { token: shown(right) }),
                None => Some(RowFault::BadValue { token: shown(right) }),
            };
            if let Some(fault) = fault {
                return Err((column + colon + 1, fault));
            }
            previous = index;
        }
        self.largest = self.largest.max(previous);
        self.offsets.push(self.indices.len());
        Ok(())
    }

    fn push_label(&mut self, token: &[u8]) -> Result<(), RowFault> {
        let label = number(token).ok_or_else(|| RowFault::BadLabel { token: shown(token) })?;
        if !label.is_finite() {
            return Err(RowFault::LabelNotFinite { token: shown(token) });
        }
        if !self.is_known(label) {
            match (self.allowed, &self.classes[..]) {
                (Labels::Of(LabelMapping { negative, positive }), _) => {
                    return Err(RowFault::ForeignLabel { label, negative, positive });
                }
                (Labels::Whole, _) if label.fract() != 0.0 || label.abs() > LARGEST => {
                    return Err(RowFault::NotWhole { label });
                }
                (Labels::Whole, held) if held.len() >= MOST_CLASSES => {
                    return Err(RowFault::ManyClasses { label, most: MOST_CLASSES });
                }
                (Labels::Whole, _) => self.classes.push(label),
                (_, &[first, second]) => return Err(RowFault::ThirdClass { label, first, second }),
                _ => self.classes.push(label),
            }
        }
        self.labels.push(label);
        Ok(())
    }

    /// The largest index that there may be.
    fn most(&self) -> u64 {
        if self.wide { u64::MAX } else { u32::MAX.into() }
    }

    fn too_large(&self, token: &[u8]) -> RowFault {
        RowFault::IndexTooLarge { token: shown(token), most: self.most() }
    }

    /// The index, from 1, if it may follow `previous`.
    fn index(&self, token: &[u8], previous: u64) -> Result<u64, RowFault> {
        if token == b"qid" {
            return Err(RowFault::QueryId);
        }
        if token.is_empty() || !token.iter().all(u8::is_ascii_digit) {
            return Err(RowFault::BadIndex { token: shown(token) });
        }
        let digit = |index: u64, b: &u8| index.checked_mul(10)?.checked_add(u64::from(b - b'0'));
        let index = token.iter().try_fold(0, digit).filter(|index| *index <= self.most());
        match (index, self.dimension) {
            (None, _) => Err(self.too_large(token)),
            (Some(0), _) => Err(RowFault::IndexZero),
            (Some(index), Some(dimension)) if index > dimension as u64 => {
                Err(RowFault::AboveDimension { index, dimension })
            }
            (Some(index), _) if index == previous => Err(RowFault::Duplicate { index }),
            (Some(index), _) if index < previous => Err(RowFault::NotIncreasing { index, previous }),
            (Some(index), _) => Ok(index),
        }
    }
}

pub(super) fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The tokens of a line with their columns, from 1.
pub(super) fn tokens(line: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut next = 1;
    let placed = line.split(is_blank).map(move |token| {
        let column = next;
        next += token.len() + 1;
        (column, token)
    });
    placed.filter(|(_, token)| !token.is_empty())
}

/// A decimal number, which may have overflowed, or one of the words for infinity and NaN.
pub(super) fn number(token: &[u8]) -> Option<f64> {
    match token {
        [digit @ b'0'..=b'9'] => Some(f64::from(digit - b'0')),
        _ => std::str::from_utf8(token).ok()?.parse().ok(),
    }
}

/// A token for a message.
pub(super) fn shown(token: &[u8]) -> String {
    let start = token.get(..32).unwrap_or(token);
    format!("{}{}", start.escape_ascii(), if start.len() < token.len() { "..." } else { "" })
}
