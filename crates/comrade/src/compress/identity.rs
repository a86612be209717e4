//! No compression: Q(x) = x.
//!
//! rho = 1: the error is zero.
//!
//! | bytes | content |
//! |---|---|
//! | 5 | tag 1, d |
//! | 8 d | the entries |
//!
//! Length 5 + 8 d.

use super::Compressor;
use super::wire::{self, Reader, WireError, Writer};
use crate::stream::Stream;

/// Sends the vector as it is; `identity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity;

impl Compressor for Identity {
    fn encode(&self, v: &[f64], _: &mut Stream) -> Vec<u8> {
        if !v.iter().all(|x| x.is_finite()) {
            return wire::unreadable();
        }
        let mut out = Writer::new(wire::IDENTITY, v.len(), 8 * v.len());
        v.iter().for_each(|&x| out.number(x));
        out.finish()
    }

    fn decode(&self, bytes: &[u8], d: usize) -> Result<Vec<f64>, WireError> {
        let mut reader = Reader::new(bytes, wire::IDENTITY, d)?;
        reader.payload(8 * d)?;
        (0..d).map(|_| reader.number()).collect()
    }

    fn rho(&self, _: usize) -> f64 {
        1.0
    }

    fn name(&self) -> String {
        "identity".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::tests::{first_encoding, same_bits};

    #[test]
    fn the_bytes_are_the_entries() {
        let v = [-0.0, 1e300, 5e-324];
        let bytes = first_encoding(&Identity, &v);
        assert_eq!(bytes[..5], [1, 3, 0, 0, 0]);
        assert_eq!(bytes[5..13], [0, 0, 0, 0, 0, 0, 0, 0x80]);
        same_bits(&Identity.decode(&bytes, 3).unwrap(), &v);
    }

    #[test]
    fn a_number_that_is_not_finite_is_refused() {
        for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let bytes = [&[1, 1, 0, 0, 0], &x.to_le_bytes()[..]].concat();
            assert_eq!(Identity.decode(&bytes, 1), Err(WireError::NotFinite));
        }
    }
}
