//! The exponential law: a constant hazard, without memory.

use super::family::{Family, Order};
use crate::math::{exp, exp_m1, gamma_lower_regularised, ln_1p};

/// Exponential law of a given mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Exponential {
    pub(super) mean: f64,
}

impl Exponential {
    /// Events per second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        1.0 / self.mean
    }
}

impl Family for Exponential {
    fn pdf(&self, x: f64) -> f64 {
        exp(-x / self.mean) / self.mean
    }

    fn hazard(&self, _x: f64) -> f64 {
        1.0 / self.mean
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        x / self.mean
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        hazard * self.mean
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.mean * self.mean
    }

    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        let shape = 1.0 + order.number();
        // Gamma(2) = 1 and Gamma(3) = 2, so the factor is the order itself.
        order.number() * order.power(self.mean) * gamma_lower_regularised(shape, x / self.mean)
    }

    fn limited_mean(&self, x: f64) -> f64 {
        -self.mean * exp_m1(-x / self.mean)
    }

    fn residual(&self, _age: f64, uniform: f64) -> f64 {
        -self.mean * ln_1p(-uniform)
    }

    fn equilibrium_age(&self, uniform: f64) -> f64 {
        -self.mean * ln_1p(-uniform)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Law, checks};

    fn laws() -> Vec<Law> {
        [Law::exponential(250.0), Law::exponential_from_rate(1e-7)]
            .map(Result::unwrap)
            .to_vec()
    }

    #[test]
    fn functions_agree_with_each_other() {
        for law in laws() {
            checks::smooth(&law, 1e5);
        }
    }

    #[test]
    fn draws_have_the_right_moments() {
        checks::moments(&laws()[0]);
    }

    #[test]
    fn draws_follow_the_oracle() {
        checks::same_as(&laws()[0], &rand_distr::Exp::new(1.0 / 250.0).unwrap());
    }

    #[test]
    fn value_stability() {
        assert_eq!(
            checks::bits(&laws()[0]),
            [
                0x405c_7416_885e_7e18,
                0x409d_b0e7_0796_abae,
                0x4053_c126_ef27_2aa6,
                0x4056_4acc_9203_f7d2,
                0x4072_cfe4_26d1_3535
            ]
        );
    }

    #[test]
    fn the_rate_is_the_inverse_of_the_mean() {
        assert_eq!(Exponential { mean: 8.0 }.rate(), 0.125);
    }
}
