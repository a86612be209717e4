//! The adversarial search: what it stored still refutes what it says it refutes, and it finds the same again.

use comrade::loss::Loss;
use comrade::stream::Seed;
use comrade_verify::claim::Reading;
use comrade_verify::hunt::ceiling::{Ceiling, ceiling};
use comrade_verify::hunt::exact::ExactProof;
use comrade_verify::hunt::instance::{Instance, Member};
use comrade_verify::hunt::theorem::{Theorem, theorem};
use comrade_verify::hunt::{ReplayError, SearchEntry, Witness, claim_of, hunt, huntable};
use std::fs;
use std::path::PathBuf;

fn reports() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../reports")
}

/// All stored witnesses with the names of their files.
fn stored() -> Vec<(String, Witness)> {
    let folder = fs::read_dir(reports().join("witnesses")).unwrap();
    let files = folder.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "json"));
    let read = |path: PathBuf| {
        let witness = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        (path.file_name().unwrap().to_string_lossy().into_owned(), witness)
    };
    let mut all: Vec<(String, Witness)> = files.map(read).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn entries() -> Vec<SearchEntry> {
    serde_json::from_str(&fs::read_to_string(reports().join("hunt.json")).unwrap()).unwrap()
}

/// The instance of `closed_forms` at which printed Lemma 5 fails by three halves.
fn three_halves() -> Witness {
    let instance = Instance {
        loss: Loss::Squared,
        lambda: 0.0,
        rows: vec![vec![5.0], vec![1.0], vec![1.0]],
        labels: vec![5.0, 5.0, -3.0],
        iterate: vec![0.0],
        beta: 0.0,
        workers: vec![Member::honest(vec![0, 1, 1, 1])],
        inverse: None,
    };
    let (id, variant) = ("lemma-5".to_owned(), String::new());
    Witness { id, reading: Reading::Printed, variant, ratio: 1.5, proved: true, instance }
}

#[test]
fn every_stored_witness_replays() {
    let all = stored();
    assert!(all.iter().any(|(_, w)| w.id == "lemma-5"), "printed Lemma 5 has a witness");
    for (file, witness) in all {
        let replay = witness.replay().unwrap();
        assert!(replay.violated, "{file} violates");
        assert!((replay.ratio / witness.ratio - 1.0).abs() < 1e-9, "{file}: {} {}", replay.ratio, witness.ratio);
        assert_eq!(replay.proof.is_proved(), witness.proved, "{file}: {:?}", replay.proof);
        // A kept liar is bounded by a trimmed honest worker only where alpha < beta, which the text asks for.
        let liars: usize = witness.instance.workers.iter().filter(|w| w.lies).map(|w| w.copies).sum();
        assert!(liars == 0 || liars < witness.instance.trimmed(), "{file}");
    }
}

#[test]
fn every_refutation_in_one_dimension_is_a_theorem_as_written_down() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../verify/proofs/refuted");
    let mut written: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|file| file.ends_with(".v"))
        .collect();
    written.sort();
    let mut fresh = Vec::new();
    for (file, witness) in stored() {
        let found = theorem(&file, &witness);
        assert_eq!(found.is_some(), witness.proved && witness.instance.d() == 1, "{file}");
        fresh.extend(found);
    }
    fresh.sort_by(|a: &Theorem, b| a.file.cmp(&b.file));
    assert_eq!(written, fresh.iter().map(|theorem| theorem.file.clone()).collect::<Vec<_>>());
    for Theorem { file, text } in fresh {
        let committed = fs::read_to_string(folder.join(&file)).unwrap();
        assert_eq!(committed, text, "{file}: run `cargo xtask hunt --theorems`");
    }
    // What refutes nothing is no theorem.
    let mut harmless = three_halves();
    harmless.instance.labels = vec![5.0, 1.0, 1.0];
    assert_eq!(theorem("harmless.json", &harmless), None);
}

#[test]
fn without_a_liar_trimming_refutes_what_is_printed_and_by_more_the_more_workers_there_are() {
    let (entries, stored) = (entries(), stored());
    for (id, variant) in [
        ("lemma-7", ""),
        ("lemma-7", "zeta-1-defined"),
        ("lemma-10", ""),
        ("lemma-10", "zeta-1-defined"),
        ("theorem-2", ""),
        ("theorem-3", ""),
    ] {
        let (_, witness) = stored.iter().find(|(_, w)| w.id == id && w.variant == variant).unwrap();
        let instance = &witness.instance;
        assert!(instance.m() <= 25 && instance.trimmed() > 0 && instance.workers.iter().all(|w| !w.lies), "{id}");
        assert!(witness.proved && witness.ratio > 1.1, "{id} {}", witness.ratio);
        let entry =
            entries.iter().find(|e| e.id == id && e.reading == Reading::Printed && e.variant == variant).unwrap();
        assert!(entry.grows && entry.sizes.last().is_some_and(|at| at.ratio > 4.0), "{id}");
    }
}

/// No ratio that was found exceeds what is proved.
#[test]
fn both_sides_of_a_worst_case_leave_a_gap_or_meet() {
    for entry in entries() {
        let claim = claim_of(&entry.id, entry.reading, &entry.variant).unwrap();
        match ceiling(claim) {
            Ceiling::AtMost(limit) => assert!(entry.ratio <= limit * (1.0 + 1e-6), "{} {}", entry.id, entry.ratio),
            Ceiling::Unbounded => assert!(entry.grows, "{}", entry.id),
        }
        assert!(!entry.grows || ceiling(claim) == Ceiling::Unbounded, "{} grows", entry.id);
    }
}

/// Sixteen honest workers of two kinds whose rows differ by `apart`; the six with the longer direction are trimmed.
fn two_kinds(apart: f64) -> Witness {
    let far = 1.0 + apart;
    let kind = |row, copies| Member { copies, ..Member::honest(vec![row]) };
    let mut instance = Instance {
        loss: Loss::Squared,
        lambda: 0.0,
        rows: vec![vec![1.0], vec![far]],
        labels: vec![-1.0, -1.0 / far],
        iterate: vec![0.0],
        beta: 0.0,
        workers: vec![kind(1, 10), kind(0, 6)],
        inverse: None,
    };
    instance.trim(6);
    Witness {
        id: "lemma-7".into(),
        reading: Reading::Printed,
        variant: String::new(),
        ratio: 1.4,
        proved: true,
        instance,
    }
}

#[test]
fn what_exact_arithmetic_proves_no_noise_floor_vetoes() {
    // eta is half of what the rows are apart; floating point has no digits left at the second one.
    for apart in [1.0 / 512.0, 1.0 / f64::from(1 << 26)] {
        let witness = two_kinds(apart);
        let replay = witness.replay().unwrap();
        assert!(replay.violated && matches!(replay.proof, ExactProof::Proved(_)), "{apart}: {replay:?}");
        assert!(replay.ratio > 1.2 && replay.ratio < 125.0 / 84.0, "{}", replay.ratio);
        let said = witness.describe(&replay);
        assert!(said.contains(": violated") && said.contains("proved in exact"), "{said}");
    }
    // Three of nine trimmed: the claim holds, exactly, and both say so.
    let mut holds = two_kinds(1.0 / f64::from(1 << 26));
    (holds.instance.workers[0].copies, holds.instance.workers[1].copies) = (6, 3);
    holds.instance.trim(3);
    let replay = holds.replay().unwrap();
    let said = holds.describe(&replay);
    assert!(
        !replay.violated && matches!(replay.proof, ExactProof::Disproved(_)) && said.contains("proved to hold"),
        "{said}"
    );
}

#[test]
fn a_replay_names_the_two_sides_of_its_ratio() {
    let said = |name: &str| {
        let (_, witness) = stored().into_iter().find(|(file, _)| file == name).unwrap();
        witness.describe(&witness.replay().unwrap())
    };
    let seven = said("lemma-7-printed.json");
    // The numbers are those that a reader's own program had from the text of the statement.
    for words in [
        "both counted from the minimum φ(p*)",
        "measured: φ(p̂) − φ(p*) = 1.21067846",
        "= ε_byz² + ½ζ_byz²P² = 5.94678848",
        "η = 4.80106",
        "ε_max = 1.56325",
        "P = 9.97441",
    ] {
        assert!(seven.contains(words), "no {words:?} in {seven}");
    }
    let nine = said("lemma-9-printed.json");
    assert!(nine.contains("measured: ‖H^½(Q(p̂) − p*)‖² = ") && !nine.contains("minimum"), "{nine}");
}

#[test]
fn numbers_too_large_for_exact_arithmetic_end_with_a_sentence() {
    let mut witness = two_kinds(1.0 / 512.0);
    witness.id = "theorem-2".into();
    witness.instance.loss = Loss::Logistic;
    witness.instance.labels = vec![1.0, -1.0];
    for far in [1e6, 9e15, 1e200] {
        witness.instance.iterate = vec![far];
        // Nothing can be seen there, and that is said at once.
        let said = witness.replay().map_or_else(|e| e.to_string(), |replay| witness.describe(&replay));
        assert!(said.contains("exact") || said.contains("rounding") || said.contains("cannot be played"), "{said}");
    }
    let mut many = two_kinds(1.0 / 512.0);
    many.instance.workers.iter_mut().for_each(|w| w.shard = w.shard.repeat(20_000));
    let replay = many.replay().unwrap();
    assert!(many.describe(&replay).contains("too large for exact arithmetic"), "{replay:?}");
    // Nor is a round played whose end nobody could wait for.
    let mut wide = two_kinds(1.0 / 512.0);
    let d = 2000;
    wide.instance.rows = vec![vec![1.0; d]; 2];
    wide.instance.iterate = vec![0.0; d];
    let says = wide.replay().unwrap_err().to_string();
    assert!(
        says.contains("2 rows of 2000 numbers and 2 kinds of workers take 2e11 operations, and at most 1e10"),
        "{says}"
    );
    many.instance.workers[0].copies = usize::MAX;
    assert!(matches!(many.replay(), Err(ReplayError::Instance(_))));
}

#[test]
fn the_index_and_the_witnesses_agree_and_name_known_claims() {
    let (entries, stored) = (entries(), stored());
    for claim in huntable() {
        let same = |e: &&SearchEntry| e.id == claim.id && e.reading == claim.reading && e.variant == claim.variant;
        assert_eq!(entries.iter().filter(same).count(), 1, "{} {}", claim.id, claim.reading.name());
    }
    assert_eq!(entries.len(), huntable().len());
    let mut listed: Vec<String> = entries.iter().filter_map(|e| e.witness.clone()).collect();
    listed.sort();
    let files: Vec<String> = stored.iter().map(|(file, _)| file.clone()).collect();
    assert_eq!(listed, files);
    for entry in &entries {
        assert_eq!(entry.proved.is_some(), entry.witness.is_some());
        assert!(entry.reading == Reading::Printed || entry.witness.is_none(), "{} of ours is refuted", entry.id);
        let known = stored.iter().find(|(file, _)| entry.witness.as_ref() == Some(file));
        // A proof and short decimals cost some of the ratio; one that grows with m is shown at a small m.
        let kept = |w: &Witness| (w.ratio - 1.0) / (entry.ratio - 1.0);
        assert!(known.is_none_or(|(_, w)| w.id == entry.id && (entry.grows || kept(w) > 0.4)), "{}", entry.id);
    }
}

#[test]
fn the_hand_made_witness_is_refuted_and_proved_and_a_changed_one_is_not() {
    let witness = three_halves();
    let replay = witness.replay().unwrap();
    assert!(replay.violated && replay.proof.is_proved() && (replay.ratio - 1.5).abs() < 1e-12);
    // w = 1 fits these labels exactly, so that every direction is p*.
    let mut fitted = witness.clone();
    fitted.instance.labels = vec![5.0, 1.0, 1.0];
    let replay = fitted.replay().unwrap();
    assert!(!replay.violated && replay.ratio == 0.0 && replay.proof == ExactProof::Disproved(0.0), "{replay:?}");
    // The gradient's error now works against that of the Hessian.
    let mut turned = witness.clone();
    turned.instance.labels = vec![5.0, 1.0, -3.0];
    let replay = turned.replay().unwrap();
    assert!(!replay.violated && matches!(replay.proof, ExactProof::Disproved(_)));
    let ours = Witness { reading: Reading::Rederived, ..witness.clone() };
    assert!(!ours.replay().unwrap().violated);
    let unknown = Witness { id: "lemma-99".into(), ..witness };
    assert!(matches!(unknown.replay(), Err(ReplayError::Claim(_))));
}

/// Printed Theorem 1 next to its worst case in d = 1, which `hunt::limit` bounds: 27 rows 1, of which 19 have the label 1,
/// and 11 rows 0; in the shard 23, of which 15, and 23. Then sigma(w*) = 19/27, and sigma(w) = 19/23 makes g_1 = g, so that
/// eps is 0 up to the rounding of w.
#[test]
fn the_worst_case_of_printed_theorem_1_in_one_dimension_is_approached_and_not_passed() {
    let some = |value: f64, count: usize| std::iter::repeat_n(value, count);
    let (plus, minus, zero) = (0, 26, 27);
    let instance = Instance {
        loss: Loss::Logistic,
        lambda: 0.0,
        rows: some(1.0, 27).chain(some(0.0, 11)).map(|x| vec![x]).collect(),
        labels: some(1.0, 19).chain(some(-1.0, 19)).collect(),
        iterate: vec![(19.0_f64 / 4.0).ln()],
        beta: 0.0,
        workers: vec![Member::honest([[plus; 15].as_slice(), &[minus; 8], &[zero; 23]].concat())],
        inverse: None,
    };
    let (id, variant) = ("theorem-1".to_owned(), String::new());
    let witness = Witness { id, reading: Reading::Printed, variant, ratio: 1.6078, proved: true, instance };
    let replay = witness.replay().unwrap();
    assert!(replay.violated && replay.proof.is_proved());
    assert!(1.6077 < replay.ratio && replay.ratio < 1.6082, "{}", replay.ratio);
}

#[test]
fn an_instance_that_makes_no_sense_is_refused() {
    let broken: [fn(&mut Instance); 7] = [
        |i| i.labels.push(1.0),
        |i| i.workers[0].shard.push(3),
        |i| i.workers[0].shard.clear(),
        |i| i.rows[0][0] = f64::NAN,
        |i| i.lambda = -1.0,
        |i| i.loss = Loss::Logistic,
        // Further from p than 0 is.
        |i| i.workers[0].message = Some(vec![100.0]),
    ];
    for change in broken {
        let mut witness = three_halves();
        change(&mut witness.instance);
        assert!(matches!(witness.replay(), Err(ReplayError::Instance(_))));
    }
}

/// The worker's Hessian is 1e-18 of H, so that 1/tau has no digits: the search once took that for a violation.
#[test]
fn an_instance_whose_numbers_are_lost_in_rounding_is_refused() {
    let mut instance = three_halves().instance;
    instance.loss = Loss::Logistic;
    instance.rows = vec![vec![-4.7], vec![0.2]];
    instance.labels = vec![-1.0, -1.0];
    instance.iterate = vec![-9.93];
    instance.workers[0].shard = vec![0];
    assert!(instance.play().unwrap_err().to_string().contains("rounding"));
    instance.iterate = vec![-1.0];
    assert!(instance.play().is_ok());
}

#[test]
fn a_search_depends_on_its_seed_and_not_on_the_number_of_threads() {
    let claims: Vec<_> = huntable().into_iter().filter(|c| c.id == "lemma-5" || c.id == "lemma-10").collect();
    let run = |seed, jobs| {
        let found = hunt(&claims, Seed(seed), 2000, jobs, &|_| ());
        serde_json::to_string(&found).unwrap()
    };
    let one = run(1, 1);
    assert_eq!(one, run(1, 2));
    assert_ne!(one, run(2, 1));
}
