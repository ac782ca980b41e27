//! The fixed law: always the same duration.
//!
//! It has no density (0 is reported) and its cumulative hazard jumps from zero to infinity.

use super::family::{Family, Order};

/// Always the same value.
#[derive(Clone, Debug, PartialEq)]
pub struct Fixed {
    pub(super) value: f64,
}

impl Fixed {
    /// The value in seconds.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }
}

impl Family for Fixed {
    fn pdf(&self, _x: f64) -> f64 {
        0.0
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        if x < self.value { 0.0 } else { f64::INFINITY }
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        if hazard > 0.0 { self.value } else { 0.0 }
    }

    fn quantile(&self, _probability: f64) -> f64 {
        self.value
    }

    fn mean(&self) -> f64 {
        self.value
    }

    fn variance(&self) -> f64 {
        0.0
    }

    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        if x < self.value {
            0.0
        } else {
            order.power(self.value)
        }
    }

    fn limited_mean(&self, x: f64) -> f64 {
        self.value.min(x)
    }

    fn residual(&self, age: f64, _uniform: f64) -> f64 {
        (self.value - age).max(0.0)
    }

    fn equilibrium_age(&self, uniform: f64) -> f64 {
        self.value * uniform
    }
}
