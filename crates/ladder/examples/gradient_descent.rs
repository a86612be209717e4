//! A theorem from a textbook, judged on quadratics: one step w⁺ = w − γg of gradient descent, γ = 2/(L + μ), on a μ-strongly
//! convex and L-smooth f. The bound holds and is reached; with a constant that is easily taken for the true one it is violated.
#![expect(clippy::print_stdout, reason = "an example prints")]
use ladder::{Claim, Draw, Fault, Mode, Verdict, judge};
type Rung = ladder::Rung<Step>;

/// What is measured of a step: γ, (L − μ)/(L + μ), ‖w − w*‖, ‖g‖, ⟨g, w − w*⟩, ‖w⁺ − w*‖.
#[rustfmt::skip]
struct Step { number: u64, gamma: f64, rate: f64, before: f64, gradient: f64, inner: f64, after: f64 }

/// The step from w on f(w) = ½ Σ hⱼwⱼ² with h = (μ, h₁, L), where w* = 0.
fn step(number: u64, h @ [mu, _, l]: [f64; 3], w: [f64; 3]) -> Step {
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let (g, gamma) = ([0, 1, 2].map(|j| h[j] * w[j]), 2.0 / (l + mu));
    let [before, gradient, after] = [w, g, [0, 1, 2].map(|j| w[j] - gamma * g[j])].map(|v| dot(v, v).sqrt());
    Step { number, gamma, rate: (l - mu) / (l + mu), before, gradient, inner: dot(g, w), after }
}

impl Draw for Step {
    type Line = ();
    fn number(&self) -> u64 {
        self.number
    }
    fn rounding(&self) -> f64 {
        32.0 * f64::EPSILON
    }
    /// The squares of the first two lines sum terms of at most 4‖w − w*‖², as γL ≤ 2; and |√a − √b| ≤ √|a − b|, |a − b|/√a.
    fn slack(&self, (): (), line: f64) -> f64 {
        let error = 4.0 * self.rounding() * self.before.powi(2);
        error.sqrt().min(error / line)
    }
}

fn claim() -> Claim<Step> {
    Claim {
        id: "gradient-descent",
        says: "‖w⁺ − w*‖ ≤ (L − μ)/(L + μ) ‖w − w*‖".into(),
        title: "Nesterov, Lectures on convex optimization, section 2.1",
        ladder: vec![
            Rung::measured("‖w⁺ − w*‖", (), |at| at.draw.after),
            Rung::new("√(‖w − w*‖² − 2γ⟨g, w − w*⟩ + γ²‖g‖²)", "multiplied out", |at| {
                let Step { before, inner, gradient, gamma, .. } = at.draw;
                (before.powi(2) - 2.0 * gamma * inner + (gamma * gradient).powi(2)).max(0.0).sqrt()
            }),
            Rung::new(
                "(L − μ)/(L + μ) ‖w − w*‖",
                "(μ + L)⟨g, w − w*⟩ ≥ μL‖w − w*‖² + ‖g‖²",
                |at| at.draw.rate * at.draw.before,
            ),
        ],
        ..Claim::default()
    }
}

pub(crate) fn main() {
    let at = |k: u16| step(k.into(), [1.0, 3.0, 4.0 + f64::from(k)], [1.0, f64::from(k).sin(), f64::from(k).cos()]);
    let steps: Vec<Step> = (0..300).map(at).collect();
    let claim = claim();
    let judgement = judge(&claim, Mode::APosteriori, &steps, 0.0, 1.0);
    let says = "((L − μ)/(L + μ))², which is the constant of f(w) − f*";
    let square = |at: ladder::At<'_, Step>| at.draw.rate.powi(2) * at.draw.before;
    let fault = Fault::new(claim.id, claim.reading, Mode::APosteriori, says, square);
    let wrong = fault.caught(&claim, [("steps", &steps[..])], 0.0);
    println!("{}\n{judgement}\n\nwith {}\n{wrong:?}", claim.says, says);
    assert!(judgement.verdict == Verdict::Holds && wrong.is_some_and(|wrong| wrong.verdict == Verdict::Violated));
}
