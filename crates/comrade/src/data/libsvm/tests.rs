//! The reader on text of every kind, and what it says where there is none.

use super::*;
use crate::data::{Csr, Dense, Features};
use proptest::{collection, num, prelude::*};
use std::io::Write as _;

const FREE: ReadOptions = ReadOptions { dimension: None };

fn text(text: impl AsRef<[u8]>) -> Result<Read, ReadError> {
    read(text.as_ref(), "f", &FREE)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn sparse(cols: usize, rows: &[&[(u32, f64)]]) -> Features {
    let mut offsets = vec![0];
    rows.iter().for_each(|row| offsets.push(offsets[offsets.len() - 1] + row.len()));
    let (indices, values) = rows.iter().flat_map(|row| row.iter().copied()).unzip();
    Features::Sparse(Csr::new(cols, offsets, indices, values).unwrap())
}

#[test]
fn every_error_says_what_and_where() {
    let long = format!("1 {}", "x".repeat(99));
    let quoted = format!("f:1:3: feature \"{}...\" has no colon (features are index:value)", "x".repeat(32));
    let pairs = "are none of the pairs -1 and 1, 0 and 1, 1 and 2, 2 and 4";
    let cases: [(&[u8], &str); 43] = [
        (b"", "f: no rows"),
        (b"\n \t\r\n\n", "f: no rows"),
        (b"# only\n#comments", "f: no rows"),
        (b"+1 1:1\n\n-1 1:1\n", "f:2:1: empty line"),
        (b"\n1", "f:1:1: empty line"),
        (b"1\n2\n \n\t\n#\n", "f:3:1: empty line"),
        (b"1:1 2:1", "f:1:1: label \"1:1\" is not a number"),
        (b"1\n  0x1 1:1", "f:2:3: label \"0x1\" is not a number"),
        (b"\"\\ 1:1", "f:1:1: label \"\\\"\\\\\" is not a number"),
        (b"1,2 1:1", "f:1:1: label \"1,2\" is not a number"),
        (b"nan 1:1", "f:1:1: label \"nan\" is not finite"),
        (b"-inf 1:1", "f:1:1: label \"-inf\" is not finite"),
        (b"1e999", "f:1:1: label \"1e999\" is not finite"),
        (b"1\n2\n1\n 3 1:1\n", "f:4:2: label 3 makes a third class, after 1 and 2"),
        (b"1 qid:3 1:1", "f:1:3: \"qid:\" marks ranking data, which is not supported"),
        (b"1 1:1\t7 8:1", "f:1:7: feature \"7\" has no colon (features are index:value)"),
        (long.as_bytes(), &quoted),
        (b"1 +1:1", "f:1:3: feature index \"+1\" is not a whole number"),
        (b"1 -1:1", "f:1:3: feature index \"-1\" is not a whole number"),
        (b"1 :1", "f:1:3: feature index \"\" is not a whole number"),
        (b"1\n2 0:1", "f:2:3: feature index 0 (indices start at 1)"),
        (b"1 4294967296:1", "f:1:3: feature index 4294967296 is too large (at most 4294967295)"),
        (b"1 0099999999999:1", "f:1:3: feature index 0099999999999 is too large (at most 4294967295)"),
        (b"1 3:1 3:1", "f:1:7: feature index 3 is repeated"),
        (b"1 3:0 3:1", "f:1:7: feature index 3 is repeated"),
        (b"1 3:1  2:1", "f:1:8: feature index 2 after 3 (indices must increase)"),
        (b"1 3:", "f:1:5: value \"\" is not a number"),
        (b"1 3: 4", "f:1:5: value \"\" is not a number"),
        (b"1 3:1:2", "f:1:5: value \"1:2\" is not a number"),
        (b"1 3:1_0", "f:1:5: value \"1_0\" is not a number"),
        (b"1 3:0x10", "f:1:5: value \"0x10\" is not a number"),
        (b"1 3:NaN", "f:1:5: value \"NaN\" is not finite"),
        (b"1 3:+infinity", "f:1:5: value \"+infinity\" is not finite"),
        (b"1 3:-1e999", "f:1:5: value \"-1e999\" is not finite"),
        (b"\xef\xbb\xbf1 1:1", "f:1:1: byte 0xef is not printable ASCII"),
        (b"1 1:1\n2 1:\xc3\xa9", "f:2:5: byte 0xc3 is not printable ASCII"),
        (b"1 1:1\x00\x00", "f:1:6: byte 0x00 is not printable ASCII"),
        (b"1 1:1\r2 1:1", "f:1:6: byte 0x0d is not printable ASCII"),
        (b"+1\n1.0\n1", "f: one class only: every label is 1"),
        (b"-1\n", "f: one class only: every label is -1"),
        (b"1\n-2", &format!("f: labels -2 and 1 {pairs}")),
        (b"5 1:1\n0.5 1:1", &format!("f: labels 0.5 and 5 {pairs}")),
        (b"\x1f\x8b", "f:1: cannot read on: unexpected end of file"),
    ];
    for (input, message) in cases {
        assert_eq!(text(input).unwrap_err().to_string(), message, "{}", input.escape_ascii());
    }
    let stated = read(&b"1 3:0\n2 2:1 4:0"[..], "a9a", &ReadOptions { dimension: Some(3) });
    assert_eq!(stated.unwrap_err().to_string(), "a9a:2:7: feature index 4 is above the stated dimension 3");
    let missing = read_path(Path::new("no/such"), &FREE).unwrap_err();
    assert!(matches!(&missing, ReadError::Open { file, .. } if file == "no/such"), "{missing}");
}

#[test]
fn what_is_legal_is_read() {
    let x = sparse(4, &[&[(0, 0.5), (2, -1e-3)], &[], &[(1, 12.0)]]);
    let pairs = [("+1", "-1"), ("1", "0"), ("2", "1"), ("4", "2"), ("4.000000", "2.000000"), ("1.0", "-1.0")];
    for (positive, negative) in pairs {
        for end in ["\n", "\r\n", " \n", " # c\n", "#é c:0\r\n"] {
            let p = positive;
            let input = format!("# x{end}{p}  1:.5\t003:-1e-3 4:0{end}{negative}{end}{p} 1:-0.0 2:+12.{end}\n \r\n");
            let Read { dataset, mapping } = text(&input).unwrap();
            assert_eq!((&dataset.features, dataset.labels), (&x, vec![1.0, -1.0, 1.0]), "{input:?}");
            assert_eq!((mapping.negative, mapping.positive), (negative.parse().unwrap(), p.parse().unwrap()));
        }
    }
    assert_eq!(text("2\n4").unwrap().mapping.to_string(), "2 -> -1, 4 -> +1");
    assert_eq!(text("1 1:1\n0 2:1").unwrap(), text("1 1:1\n-0 2:1\n").unwrap());
    assert_eq!(text("1 4294967295:1\n2").unwrap().dataset.cols(), 4_294_967_295);
    let stated = read(&b"1\n2 3:1"[..], "f", &ReadOptions { dimension: Some(9) }).unwrap().dataset;
    assert_eq!((stated.cols(), stated.rows(), stated.name), (9, 2, "f".to_owned()));
}

#[test]
fn gzip_is_recognised_by_its_content() {
    let input = b"1 1:1 3:2.5\n2 2:1\n".repeat(20);
    let plain = text(&input).unwrap();
    let zipped = gzip(&input);
    assert_eq!(text(&zipped).unwrap(), plain);
    assert_eq!(text([gzip(&input[..30]), gzip(&input[30..])].concat()).unwrap(), plain);
    assert_eq!(read(BufReader::with_capacity(1, &zipped[..]), "f", &FREE).unwrap(), plain);
    let dir = tempfile::tempdir().unwrap();
    for (file, bytes) in [("a9a.t.gz", &zipped), ("a9a.t", &input), ("plain.gz", &input), ("zipped", &zipped)] {
        std::fs::write(dir.path().join(file), bytes).unwrap();
        let Read { dataset, .. } = read_path(&dir.path().join(file), &FREE).unwrap();
        assert_eq!(dataset.name, file.trim_end_matches(".gz"));
        assert_eq!((dataset.features, dataset.labels), (plain.dataset.features.clone(), plain.dataset.labels.clone()));
    }
    for end in 2..zipped.len() {
        let error = text(&zipped[..end]).unwrap_err();
        assert!(matches!(error, ReadError::Io { .. }), "cut at {end}: {error}");
    }
    let mut corrupt = zipped.clone();
    corrupt[zipped.len() - 8] ^= 1; // The checksum, found wrong after the last line.
    let message = text(&corrupt).unwrap_err().to_string();
    assert_eq!(message, "f:41: cannot read on: corrupt gzip stream does not have a matching checksum");
}

#[test]
fn labels_that_no_file_can_hold_are_not_written() {
    let dataset = |labels| Dataset::new("f", sparse(1, &[&[]]), labels);
    for labels in [vec![f64::NAN], vec![], vec![1.0; 2]] {
        assert_eq!(write(&dataset(labels), Vec::new()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
    let mut out = Vec::new();
    write(&dataset(vec![-2.5e30]), &mut out).unwrap();
    assert_eq!(out, b"-2.5e30\n");
}

/// A row: its class, and for some of 12 columns a value.
fn row() -> impl Strategy<Value = (bool, Vec<Option<f64>>)> {
    let anything = num::f64::POSITIVE | num::f64::NEGATIVE | num::f64::NORMAL | num::f64::SUBNORMAL;
    let value = prop_oneof![anything, (1..99_i32).prop_map(f64::from)];
    (any::<bool>(), collection::vec(proptest::option::of(value), 12))
}

/// Text that is almost a file.
const NEARLY: &str = "([-+]?[0-4]( [0-9]{1,3}:[-+.e#\\PC0-9]{0,3}|[ \t\r\n])*\n?){0,6}";

proptest! {
    #[test]
    fn what_is_written_is_read_back(rows in collection::vec(row(), 0..20), zip in any::<bool>()) {
        let (mut labels, mut held) = (vec![1.0, -1.0], vec![vec![], vec![]]);
        for (class, values) in rows {
            labels.push(if class { 1.0 } else { -1.0 });
            held.push((0..12).zip(values).filter_map(|(k, v)| Some((k, v?))).collect());
        }
        let features = sparse(12, &held.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let dataset = Dataset::new("f", features, labels);
        let mut out = Vec::new();
        write(&dataset, &mut out).unwrap();
        let out = if zip { gzip(&out) } else { out };
        prop_assert_eq!(read(&out[..], "f", &ReadOptions { dimension: Some(12) }).unwrap().dataset, dataset);
    }

    #[test]
    fn no_bytes_panic(bytes in collection::vec(any::<u8>(), 0..200), near in NEARLY) {
        let _ = (text(&bytes), text(&near), text([&[0x1f, 0x8b, 8, 0][..], &bytes].concat()));
        let mut zipped = gzip(near.as_bytes());
        for pair in bytes.chunks_exact(2).take(3) {
            let at = usize::from(pair[0]) % zipped.len();
            zipped[at] = pair[1];
        }
        let _ = text(&zipped);
    }
}

/// (name, d, n, positives, nnz) of the files that `COMRADE_DATA` should hold, as .gz or plain.
const FILES: [(&str, usize, usize, usize, usize); 7] = [
    ("a9a", 123, 32_561, 7_841, 451_592),
    ("a9a.t", 123, 16_281, 3_846, 225_731),
    ("w5a", 300, 9_888, 281, 115_120),
    ("w5a.t", 300, 39_861, 1_198, 464_466),
    ("heart_scale", 13, 270, 120, 3_378),
    ("australian", 14, 690, 307, 7_724),
    ("breast-cancer", 10, 683, 239, 6_830),
];

#[test]
fn real_files_have_their_known_counts() {
    let Some(dir) = std::env::var_os("COMRADE_DATA") else {
        return println!("skipped: COMRADE_DATA does not name the directory of the data sets");
    };
    for (name, dimension, rows, positives, nnz) in FILES {
        let zipped = Path::new(&dir).join(format!("{name}.gz"));
        let path = if zipped.exists() { zipped } else { zipped.with_extension("") };
        let Read { dataset, mapping } = read_path(&path, &ReadOptions { dimension: Some(dimension) }).unwrap();
        let positive = dataset.labels.iter().filter(|&&y| y == 1.0).count();
        let counts = (dataset.cols(), dataset.rows(), positive, dataset.features.nnz());
        assert_eq!((dataset.name.as_str(), counts), (name, (dimension, rows, positives, nnz)));
        assert!(dataset.labels.iter().all(|y| y.abs() == 1.0));
        let free = read_path(&path, &FREE).unwrap().dataset;
        assert_eq!(free.cols(), if name == "a9a.t" { 122 } else { dimension });
        println!("{name}: {mapping}");
    }
}

fn occurring(text: &str, dimension: Option<usize>) -> Result<(Read, Columns), ReadError> {
    Input::new(text.as_bytes(), "f").read_occurring(&ReadOptions { dimension })
}

/// Four rows, and one index of any size: what is held is what occurs.
#[test]
fn one_index_decides_nothing() {
    for far in [6_u64, 200_000_000, 1 << 31, (1 << 31) + 1, 4_294_967_295, 4_294_967_296, 1 << 63, u64::MAX] {
        let rows = format!("1 2:1 5:2\n-1 2:-1 {far}:3\n1 5:0 {far}:1\n-1\n");
        let (Read { dataset, mapping }, columns) = occurring(&rows, None).unwrap();
        assert_eq!((columns.dimension(), columns.held()), (far, Some(&[1, 4, far - 1][..])));
        let rows: [&[(u32, f64)]; 4] = [&[(0, 1.0), (1, 2.0)], &[(0, -1.0), (2, 3.0)], &[(2, 1.0)], &[]];
        assert_eq!((&dataset.features, &dataset.labels), (&sparse(3, &rows), &vec![1.0, -1.0, 1.0, -1.0]));
        assert_eq!((mapping.negative, mapping.positive), (-1.0, 1.0));
    }
    let two = "1 9999999999:1 99999999999:1\n-1 99999:1 9999999999:2\n1 4294967296:1\n";
    let (read, columns) = occurring(two, Some(usize::MAX)).unwrap();
    assert_eq!(columns.held(), Some(&[99_998, 4_294_967_295, 9_999_999_998, 99_999_999_998][..]));
    let rows: [&[(u32, f64)]; 3] = [&[(2, 1.0), (3, 1.0)], &[(0, 1.0), (2, 2.0)], &[(1, 1.0)]];
    assert_eq!((columns.dimension(), read.dataset.features), (u64::MAX, sparse(4, &rows)));
    // All that occurs is all there is.
    let (all, columns) = occurring("1 1:1\n-1 2:2", None).unwrap();
    assert_eq!((columns, all), (Columns::all(2), text("1 1:1\n-1 2:2").unwrap()));
    let says = |rows: &str, d| occurring(rows, d).unwrap_err().to_string();
    let most = "f:1:3: feature index 18446744073709551616 is too large (at most 18446744073709551615)";
    assert_eq!(says("1 18446744073709551616:1", None), most);
    assert_eq!(says("1 5000000000:1", Some(9)), "f:1:3: feature index 5000000000 is above the stated dimension 9");
    assert_eq!(
        says("1 5000000000:1 4999999999:1", None),
        "f:1:16: feature index 4999999999 after 5000000000 (indices must increase)"
    );
}

#[test]
fn rows_for_a_model_need_no_labels_and_no_columns_of_their_own() {
    let columns = Columns::new(1 << 40, vec![0, 4, 1 << 35]).unwrap();
    let read = |rows: &str, classes| Input::new(rows.as_bytes(), "f").read_known(&columns, classes);
    let x = sparse(3, &[&[(0, 1.0), (2, 0.5)], &[(1, 3.0)], &[]]);
    for (first, second, third) in [("", "", "0"), ("7 ", "7 ", "7"), ("1 ", "-1 ", "0.5"), ("", "2 ", "0 # c")] {
        let rows = format!("{first}1:1 3:9 34359738369:.5 99999999999999:1\n{second}5:3 6:0\n{third}\n");
        let Known { dataset, ignored } = read(&rows, None).unwrap();
        assert_eq!((&dataset.features, ignored, dataset.labels), (&x, 2, vec![-1.0; 3]), "{rows}");
    }
    let classes = Some(LabelMapping { negative: 1.0, positive: 2.0 });
    assert_eq!(read("2 1:1\n2 2:1", classes).unwrap().dataset.labels, [1.0, 1.0]);
    assert_eq!(read("2 1:1\n1 5:1", classes).unwrap().dataset.labels, [1.0, -1.0]);
    let says = |rows: &str, classes| read(rows, classes).unwrap_err().to_string();
    assert_eq!(says("2\n0 1:1", classes), "f:2:1: label 0 is neither 1 nor 2, which are the classes of the model");
    assert_eq!(says("1:1", classes), "f:1:1: label \"1:1\" is not a number");
    assert_eq!(says("", None), "f: no rows");
    assert_eq!(says("x 1:1", None), "f:1:1: label \"x\" is not a number");
    assert_eq!(says("0:1", None), "f:1:1: feature index 0 (indices start at 1)");
}

#[test]
fn what_other_programs_packed_is_refused_by_its_name() {
    for (start, format, unpack) in PACKED {
        let message = text([start, b"\x91 something"].concat()).unwrap_err().to_string();
        assert!(message.contains(format) && message.contains(unpack) && !message.contains("byte"), "{message}");
    }
}

#[test]
fn a_line_without_end_takes_no_more_memory_than_a_line_may_have() {
    for byte in [0, b'1', b' '] {
        let source = io::Read::chain(&b"1 1:1\n"[..], io::repeat(byte));
        // Pieces of no round length, which the longest line is no multiple of.
        let message = read(BufReader::with_capacity(10_007, source), "f", &FREE).unwrap_err().to_string();
        assert!(message.starts_with("f:2: the line is longer than 134217728 bytes"), "{message}");
    }
    assert!(ReadError::Endless { file: "f".into(), line: 1 }.to_string().contains(&LONGEST.to_string()));
}

/// Files of 1.8 pieces. Room that doubled would be 1.39 times what there is.
#[test]
fn the_first_piece_of_a_file_says_how_much_room_the_rest_takes() {
    let text = "1 1:2 3:4\n".repeat(11_800);
    let mut rows = Rows::new(None, Labels::Whole, true);
    for _ in 0..2 {
        rows.next_file();
        rows = Input::new(text.as_bytes(), "f").rows(rows).unwrap();
        let held = [
            (rows.labels.len(), rows.labels.capacity()),
            (rows.offsets.len(), rows.offsets.capacity()),
            (rows.indices.len(), rows.indices.capacity()),
            (rows.values.len(), rows.values.capacity()),
        ];
        for (len, room) in held {
            assert!(20 * room <= 21 * len + 100, "room for {room}, of which {len} is taken");
        }
    }
    assert_eq!((rows.labels.len(), rows.indices.len(), rows.values.len()), (23_600, 47_200, 47_200));
}

/// A read that a signal interrupts is tried again.
#[test]
fn an_interrupted_read_is_no_error() {
    struct Interrupted(bool);
    impl io::Read for Interrupted {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            self.0 = !self.0;
            if self.0 { Err(io::ErrorKind::Interrupted.into()) } else { Ok(0) }
        }
    }
    let source = io::Read::chain(&b"1 1:1\n-1 2:1\n"[..], Interrupted(false));
    assert_eq!(read(BufReader::with_capacity(4, source), "f", &FREE).unwrap().dataset.rows(), 2);
}

/// Above 2^53 two whole numbers are one.
#[test]
fn a_label_is_whole_as_far_as_whole_numbers_are_exact() {
    let read = |label: u64| {
        let text = format!("{label} 1:1\n");
        Part::new(&FREE).read(Input::new(text.as_bytes(), "f")).map(|part| part.classes()[0])
    };
    assert_eq!(read(1 << 53).unwrap(), (1_u64 << 53) as f64);
    for label in [(1 << 53) + 2, 1 << 54] {
        assert!(read(label).unwrap_err().to_string().contains("no whole number"), "{label}");
    }
}

/// A zero that a dense matrix stores is not written, as LIBSVM files leave zeros out.
#[test]
fn a_zero_is_not_written() {
    let x = Features::Dense(Dense::new(2, 2, vec![0.0, 2.0, -0.5, 0.0]).unwrap());
    let mut text = Vec::new();
    write(&Dataset::new("zeros", x, vec![1.0, -1.0]), &mut text).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), "+1 2:2\n-1 1:-0.5\n");
}
