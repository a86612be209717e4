//! Author, *Title*, year: what it is about. Replace everything below by your paper.
//!
//! Until then it is the inequality of Cauchy and Schwarz, |⟨x, y⟩| ≤ ‖x‖‖y‖, judged on random vectors and on the worst ones that
//! the search finds.

use super::{Judged, Paper, Scenario, Theory, array};
use ladder::{Claim, Draw, Fault, Mode, Reading};

pub(super) const PAPER: Paper = Paper {
    name: "template",
    // Authors, title, year, and the page.
    printed: "where it is printed",
    judged: Judged::Alone(|seed| THEORY.judge(seed)),
};

const THEORY: Theory<Setting> = Theory { scenarios: || vec![Setting], claims, faults: FAULTS };

/// A scenario: how an experiment is played.
struct Setting;

/// A draw: what is measured of an experiment. Every symbol that the claims speak of is a field.
struct Pair {
    number: u64,
    /// |⟨x, y⟩|.
    product: f64,
    /// ‖x‖ and ‖y‖.
    norms: [f64; 2],
}

impl Scenario for Setting {
    type Draw = Pair;
    // Drawn standard normal for 400 draws, and then chosen by the search, which plays this some thousand times.
    const NUMBERS: usize = 4;

    fn name(&self) -> String {
        "plane".into()
    }

    fn play(&self, number: u64, numbers: &[f64]) -> Pair {
        let [a, b, c, d] = array(numbers);
        Pair { number, product: (a * c + b * d).abs(), norms: [a.hypot(b), c.hypot(d)] }
    }
}

impl Draw for Pair {
    /// Say here which measured lines are differences, whose rounding stays when they come close to 0.
    type Line = ();

    fn number(&self) -> u64 {
        self.number
    }

    /// Three roundings in the product, two in each norm, one in theirs.
    fn rounding(&self) -> f64 {
        8.0 * f64::EPSILON
    }

    fn slack(&self, (): (), _: f64) -> f64 {
        0.0
    }
}

type Rung = ladder::Rung<Pair>;

fn claims() -> Vec<Claim<Pair, Setting>> {
    vec![Claim {
        id: "lemma-1",
        title: "Cauchy and Schwarz",
        // `Printed` is for what a paper prints: a printed statement that fails is a result, one of ours is an error.
        reading: Reading::Rederived,
        says: "|⟨x, y⟩| ≤ ‖x‖‖y‖".into(),
        ladder: vec![
            Rung::first("|⟨x, y⟩|", |at| at.draw.product),
            Rung::new("‖x‖‖y‖", "the proof", |at| at.draw.norms[0] * at.draw.norms[1]),
        ],
        ..Claim::default()
    }]
}

/// Constants that are easily taken for the right ones: the random draws must refute them, on a scenario where the true claim holds.
const FAULTS: &[Fault<Pair>] =
    &[Fault::new("lemma-1", Reading::Rederived, Mode::APosteriori, "half of ‖x‖‖y‖", |at| {
        0.5 * at.draw.norms[0] * at.draw.norms[1]
    })];
