//! Workers who are programs of their own, on other machines: `comrade worker` there, `comrade train --workers HOST:PORT,...` here.
//!
//! The center calls the workers by gRPC and nobody calls the center. What crosses the network is bytes: frames, which
//! [`comrade::round::Collector`] reads as it reads those of all other workers, and two small JSON objects. How long an answer may
//! be is known before it is read, and how long it may take.
//!
//! | module | holds |
//! |---|---|
//! | `wire.rs` | the two calls, and what is said in them |
//! | `tls.rs` | who is who: certificates |
//! | `peers.rs` | one question to all workers, and what came before the round was closed |
//! | `center.rs` | the workers as a [`comrade::cluster::Transport`], and what they must agree on |
//! | `worker.rs` | `comrade worker` |

mod center;
mod peers;
mod tls;
mod wire;
pub(crate) mod worker;

pub(crate) use center::Far;
pub(crate) use tls::Tls;

use std::time::Duration;

/// What `--help` calls the options of this group.
const FAR: &str = "Workers at other addresses";

/// How workers at other addresses are reached.
#[derive(Debug, clap::Args)]
pub(crate) struct Reach {
    #[command(flatten)]
    pub(crate) tls: Tls,
    /// Seconds that a round waits for workers at other addresses; without those that --trim covers it closes sooner
    #[arg(help_heading = FAR, long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) deadline: Duration,
}

/// A time that a clock can have.
fn seconds(text: &str) -> Result<Duration, String> {
    let within = |s: &f64| (1e-3..=1e6).contains(s);
    text.parse().ok().filter(within).map(Duration::from_secs_f64).ok_or_else(|| "seconds, from 0.001 to 1000000".into())
}
