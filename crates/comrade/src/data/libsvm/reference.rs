//! The grammar read the slow and plain way, and the reader compared with it on random text.

use super::{PAIRS, ReadOptions, RowFault, read};
use crate::data::Features;
use proptest::{collection, prelude::*, sample};
use std::io::BufReader;

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
    let Features::Sparse(x) = &data.features else { panic!("the reader gives sparse rows") };
    let held = |j| {
        let (columns, values) = x.row(j);
        columns.iter().map(|&k| u64::from(k) + 1).zip(values.iter().copied()).collect()
    };
    Ok((0..data.rows()).map(|j| (data.labels[j], held(j))).collect())
}

fn compare(text: &[u8], dimension: Option<usize>, step: usize) -> Result<(), TestCaseError> {
    let mut expected = plain(text, dimension);
    if let Ok(rows) = &mut expected {
        let positive = rows.iter().map(|row| row.0).fold(f64::MIN, f64::max);
        rows.iter_mut().for_each(|row| row.0 = if row.0 == positive { 1.0 } else { -1.0 });
    }
    // `{:?}` tells zeros of different sign, and every other number, apart.
    let got = quick(text, dimension, step);
    prop_assert_eq!(format!("{got:?}"), format!("{expected:?}"), "{}", text.escape_ascii());
    Ok(())
}

/// Numbers in the ways that people and programs write them.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just("1".to_owned()),
        2 => "[-+]?[0-9]{1,3}",
        2 => "[-+]?[0-9]{0,9}\\.[0-9]{0,22}",
        1 => "[-+]?[0-9]{1,25}",
        1 => "[-+]?[0-9]{1,3}\\.?[0-9]{0,8}[eE][-+]?[0-9]{1,3}",
        2 => any::<f64>().prop_map(|v| v.to_string()),
        1 => any::<f64>().prop_map(|v| format!("{v:e}")),
        2 => (-1.0..1.0).prop_map(|v: f64| v.to_string()),
        1 => sample::select(vec!["0", "-0", "+0.0", "9007199254740992", "9007199254740993", "900719925474099.3"])
            .prop_map(str::to_owned),
    ]
}

/// A row that follows the grammar, but for what a number may be.
fn row() -> impl Strategy<Value = String> {
    let label = prop_oneof![12 => sample::select(vec!["+1", "-1", "1", "1.0", "-1.000000"]), 1 => Just("0")];
    let gap = prop_oneof![8 => 1..200_u64, 2 => 1..200_000_u64, 1 => 1..500_000_000_u64];
    let blank = || sample::select(vec![" ", " ", " ", " ", " ", "\t", "  "]);
    let end = sample::select(vec!["\n", "\n", "\n", " \n", "\r\n", " \r\n", " # c\n", "#\n"]);
    (label, collection::vec((blank(), gap, number()), 0..12), end).prop_map(|(label, features, end)| {
        let mut index = 0;
        let features = features.into_iter().map(|(blank, gap, value)| {
            index += gap;
            format!("{blank}{index}:{value}")
        });
        format!("{label}{}{end}", features.collect::<String>())
    })
}

/// A few bytes to put somewhere.
fn splinter() -> impl Strategy<Value = (sample::Index, bool, u8)> {
    let byte = prop_oneof![9 => sample::select(b" \t\r\n#:.+-eE0123456789naif_".to_vec()), 1 => any::<u8>()];
    (any::<sample::Index>(), any::<bool>(), byte)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_quick_way_is_the_plain_one(
        rows in collection::vec(row(), 0..8),
        splinters in prop_oneof![Just(vec![]), collection::vec(splinter(), 1..4)],
        dimension in prop_oneof![3 => Just(None), 1 => (1..2000_usize).prop_map(Some)],
        step in prop_oneof![1..80_usize, Just(1 << 16)],
    ) {
        let mut text = rows.concat().into_bytes();
        for (at, replace, byte) in splinters {
            let at = at.index(text.len() + 1);
            text.splice(at..(at + usize::from(replace)).min(text.len()), [byte]);
        }
        compare(&text, dimension, step)?;
        // The same without the last line end.
        compare(text.strip_suffix(b"\n").unwrap_or(&text), dimension, step)?;
    }

    #[test]
    fn single_numbers_are_the_plain_ones(value in number(), index in "[0-9]{1,20}") {
        compare(format!("1 {index}:{value}\n-1 2:{value} 3:1 4:-{value}\n").as_bytes(), None, 1 << 16)?;
        compare(format!("1\n-1\n1 2:{value} 3:1 4:-{value} {index}:1\n{value}").as_bytes(), None, 1 << 16)?;
    }
}
