//! That the map is of what it says, and that a check can fail.

use super::page::markdown;
use super::picture::map;
use super::*;
use crate::data::described;
use comrade::data::synthetic;

#[test]
fn every_rule_is_played_under_every_attack_and_a_change_is_seen() {
    let material = described(synthetic::a9a_like(8000, Seed(1)), None);
    let heat = Heat::play(&material, &[HeatMethod::Comrade], &[0.3], "a processor".into(), &|| ()).unwrap();
    assert_eq!((heat.panels.len(), heat.samples), (2, 400));
    let panel = &heat.panels[0];
    assert!(panel.rows.iter().all(|row| row.losses.len() == rules().count()) && panel.rows.len() == ATTACKS.len());
    // Without liars the mean by norms is better than under the worst attack.
    assert!(panel.rows[panel.worst(0).unwrap()].losses[0] > panel.rows[0].losses[0]);
    assert_eq!(heat.differences(&heat), Vec::<String>::new());
    let mut other = heat.clone();
    other.panels[1].rows[3].losses[2] = other.panels[1].rows[3].losses[2].map(|loss| loss * 1.001);
    other.panels.remove(0);
    let found = heat.differences(&other);
    assert!(
        found.len() == 1 && found[0].contains("COMRADE, alpha 0.3, sorted true, flipped-label, nnm:trimmed-mean"),
        "{found:?}"
    );
    other.samples = 1;
    assert!(heat.differences(&other)[0].contains("others"));
    let page = markdown(&heat, &[(HeatMethod::Comrade, "heat.svg".into())]);
    assert!(page.contains("synthetic data, not the published file: a9a-like (400 samples"), "{page}");
    assert_eq!(page.matches("**").count(), 2 * (1 + 2 * rules().count()));
    assert!(map(&heat, HeatMethod::Comrade).svg().unwrap().contains("nnm:multi-krum"));
}

#[test]
fn sorted_shards_have_one_label_each_but_one() {
    let data = synthetic::a9a_like(400, Seed(1));
    let shards = by_label(&data);
    let mut all = shards.concat();
    all.sort_unstable();
    assert_eq!(all, (0..400).collect::<Vec<_>>());
    let pure = |shard: &&Vec<usize>| shard.iter().all(|&row| data.labels[row] == data.labels[shard[0]]);
    assert!(shards.iter().filter(pure).count() >= WORKERS - 1);
}
