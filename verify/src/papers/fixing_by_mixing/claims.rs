//! The table of κ, by which a rule is judged at its worst set S; and wrong constants.
//!
//! Read in a public manuscript that tabulates Allouah et al. 2023: trimmed mean, the two medians, Krum. The factor of mixing is
//! their theorem as it is quoted; the solver's files in `aggregate/` prove all of them again.

use super::{Deviation, N, Setting};
use comrade::aggregate::Fusion;
use ladder::{Mode, Reading};

type At<'a> = ladder::At<'a, Deviation>;
type Claim = ladder::Claim<Deviation, Setting>;
type Fault = ladder::Fault<Deviation>;
type Rung = ladder::Rung<Deviation>;

/// f/(n − 2f).
fn limit(at: At<'_>) -> f64 {
    at.draw.liars / (N as f64 - 2.0 * at.draw.liars)
}

/// Trimmed mean.
fn trimmed(at: At<'_>) -> f64 {
    6.0 * limit(at) * (1.0 + limit(at))
}

/// Median, geometric median.
fn median(at: At<'_>) -> f64 {
    4.0 * (1.0 + limit(at)).powi(2)
}

/// Krum, Multi-Krum.
fn krum(at: At<'_>) -> f64 {
    6.0 * (1.0 + limit(at))
}

/// A rule of this κ after nearest-neighbour mixing.
fn mixed(at: At<'_>, kappa: f64) -> f64 {
    8.0 * at.draw.liars / (N as f64 - at.draw.liars) * (kappa + 1.0)
}

const MEASURED: Rung = Rung::measured("‖F(x) − mean_S‖²", (), |at| at.draw.squared);

/// Of any rule.
const ROBUST: Claim = Claim {
    title: "(f, κ)-robustness",
    applies: |setting| !setting.pair,
    ..Claim::printed("kappa", "‖F(x) − mean_S‖² ≤ κ mean_S ‖xᵢ − mean_S‖²")
};

/// Which rules, by themselves or after mixing.
fn of(fusions: &[Fusion], setting: &Setting, mixing: bool) -> bool {
    fusions.contains(&setting.fusion) && setting.mixing == mixing && !setting.pair
}

const MEDIANS: &[Fusion] = &[Fusion::Median, Fusion::GeometricMedian];
const KRUMS: &[Fusion] = &[Fusion::Krum, Fusion::MultiKrum];
const TRIMMED: &[Fusion] = &[Fusion::TrimmedMean];

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        variant: "trimmed",
        applies: |setting| of(TRIMMED, setting, false),
        ladder: &[
            MEASURED,
            Rung::new("(6f/(n − 2f))(1 + f/(n − 2f)) var_S", "the table", |at| trimmed(at) * at.draw.variance),
        ],
        ..ROBUST
    },
    Claim {
        variant: "median",
        applies: |setting| of(MEDIANS, setting, false),
        ladder: &[MEASURED, Rung::new("4(1 + f/(n − 2f))² var_S", "the table", |at| median(at) * at.draw.variance)],
        ..ROBUST
    },
    Claim {
        variant: "krum",
        applies: |setting| of(KRUMS, setting, false),
        ladder: &[MEASURED, Rung::new("6(1 + f/(n − 2f)) var_S", "the table", |at| krum(at) * at.draw.variance)],
        ..ROBUST
    },
    Claim {
        variant: "mixed-trimmed",
        applies: |setting| of(TRIMMED, setting, true),
        ladder: &[
            MEASURED,
            Rung::new("(8f/(n − f))(κ + 1) var_S", "mixing first", |at| mixed(at, trimmed(at)) * at.draw.variance),
        ],
        ..ROBUST
    },
    Claim {
        variant: "mixed-median",
        applies: |setting| of(MEDIANS, setting, true),
        ladder: &[
            MEASURED,
            Rung::new("(8f/(n − f))(κ + 1) var_S", "mixing first", |at| mixed(at, median(at)) * at.draw.variance),
        ],
        ..ROBUST
    },
    Claim {
        variant: "mixed-krum",
        applies: |setting| of(KRUMS, setting, true),
        ladder: &[
            MEASURED,
            Rung::new("(8f/(n − f))(κ + 1) var_S", "mixing first", |at| mixed(at, krum(at)) * at.draw.variance),
        ],
        ..ROBUST
    },
    // F has to be 0, for the n − f vectors that are 0. Then the ratio is f/(n − 2f) at every S that holds the f others.
    Claim {
        title: "No rule is better",
        applies: |setting| setting.pair,
        ladder: &[
            Rung::measured("(f/(n − 2f)) var_S", (), |at| limit(at) * at.draw.variance),
            Rung::new("‖F(x) − mean_S‖²", "n − f vectors are 0, f are u", |at| at.draw.squared),
        ],
        ..Claim::printed("limit", "(f/(n − 2f)) mean_S ‖xᵢ − mean_S‖² ≤ ‖F(x) − mean_S‖² for some x and S")
    },
];

const HERE: Mode = Mode::APosteriori;
const LEAST: &str = "κ = f/(n − 2f), the least of any rule";

const fn planted(variant: &'static str, says: &'static str, bound: fn(At<'_>) -> f64) -> Fault {
    Fault { variant, ..Fault::new("kappa", Reading::Printed, HERE, says, bound) }
}

pub(super) const FAULTS: &[Fault] = &[
    planted("median", LEAST, |at| limit(at) * at.draw.variance),
    planted("krum", LEAST, |at| limit(at) * at.draw.variance),
    planted("trimmed", "κ = f/n", |at| at.draw.liars / N as f64 * at.draw.variance),
    planted("mixed-trimmed", LEAST, |at| limit(at) * at.draw.variance),
    Fault::new("limit", Reading::Printed, HERE, "half of ‖F(x) − mean_S‖²", |at| 0.5 * at.draw.squared),
];
