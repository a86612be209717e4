//! The quick way through a row that follows the grammar, eight bytes at a time.
//!
//! It takes a row only if nothing in it is unusual, and then gives what [`Rows::push`] gives. Everything else, and
//! so every fault, it leaves to that function: a row that it does not take is as if it had not been tried.
//!
//! A number of at most 19 digits is an integer M over a power of ten. Where M <= 2^53 and the power is one that
//! `f64` holds exactly, their quotient is rounded once, so it is the nearest number: what `f64::from_str` gives.

use super::rows::{Rows, is_blank, number};

/// The powers of ten that a quotient may need.
const POWERS: [f64; 20] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19];

impl Rows {
    /// Adds the row that `text` opens with and gives the rest after its line end, if the row is whole and plain.
    pub(super) fn take<'a>(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        let stored = self.values.len();
        let rest = self.take_row(text);
        if rest.is_none() {
            self.indices.truncate(stored);
            self.values.truncate(stored);
        }
        rest
    }

    fn take_row<'a>(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        let limit = self.dimension.map_or(u64::from(u32::MAX), |d| d as u64).min(u64::from(u32::MAX));
        let (label, mut rest) = value(text)?;
        if !self.classes.contains(&label) {
            return None;
        }
        let mut previous = 0;
        loop {
            match rest {
                [b' ' | b'\t', after @ ..] => rest = after,
                [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] => {
                    rest = after;
                    break;
                }
                _ => {
                    let (index, after) = whole(rest)?;
                    let [b':', after @ ..] = after else { return None };
                    if index <= previous || index > limit {
                        return None;
                    }
                    previous = index;
                    let value;
                    (value, rest) = self::value(after)?;
                    if value != 0.0 {
                        self.indices.push((index - 1) as u32);
                        self.values.push(value);
                    }
                }
            }
        }
        self.largest = self.largest.max(previous as u32);
        self.labels.push(label);
        self.offsets.push(self.values.len());
        Some(rest)
    }
}

/// The whole number that `text` opens with, of 1 to 15 digits, and what follows it.
#[inline(always)]
fn whole(text: &[u8]) -> Option<(u64, &[u8])> {
    let (high, count) = digits(text);
    match count {
        1..8 => Some((high, &text[count..])),
        8 => {
            let (low, count) = digits(&text[8..]);
            (count < 8).then(|| (high * 10_u64.pow(count as u32) + low, &text[8 + count..]))
        }
        _ => None,
    }
}

/// The finite number that `text` opens with, and what follows it: a blank or a line end.
#[inline(always)]
fn value(text: &[u8]) -> Option<(f64, &[u8])> {
    match text {
        [digit @ b'0'..=b'9', b' ' | b'\n', ..] => Some((f64::from(digit - b'0'), &text[1..])),
        _ => decimal(text).or_else(|| general(text)),
    }
}

/// A number without an exponent whose digits make an integer of at most 2^53.
#[inline]
fn decimal(text: &[u8]) -> Option<(f64, &[u8])> {
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (mut digits_of, mut count) = digits(rest);
    rest = &rest[count..];
    let mut places = 0;
    if let [b'.', after @ ..] = rest {
        rest = after;
        // At most 8 + 8 digits before the last group, which must keep the sum within 19.
        loop {
            let (group, more) = digits(rest);
            rest = &rest[more..];
            (places, count) = (places + more, count + more);
            if count > 19 {
                return None;
            }
            digits_of = digits_of * 10_u64.pow(more as u32) + group;
            if more < 8 {
                break;
            }
        }
    }
    if count == 0 || digits_of > 1 << 53 || !ends(rest) {
        return None;
    }
    let magnitude = digits_of as f64 / POWERS[places];
    Some((if negative { -magnitude } else { magnitude }, rest))
}

/// Any other number, if it is finite.
#[inline(never)]
fn general(text: &[u8]) -> Option<(f64, &[u8])> {
    let end = text.iter().position(|b| is_blank(b) || matches!(b, b'\r' | b'\n'))?;
    let (token, rest) = text.split_at(end);
    let value = number(token)?;
    (value.is_finite() && ends(rest)).then_some((value, rest))
}

/// Whether a token that stops here is whole.
fn ends(rest: &[u8]) -> bool {
    matches!(rest, [b' ' | b'\t' | b'\n', ..] | [b'\r', b'\n', ..])
}

/// The number that the digits at the start of `text` make, at most eight of them, and how many they are.
#[inline(always)]
fn digits(text: &[u8]) -> (u64, usize) {
    let word = text.first_chunk().map_or_else(|| last_word(text), |bytes| u64::from_le_bytes(*bytes));
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

/// The first eight bytes of a text that has fewer, with zeros for those that are missing.
#[cold]
fn last_word(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..text.len()].copy_from_slice(text);
    u64::from_le_bytes(bytes)
}
