//! The reader compared with the reference on random text.

use super::reference::compare;
use proptest::{collection, prelude::*, sample};

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
        prop_assert_eq!(compare(&text, dimension, step), Ok(()));
        // The same without the last line end.
        prop_assert_eq!(compare(text.strip_suffix(b"\n").unwrap_or(&text), dimension, step), Ok(()));
    }

    #[test]
    fn single_numbers_are_the_plain_ones(value in number(), index in "[0-9]{1,20}") {
        for text in [
            format!("1 {index}:{value}\n-1 2:{value} 3:1 4:-{value}\n"),
            format!("1\n-1\n1 2:{value} 3:1 4:-{value} {index}:1\n{value}"),
        ] {
            prop_assert_eq!(compare(text.as_bytes(), None, 1 << 16), Ok(()));
        }
    }
}
