//! The workspace met at its edges: what it promises, tried from outside.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod accuracy;
mod claims;
mod closed_forms;
mod committed;
mod conformance;
mod fuzz;
mod network;
mod planted;
mod report;
mod solver;
mod spellings;
mod study;
mod support;
mod sweep;
mod versions;
mod witnesses;
