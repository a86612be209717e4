//! Faults on order, so that tests see what a full or broken disk, or a kill, leaves at every operation.
//!
//! Without the feature `faults`, which only tests have, [`step`] is an empty function and no variable is read.

/// Asked before each operation that changes something on disk: an error where a fault is ordered for it.
#[cfg(not(feature = "faults"))]
pub(crate) fn step(_operation: &str) -> std::io::Result<()> {
    Ok(())
}

#[cfg(feature = "faults")]
pub(crate) use ordered::step;
#[cfg(feature = "faults")]
pub use ordered::{DiskFault, order};

#[cfg(feature = "faults")]
mod ordered {
    use std::cell::Cell;
    use std::io::{self, Write};

    /// What goes wrong, at one operation, counted from 1.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum DiskFault {
        /// The operation fails as on a full disk.
        Fails(u64),
        /// The process ends at once, as by `kill -9`: nothing is tidied up.
        Kills(u64),
    }

    /// The exit status of a process that [`DiskFault::Kills`] ended: that of `kill -9` in a shell.
    const KILLED: i32 = 137;

    thread_local! {
        /// What is ordered, and how many operations there were. A program finds its order in `COMRADE_FAULT`.
        static ORDER: Cell<(Option<DiskFault>, u64)> = Cell::new((from_environment(), 0));
    }

    /// `fails:7` or `kills:7`.
    fn from_environment() -> Option<DiskFault> {
        let order = std::env::var("COMRADE_FAULT").ok()?;
        let (what, at) = order.split_once(':')?;
        let at = at.parse().ok()?;
        match what {
            "fails" => Some(DiskFault::Fails(at)),
            "kills" => Some(DiskFault::Kills(at)),
            _ => None,
        }
    }

    /// Orders a fault, or none, for the operations of this thread from here on; how many there were since the last order.
    pub fn order(fault: Option<DiskFault>) -> u64 {
        ORDER.replace((fault, 0)).1
    }

    /// Counts an operation.
    ///
    /// # Errors
    /// Where [`DiskFault::Fails`] is ordered for it.
    pub(crate) fn step(operation: &str) -> io::Result<()> {
        let (fault, before) = ORDER.get();
        let now = before + 1;
        ORDER.set((fault, now));
        match fault {
            Some(DiskFault::Fails(at)) if at == now => {
                // A test that reads this knows that there was an operation with this number.
                let _ = writeln!(io::stderr(), "fault ordered at operation {now}: {operation}");
                Err(io::ErrorKind::StorageFull.into())
            }
            Some(DiskFault::Kills(at)) if at == now => {
                let _ = writeln!(io::stderr(), "killed as ordered at operation {now}: {operation}");
                std::process::exit(KILLED)
            }
            _ => Ok(()),
        }
    }
}
