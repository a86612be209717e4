//! The declared version of Rust, and what is built with it.

use std::process::Command;

/// `1.91` or `1.91.0` as numbers.
fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap()).chain([0, 0]).take(3).collect()
}

/// What is locked must build with the version that is declared; the compiler sees to the rest, and clippy to newer functions.
#[test]
fn no_locked_package_asks_for_a_later_rust_than_is_declared() {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let rustc = String::from_utf8(rustc).unwrap();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", host])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let built: Vec<&str> =
        metadata["resolve"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
    let (declared, mut seen) = (numbers(env!("CARGO_PKG_RUST_VERSION")), 0);
    for package in metadata["packages"].as_array().unwrap() {
        let (Some(asked), Some(id)) = (package["rust_version"].as_str(), package["id"].as_str()) else { continue };
        if built.contains(&id) {
            seen += 1;
            assert!(numbers(asked) <= declared, "{} asks for Rust {asked}: raise rust-version", package["name"]);
        }
    }
    assert!(seen > 50, "{seen}");
    // Clippy reads its own line, if there is one.
    let clippy = include_str!("../../clippy.toml");
    assert!(clippy.contains(&format!("msrv = \"{}\"", env!("CARGO_PKG_RUST_VERSION"))), "{clippy}");
}
