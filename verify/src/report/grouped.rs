//! The judgements of a report, grouped once: by statement, in it by bound. Text, page and figures fold over this.

use super::cell::reading;
use super::{JudgedClaim, Report};
use crate::claim::{Mode, Reading};

/// The readings, in the order in which they are shown.
pub(super) const READINGS: [Reading; 3] = [Reading::Printed, Reading::Rederived, Reading::Sharpened];

/// A statement: all judgements of one id.
pub(super) struct Statement<'a> {
    /// `lemma-1` .. `theorem-3`.
    pub(super) id: &'a str,
    /// For people.
    pub(super) title: &'a str,
    /// In the order of the report; at least one.
    pub(super) bounds: Vec<Bound<'a>>,
}

/// A bound of a statement: all judgements of one reading and variant.
pub(super) struct Bound<'a> {
    /// The first of them, for what all have in common.
    pub(super) claim: &'a JudgedClaim,
    /// In the order of the report; at least one.
    judged: Vec<&'a JudgedClaim>,
}

/// All statements, in the order of the report.
pub(super) fn statements(report: &Report) -> Vec<Statement<'_>> {
    let mut statements: Vec<Statement<'_>> = Vec::new();
    for claim in &report.claims {
        let at = statements.iter().position(|statement| statement.id == claim.id).unwrap_or_else(|| {
            statements.push(Statement { id: &claim.id, title: &claim.title, bounds: Vec::new() });
            statements.len() - 1
        });
        let bounds = &mut statements[at].bounds;
        match bounds.iter_mut().find(|bound| bound.is(claim.reading, &claim.variant)) {
            Some(bound) => bound.judged.push(claim),
            None => bounds.push(Bound { claim, judged: vec![claim] }),
        }
    }
    statements
}

impl<'a> Statement<'a> {
    /// All its judgements.
    pub(super) fn judged(&self) -> impl Iterator<Item = &'a JudgedClaim> {
        self.bounds.iter().flat_map(|bound| bound.judged.iter().copied())
    }

    /// Its bounds in one reading.
    pub(super) fn read(&self, reading: Reading) -> impl Iterator<Item = &Bound<'a>> {
        self.bounds.iter().filter(move |bound| bound.claim.reading == reading)
    }

    /// The bounds that figures show. Variants of the printed reading would crowd them; the tables have them.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Bound<'a>> {
        self.bounds.iter().filter(|bound| bound.claim.variant.is_empty() || bound.claim.reading != Reading::Printed)
    }

    /// Each scenario on which it was judged in this mode, once.
    pub(super) fn scenarios(&self, mode: Mode) -> Vec<&'a str> {
        let mut scenarios = Vec::new();
        for claim in self.judged().filter(|claim| claim.mode == mode) {
            if !scenarios.contains(&claim.scenario.as_str()) {
                scenarios.push(claim.scenario.as_str());
            }
        }
        scenarios
    }
}

impl<'a> Bound<'a> {
    /// Whether it is the bound of this reading and variant.
    pub(super) fn is(&self, reading: Reading, variant: &str) -> bool {
        self.claim.reading == reading && self.claim.variant == variant
    }

    /// Its reading in words, the variant included.
    pub(super) fn name(&self) -> String {
        reading(self.claim.reading, &self.claim.variant)
    }

    /// Its judgements in one mode.
    pub(super) fn judged(&self, mode: Mode) -> impl Iterator<Item = &'a JudgedClaim> {
        self.judged.iter().copied().filter(move |claim| claim.mode == mode)
    }

    /// Its judgement in this mode on this scenario.
    pub(super) fn on(&self, mode: Mode, scenario: &str) -> Option<&'a JudgedClaim> {
        self.judged(mode).find(|claim| claim.scenario == scenario)
    }

    /// The judgement where it comes closest to what was measured, a posteriori if it can be; none when it is vacuous everywhere.
    pub(super) fn closest(&self) -> Option<&'a JudgedClaim> {
        let ratios =
            self.judged.iter().filter_map(|claim| Some((claim.mode == Mode::APosteriori, claim.ratio?.max, *claim)));
        ratios.max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))).map(|(_, _, claim)| claim)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::report::{Report, RunInfo, SCHEMA, run_info};
    use ladder::{Range, Verdict};

    /// A judgement that holds.
    pub(crate) fn judged(id: &str, reading: Reading, mode: Mode, scenario: &str, ratio: Option<f64>) -> JudgedClaim {
        JudgedClaim {
            id: id.into(),
            title: format!("{id}: a step"),
            reading,
            variant: String::new(),
            says: String::new(),
            because: String::new(),
            mode,
            scenario: scenario.into(),
            verdict: Verdict::Holds,
            expected: None,
            needed: None,
            draws: 1,
            vacuous_draws: 0,
            ratio: ratio.and_then(|ratio| Range::of(vec![ratio])),
            rate: None,
            ladder: Vec::new(),
            unmet: None,
            witness: None,
        }
    }

    #[test]
    fn judgements_of_one_bound_come_together_in_their_order() {
        let (printed, sharpened) = (Reading::Printed, Reading::Sharpened);
        let (posterior, prior) = (Mode::APosteriori, Mode::APriori);
        let run: RunInfo = run_info(1, "quick", &[], |s| s.quick, String::new(), Vec::new());
        let claims = vec![
            judged("a", printed, posterior, "tiny", Some(0.5)),
            judged("b", sharpened, posterior, "tiny", None),
            judged("a", sharpened, posterior, "roomy", Some(0.1)),
            judged("a", printed, prior, "tiny", Some(3.0)),
            judged("a", printed, posterior, "overrun", Some(0.7)),
        ];
        let (scenarios, planted, searched) = (Vec::new(), Vec::new(), Vec::new());
        let report = Report { schema: SCHEMA.into(), run, scenarios, claims, planted, study: None, searched };
        let [a, b] = &statements(&report)[..] else { panic!("two statements") };
        assert_eq!((a.id, a.title, b.id), ("a", "a: a step", "b"));
        assert_eq!((a.bounds.len(), a.judged().count(), a.read(sharpened).count()), (2, 4, 1));
        assert_eq!(a.scenarios(posterior), ["tiny", "overrun", "roomy"]);
        let bound = &a.bounds[0];
        assert!(bound.is(printed, "") && !bound.is(printed, "ridge") && bound.name() == "printed");
        assert_eq!(bound.on(prior, "tiny").and_then(|claim| claim.ratio).map(|ratio| ratio.max), Some(3.0));
        assert!(bound.on(prior, "overrun").is_none());
        // A posteriori where there is such a ratio, and then the largest.
        assert_eq!(bound.closest().map(|claim| claim.scenario.as_str()), Some("overrun"));
        assert!(b.bounds[0].closest().is_none());
    }
}
