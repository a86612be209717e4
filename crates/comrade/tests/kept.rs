//! A kept state may come from any file: what does not fit the cluster is refused, and never a panic.

#![expect(clippy::unwrap_used, reason = "a test ends there")]

use comrade::aggregate::TrimFraction;
use comrade::center::Cause;
use comrade::cluster::Cluster;
use comrade::data::synthetic;
use comrade::method::{Limits, METHODS, Method, Progress, Rule, State, solve};
use comrade::simulation::Simulation;
use comrade::stream::Seed;
use serde_json::Value;
use std::ops::ControlFlow;

/// Every array of numbers in a document: how to reach it.
fn arrays(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            if items.iter().any(|item| item.is_number() || item.is_null()) {
                found.push(path.to_owned());
            }
            items.iter().enumerate().for_each(|(i, item)| arrays(item, &format!("{path}/{i}"), found));
        }
        Value::Object(fields) => fields.iter().for_each(|(key, item)| arrays(item, &format!("{path}/{key}"), found)),
        _ => {}
    }
}

#[test]
fn a_state_with_an_array_of_another_length_is_refused() {
    let data = synthetic::a9a_like(200, Seed(5)).with_intercept().unwrap();
    let d = data.cols();
    let mut seen = std::collections::BTreeSet::new();
    for (method, _) in METHODS {
        let workers = if method == Method::Newton { 1 } else { 5 };
        for (trim, start) in [(0.0, 0.0), (0.0, 1e-2), (0.2, 0.0)] {
            let simulation = || Simulation::of(&data, workers).lambda(1e-3);
            let mut options = simulation().options();
            options.trim = TrimFraction::new(trim).unwrap();
            options.rule = if method == Method::Giant { Rule::Published } else { Rule::Filter };
            for rounds in [1, 2, 4, 6] {
                let mut cluster = simulation().build().unwrap();
                let mut state = State::start(method, &cluster, vec![start; d]).unwrap();
                let mut watch = |_: &Progress<'_>| ControlFlow::<()>::Continue(());
                let few = Limits::new(1e-12, rounds);
                assert!(solve(&mut cluster, &options, &few, &mut state, &mut watch).unwrap().is_continue());
                let whole = serde_json::to_value(&state).unwrap();
                let mut paths = vec![];
                arrays(&whole, "", &mut paths);
                for path in paths {
                    for longer in [false, true] {
                        let mut changed = whole.clone();
                        let array = changed.pointer_mut(&path).unwrap().as_array_mut().unwrap();
                        if longer {
                            array.push(Value::from(1.0))
                        } else {
                            _ = array.pop()
                        }
                        let mut state: State = serde_json::from_value(changed).unwrap();
                        let mut cluster = simulation().build().unwrap();
                        let error = solve(&mut cluster, &options, &Limits::new(1e-12, 9), &mut state, &mut watch);
                        assert_eq!(error.map_err(|error| error.cause), Err(Cause::State), "{method} {rounds} {path}");
                        assert_eq!(cluster.traffic().rounds, 0, "no worker was asked");
                    }
                    seen.insert(path);
                }
            }
        }
    }
    // The metric, the base and the memory of lazy Newton, the warm start, the points of the other methods.
    println!("{seen:?}");
    assert!(seen.len() >= 15, "{seen:?}");
}
