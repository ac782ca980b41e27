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

#[cfg(test)]
mod tests {
    use crate::dist::{Law, checks};

    #[test]
    fn everything_is_the_value() {
        let law = Law::fixed(12.5).unwrap();
        assert_eq!((law.mean(), law.variance()), (12.5, 0.0));
        assert_eq!((law.cdf(12.4), law.cdf(12.5)), (0.0, 1.0));
        assert_eq!((law.survival(12.4), law.survival(12.5)), (1.0, 0.0));
        assert_eq!((law.quantile(0.01), law.quantile(0.99)), (12.5, 12.5));
        assert_eq!(
            (law.residual(0.0, 0.1), law.residual(10.0, 0.9)),
            (12.5, 2.5)
        );
        assert_eq!(law.residual(20.0, 0.5), 0.0);
        assert_eq!((law.limited_mean(5.0), law.limited_mean(50.0)), (5.0, 12.5));
        assert_eq!((law.pdf(12.5), law.hazard(12.5)), (0.0, 0.0));
        assert_eq!(law.inverse_cumulative_hazard(3.0), 12.5);
    }

    #[test]
    fn draws_have_the_right_moments() {
        checks::moments(&Law::fixed(12.5).unwrap());
    }

    #[test]
    fn zero_is_a_duration() {
        let law = Law::fixed(0.0).unwrap();
        assert_eq!(
            (law.mean(), law.cdf(0.0), law.quantile(0.5)),
            (0.0, 1.0, 0.0)
        );
        assert_eq!(
            (law.residual(0.0, 0.5), law.equilibrium_age(0.5)),
            (0.0, 0.0)
        );
    }

    #[test]
    fn value_stability() {
        assert_eq!(
            checks::bits(&Law::fixed(12.5).unwrap()),
            [
                0x4029_0000_0000_0000,
                0x4029_0000_0000_0000,
                0x4021_8000_0000_0000,
                0x0000_0000_0000_0000,
                0x4021_8000_0000_0000
            ]
        );
    }
}
