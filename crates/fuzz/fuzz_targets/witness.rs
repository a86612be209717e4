//! See `src/witness.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| comrade_fuzz::witness::run(data));
