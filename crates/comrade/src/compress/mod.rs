//! Compressors: what a worker does to its vector before sending it, down to the bytes.
//!
//! A compressor Q of parameter rho satisfies E||Q(x) - x||^2 <= (1 - rho) ||x||^2 for every x of dimension d
//! (and Q(0) = 0). [`Compressor::rho`] is what is guaranteed; [`realised_rho`] is what happened.
//!
//! | spec | rho | bytes |
//! |---|---|---|
//! | `identity` | 1 | 5 + 8 d |
//! | `top-k:<k>` | >= k/d | 9 + (w + 8) k, with w = 1, 2 or 4 bytes for an index |
//! | `random-k:<k>` | k/d in expectation | 17 + 8 k |
//! | `sign` | >= 1/d | 13 + ceil(d / 8) |
//! | `qsgd:<q>` | 1/(1 + min(d/q^2, sqrt(d)/q)) in expectation | 17 + ceil((ceil(log2(q + 1)) + 1) d / 8) |
//!
//! where `<k>` is a count (`12`) or a fraction of d (`0.1`, rounded, at least one entry), and `<q>` the number of
//! levels. Whoever decodes assumes nothing of whoever encoded: the bytes of a message are either refused or
//! spell d finite numbers, and nothing is allocated before their length is right. A vector that is not finite
//! is sent as the single byte 0, which every decoder refuses, so that it counts as one of infinite norm.

mod codec;
pub(crate) mod expansion;
mod identity;
mod qsgd;
mod random_k;
mod sign;
mod top_k;
mod wire;

use std::fmt::Debug;

pub use codec::Codec;
pub use expansion::{BadBits, Bits, Form};
pub use identity::Identity;
pub use qsgd::Qsgd;
pub use random_k::RandomK;
pub use sign::Sign;
use thiserror::Error;
pub use top_k::TopK;
pub use wire::WireError;

use crate::kernel::dot;
use crate::spelling::Unknown;
use crate::stream::Stream;
use pulp::Arch;

/// A map from vectors to bytes and back.
pub trait Compressor: Debug + Send + Sync {
    /// Q(v) as bytes on the wire; for a `v` that is not finite, bytes that [`decode`](Self::decode) refuses.
    /// The dimension is at most `u32::MAX`: a longer vector also becomes bytes that are refused.
    fn encode(&self, v: &[f64], stream: &mut Stream) -> Vec<u8>;

    /// The vector of length `d` that the bytes carry. Its entries are finite.
    ///
    /// # Errors
    /// If the bytes are not a message that this compressor writes for some vector of length `d`.
    fn decode(&self, bytes: &[u8], d: usize) -> Result<Vec<f64>, WireError>;

    /// The rho that is guaranteed in dimension `d`, in expectation if the compressor is random; 1 for d = 0.
    fn rho(&self, d: usize) -> f64;

    /// The spec from which [`parse`] makes this compressor.
    fn name(&self) -> String;
}

/// Why a spec names no compressor.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// There is no such kind, or a parameter is missing, or there is one where none belongs.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// What is kept is neither a count nor a fraction.
    #[error("`{0}`: what is kept is a count of at least 1, or a fraction strictly between 0 and 1")]
    Keep(String),
    /// The number of levels is not one.
    #[error("`{0}`: the levels are a whole number from 1 to 4294967295")]
    Levels(String),
}

/// All spellings, with the names of parameters in capitals: K is a count of entries or a fraction of d.
pub const SPELLINGS: [&str; 5] = ["identity", "top-k:K", "random-k:K", "sign", "qsgd:LEVELS"];

/// The compressor that the spec names: `identity`, `top-k:0.1`, `top-k:12`, `random-k:0.1`, `sign`, `qsgd:16`.
///
/// # Errors
/// If the spec names no compressor.
pub fn parse(spec: &str) -> Result<Box<dyn Compressor>, ParseError> {
    let keep = |text| top_k::Keep::parse(text).ok_or_else(|| ParseError::Keep(spec.to_owned()));
    Ok(match spec.split_once(':') {
        None if spec == "identity" => Box::new(Identity),
        None if spec == "sign" => Box::new(Sign),
        Some(("top-k", text)) => Box::new(TopK(keep(text)?)),
        Some(("random-k", text)) => Box::new(RandomK(keep(text)?)),
        Some(("qsgd", text)) => Box::new(Qsgd(text.parse().map_err(|_| ParseError::Levels(spec.to_owned()))?)),
        _ => return Err(Unknown::new("compressor", spec, &SPELLINGS).into()),
    })
}

/// The rho of one compression: 1 - ||q - v||^2 / ||v||^2, at any magnitude. It is 1 for v = q = 0, minus infinity for
/// v = 0 alone, and not a number if an entry is not finite.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn realised_rho(v: &[f64], q: &[f64]) -> f64 {
    assert_eq!(v.len(), q.len(), "a vector and its compression have one length");
    let largest = largest(v).max(largest(q));
    let scale = if largest > 0.0 { largest } else { 1.0 };
    let (error, exact) = q.iter().zip(v).fold((0.0, 0.0), |(error, exact), (q, v)| {
        let (q, v) = (q / scale, v / scale);
        (error + (q - v) * (q - v), exact + v * v)
    });
    if error == 0.0 { 1.0 } else { 1.0 - error / exact }
}

/// The Euclidean norm, without overflow or underflow on the way: infinite only if the norm itself overflows or an
/// entry is infinite, and not a number if an entry is not.
#[must_use]
pub fn norm2(v: &[f64]) -> f64 {
    let squares = Arch::new().dispatch(
        #[inline(always)]
        || dot(v, v),
    );
    if squares.is_nan() || (1e-280..f64::INFINITY).contains(&squares) {
        return squares.sqrt();
    }
    let largest = largest(v);
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    largest * v.iter().fold(0.0, |sum, x| sum + (x / largest) * (x / largest)).sqrt()
}

/// The largest magnitude, 0 for none.
fn largest(v: &[f64]) -> f64 {
    v.iter().fold(0.0, |largest, x| x.abs().max(largest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, Seed};
    use proptest::prelude::*;

    const SPECS: [&str; 13] = [
        "identity",
        "top-k:0.1",
        "top-k:0.5",
        "top-k:1",
        "top-k:12",
        "random-k:0.1",
        "random-k:0.75",
        "random-k:3",
        "sign",
        "qsgd:1",
        "qsgd:5",
        "qsgd:16",
        "qsgd:255",
    ];

    pub(super) fn test_stream(seed: u64) -> Stream {
        const TEST: Purpose = Purpose::new("test");
        Seed(seed).stream(TEST, 0, 0)
    }

    pub(super) fn first_encoding(q: &dyn Compressor, v: &[f64]) -> Vec<u8> {
        q.encode(v, &mut test_stream(0))
    }

    pub(super) fn decoded(q: &dyn Compressor, v: &[f64]) -> Vec<f64> {
        q.decode(&first_encoding(q, v), v.len()).unwrap()
    }

    #[track_caller]
    pub(super) fn same_bits(left: &[f64], right: &[f64]) {
        let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(left), bits(right), "{left:?} {right:?}");
    }

    fn is_random(q: &dyn Compressor) -> bool {
        q.name().starts_with("random-k") || q.name().starts_with("qsgd")
    }

    fn all() -> impl Iterator<Item = Box<dyn Compressor>> {
        SPECS.iter().map(|spec| parse(spec).unwrap())
    }

    /// The contract with this rho, from 4000 draws: the mean of ||Q(v) - v||^2 / ||v||^2 is at most 1 - rho plus six
    /// of its standard errors, which for a deterministic compressor are zero.
    fn contract(q: &dyn Compressor, v: &[f64], rho: f64) -> Result<(), String> {
        let draws = if is_random(q) { 4000 } else { 1 };
        let mut stream = test_stream(17);
        let error = |stream: &mut Stream| 1.0 - realised_rho(v, &q.decode(&q.encode(v, stream), v.len()).unwrap());
        let errors: Vec<f64> = (0..draws).map(|_| error(&mut stream)).collect();
        let mean = errors.iter().sum::<f64>() / f64::from(draws);
        let variance = errors.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / f64::from(draws);
        let margin = 6.0 * (variance / f64::from(draws)).sqrt() + 1e-12;
        let report = || format!("{} in dimension {}: error {mean}, bound {}", q.name(), v.len(), 1.0 - rho);
        if mean <= 1.0 - rho + margin { Ok(()) } else { Err(report()) }
    }

    /// Flat, one entry, decaying, oscillating and heavy-tailed vectors of length `d`, at three scales.
    fn vectors(d: usize) -> Vec<Vec<f64>> {
        let shapes: [&dyn Fn(f64) -> f64; 5] = [
            &|i| if i % 2.0 == 0.0 { 1.0 } else { -1.0 },
            &|i| if i == 0.0 { -1.0 } else { 0.0 },
            &|i| 0.7_f64.powf(i),
            &|i| (i * i + 0.3).sin(),
            &|i| (i * 12.9898 + 1.0).tan().powi(3),
        ];
        let scaled = |scale: f64| shapes.map(|shape| (0..d).map(|i| scale * shape(i as f64)).collect());
        [1.0, 1e290, 1e-290].into_iter().flat_map(scaled).collect()
    }

    #[test]
    fn the_contract_holds() {
        for q in all() {
            for v in [1, 2, 5, 24].into_iter().flat_map(vectors) {
                contract(&*q, &v, q.rho(v.len())).unwrap();
            }
        }
    }

    #[test]
    fn the_contract_would_notice_a_wrong_rho() {
        let flat = vec![-2.0; 400];
        let mut single = vec![0.0; 400];
        single[7] = 3.0;
        for (spec, worst) in [
            ("identity", &single),
            ("top-k:0.1", &flat),
            ("random-k:0.5", &single),
            ("random-k:0.1", &flat),
            ("sign", &single),
            ("qsgd:1", &flat),
        ] {
            let q = parse(spec).unwrap();
            contract(&*q, worst, q.rho(400)).unwrap();
            contract(&*q, worst, 1.2 * q.rho(400)).unwrap_err();
        }
    }

    #[test]
    fn the_guaranteed_rho_is_the_formula() {
        let rho = |spec, d| parse(spec).unwrap().rho(d);
        assert_eq!(rho("identity", 50), 1.0);
        assert_eq!(rho("top-k:0.1", 50), 0.1);
        assert_eq!(rho("random-k:0.001", 50), 0.02);
        assert_eq!(rho("top-k:100", 50), 1.0);
        assert_eq!(rho("sign", 50), 0.02);
        assert_eq!(rho("qsgd:16", 64), 0.8);
        assert_eq!(rho("qsgd:2", 64), 0.2);
        assert!(all().all(|q| q.rho(0) == 1.0));
    }

    #[test]
    fn the_length_is_the_documented_one() {
        for d in [0_usize, 1, 7, 8, 9, 256, 257, 1000] {
            let v: Vec<f64> = (0..d).map(|i| (i as f64).cos()).collect();
            let k = |fraction: f64| ((fraction * d as f64).round() as usize).max(1).min(d);
            let w = if d <= 256 { 1 } else { 2 };
            for (spec, length) in [
                ("identity", 5 + 8 * d),
                ("top-k:0.1", 9 + (w + 8) * k(0.1)),
                ("top-k:12", 9 + (w + 8) * d.min(12)),
                ("random-k:0.75", 17 + 8 * k(0.75)),
                ("sign", 13 + d.div_ceil(8)),
                ("qsgd:1", 17 + (2 * d).div_ceil(8)),
                ("qsgd:15", 17 + (5 * d).div_ceil(8)),
                ("qsgd:16", 17 + (6 * d).div_ceil(8)),
            ] {
                let bytes = first_encoding(&*parse(spec).unwrap(), &v);
                assert_eq!(bytes.len(), length, "{spec} in dimension {d}");
                assert_eq!(bytes.capacity(), length, "room for {spec} in dimension {d}");
            }
        }
    }

    #[test]
    fn no_message_is_longer_than_the_longest() {
        for d in [0, 1, 7, 256, 257, 70_000] {
            let v: Vec<f64> = (0..d).map(|i| f64::from(i).cos()).collect();
            for q in all().chain(["top-k:70000", "qsgd:4294967295"].map(|spec| parse(spec).unwrap())) {
                let (length, longest) = (first_encoding(&*q, &v).len(), Codec::Vector(&*q).longest(v.len()));
                assert!(length <= longest, "{} in dimension {d}: {length} bytes, not {longest} at most", q.name());
            }
        }
    }

    #[test]
    fn names_parse_back_and_what_is_no_name_does_not() {
        for spec in SPECS.into_iter().chain(["top-k:0.001", "random-k:0.30000000000000004", "qsgd:4294967295"]) {
            assert_eq!(parse(spec).unwrap().name(), spec);
        }
        let error = |spec| parse(spec).unwrap_err();
        for spec in ["", "none", "identity:1", "sign:", "top-k", "qsgd", "Top-k:3", " sign"] {
            assert!(matches!(error(spec), ParseError::Unknown(unknown) if unknown.word() == spec), "{spec}");
        }
        assert!(error("top-q:3").to_string().contains("did you mean 'top-k:K'?"));
        for spelling in SPELLINGS {
            assert!(parse(&spelling.replace('K', "3").replace("LEVELS", "4")).is_ok(), "{spelling}");
        }
        for spec in ["top-k:", "top-k:0", "top-k:1.0", "top-k:1.5", "random-k:-0.1", "random-k:NaN", "top-k:0.0"] {
            assert_eq!(error(spec), ParseError::Keep(spec.to_owned()));
        }
        for spec in ["qsgd:0", "qsgd:1.5", "qsgd:-1", "qsgd:4294967296", "qsgd:"] {
            assert_eq!(error(spec), ParseError::Levels(spec.to_owned()));
        }
    }

    #[test]
    fn zero_and_the_empty_vector_stay_what_they_are() {
        for q in all() {
            for d in [0, 1, 9] {
                same_bits(&decoded(&*q, &vec![0.0; d]), &vec![0.0; d]);
                assert!(decoded(&*q, &vec![-0.0; d]).iter().all(|x| *x == 0.0));
            }
        }
    }

    #[test]
    fn a_vector_that_is_not_finite_is_unreadable() {
        for q in all() {
            for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                for v in [vec![bad], vec![1.0, 2.0, bad], vec![bad, f64::NAN, f64::INFINITY]] {
                    let bytes = first_encoding(&*q, &v);
                    assert_eq!(q.decode(&bytes, v.len()), Err(WireError::Unreadable), "{}", q.name());
                }
            }
        }
    }

    #[test]
    fn another_length_dimension_or_compressor_is_refused() {
        let v: Vec<f64> = (1..=9).map(|i| f64::from(i) - 4.5).collect();
        for q in all() {
            let bytes = first_encoding(&*q, &v);
            for cut in 0..bytes.len() {
                assert!(matches!(q.decode(&bytes[..cut], 9), Err(WireError::Length { .. })));
            }
            let longer = [&bytes[..], &[0]].concat();
            assert!(matches!(q.decode(&longer, 9), Err(WireError::Length { .. })));
            for d in [0, 8, 10, usize::MAX] {
                assert!(matches!(q.decode(&bytes, d), Err(WireError::Dimension { .. })));
            }
            let mut huge = bytes.clone();
            huge[1..5].fill(0xFF);
            assert!(matches!(q.decode(&huge, 9), Err(WireError::Dimension { .. })));
            // A message of few entries is a good one in any dimension, and the vector as large as was asked for.
            if q.rho(1 << 20) > 1e-4 || q.name() == "sign" || q.name().starts_with("qsgd") {
                assert!(matches!(q.decode(&huge, u32::MAX as usize), Err(WireError::Length { .. })));
            }
            for other in all().filter(|other| first_encoding(&**other, &v)[..9] != bytes[..9]) {
                assert!(other.decode(&bytes, 9).is_err(), "{} reads {}", other.name(), q.name());
            }
        }
    }

    #[track_caller]
    fn refused_or_finite(q: &dyn Compressor, bytes: &[u8], d: usize) {
        if let Ok(v) = q.decode(bytes, d) {
            assert!(v.len() == d && v.iter().all(|x| x.is_finite()), "{} {bytes:?}", q.name());
        }
    }

    #[test]
    fn every_corrupted_byte_is_refused_or_finite() {
        for v in vectors(9) {
            for q in all() {
                let good = first_encoding(&*q, &v);
                for at in 0..good.len() {
                    for flip in 1..=255 {
                        let mut bytes = good.clone();
                        bytes[at] ^= flip;
                        refused_or_finite(&*q, &bytes, 9);
                    }
                }
            }
        }
    }

    #[test]
    fn norms_neither_overflow_nor_underflow() {
        for scale in [1.0, 1e-320, 1e-200, 1e200, 1e307] {
            let norm = norm2(&[3.0 * scale, -4.0 * scale, 0.0]);
            assert!((norm / (5.0 * scale) - 1.0).abs() < 1e-3_f64.min(1e-15 + 5e-324 / scale), "{norm}");
        }
        assert_eq!(norm2(&[]).to_bits(), 0);
        assert_eq!(norm2(&[-0.0]).to_bits(), 0);
        assert_eq!(norm2(&[5e-324, 0.0]), 5e-324);
        assert_eq!(norm2(&[1.7e308; 4]), f64::INFINITY);
        assert_eq!(norm2(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
        assert!(norm2(&[1e300, f64::NAN]).is_nan());
    }

    #[test]
    fn realised_rho_is_the_formula_at_every_magnitude() {
        for scale in [1.0, 1e-300, 1e308] {
            assert_eq!(realised_rho(&[scale, scale], &[scale, 0.0]), 0.5);
            assert_eq!(realised_rho(&[scale], &[-scale]), -3.0);
            assert_eq!(realised_rho(&[scale; 9], &[scale; 9]), 1.0);
        }
        assert_eq!(realised_rho(&[0.0], &[-0.0]), 1.0);
        assert_eq!(realised_rho(&[], &[]), 1.0);
        assert_eq!(realised_rho(&[0.0], &[1.0]), f64::NEG_INFINITY);
        assert!(realised_rho(&[1.0, f64::NAN], &[1.0, 1.0]).is_nan());
        assert!(realised_rho(&[0.0], &[f64::NAN]).is_nan());
        assert!(realised_rho(&[f64::INFINITY], &[1.0]).is_nan());
    }

    fn spec() -> impl Strategy<Value = Box<dyn Compressor>> {
        prop::sample::select(&SPECS[..]).prop_map(|spec| parse(spec).unwrap())
    }

    /// Entries of every size whose sums of 40 neither overflow nor underflow.
    fn entry() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => -1.0..1.0,
            1 => Just(0.0),
            1 => Just(-0.0),
            1 => (-1.0..1.0, -280_i32..=300).prop_map(|(x, e): (f64, i32)| x * 10_f64.powi(e)),
        ]
    }

    proptest! {
        #[test]
        fn the_contract_always_holds_without_randomness(q in spec(), v in prop::collection::vec(entry(), 1..40)) {
            if !is_random(&*q) {
                prop_assert_eq!(contract(&*q, &v, q.rho(v.len())), Ok(()));
            }
        }

        #[test]
        fn the_same_stream_gives_the_same_bytes(q in spec(), v in prop::collection::vec(entry(), 0..40), seed: u64) {
            prop_assert_eq!(q.encode(&v, &mut test_stream(seed)), q.encode(&v, &mut test_stream(seed)));
        }

        #[test]
        fn whatever_is_encoded_decodes_to_finite_numbers_or_was_not_finite(
            q in spec(),
            v in prop::collection::vec(any::<f64>(), 0..20),
        ) {
            let bytes = first_encoding(&*q, &v);
            match q.decode(&bytes, v.len()) {
                Ok(sent) => prop_assert!(sent.len() == v.len() && sent.iter().all(|x| x.is_finite())),
                Err(error) => {
                    prop_assert_eq!(error, WireError::Unreadable);
                    prop_assert!(v.iter().fold(0.0, |sum, x| sum + x.abs()) >= f64::MAX || v.iter().any(|x| x.is_nan()));
                }
            }
        }

        #[test]
        fn what_was_decoded_encodes_to_the_same_bytes(
            // Exact sums, and magnitudes that differ: what a second rounding or a tie would change is elsewhere.
            q in prop::sample::select(vec!["identity", "top-k:0.5", "top-k:12", "sign"]).prop_map(|s| parse(s).unwrap()),
            v in prop::collection::vec(any::<bool>(), 0..40)
                .prop_map(|signs| (1_u32..).zip(signs).map(|(i, s)| f64::from(i) * if s { -1.0 } else { 1.0 }).collect())
                .prop_map(|v: Vec<f64>| v),
        ) {
            let bytes = first_encoding(&*q, &v);
            let sent = q.decode(&bytes, v.len()).unwrap();
            prop_assert_eq!(first_encoding(&*q, &sent), bytes);
        }

        #[test]
        fn any_bytes_are_refused_or_finite(q in spec(), bytes in prop::collection::vec(any::<u8>(), 0..200), d in 0_usize..40) {
            refused_or_finite(&*q, &bytes, d);
        }

        #[test]
        fn any_payload_of_the_right_length_is_refused_or_finite(
            q in spec(),
            d in 0_usize..40,
            parameter: bool,
            noise in prop::collection::vec(prop_oneof![Just(0_u8), Just(0x7F), Just(0xFF), any::<u8>()], 400),
        ) {
            let mut bytes = first_encoding(&*q, &vec![1.0; d]);
            let from = bytes.len().min(if parameter { 9 } else { 5 });
            let length = bytes.len();
            bytes[from..].copy_from_slice(&noise[from..length]);
            refused_or_finite(&*q, &bytes, d);
        }
    }
}
