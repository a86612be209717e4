//! Gradient descent as in the textbooks: Nesterov, *Lectures on convex optimization*, section 2.1. A truth whose worst case
//! everybody knows, for calibration: quadratics whose spectrum is {μ, L} reach the bounds, and nothing passes them.
//!
//! One step w⁺ = w − γg on a μ-strongly convex and L-smooth f. Of w there are three forms: distance, value, gradient.

mod claims;

use super::{Judged, Paper, Scenario, Theory, array};
use ladder::Draw;

pub(super) const PAPER: Paper = Paper {
    name: "gradient-descent",
    printed: "Nesterov, Lectures on convex optimization, section 2.1",
    judged: Judged::Alone(|seed| THEORY.judge(seed)),
};

const THEORY: Theory<Setting> = Theory { scenarios, claims: claims::claims, faults: claims::FAULTS };

/// d.
const D: usize = 3;

/// f and the length of the step.
struct Setting {
    name: &'static str,
    /// Beyond |wⱼ| = 1 every summand of f has the least curvature, μ, in place of hⱼ; below it, and everywhere if this is
    /// false, f is quadratic.
    bends: bool,
    /// γ = 2/(L + μ) in place of 1/L.
    long: bool,
}

fn scenarios() -> Vec<Setting> {
    vec![
        Setting { name: "quadratic-long", bends: false, long: true },
        Setting { name: "quadratic-short", bends: false, long: false },
        // Not a quadratic: the statements are about any f.
        Setting { name: "bent-long", bends: true, long: true },
        Setting { name: "bent-short", bends: true, long: false },
    ]
}

/// What is measured of a step.
struct Step {
    number: u64,
    /// μ, with L = 1.
    mu: f64,
    /// γ.
    gamma: f64,
    /// ⟨g, w − w*⟩.
    inner: f64,
    /// ‖w − w*‖ before and after.
    distance: [f64; 2],
    /// f − f* before and after.
    value: [f64; 2],
    /// ‖g‖ before and after.
    gradient: [f64; 2],
}

impl Scenario for Setting {
    type Draw = Step;
    const NUMBERS: usize = 2 + D;

    fn name(&self) -> String {
        self.name.to_owned()
    }

    /// The numbers decide the condition number L/μ > 1.5, the curvature between μ and L, and w. The minimiser is w* = 0, and
    /// f* = 0.
    fn play(&self, number: u64, numbers: &[f64]) -> Step {
        let [condition, between, ref w @ ..]: [f64; 2 + D] = array(numbers);
        let mu = 1.0 / (1.5 + condition.clamp(-9.0, 9.0).exp());
        let gamma = if self.long { 2.0 / (1.0 + mu) } else { 1.0 };
        let h = [mu, mu + (1.0 - mu) / (1.0 + between.exp()), 1.0];
        let inside = |w: f64| if self.bends { w.clamp(-1.0, 1.0) } else { w };
        let slope = |w: &[f64; D]| [0, 1, 2].map(|j| mu * w[j] + (h[j] - mu) * inside(w[j]));
        let value = |w: &[f64; D]| {
            let of = |j: usize| 0.5 * mu * w[j] * w[j] + (h[j] - mu) * inside(w[j]) * (w[j] - 0.5 * inside(w[j]));
            of(0) + of(1) + of(2)
        };
        let g = slope(w);
        let next = [0, 1, 2].map(|j| w[j] - gamma * g[j]);
        Step {
            number,
            mu,
            gamma,
            inner: dot(&g, w),
            distance: [norm(w), norm(&next)],
            value: [value(w), value(&next)],
            gradient: [norm(&g), norm(&slope(&next))],
        }
    }
}

fn dot(a: &[f64; D], b: &[f64; D]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn norm(a: &[f64; D]) -> f64 {
    dot(a, a).sqrt()
}

/// The form of a statement: what cancels in w⁺ shows in each of them.
#[derive(Clone, Copy, Debug)]
enum Form {
    Distance,
    Value,
    Gradient,
}

impl Draw for Step {
    type Line = Form;

    fn number(&self) -> u64 {
        self.number
    }

    /// Sums of three terms, roots, and rates whose 1 − μ is 1/3 at least.
    fn rounding(&self) -> f64 {
        32.0 * f64::EPSILON
    }

    /// As γL ≤ 2, w⁺ is a difference of terms of at most 2|wⱼ|, each with four roundings: ‖w⁺‖ is wrong by `error` at most, g⁺ by
    /// L = 1 times that, and f by ‖w⁺‖ times that. The square of the second line of the distance form has three terms of at most
    /// 4‖w‖², and |√a − √b| ≤ √|a − b|, |a − b|/√a.
    fn slack(&self, line: Form, value: f64) -> f64 {
        let [before, after] = self.distance;
        let error = 8.0 * f64::EPSILON * before;
        match line {
            Form::Distance => (8.0 * error * before / value).min((8.0 * error * before).sqrt()),
            Form::Value => error * after + error * error,
            Form::Gradient => error,
        }
    }
}
