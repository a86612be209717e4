//! A witness as a theorem: the text of a Coq file that proves that the instance refutes what is printed, a posteriori.
//!
//! What is left open in the statement is chosen here, as short decimals: eta, D, rho, and two numbers between which the
//! gradient vanishes. Coq computes everything else again (`verify/proofs/Check.v`). Nothing here has to be believed.

use super::exact::{ExactProof, Facts, facts};
use super::instance::{Instance, Member};
use super::interval::{Interval, int};
use super::{Witness, claim_of};
use crate::claim::Claim;
use comrade::loss::Loss;

/// A theorem and its file in `verify/proofs/refuted/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theorem {
    /// The name of the file.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// What the statement leaves open.
struct Choice {
    eta: String,
    deviation: String,
    rho: String,
    /// Around w*; `None` where it is not needed.
    minimiser: Option<(String, String)>,
    ratio: f64,
}

/// Decimals beyond which none are tried.
const DECIMALS: usize = 60;
/// How much of the excess over 1 the shortest decimals must keep.
const KEPT: f64 = 0.99;
/// Coq encloses the exponential less tightly than [`Interval`] does. Premises are left so much room.
const ROOM: f64 = 1e-7;

/// The theorem that a witness in this file is; none if it is not one in d = 1 that is proved.
#[must_use]
pub fn theorem(file: &str, witness: &Witness) -> Option<Theorem> {
    let claim = claim_of(&witness.id, witness.reading, &witness.variant)?;
    let facts = facts(claim, &witness.instance).ok()?;
    let choice = choose(claim, &witness.instance, &facts)?;
    let name = name(file);
    let text = text(&name, file, claim, &witness.instance, &facts, &choice)?;
    Some(Theorem { file: format!("{name}.v"), text })
}

/// The name of the theorem's file, without its end, from that of the witness.
#[must_use]
pub fn name(file: &str) -> String {
    file.trim_end_matches(".json").replace('-', "_")
}

/// The shortest decimals with which the claim still fails by nearly as much.
fn choose(claim: &Claim, instance: &Instance, facts: &Facts) -> Option<Choice> {
    let ExactProof::Proved(ratio) = facts.judge(claim) else { return None };
    let room = if instance.loss == Loss::Logistic { Interval::decimal(ROOM)? } else { int(0) };
    (2..=DECIMALS).find_map(|decimals| {
        let above = |v: &Interval| (v + &room).decimal_above(decimals);
        // The text asks for eta > 0.
        let eta = match above(&facts.eta).as_str() {
            "0" => format!("0.{}1", "0".repeat(decimals - 1)),
            eta => eta.to_owned(),
        };
        let deviation = if averages(claim) { above(&facts.deviation.0) } else { above(&facts.deviation.1) };
        let lost = if facts.k == int(0) { int(0) } else { &facts.k + &room };
        let rho = (int(1) - lost).decimal_below(decimals);
        let (eta_is, deviation_is, rho_is) =
            (Interval::read(&eta)?, Interval::read(&deviation)?, Interval::read(&rho)?);
        if int(0).above(&rho_is) {
            return None;
        }
        let mut chosen = facts.clone();
        (chosen.eta, chosen.deviation, chosen.k) = (eta_is, (deviation_is.clone(), deviation_is), int(1) - rho_is);
        let mut minimiser = None;
        if claim.id.starts_with("theorem") {
            let w = Interval::decimal(*instance.iterate.first()?)?;
            let near = &w - facts.delta.as_ref()?;
            // The gradient has to be told from 0 at both ends.
            let apart = &room + &(int(1) / Interval::read(&format!("1{}", "0".repeat(decimals)))?);
            let ends = ((&near - &apart).decimal_below(decimals), (&near + &apart).decimal_above(decimals));
            chosen.delta = Some(w - Interval::read(&ends.0)?.hull(Interval::read(&ends.1)?));
            minimiser = Some(ends);
        }
        match chosen.judge(claim) {
            ExactProof::Proved(now) if now - 1.0 >= KEPT * (ratio - 1.0) => {
                Some(Choice { eta, deviation, rho, minimiser, ratio: now })
            }
            _ => None,
        }
    })
}

/// Whether it is enough that D bounds the mean deviation.
fn averages(claim: &Claim) -> bool {
    claim.id == "lemma-5" || claim.id == "theorem-1"
}

fn text(name: &str, file: &str, claim: &Claim, instance: &Instance, facts: &Facts, choice: &Choice) -> Option<String> {
    let id = claim.id.replace('-', "_");
    let reading = match (averages(claim), claim.variant) {
        (true, _) => "",
        (_, "") => " AsPrinted",
        _ => " AsDefined",
    };
    let mut arguments = "eta D".to_owned();
    let mut rest = String::new();
    if matches!(claim.id, "lemma-9" | "lemma-10" | "theorem-3") {
        arguments.push_str(" rho");
        rest.push_str("(** The messages are those of a rho-approximate compressor. *)\n");
        rest.push_str(&format!("Definition rho : Q := {}.\n", choice.rho));
    }
    if let Some((left, right)) = &choice.minimiser {
        arguments.push_str(" left right");
        rest.push_str("(** Between these two the gradient vanishes. *)\n");
        rest.push_str(&format!("Definition left : Q := {left}.\nDefinition right : Q := {right}.\n"));
    }
    let each = |of: fn((&Member, &usize)) -> usize| -> Vec<usize> {
        instance.workers.iter().zip(&facts.kept).map(of).collect()
    };
    let (kept, dropped) = (each(|(_, kept)| *kept), each(|(worker, kept)| worker.copies - kept));
    let samples: Vec<String> =
        instance.rows.iter().zip(&instance.labels).map(|(x, y)| format!("({}, {y})", x[0])).collect();
    Some(format!(
        "(** {title} as printed is false a posteriori: on a chosen draw, and with D in place of what (4) gives.

    Workers: {m}; liars: {liars}; trimmed: {trimmed}. Measured, and not part of the theorem:
    the left side is more than {ratio:.4} times the right one. Nothing is said of how probable such a draw is.
    Written by `cargo xtask hunt --theorems` from reports/witnesses/{file}. *)
From Coq Require Import QArith List.
From Comrade Require Import Printed Refute.
Import ListNotations.
Open Scope Q_scope.

Definition instance : instance := {{|
  kind := {loss:?};
  lambda := {lambda};
  samples := {samples};
  iterate := {iterate};
  kept := {kept};
  trimmed := {dropped} |}}.

(** Both events of Lemma 2 happen with eta, and {deviation} is at most D. *)
Definition eta : Q := {eta}.
Definition D : Q := {deviates}.
{rest}
Theorem {name}_is_false : ~ {id}_printed instance{reading}.
Proof. apply ({id}_refuted instance {arguments}). vm_compute. reflexivity. Qed.
",
        title = claim.title.split(':').next().unwrap_or(claim.title),
        m = instance.m(),
        liars = instance.workers.iter().filter(|worker| worker.lies).map(|worker| worker.copies).sum::<usize>(),
        trimmed = dropped.iter().sum::<usize>(),
        ratio = (choice.ratio * 1e4).floor() / 1e4,
        loss = instance.loss,
        lambda = instance.lambda,
        samples = list(&samples),
        iterate = instance.iterate[0],
        kept = workers(instance, &kept)?,
        dropped = workers(instance, &dropped)?,
        deviation = if averages(claim) { "the mean of |g_i - g|" } else { "every |g_i - g|" },
        eta = choice.eta,
        deviates = choice.deviation,
    ))
}

/// How many of each group of workers.
fn workers(instance: &Instance, counts: &[usize]) -> Option<String> {
    let groups = instance.workers.iter().zip(counts).filter(|(_, count)| **count > 0);
    let said = groups.map(|(worker, &count)| {
        let one = worker_text(worker)?;
        Some(if count == 1 { format!("[{one}]") } else { format!("repeat ({one}) {count}") })
    });
    let said: Vec<String> = said.collect::<Option<_>>()?;
    Some(if said.is_empty() { "[]".into() } else { said.join(" ++ ") })
}

fn worker_text(worker: &Member) -> Option<String> {
    let rows = list(&worker.shard.iter().map(|row| format!("{row}%nat")).collect::<Vec<_>>());
    let rows = if rows.ends_with(']') && !rows.contains("++") { rows } else { format!("({rows})") };
    Some(match &worker.message {
        Some(message) if worker.lies => format!("liar ({})", message.first()?),
        Some(message) => format!("compressed {rows} ({})", message.first()?),
        None => format!("honest {rows}"),
    })
}

/// A list, its longer runs of equal entries shortened.
fn list(entries: &[String]) -> String {
    let runs: Vec<&[String]> = entries.chunk_by(|a, b| a == b).collect();
    let pieces = runs.chunk_by(|a, b| a.len() < 3 && b.len() < 3).map(|runs| match runs {
        [run] if run.len() > 2 => format!("repeat {} {}", run[0], run.len()),
        _ => format!("[{}]", runs.concat().join("; ")),
    });
    pieces.collect::<Vec<_>>().join(" ++ ")
}
