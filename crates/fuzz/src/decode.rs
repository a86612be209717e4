//! The bytes of a message at every decoder, in small and odd dimensions.
//!
//! The first three bytes choose a codec, d, and whether what follows is a message, the rest of one that opens as it should, or
//! numbers to be encoded.

use super::bytes::{Bytes, bits};
use Payload::{Message, Numbers, Rest};
use comrade::compress::{self, Bits, Codec, Compressor, Form, Identity, WireError};
use comrade::stream::{Purpose, Seed, Stream};
use std::sync::LazyLock;

const SPECS: [&str; 14] = [
    "identity",
    "top-k:1",
    "top-k:3",
    "top-k:0.4",
    "random-k:1",
    "random-k:3",
    "random-k:0.4",
    "sign",
    "qsgd:1",
    "qsgd:2",
    "qsgd:7",
    "qsgd:255",
    "qsgd:65536",
    "qsgd:4294967295",
];

const FORMS: [Option<Form>; 13] = {
    const fn triangle(bits: Bits) -> Option<Form> {
        Some(Form::Triangle { bits })
    }
    const fn sketch(bits: Bits, rank: u32) -> Option<Form> {
        Some(Form::Sketch { bits, rank, seed: 7 })
    }
    [
        None,
        triangle(Bits::Eight),
        triangle(Bits::Sixteen),
        triangle(Bits::ThirtyTwo),
        triangle(Bits::SixtyFour),
        sketch(Bits::Eight, 0),
        sketch(Bits::Eight, 1),
        sketch(Bits::Eight, 3),
        sketch(Bits::Sixteen, 2),
        sketch(Bits::ThirtyTwo, 1),
        sketch(Bits::ThirtyTwo, 2),
        sketch(Bits::SixtyFour, 1),
        sketch(Bits::SixtyFour, 5),
    ]
};

const DIMENSIONS: [usize; 18] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 255, 256, 257];

#[derive(Clone, Copy)]
enum Payload {
    Message,
    Rest,
    Numbers,
}

/// Gives `data` to a decoder.
///
/// # Panics
/// If it reads what is no vector of finite numbers, or what it reads does not encode again.
pub fn run(data: &[u8]) {
    static ALL: LazyLock<Vec<Box<dyn Compressor>>> =
        LazyLock::new(|| SPECS.iter().filter_map(|spec| compress::parse(spec).ok()).collect());
    let mut data = Bytes(data);
    let (which, d) = (usize::from(data.byte()) % (SPECS.len() + FORMS.len()), data.one_of(&DIMENSIONS));
    let codec = match which.checked_sub(SPECS.len()) {
        None => Codec::Vector(&*ALL[which]),
        Some(which) => Codec::Expansion { dimension: d, form: FORMS[which] },
    };
    let length = match codec {
        Codec::Vector(_) => d,
        Codec::Expansion { form, .. } => 1 + d + form.map_or(0, |form| form.numbers(d)),
    };
    match data.one_of(&[Message, Rest, Numbers]) {
        Message => decoded(&codec, data.0, length),
        Rest => {
            // As the message of zeros, but for what follows the tag and d, and the count or the levels if there are any.
            let mut message = codec.encode(&vec![0.0; length], &mut stream());
            let counted = matches!(codec, Codec::Vector(codec) if codec.name().contains(':'));
            let open = if counted { 9 } else { 5 };
            message.iter_mut().skip(open).for_each(|byte| *byte = data.byte());
            decoded(&codec, &message, length);
        }
        // In dimension 0 nothing is sketched.
        Numbers if d == 0 && matches!(codec, Codec::Expansion { form: Some(Form::Sketch { .. }), .. }) => {}
        Numbers => {
            let v = data.numbers(length);
            let message = codec.encode(&v, &mut stream());
            match codec.decode(&message, length) {
                Ok(sent) => assert!(sent.len() == length && finite(&sent), "{codec:?} makes {sent:?} of {v:?}"),
                Err(error) => assert_eq!(error, WireError::Unreadable, "{codec:?} of {v:?}"),
            }
        }
    }
}

fn decoded(codec: &Codec<'_>, message: &[u8], length: usize) {
    let Ok(v) = codec.decode(message, length) else { return };
    assert!(v.len() == length && finite(&v), "{codec:?}: {v:?}");
    let exact = Identity.encode(&v, &mut stream());
    assert_eq!(Identity.decode(&exact, length).map(|v| bits(&v)), Ok(bits(&v)));
    let again = codec.encode(&v, &mut stream());
    if is_exact(codec) {
        assert_eq!(again, message, "{codec:?} encodes {v:?} in another way");
    }
    if matches!(codec, Codec::Vector(codec) if codec.name().starts_with("top-k")) {
        // Those that are left out are zeros.
        assert_eq!(codec.decode(&again, length), Ok(v));
    }
}

/// Whether every number travels as it is.
fn is_exact(codec: &Codec<'_>) -> bool {
    match codec {
        Codec::Vector(codec) => codec.name() == "identity",
        Codec::Expansion { form, .. } => form.is_none_or(|form| {
            matches!(form, Form::Triangle { bits: Bits::SixtyFour } | Form::Sketch { bits: Bits::SixtyFour, .. })
        }),
    }
}

fn finite(v: &[f64]) -> bool {
    v.iter().all(|x| x.is_finite())
}

fn stream() -> Stream {
    const FUZZ: Purpose = Purpose::new("fuzz");
    Seed(1).stream(FUZZ, 0, 0)
}
