//! Any bytes at a worker at the far end of a network: an answer that the center can read, or a refusal.
//!
//! The first byte chooses a worker, the second whether the rest is a frame, a question in a frame, or what a question of a kind
//! is made of.

use super::bytes::Bytes;
use comrade::compress::{self, Bits, Form, WireError};
use comrade::data::synthetic::{self, Gaussian, Task};
use comrade::data::{Csr, Dataset, Features};
use comrade::loss::Loss;
use comrade::protocol::{Ask, AskError, Broadcast, Tag, WorkerId};
use comrade::stream::Seed;
use comrade::worker::{Remote, Worker};
use std::sync::LazyLock;

const TAG: Tag = Tag { run: 4, round: 7 };
/// No answer of workers as small as these is longer.
const LONGEST: usize = 512;

/// Gives `data` to a worker.
///
/// # Panics
/// If its answer is none, or it refuses a question.
pub fn run(data: &[u8]) {
    static ALL: LazyLock<Vec<Remote>> = LazyLock::new(remotes);
    let mut data = Bytes(data);
    let remote = &ALL[usize::from(data.byte()) % ALL.len()];
    let d = remote.worker.shard.cols();
    let kind = data.byte() % 6;
    match kind {
        0 => {
            let _ = answered(remote, data.0);
        }
        1 => {
            let _ = answered(remote, &TAG.frame(data.0));
        }
        _ => {
            let (form, w, gradient) = (form(&mut data, d), data.numbers(d), data.numbers(d));
            let ask = match kind {
                2 => Ask::Direction { w: &w },
                3 => Ask::Gradient { w: &w },
                4 => Ask::DirectionFor { w: &w, gradient: &gradient },
                _ => Ask::Expansion { w: &w, hessian: form },
            };
            match answered(remote, &TAG.frame(&ask.encode())) {
                Ok(()) => {}
                Err(AskError::Singular(_)) => assert!(kind == 2 || kind == 4, "{ask:?}"),
                Err(error) => panic!("{ask:?} is refused: {error}"),
            }
        }
    }
}

/// A form that is served in dimension d, or none.
fn form(data: &mut Bytes<'_>, d: usize) -> Option<Form> {
    let bits = data.one_of(&[Bits::Eight, Bits::Sixteen, Bits::ThirtyTwo, Bits::SixtyFour]);
    match data.byte() % 3 {
        0 => None,
        1 => Some(Form::Triangle { bits }),
        _ if d == 0 => None,
        _ => Some(Form::Sketch { bits, rank: 1 + u32::from(data.byte()) % d as u32, seed: data.byte().into() }),
    }
}

/// Asks, and reads the answer as the center does.
fn answered(remote: &Remote, frame: &[u8]) -> Result<(), AskError> {
    let answer = remote.answer(frame)?;
    assert!(answer.len() <= LONGEST, "{} bytes", answer.len());
    let (Some((tag, message)), Some((asked, question))) = (Tag::unframe(&answer), Tag::unframe(frame)) else {
        panic!("no frame")
    };
    assert_eq!(tag, asked);
    let question = Broadcast::decode(question, remote.worker.shard.cols())?;
    let ask = question.ask();
    match ask.codec(&*remote.compressor).decode(message, ask.reply_length()) {
        Ok(v) => assert!(v.len() == ask.reply_length() && v.iter().all(|x| x.is_finite())),
        Err(error) => assert_eq!(error, WireError::Unreadable, "{ask:?}"),
    }
    Ok(())
}

/// Workers of different samples: dense ones, sparse ones with weights and an intercept, none that vary, no columns at all.
fn remotes() -> Vec<Remote> {
    let spec = Gaussian { rows: 12, cols: 3, condition: 3.0, margin: 1.0, task: Task::Classification };
    let dense = synthetic::gaussian(&spec, Seed(5)).expect("the data can be made");
    let sparse = |cols, offsets, indices, values| {
        let matrix = Csr::new(cols, offsets, indices, values).expect("the matrix is one");
        Dataset::new("sparse", Features::Sparse(matrix), vec![1.0, -1.0, 1.0])
    };
    let few = sparse(3, vec![0, 2, 3, 4], vec![0, 2, 1, 2], vec![1.0, -2.0, 1e3, 0.5]);
    let weighted = Dataset { weights: Some(vec![1.5, 0.0, 1.5]), ..few.clone() };
    let weighted = weighted.with_intercept().expect("there is room for a column");
    let empty = sparse(0, vec![0, 0, 0, 0], vec![], vec![]);
    let worker = |shard, loss, lambda, compressor: &str| {
        let worker = Worker { id: WorkerId(2), shard, loss, lambda };
        let compressor = compress::parse(compressor).expect("the compressor is one").into();
        Remote { worker, compressor, seed: Seed(9) }
    };
    vec![
        worker(dense.clone(), Loss::Logistic, 0.1, "identity"),
        worker(dense, Loss::Squared, 0.0, "qsgd:7"),
        worker(few, Loss::Logistic, 0.0, "top-k:2"),
        worker(weighted, Loss::Logistic, 1e-3, "random-k:0.5"),
        worker(empty, Loss::Squared, 1.0, "sign"),
    ]
}
