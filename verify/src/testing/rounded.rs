//! Numbers that know how far rounding may have moved them.

/// A number and a bound on its rounding error, which every operation carries on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounded {
    pub(crate) value: f64,
    pub(crate) error: f64,
}

impl Rounded {
    /// A number that some operations made.
    pub(crate) fn made(value: f64, operations: f64) -> Self {
        Self { value, error: operations * f64::EPSILON * value.abs() }
    }

    /// The result of one operation, whose arguments are off by so much.
    fn after(value: f64, error: f64) -> Self {
        Self { value, error: error + f64::EPSILON * value.abs() }
    }

    pub(crate) fn times(self, other: Self) -> Self {
        Self::after(self.value * other.value, self.value.abs() * other.error + other.value.abs() * self.error)
    }

    pub(crate) fn over(self, other: Self) -> Self {
        let value = self.value / other.value;
        Self::after(value, (self.error + value.abs() * other.error) / other.value.abs())
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self::after(self.value + other.value, self.error + other.error)
    }

    pub(crate) fn negative(self) -> Self {
        Self { value: -self.value, ..self }
    }

    pub(crate) fn root(self) -> Self {
        let value = self.value.sqrt();
        // sqrt(v) - sqrt(v - e) <= e / sqrt(v), and never more than sqrt(e).
        Self::after(value, (self.error / value).min(self.error.sqrt()))
    }

    pub(crate) fn ln(self) -> Self {
        Self::after(self.value.ln(), self.error / self.value)
    }

    pub(crate) fn larger(self, other: Self) -> Self {
        // f64::max forgets a NaN.
        let value = if self.value.is_nan() || self.value > other.value { self.value } else { other.value };
        Self { value, error: self.error.max(other.error) }
    }

    /// Whether two numbers may be the same, of which one may round in another order.
    pub(crate) fn is(self, other: Self) -> bool {
        (self.value - other.value).abs() <= 4.0 * (self.error + other.error)
    }
}
