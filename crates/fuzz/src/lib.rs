//! What reads bytes of a file or a network, given any bytes: no panic, no hang, no more memory than the bytes deserve, and the
//! same answer by different ways.
//!
//! A target is a function of bytes that panics where a promise is broken. A fuzzer looks for such bytes (`cargo xtask fuzz`); the
//! tests of the workspace feed every target its seeds.

pub mod collector;
pub mod decode;
#[cfg(feature = "harness")]
pub mod figures;
pub mod libsvm;
pub mod model;
#[cfg(feature = "harness")]
pub mod report;
pub mod resume;
#[cfg(feature = "harness")]
pub mod scenarios;
#[cfg(feature = "harness")]
pub mod witness;
pub mod worker;

mod bytes;

/// A target.
pub type Target = fn(&[u8]);

/// All targets by name, which is that of their file and of the folder of their seeds.
pub const TARGETS: &[(&str, Target)] = &[
    ("collector", collector::run),
    ("decode", decode::run),
    ("libsvm", libsvm::run),
    ("model", model::run),
    ("resume", resume::run),
    ("worker", worker::run),
    #[cfg(feature = "harness")]
    ("figures", figures::run),
    #[cfg(feature = "harness")]
    ("report", report::run),
    #[cfg(feature = "harness")]
    ("scenarios", scenarios::run),
    #[cfg(feature = "harness")]
    ("witness", witness::run),
];
