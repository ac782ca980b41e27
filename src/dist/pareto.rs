//! The Pareto law: survival (minimum / x)^shape. The heavy tail of rare, very long incidents.

use super::family::{Family, Order};
use crate::math::{exp_m1, ln, ln_1p, pow};

/// Pareto law with a shape above 1, so that its mean is finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Pareto {
    pub(super) minimum: f64,
    pub(super) shape: f64,
}

impl Pareto {
    /// The least duration in seconds.
    #[must_use]
    pub fn minimum(&self) -> f64 {
        self.minimum
    }

    /// The exponent of the tail.
    #[must_use]
    pub fn shape(&self) -> f64 {
        self.shape
    }
}

impl Family for Pareto {
    fn pdf(&self, x: f64) -> f64 {
        self.hazard(x) * self.survival(x)
    }

    fn hazard(&self, x: f64) -> f64 {
        if x < self.minimum {
            0.0
        } else {
            self.shape / x
        }
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        if x <= self.minimum {
            0.0
        } else {
            self.shape * ln(x / self.minimum)
        }
    }

    fn survival(&self, x: f64) -> f64 {
        if x <= self.minimum {
            1.0
        } else {
            pow(self.minimum / x, self.shape)
        }
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        self.minimum + self.minimum * exp_m1(hazard / self.shape)
    }

    fn mean(&self) -> f64 {
        self.minimum * (self.shape / (self.shape - 1.0))
    }

    fn variance(&self) -> f64 {
        if self.shape <= 2.0 {
            return f64::INFINITY;
        }
        let spread = self.minimum / (self.shape - 1.0);
        spread * spread * (self.shape / (self.shape - 2.0))
    }

    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        if x <= self.minimum {
            return 0.0;
        }
        let excess = order.number() - self.shape;
        let logarithm = ln(x / self.minimum);
        // The integral of t^(excess - 1) from 1 to x / minimum; a logarithm where the exponent vanishes.
        let integral = if excess == 0.0 {
            logarithm
        } else {
            exp_m1(excess * logarithm) / excess
        };
        self.shape * order.power(self.minimum) * integral
    }

    fn residual(&self, age: f64, uniform: f64) -> f64 {
        let growth = exp_m1(-ln_1p(-uniform) / self.shape);
        let start = age.max(self.minimum);
        (start - age) + start * growth
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::{Law, checks};

    fn laws() -> Vec<Law> {
        [
            Law::pareto(60.0, 9.0),
            Law::pareto(5.0, 2.0),
            Law::pareto(5.0, 1.7),
        ]
        .map(Result::unwrap)
        .to_vec()
    }

    #[test]
    fn functions_agree_with_each_other() {
        for law in laws() {
            checks::smooth(&law, 1e3);
        }
    }

    #[test]
    fn draws_have_the_right_moments() {
        checks::moments(&laws()[0]);
    }

    #[test]
    fn draws_follow_the_oracle() {
        checks::same_as(&laws()[0], &rand_distr::Pareto::new(60.0, 9.0).unwrap());
    }

    #[test]
    fn value_stability() {
        assert_eq!(
            checks::bits(&laws()[0]),
            [
                0x404f_8e7a_5ff1_8aeb,
                0x4061_73ae_d17d_3898,
                0x4044_f281_bc78_8273,
                0x4010_5f66_8a0b_6434,
                0x4047_a000_0000_0001
            ]
        );
    }

    #[test]
    fn heavy_tails_have_no_variance() {
        assert_eq!(Law::pareto(5.0, 2.0).unwrap().variance(), f64::INFINITY);
        assert_eq!(Law::pareto(1.0, 3.0).unwrap().variance(), 0.75);
    }
}
