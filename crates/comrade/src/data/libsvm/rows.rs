//! The rows of a file as they are gathered, and the whole grammar of one line, with its faults.

use super::RowFault;

/// The rows so far.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) dimension: Option<usize>,
    /// The largest index, from 1.
    pub(super) largest: u32,
    /// The labels in the file, and the different ones among them in order of appearance, at most two.
    pub(super) labels: Vec<f64>,
    pub(super) classes: Vec<f64>,
    pub(super) offsets: Vec<usize>,
    pub(super) indices: Vec<u32>,
    /// One for each index, or none at all as long as all are 1.
    pub(super) values: Vec<f64>,
}

impl Rows {
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

    /// Makes room for `times` what there is.
    pub(super) fn expect(&mut self, times: f64) {
        let more = |held: usize| ((times - 1.0).max(0.0) * held as f64) as usize;
        self.labels.reserve_exact(more(self.labels.len()));
        self.offsets.reserve_exact(more(self.offsets.len()));
        self.indices.reserve_exact(more(self.indices.len()));
        self.values.reserve_exact(more(self.values.len()));
    }

    /// Adds a line without its end and comment. A fault comes with its column, from 1.
    pub(super) fn push(&mut self, line: &[u8]) -> Result<(), (usize, RowFault)> {
        let mut tokens = tokens(line);
        let Some((column, token)) = tokens.next() else { return Ok(()) };
        self.push_label(token).map_err(|fault| (column, fault))?;
        let mut previous = 0;
        for (column, token) in tokens {
            let Some(colon) = token.iter().position(|&b| b == b':') else {
                return Err((column, RowFault::MissingColon { token: shown(token) }));
            };
            let (left, right) = (&token[..colon], &token[colon + 1..]);
            let index = self.index(left, previous).map_err(|fault| (column, fault))?;
            let fault = match number(right) {
                Some(0.0) => None,
                Some(value) if value.is_finite() => {
                    self.store(index - 1, value);
                    None
                }
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
        if !self.classes.contains(&label) {
            if let [first, second] = self.classes[..] {
                return Err(RowFault::ThirdClass { label, first, second });
            }
            self.classes.push(label);
        }
        self.labels.push(label);
        Ok(())
    }

    /// The index, from 1, if it may follow `previous`.
    fn index(&self, token: &[u8], previous: u32) -> Result<u32, RowFault> {
        if token == b"qid" {
            return Err(RowFault::QueryId);
        }
        if token.is_empty() || !token.iter().all(u8::is_ascii_digit) {
            return Err(RowFault::BadIndex { token: shown(token) });
        }
        let digit = |index: u32, b: &u8| index.checked_mul(10)?.checked_add(u32::from(b - b'0'));
        match (token.iter().try_fold(0, digit), self.dimension) {
            (None, _) => Err(RowFault::IndexTooLarge { token: shown(token) }),
            (Some(0), _) => Err(RowFault::IndexZero),
            (Some(index), Some(dimension)) if index as usize > dimension => {
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
