//! The lognormal law: the logarithm of the duration is normal. Human response and repair times.

use super::family::{Family, Order};
use crate::math::{
    exp, exp_m1, ln, normal_cdf, normal_cumulative_hazard, normal_density,
    normal_from_cumulative_hazard, normal_hazard, normal_quantile, normal_survival,
};

/// Lognormal law with a positive sigma (without spread it is a fixed law).
#[derive(Clone, Debug, PartialEq)]
pub struct LogNormal {
    pub(super) mu: f64,
    pub(super) sigma: f64,
}

impl LogNormal {
    /// The logarithm of the median in seconds.
    #[must_use]
    pub fn mu(&self) -> f64 {
        self.mu
    }

    /// The standard deviation of the logarithm.
    #[must_use]
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    fn standard(&self, x: f64) -> f64 {
        (ln(x) - self.mu) / self.sigma
    }
}

impl Family for LogNormal {
    fn pdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        normal_density(self.standard(x)) / (self.sigma * x)
    }

    fn cdf(&self, x: f64) -> f64 {
        normal_cdf(self.standard(x))
    }

    fn survival(&self, x: f64) -> f64 {
        normal_survival(self.standard(x))
    }

    fn hazard(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        normal_hazard(self.standard(x)) / (self.sigma * x)
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        normal_cumulative_hazard(self.standard(x))
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        exp(self.mu + self.sigma * normal_from_cumulative_hazard(hazard))
    }

    #[inline]
    fn quantile(&self, probability: f64) -> f64 {
        exp(self.mu + self.sigma * normal_quantile(probability))
    }

    fn mean(&self) -> f64 {
        exp(self.mu + 0.5 * self.sigma * self.sigma)
    }

    fn variance(&self) -> f64 {
        let square = self.sigma * self.sigma;
        exp_m1(square) * exp(2.0 * self.mu + square)
    }

    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        let shift = order.number() * self.sigma;
        let whole = exp(order.number() * self.mu + 0.5 * shift * shift);
        whole * normal_cdf(self.standard(x) - shift)
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::{Law, checks};

    fn laws() -> Vec<Law> {
        [
            Law::lognormal(6.0, 0.8),
            Law::lognormal(-2.0, 1.9),
            Law::lognormal(3.0, 0.05),
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
        checks::same_as(&laws()[0], &rand_distr::LogNormal::new(6.0, 0.8).unwrap());
    }

    #[test]
    fn value_stability() {
        assert_eq!(
            checks::bits(&laws()[0]),
            [
                0x4073_28fc_a197_20c2,
                0x40b5_eaa5_b929_943e,
                0x4061_c36f_786b_8377,
                0x4065_2799_36e9_5b9c,
                0x4081_eb78_319b_1dbf
            ]
        );
    }
}
