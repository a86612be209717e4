//! Data sets as text.

use crate::data::Dataset;
use std::io::{self, Write};

/// Writes a data set so that reading it gives every number back, bit for bit; wrap `out` in a buffer.
///
/// Zeros are left out. [`read`](super::read) gives the same data set back if it is sparse, stores no zero and has labels
/// -1 and +1, both of them; the dimension must be stated again where the last columns may be empty.
///
/// # Errors
/// If writing fails, or with [`io::ErrorKind::InvalidInput`] if the labels are not n finite numbers.
pub fn write(dataset: &Dataset, mut out: impl Write) -> io::Result<()> {
    if dataset.labels.len() != dataset.rows() || dataset.labels.iter().any(|y| !y.is_finite()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a data set needs one finite label a row"));
    }
    for (row, &label) in dataset.labels.iter().enumerate() {
        let mut wrote = if label == 1.0 { write!(out, "+1") } else { write_number(&mut out, label) };
        dataset.features.for_row(row, |column, value| {
            if wrote.is_ok() && value != 0.0 {
                wrote = write!(out, " {}:", column + 1).and_then(|()| write_number(&mut out, value));
            }
        });
        wrote.and_then(|()| writeln!(out))?;
    }
    Ok(())
}

/// The fewest digits that read back the same, with an exponent only where there would be many zeros.
fn write_number(out: &mut impl Write, value: f64) -> io::Result<()> {
    if (1e-5..1e16).contains(&value.abs()) { write!(out, "{value}") } else { write!(out, "{value:e}") }
}
