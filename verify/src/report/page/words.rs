//! What the numbers say, in sentences.

use super::super::{JudgedClaim, Report};
use super::Hunted;
use crate::claim::Reading;
use crate::proofs::Status;
use ladder::Verdict;

/// Whether a judgement says that the bound is wrong.
pub(super) fn fails(verdict: Verdict) -> bool {
    verdict.fails()
}

/// `Lemma 5` of `Lemma 5: one averaged step`.
pub(in crate::report) fn name(title: &str) -> &str {
    title.split_once(": ").map_or(title, |(name, _)| name)
}

/// What the statement is about: the rest of its title.
pub(super) fn about(title: &str) -> &str {
    title.split_once(": ").map_or("", |(_, about)| about)
}

/// What a proof assistant has checked, in a sentence.
pub(super) fn checked(status: &Status) -> String {
    match status {
        Status::Proved { file, theorem } => {
            format!("Proved by machine, a posteriori: {theorem} in verify/proofs/{file}.v.")
        }
        Status::Refuted { name } => {
            format!("Refuted by machine, a posteriori: verify/proofs/refuted/{name}.v.")
        }
        Status::Open => "Not machine-checked.".into(),
    }
}

/// A variant in words; empty for the main bound of a reading.
pub(super) fn variant(variant: &str) -> String {
    match variant {
        "zeta-1-defined" => "with ζ₁ as its definition gives it".into(),
        "ridge" => "ridge form".into(),
        other => other.replace('-', " "),
    }
}

/// Plain symbols as HTML, with real indices and exponents: `σ_min` and `H^(−½)`.
///
/// A capital or a digit is an index by itself (`ζ_MP` is a product), small letters go together (`ε_comp,byz`).
pub(super) fn formula(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['_', '^']) {
        let (before, from) = rest.split_at(at);
        let (mark, after) = from.split_at(1);
        let (script, next) = script(after);
        out += &escaped(before);
        let tag = if mark == "_" { "sub" } else { "sup" };
        out += &match script {
            "" => mark.to_owned(),
            _ => format!("<{tag}>{}</{tag}>", escaped(script)),
        };
        rest = next;
    }
    out + &escaped(rest)
}

/// The index or exponent at the start of the text, and what follows it.
fn script(text: &str) -> (&str, &str) {
    for (open, close) in [('(', ')'), ('{', '}')] {
        if let Some((inside, rest)) = text.strip_prefix(open).and_then(|inside| inside.split_once(close)) {
            return (inside, rest);
        }
    }
    let small = |text: &str| text.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(text.len());
    let mut end = small(text);
    if end == 0 {
        end = text.chars().next().filter(|c| !c.is_whitespace()).map_or(0, char::len_utf8);
    } else if let Some(more) =
        text[end..].strip_prefix(',').filter(|more| more.starts_with(|c: char| c.is_alphanumeric()))
    {
        end += 1 + small(more).max(1);
    }
    text.split_at(end)
}

fn escaped(text: &str) -> String {
    // A slash needs no escape between tags.
    minijinja::HtmlEscape(text).to_string().replace("&#x2f;", "/")
}

/// `a, b and c`.
fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// Each once, in their order.
fn distinct<T: PartialEq>(words: impl Iterator<Item = T>) -> Vec<T> {
    let mut out = Vec::new();
    words.for_each(|word| {
        if !out.contains(&word) {
            out.push(word);
        }
    });
    out
}

/// The report in a few sentences: which printed statements fail, how often they say nothing, what the corrected ones do, and
/// what the statements of this project do.
pub(in crate::report) fn summary(report: &Report, hunted: Option<&Hunted>) -> Vec<String> {
    let (own, corrected): (Vec<&JudgedClaim>, Vec<&JudgedClaim>) =
        report.claims.iter().filter(|e| e.reading != Reading::Printed).partition(|e| is_own(report, &e.id));
    let mut sentences = vec![failing(report, hunted), silent(report), ours(&corrected)];
    sentences.extend((!own.is_empty()).then(|| new(&own)));
    sentences
}

/// Whether a statement is of this project: nobody has printed it.
fn is_own(report: &Report, id: &str) -> bool {
    !report.claims.iter().any(|e| e.id == id && e.reading == Reading::Printed)
}

/// Judgements, those that approve, and those that say nothing.
fn outcomes(entries: &[&JudgedClaim]) -> (usize, usize, usize) {
    let count = |wanted: fn(Verdict) -> bool| entries.iter().filter(|e| wanted(e.verdict)).count();
    (entries.len(), count(Verdict::approves), count(|verdict| verdict == Verdict::Vacuous))
}

fn new(own: &[&JudgedClaim]) -> String {
    let (all, good, vacuous) = outcomes(own);
    let names = list(&distinct(own.iter().map(|e| name(&e.title).to_owned())));
    format!(
        "Of our own statements about lazy Newton ({names}), {good} of {all} judgements hold and {vacuous} are vacuous."
    )
}

fn printed(report: &Report) -> impl Iterator<Item = &JudgedClaim> {
    report.claims.iter().filter(|e| e.reading == Reading::Printed)
}

fn failing(report: &Report, hunted: Option<&Hunted>) -> String {
    let all = distinct(printed(report).map(|e| e.id.as_str()));
    let called = |id: &str| {
        let title = report.claims.iter().find(|e| e.id == id).map(|e| name(&e.title).to_owned());
        title.unwrap_or_else(|| id.to_owned())
    };
    let played = distinct(printed(report).filter(|e| e.variant.is_empty() && fails(e.verdict)).map(|e| e.id.as_str()));
    let found = |with_variant: bool| {
        let entries = hunted.map_or(&[][..], |hunted| &hunted.entries);
        let broken = entries.iter().filter(move |e| {
            e.reading == Reading::Printed && e.witness.is_some() && e.variant.is_empty() != with_variant
        });
        distinct(broken.map(|e| e.id.as_str()).filter(|id| all.contains(id)))
    };
    let searched: Vec<&str> = found(false).into_iter().filter(|id| !played.contains(id)).collect();
    let also: Vec<&str> = found(true).into_iter().filter(|id| !played.contains(id) && !searched.contains(id)).collect();
    let names = |ids: &[&str]| list(&ids.iter().map(|id| called(id)).collect::<Vec<_>>());
    let total = all.len();
    let of_them = match (total, played.len() + searched.len()) {
        (1, 0) => "The one printed statement does not fail".to_owned(),
        (1, _) => "The one printed statement fails".to_owned(),
        (_, 0) => format!("None of the {total} printed statements fails"),
        (_, 1) => format!("Of the {total} printed statements, one fails"),
        (_, count) => format!("Of the {total} printed statements, {count} fail"),
    };
    let mut parts = judged_false(report, &names);
    if !searched.is_empty() {
        let counterexamples = if searched.len() == 1 { "a counterexample" } else { "counterexamples" };
        parts.push(format!("the search for the worst instance found {counterexamples} to {}", names(&searched)));
    }
    let mut text = of_them;
    if !parts.is_empty() {
        text += &format!(": {}", parts.join("; "));
    }
    let growing = distinct(hunted.into_iter().flat_map(|h| &h.entries).filter(|e| e.grows).map(|e| e.id.as_str()));
    let growing: Vec<&str> = growing.into_iter().filter(|id| all.contains(id)).collect();
    if !growing.is_empty() {
        text += &format!("; the ratio of {} grows without bound with the number of workers", names(&growing));
    }
    if !also.is_empty() {
        text += &format!("; {} fails too once ζ₁ is what its definition gives", names(&also));
    }
    text + "."
}

/// Which statements fail on a draw that was played, and which more often than delta allows: the second says more.
fn judged_false(report: &Report, names: &dyn Fn(&[&str]) -> String) -> Vec<String> {
    let with = |verdict: Verdict, main: bool| {
        let found = printed(report).filter(|e| e.verdict == verdict && e.variant.is_empty() == main);
        distinct(found.map(|e| e.id.as_str()))
    };
    let (violated, refuted) = (with(Verdict::Violated, true), with(Verdict::Refuted, true));
    let mut defined = with(Verdict::Refuted, false);
    defined.retain(|id| !refuted.contains(id));
    let too = if violated.is_empty() { "" } else { " too" };
    [
        (&violated, "violated on played draws".to_owned()),
        (&refuted, format!("refuted a priori{too}")),
        (&defined, "refuted a priori only with ζ₁ as its definition gives it".to_owned()),
    ]
    .into_iter()
    .filter(|(ids, _)| !ids.is_empty())
    .map(|(ids, words)| format!("{} {} {words}", names(ids), are(ids.len())))
    .collect()
}

fn silent(report: &Report) -> String {
    let judged = printed(report).count();
    let vacuous: Vec<&JudgedClaim> = printed(report).filter(|e| e.verdict == Verdict::Vacuous).collect();
    if vacuous.is_empty() {
        return format!("No printed statement is vacuous in any of its {judged} judgements.");
    }
    let unmet = distinct(vacuous.iter().filter_map(|e| e.unmet.as_deref()));
    let count = |premise: &str| vacuous.iter().filter(|e| e.unmet.as_deref() == Some(premise)).count();
    let most = unmet.iter().max_by_key(|premise| count(premise));
    let reason = most.map_or(String::new(), |premise| format!(", most often {premise} (in {})", count(premise)));
    format!(
        "The printed statements are vacuous in {} of {judged} judgements, because a premise is not met{reason}; that is \
         never counted as success.",
        vacuous.len()
    )
}

fn ours(corrected: &[&JudgedClaim]) -> String {
    let says = |reading: Reading| {
        let entries: Vec<&JudgedClaim> = corrected.iter().filter(|e| e.reading == reading).copied().collect();
        outcomes(&entries)
    };
    let broken = corrected.iter().filter(|e| fails(e.verdict)).count();
    let head = match broken {
        0 => "No corrected bound was violated or refuted".to_owned(),
        1 => "One judgement went against a corrected bound".to_owned(),
        _ => format!("{broken} judgements went against corrected bounds"),
    };
    let (rederived, sharpened) = (says(Reading::Rederived), says(Reading::Sharpened));
    format!(
        "{head}: those rederived from the printed proofs hold or are confirmed in {} of {} judgements ({} vacuous), the \
         sharpened ones in {} of {} ({} vacuous).",
        rederived.1, rederived.0, rederived.2, sharpened.1, sharpened.0, sharpened.2
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Mode;
    use crate::report::grouped::tests::judged;
    use crate::report::{SCHEMA, run_info};

    #[test]
    fn indices_and_exponents_end_where_they_should() {
        for (plain, set) in [
            ("‖H^(−½)x‖ < 1", "‖H<sup>−½</sup>x‖ &lt; 1"),
            ("H^½p", "H<sup>½</sup>p"),
            ("√σ_min + 2ε_byz²/ζ_MP", "√σ<sub>min</sub> + 2ε<sub>byz</sub>²/ζ<sub>M</sub>P"),
            ("ε_byz, ζ_comp,1² and ε_comp,byz", "ε<sub>byz</sub>, ζ<sub>comp,1</sub>² and ε<sub>comp,byz</sub>"),
            ("ζ_{M∩T} _ x^", "ζ<sub>M∩T</sub> _ x^"),
            ("a & b", "a &amp; b"),
        ] {
            assert_eq!(formula(plain), set);
        }
    }

    #[test]
    fn what_is_violated_and_what_is_refuted_are_told_apart() {
        let entry = |id: &str, variant: &str, verdict: Verdict| {
            let of = judged(id, Reading::Printed, Mode::APosteriori, "tiny", Some(1.5));
            JudgedClaim { verdict, variant: variant.into(), ..of }
        };
        let said = |claims: Vec<JudgedClaim>| {
            let run = run_info(1, "quick", &[], |s| s.quick, String::new(), Vec::new());
            let (scenarios, planted, searched) = (Vec::new(), Vec::new(), Vec::new());
            failing(&Report { schema: SCHEMA.into(), run, scenarios, claims, planted, study: None, searched }, None)
        };
        let (violated, refuted) = (Verdict::Violated, Verdict::Refuted);
        assert_eq!(
            said(vec![
                entry("a", "", violated),
                entry("b", "", violated),
                entry("b", "", refuted),
                entry("b", "zeta-1-defined", refuted),
                entry("c", "", violated),
                entry("c", "zeta-1-defined", refuted),
                entry("d", "", Verdict::Confirmed),
            ]),
            "Of the 4 printed statements, 3 fail: a, b and c are violated on played draws; b is refuted a priori too; \
             c is refuted a priori only with ζ₁ as its definition gives it."
        );
        assert_eq!(said(vec![entry("a", "", refuted)]), "The one printed statement fails: a is refuted a priori.");
    }

    #[test]
    fn lists_read_like_sentences() {
        let words = |n: usize| list(&["a", "b", "c"].map(String::from)[..n]);
        assert_eq!([words(0), words(1), words(2), words(3)], ["", "a", "a and b", "a, b and c"]);
        assert_eq!((name("Lemma 5: one: step"), about("Lemma 5: one: step")), ("Lemma 5", "one: step"));
        assert_eq!((name("x"), about("x")), ("x", ""));
    }
}
