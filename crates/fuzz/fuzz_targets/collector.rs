//! See `src/collector.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| comrade_fuzz::collector::run(data));
