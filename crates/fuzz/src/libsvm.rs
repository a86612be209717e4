//! LIBSVM text: the reader against a reference of its own, and the ways through the reader against each other.
//!
//! The bytes are a file. Every row ends in a comment in a second reading, so that the quick way takes none of them.

#[path = "../../comrade/src/data/libsvm/reference.rs"]
mod reference;

use comrade::data::Dataset;
use comrade::data::libsvm::{Input, Known, LabelMapping, Read, ReadError, ReadOptions, RowFault, read, write};

/// What a file opens with that is packed, and so no text for the reference.
const PACKED: [&[u8]; 7] =
    [b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\x1f\x9d", b"PK\x03\x04"];

/// Gives `data` to the reader.
///
/// # Panics
/// If two ways through it differ.
pub fn run(data: &[u8]) {
    let dimension = data.len().is_multiple_of(3).then_some(data.len() % 8);
    if PACKED.iter().any(|start| data.starts_with(start)) {
        let _ = read(data, "f", &ReadOptions { dimension });
        return;
    }
    // Small pieces cut lines anywhere.
    let step = [1 + data.len() % 61, 1 << 16][data.len() % 2];
    if let Err(difference) = reference::compare(data, dimension, step) {
        panic!("{difference}");
    }
    let options = ReadOptions { dimension };
    let quick = read(data, "f", &options);
    let slow = read(&commented(data)[..], "f", &options);
    assert_eq!(shown(&quick), shown(&slow), "with a comment after every row");
    let occurring = Input::new(data, "f").read_occurring(&options);
    let _ = Input::new(data, "f").read_known(&comrade::data::Columns::all(5), None);
    match (&quick, &occurring) {
        (Ok(all), Ok((some, columns))) => {
            assert_eq!(rows(&all.dataset, |k| k as u64), rows(&some.dataset, |k| columns.index(k)));
            assert_eq!((all.mapping, all.dataset.cols() as u64), (some.mapping, columns.dimension()));
            for classes in [Some(all.mapping), None] {
                let known = Input::new(data, "f").read_known(columns, classes);
                let Ok(Known { dataset, ignored }) = known else {
                    panic!("the rows are read once and not again: {known:?}")
                };
                assert_eq!((&dataset.features, ignored), (&some.dataset.features, 0));
            }
            read_back(all);
        }
        (Err(ReadError::Syntax { fault: RowFault::IndexTooLarge { .. }, .. }), _) => {}
        (Err(one), Err(other)) => assert_eq!(one.to_string(), other.to_string()),
        _ => panic!("read as {quick:?} with all columns, as {occurring:?} with those that occur"),
    }
}

/// What is read, written and read again.
fn read_back(all: &Read) {
    let mut text = Vec::new();
    write(&all.dataset, &mut text).expect("memory takes all bytes");
    let again = read(&text[..], "f", &ReadOptions { dimension: Some(all.dataset.cols()) });
    let Ok(again) = again else { panic!("{} is not read: {again:?}", text.escape_ascii()) };
    assert_eq!(rows(&all.dataset, |k| k as u64), rows(&again.dataset, |k| k as u64));
    assert_eq!(again.mapping, LabelMapping { negative: -1.0, positive: 1.0 });
}

/// Bits of a label, and columns and bits of entries.
type Row = (u64, Vec<(u64, u64)>);

/// All rows, columns by their indices in the file.
fn rows(data: &Dataset, index: impl Fn(usize) -> u64) -> Vec<Row> {
    let row = |j| {
        let mut row = Vec::new();
        data.features.for_row(j, |k, value| row.push((index(k), value.to_bits())));
        row
    };
    (0..data.rows()).map(|j| (data.labels[j].to_bits(), row(j))).collect()
}

/// What was read, or why it was not.
fn shown(read: &Result<Read, ReadError>) -> Result<(Vec<Row>, usize), String> {
    match read {
        Ok(read) => Ok((rows(&read.dataset, |k| k as u64), read.dataset.cols())),
        Err(error) => Err(error.to_string()),
    }
}

/// The text with an empty comment after every row.
fn commented(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in text.split_inclusive(|&b| b == b'\n') {
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
        out.extend_from_slice(bare);
        if !bare.iter().all(|b| b" \t".contains(b)) {
            out.push(b'#');
        }
        out.extend_from_slice(&line[bare.len()..]);
    }
    out
}
