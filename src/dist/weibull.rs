//! The Weibull law: survival exp(-(x / scale)^shape), for wear-out (shape above 1) and early failures (below 1).

use super::family::{Family, Order};
use crate::math::{exp, exp_m1, gamma, gamma_lower_regularised, ln_1p, pow};

/// Weibull law.
#[derive(Clone, Debug, PartialEq)]
pub struct Weibull {
    scale: f64,
    shape: f64,
    inverse_shape: f64,
    mean: f64,
}

impl Weibull {
    pub(super) fn new(scale: f64, shape: f64) -> Weibull {
        let inverse_shape = 1.0 / shape;
        Weibull {
            scale,
            shape,
            inverse_shape,
            mean: scale * gamma(1.0 + inverse_shape),
        }
    }

    /// The duration in seconds that a share 1/e survives.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The shape: above 1 the hazard rises with age.
    #[must_use]
    pub fn shape(&self) -> f64 {
        self.shape
    }
}

impl Family for Weibull {
    fn pdf(&self, x: f64) -> f64 {
        self.hazard(x) * self.survival(x)
    }

    fn hazard(&self, x: f64) -> f64 {
        self.shape / self.scale * pow(x / self.scale, self.shape - 1.0)
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        pow(x / self.scale, self.shape)
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        self.scale * pow(hazard, self.inverse_shape)
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        let second = self.scale * self.scale * gamma(1.0 + 2.0 * self.inverse_shape);
        (second - self.mean * self.mean).max(0.0)
    }

    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        let shape = 1.0 + order.number() * self.inverse_shape;
        let lower = gamma_lower_regularised(shape, self.cumulative_hazard(x));
        order.power(self.scale) * gamma(shape) * lower
    }

    fn residual(&self, age: f64, uniform: f64) -> f64 {
        let before = self.cumulative_hazard(age);
        let extra = -ln_1p(-uniform);
        if extra < before {
            // The difference of two close powers, without cancellation.
            age * exp_m1(ln_1p(extra / before) * self.inverse_shape)
        } else {
            (self.inverse_cumulative_hazard(before + extra) - age).max(0.0)
        }
    }

    fn survival(&self, x: f64) -> f64 {
        exp(-self.cumulative_hazard(x))
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::{Law, checks};

    fn laws() -> Vec<Law> {
        [
            Law::weibull(1000.0, 2.2),
            Law::weibull(3.0, 0.7),
            Law::weibull(1e6, 8.0),
        ]
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
        checks::same_as(&laws()[0], &rand_distr::Weibull::new(1000.0, 2.2).unwrap());
    }

    #[test]
    fn value_stability() {
        assert_eq!(
            checks::bits(&laws()[0]),
            [
                0x4085_da5f_90ae_4c82,
                0x40a3_a452_eed1_afd7,
                0x4077_2e27_e6cb_b2dc,
                0x405b_74d8_9532_2b25,
                0x4086_40aa_b677_262b
            ]
        );
    }

    #[test]
    fn shape_one_is_exponential() {
        let weibull = Law::weibull(70.0, 1.0).unwrap();
        let exponential = Law::exponential(70.0).unwrap();
        for x in [0.1, 20.0, 300.0] {
            assert_eq!(
                weibull.cumulative_hazard(x),
                exponential.cumulative_hazard(x)
            );
            assert!((weibull.pdf(x) / exponential.pdf(x) - 1.0).abs() < 1e-14);
        }
        assert!((weibull.variance() / 4900.0 - 1.0).abs() < 1e-14);
    }

    #[test]
    fn residual_lives_keep_their_digits_at_great_age() {
        let law = Law::weibull(1.0, 3.0).unwrap();
        // At age 10^5 the hazard is 3e10 per second, so the residual is exponential but for its 1e-15 part.
        let rest = law.residual(1e5, 0.5);
        assert!((rest * 3e10 / std::f64::consts::LN_2 - 1.0).abs() < 1e-12);
    }
}
