//! COMRADE: one-round distributed approximate Newton that survives Byzantine workers.
//!
//! ```text
//! minimise   f(w) = (1/n) sum_j c_j l(y_j, x_j'w) + (lambda/2) ||w||^2        c_j = 1 without weights
//!
//! worker i   sends   Q(p_i),  p_i = H_i^{-1} g_i          one vector, one round
//! center     keeps   U, the (1 - beta) m messages of smallest norm
//!            steps   w <- w - gamma * mean_{i in U} Q(p_i)
//! ```
//!
//! Ghosh, Maity and Mazumdar, *Distributed Newton Can Communicate Less and Resist Byzantine Workers*, NeurIPS 2020,
//! Algorithm 1. The two-round baseline is GIANT, the first-order one distributed gradient descent. Lazy Newton takes one round
//! per step too, and is exact if nobody lies:
//!
//! ```text
//! worker i   sends   f_i, g_i and, in few rounds, an encoded H_i
//! center     takes   f = sum q_i f_i,  g = sum q_i g_i,  B = sum q_i H_i        q_i = n_i / n; with liars: robust means
//!            steps   w <- w - a B^{-1} g, by backtracking on f
//! ```
//!
//! # Notation
//!
//! | symbol | here | shape | meaning |
//! |---|---|---|---|
//! | X, y | [`data::Dataset`] | n x d, n | samples x_j by rows, and labels |
//! | c | [`data::Dataset::weights`] | n | what each sample counts for; of mean 1 |
//! | l | [`loss::Loss`] | | per-sample loss at the margin z = x'w |
//! | f, g, H | [`objective::Objective`] | 1, d, d x d | a mean over rows plus the ridge term |
//! | lambda | [`objective::Objective::lambda`] | 1 | weight of (1/2) \|\|w\|\|^2 |
//! | S_i | [`shard::Sharding`] | s | row indices of worker i |
//! | p_i | [`worker::Worker::answer`] | d | local direction H_i^{-1} g_i |
//! | Q, rho | [`compress::Compressor`] | d | E\|\|Q(v) - v\|\|^2 <= (1 - rho) \|\|v\|\|^2 |
//! | beta, U, T | [`aggregate::TrimFraction`], [`aggregate::Aggregate`] | | trim fraction, kept and trimmed workers |
//! | sigma, f, s | [`aggregate::StragglerFraction`], [`aggregate::Budget`] | | fraction of stragglers; round(beta m) workers may be bad, and round(sigma m) honest ones missing |
//! | alpha | [`simulation::Simulation::liars`] | | Byzantine fraction: only the simulation knows it |
//! | gamma | [`center::Plan::gamma`] | 1 | step size |
//! | B | [`metric::Metric`] | d x d | near H: what lazy Newton steps by and measures in |
//! | q | [`cluster::Cluster::shares`] | m | what each worker's f_i counts in f |
//! | w* | [`newton::minimise_with`] | d | the exact minimiser |
//!
//! # Reading order
//!
//! [`loss`], [`objective`], [`protocol`], [`worker`], [`round`], [`cluster`], [`simulation`], [`aggregate`], [`center`], [`giant`],
//! [`gradient_descent`], [`method`], whose example is a whole run.
//!
//! # Examples
//!
//! Each runs by `cargo run --release -p comrade --example NAME`:
//!
//! | name | shows |
//! |---|---|
//! | `solve` | a run round by round, and what its certificate says |
//! | `under_attack` | what each defence makes of each attack |
//! | `own_cluster` | your own cluster: anything that carries bytes to a worker and back |
//! | `own_rule` | your own rule of aggregation |
//! | `own_attack` | your own attack |
//!
//! ```
//! use comrade::aggregate::{NormTrimmedMean, TrimFraction};
//! use comrade::center::{Plan, Step, solve};
//! use comrade::simulation::Simulation;
//! use comrade::{data::synthetic, stream::Seed};
//! use std::convert::Infallible;
//! use std::ops::ControlFlow;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let data = synthetic::a9a_like(4000, Seed(1));
//! // Two of ten workers lie.
//! let run = Simulation::of(&data, 10).lambda(1e-2).liars(1, "gaussian:10").liars(1, "silent");
//! let f = run.objective();
//! let mut cluster = run.build()?;
//! let rule = NormTrimmedMean { beta: TrimFraction::new(0.2)? };
//! let plan = Plan { start: vec![0.0; data.cols()], gamma: 1.0, iterations: 5 };
//! let mut watch = |_: &Step<'_>| ControlFlow::<Infallible>::Continue(());
//! let ControlFlow::Continue(solution) = solve(&mut cluster, &rule, &plan, &mut watch)?;
//! assert!(f.value(&solution.w) < f.value(&vec![0.0; data.cols()]));
//! # Ok(()) }
//! ```

pub mod aggregate;
pub mod attack;
pub mod center;
mod cholesky;
pub mod cluster;
pub mod compress;
mod conjugate;
pub mod data;
mod expansion;
pub mod giant;
pub mod gradient_descent;
mod hessian;
pub mod kernel;
pub mod loss;
pub mod method;
pub mod metric;
pub mod newton;
pub mod objective;
pub mod protocol;
pub mod round;
pub mod shard;
pub mod simulation;
pub mod spelling;
pub mod stream;
pub mod worker;
