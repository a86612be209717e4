//! Which encoding the answers to a question have.

use super::expansion::{self, Form};
use super::{Compressor, WireError};
use crate::stream::Stream;

/// How the numbers of an answer travel, both ways.
#[derive(Clone, Copy, Debug)]
pub enum Codec<'a> {
    /// As one vector, by a compressor.
    Vector(&'a dyn Compressor),
    /// As value, gradient and, in some form, a Hessian.
    Expansion {
        /// d.
        dimension: usize,
        /// None if no Hessian was asked for.
        form: Option<Form>,
    },
}

impl Codec<'_> {
    /// The numbers on the wire; for numbers that are not finite or not as many as they should be, bytes that
    /// [`decode`](Self::decode) refuses.
    #[must_use]
    pub fn encode(&self, v: &[f64], stream: &mut Stream) -> Vec<u8> {
        match *self {
            Self::Vector(compressor) => compressor.encode(v, stream),
            Self::Expansion { dimension, form } => expansion::encode(v, dimension, form, stream),
        }
    }

    /// The most bytes that a message of `length` numbers has: of a vector, whatever the compressor.
    #[must_use]
    pub fn longest(&self, length: usize) -> usize {
        match *self {
            // Top-k spends the most on an entry: up to 4 bytes for its index, and 8 for the number.
            Self::Vector(_) => 17 + 12 * length,
            Self::Expansion { dimension, form } => expansion::bytes(dimension, form),
        }
    }

    /// The `length` numbers that the bytes carry; they are finite.
    ///
    /// # Errors
    /// If the bytes are no message of this encoding.
    pub fn decode(&self, bytes: &[u8], length: usize) -> Result<Vec<f64>, WireError> {
        match *self {
            Self::Vector(compressor) => compressor.decode(bytes, length),
            Self::Expansion { dimension, form } => expansion::decode(bytes, dimension, form),
        }
    }
}
