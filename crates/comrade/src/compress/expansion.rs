//! f_i, g_i and, where it was asked for, a Hessian in one message: how the answer to [`crate::protocol::Ask::Expansion`]
//! travels.
//!
//! The numbers are, in this order: f_i, g_i (d), and those of the [`Form`]: the lower triangle of H_i row by row,
//! d (d + 1) / 2, or the sketch Y_i column by column, d k.
//!
//! | bytes | content |
//! |---|---|
//! | 5 | tag 6, d |
//! | 8 + 8 d | f_i and g_i, exact |
//! | 4 d + d (d - 1) b / 16 | triangle, b = 8 or 16: s_k = sqrt(H_kk) in single precision; then H_rc / (s_r s_c) for r > c, row by row |
//! | 8 d + 2 d (d - 1) | the same, b = 32: with s_k in double precision |
//! | 4 k + k d b / 8 | sketch, b below 64: the largest magnitude of every column in single precision; then the column over that magnitude |
//! | 4 d (d + 1), or 8 k d | triangle or sketch, b = 64: exact |
//!
//! The last of each, below 64 bits, are numbers x in [-1, 1], sent as whole numbers of b bits in two's complement: floor(q x) or
//! the next one, with mean q x, q = 2^(b-1) - 1. So they are unbiased, of variance at most 1/(4 q^2), and the errors of m workers
//! average out. A Hessian that the wire cannot express is not sent: an entry of the triangle above s_r s_c becomes s_r s_c, a
//! negative one on the diagonal its magnitude.

use super::wire::{self, Reader, WireError, Writer};
use crate::stream::Stream;
use rand::Rng;

/// How many bits an entry of a Hessian has on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Bits {
    /// One byte.
    Eight,
    /// Two bytes.
    #[default]
    Sixteen,
    /// Four bytes.
    ThirtyTwo,
    /// As it is, in double precision.
    SixtyFour,
}

/// A number of bits that is not 8, 16, 32 or 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entry of a Hessian has 8, 16, 32 or 64 bits, not {0}")]
pub struct BadBits(pub u8);

impl TryFrom<u8> for Bits {
    type Error = BadBits;
    fn try_from(bits: u8) -> Result<Self, BadBits> {
        match bits {
            8 => Ok(Self::Eight),
            16 => Ok(Self::Sixteen),
            32 => Ok(Self::ThirtyTwo),
            64 => Ok(Self::SixtyFour),
            other => Err(BadBits(other)),
        }
    }
}

impl From<Bits> for u8 {
    fn from(bits: Bits) -> Self {
        match bits {
            Bits::Eight => 8,
            Bits::Sixteen => 16,
            Bits::ThirtyTwo => 32,
            Bits::SixtyFour => 64,
        }
    }
}

impl Bits {
    /// q: entries are rounded to multiples of 1/q; infinite for exact ones.
    #[must_use]
    pub fn levels(self) -> f64 {
        match self {
            Self::Eight => f64::from(i8::MAX),
            Self::Sixteen => f64::from(i16::MAX),
            Self::ThirtyTwo => f64::from(i32::MAX),
            Self::SixtyFour => f64::INFINITY,
        }
    }

    /// Twice as many bits, up to 64.
    #[must_use]
    pub fn finer(self) -> Self {
        match self {
            Self::Eight => Self::Sixteen,
            Self::Sixteen => Self::ThirtyTwo,
            Self::ThirtyTwo | Self::SixtyFour => Self::SixtyFour,
        }
    }

    fn bytes(self) -> usize {
        usize::from(u8::from(self)) / 8
    }
}

/// Which numbers stand for a Hessian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Form {
    /// The lower triangle of H_i, row by row, d (d + 1) / 2 numbers.
    Triangle {
        /// Of an entry.
        bits: Bits,
    },
    /// Y_i = A_i Omega column by column, d x k, with A_i = H_i less its ridge term, and Omega, d x k with columns that are
    /// orthonormal, or nearly so, drawn from the seed.
    Sketch {
        /// Of an entry.
        bits: Bits,
        /// k, from 1 to d.
        rank: u32,
        /// Names Omega.
        seed: u64,
    },
}

impl Form {
    /// How many numbers the Hessian has in this form, in dimension d.
    #[must_use]
    pub fn numbers(self, d: usize) -> usize {
        match self {
            Self::Triangle { .. } => d * (d + 1) / 2,
            Self::Sketch { rank, .. } => d * rank as usize,
        }
    }

    /// How many bytes these numbers take.
    #[must_use]
    pub fn bytes(self, d: usize) -> usize {
        match self {
            Self::Triangle { bits: Bits::SixtyFour } | Self::Sketch { bits: Bits::SixtyFour, .. } => {
                8 * self.numbers(d)
            }
            Self::Triangle { bits } => scale_bytes(bits) * d + d * d.saturating_sub(1) / 2 * bits.bytes(),
            Self::Sketch { bits, rank, .. } => rank as usize * (4 + d * bits.bytes()),
        }
    }
}

/// How many bytes a scale of a triangle has: its square is a number on the diagonal, and that may not be the coarsest of all.
fn scale_bytes(bits: Bits) -> usize {
    if bits == Bits::ThirtyTwo { 8 } else { 4 }
}

/// How many numbers an answer has.
pub(crate) fn length(d: usize, form: Option<Form>) -> usize {
    1 + d + form.map_or(0, |form| form.numbers(d))
}

fn payload(d: usize, form: Option<Form>) -> usize {
    8 + 8 * d + form.map_or(0, |form| form.bytes(d))
}

/// How many bytes a message has.
pub(super) fn bytes(d: usize, form: Option<Form>) -> usize {
    wire::HEADER + payload(d, form)
}

/// The message of these numbers. One of another length is a message that is refused, and so is one that is not finite.
pub(super) fn encode(v: &[f64], d: usize, form: Option<Form>, stream: &mut Stream) -> Vec<u8> {
    if v.len() != length(d, form) {
        return Writer::new(wire::EXPANSION, v.len(), 0).finish();
    }
    if v.iter().any(|x| !x.is_finite()) {
        return wire::unreadable();
    }
    let mut out = Writer::new(wire::EXPANSION, d, payload(d, form));
    let (exact, hessian) = v.split_at(1 + d);
    exact.iter().for_each(|&x| out.number(x));
    let sent = match form {
        None => Some(()),
        Some(Form::Triangle { bits: Bits::SixtyFour } | Form::Sketch { bits: Bits::SixtyFour, .. }) => {
            hessian.iter().for_each(|&x| out.number(x));
            Some(())
        }
        Some(Form::Triangle { bits }) => triangle(hessian, d, bits, &mut out, stream),
        Some(Form::Sketch { bits, .. }) => columns(hessian, d, bits, &mut out, stream),
    };
    sent.map_or_else(wire::unreadable, |()| out.finish())
}

/// None if a scale overflows.
fn triangle(h: &[f64], d: usize, bits: Bits, out: &mut Writer, stream: &mut Stream) -> Option<()> {
    let exact = (0..d).map(|k| h[start(k) + k].abs().sqrt());
    let scales: Vec<f64> = if scale_bytes(bits) == 8 {
        exact.inspect(|&s| out.number(s)).collect()
    } else {
        exact.map(|s| s as f32).inspect(|s| out.raw(&s.to_le_bytes())).map(f64::from).collect()
    };
    if scales.iter().any(|s| !(s * s).is_finite()) {
        return None;
    }
    for (r, &scale) in scales.iter().enumerate() {
        for (x, &other) in h[start(r)..start(r) + r].iter().zip(&scales) {
            entry(*x, scale * other, bits, out, stream);
        }
    }
    Some(())
}

/// None if a scale overflows single precision.
fn columns(y: &[f64], d: usize, bits: Bits, out: &mut Writer, stream: &mut Stream) -> Option<()> {
    let scale = |column: &[f64]| {
        let largest = super::largest(column);
        let scale = largest as f32;
        if f64::from(scale) < largest { scale.next_up() } else { scale }
    };
    let scales: Vec<f32> = y.chunks(d.max(1)).map(scale).collect();
    if scales.iter().any(|s| s.is_infinite()) {
        return None;
    }
    scales.iter().for_each(|s| out.raw(&s.to_le_bytes()));
    for (column, &scale) in y.chunks(d.max(1)).zip(&scales) {
        column.iter().for_each(|&x| entry(x, f64::from(scale), bits, out, stream));
    }
    Some(())
}

/// Where row r of a lower triangle starts.
pub(crate) fn start(r: usize) -> usize {
    r * (r + 1) / 2
}

/// x / scale in [-1, 1], rounded at random.
fn entry(x: f64, scale: f64, bits: Bits, out: &mut Writer, stream: &mut Stream) {
    let share = if scale > 0.0 { (x / scale).clamp(-1.0, 1.0) } else { 0.0 };
    let exact = bits.levels() * share;
    let below = exact.floor();
    // As many bits of one draw as a fraction has.
    let up = (stream.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let level = (below + f64::from(u8::from(up < exact - below))) as i64;
    out.raw(&level.to_le_bytes()[..bits.bytes()]);
}

/// The numbers of a message.
pub(super) fn decode(bytes: &[u8], d: usize, form: Option<Form>) -> Result<Vec<f64>, WireError> {
    let mut reader = Reader::new(bytes, wire::EXPANSION, d)?;
    reader.payload(payload(d, form))?;
    let mut v = Vec::with_capacity(length(d, form));
    for _ in 0..=d {
        v.push(reader.number()?);
    }
    match form {
        None => {}
        Some(form @ (Form::Triangle { bits: Bits::SixtyFour } | Form::Sketch { bits: Bits::SixtyFour, .. })) => {
            for _ in 0..form.numbers(d) {
                v.push(reader.number()?);
            }
        }
        Some(Form::Triangle { bits }) => {
            let scales = if scale_bytes(bits) == 8 { wide(&mut reader, d)? } else { scales(&mut reader, d)? };
            for (r, &scale) in scales.iter().enumerate() {
                for &other in &scales[..r] {
                    v.push(level(&mut reader, bits)? * (scale * other));
                }
                v.push(scale * scale);
            }
        }
        Some(Form::Sketch { bits, rank, .. }) => {
            for scale in scales(&mut reader, rank as usize)? {
                for _ in 0..d {
                    v.push(level(&mut reader, bits)? * scale);
                }
            }
        }
    }
    Ok(v)
}

/// The scales, which are finite and not negative.
fn scales(reader: &mut Reader<'_>, count: usize) -> Result<Vec<f64>, WireError> {
    let scale = |_| match f32::from_le_bytes(reader.raw()?) {
        s if !s.is_finite() => Err(WireError::NotFinite),
        s if s.is_sign_negative() => Err(WireError::Negative),
        s => Ok(f64::from(s)),
    };
    (0..count).map(scale).collect()
}

/// The same in double precision, whose squares must be finite too.
fn wide(reader: &mut Reader<'_>, count: usize) -> Result<Vec<f64>, WireError> {
    let finite = |s: f64| if (s * s).is_finite() { Ok(s) } else { Err(WireError::NotFinite) };
    (0..count).map(|_| reader.magnitude().and_then(finite)).collect()
}

/// A whole number of at most 32 bits over q; the one below -q is never sent.
fn level(reader: &mut Reader<'_>, bits: Bits) -> Result<f64, WireError> {
    let level = match bits {
        Bits::Eight => f64::from(i8::from_le_bytes(reader.raw()?)),
        Bits::Sixteen => f64::from(i16::from_le_bytes(reader.raw()?)),
        Bits::ThirtyTwo | Bits::SixtyFour => f64::from(i32::from_le_bytes(reader.raw()?)),
    };
    let share = level / bits.levels();
    if share < -1.0 { Err(WireError::NotCanonical) } else { Ok(share) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::test_stream;
    use super::*;
    use proptest::prelude::*;

    const EIGHT: Form = Form::Triangle { bits: Bits::Eight };
    const SIXTEEN: Form = Form::Triangle { bits: Bits::Sixteen };
    const THIRTY_TWO: Form = Form::Triangle { bits: Bits::ThirtyTwo };
    const EXACT: Form = Form::Triangle { bits: Bits::SixtyFour };
    const SKETCH: Form = Form::Sketch { bits: Bits::Eight, rank: 2, seed: 7 };

    const FORMS: [Option<Form>; 8] = [
        None,
        Some(EIGHT),
        Some(SIXTEEN),
        Some(THIRTY_TWO),
        Some(EXACT),
        Some(SKETCH),
        Some(Form::Sketch { bits: Bits::ThirtyTwo, rank: 2, seed: 7 }),
        Some(Form::Sketch { bits: Bits::SixtyFour, rank: 2, seed: 7 }),
    ];

    #[test]
    fn the_layout_is_as_documented() {
        // H = (4 -2; -2 1): scales 2 and 1, and the entry below the diagonal is -1 of them.
        let v = [0.5, 3.0, -4.0, 4.0, -2.0, 1.0];
        let bytes = encode(&v, 2, Some(EIGHT), &mut test_stream(0));
        let exact = [0.5_f64, 3.0, -4.0].map(f64::to_le_bytes).concat();
        let scales = [2.0_f32, 1.0].map(f32::to_le_bytes).concat();
        assert_eq!(bytes, [&[6, 2, 0, 0, 0][..], &exact, &scales, &[0x81]].concat());
        assert_eq!(decode(&bytes, 2, Some(EIGHT)), Ok(v.to_vec()));
        let bytes = encode(&v, 2, Some(SIXTEEN), &mut test_stream(0));
        assert_eq!(bytes[bytes.len() - 2..], (-i16::MAX).to_le_bytes());
        assert_eq!(decode(&bytes, 2, Some(SIXTEEN)), Ok(v.to_vec()));
        let bytes = encode(&v, 2, Some(THIRTY_TWO), &mut test_stream(0));
        let scales = [2.0, 1.0].map(f64::to_le_bytes).concat();
        assert_eq!(bytes, [&[6, 2, 0, 0, 0][..], &exact, &scales, &(-i32::MAX).to_le_bytes()].concat());
        assert_eq!(decode(&bytes, 2, Some(THIRTY_TWO)), Ok(v.to_vec()));
        let bytes = encode(&v, 2, Some(EXACT), &mut test_stream(0));
        assert_eq!(bytes[5..], v.map(f64::to_le_bytes).concat());
        assert_eq!(decode(&bytes, 2, Some(EXACT)), Ok(v.to_vec()));
        // Columns (127, -64) / 127 * 2 and zero.
        let y = [0.5, 3.0, -4.0, 2.0, -128.0 / 127.0, 0.0, 0.0];
        let bytes = encode(&y, 2, Some(SKETCH), &mut test_stream(0));
        assert_eq!(bytes[37..], [127, 0xC0, 0, 0]);
        assert_eq!(decode(&bytes, 2, Some(SKETCH)), Ok(y.to_vec()));
    }

    /// A column's scale is single precision, and never below its largest entry.
    #[test]
    fn a_scale_is_rounded_up() {
        for (largest, scale) in
            [(1.0, 1.0_f32), (1.0 + 2.0_f64.powi(-30), 1.0_f32.next_up()), (1.0 - 2.0_f64.powi(-30), 1.0)]
        {
            let bytes = encode(&[0.0, 0.0, 0.0, 0.5, -largest, 0.0, 0.0], 2, Some(SKETCH), &mut test_stream(0));
            assert_eq!(bytes[29..33], scale.to_le_bytes(), "{largest}");
        }
    }

    #[test]
    fn the_length_is_the_documented_one() {
        for d in [0_usize, 1, 2, 9, 50] {
            for b in [8, 16] {
                let bits = Bits::try_from(b as u8).unwrap();
                let sketch = Form::Sketch { bits, rank: 3, seed: 0 };
                for (form, more) in [
                    (None, 0),
                    (Some(Form::Triangle { bits }), 4 * d + d * d.saturating_sub(1) * b / 16),
                    (Some(sketch), 4 * 3 + 3 * d * b / 8),
                ] {
                    // Nothing is sketched in dimension 0.
                    if d == 0 && form == Some(sketch) {
                        continue;
                    }
                    let v = vec![1.0; length(d, form)];
                    assert_eq!(encode(&v, d, form, &mut test_stream(1)).len(), 5 + 8 + 8 * d + more, "{form:?}");
                    assert_eq!(bytes(d, form), 5 + 8 + 8 * d + more, "{form:?}");
                }
            }
            for (form, more) in [
                (THIRTY_TWO, 8 * d + 2 * d * d.saturating_sub(1)),
                (EXACT, 4 * d * (d + 1)),
                (Form::Sketch { bits: Bits::ThirtyTwo, rank: 3, seed: 0 }, 4 * 3 + 3 * d * 4),
                (Form::Sketch { bits: Bits::SixtyFour, rank: 3, seed: 0 }, 8 * 3 * d),
            ] {
                if d > 0 {
                    let v = vec![1.0; length(d, Some(form))];
                    assert_eq!(encode(&v, d, Some(form), &mut test_stream(1)).len(), 5 + 8 + 8 * d + more, "{form:?}");
                }
            }
        }
        assert!(Bits::try_from(12).is_err());
    }

    #[test]
    fn rounding_is_to_a_neighbour_and_unbiased() {
        // Scales 1 and 2, so that the entry is a share of 2.
        let (x, draws) = (0.7310, 40_000);
        let v = [0.0, 0.0, 0.0, 1.0, x, 4.0];
        for form in [EIGHT, SIXTEEN, THIRTY_TWO] {
            let Form::Triangle { bits } = form else { unreachable!() };
            let mut stream = test_stream(3);
            let (mut sum, unit) = (0.0, 2.0 / bits.levels());
            for _ in 0..draws {
                let got = decode(&encode(&v, 2, Some(form), &mut stream), 2, Some(form)).unwrap()[4];
                assert!((got - x).abs() < unit);
                sum += got;
            }
            let margin = 6.0 * 0.5 * unit / f64::from(draws).sqrt();
            assert!((sum / f64::from(draws) - x).abs() < margin, "{form:?}");
        }
    }

    #[test]
    fn what_no_sender_writes_is_refused() {
        let good = encode(&[0.5, 3.0, -4.0, 4.0, -2.0, 1.0], 2, Some(EIGHT), &mut test_stream(0));
        let refused = |at: usize, bytes: &[u8]| {
            let mut bad = good.clone();
            bad[at..at + bytes.len()].copy_from_slice(bytes);
            decode(&bad, 2, Some(EIGHT)).unwrap_err()
        };
        assert_eq!(refused(0, &[1]), WireError::Tag { expected: 6, found: 1 });
        assert_eq!(refused(1, &[3]), WireError::Dimension { expected: 2, found: 3 });
        assert_eq!(refused(5, &f64::NAN.to_le_bytes()), WireError::NotFinite);
        assert_eq!(refused(29, &f32::INFINITY.to_le_bytes()), WireError::NotFinite);
        assert_eq!(refused(29, &(-1.0_f32).to_le_bytes()), WireError::Negative);
        assert_eq!(refused(37, &[0x80]), WireError::NotCanonical);
        assert!(matches!(decode(&good, 2, Some(SIXTEEN)), Err(WireError::Length { .. })));
        assert!(matches!(decode(&good[..37], 2, Some(EIGHT)), Err(WireError::Length { .. })));
        // Scales in double precision have squares that are finite too: their products are entries of H.
        for (scale, read) in [(1e150, true), (1e160, false), (f64::MAX, false)] {
            let mut wide = encode(&[0.0; 6], 2, Some(THIRTY_TWO), &mut test_stream(0));
            wide[29..37].copy_from_slice(&f64::to_le_bytes(scale));
            assert_eq!(decode(&wide, 2, Some(THIRTY_TWO)).is_ok(), read, "{scale}");
        }
        let of = |v: &[f64]| decode(&encode(v, 2, Some(EIGHT), &mut test_stream(0)), 2, Some(EIGHT));
        assert_eq!(of(&[0.5, f64::NAN, 0.0, 1.0, 0.0, 1.0]), Err(WireError::Unreadable));
        assert_eq!(of(&[0.5, 0.0, 0.0, 1e80, 0.0, 1.0]), Err(WireError::Unreadable));
        assert_eq!(of(&[0.5; 5]), Err(WireError::Dimension { expected: 2, found: 5 }));
    }

    #[test]
    fn what_the_wire_cannot_say_is_brought_into_its_range() {
        let v = [0.0, 0.0, 0.0, -4.0, 9.0, 1.0];
        let got = decode(&encode(&v, 2, Some(EIGHT), &mut test_stream(0)), 2, Some(EIGHT)).unwrap();
        assert_eq!(got[3..], [4.0, 2.0, 1.0]);
        let got = decode(&encode(&[0.0; 6], 2, Some(EIGHT), &mut test_stream(0)), 2, Some(EIGHT)).unwrap();
        assert_eq!(got, [0.0; 6]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_finite(
            form in prop::sample::select(FORMS.to_vec()),
            bytes in prop::collection::vec(any::<u8>(), 0..80),
            good: bool,
        ) {
            let mut bytes = bytes;
            if good {
                let header = [6, 2, 0, 0, 0];
                bytes.resize(5 + payload(2, form), 0x3f);
                bytes[..5].copy_from_slice(&header);
            }
            if let Ok(v) = decode(&bytes, 2, form) {
                prop_assert!(v.len() == length(2, form) && v.iter().all(|x| x.is_finite()));
            }
        }

        #[test]
        fn whatever_is_encoded_decodes_or_was_out_of_range(
            form in prop::sample::select(FORMS.to_vec()),
            v in prop::collection::vec(any::<f64>(), 7),
        ) {
            let v = &v[..length(2, form).min(7)];
            match decode(&encode(v, 2, form, &mut test_stream(0)), 2, form) {
                Ok(got) => prop_assert!(got.iter().all(|x| x.is_finite())),
                Err(error) => prop_assert_eq!(error, WireError::Unreadable),
            }
        }
    }
}
