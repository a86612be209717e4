//! Stochastic rounding to q levels: with a_i = q |x_i| / ||x||, the level xi_i is floor(a_i) or floor(a_i) + 1, with
//! mean a_i; Q0(x)_i = ||x|| sign(x_i) xi_i / q is unbiased; and Q = Q0 / (1 + omega), with
//! omega = min(d/q^2, sqrt(d)/q).
//!
//! rho = 1/(1 + omega) in expectation: a level has variance at most min(1, a_i), and the a_i sum to at most
//! q sqrt(d), so E||Q0 - x||^2 <= omega ||x||^2, and then
//! E||Q - x||^2 = (E||Q0 - x||^2 + omega^2 ||x||^2) / (1 + omega)^2 <= omega/(1 + omega) ||x||^2.
//!
//! | bytes | content |
//! |---|---|
//! | 5 | tag 5, d |
//! | 4 | q, as a little-endian `u32` |
//! | 8 | the norm: finite, sign bit clear |
//! | ceil((b + 1) d / 8) | for each entry its level, in b = ceil(log2(q + 1)) bits, then its sign, 1 for negative |
//!
//! Length 17 + ceil((b + 1) d / 8). The sign of a level 0 is 0, and where the norm is zero so are all levels. A
//! vector whose norm overflows counts as not finite.

use std::num::NonZeroU32;

use rand::Rng;

use super::wire::{self, Reader, WireError, Writer};
use super::{Compressor, norm2};
use crate::stream::Stream;

/// Sends the norm and randomly rounded levels; `qsgd:<levels>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Qsgd(pub(super) NonZeroU32);

impl Qsgd {
    fn levels(self) -> f64 {
        f64::from(self.0.get())
    }

    fn omega(self, d: usize) -> f64 {
        let (d, q) = (d as f64, self.levels());
        (d / (q * q)).min(d.sqrt() / q)
    }

    /// b, the number of bits of a level.
    fn width(self) -> u32 {
        u32::BITS - self.0.leading_zeros()
    }
}

/// A uniform number in [0, 1), from the high 53 bits of one draw.
fn uniform(stream: &mut Stream) -> f64 {
    (stream.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

impl Compressor for Qsgd {
    fn encode(&self, v: &[f64], stream: &mut Stream) -> Vec<u8> {
        let norm = norm2(v);
        if !norm.is_finite() {
            return wire::unreadable();
        }
        let b = self.width();
        let mut out = Writer::new(wire::QSGD, v.len(), 12 + wire::packed_len(v.len(), b + 1));
        out.raw(&self.0.get().to_le_bytes());
        out.number(norm);
        for &x in v {
            let a = if norm > 0.0 { self.levels() * (x.abs() / norm) } else { 0.0 };
            let up = uniform(stream) < a.fract();
            let level = (a as u64 + u64::from(up)).min(u64::from(self.0.get()));
            out.bits(level | (u64::from(x < 0.0 && level > 0) << b), b + 1);
        }
        out.finish()
    }

    fn decode(&self, bytes: &[u8], d: usize) -> Result<Vec<f64>, WireError> {
        let mut reader = Reader::new(bytes, wire::QSGD, d)?;
        let b = self.width();
        reader.payload(12 + wire::packed_len(d, b + 1))?;
        reader.parameter(self.0.get())?;
        let norm = reader.magnitude()?;
        let whole = self.levels() * (1.0 + self.omega(d));
        let mut v = Vec::with_capacity(d);
        for _ in 0..d {
            let field = reader.bits(b + 1)?;
            let (level, negative) = (field & ((1 << b) - 1), field >> b == 1);
            if level > u64::from(self.0.get()) {
                return Err(WireError::Level(level));
            }
            if (negative && level == 0) || (norm == 0.0 && level > 0) {
                return Err(WireError::NotCanonical);
            }
            let x = norm * (level as f64 / whole);
            v.push(if negative { -x } else { x });
        }
        reader.finish()?;
        Ok(v)
    }

    fn rho(&self, d: usize) -> f64 {
        1.0 / (1.0 + self.omega(d))
    }

    fn name(&self) -> String {
        format!("qsgd:{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::tests::{first_encoding, test_stream};

    fn qsgd(levels: u32) -> Qsgd {
        Qsgd(NonZeroU32::new(levels).unwrap())
    }

    fn message(norm: f64, fields: &[u8]) -> Vec<u8> {
        [&[5, 2, 0, 0, 0, 5, 0, 0, 0], &norm.to_le_bytes()[..], fields].concat()
    }

    #[test]
    fn the_layout_is_as_documented() {
        // 3/5 and 4/5 of five levels: nothing to round. omega = min(2/25, sqrt(2)/5) = 0.08.
        let bytes = first_encoding(&qsgd(5), &[3.0, -4.0]);
        assert_eq!(bytes, message(5.0, &[0b1100_0011]));
        let got = qsgd(5).decode(&bytes, 2).unwrap();
        assert!(got.iter().zip([3.0, -4.0]).all(|(q, x)| (q * 1.08 - x).abs() < 1e-15 * 4.0));
    }

    #[test]
    fn what_no_sender_writes_is_refused() {
        for (norm, fields, error) in [
            (5.0, 0b0000_0110, WireError::Level(6)),
            (5.0, 0b0000_1000, WireError::NotCanonical),
            (0.0, 0b0000_0001, WireError::NotCanonical),
            (-0.0, 0, WireError::Negative),
            (f64::INFINITY, 0, WireError::NotFinite),
        ] {
            assert_eq!(qsgd(5).decode(&message(norm, &[fields]), 2), Err(error));
        }
        let mut padded = message(5.0, &[0, 0b10_0000]);
        padded[1] = 3;
        assert_eq!(qsgd(5).decode(&padded, 3), Err(WireError::NotCanonical));
        let other = message(5.0, &[0]);
        assert_eq!(qsgd(6).decode(&other, 2), Err(WireError::Parameter { expected: 6, found: 5 }));
    }

    #[test]
    fn levels_are_neighbours_of_the_exact_value_and_unbiased() {
        let v: [f64; 7] = [0.3, -1.7, 0.0, 2.2, -0.01, 5.0, -0.9];
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        for q in [1, 4, 16, 1000] {
            let omega = (7.0 / f64::from(q * q)).min(7.0_f64.sqrt() / f64::from(q));
            let (draws, mut sum) = (20_000, [0.0; 7]);
            let mut stream = test_stream(u64::from(q));
            for _ in 0..draws {
                let got = qsgd(q).decode(&qsgd(q).encode(&v, &mut stream), 7).unwrap();
                for ((x, y), sum) in v.iter().zip(got).zip(&mut sum) {
                    let unbiased = y * (1.0 + omega);
                    let level = unbiased / norm * f64::from(q);
                    assert!((level - level.round()).abs() < 1e-9);
                    assert!((level - x / norm * f64::from(q)).abs() < 1.0);
                    *sum += unbiased;
                }
            }
            // A level has standard deviation at most one half.
            let margin = 5.0 * 0.5 * norm / f64::from(q) / f64::from(draws).sqrt();
            for (x, sum) in v.iter().zip(sum) {
                assert!((sum / f64::from(draws) - x).abs() < margin, "{q}: {sum} {x}");
            }
        }
    }

    #[test]
    fn the_largest_number_of_levels_fits() {
        let v = [1e300, -1e-300, 5e-324, -2e300];
        let got = qsgd(u32::MAX).decode(&first_encoding(&qsgd(u32::MAX), &v), 4).unwrap();
        assert!(got.iter().zip(&v).all(|(q, x)| (q - x).abs() <= 1e-9 * 2e300));
        assert_eq!(first_encoding(&qsgd(3), &[1.7e308; 4]), [0]);
    }
}
