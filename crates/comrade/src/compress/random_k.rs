//! k entries at uniformly random places (without replacement), unscaled, and zero elsewhere.
//!
//! rho = k/d in expectation: each entry is left out with probability 1 - k/d, so the expected error is
//! (1 - k/d) ||x||^2, whatever x is. A single draw guarantees nothing.
//!
//! | bytes | content |
//! |---|---|
//! | 5 | tag 3, d |
//! | 4 | k, as a little-endian `u32` |
//! | 8 | the seed of the places, as a little-endian `u64` |
//! | 8 k | the entries kept, in the order in which the places are drawn |
//!
//! Length 17 + 8 k. The places are not sent: sender and receiver draw them from the seed, by the first k steps
//! of a Fisher-Yates shuffle written out here, so that no library's sampler decides what a message means.

use rand::Rng;

use super::Compressor;
use super::top_k::Keep;
use super::wire::{self, Reader, WireError, Writer};
use crate::stream::{Purpose, Seed, Stream};

const PLACES: Purpose = Purpose::new("random-k");

/// Sends random entries; `random-k:<fraction or count>`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomK(pub(super) Keep);

/// The first `k` elements of a random permutation of 0..d. A number below n <= 2^32 is the high word of n times
/// a 64-bit draw, whose bias is below 2^-32.
fn places(seed: u64, k: usize, d: usize) -> Vec<u32> {
    let mut stream = Seed(seed).stream(PLACES, 0, 0);
    let mut places: Vec<u32> = (0..wire::word(d)).collect();
    for i in 0..k.min(places.len()) {
        let left = (places.len() - i) as u128;
        let step = (u128::from(stream.next_u64()) * left) >> 64;
        places.swap(i, i + step as usize);
    }
    places.truncate(k);
    places
}

impl Compressor for RandomK {
    fn encode(&self, v: &[f64], stream: &mut Stream) -> Vec<u8> {
        if !v.iter().all(|x| x.is_finite()) {
            return wire::unreadable();
        }
        let (d, k, seed) = (v.len(), self.0.of(v.len()), stream.next_u64());
        let mut out = Writer::new(wire::RANDOM_K, d, 12 + 8 * k);
        out.raw(&wire::word(k).to_le_bytes());
        out.raw(&seed.to_le_bytes());
        places(seed, k, d).iter().for_each(|&i| out.number(v[i as usize]));
        out.finish()
    }

    fn decode(&self, bytes: &[u8], d: usize) -> Result<Vec<f64>, WireError> {
        let mut reader = Reader::new(bytes, wire::RANDOM_K, d)?;
        let k = self.0.of(d);
        reader.payload(12 + 8 * k)?;
        reader.parameter(wire::word(k))?;
        let seed = u64::from_le_bytes(reader.raw()?);
        let mut v = vec![0.0; d];
        for i in places(seed, k, d) {
            v[i as usize] = reader.number()?;
        }
        Ok(v)
    }

    fn rho(&self, d: usize) -> f64 {
        self.0.share(d)
    }

    fn name(&self) -> String {
        format!("random-k:{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::tests::first_encoding;

    #[test]
    fn the_places_of_a_seed_are_part_of_the_format() {
        assert_eq!(places(1, 5, 20), PINNED);
        let q = RandomK(Keep::Count(5));
        let mut bytes = vec![3, 20, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
        (1..=5).for_each(|x| bytes.extend(f64::from(x).to_le_bytes()));
        let v = q.decode(&bytes, 20).unwrap();
        assert_eq!(PINNED.map(|i| v[i as usize]), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(v.iter().filter(|x| **x == 0.0).count(), 15);
        bytes[5] = 4;
        assert_eq!(q.decode(&bytes, 20), Err(WireError::Parameter { expected: 5, found: 4 }));
    }

    const PINNED: [u32; 5] = [17, 1, 8, 10, 19];

    #[test]
    fn exactly_k_entries_arrive_unchanged() {
        let v: Vec<f64> = (1..=30).map(|i| f64::from(i) * -1e300).collect();
        for k in 1..=30 {
            let q = RandomK(Keep::Count(k));
            let sent = q.decode(&first_encoding(&q, &v), 30).unwrap();
            assert_eq!(sent.iter().filter(|x| **x != 0.0).count(), k);
            assert!(sent.iter().zip(&v).all(|(q, x)| *q == 0.0 || q == x));
        }
    }

    #[test]
    fn every_place_and_every_pair_of_places_is_equally_likely() {
        let (d, k, draws) = (6, 3, 60_000);
        let mut counts = [[0_u32; 6]; 6];
        for seed in 0..draws {
            let kept = places(seed, k, d);
            for &i in &kept {
                kept.iter().for_each(|&j| counts[i as usize][j as usize] += 1);
            }
        }
        for (i, row) in counts.iter().enumerate() {
            for (j, &count) in row.iter().enumerate() {
                let p = if i == j { 0.5 } else { 0.2 };
                let expected = p * draws as f64;
                let margin = 5.0 * (expected * (1.0 - p)).sqrt();
                assert!((f64::from(count) - expected).abs() < margin, "{i} {j}: {count}, not {expected}");
            }
        }
    }
}
