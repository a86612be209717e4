//! A statement as people read it: once, in both notations.

use std::borrow::Cow;
use std::fmt;

/// A formula in plain characters, for a terminal, and in TeX, for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    /// `‖x‖ ≤ 1`.
    pub plain: Cow<'static, str>,
    /// `\|x\| \le 1`; `None` where nobody typesets it.
    pub tex: Option<Cow<'static, str>>,
}

impl Formula {
    /// The same formula in both notations.
    #[must_use]
    pub fn new(plain: impl Into<Cow<'static, str>>, tex: impl Into<Cow<'static, str>>) -> Self {
        Self { plain: plain.into(), tex: Some(tex.into()) }
    }
}

impl From<&'static str> for Formula {
    fn from(plain: &'static str) -> Self {
        Self { plain: plain.into(), tex: None }
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.plain)
    }
}
