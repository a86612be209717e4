//! The table of κ, by which a rule is judged at its worst set S; and wrong constants.
//!
//! The constants stand in [`NamedRule::proved`](crate::experiment::kappa::NamedRule::proved), which says where each was
//! read.

use super::{Deviation, N, Setting};
use crate::experiment::kappa;
use comrade::aggregate::Fusion;
use ladder::{Mode, Reading};

type At<'a> = ladder::At<'a, Deviation>;
type Claim = ladder::Claim<Deviation, Setting>;
type Fault = ladder::Fault<Deviation>;
type Rung = ladder::Rung<Deviation>;

/// (f/(n − 2f)) var_S.
fn limit(at: At<'_>) -> f64 {
    kappa::least(N, at.draw.liars) * at.draw.variance
}

/// κ var_S of the rule.
fn proved(at: At<'_>) -> f64 {
    at.draw.contender.proved(N, at.draw.liars) * at.draw.variance
}

fn measured() -> Rung {
    Rung::measured("‖F(x) − mean_S‖²", (), |at| at.draw.squared)
}

/// Of some rules, whose κ the table has as `says`.
fn robust(variant: &'static str, applies: fn(&Setting) -> bool, says: &'static str, by: &'static str) -> Claim {
    Claim {
        id: "kappa",
        title: "(f, κ)-robustness",
        variant,
        says: "‖F(x) − mean_S‖² ≤ κ mean_S ‖xᵢ − mean_S‖²".into(),
        applies,
        ladder: vec![measured(), Rung::new(says, by, proved)],
        ..Claim::default()
    }
}

/// Which rules, by themselves or after mixing.
fn of(fusions: &[Fusion], setting: &Setting, mixing: bool) -> bool {
    fusions.contains(&setting.contender.fusion) && setting.contender.mixing == mixing && !setting.pair
}

const MEDIANS: &[Fusion] = &[Fusion::Median, Fusion::GeometricMedian];
const KRUMS: &[Fusion] = &[Fusion::Krum, Fusion::MultiKrum];
const TRIMMED: &[Fusion] = &[Fusion::TrimmedMean];

pub(super) fn claims() -> Vec<Claim> {
    let table = |variant, applies, says| robust(variant, applies, says, "the table");
    let mixed = |variant, applies| robust(variant, applies, "(8f/(n − f))(κ + 1) var_S", "mixing first");
    vec![
        table("trimmed", |setting| of(TRIMMED, setting, false), "(6f/(n − 2f))(1 + f/(n − 2f)) var_S"),
        table("median", |setting| of(MEDIANS, setting, false), "4(1 + f/(n − 2f))² var_S"),
        table("krum", |setting| of(KRUMS, setting, false), "6(1 + f/(n − 2f)) var_S"),
        mixed("mixed-trimmed", |setting| of(TRIMMED, setting, true)),
        mixed("mixed-median", |setting| of(MEDIANS, setting, true)),
        mixed("mixed-krum", |setting| of(KRUMS, setting, true)),
        // F has to be 0, for the n − f vectors that are 0. Then the ratio is f/(n − 2f) at every S that holds the f others.
        Claim {
            id: "limit",
            title: "No rule is better",
            says: "(f/(n − 2f)) mean_S ‖xᵢ − mean_S‖² ≤ ‖F(x) − mean_S‖² for some x and S".into(),
            applies: |setting| setting.pair,
            ladder: vec![
                Rung::measured("(f/(n − 2f)) var_S", (), limit),
                Rung::new("‖F(x) − mean_S‖²", "n − f vectors are 0, f are u", |at| at.draw.squared),
            ],
            ..Claim::default()
        },
    ]
}

const HERE: Mode = Mode::APosteriori;
const LEAST: &str = "κ = f/(n − 2f), the least of any rule";

const fn planted(variant: &'static str, says: &'static str, bound: fn(At<'_>) -> f64) -> Fault {
    Fault { variant, ..Fault::new("kappa", Reading::Printed, HERE, says, bound) }
}

pub(super) const FAULTS: &[Fault] = &[
    planted("median", LEAST, limit),
    planted("krum", LEAST, limit),
    planted("trimmed", "κ = f/n", |at| at.draw.liars as f64 / N as f64 * at.draw.variance),
    planted("mixed-trimmed", LEAST, limit),
    Fault::new("limit", Reading::Printed, HERE, "half of ‖F(x) − mean_S‖²", |at| 0.5 * at.draw.squared),
];
