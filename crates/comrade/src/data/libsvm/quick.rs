//! The quick way through a row that follows the grammar, eight bytes at a time.
//!
//! It takes a row only if nothing in it is unusual, and then gives what [`Rows::push`] gives. Everything else, and
//! so every fault, it leaves to that function: a row that it does not take is as if it had not been tried.
//!
//! A number of at most 19 digits is an integer M times or over a power of ten. Where M <= 2^53 and the power is at most
//! 10^22, `f64` holds both exactly, so the product or quotient is rounded once: it is what `f64::from_str` gives.

use super::rows::{Rows, is_blank};

/// The powers of ten that `f64` holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The powers of ten by which a group of digits makes the digits before it count for more.
const SHIFTS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

impl Rows {
    /// Adds the row that `text` opens with and gives the rest after its line end, if the row is whole and plain.
    pub(super) fn take<'a>(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        let stored = self.indices.len();
        let rest = self.take_row(text);
        if rest.is_none() {
            self.indices.truncate(stored);
            self.values.truncate(stored);
        }
        rest
    }

    fn take_row<'a>(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        let limit = self.limit();
        let (label, mut rest) = number(text)?;
        if !self.is_known(label) {
            return None;
        }
        let mut previous = 0_u64;
        loop {
            let start = word(rest);
            let (mut index, mut count) = digits(start);
            if count == 0 {
                match rest {
                    [b' ' | b'\t', after @ ..] => rest = after,
                    [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] => {
                        rest = after;
                        break;
                    }
                    _ => return None,
                }
                continue;
            }
            if count == 8 {
                let (low, more) = digits(word(&rest[8..]));
                (index, count) = (index * SHIFTS[more] + low, count + more);
            }
            // Sixteen digits may not be all; none of fewer overflows.
            if index <= previous || index > limit || count == 16 {
                return None;
            }
            previous = index;
            let column = (index - 1) as u32;
            if count <= 5 && (start >> (8 * count)) & 0xff_ffff == COLON_ONE_SPACE {
                self.store(column, 1.0);
                rest = &rest[count + 3..];
                continue;
            }
            let [b':', after @ ..] = &rest[count..] else { return None };
            let value;
            (value, rest) = number(after)?;
            if value != 0.0 {
                self.store(column, value);
            }
        }
        self.largest = self.largest.max(previous);
        self.labels.push(label);
        self.offsets.push(self.indices.len());
        Some(rest)
    }
}

/// `:1 `, the rest of most tokens in data of zeros and ones.
const COLON_ONE_SPACE: u64 = 0x20_31_3a;

/// The finite number that `text` opens with, and what follows it: a blank or a line end.
#[inline(always)]
fn number(text: &[u8]) -> Option<(f64, &[u8])> {
    let (value, rest) = decimal(text).or_else(|| fast_float(text))?;
    ends(rest).then_some((value, rest))
}

/// A number whose digits make an integer of at most 2^53, times or over a power of ten of at most 10^22.
#[inline(always)]
fn decimal(text: &[u8]) -> Option<(f64, &[u8])> {
    let (negative, mut rest) = sign(text);
    let (mut all, mut count) = digits(word(rest));
    rest = &rest[count..];
    let mut places = 0;
    if let [b'.', after @ ..] = rest {
        rest = after;
        loop {
            let (group, more) = digits(word(rest));
            (places, count, rest) = (places + more, count + more, &rest[more..]);
            if count > 19 {
                return None;
            }
            all = all * SHIFTS[more] + group;
            if more < 8 {
                break;
            }
        }
    }
    let mut exponent = -(places as i64);
    if let [b'e' | b'E', after @ ..] = rest {
        let (down, after) = sign(after);
        let (power, more) = digits(word(after));
        if more == 0 {
            return None;
        }
        exponent += if down { -(power as i64) } else { power as i64 };
        rest = &after[more..];
    }
    if count == 0 || all > 1 << 53 || !ends(rest) {
        return None;
    }
    let power = POWERS.get(exponent.unsigned_abs() as usize)?;
    let magnitude = if exponent < 0 { all as f64 / power } else { all as f64 * power };
    Some((f64::from_bits(magnitude.to_bits() | u64::from(negative) << 63), rest))
}

/// Whether a minus sign comes first, and what follows it or a plus sign.
#[inline(always)]
fn sign(text: &[u8]) -> (bool, &[u8]) {
    // Signs are as good as random, so nothing branches on them.
    let first = text.first().copied().unwrap_or_default();
    let negative = first == b'-';
    (negative, &text[usize::from(negative | (first == b'+'))..])
}

/// Any other number, if it is finite.
#[inline(never)]
fn fast_float(text: &[u8]) -> Option<(f64, &[u8])> {
    let (value, length) = fast_float2::parse_partial::<f64, _>(text).ok()?;
    value.is_finite().then_some((value, &text[length..]))
}

/// Whether a token that stops here is whole.
#[inline(always)]
fn ends(rest: &[u8]) -> bool {
    matches!(rest, [b, ..] if is_blank(b) || *b == b'\n') || rest.starts_with(b"\r\n")
}

/// The first eight bytes, the first one lowest; zeros stand for those that are missing.
#[inline(always)]
fn word(text: &[u8]) -> u64 {
    text.first_chunk().map_or_else(|| short_word(text), |bytes| u64::from_le_bytes(*bytes))
}

#[cold]
fn short_word(text: &[u8]) -> u64 {
    text.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// The number that the digits make with which a word opens, and how many they are.
#[inline(always)]
fn digits(word: u64) -> (u64, usize) {
    // A digit becomes its value, anything else more than 9. Carries run away from the first byte that stops.
    let values = word ^ 0x3030_3030_3030_3030;
    let stops = (values | values.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080;
    let count = stops.trailing_zeros() / 8;
    // Zeros go in front, so that there are eight digits; then neighbours are joined to pairs, fours and the eight.
    let eight = values.checked_shl(64 - 8 * count).unwrap_or(0);
    let pairs = eight.wrapping_mul(10).wrapping_add(eight >> 8);
    let (even, odd) = (pairs & 0x0000_00ff_0000_00ff, (pairs >> 16) & 0x0000_00ff_0000_00ff);
    let joined = even.wrapping_mul(100 + (1_000_000 << 32)).wrapping_add(odd.wrapping_mul(1 + (10_000 << 32)));
    (joined >> 32, count as usize)
}

#[cfg(test)]
mod tests {
    use super::super::LabelMapping;
    use super::super::rows::Labels;
    use super::*;

    fn rows() -> Rows {
        Rows::new(None, Labels::Of(LabelMapping { negative: -1.0, positive: 1.0 }), false)
    }

    /// That a row is taken, and not left to the slow way, only this can tell.
    #[test]
    fn plain_rows_are_taken() {
        let none: &[f64] = &[];
        let cases: [(&str, &[u32], &[f64], u64); 10] = [
            ("+1\n", &[], none, 0),
            ("-1 3:1 11:1 4000:1 \n", &[2, 10, 3999], none, 4000),
            ("1 12345:1 123456:1 1234567:1 \r\n", &[12344, 123_455, 1_234_566], none, 1_234_567),
            ("1 12345678:1 123456789:1 1234567890:1\n", &[12_345_677, 123_456_788, 1_234_567_889], none, 1_234_567_890),
            ("1 4294967295:1\n", &[u32::MAX - 1], none, u32::MAX.into()),
            ("-1\t1:1 2:0.5  3:-2e1 \t4:1\n", &[0, 1, 2, 3], &[1.0, 0.5, -20.0, 1.0], 4),
            ("1 2:1.5 4:0\n", &[1], &[1.5], 4),
            ("1 1:11 2:1.\n", &[0, 1], &[11.0, 1.0], 2),
            ("1 1:123456789 2:1e30\n", &[0, 1], &[123_456_789.0, 1e30], 2),
            ("1 1:0.1234567890123456789\n", &[0], &[0.123_456_789_012_345_68], 1),
        ];
        for (text, indices, values, largest) in cases {
            let mut rows = rows();
            let whole = [text, "1 2:3"].concat();
            assert_eq!(rows.take(whole.as_bytes()), Some(&b"1 2:3"[..]), "{text:?}");
            assert_eq!((&rows.indices[..], &rows.values[..], rows.largest), (indices, values, largest), "{text:?}");
            assert_eq!((rows.labels.len(), &rows.offsets[..]), (1, &[0, indices.len()][..]), "{text:?}");
        }
    }

    #[test]
    fn a_row_that_is_left_leaves_nothing_behind() {
        let left = [
            "",
            "1",
            "1 2:1",
            "2 1:1\n",
            "x\n",
            "1x\n",
            "1 x\n",
            "1 2\n",
            "1 2:\n",
            "1 2:x\n",
            "1 2:1x\n",
            "1 2:1:1 \n",
            "1 0:1\n",
            "1 2:1 2:1 \n",
            "1 2:1 1:1 \n",
            "1 3:2 2:2\n",
            "1 4294967296:1\n",
            "1 0000000000000002:1\n",
            "1 00000000000000002:1\n",
            "1 2:nan\n",
            "1 2:inf\n",
            "1 2:1e400\n",
            "1 2:1 # c\n",
            "1 2:1\r",
            "1 2:1\rx\n",
        ];
        for text in left {
            let mut rows = rows();
            assert!(rows.take(b"1 2:2 5:3\n").is_some());
            assert_eq!(rows.take(text.as_bytes()), None, "{text:?}");
            assert_eq!(
                (&rows.indices[..], &rows.values[..], rows.largest),
                (&[1, 4][..], &[2.0, 3.0][..], 5),
                "{text:?}"
            );
            assert_eq!((&rows.labels[..], &rows.offsets[..]), (&[1.0][..], &[0, 2][..]), "{text:?}");
        }
    }

    /// Up to the largest integers and powers that are exact the quick way gives what the standard library does.
    #[test]
    fn numbers_are_those_of_the_standard_library() {
        let quick = [
            "0",
            "-0",
            "+7",
            "-7",
            "42",
            "12345678",
            "1.5",
            ".5",
            "5.",
            "-0.001953125",
            "1e5",
            "1E-3",
            "-1.25e+2",
            "3e0",
            "1e22",
            "1e-22",
            "0.1",
            "0.123456789012",
            "12345678.12345678",
            "9007199.254740992",
            "0.000000000000000012",
        ];
        let slow =
            ["123456789", "1e23", "1e-23", "9007199.254740993", "0.0000000000000000012", "1e300", "-1e-300", "0.1e-22"];
        for (taken, text) in quick.map(|text| (true, text)).into_iter().chain(slow.map(|text| (false, text))) {
            let value: f64 = text.parse().unwrap();
            for end in [" 2:1", "\t", "\n", "\r\n"] {
                let whole = [text, end].concat();
                let bits = |read: Option<(f64, &[u8])>| read.map(|(value, rest)| (value.to_bits(), rest.to_vec()));
                let wanted = Some((value.to_bits(), end.as_bytes().to_vec()));
                assert_eq!(bits(number(whole.as_bytes())), wanted, "{whole:?}");
                assert_eq!(bits(decimal(whole.as_bytes())), wanted.filter(|_| taken), "{whole:?}");
            }
        }
        for text in ["", " ", "-", "+ ", ". ", "e1 ", "1e ", "1e+ ", "1x ", "1", "1.5", "1\r", "1e400 ", "nan ", "--1 "]
        {
            assert!(number(text.as_bytes()).is_none(), "{text:?}");
        }
    }

    #[test]
    fn digits_end_at_whatever_is_none() {
        let read = |text: &[u8]| digits(word(text));
        assert_eq!([&b""[..], b":1", b"0", b"7:1"].map(read), [(0, 0), (0, 0), (0, 1), (7, 1)]);
        assert_eq!([&b"123456789"[..], b"00000012", b"9876543"].map(read), [(12_345_678, 8), (12, 8), (9_876_543, 7)]);
        for byte in (0..=255_u8).filter(|byte| !byte.is_ascii_digit()) {
            assert_eq!(read(&[b'1', b'2', byte, b'3', b'4']), (12, 2), "{byte}");
            assert_eq!(read(&[b'1', b'2', byte, b'3', b'4', b'5', b'6', b'7', b'8']), (12, 2), "{byte}");
        }
    }
}
