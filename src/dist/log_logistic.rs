//! The log-logistic law: survival 1 / (1 + (x / scale)^shape). Like the lognormal, with a heavier tail.

use super::family::{Family, Order};
use crate::math::{beta_lower_regularised_by_parts, exp, exp_m1, gamma, ln, ln_1p, pow};

/// Log-logistic law with a shape above 1, so that its mean is finite.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLogistic {
    pub(super) scale: f64,
    pub(super) shape: f64,
}

impl LogLogistic {
    /// The median in seconds.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The exponent of the tail.
    #[must_use]
    pub fn shape(&self) -> f64 {
        self.shape
    }

    /// The odds of being over by `x`.
    fn odds(&self, x: f64) -> f64 {
        pow(x / self.scale, self.shape)
    }

    /// The whole moment of this order over scale^order; infinite where the tail is too heavy.
    fn moment(&self, order: Order) -> f64 {
        let step = order.number() / self.shape;
        if step >= 1.0 {
            return f64::INFINITY;
        }
        gamma(1.0 + step) * gamma(1.0 - step)
    }
}

impl Family for LogLogistic {
    fn pdf(&self, x: f64) -> f64 {
        self.hazard(x) * self.survival(x)
    }

    fn hazard(&self, x: f64) -> f64 {
        let odds = self.odds(x);
        if odds > 1.0 {
            return self.shape / x / (1.0 + 1.0 / odds);
        }
        self.shape / self.scale * pow(x / self.scale, self.shape - 1.0) / (1.0 + odds)
    }

    fn cdf(&self, x: f64) -> f64 {
        1.0 / (1.0 + pow(self.scale / x, self.shape))
    }

    fn survival(&self, x: f64) -> f64 {
        1.0 / (1.0 + self.odds(x))
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        let odds = self.odds(x);
        if odds < f64::INFINITY {
            ln_1p(odds)
        } else {
            self.shape * ln(x / self.scale)
        }
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        if hazard > 700.0 {
            return self.scale * exp(hazard / self.shape);
        }
        self.scale * pow(exp_m1(hazard), 1.0 / self.shape)
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.scale * pow(probability / (1.0 - probability), 1.0 / self.shape)
    }

    fn mean(&self) -> f64 {
        self.scale * self.moment(Order::First)
    }

    fn variance(&self) -> f64 {
        let first = self.moment(Order::First);
        self.scale * self.scale * (self.moment(Order::Second) - first * first)
    }

    /// In terms of the cdf v this is scale^k times the integral of (v / (1 - v))^(k / shape).
    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        let step = order.number() / self.shape;
        let probability = self.cdf(x);
        let whole = order.power(self.scale);
        if step < 1.0 {
            let share = beta_lower_regularised_by_parts(
                1.0 + step,
                1.0 - step,
                probability,
                self.survival(x),
            );
            return whole * self.moment(order) * share;
        }
        whole * heavy_integral(step, probability, self.survival(x))
    }

    fn residual(&self, age: f64, uniform: f64) -> f64 {
        let odds = self.odds(age);
        if odds < 1e-3 || odds == f64::INFINITY {
            let hazard = self.cumulative_hazard(age) - ln_1p(-uniform);
            return (self.inverse_cumulative_hazard(hazard) - age).max(0.0);
        }
        let growth = uniform / (1.0 - uniform) * (1.0 + 1.0 / odds);
        age * exp_m1(ln_1p(growth) / self.shape)
    }
}

/// J(s), the integral of (t / (1 - t))^s from 0 to `v`, for s from 1 to below 2, with `w` = 1 - `v`.
///
/// Integration by parts in r = t / (1 - t) gives (s - 1) J(s) = v (v / w)^(s - 1) - s J(s - 1), whose right side is an
/// incomplete beta function; J(1) is -ln(w) - v.
fn heavy_integral(step: f64, v: f64, w: f64) -> f64 {
    if step == 1.0 {
        return -ln(w) - v;
    }
    let rest = step - 1.0;
    let lighter = gamma(1.0 + rest)
        * gamma(1.0 - rest)
        * beta_lower_regularised_by_parts(1.0 + rest, 1.0 - rest, v, w);
    (pow(v / w, rest) * v - step * lighter) / rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Law, checks};

    fn laws() -> Vec<Law> {
        [
            Law::log_logistic(600.0, 9.0),
            Law::log_logistic(5.0, 2.0),
            Law::log_logistic(5.0, 1.6),
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
    fn value_stability() {
        assert_eq!(
            checks::bits(&laws()[0]),
            [
                0x4081_a31f_f14f_2bd6,
                0x4095_d04b_146b_9d24,
                0x4076_1d27_6b52_0ff3,
                0x4042_e914_117e_a0b5,
                0x407a_ec78_acd4_96ed
            ]
        );
    }

    #[test]
    fn the_logarithm_is_logistic() {
        let law = Law::log_logistic(30.0, 4.0).unwrap();
        assert_eq!(law.quantile(0.5), 30.0);
        assert_eq!(law.survival(60.0), 1.0 / 17.0);
        // The mean is scale * (pi / shape) / sin(pi / shape).
        let quarter = std::f64::consts::FRAC_PI_4;
        let mean = 30.0 * quarter * std::f64::consts::SQRT_2;
        assert!((law.mean() / mean - 1.0).abs() < 1e-14);
    }

    #[test]
    fn second_moments_of_heavy_tails_are_integrals() {
        for shape in [1.3, 2.0, 2.7] {
            let law = LogLogistic { scale: 1.0, shape };
            let panel = |index: u32| {
                let x = 3.0 * (f64::from(index) + 0.5) / 1e5;
                x * x * law.pdf(x) * 3e-5
            };
            let integral: f64 = (0..100_000).map(panel).sum();
            let moment = law.partial_moment(Order::Second, 3.0);
            assert!(
                (moment / integral - 1.0).abs() < 1e-7,
                "{shape}: {moment} {integral}"
            );
        }
    }
}
