//! Why a file could not be read, and what is wrong with it where.

use crate::data::features::ShapeError;
use std::io;

/// Why a file could not be read. `file` is the name it was read under, `line` and `column` count from 1.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages name the fields")]
pub enum ReadError {
    /// The file does not open.
    #[error("{file}: cannot open: {cause}")]
    Open { file: String, cause: io::Error },
    /// Reading stopped in this line: an I/O error, or gzip data that is truncated or corrupt.
    #[error("{file}:{line}: cannot read on: {cause}")]
    Io { file: String, line: usize, cause: io::Error },
    /// The text does not follow the grammar.
    #[error("{file}:{line}:{column}: {fault}")]
    Syntax { file: String, line: usize, column: usize, fault: RowFault },
    /// Another program has packed the data.
    #[error("{file}: {format} data, which are not read: unpack them first, for example by `{unpack}`")]
    Packed { file: String, format: &'static str, unpack: &'static str },
    /// A line is longer than any line of a data set.
    #[error("{file}:{line}: the line is longer than 134217728 bytes: this is no LIBSVM file, or one without line ends")]
    Endless { file: String, line: usize },
    /// There is not a single row.
    #[error("{file}: no rows")]
    Empty { file: String },
    /// Every row has the same label, whichever it is.
    #[error("{file}: one class only: every label is {label}")]
    OneClass { file: String, label: f64 },
    /// There are two classes, but which is negative is not known.
    #[error("{file}: labels {smaller} and {larger} are none of the pairs -1 and 1, 0 and 1, 1 and 2, 2 and 4")]
    UnknownPair { file: String, smaller: f64, larger: f64 },
    /// The rows do not make a matrix. The reader's own checks come first, so this is a defect of the reader.
    #[error("{file}: {cause}")]
    Shape { file: String, cause: ShapeError },
}

impl ReadError {
    /// What to do about it, in a sentence without a stop; `None` where the error says so itself, or nobody knows.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Syntax { fault, .. } => fault.hint(),
            Self::OneClass { .. } => Some("a classifier needs rows of two classes: check how the file was cut"),
            Self::UnknownPair { .. } => Some("write the labels as -1 and 1"),
            Self::Endless { .. } => Some("each row stands on a line of its own"),
            Self::Open { .. } | Self::Io { .. } | Self::Packed { .. } | Self::Empty { .. } | Self::Shape { .. } => None,
        }
    }
}

impl RowFault {
    /// As [`ReadError::hint`].
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::BadValue { token } if token.bytes().filter(|b| *b == b',').count() == 1 => {
                Some("write decimals with a point, and put spaces between the features")
            }
            Self::BadLabel { token } | Self::MissingColon { token } | Self::BadValue { token }
                if token.contains([',', ';']) =>
            {
                Some(
                    "this looks like CSV, and a row is `label index:value ...` with spaces between; \
                     sklearn.datasets.dump_svmlight_file(X, y, \"rows.txt\", zero_based=False) writes that",
                )
            }
            Self::BadLabel { .. } | Self::NotWhole { .. } => {
                Some("labels are numbers: -1 and 1, 0 and 1, 1 and 2, or 2 and 4")
            }
            Self::LabelNotFinite { .. } => Some("leave out rows whose label is not known"),
            Self::ValueNotFinite { .. } => {
                Some("put a number in its place, such as the column's mean, or leave the feature out, which makes it 0")
            }
            Self::ThirdClass { .. } => {
                Some("train one class against the rest: write its label as 1 and all others as -1")
            }
            Self::EmptyLine => Some("remove the line; a row without features still has its label"),
            Self::BadByte { .. } => Some("save the file as plain text, in ASCII"),
            Self::QueryId => Some("remove the qid: of each row to take it as a plain row"),
            Self::IndexZero => Some("add 1 to every index; dump_svmlight_file does it with zero_based=False"),
            Self::Duplicate { .. } | Self::NotIncreasing { .. } => {
                Some("in each row sort the features by index, each of them once")
            }
            Self::AboveDimension { .. } => Some("state a larger dimension, or none"),
            Self::MissingColon { .. }
            | Self::BadIndex { .. }
            | Self::BadValue { .. }
            | Self::ManyClasses { .. }
            | Self::ForeignLabel { .. }
            | Self::IndexTooLarge { .. } => None,
        }
    }
}

/// What is wrong at one place of a file. Quoted tokens are escaped and cut.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages name the fields")]
pub enum RowFault {
    /// A blank line with rows after it.
    #[error("empty line")]
    EmptyLine,
    /// A token holds a control byte or one that is not ASCII: another encoding, or not a text file.
    #[error("byte 0x{byte:02x} is not printable ASCII")]
    BadByte { byte: u8 },
    /// The label is not a number.
    #[error("label \"{token}\" is not a number")]
    BadLabel { token: String },
    /// The label is infinite, overflows, or is NaN.
    #[error("label \"{token}\" is not finite")]
    LabelNotFinite { token: String },
    /// A label other than the two before.
    #[error("label {label} makes a third class, after {first} and {second}")]
    ThirdClass { label: f64, first: f64, second: f64 },
    /// A label that names no class.
    #[error("label {label} is no whole number of at most 2^53: give each class one")]
    NotWhole { label: f64 },
    /// More different labels than classes that anybody has: they may be numbers to be predicted.
    #[error("label {label} makes more than {most} classes: is it a number that is to be predicted?")]
    ManyClasses { label: f64, most: usize },
    /// A label that the model does not know.
    #[error("label {label} is neither {negative} nor {positive}, which are the classes of the model")]
    ForeignLabel { label: f64, negative: f64, positive: f64 },
    /// A `qid:` token of ranking data.
    #[error("\"qid:\" marks ranking data, which is not supported")]
    QueryId,
    /// A feature without a colon.
    #[error("feature \"{token}\" has no colon (features are index:value)")]
    MissingColon { token: String },
    /// The index is not all digits.
    #[error("feature index \"{token}\" is not a whole number")]
    BadIndex { token: String },
    /// The index is 0.
    #[error("feature index 0 (indices start at 1)")]
    IndexZero,
    /// The index does not fit 32 bits, or 64 where only columns that occur are kept.
    #[error("feature index {token} is too large (at most {most})")]
    IndexTooLarge { token: String, most: u64 },
    /// The index is above [`ReadOptions::dimension`](super::ReadOptions::dimension).
    #[error("feature index {index} is above the stated dimension {dimension}")]
    AboveDimension { index: u64, dimension: usize },
    /// The index is the one before.
    #[error("feature index {index} is repeated")]
    Duplicate { index: u64 },
    /// The index is below the one before.
    #[error("feature index {index} after {previous} (indices must increase)")]
    NotIncreasing { index: u64, previous: u64 },
    /// The value is not a number.
    #[error("value \"{token}\" is not a number")]
    BadValue { token: String },
    /// The value is infinite, overflows, or is NaN.
    #[error("value \"{token}\" is not finite")]
    ValueNotFinite { token: String },
}
