//! Named random streams: one seed, and one ChaCha stream per (purpose, worker, round).
//!
//! The key of the generator *is* the name, so two different names never share a stream, and adding a draw
//! in one place moves nothing elsewhere. The order in which workers are served cannot change a number.

use rand::{Rng, SeedableRng};

/// A random stream. ChaCha with twelve rounds, whose output is fixed by its specification.
pub type Stream = rand_chacha::ChaCha12Rng;

/// What a stream is for: at most eight ASCII characters, checked at compile time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose(u64);

impl Purpose {
    /// Names a purpose. Use in a `const`, so that a name that is too long does not compile.
    ///
    /// # Panics
    /// If the name is empty, longer than eight bytes, or not ASCII.
    #[must_use]
    pub const fn new(name: &str) -> Self {
        let bytes = name.as_bytes();
        assert!(!bytes.is_empty() && bytes.len() <= 8, "a purpose has one to eight characters");
        let mut packed = 0_u64;
        let mut i = 0;
        while i < bytes.len() {
            assert!(bytes[i].is_ascii() && bytes[i] != 0, "a purpose is ASCII");
            packed |= (bytes[i] as u64) << (8 * i);
            i += 1;
        }
        Self(packed)
    }
}

/// The seed of a run, from which every stream is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl Seed {
    /// The stream of this purpose, for this worker, in this round (0 where one of them has no meaning).
    #[must_use]
    pub fn stream(self, purpose: Purpose, worker: usize, round: u64) -> Stream {
        let mut key = [0_u8; 32];
        for (chunk, word) in key.chunks_exact_mut(8).zip([self.0, purpose.0, worker as u64, round]) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        Stream::from_seed(key)
    }

    /// The seed of the run with this number among many for the same purpose.
    #[must_use]
    pub fn child(self, purpose: Purpose, number: u64) -> Self {
        Self(self.stream(purpose, 0, number).next_u64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARD: Purpose = Purpose::new("shard");
    const ATTACK: Purpose = Purpose::new("attack");

    #[test]
    fn every_part_of_the_name_matters_and_the_same_name_gives_the_same_numbers() {
        let first = |seed, purpose, worker, round| Seed(seed).stream(purpose, worker, round).next_u64();
        let here = first(1, SHARD, 2, 3);
        assert_eq!(here, first(1, SHARD, 2, 3));
        for other in [first(2, SHARD, 2, 3), first(1, ATTACK, 2, 3), first(1, SHARD, 3, 3), first(1, SHARD, 2, 4)] {
            assert_ne!(here, other);
        }
    }
}
