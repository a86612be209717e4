//! What rounding may do to a measured line, which decides when two lines are told apart.

/// How the rounding of a measured line behaves when the line comes close to 0; see [`Draw::slack`](crate::run::Draw::slack).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// It vanishes with the line.
    Relative,
    /// The line is ||H^{1/2} x||^2 or half of it, with x a difference.
    Square,
    /// The line is ||x||, with x a difference.
    Length,
    /// The line is ||H^{1/2} x||, with x a difference, of a step of lazy Newton.
    Stride,
}
