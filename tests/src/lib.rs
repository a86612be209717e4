//! Tests that meet the workspace at its edges: all of them are in `tests/`.
