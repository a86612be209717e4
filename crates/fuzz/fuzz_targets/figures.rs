//! See `src/figures.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| comrade_fuzz::figures::run(data));
