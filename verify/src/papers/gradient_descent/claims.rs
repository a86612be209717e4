//! The statements, for γ = 2/(L + μ) and, as the variant `short`, for γ = 1/L; and wrong constants.
//!
//! That (L − μ)/L is taken for (L − μ)/(L + μ) is no fault that a draw could show: it is larger.

use super::{Form, Setting, Step};
use ladder::{Mode, Reading};

type At<'a> = ladder::At<'a, Step>;
type Claim = ladder::Claim<Step, Setting>;
type Fault = ladder::Fault<Step>;
type Rung = ladder::Rung<Step>;

/// (L − μ)/(L + μ).
fn long(at: At<'_>) -> f64 {
    (1.0 - at.draw.mu) / (1.0 + at.draw.mu)
}

/// 1 − μ/L.
fn short(at: At<'_>) -> f64 {
    1.0 - at.draw.mu
}

/// (√L − √μ)/(√L + √μ).
fn rooted(at: At<'_>) -> f64 {
    (1.0 - at.draw.mu.sqrt()) / (1.0 + at.draw.mu.sqrt())
}

const DISTANCE: Rung = Rung::measured("‖w⁺ − w*‖", Form::Distance, |at| at.draw.distance[1]);
const EXPANDED: Rung =
    Rung::new("√(‖w − w*‖² − 2γ⟨g, w − w*⟩ + γ²‖g‖²)", "multiplied out", |at| {
        let Step { gamma, inner, distance, gradient, .. } = at.draw;
        (distance[0].powi(2) - 2.0 * gamma * inner + (gamma * gradient[0]).powi(2)).max(0.0).sqrt()
    });
const VALUE: Rung = Rung::measured("f(w⁺) − f*", Form::Value, |at| at.draw.value[1]);
const GRADIENT: Rung = Rung::measured("‖g(w⁺)‖", Form::Gradient, |at| at.draw.gradient[1]);
const SMOOTH: Rung =
    Rung::new("(L/2)‖w⁺ − w*‖²", "g(w*) = 0, f is L-smooth", |at| 0.5 * at.draw.distance[1].powi(2));
const MONOTONE: &str = "(μ + L)⟨g, w − w*⟩ ≥ μL‖w − w*‖² + ‖g‖²";
const TIGHT: &str = "Taylor, Hendrickx and Glineur 2018: the exact worst case, γ ≤ 2/L";

/// Of a statement for γ = 2/(L + μ).
const LONG: Claim = Claim { title: "A step of 2/(L + μ)", applies: |setting| setting.long, ..Claim::printed("", "") };
const LONG_SHARP: Claim = Claim { reading: Reading::Sharpened, because: TIGHT, ..LONG };
/// Of a statement for γ = 1/L.
const SHORT: Claim =
    Claim { title: "A step of 1/L", variant: "short", applies: |setting| !setting.long, ..Claim::printed("", "") };
const SHORT_SHARP: Claim = Claim { reading: Reading::Sharpened, because: TIGHT, ..SHORT };

pub(super) const CLAIMS: &[Claim] = &[
    Claim {
        id: "distance",
        says: "‖w⁺ − w*‖ ≤ (L − μ)/(L + μ) ‖w − w*‖",
        ladder: &[
            DISTANCE,
            EXPANDED,
            Rung::new("(L − μ)/(L + μ) ‖w − w*‖", MONOTONE, |at| long(at) * at.draw.distance[0]),
        ],
        ..LONG
    },
    Claim {
        id: "value",
        says: "f(w⁺) − f* ≤ (L/2)((L − μ)/(L + μ))²‖w − w*‖²",
        ladder: &[
            VALUE,
            SMOOTH,
            Rung::new("(L/2)((L − μ)/(L + μ))²‖w − w*‖²", "the distance", |at| {
                0.5 * (long(at) * at.draw.distance[0]).powi(2)
            }),
        ],
        ..LONG
    },
    Claim {
        id: "value",
        says: "f(w⁺) − f* ≤ ((L − μ)/(L + μ))²(f(w) − f*)",
        ladder: &[VALUE, Rung::new("((L − μ)/(L + μ))²(f(w) − f*)", TIGHT, |at| long(at).powi(2) * at.draw.value[0])],
        ..LONG_SHARP
    },
    Claim {
        id: "gradient",
        says: "‖g(w⁺)‖ ≤ (L − μ)/(L + μ) ‖g(w)‖",
        ladder: &[GRADIENT, Rung::new("(L − μ)/(L + μ) ‖g(w)‖", TIGHT, |at| long(at) * at.draw.gradient[0])],
        ..LONG_SHARP
    },
    Claim {
        id: "distance",
        says: "‖w⁺ − w*‖ ≤ √((L − μ)/(L + μ)) ‖w − w*‖",
        ladder: &[
            DISTANCE,
            EXPANDED,
            Rung::new("√((L − μ)/(L + μ)) ‖w − w*‖", MONOTONE, |at| long(at).sqrt() * at.draw.distance[0]),
        ],
        ..SHORT
    },
    Claim {
        id: "distance",
        says: "‖w⁺ − w*‖ ≤ (1 − μ/L)‖w − w*‖",
        ladder: &[DISTANCE, Rung::new("(1 − μ/L)‖w − w*‖", TIGHT, |at| short(at) * at.draw.distance[0])],
        ..SHORT_SHARP
    },
    Claim {
        id: "value",
        says: "f(w⁺) − f* ≤ (1 − μ/L)²(f(w) − f*)",
        ladder: &[VALUE, Rung::new("(1 − μ/L)²(f(w) − f*)", TIGHT, |at| short(at).powi(2) * at.draw.value[0])],
        ..SHORT_SHARP
    },
];

const HERE: Mode = Mode::APosteriori;
const ROOTED: &str = "(√L − √μ)/(√L + √μ), the rate of conjugate gradients";

pub(super) const FAULTS: &[Fault] = &[
    Fault::new("distance", Reading::Printed, HERE, "((L − μ)/(L + μ))², the rate of values", |at| {
        long(at).powi(2) * at.draw.distance[0]
    }),
    Fault::new("distance", Reading::Printed, HERE, ROOTED, |at| rooted(at) * at.draw.distance[0]),
    Fault::new("value", Reading::Printed, HERE, "μ/2 for L/2", |at| {
        0.5 * at.draw.mu * (long(at) * at.draw.distance[0]).powi(2)
    }),
    Fault::new("value", Reading::Sharpened, HERE, ROOTED, |at| rooted(at).powi(2) * at.draw.value[0]),
    Fault::new("gradient", Reading::Sharpened, HERE, ROOTED, |at| rooted(at) * at.draw.gradient[0]),
    Fault {
        variant: "short",
        ..Fault::new("distance", Reading::Printed, HERE, "(L − μ)/(L + μ) without its root", |at| {
            long(at) * at.draw.distance[0]
        })
    },
    Fault {
        variant: "short",
        ..Fault::new("value", Reading::Sharpened, HERE, "(L − μ)/(L + μ), squared", |at| {
            long(at).powi(2) * at.draw.value[0]
        })
    },
];
