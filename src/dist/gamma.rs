//! The gamma law; with a whole shape the Erlang law, the sum of that many exponential stages.

use super::family::{Family, Order};
use crate::math::{
    exp, gamma_cumulative_hazard, gamma_from_cumulative_hazard, gamma_lower_inverse,
    gamma_lower_regularised, gamma_upper_inverse, gamma_upper_regularised, ln_gamma_density,
};

/// Gamma law.
#[derive(Clone, Debug, PartialEq)]
pub struct Gamma {
    pub(super) shape: f64,
    pub(super) scale: f64,
}

impl Gamma {
    /// The shape: the number of exponential stages when it is whole.
    #[must_use]
    pub fn shape(&self) -> f64 {
        self.shape
    }

    /// The mean of one stage in seconds.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The logarithm of the scaled density at a positive scaled duration, and its limit at zero.
    fn ln_density(&self, scaled: f64) -> f64 {
        if scaled > 0.0 {
            return ln_gamma_density(self.shape, scaled);
        }
        match self.shape {
            shape if shape > 1.0 => f64::NEG_INFINITY,
            shape if shape < 1.0 => f64::INFINITY,
            _ => 0.0,
        }
    }
}

impl Family for Gamma {
    fn pdf(&self, x: f64) -> f64 {
        exp(self.ln_density(x / self.scale)) / self.scale
    }

    fn cdf(&self, x: f64) -> f64 {
        gamma_lower_regularised(self.shape, x / self.scale)
    }

    fn survival(&self, x: f64) -> f64 {
        gamma_upper_regularised(self.shape, x / self.scale)
    }

    fn hazard(&self, x: f64) -> f64 {
        let scaled = x / self.scale;
        exp(self.ln_density(scaled) + gamma_cumulative_hazard(self.shape, scaled)) / self.scale
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        gamma_cumulative_hazard(self.shape, x / self.scale)
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        self.scale * gamma_from_cumulative_hazard(self.shape, hazard)
    }

    fn quantile(&self, probability: f64) -> f64 {
        let scaled = if probability <= 0.5 {
            gamma_lower_inverse(self.shape, probability)
        } else {
            gamma_upper_inverse(self.shape, 1.0 - probability)
        };
        self.scale * scaled
    }

    fn mean(&self) -> f64 {
        self.shape * self.scale
    }

    fn variance(&self) -> f64 {
        self.shape * self.scale * self.scale
    }

    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        let whole = match order {
            Order::First => self.mean(),
            Order::Second => self.mean() * (self.shape + 1.0) * self.scale,
        };
        whole * gamma_lower_regularised(self.shape + order.number(), x / self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Law, checks};

    fn laws() -> Vec<Law> {
        [
            Law::gamma(3.0, 40.0),
            Law::gamma(0.4, 1000.0),
            Law::gamma(250.0, 1.0),
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
        checks::same_as(&laws()[0], &rand_distr::Gamma::new(3.0, 40.0).unwrap());
    }

    #[test]
    fn value_stability() {
        assert_eq!(
            checks::bits(&laws()[0]),
            [
                0x4055_91b8_aa2c_5781,
                0x407e_20e5_4b2d_e566,
                0x4045_84e6_7461_fdb8,
                0x4035_8305_15e0_3240,
                0x4059_3e7a_33ce_7c98
            ]
        );
    }

    #[test]
    fn erlang_is_the_closed_form() {
        let law = Law::erlang(30.0, 3).unwrap();
        for x in [0.5, 12.0, 45.0, 200.0] {
            let t = x / 10.0;
            let survival = exp(-t) * (1.0 + t + 0.5 * t * t);
            assert!((law.survival(x) / survival - 1.0).abs() < 1e-13, "{x}");
        }
        assert_eq!((law.mean(), law.variance()), (30.0, 300.0));
    }

    #[test]
    fn the_density_at_zero_has_its_limit() {
        assert_eq!(Law::gamma(2.0, 5.0).unwrap().pdf(0.0), 0.0);
        assert_eq!(Law::gamma(1.0, 5.0).unwrap().pdf(0.0), 0.2);
        assert_eq!(Law::gamma(0.5, 5.0).unwrap().pdf(0.0), f64::INFINITY);
    }
}
