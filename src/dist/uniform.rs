//! The uniform law between two durations.

use super::family::{Family, Order};
use crate::math::{exp_m1, ln_1p};

/// Uniform law with `from` below `to`.
#[derive(Clone, Debug, PartialEq)]
pub struct Uniform {
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Uniform {
    /// The least duration in seconds.
    #[must_use]
    pub fn from(&self) -> f64 {
        self.from
    }

    /// The greatest duration in seconds.
    #[must_use]
    pub fn to(&self) -> f64 {
        self.to
    }

    fn width(&self) -> f64 {
        self.to - self.from
    }
}

impl Family for Uniform {
    fn pdf(&self, x: f64) -> f64 {
        if x < self.from || x >= self.to {
            0.0
        } else {
            1.0 / self.width()
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        ((x - self.from) / self.width()).clamp(0.0, 1.0)
    }

    fn survival(&self, x: f64) -> f64 {
        ((self.to - x) / self.width()).clamp(0.0, 1.0)
    }

    fn hazard(&self, x: f64) -> f64 {
        if x < self.from || x >= self.to {
            0.0
        } else {
            1.0 / (self.to - x)
        }
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        // Adding zero turns minus zero into zero.
        -ln_1p(-self.cdf(x)) + 0.0
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        self.quantile(-exp_m1(-hazard))
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.from + self.width() * probability
    }

    fn mean(&self) -> f64 {
        self.from + 0.5 * self.width()
    }

    fn variance(&self) -> f64 {
        self.width() * self.width() / 12.0
    }

    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        let (a, b) = (self.from, x.clamp(self.from, self.to));
        let mean_power = match order {
            Order::First => 0.5 * (a + b),
            Order::Second => (a * a + a * b + b * b) / 3.0,
        };
        mean_power * ((b - a) / self.width())
    }

    fn residual(&self, age: f64, uniform: f64) -> f64 {
        if age >= self.to {
            return 0.0;
        }
        let start = age.max(self.from);
        (start - age) + (self.to - start) * uniform
    }

    fn equilibrium_age(&self, uniform: f64) -> f64 {
        let target = uniform * self.mean();
        if target <= self.from {
            return target;
        }
        // The integral of the survival from `from` on is y - y^2 / 2 of the width, y the share passed.
        let rest = ((target - self.from) / self.width()).min(0.5);
        let root = (1.0 - 2.0 * rest).sqrt();
        self.from + self.width() * (2.0 * rest / (1.0 + root))
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::{Law, checks};

    fn laws() -> Vec<Law> {
        [Law::uniform(20.0, 50.0), Law::uniform(0.0, 7.0)]
            .map(Result::unwrap)
            .to_vec()
    }

    #[test]
    fn functions_agree_with_each_other() {
        for law in laws() {
            checks::smooth(&law, 20.0);
        }
    }

    #[test]
    fn draws_have_the_right_moments() {
        checks::moments(&laws()[0]);
    }

    #[test]
    fn draws_follow_the_oracle() {
        checks::same_as(&laws()[0], &rand_distr::Uniform::new(20.0, 50.0).unwrap());
    }

    #[test]
    fn value_stability() {
        assert_eq!(
            checks::bits(&laws()[0]),
            [
                0x403e_f8af_344e_9460,
                0x4048_fe14_7ae1_47ae,
                0x4031_a13a_0118_f640,
                0x0000_0000_0000_0000,
                0x4038_e673_747c_f838
            ]
        );
    }
}
