//! A law cut to an interval: what is left of it, scaled up to probability 1.
//!
//! With H the cumulative hazard of the whole law, the share of the survivors of `from` that is over by `x` is
//! 1 - exp(-(H(x) - H(from))): so nothing cancels, however far out the interval lies. Moments are differences of the
//! whole law's partial moments where a fair share of it is kept, and integrals over the quantile (tanh-sinh rule:
//! Takahasi and Mori 1974) where those differences would cancel.

use super::Law;
use super::family::{Family, Order};
use crate::math::{exp, exp_m1, ln, ln_1p};

/// Below this kept probability, moments are integrated instead of subtracted.
const FAIR_SHARE: f64 = 1e-3;

/// Law conditioned on lying above `from` and at or below `to`.
#[derive(Clone, Debug, PartialEq)]
pub struct Truncated {
    law: Box<Law>,
    from: f64,
    to: f64,
    /// The cumulative hazard of the whole law at `from`; zero without a lower bound.
    hazard_before: f64,
    /// The cumulative hazard between the bounds.
    hazard_within: f64,
    /// The probability between the bounds among the survivors of `from`.
    mass: f64,
    mean: f64,
}

impl Truncated {
    /// Takes bounds in ascending order, `from` zero for none; nothing if no probability lies between them.
    pub(super) fn new(law: Law, from: f64, to: f64) -> Option<Truncated> {
        let hazard_before = if from > 0.0 {
            law.cumulative_hazard(from)
        } else {
            0.0
        };
        if hazard_before == f64::INFINITY {
            return None;
        }
        let hazard_within = law.cumulative_hazard(to) - hazard_before;
        let mut truncated = Truncated {
            law: Box::new(law),
            from,
            to,
            hazard_before,
            hazard_within,
            mass: -exp_m1(-hazard_within),
            mean: 0.0,
        };
        truncated.mean = truncated.partial_moment(Order::First, to);
        (truncated.mass > 0.0).then_some(truncated)
    }

    /// The whole law.
    #[must_use]
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// The lower bound in seconds; zero if there is none.
    #[must_use]
    pub fn from(&self) -> f64 {
        self.from
    }

    /// The upper bound in seconds; infinite if there is none.
    #[must_use]
    pub fn to(&self) -> f64 {
        self.to
    }

    /// The cumulative hazard of the whole law from the lower bound to `x`, which lies between the bounds.
    fn hazard_until(&self, x: f64) -> f64 {
        (self.law.cumulative_hazard(x) - self.hazard_before).clamp(0.0, self.hazard_within)
    }

    /// The integral of quantile^order over probabilities from 0 to `probability`.
    fn integrate_quantile(&self, order: Order, probability: f64) -> f64 {
        const STEPS_EACH_SIDE: i32 = 52;
        const STEP: f64 = 1.0 / 16.0;
        // The quantile at 1 may be infinite.
        const BELOW_ONE: f64 = 1.0 - 0.5 * f64::EPSILON;
        let mut sum = 0.0;
        for step in -STEPS_EACH_SIDE..=STEPS_EACH_SIDE {
            let (up, down) = (exp(f64::from(step) * STEP), exp(f64::from(-step) * STEP));
            let slope = std::f64::consts::PI * 0.5 * (up + down);
            let decay = exp(-std::f64::consts::PI * 0.5 * (up - down));
            let share = 1.0 / (1.0 + decay);
            let weight = slope * decay * share * share;
            sum += weight * order.power(self.quantile(probability * share.min(BELOW_ONE)));
        }
        sum * STEP * probability
    }
}

impl Family for Truncated {
    fn pdf(&self, x: f64) -> f64 {
        if x < self.from || x > self.to {
            return 0.0;
        }
        self.law.hazard(x) * exp(-self.hazard_until(x)) / self.mass
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.from && self.from > 0.0 {
            0.0
        } else if x >= self.to {
            1.0
        } else {
            -exp_m1(-self.hazard_until(x)) / self.mass + 0.0
        }
    }

    fn survival(&self, x: f64) -> f64 {
        exp(-self.cumulative_hazard(x))
    }

    fn hazard(&self, x: f64) -> f64 {
        if x < self.from || x >= self.to {
            return 0.0;
        }
        self.law.hazard(x) / -exp_m1(self.hazard_until(x) - self.hazard_within)
    }

    fn cumulative_hazard(&self, x: f64) -> f64 {
        if x >= self.to {
            return f64::INFINITY;
        }
        let cdf = self.cdf(x);
        if cdf < 0.5 {
            return -ln_1p(-cdf) + 0.0;
        }
        let until = self.hazard_until(x);
        until + ln(self.mass / -exp_m1(until - self.hazard_within))
    }

    fn inverse_cumulative_hazard(&self, hazard: f64) -> f64 {
        if hazard == f64::INFINITY {
            return self.to;
        }
        let kept = self.mass * -exp_m1(-hazard);
        let within = if kept < 0.5 {
            -ln_1p(-kept)
        } else if self.hazard_within == f64::INFINITY {
            hazard
        } else {
            -ln(exp(-self.hazard_within) + self.mass * exp(-hazard))
        };
        let x = self
            .law
            .inverse_cumulative_hazard(self.hazard_before + within);
        x.clamp(self.from, self.to)
    }

    fn quantile(&self, probability: f64) -> f64 {
        let x = self.from + self.law.residual(self.from, probability * self.mass);
        x.min(self.to)
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        let second = self.partial_moment(Order::Second, self.to);
        (second - self.mean * self.mean).max(0.0)
    }

    fn partial_moment(&self, order: Order, x: f64) -> f64 {
        let kept = exp(-self.hazard_before) * self.mass;
        if kept < FAIR_SHARE {
            return self.integrate_quantile(order, self.cdf(x));
        }
        let before = match self.from > 0.0 {
            true => self.law.partial_moment(order, self.from),
            false => 0.0,
        };
        let until = self.law.partial_moment(order, x.min(self.to));
        (until - before).max(0.0) / kept
    }

    fn limited_mean(&self, x: f64) -> f64 {
        if x <= self.from {
            return x;
        }
        if x >= self.to {
            return self.mean;
        }
        self.partial_moment(Order::First, x) + x * self.survival(x)
    }

    /// The truncation of the whole law to what lies between the age and the upper bound.
    fn residual(&self, age: f64, uniform: f64) -> f64 {
        if age >= self.to {
            return 0.0;
        }
        let start = age.max(self.from);
        let passed = if start > 0.0 {
            self.hazard_until(start)
        } else {
            0.0
        };
        let mass = -exp_m1(passed - self.hazard_within);
        let rest = self.law.residual(start, uniform * mass);
        ((start - age) + rest).min(self.to - age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Law, checks};

    fn cut(law: Result<Law, crate::dist::LawError>, from: f64, to: f64) -> Law {
        let from = (from > 0.0).then_some(from);
        let to = (to < f64::INFINITY).then_some(to);
        Law::truncated(law.unwrap(), from, to).unwrap()
    }

    #[test]
    fn functions_agree_with_each_other() {
        checks::smooth(&cut(Law::exponential(50.0), 0.0, 120.0), 20.0);
        checks::smooth(&cut(Law::lognormal(4.0, 1.0), 20.0, f64::INFINITY), 1e5);
        checks::smooth(&cut(Law::weibull(50.0, 2.0), 10.0, 90.0), 20.0);
        checks::smooth(&cut(Law::pareto(5.0, 1.5), 0.0, 500.0), 20.0);
    }

    #[test]
    fn deep_tails_keep_their_digits() {
        // Beyond 50 means the exponential law starts anew.
        let law = cut(Law::exponential(2.0), 100.0, f64::INFINITY);
        assert!((law.mean() - 102.0).abs() < 1e-10);
        assert!((law.variance() - 4.0).abs() < 1e-9);
        assert!((law.limited_mean(103.0) - 100.0 - 2.0 * -exp_m1(-1.5)).abs() < 1e-10);
        assert!((law.quantile(0.5) - 100.0 - 2.0 * std::f64::consts::LN_2).abs() < 1e-12);
    }

    #[test]
    fn a_narrow_window_is_uniform() {
        let law = cut(Law::exponential(1e9), 0.0, 1.0);
        assert!((law.mean() - 0.5).abs() < 1e-9);
        assert!((law.variance() - 1.0 / 12.0).abs() < 1e-9);
        assert!((law.quantile(0.25) - 0.25).abs() < 1e-9);
    }

    #[test]
    fn the_lower_bound_is_left_out() {
        let list = Law::empirical(vec![10.0, 20.0, 30.0]);
        let law = cut(list, 10.0, 25.0);
        assert_eq!((law.quantile(0.01), law.quantile(0.99)), (20.0, 20.0));
        assert!((law.mean() - 20.0).abs() < 1e-12);
    }

    #[test]
    fn draws_have_the_right_moments() {
        checks::moments(&cut(Law::lognormal(4.0, 1.0), 20.0, 300.0));
    }

    #[test]
    fn value_stability() {
        assert_eq!(
            checks::bits(&cut(Law::weibull(50.0, 2.0), 10.0, 90.0)),
            [
                0x4041_2d0f_7a02_442b,
                0x4056_7597_be5b_7394,
                0x4031_520c_a51c_25d6,
                0x4013_deb6_0725_fdff,
                0x4041_2d7d_f72b_69fe
            ]
        );
    }
}
