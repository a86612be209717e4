//! Planted faults, judged on the draws of a run. A run that does not refute one of them would not have noticed such a mistake.

use crate::claim::Fault;
use crate::claims;
use crate::run::Played;
use ladder::Planted;

/// Judges a fault on all scenarios that its statement is about, each with its name in the report. `tail` as for
/// [`ladder::judge()`].
#[must_use]
pub fn plant(fault: &Fault, played: &[(&str, &Played)], tail: f64) -> Planted {
    let caught = fault.truth(&claims::all()).and_then(|truth| {
        let about = played.iter().filter(|(_, played)| (truth.applies)(&played.scenario));
        fault.caught(truth, about.map(|&(name, played)| (name, played.draws(fault.mode))), tail)
    });
    fault.planted(caught)
}
