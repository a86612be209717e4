//! A claim about draws of this paper, in the terms of [`ladder`].

use crate::run::Draw;
use crate::scenario::Scenario;

pub use ladder::{Formula, Mode, Reading};

/// A draw, and how to look at it.
pub type At<'a> = ladder::At<'a, Draw>;
/// A condition without which a claim says nothing.
pub type Premise = ladder::Premise<Draw>;
/// One line of a proof.
pub type Rung = ladder::Rung<Draw>;
/// A statement in one reading. A posteriori the events of Lemmas 2 and 3 are replaced by what was measured; a priori eta and eps
/// are fixed before the draw.
pub type Claim = ladder::Claim<Draw, Scenario>;

/// A wrong reading, planted to see that a run refutes it.
pub type Fault = ladder::Fault<Draw>;

/// delta, the allowed failure probability of every a-priori claim here.
///
/// The bounds depend on it through ln(1/delta) only; at 0.1, 400 draws without a failure put the corrected upper limit
/// at 0.03 and 200 at 0.06, so that a true claim can be confirmed in a quick run.
pub const DELTA: f64 = 0.1;
