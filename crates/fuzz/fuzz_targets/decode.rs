//! See `src/decode.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| comrade_fuzz::decode::run(data));
