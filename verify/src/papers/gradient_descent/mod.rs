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

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, wanted: f64) {
        assert!((got - wanted).abs() < 1e-14, "{got} is not {wanted}");
    }

    /// A step from a distance of 2 to one of 1/2: an entry of w⁺ is off by e = 16 ε at most.
    #[test]
    fn rounding_is_told_by_where_the_step_began() {
        let of = Step {
            number: 7,
            mu: 0.5,
            gamma: 1.0,
            inner: 1.0,
            distance: [2.0, 0.5],
            value: [1.0, 0.1],
            gradient: [1.0, 0.2],
        };
        let e = 16.0 * f64::EPSILON;
        let near = |got: f64, wanted: f64| assert!((got / wanted - 1.0).abs() < 1e-12, "{got} is not {wanted}");
        assert_eq!(of.slack(Form::Gradient, 0.2), e);
        near(of.slack(Form::Value, 0.1), 0.5 * e);
        // Of a length of 4, and of one so small that only its square is known.
        near(of.slack(Form::Distance, 4.0), 4.0 * e);
        assert_eq!(of.slack(Form::Distance, 0.0), (16.0 * e).sqrt());
        assert_eq!((of.number(), of.rounding()), (7, 32.0 * f64::EPSILON));
    }

    /// f = (w₀²/2 + h w₁² + w₂²)/2 with μ = 1/2 and h in the middle of μ and L = 1, which is 3/4; γ = 1 takes w to
    /// (w₀/2, w₁/4, 0).
    #[test]
    fn a_step_of_a_quadratic_is_the_one_by_hand() {
        let short = Setting { name: "", bends: false, long: false };
        // 1/(3/2 + e^c) = 1/2.
        let step = short.play(3, &[0.5_f64.ln(), 0.0, 2.0, 4.0, 1.0]);
        near(step.mu, 0.5);
        near(step.distance[0], 21.0_f64.sqrt());
        near(step.distance[1], 2.0_f64.sqrt());
        near(step.value[0], 1.0 + 6.0 + 0.5);
        near(step.value[1], 0.25 + 0.375);
        near(step.gradient[0], 11.0_f64.sqrt());
        near(step.gradient[1], (0.25_f64 + 0.5625).sqrt());
        near(step.inner, 2.0 + 12.0 + 1.0);
        // γ = 2/(L + μ) = 4/3: w⁺ = (2/3, 0, −1/3).
        let long = Setting { long: true, ..short }.play(3, &[0.5_f64.ln(), 0.0, 2.0, 4.0, 1.0]);
        near(long.gamma, 4.0 / 3.0);
        near(long.distance[1], 5.0_f64.sqrt() / 3.0);
        // The second line of two proofs: the first one multiplied out, and f is at most half of its square.
        let line = |id: &str, variant: &str, draw: &Step| {
            let claim = claims::claims().into_iter().find(|claim| claim.id == id && claim.variant == variant).unwrap();
            (claim.ladder[1].value)(ladder::At { draw, mode: ladder::Mode::APosteriori, reading: claim.reading })
        };
        near(line("distance", "short", &step), step.distance[1]);
        near(line("distance", "", &long), long.distance[1]);
        near(line("value", "", &long), 0.5 * long.distance[1].powi(2));
    }

    /// Beyond 1 every summand has the curvature μ = 1/2, and f is (|w| − 1)²/4 + h(|w| − 1) + h/2 there, with h = 3/4 of w₁.
    #[test]
    fn a_bent_step_is_the_one_by_hand() {
        let bent = Setting { name: "", bends: true, long: false };
        let step = bent.play(0, &[0.5_f64.ln(), 0.0, 0.0, 3.0, -2.0]);
        near(step.value[0], (1.0 + 1.5 + 0.375) + (0.25 + 1.0 + 0.5));
        // g = (0, 3/4 + 2/2, −1 − 1/2), and w⁺ = (0, 5/4, −1/2).
        near(step.gradient[0], (1.75_f64.powi(2) + 1.5 * 1.5).sqrt());
        near(step.distance[1], (1.25_f64.powi(2) + 0.25).sqrt());
        near(step.value[1], (0.0625 * 0.25 + 0.75 * 0.25 + 0.375) + 0.125);
    }
}
