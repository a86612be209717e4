//! Every target of `crates/fuzz` on its seeds, with the compiler that everybody has.

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../crates/fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "a crate of its own for the fuzzer")]
mod targets;

/// The seeds of a target, in the order of their names.
fn seeds(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/fuzz/seeds").join(name);
    let mut seeds: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    seeds
}

/// Also where it is cut short, and where a byte is another one.
#[test]
fn every_target_keeps_its_promises_on_its_seeds() {
    for (name, target) in targets::TARGETS {
        for path in seeds(name) {
            println!("{}", path.display());
            let seed = fs::read(&path).unwrap();
            target(&seed);
            for at in (0..seed.len()).step_by(1 + seed.len() / 40) {
                target(&seed[..at]);
                let mut other = seed.clone();
                other[at] ^= 1 << (at % 8);
                target(&other);
            }
        }
    }
}

#[test]
fn the_seeds_are_small() {
    let all: Vec<PathBuf> = targets::TARGETS.iter().flat_map(|(name, _)| seeds(name)).collect();
    let bytes: u64 = all.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(all.len() < 100 && bytes < 200_000, "{} seeds of {bytes} bytes", all.len());
}
