//! What every message shares: the header, exact numbers, packed bits, and a reader that trusts nothing.
//!
//! | bytes | content |
//! |---|---|
//! | 1 | tag: 1 identity, 2 top-k, 3 random-k, 4 sign, 5 qsgd, 6 value, gradient and Hessian; 0 unreadable (and then nothing follows) |
//! | 4 | d, as a little-endian `u32` |
//! | any | the payload of the compressor; its length follows from d and the compressor alone |
//!
//! A number is the eight little-endian bytes of its `f64` bits. Packed fields fill each byte from its lowest
//! bit up, and the bits left over in the last byte are zero. A sender whose vector is not finite sends the
//! one byte 0, which every decoder refuses: its message counts as one of infinite norm.

use thiserror::Error;

pub(super) const UNREADABLE: u8 = 0;
pub(super) const IDENTITY: u8 = 1;
pub(super) const TOP_K: u8 = 2;
pub(super) const RANDOM_K: u8 = 3;
pub(super) const SIGN: u8 = 4;
pub(super) const QSGD: u8 = 5;
pub(super) const EXPANSION: u8 = 6;

pub(super) const HEADER: usize = 5;

/// Why the bytes of a message are not a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// The sender had no finite vector to send.
    #[error("the sender's vector was not finite")]
    Unreadable,
    /// The message is of another kind.
    #[error("the message has tag {found}, not {expected}")]
    Tag {
        /// The tag of the compressor that reads.
        expected: u8,
        /// The tag of the message.
        found: u8,
    },
    /// The message carries a vector of another dimension, or the dimension asked for does not fit the wire.
    #[error("the message has dimension {found}, not {expected}")]
    Dimension {
        /// The dimension asked for.
        expected: usize,
        /// The dimension of the message.
        found: u32,
    },
    /// The message is too short or too long.
    #[error("the message has {found} bytes, not {expected}")]
    Length {
        /// The length that d and the compressor determine (for less than a header: the header's).
        expected: usize,
        /// The length of the message.
        found: usize,
    },
    /// The message was written with another number of kept entries or of levels.
    #[error("the message was written with parameter {found}, not {expected}")]
    Parameter {
        /// What the compressor that reads uses.
        expected: u32,
        /// What the message says.
        found: u32,
    },
    /// An index is not below d, or not above the one before it.
    #[error("the index {0} is out of range or out of order")]
    Index(usize),
    /// A number is infinite or not a number.
    #[error("the message holds a number that is not finite")]
    NotFinite,
    /// A scale or a norm has its sign bit set.
    #[error("the message holds a negative scale")]
    Negative,
    /// A level exceeds the number of levels.
    #[error("the level {0} is above the number of levels")]
    Level(u64),
    /// The message spells a vector in a way that no sender does: padding that is not zero, or a signed zero level.
    #[error("the message has bits set that must be zero")]
    NotCanonical,
}

/// The message of a vector that is not finite.
pub(super) fn unreadable() -> Vec<u8> {
    vec![UNREADABLE]
}

/// The value as a `u32`; one that does not fit becomes the largest, which the reader then refuses.
pub(super) fn word(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// The number of bytes that `count` packed fields of `width` bits fill.
pub(super) fn packed_len(count: usize, width: u32) -> usize {
    (count * width as usize).div_ceil(8)
}

/// Writes a message.
pub(super) struct Writer {
    bytes: Vec<u8>,
    pending: u64,
    filled: u32,
}

impl Writer {
    /// Starts a message for a vector of length `d` whose payload will have `payload` bytes.
    pub(super) fn new(tag: u8, d: usize, payload: usize) -> Self {
        let mut bytes = Vec::with_capacity(HEADER + payload);
        bytes.push(tag);
        bytes.extend_from_slice(&word(d).to_le_bytes());
        Self { bytes, pending: 0, filled: 0 }
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn number(&mut self, x: f64) {
        self.raw(&x.to_le_bytes());
    }

    /// Appends the `width` low bits of `field`; `field` has no others, and `width` is at most 33.
    pub(super) fn bits(&mut self, field: u64, width: u32) {
        self.pending |= field << self.filled;
        self.filled += width;
        while self.filled >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.filled -= 8;
        }
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.filled > 0 {
            self.bytes.push(self.pending as u8);
        }
        self.bytes
    }
}

/// Reads a message, and refuses what a [`Writer`] would not have written.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    pending: u64,
    filled: u32,
}

impl<'a> Reader<'a> {
    /// Checks the tag and d. After this, d fits a `u32`.
    pub(super) fn new(bytes: &'a [u8], tag: u8, d: usize) -> Result<Self, WireError> {
        match bytes.first() {
            Some(&found) if found == tag => {}
            Some(&UNREADABLE) => return Err(WireError::Unreadable),
            Some(&found) => return Err(WireError::Tag { expected: tag, found }),
            None => return Err(WireError::Length { expected: HEADER, found: 0 }),
        }
        let mut reader = Self { rest: &bytes[1..], pending: 0, filled: 0 };
        let found = reader.word().map_err(|_| WireError::Length { expected: HEADER, found: bytes.len() })?;
        if u32::try_from(d) == Ok(found) { Ok(reader) } else { Err(WireError::Dimension { expected: d, found }) }
    }

    /// Checks that exactly `payload` bytes follow the header: to be called before anything is allocated.
    pub(super) fn payload(&self, payload: usize) -> Result<(), WireError> {
        if self.rest.len() == payload {
            Ok(())
        } else {
            Err(WireError::Length { expected: HEADER + payload, found: HEADER + self.rest.len() })
        }
    }

    pub(super) fn raw<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let short = WireError::Length { expected: N, found: self.rest.len() };
        let (head, rest) = self.rest.split_first_chunk().ok_or(short)?;
        self.rest = rest;
        Ok(*head)
    }

    fn word(&mut self) -> Result<u32, WireError> {
        self.raw().map(u32::from_le_bytes)
    }

    pub(super) fn parameter(&mut self, expected: u32) -> Result<(), WireError> {
        let found = self.word()?;
        if found == expected { Ok(()) } else { Err(WireError::Parameter { expected, found }) }
    }

    pub(super) fn number(&mut self) -> Result<f64, WireError> {
        let x = f64::from_le_bytes(self.raw()?);
        if x.is_finite() { Ok(x) } else { Err(WireError::NotFinite) }
    }

    /// A number whose sign bit is clear.
    pub(super) fn magnitude(&mut self) -> Result<f64, WireError> {
        let x = self.number()?;
        if x.is_sign_positive() { Ok(x) } else { Err(WireError::Negative) }
    }

    /// The next field of `width` bits, at most 33.
    pub(super) fn bits(&mut self, width: u32) -> Result<u64, WireError> {
        while self.filled < width {
            let [byte] = self.raw()?;
            self.pending |= u64::from(byte) << self.filled;
            self.filled += 8;
        }
        let field = self.pending & ((1 << width) - 1);
        self.pending >>= width;
        self.filled -= width;
        Ok(field)
    }

    /// Checks that the bits left over are zero.
    pub(super) fn finish(self) -> Result<(), WireError> {
        if self.pending == 0 { Ok(()) } else { Err(WireError::NotCanonical) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_fields_come_back_at_every_width() {
        for width in 1..=33 {
            let fields: Vec<u64> = (0..37_u64).map(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - width)).collect();
            let mut writer = Writer::new(SIGN, 37, 0);
            fields.iter().for_each(|&field| writer.bits(field, width));
            let bytes = writer.finish();
            assert_eq!(bytes.len(), HEADER + packed_len(37, width));
            let mut reader = Reader::new(&bytes, SIGN, 37).unwrap();
            fields.iter().for_each(|&field| assert_eq!(reader.bits(width), Ok(field)));
            assert_eq!(reader.finish(), Ok(()));
        }
    }

    #[test]
    fn the_header_is_checked_before_anything_else() {
        let open = |bytes: &[u8], d| Reader::new(bytes, SIGN, d).map(|_| ());
        assert_eq!(open(&[4, 2, 1, 0, 0], 258), Ok(()));
        assert_eq!(open(&[0], 258), Err(WireError::Unreadable));
        assert_eq!(open(&[5, 2, 1, 0, 0], 258), Err(WireError::Tag { expected: 4, found: 5 }));
        assert_eq!(open(&[4, 2, 1, 0, 0], 257), Err(WireError::Dimension { expected: 257, found: 258 }));
        assert_eq!(open(&[], 258), Err(WireError::Length { expected: 5, found: 0 }));
        assert_eq!(open(&[4, 2, 1, 0], 258), Err(WireError::Length { expected: 5, found: 4 }));
        let beyond = 1 << 32;
        for found in [0, u32::MAX] {
            let header = [&[4], &found.to_le_bytes()[..]].concat();
            assert_eq!(open(&header, beyond), Err(WireError::Dimension { expected: beyond, found }));
        }
    }
}
