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

fn distance() -> Rung {
    Rung::measured("‖w⁺ − w*‖", Form::Distance, |at| at.draw.distance[1])
}

fn expanded() -> Rung {
    Rung::new("√(‖w − w*‖² − 2γ⟨g, w − w*⟩ + γ²‖g‖²)", "multiplied out", |at| {
        let Step { gamma, inner, distance, gradient, .. } = at.draw;
        (distance[0].powi(2) - 2.0 * gamma * inner + (gamma * gradient[0]).powi(2)).max(0.0).sqrt()
    })
}

fn value() -> Rung {
    Rung::measured("f(w⁺) − f*", Form::Value, |at| at.draw.value[1])
}

fn gradient() -> Rung {
    Rung::measured("‖g(w⁺)‖", Form::Gradient, |at| at.draw.gradient[1])
}

fn smooth() -> Rung {
    Rung::new("(L/2)‖w⁺ − w*‖²", "g(w*) = 0, f is L-smooth", |at| 0.5 * at.draw.distance[1].powi(2))
}

const MONOTONE: &str = "(μ + L)⟨g, w − w*⟩ ≥ μL‖w − w*‖² + ‖g‖²";
const TIGHT: &str = "Taylor, Hendrickx and Glineur 2018: the exact worst case, γ ≤ 2/L";

/// A statement for γ = 2/(L + μ).
fn long_step() -> Claim {
    Claim { title: "A step of 2/(L + μ)", applies: |setting| setting.long, ..Claim::default() }
}

/// A statement for γ = 1/L.
fn short_step() -> Claim {
    Claim { title: "A step of 1/L", variant: "short", applies: |setting| !setting.long, ..Claim::default() }
}

fn tight(claim: Claim) -> Claim {
    Claim { reading: Reading::Sharpened, because: TIGHT.into(), ..claim }
}

pub(super) fn claims() -> Vec<Claim> {
    vec![
        Claim {
            id: "distance",
            says: "‖w⁺ − w*‖ ≤ (L − μ)/(L + μ) ‖w − w*‖".into(),
            ladder: vec![
                distance(),
                expanded(),
                Rung::new("(L − μ)/(L + μ) ‖w − w*‖", MONOTONE, |at| long(at) * at.draw.distance[0]),
            ],
            ..long_step()
        },
        Claim {
            id: "value",
            says: "f(w⁺) − f* ≤ (L/2)((L − μ)/(L + μ))²‖w − w*‖²".into(),
            ladder: vec![
                value(),
                smooth(),
                Rung::new("(L/2)((L − μ)/(L + μ))²‖w − w*‖²", "the distance", |at| {
                    0.5 * (long(at) * at.draw.distance[0]).powi(2)
                }),
            ],
            ..long_step()
        },
        Claim {
            id: "value",
            says: "f(w⁺) − f* ≤ ((L − μ)/(L + μ))²(f(w) − f*)".into(),
            ladder: vec![
                value(),
                Rung::new("((L − μ)/(L + μ))²(f(w) − f*)", TIGHT, |at| long(at).powi(2) * at.draw.value[0]),
            ],
            ..tight(long_step())
        },
        Claim {
            id: "gradient",
            says: "‖g(w⁺)‖ ≤ (L − μ)/(L + μ) ‖g(w)‖".into(),
            ladder: vec![gradient(), Rung::new("(L − μ)/(L + μ) ‖g(w)‖", TIGHT, |at| long(at) * at.draw.gradient[0])],
            ..tight(long_step())
        },
        Claim {
            id: "distance",
            says: "‖w⁺ − w*‖ ≤ √((L − μ)/(L + μ)) ‖w − w*‖".into(),
            ladder: vec![
                distance(),
                expanded(),
                Rung::new("√((L − μ)/(L + μ)) ‖w − w*‖", MONOTONE, |at| {
                    long(at).sqrt() * at.draw.distance[0]
                }),
            ],
            ..short_step()
        },
        Claim {
            id: "distance",
            says: "‖w⁺ − w*‖ ≤ (1 − μ/L)‖w − w*‖".into(),
            ladder: vec![distance(), Rung::new("(1 − μ/L)‖w − w*‖", TIGHT, |at| short(at) * at.draw.distance[0])],
            ..tight(short_step())
        },
        Claim {
            id: "value",
            says: "f(w⁺) − f* ≤ (1 − μ/L)²(f(w) − f*)".into(),
            ladder: vec![value(), Rung::new("(1 − μ/L)²(f(w) − f*)", TIGHT, |at| short(at).powi(2) * at.draw.value[0])],
            ..tight(short_step())
        },
    ]
}

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
