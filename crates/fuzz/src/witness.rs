//! A file of a counterexample: read, and replayed where it is small.

use comrade_verify::hunt::Witness;

/// This many rows, columns and workers take no time.
const SMALL: usize = 3;

/// Gives `data` to the reader of counterexamples.
///
/// # Panics
/// If a replay proves what it does not find.
pub fn run(data: &[u8]) {
    let Ok(witness) = serde_json::from_slice::<Witness>(data) else { return };
    let instance = &witness.instance;
    let _ = (instance.dataset().is_ok(), instance.m(), instance.trimmed(), instance.scenario().check().is_ok());
    let plain = |v: &f64| *v == 0.0 || (1e-3..1e3).contains(&v.abs());
    let rows = instance.workers.iter().map(|worker| worker.shard.len()).sum::<usize>();
    let small = instance.n() <= SMALL && instance.d() <= SMALL && instance.m() <= SMALL && rows <= SMALL * SMALL;
    if !small || !instance.numbers().iter().all(plain) {
        return;
    }
    if let Ok(replay) = witness.replay() {
        assert!(!witness.describe(&replay).is_empty());
        assert!(replay.violated || !replay.proof.is_proved());
    }
}
