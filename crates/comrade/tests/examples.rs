//! Every example runs, and what it asserts is true.

#[path = "../examples/own_attack.rs"]
mod own_attack;
#[path = "../examples/own_cluster.rs"]
mod own_cluster;
#[path = "../examples/own_rule.rs"]
mod own_rule;
#[path = "../examples/solve.rs"]
mod solve;
#[path = "../examples/under_attack.rs"]
mod under_attack;

type Ran = Result<(), Box<dyn std::error::Error>>;

#[test]
fn ten_workers_find_the_minimiser() -> Ran {
    solve::main()
}

#[test]
fn defences_survive_the_attacks() -> Ran {
    under_attack::main()
}

#[test]
fn a_cluster_of_threads_does_without_the_silent_one() -> Ran {
    own_cluster::main()
}

#[test]
fn medians_are_a_rule() -> Ran {
    own_rule::main()
}

#[test]
fn an_attack_of_ones_own_is_survived() -> Ran {
    own_attack::main()
}
