//! Rounds, bytes and threads: what crosses the network is counted exactly, and who computes does not matter.

use crate::conformance::COMPRESSORS;
use crate::support::{Experiment, METHODS, Method, Record, play};
use comrade::attack::{Attack, Message, View};
use comrade::compress::{self, Compressor, WireError};
use comrade::data::{Dataset, synthetic};
use comrade::simulation::Simulation;
use comrade::stream::{Seed, Stream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const WORKERS: u64 = 20;
const ITERATIONS: u64 = 4;
const D: u64 = 123;

fn data() -> Dataset {
    synthetic::a9a_like(1000, Seed(31))
}

#[test]
fn comrade_takes_one_round_an_iteration_and_giant_two() {
    let data = data();
    for workers in [1, 3, 20] {
        for iterations in [1, 4] {
            for (method, rounds) in [(Method::Comrade, 1), (Method::Giant, 2)] {
                let run = Experiment { iterations, ..Experiment::new(&data, workers) }.run(method).unwrap();
                assert_eq!(run.traffic.rounds, rounds * iterations as u64, "{method:?}, {workers} workers");
            }
        }
    }
}

#[test]
fn plain_bytes_are_those_of_the_documented_layout() {
    let data = data();
    let traffic = |method| {
        Experiment { iterations: ITERATIONS as usize, ..Experiment::new(&data, 20) }.run(method).unwrap().traffic
    };
    // Down: a tag, d as four bytes, one or two vectors. Up: a tag, d, one vector.
    let (vector, up) = (5 + 8 * D, 5 + 8 * D);
    let comrade = traffic(Method::Comrade);
    assert_eq!((comrade.bytes_down, comrade.bytes_up), (ITERATIONS * WORKERS * vector, ITERATIONS * WORKERS * up));
    let giant = traffic(Method::Giant);
    assert_eq!(giant.bytes_down, ITERATIONS * WORKERS * (vector + vector + 8 * D));
    assert_eq!(giant.bytes_up, ITERATIONS * WORKERS * 2 * up);
}

/// A compressor that adds up the lengths of what it encodes.
#[derive(Debug)]
struct Scale {
    of: Box<dyn Compressor>,
    bytes: Arc<AtomicU64>,
    messages: Arc<AtomicU64>,
}

impl Compressor for Scale {
    fn encode(&self, v: &[f64], stream: &mut Stream) -> Vec<u8> {
        let bytes = self.of.encode(v, stream);
        self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.messages.fetch_add(1, Ordering::Relaxed);
        bytes
    }

    fn decode(&self, bytes: &[u8], d: usize) -> Result<Vec<f64>, WireError> {
        self.of.decode(bytes, d)
    }

    fn rho(&self, d: usize) -> f64 {
        self.of.rho(d)
    }

    fn name(&self) -> String {
        self.of.name()
    }
}

/// Sends this many bytes of its own.
#[derive(Debug)]
struct Babble(usize);

impl Attack for Babble {
    fn send(&self, _view: &View<'_>, _stream: &mut Stream) -> Message {
        Message::Bytes(vec![0xA5; self.0])
    }

    fn name(&self) -> String {
        "babble".into()
    }
}

#[test]
fn bytes_up_are_the_lengths_of_the_messages() {
    let data = data();
    for spec in COMPRESSORS {
        for method in METHODS {
            let (bytes, messages) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
            let scale = Scale {
                of: compress::parse(spec).unwrap(),
                bytes: Arc::clone(&bytes),
                messages: Arc::clone(&messages),
            };
            // One is silent, two babble: 3 bytes, and 100,000 of them. The other 17 use the compressor.
            let attacks: Vec<Option<Box<dyn Attack>>> = vec![
                Some(comrade::attack::parse("silent").unwrap()),
                Some(Box::new(Babble(3))),
                Some(Box::new(Babble(100_000))),
            ];
            let simulation = Simulation::of(&data, 20).lambda(1e-2).compressor(Arc::new(scale)).attacks(attacks);
            let mut cluster = simulation.build().unwrap();
            let traffic = play(&mut cluster, method, 0.25, ITERATIONS as usize).unwrap().traffic;
            // Gradients travel as plain vectors.
            let gradients = if method == Method::Giant { 17 * ITERATIONS * (5 + 8 * D) } else { 0 };
            let wanted = bytes.load(Ordering::Relaxed) + gradients + traffic.rounds * 100_003;
            assert_eq!(traffic.bytes_up, wanted, "{method:?}, {spec}");
            assert_eq!(messages.load(Ordering::Relaxed), 17 * ITERATIONS, "{method:?}, {spec}");
        }
    }
}

/// The order of the sizes, and the ratios that make a compressor worth having: bytes of a message of d = 123.
#[test]
fn compressors_reduce_bytes() {
    let data = data();
    let up = |compressor, method| {
        let run = Experiment { compressor, iterations: ITERATIONS as usize, ..Experiment::new(&data, 20) };
        run.run(method).unwrap().traffic
    };
    let plain = up("identity", Method::Comrade);
    for (spec, message) in [
        ("identity", 5 + 8 * 123),
        ("top-k:0.1", 9 + 9 * 12),
        ("top-k:1", 9 + 9),
        ("random-k:0.25", 17 + 8 * 31),
        ("random-k:1", 17 + 8),
        ("sign", 13 + 16),
        ("qsgd:1", 17 + 31),
        ("qsgd:16", 17 + 93),
        ("qsgd:255", 17 + 139),
    ] {
        let traffic = up(spec, Method::Comrade);
        assert_eq!(traffic.bytes_up, ITERATIONS * WORKERS * message, "{spec}");
        assert!(spec == "identity" || 3 * traffic.bytes_up < plain.bytes_up, "{spec}: {} bytes", traffic.bytes_up);
        assert_eq!((traffic.rounds, traffic.bytes_down), (plain.rounds, plain.bytes_down), "{spec}");
        // GIANT's first round stays plain, so it never gets below that.
        let giant = up(spec, Method::Giant);
        assert_eq!(giant.bytes_up, plain.bytes_up + traffic.bytes_up, "{spec}");
    }
}

/// A run on a pool of its own.
fn on(threads: usize, run: &Experiment<'_>, method: Method) -> Record {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| run.run(method).unwrap())
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let data = synthetic::a9a_like(2000, Seed(32));
    let attacks = ["gaussian:1", "random-label", "silent", "negative:2", "nan"];
    for compressor in ["identity", "random-k:0.3", "qsgd:4", "top-k:0.2"] {
        for method in METHODS {
            let run = Experiment { compressor, attacks: &attacks, beta: 0.25, ..Experiment::new(&data, 20) };
            let one = on(1, &run, method);
            for threads in [2, 7] {
                let other = on(threads, &run, method);
                assert_eq!(other.bits(), one.bits(), "{method:?}, {compressor}: {threads} threads");
                assert_eq!(other.traffic, one.traffic, "{method:?}, {compressor}: {threads} threads");
            }
            // Another seed is another run: the bits compared above carry the randomness.
            assert_ne!(on(2, &Experiment { seed: Seed(2), ..run }, method).bits(), one.bits());
        }
    }
}
