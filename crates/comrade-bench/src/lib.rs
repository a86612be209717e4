//! Benchmarks live in `benches/`, the comparison with peers in `bin/peers/`; here is what that one records and how it is
//! shown: pure, and tested with everything else.

pub mod counts;
pub mod date;
#[cfg(feature = "peers")]
pub mod deal;
pub mod record;
pub mod render;
pub mod stats;
