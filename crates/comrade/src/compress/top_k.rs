//! The k entries of largest magnitude, unscaled, and zero elsewhere; of equal magnitudes the lower index is kept.
//!
//! rho >= k/d: the d - k entries left out are the smallest, so their mean square is at most that of all d,
//! and their sum of squares at most (d-k)/d of the whole.
//!
//! | bytes | content |
//! |---|---|
//! | 5 | tag 2, d |
//! | 4 | k, as a little-endian `u32` |
//! | w k | the indices kept, strictly increasing, in w little-endian bytes each |
//! | 8 k | the entries kept, in the same order |
//!
//! Length 9 + (w + 8) k, where w is 1 for d <= 2^8, 2 for d <= 2^16, and 4 otherwise.

use std::fmt::{self, Display};

use super::Compressor;
use super::wire::{self, Reader, WireError, Writer};
use crate::stream::Stream;

/// How many entries are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Keep {
    /// This fraction of d, strictly between 0 and 1.
    Fraction(f64),
    /// This many, at least one.
    Count(usize),
}

impl Keep {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(count) => (count >= 1).then_some(Self::Count(count)),
            Err(_) => text.parse().ok().filter(|f| 0.0 < *f && *f < 1.0).map(Self::Fraction),
        }
    }

    /// k: at least one, at most d.
    pub(super) fn of(self, d: usize) -> usize {
        let k = match self {
            Self::Fraction(f) => (f * d as f64).round() as usize,
            Self::Count(count) => count,
        };
        k.max(1).min(d)
    }

    /// k/d, and 1 for d = 0.
    pub(super) fn share(self, d: usize) -> f64 {
        if d == 0 { 1.0 } else { self.of(d) as f64 / d as f64 }
    }
}

impl Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fraction(fraction) => fraction.fmt(f),
            Self::Count(count) => count.fmt(f),
        }
    }
}

/// Sends the entries of largest magnitude; `top-k:<fraction or count>`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopK(pub(super) Keep);

fn index_width(d: usize) -> usize {
    match d {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

impl Compressor for TopK {
    fn encode(&self, v: &[f64], _: &mut Stream) -> Vec<u8> {
        if !v.iter().all(|x| x.is_finite()) {
            return wire::unreadable();
        }
        let (d, k, width) = (v.len(), self.0.of(v.len()), index_width(v.len()));
        let mut kept: Vec<usize> = (0..d).collect();
        if k < d {
            kept.select_nth_unstable_by(k, |&i, &j| v[j].abs().total_cmp(&v[i].abs()).then(i.cmp(&j)));
            kept.truncate(k);
            kept.sort_unstable();
        }
        let mut out = Writer::new(wire::TOP_K, d, 4 + (width + 8) * k);
        out.raw(&wire::word(k).to_le_bytes());
        kept.iter().for_each(|&i| out.raw(&wire::word(i).to_le_bytes()[..width]));
        kept.iter().for_each(|&i| out.number(v[i]));
        out.finish()
    }

    fn decode(&self, bytes: &[u8], d: usize) -> Result<Vec<f64>, WireError> {
        let mut reader = Reader::new(bytes, wire::TOP_K, d)?;
        let (k, width) = (self.0.of(d), index_width(d));
        reader.payload(4 + (width + 8) * k)?;
        reader.parameter(wire::word(k))?;
        let mut kept = Vec::with_capacity(k);
        let mut lowest = 0;
        for _ in 0..k {
            let i = reader.bits(8 * width as u32)? as usize;
            if !(lowest..d).contains(&i) {
                return Err(WireError::Index(i));
            }
            lowest = i + 1;
            kept.push(i);
        }
        let mut v = vec![0.0; d];
        for i in kept {
            v[i] = reader.number()?;
        }
        Ok(v)
    }

    fn rho(&self, d: usize) -> f64 {
        self.0.share(d)
    }

    fn name(&self) -> String {
        format!("top-k:{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::tests::{decoded, first_encoding, same_bits};
    use proptest::prelude::*;

    #[test]
    fn the_layout_is_as_documented_and_ties_go_to_the_lower_index() {
        let q = TopK(Keep::Count(2));
        let bytes = first_encoding(&q, &[1.0, -2.0, 0.5, 2.0, -2.0]);
        let entry = |x: f64| x.to_le_bytes();
        assert_eq!(bytes, [&[2, 5, 0, 0, 0, 2, 0, 0, 0, 1, 3], &entry(-2.0)[..], &entry(2.0)].concat());
        same_bits(&q.decode(&bytes, 5).unwrap(), &[0.0, -2.0, 0.0, 2.0, 0.0]);
    }

    #[test]
    fn indices_take_the_narrowest_width() {
        for (d, width) in [(1, 1), (256, 1), (257, 2), (65_536, 2), (65_537, 4)] {
            let mut v = vec![0.0; d];
            v[d - 1] = -3.0;
            let q = TopK(Keep::Count(1));
            assert_eq!(first_encoding(&q, &v).len(), 9 + 8 + width);
            same_bits(&decoded(&q, &v), &v);
        }
    }

    #[test]
    fn bad_indices_and_counts_are_refused() {
        let message = |k: u8, indices: &[u8]| [&[2, 3, 0, 0, 0, k, 0, 0, 0], indices, &[0; 16]].concat();
        let decode = |bytes: Vec<u8>| TopK(Keep::Count(2)).decode(&bytes, 3);
        assert_eq!(decode(message(2, &[0, 2])), Ok(vec![0.0; 3]));
        for (indices, bad) in [([0, 3], 3), ([1, 1], 1), ([2, 0], 0), ([255, 0], 255)] {
            assert_eq!(decode(message(2, &indices)), Err(WireError::Index(bad)));
        }
        assert_eq!(decode(message(1, &[0, 2])), Err(WireError::Parameter { expected: 2, found: 1 }));
        assert_eq!(decode(message(2, &[0, 1, 2])), Err(WireError::Length { expected: 27, found: 28 }));
    }

    proptest! {
        #[test]
        fn an_entry_is_kept_exactly_when_fewer_than_k_come_before_it(
            v in prop::collection::vec(prop_oneof![-3_i32..=3, -100..=100].prop_map(|x| f64::from(x) / 4.0), 0..40),
            k in 1_usize..50,
        ) {
            let before = |i: usize, j: usize| v[i].abs() > v[j].abs() || (v[i].abs() == v[j].abs() && i < j);
            let rank = |j: usize| (0..v.len()).filter(|&i| before(i, j)).count();
            let expected: Vec<f64> = (0..v.len()).map(|j| if rank(j) < k { v[j] } else { 0.0 }).collect();
            same_bits(&decoded(&TopK(Keep::Count(k)), &v), &expected);
        }
    }
}
