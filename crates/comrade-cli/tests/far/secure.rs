//! With certificates, made by the commands of the page.

use super::{serve, shards, train};
use std::path::Path;
use std::process::Command;

/// The commands of README.md that make certificates, for workers on this machine; whether there is an `openssl` to run them.
fn certificates(dir: &Path) -> bool {
    let page = include_str!("../../README.md");
    let begin = page.find("openssl req -x509").unwrap();
    let commands = &page[begin..begin + page[begin..].find("```").unwrap()];
    let commands = commands.replace("DNS:worker-1.example", "IP:127.0.0.1");
    if Command::new("openssl").arg("version").output().is_err() {
        return false;
    }
    let made = Command::new("sh").args(["-ec", &commands]).current_dir(dir).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    true
}

#[test]
fn with_certificates_both_sides_know_each_other_and_strangers_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (dir, other) = (dir.path(), tempfile::tempdir().unwrap());
    if !certificates(dir) {
        println!("skipped: there is no openssl here");
        return;
    }
    assert!(certificates(other.path()));
    let at = |name: &str| dir.join(name).display().to_string();
    let elsewhere = other.path().join("ca.pem").display().to_string();
    let (_, paths) = shards(dir, &[200; 2]);
    let own = format!("--cert {} --key {} --ca {}", at("worker-1.pem"), at("worker-1.key"), at("ca.pem"));
    let [first, second] = [&paths[0], &paths[1]].map(|path| serve(path, &own));
    let addresses = [&*first.address, &*second.address];
    let center = format!("--cert {} --key {} --ca {}", at("center.pem"), at("center.key"), at("ca.pem"));
    let trained = train(dir, &addresses, &format!("{center} --deadline 5"));
    assert_eq!(trained.weights().len(), 6);

    let theirs = other.path().display();
    let stranger = format!("--cert {theirs}/center.pem --key {theirs}/center.key --ca {}", at("ca.pem"));
    for (who, options) in [
        ("a stranger with a certificate of another authority", stranger),
        ("a stranger without one", format!("--ca {}", at("ca.pem"))),
        ("a center that trusts another authority", center.replace(&at("ca.pem"), &elsewhere)),
        ("a center without TLS", "--insecure".to_owned()),
    ] {
        let refused = train(dir, &addresses, &format!("{options} --deadline 1"));
        assert_eq!(refused.out.status.code(), Some(1), "{who}");
        assert!(refused.said().contains("2 of 2 workers cannot take part"), "{who}: {}", refused.said());
    }
    assert_eq!(train(dir, &addresses, &format!("{center} --deadline 5")).weights(), trained.weights());
    // A worker with a certificate for another name is not the one that was called.
    let port = addresses[0].rsplit_once(':').unwrap().1;
    let called = train(dir, &[&format!("localhost:{port}")], &format!("{center} --deadline 1"));
    assert!(called.said().contains("certificate"), "{}", called.said());
}
