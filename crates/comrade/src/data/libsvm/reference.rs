//! The grammar read the slow and plain way, and the reader compared with it. Tests and fuzzing share this file.

use super::{ReadOptions, RowFault, read};
use std::io::BufReader;

/// Label pairs that stand for (-1, +1).
const PAIRS: [(f64, f64); 4] = [(-1.0, 1.0), (0.0, 1.0), (1.0, 2.0), (2.0, 4.0)];

/// Labels as they are in the file, and the entries of each row that are not 0, columns from 1.
type Rows = Vec<(f64, Vec<(u64, f64)>)>;

/// A row that is being read: its label, the last index, the entries.
type Row = (f64, u64, Vec<(u64, f64)>);

fn is_blank(byte: &u8) -> bool {
    [b' ', b'\t'].contains(byte)
}

fn shown(token: &[u8]) -> String {
    let dots = if token.len() > 32 { "..." } else { "" };
    format!("{}{dots}", token[..token.len().min(32)].escape_ascii())
}

/// What the reader has to give for a file named f: its rows, or its message.
fn plain(text: &[u8], dimension: Option<usize>) -> Result<Rows, String> {
    let mut lines: Vec<&[u8]> = text.split(|&b| b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l)).collect();
    while lines.last().is_some_and(|line| line.iter().all(is_blank)) {
        lines.pop();
    }
    let (mut rows, mut classes) = (Rows::new(), Vec::new());
    for (at, line) in lines.into_iter().enumerate() {
        let says = |column: usize, fault: RowFault| format!("f:{}:{column}: {fault}", at + 1);
        if line.iter().all(is_blank) {
            return Err(says(1, RowFault::EmptyLine));
        }
        let line = line.split(|&b| b == b'#').next().unwrap_or_default();
        let (mut start, mut row) = (0, None);
        for token in line.split(is_blank) {
            if !token.is_empty()
                && let Err((skip, fault)) = plain_token(token, dimension, &mut row, &mut classes)
            {
                return Err(match token[skip..].iter().position(|b| !b.is_ascii_graphic()) {
                    Some(bad) => says(start + skip + bad + 1, RowFault::BadByte { byte: token[skip + bad] }),
                    None => says(start + skip + 1, fault),
                });
            }
            start += token.len() + 1;
        }
        rows.extend(row.map(|(label, _, held)| (label, held)));
    }
    match classes[..] {
        [] => Err("f: no rows".to_owned()),
        [label] => Err(format!("f: one class only: every label is {label}")),
        [a, b] if PAIRS.contains(&(a, b)) || PAIRS.contains(&(b, a)) => Ok(rows),
        [a, b, ..] => Err(format!(
            "f: labels {} and {} are none of the pairs -1 and 1, 0 and 1, 1 and 2, 2 and 4",
            a.min(b),
            a.max(b)
        )),
    }
}

/// A label if there is no row yet, or else a feature. Faults say how far in they are.
fn plain_token(
    token: &[u8],
    dimension: Option<usize>,
    row: &mut Option<Row>,
    classes: &mut Vec<f64>,
) -> Result<(), (usize, RowFault)> {
    let number = |token: &[u8]| String::from_utf8_lossy(token).parse::<f64>().ok();
    let Some((_, previous, held)) = row else {
        let label = number(token).ok_or((0, RowFault::BadLabel { token: shown(token) }))?;
        if !label.is_finite() {
            return Err((0, RowFault::LabelNotFinite { token: shown(token) }));
        }
        if !classes.contains(&label) {
            if let [first, second] = classes[..] {
                return Err((0, RowFault::ThirdClass { label, first, second }));
            }
            classes.push(label);
        }
        *row = Some((label, 0, Vec::new()));
        return Ok(());
    };
    let colon = token.iter().position(|&b| b == b':').ok_or((0, RowFault::MissingColon { token: shown(token) }))?;
    let (left, right) = (&token[..colon], &token[colon + 1..]);
    if left == b"qid" {
        return Err((0, RowFault::QueryId));
    }
    if left.is_empty() || !left.iter().all(u8::is_ascii_digit) {
        return Err((0, RowFault::BadIndex { token: shown(left) }));
    }
    let large = (0, RowFault::IndexTooLarge { token: shown(left), most: u32::MAX.into() });
    let index: u32 = String::from_utf8_lossy(left).parse().map_err(|_| large)?;
    let index = u64::from(index);
    if index == 0 {
        return Err((0, RowFault::IndexZero));
    }
    if let Some(dimension) = dimension.filter(|&d| index > d as u64) {
        return Err((0, RowFault::AboveDimension { index, dimension }));
    }
    let before = *previous;
    if index == before {
        return Err((0, RowFault::Duplicate { index }));
    }
    if index < before {
        return Err((0, RowFault::NotIncreasing { index, previous: before }));
    }
    *previous = index;
    let value = number(right).ok_or((colon + 1, RowFault::BadValue { token: shown(right) }))?;
    if !value.is_finite() {
        return Err((colon + 1, RowFault::ValueNotFinite { token: shown(right) }));
    }
    if value != 0.0 {
        held.push((index, value));
    }
    Ok(())
}

/// What the reader gives, in the same form, with labels -1 and +1; small steps cut lines anywhere.
fn quick(text: &[u8], dimension: Option<usize>, step: usize) -> Result<Rows, String> {
    let source = BufReader::with_capacity(step, text);
    let data = read(source, "f", &ReadOptions { dimension }).map_err(|fault| fault.to_string())?.dataset;
    let held = |j| {
        let mut held = Vec::new();
        data.features.for_row(j, |k, value| held.push((k as u64 + 1, value)));
        held
    };
    Ok((0..data.rows()).map(|j| (data.labels[j], held(j))).collect())
}

/// Whether the reader gives what the grammar says of a text that comes in pieces of `step` bytes: the same bits, or the same
/// message.
pub(super) fn compare(text: &[u8], dimension: Option<usize>, step: usize) -> Result<(), String> {
    let mut expected = plain(text, dimension);
    if let Ok(rows) = &mut expected {
        let positive = rows.iter().map(|row| row.0).fold(f64::MIN, f64::max);
        rows.iter_mut().for_each(|row| row.0 = if row.0 == positive { 1.0 } else { -1.0 });
    }
    // `{:?}` tells zeros of different sign, and every other number, apart.
    let (got, expected) = (format!("{:?}", quick(text, dimension, step)), format!("{expected:?}"));
    if got == expected { Ok(()) } else { Err(format!("{}\n read: {got}\nright: {expected}", text.escape_ascii())) }
}
