//! The native half of the Python package: workers, an in-process cluster of them, and the center.
//!
//! Python carries bytes between them, and never computes. The interpreter is released while they do.

mod carried;
mod center;
mod error;
mod gather;
mod kept;
mod part;
mod problem;
mod source;
mod worker;

use pyo3::prelude::*;

#[pymodule]
mod _comrade {
    #[pymodule_export]
    use crate::carried::longest_answer;
    #[pymodule_export]
    use crate::center::Center;
    #[pymodule_export]
    use crate::error::TooManyMissing;
    #[pymodule_export]
    use crate::part::Part;
    #[pymodule_export]
    use crate::problem::deal;
    #[pymodule_export]
    use crate::source::{occurring, weights_of};
    #[pymodule_export]
    use crate::worker::{InProcess, Worker};
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("ATTACKS", comrade::attack::EXAMPLES.to_vec())?;
        module.add("SILENT", comrade::protocol::Missing::Silent.to_string())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
