//! See `src/scenarios.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| comrade_fuzz::scenarios::run(data));
