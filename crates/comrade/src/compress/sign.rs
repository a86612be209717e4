//! The signs, at one common magnitude: Q(x) = (||x||_1 / d) sign(x), with sign(0) = +1.
//!
//! rho >= 1/d: ||Q(x) - x||^2 = ||x||^2 - ||x||_1^2 / d, and ||x||_1 >= ||x||.
//!
//! | bytes | content |
//! |---|---|
//! | 5 | tag 4, d |
//! | 8 | the scale ||x||_1 / d: finite, sign bit clear |
//! | ceil(d / 8) | one bit for each entry, 1 for negative; all zero where the scale is zero |
//!
//! Length 13 + ceil(d / 8). A vector whose ||x||_1 overflows counts as not finite. Both bounds hold up to
//! rounding; where ||x||_1 / d underflows to zero, Q(x) = 0.

use super::Compressor;
use super::wire::{self, Reader, WireError, Writer};
use crate::stream::Stream;

/// Sends the signs and the mean magnitude; `sign`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign;

impl Compressor for Sign {
    fn encode(&self, v: &[f64], _: &mut Stream) -> Vec<u8> {
        let scale = v.iter().fold(0.0, |sum, x| sum + x.abs()) / v.len().max(1) as f64;
        if !scale.is_finite() {
            return wire::unreadable();
        }
        let mut out = Writer::new(wire::SIGN, v.len(), 8 + wire::packed_len(v.len(), 1));
        out.number(scale);
        v.iter().for_each(|&x| out.bits(u64::from(x < 0.0 && scale > 0.0), 1));
        out.finish()
    }

    fn decode(&self, bytes: &[u8], d: usize) -> Result<Vec<f64>, WireError> {
        let mut reader = Reader::new(bytes, wire::SIGN, d)?;
        reader.payload(8 + wire::packed_len(d, 1))?;
        let scale = reader.magnitude()?;
        let mut v = Vec::with_capacity(d);
        for _ in 0..d {
            match reader.bits(1)? {
                0 => v.push(scale),
                _ if scale > 0.0 => v.push(-scale),
                _ => return Err(WireError::NotCanonical),
            }
        }
        reader.finish()?;
        Ok(v)
    }

    fn rho(&self, d: usize) -> f64 {
        1.0 / d.max(1) as f64
    }

    fn name(&self) -> String {
        "sign".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::tests::{decoded, first_encoding, same_bits};
    use proptest::prelude::*;

    fn message(scale: f64, signs: &[u8]) -> Vec<u8> {
        [&[4, 9, 0, 0, 0], &scale.to_le_bytes()[..], signs].concat()
    }

    #[test]
    fn the_layout_is_as_documented_and_zero_counts_as_positive() {
        let v = [-1.0, 2.0, -0.0, 0.0, -3.0, 0.0, 0.0, 0.0, -3.0];
        let bytes = first_encoding(&Sign, &v);
        assert_eq!(bytes, message(1.0, &[0b1_0001, 1]));
        same_bits(&Sign.decode(&bytes, 9).unwrap(), &[-1.0, 1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0, -1.0]);
    }

    #[test]
    fn bad_scales_and_stray_bits_are_refused() {
        assert!(Sign.decode(&message(0.0, &[0, 0]), 9).is_ok());
        for (scale, signs, error) in [
            (-1.0, [0, 0], WireError::Negative),
            (-0.0, [0, 0], WireError::Negative),
            (f64::INFINITY, [0, 0], WireError::NotFinite),
            (f64::NAN, [0, 0], WireError::NotFinite),
            (1.0, [0, 2], WireError::NotCanonical),
            (0.0, [1, 0], WireError::NotCanonical),
        ] {
            assert_eq!(Sign.decode(&message(scale, &signs), 9), Err(error));
        }
    }

    #[test]
    fn an_overflowing_sum_is_unreadable_and_an_underflowing_mean_is_zero() {
        assert_eq!(first_encoding(&Sign, &[1e308, 1e308]), [0]);
        same_bits(&decoded(&Sign, &[-5e-324, 0.0, 0.0]), &[0.0; 3]);
    }

    proptest! {
        #[test]
        fn the_formula_bit_for_bit(v in prop::collection::vec(-1e6_f64..1e6, 1..70)) {
            let mut sum = 0.0;
            for x in &v {
                sum += x.abs();
            }
            let scale = sum / v.len() as f64;
            let expected: Vec<f64> = v.iter().map(|&x| if x < 0.0 { -scale } else { scale }).collect();
            same_bits(&decoded(&Sign, &v), &expected);
        }
    }
}
